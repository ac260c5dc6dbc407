//! The study for the terminal: the worst rows, what cuts off, a summary per kind.

use std::collections::BTreeMap;

use super::{Counts, FailuresReport, LineCounts, lines, side_by_side};
use crate::analysis::failures::severity::worst;
use crate::analysis::study::{CaseResult, DirectionResult};
use crate::analysis::verdict::Verdict;
use crate::report::pretty::Style;
use crate::report::text::{Align, Columns, harmless, signed_ms};
use crate::scenario::{Diagnostic, Severity};
use crate::units::Span;

/// Arrows of the two directions.
pub(super) const ARROWS: [&str; 2] = ["a→z", "z→a"];

/// How many lines of one list are shown.
const LISTED: usize = 12;

/// Everything but the last line; the `most` worst rows.
#[must_use]
pub fn render(report: &FailuresReport<'_>, most: usize, style: Style) -> String {
    let mut text = lines::pretty::table(report, most, style);
    text.push(format!("  {}", report.formula));
    text.extend(summary_lines(report));
    text.extend(worst_lines(report, most, style));
    text.extend(side_by_side::lines(report));
    text.extend(lines::pretty::replays(report));
    text.extend(story_lines(report));
    text.extend(cut_off_lines(report));
    text.extend(turn_back_lines(report));
    text.extend(finding_lines(report.findings, style));
    text.extend(closing_lines(report));
    text.iter().map(|line| format!("{line}\n")).collect()
}

