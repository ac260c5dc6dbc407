//! Links between nodes: what runs on them, what they carry and what they cost.

use std::sync::Arc;

use super::Medium;
use super::discipline::QueueDiscipline;
use super::encryption::Encryption;
use super::leased_line::LeasedLine;
use super::network::{CLASSES, Direction, NodeId, NodeProcessing};
use super::radio::{Radio, Repeaters};
use crate::units::{BitRate, ErrorRatio, Length, Octets, Span};

/// What runs on a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// Ethernet frames at a rate that never changes.
    Ethernet,
    /// Ethernet frames on a radio whose modulation may change.
    Radio(Radio),
    /// A leased line.
    Leased(LeasedLine),
    /// A channel of an SDH or SONET network.
    Sdh {
        /// 64 kb/s timeslots free for circuits.
        timeslots: u32,
    },
}

/// What a link can carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Carries {
    /// MPLS packets.
    Packets,
    /// 64 kb/s timeslots.
    Timeslots,
    /// Characters of a serial line.
    Characters,
    /// Tones.
    Tones,
}

/// How packets lie on a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// Ethernet frames, with this much of layer 1 around each.
    Ethernet(Octets),
    /// PPP in HDLC framing with bit stuffing.
    Hdlc {
        /// Whether with the multilink header.
        multilink: bool,
    },
    /// Not at all.
    None,
}

/// A link between two nodes, both directions. Pairs are a→z, then z→a.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Unique among links.
    pub name: String,
    /// Its nodes: for [`Topology::build`](super::Topology::build) places in the given list of
    /// nodes, in a sealed topology ids.
    pub ends: [NodeId; 2],
    /// What carries the signal.
    pub medium: Medium,
    /// Route length, where propagation was computed from it.
    pub length: Option<Length>,
    /// First bit in to first bit out.
    pub propagation: [Span; 2],
    /// Bit rate; on radio in clear weather, elsewhere that of the timeslots or characters.
    pub rate: [BitRate; 2],
    /// What runs on it.
    pub line: Line,
    /// Radio hops; 0 for other media.
    pub radio_hops: u32,
    /// How the repeaters between them pass frames on.
    pub repeaters: Repeaters,
    /// Encryption, both directions.
    pub encryption: Option<Encryption>,
    /// How the ports at both ends send what waits; `None`: strict priority.
    pub discipline: Option<Arc<QueueDiscipline>>,
    /// Octets added to every frame on the transmitter (Ethernet 20, none 0).
    pub layer1_overhead: Octets,
    /// Octets that may wait per class; `None` = unlimited.
    pub queue_limit: [Option<Octets>; CLASSES],
    /// Cost in route computation, both directions.
    pub metric: u64,
    /// Shared-risk groups.
    pub srlg: Vec<String>,
    /// What path computation knows of it besides its metric.
    pub engineering: Engineering,
    /// What may befall it.
    pub exposure: Exposure,
}

/// Traffic engineering attributes of a link (RFC 3630 §2.5), both directions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Engineering {
    /// Administrative groups, one bit each.
    pub admin_groups: u32,
    /// The second metric; `None`: as the first.
    pub te_metric: Option<u64>,
    /// Bits per second that paths may reserve; `None`: the rate of the link, at the lowest
    /// modulation.
    pub reservable_bps: Option<u64>,
}

/// What may befall a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposure {
    /// Whether enumerations of failures take it.
    pub can_fail: bool,
    /// Power lines whose ground wire it lies in.
    pub ground_wire_of: Vec<String>,
    /// What happens to bits on it.
    pub errors: Errors,
}

/// What happens to bits on a link, either direction. The network's own run does not know of it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Errors {
    /// Wrong bits that come one by one.
    pub bit_error_ratio: ErrorRatio,
    /// Stretches in which every bit is as good as random.
    pub bursts: Option<Bursts>,
}

/// Bursts of errors that come at random.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bursts {
    /// Mean time from the beginning of one to that of the next.
    pub every: Span,
    /// How long each lasts.
    pub length: Span,
}

impl Default for Exposure {
    fn default() -> Self {
        Self {
            can_fail: true,
            ground_wire_of: Vec::new(),
            errors: Errors::default(),
        }
    }
}

impl Link {
    /// What it can carry.
    #[must_use]
    pub fn carries(&self) -> Carries {
        match self.line {
            Line::Ethernet | Line::Radio(_) | Line::Leased(LeasedLine::E1 { .. }) => {
                Carries::Packets
            }
            Line::Leased(LeasedLine::Rs232 { .. }) => Carries::Characters,
            Line::Leased(LeasedLine::Analogue { .. }) => Carries::Tones,
            Line::Sdh { .. } => Carries::Timeslots,
        }
    }

    /// How packets lie on it.
    #[must_use]
    pub fn framing(&self) -> Framing {
        match self.line {
            Line::Ethernet | Line::Radio(_) => Framing::Ethernet(self.layer1_overhead),
            Line::Leased(LeasedLine::E1 { multilink, .. }) => Framing::Hdlc { multilink },
            Line::Leased(_) | Line::Sdh { .. } => Framing::None,
        }
    }

    /// Its radio, where the modulation may change.
    #[must_use]
    pub fn radio(&self) -> Option<&Radio> {
        match &self.line {
            Line::Radio(radio) => Some(radio),
            _ => None,
        }
    }

    /// Transmitters with queues of their own that a packet crosses one after the other: one, or
    /// one a radio hop where the repeaters store and forward.
    #[must_use]
    pub fn parts(&self) -> u32 {
        match self.repeaters {
            Repeaters::PhysicalLayer => 1,
            Repeaters::StoreAndForward => self.radio_hops.max(1),
        }
    }

    /// The end that is not `node`; `None` where the link does not touch it.
    #[must_use]
    pub fn far_end(&self, node: NodeId) -> Option<NodeId> {
        self.direction_from(node)
            .map(|direction| self.ends[1 - direction.index()])
    }

    /// The direction in which a packet leaves `node` over this link.
    #[must_use]
    pub fn direction_from(&self, node: NodeId) -> Option<Direction> {
        Direction::BOTH
            .into_iter()
            .find(|direction| self.ends[direction.index()] == node)
    }
}

/// The default routing metric of a link, in nanoseconds: the larger direction's propagation plus
/// the larger of its two nodes' processing (the maximum of a range); the sum in picoseconds is
/// rounded up to a whole nanosecond.
///
/// One figure for both directions. Where a length is given, `propagation` is to be computed with
/// [`Preset::physical`](super::Preset::physical) whatever the topology's preset or overrides, so
/// that a preset changes delays but never routes; explicit propagation is taken as it is.
#[must_use]
pub fn default_metric(propagation: [Span; 2], processing: [NodeProcessing; 2]) -> u64 {
    let medium = propagation[0].max(propagation[1]);
    let node = processing[0].max().max(processing[1].max());
    (medium + node).0.div_ceil(1000)
}
