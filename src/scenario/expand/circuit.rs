//! A circuit, written out.

use super::text::{Text, array};
use crate::scenario::circuits::Settings;
use crate::scenario::spec::CircuitSpec;
use crate::scenario::streams::ReadyCircuit;
use crate::units::quantity::{SIZE, TIME, format};

pub(super) fn circuit(out: &mut Text, ready: &ReadyCircuit<'_>) {
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
