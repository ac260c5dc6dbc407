//! Sweep files: where axes lead, what they take, and every fault at its place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pilotwire::batch::Sweep;
use pilotwire::batch::axis::Levels;
use pilotwire::batch::read::{LoadedSweep, load};
use pilotwire::scenario::{Files, Loaded, Overrides, Severity, load as load_scenario, load_from};

use crate::scenario_support::{RING, TOPOLOGY};

/// A sweep over the ring, and what stands beside it.
fn folder(sweep: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("ring.topology.toml", TOPOLOGY);
    write(
        "slow.topology.toml",
        &TOPOLOGY.replace("100 Mb/s", "50 Mb/s"),
    );
    write("ring.toml", RING);
    write("packets.csv", "at,size\n1 ms,100 B\n");
    write("sweep.toml", sweep);
    let path = folder.path().join("sweep.toml");
    (folder, path)
}

const HEAD: &str = "name = \"S\"\nscenario = \"ring.toml\"\n";

fn read(axes: &str) -> LoadedSweep {
    let (_folder, path) = folder(&format!("{HEAD}{axes}"));
    load(&path)
}

fn told(loaded: &LoadedSweep) -> Vec<String> {
    loaded
        .findings
        .iter()
        .map(|one| one.title.clone())
        .collect()
}

fn good(axes: &str) -> Sweep {
    let loaded = read(axes);
    let told = told(&loaded);
    loaded.sweep.unwrap_or_else(|| panic!("{axes}\n{told:#?}"))
}

/// The input of a case: its scenario's and its topology's text.
fn texts(sweep: &Sweep, case: u64) -> (String, String) {
    let files = sweep.input(
        &sweep
            .design
            .point(&sweep.axes, sweep.case(case).point_index),
    );
    let text = |ending: &str| {
        let mut found = files.iter().filter(|(path, _)| path.ends_with(ending));
        let octets = found.next().map(|(_, held)| held.octets.clone());
        String::from_utf8(octets.unwrap_or_default()).expect("text")
    };
    (text("ring.toml"), text("ring.topology.toml"))
}

#[test]
fn an_axis_changes_what_its_path_leads_to_and_nothing_else() {
    let sweep = good(
        "[[axis]]\npath = 'circuit[\"87L*\"].jitter_buffer'\nvalues = [\"5 ms\", \"4 ms\"]\n\
         [[axis]]\npath = 'topology.link[medium=copper].rate'\nvalues = [\"2 Mb/s\"]\n",
    );
    assert_eq!((sweep.cases(), sweep.axes[0].targets), (2, 1));
    let (scenario, topology) = texts(&sweep, 0);
    assert_eq!(scenario, RING.replace("\"4 ms\"", "\"5 ms\""));
    assert_eq!(topology, TOPOLOGY.replace("\"10 Mb/s\"", "\"2 Mb/s\""));
    assert_eq!(texts(&sweep, 1).0, RING);
    let Levels::Each(each) = &sweep.axes[0].levels else {
        panic!("listed");
    };
    assert_eq!(each[0].number, Some(5_000_000_000));
    assert_eq!(each[0].label, "5 ms");
    assert_eq!(sweep.axes[0].name, "jitter_buffer");
}

#[test]
fn what_a_default_leaves_out_is_put_in_and_whole_lists_are_replaced() {
    let sweep = good(
        "[[axis]]\npath = 'control.igp.spf'\nvalues = [\"10 ms\"]\n\
         [[axis]]\npath = 'event'\nlabels = [\"none\", \"cut\"]\n\
         values = [[], [{ at = \"200 ms\", fail = { link = \"A-B\" } }]]\n",
    );
    for case in 0..2 {
        let files = sweep.input(&sweep.design.point(&sweep.axes, case));
        let scenario = whole(&sweep, &files, 7).scenario.expect("it is read");
        assert_eq!(scenario.resilience.outages.is_empty(), case == 0);
        assert!(scenario.expanded.contains("spf = \"10 ms\""));
    }
}

#[test]
fn a_scale_multiplies_what_is_written_at_each_place() {
    let sweep = good(
        "[[axis]]\nname = \"size\"\npath = 'circuit[*].payload'\nscale = [\"50 %\", \"100 %\"]\n",
    );
    let (scenario, _) = texts(&sweep, 0);
    // 96 B and 40 B by hand.
    assert!(scenario.contains("payload = \"48 B\"") && scenario.contains("payload = \"20 B\""));
    assert_eq!(texts(&sweep, 1).0, RING);
}

