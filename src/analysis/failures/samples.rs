//! Plans small enough to be worked out by hand: one link, and a ring of six nodes.

use crate::mpls::outage::Stretch;
use crate::mpls::routing::{Next, Target};
use crate::plan::{
    Crossing, End, Graph, Plan, PlanBuilder, PortId, Processing, Route, Sizes, Source, StreamId,
};
use crate::pseudowire::clock::Clock;
use crate::pseudowire::receive::{LatePolicy, Playout, Receiver};
use crate::traffic::Class;
use crate::units::{SimTime, Span, Ticks};

pub const PIPE: StreamId = StreamId(0);

pub fn receiver(playout: Playout) -> Receiver {
    Receiver {
        playout,
        capacity_packets: 200,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_s(5),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    }
}

pub fn fill_half(packets: u32) -> Receiver {
    receiver(Playout::FillHalf { packets })
}

pub fn stretch(from: u64, to: u64) -> Stretch {
    Stretch {
        from: SimTime(from),
        to: SimTime(to),
    }
}

fn source(packet_time: Span) -> Source {
    Source::Circuit {
        boundaries: Ticks::every(SimTime::ZERO, packet_time),
        phase: None,
        clock: Clock::default(),
    }
}

/// A C-pipe over one link that takes a picosecond to send to and `propagation` to cross.
pub fn one_link(packet_time: Span, propagation: Span, receiver: Receiver, cut: Stretch) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(1));
    let port = builder.port([None; Class::COUNT]);
    builder.cut(port, vec![cut]);
    let crossing = Crossing {
        port,
        serialization: Span(1),
        propagation,
        ..Crossing::default()
    };
    let ingress = Processing::Constant(Span::ZERO);
    let source = source(packet_time);
    builder.stream(Class::Ef, source, ingress, &[crossing], Some(receiver));
    builder.seal()
}

/// What the ring does when the link from its second to its third node is cut.
#[derive(Clone, Copy)]
pub struct Repair {
    /// When the second node sends the packets round the other way, through the first.
    pub local: u64,
    /// When the first node sends them there at once.
    pub head: u64,
    /// When it sends them on the normal path again.
    pub back: u64,
}

/// Nodes A to F in a ring; from A over B to C. Legs: 0 A-B, 1 B-C; round the other way 2 B-A,
/// 3 A-F, 4 F-E, 5 E-D, 6 D-C; from the head end 7 A-F, 8 F-E, 9 E-D, 10 D-C. Every leg takes
/// 1 ps to send, 7 ps to cross and 4 ps in the node behind; the first node takes 4 ps.
pub fn ring(packet_time: Span, receiver: Receiver, cut: Stretch, repair: Repair) -> Plan {
    ring_of(Span(1), packet_time, receiver, cut, repair)
}

/// The same with times of another unit than a picosecond.
pub fn ring_of(
    unit: Span,
    packet_time: Span,
    receiver: Receiver,
    cut: Stretch,
    repair: Repair,
) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(10));
    let ports: Vec<PortId> = (0..7).map(|_| builder.port([None; Class::COUNT])).collect();
    builder.cut(ports[1], vec![cut]);
    let node = Processing::Constant(unit * 4);
    let leg = |port: usize| Crossing {
        port: ports[port],
        serialization: unit,
        propagation: unit * 7,
        processing: node.clone(),
        ..Crossing::default()
    };
    let order = [0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6];
    let mut entry = Next::always(Target::Crossing(0));
    entry.turn(SimTime(repair.head), Target::Crossing(7));
    entry.turn(SimTime(repair.back), Target::Crossing(0));
    let behind = (0..order.len()).map(|place| match place {
        1 | 6 | 10 => Next::always(Target::Deliver),
        _ => Next::always(Target::Crossing(place + 1)),
    });
    let mut behind: Vec<Next> = behind.collect();
    behind[0].turn(SimTime(repair.local), Target::Crossing(2));
    behind[0].turn(SimTime(repair.back), Target::Crossing(1));
    builder.route(Route {
        class: Class::Ef,
        source: source(packet_time),
        sizes: Sizes::One,
        policer: None,
        ingress: node.clone(),
        paths: vec![order.into_iter().map(leg).collect()],
        graph: Some((Graph { entry, behind }, 2)),
        end: End::Pseudowire(receiver),
    });
    builder.seal()
}

/// What becomes of one packet of [`ring`], picosecond by picosecond.
pub fn walked(plan: &Plan, created: u64) -> Option<u64> {
    let stream = &plan.streams[0];
    let graph = stream.graph.as_ref().unwrap();
    let mut now = created + 4;
    let mut target = graph.entry.at(SimTime(now));
    loop {
        match target {
            Target::Deliver => return Some(now - created),
            Target::Discard => return None,
            Target::Crossing(place) => {
                let port = &plan.ports[plan.legs[place].port.0 as usize];
                let is_cut = |at: u64| {
                    let mut cuts = port.cuts.iter();
                    cuts.any(|cut| (cut.from.0..cut.to.0).contains(&at))
                };
                if (now..now + 8).any(is_cut) {
                    return None;
                }
                now += 8 + 4;
                target = graph.behind[place].at(SimTime(now));
            }
        }
    }
}

/// A C-pipe that goes over one link, and from `at` on over another; delays without queues.
pub fn moved(packet_time: Span, receiver: Receiver, delays: [Span; 2], at: SimTime) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(10));
    let leg = |(port, delay): (PortId, Span)| Crossing {
        port,
        serialization: Span(1),
        propagation: delay - Span(1),
        ..Crossing::default()
    };
    let ports = [0, 1].map(|_| builder.port([None; Class::COUNT]));
    let path = ports.into_iter().zip(delays).map(leg).collect();
    let mut entry = Next::always(Target::Crossing(0));
    entry.turn(at, Target::Crossing(1));
    let behind = vec![Next::always(Target::Deliver); 2];
    builder.route(Route {
        class: Class::Ef,
        source: source(packet_time),
        sizes: Sizes::One,
        policer: None,
        ingress: Processing::Constant(Span::ZERO),
        paths: vec![path],
        graph: Some((Graph { entry, behind }, 1)),
        end: End::Pseudowire(receiver),
    });
    builder.seal()
}

/// Two C-pipes with the same packets over a link each, of which the first is cut.
pub fn hitless(packet_time: Span, receiver: Receiver, delays: [Span; 2], cut: Stretch) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(1));
    let ports = [0, 1].map(|_| builder.port([None; Class::COUNT]));
    builder.cut(ports[0], vec![cut]);
    let ends = [End::Pseudowire(receiver), End::Copy(PIPE)];
    for ((port, delay), end) in ports.into_iter().zip(delays).zip(ends) {
        builder.route(Route {
            class: Class::Ef,
            source: source(packet_time),
            sizes: Sizes::One,
            policer: None,
            ingress: Processing::Constant(Span::ZERO),
            paths: vec![vec![Crossing {
                port,
                serialization: Span(1),
                propagation: delay - Span(1),
                ..Crossing::default()
            }]],
            graph: None,
            end,
        });
    }
    builder.seal()
}
