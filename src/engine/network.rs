//! What lies behind the ports of the window engine: legs, chance, inboxes and receiving ends.

use super::outcome::{Delays, Slowest, StreamOutcome};
use super::port::Sheet;
use super::reception::Reception;
use super::tally::{FixedParts, Tally};
use crate::plan::{Plan, Processing, StreamId};
use crate::random::{self, Seed};
use crate::units::{SimTime, Span};

/// A packet in front of a port, 24 octets without its tally.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<T> {
    /// When it enters the queue.
    pub(super) at: u64,
    pub(super) created: u64,
    /// Index of the leg it is about to cross: legs of one port stand in rank order.
    pub(super) leg: u32,
    /// Low bits of its number within the stream.
    pub(super) sequence: u32,
    pub(super) tally: T,
}

const _: () = assert!(size_of::<Entry<super::tally::Bare>>() == 24);

impl<T> Entry<T> {
    /// Whether it stands before the other in the order of arrivals. Ties are rare.
    #[inline(always)]
    pub(super) fn before(&self, other: &Self) -> bool {
        self.at < other.at || self.at == other.at && self.order(other).is_lt()
    }

    /// The order of arrivals: time, rank, creation. The first two are compared as one number.
    #[inline]
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let first = |entry: &Self| u128::from(entry.at) << 32 | u128::from(entry.leg);
        first(self)
            .cmp(&first(other))
            .then_with(|| self.created.cmp(&other.created))
    }
}

/// Marks "none" among 32-bit indices.
const NONE: u32 = u32::MAX;

/// One crossing, flattened for the packet loop. Times in picoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct LegRun {
    pub(super) serialization: u64,
    propagation: u64,
    /// Constant processing at the far node; 0 where it is drawn.
    processing: u64,
    pub(super) queued: u32,
    /// Inbox of the next port; [`NONE`] after the last leg.
    next_inbox: u32,
    stream: u32,
    /// Index of the drawn processing at the far node, or [`NONE`].
    drawn: u32,
}

/// Processing drawn per packet.
#[derive(Debug)]
struct Drawn {
    min: Span,
    max: Span,
    stream: random::Stream,
    /// Neighbours whose order is kept, or [`NONE`] at an egress PE.
    order: u32,
}

/// The far end of a stream.
#[derive(Debug)]
struct StreamRun {
    first_leg: u32,
    delivered: u64,
    dropped: u64,
    network: Delays,
    slowest: Option<Slowest>,
    fixed: FixedParts,
    reception: Option<Box<Reception>>,
    /// Arrivals that may be out of order (drawn processing at the egress PE): time, sequence.
    unordered: Option<Vec<(u64, u32)>>,
}

/// Everything a port passes packets on to.
#[derive(Debug)]
pub(super) struct Network<T> {
    pub(super) legs: Vec<LegRun>,
    /// Packets on their way to a port and class, in no order.
    pub(super) inboxes: Vec<Vec<Entry<T>>>,
    /// For merging, one port at a time.
    pub(super) scratch: Vec<Entry<T>>,
    /// For replaying, two ports at a time.
    pub(super) sheets: [Sheet; 2],
    pub(super) starts: [Vec<u64>; 2],
    drawn: Vec<Drawn>,
    /// Latest queue entry per (port in, port out, class).
    order: Vec<u64>,
    streams: Vec<StreamRun>,
}

