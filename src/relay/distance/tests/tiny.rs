//! Random little networks, lines and settings, everything in whole nanoseconds.

use proptest::prelude::*;

use crate::channel::{Cause, Content, Idle, Timeline};
use crate::relay::command::{Command, OnFailure, Replacement};
use crate::relay::distance::{Scheme, Settings};
use crate::relay::fault::{End, Place};
use crate::relay::line::{Line, Reach, WHOLE};
use crate::relay::reception::{Reception, Way};
use crate::units::{SimTime, Span};

/// A case. Pieces: how long in ns, and the delay in ns; no delay: replacement.
#[derive(Clone, Debug)]
pub struct Tiny {
    pub settings: Settings,
    pub line: Line,
    pub pieces: [Vec<(u64, Option<u64>)>; 2],
}

/// How long after its last piece a channel is looked at.
const BEHIND: u64 = 500;

impl Tiny {
    /// The channels as relays read them.
    pub fn ways(&self) -> [Reception; 2] {
        self.pieces.each_ref().map(|pieces| {
            let timeline = timeline(pieces);
            let way = Way {
                timeline: &timeline,
                before: Span::ZERO,
                after: Span::ZERO,
            };
            let command = self.settings.command;
            Reception::new(way, command.message, command.recovery)
        })
    }

    /// As long as both channels change.
    pub fn length(&self) -> u64 {
        let length = |pieces: &Vec<(u64, Option<u64>)>| pieces.iter().map(|one| one.0).sum();
        let both: [u64; 2] = self.pieces.each_ref().map(length);
        both[0].max(both[1])
    }

    /// Terminal a for z and z for a.
    pub fn mirrored(&self) -> Self {
        let mut other = self.clone();
        other.pieces.swap(0, 1);
        other.settings.directions.swap(0, 1);
        other.settings.weak = self.settings.weak.map(End::other);
        other
    }
}

/// A place with its terminals swapped.
pub fn mirrored(place: Place) -> Place {
    match place {
        Place::Inside(share) => Place::Inside(WHOLE - share),
        Place::Behind(end) => Place::Behind(end.other()),
        Place::Parallel(end) => Place::Parallel(end.other()),
    }
}

/// Every kind of place.
pub const PLACES: [Place; 7] = [
    Place::Inside(WHOLE / 10),
    Place::Inside(WHOLE / 2),
    Place::Inside(WHOLE - WHOLE / 10),
    Place::Behind(End::A),
    Place::Behind(End::Z),
    Place::Parallel(End::A),
    Place::Parallel(End::Z),
];

fn timeline(pieces: &[(u64, Option<u64>)]) -> Timeline {
    let mut line = Timeline::default();
    for (length, delay) in pieces {
        let from = line.end();
        let content = match delay {
            Some(delay) => Content::Data {
                input_from: SimTime(from.0 - delay * 1000),
                rate_ppb: 0,
            },
            None => Content::Idle {
                pattern: Idle::AllOnes,
                cause: Cause::Missing,
            },
        };
        line.extend(SimTime(from.0 + length * 1000), content);
    }
    line
}

/// The bit put out at every nanosecond, by when it was sent; the last piece goes on.
pub fn row(pieces: &[(u64, Option<u64>)]) -> Vec<Option<i64>> {
    let mut row = Vec::new();
    for (place, (length, delay)) in pieces.iter().enumerate() {
        let last = place + 1 == pieces.len();
        let until = row.len() as u64 + length + if last { BEHIND } else { 0 };
        for at in row.len() as u64..until {
            let sent =
                delay.map(|delay| i64::try_from(at).unwrap() - i64::try_from(delay).unwrap());
            row.push(sent);
        }
    }
    row
}

/// A channel: at first silent, then data and holes. A delay that grows leaves a hole as long.
fn channel() -> impl Strategy<Value = Vec<(u64, Option<u64>)>> {
    let piece = (
        5..80_u64,
        prop_oneof![1 => Just(None), 2 => (1..8_u64).prop_map(Some)],
    );
    proptest::collection::vec(piece, 1..6).prop_map(|drawn| {
        let mut pieces = vec![(50, None)];
        for (length, delay) in drawn {
            let delay = delay.map(|delay| delay * 5);
            if let (Some((_, Some(before))), Some(delay)) = (pieces.last(), delay) {
                let more = delay.saturating_sub(*before);
                if more > 0 {
                    pieces.push((more, None));
                }
            }
            pieces.push((length, delay));
        }
        pieces
    })
}

fn span(up_to: u64) -> impl Strategy<Value = Span> {
    prop_oneof![1 => Just(Span::ZERO), 3 => (0..up_to).prop_map(Span::from_ns)]
}

fn command() -> impl Strategy<Value = Command> {
    let failure = prop_oneof![
        Just(OnFailure::Off),
        Just(OnFailure::On),
        Just(OnFailure::Latch)
    ];
    let replacement = prop_oneof![
        4 => Just(Replacement::Rejected),
        1 => Just(Replacement::Off),
        1 => Just(Replacement::On)
    ];
    let spans = (span(8), span(8), span(8), span(8), span(20));
    (spans, failure, replacement).prop_map(|(spans, on_failure, replacement)| Command {
        send: spans.0,
        receive: spans.1,
        message: spans.2,
        recovery: spans.3,
        fail_after: spans.4,
        on_failure,
        replacement,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let scheme = proptest::sample::select(&Scheme::ALL[..]);
    let ends = prop_oneof![2 => Just(None), 1 => Just(Some(End::A)), 1 => Just(Some(End::Z))];
    let directions = prop_oneof![
        4 => Just([true, true]),
        1 => Just([true, false]),
        1 => Just([false, true])
    ];
    let first = (span(20), span(15), (40..150_u64).prop_map(Span::from_ns));
    let second = (
        span(30),
        span(40),
        span(30),
        span(30),
        span(10),
        span(20),
        span(40),
    );
    (scheme, command(), directions, ends, first, second).prop_map(
        |(scheme, command, directions, weak, first, second)| Settings {
            scheme,
            command,
            directions,
            pickup: first.0,
            reset: first.1,
            zone2_delay: first.2,
            coordination: second.0,
            send_minimum: second.1,
            block_extension: second.2,
            reversal_guard: second.3,
            weak,
            echo_delay: second.4,
            guard_loss: second.5,
            unblocking_window: second.6,
        },
    )
}

fn line() -> impl Strategy<Value = Line> {
    let zone = |share: u32| prop_oneof![1 => Just(None), 5 => Just(Some(share))];
    let reach = (zone(WHOLE / 5 * 4), zone(WHOLE / 5 * 6), zone(WHOLE));
    let spans = ((1..50_u64).prop_map(Span::from_ns), span(120));
    (reach, spans, prop::bool::weighted(0.8)).prop_map(|(reach, spans, parallel)| Line {
        reach: Reach {
            zone1: reach.0,
            zone2: reach.1,
            zone3: reach.2,
        },
        breaker: spans.0,
        external_clearing: spans.1,
        parallel,
        ..crate::relay::line::tests::line()
    })
}

/// A whole case.
pub fn tiny() -> impl Strategy<Value = Tiny> {
    (settings(), line(), channel(), channel()).prop_map(|(settings, line, there, back)| Tiny {
        settings,
        line,
        pieces: [there, back],
    })
}
