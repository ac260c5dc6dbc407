//! The reference workload: 24 C-pipes over a chain of 11 or a ring of 24 nodes at 1 Gb/s, every
//! link direction half full of 1500-octet packets.
//!
//! Node 150 us, link 100 km at 3 us/km. Pipe i crosses h = 1 + (7i mod 10) links, from node
//! 3i mod (11 − h) in the chain and i in the ring, both ways, one packet a millisecond, flow f
//! beginning at 20 833·f ns. The egress node adds nothing here.

use pilotwire::plan::{
    Crossing, Discipline, Plan, PlanBuilder, PortId, Processing, RateStep, Source,
};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{LatePolicy, Playout, Receiver};
use pilotwire::random::{Purpose, StreamKey};
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

const PIPES: u32 = 24;

/// The two shapes of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// 11 nodes, 10 links.
    Chain,
    /// 24 nodes, 24 links.
    Ring,
}

/// What is switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Load {
    /// Two classes, unlimited queues, C-pipe packets of 48 octets counted only.
    Plain,
    /// Eight classes, queues of 4500 octets, C-pipes with jitter buffers (every other one
    /// without slack, so that packets come late and play-out restarts).
    Everything,
    /// The same over radios: the rate falls from 1 Gb/s by one and two of eight bits a symbol, as
    /// 256, 128 and 64 QAM differ, 20 ms each; the four lower classes share by deficit round
    /// robin, twice as much for the upper two; every hop keeps the order.
    General,
}

impl Load {
    fn is_full(self) -> bool {
        self != Self::Plain
    }
}

impl Shape {
    /// Links, each of two directions: port k is k → k + 1, port links + k the way back.
    pub fn links(self) -> u32 {
        match self {
            Self::Chain => 10,
            Self::Ring => 24,
        }
    }

    fn first_node(self, pipe: u32, hops: u32) -> u32 {
        match self {
            Self::Chain => 3 * pipe % (11 - hops),
            Self::Ring => pipe,
        }
    }
}

/// The workload as a plan; sources stop after `duration`.
pub fn plan(shape: Shape, load: Load, duration: Span) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + duration);
    let limit = load.is_full().then_some(Octets(4500));
    let mut port = || match load {
        Load::General => builder.general_port([limit; Class::COUNT], radio(duration)),
        Load::Plain | Load::Everything => builder.port([limit; Class::COUNT]),
    };
    let ports: Vec<PortId> = (0..2 * shape.links()).map(|_| port()).collect();
    for pipe in 0..PIPES {
        let hops = 1 + 7 * pipe % 10;
        let first = shape.first_node(pipe, hops);
        let links = shape.links();
        let forward: Vec<u32> = (first..first + hops).map(|node| node % links).collect();
        let back: Vec<u32> = forward.iter().rev().map(|link| links + link).collect();
        for (flow, route) in [(2 * pipe, forward), (2 * pipe + 1, back)] {
            let route: Vec<PortId> = route.iter().map(|port| ports[*port as usize]).collect();
            add_pipe(&mut builder, load, flow, &route);
        }
    }
    for (link, port) in (0_u64..).zip(&ports) {
        add_background(&mut builder, load, link, *port);
    }
    builder.seal()
}

/// The transmitter of a radio that fades all the time.
fn radio(duration: Span) -> Discipline {
    let rates = [1000, 875, 750, 875].map(|mbps| BitRate::from_bps(mbps * 1_000_000));
    let step = |n: u64| RateStep {
        from: SimTime::ZERO + Span::from_ms(20) * n,
        rate: rates[n as usize % rates.len()],
    };
    let quantum = |class: usize| match class {
        4 | 5 => Some(Octets(3000)),
        6 | 7 => Some(Octets(1500)),
        _ => None,
    };
    Discipline {
        rates: (0..1 + duration.0 / Span::from_ms(20).0)
            .map(step)
            .collect(),
        quantum: std::array::from_fn(quantum),
        keeps_order: true,
        ..Discipline::default()
    }
}

fn add_pipe(builder: &mut PlanBuilder, load: Load, flow: u32, route: &[PortId]) {
    let start = SimTime::ZERO + Span::from_ns(20_833 * u64::from(flow));
    let ticks = Ticks::every(start, Span::from_ms(1));
    let (source, octets, receiver) = match load {
        Load::Plain => (Source::Periodic(ticks), 48, None),
        Load::Everything | Load::General => {
            let packets = if flow % 4 < 2 { 2 } else { 1 };
            let receiver = Receiver {
                playout: Playout::FillHalf { packets },
                capacity_packets: 2 * packets,
                missing_limit: 10,
                in_sync: 2,
                setup_timeout: Span::from_s(5),
                late: LatePolicy::Discard,
                hold_back: Span::ZERO,
                clock: Clock::default(),
            };
            (
                Source::Circuit {
                    boundaries: ticks,
                    phase: None,
                    clock: Clock::default(),
                },
                84,
                Some(receiver),
            )
        }
    };
    let path = path(route, octets);
    builder.stream(Class::Ef, source, NODE, &path, receiver);
}

const NODE: Processing = Processing::Constant(Span::from_us(150));

fn add_background(builder: &mut PlanBuilder, load: Load, link: u64, port: PortId) {
    let classes: &[Class] = match load {
        Load::Plain => &[Class::Be],
        Load::Everything | Load::General => &[
            Class::Nc,
            Class::H1,
            Class::H2,
            Class::L1,
            Class::Af,
            Class::L2,
            Class::Be,
        ],
    };
    for class in classes {
        let key = StreamKey::new(
            "flow",
            &format!("{link}/{}", class.name()),
            Purpose::Arrivals,
        );
        let mean_gap_q16_ps = (24_000_000 * classes.len() as u64) << 16;
        let source = Source::Poisson {
            mean_gap_q16_ps,
            key,
        };
        builder.stream(*class, source, NODE, &path(&[port], 1500), None);
    }
}

fn path(route: &[PortId], octets: u64) -> Vec<Crossing> {
    let rate = BitRate::from_bps(1_000_000_000).expect("a rate");
    let crossing = |(hop, port): (usize, &PortId)| Crossing {
        port: *port,
        serialization: rate.time_to_send(Octets(octets)),
        bits: 8 * octets,
        queued: Octets(octets),
        propagation: Span::from_us(300),
        processing: if hop + 1 == route.len() {
            Processing::Constant(Span::ZERO)
        } else {
            NODE
        },
        ..Crossing::default()
    };
    route.iter().enumerate().map(crossing).collect()
}
