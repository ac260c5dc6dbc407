//! The ports of a plan: link directions, hop by hop where radios store and forward, then firewalls;
//! and what it takes to cross them.

use super::fades::Weather;
use super::network::Network;
use super::shape::PacketShape;
use crate::plan::{
    Crossing, Discipline, EarlyDrop, PlanBuilder, PortId, Preemption, RateStep, Shaper,
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

/// What it takes a packet, with the labels that it has there, to cross a port.
#[must_use]
pub fn across(network: &Network, key: PortKey, packet: &PacketShape) -> Crossing {
    match key {
        PortKey::Link(link, direction, part) => {
            over_link(network, Hop { link, direction }, part, packet)
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
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mpls::routing::Routing;
    use crate::plan::{End, Plan, Sizes, Source, StreamId};
    use crate::scenario::spec::SizeSpec;
    use crate::scenario::streams::Draft;
    use crate::scenario::{StreamOwner, compile};
    use crate::topology::{
        Constants, Line, Medium, Node, NodeProcessing, Path, Preset, Repeaters, Topology,
        shortest_path,
    };
    use crate::units::{BitRate, Octets, Ticks};

    fn node(name: &str, firewall: bool) -> Node {
        let firewall = firewall.then(|| Firewall {
            delay: Span::from_us(80),
            rate: BitRate::from_bps(200_000_000).unwrap(),
            queue: Some(Octets(500_000)),
        });
        Node {
            name: name.into(),
            label: String::new(),
            processing: NodeProcessing::Constant(Span::from_us(150)),
            firewall,
            coordinates: None,
            can_fail: true,
            power: None,
        }
    }

    /// Two nodes with firewalls, and a third without.
    fn network() -> Network {
        let link = |name: &str, ends: [u32; 2]| Link {
            name: name.into(),
            ends: ends.map(NodeId),
            medium: Medium::Fibre,
            length: None,
            propagation: [Span::from_us(300); 2],
            rate: [BitRate::from_bps(1_000_000_000).unwrap(); 2],
            line: Line::Ethernet,
            radio_hops: 0,
            repeaters: Repeaters::PhysicalLayer,
            encryption: None,
            discipline: None,
            layer1_overhead: Octets(20),
            queue_limit: [Some(Octets(180_000)); Class::COUNT],
            metric: 1,
            srlg: Vec::new(),
            engineering: Default::default(),
            exposure: Default::default(),
        };
        let nodes = vec![node("MIL", true), node("SAR", true), node("X", false)];
        let links = vec![link("MIL-SAR", [0, 1]), link("SAR-X", [1, 2])];
        Network {
            admin_groups: Vec::new(),
            lines: Vec::new(),
            topology: Topology::build(nodes, links).unwrap(),
            constants: Constants::of(Preset::physical()),
            written: vec![0, 1],
            physical: vec![None, None],
        }
    }

    fn compiled(network: &Network, path: &Path, firewalled: bool) -> (Plan, Vec<String>) {
        let draft = Draft {
            title: "f".into(),
            copy: 0,
            name: "f".into(),
            span: 0..0,
            direction: Direction::AToZ,
            owner: StreamOwner::Flow(0),
            class: Class::Be,
            packets: vec![(PacketShape::data(SizeSpec::Frame(1000)), 1)],
            sizes: Sizes::One,
            period_exact_ps: (1, 1),
            path: path.clone(),
            twin: None,
            source: Source::Periodic(Ticks::every(SimTime::ZERO, Span::from_ms(1))),
            policer: None,
            end: End::Sink,
            messages: None,
            fixed_box: Span::from_us(7),
            firewalled,
        };
        let end = SimTime(1_000_000);
        let routings = [Routing::along(path)];
        let over = compile::Over::undisturbed(&routings, end);
        let compiled = compile::plan(network, &Weather::default(), &[draft], &over);
        (compiled.plan, compiled.ports)
    }

    #[test]
    fn a_firewall_stands_before_the_first_node_and_behind_the_last() {
        let network = network();
        let path = shortest_path(&network.topology, NodeId(0), NodeId(1)).unwrap();
        let (plan, ports) = compiled(&network, &path, true);
        assert_eq!(
            ports,
            ["MIL-SAR a-z", "firewall MIL in", "firewall SAR out"]
        );
        let legs = plan.path(StreamId(0));
        let crossed: Vec<u32> = legs.iter().map(|leg| leg.port.0).collect();
        assert_eq!(crossed, [1, 0, 2]);
        // 1000 octets of the frame at 200 Mb/s, then 80 us; no preamble and gap in a box.
        for leg in [&legs[0], &legs[2]] {
            assert_eq!(
                (leg.serialization, leg.media),
                (Span::from_us(40), Span::from_us(80))
            );
            assert_eq!((leg.bits, leg.propagation), (8000, Span::ZERO));
            let port = &plan.ports[leg.port.0 as usize];
            assert!(port.discipline.as_ref().is_some_and(|one| one.single_queue));
            assert_eq!(port.queue_limit, [Some(Octets(500_000)); Class::COUNT]);
        }
        // Ingress and egress PE stand between the boxes and the link; the fixed box is last.
        let times: Vec<Span> = legs.iter().map(|leg| leg.processing.max()).collect();
        assert_eq!(
            times,
            [Span::from_us(150), Span::from_us(150), Span::from_us(7)]
        );
        assert_eq!(plan.streams[0].ingress.max(), Span::ZERO);
    }

    #[test]
    fn what_is_not_marked_passes_beside_the_firewalls() {
        let network = network();
        let path = shortest_path(&network.topology, NodeId(0), NodeId(1)).unwrap();
        let (plan, ports) = compiled(&network, &path, false);
        assert_eq!(ports, ["MIL-SAR a-z"]);
        assert_eq!(plan.streams[0].ingress.max(), Span::from_us(150));
        let last = &plan.path(StreamId(0))[0];
        assert_eq!(
            last.processing.max(),
            Span::from_us(157),
            "the fixed box at the egress"
        );
    }

    #[test]
    fn a_firewall_on_the_way_is_passed_by() {
        let network = network();
        let path = shortest_path(&network.topology, NodeId(2), NodeId(0)).unwrap();
        let (plan, ports) = compiled(&network, &path, true);
        assert_eq!(ports, ["MIL-SAR z-a", "SAR-X z-a", "firewall MIL out"]);
        let crossed: Vec<u32> = plan
            .path(StreamId(0))
            .iter()
            .map(|leg| leg.port.0)
            .collect();
        assert_eq!(crossed, [1, 0, 2], "no box at X, none at SAR");
    }
}
