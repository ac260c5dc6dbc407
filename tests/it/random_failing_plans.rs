//! Random small networks in which things fail: the random plans, with cuts, detours, loops, ways
//! that end, entries that switch, and second pseudowires.

use pilotwire::mpls::outage::{FOR_EVER, Stretch};
use pilotwire::mpls::routing::{Next, Target};
use pilotwire::plan::{
    Crossing, End, Graph, Leg, Plan, PlanBuilder, PortId, Processing, Route, Stream, StreamId,
};
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span};

use crate::random_general_plans::random_general_plan;
use crate::random_plans::{Dice, processing, random_plan};

/// One of the random plans, every other one with general ports, once things fail in it. Every
/// instant is a multiple of 100 ns unless drawn, so that ties are common.
pub fn random_failing_plan(case: u64) -> Plan {
    let dice = &mut Dice::new(2_000_000 + case);
    let sound = if case.is_multiple_of(2) {
        random_plan(case)
    } else {
        random_general_plan(case)
    };
    let end = sound.sources_end.since(SimTime::ZERO);
    let mut builder = PlanBuilder::new(sound.sources_end);
    if let Some(bin) = sound.series_bin {
        builder.series(bin);
    }
    if dice.one_in(2) {
        let stages = [0, 3, 7].map(|part| SimTime::ZERO + Span(end.0 / 10 * part));
        builder.stages(stages.to_vec());
    }
    for port in &sound.ports {
        let id = match &port.discipline {
            None => builder.port(port.queue_limit),
            Some(discipline) => builder.general_port(port.queue_limit, (**discipline).clone()),
        };
        if dice.one_in(3) {
            builder.cut(id, cuts(dice, end));
        }
    }
    // Where packets may go round for ever, they are to go round quickly.
    let for_ever = dice.one_in(16);
    let mut copies = Vec::new();
    for (number, stream) in (0_u64..).zip(&sound.streams) {
        let id = StreamId(number as u32);
        let mut route = route_of(&sound, id, stream);
        if stream.receiver().is_some() && dice.one_in(2) {
            copies.push(copy_of(&sound, dice, id, &route));
        }
        if !dice.one_in(3) {
            add_graph(&sound, dice, number, end, &mut route, for_ever);
        }
        builder.route(route);
    }
    for (number, mut copy) in (sound.streams.len() as u64..).zip(copies) {
        if dice.one_in(2) {
            add_graph(&sound, dice, number, end, &mut copy, false);
        }
        builder.route(copy);
    }
    builder.seal()
}

fn instant(dice: &mut Dice, end: Span) -> SimTime {
    SimTime(100_000 * (1 + dice.below(end.0 * 5 / 4 / 100_000)))
}

fn cuts(dice: &mut Dice, end: Span) -> Vec<Stretch> {
    let mut cuts: Vec<Stretch> = Vec::new();
    let mut from = instant(dice, end);
    for _ in 0..1 + dice.below(3) {
        let long = dice.pick(&[1, 1_000, 20_000_000, 1_000_000_000, 5_000_000_000]);
        let to = from + Span(long);
        cuts.push(Stretch { from, to });
        from = to + Span(100_000 * (1 + dice.below(50_000)));
    }
    if dice.one_in(6) {
        cuts.last_mut().unwrap().to = FOR_EVER;
    }
    cuts
}

/// What a stream of a plan was made of.
fn route_of(plan: &Plan, id: StreamId, stream: &Stream) -> Route {
    let crossing = |leg: &Leg| Crossing {
        port: leg.port,
        serialization: leg.serialization,
        bits: leg.bits,
        queued: leg.queued,
        propagation: leg.propagation,
        media: leg.media,
        processing: leg.processing.clone(),
    };
    let path = |size| plan.path_of(id, size).iter().map(crossing).collect();
    Route {
        class: stream.class,
        source: stream.source.clone(),
        sizes: stream.sizes.clone(),
        policer: stream.policer,
        ingress: stream.ingress.clone(),
        paths: (0..stream.sizes.count()).map(path).collect(),
        graph: None,
        end: stream.end.clone(),
    }
}

