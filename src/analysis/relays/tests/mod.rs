//! Lines, groups and verdicts against what is known of them from elsewhere.

mod brute;
mod differential;
mod verdicts;

use super::*;
use crate::analysis::samples::{Sample, permissive, scenario_and_outcome};
use crate::relay::command::{Command, Replacement};
use crate::relay::distance::{self, Scheme};
use crate::relay::reception::tests::timeline;
use crate::relay::{Fault, Line, Protection};
use crate::scenario::relays::{CircuitRelay, Relays};
use crate::units::SimTime;

pub(super) const MS: u64 = 1_000_000_000;

/// Pieces of a timeline: (to in ms, delay in us); no delay: replacement.
type Pieces<'a> = &'a [(u64, Option<u64>)];

/// The article's relays.
pub(super) fn article(scheme: Scheme) -> distance::Settings {
    distance::Settings {
        scheme,
        ..permissive()
    }
}

/// A line of 60 Hz breakers of three cycles with these groups, to be cleared in five cycles.
pub(super) fn line(groups: [Vec<usize>; 2]) -> Line {
    Line {
        clear_within: Span(83_333_333_334),
        groups,
        ..crate::relay::line::tests::line()
    }
}

/// One circuit per protection, all on one line.
pub(super) fn scenario(protections: &[Protection], groups: [Vec<usize>; 2]) -> Scenario {
    let (mut scenario, _) = scenario_and_outcome(&Sample::default());
    let relay = |protection: &Protection| {
        Some(CircuitRelay {
            profile: None,
            protection: protection.clone(),
            check_bits: None,
        })
    };
    scenario.relays = Relays {
        written: true,
        circuits: protections.iter().map(relay).collect(),
        lines: vec![line(groups)],
        ..Relays::default()
    };
    scenario
}

