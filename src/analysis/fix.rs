//! The cheapest payload and jitter buffer that would make a failing circuit pass, by the planning
//! arithmetic: the network delays of the run, with the serialization of the new packet size.
//!
//! Queueing is taken as it was; only a new run can say what the other packet rate does to it.

use super::decomposition::packet_times;
use super::decomposition::{BudgetParts, Rounding, edge_delay};
use super::verdict::Judgement;
use crate::pseudowire::receive::Playout;
use crate::scenario::Circuit;
use crate::units::limits::{JITTER_BUFFER_MS, JITTER_BUFFER_PACKETS_MAX};
use crate::units::time::{PS_PER_MS, PS_PER_US};
use crate::units::{BitRate, Octets, Span};

/// Another setting of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Payload of one packet.
    pub payload: Octets,
    /// Jitter buffer, whole milliseconds.
    pub jitter_buffer: Span,
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
/// preferred. `None` where no setting helps, or where nothing arrived.
#[must_use]
pub fn cheapest(circuit: &Circuit, rows: &[&Judgement]) -> Option<Fix> {
    let needs = Needs::of(rows)?;
    let layers = Layers::of(circuit)?;
    let mut best: Option<(Rank, Fix)> = None;
    for payload in payloads(circuit) {
        let sizes = layers.sizes(payload);
        let network = needs.network_with(sizes.wire, layers.sizes(circuit.payload).wire);
        for buffer_ms in JITTER_BUFFER_MS {
            let setting = Setting::new(circuit, payload, Span::from_ms(buffer_ms));
            let worst = setting.edge + network;
            if !setting.allowed || worst > needs.budget || setting.slack < needs.variation {
                continue;
            }
            let fix = Fix {
                payload,
                jitter_buffer: Span::from_ms(buffer_ms),
                edge: setting.edge,
                edge_now: edge_delay(circuit),
                worst_start: worst,
                frame: BitRate::of(sizes.frame, setting.packet_time),
                wire: BitRate::of(sizes.wire, setting.packet_time),
            };
            let dear = u128::from(setting.edge.0) * 2 > u128::from(needs.budget.0);
            let rank = (
                dear,
                fix.wire,
                fix.edge,
                std::cmp::Reverse(fix.jitter_buffer),
            );
            if best.as_ref().is_none_or(|(before, _)| rank < *before) {
                best = Some((rank, fix));
            }
        }
    }
    best.map(|(_, fix)| fix)
}

type Rank = (bool, BitRate, Span, std::cmp::Reverse<Span>);

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
            let bits = u128::from(serialization.0) * u128::from(wire.0);
            let ps = bits.div_ceil(u128::from(wire_now.0));
            *total - *serialization + Span(u64::try_from(ps).unwrap_or(u64::MAX / 4))
        };
        self.slowest.iter().map(scaled).max().unwrap_or(Span::ZERO)
    }
}

/// Octets added around the payload, taken from the rates of the circuit as it stands.
struct Layers {
    labels: u64,
    ethernet: u64,
}

/// Smallest Ethernet frame, FCS included (IEEE 802.3-2018 clause 4A.4.2, minFrameSize 512 bits).
const FRAME_MIN: u64 = 64;
/// Ethernet header without tag, and FCS (IEEE 802.3-2018 clause 3.1.1): 6 + 6 + 2 + 4.
const ETHERNET: u64 = 18;
/// Preamble with start delimiter 8 and inter-packet gap 12 (IEEE 802.3-2018 clauses 3.1.1, 4A.4.2).
const PREAMBLE_AND_GAP: u64 = 20;

struct Sizes {
    frame: Octets,
    wire: Octets,
}

impl Layers {
    fn of(circuit: &Circuit) -> Option<Self> {
        let mpls = octets_per_packet(circuit.rates.mpls, circuit)?;
        let frame = octets_per_packet(circuit.rates.frame, circuit)?;
        // A padded frame does not tell whether it has a tag; without one, larger payloads come
        // out 4 octets short at most.
        let ethernet = if frame > FRAME_MIN {
            frame.checked_sub(mpls)?
        } else {
            ETHERNET
        };
        Some(Self {
            labels: mpls.checked_sub(circuit.payload.0)?,
            ethernet,
        })
    }

    fn sizes(&self, payload: Octets) -> Sizes {
        let frame = (payload.0 + self.labels + self.ethernet).max(FRAME_MIN);
        Sizes {
            frame: Octets(frame),
            wire: Octets(frame + PREAMBLE_AND_GAP),
        }
    }
}

