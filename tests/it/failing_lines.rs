//! Lines with protection in a study of failures, on a ring of six: figures by hand.
//!
//! Every link takes 100 us and 0.672 us for a C-pipe's 84 octets at 1 Gb/s, every node 150 us. Both
//! circuits are those of one line from A to B. The one of group A crosses A-B; its bypass the five
//! other links; loss of signal is seen after 10 ms and repaired in 5 ms. The one of group B goes the
//! other way round and has no bypass. Both take P = 1 ms and k = 2: 2.400672 ms over one link,
//! 3.40336 ms over five.
//!
//! POTT with 16 ms of pickup, 3 ms of processing at each end, breakers of 50 ms: a fault close to
//! one end is cleared at the other in 72 ms and what the command takes.

use std::fs;
use std::path::Path;

use pilotwire::analysis::enumeration::{Asked, enumerate};
use pilotwire::analysis::failures::gaps::holes;
use pilotwire::analysis::failures::in_real_time;
use pilotwire::analysis::relays::{Cleared, Clearing};
use pilotwire::analysis::study::{CaseResult, LineResult, LineState, Manner, Study};
use pilotwire::analysis::verdict::Verdict;
use pilotwire::mpls::outage::{FOR_EVER, Stretch};
use pilotwire::relay::command::{Command, OnFailure, Replacement};
use pilotwire::relay::distance::{Scheme, Settings};
use pilotwire::relay::{Line, Protection, Reach};
use pilotwire::report::failures::{FailuresReport, json, pretty};
use pilotwire::report::pretty::Style;
use pilotwire::scenario::relays::{CircuitRelay, Relays};
use pilotwire::scenario::{Circuit, Overrides, Scenario, load};
use pilotwire::units::Span;

const SHORT: Span = Span::from_ns(2_400_672);
const LONG: Span = Span::from_ns(3_403_360);
/// Detection, both relays, breaker.
const REST: Span = Span::from_ms(72);
/// Detection, zone 2, breaker.
const BACKUP: Span = Span::from_ms(16 + 400 + 50);
/// Five cycles of 60 Hz.
const LIMIT: Span = Span::from_ps(83_333_333_333);

fn pott() -> Protection {
    Protection::Distance(Settings {
        scheme: Scheme::Pott,
        command: Command {
            send: Span::from_ms(3),
            receive: Span::from_ms(3),
            message: Span::ZERO,
            recovery: Span::ZERO,
            fail_after: Span::from_ms(20),
            on_failure: OnFailure::Off,
            replacement: Replacement::Rejected,
        },
        directions: [true; 2],
        pickup: Span::from_ms(16),
        reset: Span::ZERO,
        zone2_delay: Span::from_ms(400),
        coordination: Span::ZERO,
        send_minimum: Span::ZERO,
        block_extension: Span::ZERO,
        reversal_guard: Span::ZERO,
        weak: None,
        echo_delay: Span::ZERO,
        guard_loss: Span::ZERO,
        unblocking_window: Span::ZERO,
    })
}

fn line(groups: [Vec<usize>; 2]) -> Line {
    Line {
        name: "A - B".into(),
        ends: ["A".into(), "B".into()],
        load_ma: 800_000,
        through_fault_ma: 8_000_000,
        reach: Reach {
            zone1: Some(800_000_000),
            zone2: Some(1_200_000_000),
            zone3: Some(1_000_000_000),
        },
        breaker: Span::from_ms(50),
        breaker_failure: Span::from_ms(150),
        external_clearing: Span::from_ms(70),
        clear_within: LIMIT,
        parallel: false,
        groups,
    }
}

/// Circuit 0 takes the short way, circuit 1 the long one.
fn scenario(groups: [Vec<usize>; 2]) -> Scenario {
    let mut topology = String::from("name = \"Ring of six\"\npreset = \"altalink-2011\"\n");
    for node in ["A", "B", "C", "D", "E", "F"] {
        topology.push_str(&format!("[[node]]\nname = \"{node}\"\n"));
    }
    for ends in ["AB", "BC", "CD", "DE", "EF", "FA"] {
        let (a, z) = ends.split_at(1);
        topology.push_str(&format!(
            "[[link]]\nname = \"{a}-{z}\"\nends = [\"{a}\", \"{z}\"]\nmedium = \"fibre\"\n\
             propagation = \"100 us\"\nrate = \"1 Gb/s\"\n"
        ));
    }
    let circuit = |name: &str, more: &str| {
        format!(
            "[[circuit]]\nname = \"{name}\"\nends = [\"A\", \"B\"]\nscheme = \"POTT\"\n\
             timeslots = 1\npayload = \"8 B\"\njitter_buffer = \"4 ms\"\n\
             playout = \"fill-half\"\nclass = \"EF\"\n{more}\n"
        )
    };
    let text = format!(
        "name = \"A line on a ring\"\ntopology = \"ring.toml\"\nduration = \"1 s\"\nseed = 1\n\
         frequency = \"60 Hz\"\n[budget]\ntelecom = \"10 ms\"\n{}{}",
        circuit("P short", "protection = \"facility\""),
        circuit(
            "Q long",
            "path = [\"A\", \"F\", \"E\", \"D\", \"C\", \"B\"]\nprotection = \"none\""
        ),
    );
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("ring.toml"), topology).unwrap();
    fs::write(home.path().join("s.toml"), text).unwrap();
    let loaded = load(&home.path().join("s.toml"), &Overrides::default());
    let mut scenario = loaded.scenario.expect("no errors");
    let relay = CircuitRelay {
        profile: None,
        protection: pott(),
        check_bits: None,
    };
    scenario.relays = Relays {
        written: true,
        circuits: vec![Some(relay); 2],
        requirements: vec![Vec::new(); 2],
        lines: vec![line(groups)],
        ..Relays::default()
    };
    scenario
}

