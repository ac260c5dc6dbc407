//! Circuits without packets.

use super::Prepared;
use crate::analysis::failures::ring::{Link, dark};
use crate::analysis::failures::{Gaps, Reach, Ring};
use crate::analysis::verdict::difference_ps;
use crate::channel::Timeline;
use crate::mpls::outage::{Outages, Stretch};
use crate::scenario::resilience::ProtectionKind;
use crate::scenario::{Carried, Circuit, Direction as Way, Scenario};
use crate::topology::{Direction, Hop, Topology};
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
    let mut directions = scenario.circuits.iter().flat_map(|one| &one.directions);
    directions.any(|one| one.stream().is_none() && crosses(scenario, one, failing))
}

/// Whether a direction crosses what fails in normal operation.
pub(super) fn crosses(scenario: &Scenario, direction: &Way, failing: &Outages) -> bool {
    let topology = scenario.topology();
    let hops = hops(topology, &direction.nodes, &direction.links);
    let mut cuts = hops.iter().map(|hop| failing.of(hop.link, hop.direction));
    cuts.any(|cuts| !cuts.is_empty())
}

/// What a direction without packets puts out in a case. With a ring it is sent the other way round
/// too, and its receiving end goes over when it has seen the loss and acted.
pub(super) fn timeline(
    scenario: &Scenario,
    (index, way): (usize, usize),
    prepared: &Prepared,
) -> Timeline {
    let circuit = &scenario.circuits[index];
    let direction = &circuit.directions[way];
    let Carried::Constant { parts, .. } = &direction.carried else {
        unreachable!("packets carry it");
    };
    let topology = scenario.topology();
    let outages = &prepared.outages;
    let own = hops(topology, &direction.nodes, &direction.links);
    let protection = &scenario.resilience.circuits[index];
    let second = (protection.kind == ProtectionKind::Ring)
        .then(|| scenario.second_path(index, ways(way), &[]))
        .flatten();
    let working = parts.total();
    let other = second.as_ref().map(|path| {
        let nodes = (path.nodes.len() as u64, direction.nodes.len() as u64);
        let transit = scenario.sdh_transit();
        let fixed = working - propagation(topology, &own) + transit * nodes.0;
        fixed - transit * nodes.1 + propagation(topology, &path.hops)
    });
    let settings = &scenario.resilience.control;
    let detection = own.iter();
    let detection = detection.map(|hop| settings.detection[hop.link.0 as usize].longest());
    let ring = Ring {
        working,
        protection: other,
        switch: detection.max().unwrap_or(Span::ZERO) + settings.repair,
        revert: settings.revert,
    };
    let dark_working = dark_over(topology, outages, &own, working);
    let dark_other = second.map_or_else(Vec::new, |path| {
        dark_over(topology, outages, &path.hops, other.unwrap_or(working))
    });
    ring.timeline([&dark_working, &dark_other], prepared.timetable.end)
}

/// What both directions may come to differ by in a case: each puts out one of the delays of its
/// timeline, and no buffer takes up what a path is longer.
pub(super) fn reach(circuit: &Circuit, lines: &[Timeline; 2]) -> Option<Reach> {
    if circuit.directions.iter().any(|one| one.stream().is_some()) {
        return None;
    }
    let delays = lines
        .each_ref()
        .map(|line| line.delays().map(|(_, delay)| delay));
    let extremes = delays.map(|mut delays| {
        let first = delays.next()?;
        let wider = |(least, most): (Span, Span), one: Span| (least.min(one), most.max(one));
        Some((first, delays.fold((first, first), wider)))
    });
    let [Some((forth_first, forth)), Some((back_first, back))] = extremes else {
        return None;
    };
    let most = difference_ps(forth.1, back.0);
    let least = difference_ps(forth.0, back.1);
    Some(Reach {
        asymmetry_ps: if most.abs() < least.abs() {
            least
        } else {
            most
        },
        slack_left_ps: [
            difference_ps(forth_first, forth.1),
            difference_ps(back_first, back.1),
        ],
    })
}

fn ways(way: usize) -> Direction {
    Direction::BOTH[way]
}

fn propagation(topology: &Topology, hops: &[Hop]) -> Span {
    let across = |hop: &Hop| topology.link(hop.link).propagation[hop.direction.index()];
    hops.iter().map(across).sum()
}

/// When nothing good comes out at the end of a path of this delay. Where on the way its nodes take
/// their time is not told: what is dark at the far end of a link is taken to be dark at the end
/// after all that does not lie before it.
fn dark_over(topology: &Topology, outages: &Outages, hops: &[Hop], delay: Span) -> Vec<Stretch> {
    let mut behind = delay;
    let mut links = Vec::with_capacity(hops.len());
    for hop in hops {
        let through = topology.link(hop.link).propagation[hop.direction.index()];
        behind = behind - through;
        links.push(Link {
            cuts: outages.of(hop.link, hop.direction),
            through,
            behind,
        });
    }
    dark(&links)
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
