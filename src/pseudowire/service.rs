//! What a circuit carries, how many octets go into one packet, and what the receiving end is set
//! to: as exact fractions, because a T1 packet lasts no whole number of picoseconds.

use std::cmp::Ordering;

use super::clock::Clock;
use super::receive::{LatePolicy, Playout, Receiver};
use crate::units::{BitRate, Octets, Span};

/// The TDM side of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// N × 64 kb/s in whole 125 µs frames (RFC 5086, basic structure, no signalling).
    Cesopsn {
        /// N, 1 to 31.
        timeslots: u8,
    },
    /// 2.048 Mb/s without structure (RFC 4553).
    SatopE1,
    /// 1.544 Mb/s without structure (RFC 4553).
    SatopT1,
}

/// Most 64 kb/s timeslots of one circuit: an E1 less its framing slot (ITU-T G.704 clause 2.3).
pub const TIMESLOTS_MAX: u8 = 31;

/// Payload sizes that a product accepts.
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
    /// Smallest SAToP payload.
    pub satop_payload_min: u64,
    /// SAToP payloads are multiples of this.
    pub satop_payload_step: u64,
    /// Largest payload of either service.
    pub payload_max: u64,
    /// Page or clause of the source.
    pub source: &'static str,
}

/// Product profiles; the first is the default.
pub static PROFILES: [Profile; 3] = [
    Profile {
        name: "nokia-7705",
        frames_min: 2,
        frames_max: u64::MAX,
        cesopsn_payload_min: [2, 2],
        satop_payload_min: 64,
        satop_payload_step: 32,
        payload_max: 1514,
        source: "Alcatel-Lucent 7705 SAR OS Services Guide p148-149 and p250",
    },
    Profile {
        name: "nokia-7750",
        frames_min: 4,
        frames_max: 128,
        cesopsn_payload_min: [40, 64],
        satop_payload_min: 64,
        satop_payload_step: 32,
        payload_max: 1514,
        source: "Nokia 7750 documentation, page Payload size; SAToP limits as 7705, to be \
                 verified",
    },
    Profile {
        name: "generic",
        frames_min: 1,
        frames_max: u64::MAX,
        cesopsn_payload_min: [1, 1],
        satop_payload_min: 1,
        satop_payload_step: 1,
        payload_max: 1514,
        source: "RFC 4553 clause 5.1 and RFC 5086 clause 5: any fixed size; upper limit: \
                 own choice",
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

/// Counters that lead into and out of the loss-of-packets state, and the start-up timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceiverLimits {
    /// Consecutive missing packets (RFC 5604 clause 8, `pwTDMCfgConsecMissPktsOutSynch`).
    pub missing: u32,
    /// Consecutive packets in sequence (RFC 5604 clause 8, `pwTDMCfgConsecPktsInSynch`).
    pub in_sync: u32,
    /// Timer (RFC 5604 clause 8, `pwTDMCfgSetUp2SynchTimeOut`).
    pub setup_timeout: Span,
}

/// Which rule starts play-out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayoutModel {
    /// Model A, `fill-half`: half the buffer filled by consecutive packets (RFC 4553 clause 6.2.1
    /// "usually half").
    FillHalf,
    /// Model B, `prefill`: one buffer length after the first packet (RAD IPmux-24 manual).
    Prefill,
}

impl Default for ReceiverLimits {
    fn default() -> Self {
        Self {
            missing: 10,
            in_sync: 2,
            setup_timeout: Span::from_ms(5000),
        }
    }
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
}

impl PlayoutModel {
    /// Both models.
    pub const ALL: [Self; 2] = [Self::FillHalf, Self::Prefill];

    /// The name in scenario files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FillHalf => "fill-half",
            Self::Prefill => "prefill",
        }
    }

    /// The model with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }
}

