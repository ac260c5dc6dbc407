//! Verdicts stage by stage, the transient kept apart.

use super::super::verdict::{FailCause, Verdict, difference_ps};
use super::gaps::{Hole, holes};
use super::{ClockMap, Pace, Stage, Timetable};
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
    /// Simulated ⇄ real time, as far as it is of concern to this direction.
    pub clock: &'a ClockMap,
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
        let clock = way.clock;
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
        // A packet is late only if its delay makes the worst start later than what is put out.
        let room = self.worst_start <= self.delay_max;
        replaced.then_some(if room {
            FailCause::Overrun
        } else {
            FailCause::Underrun
        })
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
    let segments = ways.iter().flat_map(|way| way.timeline.segments());
    if stage != Stage::During {
        let stretch = outputs.last()?;
        let ends = segments.map(|segment| segment.to).chain([stretch.to]);
        let lasts = ends.map(|end| SimTime(end.0 - 1));
        let mut lasts: Vec<SimTime> = lasts
            .filter(|last| stretch.from <= *last && *last < stretch.to)
            .collect();
        lasts.sort_unstable();
        return lasts.into_iter().rev().find_map(at);
    }
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

#[cfg(test)]
mod tests {
    use super::super::passage::pieces;
    use super::super::phase::queue_free;
    use super::super::samples::{PIPE, Repair, fill_half, moved, ring_of, stretch};
    use super::super::timetable::Changes;
    use super::*;
    use crate::plan::Plan;
    use crate::pseudowire::receive::Receiver;
    use crate::pseudowire::service::{edge_delay, slack};

    const MS: u64 = 1_000_000_000;
    const BUDGET: Span = Span(20 * MS);

    fn ms(ms: u64) -> SimTime {
        SimTime(ms * MS)
    }

    /// What the receiving end makes of the queue-free network, and the bins of the stages.
    fn run(plan: &Plan, packet_time: Span, table: &Timetable) -> (Timeline, Vec<Bin>) {
        let over = stretch(0, table.end.0);
        let found = pieces(plan, PIPE, over);
        let mut bins = vec![Bin::default(); table.stages.len()];
        let creations = (1..).map(|n| SimTime::ZERO + packet_time * n);
        for created in creations.take_while(|created| *created < table.end) {
            let piece = found.iter().find(|piece| created < piece.created.to);
            let place = table.stages.partition_point(|(from, _)| *from <= created) - 1;
            let bin = &mut bins[place];
            match piece.and_then(|piece| piece.delay) {
                None => bin.lost += 1,
                Some(delay) => {
                    bin.delivered += 1;
                    bin.delay_min = bin.delay_min.min(delay);
                    bin.delay_max = bin.delay_max.max(delay);
                }
            }
        }
        (queue_free(plan, PIPE, over, SimTime::ZERO).0.timeline, bins)
    }

    fn judged(plans: [&Plan; 2], packet_time: Span, changes: &Changes) -> [Vec<StageJudgement>; 2] {
        let pace = Pace::of(plans[0]);
        let table = Timetable::new(changes, pace);
        assert_eq!(table.clock.skips(), [], "real and simulated time are one");
        let runs = plans.map(|plan| run(plan, packet_time, &table));
        let receiver = plans[0].streams[0].receiver().unwrap();
        let way = |way: usize| Direction {
            timeline: &runs[way].0,
            bins: &runs[way].1,
            clock: &table.clock,
            conversion: Span::ZERO,
            edge: edge_delay(receiver, (packet_time.0, 1)),
            slack: slack(receiver, (packet_time.0, 1)),
        };
        judge([way(0), way(1)], &table, pace, BUDGET)
    }

    /// Ring of 40 us: 28 units over B, 76 after local repair, 52 from the head end: 1120, 3040 and
    /// 2080 us. Only one direction is cut, at 300 ms for `gap_ms`.
    fn one_way(packet_ms: u64, receiver: &Receiver, gap_ms: u64) -> [Vec<StageJudgement>; 2] {
        let unit = Span::from_us(40);
        let packet_time = Span::from_ms(packet_ms);
        let local = ms(300 + gap_ms);
        let never = Repair {
            local: u64::MAX,
            head: u64::MAX - 1,
            back: u64::MAX,
        };
        let repair = Repair {
            local: local.0,
            head: 1100 * MS,
            back: 2030 * MS,
        };
        let plan = |cut, repair| ring_of(unit, packet_time, receiver.clone(), cut, repair);
        let hit = plan(stretch(300 * MS, 2000 * MS), repair);
        let spared = plan(stretch(u64::MAX - 2, u64::MAX - 1), never);
        let changes = Changes {
            failed: ms(300),
            restored: local,
            repaired: Some(ms(2000)),
            all: [ms(300), local, ms(1100), ms(2000), ms(2030)].to_vec(),
        };
        judged([&hit, &spared], packet_time, &changes)
    }

    #[test]
    fn repair_of_one_direction_makes_it_asymmetric_only_through_a_restart() {
        // The local detour is 1920 us longer. k = 2: slack 1 ms; k = 4: 3 ms; P = 8 ms: 8 ms.
        let difference = 1_920_000_000;
        for (name, packet_ms, packets, gap_ms, after) in [
            ("a gap of 50 ms: a restart", 1, 2, 50, difference),
            ("the same with slack enough", 1, 4, 50, difference),
            (
                "8 ms and too little slack: late until a restart",
                1,
                2,
                8,
                difference,
            ),
            ("8 ms and slack enough: the delay stays", 1, 4, 8, 0),
            ("50 ms are 7 packets of 8 ms: the delay stays", 8, 2, 50, 0),
        ] {
            let [hit, spared] = one_way(packet_ms, &fill_half(packets), gap_ms);
            let asymmetries = |judged: &[StageJudgement]| -> Vec<Option<i64>> {
                judged.iter().map(|one| one.asymmetry_ps).collect()
            };
            // The circuit remembers: also on shorter paths and on the normal one.
            let want = [0, after, after, after, after].map(Some);
            assert_eq!(asymmetries(&hit), want, "{name}");
            assert_eq!(asymmetries(&spared), want, "{name}");
        }
    }

