//! The compiled network: dense indices and integers only, immutable during a run.
//!
//! A [`Plan`] knows no names, no files and no seed. Thousands of runs share one by reference.
//! Streams stand in the order of their rank (circuit and flow names by bytes, then a→z before
//! z→a), ports in the order of (link name, direction): who builds a plan keeps that order, and
//! every tie in time is broken by it.

mod builder;
pub mod discipline;
pub mod source;

pub use builder::{Crossing, PlanBuilder, Route};
pub use discipline::{Discipline, EarlyDrop, Preemption, RateStep, Shaper};
pub use source::{Sizes, Source};

use std::sync::Arc;

use crate::mpls::outage::Stretch;
use crate::mpls::routing::Next;
use crate::pseudowire::receive::Receiver;
use crate::random::{StreamKey, uniform_below};
use crate::traffic::{Class, Policer};
use crate::units::{Octets, SimTime, Span};

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
    /// One per used link direction, radio hop that stores and forwards, or box with a queue.
    pub ports: Vec<Port>,
    /// In rank order.
    pub streams: Vec<Stream>,
    /// The legs of all streams, one stream after the other, variant by variant, each from first
    /// to last.
    pub legs: Vec<Leg>,
    /// Where given, outcomes carry counts and delays over time in bins of this length.
    pub series_bin: Option<Span>,
    /// Ascending instants, the first zero, or empty: outcomes of streams that end at a receiving
    /// end ([`End::Pseudowire`], [`End::Copy`]) carry counts and delays of the packets created from
    /// one to the next, one bin for each.
    pub stages: Vec<SimTime>,
}

/// One transmitter and the queues in front of it.
#[derive(Clone, Debug)]
pub struct Port {
    /// Octets that may wait per class, the packet in transmission not counted; `None` = unlimited.
    pub queue_limit: [Option<Octets>; Class::COUNT],
    /// `None`: a *plain* port, strict priority at one rate. Otherwise a *general* one.
    pub discipline: Option<Box<Discipline>>,
    /// When what is sent here does not come out at the far end: ascending stretches that do not
    /// touch. The transmitter goes on as ever; a packet is lost if the time from the beginning of
    /// its transmission (of its first piece) until it would come out of the medium, that instant
    /// excluded, has one in common with a cut. It counts as transmitted, keeps its place in a
    /// medium that keeps the order, and takes no draw of the node behind.
    pub cuts: Vec<Stretch>,
}

/// One directed stream of packets along one sequence of ports.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its forwarding class on every link.
    pub class: Class,
    /// When packets are created.
    pub source: Source,
    /// How large they are.
    pub sizes: Sizes,
    /// Meters packets at their creation, by the octets they take in the first queue: red ones end
    /// there and take no draw of the first node, yellow ones go on as the variants
    /// `sizes..2 · sizes`.
    pub policer: Option<Policer>,
    /// Time through the first node (ingress PE), from creation to the first queue.
    pub ingress: Processing,
    /// Range of [`Plan::legs`].
    pub legs: std::ops::Range<u32>,
    /// Legs of one variant on its path in normal operation, the first ones. All variants cross the
    /// same ports.
    pub hops: u32,
    /// Legs of one variant: more than `hops` where packets may go elsewhere.
    pub places: u32,
    /// Where packets go, over time; `None`: along the `hops` legs for ever.
    pub graph: Option<Box<Graph>>,
    /// What becomes of the packets at the far end.
    pub end: End,
}

/// Where the packets of a stream go. A [`crate::mpls::routing::Target::Crossing`] is the place of a
/// leg among the legs of a variant, the same in every variant.
///
/// The first node is through with a packet its processing after the creation, and looks it up in
/// `entry` then: it enters the queue of that leg at this instant. A node never delivers what
/// enters at it.
///
/// Behind a leg the far node draws its processing time, if it is drawn, and looks the packet up
/// when that is over; a packet that then waits for one ahead of it on the same way in and out (see
/// [`Processing::Uniform`]) is not looked up again, and one that is discarded waits for none and
/// has none wait. Draws belong to the place: the n-th draw to the n-th packet that is sent over
/// that leg and that no cut takes, whatever its size. Packets without a way are discarded
/// ([`crate::mpls::routing::Target::Discard`]); so is one that has crossed
/// [`crate::units::limits::HOPS_MAX`] legs and is to cross one more (its time to live is over).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Graph {
    /// At the first node.
    pub entry: Next,
    /// Per place: at the far end of that leg.
    pub behind: Vec<Next>,
}

/// The far end of a stream.
#[derive(Clone, Debug)]
pub enum End {
    /// Packets are counted.
    Sink,
    /// The receiving end of a pseudowire.
    Pseudowire(Receiver),
    /// A subscriber to a repeated message that carries a state (GOOSE).
    Subscriber(Subscriber),
    /// The second of two pseudowires with the same packets: they go to the receiving end of that
    /// stream, an [`End::Pseudowire`] with the same source, which takes of all packets with one
    /// number the first that comes, however late the other. At one instant its own packets come
    /// before those of the copy, each in the order of their numbers. A packet that is not taken
    /// never reaches the jitter buffer.
    Copy(StreamId),
}

