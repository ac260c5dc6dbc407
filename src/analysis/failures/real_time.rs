//! A channel timeline of a simulated case in real time, as relays live in it.
//!
//! Relays of both directions, and of all circuits of a line, share one axis: the whole clock of the
//! case. Data keeps its delay wherever it is put. Time that is not simulated makes a hole longer
//! only where no packet gets through; an underrun of a buffer that spans it lasts as long as it was
//! simulated, and the time goes to the data that follows. Added time, in which real time stands, is
//! taken out again.

use super::ClockMap;
use super::clock_map::Break;
use crate::channel::timeline::PREDICTION_ERROR_MAX;
use crate::channel::{Content, Segment, Timeline};
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// A timeline of simulated time in real time. `holes`: when no packet of it gets through, in real
/// time; `None` where no packets carry it: then nothing but what is dark is replaced.
///
/// Where the clocks of both ends run apart, they stand still together with the time that is left
/// out or added.
#[must_use]
pub fn in_real_time(timeline: &Timeline, clock: &ClockMap, holes: Option<&[Stretch]>) -> Timeline {
    let segments = timeline.segments();
    let mut owned = vec![Vec::new(); segments.len()];
    for one in clock.breaks().iter().filter(|one| one.skipped > Span::ZERO) {
        if let Some(place) = owner(segments, clock, *one, holes) {
            owned[place].push(*one);
        }
    }
    let added = clock.breaks().iter();
    let added: Vec<Break> = added
        .filter(|one| one.added > Span::ZERO)
        .copied()
        .collect();
    let mut writer = Writer::default();
    for (place, segment) in segments.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| &segments[before]);
        writer.begin(segment, before);
        let mut at = segment.from;
        for one in between(segment, &owned[place], &added) {
            let stop = one.at.clamp(at, segment.to);
            writer.run(segment, at, stop);
            writer.wait(segment, one.skipped);
            at = (one.at + one.added).clamp(stop, segment.to);
        }
        writer.run(segment, at, segment.to);
    }
    writer.line
}

/// The segment that lasts longer for time that is left out; `None`: the timeline ends before.
fn owner(
    segments: &[Segment],
    clock: &ClockMap,
    skip: Break,
    holes: Option<&[Stretch]>,
) -> Option<usize> {
    let place = segments.partition_point(|segment| segment.to < skip.at);
    let there = segments.get(place)?;
    let real = clock.real(skip.at);
    let dark = |holes: &[Stretch]| {
        let begun = real.0 - skip.skipped.0;
        let mut holes = holes.iter();
        holes.any(|hole| hole.from.0 <= begun && begun < hole.to.0)
    };
    if is_data(there) || holes.is_none_or(dark) {
        return Some(place);
    }
    let next = segments[place..].iter().position(is_data);
    let Some(next) = next.map(|next| place + next) else {
        return Some(place);
    };
    // Packets stop with the change behind the time that is left out, and the hole goes on: then it
    // belongs to that change.
    let until = clock.real(segments[next].from);
    let stops = |hole: &Stretch| real <= hole.from && hole.from < until;
    if holes.is_some_and(|holes| holes.iter().any(stops)) {
        let before = segments[..place].iter().rposition(is_data);
        return Some(before.unwrap_or(place));
    }
    Some(next)
}

/// What happens to real time within a segment, ascending.
fn between(segment: &Segment, owned: &[Break], added: &[Break]) -> Vec<Break> {
    let touches = |one: &&Break| one.at < segment.to && segment.from < one.at + one.added;
    let added = added.iter().filter(touches);
    let mut all: Vec<Break> = owned.iter().chain(added).copied().collect();
    all.sort_by_key(|one| one.at);
    all
}

fn is_data(segment: &Segment) -> bool {
    matches!(segment.content, Content::Data { .. })
}

/// A timeline that grows in real time.
#[derive(Default)]
struct Writer {
    line: Timeline,
    /// When the bit that is next in turn entered, in real time.
    input: SimTime,
}

impl Writer {
    fn begin(&mut self, segment: &Segment, before: Option<&Segment>) {
        let Content::Data { input_from, .. } = segment.content else {
            return;
        };
        let predicted = before.and_then(|before| before.input_at(before.to));
        let joined = predicted.filter(|at| at.0.abs_diff(input_from.0) <= PREDICTION_ERROR_MAX.0);
        self.input = match joined {
            // Data that goes on does so without a step.
            Some(predicted) => SimTime((self.input + Span(input_from.0)).0 - predicted.0),
            None => {
                let delay = segment.from.since(input_from);
                // Data of before the run there is none.
                SimTime(self.line.end().0.saturating_sub(delay.0))
            }
        };
    }

    /// A part of a segment as it was simulated.
    fn run(&mut self, segment: &Segment, from: SimTime, to: SimTime) {
        let until = self.line.end() + to.since(from);
        self.line.extend(until, self.content(segment));
        if let (Some(first), Some(last)) = (segment.input_at(from), segment.input_at(to)) {
            self.input = self.input + last.since(first);
        }
    }

