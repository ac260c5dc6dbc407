//! The planner's formulas: what a spreadsheet says about a circuit before anything is simulated.
//!
//! They count one serialization per node, as the founding article does (Struth & Maurer, Bulletin
//! Electrosuisse 102 (2011) 9); a simulated chain of ten nodes has nine links. They know no
//! queues but the two worst cases at the end.

use std::fmt::Write;

use crate::pseudowire::clock::time_to_slip;
use crate::pseudowire::playout::{
    RAD_IPMUX_1E_BOX_DELAY, planned_extreme, planned_hirschmann, planned_hirschmann_hitless,
    planned_loop, planned_rad_round_trip,
};
use crate::pseudowire::receive::Receiver;
use crate::pseudowire::service::{PlayoutModel, ReceiverLimits, Service, edge_delay, receiver};
use crate::topology::{Constants, Medium, Preset};
use crate::units::length::{MM_PER_KM, PerKilometre};
use crate::units::time::PS_PER_S;
use crate::units::{BitRate, Length, Octets, Span};

/// The terms of a one-way network delay without queues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NetworkDelay {
    /// Through all nodes.
    pub processing: Span,
    /// On all transmitters.
    pub serialization: Span,
    /// Along the route.
    pub propagation: Span,
}

/// What the planner knows of a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// Nodes, both PEs included.
    pub nodes: u64,
    /// Time through each.
    pub processing: Span,
    /// Transmissions counted: the article one per node, a chain one less.
    pub transmissions: u64,
    /// Time of each.
    pub serialization: Span,
    /// Length of the route.
    pub length: Length,
    /// Propagation on it.
    pub per_kilometre: PerKilometre,
}

/// "10 us for 1500 byte on a GigE link": the article, section Verzögerungszeiten. (1500 octets
/// take 12 us, a frame with preamble and gap 12.304.)
pub const ARTICLE_SERIALIZATION: Span = Span::from_us(10);
/// Relay processing at each end, measured: the article, section Verzögerungszeiten.
pub const RELAY_PROCESSING: Span = Span::from_ms(3);
/// What the article makes of one 60 Hz cycle less two relays: section Verzögerungszeiten.
pub const ARTICLE_BUDGET: Span = Span::from_ms(10);
/// A full Ethernet frame with preamble and gap: 1500 + 18 + 20 octets.
pub const FULL_FRAME_WIRE: Octets = Octets(1538);

impl NetworkDelay {
    /// The sum of the terms.
    #[must_use]
    pub fn total(&self) -> Span {
        self.processing + self.serialization + self.propagation
    }
}

impl Route {
    /// nodes × processing + transmissions × serialization + length × propagation.
    ///
    /// # Panics
    /// If a term is longer than 213 days.
    #[must_use]
    pub fn delay(&self) -> NetworkDelay {
        NetworkDelay {
            processing: self.processing * self.nodes,
            serialization: self.serialization * self.transmissions,
            propagation: self.per_kilometre.over(self.length),
        }
    }

    /// The article's example, 10 nodes and 1000 km, with its own figures.
    ///
    /// # Panics
    /// Never: the preset is there.
    #[must_use]
    pub fn article() -> Self {
        let preset = Preset::from_name("altalink-2011").expect("the article's preset");
        Self::example(&Constants::of(preset), ARTICLE_SERIALIZATION)
    }

    /// The same route with physical constants and full frames at 1 Gb/s.
    ///
    /// # Panics
    /// Never: 1 Gb/s is a rate.
    #[must_use]
    pub fn physical() -> Self {
        let gigabit = BitRate::from_bps(1_000_000_000).expect("a positive rate");
        let full_frame = gigabit.time_to_send(FULL_FRAME_WIRE);
        Self::example(&Constants::of(Preset::physical()), full_frame)
    }

    fn example(constants: &Constants, serialization: Span) -> Self {
        Self {
            nodes: 10,
            processing: constants.node_processing(),
            transmissions: 10,
            serialization,
            length: Length(1000 * MM_PER_KM),
            per_kilometre: constants.propagation(Medium::Fibre),
        }
    }
}

