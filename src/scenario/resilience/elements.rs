//! What an event names: a link, a node, a group, a power supply or a power line.

use super::Sources;
use crate::mpls::outage::Element;
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::network::tell_unknown;
use crate::scenario::spec::{Disruption, DisruptionSpec};
use crate::scenario::value::At;
use crate::topology::{Direction, LinkId, NodeId};

/// What an event names, for telling whether two events speak of one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A link, or one direction or radio hop of it.
    Link(LinkId, Option<Direction>, Option<u64>),
    /// By the kind of its name, and the name.
    Other(&'static str, String),
}

/// What an event names.
#[derive(Clone, Debug)]
pub struct Named {
    /// As it was named.
    pub target: Target,
    /// For reports: "link KEE-ELL a-z".
    pub label: String,
    /// What fails; `None`: nothing is there to fail.
    pub element: Option<Element>,
}

impl Target {
    /// Whether both name the same, or one a part of the other.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Link(link, way, hop), Self::Link(other, other_way, other_hop)) => {
                let ways = way.is_none() || other_way.is_none() || way == other_way;
                let hops = hop.is_none() || other_hop.is_none() || hop == other_hop;
                link == other && ways && hops
            }
            _ => self == other,
        }
    }
}

impl Named {
    /// Finds it in the network; `None` where it has a fault, told here or before.
    pub fn resolve(
        spec: &DisruptionSpec,
        from: &Sources<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        if spec.faulty {
            return None;
        }
        let place = from.spec.place(&spec.span);
        let key = spec.what.key();
        let (kind, name) = match spec.named.as_slice() {
            [one] => one,
            several => {
                let (title, label) = match several.len() {
                    0 => ("names nothing", "what is it of?"),
                    _ => ("names several things", "one of them"),
                };
                let kinds = match spec.what {
                    Disruption::Repair => "link, node, group, power, line",
                    _ => "link, node, group, power",
                };
                let help = format!("it takes one of {kinds}");
                let finding = Diagnostic::error(format!("`{key}` {title}"), place, label);
                findings.push(finding.help(help));
                return None;
            }
        };
        if *kind == "link" {
            return link(spec, name, from, findings);
        }
        let direction = spec.direction.as_ref().map(|at| (&at.span, "direction"));
        let hop = spec.radio_hop.as_ref().map(|at| (&at.span, "radio hop"));
        if let Some((span, what)) = direction.or(hop) {
            let title = format!("`{key}` names a {what} of a {kind}");
            findings.push(Diagnostic::error(
                title,
                from.spec.place(span),
                "only links have one",
            ));
            return None;
        }
        Some(Self {
            target: Target::Other(kind, name.value.clone()),
            label: format!("{kind} {}", name.value),
            element: other(kind, name, from, findings)?,
        })
    }
}

fn link(
    spec: &DisruptionSpec,
    name: &At<String>,
    from: &Sources<'_>,
    findings: &mut Findings,
) -> Option<Named> {
    let topology = &from.network.topology;
    let Some(id) = topology.link_named(&name.value) else {
        let links = topology.links().iter().map(|link| link.name.as_str());
        tell_unknown("link", name, links, from.spec.place(&name.span), findings);
        return None;
    };
    let mut label = format!("link {}", name.value);
    if let Some(hop) = &spec.radio_hop {
        let hops = topology.link(id).radio_hops;
        if hop.value > u64::from(hops) {
            let title = format!("link {} has no radio hop {}", name.value, hop.value);
            let has = match hops {
                0 => "it is no radio link".to_owned(),
                _ => format!("it has {hops}"),
            };
            findings.push(Diagnostic::error(title, from.spec.place(&hop.span), has));
            return None;
        }
        label.push_str(&format!(" radio hop {}", hop.value));
    }
    let direction = spec.direction.as_ref().map(|at| at.value);
    if let Some(way) = direction {
        label.push_str(&format!(" {}", way.name()));
    }
    let hop = spec.radio_hop.as_ref().map(|at| at.value);
    Some(Named {
        target: Target::Link(id, direction, hop),
        label,
        element: Some(match direction {
            Some(way) => Element::Direction(id, way),
            None => Element::Link(id),
        }),
    })
}

/// The element behind another kind of name; inner `None`: nothing is there to fail.
fn other(
    kind: &'static str,
    name: &At<String>,
    from: &Sources<'_>,
    findings: &mut Findings,
) -> Option<Option<Element>> {
    let topology = &from.network.topology;
    let wanted = name.value.as_str();
    let links = |links: &[LinkId]| Element::Several {
        links: links.to_vec(),
        nodes: Vec::new(),
    };
    let nodes = (0_u32..).zip(topology.nodes());
    let fed = nodes.filter(|(_, node)| node.power.as_deref() == Some(wanted));
    let fed: Vec<NodeId> = fed.map(|(place, _)| NodeId(place)).collect();
    let groups = topology.shared_risk_groups();
    let element = match kind {
        "node" => topology
            .node_named(wanted)
            .map(|node| Some(Element::Node(node))),
        "group" => {
            let group = groups.iter().find(|group| group.0 == wanted);
            group.map(|group| Some(links(&group.1)))
        }
        "power" => (!fed.is_empty()).then(|| {
            Some(Element::Several {
                links: Vec::new(),
                nodes: fed,
            })
        }),
        _ => {
            let line = from.network.lines.iter().find(|line| line.name == wanted);
            line.map(|line| (!line.links.is_empty()).then(|| links(&line.links)))
        }
    };
    if element.is_none() {
        let (what, names): (_, Vec<&str>) = match kind {
            "node" => (
                "node",
                topology
                    .nodes()
                    .iter()
                    .map(|node| node.name.as_str())
                    .collect(),
            ),
            "group" => (
                "shared-risk group",
                groups.iter().map(|group| group.0).collect(),
            ),
            "power" => (
                "power supply",
                topology
                    .nodes()
                    .iter()
                    .filter_map(|node| node.power.as_deref())
                    .collect(),
            ),
            _ => (
                "line",
                from.network
                    .lines
                    .iter()
                    .map(|line| line.name.as_str())
                    .collect(),
            ),
        };
        tell_unknown(what, name, names, from.spec.place(&name.span), findings);
    }
    element
}
