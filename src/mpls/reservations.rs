//! Bandwidth held on links, and who is admitted.
//!
//! Every link direction has so much that paths may reserve, and keeps what is held at each of
//! eight priorities. A path that asks at setup priority `p` sees as free what is not held at `p` or
//! better (unreserved bandwidth, RFC 3630 §2.5.8). It takes it by preempting those that hold at a
//! worse priority, where both do not fit.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::topology::{Direction, Hop, Link, NodeId, Path, Radio, Topology};

use super::constraints::Constraints;
use super::graph::Graph;
use super::search::{Constraint, NoPath, constrained_path, find_path};

/// Priorities, 0 first (RFC 3209 §4.7.1).
pub const PRIORITIES: usize = 8;
/// The worst of them.
const LAST: u8 = 7;

/// What is held on every link direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservations {
    /// Per link and direction.
    directions: Vec<[Held; 2]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Held {
    reservable_bps: u64,
    /// By hold priority.
    bps: [u64; PRIORITIES],
}

/// A path asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Unique; orders those that may be preempted.
    pub name: String,
    /// Ingress and egress.
    pub ends: [NodeId; 2],
    /// What it has to meet.
    pub constraints: Constraints,
    /// The path where it is given; only bandwidth is asked of it then.
    pub path: Option<Path>,
    /// Whether the same is reserved the other way over the same links.
    pub co_routed: bool,
}

/// What became of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// Its path in the end, or why it has none.
    pub path: Result<Path, NoPath>,
    /// The requests, by place, that made room for it on the way.
    pub preempted: Vec<usize>,
}

impl Reservations {
    /// Nothing held yet. What may be reserved is `reservable_bps` of a link, or its rate, on radio
    /// that of the lowest modulation.
    #[must_use]
    pub fn new(topology: &Topology) -> Self {
        let of = |link: &Link| {
            let lowest = link.radio().map(Radio::lowest_rate);
            Direction::BOTH.map(|direction| {
                let rate = lowest.unwrap_or(link.rate[direction.index()]).exact_bps();
                let reservable = link.engineering.reservable_bps;
                Held {
                    reservable_bps: reservable.unwrap_or(rate.0 / rate.1),
                    bps: [0; PRIORITIES],
                }
            })
        };
        Self {
            directions: topology.links().iter().map(of).collect(),
        }
    }

    /// Bits per second free to who asks at this setup priority.
    #[must_use]
    pub fn unreserved_bps(&self, hop: Hop, priority: u8) -> u64 {
        let held = self.of(hop);
        let taken: u64 = held.bps[..=usize::from(priority)].iter().sum();
        held.reservable_bps - taken
    }

    /// Whether what the constraints ask for is free, hop by hop; in both directions where
    /// `co_routed`.
    pub fn room(&self, constraints: &Constraints, co_routed: bool) -> impl Fn(Hop) -> bool {
        let (wanted, priority) = (constraints.bandwidth_bps, constraints.setup_priority);
        move |hop| {
            let free = |hop| self.unreserved_bps(hop, priority) >= wanted;
            free(hop) && (!co_routed || free(hop.reversed()))
        }
    }

    /// Holds bandwidth along a path for good, at priority 0: that of a bypass, after all requests.
    ///
    /// # Panics
    /// Where so much is not free at priority 7.
    pub fn hold(&mut self, path: &Path, bps: u64) {
        self.add(path, bps, 0);
    }

    fn add(&mut self, path: &Path, bps: u64, priority: u8) {
        for hop in &path.hops {
            assert!(self.unreserved_bps(*hop, LAST) >= bps, "room was made");
            self.of_mut(*hop).bps[usize::from(priority)] += bps;
        }
    }

    fn remove(&mut self, path: &Path, bps: u64, priority: u8) {
        for hop in &path.hops {
            self.of_mut(*hop).bps[usize::from(priority)] -= bps;
        }
    }

    fn of(&self, hop: Hop) -> &Held {
        &self.directions[hop.link.0 as usize][hop.direction.index()]
    }

    fn of_mut(&mut self, hop: Hop) -> &mut Held {
        &mut self.directions[hop.link.0 as usize][hop.direction.index()]
    }
}

