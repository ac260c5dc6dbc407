//! Queue disciplines: checks of each on its own and on the links that use it, then the sealed ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decode::shown;
use super::diagnostic::{Diagnostic, Findings, Severity};
use super::nearest::nearest;
use super::network::tell_duplicates;
use super::spec::{DisciplineSpec, LinkSpec, TopologySpec};
use super::value::At;
use crate::topology::QueueDiscipline;
use crate::topology::discipline::{EarlyDropping, QUANTUM};
use crate::traffic::Class;
use crate::units::quantity::{SIZE, format};

/// Checks all disciplines and who uses them.
pub fn check(spec: &TopologySpec, findings: &mut Findings) {
    let names = spec.disciplines.iter().map(|one| &one.name);
    tell_duplicates(names, "disciplines", |at| spec.place(&at.span), findings);
    for discipline in &spec.disciplines {
        check_weights(discipline, spec, findings);
        check_early_drop(discipline, spec, findings);
        if let Some(express) = &discipline.express
            && (discipline.shaper.is_some() || discipline.shapers.iter().any(Option::is_some))
        {
            let title = format!(
                "discipline {} both shapes and cuts frames",
                discipline.name.value
            );
            findings.push(
                Diagnostic::error(title, spec.place(&express.span), "pre-emption here")
                    .help("leave out either `preemption` or the shapers"),
            );
        }
    }
    if !spec.complete {
        return;
    }
    let known: BTreeSet<&str> = names_of(spec).collect();
    let named = spec
        .links
        .iter()
        .filter_map(|link| link.discipline.as_ref());
    for name in named.chain(&spec.default_discipline) {
        tell_unknown(name, &known, spec, findings);
    }
    for link in &spec.links {
        check_link(link, spec, findings);
    }
}

fn names_of(spec: &TopologySpec) -> impl Iterator<Item = &str> {
    spec.disciplines.iter().map(|one| one.name.value.as_str())
}

fn tell_unknown(
    name: &At<String>,
    known: &BTreeSet<&str>,
    spec: &TopologySpec,
    findings: &mut Findings,
) {
    if known.contains(name.value.as_str()) {
        return;
    }
    let near = (!findings.is_full(Severity::Error))
        .then(|| nearest(&name.value, known.iter().copied()))
        .flatten();
    let help = match near {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "add a [[discipline]] of this name".to_owned(),
    };
    let title = format!("unknown discipline \"{}\"", shown(&name.value));
    let place = spec.place(&name.span);
    findings.push(Diagnostic::error(title, place, "no discipline of this name").help(help));
}

fn check_weights(one: &DisciplineSpec, spec: &TopologySpec, findings: &mut Findings) {
    let name = &one.name.value;
    let Some(span) = &one.weights_span else {
        return;
    };
    let given: Vec<(Class, &At<u64>)> = Class::ALL
        .into_iter()
        .filter_map(|class| Some((class, one.weights[class.index()].as_ref()?)))
        .collect();
    if given.iter().all(|(_, weight)| weight.value == 0) {
        let title = format!("weights of discipline {name} sum to zero");
        findings.push(
            Diagnostic::error(title, spec.place(span), "nothing would be sent")
                .help("such as weights = { L1 = 4, AF = 3, L2 = 2, BE = 1 }"),
        );
        return;
    }
    for (class, weight) in given.iter().filter(|(_, weight)| weight.value == 0) {
        let title = format!("discipline {name} gives {} the weight zero", class.name());
        findings.push(
            Diagnostic::error(title, spec.place(&weight.span), "it would never be sent")
                .help("1 or more"),
        );
    }
}

fn check_early_drop(one: &DisciplineSpec, spec: &TopologySpec, findings: &mut Findings) {
    for class in Class::ALL {
        let Some(At {
            value: EarlyDropping { min, max, .. },
            span,
        }) = &one.early_drop[class.index()]
        else {
            continue;
        };
        if min >= max {
            let title = format!(
                "discipline {}: early dropping of {} has min not below max",
                one.name.value,
                class.name()
            );
            let label = format!("not above {}", format(min.0, &SIZE));
            findings.push(
                Diagnostic::error(title, spec.place(span), label)
                    .help("nothing is dropped below min, everything from max on"),
            );
        }
    }
}

/// Frames are cut on Ethernet at one rate only.
fn check_link(link: &LinkSpec, spec: &TopologySpec, findings: &mut Findings) {
    let Some(medium) = link.medium.as_ref().map(|medium| medium.value.as_str()) else {
        return;
    };
    if !carries_packets(link) || ["fibre", "copper"].contains(&medium) {
        return;
    }
    let used = link
        .discipline
        .as_ref()
        .or(spec.default_discipline.as_ref());
    let Some(used) = used else { return };
    let found = spec
        .disciplines
        .iter()
        .find(|one| one.name.value == used.value);
    if found.is_some_and(|one| one.express.is_some()) {
        let name = &link.name.value;
        let title = format!(
            "discipline {} cuts frames, and link {name} is {medium}",
            used.value
        );
        findings.push(
            Diagnostic::error(title, spec.place(&used.span), "used there")
                .also(spec.place(&link.name.span), "this link")
                .help("frame pre-emption needs Ethernet at one rate: give the link another one"),
        );
    }
}

/// Whether the link, as written, has queues at all.
fn carries_packets(link: &LinkSpec) -> bool {
    let medium = link.medium.as_ref().map(|medium| medium.value.as_str());
    let e1 = link.line.as_ref().is_none_or(|line| line.value == "e1");
    medium.is_some_and(|medium| medium != "sdh" && (medium != "leased-line" || e1))
}

/// The disciplines by name.
#[must_use]
pub fn sealed(spec: &TopologySpec) -> BTreeMap<&str, Arc<QueueDiscipline>> {
    let one = |written: &DisciplineSpec| QueueDiscipline {
        name: written.name.value.clone(),
        weights: value(&written.weights),
        quantum: written.quantum.unwrap_or(QUANTUM),
        shaper: written.shaper.as_ref().map(|at| at.value),
        shapers: value(&written.shapers),
        early_drop: value(&written.early_drop),
        out_of_profile: written.out_of_profile.map(Option::flatten),
        express: written
            .express
            .as_ref()
            .map(|at| Class::ALL.map(|class| at.value.contains(&class))),
    };
    spec.disciplines
        .iter()
        .map(|written| (written.name.value.as_str(), Arc::new(one(written))))
        .collect()
}

fn value<T: Copy>(written: &[Option<At<T>>; Class::COUNT]) -> [Option<T>; Class::COUNT] {
    std::array::from_fn(|class| written[class].as_ref().map(|at| at.value))
}

/// The discipline of a link: its own, or the topology's where it carries packets.
#[must_use]
pub fn of_link(
    link: &LinkSpec,
    spec: &TopologySpec,
    sealed: &BTreeMap<&str, Arc<QueueDiscipline>>,
) -> Option<Arc<QueueDiscipline>> {
    let default = spec
        .default_discipline
        .as_ref()
        .filter(|_| carries_packets(link));
    let name = link.discipline.as_ref().or(default)?;
    sealed.get(name.value.as_str()).cloned()
}
