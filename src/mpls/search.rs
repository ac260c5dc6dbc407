//! Constrained shortest paths.
//!
//! The order of paths is that of `topology::route`: (sum of the metric asked for, number of links,
//! names of the links on the way). Links are numbered in order of name, so comparing numbers is
//! comparing names.
//!
//! An explicit route is searched leg by leg, from station to station, as a head end expands it:
//! each leg is the least path that touches neither a node visited before nor a station still ahead,
//! and leaves one link of the hop limit to every leg after it. Where an early leg takes a node that
//! a later one cannot do without, there is no path, although a longer early leg would leave one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::topology::{Hop, LinkId, NodeId, Path};

use super::constraints::{Constraints, Metric, Via};
use super::graph::Graph;

/// A kind of constraint that can leave no path, by its name in files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Constraint {
    /// `bandwidth`: no room at the setup priority.
    Bandwidth,
    /// `include_any`.
    IncludeAny,
    /// `include_all`.
    IncludeAll,
    /// `exclude`.
    Exclude,
    /// `avoid`: links, and all links of nodes.
    Avoid,
    /// `avoid_groups`.
    AvoidGroups,
    /// `hop_limit`; removes no link.
    HopLimit,
    /// `via`; removes no link.
    Via,
}

/// Why there is no path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoPath {
    /// The constraints that remove links, each with those, whether others remove them too.
    pub removed: Vec<(Constraint, Vec<LinkId>)>,
    /// The constraints of which each, dropped alone, would leave a path.
    pub would_help: Vec<Constraint>,
}

/// The least path that meets the constraints. `room` says of every hop whether the bandwidth asked
/// for is free on it.
///
/// # Errors
/// [`NoPath`] where there is none.
pub fn constrained_path(
    graph: &Graph<'_>,
    [from, to]: [NodeId; 2],
    constraints: &Constraints,
    room: &dyn Fn(Hop) -> bool,
) -> Result<Path, NoPath> {
    let query = Query {
        graph,
        ends: [from, to],
        constraints,
        room,
    };
    query.path().ok_or_else(|| query.explanation())
}

/// As [`constrained_path`], without the explanation, which takes longer than the path.
#[must_use]
pub fn find_path(
    graph: &Graph<'_>,
    [from, to]: [NodeId; 2],
    constraints: &Constraints,
    room: &dyn Fn(Hop) -> bool,
) -> Option<Path> {
    let query = Query {
        graph,
        ends: [from, to],
        constraints,
        room,
    };
    query.path()
}

/// For paths that reserve nothing.
#[must_use]
pub fn room_everywhere(_: Hop) -> bool {
    true
}

/// A path asked for.
#[derive(Clone, Copy)]
pub(super) struct Query<'a> {
    pub graph: &'a Graph<'a>,
    pub ends: [NodeId; 2],
    pub constraints: &'a Constraints,
    pub room: &'a dyn Fn(Hop) -> bool,
}

