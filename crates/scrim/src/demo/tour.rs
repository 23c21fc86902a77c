//! The tour: one query after the other, each as three people, side by side.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use comfy_table::{Table, presets};
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, TableName};
use scrim_policy::Explanation;

use super::people::Rows;
use crate::failure::Failure;

/// What is shown of a long cell: hashes have 64 characters.
const WIDEST: usize = 15;
/// Between two people.
const GAP: &str = "   ";

/// One query, and the people who ask it.
pub(crate) struct Stop {
    /// What it is about.
    pub(crate) title: &'static str,
    /// The data source.
    pub(crate) source: &'static str,
    /// The columns, the first of which orders the rows.
    pub(crate) columns: &'static [&'static str],
    /// The column that orders the rows.
    pub(crate) order: &'static str,
    /// Who asks.
    pub(crate) people: &'static [&'static str],
}

/// A value of an attribute that is added while the tour goes on.
pub(crate) struct Addition {
    /// The query before and after, and whose it is.
    pub(crate) stop: Stop,
    /// The attribute.
    pub(crate) attribute: &'static str,
    /// The value.
    pub(crate) value: &'static str,
}

/// The change of the tour.
pub(crate) const ADDITION: Addition = Addition {
    stop: Stop {
        title: "A change while it runs: the HR analyst is given a second country, through the service",
        source: "employees",
        columns: &["name", "country", "ssn", "salary"],
        order: "id",
        people: &["helen"],
    },
    attribute: "country",
    value: "GB",
};

/// How many rows a query asks for.
pub(crate) const LIMIT: usize = 6;

/// The tour.
pub(crate) const STOPS: [Stop; 3] = [
    Stop {
        title: "People: an HR analyst for one country, the HR manager, an auditor",
        source: "employees",
        columns: &["name", "ssn", "salary"],
        order: "id",
        people: &["helen", "martin", "audrey"],
    },
    Stop {
        title: "Customers: sales for Germany, an investigation of fraud, an auditor",
        source: "customer",
        columns: &["c_custkey", "c_phone", "c_acctbal"],
        order: "c_custkey",
        people: &["sabine", "felix", "audrey"],
    },
    Stop {
        title: "Orders: open ones for sales, fulfilled ones for refunds, none for HR",
        source: "orders",
        columns: &["o_orderkey", "o_orderstatus", "o_totalprice"],
        order: "o_orderkey",
        people: &["sabine", "felix", "helen"],
    },
];

impl Stop {
    /// The query, the same for everybody.
    pub(crate) fn query(&self, view: &TableName) -> String {
        format!("SELECT {} FROM {view} ORDER BY {} LIMIT {LIMIT}", self.columns.join(", "), self.order)
    }

    /// What one person sees, as lines of the same width.
    pub(crate) fn panel(&self, person: &str, rows: &Rows, all: usize) -> Vec<String> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(self.columns.iter().copied());
        for row in rows {
            table.add_row(row.iter().map(|cell| shown(cell.as_deref())));
        }
        let mut lines = vec![person.to_owned()];
        lines.extend(table.lines());
        lines.push(format!("{all} rows in all"));
        lines
    }

    /// Why, in one sentence.
    pub(crate) fn why(
        &self,
        catalog: &Catalog,
        user: &User,
        source: &DataSource,
        now: DateTime<Utc>,
    ) -> Result<String, Failure> {
        let told = scrim_policy::explain(catalog, source, user, now)?;
        let who = user.description.clone().unwrap_or_default();
        let who = who.split('.').next().unwrap_or_default().trim();
        let mut sentence = format!("{} ({who}) ", user.name);
        if !told.subscribed {
            let needs = told.needs.first().map_or("", String::as_str);
            let _ = write!(sentence, "may not read it; to change that: {needs}.");
            return Ok(sentence);
        }
        sentence += &self.seen(&told);
        Ok(sentence)
    }

    fn seen(&self, told: &Explanation) -> String {
        let rules: Vec<String> = told
            .row_rules
            .iter()
            .filter(|rule| rule.applies)
            .map(|rule| format!("`{}` of {}", rule.rule, rule.policy))
            .collect();
        let rows = if rules.is_empty() {
            "sees every row".to_owned()
        } else {
            format!("sees the rows that {} lets through", rules.join(" and "))
        };
        let masks: Vec<String> = told
            .columns
            .iter()
            .filter(|column| self.columns.contains(&column.name.as_str()))
            .filter_map(|column| Some(format!("{} by `{}` of {}", column.name, column.mask?, column.policy.as_ref()?)))
            .collect();
        if masks.is_empty() { format!("{rows}, unmasked.") } else { format!("{rows}; masked: {}.", masks.join(", ")) }
    }
}

/// A cell, cut to what fits beside others.
fn shown(cell: Option<&str>) -> String {
    let text = cell.unwrap_or("NULL");
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}

/// Panels side by side where they fit, else one below the other.
pub(crate) fn beside(panels: &[Vec<String>], width: usize) -> String {
    let widest = |panel: &Vec<String>| panel.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let needed = panels.iter().map(widest).sum::<usize>() + GAP.len() * panels.len().saturating_sub(1);
    if needed > width {
        return panels.iter().map(|panel| panel.join("\n") + "\n").collect::<Vec<_>>().join("\n");
    }
    let height = panels.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for at in 0..height {
        let cells = panels.iter().map(|panel| {
            let line = panel.get(at).map_or("", String::as_str);
            format!("{line:<width$}", width = widest(panel))
        });
        text += cells.collect::<Vec<_>>().join(GAP).trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_side_by_side_where_they_fit() {
        let panels = [vec!["ann".to_owned(), "12345".to_owned()], vec!["bob".to_owned()]];
        assert_eq!(beside(&panels, 80), "ann     bob\n12345\n");
        assert_eq!(beside(&panels, 8), "ann\n12345\n\nbob\n");
        assert_eq!(shown(Some(&"ż".repeat(64))).chars().count(), WIDEST);
    }
}
