//! What the shipped stress cases and policers do in a run, against figures worked out by hand.

use std::path::Path;

use pilotwire::analysis::verdict::{FailCause, Judgement, Verdict, judge};
use pilotwire::engine::{Options, Outcome, StreamOutcome, run};
use pilotwire::scenario::{Overrides, Scenario, load};

use crate::scenario_support::{RING, TOPOLOGY, load_texts, with};

fn simulate(scenario: &Scenario) -> Outcome {
    run(&scenario.plan, scenario.seed, &Options::default())
}

fn ran(name: &str, filters: Option<bool>) -> (Scenario, Outcome, Vec<Judgement>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name);
    let overrides = Overrides {
        filters,
        ..Overrides::default()
    };
    let scenario = load(&file, &overrides).scenario.expect("it loads");
    let outcome = simulate(&scenario);
    let judgements = judge(&scenario, &outcome);
    (scenario, outcome, judgements)
}

type Verdicts = Vec<(String, usize, Verdict, Option<FailCause>)>;

fn verdicts(scenario: &Scenario, judgements: &[Judgement]) -> Verdicts {
    let mut all: Verdicts = judgements
        .iter()
        .map(|one| {
            let name = scenario.circuits[one.circuit].name.clone();
            (name, one.direction, one.verdict, one.cause)
        })
        .collect();
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all
}

fn failed(scenario: &Scenario, judgements: &[Judgement]) -> Vec<String> {
    let all = verdicts(scenario, judgements).into_iter();
    let mut names: Vec<String> = all
        .filter(|one| one.2 == Verdict::Fail)
        .map(|one| one.0)
        .collect();
    names.dedup();
    names
}

/// What became of a flow's stream.
fn stream<'a>(scenario: &Scenario, outcome: &'a Outcome, name: &str) -> &'a StreamOutcome {
    let mut streams = scenario.flows.iter().flat_map(|flow| &flow.streams);
    let stream = streams.find(|one| one.name == name).expect("the stream");
    &outcome.streams[stream.stream.0 as usize]
}

/// Circuits that fail whatever anybody floods: the three of the pilot by their own settings, three
/// more by the latency of radios, which depends on the size of what goes ahead.
const WITHOUT_A_FLOOD: [&str; 6] = [
    "DTT BRA-SUN",
    "DTT NLE-WAB",
    "DTT PEI-HRT",
    "DTT WAB-NLE tuned",
    "DUTT JAN-ELL",
    "POTT AND-WAR",
];

#[test]
fn ten_services_fit_the_utility_network_and_nothing_is_dropped() {
    let (scenario, outcome, judgements) = ran("ten-services.toml", None);
    assert_eq!(scenario.circuits.len(), 20);
    assert_eq!(failed(&scenario, &judgements), WITHOUT_A_FLOOD);
    let dropped = |one: &StreamOutcome| one.dropped + one.dropped_early + one.policed;
    assert!(outcome.streams.iter().all(|one| dropped(one) == 0));
    let calls = scenario.flows.iter().flat_map(|flow| &flow.streams);
    let all = |one: &&pilotwire::scenario::FlowStream| {
        outcome.streams[one.stream.0 as usize].delivered > 0
    };
    // A line may stay silent for the whole run; 17 of 20 calls and more do not.
    let heard = calls.clone().filter(all).count();
    assert!(heard * 20 > calls.count() * 17, "{heard} streams heard");
}

