//! A circuit, written out.

use super::flow::policer;
use super::resilience::ways;
use super::text::{Text, array, quoted};
use crate::pseudowire::receive::LatePolicy;
use crate::pseudowire::service::PlayoutModel;
use crate::scenario::carriage::{Carriage, Direct, Emulation, Messages};
use crate::scenario::interfaces::{InterfaceUse, Signalling};
use crate::scenario::spec::{CircuitSpec, ClockSpec};
use crate::scenario::streams::ReadyCircuit;
use crate::units::quantity::{RELATIVE, SIZE, TIME, format, format_signed};

/// `relay`: its inline table.
pub(super) fn circuit(out: &mut Text, ready: &ReadyCircuit<'_>, relay: Option<&str>) {
    let CircuitSpec {
        name, ends, scheme, ..
    } = ready.spec;
    out.header("[[circuit]]");
    out.text("name", &name.value);
    out.texts("ends", ends.iter().flatten().map(|end| end.value.as_str()));
    if let Some(scheme) = scheme {
        out.text("scheme", &scheme.value);
    }
    if let Some(relay) = relay {
        out.plain("relay", relay);
    }
    if !ready.spec.requirements.is_empty() {
        let names = ready.spec.requirements.iter();
        out.texts("requirements", names.map(|at| at.value.as_str()));
    }
    interface(out, &ready.settings.interface, ready.spec);
    if let Some(class) = ready.class {
        out.text("service", ready.settings.carriage.service_name());
        out.text("class", class.name());
    }
    match &ready.settings.carriage {
        Carriage::Emulated(settings) => emulation(out, settings, ready.spec),
        Carriage::Messages(settings) => messages(out, settings),
        Carriage::Direct(settings) => direct(out, settings, ready.spec),
    }
    if let Some(written) = &ready.spec.policer {
        out.plain("policer", &format!("{{ {} }}", policer(written)));
    }
    path(out, ready.spec);
    if let Some(other) = &ready.spec.compare {
        out.text("compare", &other.value);
    }
}

fn interface(out: &mut Text, interface: &InterfaceUse, spec: &CircuitSpec) {
    let Some(name) = interface.name else {
        return;
    };
    out.text("interface", name);
    let [a, z] = interface.conversion.map(|end| format(end.0, &TIME));
    out.plain(
        "interface_delay",
        &format!("{{ a = {}, z = {} }}", quoted(&a), quoted(&z)),
    );
    if let Some(baud) = interface.baud {
        out.plain("baud", &baud.to_string());
    }
    if name == "RS-232" {
        out.plain("message", &interface.message.to_string());
    }
    match interface.signalling {
        Some(Signalling::Cas { frames: 16 }) => out.text("signalling", "cas-e1"),
        Some(Signalling::Cas { .. }) => out.text("signalling", "cas-t1"),
        Some(Signalling::Tones) => out.text("signalling", "tones"),
        None => {}
    }
    if let Some(detection) = spec.tone_detection {
        out.quantity("tone_detection", detection, &TIME);
    }
}

