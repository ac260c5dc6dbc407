//! What one packet is, before a link says how long it takes there.

use super::spec::SizeSpec;
use crate::topology::Link;
use crate::units::Octets;

/// Octets of an Ethernet frame around what it carries: addresses and type 14, FCS 4 (IEEE 802.3
/// clause 3.1.1).
pub const ETHERNET_OCTETS: u64 = 18;

/// One packet of a stream.
#[derive(Clone, Debug)]
pub struct PacketShape {
    /// Octets as an Ethernet frame, or all that is on the wire.
    pub size: SizeSpec,
    /// What another framing than Ethernet carries: the frame without its Ethernet header, FCS and
    /// padding.
    pub body: Octets,
    /// How it looks to a line that stuffs bits.
    pub content: Content,
}

/// The bits of a packet, as far as stuffing cares.
#[derive(Clone, Debug)]
pub enum Content {
    /// As good as random.
    Data,
    /// All ones from this octet of the body to its end: what a circuit carries while the relay is
    /// silent. The octets before are random.
    AllOnes {
        /// First octet of the ones.
        from: u64,
    },
}

impl PacketShape {
    /// A frame, or octets on the wire, of data.
    #[must_use]
    pub fn data(size: SizeSpec) -> Self {
        let (SizeSpec::Frame(octets) | SizeSpec::Wire(octets)) = size;
        Self {
            size,
            body: Octets(octets.saturating_sub(ETHERNET_OCTETS)),
            content: Content::Data,
        }
    }

    /// Octets taken in a queue.
    #[must_use]
    pub fn queued(&self) -> Octets {
        let (SizeSpec::Frame(octets) | SizeSpec::Wire(octets)) = self.size;
        Octets(octets)
    }

    /// Bits on the transmitter of this link: a frame with the link's layer-1 overhead, or exactly
    /// the wire octets.
    #[must_use]
    pub fn bits_on(&self, link: &Link) -> u64 {
        let octets = match self.size {
            SizeSpec::Frame(frame) => Octets(frame) + link.layer1_overhead,
            SizeSpec::Wire(wire) => Octets(wire),
        };
        8 * octets.0
    }
}
