//! How each circuit is protected: words and names against the network.

use std::collections::{BTreeMap, BTreeSet};

use super::{CircuitProtection, ProtectionKind, Sources, topology};
use crate::mpls::constraints::{Constraints, Via};
use crate::mpls::graph::Graph;
use crate::mpls::search;
use crate::scenario::carriers;
use crate::scenario::diagnostic::{Diagnostic, Findings, Place};
use crate::scenario::network::tell_unknown;
use crate::scenario::routes;
use crate::scenario::spec::{CircuitSpec, ConstraintsSpec};
use crate::scenario::streams::ReadyCircuit;
use crate::scenario::value::At;
use crate::topology::{Carries, LinkId, Path};
use crate::units::Span;

/// Kinds that say nothing of a circuit without packets, and those that nothing else has.
const WITHOUT_PACKETS: [ProtectionKind; 2] = [ProtectionKind::None, ProtectionKind::Ring];

/// The protection of every circuit with a path, in the order given; tells what cannot be of all
/// that were written.
pub fn settle(
    from: &Sources<'_>,
    ready: &[ReadyCircuit<'_>],
    revert: Option<Span>,
    findings: &mut Findings,
) -> Vec<CircuitProtection> {
    let name = |circuit: &ReadyCircuit<'_>| circuit.spec.name.value.clone();
    let paths: BTreeMap<String, &[Path; 2]> =
        ready.iter().map(|one| (name(one), &one.paths)).collect();
    let mut settled = BTreeMap::new();
    for circuit in &from.spec.circuits {
        let asked = Asked {
            from,
            circuit,
            carries: carriers::wanted(circuit),
        };
        let paths = paths.get(&circuit.name.value).copied();
        let one = asked.protection(paths, revert, findings);
        settled.insert(circuit.name.value.clone(), one);
    }
    ready
        .iter()
        .map(|one| settled[&name(one)].clone())
        .collect()
}

struct Asked<'a> {
    from: &'a Sources<'a>,
    circuit: &'a CircuitSpec,
    carries: Carries,
}

