//! The label-switched path of every stream with what protects it, and how it is forwarded over
//! time.

use super::lint_protection::unfit;
use super::resilience::{CircuitProtection, ExplicitBypass, ProtectionKind, Resilience};
use super::streams::Draft;
use super::ways::{self, Ways};
use super::{Scenario, StreamOwner};
use crate::mpls::bypasses::{Backup, bypasses, detours, explicit_bypass};
use crate::mpls::constraints::Constraints;
use crate::mpls::control::{Control, Phases, Planned, Routed};
use crate::mpls::graph::Graph;
use crate::mpls::outage::Element;
use crate::mpls::routing::Routing;
use crate::mpls::search::{find_path, room_everywhere};
use crate::mpls::tunnel::{Bypass, Protection, Tunnel};
use crate::topology::{Carries, Direction, Hop, LinkId, Path, Topology};

/// What tunnels are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker<'a> {
    pub topology: &'a Topology,
    pub resilience: &'a Resilience,
    /// Per circuit.
    pub ways: &'a [Ways],
    /// Per stream.
    pub drafts: &'a [Draft],
}

impl Scenario {
    /// Per stream of the plan, its path with what protects it, computed as if these elements were
    /// not there. A stream that has no way without them keeps its path.
    #[must_use]
    pub fn tunnels(&self, without: &[Element]) -> Vec<Tunnel> {
        self.maker().tunnels(without)
    }

    /// The forwarding of tunnels, one per stream, as a control plane has it.
    #[must_use]
    pub fn routed(&self, tunnels: &[Tunnel], control: &Control<'_>) -> Vec<Routed> {
        self.maker().routed(tunnels, control)
    }

    /// The forwarding of every stream in a run in which the events of the scenario happen, where
    /// BFD and hellos have these phases; `None` where nothing ever changes.
    #[must_use]
    pub fn routed_under(&self, phases: Phases) -> Option<Vec<Routed>> {
        routings(&self.maker(), phases)
    }

    /// The second path of a circuit direction, whatever carries it, as if these elements were not
    /// there; `None` where its protection has none or no way is left for one.
    #[must_use]
    pub fn second_path(
        &self,
        circuit: usize,
        direction: Direction,
        without: &[Element],
    ) -> Option<Path> {
        let ways = &self.maker().ways_without(without)[circuit];
        ways.second[direction.index()].clone()
    }

    /// The first stream, with the first link, that no plan of a case can take: a shaper there is
    /// too small for a packet with a label more. Refused on loading where the scenario speaks of
    /// protection or failures.
    #[must_use]
    pub fn unfit(&self) -> Option<(String, String)> {
        let mut drafts = self.foundation.drafts.iter();
        drafts.find_map(|draft| {
            let link = unfit(self.topology(), draft)?;
            Some((draft.title_of_direction(), link.name.clone()))
        })
    }

    pub(super) fn maker(&self) -> Maker<'_> {
        Maker {
            topology: self.topology(),
            resilience: &self.resilience,
            ways: &self.foundation.ways,
            drafts: &self.foundation.drafts,
        }
    }
}

/// A path for a tunnel whose own is lost: by its constraints, over links that are not avoided.
/// Bandwidth is not asked for: what the lost path held on the way is still held.
#[must_use]
pub fn recomputed(
    graph: &Graph<'_>,
    tunnel: &Tunnel,
    avoid: &dyn Fn(LinkId) -> bool,
) -> Option<Path> {
    let nodes = &tunnel.path.nodes;
    let open = |hop: Hop| !avoid(hop.link);
    find_path(
        graph,
        [nodes[0], nodes[nodes.len() - 1]],
        &tunnel.constraints,
        &open,
    )
}

/// Per stream the forwarding in real time of a run in which the events of the scenario happen;
/// `None` where nothing ever changes.
pub(super) fn routings(maker: &Maker<'_>, phases: Phases) -> Option<Vec<Routed>> {
    let resilience = maker.resilience;
    let settings = &resilience.control;
    if resilience.outages.is_empty() && resilience.planned.is_empty() && !settings.penultimate_pop {
        return None;
    }
    let planned: Vec<Planned> = resilience
        .planned
        .iter()
        .map(|one| Planned {
            element: one.element.clone(),
            announced: one.announced,
            until: one.stretch.to,
        })
        .collect();
    let graph = Graph::new(maker.topology, Carries::Packets);
    let recompute =
        |tunnel: &Tunnel, avoid: &dyn Fn(LinkId) -> bool| recomputed(&graph, tunnel, avoid);
    let outages = &resilience.outages;
    let control = Control::new(maker.topology, settings, outages, &planned, phases);
    Some(maker.routed(&maker.tunnels(&[]), &control.recomputing(&recompute)))
}

