use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::batch::merge::merge;
use crate::batch::samples;
use crate::batch::store::clean;

mod damage;

/// The twelve cases of the sample, worked out once.
static CASES: LazyLock<Vec<CaseResult>> = LazyLock::new(|| simulate(&samples::sweep(), 0..12));
/// The results of the sample as a plain sweep on one thread writes them.
static PLAIN: LazyLock<Files> = LazyLock::new(|| {
    let home = Home::new();
    home.complete(1);
    home.files()
});

type Files = BTreeMap<String, Vec<u8>>;

fn ready(_: &Sweep, cases: Range<u64>) -> Vec<CaseResult> {
    let place = |case| usize::try_from(case).unwrap();
    CASES[place(cases.start)..place(cases.end)].to_vec()
}

struct Home {
    _folder: tempfile::TempDir,
    path: PathBuf,
    sweep: Sweep,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            path: folder.path().join("results").join("sample-sweep"),
            _folder: folder,
            sweep: samples::sweep(),
        }
    }

    fn store(&self) -> Store {
        Store::open(self.path.clone(), &self.sweep).unwrap()
    }

    fn shard(&self, index: u64, count: u64) -> ShardEnd {
        let shard = Shard { index, count };
        let run = |manner: &mut Manner<'_>| {
            run_shard_with(&ready, &self.sweep, &self.store(), shard, manner)
        };
        manner(2, u64::MAX, run).unwrap()
    }

    /// A plain sweep, stopped when so many cases are done.
    fn all(&self, jobs: usize, stop_at: u64) -> Result<SweepEnd, MergeError> {
        let run =
            |manner: &mut Manner<'_>| run_all_with(&ready, &self.sweep, &self.store(), manner);
        manner(jobs, stop_at, run)
    }

    fn complete(&self, jobs: usize) -> Merged {
        match self.all(jobs, u64::MAX).unwrap() {
            SweepEnd::Complete(merged) => *merged,
            SweepEnd::Interrupted { done } => panic!("interrupted at {done}"),
        }
    }

    fn merge(&self) -> Result<Merged, MergeError> {
        merge(&self.sweep, &self.store())
    }

    /// Every file and folder in the results folder; folders as their names alone.
    fn files(&self) -> Files {
        let mut files = Files::new();
        for entry in fs::read_dir(&self.path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let content = if path.is_dir() {
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            files.insert(name, content);
        }
        files
    }

    fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }

    fn folder(&self, index: u64, count: u64) -> PathBuf {
        self.path.join(Shard { index, count }.folder())
    }

    fn faults(&self) -> Vec<String> {
        let store = Store::existing(self.path.clone(), &self.sweep);
        match merge(&self.sweep, &store) {
            Err(MergeError::Damage { faults }) => faults,
            other => panic!("{other:?}"),
        }
    }
}

