//! What a case does to power lines: their protection judged on the channels of the case, in real
//! time.

use super::case::Run;
use super::{DirectionResult, Study};
use crate::analysis::failures::gaps::holes;
use crate::analysis::failures::{ClockMap, Stage, Timetable, in_real_time};
use crate::analysis::relays::drawn::{Curve, curves};
use crate::analysis::relays::{
    Channel, Channels, CourseSummary, LineJudgement, Protected, ProtectionJudgement, Replay, Why,
    before, courses, inceptions, replay, why,
};
use crate::analysis::verdict::Verdict;
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::engine::Outcome;
use crate::mpls::outage::Stretch;
use crate::relay::Fault;
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// What one case does to a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineResult {
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// PASS where in normal operation, while the failure happens and after it every fault is
    /// cleared in time by one group at least, and nothing trips unwanted.
    pub verdict: Verdict,
    /// What the failure does; `None`: its circuits put out what they do in normal operation.
    pub met: Option<Box<Met>>,
}

/// A line whose circuits a failure meets. Instants are real time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    /// When the element fails: relays have been in normal operation for [`BEFORE`] and more.
    pub failed: SimTime,
    /// Whether no way is left to any of its circuits, in one direction at least: nothing that the
    /// network could do helps.
    pub cut_off: bool,
    /// From a little before the failure, of what it still meets, until every circuit that can be is
    /// restored and has settled.
    pub during: LineState,
    /// Later: on bypasses, on new paths, and when all is back.
    pub after: LineState,
    /// What differential relays are at last, when the element is repaired and every path back:
    /// (index of the circuit, what they are).
    pub reverted: Vec<(usize, CourseSummary)>,
}

/// How long faults on a line last that begin around a failure, in real time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineCurves {
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// When the element fails, on the axis of these inceptions.
    pub failed: SimTime,
    /// Each protection alone, then all together.
    pub curves: Vec<Curve>,
}

/// The protection of a line over a stretch of inceptions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineState {
    /// The line.
    pub line: LineJudgement,
    /// Each circuit on its own: group A, then group B, each in order of name.
    pub protections: Vec<ProtectionJudgement>,
    /// Groups A and B: what the channel did in the worst case of a group that is not in time.
    pub why: [Option<Why>; 2],
}

impl LineState {
    /// `None` where no channel of the line can be read.
    fn of(scenario: &Scenario, channels: &Channels, line: usize, over: &[Stretch]) -> Option<Self> {
        let protected = Protected::of(scenario, channels, line, over);
        let judged = protected.line()?;
        let why = judged.groups.each_ref().map(|group| {
            let group = group.as_ref().filter(|group| !group.in_time)?;
            why(scenario, channels, line, (group.blame?, &group.cleared))
        });
        Some(Self {
            line: judged,
            protections: protected.judgements,
            why,
        })
    }

    /// Whether every fault is cleared in time, and nothing trips unwanted.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict(self.line.ok)
    }
}

impl LineResult {
    /// What the line is while the failure happens, and after it.
    #[must_use]
    pub fn states<'r>(&'r self, steady: &'r LineState) -> [&'r LineState; 2] {
        match &self.met {
            Some(met) => [&met.during, &met.after],
            None => [steady; 2],
        }
    }
}

/// The lines of a scenario in normal operation, with the channels they were judged on; `None` where
/// the channels of a line cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Calm {
    pub channels: Channels,
    pub lines: Vec<Option<LineState>>,
}

impl Calm {
    pub(super) fn of(scenario: &Scenario, calm: &Outcome) -> Self {
        if scenario.relays.lines.is_empty() {
            return Self {
                channels: Channels::default(),
                lines: Vec::new(),
            };
        }
        let channels = Channels::of_run(scenario, calm);
        let lines = (0..scenario.relays.lines.len()).map(|line| {
            let over = inceptions(scenario, &channels, line, scenario.duration)?;
            LineState::of(scenario, &channels, line, &[over])
        });
        Self {
            lines: lines.collect(),
            channels,
        }
    }
}

/// Normal operation that is put before every failure: a fault may begin longer before it than the
/// run of a case lasts until then, and still be met by it.
pub const BEFORE: Span = Span::from_s(10);

/// Instants of a case, in real time.
struct Parts {
    /// Every circuit that can be is restored and has settled.
    switched: SimTime,
    /// Every path is back, and all has settled.
    reverted: SimTime,
    /// The end.
    end: SimTime,
    /// Where nothing has changed for so long that all has settled, until something changes again:
    /// ascending.
    settled: Vec<Stretch>,
}

