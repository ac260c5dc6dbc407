//! Small networks for tests, and every path through them.

use proptest::prelude::*;

use super::constraints::{Constraints, Metric, Via};
use crate::topology::network::tests::{link, node};
use crate::topology::{Engineering, Hop, Link, LinkId, Node, NodeId, Path, Topology};
use crate::units::Span;

/// Nodes of a random network.
pub const NODES: u32 = 6;

/// Links as (name, ends joined by a hyphen, metric, risk groups), and the nodes that they name.
pub fn build(links: &[(&str, &str, u64, &[&str])]) -> Topology {
    let ends = links.iter().flat_map(|link| link.1.split('-'));
    let mut names: Vec<&str> = ends.collect();
    names.sort_unstable();
    names.dedup();
    let place = |name| u32::try_from(names.binary_search(&name).unwrap()).unwrap();
    let links = links.iter().map(|(name, ends, metric, groups)| {
        let (a, z) = ends.split_once('-').unwrap();
        let srlg = groups.iter().map(|group| (*group).to_owned()).collect();
        let plain = link(name, [place(a), place(z)], *metric);
        Link { srlg, ..plain }
    });
    let links = links.collect();
    Topology::build(names.iter().map(|name| node(name)).collect(), links).unwrap()
}

/// The node of this name.
pub fn at(topology: &Topology, name: &str) -> NodeId {
    topology.node_named(name).unwrap()
}

/// The names of the links of a path, with spaces between.
pub fn links_of(topology: &Topology, path: &Path) -> String {
    let names = path.hops.iter().map(|hop| &*topology.link(hop.link).name);
    names.collect::<Vec<_>>().join(" ")
}

/// Every path between two nodes that visits no node twice.
pub fn all_paths(topology: &Topology, from: NodeId, to: NodeId) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open = vec![Path {
        nodes: vec![from],
        hops: Vec::new(),
    }];
    while let Some(path) = open.pop() {
        let here = path.nodes[path.nodes.len() - 1];
        if here == to {
            found.push(path);
            continue;
        }
        for (link, id) in topology.links().iter().zip((0..).map(LinkId)) {
            let next = link.far_end(here).filter(|next| !path.nodes.contains(next));
            if let (Some(next), Some(direction)) = (next, link.direction_from(here)) {
                let mut longer = path.clone();
                let hop = Hop {
                    link: id,
                    direction,
                };
                longer.hops.push(hop);
                longer.nodes.push(next);
                open.push(longer);
            }
        }
    }
    found.retain(|path| !path.hops.is_empty());
    found
}

/// (Sum, links, names) of a path, worked out from the topology alone.
pub fn rank(topology: &Topology, metric: Metric, path: &Path) -> (u128, usize, Vec<String>) {
    let cost = |(hop, far): (&Hop, &NodeId)| {
        let link = topology.link(hop.link);
        let propagation = link.propagation[hop.direction.index()];
        u128::from(match metric {
            Metric::Igp => link.metric,
            Metric::Te => link.engineering.te_metric.unwrap_or(link.metric),
            Metric::Delay => {
                (propagation.0 + topology.node(*far).processing.max().0).div_ceil(1000)
            }
        })
    };
    let cost = path.hops.iter().zip(&path.nodes[1..]).map(cost).sum();
    let names = path
        .hops
        .iter()
        .map(|hop| topology.link(hop.link).name.clone());
    (cost, path.hops.len(), names.collect())
}

/// Whether a path meets every constraint but bandwidth, `via` aside.
pub fn meets(topology: &Topology, path: &Path, asked: &Constraints) -> bool {
    let groups = topology.shared_risk_groups();
    let link_fits = |hop: &Hop| {
        let colours = topology.link(hop.link).engineering.admin_groups;
        let in_group = |group: &usize| {
            groups
                .get(*group)
                .is_some_and(|group| group.1.contains(&hop.link))
        };
        (asked.include_any == 0 || colours & asked.include_any != 0)
            && !colours & asked.include_all == 0
            && colours & asked.exclude == 0
            && !asked.avoid_links.contains(&hop.link)
            && !asked.avoid_groups.iter().any(in_group)
    };
    let between = &path.nodes[1..path.nodes.len() - 1];
    path.hops.iter().all(link_fits)
        && !between.iter().any(|node| asked.avoid_nodes.contains(node))
        && asked
            .hop_limit
            .is_none_or(|limit| path.hops.len() <= limit as usize)
}

prop_compose! {
    fn any_link()(
        ends in (0..NODES, 0..NODES),
        // Few figures, so that ties abound; zero included; parallel links likely.
        metric in 0_u64..3,
        te_metric in prop::option::of(0_u64..3),
        admin_groups in 0_u32..8,
        groups in prop::collection::btree_set(0_u32..4, 0..3),
        propagation in [0_u64..3, 0..3],
        reservable_bps in prop::option::of(0_u64..5),
    ) -> Link {
        let plain = link("", ends.into(), metric);
        Link {
            srlg: groups.iter().map(|group| format!("g{group}")).collect(),
            propagation: propagation.map(|us| Span(us * 1_000_000 + 1)),
            engineering: Engineering { admin_groups, te_metric, reservable_bps },
            ..plain
        }
    }
}

prop_compose! {
    /// Nodes and links in an order that is not that of their names.
    pub fn network()(
        links in prop::collection::vec(any_link(), 1..12),
        names in Just((0..18).map(|n| format!("{:x}", n * 7919 % 97)).collect::<Vec<_>>())
            .prop_shuffle(),
    ) -> (Vec<Node>, Vec<Link>) {
        let nodes = names[..6].iter().map(|name| node(name)).collect();
        let real = links.into_iter().filter(|link| link.ends[0] != link.ends[1]);
        let named = real.zip(&names[6..]).map(|(link, name)| Link { name: name.clone(), ..link });
        (nodes, named.collect())
    }
}

prop_compose! {
    /// Constraints without bandwidth and `via`, each of them seldom.
    pub fn constraints()(
        metric in prop::sample::select(vec![Metric::Igp, Metric::Te, Metric::Delay]),
        masks in [seldom_mask(), seldom_mask(), seldom_mask()],
        avoid_links in prop::collection::btree_set((0_u32..11).prop_map(LinkId), 0..3),
        avoid_nodes in prop::collection::btree_set((0..NODES).prop_map(NodeId), 0..2),
        avoid_groups in prop::collection::btree_set(0_usize..3, 0..2),
        hop_limit in prop::option::of(0_u32..5),
    ) -> Constraints {
        let [include_any, include_all, exclude] = masks;
        Constraints {
            metric, include_any, include_all, exclude, avoid_links, avoid_nodes, avoid_groups,
            hop_limit, ..Constraints::default()
        }
    }
}

fn seldom_mask() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0), 1 => 1_u32..8]
}

/// One or two stations.
pub fn stations() -> impl Strategy<Value = Vec<Via>> {
    let station = (0..NODES, any::<bool>()).prop_map(|(node, loose)| Via {
        node: NodeId(node),
        loose,
    });
    prop::collection::vec(station, 1..3)
}

/// The same network declared backwards.
pub fn backwards(nodes: Vec<Node>, links: Vec<Link>) -> Topology {
    let last = u32::try_from(nodes.len() - 1).unwrap();
    let nodes = nodes.into_iter().rev().collect();
    let links = links.into_iter().rev().map(|mut link| {
        link.ends = link.ends.map(|end| NodeId(last - end.0));
        link
    });
    Topology::build(nodes, links.collect()).unwrap()
}
