//! Shards that are missing, damaged, of another sweep or held twice.

use super::*;

#[test]
fn missing_shards_are_listed_and_missing_cases_told() {
    let home = Home::new();
    let missing = |count| missing(&home.sweep, &home.store(), count).unwrap();
    assert_eq!(missing(3), [0, 1, 2]);
    home.shard(1, 3);
    edit(&home.folder(1, 3).join("results.csv"), |octets| {
        octets.truncate(50)
    });
    home.shard(2, 3);
    assert_eq!(
        missing(3),
        [0, 1],
        "a damaged one is to be worked out again"
    );
    assert_eq!(home.shard(1, 3), ShardEnd::Written);
    match home.merge() {
        Err(MergeError::Missing { cases }) => assert!(cases.iter().eq([&(0..4)])),
        other => panic!("{other:?}"),
    }
    home.complete(1);
    assert!(missing(3).is_empty() && missing(20).is_empty());
    assert_eq!(clean(&home.path).unwrap().put_aside, 1);
    assert!(home.files() == *PLAIN);
}

#[test]
fn everything_that_is_wrong_with_shards_is_told_at_once() {
    let home = Home::new();
    for index in [0, 1, 2, 3, 4] {
        home.shard(index, 6);
    }
    home.shard(1, 12);
    // One digit of one cell; one file cut short; one gone; a manifest that is none.
    let digit = |octets: &mut Vec<u8>| {
        let at = octets.iter().rposition(u8::is_ascii_digit).unwrap();
        octets[at] = if octets[at] == b'9' {
            b'8'
        } else {
            octets[at] + 1
        };
    };
    edit(&home.folder(0, 6).join("results.csv"), digit);
    let length = fs::metadata(home.folder(1, 6).join("cases.csv"))
        .unwrap()
        .len();
    edit(&home.folder(1, 6).join("cases.csv"), |octets| {
        octets.truncate(100)
    });
    fs::remove_file(home.folder(1, 6).join("histograms.hlog")).unwrap();
    edit(&home.folder(2, 6).join("manifest.json"), |octets| {
        octets.truncate(100)
    });
    let text = |path: PathBuf, from: &str, to: &str| {
        let manifest = fs::read_to_string(&path).unwrap();
        assert!(manifest.contains(from));
        fs::write(path, manifest.replacen(from, to, 1)).unwrap();
    };
    text(
        home.folder(3, 6).join("manifest.json"),
        &"0".repeat(64),
        &"1".repeat(64),
    );
    let version = format!("\"tool_version\": \"{}\"", crate::report::TOOL_VERSION);
    text(
        home.folder(4, 6).join("manifest.json"),
        &version,
        "\"tool_version\": \"0.0.9\"",
    );
    let before = home.files();
    let faults = home.faults();
    let expected = [
        "shard-000000-of-000006: checksum of results.csv".to_owned(),
        format!(
            "shard-000001-of-000006: cases.csv has 100 octets, not {length}; histograms.hlog is \
             missing"
        ),
        "shard-000002-of-000006: manifest.json cannot be read: ".to_owned(),
        "shard-000003-of-000006: of another sweep: its file, or one that it names, ".to_owned(),
        "shard-000004-of-000006: written by version 0.0.9 (model ".to_owned(),
        "cases 1..2 are in two shards, shard-000000-of-000006 and shard-000001-of-0".to_owned(),
        "cases 6..12 are missing".to_owned(),
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(&expected) {
        assert!(fault.starts_with(expected), "{fault}");
    }
    assert_eq!(home.files(), before, "nothing was changed");
}

#[test]
fn a_manifest_with_one_digit_altered_is_damage() {
    let home = Home::new();
    home.shard(0, 2);
    home.shard(1, 2);
    let manifest = home.folder(1, 2).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (from, to) in [
        ("\"first\": 6", "\"first\": 7"),
        ("\"shard\": 1", "\"shard\": 0"),
    ] {
        fs::write(&manifest, text.replacen(from, to, 1)).unwrap();
        assert_eq!(
            home.faults(),
            ["shard-000001-of-000002: manifest.json is altered"]
        );
    }
}

#[test]
fn shards_of_two_cuts_are_filled_up_where_they_go_together() {
    let home = Home::new();
    home.shard(0, 2);
    home.shard(3, 4);
    home.complete(2);
    assert!(home.files() == *PLAIN);
    let home = Home::new();
    home.shard(0, 2);
    home.shard(2, 5);
    assert!(matches!(home.all(1, 99), Err(MergeError::Damage { .. })));
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let refused = |home: &Home| {
        let before = home.files();
        let opened = Store::open(home.path.clone(), &home.sweep);
        assert!(
            matches!(opened, Err(StoreError::InTheWay { .. })),
            "{opened:?}"
        );
        assert_eq!(home.files(), before);
    };
    let mut home = Home::new();
    home.shard(0, 2);
    home.sweep.digest = "1".repeat(64);
    refused(&home);
    // Results of the same sweep in an earlier state are replaced, those of another are not.
    let mut home = Home::new();
    home.complete(1);
    fs::write(home.path.join("timing.json"), "{}").unwrap();
    home.sweep.name = "Another".into();
    refused(&home);
    let mut home = Home::new();
    home.complete(1);
    fs::write(home.path.join("timing.json"), "{}").unwrap();
    home.sweep.digest = "1".repeat(64);
    home.sweep.histograms = false;
    home.complete(1);
    let names = home.names();
    assert!(
        !names
            .iter()
            .any(|name| name == "timing.json" || name == "histograms.hlog")
    );
    let home = Home::new();
    fs::create_dir_all(&home.path).unwrap();
    fs::write(home.path.join("chapter-1.txt"), "text").unwrap();
    refused(&home);
    assert!(matches!(
        clean(&home.path),
        Err(StoreError::InTheWay { .. })
    ));
    let file = home.path.join("chapter-1.txt");
    let opened = Store::open(file, &home.sweep);
    assert!(matches!(opened, Err(StoreError::InTheWay { .. })));
}

#[test]
fn a_shard_whose_table_begins_otherwise_is_not_merged() {
    let mut home = Home::new();
    home.shard(0, 2);
    // One that says of itself that it is of the same sweep.
    home.sweep.axes[0].name = "size".into();
    home.shard(1, 2);
    match home.merge() {
        Err(MergeError::Store(StoreError::Io { path, error })) => {
            assert!(path.starts_with(home.folder(0, 2)), "{path:?}");
            assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        }
        other => panic!("{other:?}"),
    }
    assert!(!home.path.join("results.csv").exists());
}
