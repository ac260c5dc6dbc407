//! Which failures there are: every element once, pairs, directions, and single failures while
//! something is out for maintenance. And what is cut off by them, whatever the protection.

use crate::mpls::outage::Element;
use crate::topology::{Carries, Direction, LinkId, NodeId, Topology};

/// Which cases are asked for besides every single link, node and shared-risk group.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Asked {
    /// Two at once.
    pub pairs: Option<Pairs>,
    /// Single directions of links.
    pub directions: bool,
    /// Single failures while something else is out.
    pub maintenance: Option<Maintenance>,
}

/// Which elements fail two at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairs {
    /// Two links.
    Links,
    /// Two nodes.
    Nodes,
    /// Two links, a link and a node, or two nodes.
    All,
}

/// What is out for maintenance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Maintenance {
    /// Each link and each node that can fail, one at a time.
    Each,
    /// The link or node of this name, or of this id ("link KEE-ELL").
    One(String),
}

/// One case: what fails at one instant, and what was out long before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureCase {
    /// Stable and readable: "link KEE-ELL", "link A + link B",
    /// "maintenance link A + node B".
    pub id: String,
    /// "link", "node", "group", "direction", "link+link", "maintenance+link" …
    pub kind: String,
    /// The names of what fails, and before them of what is out.
    pub element: String,
    /// What fails, at one instant.
    pub failed: Vec<Element>,
    /// What is out for maintenance, from before the first packet on.
    pub out: Option<Element>,
}

/// All cases in order, with how their number comes about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enumeration {
    /// In the order of the terms of the formula, then of names.
    pub cases: Vec<FailureCase>,
    /// "30 links + 24 nodes + 5 groups = 59 cases".
    pub formula: String,
}

/// One element with how it is called.
#[derive(Clone, Debug)]
struct Named {
    kind: &'static str,
    name: String,
    element: Element,
}

/// Enumerates the failures of a network.
///
/// # Errors
/// The name asked to be in maintenance, where no link and no node has it.
pub fn enumerate(topology: &Topology, asked: &Asked) -> Result<Enumeration, String> {
    let (links, nodes, groups) = (links(topology), nodes(topology), groups(topology));
    let single: Vec<&Named> = links.iter().chain(&nodes).chain(&groups).collect();
    let mut cases: Vec<FailureCase> = single.iter().map(|one| case(&[one], None)).collect();
    let mut terms = vec![
        counted(links.len(), "link"),
        counted(nodes.len(), "node"),
        counted(groups.len(), "group"),
    ];
    if asked.directions {
        let ways = directions(topology);
        cases.extend(ways.iter().map(|one| case(&[one], None)));
        terms.push(format!("{} × 2 directions", links.len()));
    }
    let of_links = matches!(asked.pairs, Some(Pairs::Links | Pairs::All));
    let of_nodes = matches!(asked.pairs, Some(Pairs::Nodes | Pairs::All));
    for (wanted, pool, noun) in [(of_links, &links, "links"), (of_nodes, &nodes, "nodes")] {
        if wanted {
            cases.extend(pairs(pool));
            let count = pool.len();
            let less = count.saturating_sub(1);
            terms.push(format!("{count} × {less} / 2 pairs of {noun}"));
        }
    }
    if asked.pairs == Some(Pairs::All) {
        let mixed = |link| nodes.iter().map(move |node| case(&[link, node], None));
        cases.extend(links.iter().flat_map(mixed));
        terms.push(format!(
            "{} × {} pairs of link and node",
            links.len(),
            nodes.len()
        ));
    }
    if let Some(maintenance) = &asked.maintenance {
        let out = in_maintenance(topology, maintenance, &links, &nodes)?;
        let before = cases.len();
        for one in &out {
            let others = single.iter().filter(|other| other.element != one.element);
            cases.extend(others.map(|other| case(&[other], Some(one))));
        }
        let added = cases.len() - before;
        terms.push(format!("{added} during {} maintenances", out.len()));
    }
    let noun = if cases.len() == 1 { "case" } else { "cases" };
    let formula = format!("{} = {} {noun}", terms.join(" + "), cases.len());
    Ok(Enumeration { cases, formula })
}

