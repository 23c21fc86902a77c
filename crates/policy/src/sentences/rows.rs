//! Which rows a rule shows.

use scrim_catalog::{Branches, Lookup, Matched, RowRule, Who};

use super::people::{exception, people};
use super::phrase::quoted;
use super::places::exact_columns;

/// A row rule as a sentence, without its end.
pub(super) fn rule(rows: &Branches<RowRule>) -> String {
    match (rows.cases.as_slice(), &rows.otherwise) {
        ([], RowRule::Never) => "Show no rows to anyone".to_owned(),
        ([], rule) => format!("Show everyone only {}", shown(rule)),
        ([(except, RowRule::AllRows)], RowRule::Never) => {
            format!("Show no rows to anyone except {}", exception(except))
        }
        ([(except, RowRule::AllRows)], rule) => {
            format!("Show only {}, to everyone except {}", shown(rule), exception(except))
        }
        ([(only, RowRule::Never)], RowRule::AllRows) => {
            format!("Show no rows to {}; from everyone else this rule hides nothing", people(only))
        }
        ([(only, rule)], RowRule::AllRows) => {
            format!("Show only {}, to {}; from everyone else this rule hides nothing", shown(rule), people(only))
        }
        (cases, otherwise) => {
            let case = |(who, rule): &(Who, RowRule)| format!("to {}: {}", people(who), shown(rule));
            let cases: Vec<String> = cases.iter().map(case).collect();
            format!("Show, of these the first that fits, {}; to everyone else: {}", cases.join("; "), shown(otherwise))
        }
    }
}

fn shown(rule: &RowRule) -> String {
    match rule {
        RowRule::AllRows => "every row".to_owned(),
        RowRule::Never => "no rows".to_owned(),
        RowRule::Match(matched, columns) => {
            let columns = exact_columns(columns);
            match matched {
                Matched::Attribute(key) => {
                    format!("rows where {columns} holds one of the reader's values of {}", quoted(key))
                }
                Matched::Groups => format!("rows where {columns} holds the name of a group that the reader is in"),
                Matched::Purposes => {
                    format!("rows where {columns} holds a purpose that the reader acts for, or one above it")
                }
            }
        }
        RowRule::Filter(text) => format!("rows where {} is true", quoted(text)),
        RowRule::Lookup(lookup) => looked_up(lookup),
        RowRule::NewerThan(age, columns) => format!("rows where {} is less than {age} ago", exact_columns(columns)),
        RowRule::OlderThan(age, columns) => format!("rows where {} is more than {age} ago", exact_columns(columns)),
        RowRule::Sample(percent, columns) => {
            let percent = percent.normalized().to_plain_string();
            format!("{percent} percent of the rows, the same every time by {}", exact_columns(columns))
        }
    }
}

fn looked_up(lookup: &Lookup) -> String {
    let pairs = lookup.on.iter().map(|(theirs, ours)| format!("{} (as {})", exact_columns(ours), quoted(theirs)));
    format!(
        "rows for which {} stands beside the reader's login (in {}) in the warehouse table {}",
        pairs.collect::<Vec<_>>().join(" and "),
        quoted(&lookup.user),
        quoted(&lookup.table.to_string())
    )
}
