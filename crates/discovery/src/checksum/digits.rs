//! Sums over digits that many numbers share.

/// The digits of a text.
pub(super) fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// The sum of digits, each times its weight.
pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The digits as a number.
pub(super) fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// Whether all digits are the same: such numbers pass many a check, and are nobody's.
pub(super) fn uniform(digits: &[u32]) -> bool {
    digits.windows(2).all(|pair| matches!(pair, [one, other] if one == other))
}

/// Luhn: every second digit from the right is doubled, and its digits added.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ if *digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10) && !uniform(digits)
}

/// Verhoeff: products in the group of symmetries of a pentagon, permuted by place.
pub(super) fn verhoeff(digits: &[u32]) -> bool {
    let check = digits.iter().rev().enumerate().fold(0, |check, (at, digit)| {
        let permuted = (0..at % 8).fold(*digit, |digit, _| PERMUTATION.get(digit as usize).copied().unwrap_or(0));
        product(check, permuted)
    });
    check == 0 && !uniform(digits)
}

const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The product of two symmetries: 0 to 4 are rotations, 5 to 9 reflections.
fn product(one: u32, other: u32) -> u32 {
    match (one < 5, other < 5) {
        (true, true) => (one + other) % 5,
        (true, false) => (one + other) % 5 + 5,
        (false, true) => (one - other) % 5 + 5,
        (false, false) => (5 + one - other) % 5,
    }
}
