//! What an asymmetry makes of two equal currents, in whole numbers.
//!
//! A relay that halves the round trip takes its clock for right while it is off by half the
//! difference of both directions. The current of the far end then seems turned by the angle that
//! the system passes through in that time. Half of this angle is frequency times difference in
//! parts of 10^12 of a quarter turn, exactly: all currents follow from its sine and cosine.

use std::fmt;

/// One, where sines and shares are counted in parts of 10^12; a quarter turn, where angles are.
pub const ONE: u64 = 1_000_000_000_000;

/// A quarter turn in radians, parts of 10^18.
const QUARTER_TURN: i128 = 1_570_796_326_794_896_619;
/// What the series counts in.
const FINE: i128 = 1_000_000_000_000_000_000;

/// Half of the angle between both currents, in parts of 10^12 of a quarter turn, for a difference
/// of both directions in picoseconds. Beyond a quarter turn it comes back: the magnitude of the
/// differential current does so, too.
#[must_use]
pub fn half_angle(asymmetry_ps: u64, frequency_hz: u64) -> u64 {
    let whole = u128::from(asymmetry_ps) * u128::from(frequency_hz);
    let half_turn = 2 * u128::from(ONE);
    let part = whole % half_turn;
    u64::try_from(part.min(half_turn - part)).expect("at most a quarter turn")
}

/// Sine of an angle of at most a quarter turn, in parts of 10^12. At most 0.51 parts off.
#[must_use]
pub fn sine(angle: u64) -> u64 {
    let fine = if angle <= ONE / 2 {
        series(angle, 1)
    } else {
        series(ONE - angle.min(ONE), 0)
    };
    let scale = FINE / i128::from(ONE);
    u64::try_from((fine + scale / 2) / scale).expect("between nothing and one")
}

/// Cosine of an angle of at most a quarter turn, in parts of 10^12. At most 0.51 parts off.
#[must_use]
pub fn cosine(angle: u64) -> u64 {
    sine(ONE - angle.min(ONE))
}

/// Sine (`first` 1) or cosine (0) of at most an eighth of a turn, in parts of 10^18. Each of at
/// most ten terms is rounded down by less than three parts.
fn series(angle: u64, first: i128) -> i128 {
    let x = i128::from(angle) * QUARTER_TURN / i128::from(ONE);
    let square = x * x / FINE;
    let mut term = if first == 1 { x } else { FINE };
    let (mut sum, mut order) = (0, first);
    while term != 0 {
        sum += term;
        order += 2;
        term = -(term * square / FINE) / (order * (order - 1));
    }
    sum
}

/// What a differential relay that halves the round trip makes of an asymmetry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FalseDifferential {
    /// How far the currents of both ends seem apart, in parts of 10^12 of a degree, exactly: half
    /// the asymmetry at the frequency of the system (10.8° per millisecond at 60 Hz).
    pub picodegrees: u128,
    /// Differential current as a share of the current, parts of 10^12: twice the sine of half the
    /// angle.
    pub share: u64,
}

impl FalseDifferential {
    /// Of an asymmetry in picoseconds.
    #[must_use]
    pub fn of(asymmetry_ps: i64, frequency_hz: u64) -> Self {
        let asymmetry_ps = asymmetry_ps.unsigned_abs();
        let turned = u128::from(asymmetry_ps) * u128::from(frequency_hz);
        Self {
            picodegrees: turned.saturating_mul(180),
            share: 2 * sine(half_angle(asymmetry_ps, frequency_hz)),
        }
    }
}

/// Degrees with all their decimals, and the share with five, rounded half up: "16.2° 0.28180".
impl fmt::Display for FalseDifferential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (degrees, rest) = (
            self.picodegrees / u128::from(ONE),
            self.picodegrees % u128::from(ONE),
        );
        let decimals = format!("{rest:012}");
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        let share = (self.share + 5_000_000) / 10_000_000;
        write!(
            out,
            "{degrees}{point}{decimals}° {}.{:05}",
            share / 100_000,
            share % 100_000
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_are_right_to_the_last_part() {
        // Closed forms: fifths of a quarter turn by the golden section, half by the root of two.
        for (angle, known) in [
            (0, 0),
            (100_000_000_000, 156_434_465_040),
            (200_000_000_000, 309_016_994_375),
            (333_333_333_333, 500_000_000_000),
            (400_000_000_000, 587_785_252_292),
            (500_000_000_000, 707_106_781_187),
            (600_000_000_000, 809_016_994_375),
            (666_666_666_667, 866_025_403_785),
            (800_000_000_000, 951_056_516_295),
            (900_000_000_000, 987_688_340_595),
            (ONE, ONE),
        ] {
            assert_eq!(sine(angle), known, "{angle}");
            assert_eq!(cosine(ONE - angle), known, "{angle}");
        }
    }

    #[test]
    fn squares_of_sine_and_cosine_make_one_and_sines_grow() {
        let one = u128::from(ONE);
        let mut before = 0;
        for step in 0..=10_000 {
            let angle = step * (ONE / 10_000);
            let (sine, cosine) = (sine(angle), cosine(angle));
            let sum = u128::from(sine).pow(2) + u128::from(cosine).pow(2);
            // 0.51 parts of either, times twice either: at most 1.45 parts of 10^12.
            assert!(sum.abs_diff(one * one) <= one * 3 / 2, "{angle}: {sum}");
            assert!(sine >= before, "{angle}");
            before = sine;
        }
    }

    #[test]
    fn an_asymmetry_shows_as_differential_current() {
        // Facts table of both frequencies; TV27 and TV28.
        for (asymmetry_us, hz, expected) in [
            (100, 60, "1.08° 0.01885"),
            (250, 60, "2.7° 0.04712"),
            (750, 60, "8.1° 0.14125"),
            (1000, 60, "10.8° 0.18822"),
            (2000, 60, "21.6° 0.37476"),
            (3000, 60, "32.4° 0.55798"),
            (5000, 60, "54° 0.90798"),
            (100, 50, "0.9° 0.01571"),
            (250, 50, "2.25° 0.03927"),
            (750, 50, "6.75° 0.11774"),
            (1000, 50, "9° 0.15692"),
            (2000, 50, "18° 0.31287"),
            (3000, 50, "27° 0.46689"),
            (5000, 50, "45° 0.76537"),
            (1500, 60, "16.2° 0.28180"),
            (1500, 50, "13.5° 0.23507"),
            (-1000, 60, "10.8° 0.18822"),
            (800, 60, "8.64° 0.15065"),
        ] {
            let seen = FalseDifferential::of(asymmetry_us * 1_000_000, hz);
            assert_eq!(seen.to_string(), expected, "{asymmetry_us} us at {hz} Hz");
        }
    }

    #[test]
    fn beyond_half_a_turn_the_differential_current_falls_again() {
        let ms = 1_000_000_000;
        for (asymmetry_ms, half) in [
            (0, 0),
            (10, 600),
            (15, 900),
            (20, 800),
            (25, 500),
            (30, 200),
        ] {
            assert_eq!(
                half_angle(asymmetry_ms * ms, 60),
                half * ms,
                "{asymmetry_ms} ms"
            );
        }
        assert!(half_angle(u64::MAX, u64::MAX) <= ONE);
    }
}
