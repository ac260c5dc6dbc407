//! Sweeps as a shell sees them: exit codes, streams, folders, and processes that are ended.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};
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

const SCENARIO: &str = r#"
name = "Two stations, one circuit"
topology = "two.toml"
duration = "200 ms"
seed = 1
[budget]
telecom = "10 ms"
[[circuit]]
name = "87L EAST-WEST"
ends = ["EAST", "WEST"]
scheme = "87L"
timeslots = 1
payload = "8 B"
jitter_buffer = "4 ms"
playout = "fill-half"
class = "EF"
[[flow]]
name = "office"
from = "EAST"
to = "WEST"
class = "BE"
pattern = { kind = "poisson", rate = "400 Mb/s", size = "1500 B" }
"#;

/// 2 payloads × 3 buffers × 2 seeds; a buffer of 3 ms is too small for packets of 16 B, which is
/// 2 ms of one timeslot, and 20 ms of it cost 10 ms by themselves.
const SMALL: &str = r#"
name = "Payload x buffer"
scenario = "base.toml"
histograms = true
[replicas]
count = 2
[[axis]]
path = "circuit[*].payload"
values = ["8 B", "16 B"]
[[axis]]
name = "buffer"
path = "circuit[*].jitter_buffer"
values = ["3 ms", "4 ms", "20 ms"]
"#;

/// 320 points of ten and more milliseconds each: long enough to end a process in the middle.
const LONG: &str = r#"
name = "Load"
scenario = "base.toml"
[[axis]]
path = "duration"
values = ["2 s"]
[[axis]]
name = "rate"
path = "flow[*].pattern.rate"
range = { from = "401 Mb/s", to = "480 Mb/s", step = "1 Mb/s" }
[[axis]]
name = "buffer"
path = "circuit[*].jitter_buffer"
values = ["3 ms", "4 ms", "5 ms", "6 ms"]
"#;
const LONG_CASES: u64 = 320;

