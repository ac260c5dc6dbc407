//! What a path has to meet.

use std::collections::BTreeSet;

use crate::topology::{LinkId, NodeId};

/// Which figure of a link is summed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Metric {
    /// `metric` of the link.
    #[default]
    Igp,
    /// `te_metric` of the link.
    Te,
    /// Propagation in the direction crossed and processing at the far node, in nanoseconds,
    /// rounded up.
    Delay,
}

/// A station of an explicit route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Via {
    /// Node to be visited, in order.
    pub node: NodeId,
    /// Loose: any way leads there. Strict: over one link from the station before.
    pub loose: bool,
}

/// Constraints of a path (RFC 3209, RFC 2702). The default asks for nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constraints {
    /// What is summed.
    pub metric: Metric,
    /// Bits per second to be reserved on every link; 0: none.
    pub bandwidth_bps: u64,
    /// Priority at which bandwidth is asked for, 0 (first) to 7.
    pub setup_priority: u8,
    /// Priority at which it is held; not below (numerically above) the setup priority.
    pub hold_priority: u8,
    /// Links without any of these groups are left out; 0: no such constraint (RFC 3209 §4.7.4).
    pub include_any: u32,
    /// Links without all of these groups are left out.
    pub include_all: u32,
    /// Links with any of these groups are left out.
    pub exclude: u32,
    /// Links that may not be used, whatever the reason.
    pub avoid_links: BTreeSet<LinkId>,
    /// Nodes that may not be crossed.
    pub avoid_nodes: BTreeSet<NodeId>,
    /// Shared-risk groups, by place in `Topology::shared_risk_groups`, whose links are left out.
    pub avoid_groups: BTreeSet<usize>,
    /// Most links.
    pub hop_limit: Option<u32>,
    /// Explicit route.
    pub via: Vec<Via>,
}

impl Default for Constraints {
    fn default() -> Self {
        Self {
            metric: Metric::Igp,
            bandwidth_bps: 0,
            setup_priority: 7,
            hold_priority: 7,
            include_any: 0,
            include_all: 0,
            exclude: 0,
            avoid_links: BTreeSet::new(),
            avoid_nodes: BTreeSet::new(),
            avoid_groups: BTreeSet::new(),
            hop_limit: None,
            via: Vec::new(),
        }
    }
}
