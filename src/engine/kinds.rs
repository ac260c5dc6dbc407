//! Packets that are the same to a port.

use std::collections::BTreeMap;

use crate::plan::Plan;

/// The legs that cross every port, ascending.
pub(super) fn crossing(plan: &Plan) -> Vec<Vec<u32>> {
    let mut crossing = vec![Vec::new(); plan.ports.len()];
    for (index, leg) in plan.legs.iter().enumerate() {
        crossing[leg.port.0 as usize].push(index as u32);
    }
    crossing
}

/// The kinds of packets that cross one port, mostly few: those of one kind take the same time on
/// the transmitter and the same place in a queue, and are of one class.
#[derive(Debug)]
pub(super) struct Kinds {
    /// One leg of every kind.
    pub(super) examples: Vec<u32>,
    /// Parallel to the legs that cross the port: of which kind each is.
    pub(super) of: Vec<u32>,
}

impl Kinds {
    /// The kinds of these legs of one port.
    pub(super) fn new(plan: &Plan, crossing: &[u32]) -> Self {
        let mut known = BTreeMap::new();
        let mut examples = Vec::new();
        let mut kind_of = |index: &u32| {
            let leg = &plan.legs[*index as usize];
            let class = plan.streams[leg.stream.0 as usize].class;
            let kind = (leg.serialization, leg.bits, leg.queued, class, leg.yellow);
            *known.entry(kind).or_insert_with(|| {
                examples.push(*index);
                examples.len() as u32 - 1
            })
        };
        let of = crossing.iter().map(&mut kind_of).collect();
        Self { examples, of }
    }
}

/// Per leg, its kind among those that cross the same port, where that is a general one; empty
/// without such.
pub(super) fn kinds_of_legs(plan: &Plan, crossing: &[Vec<u32>]) -> Vec<u32> {
    let general = |port: usize| plan.ports[port].discipline.is_some();
    if !(0..plan.ports.len()).any(general) {
        return Vec::new();
    }
    let mut kinds = vec![0; plan.legs.len()];
    for (_, crossing) in crossing
        .iter()
        .enumerate()
        .filter(|(port, _)| general(*port))
    {
        let of = Kinds::new(plan, crossing).of;
        for (leg, kind) in crossing.iter().zip(of) {
            kinds[*leg as usize] = kind;
        }
    }
    kinds
}
