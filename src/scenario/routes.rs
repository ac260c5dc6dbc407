//! Who goes where: ends and paths of circuits and flows on the sealed network.

use super::diagnostic::{Diagnostic, Findings, Severity};
use super::nearest::nearest;
use super::network::Network;
use super::spec::{CircuitSpec, FlowSpec, Route, ScenarioSpec};
use super::value::At;
use crate::topology::{
    Carries, NodeId, Path, PathError, Topology, explicit_path_over, shortest_path_over,
};
use crate::units::limits::HOPS_MAX;

/// Both paths of a circuit; `None` where a fault leaves one open.
pub fn of_circuit(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    (network, carries): (&Network, Carries),
    findings: &mut Findings,
) -> Option<[Path; 2]> {
    let what = format!("circuit {}", spec.name.value);
    let asked = Asked {
        what: &what,
        scenario,
        network,
        carries,
    };
    let ends = spec.ends.as_ref()?;
    let (a, z) = asked.ends(ends, findings)?;
    if spec.has_path && spec.path[0].is_none() {
        return None;
    }
    let there = match &spec.path[0] {
        Some(names) => asked.explicit(names, [a, z], findings),
        None => asked.computed(ends, [a, z], findings),
    };
    let back = match &spec.path[1] {
        Some(names) => asked.explicit(names, [z, a], findings),
        None => there.as_ref().map(Path::reversed),
    };
    Some([there?, back?])
}

/// The second path of a circuit in both directions, as far as it was written without a fault.
pub fn second(
    what: &str,
    circuit: &CircuitSpec,
    written: &[Option<Route>; 2],
    scenario: &ScenarioSpec,
    (network, carries): (&Network, Carries),
    findings: &mut Findings,
) -> [Option<Path>; 2] {
    let asked = Asked {
        what,
        scenario,
        network,
        carries,
    };
    let ends = circuit.ends.as_ref();
    let Some((a, z)) = ends.and_then(|ends| asked.ends(ends, findings)) else {
        return [None, None];
    };
    let [there, back] = [(0, [a, z]), (1, [z, a])].map(|(way, ends)| {
        let names = written[way].as_ref()?;
        Some(asked.explicit(names, ends, findings))
    });
    let there = there.flatten();
    let back = match back {
        Some(back) => back,
        None => there.as_ref().map(Path::reversed),
    };
    [there, back]
}

/// The path of a bypass.
pub fn bypass(
    what: &str,
    names: &Route,
    scenario: &ScenarioSpec,
    network: &Network,
    findings: &mut Findings,
) -> Option<Path> {
    let asked = Asked {
        what,
        scenario,
        network,
        carries: Carries::Packets,
    };
    asked.named(names, findings)
}

/// The path of a flow to one of its destinations; `None` where a fault leaves it open.
pub fn of_flow(
    spec: &FlowSpec,
    to: &At<String>,
    scenario: &ScenarioSpec,
    network: &Network,
    findings: &mut Findings,
) -> Option<Path> {
    let what = format!("flow {}", spec.name.value);
    let asked = Asked {
        what: &what,
        scenario,
        network,
        carries: Carries::Packets,
    };
    let ends = &[spec.from.clone()?, to.clone()];
    let (from, to) = asked.ends(ends, findings)?;
    match &spec.path {
        Some(names) => asked.explicit(names, [from, to], findings),
        None if spec.has_path => None,
        None => asked.computed(ends, [from, to], findings),
    }
}

struct Asked<'a> {
    what: &'a str,
    scenario: &'a ScenarioSpec,
    network: &'a Network,
    carries: Carries,
}

