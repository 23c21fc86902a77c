//! What is looked at, and what is found.

use scrim_catalog::Name;

/// A column with a sample of its values.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The schema of its table.
    pub schema: &'a str,
    /// Its table.
    pub table: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its type, as the warehouse writes it.
    pub column_type: &'a str,
    /// How many rows were sampled.
    pub rows: u64,
    /// In how many of them it is NULL.
    pub nulls: u64,
    /// Distinct values as text, each with the number of its rows. They may be fewer than there are.
    pub values: &'a [(String, u64)],
}

/// What a column seems to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The identifier.
    pub identifier: Name,
    /// The tag that it proposes.
    pub tag: Name,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// Why, in a sentence without any value of the column.
    pub why: String,
}

/// A name as words in lower case, parted by blanks: `BirthDate`, `birth_date` and `BIRTH-DATE` are all `birth date`.
pub(crate) fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let begins = c.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric()
                || (before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase())));
        if (begins || !c.is_alphanumeric()) && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    words.truncate(words.trim_end().len());
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_words_however_they_are_written() {
        for name in ["BirthDate", "birth_date", "BIRTH-DATE", " birth.date ", "birthDate"] {
            assert_eq!(words(name), "birth date", "{name}");
        }
        assert_eq!(words("IBANNumber"), "iban number");
        assert_eq!(words("customerIP"), "customer ip");
        assert_eq!(words("Straße_2"), "straße 2");
        assert_eq!(words("___"), "");
    }
}