#[test]
fn filters_keep_every_verdict_while_a_station_floods_all_classes() {
    let (scenario, outcome, judgements) = ran("compromised-site.toml", None);
    let (quiet, _, undisturbed) = ran("ten-services.toml", None);
    assert_eq!(
        verdicts(&scenario, &judgements),
        verdicts(&quiet, &undisturbed)
    );
    // From 1 s to 10 s a packet of 300 octets every 24 us, to each of three. A third of the filter
    // each: a bucket of 333 octets, and 21 333 b/s bring 23 999 more: 81 packets of 300 pass.
    for to in ["JAN", "NLE", "WAR"] {
        let flood = stream(&scenario, &outcome, &format!("compromised MIL EF → {to}"));
        assert_eq!((flood.sent, flood.delivered), (375_000, 81));
        assert_eq!(flood.policed, 375_000 - 81);
    }
    let named = |class: &str| format!("compromised MIL {class}");
    for class in ["NC", "H1"] {
        let mut flows = scenario.flows.iter();
        assert!(flows.all(|flow| flow.name != named(class)), "closed");
    }
}

#[test]
fn without_filters_the_circuits_on_the_flooded_links_fail() {
    let (scenario, _, judgements) = ran("compromised-site.toml", Some(false));
    let by_the_flood = [
        "DCB MIL-NLE",
        "DCUB BLA-CRO",
        "POTT WBR-WAR",
        "PUTT MIL-WBR",
    ];
    let mut want = [&WITHOUT_A_FLOOD[..], &by_the_flood].concat();
    want.sort_unstable();
    assert_eq!(failed(&scenario, &judgements), want);
}

#[test]
fn a_storm_and_a_bulk_transfer_drop_their_own_packets_and_no_circuit_fails() {
    for (name, own) in [
        ("broadcast-storm.toml", "storm"),
        ("firmware-bulk.toml", "firmware"),
    ] {
        let (scenario, outcome, judgements) = ran(name, None);
        assert_eq!(
            failed(&scenario, &judgements),
            Vec::<String>::new(),
            "{name}"
        );
        let streams = scenario.flows.iter().flat_map(|flow| &flow.streams);
        let dropped: u64 = streams
            .filter(|one| one.name.starts_with(own))
            .map(|one| outcome.streams[one.stream.0 as usize].dropped)
            .sum();
        assert!(dropped > 1000, "{name} is a stress: {dropped}");
    }
}

#[test]
fn a_policer_passes_what_its_bucket_holds() {
    // TV33: 48 octets a millisecond, packets of 84. Over 1 s: all of 572; every second of 1000;
    // with a bucket of 126 the first 126 octets and 999 · 48 more: 572 of 1000.
    let lan = "pattern = { kind = \"poisson\", rate = \"2 Mb/s\", size = \"1500 B\" }";
    let counts = |period: &str, burst: u64| {
        let flow = format!(
            "pattern = {{ kind = \"cbr\", period = \"{period}\", size = \"84 B\" }}\n\
             policer = {{ rate = \"384 kb/s\", burst = \"{burst} B\" }}"
        );
        let loaded = load_texts(&with(RING, lan, &flow), TOPOLOGY);
        let scenario = loaded.scenario.expect("it loads");
        let outcome = simulate(&scenario);
        let one = stream(&scenario, &outcome, "LAN");
        (one.sent, one.delivered, one.policed)
    };
    assert_eq!(counts("1.75 ms", 84), (572, 572, 0));
    assert_eq!(counts("1 ms", 84), (1000, 500, 500));
    assert_eq!(counts("1 ms", 126), (1000, 572, 428));
}

#[test]
fn a_session_waits_for_its_answer_and_two_ends_see_as_many_packets() {
    let lan = "pattern = { kind = \"poisson\", rate = \"2 Mb/s\", size = \"1500 B\" }";
    let poll = "pattern = { kind = \"session\", request = \"85 B\", response = \"137 B\", \
                interval = \"100 ms\", turnaround = \"5 ms\" }";
    let loaded = load_texts(&with(RING, lan, poll), TOPOLOGY);
    let scenario = loaded.scenario.expect("it loads");
    let outcome = simulate(&scenario);
    let flow = scenario.flows.iter().find(|flow| flow.name == "LAN");
    for one in &flow.expect("the flow").streams {
        let counted = &outcome.streams[one.stream.0 as usize];
        assert_eq!((counted.sent, counted.delivered), (10, 10), "{}", one.name);
    }
}
