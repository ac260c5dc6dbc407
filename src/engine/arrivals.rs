//! When the packets of one stream are created: drawn in blocks, or read from a list drawn before.

use std::sync::Arc;

use crate::mpls::outage::Stretch;
use crate::plan::{Plan, Processing, Source, Stream, StreamId};
use crate::pseudowire::clock::PacketTimes;
use crate::random::{self, BLOCK_DRAWS, Seed, exponential, exponential_block, scale_exponential};
use crate::units::{SimTime, Span, Ticks};

/// Instants that a list may hold and not be drawn for a whole run at once.
const SHORT: usize = 512;

/// Later than every packet.
pub(super) const NEVER: u64 = u64::MAX;

/// When the packets of every Poisson stream of a plan enter their first queue under one seed:
/// drawn once and shared by runs that differ in things that do not change it.
#[derive(Debug)]
pub struct SharedArrivals {
    /// Per stream; empty for other sources. Each list ends with [`NEVER`]. Where the ingress
    /// processing is drawn, it is left out.
    entries: Vec<Vec<u64>>,
}

impl SharedArrivals {
    /// Draws all Poisson arrivals of the plan.
    #[must_use]
    pub fn draw(plan: &Plan, seed: Seed) -> Self {
        let list = |stream: &Stream| match stream.source {
            Source::Poisson { .. } => {
                let mut arrivals = Arrivals::new(stream, plan, seed);
                let mut times = Vec::new();
                arrivals.fill(&mut times, NEVER, constant_ingress(stream));
                times
            }
            _ => Vec::new(),
        };
        Self {
            entries: plan.streams.iter().map(list).collect(),
        }
    }

    /// The same for a plan of the same streams whose sources stop no later.
    #[must_use]
    pub fn until(&self, plan: &Plan) -> Self {
        let cut = |(list, stream): (&Vec<u64>, &Stream)| {
            let end = plan.sources_end.0.saturating_add(constant_ingress(stream));
            let mut kept = list[..list.partition_point(|entry| *entry < end)].to_vec();
            if !list.is_empty() {
                kept.push(NEVER);
            }
            kept
        };
        assert_eq!(self.entries.len(), plan.streams.len(), "the same streams");
        Self {
            entries: self.entries.iter().zip(&plan.streams).map(cut).collect(),
        }
    }

    /// The list of one stream, where it has one.
    pub(super) fn of(&self, stream: StreamId) -> Option<&[u64]> {
        let list = &self.entries[stream.0 as usize];
        (!list.is_empty()).then_some(list.as_slice())
    }
}

/// When packets of a stream are created within a stretch of time, in order; none of a session,
/// whose packets nobody knows beforehand.
#[must_use]
pub fn created(plan: &Plan, stream: StreamId, seed: Seed, within: Stretch) -> Vec<SimTime> {
    let stream = &plan.streams[stream.0 as usize];
    let mut arrivals = Arrivals::new(stream, plan, seed);
    let mut all = Vec::new();
    while arrivals.next < within.to.0 {
        let created = arrivals.pop();
        if created >= within.from.0 {
            all.push(SimTime(created));
        }
    }
    all
}

/// The creation instants of one stream, in order.
#[derive(Debug)]
pub(super) struct Arrivals<'a> {
    kind: Kind<'a>,
    /// Packets handed out.
    pub(super) produced: u64,
    /// Creation of the next packet; [`NEVER`] when there is none.
    pub(super) next: u64,
}

#[derive(Debug)]
enum Kind<'a> {
    /// Packet n at tick n + `skip`.
    Ticks {
        ticks: PacketTimes,
        skip: u64,
        count: u64,
    },
    Poisson(Box<Poisson>),
    /// Instants later than the creation by `ingress`.
    Shared {
        times: &'a [u64],
        ingress: u64,
    },
    Cyclic {
        cycles: Ticks,
        offsets: Arc<[Span]>,
        end: u64,
    },
    OnOff(Box<OnOff>),
    Listed {
        instants: Arc<[SimTime]>,
        end: u64,
    },
    /// A session says when; nothing is known beforehand.
    Told,
}

