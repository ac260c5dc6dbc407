//! From what a jitter buffer did to what is reported: counts, slack and the channel timeline.

use super::outcome::Received;
use crate::channel::{Cause, Content, Idle};
use crate::pseudowire::clock::{Clock, PacketTimes, relative_ppb};
use crate::pseudowire::receive::{Event, JitterBuffer, Receiver};
use crate::units::{SimTime, Span};

/// The receiving end of one direction of a circuit, and its record.
#[derive(Debug)]
pub(super) struct Reception {
    buffer: JitterBuffer,
    record: Record,
    /// Sequence number reconstructed last.
    newest: u64,
}

#[derive(Debug)]
struct Record {
    boundaries: PacketTimes,
    sent: u64,
    received: Received,
    /// The clock that play-out follows.
    clock: Clock,
    /// Why nothing is played at present, where nothing is.
    silent: Option<Cause>,
}

/// What the receiving end of a circuit that sends `sent` packets cut at these boundaries makes of
/// arrivals (when, which), ascending in time.
#[must_use]
pub fn receive(
    receiver: &Receiver,
    boundaries: &PacketTimes,
    sent: u64,
    arrivals: impl IntoIterator<Item = (SimTime, u64)>,
) -> Received {
    let mut reception = Reception::new(receiver.clone(), boundaries.clone(), sent, false);
    for (at, sequence) in arrivals {
        reception.arrive(at.0, sequence as u32);
    }
    reception.finish()
}

impl Reception {
    /// The end of a circuit that sends `sent` packets cut at these boundaries.
    pub(super) fn new(
        receiver: Receiver,
        boundaries: PacketTimes,
        sent: u64,
        with_shape: bool,
    ) -> Self {
        let received = Received::new(with_shape);
        let silent = Some(Cause::Starting);
        let record = Record {
            boundaries: boundaries.clone(),
            sent,
            received,
            clock: receiver.clock.clone(),
            silent,
        };
        Self {
            buffer: JitterBuffer::new(receiver, boundaries, sent),
            record,
            newest: 0,
        }
    }

    /// A packet arrives; of its sequence number the low 32 bits travel with it.
    pub(super) fn arrive(&mut self, now: u64, low_bits: u32) {
        // The nearest number to the newest one that has these low bits.
        let ahead = low_bits.wrapping_sub(self.newest as u32).cast_signed();
        let sequence = self.newest.wrapping_add_signed(i64::from(ahead));
        self.newest = self.newest.max(sequence);
        let record = &mut self.record;
        self.buffer
            .arrive(SimTime(now), sequence, &mut |event| record.note(event));
    }

    /// Every packet that will come has come.
    pub(super) fn finish(mut self) -> Received {
        let record = &mut self.record;
        self.buffer.finish(&mut |event| record.note(event));
        if let Some(cause) = record.silent {
            let end = record
                .boundaries
                .at(record.sent)
                .max(record.received.timeline.end());
            record.received.timeline.extend(end, idle(cause));
        }
        self.record.received
    }
}

impl Record {
    fn note(&mut self, event: Event) {
        let received = &mut self.received;
        match event {
            Event::Started { at, .. } => {
                let cause = self.silent.take().expect("play-out starts out of silence");
                received.timeline.extend(at, idle(cause));
                received.starts += 1;
            }
            Event::Slipped { .. } => received.slips += 1,
            Event::Taken { slack, reordered } => {
                received.reordered += u64::from(reordered);
                self.note_slack(i64::try_from(slack.0).expect("slack within 106 days"));
                if let Some(shape) = &mut self.received.slack_shape {
                    shape.record(slack);
                }
            }
            Event::Late { by } => {
                received.late += 1;
                self.note_slack(-i64::try_from(by.0).expect("lateness within 106 days"));
            }
            Event::Overrun => received.overrun += 1,
            Event::Duplicate => received.duplicates += 1,
            Event::Played { sequence, until } => {
                received.played += 1;
                let input_from = self.boundaries.at(sequence);
                let delay = received.timeline.end().since(input_from);
                received.delay.record(delay);
                if self.clock.is_perfect() && self.boundaries.clock().is_perfect() {
                    let content = Content::Data {
                        input_from,
                        rate_ppb: 0,
                    };
                    received.timeline.extend(until, content);
                } else {
                    self.put_out_drifting(sequence, until);
                }
            }
            Event::Missing { until } => {
                received.missing += 1;
                received.timeline.extend(until, idle(Cause::Missing));
            }
            Event::Lost { at } => {
                let before = self.silent.replace(Cause::LossOfPackets);
                match before {
                    // The packet whose absence tips the balance is missing too.
                    None => received.missing += 1,
                    Some(cause) => received.timeline.extend(at, idle(cause)),
                }
                assert_eq!(
                    received.timeline.end(),
                    at,
                    "the state begins where play-out ends"
                );
                received.losses_of_packets += 1;
            }
        }
    }

