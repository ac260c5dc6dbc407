//! How a service's frames are carried over the MPLS network, octet by octet.

use crate::units::Octets;

/// The kind of service that carries a customer's frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// None: the frame itself is what stands on the link.
    Bare,
    /// Virtual private wire service: the frame without its FCS is carried from point to point
    /// (RFC 4448, raw mode, with control word).
    Vpws,
    /// Virtual private LAN service: as VPWS, and copied at the ingress to every destination
    /// (RFC 4762, ingress replication).
    Vpls,
    /// Virtual private routed network: the IP packet alone is carried (RFC 4364).
    Vprn,
}

/// A customer's packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CustomerPacket {
    /// The Ethernet frame with FCS and padding.
    pub frame: Octets,
    /// What the frame carries (the IP packet), without its padding.
    pub carried: Octets,
}

/// A packet as it stands on an Ethernet link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Carried {
    /// The frame with FCS and padding.
    pub frame: Octets,
    /// What another framing than Ethernet would carry: the frame without its Ethernet header, FCS
    /// and padding.
    pub body: Octets,
}

/// Destination and source address and type (IEEE 802.3 clause 3.1.1).
pub const ETHERNET_HEADER: u64 = 14;
/// Frame check sequence (IEEE 802.3 clause 3.1.1).
pub const FRAME_CHECK: u64 = 4;
/// Label of the path and label of the service (RFC 3032 clause 2.1, 4 octets each).
pub const LABELS: u64 = 8;
/// Control word (RFC 4448 clause 4.6).
pub const CONTROL_WORD: u64 = 4;
/// IPv4 header without options (RFC 791 clause 3.1).
pub const IP_HEADER: u64 = 20;
/// TCP header without options (RFC 9293 clause 3.1).
pub const TCP_HEADER: u64 = 20;
/// UDP header (RFC 768).
pub const UDP_HEADER: u64 = 8;
/// RTP header without contributors (RFC 3550 clause 5.1).
pub const RTP_HEADER: u64 = 12;

impl CustomerPacket {
    /// A frame of this size; what it carries fills it.
    #[must_use]
    pub fn of_frame(frame: Octets) -> Self {
        let carried = Octets(frame.0.saturating_sub(ETHERNET_HEADER + FRAME_CHECK));
        Self { frame, carried }
    }

    /// The frame, padded to `minimum`, that carries this IP packet.
    #[must_use]
    pub fn of_ip(carried: Octets, minimum: Octets) -> Self {
        let frame = carried + Octets(ETHERNET_HEADER + FRAME_CHECK);
        Self {
            frame: frame.max(minimum),
            carried,
        }
    }
}

impl Transport {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Bare, Self::Vpws, Self::Vpls, Self::Vprn];

    /// The name used in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "none",
            Self::Vpws => "vpws",
            Self::Vpls => "vpls",
            Self::Vprn => "vprn",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The packet on a link of the network, padded to `minimum`.
    #[must_use]
    pub fn carry(self, packet: CustomerPacket, minimum: Octets) -> Carried {
        let body = match self {
            Self::Bare => {
                let (frame, body) = (packet.frame, packet.carried);
                return Carried { frame, body };
            }
            Self::Vpws | Self::Vpls => {
                LABELS + CONTROL_WORD + packet.frame.0.saturating_sub(FRAME_CHECK)
            }
            Self::Vprn => LABELS + packet.carried.0,
        };
        let frame = Octets(ETHERNET_HEADER + body + FRAME_CHECK);
        Carried {
            frame: frame.max(minimum),
            body: Octets(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMUM: Octets = Octets(64);

    fn frame(transport: Transport, packet: CustomerPacket) -> (u64, u64) {
        let carried = transport.carry(packet, MINIMUM);
        (carried.frame.0, carried.body.0)
    }

    #[test]
    fn a_wire_service_adds_26_octets_to_a_frame_and_a_routed_one_8() {
        // 1500 of IP make 1518; VPWS: 14 + 8 + 4 + 1514 + 4, VPRN: 14 + 8 + 1500 + 4.
        let full = CustomerPacket::of_frame(Octets(1518));
        assert_eq!(frame(Transport::Bare, full), (1518, 1500));
        assert_eq!(frame(Transport::Vpws, full), (1544, 1526));
        assert_eq!(frame(Transport::Vpls, full), (1544, 1526));
        assert_eq!(frame(Transport::Vprn, full), (1526, 1508));
    }

    #[test]
    fn a_wire_service_carries_the_padding_of_a_short_frame_and_a_routed_one_pads_anew() {
        // A TCP acknowledgement: 40 octets of IP in a frame of 64. VPRN: 14 + 8 + 40 + 4 = 66.
        let short = CustomerPacket::of_ip(Octets(40), MINIMUM);
        assert_eq!(short.frame, Octets(64));
        assert_eq!(frame(Transport::Vpws, short), (90, 72));
        assert_eq!(frame(Transport::Vprn, short), (66, 48));
        // 37 octets of IP reach 63: padded to 64, the body stays.
        let shorter = CustomerPacket::of_ip(Octets(37), MINIMUM);
        assert_eq!(frame(Transport::Vprn, shorter), (64, 45));
    }
}
