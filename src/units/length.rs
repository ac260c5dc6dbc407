//! Lengths along a route.

use super::Span;

/// A length in whole millimetres: fine enough for any route, coarse enough for 18 million km.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Length(pub u64);

/// Millimetres in one kilometre.
pub const MM_PER_KM: u64 = 1_000_000;

/// How long a signal takes per kilometre of a medium, in picoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PerKilometre(pub u64);

impl PerKilometre {
    /// The time over `length`, rounded up to a whole picosecond.
    ///
    /// # Panics
    /// If that is longer than 213 days.
    #[must_use]
    pub fn over(self, length: Length) -> Span {
        let ps = (u128::from(self.0) * u128::from(length.0)).div_ceil(u128::from(MM_PER_KM));
        Span(u64::try_from(ps).expect("propagation within 213 days"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_kilometres_of_fibre_take_4_9_ms() {
        assert_eq!(
            PerKilometre(4_900_000).over(Length(1000 * MM_PER_KM)),
            Span::from_us(4900)
        );
        assert_eq!(
            PerKilometre(4_900_000).over(Length(73_400_000)),
            Span::from_ns(359_660)
        );
    }
}
