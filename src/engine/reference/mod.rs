//! The reference engine: one heap of events, and every part of a delay from time stamps.
//!
//! The oracle of the window engine. It shares the plan, the outcome and the random streams with
//! it, and nothing else: own sources, own policers, own queues, own receiving end. Slower, and
//! plain.

mod agenda;
mod choice;
mod circuit;
mod event;
mod flight;
mod forwarding;
mod general;
mod ports;
mod round;
mod sender;
mod session;
mod subscriber;
mod tokens;
mod traffic;
mod transmitter;

use std::collections::BTreeMap;

use self::agenda::Agenda;
use self::event::{ARRIVAL, COPY, DELIVERY, FINISH, SERVICE, TIMEOUT, TIMER, event};
use self::flight::{Packet, Stage};
use self::general::Waiting;
use self::sender::Created;
use self::traffic::{Loss, Traffic};
use self::transmitter::Transmitter;
use super::outcome::Outcome;
use crate::plan::{Plan, Processing};
use crate::random::{self, Seed};
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// What happened in a run that its outcome does not tell: how tests know what they compared.
#[derive(Clone, Copy, Default, Debug)]
pub struct Noted {
    /// Whether two packets ever entered one queue at the same picosecond.
    pub ties: bool,
    /// Requests that a client gave up.
    pub session_timeouts: u64,
    /// Times a port looked for a packet and a shaper held back what there was.
    pub shaper_waits: u64,
    /// Packets that came out of a medium later for the sake of their order.
    pub order_waits: u64,
    /// Packets sent in another time than at the first rate of their port.
    pub sent_at_another_rate: u64,
    /// Packets out of profile that were dropped at a general port, early or not.
    pub yellow_losses: u64,
    /// Lookups of packets that found another way than that in normal operation.
    pub diverted: u64,
}

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

/// Runs a plan, and says what else happened.
pub(super) fn run_noting(plan: &Plan, seed: Seed) -> (Outcome, Noted) {
    let mut reference = Reference::new(plan, seed, true);
    reference.run(&mut |_| ());
    let noted = reference.noted();
    (reference.finish(), noted)
}

struct Reference<'p> {
    plan: &'p Plan,
    detailed: bool,
    agenda: Agenda,
    traffic: Vec<Traffic>,
    ports: Vec<Transmitter<'p>>,
    /// Drawn processing: before the first leg (0), after the leg at place p (p + 1).
    draws: BTreeMap<(u32, u32), random::Stream>,
    /// Latest queue entry by (port in, port out, class).
    last_entry: BTreeMap<(u32, u32, Class), u64>,
    tied: bool,
    timeouts: u64,
    yellow_losses: u64,
    diverted: u64,
}

impl<'p> Reference<'p> {
    fn new(plan: &'p Plan, seed: Seed, detailed: bool) -> Self {
        let mut draws = BTreeMap::new();
        for (id, stream) in (0_u32..).zip(&plan.streams) {
            let path = &plan.legs[stream.legs.start as usize..][..stream.places as usize];
            let nodes =
                std::iter::once(&stream.ingress).chain(path.iter().map(|leg| &leg.processing));
            for (number, processing) in (0_u32..).zip(nodes) {
                if let Processing::Uniform { key, .. } = processing {
                    draws.insert((id, number), seed.stream(key));
                }
            }
        }
        let streams = 0..plan.streams.len() as u32;
        let traffic = |id| Traffic::new(plan, id, seed, detailed);
        let port = |port| Transmitter::idle(port, seed);
        let mut reference = Self {
            plan,
            detailed,
            agenda: Agenda::default(),
            traffic: streams.clone().map(traffic).collect(),
            ports: plan.ports.iter().map(port).collect(),
            draws,
            last_entry: BTreeMap::new(),
            tied: false,
            timeouts: 0,
            yellow_losses: 0,
            diverted: 0,
        };
        for id in streams {
            reference.announce(id);
        }
        reference.open_sessions();
        reference
    }

    fn run(&mut self, watch: &mut dyn FnMut(SimTime)) {
        let mut events: u64 = 0;
        while let Some(event) = self.agenda.next() {
            let at = event::instant(event);
            events += 1;
            if events.is_multiple_of(1 << 20) {
                watch(SimTime(at));
            }
            let (phase, subject, low_bits) = event::subject(event);
            // Nearly all events are of two phases.
            if phase == ARRIVAL {
                self.arrive(subject, low_bits, at);
            } else if phase == SERVICE {
                self.serve(subject, at);
            } else {
                self.happen(phase, subject, low_bits, at);
            }
        }
    }

    fn happen(&mut self, phase: u64, subject: u32, low_bits: u64, at: u64) {
        match phase {
            DELIVERY | COPY => {
                let sequence = self.traffic[subject as usize].flight.sequence(low_bits);
                self.deliver(subject, sequence, at);
            }
            FINISH => self.finish_piece(subject, at),
            TIMEOUT => self.time_out(subject, low_bits, at),
            TIMER => self.play_out(subject, at),
            _ => unreachable!("a phase of its own"),
        }
    }

    fn push(&mut self, event: event::Event) {
        self.agenda.push(event);
    }

    fn arrive(&mut self, stream: u32, low_bits: u64, now: u64) {
        let flight = &mut self.traffic[stream as usize].flight;
        let sequence = flight.sequence(low_bits);
        match flight.packet(sequence).stage {
            Stage::Create => self.create(stream, sequence, now),
            Stage::Enter => self.enter(stream, sequence, now),
            Stage::Deliver => unreachable!("a delivery has a phase of its own"),
        }
    }

