//! What a run owes to nothing but its own plan and seed, and what always holds of its outcome.

use std::fs;
use std::path::Path;

use pilotwire::engine::{self, Options, Outcome, Slowest};
use pilotwire::plan::{Plan, Processing, StreamId};
use pilotwire::random::Seed;
use pilotwire::scenario::{Overrides, Scenario, load};
use pilotwire::units::Span;
use proptest::prelude::*;

use crate::random_plans::random_plan;

/// The shipped pilot for half a second, with these lines added to scenario and topology.
fn pilot_with(scenario: &str, topology: &str) -> Scenario {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for sub in ["scenarios", "topologies"] {
        fs::create_dir(folder.path().join(sub)).unwrap();
        for entry in fs::read_dir(root.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(
                &path,
                folder.path().join(sub).join(path.file_name().unwrap()),
            )
            .unwrap();
        }
    }
    let append = |file: &str, more: &str| {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let text = text.replace("\nduration = \"10 s\"\n", "\nduration = \"500 ms\"\n");
        fs::write(folder.path().join(file), text + more).unwrap();
    };
    append("scenarios/altalink-pilot.toml", scenario);
    append("topologies/altalink-pilot.toml", topology);
    let loaded = load(
        &folder.path().join("scenarios/altalink-pilot.toml"),
        &Overrides::default(),
    );
    assert!(!loaded.has_errors(), "{:#?}", loaded.findings);
    loaded.scenario.unwrap()
}

#[test]
fn a_circuit_on_links_of_its_own_changes_nobody_elses_outcome() {
    let before = pilot_with("", "");
    assert_eq!(
        before.duration.0, 500_000_000_000,
        "the duration was replaced"
    );
    // Its name comes first and its link first: every index of a stream and a port moves.
    let after = pilot_with(
        r#"
[[circuit]]
name = "0 added"
ends = ["0A", "0B"]
timeslots = 1
payload = "8 B"
jitter_buffer = "4 ms"
playout = "fill-half"
class = "EF"

[[flow]]
name = "0 beside it"
from = "0A"
to = "0B"
class = "NC"
pattern = { kind = "poisson", rate = "30 Mb/s", size = "1500 B" }
"#,
        r#"
[[node]]
name = "0A"

[[node]]
name = "0B"
processing = { min = "40 us", max = "150 us" }

[[link]]
name = "0A-0B"
ends = ["0A", "0B"]
medium = "fibre"
length = "10 km"
rate = "100 Mb/s"
"#,
    );
    assert_eq!(after.plan.streams.len(), before.plan.streams.len() + 3);
    let run = |scenario: &Scenario| engine::run(&scenario.plan, scenario.seed, &Options::default());
    let (was, is) = (run(&before), run(&after));
    for circuit in &before.circuits {
        let same = after
            .circuits
            .iter()
            .find(|other| other.name == circuit.name)
            .unwrap();
        for (old, new) in circuit.directions.iter().zip(&same.directions) {
            let old = &was.streams[old.stream().unwrap().0 as usize];
            assert!(
                *old == is.streams[new.stream().unwrap().0 as usize],
                "circuit {}",
                circuit.name
            );
        }
    }
    for flow in &before.flows {
        let same = after
            .flows
            .iter()
            .find(|other| other.name == flow.name)
            .unwrap();
        let old = &was.streams[flow.stream.0 as usize];
        assert!(
            *old == is.streams[same.stream.0 as usize],
            "flow {}",
            flow.name
        );
    }
    for (name, old) in before.ports.iter().zip(&was.ports) {
        let port = after.ports.iter().position(|other| other == name).unwrap();
        assert_eq!(*old, is.ports[port], "port {name}");
    }
}

/// Parts of the slowest packet that the path alone decides, added up here once more.
fn check_parts(plan: &Plan, stream: usize, slowest: &Slowest, network_max: Span) {
    let id = StreamId(stream as u32);
    let (parts, path) = (&slowest.parts, plan.path(id));
    let sum = parts.processing.0
        + parts.serialization.0
        + parts.media.0
        + parts.propagation.0
        + parts.queueing.0;
    assert_eq!(
        Span(sum),
        network_max,
        "stream {stream}: parts sum to the delay"
    );
    let serialization: u64 = path.iter().map(|leg| leg.serialization.0).sum();
    assert_eq!(parts.serialization, Span(serialization), "stream {stream}");
    let propagation: u64 = path.iter().map(|leg| leg.propagation.0).sum();
    assert_eq!(parts.propagation, Span(propagation), "stream {stream}");
    assert_eq!(parts.media, Span::ZERO, "stream {stream}");
    let nodes = || {
        let ingress = &plan.streams[stream].ingress;
        std::iter::once(ingress).chain(path.iter().map(|leg| &leg.processing))
    };
    let least: u64 = nodes().map(|node| node.min().0).sum();
    assert!(
        parts.processing.0 >= least,
        "stream {stream}: no node is faster than its minimum"
    );
    if nodes().all(|node| matches!(node, Processing::Constant(_))) {
        assert_eq!(parts.processing, Span(least), "stream {stream}");
    }
}

