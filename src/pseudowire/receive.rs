//! The receiving end of a circuit: jitter buffer and play-out, as RFC 4553 §6.2 and RFC 5086
//! §6.2 leave it, with our choices where they leave it open (`docs/models/jitter-buffer.md`).
//!
//! The machine takes arrivals in order of time and says, through events, what the interface puts
//! out. It schedules nothing: play-out instants before an arrival are worked off when the arrival
//! comes. A packet that arrives exactly at its play-out instant is in time.

use std::collections::VecDeque;

use super::clock::{Clock, PacketTimes};
use crate::units::{SimTime, Span};

/// Settings of the receiving end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receiver {
    /// When play-out begins.
    pub playout: Playout,
    /// Whole packets that may wait.
    pub capacity_packets: u32,
    /// Consecutive missing packets that make the loss-of-packets state (RFC 5604
    /// `ConsecMissPktsOutSynch`, default 10).
    pub missing_limit: u32,
    /// Consecutive packets that end it (RFC 5604 `ConsecPktsInSynch`, default 2).
    pub in_sync: u32,
    /// Without a start after this, the loss-of-packets state (RFC 5604 `SetUp2SynchTimeOut`,
    /// default 5000 ms).
    pub setup_timeout: Span,
    /// What becomes of a packet that comes after its play-out instant.
    pub late: LatePolicy,
    /// Extra wait before play-out begins: what equalises the two directions of a circuit.
    pub hold_back: Span,
    /// The clock that play-out follows.
    pub clock: Clock,
}

/// What becomes of a packet that comes after its play-out instant.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LatePolicy {
    /// It is discarded: its place was played already (RFC 4553 §6.2). So is a packet that finds no
    /// room.
    #[default]
    Discard,
    /// Play-out slips to it. Our own rule, no vendor's:
    ///
    /// - *Back.* A packet that comes late, whose place was replaced after the packet played last,
    ///   is played at the next play-out boundary at or after its arrival: where the replacement
    ///   being played ends. The packets after it follow in order, those not there yet are awaited
    ///   anew; those before it stay lost. The delay grows by the packets replaced in the
    ///   meantime. Where the buffer has no room, or the last packet sent was replaced and that
    ///   has ended, it is discarded.
    /// - *Ahead.* Where a packet finds no room, the oldest of those waiting and itself is
    ///   discarded, and the one after that is played at the next boundary: the delay shrinks by
    ///   the packets left out. Nothing is put out in their place.
    Recentre,
}

/// When play-out begins; the models differ by milliseconds at identical settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Playout {
    /// Model A: on arrival of the k-th consecutive packet.
    FillHalf {
        /// k = max(1, ceil((buffer / 2) / packet time)).
        packets: u32,
    },
    /// Model B: one level after the first packet.
    Prefill {
        /// The configured jitter buffer.
        level: Span,
    },
}

/// What the receiving end did, in the order of play-out time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// Play-out begins at `at`; its first bit leaves `delay` after it entered.
    Started {
        /// When.
        at: SimTime,
        /// One-way delay of the first bit: that of all until the next start or slip, where both
        /// clocks run alike.
        delay: Span,
    },
    /// Play-out goes on at `at` with another packet than the one in turn.
    Slipped {
        /// The next play-out boundary.
        at: SimTime,
        /// Which is played there.
        next: u64,
    },
    /// A packet was taken for play-out, `slack` before its play-out instant.
    Taken {
        /// Distance to underrun.
        slack: Span,
        /// Whether a younger packet had come before it.
        reordered: bool,
    },
    /// A packet came after its play-out instant: discarded, unless play-out slips back to it.
    Late {
        /// By how much.
        by: Span,
    },
    /// A packet found no room: it was discarded, or play-out slips ahead.
    Overrun,
    /// A packet that was waiting already was discarded.
    Duplicate,
    /// A packet was put out, its last bit at `until`.
    Played {
        /// Which.
        sequence: u64,
        /// Where the next packet's play-out begins.
        until: SimTime,
    },
    /// A packet was not there: replacement data until `until`.
    Missing {
        /// Where the next packet's play-out begins.
        until: SimTime,
    },
    /// The loss-of-packets state begins: the buffer empties.
    Lost {
        /// When.
        at: SimTime,
    },
}

