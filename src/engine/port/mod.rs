//! One port of the window engine: eight queues, one transmitter, replayed over sorted arrays.
//!
//! Two loops replay a window. The *open* loop never looks at queue limits; it only notices, before
//! a packet is sent, that so many more have already arrived that one of them may have found the
//! queue full. Then the *bounded* loop takes over for the rest of the window and admits packets
//! one by one. Until that moment nothing was dropped, so nothing has to be undone.

mod bounded;
mod general;
mod lane;
mod local;
mod many;
mod merge;
mod open;

use self::general::General;
use self::lane::Lane;
pub(super) use self::many::Sheet;
use self::many::replay_two_ports;
use self::open::{Stop, View, play_two};
use super::arrivals::{Arrivals, NEVER};
use super::network::Network;
use super::outcome::{Delays, QueueOutcome};
use super::tally::Tally;
use crate::plan::{Plan, PortId, StreamId};
use crate::random::Seed;
use crate::traffic::Class;

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
    /// What it does beyond strict priority at one rate.
    general: Option<Box<General<T>>>,
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
        let discipline = plan.ports[id.0 as usize].discipline.as_deref();
        let single = discipline.is_some_and(|discipline| discipline.single_queue);
        let lane = |class: Class| {
            let in_lane = |leg: &&u32| {
                let stream = plan.legs[**leg as usize].stream;
                let own = plan.streams[stream.0 as usize].class;
                own == class || single && class == Class::Nc
            };
            let legs: Vec<u32> = crossing.iter().filter(in_lane).copied().collect();
            let inbox = inbox_of(id.0, class.index()) as usize;
            let crossed = !legs.is_empty() && (!single || class == Class::Nc);
            crossed.then(|| Lane::new(plan, id, class, &legs, inbox, seed, &mut arrivals))
        };
        let mut lanes: Vec<Lane<'_, T>> = Class::ALL.into_iter().filter_map(lane).collect();
        Self {
            clock: 0,
            free: 0,
            general: General::new(plan, id, crossing, &mut lanes, seed),
            lanes,
        }
    }

    /// Replays everything from the clock to `horizon`; all that enters a queue here before
    /// `horizon` must be in the inboxes.
    pub(super) fn replay(&mut self, horizon: u64, network: &mut Network<T>) {
        self.gather(horizon, network);
        if let Some(general) = &mut self.general {
            general.replay(&mut self.lanes, &mut self.free, horizon, network);
            self.clock = horizon;
            return;
        }
        let stop = match self.lanes.len() {
            _ if self.lanes.iter().any(|lane| lane.fits() == 0) => Stop::MayOverflow,
            0..=2 => self.replay_two(horizon, network),
            _ => self.replay_many(horizon, network),
        };
        self.close(stop, horizon, network);
    }

    /// Replays two ports that do not wait for each other.
    pub(super) fn replay_pair(
        one: &mut Self,
        other: &mut Self,
        horizons: [u64; 2],
        network: &mut Network<T>,
    ) {
        let many = |port: &Self| port.general.is_none() && port.lanes.len() > 2;
        if !many(one) || !many(other) {
            one.replay(horizons[0], network);
            other.replay(horizons[1], network);
            return;
        }
        one.gather(horizons[0], network);
        other.gather(horizons[1], network);
        let [first, second] = replay_two_ports([&mut *one, &mut *other], horizons, network);
        one.close(first, horizons[0], network);
        other.close(second, horizons[1], network);
    }

    fn gather(&mut self, horizon: u64, network: &mut Network<T>) {
        debug_assert!(horizon > self.clock, "a window has a length");
        for lane in &mut self.lanes {
            lane.gather(self.clock, horizon, network);
        }
    }

    fn close(&mut self, stop: Stop, horizon: u64, network: &mut Network<T>) {
        // The open loops look at limits when a packet is sent: during a long transmission what
        // waits may grow past any of them.
        let crowded = self.lanes.iter().any(|lane| lane.is_crowded(horizon));
        if crowded || matches!(stop, Stop::MayOverflow) {
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
    fn replay_two(&mut self, horizon: u64, network: &mut Network<T>) -> Stop {
        let mut lanes = self.lanes.iter_mut();
        let mut views: [View<'_, T>; 2] =
            std::array::from_fn(|_| lanes.next().map_or_else(View::empty, Lane::view));
        for (view, starts) in views.iter_mut().zip(&mut network.starts) {
            view.starts = std::mem::take(starts);
        }
        let [urgent, other] = &mut views;
        let stop = play_two(urgent, other, &mut self.free, horizon, network);
        let [urgent, other] = views;
        let mut pass_on = |mut view: View<'_, T>, number: usize| {
            network.pass_on_all(view.entries, view.starts.iter().copied());
            view.starts.clear();
            network.starts[number] = view.starts;
            (view.place, view.left_waiting, view.waits)
        };
        let done = [pass_on(urgent, 0), pass_on(other, 1)];
        for (run, (place, left_waiting, waits)) in self.lanes.iter_mut().zip(done) {
            run.outcome.left_waiting += left_waiting;
            run.consume(place, &waits);
        }
        stop
    }

    /// When something next enters a queue here, as far as is known; the clock if it already has.
    pub(super) fn next_activity(&self, network: &Network<T>) -> u64 {
        let next = |lane: &Lane<'_, T>| {
            if !lane.ready.is_empty() || !network.inboxes[lane.inbox].is_empty() {
                return self.clock;
            }
            let locals = lane.locals.iter();
            let created = locals.map(|local| local.next_activity(self.clock, network));
            let created = created.min();
            let listed = lane.list().get(lane.next_time).filter(|_| lane.alone);
            listed.copied().or(created).unwrap_or(NEVER)
        };
        if self.general.as_ref().is_some_and(|port| port.is_busy()) {
            return self.clock;
        }
        self.lanes.iter().map(next).min().unwrap_or(NEVER)
    }

    /// Counters per class.
    pub(super) fn outcome(&self) -> [QueueOutcome; Class::COUNT] {
        if let Some(general) = &self.general {
            return general.outcome();
        }
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
            let mut tally = T::default();
            tally.wait(delays.max.0.saturating_sub(ends.fixed));
            network.deliver_counted(ends.stream, &delays, created, ends.ingress, tally);
        }
        if let Some(general) = &self.general {
            general.settle(network);
        }
    }

    /// Adds how many packets each stream that enters here has sent.
    pub(super) fn count_sent(&self, sent: &mut [u64]) {
        for lane in &self.lanes {
            for local in &lane.locals {
                let shared = local.arrivals.list().is_some() && lane.alone;
                let taken = if shared {
                    lane.next_time as u64
                } else {
                    local.arrivals.produced
                };
                sent[local.stream.0 as usize] = taken;
            }
        }
    }
}
