//! What a scenario compiles to: figures worked out by hand.

use proptest::prelude::*;

use crate::scenario_support::{RING, TOPOLOGY, errors, load_texts, with};
use pilotwire::plan::{Processing, Source};
use pilotwire::pseudowire::receive::Playout;
use pilotwire::pseudowire::service::Service;
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::scenario::{Overrides, Scenario, StreamOwner, load};
use pilotwire::units::{Octets, SimTime, Span};

fn compiled(scenario: &str, topology: &str) -> Scenario {
    let loaded = load_texts(scenario, topology);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no errors")
}

#[test]
fn streams_stand_in_order_of_name_and_ports_in_order_of_link_and_direction() {
    let scenario = compiled(RING, TOPOLOGY);
    let owners = [
        StreamOwner::Circuit(0, 0),
        StreamOwner::Circuit(0, 1),
        StreamOwner::Flow(0),
        StreamOwner::Circuit(1, 0),
        StreamOwner::Circuit(1, 1),
        StreamOwner::Flow(1),
    ];
    assert_eq!(scenario.streams, owners, "87L A-B, LAN, POTT C-A, metering");
    let ports = [
        "A-B a-z", "A-B z-a", "B-C a-z", "C-A a-z", "C-A z-a", "C-D a-z",
    ];
    assert_eq!(scenario.ports, ports);
    assert_eq!(scenario.flows[0].nodes, ["B", "C", "D"]);
    assert_eq!(scenario.circuits[1].directions[1].links, ["C-A"]);
}

#[test]
fn serialization_counts_layer_1_on_ethernet_and_nothing_more_on_radio_or_for_wire_sizes() {
    let scenario = compiled(RING, TOPOLOGY);
    let times = |stream: u32| {
        let path = scenario.plan.path(pilotwire::plan::StreamId(stream));
        path.iter()
            .map(|leg| leg.serialization.as_ps())
            .collect::<Vec<_>>()
    };
    // 87L A-B: 96 B payload, frame 126 B, 146 B on 1 Gb/s.
    assert_eq!(times(0), [1_168_000]);
    // LAN: 1500 B without layer 1 at 41.9 Mb/s, 12000/41.9 us rounded up; 1520 B at 10 Mb/s.
    assert_eq!(times(2), [286_396_182, 1_216_000_000]);
    // metering: 48 B at 1 Gb/s, 41.9 Mb/s and 10 Mb/s.
    assert_eq!(times(5), [384_000, 9_164_678, 38_400_000]);
    let queued: Vec<Octets> = scenario.plan.legs.iter().map(|leg| leg.queued).collect();
    assert_eq!(queued[0], Octets(126));
    assert_eq!(queued[queued.len() - 1], Octets(48));
}

#[test]
fn propagation_processing_and_rates_are_those_of_the_files() {
    let scenario = compiled(RING, TOPOLOGY);
    let [there, back] = &scenario.circuits[1].directions;
    let leg = |stream| &scenario.plan.path(stream)[0];
    assert_eq!(leg(there.stream().unwrap()).propagation, Span::from_us(300));
    assert_eq!(leg(back.stream().unwrap()).propagation, Span::from_us(310));
    assert_eq!(there.physical_propagation, None, "the link has no length");
    let first = &scenario.circuits[0];
    assert_eq!(
        first.directions[0].physical_propagation,
        Some(Span::from_us(490))
    );
    let rates = first.emulation().unwrap().rates;
    assert_eq!(rates.payload.rounded_bps(), 768_000);
    assert_eq!(rates.mpls.rounded_bps(), 864_000);
    assert_eq!(rates.frame.rounded_bps(), 1_008_000);
    assert_eq!(rates.wire.rounded_bps(), 1_168_000);
    let key = StreamKey::new("node", "B\u{1f}87L A-B\u{1f}a-z", Purpose::Processing);
    let range = Processing::Uniform {
        min: Span::from_us(40),
        max: Span::from_us(150),
        key,
    };
    assert_eq!(leg(first.directions[0].stream().unwrap()).processing, range);
    let ingress = &scenario.plan.streams[0].ingress;
    assert_eq!(*ingress, Processing::Constant(Span::from_us(150)));
}

