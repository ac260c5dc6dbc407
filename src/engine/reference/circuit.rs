//! The receiving end of a circuit as the reference engine sees it: a set of packets and a timer.

use std::collections::BTreeSet;

use crate::channel::{Cause, Content, Idle};
use crate::engine::outcome::Received;
use crate::pseudowire::clock::PacketTimes;
use crate::pseudowire::receive::{LatePolicy, Playout, Receiver};
use crate::units::{SimTime, Span};

/// Written from the rules, not from the jitter buffer of the window engine.
pub(super) struct CircuitEnd {
    receiver: Receiver,
    boundaries: PacketTimes,
    /// Packets the sender sends in all.
    count: u64,
    /// While play-out runs: an instant, and the packet whose play-out begins there.
    pace: Option<(u64, u64)>,
    /// Next packet due, and when.
    next: u64,
    due: u64,
    held: BTreeSet<u64>,
    /// Packets replaced since the one played last.
    replaced: BTreeSet<u64>,
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
            pace: None,
            next: 0,
            due: 0,
            held: BTreeSet::new(),
            replaced: BTreeSet::new(),
            in_a_row: Vec::new(),
            silent_since_loss: false,
            newest: 0,
            received,
        }
    }

    /// Where the packets are cut, and how many there are.
    pub(super) fn sender(&self) -> (PacketTimes, u64) {
        (self.boundaries.clone(), self.count)
    }

    /// A packet arrives; if that starts the play-out, says when the first is due.
    pub(super) fn arrive(&mut self, now: u64, sequence: u64) -> Option<u64> {
        self.give_up_setup(now);
        if self.pace.is_none() {
            return self.count_in(now, sequence);
        }
        if sequence < self.next {
            self.late(now, sequence);
        } else if self.held.contains(&sequence) {
            self.received.duplicates += 1;
        } else if self.full() {
            self.received.overrun += 1;
            if self.receiver.late == LatePolicy::Recentre && self.make_room(sequence) {
                self.hold(now, sequence);
            }
        } else {
            self.hold(now, sequence);
        }
        None
    }

    /// The packet that is due now is put out, or is missing. Says when the next is due. A call
    /// that a loss of packets has left behind is for another instant, and does nothing.
    pub(super) fn play_out(&mut self, now: u64) -> Option<u64> {
        if self.pace.is_none() || self.due != now || self.next >= self.count {
            return None;
        }
        let until = self.instant(self.next + 1);
        if self.held.remove(&self.next) {
            self.replaced.clear();
            self.received.played += 1;
            let entered = self.boundaries.at(self.next).0;
            self.received.delay.record(Span(now - entered));
            self.put_out_packet(until);
        } else {
            self.replaced.insert(self.next);
            self.received.missing += 1;
            if self.replaced.len() == self.receiver.missing_limit as usize {
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
        if self.pace.is_none() {
            let cause = self.silence();
            let end = end.max(self.received.timeline.end().0);
            self.put_out(end, replacement(cause));
        }
        self.received
    }

    /// When a packet's play-out begins, or would have begun, at the present pace.
    fn instant(&self, sequence: u64) -> u64 {
        let (at, first) = self.pace.expect("play-out runs");
        if sequence == first {
            return at;
        }
        let nominal = |n: u64| i128::from(self.boundaries.ticks().at(n).0);
        let clock = &self.receiver.clock;
        let reading = i128::from(clock.reading(SimTime(at)).0);
        let reading = (reading + nominal(sequence) - nominal(first)).max(0);
        clock
            .when(Span(u64::try_from(reading).expect("within 213 days")))
            .0
    }

    fn full(&self) -> bool {
        self.held.len() >= self.receiver.capacity_packets as usize
    }

    fn late(&mut self, now: u64, sequence: u64) {
        self.received.late += 1;
        let by = now.saturating_sub(self.instant(sequence));
        self.slack(-i64::try_from(by).expect("within 106 days"));
        let back = self.receiver.late == LatePolicy::Recentre && self.replaced.contains(&sequence);
        // After the last packet's place there is no boundary to go on at.
        if back && now <= self.due && !self.full() {
            self.replaced.split_off(&sequence);
            self.held.insert(sequence);
            self.slip_to(sequence);
        }
    }

    /// Gives up the oldest packet; says whether there is room for the new one then.
    fn make_room(&mut self, new: u64) -> bool {
        let oldest = self.held.first().map_or(new, |held| new.min(*held));
        self.held.remove(&oldest);
        self.replaced.clear();
        self.slip_to(oldest + 1);
        oldest != new
    }

    fn slip_to(&mut self, sequence: u64) {
        self.next = sequence;
        self.pace = Some((self.due, sequence));
        self.received.slips += 1;
    }

    fn hold(&mut self, now: u64, sequence: u64) {
        self.held.insert(sequence);
        self.received.reordered += u64::from(sequence < self.newest);
        self.newest = self.newest.max(sequence);
        let due = if sequence == self.next {
            self.due
        } else {
            self.instant(sequence)
        };
        self.take(due - now);
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
        let (first, begin) = (kept[0].0, now + level + self.receiver.hold_back.0);
        let cause = self.silence();
        self.put_out(begin, replacement(cause));
        (self.pace, self.next, self.newest) = (Some((begin, first)), first, sequence);
        self.replaced.clear();
        self.received.starts += 1;
        for (sequence, arrived) in kept {
            self.held.insert(sequence);
            self.take(self.instant(sequence) - arrived);
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
        self.pace = None;
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

    /// The packet that is due is put out until `until`, cut where one of the clocks changes.
    fn put_out_packet(&mut self, until: u64) {
        let (from, entered) = (self.due, self.boundaries.at(self.next));
        let (here, there) = (&self.receiver.clock, self.boundaries.clock());
        if here.is_perfect() && there.is_perfect() {
            let (input_from, rate_ppb) = (entered, 0);
            return self.put_out(
                until,
                Content::Data {
                    input_from,
                    rate_ppb,
                },
            );
        }
        let (begin, nominal) = (
            here.reading(SimTime(from)).0,
            self.boundaries.ticks().at(self.next).0,
        );
        let sent_at = |out: u64| Span(nominal + here.reading(SimTime(out)).0 - begin);
        let mut cuts = BTreeSet::from([from, until]);
        let mut last = SimTime(from);
        while let Some(step) = here.next_step(last).filter(|step| step.0 < until) {
            cuts.insert(step.0);
            last = step;
        }
        let mut sent = Span(nominal);
        while let Some(step) = there.next_step_reading(sent) {
            let out = here.when(Span(begin + step.0 - nominal)).0;
            if out >= until {
                break;
            }
            cuts.insert(out);
            sent = step;
        }
        let ends = cuts.iter().skip(1);
        for (out, end) in cuts.iter().zip(ends) {
            let sent = sent_at(*out);
            let pace = 1_000_000_000 + i128::from(there.offset_at_reading_ppb(sent));
            let own_pace = 1_000_000_000 + i128::from(here.offset_ppb(SimTime(*out)));
            let content = Content::Data {
                input_from: there.when(sent),
                rate_ppb: nearest(1_000_000_000 * (own_pace - pace), pace),
            };
            let end = SimTime(*end);
            self.received.timeline.extend_drifting(end, content);
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

/// A quotient to the nearest whole number, halves away from zero.
fn nearest(dividend: i128, divisor: i128) -> i64 {
    let (whole, rest) = (dividend.abs() / divisor, dividend.abs() % divisor);
    let rounded = if 2 * rest >= divisor {
        whole + 1
    } else {
        whole
    };
    i64::try_from(rounded * dividend.signum()).expect("clocks within their limit")
}

fn replacement(cause: Cause) -> Content {
    Content::Idle {
        pattern: Idle::AllOnes,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reception::Reception;
    use crate::pseudowire::clock::{Clock, ClockStep};
    use crate::units::Ticks;
    use proptest::prelude::*;

    /// Both ends under the same arrivals (time, sequence), in order of time.
    fn both(
        receiver: &Receiver,
        times: &PacketTimes,
        sent: u64,
        arrivals: &[(u64, u64)],
    ) -> (Received, Received) {
        let mut reception = Reception::new(receiver.clone(), times.clone(), sent, true);
        let mut end = CircuitEnd::new(receiver.clone(), times.clone(), sent, true);
        let mut timer: Option<u64> = None;
        for (at, sequence) in arrivals {
            // Arrivals come before timers at one instant.
            while let Some(due) = timer.filter(|due| due < at) {
                timer = end.play_out(due);
            }
            timer = end.arrive(*at, *sequence).or(timer);
            reception.arrive(*at, *sequence as u32);
        }
        while let Some(due) = timer {
            timer = end.play_out(due);
        }
        (reception.finish(), end.finish())
    }

    fn clocks() -> impl Strategy<Value = Clock> {
        let offsets = prop_oneof![
            Just(vec![0]),
            proptest::collection::vec(-1_000_000_i64..=1_000_000, 1..5),
            proptest::collection::vec(-50_000_i64..=50_000, 1..3),
        ];
        (offsets, 1_u64..60).prop_map(|(offsets, apart_ms)| {
            let step = |(n, offset_ppb)| ClockStep {
                from: SimTime(n * (apart_ms * 1_000_000_000 + 123_456)),
                offset_ppb,
            };
            Clock::new(&(0_u64..).zip(offsets).map(step).collect::<Vec<_>>())
        })
    }

    fn receivers() -> impl Strategy<Value = Receiver> {
        let playout = prop_oneof![
            (1_u32..5).prop_map(|packets| Playout::FillHalf { packets }),
            (0_u64..5_000_000_000).prop_map(|ps| Playout::Prefill { level: Span(ps) }),
        ];
        let policy = prop_oneof![Just(LatePolicy::Discard), Just(LatePolicy::Recentre)];
        let hold_back = prop_oneof![Just(0), 0_u64..3_000_000_000];
        let counters = (0_u32..9, 1_u32..12, 1_u32..4, 5_u64..200);
        (playout, policy, hold_back, counters, clocks()).prop_map(
            |(playout, late, hold_back, (capacity, missing, in_sync, setup), clock)| Receiver {
                playout,
                capacity_packets: capacity,
                missing_limit: missing,
                in_sync,
                setup_timeout: Span::from_ms(setup),
                late,
                hold_back: Span(hold_back),
                clock,
            },
        )
    }

    /// Per packet: lost, or its network delay, and the delay of a second copy.
    fn fates() -> impl Strategy<Value = Vec<(Option<u64>, Option<u64>)>> {
        let delay = || {
            prop_oneof![
                4 => 1_000_000_000_u64..1_200_000_000,
                2 => Just(1_200_000_000),
                1 => 0_u64..9_000_000_000,
            ]
        };
        let first = prop_oneof![9 => delay().prop_map(Some), 1 => Just(None)];
        let copy = prop_oneof![9 => Just(None), 1 => delay().prop_map(Some)];
        proptest::collection::vec((first, copy), 1..160)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

        #[test]
        fn both_receiving_ends_do_the_same_under_any_arrivals_clocks_and_policy(
            receiver in receivers(),
            sender in clocks(),
            t1 in any::<bool>(),
            fates in fates(),
            shift in proptest::collection::vec(0_u64..8_000_000_000, 0..3),
        ) {
            let ticks = if t1 {
                Ticks::new(SimTime(77), 192_000_000_000, 193)
            } else {
                Ticks::every(SimTime::ZERO, Span::from_ms(1))
            };
            let times = PacketTimes::new(ticks, sender);
            let mut arrivals = Vec::new();
            for (n, (first, copy)) in (0_u64..).zip(&fates) {
                // The path changes now and then, for all packets from then on.
                let path = shift.get(n as usize / 40).copied().unwrap_or(0);
                for delay in first.iter().chain(copy) {
                    arrivals.push((times.at(n + 1).0 + delay + path, n));
                }
            }
            arrivals.sort_unstable();
            let sent = fates.len() as u64;
            let (window, reference) = both(&receiver, &times, sent, &arrivals);
            prop_assert_eq!(window, reference);
        }
    }
}
