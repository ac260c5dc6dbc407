//! `run` with lines, as a shell sees it: the line table, a fault step by step, exit codes.

use std::path::Path;

use assert_cmd::Command;
use pilotwire::analysis::relays::{Scope, replay, verdicts};
use pilotwire::analysis::transients::calm;
use pilotwire::engine::{Options, run};
use pilotwire::relay::Fault;
use pilotwire::scenario::{Overrides, load};
use serde_json::Value;
use tempfile::TempDir;

/// Arguments after `run`; exit code, stdout, stderr.
fn pilotwire(arguments: &[&str]) -> (i32, String, String) {
    let home = TempDir::new().unwrap();
    let mut command = Command::cargo_bin("pilotwire").unwrap();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .arg("run")
        .args(arguments)
        .arg("--out")
        .arg(home.path().join("results"));
    let output = command.output().unwrap();
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const PERMISSIVE: &str = "scenarios/permissive-during-frr.toml";

#[test]
fn circuits_may_pass_and_a_line_fail_and_the_exit_code_tells() {
    let (code, out, _) = pilotwire(&["scenarios/87l-asymmetry.toml"]);
    assert_eq!(code, 10);
    let last = out.lines().last().unwrap();
    let words = "all 2 circuits PASS · 1 of 2 lines FAIL · result ";
    assert!(last.starts_with(words), "{last}");
    let first = out.lines().next().unwrap();
    let header: Vec<&str> = first.split_whitespace().collect();
    assert_eq!(header[..4], ["line", "when", "ok", "A"]);
    assert!(out.contains("; the relays cannot see it\n"), "{out}");
}

#[test]
fn a_fault_at_an_instant_is_told_step_by_step_and_changes_no_result() {
    let (_, plain, _) = pilotwire(&[PERMISSIVE]);
    let (_, told, _) = pilotwire(&[PERMISSIVE, "--fault-at", "0.5 s"]);
    let last = |text: &str| {
        text.lines()
            .last()
            .unwrap()
            .split(" · result ")
            .nth(1)
            .map(|rest| rest.split(' ').next().unwrap().to_owned())
    };
    assert_eq!(last(&plain), last(&told));
    let at = told.find("  1 light, fault 10 % from EAST: ").expect(&told);
    let rows: Vec<String> = told[at..]
        .lines()
        .take(4)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    // A cycle and 3 ms to the channel, 2.660 ms on it, 3 ms to the relay, 50 ms.
    assert_eq!(
        rows,
        [
            "1 light, fault 10 % from EAST: cleared 75.327 ms, 4.52 cycles · A 75.327 ms",
            "circuit end pickup keyed received trip by open",
            "POTT 1 light EAST 16.667 16.667 25.327 16.667 zone-1 66.667",
            "POTT 1 light WEST 16.667 16.667 25.327 25.327 command 75.327",
        ]
    );
    let (_, json, _) = pilotwire(&[PERMISSIVE, "--fault-at", "500 ms", "--format", "json"]);
    let document: Value = serde_json::from_str(&json).unwrap();
    let one = &document["faults"][0];
    assert_eq!(one["at_ps"], 500_000_000_000_u64);
    assert_eq!(one["relays"][0]["z"]["by"], "command");
    assert_eq!(one["both"]["clearing"], "in-time");
}

#[test]
fn a_fault_that_cannot_be_is_refused_before_anything_runs() {
    for (arguments, words) in [
        ([PERMISSIVE, "--fault-at", "1 h"], "is behind the run"),
        ([PERMISSIVE, "--fault-at", "2"], "has no unit"),
        (
            ["scenarios/384-kbit.toml", "--fault-at", "1 ms"],
            "has no line",
        ),
    ] {
        let (code, out, error) = pilotwire(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn the_worst_of_every_line_replays_to_the_picosecond() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["permissive-during-frr", "dcb-late-block", "87l-asymmetry"] {
        let file = root.join("scenarios").join(name).with_extension("toml");
        let scenario = load(&file, &Overrides::default()).scenario.unwrap();
        let options = Options::default();
        let outcome = run(&scenario.plan, scenario.seed, &options);
        let calm = calm(&scenario, &options).unwrap();
        let relays = verdicts(&scenario, &outcome, &calm).unwrap();
        let mut rows = 0;
        for judged in &relays.judged {
            let channels = match judged.scope {
                Scope::Calm => &relays.calm,
                Scope::Whole | Scope::Failure { .. } => &relays.channels,
            };
            for row in &judged.lines {
                let worst = row.cleared;
                let fault = Fault {
                    at: worst.worst_at,
                    place: worst.place,
                };
                let told = replay(&scenario, channels, row.line, fault);
                let both = told.both.unwrap();
                assert_eq!((both.after, both.clearing), (worst.worst, worst.clearing));
                let ends = told.circuits.iter().map(|one| one.ends[worst.end.index()]);
                let open = ends.filter_map(|end| end.open).min().unwrap();
                assert_eq!(Some(open.since(fault.at)), worst.worst);
                rows += 1;
            }
        }
        assert!(rows >= 6, "{name}: {rows}");
    }
}

#[test]
fn explain_lists_the_settings_of_a_relay_with_the_source_of_each() {
    let mut command = Command::cargo_bin("pilotwire").unwrap();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .args(["explain", "tests/fixtures/relays.toml", "87L A-B"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, relay) = text.split_once("\nrelay ").expect(&text);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        relay.lines().next().unwrap(),
        "87L, profile house 87L: group A of line 500 kV A-B"
    );
    let rows: Vec<String> = relay.lines().map(words).collect();
    for row in [
        "pickup_current 240 A the scenario's own relay",
        "processing.send 2 ms the scenario's own relay",
        "assumed_asymmetry 0 ms default",
    ] {
        assert!(rows.iter().any(|known| known == row), "{row}\n{relay}");
    }
}