#[test]
fn a_failure_axis_has_one_event_for_each_element_in_order_of_name() {
    let sweep = good(
        "[[axis]]\nname = \"cut\"\nfail = { each = \"link\", at = \"200 ms\", until = \"300 ms\" }\n",
    );
    let Levels::Each(each) = &sweep.axes[0].levels else {
        panic!("listed");
    };
    let labels: Vec<&str> = each.iter().map(|level| level.label.as_str()).collect();
    assert_eq!(labels, ["none", "A-B", "B-C", "C-A", "C-D"]);
    assert_eq!(texts(&sweep, 0).0, RING);
    let event = "[[event]]\nat = \"200 ms\"\nfail = { link = \"C-A\", lasts = \"100 ms\" }\n";
    assert_eq!(texts(&sweep, 3).0, format!("{RING}{event}"));
    // An element that is called as the level without a failure.
    let axis = "[[axis]]\nfail = { each = \"link\", at = \"200 ms\" }\n";
    let (folder, path) = folder(&format!("{HEAD}{axis}"));
    let topology = TOPOLOGY.replace("\"A-B\"", "\"none\"");
    std::fs::write(folder.path().join("ring.topology.toml"), topology).expect("written");
    let told = told(&load(&path));
    let title = "a link is called \"none\", as is no failure";
    assert!(told.iter().any(|one| one == title), "{told:#?}");
}

#[test]
fn files_that_values_name_are_read_once_and_kept() {
    let (folder, path) = folder(&format!(
        "{HEAD}[[axis]]\npath = 'topology'\nvalues = [\"ring.topology.toml\", \"slow.topology.toml\"]\n\
         [[axis]]\nname = \"traffic\"\npath = 'flow[\"LAN\"].pattern'\nlabels = [\"a\", \"b\"]\n\
         values = [{{ kind = \"trace\", file = \"packets.csv\" }}, \
         {{ kind = \"cbr\", period = \"1 ms\", size = \"100 B\" }}]\n",
    ));
    let sweep = load(&path).sweep.expect("it is read");
    drop(folder);
    for case in 0..4 {
        let files = sweep.input(&sweep.design.point(&sweep.axes, case));
        let loaded = sweep.load_case(&files, 7);
        assert!(loaded.scenario.is_some(), "{case} {:#?}", loaded.findings);
    }
}

#[test]
fn a_seed_axis_gives_cases_their_seeds() {
    let sweep = good("[[axis]]\nname = \"draw\"\npath = 'seed'\nvalues = [3, 9]\n");
    assert_eq!((sweep.case(0).seed, sweep.case(1).seed), (3, 9));
    assert_eq!(
        good("[replicas]\ncount = 3\n").case(2).seed,
        9,
        "from the scenario's 7 on"
    );
}

#[test]
fn the_canonical_form_is_a_sweep_with_the_same_cases() {
    let axes = "where = [\"jitter_buffer >= 3 ms\"]\n[replicas]\nseeds = [5, 2]\n\
                [[axis]]\npath = 'circuit[*].jitter_buffer'\n# a comment\n\
                range = { from = \"2 ms\", to = \"5 ms\", step = \"1 ms\" }\n\
                [[axis]]\nname = \"load\"\npath = 'flow[\"LAN\"].pattern.rate'\nscale = [\"50 %\"]\n\
                [[axis]]\nname = \"cut\"\nfail = { each = \"node\", at = \"1 ms\", none = false }\n\
                [[axis]]\npath = 'flow[\"LAN\"].class'\nvalues = [\"BE\", 'AF']\n";
    let first = good(axes);
    let (_folder, path) = folder(&first.expanded);
    let again = load(&path).sweep.expect("its own form is read");
    assert_eq!(
        (&again.digest, &again.expanded),
        (&first.digest, &first.expanded)
    );
    assert_eq!(first.cases(), 3 * 4 * 2 * 2);
    for case in 0..first.cases() {
        assert_eq!(texts(&first, case), texts(&again, case));
        assert_eq!(first.case(case), again.case(case));
    }
    let commented = good(&axes.replace("# a comment", "# another"));
    assert_eq!(commented.digest, first.digest);
    let other = good(&axes.replace("\"50 %\"", "\"25 %\""));
    assert_ne!(other.digest, first.digest);
}

