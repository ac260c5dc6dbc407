//! The receiving end of a circuit as the reference engine sees it: a set of packets and a timer.

use std::collections::BTreeSet;

use crate::channel::{Cause, Content, Idle};
use crate::engine::outcome::Received;
use crate::pseudowire::clock::PacketTimes;
use crate::pseudowire::receive::{Playout, Receiver};
use crate::units::{SimTime, Span};

/// Written from the rules, not from the jitter buffer of the window engine.
pub(super) struct CircuitEnd {
    receiver: Receiver,
    boundaries: PacketTimes,
    /// Packets the sender sends in all.
    count: u64,
    /// Delay from bit in to bit out, while play-out runs.
    delay: Option<u64>,
    /// Next packet due, and when.
    next: u64,
    due: u64,
    held: BTreeSet<u64>,
    misses: u32,
    /// Arrivals since the last break in the numbers, while play-out does not run.
    in_a_row: Vec<(u64, u64)>,
    silent_since_loss: bool,
    newest: u64,
    received: Received,
}

impl CircuitEnd {
    pub(super) fn new(
        receiver: Receiver,
        boundaries: PacketTimes,
        count: u64,
        detailed: bool,
    ) -> Self {
        let received = Received::new(detailed);
        Self {
            receiver,
            boundaries,
            count,
            delay: None,
            next: 0,
            due: 0,
            held: BTreeSet::new(),
            misses: 0,
            in_a_row: Vec::new(),
            silent_since_loss: false,
            newest: 0,
            received,
        }
    }

    /// A packet arrives; if that starts the play-out, says when the first is due.
    pub(super) fn arrive(&mut self, now: u64, sequence: u64) -> Option<u64> {
        self.give_up_setup(now);
        let Some(delay) = self.delay else {
            return self.count_in(now, sequence);
        };
        let due = self.boundaries.at(sequence).0 + delay;
        if sequence < self.next {
            self.received.late += 1;
            self.slack(-i64::try_from(now.saturating_sub(due)).expect("within 106 days"));
        } else if self.held.contains(&sequence) {
            self.received.duplicates += 1;
        } else if self.held.len() == self.receiver.capacity_packets as usize {
            self.received.overrun += 1;
        } else {
            self.held.insert(sequence);
            self.received.reordered += u64::from(sequence < self.newest);
            self.newest = self.newest.max(sequence);
            self.take(due - now);
        }
        None
    }

    /// The packet that is due now is put out, or is missing. Says when the next is due. A call
    /// that a loss of packets has left behind is for another instant, and does nothing.
    pub(super) fn play_out(&mut self, now: u64) -> Option<u64> {
        let delay = self
            .delay
            .filter(|_| self.due == now && self.next < self.count)?;
        let until = self.boundaries.at(self.next + 1).0 + delay;
        if self.held.remove(&self.next) {
            self.misses = 0;
            self.received.played += 1;
            self.received.delay.record(Span(delay));
            let input_from = self.boundaries.at(self.next);
            self.put_out(
                until,
                Content::Data {
                    input_from,
                    rate_ppb: 0,
                },
            );
        } else {
            self.misses += 1;
            self.received.missing += 1;
            if self.misses == self.receiver.missing_limit {
                self.lose(now);
                return None;
            }
            self.put_out(until, replacement(Cause::Missing));
        }
        self.next += 1;
        self.due = until;
        Some(until)
    }

    pub(super) fn finish(mut self) -> Received {
        let end = self.boundaries.at(self.count).0;
        self.give_up_setup(end);
        if self.delay.is_none() {
            let cause = self.silence();
            let end = end.max(self.received.timeline.end().0);
            self.put_out(end, replacement(cause));
        }
        self.received
    }

    /// Packets in a row, until there are enough to (re)start.
    fn count_in(&mut self, now: u64, sequence: u64) -> Option<u64> {
        if let Some((last, _)) = self.in_a_row.last() {
            if sequence <= *last {
                return None;
            }
            if sequence != last + 1 {
                self.in_a_row.clear();
            }
        }
        self.in_a_row.push((sequence, now));
        let (fill, level) = match self.receiver.playout {
            Playout::FillHalf { packets } => (packets.max(1) as usize, 0),
            Playout::Prefill { level } => (1, level.0),
        };
        let again = if self.silent_since_loss {
            self.receiver.in_sync as usize
        } else {
            0
        };
        if self.in_a_row.len() < fill.max(again) {
            return None;
        }
        let kept = self.in_a_row.split_off(self.in_a_row.len() - fill);
        self.in_a_row.clear();
        let (first, begin) = (kept[0].0, now + level);
        let cause = self.silence();
        self.put_out(begin, replacement(cause));
        let delay = begin - self.boundaries.at(first).0;
        (self.delay, self.next, self.newest, self.misses) = (Some(delay), first, sequence, 0);
        self.received.starts += 1;
        for (sequence, arrived) in kept {
            self.held.insert(sequence);
            self.take(self.boundaries.at(sequence).0 + delay - arrived);
        }
        self.due = begin;
        Some(begin)
    }

    fn give_up_setup(&mut self, now: u64) {
        let limit = self.receiver.setup_timeout.0;
        let never_ran = self.received.starts == 0 && !self.silent_since_loss;
        if never_ran && now > limit {
            self.put_out(limit, replacement(Cause::Starting));
            self.lose(limit);
        }
    }

    fn lose(&mut self, now: u64) {
        assert_eq!(self.received.timeline.end().0, now);
        self.received.losses_of_packets += 1;
        self.silent_since_loss = true;
        self.delay = None;
        self.held.clear();
        self.in_a_row.clear();
    }

    fn silence(&self) -> Cause {
        if self.silent_since_loss {
            Cause::LossOfPackets
        } else {
            Cause::Starting
        }
    }

    fn put_out(&mut self, until: u64, content: Content) {
        self.received.timeline.extend(SimTime(until), content);
    }

    fn take(&mut self, slack: u64) {
        self.slack(i64::try_from(slack).expect("within 106 days"));
        if let Some(shape) = &mut self.received.slack_shape {
            shape.record(Span(slack));
        }
    }

    fn slack(&mut self, slack: i64) {
        let smallest = self
            .received
            .slack_min_left_ps
            .map_or(slack, |before| before.min(slack));
        self.received.slack_min_left_ps = Some(smallest);
    }
}

fn replacement(cause: Cause) -> Content {
    Content::Idle {
        pattern: Idle::AllOnes,
        cause,
    }
}
