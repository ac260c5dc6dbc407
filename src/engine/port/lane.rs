//! One class of a port: its queue, the streams that enter here, and those that end here.

use std::ops::Range;

use super::local::Local;
use super::merge::merge_runs;
use super::open::{View, Waits};
use crate::engine::arrivals::{Arrivals, NEVER};
use crate::engine::network::{Entry, Lost, Network};
use crate::engine::outcome::{Delays, QueueOutcome};
use crate::engine::special::is_special;
use crate::engine::tally::Tally;
use crate::engine::ways;
use crate::plan::{End, Plan, PortId, Processing, StreamId};
use crate::random::Seed;
use crate::traffic::Class;
use crate::units::Span;

/// One class of a port: a queue, and what feeds it.
#[derive(Debug)]
pub(super) struct Lane<'a, T> {
    pub(super) class: Class,
    /// Which inbox of the network is ours.
    pub(super) inbox: usize,
    /// Octets that may wait.
    pub(super) limit: u64,
    /// Largest packet; with it follows how many certainly fit.
    pub(super) largest: u64,
    /// Streams that enter the network here.
    pub(super) locals: Vec<Local<'a>>,
    /// Whether one local stream is all that comes here: then its arrivals are a plain list. At a
    /// general port only where it ends behind this link too.
    pub(super) alone: bool,
    /// Entry instants of the one stream, closed with [`NEVER`]; unused where arrivals are shared.
    /// At a general port with several streams: those of `ready`.
    pub(super) times: Vec<u64>,
    /// Next of the list.
    pub(super) next_time: usize,
    /// Number of the first packet of the list.
    pub(super) first_sequence: u32,
    /// Packets that wait or will, in order; all that enter within the window, and perhaps later
    /// ones.
    pub(super) ready: Vec<Entry<T>>,
    /// Where the packets of the list end, if behind this link.
    pub(super) ends: Option<Ends>,
    pub(super) outcome: QueueOutcome,
}

/// The far end of a stream of one link and no receiver whose arrivals are a list: its packets
/// differ by their wait alone and are counted here, not passed on.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) stream: StreamId,
    pub(super) serialization: u64,
    /// All of the delay but the wait.
    pub(super) fixed: u64,
    pub(super) ingress: u64,
    /// Waits of this window, in order.
    pub(super) waits: Vec<u64>,
    pub(super) network: Delays,
    /// Entry instant of the first of the slowest packets.
    pub(super) slowest: u64,
}

