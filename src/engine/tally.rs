//! What travels with a packet, chosen at compile time: nothing, or its parts.

use super::outcome::Parts;
use crate::units::Span;

/// Accumulators of the parts that differ from packet to packet.
pub(super) trait Tally: Copy + Default {
    /// Whether parts and histograms are kept.
    const FULL: bool;

    /// Adds time spent waiting for a transmitter.
    fn wait(&mut self, ps: u64);

    /// Adds time spent in a node.
    fn process(&mut self, ps: u64);

    /// Adds time on the transmitter of a general port.
    fn transmit(&mut self, _ps: u64) {}

    /// Adds time in the medium of a general port behind what went in before.
    fn follow(&mut self, _ps: u64) {}

    /// Adds what a leg decides on its own, where there is no one path that decides it.
    fn cross(&mut self, _leg: &FixedParts) {}

    /// The packet's parts; `fixed` are those that its path alone decides.
    fn parts(&self, fixed: &FixedParts) -> Option<Parts>;
}

/// Parts that the path alone decides, in picoseconds: taken from a table, not from packets.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct FixedParts {
    /// On the transmitters of plain ports.
    pub(super) serialization: u64,
    pub(super) propagation: u64,
    pub(super) media: u64,
}

/// Nothing but the delay is asked for.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Bare;

/// Waiting and processing, added up hop by hop.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Parted {
    queueing: u64,
    processing: u64,
}

/// What general ports decide too: time on their transmitters, and waits in their media; and all
/// that is different from path to path.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Whole {
    queueing: u64,
    processing: u64,
    serialization: u64,
    media: u64,
    propagation: u64,
}

impl Tally for Bare {
    const FULL: bool = false;

    #[inline]
    fn wait(&mut self, _: u64) {}

    #[inline]
    fn process(&mut self, _: u64) {}

    fn parts(&self, _: &FixedParts) -> Option<Parts> {
        None
    }
}

impl Tally for Parted {
    const FULL: bool = true;

    #[inline]
    fn wait(&mut self, ps: u64) {
        self.queueing += ps;
    }

    #[inline]
    fn process(&mut self, ps: u64) {
        self.processing += ps;
    }

    #[inline]
    fn parts(&self, fixed: &FixedParts) -> Option<Parts> {
        Some(Parts {
            processing: Span(self.processing),
            serialization: Span(fixed.serialization),
            media: Span(fixed.media),
            propagation: Span(fixed.propagation),
            queueing: Span(self.queueing),
        })
    }
}

impl Tally for Whole {
    const FULL: bool = true;

    #[inline]
    fn wait(&mut self, ps: u64) {
        self.queueing += ps;
    }

    #[inline]
    fn process(&mut self, ps: u64) {
        self.processing += ps;
    }

    #[inline]
    fn transmit(&mut self, ps: u64) {
        self.serialization += ps;
    }

    #[inline]
    fn follow(&mut self, ps: u64) {
        self.media += ps;
    }

    fn cross(&mut self, leg: &FixedParts) {
        self.serialization += leg.serialization;
        self.propagation += leg.propagation;
        self.media += leg.media;
    }

    #[inline]
    fn parts(&self, fixed: &FixedParts) -> Option<Parts> {
        Some(Parts {
            processing: Span(self.processing),
            serialization: Span(fixed.serialization + self.serialization),
            media: Span(fixed.media + self.media),
            propagation: Span(fixed.propagation + self.propagation),
            queueing: Span(self.queueing),
        })
    }
}
