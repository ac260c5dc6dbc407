//! The shipped scenarios in which something fails say what their comments say.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use pilotwire::channel::Content;
use pilotwire::engine::{Options, Outcome, StreamOutcome, run};
use pilotwire::scenario::{Loaded, Overrides, Scenario, load};
use serde_json::Value;

const US: u64 = 1_000_000;
const MS: u64 = 1_000 * US;
const SECOND: u64 = 1_000 * MS;

fn loaded(name: &str) -> Loaded {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    load(&root.join("scenarios").join(name), &Overrides::default())
}

struct Ran {
    scenario: Scenario,
    outcome: Outcome,
}

fn ran(name: &str) -> Ran {
    let scenario = loaded(name).scenario.expect("it loads");
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    Ran { scenario, outcome }
}

impl Ran {
    /// Both directions of a circuit.
    fn circuit(&self, name: &str) -> [&StreamOutcome; 2] {
        let circuits = &self.scenario.circuits;
        let found = circuits.iter().find(|one| one.name == name);
        let directions = &found.expect("the circuit").directions;
        [0, 1].map(|side: usize| {
            let stream = directions[side].stream().expect("over packets");
            &self.outcome.streams[stream.0 as usize]
        })
    }

    /// Packets lost, starts of play-out, and from 1 s to data again, of both directions.
    fn story(&self, name: &str) -> [(u64, u64, Option<u64>); 2] {
        self.circuit(name).map(|one| {
            let starts = one.received.as_ref().expect("a pseudowire").starts;
            (one.sent - one.delivered, starts, back_after(one))
        })
    }

    /// One-way delay of what came out last, a→z less z→a.
    fn asymmetry(&self, name: &str) -> i64 {
        let [there, back] = self.circuit(name).map(|one| {
            let line = &one.received.as_ref().expect("a pseudowire").timeline;
            let last = line.delays().last().expect("data").1.0;
            i64::try_from(last).expect("within 106 days")
        });
        there - back
    }
}

/// From the failure at 1 s until data comes again; `None` where it never ceased.
fn back_after(stream: &StreamOutcome) -> Option<u64> {
    let line = &stream.received.as_ref().expect("a pseudowire").timeline;
    let segments = line.segments();
    let idle = |content| matches!(content, Content::Idle { .. });
    let first = segments
        .iter()
        .position(|one| one.from.0 > SECOND && idle(one.content))?;
    let data = segments[first..].iter().find(|one| !idle(one.content))?;
    Some(data.from.0 - SECOND)
}

#[test]
fn a_bypass_round_the_broken_ground_wire_is_there_before_the_relay_keys() {
    // One cycle of 60 Hz and 3 ms.
    let keyed = 19_666_666_666;
    let ran = ran("opgw-break.toml");
    for (lost, starts, back) in ran.story("87L KEE-ELL facility") {
        // 10 ms of detection and 5 ms of repair.
        assert!((15..=16).contains(&lost), "{lost}");
        assert_eq!(starts, 2);
        assert!((15 * MS..keyed).contains(&back.unwrap()), "{back:?}");
    }
    for (_, starts, back) in ran.story("87L KEE-ELL hitless") {
        assert_eq!((starts, back), (1, None));
    }
    for (lost, starts, back) in ran.story("87L KEE-ELL radio") {
        assert_eq!((lost, starts, back), (0, 1, None));
    }
    for (_, starts, back) in ran.story("POTT KEE-ELL routed") {
        // Its stations see the cut after 10 ms; wait, computation and table take 160 ms.
        assert_eq!(starts, 2);
        assert!(back.unwrap() > 170 * MS, "{back:?}");
    }
    for (lost, starts, _) in ran.story("POTT KEE-ELL slow packets") {
        assert!((1..=2).contains(&lost), "{lost} of 8 ms in 15 ms");
        assert_eq!(starts, 1);
    }
    for (lost, ..) in ran.story("POTT SUN-HRT standby") {
        assert!((16..=18).contains(&lost), "and word to the head end");
    }
}

