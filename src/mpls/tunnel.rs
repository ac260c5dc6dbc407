//! A directed path with what protects it.

use crate::topology::{NodeId, Path};
use crate::units::Span;

use super::constraints::Constraints;

/// One direction of one circuit or flow.
#[derive(Clone, PartialEq, Debug)]
pub struct Tunnel {
    /// For messages and for named draws.
    pub name: String,
    /// The path in normal operation.
    pub path: Path,
    /// What a new path has to meet.
    pub constraints: Constraints,
    /// What happens when the path is cut.
    pub protection: Protection,
}

/// What happens when the path of a tunnel is cut.
#[derive(Clone, PartialEq, Debug)]
pub enum Protection {
    /// Nobody acts: what is cut stays cut until it is repaired.
    None,
    /// LDP: every node forwards along its own shortest path (no bandwidth, no repair).
    Igp,
    /// RSVP-TE without protection: the head end learns of it and signals a new path.
    Resignal,
    /// Facility backup (RFC 4090 §3.2): per hop of the path, what its sender does when that hop is
    /// gone; `None`: nothing there. Then the head end re-optimises.
    Facility(Vec<Option<Bypass>>),
    /// One-to-one backup (RFC 4090 §3.1): per hop of the path, the detour from its sender to the
    /// tail; no label more.
    Detour(Vec<Option<Path>>),
    /// A second path, signalled before; the head end goes over when it learns. Then it
    /// re-optimises, or stays until it reverts.
    Standby(Option<Path>),
    /// A second path, signalled only when the head end learns.
    Secondary(Option<Path>),
    /// Pseudowire redundancy (RFC 6718): a second pseudowire; both ends go over, each when it
    /// learns from the status or the loss of the first (revert by a timer of its own).
    Pseudowire {
        /// Path of the second pseudowire.
        path: Option<Path>,
        /// Wait to restore; `None`: never back.
        revert: Option<Span>,
    },
    /// This tunnel carries one of two copies; it is re-signalled by its head end, nothing more.
    Copy,
}

/// A bypass tunnel of a point of local repair.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bypass {
    /// From the point of local repair to the merge point.
    pub path: Path,
    /// Place of the merge point among the nodes of the protected path: one behind the point of
    /// local repair (next hop, protects the link) or two (next-next hop, protects the node too).
    pub merge: usize,
}

impl Tunnel {
    /// The hops, by place, whose way round goes back through the node before their sender: after a
    /// failure packets turn round there, and cross the same link twice until the head end finds a
    /// better path.
    #[must_use]
    pub fn turn_backs(&self) -> Vec<usize> {
        let back = |hop: &usize| {
            let before = self.path.nodes[hop - 1];
            match &self.protection {
                Protection::Facility(all) => {
                    let bypass = all[*hop].as_ref();
                    bypass.is_some_and(|bypass| bypass.turns_back_through(before))
                }
                Protection::Detour(all) => {
                    let detour = all[*hop].as_ref();
                    detour.is_some_and(|path| path.nodes.contains(&before))
                }
                _ => false,
            }
        };
        (1..self.path.hops.len()).filter(back).collect()
    }
}

impl Bypass {
    /// Whether it goes back to the node that sent the packet: the packet turns round. `before` is
    /// the node before the point of local repair on the protected path.
    #[must_use]
    pub fn turns_back_through(&self, before: NodeId) -> bool {
        self.path.nodes.contains(&before)
    }
}
