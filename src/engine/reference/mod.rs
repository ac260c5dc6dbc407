//! The reference engine: one heap of events, and every part of a delay from time stamps.
//!
//! The oracle of the window engine. It shares the plan, the outcome and the random streams with
//! it, and nothing else: own sources, own queues, own receiving end. Slower, and plain.

mod circuit;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use self::circuit::CircuitEnd;
use super::outcome::{Delays, Outcome, Parts, QueueOutcome, Slowest, StreamOutcome};
use crate::plan::{Leg, Plan, Processing, Source, StreamId};
use crate::random::{self, Seed, exponential, scale_exponential};
use crate::traffic::Class;
use crate::units::{SimTime, Span, Ticks};

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

/// Something happens: in the order of time, then phase and rank (see [`order`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    order: u64,
    /// Packet, port or stream, by phase and kind.
    subject: u32,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A packet of the stream is created (where its ingress processing is drawn).
    Create,
    /// The packet has reached a node (where processing is drawn).
    Reach,
    /// The packet enters the queue of its present leg.
    Enter,
    /// The packet reaches the receiving end of its circuit.
    Deliver,
    /// The port may begin a transmission.
    Serve,
    /// A packet of the circuit is due for play-out; the number of the start it belongs to.
    PlayOut(u32),
}

/// Arrivals before service before timers; arrivals by class, rank, sequence.
fn order(phase: u64, class: u64, rank: u32, sequence: u64) -> u64 {
    phase << 62 | class << 59 | u64::from(rank) << 35 | sequence & ((1 << 35) - 1)
}

const ARRIVAL: u64 = 0;
const SERVICE: u64 = 1;
const TIMER: u64 = 2;

/// A packet and its time stamps.
#[derive(Clone, Copy)]
struct Packet {
    stream: u32,
    hop: u32,
    sequence: u64,
    created: u64,
    /// Stamp: reached the node it is in, or will enter the queue of.
    reached: u64,
    /// Stamp: entered the queue.
    entered: u64,
    parts: Parts,
}

struct Sender {
    /// Packets created so far, and the creation of the next one.
    created: u64,
    next: Option<u64>,
    ticks: Option<(Ticks, u64, u64)>,
    gaps: Option<(random::Stream, u64)>,
}

struct Transmitter {
    queues: [VecDeque<u32>; Class::COUNT],
    octets: [u64; Class::COUNT],
    free: u64,
    called: bool,
    /// When a packet last entered one of the queues.
    last_entry: [u64; Class::COUNT],
    outcome: [QueueOutcome; Class::COUNT],
}

struct Reference<'p> {
    plan: &'p Plan,
    detailed: bool,
    heap: BinaryHeap<Reverse<Event>>,
    packets: Vec<Packet>,
    spare: Vec<u32>,
    senders: Vec<Sender>,
    ports: Vec<Transmitter>,
    /// Drawn processing: before the first leg (hop 0), after leg h (hop h + 1).
    draws: BTreeMap<(u32, u32), random::Stream>,
    /// Latest queue entry by (port in, port out, class).
    last_entry: BTreeMap<(u32, u32, Class), u64>,
    streams: Vec<StreamOutcome>,
    circuits: Vec<Option<CircuitEnd>>,
    tied: bool,
}