#[test]
fn a_base_that_is_refused_is_no_fault_where_an_axis_sets_what_is_missing() {
    let (folder, path) = folder(&format!(
        "{HEAD}[[axis]]\npath = 'duration'\nvalues = [\"1 s\"]\n"
    ));
    let without = RING.replace("duration = \"1 s\"\n", "");
    std::fs::write(folder.path().join("ring.toml"), &without).expect("written");
    assert!(load(&path).sweep.is_some());
    std::fs::write(
        folder.path().join("ring.toml"),
        without.replace("\"10 ms\"", "\"10\""),
    )
    .expect("written");
    let titles = told(&load(&path));
    assert!(
        titles.iter().any(|title| title == "`telecom` has no unit"),
        "{titles:?}"
    );
}

/// Axes over shipped scenarios: every kind of place that a sweep may vary.
const SHIPPED: &[(&str, &[&str])] = &[
    (
        "fade.toml",
        &[
            "path = 'topology.link[medium=microwave].radio.modulation'\nvalues = [\"64QAM\", \"16QAM\"]",
            "path = 'topology.link[medium=fibre].rate'\nvalues = [\"1 Gb/s\", \"100 Mb/s\"]",
            "path = 'topology.preset'\nvalues = [\"physical\", \"altalink-2011\"]",
            "path = 'event[0].fade.depth'\nvalues = [\"30 dB\", \"20 dB\"]",
            "name = \"load\"\npath = 'flow[class=BE].pattern.rate'\nscale = [\"100 %\", \"50 %\"]",
            "path = 'circuit[path=C].payload'\nvalues = [\"8 B\", \"16 B\"]",
        ],
    ),
    (
        "dcb-late-block.toml",
        &[
            "path = 'relay_profile[\"blocking\"].coordination'\nvalues = [\"25 ms\", \"1 cycles\"]",
            "name = \"instant\"\npath = 'event[*].at'\nvalues = [\"1 s\"]",
        ],
    ),
    (
        "ten-services.toml",
        &[
            "path = 'service[preset=office-lan].scale'\nvalues = [2, 1]",
            "path = 'budget.telecom'\nvalues = [\"10 ms\", \"14 ms\"]",
            "path = 'circuit[scheme=87L].vlan'\nvalues = [false, true]",
        ],
    ),
];

/// A case read with everything that reports print of its input.
fn whole(sweep: &Sweep, files: &Files, seed: u64) -> Loaded {
    let overrides = Overrides {
        seed: Some(seed),
        ..Overrides::default()
    };
    load_from(files, &sweep.base.path, &overrides)
}

fn shipped(scenario: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(scenario)
}

#[test]
fn everything_in_the_shipped_scenarios_can_be_varied() {
    for (scenario, axes) in SHIPPED {
        let base = load_scenario(&shipped(scenario), &Overrides::default());
        let base = base.scenario.expect("shipped").expanded;
        for axis in *axes {
            let text = format!(
                "name = \"S\"\nscenario = '{}'\n[[axis]]\n{axis}\n",
                shipped(scenario).display()
            );
            let (_folder, path) = folder(&text);
            let loaded = load(&path);
            let told = told(&loaded);
            let sweep = loaded.sweep.unwrap_or_else(|| panic!("{axis}\n{told:#?}"));
            let mut seen = BTreeSet::new();
            for case in 0..sweep.cases() {
                let files = sweep.input(&sweep.design.point(&sweep.axes, case));
                let loaded = whole(&sweep, &files, sweep.case(case).seed);
                let plan = loaded
                    .scenario
                    .unwrap_or_else(|| panic!("{axis} {:#?}", loaded.findings));
                seen.insert(plan.expanded);
            }
            assert_eq!(seen.len() as u64, sweep.cases(), "{axis}: every value acts");
            // The first value is what is written, but where a fade or a fault is moved.
            let written = !axis.contains("event[*]");
            assert!(
                !written || seen.contains(&base),
                "{axis}: the written value gives the base"
            );
        }
    }
}

