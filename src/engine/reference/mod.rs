//! The reference engine: one heap of events, and every part of a delay from time stamps.
//!
//! The oracle of the window engine. It shares the plan, the outcome and the random streams with
//! it, and nothing else: own sources, own queues, own receiving end. Slower, and plain.

mod agenda;
mod circuit;
mod flight;
#[cfg(test)]
mod subscriber;

use std::collections::{BTreeMap, VecDeque};

use self::agenda::Agenda;
use self::circuit::CircuitEnd;
use self::flight::{Flight, Packet, Stage};
use super::outcome::{Delays, Outcome, QueueOutcome, Slowest, StreamOutcome};
use crate::plan::{Plan, Processing, Source, StreamId};
use crate::pseudowire::clock::PacketTimes;
use crate::random::{self, Seed, exponential, scale_exponential};
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// Runs a plan event by event.
pub(super) fn run(
    plan: &Plan,
    seed: Seed,
    detailed: bool,
    watch: &mut dyn FnMut(SimTime),
) -> Outcome {
    let mut reference = Reference::new(plan, seed, detailed);
    reference.run(watch);
    reference.finish()
}

/// Runs a plan, and says whether two packets entered one queue at the same picosecond.
pub(super) fn run_noting_ties(plan: &Plan, seed: Seed) -> (Outcome, bool) {
    let mut reference = Reference::new(plan, seed, true);
    reference.run(&mut |_| ());
    let tied = reference.tied;
    (reference.finish(), tied)
}

/// Something happens. One number says when, in which phase of the instant, and to whom, so that
/// the least number is the next event: time (64 bits), phase (2), class (3), rank of the stream
/// or number of the port (27), low bits of the packet's sequence (32).
type Event = u128;

const ARRIVAL: u64 = 0;
const SERVICE: u64 = 1;
const TIMER: u64 = 2;

fn event(at: u64, phase: u64, class: u64, rank: u32, sequence: u64) -> Event {
    let order = phase << 62 | class << 59 | u64::from(rank) << 32 | sequence & 0xFFFF_FFFF;
    u128::from(at) << 64 | u128::from(order)
}

/// One stream while the plan runs.
struct Traffic {
    class: Class,
    sender: Sender,
    flight: Flight,
    outcome: StreamOutcome,
    circuit: Option<CircuitEnd>,
}

/// When the packets of a stream are created.
struct Sender {
    next: Option<u64>,
    ticks: Option<(PacketTimes, u64)>,
    gaps: Option<(random::Stream, u64)>,
}

/// One port: its queues of (stream, sequence), and the transmitter.
struct Transmitter {
    queues: [VecDeque<(u32, u64)>; Class::COUNT],
    /// Which queues hold packets: bit 0 is the most urgent.
    filled: u32,
    octets: [u64; Class::COUNT],
    free: u64,
    /// Whether a service is on the agenda.
    called: bool,
    /// When a packet last entered each queue.
    last_entry: [u64; Class::COUNT],
    outcome: [QueueOutcome; Class::COUNT],
}

struct Reference<'p> {
    plan: &'p Plan,
    detailed: bool,
    agenda: Agenda,
    traffic: Vec<Traffic>,
    ports: Vec<Transmitter>,
    /// Drawn processing: before the first leg (hop 0), after leg h (hop h + 1).
    draws: BTreeMap<(u32, u32), random::Stream>,
    /// Latest queue entry by (port in, port out, class).
    last_entry: BTreeMap<(u32, u32, Class), u64>,
    tied: bool,
}

