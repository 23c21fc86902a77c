//! Column types of the warehouses, reduced to what policies can work with.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The type of a warehouse column.
///
/// `Other` holds types whose values Scrim can show or hide but not work with (`jsonb`, `super`, `uuid`, …).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// 16-bit integer.
    SmallInt,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInt,
    /// Exact decimal with precision and scale; none for PostgreSQL's unconstrained `numeric`.
    Numeric(Option<(u16, u16)>),
    /// 32-bit floating point.
    Real,
    /// 64-bit floating point.
    Double,
    /// True or false.
    Boolean,
    /// Text padded with blanks to a fixed length.
    Char(u32),
    /// Text with an upper bound on its length: bytes on Redshift, characters on PostgreSQL; none for
    /// PostgreSQL's unbounded `varchar`.
    Varchar(Option<u32>),
    /// PostgreSQL's `text`; on Redshift it is `varchar(256)`.
    Text,
    /// Day.
    Date,
    /// Date and time without a zone.
    Timestamp,
    /// Instant.
    TimestampTz,
    /// Anything else, by its name in the warehouse.
    Other(String),
}

/// A type that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a column type; write it as the warehouse does, for example `varchar(80)` or `numeric(12,2)`")]
pub struct TypeError(String);

impl ColumnType {
    /// Whether values are text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Char(_) | Self::Varchar(_) | Self::Text)
    }
    /// Whether values are numbers.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::SmallInt | Self::Integer | Self::BigInt | Self::Numeric(_) | Self::Real | Self::Double)
    }
    /// Whether values are floating-point numbers.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Real | Self::Double)
    }
    /// Whether values are days or points in time.
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampTz)
    }

    /// Whether every number of the type is near one of a floating-point type: of others the conversion is an error, which
    /// shows them.
    pub fn floats(&self, to: &ColumnType) -> bool {
        match (self, to) {
            (Self::Numeric(Some((precision, scale))), Self::Real) => precision - scale <= 38 && *scale <= 37,
            (Self::Numeric(Some((precision, scale))), Self::Double) => precision - scale <= 308 && *scale <= 307,
            (Self::Numeric(None), _) | (Self::Double, Self::Real) => false,
            (number, _) => number.is_number() && to.is_float(),
        }
    }

    /// The least and the greatest number of a type that has such.
    pub fn range(&self) -> Option<(BigDecimal, BigDecimal)> {
        let whole = |least: i64, most: i64| Some((BigDecimal::from(least), BigDecimal::from(most)));
        match self {
            Self::SmallInt => whole(i16::MIN.into(), i16::MAX.into()),
            Self::Integer => whole(i32::MIN.into(), i32::MAX.into()),
            Self::BigInt => whole(i64::MIN, i64::MAX),
            Self::Numeric(Some((precision, scale))) => {
                let (precision, scale) = (i64::from(*precision), i64::from(*scale));
                let most = BigDecimal::new(1.into(), scale - precision) - BigDecimal::new(1.into(), scale);
                Some((-most.clone(), most))
            }
            _ => None,
        }
    }

    /// The type that the view's column has for life, masked or not: text is wide enough for a hash.
    pub fn exposed(&self) -> ColumnType {
        match self {
            Self::Char(n) | Self::Varchar(Some(n)) => Self::Varchar(Some((*n).max(64))),
            other => other.clone(),
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SmallInt => f.write_str("smallint"),
            Self::Integer => f.write_str("integer"),
            Self::BigInt => f.write_str("bigint"),
            Self::Numeric(None) => f.write_str("numeric"),
            Self::Numeric(Some((p, s))) => write!(f, "numeric({p},{s})"),
            Self::Real => f.write_str("real"),
            Self::Double => f.write_str("double precision"),
            Self::Boolean => f.write_str("boolean"),
            Self::Char(n) => write!(f, "char({n})"),
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Varchar(Some(n)) => write!(f, "varchar({n})"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::TimestampTz => f.write_str("timestamptz"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl FromStr for ColumnType {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        let bad = || TypeError(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let (base, arguments) = match lower.split_once('(') {
            Some((base, rest)) => {
                let (inside, after) = rest.split_once(')').ok_or_else(bad)?;
                let numbers: Result<Vec<u32>, _> = inside.split(',').map(|n| n.trim().parse()).collect();
                (format!("{} {}", base.trim(), after.trim()).trim().to_owned(), numbers.map_err(|_| bad())?)
            }
            None => (lower.split_whitespace().collect::<Vec<_>>().join(" "), vec![]),
        };
        let small = |n: u32| u16::try_from(n).map_err(|_| bad());
        let found = match (base.as_str(), arguments.as_slice()) {
            ("smallint" | "int2", []) => Self::SmallInt,
            ("integer" | "int" | "int4", []) => Self::Integer,
            ("bigint" | "int8", []) => Self::BigInt,
            ("numeric" | "decimal", []) => Self::Numeric(None),
            ("numeric" | "decimal", [p]) => Self::Numeric(Some((small(*p)?, 0))),
            ("numeric" | "decimal", [p, s]) if s <= p => Self::Numeric(Some((small(*p)?, small(*s)?))),
            ("real" | "float4", []) => Self::Real,
            ("double precision" | "float8" | "float", []) => Self::Double,
            ("boolean" | "bool", []) => Self::Boolean,
            ("char" | "character", []) => Self::Char(1),
            ("char" | "character" | "bpchar", [n]) if *n > 0 => Self::Char(*n),
            ("varchar" | "character varying", []) => Self::Varchar(None),
            ("varchar" | "character varying", [n]) if *n > 0 => Self::Varchar(Some(*n)),
            ("text", []) => Self::Text,
            ("date", []) => Self::Date,
            ("timestamp" | "timestamp without time zone", []) => Self::Timestamp,
            ("timestamptz" | "timestamp with time zone", []) => Self::TimestampTz,
            _ if is_type_name(&lower) => Self::Other(lower),
            _ => return Err(bad()),
        };
        Ok(found)
    }
}

/// Names of other types are printed into statements, so only what a type name is made of is let through.
fn is_type_name(text: &str) -> bool {
    const KNOWN: [&str; 20] = [
        "uuid",
        "json",
        "jsonb",
        "bytea",
        "inet",
        "cidr",
        "macaddr",
        "interval",
        "time",
        "timetz",
        "super",
        "varbyte",
        "geometry",
        "geography",
        "hllsketch",
        "xml",
        "money",
        "oid",
        "bit",
        "varbit",
    ];
    let base = text.trim_end_matches("[]");
    if text.len() != base.len() {
        return ColumnType::from_str(base).is_ok();
    }
    let base =
        [" without time zone", " with time zone"].iter().find_map(|zone| base.strip_suffix(zone)).unwrap_or(base);
    let (name, precision) = match base.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')')),
        None => (base, Some("0")),
    };
    let number = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    let plain = precision.is_some_and(|numbers| numbers.split(',').all(|part| number(part.trim())));
    let dated = base.contains('(') && ["timestamp", "timestamptz"].contains(&name.trim());
    plain && (dated || KNOWN.contains(&name.trim()))
}

impl Serialize for ColumnType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ColumnType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ColumnType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ColumnType".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A type as the warehouse writes it: bigint, varchar(80), numeric(12,2), timestamp, …"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_warehouses_write_them() {
        let read = |t: &str| t.parse::<ColumnType>().map(|t| t.to_string());
        assert_eq!(read("Character Varying(80)").unwrap(), "varchar(80)");
        assert_eq!(read("numeric(12, 2)").unwrap(), "numeric(12,2)");
        assert_eq!(read("timestamp without time zone").unwrap(), "timestamp");
        assert_eq!(read("jsonb").unwrap(), "jsonb");
        assert_eq!(read("text[]").unwrap(), "text[]");
        assert_eq!(read("timestamp(3) without time zone").unwrap(), "timestamp(3) without time zone");
        assert_eq!(read("varbit(8)").unwrap(), "varbit(8)");
        for hostile in [
            "json(1)) AS z FROM immuta_system.salt; DROP TABLE x; --",
            "timestamp(1) ; DROP TABLE y; --",
            "timestampx(1)",
            "json(1",
            "json[])",
            "json()",
            "json(1)(2)",
            "uuid with time zone; x",
        ] {
            assert!(read(hostile).is_err(), "{hostile}");
        }
        // Without a length it is no `char(1)`: it holds text of any length.
        assert!(read("bpchar").is_err());
        assert!(read("varchar(80); drop table x").is_err());
        assert!(read("my_enum").is_err());
    }
}
