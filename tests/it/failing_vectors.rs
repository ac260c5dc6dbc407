//! Cuts, paths that change and second pseudowires against figures worked out by hand.

use pilotwire::engine::{self, EngineKind, Options, Outcome, Received, StreamOutcome};
use pilotwire::mpls::outage::{FOR_EVER, Stretch};
use pilotwire::mpls::routing::{Next, Target};
use pilotwire::plan::{
    Crossing, Discipline, End, Graph, Plan, PlanBuilder, PortId, Processing, Route, Sizes, Source,
    StreamId,
};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{LatePolicy, Playout, Receiver};
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::traffic::Class;
use pilotwire::units::{Octets, SimTime, Span, Ticks};

use crate::engines_agree::assert_same;
use crate::every_engine::run_general;

const NO_LIMIT: [Option<Octets>; Class::COUNT] = [None; Class::COUNT];

fn ms(count: u64) -> SimTime {
    SimTime::ZERO + Span::from_ms(count)
}

fn crossing(port: PortId, serialization: Span, propagation: Span) -> Crossing {
    Crossing {
        port,
        serialization,
        bits: 800,
        queued: Octets(100),
        propagation,
        ..Crossing::default()
    }
}

fn route(source: Source, path: Vec<Crossing>) -> Route {
    Route {
        class: Class::Ef,
        source,
        sizes: Sizes::One,
        policer: None,
        ingress: Processing::Constant(Span::ZERO),
        paths: vec![path],
        graph: None,
        end: End::Sink,
    }
}

fn outcome(builder: PlanBuilder) -> Outcome {
    run_general(&builder.seal(), Seed(1), true)
}

/// How many packets, one every `period` from `phase` on, an outage of 50 ms takes.
fn lost_in_50_ms(period: Span, phase: Span, serialization: Span, propagation: Span) -> u64 {
    let mut builder = PlanBuilder::new(ms(200));
    let port = builder.port(NO_LIMIT);
    let (from, to) = (ms(100), ms(150));
    builder.cut(port, vec![Stretch { from, to }]);
    let source = Source::Periodic(Ticks::every(SimTime::ZERO + phase, period));
    builder.route(route(
        source,
        vec![crossing(port, serialization, propagation)],
    ));
    let outcome = outcome(builder);
    let stream = &outcome.streams[0];
    assert_eq!(stream.sent, stream.delivered + stream.cut);
    stream.cut
}

/// Fewest and most over a hundred phases.
fn range_lost(period: Span, serialization: Span, propagation: Span) -> (u64, u64) {
    let phases = (0..100).map(|part| Span(period.0 / 100 * part));
    let lost = phases.map(|phase| lost_in_50_ms(period, phase, serialization, propagation));
    let lost: Vec<u64> = lost.collect();
    (*lost.iter().min().unwrap(), *lost.iter().max().unwrap())
}

#[test]
fn tv24_an_outage_of_50_ms_takes_so_many_packets_by_phase() {
    let (short, none) = (Span(1), Span::ZERO);
    assert_eq!(range_lost(Span::from_ms(1), short, none), (50, 50));
    assert_eq!(range_lost(Span::from_ms(8), short, none), (6, 7));
    assert_eq!(range_lost(Span::from_us(1750), short, none), (28, 29));
    let fibre = Span::from_us(360);
    assert_eq!(range_lost(Span::from_ms(1), short, fibre), (50, 51));
}

#[test]
fn a_packet_is_lost_that_is_on_the_way_or_begins_during_a_cut_to_the_picosecond() {
    // 100 us on the transmitter and 300 us on the way; the cut lasts from 10 to 11 ms.
    let delivered = |at: SimTime, discipline: Option<Discipline>| {
        let mut builder = PlanBuilder::new(ms(20));
        let port = match discipline {
            None => builder.port(NO_LIMIT),
            Some(discipline) => builder.general_port(NO_LIMIT, discipline),
        };
        let (from, to) = (ms(10), ms(11));
        builder.cut(port, vec![Stretch { from, to }]);
        let path = vec![crossing(port, Span::from_us(100), Span::from_us(300))];
        builder.route(route(Source::Listed([at].into()), path));
        let outcome = outcome(builder);
        assert_eq!(
            outcome.ports[0][Class::Ef.index()].transmitted,
            1,
            "lost or not"
        );
        outcome.streams[0].delivered == 1
    };
    let out_at_10 = SimTime::ZERO + Span::from_us(9600);
    let ordered = Discipline {
        keeps_order: true,
        ..Discipline::default()
    };
    for discipline in [None, Some(Discipline::default()), Some(ordered)] {
        assert!(delivered(out_at_10, discipline.clone()), "out just in time");
        assert!(!delivered(out_at_10 + Span(1), discipline.clone()));
        assert!(!delivered(SimTime(ms(11).0 - 1), discipline.clone()));
        assert!(delivered(ms(11), discipline), "as soon as it is repaired");
    }
}

