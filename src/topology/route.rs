//! Routes: the shortest path under a total order, and explicit paths by name.
//!
//! The order is (sum of metrics, number of links, then the names met on the way compared by
//! bytes: first link, first node, second link, …). A link's name is compared before the node it
//! leads to; no two paths are equal. petgraph's own algorithms are not used for routes: where two
//! paths cost the same, their choice depends on the order in which edges were added.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Direction, LinkId, NodeId, Topology};

/// One link crossed in one direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hop {
    /// Which link.
    pub link: LinkId,
    /// Which way.
    pub direction: Direction,
}

/// A way through the network that visits no node twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// From ingress to egress.
    pub nodes: Vec<NodeId>,
    /// The links between them, one less.
    pub hops: Vec<Hop>,
}

/// Why a list of names is no path. Positions count from 0 in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathError {
    /// Fewer than two nodes.
    TooShort,
    /// Neither a node nor a link has this name.
    UnknownName(usize),
    /// No link joins the node before with this node, or this link does not touch that node.
    NotAdjacent(usize),
    /// This node was visited before.
    Repeated(usize),
}

impl Path {
    /// The same links the other way.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let turn = |hop: &Hop| Hop {
            link: hop.link,
            direction: hop.direction.reversed(),
        };
        Self {
            nodes: self.nodes.iter().rev().copied().collect(),
            hops: self.hops.iter().rev().map(turn).collect(),
        }
    }
}

/// The shortest path between two different nodes; `None` where there is none.
#[must_use]
pub fn shortest_path(topology: &Topology, from: NodeId, to: NodeId) -> Option<Path> {
    shortest_path_avoiding(topology, from, to, |_| false)
}

/// The shortest path over the links that `avoid` does not name.
#[must_use]
pub fn shortest_path_avoiding(
    topology: &Topology,
    from: NodeId,
    to: NodeId,
    avoid: impl Fn(LinkId) -> bool,
) -> Option<Path> {
    let distances = distances_to(topology, to, &avoid);
    let mut remaining = distances[from.0 as usize]?;
    let mut path = Path {
        nodes: vec![from],
        hops: Vec::new(),
    };
    let mut here = from;
    // Every step goes over the first link by name that lies on some shortest path: the links
    // left shrink by one each time, so the walk ends, and no other shortest path sorts lower.
    while here != to {
        let (link, next) = topology.links_at(here).into_iter().find(|(link, next)| {
            let step = (u128::from(topology.link(*link).metric), 1);
            let onward = distances[next.0 as usize];
            !avoid(*link)
                && onward.is_some_and(|(cost, links)| (cost + step.0, links + step.1) == remaining)
        })?;
        remaining = distances[next.0 as usize]?;
        path.hops.push(Hop {
            link,
            direction: topology.link(link).direction_from(here)?,
        });
        path.nodes.push(next);
        here = next;
    }
    (from != to).then_some(path)
}

/// (Sum of metrics, links) from every node to one.
fn distances_to(
    topology: &Topology,
    to: NodeId,
    avoid: &impl Fn(LinkId) -> bool,
) -> Vec<Option<(u128, usize)>> {
    let mut known = vec![None; topology.nodes().len()];
    let mut frontier = BinaryHeap::from([Reverse(((0_u128, 0_usize), to))]);
    while let Some(Reverse((distance, node))) = frontier.pop() {
        let entry = &mut known[node.0 as usize];
        if entry.is_some() {
            continue;
        }
        *entry = Some(distance);
        for (link, next) in topology.links_at(node) {
            if !avoid(link) && known[next.0 as usize].is_none() {
                let cost = distance.0 + u128::from(topology.link(link).metric);
                frontier.push(Reverse(((cost, distance.1 + 1), next)));
            }
        }
    }
    known
}

/// The path along nodes given by name. Between two nodes with parallel links, the lowest metric
/// and then the first name is taken, or the link whose name stands between them.
///
/// # Errors
/// [`PathError`] with the position of the first name that does not fit.
pub fn explicit_path(topology: &Topology, names: &[&str]) -> Result<Path, PathError> {
    let first = names.first().ok_or(PathError::TooShort)?;
    let start = topology
        .node_named(first)
        .ok_or(PathError::UnknownName(0))?;
    let mut path = Path {
        nodes: vec![start],
        hops: Vec::new(),
    };
    let mut here = start;
    let mut chosen = None; // a link named, its far node yet to be named
    for (position, name) in names.iter().enumerate().skip(1) {
        if let Some(next) = topology.node_named(name) {
            let link = match chosen.take() {
                Some(link) if topology.link(link).far_end(here) == Some(next) => link,
                Some(_) => return Err(PathError::NotAdjacent(position)),
                None => cheapest_between(topology, here, next)
                    .ok_or(PathError::NotAdjacent(position))?,
            };
            if path.nodes.contains(&next) {
                return Err(PathError::Repeated(position));
            }
            let direction = topology.link(link).direction_from(here);
            let direction = direction.ok_or(PathError::NotAdjacent(position))?;
            path.hops.push(Hop { link, direction });
            path.nodes.push(next);
            here = next;
        } else {
            let link = topology
                .link_named(name)
                .ok_or(PathError::UnknownName(position))?;
            if chosen.is_some() || topology.link(link).far_end(here).is_none() {
                return Err(PathError::NotAdjacent(position));
            }
            chosen = Some(link);
        }
    }
    if chosen.is_some() {
        return Err(PathError::NotAdjacent(names.len() - 1));
    }
    if path.hops.is_empty() {
        Err(PathError::TooShort)
    } else {
        Ok(path)
    }
}

fn cheapest_between(topology: &Topology, from: NodeId, to: NodeId) -> Option<LinkId> {
    let parallel = topology
        .links_at(from)
        .into_iter()
        .filter(|(_, far)| *far == to);
    parallel
        .map(|(link, _)| link)
        .min_by_key(|link| (topology.link(*link).metric, *link))
}
