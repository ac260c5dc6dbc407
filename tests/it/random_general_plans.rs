//! Random small networks of general ports: every discipline and combination of disciplines, every
//! source, sizes, policers, sessions, media and series.

use pilotwire::plan::{
    Crossing, Discipline, EarlyDrop, End, Plan, PlanBuilder, PortId, Preemption, Processing,
    RateStep, Route, Shaper, Sizes, Source, StreamId, Subscriber,
};
use pilotwire::pseudowire::clock::{Clock, ClockStep};
use pilotwire::pseudowire::receive::LatePolicy;
use pilotwire::pseudowire::service::with_hold_back;
use pilotwire::random::Purpose;
use pilotwire::traffic::{Class, Policer};
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

use crate::random_plans::{Dice, key, processing, receiver};

const CLASSES: [Class; 5] = [Class::Nc, Class::H1, Class::Ef, Class::L1, Class::Be];
const SIZES: [u64; 4] = [64, 100, 500, 1500];
/// The largest packet on the wire: 1500 octets, 24 added, six bits for five, and one.
const LARGEST: u64 = 1_830;

struct Wire {
    port: PortId,
    rate: BitRate,
    propagation: Span,
    /// Latency of the medium for every packet, and for every octet.
    media: (Span, Span),
    /// Octets added to a packet on the wire.
    added: u64,
    /// Whether a sixth bit is stuffed behind every five: part octets.
    stuffed: bool,
}

/// The plan of one case: up to 6 ports, most of them general, and up to 14 streams, 20 to 40 ms.
/// Every instant is a multiple of 100 ns unless drawn, so that ties are common.
pub fn random_general_plan(case: u64) -> Plan {
    let dice = &mut Dice::new(1_000_000 + case);
    let end = Span::from_ms(20 + dice.below(21));
    let mut builder = PlanBuilder::new(SimTime::ZERO + end);
    if dice.one_in(2) {
        builder.series(dice.pick(&[Span::from_us(100), Span::from_ms(1), Span(7_777_777_777)]));
    }
    let wires: Vec<Wire> = (0..2 + dice.below(5))
        .map(|number| add_wire(&mut builder, dice, number, end))
        .collect();
    let mut streams = 0;
    for _ in 0..3 + dice.below(7) {
        add_stream(&mut builder, dice, streams, &wires, end);
        streams += 1;
    }
    for _ in 0..dice.below(3) {
        add_session(&mut builder, dice, streams, &wires);
        streams += 2;
    }
    if dice.one_in(2) {
        let twin = route(dice, streams, &wires);
        for _ in 0..2 {
            builder.route(twin.clone());
        }
    }
    builder.seal()
}

fn add_wire(builder: &mut PlanBuilder, dice: &mut Dice, number: u64, end: Span) -> Wire {
    let bps = dice.pick(&[2_000_000, 8_000_000, 10_000_000, 80_000_000]);
    let rate = BitRate::from_bps(bps).unwrap();
    let small = dice.one_in(2);
    let limits = std::array::from_fn(|_| match dice.below(4) {
        0 => None,
        1 if small => Some(Octets(1500)),
        2 if small => Some(Octets(1500 + dice.below(3000))),
        _ => Some(Octets(20_000)),
    });
    let general = !dice.one_in(5);
    let mut stuffed = dice.one_in(4);
    let port = if general {
        let discipline = discipline(dice, number, bps, end);
        stuffed &= discipline.preemption.is_none();
        builder.general_port(limits, discipline)
    } else {
        builder.port(limits)
    };
    Wire {
        port,
        rate,
        propagation: Span::from_ns(100 * dice.pick(&[0, 1, 10, 1000, 3000])),
        media: dice.pick(&[
            (Span::ZERO, Span::ZERO),
            (Span::from_us(50), Span::ZERO),
            (Span::from_us(3), Span::from_ns(200)),
            (Span::ZERO, Span::from_ns(2_000)),
        ]),
        added: dice.pick(&[0, 20, 24]),
        stuffed,
    }
}

