//! What a run yields: counts, exact extremes, shapes and channel timelines. No names, no floats.

use super::shape::Shape;
use crate::channel::Timeline;
use crate::units::{SimTime, Span};

/// The result of one run, a pure function of plan and seed.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// Parallel to [`crate::plan::Plan::streams`].
    pub streams: Vec<StreamOutcome>,
    /// Parallel to [`crate::plan::Plan::ports`], per class.
    pub ports: Vec<[QueueOutcome; crate::traffic::Class::COUNT]>,
}

/// What became of one stream's packets. Conservation: sent = delivered + dropped + dropped early +
/// policed + cut + unrouted + expired.
#[derive(Clone, PartialEq, Debug)]
pub struct StreamOutcome {
    /// Packets created.
    pub sent: u64,
    /// Packets that reached the far end of the path (for a circuit: its jitter buffer).
    pub delivered: u64,
    /// Packets that found a queue full, or too full for packets out of profile.
    pub dropped: u64,
    /// Packets that early detection dropped.
    pub dropped_early: u64,
    /// Packets that the policer found red.
    pub policed: u64,
    /// Packets that were on a link direction when it was cut, or were sent into the cut.
    pub cut: u64,
    /// Packets that a node discarded for want of a way.
    pub unrouted: u64,
    /// Packets that went round until their time to live was over.
    pub expired: u64,
    /// Network delay of the delivered packets: creation to delivery.
    pub network: Delays,
    /// The parts of the slowest delivered packet's delay; among equals the one created first.
    pub slowest: Option<Slowest>,
    /// What the receiving end of a circuit did.
    pub received: Option<Received>,
    /// What a subscriber to a repeated message knew.
    pub held: Option<Held>,
    /// Over time, where the plan asks for it: bin n holds the packets created in
    /// `[n, n + 1) · bin`; the last is the last in which one was created, policed or not.
    pub series: Vec<Bin>,
    /// For streams that end at a receiving end, where the plan asks for it: bin n holds the packets
    /// created from [`crate::plan::Plan::stages`] n to the next; as many as there are stages.
    pub stages: Vec<Bin>,
}

/// What became of the packets created in one stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bin {
    /// Packets delivered.
    pub delivered: u64,
    /// Packets dropped, early or not, cut, unrouted or expired. Policed ones are not counted.
    pub lost: u64,
    /// Smallest network delay of those delivered; meaningless while there are none.
    pub delay_min: Span,
    /// Largest network delay of those delivered.
    pub delay_max: Span,
    /// Sum of their network delays, in picoseconds.
    pub delay_sum_ps: u128,
}

impl Bin {
    /// Counts a packet delivered after this delay.
    pub fn record(&mut self, delay: Span) {
        self.delivered += 1;
        self.delay_min = self.delay_min.min(delay);
        self.delay_max = self.delay_max.max(delay);
        self.delay_sum_ps += u128::from(delay.0);
    }
}

impl Default for Bin {
    fn default() -> Self {
        Self {
            delivered: 0,
            lost: 0,
            delay_min: Span(u64::MAX),
            delay_max: Span::ZERO,
            delay_sum_ps: 0,
        }
    }
}

/// What a subscriber to a repeated message knew.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Held {
    /// Over time: data whose input stands still (`rate_ppb` −10^9) since the message last arrived
    /// was created; replacement before the first and while stale. It ends with the sources.
    pub timeline: Timeline,
    /// Times the state became stale.
    pub stale: u64,
    /// Messages that came after a younger one.
    pub outdated: u64,
}

/// The slowest packet of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slowest {
    /// When it was created.
    pub created: SimTime,
    /// Where its time went.
    pub parts: Parts,
}

/// Where the time of one packet went, each part accumulated on its own along the way.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Parts {
    /// Through the nodes, both PEs included.
    pub processing: Span,
    /// On transmitters.
    pub serialization: Span,
    /// Radios and the wait behind what went in before, encryption, boxes behind a transmitter.
    pub media: Span,
    /// Along the routes.
    pub propagation: Span,
    /// Waiting for transmitters.
    pub queueing: Span,
}

/// One queue in front of one port.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct QueueOutcome {
    /// Packets transmitted.
    pub transmitted: u64,
    /// Packets that found the queue full, or too full for packets out of profile.
    pub dropped: u64,
    /// Packets that early detection dropped.
    pub dropped_early: u64,
    /// Cuts by frame pre-emption: pieces beyond the first.
    pub cuts: u64,
    /// Transmissions that began while at least one more packet of the class was waiting.
    pub left_waiting: u64,
}

/// Delays of many packets: exact extremes and sum, and a histogram for the shape only.
#[derive(Clone, PartialEq, Debug)]
pub struct Delays {
    /// How many.
    pub count: u64,
    /// Smallest; meaningless while `count` is 0.
    pub min: Span,
    /// Largest.
    pub max: Span,
    /// Sum in picoseconds.
    pub sum_ps: u128,
    /// Values in nanoseconds rounded up, three significant digits; `None` where not asked for.
    pub shape: Option<Shape>,
}

