//! The far ends of streams: what is counted of packets that came, and of those that did not.

use super::holding::Holding;
use super::network::Entry;
use super::outcome::{Bin, Delays, Slowest, StreamOutcome};
use super::reception::Reception;
use super::selection::Selection;
use super::tally::{FixedParts, Tally};
use crate::plan::{End, Leg, Plan, Processing, StreamId};
use crate::random::Seed;
use crate::units::{SimTime, Span};

/// The far end of a stream.
#[derive(Debug)]
pub(super) struct StreamRun {
    pub(super) first_leg: u32,
    /// Legs of a variant.
    hops: u32,
    delivered: u64,
    dropped: u64,
    network: Delays,
    slowest: Option<Slowest>,
    /// Of the first variant, and of the others.
    fixed: FixedParts,
    others: Box<[FixedParts]>,
    receiver: Receiving,
    /// Arrivals that may be out of order.
    unordered: Option<Vec<Arrival>>,
    /// Boxed, like all that few streams have: an engine is to stay small.
    rare: Option<Box<Rare>>,
}

/// A packet that has come, in the order in which a receiving end is to see them: time, whether
/// by the copy, sequence, creation.
type Arrival = (u64, bool, u32, u64);

/// What becomes of packets besides being counted.
#[derive(Debug)]
enum Receiving {
    Nothing,
    Pseudowire(Box<Reception>),
    /// The receiving end of two pseudowires.
    Two(Box<(Selection, Reception)>),
    Subscriber(Box<Holding>),
}

/// What few streams have.
#[derive(Default, Debug)]
struct Rare {
    dropped_early: u64,
    policed: u64,
    cut: u64,
    unrouted: u64,
    expired: u64,
    bin_ps: Option<u64>,
    series: Vec<Bin>,
    /// When each of `stages` begins.
    starts: Vec<SimTime>,
    stages: Vec<Bin>,
}

/// Why a packet was not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Loss {
    /// It found its queue full.
    Full,
    /// Early detection dropped it.
    Early,
    /// The policer found it red.
    Policed,
    /// A cut took it.
    Cut,
    /// A node had no way for it.
    Unrouted,
    /// Its time to live was over.
    Expired,
}

/// Whether packets of a stream may come up at their far end in another order than that in which
/// the last port sent them.
pub(super) fn may_be_reordered(plan: &Plan, id: StreamId) -> bool {
    let last = |variant: u32| plan.path_of(id, variant).last().expect("a path has a leg");
    let drawn = matches!(last(0).processing, Processing::Uniform { .. });
    let behind = |leg: &Leg| leg.behind() + leg.processing.min();
    let graph = plan.streams[id.0 as usize].graph.is_some();
    graph || drawn || (1..plan.variants(id)).any(|variant| behind(last(variant)) != behind(last(0)))
}

/// The second of two pseudowires with the same packets, of which this stream is the first.
pub(super) fn copy_of(plan: &Plan, id: StreamId) -> Option<StreamId> {
    let is_copy = |stream: &crate::plan::Stream| matches!(stream.end, End::Copy(of) if of == id);
    let copy = plan.streams.iter().position(is_copy);
    copy.map(|copy| StreamId(copy as u32))
}

fn fixed_parts(plan: &Plan, path: &[Leg]) -> FixedParts {
    let plain = |leg: &&Leg| plan.ports[leg.port.0 as usize].discipline.is_none();
    FixedParts {
        serialization: path
            .iter()
            .filter(plain)
            .map(|leg| leg.serialization.0)
            .sum(),
        propagation: path.iter().map(|leg| leg.propagation.0).sum(),
        media: path.iter().map(|leg| leg.media.0).sum(),
    }
}

