//! The phase of packets that a failure hits worst: searched, not sampled.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::gaps::{Hole, holes};
use super::passage::{Piece, pieces};
use super::{ClockMap, Gaps};
use crate::engine::{Received, receive};
use crate::mpls::outage::Stretch;
use crate::plan::{End, Plan, Source, StreamId};
use crate::pseudowire::clock::PacketTimes;
use crate::pseudowire::receive::Receiver;
use crate::units::{SimTime, Span, Ticks};

/// The phase of a circuit direction with the worst outcome on the queue-free network.
#[derive(Clone, PartialEq, Debug)]
pub struct WorstPhase {
    /// The first packet boundary of the run.
    pub boundary: SimTime,
    /// Which of the plans it was found in.
    pub plan: usize,
    /// What that phase costs, without the packet hole, which has no phase.
    pub gaps: Gaps,
    /// The holes of that phase.
    pub holes: Vec<Hole>,
    /// Phases that were tried, over all plans.
    pub tried: usize,
}

/// The phase of a C-pipe with the longest command gap, then the most replaced TDM, then the most
/// lost packets, then the earliest boundary, then the first plan: over packets created within
/// `over`, which begins with packets on the path in normal operation, under each of the plans
/// (detection at its latest and at its earliest). `recovery` as in [`Gaps::of_pseudowire`].
///
/// What becomes of the packets changes with the phase only where a packet is created at the edge
/// of a piece (see [`pieces`]), and in between nothing but the instants move. So those phases, a
/// picosecond before and one behind, are all that is to be tried. Clocks that run apart move that
/// by what they gain within `over`.
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn worst_phase(plans: &[&Plan], stream: StreamId, over: Stretch, recovery: Span) -> WorstPhase {
    let mut worst: Option<WorstPhase> = None;
    let mut tried = 0;
    let rank = |one: &WorstPhase| {
        let length = |gap: Option<Span>| gap.unwrap_or(Span(u64::MAX));
        let gaps = &one.gaps;
        let cost = (length(gaps.command), length(gaps.tdm), gaps.lost);
        (cost, Reverse((one.boundary, one.plan)))
    };
    for (plan, of) in plans.iter().enumerate() {
        let pipe = Pipe::new(of, stream, over);
        let phases = pipe.critical_phases();
        tried += phases.len();
        for phase in phases {
            let found = WorstPhase {
                plan,
                ..pipe.outcome(phase, recovery)
            };
            if worst.as_ref().is_none_or(|most| rank(&found) > rank(most)) {
                worst = Some(found);
            }
        }
    }
    let worst = worst.expect("a plan to search");
    WorstPhase { tried, ..worst }
}

/// What the receiving end makes of a phase on the queue-free network, and how many packets were
/// lost: those created within `over`, the first packet boundary of the run being `boundary`.
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn queue_free(
    plan: &Plan,
    stream: StreamId,
    over: Stretch,
    boundary: SimTime,
) -> (Received, u64) {
    Pipe::new(plan, stream, over).receive(boundary)
}

/// One direction of a C-pipe on the queue-free network.
struct Pipe<'a> {
    source: &'a Source,
    receiver: Receiver,
    over: Stretch,
    /// Of the pseudowire, and of the second one with the same packets.
    pieces: Vec<Vec<Piece>>,
}

impl<'a> Pipe<'a> {
    fn new(plan: &'a Plan, stream: StreamId, over: Stretch) -> Self {
        let own = &plan.streams[stream.0 as usize];
        let receiver = own.receiver().expect("a pseudowire").clone();
        let copies = (0..).map(StreamId).zip(&plan.streams);
        let copies = copies.filter(|(_, copy)| matches!(copy.end, End::Copy(of) if of == stream));
        let all = [stream].into_iter().chain(copies.map(|(id, _)| id));
        Self {
            source: &own.source,
            // The setup timer has long run out where `over` begins late: it is no matter here.
            receiver: Receiver {
                setup_timeout: Span(u64::MAX),
                ..receiver
            },
            over,
            pieces: all.map(|id| pieces(plan, id, over)).collect(),
        }
    }

    /// Nominal boundaries for phase zero, and those of a first boundary.
    fn ticks(&self) -> Ticks {
        match self.source {
            Source::Circuit { boundaries, .. } => *boundaries,
            _ => unreachable!("only circuits have a receiver"),
        }
    }

    fn times(&self, boundary: SimTime) -> PacketTimes {
        let Source::Circuit { clock, .. } = self.source else {
            unreachable!("only circuits have a receiver");
        };
        let mut ticks = self.ticks();
        ticks.first = boundary;
        PacketTimes::new(ticks, clock.clone())
    }

    /// First boundaries at which a packet is created at the edge of a piece, a picosecond before
    /// and one behind; and that of phase zero.
    fn critical_phases(&self) -> BTreeSet<SimTime> {
        let ticks = self.ticks();
        let (zero, period) = (ticks.first.0, ticks.period().0);
        let times = self.times(ticks.first);
        let edges = self.pieces.iter().flatten().map(|piece| piece.created.from);
        let mut phases = BTreeSet::from([0]);
        for edge in edges.filter(|edge| *edge > self.over.from) {
            let Some(last) = times.count_before(SimTime(edge.0 + 1)).checked_sub(1) else {
                continue;
            };
            let phase = edge.since(times.at(last)).0;
            phases.extend([phase + period - 1, phase, phase + 1].map(|one| one % period));
        }
        phases.into_iter().map(|one| SimTime(zero + one)).collect()
    }

    fn outcome(&self, boundary: SimTime, recovery: Span) -> WorstPhase {
        let (received, lost) = self.receive(boundary);
        let holes = holes(&received.timeline);
        let settings = (&self.receiver, self.ticks().period_exact_ps());
        let clock = ClockMap::default();
        WorstPhase {
            boundary,
            plan: 0,
            gaps: Gaps::of_pseudowire(&holes, &[], &clock, settings, recovery, lost),
            holes,
            tried: 1,
        }
    }

    fn receive(&self, boundary: SimTime) -> (Received, u64) {
        let times = self.times(boundary);
        // Packet n is created at boundary n + 1.
        let first = times.count_before(self.over.from).saturating_sub(1);
        let sent = times.count_before(self.over.to).saturating_sub(1);
        let mut arrivals: Vec<(SimTime, u64)> = Vec::new();
        let mut places = vec![0; self.pieces.len()];
        let mut lost = 0;
        for number in first..sent {
            let created = times.at(number + 1);
            let copies = self.pieces.iter().zip(&mut places);
            let delays = copies.filter_map(|(pieces, place)| {
                while pieces[*place].created.to <= created {
                    *place += 1;
                }
                pieces[*place].delay
            });
            match delays.min() {
                Some(delay) => arrivals.push((created + delay, number)),
                None => lost += 1,
            }
        }
        arrivals.sort_unstable();
        (receive(&self.receiver, &times, sent, arrivals), lost)
    }
}
