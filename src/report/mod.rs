//! What a person or a machine reads of a run: terminal, JSON, CSV and the results folder.
//!
//! Every field and file is described in `docs/results.md`.

mod assumed;
pub mod clearing;
mod comparison;
mod drift;
pub mod events;
pub mod failures;
pub mod folder;
pub mod histograms;
pub mod hops;
pub mod json;
pub mod manifest;
pub mod pretty;
pub mod protection;
mod reasons;
pub mod relays;
pub mod requirements;
pub mod searched;
pub mod share;
pub mod sheets;
pub mod stations;
pub mod svg;
pub mod tables;
pub mod text;
mod transient;

use sha2::{Digest, Sha256};

use crate::analysis::relays::searched::{Design, Searched, designs, searched};
use crate::analysis::relays::{Channels, Replay, RunJudgement, verdicts};
use crate::analysis::requirements::{Part, Row, rows};
use crate::analysis::share::{Share, shares};
use crate::analysis::transients::{Transient, first_failure, transients};
use crate::analysis::verdict::{Judgement, Verdict, judge};
use crate::engine::{EngineKind, Outcome};
use crate::scenario::{Diagnostic, Scenario};

/// The format of JSON reports and manifests. A field keeps its meaning under one name.
pub const SCHEMA: &str = "pilotwire.run/1";
/// Version of this tool.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Raised whenever the same input gives other results.
pub const MODEL_VERSION: u64 = 2;

/// A run, judged and written out: everything that the formats draw from.
#[derive(Debug)]
pub struct Report<'a> {
    /// What ran.
    pub scenario: &'a Scenario,
    /// What came of it.
    pub outcome: &'a Outcome,
    /// Warnings and notes of the checks.
    pub findings: &'a [Diagnostic],
    /// Per circuit in order of name: a→z, then z→a.
    pub judgements: Vec<Judgement>,
    /// What each failure within the run does.
    pub transients: Vec<Transient>,
    /// What relays make of the run; `None` where the scenario has no lines.
    pub relays: Option<RunJudgement>,
    /// Faults asked for, step by step.
    pub faults: Vec<Replay>,
    /// Content of `results.csv`.
    pub results_csv: String,
    /// Content of `budget.csv`.
    pub budget_csv: String,
    /// Content of `events.csv`.
    pub events_csv: String,
    /// Content of `relays.csv` and `lines.csv`; `None` where the scenario has no lines.
    pub relays_csv: Option<[String; 2]>,
    /// Circuits against sets of requirements and against their own relays' settings.
    pub requirements: Vec<Row>,
    /// Content of `requirements.csv`; `None` where nothing is asked for.
    pub requirements_csv: Option<String>,
    /// Late or missing and unwanted commands.
    pub shares: Vec<Share>,
    /// Content of `share.csv`; `None` where no share is asked for.
    pub share_csv: Option<String>,
    /// Faults that change the network, searched; none before [`Report::search`].
    pub searched: Vec<Searched>,
    /// Messages beside circuit emulation.
    pub designs: Vec<Design>,
    /// Content of `searched.csv`; `None` where nothing was searched.
    pub searched_csv: Option<String>,
    /// SHA-256 over `results.csv`, `budget.csv`, `events.csv` and, where they are written,
    /// `relays.csv`, `lines.csv`, `requirements.csv`, `share.csv` and `searched.csv`, in this
    /// order; hex.
    pub result_hash: String,
}

/// How many circuits there are and how many fail: what the last line and the exit code say.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Summary {
    /// Circuits, both directions counted as one.
    pub circuits: usize,
    /// Circuits of which at least one direction fails.
    pub failed: usize,
    /// Lines that were judged.
    pub lines: usize,
    /// Lines on which a fault may last too long, or that trip unwanted.
    pub lines_failed: usize,
}

impl<'a> Report<'a> {
    /// Judges the outcome and writes the hashed tables.
    #[must_use]
    pub fn new(scenario: &'a Scenario, outcome: &'a Outcome, findings: &'a [Diagnostic]) -> Self {
        Self::over(scenario, (outcome, outcome), findings)
    }

