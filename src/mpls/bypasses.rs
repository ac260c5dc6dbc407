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

/// The hops of a path whose bypass goes back through the node that sent the packet: it crosses the
/// same link, or the same stretch, three times until the head end re-optimises.
#[must_use]
pub fn turns_back(path: &Path, bypasses: &[Option<Bypass>]) -> Vec<usize> {
    let turns = |hop: &usize| {
        let bypass = bypasses[*hop].as_ref();
        bypass.is_some_and(|bypass| bypass.turns_back_through(path.nodes[*hop - 1]))
    };
    (1..path.hops.len()).filter(turns).collect()
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
