//! What happened at the receiving end of a circuit, read from its channel timeline.

use crate::channel::Timeline;
use crate::channel::timeline::{Cause, Content, PREDICTION_ERROR_MAX, Segment};
use crate::units::{SimTime, Span};

/// One event at the receiving end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// When it began.
    pub at: SimTime,
    /// What.
    pub kind: EventKind,
    /// Until when, for what lasts.
    pub until: Option<SimTime>,
    /// One-way delay from then on, for starts.
    pub delay: Option<Span>,
}

/// Kinds of events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// Play-out began for the first time.
    Start,
    /// Replacement data for packets not there at their instants: lost, or late.
    Missing,
    /// The loss-of-packets state.
    LossOfPackets,
    /// Play-out began anew.
    Restart,
    /// Play-out went on with another delay, without a start.
    Slip,
    /// A repeated state was not renewed in time.
    Stale,
    /// The path was cut and no other was taken yet.
    Cut,
}

impl EventKind {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Missing => Cause::Missing.token(),
            Self::LossOfPackets => Cause::LossOfPackets.token(),
            Self::Restart => "restart",
            Self::Slip => "slip",
            Self::Stale => Cause::Stale.token(),
            Self::Cut => Cause::Cut.token(),
        }
    }
}

/// The events of a C-pipe's timeline, in order of time.
#[must_use]
pub fn events(timeline: &Timeline) -> Vec<Event> {
    let mut all = Vec::new();
    let mut started = false;
    // The data played last, as long as play-out runs.
    let mut last: Option<&Segment> = None;
    for segment in timeline.segments() {
        let lasting = |kind| Event {
            at: segment.from,
            kind,
            until: Some(segment.to),
            delay: None,
        };
        match segment.content {
            Content::Idle {
                cause: Cause::Starting,
                ..
            } => last = None,
            Content::Idle {
                cause: Cause::Missing | Cause::Stale,
                ..
            } => all.push(lasting(EventKind::Missing)),
            Content::Idle {
                cause: Cause::Cut, ..
            } => all.push(lasting(EventKind::Cut)),
            Content::Idle {
                cause: Cause::LossOfPackets,
                ..
            } => {
                last = None;
                all.push(lasting(EventKind::LossOfPackets));
            }
            Content::Data { input_from, .. } => {
                let kind = match last {
                    None if started => Some(EventKind::Restart),
                    None => Some(EventKind::Start),
                    Some(before) => steps(before, segment, input_from).then_some(EventKind::Slip),
                };
                let at = segment.from;
                all.extend(kind.map(|kind| Event {
                    at,
                    kind,
                    until: None,
                    delay: Some(at.since(input_from)),
                }));
                (started, last) = (true, Some(segment));
            }
        }
    }
    all
}

/// Whether the delay steps from one piece of data to the next: by more than a drift of 1000 ppm at
/// either end makes of the time between them.
fn steps(before: &Segment, segment: &Segment, input_from: SimTime) -> bool {
    let Some(predicted) = before.input_at(segment.from) else {
        return false;
    };
    let between = segment.from.0 - before.to.0;
    predicted.0.abs_diff(input_from.0) > PREDICTION_ERROR_MAX.0 + between / 400
}

/// The events of a repeated state: when it was first known, and when it was stale.
#[must_use]
pub fn state_events(timeline: &Timeline) -> Vec<Event> {
    let mut all = Vec::new();
    let mut known = false;
    for segment in timeline.segments() {
        let at = segment.from;
        match segment.content {
            Content::Data { input_from, .. } if !known => {
                known = true;
                all.push(Event {
                    at,
                    kind: EventKind::Start,
                    until: None,
                    delay: Some(at.since(input_from)),
                });
            }
            Content::Idle {
                cause: Cause::Stale,
                ..
            } => all.push(Event {
                at,
                kind: EventKind::Stale,
                until: Some(segment.to),
                delay: None,
            }),
            Content::Data { .. } | Content::Idle { .. } => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::timeline::Idle;

    #[test]
    fn a_cut_gives_start_missing_loss_of_packets_and_restart_with_the_new_delay() {
        let mut line = Timeline::default();
        let idle = |cause| Content::Idle {
            pattern: Idle::AllOnes,
            cause,
        };
        let data = |from| Content::Data {
            input_from: SimTime(from),
            rate_ppb: 0,
        };
        line.extend(SimTime(32), idle(Cause::Starting));
        line.extend(SimTime(50), data(0));
        line.extend(SimTime(60), idle(Cause::Missing));
        line.extend(SimTime(70), data(28));
        line.extend(SimTime(80), idle(Cause::Missing));
        line.extend(SimTime(100), idle(Cause::LossOfPackets));
        line.extend(SimTime(150), data(53));
        let told: Vec<_> = events(&line)
            .iter()
            .map(|one| {
                let until = one.until.map(|until| until.0);
                (
                    one.at.0,
                    one.kind.token(),
                    until,
                    one.delay.map(|delay| delay.0),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (32, "start", None, Some(32)),
                (50, "missing", Some(60), None),
                (70, "missing", Some(80), None),
                (80, "loss-of-packets", Some(100), None),
                (100, "restart", None, Some(47)),
            ]
        );
    }

    #[test]
    fn a_step_of_the_delay_without_a_start_is_a_slip_and_a_drift_is_none() {
        let mut line = Timeline::default();
        let data = |from, rate_ppb| Content::Data {
            input_from: SimTime(from),
            rate_ppb,
        };
        let ms = 1_000_000_000;
        line.extend_drifting(SimTime(10 * ms), data(0, 50_000));
        // 10 ms at 50 ppm are 500 ns of drift: predicted, but another rate from here on.
        line.extend_drifting(SimTime(20 * ms), data(10 * ms + 500_000, 0));
        line.extend(SimTime(30 * ms), data(19 * ms, 0));
        let told: Vec<_> = events(&line)
            .iter()
            .map(|one| (one.at.0 / ms, one.kind))
            .collect();
        assert_eq!(told, [(0, EventKind::Start), (20, EventKind::Slip)]);
    }

    #[test]
    fn a_state_is_known_once_and_stale_as_often_as_it_is_not_renewed() {
        let mut line = Timeline::default();
        let idle = |cause| Content::Idle {
            pattern: Idle::AllOnes,
            cause,
        };
        let held = |created| Content::Data {
            input_from: SimTime(created),
            rate_ppb: -1_000_000_000,
        };
        line.extend(SimTime(3), idle(Cause::Starting));
        line.extend(SimTime(9), held(0));
        line.extend(SimTime(12), idle(Cause::Stale));
        line.extend(SimTime(20), held(10));
        let told: Vec<_> = state_events(&line)
            .iter()
            .map(|one| (one.at.0, one.kind, one.until, one.delay))
            .collect();
        let want = [
            (3, EventKind::Start, None, Some(Span(3))),
            (9, EventKind::Stale, Some(SimTime(12)), None),
        ];
        assert_eq!(told, want);
    }
}