#[test]
fn a_packet_that_waits_for_the_end_of_a_cut_is_not_lost() {
    // Two at once, 1 ms on the transmitter each: the second begins just when the cut ends.
    let mut builder = PlanBuilder::new(ms(20));
    let port = builder.port(NO_LIMIT);
    let (from, to) = (ms(5), ms(11));
    builder.cut(port, vec![Stretch { from, to }]);
    let source = Source::Listed([ms(10), ms(10)].into());
    builder.route(route(
        source,
        vec![crossing(port, Span::from_ms(1), Span::ZERO)],
    ));
    let outcome = outcome(builder);
    assert_eq!(
        (outcome.streams[0].cut, outcome.streams[0].delivered),
        (1, 1)
    );
    assert_eq!(outcome.streams[0].network.max, Span::from_ms(2));
}

#[test]
fn a_detour_adds_exactly_its_delay_from_the_packet_that_meets_it() {
    let mut builder = PlanBuilder::new(ms(10));
    let ports = [100, 300, 200, 250].map(|us| (builder.port(NO_LIMIT), Span::from_us(us)));
    let node = Processing::Constant(Span::from_us(50));
    let path = ports.map(|(port, propagation)| Crossing {
        processing: node.clone(),
        ..crossing(port, Span::from_us(10), propagation)
    });
    let [first, last] = [Target::Crossing(0), Target::Deliver].map(Next::always);
    let mut repair = Next::always(Target::Crossing(1));
    repair.turn(ms(5), Target::Crossing(2));
    let graph = Graph {
        entry: first,
        behind: vec![
            repair,
            last.clone(),
            Next::always(Target::Crossing(3)),
            last,
        ],
    };
    // A packet is at the point of repair 210 us after its creation: the fifth at 5 ms exactly.
    let ticks = Ticks::every(SimTime::ZERO + Span::from_us(790), Span::from_ms(1));
    builder.route(Route {
        ingress: node,
        graph: Some((graph, 2)),
        ..route(Source::Periodic(ticks), path.to_vec())
    });
    let outcome = outcome(builder);
    let stream = &outcome.streams[0];
    // 50 + 160 + 360 us by the first way; 50 + 160 + 260 + 310 us by the other.
    let (direct, detour) = (Span::from_us(570), Span::from_us(780));
    assert_eq!((stream.network.min, stream.network.max), (direct, detour));
    let sum = u128::from(direct.0) * 4 + u128::from(detour.0) * 6;
    assert_eq!(stream.network.sum_ps, sum, "four and six packets");
    let parts = stream.slowest.unwrap().parts;
    assert_eq!(parts.propagation, Span::from_us(550));
    assert_eq!(parts.serialization, Span::from_us(30));
    assert_eq!(parts.processing, Span::from_us(200));
}

#[test]
fn a_packet_in_a_loop_is_discarded_after_255_links() {
    let mut builder = PlanBuilder::new(ms(2));
    let ports = [builder.port(NO_LIMIT), builder.port(NO_LIMIT)];
    let path = ports.map(|port| crossing(port, Span::from_us(1), Span::from_us(10)));
    let mut back = Next::always(Target::Deliver);
    back.turn(SimTime(1), Target::Crossing(1));
    let graph = Graph {
        entry: Next::always(Target::Crossing(0)),
        behind: vec![back, Next::always(Target::Crossing(0))],
    };
    builder.route(Route {
        graph: Some((graph, 1)),
        ..route(Source::Listed([ms(1)].into()), path.to_vec())
    });
    let outcome = outcome(builder);
    assert_eq!(
        (outcome.streams[0].expired, outcome.streams[0].delivered),
        (1, 0)
    );
    let sent = |port: usize| outcome.ports[port][Class::Ef.index()].transmitted;
    assert_eq!([sent(0), sent(1)], [128, 127]);
}

