//! What protection and failures compile to: paths, copies, labels, cuts and findings, worked out by
//! hand on the ring of the fixtures.

use crate::scenario_support::{Found, RING, TOPOLOGY, errors, found, load_texts, with};
use pilotwire::mpls::outage::{Element, FOR_EVER, Stretch};
use pilotwire::mpls::routing::{Crossing, Next, Target};
use pilotwire::mpls::tunnel::Protection;
use pilotwire::plan::{End, PortId, Source, StreamId};
use pilotwire::scenario::{Case, Scenario, StreamOwner};
use pilotwire::topology::{Direction, Hop};
use pilotwire::units::{Octets, SimTime, Span};

const END: SimTime = SimTime(1_000_000_000_000);

fn compiled(scenario: &str, topology: &str) -> Scenario {
    let loaded = load_texts(scenario, topology);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no errors")
}

/// The ring, "87L A-B" with more keys.
fn ring(more: &str) -> String {
    with(
        RING,
        "scheme = \"87L\"",
        &format!("scheme = \"87L\"\n{more}"),
    )
}

fn undisturbed(scenario: &Scenario) -> Case {
    Case::undisturbed(&scenario.tunnels(&[]), END)
}

fn links(scenario: &Scenario, hops: &[Hop]) -> Vec<String> {
    let topology = scenario.topology();
    let name = |hop: &Hop| topology.link(hop.link).name.clone();
    hops.iter().map(name).collect()
}

fn hop(scenario: &Scenario, link: &str, direction: Direction) -> Hop {
    let link = scenario.topology().link_named(link).unwrap();
    Hop { link, direction }
}

#[test]
fn the_plan_of_a_case_in_which_nothing_happens_is_that_of_the_scenario() {
    let scenario = compiled(RING, TOPOLOGY);
    let plan = scenario.plan_for(&undisturbed(&scenario));
    assert_eq!(format!("{plan:?}"), format!("{:?}", scenario.plan));
}

#[test]
fn a_bypass_crossing_has_four_octets_more_and_draws_of_its_own() {
    let scenario = compiled(RING, TOPOLOGY);
    let mut case = undisturbed(&scenario);
    // 87L A-B from A to B; from 0.5 s on over C with a label more on both links.
    let around = [
        hop(&scenario, "C-A", Direction::ZToA),
        hop(&scenario, "B-C", Direction::ZToA),
    ];
    let routing = &mut case.routings[0];
    let turn = SimTime(500_000_000_000);
    routing.entry.turn(turn, Target::Crossing(1));
    for (place, hop) in (1..).zip(around) {
        routing.crossings.push(Crossing {
            more_labels: 1,
            ..Crossing::plain(hop)
        });
        let to = if place == 1 {
            Target::Crossing(2)
        } else {
            Target::Deliver
        };
        routing.behind.push(Next::always(to));
    }
    let plan = scenario.plan_for(&case);
    let stream = &plan.streams[0];
    assert_eq!((stream.hops, stream.places), (1, 3));
    let graph = stream.graph.as_ref().expect("it changes");
    assert_eq!(graph.entry.at(turn), Target::Crossing(1));
    let legs = plan.places_of(StreamId(0), 0);
    let queued: Vec<Octets> = legs.iter().map(|leg| leg.queued).collect();
    assert_eq!(
        queued,
        [Octets(126), Octets(130), Octets(130)],
        "96 B payload"
    );
    // 130 octets and 20 of layer 1 at 100 Mb/s.
    assert_eq!(legs[1].serialization, Span::from_us(12));
    assert_ne!(legs[0].processing, legs[2].processing, "B, by another way");
    assert_eq!(legs[0].processing.max(), legs[2].processing.max());
    let others = |stream: usize| plan.streams[stream].graph.is_none();
    assert!((1..plan.streams.len()).all(others));
}

#[test]
fn a_label_popped_before_the_last_link_is_four_octets_fewer_there() {
    let scenario = compiled(RING, TOPOLOGY);
    let mut case = undisturbed(&scenario);
    // 87L A-B from A to B, one link.
    case.routings[0].crossings[0].fewer_labels = 1;
    let plan = scenario.plan_for(&case);
    let leg = &plan.places_of(StreamId(0), 0)[0];
    assert_eq!(leg.queued, Octets(122), "126 with both labels");
    // 122 octets and 20 of layer 1 at 1 Gb/s.
    assert_eq!(leg.serialization, Span::from_ns(1_136));
}