/// Silence and talk in turn.
#[derive(Debug)]
struct OnOff {
    stream: random::Stream,
    gap: u64,
    mean_on_q16_ps: u64,
    mean_off_q16_ps: u64,
    /// When the present talk ends.
    talk_end: u64,
    end: u64,
}

#[derive(Debug)]
struct Poisson {
    stream: random::Stream,
    gaps: [u64; BLOCK_DRAWS],
    used: usize,
    mean_gap_q16_ps: u64,
    end: u64,
}

impl<'a> Arrivals<'a> {
    /// The arrivals of a stream under this seed.
    pub(super) fn new(stream: &Stream, plan: &Plan, seed: Seed) -> Self {
        let end = plan.sources_end;
        let kind = match &stream.source {
            Source::Circuit { .. } => {
                let boundaries = stream.source.boundaries(seed);
                let ticks = boundaries.expect("a circuit has boundaries");
                let count = ticks.count_before(end).saturating_sub(1);
                Kind::Ticks {
                    ticks,
                    skip: 1,
                    count,
                }
            }
            Source::Periodic(ticks) => Kind::Ticks {
                ticks: (*ticks).into(),
                skip: 0,
                count: ticks.count_before(end),
            },
            Source::Poisson {
                mean_gap_q16_ps,
                key,
            } => Kind::Poisson(Box::new(Poisson {
                stream: seed.stream(key),
                gaps: [0; BLOCK_DRAWS],
                used: BLOCK_DRAWS,
                mean_gap_q16_ps: *mean_gap_q16_ps,
                end: end.0,
            })),
            Source::Cyclic { cycles, offsets } => Kind::Cyclic {
                cycles: *cycles,
                offsets: Arc::clone(offsets),
                end: end.0,
            },
            Source::OnOff {
                gap,
                mean_on_q16_ps,
                mean_off_q16_ps,
                key,
            } => Kind::OnOff(Box::new(OnOff {
                stream: seed.stream(key),
                gap: gap.0,
                mean_on_q16_ps: *mean_on_q16_ps,
                mean_off_q16_ps: *mean_off_q16_ps,
                talk_end: 0,
                end: end.0,
            })),
            Source::Listed(instants) => Kind::Listed {
                instants: Arc::clone(instants),
                end: end.0,
            },
            Source::Request { .. } | Source::Response { .. } => Kind::Told,
        };
        let mut arrivals = Self {
            kind,
            produced: 0,
            next: 0,
        };
        arrivals.next = arrivals.after(0, 0);
        arrivals
    }

    /// The arrivals of a stream from its shared list.
    pub(super) fn shared(stream: &Stream, times: &'a [u64]) -> Self {
        let ingress = constant_ingress(stream);
        let mut arrivals = Self {
            kind: Kind::Shared { times, ingress },
            produced: 0,
            next: 0,
        };
        arrivals.next = arrivals.after(0, 0);
        arrivals
    }

