//! Findings about the protection groups of lines: TP018, TP019.

use std::collections::BTreeSet;
use std::ops::Range;

use super::carriage::{Carriage, Carrier};
use super::diagnostic::{Diagnostic, Findings, Severity};
use super::lint_protection::in_common;
use super::relays::Settled;
use super::spec::{ProtectedLineSpec, ScenarioSpec};
use super::streams::ReadyCircuit;
use super::ways::Ways;
use crate::relay::Line;
use crate::topology::Topology;

/// All of them, line by line in order of name. `ways` in the order of the circuits, all of which
/// are there.
pub(super) fn check(
    spec: &ScenarioSpec,
    topology: &Topology,
    relays: &Settled,
    (circuits, ways): (&[ReadyCircuit<'_>], &[Ways]),
    findings: &mut Findings,
) {
    for line in &relays.relays.lines {
        let mut written = spec.lines.iter();
        let Some(written) = written.find(|one| one.name.value == line.name) else {
            continue;
        };
        let look = Look {
            spec,
            topology,
            circuits,
            ways,
            line,
            written,
        };
        look.alone(findings);
        look.shared(findings);
        look.clocks(findings);
    }
}

struct Look<'a> {
    spec: &'a ScenarioSpec,
    topology: &'a Topology,
    circuits: &'a [ReadyCircuit<'a>],
    ways: &'a [Ways],
    line: &'a Line,
    written: &'a ProtectedLineSpec,
}

impl Look<'_> {
    fn finding(&self, severity: Severity, what: &str, label: String) -> Diagnostic {
        let title = format!("line {}: {what}", self.line.name);
        let keys = ["group_b", "group_a"].into_iter();
        let span: Option<&Range<usize>> = keys.filter_map(|key| self.written.keys.get(key)).next();
        let place = self.spec.place(span.unwrap_or(&self.written.name.span));
        Diagnostic::at(severity, title, place, label)
    }

    fn name(&self, circuit: usize) -> &str {
        &self.circuits[circuit].spec.name.value
    }

    /// Pairs of different circuits, one of each group.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let [a, b] = &self.line.groups;
        let all = a
            .iter()
            .flat_map(|one| b.iter().map(|other| (*one, *other)));
        all.filter(|(one, other)| one != other)
    }

    /// TP019.
    fn alone(&self, findings: &mut Findings) {
        let [a, b] = &self.line.groups;
        let both: Vec<&str> = a
            .iter()
            .filter(|one| b.contains(one))
            .map(|one| self.name(*one))
            .collect();
        let (what, label) = if a.is_empty() || b.is_empty() {
            let group = if a.is_empty() { "A" } else { "B" };
            (
                "it has one protection group only",
                format!("group {group} has no circuit"),
            )
        } else if !both.is_empty() {
            (
                "both its protection groups are one",
                format!("{} in both", both.join(", ")),
            )
        } else {
            return;
        };
        let help = "a second protection, over another way: one failure leaves one of them";
        let finding = self.finding(Severity::Warning, what, label);
        findings.push(finding.code("TP019").help(help));
    }

    /// TP018: what fails.
    fn shared(&self, findings: &mut Findings) {
        let mut told = BTreeSet::new();
        for (one, other) in self.pairs() {
            let [one, other] = [one, other].map(|place| &self.ways[place]);
            for first in &one.paths {
                for second in &other.paths {
                    told.extend(in_common(self.topology, one.carries, first, second));
                }
            }
        }
        if told.is_empty() {
            return;
        }
        let what = "its protection groups fail together";
        let told: Vec<String> = told.into_iter().collect();
        let label = format!("both depend on {}", told.join(", "));
        let help = "lead one group another way: `path`, or constraints = { avoid_groups = […] }";
        let finding = self.finding(Severity::Warning, what, label);
        findings.push(finding.code("TP018").help(help));
    }

    /// TP018: what all are timed by.
    fn clocks(&self, findings: &mut Findings) {
        let timed = |place: usize| match &self.circuits[place].settings.carriage {
            Carriage::Emulated(one) => ["network", "differential"].contains(&one.clock_kind),
            Carriage::Direct(direct) => direct.carrier == Carrier::Timeslots,
            Carriage::Messages(_) => false,
        };
        let mut pairs = self.pairs();
        let Some((one, other)) = pairs.find(|(one, other)| timed(*one) && timed(*other)) else {
            return;
        };
        let what = "its protection groups run on the clock of the network";
        let label = format!("{} and {} do", self.name(one), self.name(other));
        let help = "one group with clock = { kind = \"adaptive\" }, or over Ethernet, does not";
        let finding = self.finding(Severity::Note, what, label);
        findings.push(finding.code("TP018").help(help));
    }
}
