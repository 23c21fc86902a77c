//! From the forms of rules to what they mean.

mod masks;
mod rows;

use crate::documents::RuleForm;
use crate::rule::{Rule, RuleBody};
use crate::{At, Mark, Who};

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

/// Reads one rule.
pub(crate) fn rule(form: &At<RuleForm>) -> Read<Rule> {
    let mark = form.mark();
    let bodies = [form.mask.is_some(), form.rows.is_some(), form.purpose.is_some(), form.reveal.is_some()];
    if bodies.iter().filter(|there| **there).count() != 1 {
        return fault(
            mark,
            "a rule needs exactly one of `mask`, `rows`, `purpose` and `reveal`",
            "write each as a rule of its own",
        );
    }
    if form.only.is_some() && form.except.is_some() {
        return fault(mark, "a rule takes `for` or `except`, not both", "put both into one condition");
    }
    let body = match (&form.mask, &form.rows, &form.purpose, &form.reveal) {
        (Some(mask), ..) => masks::rule(form, mask)?,
        (_, Some(rows), ..) => RuleBody::Rows(rows::rule(form, rows)?),
        (_, _, Some(purpose), _) => {
            if form.only.is_some() || form.otherwise.is_some() {
                return fault(mark, "a purpose rule takes no `for` or `otherwise`", "use `except`");
            }
            if purpose.0.is_empty() {
                return fault(mark, "a purpose rule needs at least one purpose", "write `purpose: { any: [ … ] }`");
            }
            RuleBody::Purpose { any: purpose.0.clone(), except: form.except.clone() }
        }
        (.., Some(reveal)) => {
            if form.otherwise.is_some() {
                return fault(mark, "`reveal` takes no `otherwise`", "nobody else's masks change");
            }
            let only = match (&form.only, &form.except) {
                (Some(only), _) => only.clone(),
                (None, Some(except)) => Who::Not(Box::new(except.clone())),
                (None, None) => Who::Everyone,
            };
            RuleBody::Reveal { columns: reveal.columns.clone(), only }
        }
        (None, None, None, None) => {
            return fault(mark, "a rule says nothing", "write `mask`, `rows`, `purpose` or `reveal`");
        }
    };
    Ok(Rule { mark, because: form.because.clone(), body })
}

/// Every condition on users in a rule.
pub(crate) fn conditions(rule: &Rule) -> Vec<&Who> {
    match &rule.body {
        RuleBody::Mask { masks, .. } => masks.cases.iter().map(|(who, _)| who).collect(),
        RuleBody::Rows(rows) => rows.cases.iter().map(|(who, _)| who).collect(),
        RuleBody::Purpose { except, .. } => except.iter().collect(),
        RuleBody::Reveal { only, .. } => vec![only],
    }
}
