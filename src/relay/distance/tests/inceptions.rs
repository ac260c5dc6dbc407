//! Every instant of inception of tiny cases: against the oracle, and against what a sweep makes of it.

use proptest::prelude::*;

use super::oracle;
use super::tiny::{PLACES, Tiny, mirrored, tiny};
use crate::mpls::outage::Stretch;
use crate::relay::fault::{By, End, Fault, Place};
use crate::relay::inception::{Found, sweep};
use crate::units::SimTime;

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

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
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

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
            prop_assert_eq!(key(&all.worst().1), most, "worst instants are whole nanoseconds here");
        }
    }
}
