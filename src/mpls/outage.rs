//! What fails, and when.

use std::collections::BTreeMap;

use crate::topology::{Direction, LinkId, NodeId, Topology};
use crate::units::SimTime;

/// Something that fails as a whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Element {
    /// A link, both directions.
    Link(LinkId),
    /// One direction of a link.
    Direction(LinkId, Direction),
    /// A node: all its links, both directions.
    Node(NodeId),
    /// Several links at once: a shared-risk group, a ground wire, a site's power. Sorted.
    Several {
        /// Links, both directions.
        links: Vec<LinkId>,
        /// Nodes.
        nodes: Vec<NodeId>,
    },
}

/// A stretch of time, half open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stretch {
    /// First instant.
    pub from: SimTime,
    /// First instant after it; [`SimTime`] of `u64::MAX`: for ever.
    pub to: SimTime,
}

/// When each link direction is cut, seen at its far end: ascending stretches that do not touch.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Outages {
    cuts: BTreeMap<(LinkId, Direction), Vec<Stretch>>,
    /// Nodes that are down.
    nodes: BTreeMap<NodeId, Vec<Stretch>>,
}

impl Element {
    /// The link directions that it takes along, in order.
    #[must_use]
    pub fn cuts(&self, topology: &Topology) -> Vec<(LinkId, Direction)> {
        let both = |link: LinkId| Direction::BOTH.map(|way| (link, way));
        let at = |node: NodeId| topology.links_at(node).into_iter().map(|(link, _)| link);
        let mut cuts: Vec<(LinkId, Direction)> = match self {
            Self::Link(link) => both(*link).to_vec(),
            Self::Direction(link, way) => vec![(*link, *way)],
            Self::Node(node) => at(*node).flat_map(both).collect(),
            Self::Several { links, nodes } => {
                let nodes = nodes.iter().flat_map(|node| at(*node));
                links.iter().copied().chain(nodes).flat_map(both).collect()
            }
        };
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// The nodes that it takes along.
    #[must_use]
    pub fn nodes(&self) -> &[NodeId] {
        match self {
            Self::Node(node) => std::slice::from_ref(node),
            Self::Several { nodes, .. } => nodes,
            Self::Link(_) | Self::Direction(..) => &[],
        }
    }
}

impl Outages {
    /// Adds the failure of an element for a stretch of time.
    pub fn fail(&mut self, topology: &Topology, element: &Element, stretch: Stretch) {
        assert!(stretch.from < stretch.to, "an outage has a length");
        for cut in element.cuts(topology) {
            add(self.cuts.entry(cut).or_default(), stretch);
        }
        for node in element.nodes() {
            add(self.nodes.entry(*node).or_default(), stretch);
        }
    }

    /// When a link direction is cut.
    #[must_use]
    pub fn of(&self, link: LinkId, direction: Direction) -> &[Stretch] {
        self.cuts.get(&(link, direction)).map_or(&[], Vec::as_slice)
    }

    /// When a node is down.
    #[must_use]
    pub fn of_node(&self, node: NodeId) -> &[Stretch] {
        self.nodes.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Every link direction that is ever cut, in order, with when.
    pub fn all(&self) -> impl Iterator<Item = (LinkId, Direction, &[Stretch])> {
        let all = self.cuts.iter();
        all.map(|((link, direction), cuts)| (*link, *direction, cuts.as_slice()))
    }

    /// Whether nothing ever fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty() && self.nodes.is_empty()
    }

    /// The same with every instant moved by `map`, which keeps the order; what has no length then
    /// is left out.
    #[must_use]
    pub fn retimed(&self, map: impl Fn(SimTime) -> SimTime) -> Self {
        let moved = |stretches: &Vec<Stretch>| -> Vec<Stretch> {
            let mut all = Vec::new();
            for stretch in stretches {
                let from = map(stretch.from);
                let to = match stretch.to {
                    FOR_EVER => FOR_EVER,
                    to => map(to),
                };
                if from < to {
                    add(&mut all, Stretch { from, to });
                }
            }
            all
        };
        Self {
            cuts: self.cuts.iter().map(|(k, v)| (*k, moved(v))).collect(),
            nodes: self.nodes.iter().map(|(k, v)| (*k, moved(v))).collect(),
        }
    }
}

/// The end of what is never repaired.
pub const FOR_EVER: SimTime = SimTime(u64::MAX);

/// Adds a stretch; what overlaps or touches becomes one.
pub(super) fn add(stretches: &mut Vec<Stretch>, new: Stretch) {
    stretches.push(new);
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches.iter() {
        match joined.last_mut() {
            Some(last) if stretch.from <= last.to => last.to = last.to.max(stretch.to),
            _ => joined.push(*stretch),
        }
    }
    *stretches = joined;
}