impl Study<'_> {
    /// A case that nothing that runs comes near.
    pub(super) fn calm_lines(&self) -> Vec<LineResult> {
        let lines = self.calm_relays.lines.iter().enumerate();
        let lines = lines.filter_map(|(line, steady)| {
            Some(LineResult {
                line,
                verdict: steady.as_ref()?.verdict(),
                met: None,
            })
        });
        lines.collect()
    }

    /// Every line in a case, and the channels of those that it meets, in real time. `runs`: that of
    /// each circuit.
    pub(super) fn lines(
        &self,
        directions: &[DirectionResult],
        runs: &[&Run<'_>],
    ) -> (Vec<LineResult>, Channels) {
        let mut results = self.calm_lines();
        let mut channels = Channels {
            circuits: vec![None; runs.len()],
        };
        for result in &mut results {
            let groups = &self.scenario.relays.lines[result.line].groups;
            let mut circuits = groups.iter().flatten();
            if circuits.any(|circuit| self.differs(*circuit, directions, runs[*circuit])) {
                for circuit in groups.iter().flatten() {
                    let pair = &directions[2 * circuit..2 * circuit + 2];
                    channels.circuits[*circuit] = self.channels(*circuit, pair, runs[*circuit]);
                }
                let cut_off = groups.iter().flatten().all(|circuit| {
                    let pair = &directions[2 * circuit..2 * circuit + 2];
                    pair.iter().any(|way| way.cut_off)
                });
                let parts = self.parts(groups.iter().flatten().map(|circuit| runs[*circuit]));
                self.judge(result, &channels, (&parts, cut_off));
            }
        }
        (results, channels)
    }

    /// Whether a circuit puts out anything else than in normal operation.
    fn differs(&self, circuit: usize, directions: &[DirectionResult], run: &Run<'_>) -> bool {
        let calm = self.calm_relays.channels.circuits.get(circuit);
        let Some(calm) = calm.and_then(Option::as_ref) else {
            return false;
        };
        let carried = &self.scenario.circuits[circuit].directions;
        (0..2).any(|way| match carried[way].stream() {
            Some(_) => !alike(&calm[way].timeline, &self.timeline((circuit, way), run)),
            None => directions[2 * circuit + way].touched,
        })
    }

    /// What the relays of a circuit read in a case; `None` where they read no timeline.
    fn channels(
        &self,
        circuit: usize,
        directions: &[DirectionResult],
        run: &Run<'_>,
    ) -> Option<[Channel; 2]> {
        self.calm_relays.channels.circuits.get(circuit)?.as_ref()?;
        let clock = &run.prepared.timetable.clock;
        let own = &self.scenario.circuits[circuit];
        Some([0, 1].map(|way| {
            let simulated = self.timeline((circuit, way), run);
            let holes = self.packet_holes(own, way, run);
            let mut line = in_real_time(&simulated, clock, holes.as_deref());
            if directions[way].cut_off {
                // That the element is repaired in the end is no part of it.
                end_in_hole(&mut line, self.failed());
            }
            Channel::of(own, way, self.preceded(&line))
        }))
    }

    /// The same with more of what it is just before the failure.
    fn preceded(&self, line: &Timeline) -> Timeline {
        let steady = SimTime(self.failed().0 - self.pace.lead.0);
        let mut clock = ClockMap::default();
        clock.skip(steady, BEFORE);
        in_real_time(line, &clock, None)
    }

    /// Of the runs of a line's circuits, which may differ in how soon failures are detected.
    fn parts<'r>(&self, runs: impl Iterator<Item = &'r Run<'r>> + Clone) -> Parts {
        let tables = runs.map(|run| (run.prepared, &run.prepared.timetable));
        let settled = |at: SimTime, to: SimTime| (at + self.pace.settle).min(SimTime(to.0 - 1));
        let switched = tables
            .clone()
            .map(|(prepared, table)| table.clock.real(settled(prepared.switched(), table.end)));
        let reverted = tables.clone().map(|(_, table)| {
            let last = table.of(Stage::AfterRevert).pop();
            let from = last.map_or(table.end, |last| last.from);
            table.clock.real(settled(from, table.end))
        });
        let all: Vec<&Timetable> = tables.clone().map(|(_, table)| table).collect();
        let end = tables.map(|(_, table)| table.clock.real(table.end)).min();
        let end = end.unwrap_or_else(|| self.failed() + Span(1));
        let last = SimTime(end.0 - 1);
        let within = |at: Option<SimTime>| at.map_or(last, |at| at.min(last));
        Parts {
            switched: within(switched.max()) + BEFORE,
            reverted: within(reverted.max()) + BEFORE,
            end: end + BEFORE,
            settled: settled_parts(&all, self.pace.settle),
        }
    }

    fn judge(
        &self,
        result: &mut LineResult,
        channels: &Channels,
        (parts, cut_off): (&Parts, bool),
    ) {
        let (scenario, line) = (self.scenario, result.line);
        let state = |over: &[Stretch]| LineState::of(scenario, channels, line, over);
        let failed = self.failed() + BEFORE;
        let Some(all) = inceptions(scenario, channels, line, failed) else {
            return;
        };
        let during = Stretch {
            from: before(scenario, channels, line, failed).max(all.from),
            to: parts.switched,
        };
        // A break of the channel that the run ends in is not known to last.
        let known = inceptions(scenario, channels, line, parts.end);
        let known = known.map_or(parts.end, |known| known.to);
        let after = Stretch {
            from: parts.switched,
            to: known.max(parts.switched + Span(1)),
        };
        let own = &scenario.relays.lines[line].groups;
        let starts = starts(channels, own.iter().flatten());
        let foresight = failed.since(before(scenario, channels, line, failed));
        let repeats = parts.settled.iter();
        let repeats = repeats.filter_map(|part| repeats_in(&starts, *part, foresight));
        let after = without(after, repeats);
        let (Some(during), Some(after)) = (state(&[during]), state(&after)) else {
            return;
        };
        let last = Stretch {
            from: parts.reverted,
            to: parts.end,
        };
        let verdicts = [result.verdict, during.verdict(), after.verdict()];
        result.verdict = verdicts.into_iter().min().unwrap_or(Verdict::Pass);
        result.met = Some(Box::new(Met {
            failed,
            cut_off,
            during,
            after,
            reverted: courses(scenario, channels, line, last),
        }));
    }

    /// What both ends of every line that a case meets do about the fault that lasts longest while
    /// the failure happens.
    pub(super) fn replays(&self, lines: &[LineResult], channels: &Channels) -> Vec<Replay> {
        let one = |result: &LineResult| {
            let worst = result.met.as_ref()?.during.line.cleared;
            let fault = Fault {
                at: worst.worst_at,
                place: worst.place,
            };
            Some(replay(self.scenario, channels, result.line, fault))
        };
        lines.iter().filter_map(one).collect()
    }

    /// How long faults around the failure last on every line that a case meets.
    pub(super) fn curves(&self, lines: &[LineResult], channels: &Channels) -> Vec<LineCurves> {
        let one = |result: &LineResult| {
            let met = result.met.as_ref()?;
            let over = met.during.line.over;
            let curves = curves(self.scenario, channels, result.line, over);
            Some(LineCurves {
                line: result.line,
                failed: met.failed,
                curves,
            })
        };
        lines.iter().filter_map(one).collect()
    }
}

