//! From relays to verdicts of circuits and lines.

use super::*;
use crate::analysis::verdict::{FailCause, Verdict, judge};

#[test]
fn both_interfaces_are_counted_once() {
    let (mut scenario, outcome) = scenario_and_outcome(&Sample::default());
    let interface = &mut scenario.circuits[0].interface;
    interface.conversion = [Span::from_us(125), Span::from_us(250)];
    interface.recognition = Span::from_us(500);
    scenario.relays = super::scenario(&[pott()], [vec![0], vec![]]).relays;
    let channels = Channels::of_run(&scenario, &outcome);
    let [forth, back] = channels.circuits[0].as_ref().unwrap();
    assert_eq!(forth.before, Span::from_us(125));
    assert_eq!(forth.after, Span::from_us(750));
    assert_eq!(back.before, Span::from_us(250));
    assert_eq!(back.after, Span::from_us(625));
    let ways = pott().receptions([forth.way(), back.way()]);
    let all = judge(&scenario, &outcome);
    // What relays see is what the circuit is judged by.
    for (way, row) in ways.iter().zip(&all) {
        let seen = way.delay_at(SimTime(5 * MS)).unwrap();
        assert_eq!(Some(seen), row.delay.map(|delay| delay.max));
    }
}

#[test]
fn faults_are_judged_from_when_the_channels_are_up_and_forget_what_was() {
    let unblocking = distance::Settings {
        guard_loss: Span::from_ms(10),
        unblocking_window: Span::from_ms(150),
        ..article(Scheme::Dcub)
    };
    let scenario = scenario(&[Protection::Distance(unblocking)], [vec![0], vec![]]);
    let channels = channels(&[SOUND]);
    let all = inceptions(&scenario, &channels, 0, SimTime(3000 * MS));
    // Data from 20 ms on, 3 ms to the relay, the window open until then.
    assert_eq!(all, Some(over(20 + 3 + 10 + 150, 3000)));
    let short = inceptions(&scenario, &channels, 0, SimTime(100 * MS));
    assert_eq!(short, Some(over(20, 100)));
    let all = protections(&scenario, &channels, all.unwrap());
    assert!(all[0].ok, "{all:?}");
}

#[test]
fn a_circuit_within_its_budget_fails_where_its_relays_are_late() {
    let slow = distance::Settings {
        pickup: Span::from_ms(40),
        ..article(Scheme::Pott)
    };
    for (settings, verdict, cause) in [
        (article(Scheme::Pott), Verdict::Pass, None),
        (slow, Verdict::Fail, Some(FailCause::RelayLate)),
    ] {
        let (mut scenario, outcome) = scenario_and_outcome(&Sample::default());
        let relays = super::scenario(&[Protection::Distance(settings)], [vec![0], vec![]]).relays;
        scenario.relays = relays;
        let found = super::verdicts(&scenario, &outcome, &outcome).unwrap();
        let mut all = judge(&scenario, &outcome);
        found.apply(&mut all);
        assert_eq!((all[0].verdict, all[0].cause), (verdict, cause));
        assert_eq!(found.lines(), [0]);
        assert_eq!(found.line_verdict(0), verdict);
    }
}

#[test]
fn without_lines_nothing_is_judged() {
    let (scenario, outcome) = scenario_and_outcome(&Sample::default());
    assert!(super::verdicts(&scenario, &outcome, &outcome).is_none());
}

#[test]
fn a_hole_that_the_run_ends_in_is_no_fault_of_the_relays_unless_something_fails() {
    let scenario = scenario(&[pott()], [vec![0], vec![]]);
    let ends_in = |hole_ms: u64| {
        let forth: Pieces<'_> = &[(20, None), (3000 - hole_ms, Some(10_000)), (3000, None)];
        channels(&[[forth, SOUND[1]]])
    };
    let end = SimTime(3000 * MS);
    let to = |channels: &Channels| inceptions(&scenario, channels, 0, end).unwrap().to;
    // The last bit put out was sent 10 ms before; 16.667 + 3 + 3 + 70 ms ahead of it.
    let known = SimTime(2980 * MS - 92_666_666_667 - 1);
    assert_eq!(to(&ends_in(10)), known);
    let failing = super::channels::inceptions_failing(&scenario, &ends_in(10), 0, end);
    assert_eq!(failing.unwrap().to, end);
    // A channel that is dead for longer than backup takes is judged: 400 ms more.
    let judged = SimTime(3000 * MS - 92_666_666_667 - 400 * MS);
    assert_eq!(to(&ends_in(1000)), judged);
    let dead = ends_in(1000);
    let row = lines(&scenario, &dead, over(50, 2500)).remove(0);
    assert_eq!(row.cleared.clearing, Clearing::Backup);
}
