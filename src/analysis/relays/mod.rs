//! What relays make of a run: every instant at which a fault may begin, every protection, every line.

pub mod searched;

use crate::channel::Timeline;
use crate::engine::Outcome;
use crate::mpls::outage::Stretch;
use crate::relay::{End, Place, Way};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// The channels of a run as relays see them: per circuit a→z and z→a; `None` where no relay stands
/// at a circuit, or its channel cannot be read as a timeline.
#[derive(Clone, Default, Debug)]
pub struct Channels {
    /// In order of the circuits.
    pub circuits: Vec<Option<[Channel; 2]>>,
}

/// One direction with the conversions of its interfaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Channel {
    /// What its carrier puts out.
    pub timeline: Timeline,
    /// Conversion at the sending end.
    pub before: Span,
    /// Conversion at the receiving end.
    pub after: Span,
}

/// How one clearing came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Clearing {
    /// Within what the line must be cleared in.
    InTime,
    /// Later.
    Late,
    /// Only by the delay of zone 2 at one end at least.
    Backup,
    /// Never, by this protection.
    Never,
}

/// Every fault on a line within a stretch of inceptions, as one protection, one group or both groups
/// clear it: from inception to open breakers at both ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cleared {
    /// Longest; `None`: never.
    pub worst: Option<Span>,
    /// How that came out.
    pub clearing: Clearing,
    /// The first inception at which it is so long.
    pub worst_at: SimTime,
    /// Where the fault is then.
    pub place: Place,
    /// The end that opens last then.
    pub end: End,
    /// Shortest.
    pub best: Option<Span>,
    /// Not exceeded at 50, 90, 99 and 99.9 % of all inceptions at the worst place; `None`: never.
    pub shares: [Option<Span>; 4],
    /// Inceptions at the worst place that are not cleared in time, all together.
    pub late: Span,
    /// All inceptions.
    pub length: Span,
}

/// A trip that nobody wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unwanted {
    /// The circuit whose protection trips (index in order of name).
    pub circuit: usize,
    /// What it is.
    pub kind: UnwantedKind,
    /// The first inception, or the instant itself, at which it happens.
    pub at: SimTime,
    /// How long instants last at which it happens, all together.
    pub lasting: Span,
    /// Where the fault is; `None`: there is none.
    pub place: Option<Place>,
    /// The end that trips first.
    pub end: End,
}

/// Kinds of unwanted trips.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum UnwantedKind {
    /// A healthy line trips for a fault beside it.
    Overtrip,
    /// A line trips without any fault: a false command, or false differential current of the load.
    Misoperation,
    /// False differential current with the largest current through the line.
    FalseTrip,
}

/// What one circuit's protection is over a stretch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProtectionJudgement {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// Faults on the line.
    pub cleared: Cleared,
    /// At most one of each kind.
    pub unwanted: Vec<Unwanted>,
    /// Of 87L alone.
    pub course: Option<CourseSummary>,
    /// Whether it clears every fault in time and trips for nothing else.
    pub ok: bool,
}

/// What a differential relay was over a stretch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CourseSummary {
    /// Difference of both directions that is largest in magnitude, in picoseconds; the positive one
    /// of two alike.
    pub asymmetry_ps: Option<i64>,
    /// Smallest margin while sound, mA; `None`: it never is.
    pub margin_min_ma: Option<u64>,
    /// Blocked, all together.
    pub blocked: Span,
    /// The longest stretch without protection.
    pub blocked_longest: Span,
    /// Tripping falsely, all together.
    pub false_trip: Span,
    /// Of this what the relays cannot see.
    pub invisible: Span,
}

/// What the protection of a line is over a stretch: the row that a protection engineer reads first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineJudgement {
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// Inceptions that were looked at.
    pub over: Stretch,
    /// Groups A and B; `None` where no circuit belongs to it.
    pub groups: [Option<GroupJudgement>; 2],
    /// Both groups together: at each end the earlier trip.
    pub cleared: Option<Cleared>,
    /// Whether every inception is cleared in time by one group at least, and nothing trips unwanted.
    pub ok: bool,
}

/// One protection group of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupJudgement {
    /// Its circuits together.
    pub cleared: Cleared,
    /// Of all its circuits.
    pub unwanted: Vec<Unwanted>,
    /// Whether it clears every fault in time and trips for nothing else.
    pub ok: bool,
    /// The circuit that is slow, or trips unwanted, where it is not ok.
    pub blame: Option<usize>,
}

impl Channel {
    /// As relays see it.
    #[must_use]
    pub fn way(&self) -> Way<'_> {
        Way {
            timeline: &self.timeline,
            before: self.before,
            after: self.after,
        }
    }
}

impl Channels {
    /// Those of a run.
    #[must_use]
    pub fn of_run(scenario: &Scenario, outcome: &Outcome) -> Self {
        let _ = (scenario, outcome);
        Self::default()
    }
}

/// The protections of every line over inceptions in a stretch: circuits in order of (line, group,
/// name).
#[must_use]
pub fn protections(
    scenario: &Scenario,
    channels: &Channels,
    over: Stretch,
) -> Vec<ProtectionJudgement> {
    let _ = (scenario, channels, over);
    Vec::new()
}

/// Every line over inceptions in a stretch, in order of name.
#[must_use]
pub fn lines(scenario: &Scenario, channels: &Channels, over: Stretch) -> Vec<LineJudgement> {
    let _ = (scenario, channels, over);
    Vec::new()
}
