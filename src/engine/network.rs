//! What lies behind the ports of the window engine: legs, chance, inboxes and receiving ends.

use std::collections::BTreeMap;

use super::delivery::{Loss, StreamRun};
use super::outcome::{Delays, StreamOutcome};
use super::port::Sheet;
use super::session::{Session, Side, sessions};
use super::special::{Hops, Special, is_special};
use super::tally::Tally;
use super::ways;
use crate::plan::{Leg, Plan, PortId, Processing, StreamId};
use crate::random::{self, Seed};
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// A packet in front of a port, 24 octets without its tally.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<T> {
    /// When it enters the queue.
    pub(super) at: u64,
    pub(super) created: u64,
    /// Index of the leg it is about to cross.
    pub(super) leg: u32,
    /// Low bits of its number within the stream.
    pub(super) sequence: u32,
    pub(super) tally: T,
}

const _: () = assert!(size_of::<Entry<super::tally::Bare>>() == 24);

impl<T> Entry<T> {
    /// Whether it stands before the other in the order of arrivals, given the ranks of legs. Ties
    /// are rare.
    #[inline(always)]
    pub(super) fn before(&self, other: &Self, ranks: &[u32]) -> bool {
        self.at < other.at || self.at == other.at && self.tie(other, ranks).is_lt()
    }

    /// The order of arrivals: time, class, rank, sequence.
    #[inline]
    pub(super) fn order(&self, other: &Self, ranks: &[u32]) -> std::cmp::Ordering {
        self.at.cmp(&other.at).then_with(|| self.tie(other, ranks))
    }

    /// The order at one instant. Legs of one stream have one rank, whatever the size.
    fn tie(&self, other: &Self, ranks: &[u32]) -> std::cmp::Ordering {
        let rank = |entry: &Self| ranks[entry.leg as usize];
        let ahead = self.sequence.wrapping_sub(other.sequence).cast_signed();
        rank(self).cmp(&rank(other)).then(ahead.cmp(&0))
    }
}

/// Marks "none" among 32-bit indices.
pub(super) const NONE: u32 = u32::MAX;

/// Below: inboxes. From here on: the numbers of special legs.
const SPECIAL: u32 = 1 << 31;

/// A packet that will not come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub(super) leg: u32,
    pub(super) sequence: u32,
    pub(super) created: u64,
}

impl Lost {
    /// This one.
    pub(super) fn of<T>(entry: &Entry<T>) -> Self {
        Self {
            leg: entry.leg,
            sequence: entry.sequence,
            created: entry.created,
        }
    }
}

/// One crossing, flattened for the packet loop. Times in picoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct LegRun {
    pub(super) serialization: u64,
    /// Propagation and constant media.
    pub(super) behind: u64,
    /// Constant processing at the far node; 0 where it is drawn, and of a special leg.
    processing: u64,
    pub(super) queued: u32,
    /// Inbox of the next port; [`NONE`] after the last leg; [`SPECIAL`] and its number of a
    /// special one.
    next_inbox: u32,
    pub(super) stream: u32,
    /// Index of the drawn processing at the far node, or [`NONE`], as of a special leg.
    drawn: u32,
}

/// Processing drawn per packet.
#[derive(Debug)]
pub(super) struct Drawn {
    min: Span,
    max: Span,
    stream: random::Stream,
    /// Neighbours whose order is kept, or [`NONE`] at an egress PE; of no use to a special leg.
    order: u32,
}

impl Drawn {
    /// The time that the next packet takes.
    pub(super) fn draw(&mut self) -> u64 {
        Processing::drawn(self.min, self.max, self.stream.draw()).0
    }
}

/// Who keeps order: what comes in by one port, goes out by another, and is of one class.
type Neighbours = BTreeMap<(PortId, PortId, Class), u32>;

/// Everything a port passes packets on to.
#[derive(Debug)]
pub(super) struct Network<T> {
    pub(super) legs: Vec<LegRun>,
    /// Per leg, the place of its stream in the order of arrivals of an instant.
    pub(super) ranks: Vec<u32>,
    /// Per leg, its kind among those that cross the same general port; empty without such.
    pub(super) kinds: Vec<u32>,
    /// Packets on their way to a port and class, in no order.
    pub(super) inboxes: Vec<Vec<Entry<T>>>,
    /// For merging, one port at a time.
    pub(super) scratch: Vec<Entry<T>>,
    /// For replaying, two ports at a time.
    pub(super) sheets: [Sheet; 2],
    pub(super) starts: [Vec<u64>; 2],
    pub(super) specials: Vec<Special>,
    pub(super) hops: Hops,
    pub(super) drawn: Vec<Drawn>,
    /// Latest queue entry per (port in, port out, class).
    pub(super) order: Vec<u64>,
    streams: Vec<StreamRun>,
    pub(super) sessions: Vec<Session>,
    /// Per stream; empty without sessions.
    sides: Vec<Option<Side>>,
}

