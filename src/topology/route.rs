//! Routes: the shortest path under a total order, and explicit paths by name.
//!
//! The order is (sum of metrics, number of links, then the names met on the way compared by
//! bytes: first link, first node, second link, …). A link's name is compared before the node it
//! leads to; no two paths are equal. petgraph's own algorithms are not used for routes: where two
//! paths cost the same, their choice depends on the order in which edges were added.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Carries, Direction, LinkId, NodeId, Topology};

/// One link crossed in one direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hop {
    /// Which link.
    pub link: LinkId,
    /// Which way.
    pub direction: Direction,
}

impl Hop {
    /// The same link the other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            direction: self.direction.reversed(),
            ..self
        }
    }
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
    /// The link named here, or every link from the node before to this one, carries something
    /// else.
    NotCarried(usize),
}

impl Path {
    /// The same links the other way.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            nodes: self.nodes.iter().rev().copied().collect(),
            hops: self.hops.iter().rev().map(|hop| hop.reversed()).collect(),
        }
    }
}

/// The shortest path for packets between two different nodes; `None` where there is none.
#[must_use]
pub fn shortest_path(topology: &Topology, from: NodeId, to: NodeId) -> Option<Path> {
    shortest_path_avoiding(topology, from, to, |_| false)
}

/// The shortest path for packets over the links that `avoid` does not name.
#[must_use]
pub fn shortest_path_avoiding(
    topology: &Topology,
    from: NodeId,
    to: NodeId,
    avoid: impl Fn(LinkId) -> bool,
) -> Option<Path> {
    let usable = |link| topology.carries(link) == Carries::Packets && !avoid(link);
    shortest_path_over(topology, from, to, usable)
}

/// The shortest path over the links that are `usable`, whatever they carry.
#[must_use]
pub fn shortest_path_over(
    topology: &Topology,
    from: NodeId,
    to: NodeId,
    usable: impl Fn(LinkId) -> bool,
) -> Option<Path> {
    let distances = distances_to(topology, to, Some(from), &usable);
    let mut path = Path {
        nodes: vec![from],
        hops: Vec::new(),
    };
    let mut here = from;
    // The links left shrink by one each time, so the walk ends.
    while here != to {
        let (hop, next) = next_hop(topology, here, &distances, &usable)?;
        path.hops.push(hop);
        path.nodes.push(next);
        here = next;
    }
    (from != to).then_some(path)
}

/// For every node the first hop of its shortest path to one node over the links that are `usable`;
/// `None` where there is no path, and for that node itself.
#[must_use]
pub fn next_hops_to(
    topology: &Topology,
    to: NodeId,
    usable: impl Fn(LinkId) -> bool,
) -> Vec<Option<Hop>> {
    let distances = distances_to(topology, to, None, &usable);
    let nodes = (0..).take(topology.nodes().len()).map(NodeId);
    let first = |node| next_hop(topology, node, &distances, &usable).map(|(hop, _)| hop);
    nodes.map(first).collect()
}

/// The first link by name that lies on some shortest path, and where it leads: no other shortest
/// path sorts lower.
fn next_hop(
    topology: &Topology,
    here: NodeId,
    distances: &[Option<(u128, usize)>],
    usable: &impl Fn(LinkId) -> bool,
) -> Option<(Hop, NodeId)> {
    let remaining = distances[here.0 as usize]?;
    let on_shortest = |(link, next): &(LinkId, NodeId)| {
        let step = (u128::from(topology.link(*link).metric), 1);
        let onward = distances[next.0 as usize];
        onward.is_some_and(|(cost, links)| (cost + step.0, links + step.1) == remaining)
            && usable(*link)
    };
    let links = topology.links_unordered(here);
    let (link, next) = links.filter(on_shortest).min()?;
    let direction = topology.link(link).direction_from(here)?;
    Some((Hop { link, direction }, next))
}