impl Service {
    /// The service over `timeslots` channels of 64 kb/s; `None` outside 1 to 31.
    #[must_use]
    pub fn cesopsn(timeslots: u64) -> Option<Self> {
        let timeslots = u8::try_from(timeslots).ok()?;
        (1..=TIMESLOTS_MAX)
            .contains(&timeslots)
            .then_some(Self::Cesopsn { timeslots })
    }

    /// Bit rate of the TDM signal.
    ///
    /// # Panics
    /// If a CESoPSN service has no timeslot ([`Service::cesopsn`] makes none such).
    #[must_use]
    pub fn rate(self) -> BitRate {
        let bps = match self {
            Self::Cesopsn { timeslots } => u64::from(timeslots) * 64_000,
            Self::SatopE1 => 2_048_000, // ITU-T G.703 clause 11
            Self::SatopT1 => 1_544_000, // ITU-T G.703 clause 5
        };
        BitRate::from_bps(bps).expect("a service carries bits")
    }

    /// Whether this profile takes packets of this payload.
    ///
    /// # Errors
    /// [`PayloadError`] with the limit that is broken.
    pub fn check_payload(self, payload: Octets, profile: &Profile) -> Result<(), PayloadError> {
        let octets = payload.0;
        let (least, most) = match self {
            Self::Cesopsn { timeslots } => {
                let slots = u64::from(timeslots);
                let by_slots = profile.cesopsn_payload_min[usize::from(timeslots > 1)];
                let least = by_slots
                    .max(profile.frames_min * slots)
                    .next_multiple_of(slots);
                let by_frames = profile.frames_max.saturating_mul(slots);
                (least, profile.payload_max.min(by_frames) / slots * slots)
            }
            Self::SatopE1 | Self::SatopT1 => {
                let step = profile.satop_payload_step;
                (profile.satop_payload_min, profile.payload_max / step * step)
            }
        };
        if octets < least {
            return Err(PayloadError::TooSmall(least));
        }
        if octets > most {
            return Err(PayloadError::TooLarge(most));
        }
        match self {
            Self::Cesopsn { timeslots } => {
                let slots = u64::from(timeslots);
                let below = octets / slots * slots;
                if below == octets {
                    Ok(())
                } else {
                    Err(PayloadError::PartialFrame {
                        below,
                        above: below + slots,
                    })
                }
            }
            _ if octets.is_multiple_of(profile.satop_payload_step) => Ok(()),
            _ => Err(PayloadError::NotAMultiple(profile.satop_payload_step)),
        }
    }

    /// Payload where a file gives none (TIMETRA-SAP-MIB `sapCemPayloadSize`; RFC 4553 clause 5
    /// for E1 and T1).
    #[must_use]
    pub fn default_payload(self) -> Octets {
        Octets(match self {
            Self::Cesopsn {
                timeslots: slots @ ..=1,
            } => 64 * u64::from(slots),
            Self::Cesopsn {
                timeslots: slots @ 2..=4,
            } => 32 * u64::from(slots),
            Self::Cesopsn {
                timeslots: slots @ 5..=15,
            } => 16 * u64::from(slots),
            Self::Cesopsn { timeslots } => 8 * u64::from(timeslots),
            Self::SatopE1 => 256,
            Self::SatopT1 => 192,
        })
    }

    /// Jitter buffer where a file gives none (TIMETRA-SAP-MIB `sapCemJitterBuffer`).
    #[must_use]
    pub fn default_jitter_buffer(self) -> Span {
        Span::from_ms(match self {
            Self::Cesopsn { timeslots: ..=1 } => 32,
            Self::Cesopsn { timeslots: 2..=4 } => 16,
            Self::Cesopsn { timeslots: 5..=15 } => 8,
            Self::Cesopsn { .. } | Self::SatopE1 | Self::SatopT1 => 5,
        })
    }

