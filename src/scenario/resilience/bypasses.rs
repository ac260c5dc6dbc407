//! Bypass tunnels as the routers have them.

use std::collections::BTreeMap;

use super::{ExplicitBypass, Sources};
use crate::scenario::diagnostic::{Diagnostic, Findings, Place};
use crate::scenario::network::{node_names, tell_unknown, tell_unknown_node};
use crate::scenario::routes;
use crate::scenario::spec::BypassSpec;
use crate::topology::{LinkId, NodeId, Path, Topology};

/// The bypasses, in order of (point of local repair, link, merge point).
pub fn settle(from: &Sources<'_>, findings: &mut Findings) -> Vec<ExplicitBypass> {
    let mut found = BTreeMap::<_, (ExplicitBypass, Place)>::new();
    for spec in &from.spec.bypasses {
        let Some(bypass) = one(spec, from, findings) else {
            continue;
        };
        let place = from.spec.place(&spec.path.span);
        let key = (bypass.at, bypass.protects, merge(&bypass));
        if let Some((_, before)) = found.get(&key) {
            let title = format!(
                "two bypasses of {} at {}",
                spec.protects.value, spec.at.value
            );
            let finding = Diagnostic::error(title, place, "to the same merge point");
            findings.push(finding.also(before.clone(), "the first"));
        } else {
            found.insert(key, (bypass, place));
        }
    }
    found.into_values().map(|(bypass, _)| bypass).collect()
}

fn merge(bypass: &ExplicitBypass) -> NodeId {
    *bypass.path.nodes.last().expect("a path has nodes")
}

fn one(spec: &BypassSpec, from: &Sources<'_>, findings: &mut Findings) -> Option<ExplicitBypass> {
    let topology = &from.network.topology;
    let place = |span| from.spec.place(span);
    let nodes = node_names(from.topology);
    let unknown = tell_unknown_node(&spec.at, &nodes, |at| from.spec.place(&at.span), findings);
    let Some(protects) = topology.link_named(&spec.protects.value) else {
        let links = topology.links().iter().map(|link| link.name.as_str());
        tell_unknown(
            "link",
            &spec.protects,
            links,
            place(&spec.protects.span),
            findings,
        );
        return None;
    };
    let at = topology.node_named(&spec.at.value).filter(|_| !unknown)?;
    let (name, at_name) = (&spec.protects.value, &spec.at.value);
    let mut error = |title: String, span, label: String, help: Option<String>| {
        findings.push(Diagnostic::error(title, place(span), label).maybe_help(help));
        None
    };
    let Some(next) = topology.link(protects).far_end(at) else {
        let ends = topology
            .link(protects)
            .ends
            .map(|end| topology.node(end).name.as_str());
        let title = format!("bypass: link {name} does not touch {at_name}");
        let help = format!("it joins {} and {}", ends[0], ends[1]);
        let label = "not next to the point of local repair".to_owned();
        return error(title, &spec.protects.span, label, Some(help));
    };
    let what = format!("bypass of {name} at {at_name}");
    let path = routes::bypass(&what, &spec.path, from.spec, from.network, findings)?;
    let round = Round { at, protects, next };
    if let Some(fault) = round.fault(&path, topology) {
        let (title, label, help) = fault;
        let title = format!("{what}: {title}");
        let finding = Diagnostic::error(title, from.spec.place(&spec.path.span), label);
        findings.push(finding.help(help));
        return None;
    }
    Some(ExplicitBypass { at, protects, path })
}

/// Where a bypass has to lead.
struct Round {
    at: NodeId,
    protects: LinkId,
    next: NodeId,
}

impl Round {
    /// Why a path is no bypass: title, label, help.
    fn fault(&self, path: &Path, topology: &Topology) -> Option<(&'static str, String, String)> {
        let name = |node: NodeId| topology.node(node).name.as_str();
        let (at, next) = (name(self.at), name(self.next));
        if path.nodes[0] != self.at {
            let (label, help) = (format!("not at {at}"), format!("begin with \"{at}\""));
            return Some(("it begins elsewhere", label, help));
        }
        if path.hops.iter().any(|hop| hop.link == self.protects) {
            let label = format!("over {}", topology.link(self.protects).name);
            let help = "a bypass goes around what it protects".to_owned();
            return Some(("it goes over the link that it protects", label, help));
        }
        let end = *path.nodes.last().expect("a path has nodes");
        if end == self.next {
            return None;
        }
        if path.nodes.contains(&self.next) {
            let help = format!("end at \"{next}\", or go around it too");
            let label = format!("through {next}");
            return Some(("it passes the node that it protects", label, help));
        }
        let mut beyond: Vec<NodeId> = topology
            .links_at(self.next)
            .iter()
            .map(|one| one.1)
            .collect();
        beyond.retain(|node| *node != self.at);
        if beyond.contains(&end) {
            return None;
        }
        let beyond: Vec<&str> = beyond.into_iter().map(name).collect();
        let help = match beyond.as_slice() {
            [] => format!("end at {next}"),
            _ => format!("end at {next}, or behind it at {}", beyond.join(", ")),
        };
        let label = "neither the next hop nor the one after it".to_owned();
        Some(("it ends where no protected path goes on", label, help))
    }
}
