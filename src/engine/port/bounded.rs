//! The bounded loop: every arrival is admitted or dropped, one by one.

use super::Port;
use super::lane::Lane;
use crate::engine::arrivals::NEVER;
use crate::engine::delivery::Loss;
use crate::engine::network::{Entry, Lost, Network};
use crate::engine::tally::Tally;
use crate::traffic::Class;

impl<T: Tally> Port<'_, T> {
    /// The same with every admission checked: an arrival that finds no room is dropped. Arrivals
    /// of an instant are admitted before a transmission begins at it.
    pub(super) fn replay_bounded(&mut self, horizon: u64, network: &mut Network<T>) {
        for lane in self.lanes.iter_mut().filter(|lane| lane.alone) {
            lane.move_list_to_ready(horizon);
        }
        let mut queues: [Queue; Class::COUNT] = Default::default();
        loop {
            let heads = self
                .lanes
                .iter()
                .zip(&queues)
                .map(|(lane, queue)| queue.head(lane));
            let earliest = heads.min().expect("a port has a lane");
            let start = self.free.max(earliest);
            if start >= horizon {
                break;
            }
            for (lane, queue) in self.lanes.iter_mut().zip(&mut queues) {
                queue.admit(lane, start, network);
            }
            let waiting = self.lanes.iter_mut().zip(&mut queues);
            let Some((lane, queue)) = waiting.into_iter().find(|(_, queue)| queue.len() > 0) else {
                continue; // every arrival up to `start` was dropped
            };
            let entry = queue.take(lane, network);
            lane.outcome.transmitted += 1;
            lane.outcome.left_waiting += u64::from(queue.len() > 0);
            self.free = network.pass_on(&entry, start);
        }
        for (lane, queue) in self.lanes.iter_mut().zip(&mut queues) {
            queue.admit(lane, horizon - 1, network);
            queue.close(lane);
        }
    }
}

/// Admission of one lane during the bounded loop: `ready[head..admitted]` waits,
/// `ready[scanned..]` has not been looked at, what lies between was dropped or moved up.
#[derive(Default)]
struct Queue {
    head: usize,
    admitted: usize,
    scanned: usize,
    octets: u64,
}

impl Queue {
    fn len(&self) -> usize {
        self.admitted - self.head
    }

    /// Entry instant of the next packet to be sent, or to be admitted.
    fn head<T>(&self, lane: &Lane<'_, T>) -> u64 {
        let place = if self.len() > 0 {
            self.head
        } else {
            self.scanned
        };
        lane.ready.get(place).map_or(NEVER, |entry| entry.at)
    }

    /// Admits what has arrived by `now`, in order, as far as there is room.
    fn admit<T: Tally>(&mut self, lane: &mut Lane<'_, T>, now: u64, network: &mut Network<T>) {
        while let Some(entry) = lane
            .ready
            .get(self.scanned)
            .copied()
            .filter(|entry| entry.at <= now)
        {
            self.scanned += 1;
            let octets = self.octets + u64::from(network.legs[entry.leg as usize].queued);
            if octets > lane.limit {
                lane.outcome.dropped += 1;
                network.lose(&Lost::of(&entry), Loss::Full);
            } else {
                self.octets = octets;
                lane.ready[self.admitted] = entry;
                self.admitted += 1;
            }
        }
    }

    fn take<T: Tally>(&mut self, lane: &Lane<'_, T>, network: &Network<T>) -> Entry<T> {
        let entry = lane.ready[self.head];
        self.head += 1;
        self.octets -= u64::from(network.legs[entry.leg as usize].queued);
        entry
    }

    fn close<T>(&self, lane: &mut Lane<'_, T>) {
        lane.ready.drain(self.admitted..self.scanned);
        lane.ready.drain(..self.head);
    }
}
