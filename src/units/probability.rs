//! Probabilities as integer thresholds.

/// A probability: the event happens when a uniform 64-bit draw lies below the threshold.
///
/// Text is turned into the threshold once; from then on integers are compared. The threshold is
/// a `u128` so that certainty (2^64) has a value too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Probability(u128);

impl Probability {
    /// Never.
    pub const NEVER: Self = Self(0);
    /// Always.
    pub const ALWAYS: Self = Self(1 << 64);

    /// `numerator / denominator`, rounded to the nearest 2^-64; `None` above one or undefined.
    #[must_use]
    pub fn ratio(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 || numerator > denominator {
            return None;
        }
        let scaled = (u128::from(numerator) << 64) + u128::from(denominator) / 2;
        Some(Self(scaled / u128::from(denominator)))
    }

    /// Whether the event happens for this uniform draw.
    #[must_use]
    pub fn happens(self, draw: u64) -> bool {
        u128::from(draw) < self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_and_always_hold_for_every_draw() {
        for draw in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!Probability::NEVER.happens(draw));
            assert!(Probability::ALWAYS.happens(draw));
        }
        assert_eq!(Probability::ratio(1, 1), Some(Probability::ALWAYS));
        assert_eq!(Probability::ratio(2, 1), None);
    }

    #[test]
    fn a_quarter_happens_for_the_lowest_quarter_of_draws() {
        let quarter = Probability::ratio(1, 4).unwrap();
        assert!(quarter.happens((1 << 62) - 1));
        assert!(!quarter.happens(1 << 62));
    }
}