/// The receiving end of one direction of one circuit.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    receiver: Receiver,
    /// Packet n holds the bits that entered from boundary n to boundary n + 1.
    boundaries: PacketTimes,
    /// Packets the far end sends in all: nothing is missing after the last.
    sent: u64,
    state: State,
    /// Sequence numbers that wait for play-out, ascending.
    waiting: VecDeque<u64>,
    /// Largest sequence number seen since the last start.
    newest: u64,
}

#[derive(Clone, Debug)]
enum State {
    /// Before a start; the consecutive packets seen last, the youngest at the back.
    Waiting {
        first_start: bool,
        run: VecDeque<(u64, SimTime)>,
    },
    /// The packet `next` is due at `due`; `misses` before it were missing without a break.
    Playing {
        anchor: Anchor,
        next: u64,
        due: SimTime,
        misses: u32,
    },
}

/// What play-out instants are counted from: the packet `first` is due at `at`, the n-th after it
/// when the receiving clock has run on by n nominal packet times.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    at: SimTime,
    first: u64,
    /// What the receiving clock reads at `at`, less the nominal tick of `first`; modulo 2^64.
    base: u64,
}

impl JitterBuffer {
    /// An empty buffer for `sent` packets cut at these boundaries.
    #[must_use]
    pub fn new(receiver: Receiver, boundaries: impl Into<PacketTimes>, sent: u64) -> Self {
        let room = receiver.capacity_packets.max(receiver.start_packets(false)) as usize + 1;
        let run = VecDeque::with_capacity(room);
        let state = State::Waiting {
            first_start: true,
            run,
        };
        Self {
            receiver,
            boundaries: boundaries.into(),
            sent,
            state,
            waiting: VecDeque::with_capacity(room),
            newest: 0,
        }
    }

    /// A packet arrives. Calls come in order of time.
    pub fn arrive(&mut self, now: SimTime, sequence: u64, tell: &mut impl FnMut(Event)) {
        self.work_off(now, tell);
        self.time_out(now, tell);
        match &self.state {
            State::Waiting { .. } => self.count_towards_start(now, sequence, tell),
            State::Playing { next, .. } if sequence < *next => self.late(now, sequence, tell),
            State::Playing { .. } => self.take(now, sequence, tell),
        }
    }

    /// All packets have arrived or never will: plays out the rest.
    pub fn finish(&mut self, tell: &mut impl FnMut(Event)) {
        self.work_off(SimTime::NEVER, tell);
        self.time_out(self.boundaries.at(self.sent), tell);
    }

    /// Works off the play-out instants strictly before `now`.
    fn work_off(&mut self, now: SimTime, tell: &mut impl FnMut(Event)) {
        while let State::Playing {
            anchor,
            next,
            due,
            misses,
        } = &mut self.state
        {
            if *due >= now || *next == self.sent {
                return;
            }
            let until = anchor.due(*next + 1, &self.boundaries, &self.receiver.clock);
            if self.waiting.front() == Some(next) {
                self.waiting.pop_front();
                *misses = 0;
                tell(Event::Played {
                    sequence: *next,
                    until,
                });
            } else {
                *misses += 1;
                if *misses == self.receiver.missing_limit {
                    let at = *due;
                    self.lose(at, tell);
                    return;
                }
                tell(Event::Missing { until });
            }
            *next += 1;
            *due = until;
        }
    }

    /// Without a first start in time, the loss-of-packets state.
    fn time_out(&mut self, now: SimTime, tell: &mut impl FnMut(Event)) {
        let limit = SimTime::ZERO + self.receiver.setup_timeout;
        if matches!(
            self.state,
            State::Waiting {
                first_start: true,
                ..
            }
        ) && now > limit
        {
            self.lose(limit, tell);
        }
    }

    fn lose(&mut self, at: SimTime, tell: &mut impl FnMut(Event)) {
        self.waiting.clear();
        let mut run = match &mut self.state {
            State::Waiting { run, .. } => std::mem::take(run),
            State::Playing { .. } => VecDeque::new(),
        };
        run.clear();
        self.state = State::Waiting {
            first_start: false,
            run,
        };
        tell(Event::Lost { at });
    }