/// A folder with sweeps and what they name.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("two.toml", TOPOLOGY),
            ("base.toml", SCENARIO),
            ("small.toml", SMALL),
            ("long.toml", LONG),
        ] {
            fs::write(home.path().join(name), text).unwrap();
        }
        Self(home)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilotwire"));
        command
            .current_dir(self.0.path())
            .env_remove("PILOTWIRE_SHARD")
            .args(arguments.split(' '));
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it and gives stdout; the exit code must be this one.
    fn expect(&self, code: i32, arguments: &str) -> String {
        let output = self.run(arguments);
        let talk = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {talk}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it and gives stderr.
    fn told(&self, code: i32, arguments: &str) -> String {
        let output = self.run(arguments);
        let talk = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {talk}");
        talk
    }

    fn begin(&self, arguments: &str) -> Child {
        let mut command = self.command(arguments);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::piped());
        quiet.spawn().unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names in a folder that begin so; none where there is no folder.
fn entries(folder: &Path, prefix: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort();
    names
}

/// Name and SHA-256 of every file but the one that tells of the clock.
fn content(folder: &Path) -> Vec<(String, String)> {
    let names = entries(folder, "").into_iter();
    let names = names.filter(|name| name != "timing.json");
    names
        .map(|name| {
            let octets = fs::read(folder.join(&name)).unwrap();
            let hash = Sha256::digest(octets);
            let hex = hash.iter().map(|octet| format!("{octet:02x}")).collect();
            (name, hex)
        })
        .collect()
}

/// Rows of a table, by the names of its columns.
fn rows(table: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Waits until there are so many shards; whether the process still runs.
fn waited(child: &mut Child, folder: &Path, shards: usize) -> bool {
    loop {
        if entries(folder, "shard-").len() >= shards {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_sweep_is_complete_whatever_the_verdicts() {
    let home = Home::new();
    let printed = home.expect(0, "sweep small.toml --out out");
    let last = printed.lines().last().unwrap();
    assert!(last.starts_with("12 cases: "), "{last}");
    assert!(last.contains(" 2 refused · result "), "{last}");
    assert!(last.ends_with(" · out/"), "{last}");
    let names: Vec<String> = content(&home.path("out"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "SHA256SUMS",
        "cases.csv",
        "histograms.hlog",
        "manifest.json",
        "results.csv",
        "results.parquet",
        "summary.json",
        "sweep.toml",
    ];
    assert_eq!(names, expected);
    // One row per case; a circuit has two directions; two cases are refused.
    let lines = |name: &str| {
        let text = fs::read_to_string(home.path("out").join(name)).unwrap();
        text.lines().count()
    };
    assert_eq!(lines("cases.csv"), 1 + 12);
    assert_eq!(lines("results.csv"), 1 + 10 * 2);
    assert!(home.path("out/timing.json").exists());
}

#[test]
fn a_sweep_that_is_there_is_told_again_and_not_worked_out_again() {
    let home = Home::new();
    let first = home.expect(0, "sweep small.toml --out out");
    let before = content(&home.path("out"));
    let again = home.expect(0, "sweep small.toml --out out");
    let (table, last) = again.trim_end().rsplit_once('\n').unwrap();
    let (table_first, last_first) = first.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(table, table_first);
    assert_eq!(last, format!("there already · {last_first}"));
    assert_eq!(content(&home.path("out")), before);
    let csv = home.expect(0, "sweep small.toml --out out --format csv");
    assert_eq!(
        csv,
        fs::read_to_string(home.path("out/results.csv")).unwrap()
    );
    let json = home.expect(0, "sweep small.toml --out out --format json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "pilotwire.sweep/1");
}

#[test]
fn seven_shards_in_odd_order_are_the_whole_sweep_octet_by_octet() {
    let home = Home::new();
    home.expect(0, "sweep small.toml --out whole --jobs 1");
    let missing = |expected: &str| {
        let told = home.expect(0, "missing small.toml --out cut --shards 7");
        assert_eq!(told.lines().collect::<Vec<_>>().join(","), expected);
    };
    missing("0,1,2,3,4,5,6");
    assert!(!home.path("cut").exists(), "asking makes no folder");
    for index in [5, 0, 6, 3] {
        home.expect(0, &format!("sweep small.toml --out cut --shard {index}/7"));
    }
    missing("1,2,4");
    let told = home.told(20, "merge small.toml --out cut");
    // 12 cases in 7 shards: shard 1 holds [1, 3), 2 holds [3, 5), 4 holds [6, 8).
    assert!(
        told.contains("cases 1..5, 6..8 are missing, 6 of 12"),
        "{told}"
    );
    assert!(told.contains("shards 1/7, 2/7, 4/7: "), "{told}");
    for index in [4, 2, 1] {
        home.expect(
            0,
            &format!("sweep small.toml --out cut --shard {index}/7 --jobs 2"),
        );
    }
    let there = home.expect(0, "sweep small.toml --out cut --shard 4/7");
    assert!(there.contains("there already"), "{there}");
    missing("");
    let merged = home.expect(0, "merge small.toml --out cut");
    assert!(merged.contains("12 cases: "), "{merged}");
    home.expect(0, "clean cut");
    assert_eq!(content(&home.path("cut")), content(&home.path("whole")));
}

#[test]
fn a_plain_sweep_goes_on_from_the_shards_it_finds() {
    let home = Home::new();
    home.expect(0, "sweep small.toml --out whole");
    for index in [6, 2] {
        home.expect(0, &format!("sweep small.toml --out cut --shard {index}/7"));
    }
    home.expect(0, "sweep small.toml --out cut");
    assert_eq!(content(&home.path("cut")), content(&home.path("whole")));
}

#[test]
fn the_environment_names_a_shard_and_the_command_line_wins() {
    let home = Home::new();
    let of = |arguments: &str, shard: &str| {
        let mut command = home.command(arguments);
        let output = command.env("PILOTWIRE_SHARD", shard).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    assert_eq!(of("sweep small.toml --out cut -q", "2/7").0, Some(0));
    assert_eq!(
        of("sweep small.toml --out cut -q --shard 3/7", "2/7").0,
        Some(0)
    );
    let expected = ["shard-000002-of-000007", "shard-000003-of-000007"];
    assert_eq!(entries(&home.path("cut"), "shard-"), expected);
    for wrong in ["7/7", "1", "-1/7", "1/0", "a/b", "0/9999999"] {
        let (code, told) = of("sweep small.toml --out cut", wrong);
        assert_eq!(code, Some(2), "{wrong}: {told}");
        assert!(told.contains("--shard"), "{told}");
    }
}

#[test]
fn an_altered_shard_and_a_foreign_one_are_told_and_nothing_is_merged() {
    let home = Home::new();
    for index in 0..3 {
        home.expect(0, &format!("sweep small.toml --out cut --shard {index}/3"));
    }
    // Another sweep: one more seed.
    home.write("other.toml", &SMALL.replace("count = 2", "count = 3"));
    home.expect(0, "sweep other.toml --out other --shard 1/3");
    let shard = "shard-000001-of-000003";
    let table = home.path("cut").join("shard-000000-of-000003/results.csv");
    let text = fs::read_to_string(&table).unwrap();
    let place = text.rfind(|letter: char| letter.is_ascii_digit()).unwrap();
    let digit = if &text[place..=place] == "1" {
        "2"
    } else {
        "1"
    };
    let altered = format!("{}{digit}{}", &text[..place], &text[place + 1..]);
    fs::write(&table, altered).unwrap();
    fs::remove_dir_all(home.path("cut").join(shard)).unwrap();
    fs::rename(home.path("other").join(shard), home.path("cut").join(shard)).unwrap();
    let told = home.told(2, "merge small.toml --out cut");
    assert!(told.contains("results.csv"), "{told}");
    assert!(told.contains("another sweep"), "{told}");
    assert!(!home.path("cut/manifest.json").exists());
    // What is foreign is moved away by who owns it; what is damaged is worked out again.
    fs::remove_dir_all(home.path("cut").join(shard)).unwrap();
    home.expect(0, "sweep small.toml --out cut --shard 0/3");
    home.expect(0, "sweep small.toml --out cut --shard 1/3");
    home.expect(0, "merge small.toml --out cut");
    home.expect(0, "clean cut");
    home.expect(0, "sweep small.toml --out whole");
    assert_eq!(content(&home.path("cut")), content(&home.path("whole")));
}

#[test]
fn another_sweep_and_other_peoples_folders_are_left_alone() {
    let home = Home::new();
    home.expect(0, "sweep small.toml --out out --shard 0/3");
    home.write("other.toml", &SMALL.replace("16 B", "24 B"));
    let told = home.told(2, "sweep other.toml --out out");
    assert!(told.contains("help: ") && told.contains("--out"), "{told}");
    fs::create_dir(home.path("thesis")).unwrap();
    home.write("thesis/chapter-1.txt", "text");
    for command in ["sweep small.toml --out thesis", "clean thesis"] {
        home.told(2, command);
    }
    assert_eq!(entries(&home.path("thesis"), ""), ["chapter-1.txt"]);
    // Below a file there can be no folder.
    let told = home.told(2, "sweep small.toml --out two.toml/out");
    assert!(told.contains("two.toml/out"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_the_users_and_the_sweep_goes_on_elsewhere() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let folder = home.path("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        println!("SKIPPED: this user may write everywhere");
        return;
    }
    let told = home.told(2, "sweep small.toml --out closed/out");
    assert!(told.contains("error: cannot use closed/out"), "{told}");
    home.expect(0, "sweep small.toml --out open");
}

#[test]
fn many_points_are_asked_about() {
    let home = Home::new();
    let more = "\n[[axis]]\nname = \"draw\"\npath = \"seed\"\n\
                range = { from = 1, to = 100000, step = 1 }\n\
                [[axis]]\nname = \"rate\"\npath = \"flow[*].pattern.rate\"\n\
                range = { from = \"1 Mb/s\", to = \"100 Mb/s\", step = \"1 Mb/s\" }\n";
    let large = SMALL.replace("[replicas]\ncount = 2\n", "") + more;
    home.write("large.toml", &large);
    let told = home.told(2, "sweep large.toml --out out");
    assert!(told.contains("60 000 000 cases"), "{told}");
    assert!(told.contains("--yes"), "{told}");
    assert!(!home.path("out").exists());
    // To say what there is to do needs no permission.
    let plan = home.expect(0, "sweep large.toml --plan");
    assert!(plan.contains("60 000 000 cases"), "{plan}");
    let told = home.told(2, "sweep large.toml --plan --format csv");
    assert!(told.contains("--yes"), "{told}");
    // So are few points with many seeds.
    home.write("deep.toml", &SMALL.replace("count = 2", "count = 1000000"));
    let told = home.told(2, "sweep deep.toml --out out");
    assert!(told.contains("6 000 000 cases"), "{told}");
}

#[test]
fn a_plan_says_what_there_is_to_do_and_writes_nothing() {
    let home = Home::new();
    let plan = home.expect(0, "sweep small.toml --plan --jobs 1");
    assert!(
        plan.starts_with("Payload x buffer: 12 cases (6 points × 2 seeds)\n"),
        "{plan}"
    );
    for part in [
        "  axis  payload  8 B, 16 B",
        "  design: grid of 2 × 3 = 6 points\n",
        "  seeds: 1, 2\n",
        " on 1 thread",
        "  shards: 1 of ",
    ] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    let json = home.expect(0, "sweep small.toml --plan --format json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["cases"], 12);
    assert_eq!(json["suggested_shards"], 1);
    let csv = home.expect(0, "sweep small.toml --plan --format csv");
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 13);
    assert_eq!(rows[0], "case,id,payload,buffer,replica,seed");
    assert!(rows[12].starts_with("11,") && rows[12].ends_with(",16 B,20 ms,1,2"));
    assert!(!home.path("results").exists());
}

#[test]
fn a_case_alone_is_the_run_behind_its_row() {
    let home = Home::new();
    home.expect(0, "sweep small.toml --out out");
    // 16 B and 20 ms with seed 2: 10 ms in the buffer by themselves.
    let output = home.run("sweep small.toml --case 11 --format json");
    assert_eq!(output.status.code(), Some(10), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("payload 16 B, buffer 20 ms, seed 2"),
        "{}",
        stderr(&output)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "pilotwire.run/1");
    // Every column that both tables have says the same, in both directions.
    let of_run = rows(&home.path("results/small-case-11/results.csv"));
    let of_sweep = rows(&home.path("out/results.csv"));
    let of_sweep = of_sweep.iter().filter(|row| row["case"] == "11");
    let mut compared = 0;
    for row in of_sweep {
        let own = [
            ("kind", "circuit"),
            ("name", &row["circuit"]),
            ("direction", &row["direction"]),
        ];
        let of_run = of_run
            .iter()
            .find(|other| own.iter().all(|(key, value)| other[*key] == *value))
            .unwrap();
        for (column, cell) in row
            .iter()
            .filter(|(column, _)| of_run.contains_key(*column))
        {
            assert_eq!(&of_run[column], cell, "{column}");
            compared += 1;
        }
    }
    assert!(compared >= 2 * 20, "{compared}");
    assert!(home.path("results/small-case-11/scenario.toml").exists());
    // A case that is refused says why as `run` does.
    let told = home.told(2, "sweep small.toml --case 6");
    assert!(told.contains("refused, 1 error"), "{told}");
    let told = home.told(4, "sweep small.toml --case 12");
    assert!(told.contains("from 0 to 11"), "{told}");
}

#[test]
fn two_sweeps_do_not_work_in_one_folder() {
    let home = Home::new();
    let mut first = home.begin("sweep long.toml --out out --jobs 1");
    assert!(waited(&mut first, &home.path("out"), 1), "it has begun");
    let told = home.told(2, "sweep long.toml --out out");
    assert!(told.contains("another sweep works in out"), "{told}");
    assert!(first.wait().unwrap().success());
    home.expect(0, "sweep long.toml --out out");
}

#[test]
fn processes_that_race_for_one_shard_both_succeed() {
    let home = Home::new();
    let command = "sweep long.toml --out cut --shard 3/8 --jobs 1";
    let racers: Vec<Child> = (0..3).map(|_| home.begin(command)).collect();
    for racer in racers {
        let output = racer.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert_eq!(entries(&home.path("cut"), ""), ["shard-000003-of-000008"]);
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_killed_goes_on_to_the_same_octets() {
    let home = Home::new();
    home.expect(0, "sweep long.toml --out whole");
    let folder = home.path("killed");
    let mut kept = 0;
    for more in [1, 4, 4] {
        let mut child = home.begin("sweep long.toml --out killed --jobs 2");
        assert!(
            waited(&mut child, &folder, kept + more),
            "it is still at work"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        kept = entries(&folder, "shard-").len();
        assert!(kept > 0 && !folder.join("manifest.json").exists());
    }
    home.expect(0, "sweep long.toml --out killed");
    home.expect(0, "clean killed");
    assert_eq!(content(&folder), content(&home.path("whole")));
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_says_what_is_kept_and_goes_on() {
    let home = Home::new();
    let folder = home.path("out");
    for signal in ["-INT", "-TERM"] {
        let before = entries(&folder, "shard-").len();
        let mut child = home.begin("sweep long.toml --out out --jobs 1");
        assert!(
            waited(&mut child, &folder, before + 1),
            "it is still at work"
        );
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(20), "{told}");
        assert!(
            told.contains("stopping: finishing what has begun"),
            "{told}"
        );
        let last = told.lines().last().unwrap();
        let (kept, rest) = last
            .strip_prefix("interrupted: ")
            .and_then(|last| last.split_once(' '))
            .unwrap();
        assert_eq!(
            rest,
            format!("of {LONG_CASES} cases kept; the same command goes on")
        );
        let kept: u64 = kept.parse().unwrap();
        assert!(kept > before as u64 && kept < LONG_CASES, "{last}");
    }
    let told = home.told(0, "sweep long.toml --out out");
    assert!(told.contains("320 cases (320 points × 1 seed)"), "{told}");
    home.expect(0, "sweep long.toml --out whole");
    assert_eq!(content(&folder), content(&home.path("whole")));
}

#[test]
fn what_killed_processes_left_is_cleaned_away() {
    let home = Home::new();
    home.expect(0, "sweep small.toml --out cut --shard 0/2");
    home.expect(0, "sweep small.toml --out cut --shard 1/2");
    home.expect(0, "merge small.toml --out cut");
    assert_eq!(entries(&home.path("cut"), "shard-").len(), 2);
    let told = home.expect(0, "clean cut");
    assert!(
        told.contains("2 shards that are in the merged tables"),
        "{told}"
    );
    assert_eq!(entries(&home.path("cut"), "shard-").len(), 0);
    assert_eq!(home.expect(0, "clean cut"), "cut: nothing to remove\n");
    let told = home.expect(0, "missing small.toml --out cut --shards 9");
    assert_eq!(told, "", "what is merged is not missing");
}

#[test]
fn a_sweep_file_is_checked_like_any_other() {
    let home = Home::new();
    assert_eq!(home.expect(0, "check small.toml"), "small.toml: ok\n");
    home.write(
        "wrong.toml",
        &SMALL.replace("jitter_buffer", "jiter_buffer"),
    );
    let output = home.run("check wrong.toml");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("jitter_buffer"),
        "{}",
        stderr(&output)
    );
    let told = home.told(2, "sweep wrong.toml");
    assert!(
        told.contains("refused, 1 error; nothing was written"),
        "{told}"
    );
    assert!(!home.path("results").exists());
}
