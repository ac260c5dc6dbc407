//! Failures and protection in the files: what they become, and what is refused.

use proptest::prelude::*;

use crate::scenario_support::{Found, RING, TOPOLOGY, errors, found, load_texts, with};
use pilotwire::mpls::outage::{Element, FOR_EVER, Stretch};
use pilotwire::mpls::settings::Detection;
use pilotwire::scenario::resilience::{FailureKind, ProtectionKind, Resilience};
use pilotwire::scenario::{Scenario, Severity};
use pilotwire::topology::{Direction, LinkId, NodeId};
use pilotwire::units::{SimTime, Span};

/// The ring with groups, a power line and a power supply; nodes A, B, C, D and links A-B, B-C, C-A,
/// C-D have their ids in this order.
fn topology() -> String {
    let text = with(
        TOPOLOGY,
        "srlg = [\"OPGW A-B\"]",
        "srlg = [\"OPGW A-B\"]\nadmin_groups = [\"north\", \"fibre\"]\n\
         ground_wire_of = [\"500 kV A-B\"]\nte_metric = 12\nreservable = \"80 Mb/s\"",
    );
    let text = with(
        &text,
        "radio_hops = 2",
        "radio_hops = 2\nadmin_groups = [\"radio\"]\ncan_fail = false\n\
         detection = { kind = \"fast-fault\", delay = \"2 ms\" }",
    );
    let text = with(
        &text,
        "rate = \"100 Mb/s\"",
        "rate = \"100 Mb/s\"\nadmin_groups = [\"radio\"]",
    );
    let text = with(&text, "name = \"C\"", "name = \"C\"\npower = \"battery\"");
    let text = with(
        &text,
        "name = \"D\"",
        "name = \"D\"\npower = \"battery\"\ncan_fail = false",
    );
    text + "\n[[line]]\nname = \"500 kV A-B\"\nends = [\"A\", \"B\"]\n\
            [[line]]\nname = \"240 kV B-C\"\nends = [\"B\", \"C\"]\n"
}

/// The ring's scenario with keys for the circuit 87L A-B and with tables behind.
fn scenario(circuit: &str, tables: &str) -> String {
    let circuit = format!("timeslots = 12\n{circuit}");
    with(RING, "timeslots = 12", &circuit) + "\n" + tables
}

fn loaded(circuit: &str, tables: &str) -> Scenario {
    let loaded = load_texts(&scenario(circuit, tables), &topology());
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no error")
}

fn told(circuit: &str, tables: &str) -> Vec<Found> {
    let loaded = load_texts(&scenario(circuit, tables), &topology());
    assert!(loaded.scenario.is_none(), "{circuit} {tables}");
    errors(&loaded)
}

fn event(at_ms: u64, what: &str) -> String {
    format!("[[event]]\nat = \"{at_ms} ms\"\n{what}\n")
}

fn ms(from: u64, to: u64) -> Stretch {
    let at = |ms: u64| SimTime::ZERO + Span::from_ms(ms);
    let (from, to) = (at(from), at(to));
    Stretch { from, to }
}

