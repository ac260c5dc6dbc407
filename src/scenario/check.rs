//! What the scenario says on its own or against the names of the topology.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::{Diagnostic, Findings};
use super::network::{tell_duplicates, tell_unknown_node};
use super::policers;
use super::spec::{FlowSpec, Origin, ScenarioSpec, To};
use super::tables::BUDGET_PROFILES;
use super::value::At;
use crate::traffic::Transport;
use crate::units::Span;
use crate::units::limits::STREAMS_MAX;

/// Checks names, frequency and what there is to simulate. `nodes` are the topology's node names,
/// where it could be read.
pub fn own(spec: &ScenarioSpec, nodes: Option<&BTreeSet<&str>>, findings: &mut Findings) {
    let circuits = spec.circuits.iter().map(|circuit| &circuit.name);
    let names = circuits.chain(spec.flows.iter().map(|flow| &flow.name));
    let names = names.chain(spec.services.iter().map(|service| &service.name));
    let names = names.chain(spec.floods.iter().map(|flood| &flood.name));
    let mut names: Vec<&At<String>> = names.collect();
    names.sort_by_key(|name| name.span.start);
    tell_duplicates(
        names.into_iter(),
        "circuits or flows",
        |at| spec.place(&at.span),
        findings,
    );
    if let Some(frequency) = &spec.frequency
        && ![50, 60].contains(&frequency.value)
    {
        let place = spec.place(&frequency.span);
        findings.push(Diagnostic::error(
            "no power system runs at this frequency",
            place,
            "50 Hz or 60 Hz",
        ));
    }
    for circuit in &spec.circuits {
        if let Some([a, z]) = &circuit.ends {
            ends(
                &circuit.name,
                a,
                std::slice::from_ref(z),
                spec,
                nodes,
                findings,
            );
        }
    }
    // The stations of services and floods are checked where their flows are made.
    for flow in spec
        .flows
        .iter()
        .filter(|flow| flow.origin == Origin::Written)
    {
        if let Some(from) = &flow.from {
            ends(&flow.name, from, flow.destinations(), spec, nodes, findings);
        }
        destinations(flow, spec, findings);
        if let Some(policer) = &flow.policer {
            let of = format!("flow {}", flow.name.value);
            policers::check(policer, &of, spec, findings);
        }
    }
}

fn ends(
    name: &At<String>,
    from: &At<String>,
    to: &[At<String>],
    spec: &ScenarioSpec,
    nodes: Option<&BTreeSet<&str>>,
    findings: &mut Findings,
) {
    for end in to.iter().filter(|end| end.value == from.value) {
        let title = format!("both ends of {} are {}", name.value, from.value);
        let place = spec.place(&end.span);
        findings.push(Diagnostic::error(title, place, "the same node again"));
    }
    if let Some(nodes) = nodes {
        for end in std::iter::once(from).chain(to) {
            tell_unknown_node(end, nodes, |at| spec.place(&at.span), findings);
        }
    }
}

/// What several destinations ask of a flow.
fn destinations(flow: &FlowSpec, spec: &ScenarioSpec, findings: &mut Findings) {
    let name = &flow.name.value;
    let mut first = BTreeMap::<&str, &At<String>>::new();
    for to in flow.destinations() {
        if let Some(before) = first.insert(&to.value, to) {
            let title = format!("flow {name} goes to {} twice", to.value);
            let (again, before) = (spec.place(&to.span), spec.place(&before.span));
            findings
                .push(Diagnostic::error(title, again, "the same node again").also(before, "first"));
        }
    }
    let (Some(To::Many(At { span, .. })) | Some(To::All(At { span, .. }))) = &flow.to else {
        return;
    };
    if flow.transport != Transport::Vpls {
        let title = format!("flow {name} has several destinations");
        let label = format!("transport {} has one", flow.transport.name());
        let help = "transport = \"vpls\" sends a copy to each; or write a flow for each";
        findings.push(Diagnostic::error(title, spec.place(span), label).help(help));
    }
    if let Some(path) = &flow.path {
        let title = format!("flow {name} has one path and several destinations");
        let help = "leave the path out: each copy takes its own shortest path";
        let place = spec.place(&path.span);
        findings.push(Diagnostic::error(title, place, "leads to one node").help(help));
    }
}

