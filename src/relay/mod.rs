//! What relays make of their channels: protection schemes, exactly, for every instant at which a
//! fault may begin.
//!
//! A circuit carries the same packets whatever the relays say, so one run yields the channel
//! timelines of all faults that do not touch the network themselves. Everything here is worked out
//! on those timelines: nothing is simulated again.

pub mod clearing;
pub mod command;
pub mod differential;
pub mod distance;
pub mod fault;
pub mod inception;
pub mod line;
pub mod profile;
pub mod reception;
pub mod requirement;

pub use clearing::{AtEnd, Clearing, Story};
pub use fault::{Answer, By, End, Fault, Place, Trip};
pub use inception::{Found, Piece, Sweep, sweep};
pub use line::{Line, Reach};
pub use reception::{Reception, Way};
pub use requirement::Requirement;

use crate::units::SimTime;

/// What stands at both ends of a circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Protection {
    /// Line differential.
    Differential(differential::Settings),
    /// A scheme that sends commands: distance schemes and transfer trips.
    Distance(distance::Settings),
}

impl Protection {
    /// What both ends of a line do about one fault, by this protection alone. `ways`: a→z, z→a.
    #[must_use]
    pub fn answer(&self, ways: &[Reception; 2], line: &Line, fault: Fault) -> Answer {
        match self {
            Self::Differential(settings) => settings.answer(ways, line, fault),
            Self::Distance(settings) => settings.answer(ways, line, fault),
        }
    }

    /// Instants of inception at which the answer may change its form; between two of them, one
    /// after the other, every trip moves with the fault, stands still, or drifts.
    #[must_use]
    pub fn instants(&self, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
        match self {
            Self::Differential(settings) => settings.instants(ways, line),
            Self::Distance(settings) => settings.instants(ways, line),
        }
    }
}
