//! Numbers of persons elsewhere, and in Britain.

use super::digits::{number, uniform, weighted};

/// Two check digits, each modulo 11, over what stands before it.
pub(super) fn cpf(digits: &[u32]) -> bool {
    let check = |before: &[u32]| {
        let weights: Vec<u32> = (2..=11).take(before.len()).collect();
        let sum = before.iter().rev().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>();
        if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
    };
    let at = |at: usize| digits.get(at).copied();
    digits.len() == 11
        && !uniform(digits)
        && digits.get(..9).map(check) == at(9)
        && digits.get(..10).map(check) == at(10)
}

/// Weights modulo 11.
pub(super) fn tfn(digits: &[u32]) -> bool {
    digits.len() == 9 && !uniform(digits) && weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// Weights 10 to 2, modulo 11; no number has 10 for a check digit.
pub(super) fn nhs(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last().filter(|(_, rest)| rest.len() == 9) else { return false };
    let expected = (11 - weighted(rest, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    expected == *check && !uniform(digits)
}

/// Area, group and serial: none is all zeros, and areas 666 and from 900 on are not issued.
pub(super) fn ssn(digits: &[u32]) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).map(number);
    match (part(0, 3), part(3, 5), part(5, 9)) {
        (Some(area), Some(group), Some(serial)) => {
            digits.len() == 9 && area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
        }
        _ => false,
    }
}

/// Prefixes that are not issued.
pub(super) fn nino(text: &str) -> bool {
    !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].iter().any(|prefix| text.starts_with(prefix))
}
