//! Waits worked out by hand, simulated: a circuit behind a long frame at every link, and twenty
//! circuits that send at once.

use pilotwire::engine::{self, EngineKind, Options, Outcome};
use pilotwire::plan::{Crossing, Plan, PlanBuilder, PortId, Processing, Source};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{LatePolicy, Playout, Receiver};
use pilotwire::random::Seed;
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

const NODE: Processing = Processing::Constant(Span::from_us(150));
const PACKET_TIME: Span = Span::from_ms(1);

/// A radio of 41.9 Mb/s and 100 km; nothing is added to the frame.
fn radio(port: PortId, octets: u64) -> Crossing {
    Crossing {
        port,
        serialization: BitRate::from_bps(41_900_000)
            .unwrap()
            .time_to_send(Octets(octets)),
        queued: Octets(octets),
        propagation: Span::from_us(300),
        processing: NODE,
        ..Crossing::default()
    }
}

fn fill_half(packets: u32) -> Receiver {
    Receiver {
        playout: Playout::FillHalf { packets },
        capacity_packets: 2 * packets,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_s(5),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    }
}

/// The same from both engines.
fn run(plan: &Plan) -> Outcome {
    let window = engine::run(plan, Seed(1), &Options::default());
    let options = Options {
        engine: EngineKind::Reference,
        ..Options::default()
    };
    assert!(window == engine::run(plan, Seed(1), &options));
    window
}

/// A circuit of 1 ms over four radios. At each one its 10th packet comes `behind` after a frame
/// of 1518 octets, the only one, began to be sent.
fn behind_a_frame_at_every_link(behind: Span, receiver: Receiver) -> Outcome {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(50));
    let ports: Vec<PortId> = (0..4).map(|_| builder.port([None; Class::COUNT])).collect();
    let path: Vec<Crossing> = ports.iter().map(|port| radio(*port, 64)).collect();
    let boundaries = Ticks::every(SimTime::ZERO, PACKET_TIME);
    let source = Source::Circuit {
        boundaries,
        phase: None,
        clock: Clock::default(),
    };
    builder.stream(Class::Ef, source, NODE, &path, Some(receiver));
    let mut arrival = boundaries.at(10) + Span::from_us(150);
    for port in ports {
        let frame = radio(port, 1518);
        let begins = SimTime(arrival.0 - behind.0);
        // It needs no time through its first node; the next one would be long after the end.
        let ticks = Ticks::every(begins, Span::from_s(1));
        let at_once = Processing::Constant(Span::ZERO);
        builder.stream(
            Class::Be,
            Source::Periodic(ticks),
            at_once,
            std::slice::from_ref(&frame),
            None,
        );
        let wait = if behind == Span::ZERO {
            Span::ZERO
        } else {
            frame.serialization - behind
        };
        let own = radio(port, 64);
        arrival = arrival + wait + own.serialization + own.propagation + Span::from_us(150);
    }
    run(&builder.seal())
}

#[test]
fn a_frame_of_1518_octets_ahead_at_each_of_four_radios_costs_1159_331_744_ps() {
    // 4 x 12144 bit / 41.9 Mb/s; each frame had to be there 1 ps before the circuit's packet.
    let outcome = behind_a_frame_at_every_link(Span(1), fill_half(3));
    let slowest = outcome.streams[0].slowest.expect("packets were delivered");
    assert_eq!(slowest.created, SimTime::ZERO + Span::from_ms(10));
    assert_eq!(slowest.parts.queueing, Span(1_159_331_744 - 4));
    assert_eq!(
        outcome.streams[0].network.max - outcome.streams[0].network.min,
        Span(1_159_331_740)
    );
}

#[test]
fn a_frame_that_comes_at_the_same_instant_goes_after_the_circuits_packet() {
    let outcome = behind_a_frame_at_every_link(Span::ZERO, fill_half(3));
    let slowest = outcome.streams[0].slowest.expect("packets were delivered");
    assert_eq!(slowest.parts.queueing, Span::ZERO);
    // 512 bit / 41.9 Mb/s: each frame waits for the circuit's 64 octets.
    for frame in &outcome.streams[1..] {
        assert_eq!(
            frame.slowest.expect("delivered").parts.queueing,
            Span(12_219_571)
        );
    }
}

#[test]
fn four_frames_ahead_exhaust_a_slack_of_one_millisecond_and_not_of_two() {
    for (packets, late, left) in [(2, 1, -159_331_740), (3, 0, 840_668_260)] {
        let outcome = behind_a_frame_at_every_link(Span(1), fill_half(packets));
        let received = outcome.streams[0].received.as_ref().expect("a circuit");
        assert_eq!(
            (received.late, received.missing),
            (late, late),
            "start on packet {packets}"
        );
        assert_eq!(
            received.slack_min_left_ps,
            Some(left),
            "start on packet {packets}"
        );
        assert_eq!((received.starts, received.losses_of_packets), (1, 0));
    }
}

#[test]
fn the_last_of_twenty_circuits_that_send_at_once_waits_304_726_us() {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(20));
    let port = builder.port([None; Class::COUNT]);
    for _ in 0..20 {
        let boundaries = Ticks::every(SimTime::ZERO, PACKET_TIME);
        let source = Source::Circuit {
            boundaries,
            phase: None,
            clock: Clock::default(),
        };
        builder.stream(
            Class::Ef,
            source,
            NODE,
            &[radio(port, 84)],
            Some(fill_half(2)),
        );
    }
    let outcome = run(&builder.seal());
    for (rank, stream) in (0..20).zip(&outcome.streams) {
        let slowest = stream.slowest.expect("packets were delivered");
        // 672 bit / 41.9 Mb/s = 16 038 186.2 ps, rounded up; streams go in the order of rank.
        assert_eq!(
            slowest.parts.queueing,
            Span(rank * 16_038_187),
            "circuit {rank}"
        );
        assert_eq!(
            stream.network.min, stream.network.max,
            "every packet of circuit {rank}"
        );
    }
    let last = outcome.streams[19]
        .slowest
        .expect("delivered")
        .parts
        .queueing;
    assert_eq!(last.to_string(), "0.305");
    assert_eq!(
        (last.0 + 500) / 1000,
        304_726,
        "19 x 672 / 41.9 us to the nanosecond"
    );
}
