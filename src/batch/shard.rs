//! A part of a sweep: which cases it holds, and its folder.

use std::ops::Range;

/// Shard `index` of `count`, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Shard {
    /// Below `count`.
    pub index: u64,
    /// Positive.
    pub count: u64,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// The cases of this shard: from ⌊cases·index/count⌋ to ⌊cases·(index+1)/count⌋, end excluded.
    #[must_use]
    pub fn cases(self, cases: u64) -> Range<u64> {
        let bound = |index: u64| {
            let exact = u128::from(cases) * u128::from(index) / u128::from(self.count);
            u64::try_from(exact).expect("not above the number of cases")
        };
        bound(self.index)..bound(self.index + 1)
    }

    /// The name of its folder: "shard-000003-of-000200".
    #[must_use]
    pub fn folder(self) -> String {
        format!("shard-{:06}-of-{:06}", self.index, self.count)
    }

    /// From the name of its folder, as [`Shard::folder`] writes it.
    #[must_use]
    pub fn of_folder(name: &str) -> Option<Self> {
        let (index, count) = name.strip_prefix("shard-")?.split_once("-of-")?;
        let shard = Self::parse(&format!("{index}/{count}"))?;
        (shard.folder() == name).then_some(shard)
    }

    /// From "3/200".
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (index, count) = text.split_once('/')?;
        let whole = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
            digits.then(|| text.parse::<u64>().ok()).flatten()
        };
        let shard = Self {
            index: whole(index)?,
            count: whole(count)?,
        };
        (shard.index < shard.count).then_some(shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shards_are_read_as_they_are_written() {
        let shard = Shard::parse("3/200").unwrap();
        assert_eq!(shard.folder(), "shard-000003-of-000200");
        assert_eq!(Shard::of_folder(&shard.folder()), Some(shard));
        let long = Shard::parse("1234567/20000000").unwrap();
        assert_eq!(Shard::of_folder(&long.folder()), Some(long));
        for bad in [
            "", "/", "3", "3/", "/3", "3/3", "0/0", "-1/3", "+1/3", "1 /3", "1/3/4",
        ] {
            assert_eq!(Shard::parse(bad), None, "{bad}");
        }
        for bad in [
            "shard-3-of-200",
            "shard-000200-of-000200",
            ".tmp-shard",
            "results.csv",
        ] {
            assert_eq!(Shard::of_folder(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_hundred_cases_in_seven_shards_are_cut_as_by_hand() {
        let cut = |index| Shard { index, count: 7 }.cases(100);
        // 100·k/7 = 14.28…, 28.57…, 42.85…, 57.14…, 71.42…, 85.71…
        let by_hand = [0..14, 14..28, 28..42, 42..57, 57..71, 71..85, 85..100];
        assert!((0..7).map(cut).eq(by_hand));
    }

    proptest! {
        #[test]
        fn every_case_is_in_one_shard(cases in 0..u64::MAX, count in 1..500_u64) {
            let mut next = 0;
            for index in 0..count {
                let cut = Shard { index, count }.cases(cases);
                prop_assert_eq!(cut.start, next);
                prop_assert!(cut.end - cut.start <= cases / count + 1);
                next = cut.end;
            }
            prop_assert_eq!(next, cases);
        }
    }
}