impl Query<'_> {
    /// Whether no constraint removes this hop.
    pub fn usable(&self, hop: Hop) -> bool {
        !Constraint::ALL
            .into_iter()
            .any(|constraint| self.removes(constraint, hop))
    }

    /// Most links; `usize::MAX`: no limit.
    pub fn limit(&self) -> usize {
        let limit = self.constraints.hop_limit;
        limit.map_or(usize::MAX, |limit| limit as usize)
    }

    fn removes(&self, constraint: Constraint, hop: Hop) -> bool {
        let asked = self.constraints;
        let link = self.graph.topology().link(hop.link);
        let groups = link.engineering.admin_groups;
        let avoided = |node: &NodeId| asked.avoid_nodes.contains(node) && !self.ends.contains(node);
        match constraint {
            Constraint::Bandwidth => !(self.room)(hop),
            //= RFC 3209 §4.7.4  zero for include-any and include-all: passes
            Constraint::IncludeAny => asked.include_any != 0 && groups & asked.include_any == 0,
            Constraint::IncludeAll => groups & asked.include_all != asked.include_all,
            Constraint::Exclude => groups & asked.exclude != 0,
            Constraint::Avoid => {
                asked.avoid_links.contains(&hop.link) || link.ends.iter().any(avoided)
            }
            Constraint::AvoidGroups => {
                let mut groups = self.graph.groups(hop.link).iter();
                groups.any(|group| asked.avoid_groups.contains(group))
            }
            Constraint::HopLimit | Constraint::Via => false,
        }
    }

    fn path(&self) -> Option<Path> {
        let [from, to] = self.ends;
        let mut stations = self.constraints.via.clone();
        if stations.last().is_none_or(|last| last.node != to) {
            stations.push(Via {
                node: to,
                loose: true,
            });
        }
        let mut blocked = vec![false; self.graph.topology().nodes().len()];
        for node in stations.iter().map(|station| station.node).chain([from]) {
            blocked[node.0 as usize] = true;
        }
        let mut path = Path {
            nodes: vec![from],
            hops: Vec::new(),
        };
        let mut here = from;
        for (station, legs_after) in stations.iter().zip((0..stations.len()).rev()) {
            if path.nodes.contains(&station.node) {
                return None;
            }
            let left = self.limit().checked_sub(path.hops.len() + legs_after)?;
            let limit = if station.loose { left } else { left.min(1) };
            for node in [here, station.node] {
                blocked[node.0 as usize] = false;
            }
            let open = |hop: Hop| {
                let ends = self.graph.topology().link(hop.link).ends;
                ends.iter().all(|end| !blocked[end.0 as usize]) && self.usable(hop)
            };
            let metric = self.constraints.metric;
            let leg = least_path(self.graph, [here, station.node], metric, limit, &open)?;
            for node in &leg.nodes {
                blocked[node.0 as usize] = true;
            }
            path.nodes.extend(&leg.nodes[1..]);
            path.hops.extend(leg.hops);
            here = station.node;
        }
        Some(path)
    }

    fn explanation(&self) -> NoPath {
        let links = || (0..).map(LinkId).take(self.graph.topology().links().len());
        let carried = |link: &LinkId| {
            let [near, _] = self.graph.topology().link(*link).ends;
            let mut edges = self.graph.edges(near).iter();
            edges
                .find(|edge| edge.hop.link == *link)
                .map(|edge| edge.hop)
        };
        let removed = Constraint::ALL.into_iter().map(|constraint| {
            let gone = |link: &LinkId| {
                carried(link).is_some_and(|hop| {
                    self.removes(constraint, hop) || self.removes(constraint, hop.reversed())
                })
            };
            (constraint, links().filter(gone).collect::<Vec<LinkId>>())
        });
        let would_help = Constraint::ALL.into_iter().filter(|constraint| {
            let constraints = constraint.dropped_from(self.constraints);
            let room = if *constraint == Constraint::Bandwidth {
                &room_everywhere
            } else {
                self.room
            };
            let relaxed = Query {
                constraints: &constraints,
                room,
                ..*self
            };
            relaxed.path().is_some()
        });
        NoPath {
            removed: removed.filter(|(_, links)| !links.is_empty()).collect(),
            would_help: would_help.collect(),
        }
    }
}

impl Constraint {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Bandwidth,
        Self::IncludeAny,
        Self::IncludeAll,
        Self::Exclude,
        Self::Avoid,
        Self::AvoidGroups,
        Self::HopLimit,
        Self::Via,
    ];

    /// The word for it in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bandwidth => "bandwidth",
            Self::IncludeAny => "include_any",
            Self::IncludeAll => "include_all",
            Self::Exclude => "exclude",
            Self::Avoid => "avoid",
            Self::AvoidGroups => "avoid_groups",
            Self::HopLimit => "hop_limit",
            Self::Via => "via",
        }
    }

    fn dropped_from(self, constraints: &Constraints) -> Constraints {
        let mut rest = constraints.clone();
        match self {
            Self::Bandwidth => rest.bandwidth_bps = 0,
            Self::IncludeAny => rest.include_any = 0,
            Self::IncludeAll => rest.include_all = 0,
            Self::Exclude => rest.exclude = 0,
            Self::Avoid => {
                rest.avoid_links.clear();
                rest.avoid_nodes.clear();
            }
            Self::AvoidGroups => rest.avoid_groups.clear(),
            Self::HopLimit => rest.hop_limit = None,
            Self::Via => rest.via.clear(),
        }
        rest
    }
}

