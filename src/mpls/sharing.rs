//! What two paths have in common, and the path that has the least in common with another.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::topology::{Hop, LinkId, NodeId, Path};

use super::constraints::Metric;
use super::graph::Graph;

/// What may fail and take both of two paths along.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Shared {
    /// Shared-risk groups, by place in `Topology::shared_risk_groups`.
    pub groups: BTreeSet<usize>,
    /// Nodes between the ends.
    pub nodes: BTreeSet<NodeId>,
    /// Links.
    pub links: BTreeSet<LinkId>,
}

impl Shared {
    /// All that a path shares with itself.
    #[must_use]
    pub fn with_itself(graph: &Graph<'_>, path: &Path) -> Self {
        let links: BTreeSet<LinkId> = path.hops.iter().map(|hop| hop.link).collect();
        let groups = links.iter().flat_map(|link| graph.groups(*link));
        Self {
            groups: groups.copied().collect(),
            nodes: path.nodes[1..path.nodes.len() - 1]
                .iter()
                .copied()
                .collect(),
            links,
        }
    }

    /// What two paths between the same ends share.
    #[must_use]
    pub fn between(graph: &Graph<'_>, one: &Path, other: &Path) -> Self {
        let [one, other] = [one, other].map(|path| Self::with_itself(graph, path));
        Self {
            groups: &one.groups & &other.groups,
            nodes: &one.nodes & &other.nodes,
            links: &one.links & &other.links,
        }
    }

    /// Whether nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.nodes.is_empty() && self.links.is_empty()
    }

    /// Groups, nodes, links: in this order two of them compare.
    pub(super) fn counts(&self) -> [usize; 3] {
        [self.groups.len(), self.nodes.len(), self.links.len()]
    }
}

/// Beyond so many labels the search for the path that shares the least keeps one a node.
const LABELS_MAX: usize = 20_000;

/// A search for the path that shares the least.
pub(super) struct LeastSharing<'a> {
    pub graph: &'a Graph<'a>,
    pub ends: [NodeId; 2],
    pub metric: Metric,
    /// Most links; `usize::MAX`: no limit.
    pub limit: usize,
    /// Hops that may be used.
    pub open: &'a dyn Fn(Hop) -> bool,
    /// What better is not touched.
    pub burden: &'a Shared,
}

/// A way from the first end to a node. Compared by groups shared, then the rest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    groups_shared: usize,
    rest: Rest,
    groups: BTreeSet<usize>,
    node: NodeId,
}

/// What adds up along a path, in the order in which it is compared: nodes shared, links shared,
/// sum of the metric, links, their names.
type Rest = (usize, usize, u128, usize, Vec<Hop>);

impl LeastSharing<'_> {
    /// The path least by (groups shared, nodes shared, links shared, sum of the metric, links,
    /// names), and whether that is proven.
    ///
    /// Fewest groups is a hard problem (which groups a way has touched matters, not only how
    /// many), so a label is dropped only for another at the same node whose groups are a subset and
    /// whose rest is no worse. On real networks a path touches few groups; where that is not
    /// so, after [`LABELS_MAX`] labels any label drops all later ones at its node.
    pub fn path(&self) -> Option<(Path, bool)> {
        let mut settled: Vec<Vec<Label>> = vec![Vec::new(); self.graph.topology().nodes().len()];
        let mut count = 0;
        let start = Label {
            groups_shared: 0,
            rest: (0, 0, 0, 0, Vec::new()),
            groups: BTreeSet::new(),
            node: self.ends[0],
        };
        let mut frontier = BinaryHeap::from([Reverse(start)]);
        while let Some(Reverse(label)) = frontier.pop() {
            let proven = count <= LABELS_MAX;
            if label.node == self.ends[1] {
                return (label.rest.3 > 0).then(|| (self.path_of(label), proven));
            }
            let here = &mut settled[label.node.0 as usize];
            if here
                .iter()
                .any(|known| !proven || self.dominates(known, &label))
            {
                continue;
            }
            here.push(label.clone());
            count += 1;
            if label.rest.3 >= self.limit {
                continue;
            }
            for edge in self.graph.edges(label.node) {
                // What is dropped when its turn comes need not wait for it.
                let known = &settled[edge.far.0 as usize];
                if edge.far != self.ends[0]
                    && (self.open)(edge.hop)
                    && !known
                        .iter()
                        .any(|known| self.beats(known, &label, edge.hop))
                {
                    frontier.push(Reverse(self.longer(&label, edge.hop, edge.far)));
                }
            }
        }
        None
    }

    fn dominates(&self, known: &Label, label: &Label) -> bool {
        known.groups.is_subset(&label.groups)
            && known.rest <= label.rest
            && (self.limit == usize::MAX || known.rest.3 <= label.rest.3)
    }

    /// Whether a label at the far end of a hop dominates what the hop would make of one at its near
    /// end; told where that is plain without making it.
    fn beats(&self, known: &Label, label: &Label, hop: Hop) -> bool {
        let sum = label.rest.2 + self.graph.weight(self.metric, hop);
        let least = (label.rest.0, label.rest.1, sum, label.rest.3 + 1);
        let rest = (known.rest.0, known.rest.1, known.rest.2, known.rest.3);
        known.groups.is_subset(&label.groups)
            && rest < least
            && (self.limit == usize::MAX || rest.3 <= least.3)
    }

    fn longer(&self, label: &Label, hop: Hop, far: NodeId) -> Label {
        let mut longer = label.clone();
        let groups = self.graph.groups(hop.link).iter();
        let touched = groups.filter(|group| self.burden.groups.contains(group));
        longer.groups.extend(touched);
        longer.groups_shared = longer.groups.len();
        longer.rest.0 += usize::from(self.burden.nodes.contains(&far));
        longer.rest.1 += usize::from(self.burden.links.contains(&hop.link));
        longer.rest.2 += self.graph.weight(self.metric, hop);
        longer.rest.3 += 1;
        longer.rest.4.push(hop);
        longer.node = far;
        longer
    }

    fn path_of(&self, label: Label) -> Path {
        let hops = label.rest.4;
        let far = hops.iter().map(|hop| self.graph.far(*hop));
        Path {
            nodes: std::iter::once(self.ends[0]).chain(far).collect(),
            hops,
        }
    }
}
