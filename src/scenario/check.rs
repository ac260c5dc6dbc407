//! What the scenario says on its own or against the names of the topology.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Findings};
use super::network::{tell_duplicates, tell_unknown_node};
use super::spec::ScenarioSpec;
use super::tables::BUDGET_PROFILES;
use super::value::At;
use crate::units::Span;

/// Checks names, frequency and what there is to simulate. `nodes` are the topology's node names,
/// where it could be read.
pub fn own(spec: &ScenarioSpec, nodes: Option<&BTreeSet<&str>>, findings: &mut Findings) {
    let circuits = spec.circuits.iter().map(|circuit| &circuit.name);
    let names = circuits.chain(spec.flows.iter().map(|flow| &flow.name));
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
    let circuit_ends = spec.circuits.iter().map(|one| (&one.name, &one.ends));
    let flow_ends = spec.flows.iter().map(|one| (&one.name, &one.ends));
    for (name, ends) in circuit_ends.chain(flow_ends) {
        let Some(ends) = ends else { continue };
        if ends[0].value == ends[1].value {
            let title = format!("both ends of {} are {}", name.value, ends[0].value);
            let place = spec.place(&ends[1].span);
            findings.push(Diagnostic::error(title, place, "the same node again"));
        }
        for end in ends {
            if let Some(nodes) = nodes {
                tell_unknown_node(end, nodes, |at| spec.place(&at.span), findings);
            }
        }
    }
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
            .help("add a [[circuit]] or a [[flow]]"),
        );
    }
}