impl<T: Tally> Network<T> {
    /// `inbox_of(port, class)` numbers the inboxes `0..inboxes`.
    pub(super) fn new(
        plan: &Plan,
        seed: Seed,
        inboxes: usize,
        inbox_of: impl Fn(u32, usize) -> u32,
    ) -> Self {
        let mut network = Self {
            legs: Vec::with_capacity(plan.legs.len()),
            inboxes: (0..inboxes).map(|_| Vec::new()).collect(),
            scratch: Vec::new(),
            sheets: Default::default(),
            starts: Default::default(),
            drawn: Vec::new(),
            order: Vec::new(),
            streams: Vec::with_capacity(plan.streams.len()),
        };
        let mut neighbours = std::collections::BTreeMap::new();
        for (index, stream) in plan.streams.iter().enumerate() {
            let path = plan.path(StreamId(index as u32));
            for (hop, leg) in path.iter().enumerate() {
                let next = path.get(hop + 1).map(|next| next.port);
                let (processing, drawn) = match &leg.processing {
                    Processing::Constant(span) => (span.0, NONE),
                    Processing::Uniform { min, max, key } => {
                        let order = next.map_or(NONE, |next| {
                            let fresh = neighbours.len() as u32;
                            *neighbours
                                .entry((leg.port, next, stream.class))
                                .or_insert(fresh)
                        });
                        let stream = seed.stream(key);
                        network.drawn.push(Drawn {
                            min: *min,
                            max: *max,
                            stream,
                            order,
                        });
                        (0, network.drawn.len() as u32 - 1)
                    }
                };
                let class = stream.class.index();
                network.legs.push(LegRun {
                    serialization: leg.serialization.0,
                    propagation: leg.propagation.0,
                    processing,
                    queued: u32::try_from(leg.queued.0).expect("a packet within 4 GB"),
                    next_inbox: next.map_or(NONE, |next| inbox_of(next.0, class)),
                    stream: index as u32,
                    drawn,
                });
            }
            network
                .streams
                .push(StreamRun::new::<T>(plan, StreamId(index as u32), seed));
        }
        network.order = vec![0; neighbours.len()];
        network
    }

    /// A packet begins crossing leg `entry.leg` at `start`: works out where and when it comes up
    /// next, and says when the transmitter is free again. `entry.tally` already holds its
    /// processing up to this queue.
    pub(super) fn pass_on(&mut self, entry: &Entry<T>, start: u64) -> u64 {
        self.pass_on_one(entry, start)
    }

    /// The same for packets that begin at these instants.
    pub(super) fn pass_on_all(&mut self, entries: &[Entry<T>], starts: impl Iterator<Item = u64>) {
        for (entry, start) in entries.iter().zip(starts) {
            self.pass_on_one(entry, start);
        }
    }

    #[inline(always)]
    fn pass_on_one(&mut self, entry: &Entry<T>, start: u64) -> u64 {
        let leg = &self.legs[entry.leg as usize];
        let free = start + leg.serialization;
        let reached = free + leg.propagation;
        let at = if leg.drawn == NONE {
            reached + leg.processing
        } else {
            let drawn = &mut self.drawn[leg.drawn as usize];
            through(drawn, &mut self.order, reached)
        };
        let mut tally = entry.tally;
        tally.wait(start - entry.at);
        tally.process(at - reached);
        // Written as a whole: what is stored in parts and read as a whole makes the read wait
        // (measured on the chain: 10 ns a packet against 4).
        let entry = Entry {
            at,
            created: entry.created,
            leg: entry.leg.wrapping_add(1), // after the last leg it means nothing
            sequence: entry.sequence,
            tally,
        };
        if leg.next_inbox == NONE {
            self.streams[leg.stream as usize].deliver(&entry);
        } else {
            self.inboxes[leg.next_inbox as usize].push(entry);
        }
        free
    }

    /// Delivers packets of a stream of one link that were counted elsewhere: their delays, and
    /// when the first of the slowest was created. `fixed` is all of the delay but the wait.
    pub(super) fn deliver_counted(
        &mut self,
        stream: StreamId,
        delays: &Delays,
        created: u64,
        fixed: u64,
        ingress: u64,
    ) {
        if delays.count == 0 {
            return;
        }
        let run = &mut self.streams[stream.0 as usize];
        if T::FULL {
            let leg = &self.legs[run.first_leg as usize];
            let mut tally = T::default();
            tally.process(ingress + leg.processing);
            tally.wait(delays.max.0 - fixed);
            run.note_parts(&tally, created, delays.max.0);
        }
        run.delivered += delays.count;
        run.network.absorb(delays);
    }

    /// A packet of leg `leg` found its queue full.
    pub(super) fn drop_packet(&mut self, leg: u32) {
        let stream = self.legs[leg as usize].stream;
        self.streams[stream as usize].dropped += 1;
    }

