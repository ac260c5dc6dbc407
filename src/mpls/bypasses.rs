//! Backup tunnels of points of local repair: facility bypasses and one-to-one detours.
//!
//! A bypass goes to the next-next hop, which protects the node between too, and where there is no
//! such way to the next hop. It never crosses the protected link, nor, to the next-next hop, the
//! protected node. Of the ways left the one is taken that shares the fewest risk groups with the
//! protected link, then the least by (sum of IGP metrics, links, names). A detour goes to the tail
//! by the same rules.

use std::collections::BTreeSet;

use crate::topology::{Hop, LinkId, NodeId, Path};

use super::constraints::Metric;
use super::graph::Graph;
use super::sharing::{LeastSharing, Shared};
use super::tunnel::Bypass;

/// A backup with what it could not avoid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// The bypass; a detour is one that merges at the tail.
    pub bypass: Bypass,
    /// Whether it avoids the node behind the protected link too.
    pub protects_node: bool,
    /// Risk groups of the protected link that it touches all the same, by place in
    /// `Topology::shared_risk_groups`.
    pub groups_shared: BTreeSet<usize>,
}

/// What is wrong with a bypass given as an explicit path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BypassFault {
    /// It begins somewhere else.
    NotAtPointOfRepair(NodeId),
    /// It ends neither at the next hop nor at the next-next hop.
    NoMergePoint(NodeId),
    /// It crosses the link it protects.
    OverProtectedLink(LinkId),
    /// It ends at the next-next hop, so that it protects the node between, and crosses that.
    OverProtectedNode(NodeId),
}

/// The facility bypass for the sender of a hop of a path (RFC 4090 §3.2), over hops that are
/// `open`.
#[must_use]
pub fn bypass(
    graph: &Graph<'_>,
    path: &Path,
    hop: usize,
    open: &dyn Fn(Hop) -> bool,
) -> Option<Backup> {
    let around = |merge, avoid_node| around(graph, path, hop, merge, avoid_node, open);
    around(hop + 2, true).or_else(|| around(hop + 1, false))
}

/// The facility bypass of every hop of a path.
#[must_use]
pub fn bypasses(graph: &Graph<'_>, path: &Path, open: &dyn Fn(Hop) -> bool) -> Vec<Option<Backup>> {
    let hops = 0..path.hops.len();
    hops.map(|hop| bypass(graph, path, hop, open)).collect()
}

/// The detour of every hop of a path, from its sender to the tail (RFC 4090 §3.1).
#[must_use]
pub fn detours(graph: &Graph<'_>, path: &Path, open: &dyn Fn(Hop) -> bool) -> Vec<Option<Backup>> {
    let tail = path.hops.len();
    let around = |hop, avoid_node| around(graph, path, hop, tail, avoid_node, open);
    let hops = 0..tail;
    hops.map(|hop| around(hop, true).or_else(|| around(hop, false)))
        .collect()
}

/// The bypass of a hop that a router has as an explicit path.
///
/// # Errors
/// [`BypassFault`]: the first thing that is wrong with it.
pub fn explicit_bypass(path: &Path, hop: usize, given: &Path) -> Result<Bypass, BypassFault> {
    let (protected, next) = (path.hops[hop].link, path.nodes[hop + 1]);
    let (start, end) = (given.nodes[0], given.nodes[given.nodes.len() - 1]);
    if start != path.nodes[hop] {
        return Err(BypassFault::NotAtPointOfRepair(start));
    }
    let mut merges = (hop + 1..=hop + 2).filter(|place| path.nodes.get(*place) == Some(&end));
    let merge = merges.next().ok_or(BypassFault::NoMergePoint(end))?;
    if given.hops.iter().any(|hop| hop.link == protected) {
        return Err(BypassFault::OverProtectedLink(protected));
    }
    if merge == hop + 2 && given.nodes.contains(&next) {
        return Err(BypassFault::OverProtectedNode(next));
    }
    let path = given.clone();
    Ok(Bypass { path, merge })
}

