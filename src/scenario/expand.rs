//! The whole input as one TOML text: topology inlined, every default written out.
//!
//! Reading it back gives the same plan, and expanding that gives the same text. Tables stand in
//! the order of names, so the text does not depend on the order in the files.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::circuits::Settings;
use super::load::Parts;
use super::network::Network;
use super::spec::{CircuitSpec, LinkSpec, NodeSpec, PatternSpec, SizeSpec};
use super::streams::{ReadyCircuit, ReadyFlow};
use crate::topology::{Link, Node, NodeProcessing};
use crate::traffic::Class;
use crate::units::Octets;
use crate::units::quantity::{LENGTH, RATE, SIZE, TIME, format};

/// The text of a checked scenario, run with this seed.
#[must_use]
pub(super) fn scenario(parts: &Parts<'_>, seed: u64) -> String {
    let Parts {
        spec,
        topology,
        network,
        ready,
    } = parts;
    let mut out = Text::default();
    out.text("name", spec.name.as_ref().map_or("", |name| &name.value));
    out.quantity(
        "duration",
        spec.duration.as_ref().map_or(0, |at| at.value),
        &TIME,
    );
    out.plain("seed", &seed.to_string());
    let frequency = spec.frequency.as_ref().map_or(0, |at| at.value);
    out.text("frequency", &format!("{frequency} Hz"));
    out.header("[budget]");
    match (&spec.telecom, &spec.profile) {
        (Some(telecom), _) => out.quantity("telecom", telecom.value, &TIME),
        (None, profile) => out.text("profile", profile.as_ref().map_or("", |at| &at.value)),
    }
    out.header("[topology]");
    out.text(
        "name",
        topology.name.as_ref().map_or("", |name| &name.value),
    );
    out.text("preset", network.constants.preset().name);
    if !topology.constants.is_empty() {
        out.header("[topology.constants]");
        let preset = network.constants.preset();
        for (name, value) in &topology.constants {
            let dimension = preset
                .constant(name)
                .map_or(&TIME, |constant| constant.dimension);
            out.quantity(name, value.value, dimension);
        }
    }
    let named = |node: &NodeSpec| node.name.value.clone();
    let written: BTreeMap<String, &NodeSpec> = topology
        .nodes
        .iter()
        .map(|node| (named(node), node))
        .collect();
    for sealed in network.topology.nodes() {
        node(&mut out, sealed, written[&sealed.name]);
    }
    for (place, sealed) in network.topology.links().iter().enumerate() {
        link(
            &mut out,
            sealed,
            &topology.links[network.written[place]],
            network,
        );
    }
    for ready in &ready.circuits {
        circuit(&mut out, ready);
    }
    for ready in &ready.flows {
        flow(&mut out, ready);
    }
    out.0
}

fn node(out: &mut Text, sealed: &Node, written: &NodeSpec) {
    out.header("[[topology.node]]");
    out.text("name", &sealed.name);
    if let Some(label) = &written.label {
        out.text("label", label);
    }
    match sealed.processing {
        NodeProcessing::Constant(span) => out.quantity("processing", span.0, &TIME),
        NodeProcessing::Range { min, max } => {
            let (min, max) = (format(min.0, &TIME), format(max.0, &TIME));
            out.plain(
                "processing",
                &format!("{{ min = \"{min}\", max = \"{max}\" }}"),
            );
        }
    }
    if let Some(at) = sealed.coordinates {
        out.plain("lat", &degrees(at.latitude_microdegrees));
        out.plain("lon", &degrees(at.longitude_microdegrees));
    }
}

fn link(out: &mut Text, sealed: &Link, written: &LinkSpec, network: &Network) {
    out.header("[[topology.link]]");
    out.text("name", &sealed.name);
    let ends = sealed
        .ends
        .map(|end| network.topology.node(end).name.as_str());
    out.texts("ends", ends.into_iter());
    out.text("medium", sealed.medium.name());
    if let Some(length) = sealed.length {
        out.quantity("length", length.0, &LENGTH);
    }
    if let Some([a, z]) = &written.propagation {
        out.per_direction(
            "propagation",
            format(a.value, &TIME),
            format(z.value, &TIME),
        );
    }
    if let Some([a, z]) = &written.rate {
        out.per_direction("rate", format(a.value, &RATE), format(z.value, &RATE));
    }
    if let Some(hops) = &written.radio_hops {
        out.plain("radio_hops", &hops.value.to_string());
    }
    let counts = written
        .layer1
        .unwrap_or(sealed.medium.has_layer1_overhead_by_default());
    out.text("layer1", if counts { "ethernet" } else { "none" });
    out.plain("metric", &sealed.metric.to_string());
    let limit = |limit: Option<Octets>| match limit {
        Some(octets) => format(octets.0, &SIZE),
        None => "unlimited".to_owned(),
    };
    if sealed
        .queue_limit
        .iter()
        .all(|one| *one == sealed.queue_limit[0])
    {
        out.text("queue", &limit(sealed.queue_limit[0]));
    } else {
        let of = |class: Class| {
            let value = limit(sealed.queue_limit[class.index()]);
            format!("{} = \"{value}\"", class.name())
        };
        out.plain("queue", &format!("{{ {} }}", Class::ALL.map(of).join(", ")));
    }
    if !written.srlg.is_empty() {
        out.texts("srlg", written.srlg.iter().map(String::as_str));
    }
}

