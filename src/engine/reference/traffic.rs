//! One stream while the plan runs: its sender, its packets under way, its receiver.

use super::circuit::CircuitEnd;
use super::flight::Flight;
use super::sender::Sender;
use super::session::Client;
use super::subscriber::SubscriberEnd;
use crate::engine::outcome::{Bin, Delays, Slowest, StreamOutcome};
use crate::plan::{End, Plan, Source};
use crate::random::Seed;
use crate::traffic::Class;
use crate::units::{SimTime, Span};

pub(super) struct Traffic {
    pub(super) class: Class,
    pub(super) sender: Sender,
    pub(super) flight: Flight,
    pub(super) outcome: StreamOutcome,
    pub(super) circuit: Option<CircuitEnd>,
    pub(super) subscriber: Option<Box<SubscriberEnd>>,
    pub(super) client: Client,
    /// Whether a delivery concerns anybody but the counters.
    pub(super) is_awaited: bool,
    /// Whether it is a side of a session.
    pub(super) converses: bool,
}

/// How a packet was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Loss {
    Full,
    Early,
}

impl Traffic {
    pub(super) fn new(plan: &Plan, id: u32, seed: Seed, detailed: bool) -> Self {
        let stream = &plan.streams[id as usize];
        assert!(
            stream.hops <= u32::from(u16::MAX),
            "packets count their hops"
        );
        let circuit = stream
            .receiver()
            .cloned()
            .zip(stream.source.boundaries(seed))
            .map(|(receiver, boundaries)| {
                let count = boundaries.count_before(plan.sources_end).saturating_sub(1);
                CircuitEnd::new(receiver, boundaries, count, detailed)
            });
        let subscriber = match &stream.end {
            End::Subscriber(subscriber) => Some(SubscriberEnd::new(subscriber)),
            End::Sink | End::Pseudowire(_) | End::Copy(_) => None,
        };
        let converses = matches!(
            stream.source,
            Source::Request { .. } | Source::Response { .. }
        );
        Self {
            class: stream.class,
            sender: Sender::new(plan, id, seed),
            flight: Flight::default(),
            outcome: nothing_yet(detailed),
            is_awaited: converses || circuit.is_some() || subscriber.is_some(),
            circuit,
            subscriber: subscriber.map(Box::new),
            client: Client::default(),
            converses,
        }
    }

    /// A packet was dropped at a queue.
    pub(super) fn lose(&mut self, sequence: u64, loss: Loss, bin: Option<Span>) {
        match loss {
            Loss::Full => self.outcome.dropped += 1,
            Loss::Early => self.outcome.dropped_early += 1,
        }
        let created = self.flight.packet(sequence).created;
        if let Some(bin) = self.bin(created, bin) {
            bin.lost += 1;
        }
        self.flight.remove(sequence);
    }

    /// A packet was delivered; says when it was created.
    #[inline]
    pub(super) fn receive(
        &mut self,
        sequence: u64,
        now: u64,
        detailed: bool,
        bin: Option<Span>,
    ) -> u64 {
        let packet = self.flight.packet(sequence);
        packet.parts.processing += Span(now - packet.reached);
        let (created, parts) = (SimTime(packet.created), packet.parts);
        self.flight.remove(sequence);
        let delay = SimTime(now).since(created);
        assert_eq!(parts.total(), delay, "the parts of a delay sum to it");
        let outcome = &mut self.outcome;
        if detailed {
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
        if let Some(bin) = self.bin(created.0, bin) {
            bin.delivered += 1;
            bin.delay_max = bin.delay_max.max(delay);
            bin.delay_sum_ps += u128::from(delay.0);
        }
        created.0
    }

    /// The bin of packets created at this instant, where bins of this length are kept.
    #[inline(always)]
    pub(super) fn bin(&mut self, created: u64, bin: Option<Span>) -> Option<&mut Bin> {
        let number = (created / bin?.0) as usize;
        let series = &mut self.outcome.series;
        if series.len() <= number {
            series.resize(number + 1, Bin::default());
        }
        Some(&mut series[number])
    }

    /// What became of it all.
    pub(super) fn finish(self, sources_end: SimTime) -> StreamOutcome {
        let mut outcome = self.outcome;
        let gone = outcome.dropped + outcome.dropped_early + outcome.policed;
        assert_eq!(outcome.sent, outcome.delivered + gone, "conservation");
        outcome.received = self.circuit.map(CircuitEnd::finish);
        outcome.held = self.subscriber.map(|end| end.finish(sources_end));
        outcome
    }
}

fn nothing_yet(detailed: bool) -> StreamOutcome {
    StreamOutcome {
        cut: 0,
        unrouted: 0,
        expired: 0,
        stages: Vec::new(),
        sent: 0,
        delivered: 0,
        dropped: 0,
        dropped_early: 0,
        policed: 0,
        network: Delays::new(detailed),
        slowest: None,
        received: None,
        held: None,
        series: Vec::new(),
    }
}
