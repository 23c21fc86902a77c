//! Reading filters.

use serde_json::Value;

use super::{Comparison, Filter, Where, part};
use crate::Problem;
use crate::scim::error::wrong;
use crate::scim::path::path;
use crate::scim::schema::{Attribute, Shape, Type};

/// How long a filter may be, in bytes.
const LONGEST: usize = 8192;
/// How deep brackets may stand in each other.
const DEEPEST: usize = 16;
/// How many comparisons it may have.
const MOST: usize = 256;

/// Reads a filter of resources.
///
/// # Errors
/// `invalidFilter`, with the place.
pub(crate) fn filter<'a>(shape: &'a Shape, text: &str) -> Result<Filter<'a>, Problem> {
    whole(text, Scope::Resource(shape))
}

/// Reads a filter of the values of one attribute, as it stands in square brackets.
///
/// # Errors
/// `invalidFilter`, with the place.
pub(crate) fn value_filter<'a>(attribute: &'a Attribute, text: &str) -> Result<Filter<'a>, Problem> {
    whole(text, Scope::Values(attribute))
}

fn whole<'a>(text: &str, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
    if text.len() > LONGEST {
        return Err(wrong("invalidFilter", format!("a filter has at most {LONGEST} bytes")));
    }
    let mut reader = Reader { text, at: 0, depth: 0, comparisons: 0 };
    let filter = reader.any(scope)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.wrong("`and`, `or` or the end"));
    }
    Ok(filter)
}

/// Of what the attributes are.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a Shape),
    Values(&'a Attribute),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    comparisons: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn wrong(&self, expected: &str) -> Problem {
        let found: String = self.rest().chars().take(20).collect();
        wrong("invalidFilter", format!("at byte {}: expected {expected}, found `{}`", self.at, found.escape_debug()))
    }

    /// Takes a word or a sign that stands here, in either case.
    fn take(&mut self, what: &str) -> bool {
        self.blanks();
        let here = self.rest().get(..what.len()).is_some_and(|here| here.eq_ignore_ascii_case(what));
        let word = what.chars().all(char::is_alphanumeric);
        let ends = !word || self.rest().get(what.len()..).is_none_or(|rest| !rest.starts_with(in_name));
        if here && ends {
            self.at += what.len();
        }
        here && ends
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(wrong("invalidFilter", format!("brackets stand at most {DEEPEST} deep")));
        }
        let found = read(self)?;
        self.depth -= 1;
        Ok(found)
    }

    fn any<'a>(&mut self, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
        let first = self.all(scope)?;
        let mut any = vec![first];
        while self.take("or") {
            any.push(self.all(scope)?);
        }
        Ok(if any.len() > 1 { Filter::Any(any) } else { one(any) })
    }

    fn all<'a>(&mut self, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
        let first = self.one(scope)?;
        let mut all = vec![first];
        while self.take("and") {
            all.push(self.one(scope)?);
        }
        Ok(if all.len() > 1 { Filter::All(all) } else { one(all) })
    }

    fn one<'a>(&mut self, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
        if self.take("not") {
            let inner = self.bracketed(scope)?;
            return Ok(Filter::Not(Box::new(inner)));
        }
        self.blanks();
        if self.rest().starts_with('(') { self.bracketed(scope) } else { self.comparison(scope) }
    }

    fn bracketed<'a>(&mut self, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
        if !self.take("(") {
            return Err(self.wrong("`(`"));
        }
        let inner = self.deeper(|reader| reader.any(scope))?;
        if self.take(")") { Ok(inner) } else { Err(self.wrong("`)`")) }
    }

    fn comparison<'a>(&mut self, scope: Scope<'a>) -> Result<Filter<'a>, Problem> {
        self.comparisons += 1;
        if self.comparisons > MOST {
            return Err(wrong("invalidFilter", format!("a filter has at most {MOST} comparisons")));
        }
        self.blanks();
        let rest = self.rest();
        let length = rest.find(|char| !in_name(char)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or("");
        if name.is_empty() {
            return Err(self.wrong("the name of an attribute"));
        }
        let (at, kind) = match scope {
            Scope::Resource(shape) => {
                let path = path(shape, name, "invalidFilter")?;
                self.at += length;
                if self.rest().starts_with('[') {
                    return self.has(path);
                }
                (Where::Resource(path), path.last().holds)
            }
            Scope::Values(attribute) => {
                let unknown = || wrong("invalidFilter", format!("`{}` has no `{name}`", attribute.name));
                let part = part(attribute, name).ok_or_else(unknown)?;
                self.at += length;
                (Where::Part(part), part.holds)
            }
        };
        if self.take("pr") {
            return Ok(Filter::Present(at));
        }
        let comparison = self.operator()?;
        let wanted = self.value()?;
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if ordered && (kind == Type::Boolean || !wanted.is_string()) {
            return Err(wrong("invalidFilter", format!("`{name}` is compared with `eq` or `ne` only, or with a text")));
        }
        // Some provisioners write truth as a text.
        let wanted = match wanted.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("true") if kind == Type::Boolean => Value::Bool(true),
            Some("false") if kind == Type::Boolean => Value::Bool(false),
            _ => wanted,
        };
        Ok(Filter::Compare(at, comparison, wanted))
    }

    fn has<'a>(&mut self, path: crate::scim::path::Path<'a>) -> Result<Filter<'a>, Problem> {
        if path.part.is_some() || path.attribute.holds != Type::Complex {
            return Err(self.wrong("a comparison: it has no parts"));
        }
        self.at += 1;
        let inner = self.deeper(|reader| reader.any(Scope::Values(path.attribute)))?;
        if self.take("]") { Ok(Filter::Has(path, Box::new(inner))) } else { Err(self.wrong("`]`")) }
    }

    fn operator(&mut self) -> Result<Comparison, Problem> {
        let known = [
            ("eq", Comparison::Equal),
            ("ne", Comparison::NotEqual),
            ("co", Comparison::Contains),
            ("sw", Comparison::Starts),
            ("ew", Comparison::Ends),
            ("gt", Comparison::Greater),
            ("ge", Comparison::GreaterOrEqual),
            ("lt", Comparison::Less),
            ("le", Comparison::LessOrEqual),
        ];
        for (word, comparison) in known {
            if self.take(word) {
                return Ok(comparison);
            }
        }
        Err(self.wrong("one of eq, ne, co, sw, ew, gt, ge, lt, le, pr"))
    }

    /// A value in JSON, without what has parts.
    fn value(&mut self) -> Result<Value, Problem> {
        self.blanks();
        let rest = self.rest();
        if rest.starts_with(['[', '{']) {
            return Err(self.wrong("a text, a number, true, false or null"));
        }
        let length = length(rest);
        let wanted = rest.get(..length).and_then(|text| serde_json::from_str(text).ok());
        let wanted = wanted.ok_or_else(|| self.wrong("a text in quotes, a number, true, false or null"))?;
        self.at += length;
        Ok(wanted)
    }
}

/// How long the value is that stands at the start.
fn length(text: &str) -> usize {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.find([' ', ')', ']']).unwrap_or(text.len());
    };
    let mut escaped = false;
    let end = quoted.find(|char| {
        let ends = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

fn in_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | ':' | '-' | '_' | '$')
}

/// The only one.
fn one(mut filters: Vec<Filter<'_>>) -> Filter<'_> {
    filters.pop().unwrap_or(Filter::All(vec![]))
}
