//! Two paths at the least sum: a flow of two units at least cost (Suurballe 1974; Bhandari 1999).
//!
//! Every node between the ends and every hop can be taken twice, the second time at a penalty that
//! outweighs any length; so one search gives a disjoint pair where there is one, and else the pair
//! with the fewest common nodes and then links.

use std::collections::VecDeque;

use crate::topology::{Hop, NodeId, Path};

use super::constraints::Metric;
use super::graph::Graph;

/// Nodes shared, links shared, sum of the metric, links: compared in this order.
type Cost = [i128; 4];

/// An arc of capacity one; its twin, at the place with the lowest bit flipped, gives it back.
struct Arc {
    to: usize,
    cost: Cost,
    open: bool,
    hop: Option<Hop>,
}

/// Every node stands twice: where paths come in (2n) and where they go out (2n + 1).
struct Network {
    arcs: Vec<Arc>,
    leaving: Vec<Vec<usize>>,
}

/// The pair of paths from one node to another with the fewest common nodes (where `nodes` counts
/// them), then common links, then the least sum, then the fewest links. The two are one path where
/// there is no other.
pub(super) fn two_paths(
    graph: &Graph<'_>,
    [from, to]: [NodeId; 2],
    metric: Metric,
    open: &dyn Fn(Hop) -> bool,
    nodes: bool,
) -> Option<[Path; 2]> {
    let [entered, left] = [from, to].map(|node| 2 * node.0 as usize);
    let mut network = Network::new(graph, metric, open, nodes);
    for _ in 0..2 {
        network.augment(entered + 1, left)?;
    }
    Some([(); 2].map(|()| {
        let mut path = Path {
            nodes: vec![from],
            hops: Vec::new(),
        };
        let mut here = from;
        while here != to {
            let hop = network.take_hop(2 * here.0 as usize + 1);
            here = graph.far(hop);
            path.hops.push(hop);
            path.nodes.push(here);
        }
        path
    }))
}

impl Network {
    fn new(graph: &Graph<'_>, metric: Metric, open: &dyn Fn(Hop) -> bool, nodes: bool) -> Self {
        let count = graph.topology().nodes().len();
        let mut network = Self {
            arcs: Vec::new(),
            leaving: vec![Vec::new(); 2 * count],
        };
        for (node, place) in (0..).map(NodeId).zip(0..count) {
            for again in [0, i128::from(nodes)] {
                network.arc([2 * place, 2 * place + 1], [again, 0, 0, 0], None);
            }
            for edge in graph.edges(node).iter().filter(|edge| open(edge.hop)) {
                let weight = graph.weight(metric, edge.hop).cast_signed();
                for again in [0, 1] {
                    let ends = [2 * place + 1, 2 * edge.far.0 as usize];
                    network.arc(ends, [0, again, weight, 1], Some(edge.hop));
                }
            }
        }
        network
    }

    fn arc(&mut self, [from, to]: [usize; 2], cost: Cost, hop: Option<Hop>) {
        for (from, to, cost, open) in [(from, to, cost, true), (to, from, minus(cost), false)] {
            self.leaving[from].push(self.arcs.len());
            self.arcs.push(Arc {
                to,
                cost,
                open,
                hop,
            });
        }
    }

    /// Sends one unit more over the cheapest way (Bellman-Ford: what is given back costs less than
    /// nothing); `None` where there is none.
    fn augment(&mut self, from: usize, to: usize) -> Option<()> {
        let mut known: Vec<Option<(Cost, usize)>> = vec![None; self.leaving.len()];
        known[from] = Some(([0; 4], usize::MAX));
        let mut waiting = VecDeque::from([from]);
        while let Some(here) = waiting.pop_front() {
            let (cost, _) = known[here].expect("it was reached");
            for place in &self.leaving[here] {
                let arc = &self.arcs[*place];
                let new = plus(cost, arc.cost);
                if arc.open && known[arc.to].is_none_or(|(known, _)| new < known) {
                    known[arc.to] = Some((new, *place));
                    if !waiting.contains(&arc.to) {
                        waiting.push_back(arc.to);
                    }
                }
            }
        }
        known[to]?;
        let mut here = to;
        while here != from {
            let (_, place) = known[here].expect("it was reached");
            self.arcs[place].open = false;
            self.arcs[place ^ 1].open = true;
            here = self.arcs[place ^ 1].to;
        }
        Some(())
    }

    /// The first hop by name that carries a unit out of here; the unit is gone then.
    fn take_hop(&mut self, here: usize) -> Hop {
        let carries = |place: &usize| place.is_multiple_of(2) && !self.arcs[*place].open;
        let mut used = self.leaving[here].iter().copied().filter(carries);
        let place = used.next().expect("what comes in goes out");
        self.arcs[place].open = true;
        self.arcs[place].hop.expect("only hops lead out of a node")
    }
}

fn plus(one: Cost, other: Cost) -> Cost {
    std::array::from_fn(|place| one[place] + other[place])
}

fn minus(cost: Cost) -> Cost {
    cost.map(|part| -part)
}