/// (Sum of metrics, links) from every node to one; at least from those that are not farther than
/// `farthest`.
fn distances_to(
    topology: &Topology,
    to: NodeId,
    farthest: Option<NodeId>,
    usable: &impl Fn(LinkId) -> bool,
) -> Vec<Option<(u128, usize)>> {
    let mut known = vec![None; topology.nodes().len()];
    let mut frontier = BinaryHeap::from([Reverse(((0_u128, 0_usize), to))]);
    while let Some(Reverse((distance, node))) = frontier.pop() {
        let entry = &mut known[node.0 as usize];
        if entry.is_some() {
            continue;
        }
        *entry = Some(distance);
        if farthest == Some(node) {
            break;
        }
        for (link, next) in topology.links_unordered(node) {
            if known[next.0 as usize].is_none() && usable(link) {
                let cost = distance.0 + u128::from(topology.link(link).metric);
                frontier.push(Reverse(((cost, distance.1 + 1), next)));
            }
        }
    }
    known
}

/// The path for packets along nodes given by name; see [`explicit_path_over`].
///
/// # Errors
/// As [`explicit_path_over`].
pub fn explicit_path(topology: &Topology, names: &[&str]) -> Result<Path, PathError> {
    explicit_path_over(topology, names, Carries::Packets)
}

