//! The compiled network: dense indices and integers only, immutable during a run.
//!
//! A [`Plan`] knows no names, no files and no seed. Thousands of runs share one by reference.
//! Streams stand in the order of their rank (circuit and flow names by bytes, then a→z before
//! z→a), ports in the order of (link name, direction): who builds a plan keeps that order, and
//! every tie in time is broken by it.

mod builder;

pub use builder::{Crossing, PlanBuilder};

use crate::pseudowire::receive::Receiver;
use crate::random::{Seed, StreamKey, uniform_below};
use crate::traffic::Class;
use crate::units::{Octets, SimTime, Span, Ticks};

/// Index of a port: one direction of one link, with the queues in front of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PortId(pub u32);

/// Index of a stream: one direction of one circuit, or one flow. The index is its rank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamId(pub u32);

/// Everything a run needs besides its seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sources emit strictly before this instant; then the network drains.
    pub sources_end: SimTime,
    /// One per used link direction.
    pub ports: Vec<Port>,
    /// In rank order.
    pub streams: Vec<Stream>,
    /// The legs of all streams, one stream after the other, each from first to last.
    pub legs: Vec<Leg>,
}

/// One direction of one link and its eight queues.
#[derive(Clone, Debug)]
pub struct Port {
    /// Octets that may wait per class, the packet in transmission not counted; `None` = unlimited.
    pub queue_limit: [Option<Octets>; Class::COUNT],
}

/// One directed stream of packets of one size along one path.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its forwarding class on every link.
    pub class: Class,
    /// When packets are created.
    pub source: Source,
    /// Time through the first node (ingress PE), from creation to the first queue.
    pub ingress: Processing,
    /// Range of [`Plan::legs`].
    pub legs: std::ops::Range<u32>,
    /// The pseudowire's receiving end, for circuits.
    pub receiver: Option<Receiver>,
}

/// One crossing of one link by one stream.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The link direction crossed.
    pub port: PortId,
    /// Whose packets.
    pub stream: StreamId,
    /// Time on the transmitter, rounded up to a whole picosecond.
    pub serialization: Span,
    /// Octets this packet takes in the queue (the frame; for wire-sized flows every octet).
    pub queued: Octets,
    /// First bit in to first bit out of the medium.
    pub propagation: Span,
    /// Time through the node at the far end; for the last leg that is the egress PE.
    pub processing: Processing,
}

/// Time a packet takes through a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Processing {
    /// The same for every packet.
    Constant(Span),
    /// Uniform in whole picoseconds from `min` to `max`, both possible. The n-th draw of the
    /// stream `key` belongs to the n-th packet of this stream at this node.
    ///
    /// Packets of one class that come in on one link and leave on one link keep their order: none
    /// reaches the queue before, or at the same instant as, the one ahead of it (it waits for it,
    /// and 1 ps more; that counts as processing). A stream entering at its ingress PE, or leaving
    /// at its egress PE, has no such neighbour and may be reordered: that is what the sequence
    /// number is for.
    Uniform {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
        /// The stream of (node, flow, direction).
        key: StreamKey,
    },
}

/// When the packets of a stream are created, the first being number 0.
#[derive(Clone, Debug)]
pub enum Source {
    /// A circuit: packet n holds the bits from boundary n to boundary n + 1 and is created,
    /// complete, at boundary n + 1.
    Circuit {
        /// The boundaries, for phase zero.
        boundaries: Ticks,
        /// Where given, the first boundary is moved by a draw, uniform in one period.
        phase: Option<StreamKey>,
    },
    /// Packet n is created at tick n.
    Periodic(Ticks),
    /// Independent exponential gaps; the first packet one gap after zero.
    Poisson {
        /// Mean gap in 2^-16 ps.
        mean_gap_q16_ps: u64,
        /// The stream of the gaps.
        key: StreamKey,
    },
}

impl Processing {
    /// No packet takes less.
    #[must_use]
    pub fn min(&self) -> Span {
        match self {
            Self::Constant(span) => *span,
            Self::Uniform { min, .. } => *min,
        }
    }

    /// No packet takes more, waiting for the one ahead of it aside.
    #[must_use]
    pub fn max(&self) -> Span {
        match self {
            Self::Constant(span) => *span,
            Self::Uniform { max, .. } => *max,
        }
    }

    /// The time that this draw stands for.
    #[must_use]
    #[inline]
    pub fn drawn(min: Span, max: Span, draw: u64) -> Span {
        min + Span(uniform_below(draw, max.0 - min.0 + 1))
    }
}

impl Source {
    /// The packet boundaries of a circuit under this seed; `None` for other sources.
    #[must_use]
    pub fn boundaries(&self, seed: Seed) -> Option<Ticks> {
        let Self::Circuit { boundaries, phase } = self else {
            return None;
        };
        let mut ticks = *boundaries;
        if let Some(key) = phase {
            let shift = uniform_below(seed.stream(key).draw(), ticks.period().0);
            ticks.first = ticks.first + Span(shift);
        }
        Some(ticks)
    }
}

impl Plan {
    /// The legs of a stream, first to last.
    #[must_use]
    pub fn path(&self, stream: StreamId) -> &[Leg] {
        let range = &self.streams[stream.0 as usize].legs;
        &self.legs[range.start as usize..range.end as usize]
    }

    /// The part of a stream's network delay that no queue and no draw can change.
    ///
    /// With ranges, the shortest processing is taken.
    #[must_use]
    pub fn shortest_delay(&self, stream: StreamId) -> Span {
        let ingress = self.streams[stream.0 as usize].ingress.min();
        let crossing = |leg: &Leg| leg.serialization + leg.propagation + leg.processing.min();
        ingress + self.path(stream).iter().map(crossing).sum()
    }
}
