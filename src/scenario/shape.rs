//! What one packet is, before a link says how long it takes there.

use super::spec::SizeSpec;
use crate::topology::encryption::{ipsec_packet, macsec_frame};
use crate::topology::leased_line::hdlc_bits;
use crate::topology::{EncryptionKind, Framing, Link};
use crate::units::Octets;

/// Octets of an Ethernet frame around what it carries: addresses and type 14, FCS 4 (IEEE 802.3
/// clause 3.1.1).
pub const ETHERNET_OCTETS: u64 = 18;

/// Shortest Ethernet frame with FCS (IEEE 802.3 clause 4.4.2).
pub const MINIMUM_FRAME: Octets = Octets(64);

/// A label stack entry (RFC 3032 clause 2.1).
const LABEL_OCTETS: u64 = 4;

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
    /// Octets of an Ethernet frame around the body, padding aside.
    pub header: Octets,
    /// Shortest Ethernet frame.
    pub minimum_frame: Octets,
    /// Labels that a penultimate node may pop: those above the service's own.
    pub transport_labels: u32,
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
            header: Octets(ETHERNET_OCTETS),
            minimum_frame: MINIMUM_FRAME,
            transport_labels: 0,
        }
    }

    /// The same packet with so many labels more and fewer; padding gives way first.
    #[must_use]
    pub fn relabelled(&self, more: u32, fewer: u32) -> Self {
        let fewer = fewer.min(self.transport_labels + more);
        let changed = |octets: u64| {
            (octets + LABEL_OCTETS * u64::from(more))
                .saturating_sub(LABEL_OCTETS * u64::from(fewer))
        };
        if more == fewer {
            return self.clone();
        }
        let body = Octets(changed(self.body.0));
        Self {
            size: match self.size {
                SizeSpec::Wire(wire) => SizeSpec::Wire(changed(wire).max(1)),
                SizeSpec::Frame(_) => {
                    SizeSpec::Frame((body + self.header).max(self.minimum_frame).0)
                }
            },
            body,
            content: match self.content {
                Content::Data => Content::Data,
                Content::AllOnes { from } => Content::AllOnes {
                    from: changed(from),
                },
            },
            ..*self
        }
    }

    /// Octets taken in a queue.
    #[must_use]
    pub fn queued(&self) -> Octets {
        let (SizeSpec::Frame(octets) | SizeSpec::Wire(octets)) = self.size;
        Octets(octets)
    }

    /// Octets of the frame on this link, encryption included; without layer 1, and on HDLC without
    /// what is stuffed: what the latency of a radio counts. Wire octets are what they are.
    #[must_use]
    pub fn frame_on(&self, link: &Link) -> Octets {
        let SizeSpec::Frame(frame) = self.size else {
            return self.queued();
        };
        match link.encryption.map(|encryption| encryption.kind) {
            None => Octets(frame),
            Some(EncryptionKind::Macsec) => macsec_frame(Octets(frame)),
            // Longer than the minimum whatever the body.
            Some(EncryptionKind::Ipsec) => ipsec_packet(self.body) + Octets(ETHERNET_OCTETS),
        }
    }

    /// Bits on the transmitter of this link: a frame in the link's framing, encryption and layer 1
    /// included, or exactly the wire octets. 0 where the link carries no packets.
    #[must_use]
    pub fn bits_on(&self, link: &Link) -> u64 {
        let wire = match self.size {
            SizeSpec::Wire(wire) => Some(Octets(wire)),
            SizeSpec::Frame(_) => None,
        };
        match link.framing() {
            Framing::None => 0,
            Framing::Ethernet(layer1) => 8 * wire.unwrap_or_else(|| self.frame_on(link) + layer1).0,
            Framing::Hdlc { multilink } => match (wire, link.encryption) {
                (Some(wire), _) => 8 * wire.0,
                // What is encrypted is as good as random.
                (None, Some(_)) => hdlc_bits(ipsec_packet(self.body), Octets(0), multilink),
                (None, None) => {
                    let ones = self.ones();
                    hdlc_bits(Octets(self.body.0 - ones.0), ones, multilink)
                }
            },
        }
    }

    /// Octets of the body that hold nothing but ones.
    fn ones(&self) -> Octets {
        match self.content {
            Content::Data => Octets(0),
            Content::AllOnes { from } => Octets(self.body.0.saturating_sub(from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::{Encryption, LeasedLine, Line, Medium, NodeId, Repeaters};
    use crate::units::{BitRate, Span};

    fn link(line: Line, encryption: Option<EncryptionKind>) -> Link {
        Link {
            name: "l".into(),
            ends: [NodeId(0), NodeId(1)],
            medium: Medium::Fibre,
            length: None,
            propagation: [Span::from_us(10); 2],
            rate: [BitRate::from_bps(1_000_000_000).unwrap(); 2],
            line,
            radio_hops: 0,
            repeaters: Repeaters::PhysicalLayer,
            encryption: encryption.map(|kind| Encryption {
                kind,
                delay: Span::ZERO,
            }),
            discipline: None,
            layer1_overhead: Octets(20),
            queue_limit: [None; 8],
            metric: 1,
            srlg: Vec::new(),
            engineering: Default::default(),
            exposure: Default::default(),
        }
    }

    fn e1(multilink: bool) -> Line {
        Line::Leased(LeasedLine::E1 {
            timeslots: 31,
            multilink,
        })
    }

    /// N = 1, F = 8: two labels, control word, 8 octets; padded to 64 on Ethernet.
    fn padded() -> PacketShape {
        PacketShape {
            size: SizeSpec::Frame(64),
            body: Octets(20),
            content: Content::Data,
            header: Octets(18),
            minimum_frame: MINIMUM_FRAME,
            transport_labels: 1,
        }
    }

    #[test]
    fn ethernet_adds_layer_1_and_macsec_32_octets() {
        let shape = PacketShape::data(SizeSpec::Frame(1518));
        assert_eq!(shape.bits_on(&link(Line::Ethernet, None)), 8 * 1538);
        let macsec = link(Line::Ethernet, Some(EncryptionKind::Macsec));
        assert_eq!(shape.bits_on(&macsec), 8 * (1518 + 32 + 20));
        assert_eq!(padded().bits_on(&macsec), 8 * (64 + 32 + 20));
        assert_eq!(shape.frame_on(&macsec), Octets(1550));
    }

    #[test]
    fn a_bypass_label_takes_padding_first_and_four_octets_then() {
        // TV10: 34 octets of frame are padded to 64; a label more is still 64, HDLC sees it.
        let small = PacketShape {
            body: Octets(16),
            ..padded()
        };
        let labelled = small.relabelled(1, 0);
        assert_eq!((labelled.queued(), labelled.body), (Octets(64), Octets(20)));
        let full = PacketShape {
            size: SizeSpec::Frame(126),
            body: Octets(108),
            ..padded()
        };
        assert_eq!(full.relabelled(1, 0).queued(), Octets(130));
        assert_eq!(full.relabelled(0, 1).queued(), Octets(122));
        assert_eq!(full.relabelled(1, 1).queued(), Octets(126));
        // 66 octets less a label are padded; wire octets are what they are.
        let short = PacketShape {
            size: SizeSpec::Frame(66),
            body: Octets(48),
            ..padded()
        };
        assert_eq!(short.relabelled(0, 1).queued(), Octets(64));
        let wire = PacketShape::data(SizeSpec::Wire(48));
        assert_eq!(wire.relabelled(1, 0).queued(), Octets(52));
        assert_eq!(
            wire.relabelled(0, 1).queued(),
            Octets(48),
            "no label to pop"
        );
        let silent = PacketShape {
            content: Content::AllOnes { from: 12 },
            ..padded()
        };
        let ones = |shape: &PacketShape| shape.ones();
        assert_eq!(ones(&silent.relabelled(1, 0)), ones(&silent));
    }

    #[test]
    fn an_esp_tunnel_carries_the_body_without_ethernet_padding() {
        // Frame 18, outer IPv4 20, ESP 8, vector 8, inner IPv4 20, GRE 4, body 20, padding 2,
        // trailer 2, check value 16: 118 octets, 138 with preamble and gap.
        let ipsec = link(Line::Ethernet, Some(EncryptionKind::Ipsec));
        assert_eq!(padded().frame_on(&ipsec), Octets(118));
        assert_eq!(padded().bits_on(&ipsec), 8 * 138);
        // On the leased line the same packet of 100 octets in PPP: 848 bits, 14 stuffed, a flag.
        let line = link(e1(false), Some(EncryptionKind::Ipsec));
        assert_eq!(padded().bits_on(&line), 8 + 848 + 14);
    }

    #[test]
    fn a_leased_line_has_no_minimum_frame_and_stuffs_bits() {
        // 26 octets, 208 bits, 3.35 stuffed, a flag; under multilink 32, 256, 4.13.
        assert_eq!(padded().bits_on(&link(e1(false), None)), 8 + 208 + 4);
        assert_eq!(padded().bits_on(&link(e1(true), None)), 8 + 256 + 5);
        let silent = PacketShape {
            content: Content::AllOnes { from: 12 },
            ..padded()
        };
        // 18 octets as before, 144 bits, 2.32 stuffed; 64 ones, 12 stuffed.
        assert_eq!(
            silent.bits_on(&link(e1(false), None)),
            8 + 144 + 3 + 64 + 12
        );
        // Encryption hides the ones.
        let hidden = link(e1(false), Some(EncryptionKind::Ipsec));
        assert_eq!(silent.bits_on(&hidden), padded().bits_on(&hidden));
    }

    #[test]
    fn wire_octets_are_all_there_is_and_timeslots_carry_no_packets() {
        let wire = PacketShape::data(SizeSpec::Wire(48));
        for line in [Line::Ethernet, e1(true)] {
            assert_eq!(wire.bits_on(&link(line, None)), 384);
        }
        assert_eq!(
            padded().bits_on(&link(Line::Sdh { timeslots: 31 }, None)),
            0
        );
    }
}