/// "1 link", "30 links".
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn named_links(topology: &Topology) -> impl Iterator<Item = (LinkId, &str, bool)> {
    let links = (0..).map(LinkId).zip(topology.links());
    links.map(|(id, link)| (id, link.name.as_str(), link.exposure.can_fail))
}

fn links(topology: &Topology) -> Vec<Named> {
    let can_fail = named_links(topology).filter(|(_, _, can_fail)| *can_fail);
    let one = |(id, name, _): (LinkId, &str, bool)| named("link", name, Element::Link(id));
    can_fail.map(one).collect()
}

fn nodes(topology: &Topology) -> Vec<Named> {
    let nodes = (0..).map(NodeId).zip(topology.nodes());
    let can_fail = nodes.filter(|(_, node)| node.can_fail);
    can_fail
        .map(|(id, node)| named("node", &node.name, Element::Node(id)))
        .collect()
}

/// Shared-risk groups: those of their links that can fail.
fn groups(topology: &Topology) -> Vec<Named> {
    let can_fail = |link: &LinkId| topology.link(*link).exposure.can_fail;
    let groups = topology.shared_risk_groups().into_iter();
    let groups = groups.map(|(name, links)| (name, links.into_iter().filter(can_fail).collect()));
    let some = groups.filter(|(_, links): &(&str, Vec<LinkId>)| !links.is_empty());
    let one = |(name, links)| {
        let nodes = Vec::new();
        named("group", name, Element::Several { links, nodes })
    };
    some.map(one).collect()
}

fn directions(topology: &Topology) -> Vec<Named> {
    let can_fail = named_links(topology).filter(|(_, _, can_fail)| *can_fail);
    let ways = can_fail.flat_map(|(id, name, _)| Direction::BOTH.map(|way| (id, name, way)));
    let one = |(id, name, way): (LinkId, &str, Direction)| {
        let name = format!("{name} {}", way.name());
        named("direction", &name, Element::Direction(id, way))
    };
    ways.map(one).collect()
}

fn named(kind: &'static str, name: &str, element: Element) -> Named {
    Named {
        kind,
        name: name.to_owned(),
        element,
    }
}

fn pairs(pool: &[Named]) -> impl Iterator<Item = FailureCase> {
    let second = move |(place, one)| pool[place + 1..].iter().map(move |two| (one, two));
    let pairs = pool.iter().enumerate().flat_map(second);
    pairs.map(|(one, two)| case(&[one, two], None))
}

fn in_maintenance(
    topology: &Topology,
    maintenance: &Maintenance,
    links: &[Named],
    nodes: &[Named],
) -> Result<Vec<Named>, String> {
    let Maintenance::One(asked) = maintenance else {
        return Ok(links.iter().chain(nodes).cloned().collect());
    };
    // What cannot fail can still be taken out by hand.
    let link = |name: &str| Some(("link", Element::Link(topology.link_named(name)?)));
    let node = |name: &str| Some(("node", Element::Node(topology.node_named(name)?)));
    let told = asked.split_once(' ');
    let (name, found) = match told {
        Some(("link", name)) if link(name).is_some() => (name, link(name)),
        Some(("node", name)) if node(name).is_some() => (name, node(name)),
        _ => (asked.as_str(), link(asked).or_else(|| node(asked))),
    };
    let (kind, element) = found.ok_or_else(|| asked.clone())?;
    Ok(vec![named(kind, name, element)])
}

fn case(failed: &[&Named], out: Option<&Named>) -> FailureCase {
    let id = |one: &&Named| format!("{} {}", one.kind, one.name);
    let mut ids: Vec<String> = failed.iter().map(id).collect();
    let mut kinds: Vec<&str> = failed.iter().map(|one| one.kind).collect();
    let mut names: Vec<&str> = failed.iter().map(|one| one.name.as_str()).collect();
    if let Some(out) = out {
        ids.insert(0, format!("maintenance {}", id(&out)));
        kinds.insert(0, "maintenance");
        names.insert(0, &out.name);
    }
    FailureCase {
        id: ids.join(" + "),
        kind: kinds.join("+"),
        element: names.join(" + "),
        failed: failed.iter().map(|one| one.element.clone()).collect(),
        out: out.map(|one| one.element.clone()),
    }
}

