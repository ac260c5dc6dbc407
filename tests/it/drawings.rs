//! Drawings of a run and of a case, on a ring of six: what they show, and where the crossover lies.
//!
//! Circuit "P short" of one line from A to B crosses the link A-B, which fails at 500 ms; its bypass
//! goes the other way round. "Q long" always does, and nothing fails there. POTT with 16 ms of
//! pickup, 3 ms of processing at each end, breakers of 50 ms; to be cleared in five cycles of 60 Hz.

use std::fs;

use pilotwire::analysis::enumeration::{Asked, enumerate};
use pilotwire::analysis::failures::gaps::{Hole, holes};
use pilotwire::analysis::relays::{Channels, drawn::curves};
use pilotwire::analysis::study::{Manner, Study};
use pilotwire::analysis::transients::calm;
use pilotwire::engine::{Options, run};
use pilotwire::mpls::outage::Stretch;
use pilotwire::relay::clearing::late;
use pilotwire::relay::command::{Command, OnFailure, Replacement};
use pilotwire::relay::distance::{Scheme, Settings};
use pilotwire::relay::{Line, Protection, Reach};
use pilotwire::report::failures::{FailuresReport, files as case_files};
use pilotwire::report::manifest::Output;
use pilotwire::report::pretty::{Style, render};
use pilotwire::report::{Report, folder};
use pilotwire::scenario::relays::{CircuitRelay, Relays};
use pilotwire::scenario::{Overrides, Scenario, load};
use pilotwire::units::{SimTime, Span};

const LIMIT: Span = Span::from_ps(83_333_333_333);
const EVENT: &str = "[[event]]\nat = \"500 ms\"\nfail = { link = \"A-B\" }\n";

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

fn line() -> Line {
    Line {
        name: "500 kV <A> & \"B\"".into(),
        ends: ["A".into(), "B".into()],
        load_ma: 800_000,
        through_fault_ma: 8_000_000,
        reach: Reach {
            zone1: Some(800_000_000),
            zone2: Some(1_200_000_000),
            zone3: None,
        },
        breaker: Span::from_ms(50),
        breaker_failure: Span::from_ms(150),
        external_clearing: Span::from_ms(70),
        clear_within: LIMIT,
        parallel: false,
        groups: [vec![0], vec![1]],
    }
}

fn scenario(more: &str) -> Scenario {
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
        "name = \"A line on a ring\"\ntopology = \"ring.toml\"\nduration = \"2 s\"\nseed = 1\n\
         frequency = \"60 Hz\"\n[budget]\ntelecom = \"10 ms\"\n{}{}{more}",
        circuit("P short", "protection = \"facility\""),
        circuit(
            "Q long",
            "path = [\"A\", \"F\", \"E\", \"D\", \"C\", \"B\"]"
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
        lines: vec![line()],
        ..Relays::default()
    };
    scenario
}

/// Names of the drawings, each held to be well-formed, and what it says in words.
fn drawings(outputs: &[Output]) -> Vec<(String, String)> {
    let drawn = outputs.iter().filter(|one| one.name.ends_with(".svg"));
    let read = |one: &Output| {
        let text = std::str::from_utf8(&one.content).unwrap();
        let tree = roxmltree::Document::parse(text).unwrap();
        let mut nodes = tree.descendants();
        let told = nodes.find(|node| node.has_tag_name("desc")).unwrap();
        (one.name.to_string(), told.text().unwrap().to_owned())
    };
    drawn.map(read).collect()
}

#[test]
fn pass_turns_to_fail_exactly_where_the_end_of_the_hole_is_too_late_for_the_trip() {
    let scenario = scenario(EVENT);
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let channels = Channels::of_run(&scenario, &outcome);
    let over = Stretch {
        from: SimTime::ZERO + Span::from_ms(300),
        to: SimTime::ZERO + Span::from_ms(900),
    };
    let curves = curves(&scenario, &channels, 0, over);
    let names: Vec<Option<usize>> = curves.iter().map(|curve| curve.circuit).collect();
    assert_eq!(names, [Some(0), Some(1), None]);
    let pair = channels.circuits[0].as_ref().unwrap();
    let cut: Vec<Hole> = pair.iter().map(|way| holes(&way.timeline)[0]).collect();
    // A command is put on the channel 16 + 3 ms behind the fault; what is the first not put out
    // comes at the end of hole and restart, and trips 3 + 50 ms later.
    let first = cut.iter().map(|hole| hole.input_from).min().unwrap();
    let last = cut
        .iter()
        .map(|hole| hole.resumed.unwrap().0)
        .max()
        .unwrap();
    let from = SimTime(first.0 - Span::from_ms(19).0);
    let to = SimTime(last.0 + Span::from_ms(53).0 - LIMIT.0);
    assert_eq!(late(&curves[0].sweep, LIMIT), [Stretch { from, to }]);
    assert!(to.since(from) > Span::from_ms(1), "{:?}", to.since(from));
    // The diverse channel passes on both sides.
    assert_eq!(late(&curves[1].sweep, LIMIT), []);
    assert_eq!(late(&curves[2].sweep, LIMIT), []);
}