    /// Hands the arrivals before `safe` of a stream without kept order to its receiving end.
    pub(super) fn settle(&mut self, stream: StreamId, safe: u64) {
        let stream = &mut self.streams[stream.0 as usize];
        let Some(unordered) = &mut stream.unordered else {
            return;
        };
        unordered.sort_unstable();
        let ready = unordered.partition_point(|(at, _)| *at < safe);
        let reception = stream
            .reception
            .as_mut()
            .expect("only circuits wait for order");
        for (at, sequence) in unordered.drain(..ready) {
            reception.arrive(at, sequence);
        }
    }

    /// The outcome per stream, given how many packets each sent.
    pub(super) fn finish(self, sent: &[u64]) -> Vec<StreamOutcome> {
        let streams = self.streams.into_iter().zip(sent);
        let outcome = |(stream, sent): (StreamRun, &u64)| {
            assert_eq!(
                *sent,
                stream.delivered + stream.dropped,
                "no packet is lost unseen"
            );
            StreamOutcome {
                sent: *sent,
                delivered: stream.delivered,
                dropped: stream.dropped,
                dropped_early: 0,
                policed: 0,
                held: None,
                series: Vec::new(),
                network: stream.network,
                slowest: stream.slowest,
                received: stream.reception.map(|reception| reception.finish()),
            }
        };
        streams.map(outcome).collect()
    }
}

/// When a packet that reached a node leaves it for the next queue: a drawn time later, and behind
/// the neighbour ahead of it.
fn through(drawn: &mut Drawn, order: &mut [u64], reached: u64) -> u64 {
    let mut at = reached + Processing::drawn(drawn.min, drawn.max, drawn.stream.draw()).0;
    if drawn.order != NONE {
        let last = &mut order[drawn.order as usize];
        at = at.max(*last + 1);
        *last = at;
    }
    at
}

impl StreamRun {
    fn new<T: Tally>(plan: &Plan, id: StreamId, seed: Seed) -> Self {
        let stream = &plan.streams[id.0 as usize];
        let path = plan.path(id);
        let boundaries = stream.source.boundaries(seed);
        let reception = stream.receiver().map(|receiver| {
            let boundaries = boundaries.expect("only circuits have a receiver");
            let sent = boundaries.count_before(plan.sources_end).saturating_sub(1);
            Box::new(Reception::new(receiver.clone(), boundaries, sent, T::FULL))
        });
        let last = path.last().expect("a path has a leg");
        let drawn = matches!(last.processing, Processing::Uniform { .. });
        Self {
            first_leg: stream.legs.start,
            delivered: 0,
            dropped: 0,
            network: Delays::new(T::FULL),
            slowest: None,
            fixed: FixedParts {
                serialization: path.iter().map(|leg| leg.serialization.0).sum(),
                propagation: path.iter().map(|leg| leg.propagation.0).sum(),
            },
            unordered: (drawn && reception.is_some()).then(Vec::new),
            reception,
        }
    }

    #[inline]
    fn deliver<T: Tally>(&mut self, entry: &Entry<T>) {
        let delay = entry.at - entry.created;
        if T::FULL {
            self.note_parts(&entry.tally, entry.created, delay);
        }
        self.delivered += 1;
        self.network.record(Span(delay));
        if let Some(unordered) = &mut self.unordered {
            unordered.push((entry.at, entry.sequence));
        } else if let Some(reception) = &mut self.reception {
            reception.arrive(entry.at, entry.sequence);
        }
    }

    /// Checks that the parts make up the delay, and keeps those of the slowest packet.
    #[inline]
    fn note_parts<T: Tally>(&mut self, tally: &T, created: u64, delay: u64) {
        let parts = tally.parts(&self.fixed).expect("a full tally");
        assert_eq!(parts.total(), Span(delay), "the parts of a delay sum to it");
        let slower = match &self.slowest {
            None => true,
            Some(slowest) if delay == self.network.max.0 => created < slowest.created.0,
            Some(_) => delay > self.network.max.0,
        };
        if slower {
            self.slowest = Some(Slowest {
                created: SimTime(created),
                parts,
            });
        }
    }
}