/// The settled part of every stage behind the failure, in real time; none where runs differ in what
/// their stages are.
fn settled_parts(tables: &[&Timetable], settle: Span) -> Vec<Stretch> {
    let part = |table: &Timetable, place: usize| {
        let (from, _) = table.stages[place];
        let to = table.stages.get(place + 1).map_or(table.end, |next| next.0);
        let real = |at: SimTime| table.clock.real(at) + BEFORE;
        Stretch {
            from: real((from + settle).min(to)),
            to: real(SimTime(to.0 - 1)),
        }
    };
    let kinds = |table: &Timetable| -> Vec<Stage> {
        table.stages.iter().map(|(_, stage)| *stage).collect()
    };
    let Some(first) = tables.first().map(|table| kinds(table)) else {
        return Vec::new();
    };
    if tables.iter().any(|table| kinds(table) != first) {
        return Vec::new();
    }
    let later = first.iter().enumerate();
    let later = later.filter(|(_, stage)| **stage > Stage::During);
    let common = later.map(|(place, _)| Stretch {
        from: tables
            .iter()
            .map(|table| part(table, place).from)
            .max()
            .unwrap_or_default(),
        to: tables
            .iter()
            .map(|table| part(table, place).to)
            .min()
            .unwrap_or_default(),
    });
    common.filter(|part| part.from < part.to).collect()
}

