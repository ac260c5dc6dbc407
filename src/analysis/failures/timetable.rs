//! When a case is in which stage, and what of its time is simulated.

use super::ClockMap;
use crate::mpls::outage::Outages;
use crate::mpls::routing::Routing;
use crate::plan::Plan;
use crate::units::{SimTime, Span};

/// Stages of a case, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Before anything has failed.
    Steady,
    /// While nodes act: from the failure until every circuit that can be is restored, and again
    /// while paths move on or back.
    During,
    /// Restored, on bypasses or second paths.
    AfterSwitch,
    /// Every later change made: re-optimised paths, the interior gateway protocol.
    AfterReconvergence,
    /// The element repaired and every path back.
    AfterRevert,
}

/// What a node does, and when, in real time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changes {
    /// The first element fails.
    pub failed: SimTime,
    /// The last of the first restorations of all circuits restored before the repair; `failed`
    /// where none is.
    pub restored: SimTime,
    /// The last element is repaired; `None`: never.
    pub repaired: Option<SimTime>,
    /// Every instant from `failed` on at which a cut begins or ends or a node forwards otherwise,
    /// ascending.
    pub all: Vec<SimTime>,
}

/// Lengths that follow from the circuits of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// From the beginning to the failure: every circuit has started by then.
    pub warm_up: Span,
    /// A packet created so long before a change is through before it.
    pub lead: Span,
    /// So long after a change no receiving end is still on its way into or out of the
    /// loss-of-packets state because of it.
    pub settle: Span,
}

/// The simulated run of one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timetable {
    /// Simulated ⇄ real time.
    pub clock: ClockMap,
    /// Simulated instants with the stage that begins there, ascending, the first zero: the
    /// instants of [`Plan::stages`].
    pub stages: Vec<(SimTime, Stage)>,
    /// Where sources end.
    pub end: SimTime,
}

/// How long a stage lasts behind the last change that leads to it.
pub const STAGE: Span = Span::from_s(1);
/// What remains of a longer time without a change before all circuits are restored.
pub const IDLE_MAX: Span = Span::from_s(2);

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 5] = [
        Self::Steady,
        Self::During,
        Self::AfterSwitch,
        Self::AfterReconvergence,
        Self::AfterRevert,
    ];

    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::During => "during",
            Self::AfterSwitch => "after-switch",
            Self::AfterReconvergence => "after-reconvergence",
            Self::AfterRevert => "after-revert",
        }
    }
}

impl Changes {
    /// The changes of a case: `routings` of all streams, of which `circuits` are the places whose
    /// restoration counts; all in real time. `None` where nothing fails.
    #[must_use]
    pub fn of(outages: &Outages, routings: &[Routing], circuits: &[usize]) -> Option<Self> {
        let _ = (outages, routings, circuits);
        todo!()
    }
}

impl Pace {
    /// Of the circuits of a plan.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let _ = plan;
        todo!()
    }
}

impl Timetable {
    /// The run of a case.
    #[must_use]
    pub fn new(changes: &Changes, pace: Pace) -> Self {
        let _ = (changes, pace);
        todo!()
    }

    /// The stretches [from, to) of simulated time that are of this stage, in order; those of the
    /// stage before where nothing changes from that to this.
    #[must_use]
    pub fn of(&self, stage: Stage) -> Vec<(SimTime, SimTime)> {
        let _ = stage;
        todo!()
    }
}
