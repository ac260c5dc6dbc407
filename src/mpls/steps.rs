//! What happens to one directed path when something fails: the story, step by step.

use crate::topology::{Direction, LinkId, NodeId, Topology};
use crate::units::SimTime;

/// Something that happened, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// When.
    pub at: SimTime,
    /// At which node.
    pub node: NodeId,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// A link direction ends to deliver, seen at its far end.
    Cut {
        /// Which link.
        link: LinkId,
        /// Which way.
        direction: Direction,
    },
    /// It delivers again, seen at its far end.
    Mended {
        /// Which link.
        link: LinkId,
        /// Which way.
        direction: Direction,
    },
    /// The receiving end of a direction takes the link as down.
    Detected {
        /// Which link.
        link: LinkId,
    },
    /// A node hears of a link from others: its sender from the receiving end, a head end by
    /// signalling or from the interior gateway protocol.
    Learned {
        /// Which link.
        link: LinkId,
    },
    /// A point of local repair sends packets another way.
    LocalRepair {
        /// The link that it avoids.
        link: LinkId,
        /// Where they come back to the path; of a detour the tail.
        merge: NodeId,
        /// Labels more on the way.
        labels: u32,
    },
    /// A node whose link of the path is down, and that has no other way, discards packets.
    Discarding {
        /// The link that it would have taken.
        link: LinkId,
    },
    /// The head end goes over to the second path.
    SwitchedToSecond,
    /// The head end goes over to a better path, make before break.
    Reoptimised,
    /// The head end goes over to a path signalled in place of one that was lost.
    Resignalled,
    /// The head end finds no path, or could not signal the one it found; it tries again later.
    NoPath,
    /// A node forwards by its new table.
    IgpUpdated {
        /// Whether to where it sends in normal operation.
        back: bool,
    },
    /// Packets arrive again, after a time without.
    Restored,
    /// The head end is back on the path of normal operation.
    Reverted,
}

/// The stage of a failure that a change of forwarding begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// A first way round what failed.
    Switch,
    /// A better way.
    Reconvergence,
    /// Back to normal operation.
    Revert,
}

impl What {
    /// The stage it begins; `None`: it changes no forwarding for the better.
    #[must_use]
    pub fn stage(self) -> Option<Stage> {
        match self {
            Self::LocalRepair { .. }
            | Self::SwitchedToSecond
            | Self::Resignalled
            | Self::IgpUpdated { back: false } => Some(Stage::Switch),
            Self::Reoptimised => Some(Stage::Reconvergence),
            Self::Reverted | Self::IgpUpdated { back: true } => Some(Stage::Revert),
            Self::Cut { .. }
            | Self::Mended { .. }
            | Self::Detected { .. }
            | Self::Learned { .. }
            | Self::Discarding { .. }
            | Self::NoPath
            | Self::Restored => None,
        }
    }
}

impl Step {
    /// A sentence without instant: "KEE sees that KEE-ELL is down".
    #[must_use]
    pub fn text(&self, topology: &Topology) -> String {
        let node = &topology.node(self.node).name;
        let name = |link: LinkId| &topology.link(link).name;
        match self.what {
            What::Cut { link, direction } => {
                format!("{} {} is cut towards {node}", name(link), direction.name())
            }
            What::Mended { link, direction } => {
                let direction = direction.name();
                format!("{} {direction} delivers again towards {node}", name(link))
            }
            What::Detected { link } => format!("{node} sees that {} is down", name(link)),
            What::Learned { link } => format!("{node} learns that {} is down", name(link)),
            What::LocalRepair {
                link,
                merge,
                labels,
            } => {
                let merge = &topology.node(merge).name;
                let labels = if labels > 0 { ", one label more" } else { "" };
                format!(
                    "{node} repairs {} locally, up to {merge}{labels}",
                    name(link)
                )
            }
            What::Discarding { link } => {
                format!("{node} has no way round {} and discards", name(link))
            }
            What::SwitchedToSecond => format!("{node} goes over to the second path"),
            What::Reoptimised => format!("{node} goes over to a better path"),
            What::Resignalled => format!("{node} goes over to a newly signalled path"),
            What::NoPath => format!("{node} has no path to signal"),
            What::IgpUpdated { .. } => format!("{node} forwards by its new table"),
            What::Restored => format!("packets arrive again at {node}"),
            What::Reverted => format!("{node} goes back to the normal path"),
        }
    }
}
