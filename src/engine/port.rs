//! One port of the window engine: eight queues, one transmitter, replayed over sorted arrays.
//!
//! Two loops replay a window. The *open* loop never looks at queue limits; it only notices, before
//! a packet is sent, that so many more have already arrived that one of them may have found the
//! queue full. Then the *bounded* loop takes over for the rest of the window and admits packets
//! one by one. Until that moment nothing was dropped, so nothing has to be undone.

use super::arrivals::{Arrivals, NEVER};
use super::network::{Entry, Network};
use super::outcome::{Delays, QueueOutcome};
use super::tally::Tally;
use crate::plan::{Plan, PortId, Processing, StreamId};
use crate::random::{self, Seed};
use crate::traffic::Class;
use crate::units::Span;

/// One direction of one link while a plan runs.
#[derive(Debug)]
pub(super) struct Port<'a, T> {
    /// Everything that entered a queue before this instant is known, and every transmission that
    /// began before it has happened.
    pub(super) clock: u64,
    /// When the transmitter is free again.
    free: u64,
    /// The classes in use, most urgent first.
    lanes: Vec<Lane<'a, T>>,
}

/// One class of a port: a queue, and what feeds it.
#[derive(Debug)]
struct Lane<'a, T> {
    class: Class,
    /// Which inbox of the network is ours.
    inbox: usize,
    /// Octets that may wait.
    limit: u64,
    /// Largest packet; with it follows how many certainly fit.
    largest: u64,
    /// Streams that enter the network here.
    locals: Vec<Local<'a>>,
    /// Whether one local stream is all that comes here: then its arrivals are a plain list.
    alone: bool,
    /// Entry instants of the one stream, closed with [`NEVER`]; unused where arrivals are shared.
    times: Vec<u64>,
    /// Next of the list.
    next_time: usize,
    /// Number of the first packet of the list.
    first_sequence: u32,
    /// Packets that wait or will, in order; all that enter within the window, and perhaps later
    /// ones.
    ready: Vec<Entry<T>>,
    /// Where the packets of the list end, if behind this link.
    ends: Option<Ends>,
    outcome: QueueOutcome,
}

/// A stream at its ingress PE.
#[derive(Debug)]
struct Local<'a> {
    stream: StreamId,
    leg: u32,
    arrivals: Arrivals<'a>,
    ingress: u64,
    /// Boxed, like all that few streams have: an engine is to stay small.
    drawn: Option<Box<(Processing, random::Stream)>>,
}

/// The far end of a stream of one link and no receiver whose arrivals are a list: its packets
/// differ by their wait alone and are counted here, not passed on.
#[derive(Debug)]
struct Ends {
    stream: StreamId,
    serialization: u64,
    /// All of the delay but the wait.
    fixed: u64,
    ingress: u64,
    /// Waits of this window, in order.
    waits: Vec<u64>,
    network: Delays,
    /// Entry instant of the first of the slowest packets.
    slowest: u64,
}

/// Extremes and sum of some waits.
#[derive(Clone, Copy)]
struct Waits {
    min: u64,
    max: u64,
    sum: u128,
}

impl Waits {
    const NONE: Self = Self { min: u64::MAX, max: 0, sum: 0 };

    #[inline(always)]
    fn note(&mut self, wait: u64) {
        self.min = self.min.min(wait);
        self.max = self.max.max(wait);
        self.sum += u128::from(wait);
    }
}

/// One lane as the open loop sees it.
struct View<'l, T> {
    /// Entry instants of packets of one stream: where `listed`.
    list: &'l [u64],
    /// Packets of any stream of the class: where not.
    entries: &'l [Entry<T>],
    listed: bool,
    /// Next packet.
    place: usize,
    /// So many packets certainly fit into the queue.
    fits: usize,
    /// Where the packets of the list end, if behind this link.
    ends: Option<&'l mut Ends>,
    /// What is kept of them where no histogram is asked for.
    waits: Waits,
    left_waiting: u64,
    /// Of a listed lane: its leg, the time before its first queue, number of the first packet.
    leg: u32,
    ingress: u64,
    first_sequence: u32,
}

/// Where the open loop stopped.
enum Stop {
    /// At the horizon.
    Horizon,
    /// Before a transmission, since packets may have found this lane full.
    MayOverflow,
}

