//! The links of a topology that carry one kind of thing, laid out for searching.

use crate::topology::{Carries, Direction, Hop, LinkId, NodeId, Path, Topology};

use super::constraints::Metric;

/// Built once, searched often.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    topology: &'a Topology,
    /// Per node: the links that leave it, in order of name.
    edges: Vec<Vec<Edge>>,
    /// Per link: one figure for each metric and direction.
    weights: Vec<[[u64; 2]; 3]>,
    /// Per link: its shared-risk groups, ascending.
    groups: Vec<Vec<usize>>,
}

/// A link seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The link, away from this end.
    pub hop: Hop,
    /// The other end.
    pub far: NodeId,
}

impl<'a> Graph<'a> {
    /// Of the links that carry this.
    #[must_use]
    pub fn new(topology: &'a Topology, carries: Carries) -> Self {
        let mut edges = vec![Vec::new(); topology.nodes().len()];
        for (link, id) in topology.links().iter().zip((0..).map(LinkId)) {
            if link.carries() != carries {
                continue;
            }
            for direction in Direction::BOTH {
                let [near, far] = [direction, direction.reversed()].map(|d| link.ends[d.index()]);
                let hop = Hop {
                    link: id,
                    direction,
                };
                edges[near.0 as usize].push(Edge { hop, far });
            }
        }
        let mut groups = vec![Vec::new(); topology.links().len()];
        for (place, (_, links)) in topology.shared_risk_groups().iter().enumerate() {
            for link in links {
                groups[link.0 as usize].push(place);
            }
        }
        let weights = topology.links().iter().map(|link| {
            let delay = Direction::BOTH.map(|direction| {
                let far = link.ends[1 - direction.index()];
                let processing = topology.node(far).processing.max();
                let delay = link.propagation[direction.index()] + processing;
                delay.0.div_ceil(1000)
            });
            let te_metric = link.engineering.te_metric.unwrap_or(link.metric);
            [[link.metric; 2], [te_metric; 2], delay]
        });
        Self {
            topology,
            edges,
            weights: weights.collect(),
            groups,
        }
    }

    /// What it was made of.
    #[must_use]
    pub fn topology(&self) -> &'a Topology {
        self.topology
    }

    /// The links that leave a node, in order of name.
    #[must_use]
    pub fn edges(&self, node: NodeId) -> &[Edge] {
        &self.edges[node.0 as usize]
    }

    /// Where a hop leads.
    #[must_use]
    pub fn far(&self, hop: Hop) -> NodeId {
        self.topology.link(hop.link).ends[1 - hop.direction.index()]
    }

    /// The shared-risk groups of a link by place in [`Topology::shared_risk_groups`], ascending.
    #[must_use]
    pub fn groups(&self, link: LinkId) -> &[usize] {
        &self.groups[link.0 as usize]
    }

    /// What a hop adds to the sum.
    #[must_use]
    pub fn weight(&self, metric: Metric, hop: Hop) -> u128 {
        let weights = self.weights[hop.link.0 as usize][metric as usize];
        u128::from(weights[hop.direction.index()])
    }

    /// The sum along a path.
    #[must_use]
    pub fn cost(&self, metric: Metric, path: &Path) -> u128 {
        path.hops.iter().map(|hop| self.weight(metric, *hop)).sum()
    }
}
