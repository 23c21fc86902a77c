//! Values that are made, the same ones every time.

#![allow(dead_code, reason = "each test takes what it needs")]

/// Numbers that look random, the same ones every time.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
    pub(crate) fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
    /// A text of a form: `#` is a digit, `^` a capital, `~` one of letters and digits; others are what they are.
    pub(crate) fn form(&mut self, form: &str) -> String {
        let mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let one = |c: char| match c {
            '#' => char::from_digit(u32::try_from(self.below(10)).unwrap(), 10).unwrap(),
            '^' => mixed.chars().nth(usize::try_from(self.below(26)).unwrap()).unwrap(),
            '~' => mixed.chars().nth(usize::try_from(self.below(62)).unwrap()).unwrap(),
            other => other,
        };
        form.chars().map(one).collect()
    }
}

/// Distinct values, each in one row.
pub(crate) fn distinct(count: usize, mut value: impl FnMut() -> String) -> Vec<(String, u64)> {
    let mut all = std::collections::BTreeSet::new();
    for _ in 0..count * 2000 {
        if all.len() == count {
            break;
        }
        all.insert(value());
    }
    all.into_iter().map(|value| (value, 1)).collect()
}
