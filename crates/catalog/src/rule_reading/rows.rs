//! Row rules.

use bigdecimal::{BigDecimal, Zero};

use super::{Read, fault};
use crate::documents::{
    BranchForm, LookupForm, MatchForm, OtherwiseForm, RowCaseForm, RowsForm, RowsRuleForm, RuleForm, Scalar,
};
use crate::rule::{Branches, Lookup, Matched, RowRule};
use crate::{At, Mark};

pub(super) fn rule(form: &At<RuleForm>, rows: &RowsRuleForm) -> Read<Branches<RowRule>> {
    let mark = form.mark();
    let outer = form.otherwise.as_ref().map(|o| otherwise_rows(mark, o)).transpose()?;
    if let RowsRuleForm::Rows(rows) = rows
        && let Some(cases) = &rows.cases
    {
        if form.only.is_some() || form.except.is_some() {
            return fault(mark, "`cases` go with neither `for` nor `except`", "write it as a case of its own");
        }
        if named(rows).is_some() {
            return fault(mark, "`cases` stand alone", "write the other row rule as a rule of its own");
        }
        let inner = rows.otherwise.as_deref().map(|o| one_rows(mark, o)).transpose()?;
        let Some(otherwise) = outer.or(inner) else {
            return fault(mark, "`cases` need `otherwise`", "add `otherwise: never`, another row rule, or `all_rows`");
        };
        let cases = cases.iter().map(|case| Ok((case.only.clone(), row_case(mark, case)?)));
        return Ok(Branches { cases: cases.collect::<Read<Vec<_>>>()?, otherwise });
    }
    let inner = match rows {
        RowsRuleForm::Rows(rows) => rows.otherwise.as_deref().map(|o| one_rows(mark, o)).transpose()?,
        _ => None,
    };
    let rule = one_rows(mark, rows)?;
    if rule == RowRule::AllRows {
        return fault(
            mark,
            "a rule that shows all rows does nothing",
            "`all_rows` is a branch of `cases` or `otherwise`",
        );
    }
    match (&form.only, &form.except, outer.or(inner)) {
        (Some(only), _, Some(otherwise)) => Ok(Branches { cases: vec![(only.clone(), rule)], otherwise }),
        (Some(only), _, None) if rule == RowRule::Never => {
            Ok(Branches { cases: vec![(only.clone(), rule)], otherwise: RowRule::AllRows })
        }
        (Some(_), _, None) => fault(
            mark,
            "`for` needs `otherwise`: it would show every row to everybody else",
            "add `otherwise: all_rows` if that is meant, or `otherwise: never`",
        ),
        (None, _, Some(_)) => {
            fault(mark, "`otherwise` needs `for` or `cases`", "remove it, or say whom the rule is for")
        }
        (None, Some(except), None) => Ok(Branches { cases: vec![(except.clone(), RowRule::AllRows)], otherwise: rule }),
        (None, None, None) => Ok(Branches { cases: vec![], otherwise: rule }),
    }
}

fn otherwise_rows(mark: Mark, form: &OtherwiseForm) -> Read<RowRule> {
    match form {
        OtherwiseForm::Word(word) if word == "never" => Ok(RowRule::Never),
        OtherwiseForm::Word(word) if word == "all_rows" => Ok(RowRule::AllRows),
        OtherwiseForm::Word(word) => {
            fault(mark, format!("`{word}` is not a row rule"), "write `never`, `all_rows` or a row rule")
        }
        OtherwiseForm::Form(form) => {
            let form = BranchForm::clone(form);
            let rows = RowsForm {
                matching: form.matching,
                filter: form.filter,
                newer_than: form.newer_than,
                older_than: form.older_than,
                sample: form.sample,
                lookup: form.lookup,
                all_rows: form.all_rows,
                never: form.never,
                column: form.column,
                by: form.by,
                cases: None,
                otherwise: None,
            };
            if named(&rows).is_none() {
                return fault(
                    mark,
                    "a row rule's `otherwise` cannot be a mask",
                    "write a row rule, `never` or `all_rows`",
                );
            }
            row_rule(mark, &rows)
        }
    }
}

fn one_rows(mark: Mark, form: &RowsRuleForm) -> Read<RowRule> {
    match form {
        RowsRuleForm::Never => Ok(RowRule::Never),
        RowsRuleForm::AllRows => Ok(RowRule::AllRows),
        RowsRuleForm::Rows(rows) => {
            if rows.cases.is_some() {
                return fault(mark, "`cases` cannot be nested", "combine the conditions with `all`");
            }
            row_rule(mark, rows)
        }
    }
}

fn row_case(mark: Mark, case: &RowCaseForm) -> Read<RowRule> {
    let case = case.clone();
    let form = RowsForm {
        matching: case.matching,
        filter: case.filter,
        newer_than: case.newer_than,
        older_than: case.older_than,
        sample: case.sample,
        lookup: case.lookup,
        all_rows: case.all_rows,
        never: case.never,
        column: case.column,
        by: case.by,
        cases: None,
        otherwise: None,
    };
    row_rule(mark, &form)
}