    fn late(&mut self, now: SimTime, sequence: u64, tell: &mut impl FnMut(Event)) {
        let State::Playing {
            anchor,
            next,
            due,
            misses,
        } = &mut self.state
        else {
            unreachable!("only called while playing");
        };
        let instant = anchor.due(sequence, &self.boundaries, &self.receiver.clock);
        // A packet older than the one play-out begins with may come before that instant: its
        // place is gone all the same.
        tell(Event::Late {
            by: Span(now.0.saturating_sub(instant.0)),
        });
        let oldest_replaced = *next - u64::from(*misses);
        let room = self.waiting.len() < self.receiver.capacity_packets as usize;
        if self.receiver.late == LatePolicy::Recentre
            && sequence >= oldest_replaced
            && now <= *due
            && room
        {
            self.waiting.push_front(sequence);
            *misses = u32::try_from(sequence - oldest_replaced).expect("fewer than before");
            self.slip(sequence, tell);
        }
    }

    fn take(&mut self, now: SimTime, sequence: u64, tell: &mut impl FnMut(Event)) {
        let mut place = self.waiting.partition_point(|waiting| *waiting < sequence);
        if self.waiting.get(place) == Some(&sequence) {
            return tell(Event::Duplicate);
        }
        if self.waiting.len() >= self.receiver.capacity_packets as usize {
            tell(Event::Overrun);
            if self.receiver.late == LatePolicy::Discard {
                return;
            }
            self.slip_ahead(place, sequence, tell);
            if place == 0 {
                return;
            }
            place -= 1;
        }
        let slack = self.due(sequence).since(now);
        self.waiting.insert(place, sequence);
        let reordered = sequence < self.newest;
        self.newest = self.newest.max(sequence);
        tell(Event::Taken { slack, reordered });
    }

    /// Leaves out the oldest packet: the first of those waiting, or this one, if its place is
    /// before them.
    fn slip_ahead(&mut self, place: usize, sequence: u64, tell: &mut impl FnMut(Event)) {
        let oldest = if place > 0 {
            self.waiting.pop_front().expect("one waits before it")
        } else {
            sequence
        };
        if let State::Playing { misses, .. } = &mut self.state {
            *misses = 0;
        }
        self.slip(oldest + 1, tell);
    }

    /// From the next boundary on, play-out goes on with this packet.
    fn slip(&mut self, to: u64, tell: &mut impl FnMut(Event)) {
        let State::Playing {
            anchor, next, due, ..
        } = &mut self.state
        else {
            unreachable!("only called while playing");
        };
        *next = to;
        *anchor = Anchor::new(*due, to, &self.boundaries, &self.receiver.clock);
        tell(Event::Slipped { at: *due, next: to });
    }

    /// When a packet not played yet is due.
    fn due(&self, sequence: u64) -> SimTime {
        match &self.state {
            State::Playing { next, due, .. } if sequence == *next => *due,
            State::Playing { anchor, .. } => {
                anchor.due(sequence, &self.boundaries, &self.receiver.clock)
            }
            State::Waiting { .. } => unreachable!("only called while playing"),
        }
    }

    fn count_towards_start(&mut self, now: SimTime, sequence: u64, tell: &mut impl FnMut(Event)) {
        let State::Waiting { first_start, run } = &mut self.state else {
            unreachable!("only called while waiting");
        };
        let needed = self.receiver.start_packets(*first_start) as usize;
        match run.back() {
            // An older packet than the youngest neither helps nor breaks the run.
            Some((last, _)) if sequence <= *last => return,
            Some((last, _)) if sequence > *last + 1 => run.clear(),
            _ => {}
        }
        run.push_back((sequence, now));
        if run.len() < needed {
            return;
        }
        let (kept, at) = match self.receiver.playout {
            Playout::FillHalf { packets } => (packets.max(1) as usize, now),
            Playout::Prefill { level } => (1, now + level),
        };
        let at = at + self.receiver.hold_back;
        let mut run = std::mem::take(run);
        run.drain(..run.len() - kept);
        let first = run[0].0;
        let delay = at.since(self.boundaries.at(first));
        self.newest = sequence;
        let anchor = Anchor::new(at, first, &self.boundaries, &self.receiver.clock);
        self.state = State::Playing {
            anchor,
            next: first,
            due: at,
            misses: 0,
        };
        tell(Event::Started { at, delay });
        for (sequence, arrived) in run {
            self.waiting.push_back(sequence);
            let slack = self.due(sequence).since(arrived);
            tell(Event::Taken {
                slack,
                reordered: false,
            });
        }
    }
}