/// What the receiving end of a circuit did (RFC 4553 §6.2, RFC 5086 §6.2).
#[derive(Clone, PartialEq, Debug)]
pub struct Received {
    /// What came out of the interface.
    pub timeline: Timeline,
    /// Packets played out.
    pub played: u64,
    /// Packets not there at their play-out instant, while play-out was running.
    pub missing: u64,
    /// Packets that came after their play-out instant, those that play-out slipped back to
    /// included.
    pub late: u64,
    /// Packets that found the buffer full; with each, one was discarded.
    pub overrun: u64,
    /// Packets that were waiting already when they came again.
    pub duplicates: u64,
    /// Packets overtaken by a younger one that still came in time and were put in order.
    pub reordered: u64,
    /// Times play-out began; the first start included.
    pub starts: u64,
    /// Times the loss-of-packets state was entered.
    pub losses_of_packets: u64,
    /// Times play-out slipped: went on with another packet than the one in turn
    /// ([`crate::pseudowire::receive::LatePolicy::Recentre`]).
    pub slips: u64,
    /// One-way delay, bit in to bit out, of the first bit of every packet played out (no
    /// histogram).
    pub delay: Delays,
    /// Smallest distance to underrun: play-out instant less arrival, over all packets that were
    /// in time or late; negative for a late one. `None` before the first start.
    pub slack_min_left_ps: Option<i64>,
    /// Slack of the packets taken for play-out, nanoseconds rounded up.
    pub slack_shape: Option<Shape>,
    /// Where two pseudowires carry the same packets: what was taken of both.
    pub selected: Option<Selected>,
}

/// What the receiving end of two pseudowires with the same packets took.
#[derive(Clone, PartialEq, Debug)]
pub struct Selected {
    /// Packets of which a first one came, by either.
    pub taken: u64,
    /// Packets left out because the other had come before.
    pub eliminated: u64,
    /// Creation to the first arrival (no histogram).
    pub network: Delays,
    /// Of these, those created from each of [`crate::plan::Plan::stages`] to the next: `lost`
    /// counts packets that came by neither, whatever became of them.
    pub stages: Vec<Bin>,
}

impl Selected {
    /// Nothing taken yet, in so many stages.
    #[must_use]
    pub fn new(stages: usize) -> Self {
        Self {
            taken: 0,
            eliminated: 0,
            network: Delays::new(false),
            stages: vec![Bin::default(); stages],
        }
    }
}

impl Received {
    /// Nothing received yet; with a histogram of the slack where `with_shape`.
    #[must_use]
    pub fn new(with_shape: bool) -> Self {
        Self {
            timeline: Timeline::default(),
            played: 0,
            missing: 0,
            late: 0,
            overrun: 0,
            duplicates: 0,
            reordered: 0,
            starts: 0,
            losses_of_packets: 0,
            slips: 0,
            delay: Delays::new(false),
            slack_min_left_ps: None,
            slack_shape: with_shape.then(Shape::default),
            selected: None,
        }
    }
}

impl Parts {
    /// The sum of all parts.
    #[must_use]
    pub fn total(&self) -> Span {
        self.processing + self.serialization + self.media + self.propagation + self.queueing
    }
}

impl Delays {
    /// No delays yet; with a histogram where `with_shape`.
    #[must_use]
    pub fn new(with_shape: bool) -> Self {
        let shape = with_shape.then(Shape::default);
        Self {
            count: 0,
            min: Span(u64::MAX),
            max: Span::ZERO,
            sum_ps: 0,
            shape,
        }
    }

    /// Counts one delay.
    #[inline]
    pub fn record(&mut self, delay: Span) {
        self.count += 1;
        self.min = self.min.min(delay);
        self.max = self.max.max(delay);
        self.sum_ps += u128::from(delay.0);
        if let Some(shape) = &mut self.shape {
            shape.record(delay);
        }
    }

    /// Counts all that `other` has counted.
    pub fn absorb(&mut self, other: &Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum_ps += other.sum_ps;
        if let (Some(shape), Some(other)) = (&mut self.shape, &other.shape) {
            shape.absorb(other);
        }
    }

    /// Mean in picoseconds, rounded half up; `None` without delays.
    #[must_use]
    pub fn mean(&self) -> Option<Span> {
        let count = u128::from(self.count);
        let mean = (2 * self.sum_ps + count).checked_div(2 * count)?;
        Some(Span(
            u64::try_from(mean).expect("a mean lies between its extremes"),
        ))
    }

    /// The delay that a share `per_ten_thousand` / 10 000 of the packets does not exceed, from
    /// the histogram and never outside the exact extremes; `None` without delays or histogram.
    #[must_use]
    pub fn quantile(&self, per_ten_thousand: u32) -> Option<Span> {
        let shape = self.shape.as_ref().filter(|_| self.count > 0)?;
        let ns = shape.quantile_ns(per_ten_thousand)?;
        Some(Span(ns.saturating_mul(1000)).clamp(self.min, self.max))
    }
}