/// The way from the sender of a hop to a later node of the path without the link, and without the
/// node behind it where that is asked; `None` too where that node is the end of the way, or the
/// path is over before.
fn around(
    graph: &Graph<'_>,
    path: &Path,
    hop: usize,
    merge: usize,
    avoid_node: bool,
    open: &dyn Fn(Hop) -> bool,
) -> Option<Backup> {
    let (from, next, to) = (
        path.nodes[hop],
        path.nodes[hop + 1],
        *path.nodes.get(merge)?,
    );
    if avoid_node && next == to {
        return None;
    }
    let protected = path.hops[hop].link;
    let open = |hop: Hop| {
        let ends = graph.topology().link(hop.link).ends;
        hop.link != protected && !(avoid_node && ends.contains(&next)) && open(hop)
    };
    let groups: BTreeSet<usize> = graph.groups(protected).iter().copied().collect();
    let search = LeastSharing {
        graph,
        ends: [from, to],
        metric: Metric::Igp,
        limit: usize::MAX,
        open: &open,
        burden: &Shared {
            groups: groups.clone(),
            ..Shared::default()
        },
    };
    let (path, _) = search.path()?;
    let touched = |group: &usize| {
        let mut links = path.hops.iter().map(|hop| hop.link);
        links.any(|link| graph.groups(link).contains(group))
    };
    Some(Backup {
        groups_shared: groups.into_iter().filter(touched).collect(),
        protects_node: avoid_node,
        bypass: Bypass { path, merge },
    })
}

#[cfg(test)]
mod tests {
    use super::super::constraints::Constraints;
    use super::super::fixture::{NODES, all_paths, at, build, links_of, meets, network, rank};
    use super::super::search::room_everywhere;
    use super::super::tunnel::{Protection, Tunnel};
    use super::*;
    use crate::topology::{Carries, Topology, explicit_path};
    use proptest::prelude::*;

    /// The way round a hop by its rules, and the number of groups it shares with the link.
    fn exhaustive(
        topology: &Topology,
        path: &Path,
        hop: usize,
        merge: usize,
        node_too: bool,
    ) -> Option<(Path, usize)> {
        let protected = path.hops[hop].link;
        let next = path.nodes[hop + 1];
        let to = *path
            .nodes
            .get(merge)
            .filter(|to| !node_too || **to != next)?;
        let asked = Constraints {
            avoid_links: [protected].into(),
            avoid_nodes: node_too.then_some(next).into_iter().collect(),
            ..Constraints::default()
        };
        let risks = &topology.link(protected).srlg;
        let touched = |way: &Path| {
            let links = || way.hops.iter().map(|hop| topology.link(hop.link));
            let hit = |risk: &&String| links().any(|link| link.srlg.contains(risk));
            risks.iter().filter(hit).count()
        };
        let mut ways = all_paths(topology, path.nodes[hop], to);
        ways.retain(|way| meets(topology, way, &asked));
        let least = ways
            .into_iter()
            .min_by_key(|way| (touched(way), rank(topology, Metric::Igp, way)))?;
        let touched = touched(&least);
        Some((least, touched))
    }

    proptest! {
        #[test]
        fn bypasses_and_detours_are_the_least_of_all_ways(
            (nodes, links) in network(), from in 0..NODES, to in 0..NODES,
        ) {
            prop_assume!(from != to);
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            for path in all_paths(&topology, NodeId(from), NodeId(to)) {
                let tail = path.hops.len();
                let facility = bypasses(&graph, &path, &room_everywhere);
                let one_to_one = detours(&graph, &path, &room_everywhere);
                for hop in 0..tail {
                    let round = |merge, node| exhaustive(&topology, &path, hop, merge, node);
                    let found = |backup: &Option<Backup>| backup.as_ref().map(|backup| {
                        let groups = backup.groups_shared.len();
                        ((backup.bypass.path.clone(), groups), backup.protects_node)
                    });
                    let want = round(hop + 2, true).map(|way| (way, true));
                    let want = want.or_else(|| round(hop + 1, false).map(|way| (way, false)));
                    prop_assert_eq!(found(&facility[hop]), want);
                    let want = round(tail, true).map(|way| (way, true));
                    let want = want.or_else(|| round(tail, false).map(|way| (way, false)));
                    prop_assert_eq!(found(&one_to_one[hop]), want);
                    if let Some(backup) = &facility[hop] {
                        let given = explicit_bypass(&path, hop, &backup.bypass.path);
                        prop_assert_eq!(given, Ok(backup.bypass.clone()));
                    }
                }
            }
        }
    }

    /// A ring of four with a link across: A-B-C-D-A, and B-D.
    fn ring() -> Topology {
        build(&[
            ("AB", "A-B", 1, &[]),
            ("BC", "B-C", 1, &[]),
            ("CD", "C-D", 1, &[]),
            ("AD", "A-D", 1, &[]),
            ("BD", "B-D", 1, &[]),
        ])
    }