/// Keys of the circuit, tables behind, and the one error: a piece of its title, what is under the
/// caret, a piece of the help.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CIRCUITS: &[Case] = &[
    (
        "protection = \"facilty\"",
        "",
        "unknown protection",
        "\"facilty\"",
        "did you mean \"facility\"?",
    ),
    (
        "protection = \"ring\"",
        "",
        "a ring protects timeslots",
        "\"ring\"",
        "hitless",
    ),
    (
        "protection = \"facility\"\nsecond_path = [\"A\", \"C\", \"B\"]",
        "",
        "protection facility has no second path",
        "second_path",
        "standby",
    ),
    (
        "second_path = [\"A\", \"C\", \"B\"]",
        "[protection]\ndefault = \"detour\"",
        "protection detour has no second path",
        "second_path",
        "standby",
    ),
    (
        "protection = \"standby\"\nsecond_path = [\"A\", \"B\"]",
        "",
        "the second path is the first one",
        "second_path",
        "another way",
    ),
    (
        "protection = \"standby\"\nsecond_path = [\"A\", \"C\"]",
        "",
        "does not lead from A to B",
        "[\"A\", \"C\"]",
        "end with \"B\"",
    ),
    (
        "protection = \"standby\"\nsecond_path = [\"A\", \"X\", \"B\"]",
        "",
        "no node or link is named \"X\"",
        "\"X\"",
        "",
    ),
    (
        "protection = \"standby\"\nrevert = \"5 s\"",
        "",
        "`revert` is of protection pseudowire",
        "revert",
        "[control]",
    ),
    (
        "constraints = { include_any = [\"nort\"] }",
        "",
        "unknown administrative group \"nort\"",
        "\"nort\"",
        "did you mean \"north\"?",
    ),
    (
        "constraints = { avoid_groups = [\"OPGW A-C\"] }",
        "",
        "unknown shared-risk group",
        "\"OPGW A-C\"",
        "did you mean \"OPGW A-B\"?",
    ),
    (
        "constraints = { avoid = [\"B-D\"] }",
        "",
        "unknown link or node \"B-D\"",
        "\"B-D\"",
        "did you mean",
    ),
    (
        "constraints = { via = [{ node = \"Z\" }] }",
        "",
        "unknown node \"Z\"",
        "\"Z\"",
        "",
    ),
    (
        "constraints = { setup = 3, hold = 4 }",
        "",
        "at a better priority than it holds it",
        "4",
        "0 is best",
    ),
    (
        "constraints = { hop_limit = 0 }",
        "",
        "`hop_limit` is out of range",
        "0",
        "1 to 255",
    ),
    (
        "protection = \"igp\"\nconstraints = { hop_limit = 3 }",
        "",
        "paths of the IGP take no constraints",
        "constraints",
        "resignal",
    ),
    (
        "path = [\"A\", \"B\"]\nconstraints = { exclude = [\"north\"] }",
        "",
        "`path` does not meet the constraints",
        "path",
        "another path",
    ),
    (
        "path = [\"A\", \"C\", \"B\"]\nconstraints = { hop_limit = 1 }",
        "",
        "`path` does not meet the constraints",
        "path",
        "another path",
    ),
    (
        "path = [\"A\", \"B\"]\nconstraints = { via = [{ node = \"C\", loose = true }] }",
        "",
        "`path` does not meet the constraints",
        "path",
        "another path",
    ),
    (
        "protection = \"standby\"\nsecond_path = [\"A\", \"C\", \"B\"]\n\
         constraints = { exclude = [\"radio\"] }",
        "",
        "`second_path` does not meet the constraints",
        "second_path",
        "another second_path",
    ),
    (
        "constraints = { avoid = [\"B\"] }",
        "",
        "`avoid` names B, where it ends",
        "\"B\"",
        "",
    ),
];

const FRAMES: &[Case] = &[(
    "",
    "[[circuit]]\nname = \"G\"\nends = [\"A\", \"C\"]\nservice = \"goose\"\nclass = \"EF\"\n\
     goose = { size = \"200 B\", t1 = \"2 ms\", t0 = \"1 s\" }\nprotection = \"hitless\"",
    "circuit G: frames carry no numbers to select by",
    "\"hitless\"",
    "standby or pseudowire",
)];

const BYPASSES: &[Case] = &[
    (
        "",
        "[[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"B\"]",
        "it goes over the link that it protects",
        "[\"A\", \"B\"]",
        "around",
    ),
    (
        "",
        "[[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"C\", \"B\"]",
        "it begins elsewhere",
        "[\"C\", \"B\"]",
        "begin with \"A\"",
    ),
    (
        "",
        "[[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"C\", \"D\"]",
        "it ends where no protected path goes on",
        "[\"A\", \"C\", \"D\"]",
        "end at B, or behind it at C",
    ),
    (
        "",
        "[[bypass]]\nat = \"C\"\nprotects = \"C-A\"\npath = [\"C\", \"D\"]",
        "it ends where no protected path goes on",
        "[\"C\", \"D\"]",
        "end at A, or behind it at B",
    ),
    (
        "",
        "[[bypass]]\nat = \"A\"\nprotects = \"C-A\"\npath = [\"A\", \"B\", \"C\", \"D\"]",
        "it passes the node that it protects",
        "[\"A\", \"B\", \"C\", \"D\"]",
        "end at \"C\"",
    ),
    (
        "",
        "[[bypass]]\nat = \"D\"\nprotects = \"A-B\"\npath = [\"D\", \"C\"]",
        "link A-B does not touch D",
        "\"A-B\"",
        "it joins A and B",
    ),
    (
        "",
        "[[bypass]]\nat = \"E\"\nprotects = \"A-B\"\npath = [\"A\", \"C\", \"B\"]",
        "unknown node \"E\"",
        "\"E\"",
        "",
    ),
    (
        "",
        "[[bypass]]\nat = \"A\"\nprotects = \"A-C\"\npath = [\"A\", \"B\", \"C\"]",
        "unknown link \"A-C\"",
        "\"A-C\"",
        "did you mean",
    ),
];

