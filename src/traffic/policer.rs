//! Policers: what a service may send, metered where it enters the network.

use crate::units::{Octets, SimTime};

/// What a meter says of a packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Colour {
    /// Within the committed profile.
    Green,
    /// Beyond it, within what is tolerated: the first to be dropped later.
    Yellow,
    /// Beyond both: dropped at once.
    Red,
}

/// A colour-blind meter. Buckets start full and hold exact contents: bits × 10^12, which grow by
/// the rate in bits per second every picosecond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policer {
    /// RFC 2697: one rate fills the committed bucket, what it cannot hold the excess bucket.
    SingleRate {
        /// Committed information rate, bits per second.
        rate_bps: u64,
        /// Committed burst size.
        committed: Octets,
        /// Excess burst size; may be zero.
        excess: Octets,
    },
    /// RFC 2698: a peak and a committed bucket, each with its rate.
    TwoRate {
        /// Peak information rate, bits per second; at least the committed one.
        peak_bps: u64,
        /// Peak burst size.
        peak: Octets,
        /// Committed information rate, bits per second.
        committed_bps: u64,
        /// Committed burst size.
        committed: Octets,
    },
}

/// A policer at work.
#[derive(Clone, Debug)]
pub struct Meter {
    policer: Policer,
    /// Committed (or peak) bucket, then excess (or committed) bucket.
    contents: [u128; 2],
    last: SimTime,
}

/// Contents of one bit.
const BIT: u128 = crate::units::time::PS_PER_S as u128;

fn full(size: Octets) -> u128 {
    u128::from(size.0) * 8 * BIT
}

impl Meter {
    /// Both buckets full at time zero.
    #[must_use]
    pub fn new(policer: Policer) -> Self {
        let contents = match policer {
            Policer::SingleRate {
                committed, excess, ..
            } => [full(committed), full(excess)],
            Policer::TwoRate {
                peak, committed, ..
            } => [full(peak), full(committed)],
        };
        Self {
            policer,
            contents,
            last: SimTime::ZERO,
        }
    }

    /// The colour of a packet of this size that comes at `now`; calls come in order of time.
    pub fn colour(&mut self, now: SimTime, size: Octets) -> Colour {
        let elapsed = u128::from(now.since(self.last).0);
        self.last = now;
        let need = full(size);
        match self.policer {
            Policer::SingleRate {
                rate_bps,
                committed,
                excess,
            } => {
                let filled = self.contents[0] + elapsed * u128::from(rate_bps);
                let over = filled.saturating_sub(full(committed));
                self.contents[0] = filled - over;
                self.contents[1] = (self.contents[1] + over).min(full(excess));
                self.take_first(need)
            }
            Policer::TwoRate {
                peak_bps,
                peak,
                committed_bps,
                committed,
            } => {
                let [peaks, commits] = self.contents;
                self.contents = [
                    (peaks + elapsed * u128::from(peak_bps)).min(full(peak)),
                    (commits + elapsed * u128::from(committed_bps)).min(full(committed)),
                ];
                if self.contents[0] < need {
                    return Colour::Red;
                }
                self.contents[0] -= need;
                if self.contents[1] < need {
                    return Colour::Yellow;
                }
                self.contents[1] -= need;
                Colour::Green
            }
        }
    }

    /// Takes from the committed bucket, else from the excess bucket.
    fn take_first(&mut self, need: u128) -> Colour {
        for (bucket, colour) in self
            .contents
            .iter_mut()
            .zip([Colour::Green, Colour::Yellow])
        {
            if *bucket >= need {
                *bucket -= need;
                return colour;
            }
        }
        Colour::Red
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Colours of packets of 84 octets every `gap_ns`, G, Y or R.
    fn colours(policer: Policer, gap_ns: u64, packets: u64) -> String {
        let mut meter = Meter::new(policer);
        let at = |n: u64| SimTime(n * gap_ns * 1000);
        (0..packets)
            .map(|n| match meter.colour(at(n), Octets(84)) {
                Colour::Green => 'G',
                Colour::Yellow => 'Y',
                Colour::Red => 'R',
            })
            .collect()
    }

    fn single(committed: u64, excess: u64) -> Policer {
        Policer::SingleRate {
            rate_bps: 384_000,
            committed: Octets(committed),
            excess: Octets(excess),
        }
    }

    #[test]
    fn a_policer_of_384_kbps_passes_one_a_half_or_four_sevenths_of_84_octet_packets() {
        // TV33: 48 octets a millisecond. (a) every 1.75 ms refills 84.
        assert_eq!(colours(single(84, 0), 1_750_000, 100), "G".repeat(100));
        // (b) every 1 ms, bucket 84: every second packet.
        assert_eq!(colours(single(84, 0), 1_000_000, 100), "GR".repeat(50));
        // (c) every 1 ms, bucket 126: nothing overflows, so 48/84 = 4/7 in the long run.
        let passed = colours(single(126, 0), 1_000_000, 7_000);
        let green = passed.matches('G').count();
        assert!((4000..=4001).contains(&green), "{green} of 7000");
    }

    #[test]
    fn the_excess_bucket_takes_what_the_committed_one_cannot_hold() {
        // Both full at first: one green, one yellow at once; 1 ms later 48 octets are too few.
        assert_eq!(colours(single(84, 84), 0, 3), "GYR");
        // After 3.5 ms without traffic 168 octets have come: 84 fill the first, 84 the second.
        let mut meter = Meter::new(single(84, 84));
        for _ in 0..2 {
            meter.colour(SimTime::ZERO, Octets(84));
        }
        let later = SimTime(3_500_000_000);
        assert_eq!(meter.colour(later, Octets(84)), Colour::Green);
        assert_eq!(meter.colour(later, Octets(84)), Colour::Yellow);
        assert_eq!(meter.colour(later, Octets(84)), Colour::Red);
    }

    #[test]
    fn two_rates_mark_between_committed_and_peak() {
        // 84 octets a millisecond are 672 kb/s: twice the committed 336, below the peak.
        let two = Policer::TwoRate {
            peak_bps: 672_000,
            peak: Octets(84),
            committed_bps: 336_000,
            committed: Octets(84),
        };
        assert_eq!(colours(two, 1_000_000, 10), "GY".repeat(5));
        assert_eq!(colours(two, 500_000, 4), "GRYR"[..4].to_owned());
    }
}
