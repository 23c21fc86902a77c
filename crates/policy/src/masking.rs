//! What a mask does to one column of one data source.

use std::cmp::Reverse;
use std::sync::Arc;

use bigdecimal::{BigDecimal, RoundingMode, Zero};
use scrim_catalog::documents::{Edge, Truncation};
use scrim_catalog::{CheckDigits, ColumnType, Name, Pattern};
use scrim_expr::{Expr, Family};

use crate::SaltKey;
use crate::value::Value;

/// Columns by name, with their types.
pub type Typed = Vec<(Name, ColumnType)>;

/// A mask as it is applied: everything in it fits the column.
#[derive(Clone, Debug, PartialEq)]
pub enum Masking {
    /// NULL.
    Nullify,
    /// This text, read as the column's type.
    Constant(String),
    /// A hash with the column's salt; under a project with masked joins, with the one of the project and a tag.
    Hash(Vec<Joined>),
    /// A token with a salt of its own.
    Reversible,
    /// Each character another of its class.
    FormatPreserving(Option<CheckDigits>),
    /// With some probability one of the values, drawn by the key of the row.
    Answer {
        /// The values, as text that can be read as the column's type.
        domain: Vec<String>,
        /// The probability.
        rate: BigDecimal,
        /// The columns that tell rows apart.
        key: Typed,
    },
    /// The value and noise, drawn by the key of the row.
    Noise(Noise, Typed),
    /// NULL, where the combination is not released; elsewhere this mask covers nothing.
    KAnonymous(Arc<Combination>),
    /// Cut to its start.
    Truncate(Truncation),
    /// Rounded down to a multiple.
    Round(BigDecimal),
    /// Every match replaced.
    Regex(Pattern, String),
    /// Some characters kept.
    Partial(Edge, u32, char),
    /// An expression whose values fit the column.
    Custom(Expr),
}

/// A project under which hashes join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The project.
    pub project: Name,
    /// The tag that the columns to be joined have in common.
    pub tag: Name,
}

/// Noise around zero, and the bounds of what is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// The standard deviation; of days and times, in days.
    pub stddev: BigDecimal,
    /// Nothing below is shown; of every type of numbers as an exact one.
    pub low: Option<Value>,
    /// Nothing above is shown.
    pub high: Option<Value>,
}

/// Columns whose values together must be shared by so many rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// The name of its statistics in the warehouse.
    pub key: String,
    /// How many rows.
    pub k: u32,
    /// The columns; NULL is a value.
    pub columns: Typed,
    /// The columns of `match` rules, within each of whose values the rows are counted.
    pub within: Typed,
}

