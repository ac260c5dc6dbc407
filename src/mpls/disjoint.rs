//! Pairs of paths that do not fail together, and second paths to given ones.
//!
//! Pairs are ordered by (groups shared, nodes shared, links shared, sum of the metric over both,
//! number of links of both, first path, second path), the paths themselves by (sum, links, names),
//! the lesser first. What the kind of disjointness does not ask for is not counted, unless no
//! pair of that kind exists: then everything counts, and the pair is *maximally disjoint*.
//!
//! Each path meets the constraints by itself, except `via`: a route given station by station is
//! that of one path, and two paths over the same stations would share them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::topology::{Hop, NodeId, Path};

use super::constraints::{Constraints, Metric};
use super::flow;
use super::graph::Graph;
use super::search::{Distance, Query, distances_to};
use super::sharing::{LeastSharing, Shared};

/// What two paths may not have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Disjoint {
    /// Links.
    Links,
    /// Links, and nodes between the ends.
    Nodes,
    /// Links, nodes between the ends, and shared-risk groups.
    Groups,
}

/// Two paths between the same ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// The lesser first; of a second path, the given one first.
    pub paths: [Path; 2],
    /// What they share, whatever the kind asked for.
    pub shared: Shared,
    /// Whether it is proven that none shares less, or as little and is shorter. Always so where
    /// no groups matter and there is no hop limit.
    pub proven: bool,
}

/// Steps in the search for the first path of a pair. On the pilot (24 nodes, 30 links) all paths
/// between two nodes take fewer.
const STEPS_MAX: usize = 10_000;

/// Two paths of the kind asked for at the least sum; where there are none, the maximally disjoint
/// pair. `None` where there are no two different paths.
#[must_use]
pub fn disjoint_pair(
    graph: &Graph<'_>,
    ends: [NodeId; 2],
    constraints: &Constraints,
    kind: Disjoint,
    room: &dyn Fn(Hop) -> bool,
) -> Option<Pair> {
    let query = Query {
        graph,
        ends,
        constraints,
        room,
    };
    let asked = least_pair(&query, kind)?;
    let pair = if kind.part_of(&asked.shared).is_empty() {
        asked
    } else {
        least_pair(&query, Disjoint::Groups)?
    };
    (pair.paths[0] != pair.paths[1]).then_some(pair)
}

/// To a first path the second that shares the least with it: fewest groups, then nodes, then links,
/// then the least by (sum, links, names). `None` where there is no other path. Nothing is asked of
/// the first.
#[must_use]
pub fn second_path(
    graph: &Graph<'_>,
    first: &Path,
    constraints: &Constraints,
    room: &dyn Fn(Hop) -> bool,
) -> Option<Pair> {
    let query = Query {
        graph,
        ends: [first.nodes[0], first.nodes[first.nodes.len() - 1]],
        constraints,
        room,
    };
    let (second, proven) = least_sharing(&query, first, Disjoint::Groups)?;
    // The first itself shares more with itself than any other path does.
    (second != *first).then(|| Pair {
        shared: Shared::between(graph, first, &second),
        paths: [first.clone(), second],
        proven,
    })
}

impl Disjoint {
    /// What of it matters.
    fn part_of(self, shared: &Shared) -> Shared {
        let mut part = shared.clone();
        if self < Self::Groups {
            part.groups.clear();
        }
        if self < Self::Nodes {
            part.nodes.clear();
        }
        part
    }
}

/// (Sum, links, names) of a path: its place in the order.
type Rank = (u128, usize, Vec<Hop>);

fn rank(query: &Query<'_>, path: &Path) -> Rank {
    let cost = query.graph.cost(query.constraints.metric, path);
    (cost, path.hops.len(), path.hops.clone())
}

/// The place of a pair in the order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PairRank {
    shared: [usize; 3],
    length: Distance,
    first: Rank,
    second: Rank,
}