/// A second pseudowire over the same links or over others.
fn copy_of(plan: &Plan, dice: &mut Dice, of: StreamId, first: &Route) -> Route {
    let mut copy = Route {
        end: End::Copy(of),
        class: dice.pick(&[Class::Nc, Class::Ef, Class::Be]),
        ..first.clone()
    };
    if dice.one_in(2) {
        let nodes = (0..1 + dice.below(3)).map(|_| Processing::Constant(Span::from_us(1)));
        let way: Vec<(PortId, Processing)> = nodes
            .zip(0_u32..)
            .map(|(node, n)| (PortId((of.0 + n) % plan.ports.len() as u32), node))
            .collect();
        let mut seen = Vec::new();
        copy.paths = vec![Vec::new()];
        for (port, node) in way {
            if !seen.contains(&port) {
                seen.push(port);
                copy.paths[0].push(crossing(plan, port, Octets(100), Span::from_us(10), node));
            }
        }
    }
    copy
}

fn crossing(
    plan: &Plan,
    port: PortId,
    octets: Octets,
    propagation: Span,
    processing: Processing,
) -> Crossing {
    let discipline = plan.ports[port.0 as usize].discipline.as_deref();
    let rate = discipline.and_then(|discipline| discipline.rates.first()?.rate);
    let rate = rate.unwrap_or(BitRate::from_bps(10_000_000).unwrap());
    let on_wire = Octets(octets.0 + 20);
    Crossing {
        port,
        serialization: rate.time_to_send(on_wire),
        bits: 8 * on_wire.0,
        queued: octets,
        propagation,
        media: Span::ZERO,
        processing,
    }
}

/// Has the packets of a route go elsewhere at times.
fn add_graph(
    plan: &Plan,
    dice: &mut Dice,
    stream: u64,
    end: Span,
    route: &mut Route,
    for_ever: bool,
) {
    let hops = route.paths[0].len();
    for place in 0..dice.below(6) {
        let port = PortId(dice.below(plan.ports.len() as u64) as u32);
        let away = if for_ever {
            Span::ZERO
        } else {
            Span::from_us(dice.pick(&[0, 1, 100]))
        };
        let node = processing(dice, stream, 100 + place, Span::from_us(100));
        for path in &mut route.paths {
            let octets = Octets(path[0].queued.0 + 4 * place);
            path.push(crossing(plan, port, octets, away, node.clone()));
        }
    }
    let places = route.paths[0].len();
    let mut entry = Next::always(Target::Crossing(0));
    let mut at = SimTime::ZERO;
    for _ in 0..dice.below(4) {
        at = at + Span(100_000 * (1 + dice.below(end.0 / 200_000)));
        let place = dice.below(places as u64) as usize;
        let choices = [
            Target::Crossing(place),
            Target::Crossing(0),
            Target::Discard,
        ];
        entry.turn(at, dice.pick(&choices));
    }
    let behind = (0..places).map(|place| behind(dice, place, [hops, places], end, for_ever));
    route.graph = Some((
        Graph {
            entry,
            behind: behind.collect(),
        },
        hops,
    ));
}

/// Behind a leg: along the path in normal operation, then anywhere, and in the end forward again.
fn behind(
    dice: &mut Dice,
    place: usize,
    [hops, places]: [usize; 2],
    end: Span,
    for_ever: bool,
) -> Next {
    let any = |dice: &mut Dice| match dice.below(5) {
        0 => Target::Deliver,
        1 if dice.one_in(3) => Target::Discard,
        _ => Target::Crossing(dice.below(places as u64) as usize),
    };
    let first = match place + 1 {
        next if next < hops => Target::Crossing(next),
        next if next == hops => Target::Deliver,
        _ => any(dice),
    };
    let mut next = Next::always(first);
    let mut at = SimTime::ZERO;
    for _ in 0..dice.below(3) {
        at = at + Span(100_000 * (1 + dice.below(end.0 / 200_000)));
        next.turn(at, any(dice));
    }
    if !for_ever {
        let forward = if place + 1 < places && dice.one_in(2) {
            Target::Crossing(place + 1)
        } else {
            Target::Deliver
        };
        next.turn(
            at + Span(100_000 * (1 + dice.below(end.0 / 200_000))),
            forward,
        );
    }
    next
}

#[test]
fn a_failing_plan_is_drawn_the_same_again() {
    let text = |case| format!("{:?}", random_failing_plan(case));
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}
