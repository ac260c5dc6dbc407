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
/// For the names, and where groups matter, first paths are tried in order, each with the second that
/// shares least with it, until the floor is reached, or all first paths are too long, or all were
/// tried.
fn least_pair(query: &Query<'_>, kind: Disjoint) -> Option<Pair> {
    let open = |hop: Hop| query.usable(hop);
    let metric = query.constraints.metric;
    let nodes = kind >= Disjoint::Nodes;
    let (floor, flow) = flow::two_paths(query.graph, query.ends, metric, &open, nodes)?;
    let [nodes, links, cost, hops] = floor.map(|part| part.unsigned_abs());
    let floor_shared = [0, nodes as usize, links as usize];
    let floor_length = (cost, hops as usize);
    let limit = query.limit();
    let within = |path: &Path| path.hops.len() <= limit;
    let known = flow.iter().all(within).then_some(flow);
    let mut best = known.map(|pair| ranked(query, pair, kind));
    let mut proven = true;
    let mut firsts = InOrder::new(query, &open);
    while let Some(first) = firsts.next() {
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
        let at_floor = (pair.0.shared, pair.0.length) == (floor_shared, floor_length);
        if best.as_ref().is_none_or(|best| pair.0 < best.0) {
            best = Some(pair);
        }
        if at_floor {
            break;
        }
    }
    let (best_rank, paths) = best?;
    let at_floor = (best_rank.shared, best_rank.length) == (floor_shared, floor_length);
    Some(Pair {
        shared: Shared::between(query.graph, &paths[0], &paths[1]),
        paths,
        proven: at_floor || (proven && !firsts.gave_up()),
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

/// All paths between two nodes in order, one after the other, within [`STEPS_MAX`] steps.
struct InOrder<'a> {
    graph: &'a Graph<'a>,
    to: NodeId,
    metric: Metric,
    limit: usize,
    open: &'a dyn Fn(Hop) -> bool,
    /// To the end, from every node.
    distances: Vec<Option<Distance>>,
    /// By least length of a path that begins so, then names; with the length so far.
    frontier: BinaryHeap<Reverse<(Distance, Vec<Hop>, Distance, Vec<NodeId>)>>,
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
