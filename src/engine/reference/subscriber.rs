//! A subscriber to a repeated message as the reference engine sees it: all that came, in a list.

use std::sync::Arc;

use crate::channel::{Cause, Content, Idle};
use crate::engine::outcome::Held;
use crate::plan::Subscriber;
use crate::units::{SimTime, Span};

/// Written from the rules, not from the subscriber of the window engine.
pub(super) struct SubscriberEnd {
    allowed_to_live: Arc<[Span]>,
    /// Messages that changed the state: arrival, creation, number.
    taken: Vec<(u64, u64, u64)>,
    outdated: u64,
}

impl SubscriberEnd {
    pub(super) fn new(subscriber: &Subscriber) -> Self {
        Self {
            allowed_to_live: subscriber.allowed_to_live.clone(),
            taken: Vec::new(),
            outdated: 0,
        }
    }

    /// A message arrives; calls come in order of time.
    pub(super) fn arrive(&mut self, now: u64, created: u64, sequence: u64) {
        if self
            .taken
            .last()
            .is_some_and(|(_, _, taken)| *taken >= sequence)
        {
            self.outdated += 1;
        } else {
            self.taken.push((now, created, sequence));
        }
    }

    /// What was known until `end`.
    pub(super) fn finish(self, end: SimTime) -> Held {
        let mut held = Held {
            outdated: self.outdated,
            ..Held::default()
        };
        let first = self.taken.first().map_or(end.0, |taken| taken.0);
        let silence = |cause| Content::Idle {
            pattern: Idle::AllOnes,
            cause,
        };
        let begin = SimTime(first.min(end.0));
        held.timeline.extend(begin, silence(Cause::Starting));
        for (place, (at, created, sequence)) in self.taken.iter().enumerate() {
            if *at >= end.0 {
                break;
            }
            let follower = self.taken.get(place + 1).map_or(end.0, |next| next.0);
            let replaced = follower.min(end.0);
            let expires = at + self.allowed_to_live[*sequence as usize].0;
            let state = Content::Data {
                input_from: SimTime(*created),
                rate_ppb: -1_000_000_000,
            };
            held.timeline.extend(SimTime(expires.min(replaced)), state);
            if expires < replaced {
                held.stale += 1;
                let until = SimTime(replaced);
                held.timeline.extend(until, silence(Cause::Stale));
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::holding::Holding;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn both_subscribers_know_the_same_of_any_messages(
            messages in proptest::collection::vec((1_u64..6, 0_u64..8, 1_u64..9, any::<bool>()), 0..40),
            end in 1_u64..120,
        ) {
            let allowed_to_live: Arc<[Span]> =
                messages.iter().map(|(_, _, live, _)| Span(*live)).collect();
            let subscriber = Subscriber { allowed_to_live };
            let (mut created, mut arrivals) = (0, Vec::new());
            for (n, (gap, delay, _, lost)) in (0_u64..).zip(&messages) {
                created += gap;
                if !lost {
                    arrivals.push((created + delay, n, created));
                }
            }
            arrivals.sort_unstable();
            let mut holding = Holding::new(&subscriber);
            let mut reference = SubscriberEnd::new(&subscriber);
            for (at, sequence, created) in arrivals {
                holding.arrive(SimTime(at), SimTime(created), sequence as u32);
                reference.arrive(at, created, sequence);
            }
            let end = SimTime(end);
            prop_assert_eq!(holding.finish(end), reference.finish(end));
        }
    }
}
