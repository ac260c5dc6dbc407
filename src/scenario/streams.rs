//! Every directed stream of packets in rank order, before it becomes part of the plan.

use super::circuits::Settings;
use super::diagnostic::Findings;
use super::network::Network;
use super::patterns::Sending;
use super::shape::PacketShape;
use super::spec::{CircuitSpec, FlowSpec, Origin, ScenarioSpec};
use super::value::At;
use super::{Carried, Messages, StreamOwner, circuit_streams, policers, routes, security};
use crate::plan::{End, Sizes, Source, StreamId};
use crate::topology::{Direction, Link, Path};
use crate::traffic::{Class, Policer};
use crate::units::{Octets, SimTime, Span};

/// A circuit with everything settled.
#[derive(Debug)]
pub struct ReadyCircuit<'a> {
    /// As written.
    pub spec: &'a CircuitSpec,
    /// Its settings.
    pub settings: Settings,
    /// Its class; `None` where no packets carry it.
    pub class: Option<Class>,
    /// a→z, then z→a.
    pub paths: [Path; 2],
    /// The second paths on which a second copy of its packets goes.
    pub copies: [Option<Path>; 2],
    /// What both directions cost where no packets carry it.
    pub direct: Option<[Carried; 2]>,
}

impl ReadyCircuit<'_> {
    /// Whether both directions take the same links.
    #[must_use]
    pub fn co_routed(&self) -> bool {
        self.paths[1] == self.paths[0].reversed()
    }
}

/// A flow with everything settled.
#[derive(Debug)]
pub struct ReadyFlow<'a> {
    /// As written.
    pub spec: &'a FlowSpec,
    /// Its class.
    pub class: Class,
    /// What meters each of its streams.
    pub policer: Option<Policer>,
    /// Whether it passes the firewalls of both stations.
    pub firewalled: bool,
    /// Its streams, in the order of (direction, line, destination).
    pub streams: Vec<ReadyStream>,
}

/// One directed stream of a flow.
#[derive(Debug)]
pub struct ReadyStream {
    /// The flow's name, with the line and, where it is copied, the destination.
    pub name: String,
    /// What it sends.
    pub sending: Sending,
    /// From its source to its destination.
    pub path: Path,
}

/// One directed stream.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Name of the circuit or flow: what ranks go by.
    pub title: String,
    /// Number among the streams of a flow.
    pub copy: u32,
    /// Its own name: the title, with line and destination where there are several.
    pub name: String,
    /// Where its name stands in the scenario.
    pub span: std::ops::Range<usize>,
    /// Which way; a→z for flows.
    pub direction: Direction,
    /// Which circuit direction or flow.
    pub owner: StreamOwner,
    /// Its class.
    pub class: Class,
    /// Its packets, one per size, each with its weight among them.
    pub packets: Vec<(PacketShape, u64)>,
    /// Which size comes when.
    pub sizes: Sizes,
    /// Mean time between packets that get through its policer, exact.
    pub period_exact_ps: (u64, u64),
    /// Its path.
    pub path: Path,
    /// The stream whose packets it sends a second time.
    pub twin: Option<StreamId>,
    /// When it sends.
    pub source: Source,
    /// What meters it where it enters.
    pub policer: Option<Policer>,
    /// What becomes of its packets.
    pub end: End,
    /// Repeated messages, listed in its source until the run ends.
    pub messages: Option<Box<Messages>>,
    /// Time in a fixed box behind the egress PE; counts as processing.
    pub fixed_box: Span,
    /// Whether it passes the firewalls of both substations.
    pub firewalled: bool,
}

impl Draft {
    /// Most octets that a packet takes in a queue.
    #[must_use]
    pub fn largest_queued(&self) -> Octets {
        let queued = self.packets.iter().map(|(packet, _)| packet.queued());
        queued.max().expect("a stream has packets")
    }

    /// Mean bits of a packet on the transmitter of this link, as a fraction.
    #[must_use]
    pub fn mean_bits_on(&self, link: &Link) -> (u128, u128) {
        let weighted = |(packet, weight): &(PacketShape, u64)| {
            u128::from(packet.bits_on(link)) * u128::from(*weight)
        };
        let weights = self.packets.iter().map(|(_, weight)| u128::from(*weight));
        (self.packets.iter().map(weighted).sum(), weights.sum())
    }
}