/// (Sum of the metric, links) to the node that is searched for.
pub(super) type Distance = (u128, usize);

/// The least path over hops that are `open`, of at most `limit` links.
fn least_path(
    graph: &Graph<'_>,
    ends: [NodeId; 2],
    metric: Metric,
    limit: usize,
    open: &dyn Fn(Hop) -> bool,
) -> Option<Path> {
    let distances = distances_to(graph, ends[1], metric, open, Some(ends[0]));
    if distances[ends[0].0 as usize]?.1 <= limit {
        return descend(graph, ends, metric, open, |node, _| {
            distances[node.0 as usize]
        });
    }
    let layers = layers_to(graph, ends[1], metric, open, limit);
    let onward = |node: NodeId, links: usize| layers[links.min(layers.len() - 1)][node.0 as usize];
    descend(graph, ends, metric, open, onward)
}

/// The path along distances `onward(node, links left)`. Every step goes over the first link by
/// name that lies on some least path: the links left shrink by one each time, so the walk ends,
/// and no other least path sorts lower.
fn descend(
    graph: &Graph<'_>,
    [from, to]: [NodeId; 2],
    metric: Metric,
    open: &dyn Fn(Hop) -> bool,
    onward: impl Fn(NodeId, usize) -> Option<Distance>,
) -> Option<Path> {
    let mut remaining = onward(from, usize::MAX)?;
    let mut path = Path {
        nodes: vec![from],
        hops: Vec::new(),
    };
    let mut here = from;
    while here != to {
        let on_the_way = |hop: Hop, far: NodeId| {
            let rest = onward(far, remaining.1 - 1)?;
            let whole = (rest.0 + graph.weight(metric, hop), rest.1 + 1);
            (whole == remaining && open(hop)).then_some(rest)
        };
        let mut edges = graph.edges(here).iter();
        let (edge, rest) = edges.find_map(|edge| Some((edge, on_the_way(edge.hop, edge.far)?)))?;
        path.hops.push(edge.hop);
        path.nodes.push(edge.far);
        (here, remaining) = (edge.far, rest);
    }
    (from != to).then_some(path)
}

/// Distances from every node to one (Dijkstra), as far as `until` where that is asked.
pub(super) fn distances_to(
    graph: &Graph<'_>,
    to: NodeId,
    metric: Metric,
    open: &dyn Fn(Hop) -> bool,
    until: Option<NodeId>,
) -> Vec<Option<Distance>> {
    let mut known = vec![None; graph.topology().nodes().len()];
    let mut frontier = BinaryHeap::from([Reverse(((0, 0), to))]);
    while let Some(Reverse((distance, node))) = frontier.pop() {
        if known[node.0 as usize].is_some() {
            continue;
        }
        known[node.0 as usize] = Some(distance);
        if until == Some(node) {
            break;
        }
        for edge in graph.edges(node) {
            let hop = edge.hop.reversed();
            if known[edge.far.0 as usize].is_none() && open(hop) {
                let cost = distance.0 + graph.weight(metric, hop);
                frontier.push(Reverse(((cost, distance.1 + 1), edge.far)));
            }
        }
    }
    known
}

/// Distances from every node to one over at most 0, 1, 2, … links (Bellman-Ford); ends where more
/// links gain nothing.
fn layers_to(
    graph: &Graph<'_>,
    to: NodeId,
    metric: Metric,
    open: &dyn Fn(Hop) -> bool,
    limit: usize,
) -> Vec<Vec<Option<Distance>>> {
    let nodes = graph.topology().nodes().len();
    let mut layers = vec![vec![None; nodes]];
    layers[0][to.0 as usize] = Some((0, 0));
    while layers.len() <= limit {
        let last = &layers[layers.len() - 1];
        let mut next = last.clone();
        for (node, best) in (0..).map(NodeId).zip(&mut next) {
            for edge in graph.edges(node).iter().filter(|edge| open(edge.hop)) {
                if let Some((cost, links)) = last[edge.far.0 as usize] {
                    let new = (cost + graph.weight(metric, edge.hop), links + 1);
                    *best = Some(best.map_or(new, |best: Distance| best.min(new)));
                }
            }
        }
        if next == *last {
            break;
        }
        layers.push(next);
    }
    layers
}
