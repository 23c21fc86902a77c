//! Names of warehouse tables: `[database.]schema.table`.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Name;

/// A table or view in a warehouse. A part that contains a dot is written in double quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The database, where written.
    pub database: Option<Name>,
    /// The schema.
    pub schema: Name,
    /// The table.
    pub table: Name,
}

/// A table name that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a table name; write `schema.table` or `database.schema.table`")]
pub struct TableNameError(String);

impl FromStr for TableName {
    type Err = TableNameError;

    fn from_str(text: &str) -> Result<Self, TableNameError> {
        let bad = || TableNameError(text.to_owned());
        let parts = split(text).ok_or_else(bad)?;
        let names: Vec<Name> = parts.into_iter().map(Name::new).collect::<Result<_, _>>().map_err(|_| bad())?;
        match <[Name; 3]>::try_from(names) {
            Ok([database, schema, table]) => Ok(Self { database: Some(database), schema, table }),
            Err(names) => match <[Name; 2]>::try_from(names) {
                Ok([schema, table]) => Ok(Self { database: None, schema, table }),
                Err(_) => Err(bad()),
            },
        }
    }
}

/// Splits at dots outside double quotes; a doubled quote inside stands for one.
fn split(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => parts.last_mut()?.push('"'),
            '"' if quoted || parts.last()?.is_empty() => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            c => parts.last_mut()?.push(c),
        }
    }
    (!quoted).then_some(parts)
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |name: &Name| {
            if name.contains(['.', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_string() }
        };
        if let Some(database) = &self.database {
            write!(f, "{}.", part(database))?;
        }
        write!(f, "{}.{}", part(&self.schema), part(&self.table))
    }
}

impl Serialize for TableName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TableName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TableName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^.+\\..+$", "description": "[database.]schema.table" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_or_three_parts_and_quotes() {
        let read = |t: &str| t.parse::<TableName>().map(|t| t.to_string()).ok();
        assert_eq!(read("hr.employees").as_deref(), Some("hr.employees"));
        assert_eq!(read("db.hr.employees").as_deref(), Some("db.hr.employees"));
        assert_eq!(read(r#"hr."a.""b""#).as_deref(), Some(r#"hr."a.""b""#));
        assert_eq!(read("employees"), None);
        assert_eq!(read("a.b.c.d"), None);
        assert_eq!(read("a..b"), None);
    }
}