fn check_outcome(plan: &Plan, outcome: &Outcome) {
    let (mut crossings_least, mut crossings_most, mut dropped) = (0, 0, 0);
    for (number, stream) in outcome.streams.iter().enumerate() {
        assert_eq!(
            stream.sent,
            stream.delivered + stream.dropped,
            "stream {number}"
        );
        assert_eq!(stream.network.count, stream.delivered, "stream {number}");
        assert_eq!(
            stream.slowest.is_some(),
            stream.delivered > 0,
            "stream {number}"
        );
        let hops = plan.path(StreamId(number as u32)).len() as u64;
        crossings_least += stream.delivered * hops;
        // A dropped packet crossed fewer links than its path has.
        crossings_most += stream.delivered * hops + stream.dropped * (hops - 1);
        dropped += stream.dropped;
        let Some(slowest) = &stream.slowest else {
            continue;
        };
        let shortest = plan.shortest_delay(StreamId(number as u32));
        assert!(
            stream.network.min >= shortest,
            "stream {number}: nothing comes too early"
        );
        assert!(
            slowest.created < plan.sources_end,
            "stream {number}: sources have stopped"
        );
        check_parts(plan, number, slowest, stream.network.max);
        let (count, sum) = (u128::from(stream.network.count), stream.network.sum_ps);
        assert!(
            sum >= count * u128::from(stream.network.min.0),
            "stream {number}"
        );
        assert!(
            sum <= count * u128::from(stream.network.max.0),
            "stream {number}"
        );
        if let Some(received) = &stream.received {
            let segments = received.timeline.segments();
            assert!(segments.first().is_none_or(|first| first.from.0 == 0));
            assert!(
                segments.windows(2).all(|pair| pair[0].to == pair[1].from),
                "no gap"
            );
            // No bit leaves before it can have come: a whole packet time and the way.
            let ticks = plan.streams[number]
                .source
                .boundaries(Seed(0))
                .expect("a circuit");
            let earliest = ticks.ticks().period() + shortest;
            assert!(
                received
                    .timeline
                    .delays()
                    .all(|(_, delay)| delay >= earliest),
                "causality"
            );
            let turned_away = received.late + received.overrun + received.duplicates;
            assert!(
                received.played + turned_away <= stream.delivered,
                "stream {number}"
            );
        }
    }
    let queues = || outcome.ports.iter().flatten();
    let transmitted: u64 = queues().map(|queue| queue.transmitted).sum();
    assert!(
        (crossings_least..=crossings_most).contains(&transmitted),
        "{transmitted} crossings"
    );
    assert_eq!(
        queues().map(|queue| queue.dropped).sum::<u64>(),
        dropped,
        "drops by queue"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn parts_sum_nothing_is_lost_and_nothing_comes_too_early(case in 1000_u64.., seed: u64) {
        let plan = random_plan(case);
        let outcome = engine::run(&plan, Seed(seed), &Options::default());
        check_outcome(&plan, &outcome);
    }

    #[test]
    fn two_runs_of_one_plan_are_equal_and_detail_changes_no_figure(
        case in 1000_u64..,
        seed: u64,
    ) {
        let plan = random_plan(case);
        let run = |detailed| {
            engine::run(&plan, Seed(seed), &Options { detailed, ..Options::default() })
        };
        let (first, plain) = (run(true), run(false));
        prop_assert!(first == run(true));
        prop_assert_eq!(&first.ports, &plain.ports);
        for (full, bare) in first.streams.iter().zip(&plain.streams) {
            prop_assert_eq!((full.sent, full.delivered), (bare.sent, bare.delivered));
            prop_assert_eq!(full.network.sum_ps, bare.network.sum_ps);
            let timeline = |stream: &pilotwire::engine::StreamOutcome| {
                stream.received.as_ref().map(|received| received.timeline.clone())
            };
            prop_assert_eq!(timeline(full), timeline(bare));
        }
    }
}