    /// The list, where these arrivals are read from one.
    pub(super) fn list(&self) -> Option<&'a [u64]> {
        if let Kind::Shared { times, .. } = self.kind {
            Some(times)
        } else {
            None
        }
    }

    /// Hands out the next packet's creation instant.
    #[inline]
    pub(super) fn pop(&mut self) -> u64 {
        let created = self.next;
        debug_assert!(created != NEVER, "no packet after the last");
        self.produced += 1;
        self.next = self.after(created, self.produced);
        created
    }

    /// Creation of packet `number`, the one before it created at `last`.
    #[inline]
    fn after(&mut self, last: u64, number: u64) -> u64 {
        match &mut self.kind {
            Kind::Ticks { ticks, skip, count } => {
                if number < *count {
                    ticks.at(number + *skip).0
                } else {
                    NEVER
                }
            }
            Kind::Poisson(poisson) => {
                if poisson.used == BLOCK_DRAWS {
                    poisson.refill();
                }
                let created = last + poisson.gaps[poisson.used];
                poisson.used += 1;
                if created < poisson.end {
                    created
                } else {
                    NEVER
                }
            }
            Kind::Shared { times, ingress } => {
                match times[usize::try_from(number).expect("a list fits in memory")] {
                    NEVER => NEVER,
                    entry => entry - *ingress,
                }
            }
            Kind::Cyclic {
                cycles,
                offsets,
                end,
            } => {
                let length = offsets.len() as u64;
                let offset = offsets[(number % length) as usize];
                before_end((cycles.at(number / length) + offset).0, *end)
            }
            Kind::OnOff(source) => source.after(last, number),
            Kind::Listed { instants, end } => {
                let place = usize::try_from(number).expect("a list fits in memory");
                before_end(instants.get(place).map_or(NEVER, |at| at.0), *end)
            }
            Kind::Told => NEVER,
        }
    }

    /// Whether a session creates the packets.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.kind, Kind::Told)
    }

    /// Counts a packet that a session created.
    pub(super) fn count_told(&mut self) {
        self.produced += 1;
    }

    /// Appends creation instants, each later by `ingress`, until one reaches `horizon` or none
    /// is left; closes the list with [`NEVER`] then and only then.
    pub(super) fn fill(&mut self, times: &mut Vec<u64>, horizon: u64, ingress: u64) {
        while self.next != NEVER && times.last().is_none_or(|last| *last < horizon) {
            match &mut self.kind {
                Kind::Poisson(poisson) => {
                    let before = times.len();
                    self.next = poisson.append_block(self.next, ingress, times);
                    self.produced += (times.len() - before) as u64;
                }
                _ => {
                    let created = self.pop();
                    times.push(created + ingress);
                }
            }
        }
        if self.next == NEVER && times.last() != Some(&NEVER) {
            times.push(NEVER);
        }
    }
}

/// An instant before the end of the sources, or none.
fn before_end(at: u64, end: u64) -> u64 {
    if at < end { at } else { NEVER }
}

impl OnOff {
    /// Creation of packet `number`, the one before it created at `last`.
    fn after(&mut self, last: u64, number: u64) -> u64 {
        let next = last + self.gap;
        if number > 0 && next < self.talk_end {
            return before_end(next, self.end);
        }
        let mut draw = |mean| scale_exponential(exponential(self.stream.draw()), mean);
        let begin = self.talk_end + draw(self.mean_off_q16_ps);
        self.talk_end = begin + draw(self.mean_on_q16_ps);
        before_end(begin, self.end)
    }
}

/// What the ingress processing adds to every creation instant; nothing where it is drawn.
fn constant_ingress(stream: &Stream) -> u64 {
    match &stream.ingress {
        Processing::Constant(span) => span.0,
        Processing::Uniform { .. } => 0,
    }
}

impl Poisson {
    /// Appends the packet created at `next` and those after it up to the end of the block, each
    /// later by `ingress`; says when the next one is created.
    ///
    /// Generator, logarithm and sum each have a tight loop of their own; the end of the run is
    /// looked for once a block.
    fn append_block(&mut self, mut next: u64, ingress: u64, times: &mut Vec<u64>) -> u64 {
        if self.used == BLOCK_DRAWS {
            self.refill();
        }
        // A window's list grows by little: a live engine has hundreds of them and is to be small.
        if times.len() < SHORT && times.capacity() - times.len() <= BLOCK_DRAWS {
            times.reserve_exact(2 * BLOCK_DRAWS);
        }
        let start = times.len();
        times.push(next + ingress);
        times.extend(self.gaps[self.used..].iter().map(|gap| {
            next += gap;
            next + ingress
        }));
        self.used = BLOCK_DRAWS;
        // The last of them is the first of the next block.
        times.pop();
        if next < self.end {
            return next;
        }
        let over = times[start..].partition_point(|entry| *entry - ingress < self.end);
        times.truncate(start + over);
        NEVER
    }

    fn refill(&mut self) {
        self.stream.draw_block(&mut self.gaps);
        exponential_block(&mut self.gaps);
        for gap in &mut self.gaps {
            *gap = scale_exponential(*gap, self.mean_gap_q16_ps);
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Crossing, PlanBuilder};
    use crate::random::{Purpose, StreamKey};
    use crate::traffic::Class;
    use crate::units::Octets;

    fn plan(source: Source) -> Plan {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(20));
        let port = builder.port([None; Class::COUNT]);
        let crossing = Crossing {
            port,
            serialization: Span(1),
            queued: Octets(1),
            ..Crossing::default()
        };
        builder.stream(
            Class::Be,
            source,
            Processing::Constant(Span::ZERO),
            &[crossing],
            None,
        );
        builder.seal()
    }