/// Admits requests in the order given, the first on an empty network.
///
/// Where a path needs room, hop by hop those that hold at a priority worse than its setup priority
/// give way: the worst hold priority first, of equals the last by name. Who gave way signals anew
/// at once, best hold priority first, then by name. At the end those without a path try again, in
/// the order given, until none succeeds. No one is preempted by a hold priority equal to or worse
/// than its own, so this ends.
///
/// # Panics
/// Where a hold priority is worse than the setup priority: two such paths would preempt each other
/// for ever (RFC 3209 §4.7.3).
#[must_use]
pub fn admit(graph: &Graph<'_>, requests: &[Request]) -> (Vec<Admitted>, Reservations) {
    let mut admission = Admission {
        graph,
        requests,
        reservations: Reservations::new(graph.topology()),
        paths: vec![None; requests.len()],
        preempted: vec![Vec::new(); requests.len()],
    };
    let mut waiting: VecDeque<usize> = (0..requests.len()).collect();
    loop {
        let (mut refused, mut any_placed) = (Vec::new(), false);
        while let Some(request) = waiting.pop_front() {
            match admission.place(request) {
                Some(given_way) => {
                    any_placed = true;
                    for victim in given_way {
                        waiting.push_front(victim);
                    }
                }
                None => refused.push(request),
            }
        }
        if !any_placed {
            return admission.outcome();
        }
        refused.sort_unstable();
        waiting = refused.into();
    }
}

struct Admission<'a> {
    graph: &'a Graph<'a>,
    requests: &'a [Request],
    reservations: Reservations,
    paths: Vec<Option<Path>>,
    preempted: Vec<Vec<usize>>,
}