#[test]
fn a_given_phase_is_the_first_boundary_and_an_absent_one_is_drawn() {
    let scenario = compiled(RING, TOPOLOGY);
    let source = |circuit: usize, direction: usize| {
        let stream = scenario.circuits[circuit].directions[direction].stream();
        let stream = stream.unwrap();
        let Source::Circuit {
            boundaries, phase, ..
        } = &scenario.plan.streams[stream.0 as usize].source
        else {
            panic!("a circuit")
        };
        (boundaries.first, phase.clone())
    };
    assert_eq!(source(1, 0), (SimTime(0), None));
    assert_eq!(source(1, 1), (SimTime(300_000_000), None));
    let key = StreamKey::new("circuit/z-a", "87L A-B", Purpose::Phase);
    assert_eq!(source(0, 1), (SimTime(0), Some(key)));
}

#[test]
fn the_word_default_takes_the_products_defaults_and_they_are_written_out() {
    let scenario = with(RING, "\"96 B\"", "\"default\"");
    let scenario = compiled(&with(&scenario, "\"4 ms\"", "\"default\""), TOPOLOGY);
    // 5 to 15 timeslots: 16 frames, 8 ms; k = ceil(4 ms / 2 ms) = 2.
    let circuit = scenario.circuits[0].emulation().unwrap();
    assert_eq!(circuit.payload, Octets(192));
    assert_eq!(circuit.jitter_buffer, Span::from_ms(8));
    assert_eq!(
        circuit.receivers[0].playout,
        Playout::FillHalf { packets: 2 }
    );
    assert_eq!(circuit.receivers[0].capacity_packets, 4);
    assert!(
        scenario
            .expanded
            .contains("payload = \"192 B\"\njitter_buffer = \"8 ms\"\n")
    );
}

#[test]
fn a_t1_packet_lasts_192000_over_193_microseconds() {
    let t1 = "service = \"satop-t1\"\ninterface = \"T1\"";
    let scenario = with(RING, "interface = \"C37.94\"\ntimeslots = 12", t1);
    let scenario = compiled(&with(&scenario, "\"96 B\"", "\"192 B\""), TOPOLOGY);
    assert_eq!(
        scenario.circuits[0]
            .emulation()
            .unwrap()
            .packet_time_exact_ps,
        (192_000_000_000, 193)
    );
}

#[test]
fn each_direction_may_have_its_own_path() {
    let path =
        "ends = [\"A\", \"B\"]\npath = { a-z = [\"A\", \"C\", \"B\"], z-a = [\"B\", \"A\"] }";
    let scenario = compiled(&with(RING, "ends = [\"A\", \"B\"]", path), TOPOLOGY);
    let [there, back] = &scenario.circuits[0].directions;
    assert_eq!(
        (there.links.as_slice(), back.links.as_slice()),
        (
            &["C-A".to_owned(), "B-C".to_owned()][..],
            &["A-B".to_owned()][..],
        )
    );
}

#[test]
fn profiles_constants_and_the_seed_of_the_command_line_count() {
    let scenario = with(RING, "telecom = \"10 ms\"", "profile = \"exact-60hz\"");
    let own = "preset = \"physical\"\n[constants]\nmissing_limit = \"3 packets\"";
    let scenario = compiled(&scenario, &with(TOPOLOGY, "preset = \"physical\"", own));
    assert_eq!(scenario.budget, Span::from_ps(10_666_666_666));
    assert_eq!(scenario.budget_profile.as_deref(), Some("exact-60hz"));
    assert_eq!(
        scenario.circuits[0].emulation().unwrap().receivers[0].missing_limit,
        3
    );
    let constant = scenario
        .constants
        .iter()
        .find(|one| one.name == "missing_limit");
    let constant = constant.expect("it is listed");
    assert_eq!(constant.overrides.as_deref(), Some("10 packets"));
    assert_eq!(constant.source, "the topology's own [constants]");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ring.topology.toml"), TOPOLOGY).expect("written");
    let file = folder.path().join("ring.toml");
    std::fs::write(&file, RING).expect("written");
    let other = load(
        &file,
        &Overrides {
            seed: Some(9),
            ..Overrides::default()
        },
    )
    .scenario
    .expect("it loads");
    assert_eq!((other.seed, other.stem.as_str()), (Seed(9), "ring"));
    assert!(other.expanded.contains("\nseed = 9\n"));
    let inputs: Vec<&str> = other
        .inputs
        .iter()
        .map(|input| input.path.as_str())
        .collect();
    assert_eq!(inputs[1..], ["ring.topology.toml"]);
}

#[test]
fn queues_may_be_given_per_class_or_unlimited() {
    let queue = "rate = \"10 Mb/s\"\nqueue = { BE = \"9 kB\", AF = \"unlimited\" }";
    let scenario = compiled(RING, &with(TOPOLOGY, "rate = \"10 Mb/s\"", queue));
    let limits = &scenario.plan.ports[5].queue_limit;
    assert_eq!(
        (limits[7], limits[5], limits[2]),
        (Some(Octets(9_000)), None, Some(Octets(180_000)),)
    );
}

