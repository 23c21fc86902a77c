//! The closed list of column and value types.
//!
//! Source: Amazon Redshift Database Developer Guide, "Data types" (with
//! "Numeric types", "Character types", "Datetime types", "VARBYTE type").

use crate::reader::Reader;
use crate::refusal::Fault;
use crate::template;
use crate::token::{Shape, Token};

/// What may stand in parentheses after the name of a type.
#[derive(Clone, Copy)]
enum Size {
    None,
    /// A length up to this many bytes, or `MAX`.
    Length(u32),
    /// A precision up to 38 and a scale up to 37.
    Decimal,
    /// A binary precision.
    Precision,
}

const TYPES: &[(&str, Size)] = &[
    ("CHARACTER VARYING", Size::Length(65_535)),
    ("BINARY VARYING", Size::Length(16_777_216)),
    ("DOUBLE PRECISION", Size::None),
    ("TIMESTAMP WITHOUT TIME ZONE", Size::None),
    ("TIMESTAMP WITH TIME ZONE", Size::None),
    ("TIME WITHOUT TIME ZONE", Size::None),
    ("TIME WITH TIME ZONE", Size::None),
    ("INTERVAL YEAR TO MONTH", Size::None),
    ("INTERVAL DAY TO SECOND", Size::None),
    ("INTERVAL", Size::None),
    ("SMALLINT", Size::None),
    ("INT2", Size::None),
    ("INTEGER", Size::None),
    ("INT4", Size::None),
    ("INT", Size::None),
    ("BIGINT", Size::None),
    ("INT8", Size::None),
    ("DECIMAL", Size::Decimal),
    ("NUMERIC", Size::Decimal),
    ("REAL", Size::None),
    ("FLOAT4", Size::None),
    ("FLOAT8", Size::None),
    ("FLOAT", Size::Precision),
    ("BOOLEAN", Size::None),
    ("BOOL", Size::None),
    ("CHARACTER", Size::Length(4_096)),
    ("CHAR", Size::Length(4_096)),
    ("NCHAR", Size::Length(4_096)),
    ("BPCHAR", Size::None),
    ("VARCHAR", Size::Length(65_535)),
    ("NVARCHAR", Size::Length(65_535)),
    ("TEXT", Size::None),
    ("DATE", Size::None),
    ("TIMESTAMPTZ", Size::None),
    ("TIMESTAMP", Size::None),
    ("TIMETZ", Size::None),
    ("TIME", Size::None),
    ("SUPER", Size::None),
    ("VARBYTE", Size::Length(16_777_216)),
    ("VARBINARY", Size::Length(16_777_216)),
    ("GEOMETRY", Size::None),
    ("GEOGRAPHY", Size::None),
    ("HLLSKETCH", Size::None),
];

/// The end of the type that starts at `at`.
pub(crate) fn end(statement: &Reader<'_>, at: usize) -> Result<usize, Fault> {
    let found = TYPES.iter().find(|(name, _)| statement.phrase(at, name));
    let Some((name, size)) = found else {
        return Err(Fault::new("type", format!("{} is not a Redshift type", statement.text(at, at + 1))));
    };
    let after = at + name.split(' ').count();
    if !statement.symbol(after, "(") {
        return Ok(after);
    }
    let close = statement.closing(after).ok_or_else(|| Fault::new("lexical", "a parenthesis is not closed"))?;
    let sizes: Vec<Option<u32>> = statement
        .split(after + 1, close, ",")
        .into_iter()
        .map(|(from, to)| match statement.get(from) {
            Some(token) if to != from + 1 || token.is_symbol(")") => None,
            Some(token) if token.is_word("MAX") => Some(1),
            Some(token) if token.shape == Shape::Number => token.text.parse().ok(),
            _ => None,
        })
        .collect();
    let fits = match (size, sizes.as_slice()) {
        (Size::Length(most), [Some(length)]) => (1..=*most).contains(length),
        (Size::Decimal, [Some(precision)]) => (1..=38).contains(precision),
        (Size::Decimal, [Some(precision), Some(scale)]) => {
            (1..=38).contains(precision) && *scale <= 37 && scale <= precision
        }
        (Size::Precision, [Some(bits)]) => (1..=53).contains(bits),
        _ => false,
    };
    if !fits {
        return Err(Fault::new("type-size", format!("{} is out of bounds", statement.text(at, close + 1))));
    }
    Ok(close + 1)
}

/// Refuses a text that is not exactly one Redshift type.
pub(crate) fn whole(text: &str) -> Result<(), Fault> {
    let statement = Reader::new(text)?;
    let last = end(&statement, 0)?;
    if last == statement.len() {
        return Ok(());
    }
    Err(Fault::new("type", format!("{text} is not a Redshift type")))
}

/// Whether the token before a word can be the column that the word types.
fn names_column(before: &Token<'_>) -> bool {
    let keyword = ["ADD", "DROP"].iter().any(|word| before.is_word(word));
    before.shape == Shape::Quoted || (before.shape == Shape::Word && !keyword && !template::is_reserved(before.text))
}

/// Types that PostgreSQL has and Redshift refuses (guide: "Unsupported
/// PostgreSQL data types"), looked for where a column or a cast names one, so
/// that the refusal names the type and not only the sentence around it.
pub(crate) fn refuse_foreign(statement: &Reader<'_>) -> Result<(), Fault> {
    const FOREIGN: &[&str] = &[
        "json",
        "jsonb",
        "serial",
        "bigserial",
        "smallserial",
        "uuid",
        "bytea",
        "inet",
        "cidr",
        "macaddr",
        "money",
        "xml",
        "tsvector",
        "tsquery",
        "hstore",
        "bit",
        "varbit",
        "point",
        "regclass",
        "regtype",
        "int4range",
        "tstzrange",
        "citext",
    ];
    let defines = statement.phrase(0, "CREATE TABLE") || statement.phrase(0, "ALTER TABLE");
    for (at, token) in statement.all().iter().enumerate() {
        let place = statement
            .before(at)
            .is_some_and(|before| before.is_symbol("::") || (defines && at > 3 && names_column(before)));
        if place && FOREIGN.iter().any(|name| token.is_word(name)) {
            return Err(Fault::new("type", format!("{} is not a Redshift type", token.text)));
        }
    }
    Ok(())
}
