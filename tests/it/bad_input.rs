//! Bad input never runs: every fault at once, each with its file, line, caret and help.

use std::time::Instant;

use proptest::prelude::*;

use crate::scenario_support::{RING, TOPOLOGY, errors, found, load_texts, with};
use pilotwire::scenario::{Overrides, Severity, check_file, load};

/// One change of the scenario, and the one error that it must give: piece of the title, what the
/// caret is under, piece of the help.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const SCENARIO_CASES: &[Case] = &[
    (
        "seed = 7",
        "sede = 7\nseed = 7",
        "unknown key `sede`",
        "sede",
        "did you mean `seed`?",
    ),
    (
        "\"1 s\"",
        "\"1\"",
        "`duration` has no unit",
        "\"1\"",
        "time in ps, ns",
    ),
    ("\"1 s\"", "1", "`duration` has no unit", "1", "\"2.5 ms\""),
    (
        "\"1 s\"",
        "1.5",
        "`duration` has no unit",
        "1.5",
        "\"2.5 ms\"",
    ),
    ("\"1 s\"", "\"0 s\"", "`duration` is zero", "\"0 s\"", ""),
    (
        "\"1 s\"",
        "\"214 days\"",
        "`duration` is no valid time",
        "\"214 days\"",
        "time in",
    ),
    (
        "\"1 s\"",
        "\"5112.5 h\"",
        "`duration` is too large",
        "\"5112.5 h\"",
        "",
    ),
    (
        "\"1 s\"",
        "\"0.4 ps\"",
        "`duration` is no valid time",
        "\"0.4 ps\"",
        "time in",
    ),
    (
        "\"1 s\"",
        "true",
        "`duration` is not what",
        "true",
        "a time such as",
    ),
    ("seed = 7", "seed = -7", "`seed` is out of range", "-7", ""),
    ("\"60 Hz\"", "\"55 Hz\"", "no power system", "\"55 Hz\"", ""),
    (
        "duration = \"1 s\"\n",
        "",
        "has no `duration`",
        "",
        "duration: a time",
    ),
    (
        "telecom = \"10 ms\"",
        "",
        "the budget is empty",
        "[budget]",
        "article-2011",
    ),
    (
        "telecom = \"10 ms\"",
        "profile = \"exact-50hz\"",
        "is for 50 Hz",
        "\"exact-50hz\"",
        "",
    ),
    (
        "[\"A\", \"B\"]",
        "[\"A\", \"b\"]",
        "unknown node \"b\"",
        "\"b\"",
        "did you mean \"B\"?",
    ),
    (
        "[\"A\", \"B\"]",
        "[\"A\", \"A\"]",
        "both ends of 87L A-B are A",
        "\"A\"",
        "",
    ),
    (
        "[\"A\", \"B\"]",
        "[\"A\"]",
        "`ends` has 1 elements",
        "[\"A\"]",
        "",
    ),
    (
        "to = \"D\"",
        "to = \"E\"",
        "unknown node \"E\"",
        "\"E\"",
        "",
    ),
    (
        "\"POTT C-A\"",
        "\"87L A-B\"",
        "two circuits or flows",
        "\"87L A-B\"",
        "its own",
    ),
    (
        "\"LAN\"",
        "\"87L A-B\"",
        "two circuits or flows",
        "\"87L A-B\"",
        "its own",
    ),
    (
        "\"LAN\"",
        "\"LA\\u0007N\"",
        "`name` is no valid name",
        "\"LA\\u0007N\"",
        "",
    ),
    ("\"LAN\"", "\"\"", "`name` is no valid name", "\"\"", ""),
    (
        "\"96 B\"",
        "\"97 B\"",
        "takes no payload of 97 B",
        "\"97 B\"",
        "such as 96 B or 108 B",
    ),
    (
        "\"96 B\"",
        "\"12 B\"",
        "takes no payload of 12 B",
        "\"12 B\"",
        "at least 24 B",
    ),
    (
        "\"96 B\"",
        "96",
        "`payload` has no unit",
        "96",
        "\"180 kB\"",
    ),
    (
        "\"4 ms\"",
        "\"0 ms\"",
        "cannot be set",
        "\"0 ms\"",
        "1 ms to 250 ms",
    ),
    (
        "\"4 ms\"",
        "\"251 ms\"",
        "cannot be set",
        "\"251 ms\"",
        "1 ms to 250 ms",
    ),
    (
        "\"4 ms\"",
        "\"4.5 ms\"",
        "cannot be set",
        "\"4.5 ms\"",
        "whole milliseconds",
    ),
    (
        "timeslots = 12",
        "timeslots = 32",
        "`timeslots` is out of range",
        "32",
        "",
    ),
    (
        "timeslots = 12",
        "timeslots = 13",
        "carries at most 12",
        "13",
        "",
    ),
    (
        "timeslots = 12",
        "",
        "has no `timeslots`",
        "[[circuit]]",
        "from 1 to 31",
    ),
    (
        "\"EF\"",
        "\"ef\"",
        "unknown class \"ef\"",
        "\"ef\"",
        "did you mean \"EF\"?",
    ),
    (
        "\"fill-half\"",
        "\"fill_half\"",
        "unknown playout",
        "\"fill_half\"",
        "\"fill-half\"",
    ),
    (
        "\"4 ms\"\nplayout = \"fill-half\"",
        "\"4 ms\"\nplayout = \"extreme\"",
        "`jitter_buffer` would have no effect",
        "jitter_buffer",
        "follows from the packet time",
    ),
    (
        "playout = \"fill-half\"\n",
        "",
        "has no `playout`",
        "[[circuit]]",
        "\"fill-half\"",
    ),
    (
        "class = \"EF\"\n",
        "",
        "has no `class`",
        "[[circuit]]",
        "\"EF\"",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\nbaud = 9600",
        "`baud` would have no effect",
        "baud",
        "RS-232",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\nslots = [1]",
        "`slots` would have no effect",
        "slots",
        "circuit emulation has no such setting",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\ncompare = \"POTT C-B\"",
        "there is no circuit \"POTT C-B\"",
        "\"POTT C-B\"",
        "did you mean \"POTT C-A\"?",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\ncompare = \"87L A-B\"",
        "compared with itself",
        "\"87L A-B\"",
        "",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\nclock = { kind = \"free-running\", offset = \"1001 ppm\" }",
        "`offset` is out of range",
        "\"1001 ppm\"",
        "relative offset",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\nclock = { kind = \"network\", \
         holdover = { at = \"1 ms\", offset = \"1000 ppm\" }, \
         wander = { amplitude = \"18 us\", period = \"60 s\" } }",
        "a clock beyond 1000 ppm",
        "",
        "no clock in service",
    ),
    (
        "timeslots = 12",
        "timeslots = 12\nclock = { kind = \"adaptive\", \
         wander = { amplitude = \"18 us\", period = \"10 us\" } }",
        "`period` is too small",
        "\"10 us\"",
        "",
    ),
    (
        "\"C37.94\"\ntimeslots = 12",
        "\"4W-E&M\"\ntimeslots = 1",
        "has no `tone_detection`",
        "[[circuit]]",
        "8 ms to 25 ms",
    ),
    (
        "\"C37.94\"\ntimeslots = 12\npayload = \"96 B\"",
        "\"4W-E&M\"\nsignalling = \"cas-e1\"\npayload = \"20 B\"",
        "a broken multiframe",
        "\"20 B\"",
        "multiples of 16 B",
    ),
    (
        "interface = \"C37.94\"\n",
        "service = \"satop-e1\"\n",
        "has no timeslots",
        "12",
        "cesopsn",
    ),
    (
        "\"87L\"",
        "\"87M\"",
        "unknown scheme \"87M\"",
        "\"87M\"",
        "did you mean \"87L\"?",
    ),
    (
        "\"cbr\"",
        "\"crb\"",
        "unknown pattern kind",
        "\"crb\"",
        "did you mean \"cbr\"?",
    ),
    (
        "\"cbr\"",
        "\"burst\"",
        "unknown pattern kind \"burst\"",
        "\"burst\"",
        "cbr, poisson, on-off, trace",
    ),
    (
        "kind = \"cbr\", ",
        "",
        "`pattern` has no `kind`",
        "",
        "cbr, poisson",
    ),
    (
        "size = \"1500 B\"",
        "size = \"63 B\"",
        "no Ethernet frame",
        "\"63 B\"",
        "wire",
    ),
    (
        "\"2 Mb/s\"",
        "\"2 Mbps\"",
        "no valid bit rate",
        "\"2 Mbps\"",
        "Mb/s",
    ),
    ("\"2 Mb/s\"", "\"1 b/s\"", "mean gap", "\"1 b/s\"", ""),
    (
        "\"1 ms\", size",
        "\"0 s\", size",
        "`period` is zero",
        "\"0 s\"",
        "",
    ),
    (
        "\"B\", \"C\", \"D\"]",
        "\"B\", \"D\"]",
        "no link joins B and D",
        "\"D\"",
        "",
    ),
    (
        "\"B\", \"C\", \"D\"]",
        "\"B\", \"A\", \"D\"]",
        "visits A twice",
        "\"A\"",
        "",
    ),
    (
        "\"B\", \"C\", \"D\"]",
        "\"B\", \"C\"]",
        "does not lead",
        "[\"A\", \"B\", \"C\"]",
        "end with",
    ),
    (
        "\"ring.topology.toml\"",
        "\"rong.toml\"",
        "cannot read",
        "\"rong.toml\"",
        "folder",
    ),
    (
        "[[flow]]",
        "[[event]]\nat = \"500 ms\"\nfail = { link = \"A-D\" }\n[[flow]]",
        "unknown link \"A-D\"",
        "\"A-D\"",
        "did you mean \"A-B\"?",
    ),
];

const TOPOLOGY_CASES: &[Case] = &[
    ("\"100 km\"", "\"0 km\"", "`length` is zero", "\"0 km\"", ""),
    ("\"1 Gb/s\"", "\"0 b/s\"", "`rate` is zero", "\"0 b/s\"", ""),
    (
        "\"1 Gb/s\"",
        "1000000000",
        "`rate` has no unit",
        "1000000000",
        "41.9 Mb/s",
    ),
    (
        "length = \"100 km\"\n",
        "",
        "neither `length` nor",
        "[[link]]",
        "359.6 us",
    ),
    (
        "[\"A\", \"B\"]",
        "[\"A\", \"A\"]",
        "to itself",
        "\"A\"",
        "two different",
    ),
    (
        "[\"A\", \"B\"]",
        "[\"A\", \"X\"]",
        "unknown node \"X\"",
        "\"X\"",
        "",
    ),
    (
        "name = \"D\"",
        "name = \"D\"\n[[node]]\nname = \"D\"",
        "two nodes",
        "\"D\"",
        "its own",
    ),
    (
        "name = \"C-D\"",
        "name = \"C-A\"",
        "two links are named",
        "\"C-A\"",
        "",
    ),
    (
        "medium = \"fibre\"\nlength = \"100 km\"\nrate = \"1 Gb/s\"",
        "medium = \"leased-line\"\nlength = \"100 km\"",
        "link A-B has no `timeslots`",
        "[[link]]",
        "timeslots = 31",
    ),
    (
        "\"microwave\"",
        "\"fiber\"",
        "unknown medium",
        "\"fiber\"",
        "did you mean \"fibre\"?",
    ),
    (
        "rate = \"1 Gb/s\"",
        "rate = \"1 Gb/s\"\nradio_hops = 2",
        "has no radio hops",
        "2",
        "",
    ),
    (
        "min = \"40 us\"",
        "min = \"151 us\"",
        "min above max",
        "",
        "",
    ),
    (
        "\"physical\"",
        "\"phisical\"",
        "unknown preset",
        "\"phisical\"",
        "did you mean \"physical\"?",
    ),
    (
        "\"Alpha\"",
        "\"Alpha\"\nlat = 53.5",
        "only one of lat and lon",
        "lat",
        "",
    ),
    (
        "\"Alpha\"",
        "\"Alpha\"\nlat = 93.5\nlon = 0",
        "`lat` is out of range",
        "93.5",
        "",
    ),
    (
        "preset = \"physical\"",
        "preset = \"physical\"\n[constants]\nfiber = \"4.7 us/km\"",
        "unknown key `fiber`",
        "fiber",
        "did you mean `fibre`?",
    ),
    (
        "preset = \"physical\"",
        "preset = \"physical\"\ncoordinates = \"no.csv\"",
        "cannot read",
        "\"no.csv\"",
        "folder",
    ),
];

fn check_case(scenario: &str, topology: &str, changed: &str, case: &Case) {
    let (from, to, title, caret, help) = case;
    let loaded = load_texts(scenario, topology);
    let told = errors(&loaded);
    let text = format!("{from:?} -> {to:?}: {told:#?}");
    assert!(loaded.scenario.is_none(), "{text}");
    let hit = told.iter().find(|one| one.title.contains(title));
    let hit = hit.unwrap_or_else(|| panic!("{title:?} is told: {text}"));
    assert!(
        hit.caret.contains(caret),
        "the caret stands under {caret:?}: {text}"
    );
    assert!(hit.help.contains(help), "the help says {help:?}: {text}");
    assert_eq!(told.len(), 1, "one fault, one finding: {text}");
    // The line is where the change was made, or just below where something was taken out.
    let original = if changed == "ring.toml" {
        RING
    } else {
        TOPOLOGY
    };
    let start = original.find(from).expect("in the fixture");
    let line = original[..start].matches('\n').count() + 1;
    assert_eq!(hit.file, changed, "{text}");
    if hit.caret.contains(caret) && !to.is_empty() && !caret.starts_with("[[") {
        let added = to.matches('\n').count();
        assert!(
            (line..=line + added).contains(&hit.line),
            "line {line}: {text}"
        );
    }
}

#[test]
fn every_fault_of_a_scenario_is_told_once_with_line_caret_and_help() {
    for case in SCENARIO_CASES {
        check_case(&with(RING, case.0, case.1), TOPOLOGY, "ring.toml", case);
    }
}

#[test]
fn every_fault_of_a_topology_is_told_once_with_line_caret_and_help() {
    for case in TOPOLOGY_CASES {
        check_case(
            RING,
            &with(TOPOLOGY, case.0, case.1),
            "ring.topology.toml",
            case,
        );
    }
}

#[test]
fn a_node_or_link_without_a_usable_name_makes_no_other_name_unknown() {
    for (from, to) in [
        ("name = \"D\"", "name = 4"),
        ("name = \"C-D\"", "name = \"\""),
    ] {
        let told = errors(&load_texts(RING, &with(TOPOLOGY, from, to)));
        assert_eq!(told.len(), 1, "{told:#?}");
    }
}

#[test]
fn a_disconnected_circuit_is_told() {
    let topology = with(TOPOLOGY, "[\"A\", \"B\"]", "[\"C\", \"B\"]");
    let topology = with(&topology, "[\"C\", \"A\"]", "[\"C\", \"B\"]");
    let loaded = load_texts(RING, &topology);
    let titles: Vec<String> = errors(&loaded).into_iter().map(|one| one.title).collect();
    assert!(
        titles.contains(&"circuit 87L A-B: no path from A to B".to_owned()),
        "{titles:?}"
    );
    assert!(
        titles.contains(&"circuit POTT C-A: no path from C to A".to_owned()),
        "{titles:?}"
    );
    assert!(
        titles.contains(&"flow metering: no link joins A and B".to_owned()),
        "{titles:?}"
    );
    assert_eq!(titles.len(), 3);
}

#[test]
fn one_circuit_above_a_links_rate_is_refused() {
    // 96 B payload every ms: 14 + 8 + 4 + 96 + 4 = 126 B frames, 146 B with preamble and gap:
    // 1168 kb/s. A link of 1168 kb/s carries it, one of 1167 kb/s does not.
    let fits = load_texts(RING, &with(TOPOLOGY, "\"1 Gb/s\"", "\"1168 kb/s\""));
    assert_eq!(errors(&fits), []);
    let loaded = load_texts(RING, &with(TOPOLOGY, "\"1 Gb/s\"", "\"1167 kb/s\""));
    let told = errors(&loaded);
    assert!(
        told.iter()
            .all(|one| one.title == "circuit 87L A-B alone exceeds the rate of link A-B")
    );
    assert_eq!(
        (told.len(), told[0].line, told[0].caret.as_str()),
        (1, 12, "\"87L A-B\"")
    );
    assert_eq!(told[0].code, Some("TP010"), "`explain` has the reason");
}

#[test]
fn a_queue_smaller_than_a_packet_that_must_use_it_is_refused() {
    let queue = |limit: &str| {
        let queue = format!("rate = \"10 Mb/s\"\nqueue = {{ BE = \"{limit}\" }}");
        load_texts(RING, &with(TOPOLOGY, "rate = \"10 Mb/s\"", &queue))
    };
    assert_eq!(errors(&queue("1500 B")), []);
    let told = errors(&queue("1499 B"));
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].title,
        "queue of BE on link C-D is smaller than a packet of LAN"
    );
    assert_eq!(told[0].line, 48);
}