/// When data of any of these circuits begins anew, ascending.
fn starts<'c>(channels: &Channels, circuits: impl Iterator<Item = &'c usize>) -> Vec<SimTime> {
    let pairs = circuits.filter_map(|circuit| channels.circuits[*circuit].as_ref());
    let lines = pairs.flatten().map(|channel| &channel.timeline);
    let all = lines.flat_map(|line| line.delays().map(|(segment, _)| segment.from));
    let mut all: Vec<SimTime> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How many breaks in a row, one after the other while nothing changes, are told from both ends of
/// it: those between repeat them.
const REPEATED: usize = 16;

/// Inceptions of a settled part that meet nothing but repeated breaks, and no later change.
fn repeats_in(starts: &[SimTime], part: Stretch, foresight: Span) -> Option<Stretch> {
    let first = starts.partition_point(|at| *at < part.from);
    let last = starts.partition_point(|at| *at < part.to);
    let own = &starts[first..last];
    if own.len() <= 2 * REPEATED {
        return None;
    }
    let change = SimTime(part.to.0.saturating_sub(foresight.0));
    let left_out = Stretch {
        from: own[REPEATED],
        to: own[own.len() - REPEATED].min(change),
    };
    (left_out.from < left_out.to).then_some(left_out)
}

/// What is left of a stretch.
fn without(all: Stretch, out: impl Iterator<Item = Stretch>) -> Vec<Stretch> {
    let mut left = Vec::new();
    let mut from = all.from;
    for one in out {
        if from < one.from {
            left.push(Stretch { from, to: one.from });
        }
        from = from.max(one.to);
    }
    if from < all.to {
        left.push(Stretch { from, ..all });
    }
    left
}

/// Whether two runs put out the same as long as both last, and nothing changes behind that.
fn alike(calm: &Timeline, own: &Timeline) -> bool {
    let end = calm.end().min(own.end());
    let until = |line: &Timeline| -> Vec<(SimTime, Content)> {
        let segments = line.segments().iter();
        let segments = segments.filter(|segment| segment.from < end);
        segments
            .map(|segment| (segment.from, segment.content))
            .collect()
    };
    let last = own.segments().last();
    last.is_none_or(|last| last.from < end) && until(calm) == until(own)
}

/// The first hole from an instant on lasts for ever.
fn end_in_hole(line: &mut Timeline, from: SimTime) {
    let end = line.end();
    let Some(hole) = holes(line).into_iter().find(|hole| hole.from >= from) else {
        return;
    };
    line.cut(hole.from);
    let cut = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Cut,
    };
    line.extend(end, cut);
}

fn verdict(ok: bool) -> Verdict {
    if ok { Verdict::Pass } else { Verdict::Fail }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Content = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Missing,
    };

    /// Pieces of (until, delay); no delay: replacement.
    fn timeline(pieces: &[(u64, Option<u64>)]) -> Timeline {
        let mut line = Timeline::default();
        for (to, delay) in pieces {
            let from = line.end();
            let content = delay.map_or(IDLE, |delay| Content::Data {
                input_from: SimTime(from.0 - delay),
                rate_ppb: 0,
            });
            line.extend(SimTime(*to), content);
        }
        line
    }

    #[test]
    fn a_circuit_is_as_in_normal_operation_only_while_nothing_changes_at_all() {
        let calm = timeline(&[(10, None), (100, Some(5))]);
        let own = |pieces: &[(u64, Option<u64>)]| alike(&calm, &timeline(pieces));
        assert!(own(&[(10, None), (300, Some(5))]), "it lasts longer");
        assert!(own(&[(10, None), (50, Some(5))]), "it ends sooner");
        assert!(!own(&[(10, None), (100, Some(6))]), "another delay");
        assert!(!own(&[(11, None), (100, Some(5))]), "started later");
        assert!(!own(&[
            (10, None),
            (60, Some(5)),
            (61, None),
            (99, Some(5))
        ]));
        assert!(
            !own(&[(10, None), (150, Some(5)), (160, None)]),
            "behind it"
        );
    }

    #[test]
    fn of_breaks_that_repeat_those_at_both_ends_are_judged_and_all_that_a_change_meets() {
        let part = Stretch {
            from: SimTime(1000),
            to: SimTime(2000),
        };
        let every = |step: usize| -> Vec<SimTime> {
            (0..3000)
                .step_by(step)
                .map(|at| SimTime(at as u64))
                .collect()
        };
        // At 1000, 1010 … 1990: the 17th and the 16th from behind.
        let left_out = |foresight| {
            let found = repeats_in(&every(10), part, Span(foresight));
            found.map(|one| (one.from.0, one.to.0))
        };
        assert_eq!(left_out(50), Some((1160, 1840)));
        assert_eq!(left_out(400), Some((1160, 1600)), "a change at 2000");
        assert_eq!(left_out(900), None);
        assert_eq!(repeats_in(&every(40), part, Span(50)), None, "too few");
        let all = Stretch {
            from: SimTime(900),
            to: SimTime(2500),
        };
        let left = without(all, repeats_in(&every(10), part, Span(50)).into_iter());
        let edges: Vec<_> = left.iter().map(|one| (one.from.0, one.to.0)).collect();
        assert_eq!(edges, [(900, 1160), (1840, 2500)]);
    }

    #[test]
    fn a_direction_that_is_cut_off_ends_in_its_first_hole_behind_the_failure() {
        let whole = [
            (10, None),
            (40, Some(5)),
            (50, None),
            (80, Some(5)),
            (90, None),
            (200, Some(5)),
        ];
        let ended = |from: u64| {
            let mut line = timeline(&whole);
            end_in_hole(&mut line, SimTime(from));
            assert_eq!(line.end(), SimTime(200));
            let data = line.delays().last().map(|(segment, _)| segment.to.0);
            data.unwrap()
        };
        assert_eq!([ended(30), ended(60), ended(100)], [40, 80, 200]);
    }
}
