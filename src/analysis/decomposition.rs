//! Where the one-way delay of a circuit goes: eight parts that sum exactly.

use crate::engine::Parts;
use crate::pseudowire::service;
use crate::scenario::{Circuit, Emulation};
use crate::units::Span;

/// The parts of a circuit's one-way delay, TDM bit in to TDM bit out, for the first bit of one
/// packet. Each part is accumulated on its own; the sum equals the delay to the picosecond.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct BudgetParts {
    /// Conversion at both relay interfaces, and what the receiving one needs to recognise a
    /// command.
    pub interface: Span,
    /// Filling one packet: its first bit waits for its last.
    pub packetization: Span,
    /// Through every node, both PEs included.
    pub processing: Span,
    /// On the transmitters.
    pub serialization: Span,
    /// Radios, TDM access, transit and cross-connects, tones, encryption, firewalls.
    pub media: Span,
    /// Along the route.
    pub propagation: Span,
    /// Waiting for transmitters.
    pub queueing: Span,
    /// What the jitter buffer adds beyond packetization; for GOOSE, waiting for a repetition
    /// beyond the slowest frame.
    pub playout: Span,
}

impl BudgetParts {
    /// How many parts there are.
    pub const COUNT: usize = 8;

    /// The names used in files, in the order of [`BudgetParts::values`].
    pub const NAMES: [&'static str; Self::COUNT] = [
        "interface",
        "packetization",
        "processing",
        "serialization",
        "media",
        "propagation",
        "queueing",
        "playout",
    ];

    /// The parts if play-out were started on a packet whose network delay has these parts.
    #[must_use]
    pub fn of_start(circuit: &Circuit, emulation: &Emulation, way: usize, network: &Parts) -> Self {
        let packetization = packetization(emulation);
        Self {
            packetization,
            playout: edge_delay(emulation, way) - packetization,
            ..Self::of_network(circuit, network)
        }
    }

    /// The parts of what crosses the network as it is, between both interfaces.
    #[must_use]
    pub fn of_network(circuit: &Circuit, network: &Parts) -> Self {
        Self {
            interface: circuit.interface.delay(),
            packetization: Span::ZERO,
            processing: network.processing,
            serialization: network.serialization,
            media: network.media,
            propagation: network.propagation,
            queueing: network.queueing,
            playout: Span::ZERO,
        }
    }

    /// The parts in the order of [`BudgetParts::NAMES`].
    #[must_use]
    pub fn values(&self) -> [Span; Self::COUNT] {
        [
            self.interface,
            self.packetization,
            self.processing,
            self.serialization,
            self.media,
            self.propagation,
            self.queueing,
            self.playout,
        ]
    }

    /// The sum of all parts.
    #[must_use]
    pub fn total(&self) -> Span {
        self.values().into_iter().sum()
    }
}

/// What packetization and play-out of one direction cost, whatever the network: fill-half k·P, all
/// other models P + level, and what play-out is held back; rounded up to a whole picosecond.
#[must_use]
pub fn edge_delay(emulation: &Emulation, way: usize) -> Span {
    service::edge_delay(&emulation.receivers[way], emulation.packet_time_exact_ps)
}

/// How much later than the packet that started play-out another may come and still be in time:
/// fill-half (k−1)·P, all other models the level, and what play-out is held back; rounded down to
/// a whole picosecond.
#[must_use]
pub fn configured_slack(emulation: &Emulation, way: usize) -> Span {
    service::slack(&emulation.receivers[way], emulation.packet_time_exact_ps)
}

/// One packet time, rounded up to a whole picosecond. A T1 packet lasts 192000/193 us, which is
/// no whole number: multiples are taken exactly and rounded once, never from this.
#[must_use]
pub fn packetization(emulation: &Emulation) -> Span {
    let (numerator, denominator) = emulation.packet_time_exact_ps;
    Span(numerator.div_ceil(denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{circuit, emulation};
    use crate::pseudowire::receive::Playout;

    #[test]
    fn fill_half_costs_k_packet_times_and_prefill_one_and_the_level() {
        // TV13: P = 1 ms, buffer 2, 3, 4, 5 ms: k = 1, 2, 2, 3. TV16: P = 1 ms, level 3 ms.
        for (packets, edge_ms, slack_ms) in [(1, 1, 0), (2, 2, 1), (3, 3, 2)] {
            let circuit = emulation(Playout::FillHalf { packets }, (1_000_000_000, 1));
            assert_eq!(edge_delay(&circuit, 0), Span::from_ms(edge_ms));
            assert_eq!(configured_slack(&circuit, 0), Span::from_ms(slack_ms));
        }
        let prefill = emulation(
            Playout::Prefill {
                level: Span::from_ms(3),
            },
            (1_000_000_000, 1),
        );
        assert_eq!(edge_delay(&prefill, 1), Span::from_ms(4));
        assert_eq!(configured_slack(&prefill, 1), Span::from_ms(3));
    }

    #[test]
    fn a_t1_packet_time_is_multiplied_before_it_is_rounded() {
        // 3 · 192000/193 us = 2 984 455 958.549… ps; 2 · = 1 989 637 305.699… ps.
        let t1 = emulation(Playout::FillHalf { packets: 3 }, (192_000_000_000, 193));
        assert_eq!(edge_delay(&t1, 0), Span(2_984_455_959));
        assert_eq!(configured_slack(&t1, 0), Span(1_989_637_305));
    }

    #[test]
    fn the_parts_of_a_start_sum_to_edge_and_network_to_the_picosecond() {
        let emulation = emulation(Playout::FillHalf { packets: 3 }, (192_000_000_000, 193));
        let mut t1 = circuit(emulation.clone());
        t1.interface.conversion = [Span(125), Span(200)];
        let network = Parts {
            processing: Span(300_000_001),
            serialization: Span(7),
            media: Span::ZERO,
            propagation: Span(220_200_003),
            queueing: Span(12_345_678),
        };
        let parts = BudgetParts::of_start(&t1, &emulation, 0, &network);
        assert_eq!(parts.interface, Span(325));
        assert_eq!(
            parts.total(),
            Span(2_984_455_959 + 325 + 300_000_001 + 7 + 220_200_003 + 12_345_678)
        );
    }
}
