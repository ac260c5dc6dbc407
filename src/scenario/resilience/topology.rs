//! What the topology alone says of failures: groups, power lines and detection.

use std::collections::{BTreeMap, BTreeSet};

use super::PowerLine;
use crate::mpls::settings::Detection;
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::network::{node_names, tell_duplicates, tell_unknown, tell_unknown_node};
use crate::scenario::spec::{LinkSpec, TopologySpec};
use crate::scenario::value::At;
use crate::topology::{Engineering, Exposure, LinkId, Topology};

/// Most administrative groups: one bit each of a word of 32 (RFC 3630 §2.5.9).
const ADMIN_GROUPS_MAX: usize = 32;

/// Tells what cannot be.
pub fn check(spec: &TopologySpec, findings: &mut Findings) {
    let nodes = node_names(spec);
    let names = spec.lines.iter().map(|line| &line.name);
    tell_duplicates(names, "lines", |at| spec.place(&at.span), findings);
    for line in &spec.lines {
        for end in line.ends.iter().flatten().filter(|_| spec.complete) {
            tell_unknown_node(end, &nodes, |at| spec.place(&at.span), findings);
        }
        if let Some([a, z]) = &line.ends
            && a.value == z.value
        {
            let title = format!("line {} joins {} to itself", line.name.value, a.value);
            let place = spec.place(&z.span);
            findings.push(Diagnostic::error(title, place, "the same node again"));
        }
    }
    let mut groups = BTreeSet::new();
    for link in &spec.links {
        check_link(link, spec, findings);
        for group in &link.admin_groups {
            if groups.insert(group.value.as_str()) && groups.len() == ADMIN_GROUPS_MAX + 1 {
                let title = format!("more than {ADMIN_GROUPS_MAX} administrative groups");
                let label = format!("the {}rd name", ADMIN_GROUPS_MAX + 1);
                let help = "links carry one bit for each in a word of 32 (RFC 3630 2.5.9)";
                findings.push(Diagnostic::error(title, spec.place(&group.span), label).help(help));
            }
        }
    }
}

fn check_link(link: &LinkSpec, spec: &TopologySpec, findings: &mut Findings) {
    let name = &link.name.value;
    let medium = link.medium.as_ref().map(|at| at.value.as_str());
    let Some(medium) = medium else { return };
    if let Some(At {
        value: Detection::FastFault { .. },
        span,
    }) = &link.detection
        && medium != "microwave"
    {
        let title = format!("link {name} is {medium} and has no fast-fault indication");
        let help = "only a radio tells of its faults in band: kind = \"los\", \"bfd\" or \"hello\"";
        let label = "only microwave links have it";
        findings.push(Diagnostic::error(title, spec.place(span), label).help(help));
    }
    for line in &link.ground_wire_of {
        let lines = spec.lines.iter().map(|line| line.name.value.as_str());
        let known = || lines.clone().any(|known| known == line.value);
        if medium == "microwave" {
            let title = format!("link {name} is microwave and lies in no ground wire");
            let place = spec.place(&line.span);
            findings.push(Diagnostic::error(
                title,
                place,
                "only what has a cable does",
            ));
        } else if spec.complete && !known() {
            tell_unknown("line", line, lines, spec.place(&line.span), findings);
        }
    }
}

/// The administrative groups, by bit: in order of name by bytes.
#[must_use]
pub fn admin_groups(spec: &TopologySpec) -> Vec<String> {
    let names = spec.links.iter().flat_map(|link| &link.admin_groups);
    let names: BTreeSet<&String> = names.map(|at| &at.value).collect();
    names.into_iter().cloned().collect()
}

/// The bits of these groups; names that are none are left out.
#[must_use]
pub fn bits<'a>(names: impl IntoIterator<Item = &'a At<String>>, groups: &[String]) -> u32 {
    let place = |name: &At<String>| groups.iter().position(|group| *group == name.value);
    let places = names.into_iter().filter_map(place);
    places.fold(0, |bits, place| bits | 1 << place)
}

/// What path computation knows of a link besides its metric.
#[must_use]
pub fn engineering(link: &LinkSpec, groups: &[String]) -> Engineering {
    Engineering {
        admin_groups: bits(&link.admin_groups, groups),
        te_metric: link.te_metric,
        reservable_bps: link.reservable_bps,
    }
}

/// What may befall a link.
#[must_use]
pub fn exposure(link: &LinkSpec) -> Exposure {
    let lines = link.ground_wire_of.iter().map(|at| at.value.clone());
    Exposure {
        can_fail: link.can_fail,
        ground_wire_of: lines.collect(),
        errors: link.errors,
    }
}

/// The power lines in order of name; those with a fault, told before, are left out.
#[must_use]
pub fn lines(spec: &TopologySpec, topology: &Topology) -> Vec<PowerLine> {
    let mut inside = BTreeMap::<&str, Vec<LinkId>>::new();
    for (place, link) in (0_u32..).zip(topology.links()) {
        for line in &link.exposure.ground_wire_of {
            inside.entry(line).or_default().push(LinkId(place));
        }
    }
    let one = |line: &crate::scenario::spec::LineSpec| {
        let [a, z] = line.ends.as_ref()?;
        let mut links = inside
            .get(line.name.value.as_str())
            .cloned()
            .unwrap_or_default();
        links.dedup();
        Some(PowerLine {
            name: line.name.value.clone(),
            ends: [
                topology.node_named(&a.value)?,
                topology.node_named(&z.value)?,
            ],
            links,
        })
    };
    let mut lines: Vec<PowerLine> = spec.lines.iter().filter_map(one).collect();
    lines.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    lines
}
