//! From the topology as written to the sealed network: checks, then compile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Findings, Place, Severity};
use super::nearest::nearest;
use super::resilience::PowerLine;
use super::spec::{LinkSpec, NodeSpec, TopologySpec};
use super::value::At;
use super::{disciplines, media, resilience, share};
use crate::topology::{
    Constants, Coordinates, Firewall, Link, LinkId, Medium, Node, NodeId, NodeProcessing, Preset,
    QueueDiscipline, Topology, default_metric,
};
use crate::traffic::Class;
use crate::units::{BitRate, Length, Octets, Span};

/// The sealed network with what reports and lints need besides.
#[derive(Clone, Debug)]
pub struct Network {
    /// Nodes and links, sealed.
    pub topology: Topology,
    /// The constants in force.
    pub constants: Constants,
    /// Per link: its place in the topology as written.
    pub written: Vec<usize>,
    /// Per link: propagation by the physical constants, where a length is given.
    pub physical: Vec<Option<Span>>,
    /// Names of the administrative groups, by bit.
    pub admin_groups: Vec<String>,
    /// Power lines, in order of name.
    pub lines: Vec<PowerLine>,
}

impl Network {
    /// The link as written.
    #[must_use]
    pub fn link_spec<'a>(&self, spec: &'a TopologySpec, link: LinkId) -> &'a LinkSpec {
        &spec.links[self.written[link.0 as usize]]
    }
}

/// The constants in force: the preset's and those the topology sets; the physical ones where the
/// preset has a fault.
#[must_use]
pub fn constants(spec: &TopologySpec) -> Constants {
    let preset = spec
        .preset
        .as_ref()
        .and_then(|preset| Preset::from_name(&preset.value));
    let mut constants = Constants::of(preset.unwrap_or(Preset::physical()));
    for (name, value) in &spec.constants {
        let known = constants.set(name, value.value);
        assert!(known, "the field table lists only the presets' constants");
    }
    constants
}

/// Checks the topology and seals it; `None` where anything in it is an error.
pub fn build(spec: &TopologySpec, findings: &mut Findings) -> Option<Network> {
    let before = findings.count();
    check_nodes(spec, findings);
    check_links(spec, findings);
    disciplines::check(spec, findings);
    resilience::topology::check(spec, findings);
    if findings.count() > before || spec.preset.is_none() || !spec.complete {
        return None;
    }
    let constants = constants(spec);
    let nodes: Option<Vec<Node>> = spec.nodes.iter().map(|one| node(one, &constants)).collect();
    let places: BTreeMap<&str, usize> = spec
        .nodes
        .iter()
        .enumerate()
        .map(|(place, one)| (one.name.value.as_str(), place))
        .collect();
    let compiler = Compiler {
        spec,
        places,
        disciplines: disciplines::sealed(spec),
        constants: &constants,
        admin_groups: resilience::topology::admin_groups(spec),
    };
    let links: Option<Vec<Link>> = spec.links.iter().map(|one| compiler.link(one)).collect();
    // What build refuses was told above already.
    let topology = Topology::build(nodes?, links?).ok()?;
    let by_name: BTreeMap<&str, usize> = spec
        .links
        .iter()
        .enumerate()
        .map(|(place, one)| (one.name.value.as_str(), place))
        .collect();
    let written = topology
        .links()
        .iter()
        .map(|link| by_name[link.name.as_str()])
        .collect();
    let over = |link: &Link| Some(physical(link.medium, link.length?));
    let physical = topology.links().iter().map(over).collect();
    Some(Network {
        lines: resilience::topology::lines(spec, &topology),
        admin_groups: compiler.admin_groups,
        topology,
        constants,
        written,
        physical,
    })
}

/// Propagation by the physical constants.
#[must_use]
pub fn physical(medium: Medium, length: Length) -> Span {
    Constants::of(Preset::physical())
        .propagation(medium)
        .over(length)
}

fn check_nodes(spec: &TopologySpec, findings: &mut Findings) {
    let names = spec.nodes.iter().map(|node| &node.name);
    tell_duplicates(names, "nodes", |at| spec.place(&at.span), findings);
    for node in &spec.nodes {
        if let Some(At {
            value: (min, max),
            span,
        }) = &node.processing
            && min > max
        {
            let place = spec.place(span);
            let title = format!("processing of {} has min above max", node.name.value);
            findings.push(Diagnostic::error(
                title,
                place,
                "min is the shortest, max the longest",
            ));
        }
        if node.half_located
            && let Some(span) = &node.coordinates_span
        {
            let title = format!("{} has only one of lat and lon", node.name.value);
            findings.push(Diagnostic::error(
                title,
                spec.place(span),
                "give both, or neither",
            ));
        }
    }
}