impl<T: Tally> Network<T> {
    /// `inbox_of(port, class)` numbers the inboxes `0..inboxes`.
    pub(super) fn new(
        plan: &Plan,
        seed: Seed,
        kinds: Vec<u32>,
        inboxes: usize,
        inbox_of: impl Fn(u32, usize) -> u32,
    ) -> Self {
        let (sessions, sides) = sessions(plan);
        let mut network = Self {
            legs: Vec::with_capacity(plan.legs.len()),
            ranks: ranks(plan),
            kinds,
            inboxes: (0..inboxes).map(|_| Vec::new()).collect(),
            scratch: Vec::new(),
            sheets: Default::default(),
            starts: Default::default(),
            specials: Vec::new(),
            hops: Hops::new(),
            drawn: Vec::new(),
            order: Vec::new(),
            streams: Vec::with_capacity(plan.streams.len()),
            sides: if sessions.is_empty() {
                Vec::new()
            } else {
                sides
            },
            sessions,
        };
        let mut neighbours = Neighbours::new();
        for id in (0..plan.streams.len() as u32).map(StreamId) {
            let mut drawn = Vec::new();
            let loops = ways::may_loop(plan, id);
            for variant in 0..plan.variants(id) {
                for (place, leg) in (0..).zip(plan.places_of(id, variant)) {
                    if variant == 0 {
                        drawn.push(network.draws_of(leg, seed));
                    }
                    let drawn = drawn[place as usize]; // the n-th draw whatever the size
                    let place = (variant, place);
                    let order = &mut neighbours;
                    network.add_leg(plan, leg, place, (drawn, loops), order, &inbox_of);
                }
            }
            network.streams.push(StreamRun::new::<T>(plan, id, seed));
        }
        network.order = vec![0; neighbours.len()];
        network
    }

    /// Adds the leg at this place of a variant.
    fn add_leg(
        &mut self,
        plan: &Plan,
        leg: &Leg,
        (variant, place): (u32, u32),
        (drawn, loops): (u32, bool),
        neighbours: &mut Neighbours,
        inbox_of: impl Fn(u32, usize) -> u32,
    ) {
        let id = leg.stream;
        let class = plan.streams[id.0 as usize].class;
        let mut run = LegRun {
            serialization: leg.serialization.0,
            behind: leg.behind().0,
            processing: 0,
            queued: u32::try_from(leg.queued.0).expect("a packet within 4 GB"),
            next_inbox: NONE,
            stream: id.0,
            drawn: NONE,
        };
        let mut order = |next: u32| {
            let fresh = neighbours.len() as u32;
            let pair = (leg.port, PortId(next), class);
            *neighbours.entry(pair).or_insert(fresh)
        };
        if is_special(plan, leg) {
            run.next_inbox = SPECIAL + self.specials.len() as u32;
            let queue = |next: u32| {
                let order = if drawn == NONE { NONE } else { order(next) };
                (inbox_of(next, class.index()), order)
            };
            let special = Special::new(plan, id, (variant, place), drawn, loops, queue);
            self.specials.push(special);
        } else {
            run.drawn = drawn;
            if let Processing::Constant(span) = leg.processing {
                run.processing = span.0;
            }
            if let Some(next) = plan.places_of(id, variant).get(place as usize + 1) {
                run.next_inbox = inbox_of(next.port.0, class.index());
                if drawn != NONE {
                    self.drawn[drawn as usize].order = order(next.port.0);
                }
            }
        }
        self.legs.push(run);
    }

    /// The number of the drawn processing behind this leg, or [`NONE`] where it is constant.
    fn draws_of(&mut self, leg: &Leg, seed: Seed) -> u32 {
        let Processing::Uniform { min, max, key } = &leg.processing else {
            return NONE;
        };
        self.drawn.push(Drawn {
            min: *min,
            max: *max,
            stream: seed.stream(key),
            order: NONE,
        });
        self.drawn.len() as u32 - 1
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
        let reached = free + leg.behind;
        let mut tally = entry.tally;
        tally.wait(start - entry.at);
        self.come_up(entry, tally, start, reached);
        free
    }

