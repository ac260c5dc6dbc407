//! What a circuit carries and how many octets go into one packet: as exact fractions, because a T1
//! packet lasts no whole number of picoseconds.

pub use super::playout::{
    PlayoutError, PlayoutModel, ReceiverLimits, edge_delay, receiver, slack, with_hold_back,
};
pub use super::profile::{
    Advice, BufferError, BufferLimits, PROFILES, PayloadError, Profile, compare_buffer,
};
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
                let by_slots = profile.cesopsn_payload_max[usize::from(timeslots > 1)];
                let most = profile.payload_max.min(by_slots).min(by_frames);
                (least, most / slots * slots)
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

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::receive::Playout;
    use std::cmp::Ordering;

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
        )
        .unwrap();
        let k = match receiver.playout {
            Playout::FillHalf { packets } => packets,
            Playout::Prefill { .. } => 0,
        };
        let delay = edge_delay(&receiver, time).0;
        (
            k,
            receiver.capacity_packets,
            delay,
            slack(&receiver, time).0,
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
        )
        .unwrap();
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
        // One DS0: at most 40 octets; two: the limit of all services.
        let cisco = Profile::from_name("cisco-asr1000").unwrap();
        assert_eq!(slots(1).check_payload(Octets(40), cisco), Ok(()));
        assert_eq!(slots(1).check_payload(Octets(64), cisco), Err(TooLarge(40)));
        assert_eq!(slots(2).check_payload(Octets(64), cisco), Ok(()));
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