#[test]
fn a_cut_link_direction_is_cut_at_its_port_alone() {
    let scenario = compiled(RING, TOPOLOGY);
    let mut case = undisturbed(&scenario);
    let cut = Stretch {
        from: SimTime(7),
        to: FOR_EVER,
    };
    let b_c = scenario.topology().link_named("B-C").unwrap();
    let element = Element::Direction(b_c, Direction::AToZ);
    case.outages.fail(scenario.topology(), &element, cut);
    let compiled = scenario.compile(&case);
    let cuts = |name: &str| {
        let port = compiled.ports.iter().position(|port| port == name).unwrap();
        compiled.plan.ports[port].cuts.clone()
    };
    assert_eq!(cuts("B-C a-z"), [cut]);
    for (port, name) in compiled.plan.ports.iter().zip(&compiled.ports) {
        assert!(port.cuts.is_empty() || name == "B-C a-z", "{name}");
    }
}

#[test]
fn a_phase_takes_the_place_of_the_one_drawn_and_hitless_copies_share_it() {
    let scenario = compiled(&ring("protection = \"hitless\""), TOPOLOGY);
    let mut case = undisturbed(&scenario);
    let first = SimTime(123_456);
    case.phases[0] = Some(first);
    let plan = scenario.plan_for(&case);
    let source = |stream: usize| match &plan.streams[stream].source {
        Source::Circuit {
            boundaries, phase, ..
        } => (boundaries.first, phase.clone()),
        _ => panic!("a circuit"),
    };
    assert_eq!(source(0), (first, None));
    assert_eq!(source(1), (first, None));
    assert!(source(2).1.is_some(), "the other direction is drawn");
}

#[test]
fn a_hitless_circuit_sends_each_packet_twice_over_the_two_ways_round() {
    let scenario = compiled(&ring("protection = \"hitless\""), TOPOLOGY);
    let owners = [
        StreamOwner::Circuit(0, 0),
        StreamOwner::Copy(0, 0),
        StreamOwner::Circuit(0, 1),
        StreamOwner::Copy(0, 1),
    ];
    assert_eq!(scenario.streams[..4], owners);
    assert!(matches!(
        scenario.plan.streams[1].end,
        End::Copy(StreamId(0))
    ));
    assert!(matches!(
        scenario.plan.streams[3].end,
        End::Copy(StreamId(2))
    ));
    let carried = [0, 1].map(|way| scenario.circuits[0].directions[way].stream());
    assert_eq!(carried, [Some(StreamId(0)), Some(StreamId(2))]);
    assert_eq!(scenario.copy_of(StreamId(0)), Some(StreamId(1)));
    let tunnels = scenario.tunnels(&[]);
    let over = |stream: usize| links(&scenario, &tunnels[stream].path.hops);
    assert_eq!(over(0), ["A-B"]);
    assert_eq!(over(1), ["C-A", "B-C"]);
    assert_eq!(over(3), ["B-C", "C-A"]);
    assert!(
        tunnels[..4]
            .iter()
            .all(|one| one.protection == Protection::Copy)
    );
}

#[test]
fn a_facility_circuit_has_a_bypass_per_hop_and_a_flow_follows_the_igp() {
    let scenario = compiled(RING, TOPOLOGY);
    let tunnels = scenario.tunnels(&[]);
    let Protection::Facility(bypasses) = &tunnels[0].protection else {
        panic!("the default");
    };
    let bypass = bypasses[0].as_ref().expect("the ring goes round");
    assert_eq!(links(&scenario, &bypass.path.hops), ["C-A", "B-C"]);
    assert_eq!(bypass.merge, 1);
    assert_eq!(tunnels[2].protection, Protection::Igp);
}

#[test]
fn what_is_out_of_service_is_gone_round_and_who_has_no_other_way_stays() {
    let scenario = compiled(RING, TOPOLOGY);
    let link = |name| Element::Link(scenario.topology().link_named(name).unwrap());
    let tunnels = scenario.tunnels(&[link("A-B"), link("C-D")]);
    let over = |stream: usize| links(&scenario, &tunnels[stream].path.hops);
    assert_eq!(over(0), ["C-A", "B-C"], "87L a-z");
    assert_eq!(over(1), ["B-C", "C-A"], "87L z-a");
    assert_eq!(over(2), ["B-C", "C-D"], "LAN: nothing else leads to D");
}

#[test]
fn constraints_move_a_circuit_and_those_that_cannot_be_met_are_explained() {
    let scenario = compiled(&ring("constraints = { avoid = [\"A-B\"] }"), TOPOLOGY);
    assert_eq!(scenario.circuits[0].directions[0].links, ["C-A", "B-C"]);
    assert_eq!(scenario.circuits[0].directions[1].links, ["B-C", "C-A"]);
    let asked = ring("constraints = { avoid = [\"A-B\"], hop_limit = 1 }");
    let told = errors(&load_texts(&asked, TOPOLOGY));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].title,
        "circuit 87L A-B: no path meets its constraints"
    );
    assert!(
        told[0].help.contains("avoid removes A-B"),
        "{}",
        told[0].help
    );
    assert!(told[0].help.contains("without"), "{}", told[0].help);
}