/// The path along nodes given by name, over links that carry this. Between two nodes with parallel
/// links, the lowest metric and then the first name is taken, or the link whose name stands between
/// them.
///
/// # Errors
/// [`PathError`] with the position of the first name that does not fit.
pub fn explicit_path_over(
    topology: &Topology,
    names: &[&str],
    carries: Carries,
) -> Result<Path, PathError> {
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
                None => cheapest_between(topology, here, next, carries)
                    .map_err(|error| error(position))?,
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
            if topology.carries(link) != carries {
                return Err(PathError::NotCarried(position));
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

fn cheapest_between(
    topology: &Topology,
    from: NodeId,
    to: NodeId,
    carries: Carries,
) -> Result<LinkId, fn(usize) -> PathError> {
    let mut parallel = topology.links_at(from);
    parallel.retain(|(_, far)| *far == to);
    if parallel.is_empty() {
        return Err(PathError::NotAdjacent);
    }
    parallel.retain(|(link, _)| topology.carries(*link) == carries);
    parallel
        .into_iter()
        .map(|(link, _)| link)
        .min_by_key(|link| (topology.link(*link).metric, *link))
        .ok_or(PathError::NotCarried)
}

#[cfg(test)]
mod tests {
    use super::super::network::tests::{link, node};
    use super::super::{Constants, Line, Link, Medium, Node, Preset};
    use super::*;
    use crate::units::quantity::{LENGTH, parse};
    use crate::units::{Length, Span};
    use proptest::prelude::*;

    fn names(topology: &Topology, path: &Path) -> Vec<String> {
        let mut names = vec![topology.node(path.nodes[0]).name.clone()];
        for (hop, node) in path.hops.iter().zip(&path.nodes[1..]) {
            names.push(topology.link(hop.link).name.clone());
            names.push(topology.node(*node).name.clone());
        }
        names
    }

    fn build(nodes: &[&str], links: &[(&str, u32, u32, u64)]) -> Topology {
        let nodes: Vec<Node> = nodes.iter().map(|name| node(name)).collect();
        let links: Vec<Link> = links
            .iter()
            .map(|(name, a, z, metric)| link(name, [*a, *z], *metric))
            .collect();
        Topology::build(nodes, links).unwrap()
    }

    fn between(topology: &Topology, from: &str, to: &str) -> Option<Vec<String>> {
        let id = |name| topology.node_named(name).unwrap();
        shortest_path(topology, id(from), id(to)).map(|path| names(topology, &path))
    }

    #[test]
    fn metric_comes_before_hops_and_hops_before_names() {
        let square = build(
            &["A", "B", "C", "D"],
            &[
                ("1", 0, 1, 5),
                ("2", 1, 3, 5),
                ("3", 0, 2, 5),
                ("4", 2, 3, 5),
                ("9", 0, 3, 10),
            ],
        );
        let want = ["A", "9", "D"].map(String::from).to_vec();
        assert_eq!(
            between(&square, "A", "D"),
            Some(want),
            "10 either way, one link"
        );
        let detour = build(
            &["A", "B", "C"],
            &[("1", 0, 1, 1), ("2", 1, 2, 1), ("3", 0, 2, 3)],
        );
        let want = ["A", "1", "B", "2", "C"].map(String::from).to_vec();
        assert_eq!(between(&detour, "A", "C"), Some(want));
    }

    #[test]
    fn among_equal_paths_the_first_link_name_by_bytes_decides() {
        let twins = build(
            &["A", "B", "C", "D"],
            &[
                ("b", 0, 1, 1),
                ("y", 1, 3, 1),
                ("Z", 0, 2, 1),
                ("x", 2, 3, 1),
                ("w", 2, 3, 1),
            ],
        );
        // "Z" sorts before "b" by bytes; then "w" before its parallel "x".
        let want = ["A", "Z", "C", "w", "D"].map(String::from).to_vec();
        assert_eq!(between(&twins, "A", "D"), Some(want));
    }

    #[test]
    fn there_is_no_path_between_two_islands_or_to_oneself() {
        let islands = build(&["A", "B", "C"], &[("1", 0, 1, 1)]);
        assert_eq!(between(&islands, "A", "C"), None);
        assert_eq!(between(&islands, "A", "A"), None);
    }

    #[test]
    fn the_way_back_takes_the_same_links() {
        let chain = build(&["A", "B", "C"], &[("1", 0, 1, 1), ("2", 2, 1, 1)]);
        let path = explicit_path(&chain, &["A", "B", "C"]).unwrap();
        let directions: Vec<Direction> = path.hops.iter().map(|hop| hop.direction).collect();
        assert_eq!(directions, [Direction::AToZ, Direction::ZToA]);
        assert_eq!(names(&chain, &path.reversed()), ["C", "2", "B", "1", "A"]);
        assert_eq!(path.reversed().hops[0].direction, Direction::AToZ);
        assert_eq!(path.reversed().reversed(), path);
    }

    #[test]
    fn an_explicit_path_names_nodes_and_where_it_matters_links() {
        use PathError::{NotAdjacent, Repeated, TooShort, UnknownName};
        let net = build(
            &["A", "B", "C"],
            &[
                ("ab1", 0, 1, 7),
                ("ab2", 0, 1, 5),
                ("ab3", 1, 0, 5),
                ("bc", 1, 2, 1),
            ],
        );
        let links = |list: &[&str]| {
            let path = explicit_path(&net, list)?;
            let name = |hop: &Hop| net.link(hop.link).name.clone();
            Ok(path.hops.iter().map(name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(
            links(&["A", "B", "C"]),
            Ok("ab2 bc".into()),
            "lowest metric, then name"
        );
        assert_eq!(links(&["A", "ab1", "B", "bc", "C"]), Ok("ab1 bc".into()));
        for (list, want) in [
            (&[][..], TooShort),
            (&["A"], TooShort),
            (&["X"], UnknownName(0)),
            (&["A", "X"], UnknownName(1)),
            (&["A", "C"], NotAdjacent(1)),
            (&["A", "bc", "C"], NotAdjacent(1)),
            (&["A", "ab1", "C"], NotAdjacent(2)),
            (&["A", "ab1", "ab2", "B"], NotAdjacent(2)),
            (&["A", "ab1"], NotAdjacent(1)),
            (&["A", "B", "A"], Repeated(2)),
            (&["A", "A"], NotAdjacent(1)),
        ] {
            assert_eq!(links(list), Err(want), "{list:?}");
        }
    }

    #[test]
    fn packets_go_round_a_faster_link_that_carries_timeslots() {
        let with_sdh = |name: &str, ends, metric| Link {
            line: Line::Sdh { timeslots: 31 },
            ..link(name, ends, metric)
        };
        let nodes = ["A", "B", "C"].map(node).to_vec();
        let links = vec![
            link("ab", [0, 1], 5),
            with_sdh("ab SDH", [0, 1], 1),
            link("ac", [0, 2], 5),
            with_sdh("bc SDH", [1, 2], 1),
        ];
        let net = Topology::build(nodes, links).unwrap();
        let [a, b, c] = ["A", "B", "C"].map(|name| net.node_named(name).unwrap());
        let packets = shortest_path(&net, b, c).unwrap();
        assert_eq!(names(&net, &packets), ["B", "ab", "A", "ac", "C"]);
        let timeslots = |link| net.carries(link) == Carries::Timeslots;
        let old = shortest_path_over(&net, a, c, timeslots).unwrap();
        assert_eq!(names(&net, &old), ["A", "ab SDH", "B", "bc SDH", "C"]);
        let explicit = |list: &[&str]| explicit_path(&net, list).map(|path| names(&net, &path));
        assert_eq!(explicit(&["A", "B"]).unwrap(), ["A", "ab", "B"]);
        assert_eq!(explicit(&["B", "C"]), Err(PathError::NotCarried(1)));
        let named = explicit(&["A", "ab SDH", "B"]);
        assert_eq!(named, Err(PathError::NotCarried(1)));
        let old = explicit_path_over(&net, &["A", "B", "C"], Carries::Timeslots).unwrap();
        assert_eq!(names(&net, &old), ["A", "ab SDH", "B", "bc SDH", "C"]);
    }

    /// Every way without a repeated node; the least by the order of the module's head.
    fn exhaustive(topology: &Topology, from: NodeId, to: NodeId) -> Option<Path> {
        type Rank = (u128, usize, Vec<String>);
        let mut best: Option<(Rank, Path)> = None;
        let mut open = vec![Path {
            nodes: vec![from],
            hops: Vec::new(),
        }];
        while let Some(path) = open.pop() {
            let here = path.nodes[path.nodes.len() - 1];
            if here == to {
                let cost = |hop: &Hop| u128::from(topology.link(hop.link).metric);
                let cost = path.hops.iter().map(cost).sum();
                let rank = (cost, path.hops.len(), names(topology, &path));
                if !path.hops.is_empty() && best.as_ref().is_none_or(|known| rank < known.0) {
                    best = Some((rank, path));
                }
                continue;
            }
            for (place, link) in topology.links().iter().enumerate() {
                let Some(next) = link.far_end(here) else {
                    continue;
                };
                if !path.nodes.contains(&next) {
                    let mut longer = path.clone();
                    let link_id = LinkId(u32::try_from(place).unwrap());
                    let direction = link.direction_from(here).unwrap();
                    longer.hops.push(Hop {
                        link: link_id,
                        direction,
                    });
                    longer.nodes.push(next);
                    open.push(longer);
                }
            }
        }
        best.map(|(_, path)| path)
    }

    prop_compose! {
        // Few metrics, so that ties abound; zero included; parallel links likely.
        fn network()(
            links in prop::collection::vec((0_u32..6, 0_u32..6, 0_u64..3), 1..12),
            names in Just((0..18).map(|n| format!("{:x}", n * 7919 % 97)).collect::<Vec<_>>())
                .prop_shuffle(),
        ) -> (Vec<Node>, Vec<Link>) {
            let nodes = names[..6].iter().map(|name| node(name)).collect();
            let real = links.into_iter().filter(|(a, z, _)| a != z);
            let links = real.zip(&names[6..])
                .map(|((a, z, metric), name)| link(name, [a, z], metric)).collect();
            (nodes, links)
        }
    }

    proptest! {
        #[test]
        fn the_shortest_path_is_the_least_of_all_paths((nodes, links) in network()) {
            let topology = Topology::build(nodes, links).unwrap();
            for from in (0..6).map(NodeId) {
                for to in (0..6).map(NodeId) {
                    let got = shortest_path(&topology, from, to);
                    let want = if from == to { None } else { exhaustive(&topology, from, to) };
                    prop_assert_eq!(got, want);
                }
            }
        }

        #[test]
        fn the_order_of_declaration_changes_no_path((nodes, links) in network()) {
            let forward = Topology::build(nodes.clone(), links.clone()).unwrap();
            let last = u32::try_from(nodes.len() - 1).unwrap();
            let nodes = nodes.into_iter().rev().collect();
            let links = links.into_iter().rev().map(|mut link| {
                link.ends = link.ends.map(|end| NodeId(last - end.0));
                link
            });
            let backward = Topology::build(nodes, links.collect()).unwrap();
            for from in (0..6).map(NodeId) {
                for to in (0..6).map(NodeId) {
                    let path = shortest_path(&forward, from, to);
                    prop_assert_eq!(path, shortest_path(&backward, from, to));
                }
            }
        }
    }

    /// The pilot topology: (a, z, medium, route in metres, radio hops).
    #[rustfmt::skip]
    const PILOT: [(&str, &str, Medium, u64, u32); 30] = {
        const F: Medium = Medium::Fibre;
        const M: Medium = Medium::Microwave;
        [
            ("SUN", "WAB", F, 8_000, 0), ("NEV", "AND", M, 135_500, 3),
            ("SUN", "KEE", F, 11_000, 0), ("RDR", "ECR", M, 89_700, 2),
            ("KEE", "GEN", F, 16_600, 0), ("BEN", "SAR", M, 139_300, 3),
            ("KEE", "ELL", F, 73_400, 0), ("ECR", "JAN", M, 47_300, 1),
            ("ELL", "HRT", F, 55_400, 0), ("SAR", "JAN", M, 19_300, 1),
            ("GEN", "ELL", M, 57_000, 2), ("JAN", "CRO", M, 13_200, 1),
            ("ELL", "LAM", M, 37_900, 1), ("CRO", "BLA", M, 46_400, 1),
            ("LAM", "HRT", M, 13_100, 1), ("BLA", "MIL", M, 43_800, 1),
            ("WAB", "LAM", M, 86_700, 2), ("MIL", "WBR", M, 53_200, 1),
            ("ELL", "BIG", M, 46_200, 1), ("WBR", "WAR", M, 35_700, 1),
            ("BIG", "GAE", M, 81_400, 2), ("WAR", "AND", M, 62_500, 2),
            ("GAE", "RDR", M, 12_000, 1), ("MIL", "NLE", M, 88_300, 2),
            ("RDR", "BEN", M, 28_800, 1), ("NLE", "PEI", M, 54_800, 1),
            ("BEN", "BRA", M, 102_900, 2), ("PEI", "BLA", M, 107_700, 2),
            ("BRA", "SUN", M, 85_900, 2), ("GAE", "NEV", M, 48_600, 1),
        ]
    };

    /// The pilot with propagation alone, in picoseconds, as the metric.
    fn pilot() -> Topology {
        let constants = Constants::of(Preset::physical());
        let mut stations: Vec<&str> = PILOT.iter().flat_map(|link| [link.0, link.1]).collect();
        stations.sort_unstable();
        stations.dedup();
        let place = |name| u32::try_from(stations.binary_search(&name).unwrap()).unwrap();
        let links = PILOT.iter().map(|(a, z, medium, metres, radio_hops)| {
            let length = Length(metres * 1000);
            let span = constants.propagation(*medium).over(length);
            let plain = link(&format!("{a}-{z}"), [place(a), place(z)], span.0);
            let (medium, radio_hops) = (*medium, *radio_hops);
            Link {
                medium,
                radio_hops,
                length: Some(length),
                propagation: [span; 2],
                ..plain
            }
        });
        let links = links.collect();
        Topology::build(stations.iter().map(|name| node(name)).collect(), links).unwrap()
    }

    fn propagation(topology: &Topology, path: &Path) -> Span {
        let over = |hop: &Hop| topology.link(hop.link).propagation[hop.direction.index()];
        path.hops.iter().map(over).sum()
    }

    #[test]
    fn the_pilot_of_these_tests_is_the_one_shipped() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/topologies/altalink-pilot.toml"
        );
        let shipped: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        assert_eq!(shipped["node"].as_array().unwrap().len(), 24);
        let shipped = shipped["link"].as_array().unwrap();
        let text = |link: &toml::Value, key: &str| link[key].as_str().unwrap().to_owned();
        for (link, (a, z, medium, metres, radio_hops)) in shipped.iter().zip(PILOT) {
            assert_eq!(text(link, "name"), format!("{a}-{z}"));
            assert_eq!(
                link["ends"].as_array().unwrap(),
                &[a, z].map(toml::Value::from)
            );
            assert_eq!(Medium::from_name(&text(link, "medium")), Some(medium));
            let length = parse(&text(link, "length"), &LENGTH);
            assert_eq!(length, Ok(metres * 1000), "{a}-{z}");
            let hops = link
                .get("radio_hops")
                .map_or(0, |hops| hops.as_integer().unwrap());
            assert_eq!(hops, i64::from(radio_hops), "{a}-{z}");
        }
        assert_eq!(shipped.len(), PILOT.len());
    }

    #[test]
    fn the_longest_shortest_path_of_the_pilot_is_nle_to_wab_over_9_links() {
        // TV34: 9 links, 14 spans, 547.1 km, 1837.638 us (1837.6376).
        let pilot = pilot();
        let ids = || (0..24).map(NodeId);
        let pairs = ids().flat_map(|from| ids().map(move |to| (from, to)));
        let paths = pairs.filter_map(|(from, to)| shortest_path(&pilot, from, to));
        let longest = paths.max_by_key(|path| propagation(&pilot, path)).unwrap();
        let mut ends = [longest.nodes[0], longest.nodes[9]].map(|id| &*pilot.node(id).name);
        ends.sort_unstable();
        assert_eq!(ends, ["NLE", "WAB"]);
        assert_eq!(longest.hops.len(), 9);
        let links = || longest.hops.iter().map(|hop| pilot.link(hop.link));
        assert_eq!(links().map(|link| link.radio_hops.max(1)).sum::<u32>(), 14);
        assert_eq!(
            links().map(|link| link.length.unwrap().0).sum::<u64>(),
            547_100_000
        );
        assert_eq!(propagation(&pilot, &longest), Span(1_837_637_600));
    }

    #[test]
    fn without_its_link_janet_reaches_crossings_over_10_links() {
        // TV34: 1917.199 us (1917.1992) in place of 44.035.
        let pilot = pilot();
        let [janet, crossings] = ["JAN", "CRO"].map(|name| pilot.node_named(name).unwrap());
        let direct = shortest_path(&pilot, janet, crossings).unwrap();
        assert_eq!(propagation(&pilot, &direct), Span(44_035_200));
        let failed = pilot.link_named("JAN-CRO").unwrap();
        let detour = shortest_path_avoiding(&pilot, janet, crossings, |link| link == failed);
        let detour = detour.unwrap();
        assert_eq!(detour.hops.len(), 10);
        assert_eq!(propagation(&pilot, &detour), Span(1_917_199_200));
    }

    #[test]
    fn no_single_link_or_node_of_the_pilot_parts_two_others() {
        // TV34: no bridge, no cut vertex.
        let pilot = pilot();
        let reaches_all =
            |start: NodeId, avoid: &dyn Fn(LinkId) -> bool, left_out: Option<NodeId>| {
                let others = (0..24)
                    .map(NodeId)
                    .filter(|to| Some(*to) != left_out && *to != start);
                let mut others = others.map(|to| shortest_path_avoiding(&pilot, start, to, avoid));
                others.all(|path| path.is_some())
            };
        for cut in (0..30).map(LinkId) {
            assert!(reaches_all(NodeId(0), &|link| link == cut, None), "{cut:?}");
        }
        for cut in (0..24).map(NodeId) {
            let start = NodeId(u32::from(cut == NodeId(0)));
            let touches = |link| pilot.link(link).ends.contains(&cut);
            assert!(reaches_all(start, &touches, Some(cut)), "{cut:?}");
        }
    }
}