impl Masking {
    /// The mask's name in policy files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nullify => "nullify",
            Self::Constant(_) => "constant",
            Self::Hash(_) => "hash",
            Self::Reversible => "reversible",
            Self::FormatPreserving(_) => "format_preserving",
            Self::Answer { .. } | Self::Noise(..) => "randomize",
            Self::KAnonymous(_) => "k_anonymous",
            Self::Truncate(_) => "truncate",
            Self::Round(_) => "round",
            Self::Regex(..) => "regex",
            Self::Partial(..) => "partial",
            Self::Custom(_) => "custom",
        }
    }

    /// The class of the mask, 0 the strongest (SPEC 4.4).
    pub fn strength(&self) -> u8 {
        match self {
            // NULL, where it covers at all: a stronger mask would uncover what is rare.
            Self::Nullify | Self::KAnonymous(_) => 0,
            Self::Constant(_) => 1,
            Self::Hash(_) | Self::Reversible | Self::FormatPreserving(_) => 2,
            Self::Answer { .. } | Self::Noise(..) => 3,
            Self::Truncate(_) | Self::Round(_) => 4,
            Self::Regex(..) | Self::Partial(..) | Self::Custom(_) => 5,
        }
    }

    /// Within a class, which of two masks shows less, where that can be told: the lesser shows less. Without this, a finer
    /// mask by a deeper tag would show more than was seen before it was added.
    pub(crate) fn finesse(&self) -> (u8, Option<Reverse<Truncation>>, Option<Reverse<BigDecimal>>) {
        let amount = |amount: &BigDecimal| Some(Reverse(amount.clone()));
        match self {
            // The more must share a combination, the more is NULL.
            Self::KAnonymous(combination) => (1, None, amount(&BigDecimal::from(combination.k))),
            Self::Answer { rate, .. } => (0, None, amount(rate)),
            Self::Noise(noise, _) => (0, None, amount(&noise.stddev)),
            Self::Truncate(to) => (0, Some(Reverse(*to)), None),
            Self::Round(bucket) => (0, None, amount(bucket)),
            // The length and what is no letter or digit stay.
            Self::FormatPreserving(_) => (1, None, None),
            // It never shows a whole value. A pattern may find nothing to replace, an expression be the column itself.
            Self::Partial(_, kept, _) => (0, None, amount(&-BigDecimal::from(*kept))),
            Self::Regex(..) => (1, None, None),
            Self::Custom(_) => (2, None, None),
            _ => (0, None, None),
        }
    }

    /// Whether it shows no more than another mask that stands behind it, whatever the value.
    pub fn hides_as_much_as(&self, other: &Self) -> bool {
        match (self, other) {
            // Nothing of the value but whether it is the same.
            (Self::Nullify | Self::KAnonymous(_) | Self::Constant(_) | Self::Hash(_) | Self::Reversible, _) => true,
            (Self::Truncate(one), Self::Truncate(other)) => one >= other,
            (Self::Round(one), Self::Round(other)) => (one % other).is_zero(),
            (Self::Partial(one, kept, _), Self::Partial(other, more, _)) => one == other && kept <= more,
            _ => self == other,
        }
    }

    /// The salts that it needs on a column of a data source.
    pub fn salts(&self, source: &Name, column: &Name) -> Vec<SaltKey> {
        match self {
            Self::Hash(joined) => {
                let own = SaltKey::hash(source, column);
                let shared = joined.iter().map(|Joined { project, tag }| SaltKey::joined(project, tag));
                std::iter::once(own).chain(shared).collect()
            }
            Self::Reversible | Self::FormatPreserving(_) | Self::Answer { .. } | Self::Noise(..) => {
                vec![SaltKey::of(source, column, self.name())]
            }
            _ => vec![],
        }
    }
}

/// Whether values of a column have one text in every warehouse, by which rows can be told apart.
pub(crate) fn tells_apart(column_type: &ColumnType) -> bool {
    match column_type {
        ColumnType::Real | ColumnType::Double => false,
        ColumnType::Other(name) => name == "uuid",
        _ => true,
    }
}

/// Whether an expression's values can be shown in a column of a type.
pub(crate) fn expression_fits(expr: &Expr, column_type: &ColumnType) -> bool {
    let only = |fits: &dyn Fn(&ColumnType) -> bool| {
        let mut all = true;
        expr.walk(&mut |part| {
            if let Expr::Column { column_type, .. } = part {
                all &= !column_type.is_number() || fits(column_type);
            }
        });
        all
    };
    match (expr.family(), column_type) {
        (Family::Text, other) => other.is_text(),
        (Family::Boolean, ColumnType::Boolean) => true,
        (Family::Date | Family::Timestamp, other) => other.is_time(),
        // A floating-point number has no exact value to be rounded; some numbers are no floating-point number at all.
        (Family::Number, ColumnType::Real | ColumnType::Double) => only(&|t| t.floats(column_type)),
        (Family::Number, other) if other.is_number() => only(&|t| !t.is_float()),
        _ => false,
    }
}

/// With how many decimals the sum of a value and noise is shown, less than none for tens and hundreds: no more than the
/// column has, and none finer than one step of the noise. What is finer would be the value's own, and tell of it.
pub fn noise_scale(stddev: &BigDecimal, column_type: &ColumnType) -> i64 {
    let step = noise_step(stddev);
    let mut scale = finest(column_type);
    while BigDecimal::new(1.into(), scale) < step {
        scale -= 1;
    }
    scale
}

/// How many decimals a column of numbers shows, as far as noise goes.
fn finest(column_type: &ColumnType) -> i64 {
    match column_type {
        ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt => 0,
        ColumnType::Numeric(Some((_, scale))) => i64::from(*scale),
        _ => 9,
    }
}

/// The most days of standard deviation that any warehouse can add to a time.
const MOST_DAYS: u32 = 5000;

