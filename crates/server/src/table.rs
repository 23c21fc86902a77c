//! Tables, as JSON and as CSV.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row of a table: an object whose fields are the columns.
pub(crate) trait Row: Serialize {
    /// The columns, in their order.
    const COLUMNS: &'static [&'static str];
}

/// How a table is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// As objects.
    Json,
    /// As comma-separated values (RFC 4180).
    Csv,
}

impl Format {
    /// What is asked for by `Accept`, where no parameter says it.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or("").trim());
        let first = kinds.find(|kind| matches!(*kind, "text/csv" | "application/json" | "*/*"));
        if first == Some("text/csv") { Self::Csv } else { Self::Json }
    }
}

/// The first line: the names of the columns.
pub(crate) fn heading<T: Row>() -> String {
    let mut line = T::COLUMNS.join(",");
    line.push_str("\r\n");
    line
}

/// A line of a row.
pub(crate) fn line<T: Row>(row: &T) -> String {
    let row = serde_json::to_value(row).unwrap_or(Value::Null);
    let cells: Vec<String> = T::COLUMNS.iter().map(|column| cell(row.get(column))).collect();
    let mut line = cells.join(",");
    line.push_str("\r\n");
    line
}

/// A whole table as CSV.
pub(crate) fn csv<T: Row>(rows: &[T]) -> Response {
    let mut text = heading::<T>();
    rows.iter().for_each(|row| text.push_str(&line(row)));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().map(written).collect();
            quoted(&parts.join("; "))
        }
        // A number is no formula, also when it is negative.
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => quoted(&written(other)),
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text as a cell. Spreadsheets would compute what begins as a formula does: before that an apostrophe is put.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r', ';']) || text.starts_with(['\'', ' ']) || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_neither_a_formula_nor_two_cells() {
        let cases = [
            ("plain", "plain"),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-1", "\"'-1\""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(Some(&Value::from(text))), expected);
        }
        assert_eq!(cell(Some(&Value::from(-5))), "-5");
        assert_eq!(cell(Some(&serde_json::json!(["=a", "b"]))), "\"'=a; b\"");
    }

    #[test]
    fn the_first_type_that_there_is_is_accepted() {
        let accepting = |text: &'static str| HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))]);
        assert_eq!(Format::accepted(&accepting("text/csv, */*;q=0.1")), Format::Csv);
        assert_eq!(Format::accepted(&accepting("text/html, application/json, text/csv")), Format::Json);
        assert_eq!(Format::accepted(&HeaderMap::new()), Format::Json);
    }
}
