//! Numbers of persons in Europe.

use chrono::NaiveDate;

use super::digits::{digits, luhn, number, uniform, weighted};

/// Whether two digits each are a day; some numbers add to the month or the day.
fn day(year: u32, month: u32, day: u32) -> bool {
    // Of a year of two digits the century is unknown: one with a 29th of February will do.
    [1900, 2000].iter().any(|century| NaiveDate::from_ymd_opt(century + year.cast_signed(), month, day).is_some())
}

fn two(digits: &[u32], at: usize) -> Option<u32> {
    Some(digits.get(at)? * 10 + digits.get(at + 1)?)
}

/// The check digit behind nine characters, weighted 7, 3, 1; A is 10. A `D` may follow.
pub(super) fn identity_card(text: &str) -> bool {
    let text = text.strip_suffix('D').filter(|rest| rest.len() == 10).unwrap_or(text);
    let values: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(36)).collect();
    let Some(values) = values.filter(|values| values.len() == 10) else { return false };
    match values.split_last() {
        Some((check, rest)) => weighted(rest, &[7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == *check,
        None => false,
    }
}

/// The key is 97 less the remainder; the departments of Corsica count as 19 and 18.
pub(super) fn nir(text: &str) -> bool {
    let text = text.replacen("2A", "19", 1).replacen("2B", "18", 1);
    let digits = digits(&text);
    let Some((body, key)) = digits.split_at_checked(13).filter(|_| digits.len() == 15) else { return false };
    97 - number(body) % 97 == number(key)
}

/// The letter is told by the remainder modulo 23; X, Y and Z of foreigners are 0, 1 and 2.
pub(super) fn dni(text: &str) -> bool {
    let mut chars: Vec<char> = text.chars().collect();
    let Some(letter) = chars.pop() else { return false };
    if let Some(first) = chars.first_mut() {
        *first = match *first {
            'X' => '0',
            'Y' => '1',
            'Z' => '2',
            other => other,
        };
    }
    let digits = digits(&chars.into_iter().collect::<String>());
    let at = usize::try_from(number(&digits) % 23).unwrap_or(0);
    digits.len() == 8 && "TRWAGMYFPDXBNJZSQVHLCKE".chars().nth(at) == Some(letter)
}

/// Characters at odd places count by a table, those at even places by themselves; the sum modulo 26 is the last letter.
pub(super) fn codice_fiscale(text: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place = |c: char| c.to_digit(10).or_else(|| c.is_ascii_uppercase().then(|| u32::from(c) - u32::from('A')));
    let places: Option<Vec<u32>> = text.chars().map(place).collect();
    let Some(places) = places.filter(|places| places.len() == 16) else { return false };
    let (body, last) = places.split_at(15);
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(at, place)| if at % 2 == 0 { ODD.get(*place as usize).copied().unwrap_or(0) } else { *place })
        .sum();
    text.ends_with(|c: char| c.is_ascii_uppercase()) && last == [sum % 26]
}

/// The 11-test: weights 9 to 2, and -1 for the last digit. Eight digits have lost a leading zero.
pub(super) fn bsn(digits: &[u32]) -> bool {
    let padded: Vec<u32> = if digits.len() == 8 { [&[0], digits].concat() } else { digits.to_vec() };
    let Some((last, rest)) = padded.split_last().filter(|(_, rest)| rest.len() == 8) else { return false };
    weighted(rest, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == *last && !uniform(digits)
}

/// Two check digits, modulo 97; of those born from 2000 on with a 2 before the number.
pub(super) fn national_number(digits: &[u32]) -> bool {
    let Some(month) = two(digits, 2).filter(|_| digits.len() == 11) else { return false };
    let (body, check) = digits.split_at(9);
    let body = number(body);
    // Of people who are not resident, 20 or 40 is added to the month.
    month % 20 <= 12 && [body, body + 2_000_000_000].iter().any(|whole| 97 - whole % 97 == number(check))
}

/// A day, or one with 60 added to it, and Luhn over the last ten digits.
pub(super) fn personnummer(digits: &[u32]) -> bool {
    let Some(short) = digits.len().checked_sub(10).and_then(|from| digits.get(from..)) else { return false };
    let (Some(year), Some(month), Some(born)) = (two(short, 0), two(short, 2), two(short, 4)) else { return false };
    day(year, month, if born > 60 { born - 60 } else { born }) && luhn(short)
}

/// A day, with a multiple of 20 added to the month for the century, and weights modulo 10.
pub(super) fn pesel(digits: &[u32]) -> bool {
    let (Some(year), Some(month), Some(born)) = (two(digits, 0), two(digits, 2), two(digits, 4)) else { return false };
    digits.len() == 11
        && day(year, month % 20, born)
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Weights 9 to 2, modulo 11; 10 and 11 are written 0.
pub(super) fn nif(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last().filter(|(_, rest)| rest.len() == 8) else { return false };
    let expected = 11 - weighted(rest, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    *check == if expected > 9 { 0 } else { expected }
}

/// Of the first ten digits one comes two or three times and no other twice; the last is by ISO 7064 modulo 11, 10.
pub(super) fn tax_id(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last().filter(|(_, rest)| rest.len() == 10) else { return false };
    let mut counts: Vec<usize> = (0..10).map(|digit| rest.iter().filter(|other| **other == digit).count()).collect();
    counts.sort_unstable();
    let repeated = matches!(counts.as_slice(), [.., 0 | 1, 2 | 3]);
    let product = rest.iter().fold(10, |product, digit| match (digit + product) % 10 {
        0 => 20 % 11,
        sum => sum * 2 % 11,
    });
    repeated && (11 - product) % 10 == *check
}
