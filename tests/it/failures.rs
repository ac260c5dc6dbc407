//! The command `failures` on a ring of six, and failures within a run: figures by hand.
//!
//! Every link takes 100 us and 0.672 us for a C-pipe's 84 octets at 1 Gb/s, every node 150 us. The
//! circuit A–B (8 frames a packet, so P = 1 ms; started by its second packet, so 1 ms of slack)
//! crosses A-B; its bypass crosses the five other links, with one label more, which padding hides
//! (TV10). Loss of signal is seen after 10 ms and repaired in 5 ms.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const NS: u64 = 1000;
const US: u64 = 1000 * NS;
const MS: u64 = 1000 * US;

/// Two nodes, 0.672 us and 100 us.
const NORMAL: u64 = 400_672 * NS;
/// Six nodes and five links.
const ROUND: u64 = 6 * 150 * US + 5 * 100_672 * NS;
/// What play-out adds: k · P.
const EDGE: u64 = 2 * MS;

fn topology() -> String {
    let mut text = String::from("name = \"Ring of six\"\npreset = \"altalink-2011\"\n");
    for node in ["A", "B", "C", "D", "E", "F"] {
        text.push_str(&format!("[[node]]\nname = \"{node}\"\n"));
    }
    for [a, z] in [
        ["A", "B"],
        ["B", "C"],
        ["C", "D"],
        ["D", "E"],
        ["E", "F"],
        ["F", "A"],
    ] {
        text.push_str(&format!(
            "[[link]]\nname = \"{a}-{z}\"\nends = [\"{a}\", \"{z}\"]\nmedium = \"fibre\"\n\
             propagation = \"100 us\"\nrate = \"1 Gb/s\"\n"
        ));
    }
    text
}

fn scenario(more: &str) -> String {
    format!(
        "name = \"One circuit on a ring\"\ntopology = \"ring.toml\"\nduration = \"1 s\"\nseed = 1\n\
         frequency = \"60 Hz\"\n[budget]\ntelecom = \"10 ms\"\n[[circuit]]\nname = \"P\"\n\
         ends = [\"A\", \"B\"]\nscheme = \"POTT\"\ntimeslots = 1\npayload = \"8 B\"\n\
         jitter_buffer = \"4 ms\"\nplayout = \"fill-half\"\nclass = \"EF\"\n\
         protection = \"facility\"\n{more}"
    )
}

struct Home(TempDir);