/// The telecom budget: one cycle less relay processing at both ends, rounded down to a whole
/// picosecond; `None` at 0 Hz or where the relays take the whole cycle.
#[must_use]
pub fn budget(frequency_hz: u64, relay: Span) -> Option<Span> {
    let cycle = PS_PER_S.checked_div(frequency_hz)?;
    cycle.checked_sub(relay.0.checked_mul(2)?).map(Span)
}

/// One-way delay of a circuit: packetization and play-out, and the network between them.
#[must_use]
pub fn one_way(receiver: &Receiver, packet_time_exact_ps: (u64, u64), network: Span) -> Span {
    edge_delay(receiver, packet_time_exact_ps) + network
}

/// Longest wait behind one packet of lower class in transmission, once per link (strict priority
/// without pre-emption).
#[must_use]
pub fn blocking(links: u64, rate: BitRate, size: Octets) -> Span {
    rate.time_to_send(size) * links
}

/// Wait of the last of `packets` of one class and size that meet at one port at the same instant.
///
/// # Panics
/// If that is longer than 213 days.
#[must_use]
pub fn burst_wait(packets: u64, rate: BitRate, size: Octets) -> Span {
    rate.time_to_send(Octets(size.0 * packets.saturating_sub(1)))
}

/// The formulas with one worked example, as text for a terminal.
#[must_use]
pub fn explain() -> String {
    let mut text = String::from(FORMULAS);
    let [article, physical] = [Route::article(), Route::physical()];
    text.push_str("\nExample: 10 nodes, 1000 km, 1 Gb/s (us)\n\n");
    let columns = ["", "article", "physical"];
    let _ = writeln!(
        text,
        "  {:<34}{:>12}{:>12}",
        columns[0], columns[1], columns[2]
    );
    let [a, p] = [article.delay(), physical.delay()];
    let mut row = |name: &str, a: Span, p: Span| {
        let _ = writeln!(
            text,
            "  {name:<34}{:>12}{:>12}",
            microseconds(a),
            microseconds(p)
        );
    };
    row("processing     10 x 150", a.processing, p.processing);
    row(
        "serialization  10 x 10 | 12.304",
        a.serialization,
        p.serialization,
    );
    row(
        "propagation    1000 km x 3 | 4.9",
        a.propagation,
        p.propagation,
    );
    row("network", a.total(), p.total());
    for (name, payload, buffer_ms) in [
        ("N = 1, 2 ms packets, 8 ms buffer", 16, 8),
        ("N = 1, 1 ms packets, 4 ms buffer", 8, 4),
    ] {
        let (end, time) = fill_half(payload, buffer_ms);
        row(
            name,
            one_way(&end, time, a.total()),
            one_way(&end, time, p.total()),
        );
    }
    text.push_str(CONCLUSION);
    text.push_str(&vendors());
    text.push_str(&drifts());
    text
}

const FORMULAS: &str = "\
Planning formulas (no queues; one serialization per node, as the founding article counts)

  budget    one cycle - 2 x relay processing        60 Hz: 16.667 - 2 x 3 ms = 10.667, said as 10
  network   nodes x processing + nodes x serialization + length x propagation
  P         packet time: payload x 8 / service rate; CESoPSN: frames x 125 us
  k         fill-half: max(1, ceil((jitter buffer / 2) / P))
  one way   fill-half: network + k x P               slack (k - 1) x P
            prefill:   network + P + jitter buffer   slack: the jitter buffer
  blocking  one full frame of a lower class per link, at the link's rate

Under fill-half packetization is inside k x P; adding it again counts it twice.

Sources: Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9; RFC 4553 clause 6.2; RFC 5086
clause 6.2; `presets show` for the constants.
";

const CONCLUSION: &str = "
The article's 3 us/km is faster than light in vacuum (3.336). On this route the difference turns
the verdict of the first circuit against 10 ms. A simulated chain of ten nodes has nine links, and
a circuit sends its own 84 octets, not a full frame: see scenarios/worked-example.toml.
";