    /// A packet whose transmission began at `start` comes out of the medium behind leg `entry.leg`
    /// at `reached`, unless a cut takes it.
    #[inline(always)]
    pub(super) fn come_up(&mut self, entry: &Entry<T>, mut tally: T, start: u64, reached: u64) {
        let leg = &self.legs[entry.leg as usize];
        if leg.next_inbox >= SPECIAL && leg.next_inbox != NONE {
            let special = leg.next_inbox - SPECIAL;
            return self.come_up_special(entry, tally, start, reached, special);
        }
        let at = if leg.drawn == NONE {
            reached + leg.processing
        } else {
            let drawn = &mut self.drawn[leg.drawn as usize];
            through(drawn, &mut self.order, reached)
        };
        tally.process(at - reached);
        // Written as a whole: what is stored in parts and read as a whole makes the read wait
        // (measured on the chain: 10 ns a packet against 4).
        let entry = Entry {
            at,
            created: entry.created,
            leg: entry.leg.wrapping_add(1), // after the last leg it means nothing but its variant
            sequence: entry.sequence,
            tally,
        };
        if leg.next_inbox == NONE {
            self.deliver(leg.stream, &entry);
        } else {
            self.inboxes[leg.next_inbox as usize].push(entry);
        }
    }

    /// A packet has reached the far end of its stream.
    #[inline(always)]
    pub(super) fn deliver(&mut self, stream: u32, entry: &Entry<T>) {
        self.streams[stream as usize].deliver(entry);
        if !self.sides.is_empty() {
            self.tell(stream, entry);
        }
    }

    /// Tells the other side of a session, if the stream is one, that a packet has come.
    #[cold]
    fn tell(&mut self, stream: u32, entry: &Entry<T>) {
        let (session, server) = match self.sides[stream as usize] {
            None => return,
            Some(Side::Client(session)) => (session, false),
            Some(Side::Server(session)) => (session, true),
        };
        self.sessions[session as usize].deliver(server, entry.at, entry.sequence);
    }

    /// Which side of a session a stream is.
    pub(super) fn side(&self, stream: StreamId) -> Option<Side> {
        self.sides.get(stream.0 as usize).copied().flatten()
    }

    /// Delivers packets of a stream of one link that were counted elsewhere: their delays, and
    /// when the first of the slowest was created and what it met at the port.
    pub(super) fn deliver_counted(
        &mut self,
        stream: StreamId,
        delays: &Delays,
        created: u64,
        ingress: u64,
        mut tally: T,
    ) {
        if delays.count == 0 {
            return;
        }
        let run = &mut self.streams[stream.0 as usize];
        let leg = &self.legs[run.first_leg as usize];
        tally.process(ingress + leg.processing);
        run.deliver_counted(delays, created, &tally);
    }

    /// A packet will not come.
    pub(super) fn lose(&mut self, lost: &Lost, loss: Loss) {
        let stream = self.legs[lost.leg as usize].stream;
        self.hops.remove(&(stream, lost.sequence));
        self.streams[stream as usize].lose(loss, lost.created);
    }

    /// Hands the arrivals before `safe` of a stream without kept order, and of its copy, to its
    /// receiving end.
    pub(super) fn settle(&mut self, stream: StreamId, copy: Option<StreamId>, safe: u64) {
        let pair = copy.map(|copy| [stream, copy].map(|stream| stream.0 as usize));
        let pair = pair.map(|pair| self.streams.get_disjoint_mut(pair));
        if let Some(Ok([own, copy])) = pair {
            own.absorb_copy(copy);
        }
        self.streams[stream.0 as usize].settle(safe);
    }

    /// The outcome per stream, given how many packets each sent until `sources_end`.
    pub(super) fn finish(self, sent: &[u64], sources_end: SimTime) -> Vec<StreamOutcome> {
        let streams = self.streams.into_iter().zip(sent);
        streams
            .map(|(stream, sent)| stream.finish(*sent, sources_end))
            .collect()
    }
}

/// Per leg, the place of its stream in the order of arrivals of an instant: class, then rank.
fn ranks(plan: &Plan) -> Vec<u32> {
    let class = |stream: &u32| plan.streams[*stream as usize].class;
    let mut order: Vec<u32> = (0..plan.streams.len() as u32).collect();
    order.sort_by_key(class);
    let mut rank = vec![0; order.len()];
    for (place, stream) in (0..).zip(&order) {
        rank[*stream as usize] = place;
    }
    let rank = |leg: &Leg| rank[leg.stream.0 as usize];
    plan.legs.iter().map(rank).collect()
}

/// When a packet that reached a node leaves it for the next queue: a drawn time later, and behind
/// the neighbour ahead of it.
fn through(drawn: &mut Drawn, order: &mut [u64], reached: u64) -> u64 {
    let mut at = reached + drawn.draw();
    if drawn.order != NONE {
        let last = &mut order[drawn.order as usize];
        at = at.max(*last + 1);
        *last = at;
    }
    at
}
