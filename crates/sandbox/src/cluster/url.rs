//! Connection strings.

use std::fmt::Write;

/// A `postgresql://` connection string, with everything a name or password may hold escaped.
pub(super) fn postgresql(user: &str, password: &str, host: &str, port: u16, database: &str) -> String {
    format!("postgresql://{}:{}@{host}:{port}/{}", escaped(user), escaped(password), escaped(database))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_and_passwords_survive_the_connection_string() {
        let url = super::postgresql("ana@ex.com", "p:/?#[é% ", "127.0.0.1", 5432, "a/b");
        assert_eq!(url, "postgresql://ana%40ex.com:p%3A%2F%3F%23%5B%C3%A9%25%20@127.0.0.1:5432/a%2Fb");
        let config: tokio_postgres::Config = url.parse().unwrap();
        assert_eq!(config.get_user(), Some("ana@ex.com"));
        assert_eq!(config.get_password(), Some("p:/?#[é% ".as_bytes()));
        assert_eq!(config.get_dbname(), Some("a/b"));
    }
}
