//! The cheapest payload and jitter buffer that would make a failing circuit pass, by the planning
//! arithmetic: the network delays of the run, with the serialization of the new packet size.
//!
//! Queueing is taken as it was; only a new run can say what the other packet rate does to it.

use std::cmp::Reverse;

use super::decomposition::{BudgetParts, edge_delay};
use super::verdict::Judgement;
use crate::pseudowire::receive::Receiver;
use crate::pseudowire::service::{self, Advice, ReceiverLimits, Service, receiver};
use crate::scenario::{Circuit, Emulation};
use crate::units::limits::JITTER_BUFFER_MS;
use crate::units::{BitRate, Octets, Span};

/// Another setting of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Payload of one packet.
    pub payload: Octets,
    /// Jitter buffer, whole milliseconds; `None` where the play-out model has no use for one.
    pub jitter_buffer: Option<Span>,
    /// What the settings cost by themselves.
    pub edge: Span,
    /// What they cost now.
    pub edge_now: Span,
    /// The larger `worst_start` of the two directions then.
    pub worst_start: Span,
    /// Rate of a frame with FCS and padding, no preamble nor gap: what a radio carries.
    pub frame: BitRate,
    /// Rate with preamble and gap: what Ethernet carries.
    pub wire: BitRate,
}

/// The cheapest setting by wire rate for which both directions lie within the budget and the
/// slack covers the variation; among equals the shortest delay, then the largest buffer.
///
/// Settings that no lint objects to (at most half the budget, at least three packets) are
/// preferred. `None` where no setting helps, where nothing arrived, or where the circuit is no
/// C-pipe.
#[must_use]
pub fn cheapest(circuit: &Circuit, rows: &[&Judgement]) -> Option<Fix> {
    let needs = Needs::of(rows)?;
    let emulation = circuit.emulation()?;
    let edge_now = edge_delay(emulation, 0).max(edge_delay(emulation, 1));
    let held = emulation.receivers.iter().map(|end| end.hold_back).max()?;
    let around = circuit.interface.delay() + held;
    let wire_now = emulation.sizes.wire;
    let mut best: Option<(Rank, Fix)> = None;
    for payload in payloads(circuit, emulation) {
        let sizes = emulation
            .encapsulation
            .sizes(payload + signalling(circuit, emulation, payload));
        let network = needs.network_with(sizes.wire, wire_now);
        let packet_time = emulation.service.packet_time_exact_ps(payload);
        if !needs.fits_between_packets(sizes.wire, wire_now, packet_time) {
            continue;
        }
        for buffer in buffers(emulation, packet_time) {
            let Some(end) = receiving_end(emulation, buffer, packet_time) else {
                continue;
            };
            let edge = service::edge_delay(&end, packet_time);
            let worst_start = edge + around + network;
            if worst_start > needs.budget || service::slack(&end, packet_time) < needs.variation {
                continue;
            }
            let fix = Fix {
                payload,
                jitter_buffer: emulation.model.uses_configured_buffer().then_some(buffer),
                edge,
                edge_now,
                worst_start,
                frame: BitRate::of(sizes.frame, packet_time),
                wire: BitRate::of(sizes.wire, packet_time),
            };
            let dear = u128::from(edge.0) * 2 > u128::from(needs.budget.0);
            let rank = (dear, fix.wire, edge, Reverse(buffer));
            if best.as_ref().is_none_or(|(before, _)| rank < *before) {
                best = Some((rank, fix));
            }
        }
    }
    best.map(|(_, fix)| fix)
}

type Rank = (bool, BitRate, Span, Reverse<Span>);

/// What a setting has to meet in both directions.
struct Needs {
    budget: Span,
    variation: Span,
    /// Per direction: largest network delay and the serialization in it.
    slowest: Vec<(Span, Span)>,
}

