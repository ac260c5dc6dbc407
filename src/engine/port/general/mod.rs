//! Ports that do more than strict priority at one rate: rounds, shapers, rates that change, early
//! dropping, pre-emption, media that keep the order.
//!
//! One loop goes from transmission to transmission. Between two of them nothing leaves a queue, so
//! that all that has come meanwhile is admitted at once when the next is to begin, class by class.
//! Where the packets of every class are alike, [`open`] admits them later still.

mod cutting;
mod ending;
mod open;
mod pace;
mod queue;
mod round;
mod shaper;

use self::cutting::Cutting;
use self::ending::Ending;
use self::pace::Pace;
use self::queue::Queue;
use self::round::Round;
use self::shaper::Bucket;
use super::lane::Lane;
use crate::engine::arrivals::NEVER;
use crate::engine::delivery::Loss;
use crate::engine::kinds::Kinds;
use crate::engine::network::Network;
use crate::engine::outcome::QueueOutcome;
use crate::engine::tally::Tally;
use crate::plan::{Discipline, Plan, PortId};
use crate::random::Seed;
use crate::traffic::Class;

const LANES: usize = Class::COUNT;

/// What a port has to know of the packets of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    bits: u64,
    queued: u32,
    class: u8,
    yellow: bool,
}

/// A general port beside its lanes.
#[derive(Debug)]
pub(super) struct General<T> {
    /// By kind.
    facts: Box<[Fact]>,
    pace: Pace,
    /// Parallel to the lanes of the port, like every bit of a mask.
    queues: Vec<Queue>,
    /// Packets that fit in each queue, where that is known of all and the open loop does.
    fits: Option<Box<[usize]>>,
    /// Where packets end behind this port; a lane has one or passes its packets on.
    endings: Vec<Option<Box<Ending<T>>>>,
    /// Lanes in which packets wait.
    waiting: u8,
    /// Lanes of strict classes.
    strict: u8,
    /// Those of the others.
    round: Round,
    shapers: Option<Box<Shapers>>,
    cutting: Option<Box<Cutting<T>>>,
    /// Packets waiting per class, where one lane holds several.
    mixed: Option<Box<[u64; LANES]>>,
    /// Per class.
    counts: [QueueOutcome; LANES],
    /// When the last packet comes out of a medium that keeps the order.
    last_out: Option<u64>,
    /// When the next packets come that have not been looked at, per lane.
    heads: [u64; LANES],
}

#[derive(Debug)]
struct Shapers {
    lanes: [Option<Bucket>; LANES],
    port: Option<Bucket>,
}

/// What is to be done at an instant at which the transmitter is free.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    /// The first packet of this lane goes.
    Send(usize),
    /// Nothing begins before then, whatever comes.
    Hold(u64),
    /// Nothing begins before then unless something comes.
    Wait(u64),
}

