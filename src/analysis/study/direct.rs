//! Circuits without packets.

use super::Prepared;
use crate::analysis::failures::ring::{Link, dark};
use crate::analysis::failures::{Gaps, Ring};
use crate::channel::Timeline;
use crate::mpls::outage::Outages;
use crate::scenario::{Carried, Circuit, Scenario};
use crate::topology::{Hop, Topology};
use crate::units::Span;

/// No hole.
pub(super) const NONE: Gaps = Gaps {
    packet: Some(Span::ZERO),
    tdm: Some(Span::ZERO),
    command: Some(Span::ZERO),
    protection: Some(Span::ZERO),
    lost: 0,
};

/// Whether any circuit without packets crosses what fails.
pub(super) fn touched(scenario: &Scenario, failing: &Outages) -> bool {
    let directions = scenario.circuits.iter().flat_map(|one| &one.directions);
    let mut direct = directions.filter(|one| one.stream().is_none());
    let topology = scenario.topology();
    direct.any(|one| {
        let hops = hops(topology, &one.nodes, &one.links);
        let mut cuts = hops.iter().map(|hop| failing.of(hop.link, hop.direction));
        cuts.any(|cuts| !cuts.is_empty())
    })
}

/// What a direction without packets puts out in a case.
pub(super) fn timeline(
    scenario: &Scenario,
    circuit: &Circuit,
    way: usize,
    prepared: &Prepared,
) -> Timeline {
    let direction = &circuit.directions[way];
    let Carried::Constant { parts, .. } = &direction.carried else {
        unreachable!("packets carry it");
    };
    let topology = scenario.topology();
    let hops = hops(topology, &direction.nodes, &direction.links);
    // The box and transit delays stand evenly nowhere: what is dark at the far end of a link is
    // dark at the end of the path by the propagation of the links behind it later.
    let mut behind = parts.total();
    let mut links = Vec::with_capacity(hops.len());
    for hop in &hops {
        let propagation = topology.link(hop.link).propagation[hop.direction.index()];
        behind = Span(behind.0.saturating_sub(propagation.0));
        links.push(Link {
            cuts: prepared.outages.of(hop.link, hop.direction),
            through: propagation,
            behind,
        });
    }
    let ring = Ring {
        working: parts.total(),
        protection: None,
        switch: Span::ZERO,
        revert: Some(Span::ZERO),
    };
    ring.timeline([&dark(&links), &[]], prepared.timetable.end)
}

fn hops(topology: &Topology, nodes: &[String], links: &[String]) -> Vec<Hop> {
    let hop = |(node, link): (&String, &String)| {
        let link = topology.link_named(link).expect("a link of the path");
        let node = topology.node_named(node).expect("a node of the path");
        let direction = topology.link(link).direction_from(node);
        let direction = direction.expect("the path is one");
        Hop { link, direction }
    };
    nodes.iter().zip(links).map(hop).collect()
}