#[test]
fn all_faults_of_both_files_are_told_at_once() {
    let scenario = with(RING, "seed = 7", "seed = 7\ncolour = \"red\"");
    let scenario = with(&scenario, "\"96 B\"", "\"97 B\"");
    let scenario = with(&scenario, "to = \"D\"", "to = \"Q\"");
    let topology = with(TOPOLOGY, "\"1 Gb/s\"", "\"0 b/s\"");
    let topology = with(&topology, "\"100 m\"", "100");
    let loaded = load_texts(&scenario, &topology);
    let titles: Vec<String> = errors(&loaded).into_iter().map(|one| one.title).collect();
    let want = [
        "unknown key `colour`",
        "circuit 87L A-B: nokia-7705 takes no payload of 97 B",
        "unknown node \"Q\"",
        "`rate` is zero",
        "`length` has no unit",
    ];
    assert_eq!(titles, want);
}

#[test]
fn broken_toml_tells_every_syntax_error() {
    let scenario = with(RING, "seed = 7", "seed = = 7");
    let scenario = with(&scenario, "class = \"EF\"", "class = \"EF");
    let told = errors(&load_texts(&scenario, TOPOLOGY));
    let lines: Vec<usize> = told.iter().map(|one| one.line).collect();
    assert!(
        told.iter().all(|one| one.title == "broken TOML"),
        "{told:?}"
    );
    assert!(lines.contains(&5) && lines.contains(&20), "{told:?}");
}