impl<'p> Reference<'p> {
    fn new(plan: &'p Plan, seed: Seed, detailed: bool) -> Self {
        let mut draws = BTreeMap::new();
        for (id, stream) in (0_u32..).zip(&plan.streams) {
            let nodes = std::iter::once(&stream.ingress)
                .chain(plan.path(StreamId(id)).iter().map(|leg| &leg.processing));
            for (hop, processing) in (0_u32..).zip(nodes) {
                if let Processing::Uniform { key, .. } = processing {
                    draws.insert((id, hop), seed.stream(key));
                }
            }
        }
        let transmitter = |_| Transmitter {
            queues: std::array::from_fn(|_| VecDeque::new()),
            octets: [0; Class::COUNT],
            free: 0,
            called: false,
            last_entry: [u64::MAX; Class::COUNT],
            outcome: [QueueOutcome::default(); Class::COUNT],
        };
        let mut reference = Self {
            plan,
            detailed,
            heap: BinaryHeap::new(),
            packets: Vec::new(),
            spare: Vec::new(),
            senders: plan.streams.iter().map(|stream| sender(&stream.source, seed)).collect(),
            ports: plan.ports.iter().map(transmitter).collect(),
            draws,
            last_entry: BTreeMap::new(),
            streams: plan.streams.iter().map(|_| nothing_yet(detailed)).collect(),
            circuits: Vec::new(),
            tied: false,
        };
        for (id, stream) in (0_u32..).zip(&plan.streams) {
            let boundaries = stream.source.boundaries(seed);
            let end = stream.receiver.zip(boundaries).map(|(receiver, boundaries)| {
                let count = boundaries.count_before(plan.sources_end).saturating_sub(1);
                CircuitEnd::new(receiver, boundaries, count, detailed)
            });
            reference.circuits.push(end);
            reference.senders[id as usize].advance(plan.sources_end.0);
            reference.announce(id);
        }
        reference
    }

    fn run(&mut self, watch: &mut dyn FnMut(SimTime)) {
        let mut events: u64 = 0;
        while let Some(Reverse(event)) = self.heap.pop() {
            events += 1;
            if events.is_multiple_of(1 << 20) {
                watch(SimTime(event.at));
            }
            self.handle(event);
        }
    }

    fn push(&mut self, at: u64, order: u64, subject: u32, kind: Kind) {
        self.heap.push(Reverse(Event { at, order, subject, kind }));
    }