impl<T: Tally> General<T> {
    /// The port `id`, crossed by these legs in these lanes; `None` for plain ports.
    pub(super) fn new(
        plan: &Plan,
        id: PortId,
        crossing: &[u32],
        lanes: &mut [Lane<'_, T>],
        seed: Seed,
    ) -> Option<Box<Self>> {
        let port = &plan.ports[id.0 as usize];
        let discipline = port.discipline.as_deref()?;
        let fact = |leg: &u32| {
            let leg = &plan.legs[*leg as usize];
            Fact {
                bits: leg.bits,
                queued: u32::try_from(leg.queued.0).expect("a packet within 4 GB"),
                class: plan.streams[leg.stream.0 as usize].class.index() as u8,
                yellow: leg.yellow,
            }
        };
        let ends = lanes.iter_mut().map(|lane| lane.ends.take());
        let endings = ends.map(|ends| ends.map(Ending::new)).collect();
        let lanes: Vec<Class> = lanes.iter().map(|lane| lane.class).collect();
        let kinds = Kinds::new(plan, crossing);
        let mut round = Round::default();
        let mut strict = 0;
        for (number, class) in lanes.iter().enumerate() {
            match discipline.quantum[class.index()] {
                Some(octets) => round.set_quantum(number, octets.0),
                None => strict |= 1 << number,
            }
        }
        let facts: Box<[Fact]> = kinds.examples.iter().map(fact).collect();
        let queue = |class: &Class| {
            let single = discipline.single_queue;
            let own = |fact: &Fact| single || usize::from(fact.class) == class.index();
            let mut own = (0..).zip(&facts).filter(|(_, fact)| own(fact));
            let kind = own.next().map(|(kind, _)| kind);
            let kind = kind.filter(|_| own.next().is_none());
            Queue::new(port, discipline, class.index(), seed, kind)
        };
        let queues: Vec<Queue> = lanes.iter().map(queue).collect();
        Some(Box::new(Self {
            pace: Pace::new(plan, discipline, &kinds.examples),
            fits: open::fits(discipline, &queues, &facts),
            queues,
            facts,
            endings,
            waiting: 0,
            strict,
            round,
            shapers: Shapers::new(discipline, &lanes),
            cutting: Cutting::new(discipline, &lanes),
            mixed: discipline.single_queue.then(|| Box::new([0; LANES])),
            counts: [QueueOutcome::default(); LANES],
            last_out: discipline.keeps_order.then_some(0),
            heads: [NEVER; LANES],
        }))
    }

    /// Replays a window, whose arrivals stand in the lanes; `free` is when the transmitter is.
    pub(super) fn replay(
        &mut self,
        lanes: &mut [Lane<'_, T>],
        free: &mut u64,
        horizon: u64,
        network: &mut Network<T>,
    ) {
        self.open(lanes);
        if self.fits.is_some() {
            self.replay_open(lanes, free, horizon, network);
        } else {
            if self.cutting.is_some() {
                self.replay_cutting(lanes, free, horizon, network);
            } else {
                self.replay_whole(lanes, free, horizon, network);
            }
            for (queue, lane) in self.queues.iter_mut().zip(lanes) {
                queue.close(lane);
            }
        }
        for ending in self.endings.iter_mut().flatten() {
            ending.count();
        }
    }

    /// Per class.
    pub(super) fn outcome(&self) -> [QueueOutcome; LANES] {
        self.counts
    }

    /// Whether something is on its way that stands in no lane.
    pub(super) fn is_busy(&self) -> bool {
        self.cutting
            .as_ref()
            .is_some_and(|cutting| cutting.is_busy())
    }

    /// Hands over what ended here.
    pub(super) fn settle(&self, network: &mut Network<T>) {
        for ending in self.endings.iter().flatten() {
            ending.settle(network);
        }
    }

    fn open(&mut self, lanes: &mut [Lane<'_, T>]) {
        for (number, lane) in lanes.iter_mut().enumerate() {
            lane.list_ready();
            self.heads[number] = self.queues[number].next(lane);
        }
    }

    fn replay_whole(
        &mut self,
        lanes: &mut [Lane<'_, T>],
        free: &mut u64,
        horizon: u64,
        network: &mut Network<T>,
    ) {
        loop {
            let earliest = if self.waiting == 0 {
                self.earliest()
            } else {
                0
            };
            let start = self.pace.can_send((*free).max(earliest));
            if start >= horizon {
                return;
            }
            self.pace.set(start);
            self.let_in(lanes, start, network);
            if self.waiting == 0 {
                continue; // all that came was dropped
            }
            match self.choose(lanes, start, network) {
                Choice::Send(lane) => *free = self.send(lane, lanes, start, network),
                Choice::Hold(until) => *free = until,
                Choice::Wait(until) => {
                    let next = until.min(self.earliest());
                    // What comes behind the horizon is not known yet: then this is done again.
                    *free = if next < horizon { next } else { start };
                    if next >= horizon {
                        return;
                    }
                }
            }
        }
    }

    /// When the next packet enters that has not been looked at.
    #[inline]
    fn earliest(&self) -> u64 {
        self.heads.iter().copied().fold(NEVER, u64::min)
    }

    /// Lanes whose next packet has come by `now`. Which they are cannot be predicted: found
    /// without a branch each.
    #[inline(always)]
    fn due(&self, now: u64) -> u8 {
        let due = |number: usize| u8::from(self.heads[number] <= now) << number;
        (0..LANES).fold(0, |all, number| all | due(number))
    }

    /// Lets in what has come by `now`.
    #[inline(always)]
    fn let_in(&mut self, lanes: &mut [Lane<'_, T>], now: u64, network: &mut Network<T>) {
        let mut due = self.due(now);
        while due != 0 {
            let number = due.trailing_zeros() as usize;
            due &= due - 1;
            let (queue, lane) = (&mut self.queues[number], &mut lanes[number]);
            let before = queue.admitted;
            let counts = &mut self.counts;
            queue.let_in(lane, now, &self.facts, network, &mut |fact, loss| {
                note_loss(counts, fact, loss);
            });
            self.heads[number] = queue.next(lane);
            if let Some(mixed) = &mut self.mixed {
                for place in before..queue.admitted {
                    let kind = queue.kind(lane, place, &network.kinds);
                    mixed[usize::from(self.facts[kind as usize].class)] += 1;
                }
            }
            if !queue.is_empty() {
                let first = lane.times[queue.head];
                self.note_waiting(number, first);
            }
        }
        self.round.settle();
    }

    /// Packets wait in a lane, the first of them having come at this instant.
    #[inline]
    fn note_waiting(&mut self, lane: usize, first: u64) {
        let bit = 1 << lane;
        if self.waiting & bit == 0 {
            self.waiting |= bit;
            if self.strict & bit == 0 {
                self.round.join(lane, first);
            }
        }
    }

    #[inline(always)]
    fn choose(&mut self, lanes: &[Lane<'_, T>], now: u64, network: &Network<T>) -> Choice {
        if self.shapers.is_some() {
            return self.choose_shaped(lanes, now, network);
        }
        let strict = self.waiting & self.strict;
        if strict != 0 {
            return Choice::Send(strict.trailing_zeros() as usize);
        }
        let (facts, queues) = (&self.facts, &self.queues);
        let size = |lane: usize| {
            let queue = &queues[lane];
            let kind = queue.kind(&lanes[lane], queue.head, &network.kinds);
            u64::from(facts[kind as usize].queued)
        };
        let lane = self.round.turn(size, 0);
        Choice::Send(lane)
    }

    /// What is known of the first packet of a lane.
    #[inline]
    fn first(&self, lane: usize, lanes: &[Lane<'_, T>], network: &Network<T>) -> &Fact {
        let queue = &self.queues[lane];
        let kind = queue.kind(&lanes[lane], queue.head, &network.kinds);
        &self.facts[kind as usize]
    }

    fn choose_shaped(&mut self, lanes: &[Lane<'_, T>], now: u64, network: &Network<T>) -> Choice {
        let shapers = self.shapers.as_deref().expect("a port with shapers");
        let (mut held, mut wake) = (0_u8, NEVER);
        for lane in (0..lanes.len()).filter(|lane| self.waiting & 1 << lane != 0) {
            if let Some(bucket) = &shapers.lanes[lane] {
                let allowed = bucket.allows(self.first(lane, lanes, network).bits, now);
                if allowed > now {
                    held |= 1 << lane;
                    wake = wake.min(allowed);
                }
            }
        }
        if self.waiting & !held == 0 {
            return Choice::Wait(wake);
        }
        // The round is turned on the side: the port's shaper may not allow what it chooses.
        let strict = self.waiting & !held & self.strict;
        let mut round = self.round;
        let lane = if strict != 0 {
            strict.trailing_zeros() as usize
        } else {
            let size = |lane: usize| u64::from(self.first(lane, lanes, network).queued);
            round.turn(size, held)
        };
        let bits = self.first(lane, lanes, network).bits;
        if let Some(bucket) = &shapers.port {
            let allowed = bucket.allows(bits, now);
            if allowed > now {
                return Choice::Hold(allowed);
            }
        }
        self.round = round;
        let shapers = self.shapers.as_deref_mut().expect("a port with shapers");
        let buckets = [&mut shapers.lanes[lane], &mut shapers.port];
        for bucket in buckets.into_iter().flatten() {
            bucket.take(bits, now);
        }
        Choice::Send(lane)
    }

    /// Takes the first packet out of a lane, to begin now; says where it stands, and its kind.
    #[inline(always)]
    fn take(&mut self, lane: usize, lanes: &[Lane<'_, T>], network: &Network<T>) -> (usize, u32) {
        let queue = &mut self.queues[lane];
        let place = queue.head;
        let kind = queue.kind(&lanes[lane], place, &network.kinds);
        let fact = &self.facts[kind as usize];
        queue.take(fact.queued);
        let empty = queue.is_empty();
        let counts = &mut self.counts[usize::from(fact.class)];
        counts.transmitted += 1;
        counts.left_waiting += match &mut self.mixed {
            None => u64::from(!empty),
            Some(mixed) => {
                let waiting = &mut mixed[usize::from(fact.class)];
                *waiting -= 1;
                u64::from(*waiting > 0)
            }
        };
        if empty {
            self.waiting &= !(1 << lane);
            if self.strict & 1 << lane == 0 {
                self.round.leave();
            }
        }
        (place, kind)
    }

    /// Sends the first packet of a lane as a whole; says when the transmitter is free again.
    #[inline(always)]
    fn send(
        &mut self,
        lane: usize,
        lanes: &[Lane<'_, T>],
        start: u64,
        network: &mut Network<T>,
    ) -> u64 {
        let (place, kind) = self.take(lane, lanes, network);
        self.pass_on(lane, place, kind, &lanes[lane], start, network)
    }

    /// What follows when the packet at this place of a lane begins.
    #[inline(always)]
    fn pass_on(
        &mut self,
        number: usize,
        place: usize,
        kind: u32,
        lane: &Lane<'_, T>,
        start: u64,
        network: &mut Network<T>,
    ) -> u64 {
        let sent = self.pace.time(kind);
        let free = start + sent;
        let leg = lane.leg(place);
        let alone = free + network.legs[leg as usize].behind;
        let mut out = alone;
        if let Some(last) = &mut self.last_out {
            out = out.max(*last + 1);
            *last = out;
        }
        let entered = lane.times[place];
        let parts = [start - entered, sent, out - alone];
        match &mut self.endings[number] {
            Some(ending) => ending.note(entered, parts),
            None => {
                let entry = &lane.ready[place];
                network.come_up(entry, with(entry.tally, parts), start, out);
            }
        }
        free
    }
}

/// A tally with the wait, the time on the transmitter and that behind others in the medium.
#[inline(always)]
fn with<T: Tally>(mut tally: T, [wait, sent, behind_others]: [u64; 3]) -> T {
    tally.wait(wait);
    tally.transmit(sent);
    tally.follow(behind_others);
    tally
}

fn note_loss(counts: &mut [QueueOutcome; LANES], fact: &Fact, loss: Loss) {
    let counts = &mut counts[usize::from(fact.class)];
    match loss {
        Loss::Early => counts.dropped_early += 1,
        _ => counts.dropped += 1,
    }
}

impl Shapers {
    fn new(discipline: &Discipline, lanes: &[Class]) -> Option<Box<Self>> {
        let of_lane = |lane: usize| {
            let class = lanes.get(lane)?.index();
            discipline.class_shaper[class].as_ref().map(Bucket::new)
        };
        let shapers = Self {
            lanes: std::array::from_fn(of_lane),
            port: discipline.port_shaper.as_ref().map(Bucket::new),
        };
        let none = shapers.port.is_none() && shapers.lanes.iter().all(Option::is_none);
        (!none).then(|| Box::new(shapers))
    }
}

#[cfg(test)]
mod tests;
