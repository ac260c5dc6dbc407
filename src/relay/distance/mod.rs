//! Schemes that send commands: PUTT, POTT, DCB, DCUB, DUTT and DTT.

mod instants;
mod logic;
pub mod profiles;
mod seen;

use self::logic::Case;
use super::command::Command;
use super::fault::{Answer, End, Fault};
use super::line::Line;
use super::reception::Reception;
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// Which scheme.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scheme {
    /// Permissive underreach: zone 1 keys; trips with own zone 2.
    Putt,
    /// Permissive overreach: zone 2 keys; trips with own zone 2.
    Pott,
    /// Directional comparison blocking: the reverse zone keys; its absence lets zone 2 trip.
    Dcb,
    /// Directional comparison unblocking: as permissive overreach, and loss of guard opens a
    /// window.
    Dcub,
    /// Direct underreach: zone 1 keys; what is received trips.
    Dutt,
    /// Direct transfer trip: breaker failure, transformer, reactor; what is received trips.
    Dtt,
}

/// Everything a scheme needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Which scheme.
    pub scheme: Scheme,
    /// How the command travels.
    pub command: Command,
    /// Which directions carry commands, a→z and z→a.
    pub directions: [bool; 2],
    /// From inception until a zone has picked up (detection).
    pub pickup: Span,
    /// From the end of a fault until a zone has reset.
    pub reset: Span,
    /// Delay of zone 2 behind its pickup.
    pub zone2_delay: Span,
    /// Coordination: how long zone 2 waits for a block, or for the command, behind its pickup.
    /// Where what is received trips by itself: how long it must have stood.
    pub coordination: Span,
    /// A command is keyed at least so long.
    pub send_minimum: Span,
    /// A block that goes is held so long.
    pub block_extension: Span,
    /// After the reverse zone has dropped, comparison does not trip for so long (current reversal).
    pub reversal_guard: Span,
    /// An end that is too weak for its forward zones to pick up; with POTT and DCUB the other's
    /// command is echoed there.
    pub weak: Option<End>,
    /// From a command received at the weak end to its echo.
    pub echo_delay: Span,
    /// DCUB: a guard lost for so long opens the window.
    pub guard_loss: Span,
    /// DCUB: the window lasts so long.
    pub unblocking_window: Span,
}

impl Settings {
    /// What both ends do about a fault. `ways`: a→z, z→a.
    ///
    /// To a transfer trip a fault on the line is the want of it: both ends that carry commands key
    /// at [`Fault::at`].
    #[must_use]
    pub fn answer(&self, ways: &[Reception; 2], line: &Line, fault: Fault) -> Answer {
        Case::new(self, ways, line, fault).answer()
    }

    /// Trips within a stretch though there is no fault and nobody keys, in order of (beginning,
    /// end): how long each command stands that makes one. Only what trips on receipt alone can do
    /// so. `ways`: a→z, z→a.
    #[must_use]
    pub fn unwanted_without_fault(
        &self,
        ways: &[Reception; 2],
        over: Stretch,
    ) -> Vec<(End, Stretch)> {
        if !self.scheme.is_direct() {
            return Vec::new();
        }
        let stand = self.coordination;
        let mut all = Vec::new();
        for end in End::BOTH {
            let from = end.other().index();
            if !self.directions[from] {
                continue;
            }
            let window = Stretch {
                from: SimTime(over.from.0.saturating_sub(stand.0)),
                to: over.to,
            };
            let heard = self.command.received(&ways[from], &[], window);
            let trips = logic::stood(heard, stand).into_iter();
            let trips = trips.filter(|on| on.to > over.from).map(|on| Stretch {
                from: on.from.max(over.from),
                ..on
            });
            all.extend(trips.map(|on| (end, on)));
        }
        all.sort_unstable_by_key(|(end, on)| (on.from, *end));
        all
    }
}

impl Scheme {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::Putt,
        Self::Pott,
        Self::Dcb,
        Self::Dcub,
        Self::Dutt,
        Self::Dtt,
    ];

    /// Whether what is received trips, without a look at the own zones.
    #[must_use]
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Dutt | Self::Dtt)
    }

    /// The word in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Putt => "PUTT",
            Self::Pott => "POTT",
            Self::Dcb => "DCB",
            Self::Dcub => "DCUB",
            Self::Dutt => "DUTT",
            Self::Dtt => "DTT",
        }
    }
}

#[cfg(test)]
mod tests;
