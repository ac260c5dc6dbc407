//! Token buckets that hold packets back.

use crate::plan::Shaper;
use crate::units::time::PS_PER_S;

/// A shaper at work: contents are bits × 10^12.
#[derive(Debug)]
pub(super) struct Bucket {
    rate_bps: u64,
    full: u128,
    contents: u128,
    last: u64,
}

/// What so many bits take out of a bucket.
pub(super) fn contents_of(bits: u64) -> u128 {
    u128::from(bits) * u128::from(PS_PER_S)
}

impl Bucket {
    /// A full bucket at time zero.
    pub(super) fn new(shaper: &Shaper) -> Self {
        let full = 8 * contents_of(shaper.burst.0);
        Self {
            rate_bps: shaper.rate_bps,
            full,
            contents: full,
            last: 0,
        }
    }

    fn filled(&self, now: u64) -> u128 {
        let more = u128::from(now - self.last) * u128::from(self.rate_bps);
        self.full.min(self.contents + more)
    }

    /// When a packet of so many bits may begin, `now` at the earliest.
    pub(super) fn allows(&self, bits: u64, now: u64) -> u64 {
        let need = contents_of(bits);
        assert!(need <= self.full, "a shaper holds every packet");
        let missing = need.saturating_sub(self.filled(now));
        let rate = self.rate_bps;
        let wait = match u64::try_from(missing) {
            Ok(missing) => missing.div_ceil(rate), // 64 bits are ten times quicker
            Err(_) => u64::try_from(missing.div_ceil(u128::from(rate))).expect("within 213 days"),
        };
        now + wait
    }

    /// A packet that is allowed begins.
    pub(super) fn take(&mut self, bits: u64, now: u64) {
        self.contents = self.filled(now) - contents_of(bits);
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Octets;

    #[test]
    fn after_its_burst_a_shaper_of_1_mbps_spaces_1500_octets_by_12_ms() {
        let mut bucket = Bucket::new(&Shaper {
            rate_bps: 1_000_000,
            burst: Octets(3000),
        });
        let mut now = 5_000_000_000_000;
        let mut begins = Vec::new();
        for _ in 0..4 {
            now = bucket.allows(12_000, now);
            bucket.take(12_000, now);
            begins.push((now - 5_000_000_000_000) / 1_000_000_000);
        }
        assert_eq!(begins, [0, 0, 12, 24]);
    }

    #[test]
    fn part_picoseconds_are_kept() {
        // One bit at 3 b/s takes a third of a second: 333 333 333 333.3 ps.
        let mut bucket = Bucket::new(&Shaper {
            rate_bps: 3,
            burst: Octets(1),
        });
        bucket.take(8, 0);
        let mut now = 0;
        for expected in [333_333_333_334, 666_666_666_667, 1_000_000_000_000] {
            now = bucket.allows(1, now);
            bucket.take(1, now);
            assert_eq!(now, expected);
        }
    }
}
