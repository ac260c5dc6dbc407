//! Who trips when and why, scheme by scheme, and the trip times of the article.

use super::*;
use crate::mpls::outage::Stretch;
use crate::relay::fault::{By, End, Trip, Verdict};
use crate::relay::line::WHOLE;

/// A fault close to terminal z, which a sees in zone 2 alone.
const NEAR_Z: Place = Place::Inside(WHOLE - WHOLE / 10);

/// Channels by what they do to a command for a fault at 500 ms.
fn channels() -> Vec<(&'static str, [Reception; 2], Replacement)> {
    use Replacement::{On, Rejected};
    let steady = |delay| alike(&[(60, None), (1500, Some(delay))]);
    let hole = |from, to| {
        let (before, hole) = ((from, Some(10_000)), (to, None));
        alike(&[(60, None), before, hole, (1500, Some(10_000))])
    };
    vec![
        ("on time", steady(10_000), Rejected),
        ("late", steady(30_000), Rejected),
        ("lost", hole(200, 1200), Rejected),
        ("in a hole", hole(525, 575), Rejected),
        ("interrupted", hole(540, 590), Rejected),
        ("false", hole(490, 560), On),
    ]
}

/// "a 36 command, z 20 zone-1": ms behind the fault.
fn told(answer: &Answer) -> String {
    let end = |end: End| match answer.trips[end.index()] {
        None => format!("{} -", end.name()),
        Some(trip) => {
            let behind = trip.at.since(ms(500)).0;
            assert_eq!(behind % PS_PER_MS, 0);
            format!("{} {} {}", end.name(), behind / PS_PER_MS, trip.by.token())
        }
    };
    format!("{}, {}", end(End::A), end(End::Z))
}

fn table(scheme: Scheme, change: impl Fn(&mut Settings)) -> Vec<String> {
    let rows = channels().into_iter().map(|(name, ways, replacement)| {
        let mut settings = settings(scheme);
        settings.command.replacement = replacement;
        change(&mut settings);
        let told = |place| told(&at_500(&settings, &ways, &line(), place));
        let (inside, beside) = (told(NEAR_Z), told(Place::Behind(End::Z)));
        format!("{name:<12}| {inside:<29}| {beside}")
    });
    rows.collect()
}

fn check(scheme: Scheme, change: impl Fn(&mut Settings), expected: &[&str]) {
    assert_eq!(table(scheme, change), expected, "{}", scheme.name());
}

// Zone 1 and zone 2 are up at 20, a command takes 3 + 10 + 3 (late: 3 + 30 + 3), the delay of zone
// 2 is 400. The hole that begins at 525 ends at 575, before which the command has 3 ms to the
// channel.

#[test]
fn permissive_schemes_trip_late_by_the_lateness_and_overtrip_at_false_commands() {
    let expected = [
        "on time     | a 36 command, z 20 zone-1    | a -, z -",
        "late        | a 56 command, z 20 zone-1    | a -, z -",
        "lost        | a 420 zone-2, z 20 zone-1    | a -, z -",
        "in a hole   | a 78 command, z 20 zone-1    | a -, z -",
        "interrupted | a 36 command, z 20 zone-1    | a -, z -",
        "false       | a 20 command, z 20 zone-1    | a 20 command, z -",
    ];
    check(Scheme::Putt, |_| {}, &expected);
    check(Scheme::Pott, |_| {}, &expected);
}

#[test]
fn blocking_never_waits_for_a_command_and_overtrips_where_a_block_is_late_lost_or_interrupted() {
    // Coordination ends at 45. The block breaks off at 540, is held for 5, put out at 3, extended
    // by 16: 64. The false one ends at 563 and is extended to 579.
    let expected = [
        "on time     | a 45 command, z 20 zone-1    | a -, z -",
        "late        | a 45 command, z 20 zone-1    | a 45 command, z -",
        "lost        | a 45 command, z 20 zone-1    | a 45 command, z -",
        "in a hole   | a 45 command, z 20 zone-1    | a 45 command, z -",
        "interrupted | a 45 command, z 20 zone-1    | a 64 command, z -",
        "false       | a 79 command, z 20 zone-1    | a -, z -",
    ];
    check(Scheme::Dcb, |_| {}, &expected);
}