    fn leg(&self, packet: &Packet) -> &'p Leg {
        &self.plan.path(StreamId(packet.stream))[packet.hop as usize]
    }

    fn handle(&mut self, event: Event) {
        match event.kind {
            Kind::Create => self.create(event.subject, event.at),
            Kind::Reach => self.reach(event.subject, event.at),
            Kind::Enter => self.enter(event.subject, event.at),
            Kind::Deliver => self.deliver(event.subject, event.at),
            Kind::Serve => self.serve(event.subject, event.at),
            Kind::PlayOut(start) => {
                let circuit = self.circuits[event.subject as usize].as_mut().expect("a circuit");
                if let Some(due) = circuit.play_out(event.at, start) {
                    let order = order(TIMER, 0, event.subject, 0);
                    self.push(due, order, event.subject, Kind::PlayOut(start));
                }
            }
        }
    }

    /// Puts the next packet of a stream on the agenda: its creation where a draw is due then,
    /// else its entry into the first queue.
    fn announce(&mut self, stream: u32) {
        let Some(created) = self.senders[stream as usize].next else { return };
        let run = &self.plan.streams[stream as usize];
        let sequence = self.senders[stream as usize].created;
        let order = order(ARRIVAL, run.class as u64, stream, sequence);
        match &run.ingress {
            Processing::Uniform { .. } => self.push(created, order, stream, Kind::Create),
            Processing::Constant(ingress) => {
                let packet = self.new_packet(stream, created);
                self.push(created + ingress.0, order, packet, Kind::Enter);
            }
        }
    }

    fn new_packet(&mut self, stream: u32, created: u64) -> u32 {
        let sequence = self.senders[stream as usize].created;
        self.streams[stream as usize].sent += 1;
        self.senders[stream as usize].created += 1;
        let packet = Packet {
            stream,
            hop: 0,
            sequence,
            created,
            reached: created,
            entered: created,
            parts: Parts::default(),
        };
        if let Some(place) = self.spare.pop() {
            self.packets[place as usize] = packet;
            place
        } else {
            self.packets.push(packet);
            u32::try_from(self.packets.len() - 1).expect("packets in flight within 2^32")
        }
    }

    fn create(&mut self, stream: u32, now: u64) {
        let packet = self.new_packet(stream, now);
        let sequence = self.packets[packet as usize].sequence;
        let run = &self.plan.streams[stream as usize];
        let Processing::Uniform { min, max, .. } = &run.ingress else { unreachable!("drawn") };
        let draw = self.draws.get_mut(&(stream, 0)).expect("its stream").draw();
        let at = now + Processing::drawn(*min, *max, draw).0;
        self.push(at, order(ARRIVAL, run.class as u64, stream, sequence), packet, Kind::Enter);
        self.senders[stream as usize].advance(self.plan.sources_end.0);
        self.announce(stream);
    }

    fn enter(&mut self, id: u32, now: u64) {
        let packet = &mut self.packets[id as usize];
        packet.parts.processing += Span(now - packet.reached);
        packet.entered = now;
        let packet = *packet;
        let leg = self.leg(&packet);
        let run = &self.plan.streams[packet.stream as usize];
        if packet.hop == 0 && matches!(run.ingress, Processing::Constant(_)) {
            self.senders[packet.stream as usize].advance(self.plan.sources_end.0);
            self.announce(packet.stream);
        }
        let class = run.class.index();
        let limit = self.plan.ports[leg.port.0 as usize].queue_limit[class];
        let port = &mut self.ports[leg.port.0 as usize];
        self.tied |= std::mem::replace(&mut port.last_entry[class], now) == now;
        let octets = port.octets[class] + leg.queued.0;
        if limit.is_some_and(|limit| octets > limit.0) {
            port.outcome[class].dropped += 1;
            self.streams[packet.stream as usize].dropped += 1;
            self.spare.push(id);
            return;
        }
        port.octets[class] = octets;
        port.queues[class].push_back(id);
        if !port.called {
            port.called = true;
            let at = now.max(port.free);
            self.push(at, order(SERVICE, 0, leg.port.0, 0), leg.port.0, Kind::Serve);
        }
    }

    fn serve(&mut self, id: u32, now: u64) {
        let port = &mut self.ports[id as usize];
        let class = port.queues.iter().position(|queue| !queue.is_empty()).expect("called");
        let place = port.queues[class].pop_front().expect("not empty");
        let packet = self.packets[place as usize];
        let leg = &self.plan.path(StreamId(packet.stream))[packet.hop as usize];
        port.octets[class] -= leg.queued.0;
        port.outcome[class].transmitted += 1;
        port.outcome[class].left_waiting += u64::from(!port.queues[class].is_empty());
        let end = now + leg.serialization.0;
        port.free = end;
        port.called = port.queues.iter().any(|queue| !queue.is_empty());
        if port.called {
            self.push(end, order(SERVICE, 0, id, 0), id, Kind::Serve);
        }
        self.depart(place, now, end);
    }

    /// The packet leaves its port: stamps, and its arrival at the next node.
    fn depart(&mut self, id: u32, start: u64, end: u64) {
        let leg = self.leg(&self.packets[id as usize]);
        let packet = &mut self.packets[id as usize];
        let reached = end + leg.propagation.0;
        packet.parts.queueing += Span(start - packet.entered);
        packet.parts.serialization += Span(end - start);
        packet.parts.propagation += Span(reached - end);
        packet.reached = reached;
        packet.hop += 1;
        let packet = *packet;
        let class = self.plan.streams[packet.stream as usize].class as u64;
        let order = order(ARRIVAL, class, packet.stream, packet.sequence);
        match leg.processing {
            Processing::Uniform { .. } => self.push(reached, order, id, Kind::Reach),
            Processing::Constant(span) => self.onward(id, reached + span.0, order),
        }
    }

    /// The packet is through the node `at` this instant.
    fn onward(&mut self, id: u32, at: u64, order: u64) {
        let packet = self.packets[id as usize];
        let last = packet.hop as usize == self.plan.path(StreamId(packet.stream)).len();
        self.push(at, order, id, if last { Kind::Deliver } else { Kind::Enter });
    }

    fn reach(&mut self, id: u32, now: u64) {
        let packet = self.packets[id as usize];
        let path = self.plan.path(StreamId(packet.stream));
        let leg = &path[packet.hop as usize - 1];
        let Processing::Uniform { min, max, .. } = &leg.processing else { unreachable!("drawn") };
        let stream = self.draws.get_mut(&(packet.stream, packet.hop)).expect("its stream");
        let mut at = now + Processing::drawn(*min, *max, stream.draw()).0;
        let class = self.plan.streams[packet.stream as usize].class;
        if let Some(next) = path.get(packet.hop as usize) {
            let ahead = self.last_entry.entry((leg.port.0, next.port.0, class)).or_insert(0);
            at = at.max(*ahead + 1);
            *ahead = at;
        }
        self.onward(id, at, order(ARRIVAL, class as u64, packet.stream, packet.sequence));
    }

    fn deliver(&mut self, id: u32, now: u64) {
        let packet = &mut self.packets[id as usize];
        packet.parts.processing += Span(now - packet.reached);
        let packet = *packet;
        self.spare.push(id);
        let delay = Span(now - packet.created);
        let outcome = &mut self.streams[packet.stream as usize];
        if self.detailed {
            assert_eq!(packet.parts.total(), delay, "the parts of a delay sum to it");
            let before = outcome.slowest.map(|slowest| (slowest.parts.total(), slowest.created));
            let slower = before.is_none_or(|(longest, created)| {
                delay > longest || delay == longest && packet.created < created.0
            });
            if slower {
                let created = SimTime(packet.created);
                outcome.slowest = Some(Slowest { created, parts: packet.parts });
            }
        }
        outcome.delivered += 1;
        outcome.network.record(delay);
        let stream = packet.stream;
        let Some(circuit) = &mut self.circuits[stream as usize] else { return };
        if let Some((due, start)) = circuit.arrive(now, packet.sequence) {
            self.push(due, order(TIMER, 0, stream, 0), stream, Kind::PlayOut(start));
        }
    }

    fn finish(mut self) -> Outcome {
        for (outcome, circuit) in self.streams.iter_mut().zip(self.circuits) {
            assert_eq!(outcome.sent, outcome.delivered + outcome.dropped, "conservation");
            outcome.received = circuit.map(CircuitEnd::finish);
        }
        let ports = self.ports.iter().map(|port| port.outcome).collect();
        Outcome { streams: self.streams, ports }
    }
}

