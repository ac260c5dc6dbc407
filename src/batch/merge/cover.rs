//! Whether shards hold every case once.

use std::ops::Range;

use crate::batch::shard::Shard;
use crate::batch::store::{Found, State};

/// What shards come to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cover {
    /// What is wrong, one line each; missing cases are not among it.
    pub faults: Vec<String>,
    /// Cases that none holds.
    pub missing: Vec<Range<u64>>,
    /// Shards with cases, in the order of these.
    pub shards: Vec<Shard>,
}

/// What the shards in a folder come to, for a sweep of so many cases. The cases of a damaged shard
/// are not missing: that is told once.
pub fn cover(found: &[Found], cases: u64) -> Cover {
    let mut cover = Cover::default();
    for Found { shard, state } in found {
        match state {
            State::Damaged { why } | State::Foreign { why } => {
                cover.faults.push(format!("{}: {why}", shard.folder()));
            }
            State::Whole => {}
        }
        let foreign = matches!(state, State::Foreign { .. });
        if !foreign && !shard.cases(cases).is_empty() {
            cover.shards.push(*shard);
        }
    }
    let range = |shard: &Shard| shard.cases(cases);
    cover.shards.sort_by_key(|shard| {
        let cases = range(shard);
        (cases.start, cases.end, *shard)
    });
    let mut next = 0;
    let mut last: Option<&Shard> = None;
    for shard in &cover.shards {
        let held = range(shard);
        if held.start > next {
            cover.missing.push(next..held.start);
        }
        if let Some(other) = last.filter(|_| held.start < next) {
            cover.faults.push(format!(
                "cases {}..{} are in two shards, {} and {}",
                held.start,
                held.end.min(next),
                other.folder(),
                shard.folder()
            ));
        }
        if held.end > next {
            (next, last) = (held.end, Some(shard));
        }
    }
    if next < cases {
        cover.missing.push(next..cases);
    }
    cover
}

/// The shards of the first of these cuts that hold the missing cases and no others; `None` where
/// every cut would work out a case twice.
pub fn filling(missing: &[Range<u64>], cuts: &[u64], cases: u64) -> Option<Vec<Shard>> {
    let lies_in = |held: &Range<u64>, gap: &Range<u64>| {
        let apart = held.end <= gap.start || gap.end <= held.start;
        (!apart).then_some(gap.start <= held.start && held.end <= gap.end)
    };
    let of = |count: u64| {
        let mut shards = Vec::new();
        for index in 0..count {
            let shard = Shard { index, count };
            let held = shard.cases(cases);
            if held.is_empty() {
                continue;
            }
            match missing.iter().find_map(|gap| lies_in(&held, gap)) {
                Some(true) => shards.push(shard),
                Some(false) => return None,
                None => {}
            }
        }
        Some(shards)
    };
    cuts.iter().find_map(|count| of(*count))
}

// A list of one range is just that here.
#[allow(clippy::single_range_in_vec_init)]
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(shards: &[(u64, u64)]) -> Vec<Found> {
        let whole = |&(index, count): &(u64, u64)| Found {
            shard: Shard { index, count },
            state: State::Whole,
        };
        shards.iter().map(whole).collect()
    }

    #[test]
    fn gaps_and_cases_held_twice_are_told_as_ranges() {
        let told = cover(&found(&[(0, 2), (0, 10), (9, 10)]), 1000);
        let twice = "cases 0..100 are in two shards, shard-000000-of-000010 and \
                     shard-000000-of-000002";
        assert_eq!(told.faults, [twice]);
        assert_eq!(told.missing, [500..900]);
        assert_eq!(cover(&[], 7).missing, [0..7]);
        let whole = cover(&found(&[(1, 2), (0, 2)]), 7);
        assert!(whole.faults.is_empty() && whole.missing.is_empty());
    }

    #[test]
    fn what_is_missing_is_worked_out_in_the_cut_that_fits() {
        let cuts = [2, 4];
        let shards = |missing: &[Range<u64>]| {
            let shards = filling(missing, &cuts, 100)?;
            Some(shards.iter().map(|one| (one.index, one.count)).collect())
        };
        assert_eq!(shards(&[0..50]), Some(vec![(0, 2)]));
        assert_eq!(shards(&[50..75]), Some(vec![(2, 4)]));
        assert_eq!(shards(&[0..25, 75..100]), Some(vec![(0, 4), (3, 4)]));
        assert_eq!(shards(&[0..10]), None);
        assert_eq!(shards(&[]), Some(vec![]));
    }

    proptest! {
        /// Against a list of how often every single case is held.
        #[test]
        fn cover_agrees_with_counting_every_case(
            cases in 1..60_u64,
            shards in prop::collection::btree_set((1..9_u64, 0..8_u64), 0..8),
        ) {
            let shards: Vec<_> = shards.into_iter().map(|(count, at)| (at % count, count)).collect();
            let mut shards = shards;
            shards.sort();
            shards.dedup();
            let found = found(&shards);
            let mut held = vec![0; usize::try_from(cases).unwrap()];
            for one in &found {
                for case in one.shard.cases(cases) {
                    held[usize::try_from(case).unwrap()] += 1;
                }
            }
            let told = cover(&found, cases);
            prop_assert_eq!(!told.faults.is_empty(), held.iter().any(|times| *times > 1));
            let missing: Vec<u64> = told.missing.iter().cloned().flatten().collect();
            let naive: Vec<u64> = (0..cases).filter(|case| held[*case as usize] == 0).collect();
            prop_assert_eq!(missing, naive);
        }
    }
}
