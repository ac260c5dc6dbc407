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
    /// Draws of the rhythm.
    draws: Option<random::Stream>,
    /// Where packets are not all of one size and let through.
    choice: Option<Box<Choice>>,
}

/// How large packets are, and which ones may go on.
struct Choice {
    sizes: Sizes,
    draws: Option<random::Stream>,
    meter: Option<Colours>,
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
        mean: u64,
        last: u64,
    },
    Cyclic {
        cycles: Ticks,
        offsets: Arc<[Span]>,
    },
    OnOff(Talker),
    Listed(Arc<[SimTime]>),
    /// A session says when.
    Told,
}

/// Silence and talk in turn.
struct Talker {
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
        let one_size = matches!(stream.sizes, Sizes::One);
        let choice = || {
            let draws = match &stream.sizes {
                Sizes::Drawn { key, .. } => Some(seed.stream(key)),
                Sizes::One | Sizes::Cycle(_) => None,
            };
            Box::new(Choice {
                sizes: stream.sizes.clone(),
                draws,
                meter: stream.policer.map(Colours::new),
            })
        };
        Self {
            rhythm: Rhythm::new(&stream.source, seed),
            draws: match &stream.source {
                Source::Poisson { key, .. } | Source::OnOff { key, .. } => Some(seed.stream(key)),
                _ => None,
            },
            choice: (!one_size || stream.policer.is_some()).then(choice),
        }
    }

    /// Packet `number` of a source on its own; `None` when it has stopped, or a session says when.
    #[inline(always)]
    pub(super) fn create(&mut self, plan: &Plan, id: u32, number: u64) -> Option<Created> {
        let at = self.rhythm.instant(number, &mut self.draws)?;
        self.create_at(plan, id, number, at)
    }

    /// Packet `number`, at an instant given; `None` when sources have stopped by then.
    #[inline(always)]
    pub(super) fn create_at(
        &mut self,
        plan: &Plan,
        id: u32,
        number: u64,
        at: u64,
    ) -> Option<Created> {
        if at >= plan.sources_end.0 {
            return None;
        }
        let variant = match &mut self.choice {
            Some(choice) => choice.variant(plan, id, number, at),
            None => Some(0),
        };
        Some(Created { at, variant })
    }
}

impl Choice {
    fn variant(&mut self, plan: &Plan, id: u32, number: u64, at: u64) -> Option<u32> {
        let size = match &self.sizes {
            Sizes::One => 0,
            Sizes::Cycle(cycle) => u32::from(cycle[(number % cycle.len() as u64) as usize]),
            Sizes::Drawn { thresholds, .. } => {
                let draw = self.draws.as_mut().expect("a stream of sizes").draw();
                let larger = thresholds.iter().position(|threshold| *threshold > draw);
                larger.unwrap_or(thresholds.len() - 1) as u32
            }
        };
        let Some(meter) = &mut self.meter else {
            return Some(size);
        };
        let queued = plan.path_of(StreamId(id), size)[0].queued;
        match meter.light(at, queued) {
            Light::Green => Some(size),
            Light::Yellow => Some(self.sizes.count() + size),
            Light::Red => None,
        }
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
                mean_gap_q16_ps, ..
            } => Self::Poisson {
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
                ..
            } => Self::OnOff(Talker {
                gap: gap.0,
                mean_on: *mean_on_q16_ps,
                mean_off: *mean_off_q16_ps,
                next: 0,
                until: 0,
            }),
            Source::Listed(instants) => Self::Listed(instants.clone()),
            Source::Request { .. } | Source::Response { .. } => Self::Told,
        }
    }

    /// When packet `number` is created; asked once for every number, in order.
    #[inline(always)]
    fn instant(&mut self, number: u64, draws: &mut Option<random::Stream>) -> Option<u64> {
        let mut length = |mean| {
            let draw = draws.as_mut().expect("a stream of lengths").draw();
            scale_exponential(exponential(draw), mean)
        };
        match self {
            Self::Ticks { times, skip } => Some(times.at(number + *skip).0),
            Self::Poisson { mean, last } => {
                *last += length(*mean);
                Some(*last)
            }
            Self::Cyclic { cycles, offsets } => {
                let (cycle, place) = (number / offsets.len() as u64, number % offsets.len() as u64);
                Some((cycles.at(cycle) + offsets[place as usize]).0)
            }
            Self::OnOff(talker) => Some(talker.instant(length)),
            Self::Listed(instants) => instants.get(number as usize).map(|at| at.0),
            Self::Told => None,
        }
    }
}

impl Talker {
    fn instant(&mut self, mut length: impl FnMut(u64) -> u64) -> u64 {
        if self.next >= self.until {
            let begin = self.until + length(self.mean_off);
            (self.next, self.until) = (begin, begin + length(self.mean_on));
        }
        let at = self.next;
        self.next += self.gap;
        at
    }
}
