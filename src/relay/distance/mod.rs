//! Schemes that send commands: PUTT, POTT, DCB, DCUB, DUTT and DTT.

pub mod profiles;

use super::command::Command;
use super::fault::{Answer, Fault};
use super::line::Line;
use super::reception::Reception;
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
    /// Directional comparison unblocking: as permissive overreach, and loss of guard opens a window.
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
    pub coordination: Span,
    /// A command is keyed at least so long.
    pub send_minimum: Span,
    /// A block that goes is held so long.
    pub block_extension: Span,
    /// After the reverse zone has reset, permission does not count for so long (current reversal).
    pub reversal_guard: Span,
    /// An end that is too weak to pick up; the other's command is echoed there.
    pub weak: Option<super::fault::End>,
    /// From a command received at the weak end to its echo.
    pub echo_delay: Span,
    /// DCUB: a guard lost for so long opens the window.
    pub guard_loss: Span,
    /// DCUB: the window lasts so long.
    pub unblocking_window: Span,
}

impl Settings {
    /// What both ends do about a fault. `ways`: a→z, z→a.
    #[must_use]
    pub fn answer(&self, ways: &[Reception; 2], line: &Line, fault: Fault) -> Answer {
        let _ = (ways, line, fault);
        Answer::default()
    }

    /// See [`super::Protection::instants`].
    #[must_use]
    pub fn instants(&self, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
        let _ = (ways, line);
        Vec::new()
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