/// Settles a flow whose pattern is worked out; `None` where a fault leaves it open.
pub fn ready_flow<'a>(
    spec: &'a FlowSpec,
    sendings: &[Sending],
    scenario: &ScenarioSpec,
    network: &Network,
    findings: &mut Findings,
) -> Option<ReadyFlow<'a>> {
    let destinations = spec.destinations();
    let ways = destinations.iter().map(|to| {
        let path = routes::of_flow(spec, to, scenario, network, findings);
        Some((to, path?))
    });
    // All of them first, so that every fault is told.
    let ways: Vec<Option<(&At<String>, Path)>> = ways.collect();
    let ways: Vec<(&At<String>, Path)> = ways.into_iter().collect::<Option<_>>()?;
    let class = spec.class.as_ref()?.value;
    let mut streams = Vec::with_capacity(sendings.len() * ways.len());
    for sending in sendings {
        for (to, path) in &ways {
            let mut name = format!("{}{}", spec.name.value, sending.suffix);
            if spec.is_copied() {
                name = format!("{name} → {}", to.value);
            }
            streams.push(ReadyStream {
                name,
                path: match sending.direction {
                    Direction::AToZ => path.clone(),
                    Direction::ZToA => path.reversed(),
                },
                sending: sending.clone(),
            });
        }
    }
    let policer = security::policer_of(spec, scenario).map(policers::policer);
    (!streams.is_empty()).then(|| ReadyFlow {
        spec,
        class,
        // Whatever a compromised station aims at, it enters by one service of the class.
        policer: match spec.origin {
            Origin::Flood => policer.map(|filter| policers::share(filter, &streams)),
            _ => policer,
        },
        firewalled: security::is_firewalled(spec, scenario),
        streams,
    })
}

/// Compares the policer of a settled flow with what the flow sends.
pub fn check_policer(flow: &ReadyFlow<'_>, scenario: &ScenarioSpec, findings: &mut Findings) {
    // A flood is meant to be cut.
    let meant = flow.spec.origin == Origin::Flood;
    let Some(policer) = security::policer_of(flow.spec, scenario).filter(|_| !meant) else {
        return;
    };
    let service = scenario
        .services
        .iter()
        .find(|one| flow.spec.origin == Origin::Service && one.name.span == flow.spec.name.span);
    // One finding for all flows of a service.
    let of = match service {
        Some(service) => format!("service {}", service.name.value),
        None => format!("flow {}", flow.spec.name.value),
    };
    for direction in Direction::BOTH {
        let streams = flow.streams.iter();
        let first = streams
            .map(|stream| &stream.sending)
            .find(|one| one.direction == direction);
        if let Some(sending) = first {
            policers::compare(policer, &of, sending.sent(), scenario, findings);
        }
    }
}

/// All streams in rank order: names of circuits and flows by bytes, then a→z before z→a, then the
/// streams of one flow in their order.
///
/// `circuits` and `flows` stand in order of name; a stream's owner is its place there.
#[must_use]
pub fn drafts(
    circuits: &[ReadyCircuit<'_>],
    flows: &[ReadyFlow<'_>],
    sources_end: SimTime,
) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(2 * circuits.len() + flows.len());
    for (index, circuit) in circuits.iter().enumerate() {
        drafts.extend(circuit_streams::drafts(index, circuit, sources_end));
    }
    for (index, flow) in flows.iter().enumerate() {
        for (stream, copy) in flow.streams.iter().zip(0..) {
            drafts.push(flow_draft(index, flow, stream, copy));
        }
    }
    drafts.sort_by(|a, b| {
        let names = a.title.as_bytes().cmp(b.title.as_bytes());
        names
            .then(a.direction.cmp(&b.direction))
            .then(a.copy.cmp(&b.copy))
    });
    join_sessions(&mut drafts);
    join_copies(&mut drafts);
    drafts
}

fn flow_draft(index: usize, flow: &ReadyFlow<'_>, stream: &ReadyStream, copy: u32) -> Draft {
    let sending = &stream.sending;
    let behind = |policer| sending.sent().period_behind(policer);
    Draft {
        title: flow.spec.name.value.clone(),
        copy,
        name: stream.name.clone(),
        span: flow.spec.name.span.clone(),
        direction: sending.direction,
        owner: StreamOwner::Flow(index),
        class: flow.class,
        packets: sending.packets.clone(),
        sizes: sending.sizes.clone(),
        period_exact_ps: flow.policer.map_or(sending.period_exact_ps, behind),
        path: stream.path.clone(),
        twin: None,
        source: sending.source.clone(),
        policer: flow.policer,
        end: End::Sink,
        messages: None,
        fixed_box: Span::ZERO,
        firewalled: flow.firewalled,
    }
}

/// A copy stands behind what it is a copy of.
fn join_copies(drafts: &mut [Draft]) {
    for (draft, before) in drafts.iter_mut().skip(1).zip(0..) {
        if matches!(draft.owner, StreamOwner::Copy(..)) {
            draft.twin = Some(StreamId(before));
            draft.end = End::Copy(StreamId(before));
        }
    }
}

/// Requests and responses of a session stand side by side: they belong to one flow of two streams.
fn join_sessions(drafts: &mut [Draft]) {
    let id = |rank: usize| StreamId(u32::try_from(rank).expect("streams within 2^32"));
    for rank in 1..drafts.len() {
        let (before, from) = drafts.split_at_mut(rank);
        if let (Source::Request { response, .. }, Source::Response { request, .. }) =
            (&mut before[rank - 1].source, &mut from[0].source)
        {
            (*response, *request) = (id(rank), id(rank - 1));
        }
    }
}