#[test]
fn a_scenario_without_traffic_has_nothing_to_run() {
    let head = RING.split("[[circuit]]").next().expect("a head");
    let told = errors(&load_texts(head, TOPOLOGY));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].title, "the scenario has no circuit and no flow");
}

#[test]
fn missing_empty_and_binary_files_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = load(&folder.path().join("none.toml"), &Overrides::default());
    assert!(missing.has_errors() && missing.findings[0].labels.is_empty());
    let told = load(folder.path(), &Overrides::default());
    assert!(told.has_errors(), "a folder is no file");
    let empty = folder.path().join("empty.toml");
    std::fs::write(&empty, "").expect("written");
    let told = errors(&load(&empty, &Overrides::default()));
    assert!(
        told.iter()
            .any(|one| one.title == "the scenario has no `duration`"),
        "{told:?}"
    );
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"name = \"x\"\nseed = \xff\xfe\x00").expect("written");
    let told = errors(&load(&binary, &Overrides::default()));
    assert_eq!((told.len(), told[0].line), (1, 2), "{told:?}");
    assert!(told[0].title.contains("is not UTF-8 text"));
}

#[test]
fn ten_megabytes_of_noise_give_a_page_of_findings() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("noise.toml");
    let mut state = 1_u64;
    let mut noise = |alphabet: &[u8]| {
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            alphabet[usize::try_from(state >> 33).unwrap_or(0) % alphabet.len()]
        };
        (0..10_000_000).map(|_| draw()).collect::<Vec<u8>>()
    };
    let every: Vec<u8> = (0..=255).collect();
    let printable: Vec<u8> = (32..127).chain([b'\n']).collect();
    for alphabet in [
        &every[..],
        &printable,
        b"[",
        b"a=1\n",
        b"[]{}=\",\n",
        b"[[a]]\n.",
    ] {
        std::fs::write(&file, noise(alphabet)).expect("written");
        let start = Instant::now();
        for loaded in [load(&file, &Overrides::default()), check_file(&file)] {
            assert!(loaded.has_errors());
            assert!(loaded.findings.len() <= 201, "{}", loaded.findings.len());
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}

#[test]
fn the_coordinates_file_is_checked_line_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let topology = with(TOPOLOGY, "preset", "coordinates = \"c.csv\"\npreset");
    let file = folder.path().join("t.toml");
    std::fs::write(&file, topology).expect("written");
    let told = |csv: &str| {
        std::fs::write(folder.path().join("c.csv"), csv).expect("written");
        let told = errors(&check_file(&file)).into_iter();
        told.map(|one| (one.line, one.title)).collect::<Vec<_>>()
    };
    assert_eq!(
        told("# notice\nnode,lat,lon\nA,53.5,-114.4\nB,-0.000001,180\n"),
        []
    );
    let bad = told("node,lat,lon\nA,91,0\nZ,1,1\nB,1,1\nB,1,1\nC,1\n");
    let lines: Vec<usize> = bad.iter().map(|one| one.0).collect();
    assert_eq!(lines, [2, 3, 5, 6], "{bad:?}");
    assert_eq!(told("id,lat,lon\nA,1,1\n").len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_mutation_of_a_valid_file_makes_it_panic(
        which: bool,
        cuts in prop::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..12, "[ -~\n]{0,6}"),
            1..6,
        ),
    ) {
        let mutate = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            for (at, length, put) in &cuts {
                let at = at.index(bytes.len() + 1);
                let end = (at + length).min(bytes.len());
                bytes.splice(at..end, put.bytes());
            }
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let loaded = if which {
            load_texts(&mutate(RING), TOPOLOGY)
        } else {
            load_texts(RING, &mutate(TOPOLOGY))
        };
        prop_assert_eq!(loaded.has_errors(), loaded.scenario.is_none());
        let _ = found(&loaded);
    }

    #[test]
    fn no_exchange_of_values_makes_it_panic(
        which: bool,
        line: prop::sample::Index,
        value in prop::sample::select(vec![
            "\"0 s\"", "\"213 days\"", "\"1 ps\"", "\"65535 B\"", "\"1 B\"", "\"10 Tb/s\"",
            "\"1 kb/s\"", "\"100000 km\"", "\"1 mm\"", "\"default\"", "\"unlimited\"", "31", "1",
            "9223372036854775807", "18446744073709551615", "[]", "{}", "nan", "\"generic\"",
            "\"satop-t1\"", "\"prefill\"", "\"250 ms\"", "[\"A\", \"B\"]", "1979-05-27", "true",
        ]),
    ) {
        let exchange = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let at = line.index(lines.len());
            if let Some((key, _)) = lines[at].clone().split_once(" = ") {
                lines[at] = format!("{key} = {value}");
            }
            lines.join("\n")
        };
        let loaded = if which {
            load_texts(&exchange(RING), TOPOLOGY)
        } else {
            load_texts(RING, &exchange(TOPOLOGY))
        };
        prop_assert_eq!(loaded.has_errors(), loaded.scenario.is_none());
    }
}

