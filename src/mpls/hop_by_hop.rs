//! Forwarding hop by hop: every node along its own shortest path, as its table says at the time.
//!
//! Nothing keeps the tables of two nodes in step; while they differ, a packet may go round.

use std::collections::{BTreeMap, BTreeSet};

use super::control::{Control, Routed};
use super::routing::{Crossing, Next, Routing, Target};
use super::steps::{Step, What};
use super::tunnel::Tunnel;
use crate::topology::route::next_hops_to;
use crate::topology::{Carries, Hop, LinkId, NodeId};
use crate::units::SimTime;

/// Next hops over time: the first from zero.
type Turns = Vec<(SimTime, Option<Hop>)>;

struct Tables<'c> {
    control: &'c Control<'c>,
    to: NodeId,
    /// By the links that are down: per node the next hop.
    computed: BTreeMap<BTreeSet<LinkId>, Vec<Option<Hop>>>,
}

impl Tables<'_> {
    fn turns(&mut self, node: NodeId) -> Turns {
        let knowledge = &self.control.knowledge;
        let mut views = vec![(SimTime::ZERO, BTreeSet::new())];
        let rounds = knowledge.rounds(node, &self.control.settings.igp);
        views.extend(
            rounds
                .iter()
                .map(|(computed, used)| (*used, knowledge.view(node, *computed))),
        );
        views
            .into_iter()
            .map(|(at, down)| (at, self.next_hop(node, down)))
            .collect()
    }

    fn next_hop(&mut self, node: NodeId, down: BTreeSet<LinkId>) -> Option<Hop> {
        let topology = self.control.topology;
        let to = self.to;
        let usable = |link| topology.carries(link) == Carries::Packets;
        let hops = self.computed.entry(down).or_insert_with_key(|down| {
            next_hops_to(topology, to, |link| usable(link) && !down.contains(&link))
        });
        hops[node.0 as usize]
    }
}

/// The forwarding of a path without signalling. Where it is pinned to another path than the
/// shortest, it keeps to that until the head end has a table in which a link of it is down.
pub(super) fn route(control: &Control, tunnel: &Tunnel) -> Routed {
    let path = &tunnel.path;
    let (head, to) = (path.nodes[0], path.nodes[path.nodes.len() - 1]);
    let mut tables = Tables {
        control,
        to,
        computed: BTreeMap::new(),
    };
    let mut turns = BTreeMap::<NodeId, Turns>::new();
    let mut open = vec![head];
    while let Some(node) = open.pop() {
        if node == to || turns.contains_key(&node) {
            continue;
        }
        let own = tables.turns(node);
        let hops = own.iter().filter_map(|(_, hop)| *hop);
        open.extend(hops.map(|hop| control.far_end(hop)));
        turns.insert(node, own);
    }
    let normally = |place: usize| turns.get(&path.nodes[place]).and_then(|all| all[0].1);
    let pinned = (0..path.hops.len()).any(|place| normally(place) != Some(path.hops[place]));
    let mut places = BTreeMap::<Hop, usize>::new();
    let mut hops = path.hops.clone();
    let reached: BTreeSet<Hop> = turns
        .values()
        .flatten()
        .filter_map(|(_, hop)| *hop)
        .collect();
    if !pinned {
        places.extend(path.hops.iter().copied().zip(0..));
    }
    for hop in reached {
        places.entry(hop).or_insert_with(|| {
            hops.push(hop);
            hops.len() - 1
        });
    }
    let target =
        |hop: Option<Hop>| hop.map_or(Target::Discard, |hop| Target::Crossing(places[&hop]));
    let next = |node: NodeId| match turns.get(&node) {
        Some(turns) => over_time(turns.iter().map(|(at, hop)| (*at, target(*hop)))),
        None => Next::always(Target::Deliver),
    };
    let mut routing = Routing {
        entry: next(head),
        behind: hops.iter().map(|hop| next(control.far_end(*hop))).collect(),
        crossings: hops.iter().map(|hop| crossing(control, *hop, to)).collect(),
        primary: path.hops.len(),
    };
    if pinned {
        let fixed = Routing::along(path);
        routing.behind[..fixed.primary].clone_from_slice(&fixed.behind);
        routing.entry = pinned_entry(control, tunnel, &turns[&head], target);
    }
    let steps = updates(&turns, &routing, head, control);
    Routed { routing, steps }
}

fn crossing(control: &Control, hop: Hop, to: NodeId) -> Crossing {
    let last = control.far_end(hop) == to;
    Crossing {
        fewer_labels: u32::from(last && control.settings.penultimate_pop),
        ..Crossing::plain(hop)
    }
}

fn over_time(mut turns: impl Iterator<Item = (SimTime, Target)>) -> Next {
    let (_, first) = turns.next().expect("a first turn");
    let mut next = Next::always(first);
    for (at, to) in turns {
        next.turn(at, to);
    }
    next
}

/// The head end of a pinned path, table by table.
fn pinned_entry(
    control: &Control,
    tunnel: &Tunnel,
    turns: &Turns,
    target: impl Fn(Option<Hop>) -> Target,
) -> Next {
    let head = tunnel.path.nodes[0];
    let rounds = control.knowledge.rounds(head, &control.settings.igp);
    let mut next = Next::always(Target::Crossing(0));
    for ((computed, used), (_, hop)) in rounds.into_iter().zip(&turns[1..]) {
        let down = control.knowledge.view(head, computed);
        let whole = tunnel.path.hops.iter().all(|hop| !down.contains(&hop.link));
        next.turn(
            used,
            if whole {
                Target::Crossing(0)
            } else {
                target(*hop)
            },
        );
    }
    next
}

/// Every change of a table that packets of this path can meet.
fn updates(
    turns: &BTreeMap<NodeId, Turns>,
    routing: &Routing,
    head: NodeId,
    control: &Control,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for node in turns.keys() {
        let behind = (0..routing.behind.len()).rev();
        let mut of_node =
            behind.filter(|place| control.far_end(routing.crossings[*place].hop) == *node);
        let next = match of_node.next() {
            Some(place) if *node != head => &routing.behind[place],
            _ => &routing.entry,
        };
        let normal = next.turns()[0].to;
        steps.extend(next.turns()[1..].iter().map(|turn| Step {
            at: turn.from,
            node: *node,
            what: What::IgpUpdated {
                back: turn.to == normal,
            },
        }));
    }
    steps
}
