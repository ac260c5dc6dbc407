//! Legs behind which not all packets fare alike: they may be cut, and go where the time says.

use std::collections::BTreeMap;

use super::delivery::Loss;
use super::network::{Entry, Lost, NONE, Network};
use super::tally::{FixedParts, Tally};
use super::ways;
use crate::mpls::outage::Stretch;
use crate::mpls::routing::Target;
use crate::plan::{Leg, Plan, Processing, StreamId};
use crate::units::limits::HOPS_MAX;

/// What a leg has beside its [`super::network::LegRun`], which says nothing of its far node then.
#[derive(Debug)]
pub(super) struct Special {
    cuts: Box<[Stretch]>,
    /// Constant processing at the far node; 0 where it is drawn.
    processing: u64,
    /// The number of the drawn processing, or [`NONE`].
    drawn: u32,
    /// From when on, where to; ascending from zero.
    turns: Box<[(u64, Way)]>,
    /// The parts of a delay that this leg decides, where there is no one path that does.
    parts: Option<FixedParts>,
    /// Whether packets may go round.
    loops: bool,
}

/// Where a packet goes from a node.
#[derive(Clone, Copy, Debug)]
enum Way {
    Queue {
        inbox: u32,
        leg: u32,
        /// Neighbours whose order is kept, or [`NONE`].
        order: u32,
    },
    Deliver,
    Discard,
}

/// Legs crossed by the packets that may go round, by stream and number.
pub(super) type Hops = BTreeMap<(u32, u32), u32>;

/// Whether a leg takes more than its [`super::network::LegRun`].
pub(super) fn is_special(plan: &Plan, leg: &Leg) -> bool {
    let graph = &plan.streams[leg.stream.0 as usize].graph;
    graph.is_some() || !plan.ports[leg.port.0 as usize].cuts.is_empty()
}

impl Special {
    /// The leg at a place of a variant; of a stream that `loops` or cannot. `queue` says which
    /// inbox a port has, and which neighbours a packet keeps order with that goes on to it.
    pub(super) fn new(
        plan: &Plan,
        id: StreamId,
        (variant, place): (u32, u32),
        drawn: u32,
        loops: bool,
        mut queue: impl FnMut(u32) -> (u32, u32),
    ) -> Self {
        let stream = &plan.streams[id.0 as usize];
        let legs = plan.places_of(id, variant);
        let leg = &legs[place as usize];
        let port = &plan.ports[leg.port.0 as usize];
        let next = ways::behind(plan, id, place);
        let turns = next.turns().iter().map(|turn| {
            let way = match turn.to {
                Target::Crossing(next) => {
                    let (inbox, order) = queue(legs[next].port.0);
                    Way::Queue {
                        inbox,
                        leg: stream.legs.start + variant * stream.places + next as u32,
                        order,
                    }
                }
                Target::Deliver => Way::Deliver,
                Target::Discard => Way::Discard,
            };
            (turn.from.0, way)
        });
        let plain = port.discipline.is_none();
        let parts = FixedParts {
            serialization: if plain { leg.serialization.0 } else { 0 },
            propagation: leg.propagation.0,
            media: leg.media.0,
        };
        Self {
            cuts: port.cuts.as_slice().into(),
            processing: match leg.processing {
                Processing::Constant(span) => span.0,
                Processing::Uniform { .. } => 0,
            },
            drawn,
            turns: turns.collect(),
            parts: stream.graph.is_some().then_some(parts),
            loops,
        }
    }

    /// Whether a cut takes a packet that begins at `start` and would come out at `reached`.
    fn cuts(&self, start: u64, reached: u64) -> bool {
        let next = self.cuts.partition_point(|cut| cut.to.0 <= start);
        self.cuts.get(next).is_some_and(|cut| cut.from.0 < reached)
    }

    fn way(&self, now: u64) -> Way {
        let later = self.turns.partition_point(|(from, _)| *from <= now);
        self.turns[later - 1].1
    }
}

impl<T: Tally> Network<T> {
    /// The same as [`Network::come_up`] behind a special leg.
    #[cold]
    #[inline(never)]
    pub(super) fn come_up_special(
        &mut self,
        entry: &Entry<T>,
        mut tally: T,
        start: u64,
        reached: u64,
        special: u32,
    ) {
        let lost = Lost::of(entry);
        let special = &self.specials[special as usize];
        if special.cuts(start, reached) {
            return self.lose(&lost, Loss::Cut);
        }
        if let Some(parts) = &special.parts {
            tally.cross(parts);
        }
        let mut at = reached + special.processing;
        if special.drawn != NONE {
            at += self.drawn[special.drawn as usize].draw();
        }
        let way = special.way(at);
        let stream = self.legs[entry.leg as usize].stream;
        let crossed = if special.loops {
            let crossed = self.hops.entry((stream, entry.sequence)).or_insert(0);
            *crossed += 1;
            *crossed as usize
        } else {
            0
        };
        let leg = match way {
            Way::Discard => return self.lose(&lost, Loss::Unrouted),
            Way::Queue { .. } if crossed == HOPS_MAX => return self.lose(&lost, Loss::Expired),
            Way::Queue { leg, order, .. } => {
                if order != NONE {
                    let ahead = &mut self.order[order as usize];
                    at = at.max(*ahead + 1);
                    *ahead = at;
                }
                leg
            }
            Way::Deliver => entry.leg + 1,
        };
        tally.process(at - reached);
        let entry = Entry {
            at,
            created: entry.created,
            leg,
            sequence: entry.sequence,
            tally,
        };
        if let Way::Queue { inbox, .. } = way {
            self.inboxes[inbox as usize].push(entry);
        } else {
            self.hops.remove(&(stream, entry.sequence));
            self.deliver(stream, &entry);
        }
    }
}