impl Anchor {
    fn new(at: SimTime, first: u64, boundaries: &PacketTimes, clock: &Clock) -> Self {
        let tick = boundaries.ticks().at(first).0;
        let base = clock.reading(at).0.wrapping_sub(tick);
        Self { at, first, base }
    }

    /// The play-out instant of a packet; for one before `first`, when it would have been, but not
    /// before the run.
    #[inline]
    fn due(&self, sequence: u64, boundaries: &PacketTimes, clock: &Clock) -> SimTime {
        let tick = boundaries.ticks().at(sequence).0;
        if sequence > self.first {
            return clock.when(Span(self.base.wrapping_add(tick)));
        }
        let before = boundaries.ticks().at(self.first).0 - tick;
        match before {
            // The clock may have read this a picosecond earlier already.
            0 => self.at,
            _ => clock.when(Span(clock.reading(self.at).0.saturating_sub(before))),
        }
    }
}

impl Receiver {
    /// Consecutive packets that (re)start play-out; it begins with as many of them, the last ones,
    /// as make a first start.
    #[must_use]
    pub fn start_packets(&self, first_start: bool) -> u32 {
        let filling = match self.playout {
            Playout::FillHalf { packets } => packets.max(1),
            Playout::Prefill { .. } => 1,
        };
        if first_start {
            filling
        } else {
            filling.max(self.in_sync)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ticks;

    const MS: u64 = 1_000_000_000;
    const US: u64 = 1_000_000;

    fn fill_half(packets: u32, capacity_packets: u32) -> Receiver {
        Receiver {
            playout: Playout::FillHalf { packets },
            capacity_packets,
            missing_limit: 10,
            in_sync: 2,
            setup_timeout: Span::from_s(5),
            late: LatePolicy::Discard,
            hold_back: Span::ZERO,
            clock: Clock::default(),
        }
    }

    fn prefill(level: Span, capacity_packets: u32) -> Receiver {
        Receiver {
            playout: Playout::Prefill { level },
            ..fill_half(1, capacity_packets)
        }
    }

    /// Feeds packets of 1 ms, number n complete at (n + 1) ms, each with its network delay in
    /// microseconds (`None`: lost), and returns what the interface did.
    fn feed(receiver: Receiver, network_us: &[Option<u64>]) -> Vec<Event> {
        let boundaries = Ticks::every(SimTime::ZERO, Span::from_ms(1));
        let mut arrivals: Vec<(u64, u64)> = (0_u64..)
            .zip(network_us)
            .filter_map(|(n, delay)| delay.map(|us| ((n + 1) * MS + us * US, n)))
            .collect();
        arrivals.sort_unstable();
        let sent = network_us.len() as u64;
        let (mut buffer, mut events) = (JitterBuffer::new(receiver, boundaries, sent), Vec::new());
        for (at, sequence) in arrivals {
            buffer.arrive(SimTime(at), sequence, &mut |event| events.push(event));
        }
        buffer.finish(&mut |event| events.push(event));
        events
    }

    fn delays_us(events: &[Event]) -> Vec<u64> {
        let delay = |event: &Event| match event {
            Event::Started { delay, .. } => Some(delay.0 / US),
            _ => None,
        };
        events.iter().filter_map(delay).collect()
    }

    fn count(events: &[Event], which: impl Fn(&Event) -> bool) -> usize {
        events.iter().filter(|event| which(event)).count()
    }

    fn path_change(to_us: u64) -> Vec<Option<u64>> {
        [vec![Some(1200); 20], vec![Some(to_us); 40]].concat()
    }

    #[test]
    fn a_longer_path_within_the_slack_changes_nothing() {
        // TV26: P 1 ms, buffer 4 ms (k = 2), network 1200 -> 2000 us; slack 1000 us.
        let events = feed(fill_half(2, 4), &path_change(2000));
        assert_eq!(delays_us(&events), [3200]);
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 60);
    }

    #[test]
    fn arrival_at_exactly_the_playout_instant_is_in_time() {
        let events = feed(fill_half(2, 4), &path_change(2200));
        assert_eq!(delays_us(&events), [3200]);
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 60);
        assert!(events.contains(&Event::Taken {
            slack: Span::ZERO,
            reordered: false
        }));
    }

