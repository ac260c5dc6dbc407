//! Verdicts stage by stage, the transient kept apart.

use super::super::verdict::{FailCause, Verdict};
use super::{ClockMap, Pace, Stage, Timetable};
use crate::channel::Timeline;
use crate::engine::Bin;
use crate::units::Span;

/// What is known of one direction of a circuit in a case.
#[derive(Clone, Copy, Debug)]
pub struct Direction<'a> {
    /// What came out.
    pub timeline: &'a Timeline,
    /// Parallel to [`Timetable::stages`]: `StreamOutcome::stages`, or `Selected::stages` where two
    /// pseudowires carry it; empty where no packets do.
    pub bins: &'a [Bin],
    /// Conversion at both interfaces.
    pub conversion: Span,
    /// What packetization and play-out cost: `decomposition::edge_delay`.
    pub edge: Span,
    /// Slack of the settings: `decomposition::configured_slack`.
    pub slack: Span,
}

/// One stage of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StageJudgement {
    /// Which.
    pub stage: Stage,
    /// Largest delay: that of the data put out, and of the worst start; `during`: that of a
    /// command keyed at the worst instant. `None`: nothing came, or it never comes.
    pub delay_max: Option<Span>,
    /// The delay if play-out were started on the slowest packet of the stage; `None` during, and
    /// where nothing arrived.
    pub worst_start: Option<Span>,
    /// Packets lost.
    pub lost: u64,
    /// Replaced output.
    pub replaced: Span,
    /// delay(a→z) − delay(z→a) at the end of the stage, in picoseconds; `None` where either has
    /// none.
    pub asymmetry_ps: Option<i64>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why it fails.
    pub cause: Option<FailCause>,
}

/// Judges both directions of a circuit, all stages in order.
#[must_use]
pub fn judge(
    ways: [Direction<'_>; 2],
    timetable: &Timetable,
    pace: Pace,
    budget: Span,
) -> [Vec<StageJudgement>; 2] {
    let _ = (ways, timetable, pace, budget, ClockMap::default());
    todo!()
}
