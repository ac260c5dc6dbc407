//! Leased lines: structured E1 with PPP in HDLC framing, RS-232 characters, analogue tones.

use super::sdh::TIMESLOT_BPS;
use crate::units::{BitRate, Octets, Span};

/// What a leased line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeasedLine {
    /// Timeslots of a structured E1 that carry packets in HDLC.
    E1 {
        /// How many, 1 to 31: timeslot 0 is framing (ITU-T G.704 clause 2.3).
        timeslots: u32,
        /// Whether frames carry the multilink header.
        multilink: bool,
    },
    /// Characters.
    Rs232 {
        /// Bits per second on the line, start and stop bits included.
        baud: u64,
    },
    /// Four wires for tones.
    Analogue {
        /// Time that the tone equipment takes, both ends together.
        tone_delay: Span,
    },
}

impl LeasedLine {
    /// Bits per second; a pair of wires for tones is as one PCM channel.
    ///
    /// # Panics
    /// If there is no timeslot, or no bit a second.
    #[must_use]
    pub fn rate(self) -> BitRate {
        let bps = match self {
            Self::E1 { timeslots, .. } => u64::from(timeslots) * TIMESLOT_BPS,
            Self::Rs232 { baud } => baud,
            Self::Analogue { .. } => TIMESLOT_BPS,
        };
        BitRate::from_bps(bps).expect("a line has a rate")
    }
}

/// Octets of a PPP frame beside what it carries, flag aside: address and control 2, protocol 2,
/// check sequence 2 (RFC 1661 clause 2, RFC 1662 clause 3.1).
const PPP_OCTETS: u64 = 6;
/// More under multilink: protocol 2, long sequence number format 4 (RFC 1990 clause 3).
const MULTILINK_OCTETS: u64 = 6;
/// One flag a frame: that which ends it also begins the next (RFC 1662 clause 3.1).
const FLAG_BITS: u64 = 8;
/// One bit is stuffed after five ones in a row (RFC 1662 clause 5.2).
const ONES_IN_A_ROW: u64 = 5;
/// Mean bits of random data from one stuffed bit to the next: 2 + 4 + 8 + 16 + 32.
const RANDOM_BITS_PER_STUFFED: u64 = 62;

/// Bits that a frame takes on the line, stuffed: a body of `data` octets as good as random, then
/// `ones` octets of nothing but ones.
///
/// Of random octets the expectation counts, rounded up to a whole bit.
#[must_use]
pub fn hdlc_bits(data: Octets, ones: Octets, multilink: bool) -> u64 {
    let around = PPP_OCTETS + if multilink { MULTILINK_OCTETS } else { 0 };
    let random = 8 * (around + data.0);
    let ones = 8 * ones.0;
    FLAG_BITS + random + random.div_ceil(RANDOM_BITS_PER_STUFFED) + ones + ones / ONES_IN_A_ROW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structured_e1_carries_1_984_mb_per_second() {
        let line = |timeslots| LeasedLine::E1 {
            timeslots,
            multilink: false,
        };
        assert_eq!(line(31).rate().exact_bps(), (1_984_000, 1));
        assert_eq!(line(1).rate().exact_bps(), (64_000, 1));
    }

    #[test]
    fn a_frame_of_random_octets_grows_by_one_bit_in_62() {
        // 76 octets of labels, control word and payload: 6 more, 656 bits, 10.58 stuffed, a flag.
        assert_eq!(hdlc_bits(Octets(76), Octets(0), false), 8 + 656 + 11);
        // Multilink: 6 octets more, 704 bits, 11.35 stuffed.
        assert_eq!(hdlc_bits(Octets(76), Octets(0), true), 8 + 704 + 12);
    }

    #[test]
    fn ones_grow_by_a_fifth() {
        // 12 octets of labels and control word, 64 of ones: 144 random bits and 3 stuffed, 512
        // ones and 102 stuffed.
        assert_eq!(
            hdlc_bits(Octets(12), Octets(64), false),
            8 + 144 + 3 + 512 + 102
        );
    }

    #[test]
    fn random_bits_are_stuffed_once_in_62_as_a_simulated_line_finds() {
        // A line of pseudo-random bits with the rule of RFC 1662: stuffed after five ones.
        let (mut state, mut run, mut stuffed) = (0x9e37_79b9_7f4a_7c15_u64, 0, 0_u64);
        let bits = 6_200_000;
        for _ in 0..bits {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            run = if state >> 63 == 1 { run + 1 } else { 0 };
            if run == 5 {
                (run, stuffed) = (0, stuffed + 1);
            }
        }
        let expected = bits / 62;
        assert!(
            stuffed.abs_diff(expected) < expected / 100,
            "{stuffed} of {expected}"
        );
    }
}
