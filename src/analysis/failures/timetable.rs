//! When a case is in which stage, and what of its time is simulated.

use super::ClockMap;
use super::gaps::packet_holes;
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::mpls::routing::{Next, Routing};
use crate::plan::{Leg, Plan, Source, StreamId};
use crate::pseudowire::service::edge_delay;
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
    /// The first element fails, or is left because it is about to.
    pub failed: SimTime,
    /// The last of the first restorations of all circuits restored before the repair; `failed`
    /// where none is.
    pub restored: SimTime,
    /// The last element is repaired; `None`: never.
    pub repaired: Option<SimTime>,
    /// Every instant at which a cut begins or ends or a node begins to forward otherwise, ascending.
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
        let cuts = || outages.all().flat_map(|(.., cuts)| cuts);
        let last = cuts().map(|cut| cut.to).max()?;
        let repaired = (last < FOR_EVER).then_some(last);
        let edges = cuts().flat_map(|cut| [cut.from, cut.to]);
        let turns = routings
            .iter()
            .flat_map(Routing::nexts)
            .flat_map(Next::turns);
        let all = turns.map(|turn| turn.from).chain(edges);
        let mut all: Vec<SimTime> = all
            .filter(|at| (SimTime(1)..FOR_EVER).contains(at))
            .collect();
        all.sort_unstable();
        all.dedup();
        let failed = *all.first()?;
        let first_holes = circuits
            .iter()
            .filter_map(|place| packet_holes(&routings[*place], outages).first().copied());
        let restored = first_holes.map(|hole| hole.to).filter(|to| *to < last);
        let restored = restored.fold(failed, SimTime::max);
        Some(Self {
            failed,
            restored,
            repaired,
            all,
        })
    }

    /// The stage that a change leads to.
    fn towards(&self, change: SimTime) -> Stage {
        if change <= self.restored {
            Stage::AfterSwitch
        } else if self.repaired.is_none_or(|repaired| change < repaired) {
            Stage::AfterReconvergence
        } else {
            Stage::AfterRevert
        }
    }
}

impl Pace {
    /// Of the circuits of a plan. Twice what a packet would take over every leg that it may ever
    /// cross leaves room for waiting; all are rounded up to whole 10 ms.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut pace = Self {
            warm_up: Span::ZERO,
            lead: Span::ZERO,
            settle: Span::ZERO,
        };
        for (id, stream) in (0..).map(StreamId).zip(&plan.streams) {
            let Some(receiver) = stream.receiver() else {
                continue;
            };
            let Source::Circuit { boundaries, .. } = &stream.source else {
                unreachable!("only circuits have a receiver");
            };
            let through = |leg: &Leg| leg.serialization + leg.behind() + leg.processing.max();
            let legs: Span = plan.places_of(id, 0).iter().map(through).sum();
            let lead = (stream.ingress.max() + legs) * 2;
            let edge = edge_delay(receiver, boundaries.period_exact_ps());
            let start = u64::from(receiver.start_packets(false)) + 1;
            let started = lead + edge + boundaries.periods(start);
            let settle = started + boundaries.periods(receiver.missing_limit.into());
            pace.lead = pace.lead.max(rounded(lead));
            pace.warm_up = pace.warm_up.max(rounded(started + lead));
            pace.settle = pace.settle.max(rounded(settle));
        }
        pace
    }
}

fn rounded(span: Span) -> Span {
    let step = Span::from_ms(10);
    step * span.0.div_ceil(step.0)
}

impl Timetable {
    /// The run of a case: all changes at their real distance from one another, but that of a
    /// longer time without any only [`IDLE_MAX`] is left before all circuits are restored, and a
    /// stage behind. A stage begins with the last change that leads to it; what is created within
    /// the lead before the next change, which that may meet, is `during` already. Where the next
    /// change comes at once the stage is as short as it really is.
    #[must_use]
    pub fn new(changes: &Changes, pace: Pace) -> Self {
        let mut clock = ClockMap::default();
        for pair in changes.all.windows(2) {
            let kept = match changes.towards(pair[1]) {
                Stage::AfterSwitch => IDLE_MAX,
                _ => STAGE + pace.lead,
            };
            let idle = pair[1].since(pair[0]);
            if idle > kept {
                clock.skip(clock.sim(pair[0]) + kept, idle - kept);
            }
        }
        let mut stages = vec![(SimTime::ZERO, Stage::Steady)];
        for stage in [
            Stage::AfterSwitch,
            Stage::AfterReconvergence,
            Stage::AfterRevert,
        ] {
            let mut led = changes
                .all
                .iter()
                .filter(|change| changes.towards(**change) == stage);
            let Some(first) = led.next() else {
                continue;
            };
            let last = clock.sim(*led.next_back().unwrap_or(first));
            let begin = SimTime(clock.sim(*first).0.saturating_sub(pace.lead.0));
            // A stage shorter than the lead does not stand apart from what goes on.
            while stages.last().is_some_and(|(from, _)| *from >= begin) {
                stages.pop();
            }
            if stages.last().is_none_or(|(_, last)| *last != Stage::During) {
                stages.push((begin, Stage::During));
            }
            stages.push((last, stage));
        }
        let end = stages.last().map_or(SimTime::ZERO, |(from, _)| *from) + STAGE;
        Self { clock, stages, end }
    }

    /// The stretches of simulated time that are of this stage, in order. Where it does not stand
    /// apart it is the same as the one before it, or, if that is steady, as the one behind it.
    #[must_use]
    pub fn of(&self, stage: Stage) -> Vec<Stretch> {
        let own = |stage: Stage| -> Vec<Stretch> {
            let ends = self.stages[1..].iter().map(|(from, _)| *from);
            let all = self.stages.iter().zip(ends.chain([self.end]));
            let own = all.filter(|((_, one), _)| *one == stage);
            own.map(|((from, _), to)| Stretch { from: *from, to })
                .collect()
        };
        let before = Stage::ALL.into_iter().filter(|one| *one < stage).rev();
        let behind = Stage::ALL.into_iter().filter(|one| *one > stage);
        let like = before.chain(behind);
        let like = like.filter(|one| *one > Stage::During && stage > Stage::During);
        let all = [stage].into_iter().chain(like).map(own);
        all.into_iter()
            .find(|own| !own.is_empty())
            .unwrap_or_default()
    }
}
