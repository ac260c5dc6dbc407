//! When play-out begins: the models of the vendors, and what each makes of a configured buffer.

use super::clock::Clock;
use super::receive::{LatePolicy, Playout, Receiver};
use crate::units::{Octets, Span};

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

/// Which rule starts play-out. JB is the configured buffer, P the packet time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayoutModel {
    /// Model A, `fill-half`: half the buffer filled by consecutive packets (RFC 4553 clause 6.2.1
    /// "usually half").
    FillHalf,
    /// Model B, `prefill`: one JB after the first packet (RAD IPmux-24 manual).
    Prefill,
    /// Model B½, `prefill-half`: half a JB after the first packet (planning rule).
    PrefillHalf,
    /// Model C, `hirschmann`: half of what the first packet leaves of the buffer, (JB − P)/2,
    /// after it (Hirschmann Dragon PTN).
    Hirschmann,
    /// Model E, `extreme`: by P alone, whatever buffer is configured (Extreme E4G).
    Extreme {
        /// Whether packetization comes on top of the smallest buffer. The tool has a flag for it,
        /// off unless set.
        packetization_added: bool,
    },
    /// Model L, `loop`: one threshold, the configured buffer, after the first packet (Loop
    /// IP6704A).
    Loop,
}

/// Why a model cannot work with a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayoutError {
    /// Model C needs at least one packet: this long, rounded up to a whole picosecond.
    BufferBelowPacket(Span),
}

/// Smallest jitter buffer of model E where two packets are shorter (JitterBufferBudget v0.4).
pub const EXTREME_BUFFER_MIN: Span = Span::from_us(3000);
/// Time in each pair of CES cards under model E (JitterBufferBudget v0.4).
pub const EXTREME_BOX_DELAY: Span = Span::from_us(700);
/// Constant of the fit for model L (Loop IP6704A manual, ch. 7, p164).
pub const LOOP_BOX_DELAY: Span = Span::from_ns(277_500);
/// Packetization of one octet in the fit for model L: an octet at 2.048 Mb/s (Loop IP6704A
/// manual, ch. 7, p164).
pub const LOOP_PER_OCTET: Span = Span::from_ps(3_906_250);
/// What hitless switching adds besides packets and paths (Hirschmann Dragon PTN manual p18).
pub const HIRSCHMANN_HITLESS: Span = Span::from_us(1087);
/// Time in each box of the older RAD product (RAD IPmux-1E manual p1-23).
pub const RAD_IPMUX_1E_BOX_DELAY: Span = Span::from_us(1000);

impl Default for ReceiverLimits {
    fn default() -> Self {
        Self {
            missing: 10,
            in_sync: 2,
            setup_timeout: Span::from_ms(5000),
        }
    }
}

impl PlayoutModel {
    /// All models, each with its flags off.
    pub const ALL: [Self; 6] = [
        Self::FillHalf,
        Self::Prefill,
        Self::PrefillHalf,
        Self::Hirschmann,
        Self::Extreme {
            packetization_added: false,
        },
        Self::Loop,
    ];