    #[test]
    fn a_command_keyed_into_the_hole_fails_what_is_within_the_budget_before_and_after() {
        let [hit, spared] = one_way(1, &fill_half(2), 50);
        let verdicts = |judged: &[StageJudgement]| -> Vec<Verdict> {
            judged.iter().map(|one| one.verdict).collect()
        };
        use Verdict::{Fail, Pass};
        assert_eq!(verdicts(&hit), [Pass, Fail, Pass, Pass, Pass]);
        assert_eq!(verdicts(&spared), [Pass; 5]);
        let during = hit[1];
        assert_eq!(during.cause, Some(FailCause::Budget));
        // Packets sent over the second link from 300 ms - 320 us + 1 ps until 350 ms are lost,
        // 640 us after creation: those created at 300 to 349 ms. The first bit of the first of them
        // entered at 299 ms. The packet created at 350 ms comes 3040 us later, one after it starts
        // play-out 5040 us after its first bit entered at 349 ms.
        assert_eq!(during.lost, 50);
        assert_eq!(
            during.delay_max,
            Some(Span::from_us(349_000 + 5040 - 299_000))
        );
        let [steady, after] = [hit[0], hit[2]];
        assert_eq!(steady.delay_max, Some(Span::from_us(3120)));
        assert_eq!(after.delay_max, Some(Span::from_us(5040)));
        assert_eq!(after.worst_start, after.delay_max);
        assert_eq!(
            hit[3].worst_start,
            Some(Span::from_us(4080)),
            "a start would be better"
        );
        assert_eq!(hit[3].delay_max, after.delay_max);
    }

    #[test]
    fn a_longer_path_moves_the_delay_only_beyond_the_slack() {
        // TV26: P = 1 ms, k = 2, slack 1 ms: 1200 us to 2000, 2200 and 2700 us. TV27: the last in
        // one direction only: 1.5 ms.
        let packet_time = Span::from_ms(1);
        for (then_us, delay_us) in [(2000, 3200), (2200, 3200), (2700, 4700)] {
            let plan = |then_us: u64| {
                let delays = [1200, then_us].map(Span::from_us);
                moved(packet_time, fill_half(2), delays, ms(300))
            };
            let changes = Changes {
                failed: ms(300),
                restored: ms(300),
                repaired: None,
                all: vec![ms(300)],
            };
            let [hit, _] = judged([&plan(then_us), &plan(1200)], packet_time, &changes);
            let after = hit[2];
            assert_eq!(
                after.delay_max,
                Some(Span::from_us(delay_us)),
                "{then_us} us"
            );
            let asymmetry = i64::try_from(delay_us).unwrap() - 3200;
            assert_eq!(after.asymmetry_ps, Some(asymmetry * 1_000_000));
            assert_eq!(after.verdict, Verdict::Pass);
            let none = then_us <= 2200;
            assert_eq!(hit[1].replaced == Span::ZERO, none, "{then_us} us");
            assert_eq!(hit[1].lost, 0);
        }
    }

    #[test]
    fn back_on_a_much_shorter_path_the_buffer_has_no_room_and_some_data_still_tells_the_asymmetry()
    {
        // P = 1 ms, k = 2, room for 4 packets: from 4200 to 1200 us three packets more wait.
        let packet_time = Span::from_ms(1);
        let plan = |then_us: u64| {
            let delays = [4200, then_us].map(Span::from_us);
            let receiver = Receiver {
                capacity_packets: 4,
                ..fill_half(2)
            };
            moved(packet_time, receiver, delays, ms(300))
        };
        let changes = Changes {
            failed: ms(300),
            restored: ms(300),
            repaired: None,
            all: vec![ms(300)],
        };
        let [hit, spared] = judged([&plan(1200), &plan(4200)], packet_time, &changes);
        let after = hit[2];
        assert_eq!(after.cause, Some(FailCause::Overrun));
        assert!(after.replaced > Span::ZERO && after.lost == 0);
        assert_eq!(
            after.delay_max,
            Some(Span::from_us(6200)),
            "delay does not fall"
        );
        assert_eq!(after.asymmetry_ps, Some(0));
        assert_eq!(spared[2].cause, None);
    }

    #[test]
    fn a_direction_that_is_cut_off_fails_from_then_on() {
        let packet_time = Span::from_ms(1);
        let never = Repair {
            local: u64::MAX,
            head: u64::MAX - 1,
            back: u64::MAX,
        };
        let cut = stretch(300 * MS, u64::MAX);
        let plan = ring_of(Span::from_us(40), packet_time, fill_half(2), cut, never);
        let changes = Changes {
            failed: ms(300),
            restored: ms(300),
            repaired: None,
            all: vec![ms(300)],
        };
        let [forth, back] = judged([&plan, &plan], packet_time, &changes);
        assert_eq!(forth, back);
        assert_eq!(forth[0].verdict, Verdict::Pass);
        for judged in &forth[1..] {
            let found = (judged.delay_max, judged.verdict, judged.cause);
            assert_eq!(found, (None, Verdict::Fail, Some(FailCause::Loss)));
        }
        assert_eq!(forth[2].asymmetry_ps, None);
    }
}
