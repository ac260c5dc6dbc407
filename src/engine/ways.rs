//! Where the packets of a stream may come and go at any time, whatever changes when.

use crate::mpls::routing::{Next, Target};
use crate::plan::{Plan, StreamId};

/// What the node behind a leg does with packets.
pub(super) fn behind(plan: &Plan, id: StreamId, place: u32) -> Next {
    let stream = &plan.streams[id.0 as usize];
    match stream.graph.as_deref() {
        Some(graph) => graph.behind[place as usize].clone(),
        None if place + 1 == stream.hops => Next::always(Target::Deliver),
        None => Next::always(Target::Crossing(place as usize + 1)),
    }
}

/// The places where packets may enter, ascending.
pub(super) fn entries(plan: &Plan, id: StreamId) -> Vec<u32> {
    let graph = plan.streams[id.0 as usize].graph.as_deref();
    let mut places = graph.map_or_else(|| vec![0], |graph| crossings(&graph.entry));
    places.sort_unstable();
    places.dedup();
    places
}

/// The pairs of places that packets may cross one after the other.
pub(super) fn pairs(plan: &Plan, id: StreamId) -> Vec<(u32, u32)> {
    let places = 0..plan.streams[id.0 as usize].places;
    let pairs = places.flat_map(|place| {
        let next = crossings(&behind(plan, id, place)).into_iter();
        next.map(move |next| (place, next))
    });
    pairs.collect()
}

/// The places behind which packets may be delivered, ascending.
pub(super) fn lasts(plan: &Plan, id: StreamId) -> Vec<u32> {
    let delivers = |place: &u32| {
        let next = behind(plan, id, *place);
        next.turns().iter().any(|turn| turn.to == Target::Deliver)
    };
    let places = 0..plan.streams[id.0 as usize].places;
    places.filter(delivers).collect()
}

/// Whether packets may cross a place twice.
pub(super) fn may_loop(plan: &Plan, id: StreamId) -> bool {
    if plan.streams[id.0 as usize].graph.is_none() {
        return false;
    }
    let pairs = pairs(plan, id);
    let mut before = vec![0_u32; plan.streams[id.0 as usize].places as usize];
    for (_, next) in &pairs {
        before[*next as usize] += 1;
    }
    // Places that nothing leads to are taken away one by one: loops stay.
    let mut free: Vec<u32> = (0..)
        .zip(&before)
        .filter(|pair| *pair.1 == 0)
        .map(|pair| pair.0)
        .collect();
    let mut gone = 0;
    while let Some(place) = free.pop() {
        gone += 1;
        for (_, next) in pairs.iter().filter(|pair| pair.0 == place) {
            before[*next as usize] -= 1;
            if before[*next as usize] == 0 {
                free.push(*next);
            }
        }
    }
    gone < before.len()
}

fn crossings(next: &Next) -> Vec<u32> {
    let place = |turn: &crate::mpls::routing::Turn| match turn.to {
        Target::Crossing(place) => Some(place as u32),
        Target::Deliver | Target::Discard => None,
    };
    next.turns().iter().filter_map(place).collect()
}