    /// The same for a run in which something fails: `calm` is the run until then, which the
    /// verdicts speak of; the failures stand apart.
    #[must_use]
    pub fn over(
        scenario: &'a Scenario,
        (outcome, calm): (&'a Outcome, &Outcome),
        findings: &'a [Diagnostic],
    ) -> Self {
        let mut judgements = judge(scenario, calm);
        let relays = verdicts(scenario, outcome, calm);
        if let Some(relays) = &relays {
            relays.apply(&mut judgements);
        }
        let relays_csv = relays.as_ref().map(|one| {
            [
                relays::tables::relays(scenario, one),
                relays::tables::lines(scenario, one),
            ]
        });
        let results_csv = tables::results(scenario, outcome, &judgements);
        let budget_csv = tables::budget(scenario, &judgements);
        let events_csv = tables::events(scenario, outcome);
        let requirements = asked(scenario, (outcome, calm), &judgements);
        let written = !requirements.is_empty();
        let requirements_csv = written.then(|| requirements::csv(scenario, &requirements));
        let shares = relays.as_ref().map_or(Vec::new(), |relays| {
            let first = first_failure(scenario).unwrap_or(scenario.duration);
            shares(scenario, &relays.calm, first.min(scenario.duration))
        });
        let share_csv = (!shares.is_empty()).then(|| share::csv(scenario, &shares));
        let mut report = Self {
            scenario,
            outcome,
            findings,
            judgements,
            transients: transients(scenario, outcome),
            relays,
            faults: Vec::new(),
            results_csv,
            budget_csv,
            events_csv,
            relays_csv,
            requirements,
            requirements_csv,
            shares,
            share_csv,
            searched: Vec::new(),
            designs: Vec::new(),
            searched_csv: None,
            result_hash: String::new(),
        };
        report.result_hash = report.hash();
        report
    }

    /// Searches what no single run says: one run for each phase that may matter.
    pub fn search(&mut self, engine: EngineKind) {
        self.searched = searched(self.scenario, engine);
        self.designs = designs(self.scenario, &self.judgements, &self.searched);
        self.searched_csv = searched::table(self.scenario, &self.searched);
        self.result_hash = self.hash();
    }

    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let tables = [&self.results_csv, &self.budget_csv, &self.events_csv].into_iter();
        let relays = self.relays_csv.iter().flatten();
        let more = [&self.requirements_csv, &self.share_csv, &self.searched_csv];
        for table in tables.chain(relays).chain(more.into_iter().flatten()) {
            hash.update(table.as_bytes());
        }
        hex(&hash.finalize())
    }

    /// How many circuits and lines fail.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let fails = |pair: &&[Judgement]| pair.iter().any(|row| row.verdict == Verdict::Fail);
        let circuits = self.scenario.circuits.len();
        let lines = self.relays.as_ref().map(|relays| {
            let lines = relays.lines();
            let fails = |line: &&usize| relays.line_verdict(**line) == Verdict::Fail;
            (lines.len(), lines.iter().filter(fails).count())
        });
        let (lines, lines_failed) = lines.unwrap_or_default();
        Summary {
            circuits,
            failed: self.judgements.chunks(2).filter(fails).count(),
            lines,
            lines_failed,
        }
    }
}

/// Circuits against what is asked of them: until something fails, and over the whole run where
/// something does.
fn asked(
    scenario: &Scenario,
    (outcome, calm): (&Outcome, &Outcome),
    judgements: &[Judgement],
) -> Vec<Row> {
    let relays = &scenario.relays;
    let sets = relays.requirements.iter().any(|sets| !sets.is_empty());
    if !sets && relays.circuits.iter().all(Option::is_none) {
        return Vec::new();
    }
    let of = |outcome, part| {
        let channels = Channels::of_all(scenario, outcome);
        rows(scenario, &channels, judgements, part)
    };
    let mut all = of(calm, Part::Calm);
    if first_failure(scenario).is_some() {
        all.extend(of(outcome, Part::Whole));
    }
    all
}

/// SHA-256 of some octets, lower-case hex.
#[must_use]
pub fn sha256_hex(octets: &[u8]) -> String {
    hex(&Sha256::digest(octets))
}

