//! From settled circuits and flows to the sealed plan and what reports need beside it.

use std::collections::BTreeMap;

use super::circuits::report_circuit;
use super::network::Network;
use super::shape::PacketShape;
use super::streams::{Draft, ReadyCircuit, ReadyFlow};
use super::{Carried, Circuit, Direction as ReportDirection, Flow, StreamOwner, UsedConstant};
use crate::plan::{Crossing, Plan, PlanBuilder, PortId, Processing, Route, StreamId};
use crate::random::{Purpose, StreamKey};
use crate::topology::{Direction, LinkId, Node, NodeProcessing, Path};
use crate::units::quantity::format;
use crate::units::{SimTime, Span};

/// The plan with the names of its ports and the owners of its streams.
#[derive(Debug)]
pub struct Compiled {
    /// Sealed.
    pub plan: Plan,
    /// "KEE-ELL a-z", per port.
    pub ports: Vec<String>,
    /// Per stream.
    pub streams: Vec<StreamOwner>,
}

/// Builds the plan: ports are the link directions used, in order of (link name, direction).
#[must_use]
pub fn plan(network: &Network, drafts: &[Draft<'_>], sources_end: SimTime) -> Compiled {
    let mut ids = BTreeMap::<(LinkId, Direction), PortId>::new();
    for hop in drafts.iter().flat_map(|draft| &draft.path.hops) {
        ids.insert((hop.link, hop.direction), PortId(0));
    }
    let mut builder = PlanBuilder::new(sources_end);
    let mut ports = Vec::with_capacity(ids.len());
    for ((link, direction), id) in &mut ids {
        let link = network.topology.link(*link);
        *id = builder.port(link.queue_limit);
        ports.push(format!("{} {}", link.name, direction.name()));
    }
    let mut streams = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let first = network.topology.node(draft.path.nodes[0]);
        let packets = draft.packets.iter();
        builder.route(Route {
            class: draft.class,
            source: draft.source.clone(),
            sizes: draft.sizes.clone(),
            policer: draft.policer,
            ingress: processing(first, draft),
            paths: packets
                .map(|(packet, _)| crossings(network, draft, packet, &ids))
                .collect(),
            end: draft.end.clone(),
        });
        streams.push(draft.owner);
    }
    Compiled {
        plan: builder.seal(),
        ports,
        streams,
    }
}

fn crossings(
    network: &Network,
    draft: &Draft<'_>,
    packet: &PacketShape,
    ids: &BTreeMap<(LinkId, Direction), PortId>,
) -> Vec<Crossing> {
    let hops = draft.path.hops.iter().zip(&draft.path.nodes[1..]);
    let crossing = |(hop, far): (&crate::topology::Hop, &crate::topology::NodeId)| {
        let link = network.topology.link(hop.link);
        let bits = packet.bits_on(link);
        Crossing {
            port: ids[&(hop.link, hop.direction)],
            serialization: link.rate[hop.direction.index()].time_to_send_bits(bits),
            bits,
            queued: packet.queued(),
            propagation: link.propagation[hop.direction.index()],
            processing: processing(network.topology.node(*far), draft),
            ..Crossing::default()
        }
    };
    hops.map(crossing).collect()
}

fn processing(node: &Node, draft: &Draft<'_>) -> Processing {
    match node.processing {
        NodeProcessing::Constant(span) => Processing::Constant(span),
        NodeProcessing::Range { min, max } => {
            // Names hold no control characters, so the unit separator keeps the parts apart.
            let name = format!(
                "{}\u{1f}{}\u{1f}{}",
                node.name,
                draft.name,
                draft.direction.name()
            );
            let key = StreamKey::new("node", &name, Purpose::Processing);
            Processing::Uniform { min, max, key }
        }
    }
}

/// Circuits for reports, in order of name; `streams` tells the index of each direction.
#[must_use]
pub fn circuits(
    network: &Network,
    ready: &[ReadyCircuit<'_>],
    streams: &[StreamOwner],
) -> Vec<Circuit> {
    let mut ids = vec![[StreamId(0); 2]; ready.len()];
    for (id, owner) in (0_u32..).zip(streams) {
        if let StreamOwner::Circuit(index, direction) = owner {
            ids[*index][*direction] = StreamId(id);
        }
    }
    let one = |(circuit, ids): (&ReadyCircuit<'_>, [StreamId; 2])| {
        let directions = Direction::BOTH.map(|direction| {
            let path = &circuit.paths[direction.index()];
            let (nodes, links) = names(network, path);
            let carried = match &circuit.direct {
                Some(constant) => constant[direction.index()].clone(),
                None => Carried::Stream(ids[direction.index()]),
            };
            let hops = path.hops.iter();
            let propagation = |hop: &crate::topology::Hop| {
                network.topology.link(hop.link).propagation[hop.direction.index()]
            };
            ReportDirection {
                carried,
                nodes,
                links,
                propagation: hops.map(propagation).sum(),
                physical_propagation: physical_propagation(network, path),
            }
        });
        report_circuit(circuit.spec, &circuit.settings, circuit.class, directions)
    };
    ready.iter().zip(ids).map(one).collect()
}

/// Flows for reports, in order of name.
#[must_use]
pub fn flows(network: &Network, ready: &[ReadyFlow<'_>], streams: &[StreamOwner]) -> Vec<Flow> {
    let mut ids = vec![StreamId(0); ready.len()];
    for (id, owner) in (0_u32..).zip(streams) {
        if let StreamOwner::Flow(index) = owner {
            ids[*index] = StreamId(id);
        }
    }
    let one = |(flow, stream): (&ReadyFlow<'_>, StreamId)| {
        let (nodes, links) = names(network, &flow.path);
        Flow {
            name: flow.spec.name.value.clone(),
            class: flow.class,
            stream,
            nodes,
            links,
        }
    };
    ready.iter().zip(ids).map(one).collect()
}

/// Propagation over a path by the physical constants; `None` where a link has no length.
#[must_use]
pub fn physical_propagation(network: &Network, path: &Path) -> Option<Span> {
    path.hops
        .iter()
        .map(|hop| network.physical[hop.link.0 as usize])
        .sum()
}

fn names(network: &Network, path: &Path) -> (Vec<String>, Vec<String>) {
    let topology = &network.topology;
    let nodes = path
        .nodes
        .iter()
        .map(|node| topology.node(*node).name.clone())
        .collect();
    let links = path
        .hops
        .iter()
        .map(|hop| topology.link(hop.link).name.clone())
        .collect();
    (nodes, links)
}

/// The source of a constant that the topology sets itself: the preset's says nothing of it.
const OWN_CONSTANT: &str = "the topology's own [constants]";

/// Every constant in force with its source, in order of name.
#[must_use]
pub fn constants(network: &Network) -> Vec<UsedConstant> {
    let used = |(constant, value): (&'static crate::topology::Constant, u64)| UsedConstant {
        name: constant.name,
        value: format(value, constant.dimension),
        source: if value == constant.value {
            constant.source
        } else {
            OWN_CONSTANT
        },
        overrides: (value != constant.value).then(|| format(constant.value, constant.dimension)),
    };
    network.constants.iter().map(used).collect()
}
