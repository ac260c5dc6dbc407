//! When differential current operates: both characteristics as a limit on a current, in whole
//! numbers.
//!
//! A current I through the line enters at one end and leaves at the other. A clock error turns one
//! against the other by the angle θ: differential current 2·I·sin(θ/2), and the ratio of both
//! currents is 1 at 180° − θ.

use super::angle::{ONE, cosine, half_angle, sine};
use super::{Characteristic, Restraint, Settings};
use crate::units::Span;

/// Larger currents are taken for this one: mA, a thousand million kA.
const CURRENT_MAX_MA: u64 = 1_000_000_000_000_000;
/// Steeper slopes are taken for this one: 1000 %, above any differential current.
const SLOPE_MAX_PPB: u64 = 10_000_000_000;
/// One, where slopes and radii are counted in parts of 10^9.
const SLOPE: i128 = 1_000_000_000;
/// Currents are compared in parts of 10^21 of a mA: those of a sine times those of a slope.
const MILLIAMPERE: i128 = ONE as i128 * SLOPE;

impl Settings {
    /// Whether a current through the line trips it while the currents of both ends seem turned by
    /// twice `half`. It restrains with the steeper of `slope_ppb` and its own slope.
    pub(super) fn trips(&self, current_ma: u64, half: u64, slope_ppb: u64) -> bool {
        let seen = differential(current_ma, half);
        match self.characteristic {
            Characteristic::Percentage { .. } => seen > self.limit(current_ma, half, slope_ppb),
            // Compared as angles, exactly.
            Characteristic::AlphaPlane {
                radius_ppb,
                angle_mdeg,
            } => {
                let outside = u128::from(half) * 360_000 > u128::from(angle_mdeg) * u128::from(ONE);
                let outside = outside || i128::from(radius_ppb) < SLOPE;
                outside && seen > self.least(current_ma)
            }
        }
    }

    /// By how much the differential current may still grow, mA, rounded down.
    pub(super) fn margin_ma(&self, current_ma: u64, half: u64, slope_ppb: u64) -> u64 {
        let left = self.limit(current_ma, half, slope_ppb) - differential(current_ma, half);
        u64::try_from(left.max(0) / MILLIAMPERE).expect("limited currents")
    }

    /// The largest difference of both directions, beyond the one that is taken off, at which a
    /// current through the line does not trip relays that halve the round trip; `None`: none does
    /// trip them.
    #[must_use]
    pub fn limit_asymmetry(&self, current_ma: u64) -> Option<Span> {
        let trips = |ps| self.trips(current_ma, half_angle(ps, self.frequency_hz), 0);
        // Up to half a turn the differential current grows.
        let (mut sound, mut tripping) = (0, ONE.checked_div(self.frequency_hz)?);
        if !trips(tripping) {
            return None;
        }
        while tripping - sound > 1 {
            let middle = sound + (tripping - sound) / 2;
            if trips(middle) {
                tripping = middle;
            } else {
                sound = middle;
            }
        }
        Some(Span(sound))
    }

    /// The differential current above which it operates, as far as the false one of an asymmetry
    /// goes: of an alpha plane, that at the edge of its sector.
    fn limit(&self, current_ma: u64, half: u64, slope_ppb: u64) -> i128 {
        match self.characteristic {
            Characteristic::Percentage {
                slope_ppb: own,
                restraint,
            } => {
                let parts = match restraint {
                    Restraint::Mean | Restraint::Maximum => ONE,
                    Restraint::Sum => 2 * ONE,
                    Restraint::Vector => cosine(half),
                };
                let slope = i128::from(own.max(slope_ppb).min(SLOPE_MAX_PPB));
                let sloped = slope * i128::from(parts) * limited(current_ma);
                sloped.max(limited(self.pickup_ma) * MILLIAMPERE) + self.assumed(current_ma)
            }
            Characteristic::AlphaPlane {
                radius_ppb,
                angle_mdeg,
            } => {
                let edge = u128::from(angle_mdeg) * u128::from(ONE) / 360_000;
                let edge = u64::try_from(edge).unwrap_or(ONE).min(ONE);
                let least = self.least(current_ma);
                if i128::from(radius_ppb) < SLOPE {
                    least
                } else {
                    least.max(differential(current_ma, edge))
                }
            }
        }
    }

    /// The least differential current that operates.
    fn least(&self, current_ma: u64) -> i128 {
        limited(self.pickup_ma) * MILLIAMPERE + self.assumed(current_ma)
    }

    /// The differential current that the assumed asymmetry would make.
    fn assumed(&self, current_ma: u64) -> i128 {
        let half = half_angle(self.assumed_asymmetry.0, self.frequency_hz);
        differential(current_ma, half)
    }
}

/// The differential current of a current through the line, mA, rounded half up.
pub(super) fn differential_ma(current_ma: u64, half: u64) -> u64 {
    let seen = differential(current_ma, half) + MILLIAMPERE / 2;
    u64::try_from(seen / MILLIAMPERE).expect("limited currents")
}

fn differential(current_ma: u64, half: u64) -> i128 {
    2 * limited(current_ma) * i128::from(sine(half)) * SLOPE
}

