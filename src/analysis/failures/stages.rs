//! Verdicts stage by stage, the transient kept apart.

use super::super::verdict::{FailCause, Verdict, difference_ps};
use super::gaps::{Hole, holes};
use super::{Pace, Stage, Timetable};
use crate::channel::Timeline;
use crate::engine::Bin;
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

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
    /// Largest delay of the data put out; `during` also that of a command keyed at the worst
    /// instant, in real time. `None`: nothing is put out, or a command never comes.
    pub delay_max: Option<Span>,
    /// The delay if play-out were started on the slowest packet of the stage; `None` during, and
    /// where nothing arrived.
    pub worst_start: Option<Span>,
    /// Packets lost.
    pub lost: u64,
    /// Output replaced in holes that end, in real time.
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
///
/// What a change does to a circuit may come to light at its receiving end later than the change. So
/// the output of a stage is looked at from [`Pace::settle`] behind its first instant on (a shorter
/// one at its end), and what comes out before is `during`. `during` fails where a command keyed at
/// the worst instant, the first bit of a hole, comes later than the budget; every other stage as a
/// run in which nothing fails.
#[must_use]
pub fn judge(
    ways: [Direction<'_>; 2],
    timetable: &Timetable,
    pace: Pace,
    budget: Span,
) -> [Vec<StageJudgement>; 2] {
    let mut judged = [Vec::new(), Vec::new()];
    for stage in Stage::ALL {
        let outputs = outputs(timetable, pace.settle, stage);
        let asymmetry_ps = asymmetry_ps(ways, stage, &outputs);
        for (way, judged) in ways.iter().zip(&mut judged) {
            let look = Look::new(way, timetable, stage, &outputs);
            let cause = look.cause(way, budget);
            judged.push(StageJudgement {
                stage,
                delay_max: look.delay_max,
                worst_start: look.worst_start,
                lost: look.bin.lost,
                replaced: look.replaced,
                asymmetry_ps,
                verdict: if cause.is_none() {
                    Verdict::Pass
                } else {
                    Verdict::Fail
                },
                cause,
            });
        }
    }
    judged
}

/// The output times that are looked at.
fn outputs(timetable: &Timetable, settle: Span, stage: Stage) -> Vec<Stretch> {
    let settled = |one: Stretch| match stage {
        Stage::Steady => one,
        Stage::During => Stretch {
            to: one.to + settle,
            ..one
        },
        _ => Stretch {
            from: (one.from + settle).min(SimTime(one.to.0 - 1)),
            ..one
        },
    };
    timetable.of(stage).into_iter().map(settled).collect()
}

/// What is seen of one stage of one direction.
struct Look {
    stage: Stage,
    delay_max: Option<Span>,
    worst_start: Option<Span>,
    replaced: Span,
    /// All packets created in the stage.
    bin: Bin,
}

impl Look {
    fn new(way: &Direction<'_>, timetable: &Timetable, stage: Stage, outputs: &[Stretch]) -> Self {
        let clock = &timetable.clock;
        let inside = |hole: &Hole| {
            let mut all = outputs.iter();
            all.any(|one| one.from <= hole.from && hole.from < one.to)
        };
        let mut holes = holes(way.timeline);
        holes.retain(inside);
        let delays = outputs
            .iter()
            .filter_map(|one| delay_max(way.timeline, *one));
        let mut delay = delays.max();
        if stage == Stage::During {
            // Of holes that may never end the longest is one that does not.
            let commands = holes.iter().map(|hole| hole.command_delay(clock));
            delay = commands.fold(delay, |most, one| Some(most?.max(one?)));
        }
        let bin = bin(way, timetable, stage);
        let start = stage != Stage::During && bin.delivered > 0;
        Self {
            stage,
            delay_max: delay.map(|delay| way.conversion + delay),
            worst_start: start.then(|| way.conversion + way.edge + bin.delay_max),
            replaced: holes.iter().filter_map(|hole| hole.command(clock)).sum(),
            bin,
        }
    }

    /// Why it fails: the first that holds.
    fn cause(&self, way: &Direction<'_>, budget: Span) -> Option<FailCause> {
        let over = |delay: Option<Span>| delay.is_some_and(|delay| delay > budget);
        if over(self.delay_max) || over(self.worst_start) {
            return Some(FailCause::Budget);
        }
        let none = self.delay_max.is_none();
        if self.stage == Stage::During {
            return none.then_some(FailCause::Loss);
        }
        let bin = &self.bin;
        if bin.delivered > 0 && bin.delay_max - bin.delay_min > way.slack {
            return Some(FailCause::Underrun);
        }
        let replaced = none || self.replaced > Span::ZERO;
        if bin.lost > 0 || (replaced && way.bins.is_empty()) {
            return Some(FailCause::Loss);
        }
        if none {
            return Some(FailCause::NoStart);
        }
        replaced.then_some(FailCause::Underrun)
    }
}

/// All packets created in a stage.
fn bin(way: &Direction<'_>, timetable: &Timetable, stage: Stage) -> Bin {
    let when = timetable.of(stage);
    let mut sum = Bin::default();
    for ((from, _), bin) in timetable.stages.iter().zip(way.bins) {
        if when.iter().any(|stretch| stretch.from == *from) {
            sum.delivered += bin.delivered;
            sum.lost += bin.lost;
            sum.delay_min = sum.delay_min.min(bin.delay_min);
            sum.delay_max = sum.delay_max.max(bin.delay_max);
            sum.delay_sum_ps += bin.delay_sum_ps;
        }
    }
    sum
}

/// Largest delay of the data put out in a stretch; `None` where there are none.
fn delay_max(timeline: &Timeline, over: Stretch) -> Option<Span> {
    let segments = timeline.segments().iter();
    let data = segments.filter(|segment| segment.from < over.to && over.from < segment.to);
    // Between the ends of a piece it drifts one way.
    let ends = data.flat_map(|segment| {
        let (from, to) = (segment.from.max(over.from), segment.to.min(over.to));
        [from, to].map(|at| segment.input_at(at).map(|input| at.since(input)))
    });
    ends.flatten().max()
}

/// The delay of what is put out at an instant; `None` where that is no data.
fn delay_at(timeline: &Timeline, at: SimTime) -> Option<Span> {
    let segments = timeline.segments();
    let place = segments.partition_point(|segment| segment.to <= at);
    let segment = segments.get(place)?;
    segment.input_at(at).map(|input| at.since(input))
}

/// At the end of a stage; `during`: the largest in magnitude at any beginning of data in either
/// direction, of two alike the earlier.
fn asymmetry_ps(ways: [Direction<'_>; 2], stage: Stage, outputs: &[Stretch]) -> Option<i64> {
    let at = |at: SimTime| {
        let [forth, back] = ways.map(|way| delay_at(way.timeline, at).map(|d| d + way.conversion));
        Some(difference_ps(forth?, back?))
    };
    if stage != Stage::During {
        return at(SimTime(outputs.last()?.to.0 - 1));
    }
    let segments = ways.iter().flat_map(|way| way.timeline.segments());
    let mut begins: Vec<SimTime> = segments.map(|segment| segment.from).collect();
    begins.extend(outputs.iter().map(|one| one.from));
    begins.retain(|begin| {
        outputs
            .iter()
            .any(|one| one.from <= *begin && *begin < one.to)
    });
    begins.sort_unstable();
    let all = begins.into_iter().filter_map(at);
    all.reduce(|most, one| if one.abs() > most.abs() { one } else { most })
}