/// Why noise cannot be shown in a column, if so: what is too small to be seen would be no protection.
pub(crate) fn noise_refused(noise: &Noise, column_type: &ColumnType) -> Option<String> {
    let least = match column_type {
        ColumnType::Date => BigDecimal::from(1),
        // A second, and a little more.
        ColumnType::Timestamp | ColumnType::TimestampTz => BigDecimal::new(2.into(), 5),
        number if number.is_number() => BigDecimal::new(1.into(), finest(number)),
        other => return Some(format!("the type {other} takes no noise")),
    };
    if noise.stddev < least {
        return Some(format!(
            "a standard deviation of {} is less than the column shows",
            noise.stddev.to_plain_string()
        ));
    }
    if column_type.is_time() && noise.stddev > MOST_DAYS {
        return Some(format!("a standard deviation of more than {MOST_DAYS} days"));
    }
    match (&noise.low, &noise.high) {
        (Some(low), Some(high)) if !(low.order(high).is_some_and(std::cmp::Ordering::is_lt)) => {
            Some(format!("`low` is {low}, and `high` is {high}"))
        }
        _ => None,
    }
}

/// The standard deviation of the sum of eight whole numbers, each from 0 to 2³²−1 and each as likely: 2³² times the root
/// of two thirds.
const SPREAD: i64 = 3_506_826_112;
/// The mean of that sum.
pub const MIDDLE: i64 = 4 * ((1 << 32) - 1);

/// By how much one step of the sum of eight draws moves a value: the standard deviation that is wished, over that of
/// the sum. With at most 25 decimals, for warehouses work with 38 digits in all.
pub fn noise_step(stddev: &BigDecimal) -> BigDecimal {
    let step = (stddev / BigDecimal::from(SPREAD)).with_prec(14);
    step.with_scale_round(step.fractional_digit_count().min(25), RoundingMode::Down).normalized()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_draws_spread_as_their_variance_says() {
        // Each has the variance (n² − 1) / 12.
        let n = 2_f64.powi(32);
        assert!((SPREAD as f64 - (8.0 * (n * n - 1.0) / 12.0).sqrt()).abs() < 1.0);
        let step = noise_step(&"50".parse().unwrap());
        assert!((step.to_string().parse::<f64>().unwrap() * SPREAD as f64 - 50.0).abs() < 1e-9, "{step}");
        assert!(noise_step(&"0.000001".parse().unwrap()) > 0);
    }

    #[test]
    fn nothing_finer_than_a_step_of_the_noise_is_shown() {
        let scale = |stddev: &str, t: ColumnType| noise_scale(&stddev.parse().unwrap(), &t);
        assert_eq!(scale("50", ColumnType::Numeric(Some((12, 2)))), 2);
        assert_eq!(scale("50", ColumnType::Double), 7);
        assert_eq!(scale("1000000000000", ColumnType::BigInt), -3);
    }

    #[test]
    fn an_expression_whose_numbers_may_be_no_floating_point_numbers_does_not_fit() {
        let fits = |of: &str, to: ColumnType| {
            expression_fits(&Expr::Column { name: Name::new("c").unwrap(), column_type: of.parse().unwrap() }, &to)
        };
        assert!(fits("numeric(38,10)", ColumnType::Real) && fits("numeric(300,10)", ColumnType::Double));
        assert!(!fits("numeric(60,10)", ColumnType::Real) && !fits("numeric(60,50)", ColumnType::Real));
        assert!(!fits("numeric(400,0)", ColumnType::Double) && !fits("numeric", ColumnType::Double));
        assert!(!fits("double precision", ColumnType::Real) && fits("bigint", ColumnType::Real));
    }

    #[test]
    fn noise_that_cannot_be_seen_is_refused() {
        let noise = |stddev: &str| Noise { stddev: stddev.parse().unwrap(), low: None, high: None };
        assert!(noise_refused(&noise("0.5"), &ColumnType::Integer).is_some());
        assert!(noise_refused(&noise("0.5"), &ColumnType::Numeric(Some((12, 2)))).is_none());
        assert!(noise_refused(&noise("0.5"), &ColumnType::Date).is_some());
        assert!(noise_refused(&noise("6000"), &ColumnType::Date).is_some());
        assert!(noise_refused(&noise("5"), &ColumnType::Text).is_some());
    }
}
