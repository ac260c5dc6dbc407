//! How far ahead of the ports before it a port may be replayed.

use std::collections::BTreeMap;

use super::ways;
use crate::plan::{Leg, Plan, Source, StreamId};
use crate::units::{Span, time::PS_PER_S};

/// One port that another waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ahead {
    pub(super) port: u32,
    /// Shortest time from there in picoseconds: transmission begins → the next queue is entered.
    /// At least the serialization, so never zero.
    pub(super) ps: u64,
    /// Whether a session stands in between.
    pub(super) session: bool,
}

/// Shortest time from the beginning of a transmission, or from any instant during it at which it
/// may still be cut, until the packet is through the node behind.
pub(super) fn shortest_crossing(plan: &Plan, leg: &Leg) -> Span {
    shortest_transmission(plan, leg) + leg.behind() + leg.processing.min()
}

fn shortest_transmission(plan: &Plan, leg: &Leg) -> Span {
    let Some(discipline) = plan.ports[leg.port.0 as usize].discipline.as_deref() else {
        return leg.serialization;
    };
    let Some(quickest) = discipline.rates.iter().filter_map(|step| step.rate).max() else {
        return leg.serialization;
    };
    let whole = time_of_bits(quickest.exact_bps(), leg.bits);
    let class = plan.streams[leg.stream.0 as usize].class;
    match &discipline.preemption {
        // While it may still be cut, no less than a smallest piece is to come.
        Some(preemption) if !preemption.express[class.index()] => {
            let piece = time_of_bits(quickest.exact_bps(), 8 * preemption.fragment_min.0);
            Span(whole.min(piece - 1)) // rounded up twice, a piece may be 1 ps shorter
        }
        _ => Span(whole),
    }
}

/// Time of so many bits at a rate (numerator, denominator), rounded up to a whole picosecond.
pub(super) fn time_of_bits((numerator, denominator): (u64, u64), bits: u64) -> u64 {
    let scaled = u128::from(bits) * u128::from(denominator) * u128::from(PS_PER_S);
    let ps = scaled.div_ceil(u128::from(numerator));
    u64::try_from(ps).expect("serialization within 213 days")
}

/// Per port, the ports it waits for: those that send to it, and those at the far end of a session
/// that has its near end here.
pub(super) fn lookaheads(plan: &Plan) -> Vec<Vec<Ahead>> {
    let mut before = vec![BTreeMap::new(); plan.ports.len()];
    let mut note = |from: &Leg, to: u32, ps: u64, session: bool| {
        assert!(ps > 0, "sending takes time");
        let shortest = before[to as usize]
            .entry((from.port.0, session))
            .or_insert(ps);
        *shortest = (*shortest).min(ps);
    };
    for id in (0..plan.streams.len() as u32).map(StreamId) {
        let legs = |id: StreamId, place: u32| {
            let variants = 0..plan.variants(id);
            variants.map(move |variant| &plan.places_of(id, variant)[place as usize])
        };
        for (place, next) in ways::pairs(plan, id) {
            let to = plan.places_of(id, 0)[next as usize].port.0;
            for leg in legs(id, place) {
                note(leg, to, shortest_crossing(plan, leg).0, false);
            }
        }
        let (told, turnaround) = match plan.streams[id.0 as usize].source {
            Source::Request { response, .. } => (response, Span::ZERO),
            Source::Response {
                request,
                turnaround,
            } => (request, turnaround),
            _ => continue,
        };
        let ingress = plan.streams[id.0 as usize].ingress.min();
        for last in ways::lasts(plan, told)
            .into_iter()
            .flat_map(|last| legs(told, last))
        {
            let ps = (shortest_crossing(plan, last) + turnaround + ingress).0;
            for entry in ways::entries(plan, id) {
                note(last, plan.places_of(id, 0)[entry as usize].port.0, ps, true);
            }
        }
    }
    let ahead = |((port, session), ps): ((u32, bool), u64)| Ahead { port, ps, session };
    let list = |map: BTreeMap<_, _>| map.into_iter().map(ahead).collect();
    before.into_iter().map(list).collect()
}