#[test]
fn a_packet_for_which_there_is_no_way_in_is_discarded() {
    let mut builder = PlanBuilder::new(ms(10));
    let port = builder.port(NO_LIMIT);
    let mut entry = Next::always(Target::Crossing(0));
    entry.turn(ms(3), Target::Discard);
    entry.turn(ms(7), Target::Crossing(0));
    let graph = Graph {
        entry,
        behind: vec![Next::always(Target::Deliver)],
    };
    let every = Ticks::every(SimTime::ZERO, Span::from_ms(1));
    builder.route(Route {
        graph: Some((graph, 1)),
        ..route(
            Source::Periodic(every),
            vec![crossing(port, Span(1), Span::ZERO)],
        )
    });
    let stream = &outcome(builder).streams[0];
    assert_eq!((stream.unrouted, stream.delivered), (4, 6));
}

/// A circuit of 1 ms packets over a way of 1 ms, cut for ever at 100 ms, and its copy over a way
/// longer by so much; played out 1 ms after the first arrival.
fn hitless(longer: Span) -> (StreamOutcome, StreamOutcome, Received) {
    let mut builder = PlanBuilder::new(ms(201));
    builder.stages(vec![SimTime::ZERO, ms(99), ms(150)]);
    let ports = [builder.port(NO_LIMIT), builder.port(NO_LIMIT)];
    let (from, to) = (ms(100), FOR_EVER);
    builder.cut(ports[0], vec![Stretch { from, to }]);
    let source = Source::Circuit {
        boundaries: Ticks::every(SimTime::ZERO, Span::from_ms(1)),
        phase: None,
        clock: Clock::default(),
    };
    let receiver = Receiver {
        playout: Playout::Prefill {
            level: Span::from_ms(1),
        },
        capacity_packets: 4,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_s(5),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    };
    let way = |port, us: u64| vec![crossing(port, Span::from_us(1), Span::from_us(us - 1))];
    builder.route(Route {
        end: End::Pseudowire(receiver),
        ..route(source.clone(), way(ports[0], 1000))
    });
    let us = 1000 + longer.0 / 1_000_000;
    builder.route(Route {
        end: End::Copy(StreamId(0)),
        ..route(source, way(ports[1], us))
    });
    let mut streams = outcome(builder).streams.into_iter();
    let (own, copy) = (streams.next().unwrap(), streams.next().unwrap());
    let received = own.received.clone().unwrap();
    (own, copy, received)
}

#[test]
fn two_pseudowires_lose_nothing_while_the_slack_covers_the_difference_of_their_paths() {
    for (longer, slack_us) in [(800, 200), (1000, 0)] {
        let (own, copy, received) = hitless(Span::from_us(longer));
        // Created at 1, 2, …, 200 ms; those of 99 ms and before are out by 100 ms.
        assert_eq!((own.delivered, own.cut), (99, 101));
        assert_eq!((copy.delivered, copy.received), (200, None));
        assert_eq!((received.played, received.missing), (200, 0));
        assert_eq!(
            (received.late, received.duplicates, received.starts),
            (0, 0, 1)
        );
        let slack = received.slack_min_left_ps.unwrap();
        assert_eq!(slack, slack_us * 1_000_000);
        let selected = received.selected.unwrap();
        assert_eq!((selected.taken, selected.eliminated), (200, 99));
        assert_eq!(selected.network.max, Span::from_us(1000 + longer));
        let bins = |bins: &[engine::Bin]| -> Vec<(u64, u64)> {
            bins.iter().map(|bin| (bin.delivered, bin.lost)).collect()
        };
        assert_eq!(bins(&own.stages), [(98, 0), (1, 50), (0, 51)]);
        assert_eq!(bins(&copy.stages), [(98, 0), (51, 0), (51, 0)]);
        assert_eq!(bins(&selected.stages), [(98, 0), (51, 0), (51, 0)]);
    }
}

#[test]
fn two_pseudowires_are_late_where_the_slack_is_less_than_the_difference_of_their_paths() {
    let (_, _, received) = hitless(Span(1_200_000_000));
    // The next ten come after their instants, and play-out stops and starts again with the 101
    // left: after the tenth is missing, two in sequence are needed.
    assert_eq!((received.missing, received.losses_of_packets), (10, 1));
    assert_eq!(received.starts, 2);
    assert!(received.late >= 9, "{} late", received.late);
    assert_eq!(received.selected.unwrap().taken, 200);
}

const NODES: u32 = 24;

