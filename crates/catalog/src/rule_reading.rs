//! From the forms of rules to what they mean.

use bigdecimal::{BigDecimal, Zero};

use crate::documents::{
    BranchForm, Edge, LetterCase, LookupForm, MaskForm, MaskRuleForm, MatchForm, OtherwiseForm, PartialForm, RegexForm,
    RowCaseForm, RowsForm, RowsRuleForm, RuleForm,
};
use crate::rule::{Branches, Lookup, Mask, Matched, RowRule, Rule, RuleBody};
use crate::{At, Mark, Pattern, Who};

/// Why a rule cannot be read, and where.
pub(crate) struct Fault {
    pub(crate) mark: Mark,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

type Read<T> = Result<T, Fault>;

fn fault<T>(mark: Mark, message: impl Into<String>, help: impl Into<String>) -> Read<T> {
    Err(Fault { mark, message: message.into(), help: Some(help.into()) })
}

fn later<T>(mark: Mark, what: &str, instead: &str) -> Read<T> {
    fault(mark, format!("`{what}` is not supported by this version of scrim"), instead)
}

/// Reads one rule.
pub(crate) fn rule(form: &At<RuleForm>) -> Read<Rule> {
    let mark = form.mark();
    let bodies = [form.mask.is_some(), form.rows.is_some(), form.purpose.is_some(), form.reveal.is_some()];
    if bodies.iter().filter(|there| **there).count() != 1 {
        return fault(
            mark,
            "a rule needs exactly one of `mask`, `rows` and `purpose`",
            "write each as a rule of its own",
        );
    }
    if form.only.is_some() && form.except.is_some() {
        return fault(mark, "a rule takes `for` or `except`, not both", "put both into one condition");
    }
    let body = match (&form.mask, &form.rows, &form.purpose) {
        (Some(mask), _, _) => mask_rule(form, mask)?,
        (_, Some(rows), _) => RuleBody::Rows(rows_rule(form, rows)?),
        (_, _, Some(purpose)) => {
            if form.only.is_some() || form.otherwise.is_some() {
                return fault(mark, "a purpose rule takes no `for` or `otherwise`", "use `except`");
            }
            if purpose.0.is_empty() {
                return fault(mark, "a purpose rule needs at least one purpose", "write `purpose: { any: [ … ] }`");
            }
            RuleBody::Purpose { any: purpose.0.clone(), except: form.except.clone() }
        }
        _ => return later(mark, "reveal", "write `except` on the mask's own rule"),
    };
    Ok(Rule { mark, because: form.because.clone(), body })
}

fn mask_rule(form: &At<RuleForm>, mask: &MaskRuleForm) -> Read<RuleBody> {
    let mark = form.mark();
    let outer = form.otherwise.as_ref().map(|o| otherwise_mask(mark, o)).transpose()?;
    let inner = mask.otherwise.as_ref().map(mask_form).transpose()?;
    if outer.is_some() && inner.is_some() {
        return fault(mark, "`otherwise` is written twice", "keep one of the two");
    }
    let otherwise = outer.or(inner);
    let masks = match (&mask.with, &mask.cases) {
        (Some(_), Some(_)) | (None, None) => {
            return fault(mark, "a mask needs `with` or `cases`, and not both", "for example `with: hash`");
        }
        (None, Some(cases)) => {
            if form.only.is_some() || form.except.is_some() {
                return fault(mark, "`cases` go with neither `for` nor `except`", "write it as a case of its own");
            }
            let Some(otherwise) = otherwise else {
                return fault(mark, "`cases` need `otherwise`", "add `otherwise: nullify`, another mask, or `clear`");
            };
            let cases = cases.iter().map(|case| Ok((case.only.clone(), mask_form(&case.with)?)));
            Branches { cases: cases.collect::<Read<Vec<_>>>()?, otherwise }
        }
        (Some(with), None) => {
            let with = mask_form(with)?;
            match (&form.only, &form.except, otherwise) {
                (Some(only), _, Some(otherwise)) => Branches { cases: vec![(only.clone(), with)], otherwise },
                (Some(_), _, None) => {
                    return fault(
                        mark,
                        "`for` needs `otherwise`: it would show the value to everybody else",
                        "add `otherwise: clear` if that is meant, or a mask",
                    );
                }
                (None, _, Some(_)) => {
                    return fault(mark, "`otherwise` needs `for` or `cases`", "remove it, or say whom the mask is for");
                }
                (None, Some(except), None) => Branches { cases: vec![(except.clone(), None)], otherwise: with },
                (None, None, None) => Branches { cases: vec![], otherwise: with },
            }
        }
    };
    Ok(RuleBody::Mask { columns: mask.columns.clone(), when: mask.when.clone(), masks })
}

fn otherwise_mask(mark: Mark, form: &OtherwiseForm) -> Read<Option<Mask>> {
    match form {
        OtherwiseForm::Word(word) => match word.as_str() {
            "clear" => Ok(None),
            "nullify" => Ok(Some(Mask::Nullify)),
            "hash" => Ok(Some(Mask::Hash)),
            "reversible" | "format_preserving" => later(mark, word, "use `hash`"),
            other => fault(
                mark,
                format!("`{other}` is not a mask"),
                "write `clear`, `nullify`, `hash` or a mask with parameters",
            ),
        },
        OtherwiseForm::Form(form) => match &**form {
            BranchForm::Constant(text) => Ok(Some(Mask::Constant(text.clone()))),
            BranchForm::Regex(form) => regex(form).map(Some),
            BranchForm::Partial(form) => partial(mark, form).map(Some),
            BranchForm::Round(bucket) => round(mark, bucket).map(Some),
            BranchForm::Truncate(to) => Ok(Some(Mask::Truncate(*to))),
            _ => fault(mark, "a mask's `otherwise` cannot be a row rule", "write a mask or `clear`"),
        },
    }
}

fn mask_form(form: &At<MaskForm>) -> Read<Option<Mask>> {
    let mark = form.mark();
    Ok(Some(match form.value() {
        MaskForm::Clear => return Ok(None),
        MaskForm::Nullify => Mask::Nullify,
        MaskForm::Constant(text) => {
            if text.contains('\0') {
                return fault(mark, "a constant cannot contain NUL", "remove it");
            }
            Mask::Constant(text.clone())
        }
        MaskForm::Hash => Mask::Hash,
        MaskForm::Regex(form) => regex(form)?,
        MaskForm::Partial(form) => partial(mark, form)?,
        MaskForm::Round(bucket) => round(mark, bucket)?,
        MaskForm::Truncate(to) => Mask::Truncate(*to),
        MaskForm::Reversible => return later(mark, "reversible", "use `hash`"),
        MaskForm::FormatPreserving => return later(mark, "format_preserving", "use `hash` or `partial`"),
        MaskForm::Custom(_) => return later(mark, "custom", "use `regex`, `partial` or `nullify`"),
        MaskForm::Randomize(_) => return later(mark, "randomize", "use `nullify` or `round`"),
        MaskForm::KAnonymous(_) => return later(mark, "k_anonymous", "use `nullify` or `round`"),
    }))
}

fn regex(form: &RegexForm) -> Read<Mask> {
    let mark = form.pattern.mark();
    let ignore_case = form.case == Some(LetterCase::Insensitive);
    let pattern = Pattern::new(&form.pattern, ignore_case).map_err(|e| Fault {
        mark,
        message: format!("the pattern `{}` is refused: {e}", form.pattern),
        help: None,
    })?;
    let replacement = form.replacement.value();
    if replacement.contains(['\\', '$', '&', '\0']) {
        return fault(
            form.replacement.mark(),
            format!(
                "the replacement `{}` contains a character that warehouses read differently",
                replacement.escape_debug()
            ),
            "a replacement is plain text without backslash, `$` and `&`",
        );
    }
    Ok(Mask::Regex(pattern, replacement.clone()))
}

fn partial(mark: Mark, form: &PartialForm) -> Read<Mask> {
    let (edge, kept) = match (form.first, form.last) {
        (Some(n), None) => (Edge::First, n),
        (None, Some(n)) => (Edge::Last, n),
        _ => return fault(mark, "`partial` needs exactly one of `first` and `last`", "for example `{ last: 4 }`"),
    };
    if kept > 65_535 {
        return fault(mark, format!("`{kept}` characters are more than any column has"), "write a smaller number");
    }
    let fill = form.fill.as_ref().map_or("*", |fill| fill.as_str());
    let mut chars = fill.chars();
    match (chars.next(), chars.next()) {
        (Some(fill), None) if !fill.is_control() && fill != '\\' => Ok(Mask::Partial(edge, kept, fill)),
        _ => fault(mark, format!("`{fill}` is not one character"), "`fill` is one character, for example `*`"),
    }
}

fn round(mark: Mark, bucket: &str) -> Read<Mask> {
    match bucket.parse::<BigDecimal>() {
        Ok(size)
            if size > BigDecimal::zero()
                && size.digits() <= 18
                && (0..=9).contains(&size.fractional_digit_count().max(0)) =>
        {
            Ok(Mask::Round(size.normalized()))
        }
        _ => fault(
            mark,
            format!("`{bucket}` is not a bucket"),
            "write a number above zero, up to 18 digits, 9 of them decimals",
        ),
    }
}

fn rows_rule(form: &At<RuleForm>, rows: &RowsRuleForm) -> Read<Branches<RowRule>> {
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
        OtherwiseForm::Form(form) => match &**form {
            BranchForm::Match(form) => matching(mark, form),
            BranchForm::Filter(text) => Ok(RowRule::Filter(text.clone())),
            BranchForm::Lookup(form) => Ok(RowRule::Lookup(lookup(form))),
            BranchForm::AllRows(true) => Ok(RowRule::AllRows),
            BranchForm::Never(true) => Ok(RowRule::Never),
            _ => fault(mark, "a row rule's `otherwise` cannot be a mask", "write a row rule, `never` or `all_rows`"),
        },
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
    match (form, named(form)) {
        (_, Some("sample")) => later(mark, "sample", "use `filter`"),
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
            "write `match`, `filter`, `lookup`, `newer_than`, `older_than` or `never`",
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

/// Every condition on users in a rule.
pub(crate) fn conditions(rule: &Rule) -> Vec<&Who> {
    match &rule.body {
        RuleBody::Mask { masks, .. } => masks.cases.iter().map(|(who, _)| who).collect(),
        RuleBody::Rows(rows) => rows.cases.iter().map(|(who, _)| who).collect(),
        RuleBody::Purpose { except, .. } => except.iter().collect(),
    }
}
