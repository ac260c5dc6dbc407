//! Each lint with a scenario that fires it and its nearest neighbour that does not.

use pilotwire::scenario::Severity;
use pilotwire::scenario::lint::RULES;

use crate::scenario_support::{Found, RING, TOPOLOGY, found, load_texts, with};

fn fired(code: &str, scenario: &str, topology: &str) -> Vec<Found> {
    let mut all = found(&load_texts(scenario, topology));
    all.retain(|one| one.code == Some(code));
    all
}

#[test]
fn every_code_is_explained_with_meaning_and_source() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(
        codes,
        [
            "TP001", "TP002", "TP003", "TP004", "TP005", "TP006", "TP007", "TP008", "TP009",
            "TP010", "TP011", "TP012", "TP013", "TP014", "TP015", "TP016", "TP017", "TP018",
            "TP019"
        ]
    );
    for rule in RULES {
        assert!(!rule.title.is_empty() && !rule.severity.is_empty() && rule.meaning.len() > 80);
        let marks = ["clause", " p", "section", "mark:"];
        assert!(
            marks.iter().any(|mark| rule.source.contains(mark)),
            "{}",
            rule.code
        );
    }
}

#[test]
fn tp001_fires_once_for_a_preset_faster_than_light() {
    assert_eq!(fired("TP001", RING, TOPOLOGY), []);
    let article = with(TOPOLOGY, "\"physical\"", "\"altalink-2011\"");
    let told = fired("TP001", RING, &article);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].title,
        "3 us/km in fibre, microwave, copper (preset altalink-2011) is faster than light"
    );
    assert_eq!((told[0].severity, told[0].line), (Severity::Warning, 3));
    // 100 km of fibre: 490 us by the physical constants, 300 us by the article's.
    assert!(
        told[0].help.contains("+0.190 ms on 87L A-B"),
        "{}",
        told[0].help
    );
}

#[test]
fn tp001_fires_for_an_own_constant_just_below_light() {
    let constant = |value: &str| {
        let text = format!("preset = \"physical\"\n[constants]\nfibre = \"{value}\"");
        fired(
            "TP001",
            RING,
            &with(TOPOLOGY, "preset = \"physical\"", &text),
        )
    };
    assert_eq!(constant("3.3356 us/km"), []);
    let told = constant("3.3355 us/km");
    assert_eq!((told.len(), told[0].line), (1, 5));
    assert_eq!(told[0].title, "3.3355 us/km in fibre is faster than light");
}

#[test]
fn tp001_fires_for_a_link_whose_own_propagation_is_just_below_light() {
    let propagation = |value: &str| {
        let text = format!("length = \"100 km\"\npropagation = \"{value}\"");
        fired("TP001", RING, &with(TOPOLOGY, "length = \"100 km\"", &text))
    };
    assert_eq!(propagation("333560 ns"), []);
    let told = propagation("333559 ns");
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].title,
        "propagation of link A-B is faster than light"
    );
    assert!(told[0].help.contains("156441 ns more"), "{}", told[0].help);
}

#[test]
fn tp002_fires_above_half_the_budget_and_says_when_it_is_all_of_it() {
    // 1 ms packets under fill-half: 10 ms of buffer start on the 5th packet, 5 ms.
    let fill = |buffer: &str| fired("TP002", &with(RING, "\"4 ms\"", buffer), TOPOLOGY);
    assert_eq!(fill("\"10 ms\""), []);
    let told = fill("\"11 ms\"");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].title.contains("more than half the budget"),
        "{}",
        told[0].title
    );
    assert!(
        fill("\"18 ms\"")[0]
            .title
            .contains("more than half the budget")
    );
    assert!(
        fill("\"19 ms\"")[0].title.contains("the whole budget"),
        "10 ms of 10 ms"
    );
    // Under prefill: packet and level.
    let prefill = |buffer: &str| fired("TP002", &with(RING, "\"3 ms\"", buffer), TOPOLOGY);
    assert_eq!(prefill("\"4 ms\""), []);
    assert_eq!(prefill("\"5 ms\"").len(), 1);
}

#[test]
fn tp003_refuses_below_2_and_above_32_packets_and_warns_below_3() {
    let buffer = |buffer: &str| {
        let told = fired("TP003", &with(RING, "\"4 ms\"", buffer), TOPOLOGY);
        told.into_iter()
            .map(|one| (one.severity, one.title))
            .collect::<Vec<_>>()
    };
    let named =
        |severity, what: &str| vec![(severity, format!("jitter buffer of circuit 87L A-B {what}"))];
    assert_eq!(
        buffer("\"1 ms\""),
        named(Severity::Error, "holds less than 2 packets")
    );
    assert_eq!(
        buffer("\"2 ms\""),
        named(Severity::Warning, "leaves no slack")
    );
    assert_eq!(buffer("\"3 ms\""), []);
    assert_eq!(buffer("\"32 ms\""), []);
    assert_eq!(
        buffer("\"33 ms\""),
        named(Severity::Error, "holds more than 32 packets")
    );
}