#[test]
fn the_fault_cuts_the_fibre_in_its_ground_wire_and_nothing_else() {
    let ran = ran("opgw-break.toml");
    let cut: Vec<&str> = (ran.scenario.ports.iter().zip(&ran.scenario.plan.ports))
        .filter(|(_, port)| !port.cuts.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(cut, ["KEE-ELL a-z", "KEE-ELL z-a"]);
}

#[test]
fn loss_of_light_beats_bfd_and_bfd_at_100_ms_beats_nobody() {
    let ran = ran("bfd-vs-los.toml");
    // Detection, 5 ms of repair, and up to one packet more by phase.
    for (name, [least, most]) in [
        ("87L 1 light", [15, 16]),
        ("87L 2 BFD 10 ms", [25, 36]),
        ("87L 3 BFD 100 ms", [205, 306]),
    ] {
        for (lost, starts, _) in ran.story(name) {
            assert!((least..=most).contains(&lost), "{name}: {lost}");
            assert_eq!(starts, 2, "{name}");
        }
    }
}

#[test]
fn a_fade_in_one_direction_leaves_asymmetry_on_a_healthy_radio() {
    let ran = ran("unidirectional-fade.toml");
    let [there, back] = ran.story("87L A-B 1 ms");
    // 10 ms, 45 km at 3.336 us/km and 1 ms, 5 ms: 16.150 ms; nothing of the other direction.
    assert!((16..=17).contains(&there.0), "{there:?}");
    assert_eq!(there.1, 2);
    assert_eq!(back, (0, 1, None));
    // Fibre: 3 x 150 us, 2 x 0.672, 110 km x 4.9. Radio: 2 x 150 us, 64 octets at 129 Mb/s, 81 us
    // and 150.12 us.
    let fibre = 450 * US + 1_344_000 + 539 * US;
    let radio = 300 * US + 3_968_993 + 81 * US + 150_120_000;
    let difference = i64::try_from(fibre - radio).unwrap();
    assert_eq!(ran.asymmetry("87L A-B 1 ms"), difference);
    let [there, back] = ran.story("87L A-B 8 ms");
    assert!((2..=3).contains(&there.0) && there.1 == 1, "{there:?}");
    assert_eq!(back, (0, 1, None));
    assert_eq!(ran.asymmetry("87L A-B 8 ms"), 0);
}

#[test]
fn the_two_directions_of_a_one_way_failure_go_over_at_different_instants() {
    let ran = ran("unidirectional-fade.toml");
    let circuits = &ran.scenario.circuits;
    let circuit = circuits.iter().find(|one| one.name == "87L A-B 1 ms");
    let turned = [0, 1].map(|side: usize| {
        let stream = circuit.unwrap().directions[side].stream().unwrap();
        let stream = &ran.scenario.plan.streams[stream.0 as usize];
        let graph = stream.graph.as_ref().expect("it moves");
        graph.entry.turns()[1].from.0
    });
    // Both ends are heads and points of local repair. B sees it; A learns 150.12 us and 1 ms later.
    assert_eq!(turned[1], SECOND + 15 * MS);
    assert_eq!(turned[0], turned[1] + 150_120_000 + MS);
}

#[test]
fn two_copies_in_one_duct_are_warned_of_and_then_gone() {
    let loaded = loaded("srlg-trap.toml");
    let warned: Vec<&str> = (loaded.findings.iter())
        .filter(|one| one.code == Some("TP004"))
        .map(|one| one.title.as_str())
        .collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("87L trapped"), "{warned:?}");
    let ran = ran("srlg-trap.toml");
    for (_, starts, back) in ran.story("87L trapped") {
        // Seen after 10 ms; signalled over two links of 294 us and a message each.
        assert_eq!(starts, 2);
        assert!(back.unwrap() > 10 * MS + 2 * 1294 * US, "{back:?}");
    }
    for (_, starts, back) in ran.story("87L clear") {
        assert_eq!((starts, back), (1, None));
    }
    for (lost, starts, _) in ran.story("87L facility") {
        assert!((15..=16).contains(&lost), "{lost}");
        assert_eq!(starts, 2);
    }
}

#[test]
fn nothing_fails_in_service_under_any_kind_of_protection() {
    for name in ["pilot-n1.toml", "pilot-n2.toml", "hitless-vs-frr.toml"] {
        let ran = ran(name);
        let judged = pilotwire::analysis::verdict::judge(&ran.scenario, &ran.outcome);
        for one in judged {
            let circuit = &ran.scenario.circuits[one.circuit].name;
            assert_eq!(one.cause, None, "{name}: {circuit}");
        }
    }
}