impl Ends {
    pub(super) fn new(plan: &Plan, local: &Local<'_>, full: bool) -> Option<Self> {
        let [leg] = plan.path(local.stream) else {
            return None;
        };
        let constant = matches!(leg.processing, Processing::Constant(_)) && local.is_uniform();
        let sink = matches!(plan.streams[local.stream.0 as usize].end, End::Sink);
        if is_special(plan, leg) || !constant || !sink || plan.series_bin.is_some() {
            return None;
        }
        let after = leg.serialization + leg.behind() + leg.processing.min();
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

    /// Counts the waits of a window, whose packets entered at the instants of `list`, given
    /// their extremes and sum; one by one only where histograms are kept. Not done while the
    /// packets are sent, since the choice of the next packet waits for every step of the last.
    pub(super) fn count(&mut self, waits: &[u64], list: &[u64], sum: &Waits, full: bool) {
        if waits.is_empty() {
            return;
        }
        let (least, most) = (Span(self.fixed + sum.min), Span(self.fixed + sum.max));
        if full && (self.network.count == 0 || most > self.network.max) {
            let first = waits.iter().position(|wait| *wait == sum.max);
            self.slowest = list[first.expect("the longest is one of them")];
        }
        if let Some(shape) = &mut self.network.shape {
            let delays = waits.iter().map(|wait| Span(self.fixed + wait));
            shape.record_all(delays, least, most);
        }
        self.absorb(waits.len() as u64, sum);
    }

    /// Counts waits by their extremes and sum.
    pub(super) fn absorb(&mut self, count: u64, waits: &Waits) {
        if count > 0 {
            self.network.count += count;
            self.network.min = self.network.min.min(Span(self.fixed + waits.min));
            self.network.max = self.network.max.max(Span(self.fixed + waits.max));
            self.network.sum_ps += u128::from(self.fixed) * u128::from(count) + waits.sum;
        }
    }
}

impl<'a, T: Tally> Lane<'a, T> {
    /// The class of a port that these legs cross, in rank order.
    pub(super) fn new(
        plan: &Plan,
        port: PortId,
        class: Class,
        legs: &[u32],
        inbox: usize,
        seed: Seed,
        arrivals: &mut impl FnMut(StreamId) -> Arrivals<'a>,
    ) -> Self {
        let mut locals = Vec::new();
        for leg in legs {
            let stream = plan.legs[*leg as usize].stream;
            let first = plan.streams[stream.0 as usize].legs.start;
            let known = locals
                .last()
                .is_some_and(|local: &Local<'_>| local.stream == stream);
            if !known && ways::entries(plan, stream).contains(&(*leg - first)) {
                locals.push(Local::new(plan, stream, port, seed, arrivals(stream)));
            }
        }
        locals.shrink_to_fit(); // many lanes have one
        let limit = plan.ports[port.0 as usize].queue_limit[class.index()];
        let queued = |leg: &u32| plan.legs[*leg as usize].queued.0;
        let single = legs.len() == 1 && locals.len() == 1 && locals[0].is_uniform();
        let ends = locals.first().filter(|_| single);
        let ends = ends.and_then(|one| Ends::new(plan, one, T::FULL));
        let alone = match plan.ports[port.0 as usize].discipline.as_deref() {
            None => single,
            // There a list is written in, and a packet that is cut has to be whole.
            Some(discipline) => {
                let own = ends.is_some() && locals[0].arrivals.list().is_none();
                own && discipline.preemption.is_none()
            }
        };
        Self {
            class,
            inbox,
            limit: limit.map_or(u64::MAX, |limit| limit.0),
            largest: legs.iter().map(queued).max().expect("a lane is crossed"),
            alone,
            ends: ends.filter(|_| alone),
            locals,
            times: Vec::new(),
            next_time: 0,
            first_sequence: 0,
            ready: Vec::new(),
            outcome: QueueOutcome::default(),
        }
    }

    /// The leg that the packet at this place of a general port is about to cross.
    #[inline]
    pub(super) fn leg(&self, place: usize) -> u32 {
        if self.alone {
            self.locals[0].leg
        } else {
            self.ready[place].leg
        }
    }

    /// The packet at this place of a general port, which is lost.
    pub(super) fn lost(&self, place: usize) -> Lost {
        if !self.alone {
            return Lost::of(&self.ready[place]);
        }
        let local = &self.locals[0];
        Lost {
            leg: local.leg,
            sequence: self.first_sequence.wrapping_add(place as u32),
            created: self.times[place] - local.ingress,
        }
    }

    /// When the packet at this place of a general port enters.
    #[inline]
    pub(super) fn time(&self, place: usize) -> u64 {
        self.times.get(place).copied().unwrap_or(NEVER)
    }

    /// Lists the instants of what is ready at a general port.
    pub(super) fn list_ready(&mut self) {
        if !self.alone {
            self.times.clear();
            self.times.extend(self.ready.iter().map(|entry| entry.at));
        }
    }

    /// A packet at a general port moves forward to a place that has become free.
    #[inline]
    pub(super) fn move_forward(&mut self, from: usize, to: usize) {
        self.times[to] = self.times[from];
        if !self.alone {
            self.ready[to] = self.ready[from];
        }
    }

    /// The packets at these places of a general port move backward over so many that are lost.
    pub(super) fn move_back(&mut self, places: Range<usize>, by: usize) {
        let to = places.start + by;
        self.times.copy_within(places.clone(), to);
        if !self.alone {
            self.ready.copy_within(places, to);
        }
    }

    /// Forgets the first packets of a general port, which were sent, and those dropped later.
    pub(super) fn forget(&mut self, sent: usize, dropped: Range<usize>) {
        if self.alone {
            self.times.drain(dropped);
            self.times.drain(..sent);
        } else {
            self.ready.drain(dropped);
            self.ready.drain(..sent);
        }
    }

    /// The entry instants of the one stream of a lane that has no other.
    pub(super) fn list(&self) -> &[u64] {
        let shared = self.locals.first().and_then(|local| local.arrivals.list());
        shared.unwrap_or(&self.times)
    }

    /// What is left of that list, at least until the horizon.
    pub(super) fn list_until(&self, horizon: u64) -> &[u64] {
        let list = &self.list()[self.next_time..];
        if self.locals[0].arrivals.list().is_none() {
            return list; // it reaches little further
        }
        let due = list.iter().position(|at| *at >= horizon);
        &list[..due.unwrap_or(list.len())]
    }

    /// When the first packet of the window enters, or has entered.
    pub(super) fn first_entry(&self) -> u64 {
        if self.listed() {
            self.list()[self.next_time..]
                .first()
                .copied()
                .unwrap_or(NEVER)
        } else {
            self.ready.first().map_or(NEVER, |entry| entry.at)
        }
    }

    /// Whether this window is replayed straight from the list.
    pub(super) fn listed(&self) -> bool {
        self.alone && self.ready.is_empty()
    }

    /// Packets that certainly find room in an empty queue.
    pub(super) fn fits(&self) -> usize {
        usize::try_from(self.limit / self.largest).unwrap_or(usize::MAX)
    }

    /// Makes the arrivals before `horizon` ready, in order.
    pub(super) fn gather(&mut self, clock: u64, horizon: u64, network: &mut Network<T>) {
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
            local.enter(horizon, &mut self.ready, network);
        }
        let Network { scratch, ranks, .. } = network;
        merge_runs(&mut self.ready, settled, scratch, ranks);
        let first = self.ready.get(settled).map_or(NEVER, |entry| entry.at);
        assert!(first >= clock, "a packet entered a queue behind its clock");
    }