/// "12 of 59 cases FAIL, 3 of 14 circuits · 2 of 5 lines FAIL in 7 cases · result 7c1e…9a40 ·
/// results/pilot-failures/"; nothing of lines where none can be judged.
#[must_use]
pub fn last_line(counts: Counts, result_hash: &str, folder: &str) -> String {
    let verdict = match counts {
        Counts { cases_total: 0, .. } => "no cases to judge".to_owned(),
        Counts {
            cases_failed: 0, ..
        } => format!("all {} cases PASS", counts.cases_total),
        _ => format!(
            "{} of {} cases FAIL, {} of {} circuits",
            counts.cases_failed, counts.cases_total, counts.circuits_failed, counts.circuits_total
        ),
    };
    let lines = match counts.lines {
        None => String::new(),
        Some(LineCounts {
            lines_total,
            lines_failed: 0,
            ..
        }) => format!(" · all {lines_total} lines PASS"),
        Some(counts) => format!(
            " · {} of {} lines FAIL in {} cases",
            counts.lines_failed, counts.lines_total, counts.line_cases_failed
        ),
    };
    let short = match (result_hash.get(..4), result_hash.get(60..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => result_hash.to_owned(),
    };
    format!("{verdict}{lines} · result {short} · {}", harmless(folder))
}

/// Per kind: cases, failing ones, longest gaps.
fn summary_lines(report: &FailuresReport<'_>) -> Vec<String> {
    let mut kinds: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
    for case in report.cases {
        kinds.entry(&case.case.kind).or_default().push(case);
    }
    let mut columns = table(1, 5);
    let header = ["kind", "cases", "FAIL", "cut off", "longest", "never"];
    columns.row(header.map(str::to_owned).to_vec());
    for (kind, cases) in kinds {
        let all = || cases.iter().flat_map(|case| &case.directions);
        let rows = || all().filter(|row| row.touched && !row.cut_off);
        let failed = cases.iter().filter(|case| case.verdict() == Verdict::Fail);
        let longest = rows().filter_map(|row| row.gaps.command).max();
        let never = rows().filter(|row| row.gaps.command.is_none()).count();
        let cut_off = all().filter(|row| row.cut_off).count();
        columns.row(vec![
            kind.to_owned(),
            cases.len().to_string(),
            failed.count().to_string(),
            cut_off.to_string(),
            ms(longest),
            never.to_string(),
        ]);
    }
    indented(&columns)
}

/// The worst rows of circuit direction and case.
fn worst_lines(report: &FailuresReport<'_>, most: usize, style: Style) -> Vec<String> {
    let mut all = Vec::new();
    for case in report.cases {
        let rows = case
            .directions
            .iter()
            .filter(|row| row.touched && !row.cut_off);
        all.extend(rows.map(|row| (row.severity(), (case, row))));
    }
    let total = all.len();
    let shown = worst(all, most);
    if shown.is_empty() {
        return Vec::new();
    }
    let mut columns = table(3, 14);
    let header = [
        "case",
        "circuit",
        "dir",
        "detect",
        "switch",
        "packets",
        "TDM",
        "command",
        "protection",
        "steady",
        "during",
        "switched",
        "reconverged",
        "reverted",
        "asym.",
        "reachable",
        "slack left",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for (case, row) in &shown {
        columns.row(cells(report, case, row));
    }
    let mut rows = columns.lines().into_iter();
    let header = rows.next().unwrap_or_default();
    let mut lines = vec![
        format!(
            "  the worst {} of {total} circuit directions in cases that leave them a way; holes and largest delays in ms, × where they FAIL",
            shown.len()
        ),
        format!("  {header}"),
    ];
    let marks = shown.iter().map(|(_, row)| style.mark(row.verdict()));
    lines.extend(marks.zip(rows).map(|(mark, line)| format!("{mark} {line}")));
    let mut replayed: Vec<&str> = Vec::new();
    for (case, _) in &shown {
        if !replayed.contains(&case.case.id.as_str()) && case.story.is_empty() {
            replayed.push(&case.case.id);
        }
    }
    let replays = replayed.iter().take(3);
    lines.extend(
        replays.map(|id| format!("    replay  {} --case \"{}\"", report.replay, harmless(id))),
    );
    lines
}

fn cells(report: &FailuresReport<'_>, case: &CaseResult, row: &DirectionResult) -> Vec<String> {
    let circuit = &report.scenario().circuits[row.circuit];
    let dash = || "-".to_owned();
    let mut cells = vec![
        harmless(&case.case.id),
        harmless(&circuit.name),
        ARROWS[row.direction].to_owned(),
        row.detection.map_or_else(dash, |span| span.to_string()),
        row.switch_over().map_or_else(dash, |span| span.to_string()),
        ms(row.gaps.packet),
        ms(row.gaps.tdm),
        ms(row.gaps.command),
        ms(row.gaps.protection),
    ];
    for stage in &row.stages {
        // What the verdict stands on.
        let delay = stage
            .delay_max
            .map(|own| stage.worst_start.map_or(own, |start| own.max(start)));
        let delay = ms(delay);
        let mark = if stage.verdict == Verdict::Fail {
            "×"
        } else {
            ""
        };
        cells.push(format!("{mark}{delay}"));
    }
    let last = row.stages.last().and_then(|stage| stage.asymmetry_ps);
    cells.push(last.map_or_else(dash, signed_ms));
    let reach = row.reach;
    cells.push(reach.map_or_else(dash, |reach| signed_ms(reach.asymmetry_ps)));
    cells.push(reach.map_or_else(dash, |reach| signed_ms(reach.slack_left_ps[row.direction])));
    cells
}

/// What happened in a case that is replayed.
fn story_lines(report: &FailuresReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for case in report.cases.iter().filter(|case| !case.story.is_empty()) {
        lines.push(format!(
            "  {}: ms after the failure",
            harmless(&case.case.id)
        ));
        let mut columns = table(0, 1);
        for told in &case.story {
            let (circuit, way) = told.circuit;
            let after = i128::from(told.at.0) - i128::from(case.failed.0);
            columns.row(vec![
                signed_ms(i64::try_from(after).expect("within 106 days")),
                harmless(&report.scenario().circuits[circuit].name),
                ARROWS[way].to_owned(),
                harmless(&told.text),
            ]);
        }
        lines.extend(indented(&columns));
    }
    lines
}

fn cut_off_lines(report: &FailuresReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for case in report.cases {
        let cut = case.directions.iter().filter(|row| row.cut_off);
        let name = |row: &DirectionResult| {
            let circuit = &report.scenario().circuits[row.circuit];
            format!("{} {}", harmless(&circuit.name), ARROWS[row.direction])
        };
        let names: Vec<String> = cut.map(name).collect();
        if !names.is_empty() {
            lines.push(format!(
                "  cut off by {}: {}",
                harmless(&case.case.id),
                names.join(", ")
            ));
        }
    }
    shortened(lines, "cases that cut circuits off")
}

fn turn_back_lines(report: &FailuresReport<'_>) -> Vec<String> {
    let line = |one: &crate::analysis::study::TurnBack| {
        format!(
            "  {} {}: the way of {} round {} turns back through {}",
            harmless(&one.circuit),
            ARROWS[one.direction],
            harmless(&one.node),
            harmless(&one.link),
            harmless(&one.before)
        )
    };
    let lines = report.study.turns_back().iter().map(line).collect();
    shortened(lines, "ways round that turn back")
}

fn finding_lines(findings: &[Diagnostic], style: Style) -> Vec<String> {
    let warnings = findings
        .iter()
        .filter(|one| one.severity == Severity::Warning);
    let text = |one: &Diagnostic| {
        let code = one.code.unwrap_or("");
        format!("{} {code} {}", style.warning(), harmless(&one.title))
    };
    let mut lines: Vec<String> = warnings.map(text).collect();
    lines.dedup();
    lines
}

fn closing_lines(report: &FailuresReport<'_>) -> Vec<String> {
    let scenario = report.scenario();
    let near = report.cases.iter().filter(|case| !case.simulated).count();
    let mut lines = Vec::new();
    if near > 0 {
        lines.push(format!(
            "  {near} cases are near nothing that runs: answered by the run without failures"
        ));
    }
    if !scenario.defaults.is_empty() {
        lines.push(format!(
            "  defaults taken: {}",
            scenario.defaults.join(", ")
        ));
    }
    lines
}

fn shortened(mut lines: Vec<String>, what: &str) -> Vec<String> {
    if lines.len() > LISTED {
        let more = lines.len() - LISTED;
        lines.truncate(LISTED);
        lines.push(format!("  … {more} more {what}: --format json has them"));
    }
    lines
}

/// Columns of which the first are names, then numbers.
fn table(names: usize, numbers: usize) -> Columns {
    let mut align = vec![Align::Left; names];
    align.extend(vec![Align::Right; numbers]);
    align.extend([Align::Left; 3]);
    Columns::new(&align)
}

fn indented(columns: &Columns) -> Vec<String> {
    let lines = columns.lines().into_iter();
    lines.map(|line| format!("  {line}")).collect()
}

/// Milliseconds; "never" where it does not end or come.
fn ms(span: Option<Span>) -> String {
    span.map_or_else(|| "never".to_owned(), |span| span.to_string())
}