impl<'a, T: Tally> Port<'a, T> {
    /// The port `id` of a plan, crossed by these legs. `arrivals` makes the packets of a stream,
    /// `inbox_of` numbers the inboxes.
    pub(super) fn new(
        plan: &Plan,
        id: PortId,
        crossing: &[u32],
        seed: Seed,
        mut arrivals: impl FnMut(StreamId) -> Arrivals<'a>,
        inbox_of: impl Fn(u32, usize) -> u32,
    ) -> Self {
        let mut lanes = Vec::new();
        for class in Class::ALL {
            let in_class = |leg: &&u32| {
                let stream = plan.legs[**leg as usize].stream;
                plan.streams[stream.0 as usize].class == class
            };
            let legs: Vec<u32> = crossing.iter().filter(in_class).copied().collect();
            let queued = |leg: &u32| plan.legs[*leg as usize].queued.0;
            let Some(largest) = legs.iter().map(queued).max() else { continue };
            let mut locals = Vec::new();
            for leg in &legs {
                let stream = plan.legs[*leg as usize].stream;
                if plan.streams[stream.0 as usize].legs.start == *leg {
                    locals.push(Local::new(plan, stream, seed, arrivals(stream)));
                }
            }
            lanes.push(Lane {
                class,
                inbox: inbox_of(id.0, class.index()) as usize,
                limit: plan.ports[id.0 as usize].queue_limit[class.index()]
                    .map_or(u64::MAX, |limit| limit.0),
                largest,
                alone: legs.len() == 1 && locals.len() == 1 && locals[0].drawn.is_none(),
                ends: locals.first().and_then(|local| Ends::new(plan, local, T::FULL)),
                locals,
                times: Vec::new(),
                next_time: 0,
                first_sequence: 0,
                ready: Vec::new(),
                outcome: QueueOutcome::default(),
            });
        }
        Self { clock: 0, free: 0, lanes }
    }

    /// Replays everything from the clock to `horizon`; all that enters a queue here before
    /// `horizon` must be in the inboxes.
    pub(super) fn replay(&mut self, horizon: u64, network: &mut Network<T>) {
        debug_assert!(horizon > self.clock, "a window has a length");
        for lane in &mut self.lanes {
            lane.gather(self.clock, horizon, network);
        }
        let cramped = self.lanes.iter().any(|lane| lane.fits() == 0);
        let stop = match self.lanes.len() {
            _ if cramped => Stop::MayOverflow,
            0 | 1 => self.replay_open::<1>(horizon, network),
            2 => self.replay_open::<2>(horizon, network),
            3 | 4 => self.replay_open::<4>(horizon, network),
            _ => self.replay_open::<{ Class::COUNT }>(horizon, network),
        };
        if matches!(stop, Stop::MayOverflow) {
            self.replay_bounded(horizon, network);
        }
        self.clock = horizon;
    }

    /// Strict priority, non-preemptive, FIFO within a class; no queue is full.
    ///
    /// Written for speed, each point measured on the reference workload: which class comes next
    /// cannot be predicted, so the entry instants of the next packets are compared without
    /// branches; two lanes, the most common case, have code of their own each; and a lane of one
    /// stream is a bare list of instants.
    fn replay_open<const LANES: usize>(&mut self, horizon: u64, network: &mut Network<T>) -> Stop {
        let mut lanes = self.lanes.iter_mut();
        let mut views: [View<'_, T>; LANES] =
            std::array::from_fn(|_| lanes.next().map_or_else(View::empty, Lane::view));
        let stop = if LANES == 2 {
            let (urgent, other) = views.split_at_mut(1);
            play_two(&mut urgent[0], &mut other[0], &mut self.free, horizon, network)
        } else {
            play_many(&mut views, self.clock, &mut self.free, horizon, network)
        };
        let done = views.map(|view| (view.place, view.left_waiting, view.waits));
        for (run, (place, left_waiting, waits)) in self.lanes.iter_mut().zip(done) {
            run.outcome.left_waiting += left_waiting;
            run.consume(place, &waits);
        }
        stop
    }

    /// The same with every admission checked: an arrival that finds no room is dropped. Arrivals
    /// of an instant are admitted before a transmission begins at it.
    fn replay_bounded(&mut self, horizon: u64, network: &mut Network<T>) {
        let mut queues: Vec<Queue> = self.lanes.iter_mut().map(|lane| lane.open_queue(horizon)).collect();
        loop {
            let heads = self.lanes.iter().zip(&queues).map(|(lane, queue)| queue.head(lane));
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
            self.free = network.pass_on(entry, start);
        }
        for (lane, queue) in self.lanes.iter_mut().zip(&mut queues) {
            queue.admit(lane, horizon - 1, network);
            queue.close(lane);
        }
    }


    /// When something next enters a queue here, as far as is known; the clock if it already has.
    pub(super) fn next_activity(&self, network: &Network<T>) -> u64 {
        let next = |lane: &Lane<'_, T>| {
            if !lane.ready.is_empty() || !network.inboxes[lane.inbox].is_empty() {
                return self.clock;
            }
            let created = lane.locals.iter().map(|local| local.arrivals.next).min();
            let listed = lane.list().get(lane.next_time).filter(|_| lane.alone);
            listed.copied().or(created).unwrap_or(NEVER)
        };
        self.lanes.iter().map(next).min().unwrap_or(NEVER)
    }

