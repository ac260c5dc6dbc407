//! How sure a counted share is: Clopper–Pearson bounds of a binomial proportion.
//!
//! Each bound by itself holds with 95 %. After N trials without an event the upper one is
//! 1 − 0.05^(1/N), about 3/N: a share of 10^-6 takes 3·10^6 trials. Floating point is used here and
//! nowhere before: sums, products and quotients alone, which are the same on every machine, and the
//! bounds are rounded outward to parts of 10^12.

/// Parts that bounds are told in.
pub const BOUND_PARTS: u64 = 1_000_000_000_000;

/// How unlikely what was seen may be at a bound.
const TAIL: f64 = 0.05;

/// A share that was counted, with its bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// How often it happened.
    pub events: u64,
    /// Of how many.
    pub trials: u64,
    /// With 95 % the share is not below, in parts of 10^12.
    pub lower_e12: u64,
    /// With 95 % the share is not above, in parts of 10^12.
    pub upper_e12: u64,
}

impl Counted {
    /// So many events in so many trials.
    ///
    /// # Panics
    /// If there are more events than trials, or no trial.
    #[must_use]
    pub fn new(events: u64, trials: u64) -> Self {
        assert!(events <= trials && trials > 0, "a share of something");
        let lower = match events {
            0 => 0,
            // As many or more are as unlikely as the tail.
            _ => bisect(|share| 1.0 - at_most(events - 1, trials, share) <= TAIL),
        };
        let upper = match events == trials {
            true => BOUND_PARTS,
            false => bisect(|share| at_most(events, trials, share) > TAIL) + 1,
        };
        Self {
            events,
            trials,
            lower_e12: lower,
            upper_e12: upper.min(BOUND_PARTS),
        }
    }

    /// The share itself, in parts of 10^12, rounded down.
    #[must_use]
    pub fn share_e12(&self) -> u64 {
        let parts = u128::from(self.events) * u128::from(BOUND_PARTS) / u128::from(self.trials);
        u64::try_from(parts).expect("at most the whole")
    }
}

/// The largest whole number of parts for which something holds that holds of small ones only.
fn bisect(holds: impl Fn(f64) -> bool) -> u64 {
    let (mut low, mut high) = (0, BOUND_PARTS);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match holds(middle as f64 / BOUND_PARTS as f64) {
            true => low = middle,
            false => high = middle,
        }
    }
    low
}

/// How likely at most so many events are, where each trial has this share of them, between 0 and 1.
///
/// Every term is taken relative to that of `events`, so that none is too small to be told.
fn at_most(events: u64, trials: u64, share: f64) -> f64 {
    const FULL: f64 = 1e290;
    const NEGLIGIBLE: f64 = 1e-20;
    let odds = share / (1.0 - share);
    let (mut below, mut term) = (1.0, 1.0);
    for i in (1..=events).rev() {
        term *= i as f64 / ((trials - i + 1) as f64 * odds);
        below += term;
        if below > FULL {
            return 1.0;
        }
        if term < below * NEGLIGIBLE {
            break;
        }
    }
    let (mut above, mut term) = (0.0, 1.0);
    for i in events..trials {
        term *= (trials - i) as f64 * odds / (i + 1) as f64;
        above += term;
        if above > FULL {
            return 0.0;
        }
        if term < above * NEGLIGIBLE {
            break;
        }
    }
    below / (below + above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(events: u64, trials: u64) -> (f64, f64) {
        let counted = Counted::new(events, trials);
        (
            counted.lower_e12 as f64 / 1e12,
            counted.upper_e12 as f64 / 1e12,
        )
    }

    #[test]
    fn three_million_trials_without_an_event_show_a_share_of_one_in_a_million() {
        let (lower, upper) = bounds(0, 3_000_000);
        // 1 − 0.05^(1/3000000) = 9.98577e-7: the rule of three.
        assert_eq!(lower, 0.0);
        assert!((upper - 9.985_77e-7).abs() < 1e-11, "{upper}");
        assert!(bounds(0, 2_900_000).1 > 1e-6);
        assert!((bounds(7, 7).0 - 0.05_f64.powf(1.0 / 7.0)).abs() < 1e-11);
        assert_eq!(bounds(7, 7).1, 1.0);
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // From exact binomial tails, summed elsewhere in rational arithmetic: 5 of 100, 1 of 10.
        let (lower, upper) = bounds(5, 100);
        assert!((lower - 0.019_906).abs() < 2e-6, "{lower}");
        assert!((upper - 0.102_253).abs() < 2e-6, "{upper}");
        let (lower, upper) = bounds(1, 10);
        assert!((lower - 0.005_116).abs() < 2e-6, "{lower}");
        assert!((upper - 0.394_163).abs() < 2e-6, "{upper}");
    }

    #[test]
    fn each_bound_fails_in_at_most_five_of_a_hundred_binomials() {
        for (trials, share) in [(20, 0.1_f64), (50, 0.02), (200, 0.5), (1000, 0.003)] {
            let all: Vec<(f64, f64)> = (0..=trials).map(|events| bounds(events, trials)).collect();
            // How likely each count is, by its own recurrence.
            let mut likely = vec![(1.0 - share).powi(trials as i32)];
            for i in 0..trials {
                let next = likely[i as usize] * (trials - i) as f64 / (i + 1) as f64 * share
                    / (1.0 - share);
                likely.push(next);
            }
            let sum = |fails: &dyn Fn(&(f64, f64)) -> bool| -> f64 {
                let missed = all.iter().zip(&likely).filter(|(bounds, _)| fails(bounds));
                missed.map(|(_, likely)| likely).sum()
            };
            let (too_low, too_high) = (sum(&|b| b.1 < share), sum(&|b| b.0 > share));
            assert!(
                too_low <= 0.05 && too_high <= 0.05,
                "{trials} {share}: {too_low} {too_high}"
            );
        }
    }

    #[test]
    fn bounds_hold_the_share_whatever_the_counts() {
        for trials in [1, 2, 17, 100_000] {
            for events in [0, 1, trials / 3, trials / 2, trials - 1, trials] {
                let counted = Counted::new(events, trials);
                assert!(
                    counted.lower_e12 <= counted.share_e12(),
                    "{events} of {trials}"
                );
                assert!(
                    counted.share_e12() <= counted.upper_e12,
                    "{events} of {trials}"
                );
            }
        }
    }
}