impl Asked<'_> {
    fn protection(
        &self,
        paths: Option<&[Path; 2]>,
        revert: Option<Span>,
        findings: &mut Findings,
    ) -> CircuitProtection {
        let written = &self.circuit.protection;
        let kind = match (&written.kind, self.carries) {
            (Some(kind), _) => kind.value,
            (None, Carries::Packets) => self.default(),
            (None, _) => ProtectionKind::None,
        };
        self.check_kind(kind, findings);
        self.check_revert(kind, findings);
        self.check_co_routed(findings);
        let second = self.second(kind, paths, findings);
        let constraints = self.constraints(kind, findings);
        if let (Some(asked), Carries::Packets) = (&constraints, self.carries) {
            self.check_named(asked, paths, &second, findings);
        }
        CircuitProtection {
            kind,
            written: written.kind.is_some(),
            second,
            constraints,
            co_routed: written.co_routed.unwrap_or(true),
            revert: written.revert.unwrap_or(revert),
        }
    }

    fn default(&self) -> ProtectionKind {
        let default = self.from.spec.protection.as_ref();
        default.map_or(ProtectionKind::Facility, |at| at.value)
    }

    /// Where the kind is said: at the circuit, or for all.
    fn place_of_kind(&self) -> Place {
        let written = self.circuit.protection.kind.as_ref();
        let default = self.from.spec.protection.as_ref();
        let span = written
            .or(default)
            .map_or(&self.circuit.name.span, |at| &at.span);
        self.from.spec.place(span)
    }

    fn key(&self, key: &str) -> Option<Place> {
        let span = self.circuit.keys.get(key)?;
        Some(self.from.spec.place(span))
    }

    fn error(&self, title: &str, place: Place, label: impl Into<String>) -> Diagnostic {
        let title = format!("circuit {}: {title}", self.circuit.name.value);
        Diagnostic::error(title, place, label)
    }

    fn check_kind(&self, kind: ProtectionKind, findings: &mut Findings) {
        let (name, place) = (kind.name(), self.place_of_kind());
        let without = WITHOUT_PACKETS.contains(&kind);
        let frames = self
            .circuit
            .service
            .as_ref()
            .is_some_and(|at| at.value == "goose");
        let (title, label, help) = match (self.carries, kind) {
            (Carries::Packets, ProtectionKind::Ring) => (
                "a ring protects timeslots, not packets",
                "only for carrier tdm".to_owned(),
                "hitless sends two copies of each packet; standby keeps a second path ready",
            ),
            (Carries::Packets, ProtectionKind::Hitless) if frames => (
                "frames carry no numbers to select by",
                "hitless needs an emulated circuit".to_owned(),
                "standby or pseudowire protect frames",
            ),
            (Carries::Timeslots, _) if !without => (
                "timeslots are no packets",
                format!("{name} is for packets"),
                "a circuit over timeslots has ring or none",
            ),
            (Carries::Characters | Carries::Tones, _) if kind != ProtectionKind::None => (
                "a leased line is no packets",
                format!("{name} is not for leased lines"),
                "a circuit over a leased line of its own has none",
            ),
            _ => return,
        };
        findings.push(self.error(title, place, label).help(help));
    }

    fn check_revert(&self, kind: ProtectionKind, findings: &mut Findings) {
        if let Some(place) = self.key("revert")
            && kind != ProtectionKind::Pseudowire
        {
            let title = "`revert` is of protection pseudowire";
            let label = format!("the circuit has {}", kind.name());
            let help = "other head ends go back as [control] says: revert = \"10 s\" there";
            findings.push(self.error(title, place, label).help(help));
        }
    }

    fn check_co_routed(&self, findings: &mut Findings) {
        if let Some(place) = self.key("co_routed")
            && self.carries != Carries::Packets
        {
            let title = "`co_routed` is of packets";
            let help = "leave it out: where the two directions go stands in path and second_path";
            let finding = self.error(title, place, "nothing signals a new path");
            findings.push(finding.help(help));
        }
    }

    /// Paths that are named have to meet the constraints as well; room is asked for on admission.
    fn check_named(
        &self,
        asked: &Constraints,
        paths: Option<&[Path; 2]>,
        second: &[Option<Path>; 2],
        findings: &mut Findings,
    ) {
        let topology = &self.from.network.topology;
        let graph = Graph::new(topology, self.carries);
        // The explicit route is that of the first path from a to z.
        let elsewhere = Constraints {
            via: Vec::new(),
            ..asked.clone()
        };
        let named = |way: usize| paths.filter(|_| self.circuit.path[way].is_some());
        let first = [0, 1].map(|way| named(way).map(|paths| &paths[way]));
        let second = [second[0].as_ref(), second[1].as_ref()];
        for (key, paths) in [("path", first), ("second_path", second)] {
            let unmet = paths.into_iter().enumerate().find_map(|(way, path)| {
                let first = key == "path" && way == 0;
                search::unmet(&graph, if first { asked } else { &elsewhere }, path?)
            });
            let (Some((constraint, links)), Some(place)) = (unmet, self.key(key)) else {
                continue;
            };
            let name = |link: &LinkId| topology.link(*link).name.as_str();
            let links: Vec<&str> = links.iter().map(name).collect();
            let label = match links.as_slice() {
                [] => format!("not within {}", constraint.name()),
                links => format!("{} removes {}", constraint.name(), links.join(", ")),
            };
            let title = format!("`{key}` does not meet the constraints");
            let asked = self.key("constraints").expect("it was decoded");
            let finding = self
                .error(&title, place, label)
                .also(asked, "asked for here");
            findings.push(finding.help(format!("another {key}, or leave it out: one is computed")));
        }
    }

    fn second(
        &self,
        kind: ProtectionKind,
        paths: Option<&[Path; 2]>,
        findings: &mut Findings,
    ) -> [Option<Path>; 2] {
        let Some(place) = self.key("second_path") else {
            return [None, None];
        };
        if !kind.has_second_path() {
            let title = format!("protection {} has no second path", kind.name());
            let said = self.place_of_kind();
            let help = "standby, secondary, pseudowire, hitless and ring have one";
            let finding = self.error(&title, place, "never used");
            findings.push(finding.also(said, "said here").help(help));
            return [None, None];
        }
        let what = format!("circuit {}: second path", self.circuit.name.value);
        let written = &self.circuit.protection.second;
        let network = (self.from.network, self.carries);
        let second = routes::second(
            &what,
            self.circuit,
            written,
            self.from.spec,
            network,
            findings,
        );
        for way in 0..2 {
            let first = paths.map(|paths| &paths[way]);
            if second[way].is_some() && second[way].as_ref() == first {
                let title = "the second path is the first one";
                let help = "name another way, or leave it out: one is computed";
                let finding = self.error(title, place.clone(), "protects nothing");
                findings.push(finding.help(help));
                break;
            }
        }
        second
    }

    fn constraints(&self, kind: ProtectionKind, findings: &mut Findings) -> Option<Constraints> {
        let spec = self.circuit.protection.constraints.as_ref()?;
        let place = self.key("constraints").expect("it was decoded");
        if kind == ProtectionKind::Igp {
            let title = "paths of the IGP take no constraints";
            let help = "resignal is RSVP-TE without protection";
            let label = "LDP follows the shortest path";
            findings.push(self.error(title, place, label).help(help));
        } else if self.carries != Carries::Packets {
            let title = "only paths of packets take constraints";
            let help = "name the path itself: path = [ … ]";
            findings.push(self.error(title, place, "nothing signals it").help(help));
        }
        self.check_priorities(spec, findings);
        let groups = &self.from.network.admin_groups;
        for name in spec.groups.iter().flatten() {
            self.known(
                "administrative group",
                name,
                groups.iter().map(String::as_str),
                findings,
            );
        }
        let bits = |place: usize| topology::bits(&spec.groups[place], groups);
        let default = Constraints::default();
        let setup_priority = spec
            .setup
            .as_ref()
            .map_or(default.setup_priority, |at| at.value);
        let mut constraints = Constraints {
            metric: spec.metric.unwrap_or_default(),
            bandwidth_bps: spec.bandwidth_bps.unwrap_or(0),
            setup_priority,
            hold_priority: spec.hold.as_ref().map_or(setup_priority, |at| at.value),
            include_any: bits(0),
            include_all: bits(1),
            exclude: bits(2),
            hop_limit: spec.hop_limit,
            ..default
        };
        self.avoided(spec, &mut constraints, findings);
        self.stations(spec, &mut constraints, findings);
        Some(constraints)
    }

    //= RFC 3209 §4.7.3  the setup priority may not be better than the hold priority
    fn check_priorities(&self, spec: &ConstraintsSpec, findings: &mut Findings) {
        if let (Some(setup), Some(hold)) = (&spec.setup, &spec.hold)
            && setup.value < hold.value
        {
            let title = "it asks for bandwidth at a better priority than it holds it";
            let label = format!("worse than setup = {}", setup.value);
            let place = self.from.spec.place(&hold.span);
            let help =
                "0 is best; hold may not be above setup, or paths push each other out for ever";
            let finding = self.error(title, place, label);
            findings.push(
                finding
                    .also(self.from.spec.place(&setup.span), "asked for")
                    .help(help),
            );
        }
    }

    fn avoided(
        &self,
        spec: &ConstraintsSpec,
        constraints: &mut Constraints,
        findings: &mut Findings,
    ) {
        let topology = &self.from.network.topology;
        for name in &spec.avoid {
            let node = topology.node_named(&name.value);
            let link = topology.link_named(&name.value);
            let ends = self.circuit.ends.iter().flatten();
            if node.is_some() && ends.clone().any(|end| end.value == name.value) {
                let title = format!("`avoid` names {}, where it ends", name.value);
                let place = self.from.spec.place(&name.span);
                findings.push(self.error(&title, place, "no path can leave it out"));
            }
            constraints.avoid_nodes.extend(node);
            constraints.avoid_links.extend(link);
            if node.is_none() && link.is_none() {
                self.known(
                    "link or node",
                    name,
                    routes::known_names(topology),
                    findings,
                );
            }
        }
        let groups = topology.shared_risk_groups();
        let names: Vec<&str> = groups.iter().map(|group| group.0).collect();
        for name in &spec.avoid_groups {
            let place = names.iter().position(|group| *group == name.value);
            constraints.avoid_groups.extend(place);
            self.known("shared-risk group", name, names.iter().copied(), findings);
        }
    }

    fn stations(
        &self,
        spec: &ConstraintsSpec,
        constraints: &mut Constraints,
        findings: &mut Findings,
    ) {
        let topology = &self.from.network.topology;
        let mut visited = BTreeSet::new();
        for (name, loose) in &spec.via {
            let Some(node) = topology.node_named(&name.value) else {
                let nodes = topology.nodes().iter().map(|node| node.name.as_str());
                self.known("node", name, nodes, findings);
                continue;
            };
            if !visited.insert(node) {
                let place = self.from.spec.place(&name.span);
                let title = format!("`via` visits {} twice", name.value);
                findings.push(self.error(&title, place, "second visit"));
            }
            let loose = *loose;
            constraints.via.push(Via { node, loose });
        }
    }

    fn known<'n>(
        &self,
        what: &str,
        name: &At<String>,
        names: impl Iterator<Item = &'n str> + Clone,
        findings: &mut Findings,
    ) {
        if !names.clone().any(|one| one == name.value) {
            tell_unknown(
                what,
                name,
                names,
                self.from.spec.place(&name.span),
                findings,
            );
        }
    }
}
