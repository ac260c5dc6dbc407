//! The control plane: from what is cut, and when, to the forwarding of every path over time.

use std::collections::BTreeSet;

use super::constraints::Constraints;
pub use super::detection::Phases;
use super::head_end::{decide, follow};
use super::hop_by_hop;
use super::knowledge::{Belief, Knowledge};
use super::outage::{Element, Outages};
use super::routing::{Next, Routing};
use super::settings::ControlSettings;
use super::steps::{Step, What};
use super::tunnel::{Protection, Tunnel};
use super::weave::weave;
use crate::topology::{Carries, Hop, LinkId, NodeId, Path, Topology, shortest_path_over};
use crate::units::SimTime;

/// Maintenance that is announced: until its end nobody takes a new path over the element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What is worked on. That it is down stands in [`Outages`].
    pub element: Element,
    /// From when on the ends of its links tell others to leave them.
    pub announced: SimTime,
    /// When it is up again.
    pub until: SimTime,
}

/// Computes a path for a tunnel over the links that are not to be avoided.
pub type Recompute<'a> = &'a dyn Fn(&Tunnel, &dyn Fn(LinkId) -> bool) -> Option<Path>;

/// Who knows what when, for one set of outages.
pub struct Control<'a> {
    pub(super) topology: &'a Topology,
    pub(super) settings: &'a ControlSettings,
    pub(super) outages: &'a Outages,
    pub(super) knowledge: Knowledge,
    recompute: Option<Recompute<'a>>,
}

/// The forwarding of one tunnel, and how it came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routed {
    /// Where its packets go.
    pub routing: Routing,
    /// In order of time; at one instant causes before effects. Of cuts and detections those of
    /// links that its packets may cross.
    pub steps: Vec<Step>,
}

/// A way round a hop of a path.
pub(super) struct Round<'t> {
    pub path: &'t Path,
    /// Place among the nodes of the protected path where it ends.
    pub merge: usize,
    pub more_labels: u32,
}

impl<'a> Control<'a> {
    /// Works out detection and flooding. Settings hold one entry for every link of the topology.
    #[must_use]
    pub fn new(
        topology: &'a Topology,
        settings: &'a ControlSettings,
        outages: &'a Outages,
        planned: &[Planned],
        phases: Phases,
    ) -> Self {
        let links = topology.links().len();
        assert!(settings.detection.len() == links && settings.damping.len() == links);
        Self {
            topology,
            settings,
            outages,
            knowledge: Knowledge::new(topology, settings, outages, planned, phases),
            recompute: None,
        }
    }

    /// Head ends compute paths this way, in place of the shortest path by metric that keeps away
    /// from the links and nodes to be avoided and ignores all other constraints.
    #[must_use]
    pub fn recomputing(mut self, recompute: Recompute<'a>) -> Self {
        self.recompute = Some(recompute);
        self
    }

    /// The forwarding of a tunnel. `partner`: the other direction of a pair that stays on the same
    /// links; the head end of the one whose name (then whose first node) comes first decides where
    /// both go. Second paths and bypasses are each direction's own.
    #[must_use]
    pub fn route(&self, tunnel: &Tunnel, partner: Option<&Tunnel>) -> Routed {
        let mut routed = match tunnel.protection {
            Protection::Igp => hop_by_hop::route(self, tunnel),
            _ => {
                let rank = |one: &'_ Tunnel| (one.name.clone(), one.path.nodes[0]);
                let leader = partner.filter(|one| {
                    rank(one) < rank(tunnel) && goes_along(tunnel) && goes_along(one)
                });
                let story = match leader {
                    Some(leader) => follow(&decide(self, leader), tunnel),
                    None => decide(self, tunnel),
                };
                weave(self, tunnel, story)
            }
        };
        let cuts = self.cuts_met(&routed.routing);
        routed.steps.extend(self.sightings(&cuts));
        routed
            .steps
            .extend(self.restorations(&routed.routing, &cuts, tunnel));
        routed
            .steps
            .sort_by_key(|step| (step.at, step.what, step.node));
        routed.steps.dedup();
        routed
    }

    /// The node that a hop leads to.
    pub(super) fn far_end(&self, hop: Hop) -> NodeId {
        self.topology.link(hop.link).ends[1 - hop.direction.index()]
    }

    /// A path for a tunnel that keeps away from links.
    pub(super) fn compute(&self, tunnel: &Tunnel, avoid: &dyn Fn(LinkId) -> bool) -> Option<Path> {
        if let Some(recompute) = self.recompute {
            return recompute(tunnel, avoid);
        }
        let Constraints {
            avoid_links,
            avoid_nodes,
            ..
        } = &tunnel.constraints;
        let nodes = &tunnel.path.nodes;
        let usable = |id: LinkId| {
            let ends = &self.topology.link(id).ends;
            self.topology.carries(id) == Carries::Packets
                && !avoid(id)
                && !avoid_links.contains(&id)
                && !ends.iter().any(|end| avoid_nodes.contains(end))
        };
        shortest_path_over(self.topology, nodes[0], nodes[nodes.len() - 1], usable)
    }

