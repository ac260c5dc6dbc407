//! A command that is itself what is sent: repeated messages (GOOSE).

use std::collections::BTreeSet;

use super::is_messages;
use super::trials::Search;
use crate::analysis::messages::known;
use crate::channel::Timeline;
use crate::channel::timeline::{Cause, Content, Idle};
use crate::engine::{Outcome, created};
use crate::mpls::outage::Stretch;
use crate::plan::{Plan, StreamId};
use crate::relay::distance::Scheme;
use crate::relay::{Protection, Reception, Way};
use crate::scenario::Carriage;
use crate::units::{SimTime, Span};

/// Faults are moved within so much behind each event.
const MOVED_WITHIN: Span = Span::from_ms(20);

/// Most instants of one search; more are thinned out evenly.
const INSTANTS_MAX: usize = 256;

/// From the inception of a fault until the relay's message is created.
pub(super) fn keyed_after(protection: &Protection) -> Span {
    match protection {
        // A transfer trip is wanted at once; every other command waits for a zone.
        Protection::Distance(settings) if settings.scheme == Scheme::Dtt => settings.command.send,
        Protection::Distance(settings) => settings.pickup + settings.command.send,
        Protection::Differential(_) => Span::ZERO,
    }
}

/// Inceptions at which the first message comes to a port together with a packet of somebody else,
/// and a picosecond behind it, so that it waits for all of it: worked out without queues, behind
/// every event of the scenario.
pub(super) fn instants(search: &Search<'_>, plan: &Plan) -> Vec<SimTime> {
    let scenario = search.scenario;
    let mut all = BTreeSet::new();
    let circuits = search.circuits.iter();
    for circuit in circuits.filter(|circuit| is_messages(scenario, **circuit)) {
        let Carriage::Messages(messages) = &scenario.circuits[*circuit].carriage else {
            continue;
        };
        let before = keyed_after(search.protection(*circuit));
        for event in &messages.events {
            let over = Stretch {
                from: *event,
                to: *event + MOVED_WITHIN,
            };
            let mut keyed = BTreeSet::from([*event]);
            for stream in [0, 1]
                .into_iter()
                .filter_map(|way| search.stream(*circuit, way))
            {
                meetings(search, plan, stream, over, &mut keyed);
            }
            let inception = |keyed: SimTime| keyed.0.checked_sub(before.0).map(SimTime);
            all.extend(keyed.into_iter().filter_map(inception));
        }
    }
    let all: Vec<SimTime> = all.into_iter().collect();
    let step = all.len().div_ceil(INSTANTS_MAX).max(1);
    all.into_iter().step_by(step).collect()
}

/// Instants of creation within a stretch at which a message meets a packet of another stream.
fn meetings(
    search: &Search<'_>,
    plan: &Plan,
    stream: StreamId,
    over: Stretch,
    found: &mut BTreeSet<SimTime>,
) {
    let own = queues(plan, stream);
    let others = (0..).map(StreamId).take(plan.streams.len());
    for other in others.filter(|other| *other != stream) {
        let theirs = queues(plan, other);
        let shared = own.iter().flat_map(|(port, mine)| {
            let there = theirs.iter().filter(move |(other, _)| other == port);
            there.map(move |(_, their)| (*mine, *their))
        });
        for (mine, their) in shared.collect::<Vec<_>>() {
            let earlier = |at: SimTime| SimTime((at.0 + mine.0).saturating_sub(their.0));
            let within = Stretch {
                from: earlier(over.from),
                to: earlier(over.to),
            };
            for at in created(plan, other, search.scenario.seed, within) {
                let met = SimTime((at.0 + their.0).saturating_sub(mine.0));
                found.extend([met, SimTime(met.0 + 1)]);
            }
        }
    }
}

/// The ports of a stream in normal operation, each with the time from creation to its queue.
fn queues(plan: &Plan, stream: StreamId) -> Vec<(u32, Span)> {
    let mut behind = plan.streams[stream.0 as usize].ingress.max();
    let mut all = Vec::new();
    for leg in plan.path(stream) {
        all.push((leg.port.0, behind));
        behind = behind + leg.serialization + leg.behind() + leg.processing.max();
    }
    all
}

/// Both directions as a channel that delivers what is keyed at the fault when the message was
/// known, and how long that took, interfaces with it. The change back after the fault is not
/// followed.
pub(super) fn receptions(
    search: &Search<'_>,
    circuit: usize,
    phases: &[Option<SimTime>],
    outcome: &Outcome,
) -> ([Option<Span>; 2], Option<[Reception; 2]>) {
    let interface = &search.scenario.circuits[circuit].interface;
    let took = [0, 1].map(|way| {
        let stream = search.stream(circuit, way)?.0 as usize;
        let event = phases[stream].expect("messages have an event");
        let held = outcome.streams[stream].held.as_ref();
        let held = held.expect("messages have a subscriber");
        let known = known(&held.timeline, &[event])[0]?;
        Some(known.since(event) + interface.delay())
    });
    let ways = took.map(|took| {
        let timeline = took.map_or_else(silent, of_delay);
        let way = Way {
            timeline: &timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        };
        Reception::new(way, Span::ZERO, Span::ZERO)
    });
    (took, Some(ways))
}

/// Data at one delay.
fn of_delay(delay: Span) -> Timeline {
    let mut line = Timeline::default();
    let idle = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Starting,
    };
    line.extend(SimTime::ZERO + delay, idle);
    let data = Content::Data {
        input_from: SimTime::ZERO,
        rate_ppb: 0,
    };
    line.extend(SimTime::ZERO + delay + Span::from_s(1), data);
    line
}

/// Nothing ever.
fn silent() -> Timeline {
    let mut line = Timeline::default();
    let idle = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Stale,
    };
    line.extend(SimTime::ZERO + Span::from_s(1), idle);
    line
}
