//! The ports of a plan: link directions, hop by hop where radios store and forward, then firewalls;
//! and the way of every stream over them.

use std::collections::BTreeMap;

use super::fades::Weather;
use super::network::Network;
use super::streams::Draft;
use super::{LegOwner, shape::PacketShape};
use crate::plan::{
    Crossing, Discipline, EarlyDrop, PlanBuilder, PortId, Preemption, Processing, RateStep, Shaper,
};
use crate::random::{Purpose, StreamKey};
use crate::topology::discipline::{Bucket, FRAGMENT_MIN, FRAGMENT_OVERHEAD};
use crate::topology::{Direction, Firewall, Hop, Link, LinkId, NodeId, QueueDiscipline};
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// A port, in the order in which a plan has them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PortKey {
    /// A transmitter of a link direction, counted from 0 in that direction.
    Link(LinkId, Direction, u32),
    /// The firewall of a node, for what enters the network there or for what leaves it.
    Firewall(NodeId, Way),
}

/// Which way through a firewall.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    /// From the site into the network.
    In,
    /// From the network to the site.
    Out,
}

/// One port on the way of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which port.
    pub key: PortKey,
    /// The node after it, with its place on the path; `None`: the next transmitter of the same
    /// link, or the site behind a firewall.
    pub node: Option<(usize, NodeId)>,
    /// The place of its link on the path.
    pub link: Option<usize>,
}

/// The ports that a stream crosses, from its source to its end.
#[must_use]
pub fn way(network: &Network, draft: &Draft<'_>) -> Vec<Step> {
    let nodes = &draft.path.nodes;
    let boxed = |node: NodeId| {
        let firewall = network.topology.node(node).firewall;
        (draft.firewalled && firewall.is_some()).then_some(node)
    };
    let mut steps = Vec::with_capacity(draft.path.hops.len());
    if let Some(first) = boxed(nodes[0]) {
        steps.push(Step {
            key: PortKey::Firewall(first, Way::In),
            node: Some((0, first)),
            link: None,
        });
    }
    for (place, hop) in draft.path.hops.iter().enumerate() {
        let parts = network.topology.link(hop.link).parts();
        for part in 0..parts {
            let far = (place + 1, nodes[place + 1]);
            steps.push(Step {
                key: PortKey::Link(hop.link, hop.direction, part),
                node: (part + 1 == parts).then_some(far),
                link: Some(place),
            });
        }
    }
    if let Some(last) = boxed(nodes[nodes.len() - 1]) {
        steps.push(Step {
            key: PortKey::Firewall(last, Way::Out),
            node: None,
            link: None,
        });
    }
    steps
}

/// The name of a port in reports: "KEE-ELL a-z", "KEE-ELL a-z hop 2", "firewall MIL in".
#[must_use]
pub fn name(network: &Network, key: PortKey) -> String {
    match key {
        PortKey::Link(id, direction, part) => {
            let link = network.topology.link(id);
            match link.parts() {
                1 => format!("{} {}", link.name, direction.name()),
                _ => format!("{} {} hop {}", link.name, direction.name(), part + 1),
            }
        }
        PortKey::Firewall(node, way) => {
            let way = match way {
                Way::In => "in",
                Way::Out => "out",
            };
            format!("firewall {} {way}", network.topology.node(node).name)
        }
    }
}

/// What reports say of each leg.
#[must_use]
pub fn owners(network: &Network, draft: &Draft<'_>) -> Vec<LegOwner> {
    let hop = |key| match key {
        PortKey::Link(id, _, part) if network.topology.link(id).parts() > 1 => Some(part + 1),
        _ => None,
    };
    let owner = |step: &Step| LegOwner {
        port: name(network, step.key),
        link: step.link,
        hop: hop(step.key),
        node: step.node.map(|(place, _)| place),
    };
    way(network, draft).iter().map(owner).collect()
}

/// Adds the port to the plan.
pub fn add(
    builder: &mut PlanBuilder,
    network: &Network,
    weather: &Weather,
    key: PortKey,
) -> PortId {
    let (limits, discipline) = match key {
        PortKey::Link(id, direction, part) => {
            let link = network.topology.link(id);
            let steps = weather.steps(id, direction);
            let name = name(network, key);
            let discipline = discipline(link, direction, part, steps, &name);
            (link.queue_limit, discipline)
        }
        PortKey::Firewall(node, _) => {
            let limit = firewall(network, node).queue;
            let single = Discipline {
                single_queue: true,
                ..Discipline::default()
            };
            ([limit; Class::COUNT], single)
        }
    };
    if discipline == Discipline::default() {
        builder.port(limits)
    } else {
        builder.general_port(limits, discipline)
    }
}

fn firewall(network: &Network, node: NodeId) -> Firewall {
    let firewall = network.topology.node(node).firewall;
    firewall.expect("only nodes with a firewall have its ports")
}

