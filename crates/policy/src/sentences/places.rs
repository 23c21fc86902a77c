//! Where: data sources and columns.

use chrono::{DateTime, SecondsFormat, Utc};
use scrim_catalog::{Columns, ColumnsForm, Glob, Where, WhereForm};

use super::phrase::{About, Phrase, quoted};

const SOURCES: About = About { all: "every data source", none: "no data source", that: "data sources that" };
const COLUMNS: About = About { all: "every column", none: "no column", that: "columns that" };

/// The data sources that a policy covers.
pub(super) fn sources(scope: &Where) -> String {
    place(scope).noun(&SOURCES)
}

fn place(scope: &Where) -> Phrase {
    let form = match scope {
        Where::All => {
            return Phrase::plain(SOURCES.all.to_owned(), "are any at all".to_owned(), "are none at all".to_owned());
        }
        Where::ChosenByOwner => {
            return Phrase::plain(
                "data sources whose owner chose this policy".to_owned(),
                "have owners who chose this policy".to_owned(),
                "have no owner who chose this policy".to_owned(),
            );
        }
        Where::Form(form) => form,
    };
    let named = |what: &str, glob: &Glob| {
        let like = format!("{what} {} {}", if plain(glob) { "named" } else { "named like" }, quoted(glob.as_str()));
        Phrase::plain(format!("data sources {like}"), format!("are {like}"), format!("are not {like}"))
    };
    let tagged = |any: bool| {
        let (with, without) =
            ("a tag (on themselves or on a column)", "no tag (neither on themselves nor on a column)");
        let (yes, no) = if any { (with, without) } else { (without, with) };
        Phrase::plain(format!("data sources that have {yes}"), format!("have {yes}"), format!("have {no}"))
    };
    match form {
        WhereForm::DataSource(name) => {
            let name = quoted(name);
            Phrase::plain(
                format!("the data source {name}"),
                format!("are the one named {name}"),
                format!("are not the one named {name}"),
            )
        }
        WhereForm::SourceTag(tag) => {
            let tag = quoted(tag);
            Phrase::plain(
                format!("data sources tagged {tag}"),
                format!("are tagged {tag}"),
                format!("are not tagged {tag}"),
            )
        }
        WhereForm::ColumnTag(tag) => {
            let tag = quoted(tag);
            Phrase::plain(
                format!("data sources with a column tagged {tag}"),
                format!("have a column tagged {tag}"),
                format!("have no column tagged {tag}"),
            )
        }
        WhereForm::AnyTag(wanted) => tagged(*wanted),
        WhereForm::NoTags(wanted) => tagged(!*wanted),
        WhereForm::ColumnName(pattern) => {
            let pattern = quoted(pattern.as_str());
            Phrase::plain(
                format!("data sources with a column whose name matches {pattern}"),
                format!("have a column whose name matches {pattern}"),
                format!("have no column whose name matches {pattern}"),
            )
        }
        WhereForm::Integration(glob) => named("of an integration", glob),
        WhereForm::Database(glob) => named("in a database", glob),
        WhereForm::Schema(glob) => named("in a schema", glob),
        WhereForm::Table(glob) => named("on a table", glob),
        WhereForm::Created(window) => {
            let times = match (&window.from, &window.until) {
                (None, None) => "at any time".to_owned(),
                (Some(from), None) => format!("from {} on", moment(from)),
                (None, Some(until)) => format!("before {}", moment(until)),
                (Some(from), Some(until)) => format!("from {} until {}", moment(from), moment(until)),
            };
            Phrase::plain(
                format!("data sources registered {times}"),
                format!("were registered {times}"),
                format!("were not registered {times}"),
            )
        }
        WhereForm::All(parts) => Phrase::All(parts.iter().map(place).collect()),
        WhereForm::Any(parts) => Phrase::Any(parts.iter().map(place).collect()),
        WhereForm::Not(part) => Phrase::Not(Box::new(place(part))),
    }
}

fn moment(moment: &DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Whether a glob is nothing but a name.
fn plain(glob: &Glob) -> bool {
    !glob.as_str().contains(['*', '?', '[', ']', '{', '}', '!'])
}

/// The columns that a rule masks or reveals.
pub(super) fn columns(columns: &Columns) -> String {
    selected(columns).noun(&COLUMNS)
}

/// The columns that a row rule or a key means: there a plain name is exactly that of one column.
pub(super) fn exact_columns(columns: &Columns) -> String {
    match columns {
        Columns::Form(ColumnsForm::Name(pattern)) => match pattern.literal() {
            Some(name) => format!("the column {}", quoted(name)),
            None => format!("each column whose name matches {}", quoted(pattern.as_str())),
        },
        Columns::Form(ColumnsForm::Tag(tag)) => format!("each column tagged {}", quoted(tag)),
        Columns::All => "each column".to_owned(),
        Columns::Form(
            ColumnsForm::AnyTag(_)
            | ColumnsForm::NoTags(_)
            | ColumnsForm::All(_)
            | ColumnsForm::Any(_)
            | ColumnsForm::Not(_),
        ) => format!("each of the {}", selected(columns).noun(&COLUMNS)),
    }
}

fn selected(columns: &Columns) -> Phrase {
    let form = match columns {
        Columns::All => {
            return Phrase::plain(COLUMNS.all.to_owned(), "are any at all".to_owned(), "are none at all".to_owned());
        }
        Columns::Form(form) => form,
    };
    let tagged = |any: bool| {
        let (yes, no) = if any { ("a tag", "no tag") } else { ("no tag", "a tag") };
        Phrase::plain(format!("columns that have {yes}"), format!("have {yes}"), format!("have {no}"))
    };
    match form {
        ColumnsForm::Tag(tag) => {
            let tag = quoted(tag);
            Phrase::plain(format!("columns tagged {tag}"), format!("are tagged {tag}"), format!("are not tagged {tag}"))
        }
        ColumnsForm::Name(pattern) => {
            let pattern = quoted(pattern.as_str());
            Phrase::plain(
                format!("columns whose name matches {pattern}"),
                format!("have a name that matches {pattern}"),
                format!("have a name that does not match {pattern}"),
            )
        }
        ColumnsForm::AnyTag(wanted) => tagged(*wanted),
        ColumnsForm::NoTags(wanted) => tagged(!*wanted),
        ColumnsForm::All(parts) => Phrase::All(parts.iter().map(selected).collect()),
        ColumnsForm::Any(parts) => Phrase::Any(parts.iter().map(selected).collect()),
        ColumnsForm::Not(part) => Phrase::Not(Box::new(selected(part))),
    }
}
