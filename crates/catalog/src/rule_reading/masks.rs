//! Mask rules.

use bigdecimal::{BigDecimal, Zero};

use super::{Fault, Read, fault};
use crate::documents::{
    BranchForm, Edge, LetterCase, MaskForm, MaskParameters, MaskRuleForm, OtherwiseForm, PartialForm, RandomizeForm,
    RegexForm, RuleForm, Scalar,
};
use crate::rule::{Branches, Draw, Mask, RuleBody};
use crate::{At, Mark, Pattern};

pub(super) fn rule(form: &At<RuleForm>, written: &MaskRuleForm) -> Read<RuleBody> {
    let mark = form.mark();
    let outer = form.otherwise.as_ref().map(|o| otherwise_mask(mark, o)).transpose()?;
    let inner = written.otherwise.as_ref().map(mask).transpose()?;
    if outer.is_some() && inner.is_some() {
        return fault(mark, "`otherwise` is written twice", "keep one of the two");
    }
    let otherwise = outer.or(inner);
    let masks = match (&written.with, &written.cases) {
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
            let cases = cases.iter().map(|case| Ok((case.only.clone(), mask(&case.with)?)));
            Branches { cases: cases.collect::<Read<Vec<_>>>()?, otherwise }
        }
        (Some(with), None) => {
            let with = mask(with)?;
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
    Ok(RuleBody::Mask { columns: written.columns.clone(), when: written.when.clone(), masks })
}

fn otherwise_mask(mark: Mark, form: &OtherwiseForm) -> Read<Option<Mask>> {
    match form {
        OtherwiseForm::Word(word) => match word.as_str() {
            "clear" => Ok(None),
            "nullify" => Ok(Some(Mask::Nullify)),
            "hash" => Ok(Some(Mask::Hash)),
            "reversible" => Ok(Some(Mask::Reversible)),
            "format_preserving" => Ok(Some(Mask::FormatPreserving(None))),
            other => fault(
                mark,
                format!("`{other}` is not a mask"),
                "write `clear`, `nullify`, `hash`, `reversible`, `format_preserving` or a mask with parameters",
            ),
        },
        OtherwiseForm::Form(form) => match of_branch(form).as_slice() {
            [one] => parameters(mark, one).map(Some),
            [] => fault(mark, "a mask's `otherwise` cannot be a row rule", "write a mask or `clear`"),
            _ => fault(mark, "`otherwise` has more than one mask", "keep one"),
        },
    }
}

/// Every mask of a branch.
fn of_branch(form: &BranchForm) -> Vec<MaskParameters> {
    let form = form.clone();
    let masks = [
        form.constant.map(MaskParameters::Constant),
        form.regex.map(MaskParameters::Regex),
        form.partial.map(MaskParameters::Partial),
        form.round.map(MaskParameters::Round),
        form.truncate.map(MaskParameters::Truncate),
        form.format_preserving.map(MaskParameters::FormatPreserving),
        form.custom.map(MaskParameters::Custom),
        form.randomize.map(MaskParameters::Randomize),
        form.k_anonymous.map(MaskParameters::KAnonymous),
    ];
    masks.into_iter().flatten().collect()
}

fn mask(form: &At<MaskForm>) -> Read<Option<Mask>> {
    Ok(Some(match form.value() {
        MaskForm::Clear => return Ok(None),
        MaskForm::Nullify => Mask::Nullify,
        MaskForm::Hash => Mask::Hash,
        MaskForm::Reversible => Mask::Reversible,
        MaskForm::FormatPreserving => Mask::FormatPreserving(None),
        MaskForm::Form(form_) => parameters(form.mark(), form_)?,
    }))
}

fn parameters(mark: Mark, form: &MaskParameters) -> Read<Mask> {
    Ok(match form {
        MaskParameters::Constant(Scalar(text)) => {
            if text.contains('\0') {
                return fault(mark, "a constant cannot contain NUL", "remove it");
            }
            Mask::Constant(text.clone())
        }
        MaskParameters::Regex(form) => regex(form)?,
        MaskParameters::Partial(form) => partial(mark, form)?,
        MaskParameters::Round(bucket) => round(mark, bucket)?,
        MaskParameters::Truncate(to) => Mask::Truncate(*to),
        MaskParameters::FormatPreserving(form) => Mask::FormatPreserving(form.check),
        MaskParameters::Custom(text) => Mask::Custom(text.clone()),
        MaskParameters::Randomize(form) => randomize(mark, form)?,
        MaskParameters::KAnonymous(form) => {
            if !(2..=1_000_000).contains(&form.k) {
                return fault(mark, format!("`k: {}` is out of range", form.k), "write a number from 2 to 1000000");
            }
            Mask::KAnonymous(form.k)
        }
    })
}

/// Most values of a domain: each is a branch of the view's expression.
const MOST_VALUES: usize = 200;

fn randomize(mark: Mark, form: &RandomizeForm) -> Read<Mask> {
    let draw = match (&form.domain, &form.rate, &form.noise) {
        (Some(domain), Some(Scalar(rate)), None) => {
            let domain: Vec<String> = domain.iter().map(|value| value.0.clone()).collect();
            if !(2..=MOST_VALUES).contains(&domain.len()) {
                return fault(mark, format!("a domain of {} values", domain.len()), format!("name 2 to {MOST_VALUES}"));
            }
            if let Some(twice) =
                domain.iter().enumerate().find(|(at, value)| domain.iter().take(*at).any(|v| v == *value))
            {
                return fault(
                    mark,
                    format!("`{}` is in the domain twice", twice.1),
                    "each value is as likely: name it once",
                );
            }
            match decimal(rate) {
                Some(rate) if rate > BigDecimal::zero() && rate <= 1 => Draw::Answer { domain, rate },
                _ => return fault(mark, format!("`{rate}` is not a rate"), "write a number above 0 and at most 1"),
            }
        }
        (None, None, Some(noise)) => {
            let Scalar(text) = &noise.stddev;
            let most = BigDecimal::from(1_000_000_000_000_u64);
            match decimal(text) {
                Some(stddev) if stddev > BigDecimal::zero() && stddev <= most => Draw::Noise {
                    stddev,
                    low: noise.low.as_ref().map(|low| low.0.clone()),
                    high: noise.high.as_ref().map(|high| high.0.clone()),
                },
                _ => {
                    let help = "write a number above 0 and at most 1000000000000, without an exponent";
                    return fault(mark, format!("`{text}` is not a standard deviation"), help);
                }
            }
        }
        _ => {
            return fault(
                mark,
                "`randomize` needs either `domain` with `rate`, or `noise`",
                "for example `{ domain: [ \"yes\", \"no\" ], rate: 0.2, by: { name: id } }`",
            );
        }
    };
    Ok(Mask::Randomize(draw, form.by.clone()))
}

/// A number written in full: at most 18 digits, 9 of them decimals.
fn decimal(text: &str) -> Option<BigDecimal> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse::<BigDecimal>().ok().filter(|_| plain)?;
    (number.digits() <= 18 && number.fractional_digit_count() <= 9).then(|| number.normalized())
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

fn round(mark: Mark, bucket: &Scalar) -> Read<Mask> {
    match decimal(&bucket.0) {
        Some(size) if size > BigDecimal::zero() => Ok(Mask::Round(size)),
        _ => fault(
            mark,
            format!("`{}` is not a bucket", bucket.0),
            "write a number above zero, up to 18 digits, 9 of them decimals",
        ),
    }
}
