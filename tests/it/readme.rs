//! The README shows what the program really prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_the_real_output_of_the_real_command() {
    let after = shown("run", "scenarios/altalink-pilot.toml", 10);
    assert!(
        after.starts_with("$ echo $?\n10\n"),
        "the pilot is meant to fail some circuits"
    );
}

#[test]
fn the_readme_shows_the_real_output_of_a_sweep() {
    shown("sweep", "scenarios/sweep-quick.toml", 0);
}

/// Compares what the README shows of a command with what it prints; what the README goes on with.
fn shown(command: &str, file: &str, code: i32) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let elsewhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pilotwire"))
        .current_dir(elsewhere.path())
        .env_remove("PILOTWIRE_SHARD")
        .arg(command)
        .arg(root.join(file))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(code), "{command} {file}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut printed = printed.lines().map(str::trim_end);

    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, shown) = readme
        .split_once(&format!("-- {command} {file}\n"))
        .unwrap();
    let end = [shown.find("$ echo $?\n"), shown.find("```\n")];
    let end = end.into_iter().flatten().min().unwrap();
    let (shown, after) = shown.split_at(end);
    assert!(shown.lines().count() > 10);
    // In this order, with lines left out where the README says so and nowhere else.
    let mut left_out = false;
    for line in shown.lines() {
        if line == "…" {
            left_out = true;
            continue;
        }
        if left_out {
            assert!(printed.any(|other| other == line), "not printed: {line}");
        } else {
            assert_eq!(printed.next(), Some(line));
        }
        left_out = false;
    }
    assert_eq!(printed.next(), None, "the README ends with the last line");
    after.to_owned()
}