impl FailureCase {
    /// Everything that is gone while the failure lasts.
    pub fn gone(&self) -> impl Iterator<Item = &Element> {
        self.failed.iter().chain(&self.out)
    }
}

/// Whether a way is left from one node to another over links that carry this, without these
/// elements: the graph alone, whatever the protection.
#[must_use]
pub fn joined<'e>(
    topology: &Topology,
    carries: Carries,
    (from, to): (NodeId, NodeId),
    gone: impl IntoIterator<Item = &'e Element>,
) -> bool {
    let mut cut = vec![[false; 2]; topology.links().len()];
    let mut reached = vec![false; topology.nodes().len()];
    let mut down = vec![false; topology.nodes().len()];
    for element in gone {
        for (link, way) in element.cuts(topology) {
            cut[link.0 as usize][way.index()] = true;
        }
        for node in element.nodes() {
            down[node.0 as usize] = true;
        }
    }
    if down[from.0 as usize] || down[to.0 as usize] {
        return false;
    }
    let mut open = vec![from];
    while let Some(here) = open.pop() {
        if std::mem::replace(&mut reached[here.0 as usize], true) {
            continue;
        }
        for (link, next) in topology.links_at(here) {
            let way = topology.link(link).direction_from(here);
            let way = way.expect("the link touches the node");
            if topology.carries(link) == carries && !cut[link.0 as usize][way.index()] {
                open.push(next);
            }
        }
    }
    reached[to.0 as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::network::tests as fixture;
    use crate::topology::{Link, Node};
    use petgraph::algo::articulation_points::articulation_points;
    use petgraph::algo::bridges::bridges;
    use petgraph::graph::{NodeIndex, UnGraph};
    use proptest::prelude::*;

    fn node(place: u32) -> Node {
        fixture::node(&format!("N{place}"))
    }

    fn link(ends: [u32; 2]) -> Link {
        fixture::link(&format!("{}-{}", ends[0], ends[1]), ends, 1)
    }

    /// Node 0 to 1 to 2 … and back, one group over two links, one link that cannot fail.
    fn ring(count: u32) -> Topology {
        let mut links: Vec<Link> = (0..count).map(|n| link([n, (n + 1) % count])).collect();
        links[0].srlg = vec!["duct".into()];
        links[1].srlg = vec!["duct".into(), "tower".into()];
        links[2].srlg = vec!["bunker".into()];
        links[2].exposure.can_fail = false;
        Topology::build((0..count).map(node).collect(), links).unwrap()
    }

    fn ids(topology: &Topology, asked: &Asked) -> Vec<String> {
        let all = enumerate(topology, asked).unwrap();
        let said = all.formula.rsplit_once("= ").unwrap().1;
        assert!(said.starts_with(&format!("{} case", all.cases.len())));
        all.cases.into_iter().map(|case| case.id).collect()
    }

    #[test]
    fn without_flags_every_link_node_and_group_fails_once() {
        let ring = ring(4);
        let all = enumerate(&ring, &Asked::default()).unwrap();
        assert_eq!(all.formula, "3 links + 4 nodes + 2 groups = 9 cases");
        let told: Vec<(&str, &str)> = all.cases.iter().map(|c| (&*c.id, &*c.kind)).collect();
        let want = [
            ("link 0-1", "link"),
            ("link 1-2", "link"),
            ("link 3-0", "link"),
            ("node N0", "node"),
            ("node N1", "node"),
            ("node N2", "node"),
            ("node N3", "node"),
            ("group duct", "group"),
            ("group tower", "group"),
        ];
        assert_eq!(
            told, want,
            "what cannot fail is left out, alone and in groups"
        );
    }

    #[test]
    fn pairs_and_directions_have_kinds_of_their_own_and_the_number_of_their_formula() {
        let ring = ring(6);
        let of = |pairs| Asked {
            pairs,
            ..Asked::default()
        };
        // 5 links that can fail, 6 nodes, 2 groups.
        for (pairs, more) in [
            (Pairs::Links, 5 * 4 / 2),
            (Pairs::Nodes, 6 * 5 / 2),
            (Pairs::All, 10 + 15 + 5 * 6),
        ] {
            let cases = ids(&ring, &of(Some(pairs)));
            assert_eq!(cases.len(), 13 + more, "{pairs:?}");
            let single: std::collections::BTreeSet<&String> = cases.iter().collect();
            assert_eq!(single.len(), cases.len(), "each once");
        }
        let directions = Asked {
            directions: true,
            ..Asked::default()
        };
        let cases = ids(&ring, &directions);
        assert_eq!(cases.len(), 13 + 10);
        assert_eq!(cases[13], "direction 0-1 a-z");
        assert_eq!(
            ids(&ring, &of(Some(Pairs::Links)))[13],
            "link 0-1 + link 1-2"
        );
    }

    #[test]
    fn during_maintenance_everything_else_fails_once() {
        let ring = ring(6);
        let asked = |maintenance| Asked {
            maintenance: Some(maintenance),
            ..Asked::default()
        };
        let one = |name: &str| asked(Maintenance::One(name.into()));
        let cases = ids(&ring, &one("0-1"));
        assert_eq!(cases.len(), 13 + 12);
        assert_eq!(cases[13], "maintenance link 0-1 + link 1-2");
        assert_eq!(ids(&ring, &one("node N3")).len(), 13 + 12);
        // What cannot fail by itself: nothing of it is left out of the others.
        assert_eq!(ids(&ring, &one("2-3")).len(), 13 + 13);
        assert_eq!(ids(&ring, &asked(Maintenance::Each)).len(), 13 + 11 * 12);
        assert_eq!(enumerate(&ring, &one("N7")), Err("N7".to_owned()));
    }

    #[test]
    fn one_cut_direction_cuts_off_one_direction() {
        let chain = Topology::build((0..3).map(node).collect(), vec![link([0, 1]), link([1, 2])]);
        let chain = chain.unwrap();
        let gone = [Element::Direction(LinkId(1), Direction::AToZ)];
        let ends = (NodeId(0), NodeId(2));
        assert!(!joined(&chain, Carries::Packets, ends, &gone));
        assert!(joined(&chain, Carries::Packets, (ends.1, ends.0), &gone));
        assert!(!joined(&chain, Carries::Timeslots, ends, &[]));
    }

    proptest! {
        #[test]
        fn what_a_single_failure_cuts_off_is_a_bridge_or_an_articulation_point(
            count in 2_u32..9,
            chosen in proptest::collection::vec(proptest::bool::weighted(0.35), 36),
        ) {
            let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |z| [a, z]));
            let links: Vec<Link> =
                pairs.zip(&chosen).filter(|(_, wanted)| **wanted).map(|(ends, _)| link(ends)).collect();
            let topology = Topology::build((0..count).map(node).collect(), links).unwrap();
            let mut graph = UnGraph::<(), LinkId>::new_undirected();
            for _ in 0..count {
                graph.add_node(());
            }
            for (id, link) in (0..).map(LinkId).zip(topology.links()) {
                let [a, z] = link.ends.map(|end| NodeIndex::new(end.0 as usize));
                graph.add_edge(a, z, id);
            }
            let meets = |ends, gone: &[Element]| joined(&topology, Carries::Packets, ends, gone);
            let of_petgraph: Vec<LinkId> = bridges(&graph).map(|edge| *edge.weight()).collect();
            for (id, link) in (0..).map(LinkId).zip(topology.links()) {
                let cut_off = !meets((link.ends[0], link.ends[1]), &[Element::Link(id)]);
                prop_assert_eq!(cut_off, of_petgraph.contains(&id));
            }
            let of_petgraph = articulation_points(&graph);
            for gone in (0..count).map(NodeId) {
                let others = |n: &u32| NodeId(*n) != gone;
                let ends = (0..count).filter(others).map(NodeId);
                let apart = |a: NodeId, z: NodeId| {
                    a != z && meets((a, z), &[]) && !meets((a, z), &[Element::Node(gone)])
                };
                let cuts = ends.clone().any(|a| ends.clone().any(|z| apart(a, z)));
                prop_assert_eq!(cuts, of_petgraph.contains(&NodeIndex::new(gone.0 as usize)));
                prop_assert!(ends.clone().all(|a| !meets((a, gone), &[Element::Node(gone)])));
            }
        }
    }
}