const CONTROL: &[Case] = &[
    (
        "",
        "[control]\ndetection = { kind = \"bfd\", interval = \"9 ms\", multiplier = 3 }",
        "BFD of 9 ms is below the product's floor",
        "\"9 ms\"",
        "profile tuned: Nokia 7750",
    ),
    (
        "",
        "[control]\nprofile = \"vendor-2010\"\n\
         detection = { kind = \"bfd\", interval = \"99 ms\" }",
        "BFD of 99 ms is below the product's floor",
        "\"99 ms\"",
        "Services Guide p363",
    ),
    (
        "",
        "[control]\nprofile = \"vendor-2010\"\n\
         detection = { kind = \"bfd\", interval = \"100 ms\", multiplier = 2 }",
        "no BFD multiplier of 2",
        "\"100 ms\"",
        "multiplier 3 to 20",
    ),
    (
        "",
        "[control]\ndetection = { kind = \"bfd\", interval = \"10 ms\", multiplier = 256 }",
        "`multiplier` is out of range",
        "256",
        "1 to 255",
    ),
    (
        "",
        "[control]\ndetection = { kind = \"fast-fault\", delay = \"1 ms\" }",
        "link A-B has no radio",
        "\"1 ms\"",
        "another one here",
    ),
    (
        "",
        "[control]\nprofile = \"tund\"",
        "unknown profile",
        "\"tund\"",
        "did you mean \"tuned\"?",
    ),
    (
        "",
        "[control]\ndamping = { hold = \"61 s\" }",
        "[control]: damping holds for 61 s, and at most for 1 min",
        "\"61 s\"",
        "hold may not be above max",
    ),
    (
        "",
        "[control]\ndamping = { max = \"999 ms\" }",
        "[control]: damping holds for 1 s, and at most for 999 ms",
        "\"999 ms\"",
        "hold may not be above max",
    ),
    (
        "",
        "[control]\nretry = \"0 s\"",
        "`retry` is zero",
        "\"0 s\"",
        "",
    ),
];

