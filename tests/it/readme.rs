//! The README shows what the program really prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_the_real_output_of_the_real_command() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let elsewhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pilotwire"))
        .current_dir(elsewhere.path())
        .arg("run")
        .arg(root.join("scenarios/altalink-pilot.toml"))
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(10),
        "the pilot is meant to fail some circuits"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut printed = printed.lines().map(str::trim_end);

    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, shown) = readme
        .split_once("-- run scenarios/altalink-pilot.toml\n")
        .unwrap();
    let (shown, after) = shown.split_once("$ echo $?\n").unwrap();
    assert!(after.starts_with("10\n"));
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
}
