//! What a C-pipe puts out when packets of it are lost: replaced one by one, or, after enough in a
//! row, until play-out has started again.

use crate::mpls::outage::Stretch;
use crate::pseudowire::clock::Clock;
use crate::pseudowire::receive::{Event, JitterBuffer, Receiver};
use crate::units::{SimTime, Span, Ticks};

/// The packets of one direction of a C-pipe, all of one network delay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pipe {
    boundaries: Ticks,
    packet_time_exact_ps: (u64, u64),
    receiver: Receiver,
}

impl Pipe {
    /// Packets with a boundary at `boundary` and of this time each, as an exact fraction of
    /// picoseconds.
    #[must_use]
    pub fn new(boundary: SimTime, packet_time_exact_ps: (u64, u64), receiver: Receiver) -> Self {
        let (numerator, denominator) = packet_time_exact_ps;
        let first = SimTime(boundary.0 % (numerator / denominator).max(1));
        Self {
            boundaries: Ticks::new(first, numerator, denominator),
            packet_time_exact_ps,
            // Clocks apart change nothing within the time that a restart takes.
            receiver: Receiver {
                clock: Clock::default(),
                ..receiver
            },
        }
    }

    /// Where the bits of a packet begin.
    #[must_use]
    pub fn boundary(&self, packet: u64) -> SimTime {
        self.boundaries.at(packet)
    }

    /// The packet that a bit is in which enters at an instant; the first one for what is before.
    #[must_use]
    pub fn packet_at(&self, at: SimTime) -> u64 {
        let (numerator, denominator) = self.packet_time_exact_ps;
        let since = u128::from(at.0.saturating_sub(self.boundaries.first.0));
        let packet = since * u128::from(denominator) / u128::from(numerator);
        u64::try_from(packet).expect("packets within 2^64")
    }

    /// When the bits of these packets, both ends included, enter.
    #[must_use]
    pub fn bits_of(&self, first: u64, last: u64) -> Stretch {
        Stretch {
            from: self.boundary(first),
            to: self.boundary(last + 1),
        }
    }

    /// How long lost packets may act: until loss of packets, and the restart.
    #[must_use]
    pub fn memory(&self) -> Span {
        self.boundaries.periods(self.memory_packets())
    }

    fn memory_packets(&self) -> u64 {
        let receiver = &self.receiver;
        let packets = receiver.missing_limit + receiver.capacity_packets;
        u64::from(packets + receiver.start_packets(false) + 2)
    }
}

/// The packets that are not put out, as first and last of each row, where these (ascending) are
/// lost on the way.
#[must_use]
pub fn replaced(pipe: &Pipe, lost: &[u64]) -> Vec<(u64, u64)> {
    let rows = rows(lost);
    let limit = u64::from(pipe.receiver.missing_limit);
    if rows.iter().all(|(first, last)| last - first + 1 < limit) {
        return rows;
    }
    let not_played = replay(pipe, lost);
    self::rows(&not_played)
}

/// The receiving end itself, with the packets lost that are: those it does not play, from the first
/// lost one on until it has forgotten the last.
fn replay(pipe: &Pipe, lost: &[u64]) -> Vec<u64> {
    let memory = pipe.memory_packets();
    let (Some(first), Some(last)) = (lost.first(), lost.last()) else {
        return Vec::new();
    };
    // Play-out has long begun when the first is missing.
    let offset = first.saturating_sub(memory);
    let sent = last + 2 * memory - offset;
    let (numerator, denominator) = pipe.packet_time_exact_ps;
    let ticks = Ticks::new(SimTime::ZERO, numerator, denominator);
    let mut buffer = JitterBuffer::new(pipe.receiver.clone(), ticks, sent);
    let mut played = Vec::new();
    let mut tell = |event: Event| {
        if let Event::Played { sequence, .. } = event {
            played.push(sequence + offset);
        }
    };
    for packet in 0..sent {
        if lost.binary_search(&(packet + offset)).is_err() {
            buffer.arrive(ticks.at(packet + 1), packet, &mut tell);
        }
    }
    buffer.finish(&mut tell);
    let all = *first..last + memory;
    all.filter(|packet| played.binary_search(packet).is_err())
        .collect()
}

/// Rows without a hole, as first and last.
fn rows(packets: &[u64]) -> Vec<(u64, u64)> {
    let mut rows: Vec<(u64, u64)> = Vec::new();
    for packet in packets {
        match rows.last_mut() {
            Some((_, last)) if *last + 1 == *packet => *last = *packet,
            _ => rows.push((*packet, *packet)),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::receive::{LatePolicy, Playout};

    const MS: u64 = 1_000_000_000;

    fn pipe(playout: Playout) -> Pipe {
        let receiver = Receiver {
            playout,
            capacity_packets: 8,
            missing_limit: 10,
            in_sync: 2,
            setup_timeout: Span::from_s(5),
            late: LatePolicy::Discard,
            hold_back: Span::ZERO,
            clock: Clock::default(),
        };
        Pipe::new(SimTime(7 * MS + 5), (MS, 1), receiver)
    }

    #[test]
    fn fewer_than_ten_lost_packets_are_replaced_and_no_more() {
        let pipe = pipe(Playout::FillHalf { packets: 2 });
        assert_eq!(replaced(&pipe, &[]), []);
        let lost = [100, 101, 102, 103, 104, 105, 106, 107, 108, 110];
        assert_eq!(replaced(&pipe, &lost), [(100, 108), (110, 110)]);
        assert_eq!(pipe.boundary(100), SimTime(100 * MS + 5));
        assert_eq!(pipe.packet_at(SimTime(100 * MS + 4)), 99);
        assert_eq!(pipe.packet_at(SimTime(100 * MS + 5)), 100);
        let bits = pipe.bits_of(100, 108);
        assert_eq!(bits.to.since(bits.from), Span::from_ms(9));
    }

    #[test]
    fn ten_in_a_row_empty_the_buffer_and_cost_a_restart() {
        let lost: Vec<u64> = (100..110).collect();
        let row = |playout| replaced(&pipe(playout), &lost);
        // k = 2: packet 110 comes in time at the very instant at which the tenth is found missing,
        // and is thrown away with the buffer; 111 and 112 start play-out, which begins with 111.
        assert_eq!(row(Playout::FillHalf { packets: 2 }), [(100, 110)]);
        // k = 1: the tenth is found missing before 110 comes; play-out starts with 111, the second.
        assert_eq!(row(Playout::FillHalf { packets: 1 }), [(100, 110)]);
        // A level of 3 ms: 110 to 112 wait when the buffer empties, 113 and 114 are two in a row.
        let level = Span::from_ms(3);
        assert_eq!(row(Playout::Prefill { level }), [(100, 113)]);
    }
}
