//! Bit rates as exact rationals.

use super::{Octets, Span, time::PS_PER_S};

/// A bit rate: an exact, positive rational number of bits per second.
///
/// 41.9 Mb/s is 41 900 000 b/s; the payload rate of a circuit may be a true fraction
/// (384 kb/s · 7/8). Kept in lowest terms, so equality is equality of rates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BitRate {
    numerator: u64,
    denominator: u64,
}

impl BitRate {
    /// `numerator / denominator` bits per second; `None` for zero or an undefined rate.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        })
    }

    /// A whole number of bits per second; `None` for zero.
    #[must_use]
    pub fn from_bps(bits_per_second: u64) -> Option<Self> {
        Self::new(bits_per_second, 1)
    }

    /// The rate of `size` once every `numerator / denominator` picoseconds.
    ///
    /// # Panics
    /// If the size or the period is zero, or the rate does not fit in 64-bit terms.
    #[must_use]
    pub fn of(size: Octets, period_exact_ps: (u64, u64)) -> Self {
        let bits = u128::from(size.0) * 8 * u128::from(PS_PER_S) * u128::from(period_exact_ps.1);
        let (top, bottom) = lowest(bits, u128::from(period_exact_ps.0));
        let narrow = |term: u128| u64::try_from(term).expect("rate terms within 64 bits");
        Self::new(narrow(top), narrow(bottom)).expect("a positive rate")
    }

    /// Bits per second as (numerator, denominator) in lowest terms.
    #[must_use]
    pub fn exact_bps(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// Bits per second rounded half up to a whole number.
    #[must_use]
    pub fn rounded_bps(self) -> u64 {
        let doubled = 2 * u128::from(self.numerator) + u128::from(self.denominator);
        u64::try_from(doubled / (2 * u128::from(self.denominator))).expect("rate within 64 bits")
    }

    /// How long `size` takes at this rate, rounded up to a whole picosecond.
    ///
    /// # Panics
    /// If that is longer than 213 days.
    #[must_use]
    #[inline]
    pub fn time_to_send(self, size: Octets) -> Span {
        self.time_to_send_bits(8 * size.0)
    }

    /// How long so many bits take at this rate, rounded up to a whole picosecond.
    ///
    /// # Panics
    /// If that is longer than 213 days.
    #[must_use]
    #[inline]
    pub fn time_to_send_bits(self, bits: u64) -> Span {
        let bits = u128::from(bits) * u128::from(self.denominator);
        let ps = (bits * u128::from(PS_PER_S)).div_ceil(u128::from(self.numerator));
        Span(u64::try_from(ps).expect("serialization within 213 days"))
    }

    /// Mean gap between packets of `size` at this rate, in units of 2^-16 ps, rounded half up.
    /// `None` where that does not fit (beyond 281 s) or is zero.
    #[must_use]
    pub fn mean_gap_q16_ps(self, size: Octets) -> Option<u64> {
        let bits = u128::from(size.0) * 8 * u128::from(self.denominator);
        let scaled = bits.checked_mul(u128::from(PS_PER_S) << 16)?;
        let gap = scaled.checked_add(u128::from(self.numerator) / 2)? / u128::from(self.numerator);
        u64::try_from(gap).ok().filter(|gap| *gap > 0)
    }
}

impl Ord for BitRate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        left.cmp(&(u128::from(other.numerator) * u128::from(self.denominator)))
    }
}

impl PartialOrd for BitRate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn lowest(top: u128, bottom: u128) -> (u128, u128) {
    let (mut a, mut b) = (top, bottom);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (top / a, bottom / a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialization_of_a_full_frame_is_exact_or_rounded_up() {
        // TV4: 1538 octets at 1 Gb/s, 100 Mb/s, 41.9 Mb/s = 12.304, 123.040, 293.652 us.
        for (bps, ps) in [
            (1_000_000_000, 12_304_000),
            (100_000_000, 123_040_000),
            (41_900_000, 293_651_552),
        ] {
            assert_eq!(
                BitRate::from_bps(bps).unwrap().time_to_send(Octets(1538)),
                Span(ps),
                "{bps}"
            );
        }
        // One bit of E1 is 488 281.25 ps.
        assert_eq!(
            BitRate::from_bps(2_048_000)
                .unwrap()
                .time_to_send(Octets(1))
                .0,
            3_906_250
        );
    }

    #[test]
    fn a_rate_from_size_and_period_is_a_fraction_not_a_rounding() {
        let rate = BitRate::of(Octets(64), (1_750_000_000, 1));
        assert_eq!(rate.exact_bps(), (2_048_000, 7));
        assert_eq!(rate.rounded_bps(), 292_571);
    }
}