#[test]
fn a_block_that_is_on_while_its_channel_has_failed_trades_overtrips_for_late_trips() {
    let expected = [
        "on time     | a 45 command, z 20 zone-1    | a -, z -",
        "late        | a 45 command, z 20 zone-1    | a 45 command, z -",
        "lost        | a 420 zone-2, z 20 zone-1    | a -, z -",
        "in a hole   | a 94 command, z 20 zone-1    | a -, z -",
        "interrupted | a 45 command, z 20 zone-1    | a -, z -",
        "false       | a 79 command, z 20 zone-1    | a -, z -",
    ];
    let blocks = |settings: &mut Settings| settings.command.on_failure = OnFailure::On;
    check(Scheme::Dcb, blocks, &expected);
}

#[test]
fn unblocking_trips_in_the_window_of_a_hole_inside_and_beside_the_line() {
    // Guard lost at 528 opens the window at 538, at 543 at 553; that of 203 closed at 363.
    let expected = [
        "on time     | a 36 command, z 20 zone-1    | a -, z -",
        "late        | a 56 command, z 20 zone-1    | a -, z -",
        "lost        | a 420 zone-2, z 20 zone-1    | a -, z -",
        "in a hole   | a 38 unblocking, z 20 zone-1 | a 38 unblocking, z -",
        "interrupted | a 36 command, z 20 zone-1    | a 53 unblocking, z -",
        "false       | a 20 command, z 20 zone-1    | a 20 command, z -",
    ];
    check(Scheme::Dcub, |_| {}, &expected);
}

#[test]
fn direct_schemes_misoperate_at_false_commands_whatever_the_fault() {
    let direct = [
        "on time     | a 36 command, z 20 zone-1    | a -, z -",
        "late        | a 56 command, z 20 zone-1    | a -, z -",
        "lost        | a 420 zone-2, z 20 zone-1    | a -, z -",
        "in a hole   | a 78 command, z 20 zone-1    | a -, z -",
        "interrupted | a 36 command, z 20 zone-1    | a -, z -",
        "false       | a 0 command, z 0 command     | a 0 command, z 0 command",
    ];
    check(Scheme::Dutt, |_| {}, &direct);
    // Wanted at 500, no zone behind it.
    let transfer = [
        "on time     | a 16 command, z 16 command   | a -, z -",
        "late        | a 36 command, z 36 command   | a -, z -",
        "lost        | a -, z -                     | a -, z -",
        "in a hole   | a 16 command, z 16 command   | a -, z -",
        "interrupted | a 16 command, z 16 command   | a -, z -",
        "false       | a 0 command, z 0 command     | a 0 command, z 0 command",
    ];
    check(Scheme::Dtt, |_| {}, &transfer);
    let one_way = [
        "on time     | a 0 local, z 16 command      | a -, z -",
        "late        | a 0 local, z 36 command      | a -, z -",
        "lost        | a 0 local, z -               | a -, z -",
        "in a hole   | a 0 local, z 16 command      | a -, z -",
        "interrupted | a 0 local, z 16 command      | a -, z -",
        "false       | a 0 local, z 0 command       | a -, z 0 command",
    ];
    check(
        Scheme::Dtt,
        |settings| settings.directions = [true, false],
        &one_way,
    );
}

#[test]
fn a_weak_end_sends_the_command_back_and_the_strong_one_waits_for_it_twice() {
    // Heard at 36, echoed at 41, back at 57.
    let weak_z = [
        "on time     | a 57 command, z 41 command   | a -, z -",
        "late        | a 97 command, z 61 command   | a -, z -",
        "lost        | a 420 zone-2, z -            | a -, z -",
        "in a hole   | a 99 command, z 83 command   | a -, z -",
        "interrupted | a 114 command, z 41 command  | a -, z -",
        "false       | a 20 command, z 20 command   | a 20 command, z -",
    ];
    check(
        Scheme::Pott,
        |settings| settings.weak = Some(End::Z),
        &weak_z,
    );
    check(
        Scheme::Pott,
        |settings| settings.weak = Some(End::A),
        &[
            "on time     | a 41 command, z 20 zone-1    | a -, z -",
            "late        | a 61 command, z 20 zone-1    | a -, z -",
            "lost        | a -, z 20 zone-1             | a -, z -",
            "in a hole   | a 83 command, z 20 zone-1    | a -, z -",
            "interrupted | a 41 command, z 20 zone-1    | a -, z -",
            "false       | a 20 command, z 20 zone-1    | a 20 command, z -",
        ],
    );
}

#[test]
fn each_end_needs_the_permission_of_the_other_and_one_lost_direction_slows_one_end() {
    let (sound, lost) = ([(60, None), (1500, Some(10_000))], [(1500, None)]);
    let ways = [&sound[..], &lost[..]].map(|pieces| reception(pieces, Span::ZERO));
    let mut line = line();
    line.reach.zone1 = None;
    let settings = settings(Scheme::Pott);
    let answer = at_500(&settings, &ways, &line, Place::Inside(WHOLE / 2));
    assert_eq!(told(&answer), "a 420 zone-2, z 36 command");
    let deaf = Settings {
        directions: [false, true],
        ..settings
    };
    let answer = at_500(&deaf, &alike(&sound), &line, Place::Inside(WHOLE / 2));
    assert_eq!(told(&answer), "a 36 command, z 420 zone-2");
}