impl<'p> Reference<'p> {
    fn new(plan: &'p Plan, seed: Seed, detailed: bool) -> Self {
        let mut draws = BTreeMap::new();
        let mut traffic = Vec::new();
        for (id, stream) in (0_u32..).zip(&plan.streams) {
            let nodes = std::iter::once(&stream.ingress)
                .chain(plan.path(StreamId(id)).iter().map(|leg| &leg.processing));
            for (hop, processing) in (0_u32..).zip(nodes) {
                if let Processing::Uniform { key, .. } = processing {
                    draws.insert((id, hop), seed.stream(key));
                }
            }
            let ends = stream
                .receiver()
                .cloned()
                .zip(stream.source.boundaries(seed));
            traffic.push(Traffic {
                class: stream.class,
                sender: Sender::new(&stream.source, seed),
                flight: Flight::default(),
                outcome: nothing_yet(detailed),
                circuit: ends.map(|(receiver, boundaries)| {
                    let count = boundaries.count_before(plan.sources_end).saturating_sub(1);
                    CircuitEnd::new(receiver, boundaries, count, detailed)
                }),
            });
        }
        let ports = plan.ports.iter().map(|_| Transmitter::idle()).collect();
        let (agenda, last_entry) = (Agenda::default(), BTreeMap::new());
        let mut reference = Self {
            plan,
            detailed,
            agenda,
            traffic,
            ports,
            draws,
            last_entry,
            tied: false,
        };
        for id in 0..plan.streams.len() as u32 {
            reference.announce(id);
        }
        reference
    }

    fn run(&mut self, watch: &mut dyn FnMut(SimTime)) {
        let mut events: u64 = 0;
        while let Some(event) = self.agenda.next() {
            let (at, order) = ((event >> 64) as u64, event as u64);
            events += 1;
            if events.is_multiple_of(1 << 20) {
                watch(SimTime(at));
            }
            let subject = (order >> 32) as u32 & ((1 << 27) - 1);
            match order >> 62 {
                ARRIVAL => self.arrive(subject, order & 0xFFFF_FFFF, at),
                SERVICE => self.serve(subject, at),
                _ => self.play_out(subject, at),
            }
        }
    }

    fn push(&mut self, event: Event) {
        self.agenda.push(event);
    }

    fn arrive(&mut self, stream: u32, low_bits: u64, now: u64) {
        let sequence = self.traffic[stream as usize].flight.sequence(low_bits);
        match self.traffic[stream as usize].flight.packet(sequence).stage {
            Stage::Create => self.create(stream, sequence, now),
            Stage::Enter => self.enter(stream, sequence, now),
            Stage::Reach => self.reach(stream, sequence, now),
            Stage::Deliver => self.deliver(stream, sequence, now),
        }
    }

    /// Puts the next packet of a stream on the agenda: its creation where a draw is due then,
    /// else its entry into the first queue.
    fn announce(&mut self, stream: u32) {
        let traffic = &mut self.traffic[stream as usize];
        let sequence = traffic.outcome.sent;
        let Some(created) = traffic.sender.advance(sequence, self.plan.sources_end.0) else {
            return;
        };
        traffic.outcome.sent += 1;
        let (stage, at) = match &self.plan.streams[stream as usize].ingress {
            Processing::Uniform { .. } => (Stage::Create, created),
            Processing::Constant(ingress) => (Stage::Enter, created + ingress.0),
        };
        traffic.flight.add(Packet::new(stage, created));
        let class = traffic.class as u64;
        self.push(event(at, ARRIVAL, class, stream, sequence));
    }

    fn create(&mut self, stream: u32, sequence: u64, now: u64) {
        let run = &self.plan.streams[stream as usize];
        let Processing::Uniform { min, max, .. } = &run.ingress else {
            unreachable!("drawn")
        };
        let draw = self.draws.get_mut(&(stream, 0)).expect("its stream").draw();
        let at = now + Processing::drawn(*min, *max, draw).0;
        self.traffic[stream as usize].flight.packet(sequence).stage = Stage::Enter;
        self.push(event(at, ARRIVAL, run.class as u64, stream, sequence));
        self.announce(stream);
    }

