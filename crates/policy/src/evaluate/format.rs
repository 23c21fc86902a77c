//! `format_preserving`: each character another of its class.

use scrim_catalog::CheckDigits;
use sha2::{Digest, Sha256};

/// The most characters; longer values are NULL, for warehouses have no loops.
pub(super) const MOST: usize = 64;

/// How many characters one hash serves: four hexadecimal digits each.
const SERVED: usize = 16;

/// A text with every digit, letter and other character beyond ASCII replaced: by the salt, the whole text and the place.
/// Punctuation and blanks stay: they are the format.
pub(super) fn preserve(text: &str, salt: &str) -> Option<String> {
    let seed = hex::encode(Sha256::new_with_prefix(salt).chain_update(text).finalize());
    if text.chars().count() > MOST {
        return None;
    }
    let mut shown = String::new();
    for (at, character) in text.chars().enumerate() {
        let block = Sha256::new_with_prefix(&seed).chain_update((at / SERVED).to_string()).finalize();
        let bytes = block.get(at % SERVED * 2..).and_then(|rest| rest.first_chunk::<2>())?;
        let draw = u16::from_be_bytes(*bytes);
        let of = |first: u8, count: u16| char::from(first + u8::try_from(draw % count).unwrap_or(0));
        shown.push(match character {
            '0'..='9' => of(b'0', 10),
            'A'..='Z' => of(b'A', 26),
            'a'..='z' => of(b'a', 26),
            ascii if ascii.is_ascii() => ascii,
            _ => of(b'a', 26),
        });
    }
    Some(shown)
}

/// The same, with check digits that are right.
pub(super) fn checked(text: &str, salt: &str, check: Option<CheckDigits>) -> Option<String> {
    let shown = preserve(text, salt)?;
    Some(match check {
        None => shown,
        Some(CheckDigits::Luhn) => luhn(&shown),
        Some(CheckDigits::Iban) => iban(text, &shown),
    })
}

/// The last digit, so that the sum of the digits, every second one from behind doubled and taken as its own sum of
/// digits, is a multiple of ten.
fn luhn(shown: &str) -> String {
    let digits: Vec<u32> = shown.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((last, body)) = shown.rfind(|c: char| c.is_ascii_digit()).zip(digits.split_last().map(|(_, body)| body))
    else {
        return shown.to_owned();
    };
    let sum: u32 = body
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    let check = (10 - sum % 10) % 10;
    let (before, after) = shown.split_at(last);
    format!("{before}{check}{}", after.get(1..).unwrap_or(""))
}

/// The country of the account, and the two check digits that go with the rest; what has not the form of an account
/// number is left as it is.
fn iban(text: &str, shown: &str) -> String {
    let compact = text.replace(' ', "");
    let upper = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|b| b.is_ascii_uppercase()));
    let digits = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let rest = compact.get(4..).unwrap_or("");
    let account = (11..=30).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && upper(text.get(..2))
        && digits(text.get(2..4));
    if !account {
        return shown.to_owned();
    }
    let (country, tail) = (text.get(..2).unwrap_or(""), shown.get(4..).unwrap_or(""));
    let number = tail.replace(' ', "") + country + "00";
    // Letters count from 10: A is 10, Z is 35.
    let remainder = number
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |sum, value| if value < 10 { (sum * 10 + value) % 97 } else { (sum * 100 + value) % 97 });
    format!("{country}{:02}{tail}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luhn_valid(text: &str) -> bool {
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        let double = |(at, d): (usize, &u32)| if at % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d };
        digits.iter().rev().enumerate().map(double).sum::<u32>() % 10 == 0
    }

    fn iban_valid(text: &str) -> bool {
        let compact = text.replace(' ', "");
        let moved = format!("{}{}", &compact[4..], &compact[..4]);
        let digits: String = moved.chars().map(|c| c.to_digit(36).unwrap().to_string()).collect();
        digits.bytes().fold(0_u32, |sum, d| (sum * 10 + u32::from(d - b'0')) % 97) == 1
    }

    #[test]
    fn classes_and_lengths_stay_and_all_else_goes() {
        let shown = preserve("Ab-9 ż日!", "salt").unwrap();
        let classes: Vec<bool> = vec![
            shown.chars().next().unwrap().is_ascii_uppercase(),
            shown.chars().nth(1).unwrap().is_ascii_lowercase(),
            shown.chars().nth(3).unwrap().is_ascii_digit(),
        ];
        assert_eq!((shown.chars().count(), classes), (8, vec![true; 3]));
        assert_eq!(shown.chars().filter(|c| "- !".contains(*c)).count(), 3);
        assert!(shown.is_ascii());
        assert_eq!(preserve("Ab-9 ż日!", "salt").unwrap(), shown);
        assert_ne!(preserve("Ab-9 ż日!", "other").unwrap(), shown);
        assert_eq!(preserve(&"x".repeat(65), "salt"), None);
    }

    /// HARDENING 17: a change anywhere changes everything, and equal characters do not stay equal.
    #[test]
    fn every_character_depends_on_salt_value_and_place() {
        let base = preserve("0000000000000000", "salt").unwrap();
        assert!(base.chars().collect::<std::collections::BTreeSet<_>>().len() > 4, "{base}");
        for at in 0..16 {
            let mut other = "0000000000000000".to_owned();
            other.replace_range(at..=at, "1");
            let other = preserve(&other, "salt").unwrap();
            let same = base.chars().zip(other.chars()).filter(|(one, other)| one == other).count();
            assert!(same < 8, "{base} {other}");
        }
    }

    #[test]
    fn check_digits_are_right() {
        for at in 0..200 {
            let card = checked(&format!("4111 1111-1111 {at:04}"), "salt", Some(CheckDigits::Luhn)).unwrap();
            assert!(luhn_valid(&card), "{card}");
            let iban = checked(&format!("DE89 3704 0044 0532 013{at:03}"), "salt", Some(CheckDigits::Iban)).unwrap();
            assert!(iban_valid(&iban) && iban.starts_with("DE") && iban.len() == 26, "{iban}");
            let iban = checked(&format!("GB29NWBK60161331926{at:03}"), "salt", Some(CheckDigits::Iban)).unwrap();
            assert!(iban_valid(&iban), "{iban}");
        }
        assert_eq!(checked("none", "salt", Some(CheckDigits::Luhn)), preserve("none", "salt"));
        assert_eq!(checked("de89 x", "salt", Some(CheckDigits::Iban)), preserve("de89 x", "salt"));
    }
}