#[test]
fn a_failure_in_a_run_cuts_its_ports_and_moves_the_circuit() {
    let event = "\n[[event]]\nat = \"500 ms\"\nfail = { link = \"A-B\", lasts = \"50 ms\" }\n";
    let scenario = compiled(&(RING.to_owned() + event), TOPOLOGY);
    let port = scenario
        .ports
        .iter()
        .position(|name| name == "A-B a-z")
        .unwrap();
    let cuts = &scenario.plan.ports[PortId(port as u32).0 as usize].cuts;
    let from = SimTime(500_000_000_000);
    assert_eq!((cuts.len(), cuts[0].from), (1, from));
    assert_eq!(cuts[0].to, from + Span::from_ms(50));
    assert!(scenario.plan.streams[0].graph.is_some());
    assert_eq!(scenario.routed.len(), scenario.streams.len());
    assert!(!scenario.routed[0].steps.is_empty());
}

fn fired(code: &str, scenario: &str, topology: &str) -> Vec<Found> {
    let mut all = found(&load_texts(scenario, topology));
    all.retain(|one| one.code == Some(code));
    all
}

#[test]
fn tp004_fires_where_both_paths_lie_in_one_duct() {
    let standby = ring("protection = \"standby\"");
    assert_eq!(fired("TP004", &standby, TOPOLOGY), []);
    let duct = with(
        TOPOLOGY,
        "rate = \"100 Mb/s\"",
        "rate = \"100 Mb/s\"\nsrlg = [\"OPGW A-B\"]",
    );
    let told = fired("TP004", &standby, &duct);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].title.contains("fail together"), "{}", told[0].title);
    assert_eq!(
        fired("TP004", RING, &duct),
        [],
        "nothing is said of protection"
    );
}

#[test]
fn tp005_fires_for_87l_whose_directions_part() {
    let paths = "path = { a-z = [\"A\", \"B\"], z-a = [\"B\", \"C\", \"A\"] }";
    let apart = ring(&format!(
        "protection = \"resignal\"\nco_routed = false\n{paths}"
    ));
    assert_eq!(fired("TP005", &apart, TOPOLOGY).len(), 1);
    assert_eq!(
        fired("TP005", &with(&apart, "\"87L\"", "\"POTT\""), TOPOLOGY),
        []
    );
    assert_eq!(
        fired("TP005", &ring("protection = \"resignal\""), TOPOLOGY),
        []
    );
}

#[test]
fn tp006_fires_when_detection_and_repair_outlast_100_ms() {
    let bfd = |interval: &str| {
        let control = format!(
            "[control]\nrepair = \"5 ms\"\n\
             detection = {{ kind = \"bfd\", interval = \"{interval}\", multiplier = 3 }}\n\n[budget]"
        );
        fired("TP006", &with(RING, "[budget]", &control), TOPOLOGY).len()
    };
    // 3 × 31 + 5 = 98 ms; 3 × 32 + 5 = 101 ms.
    assert_eq!((bfd("31 ms"), bfd("32 ms")), (0, 1));
}

#[test]
fn tp009_fires_for_a_link_without_a_way_round() {
    let facility = ring("protection = \"facility\"");
    assert_eq!(fired("TP009", &facility, TOPOLOGY), []);
    let spur = with(&facility, "ends = [\"C\", \"A\"]", "ends = [\"D\", \"A\"]");
    let told = fired("TP009", &spur, TOPOLOGY);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_shaper_that_holds_a_packet_only_without_the_bypass_label_is_refused() {
    let shaped = |burst: &str| {
        let discipline = format!(
            "[[discipline]]\nname = \"narrow\"\nshaper = {{ rate = \"1 Mb/s\", burst = \"{burst}\" }}\n\n\
             [[link]]\nname = \"spare\"\nends = [\"A\", \"B\"]\nmedium = \"fibre\"\n\
             length = \"900 km\"\nrate = \"1 Gb/s\"\ndiscipline = \"narrow\"\n\n[[link]]"
        );
        let topology = with(TOPOLOGY, "[[link]]", &discipline);
        errors(&load_texts(&ring("protection = \"facility\""), &topology)).len()
    };
    // The largest is a frame of the LAN, 1500 B and 20; a label more makes 1524.
    assert_eq!((shaped("1524 B"), shaped("1523 B")), (0, 1));
}