/// What a transmitter does beyond strict priority at one rate.
///
/// Shapers and early dropping belong to the router: where radio repeaters store and forward, only
/// its own transmitter has them.
fn discipline(
    link: &Link,
    direction: Direction,
    part: u32,
    steps: &[RateStep],
    name: &str,
) -> Discipline {
    let latency = link.radio().and_then(|radio| radio.latency);
    let mut discipline = Discipline {
        rates: steps.to_vec(),
        keeps_order: latency.is_some_and(|latency| latency.depends_on_size()),
        ..Discipline::default()
    };
    let Some(named) = &link.discipline else {
        return discipline;
    };
    discipline.quantum = named.quanta();
    discipline.yellow_limit = named.out_of_profile;
    if part == 0 {
        discipline.port_shaper = named.shaper.map(shaper);
        discipline.class_shaper = named.shapers.map(|one| one.map(shaper));
        discipline.early = early(named, name);
    }
    if let Some(express) = named.express {
        discipline.preemption = Some(Preemption {
            express,
            fragment_min: FRAGMENT_MIN,
            overhead: FRAGMENT_OVERHEAD,
        });
        // Pieces are timed by the rate of the port, which is stated for them.
        discipline.rates = vec![RateStep {
            from: SimTime::ZERO,
            rate: Some(link.rate[direction.index()]),
        }];
    }
    discipline
}

fn shaper(bucket: Bucket) -> Shaper {
    Shaper {
        rate_bps: bucket.rate_bps,
        burst: bucket.burst,
    }
}

fn early(named: &QueueDiscipline, port: &str) -> [Option<EarlyDrop>; Class::COUNT] {
    Class::ALL.map(|class| {
        let dropping = named.early_drop[class.index()]?;
        // Names hold no control characters, so the unit separator keeps the parts apart.
        let name = format!("{port}\u{1f}{}", class.name());
        Some(EarlyDrop {
            min: dropping.min,
            max: dropping.max,
            probability_max_ppb: dropping.probability_ppb,
            weight_shift: dropping.weight,
            key: StreamKey::new("port", &name, Purpose::EarlyDrop),
        })
    })
}

/// One crossing a port for every packet of a size; `processing` tells the time through a node.
#[must_use]
pub fn crossings(
    network: &Network,
    draft: &Draft<'_>,
    packet: &PacketShape,
    ids: &BTreeMap<PortKey, PortId>,
    processing: impl Fn(NodeId) -> Processing,
) -> Vec<Crossing> {
    let steps = way(network, draft);
    let last = steps.len() - 1;
    let crossing = |(place, step): (usize, &Step)| {
        let through = match step.node {
            Some((_, node)) => processing(node),
            None => Processing::Constant(Span::ZERO),
        };
        let behind = if place == last {
            draft.fixed_box
        } else {
            Span::ZERO
        };
        let mut crossing = match step.key {
            PortKey::Link(id, direction, part) => {
                let hop = Hop {
                    link: id,
                    direction,
                };
                over_link(network, hop, part, packet)
            }
            PortKey::Firewall(node, _) => {
                let firewall = firewall(network, node);
                let bits = 8 * packet.queued().0;
                Crossing {
                    serialization: firewall.rate.time_to_send_bits(bits),
                    bits,
                    media: firewall.delay,
                    ..Crossing::default()
                }
            }
        };
        crossing.port = ids[&step.key];
        crossing.queued = packet.queued();
        crossing.processing = later(through, behind);
        crossing
    };
    steps.iter().enumerate().map(crossing).collect()
}

/// Time on one transmitter of a link and in the medium behind it.
///
/// Where repeaters store and forward, every hop has its share of the propagation, the first one the
/// picoseconds that do not divide; encryption counts once, at the first.
fn over_link(network: &Network, hop: Hop, part: u32, packet: &PacketShape) -> Crossing {
    let link = network.topology.link(hop.link);
    let way = hop.direction.index();
    let bits = packet.bits_on(link);
    let parts = u64::from(link.parts());
    let whole = link.propagation[way];
    let share = Span(whole.0 / parts);
    let first = part == 0;
    Crossing {
        serialization: link.rate[way].time_to_send_bits(bits),
        bits,
        propagation: if first {
            share + Span(whole.0 % parts)
        } else {
            share
        },
        media: media(link, packet, first),
        ..Crossing::default()
    }
}

/// Latency of the radio hops behind one transmitter, and of the encryption at both ends.
fn media(link: &Link, packet: &PacketShape, first: bool) -> Span {
    let latency = link.radio().and_then(|radio| radio.latency);
    let hop = latency.map_or(Span::ZERO, |latency| latency.of(packet.frame_on(link)));
    let hops = u64::from(link.radio_hops.max(1) / link.parts());
    let encryption = link.encryption.filter(|_| first);
    hop * hops + encryption.map_or(Span::ZERO, |encryption| encryption.delay)
}

/// A box of constant delay behind a node.
fn later(processing: Processing, more: Span) -> Processing {
    match processing {
        Processing::Constant(span) => Processing::Constant(span + more),
        Processing::Uniform { min, max, key } => Processing::Uniform {
            min: min + more,
            max: max + more,
            key,
        },
    }
}
