//! The window engine: no global event queue; every port is replayed on its own.
//!
//! What one port sends cannot enter the queue of the next before serialization, propagation and
//! processing have passed: the *lookahead* of that pair of ports, at the smallest packet that goes
//! that way. So a port may be replayed up to the least of (clock of a port before it + lookahead
//! from there) over all ports before it. The ports are visited again and again in an order in
//! which, as far as there is no ring, the ones before come first; every visit goes as far as the
//! lookahead allows, but no port runs ahead of the slowest by more than the longest window, which
//! keeps what lies between them in the cache. The length of a window changes no result, and a
//! window beyond the lookahead cannot be asked for.

use super::arrivals::{Arrivals, NEVER, SharedArrivals};
use super::delivery::{copy_of, may_be_reordered};
use super::kinds::{crossing, kinds_of_legs};
use super::lookahead::{Ahead, lookaheads, shortest_crossing};
use super::network::Network;
use super::outcome::Outcome;
use super::port::Port;
use super::tally::Tally;
use super::ways;
use crate::plan::{End, Plan, PortId, StreamId};
use crate::random::Seed;
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// A plan in the state of being run.
pub(super) struct Engine<'a, T> {
    ports: Vec<Port<'a, T>>,
    network: Network<T>,
    /// Ports in the order they are visited, by twos that do not wait for each other.
    order: Vec<(u32, Option<u32>)>,
    /// Per port: the ports it waits for.
    before: Vec<Vec<Ahead>>,
    unordered: Vec<Unordered>,
    window_max: u64,
    sources_end: SimTime,
    streams: usize,
}

/// A stream whose receiving end has to wait until all is known that may come before.
struct Unordered {
    stream: StreamId,
    copy: Option<StreamId>,
    /// The ports it comes from, and the lookahead from each.
    lasts: Vec<(u32, u64)>,
}

/// Runs a plan window by window.
pub(super) fn run<T: Tally>(
    plan: &Plan,
    seed: Seed,
    window_max: Span,
    shared: Option<&SharedArrivals>,
    watch: &mut dyn FnMut(SimTime),
) -> Outcome {
    let mut engine = Engine::<T>::new(plan, seed, window_max, shared);
    while let Some(slowest) = engine.sweep() {
        watch(SimTime(slowest));
    }
    engine.finish()
}

impl<'a, T: Tally> Engine<'a, T> {
    pub(super) fn new(
        plan: &Plan,
        seed: Seed,
        window_max: Span,
        shared: Option<&'a SharedArrivals>,
    ) -> Self {
        let one_queue = |port: u32| {
            let discipline = plan.ports[port as usize].discipline.as_deref();
            discipline.is_some_and(|discipline| discipline.single_queue)
        };
        let inbox_of = |port: u32, class: usize| {
            let queue = if one_queue(port) { 0 } else { class };
            port * Class::COUNT as u32 + queue as u32
        };
        let arrivals = |id: StreamId| {
            let stream = &plan.streams[id.0 as usize];
            match shared.and_then(|shared| shared.of(id)) {
                Some(times) => Arrivals::shared(stream, times),
                None => Arrivals::new(stream, plan, seed),
            }
        };
        let crossing = crossing(plan);
        let kinds = kinds_of_legs(plan, &crossing);
        let port = |(id, legs): (usize, &Vec<u32>)| {
            Port::new(plan, PortId(id as u32), legs, seed, arrivals, inbox_of)
        };
        let before = lookaheads(plan);
        Self {
            ports: crossing.iter().enumerate().map(port).collect(),
            network: Network::new(plan, seed, kinds, plan.ports.len() * Class::COUNT, inbox_of),
            order: in_pairs(&visiting_order(&before), &before),
            before,
            unordered: unordered(plan),
            window_max: window_max.0.max(1),
            sources_end: plan.sources_end,
            streams: plan.streams.len(),
        }
    }

    /// Visits every port once. Says how far the slowest has come, `None` when all is done.
    fn sweep(&mut self) -> Option<u64> {
        let slowest = self.ports.iter().map(|port| port.clock).min()?;
        let network = &self.network;
        let next = self
            .ports
            .iter()
            .map(|port| port.next_activity(network))
            .min()?;
        if next == NEVER {
            return None;
        }
        if next > slowest.saturating_add(self.window_max) {
            self.skip_to(next);
        }
        let limit = slowest.max(next).saturating_add(self.window_max);
        for place in 0..self.order.len() {
            let (port, partner) = self.order[place];
            self.visit(port as usize, partner.map(|port| port as usize), limit);
        }
        for Unordered {
            stream,
            copy,
            lasts,
        } in &self.unordered
        {
            let known =
                |last: &(u32, u64)| self.ports[last.0 as usize].clock.saturating_add(last.1);
            let safe = lasts.iter().map(known).min().unwrap_or(NEVER);
            self.network.settle(*stream, *copy, safe);
        }
        Some(slowest)
    }

    /// Replays a port, or two, as far as the lookahead allows.
    fn visit(&mut self, port: usize, partner: Option<usize>, limit: u64) {
        let horizon = self.horizon(port, limit);
        let advances = horizon > self.ports[port].clock;
        let partner = partner.map(|partner| (partner, self.horizon(partner, limit)));
        let partner = partner.filter(|(partner, end)| *end > self.ports[*partner].clock);
        match partner {
            Some((partner, end)) if advances => {
                let both = self.ports.get_disjoint_mut([port, partner]);
                let [one, other] = both.expect("two ports");
                Port::replay_pair(one, other, [horizon, end], &mut self.network);
            }
            Some((partner, end)) => self.ports[partner].replay(end, &mut self.network),
            None if advances => self.ports[port].replay(horizon, &mut self.network),
            None => {}
        }
    }