fn per_class<T>(
    dice: &mut Dice,
    one_in: u64,
    mut make: impl FnMut(&mut Dice, usize) -> T,
) -> [Option<T>; Class::COUNT] {
    std::array::from_fn(|class| dice.one_in(one_in).then(|| make(dice, class)))
}

fn discipline(dice: &mut Dice, number: u64, bps: u64, end: Span) -> Discipline {
    let mut made = Discipline::default();
    let single_queue = dice.one_in(6);
    let preempts = !single_queue && dice.one_in(4);
    made.single_queue = single_queue;
    made.yellow_limit = per_class(dice, 2, |dice, _| Octets(500 + dice.below(2500)));
    if !single_queue {
        let first = dice.pick(&[0, 2, 3, 4, 5, Class::COUNT]);
        let first = if preempts { first.max(3) } else { first };
        for quantum in &mut made.quantum[first..] {
            *quantum = Some(Octets(dice.pick(&[1, 100, 500, 1500, 3001])));
        }
        if dice.one_in(2) {
            made.early = per_class(dice, 2, |dice, class| early(dice, number, class));
        }
        if preempts {
            made.preemption = Some(Preemption {
                express: std::array::from_fn(|class| class < first && dice.one_in(2)),
                fragment_min: Octets(64),
                overhead: Octets(24),
            });
        } else if dice.one_in(2) {
            made.class_shaper = per_class(dice, 2, |dice, _| shaper(dice, bps));
        }
    }
    if preempts {
        made.rates = vec![RateStep {
            from: SimTime::ZERO,
            rate: BitRate::from_bps(bps),
        }];
    } else {
        made.port_shaper = dice.one_in(3).then(|| shaper(dice, bps));
        made.keeps_order = dice.one_in(2);
        if dice.one_in(2) {
            made.rates = rates(dice, bps, end);
        }
    }
    made
}

fn early(dice: &mut Dice, port: u64, class: usize) -> EarlyDrop {
    let min = dice.pick(&[0, 300, 1500]);
    EarlyDrop {
        min: Octets(min),
        max: Octets(min + dice.pick(&[1, 1000, 4000])),
        probability_max_ppb: dice.pick(&[0, 100_000_000, 1_000_000_000]),
        weight_shift: dice.pick(&[0, 1, 4, 9]),
        key: key("early", port, class as u64, Purpose::Arrivals),
    }
}

fn shaper(dice: &mut Dice, bps: u64) -> Shaper {
    Shaper {
        rate_bps: bps * dice.pick(&[5, 30, 60, 100, 300]) / 100 + dice.below(3),
        burst: Octets(LARGEST + dice.pick(&[0, 1, 3000])),
    }
}

fn rates(dice: &mut Dice, bps: u64, end: Span) -> Vec<RateStep> {
    let rate = |percent: u64| BitRate::from_bps(bps * percent / 100);
    let mut steps = vec![RateStep {
        from: SimTime::ZERO,
        rate: rate(100),
    }];
    let mut from = 0;
    for _ in 0..dice.below(6) {
        from += 100_000 * (1 + dice.below(end.0 / 300_000));
        let rate = if dice.one_in(4) {
            None
        } else {
            rate(dice.pick(&[25, 50, 100, 130]))
        };
        let from = SimTime(from);
        steps.push(RateStep { from, rate });
    }
    if steps.last().is_some_and(|step| step.rate.is_none()) {
        steps.push(RateStep {
            from: SimTime(from + 100_000 * (1 + dice.below(20_000))),
            rate: rate(100),
        });
    }
    steps
}

fn crossing(wire: &Wire, octets: u64, processing: Processing) -> Crossing {
    let on_wire = octets + wire.added;
    let bits = if wire.stuffed {
        (8 * on_wire).div_ceil(5) * 6 + 1
    } else {
        8 * on_wire
    };
    let (bps, one) = wire.rate.exact_bps();
    assert_eq!(one, 1);
    let ps = (u128::from(bits) * 1_000_000_000_000).div_ceil(u128::from(bps));
    Crossing {
        port: wire.port,
        serialization: Span(ps as u64),
        bits,
        queued: Octets(octets),
        propagation: wire.propagation,
        media: wire.media.0 + wire.media.1 * octets,
        processing,
    }
}

