//! The one place where names and values become SQL text.

use std::fmt::Write as _;

/// A name in double quotes, doubled inside.
///
/// Redshift folds quoted names to lower case unless told otherwise; names are compared folded when a catalog
/// is checked, so nothing can hide behind case.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal. Redshift takes a backslash in a literal for an escape and PostgreSQL does not, so that none
/// is ever written: it becomes `CHR(92)`.
pub(crate) fn literal(text: &str) -> String {
    let quoted = |part: &str| format!("'{}'", part.replace('\'', "''"));
    // NUL is refused where values are read; should one come through, the statement must not end early.
    let text = text.replace('\0', "");
    if !text.contains('\\') {
        return quoted(&text);
    }
    let mut sql = String::from("(");
    for (at, part) in text.split('\\').enumerate() {
        let _ = if at == 0 { write!(sql, "{}", quoted(part)) } else { write!(sql, " || CHR(92) || {}", quoted(part)) };
    }
    sql.push(')');
    sql
}

/// A text between dollar quotes that it does not contain.
pub(crate) fn dollar(text: &str) -> String {
    let mut tag = String::from("$scrim$");
    while text.contains(tag.as_str()) {
        tag.insert(tag.len() - 1, '_');
    }
    format!("{tag} {text} {tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_backslashes_never_written() {
        assert_eq!(ident(r#"a"b"#), r#""a""b""#);
        assert_eq!(dollar("a $scrim$ b"), "$scrim_$ a $scrim$ b $scrim_$");
        assert_eq!(literal("O'Brien"), "'O''Brien'");
        assert_eq!(literal(r"a\' or 1=1 --"), r"('a' || CHR(92) || ''' or 1=1 --')");
    }
}
