//! The legs of a stream: every crossing of its routing part by part, and the firewalls it passes.

use std::collections::BTreeMap;

use super::network::Network;
use super::ports::{self, PortKey, Way};
use super::shape::PacketShape;
use super::streams::Draft;
use super::{LegOwner, StreamOwner};
use crate::mpls::routing::{Crossing, Next, Routing, Target};
use crate::plan::{self, Graph, PortId, Processing};
use crate::random::{Purpose, StreamKey};
use crate::topology::{Hop, Link, NodeId, NodeProcessing};
use crate::units::Span;

/// One port on the way of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which port.
    pub key: PortKey,
    /// The node after it; `None`: the next transmitter of the same link, or the site behind a
    /// firewall.
    pub node: Option<NodeId>,
    /// The place of its crossing in the routing; `None`: a firewall.
    pub crossing: Option<usize>,
    /// Whether what it carries may end behind it.
    pub delivers: bool,
}

/// The legs of one stream in the order of their places in a plan.
#[derive(Debug)]
pub struct Legs<'a> {
    network: &'a Network,
    draft: &'a Draft,
    routing: &'a Routing,
    /// First those of the path in normal operation, in its order.
    pub steps: Vec<Step>,
    /// How many of them are that path.
    hops: usize,
}

/// The ports that a stream crosses on its own path, from its source to its end.
#[must_use]
pub fn way(network: &Network, draft: &Draft) -> Vec<Step> {
    Legs::new(network, draft, &Routing::along(&draft.path)).steps
}

impl<'a> Legs<'a> {
    /// The legs of a stream that is forwarded like this.
    #[must_use]
    pub fn new(network: &'a Network, draft: &'a Draft, routing: &'a Routing) -> Self {
        let mut legs = Self {
            network,
            draft,
            routing,
            steps: Vec::with_capacity(routing.crossings.len()),
            hops: 0,
        };
        let (primary, others) = routing.crossings.split_at(routing.primary);
        if let Some(first) = legs.boxed(legs.near(primary[0].hop)) {
            legs.box_at(first, Way::In);
        }
        for (place, crossing) in primary.iter().enumerate() {
            legs.cross(place, crossing);
        }
        if let Some(last) = legs.boxed(legs.far(primary[primary.len() - 1].hop)) {
            legs.box_at(last, Way::Out);
        }
        legs.hops = legs.steps.len();
        for (place, crossing) in (primary.len()..).zip(others) {
            legs.cross(place, crossing);
        }
        legs
    }

    fn near(&self, hop: Hop) -> NodeId {
        self.link(hop).ends[hop.direction.index()]
    }

    fn far(&self, hop: Hop) -> NodeId {
        self.link(hop).ends[1 - hop.direction.index()]
    }