#[test]
fn the_ring_itself_has_no_fault() {
    let loaded = load_texts(RING, TOPOLOGY);
    let worse: Vec<_> = found(&loaded)
        .into_iter()
        .filter(|one| one.severity != Severity::Note)
        .collect();
    assert_eq!(worse, []);
    assert!(loaded.scenario.is_some());
}

#[test]
fn a_large_file_full_of_unknown_nodes_is_refused_in_seconds() {
    use std::fmt::Write;
    let mut topology = "name = \"x\"\npreset = \"physical\"\n".to_owned();
    for node in 0..3000 {
        writeln!(topology, "[[node]]\nname = \"N{node}\"").expect("text");
    }
    for link in 0..2999 {
        let ends = format!("ends = [\"N{link}\", \"N{}\"]", link + 1);
        let rest = "medium = \"fibre\"\nlength = \"1 km\"\nrate = \"1 Gb/s\"";
        writeln!(topology, "[[link]]\nname = \"L{link}\"\n{ends}\n{rest}").expect("text");
    }
    let mut scenario = RING[..RING.find("[[").expect("tables")].to_owned();
    for flow in 0..20_000 {
        let ends = format!("from = \"N0\"\nto = \"Zq{flow}\"\nclass = \"EF\"");
        let rest = "pattern = { kind = \"cbr\", period = \"1 s\", size = \"64 B\" }";
        writeln!(scenario, "[[flow]]\nname = \"f{flow}\"\n{ends}\n{rest}").expect("text");
    }
    let begin = Instant::now();
    let loaded = load_texts(&scenario, &topology);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    assert!(
        errors(&loaded)
            .iter()
            .any(|one| one.title == "unknown node \"Zq0\"" && one.help.contains("and 2992 more"))
    );
}
