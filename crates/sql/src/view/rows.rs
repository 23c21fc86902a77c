//! Row rules: a predicate per rule, true where the row may be shown. NULL hides the row.

use scrim_catalog::{Age, ColumnType, Matched, Name};
use scrim_policy::{Bound, RowTest, Test};

use super::facts::Facts;
use super::{Clock, Dialect, column, draw, expression, now, within};

/// The shape of a number that every engine and the reference evaluator read alike.
const NUMBER: &str = "^[+-]?[0-9]{1,30}([.][0-9]{1,30})?$";
/// On Redshift, what DECIMAL(38,9) holds exactly.
const NUMBER_38: &str = "^[+-]?[0-9]{1,28}([.][0-9]{1,9})?$";
/// A day that exists, leap years included: a cast of anything else would be an error that shows the value.
const DAY: &str = "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))\
|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";
/// A time of day behind a day.
const CLOCK: &str = "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?)?Z?";

/// The predicate of one rule: every branch that the user may fall under is met. Under an equalized project several may
/// be; everybody else falls under one.
pub(super) fn render(rule: &RowTest, facts: &mut Facts<'_>) -> String {
    let mut branches = Vec::new();
    // Whoever surely falls under a branch falls under none behind it.
    let mut before: Vec<String> = Vec::new();
    for (who, test) in &rule.branches.cases {
        if *test != Test::All {
            let spared = format!("NOT {}", facts.who(who, Bound::Any));
            branches.push(branch(before.iter().cloned().chain([spared]), test, facts));
        }
        before.push(facts.who(who, Bound::Every));
    }
    if rule.branches.otherwise != Test::All {
        branches.push(branch(before.into_iter(), &rule.branches.otherwise, facts));
    }
    let met = match branches.as_slice() {
        [] => "1 = 1".to_owned(),
        [one] => one.clone(),
        many => format!("({})", many.join(" AND ")),
    };
    match within(rule.source.valid.as_ref(), facts) {
        Some(window) => format!("(NOT {window} OR {met})"),
        None => met,
    }
}

/// A branch is met by whom it does not concern, and by the rows that pass its test.
fn branch(spared: impl Iterator<Item = String>, test: &Test, facts: &mut Facts<'_>) -> String {
    let test = (*test != Test::Never).then(|| passes(test, facts));
    let ways: Vec<String> = spared.chain(test).collect();
    match ways.as_slice() {
        [] => "1 = 0".to_owned(),
        [one] => one.clone(),
        many => format!("({})", many.join(" OR ")),
    }
}

fn passes(test: &Test, facts: &mut Facts<'_>) -> String {
    match test {
        Test::All => "1 = 1".to_owned(),
        Test::Never => "1 = 0".to_owned(),
        Test::Filter(filter) => {
            let truth = expression::render(&filter.expr, Bound::Every, facts);
            match facts.alone().filter(|_| filter.personal) {
                Some(alone) => format!("({alone} AND ({truth}))"),
                None => format!("({truth})"),
            }
        }
        Test::Match(matched, columns) => {
            let each: Vec<String> = columns.iter().map(|(name, t)| matches(matched, name, t, facts)).collect();
            format!("({})", each.join(" AND "))
        }
        Test::Lookup { table, on, user } => {
            let beside = facts.lookup(table, on, user);
            match facts.alone() {
                Some(alone) => format!("({alone} AND {beside})"),
                None => format!("({beside})"),
            }
        }
        Test::Time { newer, age, columns } => {
            let (comparison, clock) = if *newer { (">", Clock::Late) } else { ("<", Clock::Early) };
            let edge = edge(*age, clock, facts);
            let each: Vec<String> = columns
                .iter()
                .map(|(name, column_type)| format!("{} {comparison} {edge}", moment(name, column_type)))
                .collect();
            format!("({})", each.join(" AND "))
        }
        Test::Sample(percent, columns) => format!("({})", draw::in_sample(percent, columns, facts)),
    }
}

fn moment(name: &Name, column_type: &ColumnType) -> String {
    let value = column(name);
    match column_type {
        ColumnType::TimestampTz => format!("({value} AT TIME ZONE 'UTC')"),
        _ => value,
    }
}

/// An age prints as the interval that both engines read.
fn edge(age: Age, clock: Clock, facts: &Facts<'_>) -> String {
    format!("({} - INTERVAL '{age}')", now(clock, facts))
}

/// Whether the column's value is one of the user's, read as the column's type; what cannot be read is NULL.
fn matches(matched: &Matched, name: &Name, column_type: &ColumnType, facts: &mut Facts<'_>) -> String {
    let value = column(name);
    let postgresql = facts.dialect == Dialect::Postgresql;
    let day = |text: &str| format!("({text} ~ '^{DAY}$' AND SUBSTRING({text}, 1, 4) <> '0000')");
    match column_type {
        ColumnType::Char(n) => {
            let collation = if postgresql { " COLLATE \"C\"" } else { "" };
            facts.among(
                matched,
                &format!("RTRIM(CAST({value} AS VARCHAR({n}))){collation}"),
                "RTRIM(p.value)",
                Bound::Every,
            )
        }
        // Redshift compares text without regard to blanks at the end; profile values have none.
        ColumnType::Varchar(_) | ColumnType::Text => {
            let value = if postgresql { format!("{value} COLLATE \"C\"") } else { value };
            facts.among(matched, &value, "p.value", Bound::Every)
        }
        ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt | ColumnType::Numeric(_) => {
            let (shape, target) = if postgresql { (NUMBER, "NUMERIC") } else { (NUMBER_38, "DECIMAL(38,9)") };
            let convert = format!("CASE WHEN p.value ~ '{shape}' THEN CAST(p.value AS {target}) END");
            facts.among(matched, &value, &convert, Bound::Every)
        }
        ColumnType::Real | ColumnType::Double => {
            let target = if *column_type == ColumnType::Real { "REAL" } else { "DOUBLE PRECISION" };
            let convert = format!("CASE WHEN p.value ~ '{NUMBER}' THEN CAST(p.value AS {target}) END");
            facts.among(matched, &value, &convert, Bound::Every)
        }
        ColumnType::Boolean => facts.among(
            matched,
            &format!("CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"),
            "p.value",
            Bound::Every,
        ),
        ColumnType::Date => {
            let convert = format!("CASE WHEN {} THEN CAST(p.value AS DATE) END", day("p.value"));
            facts.among(matched, &value, &convert, Bound::Every)
        }
        ColumnType::Timestamp | ColumnType::TimestampTz => {
            let shape = format!("(p.value ~ '^{DAY}{CLOCK}$' AND SUBSTRING(p.value, 1, 4) <> '0000')");
            let text = "REPLACE(REPLACE(p.value, 'T', ' '), 'Z', '')";
            let convert = format!("CASE WHEN {shape} THEN CAST({text} AS TIMESTAMP) END");
            facts.among(matched, &moment(name, column_type), &convert, Bound::Every)
        }
        // Merging closes the source before this can be reached.
        ColumnType::Other(_) => "1 = 0".to_owned(),
    }
}
