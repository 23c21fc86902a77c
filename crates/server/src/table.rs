//! Tables, as JSON and as CSV.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde_json::Value;

use crate::Problem;

/// A row of a table: an object whose fields are the columns.
pub(crate) trait Row: Serialize {
    /// The columns, in their order.
    const COLUMNS: &'static [&'static str];
}

/// How a table is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// As objects.
    Json,
    /// As comma-separated values (RFC 4180).
    Csv,
}

impl Format {
    /// What is asked for: by a parameter, otherwise by `Accept`.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn wanted(parameter: Option<&str>, headers: &HeaderMap) -> Result<Self, Problem> {
        match parameter {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(Problem::malformed(format!("`format` is `{other}`, and there are `json` and `csv`"))),
            None => {
                let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
                let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or("").trim());
                let first = kinds.find(|kind| matches!(*kind, "text/csv" | "application/json" | "*/*"));
                Ok(if first == Some("text/csv") { Self::Csv } else { Self::Json })
            }
        }
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
    fn the_parameter_goes_before_the_header() {
        let accepting = |text: &'static str| HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))]);
        let wanted = |parameter, text| Format::wanted(parameter, &accepting(text)).unwrap();
        assert_eq!(wanted(None, "text/csv, */*;q=0.1"), Format::Csv);
        assert_eq!(wanted(None, "text/html, application/json, text/csv"), Format::Json);
        assert_eq!(wanted(Some("json"), "text/csv"), Format::Json);
        assert!(Format::wanted(Some("xml"), &HeaderMap::new()).is_err());
    }
}
