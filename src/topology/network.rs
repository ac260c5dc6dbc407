//! Nodes and links, sealed into one graph.

use petgraph::graph::NodeIndex;
use petgraph::stable_graph::StableUnGraph;
use petgraph::visit::EdgeRef;

use super::discipline::Firewall;
use super::link::{Carries, Link};
use crate::units::Span;

/// Index of a node in order of name by bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// Index of a link in order of name by bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub u32);

/// One way over a link or along a circuit: from its first end to its second, or back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// From the first end to the second.
    AToZ,
    /// From the second end to the first.
    ZToA,
}

/// Time through a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeProcessing {
    /// The same for every packet.
    Constant(Span),
    /// Uniform in whole picoseconds, both ends possible.
    Range {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
    },
}

/// Where a node stands, in millionths of a degree; descriptive, no outcome depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coordinates {
    /// North positive.
    pub latitude_microdegrees: i64,
    /// East positive.
    pub longitude_microdegrees: i64,
}

/// A router of the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Unique.
    pub name: String,
    /// For people; may be empty.
    pub label: String,
    /// Time from a packet's arrival to its queue.
    pub processing: NodeProcessing,
    /// The box between its site and the network.
    pub firewall: Option<Firewall>,
    /// Descriptive.
    pub coordinates: Option<Coordinates>,
    /// Whether enumerations of failures take it.
    pub can_fail: bool,
    /// What feeds it: nodes that name the same lose power together.
    pub power: Option<String>,
}

/// Forwarding classes, each with a queue of its own.
pub const CLASSES: usize = 8;

/// Why nodes and links make no topology.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BuildError {
    /// Two nodes of this name.
    DuplicateNode(String),
    /// Two links of this name.
    DuplicateLink(String),
    /// An end of this link is not in the list of nodes.
    UnknownEnd(String),
    /// Both ends of this link are one node.
    Loop(String),
}

/// The sealed network.
#[derive(Clone, Debug)]
pub struct Topology {
    // Undirected: a link is one edge, its direction told by its ends. The graph's node and edge
    // indices are the ids, because both were added in order and none is ever removed.
    graph: StableUnGraph<(), ()>,
    nodes: Vec<Node>,
    links: Vec<Link>,
}

