//! One circuit packet, octet by octet: Ethernet, label stack, control word, optional RTP header,
//! payload, padding, frame check sequence (RFC 4553 clause 4, RFC 5086 clause 4, RFC 3032).

use crate::units::Octets;

/// What surrounds the payload. The control word is always there (RFC 4553 clause 4.3 and
/// RFC 5086 clause 4.3 require it).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Encapsulation {
    /// Whether an IEEE 802.1Q tag (4 octets) follows the addresses.
    pub vlan: bool,
    /// Label stack entries: transport labels and, last, the pseudowire's.
    pub labels: u8,
    /// Whether the 12-octet RTP header follows the control word.
    pub rtp: bool,
    /// Shortest frame with FCS: 64 octets, or 68 where equipment pads tagged frames so that 64
    /// are left without the tag.
    pub minimum_frame: Octets,
}

/// How large a packet is at each layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameSizes {
    /// Labels, control word, RTP header and payload.
    pub mpls: Octets,
    /// Octets added to reach the minimum frame.
    pub padding: Octets,
    /// Ethernet frame with padding and FCS.
    pub frame: Octets,
    /// Frame with preamble and inter-packet gap, whatever the links count.
    pub wire: Octets,
}

/// The fields of a packet that vary from one to the next.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Fields {
    /// L: the attachment circuit has failed; TDM data invalid.
    pub circuit_fault: bool,
    /// R: the sender itself is in the loss-of-packets state.
    pub remote_loss: bool,
    /// M, two bits: with L as in RFC 5086 clause 4.3; reserved (0) for SAToP.
    pub modifier: u8,
    /// FRG, two bits: 0 unless a multiframe is fragmented.
    pub fragment: u8,
    /// Counts packets, 0 after 65535; zero is not skipped.
    pub sequence: u16,
    /// Label values, top first; 20 bits each. The stack's depth is the encapsulation's.
    pub labels: [u32; LABELS_MAX],
    /// Traffic class, three bits, the same in every entry (RFC 5462).
    pub traffic_class: u8,
    /// Time to live, the same in every entry.
    pub time_to_live: u8,
    /// RTP timestamp, where there is an RTP header.
    pub timestamp: u32,
}

/// Why octets are no packet of this encapsulation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// It ends before its headers do, or has no payload.
    Truncated,
    /// The EtherType is not that of MPLS unicast.
    NotMpls,
    /// The bottom-of-stack bits do not match the depth of the label stack.
    LabelStack,
    /// The first four bits of the control word are not zero.
    NotAControlWord,
    /// LEN says more octets than there are, or fewer than the headers.
    Length,
    /// The frame check sequence does not match.
    CheckSequence,
    /// The RTP version is not 2, or its sequence number is not the control word's.
    Rtp,
}

/// Deepest label stack: circuit, path, bypass, and two spare.
pub const LABELS_MAX: usize = 5;
/// Preamble with start delimiter (8) and inter-packet gap (12): IEEE 802.3 clauses 3.2.1, 3.2.2
/// and 4.4.2.
pub const LAYER1_OVERHEAD: Octets = Octets(20);

const ETHERTYPE_MPLS: u16 = 0x8847; // RFC 5332 clause 3: MPLS with a downstream label
const ETHERTYPE_VLAN: u16 = 0x8100;
const ADDRESSES: usize = 12;
const CONTROL_WORD: usize = 4;
const RTP_HEADER: usize = 12;
const FCS: usize = 4;
//= RFC 4553 clause 4.3 and RFC 5086 clause 4.3: LEN is zero from this many octets on
const LENGTH_LIMIT: usize = 64;

impl Default for Encapsulation {
    /// Transport and pseudowire label, no tag, no RTP, padded to 64 octets.
    fn default() -> Self {
        Self {
            vlan: false,
            labels: 2,
            rtp: false,
            minimum_frame: Octets(64),
        }
    }
}