    fn one_by_one(plan: &Plan) -> Vec<u64> {
        let mut arrivals = Arrivals::new(&plan.streams[0], plan, Seed(5));
        let mut times = Vec::new();
        while arrivals.next != NEVER {
            times.push(arrivals.pop());
        }
        times
    }

    #[test]
    fn blocks_of_arrivals_are_the_single_arrivals() {
        let key = StreamKey::new("flow", "a", Purpose::Arrivals);
        let plan = plan(Source::Poisson {
            mean_gap_q16_ps: (24 * 1_000_000) << 16,
            key,
        });
        let single = one_by_one(&plan);
        let mut arrivals = Arrivals::new(&plan.streams[0], &plan, Seed(5));
        let mut times = Vec::new();
        for horizon in [1_000_000_000, 1_000_000_001, 7_000_000_000, NEVER] {
            arrivals.fill(&mut times, horizon, 0);
        }
        assert_eq!(times.pop(), Some(NEVER));
        assert_eq!(times, single);
        assert_eq!(arrivals.produced, single.len() as u64);
        assert!(single.iter().is_sorted() && single.len() > 700 && single.len() < 970);
    }

    #[test]
    fn a_source_emits_strictly_before_the_end() {
        let ticks = Ticks::every(SimTime::ZERO, Span::from_ms(5));
        assert_eq!(
            one_by_one(&plan(Source::Periodic(ticks))).len(),
            4,
            "0, 5, 10, 15 ms"
        );
        let boundaries = Ticks::every(SimTime::ZERO, Span::from_ms(5));
        let circuit = Source::Circuit {
            boundaries,
            phase: None,
            clock: Default::default(),
        };
        assert_eq!(
            one_by_one(&plan(circuit)).len(),
            3,
            "complete at 5, 10, 15 ms, not at 20"
        );
    }

    #[test]
    fn a_cycle_repeats_its_pattern_and_a_list_is_kept_to() {
        let offsets = [Span::ZERO, Span::from_ms(1), Span::from_ms(1)];
        let cyclic = Source::Cyclic {
            cycles: Ticks::every(SimTime(5), Span::from_ms(8)),
            offsets: offsets.into(),
        };
        let ms = 1_000_000_000;
        let expected = [0, ms, ms, 8 * ms, 9 * ms, 9 * ms, 16 * ms, 17 * ms, 17 * ms];
        assert_eq!(one_by_one(&plan(cyclic)), expected.map(|at| at + 5));
        let listed = Source::Listed([0, 7, 7, 20 * ms].map(SimTime).into());
        assert_eq!(one_by_one(&plan(listed)), [0, 7, 7], "20 ms is the end");
    }

    #[test]
    fn talk_is_made_of_packets_a_gap_apart_and_silence_comes_first() {
        let (gap, mean_on, mean_off) = (10_000, 1_000_000, 3_000_000);
        let key = StreamKey::new("flow", "a", Purpose::Arrivals);
        let times = one_by_one(&plan(Source::OnOff {
            gap: Span(gap),
            mean_on_q16_ps: mean_on << 16,
            mean_off_q16_ps: mean_off << 16,
            key: key.clone(),
        }));
        // What the stream says, read by itself: silence, talk, silence, talk, …
        let mut stream = Seed(5).stream(&key);
        let mut now = 0;
        let mut expected = Vec::new();
        while now < 20_000_000_000 {
            now += scale_exponential(exponential(stream.draw()), mean_off << 16);
            let talk = scale_exponential(exponential(stream.draw()), mean_on << 16);
            let packets = talk.div_ceil(gap).max(1);
            expected.extend((0..packets).map(|n| now + n * gap));
            now += talk;
        }
        expected.retain(|at| *at < 20_000_000_000);
        assert_eq!(times, expected);
    }
}
