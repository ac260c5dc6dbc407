//! What the shipped scenarios say, against figures worked out by hand.

use std::path::Path;

use pilotwire::analysis::verdict::{FailCause, Judgement, Verdict, judge};
use pilotwire::engine::{Options, Outcome, run};
use pilotwire::scenario::{Overrides, Scenario, load};
use pilotwire::units::Span;

fn ran(name: &str) -> (Scenario, Outcome, Vec<Judgement>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name);
    let scenario = load(&file, &Overrides::default())
        .scenario
        .expect("it loads");
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let judgements = judge(&scenario, &outcome);
    (scenario, outcome, judgements)
}

/// Verdict, worst start and this run's own delay in ns, of both directions of each circuit.
fn check_circuits(name: &str, want: &[(&str, Verdict, u64)]) {
    let (scenario, _, judgements) = ran(name);
    let named = |one: &Judgement| scenario.circuits[one.circuit].name.clone();
    for (circuit, verdict, nanoseconds) in want {
        let both: Vec<&Judgement> = judgements
            .iter()
            .filter(|one| named(one) == *circuit)
            .collect();
        assert_eq!(both.len(), 2, "{circuit}");
        for one in both {
            let delay = one.delay.as_ref().expect("it played");
            assert_eq!(one.verdict, *verdict, "{circuit}");
            assert_eq!(
                one.worst_start,
                Some(Span::from_ns(*nanoseconds)),
                "{circuit}"
            );
            assert_eq!(
                delay.max,
                Span::from_ns(*nanoseconds),
                "{circuit}: nothing varies"
            );
        }
    }
}

fn flow_delay_ns(name: &str, flow: &str) -> [u64; 2] {
    let (scenario, outcome, _) = ran(name);
    let flow = scenario
        .flows
        .iter()
        .find(|one| one.name == flow)
        .expect("the flow");
    let network = &outcome.streams[flow.stream.0 as usize].network;
    assert_eq!(network.count, 100, "1 s at 10 ms");
    [network.min, network.max].map(|span| span.0 / 1000)
}

#[test]
fn the_speed_of_light_turns_the_verdict_of_the_articles_example() {
    // TV14s, TV15s, TV5: 10 nodes, 9 links, 84 octets (a full frame: 1538) at 1 Gb/s, 1000 km.
    check_circuits(
        "worked-example.toml",
        &[
            ("POTT 2 ms packets", Verdict::Fail, 10_406_048),
            ("POTT 1 ms packets", Verdict::Pass, 8_406_048),
        ],
    );
    check_circuits(
        "worked-example-article.toml",
        &[
            ("POTT 2 ms packets", Verdict::Pass, 8_506_048),
            ("POTT 1 ms packets", Verdict::Pass, 6_506_048),
        ],
    );
    assert_eq!(
        flow_delay_ns("worked-example.toml", "full frame"),
        [6_510_736; 2]
    );
    assert_eq!(
        flow_delay_ns("worked-example-article.toml", "full frame"),
        [4_610_736; 2]
    );
}

#[test]
fn default_c_pipes_cost_what_their_settings_say_under_either_model() {
    // k·P under fill-half, P + buffer under prefill, in us; T1 packets last 192000/193 us.
    let (scenario, _, judgements) = ran("default-cpipe.toml");
    let edges_us = |name: &str| match name {
        "N01 default fill-half" => 16_000,
        "N01 default prefill" => 40_000,
        "N04 default fill-half" => 8_000,
        "N04 default prefill" => 20_000,
        "N12 default fill-half" => 4_000,
        "N12 default prefill" => 10_000,
        "N24 default fill-half" | "E1 default fill-half" => 3_000,
        "N24 default prefill" | "E1 default prefill" => 6_000,
        "T1 default fill-half" => 2_984,
        "T1 default prefill" => 5_994,
        other => panic!("{other} is new: work out its cost"),
    };
    assert_eq!(judgements.len(), 24);
    for one in judgements {
        let name = &scenario.circuits[one.circuit].name;
        let network_us = one.worst_start.expect("it played").0 / 1_000_000 - edges_us(name);
        // 2 x 150 us + 359.66 us of fibre + 0.912 to 2.448 us per frame, and a few of waiting.
        assert!((660..675).contains(&network_us), "{name}: {network_us} us");
    }
}

