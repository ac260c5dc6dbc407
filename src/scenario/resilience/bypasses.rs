//! Bypass tunnels as the routers have them.

use std::collections::BTreeMap;

use super::{ExplicitBypass, Sources};
use crate::scenario::diagnostic::{Diagnostic, Findings, Place};
use crate::scenario::network::{node_names, tell_unknown, tell_unknown_node};
use crate::scenario::routes;
use crate::scenario::spec::BypassSpec;
use crate::topology::NodeId;

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
    let mut error = |title: &str, label: String, help: Option<String>| {
        let title = format!("{what}: {title}");
        let finding = Diagnostic::error(title, place(&spec.path.span), label);
        findings.push(finding.maybe_help(help));
        None
    };
    if path.nodes[0] != at {
        let help = format!("begin with \"{at_name}\"");
        return error(
            "it begins elsewhere",
            format!("not at {at_name}"),
            Some(help),
        );
    }
    if path.hops.iter().any(|hop| hop.link == protects) {
        let help = "a bypass goes around what it protects".to_owned();
        let title = "it goes over the link that it protects";
        return error(title, format!("over {name}"), Some(help));
    }
    let next_name = &topology.node(next).name;
    let end = *path.nodes.last().expect("a path has nodes");
    if end != next && path.nodes.contains(&next) {
        let help = format!("end at \"{next_name}\", or go around it too");
        let title = "it passes the node that it protects";
        return error(title, format!("through {next_name}"), Some(help));
    }
    let beyond: Vec<&str> = topology
        .links_at(next)
        .into_iter()
        .filter(|(_, node)| *node != at)
        .map(|(_, node)| topology.node(node).name.as_str())
        .collect();
    if end != next && !topology.links_at(next).iter().any(|(_, node)| *node == end) {
        let help = format!("end at {next_name}, or behind it at {}", beyond.join(", "));
        let label = "neither the next hop nor the one after it".to_owned();
        return error("it ends where no protected path goes on", label, Some(help));
    }
    Some(ExplicitBypass { at, protects, path })
}
