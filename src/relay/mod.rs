//! What relays make of their channels: protection schemes, exactly, for every instant at which a
//! fault may begin.
//!
//! A circuit carries the same packets whatever the relays say, so one run yields the channel
//! timelines of all faults that do not touch the network themselves. Everything here is worked out
//! on those timelines: nothing is simulated again.

pub mod clearing;
pub mod command;
pub mod dependability;
pub mod differential;
pub mod distance;
pub mod fault;
pub mod inception;
pub mod line;
pub mod profile;
pub mod reception;
pub mod requirement;

pub use clearing::{AtEnd, Clearing, Story};
pub use fault::{Answer, By, End, Fault, Place, Trip, Verdict};
pub use inception::{Found, Piece, Sweep, sweep, sweep_all};
pub use line::{Line, Reach};
pub use reception::{Reception, Way};
pub use requirement::Requirement;

use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

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

    /// The same for faults at one place: none where the channel changes nothing of what is done
    /// about them.
    #[must_use]
    pub fn instants_at(&self, ways: &[Reception; 2], line: &Line, place: Place) -> Vec<SimTime> {
        match self {
            Self::Differential(settings) => settings.instants(ways, line),
            Self::Distance(settings) => settings.instants_at(ways, line, place),
        }
    }

    /// Whether the channel may change anything of what is done about faults at a place.
    #[must_use]
    pub fn heeds_channel(&self, ways: &[Reception; 2], line: &Line, place: Place) -> bool {
        match self {
            Self::Differential(_) => true,
            Self::Distance(settings) => settings.heeded(ways, line, place) != [false; 2],
        }
    }

    /// The channels of a circuit as these relays read them: messages of their length, good again
    /// as long after a break as they need. `ways`: a→z, z→a.
    #[must_use]
    pub fn receptions(&self, ways: [Way<'_>; 2]) -> [Reception; 2] {
        let (message, recovery) = match self {
            Self::Differential(settings) => (settings.message, settings.recovery()),
            Self::Distance(settings) => (settings.command.message, settings.command.recovery),
        };
        ways.map(|way| Reception::new(way, message, recovery))
    }

    /// Trips by a command alone while there is no fault anywhere, within a stretch: how long each
    /// command stands that makes one, in order of (beginning, end).
    #[must_use]
    pub fn without_fault(&self, ways: &[Reception; 2], over: Stretch) -> Vec<(End, Stretch)> {
        match self {
            Self::Differential(_) => Vec::new(),
            Self::Distance(settings) => settings.unwanted_without_fault(ways, over),
        }
    }

    /// How long what was before the first message may still tell: levels of before, held and
    /// extended, and windows that the guard missing until then has opened.
    #[must_use]
    pub fn memory(&self) -> Span {
        match self {
            Self::Differential(_) => Span::ZERO,
            Self::Distance(settings) => {
                let command = settings.command;
                let window = settings.guard_loss + settings.unblocking_window;
                command.receive + settings.block_extension + window
            }
        }
    }

    /// How long before a break of the channel a fault may begin that the break still changes
    /// something of, but for backup.
    #[must_use]
    pub fn foresight(&self, line: &Line) -> Span {
        match self {
            Self::Differential(settings) => {
                settings.window + settings.message + settings.processing[0]
            }
            Self::Distance(settings) => {
                let command = settings.command;
                let keyed = settings.pickup + command.send + command.message + command.receive;
                keyed
                    + settings
                        .coordination
                        .max(line.external_clearing + settings.reset)
            }
        }
    }

    /// How long after the inception of a fault it is over at the latest: backup has tripped, or the
    /// channel counts as failed.
    #[must_use]
    pub fn horizon(&self, line: &Line) -> Span {
        let own = match self {
            Self::Differential(settings) => settings.recovery() + settings.watched.fail_after,
            Self::Distance(settings) => settings.command.fail_after.max(settings.zone2_delay),
        };
        self.foresight(line) + own
    }

    /// The word for what they do: "87L", "POTT" …
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Differential(_) => "87L",
            Self::Distance(settings) => settings.scheme.name(),
        }
    }

    /// Whether it is there for faults on the line: a direct transfer trip is not, it opens the far
    /// end when this one asks for it.
    #[must_use]
    pub fn clears_faults(&self) -> bool {
        match self {
            Self::Differential(_) => true,
            Self::Distance(settings) => settings.scheme != distance::Scheme::Dtt,
        }
    }
}