fn emulation(out: &mut Text, settings: &Emulation, spec: &CircuitSpec) {
    out.text("product", settings.profile.name);
    if let crate::pseudowire::service::Service::Cesopsn { timeslots } = settings.service {
        out.plain("timeslots", &timeslots.to_string());
    }
    out.quantity("payload", settings.payload.0, &SIZE);
    if settings.model.uses_configured_buffer() {
        out.quantity("jitter_buffer", settings.jitter_buffer.0, &TIME);
    }
    if let Some(effective) = &spec.effective_buffer {
        out.quantity("effective_jitter_buffer", effective.value, &TIME);
    }
    out.text("playout", settings.model.name());
    if let PlayoutModel::Extreme {
        packetization_added,
    } = settings.model
    {
        out.plain("packetization_added", &packetization_added.to_string());
    }
    let late = match settings.receivers[0].late {
        LatePolicy::Discard => "discard",
        LatePolicy::Recentre => "recentre",
    };
    out.text("late_policy", late);
    let encapsulation = &settings.encapsulation;
    out.plain("vlan", &encapsulation.vlan.to_string());
    out.plain("labels", &encapsulation.labels.to_string());
    out.plain("rtp", &encapsulation.rtp.to_string());
    out.quantity("minimum_frame", encapsulation.minimum_frame.0, &SIZE);
    let ways = ["a-z", "z-a"].iter().zip(spec.phase);
    let given: Vec<String> = ways
        .filter_map(|(way, phase)| Some(format!("{way} = \"{}\"", format(phase?, &TIME))))
        .collect();
    if !given.is_empty() {
        out.plain("phase", &format!("{{ {} }}", given.join(", ")));
    }
    if let Some(written) = &spec.clock {
        out.plain("clock", &clock(written));
    }
    if let Some(equalise) = spec.equalise {
        let error = format_signed(equalise.error, &TIME);
        out.plain("equalise", &format!("{{ error = {} }}", quoted(&error)));
    }
    out.plain("silent", &settings.silent.to_string());
}

fn clock(clock: &ClockSpec) -> String {
    let relative = |ppb: i64| quoted(&format_signed(ppb, &RELATIVE));
    let mut keys = vec![format!("kind = \"{}\"", clock.kind)];
    let [a, z] = clock.offset.map(|ppb| ppb.unwrap_or(0));
    if clock.kind != "network" {
        let each = format!("offset = {{ a = {}, z = {} }}", relative(a), relative(z));
        keys.push(each);
    }
    if let Some(wander) = &clock.wander {
        keys.push(format!(
            "wander = {{ amplitude = \"{}\", period = \"{}\" }}",
            format(wander.amplitude, &TIME),
            format(wander.period, &TIME)
        ));
    }
    if let Some(holdover) = &clock.holdover {
        let end = match holdover.ends {
            [true, false] => "a",
            [false, true] => "z",
            _ => "both",
        };
        keys.push(format!(
            "holdover = {{ at = \"{}\", offset = {}, end = \"{end}\" }}",
            format(holdover.at, &TIME),
            relative(holdover.offset)
        ));
    }
    format!("{{ {} }}", keys.join(", "))
}

fn messages(out: &mut Text, settings: &Messages) {
    let encapsulation = &settings.encapsulation;
    out.plain("vlan", &encapsulation.vlan.to_string());
    out.plain("labels", &encapsulation.labels.to_string());
    out.quantity("minimum_frame", encapsulation.minimum_frame.0, &SIZE);
    let times: Vec<String> = settings
        .events
        .iter()
        .map(|at| format(at.0, &TIME))
        .collect();
    let keys = [
        format!("size = \"{}\"", format(settings.frame.0, &SIZE)),
        format!("t1 = \"{}\"", format(settings.t1.0, &TIME)),
        format!("t0 = \"{}\"", format(settings.t0.0, &TIME)),
        format!("events = {}", array(times.iter().map(String::as_str))),
        format!("allowed = {}", settings.allowed),
    ];
    out.plain("goose", &format!("{{ {} }}", keys.join(", ")));
}

fn direct(out: &mut Text, settings: &Direct, spec: &CircuitSpec) {
    out.text("carrier", settings.carrier.name());
    if settings.timeslots == 0 {
        return;
    }
    out.plain("timeslots", &settings.timeslots.to_string());
    if let Some(slots) = &spec.slots {
        let numbers: Vec<String> = slots.value.iter().map(|at| at.value.to_string()).collect();
        out.plain("slots", &format!("[{}]", numbers.join(", ")));
    }
    out.plain("cross_connects", &settings.cross_connects.to_string());
}

fn path(out: &mut Text, spec: &CircuitSpec) {
    if let Some(path) = ways(&spec.path) {
        out.plain("path", &path);
    }
}