#[test]
fn the_384_kbit_scenario_has_the_rates_of_its_table() {
    let (scenario, ..) = ran("384-kbit.toml");
    let rates = scenario.circuits.iter().map(|circuit| {
        let rates = &circuit.emulation().unwrap().rates;
        assert_eq!(rates.payload.rounded_bps(), 64_000);
        (
            rates.mpls.rounded_bps(),
            rates.frame.rounded_bps(),
            rates.wire.rounded_bps(),
        )
    });
    let want = [
        (448_000, 2_048_000, 2_688_000),
        (256_000, 1_024_000, 1_344_000),
        (160_000, 512_000, 672_000),
        (140_800, 409_600, 537_600),
        (128_000, 341_333, 448_000),
        (118_857, 292_571, 384_000),
        (112_000, 256_000, 336_000),
        (96_000, 170_667, 224_000),
        (88_000, 128_000, 168_000),
        (83_200, 112_000, 144_000),
        (76_000, 94_000, 114_000),
    ];
    assert_eq!(rates.collect::<Vec<_>>(), want);
}

#[test]
fn the_pilot_fails_its_defaults_and_its_buffer_without_slack_and_nothing_else() {
    let (scenario, outcome, judgements) = ran("altalink-pilot.toml");
    let failed = judgements.iter().filter(|one| one.verdict == Verdict::Fail);
    let failed: Vec<(&str, Option<FailCause>)> = failed
        .map(|one| (&*scenario.circuits[one.circuit].name, one.cause))
        .collect();
    let both = |name, cause| [(name, Some(cause)); 2];
    let want = [
        both("DTT BRA-SUN", FailCause::Budget),
        both("DTT NLE-WAB", FailCause::Budget),
        both("POTT AND-WAR", FailCause::Underrun),
    ];
    assert_eq!(failed, want.concat());
    assert!(scenario.circuits.len() >= 14);
    assert!(
        outcome.streams.iter().all(|stream| stream.dropped == 0),
        "no link is overloaded"
    );
    // TV34: the longest route, 9 links and 547.1 km: 1641.3 us at 3 us/km, 1837.638 physical.
    let longest = &scenario
        .circuits
        .iter()
        .find(|one| one.name == "DTT NLE-WAB")
        .unwrap();
    for direction in &longest.directions {
        let propagation = scenario
            .plan
            .path(direction.stream().unwrap())
            .iter()
            .map(|leg| leg.propagation);
        assert_eq!(propagation.sum::<Span>(), Span::from_ns(1_641_300));
        assert_eq!(direction.links.len(), 9);
        assert_eq!(direction.physical_propagation, Some(Span(1_837_637_600)));
    }
}

#[test]
fn every_link_direction_of_the_pilot_carries_background() {
    let (scenario, outcome, _) = ran("altalink-pilot.toml");
    assert_eq!(scenario.ports.len(), 60, "30 links, both ways");
    let best_effort = 7;
    for (name, port) in scenario.ports.iter().zip(&outcome.ports) {
        assert!(port[best_effort].transmitted > 1000, "{name}");
    }
}

#[test]
fn the_old_network_carries_every_circuit_of_the_pilot_in_a_constant_time() {
    let (scenario, _, judgements) = ran("tdm-vs-packet.toml");
    assert_eq!(scenario.circuits.len(), 40, "20 on each network");
    let row = |name: &str| {
        let found = judgements
            .iter()
            .find(|one| scenario.circuits[one.circuit].name == name);
        found.expect("the circuit")
    };
    // Two C37.94 interfaces, two SDH accesses of 180 us, 73.4 km at 3 us/km.
    let keephills = row("87L KEE-ELL TDM");
    let want = Span::from_ns(250_000 + 360_000 + 220_200);
    assert_eq!(keephills.worst_start, Some(want));
    // TV34: 9 links, so eight nodes of 130 us between, 547.1 km at 3 us/km; no interface.
    let longest = row("DTT NLE-WAB TDM");
    let want = Span::from_ns(360_000 + 8 * 130_000 + 1_641_300);
    assert_eq!(longest.worst_start, Some(want));
    for row in &judgements {
        let circuit = &scenario.circuits[row.circuit];
        if circuit.carrier() == "tdm" {
            assert_eq!(row.verdict, Verdict::Pass, "{}", circuit.name);
            assert_eq!(row.delay.map(|delay| delay.min), row.worst_start);
            let other = circuit.compare.expect("its twin over packets");
            assert!(circuit.name.starts_with(&scenario.circuits[other].name));
        }
    }
}