    #[test]
    fn a_path_longer_than_the_slack_loses_everything_until_the_restart() {
        // TV26: Δ 1500 us > slack 1000 us: all late, loss of packets, then 2000 + 2700 us.
        let events = feed(fill_half(2, 4), &path_change(2700));
        assert_eq!(delays_us(&events), [3200, 4700]);
        assert_eq!(count(&events, |e| matches!(e, Event::Lost { .. })), 1);
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 9);
    }

    #[test]
    fn loss_of_packets_comes_at_the_tenth_miss_nine_packet_times_after_the_first() {
        // TV25: outage of 50 packets of 1 ms, P = 1 ms, D = 1200 us, k = 2: packet 20 is the
        // first to miss, due at 20 + 3.2 ms.
        let outage = [vec![Some(1200); 20], vec![None; 50], vec![Some(1200); 20]].concat();
        let events = feed(fill_half(2, 4), &outage);
        assert!(events.contains(&Event::Lost {
            at: SimTime(23_200 * US + 9 * MS)
        }));
        assert_eq!(delays_us(&events), [3200, 3200]);
    }

    #[test]
    fn eight_lost_packets_are_replaced_without_loss_of_packets() {
        let outage = [vec![Some(1200); 20], vec![None; 8], vec![Some(1200); 20]].concat();
        let events = feed(fill_half(2, 4), &outage);
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 8);
        assert_eq!(count(&events, |e| matches!(e, Event::Lost { .. })), 0);
        assert_eq!(delays_us(&events), [3200]);
    }

    #[test]
    fn with_k_1_a_restart_still_needs_two_packets_and_begins_with_the_second() {
        let outage = [vec![Some(1200); 20], vec![None; 30], vec![Some(1200); 20]].concat();
        let events = feed(fill_half(1, 2), &outage);
        assert_eq!(delays_us(&events), [2200, 2200]);
        // Packets 50 and 51 come back at 52.2 and 53.2 ms: play-out begins at 53.2 with 51.
        let delay = Span::from_us(2200);
        assert!(events.contains(&Event::Started {
            at: SimTime(53_200 * US),
            delay
        }));
    }

    #[test]
    fn startup_delay_follows_the_fill_half_formula() {
        // TV13: P 1000, buffer 2000, 3000, 4000, 5000: k = 1, 2, 2, 3; D 1200.
        for (k, capacity, delay) in [(1, 2, 2200), (2, 3, 3200), (2, 4, 3200), (3, 5, 4200)] {
            let events = feed(fill_half(k, capacity), &[Some(1200); 10]);
            assert_eq!(delays_us(&events), [delay], "k = {k}");
        }
    }

    #[test]
    fn a_lost_packet_starts_the_count_anew() {
        let events = feed(
            fill_half(3, 6),
            &[Some(0), Some(0), None, Some(0), Some(0), Some(0)],
        );
        assert_eq!(
            events[0],
            Event::Started {
                at: SimTime(6 * MS),
                delay: Span::from_ms(3)
            }
        );
    }

    #[test]
    fn prefill_plays_one_level_after_the_first_packet() {
        // TV16: level 3 ms, P 1 ms, D 0: 4000 us.
        let events = feed(prefill(Span::from_ms(3), 6), &[Some(0); 12]);
        assert_eq!(delays_us(&events), [4000]);
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 12);
    }

    #[test]
    fn after_loss_of_packets_prefill_begins_with_the_second_packet() {
        let outage = [vec![Some(0); 5], vec![None; 20], vec![Some(0); 8]].concat();
        let events = feed(prefill(Span::from_ms(3), 6), &outage);
        // Packets 25 and 26 come at 26 and 27 ms; play-out of 26 one level later.
        let again = Event::Started {
            at: SimTime(30 * MS),
            delay: Span::from_ms(4),
        };
        assert!(events.contains(&again));
    }

    #[test]
    fn a_reordered_packet_in_time_is_put_in_its_place() {
        let mut delays = vec![Some(1200); 20];
        delays[10] = Some(2210); // comes just after packet 11, due at 13.2 ms
        let events = feed(fill_half(3, 6), &delays);
        assert_eq!(
            count(&events, |e| matches!(
                e,
                Event::Taken {
                    reordered: true,
                    ..
                }
            )),
            1
        );
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 20);
    }

    #[test]
    fn a_full_buffer_discards_and_stays_in_the_normal_state() {
        // A queue in the network lets go: packets 0 to 9 come together at 10 ms. Two start the
        // play-out, two more find room, six do not.
        let mut delays: Vec<_> = (0..10).map(|n| Some(9000 - 1000 * n)).collect();
        delays.push(Some(0));
        let events = feed(fill_half(2, 4), &delays);
        assert_eq!(count(&events, |e| matches!(e, Event::Overrun)), 6);
        assert_eq!(count(&events, |e| matches!(e, Event::Lost { .. })), 0);
    }

    #[test]
    fn without_packets_for_five_seconds_the_setup_times_out() {
        let mut delays = vec![None; 6000];
        delays.extend(vec![Some(0); 5]);
        let events = feed(fill_half(1, 2), &delays);
        assert_eq!(
            events[0],
            Event::Lost {
                at: SimTime(5000 * MS)
            }
        );
        assert_eq!(
            events[1],
            Event::Started {
                at: SimTime(6002 * MS),
                delay: Span::from_ms(1)
            }
        );
    }

    #[test]
    fn nothing_is_missing_after_the_last_packet() {
        let events = feed(fill_half(2, 4), &[Some(1200); 30]);
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 0);
        let last = Event::Played {
            sequence: 29,
            until: SimTime(33_200 * US),
        };
        assert_eq!(events.last(), Some(&last));
    }
    /// Packets of 1 ms with 1200 us of network, played out by this clock; (k, capacity) as given.
    fn drifting(k: u32, capacity: u32, late: LatePolicy, ppb: i64, packets: usize) -> Vec<Event> {
        let receiver = Receiver {
            late,
            clock: Clock::free_running(ppb),
            ..fill_half(k, capacity)
        };
        feed(receiver, &vec![Some(1200); packets])
    }

    /// Packets that were in time before the first that was not.
    fn in_time(events: &[Event]) -> usize {
        let first = events
            .iter()
            .position(|event| matches!(event, Event::Late { .. }));
        count(&events[..first.unwrap()], |e| {
            matches!(e, Event::Taken { .. })
        })
    }

    #[test]
    fn a_slack_of_1_ms_lasts_20_s_at_50_ppm() {
        // TV29. Play-out of packet 0 begins when packet 1 arrives: packet n is due after
        // n / 1.00005 ms and arrives after n - 1 ms. 20 001 does at the very instant, 20 s later.
        let events = drifting(2, 4, LatePolicy::Discard, 50_000, 20_050);
        assert_eq!(in_time(&events), 20_002, "packets 0 to 20 001");
        let tie = Event::Taken {
            slack: Span::ZERO,
            reordered: false,
        };
        assert_eq!(count(&events, |event| *event == tie), 1);
        // All are late until loss of packets, then the slack is there again.
        assert_eq!(count(&events, |e| matches!(e, Event::Lost { .. })), 1);
        assert_eq!(count(&events, |e| matches!(e, Event::Started { .. })), 2);
    }

    #[test]
    fn a_slack_of_1_ms_lasts_217_s_at_4_6_ppm() {
        // TV29: n (1 - 1 / 1.0000046) > 1 first at n = 217 393, due 217.392 s after the start.
        let events = drifting(2, 4, LatePolicy::Discard, 4_600, 217_400);
        assert_eq!(in_time(&events), 217_393, "packets 0 to 217 392");
    }

    #[test]
    fn where_it_recentres_an_underrun_costs_one_packet_time_and_loses_nothing() {
        let events = drifting(2, 4, LatePolicy::Recentre, 50_000, 20_050);
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 1);
        assert_eq!(count(&events, |e| matches!(e, Event::Late { .. })), 1);
        assert_eq!(
            count(&events, |e| matches!(e, Event::Played { .. })),
            20_050
        );
        let slips = events.iter().filter_map(|event| match event {
            Event::Slipped { next, .. } => Some(*next),
            _ => None,
        });
        assert_eq!(slips.collect::<Vec<_>>(), [20_002]);
    }

    #[test]
    fn a_slow_clock_fills_the_buffer_and_overruns_or_slips_ahead() {
        // Room for one packet more than needed, 1 ms, lasts 20 s at 50 ppm: packet 20 001
        // arrives 20 s after the start, when 19 999 is due at that very instant.
        for (late, overruns) in [(LatePolicy::Discard, None), (LatePolicy::Recentre, Some(1))] {
            let events = drifting(2, 2, late, -50_000, 20_050);
            let first = events
                .iter()
                .position(|event| *event == Event::Overrun)
                .unwrap();
            let taken = count(&events[..first], |e| matches!(e, Event::Taken { .. }));
            assert_eq!(taken, 20_001, "packets 0 to 20 000");
            let slip = Event::Slipped {
                at: SimTime(3_200 * US + 20_000 * MS),
                next: 20_000,
            };
            assert_eq!(events[first + 1] == slip, late == LatePolicy::Recentre);
            if let Some(overruns) = overruns {
                assert_eq!(count(&events, |e| *e == Event::Overrun), overruns);
                assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 0);
            }
        }
    }

    fn recentring(packets: u32, capacity_packets: u32) -> Receiver {
        Receiver {
            late: LatePolicy::Recentre,
            ..fill_half(packets, capacity_packets)
        }
    }

    #[test]
    fn a_longer_path_recentres_after_one_replacement() {
        // TV26, last case: packet 20 is due at 23.2 ms and comes at 23.7; it is played where its
        // replacement ends, 4.2 ms after it entered.
        let events = feed(recentring(2, 4), &path_change(2700));
        let slip = Event::Slipped {
            at: SimTime(24_200 * US),
            next: 20,
        };
        assert_eq!(count(&events, |e| matches!(e, Event::Slipped { .. })), 1);
        assert!(events.contains(&slip));
        assert!(events.contains(&Event::Late {
            by: Span::from_us(500)
        }));
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 1);
        assert_eq!(count(&events, |e| matches!(e, Event::Lost { .. })), 0);
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 60);
    }

    #[test]
    fn a_packet_lost_at_the_change_does_not_keep_the_next_from_recentring() {
        // Packet 20 is lost; 21 is due at 24.2 ms, comes at 24.7 and is played at 25.2.
        let mut delays = path_change(2700);
        delays[20] = None;
        let events = feed(recentring(2, 4), &delays);
        let slip = Event::Slipped {
            at: SimTime(25_200 * US),
            next: 21,
        };
        assert_eq!(count(&events, |e| matches!(e, Event::Slipped { .. })), 1);
        assert!(events.contains(&slip));
        assert_eq!(count(&events, |e| matches!(e, Event::Missing { .. })), 2);
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 59);
    }

    #[test]
    fn a_late_packet_from_before_the_packet_played_last_is_discarded() {
        let mut delays = vec![Some(1200); 30];
        delays[10] = Some(3200); // due at 13.2 ms, comes at 14.2, where its replacement ends
        let events = feed(recentring(2, 4), &delays);
        assert_eq!(count(&events, |e| matches!(e, Event::Slipped { .. })), 1);
        delays[10] = Some(3300); // comes at 14.3, when 11 is being played
        let events = feed(recentring(2, 4), &delays);
        assert_eq!(count(&events, |e| matches!(e, Event::Slipped { .. })), 0);
        assert_eq!(count(&events, |e| matches!(e, Event::Late { .. })), 1);
    }

    #[test]
    fn a_full_buffer_that_recentres_keeps_the_youngest() {
        // As above, ten at once at 10 ms: 0 to 5 are left out, 6 begins 4 ms after it entered.
        let mut delays: Vec<_> = (0..10).map(|n| Some(9000 - 1000 * n)).collect();
        delays.push(Some(0));
        let events = feed(recentring(2, 4), &delays);
        assert_eq!(count(&events, |e| matches!(e, Event::Overrun)), 6);
        assert!(events.contains(&Event::Slipped {
            at: SimTime(10 * MS),
            next: 6
        }));
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 5);
    }

    #[test]
    fn held_back_play_out_begins_later_and_forgives_more() {
        // US 9065748: k = 2 and 2.5 ms: 3200 + 2500 us; the packet that starts it has 3.5 ms.
        let receiver = Receiver {
            hold_back: Span::from_us(2500),
            ..fill_half(2, 7)
        };
        let events = feed(receiver, &[Some(1200); 30]);
        assert_eq!(delays_us(&events), [5700]);
        assert!(events.contains(&Event::Taken {
            slack: Span::from_us(3500),
            reordered: false
        }));
        assert_eq!(count(&events, |e| matches!(e, Event::Played { .. })), 30);
        let receiver = Receiver {
            hold_back: Span::from_us(2500),
            ..prefill(Span::from_ms(3), 9)
        };
        assert_eq!(delays_us(&feed(receiver, &[Some(0); 12])), [6500]);
    }
}