    /// Has the list reach `horizon`, and forgets what was taken from it.
    pub(super) fn extend_list(&mut self, horizon: u64) {
        let local = &mut self.locals[0];
        if local.arrivals.list().is_some() {
            return;
        }
        self.times.drain(..self.next_time);
        self.first_sequence = self.first_sequence.wrapping_add(self.next_time as u32);
        self.next_time = 0;
        local.arrivals.fill(&mut self.times, horizon, local.ingress);
    }

    pub(super) fn move_list_to_ready(&mut self, horizon: u64) {
        let begin = self.next_time;
        let due = self.list()[begin..]
            .iter()
            .take_while(|at| **at < horizon)
            .count();
        let mut ready = std::mem::take(&mut self.ready);
        let view = self.view();
        ready.extend((begin..begin + due).map(|place| view.listed_entry(place)));
        self.ready = ready;
        self.next_time += due;
    }

    /// The lane as the open loop sees it.
    pub(super) fn view(&mut self) -> View<'_, T> {
        let fits = self.fits();
        if !self.listed() {
            return View {
                fits,
                ..View::of(&self.ready)
            };
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

    /// Whether more wait at the horizon than certainly fit.
    pub(super) fn is_crowded(&self, horizon: u64) -> bool {
        let fits = self.fits();
        let first_over = if self.listed() {
            let place = self.next_time.saturating_add(fits);
            self.list().get(place).copied()
        } else {
            self.ready.get(fits).map(|entry| entry.at)
        };
        first_over.is_some_and(|at| at < horizon)
    }

    /// Everything before this place has been sent.
    pub(super) fn consume(&mut self, place: usize, waits: &Waits) {
        let sent = if self.listed() {
            place - self.next_time
        } else {
            place
        };
        self.outcome.transmitted += sent as u64;
        if self.listed() {
            let list = self.locals[0].arrivals.list().unwrap_or(&self.times);
            match &mut self.ends {
                Some(ends) if T::FULL => {
                    let waits = std::mem::take(&mut ends.waits);
                    let mut sum = Waits::NONE;
                    waits.iter().for_each(|wait| sum.note(*wait));
                    ends.count(&waits, &list[self.next_time..place], &sum, true);
                    ends.waits = waits;
                    ends.waits.clear();
                }
                Some(ends) => ends.absorb(sent as u64, waits),
                None => {}
            }
            self.next_time = place;
        } else {
            self.ready.drain(..place);
        }
    }
}
