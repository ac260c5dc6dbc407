//! A circuit hop by hop, before anything is simulated: what the settings and the route cost with
//! every queue empty.

use super::text::{Align, Columns, harmless, rate, signed_ms};
use crate::analysis::decomposition::{configured_slack, edge_delay};
use crate::plan::Processing;
use crate::pseudowire::receive::Playout;
use crate::scenario::{Circuit, Direction, LegOwner, Scenario};
use crate::units::Span;
use crate::units::quantity::{TIME, format as quantity};
use crate::units::time::PS_PER_NS;

/// The circuit with this index in [`Scenario::circuits`], in text.
///
/// # Panics
/// If the scenario has no circuit with this index.
#[must_use]
pub fn circuit(scenario: &Scenario, index: usize) -> String {
    let circuit = &scenario.circuits[index];
    let mut text = settings(circuit);
    for (direction, arrow) in circuit.directions.iter().zip(["a→z", "z→a"]) {
        text.push('\n');
        text.push_str(&format!(
            "{arrow}  {}\n",
            harmless(&direction.nodes.join(" → "))
        ));
        text.push_str(&hops(scenario, direction));
        text.push_str(&sums(scenario, circuit, direction));
    }
    text.push_str(
        "\ntimes in us, queues empty; waiting for other traffic comes on top: `pilotwire run`\n",
    );
    text
}

fn settings(circuit: &Circuit) -> String {
    let packet = quantity(circuit.packet_time_exact_ps.0, &TIME);
    let packet = match circuit.packet_time_exact_ps.1 {
        1 => packet,
        parts => format!("{} ps / {parts}", circuit.packet_time_exact_ps.0),
    };
    let start = match circuit.receiver.playout {
        Playout::FillHalf { packets } => {
            format!("play-out starts on consecutive packet number {packets}")
        }
        Playout::Prefill { level } => {
            format!(
                "play-out starts {} after the first packet",
                quantity(level.0, &TIME)
            )
        }
    };
    let rates = &circuit.rates;
    format!(
        "{}: scheme {}, class {}\n  \
         payload {} every {packet}; buffer {}, {}: {start}, at most {} packets wait\n  \
         rates: payload {}, with labels and control word {}, frame with FCS {}, \
         with preamble and gap {}\n",
        harmless(&circuit.name),
        circuit.scheme,
        circuit.class.name(),
        circuit.payload,
        quantity(circuit.jitter_buffer.0, &TIME),
        circuit.playout,
        circuit.receiver.capacity_packets,
        rate(rates.payload),
        rate(rates.mpls),
        rate(rates.frame),
        rate(rates.wire),
    )
}

fn hops(scenario: &Scenario, direction: &Direction) -> String {
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    let header = [
        "",
        "processing",
        "serialization",
        "media",
        "propagation",
        "so far",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    let stream = &scenario.plan.streams[direction.stream.0 as usize];
    let mut so_far = stream.ingress.max();
    let node = |index: usize| harmless(direction.nodes.get(index).map_or("", String::as_str));
    let mut through = |name: String, time: String, so_far: Span| {
        let empty = String::new;
        columns.row(vec![name, time, empty(), empty(), empty(), us(so_far)]);
    };
    // Behind a firewall the first node comes after the first port.
    if direction.legs.first().is_none_or(|leg| leg.node != Some(0)) {
        through(node(0), processing(&stream.ingress), so_far);
    }
    let mut rows = Vec::new();
    for (owner, leg) in direction
        .legs
        .iter()
        .zip(scenario.plan.path(direction.stream))
    {
        so_far = so_far + leg.serialization + leg.behind();
        let name = format!("  {}", harmless(&crossed(direction, owner)));
        let times = [leg.serialization, leg.media, leg.propagation, so_far].map(us);
        rows.push([vec![name, String::new()], times.to_vec()].concat());
        so_far += leg.processing.max();
        let box_after = leg.processing.max() > Span::ZERO;
        let name = match owner.node {
            Some(place) => node(place),
            None if box_after => "fixed box".to_owned(),
            None => continue,
        };
        let empty = String::new;
        let time = processing(&leg.processing);
        rows.push(vec![name, time, empty(), empty(), empty(), us(so_far)]);
    }
    rows.into_iter().for_each(|row| columns.row(row));
    columns
        .lines()
        .into_iter()
        .map(|line| format!("  {line}\n"))
        .collect()
}

/// A link without its direction, which stands above; with the radio hop where it has several.
fn crossed(direction: &Direction, owner: &LegOwner) -> String {
    let link = owner.link.and_then(|place| direction.links.get(place));
    match (link, owner.hop) {
        (Some(link), Some(hop)) => format!("{link} hop {hop}"),
        (Some(link), None) => link.clone(),
        (None, _) => owner.port.clone(),
    }
}

fn sums(scenario: &Scenario, circuit: &Circuit, direction: &Direction) -> String {
    let stream = &scenario.plan.streams[direction.stream.0 as usize];
    let legs = scenario.plan.path(direction.stream);
    let crossing = |leg: &crate::plan::Leg| leg.serialization + leg.behind() + leg.processing.max();
    let network = stream.ingress.max() + legs.iter().map(crossing).sum();
    let edge = edge_delay(circuit);
    let total = edge + network;
    let left = i128::from(scenario.budget.0) - i128::from(total.0);
    let mut text = format!(
        "  network {} ms + packetization and play-out {edge} ms = {total} ms of {} ms: {} ms \
         left for queueing\n  slack of the buffer {} ms\n",
        network,
        scenario.budget,
        signed_ms(i64::try_from(left).unwrap_or(i64::MIN)),
        configured_slack(circuit),
    );
    let used: Span = legs.iter().map(|leg| leg.propagation).sum();
    if let Some(physical) = direction
        .physical_propagation
        .filter(|physical| *physical != used)
    {
        let more = i128::from(physical.0) - i128::from(used.0);
        text.push_str(&format!(
            "  physical constants: propagation {physical} ms in place of {used} ms, {} ms\n",
            signed_ms(i64::try_from(more).unwrap_or(i64::MAX)),
        ));
    }
    text
}

/// Microseconds with three decimals, rounded half up: a hop is too short for milliseconds.
fn us(span: Span) -> String {
    let ns = (u128::from(span.0) + u128::from(PS_PER_NS / 2)) / u128::from(PS_PER_NS);
    format!("{}.{:03}", ns / 1000, ns % 1000)
}

fn processing(processing: &Processing) -> String {
    match processing {
        Processing::Constant(span) => us(*span),
        Processing::Uniform { min, max, .. } => format!("{} to {}", us(*min), us(*max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};

    #[test]
    fn a_circuit_is_added_up_hop_by_hop() {
        let (scenario, _) = scenario_and_outcome(&Sample::default());
        let text = circuit(&scenario, 0);
        // 150 + 1 + 300 + 150 us; k = 2 packets of 1 ms.
        assert!(text.contains("a→z  A → B"), "{text}");
        assert!(text.contains("451.000"), "{text}");
        assert!(text.contains("601.000"), "{text}");
        assert!(
            text.contains(
                "network 0.601 ms + packetization and play-out 2.000 ms = 2.601 ms of 10.000 ms: \
                 +7.399 ms left for queueing"
            ),
            "{text}"
        );
    }
}
