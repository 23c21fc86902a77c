//! Sets of small numbers.

/// A set of numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>);

fn place(number: usize) -> (usize, u64) {
    (number / 64, 1 << (number % 64))
}

impl Bits {
    pub(crate) fn insert(&mut self, number: usize) {
        let (word, bit) = place(number);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(crate) fn remove(&mut self, number: usize) {
        let (word, bit) = place(number);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        let (word, bit) = place(number);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether every number of another set is in this one.
    pub(crate) fn contains_all(&self, other: &Self) -> bool {
        other.0.iter().enumerate().all(|(at, word)| word & !self.0.get(at).copied().unwrap_or(0) == 0)
    }

    /// Whether some number of another set is in this one.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }

    /// Adds every number of another set.
    pub(crate) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one |= other);
    }

    /// Keeps only what another set has too.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one &= other);
    }

    /// Takes away what another set has.
    pub(crate) fn take(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one &= !other);
    }

    /// How many numbers there are.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many numbers this set has with another.
    pub(crate) fn common(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(one, other)| (one & other).count_ones() as usize).sum()
    }

    /// The numbers, the least first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut bits = Self::default();
        numbers.into_iter().for_each(|number| bits.insert(number));
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_what_their_numbers_say() {
        let (mut one, other): (Bits, Bits) = ([1, 64, 200].into_iter().collect(), [64, 3].into_iter().collect());
        assert_eq!(one.iter().collect::<Vec<_>>(), [1, 64, 200]);
        assert!(one.meets(&other) && !one.contains_all(&other) && one.contains_all(&[200].into_iter().collect()));
        assert_eq!((one.count(), one.common(&other)), (3, 1));
        one.join(&other);
        assert_eq!(one.iter().collect::<Vec<_>>(), [1, 3, 64, 200]);
        one.take(&other);
        assert_eq!(one.iter().collect::<Vec<_>>(), [1, 200]);
        one.join(&other);
        one.keep(&other);
        one.remove(3);
        assert!(one.contains(64) && one.count() == 1);
    }
}