    /// The name in scenario files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FillHalf => "fill-half",
            Self::Prefill => "prefill",
            Self::PrefillHalf => "prefill-half",
            Self::Hirschmann => "hirschmann",
            Self::Extreme { .. } => "extreme",
            Self::Loop => "loop",
        }
    }

    /// The model with this name, flags off.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// The vendor's formula and where it stands.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::FillHalf => {
                "k·P after the network, k = max(1, ceil((JB/2)/P)): RFC 4553 clause 6.2.1, \
                 usually half; 7705 SAR OS Services Guide p249, 50 %"
            }
            Self::Prefill => {
                "P + JB: RAD IPmux-24 manual, round trip (±2 ms) = 2·(packet + jitter buffer) + \
                 network"
            }
            Self::PrefillHalf => "P + JB/2: common planning rule, half the buffer; no vendor's",
            Self::Hirschmann => {
                "P + path + (JB − P)/2: Hirschmann Dragon PTN, PTN-4-2/4WEM manual p18"
            }
            Self::Extreme { .. } => {
                "max(3000 us, 2·P) + 700 us: Extreme Networks E4G, JitterBufferBudget v0.4"
            }
            Self::Loop => {
                "3.90625 us per octet + 277.5 us + threshold: Loop Telecom IP6704A manual ch. 7 \
                 p164, a fit for E1"
            }
        }
    }

    /// Whether the configured buffer has any effect. Under model E it has none: the buffer follows
    /// from P.
    #[must_use]
    pub fn uses_configured_buffer(self) -> bool {
        !matches!(self, Self::Extreme { .. })
    }

    /// Time a packet spends in the boxes at both ends besides packetization and play-out: part of
    /// the processing, not in the [`Receiver`].
    #[must_use]
    pub fn fixed_box_delay(self) -> Span {
        match self {
            Self::Extreme { .. } => EXTREME_BOX_DELAY,
            Self::Loop => LOOP_BOX_DELAY,
            Self::FillHalf | Self::Prefill | Self::PrefillHalf | Self::Hirschmann => Span::ZERO,
        }
    }

    /// The buffer that the model works with, in picoseconds times the denominator of the packet
    /// time: exact.
    fn buffer_scaled(self, configured: Span, (numerator, denominator): (u64, u64)) -> u128 {
        let scaled = |span: Span| u128::from(span.0) * u128::from(denominator);
        match self {
            Self::Extreme { .. } => scaled(EXTREME_BUFFER_MIN).max(2 * u128::from(numerator)),
            _ => scaled(configured),
        }
    }

    /// The buffer that the model works with: the configured one, or under model E
    /// max(3000 µs, 2·P), rounded down to a whole picosecond.
    ///
    /// # Panics
    /// If that is longer than 213 days.
    #[must_use]
    pub fn effective_buffer(self, configured: Span, packet_time_exact_ps: (u64, u64)) -> Span {
        let scaled = self.buffer_scaled(configured, packet_time_exact_ps);
        whole(scaled / u128::from(packet_time_exact_ps.1))
    }
}

/// Settings of the receiving end for a jitter buffer of this length.
///
/// | model | play-out begins | packets that may wait |
/// |---|---|---|
/// | A | on the k-th packet, k = max(1, ⌈(JB/2)/P⌉) | ⌊JB/P⌋ |
/// | B, L | JB after the first packet | ⌊2·JB/P⌋ |
/// | B½ | JB/2 after it | ⌊JB/P⌋ |
/// | C | (JB − P)/2 after it | ⌊JB/P⌋ |
/// | E | JBmin − P after it, or JBmin, JBmin = max(3000 µs, 2·P) | ⌊2·JBmin/P⌋ |
///
/// Levels that are no whole number of picoseconds are rounded down. Where the level is the whole
/// configured buffer, the physical one is at least twice as large (RFC 5604 clause 8,
/// `pwTDMCfgJtrBfrDepth`); where the level is the middle of the buffer (A, B½, C), the buffer is
/// what was configured. E: the tool's largest buffer is twice its smallest (3000 and 6000 µs for
/// E1 packets of 1 ms).
///
/// # Errors
/// [`PlayoutError`] where the model has no level for this buffer.
///
/// # Panics
/// If the packet time is zero, or the buffer holds 2^32 packets or more.
pub fn receiver(
    model: PlayoutModel,
    buffer: Span,
    packet_time_exact_ps: (u64, u64),
    limits: ReceiverLimits,
) -> Result<Receiver, PlayoutError> {
    let (numerator, denominator) = packet_time_exact_ps;
    let time = u128::from(numerator);
    let scaled = model.buffer_scaled(buffer, packet_time_exact_ps);
    let level = |scaled: u128| Playout::Prefill {
        level: whole(scaled / u128::from(denominator)),
    };
    let (playout, capacity) = match model {
        PlayoutModel::FillHalf => {
            let packets = count(scaled.div_ceil(2 * time).max(1));
            (Playout::FillHalf { packets }, scaled / time)
        }
        PlayoutModel::Prefill | PlayoutModel::Loop => (level(scaled), 2 * scaled / time),
        PlayoutModel::PrefillHalf => (level(scaled / 2), scaled / time),
        PlayoutModel::Hirschmann => {
            let left = scaled.checked_sub(time).ok_or_else(|| {
                PlayoutError::BufferBelowPacket(packet_times(1, packet_time_exact_ps, true))
            })?;
            (level(left / 2), scaled / time)
        }
        PlayoutModel::Extreme {
            packetization_added,
        } => {
            let inside = if packetization_added { 0 } else { time };
            (level(scaled - inside), 2 * scaled / time)
        }
    };
    Ok(Receiver {
        playout,
        capacity_packets: count(capacity),
        missing_limit: limits.missing,
        in_sync: limits.in_sync,
        setup_timeout: limits.setup_timeout,
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    })
}

