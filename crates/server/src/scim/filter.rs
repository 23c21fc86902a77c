//! Filters (RFC 7644, section 3.4.2.2): read with limits, so that no text takes long or goes deep.

mod reading;

use serde_json::Value;

use super::schema::{Attribute, named};

pub(crate) use reading::{filter, value_filter};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Contains,
    Starts,
    Ends,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// What must hold.
pub(crate) enum Filter<'a> {
    All(Vec<Filter<'a>>),
    Any(Vec<Filter<'a>>),
    Not(Box<Filter<'a>>),
    /// It has a value.
    Present(Where<'a>),
    Compare(Where<'a>, Comparison, Value),
    /// One of several values is so.
    Has(super::path::Path<'a>, Box<Filter<'a>>),
}

/// What is looked at: an attribute of the resource, or a part of one value.
#[derive(Clone, Copy)]
pub(crate) enum Where<'a> {
    Resource(super::path::Path<'a>),
    Part(&'a Attribute),
}

impl Filter<'_> {
    /// Whether it holds for a resource, or for one value of several.
    pub(crate) fn holds(&self, of: &Value) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(of)),
            Self::Any(any) => any.iter().any(|one| one.holds(of)),
            Self::Not(one) => !one.holds(of),
            Self::Present(at) => at.values(of).iter().any(|value| present(value)),
            Self::Compare(at, Comparison::NotEqual, wanted) => !at.compare(of, Comparison::Equal, wanted),
            Self::Compare(at, comparison, wanted) => at.compare(of, *comparison, wanted),
            Self::Has(path, filter) => {
                let holder = path.extension.map_or(Some(of), |schema| of.get(schema));
                let values = holder.and_then(|holder| holder.get(&path.attribute.name));
                match values {
                    Some(Value::Array(values)) => values.iter().any(|value| filter.holds(value)),
                    Some(value) => filter.holds(value),
                    None => false,
                }
            }
        }
    }

    /// The attribute and the text of a filter that is only `attribute eq "text"`.
    pub(crate) fn equals(&self) -> Option<(&str, &str)> {
        match self {
            Self::Compare(Where::Resource(path), Comparison::Equal, Value::String(text))
                if path.extension.is_none() && path.part.is_none() =>
            {
                Some((&path.attribute.name, text))
            }
            _ => None,
        }
    }

    /// The part and the value of a filter of values that is only `part eq value`.
    pub(crate) fn equals_part(&self) -> Option<(&str, &Value)> {
        match self {
            Self::Compare(Where::Part(part), Comparison::Equal, wanted) if !wanted.is_null() => {
                Some((&part.name, wanted))
            }
            _ => None,
        }
    }
}

impl Where<'_> {
    fn values<'v>(&self, of: &'v Value) -> Vec<&'v Value> {
        match self {
            Self::Resource(path) => path.values(of),
            Self::Part(part) => of.get(&part.name).into_iter().collect(),
        }
    }

    fn compare(&self, of: &Value, comparison: Comparison, wanted: &Value) -> bool {
        let exact = match self {
            Self::Resource(path) => path.last().case_exact,
            Self::Part(part) => part.case_exact,
        };
        let values = self.values(of);
        if wanted.is_null() {
            return comparison == Comparison::Equal && !values.iter().any(|value| present(value));
        }
        values.iter().any(|value| compare(value, comparison, wanted, exact))
    }
}

fn present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(parts) => parts.values().any(present),
        _ => true,
    }
}

fn compare(value: &Value, comparison: Comparison, wanted: &Value, exact: bool) -> bool {
    let (Value::String(value), Value::String(wanted)) = (value, wanted) else {
        return comparison == Comparison::Equal && value == wanted;
    };
    let fold = |text: &String| if exact { text.clone() } else { text.to_lowercase() };
    let (value, wanted) = (fold(value), fold(wanted));
    match comparison {
        Comparison::Equal => value == wanted,
        Comparison::NotEqual => value != wanted,
        Comparison::Contains => value.contains(&wanted),
        Comparison::Starts => value.starts_with(&wanted),
        Comparison::Ends => value.ends_with(&wanted),
        Comparison::Greater => value > wanted,
        Comparison::GreaterOrEqual => value >= wanted,
        Comparison::Less => value < wanted,
        Comparison::LessOrEqual => value <= wanted,
    }
}

/// The part of an attribute.
fn part<'a>(attribute: &'a Attribute, name: &str) -> Option<&'a Attribute> {
    named(&attribute.sub_attributes, name)
}