impl Topology {
    /// Puts nodes and links in order of name by bytes and seals them.
    ///
    /// # Errors
    /// [`BuildError`] for names given twice, unknown ends and loops: the first found.
    pub fn build(nodes: Vec<Node>, links: Vec<Link>) -> Result<Self, BuildError> {
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by(|a, b| nodes[*a].name.as_bytes().cmp(nodes[*b].name.as_bytes()));
        let mut id_of_place = vec![NodeId(0); nodes.len()];
        for (id, place) in order.iter().enumerate() {
            id_of_place[*place] = NodeId(small(id));
        }
        let mut sealed = nodes;
        sealed.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        if let Some(pair) = sealed.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(BuildError::DuplicateNode(pair[0].name.clone()));
        }
        let mut links = links;
        links.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        if let Some(pair) = links.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(BuildError::DuplicateLink(pair[0].name.clone()));
        }
        let mut graph = StableUnGraph::with_capacity(sealed.len(), links.len());
        for _ in &sealed {
            graph.add_node(());
        }
        for link in &mut links {
            for end in &mut link.ends {
                let place = id_of_place.get(end.0 as usize);
                *end = *place.ok_or_else(|| BuildError::UnknownEnd(link.name.clone()))?;
            }
            if link.ends[0] == link.ends[1] {
                return Err(BuildError::Loop(link.name.clone()));
            }
            let [a, z] = link.ends.map(|end| NodeIndex::new(end.0 as usize));
            graph.add_edge(a, z, ());
        }
        Ok(Self {
            graph,
            nodes: sealed,
            links,
        })
    }

    /// All nodes in order of name; the place is the id.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All links in order of name; the place is the id.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The node with this id.
    ///
    /// # Panics
    /// If the id is of another topology.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The link with this id.
    ///
    /// # Panics
    /// If the id is of another topology.
    #[must_use]
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.0 as usize]
    }

    /// What a link can carry.
    ///
    /// # Panics
    /// If the id is of another topology.
    #[must_use]
    pub fn carries(&self, id: LinkId) -> Carries {
        self.link(id).carries()
    }

    /// The node with this name.
    #[must_use]
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        let found = self
            .nodes
            .binary_search_by(|node| node.name.as_bytes().cmp(name.as_bytes()));
        found.ok().map(|place| NodeId(small(place)))
    }

    /// The link with this name.
    #[must_use]
    pub fn link_named(&self, name: &str) -> Option<LinkId> {
        let found = self
            .links
            .binary_search_by(|link| link.name.as_bytes().cmp(name.as_bytes()));
        found.ok().map(|place| LinkId(small(place)))
    }

    /// The links at a node with the node at their other end, in order of link name.
    #[must_use]
    pub fn links_at(&self, node: NodeId) -> Vec<(LinkId, NodeId)> {
        let mut links: Vec<(LinkId, NodeId)> = self.links_unordered(node).collect();
        // petgraph lists the newest edge first; the order of names is ours to keep.
        links.sort_unstable();
        links
    }

    /// The same in any order: for searches that have an order of their own.
    pub(super) fn links_unordered(
        &self,
        node: NodeId,
    ) -> impl Iterator<Item = (LinkId, NodeId)> + '_ {
        let edges = self.graph.edges(NodeIndex::new(node.0 as usize));
        edges.map(move |edge| {
            let link = LinkId(small(edge.id().index()));
            let far = self.link(link).far_end(node);
            (link, far.expect("the edge touches the node"))
        })
    }

    /// The shared-risk groups in order of name by bytes, each with its links in order.
    #[must_use]
    pub fn shared_risk_groups(&self) -> Vec<(&str, Vec<LinkId>)> {
        let mut groups = std::collections::BTreeMap::<&str, Vec<LinkId>>::new();
        for (place, link) in self.links.iter().enumerate() {
            for group in &link.srlg {
                groups.entry(group).or_default().push(LinkId(small(place)));
            }
        }
        groups.into_iter().collect()
    }
}

impl Direction {
    /// a→z, then z→a.
    pub const BOTH: [Self; 2] = [Self::AToZ, Self::ZToA];

    /// Place in a pair: 0 for a→z, 1 for z→a.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name in files and reports: "a-z" or "z-a".
    #[must_use]
    pub fn name(self) -> &'static str {
        ["a-z", "z-a"][self.index()]
    }

    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::BOTH[1 - self.index()]
    }
}

impl NodeProcessing {
    /// The longest a packet takes, waiting for one ahead of it aside.
    #[must_use]
    pub fn max(self) -> Span {
        match self {
            Self::Constant(span) => span,
            Self::Range { max, .. } => max,
        }
    }
}

