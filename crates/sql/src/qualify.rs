//! Built-in functions by their full names, for Redshift.
//!
//! A late-binding view is resolved anew for each reader, and the body of a SQL function for each caller, under a search
//! path that is theirs: a function of their own, called like a built-in one, would be handed values and salts. ("Preventing
//! UDF naming conflicts" in the Database Developer Guide: a UDF may have a built-in's name in another schema.)

/// What looks like a call and is grammar, which no function can take the place of: keywords, types with a length, and
/// expressions with a syntax of their own.
const GRAMMAR: [&str; 34] = [
    "ALL", "AND", "AS", "BETWEEN", "BY", "CASE", "CAST", "CHAR", "COALESCE", "DATEADD", "DECIMAL", "DISTINCT", "ELSE",
    "EXISTS", "EXTRACT", "FROM", "GREATEST", "HAVING", "IN", "JOIN", "LEAST", "NOT", "NULLIF", "NUMERIC", "ON", "OR",
    "SELECT", "THEN", "UNION", "USING", "VALUES", "VARCHAR", "WHEN", "WHERE",
];

/// Functions that also have a syntax of their own, which parsers look for behind the name: in quotes it is a name.
const QUOTED: [(&str, &str); 2] = [("SUBSTRING", "\"substring\""), ("FLOOR", "\"floor\"")];

/// The text with `pg_catalog.` before each call of a function that names no schema. It holds no comment, and no backslash
/// in a literal: Scrim writes neither.
pub(crate) fn qualified(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 4);
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = match first {
            // A doubled quote ends one and begins the next.
            '\'' | '"' => 1 + rest[1..].find(first).map_or(rest.len() - 1, |end| end + 1),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        let named = first.is_alphabetic() || first == '_';
        if named && behind.starts_with('(') && before != '.' && !GRAMMAR.contains(&token.to_ascii_uppercase().as_str())
        {
            out.push_str("pg_catalog.");
            let quoted = QUOTED.iter().find(|(plain, _)| token.eq_ignore_ascii_case(plain));
            out.push_str(quoted.map_or(token, |(_, quoted)| quoted));
        } else {
            out.push_str(token);
        }
        if !first.is_whitespace() {
            before = first;
        }
        rest = behind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::qualified;

    #[test]
    fn calls_are_qualified_and_nothing_else() {
        for (sql, expected) in [
            ("SHA2(k.salt || RTRIM(t.\"a\"), 256)", "pg_catalog.SHA2(k.salt || pg_catalog.RTRIM(t.\"a\"), 256)"),
            (
                "CAST(MAX(CASE WHEN a IN ('MAX(', 'it''s MIN(') THEN 1 END) AS VARCHAR(64))",
                "CAST(pg_catalog.MAX(CASE WHEN a IN ('MAX(', 'it''s MIN(') THEN 1 END) AS VARCHAR(64))",
            ),
            ("f.\"f_hash\"(a) + s.f_sum(b) + f . g(c)", "f.\"f_hash\"(a) + s.f_sum(b) + f . g(c)"),
            ("SUBSTRING(a, 1, 2)", "pg_catalog.\"substring\"(a, 1, 2)"),
            ("COUNT(*) OVER (PARTITION BY x)", "pg_catalog.COUNT(*) OVER (PARTITION BY x)"),
            ("COALESCE(\"LEFT(\", LEFT('ż(', 1))", "COALESCE(\"LEFT(\", pg_catalog.LEFT('ż(', 1))"),
        ] {
            assert_eq!(qualified(sql), expected);
        }
    }
}