/// Lines behind the head of a sweep over the ring; the title of the one fault, and its help.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "[[axis]]\npath = 'circuit[*].jiter_buffer'\nvalues = [\"1 ms\"]",
        "unknown key `jiter_buffer` in a path",
        "did you mean `circuit[*].jitter_buffer`?",
    ),
    (
        "[[axis]]\npath = 'jitter_buffer'\nvalues = [\"1 ms\"]",
        "unknown key `jitter_buffer` in a path",
        "did you mean `circuit[*].jitter_buffer`?",
    ),
    (
        "[[axis]]\npath = 'circuit.payload'\nvalues = [\"8 B\"]",
        "`circuit` is a list: say which of its elements",
        "`circuit[*].payload` takes all of them",
    ),
    (
        "[[axis]]\npath = 'budget[*].telecom'\nvalues = [\"8 ms\"]",
        "`budget` is no list",
        "write `budget.telecom`",
    ),
    (
        "[[axis]]\npath = 'duration.x'\nvalues = [1]",
        "`duration` has no keys",
        "`duration` is a time such as \"2.5 ms\"",
    ),
    (
        "[[axis]]\npath = 'circuit[\"87L A-C\"].payload'\nvalues = [\"8 B\"]",
        "no circuit is called \"87L A-C\"",
        "did you mean `circuit[\"87L A-B\"].payload`?",
    ),
    (
        "[[axis]]\npath = 'circuit[scheme=POTT].payload'\nvalues = [\"8 B\"]",
        "no circuit with scheme = \"POTT\"",
        "there are \"87L\"",
    ),
    (
        "[[axis]]\npath = 'circuit[schem=87L].payload'\nvalues = [\"8 B\"]",
        "unknown key `schem` in a path",
        "did you mean `scheme`?",
    ),
    (
        "[[axis]]\npath = 'circuit[5].payload'\nvalues = [\"8 B\"]",
        "there is no circuit[5]",
        "the last is `circuit[1]`",
    ),
    (
        "[[axis]]\npath = 'event[0].at'\nvalues = [\"8 ms\"]",
        "there is no event",
        "no `event` is written in the file",
    ),
    (
        "[[axis]]\npath = 'flow[*].pattern.rate'\nvalues = [\"1 Mb/s\"]\nscale = [\"1 %\"]",
        "an axis has either `values` or `scale`",
        "",
    ),
    (
        "[[axis]]\npath = 'flow[*].pattern.calls'\nvalues = [1]",
        "`flow[\"LAN\"].pattern` of kind \"poisson\" has no `calls`",
        "valid keys: rate, size",
    ),
    (
        "[[axis]]\npath = 'circuit[*'\nvalues = [1]",
        "this is no path",
        "such as 'circuit[*].payload', 'circuit[\"87L KEE-ELL\"].payload', \
         'topology.link[medium=fibre].rate'",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'",
        "this axis has no values",
        "say one of values, range, scale, fail",
    ),
    (
        "[[axis]]\nvalues = [1]",
        "this axis has no path",
        "path = 'circuit[*].payload' says what it sets",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 ms\"]",
        "`payload` is no valid size",
        "size in B, kB, such as \"180 kB\"",
    ),
    (
        "[[axis]]\npath = 'circuit[*].class'\nvalues = [\"EE\"]",
        "unknown class \"EE\"",
        "did you mean \"BE\"? expected \"NC\" | \"H1\" | \"EF\" | \"H2\" | \"L1\" | \"AF\" | \"L2\" | \"BE\"",
    ),
    (
        "[[axis]]\npath = 'circuit[*].timeslots'\nvalues = [32]",
        "`timeslots` is out of range",
        "a bare number without quotes, 1 to 31",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 B\", \"8 B\"]",
        "the value 8 B is there twice",
        "cases with the same values would be counted twice",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 B\"]\nlabels = [\"a\", \"b\"]",
        "2 labels for 1 values",
        "",
    ),
    (
        "[[axis]]\npath = 'event'\nvalues = [[]]",
        "values that are tables or arrays need `labels`",
        "labels = [\"first\", \"second\"]: what tables call them",
    ),
    (
        "[[axis]]\nname = \"verdict\"\npath = 'seed'\nvalues = [1]",
        "`verdict` is a column that every sweep has",
        "`name` gives an axis another name",
    ),
    (
        "[[axis]]\nname = \"a\"\npath = 'duration'\nvalues = [\"1 s\"]\n[[axis]]\nname = \"a\"\n\
         path = 'seed'\nvalues = [1]",
        "two axes are called `a`",
        "`name` gives an axis another name",
    ),
    (
        "[[axis]]\nname = \"a\"\npath = 'flow[*].class'\nvalues = [\"BE\"]\n[[axis]]\nname = \"b\"\n\
         path = 'flow[\"LAN\"].class'\nvalues = [\"AF\"]",
        "two axes set `flow[\"LAN\"].class`",
        "each place belongs to one axis; one axis may have several `paths`",
    ),
    (
        "[[axis]]\nname = \"a\"\npath = 'topology'\nvalues = [\"ring.topology.toml\"]\n[[axis]]\n\
         path = 'topology.link[*].rate'\nvalues = [\"1 Gb/s\"]",
        "one axis sets `topology`, another something within it",
        "each place belongs to one axis; one axis may have several `paths`",
    ),
    (
        "[replicas]\ncount = 2\n[[axis]]\nname = \"draw\"\npath = 'seed'\nvalues = [1]",
        "the seed is an axis, and there are replicas",
        "seeds are given by one of them",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nrange = { from = \"8 B\", to = \"64 B\" }",
        "this range has neither `step` nor `count`",
        "designs that draw, random and latin-hypercube, need neither",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nrange = { from = \"64 B\", to = \"8 B\", step = \"1 B\" }",
        "this range ends before it begins",
        "",
    ),
    (
        "[[axis]]\nname = \"size\"\npath = 'circuit[*].payload'\nscale = [\"1 %\"]",
        "1 % of `circuit[\"87L A-B\"].payload` is finer than 1 B, and it will not be rounded",
        "",
    ),
    (
        "[[axis]]\nname = \"size\"\npath = 'circuit[*].vlan'\nscale = [\"1 %\"]",
        "`circuit[\"87L A-B\"].vlan` is not written, so it cannot be scaled",
        "values sets what is written in place of scaling it",
    ),
    (
        "[[axis]]\npath = 'circuit[*].payload'\nvalues = []",
        "`values` has 0 elements",
        "",
    ),
    (
        "[design]\nkind = \"random\"\n[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 B\"]",
        "a design that draws needs `samples`",
        "samples = 200: how many points",
    ),
    (
        "[design]\nkind = \"list\"\n[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 B\"]\n\
         [[axis]]\npath = 'circuit[*].class'\nvalues = [\"EF\", \"H2\"]",
        "axis `payload` has 1 values and axis `class` has 2, in a list",
        "a list takes the n-th value of every axis together",
    ),
    (
        "where = [\"payload > 8 B\"]\n[[axis]]\npath = 'circuit[*].payload'\nvalues = [\"8 B\"]",
        "none of the 1 points satisfies `where`: an empty grid",
        "",
    ),
    (
        "[[axis]]\nname = \"cut\"\nfail = { each = \"link\", at = \"2 s\", until = \"1 s\" }",
        "it is repaired before it fails",
        "",
    ),
    (
        "[replicas]\nseeds = [1, 1]",
        "the seed 1 is there twice",
        "cases with the same values would be counted twice",
    ),
    (
        "",
        "nothing is varied: there are neither axes nor replicas",
        "[[axis]] says what is varied",
    ),
];

#[test]
fn every_fault_is_told_with_its_place_and_what_would_be_right() {
    for (lines, title, help) in FAULTS {
        let loaded = read(&format!("{lines}\n"));
        assert!(loaded.sweep.is_none(), "{lines}");
        let errors: Vec<_> = loaded
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .collect();
        let found: Vec<&str> = errors.iter().map(|one| one.title.as_str()).collect();
        assert!(found.contains(title), "{lines}\n{found:#?}");
        let one = errors
            .iter()
            .find(|one| one.title == *title)
            .expect("found above");
        assert_eq!(one.help.as_deref().unwrap_or(""), *help, "{lines}");
        let label = one.labels.first().expect("a place");
        assert!(
            loaded.sources[label.source.0].path.ends_with("sweep.toml"),
            "{lines}"
        );
    }
}
