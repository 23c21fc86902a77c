//! Chance that comes out the same every time.

/// A splitmix64 generator.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included. `low` when `high` is less.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high.saturating_sub(low) + 1)
    }

    /// True once in `times` throws on average.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.between(1, times) == 1
    }

    /// One of `choices`: the first, or the default of the type, when there is nothing to choose from.
    pub(super) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let last = choices.len().saturating_sub(1) as u64;
        let index = usize::try_from(self.between(0, last)).unwrap_or_default();
        choices.get(index).copied().unwrap_or_default()
    }

    /// `count` decimal digits.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + (self.next() % 10) as u8)).collect()
    }

    /// `count` capital letters, of those no one misreads.
    pub(super) fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| self.pick(&['A', 'B', 'C', 'E', 'H', 'J', 'K', 'L', 'M', 'P', 'R', 'S', 'T', 'W'])).collect()
    }
}