fn manner<T>(jobs: usize, stop_at: u64, run: impl FnOnce(&mut Manner<'_>) -> T) -> T {
    let stop = AtomicBool::new(false);
    run(&mut Manner {
        jobs: NonZeroUsize::new(jobs),
        stop: &stop,
        told: &mut |done, _| stop.store(done >= stop_at, Ordering::Relaxed),
    })
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut octets = fs::read(path).unwrap();
    change(&mut octets);
    fs::write(path, octets).unwrap();
}

/// A sweep of so many seeds at each of six points.
fn with_seeds(seeds: u64) -> Sweep {
    let mut sweep = samples::sweep();
    sweep.design.seeds = (0..seeds).collect();
    sweep
}

#[test]
fn a_plain_sweep_leaves_every_file_with_its_sum_and_nothing_else() {
    let names: Vec<&str> = PLAIN.keys().map(String::as_str).collect();
    let mut expected = vec![
        "SHA256SUMS",
        "cases.csv",
        "histograms.hlog",
        "manifest.json",
        "results.csv",
        "summary.json",
        "sweep.toml",
    ];
    if cfg!(feature = "parquet") {
        expected.insert(5, "results.parquet");
    }
    assert_eq!(names, expected);
    let sums = String::from_utf8(PLAIN["SHA256SUMS"].clone()).unwrap();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, crate::report::sha256_hex(&PLAIN[name]), "{name}");
    }
    assert_eq!(sums.lines().count(), names.len() - 1);
    let manifest: serde_json::Value = serde_json::from_slice(&PLAIN["manifest.json"]).unwrap();
    assert_eq!(manifest["schema"], "pilotwire.sweep/1");
    // 16 B into 3 ms is refused, with both seeds.
    assert_eq!(
        (&manifest["cases"], &manifest["cases_refused"]),
        (&12.into(), &2.into())
    );
    let hashed = [&PLAIN["results.csv"][..], &PLAIN["cases.csv"]].concat();
    assert_eq!(manifest["result_hash"], crate::report::sha256_hex(&hashed));
    // Rows are those of the cases, in their order, behind one header.
    let mut rows = PLAIN["results.csv"].clone();
    let header = rows.iter().position(|octet| *octet == b'\n').unwrap() + 1;
    let expected: Vec<u8> = CASES
        .iter()
        .flat_map(|case| case.tables[0].clone())
        .collect();
    assert_eq!(rows.split_off(header), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn merged_shards_are_the_plain_sweep_however_it_was_cut_and_in_whatever_order_they_came(
        order in (1..20_u64).prop_flat_map(|count| {
            Just((0..count).collect::<Vec<u64>>()).prop_shuffle()
        }),
    ) {
        let home = Home::new();
        let count = order.len() as u64;
        for index in &order {
            prop_assert_eq!(home.shard(*index, count), ShardEnd::Written);
        }
        let merged = home.merge().unwrap();
        prop_assert_eq!(merged.tally.cases, 12);
        prop_assert_eq!(clean(&home.path).unwrap().shards, count);
        prop_assert!(home.files() == *PLAIN);
        // Again: they are there.
        prop_assert_eq!(home.merge().unwrap(), merged);
        prop_assert_eq!(home.shard(0, count), ShardEnd::WasThere);
        prop_assert!(home.files() == *PLAIN);
    }

    #[test]
    fn a_sweep_that_is_stopped_again_and_again_comes_to_the_same_bytes(
        stops in prop::collection::vec(0..12_u64, 0..4),
        jobs in 1..4_usize,
        shards in prop::collection::btree_set(0..5_u64, 0..3),
    ) {
        let home = Home::new();
        for index in shards {
            home.shard(index, 5);
        }
        let mut kept = 0;
        for stop in stops {
            match home.all(jobs, stop).unwrap() {
                SweepEnd::Interrupted { done } => {
                    prop_assert!(done >= kept);
                    kept = done;
                }
                SweepEnd::Complete(_) => {}
            }
        }
        home.complete(jobs);
        prop_assert!(home.files() == *PLAIN);
    }

    #[test]
    fn bundles_hold_every_case_once_in_order_and_of_one_point(
        seeds in 1..40_u64, bounds in (0..1000_u64, 0..1000_u64),
    ) {
        let sweep = with_seeds(seeds);
        let (from, to) = (bounds.0 % sweep.cases(), bounds.1 % sweep.cases());
        let within = from.min(to)..from.max(to) + 1;
        let bundles = Bundles::of(&sweep, within.clone());
        let mut next = within.start;
        for bundle in 0..bundles.count {
            let cases = bundles.cases(bundle);
            prop_assert_eq!(cases.start, next);
            prop_assert!(cases.end > next && cases.end - next <= TOGETHER);
            prop_assert_eq!(sweep.same_point(next, &within).end.max(cases.end),
                sweep.same_point(next, &within).end);
            next = cases.end;
        }
        prop_assert_eq!(next, within.end);
    }
}

#[test]
fn a_shard_that_is_stopped_leaves_nothing() {
    let home = Home::new();
    let run = |manner: &mut Manner<'_>| {
        run_shard_with(&ready, &home.sweep, &home.store(), Shard::WHOLE, manner)
    };
    assert_eq!(manner(1, 2, run).unwrap(), ShardEnd::Interrupted);
    assert!(home.names().is_empty());
}

#[test]
fn what_a_killed_process_left_disturbs_nobody_and_is_cleaned_away() {
    let home = Home::new();
    let store = home.store();
    let mut writer = store.writer(&home.sweep, Shard::WHOLE).unwrap();
    writer.push(&CASES[0]).unwrap();
    let left = home.path.join(home.names().pop().unwrap());
    // As a process that was killed: its files stay, and nobody holds its lock.
    let dead = home.path.join(".tmp-killed");
    fs::create_dir_all(dead.join("fresh")).unwrap();
    fs::copy(
        left.join("fresh/results.csv"),
        dead.join("fresh/results.csv"),
    )
    .unwrap();
    fs::write(home.path.join(".tmp-lock"), "").unwrap();
    let beside = home.path.with_file_name(".tmp-beside");
    fs::create_dir(&beside).unwrap();
    assert!(
        matches!(clean(&home.path), Err(StoreError::Busy { .. })),
        "a writer is alive"
    );
    assert!(dead.exists());
    drop(writer);
    home.complete(2);
    assert_eq!(clean(&home.path).unwrap().leftovers, 2);
    assert!(!beside.exists());
    assert!(home.files() == *PLAIN);
    assert_eq!(clean(&home.path).unwrap(), Default::default());
}

