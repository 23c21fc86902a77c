//! `kind: identifier`: how sensitive data of one sort is told from the name of a column and from samples of its values.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use crate::{At, Name, is_default};

/// The most bytes that a compiled expression may take.
const MOST: usize = 1 << 20;

/// A regular expression in the syntax of Rust's `regex` crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    /// The text of the expression.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let built = |text: &str| regex::RegexBuilder::new(text).size_limit(MOST).build();
        // Later it stands between anchors: what is whole only there, or no more there, is refused as well.
        let message = match built(&text).and_then(|_| built(&format!("^(?:{text})$"))) {
            Ok(_) => return Ok(Self(text)),
            Err(regex::Error::CompiledTooBig(_)) => {
                format!(
                    "`{text}` is too large: compiled it takes more than {MOST} bytes; repeat less, or shorter parts"
                )
            }
            Err(_) => format!("`{text}` is not a regular expression"),
        };
        Err(serde::de::Error::custom(message))
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "format": "regex" })
    }
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// Limits a number to the range.
    pub fn clamped(number: f64) -> Self {
        Self(number.clamp(0.0, 1.0))
    }
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&number) {
            Ok(Self(number))
        } else {
            Err(serde::de::Error::custom(format!("{number} is not a number from 0 to 1")))
        }
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

/// What a value must be beyond its pattern. Blanks, dots, hyphens and slashes in it do not count, and to those of digits
/// nothing but the digits does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Checksum {
    /// The Luhn check digit.
    Luhn,
    /// The Verhoeff check digit.
    Verhoeff,
    /// The check digit of EAN-13.
    Ean13,
    /// A payment card: its issuer's prefix and length, and Luhn.
    Card,
    /// An IBAN: the length of its country, and the remainder modulo 97.
    Iban,
    /// A BIC: a country at its place.
    Bic,
    /// A German identity card: digits weighted 7, 3, 1.
    IdentityCard,
    /// A French NIR: its key modulo 97.
    Nir,
    /// A Spanish DNI or NIE: its letter.
    Dni,
    /// An Italian codice fiscale: its last letter.
    CodiceFiscale,
    /// A Dutch BSN: the 11-test.
    Bsn,
    /// A Belgian national number: modulo 97, in both centuries.
    NationalNumber,
    /// A Swedish personnummer: a day, and Luhn over the last ten digits.
    Personnummer,
    /// A Polish PESEL: a day, and weights modulo 10.
    Pesel,
    /// A Portuguese NIF: weights modulo 11.
    Nif,
    /// A Brazilian CPF: two check digits modulo 11.
    Cpf,
    /// An Australian TFN: weights modulo 11.
    Tfn,
    /// A British NHS number: weights modulo 11.
    Nhs,
    /// An American SSN: parts that are issued.
    Ssn,
    /// A British NINO: a prefix that is issued.
    Nino,
    /// A German tax number: how often digits repeat, and modulo 11, 10.
    TaxId,
    /// An address of IPv4 or IPv6.
    Ip,
    /// Degrees of latitude, from -90 to 90.
    Latitude,
    /// Degrees of longitude, from -180 to 180.
    Longitude,
    /// Latitude and longitude, parted by a comma, semicolon or blank.
    Coordinates,
    /// Days, spread as birthdays of people are.
    Birthdays,
    /// As irregular as a generated secret.
    Entropy,
}

/// How sure a match makes.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    /// At most, where the name of the column agrees; 0.95 by default.
    pub with_name: Option<Share>,
    /// At most, where it does not, so that the values speak alone; 0.7 by default, 0.85 with a checksum, and nothing
    /// where there is nothing but a name. With 0 the name must agree.
    pub without_name: Option<Share>,
    /// What is less sure is not told; 0.5 by default.
    pub minimum: Option<Share>,
}

/// How sensitive data of one sort is told.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// `identifier`.
    pub kind: String,
    /// Its name. Under the name of a built-in identifier it takes that one's place.
    pub name: At<Name>,
    /// What its values are, in the plural, as in "98 of 100 sampled values are …".
    pub description: Option<String>,
    /// The tag that it proposes.
    pub tag: At<Name>,
    /// Found in the name of the column: as it is, or its words in lower case parted by blanks (`BirthDate` is `birth date`).
    /// An expression with `\.` is looked for in `table.column` instead, in such words.
    pub column_name: Option<Expression>,
    /// The whole value.
    pub value: Option<Expression>,
    /// What the value must be beyond that.
    pub checksum: Option<Checksum>,
    /// Words, of which a value must have one; case does not count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dictionary: Vec<String>,
    /// Which share of the values one may expect to be in the dictionary; 1 by default.
    pub coverage: Option<Share>,
    /// How sure a match makes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confidence: Confidence,
}

impl Identifier {
    /// Whether anything is looked at at all.
    pub fn looks(&self) -> bool {
        self.column_name.is_some() || self.looks_at_values()
    }
    /// Whether values are looked at, and not the name of the column alone.
    pub fn looks_at_values(&self) -> bool {
        self.value.is_some() || self.checksum.is_some() || !self.dictionary.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_of_a_limited_size() {
        let read = |text: &str| serde_json::from_value::<Expression>(text.into()).map_err(|error| error.to_string());
        assert!(read("^[a-z]+$").is_ok());
        assert!(
            read(r"(\w{100}){100}").unwrap_err().contains("is too large: compiled it takes more than 1048576 bytes")
        );
        for bad in ["(", "a)|(b", "(?x)a # "] {
            assert_eq!(read(bad).unwrap_err(), format!("`{bad}` is not a regular expression"));
        }
    }
}