#[test]
fn tp003_as_an_error_refuses_the_scenario() {
    let loaded = load_texts(&with(RING, "\"4 ms\"", "\"33 ms\""), TOPOLOGY);
    assert!(loaded.has_errors() && loaded.scenario.is_none());
    let loaded = load_texts(&with(RING, "\"4 ms\"", "\"2 ms\""), TOPOLOGY);
    assert!(!loaded.has_errors() && loaded.scenario.is_some());
}

#[test]
fn tp003_takes_two_frames_per_packet_to_8_ms_and_no_further() {
    // 0.25 ms packets: 32 of them are 8 ms, and 9 ms is refused.
    let buffer = |buffer: &str| {
        let scenario = with(RING, "timeslots = 12", "timeslots = 1");
        let scenario = with(&scenario, "\"96 B\"", "\"2 B\"");
        fired("TP003", &with(&scenario, "\"4 ms\"", buffer), TOPOLOGY)
    };
    assert_eq!(buffer("\"8 ms\""), []);
    assert_eq!(buffer("\"9 ms\"")[0].severity, Severity::Error);
}

#[test]
fn tp007_fires_from_33_octets_down_and_tells_the_share_of_the_wire_rate() {
    // 14 + 8 + 4 + 34 octets reach the 60 that a frame has without FCS.
    let payload = |payload: &str| {
        let scenario = with(RING, "timeslots = 12", "timeslots = 1");
        let scenario = with(&scenario, "\"4 ms\"", "\"16 ms\"");
        load_texts(&with(&scenario, "\"96 B\"", payload), TOPOLOGY)
    };
    let fires = |loaded: &pilotwire::scenario::Loaded| {
        let mut all = loaded.findings.clone();
        all.retain(|one| one.code == Some("TP007"));
        all
    };
    assert_eq!(fires(&payload("\"34 B\"")), []);
    let told = fires(&payload("\"33 B\""));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Note);
    assert_eq!(
        told[0].labels[0].text,
        "1 B of padding: 1.19 % of the wire rate"
    );
}

#[test]
fn tp008_fires_for_a_node_without_links_and_a_link_that_nothing_crosses() {
    assert_eq!(fired("TP008", RING, TOPOLOGY), []);
    let island = format!("{TOPOLOGY}\n[[node]]\nname = \"E\"\n");
    let told = fired("TP008", RING, &island);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].severity, told[0].title.as_str()),
        (Severity::Warning, "node E has no link")
    );
    let around = with(
        RING,
        "ends = [\"C\", \"A\"]",
        "ends = [\"C\", \"A\"]\npath = [\"C\", \"B\", \"A\"]",
    );
    let told = fired("TP008", &around, TOPOLOGY);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Note);
    assert_eq!(told[0].title, "no circuit and no flow crosses link C-A");
}

#[test]
fn tp010_fires_when_a_class_and_the_more_urgent_ones_exceed_a_link() {
    // LAN: 2 Mb/s in frames of 1500 B, 20 B more each on copper, 2 026 667 b/s; metering:
    // 48 B on the wire each millisecond, 384 000 b/s. Together 2 410 666.7 b/s.
    let rate = |rate: &str| {
        let topology = with(
            TOPOLOGY,
            "rate = \"10 Mb/s\"",
            &format!("rate = \"{rate}\""),
        );
        assert!(
            !load_texts(RING, &topology).has_errors(),
            "the run proceeds"
        );
        fired("TP010", RING, &topology)
    };
    assert_eq!(rate("2410667 b/s"), []);
    let told = rate("2410666 b/s");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Warning);
    assert!(
        told[0]
            .title
            .starts_with("BE on link C-D a-z is overloaded"),
        "{}",
        told[0].title
    );
}

const RELAYS: &str = include_str!("../fixtures/relays.toml");

/// The fixture with line A-B alone: its second circuit's path, and what else is changed.
fn two_groups(path: &str, topology: &str) -> Vec<Found> {
    let text = with(
        RELAYS,
        "name = \"POTT A-B\"\n",
        &format!("name = \"POTT A-B\"\n{path}\n"),
    );
    let mut told = fired("TP018", &text, topology);
    told.retain(|one| one.title.contains("500 kV A-B"));
    told
}

#[test]
fn tp018_fires_where_both_groups_share_a_link_and_not_where_one_goes_round() {
    let told = two_groups("", TOPOLOGY);
    let warning = &told[0];
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(
        warning.title,
        "line 500 kV A-B: its protection groups fail together"
    );
    let round = two_groups("path = [\"A\", \"C\", \"B\"]", TOPOLOGY);
    let titles: Vec<&str> = round.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(
        titles,
        ["line 500 kV A-B: its protection groups run on the clock of the network"]
    );
    // The same tower at links of both ways.
    let tower = with(
        TOPOLOGY,
        "radio_hops = 2",
        "radio_hops = 2\nsrlg = [\"OPGW A-B\"]",
    );
    let told = two_groups("path = [\"A\", \"C\", \"B\"]", &tower);
    assert_eq!(told.len(), 2);
}

