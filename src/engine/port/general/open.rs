//! The loop for ports at which packets of a class are alike: they are admitted when one is sent.
//!
//! From one packet of a lane to the next nothing leaves its queue: which of those that came
//! meanwhile found no room follows from how many fit, and mostly a look at one instant shows that
//! none did. What waits is then what has come, and no packet is touched before it is sent.

use super::queue::Queue;
use super::{Choice, Fact, General, note_loss};
use crate::engine::delivery::Loss;
use crate::engine::network::Network;
use crate::engine::port::lane::Lane;
use crate::engine::tally::Tally;
use crate::plan::Discipline;

/// A queue that holds more, but not all, is admitted to one by one: when packets are dropped,
/// those that wait are moved.
const MOST: usize = 64;

/// How many packets fit in every queue, where this loop does.
pub(super) fn fits(
    discipline: &Discipline,
    queues: &[Queue],
    facts: &[Fact],
) -> Option<Box<[usize]>> {
    let shaped =
        discipline.port_shaper.is_some() || discipline.class_shaper.iter().any(Option::is_some);
    if shaped || discipline.preemption.is_some() || discipline.single_queue {
        return None;
    }
    let fits = |queue: &Queue| {
        let fits = queue.fits(facts)?;
        ((1..=MOST).contains(&fits) || fits == usize::MAX).then_some(fits)
    };
    queues.iter().map(fits).collect()
}

impl<T: Tally> General<T> {
    /// Here [`General::heads`] are those of the first packets not sent, whether they wait or will
    /// come.
    pub(super) fn replay_open(
        &mut self,
        lanes: &mut [Lane<'_, T>],
        free: &mut u64,
        horizon: u64,
        network: &mut Network<T>,
    ) {
        loop {
            let start = self.pace.can_send((*free).max(self.earliest()));
            if start >= horizon {
                break;
            }
            self.pace.set(start);
            self.note_due(start);
            let Choice::Send(lane) = self.choose(lanes, start, network) else {
                panic!("no shapers here");
            };
            let (place, kind) = self.take_open(lane, &mut lanes[lane], start, network);
            *free = self.pass_on(lane, place, kind, &lanes[lane], start, network);
        }
        for (number, lane) in lanes.iter_mut().enumerate() {
            self.close_open(number, lane, horizon, network);
        }
    }

    /// Lanes in which packets have come by `now` take part.
    #[inline(always)]
    fn note_due(&mut self, now: u64) {
        let due = self.due(now);
        let mut joining = due & !self.waiting & !self.strict;
        self.waiting = due;
        while joining != 0 {
            let lane = joining.trailing_zeros() as usize;
            joining &= joining - 1;
            self.round.join(lane, self.heads[lane]);
        }
        self.round.settle();
    }

    /// Takes the first packet out of a lane, to begin now; says where it stands, and its kind.
    #[inline(always)]
    fn take_open(
        &mut self,
        number: usize,
        lane: &mut Lane<'_, T>,
        now: u64,
        network: &mut Network<T>,
    ) -> (usize, u32) {
        let mut place = self.queues[number].head;
        let full = place.saturating_add(self.fits_in(number));
        if lane.times.get(full).is_some_and(|at| *at <= now) {
            let dropped = self.drop_from(full, number, lane, now + 1, network);
            lane.move_back(place..full, dropped);
            place += dropped;
        }
        let queue = &mut self.queues[number];
        queue.head = place + 1;
        let kind = queue.kind.expect("one kind");
        let next = lane.time(place + 1);
        self.heads[number] = next;
        let counts = &mut self.counts[usize::from(self.facts[kind as usize].class)];
        counts.transmitted += 1;
        counts.left_waiting += u64::from(next <= now);
        if next > now {
            self.waiting &= !(1 << number);
            if self.strict & 1 << number == 0 {
                self.round.leave();
            }
        }
        (place, kind)
    }

    fn fits_in(&self, number: usize) -> usize {
        self.fits.as_ref().expect("the open loop")[number]
    }

    /// Loses the packets from this place on that come before `until`; says how many.
    #[cold]
    fn drop_from(
        &mut self,
        from: usize,
        number: usize,
        lane: &Lane<'_, T>,
        until: u64,
        network: &mut Network<T>,
    ) -> usize {
        let kind = self.queues[number].kind.expect("one kind");
        let fact = &self.facts[kind as usize];
        let mut place = from;
        while lane.time(place) < until {
            note_loss(&mut self.counts, fact, Loss::Full);
            network.lose(&lane.lost(place), Loss::Full);
            place += 1;
        }
        place - from
    }

    /// The window is over: what was sent is forgotten, and what has come and finds no room.
    fn close_open(
        &mut self,
        number: usize,
        lane: &mut Lane<'_, T>,
        horizon: u64,
        network: &mut Network<T>,
    ) {
        let head = std::mem::take(&mut self.queues[number].head);
        let full = head
            .saturating_add(self.fits_in(number))
            .min(lane.times.len());
        let dropped = if lane.time(full) < horizon {
            self.drop_from(full, number, lane, horizon, network)
        } else {
            0
        };
        lane.forget(head, full..full + dropped);
    }
}
