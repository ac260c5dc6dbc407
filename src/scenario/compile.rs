//! From settled circuits and flows to the sealed plan and what reports need beside it.

use std::collections::BTreeMap;

use super::circuits::report_circuit;
use super::fades::Weather;
use super::network::Network;
use super::ports::{self, PortKey};
use super::streams::{Draft, ReadyCircuit, ReadyFlow, ReadyStream};
use super::{
    Carried, Circuit, Direction as ReportDirection, Flow, FlowStream, LegOwner, StreamOwner,
    UsedConstant,
};
use crate::plan::{Plan, PlanBuilder, PortId, Processing, Route, StreamId};
use crate::random::{Purpose, StreamKey};
use crate::topology::{Direction, Node, NodeProcessing, Path};
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
    /// Per stream, what each leg of its path is.
    pub legs: Vec<Vec<LegOwner>>,
}

impl Compiled {
    fn legs_of(&self, stream: StreamId) -> Vec<LegOwner> {
        self.legs[stream.0 as usize].clone()
    }
}

/// Builds the plan. Ports are the link directions used, in order of (link name, direction, radio
/// hop), then the firewalls used, in order of (node name, in before out).
#[must_use]
pub fn plan(
    network: &Network,
    weather: &Weather,
    drafts: &[Draft],
    (sources_end, series): (SimTime, Option<Span>),
) -> Compiled {
    let mut ids = BTreeMap::<PortKey, PortId>::new();
    for draft in drafts {
        for step in ports::way(network, draft) {
            ids.insert(step.key, PortId(0));
        }
    }
    let mut builder = PlanBuilder::new(sources_end);
    if let Some(bin) = series {
        builder.series(bin);
    }
    let mut names = Vec::with_capacity(ids.len());
    for (key, id) in &mut ids {
        *id = ports::add(&mut builder, network, weather, *key);
        names.push(ports::name(network, *key));
    }
    let mut streams = Vec::with_capacity(drafts.len());
    let mut legs = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let through = |node| processing(network.topology.node(node), draft);
        let owners = ports::owners(network, draft);
        // Behind a firewall the first node comes after the first port.
        let behind = owners.first().is_some_and(|leg| leg.link.is_none());
        builder.route(Route {
            class: draft.class,
            source: draft.source.clone(),
            sizes: draft.sizes.clone(),
            policer: draft.policer,
            ingress: if behind {
                Processing::Constant(Span::ZERO)
            } else {
                through(draft.path.nodes[0])
            },
            paths: draft
                .packets
                .iter()
                .map(|(packet, _)| ports::crossings(network, draft, packet, &ids, through))
                .collect(),
            graph: None,
            end: draft.end.clone(),
        });
        streams.push(draft.owner);
        legs.push(owners);
    }
    Compiled {
        plan: builder.seal(),
        ports: names,
        streams,
        legs,
    }
}

fn processing(node: &Node, draft: &Draft) -> Processing {
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

/// Circuits for reports, in order of name.
#[must_use]
pub fn circuits(
    network: &Network,
    ready: &[ReadyCircuit<'_>],
    compiled: &Compiled,
) -> Vec<Circuit> {
    let mut ids = vec![[StreamId(0); 2]; ready.len()];
    for (id, owner) in (0_u32..).zip(&compiled.streams) {
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
                legs: match circuit.direct {
                    Some(_) => Vec::new(),
                    None => compiled.legs_of(ids[direction.index()]),
                },
                physical_propagation: physical_propagation(network, path),
            }
        });
        report_circuit(circuit.spec, &circuit.settings, circuit.class, directions)
    };
    ready.iter().zip(ids).map(one).collect()
}

/// Flows for reports, in order of name.
#[must_use]
pub fn flows(network: &Network, ready: &[ReadyFlow<'_>], compiled: &Compiled) -> Vec<Flow> {
    let mut ids = vec![Vec::new(); ready.len()];
    for (id, owner) in (0_u32..).zip(&compiled.streams) {
        if let StreamOwner::Flow(index) = owner {
            ids[*index].push(StreamId(id));
        }
    }
    let one = |(flow, ids): (&ReadyFlow<'_>, Vec<StreamId>)| {
        let ways = |direction| {
            let mut all = flow.streams.iter();
            all.any(|stream| stream.sending.direction == direction)
        };
        let both = Direction::BOTH.into_iter().all(ways);
        let stream = |(stream, id): (&ReadyStream, StreamId)| {
            let (nodes, links) = names(network, &stream.path);
            FlowStream {
                name: stream.name.clone(),
                stream: id,
                direction: both.then_some(stream.sending.direction),
                nodes,
                links,
                legs: compiled.legs_of(id),
            }
        };
        let streams: Vec<FlowStream> = flow.streams.iter().zip(ids).map(stream).collect();
        let first = streams[0].clone();
        Flow {
            name: flow.spec.name.value.clone(),
            class: flow.class,
            stream: first.stream,
            nodes: first.nodes,
            links: first.links,
            streams,
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