    fn enter(&mut self, stream: u32, sequence: u64, now: u64) {
        let plan = self.plan;
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        packet.parts.processing += Span(now - packet.reached);
        packet.entered = now;
        let hop = packet.hop as usize;
        let leg = &plan.path(StreamId(stream))[hop];
        let class = traffic.class.index();
        let limit = plan.ports[leg.port.0 as usize].queue_limit[class];
        let port = &mut self.ports[leg.port.0 as usize];
        self.tied |= std::mem::replace(&mut port.last_entry[class], now) == now;
        let mut call = None;
        let octets = port.octets[class] + leg.queued.0;
        if limit.is_some_and(|limit| octets > limit.0) {
            port.outcome[class].dropped += 1;
            traffic.outcome.dropped += 1;
            traffic.flight.remove(sequence);
        } else {
            port.octets[class] = octets;
            port.queues[class].push_back((stream, sequence));
            port.filled |= 1 << class;
            if !std::mem::replace(&mut port.called, true) {
                call = Some(now.max(port.free));
            }
        }
        if hop == 0
            && matches!(
                plan.streams[stream as usize].ingress,
                Processing::Constant(_)
            )
        {
            self.announce(stream);
        }
        if let Some(at) = call {
            self.call(leg.port.0, at);
        }
    }

    /// Has a port serve at an instant: right away if nothing else happens up to then.
    fn call(&mut self, port: u32, at: u64) {
        let next = self.agenda.peek().map(|event| (event >> 64) as u64);
        if next.is_none_or(|next| next > at) {
            self.serve(port, at);
        } else {
            self.push(event(at, SERVICE, 0, port, 0));
        }
    }

    fn serve(&mut self, id: u32, now: u64) {
        let port = &mut self.ports[id as usize];
        let class = port.filled.trailing_zeros() as usize;
        let (stream, sequence) = port.queues[class].pop_front().expect("not empty");
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        let path = self.plan.path(StreamId(stream));
        let leg = &path[packet.hop as usize];
        port.octets[class] -= leg.queued.0;
        port.outcome[class].transmitted += 1;
        if port.queues[class].is_empty() {
            port.filled &= !(1 << class);
        } else {
            port.outcome[class].left_waiting += 1;
        }
        let end = now + leg.serialization.0;
        port.free = end;
        port.called = port.filled != 0;
        let called = port.called;
        // The packet leaves: stamps, and its arrival at the next node.
        let reached = end + leg.propagation.0;
        packet.parts.queueing += Span(now - packet.entered);
        packet.parts.serialization += Span(end - now);
        packet.parts.propagation += Span(reached - end);
        packet.reached = reached;
        packet.hop += 1;
        let at = match leg.processing {
            Processing::Uniform { .. } => {
                packet.stage = Stage::Reach;
                reached
            }
            Processing::Constant(span) => {
                packet.through(path.len());
                reached + span.0
            }
        };
        if packet.stage == Stage::Deliver && traffic.circuit.is_none() {
            // Nobody but the counters waits for it: no need for an event.
            self.deliver(stream, sequence, at);
        } else {
            let class = traffic.class as u64;
            self.push(event(at, ARRIVAL, class, stream, sequence));
        }
        if called {
            self.push(event(end, SERVICE, 0, id, 0));
        }
    }

    fn reach(&mut self, stream: u32, sequence: u64, now: u64) {
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        let path = self.plan.path(StreamId(stream));
        let leg = &path[packet.hop as usize - 1];
        let Processing::Uniform { min, max, .. } = &leg.processing else {
            unreachable!("drawn")
        };
        let draws = self
            .draws
            .get_mut(&(stream, packet.hop))
            .expect("its stream");
        let mut at = now + Processing::drawn(*min, *max, draws.draw()).0;
        if let Some(next) = path.get(packet.hop as usize) {
            let neighbours = (leg.port.0, next.port.0, traffic.class);
            let ahead = self.last_entry.entry(neighbours).or_insert(0);
            at = at.max(*ahead + 1);
            *ahead = at;
        }
        packet.through(path.len());
        let class = traffic.class as u64;
        self.push(event(at, ARRIVAL, class, stream, sequence));
    }

