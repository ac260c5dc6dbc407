//! What relays make of a run: every instant at which a fault may begin, every protection, every
//! line.

mod channels;
mod clearing;
mod course;
pub mod drawn;
pub mod replay;
pub mod restart;
mod run;
pub mod searched;
mod unwanted;
mod why;

pub use channels::{inceptions, inceptions_failing};
pub use course::courses;
pub use replay::{EndSteps, Ended, Replay, Steps, replay};
pub use restart::Restart;
pub use run::{Judged, RunJudgement, Scope, before, verdicts};
pub use why::{Why, why};

use crate::channel::Timeline;
use crate::mpls::outage::Stretch;
use crate::relay::{End, Place};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};
use channels::Reader;
use clearing::Swept;

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

/// Every fault on a line within a stretch of inceptions, as one protection, one group or both
/// groups clear it: from inception to open breakers at both ends.
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
    pub cleared: Cleared,
    /// Whether every inception is cleared in time by one group at least, and nothing trips
    /// unwanted.
    pub ok: bool,
}

/// One protection group of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupJudgement {
    /// Its circuits together.
    pub cleared: Cleared,
    /// Of all its circuits.
    pub unwanted: Vec<Unwanted>,
    /// Whether it clears every fault in time.
    pub in_time: bool,
    /// Whether it does, and trips for nothing else.
    pub ok: bool,
    /// The circuit that is slow, or trips unwanted, where it is not ok.
    pub blame: Option<usize>,
}

/// The protections of every line over inceptions in a stretch: circuits in order of (line, group,
/// name). Circuits whose channel cannot be read are left out.
///
/// # Panics
/// If the stretch has no length.
#[must_use]
pub fn protections(
    scenario: &Scenario,
    channels: &Channels,
    over: Stretch,
) -> Vec<ProtectionJudgement> {
    let lines = 0..scenario.relays.lines.len();
    let all = lines.flat_map(|line| Protected::of(scenario, channels, line, &[over]).judgements);
    all.collect()
}

/// Every line over inceptions in a stretch, in order of name; those are left out none of whose
/// channels can be read.
///
/// # Panics
/// If the stretch has no length.
#[must_use]
pub fn lines(scenario: &Scenario, channels: &Channels, over: Stretch) -> Vec<LineJudgement> {
    let lines = 0..scenario.relays.lines.len();
    let all = lines.map(|line| Protected::of(scenario, channels, line, &[over]));
    all.filter_map(|protected| protected.line()).collect()
}

/// From the first of some stretches to the last.
fn hull(over: &[Stretch]) -> Stretch {
    Stretch {
        from: over.first().expect("a stretch").from,
        to: over.last().expect("a stretch").to,
    }
}

/// The protections of one line, and what comes of them together.
pub(crate) struct Protected<'a> {
    scenario: &'a Scenario,
    line: usize,
    over: Vec<Stretch>,
    readers: Vec<Reader<'a>>,
    /// One per reader.
    swept: Vec<Swept>,
    /// One per reader.
    pub(crate) judgements: Vec<ProtectionJudgement>,
}

impl<'a> Protected<'a> {
    /// Works out every protection of a line on its own, over inceptions in these stretches,
    /// ascending. What is no matter of inceptions is told of the whole time from the first to the
    /// last.
    pub(crate) fn of(
        scenario: &'a Scenario,
        channels: &'a Channels,
        line: usize,
        over: &[Stretch],
    ) -> Self {
        let readers = Reader::of_line(scenario, channels, line);
        let mut swept = Vec::with_capacity(readers.len());
        let mut judgements = Vec::with_capacity(readers.len());
        for reader in &readers {
            let alone = Swept::of(&[reader], over);
            let course = reader.course(hull(over));
            let unwanted = unwanted::of(reader, course.as_ref(), over);
            judgements.push(ProtectionJudgement {
                circuit: reader.circuit,
                line,
                cleared: alone.cleared,
                ok: alone.ok && unwanted.is_empty(),
                unwanted,
                course: course.map(|course| course.summary),
            });
            swept.push(alone);
        }
        Self {
            scenario,
            line,
            over: over.to_vec(),
            readers,
            swept,
            judgements,
        }
    }

    /// What they are together; `None` where there are none.
    pub(crate) fn line(&self) -> Option<LineJudgement> {
        let groups = [0, 1].map(|group| self.group(group));
        let every = |_: &Reader<'_>| true;
        let (cleared, in_time) = match &groups {
            // What one group does alone need not be worked out again.
            [Some(only), None] | [None, Some(only)] => (only.cleared, only.in_time),
            [None, None] => return None,
            _ => self.together(every).map(|all| (all.cleared, all.ok))?,
        };
        let unwanted = groups.iter().flatten().any(|one| !one.unwanted.is_empty());
        Some(LineJudgement {
            line: self.line,
            over: hull(&self.over),
            cleared,
            ok: in_time && !unwanted,
            groups,
        })
    }

    fn group(&self, group: usize) -> Option<GroupJudgement> {
        let members = &self.scenario.relays.lines[self.line].groups[group];
        let all = self.together(|reader| members.contains(&reader.circuit))?;
        let judged = self.judgements.iter();
        let judged = judged.filter(|one| members.contains(&one.circuit));
        let unwanted: Vec<Unwanted> = judged.flat_map(|one| one.unwanted.clone()).collect();
        let blame = match (all.ok, unwanted.first()) {
            (true, None) => None,
            (true, Some(first)) => Some(first.circuit),
            (false, _) => Some(all.slowest),
        };
        Some(GroupJudgement {
            cleared: all.cleared,
            in_time: all.ok,
            ok: all.ok && unwanted.is_empty(),
            unwanted,
            blame,
        })
    }

    /// Some of them together: those that are there for faults on the line, or, where none is, the
    /// transfer trips.
    fn together(&self, of: impl Fn(&Reader<'_>) -> bool) -> Option<Swept> {
        let places = 0..self.readers.len();
        let mut places: Vec<usize> = places.filter(|at| of(&self.readers[*at])).collect();
        let clears = |at: &usize| self.readers[*at].protection.clears_faults();
        if places.iter().any(clears) {
            places.retain(clears);
        }
        match places.as_slice() {
            [] => None,
            [alone] => Some(self.swept[*alone]),
            all => {
                let readers: Vec<&Reader<'_>> = all.iter().map(|at| &self.readers[*at]).collect();
                Some(Swept::of(&readers, &self.over))
            }
        }
    }
}

impl Clearing {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::InTime => "in-time",
            Self::Late => "late",
            Self::Backup => "backup",
            Self::Never => "never",
        }
    }
}

impl UnwantedKind {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Overtrip, Self::Misoperation, Self::FalseTrip];

    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Overtrip => "overtrip",
            Self::Misoperation => "misoperation",
            Self::FalseTrip => "false-trip",
        }
    }
}

impl LineJudgement {
    /// Which groups do what they should: "both", "A", "B" or "none".
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self
            .groups
            .each_ref()
            .map(|group| group.as_ref().is_some_and(|one| one.ok))
        {
            [true, true] => "both",
            [true, false] => "A",
            [false, true] => "B",
            [false, false] => "none",
        }
    }
}

#[cfg(test)]
mod tests;