impl StreamRun {
    pub(super) fn new<T: Tally>(plan: &Plan, id: StreamId, seed: Seed) -> Self {
        let stream = &plan.streams[id.0 as usize];
        let receiver = match &stream.end {
            End::Sink | End::Copy(_) => Receiving::Nothing,
            End::Pseudowire(receiver) => {
                let boundaries = stream.source.boundaries(seed);
                let boundaries = boundaries.expect("only circuits have a receiver");
                let sent = boundaries.count_before(plan.sources_end).saturating_sub(1);
                let selection = copy_of(plan, id).map(|_| Selection::new(plan, &boundaries, sent));
                let reception = Reception::new(receiver.clone(), boundaries, sent, T::FULL);
                match selection {
                    Some(selection) => Receiving::Two(Box::new((selection, reception))),
                    None => Receiving::Pseudowire(Box::new(reception)),
                }
            }
            End::Subscriber(subscriber) => {
                Receiving::Subscriber(Box::new(Holding::new(subscriber)))
            }
        };
        let unordered = match receiver {
            Receiving::Nothing => matches!(stream.end, End::Copy(_)),
            Receiving::Two(_) => true,
            Receiving::Pseudowire(_) | Receiving::Subscriber(_) => may_be_reordered(plan, id),
        };
        let fixed = |variant: u32| fixed_parts(plan, plan.path_of(id, variant));
        // Where there is no one path, packets add up on the way what they meet.
        let one_path = stream.graph.is_none();
        let mut fixed = (0..plan.variants(id)).filter(|_| one_path).map(fixed);
        Self {
            first_leg: stream.legs.start,
            hops: stream.hops,
            delivered: 0,
            dropped: 0,
            network: Delays::new(T::FULL),
            slowest: None,
            fixed: fixed.next().unwrap_or_default(),
            others: fixed.collect(),
            receiver,
            unordered: unordered.then(Vec::new),
            rare: Rare::new(plan, &stream.end),
        }
    }

    #[inline]
    pub(super) fn deliver<T: Tally>(&mut self, entry: &Entry<T>) {
        let delay = entry.at - entry.created;
        if T::FULL {
            self.note_parts(&entry.tally, entry.created, delay, entry.leg);
        }
        self.delivered += 1;
        self.network.record(Span(delay));
        if let Some(unordered) = &mut self.unordered {
            unordered.push((entry.at, false, entry.sequence, entry.created));
        } else {
            self.receiver
                .arrive(entry.at, entry.sequence, entry.created);
        }
        if let Some(rare) = &mut self.rare {
            rare.each_bin(entry.created, |bin| bin.record(Span(delay)));
        }
    }

    /// Counts packets of the first variant by their delays; `tally` is that of the first of the
    /// slowest.
    pub(super) fn deliver_counted<T: Tally>(&mut self, delays: &Delays, created: u64, tally: &T) {
        if T::FULL {
            let behind = self.first_leg + 1;
            self.note_parts(tally, created, delays.max.0, behind);
        }
        self.delivered += delays.count;
        self.network.absorb(delays);
    }

    /// Counts a packet that will not come.
    pub(super) fn lose(&mut self, loss: Loss, created: u64) {
        if loss == Loss::Full {
            self.dropped += 1;
        } else {
            let rare = self.rare.get_or_insert_default();
            *rare.count(loss) += 1;
        }
        if let Some(rare) = &mut self.rare {
            rare.each_bin(created, |bin| bin.lost += u64::from(loss != Loss::Policed));
        }
    }

    /// Takes over what came by the copy.
    pub(super) fn absorb_copy(&mut self, copy: &mut Self) {
        if let (Some(all), Some(copies)) = (&mut self.unordered, &mut copy.unordered) {
            let by_copy = |(at, _, sequence, created)| (at, true, sequence, created);
            all.extend(copies.drain(..).map(by_copy));
        }
    }

    /// Hands the arrivals before `safe` to a receiving end that is to see them in order.
    pub(super) fn settle(&mut self, safe: u64) {
        let Some(unordered) = &mut self.unordered else {
            return;
        };
        unordered.sort_unstable();
        let ready = unordered.partition_point(|(at, ..)| *at < safe);
        for (at, _, sequence, created) in unordered.drain(..ready) {
            self.receiver.arrive(at, sequence, created);
        }
    }

