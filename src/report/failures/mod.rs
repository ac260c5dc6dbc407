//! What a person or a machine reads of a study of failures.

pub mod json;
pub mod lines;
pub mod pretty;
pub mod side_by_side;
pub mod tables;

use serde::Serialize;

use super::folder::sealed;
use super::manifest::{self, Head, Output};
use super::sha256_hex;
use super::sheets::files as sheet_files;
use super::svg::plots;
use crate::analysis::sheets::sheets;
use crate::analysis::study::{CaseResult, LineResult, Study};
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
    /// Content of `relays.csv` and `lines.csv`; `None` where no line can be judged.
    pub lines_csv: Option<[String; 2]>,
    /// SHA-256 over `cases.csv` and, where there are lines, `relays.csv` and `lines.csv`, in this
    /// order; hex.
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
    /// The same of lines; `None` where none can be judged.
    #[serde(flatten)]
    pub lines: Option<LineCounts>,
}

/// How many lines there are and how many fail.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
pub struct LineCounts {
    /// Lines that can be judged.
    pub lines_total: usize,
    /// Of these, such that fail in any case, or in normal operation.
    pub lines_failed: usize,
    /// Cases in which any line fails.
    pub line_cases_failed: usize,
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
        let mut report = Self {
            study,
            formula,
            cases,
            findings,
            replay,
            cases_csv: tables::cases(study.scenario, cases),
            lines_csv: None,
            result_hash: String::new(),
        };
        if lines::steady(report.study).next().is_some() {
            let tables = [
                lines::tables::relays(&report),
                lines::tables::lines(&report),
            ];
            report.lines_csv = Some(tables);
        }
        let mut hashed = report.cases_csv.clone();
        hashed.extend(report.lines_csv.iter().flatten().map(String::as_str));
        report.result_hash = sha256_hex(hashed.as_bytes());
        report
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
            lines: self.line_counts(),
        }
    }

    fn line_counts(&self) -> Option<LineCounts> {
        let mut failed: Vec<(usize, bool)> = lines::steady(self.study)
            .map(|state| (state.line.line, state.verdict() == Verdict::Fail))
            .collect();
        if failed.is_empty() {
            return None;
        }
        let fails = |result: &LineResult| result.verdict == Verdict::Fail;
        for result in self.cases.iter().flat_map(|case| &case.lines) {
            let place = failed.binary_search_by_key(&result.line, |(line, _)| *line);
            if let (Ok(place), true) = (place, fails(result)) {
                failed[place].1 = true;
            }
        }
        let cases = self.cases.iter();
        Some(LineCounts {
            lines_total: failed.len(),
            lines_failed: failed.iter().filter(|(_, failed)| *failed).count(),
            line_cases_failed: cases.filter(|case| case.lines.iter().any(fails)).count(),
        })
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
    if let Some([relays, lines]) = &report.lines_csv {
        outputs.extend([text("relays.csv", relays), text("lines.csv", lines)]);
    }
    if report.cases.iter().any(|case| case.timetable.is_some()) {
        let steps = tables::steps(scenario, report.cases);
        let timelines = tables::timelines(scenario, report.cases);
        outputs.push(text("steps.csv", &steps));
        outputs.push(text("timelines.csv", &timelines));
        outputs.extend(plots::of_cases(scenario, report.cases));
    } else {
        // One case alone is no worst case.
        let all = sheets(report.study, report.cases);
        outputs.extend(sheet_files(scenario, &all));
    }
    let head = Head {
        schema: SCHEMA,
        result_hash: &report.result_hash,
        counts: &report.counts(),
    };
    let manifest = manifest::render(scenario, report.findings, &head, &outputs);
    sealed(outputs, &manifest)
}
