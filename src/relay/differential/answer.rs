//! What both ends do about a fault.

use super::condition::Condition;
use super::joint::{Joint, joint_at};
use super::{OnStep, Settings};
use crate::relay::command::later;
use crate::relay::fault::{Answer, By, End, Fault, Place, Trip};
use crate::relay::line::Line;
use crate::relay::reception::{Reception, candidates};
use crate::units::SimTime;

/// See [`Settings::answer`].
pub(super) fn answer(
    settings: &Settings,
    ways: &[Reception; 2],
    line: &Line,
    fault: Fault,
) -> Answer {
    let trips = |end: End| {
        let side = Side::new(settings, ways, line, end);
        let at = match fault.place {
            Place::Inside(_) => side.inside(fault.at),
            Place::Behind(_) => side.outside(fault.at),
            // The current in the healthy line turns round, at both ends.
            Place::Parallel(_) => None,
        };
        at.map(|at| Trip {
            at: at + settings.processing[1],
            by: By::Differential,
        })
    };
    Answer {
        trips: End::BOTH.map(trips),
    }
}

/// See [`Settings::instants`].
pub(super) fn instants(settings: &Settings, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
    let changing = changing(settings, ways, line);
    let [send, _] = settings.processing;
    let offsets = [send, send + settings.window, send + line.external_clearing];
    let mut found = Vec::new();
    for end in End::BOTH {
        let side = Side::new(settings, ways, line, end);
        let hears = side.hears();
        let spells = hears.spells();
        let mut sampled = hears.edges_in();
        let firsts: Vec<SimTime> = (0..spells.len())
            .map(|place| side.first_of(place))
            .collect();
        let refilled = spells.iter().zip(&firsts);
        let refilled =
            refilled.map(|(spell, first)| hears.complete_in(spell, *first + settings.window));
        let changing: Vec<SimTime> = changing.iter().copied().chain(refilled).collect();
        for at in changing {
            let place = spells.partition_point(|spell| spell.to < at);
            let around = spells[place..].iter().take(2);
            let around = around.filter(|spell| spell.from <= at && at <= spell.to);
            sampled.extend(around.map(|spell| hears.sampled(spell, at)));
        }
        sampled.extend(firsts);
        // A whole picosecond may be rounded either way.
        let both = sampled.iter().flat_map(|at| [*at, SimTime(at.0 + 1)]);
        let both: Vec<SimTime> = both.collect();
        found.extend(candidates(&both, &offsets));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Every instant at which the pair of relays becomes something else.
fn changing(settings: &Settings, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
    let side = Side::new(settings, ways, line, End::A);
    let mut edges: Vec<SimTime> = ways.iter().flat_map(Reception::edges_out).collect();
    let lost = settings.time_lost().iter();
    edges.extend(lost.flat_map(|lost| [lost.from, lost.to]));
    edges.retain(|at| *at != SimTime::NEVER);
    edges.sort_unstable();
    edges.dedup();
    let mut found = edges.clone();
    for (place, from) in edges.iter().enumerate() {
        let joint = joint_at(side.ways, *from);
        if !joint.is_heard() {
            continue;
        }
        let next = edges.get(place + 1).copied();
        let to = next.unwrap_or_else(|| side.condition(&joint, *from).drift_ends(&joint, *from));
        let reacted = side.stepped_until(&joint);
        let reacted = reacted.filter(|until| *from < *until && *until < to);
        let firsts = [*from].into_iter().chain(reacted);
        for from in firsts {
            let condition = side.condition(&joint, from);
            found.extend(condition.parts(&joint, from, to));
        }
    }
    found
}

/// One end, which hears one way.
struct Side<'a> {
    settings: &'a Settings,
    line: &'a Line,
    ways: [&'a Reception; 2],
    end: End,
}

impl<'a> Side<'a> {
    fn new(settings: &'a Settings, ways: &'a [Reception; 2], line: &'a Line, end: End) -> Self {
        Self {
            settings,
            line,
            ways: ways.each_ref(),
            end,
        }
    }

    /// What comes from the other end.
    fn hears(&self) -> &'a Reception {
        self.ways[self.end.other().index()]
    }

    /// When it decides to trip for a fault on the line that begins at `fault`.
    fn inside(&self, fault: SimTime) -> Option<SimTime> {
        let mut at = fault;
        loop {
            let ready = self.ready_from(fault, at)?;
            at = self.unblocked_from(ready)?;
            // Blocked until then: a break of its own direction may have emptied its window.
            if at == ready {
                return Some(at);
            }
        }
    }

    /// When it decides to trip, falsely, for a fault beside the line that begins at `fault`.
    fn outside(&self, fault: SimTime) -> Option<SimTime> {
        let over = fault + self.settings.processing[0] + self.line.external_clearing;
        let mut at = fault;
        loop {
            at = self.ready_from(fault, at)?;
            // Samples of the fault come until then.
            let hears = self.hears();
            let spell = hears.spell_at(at).expect("a message is complete there");
            let end = hears.complete_in(spell, over).min(spell.to);
            if end <= at {
                return None;
            }
            let joint = joint_at(self.ways, at);
            let end = end.min(joint.to).min(self.condition_ends(&joint, at));
            if joint.is_heard() {
                let condition = self.condition(&joint, at);
                let trips = |at: &SimTime| {
                    condition.blocked(&joint, *at).is_none() && condition.trips_through(&joint, *at)
                };
                let parts = condition.parts(&joint, at, end);
                if let Some(trip) = parts.into_iter().find(trips) {
                    return Some(trip);
                }
            }
            at = end;
        }
    }

    /// The first instant from `at` on at which a message is complete there with the whole measuring
    /// window behind the inception of a fault, and behind the last break of the channel.
    fn ready_from(&self, fault: SimTime, at: SimTime) -> Option<SimTime> {
        let hears = self.hears();
        let spells = hears.spells();
        let begun = fault + self.settings.processing[0];
        let first = spells.partition_point(|spell| spell.to <= at);
        (first..spells.len()).find_map(|place| {
            let spell = &spells[place];
            let begun = if hears.sampled(spell, spell.from) <= begun {
                begun
            } else {
                // A break behind the inception, perhaps.
                begun.max(self.first_of(place))
            };
            let ready = hears.complete_in(spell, begun + self.settings.window);
            let ready = ready.max(at);
            (ready < spell.to).then_some(ready)
        })
    }

    /// When the first data behind the last break before the end of a spell was sampled.
    fn first_of(&self, place: usize) -> SimTime {
        let hears = self.hears();
        let spells = hears.spells();
        let joined = spells[..=place].iter().rev();
        let back = joined.take_while(|spell| spell.joined).count();
        let first = &spells[place - back];
        let counted = hears.sampled(first, first.from);
        SimTime(counted.0.saturating_sub(self.settings.recovery().0))
    }

    /// The first instant from `at` on at which the pair is not blocked.
    fn unblocked_from(&self, at: SimTime) -> Option<SimTime> {
        let mut at = at;
        while at != SimTime::NEVER {
            let joint = joint_at(self.ways, at);
            let end = joint.to.min(self.condition_ends(&joint, at));
            let condition = self.condition(&joint, at);
            if condition.blocked(&joint, at).is_none() {
                return Some(at);
            }
            if joint.drifts() {
                let free = |at: &SimTime| condition.blocked(&joint, *at).is_none();
                let parts = condition.blocked_parts(&joint, at, end);
                if let Some(free) = parts.into_iter().find(free) {
                    return Some(free);
                }
            }
            at = end;
        }
        None
    }

    fn condition(&self, joint: &Joint<'_>, at: SimTime) -> Condition<'a> {
        Condition {
            settings: self.settings,
            line: self.line,
            time_lost: self.settings.is_time_lost(at),
            stepped: self.stepped_until(joint).is_some_and(|until| at < until),
        }
    }

    /// When what holds besides the delays changes next.
    fn condition_ends(&self, joint: &Joint<'_>, at: SimTime) -> SimTime {
        let lost = self.settings.time_lost().iter();
        let lost = lost.flat_map(|lost| [lost.from, lost.to]);
        let all = lost.chain(self.stepped_until(joint));
        all.filter(|edge| *edge > at)
            .min()
            .unwrap_or(SimTime::NEVER)
    }

    /// Until when the pair reacts to the last step of its round trip, seen from a stretch.
    fn stepped_until(&self, joint: &Joint<'_>) -> Option<SimTime> {
        let watched = &self.settings.watched;
        if watched.step_max.is_none() || watched.on_step == OnStep::Alarm {
            return None;
        }
        let lasts = self.settings.reaction();
        let (mut now, mut after) = (*joint, None::<Joint<'_>>);
        loop {
            if now.is_heard() {
                if let Some(after) = after {
                    let before = now.round_trip_ps(SimTime(now.to.0 - 1))?;
                    if self
                        .settings
                        .is_step(before, after.round_trip_ps(after.from)?)
                    {
                        return Some(later(after.from, lasts));
                    }
                }
                if later(now.from, lasts) <= joint.from {
                    return None;
                }
                after = Some(now);
            }
            now = joint_at(self.ways, SimTime(now.from.0.checked_sub(1)?));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::settings;
    use super::super::{
        Blocked, Characteristic, Fallback, Restraint, Spell, State, Synchronisation, Watched,
    };
    use super::*;
    use crate::channel::{Cause, Content, Idle, Timeline};
    use crate::mpls::outage::Stretch;
    use crate::relay::inception::{Found, sweep};
    use crate::relay::line::tests::line;
    use crate::relay::reception::Way;
    use crate::relay::reception::tests::timeline;
    use crate::units::Span;

    const MS: u64 = 1_000_000_000;
    const NS: u64 = 1_000;

    fn way(timeline: &Timeline) -> Way<'_> {
        Way {
            timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        }
    }

    fn receptions(settings: &Settings, lines: &[Timeline; 2]) -> [Reception; 2] {
        let ways = lines.each_ref();
        ways.map(|line| Reception::new(way(line), settings.message, settings.recovery()))
    }

    fn inside(at: SimTime) -> Fault {
        let place = Place::Inside(500_000_000);
        Fault { at, place }
    }

    fn behind(at: SimTime) -> Fault {
        let place = Place::Behind(End::Z);
        Fault { at, place }
    }

    /// When both ends trip, behind the inception at so many ms, in us.
    fn trips_us(settings: &Settings, lines: &[Timeline; 2], fault: Fault) -> [Option<u64>; 2] {
        let answer = settings.answer(&receptions(settings, lines), &line(), fault);
        answer
            .trips
            .map(|trip| trip.map(|trip| trip.at.since(fault.at).0 / 1_000_000))
    }

    #[test]
    fn a_fault_trips_both_ends_behind_window_message_channel_and_processing() {
        let lines = [
            timeline(&[(10, None), (300, Some(3200))]),
            timeline(&[(10, None), (300, Some(4700))]),
        ];
        let trips = |fault| trips_us(&settings(), &lines, fault);
        // 16 + 1 + delay + 3 ms; end a hears what z sends.
        let at = SimTime(50 * MS);
        assert_eq!(trips(inside(at)), [Some(24_700), Some(23_200)]);
        // 1.5 ms make 0.28180, below 30 %: nothing beside the line trips.
        assert_eq!(trips(behind(at)), [None, None]);
        let parallel = Place::Parallel(End::A);
        assert_eq!(
            trips(Fault {
                at,
                place: parallel
            }),
            [None, None]
        );
        let sent_slowly = Settings {
            processing: [Span::from_ms(2), Span::from_ms(3)],
            ..settings()
        };
        assert_eq!(
            trips_us(&sent_slowly, &lines, inside(at)),
            [Some(26_700), Some(25_200)]
        );
    }

    #[test]
    fn a_fault_in_a_hole_trips_when_the_hole_and_the_window_are_over() {
        let steady = timeline(&[(10, None), (300, Some(3200))]);
        let holed = [
            (10, None),
            (100, Some(3200)),
            (150, None),
            (300, Some(3200)),
        ];
        let lines = [steady, timeline(&holed)];
        let trips = |ms| trips_us(&settings(), &lines, inside(SimTime(ms * MS)));
        assert_eq!(trips(79), [Some(23_200), Some(23_200)]);
        // End a has lost its samples: the hole ends at 150, its window and one message 17 ms later.
        // End z has them all; the pair is blocked for the five messages and the first whole one.
        assert_eq!(trips(100), [Some(50_000 + 17_000 + 3000), Some(59_000)]);
        assert_eq!(trips(130), [Some(20_000 + 17_000 + 3000), Some(29_000)]);
        assert_eq!(trips(146), [Some(24_000), Some(23_200)]);
        assert_eq!(trips(147), [Some(23_200), Some(23_200)]);
    }

    #[test]
    fn a_false_differential_current_trips_for_a_fault_beside_the_line() {
        let pieces: [&[(u64, Option<u64>)]; 2] = [
            &[(10, None), (100, Some(3000)), (300, Some(4000))],
            &[(10, None), (100, Some(3000)), (300, Some(2000))],
        ];
        let lines = pieces.map(timeline);
        let trips = |ms| trips_us(&settings(), &lines, behind(SimTime(ms * MS)));
        assert_eq!(trips(200), [Some(22_000), Some(24_000)]);
        // What is beside the line is cleared in 70 ms. The step empties the windows: the first
        // whole ones behind it were sampled at 112 ms by a and at 114 ms by z.
        assert_eq!(trips(31), [None, None]);
        assert_eq!(trips(44), [None, Some(76_000)]);
        assert_eq!(trips(47), [Some(73_000), Some(73_000)]);
    }

    /// Pieces of a timeline: length in ns; delay in ns and rate, or replacement.
    type Pieces = Vec<(u64, Option<(u64, i64)>)>;

    fn built(pieces: &Pieces) -> Timeline {
        let mut line = Timeline::default();
        let mut entered = 0;
        for (length, data) in pieces {
            let from = line.end().0;
            let content = match data {
                Some((delay, rate_ppb)) => Content::Data {
                    input_from: SimTime(from.saturating_sub(delay * NS).max(entered)),
                    rate_ppb: *rate_ppb,
                },
                None => Content::Idle {
                    pattern: Idle::AllOnes,
                    cause: Cause::Missing,
                },
            };
            line.extend(SimTime(from + length * NS), content);
            if let Content::Data { .. } = content {
                let last = line.segments().last().unwrap();
                entered = last.input_at(last.to).unwrap().0;
            }
        }
        line
    }

    /// The relays, instant by instant, on a grid of 1 ns: every rule as it is told, with floats.
    struct Naive<'a> {
        settings: &'a Settings,
        line: &'a Line,
        /// Per instant and direction: when the bit was sent, and the first since the last break.
        bits: [Vec<Option<(f64, f64)>>; 2],
        /// Per instant: until when they react to a step, ps.
        stepped_until: Vec<f64>,
    }

    /// Each goes through thousands of instants.
    const CASES: u32 = 64;
    /// What two picoseconds make of differential current, mA, with what flows in these tests.
    const CLOSE: f64 = 20.0;
    /// What floats lose of instants below [`GRID`], ps, and less than the least drift, 1 ppb, makes in
    /// 1 ns: a message that drift completes a millionth of a picosecond late is not whole yet.
    const FLOAT_ERROR: f64 = 1e-7;
    /// How far the naive relays look, ns.
    const GRID: usize = 4_500;

    impl<'a> Naive<'a> {
        fn new(settings: &'a Settings, lines: &[Timeline; 2], line: &'a Line) -> Self {
            let bits = lines.each_ref().map(naive_bits);
            let mut naive = Self {
                settings,
                line,
                bits,
                stepped_until: Vec::new(),
            };
            let (mut before, mut until) = (None, 0.0);
            for at in 0..GRID {
                if naive.counts(0, at) && naive.counts(1, at) {
                    let now = naive.delay(0, at) + naive.delay(1, at);
                    let max = settings.watched.step_max.map(|max| max.0 as f64);
                    let step = before.map(|before: f64| (now - before).abs() / 2.0);
                    if step.zip(max).is_some_and(|(step, max)| step > max) {
                        until = (at as u64 * NS + settings.reaction().0) as f64;
                    }
                    before = Some(now);
                }
                naive.stepped_until.push(until);
            }
            naive
        }

        fn delay(&self, way: usize, at: usize) -> f64 {
            at as f64 * 1e3 - self.bits[way][at].unwrap().0
        }

        fn whole(&self, way: usize, at: usize, more: Span) -> bool {
            let needed = (self.settings.message + more).0 as f64;
            self.bits[way][at].is_some_and(|(bit, first)| bit - first >= needed - FLOAT_ERROR)
        }

        fn counts(&self, way: usize, at: usize) -> bool {
            self.whole(way, at, self.settings.recovery())
        }

        fn lost(&self, at: usize) -> bool {
            self.settings.is_time_lost(SimTime(at as u64 * NS))
        }

        fn stepped(&self, at: usize) -> bool {
            (at as f64 * 1e3) < self.stepped_until[at]
        }

        fn blocked(&self, at: usize) -> Option<Blocked> {
            let settings = self.settings;
            if !(0..2).all(|way| self.counts(way, at)) {
                let whole = (0..2).all(|way| self.whole(way, at, Span::ZERO));
                return Some(if whole {
                    Blocked::Recovering
                } else {
                    Blocked::NoMessage
                });
            }
            let (forth, back) = (self.delay(0, at), self.delay(1, at));
            let over =
                |limit: Option<Span>, value: f64| limit.is_some_and(|max| value > max.0 as f64);
            if over(settings.watched.round_trip_max, forth + back) {
                return Some(Blocked::RoundTrip);
            }
            if self.stepped(at) && matches!(settings.watched.on_step, OnStep::Block(_)) {
                return Some(Blocked::Step);
            }
            match settings.synchronisation {
                Synchronisation::Time { fallback, .. } if self.lost(at) => {
                    (fallback == Fallback::Block).then_some(Blocked::TimeLost)
                }
                Synchronisation::Time { .. } => {
                    over(settings.asymmetry_max, (forth - back).abs()).then_some(Blocked::Asymmetry)
                }
                Synchronisation::PingPong => None,
            }
        }

        /// By how much the differential current of a current is above what operates, mA.
        fn above(&self, current_ma: u64, at: usize) -> f64 {
            let settings = self.settings;
            let turn = |seconds: f64| std::f64::consts::PI * settings.frequency_hz as f64 * seconds;
            let asymmetry = self.delay(0, at) - self.delay(1, at);
            let angle = match settings.synchronisation {
                Synchronisation::Time { error, .. } if !self.lost(at) => 2.0 * error.0 as f64,
                _ => asymmetry - settings.compensation_ps as f64,
            };
            let angle = turn(angle * 1e-12);
            let current = current_ma as f64;
            let seen = (2.0 * current * (angle / 2.0).sin()).abs();
            let assumed = turn(settings.assumed_asymmetry.0 as f64 * 1e-12);
            let assumed = (2.0 * current * (assumed / 2.0).sin()).abs();
            let least = settings.pickup_ma as f64;
            match settings.characteristic {
                Characteristic::Percentage {
                    slope_ppb,
                    restraint,
                } => {
                    let slope = match settings.watched.on_step {
                        OnStep::Restrain {
                            slope_ppb: steep, ..
                        } if self.stepped(at) => slope_ppb.max(steep),
                        _ => slope_ppb,
                    };
                    let restraint = match restraint {
                        Restraint::Mean | Restraint::Maximum => current,
                        Restraint::Sum => 2.0 * current,
                        Restraint::Vector => current * (angle / 2.0).cos().abs(),
                    };
                    seen - least.max(slope as f64 * 1e-9 * restraint) - assumed
                }
                Characteristic::AlphaPlane { angle_mdeg, .. } => {
                    let from_through = angle.sin().atan2(angle.cos()).abs().to_degrees();
                    let outside = from_through - angle_mdeg as f64 / 2000.0;
                    // Both above nothing; a thousandth of a degree counts as much as [`CLOSE`].
                    (seen - least - assumed).min(outside * CLOSE * 1000.0)
                }
            }
        }

        fn ready(&self, end: End, fault: usize, at: usize) -> Option<f64> {
            let way = end.other().index();
            if !self.counts(way, at) {
                return None;
            }
            let (bit, first) = self.bits[way][at].unwrap();
            let begun = fault as f64 * 1e3 + self.settings.processing[0].0 as f64;
            let sampled = bit - self.settings.message.0 as f64;
            let ready = sampled >= begun.max(first) + self.settings.window.0 as f64 - 1e-3;
            ready.then_some(sampled - begun)
        }

        fn trip(&self, end: End, fault: usize, inside: bool) -> Option<u64> {
            let cleared = self.line.external_clearing.0 as f64;
            let found = (fault..GRID).find(|at| {
                let Some(behind) = self.ready(end, fault, *at) else {
                    return false;
                };
                let trips = || self.above(self.line.through_fault_ma, *at) > 0.0;
                self.blocked(*at).is_none() && (inside || (behind < cleared - 1e-3 && trips()))
            });
            found.map(|at| at as u64 * NS + self.settings.processing[1].0)
        }
    }

    fn naive_bits(line: &Timeline) -> Vec<Option<(f64, f64)>> {
        let segments = line.segments();
        let mut bits = Vec::new();
        let mut expected: Option<f64> = None;
        let mut first = 0.0;
        for (place, segment) in segments.iter().enumerate() {
            let end = if place + 1 == segments.len() {
                GRID
            } else {
                usize::try_from(segment.to.0 / NS).unwrap()
            };
            let Content::Data {
                input_from,
                rate_ppb,
            } = segment.content
            else {
                bits.resize(end, None);
                expected = None;
                continue;
            };
            let from = input_from.0 as f64;
            if expected.is_none_or(|expected| (expected - from).abs() > 1e3) {
                first = from;
            }
            let pace = 1.0 + rate_ppb as f64 * 1e-9;
            let bit = |at: f64| from + (at * 1e3 - segment.from.0 as f64) * pace;
            while bits.len() < end {
                bits.push(Some((bit(bits.len() as f64), first)));
            }
            expected = Some(bit(end as f64));
        }
        bits
    }

    fn pieces(drift: i64) -> impl Strategy<Value = Pieces> {
        let data = (40_u64..700, -drift..=drift).prop_map(Some);
        let piece = (20_u64..400, prop_oneof![3 => data, 1 => Just(None)]);
        // Bits of before the run are nobody's: begins idle, as every channel does.
        prop::collection::vec(piece, 1..7).prop_map(|mut pieces| {
            pieces.insert(0, (700, None));
            pieces
        })
    }

    fn on_step() -> impl Strategy<Value = OnStep> {
        let ns = |range: std::ops::Range<u64>| range.prop_map(Span::from_ns);
        prop_oneof![
            Just(OnStep::Alarm),
            ns(1..600).prop_map(OnStep::Block),
            (0_u64..2_000_000_000, ns(1..600))
                .prop_map(|(slope_ppb, lasts)| OnStep::Restrain { slope_ppb, lasts }),
        ]
    }

    fn synchronisation() -> impl Strategy<Value = Synchronisation> {
        let lost = (100_u64..3000, 1_u64..800, 0_u64..300, any::<bool>());
        let timed = lost.prop_map(|(from, lasts, error, blocks)| Synchronisation::Time {
            error: Span::from_ns(error),
            lost: vec![Stretch {
                from: SimTime(from * NS),
                to: SimTime((from + lasts) * NS),
            }],
            fallback: if blocks {
                Fallback::Block
            } else {
                Fallback::PingPong
            },
        });
        prop_oneof![2 => Just(Synchronisation::PingPong), 1 => timed]
    }

    fn characteristic() -> impl Strategy<Value = Characteristic> {
        let restraint = prop_oneof![
            Just(Restraint::Mean),
            Just(Restraint::Sum),
            Just(Restraint::Maximum),
            Just(Restraint::Vector),
        ];
        prop_oneof![
            (0_u64..900_000_000, restraint).prop_map(|(slope_ppb, restraint)| {
                Characteristic::Percentage {
                    slope_ppb,
                    restraint,
                }
            }),
            (10_001_u64..250_000).prop_map(|angle_mdeg| Characteristic::AlphaPlane {
                radius_ppb: 6_000_000_000,
                angle_mdeg,
            }),
        ]
    }

    /// Relays of a system of 3 MHz: half a turn is 333 ns of asymmetry.
    fn relays() -> impl Strategy<Value = Settings> {
        let times = (0_u64..60, 1_u64..60, 0_u64..200, 0_u64..30, 0_u64..30);
        let limits = (
            prop::option::of(300_u64..1400),
            prop::option::of(3_u64..300),
            prop::option::of(10_u64..500),
        );
        let small = (0_u32..4, 0_u64..200, -400_i64..400, 1_u64..900_000);
        let kinds = (synchronisation(), characteristic(), on_step());
        (times, limits, small, kinds).prop_map(|(times, limits, small, kinds)| {
            let ns = Span::from_ns;
            Settings {
                frequency_hz: 3_000_000,
                synchronisation: kinds.0,
                characteristic: kinds.1,
                pickup_ma: small.3,
                message: ns(times.0),
                interval: ns(times.1),
                window: ns(times.2),
                processing: [ns(times.3), ns(times.4)],
                recovery_messages: small.0,
                watched: Watched {
                    round_trip_max: limits.0.map(ns),
                    step_max: limits.1.map(ns),
                    on_step: kinds.2,
                    ..settings().watched
                },
                asymmetry_max: limits.2.map(ns),
                assumed_asymmetry: ns(small.1),
                compensation_ps: small.2 * 1000,
            }
        })
    }

    /// A line with little load; faults beside it last 500 ns.
    fn short_line() -> Line {
        Line {
            external_clearing: Span::from_ns(500),
            load_ma: 300_000,
            through_fault_ma: 1_000_000,
            ..line()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(CASES))]

        #[test]
        fn the_course_is_what_the_rules_give_instant_by_instant(
            relay in relays(),
            pieces in [pieces(300_000), pieces(300_000)],
        ) {
            let lines = pieces.each_ref().map(built);
            let line = short_line();
            let naive = Naive::new(&relay, &lines, &line);
            let course = relay.course(lines.each_ref().map(way), &line);
            let mut expected_from = SimTime::ZERO;
            for span in &course.spans {
                prop_assert_eq!(span.from, expected_from);
                prop_assert!(span.from < span.to);
                expected_from = span.to;
                let grid = span.from.0.div_ceil(NS)..span.to.0.div_ceil(NS);
                for at in grid {
                    same(&naive, span, usize::try_from(at).unwrap());
                }
            }
            let ends = lines.each_ref().map(Timeline::end);
            prop_assert_eq!(expected_from, ends[0].max(ends[1]));
        }

        #[test]
        fn swapping_both_directions_turns_the_sign_and_nothing_else(
            relay in relays(),
            pieces in [pieces(300_000), pieces(300_000)],
        ) {
            let lines = pieces.each_ref().map(built);
            let [forth, back] = lines.each_ref().map(way);
            let line = short_line();
            let course = relay.course([forth, back], &line);
            let turned = Settings {
                compensation_ps: -relay.compensation_ps,
                ..relay
            };
            let mut other = turned.course([back, forth], &line);
            for span in &mut other.spans {
                span.asymmetry_ps = span.asymmetry_ps.map(|ps| -ps);
            }
            prop_assert_eq!(course, other);
        }

        #[test]
        fn answers_are_those_of_a_1_ns_grid_and_no_instant_is_missed(
            relay in relays(),
            pieces in [pieces(0), pieces(0)],
        ) {
            let lines = pieces.each_ref().map(built);
            let line = short_line();
            let naive = Naive::new(&relay, &lines, &line);
            let ways = receptions(&relay, &lines);
            let end = lines.each_ref().map(Timeline::end);
            let over = Stretch { from: SimTime::ZERO, to: end[0].max(end[1]) };
            for place in [Place::Inside(0), Place::Behind(End::A)] {
                for end in End::BOTH {
                    let found = |at| {
                        let answer = relay.answer(&ways, &line, Fault { at, place });
                        let trip = answer.trips[end.index()];
                        Found {
                            value: trip.map(|trip| trip.at.since(at)),
                            class: trip.is_some(),
                        }
                    };
                    let all = sweep(over, &relay.instants(&ways, &line), found);
                    prop_assert_eq!(all.parted, 0);
                    let worst = all.worst().1.value;
                    let mut worst_on_grid = Some(Span::ZERO);
                    let mut at = 0;
                    while at * NS < over.to.0 {
                        let fault = usize::try_from(at).unwrap();
                        let expected = naive.trip(end, fault, place.is_inside());
                        let value = found(SimTime(at * NS)).value;
                        prop_assert_eq!(value, expected.map(|trip| Span(trip - at * NS)));
                        let longest = worst_on_grid.zip(value);
                        worst_on_grid = longest.map(|(worst, value)| worst.max(value));
                        at += 1;
                    }
                    prop_assert_eq!(worst, worst_on_grid);
                }
            }
        }

        #[test]
        fn no_instant_is_missed_where_clocks_drift(
            relay in relays(),
            pieces in [pieces(300_000), pieces(300_000)],
        ) {
            let lines = pieces.each_ref().map(built);
            let line = short_line();
            let ways = receptions(&relay, &lines);
            let end = lines.each_ref().map(Timeline::end);
            let over = Stretch { from: SimTime::ZERO, to: end[0].max(end[1]) };
            for place in [Place::Inside(0), Place::Behind(End::A)] {
                for end in End::BOTH {
                    let all = sweep(over, &relay.instants(&ways, &line), |at| {
                        let answer = relay.answer(&ways, &line, Fault { at, place });
                        let trip = answer.trips[end.index()];
                        Found {
                            value: trip.map(|trip| trip.at.since(at)),
                            class: trip.is_some(),
                        }
                    });
                    prop_assert_eq!(all.parted, 0);
                }
            }
        }
    }

    /// A span of the course says of an instant what the naive relays say; where these are close to
    /// a limit they may be off.
    fn same(naive: &Naive<'_>, span: &Spell, at: usize) {
        let blocked = naive.blocked(at);
        let asymmetry = naive.whole(0, at, Span::ZERO) && naive.whole(1, at, Span::ZERO);
        assert_eq!(span.asymmetry_ps.is_some(), asymmetry, "{at}: {span:?}");
        let warned = naive.stepped(at) || naive.lost(at);
        assert_eq!(span.visible, blocked.is_some() || warned, "{at}: {span:?}");
        let line = naive.line;
        match span.state {
            State::Blocked(why) => assert_eq!(blocked, Some(why), "{at}"),
            State::Sound { margin_ma } => {
                assert_eq!(blocked, None, "{at}: {span:?}");
                for current_ma in [line.load_ma, line.through_fault_ma] {
                    assert!(naive.above(current_ma, at) < CLOSE, "{at}: {span:?}");
                }
                if let Characteristic::Percentage { .. } = naive.settings.characteristic {
                    // The margin is the least of the span.
                    let above = naive.above(line.through_fault_ma, at);
                    assert!(
                        margin_ma as f64 <= -above + CLOSE,
                        "{at}: {span:?}, {above}"
                    );
                }
            }
            State::FalseTrip { at_load, .. } => {
                assert_eq!(blocked, None, "{at}: {span:?}");
                let through = naive.above(line.through_fault_ma, at);
                let load = naive.above(line.load_ma, at);
                assert!(through.max(load) > -CLOSE, "{at}: {span:?}");
                assert!(
                    load * (if at_load { 1.0 } else { -1.0 }) > -CLOSE,
                    "{at}: {span:?}"
                );
            }
        }
    }

    #[test]
    fn ten_thousand_inceptions_never_beat_the_worst_and_come_within_1_us_of_it() {
        let holed = [
            (10, None),
            (100, Some(3200)),
            (150, None),
            (300, Some(4700)),
        ];
        let lines = [timeline(&[(10, None), (300, Some(3200))]), timeline(&holed)];
        let relay = settings();
        let ways = receptions(&relay, &lines);
        let line = line();
        let value = |at| {
            let trips = relay.answer(&ways, &line, inside(at)).trips;
            let last = trips.iter().flatten().map(|trip| trip.at).max();
            Found {
                value: last.map(|last| last.since(at)),
                class: last.is_some(),
            }
        };
        // The last samples that come through are those of 95.8 ms: window, message, delay before
        // 100.
        let over = Stretch {
            from: SimTime(79 * MS),
            to: SimTime(81 * MS),
        };
        let all = sweep(over, &relay.instants(&ways, &line), value);
        assert_eq!(all.parted, 0);
        let (at, worst) = all.worst();
        assert_eq!(
            at,
            SimTime(79_800_000_000),
            "its message would end with the hole's begin"
        );
        // Until the hole ends at 150 ms, 17 ms for window and message, 3 ms to trip.
        let worst = worst.value.unwrap();
        assert_eq!(worst, Span(170 * MS - at.0));
        let (mut state, mut longest) = (1_u64, Span::ZERO);
        for _ in 0..10_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = over.from + Span((state >> 16) % (2 * MS));
            longest = longest.max(value(at).value.unwrap());
        }
        assert!(longest <= worst);
        assert!(
            worst - longest < Span::from_us(1),
            "{longest:?} of {worst:?}"
        );
    }
}