/// Channels whose carriers put out these pieces (see [`timeline`]), without conversions.
pub(super) fn channels(circuits: &[[Pieces<'_>; 2]]) -> Channels {
    let channel = |pieces: Pieces<'_>| Channel {
        timeline: timeline(pieces),
        before: Span::ZERO,
        after: Span::ZERO,
    };
    let circuits = circuits.iter();
    Channels {
        circuits: circuits.map(|ways| Some(ways.map(channel))).collect(),
    }
}

pub(super) fn over(from_ms: u64, to_ms: u64) -> Stretch {
    Stretch {
        from: SimTime(from_ms * MS),
        to: SimTime(to_ms * MS),
    }
}

/// 10 ms one way, both directions.
const SOUND: [Pieces<'static>; 2] = [&[(20, None), (3000, Some(10_000))]; 2];
/// The same, and from 1 s on nothing a→z for 50 ms.
const HOLED: [Pieces<'static>; 2] = [
    &[
        (20, None),
        (1000, Some(10_000)),
        (1050, None),
        (3000, Some(10_000)),
    ],
    &[(20, None), (3000, Some(10_000))],
];

pub(super) fn pott() -> Protection {
    Protection::Distance(article(Scheme::Pott))
}

#[test]
fn the_article_s_line_clears_in_4_96_cycles_and_in_just_five_with_10_667_ms() {
    // TV30: 1 cycle + 3 + T + 3 + 3 cycles.
    for (delay_us, clears_ps) in [(10_000, 82_666_666_667), (10_667, 83_333_666_667)] {
        let scenario = scenario(&[pott()], [vec![0], vec![]]);
        let way: Pieces<'_> = &[(20, None), (3000, Some(delay_us))];
        let channels = channels(&[[way, way]]);
        let all = lines(&scenario, &channels, over(50, 2000));
        let cleared = all[0].cleared;
        assert_eq!(cleared.worst, Some(Span(clears_ps)));
        let in_time = clears_ps <= 83_333_333_334;
        assert_eq!(cleared.clearing == Clearing::InTime, in_time);
        assert_eq!(all[0].ok, in_time);
        // A fault in zone 1 of both ends needs no channel: detection and breaker.
        assert_eq!(cleared.best, Some(Span(66_666_666_667)));
    }
}

#[test]
fn a_hole_of_50_ms_makes_a_command_late_by_its_rest() {
    let scenario = scenario(&[pott()], [vec![0], vec![]]);
    let channels = channels(&[HOLED]);
    let all = protections(&scenario, &channels, over(50, 2000));
    let cleared = all[0].cleared;
    // Keyed 16.667 ms after inception, sent 3 ms later: the first command lost to the hole was
    // sent at 990 ms. It comes at 1060 ms, by 60 ms in place of 10: 132.667 ms after inception.
    assert_eq!(cleared.worst, Some(Span(132_666_666_667)));
    assert_eq!(cleared.worst_at.0, 990 * MS - 19_666_666_667);
    assert_eq!((cleared.clearing, cleared.end), (Clearing::Late, End::Z));
    // It falls back by one for one, and is in time once below 83.333 ms.
    assert_eq!(cleared.late, Span(132_666_666_667 - 83_333_333_334));
    assert_eq!(cleared.length, Span::from_ms(1950));
    assert_eq!(cleared.shares[0], Some(Span(82_666_666_667)));
    // 99.9 % of 1950 ms: all but the worst 1.95 ms.
    assert_eq!(
        cleared.shares[3],
        Some(Span(132_666_666_667 - 1_950_000_000))
    );
    assert!(!all[0].ok);
}

#[test]
fn a_second_group_on_another_path_clears_what_the_first_does_not() {
    let both = [pott(), pott()];
    let scenario = scenario(&both, [vec![0], vec![1]]);
    let channels = channels(&[HOLED, SOUND]);
    let all = lines(&scenario, &channels, over(50, 2000));
    let row = &all[0];
    assert_eq!((row.state(), row.ok), ("B", true));
    assert_eq!(row.cleared.worst, Some(Span(82_666_666_667)));
    let group = row.groups[0].as_ref().unwrap();
    assert_eq!((group.in_time, group.blame), (false, Some(0)));
    assert_eq!(row.groups[1].as_ref().unwrap().blame, None);
}

#[test]
fn two_groups_through_one_hole_leave_none() {
    let scenario = scenario(&[pott(), pott()], [vec![0], vec![1]]);
    let channels = channels(&[HOLED, HOLED]);
    let row = lines(&scenario, &channels, over(50, 2000)).remove(0);
    assert_eq!((row.state(), row.ok), ("none", false));
    assert_eq!(row.cleared.worst, Some(Span(132_666_666_667)));
}

#[test]
fn a_command_that_never_comes_leaves_the_backup_of_zone_2() {
    let scenario = scenario(&[pott()], [vec![0], vec![]]);
    let ways: [Pieces<'static>; 2] = [
        &[(20, None), (1000, Some(10_000)), (3000, None)],
        &[(20, None), (3000, Some(10_000))],
    ];
    let row = lines(&scenario, &channels(&[ways]), over(50, 2000)).remove(0);
    // 16.667 + 400 + 50.
    assert_eq!(row.cleared.worst, Some(Span(466_666_666_667)));
    assert_eq!(row.cleared.clearing, Clearing::Backup);
}

#[test]
fn a_transfer_trip_beside_a_distance_scheme_clears_no_fault() {
    let both = [pott(), Protection::Distance(article(Scheme::Dtt))];
    let together = scenario(&both, [vec![0, 1], vec![]]);
    let channels = channels(&[HOLED, SOUND]);
    let row = lines(&together, &channels, over(50, 2000)).remove(0);
    assert_eq!(row.cleared.worst, Some(Span(132_666_666_667)));
    // Alone it is judged from when it is wanted: 3 + 10 + 3 + 50.
    let apart = scenario(&both, [vec![0], vec![1]]);
    let row = lines(&apart, &channels, over(50, 2000)).remove(0);
    let alone = row.groups[1].as_ref().unwrap();
    assert_eq!(alone.cleared.worst, Some(Span::from_ms(66)));
    assert_eq!(row.cleared.worst, Some(Span(132_666_666_667)));
}

#[test]
fn a_false_command_trips_without_a_fault_as_long_as_it_stands() {
    let tone = Command {
        replacement: Replacement::On,
        ..article(Scheme::Dtt).command
    };
    let settings = distance::Settings {
        command: tone,
        ..article(Scheme::Dtt)
    };
    let scenario = scenario(&[Protection::Distance(settings)], [vec![0], vec![]]);
    let all = protections(&scenario, &channels(&[HOLED]), over(50, 2000));
    let [one] = all[0].unwanted.as_slice() else {
        panic!("one unwanted trip: {:?}", all[0].unwanted)
    };
    assert_eq!(one.kind, UnwantedKind::Misoperation);
    assert_eq!((one.at, one.end), (SimTime(1003 * MS), End::Z));
    assert_eq!(one.lasting, Span::from_ms(50));
    assert!(!all[0].ok);
}

#[test]
fn a_block_lost_in_a_hole_overtrips_for_a_fault_beside_the_line() {
    let settings = distance::Settings {
        coordination: Span::from_ms(25),
        ..article(Scheme::Dcb)
    };
    let scenario = scenario(&[Protection::Distance(settings)], [vec![0], vec![]]);
    let sound = protections(&scenario, &channels(&[SOUND]), over(50, 2000));
    assert!(sound[0].unwanted.is_empty(), "{:?}", sound[0].unwanted);
    let holed = protections(&scenario, &channels(&[HOLED]), over(50, 2000));
    let one = holed[0].unwanted[0];
    // The block a→z is for faults behind terminal a; terminal z trips.
    assert_eq!(one.kind, UnwantedKind::Overtrip);
    assert_eq!((one.place, one.end), (Some(Place::Behind(End::A)), End::Z));
    // TV31: lost in a gap of 50 ms, it trips at pickup + 25 ms.
    let replay = replay(
        &scenario,
        &channels(&[HOLED]),
        0,
        Fault {
            at: SimTime(990 * MS),
            place: Place::Behind(End::A),
        },
    );
    let trip = replay.circuits[0].ends[1].trip.unwrap();
    assert_eq!(trip.at.0, 990 * MS + 16_666_666_667 + 25 * MS);
}

#[test]
fn a_fault_is_told_step_by_step() {
    let scenario = scenario(&[pott()], [vec![0], vec![]]);
    let fault = Fault {
        at: SimTime(500 * MS),
        place: Place::Inside(100_000_000),
    };
    let replay = replay(&scenario, &channels(&[SOUND]), 0, fault);
    let [a, z] = replay.circuits[0].ends;
    let after = |at: Option<SimTime>| at.unwrap().since(fault.at);
    assert_eq!(after(a.pickup), Span(16_666_666_667));
    assert_eq!(after(a.keyed), after(z.pickup));
    assert_eq!(after(z.received), Span(32_666_666_667));
    assert_eq!(after(z.trip.map(|trip| trip.at)), after(z.received));
    assert_eq!(after(z.open), Span(82_666_666_667));
    assert_eq!(after(a.open), Span(66_666_666_667));
    let both = replay.both.unwrap();
    assert_eq!((both.after, both.end), (Some(after(z.open)), End::Z));
    assert_eq!(replay.groups[1], None);
}

#[test]
fn what_is_slow_is_told_by_its_channel() {
    let scenario = scenario(&[pott()], [vec![0], vec![]]);
    let channels = channels(&[HOLED]);
    let holed = protections(&scenario, &channels, over(50, 2000)).remove(0);
    let hole = Why::Hole {
        way: 0,
        from: SimTime(1000 * MS),
        to: Some(SimTime(1050 * MS)),
    };
    let told = why(&scenario, &channels, 0, (0, &holed.cleared));
    assert_eq!(told, Some(hole));
    let sound = protections(&scenario, &channels, over(50, 900)).remove(0);
    let told = why(&scenario, &channels, 0, (0, &sound.cleared));
    let delay = Why::Delay {
        way: 0,
        delay: Span::from_ms(10),
    };
    assert_eq!(told, Some(delay));
}
