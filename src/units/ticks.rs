//! Periodic instants taken from their count, never from adding a rounded period.

use super::{SimTime, Span};

/// The instants `first + floor(n · period)`, with the period an exact rational of picoseconds.
///
/// A T1 payload of 192 octets lasts 192000/193 µs: adding a period rounded to a picosecond would
/// lose 0.24 ps a packet; counting loses nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticks {
    /// The instant with number 0.
    pub first: SimTime,
    /// Numerator of the period, in picoseconds.
    numerator: u64,
    /// Denominator of the period; 1 where the period is a whole number of picoseconds.
    denominator: u64,
}

impl Ticks {
    /// Ticks every `numerator / denominator` picoseconds.
    ///
    /// # Panics
    /// If the period is zero, or shorter than a picosecond.
    #[must_use]
    pub fn new(first: SimTime, numerator: u64, denominator: u64) -> Self {
        assert!(
            denominator > 0 && numerator >= denominator,
            "a period is at least 1 ps"
        );
        let divisor = gcd(numerator, denominator);
        Self {
            first,
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// Ticks a whole number of picoseconds apart.
    #[must_use]
    pub fn every(first: SimTime, period: Span) -> Self {
        Self::new(first, period.0, 1)
    }

    /// `n` periods, rounded down to a whole picosecond.
    #[must_use]
    #[inline]
    pub fn periods(&self, n: u64) -> Span {
        if self.denominator == 1 {
            return Span(n.checked_mul(self.numerator).expect("tick within 213 days"));
        }
        let ps = u128::from(n) * u128::from(self.numerator) / u128::from(self.denominator);
        Span(u64::try_from(ps).expect("tick within 213 days"))
    }

    /// The instant with number `n`.
    #[must_use]
    #[inline]
    pub fn at(&self, n: u64) -> SimTime {
        self.first + self.periods(n)
    }

    /// One period, rounded down to a whole picosecond.
    #[must_use]
    pub fn period(&self) -> Span {
        self.periods(1)
    }

    /// The period as an exact fraction of picoseconds (numerator, denominator).
    #[must_use]
    pub fn period_exact_ps(&self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// How many ticks lie strictly before `end`.
    #[must_use]
    pub fn count_before(&self, end: SimTime) -> u64 {
        if end <= self.first {
            return 0;
        }
        // floor(n·p/q) < e  ⟺  n·p < e·q  ⟺  n < e·q/p
        let room = u128::from(end.0 - self.first.0) * u128::from(self.denominator);
        u64::try_from(room.div_ceil(u128::from(self.numerator))).expect("count within 2^64")
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_t1_packet_boundary_comes_from_the_count() {
        // 192 octets at 1.544 Mb/s = 192000/193 us (RFC 4553 clause 5, default payload).
        let ticks = Ticks::new(SimTime(0), 192_000_000_000, 193);
        assert_eq!(ticks.at(1), SimTime(994_818_652));
        assert_eq!(
            ticks.at(193),
            SimTime(192_000_000_000),
            "193 packets last 192 ms exactly"
        );
        assert_eq!(ticks.count_before(SimTime(192_000_000_000)), 193);
        assert_eq!(ticks.count_before(SimTime(192_000_000_001)), 194);
    }

    #[test]
    fn a_tick_at_the_end_is_not_before_it() {
        let ticks = Ticks::every(SimTime::ZERO, Span::from_ms(1));
        assert_eq!(ticks.count_before(SimTime::ZERO + Span::from_ms(500)), 500);
        assert_eq!(ticks.count_before(SimTime::ZERO), 0);
    }
}