    fn deliver(&mut self, stream: u32, sequence: u64, now: u64) {
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        packet.parts.processing += Span(now - packet.reached);
        let (created, parts) = (SimTime(packet.created), packet.parts);
        traffic.flight.remove(sequence);
        let delay = SimTime(now).since(created);
        assert_eq!(parts.total(), delay, "the parts of a delay sum to it");
        let outcome = &mut traffic.outcome;
        if self.detailed {
            let slower = outcome.slowest.is_none_or(|slowest| {
                let longest = slowest.parts.total();
                delay > longest || delay == longest && created < slowest.created
            });
            if slower {
                outcome.slowest = Some(Slowest { created, parts });
            }
        }
        outcome.delivered += 1;
        outcome.network.record(delay);
        let starts = traffic
            .circuit
            .as_mut()
            .and_then(|end| end.arrive(now, sequence));
        if let Some(due) = starts {
            self.push(event(due, TIMER, 0, stream, 0));
        }
    }

    fn play_out(&mut self, stream: u32, now: u64) {
        let circuit = self.traffic[stream as usize]
            .circuit
            .as_mut()
            .expect("a circuit");
        if let Some(due) = circuit.play_out(now) {
            self.push(event(due, TIMER, 0, stream, 0));
        }
    }

    fn finish(self) -> Outcome {
        let stream = |traffic: Traffic| {
            let mut outcome = traffic.outcome;
            assert_eq!(
                outcome.sent,
                outcome.delivered + outcome.dropped,
                "conservation"
            );
            outcome.received = traffic.circuit.map(CircuitEnd::finish);
            outcome
        };
        Outcome {
            streams: self.traffic.into_iter().map(stream).collect(),
            ports: self.ports.iter().map(|port| port.outcome).collect(),
        }
    }
}

impl Sender {
    fn new(source: &Source, seed: Seed) -> Self {
        let (ticks, gaps): (Option<(PacketTimes, u64)>, _) = match source {
            // A circuit's packet is complete at the boundary after its own.
            Source::Circuit { .. } => (source.boundaries(seed).map(|ticks| (ticks, 1)), None),
            Source::Periodic(ticks) => (Some(((*ticks).into(), 0)), None),
            Source::Poisson {
                mean_gap_q16_ps,
                key,
            } => (None, Some((seed.stream(key), *mean_gap_q16_ps))),
            _ => unimplemented!(),
        };
        Self {
            next: None,
            ticks,
            gaps,
        }
    }

    /// When packet `number` is created, if before `end`.
    fn advance(&mut self, number: u64, end: u64) -> Option<u64> {
        let next = if let Some((ticks, skip)) = &self.ticks {
            ticks.at(number + skip).0
        } else {
            let (gaps, mean) = self.gaps.as_mut().expect("ticks or gaps");
            self.next.unwrap_or(0) + scale_exponential(exponential(gaps.draw()), *mean)
        };
        self.next = Some(next).filter(|next| *next < end);
        self.next
    }
}

impl Transmitter {
    fn idle() -> Self {
        Self {
            queues: std::array::from_fn(|_| VecDeque::new()),
            filled: 0,
            octets: [0; Class::COUNT],
            free: 0,
            called: false,
            last_entry: [u64::MAX; Class::COUNT],
            outcome: [QueueOutcome::default(); Class::COUNT],
        }
    }
}

fn nothing_yet(detailed: bool) -> StreamOutcome {
    StreamOutcome {
        sent: 0,
        delivered: 0,
        dropped: 0,
        network: Delays::new(detailed),
        slowest: None,
        dropped_early: 0,
        policed: 0,
        received: None,
        held: None,
        series: Vec::new(),
    }
}
