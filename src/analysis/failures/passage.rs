//! Packets through a network without queues: what becomes of one created at any instant.

use crate::mpls::outage::{FOR_EVER, Stretch};
use crate::mpls::routing::{Next, Target};
use crate::plan::{Leg, Plan, StreamId};
use crate::units::limits::HOPS_MAX;
use crate::units::{SimTime, Span};

/// Packets created in a stretch of time that fare alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// When they are created.
    pub created: Stretch,
    /// Network delay; `None`: lost.
    pub delay: Option<Span>,
}

/// What becomes of packets of the first size of a stream created within `over`: pieces without a
/// gap between them, ascending, neighbours different.
///
/// Nobody waits for anybody; drawn processing takes its longest, and a port sends at its first
/// rate. Where processing is constant and rates do not change this is exactly what a run does
/// without other packets.
#[must_use]
pub fn pieces(plan: &Plan, stream: StreamId, over: Stretch) -> Vec<Piece> {
    let mut walk = Walk::new(plan, stream);
    walk.run(over);
    let mut found = walk.pieces;
    found.sort_unstable_by_key(|piece| piece.created);
    found.dedup_by(|next, piece| {
        assert_eq!(piece.created.to, next.created.from, "no packet is left out");
        let same = piece.delay == next.delay;
        if same {
            piece.created.to = next.created.to;
        }
        same
    });
    found
}

/// What becomes of packets that are sent twice, the first copy to come counting: both lists are
/// without a gap and end together.
#[must_use]
pub fn first_of(one: &[Piece], other: &[Piece]) -> Vec<Piece> {
    let mut first: Vec<Piece> = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        let (a, b) = (**a, **b);
        let to = a.created.to.min(b.created.to);
        let from = a.created.from.max(b.created.from);
        let delay = a.delay.into_iter().chain(b.delay).min();
        match first.last_mut() {
            Some(last) if last.delay == delay => last.created.to = to,
            _ => first.push(Piece {
                created: Stretch { from, to },
                delay,
            }),
        }
        one.next_if(|piece| piece.created.to == to);
        other.next_if(|piece| piece.created.to == to);
    }
    first
}

/// Packets created within a stretch that have come to the same point.
#[derive(Clone, Copy)]
struct Group {
    created: Stretch,
    /// From creation to that point.
    behind: Span,
    /// Legs crossed.
    crossed: usize,
}

