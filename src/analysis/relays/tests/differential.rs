//! Line differential among the protections of a line.

use super::*;
use crate::analysis::verdict::{FailCause, Verdict, judge};
use crate::relay::differential::{Settings, tests::settings};

fn protection() -> Protection {
    Protection::Differential(settings())
}

/// How long from inception to the decision where the channel is sound.
fn detects(settings: &Settings, delay: Span) -> Span {
    settings.window + settings.processing[0] + delay + settings.message + settings.processing[1]
}

#[test]
fn a_fault_in_a_hole_is_cleared_late_by_its_rest_and_the_window() {
    let scenario = scenario(&[protection()], [vec![0], vec![]]);
    let all = protections(&scenario, &channels(&[HOLED]), over(50, 2000));
    let sound = detects(&settings(), Span::from_ms(10)) + Span::from_ms(50);
    let cleared = all[0].cleared;
    assert_eq!(cleared.best, Some(sound));
    // Nothing counts from 1000 ms to 1050 ms, a message and the recovery: facts of the settings.
    let recovered = settings().message + settings().recovery();
    let course = all[0].course.unwrap();
    assert_eq!(course.blocked, Span::from_ms(50) + recovered);
    assert_eq!(course.blocked_longest, course.blocked);
    assert_eq!(course.asymmetry_ps, Some(0));
    // The first fault whose samples of a whole window do not come before the hole.
    let decided = cleared.worst_at + sound;
    assert_eq!(
        decided,
        SimTime(1000 * MS) + settings().processing[1] + Span::from_ms(50)
    );
    assert!(cleared.worst.unwrap() > sound + Span::from_ms(50));
}

#[test]
fn directions_that_differ_trip_falsely_and_the_other_group_does_not_make_that_good() {
    let limit = settings().limit_asymmetry(8_000_000).unwrap();
    let mut scenario = scenario(&[protection(), pott()], [vec![0], vec![1]]);
    // Below the pickup at any angle: no false trip by the load.
    scenario.relays.lines[0].load_ma = 100_000;
    let slower = 10_000 + limit.0 / 1_000_000 + 1;
    let ways: [Pieces<'_>; 2] = [
        &[(20, None), (3000, Some(slower))],
        &[(20, None), (3000, Some(10_000))],
    ];
    let row = lines(&scenario, &channels(&[ways, SOUND]), over(50, 2000)).remove(0);
    assert_eq!((row.state(), row.ok), ("B", false));
    let one = &row.groups[0].as_ref().unwrap().unwanted[0];
    assert_eq!(one.kind, UnwantedKind::FalseTrip);
    assert_eq!(
        (one.at, one.lasting),
        (SimTime(50 * MS), Span::from_ms(1950))
    );
}

#[test]
fn a_start_of_play_out_that_the_run_shows_possible_is_judged_too() {
    let limit = settings().limit_asymmetry(8_000_000).unwrap().0 / 1_000_000;
    for (variation_us, verdict, cause) in [
        (limit, Verdict::Pass, None),
        (limit + 1, Verdict::Fail, Some(FailCause::Asymmetry)),
    ] {
        // Slack enough for the variation, and both directions alike in this run.
        let sample = Sample {
            packets: 9,
            network_us: [200, 200 + variation_us],
            own_delay_us: [9_500, 9_500],
            ..Sample::default()
        };
        let (mut scenario, outcome) = scenario_and_outcome(&sample);
        scenario.budget = Span::from_ms(20);
        scenario.relays = super::scenario(&[protection()], [vec![0], vec![]]).relays;
        let found = super::verdicts(&scenario, &outcome, &outcome).unwrap();
        let most = i64::try_from(variation_us).unwrap() * 1_000_000;
        assert_eq!(found.restarts[0].asymmetry_ps, [-most, most]);
        let mut all = judge(&scenario, &outcome);
        assert_eq!(all[0].judged, "delay and asymmetry");
        found.apply(&mut all);
        assert_eq!((all[0].verdict, all[0].cause), (verdict, cause));
    }
}

#[test]
fn a_replay_tells_the_sample_that_completes_the_window() {
    let scenario = scenario(&[protection()], [vec![0], vec![]]);
    let fault = Fault {
        at: SimTime(500 * MS),
        place: Place::Inside(500_000_000),
    };
    let replay = replay(&scenario, &channels(&[SOUND]), 0, fault);
    for end in replay.circuits[0].ends {
        assert_eq!(end.keyed, Some(fault.at + settings().window));
        assert_eq!(end.received, end.trip.map(|trip| trip.at));
    }
}