    /// The same goes on at one delay.
    fn wait(&mut self, segment: &Segment, lasts: Span) {
        let content = match self.content(segment) {
            Content::Data { input_from, .. } => Content::Data {
                input_from,
                rate_ppb: 0,
            },
            idle @ Content::Idle { .. } => idle,
        };
        self.line.extend(self.line.end() + lasts, content);
        self.input = self.input + lasts;
    }

    fn content(&self, segment: &Segment) -> Content {
        match segment.content {
            Content::Data { rate_ppb, .. } => Content::Data {
                input_from: self.input,
                rate_ppb,
            },
            idle @ Content::Idle { .. } => idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::stretch;
    use super::*;
    use crate::channel::{Cause, Idle};
    use proptest::prelude::*;

    const IDLE: Content = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Missing,
    };

    /// Pieces of (length, delay); no delay: replacement.
    fn timeline(pieces: &[(u64, Option<u64>)]) -> Timeline {
        let mut line = Timeline::default();
        for (length, delay) in pieces {
            let from = line.end();
            let content = delay.map_or(IDLE, |delay| Content::Data {
                input_from: SimTime(from.0 - delay),
                rate_ppb: 0,
            });
            line.extend(from + Span(*length), content);
        }
        line
    }

    /// (from, to, delay), picoseconds.
    fn told(line: &Timeline) -> Vec<(u64, u64, Option<u64>)> {
        let one = |segment: &Segment| {
            let delay = segment.input_at(segment.from);
            let delay = delay.map(|input| segment.from.since(input).0);
            (segment.from.0, segment.to.0, delay)
        };
        line.segments().iter().map(one).collect()
    }

    fn skipping(at: u64, skipped: u64) -> ClockMap {
        let mut clock = ClockMap::default();
        clock.skip(SimTime(at), Span(skipped));
        clock
    }

    #[test]
    fn a_hole_in_which_no_packet_gets_through_grows_by_the_time_left_out() {
        let line = timeline(&[(10, None), (90, Some(5)), (50, None), (50, Some(7))]);
        let clock = skipping(120, 1000);
        let real = in_real_time(&line, &clock, Some(&[stretch(95, 1140)]));
        let want = [
            (0, 10, None),
            (10, 100, Some(5)),
            (100, 1150, None),
            (1150, 1200, Some(7)),
        ];
        assert_eq!(told(&real), want);
    }

    #[test]
    fn an_underrun_that_spans_time_left_out_keeps_its_length_and_the_data_behind_it_gets_the_time()
    {
        let line = timeline(&[(10, None), (90, Some(5)), (50, None), (50, Some(7))]);
        let want = [
            (0, 10, None),
            (10, 100, Some(5)),
            (100, 150, None),
            (150, 1200, Some(7)),
        ];
        for (name, at) in [("within", 120), ("at its end", 150), ("its first", 101)] {
            let real = in_real_time(&line, &skipping(at, 1000), Some(&[]));
            assert_eq!(told(&real), want, "{name}");
        }
        // Data before it: the first bit of the hole is at 100 ps.
        let real = in_real_time(&line, &skipping(100, 1000), Some(&[]));
        assert_eq!(told(&real)[1], (10, 1100, Some(5)));
        // Without packets nothing but darkness is replaced.
        let dark = in_real_time(&line, &skipping(120, 1000), None);
        assert_eq!(told(&dark)[2], (100, 1150, None));
    }

    #[test]
    fn a_hole_that_goes_on_because_packets_stop_behind_the_time_left_out_belongs_to_that_change() {
        let line = timeline(&[(10, None), (90, Some(5)), (50, None), (50, Some(7))]);
        let clock = skipping(120, 1000);
        let real = in_real_time(&line, &clock, Some(&[stretch(1120, 1140)]));
        let want = [
            (0, 10, None),
            (10, 1100, Some(5)),
            (1100, 1150, None),
            (1150, 1200, Some(7)),
        ];
        assert_eq!(told(&real), want);
    }

    #[test]
    fn added_time_is_taken_out_again() {
        let line = timeline(&[(10, None), (90, Some(5)), (50, None), (50, Some(7))]);
        let mut clock = ClockMap::default();
        clock.add(SimTime(80), Span(40));
        let real = in_real_time(&line, &clock, Some(&[]));
        let want = [
            (0, 10, None),
            (10, 80, Some(5)),
            (80, 110, None),
            (110, 160, Some(7)),
        ];
        assert_eq!(told(&real), want);
    }

    #[test]
    fn clocks_that_run_apart_stand_still_while_time_is_left_out_and_do_not_jump_where_it_is_added()
    {
        // 1 % fast, delay 100 at the beginning: 90 after 1000.
        let mut line = Timeline::default();
        line.extend(SimTime(200), IDLE);
        let data = Content::Data {
            input_from: SimTime(100),
            rate_ppb: 10_000_000,
        };
        line.extend(SimTime(3200), data);
        let mut clock = skipping(1200, 5000);
        clock.add(SimTime(2200), Span(500));
        let real = in_real_time(&line, &clock, Some(&[]));
        let delay = |at: u64| {
            let at = SimTime(at);
            let mut all = real.segments().iter();
            let segment = all.find(|one| one.from <= at && at < one.to);
            segment
                .and_then(|one| one.input_at(at))
                .map(|input| at.since(input).0)
        };
        let want = [(200, 100), (1200, 90), (6199, 90), (7200, 80), (7600, 76)];
        for (at, delay_ps) in want {
            assert_eq!(delay(at), Some(delay_ps), "{at}");
        }
        assert_eq!(real.end(), SimTime(3200 + 5000 - 500));
        let inputs = real.segments().windows(2).skip(1);
        let steps =
            inputs.map(|pair| (pair[0].input_at(pair[0].to), pair[1].input_at(pair[1].from)));
        for (before, behind) in steps {
            assert!(before.unwrap().0.abs_diff(behind.unwrap().0) <= 1);
        }
    }

    /// What is put out at every picosecond, worked out one by one.
    fn naive(
        pieces: &[(u64, Option<u64>)],
        clock: &ClockMap,
        holes: &[Stretch],
    ) -> Vec<Option<u64>> {
        let sim: Vec<Option<u64>> = pieces
            .iter()
            .flat_map(|(length, delay)| vec![*delay; *length as usize])
            .collect();
        let mut real = Vec::new();
        let mut due = 0;
        for at in 0..=sim.len() {
            let now = SimTime(at as u64);
            let skip = clock.skips().into_iter().find(|(skip, _)| *skip == now);
            if let (Some((_, lasts)), Some(before)) = (skip, at.checked_sub(1)) {
                let begun = clock.real(now).0 - lasts.0;
                let dark = holes
                    .iter()
                    .any(|hole| hole.from.0 <= begun && begun < hole.to.0);
                if sim[before].is_some() || dark || sim[at..].iter().all(Option::is_none) {
                    real.extend(vec![sim[before]; lasts.0 as usize]);
                } else {
                    due += lasts.0 as usize;
                }
            }
            let Some(content) = sim.get(at) else {
                break;
            };
            if content.is_some() {
                real.extend(vec![*content; due]);
                due = 0;
            }
            let stands = clock.real(now) == clock.real(now + Span(1));
            if !stands {
                real.push(*content);
            }
        }
        real
    }

    /// Breaks of (behind the last, length, left out or added).
    fn clock_of(breaks: &[(u64, u64, bool)]) -> ClockMap {
        let mut clock = ClockMap::default();
        let mut at = 40;
        for (behind, length, skipped) in breaks {
            at += behind;
            if *skipped {
                clock.skip(SimTime(at), Span(*length));
            } else {
                clock.add(SimTime(at), Span(*length));
                at += length;
            }
        }
        clock
    }

    proptest! {
        #[test]
        fn every_instant_is_what_is_found_one_by_one(
            pieces in proptest::collection::vec((1_u64..40, proptest::option::of(1_u64..9)), 1..14),
            breaks in proptest::collection::vec((1_u64..60, 1_u64..50, any::<bool>()), 0..6),
            holes in proptest::collection::vec((0_u64..400, 1_u64..200), 0..3),
        ) {
            let mut all = vec![(40, None)];
            all.extend(pieces);
            let clock = clock_of(&breaks);
            let holes: Vec<Stretch> = holes
                .iter()
                .map(|(from, length)| stretch(*from, from + length))
                .collect();
            let line = timeline(&all);
            // Which hole goes with which change is tested by itself.
            let later = |skip: &(SimTime, Span)| {
                let real = clock.real(skip.0);
                holes.iter().any(|hole| real <= hole.from)
            };
            prop_assume!(!clock.skips().iter().any(later));
            let real = in_real_time(&line, &clock, Some(&holes));
            let mut found = Vec::new();
            for segment in real.segments() {
                for at in segment.from.0..segment.to.0 {
                    let at = SimTime(at);
                    found.push(segment.input_at(at).map(|input| at.since(input).0));
                }
            }
            prop_assert_eq!(found, naive(&all, &clock, &holes));
        }

        /// Both directions and all circuits share one axis: data that is put out behind all that
        /// happens to the clock comes at its real instant, whatever lies before.
        #[test]
        fn what_is_put_out_last_comes_at_its_real_instant(
            pieces in proptest::collection::vec((1_u64..40, proptest::option::of(1_u64..9)), 1..14),
            breaks in proptest::collection::vec((1_u64..60, 1_u64..50, any::<bool>()), 0..6),
            hole in (0_u64..400, 1_u64..200),
        ) {
            let mut all = vec![(40, None)];
            all.extend(pieces);
            all.extend([(600, Some(3)), (20, None), (9, Some(4))]);
            let clock = clock_of(&breaks);
            let line = timeline(&all);
            let hole = stretch(hole.0, hole.0 + hole.1);
            let real = in_real_time(&line, &clock, Some(&[hole]));
            prop_assert_eq!(real.end(), clock.real(line.end()));
            let lasts = [&line, &real].map(|line| line.segments().last().unwrap().from);
            prop_assert_eq!(lasts[1], clock.real(lasts[0]));
        }
    }
}