/// A stream without a source of its own kind: class, sizes and a way.
fn route(dice: &mut Dice, stream: u64, wires: &[Wire]) -> Route {
    let mut way: Vec<&Wire> = wires.iter().collect();
    for place in 0..way.len() {
        let other = place + dice.below((way.len() - place) as u64) as usize;
        way.swap(place, other);
    }
    way.truncate(1 + dice.below(4.min(wires.len() as u64)) as usize);
    let packet_time = Span::from_us(500);
    let nodes: Vec<Processing> = (1..=way.len() as u64)
        .map(|hop| processing(dice, stream, hop, packet_time))
        .collect();
    let sizes = sizes(dice, stream);
    let octets: Vec<u64> = (0..sizes.count()).map(|_| dice.pick(&SIZES)).collect();
    let path = |octets: &u64| -> Vec<Crossing> {
        way.iter()
            .zip(&nodes)
            .map(|(wire, node)| crossing(wire, *octets, node.clone()))
            .collect()
    };
    let slowest = way.iter().map(|wire| wire.rate).min().unwrap();
    let period = slowest.time_to_send(Octets(octets[0] * dice.pick(&[2, 4, 10])));
    let first = SimTime(dice.below(20) * 100_000);
    Route {
        graph: None,
        class: dice.pick(&CLASSES),
        source: Source::Periodic(Ticks::every(
            first,
            Span(period.0.next_multiple_of(100_000)),
        )),
        sizes,
        policer: dice.one_in(3).then(|| policer(dice, slowest)),
        ingress: processing(dice, stream, 0, packet_time),
        paths: octets.iter().map(path).collect(),
        end: End::Sink,
    }
}

fn sizes(dice: &mut Dice, stream: u64) -> Sizes {
    match dice.below(3) {
        0 => Sizes::One,
        1 => Sizes::Cycle([0, 1, 1, 0, 2][..1 + dice.below(5) as usize].into()),
        _ => {
            let cut = dice.pick(&[1 << 60, 1 << 63, u64::MAX - 1]);
            Sizes::Drawn {
                thresholds: [cut / 2, cut, u64::MAX].into(),
                key: key("sizes", stream, 0, Purpose::Arrivals),
            }
        }
    }
}

fn policer(dice: &mut Dice, rate: BitRate) -> Policer {
    let bps = rate.rounded_bps();
    let burst = |dice: &mut Dice| Octets(dice.pick(&[64, 1500, 3100, 6000]));
    if dice.one_in(2) {
        Policer::SingleRate {
            rate_bps: bps * dice.pick(&[1, 10, 50]) / 100,
            committed: burst(dice),
            excess: dice.pick(&[Octets(0), Octets(1500), Octets(9000)]),
        }
    } else {
        let committed_bps = bps * dice.pick(&[1, 10, 30]) / 100;
        Policer::TwoRate {
            peak_bps: committed_bps * dice.pick(&[1, 2, 5]),
            peak: burst(dice),
            committed_bps,
            committed: burst(dice),
        }
    }
}

