//! Simulated time: an instant and a length of time, both in whole picoseconds.
//!
//! `u64` picoseconds end after 213.5 days; [`limits::DURATION_MAX`](super::limits::DURATION_MAX)
//! keeps every scenario well inside. Arithmetic that would leave the range is a bug and panics.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

/// Picoseconds in one second.
pub const PS_PER_S: u64 = 1_000_000_000_000;
/// Picoseconds in one millisecond.
pub const PS_PER_MS: u64 = 1_000_000_000;
/// Picoseconds in one microsecond.
pub const PS_PER_US: u64 = 1_000_000;
/// Picoseconds in one nanosecond.
pub const PS_PER_NS: u64 = 1_000;

/// An instant of simulated time, in picoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(pub u64);

/// A non-negative length of simulated time, in picoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub u64);

impl SimTime {
    /// The start of every run.
    pub const ZERO: Self = Self(0);
    /// Later than any instant of a run.
    pub const NEVER: Self = Self(u64::MAX);

    /// How long after `earlier` this instant is.
    ///
    /// # Panics
    /// If `earlier` is later: time does not run backwards.
    #[must_use]
    #[track_caller]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.checked_sub(earlier.0).expect("time ran backwards"))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A whole number of picoseconds.
    #[must_use]
    pub const fn from_ps(ps: u64) -> Self {
        Self(ps)
    }

    /// A whole number of nanoseconds.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns * PS_PER_NS)
    }

    /// A whole number of microseconds.
    #[must_use]
    pub const fn from_us(us: u64) -> Self {
        Self(us * PS_PER_US)
    }

    /// A whole number of milliseconds.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms * PS_PER_MS)
    }

    /// A whole number of seconds.
    #[must_use]
    pub const fn from_s(s: u64) -> Self {
        Self(s * PS_PER_S)
    }

    /// The number of picoseconds.
    #[must_use]
    pub const fn as_ps(self) -> u64 {
        self.0
    }
}

impl Add<Span> for SimTime {
    type Output = Self;
    #[track_caller]
    fn add(self, span: Span) -> Self {
        Self(self.0.checked_add(span.0).expect("instant beyond 213 days"))
    }
}

impl Add for Span {
    type Output = Self;
    #[track_caller]
    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .expect("length of time beyond 213 days"),
        )
    }
}

impl AddAssign for Span {
    #[track_caller]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;
    #[track_caller]
    fn sub(self, other: Self) -> Self {
        Self(
            self.0
                .checked_sub(other.0)
                .expect("a length of time cannot be negative"),
        )
    }
}

impl Mul<u64> for Span {
    type Output = Self;
    #[track_caller]
    fn mul(self, times: u64) -> Self {
        Self(
            self.0
                .checked_mul(times)
                .expect("length of time beyond 213 days"),
        )
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, |total, span| total + span)
    }
}

impl fmt::Debug for SimTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ps", self.0)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ps", self.0)
    }
}

/// Milliseconds with three decimals, rounded half up: how a person reads a time.
impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = (u128::from(self.0) + u128::from(PS_PER_US / 2)) / u128::from(PS_PER_US);
        out.pad(&format!("{}.{:03}", us / 1000, us % 1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_run_backwards() {
        assert_eq!(SimTime(7).since(SimTime(3)), Span(4));
        assert!(std::panic::catch_unwind(|| SimTime(3).since(SimTime(7))).is_err());
    }

    #[test]
    fn people_read_milliseconds_with_three_decimals_rounded_half_up() {
        for (ps, text) in [
            (0, "0.000"),
            (499_999, "0.000"),
            (500_000, "0.001"),
            (10_001_499_999, "10.001"),
        ] {
            assert_eq!(Span(ps).to_string(), text, "{ps} ps");
        }
    }
}