/// The same receiving end, which begins play-out later by `hold_back` and has room for as many
/// more packets, rounded up: what equalises the two directions of a circuit (US patent 9065748).
///
/// # Panics
/// If it is held back already, or the buffer holds 2^32 packets or more.
#[must_use]
pub fn with_hold_back(
    receiver: Receiver,
    hold_back: Span,
    packet_time_exact_ps: (u64, u64),
) -> Receiver {
    assert_eq!(receiver.hold_back, Span::ZERO, "held back once");
    let (numerator, denominator) = packet_time_exact_ps;
    let scaled = u128::from(hold_back.0) * u128::from(denominator);
    let more = scaled.div_ceil(u128::from(numerator));
    Receiver {
        capacity_packets: count(u128::from(receiver.capacity_packets) + more),
        hold_back,
        ..receiver
    }
}

/// What packetization and play-out cost together, before any network delay: k·P under
/// `fill-half`, P + level under all other models, and what play-out is held back; rounded up to a
/// whole picosecond. Fixed boxes are not in it.
///
/// # Panics
/// If that is longer than 213 days.
#[must_use]
pub fn edge_delay(receiver: &Receiver, packet_time_exact_ps: (u64, u64)) -> Span {
    let play = match receiver.playout {
        Playout::FillHalf { packets } => {
            packet_times(packets.max(1).into(), packet_time_exact_ps, true)
        }
        Playout::Prefill { level } => packet_times(1, packet_time_exact_ps, true) + level,
    };
    play + receiver.hold_back
}

/// How much later than the packet that started play-out another may come and still be in time:
/// (k−1)·P under `fill-half`, the level under all other models, and what play-out is held back;
/// rounded down to a whole picosecond.
///
/// # Panics
/// If that is longer than 213 days.
#[must_use]
pub fn slack(receiver: &Receiver, packet_time_exact_ps: (u64, u64)) -> Span {
    let play = match receiver.playout {
        Playout::FillHalf { packets } => {
            packet_times(u64::from(packets.max(1)) - 1, packet_time_exact_ps, false)
        }
        Playout::Prefill { level } => level,
    };
    play + receiver.hold_back
}

/// One way under model C, without queues: P + path + (JB − P)/2, half picoseconds rounded down;
/// `None` where the buffer is shorter than a packet (Hirschmann Dragon PTN manual p18).
#[must_use]
pub fn planned_hirschmann(packet_time: Span, path: Span, buffer: Span) -> Option<Span> {
    let left = buffer.0.checked_sub(packet_time.0)?;
    Some(packet_time + path + Span(left / 2))
}

/// The same with hitless switching between two paths: 2·P, the difference of the paths and
/// 1087 µs more.
#[must_use]
pub fn planned_hirschmann_hitless(
    packet_time: Span,
    path: Span,
    buffer: Span,
    path_difference: Span,
) -> Option<Span> {
    let unprotected = planned_hirschmann(packet_time, path, buffer)?;
    Some(unprotected + packet_time * 2 + path_difference + HIRSCHMANN_HITLESS)
}

/// One way under model E, without the network: max(3000 µs, 2·P) + 700 µs, and P where
/// packetization is added.
#[must_use]
pub fn planned_extreme(packet_time: Span, packetization_added: bool) -> Span {
    let added = if packetization_added {
        packet_time
    } else {
        Span::ZERO
    };
    EXTREME_BUFFER_MIN.max(packet_time * 2) + EXTREME_BOX_DELAY + added
}

/// One way under model L for an E1, without the network: 3.90625 µs per octet + 277.5 µs +
/// threshold.
#[must_use]
pub fn planned_loop(payload: Octets, threshold: Span) -> Span {
    LOOP_PER_OCTET * payload.0 + LOOP_BOX_DELAY + threshold
}

/// There and back under model B: 2·(P + level + box) + the network's round trip. RAD gives it
/// ±2 ms (IPmux-24: no time in the box; IPmux-1E: [`RAD_IPMUX_1E_BOX_DELAY`]).
#[must_use]
pub fn planned_rad_round_trip(packet_time: Span, level: Span, box_delay: Span, net: Span) -> Span {
    (packet_time + level + box_delay) * 2 + net
}

fn count(packets: u128) -> u32 {
    u32::try_from(packets).expect("packets within 2^32")
}

