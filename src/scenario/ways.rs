//! The paths of circuits: admitted in a stated order, each with its second path.

use super::diagnostic::{Diagnostic, Findings};
use super::resilience::{CircuitProtection, Resilience};
use super::spec::ScenarioSpec;
use super::streams::ReadyCircuit;
use crate::mpls::constraints::Constraints;
use crate::mpls::disjoint::second_path;
use crate::mpls::graph::Graph;
use crate::mpls::reservations::{Request, admit};
use crate::mpls::search::{Constraint, NoPath, find_path, room_everywhere};
use crate::topology::{Carries, Direction, LinkId, Path, Topology};

/// The paths of a circuit, a→z and z→a.
#[derive(Clone, Debug)]
pub(super) struct Ways {
    /// What its links carry.
    pub carries: Carries,
    /// In normal operation.
    pub paths: [Path; 2],
    /// Where its protection has one: the second path.
    pub second: [Option<Path>; 2],
}

/// Most links in a help line.
const LINKS_TOLD: usize = 6;

/// Gives circuits with constraints the paths that meet them: in order of setup priority, then of
/// name, each on what those before it left. Whether all have one.
pub(super) fn admit_circuits(
    topology: &Topology,
    scenario: &ScenarioSpec,
    resilience: &Resilience,
    circuits: &mut [ReadyCircuit<'_>],
    findings: &mut Findings,
) -> bool {
    let mut asked: Vec<(usize, usize, Request)> = Vec::new();
    for (place, protection) in resilience.circuits.iter().enumerate() {
        let (circuit, constraints) = match (&circuits[place], &protection.constraints) {
            (circuit, Some(constraints)) if circuit.class.is_some() => (circuit, constraints),
            _ => continue,
        };
        // Priorities in the wrong order are told already.
        if constraints.hold_priority > constraints.setup_priority {
            continue;
        }
        let co_routed = circuit.co_routed() && protection.co_routed;
        for direction in &Direction::BOTH[..if co_routed { 1 } else { 2 }] {
            let way = direction.index();
            let path = &circuit.paths[way];
            let request = Request {
                name: format!("{} {}", circuit.spec.name.value, direction.name()),
                ends: [path.nodes[0], path.nodes[path.nodes.len() - 1]],
                constraints: constraints.clone(),
                path: circuit.spec.path[way].is_some().then(|| path.clone()),
                co_routed,
            };
            asked.push((place, way, request));
        }
    }
    // The sort keeps the order of names.
    asked.sort_by_key(|(_, _, request)| request.constraints.setup_priority);
    let requests: Vec<Request> = asked.iter().map(|(_, _, one)| one.clone()).collect();
    let graph = Graph::new(topology, Carries::Packets);
    let mut all = true;
    for ((place, way, request), admitted) in asked.iter().zip(admit(&graph, &requests).0) {
        match admitted.path {
            Ok(path) => {
                if request.co_routed {
                    circuits[*place].paths[1] = path.reversed();
                }
                circuits[*place].paths[*way] = path;
            }
            Err(fault) => {
                all = false;
                findings.push(refusal(topology, scenario, &circuits[*place], &fault));
            }
        }
    }
    all
}

/// That constraints leave no path: which of them removes which links, and which would help.
fn refusal(
    topology: &Topology,
    scenario: &ScenarioSpec,
    circuit: &ReadyCircuit<'_>,
    fault: &NoPath,
) -> Diagnostic {
    let removes = |(constraint, links): &(Constraint, Vec<LinkId>)| {
        let names = links.iter().map(|link| topology.link(*link).name.as_str());
        let mut told: Vec<&str> = names.take(LINKS_TOLD).collect();
        let more = links.len().saturating_sub(LINKS_TOLD).to_string();
        if links.len() > LINKS_TOLD {
            told.extend([more.as_str(), "more"]);
        }
        format!("{} removes {}", constraint.name(), told.join(", "))
    };
    let mut said: Vec<String> = fault.removed.iter().map(removes).collect();
    let helps: Vec<&str> = fault.would_help.iter().map(|one| one.name()).collect();
    said.push(match helps.as_slice() {
        [] => "none of them, dropped alone, leaves a path".to_owned(),
        names => format!("a path is left without {}", names.join(", or without ")),
    });
    let name = &circuit.spec.name;
    let title = format!("circuit {}: no path meets its constraints", name.value);
    let span = circuit.spec.keys.get("constraints").unwrap_or(&name.span);
    let label = "these leave no path";
    Diagnostic::error(title, scenario.place(span), label).help(said.join("; "))
}

/// The paths of all circuits with their second ones, in order of name.
pub(super) fn of_circuits(
    topology: &Topology,
    resilience: &Resilience,
    circuits: &[ReadyCircuit<'_>],
) -> Vec<Ways> {
    let one = |(circuit, protection): (&ReadyCircuit<'_>, &CircuitProtection)| {
        let carries = super::carriers::wanted(circuit.spec);
        let ways = Ways {
            carries,
            paths: circuit.paths.clone(),
            second: protection.second.clone(),
        };
        ways.completed(
            &Graph::new(topology, carries),
            protection,
            &constraints(protection),
        )
    };
    circuits.iter().zip(&resilience.circuits).map(one).collect()
}

/// What the paths of a circuit have to meet.
pub(super) fn constraints(protection: &CircuitProtection) -> Constraints {
    protection.constraints.clone().unwrap_or_default()
}

impl Ways {
    /// With second paths computed where the protection has one and none is given: the one that
    /// shares least with the first; back over the same links, where the first goes back so.
    fn completed(
        mut self,
        graph: &Graph<'_>,
        protection: &CircuitProtection,
        constraints: &Constraints,
    ) -> Self {
        if !protection.kind.has_second_path() {
            return self;
        }
        let mirrored = self.paths[1] == self.paths[0].reversed();
        for way in [0, 1] {
            if self.second[way].is_some() {
                continue;
            }
            let there = self.second[0].as_ref().filter(|_| way == 1 && mirrored);
            self.second[way] = there.map(Path::reversed).or_else(|| {
                let pair = second_path(graph, &self.paths[way], constraints, &room_everywhere);
                pair.map(|pair| pair.paths[1].clone())
            });
        }
        self
    }

    /// As if these links were not there; a path that has no other way stays.
    pub fn without(
        &self,
        topology: &Topology,
        protection: &CircuitProtection,
        out: &[LinkId],
    ) -> Self {
        let stays = |path: &Path| !path.hops.iter().any(|hop| out.contains(&hop.link));
        let all = self.paths.iter().chain(self.second.iter().flatten());
        if all.into_iter().all(stays) {
            return self.clone();
        }
        let graph = Graph::new(topology, self.carries);
        let mut asked = constraints(protection);
        asked.avoid_links.extend(out);
        let again = |path: &Path| {
            let ends = [path.nodes[0], path.nodes[path.nodes.len() - 1]];
            let found = || find_path(&graph, ends, &asked, &room_everywhere);
            let kept = stays(path).then(|| path.clone());
            kept.or_else(found).unwrap_or_else(|| path.clone())
        };
        let there = again(&self.paths[0]);
        let mirrored = self.paths[1] == self.paths[0].reversed();
        let back = if mirrored {
            there.reversed()
        } else {
            again(&self.paths[1])
        };
        let paths = [there, back];
        // Where the first path moves, what stood by for it may be where it goes.
        let moved = paths != self.paths;
        let given = self
            .second
            .clone()
            .map(|path| path.filter(|path| !moved && stays(path)));
        let mut ways = Self {
            carries: self.carries,
            paths,
            second: given,
        };
        ways = ways.completed(&graph, protection, &asked);
        for (now, before) in ways.second.iter_mut().zip(&self.second) {
            if now.is_none() {
                now.clone_from(before);
            }
        }
        ways
    }
}