/// The least pair, the kind saying what is counted.
///
/// A flow gives the least nodes, links and sum; if it shares no group either, no pair is better.
/// For the names, and where groups matter, first paths are tried in order, each with the second
/// that shares least with it, until the floor is reached, or all first paths are too long, or all
/// were tried.
fn least_pair(query: &Query<'_>, kind: Disjoint) -> Option<Pair> {
    let open = |hop: Hop| query.usable(hop);
    let metric = query.constraints.metric;
    let nodes = kind >= Disjoint::Nodes;
    let flow = flow::two_paths(query.graph, query.ends, metric, &open, nodes)?;
    let flow = ranked(query, flow, kind);
    let [_, nodes, links] = flow.0.shared;
    let floor_shared = [0, nodes, links];
    let floor = (floor_shared, flow.0.length);
    let at_floor = |rank: &PairRank| (rank.shared, rank.length) == floor;
    let within = |path: &Path| path.hops.len() <= query.limit();
    let mut best = flow.1.iter().all(within).then_some(flow);
    let mut proven = true;
    let mut firsts = InOrder::new(query, &open);
    for first in firsts.by_ref() {
        let first_rank = rank(query, &first);
        let too_long = |best: &(PairRank, [Path; 2])| {
            let twice = (2 * first_rank.0, 2 * first_rank.1);
            best.0.shared == floor_shared && twice > best.0.length
        };
        if best.as_ref().is_some_and(too_long) {
            break;
        }
        let Some((second, sure)) = least_sharing(query, &first, kind) else {
            continue;
        };
        proven &= sure;
        let pair = ranked(query, [first, second], kind);
        let done = at_floor(&pair.0);
        if best.as_ref().is_none_or(|best| pair.0 < best.0) {
            best = Some(pair);
        }
        if done {
            break;
        }
    }
    let (rank, paths) = best?;
    Some(Pair {
        shared: Shared::between(query.graph, &paths[0], &paths[1]),
        paths,
        proven: at_floor(&rank) || (proven && !firsts.gave_up()),
    })
}

fn ranked(query: &Query<'_>, mut paths: [Path; 2], kind: Disjoint) -> (PairRank, [Path; 2]) {
    paths.sort_by_key(|path| rank(query, path));
    let [first, second] = [&paths[0], &paths[1]].map(|path| rank(query, path));
    let shared = Shared::between(query.graph, &paths[0], &paths[1]);
    let rank = PairRank {
        shared: kind.part_of(&shared).counts(),
        length: (first.0 + second.0, first.1 + second.1),
        first,
        second,
    };
    (rank, paths)
}

fn least_sharing(query: &Query<'_>, first: &Path, kind: Disjoint) -> Option<(Path, bool)> {
    let search = LeastSharing {
        graph: query.graph,
        ends: query.ends,
        metric: query.constraints.metric,
        limit: query.limit(),
        open: &|hop| query.usable(hop),
        burden: &kind.part_of(&Shared::with_itself(query.graph, first)),
    };
    search.path()
}

/// The least length of a path that begins so, and the hops: its place in the order; then the length
/// so far and the nodes.
type Beginning = (Distance, Vec<Hop>, Distance, Vec<NodeId>);

/// All paths between two nodes in order, one after the other, within [`STEPS_MAX`] steps.
struct InOrder<'a> {
    graph: &'a Graph<'a>,
    to: NodeId,
    metric: Metric,
    limit: usize,
    open: &'a dyn Fn(Hop) -> bool,
    /// To the end, from every node.
    distances: Vec<Option<Distance>>,
    frontier: BinaryHeap<Reverse<Beginning>>,
    steps_left: usize,
}

impl<'a> InOrder<'a> {
    fn new(query: &Query<'a>, open: &'a dyn Fn(Hop) -> bool) -> Self {
        let (graph, metric, [from, to]) = (query.graph, query.constraints.metric, query.ends);
        let distances = distances_to(graph, to, metric, open, None);
        let least = distances[from.0 as usize];
        let start = least.map(|least| Reverse((least, Vec::new(), (0, 0), vec![from])));
        Self {
            graph,
            to,
            metric,
            limit: query.limit(),
            open,
            distances,
            frontier: start.into_iter().collect(),
            steps_left: STEPS_MAX,
        }
    }

    /// Whether paths were left when the steps were used up.
    fn gave_up(&self) -> bool {
        self.steps_left == 0
    }
}

