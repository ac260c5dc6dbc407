//! What a subscriber to a repeated message knows: a state, until it is stale.

use std::sync::Arc;

use super::outcome::Held;
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::plan::Subscriber;
use crate::units::{SimTime, Span};

/// A message's input stands still: the state is what it was when the message was created.
const STANDS_STILL_PPB: i64 = -1_000_000_000;

/// The subscriber at the far end of a stream, and its record.
///
/// At the very instant at which a state would become stale, an arrival still comes before that.
#[derive(Debug)]
pub(super) struct Holding {
    allowed_to_live: Arc<[Span]>,
    timeline: Timeline,
    /// The youngest message: its number, when it was created, until when it counts.
    latest: Option<(u64, SimTime, SimTime)>,
    /// When the state became stale, each time.
    stale: Vec<SimTime>,
    outdated: u64,
}

impl Holding {
    /// A subscriber that knows nothing yet.
    ///
    /// # Panics
    /// If a message counts for no time.
    pub(super) fn new(subscriber: &Subscriber) -> Self {
        let allowed_to_live = Arc::clone(&subscriber.allowed_to_live);
        let counts = allowed_to_live.iter().all(|span| *span > Span::ZERO);
        assert!(counts, "a message counts for a while");
        Self {
            allowed_to_live,
            timeline: Timeline::default(),
            latest: None,
            stale: Vec::new(),
            outdated: 0,
        }
    }

    /// A message arrives; of its number the low 32 bits travel with it. Calls come in order of
    /// time.
    pub(super) fn arrive(&mut self, now: SimTime, created: SimTime, sequence_low_bits: u32) {
        let newest = self.latest.map_or(0, |(newest, _, _)| newest);
        // The nearest number to the youngest one that has these low bits.
        let ahead = sequence_low_bits.wrapping_sub(newest as u32).cast_signed();
        let sequence = newest.wrapping_add_signed(i64::from(ahead));
        if self.latest.is_some() && sequence <= newest {
            self.outdated += 1;
            return;
        }
        self.put_out(now);
        let place = usize::try_from(sequence).expect("a message of the list");
        let until = now + self.allowed_to_live[place];
        self.latest = Some((sequence, created, until));
    }

    /// Every message that will come has come; what was known up to `end`.
    pub(super) fn finish(mut self, end: SimTime) -> Held {
        self.put_out(end.max(self.timeline.end()));
        self.timeline.cut(end);
        let stale = self.stale.iter().filter(|since| **since < end).count();
        Held {
            timeline: self.timeline,
            stale: stale as u64,
            outdated: self.outdated,
        }
    }

    /// Puts out what is known, up to an instant.
    fn put_out(&mut self, now: SimTime) {
        let Some((_, created, until)) = self.latest else {
            return self.timeline.extend(now, nothing(Cause::Starting));
        };
        let content = Content::Data {
            input_from: created,
            rate_ppb: STANDS_STILL_PPB,
        };
        self.timeline.extend(now.min(until), content);
        if until < now {
            self.stale.push(until);
            self.timeline.extend(now, nothing(Cause::Stale));
        }
    }
}

fn nothing(cause: Cause) -> Content {
    Content::Idle {
        pattern: Idle::AllOnes,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000_000;

    /// What a subscriber knew up to 100 ms of messages (arrival ms, created ms, number).
    fn held(live_ms: &[u64], arrivals: &[(u64, u64, u32)]) -> Held {
        let allowed_to_live = live_ms.iter().map(|ms| Span::from_ms(*ms)).collect();
        let mut holding = Holding::new(&Subscriber { allowed_to_live });
        for (at, created, number) in arrivals {
            holding.arrive(SimTime(at * MS), SimTime(created * MS), *number);
        }
        holding.finish(SimTime(100 * MS))
    }

    /// (from ms, to ms, created ms or the cause of silence).
    fn pieces(held: &Held) -> Vec<(u64, u64, Result<u64, Cause>)> {
        let piece = |segment: &crate::channel::Segment| {
            let content = match segment.content {
                Content::Data { input_from, .. } => Ok(input_from.0 / MS),
                Content::Idle { cause, .. } => Err(cause),
            };
            (segment.from.0 / MS, segment.to.0 / MS, content)
        };
        held.timeline.segments().iter().map(piece).collect()
    }

    #[test]
    fn a_state_counts_as_long_as_its_message_says_and_is_stale_then() {
        let got = held(&[20, 20, 50], &[(10, 8, 0), (25, 23, 1), (60, 58, 2)]);
        assert_eq!(
            pieces(&got),
            [
                (0, 10, Err(Cause::Starting)),
                (10, 25, Ok(8)),
                (25, 45, Ok(23)),
                (45, 60, Err(Cause::Stale)),
                (60, 100, Ok(58)),
            ]
        );
        assert_eq!((got.stale, got.outdated), (1, 0));
    }

    #[test]
    fn a_message_at_the_very_instant_is_in_time() {
        let got = held(&[20, 20], &[(10, 8, 0), (30, 29, 1)]);
        assert_eq!(got.stale, 1, "only after the last");
        assert_eq!(pieces(&got)[2], (30, 50, Ok(29)));
    }

    #[test]
    fn an_older_message_changes_nothing_and_is_counted() {
        let got = held(&[90, 90], &[(10, 8, 1), (12, 7, 0)]);
        assert_eq!((got.stale, got.outdated), (0, 1));
        assert_eq!(pieces(&got)[1], (10, 100, Ok(8)));
    }

    #[test]
    fn what_comes_after_the_sources_end_is_not_told() {
        let got = held(&[40, 40], &[(70, 68, 0), (120, 99, 1)]);
        assert_eq!(got.stale, 0);
        assert_eq!(pieces(&got).last(), Some(&(70, 100, Ok(68))));
        let got = held(&[10], &[]);
        assert_eq!(pieces(&got), [(0, 100, Err(Cause::Starting))]);
    }
}