    /// Time to collect one payload, as an exact fraction of picoseconds (numerator, denominator)
    /// in lowest terms. For [`Ticks::new`](crate::units::Ticks::new) and [`BitRate::of`].
    ///
    /// # Panics
    /// If the payload is larger than 2.3 MB.
    #[must_use]
    pub fn packet_time_exact_ps(self, payload: Octets) -> (u64, u64) {
        let (bps, _) = self.rate().exact_bps();
        let bits_ps = payload.0.checked_mul(8 * crate::units::time::PS_PER_S);
        let bits_ps = bits_ps.expect("payload within 2.3 MB");
        let divisor = gcd(bits_ps, bps);
        (bits_ps / divisor, bps / divisor)
    }
}

/// How a jitter buffer compares with a number of packet times, exactly.
#[must_use]
pub fn compare_buffer(buffer: Span, packets: u64, packet_time_exact_ps: (u64, u64)) -> Ordering {
    let (numerator, denominator) = packet_time_exact_ps;
    let buffer = u128::from(buffer.0) * u128::from(denominator);
    buffer.cmp(&(u128::from(packets) * u128::from(numerator)))
}

/// Settings of the receiving end for a jitter buffer of this length.
///
/// `fill-half`: play-out begins on the k-th packet, k = max(1, ⌈(buffer/2)/P⌉), and ⌊buffer/P⌋
/// packets may wait. `prefill`: play-out begins one buffer length after the first packet, and
/// ⌊2·buffer/P⌋ may wait (RFC 5604 clause 8, `pwTDMCfgJtrBfrDepth`: the physical buffer is at
/// least twice the configured one).
///
/// # Panics
/// If the packet time is zero, or the buffer holds 2^32 packets or more.
#[must_use]
pub fn receiver(
    model: PlayoutModel,
    buffer: Span,
    packet_time_exact_ps: (u64, u64),
    limits: ReceiverLimits,
) -> Receiver {
    let (numerator, denominator) = packet_time_exact_ps;
    let time = u128::from(numerator);
    let buffer_scaled = u128::from(buffer.0) * u128::from(denominator);
    let count = |packets: u128| u32::try_from(packets).expect("packets within 2^32");
    let (playout, capacity) = match model {
        PlayoutModel::FillHalf => {
            let packets = count(buffer_scaled.div_ceil(2 * time).max(1));
            (Playout::FillHalf { packets }, buffer_scaled / time)
        }
        PlayoutModel::Prefill => (Playout::Prefill { level: buffer }, 2 * buffer_scaled / time),
    };
    Receiver {
        playout,
        capacity_packets: count(capacity),
        missing_limit: limits.missing,
        in_sync: limits.in_sync,
        setup_timeout: limits.setup_timeout,
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    }
}

/// What packetization and play-out cost together, before any network delay: k·P under
/// `fill-half`, P + level under `prefill`; rounded up to a whole picosecond.
///
/// # Panics
/// If that is longer than 213 days.
#[must_use]
pub fn edge_delay(playout: Playout, packet_time_exact_ps: (u64, u64)) -> Span {
    match playout {
        Playout::FillHalf { packets } => packet_times(packets.into(), packet_time_exact_ps, true),
        Playout::Prefill { level } => packet_times(1, packet_time_exact_ps, true) + level,
    }
}

/// How much later than the packet that started play-out another may come and still be in time:
/// (k−1)·P under `fill-half`, the level under `prefill`; rounded down to a whole picosecond.
///
/// # Panics
/// If that is longer than 213 days.
#[must_use]
pub fn slack(playout: Playout, packet_time_exact_ps: (u64, u64)) -> Span {
    match playout {
        Playout::FillHalf { packets } => {
            packet_times(u64::from(packets.max(1)) - 1, packet_time_exact_ps, false)
        }
        Playout::Prefill { level } => level,
    }
}