fn check_links(spec: &TopologySpec, findings: &mut Findings) {
    let names = spec.links.iter().map(|link| &link.name);
    tell_duplicates(names, "links", |at| spec.place(&at.span), findings);
    let nodes = node_names(spec);
    for link in &spec.links {
        let name = &link.name.value;
        for end in link.ends.iter().flatten().filter(|_| spec.complete) {
            tell_unknown_node(end, &nodes, |at| spec.place(&at.span), findings);
        }
        if let Some([a, z]) = &link.ends
            && a.value == z.value
        {
            let title = format!("link {name} joins {} to itself", a.value);
            let place = spec.place(&z.span);
            findings.push(
                Diagnostic::error(title, place, "the same node again")
                    .help("a link joins two different nodes"),
            );
        }
        if !link.has_length && !link.has_propagation {
            let title = format!("link {name} has neither `length` nor `propagation`");
            findings.push(
                Diagnostic::error(title, spec.place(&link.span), "one of them is needed")
                    .help("such as length = \"73.4 km\" or propagation = \"359.6 us\""),
            );
        }
        if let (Some(hops), Some(medium)) = (&link.radio_hops, &link.medium)
            && medium.value != "microwave"
        {
            let title = format!("link {name} is {} and has no radio hops", medium.value);
            let place = spec.place(&hops.span);
            findings.push(Diagnostic::error(
                title,
                place,
                "only microwave links have them",
            ));
        }
        media::check(link, spec, findings);
        share::check(link, spec, findings);
    }
}

/// The names of all nodes as written.
pub(super) fn node_names(spec: &TopologySpec) -> BTreeSet<&str> {
    spec.nodes
        .iter()
        .map(|node| node.name.value.as_str())
        .collect()
}

/// Tells every name given twice, with the place of the first.
pub(super) fn tell_duplicates<'a>(
    names: impl Iterator<Item = &'a At<String>>,
    what: &str,
    place: impl Fn(&At<String>) -> super::diagnostic::Place,
    findings: &mut Findings,
) {
    let mut first = BTreeMap::<&str, &At<String>>::new();
    for name in names {
        if let Some(before) = first.get(name.value.as_str()) {
            let title = format!(
                "two {what} are named \"{}\"",
                super::decode::shown(&name.value)
            );
            findings.push(
                Diagnostic::error(title, place(name), "second use of this name")
                    .also(place(before), "first use")
                    .help("names are what results and chance are keyed by: give each its own"),
            );
        } else {
            first.insert(&name.value, name);
        }
    }
}

/// The first names by bytes, for a help line.
fn first_names(nodes: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<String> = nodes
        .iter()
        .take(SHOWN)
        .map(|name| format!("\"{}\"", super::decode::shown(name)))
        .collect();
    let more = nodes.len().saturating_sub(SHOWN);
    match more {
        0 => names.join(", "),
        _ => format!("{} and {more} more", names.join(", ")),
    }
}

/// Tells a name that no node has, with the nearest one.
pub(super) fn tell_unknown_node(
    name: &At<String>,
    nodes: &BTreeSet<&str>,
    place: impl Fn(&At<String>) -> super::diagnostic::Place,
    findings: &mut Findings,
) -> bool {
    if nodes.contains(name.value.as_str()) {
        return false;
    }
    // A comparison with every node for every fault: minutes, where a large file is full of them.
    let help = if findings.is_full(Severity::Error) || nodes.is_empty() {
        None
    } else {
        Some(match nearest(&name.value, nodes.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("the nodes are {}", first_names(nodes)),
        })
    };
    let title = format!("unknown node \"{}\"", super::decode::shown(&name.value));
    findings.push(Diagnostic::error(title, place(name), "no node of this name").maybe_help(help));
    true
}

