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
    /// Every instant at which a cut begins or ends or a node begins to forward otherwise,
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
            pace.warm_up = pace.warm_up.max(rounded(started));
            pace.settle = pace.settle.max(rounded(settle));
        }
        // What is steady ends a lead before the failure: all have started by then.
        pace.warm_up += pace.lead;
        pace
    }
}

fn rounded(span: Span) -> Span {
    let step = Span::from_ms(10);
    step * span.0.div_ceil(step.0)
}

impl Timetable {
    /// The run of a case: all changes at their real distance from one another, but that of a
    /// longer time without any only so much is left: [`IDLE_MAX`] before all circuits are restored,
    /// a stage and the lead between stages, the time to settle and the lead elsewhere. A stage
    /// begins with the last change that leads to it; what is created within the lead before the
    /// next change, which that may meet, is `during` already. Where the next change comes sooner
    /// than a stage lasts, the stage is made longer just before it; where it comes before circuits
    /// have settled, the stage is as short as it really is, or does not stand apart.
    #[must_use]
    pub fn new(changes: &Changes, pace: Pace) -> Self {
        let mut clock = ClockMap::default();
        for pair in changes.all.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|change| changes.towards(change));
            let kept = match to {
                Stage::AfterSwitch => IDLE_MAX,
                _ if to != from => STAGE + pace.lead,
                _ => pace.settle + pace.lead,
            };
            let idle = pair[1].since(pair[0]);
            let before = clock.sim(pair[0]);
            if idle > kept {
                clock.skip(before + kept, idle - kept);
            } else if to != from && from >= Stage::AfterSwitch && idle > pace.settle {
                clock.add(before + (idle - Span(1)), kept - idle);
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

#[cfg(test)]
mod tests {
    use super::super::samples::{fill_half, one_link, stretch};
    use super::*;

    const MS: u64 = 1_000_000_000;

    fn ms(ms: u64) -> SimTime {
        SimTime(ms * MS)
    }

    const PACE: Pace = Pace {
        warm_up: Span(300 * MS),
        lead: Span(20 * MS),
        settle: Span(80 * MS),
    };

    /// Fails at 300 ms, restored 25 ms later; a better path at 1400 ms; repaired at 5 s, back at
    /// 15 s.
    fn changes(restored: u64) -> Changes {
        Changes {
            failed: ms(300),
            restored: ms(restored),
            repaired: Some(ms(5000)),
            all: [300, 325, 1400, 5000, 15_000].map(ms).to_vec(),
        }
    }

    #[test]
    fn time_without_a_change_is_left_out_and_remembered() {
        let table = Timetable::new(&changes(325), PACE);
        // 325 to 1400 and 1400 to 5000: a stage and the lead are left; 5000 to 15 000: 100 ms.
        let skips = [(1345, 55), (2365, 2580), (2465, 9900)];
        let want = skips.map(|(at, length)| (ms(at), Span::from_ms(length)));
        assert_eq!(table.clock.skips(), want);
        assert_eq!(table.end, ms(3465));
        let stages = [
            (0, Stage::Steady),
            (280, Stage::During),
            (325, Stage::AfterSwitch),
            (1325, Stage::During),
            (1345, Stage::AfterReconvergence),
            (2345, Stage::During),
            (2465, Stage::AfterRevert),
        ];
        assert_eq!(table.stages, stages.map(|(at, stage)| (ms(at), stage)));
        for (real, sim) in [
            (300, 300),
            (1345, 1345),
            (1399, 1345),
            (1400, 1345),
            (15_000, 2465),
        ] {
            assert_eq!(table.clock.sim(ms(real)), ms(sim), "{real} ms");
        }
        assert_eq!(table.clock.between(ms(1344), ms(1345)), Span::from_ms(56));
        assert_eq!(table.clock.real(ms(2465)), ms(15_000));
    }

    #[test]
    fn a_stage_that_would_be_over_too_soon_is_made_longer() {
        let soon = Changes {
            all: [300, 325, 475, 5000, 15_000].map(ms).to_vec(),
            ..changes(325)
        };
        let table = Timetable::new(&soon, PACE);
        assert_eq!(table.of(Stage::AfterSwitch), [stretch(325 * MS, 1325 * MS)]);
        assert_eq!(
            table.clock.sim(ms(475)),
            ms(1345),
            "a stage and the lead behind 325 ms"
        );
        assert_eq!(
            table.clock.real(ms(400)),
            ms(400),
            "a hole keeps its length"
        );
        let between = table.clock.between(ms(1000), ms(1345));
        assert_eq!(between, Span(1), "real time stands");
    }

    #[test]
    fn before_all_circuits_are_restored_two_seconds_are_left() {
        let table = Timetable::new(&changes(1400), PACE);
        assert_eq!(table.clock.sim(ms(1400)), ms(1400));
        assert_eq!(
            table.of(Stage::AfterSwitch),
            [stretch(1400 * MS, 2400 * MS)]
        );
        let like = table.of(Stage::AfterSwitch);
        assert_eq!(
            table.of(Stage::AfterReconvergence),
            like,
            "nothing leads to it"
        );
        let late = Changes {
            restored: ms(4000),
            all: [300, 4000].map(ms).to_vec(),
            ..changes(0)
        };
        let table = Timetable::new(&late, PACE);
        assert_eq!(table.clock.skips(), [(ms(2300), Span::from_ms(1700))]);
    }

    #[test]
    fn a_stage_that_the_next_change_swallows_does_not_stand_apart() {
        let mut soon = changes(325);
        soon.all = [300, 325, 340].map(ms).to_vec();
        let table = Timetable::new(&soon, PACE);
        let stages = [
            (0, Stage::Steady),
            (280, Stage::During),
            (340, Stage::AfterReconvergence),
        ];
        assert_eq!(table.stages, stages.map(|(at, stage)| (ms(at), stage)));
        let behind = table.of(Stage::AfterReconvergence);
        assert_eq!(table.of(Stage::AfterSwitch), behind);
        assert_eq!(table.of(Stage::AfterRevert), behind);
    }

    #[test]
    fn the_warm_up_lets_every_circuit_start() {
        // P = 1 ms, k = 2; 20 ms of fibre: twice that is the lead. Started after 40 + 2 + 3 ms,
        // that and the lead up to whole 10 ms, and then one after the other; settled 10 ms after
        // the start; sending takes 2 ps.
        let cut = stretch(1, 2);
        let plan = one_link(Span::from_ms(1), Span::from_ms(20), fill_half(2), cut);
        let want = [100, 50, 60].map(Span::from_ms);
        let pace = Pace::of(&plan);
        assert_eq!([pace.warm_up, pace.lead, pace.settle], want);
    }
}
