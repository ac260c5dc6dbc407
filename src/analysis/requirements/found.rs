//! What the channels of a circuit were like, as its relays read them.

use crate::analysis::relays::Channel;
use crate::channel::{Content, Segment};
use crate::units::{SimTime, Span};

/// What was found of the channels of a circuit, both directions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// Longest delay by direction; `None`: nothing came.
    pub(super) delay: [Option<Span>; 2],
    /// Largest less smallest.
    pub(super) jitter: [Option<Span>; 2],
    /// Replaced share, parts of 10^9, rounded up.
    pub(super) loss_ppb: [Option<u64>; 2],
    /// Longest hole behind data; `None`: it never ends.
    pub(super) hole: [Option<Span>; 2],
    /// Of the instants at which both directions have data.
    pub(super) both: Option<Both>,
}

/// Both directions at the same instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Both {
    /// Smallest and largest delay a→z less delay z→a, ps.
    pub asymmetry_ps: [i64; 2],
    /// Largest sum of both delays.
    pub round_trip: Span,
    /// Largest less smallest half of that sum: no step is larger.
    pub step: Span,
}

/// What both directions of a circuit put out, between both relays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Largest delay by direction; `None`: nothing came.
    pub delay_max: [Option<Span>; 2],
    /// Of the instants at which both directions have data.
    pub both: Option<Both>,
}

impl Seen {
    /// Of the channels of a circuit.
    #[must_use]
    pub fn of(pair: &[Channel; 2]) -> Self {
        let found = Found::of(pair);
        Self {
            delay_max: found.delay,
            both: found.both,
        }
    }
}

impl Found {
    /// No channel.
    pub(super) const NOTHING: Self = Self {
        delay: [None; 2],
        jitter: [None; 2],
        loss_ppb: [None; 2],
        hole: [None; 2],
        both: None,
    };

    pub(super) fn of(pair: &[Channel; 2]) -> Self {
        let of = |way: usize| One::of(&pair[way]);
        let each = [of(0), of(1)];
        Self {
            delay: each.map(|one| Some(one?.delay[1])),
            jitter: each.map(|one| one.map(|one| one.delay[1] - one.delay[0])),
            loss_ppb: each.map(|one| one.map(|one| one.loss_ppb)),
            hole: each.map(|one| one?.hole),
            both: Both::of(pair),
        }
    }
}

/// One direction from its first data on.
#[derive(Clone, Copy)]
struct One {
    /// Smallest and largest, between both relays.
    delay: [Span; 2],
    loss_ppb: u64,
    /// Longest; `None`: it never ends.
    hole: Option<Span>,
}

impl One {
    /// `None`: no data at all.
    fn of(channel: &Channel) -> Option<Self> {
        let conversions = channel.before + channel.after;
        let segments = channel.timeline.segments();
        let first = segments.iter().find(|one| is_data(one))?;
        let mut delay = [Span(u64::MAX), Span::ZERO];
        let (mut replaced, mut hole) = (Span::ZERO, Some(Span::ZERO));
        let mut silent_from = None;
        for segment in segments.iter().filter(|one| one.from >= first.from) {
            if !is_data(segment) {
                replaced += segment.to.since(segment.from);
                silent_from.get_or_insert(segment.from);
                continue;
            }
            if let Some(from) = silent_from.take() {
                hole = hole.max(Some(segment.from.since(from)));
            }
            for at in [segment.from, before(segment.to)] {
                let now = delay_at(segment, at) + conversions;
                delay = [delay[0].min(now), delay[1].max(now)];
            }
        }
        if silent_from.is_some() {
            hole = None;
        }
        let all = channel.timeline.end().since(first.from);
        let parts = (u128::from(replaced.0) * 1_000_000_000).div_ceil(u128::from(all.0.max(1)));
        Some(Self {
            delay,
            loss_ppb: u64::try_from(parts).expect("at most the whole"),
            hole,
        })
    }
}

impl Both {
    /// `None`: never both at once.
    fn of(pair: &[Channel; 2]) -> Option<Self> {
        let mut all: Option<(Self, Span)> = None;
        let [forth, back] = pair.each_ref().map(|channel| channel.timeline.segments());
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(z)) = (forth.get(i), back.get(j)) {
            let (from, to) = (a.from.max(z.from), a.to.min(z.to));
            if from < to && is_data(a) && is_data(z) {
                for at in [from, before(to)] {
                    add(&mut all, pair, [delay_at(a, at), delay_at(z, at)]);
                }
            }
            match a.to <= z.to {
                true => i += 1,
                false => j += 1,
            }
        }
        all.map(|(both, least)| Self {
            step: Span((both.round_trip - least).0.div_ceil(2)),
            ..both
        })
    }

    /// The larger magnitude of both, less what is taken off, ps.
    pub(super) fn magnitude(&self, compensation_ps: i64) -> u64 {
        let left = |asymmetry: i64| asymmetry.saturating_sub(compensation_ps).unsigned_abs();
        let [least, most] = self.asymmetry_ps;
        left(least).max(left(most))
    }
}

/// Takes in the delays of one instant; with the smallest round trip.
fn add(all: &mut Option<(Both, Span)>, pair: &[Channel; 2], delays: [Span; 2]) {
    let [forth, back] = [0, 1].map(|way| delays[way] + pair[way].before + pair[way].after);
    let difference = i128::from(forth.0) - i128::from(back.0);
    let difference = i64::try_from(difference).expect("delays within a run");
    let round_trip = forth + back;
    *all = Some(match *all {
        None => {
            let both = Both {
                asymmetry_ps: [difference; 2],
                round_trip,
                step: Span::ZERO,
            };
            (both, round_trip)
        }
        Some((both, least)) => {
            let [low, high] = both.asymmetry_ps;
            let both = Both {
                asymmetry_ps: [low.min(difference), high.max(difference)],
                round_trip: both.round_trip.max(round_trip),
                ..both
            };
            (both, least.min(round_trip))
        }
    });
}

fn is_data(segment: &Segment) -> bool {
    matches!(segment.content, Content::Data { .. })
}

fn before(at: SimTime) -> SimTime {
    SimTime(at.0 - 1)
}

fn delay_at(segment: &Segment, at: SimTime) -> Span {
    at.since(segment.input_at(at).expect("a segment of data"))
}
