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
