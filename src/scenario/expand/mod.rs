//! The whole input as one TOML text: topology inlined, every default written out.
//!
//! Reading it back gives the same plan, and expanding that gives the same text. Tables stand in
//! the order of names, so the text does not depend on the order in the files.

mod circuit;
mod event;
mod flow;
mod media;
mod pattern;
mod relay;
mod resilience;
mod security;
mod text;
mod topology;

use std::collections::BTreeMap;

use self::circuit::circuit;
use self::event::events;
use self::flow::flow;
use self::media::discipline;
use self::security::{flood, security};
use self::topology::{link, node};
use super::load::Parts;
use super::share;
use super::spec::{FloodSpec, NodeSpec, Origin};
use crate::units::quantity::TIME;

use self::text::Text;

pub(super) use self::text::quoted;

/// The text of a checked scenario; empty where nobody wants it.
#[must_use]
pub(super) fn scenario(parts: &Parts<'_>) -> String {
    if !parts.expanded {
        return String::new();
    }
    let Parts {
        spec,
        ready,
        resilience,
        relays,
        seed,
        ..
    } = parts;
    let mut out = Text::default();
    out.text("name", spec.name.as_ref().map_or("", |name| &name.value));
    out.quantity(
        "duration",
        spec.duration.as_ref().map_or(0, |at| at.value),
        &TIME,
    );
    out.plain("seed", &seed.0.to_string());
    if let Some(series) = &spec.series {
        out.quantity("series", series.value, &TIME);
    }
    let frequency = spec.frequency.as_ref().map_or(0, |at| at.value);
    out.text("frequency", &format!("{frequency} Hz"));
    out.header("[budget]");
    match (&spec.telecom, &spec.profile) {
        (Some(telecom), _) => out.quantity("telecom", telecom.value, &TIME),
        (None, profile) => out.text("profile", profile.as_ref().map_or("", |at| &at.value)),
    }
    if let Some(share) = share::settings(spec) {
        out.header("[share]");
        out.plain("commands", &share.commands.to_string());
        if let Some(allowed) = share.allowed {
            out.quantity("allowed", allowed.0, &TIME);
        }
    }
    inlined(&mut out, parts);
    if resilience.written {
        resilience::control(&mut out, resilience, spec);
    }
    let written = relays.written.iter();
    let circuits = ready.circuits.iter().zip(&resilience.circuits);
    for ((ready, protection), relay) in circuits.zip(written) {
        circuit(&mut out, ready, relay.as_deref());
        if resilience.written {
            resilience::circuit(&mut out, ready.spec, protection);
        }
    }
    relay::profiles(&mut out, spec);
    relay::lines(&mut out, relays, parts);
    for one in &resilience.bypasses {
        resilience::bypass(&mut out, one, &parts.network.topology);
    }
    let flows = ready.flows.iter();
    for ready in flows.filter(|ready| ready.spec.origin != Origin::Flood) {
        flow(&mut out, ready);
    }
    security(&mut out, &spec.security);
    let mut floods: Vec<&FloodSpec> = spec.floods.iter().collect();
    floods.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    floods.into_iter().for_each(|one| flood(&mut out, one));
    events(&mut out, &spec.events);
    out.0
}

/// The topology, as a table of the scenario.
fn inlined(out: &mut Text, parts: &Parts<'_>) {
    let Parts {
        topology, network, ..
    } = parts;
    out.header("[topology]");
    out.text(
        "name",
        topology.name.as_ref().map_or("", |name| &name.value),
    );
    out.text("preset", network.constants.preset().name);
    if let Some(default) = &topology.default_discipline {
        out.text("default_discipline", &default.value);
    }
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
    let mut disciplines: Vec<_> = topology.disciplines.iter().collect();
    disciplines.sort_by(|a, b| a.name.value.as_bytes().cmp(b.name.value.as_bytes()));
    for written in disciplines {
        discipline(out, written);
    }
    let named = |node: &NodeSpec| node.name.value.clone();
    let written: BTreeMap<String, &NodeSpec> = topology
        .nodes
        .iter()
        .map(|node| (named(node), node))
        .collect();
    for sealed in network.topology.nodes() {
        node(out, sealed, written[&sealed.name]);
    }
    for (place, sealed) in network.topology.links().iter().enumerate() {
        link(
            out,
            sealed,
            &topology.links[network.written[place]],
            network,
        );
    }
    for line in &network.lines {
        let ends = line
            .ends
            .map(|end| network.topology.node(end).name.as_str());
        out.header("[[topology.line]]");
        out.text("name", &line.name);
        out.texts("ends", ends.into_iter());
    }
}