fn limited(current_ma: u64) -> i128 {
    i128::from(current_ma.min(CURRENT_MAX_MA))
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    const MS: u64 = 1_000_000_000;
    const KILOAMPERE: u64 = 1_000_000;

    fn percentage(slope_ppb: u64, restraint: Restraint) -> Settings {
        Settings {
            characteristic: Characteristic::Percentage {
                slope_ppb,
                restraint,
            },
            pickup_ma: 0,
            ..settings()
        }
    }

    fn alpha_plane(frequency_hz: u64) -> Settings {
        Settings {
            frequency_hz,
            characteristic: Characteristic::AlphaPlane {
                radius_ppb: 6_000_000_000,
                angle_mdeg: 195_000,
            },
            ..settings()
        }
    }

    fn limit_us(settings: &Settings) -> u64 {
        settings.limit_asymmetry(8 * KILOAMPERE).unwrap().0 / 1_000_000
    }

    #[test]
    fn what_restrains_moves_the_limit_from_1_60_to_3_23_ms() {
        // 2·sin(θ/2) = 0.3 and 0.6: 17.2537° and 34.9152°, of 10.8° per ms.
        assert_eq!(limit_us(&percentage(300_000_000, Restraint::Mean)), 1597);
        assert_eq!(limit_us(&percentage(300_000_000, Restraint::Maximum)), 1597);
        assert_eq!(limit_us(&percentage(300_000_000, Restraint::Sum)), 3232);
        // 2·tan(θ/2) = 0.3: 17.0615°.
        assert_eq!(limit_us(&percentage(300_000_000, Restraint::Vector)), 1579);
        // 2·I is the most that two ends can differ by.
        let never = percentage(2_000_000_000, Restraint::Mean);
        assert_eq!(never.limit_asymmetry(8 * KILOAMPERE), None);
    }

    #[test]
    fn an_alpha_plane_of_195_degrees_operates_above_97_5() {
        for (hz, ps) in [(60, 9_027_777_777), (50, 10_833_333_333)] {
            let relay = alpha_plane(hz);
            assert_eq!(relay.limit_asymmetry(8 * KILOAMPERE), Some(Span(ps)));
            assert!(!relay.trips(8 * KILOAMPERE, half_angle(ps, hz), 0));
            assert!(relay.trips(8 * KILOAMPERE, half_angle(ps + 1, hz), 0));
        }
        // 2·sin(48.75°) = 1.50368 of 8 kA, less 0.18822 of it at 1 ms.
        let margin = alpha_plane(60).margin_ma(8 * KILOAMPERE, half_angle(MS, 60), 0);
        assert_eq!(margin / 1000, 10_523);
        let small = Settings {
            pickup_ma: 20 * KILOAMPERE,
            ..alpha_plane(60)
        };
        assert_eq!(small.limit_asymmetry(8 * KILOAMPERE), None, "below pickup");
        let none = Settings {
            characteristic: Characteristic::AlphaPlane {
                radius_ppb: 900_000_000,
                angle_mdeg: 195_000,
            },
            ..alpha_plane(60)
        };
        // No region left: pickup alone, 2·sin(θ/2) = 0.2 / 8.
        assert_eq!(limit_us(&none), 132);
    }

    #[test]
    fn thirty_percent_of_little_trips_nothing_and_of_much_it_does() {
        // Rated 1 kA, pickup 0.2 of it, slope 25 %; 1.6 ms at 60 Hz make 0.30045 of the current.
        let relay = Settings {
            pickup_ma: KILOAMPERE / 5,
            ..percentage(250_000_000, Restraint::Mean)
        };
        let half = half_angle(1600 * 1_000_000, 60);
        assert!(!relay.trips(KILOAMPERE / 10, half, 0));
        assert_eq!(differential_ma(KILOAMPERE / 10, half), 30_045);
        assert_eq!(relay.margin_ma(KILOAMPERE / 10, half, 0), 169_954);
        assert!(relay.trips(8 * KILOAMPERE, half, 0));
        assert_eq!(differential_ma(8 * KILOAMPERE, half), 2_403_609);
        assert!(!relay.trips(8 * KILOAMPERE, half, 2_000_000_000));
    }

    #[test]
    fn an_assumed_asymmetry_is_borne_besides_what_the_restraint_bears() {
        let relay = Settings {
            assumed_asymmetry: Span::from_ms(1),
            ..percentage(300_000_000, Restraint::Mean)
        };
        // 2·sin(θ/2) = 0.3 + 0.18822: 28.2604°.
        assert_eq!(limit_us(&relay), 2616);
        let only = Settings {
            characteristic: Characteristic::Percentage {
                slope_ppb: 0,
                restraint: Restraint::Mean,
            },
            ..relay
        };
        assert_eq!(
            only.limit_asymmetry(KILOAMPERE),
            Some(Span::from_ms(1)),
            "a tie does not trip"
        );
    }

    #[test]
    fn nothing_a_user_can_write_overflows() {
        let mut relay = percentage(u64::MAX, Restraint::Sum);
        relay.pickup_ma = u64::MAX;
        relay.assumed_asymmetry = Span(u64::MAX);
        assert!(!relay.trips(u64::MAX, ONE, u64::MAX));
        assert!(relay.margin_ma(u64::MAX, 0, 0) > 0);
        relay.frequency_hz = 0;
        assert_eq!(relay.limit_asymmetry(u64::MAX), None);
    }
}
