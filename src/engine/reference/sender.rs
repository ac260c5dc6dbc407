//! When the packets of a stream are created, how large they are, and which ones may go on.

use std::sync::Arc;

use super::tokens::{Colours, Light};
use crate::plan::{Plan, Sizes, Source, StreamId};
use crate::pseudowire::clock::PacketTimes;
use crate::random::{self, Seed, exponential, scale_exponential};
use crate::units::{SimTime, Span, Ticks};

/// The sending end of one stream.
pub(super) struct Sender {
    rhythm: Rhythm,
    sizes: Sizes,
    draws: Option<Box<random::Stream>>,
    meter: Option<Box<Colours>>,
    created: u64,
    end: u64,
}

/// A packet as it is created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Created {
    pub(super) at: u64,
    /// Which variant of the path it takes; `None`: the policer ends it here.
    pub(super) variant: Option<u32>,
}

enum Rhythm {
    /// Packet n at tick n + `skip`.
    Ticks {
        times: PacketTimes,
        skip: u64,
    },
    Poisson {
        gaps: Box<random::Stream>,
        mean: u64,
        last: u64,
    },
    Cyclic {
        cycles: Ticks,
        offsets: Arc<[Span]>,
    },
    OnOff(Box<Talker>),
    Listed(Arc<[SimTime]>),
    /// A session says when.
    Told,
}

/// Silence and talk in turn.
struct Talker {
    draws: random::Stream,
    gap: u64,
    mean_on: u64,
    mean_off: u64,
    /// The present talk: its next packet, and its end.
    next: u64,
    until: u64,
}

impl Sender {
    pub(super) fn new(plan: &Plan, id: u32, seed: Seed) -> Self {
        let stream = &plan.streams[id as usize];
        Self {
            rhythm: Rhythm::new(&stream.source, seed),
            sizes: stream.sizes.clone(),
            draws: match &stream.sizes {
                Sizes::Drawn { key, .. } => Some(Box::new(seed.stream(key))),
                Sizes::One | Sizes::Cycle(_) => None,
            },
            meter: stream
                .policer
                .map(|policer| Box::new(Colours::new(policer))),
            created: 0,
            end: plan.sources_end.0,
        }
    }

    /// The next packet of a source on its own; `None` when it has stopped, or a session says when.
    #[inline]
    pub(super) fn create(&mut self, plan: &Plan, id: u32) -> Option<Created> {
        let at = self.rhythm.instant(self.created)?;
        self.create_at(plan, id, at)
    }

    /// The next packet, at an instant given; `None` when sources have stopped by then.
    #[inline]
    pub(super) fn create_at(&mut self, plan: &Plan, id: u32, at: u64) -> Option<Created> {
        if at >= self.end {
            return None;
        }
        let size = match &self.sizes {
            Sizes::One => 0,
            Sizes::Cycle(cycle) => u32::from(cycle[(self.created % cycle.len() as u64) as usize]),
            Sizes::Drawn { thresholds, .. } => {
                let draw = self.draws.as_mut().expect("a stream of sizes").draw();
                let larger = thresholds.iter().position(|threshold| *threshold > draw);
                larger.unwrap_or(thresholds.len() - 1) as u32
            }
        };
        self.created += 1;
        let Some(meter) = &mut self.meter else {
            let variant = Some(size);
            return Some(Created { at, variant });
        };
        let queued = plan.path_of(StreamId(id), size)[0].queued;
        let variant = match meter.light(at, queued) {
            Light::Green => Some(size),
            Light::Yellow => Some(self.sizes.count() + size),
            Light::Red => None,
        };
        Some(Created { at, variant })
    }
}

impl Rhythm {
    fn new(source: &Source, seed: Seed) -> Self {
        match source {
            // A circuit's packet is complete at the boundary after its own.
            Source::Circuit { .. } => Self::Ticks {
                times: source.boundaries(seed).expect("a circuit"),
                skip: 1,
            },
            Source::Periodic(ticks) => Self::Ticks {
                times: (*ticks).into(),
                skip: 0,
            },
            Source::Poisson {
                mean_gap_q16_ps,
                key,
            } => Self::Poisson {
                gaps: Box::new(seed.stream(key)),
                mean: *mean_gap_q16_ps,
                last: 0,
            },
            Source::Cyclic { cycles, offsets } => Self::Cyclic {
                cycles: *cycles,
                offsets: offsets.clone(),
            },
            Source::OnOff {
                gap,
                mean_on_q16_ps,
                mean_off_q16_ps,
                key,
            } => Self::OnOff(Box::new(Talker {
                draws: seed.stream(key),
                gap: gap.0,
                mean_on: *mean_on_q16_ps,
                mean_off: *mean_off_q16_ps,
                next: 0,
                until: 0,
            })),
            Source::Listed(instants) => Self::Listed(instants.clone()),
            Source::Request { .. } | Source::Response { .. } => Self::Told,
        }
    }

    /// When packet `number` is created; asked once for every number, in order.
    #[inline]
    fn instant(&mut self, number: u64) -> Option<u64> {
        match self {
            Self::Ticks { times, skip } => Some(times.at(number + *skip).0),
            Self::Poisson { gaps, mean, last } => {
                *last += scale_exponential(exponential(gaps.draw()), *mean);
                Some(*last)
            }
            Self::Cyclic { cycles, offsets } => {
                let (cycle, place) = (number / offsets.len() as u64, number % offsets.len() as u64);
                Some((cycles.at(cycle) + offsets[place as usize]).0)
            }
            Self::OnOff(talker) => Some(talker.instant()),
            Self::Listed(instants) => instants.get(number as usize).map(|at| at.0),
            Self::Told => None,
        }
    }
}

impl Talker {
    fn instant(&mut self) -> u64 {
        let mut length = |mean| scale_exponential(exponential(self.draws.draw()), mean);
        if self.next >= self.until {
            let begin = self.until + length(self.mean_off);
            (self.next, self.until) = (begin, begin + length(self.mean_on));
        }
        let at = self.next;
        self.next += self.gap;
        at
    }
}
