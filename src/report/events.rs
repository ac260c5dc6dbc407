//! What happened at the receiving end of a circuit, read from its channel timeline.

use crate::channel::Timeline;
use crate::channel::timeline::{Cause, Content};
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
        }
    }
}

/// The events of a timeline, in order of time.
#[must_use]
pub fn events(timeline: &Timeline) -> Vec<Event> {
    let mut all = Vec::new();
    let mut started = false;
    let mut stopped = true;
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
            } => stopped = true,
            Content::Idle {
                cause: Cause::Missing | Cause::Slip | Cause::Stale,
                ..
            } => all.push(lasting(EventKind::Missing)),
            Content::Idle {
                cause: Cause::LossOfPackets,
                ..
            } => {
                stopped = true;
                all.push(lasting(EventKind::LossOfPackets));
            }
            Content::Data { input_from, .. } if stopped => {
                let kind = if started {
                    EventKind::Restart
                } else {
                    EventKind::Start
                };
                let delay = Some(segment.from.since(input_from));
                all.push(Event {
                    at: segment.from,
                    kind,
                    until: None,
                    delay,
                });
                (started, stopped) = (true, false);
            }
            Content::Data { .. } => {}
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
}