/// Puts the destinations of copied flows in order of name, and every other station in place of
/// "*".
pub fn settle_destinations(spec: &mut ScenarioSpec, nodes: Option<&BTreeSet<&str>>) {
    for flow in &mut spec.flows {
        if let (Some(To::All(all)), Some(nodes), Some(from)) = (&flow.to, nodes, &flow.from) {
            let others = nodes.iter().filter(|name| **name != from.value);
            let to = |name: &&str| At {
                value: (*name).to_owned(),
                span: all.span.clone(),
            };
            flow.to = Some(To::Many(At {
                value: others.map(to).collect(),
                span: all.span.clone(),
            }));
        }
        if let Some(To::Many(names)) = &mut flow.to {
            names.value.sort_by(|a, b| a.value.cmp(&b.value));
        }
    }
}

/// Whether there are not more streams than there may be; a fault otherwise. Told before any of
/// them is made.
pub fn streams_fit(
    spec: &ScenarioSpec,
    nodes: Option<&BTreeSet<&str>>,
    findings: &mut Findings,
) -> bool {
    let others = nodes.map_or(0, |nodes| nodes.len().saturating_sub(1));
    let of_flow = |flow: &FlowSpec| {
        let lines = flow.pattern.as_ref().map_or(1, |at| at.value.streams());
        let copies = match &flow.to {
            Some(To::All(_)) => others,
            _ => flow.destinations().len(),
        };
        lines.saturating_mul(copies)
    };
    let flows = spec.flows.iter().map(of_flow);
    let streams = flows.fold(2 * spec.circuits.len(), usize::saturating_add);
    if streams > STREAMS_MAX {
        let title = format!("the scenario has {streams} streams or more");
        let most = format!("at most {STREAMS_MAX}");
        let place = spec.place(&spec.name.as_ref().map_or(0..0, |name| name.span.clone()));
        let help = "every copy, every line and both ways of a session count";
        findings.push(Diagnostic::error(title, place, most).help(help));
    }
    streams <= STREAMS_MAX
}

/// The budget and its profile's name; faults where there is none, or two.
pub fn budget(spec: &ScenarioSpec, findings: &mut Findings) -> Option<(Span, Option<String>)> {
    let table = spec.budget.as_ref()?;
    match (&spec.telecom, &spec.profile) {
        (Some(telecom), None) => Some((Span(telecom.value), None)),
        (None, Some(profile)) => {
            let known = BUDGET_PROFILES
                .iter()
                .find(|known| known.0 == profile.value)?;
            if let Some(frequency) = &spec.frequency
                && frequency.value != known.2
            {
                let title = format!("budget profile {} is for {} Hz", known.0, known.2);
                let place = spec.place(&profile.span);
                let label = format!("the scenario runs at {} Hz", frequency.value);
                findings.push(
                    Diagnostic::error(title, place, label)
                        .also(spec.place(&frequency.span), "said here"),
                );
            }
            Some((Span(known.1), Some(profile.value.clone())))
        }
        (Some(telecom), Some(profile)) => {
            let title = "the budget is given twice";
            findings.push(
                Diagnostic::error(title, spec.place(&profile.span), "a profile")
                    .also(spec.place(&telecom.span), "and a figure")
                    .help("keep either `telecom` or `profile`"),
            );
            None
        }
        (None, None) => {
            findings.push(
                Diagnostic::error(
                    "the budget is empty",
                    spec.place(table),
                    "nothing to judge by",
                )
                .help("telecom = \"10 ms\", or profile = \"article-2011\""),
            );
            None
        }
    }
}

/// Most bins of a series over time: what a plotted line can show, many times over.
const BINS_MAX: u64 = 1_000_000;

/// Every stream keeps counts for each bin.
pub fn series(spec: &ScenarioSpec, findings: &mut Findings) {
    if let (Some(series), Some(duration)) = (&spec.series, &spec.duration)
        && duration.value / series.value.max(1) > BINS_MAX
    {
        let place = spec.place(&series.span);
        let title = format!("the series would have more than {BINS_MAX} bins");
        findings.push(
            Diagnostic::error(title, place, "too short for this duration")
                .help("such as \"100 ms\""),
        );
    }
}

/// A scenario without circuits and flows has nothing to run.
pub fn something_to_run(spec: &ScenarioSpec, any_written: bool, findings: &mut Findings) {
    if !any_written {
        let place = spec.place(&spec.name.as_ref().map_or(0..0, |name| name.span.clone()));
        findings.push(
            Diagnostic::error(
                "the scenario has no circuit and no flow",
                place,
                "nothing to run",
            )
            .help("add a [[circuit]], a [[flow]] or a [[service]]"),
        );
    }
}
