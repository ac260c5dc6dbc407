//! What products take: payloads, jitter buffers.

use std::cmp::Ordering;

use crate::units::Span;

/// Payload sizes and jitter buffers that a product accepts.
#[derive(Debug)]
pub struct Profile {
    /// Name in scenario files.
    pub name: &'static str,
    /// Fewest 125 µs frames in a CESoPSN packet.
    pub frames_min: u64,
    /// Most frames.
    pub frames_max: u64,
    /// Smallest CESoPSN payload by number of timeslots: for one, and for more.
    pub cesopsn_payload_min: [u64; 2],
    /// Largest CESoPSN payload, likewise.
    pub cesopsn_payload_max: [u64; 2],
    /// Smallest SAToP payload.
    pub satop_payload_min: u64,
    /// SAToP payloads are multiples of this.
    pub satop_payload_step: u64,
    /// Largest payload of either service.
    pub payload_max: u64,
    /// What its jitter buffer can be set to.
    pub buffer: BufferLimits,
    /// Page or clause of the source.
    pub source: &'static str,
}

/// What a jitter buffer can be set to, in time and in packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BufferLimits {
    /// Settings are multiples of this.
    pub step: Span,
    /// Smallest.
    pub min: Span,
    /// Largest.
    pub max: Span,
    /// Packets without which it is refused.
    pub packets_min: u64,
    /// Packets below which it leaves too little slack.
    pub packets_advised: u64,
    /// Packets beyond which it is refused.
    pub packets_max: u64,
}

/// The rule of the TIMETRA-SAP-MIB (`sapCemJitterBuffer`: 1 to 250 ms in whole milliseconds, 2 to
/// 32 packets) with the advice of the 7705 SAR OS Services Guide (p249: 3 packets).
const SAP_MIB: BufferLimits = BufferLimits {
    step: Span::from_ms(1),
    min: Span::from_ms(1),
    max: Span::from_ms(250),
    packets_min: 2,
    packets_advised: 3,
    packets_max: 32,
};

/// Whole microseconds, as RFC 5604 clause 8 counts `pwTDMCfgJtrBfrDepth`; the largest buffer and
/// the numbers of packets as for the products we know: own choice.
const OPEN: BufferLimits = BufferLimits {
    step: Span::from_us(1),
    min: Span::from_us(1),
    ..SAP_MIB
};

const GENERIC: Profile = Profile {
    name: "generic",
    frames_min: 1,
    frames_max: u64::MAX,
    cesopsn_payload_min: [1, 1],
    cesopsn_payload_max: [1514, 1514],
    satop_payload_min: 1,
    satop_payload_step: 1,
    payload_max: 1514,
    buffer: OPEN,
    source: "RFC 4553 clause 5.1 and RFC 5086 clause 5: any fixed size; RFC 5604 clause 8: buffer \
             in microseconds; upper limits and numbers of packets: own choice",
};

/// Product profiles; the first is the default.
pub static PROFILES: [Profile; 8] = [
    Profile {
        name: "nokia-7705",
        frames_min: 2,
        frames_max: u64::MAX,
        cesopsn_payload_min: [2, 2],
        cesopsn_payload_max: [1514, 1514],
        satop_payload_min: 64,
        satop_payload_step: 32,
        payload_max: 1514,
        buffer: SAP_MIB,
        source: "Alcatel-Lucent 7705 SAR OS Services Guide p148-149, p154 and p249-250; \
                 TIMETRA-SAP-MIB sapCemJitterBuffer",
    },
    Profile {
        name: "nokia-7750",
        frames_min: 4,
        frames_max: 128,
        cesopsn_payload_min: [40, 64],
        cesopsn_payload_max: [1514, 1514],
        satop_payload_min: 64,
        satop_payload_step: 32,
        payload_max: 1514,
        buffer: SAP_MIB,
        source: "Nokia 7750 documentation, page Payload size; TIMETRA-SAP-MIB \
                 sapCemJitterBuffer; SAToP limits as 7705, to be verified",
    },
    GENERIC,
    Profile {
        name: "hirschmann-dragon-ptn",
        source: "limits as generic, to be verified; for its play-out see hirschmann",
        ..GENERIC
    },
    Profile {
        name: "rad-ipmux-24",
        source: "limits as generic, to be verified; for its play-out see prefill",
        ..GENERIC
    },
    Profile {
        name: "extreme-e4g",
        source: "limits as generic, to be verified; for its play-out see extreme",
        ..GENERIC
    },
    Profile {
        name: "loop-ip6704a",
        source: "limits as generic, to be verified; for its play-out see loop",
        ..GENERIC
    },
    Profile {
        name: "cisco-asr1000",
        cesopsn_payload_max: [40, 1514],
        source: "Cisco ASR 1000 configuration guide: at most 40 octets for one DS0 (table partly \
                 unreadable); everything else as generic, to be verified",
        ..GENERIC
    },
];

/// Why a payload is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayloadError {
    /// No whole number of 125 µs frames; the two nearest sizes that are (the lower may be 0).
    PartialFrame {
        /// Next smaller.
        below: u64,
        /// Next larger.
        above: u64,
    },
    /// Below the smallest that the profile takes, octets.
    TooSmall(u64),
    /// Above the largest, octets.
    TooLarge(u64),
    /// Not a multiple of this many octets.
    NotAMultiple(u64),
}

