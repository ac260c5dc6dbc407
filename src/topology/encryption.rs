//! Encryption of a link: octets that every frame grows by, and time at both ends.

use crate::units::{Octets, Span};

/// How a link is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Encryption {
    /// Which protocol.
    pub kind: EncryptionKind,
    /// Time through both ends together, beside that for the octets.
    pub delay: Span,
}

/// The protocol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EncryptionKind {
    /// IEEE 802.1AE between Ethernet ports.
    Macsec,
    /// ESP in tunnel mode around MPLS in GRE.
    Ipsec,
}

/// SecTAG with the explicit channel identifier: EtherType 2, control 1, short length 1, packet
/// number 4, channel 8 (IEEE 802.1AE clause 9.3).
const SECTAG_OCTETS: u64 = 16;
/// Integrity check value of GCM-AES-128 (IEEE 802.1AE clause 14.5) and of AES-GCM with 16 octets
/// (RFC 4106 clause 6).
const CHECK_VALUE_OCTETS: u64 = 16;
/// IPv4 header without options (RFC 791 clause 3.1).
const IPV4_OCTETS: u64 = 20;
/// GRE header without options (RFC 2784 clause 2.1); RFC 4023 clause 3.2 puts MPLS behind it.
const GRE_OCTETS: u64 = 4;
/// Security parameters index 4 and sequence number 4 (RFC 4303 clause 2).
const ESP_HEADER_OCTETS: u64 = 8;
/// Initialization vector of AES-GCM (RFC 4106 clause 3.1).
const VECTOR_OCTETS: u64 = 8;
/// Pad length 1 and next header 1 (RFC 4303 clause 2).
const ESP_TRAILER_OCTETS: u64 = 2;
/// The trailer ends on a multiple of four octets (RFC 4303 clause 2.4).
const ESP_ALIGNMENT: u64 = 4;

impl EncryptionKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Macsec, Self::Ipsec];

    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["macsec", "ipsec"][self as usize]
    }

    /// The protocol with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Octets of an Ethernet frame under MACsec.
#[must_use]
pub fn macsec_frame(frame: Octets) -> Octets {
    Octets(frame.0 + SECTAG_OCTETS + CHECK_VALUE_OCTETS)
}

/// Octets of the outer IP packet around a body: outer IPv4, ESP, vector, and inside the encryption
/// inner IPv4, GRE, the body, padding and trailer, then the check value.
#[must_use]
pub fn ipsec_packet(body: Octets) -> Octets {
    let inside = IPV4_OCTETS + GRE_OCTETS + body.0 + ESP_TRAILER_OCTETS;
    let padded = inside.next_multiple_of(ESP_ALIGNMENT);
    Octets(IPV4_OCTETS + ESP_HEADER_OCTETS + VECTOR_OCTETS + padded + CHECK_VALUE_OCTETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macsec_adds_32_octets() {
        assert_eq!(macsec_frame(Octets(64)), Octets(96));
        assert_eq!(macsec_frame(Octets(1518)), Octets(1550));
    }

    #[test]
    fn an_esp_tunnel_adds_78_octets_and_padding_to_four() {
        // 20 + 8 + 8 + (20 + 4 + body + padding + 2) + 16.
        assert_eq!(
            ipsec_packet(Octets(20)),
            Octets(20 + 8 + 8 + (26 + 20 + 2) + 16)
        );
        assert_eq!(
            ipsec_packet(Octets(22)),
            Octets(20 + 8 + 8 + (26 + 22) + 16)
        );
        assert_eq!(
            ipsec_packet(Octets(23)),
            Octets(20 + 8 + 8 + (26 + 23 + 3) + 16)
        );
        assert_eq!(
            ipsec_packet(Octets(76)),
            Octets(20 + 8 + 8 + (26 + 76 + 2) + 16)
        );
    }
}