#[test]
fn descriptive_fields_are_listed_as_not_judged() {
    let scenario = compiled(RING, TOPOLOGY);
    for field in ["circuit: scheme", "link: srlg", "node: label"] {
        assert!(
            scenario.not_judged.iter().any(|one| one == field),
            "{field}"
        );
    }
}

#[test]
fn the_expanded_ring_reads_back_to_the_same_plan() {
    let first = compiled(RING, TOPOLOGY);
    let second = compiled(&first.expanded, TOPOLOGY);
    assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
    assert_eq!(first.expanded, second.expanded);
}

#[test]
fn the_largest_seed_is_the_largest_whole_number_of_toml_and_reads_back() {
    let seed = |seed: &str| with(RING, "seed = 7", &format!("seed = {seed}"));
    let scenario = compiled(&seed("9223372036854775807"), TOPOLOGY);
    assert_eq!(scenario.seed, Seed(9_223_372_036_854_775_807));
    assert_eq!(compiled(&scenario.expanded, TOPOLOGY).seed, scenario.seed);
    assert_eq!(
        errors(&load_texts(&seed("9223372036854775808"), TOPOLOGY)).len(),
        1
    );
}

#[test]
fn the_longest_run_is_213_days_and_leaves_room_to_drain() {
    let days = |days: &str| {
        let scenario = with(RING, "\"1 s\"", days);
        errors(&load_texts(&scenario, TOPOLOGY)).len()
    };
    assert_eq!((days("\"213 days\""), days("\"18403200.001 s\"")), (0, 1));
    // A queue without limit may hold as much again.
    let unlimited = with(
        TOPOLOGY,
        "rate = \"10 Mb/s\"",
        "rate = \"10 Mb/s\"\nqueue = \"unlimited\"",
    );
    let told = errors(&load_texts(
        &with(RING, "\"1 s\"", "\"213 days\""),
        &unlimited,
    ));
    assert_eq!(told.len(), 1);
    assert!(told[0].title.contains("beyond 213 days"));
}

/// The blocks of a file: what stands above the first array table, and one block per table.
fn blocks(text: &str) -> (String, Vec<String>) {
    let mut parts = text.split("\n[[");
    let head = parts.next().expect("a head").to_owned();
    (head, parts.map(|part| format!("\n[[{part}\n")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn the_order_of_tables_changes_nothing(
        scenario in Just(blocks(RING).1).prop_shuffle(),
        topology in Just(blocks(TOPOLOGY).1).prop_shuffle(),
    ) {
        let scenario = format!("{}\n{}", blocks(RING).0, scenario.concat());
        let topology = format!("{}\n{}", blocks(TOPOLOGY).0, topology.concat());
        let (first, second) = (compiled(RING, TOPOLOGY), compiled(&scenario, &topology));
        prop_assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
        prop_assert_eq!(format!("{:?}", first.circuits), format!("{:?}", second.circuits));
        prop_assert_eq!(first.expanded, second.expanded);
        prop_assert_eq!(first.ports, second.ports);
    }
}

#[test]
fn what_is_left_out_takes_its_default_and_is_listed() {
    let bare = with(
        &with(RING, "seed = 7\nfrequency = \"60 Hz\"\n", ""),
        "interface = \"C37.94\"\ntimeslots = 12\npayload = \"96 B\"\njitter_buffer = \"4 ms\"\n",
        "interface = \"T1\"\n",
    );
    let scenario = compiled(&bare, TOPOLOGY);
    assert_eq!((scenario.seed, scenario.frequency_hz), (Seed(1), 60));
    // RFC 4553 section 5: T1 192 octets; SAP MIB: 5 ms for unstructured T1.
    let circuit = scenario.circuits[0].emulation().unwrap();
    assert_eq!(
        (circuit.service, circuit.payload),
        (Service::SatopT1, Octets(192))
    );
    assert_eq!(circuit.jitter_buffer, Span::from_ms(5));
    let listed = [
        "scenario: seed 1",
        "scenario: frequency 60 Hz",
        "circuit 87L A-B: payload of the product",
        "circuit 87L A-B: jitter_buffer of the product",
    ];
    assert_eq!(scenario.defaults, listed);
    let again = compiled(&scenario.expanded, TOPOLOGY);
    assert_eq!(format!("{:?}", again.plan), format!("{:?}", scenario.plan));
    assert!(
        again.defaults.is_empty(),
        "the expanded text says everything"
    );
}
