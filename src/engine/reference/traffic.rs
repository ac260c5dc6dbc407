//! One stream while the plan runs: its sender, its packets under way, its receiver.

use super::choice::Choice;
use super::circuit::CircuitEnd;
use super::flight::Flight;
use super::sender::Sender;
use super::session::Client;
use super::subscriber::SubscriberEnd;
use crate::engine::outcome::{Bin, Delays, Received, Slowest, StreamOutcome};
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
    /// What is taken, where there is a copy of the stream.
    pub(super) choice: Option<Box<Choice>>,
    /// The stream it is a copy of.
    pub(super) copy_of: Option<u32>,
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
    Cut,
    Unrouted,
    Expired,
}

impl Traffic {
    pub(super) fn new(plan: &Plan, id: u32, seed: Seed, detailed: bool) -> Self {
        let stream = &plan.streams[id as usize];
        assert!(
            stream.places <= u32::from(u16::MAX),
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
        let copy_of = match stream.end {
            End::Copy(of) => Some(of.0),
            End::Sink | End::Pseudowire(_) | End::Subscriber(_) => None,
        };
        let is_copied = plan
            .streams
            .iter()
            .any(|other| matches!(other.end, End::Copy(of) if of.0 == id));
        let subscriber = match &stream.end {
            End::Subscriber(subscriber) => Some(SubscriberEnd::new(subscriber)),
            End::Sink | End::Pseudowire(_) | End::Copy(_) => None,
        };
        let converses = matches!(
            stream.source,
            Source::Request { .. } | Source::Response { .. }
        );
        let receives = circuit.is_some() || copy_of.is_some();
        let stages = if receives { plan.stages.len() } else { 0 };
        Self {
            class: stream.class,
            sender: Sender::new(plan, id, seed),
            flight: Flight::default(),
            outcome: StreamOutcome {
                stages: vec![Bin::default(); stages],
                ..nothing_yet(detailed)
            },
            is_awaited: receives || converses || subscriber.is_some(),
            circuit,
            choice: is_copied.then(Box::default),
            copy_of,
            subscriber: subscriber.map(Box::new),
            client: Client::default(),
            converses,
        }
    }

    /// A packet will not come.
    pub(super) fn lose(&mut self, sequence: u64, loss: Loss, plan: &Plan) {
        let outcome = &mut self.outcome;
        *match loss {
            Loss::Full => &mut outcome.dropped,
            Loss::Early => &mut outcome.dropped_early,
            Loss::Cut => &mut outcome.cut,
            Loss::Unrouted => &mut outcome.unrouted,
            Loss::Expired => &mut outcome.expired,
        } += 1;
        let created = self.flight.packet(sequence).created;
        self.count(created, plan, |bin| bin.lost += 1);
        self.flight.remove(sequence);
    }

    /// A packet was delivered; says when it was created.
    #[inline]
    pub(super) fn receive(&mut self, sequence: u64, now: u64, detailed: bool, plan: &Plan) -> u64 {
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
        self.count(created.0, plan, |bin| bin.record(delay));
        created.0
    }

    /// Has a packet created at this instant counted where the plan asks for it.
    #[inline(always)]
    pub(super) fn count(&mut self, created: u64, plan: &Plan, count: impl Fn(&mut Bin)) {
        let outcome = &mut self.outcome;
        if let Some(bin) = plan.series_bin {
            let number = (created / bin.0) as usize;
            if outcome.series.len() <= number {
                outcome.series.resize(number + 1, Bin::default());
            }
            count(&mut outcome.series[number]);
        }
        if !outcome.stages.is_empty() {
            let stage = plan.stages.iter().rposition(|from| from.0 <= created);
            count(&mut outcome.stages[stage.expect("a stage from zero")]);
        }
    }

    /// What became of it all.
    pub(super) fn finish(self, plan: &Plan) -> StreamOutcome {
        let mut outcome = self.outcome;
        let dropped = outcome.dropped + outcome.dropped_early + outcome.policed;
        let gone = outcome.cut + outcome.unrouted + outcome.expired;
        assert_eq!(
            outcome.sent,
            outcome.delivered + dropped + gone,
            "conservation"
        );
        let choice = self.choice;
        outcome.received = self.circuit.map(|circuit| {
            let (boundaries, count) = circuit.sender();
            let selected = choice.map(|choice| choice.finish(plan, &boundaries, count));
            Received {
                selected,
                ..circuit.finish()
            }
        });
        let sources_end = plan.sources_end;
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