fn circuit(out: &mut Text, ready: &ReadyCircuit<'_>) {
    let CircuitSpec {
        name,
        ends,
        scheme,
        interface,
        path,
        phase,
        ..
    } = ready.spec;
    let settings: &Settings = &ready.settings;
    out.header("[[circuit]]");
    out.text("name", &name.value);
    out.texts("ends", ends.iter().flatten().map(|end| end.value.as_str()));
    if let Some(scheme) = scheme {
        out.text("scheme", scheme);
    }
    if let Some(interface) = interface {
        out.text("interface", &interface.value);
    }
    out.text("service", settings.service_name());
    out.text("product", settings.profile.name);
    if let Some(timeslots) = &ready.spec.timeslots {
        out.plain("timeslots", &timeslots.value.to_string());
    }
    out.quantity("payload", settings.payload.0, &SIZE);
    out.quantity("jitter_buffer", settings.buffer.0, &TIME);
    out.text("playout", settings.model.name());
    out.text("class", ready.class.name());
    out.plain("vlan", &settings.encapsulation.vlan.to_string());
    out.plain("labels", &settings.encapsulation.labels.to_string());
    out.plain("rtp", &settings.encapsulation.rtp.to_string());
    out.quantity(
        "minimum_frame",
        settings.encapsulation.minimum_frame.0,
        &SIZE,
    );
    let names = |way: usize| {
        let names = path[way].as_ref()?;
        Some(array(names.value.iter().map(|name| name.value.as_str())))
    };
    match (names(0), names(1)) {
        (Some(there), Some(back)) => {
            out.plain("path", &format!("{{ a-z = {there}, z-a = {back} }}"));
        }
        (Some(there), None) => out.plain("path", &there),
        _ => {}
    }
    let ways = ["a-z", "z-a"].iter().zip(phase);
    let given: Vec<String> = ways
        .filter_map(|(way, phase)| Some(format!("{way} = \"{}\"", format((*phase)?, &TIME))))
        .collect();
    if !given.is_empty() {
        out.plain("phase", &format!("{{ {} }}", given.join(", ")));
    }
}

fn flow(out: &mut Text, ready: &ReadyFlow<'_>) {
    out.header("[[flow]]");
    out.text("name", &ready.spec.name.value);
    if let Some([from, to]) = &ready.spec.ends {
        out.text("from", &from.value);
        out.text("to", &to.value);
    }
    out.text("class", ready.class.name());
    let size = match ready.size {
        SizeSpec::Frame(octets) => format!("\"{}\"", format(octets, &SIZE)),
        SizeSpec::Wire(octets) => format!("{{ wire = \"{}\" }}", format(octets, &SIZE)),
    };
    if let Some((pattern, _)) = &ready.spec.pattern {
        let pattern = match pattern {
            PatternSpec::Cbr { period, first } => format!(
                "kind = \"cbr\", period = \"{}\", size = {size}, first = \"{}\"",
                format(*period, &TIME),
                format(*first, &TIME)
            ),
            PatternSpec::Poisson { rate } => {
                let rate = format(rate.value, &RATE);
                format!("kind = \"poisson\", rate = \"{rate}\", size = {size}")
            }
        };
        out.plain("pattern", &format!("{{ {pattern} }}"));
    }
    if let Some(path) = &ready.spec.path {
        out.plain(
            "path",
            &array(path.value.iter().map(|name| name.value.as_str())),
        );
    }
}

/// TOML as it is written, line by line.
#[derive(Default)]
struct Text(String);

impl Text {
    fn plain(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key} = {value}").expect("a string takes any text");
    }

    fn header(&mut self, header: &str) {
        writeln!(self.0, "\n{header}").expect("a string takes any text");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.plain(key, &quoted(value));
    }

    fn texts<'a>(&mut self, key: &str, values: impl Iterator<Item = &'a str>) {
        self.plain(key, &array(values));
    }

    fn quantity(&mut self, key: &str, value: u64, dimension: &crate::units::quantity::Dimension) {
        self.text(key, &format(value, dimension));
    }

    fn per_direction(&mut self, key: &str, there: String, back: String) {
        if there == back {
            self.text(key, &there);
        } else {
            self.plain(key, &format!("{{ a-z = \"{there}\", z-a = \"{back}\" }}"));
        }
    }
}

fn array<'a>(values: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML 1.0: quotes, backslashes and control characters escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other if other.is_control() => {
                write!(out, "\\u{:04X}", u32::from(other)).expect("a string takes any text");
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Micro-degrees as decimal degrees.
fn degrees(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let size = micro.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}
