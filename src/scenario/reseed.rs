//! One scenario under several seeds, without reading it again.

use super::Scenario;
use crate::mpls::settings::Detection;
use crate::random::Seed;

impl Scenario {
    /// Whether the seed has a part in the plan itself: in fades that are drawn, and in when a
    /// session of BFD or hellos ends that something cuts. Then the scenario is to be read again
    /// for another seed.
    #[must_use]
    pub fn seed_matters(&self) -> bool {
        let radios = self
            .topology()
            .links()
            .iter()
            .filter_map(|link| link.radio());
        let fades = radios.into_iter().any(|radio| radio.fading.is_some());
        let resilience = &self.resilience;
        let fails = !resilience.outages.is_empty() || !resilience.planned.is_empty();
        let drawn = |detection: &Detection| {
            matches!(detection, Detection::Bfd { .. } | Detection::Hello { .. })
        };
        fades || (fails && resilience.control.detection.iter().any(drawn))
    }

    /// Gives it another seed: it is then what its files say with that seed.
    ///
    /// # Panics
    /// Where the seed has a part in the plan.
    pub fn reseed(&mut self, seed: Seed) {
        assert!(!self.seed_matters(), "the plan belongs to its seed");
        if seed != self.seed {
            self.expanded = self.expanded_with(seed);
            self.seed = seed;
        }
    }

    /// The text written out in full with another seed: a line of its own, before any table.
    fn expanded_with(&self, seed: Seed) -> String {
        let line = |seed: Seed| format!("\nseed = {}\n", seed.0);
        self.expanded.replacen(&line(self.seed), &line(seed), 1)
    }
}
