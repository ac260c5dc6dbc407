//! The far ends of streams: what is counted of packets that came, and of those that did not.

use super::holding::Holding;
use super::network::Entry;
use super::outcome::{Bin, Delays, Slowest, StreamOutcome};
use super::reception::Reception;
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
    /// Arrivals that may be out of order: time, sequence, creation.
    unordered: Option<Vec<(u64, u32, u64)>>,
    /// Boxed, like all that few streams have: an engine is to stay small.
    rare: Option<Box<Rare>>,
}

/// What becomes of packets besides being counted.
#[derive(Debug)]
enum Receiving {
    Nothing,
    Pseudowire(Box<Reception>),
    Subscriber(Box<Holding>),
}

/// What few streams have.
#[derive(Default, Debug)]
struct Rare {
    dropped_early: u64,
    policed: u64,
    bin_ps: Option<u64>,
    series: Vec<Bin>,
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
}

/// Whether packets of a stream may come up at their far end in another order than that in which
/// the last port sent them.
pub(super) fn may_be_reordered(plan: &Plan, id: StreamId) -> bool {
    let last = |variant: u32| plan.path_of(id, variant).last().expect("a path has a leg");
    let drawn = matches!(last(0).processing, Processing::Uniform { .. });
    let behind = |leg: &Leg| leg.behind() + leg.processing.min();
    drawn || (1..plan.variants(id)).any(|variant| behind(last(variant)) != behind(last(0)))
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
            End::Sink => Receiving::Nothing,
            End::Pseudowire(receiver) => {
                let boundaries = stream.source.boundaries(seed);
                let boundaries = boundaries.expect("only circuits have a receiver");
                let sent = boundaries.count_before(plan.sources_end).saturating_sub(1);
                let reception = Reception::new(receiver.clone(), boundaries, sent, T::FULL);
                Receiving::Pseudowire(Box::new(reception))
            }
            End::Subscriber(subscriber) => {
                Receiving::Subscriber(Box::new(Holding::new(subscriber)))
            }
            End::Copy(_) => todo!(),
        };
        let receives = !matches!(receiver, Receiving::Nothing);
        let fixed = |variant: u32| fixed_parts(plan, plan.path_of(id, variant));
        let bin_ps = plan.series_bin.map(|bin| bin.0);
        Self {
            first_leg: stream.legs.start,
            hops: stream.hops,
            delivered: 0,
            dropped: 0,
            network: Delays::new(T::FULL),
            slowest: None,
            fixed: fixed(0),
            others: (1..plan.variants(id)).map(fixed).collect(),
            receiver,
            unordered: (receives && may_be_reordered(plan, id)).then(Vec::new),
            rare: bin_ps.is_some().then(|| {
                Box::new(Rare {
                    bin_ps,
                    ..Rare::default()
                })
            }),
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
            unordered.push((entry.at, entry.sequence, entry.created));
        } else {
            self.receiver
                .arrive(entry.at, entry.sequence, entry.created);
        }
        if let Some(bin) = self.bin(entry.created) {
            bin.delivered += 1;
            bin.delay_min = bin.delay_min.min(Span(delay));
            bin.delay_max = bin.delay_max.max(Span(delay));
            bin.delay_sum_ps += u128::from(delay);
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
        match loss {
            Loss::Full => self.dropped += 1,
            Loss::Early => self.rare.get_or_insert_default().dropped_early += 1,
            Loss::Policed => self.rare.get_or_insert_default().policed += 1,
        }
        if let Some(bin) = self.bin(created) {
            bin.lost += u64::from(loss != Loss::Policed);
        }
    }

    /// Where packets created at this instant are counted over time, if they are.
    #[inline]
    fn bin(&mut self, created: u64) -> Option<&mut Bin> {
        let rare = self.rare.as_deref_mut()?;
        let place = usize::try_from(created / rare.bin_ps?).expect("a series fits in memory");
        if place >= rare.series.len() {
            rare.series.resize(place + 1, Bin::default());
        }
        Some(&mut rare.series[place])
    }

    /// Hands the arrivals before `safe` to a receiving end that is to see them in order.
    pub(super) fn settle(&mut self, safe: u64) {
        let Some(unordered) = &mut self.unordered else {
            return;
        };
        unordered.sort_unstable();
        let ready = unordered.partition_point(|(at, ..)| *at < safe);
        for (at, sequence, created) in unordered.drain(..ready) {
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
        let lost = self.dropped + rare.dropped_early + rare.policed;
        assert_eq!(sent, self.delivered + lost, "no packet is lost unseen");
        let (received, held) = match self.receiver {
            Receiving::Nothing => (None, None),
            Receiving::Pseudowire(reception) => (Some(reception.finish()), None),
            Receiving::Subscriber(holding) => (None, Some(holding.finish(sources_end))),
        };
        StreamOutcome {
            sent,
            delivered: self.delivered,
            dropped: self.dropped,
            dropped_early: rare.dropped_early,
            policed: rare.policed,
            cut: 0,
            unrouted: 0,
            expired: 0,
            network: self.network,
            slowest: self.slowest,
            received,
            held,
            series: rare.series,
            stages: Vec::new(),
        }
    }
}

impl Receiving {
    #[inline]
    fn arrive(&mut self, at: u64, sequence: u32, created: u64) {
        match self {
            Self::Nothing => {}
            Self::Pseudowire(reception) => reception.arrive(at, sequence),
            Self::Subscriber(holding) => holding.arrive(SimTime(at), SimTime(created), sequence),
        }
    }
}
