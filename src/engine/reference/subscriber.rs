//! The subscriber to a repeated message as the reference engine sees it.

use crate::engine::outcome::Held;
use crate::plan::Subscriber;
use crate::units::SimTime;

/// What it knows so far.
pub(super) struct SubscriberEnd {
    held: Held,
}

impl SubscriberEnd {
    pub(super) fn new(_subscriber: &Subscriber) -> Self {
        let held = Held::default();
        Self { held }
    }

    /// A message arrives.
    pub(super) fn arrive(&mut self, _now: u64, _created: u64, _sequence: u64) {}

    pub(super) fn finish(self, _end: SimTime) -> Held {
        self.held
    }
}