    /// How far a port may be replayed now.
    fn horizon(&self, port: usize, limit: u64) -> u64 {
        let before = self.before[port].iter();
        let safe = before.map(|before| {
            let clock = self.ports[before.port as usize].clock;
            clock.saturating_add(before.ps)
        });
        safe.fold(limit, u64::min)
    }

    /// Nothing happens anywhere before `next`: no need to look.
    fn skip_to(&mut self, next: u64) {
        for port in &mut self.ports {
            port.clock = port.clock.max(next);
        }
    }

    fn finish(mut self) -> Outcome {
        for unordered in &self.unordered {
            self.network.settle(unordered.stream, unordered.copy, NEVER);
        }
        let mut sent = vec![0; self.streams];
        for port in &mut self.ports {
            port.settle(&mut self.network);
            port.count_sent(&mut sent);
        }
        let ports = self.ports.iter().map(Port::outcome).collect();
        drop(self.ports); // their memory is what the outcome of the streams takes
        Outcome {
            streams: self.network.finish(&sent, self.sources_end),
            ports,
        }
    }
}

/// The circuits and subscribers whose arrivals may be out of order, or come from two streams.
fn unordered(plan: &Plan) -> Vec<Unordered> {
    let lasts = |id: StreamId| {
        let leg = move |place: u32, variant| &plan.places_of(id, variant)[place as usize];
        ways::lasts(plan, id).into_iter().map(move |place| {
            let ahead = |variant: u32| shortest_crossing(plan, leg(place, variant)).0;
            let least = (0..plan.variants(id)).map(ahead).min();
            (leg(place, 0).port.0, least.expect("a stream has a size"))
        })
    };
    let of = |stream: StreamId| {
        let copy = copy_of(plan, stream);
        let end = &plan.streams[stream.0 as usize].end;
        let receives = matches!(end, End::Pseudowire(_) | End::Subscriber(_));
        let waits = receives && (copy.is_some() || may_be_reordered(plan, stream));
        waits.then(|| Unordered {
            stream,
            copy,
            lasts: [stream].into_iter().chain(copy).flat_map(lasts).collect(),
        })
    };
    let streams = (0..plan.streams.len() as u32).map(StreamId);
    streams.filter_map(of).collect()
}

/// Ports such that, rings aside, those that send to a port come before it: reverse postorder of
/// a depth-first walk along the way of the packets, starting where nothing comes from before.
fn visiting_order(before: &[Vec<Ahead>]) -> Vec<u32> {
    let mut after = vec![Vec::new(); before.len()];
    for (port, sources) in before.iter().enumerate() {
        for source in sources {
            after[source.port as usize].push(port as u32);
        }
    }
    let first = |port: &u32| before[*port as usize].is_empty();
    let all = 0..before.len() as u32;
    let starts = all
        .clone()
        .filter(first)
        .chain(all.filter(|port| !first(port)));
    let (mut seen, mut postorder) = (vec![false; before.len()], Vec::new());
    for start in starts {
        // (port, next of its successors to look at)
        let mut stack = vec![(start, 0)];
        if std::mem::replace(&mut seen[start as usize], true) {
            continue;
        }
        while let Some((port, place)) = stack.last_mut() {
            let successor = after[*port as usize].get(*place).copied();
            *place += 1;
            match successor {
                Some(next) if !std::mem::replace(&mut seen[next as usize], true) => {
                    stack.push((next, 0));
                }
                Some(_) => {}
                None => {
                    postorder.push(*port);
                    stack.pop();
                }
            }
        }
    }
    postorder.reverse();
    postorder
}

/// The same order by twos: the next port whose predecessors, as far as they stand before it, have
/// been visited, and with it another such.
fn in_pairs(order: &[u32], before: &[Vec<Ahead>]) -> Vec<(u32, Option<u32>)> {
    let mut rank = vec![0; before.len()];
    for (place, port) in order.iter().enumerate() {
        rank[*port as usize] = place;
    }
    let mut visited = vec![false; before.len()];
    let mut left: Vec<u32> = order.to_vec();
    let mut pairs = Vec::new();
    while !left.is_empty() {
        let ready = |port: &u32| {
            let waits_for = before[*port as usize]
                .iter()
                .map(|before| before.port as usize);
            let mut earlier = waits_for.filter(|before| rank[*before] < rank[*port as usize]);
            earlier.all(|before| visited[before])
        };
        let pair: Vec<u32> = left.iter().copied().filter(ready).take(2).collect();
        left.retain(|port| !pair.contains(port));
        for port in &pair {
            visited[*port as usize] = true;
        }
        pairs.push((pair[0], pair.get(1).copied()));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_visited_after_those_that_send_to_them() {
        // 2 -> 0 -> 1, and a ring 3 -> 4 -> 3.
        let from = |port| Ahead {
            port,
            ps: 1,
            session: false,
        };
        let before = [
            vec![from(2)],
            vec![from(0)],
            vec![],
            vec![from(4)],
            vec![from(3)],
        ];
        let order = visiting_order(&before);
        let place = |port: u32| order.iter().position(|visited| *visited == port).unwrap();
        assert!(place(2) < place(0) && place(0) < place(1));
        assert_eq!(order.len(), 5);
    }
}