/// Lower-case hex.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};

    #[test]
    fn the_result_hash_is_the_one_of_the_three_tables_one_after_the_other() {
        let (scenario, outcome) = scenario_and_outcome(&Sample::default());
        let report = Report::new(&scenario, &outcome, &[]);
        let all = [
            &*report.results_csv,
            &*report.budget_csv,
            &*report.events_csv,
        ]
        .concat();
        assert_eq!(report.result_hash, sha256_hex(all.as_bytes()));
        // FIPS 180-4 example: SHA-256("abc").
        assert!(sha256_hex(b"abc").starts_with("ba7816bf8f01cfea"));
    }

    #[test]
    fn a_circuit_with_one_failing_direction_is_one_failed_circuit() {
        let sample = Sample {
            late: 1,
            ..Sample::default()
        };
        let (scenario, outcome) = scenario_and_outcome(&sample);
        let mut report = Report::new(&scenario, &outcome, &[]);
        assert_eq!(
            report.summary(),
            Summary {
                circuits: 1,
                failed: 1,
                ..Summary::default()
            }
        );
        report.judgements[0].verdict = Verdict::Pass;
        assert_eq!(
            report.summary(),
            Summary {
                circuits: 1,
                failed: 1,
                ..Summary::default()
            }
        );
    }

    #[test]
    fn with_lines_the_hash_covers_the_relays_and_the_lines_behind_the_others() {
        use crate::analysis::samples::{permissive, protected};
        let protection = crate::relay::Protection::Distance(permissive());
        let (scenario, outcome) = protected(&Sample::default(), protection);
        let report = Report::new(&scenario, &outcome, &[]);
        let [relays, lines] = report.relays_csv.as_ref().unwrap();
        let all = [
            &*report.results_csv,
            &*report.budget_csv,
            &*report.events_csv,
            relays,
            lines,
            report.requirements_csv.as_ref().unwrap(),
        ]
        .concat();
        assert_eq!(report.result_hash, sha256_hex(all.as_bytes()));
        let files = folder::files(&report);
        let names: Vec<&str> = files.iter().map(|file| file.name.as_ref()).collect();
        assert_eq!(
            names[names.len() - 5..],
            [
                "relays.csv",
                "lines.csv",
                "requirements.csv",
                "plots/clearing-L.svg",
                "SHA256SUMS"
            ]
        );
        let summary = report.summary();
        assert_eq!((summary.lines, summary.lines_failed), (1, 0));
        let last = pretty::last_line(summary, &report.result_hash, "r/");
        assert!(last.starts_with("the only circuit PASSes · the only line PASSes · result "));
    }

    #[test]
    fn files_and_json_name_what_they_hold_of_relays() {
        use crate::analysis::samples::{permissive, protected};
        let protection = crate::relay::Protection::Distance(permissive());
        let (scenario, outcome) = protected(&Sample::default(), protection);
        let report = Report::new(&scenario, &outcome, &[]);
        let [relays, lines] = report.relays_csv.as_ref().unwrap();
        let cell = |table: &str, row: usize, column: &str| {
            let mut rows = table.lines();
            let names: Vec<&str> = rows.next().unwrap().split(',').collect();
            let cells: Vec<&str> = rows.nth(row).unwrap().split(',').collect();
            assert_eq!(names.len(), cells.len());
            cells[names.iter().position(|name| *name == column).unwrap()].to_owned()
        };
        assert_eq!(cell(lines, 0, "worst_ps"), "75866666667");
        assert_eq!(cell(lines, 0, "b_ok"), "");
        assert_eq!(cell(relays, 0, "scheme"), "POTT");
        assert_eq!(cell(relays, 0, "place_ppb"), "100000000");
        let document: serde_json::Value = serde_json::from_str(&json::render(&report)).unwrap();
        assert_eq!(document["lines_failed"], 0);
        let calm = &document["lines"][0]["judged"][0];
        assert_eq!(calm["cleared"]["worst_ps"], 75_866_666_667_u64);
        assert_eq!(document["relays"][0]["scope"], "calm");
        let (plain, outcome) = scenario_and_outcome(&Sample::default());
        let plain = json::render(&Report::new(&plain, &outcome, &[]));
        assert!(!plain.contains("lines"), "{plain}");
    }
}