    #[test]
    fn the_node_is_protected_where_there_is_a_way_round_it_and_else_the_link() {
        let net = ring();
        let graph = Graph::new(&net, Carries::Packets);
        let path = explicit_path(&net, &["A", "B", "C"]).unwrap();
        let told = |open: &dyn Fn(Hop) -> bool| {
            let all = bypasses(&graph, &path, open).into_iter().flatten();
            let all = all.map(|backup| {
                let bypass = backup.bypass;
                (
                    links_of(&net, &bypass.path),
                    bypass.merge,
                    backup.protects_node,
                )
            });
            all.collect::<Vec<_>>()
        };
        let over = |links: &str| links.to_owned();
        assert_eq!(
            told(&room_everywhere),
            [(over("AD CD"), 2, true), (over("BD CD"), 2, false)]
        );
        let without = net.link_named("CD").unwrap();
        let without = |hop: Hop| hop.link != without;
        assert_eq!(told(&without), [(over("AD BD"), 1, false)]);
    }

    #[test]
    fn a_shared_duct_is_avoided_where_it_can_be_and_told_where_not() {
        let net = build(&[
            ("1", "A-B", 1, &["duct"]),
            ("2", "A-B", 1, &["duct"]),
            ("3", "A-B", 9, &[]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let path = explicit_path(&net, &["A", "1", "B"]).unwrap();
        let open = bypass(&graph, &path, 0, &room_everywhere).unwrap();
        assert_eq!(links_of(&net, &open.bypass.path), "3");
        assert!(open.groups_shared.is_empty());
        let third = net.link_named("3").unwrap();
        let rest = bypass(&graph, &path, 0, &|hop| hop.link != third).unwrap();
        assert_eq!(links_of(&net, &rest.bypass.path), "2");
        assert_eq!(rest.groups_shared, [0].into());
    }

    #[test]
    fn in_a_ring_every_bypass_but_the_first_turns_back() {
        let net = build(&[
            ("AB", "A-B", 1, &[]),
            ("BC", "B-C", 1, &[]),
            ("CD", "C-D", 1, &[]),
            ("DA", "D-A", 1, &[]),
        ]);
        let graph = Graph::new(&net, Carries::Packets);
        let path = explicit_path(&net, &["A", "B", "C"]).unwrap();
        let all = bypasses(&graph, &path, &room_everywhere).into_iter();
        let all: Vec<Option<Bypass>> = all.map(|one| Some(one?.bypass)).collect();
        assert_eq!(links_of(&net, &all[1].as_ref().unwrap().path), "AB DA CD");
        let turn_backs = |all: Vec<Option<Bypass>>| {
            let tunnel = Tunnel {
                name: String::new(),
                path: path.clone(),
                constraints: Constraints::default(),
                protection: Protection::Facility(all),
            };
            tunnel.turn_backs()
        };
        assert_eq!(turn_backs(all), [1]);
        assert_eq!(turn_backs(vec![None, None]), [0; 0]);
    }

    #[test]
    fn what_is_wrong_with_an_explicit_bypass_is_said() {
        let net = ring();
        let path = explicit_path(&net, &["A", "B", "C", "D"]).unwrap();
        let of = |hop, names: &[&str]| {
            let given = explicit_path(&net, names).unwrap();
            explicit_bypass(&path, hop, &given).map(|bypass| bypass.merge)
        };
        let node = |name| at(&net, name);
        assert_eq!(of(0, &["A", "D", "B"]), Ok(1));
        assert_eq!(of(0, &["A", "D", "C"]), Ok(2));
        assert_eq!(of(1, &["B", "D"]), Ok(3));
        use BypassFault::{NoMergePoint, NotAtPointOfRepair, OverProtectedLink, OverProtectedNode};
        assert_eq!(of(0, &["B", "D", "C"]), Err(NotAtPointOfRepair(node("B"))));
        assert_eq!(of(0, &["A", "D"]), Err(NoMergePoint(node("D"))));
        let protected = net.link_named("AB").unwrap();
        assert_eq!(of(0, &["A", "B", "C"]), Err(OverProtectedLink(protected)));
        assert_eq!(
            of(0, &["A", "D", "B", "C"]),
            Err(OverProtectedNode(node("B")))
        );
    }
}