#[test]
fn tp018_names_what_both_groups_depend_on() {
    let label = |path: &str, other: &str, topology: &str| {
        let text = with(
            RELAYS,
            "name = \"POTT A-B\"\n",
            &format!("name = \"POTT A-B\"\n{path}\n"),
        );
        let text = with(
            &text,
            "name = \"87L A-B\"\n",
            &format!("name = \"87L A-B\"\n{other}\n"),
        );
        let loaded = load_texts(&text, topology);
        let told = loaded.findings.iter().find(|one| {
            one.code == Some("TP018")
                && one.title == "line 500 kV A-B: its protection groups fail together"
        });
        told.map(|one| one.labels[0].text.clone())
    };
    let round = "path = [\"A\", \"C\", \"B\"]";
    assert_eq!(
        label("", "", TOPOLOGY).as_deref(),
        Some("both depend on group OPGW A-B, link A-B")
    );
    assert_eq!(label(round, "", TOPOLOGY), None);
    assert_eq!(
        label(round, round, TOPOLOGY).as_deref(),
        Some("both depend on link B-C, link C-A, node C")
    );
    // Ground wires of one line, though no link is shared.
    let line = "\n[[line]]\nname = \"L\"\nends = [\"A\", \"B\"]\n";
    let wire = with(TOPOLOGY, "srlg = [", "ground_wire_of = [\"L\"]\nsrlg = [");
    let wire = with(
        &wire,
        "propagation = { a-z = \"300 us\"",
        "ground_wire_of = [\"L\"]\npropagation = { a-z = \"300 us\"",
    );
    assert_eq!(
        label(round, "", &(wire + line)).as_deref(),
        Some("both depend on ground wire of L")
    );
}

#[test]
fn tp018_finds_one_power_supply_behind_two_nodes() {
    // A ring of four, so that each group has a node of its own.
    let topology = "name = \"four\"\npreset = \"physical\"\n\
        [[node]]\nname = \"A\"\n[[node]]\nname = \"B\"\n\
        [[node]]\nname = \"C\"\npower = \"battery\"\n\
        [[node]]\nname = \"D\"\npower = \"battery\"\n";
    let link = |a: &str, z: &str| {
        format!(
            "[[link]]\nname = \"{a}-{z}\"\nends = [\"{a}\", \"{z}\"]\nmedium = \"fibre\"\n\
             length = \"10 km\"\nrate = \"1 Gb/s\"\n"
        )
    };
    let links = [("A", "C"), ("B", "C"), ("A", "D"), ("B", "D")];
    let links: String = links.into_iter().map(|(a, z)| link(a, z)).collect();
    let text = with(
        RELAYS,
        "name = \"87L A-B\"\n",
        "name = \"87L A-B\"\npath = [\"A\", \"C\", \"B\"]\n",
    );
    let text = with(
        &text,
        "name = \"POTT A-B\"\n",
        "name = \"POTT A-B\"\npath = [\"A\", \"D\", \"B\"]\n",
    );
    let told = |topology: &str| {
        let mut told = fired("TP018", &text, topology);
        told.retain(|one| one.title.contains("500 kV A-B: its protection groups fail"));
        told.len()
    };
    let shared = format!("{topology}{links}");
    assert_eq!(told(&shared), 1);
    let apart = with(
        &shared,
        "name = \"D\"\npower = \"battery\"",
        "name = \"D\"\npower = \"mains\"",
    );
    assert_eq!(told(&apart), 0);
}

#[test]
fn tp018_notes_that_both_groups_run_on_the_clock_of_the_network() {
    let clocks = |clock: &str| {
        let mut told = two_groups(&format!("path = [\"A\", \"C\", \"B\"]\n{clock}"), TOPOLOGY);
        told.retain(|one| one.severity == Severity::Note);
        told.len()
    };
    assert_eq!(clocks(""), 1);
    assert_eq!(clocks("clock = { kind = \"differential\" }"), 1);
    assert_eq!(clocks("clock = { kind = \"adaptive\" }"), 0);
}

#[test]
fn tp019_fires_for_a_line_with_one_group_or_the_same_circuit_in_both() {
    assert_eq!(fired("TP019", RELAYS, TOPOLOGY), []);
    let one = with(
        RELAYS,
        "group_a = [\"87L A-B\"]\ngroup_b = [\"POTT A-B\"]",
        "group_a = [\"87L A-B\", \"POTT A-B\"]",
    );
    let told = fired("TP019", &one, TOPOLOGY);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Warning);
    assert_eq!(
        (told[0].title.as_str(), told[0].caret.as_str()),
        (
            "line 500 kV A-B: it has one protection group only",
            "group_a"
        )
    );
    let both = with(
        RELAYS,
        "group_b = [\"POTT A-B\"]",
        "group_b = [\"POTT A-B\", \"87L A-B\"]",
    );
    let told = fired("TP019", &both, TOPOLOGY);
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].title,
        "line 500 kV A-B: both its protection groups are one"
    );
}