#[test]
fn of_processes_that_race_for_a_shard_one_writes_it_and_the_others_find_it() {
    let home = Home::new();
    let store = home.store();
    let written = AtomicU64::new(0);
    let start = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut writer = store.writer(&home.sweep, Shard::WHOLE).unwrap();
                CASES.iter().for_each(|case| writer.push(case).unwrap());
                start.wait();
                if writer.finish().unwrap() == Finished::Written {
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(written.into_inner(), 1);
    assert_eq!(home.names(), ["shard-000000-of-000001"]);
    home.merge().unwrap();
    clean(&home.path).unwrap();
    assert!(home.files() == *PLAIN);
}

#[test]
fn a_folder_in_which_a_sweep_works_is_busy() {
    let home = Home::new();
    let store = home.store();
    let held = store.lock().unwrap();
    assert!(matches!(
        home.all(1, 9),
        Err(MergeError::Store(StoreError::Busy { .. }))
    ));
    assert!(matches!(
        home.merge(),
        Err(MergeError::Store(StoreError::Busy { .. }))
    ));
    assert!(matches!(clean(&home.path), Err(StoreError::Busy { .. })));
    // Of another cut it would hold cases of the sweep at work a second time.
    let shard = Shard { index: 0, count: 3 };
    let ended = manner(1, u64::MAX, |manner| {
        run_shard(&home.sweep, &store, shard, manner)
    });
    assert!(matches!(ended, Err(StoreError::Busy { .. })));
    drop(held);
    assert_eq!(home.shard(0, 3), ShardEnd::Written);
    home.complete(1);
    assert!(home.files() == *PLAIN);
}

#[test]
fn a_merge_that_was_killed_is_done_again() {
    let home = Home::new();
    home.shard(0, 2);
    home.shard(1, 2);
    home.merge().unwrap();
    // Killed between the removal of the manifest and its return, with files half in place.
    fs::remove_file(home.path.join("manifest.json")).unwrap();
    fs::remove_file(home.path.join("summary.json")).unwrap();
    fs::write(home.path.join("results.csv"), "of before").unwrap();
    // Of an earlier state of the sweep, which had lines.
    fs::write(home.path.join("lines.csv"), "of before").unwrap();
    home.complete(1);
    assert!(home.files() == *PLAIN);
    // Killed while removing shards: what is there is told.
    home.shard(0, 2);
    assert_eq!(home.merge().unwrap().tally.cases, 12);
    assert!(home.files() == *PLAIN);
}

#[test]
fn there_is_no_manifest_while_files_are_put_in_their_places() {
    let home = Home::new();
    home.shard(0, 2);
    home.shard(1, 2);
    home.merge().unwrap();
    let summary = home.path.join("summary.json");
    fs::remove_file(&summary).unwrap();
    // No file takes the place of a folder: that ends the merge half way.
    fs::create_dir_all(summary.join("kept")).unwrap();
    match home.merge() {
        Err(MergeError::Store(StoreError::Io { path, .. })) => assert_eq!(path, summary),
        other => panic!("{other:?}"),
    }
    assert!(!home.path.join("manifest.json").exists());
    fs::remove_dir_all(&summary).unwrap();
    home.complete(1);
    assert!(home.files() == *PLAIN);
}

#[test]
fn shards_that_are_merged_go_when_the_sweep_is_called_again_unless_somebody_works_there() {
    let home = Home::new();
    assert_eq!(merged_before(&home.sweep, &home.store()).unwrap(), None);
    home.shard(0, 2);
    home.shard(1, 2);
    let merged = home.merge().unwrap();
    let held = home.store().lock().unwrap();
    let again = || merged_before(&home.sweep, &home.store()).unwrap();
    assert_eq!(again().as_ref(), Some(&merged));
    assert!(home.folder(0, 2).exists());
    drop(held);
    assert_eq!(again(), Some(merged));
    assert!(home.files() == *PLAIN);
}

#[test]
fn more_shards_than_cases_are_legal() {
    let home = Home::new();
    assert_eq!(home.shard(0, 13), ShardEnd::Written);
    let rows = fs::read_to_string(home.folder(0, 13).join("results.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1);
    home.complete(1);
    assert!(home.files() == *PLAIN);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_made_is_told_with_its_path() {
    let sweep = samples::sweep();
    let path = PathBuf::from("/proc/pilotwire/results");
    match Store::open(path.clone(), &sweep) {
        Err(StoreError::Io { path: told, .. }) => assert_eq!(told, path),
        other => panic!("{other:?}"),
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a small file system: needs root"]
fn a_full_disk_is_told_and_the_sweep_goes_on_when_there_is_room() {
    let home = Home::new();
    fs::create_dir_all(&home.path).unwrap();
    let mount = |arguments: &[&str]| {
        let mut command = std::process::Command::new(arguments[0]);
        assert!(
            command
                .args(&arguments[1..])
                .arg(&home.path)
                .status()
                .unwrap()
                .success()
        );
    };
    mount(&["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs"]);
    let ended = home.all(2, u64::MAX);
    let names = home.names();
    mount(&["mount", "-o", "remount,size=4m"]);
    let merged = home.all(2, u64::MAX);
    let files = home.files();
    mount(&["umount"]);
    match ended {
        Err(MergeError::Store(StoreError::Io { error, .. })) => {
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        }
        other => panic!("{other:?}"),
    }
    assert!(
        names.iter().all(|name| name.starts_with("shard-")),
        "{names:?}"
    );
    assert!(matches!(merged, Ok(SweepEnd::Complete(_))));
    assert!(files == *PLAIN);
}