    /// Puts the next packet of a stream on its own on the agenda.
    #[inline]
    fn announce(&mut self, stream: u32) {
        let plan = self.plan;
        loop {
            let traffic = &mut self.traffic[stream as usize];
            let number = traffic.outcome.sent;
            let Some(created) = traffic.sender.create(plan, stream, number) else {
                return;
            };
            if self.set_out(stream, created) {
                return;
            }
        }
    }

    /// Puts the next packet of a stream on the agenda, to be created at this instant; `false`
    /// where sources have stopped by then.
    fn announce_at(&mut self, stream: u32, at: u64) -> bool {
        let traffic = &mut self.traffic[stream as usize];
        let number = traffic.outcome.sent;
        let Some(created) = traffic.sender.create_at(self.plan, stream, number, at) else {
            return false;
        };
        self.set_out(stream, created);
        true
    }

    /// A packet sets out: its creation comes on the agenda where a draw is due then, else its
    /// entry into the first queue. `false` where the policer ends it at once.
    #[inline(always)]
    fn set_out(&mut self, stream: u32, created: Created) -> bool {
        let run = &self.plan.streams[stream as usize];
        let traffic = &mut self.traffic[stream as usize];
        let sequence = traffic.outcome.sent;
        traffic.outcome.sent += 1;
        traffic.count(created.at, self.plan, |_| ());
        let stage = match &run.ingress {
            Processing::Uniform { .. } => Stage::Create,
            Processing::Constant(_) => Stage::Enter,
        };
        let variant = created.variant.unwrap_or(0);
        let leg = run.legs.start + variant * run.places;
        traffic.flight.add(Packet::new(stage, created.at, leg));
        if created.variant.is_none() {
            traffic.outcome.policed += 1;
            traffic.flight.remove(sequence);
            return false;
        }
        if let Processing::Constant(ingress) = run.ingress {
            return self.go_in(stream, sequence, created.at + ingress.0);
        }
        let class = traffic.class as u64;
        self.push(event(created.at, ARRIVAL, class, stream, sequence));
        true
    }

    fn create(&mut self, stream: u32, sequence: u64, now: u64) {
        let run = &self.plan.streams[stream as usize];
        let Processing::Uniform { min, max, .. } = &run.ingress else {
            unreachable!("drawn")
        };
        let draw = self.draws.get_mut(&(stream, 0)).expect("its stream").draw();
        let at = now + Processing::drawn(*min, *max, draw).0;
        self.traffic[stream as usize].flight.packet(sequence).stage = Stage::Enter;
        self.go_in(stream, sequence, at);
        self.announce(stream);
    }

    fn enter(&mut self, stream: u32, sequence: u64, now: u64) {
        let plan = self.plan;
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        packet.parts.processing += Span(now - packet.reached);
        packet.entered = now;
        let hop = packet.hop as usize;
        let leg = &plan.legs[packet.leg as usize];
        let class = traffic.class.index();
        let mut call = None;
        let port = &mut self.ports[leg.port.0 as usize];
        self.tied |= std::mem::replace(&mut port.last_entry[class], now) == now;
        if port.general.is_some() {
            let waiting = Waiting {
                stream,
                sequence,
                class,
                leg,
            };
            call = self.enter_general(waiting, now);
        } else {
            let octets = port.octets[class] + leg.queued.0;
            if port.limits[class].is_some_and(|limit| octets > limit.0) {
                port.outcome[class].dropped += 1;
                traffic.lose(sequence, Loss::Full, plan);
            } else {
                port.octets[class] = octets;
                port.queues[class].push_back((stream, sequence));
                port.filled |= 1 << class;
                if !std::mem::replace(&mut port.called, true) {
                    call = Some(now.max(port.free));
                }
            }
        }
        let drawn = matches!(
            plan.streams[stream as usize].ingress,
            Processing::Uniform { .. }
        );
        if hop == 0 && !drawn {
            self.announce(stream);
        }
        if let Some(at) = call {
            self.call(leg.port.0, at);
        }
    }

    fn deliver(&mut self, stream: u32, sequence: u64, now: u64) {
        let traffic = &mut self.traffic[stream as usize];
        let created = traffic.receive(sequence, now, self.detailed, self.plan);
        if let Some(end) = &mut traffic.subscriber {
            end.arrive(now, created, sequence);
        }
        let (circuit, converses) = (traffic.copy_of.unwrap_or(stream), traffic.converses);
        self.reach_end(circuit, sequence, created, now);
        if converses {
            self.converse(stream, sequence, now);
        }
    }

    fn play_out(&mut self, stream: u32, now: u64) {
        let circuit = &mut self.traffic[stream as usize].circuit;
        if let Some(due) = circuit.as_mut().expect("a circuit").play_out(now) {
            self.push(event(due, TIMER, 0, stream, 0));
        }
    }

    fn noted(&self) -> Noted {
        let mut noted = Noted {
            ties: self.tied,
            session_timeouts: self.timeouts,
            yellow_losses: self.yellow_losses,
            diverted: self.diverted,
            ..Noted::default()
        };
        for port in self.ports.iter().filter_map(|port| port.general.as_ref()) {
            noted.shaper_waits += port.held.by_shapers;
            noted.order_waits += port.held.by_order;
            noted.sent_at_another_rate += port.held.at_another_rate;
        }
        noted
    }

    fn finish(self) -> Outcome {
        let plan = self.plan;
        let streams = self.traffic.into_iter();
        Outcome {
            streams: streams.map(|traffic| traffic.finish(plan)).collect(),
            ports: self.ports.iter().map(Transmitter::outcome).collect(),
        }
    }
}