    /// The parts that the path of the packet decides that has just crossed the leg before this.
    #[inline]
    fn fixed(&self, behind: u32) -> &FixedParts {
        if self.others.is_empty() {
            return &self.fixed;
        }
        let variant = (behind - 1 - self.first_leg) / self.hops;
        match variant {
            0 => &self.fixed,
            other => &self.others[other as usize - 1],
        }
    }

    /// Checks that the parts make up the delay, and keeps those of the slowest packet, which has
    /// just crossed the leg before `behind`.
    #[inline]
    fn note_parts<T: Tally>(&mut self, tally: &T, created: u64, delay: u64, behind: u32) {
        let parts = tally.parts(self.fixed(behind)).expect("a full tally");
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

    /// What became of the packets, given how many were sent until `sources_end`.
    pub(super) fn finish(self, sent: u64, sources_end: SimTime) -> StreamOutcome {
        let rare = self.rare.map(|rare| *rare).unwrap_or_default();
        let dropped = self.dropped + rare.dropped_early + rare.policed;
        let gone = rare.cut + rare.unrouted + rare.expired;
        let known = self.delivered + dropped + gone;
        assert_eq!(sent, known, "no packet is lost unseen");
        let (received, held) = match self.receiver {
            Receiving::Nothing => (None, None),
            Receiving::Pseudowire(reception) => (Some(reception.finish()), None),
            Receiving::Two(both) => {
                let (selection, reception) = *both;
                let mut received = reception.finish();
                received.selected = Some(selection.finish());
                (Some(received), None)
            }
            Receiving::Subscriber(holding) => (None, Some(holding.finish(sources_end))),
        };
        StreamOutcome {
            sent,
            delivered: self.delivered,
            dropped: self.dropped,
            dropped_early: rare.dropped_early,
            policed: rare.policed,
            cut: rare.cut,
            unrouted: rare.unrouted,
            expired: rare.expired,
            network: self.network,
            slowest: self.slowest,
            received,
            held,
            series: rare.series,
            stages: rare.stages,
        }
    }
}

impl Rare {
    /// What bins a stream with this end is to have; `None` without any.
    fn new(plan: &Plan, end: &End) -> Option<Box<Self>> {
        let receives = matches!(end, End::Pseudowire(_) | End::Copy(_));
        let starts = if receives { &plan.stages[..] } else { &[] };
        let any = plan.series_bin.is_some() || !starts.is_empty();
        let rare = || Self {
            bin_ps: plan.series_bin.map(|bin| bin.0),
            starts: starts.to_vec(),
            stages: vec![Bin::default(); starts.len()],
            ..Self::default()
        };
        any.then(|| Box::new(rare()))
    }

    fn count(&mut self, loss: Loss) -> &mut u64 {
        match loss {
            Loss::Full => unreachable!("counted apart"),
            Loss::Early => &mut self.dropped_early,
            Loss::Policed => &mut self.policed,
            Loss::Cut => &mut self.cut,
            Loss::Unrouted => &mut self.unrouted,
            Loss::Expired => &mut self.expired,
        }
    }

    /// Has a packet created at this instant counted over time, where such are.
    fn each_bin(&mut self, created: u64, count: impl Fn(&mut Bin)) {
        if let Some(bin_ps) = self.bin_ps {
            let place = usize::try_from(created / bin_ps).expect("a series fits in memory");
            if place >= self.series.len() {
                self.series.resize(place + 1, Bin::default());
            }
            count(&mut self.series[place]);
        }
        let later = self.starts.partition_point(|from| from.0 <= created);
        if let Some(stage) = later.checked_sub(1) {
            count(&mut self.stages[stage]);
        }
    }
}

impl Receiving {
    #[inline]
    fn arrive(&mut self, at: u64, sequence: u32, created: u64) {
        match self {
            Self::Nothing => {}
            Self::Pseudowire(reception) => reception.arrive(at, sequence),
            Self::Two(both) => {
                let (selection, reception) = &mut **both;
                if selection.takes(at, sequence, created) {
                    reception.arrive(at, sequence);
                }
            }
            Self::Subscriber(holding) => holding.arrive(SimTime(at), SimTime(created), sequence),
        }
    }
}