    /// Counters per class.
    pub(super) fn outcome(&self) -> [QueueOutcome; Class::COUNT] {
        let mut outcome = [QueueOutcome::default(); Class::COUNT];
        for lane in &self.lanes {
            outcome[lane.class.index()] = lane.outcome;
        }
        outcome
    }

    /// Hands over what ended here without being passed on.
    pub(super) fn settle(&mut self, network: &mut Network<T>) {
        for ends in self.lanes.iter_mut().filter_map(|lane| lane.ends.as_mut()) {
            let delays = std::mem::replace(&mut ends.network, Delays::new(false));
            let created = ends.slowest - ends.ingress.min(ends.slowest);
            network.deliver_counted(ends.stream, &delays, created, ends.fixed, ends.ingress);
        }
    }

    /// Adds how many packets each stream that enters here has sent.
    pub(super) fn count_sent(&self, sent: &mut [u64]) {
        for lane in &self.lanes {
            for local in &lane.locals {
                let shared = local.arrivals.list().is_some() && lane.alone;
                let taken = if shared { lane.next_time as u64 } else { local.arrivals.produced };
                sent[local.stream.0 as usize] = taken;
            }
        }
    }
}

/// Two lanes until the horizon, or until one may overflow.
fn play_two<T: Tally>(
    urgent: &mut View<'_, T>,
    other: &mut View<'_, T>,
    transmitter: &mut u64,
    horizon: u64,
    network: &mut Network<T>,
) -> Stop {
    let mut free = *transmitter;
    let (mut first, mut second) = (urgent.at(urgent.place), other.at(other.place));
    let stop = loop {
        // The urgent one goes first if its head is there by the time the transmitter is free and
        // the other's head has come.
        let later = free.max(second);
        if first <= later {
            let start = free.max(first);
            if start >= horizon {
                break Stop::Horizon;
            }
            if urgent.may_overflow(start) {
                break Stop::MayOverflow;
            }
            free = urgent.send(start, network);
            first = urgent.at(urgent.place);
            urgent.left_waiting += u64::from(first <= start);
        } else {
            if later >= horizon {
                break Stop::Horizon;
            }
            if other.may_overflow(later) {
                break Stop::MayOverflow;
            }
            free = other.send(later, network);
            second = other.at(other.place);
            other.left_waiting += u64::from(second <= later);
        }
    };
    *transmitter = free;
    stop
}

