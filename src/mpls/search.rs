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
    ends: [NodeId; 2],
    constraints: &Constraints,
    room: &dyn Fn(Hop) -> bool,
) -> Result<Path, NoPath> {
    let query = Query {
        graph,
        ends,
        constraints,
        room,
    };
    query.path().ok_or_else(|| query.explanation())
}

/// As [`constrained_path`], without the explanation, which takes longer than the path.
#[must_use]
pub fn find_path(
    graph: &Graph<'_>,
    ends: [NodeId; 2],
    constraints: &Constraints,
    room: &dyn Fn(Hop) -> bool,
) -> Option<Path> {
    let query = Query {
        graph,
        ends,
        constraints,
        room,
    };
    query.path()
}

/// The first constraint, in the order in which they are told, that a path given by hand does not
/// meet, with the links of it that this removes. Whether there is room is not asked.
#[must_use]
pub fn unmet(
    graph: &Graph<'_>,
    constraints: &Constraints,
    path: &Path,
) -> Option<(Constraint, Vec<LinkId>)> {
    let query = Query {
        graph,
        ends: [path.nodes[0], path.nodes[path.nodes.len() - 1]],
        constraints,
        room: &room_everywhere,
    };
    Constraint::ALL.into_iter().find_map(|constraint| {
        let gone = path.hops.iter();
        let gone = gone.filter(|hop| query.removes(constraint, **hop));
        let links: Vec<LinkId> = gone.map(|hop| hop.link).collect();
        let whole = match constraint {
            Constraint::HopLimit => path.hops.len() <= query.limit(),
            Constraint::Via => visits(path, &constraints.via),
            _ => links.is_empty(),
        };
        (!whole).then_some((constraint, links))
    })
}