/// All single failures.
fn studied(study: &Study<'_>) -> Vec<CaseResult> {
    let all = enumerate(study.scenario.topology(), &Asked::default()).unwrap();
    study.cases(&all.cases, &|| ())
}

fn of<'c>(cases: &'c [CaseResult], id: &str) -> &'c CaseResult {
    cases.iter().find(|case| case.case.id == id).unwrap()
}

fn only(case: &CaseResult) -> &LineResult {
    assert_eq!(case.lines.len(), 1);
    &case.lines[0]
}

fn group(state: &LineState, index: usize) -> &Cleared {
    &state.line.groups[index].as_ref().unwrap().cleared
}

/// The longest a command takes that is keyed while the failure happens, in either direction.
fn command(case: &CaseResult, circuit: usize) -> Option<Span> {
    let rows = case.directions.iter().filter(|row| row.circuit == circuit);
    let delays: Option<Vec<Span>> = rows.map(|row| row.stages[1].delay_max).collect();
    delays?.into_iter().max()
}

#[test]
fn a_fault_at_the_first_instant_of_the_hole_waits_for_its_end_and_the_other_group_clears_it() {
    let scenario = scenario([vec![0], vec![1]]);
    let study = Study::new(&scenario, Manner::default());
    let steady = study.steady_line(0).unwrap();
    assert_eq!(group(steady, 0).worst, Some(REST + SHORT));
    assert_eq!(group(steady, 1).worst, Some(REST + LONG));
    assert_eq!(steady.line.state(), "both");
    let cases = studied(&study);
    let case = of(&cases, "link A-B");
    let result = only(case);
    let met = result.met.as_ref().unwrap();
    let late = group(&met.during, 0);
    // The hole that the four gaps tell, in real time.
    let command = command(case, 0).unwrap();
    assert!(command > Span::from_ms(15), "{command}");
    assert_eq!(late.worst, Some(REST + command));
    assert_eq!(late.clearing, Clearing::Late);
    assert_eq!(met.during.line.state(), "B");
    assert_eq!(met.during.line.cleared.worst, Some(REST + LONG));
    // On the bypass and back the circuit keeps the delay of its start, or that of its restart.
    let after = group(&met.after, 0).worst.unwrap();
    assert!(REST + SHORT <= after && after <= REST + LONG, "{after}");
    assert_eq!(met.after.line.state(), "both");
    assert_eq!(result.verdict, Verdict::Pass);
}

#[test]
fn a_line_with_one_group_fails_where_that_is_late() {
    let scenario = scenario([vec![0], Vec::new()]);
    let study = Study::new(&scenario, Manner::default());
    let cases = studied(&study);
    let case = of(&cases, "link A-B");
    let met = only(case).met.as_ref().unwrap();
    assert_eq!(met.during.line.state(), "none");
    assert_eq!(only(case).verdict, Verdict::Fail);
    assert_eq!(case.verdict(), Verdict::Fail);
    // Nothing of it crosses the links of the other.
    let spared = only(of(&cases, "link D-E"));
    assert_eq!((spared.verdict, &spared.met), (Verdict::Pass, &None));
}

#[test]
fn a_circuit_that_no_protection_brings_back_leaves_its_group_to_zone_2_and_the_line_to_the_other() {
    let scenario = scenario([vec![0], vec![1]]);
    let study = Study::new(&scenario, Manner::default());
    let cases = studied(&study);
    for id in ["link C-D", "node D"] {
        let result = only(of(&cases, id));
        let met = result.met.as_ref().unwrap();
        for (name, state) in [("during", &met.during), ("after", &met.after)] {
            let without = group(state, 1);
            assert_eq!(without.worst, Some(BACKUP), "{id} {name}");
            assert_eq!(without.clearing, Clearing::Backup);
            assert_eq!(state.line.state(), "A");
            assert_eq!(state.line.cleared.worst, Some(REST + SHORT));
        }
        assert_eq!(result.verdict, Verdict::Pass);
    }
}

