//! A fault on a line or beside it, and what the relays at both ends do about it.

use crate::units::{SimTime, Span};

/// A terminal of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// The first.
    A,
    /// The second.
    Z,
}

/// Where a fault is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    /// On the line: share of its length from terminal a, in parts per 10^9.
    Inside(u32),
    /// Beside it, close behind this terminal, on a neighbouring line.
    Behind(End),
    /// On a line parallel to it, close to this terminal: its breaker there opens first, and the
    /// current in the healthy line turns round.
    Parallel(End),
}

/// A fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// When it begins.
    pub at: SimTime,
    /// Where.
    pub place: Place,
}

/// What made a relay trip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    /// What asks for a transfer trip opens its own breakers: no channel needed.
    Local,
    /// Its own zone 1: no channel needed.
    Zone1,
    /// A command received, with its own zone 2 where the scheme asks for it; or a zone 2 that no
    /// block held back.
    Command,
    /// The window that the loss of guard opens (DCUB).
    Unblocking,
    /// Line differential.
    Differential,
    /// The delay of zone 2: backup.
    Zone2,
}

/// A relay's output to its breaker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Trip {
    /// When.
    pub at: SimTime,
    /// Why.
    pub by: By,
}

/// What both ends do about one fault; `None`: no trip.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    /// At terminal a and terminal z.
    pub trips: [Option<Trip>; 2],
}

/// How one end came out of one fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// A fault on the line, tripped for in time.
    OnTime,
    /// A fault on the line, tripped for so much later than it ought to be.
    Late(Span),
    /// A fault on the line, not tripped for.
    Never,
    /// A fault beside the line, and no trip.
    Quiet,
    /// A fault beside the line, and a trip so long behind it.
    Overtrip(Span),
}

impl Fault {
    /// How an end came out of it that ought to trip `within` so long for a fault on the line.
    ///
    /// # Panics
    /// If the trip lies before the fault.
    #[must_use]
    pub fn verdict(self, trip: Option<Trip>, within: Span) -> Verdict {
        let behind = trip.map(|trip| trip.at.since(self.at));
        match (self.place.is_inside(), behind) {
            (true, None) => Verdict::Never,
            (true, Some(behind)) if behind <= within => Verdict::OnTime,
            (true, Some(behind)) => Verdict::Late(behind - within),
            (false, None) => Verdict::Quiet,
            (false, Some(behind)) => Verdict::Overtrip(behind),
        }
    }
}

impl End {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::A, Self::Z];

    /// 0 or 1.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::Z => 1,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::Z,
            Self::Z => Self::A,
        }
    }

    /// "a" or "z".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::Z => "z",
        }
    }
}

impl Place {
    /// Whether both ends ought to trip.
    #[must_use]
    pub fn is_inside(self) -> bool {
        matches!(self, Self::Inside(_))
    }
}

impl By {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Zone1 => "zone-1",
            Self::Command => "command",
            Self::Unblocking => "unblocking",
            Self::Differential => "differential",
            Self::Zone2 => "zone-2",
        }
    }
}