/// Links `first..first + count` of the ring, forward (node k to k + 1) or backward.
fn around(first: u32, count: u32, backward: bool) -> impl Iterator<Item = PortId> {
    (0..count).map(move |hop| {
        PortId(if backward {
            NODES + (first + NODES - 1 - hop) % NODES
        } else {
            (first + hop) % NODES
        })
    })
}

/// The ring of 24 nodes of the reference workload: 24 circuits over 1 to 10 links both ways, half
/// of every link full of background. Link 5 is cut both ways at 50 ms; `detection` later its ends
/// turn what would cross it the other way round to its destination.
fn ring(detection: Span) -> Plan {
    let mut builder = PlanBuilder::new(ms(150));
    let (from, to) = (ms(50), FOR_EVER);
    for port in 0..2 * NODES {
        let id = builder.port(NO_LIMIT);
        if port % NODES == 5 {
            builder.cut(id, vec![Stretch { from, to }]);
        }
    }
    let node = Processing::Constant(Span::from_us(150));
    let leg = |port: PortId, ns: u64| Crossing {
        processing: node.clone(),
        ..crossing(port, Span::from_ns(ns), Span::from_us(300))
    };
    for flow in 0..2 * NODES {
        let (pipe, backward) = (flow / 2, flow % 2 == 1);
        let hops = 1 + 7 * pipe % 10;
        // Node where the packets enter, and how many links further they leave.
        let first = if backward { pipe + hops } else { pipe };
        let links: Vec<PortId> = around(first % NODES, hops, backward).collect();
        let broken = links.iter().position(|port| port.0 % NODES == 5);
        let at = SimTime::ZERO + Span::from_ns(20_833 * u64::from(flow));
        let source = Source::Periodic(Ticks::every(at, Span::from_ms(1)));
        let mut path: Vec<Crossing> = links.iter().map(|port| leg(*port, 384)).collect();
        let graph = broken.map(|broken| {
            let turned = if backward {
                first + NODES - broken as u32
            } else {
                first + broken as u32
            };
            let rest = NODES - (hops - broken as u32);
            let wrap = around(turned % NODES, rest, !backward);
            path.extend(wrap.map(|port| leg(port, 384)));
            wrapped(broken, hops as usize, path.len(), from + detection)
        });
        builder.route(Route {
            ingress: node.clone(),
            graph: graph.map(|graph| (graph, hops as usize)),
            ..route(source, path)
        });
    }
    for port in 0..2 * NODES {
        let source = Source::Poisson {
            mean_gap_q16_ps: 24_000_000 << 16,
            key: StreamKey::new("flow", &port.to_string(), Purpose::Arrivals),
        };
        builder.route(Route {
            class: Class::Be,
            ..route(source, vec![leg(PortId(port), 12_000)])
        });
    }
    builder.seal()
}

/// Along `hops` legs, and from leg number `broken` on the other way round after an instant.
fn wrapped(broken: usize, hops: usize, places: usize, at: SimTime) -> Graph {
    let mut nexts: Vec<Next> = (0..=places)
        .map(|place| {
            Next::always(if place == hops || place == places {
                Target::Deliver
            } else {
                Target::Crossing(place)
            })
        })
        .collect();
    nexts[broken].turn(at, Target::Crossing(hops));
    let entry = nexts.remove(0);
    Graph {
        entry,
        behind: nexts,
    }
}

#[test]
fn a_ring_wraps_around_a_cut_alike_in_both_engines_and_every_window() {
    for detection_ms in [0, 10, 50] {
        let plan = ring(Span::from_ms(detection_ms));
        let run = |engine, window_ns| {
            let options = Options {
                engine,
                window_max: Span::from_ns(window_ns),
                ..Options::default()
            };
            engine::run(&plan, Seed(9), &options)
        };
        let want = run(EngineKind::Reference, 1);
        for window_ns in [450_384, 100_000, 7_777] {
            let what = format!("detection {detection_ms} ms, window {window_ns} ns");
            assert_same(&run(EngineKind::Window, window_ns), &want, &what);
        }
        // Nothing is lost behind the repair, and before it one packet a millisecond, as well as
        // one that may be on the fibre.
        for (flow, stream) in want.streams.iter().take(2 * NODES as usize).enumerate() {
            assert_eq!((stream.unrouted, stream.expired), (0, 0));
            let crosses = plan.streams[flow].graph.is_some();
            let lost = if crosses {
                detection_ms..=detection_ms + 1
            } else {
                0..=0
            };
            assert!(lost.contains(&stream.cut), "flow {flow}: {}", stream.cut);
        }
    }
}
