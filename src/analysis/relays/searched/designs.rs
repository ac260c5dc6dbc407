//! Messages beside circuit emulation on one line: what each costs, and what a loss does to it.

use super::{Searched, is_messages};
use crate::analysis::decomposition::{edge_delay, packetization};
use crate::analysis::verdict::Judgement;
use crate::scenario::{Carriage, Scenario};
use crate::units::{BitRate, Span};

/// One circuit of a line that has messages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Design {
    /// Index of the line.
    pub line: usize,
    /// Index of the circuit.
    pub circuit: usize,
    /// `service` in scenario files.
    pub service: &'static str,
    /// From the sending relay's output to the receiving relay: a C-pipe's worst start, the slowest
    /// event of messages searched; `None`: it does not always come.
    pub delay: Option<Span>,
    /// Rate of one direction on the wire in normal operation.
    pub wire: BitRate,
    /// The same right behind an event.
    pub wire_peak: BitRate,
    /// How much later a command comes whose first frame is lost; of a C-pipe how much data one lost
    /// packet takes.
    pub loss: Span,
    /// From the last message or packet until the receiving end holds its data for nothing: in
    /// normal operation.
    pub silence: Span,
}

/// The circuits of every line that was searched for its messages, in order of line and circuit.
#[must_use]
pub fn designs(
    scenario: &Scenario,
    judgements: &[Judgement],
    searched: &[Searched],
) -> Vec<Design> {
    let mut all = Vec::new();
    for found in searched.iter().filter(|one| !one.messages.is_empty()) {
        let line = &scenario.relays.lines[found.line];
        let mut circuits = line.groups.concat();
        circuits.sort_unstable();
        circuits.dedup();
        for circuit in circuits {
            let both = &judgements[2 * circuit..2 * circuit + 2];
            all.extend(design(scenario, found, circuit, both));
        }
    }
    all.sort_unstable_by_key(|design| (design.line, design.circuit));
    all.dedup_by_key(|design| (design.line, design.circuit));
    all
}

fn design(
    scenario: &Scenario,
    found: &Searched,
    circuit: usize,
    judged: &[Judgement],
) -> Option<Design> {
    let line = found.line;
    let service = scenario.circuits[circuit].service_name();
    let of = |delay, wire, wire_peak, loss, silence| Design {
        line,
        circuit,
        service,
        delay,
        wire,
        wire_peak,
        loss,
        silence,
    };
    match &scenario.circuits[circuit].carriage {
        Carriage::Messages(messages) => {
            let own = found.messages.iter().find(|(one, _)| *one == circuit);
            let rate = |every: Span| BitRate::of(messages.sizes.wire, (every.0, 1));
            Some(of(
                own.and_then(|(_, delay)| *delay),
                rate(messages.t0),
                rate(messages.t1),
                messages.t1,
                messages.t0 * messages.allowed,
            ))
        }
        Carriage::Emulated(emulation) => {
            let starts = judged.iter().map(|one| one.worst_start);
            let delay = starts.collect::<Option<Vec<Span>>>();
            let wire = emulation.rates.wire;
            let buffer = [0, 1].map(|way| edge_delay(emulation, way));
            Some(of(
                delay.and_then(|both| both.into_iter().max()),
                wire,
                wire,
                packetization(emulation),
                buffer[0].max(buffer[1]),
            ))
        }
        Carriage::Direct(_) => None,
    }
}

/// Whether a table of designs has anything to say: messages stand beside something else.
#[must_use]
pub fn compares(scenario: &Scenario, designs: &[Design]) -> bool {
    designs
        .iter()
        .any(|design| !is_messages(scenario, design.circuit))
}