fn packet_times(packets: u64, (numerator, denominator): (u64, u64), up: bool) -> Span {
    let product = u128::from(packets) * u128::from(numerator);
    let denominator = u128::from(denominator);
    let ps = if up {
        product.div_ceil(denominator)
    } else {
        product / denominator
    };
    Span(u64::try_from(ps).expect("packet times within 213 days"))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(timeslots: u8) -> Service {
        Service::Cesopsn { timeslots }
    }

    fn time_of(service: Service) -> (u64, u64) {
        service.packet_time_exact_ps(service.default_payload())
    }

    /// (k or 0, capacity, edge delay, slack) in packets and ps.
    fn settings(model: PlayoutModel, buffer_ms: u64, time: (u64, u64)) -> (u32, u32, u64, u64) {
        let receiver = receiver(
            model,
            Span::from_ms(buffer_ms),
            time,
            ReceiverLimits::default(),
        );
        let k = match receiver.playout {
            Playout::FillHalf { packets } => packets,
            Playout::Prefill { .. } => 0,
        };
        let delay = edge_delay(receiver.playout, time).0;
        (
            k,
            receiver.capacity_packets,
            delay,
            slack(receiver.playout, time).0,
        )
    }

    #[test]
    fn packetization_takes_8_ms_1_ms_and_192000_over_193_us() {
        // TV6.
        assert_eq!(time_of(slots(1)), (8_000_000_000, 1));
        assert_eq!(time_of(Service::SatopE1), (1_000_000_000, 1));
        assert_eq!(time_of(Service::SatopT1), (192_000_000_000, 193));
        // RFC 4553 clause 5.2.1: 25-octet subframes; without the 7 bits of padding, 193 bits.
        assert_eq!(
            Service::SatopT1.packet_time_exact_ps(Octets(193)),
            (1_000_000_000, 1)
        );
    }

    #[test]
    fn vendor_defaults_follow_the_number_of_timeslots() {
        // TIMETRA-SAP-MIB: (timeslots, payload, packet time in ms, buffer in ms).
        for (n, payload, packet_ms, buffer_ms) in [
            (1, 64, 8, 32),
            (2, 64, 4, 16),
            (4, 128, 4, 16),
            (5, 80, 2, 8),
            (15, 240, 2, 8),
            (16, 128, 1, 5),
            (31, 248, 1, 5),
        ] {
            assert_eq!(slots(n).default_payload(), Octets(payload), "N={n}");
            assert_eq!(time_of(slots(n)), (packet_ms * 1_000_000_000, 1), "N={n}");
            assert_eq!(
                slots(n).default_jitter_buffer(),
                Span::from_ms(buffer_ms),
                "N={n}"
            );
        }
        assert_eq!(Service::SatopT1.default_payload(), Octets(192));
        assert_eq!(Service::SatopT1.default_jitter_buffer(), Span::from_ms(5));
    }

    #[test]
    fn default_settings_cost_16_8_4_and_3_ms_under_fill_half() {
        // TV12 with 1200 us of network: 17200, 9200, 5200, 4200 us.
        let network_us = 1200;
        for (n, k, total_us) in [(1, 2, 17_200), (2, 2, 9_200), (5, 2, 5_200), (16, 3, 4_200)] {
            let buffer_ms = slots(n).default_jitter_buffer().0 / 1_000_000_000;
            let got = settings(PlayoutModel::FillHalf, buffer_ms, time_of(slots(n)));
            assert_eq!(
                (got.0, got.2 / 1_000_000 + network_us),
                (k, total_us),
                "N={n}"
            );
        }
        // T1: 3 x 192000/193 us = 2984.456 us, rounded up in the last picosecond.
        let t1 = settings(PlayoutModel::FillHalf, 5, time_of(Service::SatopT1));
        assert_eq!(t1, (3, 5, 2_984_455_959, 1_989_637_305));
    }

    #[test]
    fn a_buffer_of_two_packets_leaves_no_slack() {
        // TV13: packet time 1 ms; (buffer ms, k, delay with 1200 us of network, slack us).
        for (buffer_ms, k, total_us, slack_us) in [
            (2, 1, 2200, 0),
            (3, 2, 3200, 1000),
            (4, 2, 3200, 1000),
            (5, 3, 4200, 2000),
        ] {
            let got = settings(PlayoutModel::FillHalf, buffer_ms, (1_000_000_000, 1));
            let want = (
                k,
                u32::try_from(buffer_ms).unwrap(),
                total_us - 1200,
                slack_us,
            );
            assert_eq!((got.0, got.1, got.2 / 1_000_000, got.3 / 1_000_000), want);
        }
    }

    #[test]
    fn prefill_waits_its_whole_level_and_holds_twice_as_much() {
        // TV16: 1 ms packets, level 3 ms: 4 ms one way, 8 ms there and back.
        let got = settings(PlayoutModel::Prefill, 3, (1_000_000_000, 1));
        assert_eq!(got, (0, 6, 4_000_000_000, 3_000_000_000));
        assert_eq!(2 * got.2, 8_000_000_000);
        // 10 ms / (192000/193 us) = 10.05 packets.
        assert_eq!(
            settings(PlayoutModel::Prefill, 5, time_of(Service::SatopT1)).1,
            10
        );
    }

    #[test]
    fn half_a_buffer_is_compared_exactly_where_a_packet_is_no_whole_picosecond() {
        let t1 = time_of(Service::SatopT1);
        assert_eq!(
            compare_buffer(Span(192_000_000_000), 193, t1),
            Ordering::Equal
        );
        assert_eq!(
            compare_buffer(Span(191_999_999_999), 193, t1),
            Ordering::Less
        );
        let exactly = receiver(
            PlayoutModel::FillHalf,
            Span(2 * 192_000_000_000),
            t1,
            ReceiverLimits::default(),
        );
        assert_eq!(exactly.playout, Playout::FillHalf { packets: 193 });
        assert_eq!(exactly.capacity_packets, 386);
    }

    #[test]
    fn payloads_come_in_whole_frames_or_in_the_steps_of_the_product() {
        use PayloadError::{NotAMultiple, PartialFrame, TooLarge, TooSmall};
        let nokia = Profile::default_profile();
        for (service, octets, want) in [
            (slots(1), 2, Ok(())),
            (slots(1), 1, Err(TooSmall(2))),
            (slots(1), 1514, Ok(())),
            (slots(1), 1515, Err(TooLarge(1514))),
            (slots(12), 96, Ok(())),
            (
                slots(12),
                100,
                Err(PartialFrame {
                    below: 96,
                    above: 108,
                }),
            ),
            (slots(12), 12, Err(TooSmall(24))),
            (slots(31), 1514, Err(TooLarge(1488))),
            (Service::SatopE1, 256, Ok(())),
            (Service::SatopE1, 63, Err(TooSmall(64))),
            (Service::SatopE1, 65, Err(NotAMultiple(32))),
            (Service::SatopT1, 1504, Ok(())),
            (Service::SatopT1, 1514, Err(TooLarge(1504))),
        ] {
            assert_eq!(
                service.check_payload(Octets(octets), nokia),
                want,
                "{service:?} {octets}"
            );
        }
        let generic = Profile::from_name("generic").unwrap();
        assert_eq!(Service::SatopT1.check_payload(Octets(193), generic), Ok(()));
        let other = Profile::from_name("nokia-7750").unwrap();
        assert_eq!(slots(1).check_payload(Octets(8), other), Err(TooSmall(40)));
        assert_eq!(slots(2).check_payload(Octets(64), other), Ok(()));
        assert_eq!(
            slots(1).check_payload(Octets(136), other),
            Err(TooLarge(128))
        );
    }

    #[test]
    fn every_default_payload_suits_the_default_profile() {
        let all = (1..=TIMESLOTS_MAX)
            .map(slots)
            .chain([Service::SatopE1, Service::SatopT1]);
        for service in all {
            let payload = service.default_payload();
            assert_eq!(
                service.check_payload(payload, Profile::default_profile()),
                Ok(())
            );
        }
        assert_eq!(Service::cesopsn(0), None);
        assert_eq!(Service::cesopsn(32), None);
        assert_eq!(Service::cesopsn(31), Some(slots(31)));
    }
}
