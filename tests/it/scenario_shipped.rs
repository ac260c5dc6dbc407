//! The scenarios that are shipped load, and say what they are meant to say.

use std::path::{Path, PathBuf};

use pilotwire::scenario::{Loaded, Overrides, Severity, check_file, load};

fn shipped(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder is shipped");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    // Sweeps are held by `sweep_shipped`.
    files.retain(|file| {
        let name = file.file_name().expect("a name").to_string_lossy();
        !name.starts_with("sweep-")
    });
    files.sort();
    assert!(!files.is_empty());
    files
}

fn errors(loaded: &Loaded) -> Vec<String> {
    let findings = loaded
        .findings
        .iter()
        .filter(|one| one.severity == Severity::Error);
    findings.map(|one| format!("{one:?}")).collect()
}

#[test]
fn every_shipped_scenario_and_topology_loads_without_an_error() {
    for file in shipped("scenarios") {
        let loaded = load(&file, &Overrides::default());
        assert_eq!(errors(&loaded), Vec::<String>::new(), "{}", file.display());
        assert!(loaded.scenario.is_some(), "{}", file.display());
    }
    for file in shipped("topologies") {
        let loaded = check_file(&file);
        assert_eq!(errors(&loaded), Vec::<String>::new(), "{}", file.display());
        assert!(loaded.scenario.is_none(), "a topology alone runs nothing");
    }
}

#[test]
fn the_expanded_text_of_every_shipped_scenario_reads_back_to_the_same_plan() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in shipped("scenarios") {
        let first = load(&file, &Overrides::default())
            .scenario
            .expect("it loads");
        let copy = folder.path().join(file.file_name().expect("a name"));
        std::fs::write(&copy, &first.expanded).expect("written");
        let loaded = load(&copy, &Overrides::default());
        assert_eq!(errors(&loaded), Vec::<String>::new(), "{}", first.expanded);
        let second = loaded.scenario.expect("it loads again");
        assert_eq!(
            format!("{:?}", first.plan),
            format!("{:?}", second.plan),
            "{}",
            file.display()
        );
        assert_eq!(
            first.expanded, second.expanded,
            "expanding twice changes nothing"
        );
        assert_eq!(
            format!("{:?}", first.circuits),
            format!("{:?}", second.circuits)
        );
        assert_eq!(first.not_judged, second.not_judged);
        assert_eq!(first.seed, second.seed);
    }
}