impl Needs {
    fn of(rows: &[&Judgement]) -> Option<Self> {
        let budget = rows.first()?.budget;
        let mut variation = Span::ZERO;
        let mut slowest = Vec::new();
        for row in rows {
            let exact = row.network?.exact;
            variation = variation.max(exact.max - exact.min);
            slowest.push((exact.max, row.parts?.serialization));
        }
        Some(Self {
            budget,
            variation,
            slowest,
        })
    }

    /// The larger network delay of the directions with packets of another size.
    fn network_with(&self, wire: Octets, wire_now: Octets) -> Span {
        let scaled = |(total, serialization): &(Span, Span)| {
            *total - *serialization + scaled(*serialization, wire, wire_now)
        };
        self.slowest.iter().map(scaled).max().unwrap_or(Span::ZERO)
    }

    /// Whether a packet is through all transmitters of its way before the next one comes, with room
    /// for the fifth more that a silent relay's bits take on a line that stuffs them: then no link
    /// is overloaded by this circuit alone.
    fn fits_between_packets(&self, wire: Octets, wire_now: Octets, time: (u64, u64)) -> bool {
        let room = u128::from(time.0) * 5;
        let fits = |(_, serialization): &(Span, Span)| {
            let needs = u128::from(scaled(*serialization, wire, wire_now).0);
            needs * 6 * u128::from(time.1) <= room
        };
        self.slowest.iter().all(fits)
    }
}

/// Time on the transmitters of a packet of another size.
fn scaled(serialization: Span, wire: Octets, wire_now: Octets) -> Span {
    let bits = u128::from(serialization.0) * u128::from(wire.0);
    let ps = bits.div_ceil(u128::from(wire_now.0));
    Span(u64::try_from(ps).unwrap_or(u64::MAX / 4))
}

/// The payloads that the circuit's product takes, in whole multiframes where signalling asks.
fn payloads<'a>(
    circuit: &'a Circuit,
    emulation: &'a Emulation,
) -> impl Iterator<Item = Octets> + 'a {
    let takes = |payload: &Octets| {
        let checked = emulation.service.check_payload(*payload, emulation.profile);
        checked.is_ok()
    };
    let frames = circuit.interface.multiframe().unwrap_or(1);
    let slots = timeslots(emulation);
    let whole = move |payload: &Octets| payload.0.is_multiple_of(frames * slots.unwrap_or(1));
    let whole = move |payload: &Octets| slots.is_none() || whole(payload);
    (1..=emulation.profile.payload_max)
        .map(Octets)
        .filter(takes)
        .filter(whole)
}

fn timeslots(emulation: &Emulation) -> Option<u64> {
    match emulation.service {
        Service::Cesopsn { timeslots } => Some(timeslots.into()),
        Service::SatopE1 | Service::SatopT1 => None,
    }
}

fn signalling(circuit: &Circuit, emulation: &Emulation, payload: Octets) -> Octets {
    let octets = timeslots(emulation).map_or(0, |slots| {
        circuit
            .interface
            .signalling_octets(slots, payload.0 / slots.max(1))
    });
    Octets(octets)
}

/// Whole milliseconds of buffer that the product takes and no lint objects to; a single one where
/// the play-out model has no use for it.
fn buffers(emulation: &Emulation, packet_time: (u64, u64)) -> impl Iterator<Item = Span> + '_ {
    let used = emulation.model.uses_configured_buffer();
    let fits = move |buffer: &Span| {
        let checked = emulation.profile.check_buffer(*buffer, packet_time);
        !used || checked == Ok(Advice::Fits)
    };
    let last = if used { usize::MAX } else { 1 };
    JITTER_BUFFER_MS.map(Span::from_ms).filter(fits).take(last)
}

/// The receiving end with another buffer under the model of the circuit; `None` where the model
/// cannot work with it.
fn receiving_end(emulation: &Emulation, buffer: Span, packet_time: (u64, u64)) -> Option<Receiver> {
    receiver(
        emulation.model,
        buffer,
        packet_time,
        ReceiverLimits::default(),
    )
    .ok()
}