// --- What `failures` says ----------------------------------------------------------------------

/// What the command prints.
fn printed(name: &str, more: &[&str]) -> Vec<u8> {
    let out = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_pilotwire"))
        .arg("failures")
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("scenarios")
                .join(name),
        )
        .arg("--out")
        .arg(out.path().join("out"))
        .args(more)
        .output();
    output.expect("it runs").stdout
}

/// Every entry of every case: case id, entry.
fn studied(name: &str, more: &[&str]) -> Vec<(String, Value)> {
    let json = printed(name, &[&["--format", "json"], more].concat());
    let report: Value = serde_json::from_slice(&json).expect("JSON");
    let cases = report["cases"].as_array().expect("cases").iter();
    let entries = cases.flat_map(|case| {
        let id = case["id"].as_str().expect("an id").to_owned();
        let entries = case["circuits"].as_array().expect("circuits").clone();
        entries.into_iter().map(move |entry| (id.clone(), entry))
    });
    entries.collect()
}

#[test]
fn bandwidth_stands_beside_gaps_and_asymmetry_in_one_table() {
    let text = String::from_utf8(printed("hitless-vs-frr.toml", &[])).expect("text");
    let row = |name: &str, kind: &str| {
        let lines = text.lines().map(|line| line.split_whitespace().collect());
        let mut rows = lines.filter(|words: &Vec<&str>| {
            words.len() > 3 && words.join(" ").starts_with(&format!("{name} {kind} "))
        });
        rows.next().expect("a row").join(" ")
    };
    // 84 octets every millisecond; the rest of the ring is 588 us longer.
    let hitless = row("87L hitless", "hitless");
    assert!(hitless.starts_with("87L hitless hitless 2 × 672 kb/s 0.000 0.000 0.000"));
    assert!(hitless.ends_with(" +0.588"), "{hitless}");
    let facility = row("87L facility", "facility");
    assert!(
        facility.starts_with("87L facility facility 672 kb/s 15.000"),
        "{facility}"
    );
    assert!(row("87L TDM ring", "ring").starts_with("87L TDM ring ring 2 × 64 kb/s 15.000"));
}

#[test]
fn of_all_kinds_hitless_alone_has_no_gap_in_any_single_failure() {
    let mut longest: BTreeMap<String, u64> = BTreeMap::new();
    for (case, entry) in studied("hitless-vs-frr.toml", &[]) {
        assert_eq!(entry["cut_off"], false, "{case}");
        let gap = entry["command_gap_ps"].as_u64().expect("it ends");
        let worst = longest.entry(entry["name"].as_str().unwrap().to_owned());
        let worst = worst.or_default();
        *worst = gap.max(*worst);
    }
    assert_eq!(longest.remove("87L hitless"), Some(0));
    // Nine packets of 0.5 ms later the tenth is missing, and play-out starts on the second that
    // comes.
    let tight = longest.remove("87L hitless tight").unwrap();
    assert!((5 * MS..6 * MS).contains(&tight), "{tight}");
    assert_eq!(longest.len(), 6);
    for (name, gap) in longest {
        assert!((15 * MS..30 * MS).contains(&gap), "{name}: {gap}");
    }
}

#[test]
fn a_bypass_of_the_pilot_ends_the_hole_after_15_ms_and_a_table_after_170() {
    let gap = |case: &str, circuit: &str| {
        let entries = studied("pilot-n1.toml", &["--case", case]);
        let of = entries.iter().filter(|(_, one)| one["name"] == circuit);
        let gaps: Vec<u64> = of.map(|(_, one)| one["gap_ps"].as_u64().unwrap()).collect();
        assert_eq!(gaps.len(), 2, "{circuit}");
        gaps
    };
    // Loss of light 10 ms and repair 5 ms; for LDP 10 ms, 50 + 10 ms of computation, 100 ms of
    // table in place of the repair, where the sender of the cut link has a neighbour that does not
    // send back.
    assert_eq!(gap("link KEE-ELL", "87L KEE-ELL"), [15 * MS; 2]);
    assert_eq!(gap("link BIG-GAE", "DCB BIG-GAE"), [15 * MS; 2]);
    for gap in gap("link ECR-JAN", "PUTT JAN-ECR") {
        assert!(gap >= 170 * MS, "{gap}");
    }
}