fn add_stream(builder: &mut PlanBuilder, dice: &mut Dice, stream: u64, wires: &[Wire], end: Span) {
    let mut route = route(dice, stream, wires);
    let slowest = &route.paths[0];
    let busy = slowest.iter().map(|leg| leg.serialization).max().unwrap();
    // Offered load 10 % to 130 % of the slowest wire.
    let gap = Span(busy.0 * 100 / dice.pick(&[10, 30, 60, 130]));
    let whole = Span(gap.0.next_multiple_of(100_000));
    let first = SimTime(dice.below(20) * 100_000);
    match dice.below(6) {
        0 => make_circuit(dice, stream, &mut route),
        1 => {
            route.source = Source::Poisson {
                mean_gap_q16_ps: gap.0 << 16,
                key: key("flow", stream, 0, Purpose::Arrivals),
            }
        }
        2 => {
            let places = 1 + dice.below(5);
            let offset = |place: u64| whole * place * dice.pick(&[0, 1]);
            let mut offsets: Vec<Span> = (0..places).map(offset).collect();
            offsets.sort();
            route.source = Source::Cyclic {
                cycles: Ticks::new(first, 3 * places * whole.0 + 1, 3),
                offsets: offsets.into(),
            };
        }
        3 => {
            route.source = Source::OnOff {
                gap: dice.pick(&[whole, gap]),
                mean_on_q16_ps: (gap.0 << 16) * dice.pick(&[0, 1, 5, 20]),
                mean_off_q16_ps: (gap.0 << 16) * dice.pick(&[1, 5, 20]),
                key: key("talk", stream, 0, Purpose::Arrivals),
            }
        }
        4 => {
            let mut at = 0;
            let mut next = || {
                at += 100_000 * dice.below(20) * dice.below(whole.0 / 100_000);
                SimTime(at)
            };
            let instants: Vec<SimTime> = (0..200).map(|_| next()).collect();
            if dice.one_in(2) {
                let lives = (0..200).map(|_| Span(1 + dice.below(end.0 / 8))).collect();
                route.end = End::Subscriber(Subscriber {
                    allowed_to_live: lives,
                });
            }
            route.source = Source::Listed(instants.into());
        }
        _ => {}
    }
    builder.route(route);
}

fn make_circuit(dice: &mut Dice, stream: u64, route: &mut Route) {
    let packet_time = Span::from_us(dice.pick(&[250, 500, 1000]));
    let offset_ppb = dice.pick(&[0, 0, 100_000, -1_000_000]);
    let step = ClockStep {
        from: SimTime::ZERO,
        offset_ppb,
    };
    let mut end = receiver(dice, packet_time);
    end.late = dice.pick(&[LatePolicy::Discard, LatePolicy::Recentre]);
    if dice.one_in(3) {
        end = with_hold_back(end, Span(dice.below(2 * packet_time.0)), (packet_time.0, 1));
    }
    let steps = [0, 20].map(|from_ms| ClockStep {
        from: SimTime::ZERO + Span::from_ms(from_ms),
        offset_ppb: dice.pick(&[0, 50_000, -1_000_000, 1_000_000]),
    });
    end.clock = Clock::new(&steps);
    route.source = Source::Circuit {
        boundaries: Ticks::every(SimTime(dice.below(10) * 100_000), packet_time),
        phase: dice
            .one_in(4)
            .then(|| key("phase", stream, 0, Purpose::Phase)),
        clock: Clock::new(&[step]),
    };
    route.end = End::Pseudowire(end);
    route.class = Class::Ef;
    route.sizes = Sizes::One;
    route.paths.truncate(1);
    route.policer = None;
}

/// A client and its server, each with a way and a class of its own.
fn add_session(builder: &mut PlanBuilder, dice: &mut Dice, stream: u64, wires: &[Wire]) {
    let id = |stream: u64| StreamId(stream as u32);
    let mut client = route(dice, stream, wires);
    let interval = Span::from_us(dice.pick(&[0, 200, 1000, 3000]));
    let more = dice.pick(&[0, 1, 100_000_000, 1_000_000_000, 5_000_000_000]);
    client.source = Source::Request {
        first: SimTime(100_000 * dice.below(10_000)),
        interval,
        timeout: Span(20_000_000 + interval.0 + more),
        response: id(stream + 1),
    };
    builder.route(client);
    let mut server = route(dice, stream + 1, wires);
    server.source = Source::Response {
        request: id(stream),
        turnaround: Span::from_us(dice.pick(&[0, 1, 50, 2000])),
    };
    builder.route(server);
}

#[test]
fn a_general_plan_is_drawn_the_same_again() {
    let text = |case| format!("{:?}", random_general_plan(case));
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}
