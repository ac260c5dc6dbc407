//! What a person or a machine reads of a study of failures.

pub mod json;
pub mod pretty;
pub mod side_by_side;
pub mod tables;

use serde::Serialize;

use super::folder::sealed;
use super::manifest::{self, Head, Output};
use super::sha256_hex;
use super::svg::plots;
use crate::analysis::study::{CaseResult, Study};
use crate::analysis::verdict::Verdict;
use crate::scenario::{Diagnostic, Scenario};

/// The format of JSON reports and manifests.
pub const SCHEMA: &str = "pilotwire.failures/1";

/// A study, judged and written out.
#[derive(Debug)]
pub struct FailuresReport<'a> {
    /// What was studied.
    pub study: &'a Study<'a>,
    /// "30 links + 24 nodes + 5 groups = 59 cases".
    pub formula: &'a str,
    /// In the order of the enumeration.
    pub cases: &'a [CaseResult],
    /// Warnings and notes of the checks.
    pub findings: &'a [Diagnostic],
    /// The command line that replays one case, but for its id.
    pub replay: &'a str,
    /// Content of `cases.csv`.
    pub cases_csv: String,
    /// SHA-256 of `cases.csv`; hex.
    pub result_hash: String,
}

/// What the last line and the exit code say.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
pub struct Counts {
    /// Cases worked out.
    pub cases_total: usize,
    /// Of these, such in which any circuit fails in any stage.
    pub cases_failed: usize,
    /// Circuits, both directions counted as one.
    pub circuits_total: usize,
    /// Of these, such that fail in any stage of any case.
    pub circuits_failed: usize,
}

impl<'a> FailuresReport<'a> {
    /// Writes the hashed table.
    #[must_use]
    pub fn new(
        study: &'a Study<'a>,
        (formula, cases): (&'a str, &'a [CaseResult]),
        findings: &'a [Diagnostic],
        replay: &'a str,
    ) -> Self {
        let cases_csv = tables::cases(study.scenario, cases);
        Self {
            study,
            formula,
            cases,
            findings,
            replay,
            result_hash: sha256_hex(cases_csv.as_bytes()),
            cases_csv,
        }
    }

    /// The scenario studied.
    #[must_use]
    pub fn scenario(&self) -> &'a Scenario {
        self.study.scenario
    }

    /// How much fails.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let fails = |case: &&CaseResult| case.verdict() == Verdict::Fail;
        let circuits = self.scenario().circuits.len();
        let mut failed = vec![false; circuits];
        for row in self.cases.iter().flat_map(|case| &case.directions) {
            failed[row.circuit] |= row.verdict() == Verdict::Fail;
        }
        Counts {
            cases_total: self.cases.len(),
            cases_failed: self.cases.iter().filter(fails).count(),
            circuits_total: circuits,
            circuits_failed: failed.into_iter().filter(|failed| *failed).count(),
        }
    }
}

/// The files of a study, in the order of the manifest, but for `timing.json`. Timelines and steps
/// are there where the cases keep them.
#[must_use]
pub fn files(report: &FailuresReport<'_>) -> Vec<Output> {
    let scenario = report.scenario();
    let text = |name: &'static str, content: &str| Output {
        name: name.into(),
        content: content.as_bytes().to_vec(),
    };
    let mut outputs = vec![
        text("scenario.toml", &scenario.expanded),
        text("cases.csv", &report.cases_csv),
    ];
    if report.cases.iter().any(|case| case.timetable.is_some()) {
        let steps = tables::steps(scenario, report.cases);
        let timelines = tables::timelines(scenario, report.cases);
        outputs.push(text("steps.csv", &steps));
        outputs.push(text("timelines.csv", &timelines));
        outputs.extend(plots::of_cases(scenario, report.cases));
    }
    let head = Head {
        schema: SCHEMA,
        result_hash: &report.result_hash,
        counts: &report.counts(),
    };
    let manifest = manifest::render(scenario, report.findings, &head, &outputs);
    sealed(outputs, &manifest)
}