/// Any number of lanes until the horizon, or until one may overflow.
///
/// Per lane one number says when its next packet could begin, counted from the clock, and the
/// lane: the least of them is the choice, ties going to the more urgent lane.
fn play_many<T: Tally, const LANES: usize>(
    views: &mut [View<'_, T>; LANES],
    clock: u64,
    transmitter: &mut u64,
    horizon: u64,
    network: &mut Network<T>,
) -> Stop {
    const { assert!(LANES <= 1 << LANE_BITS) };
    // Nothing begins before the clock, and what is too late to be counted is too late to begin.
    let since = |instant: u64| instant.saturating_sub(clock).min(u64::MAX >> LANE_BITS) << LANE_BITS;
    let mut free = *transmitter;
    let mut heads: [u64; LANES] =
        std::array::from_fn(|lane| since(views[lane].at(views[lane].place)) | lane as u64);
    let stop = loop {
        let busy = since(free);
        let could: [u64; LANES] = std::array::from_fn(|lane| heads[lane].max(busy | lane as u64));
        let choice = least(&could);
        let start = clock + (choice >> LANE_BITS);
        if start >= horizon {
            break Stop::Horizon;
        }
        let lane = choice as usize % LANES;
        let view = &mut views[lane];
        if view.may_overflow(start) {
            break Stop::MayOverflow;
        }
        free = view.send(start, network);
        let next = view.at(view.place);
        heads[lane] = since(next) | lane as u64;
        view.left_waiting += u64::from(next <= start);
    };
    *transmitter = free;
    stop
}

const LANE_BITS: u32 = 3;

/// The least of a few numbers, compared in pairs so that no comparison waits for all others.
#[inline(always)]
fn least<const COUNT: usize>(numbers: &[u64; COUNT]) -> u64 {
    let mut numbers = *numbers;
    let mut count = COUNT;
    while count > 1 {
        let half = count.div_ceil(2);
        for place in 0..count / 2 {
            numbers[place] = numbers[place].min(numbers[place + half]);
        }
        count = half;
    }
    numbers[0]
}

impl<'l, T: Tally> View<'l, T> {
    /// A lane that is not there.
    fn empty() -> Self {
        Self::of(&[])
    }

    /// A lane of these packets, the first being next.
    fn of(entries: &'l [Entry<T>]) -> Self {
        Self {
            list: &[],
            entries,
            listed: false,
            place: 0,
            fits: usize::MAX,
            ends: None,
            waits: Waits::NONE,
            left_waiting: 0,
            leg: 0,
            ingress: 0,
            first_sequence: 0,
        }
    }

    /// Entry instant of the packet at a place; [`NEVER`] past the end.
    #[inline(always)]
    fn at(&self, place: usize) -> u64 {
        if self.listed {
            self.list.get(place).copied().unwrap_or(NEVER)
        } else {
            self.entries.get(place).map_or(NEVER, |entry| entry.at)
        }
    }

    /// Whether so many more have come by `start` that one may have found the queue full.
    #[inline(always)]
    fn may_overflow(&self, start: u64) -> bool {
        self.at(self.place.saturating_add(self.fits)) <= start
    }

    /// Sends the next packet; says when the transmitter is free again.
    #[inline(always)]
    fn send(&mut self, start: u64, network: &mut Network<T>) -> u64 {
        let place = self.place;
        self.place += 1;
        if !self.listed {
            network.pass_on(self.entries[place], start)
        } else if let Some(ends) = &mut self.ends {
            let wait = start - self.list[place];
            if T::FULL {
                ends.waits.push(wait);
            } else {
                self.waits.note(wait);
            }
            start + ends.serialization
        } else {
            network.pass_on(self.listed_entry(place), start)
        }
    }

    #[inline]
    fn listed_entry(&self, place: usize) -> Entry<T> {
        let at = self.list[place];
        let mut tally = T::default();
        tally.process(self.ingress);
        Entry {
            at,
            created: at - self.ingress,
            leg: self.leg,
            sequence: self.first_sequence.wrapping_add(place as u32),
            tally,
        }
    }
}

impl Ends {
    fn new(plan: &Plan, local: &Local<'_>, full: bool) -> Option<Self> {
        let [leg] = plan.path(local.stream) else { return None };
        let constant = matches!(leg.processing, Processing::Constant(_)) && local.drawn.is_none();
        if !constant || plan.streams[local.stream.0 as usize].receiver.is_some() {
            return None;
        }
        let after = leg.serialization + leg.propagation + leg.processing.min();
        Some(Self {
            stream: local.stream,
            serialization: leg.serialization.0,
            fixed: local.ingress + after.0,
            ingress: local.ingress,
            waits: Vec::new(),
            network: Delays::new(full),
            slowest: 0,
        })
    }

    /// Counts the waits of a window by their extremes and sum.
    fn absorb(&mut self, count: u64, waits: &Waits) {
        if count > 0 {
            self.network.count += count;
            self.network.min = self.network.min.min(Span(self.fixed + waits.min));
            self.network.max = self.network.max.max(Span(self.fixed + waits.max));
            self.network.sum_ps += u128::from(self.fixed) * u128::from(count) + waits.sum;
        }
    }

    /// Counts the waits of a window, whose packets entered at the instants of `list`. Not done
    /// packet by packet, since the choice of the next packet waits for every step of the last.
    fn count(&mut self, list: &[u64]) {
        let Some(longest) = self.waits.iter().copied().max() else { return };
        let slower = self.network.count == 0 || self.fixed + longest > self.network.max.0;
        if slower {
            let first = self.waits.iter().position(|wait| *wait == longest);
            self.slowest = list[first.expect("the longest is one of them")];
        }
        for wait in self.waits.drain(..) {
            self.network.record(Span(self.fixed + wait));
        }
    }
}

impl<'a> Local<'a> {
    fn new(plan: &Plan, stream: StreamId, seed: Seed, arrivals: Arrivals<'a>) -> Self {
        let run = &plan.streams[stream.0 as usize];
        let drawn = match &run.ingress {
            Processing::Constant(_) => None,
            Processing::Uniform { key, .. } => {
                Some(Box::new((run.ingress.clone(), seed.stream(key))))
            }
        };
        Self { stream, leg: run.legs.start, arrivals, ingress: run.ingress.min().0, drawn }
    }

    /// The next packet, at its first queue.
    fn pop<T: Tally>(&mut self) -> Entry<T> {
        let sequence = self.arrivals.produced as u32;
        let created = self.arrivals.pop();
        let ingress = match self.drawn.as_deref_mut() {
            Some((Processing::Uniform { min, max, .. }, stream)) => {
                Processing::drawn(*min, *max, stream.draw()).0
            }
            _ => self.ingress,
        };
        let mut tally = T::default();
        tally.process(ingress);
        Entry { at: created + ingress, created, leg: self.leg, sequence, tally }
    }
}

impl<T: Tally> Lane<'_, T> {
    /// The entry instants of the one stream of a lane that has no other.
    fn list(&self) -> &[u64] {
        let shared = self.locals.first().and_then(|local| local.arrivals.list());
        shared.unwrap_or(&self.times)
    }

    /// Whether this window is replayed straight from the list.
    fn listed(&self) -> bool {
        self.alone && self.ready.is_empty()
    }

    /// Packets that certainly find room in an empty queue.
    fn fits(&self) -> usize {
        usize::try_from(self.limit / self.largest).unwrap_or(usize::MAX)
    }

    /// Makes the arrivals before `horizon` ready, in order.
    fn gather(&mut self, clock: u64, horizon: u64, network: &mut Network<T>) {
        if self.alone {
            self.extend_list(horizon);
            if !self.ready.is_empty() {
                self.move_list_to_ready(horizon);
            }
            return;
        }
        // What came before the clock stands in order already, and everything new comes after.
        let settled = self.ready.partition_point(|entry| entry.at < clock);
        self.ready.append(&mut network.inboxes[self.inbox]);
        for local in &mut self.locals {
            while local.arrivals.next.saturating_add(local.ingress) < horizon {
                self.ready.push(local.pop());
            }
        }
        merge_runs(&mut self.ready, settled, &mut network.scratch);
        let first = self.ready.get(settled).map_or(NEVER, |entry| entry.at);
        assert!(first >= clock, "a packet entered a queue behind its clock");
    }

    /// Has the list reach `horizon`, and forgets what was taken from it.
    fn extend_list(&mut self, horizon: u64) {
        let local = &mut self.locals[0];
        if local.arrivals.list().is_some() {
            return;
        }
        self.times.drain(..self.next_time);
        self.first_sequence = self.first_sequence.wrapping_add(self.next_time as u32);
        self.next_time = 0;
        local.arrivals.fill(&mut self.times, horizon, local.ingress);
    }

    fn move_list_to_ready(&mut self, horizon: u64) {
        let begin = self.next_time;
        let due = self.list()[begin..].iter().take_while(|at| **at < horizon).count();
        let mut ready = std::mem::take(&mut self.ready);
        let view = self.view();
        ready.extend((begin..begin + due).map(|place| view.listed_entry(place)));
        self.ready = ready;
        self.next_time += due;
    }

    /// The lane as the open loop sees it.
    fn view(&mut self) -> View<'_, T> {
        let fits = self.fits();
        if !self.listed() {
            return View { fits, ..View::of(&self.ready) };
        }
        let local = &self.locals[0];
        View {
            list: local.arrivals.list().unwrap_or(&self.times),
            listed: true,
            place: self.next_time,
            fits,
            ends: self.ends.as_mut(),
            leg: local.leg,
            ingress: local.ingress,
            first_sequence: self.first_sequence,
            ..View::empty()
        }
    }

    /// Everything before this place has been sent.
    fn consume(&mut self, place: usize, waits: &Waits) {
        let sent = if self.listed() { place - self.next_time } else { place };
        self.outcome.transmitted += sent as u64;
        if self.listed() {
            let list = self.locals[0].arrivals.list().unwrap_or(&self.times);
            match &mut self.ends {
                Some(ends) if T::FULL => ends.count(&list[self.next_time..place]),
                Some(ends) => ends.absorb(sent as u64, waits),
                None => {}
            }
            self.next_time = place;
        } else {
            self.ready.drain(..place);
        }
    }

    /// Starts checking admissions, nothing having been dropped in this window so far.
    fn open_queue(&mut self, horizon: u64) -> Queue {
        if self.alone {
            self.move_list_to_ready(horizon);
        }
        Queue { head: 0, admitted: 0, scanned: 0, octets: 0 }
    }
}