const EVENTS: &[Case] = &[
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { link = \"A-C\" }",
        "unknown link \"A-C\"",
        "\"A-C\"",
        "did you mean",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { node = \"E\" }",
        "unknown node \"E\"",
        "\"E\"",
        "",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { group = \"OPGW A-C\" }",
        "unknown shared-risk group",
        "\"OPGW A-C\"",
        "\"OPGW A-B\"",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { power = \"batery\" }",
        "unknown power supply",
        "\"batery\"",
        "\"battery\"",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfault = { line = \"500 kV A-C\" }",
        "unknown line",
        "\"500 kV A-C\"",
        "\"500 kV A-B\"",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { lasts = \"5 ms\" }",
        "`fail` names nothing",
        "",
        "link, node, group, power",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfault = { breaks_opgw = true }",
        "fault has no `line`",
        "",
        "line",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { link = \"A-B\", node = \"C\" }",
        "`fail` names several things",
        "",
        "one of",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { node = \"C\", direction = \"a-z\" }",
        "names a direction of a node",
        "\"a-z\"",
        "",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { link = \"B-C\", radio_hop = 3 }",
        "link B-C has no radio hop 3",
        "3",
        "",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nfail = { link = \"A-B\", lasts = \"0 ms\" }",
        "`lasts` is zero",
        "\"0 ms\"",
        "",
    ),
    (
        "",
        "[[event]]\nat = \"1001 ms\"\nfail = { link = \"A-B\" }",
        "after the end of the run",
        "\"1001 ms\"",
        "",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\n\
         flap = { link = \"A-B\", down = \"20 ms\", up = \"80 ms\", times = 11 }",
        "flaps beyond the end of the run",
        "",
        "fewer times",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\n\
         maintenance = { node = \"C\", notice = \"2 s\", lasts = \"1 s\" }",
        "taken out after the end of the run",
        "",
        "shorter notice",
    ),
    (
        "",
        "[[event]]\nat = \"1 ms\"\nrepair = { link = \"A-B\" }",
        "link A-B is repaired, but it is not down",
        "",
        "without `lasts`",
    ),
];

#[test]
fn every_fault_of_failures_and_protection_is_told_once_with_caret_and_help() {
    for case in [CIRCUITS, FRAMES, BYPASSES, CONTROL, EVENTS].concat() {
        let (circuit, tables, title, caret, help) = case;
        let told = told(circuit, tables);
        let text = format!("{circuit} {tables}: {told:#?}");
        assert_eq!(told.len(), 1, "one fault, one finding: {text}");
        assert!(told[0].title.contains(title), "{title:?}: {text}");
        assert!(told[0].caret.contains(caret), "{caret:?}: {text}");
        assert!(told[0].help.contains(help), "{help:?}: {text}");
        let own = scenario(circuit, tables);
        let line = own.lines().nth(told[0].line - 1).unwrap();
        let added = format!("{circuit}\n{tables}");
        assert!(added.lines().any(|one| one == line), "{line:?}: {text}");
    }
}

#[test]
fn a_topology_with_faults_of_this_kind_is_told() {
    let groups: Vec<String> = (0..31).map(|n| format!("\"g{n:02}\"")).collect();
    let cases = [
        (
            "\"fibre\"]",
            format!("{}]", groups.join(", ")),
            "more than 32 administrative groups",
        ),
        (
            "ground_wire_of = [\"500 kV A-B\"]",
            "ground_wire_of = [\"500 kV A-C\"]".to_owned(),
            "unknown line \"500 kV A-C\"",
        ),
        (
            "radio_hops = 2",
            "radio_hops = 2\nground_wire_of = [\"500 kV A-B\"]".to_owned(),
            "link B-C is microwave and lies in no ground wire",
        ),
        (
            "te_metric = 12",
            "te_metric = 12\ndetection = { kind = \"fast-fault\", delay = \"1 ms\" }".to_owned(),
            "link A-B is fibre and has no fast-fault indication",
        ),
        (
            "\"240 kV B-C\"",
            "\"500 kV A-B\"".to_owned(),
            "two lines are named \"500 kV A-B\"",
        ),
        (
            "name = \"240 kV B-C\"\nends = [\"B\", \"C\"]",
            "name = \"240 kV B-C\"\nends = [\"B\", \"F\"]".to_owned(),
            "unknown node \"F\"",
        ),
        (
            "name = \"240 kV B-C\"\nends = [\"B\", \"C\"]",
            "name = \"240 kV B-C\"\nends = [\"B\", \"B\"]".to_owned(),
            "line 240 kV B-C joins B to itself",
        ),
    ];
    for (from, to, title) in cases {
        let told = errors(&load_texts(RING, &with(&topology(), from, &to)));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].title.contains(title), "{told:#?}");
        assert_eq!(told[0].file, "ring.topology.toml");
    }
}

#[test]
fn thirty_two_administrative_groups_are_as_many_as_fit() {
    let groups: Vec<String> = (0..30).map(|n| format!("\"g{n:02}\"")).collect();
    let text = with(
        &topology(),
        "\"fibre\"]",
        &format!("{}]", groups.join(", ")),
    );
    let text = load_texts(
        &scenario("constraints = { exclude = [\"radio\"] }", ""),
        &text,
    );
    assert_eq!(errors(&text), []);
    // g00 to g29, north, radio: the last of 32 has the highest bit.
    let resilience = text.scenario.expect("no error").resilience;
    let constraints = resilience.circuits[0].constraints.as_ref().unwrap();
    assert_eq!(constraints.exclude, 1 << 31);
}

#[test]
fn a_path_that_meets_its_constraints_is_taken_as_it_is_named() {
    for keys in [
        "path = [\"A\", \"C\", \"B\"]\nconstraints = { avoid = [\"A-B\"], hop_limit = 2, \
         via = [{ node = \"C\" }, { node = \"B\", loose = true }] }",
        "protection = \"standby\"\npath = [\"A\", \"B\"]\nsecond_path = [\"A\", \"C\", \"B\"]\n\
         constraints = { via = [{ node = \"B\" }], hop_limit = 2 }",
    ] {
        assert!(
            loaded(keys, "").resilience.circuits[0]
                .constraints
                .is_some()
        );
    }
}

#[test]
fn events_that_contradict_are_told_with_both_places() {
    let cases = [
        // A failure without end, and again.
        (
            event(100, "fail = { link = \"A-B\" }") + &event(200, "fail = { link = \"A-B\" }"),
            "link A-B fails while link A-B fails",
        ),
        (
            event(100, "fail = { link = \"A-B\", lasts = \"200 ms\" }")
                + &event(
                    200,
                    "fail = { link = \"A-B\", direction = \"z-a\", lasts = \"1 ms\" }",
                ),
            "link A-B z-a fails while link A-B fails",
        ),
        (
            event(100, "fail = { node = \"C\" }")
                + &event(
                    200,
                    "flap = { node = \"C\", down = \"1 ms\", up = \"1 ms\", times = 2 }",
                ),
            "node C flaps while node C fails",
        ),
        (
            event(
                100,
                "flap = { link = \"B-C\", down = \"20 ms\", up = \"80 ms\", times = 3 }",
            ) + &event(
                250,
                "fail = { link = \"B-C\", radio_hop = 2, lasts = \"5 ms\" }",
            ),
            "link B-C radio hop 2 fails while link B-C flaps",
        ),
        (
            event(100, "fail = { group = \"OPGW A-B\", lasts = \"150 ms\" }")
                + &event(
                    200,
                    "maintenance = { group = \"OPGW A-B\", notice = \"100 ms\", lasts = \"1 ms\" }",
                ),
            "group OPGW A-B is in maintenance while group OPGW A-B fails",
        ),
        (
            event(100, "fault = { line = \"500 kV A-B\", breaks_opgw = true }")
                + &event(200, "fault = { line = \"500 kV A-B\", breaks_opgw = true }"),
            "line 500 kV A-B is at fault while line 500 kV A-B is at fault",
        ),
        (
            event(100, "fail = { link = \"A-B\", lasts = \"200 ms\" }")
                + &event(200, "repair = { link = \"A-B\" }"),
            "link A-B is repaired, but it is not down",
        ),
    ];
    for (tables, title) in cases {
        let loaded = load_texts(&scenario("", &tables), &topology());
        let told = errors(&loaded);
        assert_eq!(told.len(), 1, "{tables}: {told:#?}");
        assert_eq!(told[0].title, title, "{tables}");
        let labels = &loaded.findings[0].labels;
        let labels = loaded
            .findings
            .iter()
            .find(|one| one.title == title)
            .map_or(labels, |one| &one.labels);
        assert_eq!(labels.len(), 2, "both places: {tables}");
        assert!(
            labels[1].span.end <= labels[0].span.start,
            "the earlier is the second label"
        );
    }
}

#[test]
fn failures_one_after_the_other_do_not_contradict() {
    let tables = event(100, "fail = { link = \"A-B\" }")
        + &event(200, "repair = { link = \"A-B\" }")
        + &event(
            200,
            "fail = { link = \"A-B\", direction = \"a-z\", lasts = \"50 ms\" }",
        )
        + &event(
            220,
            "fail = { link = \"A-B\", direction = \"z-a\", lasts = \"50 ms\" }",
        )
        + &event(230, "fail = { node = \"C\", lasts = \"10 ms\" }")
        + &event(
            235,
            "fail = { link = \"B-C\", radio_hop = 1, lasts = \"10 ms\" }",
        )
        + &event(
            235,
            "fail = { link = \"B-C\", radio_hop = 2, lasts = \"20 ms\" }",
        );
    let outages = loaded("", &tables).resilience.outages;
    let (ab, bc) = (LinkId(0), LinkId(1));
    assert_eq!(outages.of(ab, Direction::AToZ), [ms(100, 250)]);
    assert_eq!(
        outages.of(ab, Direction::ZToA),
        [ms(100, 200), ms(220, 270)]
    );
    assert_eq!(outages.of(bc, Direction::AToZ), [ms(230, 255)]);
    assert_eq!(outages.of_node(NodeId(2)), [ms(230, 240)]);
}

#[test]
fn every_kind_of_event_fails_what_it_names() {
    let tables = event(100, "fail = { group = \"OPGW A-B\", lasts = \"10 ms\" }")
        + &event(150, "fail = { power = \"battery\", lasts = \"10 ms\" }")
        + &event(
            200,
            "flap = { link = \"C-A\", down = \"20 ms\", up = \"80 ms\", times = 3 }",
        )
        + &event(
            600,
            "maintenance = { link = \"C-D\", notice = \"50 ms\", lasts = \"25 ms\" }",
        )
        + &event(700, "fault = { line = \"500 kV A-B\", breaks_opgw = true }")
        + &event(800, "fault = { line = \"240 kV B-C\" }")
        + &event(900, "repair = { line = \"500 kV A-B\" }");
    let Resilience {
        outages,
        planned,
        events,
        written,
        ..
    } = loaded("", &tables).resilience;
    assert!(written);
    let (ab, bc, ca, cd) = (LinkId(0), LinkId(1), LinkId(2), LinkId(3));
    for way in Direction::BOTH {
        assert_eq!(outages.of(ab, way), [ms(100, 110), ms(700, 900)]);
        // Nodes C and D lose power; all links at C and D end there.
        assert_eq!(outages.of(bc, way), [ms(150, 160)]);
        assert_eq!(
            outages.of(ca, way),
            [ms(150, 160), ms(200, 220), ms(300, 320), ms(400, 420)]
        );
        assert_eq!(outages.of(cd, way), [ms(150, 160), ms(650, 675)]);
    }
    assert_eq!(outages.of_node(NodeId(3)), [ms(150, 160)]);
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].element, Element::Link(cd));
    assert_eq!(planned[0].announced, SimTime::ZERO + Span::from_ms(600));
    assert_eq!(planned[0].stretch, ms(650, 675));
    let told: Vec<(&str, FailureKind, usize)> = events
        .iter()
        .map(|one| (one.label.as_str(), one.kind, one.stretches.len()))
        .collect();
    assert_eq!(
        told,
        [
            ("group OPGW A-B", FailureKind::Fail, 1),
            ("power battery", FailureKind::Fail, 1),
            ("link C-A", FailureKind::Flap, 3),
            ("link C-D", FailureKind::Maintenance, 1),
            ("line 500 kV A-B", FailureKind::Fault, 1),
            ("line 240 kV B-C", FailureKind::Fault, 0),
        ]
    );
}

#[test]
fn a_failure_without_end_lasts_for_ever() {
    let tables = event(100, "fail = { link = \"A-B\", direction = \"a-z\" }");
    let outages = loaded("", &tables).resilience.outages;
    let [cut] = outages.of(LinkId(0), Direction::AToZ) else {
        panic!("one cut")
    };
    assert_eq!(cut.to, FOR_EVER);
    assert_eq!(outages.of(LinkId(0), Direction::ZToA), []);
}

#[test]
fn a_fault_that_can_break_no_fibre_is_worth_a_warning() {
    let tables = event(100, "fault = { line = \"240 kV B-C\", breaks_opgw = true }");
    let loaded = load_texts(&scenario("", &tables), &topology());
    let told = found(&loaded);
    let told = told.iter().filter(|one| one.severity == Severity::Warning);
    let told: Vec<&str> = told.map(|one| one.title.as_str()).collect();
    assert!(
        told.contains(&"line 240 kV B-C has no link in its ground wire"),
        "{told:?}"
    );
    assert!(
        loaded
            .scenario
            .expect("a warning")
            .resilience
            .outages
            .is_empty()
    );
}

#[test]
fn names_of_a_circuit_become_ids() {
    let scenario = loaded(
        "protection = \"pseudowire\"\nsecond_path = [\"A\", \"C\", \"B\"]\nrevert = \"never\"\n\
         co_routed = false\nconstraints = { metric = \"te\", bandwidth = \"512 kb/s\", setup = 5, \
         include_any = [\"radio\", \"fibre\"], exclude = [\"north\"], avoid = [\"C-D\", \"D\"], \
         avoid_groups = [\"OPGW A-B\"], hop_limit = 6, via = [{ node = \"C\", loose = true }] }",
        "",
    );
    let circuits = &scenario.resilience.circuits;
    // Beside 87L A-B stands POTT C-A, which says nothing.
    assert_eq!(circuits[1].kind, ProtectionKind::Facility);
    assert!(!circuits[1].written && circuits[1].constraints.is_none());
    let one = &circuits[0];
    assert_eq!(
        (one.kind, one.written, one.revert),
        (ProtectionKind::Pseudowire, true, None)
    );
    assert!(!one.co_routed);
    let ids = |nodes: &[u32]| nodes.iter().map(|node| NodeId(*node)).collect::<Vec<_>>();
    let second = one
        .second
        .each_ref()
        .map(|path| path.as_ref().unwrap().nodes.clone());
    assert_eq!(second, [ids(&[0, 2, 1]), ids(&[1, 2, 0])]);
    let constraints = one.constraints.as_ref().unwrap();
    // Bits in order of name: fibre, north, radio.
    assert_eq!(
        (constraints.include_any, constraints.exclude),
        (0b101, 0b010)
    );
    assert_eq!(
        (constraints.setup_priority, constraints.hold_priority),
        (5, 5)
    );
    assert_eq!(constraints.bandwidth_bps, 512_000);
    assert!(constraints.avoid_links.contains(&LinkId(3)));
    assert!(constraints.avoid_nodes.contains(&NodeId(3)));
    assert_eq!(
        constraints.avoid_groups.iter().copied().collect::<Vec<_>>(),
        [0]
    );
    assert_eq!(
        (constraints.hop_limit, constraints.via[0].node),
        (Some(6), NodeId(2))
    );
    assert!(constraints.via[0].loose);
}

#[test]
fn bypasses_stand_in_the_order_of_their_place() {
    let tables = "[[bypass]]\nat = \"B\"\nprotects = \"A-B\"\npath = [\"B\", \"C\", \"A\"]\n\
                  [[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"C\", \"B\"]\n\
                  [[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"C\"]\n";
    let bypasses = loaded("", tables).resilience.bypasses;
    let ends = |place: usize| {
        (
            bypasses[place].at,
            *bypasses[place].path.nodes.last().unwrap(),
        )
    };
    let (a, b, c) = (NodeId(0), NodeId(1), NodeId(2));
    assert_eq!([ends(0), ends(1), ends(2)], [(a, b), (a, c), (b, a)]);
    let again = "[[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"C\", \"B\"]\n";
    let told = told("", &(tables.to_owned() + again));
    assert_eq!(told[0].title, "two bypasses of A-B at A");
}

#[test]
fn the_profile_gives_what_control_leaves_out_and_every_default_is_listed() {
    let tables = "[control]\nprofile = \"vendor-2010\"\nrepair = \"7 ms\"\nrevert = \"never\"\n\
                  igp = { spf_wait = \"2 s\" }\nrelay_recovery = { messages = 8 }\n";
    let scenario = loaded("", tables);
    let control = &scenario.resilience.control;
    assert_eq!(control.repair, Span::from_ms(7));
    assert_eq!(control.revert, None);
    assert_eq!(control.igp.spf_wait, Span::from_s(2));
    assert_eq!(control.retry, Span::from_s(30));
    // Link B-C has its own; the others have that of the 7705.
    let own = Detection::FastFault {
        delay: Span::from_ms(2),
        hold_off: Span::ZERO,
    };
    let bfd = Detection::Bfd {
        interval: Span::from_ms(100),
        multiplier: 3,
    };
    assert_eq!(control.detection, [bfd, own, bfd, bfd]);
    // A quarter of a cycle of 60 Hz, rounded up: 1/240 s.
    let relay = scenario.resilience.relay_recovery;
    assert_eq!((relay.messages, relay.interval.0), (8, 4_166_666_667));
    let defaults = scenario.defaults.join("\n");
    for listed in [
        "control: detection bfd, 100 ms x 3",
        "control: retry 30 s",
        "control: penultimate_pop false",
        "circuit 87L A-B: protection facility",
    ] {
        assert!(defaults.contains(listed), "{listed}: {defaults}");
    }
    for written in [
        "control: profile",
        "control: repair",
        "control: revert",
        "control: igp.spf_w",
    ] {
        assert!(!defaults.contains(written), "{written}: {defaults}");
    }
    let named = |name: &str| {
        scenario
            .constants
            .iter()
            .find(|one| one.name == name)
            .unwrap()
    };
    assert_eq!(named("control.repair").value, "7 ms");
    assert_eq!(named("control.repair").overrides.as_deref(), Some("10 ms"));
    assert_eq!(named("control.revert").value, "never");
    assert!(scenario.constants.is_sorted_by(|a, b| a.name <= b.name));
}

#[test]
fn a_scenario_that_says_nothing_of_failures_lists_nothing_of_them() {
    let scenario = loaded("", "");
    assert!(!scenario.resilience.written);
    let said = |text: &str| text.contains("control") || text.contains("protection");
    assert!(!scenario.defaults.iter().any(|one| said(one)));
    assert!(!scenario.constants.iter().any(|one| said(&one.name)));
    assert!(!said(&scenario.expanded));
    assert!(scenario.not_judged.contains(&"link: srlg".to_owned()));
    let acts = loaded("protection = \"igp\"", "");
    assert!(!acts.not_judged.contains(&"link: srlg".to_owned()));
}

#[test]
fn the_expanded_text_says_every_default_and_reads_back_to_the_same() {
    let tables = "[control]\ndamping = { hold = \"2 s\" }\n\
                  [[bypass]]\nat = \"A\"\nprotects = \"A-B\"\npath = [\"A\", \"C\", \"B\"]\n"
        .to_owned()
        + &event(
            100,
            "fail = { link = \"B-C\", radio_hop = 2, direction = \"a-z\" }",
        )
        + &event(
            150,
            "repair = { link = \"B-C\", radio_hop = 2, direction = \"a-z\" }",
        )
        + &event(
            200,
            "flap = { link = \"C-A\", down = \"20 ms\", up = \"80 ms\", times = 3 }",
        )
        + &event(
            600,
            "maintenance = { node = \"D\", notice = \"50 ms\", lasts = \"25 ms\" }",
        )
        + &event(700, "fault = { line = \"500 kV A-B\", breaks_opgw = true }");
    let first = loaded(
        "protection = \"standby\"\nsecond_path = { a-z = [\"A\", \"C\", \"B\"] }\n\
         constraints = { metric = \"delay\", bandwidth = \"512 kb/s\", exclude = [\"north\"], \
         avoid = [\"D\"], avoid_groups = [\"OPGW A-B\"], via = [{ node = \"C\" }] }",
        &tables,
    );
    let again = load_texts(&first.expanded, &topology());
    assert_eq!(errors(&again), [], "{}", first.expanded);
    let second = again.scenario.expect("no error");
    assert_eq!(first.expanded, second.expanded);
    assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
    let (one, two) = (&first.resilience, &second.resilience);
    assert_eq!(one.control, two.control);
    assert_eq!(
        (&one.outages, &one.events, &one.planned),
        (&two.outages, &two.events, &two.planned)
    );
    assert_eq!((&one.bypasses, &one.lines), (&two.bypasses, &two.lines));
    assert_eq!(one.relay_recovery, two.relay_recovery);
    assert_eq!(one.circuits[0].constraints, two.circuits[0].constraints);
    assert_eq!(one.circuits[0].second, two.circuits[0].second);
    assert_eq!(second.resilience.circuits[1].kind, ProtectionKind::Facility);
    assert!(
        !second.defaults.iter().any(|one| one.contains("control")),
        "nothing is left out"
    );
}

#[test]
fn circuits_without_packets_have_a_ring_or_nothing() {
    let sdh = with(
        &topology(),
        "medium = \"fibre\"\nlength = \"100 km\"\nrate = \"1 Gb/s\"",
        "medium = \"sdh\"\nlength = \"100 km\"\ncapacity = \"STM-1\"",
    );
    let circuit = |keys: &str| {
        let text = with(
            RING,
            "[[flow]]",
            &format!(
                "[[circuit]]\nname = \"T\"\nends = [\"A\", \"B\"]\ncarrier = \"tdm\"\n\
                 timeslots = 1\n{keys}\n[[flow]]"
            ),
        );
        let text = with(&text, "path = [\"A\", \"B\", \"C\", \"D\"]", "");
        errors(&load_texts(&text, &sdh))
    };
    assert_eq!(circuit(""), []);
    assert_eq!(circuit("protection = \"ring\""), []);
    assert_eq!(circuit("protection = \"none\""), []);
    for kind in ["hitless", "facility", "igp"] {
        let told = circuit(&format!("protection = \"{kind}\""));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0].title, "circuit T: timeslots are no packets");
    }
    let told = circuit("constraints = { hop_limit = 2 }");
    assert_eq!(
        told[0].title,
        "circuit T: only paths of packets take constraints"
    );
    let told = circuit("co_routed = false");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].title, "circuit T: `co_routed` is of packets");
}

#[test]
fn a_leased_line_for_characters_protects_nothing() {
    let leased = with(
        &topology(),
        "medium = \"fibre\"\nlength = \"100 km\"\nrate = \"1 Gb/s\"",
        "medium = \"leased-line\"\nlength = \"100 km\"\nline = \"rs-232\"\nbaud = 9600",
    );
    let circuit = |keys: &str| {
        let tables = format!(
            "[[circuit]]\nname = \"S\"\nends = [\"A\", \"B\"]\ncarrier = \"serial\"\n\
             interface = \"RS-232\"\nmessage = 4\n{keys}\n[[flow]]"
        );
        let text = with(
            &with(RING, "[[flow]]", &tables),
            "path = [\"A\", \"B\", \"C\", \"D\"]",
            "",
        );
        errors(&load_texts(&text, &leased))
    };
    assert_eq!(circuit(""), []);
    for kind in ["hitless", "ring", "standby"] {
        let told = circuit(&format!("protection = \"{kind}\""));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0].title, "circuit S: a leased line is no packets");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_words_in_these_tables_make_it_panic(
        key in "(fail|repair|flap|maintenance|fault|link|node|group|power|line|lasts|at|protects)",
        at in 0_u64..1_200,
        value in "(\"[A-D](-[A-D])?\"|\"[0-9]{1,19} (ps|ms|s|days)\"|[0-9]{1,3}|true|\\{\\})",
        other in "(A-B|B-C|C-A|C-D)",
        times in 0_u64..20_000,
        lasts in prop::sample::select(vec!["1 ps", "50 ms", "5000 h", "213 days"]),
    ) {
        let tables = format!(
            "[[event]]\nat = \"{at} ms\"\nfail = {{ {key} = {value}, lasts = \"{lasts}\" }}\n\
             [[event]]\nat = \"{at} ms\"\n{key} = {{ link = \"{other}\", down = \"{lasts}\", \
             up = \"{lasts}\", times = {times}, notice = \"{lasts}\", lasts = \"{lasts}\" }}\n\
             [[event]]\nat = \"{at} ms\"\nrepair = {{ link = \"{other}\" }}\n\
             [[bypass]]\nat = \"A\"\n{key} = {value}\npath = [\"A\", \"{other}\", \"C\"]\n"
        );
        let keys = format!("protection = \"standby\"\nsecond_path = [\"A\", {value}, \"B\"]");
        let loaded = load_texts(&scenario(&keys, &tables), &topology());
        prop_assert!(loaded.scenario.is_some() != loaded.has_errors());
    }
}