    fn link(&self, hop: Hop) -> &'a Link {
        self.network.topology.link(hop.link)
    }

    /// The node, if this stream passes a firewall there.
    fn boxed(&self, node: NodeId) -> Option<NodeId> {
        let firewall = self.network.topology.node(node).firewall;
        (self.draft.firewalled && firewall.is_some()).then_some(node)
    }

    fn box_at(&mut self, node: NodeId, way: Way) {
        self.steps.push(Step {
            key: PortKey::Firewall(node, way),
            node: (way == Way::In).then_some(node),
            crossing: None,
            delivers: way == Way::Out,
        });
    }

    fn cross(&mut self, place: usize, crossing: &Crossing) {
        let hop = crossing.hop;
        let parts = self.link(hop).parts();
        let turns = self.routing.behind[place].turns();
        let ends = turns.iter().any(|turn| turn.to == Target::Deliver);
        let far = self.far(hop);
        for part in 0..parts {
            let last = part + 1 == parts;
            self.steps.push(Step {
                key: PortKey::Link(hop.link, hop.direction, part),
                node: last.then_some(far),
                crossing: Some(place),
                delivers: last && ends && self.boxed(far).is_none(),
            });
        }
    }

    /// Time through the node where packets enter the network; behind a firewall it comes after the
    /// first port.
    #[must_use]
    pub fn ingress(&self) -> Processing {
        match self.steps[0].crossing {
            Some(_) => self.through(self.near(self.routing.crossings[0].hop), None),
            None => Processing::Constant(Span::ZERO),
        }
    }

    /// Where packets go over time, in places of the plan, with the places of normal operation;
    /// `None` where that never changes.
    #[must_use]
    pub fn graph(&self) -> Option<(Graph, usize)> {
        if self.routing.is_fixed() {
            return None;
        }
        let mut first = vec![usize::MAX; self.routing.crossings.len()];
        for (place, step) in self.steps.iter().enumerate().rev() {
            if let Some(crossing) = step.crossing {
                first[crossing] = place;
            }
        }
        let out = self.steps[..self.hops].last();
        let out = out.filter(|step| step.crossing.is_none());
        let target = |to: Target| match to {
            Target::Crossing(crossing) => Target::Crossing(first[crossing]),
            Target::Deliver if out.is_some() => Target::Crossing(self.hops - 1),
            Target::Deliver | Target::Discard => to,
        };
        let entry = self.routing.entry.mapped(target);
        let behind = |(place, step): (usize, &Step)| match (step.crossing, step.node) {
            (Some(crossing), Some(_)) => self.routing.behind[crossing].mapped(target),
            (Some(_), None) => Next::always(Target::Crossing(place + 1)),
            (None, Some(_)) => entry.clone(),
            (None, None) => Next::always(Target::Deliver),
        };
        let graph = Graph {
            behind: self.steps.iter().enumerate().map(behind).collect(),
            entry: match self.steps[0].crossing {
                Some(_) => entry.clone(),
                None => Next::always(Target::Crossing(0)),
            },
        };
        Some((graph, self.hops))
    }

    /// One crossing of every port for the packets of a size.
    #[must_use]
    pub fn crossings(
        &self,
        packet: &PacketShape,
        ids: &BTreeMap<PortKey, PortId>,
    ) -> Vec<plan::Crossing> {
        let crossing = |step: &Step| {
            let labelled = step.crossing.map(|place| {
                let crossing = &self.routing.crossings[place];
                packet.relabelled(crossing.more_labels, crossing.fewer_labels)
            });
            let packet = labelled.as_ref().unwrap_or(packet);
            let through = match step.node {
                Some(node) => self.through(node, step.crossing),
                None => Processing::Constant(Span::ZERO),
            };
            let behind = if step.delivers {
                self.draft.fixed_box
            } else {
                Span::ZERO
            };
            plan::Crossing {
                port: ids[&step.key],
                queued: packet.queued(),
                processing: later(through, behind),
                ..ports::across(self.network, step.key, packet)
            }
        };
        self.steps.iter().map(crossing).collect()
    }

    /// Time through a node behind a crossing. Off the path of normal operation a stream may come to
    /// a node by several ways: each has draws of its own.
    fn through(&self, node: NodeId, crossing: Option<usize>) -> Processing {
        let node = self.network.topology.node(node);
        let (min, max) = match node.processing {
            NodeProcessing::Constant(span) => return Processing::Constant(span),
            NodeProcessing::Range { min, max } => (min, max),
        };
        let draft = self.draft;
        // Names hold no control characters, so the unit separator keeps the parts apart.
        let mut name = [&node.name, &draft.name, draft.direction.name()].join("\u{1f}");
        if matches!(draft.owner, StreamOwner::Copy(..)) {
            name.push_str("\u{1f}copy");
        }
        if let Some(place) = crossing.filter(|place| *place >= self.routing.primary) {
            let crossing = &self.routing.crossings[place];
            let (link, way) = (&self.link(crossing.hop).name, crossing.hop.direction.name());
            let labels = i64::from(crossing.more_labels) - i64::from(crossing.fewer_labels);
            name.push_str(&format!("\u{1f}{link}\u{1f}{way}\u{1f}{labels}"));
        }
        let key = StreamKey::new("node", &name, Purpose::Processing);
        Processing::Uniform { min, max, key }
    }
}

/// What reports say of each leg of a stream's own path.
#[must_use]
pub fn owners(network: &Network, draft: &Draft) -> Vec<LegOwner> {
    let hop = |key| match key {
        PortKey::Link(id, _, part) if network.topology.link(id).parts() > 1 => Some(part + 1),
        _ => None,
    };
    let owner = |step: &Step| LegOwner {
        port: ports::name(network, step.key),
        link: step.crossing,
        hop: hop(step.key),
        node: step
            .node
            .map(|_| step.crossing.map_or(0, |place| place + 1)),
    };
    way(network, draft).iter().map(owner).collect()
}

/// A box of constant delay behind a node.
fn later(processing: Processing, more: Span) -> Processing {
    match processing {
        Processing::Constant(span) => Processing::Constant(span + more),
        Processing::Uniform { min, max, key } => Processing::Uniform {
            min: min + more,
            max: max + more,
            key,
        },
    }
}
