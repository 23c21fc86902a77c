//! Many rows in few statements.

/// How many rows go into one statement at most: well below the number of values that either engine takes.
const LARGEST: usize = 256;

/// Cuts a list into pieces of 256, 64, 16, 4 or 1. Statements are prepared, and those of other lengths would each be another
/// one that both sides keep.
pub(crate) fn batches<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    let mut size = LARGEST;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        while size > rest.len() {
            size /= 4;
        }
        let (batch, after) = rest.split_at_checked(size)?;
        rest = after;
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out_or_done_twice() {
        for length in 0..1100 {
            let list: Vec<_> = (0..length).collect();
            assert_eq!(batches(&list).flatten().copied().collect::<Vec<_>>(), list);
            assert!(batches(&list).all(|batch| [1, 4, 16, 64, 256].contains(&batch.len())));
        }
    }
}