impl Home {
    fn new(more: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.0.path().join("ring.toml"), topology()).unwrap();
        fs::write(home.0.path().join("s.toml"), scenario(more)).unwrap();
        home
    }

    fn pilotwire(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pilotwire"))
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    fn failures(&self, arguments: &[&str]) -> Value {
        let fixed = ["failures", "s.toml", "--format", "json", "--quiet"];
        let output = self.pilotwire(&[&fixed, arguments].concat());
        assert_eq!(output.status.code(), Some(10), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn case<'v>(report: &'v Value, id: &str) -> &'v Value {
    let cases = report["cases"].as_array().unwrap();
    cases.iter().find(|case| case["id"] == id).unwrap()
}

fn ids(report: &Value, kind: &str) -> Vec<String> {
    let cases = report["cases"].as_array().unwrap().iter();
    let of_kind = cases.filter(|case| case["kind"] == kind);
    of_kind
        .map(|case| case["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_cut_link_gives_the_holes_and_delays_worked_out_by_hand() {
    let report = Home::new("").failures(&[]);
    let cut = case(&report, "link A-B");
    assert_eq!(
        (&cut["kind"], &cut["element"]),
        (&"link".into(), &"A-B".into())
    );
    let rows = cut["circuits"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "one entry per circuit and direction");
    for (row, direction) in rows.iter().zip(["a-z", "z-a"]) {
        assert_eq!(
            (&row["name"], &row["direction"]),
            (&"P".into(), &direction.into())
        );
        assert_eq!(row["cut_off"], false);
        let number = |key: &str| row[key].as_u64().unwrap();
        assert_eq!(number("detection_ps"), 10 * MS);
        assert_eq!(number("switch_over_ps"), 5 * MS);
        assert_eq!(number("gap_ps"), 15 * MS);
        // Packets created in 15 ms and 100.672 us less the 150 us of the ingress node, all told
        // 15.100672 ms: 15 or 16 of them, by phase.
        assert_eq!(number("lost"), 16);
        assert_eq!(number("tdm_gap_ps"), 16 * MS);
        let command = 16 * MS + ROUND - NORMAL;
        assert_eq!(number("command_gap_ps"), command);
        // Five good messages, one each quarter cycle of 60 Hz, rounded up to 4166.666667 us.
        assert_eq!(number("protection_gap_ps"), command + 5 * 4_166_666_667);
        assert_eq!(row["asymmetry_reachable_ps"], 1_002_688 * NS);
        assert_eq!(
            row["slack_left_ps"], -2_688_000_i64,
            "1 ms less 1.002688 ms"
        );
        let stages = row["stages"].as_array().unwrap();
        let told: Vec<(&str, u64, &str)> = stages
            .iter()
            .map(|stage| {
                assert_eq!(stage["asymmetry_ps"], 0, "both directions restart");
                let delay = stage["delay_max_ps"].as_u64().unwrap();
                let text = |key: &str| stage[key].as_str().unwrap();
                (text("stage"), delay, text("verdict"))
            })
            .collect();
        // It remembers where it started: the delay stays after the revert.
        let want = [
            ("steady", EDGE + NORMAL, "PASS"),
            ("during", EDGE + NORMAL + command, "FAIL"),
            ("after-switch", EDGE + ROUND, "PASS"),
            ("after-reconvergence", EDGE + ROUND, "PASS"),
            ("after-revert", EDGE + ROUND, "PASS"),
        ];
        assert_eq!(told, want);
    }
}

#[test]
fn cases_are_as_many_as_the_formula_says_and_cut_off_is_what_the_ring_says() {
    let home = Home::new("");
    let single = home.failures(&[]);
    assert_eq!(single["formula"], "6 links + 6 nodes + 0 groups = 12 cases");
    assert_eq!(single["cases_total"], 12);
    let both = home.failures(&["--n2", "--directions"]);
    let count = |kind: &str| ids(&both, kind).len();
    let kinds = ["link", "node", "direction", "link+link"];
    assert_eq!(kinds.map(count), [6, 6, 12, 6 * 5 / 2]);
    let cut_off = |case: &Value| {
        let rows = case["circuits"].as_array().unwrap().iter();
        rows.filter(|row| row["cut_off"] == true).count()
    };
    let mut counts = BTreeMap::new();
    for case in both["cases"].as_array().unwrap() {
        *counts.entry(case["kind"].as_str().unwrap()).or_insert(0) += cut_off(case);
    }
    // Both directions: at the two ends themselves, and in pairs of A-B with any other link.
    let want = [
        ("direction", 0),
        ("link", 0),
        ("link+link", 2 * 5),
        ("node", 2 * 2),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), want);
    let lost = case(&both, "link A-B + link D-E");
    let row = &lost["circuits"][0];
    // Nobody can tell A of D-E by then: the packets run into it, and 600 s later all is repaired.
    assert!(
        row["gap_ps"].as_u64().is_none_or(|gap| gap > 600_000 * MS),
        "{row}"
    );
}

#[test]
fn the_number_of_threads_and_the_engine_change_no_octet() {
    let home = Home::new("");
    let csv = |arguments: &[&str]| {
        let fixed = ["failures", "s.toml", "--format", "csv", "--quiet"];
        home.pilotwire(&[&fixed, arguments].concat()).stdout
    };
    let one = csv(&["--jobs", "1"]);
    assert_eq!(one, csv(&["--jobs", "2"]));
    assert_eq!(one, csv(&["--engine", "reference"]));
    let lines = String::from_utf8(one).unwrap().lines().count();
    assert_eq!(lines, 1 + 12 * 2 * 5, "cases, directions, stages");
}

#[test]
fn a_replayed_case_is_the_one_of_the_batch_with_its_story() {
    let home = Home::new("");
    let batch = home.failures(&[]);
    let mut replay = home.failures(&["--case", "link A-B"]);
    let replayed = replay["cases"][0].as_object_mut().unwrap();
    let steps = replayed.remove("steps").unwrap();
    assert_eq!(&Value::Object(replayed.clone()), case(&batch, "link A-B"));
    let steps = steps.as_array().unwrap();
    let repair = steps.iter().find(|step| {
        step["step"]
            .as_str()
            .unwrap()
            .contains("repairs A-B locally")
    });
    assert_eq!(repair.unwrap()["after_failure_ps"], 15 * MS);
    let folder = home.0.path().join("results/s-case");
    for file in [
        "manifest.json",
        "cases.csv",
        "steps.csv",
        "timelines.csv",
        "SHA256SUMS",
    ] {
        assert!(folder.join(file).exists(), "{file}");
    }
    let output = home.pilotwire(&["failures", "s.toml", "--case", "link A-C"]);
    assert_eq!(output.status.code(), Some(4));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("did you mean"), "{text}");
}

#[test]
fn during_maintenance_the_ring_is_open_and_the_next_failure_cuts_it() {
    let home = Home::new("");
    let report = home.failures(&["--during-maintenance=E"]);
    assert_eq!(ids(&report, "maintenance+link").len(), 6);
    let cut = case(&report, "maintenance node E + link A-B");
    assert_eq!(cut["circuits"][0]["cut_off"], true);
    let harmless = case(&report, "maintenance node E + link C-D");
    let stages = harmless["circuits"][0]["stages"].as_array().unwrap();
    assert!(
        stages.iter().all(|stage| stage["verdict"] == "PASS"),
        "{stages:?}"
    );
    let output = home.pilotwire(&["failures", "s.toml", "--during-maintenance=G"]);
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn a_circuit_is_explained_with_its_ways_round_and_what_they_do_to_its_slack() {
    let home = Home::new("");
    let told = |home: &Home| {
        let output = home.pilotwire(&["explain", "s.toml", "P"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = told(&home);
    assert!(text.contains("protection facility: "), "{text}");
    assert!(
        text.contains("A → F → E → D → C → B  B        link\n"),
        "{text}"
    );
    // The label is within the padding: 1403.360 us are 1002.688 us more than normal.
    let want = "a→z  longest way round +1.003 ms (link A-B), slack 1.000 ms: -0.003 ms left, \
                packets come late";
    assert!(text.contains(want), "{text}");
    assert!(
        text.contains("asymmetry up to +1.003 ms (link A-B)"),
        "{text}"
    );
    assert!(text.contains("a hole of 10 packets (10 ms)"), "{text}");
    let second = scenario("").replace("facility", "standby");
    fs::write(home.0.path().join("s.toml"), second).unwrap();
    let text = told(&home);
    let want = "second path A → F → E → D → C → B; shares no link, node or group with the first";
    assert!(text.contains(want), "{text}");
    assert!(
        text.contains("longest way round +1.003 ms (link A-B)"),
        "{text}"
    );
    let none = scenario("").replace("facility", "none");
    fs::write(home.0.path().join("s.toml"), none).unwrap();
    let text = told(&home);
    assert!(
        text.contains("protection none: it stays where it is"),
        "{text}"
    );
    assert!(text.contains("a→z  no way round is longer"), "{text}");
}

#[test]
fn a_shaper_too_small_for_a_bypass_is_told_before_any_case_is_worked_out() {
    let home = Home::new("");
    let silent = scenario("")
        .replace("protection = \"facility\"\n", "")
        .replace("\"8 B\"", "\"40 B\"")
        .replace("\"4 ms\"", "\"20 ms\"");
    fs::write(home.0.path().join("s.toml"), silent).unwrap();
    // 90 octets on the wire, 94 with a label more.
    let narrow = "[[discipline]]\nname = \"narrow\"\n\
                  shaper = { rate = \"10 Mb/s\", burst = \"90 B\" }\n[[link]]\nname = \"C-D\"\n\
                  discipline = \"narrow\"\n";
    let topology = topology().replace("[[link]]\nname = \"C-D\"\n", narrow);
    fs::write(home.0.path().join("ring.toml"), topology).unwrap();
    for arguments in [&["failures", "s.toml"][..], &["explain", "s.toml", "P"]] {
        let output = home.pilotwire(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        let want = "P a-z: a shaper of link C-D holds no packet of it with a label more";
        assert!(told.contains(want), "{told}");
    }
}

#[test]
fn a_failure_within_a_run_stands_apart_from_its_verdicts() {
    let home = Home::new("[[event]]\nat = \"500 ms\"\nfail = { link = \"A-B\" }\n");
    let output = home.pilotwire(&["run", "s.toml", "--format", "json", "--quiet"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "steady it passes: {output:?}"
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["circuits"][0]["verdict"], "PASS");
    let rows = report["transients"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(
            (&row["event"], &row["at_ps"]),
            (&"link A-B".into(), &(500 * MS).into())
        );
        assert_eq!(row["gap_ps"], 15 * MS);
        let tdm = row["tdm_gap_ps"].as_u64().unwrap() / MS;
        assert!((15..=16).contains(&tdm), "by the phase drawn: {tdm}");
        assert_eq!(row["command_gap_ps"], tdm * MS + ROUND - NORMAL);
        assert_eq!(row["delay_before_ps"], EDGE + NORMAL);
        assert_eq!(row["delay_after_ps"], EDGE + ROUND);
        let steps = row["delay_steps_ps"].as_array().unwrap();
        assert_eq!(steps, &[Value::from(EDGE + ROUND)]);
        assert_eq!(row["asymmetry_after_ps"], 0);
    }
    let events = fs::read_to_string(home.0.path().join("results/s/events.csv")).unwrap();
    assert!(
        events.contains("515000000000,P,a-z,\"A repairs A-B locally"),
        "{events}"
    );
}