    /// The way round a hop of a tunnel's path, if its sender has one.
    pub(super) fn round<'t>(&self, tunnel: &'t Tunnel, hop: usize) -> Option<Round<'t>> {
        match &tunnel.protection {
            Protection::Facility(bypasses) => bypasses[hop].as_ref().map(|bypass| Round {
                path: &bypass.path,
                merge: bypass.merge,
                more_labels: 1,
            }),
            Protection::Detour(detours) => detours[hop].as_ref().map(|path| Round {
                path,
                merge: tunnel.path.hops.len(),
                more_labels: 0,
            }),
            _ => None,
        }
    }

    /// Whether the sender at the beginning of a way round does not know it to be down.
    pub(super) fn is_open(&self, round: &Round, at: SimTime) -> bool {
        let sender = round.path.nodes[0];
        let mut links = round.path.hops.iter().map(|hop| hop.link);
        let first = links.next().expect("a path has links");
        let known = &self.knowledge;
        let heard = |link| known.heard(sender, link).iter().any(|one| one.covers(at));
        !known.believes(first, sender, at) && !links.any(heard)
    }

    /// When the end of a link has dealt with its loss, until it takes it as up.
    pub(super) fn dealt(&self, link: LinkId, end: NodeId) -> impl Iterator<Item = Belief> {
        let beliefs = self.knowledge.believed(link, end).iter();
        let dealt = beliefs.map(|one| Belief {
            from: one.from + self.settings.repair,
            ..*one
        });
        dealt.filter(|one| one.from < one.to)
    }

    /// Whether the end of a link has dealt with its loss, and it is not up yet.
    pub(super) fn dealt_with(&self, link: LinkId, end: NodeId, at: SimTime) -> bool {
        self.dealt(link, end)
            .any(|one| one.from <= at && at < one.to)
    }

    /// Whether the sender of a hop repairs the loss that it now knows of.
    pub(super) fn repairs(&self, tunnel: &Tunnel, hop: usize, at: SimTime) -> bool {
        let Some(round) = self.round(tunnel, hop) else {
            return false;
        };
        let end = tunnel.path.nodes[hop];
        let begins = |one: &Belief| SimTime(one.from.0 - self.settings.repair.0);
        let mut dealt = self.dealt(tunnel.path.hops[hop].link, end);
        let current = dealt.find(|one| begins(one) <= at && at < one.to);
        current.is_some_and(|one| self.is_open(&round, one.from))
    }

    /// The hops of a routing that are ever cut.
    fn cuts_met(&self, routing: &Routing) -> BTreeSet<Hop> {
        let hops = routing.crossings.iter().map(|crossing| crossing.hop);
        hops.filter(|hop| !self.outages.of(hop.link, hop.direction).is_empty())
            .collect()
    }

    /// Cuts of these hops, and who sees them.
    fn sightings(&self, cuts: &BTreeSet<Hop>) -> Vec<Step> {
        let mut steps = Vec::new();
        for Hop { link, direction } in cuts.iter().copied() {
            let node = self.far_end(Hop { link, direction });
            for cut in self.outages.of(link, direction) {
                let what = What::Cut { link, direction };
                let at = cut.from;
                steps.push(Step { at, node, what });
                let (at, what) = (cut.to, What::Mended { link, direction });
                steps.extend((at != SimTime::NEVER).then_some(Step { at, node, what }));
            }
            for node in self.topology.link(link).ends {
                let beliefs = self.knowledge.believed(link, node).iter();
                steps.extend(beliefs.map(|one| Step {
                    at: one.from,
                    node,
                    what: match one.own {
                        true => What::Detected { link },
                        false => What::Learned { link },
                    },
                }));
            }
        }
        steps
    }

    /// When packets arrive again: looked up everywhere at one instant, they come to the tail and
    /// cross nothing that is cut.
    fn restorations(&self, routing: &Routing, cuts: &BTreeSet<Hop>, tunnel: &Tunnel) -> Vec<Step> {
        let turns = |next: &Next| {
            next.turns()
                .iter()
                .map(|turn| turn.from)
                .collect::<Vec<_>>()
        };
        let mut instants: BTreeSet<SimTime> = turns(&routing.entry).into_iter().collect();
        instants.extend(routing.behind.iter().flat_map(turns));
        for hop in cuts {
            let stretches = self.outages.of(hop.link, hop.direction).iter();
            instants.extend(stretches.flat_map(|one| [one.from, one.to]));
        }
        let is_cut = |hop: Hop, at| {
            let mut stretches = self.outages.of(hop.link, hop.direction).iter();
            cuts.contains(&hop) && stretches.any(|one| one.covers(at))
        };
        let node = tunnel.path.nodes[tunnel.path.nodes.len() - 1];
        let mut steps = Vec::new();
        let mut whole = true;
        for at in instants {
            let (crossed, arrives) = routing.crossed_at(at);
            let cut = crossed
                .iter()
                .any(|place| is_cut(routing.crossings[*place].hop, at));
            let now = arrives && !cut;
            if now && !whole {
                let what = What::Restored;
                steps.push(Step { at, node, what });
            }
            whole = now;
        }
        steps
    }
}

/// Whether the head end of this path goes where that of the other direction leads.
fn goes_along(tunnel: &Tunnel) -> bool {
    match &tunnel.protection {
        Protection::Facility(_) | Protection::Detour(_) => true,
        Protection::Resignal | Protection::Copy => true,
        Protection::Standby(path) | Protection::Secondary(path) => path.is_none(),
        Protection::Pseudowire { path, .. } => path.is_none(),
        Protection::Igp => false,
    }
}