#[test]
fn both_groups_at_once_fail_the_line_and_the_report_says_who_and_why() {
    // Both circuits in one duct, so to speak: node A ends them both, and is none of their failures;
    // so group B is the same circuit as group A.
    let scenario = scenario([vec![0], vec![0]]);
    let study = Study::new(&scenario, Manner::default());
    let cases = studied(&study);
    let report = FailuresReport::new(&study, ("all", &cases), &[], "pilotwire failures s.toml");
    let counts = report.counts();
    let lines = counts.lines.unwrap();
    assert_eq!((lines.lines_total, lines.lines_failed), (1, 1));
    assert_eq!(lines.line_cases_failed, 3, "A-B and both terminals");
    let text = pretty::render(&report, 10, Style { colour: false });
    assert!(text.starts_with("  lines in normal operation"), "{text}");
    let slow = "during  A P short late: no message";
    assert!(text.contains(slow), "{text}");
    let last = pretty::last_line(counts, &report.result_hash, "r/");
    assert!(
        last.contains(" · 1 of 1 lines FAIL in 3 cases · "),
        "{last}"
    );
    let json: serde_json::Value = serde_json::from_str(&json::render(&report)).unwrap();
    let case = json["cases"].as_array().unwrap();
    let case = case.iter().find(|case| case["id"] == "link A-B").unwrap();
    assert_eq!(case["lines"][0]["during"]["state"], "none");
    assert_eq!(case["verdict"], "FAIL");
    let [relays, lines] = report.lines_csv.as_ref().unwrap();
    let rows = |text: &str| text.lines().count();
    assert_eq!(rows(lines), 1 + 1 + 2 * cases.len());
    assert_eq!(rows(relays), 1 + 1 + 2 * 3, "{relays}");
}

/// The longest hole of every direction that a case touches and leaves a way: on the axis of real
/// time, and as the four gaps tell it.
fn holes_of(scenario: &Scenario, wanted: fn(&Circuit) -> bool) -> Vec<[Option<Span>; 2]> {
    let manner = Manner {
        keep: true,
        ..Manner::default()
    };
    let study = Study::new(scenario, manner);
    let mut compared = Vec::new();
    for case in &studied(&study) {
        let rows = case
            .directions
            .iter()
            .filter(|row| row.touched && !row.cut_off);
        for row in rows.filter(|row| wanted(&scenario.circuits[row.circuit])) {
            let table = case.timetable.as_ref().unwrap();
            let lasts = row.gaps.packet;
            let packet = [Stretch {
                from: case.failed,
                to: lasts.map_or(FOR_EVER, |lasts| case.failed + lasts),
            }];
            let simulated = row.timeline.as_ref().unwrap();
            let stream = scenario.circuits[row.circuit].directions[0].stream();
            let packet = stream.map(|_| packet.as_slice());
            let real = in_real_time(simulated, &table.clock, packet);
            assert_eq!(real.end(), table.clock.real(simulated.end()));
            let all = holes(&real).into_iter();
            let all = all.filter(|hole| hole.from >= case.failed);
            let lengths = all.map(|hole| Some(hole.resumed?.0.since(hole.from)));
            let lengths: Option<Vec<Span>> = lengths.collect();
            let longest = lengths.map(|all| all.into_iter().max().unwrap_or_default());
            compared.push([longest, row.gaps.command]);
        }
    }
    compared
}

#[test]
fn on_the_axis_of_real_time_the_longest_hole_is_the_one_that_the_gaps_tell() {
    let ring = holes_of(&scenario([vec![0], vec![1]]), |_| true);
    assert!(ring.iter().all(|[real, told]| real == told), "{ring:?}");
    let told = || ring.iter().map(|[_, told]| *told);
    assert!(told().any(|gap| gap.is_some_and(|gap| gap > Span::from_ms(15))));
    assert!(told().any(|gap| gap.is_none()), "nothing brings it back");
    // Timeslots without a ring are dark until the element is repaired, 600 s later.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tdm-vs-packet.toml");
    let shipped = load(Path::new(file), &Overrides::default());
    let timeslots = |circuit: &Circuit| circuit.directions[0].stream().is_none();
    let dark = holes_of(&shipped.scenario.unwrap(), timeslots);
    assert!(dark.iter().all(|[real, told]| real == told), "{dark:?}");
    let long = |gap: Option<Span>| gap.is_some_and(|gap| gap >= Span::from_s(600));
    assert!(dark.iter().any(|[real, _]| long(*real)), "{dark:?}");
}

#[test]
fn without_lines_nothing_is_said_of_them() {
    let mut scenario = scenario([vec![0], vec![1]]);
    scenario.relays = Relays::default();
    let study = Study::new(&scenario, Manner::default());
    let cases = studied(&study);
    let report = FailuresReport::new(&study, ("all", &cases), &[], "pilotwire failures s.toml");
    assert_eq!((report.counts().lines, &report.lines_csv), (None, &None));
    let text = json::render(&report);
    assert!(!text.contains("\"lines"), "{text}");
    let text = pretty::render(&report, 10, Style { colour: false });
    assert!(text.starts_with("  all\n"), "{text}");
}