#[test]
fn a_run_with_lines_and_a_failure_has_its_three_drawings_in_the_manifest() {
    let scenario = scenario(EVENT);
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let calm = calm(&scenario, &Options::default()).unwrap();
    let report = Report::over(&scenario, (&outcome, &calm), &[]);
    let outputs = folder::files(&report);
    let drawn = drawings(&outputs);
    let names: Vec<&str> = drawn.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "plots/clearing-500-kV-A-B.svg",
            "plots/crossover-500-kV-A-B.svg",
            "plots/four-clocks-1.svg",
        ]
    );
    let manifest = std::str::from_utf8(&outputs[0].content).unwrap();
    assert!(names.iter().all(|name| manifest.contains(name)));
    // 16 + 3 + 2.400672 + 3 + 50 ms.
    let total = "cleared in 74.401 ms = 4.46 cycles, to be cleared in 83.333 ms = 5.00 cycles";
    assert!(drawn[0].1.starts_with(total), "{}", drawn[0].1);
    assert!(
        drawn[0].1.contains("telecom A → B 19.000 to 21.401 ms"),
        "{}",
        drawn[0].1
    );
    assert!(
        drawn[1].1.contains("Q long: every fault cleared in time."),
        "{}",
        drawn[1].1
    );
    assert!(
        drawn[1].1.contains("P short: faults from -"),
        "{}",
        drawn[1].1
    );
    assert!(
        drawn[2].1.contains("P short a→z: packets 0.000 to "),
        "{}",
        drawn[2].1
    );
    let text = render(&report, Style { colour: false });
    assert!(
        text.contains("cycles at 60 Hz") && text.contains(total),
        "{text}"
    );
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("results");
    let owner = folder::Owner {
        schema: pilotwire::report::SCHEMA,
        name: &scenario.name,
    };
    folder::write(&path, owner, &outputs).unwrap();
    folder::write(&path, owner, &outputs).unwrap();
    assert!(path.join(names[0]).is_file());
}

#[test]
fn a_run_without_lines_and_failures_has_no_drawings() {
    let mut scenario = scenario("");
    scenario.relays = Relays::default();
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let outputs = folder::files(&Report::new(&scenario, &outcome, &[]));
    assert_eq!(drawings(&outputs), []);
}

#[test]
fn a_case_that_is_kept_has_the_same_drawings_in_real_time() {
    let scenario = scenario("");
    let manner = Manner {
        keep: true,
        ..Manner::default()
    };
    let study = Study::new(&scenario, manner);
    let all = enumerate(scenario.topology(), &Asked::default())
        .unwrap()
        .cases;
    let only: Vec<_> = all
        .into_iter()
        .filter(|case| case.id == "link A-B")
        .collect();
    let cases = study.cases(&only, &|| ());
    let report = FailuresReport::new(&study, ("one", &cases), &[], "replay");
    let drawn = drawings(&case_files(&report));
    let names: Vec<&str> = drawn.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "plots/clearing-500-kV-A-B.svg",
            "plots/crossover-500-kV-A-B.svg",
            "plots/four-clocks-1.svg",
        ]
    );
    let row = &cases[0].directions[0];
    let clocks = row.clocks.unwrap();
    let lasts = clocks.map(|clock| {
        let clock = clock.expect("every clock stops");
        clock.to.map(|to| to.since(clock.from))
    });
    let gaps = [
        row.gaps.packet,
        row.gaps.tdm,
        row.gaps.command,
        row.gaps.protection,
    ];
    assert_eq!(lasts, gaps);
    assert_eq!(clocks[0].unwrap().from, cases[0].failed);
    assert!(clocks[1].unwrap().from >= cases[0].failed);
    assert!(
        drawn[1].1.contains("P short: faults from -"),
        "{}",
        drawn[1].1
    );
}