/// Whole octets of one packet at a layer with this rate; `None` where it comes out broken.
fn octets_per_packet(rate: BitRate, circuit: &Circuit) -> Option<u64> {
    let (bits, per_s) = rate.exact_bps();
    let (time, parts) = circuit.packet_time_exact_ps;
    let top = u128::from(bits).checked_mul(u128::from(time))?;
    let bottom = u128::from(per_s) * u128::from(parts) * 8 * u128::from(PS_PER_MS) * 1000;
    (top % bottom == 0).then(|| u64::try_from(top / bottom).ok())?
}

/// Largest payload (7705 SAR OS Services Guide pp148–149).
const PAYLOAD_MAX: u64 = 1514;
/// SAToP payloads are multiples of this (7705 SAR OS Services Guide pp148–149) …
const SATOP_STEP: u64 = 32;
/// … and no smaller than this.
const SATOP_MIN: u64 = 64;
/// Most timeslots of a structured circuit (E1 without timeslot 0).
const TIMESLOTS_MAX: u64 = 31;
/// One frame of 8000 a second, in picoseconds.
const FRAME_TIME_PS: u64 = 125 * PS_PER_US;

/// The payloads a product takes: whole frames, two or more (7705 SAR OS Services Guide p250),
/// for structured circuits, steps of 32 octets for unstructured ones.
fn payloads(circuit: &Circuit) -> Vec<Octets> {
    let (time, parts) = circuit.packet_time_exact_ps;
    let octets = u128::from(circuit.payload.0) * u128::from(FRAME_TIME_PS) * u128::from(parts);
    let timeslots = (octets % u128::from(time) == 0)
        .then(|| u64::try_from(octets / u128::from(time)).ok())
        .flatten()
        .filter(|slots| (1..=TIMESLOTS_MAX).contains(slots));
    let (from, step) = timeslots.map_or((SATOP_MIN, SATOP_STEP), |slots| (2 * slots, slots));
    (from..=PAYLOAD_MAX)
        .step_by(usize::try_from(step).unwrap_or(1))
        .map(Octets)
        .collect()
}

/// A payload and a buffer under the play-out model of the circuit.
struct Setting {
    packet_time: (u64, u64),
    edge: Span,
    slack: Span,
    /// Neither refused nor warned of: 3 to 32 packets of buffer.
    allowed: bool,
}

impl Setting {
    fn new(circuit: &Circuit, payload: Octets, buffer: Span) -> Self {
        let (time, parts) = circuit.packet_time_exact_ps;
        // P is proportional to the payload: P' = P · payload' / payload, in lowest terms.
        let divisor = gcd(payload.0, circuit.payload.0);
        let packet_time = (
            time * (payload.0 / divisor),
            parts * (circuit.payload.0 / divisor),
        );
        let (top, bottom) = (u128::from(packet_time.0), u128::from(packet_time.1));
        let waiting = u128::from(buffer.0) * bottom;
        let allowed = waiting >= 3 * top && waiting <= u128::from(JITTER_BUFFER_PACKETS_MAX) * top;
        let packets = u32::try_from(waiting.div_ceil(2 * top).max(1)).unwrap_or(u32::MAX);
        let mut other = circuit.clone();
        other.packet_time_exact_ps = packet_time;
        other.payload = payload;
        other.receiver.playout = match circuit.receiver.playout {
            Playout::FillHalf { .. } => Playout::FillHalf { packets },
            Playout::Prefill { .. } => Playout::Prefill { level: buffer },
        };
        let slack = super::decomposition::configured_slack(&other);
        Self {
            packet_time,
            edge: edge_delay(&other),
            slack,
            allowed,
        }
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
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

/// Whole frames of 125 us in one packet; `None` where it is no whole number.
#[must_use]
pub fn frames_per_packet(circuit: &Circuit) -> Option<u64> {
    let frame = Span(FRAME_TIME_PS);
    let (_, parts) = circuit.packet_time_exact_ps;
    let time = packet_times(circuit, 1, Rounding::Down);
    (parts == 1 && time.0 % frame.0 == 0).then(|| time.0 / frame.0)
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
        assert_eq!(fix.jitter_buffer, Span::from_ms(10));
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
            (Octets(8), Span::from_ms(4))
        );
        assert_eq!(fix.wire.rounded_bps(), 672_000);
        assert_eq!(fix.frame.rounded_bps(), 512_000);
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