/// What the vendors' own formulas say, each with the example it was published or worked out with.
fn vendors() -> String {
    let mut text = String::from(VENDORS);
    let us = Span::from_us;
    let mut row = |name: &str, example: &str, value: Span| {
        let value = microseconds(value);
        let _ = writeln!(text, "  {name:<20}{example:<54}{value:>12}");
    };
    let packet = us(1250);
    let (path, buffer) = (us(500), us(4000));
    if let Some(value) = planned_hirschmann(packet, path, buffer) {
        row("hirschmann", "10 frames, path 500, JB 4000", value);
    }
    if let Some(value) = planned_hirschmann_hitless(packet, path, buffer, us(340)) {
        row(
            "hirschmann, hitless",
            "the same, paths differ by 340",
            value,
        );
    }
    row("extreme", "E1, P = 1000", planned_extreme(us(1000), false));
    for (octets, threshold_ms) in [(1500, 20), (100, 3), (24, 1)] {
        let value = planned_loop(Octets(octets), Span::from_ms(threshold_ms));
        let example = format!("E1, {octets} octets, threshold {threshold_ms} ms");
        row("loop", &example, value);
    }
    let net = Span::ZERO;
    let round = planned_rad_round_trip(us(1000), us(3000), Span::ZERO, net);
    row(
        "RAD IPmux-24",
        "there and back, P = 1000, level 3000 (±2 ms)",
        round,
    );
    let round = planned_rad_round_trip(us(1000), us(3000), RAD_IPMUX_1E_BOX_DELAY, net);
    row("RAD IPmux-1E", "the same, 1000 in each box (±2 ms)", round);
    text
}

/// How long a slack outlasts clocks that run apart.
fn drifts() -> String {
    let mut text = String::from(DRIFTS);
    let slack = Span::from_ms(1);
    for (name, slack, offset) in [
        ("1 ms at 50 ppm", slack, (50, 1_000_000)),
        ("1 ms at 4.6 ppm", slack, (46, 10_000_000)),
        ("125 us at 2e-11", Span::from_us(125), (2, 100_000_000_000)),
    ] {
        if let Some((top, bottom)) = time_to_slip(slack, offset) {
            let ms = (top + bottom * 500_000_000) / (bottom * 1_000_000_000);
            let _ = writeln!(text, "  {name:<20}{:>12}.{:03} s", ms / 1000, ms % 1000);
        }
    }
    text
}

const VENDORS: &str = "
Vendors' formulas (us, P packet time, JB jitter buffer; they do not agree, and none is a measurement
of ours)

  hirschmann          P + path + (JB - P) / 2; hitless + 2 P + difference of paths + 1087
  extreme             max(3000, 2 P) + 700
  loop                3.90625 per octet + 277.5 + threshold (a fit for E1)
  RAD                 round trip = 2 x (P + JB level + box) + network

";

const DRIFTS: &str = "
Clocks: a slack S lasts S / offset where the ends run apart by the offset

";

fn fill_half(payload: u64, buffer_ms: u64) -> (Receiver, (u64, u64)) {
    let time = Service::Cesopsn { timeslots: 1 }.packet_time_exact_ps(Octets(payload));
    let buffer = Span::from_ms(buffer_ms);
    let limits = ReceiverLimits::default();
    let end = receiver(PlayoutModel::FillHalf, buffer, time, limits);
    (end.expect("half of any buffer can be filled"), time)
}