/// Why a jitter buffer is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BufferError {
    /// Shorter than the shortest setting.
    TooShort(Span),
    /// Longer than the longest.
    TooLong(Span),
    /// Not a multiple of this.
    NotAMultiple(Span),
    /// It holds less than this many packets.
    FewerPackets(u64),
    /// It holds more than this many packets.
    MorePackets(u64),
}

/// What is to be said of a jitter buffer that the product takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advice {
    /// Nothing.
    Fits,
    /// It holds less than this many packets: little slack, or none.
    FewerPackets(u64),
}

impl Profile {
    /// The profile with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The profile of files that name none.
    #[must_use]
    pub fn default_profile() -> &'static Self {
        &PROFILES[0]
    }

    /// Whether the product takes this jitter buffer with packets of this time (an exact fraction
    /// of picoseconds), and whether it should be given more.
    ///
    /// # Errors
    /// [`BufferError`] with the limit that is broken: first those of time, then those of packets.
    pub fn check_buffer(
        &self,
        buffer: Span,
        packet_time_exact_ps: (u64, u64),
    ) -> Result<Advice, BufferError> {
        self.buffer.check(buffer, packet_time_exact_ps)
    }
}

impl BufferLimits {
    /// As [`Profile::check_buffer`].
    ///
    /// # Errors
    /// As there.
    pub fn check(
        &self,
        buffer: Span,
        packet_time_exact_ps: (u64, u64),
    ) -> Result<Advice, BufferError> {
        let packets = |packets| compare_buffer(buffer, packets, packet_time_exact_ps);
        if buffer < self.min {
            Err(BufferError::TooShort(self.min))
        } else if buffer > self.max {
            Err(BufferError::TooLong(self.max))
        } else if !buffer.0.is_multiple_of(self.step.0) {
            Err(BufferError::NotAMultiple(self.step))
        } else if packets(self.packets_min) == Ordering::Less {
            Err(BufferError::FewerPackets(self.packets_min))
        } else if packets(self.packets_max) == Ordering::Greater {
            Err(BufferError::MorePackets(self.packets_max))
        } else if packets(self.packets_advised) == Ordering::Less {
            Ok(Advice::FewerPackets(self.packets_advised))
        } else {
            Ok(Advice::Fits)
        }
    }
}

/// How a jitter buffer compares with a number of packet times, exactly.
#[must_use]
pub fn compare_buffer(buffer: Span, packets: u64, packet_time_exact_ps: (u64, u64)) -> Ordering {
    let (numerator, denominator) = packet_time_exact_ps;
    let buffer = u128::from(buffer.0) * u128::from(denominator);
    buffer.cmp(&(u128::from(packets) * u128::from(numerator)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: (u64, u64) = (1_000_000_000, 1);

    fn check(name: &str, buffer: Span, time: (u64, u64)) -> Result<Advice, BufferError> {
        Profile::from_name(name).unwrap().check_buffer(buffer, time)
    }

    #[test]
    fn a_7705_takes_whole_milliseconds_from_2_to_32_packets_and_is_advised_3() {
        // Services guide p249-250 and TIMETRA-SAP-MIB sapCemJitterBuffer.
        use BufferError::{FewerPackets, MorePackets, NotAMultiple, TooLong, TooShort};
        for (buffer_us, time, want) in [
            (2000, MS, Ok(Advice::FewerPackets(3))),
            (2500, MS, Err(NotAMultiple(Span::from_ms(1)))),
            (1000, MS, Err(FewerPackets(2))),
            (3000, MS, Ok(Advice::Fits)),
            (32_000, MS, Ok(Advice::Fits)),
            (33_000, MS, Err(MorePackets(32))),
            (500, MS, Err(TooShort(Span::from_ms(1)))),
            (251_000, MS, Err(TooLong(Span::from_ms(250)))),
            // Two frames a packet, 250 us: 8 ms are 32 packets, 9 ms are 36.
            (8000, (250_000_000, 1), Ok(Advice::Fits)),
            (9000, (250_000_000, 1), Err(MorePackets(32))),
            // T1: 3 packets are 2984.456 us.
            (3000, (192_000_000_000, 193), Ok(Advice::Fits)),
        ] {
            let got = check("nokia-7705", Span::from_us(buffer_us), time);
            assert_eq!(got, want, "{buffer_us} us");
        }
    }

    #[test]
    fn the_generic_profile_takes_whole_microseconds() {
        // RFC 5604 clause 8 counts the depth in microseconds.
        assert_eq!(check("generic", Span::from_us(3001), MS), Ok(Advice::Fits));
        assert_eq!(
            check("generic", Span(3_000_500_000), MS),
            Err(BufferError::NotAMultiple(Span::from_us(1)))
        );
    }

    #[test]
    fn half_a_buffer_is_compared_exactly_where_a_packet_is_no_whole_picosecond() {
        let t1 = (192_000_000_000, 193);
        assert_eq!(
            compare_buffer(Span(192_000_000_000), 193, t1),
            Ordering::Equal
        );
        assert_eq!(
            compare_buffer(Span(191_999_999_999), 193, t1),
            Ordering::Less
        );
    }

    #[test]
    fn every_profile_has_a_name_of_its_own_and_limits_in_order() {
        for profile in &PROFILES {
            assert_eq!(
                Profile::from_name(profile.name).unwrap().source,
                profile.source
            );
            let buffer = profile.buffer;
            assert!(buffer.min <= buffer.max && buffer.step.0 > 0);
            assert!(buffer.packets_min <= buffer.packets_advised);
            assert!(buffer.packets_advised <= buffer.packets_max);
        }
    }
}