fn small(place: usize) -> u32 {
    u32::try_from(place).expect("ids within 2^32")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::link::{Engineering, Exposure, Framing, Line, default_metric};
    use super::super::{LeasedLine, Medium, Repeaters};
    use super::*;
    use crate::units::{BitRate, Octets};

    pub fn node(name: &str) -> Node {
        Node {
            name: name.to_owned(),
            label: String::new(),
            processing: NodeProcessing::Constant(Span::from_us(150)),
            firewall: None,
            coordinates: None,
            can_fail: true,
            power: None,
        }
    }

    pub fn link(name: &str, ends: [u32; 2], metric: u64) -> Link {
        let rate = BitRate::from_bps(1_000_000_000).unwrap();
        Link {
            name: name.to_owned(),
            ends: ends.map(NodeId),
            medium: Medium::Fibre,
            length: None,
            propagation: [Span::from_us(10); 2],
            rate: [rate; 2],
            line: Line::Ethernet,
            radio_hops: 0,
            repeaters: Repeaters::PhysicalLayer,
            encryption: None,
            discipline: None,
            layer1_overhead: Octets(20),
            queue_limit: [Some(Octets(180_000)); CLASSES],
            metric,
            srlg: Vec::new(),
            engineering: Engineering::default(),
            exposure: Exposure::default(),
        }
    }

    #[test]
    fn ids_follow_the_order_of_names_not_of_declaration() {
        let nodes = vec![node("C"), node("A"), node("B")];
        let links = vec![link("z", [0, 1], 1), link("a", [1, 2], 1)];
        let topology = Topology::build(nodes, links).unwrap();
        let names: Vec<&str> = topology
            .nodes()
            .iter()
            .map(|node| node.name.as_str())
            .collect();
        assert_eq!(names, ["A", "B", "C"]);
        assert_eq!(topology.node_named("C"), Some(NodeId(2)));
        assert_eq!(topology.link_named("z"), Some(LinkId(1)));
        assert_eq!(
            topology.link(LinkId(1)).ends,
            [NodeId(2), NodeId(0)],
            "C to A, as declared"
        );
        assert_eq!(
            topology.links_at(NodeId(0)),
            [(LinkId(0), NodeId(1)), (LinkId(1), NodeId(2))]
        );
        assert_eq!(topology.node_named("D"), None);
    }

    #[test]
    fn only_packet_links_carry_packets() {
        let of = |line: Line| Link {
            line,
            ..link("l", [0, 1], 1)
        };
        let e1 = LeasedLine::E1 {
            timeslots: 31,
            multilink: true,
        };
        let tones = LeasedLine::Analogue {
            tone_delay: Span::from_ms(8),
        };
        for (line, carries) in [
            (Line::Ethernet, Carries::Packets),
            (Line::Leased(e1), Carries::Packets),
            (Line::Sdh { timeslots: 31 }, Carries::Timeslots),
            (
                Line::Leased(LeasedLine::Rs232 { baud: 9600 }),
                Carries::Characters,
            ),
            (Line::Leased(tones), Carries::Tones),
        ] {
            assert_eq!(of(line).carries(), carries);
        }
        let framing = of(Line::Leased(e1)).framing();
        assert_eq!(framing, Framing::Hdlc { multilink: true });
        assert_eq!(of(Line::Sdh { timeslots: 31 }).framing(), Framing::None);
    }

    #[test]
    fn doubled_names_unknown_ends_and_loops_are_refused() {
        let build = |nodes: Vec<Node>, links| Topology::build(nodes, links).unwrap_err();
        let pair = || vec![node("A"), node("B")];
        assert_eq!(
            build(vec![node("A"), node("A")], vec![]),
            BuildError::DuplicateNode("A".into())
        );
        assert_eq!(
            build(pair(), vec![link("l", [0, 1], 1), link("l", [1, 0], 1)]),
            BuildError::DuplicateLink("l".into())
        );
        assert_eq!(
            build(pair(), vec![link("l", [0, 2], 1)]),
            BuildError::UnknownEnd("l".into())
        );
        assert_eq!(
            build(pair(), vec![link("l", [1, 1], 1)]),
            BuildError::Loop("l".into())
        );
    }

    #[test]
    fn the_default_metric_of_73_4_km_of_fibre_is_509660_ns() {
        let processing = [NodeProcessing::Constant(Span::from_us(150)); 2];
        assert_eq!(
            default_metric([Span::from_ns(359_660); 2], processing),
            509_660
        );
        let range = NodeProcessing::Range {
            min: Span::from_us(40),
            max: Span::from_us(200),
        };
        let uneven = [Span(1), Span::from_us(10)];
        assert_eq!(default_metric(uneven, [processing[0], range]), 210_000);
        assert_eq!(
            default_metric([Span(1); 2], processing),
            150_001,
            "rounded up"
        );
    }

    #[test]
    fn shared_risk_groups_list_their_links() {
        let mut links = vec![
            link("b", [0, 1], 1),
            link("a", [0, 1], 1),
            link("c", [0, 1], 1),
        ];
        links[0].srlg = vec!["tower".into()];
        links[1].srlg = vec!["tower".into(), "duct".into()];
        let topology = Topology::build(vec![node("A"), node("B")], links).unwrap();
        let want = vec![
            ("duct", vec![LinkId(0)]),
            ("tower", vec![LinkId(0), LinkId(1)]),
        ];
        assert_eq!(topology.shared_risk_groups(), want);
    }
}