impl Sender {
    /// Works out the creation of the packet numbered `created`.
    fn advance(&mut self, end: u64) {
        self.next = if let Some((ticks, skip, count)) = self.ticks {
            (self.created < count).then(|| ticks.at(self.created + skip).0)
        } else {
            let (gaps, mean) = self.gaps.as_mut().expect("ticks or gaps");
            let gap = scale_exponential(exponential(gaps.draw()), *mean);
            Some(self.next.unwrap_or(0) + gap)
        };
        self.next = self.next.filter(|next| *next < end);
    }
}

fn sender(source: &Source, seed: Seed) -> Sender {
    let mut sender = Sender { created: 0, next: None, ticks: None, gaps: None };
    match source {
        Source::Circuit { .. } => {
            let ticks = source.boundaries(seed).expect("a circuit has boundaries");
            sender.ticks = Some((ticks, 1, u64::MAX));
        }
        Source::Periodic(ticks) => sender.ticks = Some((*ticks, 0, u64::MAX)),
        Source::Poisson { mean_gap_q16_ps, key } => {
            sender.gaps = Some((seed.stream(key), *mean_gap_q16_ps));
        }
    }
    sender
}

fn nothing_yet(detailed: bool) -> StreamOutcome {
    StreamOutcome {
        sent: 0,
        delivered: 0,
        dropped: 0,
        network: Delays::new(detailed),
        slowest: None,
        received: None,
    }
}