/// Puts `entries[from..]` in order. They come as a few runs in order, one per port or stream they
/// come from: neighbours are merged, which takes a third of the time of a sort that does not know
/// (measured). Where there are many runs, it is sorted all the same.
fn merge_runs<T: Tally>(entries: &mut [Entry<T>], from: usize, scratch: &mut Vec<Entry<T>>) {
    const RUNS: usize = 16;
    let entries = &mut entries[from..];
    let mut ends = [0_usize; RUNS];
    let mut runs = 0;
    for place in 1..=entries.len() {
        let breaks = place == entries.len() || entries[place].before(&entries[place - 1]);
        if breaks {
            if runs == RUNS {
                entries.sort_unstable_by(Entry::order);
                return;
            }
            ends[runs] = place;
            runs += 1;
        }
    }
    while runs > 1 {
        let mut kept = 0;
        let mut begin = 0;
        for pair in 0..runs.div_ceil(2) {
            let middle = ends[2 * pair];
            let end = if 2 * pair + 1 < runs { ends[2 * pair + 1] } else { middle };
            merge(&mut entries[begin..end], middle - begin, scratch);
            ends[kept] = end;
            kept += 1;
            begin = end;
        }
        runs = kept;
    }
}

/// Merges two runs in order, `entries[..middle]` and the rest.
fn merge<T: Tally>(entries: &mut [Entry<T>], middle: usize, scratch: &mut Vec<Entry<T>>) {
    scratch.clear();
    scratch.extend_from_slice(&entries[..middle]);
    let (mut left, mut right) = (0, middle);
    for place in 0..entries.len() {
        if left == scratch.len() {
            return; // the rest of the right run is in place
        }
        let from_right = right < entries.len() && entries[right].before(&scratch[left]);
        if from_right {
            entries[place] = entries[right];
            right += 1;
        } else {
            entries[place] = scratch[left];
            left += 1;
        }
    }
}

/// Admission of one lane during the bounded loop: `ready[head..admitted]` waits,
/// `ready[scanned..]` has not been looked at, what lies between was dropped or moved up.
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
        let place = if self.len() > 0 { self.head } else { self.scanned };
        lane.ready.get(place).map_or(NEVER, |entry| entry.at)
    }

    /// Admits what has arrived by `now`, in order, as far as there is room.
    fn admit<T: Tally>(&mut self, lane: &mut Lane<'_, T>, now: u64, network: &mut Network<T>) {
        while let Some(entry) = lane.ready.get(self.scanned).copied().filter(|entry| entry.at <= now) {
            self.scanned += 1;
            let octets = self.octets + u64::from(network.legs[entry.leg as usize].queued);
            if octets > lane.limit {
                lane.outcome.dropped += 1;
                network.drop_packet(entry.leg);
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