impl Asked<'_> {
    fn carried(&self) -> &'static str {
        match self.carries {
            Carries::Packets => "packets",
            Carries::Timeslots => "timeslots",
            Carries::Characters => "characters",
            Carries::Tones => "tones",
        }
    }

    // Unknown nodes and equal ends are told where names alone are checked.
    fn ends(&self, ends: &[At<String>; 2], _: &mut Findings) -> Option<(NodeId, NodeId)> {
        let topology = &self.network.topology;
        let (a, z) = (
            topology.node_named(&ends[0].value)?,
            topology.node_named(&ends[1].value)?,
        );
        (a != z).then_some((a, z))
    }

    fn computed(
        &self,
        ends: &[At<String>; 2],
        [from, to]: [NodeId; 2],
        findings: &mut Findings,
    ) -> Option<Path> {
        let place = self.scenario.place(&ends[1].span);
        let topology = &self.network.topology;
        let usable = |link| topology.carries(link) == self.carries;
        let Some(path) = shortest_path_over(topology, from, to, usable) else {
            let title = format!(
                "{}: no path from {} to {}",
                self.what, ends[0].value, ends[1].value
            );
            findings.push(
                Diagnostic::error(title, place, "not connected with the first end").help(
                    match self.carries {
                        Carries::Packets => "no chain of links joins the two nodes",
                        _ => "no chain of links that carry this joins the two nodes",
                    },
                ),
            );
            return None;
        };
        if path.hops.len() > HOPS_MAX {
            let title = format!("{}: the path has {} links", self.what, path.hops.len());
            findings.push(Diagnostic::error(
                title,
                place,
                format!("at most {HOPS_MAX}"),
            ));
            return None;
        }
        Some(path)
    }

    fn explicit(
        &self,
        names: &Route,
        [from, to]: [NodeId; 2],
        findings: &mut Findings,
    ) -> Option<Path> {
        let path = self.named(names, findings)?;
        if path.nodes.first() == Some(&from) && path.nodes.last() == Some(&to) {
            return Some(path);
        }
        let topology = &self.network.topology;
        let (from, to) = (&topology.node(from).name, &topology.node(to).name);
        let title = format!("{}: the path does not lead from {from} to {to}", self.what);
        let place = self.scenario.place(&names.span);
        let help = format!("begin with \"{from}\" and end with \"{to}\"");
        findings.push(Diagnostic::error(title, place, "between other ends").help(help));
        None
    }

    /// The path of these names, wherever it leads.
    fn named(&self, names: &Route, findings: &mut Findings) -> Option<Path> {
        let texts: Vec<&str> = names.value.iter().map(|name| name.value.as_str()).collect();
        match explicit_path_over(&self.network.topology, &texts, self.carries) {
            Ok(path) if path.hops.len() <= HOPS_MAX => return Some(path),
            Ok(path) => {
                let title = format!("{}: the path has {} links", self.what, path.hops.len());
                let place = self.scenario.place(&names.span);
                let label = format!("at most {HOPS_MAX}");
                findings.push(Diagnostic::error(title, place, label));
            }
            Err(error) => self.tell(error, names, findings),
        }
        None
    }

    fn tell(&self, error: PathError, names: &Route, findings: &mut Findings) {
        let topology = &self.network.topology;
        let at = |position: usize| {
            let name = names.value.get(position);
            name.map_or((names.span.clone(), ""), |name| {
                (name.span.clone(), name.value.as_str())
            })
        };
        let (title, (span, _), label, help) = match error {
            PathError::TooShort => (
                format!("{}: the path has no link", self.what),
                at(0),
                "too short",
                None,
            ),
            PathError::UnknownName(position) => {
                let (_, name) = at(position);
                // As for the ends of circuits and flows: no search for a help line nobody sees.
                let near = (!findings.is_full(Severity::Error))
                    .then(|| nearest(name, known_names(topology)))
                    .flatten();
                let help = near.map(|near| format!("did you mean \"{near}\"?"));
                let title = format!("{}: no node or link is named \"{name}\"", self.what);
                (title, at(position), "unknown name", help)
            }
            PathError::NotAdjacent(position) => {
                let (before, (_, name)) = (at(position.saturating_sub(1)).1, at(position));
                let title = format!("{}: no link joins {before} and {name}", self.what);
                (title, at(position), "not adjacent to the name before", None)
            }
            PathError::NotCarried(position) => (
                format!(
                    "{}: no {} from {} on",
                    self.what,
                    self.carried(),
                    at(position.saturating_sub(1)).1
                ),
                at(position),
                match self.carries {
                    Carries::Packets => "timeslots, characters or tones only",
                    _ => "something else only",
                },
                Some(match self.carries {
                    Carries::Packets => {
                        "name a link that carries MPLS, or another way round".to_owned()
                    }
                    _ => format!("name a link that carries {}", self.carried()),
                }),
            ),
            PathError::Repeated(position) => {
                let title = format!("{}: the path visits {} twice", self.what, at(position).1);
                (title, at(position), "second visit", None)
            }
        };
        let place = self.scenario.place(&span);
        findings.push(Diagnostic::error(title, place, label).maybe_help(help));
    }
}

/// The names of all nodes and links.
pub(super) fn known_names(topology: &Topology) -> impl Iterator<Item = &str> + Clone {
    let nodes = topology.nodes().iter().map(|node| node.name.as_str());
    nodes.chain(topology.links().iter().map(|link| link.name.as_str()))
}
