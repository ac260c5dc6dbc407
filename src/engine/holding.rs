//! What a subscriber to a repeated message knows, and since when.

use super::outcome::Held;
use crate::channel::{Cause, Content, Idle};
use crate::plan::Subscriber;
use crate::units::{SimTime, Span};
use std::sync::Arc;

/// The far end of a repeated message.
#[derive(Debug)]
pub(super) struct Holding {
    allowed_to_live: Arc<[Span]>,
    held: Held,
    /// The youngest message that has arrived: number, creation, until when it may be trusted.
    newest: Option<(u64, SimTime, SimTime)>,
}

impl Holding {
    /// Nothing has arrived yet.
    pub(super) fn new(subscriber: &Subscriber) -> Self {
        Self {
            allowed_to_live: Arc::clone(&subscriber.allowed_to_live),
            held: Held::default(),
            newest: None,
        }
    }

    /// A message arrives; of its number the low 32 bits travel with it.
    pub(super) fn arrive(&mut self, now: SimTime, created: SimTime, low_bits: u32) {
        let newest = self.newest.map_or(0, |(number, ..)| number);
        let ahead = low_bits.wrapping_sub(newest as u32).cast_signed();
        if self.newest.is_some() && ahead <= 0 {
            self.held.outdated += 1;
            return;
        }
        let number = newest.wrapping_add_signed(i64::from(ahead));
        self.advance(now);
        let place = usize::try_from(number).expect("a list fits in memory");
        let until = now + self.allowed_to_live[place];
        self.newest = Some((number, created, until));
    }

    /// Writes down what was known until `now`.
    fn advance(&mut self, now: SimTime) {
        let idle = |cause| Content::Idle {
            pattern: Idle::AllOnes,
            cause,
        };
        let timeline = &mut self.held.timeline;
        let Some((_, created, until)) = self.newest else {
            timeline.extend(now, idle(Cause::Starting));
            return;
        };
        let data = Content::Data {
            input_from: created,
            rate_ppb: -1_000_000_000,
        };
        timeline.extend(now.min(until), data);
        if until < now {
            self.held.stale += 1;
            timeline.extend(now, idle(Cause::Stale));
        }
    }

    /// The sources have ended.
    pub(super) fn finish(mut self, end: SimTime) -> Held {
        if end > self.held.timeline.end() {
            self.advance(end);
        }
        self.held
    }
}