    /// Puts out a packet whose bits leave by another clock than they came by, piece by piece from
    /// one change of either clock to the next.
    fn put_out_drifting(&mut self, sequence: u64, until: SimTime) {
        let timeline = &mut self.received.timeline;
        let (sender, ticks) = (self.boundaries.clock(), self.boundaries.ticks());
        let nominal = Span(ticks.at(sequence).0);
        let begin = self.clock.reading(timeline.end());
        // What the sender's clock read when the bit that now leaves entered.
        let mut sent = nominal;
        while timeline.end() < until {
            let at = timeline.end();
            let sender_ppb = sender.offset_at_reading_ppb(sent);
            let content = Content::Data {
                input_from: sender.when(sent),
                rate_ppb: relative_ppb(self.clock.offset_ppb(at), sender_ppb),
            };
            let by_sender = sender.next_step_reading(sent);
            let by_sender = by_sender.map(|step| self.clock.when(begin + (step - nominal)));
            let changes = self.clock.next_step(at).into_iter().chain(by_sender);
            let to = changes.fold(until, SimTime::min);
            assert!(to > at, "a piece has a length");
            timeline.extend_drifting(to, content);
            sent = nominal + (self.clock.reading(to) - begin);
        }
    }

    fn note_slack(&mut self, slack_ps: i64) {
        let left = &mut self.received.slack_min_left_ps;
        *left = Some(left.map_or(slack_ps, |smallest| smallest.min(slack_ps)));
    }
}

fn idle(cause: Cause) -> Content {
    Content::Idle {
        pattern: Idle::AllOnes,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::clock::ClockStep;
    use crate::pseudowire::receive::{LatePolicy, Playout};
    use crate::units::Ticks;

    const MS: u64 = 1_000_000_000;

    /// What came of packets of 1 ms that find an empty network; level 10 ms.
    fn received(own: Clock, sender: Clock, packets: u64) -> Received {
        let receiver = Receiver {
            playout: Playout::Prefill {
                level: Span::from_ms(10),
            },
            capacity_packets: 30,
            missing_limit: 10,
            in_sync: 2,
            setup_timeout: Span::from_ms(5000),
            late: LatePolicy::Discard,
            hold_back: Span::ZERO,
            clock: own,
        };
        let ticks = Ticks::every(SimTime::ZERO, Span::from_ms(1));
        let times = PacketTimes::new(ticks, sender);
        let mut reception = Reception::new(receiver, times.clone(), packets, false);
        for n in 0..packets {
            reception.arrive(times.at(n + 1).0, n as u32);
        }
        reception.finish()
    }

    /// (from, to, input, rate) of the data segments.
    fn data(received: &Received) -> Vec<(u64, u64, u64, i64)> {
        let segments = received.timeline.segments().iter();
        let data = segments.filter_map(|segment| match segment.content {
            Content::Data {
                input_from,
                rate_ppb,
            } => Some((segment.from.0, segment.to.0, input_from.0, rate_ppb)),
            Content::Idle { .. } => None,
        });
        data.collect()
    }

    #[test]
    fn a_steady_drift_is_one_segment_and_every_packet_has_its_own_delay() {
        // Packet n leaves 11 ms + n / 1.00005 ms: the last, 4999, 11 - 0.249 937 503 ms late.
        let got = received(Clock::free_running(50_000), Clock::default(), 5000);
        let end = 11 * MS + 4_999_750_012_500; // 5000 ms / 1.00005, rounded up
        assert_eq!(data(&got), [(11 * MS, end, 0, 50_000)]);
        assert_eq!((got.played, got.slips, got.missing), (5000, 0, 0));
        assert_eq!(got.delay.max, Span(11 * MS));
        assert_eq!(got.delay.min, Span(10_750_062_497));
    }

    #[test]
    fn a_segment_breaks_where_either_clock_changes() {
        let holdover = |us: u64| Clock::holdover(SimTime(us * 1_000_000), 4600);
        let got = received(holdover(200_300), Clock::default(), 400);
        let cut = 200_300 * MS / 1000;
        let segments = data(&got);
        assert_eq!(segments[0], (11 * MS, cut, 0, 0));
        assert_eq!((segments[1].0, segments[1].2), (cut, cut - 11 * MS));
        assert_eq!((segments.len(), segments[1].3), (2, 4600));
        // The sender's change is seen a delay later.
        let got = received(Clock::default(), holdover(200_300), 400);
        let segments = data(&got);
        assert_eq!(segments[0], (11 * MS, cut + 11 * MS, 0, 0));
        assert_eq!((segments[1].0, segments[1].2), (cut + 11 * MS, cut));
        assert_eq!((segments.len(), segments[1].3), (2, -4600));
    }

    #[test]
    fn a_rate_that_is_no_whole_number_takes_a_segment_every_two_seconds_at_most() {
        // 50 ppm fast at the sender: -49 997.5 ppb, told as -49 998.
        let got = received(Clock::default(), Clock::free_running(50_000), 10_000);
        let segments = data(&got);
        assert!((2..=6).contains(&segments.len()), "{segments:?}");
        assert!(segments.iter().all(|segment| segment.3 == -49_998));
        let pieces = got.timeline.segments().windows(2).skip(1);
        for pair in pieces {
            let Content::Data { input_from, .. } = pair[1].content else {
                panic!("data throughout")
            };
            let predicted = pair[0].input_at(pair[0].to).unwrap();
            assert!(predicted.0.abs_diff(input_from.0) <= 1100);
        }
    }

    #[test]
    fn two_ends_with_the_same_clock_do_not_drift() {
        let wander = Clock::wander(100, Span::from_ms(50), SimTime(MS * 300));
        let got = received(wander.clone(), wander, 300);
        let slow = ClockStep {
            from: SimTime::ZERO,
            offset_ppb: -70_000,
        };
        assert!(data(&got).len() < 30, "length grows with events");
        let slow = Clock::new(&[slow]);
        let got = received(slow.clone(), slow, 3000);
        assert_eq!(data(&got).len(), 1);
        assert_eq!(data(&got)[0].3, 0);
    }
}
