//! Every instant of inception of tiny cases: against the oracle, and against what a sweep makes of
//! it.

use proptest::prelude::*;

use super::oracle;
use super::tiny::{PLACES, Tiny, mirrored, tiny};
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::mpls::outage::Stretch;
use crate::relay::command::OnFailure;
use crate::relay::distance::Scheme;
use crate::relay::fault::{By, End, Fault, Place};
use crate::relay::inception::{Found, sweep};
use crate::relay::line::WHOLE;
use crate::relay::reception::tests::reception;
use crate::relay::reception::{Reception, Way};
use crate::units::{SimTime, Span};

const NS: u64 = 1000;

fn answered(tiny: &Tiny, place: Place, at_ns: u64) -> [Option<(usize, By)>; 2] {
    let fault = Fault {
        at: SimTime(at_ns * NS),
        place,
    };
    let answer = tiny.settings.answer(&tiny.ways(), &tiny.line, fault);
    answer.trips.map(|trip| {
        trip.map(|trip| {
            assert_eq!(trip.at.0 % NS, 0);
            (usize::try_from(trip.at.0 / NS).unwrap(), trip.by)
        })
    })
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn every_scheme_does_what_relays_do_step_by_step(
        tiny in tiny(),
        place in proptest::sample::select(&PLACES[..]),
        at in 0..400_u64,
    ) {
        let at = at % tiny.length();
        let expected = oracle::trips(&tiny, place, usize::try_from(at).unwrap());
        prop_assert_eq!(answered(&tiny, place, at), expected);
    }

    #[test]
    fn ends_and_directions_swapped_mirror_the_answer(
        tiny in tiny(),
        place in proptest::sample::select(&PLACES[..]),
        at in 0..400_u64,
    ) {
        let mut expected = answered(&tiny, place, at);
        expected.swap(0, 1);
        prop_assert_eq!(answered(&tiny.mirrored(), mirrored(place), at), expected);
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_sweep_equals_a_grid_of_nanoseconds_and_no_candidate_is_missing(
        tiny in tiny(),
        place in proptest::sample::select(&PLACES[..]),
    ) {
        let ways = tiny.ways();
        let found = |end: End, at: SimTime| {
            let answer = tiny.settings.answer(&ways, &tiny.line, Fault { at, place });
            let trip = answer.trips[end.index()];
            Found { value: trip.map(|trip| trip.at.since(at)), class: trip.map(|trip| trip.by) }
        };
        let over = Stretch { from: SimTime(0), to: SimTime(tiny.length() * NS) };
        let candidates = tiny.settings.instants(&ways, &tiny.line);
        for end in End::BOTH {
            let all = sweep(over, &candidates, |at| found(end, at));
            prop_assert_eq!(all.parted, 0);
            let grid = (0..tiny.length()).map(|at| (at, found(end, SimTime(at * NS))));
            let key = |found: &Found<_>| found.value.map_or(u64::MAX, |value| value.0);
            let mut most = 0;
            for (at, found) in grid {
                most = most.max(key(&found));
                let piece = all.piece_at(SimTime(at * NS));
                let moves = piece.first.value != piece.last.value;
                let ahead = if moves { at * NS - piece.from.0 } else { 0 };
                let value = piece.first.value.map(|value| value.0 - ahead);
                prop_assert_eq!(found.value.map(|value| value.0), value);
                prop_assert_eq!(found.class, piece.first.class);
            }
            let worst = key(&all.worst().1);
            prop_assert!(most <= worst && worst - most < NS, "{} ps on the grid, {}", most, worst);
        }
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn the_candidates_of_a_place_leave_nothing_out_for_faults_there(
        tiny in tiny(),
        place in proptest::sample::select(&PLACES[..]),
    ) {
        let (ways, settings) = (tiny.ways(), &tiny.settings);
        let over = Stretch { from: SimTime(0), to: SimTime(tiny.length() * NS) };
        let every = settings.instants(&ways, &tiny.line);
        let there = settings.instants_at(&ways, &tiny.line, place);
        prop_assert!(there.iter().all(|at| every.binary_search(at).is_ok()));
        let trips = |at: SimTime| {
            let answer = settings.answer(&ways, &tiny.line, Fault { at, place });
            answer.trips.map(|trip| trip.map(|trip| (trip.at.since(at), trip.by)))
        };
        for end in End::BOTH {
            let one = |at: SimTime| {
                let trip = trips(at)[end.index()];
                Found { value: trip.map(|trip| trip.0), class: trip.map(|trip| trip.1) }
            };
            prop_assert_eq!(sweep(over, &there, one), sweep(over, &every, one));
        }
        // The first end, as for faults beside the line; the last, as for those on it.
        let first = |at: SimTime| {
            let [a, z] = trips(at);
            let first = [a, z].into_iter().flatten().min();
            Found { value: first.map(|first| first.0), class: (first == a, first == z) }
        };
        prop_assert_eq!(sweep(over, &there, first), sweep(over, &every, first));
        let last = |at: SimTime| {
            let [a, z] = trips(at);
            let last = a.zip(z).map(|(a, z)| a.max(z));
            Found { value: last.map(|last| last.0), class: (last == a, last == z) }
        };
        prop_assert_eq!(sweep(over, &there, last), sweep(over, &every, last));
    }
}

/// Where the end of a command, not its beginning, decides whether it stands long enough to be
/// echoed: rare among drawn cases.
#[test]
fn a_command_that_an_unblocking_trip_ends_too_soon_for_its_echo_leaves_no_candidate_out() {
    let ns = Span::from_ns;
    let mut settings = super::settings(Scheme::Dcub);
    settings.command.send = Span::ZERO;
    settings.command.receive = ns(1);
    settings.command.fail_after = Span::ZERO;
    settings.command.on_failure = OnFailure::Latch;
    settings.pickup = Span::ZERO;
    settings.reset = Span::ZERO;
    settings.zone2_delay = ns(40);
    settings.send_minimum = Span::ZERO;
    settings.weak = Some(End::Z);
    settings.echo_delay = Span(12_137);
    settings.guard_loss = Span(17);
    settings.unblocking_window = ns(2);
    let mut line = super::line();
    line.breaker = Span(7411);
    line.reach.zone1 = None;
    let there = vec![(50, None), (5, Some(15))];
    let back = vec![(50, None), (11, Some(15)), (5, None)];
    let tiny = Tiny {
        settings,
        line,
        pieces: [there, back],
    };
    let ways = tiny.ways();
    let candidates = tiny.settings.instants(&ways, &tiny.line);
    let over = Stretch {
        from: SimTime(0),
        to: SimTime(tiny.length() * NS),
    };
    let place = Place::Inside(WHOLE / 10);
    let trips = |at: SimTime| {
        let answer = tiny.settings.answer(&ways, &tiny.line, Fault { at, place });
        let trip = answer.trips[End::Z.index()];
        Found {
            value: trip.map(|trip| trip.at.since(at)),
            class: (),
        }
    };
    let all = sweep(over, &candidates, trips);
    assert_eq!(all.parted, 0);
    // The hole opens the window at 62.017, the breaker is open at 69.428, which is heard at 85.428:
    // the command of a fault at 57.291 has stood for 12.137 then, and no longer.
    assert_eq!(trips(SimTime(57_290)).value, Some(Span(28_137)));
    assert_eq!(trips(SimTime(57_291)).value, None);
}

/// Numbers that look random: SplitMix64.
fn drawn(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn ten_thousand_inceptions_never_beat_the_worst_and_come_within_a_microsecond() {
    const MS: u64 = 1_000_000_000;
    // One direction is rerouted for 60 ms and comes back longer, the other for 57.
    let there = [
        (60, None),
        (900, Some(6000)),
        (960, None),
        (2000, Some(8500)),
    ];
    let back = [
        (70, None),
        (905, Some(6200)),
        (962, None),
        (2000, Some(6200)),
    ];
    let ways = [&there, &back].map(|pieces| reception(pieces, Span::from_us(700)));
    let over = Stretch {
        from: SimTime(200 * MS),
        to: SimTime(1500 * MS),
    };
    for scheme in Scheme::ALL {
        let (settings, line) = (super::settings(scheme), super::line());
        let candidates = settings.instants(&ways, &line);
        for place in [Place::Inside(WHOLE / 10), Place::Inside(WHOLE / 2)] {
            let value = |at: SimTime| {
                let answer = settings.answer(&ways, &line, Fault { at, place });
                let last = answer
                    .trips
                    .map(|trip| trip.map_or(u64::MAX, |trip| trip.at.0 - at.0));
                last[0].max(last[1])
            };
            let all = sweep(over, &candidates, |at| Found {
                value: Some(value(at)).filter(|value| *value < u64::MAX).map(Span),
                class: (),
            });
            assert_eq!(all.parted, 0, "{}", scheme.name());
            let exact = all.worst().1.value.map_or(u64::MAX, |value| value.0);
            let mut state = 1;
            let length = over.to.0 - over.from.0;
            let spread = (0..10_000).map(|_| SimTime(over.from.0 + drawn(&mut state) % length));
            let spread: Vec<u64> = spread.map(value).collect();
            assert!(
                spread.iter().all(|value| *value <= exact),
                "{}",
                scheme.name()
            );
            // Ten thousand over 1.3 s lie 130 us apart; some a microsecond behind each candidate.
            let mut state = 2;
            let near = candidates
                .iter()
                .filter(|at| over.from <= **at && **at < over.to);
            let near =
                near.flat_map(|at| [0; 5].map(|_| *at + Span(drawn(&mut state) % 1_000_000)));
            let near: Vec<u64> = near.filter(|at| *at < over.to).map(value).collect();
            let most = spread.into_iter().chain(near).max().unwrap();
            assert!(
                most <= exact && exact - most < 1_000_000,
                "{}",
                scheme.name()
            );
        }
    }
}

/// Clocks that run 50 ppm apart: delays drift between the pieces, and back at each new start.
#[test]
fn drifting_delays_are_swept_to_a_few_picoseconds() {
    const MS: u64 = 1_000_000_000;
    let mut timeline = Timeline::default();
    let idle = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Missing,
    };
    for (hole, end, rate_ppb) in [(60, 900, 50_000), (960, 2000, -50_000)] {
        timeline.extend(SimTime(hole * MS), idle);
        let data = Content::Data {
            input_from: SimTime((hole - 6) * MS),
            rate_ppb,
        };
        timeline.extend(SimTime(end * MS), data);
    }
    let way = Way {
        timeline: &timeline,
        before: Span::ZERO,
        after: Span::ZERO,
    };
    let ways = [(); 2].map(|()| Reception::new(way, Span::ZERO, Span::ZERO));
    let over = Stretch {
        from: SimTime(200 * MS),
        to: SimTime(1500 * MS),
    };
    let place = Place::Inside(WHOLE / 10);
    for scheme in Scheme::ALL {
        let (settings, line) = (super::settings(scheme), super::line());
        let candidates = settings.instants(&ways, &line);
        let value = |at: SimTime| {
            let answer = settings.answer(&ways, &line, Fault { at, place });
            let last = answer.trips.map(|trip| trip.map(|trip| trip.at.since(at)));
            last.into_iter()
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .max()
        };
        let all = sweep(over, &candidates, |at| Found {
            value: value(at),
            class: (),
        });
        assert_eq!(all.parted, 0, "{}", scheme.name());
        let mut state = 3;
        for _ in 0..2000 {
            let at = SimTime(over.from.0 + drawn(&mut state) % (over.to.0 - over.from.0));
            let piece = all.piece_at(at);
            let ends = [piece.first, piece.last].map(|found| found.value.unwrap().0);
            let value = value(at).unwrap().0;
            let (least, most) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            assert!(least <= value + 2 && value <= most + 2, "{}", scheme.name());
        }
    }
}