/// Whether a path visits these stations in order, strict ones over one link.
fn visits(path: &Path, stations: &[Via]) -> bool {
    let mut here = 0;
    stations.iter().all(|station| {
        let place = path.nodes.iter().position(|node| *node == station.node);
        let met = place.is_some_and(|place| place > here && (station.loose || place == here + 1));
        here = place.unwrap_or(here);
        met
    })
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

/// Distances from every node to one (Dijkstra). Where `until` is asked for, only those up to its
/// own are final; the others are no less.
pub(super) fn distances_to(
    graph: &Graph<'_>,
    to: NodeId,
    metric: Metric,
    open: &dyn Fn(Hop) -> bool,
    until: Option<NodeId>,
) -> Vec<Option<Distance>> {
    let mut known: Vec<Option<Distance>> = vec![None; graph.topology().nodes().len()];
    known[to.0 as usize] = Some((0, 0));
    let mut frontier = BinaryHeap::from([Reverse(((0, 0), to))]);
    while let Some(Reverse((distance, node))) = frontier.pop() {
        if known[node.0 as usize] != Some(distance) {
            continue; // a shorter way was found since
        }
        if until == Some(node) {
            break;
        }
        for edge in graph.edges(node) {
            let hop = edge.hop.reversed();
            let new = (distance.0 + graph.weight(metric, hop), distance.1 + 1);
            let best = &mut known[edge.far.0 as usize];
            if best.is_none_or(|best| new < best) && open(hop) {
                *best = Some(new);
                frontier.push(Reverse((new, edge.far)));
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

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        NODES, all_paths, at, backwards, build, constraints, links_of, meets, network, rank,
        stations,
    };
    use super::*;
    use crate::topology::{Carries, Topology, shortest_path};
    use proptest::prelude::*;

    fn pairs() -> impl Iterator<Item = [NodeId; 2]> {
        let pairs = (0..NODES * NODES).map(|n| [n / NODES, n % NODES].map(NodeId));
        pairs.filter(|[from, to]| from != to)
    }

    /// The least of all paths that meet the constraints, leg by leg where there are stations.
    fn exhaustive(topology: &Topology, ends: [NodeId; 2], asked: &Constraints) -> Option<Path> {
        let [from, to] = ends;
        let mut stations = asked.via.clone();
        if stations.last().is_none_or(|last| last.node != to) {
            let loose = true;
            stations.push(Via { node: to, loose });
        }
        let mut whole = Path {
            nodes: vec![from],
            hops: Vec::new(),
        };
        for (place, station) in stations.iter().enumerate() {
            let here = whole.nodes[whole.nodes.len() - 1];
            let ahead = &stations[place + 1..];
            // The ends of the whole path may be among the nodes to avoid, its stations not.
            let mut asked = asked.clone();
            asked.avoid_nodes.retain(|node| !ends.contains(node));
            let limit = asked.hop_limit.map(|limit| limit as usize);
            let mut legs = all_paths(topology, here, station.node);
            legs.retain(|leg| {
                let links = whole.hops.len() + leg.hops.len();
                let fresh = |node: &NodeId| {
                    !whole.nodes.contains(node) && !ahead.iter().any(|next| next.node == *node)
                };
                leg.nodes[1..].iter().all(fresh)
                    && !leg
                        .nodes
                        .iter()
                        .any(|node| asked.avoid_nodes.contains(node))
                    && meets(topology, leg, &asked)
                    && (station.loose || leg.hops.len() == 1)
                    && limit.is_none_or(|limit| links + ahead.len() <= limit)
            });
            let leg = legs
                .into_iter()
                .min_by_key(|leg| rank(topology, asked.metric, leg))?;
            whole.nodes.extend(&leg.nodes[1..]);
            whole.hops.extend(leg.hops);
        }
        Some(whole)
    }

    proptest! {
        #[test]
        fn a_constrained_path_is_the_least_of_all_that_meet_the_constraints(
            (nodes, links) in network(), asked in constraints(), full in 0_u32..2048,
        ) {
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            // Some links have no room from a to z.
            let room = |hop: Hop| full >> hop.link.0 & 1 == 0 || hop.direction.index() == 1;
            for ends in pairs() {
                let mut all = all_paths(&topology, ends[0], ends[1]);
                all.retain(|path| meets(&topology, path, &asked));
                all.retain(|path| path.hops.iter().all(|hop| room(*hop)));
                let want = all.into_iter().min_by_key(|path| rank(&topology, asked.metric, path));
                prop_assert_eq!(find_path(&graph, ends, &asked, &room), want);
            }
        }

        #[test]
        fn an_explicit_route_is_the_least_leg_by_leg(
            (nodes, links) in network(), plain in constraints(), via in stations(),
        ) {
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            let asked = Constraints { via, ..plain };
            for ends in pairs() {
                let got = find_path(&graph, ends, &asked, &room_everywhere);
                prop_assert_eq!(got, exhaustive(&topology, ends, &asked));
            }
        }

        #[test]
        fn without_constraints_it_is_the_shortest_path((nodes, links) in network()) {
            let topology = Topology::build(nodes.clone(), links.clone()).unwrap();
            let backwards = backwards(nodes, links);
            let none = Constraints::default();
            for ends in pairs() {
                let path = shortest_path(&topology, ends[0], ends[1]);
                for topology in [&topology, &backwards] {
                    let graph = Graph::new(topology, Carries::Packets);
                    let found = find_path(&graph, ends, &none, &room_everywhere);
                    prop_assert_eq!(&found, &path);
                }
            }
        }

        #[test]
        fn what_would_help_does_and_nothing_else(
            (nodes, links) in network(), plain in constraints(), via in stations(),
            full in 0_u32..2048,
        ) {
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            let asked = Constraints { via, ..plain };
            let room = |hop: Hop| full >> hop.link.0 & 1 == 0;
            for ends in pairs() {
                let Err(why) = constrained_path(&graph, ends, &asked, &room) else { continue };
                let path = |asked: &Constraints, with_room: bool| {
                    let mut asked = asked.clone();
                    let none = (0..11).filter(|link| with_room && full >> link & 1 == 1);
                    asked.avoid_links.extend(none.map(LinkId));
                    exhaustive(&topology, ends, &asked).is_some()
                };
                for constraint in Constraint::ALL {
                    let mut rest = asked.clone();
                    match constraint {
                        Constraint::Bandwidth => {}
                        Constraint::IncludeAny => rest.include_any = 0,
                        Constraint::IncludeAll => rest.include_all = 0,
                        Constraint::Exclude => rest.exclude = 0,
                        Constraint::Avoid => {
                            rest.avoid_links.clear();
                            rest.avoid_nodes.clear();
                        }
                        Constraint::AvoidGroups => rest.avoid_groups.clear(),
                        Constraint::HopLimit => rest.hop_limit = None,
                        Constraint::Via => rest.via.clear(),
                    }
                    let want = path(&rest, constraint != Constraint::Bandwidth);
                    prop_assert_eq!(why.would_help.contains(&constraint), want, "{:?}", constraint);
                }
            }
        }
    }

    #[test]
    fn a_refusal_says_which_constraint_removes_which_links() {
        let mut net = build(&[
            ("fibre", "A-B", 1, &["duct"]),
            ("radio", "A-C", 1, &[]),
            ("ring", "C-B", 1, &["duct"]),
        ]);
        let ends = ["A", "B"].map(|name| at(&net, name));
        let ids = ["fibre", "radio", "ring"].map(|name| net.link_named(name).unwrap());
        let links = net.links().iter().cloned().map(|mut link| {
            link.engineering.admin_groups = u32::from(link.name == "radio");
            link
        });
        net = Topology::build(net.nodes().to_vec(), links.collect()).unwrap();
        let graph = Graph::new(&net, Carries::Packets);
        let asked = Constraints {
            exclude: 1,
            avoid_groups: [0].into(),
            hop_limit: Some(9),
            ..Constraints::default()
        };
        let refused = |asked: &Constraints, room: &dyn Fn(Hop) -> bool| {
            constrained_path(&graph, ends, asked, room).unwrap_err()
        };
        let want = NoPath {
            removed: vec![
                (Constraint::Exclude, vec![ids[1]]),
                (Constraint::AvoidGroups, vec![ids[0], ids[2]]),
            ],
            would_help: vec![Constraint::AvoidGroups],
        };
        assert_eq!(refused(&asked, &room_everywhere), want);
        let full = refused(&Constraints::default(), &|hop| hop.link == ids[2]);
        assert_eq!(
            full.removed,
            [(Constraint::Bandwidth, vec![ids[0], ids[1]])]
        );
        assert_eq!(full.would_help, [Constraint::Bandwidth]);
    }

    #[test]
    fn the_hop_limit_takes_a_dearer_path_with_fewer_links() {
        let net = build(&[
            ("1", "A-B", 1, &[]),
            ("2", "B-C", 1, &[]),
            ("3", "C-D", 1, &[]),
            ("4", "A-C", 5, &[]),
            ("5", "A-D", 9, &[]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "D"].map(|name| at(&net, name));
        let over = |limit| {
            let asked = Constraints {
                hop_limit: Some(limit),
                ..Constraints::default()
            };
            find_path(&graph, ends, &asked, &room_everywhere).map(|path| links_of(&net, &path))
        };
        let want = [None, Some("5"), Some("4 3"), Some("1 2 3"), Some("1 2 3")];
        assert_eq!(
            [0, 1, 2, 3, 4].map(over),
            want.map(|path| path.map(String::from))
        );
    }

    #[test]
    fn stations_are_met_in_order_and_a_strict_one_over_one_link() {
        let net = build(&[
            ("1", "A-B", 1, &[]),
            ("2", "B-C", 1, &[]),
            ("3", "A-C", 9, &[]),
            ("4", "C-D", 1, &[]),
            ("5", "B-D", 1, &[]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "D"].map(|name| at(&net, name));
        let by = |stations: &[(&str, bool)]| {
            let station = |(name, loose): &(&str, bool)| Via {
                node: at(&net, name),
                loose: *loose,
            };
            let asked = Constraints {
                via: stations.iter().map(station).collect(),
                ..Constraints::default()
            };
            find_path(&graph, ends, &asked, &room_everywhere).map(|path| links_of(&net, &path))
        };
        assert_eq!(by(&[]).unwrap(), "1 5");
        assert_eq!(by(&[("C", true)]).unwrap(), "1 2 4");
        assert_eq!(by(&[("C", false)]).unwrap(), "3 4");
        assert_eq!(by(&[("C", true), ("B", false)]).unwrap(), "3 2 5");
        assert_eq!(by(&[("D", false)]), None, "no link joins A and D");
        assert_eq!(by(&[("C", true), ("C", true)]), None, "twice");
    }
}