impl Encapsulation {
    /// Sizes of a packet with this payload.
    #[must_use]
    pub fn sizes(&self, payload: Octets) -> FrameSizes {
        let mpls = Octets((4 * usize::from(self.labels) + self.inner_header()) as u64) + payload;
        let unpadded = Octets(self.ethernet_header() as u64 + FCS as u64) + mpls;
        let frame = unpadded.max(self.minimum_frame);
        let padding = Octets(frame.0 - unpadded.0);
        FrameSizes {
            mpls,
            padding,
            frame,
            wire: frame + LAYER1_OVERHEAD,
        }
    }

    /// The octets of one packet, FCS included; addresses are zero, as is a tag's control field.
    ///
    /// # Panics
    /// If the label stack is deeper than [`LABELS_MAX`].
    #[must_use]
    pub fn encode(&self, fields: &Fields, payload: &[u8]) -> Vec<u8> {
        let mut octets = vec![0; ADDRESSES];
        if self.vlan {
            octets.extend_from_slice(&ETHERTYPE_VLAN.to_be_bytes());
            octets.extend_from_slice(&[0, 0]);
        }
        octets.extend_from_slice(&ETHERTYPE_MPLS.to_be_bytes());
        let stack = &fields.labels[..usize::from(self.labels)];
        for (depth, label) in stack.iter().enumerate() {
            //= RFC 3032 clause 2.1: label 20 bits, TC 3, bottom of stack 1, TTL 8
            let bottom = u32::from(depth + 1 == stack.len());
            let entry = (label & 0xF_FFFF) << 12
                | u32::from(fields.traffic_class & 7) << 9
                | bottom << 8
                | u32::from(fields.time_to_live);
            octets.extend_from_slice(&entry.to_be_bytes());
        }
        octets.extend_from_slice(&self.control_word(fields, payload.len()).to_be_bytes());
        if self.rtp {
            octets.extend_from_slice(&[0x80, 0]); // version 2, dynamic payload type left at 0
            octets.extend_from_slice(&fields.sequence.to_be_bytes());
            octets.extend_from_slice(&fields.timestamp.to_be_bytes());
            octets.extend_from_slice(&[0; 4]); // SSRC
        }
        octets.extend_from_slice(payload);
        let least = usize::try_from(self.minimum_frame.0)
            .unwrap_or(usize::MAX)
            .min(1 << 16);
        octets.resize(octets.len().max(least.saturating_sub(FCS)), 0);
        let check = crc32(&octets);
        octets.extend_from_slice(&check.to_le_bytes()); // IEEE 802.3 clause 3.2.9 bit order
        octets
    }

    /// Fields and payload of one packet of this encapsulation.
    ///
    /// # Errors
    /// [`DecodeError`]; no input makes it panic.
    pub fn decode(&self, octets: &[u8]) -> Result<(Fields, Vec<u8>), DecodeError> {
        let end = octets
            .len()
            .checked_sub(FCS)
            .ok_or(DecodeError::Truncated)?;
        let (body, check) = octets.split_at(end);
        let mut reader = Reader(body);
        reader.take(ADDRESSES)?;
        if self.vlan {
            let tag = reader.word()?;
            if tag >> 16 != u32::from(ETHERTYPE_VLAN) {
                return Err(DecodeError::NotMpls);
            }
        }
        if reader.take(2)? != ETHERTYPE_MPLS.to_be_bytes() {
            return Err(DecodeError::NotMpls);
        }
        let mut fields = Fields::default();
        for depth in 0..usize::from(self.labels) {
            let entry = reader.word()?;
            let bottom = depth + 1 == usize::from(self.labels);
            let label = fields
                .labels
                .get_mut(depth)
                .ok_or(DecodeError::LabelStack)?;
            if (entry >> 8 & 1 == 1) != bottom {
                return Err(DecodeError::LabelStack);
            }
            *label = entry >> 12;
            fields.traffic_class = (entry >> 9 & 7) as u8;
            fields.time_to_live = (entry & 0xFF) as u8;
        }
        let word = reader.word()?;
        if word >> 28 != 0 {
            return Err(DecodeError::NotAControlWord);
        }
        fields.circuit_fault = word >> 27 & 1 == 1;
        fields.remote_loss = word >> 26 & 1 == 1;
        fields.modifier = (word >> 24 & 3) as u8;
        fields.fragment = (word >> 22 & 3) as u8;
        fields.sequence = (word & 0xFFFF) as u16;
        let length = (word >> 16 & 0x3F) as usize;
        if self.rtp {
            let first = reader.word()?;
            fields.timestamp = reader.word()?;
            reader.take(4)?;
            if first >> 30 != 2 || first & 0xFFFF != u32::from(fields.sequence) {
                return Err(DecodeError::Rtp);
            }
        }
        let size = match length {
            0 => reader.0.len(),
            _ => length
                .checked_sub(self.inner_header())
                .ok_or(DecodeError::Length)?,
        };
        let payload = reader.take(size).map_err(|_| DecodeError::Length)?.to_vec();
        if crc32(body).to_le_bytes() != check {
            return Err(DecodeError::CheckSequence);
        }
        Ok((fields, payload))
    }

