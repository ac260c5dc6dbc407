//! What fails and what protects, written out with every default.

use super::text::{Text, array, quoted};
use crate::mpls::constraints::{Constraints, Metric};
use crate::mpls::settings::{ControlSettings, Detection};
use crate::scenario::carriers;
use crate::scenario::resilience::{CircuitProtection, ExplicitBypass, ProtectionKind, Resilience};
use crate::scenario::spec::{
    CircuitSpec, ConstraintsSpec, Disruption, DisruptionSpec, LinkSpec, NodeSpec, Route,
    ScenarioSpec,
};
use crate::scenario::value::At;
use crate::topology::{Carries, Topology};
use crate::units::quantity::{RATE, TIME, format};
use crate::units::{ErrorRatio, Span};

fn time(span: Span) -> String {
    format!("\"{}\"", format(span.0, &TIME))
}

fn revert(revert: Option<Span>) -> String {
    revert.map_or_else(|| quoted("never"), time)
}

fn names(names: &[At<String>]) -> String {
    array(names.iter().map(|name| name.value.as_str()))
}

/// The tables that hold for the whole scenario.
pub(super) fn control(out: &mut Text, resilience: &Resilience, spec: &ScenarioSpec) {
    let ControlSettings {
        repair,
        message,
        igp,
        reoptimise,
        retry,
        ..
    } = &resilience.control;
    out.header("[control]");
    out.text("profile", resilience.profile);
    out.plain("detection", &detection(resilience.detection));
    out.plain("repair", &time(*repair));
    out.plain("message", &time(*message));
    let stages = [
        ("generate", igp.generate),
        ("pacing", igp.pacing),
        ("spf_wait", igp.spf_wait),
        ("spf", igp.spf),
        ("fib", igp.fib),
    ];
    out.plain("igp", &table(&stages));
    out.plain("reoptimise", &time(*reoptimise));
    out.plain("retry", &time(*retry));
    out.plain("revert", &revert(resilience.control.revert));
    // All links are damped alike.
    if let Some(damping) = resilience.control.damping.first() {
        let times = [
            ("hold", damping.hold),
            ("max", damping.max),
            ("window", damping.window),
        ];
        out.plain("damping", &table(&times));
    }
    let pops = resilience.control.penultimate_pop;
    out.plain("penultimate_pop", &pops.to_string());
    let relay = resilience.relay_recovery;
    let (messages, interval) = (relay.messages, time(relay.interval));
    out.plain(
        "relay_recovery",
        &format!("{{ messages = {messages}, interval = {interval} }}"),
    );
    let default = spec.protection.as_ref().map(|at| at.value);
    out.header("[protection]");
    out.text(
        "default",
        default.unwrap_or(ProtectionKind::Facility).name(),
    );
}