/// Who receives a repeated message that carries a state. Message n says how long it may be
/// trusted; without a younger message by then the state is stale until the next arrives. A message
/// older than one that has arrived already changes nothing.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Per message, how long after its arrival the state counts (timeAllowedToLive).
    pub allowed_to_live: Arc<[Span]>,
}

/// One crossing of one port by one stream, in one variant.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The link direction crossed.
    pub port: PortId,
    /// Whose packets.
    pub stream: StreamId,
    /// Time on the transmitter, rounded up to a whole picosecond; at the first rate of a port
    /// whose rate changes.
    pub serialization: Span,
    /// Bits on the transmitter: what a general port works with.
    pub bits: u64,
    /// Octets this packet takes in the queue (the frame; for wire-sized flows every octet).
    pub queued: Octets,
    /// First bit in to first bit out of the medium.
    pub propagation: Span,
    /// Latency of radios, encryption and boxes behind the transmitter.
    pub media: Span,
    /// Time through the node at the far end; for the last leg that is the egress PE. The same in
    /// every variant.
    pub processing: Processing,
    /// Whether packets of this variant are out of profile.
    pub yellow: bool,
}

/// Time a packet takes through a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Processing {
    /// The same for every packet.
    Constant(Span),
    /// Uniform in whole picoseconds from `min` to `max`, both possible. The n-th draw of the
    /// stream `key` belongs to the n-th packet of this stream at this node that no cut took, in the
    /// order in which the port before it sent them: media may differ from size to size.
    ///
    /// Packets of one class that come in on one link and leave on one link keep their order: none
    /// reaches the queue before, or at the same instant as, the one sent ahead of it (it waits for
    /// it, and 1 ps more; that counts as processing). A stream entering at its ingress PE, or
    /// leaving at its egress PE, has no such neighbour and may be reordered: that is what the
    /// sequence number is for.
    Uniform {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
        /// The stream of (node, flow, direction).
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

impl Sizes {
    /// Variants there are, those out of profile not counted.
    #[must_use]
    pub fn count(&self) -> u32 {
        let count = match self {
            Self::One => 1,
            Self::Cycle(cycle) => cycle
                .iter()
                .max()
                .map_or(1, |largest| usize::from(*largest) + 1),
            Self::Drawn { thresholds, .. } => thresholds.len(),
        };
        u32::try_from(count).expect("sizes within 2^16")
    }
}

impl Leg {
    /// Everything between the end of transmission and the far node's processing that no packet
    /// ahead can change.
    #[must_use]
    pub fn behind(&self) -> Span {
        self.propagation + self.media
    }
}

impl Stream {
    /// The pseudowire's receiving end, for circuits.
    #[must_use]
    pub fn receiver(&self) -> Option<&Receiver> {
        match &self.end {
            End::Pseudowire(receiver) => Some(receiver),
            End::Sink | End::Subscriber(_) | End::Copy(_) => None,
        }
    }
}

impl Plan {
    /// The legs of a stream's first variant, first to last.
    #[must_use]
    pub fn path(&self, stream: StreamId) -> &[Leg] {
        self.path_of(stream, 0)
    }

    /// The legs of one variant of a stream in normal operation, first to last.
    ///
    /// # Panics
    /// If the stream has no such variant.
    #[must_use]
    pub fn path_of(&self, stream: StreamId, variant: u32) -> &[Leg] {
        let hops = self.streams[stream.0 as usize].hops;
        &self.places_of(stream, variant)[..hops as usize]
    }

    /// All legs of one variant of a stream by their place.
    ///
    /// # Panics
    /// If the stream has no such variant.
    #[must_use]
    pub fn places_of(&self, stream: StreamId, variant: u32) -> &[Leg] {
        let stream = &self.streams[stream.0 as usize];
        let first = stream.legs.start + variant * stream.places;
        assert!(
            first + stream.places <= stream.legs.end,
            "the variant exists"
        );
        &self.legs[first as usize..(first + stream.places) as usize]
    }

    /// How many variants a stream has, those out of profile included.
    #[must_use]
    pub fn variants(&self, stream: StreamId) -> u32 {
        let stream = &self.streams[stream.0 as usize];
        (stream.legs.end - stream.legs.start) / stream.places
    }

    /// The part of a stream's network delay that no queue and no draw can change, for its first
    /// variant.
    ///
    /// With ranges, the shortest processing is taken.
    #[must_use]
    pub fn shortest_delay(&self, stream: StreamId) -> Span {
        let ingress = self.streams[stream.0 as usize].ingress.min();
        let crossing = |leg: &Leg| leg.serialization + leg.behind() + leg.processing.min();
        ingress + self.path(stream).iter().map(crossing).sum()
    }
}
