//! Simulated time and real time: a run leaves out stretches in which no node acts.

use crate::units::{SimTime, Span};

/// Simulated instant ⇄ real instant. Both begin at zero and run alike, but for stretches of real
/// time that are not simulated.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ClockMap {
    /// (simulated instant, real time left out there), ascending.
    skips: Vec<(SimTime, Span)>,
}

impl ClockMap {
    /// Leaves out `skipped` of real time at the simulated instant `at`.
    ///
    /// # Panics
    /// If it does not lie behind the stretches left out so far.
    pub fn skip(&mut self, at: SimTime, skipped: Span) {
        assert!(
            self.skips.last().is_none_or(|(last, _)| *last < at),
            "in order"
        );
        self.skips.push((at, skipped));
    }

    /// What is left out: (simulated instant, real length), ascending.
    #[must_use]
    pub fn skips(&self) -> &[(SimTime, Span)] {
        &self.skips
    }

    /// The real instant of a simulated one; where time is left out, that behind it.
    #[must_use]
    pub fn real(&self, sim: SimTime) -> SimTime {
        let before = self.skips.iter().take_while(|(at, _)| *at <= sim);
        sim + before.map(|(_, skipped)| *skipped).sum()
    }

    /// The simulated instant of a real one; of one that is left out, that at which it is.
    #[must_use]
    pub fn sim(&self, real: SimTime) -> SimTime {
        let mut out = Span::ZERO;
        for (at, skipped) in &self.skips {
            if real < *at + out {
                break;
            }
            if real < *at + out + *skipped {
                return *at;
            }
            out += *skipped;
        }
        SimTime(real.0 - out.0)
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