#[test]
fn a_transfer_trip_comes_at_the_end_of_a_hole_unless_that_outlasts_the_keying() {
    let until = |end| {
        let pieces = [
            (60, None),
            (490, Some(10_000)),
            (end, None),
            (1500, Some(10_000)),
        ];
        let settings = settings(Scheme::Dtt);
        told(&at_500(&settings, &alike(&pieces), &line(), NEAR_Z))
    };
    assert_eq!(until(560), "a 63 command, z 63 command");
    // Keyed to 60 + 20 ms behind 500, on the channel to 583, put out to 593.
    assert_eq!(until(592), "a 95 command, z 95 command");
    assert_eq!(until(593), "a -, z -");
}

#[test]
fn an_end_that_a_false_command_opened_before_pickup_keys_nothing() {
    let (sound, hole) = (
        [(60, None), (1500, Some(10_000))],
        [
            (60, None),
            (490, Some(10_000)),
            (560, None),
            (1500, Some(10_000)),
        ],
    );
    let ways = [&sound[..], &hole[..]].map(|pieces| reception(pieces, Span::ZERO));
    let mut settings = settings(Scheme::Dutt);
    settings.command.replacement = Replacement::On;
    let with_breaker = |breaker| {
        let line = Line {
            breaker: Span::from_ms(breaker),
            ..line()
        };
        let near_a = Place::Inside(WHOLE / 10);
        told(&at_500(&settings, &ways, &line, near_a))
    };
    assert_eq!(with_breaker(60), "a 0 command, z 36 command");
    assert_eq!(with_breaker(20), "a 0 command, z 420 zone-2");
}

#[test]
fn verdicts_are_on_time_late_never_quiet_and_overtrip() {
    let settings = settings(Scheme::Dcb);
    let sound = alike(&[(60, None), (1500, Some(10_000))]);
    let lost = alike(&[(60, None), (200, Some(10_000)), (1200, None)]);
    let verdict = |settings: &Settings, ways: &[Reception; 2], place, within| {
        let answer = at_500(settings, ways, &line(), place);
        let fault = Fault { at: ms(500), place };
        fault.verdict(answer.trips[0], Span::from_ms(within))
    };
    let beside = Place::Behind(End::Z);
    assert_eq!(verdict(&settings, &sound, NEAR_Z, 45), Verdict::OnTime);
    let late = Verdict::Late(Span::from_ms(5));
    assert_eq!(verdict(&settings, &sound, NEAR_Z, 40), late);
    assert_eq!(verdict(&settings, &sound, beside, 45), Verdict::Quiet);
    let overtrip = Verdict::Overtrip(Span::from_ms(45));
    assert_eq!(verdict(&settings, &lost, beside, 45), overtrip);
    let transfer = super::settings(Scheme::Dtt);
    assert_eq!(verdict(&transfer, &lost, NEAR_Z, 45), Verdict::Never);
}

#[test]
fn a_current_that_turns_round_overtrips_where_permission_outlasts_the_guard() {
    // The breaker opens at 20 + 60. Keyed to 80 + 20 of reset, heard until 100 + 16: 36 ms behind
    // the turn. The fault lasts till 130.
    let line = Line {
        parallel: true,
        external_clearing: Span::from_ms(130),
        ..line()
    };
    let ways = alike(&[(60, None), (1500, Some(10_000))]);
    let with_guard = |guard| {
        let settings = Settings {
            reversal_guard: Span::from_ms(guard),
            ..settings(Scheme::Pott)
        };
        let place = Place::Parallel(End::A);
        told(&at_500(&settings, &ways, &line, place))
    };
    assert_eq!(with_guard(36), "a -, z -");
    assert_eq!(with_guard(35), "a 115 command, z -");
    assert_eq!(with_guard(0), "a 80 command, z -");
    let single = Line {
        parallel: false,
        ..line.clone()
    };
    let place = Place::Parallel(End::A);
    let unguarded = Settings {
        reversal_guard: Span::ZERO,
        ..settings(Scheme::Pott)
    };
    let answer = at_500(&unguarded, &ways, &single, place);
    assert_eq!(told(&answer), "a -, z -");
}

