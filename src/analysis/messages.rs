//! What a subscriber to a repeated message knew, and when: GOOSE.
//!
//! An event is known with the first message that arrives of those created at it or after it. A lost
//! message costs one interval of retransmission, not the event.

use super::decomposition::BudgetParts;
use super::verdict::{Counts, Extremes, FailCause, Finding, network_delay, slowest_parts};
use crate::channel::Timeline;
use crate::channel::timeline::Content;
use crate::engine::{Delays, StreamOutcome};
use crate::scenario::{Circuit, Messages};
use crate::units::{SimTime, Span};

/// When each event was known, from what the subscriber held: `None` for one that never was.
#[must_use]
pub fn known(timeline: &Timeline, events: &[SimTime]) -> Vec<Option<SimTime>> {
    let mut segments = timeline.segments().iter().peekable();
    let young = |event: &SimTime, content: Content| match content {
        Content::Data { input_from, .. } => input_from >= *event,
        Content::Idle { .. } => false,
    };
    // Messages that arrive after a younger one change nothing: what is held only gets younger.
    let mut when = |event: &SimTime| {
        while segments
            .next_if(|segment| !young(event, segment.content))
            .is_some()
        {}
        segments.peek().map(|segment| segment.from)
    };
    events.iter().map(&mut when).collect()
}

/// Judges one direction: the worst message, or the worst event where a message was lost.
pub(super) fn found(circuit: &Circuit, settings: &Messages, stream: &StreamOutcome) -> Finding {
    let held = stream.held.as_ref().expect("messages have a subscriber");
    let known = known(&held.timeline, &settings.events);
    let conversion = circuit.interface.delay();
    let mut delays = Delays::new(false);
    for (event, known) in settings.events.iter().zip(&known) {
        if let Some(known) = known {
            delays.record(known.since(*event) + conversion);
        }
    }
    let slowest = slowest_parts(stream);
    let parts = slowest.map(|network| BudgetParts::of_network(circuit, &network));
    let parts = parts.map(|parts| {
        let slowest = parts.total();
        BudgetParts {
            playout: Span(delays.max.0.saturating_sub(slowest.0)),
            ..parts
        }
    });
    let unknown = known.iter().any(Option::is_none);
    let cause = if unknown || stream.delivered == 0 {
        Some(FailCause::Loss)
    } else if held.stale > 0 {
        Some(FailCause::Stale)
    } else {
        None
    };
    Finding {
        counts: Counts {
            sent: stream.sent,
            delivered: stream.delivered,
            lost: stream.sent - stream.delivered,
            dropped_early: stream.dropped_early,
            policed: stream.policed,
            reordered: held.outdated,
            stale: held.stale,
            ..Counts::default()
        },
        delay: delays.mean().map(|mean| Extremes {
            min: delays.min,
            mean,
            max: delays.max,
        }),
        worst_start: parts.map(|parts| parts.total()),
        network: network_delay(stream),
        parts,
        cause,
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::timeline::{Cause, Idle};

    #[test]
    fn an_event_is_known_with_the_first_message_created_at_it_or_later() {
        let mut line = Timeline::default();
        let held = |created| Content::Data {
            input_from: SimTime(created),
            rate_ppb: -1_000_000_000,
        };
        let idle = Content::Idle {
            pattern: Idle::AllOnes,
            cause: Cause::Stale,
        };
        line.extend(SimTime(30), idle);
        line.extend(SimTime(130), held(0));
        line.extend(SimTime(180), held(100));
        line.extend(SimTime(235), idle);
        line.extend(SimTime(300), held(202));
        // The message of 200 was lost, that of 202 came at 235; nothing of 290 ever came.
        let events = [SimTime(100), SimTime(200), SimTime(290)];
        let want = [Some(SimTime(130)), Some(SimTime(235)), None];
        assert_eq!(known(&line, &events), want);
    }
}
