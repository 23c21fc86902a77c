//! A data source's document meets its table: which columns the view has.
//!
//! What the document names is in the view. Where it names no column, those are that the table had when the source
//! was registered. Nothing new is shown by itself: other columns are as `new_columns` says.

use std::collections::{BTreeMap, BTreeSet};

use crate::documents::{Column, DataSource, NewColumns};
use crate::{At, ColumnType, Name, nearest};

/// A column as the warehouse has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundColumn {
    /// Its name.
    pub name: String,
    /// Its type, as the warehouse writes it.
    pub column_type: String,
}

/// The columns of a data source's view.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The columns, each with its type.
    pub columns: Vec<Column>,
    /// Differences between document and table that somebody should know of.
    pub remarks: Vec<String>,
}

/// The document names columns that the table does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table `{table}` has no column {}", .columns.join(", "))]
pub struct MissingColumns {
    /// The table.
    pub table: String,
    /// The columns, each with a name that is near.
    pub columns: Vec<String>,
}

/// Decides on the columns of a source's view. `registered` are the columns of the view that stands, none when the
/// source is new.
///
/// # Errors
/// When the document names a column that the table does not have.
pub fn register(
    source: &DataSource,
    found: &[FoundColumn],
    registered: Option<&BTreeSet<String>>,
) -> Result<Registration, MissingColumns> {
    let missing: Vec<String> = source
        .columns
        .iter()
        .filter(|column| !source.hides(column))
        .filter(|column| !found.iter().any(|other| other.name == column.name.as_str()))
        .map(|column| match nearest(&column.name, found.iter().map(|other| other.name.as_str())) {
            Some(near) => format!("`{}` (did you mean `{near}`?)", column.name),
            None => format!("`{}`", column.name),
        })
        .collect();
    if !missing.is_empty() {
        return Err(MissingColumns { table: source.table.to_string(), columns: missing });
    }
    let mut remarks = Vec::new();
    let (mut columns, mut hidden) = (Vec::new(), Vec::new());
    for written in &source.columns {
        if source.hides(written) {
            hidden.push(format!("`{}`", written.name));
            continue;
        }
        let Some(other) = found.iter().find(|other| other.name == written.name.as_str()) else { continue };
        if let Some(column_type) = known_type(other, &mut remarks) {
            if let Some(claimed) = written.column_type.as_ref().filter(|claimed| **claimed != column_type) {
                remarks.push(format!(
                    "the column `{}` is {column_type} in the warehouse, and {claimed} in the file; the warehouse's type holds",
                    other.name
                ));
            }
            let unconfirmed = written.is_new() && source.new_columns == NewColumns::Mask;
            columns.push(Column { column_type: Some(column_type), unconfirmed, ..written.clone() });
        }
    }
    let named = |name: &str| source.columns.iter().any(|column| column.name.as_str() == name);
    for other in found.iter().filter(|other| !named(&other.name)) {
        let Ok(name) = Name::new(&other.name) else {
            remarks.push(format!(
                "the column `{}` stays out of the view: views cannot have such a name",
                other.name.escape_debug()
            ));
            continue;
        };
        // A document without columns takes those that the table had at first.
        let known = source.columns.is_empty() && registered.is_none_or(|names| names.contains(&other.name));
        if !known && source.new_columns == NewColumns::Hide {
            hidden.push(format!("`{}`", other.name));
            continue;
        }
        if let Some(column_type) = known_type(other, &mut remarks) {
            columns.push(Column {
                name: At::nowhere(name),
                column_type: Some(column_type),
                tags: vec![],
                origins: BTreeMap::new(),
                description: None,
                discovery: None,
                unconfirmed: !known && source.new_columns == NewColumns::Mask,
            });
        }
    }
    if !hidden.is_empty() {
        remarks.push(format!(
            "not in the view, because nobody named or confirmed them: {}; name them under `columns`, or see `new_columns`",
            hidden.join(", ")
        ));
    }
    Ok(Registration { columns, remarks })
}

fn known_type(found: &FoundColumn, remarks: &mut Vec<String>) -> Option<ColumnType> {
    let known = found.column_type.parse().ok();
    if known.is_none() {
        let (name, column_type) = (&found.name, &found.column_type);
        remarks.push(format!("the column `{name}` stays out of the view: its type `{column_type}` is not supported"));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(columns: &str, new_columns: &str) -> DataSource {
        serde_saphyr::from_str(&format!(
            "{{ kind: data-source, name: s, integration: w, table: a.b, new_columns: {new_columns}, columns: [ {columns} ] }}"
        ))
        .unwrap()
    }

    fn found(columns: &[(&str, &str)]) -> Vec<FoundColumn> {
        let column = |(name, t): &(&str, &str)| FoundColumn { name: (*name).to_owned(), column_type: (*t).to_owned() };
        columns.iter().map(column).collect()
    }

    fn names(done: &Registration) -> Vec<&str> {
        done.columns.iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn nothing_new_is_shown_by_itself() {
        let table = found(&[("id", "integer"), ("mail", "text"), ("late", "text")]);
        let registered = BTreeSet::from(["id".to_owned(), "mail".to_owned()]);
        let without = source("", "hide");
        assert_eq!(names(&register(&without, &table, None).unwrap()), ["id", "mail", "late"]);
        assert_eq!(names(&register(&without, &table, Some(&registered)).unwrap()), ["id", "mail"]);
        let with = register(&source("{ name: id }", "hide"), &table, None).unwrap();
        assert_eq!(names(&with), ["id"]);
        assert!(with.remarks[0].contains("`mail`, `late`"), "{:?}", with.remarks);
        let masked = register(&source("{ name: id }", "mask"), &table, Some(&registered)).unwrap();
        assert_eq!(masked.columns.iter().map(|c| c.unconfirmed).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(names(&register(&source("{ name: id }", "show"), &table, None).unwrap()).len(), 3);
    }

    #[test]
    fn what_is_tagged_new_waits_for_its_owner() {
        let table = found(&[("id", "integer"), ("mail", "text")]);
        let written = "{ name: id }, { name: mail, tags: [ New, PII ] }";
        let hidden = register(&source(written, "hide"), &table, None).unwrap();
        assert_eq!(names(&hidden), ["id"]);
        assert!(hidden.remarks[0].contains("`mail`"), "{:?}", hidden.remarks);
        let masked = register(&source(written, "mask"), &table, None).unwrap();
        assert_eq!(masked.columns.iter().map(|c| c.unconfirmed).collect::<Vec<_>>(), [false, true]);
        assert!(!register(&source(written, "show"), &table, None).unwrap().columns[1].unconfirmed);
    }

    #[test]
    fn a_column_that_the_table_lacks_is_an_error_and_other_types_are_reported() {
        let table = found(&[("mail", "character varying(10)"), ("mood", "mood")]);
        let error = register(&source("{ name: mial }", "hide"), &table, None).unwrap_err();
        assert_eq!(error.to_string(), "the table `a.b` has no column `mial` (did you mean `mail`?)");
        let done = register(&source("{ name: mail, type: text }, { name: mood }", "hide"), &table, None).unwrap();
        assert_eq!(names(&done), ["mail"]);
        assert_eq!(done.remarks.len(), 2, "{:?}", done.remarks);
    }
}
