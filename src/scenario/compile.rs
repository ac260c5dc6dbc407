//! From settled circuits and flows to the sealed plan and what reports need beside it.

use std::collections::BTreeMap;

use super::circuits::report_circuit;
use super::fades::Weather;
use super::legs::{Legs, owners};
use super::network::Network;
use super::ports::{self, PortKey};
use super::streams::{Draft, ReadyCircuit, ReadyFlow, ReadyStream};
use super::{
    Carried, Circuit, Direction as ReportDirection, Flow, FlowStream, StreamOwner, UsedConstant,
};
use crate::mpls::outage::Outages;
use crate::mpls::routing::Routing;
use crate::plan::{Plan, PlanBuilder, PortId, Route, StreamId};
use crate::topology::{Direction, Path};
use crate::units::quantity::format;
use crate::units::{SimTime, Span};

/// A plan with the names of its ports and the owners of its streams.
#[derive(Debug)]
pub struct Compiled {
    /// Sealed.
    pub plan: Plan,
    /// "KEE-ELL a-z", per port.
    pub ports: Vec<String>,
    /// Per stream.
    pub streams: Vec<StreamOwner>,
}

/// What a plan is made for, besides the streams.
#[derive(Debug)]
pub struct Over<'a> {
    /// How each stream is forwarded.
    pub routings: &'a [Routing],
    /// When link directions are cut.
    pub outages: Option<&'a Outages>,
    /// When sources stop.
    pub sources_end: SimTime,
    /// Counts over time in bins of this length.
    pub series: Option<Span>,
    /// Counts from each of these instants to the next.
    pub stages: &'a [SimTime],
}

impl<'a> Over<'a> {
    /// Nothing fails, and nothing is counted over time.
    #[must_use]
    pub fn undisturbed(routings: &'a [Routing], sources_end: SimTime) -> Self {
        Self {
            routings,
            outages: None,
            sources_end,
            series: None,
            stages: &[],
        }
    }
}

/// Builds the plan. Ports are the link directions used, in order of (link name, direction, radio
/// hop), then the firewalls used, in order of (node name, in before out).
#[must_use]
pub fn plan(network: &Network, weather: &Weather, drafts: &[Draft], over: &Over<'_>) -> Compiled {
    let mut builder = PlanBuilder::new(over.sources_end);
    if let Some(bin) = over.series {
        builder.series(bin);
    }
    if !over.stages.is_empty() {
        builder.stages(over.stages.to_vec());
    }
    let streams = || drafts.iter().zip(over.routings);
    let legs: Vec<Legs<'_>> = streams()
        .map(|(draft, routing)| Legs::new(network, draft, routing))
        .collect();
    let all = legs.iter().flat_map(|legs| &legs.steps);
    let mut ids: BTreeMap<PortKey, PortId> = all.map(|step| (step.key, PortId(0))).collect();
    let mut names = Vec::with_capacity(ids.len());
    for (key, id) in &mut ids {
        *id = ports::add(&mut builder, network, weather, *key);
        names.push(ports::name(network, *key));
        if let (PortKey::Link(link, direction, _), Some(outages)) = (key, over.outages) {
            builder.cut(*id, outages.of(*link, *direction).to_vec());
        }
    }
    for (draft, legs) in drafts.iter().zip(&legs) {
        let sizes = draft.packets.iter();
        builder.route(Route {
            class: draft.class,
            source: draft.source.clone(),
            sizes: draft.sizes.clone(),
            policer: draft.policer,
            ingress: legs.ingress(),
            paths: sizes
                .map(|(packet, _)| legs.crossings(packet, &ids))
                .collect(),
            graph: legs.graph(),
            end: draft.end.clone(),
        });
    }
    Compiled {
        plan: builder.seal(),
        ports: names,
        streams: drafts.iter().map(|draft| draft.owner).collect(),
    }
}

/// Circuits for reports, in order of name.
#[must_use]
pub fn circuits(network: &Network, ready: &[ReadyCircuit<'_>], drafts: &[Draft]) -> Vec<Circuit> {
    let mut ids = vec![[StreamId(0); 2]; ready.len()];
    for (id, draft) in (0_u32..).zip(drafts) {
        if let StreamOwner::Circuit(index, direction) = draft.owner {
            ids[index][direction] = StreamId(id);
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
                    None => owners(network, &drafts[ids[direction.index()].0 as usize]),
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
pub fn flows(network: &Network, ready: &[ReadyFlow<'_>], drafts: &[Draft]) -> Vec<Flow> {
    let mut ids = vec![Vec::new(); ready.len()];
    for (id, draft) in (0_u32..).zip(drafts) {
        if let StreamOwner::Flow(index) = draft.owner {
            ids[index].push(StreamId(id));
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
                legs: owners(network, &drafts[id.0 as usize]),
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
        name: constant.name.into(),
        value: format(value, constant.dimension),
        source: if value == constant.value {
            constant.source.into()
        } else {
            OWN_CONSTANT.into()
        },
        overrides: (value != constant.value).then(|| format(constant.value, constant.dimension)),
    };
    network.constants.iter().map(used).collect()
}