struct Walk<'a> {
    plan: &'a Plan,
    ingress: Span,
    legs: &'a [Leg],
    /// What the first node does, then what is done behind every leg.
    nexts: Vec<Next>,
    pieces: Vec<Piece>,
    /// Groups that a node is through with, and which entry of `nexts` it looks up.
    waiting: Vec<(Group, usize)>,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan, id: StreamId) -> Self {
        let stream = &plan.streams[id.0 as usize];
        let nexts = match &stream.graph {
            Some(graph) => {
                let entry = std::iter::once(&graph.entry);
                entry.chain(&graph.behind).cloned().collect()
            }
            None => {
                let along = (0..stream.hops as usize).map(Target::Crossing);
                let all = along.chain([Target::Deliver]);
                all.map(Next::always).collect()
            }
        };
        Self {
            plan,
            ingress: stream.ingress.max(),
            legs: plan.places_of(id, 0),
            nexts,
            pieces: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn run(&mut self, created: Stretch) {
        let first = Group {
            created,
            behind: self.ingress,
            crossed: 0,
        };
        self.waiting.push((first, 0));
        while let Some((group, node)) = self.waiting.pop() {
            self.look_up(group, node);
        }
    }

    /// Parts a group by what is in force when its packets are looked up.
    fn look_up(&mut self, group: Group, node: usize) {
        let turns: Vec<_> = self.nexts[node].turns().to_vec();
        for (place, turn) in turns.iter().enumerate() {
            let until = turns.get(place + 1).map_or(FOR_EVER, |next| next.from);
            let Some(part) = group.between(turn.from, until) else {
                continue;
            };
            match turn.to {
                Target::Crossing(leg) if part.crossed < HOPS_MAX => self.cross(part, leg),
                Target::Deliver => self.end(part, Some(part.behind)),
                Target::Crossing(_) | Target::Discard => self.end(part, None),
            }
        }
    }

    /// Parts a group by what a cut takes: whoever is between the beginning of transmission and
    /// the end of the medium, that instant excluded, at an instant of the cut.
    fn cross(&mut self, group: Group, place: usize) {
        let leg = &self.legs[place];
        let through = leg.serialization + leg.behind();
        let mut from = SimTime::ZERO;
        for cut in &self.plan.ports[leg.port.0 as usize].cuts {
            let first_lost = from.max(SimTime((cut.from.0 + 1).saturating_sub(through.0)));
            self.pass(group.between(from, first_lost), place);
            if let Some(lost) = group.between(first_lost, cut.to) {
                self.end(lost, None);
            }
            from = cut.to;
        }
        self.pass(group.between(from, FOR_EVER), place);
    }

    fn pass(&mut self, group: Option<Group>, place: usize) {
        let Some(group) = group else {
            return;
        };
        let leg = &self.legs[place];
        let through = leg.serialization + leg.behind() + leg.processing.max();
        let later = Group {
            behind: group.behind + through,
            crossed: group.crossed + 1,
            ..group
        };
        self.waiting.push((later, place + 1));
    }

    fn end(&mut self, group: Group, delay: Option<Span>) {
        let created = group.created;
        self.pieces.push(Piece { created, delay });
    }
}

impl Group {
    /// Those that are at this point from `from` until `to`.
    fn between(self, from: SimTime, to: SimTime) -> Option<Self> {
        let created = |at: SimTime| SimTime(at.0.saturating_sub(self.behind.0));
        let last = if to == FOR_EVER { to } else { created(to) };
        let created = Stretch {
            from: self.created.from.max(created(from)),
            to: self.created.to.min(last),
        };
        (created.from < created.to).then_some(Self { created, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{PIPE, Repair, fill_half, ring, stretch, walked};
    use super::*;

    #[test]
    fn every_instant_of_creation_fares_as_a_packet_walked_by_itself() {
        let repairs = [
            (640, 1100, 3000),
            (500, 520, 530),
            (505, 506, 507),
            (400, 400, 900),
        ];
        for (local, head, back) in repairs {
            let repair = Repair { local, head, back };
            let plan = ring(Span(24), fill_half(2), stretch(500, 900), repair);
            let found = pieces(&plan, PIPE, stretch(0, 4000));
            assert!(found.len() > 2, "something changes");
            for piece in &found {
                for created in piece.created.from.0..piece.created.to.0 {
                    let want = walked(&plan, created).map(Span);
                    assert_eq!(piece.delay, want, "created at {created}, {local}");
                }
            }
            let alike = found.windows(2).any(|pair| pair[0].delay == pair[1].delay);
            assert!(!alike, "neighbours differ");
        }
    }

    #[test]
    fn of_two_copies_the_first_to_come_counts() {
        let piece = |from, to, delay: u64| Piece {
            created: stretch(from, to),
            delay: (delay > 0).then_some(Span(delay)),
        };
        let near = [piece(0, 10, 5), piece(10, 20, 0), piece(20, 40, 9)];
        let far = [piece(0, 15, 8), piece(15, 30, 0), piece(30, 40, 8)];
        let want = [
            piece(0, 10, 5),
            piece(10, 15, 8),
            piece(15, 20, 0),
            piece(20, 30, 9),
            piece(30, 40, 8),
        ];
        assert_eq!(first_of(&near, &far), want);
        assert_eq!(first_of(&far, &near), want);
        assert_eq!(first_of(&near, &near), near);
    }

    #[test]
    fn two_cuts_that_one_packet_meets_lose_it_once() {
        // On the link for 8 ps: lost if sent in [500 - 7, 510), or in [512 - 7, 520).
        let repair = Repair {
            local: 9000,
            head: 9000,
            back: 9000,
        };
        let mut plan = ring(Span(24), fill_half(2), stretch(500, 510), repair);
        plan.ports[1].cuts.push(stretch(512, 520));
        // Sent over the second link 4 + 12 ps after creation.
        let lost: Vec<_> = pieces(&plan, PIPE, stretch(0, 4000));
        let want = [(0, 477, true), (477, 504, false), (504, 4000, true)];
        let edges = |one: &Piece| (one.created.from.0, one.created.to.0, one.delay.is_some());
        assert_eq!(lost.iter().map(edges).collect::<Vec<_>>(), want);
    }
}
