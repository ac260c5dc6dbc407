//! Findings about the protection of circuits: TP004, TP005, TP006, TP009. They speak only where
//! the scenario says something of protection or failures.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Findings, Severity};
use super::resilience::{CircuitProtection, ProtectionKind, Resilience};
use super::spec::ScenarioSpec;
use super::streams::{Draft, ReadyCircuit};
use super::tunnels::Maker;
use super::ways::Ways;
use crate::mpls::graph::Graph;
use crate::mpls::sharing::Shared;
use crate::mpls::tunnel::{Protection, Tunnel};
use crate::topology::{Carries, Direction, Link, LinkId, Path, Topology};
use crate::units::Span;
use crate::units::quantity::{TIME, format};

/// A line differential relay takes its channel as failed after so long without a good message:
/// MiCOM P54x Technical Manual, channel timeout 0.1 s.
const CHANNEL_FAIL_TIMER: Span = Span::from_ms(100);

/// All of them, circuit by circuit.
pub(super) fn check(
    scenario: &ScenarioSpec,
    topology: &Topology,
    resilience: &Resilience,
    (circuits, ways, drafts): (&[ReadyCircuit<'_>], &[Ways], &[Draft]),
    findings: &mut Findings,
) {
    if !resilience.written {
        return;
    }
    let maker = Maker {
        topology,
        resilience,
        ways,
        drafts,
    };
    for draft in drafts {
        if let Some(link) = unfit(topology, draft) {
            let title = format!(
                "{}: a shaper of link {} holds no packet of it with a label more",
                draft.title_of_direction(),
                link.name
            );
            let place = scenario.place(&draft.span);
            let help = "a larger burst: after a failure its packets may come that way";
            findings.push(Diagnostic::error(title, place, "its packets").help(help));
        }
    }
    let tunnels = maker.tunnels(&[]);
    let all = circuits.iter().zip(ways).zip(&resilience.circuits);
    for ((circuit, ways), protection) in all {
        let look = Look {
            scenario,
            topology,
            resilience,
            circuit,
            ways,
            protection,
        };
        look.shared(findings);
        look.apart(findings);
        look.slow(findings);
        look.bare(&tunnels, findings);
    }
}

/// The first link by name with a shaper that could never send a packet of this stream inside a
/// bypass, wherever a failure may lead it.
pub(super) fn unfit<'a>(topology: &'a Topology, draft: &Draft) -> Option<&'a Link> {
    let class = draft.class.index();
    let too_small = |link: &&Link| {
        let named = link.discipline.as_ref();
        let shapers = named.map(|one| [one.shaper, one.shapers[class]]);
        let bursts = shapers.into_iter().flatten().flatten();
        let mut packets = draft
            .packets
            .iter()
            .map(|(packet, _)| packet.relabelled(1, 0));
        let least = bursts.map(|bucket| 8 * bucket.burst.0).min();
        least.is_some_and(|least| packets.any(|packet| packet.bits_on(link) > least))
    };
    topology.links().iter().find(too_small)
}

struct Look<'a> {
    scenario: &'a ScenarioSpec,
    topology: &'a Topology,
    resilience: &'a Resilience,
    circuit: &'a ReadyCircuit<'a>,
    ways: &'a Ways,
    protection: &'a CircuitProtection,
}

