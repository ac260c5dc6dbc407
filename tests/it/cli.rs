//! The command line as a shell sees it: streams, exit codes, files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const TOPOLOGY: &str = r#"
name = "Two stations"
preset = "physical"
[[node]]
name = "EAST"
[[node]]
name = "WEST"
[[link]]
name = "EAST-WEST"
ends = ["EAST", "WEST"]
medium = "fibre"
length = "73.4 km"
rate = "1 Gb/s"
"#;

/// One circuit; 64 B and 32 ms are the vendor's default for one timeslot: 16 ms by themselves.
fn scenario(payload: &str, buffer: &str) -> String {
    format!(
        r#"
name = "Two stations, one circuit"
topology = "two.toml"
duration = "500 ms"
seed = 1
frequency = "60 Hz"
[budget]
telecom = "10 ms"
[[circuit]]
name = "87L EAST-WEST"
ends = ["EAST", "WEST"]
scheme = "87L"
timeslots = 1
payload = "{payload}"
jitter_buffer = "{buffer}"
playout = "fill-half"
class = "EF"
[[flow]]
name = "office"
from = "EAST"
to = "WEST"
class = "BE"
pattern = {{ kind = "poisson", rate = "400 Mb/s", size = "1500 B" }}
"#
    )
}

/// A folder with `pass.toml`, `fail.toml`, `broken.toml` and their topology.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.put("two.toml", TOPOLOGY);
        home.put("pass.toml", &scenario("8 B", "4 ms"));
        home.put("fail.toml", &scenario("64 B", "32 ms"));
        home.put(
            "broken.toml",
            &scenario("8 B", "4").replace("\"EF\"", "\"EX\""),
        );
        home
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pilotwire(&self, arguments: &[&str]) -> Output {
        pilotwire()
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

fn pilotwire() -> Command {
    Command::new(env!("CARGO_BIN_EXE_pilotwire"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code, not a signal")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const FILES: [&str; 8] = [
    "SHA256SUMS",
    "budget.csv",
    "events.csv",
    "histograms.hlog",
    "manifest.json",
    "results.csv",
    "scenario.toml",
    "timing.json",
];

#[test]
fn every_command_has_help_with_an_example() {
    let home = Home::new();
    for command in [
        "run",
        "failures",
        "check",
        "explain",
        "presets",
        "schema",
        "completions",
    ] {
        let output = home.pilotwire(&[command, "--help"]);
        assert_eq!(code(&output), 0, "{command}");
        assert!(stdout(&output).contains("Example"), "{command}");
    }
    assert_eq!(code(&home.pilotwire(&["--version"])), 0);
    assert!(stdout(&home.pilotwire(&["--help"])).contains("10 budget violated"));
}

#[test]
fn bad_usage_is_exit_2() {
    let home = Home::new();
    for arguments in [
        &["run"][..],
        &["run", "pass.toml", "--format", "xml"],
        &["run", "pass.toml", "--seed", "-1"],
        &["run", "pass.toml", "--seed", "9223372036854775808"],
        &["trip"],
        &["run", "absent.toml"],
        &["check", "absent.toml"],
        &["explain", "pass.toml"],
    ] {
        assert_eq!(code(&home.pilotwire(arguments)), 2, "{arguments:?}");
    }
    assert!(!home.path("results").exists());
}

#[test]
fn a_circuit_within_its_budget_is_exit_0_and_one_outside_is_exit_10() {
    let home = Home::new();
    let pass = home.pilotwire(&["run", "pass.toml"]);
    assert_eq!(code(&pass), 0, "{}", stderr(&pass));
    assert!(
        stdout(&pass).ends_with(" · results/pass/\n"),
        "{}",
        stdout(&pass)
    );
    assert_eq!(names(&home.path("results/pass")), FILES);
    let fail = home.pilotwire(&["run", "fail.toml"]);
    assert_eq!(code(&fail), 10);
    let text = stdout(&fail);
    assert!(text.lines().last().unwrap().contains("FAIL"), "{text}");
    assert!(
        text.contains("64 frames per packet, 32 ms buffer) cost 16.000 ms"),
        "{text}"
    );
    assert!(text.contains("    fix   payload "), "{text}");
}

#[test]
fn the_fix_that_is_printed_passes_when_it_is_run() {
    let home = Home::new();
    let text = stdout(&home.pilotwire(&["run", "fail.toml"]));
    let fix = text
        .lines()
        .find(|line| line.trim_start().starts_with("fix"))
        .unwrap();
    let after = |word: &str| {
        let rest = fix.split(word).nth(1).unwrap();
        rest.split([',', '→']).next().unwrap().trim().to_owned()
    };
    let (payload, buffer) = (after("payload "), after("buffer "));
    assert_eq!((payload.as_str(), buffer.as_str()), ("20 B", "10 ms"));
    home.put("fixed.toml", &scenario(&payload, &buffer));
    let output = home.pilotwire(&["run", "fixed.toml", "--quiet"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    // 84 octets every 2.5 ms, with preamble and gap: 268.8 kb/s, as the fix said.
    assert!(fix.contains("268.8 kb/s on Ethernet"), "{fix}");
    assert!(
        stdout(&home.pilotwire(&["check", "fixed.toml", "--fail-level", "warning"])).contains("ok")
    );
}

#[test]
fn refused_input_is_exit_2_with_file_line_and_every_fault_and_writes_nothing() {
    let home = Home::new();
    let before = home.names();
    let output = home.pilotwire(&["run", "broken.toml"]);
    assert_eq!(code(&output), 2);
    assert_eq!(stdout(&output), "");
    let text = stderr(&output);
    assert!(text.contains("--> broken.toml:15:"), "{text}");
    assert!(text.contains("--> broken.toml:17:"), "{text}");
    assert!(text.contains('^') && text.contains("help"), "{text}");
    assert!(!text.contains('\u{1b}'), "no escape sequences into a pipe");
    assert_eq!(home.names(), before);
    let output = home.pilotwire(&["check", "broken.toml"]);
    assert_eq!(code(&output), 2);
    assert_eq!(home.names(), before);
}

#[test]
fn json_has_the_named_fields_and_its_parts_sum_to_the_worst_start() {
    let home = Home::new();
    let output = home.pilotwire(&["run", "pass.toml", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in [
        "schema",
        "tool_version",
        "model_version",
        "seed",
        "result_hash",
    ] {
        assert!(!value[key].is_null(), "{key}");
    }
    let circuits = value["circuits"].as_array().unwrap();
    assert_eq!(circuits.len(), 2);
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    for (circuit, direction) in circuits.iter().zip(["a-z", "z-a"]) {
        assert_eq!(circuit["name"], "87L EAST-WEST");
        assert_eq!(circuit["direction"], direction);
        assert_eq!(
            (&circuit["verdict"], &circuit["cause"]),
            (&"PASS".into(), &Value::Null)
        );
        assert_eq!(circuit["judged"], "delay only");
        assert_eq!(circuit["budget_ps"], 10_000_000_000_u64);
        let sent = circuit["sent"].as_u64().unwrap();
        assert!(
            (499..=500).contains(&sent),
            "one packet per millisecond: {sent}"
        );
        assert_eq!(circuit["delivered"], circuit["sent"]);
        assert_eq!((&circuit["lost"], &circuit["late"]), (&0.into(), &0.into()));
        assert_eq!(
            keys(&circuit["delay_ps"]),
            ["max", "mean", "min", "worst_start"]
        );
        assert_eq!(
            keys(&circuit["network_delay_ps"]),
            ["max", "mean", "min", "p50", "p99", "p999", "p9999"]
        );
        assert_eq!(circuit["slack_ps"]["configured"], 1_000_000_000);
        let parts = circuit["parts_ps"].as_object().unwrap();
        assert_eq!(parts.len(), 8);
        let sum: u64 = parts.values().map(|part| part.as_u64().unwrap()).sum();
        assert_eq!(circuit["delay_ps"]["worst_start"], sum);
        let network = circuit["network_delay_ps"]["max"].as_u64().unwrap();
        assert_eq!(sum, 2_000_000_000 + network);
        // 2 x 150 us, 73.4 km x 4.9 us/km, 84 octets at 1 Gb/s.
        assert_eq!(
            circuit["network_delay_ps"]["min"],
            300_000_000 + 359_660_000 + 672_000
        );
        assert_eq!(parts["processing"], 300_000_000);
        assert_eq!(parts["propagation"], 359_660_000);
        assert_eq!(parts["serialization"], 672_000);
        let rates = &circuit["rates_bps"];
        let found = ["payload", "mpls", "frame", "wire"].map(|layer| rates[layer].as_u64());
        assert_eq!(found, [64_000, 160_000, 512_000, 672_000].map(Some));
    }
    let own = |index: usize| circuits[index]["delay_ps"]["max"].as_i64().unwrap();
    for circuit in circuits {
        assert_eq!(circuit["asymmetry_ps"].as_i64(), Some(own(0) - own(1)));
    }
    let flow = &value["flows"][0];
    assert_eq!(
        keys(&flow["delay_ps"]),
        ["max", "min", "p50", "p99", "p999", "p9999", "sum"]
    );
    assert!(
        flow["delay_ps"]["sum"]
            .as_str()
            .unwrap()
            .parse::<u128>()
            .is_ok()
    );
    assert_eq!(
        flow["sent"].as_u64(),
        Some(flow["delivered"].as_u64().unwrap() + flow["dropped"].as_u64().unwrap())
    );
    assert!(stderr(&output).ends_with(" · results/pass/\n"));
}

#[test]
fn csv_on_stdout_is_the_hashed_table() {
    let home = Home::new();
    let output = home.pilotwire(&["run", "pass.toml", "--format", "csv", "--quiet"]);
    assert_eq!(
        stdout(&output),
        fs::read_to_string(home.path("results/pass/results.csv")).unwrap()
    );
    assert_eq!(stderr(&output), "");
}

#[test]
fn two_runs_and_both_engines_write_the_same_bytes_but_for_the_timing() {
    let home = Home::new();
    home.pilotwire(&["run", "pass.toml", "--out", "one"]);
    home.pilotwire(&["run", "pass.toml", "--out", "two"]);
    home.pilotwire(&[
        "run",
        "pass.toml",
        "--out",
        "three",
        "--engine",
        "reference",
    ]);
    for file in FILES.iter().filter(|file| **file != "timing.json") {
        let read = |folder: &str| fs::read(home.path(folder).join(file)).unwrap();
        assert_eq!(read("one"), read("two"), "{file}");
        assert_eq!(read("one"), read("three"), "{file}");
    }
}

#[test]
fn the_expanded_scenario_runs_to_the_same_results() {
    let home = Home::new();
    home.pilotwire(&["run", "pass.toml", "--out", "one"]);
    let output = home.pilotwire(&["run", "one/scenario.toml", "--out", "two"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for file in [
        "results.csv",
        "budget.csv",
        "events.csv",
        "histograms.hlog",
        "scenario.toml",
    ] {
        let read = |folder: &str| fs::read(home.path(folder).join(file)).unwrap();
        assert_eq!(read("one"), read("two"), "{file}");
    }
}

#[test]
fn another_seed_gives_other_results_and_is_in_the_manifest() {
    let home = Home::new();
    home.pilotwire(&["run", "pass.toml", "--out", "one"]);
    home.pilotwire(&[
        "run",
        "pass.toml",
        "--out",
        "two",
        "--seed",
        "9223372036854775807",
    ]);
    let manifest = |folder: &str| -> Value {
        serde_json::from_slice(&fs::read(home.path(folder).join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(manifest("two")["seed"], i64::MAX);
    assert_ne!(
        manifest("one")["result_hash"],
        manifest("two")["result_hash"]
    );
    home.pilotwire(&["run", "two/scenario.toml", "--out", "three"]);
    assert_eq!(
        manifest("two")["result_hash"],
        manifest("three")["result_hash"]
    );
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone_and_exit_2() {
    let home = Home::new();
    fs::create_dir(home.path("thesis")).unwrap();
    home.put("thesis/chapter.txt", "text");
    let before = home.names();
    let output = home.pilotwire(&["run", "pass.toml", "--out", "thesis"]);
    assert_eq!(code(&output), 2);
    assert_eq!(
        (stdout(&output).as_str(), names(&home.path("thesis"))),
        ("", vec!["chapter.txt".into()])
    );
    assert_eq!(home.names(), before);
    for out in ["pass.toml", "pass.toml/below"] {
        assert_eq!(
            code(&home.pilotwire(&["run", "pass.toml", "--out", out])),
            2,
            "{out}"
        );
    }
}

#[test]
fn results_of_the_same_name_are_replaced_and_of_another_kept() {
    let home = Home::new();
    let run = |file: &str| code(&home.pilotwire(&["run", file, "--out", "out"]));
    assert_eq!(run("pass.toml"), 0);
    home.put("out/.tmp-left", "");
    assert_eq!(run("fail.toml"), 10, "the same name");
    assert_eq!(names(&home.path("out")), FILES);
    let other = scenario("8 B", "4 ms").replace("one circuit", "another");
    home.put("other.toml", &other);
    let before = fs::read(home.path("out/results.csv")).unwrap();
    assert_eq!(run("other.toml"), 2);
    assert_eq!(fs::read(home.path("out/results.csv")).unwrap(), before);
}

#[test]
fn sha256sum_agrees_with_the_sums() {
    let home = Home::new();
    home.pilotwire(&["run", "pass.toml"]);
    let folder = home.path("results/pass");
    let Ok(output) = std::process::Command::new("sha256sum")
        .args(["-c", "SHA256SUMS"])
        .current_dir(&folder)
        .output()
    else {
        panic!("this test needs sha256sum (coreutils)");
    };
    assert!(output.status.success());
    assert_eq!(stdout(&output).matches(": OK").count(), 6);
}

#[cfg(unix)]
#[test]
fn a_reader_who_hangs_up_loses_nothing() {
    let home = Home::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_pilotwire"))
        .args(["run", "fail.toml", "--format", "json"])
        .current_dir(home.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert_eq!(names(&home.path("results/fail")), FILES);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_ends_quietly_with_the_folder_complete() {
    let home = Home::new();
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for arguments in [
        &["run", "pass.toml"][..],
        &["completions", "bash"],
        &["--help"],
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_pilotwire"))
            .args(arguments)
            .current_dir(home.0.path())
            .stdout(full())
            .output()
            .unwrap();
        assert_eq!(
            (code(&output), stderr(&output).as_str()),
            (0, ""),
            "{arguments:?}"
        );
    }
    assert_eq!(names(&home.path("results/pass")), FILES);
}

#[test]
fn check_fails_on_warnings_only_where_asked() {
    let home = Home::new();
    // 16 ms of settings against a budget of 10 ms is a warning.
    assert_eq!(code(&home.pilotwire(&["check", "fail.toml"])), 0);
    let output = home.pilotwire(&["check", "fail.toml", "--fail-level", "warning"]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("warning[TP002]"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        code(&home.pilotwire(&["check", "pass.toml", "two.toml"])),
        0
    );
    assert_eq!(
        code(&home.pilotwire(&["check", "pass.toml", "broken.toml"])),
        2
    );
}

#[test]
fn what_is_selected_but_not_there_is_exit_4_with_the_nearest_name() {
    let home = Home::new();
    for (arguments, near) in [
        (&["explain", "TP01"][..], "TP001"),
        (&["explain", "pass.toml", "87L EAST-WET"], "87L EAST-WEST"),
        (&["presets", "show", "altalink-2010"], "altalink-2011"),
    ] {
        let output = home.pilotwire(arguments);
        assert_eq!(code(&output), 4, "{arguments:?}");
        assert!(stderr(&output).contains(near), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn a_rule_a_formula_and_a_circuit_are_explained() {
    let home = Home::new();
    let text = |arguments: &[&str]| {
        let output = home.pilotwire(arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    assert!(text(&["explain", "tp001"]).contains("source:"));
    assert!(
        text(&["explain", "planning"]).contains("8523.04"),
        "TV15 as a formula"
    );
    let circuit = text(&["explain", "pass.toml", "87L EAST-WEST"]);
    assert!(circuit.contains("network 0.660 ms + packetization and play-out 2.000 ms = 2.660 ms"));
    assert!(text(&["presets"]).contains("altalink-2011"));
    let services = text(&["presets", "services"]);
    assert!(services.contains("scada (vpws, H2)\n") && services.contains("own choice"));
    let sets = text(&["presets", "requirements"]);
    assert!(sets.contains("rfc8578-table-3\n    delay at most 5 ms, asymmetry at most 750 us"));
    assert!(sets.contains("to be verified"));
    assert!(text(&["presets", "show", "physical"]).contains("4900 ns/km"));
    let control = text(&["presets", "show", "vendor-2010"]);
    assert!(control.contains("control.detection = bfd, 100 ms x 3\n    source: Alcatel"));
    assert!(text(&["presets"]).contains("vendor-2010"));
    for kind in ["scenario", "topology"] {
        let schema: Value = serde_json::from_str(&text(&["schema", kind])).unwrap();
        assert!(
            schema["$schema"]
                .as_str()
                .unwrap()
                .contains("json-schema.org")
        );
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&["completions", shell]).contains("pilotwire"));
    }
}

#[test]
fn the_worked_example_gives_the_figures_of_the_book() {
    // 2 ms packets: 4 ms + 6.406048 ms; 1 ms packets: 2 ms + 6.406048 ms; 9 links, 84 octets.
    let home = Home::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/worked-example.toml");
    let output = home.pilotwire(&["run", file, "--format", "json"]);
    assert_eq!(code(&output), 10);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows: Vec<(&str, &str, u64)> = value["circuits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let worst = row["delay_ps"]["worst_start"].as_u64().unwrap();
            (
                row["name"].as_str().unwrap(),
                row["verdict"].as_str().unwrap(),
                worst,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("POTT 1 ms packets", "PASS", 8_406_048_000),
            ("POTT 1 ms packets", "PASS", 8_406_048_000),
            ("POTT 2 ms packets", "FAIL", 10_406_048_000),
            ("POTT 2 ms packets", "FAIL", 10_406_048_000),
        ]
    );
    assert_eq!(value["flows"][0]["delay_ps"]["max"], 6_510_736_000_u64);
}

/// A station that floods two classes, one of them held by a filter.
const FLOOD: &str = r#"
[security.filter.BE]
rate = "500 Mb/s"
burst = "3 kB"
[[flood]]
name = "bad EAST"
site = "EAST"
to = ["WEST"]
rate = "1 Mb/s"
size = "300 B"
classes = ["NC", "BE"]
"#;

#[test]
fn filters_are_turned_off_by_a_word_that_results_keep() {
    let home = Home::new();
    let text = scenario("8 B", "4 ms") + FLOOD;
    home.put("flood.toml", &text);
    let run = |word: &[&str]| {
        let arguments = [
            &[
                "run",
                "flood.toml",
                "--format",
                "json",
                "--engine",
                "reference",
            ],
            word,
        ]
        .concat();
        let done = home.pilotwire(&arguments);
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        let flows = report["flows"].as_array().unwrap();
        let names: Vec<&str> = flows
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let word = report["filters"].as_str().unwrap().to_owned();
        (word, names.join(", "))
    };
    let held = "bad EAST BE → WEST, office";
    let all = "bad EAST BE → WEST, bad EAST NC → WEST, office";
    assert_eq!(run(&[]), ("on".into(), held.into()));
    assert_eq!(run(&["--filters", "off"]), ("off".into(), all.into()));
    let kept = fs::read_to_string(home.path("results/flood/scenario.toml")).unwrap();
    assert!(kept.contains("filters = \"off\""), "{kept}");
    // The other scenario has none.
    let refused = home.pilotwire(&["run", "pass.toml", "--filters", "off"]);
    assert_eq!(code(&refused), 2);
    let refused = home.pilotwire(&["check", "pass.toml", "--filters", "off"]);
    assert_eq!(code(&refused), 2);
}