fn table(times: &[(&str, Span)]) -> String {
    let pair = |(key, span): &(&str, Span)| format!("{key} = {}", time(*span));
    let pairs: Vec<String> = times.iter().map(pair).collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn detection(detection: Detection) -> String {
    let seen = |kind: &str, delay: Span, hold_off: Span| {
        let (delay, hold_off) = (time(delay), time(hold_off));
        format!("{{ kind = \"{kind}\", delay = {delay}, hold_off = {hold_off} }}")
    };
    let missed = |kind: &str, interval: Span, multiplier: u32| {
        let interval = time(interval);
        format!("{{ kind = \"{kind}\", interval = {interval}, multiplier = {multiplier} }}")
    };
    match detection {
        Detection::LossOfSignal { delay, hold_off } => seen("los", delay, hold_off),
        Detection::FastFault { delay, hold_off } => seen("fast-fault", delay, hold_off),
        Detection::Bfd {
            interval,
            multiplier,
        } => missed("bfd", interval, multiplier),
        Detection::Hello {
            interval,
            multiplier,
        } => missed("hello", interval, multiplier),
    }
}

/// The keys of a circuit.
pub(super) fn circuit(out: &mut Text, spec: &CircuitSpec, protection: &CircuitProtection) {
    out.text("protection", protection.kind.name());
    if let Some(second) = ways(&spec.protection.second) {
        out.plain("second_path", &second);
    }
    if carriers::wanted(spec) == Carries::Packets {
        out.plain("co_routed", &protection.co_routed.to_string());
    }
    if protection.kind == ProtectionKind::Pseudowire {
        out.plain("revert", &revert(protection.revert));
    }
    if let (Some(sealed), Some(written)) = (&protection.constraints, &spec.protection.constraints) {
        out.plain("constraints", &constraints(sealed, written));
    }
}

/// Routes per direction, as they are written.
pub(super) fn ways([there, back]: &[Option<Route>; 2]) -> Option<String> {
    let list = |route: &Route| names(&route.value);
    Some(match (there, back) {
        (Some(there), Some(back)) => {
            format!("{{ a-z = {}, z-a = {} }}", list(there), list(back))
        }
        (Some(there), None) => list(there),
        (None, _) => return None,
    })
}

fn constraints(sealed: &Constraints, written: &ConstraintsSpec) -> String {
    let metric = match sealed.metric {
        Metric::Igp => "igp",
        Metric::Te => "te",
        Metric::Delay => "delay",
    };
    let mut keys = vec![format!("metric = \"{metric}\"")];
    if sealed.bandwidth_bps > 0 {
        let bandwidth = format(sealed.bandwidth_bps, &RATE);
        keys.push(format!("bandwidth = \"{bandwidth}\""));
    }
    keys.push(format!("setup = {}", sealed.setup_priority));
    keys.push(format!("hold = {}", sealed.hold_priority));
    let groups = ["include_any", "include_all", "exclude"].into_iter();
    let lists = groups.zip(&written.groups);
    let lists = lists.chain([
        ("avoid", &written.avoid),
        ("avoid_groups", &written.avoid_groups),
    ]);
    for (key, list) in lists.filter(|(_, list)| !list.is_empty()) {
        keys.push(format!("{key} = {}", names(list)));
    }
    keys.extend(sealed.hop_limit.map(|limit| format!("hop_limit = {limit}")));
    if !written.via.is_empty() {
        let via = written.via.iter().map(|(node, loose)| {
            let node = quoted(&node.value);
            format!("{{ node = {node}, loose = {loose} }}")
        });
        keys.push(format!("via = [{}]", via.collect::<Vec<_>>().join(", ")));
    }
    format!("{{ {} }}", keys.join(", "))
}

/// A bypass, by nodes and links in turn: no other path has these names.
pub(super) fn bypass(out: &mut Text, bypass: &ExplicitBypass, topology: &Topology) {
    out.header("[[bypass]]");
    out.text("at", &topology.node(bypass.at).name);
    out.text("protects", &topology.link(bypass.protects).name);
    let path = &bypass.path;
    let mut names = vec![topology.node(path.nodes[0]).name.as_str()];
    for (hop, node) in path.hops.iter().zip(&path.nodes[1..]) {
        names.push(&topology.link(hop.link).name);
        names.push(&topology.node(*node).name);
    }
    out.texts("path", names.into_iter());
}

/// The keys of a node.
pub(super) fn node(out: &mut Text, written: &NodeSpec) {
    if !written.can_fail {
        out.plain("can_fail", "false");
    }
    if let Some(power) = &written.power {
        out.text("power", power);
    }
}

/// The keys of a link.
pub(super) fn link(out: &mut Text, written: &LinkSpec) {
    if !written.admin_groups.is_empty() {
        out.plain("admin_groups", &names(&written.admin_groups));
    }
    if let Some(metric) = written.te_metric {
        out.plain("te_metric", &metric.to_string());
    }
    if let Some(reservable) = written.reservable_bps {
        out.quantity("reservable", reservable, &RATE);
    }
    if !written.can_fail {
        out.plain("can_fail", "false");
    }
    if !written.ground_wire_of.is_empty() {
        out.plain("ground_wire_of", &names(&written.ground_wire_of));
    }
    if let Some(own) = &written.detection {
        out.plain("detection", &detection(own.value));
    }
    let ratio = written.errors.bit_error_ratio;
    if ratio != ErrorRatio::ZERO {
        out.text("bit_error_ratio", &ratio.to_string());
    }
    if let Some(bursts) = written.errors.bursts {
        let times = [("every", bursts.every), ("length", bursts.length)];
        out.plain("bursts", &table(&times));
    }
}

/// What an event does to something as a whole.
pub(super) fn disruption(written: &DisruptionSpec) -> (&'static str, String) {
    let named = written.named.iter();
    let mut keys: Vec<String> = named
        .map(|(kind, name)| format!("{kind} = {}", quoted(&name.value)))
        .collect();
    if let Some(way) = &written.direction {
        keys.push(format!("direction = \"{}\"", way.value.name()));
    }
    if let Some(hop) = &written.radio_hop {
        keys.push(format!("radio_hop = {}", hop.value));
    }
    match written.what {
        Disruption::Fail { lasts } => {
            keys.extend(lasts.map(|lasts| format!("lasts = {}", time(lasts))));
        }
        Disruption::Repair => {}
        Disruption::Flap { down, up, times } => keys.extend([
            format!("down = {}", time(down)),
            format!("up = {}", time(up)),
            format!("times = {times}"),
        ]),
        Disruption::Maintenance { notice, lasts } => keys.extend([
            format!("notice = {}", time(notice)),
            format!("lasts = {}", time(lasts)),
        ]),
        Disruption::Fault { breaks } => keys.push(format!("breaks_opgw = {breaks}")),
    }
    (written.what.key(), format!("{{ {} }}", keys.join(", ")))
}