    fn ethernet_header(&self) -> usize {
        ADDRESSES + if self.vlan { 4 } else { 0 } + 2
    }

    fn inner_header(&self) -> usize {
        CONTROL_WORD + if self.rtp { RTP_HEADER } else { 0 }
    }

    fn control_word(&self, fields: &Fields, payload: usize) -> u32 {
        // LEN lets the receiver strip the padding of a short Ethernet frame.
        let length = self.inner_header() + payload;
        let length = if length < LENGTH_LIMIT {
            length as u32
        } else {
            0
        };
        u32::from(fields.circuit_fault) << 27
            | u32::from(fields.remote_loss) << 26
            | u32::from(fields.modifier & 3) << 24
            | u32::from(fields.fragment & 3) << 22
            | length << 16
            | u32::from(fields.sequence)
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u32, DecodeError> {
        let four = self
            .take(4)?
            .try_into()
            .map_err(|_| DecodeError::Truncated)?;
        Ok(u32::from_be_bytes(four))
    }
}

/// CRC-32 of IEEE 802.3 clause 3.2.9, bit by bit: it runs in tests and traces only.
fn crc32(octets: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !octets
        .iter()
        .fold(!0, |crc, octet| (0..8).fold(crc ^ u32::from(*octet), step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::BitRate;
    use proptest::prelude::*;

    const PLAIN: Encapsulation = Encapsulation {
        vlan: false,
        labels: 2,
        rtp: false,
        minimum_frame: Octets(64),
    };

    /// (frame, wire) octets, and their rates in millibits per second at one packet per `time`.
    fn check(encapsulation: Encapsulation, payload: u64, time_ps: u64, want: [u64; 4]) {
        let sizes = encapsulation.sizes(Octets(payload));
        let milli = |size| {
            let (top, bottom) = BitRate::of(size, (time_ps, 1)).exact_bps();
            (2000 * top + bottom) / (2 * bottom)
        };
        let got = [
            sizes.frame.0,
            sizes.wire.0,
            milli(sizes.frame),
            milli(sizes.wire),
        ];
        assert_eq!(got, want, "{encapsulation:?} {payload} B");
    }

    #[test]
    fn a_default_c_pipe_takes_94_kbit_in_frames_and_114_on_the_wire() {
        check(PLAIN, 64, 8_000_000_000, [94, 114, 94_000_000, 114_000_000]); // TV7
        check(PLAIN, 8, 1_000_000_000, [64, 84, 512_000_000, 672_000_000]); // TV8
        check(PLAIN, 14, 1_750_000_000, [64, 84, 292_571_429, 384_000_000]); // TV9
        let unpadded = Encapsulation {
            minimum_frame: Octets(0),
            ..PLAIN
        };
        check(
            unpadded,
            8,
            1_000_000_000,
            [38, 58, 304_000_000, 464_000_000],
        ); // TV8
        check(
            PLAIN,
            256,
            1_000_000_000,
            [286, 306, 2_288_000_000, 2_448_000_000],
        ); // TV11
        check(
            PLAIN,
            96,
            1_000_000_000,
            [126, 146, 1_008_000_000, 1_168_000_000],
        );
        check(
            PLAIN,
            192,
            2_000_000_000,
            [222, 242, 888_000_000, 968_000_000],
        );
    }

    #[test]
    fn one_more_label_costs_4_octets_or_nothing() {
        let bypass = Encapsulation { labels: 3, ..PLAIN };
        check(
            bypass,
            64,
            8_000_000_000,
            [98, 118, 98_000_000, 118_000_000],
        ); // TV10
        check(
            bypass,
            14,
            1_750_000_000,
            [64, 84, 292_571_429, 384_000_000],
        ); // TV10
        let tagged = Encapsulation {
            vlan: true,
            ..PLAIN
        };
        check(
            tagged,
            64,
            8_000_000_000,
            [98, 118, 98_000_000, 118_000_000],
        );
        let timed = Encapsulation { rtp: true, ..PLAIN };
        check(
            timed,
            64,
            8_000_000_000,
            [106, 126, 106_000_000, 126_000_000],
        );
    }

    #[test]
    fn the_384_kbit_table_holds_row_by_row() {
        // N = 1: (frames, frame octets, frame kb/s, wire kb/s, labels + word + payload kb/s), in
        // mb/s (1/1000 b/s), rounded half up.
        for (frames, octets, frame, wire, mpls) in [
            (2, 64, 2_048_000_000_u64, 2_688_000_000_u64, 448_000_000_u64),
            (4, 64, 1_024_000_000, 1_344_000_000, 256_000_000),
            (8, 64, 512_000_000, 672_000_000, 160_000_000),
            (10, 64, 409_600_000, 537_600_000, 140_800_000),
            (12, 64, 341_333_333, 448_000_000, 128_000_000),
            (14, 64, 292_571_429, 384_000_000, 118_857_143),
            (16, 64, 256_000_000, 336_000_000, 112_000_000),
            (24, 64, 170_666_667, 224_000_000, 96_000_000),
            (32, 64, 128_000_000, 168_000_000, 88_000_000),
            (40, 70, 112_000_000, 144_000_000, 83_200_000),
            (64, 94, 94_000_000, 114_000_000, 76_000_000),
        ] {
            let time = frames * 125_000_000;
            check(PLAIN, frames, time, [octets, octets + 20, frame, wire]);
            let (top, bottom) =
                BitRate::of(PLAIN.sizes(Octets(frames)).mpls, (time, 1)).exact_bps();
            assert_eq!((2000 * top + bottom) / (2 * bottom), mpls, "F = {frames}");
        }
    }

    #[test]
    fn payloads_up_to_34_octets_are_padded_30_with_a_tag_or_label_22_with_rtp() {
        let padded_up_to = |encapsulation: Encapsulation| {
            (1..100)
                .filter(|size| encapsulation.sizes(Octets(*size)).padding.0 > 0)
                .max()
        };
        // A payload of 34 octets fills the frame exactly: the last padded one is below it.
        assert_eq!(padded_up_to(PLAIN), Some(33));
        assert_eq!(
            padded_up_to(Encapsulation {
                vlan: true,
                ..PLAIN
            }),
            Some(29)
        );
        assert_eq!(padded_up_to(Encapsulation { labels: 3, ..PLAIN }), Some(29));
        assert_eq!(padded_up_to(Encapsulation { rtp: true, ..PLAIN }), Some(21));
        let tagged_68 = Encapsulation {
            vlan: true,
            minimum_frame: Octets(68),
            ..PLAIN
        };
        assert_eq!(tagged_68.sizes(Octets(8)).frame, Octets(68));
    }

    #[test]
    fn one_packet_reads_as_the_standards_draw_it() {
        let fields = Fields {
            remote_loss: true,
            sequence: 0xBEEF,
            labels: [16, 0xF_FFFF, 0, 0, 0],
            traffic_class: 5,
            time_to_live: 255,
            ..Fields::default()
        };
        let octets = PLAIN.encode(&fields, &[0xAA; 8]);
        assert_eq!(octets.len(), 64);
        assert_eq!(octets[12..14], [0x88, 0x47]);
        assert_eq!(
            octets[14..18],
            [0x00, 0x01, 0x0A, 0xFF],
            "label 16, TC 5, not the bottom"
        );
        assert_eq!(
            octets[18..22],
            [0xFF, 0xFF, 0xFB, 0xFF],
            "the last label, bottom of stack"
        );
        assert_eq!(
            octets[22..26],
            [0x04, 0x0C, 0xBE, 0xEF],
            "R, LEN = 12, sequence number"
        );
        assert_eq!(octets[26..34], [0xAA; 8]);
        assert_eq!(octets[34..60], [0; 26], "padding");
    }

    #[test]
    fn the_length_field_is_zero_from_64_octets_on() {
        let field = |encapsulation: Encapsulation, payload: usize| {
            let octets = encapsulation.encode(&Fields::default(), &vec![0; payload]);
            octets[23] & 0x3F
        };
        assert_eq!(field(PLAIN, 8), 12);
        assert_eq!(field(PLAIN, 59), 63);
        assert_eq!(field(PLAIN, 60), 0);
        let timed = Encapsulation { rtp: true, ..PLAIN };
        assert_eq!(field(timed, 47), 63);
        assert_eq!(field(timed, 48), 0);
    }

    #[test]
    fn the_check_sequence_is_that_of_the_standard_test_text() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn what_is_encoded_has_the_computed_size_and_decodes_the_same(
            vlan: bool, labels in 1_u8..=5, rtp: bool, wide: bool, fault: bool, loss: bool,
            modifier in 0_u8..4, fragment in 0_u8..4, sequence: u16, timestamp: u32,
            stack in prop::array::uniform5(0_u32..1 << 20), traffic_class in 0_u8..8,
            payload in prop::collection::vec(any::<u8>(), 1..300),
        ) {
            let minimum_frame = Octets(if wide { 68 } else { 64 });
            let encapsulation = Encapsulation { vlan, labels, rtp, minimum_frame };
            let mut stack = stack;
            stack[usize::from(labels)..].fill(0);
            let fields = Fields {
                circuit_fault: fault, remote_loss: loss, modifier, fragment, sequence,
                labels: stack, traffic_class, time_to_live: 64,
                timestamp: if rtp { timestamp } else { 0 },
            };
            let octets = encapsulation.encode(&fields, &payload);
            let sizes = encapsulation.sizes(Octets(payload.len() as u64));
            prop_assert_eq!(octets.len() as u64, sizes.frame.0);
            prop_assert_eq!(encapsulation.decode(&octets), Ok((fields, payload)));
        }

        #[test]
        fn no_octets_make_the_decoder_panic(
            octets in prop::collection::vec(any::<u8>(), 0..120),
            vlan: bool, labels: u8, rtp: bool, like_mpls: bool,
        ) {
            let encapsulation =
                Encapsulation { vlan, labels, rtp, minimum_frame: Octets(64) };
            let mut octets = octets;
            if like_mpls && octets.len() > 14 && !vlan {
                octets[12..14].copy_from_slice(&[0x88, 0x47]);
            }
            let _ = encapsulation.decode(&octets);
        }

        #[test]
        fn a_flipped_bit_is_noticed(place in 0_usize..64, bit in 0_u8..8) {
            let mut octets = PLAIN.encode(&Fields::default(), &[7; 8]);
            octets[place] ^= 1 << bit;
            prop_assert!(PLAIN.decode(&octets).is_err());
        }
    }
}
