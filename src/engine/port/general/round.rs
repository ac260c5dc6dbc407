//! Deficit round robin (Shreedhar & Varghese 1995).

use crate::traffic::Class;

/// The classes that take turns, by the number of their lane.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Round {
    /// A ring of [`Class::COUNT`] places.
    order: [u8; Class::COUNT],
    front: u8,
    length: u8,
    /// Whether the visit of the lane in front has brought its quantum.
    visiting: bool,
    deficit: [u64; Class::COUNT],
    quantum: [u64; Class::COUNT],
    /// Those that joined since the last choice: when, and which.
    joining: [(u64, u8); Class::COUNT],
    joined: u8,
}

const PLACE: u8 = Class::COUNT as u8 - 1;
const _: () = assert!(Class::COUNT.is_power_of_two());

impl Round {
    /// A round in which this lane may send so many octets in a visit.
    pub(super) fn set_quantum(&mut self, lane: usize, octets: u64) {
        self.quantum[lane] = octets;
    }

    /// A packet was admitted to the empty queue of a lane.
    pub(super) fn join(&mut self, lane: usize, at: u64) {
        self.joining[usize::from(self.joined)] = (at, lane as u8);
        self.joined += 1;
    }

    /// Everything that has come by now has been admitted: those that joined stand at the end, in
    /// the order in which they did.
    #[inline]
    pub(super) fn settle(&mut self) {
        if self.joined == 0 {
            return;
        }
        let joining = &mut self.joining[..usize::from(self.joined)];
        joining.sort_unstable();
        for (_, lane) in joining {
            self.order[usize::from((self.front + self.length) & PLACE)] = *lane;
            self.length += 1;
        }
        self.joined = 0;
    }

    /// The lane whose first packet goes next. `size` tells the octets of the first packet of a
    /// lane; those in `held` are not allowed to send, and not all are.
    pub(super) fn turn(&mut self, size: impl Fn(usize) -> u64, held: u8) -> usize {
        loop {
            let lane = usize::from(self.order[usize::from(self.front)]);
            if held & 1 << lane != 0 {
                self.pass();
                continue;
            }
            if !self.visiting {
                self.deficit[lane] += self.quantum[lane];
                self.visiting = true;
            }
            let size = size(lane);
            if size <= self.deficit[lane] {
                self.deficit[lane] -= size;
                return lane;
            }
            self.pass();
        }
    }

    /// The lane in front goes to the end, its visit over.
    fn pass(&mut self) {
        let lane = self.order[usize::from(self.front)];
        self.order[usize::from((self.front + self.length) & PLACE)] = lane;
        self.front = (self.front + 1) & PLACE;
        self.visiting = false;
    }

    /// The lane in front has sent its last packet.
    pub(super) fn leave(&mut self) {
        let lane = usize::from(self.order[usize::from(self.front)]);
        self.deficit[lane] = 0;
        self.front = (self.front + 1) & PLACE;
        self.length -= 1;
        self.visiting = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lanes that send, of queues that never empty.
    fn sent(quanta: [u64; 2], sizes: [u64; 2], packets: usize) -> String {
        let mut round = Round::default();
        for (lane, quantum) in quanta.into_iter().enumerate() {
            round.set_quantum(lane, quantum);
            round.join(lane, 0);
        }
        round.settle();
        let letter = |lane: usize| ["a", "b"][lane];
        (0..packets)
            .map(|_| letter(round.turn(|lane| sizes[lane], 0)))
            .collect()
    }

    #[test]
    fn weights_of_two_to_one_send_two_packets_to_one() {
        assert_eq!(sent([3000, 1500], [1500, 1500], 9), "aabaabaab");
    }

    #[test]
    fn what_a_visit_does_not_use_is_kept_for_the_next() {
        // 1000 a visit, packets of 600 (a) and 1500 (b). a: 400 left, then 1400: two, 200 left,
        // 1200: two, 0 left. b: 1000, 2000: one, 500 left; 1500: one, 0 left.
        assert_eq!(sent([1000, 1000], [600, 1500], 7), "aaabaab");
    }

    #[test]
    fn lanes_join_in_the_order_of_arrival_and_leave_when_empty() {
        let mut round = Round::default();
        for lane in 0..3 {
            round.set_quantum(lane, 100);
        }
        round.join(2, 10);
        round.join(0, 20);
        round.join(1, 10);
        round.settle();
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(round.turn(|_| 100, 0));
            round.leave();
        }
        assert_eq!(order, [1, 2, 0], "at 10 the more urgent first, then at 20");
    }

    #[test]
    fn a_held_lane_gets_no_quantum() {
        let mut round = Round::default();
        for lane in 0..2 {
            round.set_quantum(lane, 100);
            round.join(lane, 0);
        }
        round.settle();
        assert_eq!(round.turn(|_| 100, 0b01), 1);
        // Lane 0 stands behind lane 1, whose visit goes on with nothing left.
        assert_eq!(round.turn(|_| 50, 0), 0);
        assert_eq!(round.deficit, [50, 0, 0, 0, 0, 0, 0, 0]);
    }
}
