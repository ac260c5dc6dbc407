//! A circuit hop by hop, before anything is simulated: what the settings and the route cost with
//! every queue empty.

use super::drift;
use super::text::{Align, Columns, harmless, rate, signed_ms};
use crate::analysis::decomposition::{configured_slack, edge_delay};
use crate::plan::{Processing, StreamId};
use crate::pseudowire::receive::Playout;
use crate::scenario::{Carriage, Carried, Circuit, Direction, Emulation, LegOwner, Scenario};
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
    for (way, (direction, arrow)) in circuit.directions.iter().zip(["a→z", "z→a"]).enumerate() {
        text.push('\n');
        text.push_str(&format!(
            "{arrow}  {}\n",
            harmless(&direction.nodes.join(" → "))
        ));
        if let Some(stream) = direction.stream() {
            text.push_str(&hops(scenario, direction, stream));
        }
        text.push_str(&sums(scenario, circuit, way));
    }
    text.push_str(
        "\ntimes in us, queues empty; waiting for other traffic comes on top: `pilotwire run`\n",
    );
    text
}

fn settings(circuit: &Circuit) -> String {
    let class = circuit
        .class
        .map_or(String::new(), |class| format!(", class {}", class.name()));
    let mut text = format!(
        "{}: scheme {}, carrier {}{class}\n",
        harmless(&circuit.name),
        circuit.scheme,
        circuit.carrier(),
    );
    if let Some(name) = circuit.interface.name {
        let [a, z] = circuit
            .interface
            .conversion
            .map(|end| quantity(end.0, &TIME));
        text.push_str(&format!(
            "  interface {name}: converting takes {a} at a, {z} at z"
        ));
        match circuit.interface.recognition {
            Span::ZERO => {}
            more => text.push_str(&format!(
                ", and {} to recognise a command",
                us(more) + " us"
            )),
        }
        text.push('\n');
    }
    match &circuit.carriage {
        Carriage::Emulated(settings) => text.push_str(&emulation(settings)),
        Carriage::Messages(settings) => text.push_str(&format!(
            "  frames of {}, {} in the network; after an event {} apart, doubling to {}\n",
            settings.frame,
            settings.sizes.frame,
            quantity(settings.t1.0, &TIME),
            quantity(settings.t0.0, &TIME),
        )),
        Carriage::Direct(_) => {}
    }
    text
}

fn emulation(settings: &Emulation) -> String {
    let packet = quantity(settings.packet_time_exact_ps.0, &TIME);
    let packet = match settings.packet_time_exact_ps.1 {
        1 => packet,
        parts => format!("{} ps / {parts}", settings.packet_time_exact_ps.0),
    };
    let start = match settings.receivers[0].playout {
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
    let rates = &settings.rates;
    let mut text = format!(
        "  payload {} every {packet}; buffer {}, {}: {start}, at most {} packets wait\n  \
         rates: payload {}, with labels and control word {}, frame with FCS {}, \
         with preamble and gap {}\n",
        settings.payload,
        quantity(settings.effective_buffer.0, &TIME),
        settings.model.name(),
        settings.receivers[0].capacity_packets,
        rate(rates.payload),
        rate(rates.mpls),
        rate(rates.frame),
        rate(rates.wire),
    );
    for (receiver, arrow) in settings.receivers.iter().zip(["a→z", "z→a"]) {
        if receiver.hold_back > Span::ZERO {
            let wait = quantity(receiver.hold_back.0, &TIME);
            text.push_str(&format!(
                "  equalised: play-out {arrow} held back by {wait}\n"
            ));
        }
    }
    text + &drift::lines(settings)
}

fn hops(scenario: &Scenario, direction: &Direction, stream: StreamId) -> String {
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
    let id = stream;
    let stream = &scenario.plan.streams[id.0 as usize];
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
    for (owner, leg) in direction.legs.iter().zip(scenario.plan.path(id)) {
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

fn sums(scenario: &Scenario, circuit: &Circuit, way: usize) -> String {
    let direction = &circuit.directions[way];
    let network = match &direction.carried {
        Carried::Stream(stream) => network(scenario, *stream),
        Carried::Constant { parts, .. } => parts.total(),
    };
    let conversion = circuit.interface.delay();
    let emulation = circuit.emulation();
    let edge = emulation.map_or(Span::ZERO, |settings| edge_delay(settings, way));
    let total = conversion + edge + network;
    let left = i128::from(scenario.budget.0) - i128::from(total.0);
    let converted = match conversion {
        Span::ZERO => String::new(),
        conversion => format!(" + interfaces {conversion} ms"),
    };
    let mut text = format!(
        "  network {network} ms{converted} + packetization and play-out {edge} ms = {total} ms of \
         {} ms: {} ms left for queueing\n",
        scenario.budget,
        signed_ms(i64::try_from(left).unwrap_or(i64::MIN)),
    );
    if let Some(settings) = emulation {
        let slack = configured_slack(settings, way);
        text.push_str(&format!("  slack of the buffer {slack} ms\n"));
    }
    text.push_str(&constant_parts(direction));
    let used = direction.propagation;
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

/// Through the network with every queue empty, ranges at their longest.
fn network(scenario: &Scenario, stream: StreamId) -> Span {
    let ingress = scenario.plan.streams[stream.0 as usize].ingress.max();
    let crossing = |leg: &crate::plan::Leg| leg.serialization + leg.behind() + leg.processing.max();
    ingress + scenario.plan.path(stream).iter().map(crossing).sum()
}

/// What a direction without packets is made of.
fn constant_parts(direction: &Direction) -> String {
    let Carried::Constant { parts, slots } = &direction.carried else {
        return String::new();
    };
    let mut text = format!(
        "  serialization {} us, media {} us, propagation {} us\n",
        us(parts.serialization),
        us(parts.media),
        us(parts.propagation)
    );
    for (link, slots) in direction.links.iter().zip(slots) {
        let numbers: Vec<String> = slots.iter().map(u64::to_string).collect();
        if !numbers.is_empty() {
            let link = harmless(link);
            text.push_str(&format!("  {link}: timeslots {}\n", numbers.join(", ")));
        }
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