impl Admission<'_> {
    /// Finds a path and holds its bandwidth; who gave way for it, worst first.
    fn place(&mut self, place: usize) -> Option<Vec<usize>> {
        let Request {
            constraints,
            co_routed,
            ..
        } = &self.requests[place];
        let (bps, setup) = (constraints.bandwidth_bps, constraints.setup_priority);
        assert!(
            constraints.hold_priority <= setup,
            "{}",
            self.requests[place].name
        );
        let path = self.path(place)?;
        let back = co_routed.then(|| path.reversed());
        let mut given_way = Vec::new();
        for hop in path
            .hops
            .iter()
            .chain(back.iter().flat_map(|back| &back.hops))
        {
            while self.reservations.unreserved_bps(*hop, LAST) < bps {
                let victim = self
                    .worst_on(*hop)
                    .expect("room was found at this priority");
                assert!(self.requests[victim].constraints.hold_priority > setup);
                self.vacate(victim);
                given_way.push(victim);
            }
        }
        given_way.sort_by_key(|victim| Reverse(self.standing(*victim)));
        for path in [Some(&path), back.as_ref()].into_iter().flatten() {
            self.reservations.add(path, bps, constraints.hold_priority);
        }
        self.paths[place] = Some(path);
        self.preempted[place].extend(&given_way);
        Some(given_way)
    }

    fn path(&self, place: usize) -> Option<Path> {
        let request = &self.requests[place];
        let room = self
            .reservations
            .room(&request.constraints, request.co_routed);
        match &request.path {
            Some(given) => given
                .hops
                .iter()
                .all(|hop| room(*hop))
                .then(|| given.clone()),
            None => find_path(self.graph, request.ends, &request.constraints, &room),
        }
    }

    fn refusal(&self, place: usize) -> NoPath {
        let request = &self.requests[place];
        let room = self
            .reservations
            .room(&request.constraints, request.co_routed);
        let Some(given) = &request.path else {
            let path = constrained_path(self.graph, request.ends, &request.constraints, &room);
            return path.expect_err("nothing was released since it was refused");
        };
        let full = given.hops.iter().filter(|hop| !room(**hop));
        NoPath {
            removed: vec![(Constraint::Bandwidth, full.map(|hop| hop.link).collect())],
            would_help: vec![Constraint::Bandwidth],
        }
    }

    /// Who has to give way first is the greatest.
    fn standing(&self, place: usize) -> (u8, &str) {
        let request = &self.requests[place];
        (request.constraints.hold_priority, &request.name)
    }

    fn worst_on(&self, hop: Hop) -> Option<usize> {
        let holds = |place: &usize| {
            let request = &self.requests[*place];
            let crosses = |path: &Path| {
                let back = request.co_routed && path.hops.contains(&hop.reversed());
                path.hops.contains(&hop) || back
            };
            let path = self.paths[*place].as_ref();
            request.constraints.bandwidth_bps > 0 && path.is_some_and(crosses)
        };
        let holders = (0..self.requests.len()).filter(holds);
        holders.max_by_key(|place| self.standing(*place))
    }

    fn vacate(&mut self, place: usize) {
        let path = self.paths[place].take().expect("it has a path");
        let request = &self.requests[place];
        let constraints = &request.constraints;
        let (bps, priority) = (constraints.bandwidth_bps, constraints.hold_priority);
        self.reservations.remove(&path, bps, priority);
        if request.co_routed {
            self.reservations.remove(&path.reversed(), bps, priority);
        }
    }

    fn outcome(self) -> (Vec<Admitted>, Reservations) {
        let admitted = (0..self.requests.len()).map(|place| Admitted {
            path: self.paths[place].clone().ok_or_else(|| self.refusal(place)),
            preempted: self.preempted[place].clone(),
        });
        (admitted.collect(), self.reservations)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{NODES, all_paths, at, build, links_of, network};
    use super::*;
    use crate::topology::{Carries, explicit_path};
    use proptest::prelude::*;

    fn request(name: &str, ends: [NodeId; 2], bps: u64, [setup, hold]: [u8; 2]) -> Request {
        Request {
            name: name.to_owned(),
            ends,
            constraints: Constraints {
                bandwidth_bps: bps,
                setup_priority: setup,
                hold_priority: hold,
                ..Constraints::default()
            },
            path: None,
            co_routed: false,
        }
    }

    prop_compose! {
        fn any_request()(
            from in 0..NODES, step in 1..NODES, bps in 0_u64..4, setup in 0_u8..8,
            better in 0_u8..8, co_routed: bool,
        ) -> Request {
            let ends = [from, (from + step) % NODES].map(NodeId);
            let plain = request("", ends, bps, [setup, setup.saturating_sub(better)]);
            Request { co_routed, ..plain }
        }
    }

    /// The topology with so much to reserve on every link.
    fn with_reservable(topology: &Topology, bps: u64) -> Topology {
        let links = topology.links().iter().cloned().map(|mut link| {
            link.engineering.reservable_bps = Some(bps);
            link
        });
        Topology::build(topology.nodes().to_vec(), links.collect()).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_held_is_what_the_paths_take_and_never_more_than_there_is(
            (nodes, links) in network(),
            mut requests in prop::collection::vec(any_request(), 1..12),
        ) {
            let topology = Topology::build(nodes, links).unwrap();
            let graph = Graph::new(&topology, Carries::Packets);
            for (place, request) in requests.iter_mut().enumerate() {
                request.name = format!("{}", (place * 7) % 12);
            }
            let (admitted, reservations) = admit(&graph, &requests);
            // (bits per second, hold priority) of every path on a hop.
            let on = |hop: Hop| {
                let all = requests.iter().zip(&admitted);
                let placed = all.filter_map(|(request, one)| Some((request, one.path.as_ref().ok()?)));
                let here = placed.filter(move |(request, path)| {
                    let back = request.co_routed && path.hops.contains(&hop.reversed());
                    path.hops.contains(&hop) || back
                });
                let held = here.map(|(request, _)| &request.constraints);
                held.map(|asked| (asked.bandwidth_bps, asked.hold_priority)).collect::<Vec<_>>()
            };
            let free = |hop: Hop, priority: u8| {
                let link = topology.link(hop.link);
                let there = link.engineering.reservable_bps.unwrap_or(1_000_000_000);
                let held = on(hop).into_iter().filter(|held| held.1 <= priority);
                there.checked_sub(held.map(|held| held.0).sum())
            };
            for edge in (0..NODES).flat_map(|node| graph.edges(NodeId(node))) {
                for priority in 0..8 {
                    let unreserved = reservations.unreserved_bps(edge.hop, priority);
                    prop_assert_eq!(free(edge.hop, priority), Some(unreserved));
                }
            }
            for (request, one) in requests.iter().zip(&admitted) {
                let asked = &request.constraints;
                for victim in &one.preempted {
                    let held = requests[*victim].constraints.hold_priority;
                    prop_assert!(held > asked.setup_priority);
                }
                // Who has none in the end would find none now.
                let room = |hop: Hop| free(hop, asked.setup_priority) >= Some(asked.bandwidth_bps);
                let fits = |path: &Path| path.hops.iter().all(|hop| {
                    room(*hop) && (!request.co_routed || room(hop.reversed()))
                });
                let left = all_paths(&topology, request.ends[0], request.ends[1]);
                prop_assert!(one.path.is_ok() || !left.iter().any(fits));
            }
        }
    }

    #[test]
    fn the_worst_hold_priority_gives_way_first_and_of_equals_the_last_by_name() {
        let net = build(&[("1", "A-B", 1, &[]), ("2", "A-B", 2, &[])]);
        let net = with_reservable(&net, 4);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "B"].map(|name| at(&net, name));
        let requests = [
            request("b", ends, 2, [7, 6]),
            request("c", ends, 2, [7, 6]),
            request("a", ends, 3, [7, 7]),
            request("urgent", ends, 3, [5, 0]),
        ];
        let (admitted, reservations) = admit(&graph, &requests);
        // "urgent" takes link 1 (b and c there): c goes first, then b; b signals anew first, but 2
        // has 1 left beside a, and with setup priority 7 neither can displace a (hold 7).
        assert_eq!(admitted[3].preempted, [1, 0]);
        let over = |place: usize| {
            let path = admitted[place].path.as_ref().ok()?;
            Some(links_of(&net, path))
        };
        assert_eq!(
            [0, 1, 2, 3].map(over),
            [None, None, Some("2".into()), Some("1".into())]
        );
        let first = explicit_path(&net, &["A", "1", "B"]).unwrap().hops[0];
        assert_eq!(reservations.unreserved_bps(first, 0), 1);
        assert_eq!(
            reservations.unreserved_bps(first.reversed(), 0),
            4,
            "one way only"
        );
        let why = admitted[0].path.as_ref().unwrap_err();
        assert_eq!(why.would_help, [Constraint::Bandwidth]);
    }

    #[test]
    fn who_gave_way_takes_the_next_path_and_displaces_who_is_worse_still() {
        let net = build(&[
            ("1", "A-B", 1, &[]),
            ("2", "A-B", 2, &[]),
            ("3", "A-B", 3, &[]),
        ]);
        let net = with_reservable(&net, 1);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "B"].map(|name| at(&net, name));
        let requests = [
            request("middle", ends, 1, [4, 4]),
            request("low", ends, 1, [6, 6]),
            request("high", ends, 1, [2, 2]),
        ];
        let (admitted, _) = admit(&graph, &requests);
        let paths = admitted
            .iter()
            .map(|one| links_of(&net, one.path.as_ref().unwrap()));
        assert_eq!(paths.collect::<Vec<_>>(), ["2", "3", "1"]);
        let gave_way = admitted.iter().map(|one| one.preempted.clone());
        assert_eq!(gave_way.collect::<Vec<_>>(), [vec![1], vec![], vec![0]]);
    }

    #[test]
    fn a_co_routed_pair_needs_room_both_ways() {
        let net = build(&[("1", "A-B", 1, &[]), ("2", "A-B", 2, &[])]);
        let net = with_reservable(&net, 3);
        let graph = Graph::new(&net, Carries::Packets);
        let ends = ["A", "B"].map(|name| at(&net, name));
        let back = request("back", [ends[1], ends[0]], 2, [7, 7]);
        let pair = Request {
            co_routed: true,
            ..request("pair", ends, 2, [7, 7])
        };
        let alone = request("there", ends, 2, [7, 7]);
        let (admitted, mut reservations) = admit(&graph, &[back, pair, alone]);
        let over = |place: usize| links_of(&net, admitted[place].path.as_ref().unwrap());
        assert_eq!([0, 1, 2].map(over), ["1", "2", "1"]);
        let bypass = explicit_path(&net, &["A", "2", "B"]).unwrap();
        reservations.hold(&bypass, 1);
        assert_eq!(
            reservations.unreserved_bps(bypass.hops[0], 0),
            2,
            "of a bypass, for good"
        );
    }

    #[test]
    fn a_given_path_is_asked_for_bandwidth_alone() {
        let net = with_reservable(&build(&[("1", "A-B", 1, &[]), ("2", "B-C", 1, &[])]), 3);
        let graph = Graph::new(&net, Carries::Packets);
        let given = explicit_path(&net, &["A", "B", "C"]).unwrap();
        let ends = [given.nodes[0], given.nodes[2]];
        let asked = |bps| Request {
            path: Some(given.clone()),
            ..request("given", ends, bps, [7, 7])
        };
        let (admitted, _) = admit(&graph, &[asked(2), asked(2)]);
        assert_eq!(admitted[0].path, Ok(given.clone()));
        let full = given.hops.iter().map(|hop| hop.link).collect();
        let why = admitted[1].path.as_ref().unwrap_err();
        assert_eq!(why.removed, [(Constraint::Bandwidth, full)]);
    }
}
