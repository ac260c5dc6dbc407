//! Simulated time and real time: a run leaves out stretches in which no node acts, and stays longer
//! in a stage that would be over too soon to be judged.

use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// Simulated instant ⇄ real instant. Both begin at zero and run alike, but for stretches of real
/// time that are not simulated, and stretches of simulated time that are not real.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ClockMap {
    /// Ascending.
    breaks: Vec<Break>,
}

/// Where the two do not run alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Break {
    /// Simulated instant.
    pub at: SimTime,
    /// Real time that is left out there.
    pub skipped: Span,
    /// Simulated time from there on in which real time stands.
    pub added: Span,
}

impl ClockMap {
    /// Leaves out `skipped` of real time at the simulated instant `at`.
    ///
    /// # Panics
    /// If it does not lie behind all breaks so far.
    pub fn skip(&mut self, at: SimTime, skipped: Span) {
        self.push(Break {
            at,
            skipped,
            added: Span::ZERO,
        });
    }

    /// Adds simulated time behind the simulated instant `at`, in which real time stands.
    ///
    /// # Panics
    /// If it does not lie behind all breaks so far.
    pub fn add(&mut self, at: SimTime, added: Span) {
        self.push(Break {
            at,
            skipped: Span::ZERO,
            added,
        });
    }

    /// Only the breaks within these stretches of real time: for who sees time go by there alone.
    #[must_use]
    pub fn within(&self, stretches: &[Stretch]) -> Self {
        let seen = |one: &Break| {
            let real = self.real(one.at).0 - one.skipped.0;
            let covers = |stretch: &Stretch| stretch.from.0 <= real && real < stretch.to.0;
            stretches.iter().any(covers)
        };
        let kept = self.breaks.iter().filter(|one| seen(one));
        Self {
            breaks: kept.copied().collect(),
        }
    }

    /// Where the two do not run alike, ascending.
    pub(super) fn breaks(&self) -> &[Break] {
        &self.breaks
    }

    fn push(&mut self, new: Break) {
        let behind = |last: &Break| last.at + last.added < new.at;
        assert!(self.breaks.last().is_none_or(behind), "in order");
        self.breaks.push(new);
    }

    /// What is left out: (simulated instant, real length), ascending.
    #[must_use]
    pub fn skips(&self) -> Vec<(SimTime, Span)> {
        let skips = self.breaks.iter().filter(|one| one.skipped > Span::ZERO);
        skips.map(|one| (one.at, one.skipped)).collect()
    }

    /// The real instant of a simulated one; where time is left out, that behind it.
    #[must_use]
    pub fn real(&self, sim: SimTime) -> SimTime {
        let mut real = sim.0;
        for one in self.breaks.iter().take_while(|one| one.at <= sim) {
            real += one.skipped.0;
            real -= one.added.min(sim.since(one.at)).0;
        }
        SimTime(real)
    }

    /// The simulated instant of a real one; of one that is left out, that at which it is; of one at
    /// which real time stands, the first.
    #[must_use]
    pub fn sim(&self, real: SimTime) -> SimTime {
        let (mut out, mut more) = (Span::ZERO, Span::ZERO);
        for one in &self.breaks {
            let here = SimTime((one.at + out).0 - more.0);
            if real <= here {
                break;
            }
            if real < here + one.skipped {
                return one.at;
            }
            out += one.skipped;
            more += one.added;
        }
        SimTime((real + more).0 - out.0)
    }

    /// Real time from one simulated instant to another.
    ///
    /// # Panics
    /// If they are not in order.
    #[must_use]
    pub fn between(&self, from: SimTime, to: SimTime) -> Span {
        self.real(to).since(self.real(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time_runs_on_where_it_is_left_out_and_stands_where_time_is_added() {
        let mut clock = ClockMap::default();
        clock.skip(SimTime(100), Span(50));
        clock.add(SimTime(200), Span(30));
        clock.skip(SimTime(300), Span(1000));
        let pairs = [
            (99, 99),
            (100, 150),
            (200, 250),
            (210, 250),
            (230, 250),
            (231, 251),
            (299, 319),
            (300, 1320),
        ];
        for (sim, real) in pairs {
            assert_eq!(clock.real(SimTime(sim)), SimTime(real), "{sim}");
        }
        let back = [
            (99, 99),
            (120, 100),
            (150, 100),
            (250, 200),
            (251, 231),
            (319, 299),
        ];
        for (real, sim) in back
            .into_iter()
            .chain([(500, 300), (1320, 300), (1321, 301)])
        {
            assert_eq!(clock.sim(SimTime(real)), SimTime(sim), "{real}");
        }
        assert_eq!(clock.between(SimTime(90), SimTime(300)), Span(1230));
        let hole = Stretch {
            from: SimTime(90),
            to: SimTime(240),
        };
        let own = clock.within(&[hole]);
        assert_eq!(
            own.skips(),
            [(SimTime(100), Span(50))],
            "one is behind the hole"
        );
    }
}
