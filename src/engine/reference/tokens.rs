//! Token buckets: what holds packets back, and what colours them.

use crate::plan::Shaper;
use crate::traffic::Policer;
use crate::units::Octets;

/// Contents of one bit: a rate in bits per second adds as many each picosecond.
const BIT: u128 = 1_000_000_000_000;

/// A bucket, full at first.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    size: u128,
    contents: u128,
}

/// A shaper at work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens {
    rate: u128,
    bucket: Bucket,
    /// When the contents were as they stand.
    since: u64,
}

/// A policer at work.
#[derive(Debug)]
pub(super) struct Colours {
    policer: Policer,
    /// Committed and excess, or peak and committed.
    buckets: [Bucket; 2],
    since: u64,
}

/// What becomes of a metered packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Light {
    Green,
    Yellow,
    Red,
}

impl Bucket {
    fn full(size: Octets) -> Self {
        let size = u128::from(size.0) * 8 * BIT;
        Self {
            size,
            contents: size,
        }
    }

    /// Pours in, and gives back what runs over.
    fn pour(&mut self, amount: u128) -> u128 {
        let room = self.size - self.contents;
        self.contents += amount.min(room);
        amount.saturating_sub(room)
    }

    fn take(&mut self, bits: u64) -> bool {
        let need = u128::from(bits) * BIT;
        let enough = self.contents >= need;
        if enough {
            self.contents -= need;
        }
        enough
    }
}

impl Tokens {
    pub(super) fn new(shaper: &Shaper) -> Self {
        Self {
            rate: u128::from(shaper.rate_bps),
            bucket: Bucket::full(shaper.burst),
            since: 0,
        }
    }

    fn at(&self, now: u64) -> Bucket {
        let mut bucket = self.bucket;
        bucket.pour(u128::from(now - self.since) * self.rate);
        bucket
    }

    /// The first instant from `now` on at which so many bits are there.
    pub(super) fn allows_from(&self, now: u64, bits: u64) -> u64 {
        let missing = (u128::from(bits) * BIT).saturating_sub(self.at(now).contents);
        now + u64::try_from(missing.div_ceil(self.rate)).expect("within 213 days")
    }

    /// Takes the bits of a packet that begins now.
    pub(super) fn take(&mut self, now: u64, bits: u64) {
        (self.bucket, self.since) = (self.at(now), now);
        assert!(self.bucket.take(bits), "the shaper was asked before");
    }
}

impl Colours {
    pub(super) fn new(policer: Policer) -> Self {
        let sizes = match policer {
            Policer::SingleRate {
                committed, excess, ..
            } => [committed, excess],
            Policer::TwoRate {
                peak, committed, ..
            } => [peak, committed],
        };
        Self {
            policer,
            buckets: sizes.map(Bucket::full),
            since: 0,
        }
    }

    /// The light for a packet of this size, colour-blind (RFC 2697 and RFC 2698, clause 3 of each).
    pub(super) fn light(&mut self, now: u64, size: Octets) -> Light {
        let elapsed = u128::from(now - self.since);
        self.since = now;
        let bits = 8 * size.0;
        let [first, second] = &mut self.buckets;
        match self.policer {
            Policer::SingleRate { rate_bps, .. } => {
                let over = first.pour(elapsed * u128::from(rate_bps));
                second.pour(over);
                if first.take(bits) {
                    Light::Green
                } else if second.take(bits) {
                    Light::Yellow
                } else {
                    Light::Red
                }
            }
            Policer::TwoRate {
                peak_bps,
                committed_bps,
                ..
            } => {
                first.pour(elapsed * u128::from(peak_bps));
                second.pour(elapsed * u128::from(committed_bps));
                if !first.take(bits) {
                    Light::Red
                } else if second.take(bits) {
                    Light::Green
                } else {
                    Light::Yellow
                }
            }
        }
    }
}
