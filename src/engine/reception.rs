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
