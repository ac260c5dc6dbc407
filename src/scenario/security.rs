//! Bandwidth filters, and the compromised stations they are there against.
//!
//! A flood is nothing of its own: it becomes flows, one per class, that filters hold whatever they
//! say of themselves.

use std::collections::BTreeSet;

use super::Overrides;
use super::diagnostic::{Diagnostic, Findings, Severity};
use super::network::tell_unknown_node;
use super::policers;
use super::spec::{
    FloodSpec, FlowSpec, MixSpec, Origin, Pace, PatternSpec, PolicerSpec, ScenarioSpec, SizeSpec,
    To,
};
use super::value::At;
use crate::traffic::{Class, Transport};
use crate::units::limits::STREAMS_MAX;

/// Lets the command line say over the file whether filters act, and checks the filters.
pub fn settle(spec: &mut ScenarioSpec, overrides: &Overrides, findings: &mut Findings) {
    if let Some(filters) = overrides.filters {
        if !spec.security.written {
            let title = "the scenario has no bandwidth filters to turn on or off";
            let help = "filters stand under [security.filter.EF]";
            findings.push(Diagnostic::nowhere(title).help(help));
        }
        spec.security.filters = filters;
    }
    for class in Class::ALL {
        if let Some(filter) = &spec.security.filter[class.index()] {
            let of = format!("filter {}", class.name());
            policers::check(filter, &of, spec, findings);
        }
    }
}

/// The policer that holds a flow: its own, or the filter of its class.
#[must_use]
pub fn policer_of<'a>(flow: &'a FlowSpec, scenario: &'a ScenarioSpec) -> Option<&'a PolicerSpec> {
    let security = &scenario.security;
    let class = flow.class.as_ref()?.value;
    let filter = security.filter[class.index()].as_ref();
    flow.policer
        .as_ref()
        .or(filter.filter(|_| security.filters))
}

/// Whether a flow passes the firewalls of both stations.
#[must_use]
pub fn is_firewalled(flow: &FlowSpec, scenario: &ScenarioSpec) -> bool {
    let usual = matches!(flow.transport, Transport::Vpls | Transport::Vprn);
    scenario.security.firewalls && flow.firewalled.unwrap_or(usual)
}

/// Adds the flows of every flood.
pub fn expand_floods(
    spec: &mut ScenarioSpec,
    nodes: Option<&BTreeSet<&str>>,
    findings: &mut Findings,
) {
    let mut flows = Vec::new();
    let mut streams = 0;
    for flood in &spec.floods {
        // Beyond this the number of streams is refused, whatever more there is.
        if streams > STREAMS_MAX {
            break;
        }
        let known = stations(flood, spec, nodes, findings);
        let never = spec
            .duration
            .as_ref()
            .is_some_and(|at| flood.begins >= at.value);
        if never {
            let title = format!("flood {} begins after the run", flood.name.value);
            let place = spec.place(&flood.name.span);
            findings.push(
                Diagnostic::error(title, place, "nothing is ever sent")
                    .help("let it begin before `duration`"),
            );
        }
        let closed = closed(flood, spec);
        if !closed.is_empty() {
            let names: Vec<&str> = closed.iter().map(|class| class.name()).collect();
            let title = format!(
                "the filters close {} to {}",
                names.join(", "),
                flood.name.value
            );
            let place = spec.place(&flood.name.span);
            let label = "nothing is sent in classes without a filter";
            findings.push(
                Diagnostic::at(Severity::Note, title, place, label)
                    .help("a service that a station does not have cannot be entered there"),
            );
        }
        if known {
            let open = flood.classes.iter().filter(|class| !closed.contains(class));
            flows.extend(open.filter_map(|class| flow(flood, *class)));
            let classes = flood.classes.len() - closed.len();
            streams += classes * flood.to.as_ref().map_or(0, |to| to.value.len());
        }
    }
    spec.flows.extend(flows);
}

/// The classes of a flood in which nothing can be sent while filters act.
fn closed(flood: &FloodSpec, spec: &ScenarioSpec) -> Vec<Class> {
    let security = &spec.security;
    let is_closed = |class: &Class| security.filters && security.filter[class.index()].is_none();
    flood.classes.iter().copied().filter(is_closed).collect()
}

/// Whether the stations of a flood are there; faults where they are not.
fn stations(
    flood: &FloodSpec,
    spec: &ScenarioSpec,
    nodes: Option<&BTreeSet<&str>>,
    findings: &mut Findings,
) -> bool {
    let (Some(site), Some(to), Some(nodes)) = (&flood.site, &flood.to, nodes) else {
        return false;
    };
    let unknown = std::iter::once(site)
        .chain(&to.value)
        .filter(|name| tell_unknown_node(name, nodes, |at| spec.place(&at.span), findings));
    let mut known = unknown.count() == 0;
    if let Some(own) = to.value.iter().find(|name| name.value == site.value) {
        let title = format!("flood {} is aimed at its own station", flood.name.value);
        let place = spec.place(&own.span);
        findings.push(Diagnostic::error(title, place, "the same node again"));
        known = false;
    }
    known
}

fn flow(flood: &FloodSpec, class: Class) -> Option<FlowSpec> {
    let here = |span: &std::ops::Range<usize>| span.clone();
    let (rate, size) = (flood.rate.clone()?, flood.size.clone()?);
    let pattern = PatternSpec::Cbr {
        pace: Some(Pace::Rate(rate)),
        size: size.map(|octets| MixSpec::One(SizeSpec::Frame(octets))),
        first: flood.begins,
    };
    let span = here(&flood.name.span);
    Some(FlowSpec {
        name: At {
            value: format!("{} {}", flood.name.value, class.name()),
            span: span.clone(),
        },
        from: flood.site.clone(),
        to: Some(To::Many(flood.to.clone()?)),
        class: Some(At {
            value: class,
            span: span.clone(),
        }),
        pattern: Some(At {
            value: pattern,
            span,
        }),
        path: None,
        has_path: false,
        transport: Transport::Bare,
        policer: None,
        firewalled: Some(flood.firewalled),
        origin: Origin::Flood,
    })
}