/// The largest part of a delay: its name and length; the first of equals.
#[must_use]
pub fn largest_part(parts: &BudgetParts) -> (&'static str, Span) {
    let named = BudgetParts::NAMES.into_iter().zip(parts.values());
    named
        .rev()
        .max_by_key(|(_, length)| *length)
        .unwrap_or(("interface", Span::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use crate::analysis::verdict::judge;

    fn fix(sample: &Sample) -> Option<Fix> {
        let (scenario, outcome) = scenario_and_outcome(sample);
        let rows = judge(&scenario, &outcome);
        cheapest(&scenario.circuits[0], &rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_default_c_pipe_is_mended_with_the_cheapest_setting_below_half_the_budget() {
        // 64 frames, 32 ms: 16 ms by themselves. Network 3.6 ms, steady. Half the budget leaves
        // k·P <= 5 ms with k = 2: 20 frames = 2.5 ms, 8 to 10 ms of buffer; 84 octets on the
        // wire every 2.5 ms = 268.8 kb/s, the frame alone 204.8 kb/s.
        let sample = Sample {
            frames: 64,
            packets: 2,
            network_us: [3600, 3600],
            ..Sample::default()
        };
        let fix = fix(&sample).unwrap();
        assert_eq!(fix.payload, Octets(20));
        assert_eq!(fix.jitter_buffer, Some(Span::from_ms(10)));
        assert_eq!(
            (fix.edge, fix.edge_now),
            (Span::from_ms(5), Span::from_ms(16))
        );
        assert_eq!(fix.wire.rounded_bps(), 268_800);
        assert_eq!(fix.frame.rounded_bps(), 204_800);
    }

    #[test]
    fn a_tight_budget_takes_smaller_packets_at_a_higher_rate() {
        // 8 ms of network leave 2 ms: 8 frames, k = 2, 84 octets per ms = 672 kb/s (TV8).
        let sample = Sample {
            frames: 64,
            packets: 2,
            network_us: [8000, 8000],
            ..Sample::default()
        };
        let fix = fix(&sample).unwrap();
        assert_eq!(
            (fix.payload, fix.jitter_buffer),
            (Octets(8), Some(Span::from_ms(4)))
        );
        assert_eq!(fix.wire.rounded_bps(), 672_000);
        assert_eq!(fix.frame.rounded_bps(), 512_000);
    }

    #[test]
    fn packets_that_a_slow_line_cannot_carry_are_not_proposed() {
        // 5 281 250 ns for 114 octets on the line; 84 take 3891.45 us, a fifth more 4669.74.
        let needs = Needs {
            budget: Span::from_ms(10),
            variation: Span::ZERO,
            slowest: vec![(Span::from_ms(8), Span::from_ns(5_281_250))],
        };
        let fits =
            |us: u64| needs.fits_between_packets(Octets(84), Octets(114), (Span::from_us(us).0, 1));
        assert!(!fits(2375) && !fits(4669) && fits(4670));
    }

    #[test]
    fn variation_asks_for_slack() {
        // V = 2 ms: k·P >= V + P; at most 5 ms: k = 2, P = 2.5 has 2.5 ms of slack.
        let sample = Sample {
            frames: 64,
            packets: 2,
            network_us: [1000, 3000],
            ..Sample::default()
        };
        let fix = fix(&sample).unwrap();
        assert_eq!(fix.payload, Octets(20));
        // V = 2.6 ms: k = 3, P <= 5/3 ms = 13 frames with a whole-ms buffer: 1.625 ms.
        let sample = Sample {
            frames: 64,
            packets: 2,
            network_us: [400, 3000],
            ..Sample::default()
        };
        assert_eq!(self::fix(&sample).unwrap().payload, Octets(13));
    }

    #[test]
    fn no_setting_helps_where_the_network_alone_is_too_slow() {
        let sample = Sample {
            frames: 64,
            packets: 2,
            network_us: [9900, 9900],
            ..Sample::default()
        };
        assert_eq!(fix(&sample), None);
    }
}