/// The first field that names a row rule.
fn named(form: &RowsForm) -> Option<&'static str> {
    [
        (form.matching.is_some(), "match"),
        (form.filter.is_some(), "filter"),
        (form.newer_than.is_some(), "newer_than"),
        (form.older_than.is_some(), "older_than"),
        (form.sample.is_some(), "sample"),
        (form.lookup.is_some(), "lookup"),
        (form.all_rows.is_some(), "all_rows"),
        (form.never.is_some(), "never"),
    ]
    .into_iter()
    .find_map(|(there, name)| there.then_some(name))
}

fn row_rule(mark: Mark, form: &RowsForm) -> Read<RowRule> {
    let written = RowsForm { column: None, by: None, cases: None, otherwise: None, ..form.clone() };
    let alone = |rest: RowsForm, rule: RowRule| match named(&rest) {
        None => Ok(rule),
        Some(other) => {
            fault(mark, format!("`{other}` is a second row rule in one rule"), "write each as a rule of its own")
        }
    };
    let column = |name: &str| match &form.column {
        Some(column) => Ok(column.clone()),
        None => fault(mark, format!("`{name}` needs `column`"), "name the event-time column: `column: { tag: … }`"),
    };
    if form.column.is_some() && form.newer_than.is_none() && form.older_than.is_none() {
        return fault(mark, "`column` belongs to `newer_than` and `older_than`", "`match` has its own, inside");
    }
    if form.by.is_some() && form.sample.is_none() {
        return fault(mark, "`by` belongs to `sample`", "remove it");
    }
    match (form, named(form)) {
        (RowsForm { matching: Some(m), .. }, _) => {
            let rule = matching(mark, m)?;
            alone(RowsForm { matching: None, ..written }, rule)
        }
        (RowsForm { filter: Some(text), .. }, _) => {
            alone(RowsForm { filter: None, ..written }, RowRule::Filter(text.clone()))
        }
        (RowsForm { newer_than: Some(age), .. }, _) => {
            let rule = RowRule::NewerThan(*age, column("newer_than")?);
            alone(RowsForm { newer_than: None, ..written }, rule)
        }
        (RowsForm { older_than: Some(age), .. }, _) => {
            let rule = RowRule::OlderThan(*age, column("older_than")?);
            alone(RowsForm { older_than: None, ..written }, rule)
        }
        (RowsForm { sample: Some(Scalar(percent)), .. }, _) => {
            let share = percent
                .parse::<BigDecimal>()
                .ok()
                .filter(|share| *share >= BigDecimal::zero() && *share <= 100 && share.fractional_digit_count() <= 4);
            let Some(share) = share else {
                let help = "write a percentage from 0 to 100, with at most 4 decimals";
                return fault(mark, format!("`{percent}` is not a percentage"), help);
            };
            let Some(by) = &form.by else {
                return fault(mark, "`sample` needs `by`", "name the column that tells rows apart: `by: { name: id }`");
            };
            alone(RowsForm { sample: None, ..written }, RowRule::Sample(share, by.clone()))
        }
        (RowsForm { lookup: Some(l), .. }, _) => {
            if l.on.is_empty() {
                return fault(
                    mark,
                    "`lookup` needs at least one column in `on`",
                    "write `on: { theirs: { name: ours } }`",
                );
            }
            alone(RowsForm { lookup: None, ..written }, RowRule::Lookup(lookup(l)))
        }
        (RowsForm { all_rows: Some(true), .. }, _) => alone(RowsForm { all_rows: None, ..written }, RowRule::AllRows),
        (RowsForm { never: Some(true), .. }, _) => alone(RowsForm { never: None, ..written }, RowRule::Never),
        _ => fault(
            mark,
            "`rows` names no row rule",
            "write `match`, `filter`, `lookup`, `newer_than`, `older_than`, `sample` or `never`",
        ),
    }
}

fn matching(mark: Mark, form: &MatchForm) -> Read<RowRule> {
    let matched = match (&form.attribute, form.groups, form.purposes) {
        (Some(key), None, None) => Matched::Attribute(key.value().clone()),
        (None, Some(true), None) => Matched::Groups,
        (None, None, Some(true)) => Matched::Purposes,
        _ => {
            return fault(
                mark,
                "`match` needs exactly one of `attribute`, `groups: true` and `purposes: true`",
                "keep one",
            );
        }
    };
    Ok(RowRule::Match(matched, form.column.clone()))
}

fn lookup(form: &LookupForm) -> Lookup {
    Lookup {
        table: form.table.value().clone(),
        on: form.on.iter().map(|(column, selector)| (column.value().clone(), selector.clone())).collect(),
        user: form.user.value().clone(),
    }
}