#[test]
fn replacement_data_that_reads_as_a_command_trips_direct_schemes_without_a_fault() {
    let pieces = [
        (60, None),
        (490, Some(10_000)),
        (560, None),
        (1500, Some(10_000)),
    ];
    let over = Stretch {
        from: ms(100),
        to: ms(1400),
    };
    let stands = |scheme, change: fn(&mut Settings)| {
        let mut settings = settings(scheme);
        change(&mut settings);
        let ways = alike(&pieces);
        let found = settings.unwanted_without_fault(&ways, over).into_iter();
        let in_ms = |at: SimTime| at.0 / PS_PER_MS;
        let found = found.map(|(end, on)| (end.name(), in_ms(on.from), in_ms(on.to)));
        found.collect::<Vec<_>>()
    };
    let tone = |settings: &mut Settings| settings.command.replacement = Replacement::On;
    let both = vec![("a", 493, 563), ("z", 493, 563)];
    assert_eq!(stands(Scheme::Dtt, tone), both);
    assert_eq!(stands(Scheme::Dutt, tone), both);
    assert_eq!(stands(Scheme::Pott, tone), []);
    assert_eq!(stands(Scheme::Dtt, |_| {}), []);
    // Failed at 495; a trip that has to stand for 50 ms comes at 548.
    let failing = |settings: &mut Settings| {
        settings.command.on_failure = OnFailure::On;
        settings.coordination = Span::from_ms(50);
    };
    let both = vec![("a", 548, 563), ("z", 548, 563)];
    assert_eq!(stands(Scheme::Dtt, failing), both);
}

/// The article's line: 60 Hz, 3 ms at each end, a telecom delay, breakers of so many cycles.
fn article(delay: Span, breaker_cycles: u64) -> Span {
    let cycles = |count: u64| Span(count * 1_000_000_000_000 / 60);
    let mut timeline = Timeline::default();
    let idle = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Missing,
    };
    timeline.extend(ms(100), idle);
    let data = Content::Data {
        input_from: SimTime(ms(100).0 - delay.0),
        rate_ppb: 0,
    };
    timeline.extend(ms(1500), data);
    let way = Way {
        timeline: &timeline,
        before: Span::ZERO,
        after: Span::ZERO,
    };
    let ways = [(); 2].map(|()| Reception::new(way, Span::ZERO, Span::ZERO));
    let line = Line {
        breaker: cycles(breaker_cycles),
        ..line()
    };
    let settings = Settings {
        pickup: cycles(1),
        ..settings(Scheme::Pott)
    };
    let answer = at_500(&settings, &ways, &line, NEAR_Z);
    let [Some(a), Some(z)] = answer.trips else {
        panic!("both ends trip");
    };
    assert_eq!((a.by, z.by), (By::Command, By::Zone1));
    let opened = a.at + line.breaker;
    opened.since(ms(500))
}

#[test]
fn tv30_the_line_of_the_article_opens_in_4_96_and_6_96_cycles() {
    let us = |span: Span| (span.0 + 500_000) / 1_000_000;
    let three = article(Span::from_ms(10), 3);
    assert_eq!(three, Span(82_666_666_666));
    assert_eq!(us(three), 82_667);
    let hundredths = |span: Span| (span.0 * 60 + 5_000_000_000) / 10_000_000_000;
    assert_eq!(hundredths(three), 496);
    let five = article(Span::from_ms(10), 5);
    assert_eq!(
        five,
        Span(115_999_999_999),
        "two cycles of 60 Hz, rounded down"
    );
    assert_eq!(us(five), 116_000);
    assert_eq!(hundredths(five), 696);
    // With all of the budget 5 and 7 cycles, less what is rounded down.
    let budget = Span(10_666_666_666);
    assert!(83_333_333_333 - article(budget, 3).0 <= 2);
    assert!(116_666_666_666 - article(budget, 5).0 <= 2);
}

#[test]
fn tv31_a_block_of_16_ms_holds_a_coordination_of_25_and_one_lost_in_a_gap_of_50_does_not() {
    let settings = settings(Scheme::Dcb);
    let beside = Place::Behind(End::Z);
    let sound = alike(&[(60, None), (1500, Some(10_000))]);
    let answer = at_500(&settings, &sound, &line(), beside);
    assert_eq!(answer.trips, [None, None]);
    let gap = [
        (60, None),
        (520, Some(10_000)),
        (570, None),
        (1500, Some(10_000)),
    ];
    let answer = at_500(&settings, &alike(&gap), &line(), beside);
    let trip = Trip {
        at: ms(500 + 20 + 25),
        by: By::Command,
    };
    assert_eq!(answer.trips, [Some(trip), None]);
}
