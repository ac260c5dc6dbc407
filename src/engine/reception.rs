//! From what a jitter buffer did to what is reported: counts, slack and the channel timeline.

use super::outcome::Received;
use crate::channel::{Cause, Content, Idle};
use crate::pseudowire::clock::PacketTimes;
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
    delay: Span,
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
            delay: Span::ZERO,
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
            Event::Started { at, delay } => {
                let cause = self.silent.take().expect("play-out starts out of silence");
                received.timeline.extend(at, idle(cause));
                received.starts += 1;
                self.delay = delay;
            }
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
                received.delay.record(self.delay);
                let input_from = self.boundaries.at(sequence);
                received.timeline.extend(
                    until,
                    Content::Data {
                        input_from,
                        rate_ppb: 0,
                    },
                );
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