/// Microseconds with three decimals, rounded half up.
fn microseconds(span: Span) -> String {
    let ns = (u128::from(span.0) + 500) / 1000;
    format!("{}.{:03}", ns / 1000, ns % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(microseconds: u64) -> Span {
        Span::from_us(microseconds)
    }

    #[test]
    fn the_article_adds_up_to_4600_us_and_physics_to_6523_04() {
        assert_eq!(Route::article().delay().total(), us(4600)); // TV1, not "around 4 ms"
        let physical = Route::physical().delay();
        assert_eq!(physical.total(), Span::from_ns(6_523_040)); // TV2
        assert_eq!(physical.serialization, Span::from_ns(123_040));
        let nine = Route {
            transmissions: 9,
            ..Route::physical()
        };
        assert_eq!(nine.delay().total(), Span::from_ns(6_510_736)); // TV5
    }

    #[test]
    fn the_budget_is_10666_667_us_at_60_hz_and_14000_at_50() {
        // TV3, rounded down to a picosecond.
        assert_eq!(budget(60, RELAY_PROCESSING), Some(Span(10_666_666_666)));
        assert_eq!(budget(50, RELAY_PROCESSING), Some(us(14_000)));
        assert_eq!(budget(0, RELAY_PROCESSING), None);
        assert_eq!(budget(60, Span::from_ms(9)), None);
    }

    #[test]
    fn the_wrong_constant_turns_the_verdict() {
        // TV14: 2 ms packets, 8 ms buffer.
        let (end, time) = fill_half(16, 8);
        let article = one_way(&end, time, Route::article().delay().total());
        let physical = one_way(&end, time, Route::physical().delay().total());
        assert_eq!((article, physical), (us(8600), Span::from_ns(10_523_040)));
        assert!(article <= ARTICLE_BUDGET && physical > ARTICLE_BUDGET);
        assert!(physical <= budget(60, RELAY_PROCESSING).unwrap());
        // TV15: 1 ms packets, 4 ms buffer.
        let (end, time) = fill_half(8, 4);
        let tuned = one_way(&end, time, Route::physical().delay().total());
        assert_eq!(tuned, Span::from_ns(8_523_040));
        assert!(tuned <= ARTICLE_BUDGET);
    }

    #[test]
    fn defaults_take_17200_9200_5200_and_4200_us_over_a_network_of_1200() {
        // TV12.
        for (timeslots, want) in [(1, 17_200), (3, 9_200), (10, 5_200), (16, 4_200)] {
            let service = Service::Cesopsn { timeslots };
            let time = service.packet_time_exact_ps(service.default_payload());
            let buffer = service.default_jitter_buffer();
            let limits = ReceiverLimits::default();
            let end = receiver(PlayoutModel::FillHalf, buffer, time, limits).unwrap();
            assert_eq!(one_way(&end, time, us(1200)), us(want), "N = {timeslots}");
        }
    }

    #[test]
    fn buffers_of_2_to_5_packets_take_2200_3200_3200_and_4200_us() {
        // TV13.
        for (buffer_ms, want) in [(2, 2200), (3, 3200), (4, 3200), (5, 4200)] {
            let (end, time) = fill_half(8, buffer_ms);
            assert_eq!(one_way(&end, time, us(1200)), us(want), "{buffer_ms} ms");
        }
    }

    #[test]
    fn prefill_of_3_ms_with_1_ms_packets_takes_4_ms() {
        // TV16: 8 ms there and back.
        let level = Span::from_ms(3);
        let (time, limits) = ((1_000_000_000, 1), ReceiverLimits::default());
        let end = receiver(PlayoutModel::Prefill, level, time, limits).unwrap();
        let one = one_way(&end, time, Span::ZERO);
        assert_eq!((one, one + one), (us(4000), us(8000)));
    }

    #[test]
    fn four_radio_links_block_for_1159_us_more_than_one_packet_of_slack() {
        // TV21: 1518 octets without, 1538 with preamble and gap, at 41.9 Mb/s.
        let radio = BitRate::from_bps(41_900_000).unwrap();
        assert_eq!(blocking(4, radio, Octets(1518)), Span(1_159_331_744));
        assert_eq!(microseconds(blocking(4, radio, Octets(1538))), "1174.606");
        // TV22: the last of 20 padded circuit packets.
        assert_eq!(microseconds(burst_wait(20, radio, Octets(84))), "304.726");
    }

    #[test]
    fn the_explanation_shows_both_columns_and_fits_a_terminal() {
        let text = explain();
        for figure in [
            "4600.000",
            "6523.040",
            "8600.000",
            "10523.040",
            "6600.000",
            "8523.040",
            // TV17 to TV20, V15b, TV29.
            "3125.000",
            "7052.000",
            "3700.000",
            "26136.875",
            "3668.125",
            "1371.250",
            "8000.000",
            "10000.000",
            " 20.000 s",
            " 217.391 s",
            " 6250000.000 s",
        ] {
            assert!(text.contains(figure), "{figure} in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}