impl Maker<'_> {
    /// See [`Scenario::tunnels`].
    pub fn tunnels(&self, without: &[Element]) -> Vec<Tunnel> {
        let ways = self.ways_without(without);
        let out = self.links_of(without);
        let graph = Graph::new(self.topology, Carries::Packets);
        let shortest = Constraints {
            avoid_links: out.iter().copied().collect(),
            ..Constraints::default()
        };
        let tunnel = |draft: &Draft| {
            let (index, way) = match draft.owner {
                StreamOwner::Circuit(index, way) | StreamOwner::Copy(index, way) => (index, way),
                StreamOwner::Flow(_) => return self.of_flow(draft, &graph, &shortest),
            };
            let protection = &self.resilience.circuits[index];
            let second = ways[index].second[way].clone();
            let is_copy = matches!(draft.owner, StreamOwner::Copy(..));
            let path = match &second {
                Some(second) if is_copy => second.clone(),
                _ => ways[index].paths[way].clone(),
            };
            Tunnel {
                name: draft.title_of_direction(),
                constraints: ways::constraints(protection),
                protection: self.protection(&graph, &path, protection, (second, &out)),
                path,
            }
        };
        self.drafts.iter().map(tunnel).collect()
    }

    fn of_flow(&self, draft: &Draft, graph: &Graph<'_>, constraints: &Constraints) -> Tunnel {
        let path = &draft.path;
        let out = |hop: &Hop| constraints.avoid_links.contains(&hop.link);
        let moved = path.hops.iter().any(out).then(|| {
            let ends = [path.nodes[0], path.nodes[path.nodes.len() - 1]];
            find_path(graph, ends, constraints, &room_everywhere)
        });
        Tunnel {
            name: draft.title_of_direction(),
            path: moved.flatten().unwrap_or_else(|| path.clone()),
            constraints: Constraints::default(),
            protection: Protection::Igp,
        }
    }

    fn protection(
        &self,
        graph: &Graph<'_>,
        path: &Path,
        protection: &CircuitProtection,
        (second, out): (Option<Path>, &[LinkId]),
    ) -> Protection {
        let open = |hop: Hop| !out.contains(&hop.link);
        match protection.kind {
            ProtectionKind::Igp => Protection::Igp,
            ProtectionKind::None => Protection::None,
            // Circuits over timeslots have no stream, so `ring` does not come here.
            ProtectionKind::Ring | ProtectionKind::Resignal => Protection::Resignal,
            ProtectionKind::Facility => {
                let computed = bypasses(graph, path, &open);
                let places = computed.into_iter().enumerate();
                let best = |(hop, computed): (usize, Option<Backup>)| {
                    let given = given_bypass(&self.resilience.bypasses, path, hop, out);
                    given.or(computed.map(|backup| backup.bypass))
                };
                Protection::Facility(places.map(best).collect())
            }
            ProtectionKind::Detour => {
                let all = detours(graph, path, &open).into_iter();
                Protection::Detour(all.map(|one| Some(one?.bypass.path)).collect())
            }
            ProtectionKind::Standby => Protection::Standby(second),
            ProtectionKind::Secondary => Protection::Secondary(second),
            ProtectionKind::Pseudowire => Protection::Pseudowire {
                path: second,
                revert: protection.revert,
            },
            ProtectionKind::Hitless => Protection::Copy,
        }
    }

    /// See [`Scenario::routed`]. A direction of a circuit whose directions stay together has the
    /// other as its partner.
    pub fn routed(&self, tunnels: &[Tunnel], control: &Control<'_>) -> Vec<Routed> {
        let partner = |stream: usize| Some(&tunnels[self.partner(stream)?]);
        let streams = tunnels.iter().enumerate();
        streams
            .map(|(stream, tunnel)| control.route(tunnel, partner(stream)))
            .collect()
    }

    fn partner(&self, stream: usize) -> Option<usize> {
        let (owner, index) = match self.drafts[stream].owner {
            StreamOwner::Circuit(index, way) => (StreamOwner::Circuit(index, 1 - way), index),
            StreamOwner::Copy(index, way) => (StreamOwner::Copy(index, 1 - way), index),
            StreamOwner::Flow(_) => return None,
        };
        let together = self.resilience.circuits[index].co_routed && {
            let [there, back] = &self.ways[index].paths;
            *back == there.reversed()
        };
        let mut all = self.drafts.iter();
        together
            .then(|| all.position(|draft| draft.owner == owner))
            .flatten()
    }

    fn ways_without(&self, without: &[Element]) -> Vec<Ways> {
        let out = self.links_of(without);
        let circuits = self.ways.iter().zip(&self.resilience.circuits);
        let one = |(ways, protection): (&Ways, &CircuitProtection)| {
            ways.without(self.topology, protection, &out)
        };
        circuits.map(one).collect()
    }

    fn links_of(&self, elements: &[Element]) -> Vec<LinkId> {
        let cuts = elements.iter().flat_map(|one| one.cuts(self.topology));
        let mut links: Vec<LinkId> = cuts.map(|(link, _)| link).collect();
        links.sort_unstable();
        links.dedup();
        links
    }
}

/// The bypass that the sender of a hop was given: to the next-next hop before one to the next.
fn given_bypass(
    given: &[ExplicitBypass],
    path: &Path,
    hop: usize,
    out: &[LinkId],
) -> Option<Bypass> {
    let here = given
        .iter()
        .filter(|one| one.at == path.nodes[hop] && one.protects == path.hops[hop].link)
        .filter(|one| !one.path.hops.iter().any(|hop| out.contains(&hop.link)));
    let fitting = here.filter_map(|one| explicit_bypass(path, hop, &one.path).ok());
    fitting.reduce(|best, one| if one.merge > best.merge { one } else { best })
}

/// The forwarding of every stream where nothing ever fails.
pub(super) fn undisturbed(drafts: &[Draft]) -> Vec<Routing> {
    drafts
        .iter()
        .map(|draft| Routing::along(&draft.path))
        .collect()
}