fn whole(ps: u128) -> Span {
    Span(u64::try_from(ps).expect("a length of time within 213 days"))
}

fn packet_times(packets: u64, (numerator, denominator): (u64, u64), up: bool) -> Span {
    let product = u128::from(packets) * u128::from(numerator);
    let denominator = u128::from(denominator);
    whole(if up {
        product.div_ceil(denominator)
    } else {
        product / denominator
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::receive::{Event, JitterBuffer};
    use crate::pseudowire::service::Service;
    use crate::units::{SimTime, Ticks};

    const MS: (u64, u64) = (1_000_000_000, 1);
    const EXTREME: PlayoutModel = PlayoutModel::Extreme {
        packetization_added: false,
    };

    fn us(microseconds: u64) -> Span {
        Span::from_us(microseconds)
    }

    fn made(model: PlayoutModel, buffer: Span, time: (u64, u64)) -> Receiver {
        receiver(model, buffer, time, ReceiverLimits::default()).expect("a buffer for the model")
    }

    fn level(receiver: &Receiver) -> Span {
        match receiver.playout {
            Playout::Prefill { level } => level,
            Playout::FillHalf { .. } => panic!("a model with a level"),
        }
    }

    /// One-way delay of every one of 40 packets, fixed boxes in the network.
    fn simulated(model: PlayoutModel, buffer: Span, time: (u64, u64), network: Span) -> Span {
        let receiver = made(model, buffer, time);
        let boundaries = Ticks::new(SimTime::ZERO, time.0, time.1);
        let network = network + model.fixed_box_delay();
        let (mut jitter, mut delays) = (JitterBuffer::new(receiver, boundaries, 40), Vec::new());
        let (mut at, mut played) = (SimTime::ZERO, 0);
        let mut note = |event| match event {
            Event::Started { at: begin, .. } => at = begin,
            Event::Played { sequence, until } => {
                delays.push(at.since(boundaries.at(sequence)));
                (at, played) = (until, played + 1);
            }
            Event::Taken { .. } => {}
            other => panic!("{other:?} on a constant delay"),
        };
        for n in 0..40 {
            jitter.arrive(boundaries.at(n + 1) + network, n, &mut note);
        }
        jitter.finish(&mut note);
        assert_eq!(played, 40);
        assert!(delays.iter().all(|delay| *delay == delays[0]));
        delays[0]
    }

    #[test]
    fn prefill_there_and_back_takes_8_ms_and_with_the_older_box_10() {
        // TV16: 8 frames, level 3 ms. RAD IPmux-1E manual p1-23: 1000 us more per direction.
        let (packet, level) = (us(1000), us(3000));
        let trip = planned_rad_round_trip(packet, level, Span::ZERO, Span::ZERO);
        assert_eq!(trip, us(8000));
        let older = planned_rad_round_trip(packet, level, RAD_IPMUX_1E_BOX_DELAY, Span::ZERO);
        assert_eq!(older, us(10_000));
        let one_way = simulated(PlayoutModel::Prefill, level, MS, Span::ZERO);
        assert_eq!(one_way * 2, trip);
    }

    #[test]
    fn hirschmann_takes_3125_us_and_hitless_7052() {
        // TV17, TV18: 10 frames, path 500, buffer 4000, paths 340 us apart.
        let (packet, path, buffer) = (us(1250), us(500), us(4000));
        assert_eq!(planned_hirschmann(packet, path, buffer), Some(us(3125)));
        let hitless = planned_hirschmann_hitless(packet, path, buffer, us(340));
        assert_eq!(hitless, Some(us(7052)));
        let time = (1_250_000_000, 1);
        let receiver = made(PlayoutModel::Hirschmann, buffer, time);
        assert_eq!(level(&receiver), us(1375));
        assert_eq!(receiver.capacity_packets, 3);
        assert_eq!(edge_delay(&receiver, time) + path, us(3125));
        assert_eq!(
            simulated(PlayoutModel::Hirschmann, buffer, time, path),
            us(3125)
        );
    }

    #[test]
    fn hirschmann_needs_a_buffer_of_one_packet() {
        let limits = ReceiverLimits::default();
        let time = (192_000_000_000, 193);
        let check = |ps| receiver(PlayoutModel::Hirschmann, Span(ps), time, limits);
        // 192000/193 us = 994 818 652.8… ps.
        let least = Span(994_818_653);
        assert_eq!(
            check(994_818_652),
            Err(PlayoutError::BufferBelowPacket(least))
        );
        assert_eq!(level(&check(994_818_653).unwrap()), Span::ZERO);
        assert_eq!(planned_hirschmann(us(1000), us(0), us(999)), None);
    }

    #[test]
    fn loop_takes_what_was_measured() {
        // TV19: (octets, threshold ms): 26.136875, 3.668125, 1.37125 ms.
        for (octets, threshold_ms, ns) in [
            (1500, 20, 26_136_875),
            (100, 3, 3_668_125),
            (24, 1, 1_371_250),
        ] {
            let (payload, threshold) = (Octets(octets), Span::from_ms(threshold_ms));
            assert_eq!(planned_loop(payload, threshold), Span::from_ns(ns));
            let time = Service::SatopE1.packet_time_exact_ps(payload);
            let got = simulated(PlayoutModel::Loop, threshold, time, Span::ZERO);
            assert_eq!(got, Span::from_ns(ns), "{octets} octets");
        }
    }

    #[test]
    fn extreme_takes_3700_us_whatever_buffer_is_configured() {
        // TV20: E1, 256 octets, P = 1 ms; the tool's largest buffer is 6000 us.
        assert_eq!(planned_extreme(us(1000), false), us(3700));
        assert_eq!(planned_extreme(us(1000), true), us(4700));
        assert!(!EXTREME.uses_configured_buffer());
        for buffer_ms in [1, 5, 250] {
            let buffer = Span::from_ms(buffer_ms);
            assert_eq!(simulated(EXTREME, buffer, MS, Span::ZERO), us(3700));
            assert_eq!(made(EXTREME, buffer, MS).capacity_packets, 6);
            assert_eq!(EXTREME.effective_buffer(buffer, MS), us(3000));
        }
        let added = PlayoutModel::Extreme {
            packetization_added: true,
        };
        assert_eq!(simulated(added, us(1), MS, Span::ZERO), us(4700));
        // Packets of 8 ms: 2 P = 16 ms.
        let slow = (8_000_000_000, 1);
        assert_eq!(
            simulated(EXTREME, us(5000), slow, Span::ZERO),
            us(16_000 + 700)
        );
    }

    #[test]
    fn half_a_prefill_costs_packet_and_half_the_buffer() {
        // Vendor defaults under B½: 24, 12, 6, 3.5 ms before any network.
        for (packet_us, buffer_us, want_us) in [
            (8000, 32_000, 24_000),
            (4000, 16_000, 12_000),
            (2000, 8000, 6000),
            (1000, 5000, 3500),
        ] {
            let time = (packet_us * 1_000_000, 1);
            let receiver = made(PlayoutModel::PrefillHalf, us(buffer_us), time);
            assert_eq!(edge_delay(&receiver, time), us(want_us));
            assert_eq!(slack(&receiver, time), us(buffer_us / 2));
            let got = simulated(PlayoutModel::PrefillHalf, us(buffer_us), time, us(1200));
            assert_eq!(got, us(want_us + 1200));
        }
        let odd = made(PlayoutModel::PrefillHalf, Span(3_000_000_001), MS);
        assert_eq!(level(&odd), us(1500), "half a picosecond is left out");
    }

    #[test]
    fn held_back_play_out_costs_and_forgives_as_much_and_has_room_for_it() {
        // US 9065748: the faster side waits for the difference, here 2.5 packets.
        for (model, edge_us, slack_us, capacity) in [
            (PlayoutModel::FillHalf, 2000, 1000, 4),
            (PlayoutModel::Prefill, 5000, 4000, 8),
        ] {
            let plain = made(model, us(4000), MS);
            let held = with_hold_back(plain.clone(), us(2500), MS);
            assert_eq!(edge_delay(&plain, MS), us(edge_us));
            assert_eq!(edge_delay(&held, MS), us(edge_us + 2500));
            assert_eq!(slack(&held, MS), us(slack_us + 2500));
            assert_eq!(held.capacity_packets, capacity + 3);
        }
    }

    #[test]
    fn every_model_has_a_name_and_a_source() {
        for model in PlayoutModel::ALL {
            assert_eq!(PlayoutModel::from_name(model.name()), Some(model));
            assert!(model.source().contains(':'));
        }
        assert_eq!(PlayoutModel::from_name("adaptive"), None);
    }
}