/// Tells a name that nothing of this kind has, with the nearest one.
pub(super) fn tell_unknown<'a>(
    what: &str,
    name: &At<String>,
    names: impl IntoIterator<Item = &'a str>,
    place: Place,
    findings: &mut Findings,
) {
    // As for nodes: no search for a help line that nobody sees.
    let near = (!findings.is_full(Severity::Error))
        .then(|| nearest(&name.value, names))
        .flatten();
    let help = near.map(|near| format!("did you mean \"{near}\"?"));
    let title = format!("unknown {what} \"{}\"", super::decode::shown(&name.value));
    let label = format!("no {what} of this name");
    findings.push(Diagnostic::error(title, place, label).maybe_help(help));
}

/// The node; `None` where something in it has a fault, told before.
fn node(spec: &NodeSpec, constants: &Constants) -> Option<Node> {
    let coordinates = spec
        .latitude
        .zip(spec.longitude)
        .map(|(latitude, longitude)| Coordinates {
            latitude_microdegrees: latitude,
            longitude_microdegrees: longitude,
        });
    let firewall = match &spec.firewall {
        Some(written) => Some(Firewall {
            delay: written.delay,
            rate: BitRate::from_bps(written.rate)?,
            queue: written.queue.unwrap_or(Some(constants.queue_limit())),
        }),
        None if spec.has_firewall => return None,
        None => None,
    };
    Some(Node {
        name: spec.name.value.clone(),
        label: spec.label.clone().unwrap_or_default(),
        processing: processing(spec, constants),
        firewall,
        coordinates,
        can_fail: spec.can_fail,
        power: spec.power.clone(),
    })
}

fn processing(spec: &NodeSpec, constants: &Constants) -> NodeProcessing {
    let default = (constants.node_processing(), constants.node_processing());
    let (min, max) = spec.processing.as_ref().map_or(default, |at| at.value);
    if min == max {
        NodeProcessing::Constant(min)
    } else {
        NodeProcessing::Range { min, max }
    }
}

/// What links are sealed with.
struct Compiler<'a> {
    spec: &'a TopologySpec,
    places: BTreeMap<&'a str, usize>,
    disciplines: BTreeMap<&'a str, Arc<QueueDiscipline>>,
    constants: &'a Constants,
    admin_groups: Vec<String>,
}

impl Compiler<'_> {
    /// The link; `None` where something in it has a fault, told before.
    fn link(&self, spec: &LinkSpec) -> Option<Link> {
        let (constants, nodes) = (self.constants, &self.spec.nodes);
        let ends = spec.ends.as_ref()?;
        let [a, z] = [
            *self.places.get(ends[0].value.as_str())?,
            *self.places.get(ends[1].value.as_str())?,
        ];
        let medium = Medium::from_name(&spec.medium.as_ref()?.value)?;
        let length = spec.length.as_ref().map(|at| Length(at.value));
        let explicit = spec
            .propagation
            .as_ref()
            .map(|ways| [Span(ways[0].value), Span(ways[1].value)]);
        let (propagation, for_metric) = match explicit {
            Some(explicit) => (explicit, explicit),
            None => (
                [constants.propagation(medium).over(length?); 2],
                [physical(medium, length?); 2],
            ),
        };
        let line = media::line(spec)?;
        let hops = spec.radio_hops.as_ref().map(|at| at.value);
        let counts = spec
            .layer1
            .unwrap_or(medium.has_layer1_overhead_by_default());
        let processing = [a, z].map(|place| processing(&nodes[place], constants));
        let id = |place: usize| Some(NodeId(u32::try_from(place).ok()?));
        let default_queue = Some(constants.queue_limit());
        Some(Link {
            name: spec.name.value.clone(),
            ends: [id(a)?, id(z)?],
            medium,
            length,
            propagation,
            rate: media::rates(spec, &line)?,
            line,
            radio_hops: hops.map_or(u32::from(medium == Medium::Microwave), |hops| {
                u32::try_from(hops).unwrap_or(u32::MAX)
            }),
            repeaters: media::repeaters(spec),
            encryption: spec.encryption.as_ref().map(|at| at.value),
            discipline: disciplines::of_link(spec, self.spec, &self.disciplines),
            layer1_overhead: if counts {
                constants.layer1_overhead()
            } else {
                Octets(0)
            },
            queue_limit: Class::ALL.map(|class| spec.queue[class.index()].unwrap_or(default_queue)),
            metric: spec
                .metric
                .unwrap_or_else(|| default_metric(for_metric, processing)),
            srlg: spec.srlg.clone(),
            engineering: resilience::topology::engineering(spec, &self.admin_groups),
            exposure: resilience::topology::exposure(spec),
        })
    }
}
