//! Random small networks, dense with the awkward: ties, full queues, starved circuits, reordering.

use pilotwire::plan::{Crossing, Plan, PlanBuilder, PortId, Processing, Source};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{LatePolicy, Playout, Receiver};
use pilotwire::random::{Purpose, Seed, Stream, StreamKey, uniform_below};
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

/// A source of choices.
pub struct Dice(Stream);

impl Dice {
    pub fn new(case: u64) -> Self {
        Self(Seed(case).stream(&StreamKey::new("test", "dice", Purpose::Phase)))
    }

    pub fn below(&mut self, count: u64) -> u64 {
        uniform_below(self.0.draw(), count)
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

struct Wire {
    port: PortId,
    rate: BitRate,
    propagation: Span,
}

/// The plan of one case: up to 8 ports, up to 12 streams, 30 to 60 ms. Every instant is a
/// multiple of 100 ns unless drawn, so that ties are common.
pub fn random_plan(case: u64) -> Plan {
    let dice = &mut Dice::new(case);
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(30 + dice.below(31)));
    let mut wires = Vec::new();
    for _ in 0..2 + dice.below(7) {
        let small = dice.one_in(2);
        let port = builder.port(std::array::from_fn(|_| match dice.below(4) {
            0 => None,
            1 if small => Some(Octets(1500)),
            2 if small => Some(Octets(1500 + dice.below(3000))),
            _ => Some(Octets(20_000)),
        }));
        let rate = dice.pick(&[2_000_000, 8_000_000, 10_000_000, 80_000_000]);
        let propagation = Span::from_ns(100 * dice.pick(&[0, 1, 10, 1000, 3000]));
        wires.push(Wire {
            port,
            rate: BitRate::from_bps(rate).unwrap(),
            propagation,
        });
    }
    for stream in 0..3 + dice.below(10) {
        add_stream(&mut builder, dice, stream, &wires);
    }
    if dice.one_in(2) {
        add_twins(&mut builder, dice, &wires);
    }
    builder.seal()
}

/// Two streams that enter the same queues at the same picoseconds.
fn add_twins(builder: &mut PlanBuilder, dice: &mut Dice, wires: &[Wire]) {
    let crossing = |wire: &Wire| Crossing {
        port: wire.port,
        serialization: wire.rate.time_to_send(Octets(200)),
        queued: Octets(200),
        propagation: wire.propagation,
        processing: Processing::Constant(Span::from_us(1)),
        ..Crossing::default()
    };
    let path: Vec<Crossing> = wires.iter().take(2).map(crossing).collect();
    let ticks = Ticks::every(SimTime(dice.below(5) * 100_000), Span::from_us(5000));
    for _ in 0..2 {
        let ingress = Processing::Constant(Span::from_us(2));
        builder.stream(Class::H1, Source::Periodic(ticks), ingress, &path, None);
    }
}

fn add_stream(builder: &mut PlanBuilder, dice: &mut Dice, stream: u64, wires: &[Wire]) {
    let circuit = stream < 2 || dice.one_in(3);
    let packet_time = Span::from_us(dice.pick(&[250, 500, 1000]));
    let size = if circuit {
        100
    } else {
        dice.pick(&[100, 500, 1500])
    };
    let others = [Class::H1, Class::Ef, Class::L1, Class::Be];
    let class = if circuit {
        Class::Ef
    } else {
        dice.pick(&others)
    };
    let mut route: Vec<&Wire> = wires.iter().collect();
    for place in 0..route.len() {
        let other = place + dice.below((route.len() - place) as u64) as usize;
        route.swap(place, other);
    }
    route.truncate(1 + dice.below(4.min(wires.len() as u64)) as usize);
    let slowest = route.iter().map(|wire| wire.rate).min().unwrap();
    let path: Vec<Crossing> = (1_u64..)
        .zip(&route)
        .map(|(hop, wire)| Crossing {
            port: wire.port,
            serialization: wire.rate.time_to_send(Octets(size)),
            queued: Octets(size),
            propagation: wire.propagation,
            processing: processing(dice, stream, hop, packet_time),
            ..Crossing::default()
        })
        .collect();
    let ingress = processing(dice, stream, 0, packet_time);
    let source = if circuit {
        let first = SimTime(dice.below(10) * 100_000);
        let phase = dice
            .one_in(4)
            .then(|| key("phase", stream, 0, Purpose::Phase));
        Source::Circuit {
            boundaries: Ticks::every(first, packet_time),
            phase,
            clock: Clock::default(),
        }
    } else if dice.one_in(2) {
        let period = slowest
            .time_to_send(Octets(size * dice.pick(&[2, 4, 20])))
            .0;
        let first = SimTime(dice.below(20) * 100_000);
        Source::Periodic(Ticks::every(first, Span(period.next_multiple_of(100_000))))
    } else {
        // Offered load 10 % to 130 % of the slowest wire.
        let percent = dice.pick(&[10, 30, 60, 90, 130]);
        let gap = slowest.mean_gap_q16_ps(Octets(size)).unwrap() / percent * 100;
        Source::Poisson {
            mean_gap_q16_ps: gap,
            key: key("flow", stream, 0, Purpose::Arrivals),
        }
    };
    let receiver = circuit.then(|| receiver(dice, packet_time));
    builder.stream(class, source, ingress, &path, receiver);
}

pub fn processing(dice: &mut Dice, stream: u64, hop: u64, packet_time: Span) -> Processing {
    if dice.one_in(4) {
        let min = Span::from_us(dice.below(3));
        let max = min + dice.pick(&[Span(1), Span::from_us(100), packet_time * 2]);
        Processing::Uniform {
            min,
            max,
            key: key("node", stream, hop, Purpose::Processing),
        }
    } else {
        Processing::Constant(Span::from_ns(100 * dice.pick(&[0, 1, 100, 1500])))
    }
}

pub fn receiver(dice: &mut Dice, packet_time: Span) -> Receiver {
    let packets = 2 + dice.below(5) as u32;
    let (playout, capacity_packets) = if dice.one_in(3) {
        (
            Playout::Prefill {
                level: packet_time * u64::from(packets),
            },
            2 * packets,
        )
    } else {
        (
            Playout::FillHalf {
                packets: packets.div_ceil(2),
            },
            packets,
        )
    };
    Receiver {
        playout,
        capacity_packets,
        missing_limit: dice.pick(&[3, 10]),
        in_sync: 2,
        setup_timeout: dice.pick(&[Span::from_ms(10), Span::from_s(5)]),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    }
}

pub fn key(kind: &str, stream: u64, place: u64, purpose: Purpose) -> StreamKey {
    StreamKey::new(kind, &format!("{stream}/{place}"), purpose)
}
