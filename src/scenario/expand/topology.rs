//! Nodes and links, written out.

use super::media::media;
use super::resilience;
use super::text::{Text, degrees};
use crate::scenario::network::Network;
use crate::scenario::spec::{LinkSpec, NodeSpec};
use crate::topology::{Carries, Line, Link, Node, NodeProcessing};
use crate::traffic::Class;
use crate::units::Octets;
use crate::units::quantity::{LENGTH, RATE, SIZE, TIME, format};

pub(super) fn node(out: &mut Text, sealed: &Node, written: &NodeSpec) {
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
    if let Some(firewall) = &sealed.firewall {
        let rate = format(firewall.rate.rounded_bps(), &RATE);
        let (delay, queue) = (format(firewall.delay.0, &TIME), limit(firewall.queue));
        out.plain(
            "firewall",
            &format!("{{ delay = \"{delay}\", rate = \"{rate}\", queue = \"{queue}\" }}"),
        );
    }
    resilience::node(out, written);
    if let Some(at) = sealed.coordinates {
        out.plain("lat", &degrees(at.latitude_microdegrees));
        out.plain("lon", &degrees(at.longitude_microdegrees));
    }
}

pub(super) fn link(out: &mut Text, sealed: &Link, written: &LinkSpec, network: &Network) {
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
    if let (Some([a, z]), Line::Ethernet) = (&written.rate, &sealed.line) {
        out.per_direction("rate", format(a.value, &RATE), format(z.value, &RATE));
    }
    if let Some(hops) = &written.radio_hops {
        out.plain("radio_hops", &hops.value.to_string());
    }
    if let Line::Ethernet | Line::Radio(_) = sealed.line {
        let counts = written
            .layer1
            .unwrap_or(sealed.medium.has_layer1_overhead_by_default());
        out.text("layer1", if counts { "ethernet" } else { "none" });
    }
    media(out, sealed, written);
    out.plain("metric", &sealed.metric.to_string());
    if sealed.carries() == Carries::Packets {
        queue(out, sealed);
    }
    if !written.srlg.is_empty() {
        out.texts("srlg", written.srlg.iter().map(String::as_str));
    }
    resilience::link(out, written);
}

fn limit(limit: Option<Octets>) -> String {
    match limit {
        Some(octets) => format(octets.0, &SIZE),
        None => "unlimited".to_owned(),
    }
}

fn queue(out: &mut Text, sealed: &Link) {
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
}