impl Look<'_> {
    fn warn(&self, code: &'static str, what: &str, label: String, help: &str) -> Diagnostic {
        let name = &self.circuit.spec.name;
        let title = format!("circuit {}: {what}", name.value);
        let span = self
            .circuit
            .spec
            .keys
            .get("protection")
            .unwrap_or(&name.span);
        let place = self.scenario.place(span);
        Diagnostic::at(Severity::Warning, title, place, label)
            .code(code)
            .help(help)
    }

    /// TP004.
    fn shared(&self, findings: &mut Findings) {
        let mut told = BTreeSet::new();
        for (first, second) in self.ways.paths.iter().zip(&self.ways.second) {
            if let Some(second) = second {
                told.extend(in_common(self.topology, self.ways.carries, first, second));
            }
        }
        if told.is_empty() {
            return;
        }
        let what = "working and protection fail together";
        let told: Vec<String> = told.into_iter().collect();
        let label = format!("both depend on {}", told.join(", "));
        let help = "another second_path, or constraints = { avoid_groups = […] }";
        findings.push(self.warn("TP004", what, label, help));
    }

    fn is_differential(&self) -> bool {
        let scheme = self.circuit.spec.scheme.as_ref();
        scheme.is_some_and(|at| at.value == "87L")
    }

    /// TP005.
    fn apart(&self, findings: &mut Findings) {
        let [there, back] = &self.ways.second;
        let mirrored = back.as_ref() == there.as_ref().map(Path::reversed).as_ref();
        let what = match (
            self.circuit.co_routed(),
            mirrored,
            self.protection.co_routed,
        ) {
            (false, ..) => "its two directions take different links",
            (true, false, _) => "its two second paths take different links",
            (true, true, false) => "its directions may part after a failure",
            (true, true, true) => return,
        };
        if !self.is_differential() {
            return;
        }
        let title = format!("87L over paths that are not co-routed: {what}");
        let label = "a difference of delay is a differential current".to_owned();
        let help = "co_routed = true, and one path for both directions";
        findings.push(self.warn("TP005", &title, label, help));
    }

    /// TP006.
    fn slow(&self, findings: &mut Findings) {
        if !self.is_differential() || self.protection.kind == ProtectionKind::Hitless {
            return;
        }
        let settings = &self.resilience.control;
        let hops = self.ways.paths.iter().flat_map(|path| &path.hops);
        let links: BTreeSet<LinkId> = hops.map(|hop| hop.link).collect();
        let time = |link: &LinkId| settings.detection[link.0 as usize].longest() + settings.repair;
        // The first by name among equals.
        let slowest = links.iter().rev().max_by_key(|link| time(link));
        let Some(link) = slowest.filter(|link| time(link) > CHANNEL_FAIL_TIMER) else {
            return;
        };
        let what = "a failure is repaired later than its relay gives the channel up";
        let label = format!(
            "detection and repair of {} take up to {}, the channel-fail timer is {}",
            self.topology.link(*link).name,
            format(time(link).0, &TIME),
            format(CHANNEL_FAIL_TIMER.0, &TIME)
        );
        let help = "faster detection on this link, or protection = \"hitless\"";
        findings.push(self.warn("TP006", what, label, help));
    }

    /// TP009.
    fn bare(&self, tunnels: &[Tunnel], findings: &mut Findings) {
        let mut bare = BTreeSet::new();
        for direction in Direction::BOTH {
            let name = format!("{} {}", self.circuit.spec.name.value, direction.name());
            let own = tunnels.iter().find(|tunnel| tunnel.name == name);
            if let Some(tunnel) = own {
                bare.extend(unprotected(self.topology, tunnel));
            }
        }
        if self.protection.kind.has_second_path() && self.ways.second.iter().any(Option::is_none) {
            bare.insert("the whole path".to_owned());
        }
        if bare.is_empty() {
            return;
        }
        let what = "nothing stands by for a part of its path";
        let bare: Vec<String> = bare.into_iter().collect();
        let label = format!("no way round {}", bare.join(", "));
        let help = "when that fails the circuit waits for a new path, or for the repair";
        findings.push(self.warn("TP009", what, label, help));
    }
}

/// What takes both of two paths along when it fails, their ends aside.
pub(super) fn in_common(
    topology: &Topology,
    carries: Carries,
    first: &Path,
    second: &Path,
) -> Vec<String> {
    let graph = Graph::new(topology, carries);
    let shared = Shared::between(&graph, first, second);
    let groups = topology.shared_risk_groups();
    let group = |place: &usize| format!("group {}", groups[*place].0);
    let node = |node: &_| format!("node {}", topology.node(*node).name);
    let link = |link: &LinkId| format!("link {}", topology.link(*link).name);
    let both = |of: &dyn Fn(&Path) -> BTreeSet<String>| &of(first) & &of(second);
    let lines = |path: &Path| {
        let links = path.hops.iter().map(|hop| topology.link(hop.link));
        let lines = links.flat_map(|link| &link.exposure.ground_wire_of);
        lines.map(|line| format!("ground wire of {line}")).collect()
    };
    let powers = |path: &Path| {
        let inner = path.nodes[1..path.nodes.len() - 1].iter();
        let named = inner.filter_map(|node| topology.node(*node).power.as_ref());
        named.map(|power| format!("power {power}")).collect()
    };
    let mut all: Vec<String> = shared.groups.iter().map(group).collect();
    all.extend(shared.nodes.iter().map(node));
    all.extend(shared.links.iter().map(link));
    all.extend(both(&lines));
    all.extend(both(&powers));
    all
}

/// The links of a tunnel, and nodes between its ends, that its local repair does not go round.
fn unprotected(topology: &Topology, tunnel: &Tunnel) -> Vec<String> {
    let path = &tunnel.path;
    // Per hop: whether there is a way round the link, and round the node behind it.
    let around: Vec<(bool, bool)> = match &tunnel.protection {
        Protection::Facility(all) => {
            let places = all.iter().enumerate();
            let two_on = |hop: usize, merge: usize| merge == hop + 2;
            places
                .map(|(hop, one)| {
                    (
                        one.is_some(),
                        one.as_ref().is_some_and(|one| two_on(hop, one.merge)),
                    )
                })
                .collect()
        }
        Protection::Detour(all) => {
            let without = |(hop, one): (usize, &Option<Path>)| {
                let next = path.nodes[hop + 1];
                (
                    one.is_some(),
                    one.as_ref().is_some_and(|one| !one.nodes.contains(&next)),
                )
            };
            all.iter().enumerate().map(without).collect()
        }
        _ => return Vec::new(),
    };
    let mut bare = Vec::new();
    for (hop, (link, node)) in around.into_iter().enumerate() {
        if !link {
            bare.push(format!("link {}", topology.link(path.hops[hop].link).name));
        }
        if !node && hop + 1 < path.hops.len() {
            bare.push(format!("node {}", topology.node(path.nodes[hop + 1]).name));
        }
    }
    bare
}