impl Iterator for InOrder<'_> {
    type Item = Path;

    fn next(&mut self) -> Option<Path> {
        while let Some(Reverse((_, hops, length, nodes))) = self.frontier.pop() {
            if self.steps_left == 0 {
                return None;
            }
            self.steps_left -= 1;
            let here = nodes[nodes.len() - 1];
            if here == self.to {
                return Some(Path { nodes, hops });
            }
            for edge in self.graph.edges(here) {
                let Some(onward) = self.distances[edge.far.0 as usize] else {
                    continue;
                };
                let cost = length.0 + self.graph.weight(self.metric, edge.hop);
                let length = (cost, length.1 + 1);
                let too_long = length.1 > self.limit;
                if too_long || nodes.contains(&edge.far) || !(self.open)(edge.hop) {
                    continue;
                }
                let least = (cost + onward.0, length.1 + onward.1);
                let hops = [hops.as_slice(), &[edge.hop]].concat();
                let nodes = [nodes.as_slice(), &[edge.far]].concat();
                self.frontier.push(Reverse((least, hops, length, nodes)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        NODES, all_paths, at, backwards, build, constraints, links_of, meets, network, rank,
    };
    use super::super::search::{find_path, room_everywhere};
    use super::*;
    use crate::topology::{Carries, Topology};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const KINDS: [Disjoint; 3] = [Disjoint::Links, Disjoint::Nodes, Disjoint::Groups];

    /// Groups, nodes and links shared, worked out from the topology alone.
    fn shared(topology: &Topology, one: &Path, other: &Path) -> [usize; 3] {
        let links = |path: &Path| {
            path.hops
                .iter()
                .map(|hop| hop.link)
                .collect::<BTreeSet<_>>()
        };
        let groups = |path: &Path| {
            let links = links(path).into_iter();
            let groups = links.flat_map(|link| topology.link(link).srlg.clone());
            groups.collect::<BTreeSet<String>>()
        };
        let nodes = |path: &Path| path.nodes[1..path.nodes.len() - 1].to_vec();
        let also = |node: &&NodeId| nodes(other).contains(node);
        [
            groups(one).intersection(&groups(other)).count(),
            nodes(one).iter().filter(also).count(),
            links(one).intersection(&links(other)).count(),
        ]
    }

    /// All paths that meet the constraints, in order.
    fn candidates(topology: &Topology, ends: [NodeId; 2], asked: &Constraints) -> Vec<Path> {
        let mut all = all_paths(topology, ends[0], ends[1]);
        all.retain(|path| meets(topology, path, asked));
        all.sort_by_key(|path| rank(topology, asked.metric, path));
        all
    }

    fn exhaustive_pair(
        topology: &Topology,
        ends: [NodeId; 2],
        asked: &Constraints,
        kind: Disjoint,
    ) -> Option<[Path; 2]> {
        let all = candidates(topology, ends, asked);
        let lengths: Vec<_> = all
            .iter()
            .map(|path| rank(topology, asked.metric, path))
            .collect();
        let mut pairs = Vec::new();
        for (first, one) in all.iter().enumerate() {
            for (second, other) in all.iter().enumerate().skip(first + 1) {
                let shared = shared(topology, one, other);
                let sum = (
                    lengths[first].0 + lengths[second].0,
                    lengths[first].1 + lengths[second].1,
                );
                pairs.push((shared, sum, first, second));
            }
        }
        let asked_for = |[groups, nodes, links]: [usize; 3]| match kind {
            Disjoint::Links => links == 0,
            Disjoint::Nodes => nodes + links == 0,
            Disjoint::Groups => groups + nodes + links == 0,
        };
        let disjoint = pairs.iter().filter(|pair| asked_for(pair.0));
        let least = disjoint.min_by_key(|pair| (pair.1, pair.2, pair.3));
        let least = least.or_else(|| pairs.iter().min())?;
        Some([all[least.2].clone(), all[least.3].clone()])
    }

    proptest! {
        #[test]
        fn a_pair_is_the_least_of_all_pairs(
            (nodes, links) in network(), asked in constraints(), kind in 0_usize..3,
            limited: bool, from in 0..NODES, to in 0..NODES,
        ) {
            prop_assume!(from != to);
            let hop_limit = asked.hop_limit.filter(|_| limited);
            let asked = Constraints { hop_limit, ..asked };
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            let (ends, kind) = ([from, to].map(NodeId), KINDS[kind]);
            let got = disjoint_pair(&graph, ends, &asked, kind, &room_everywhere);
            prop_assert!(got.as_ref().is_none_or(|pair| pair.proven));
            let told = got.as_ref().map(|pair| pair.shared.counts());
            let got = got.map(|pair| pair.paths);
            let want = exhaustive_pair(&topology, ends, &asked, kind);
            prop_assert_eq!(told, want.as_ref().map(|[a, b]| shared(&topology, a, b)));
            prop_assert_eq!(got, want);
        }

        #[test]
        fn a_second_path_shares_the_least_with_any_first(
            (nodes, links) in network(), asked in constraints(), from in 0..NODES, to in 0..NODES,
        ) {
            prop_assume!(from != to);
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            let ends = [from, to].map(NodeId);
            for first in all_paths(&topology, ends[0], ends[1]) {
                let others = candidates(&topology, ends, &asked);
                let others = others.into_iter().filter(|path| *path != first);
                let want = others.min_by_key(|path| {
                    (shared(&topology, &first, path), rank(&topology, asked.metric, path))
                });
                let got = second_path(&graph, &first, &asked, &room_everywhere);
                prop_assert!(got.as_ref().is_none_or(|pair| pair.proven));
                prop_assert_eq!(got.map(|pair| pair.paths[1].clone()), want);
            }
        }

        #[test]
        fn a_flow_of_two_has_the_least_in_common_and_then_the_least_sum(
            (nodes, links) in network(), from in 0..NODES, to in 0..NODES, count_nodes: bool,
        ) {
            prop_assume!(from != to);
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            let ends = [from, to].map(NodeId);
            let figures = |one: &Path, other: &Path| {
                let [_, nodes, links] = shared(&topology, one, other);
                let [a, b] = [one, other].map(|path| rank(&topology, Metric::Igp, path));
                (nodes * usize::from(count_nodes), links, a.0 + b.0, a.1 + b.1)
            };
            let all = candidates(&topology, ends, &Constraints::default());
            let pairs = all.iter().flat_map(|one| all.iter().map(move |other| (one, other)));
            let want = pairs.map(|(one, other)| figures(one, other)).min();
            let got = flow::two_paths(&graph, ends, Metric::Igp, &room_everywhere, count_nodes);
            prop_assert_eq!(got.map(|[one, other]| figures(&one, &other)), want);
        }

        #[test]
        fn the_order_of_declaration_changes_no_pair((nodes, links) in network()) {
            let forward = Topology::build(nodes.clone(), links.clone()).unwrap();
            let backward = backwards(nodes, links);
            let ends = [NodeId(0), NodeId(NODES - 1)];
            for kind in KINDS {
                let [one, other] = [&forward, &backward].map(|topology| {
                    let graph = Graph::new(topology, Carries::Packets);
                    disjoint_pair(&graph, ends, &Constraints::default(), kind, &room_everywhere)
                });
                prop_assert_eq!(one, other);
            }
        }
    }

    /// The shortest path takes both ways round: whoever keeps it finds no second.
    #[test]
    fn the_trap_of_the_shortest_path_is_avoided() {
        let net = build(&[
            ("1", "A-B", 1, &[]),
            ("2", "B-C", 1, &[]),
            ("3", "C-D", 1, &[]),
            ("4", "A-C", 5, &[]),
            ("5", "B-D", 5, &[]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "D"].map(|name| at(&net, name));
        let none = Constraints::default();
        let pair = disjoint_pair(&graph, ends, &none, Disjoint::Nodes, &room_everywhere).unwrap();
        assert_eq!(
            pair.paths.each_ref().map(|path| links_of(&net, path)),
            ["1 5", "4 3"]
        );
        assert!(pair.shared.is_empty());
        let first = find_path(&graph, ends, &none, &room_everywhere).unwrap();
        let kept = second_path(&graph, &first, &none, &room_everywhere).unwrap();
        assert_eq!(links_of(&net, &first), "1 2 3");
        assert_eq!(
            links_of(&net, &kept.paths[1]),
            "1 5",
            "least by name of two that share most"
        );
        assert_eq!(kept.shared.counts(), [0, 1, 1]);
    }

    #[test]
    fn two_links_in_one_duct_are_told_as_shared() {
        let net = build(&[("1", "A-B", 1, &["duct"]), ("2", "A-B", 2, &["duct"])]);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "B"].map(|name| at(&net, name));
        let none = Constraints::default();
        let pair = disjoint_pair(&graph, ends, &none, Disjoint::Groups, &room_everywhere).unwrap();
        assert_eq!(pair.shared.groups, [0].into());
        assert_eq!(pair.shared.counts(), [1, 0, 0]);
    }

    #[test]
    fn which_group_was_touched_matters_and_not_only_how_many() {
        let net = build(&[
            ("first", "A-B", 1, &["duct", "mast"]),
            ("1", "A-M", 1, &["mast"]),
            ("2", "A-M", 2, &["duct"]),
            ("3", "M-B", 1, &["duct"]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let first = crate::topology::explicit_path(&net, &["A", "first", "B"]).unwrap();
        let none = Constraints::default();
        let second = second_path(&graph, &first, &none, &room_everywhere).unwrap();
        assert_eq!(
            links_of(&net, &second.paths[1]),
            "2 3",
            "cheaper to M by 1, but both groups"
        );
    }

    #[test]
    fn a_chain_has_no_second_path() {
        let net = build(&[("1", "A-B", 1, &[]), ("2", "B-C", 1, &[])]);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "C"].map(|name| at(&net, name));
        let none = Constraints::default();
        let first = find_path(&graph, ends, &none, &room_everywhere).unwrap();
        assert_eq!(second_path(&graph, &first, &none, &room_everywhere), None);
        for kind in KINDS {
            assert_eq!(
                disjoint_pair(&graph, ends, &none, kind, &room_everywhere),
                None
            );
        }
    }
}
