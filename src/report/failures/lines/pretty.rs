//! The line table for the terminal.

use std::cmp::Reverse;

use super::{Row, after_failure_ps, rows, steady, why_text};
use crate::analysis::relays::{Clearing, CourseSummary, GroupJudgement, Unwanted, UnwantedKind};
use crate::analysis::study::{LineState, Met};
use crate::analysis::verdict::Verdict;
use crate::relay::Line;
use crate::report::failures::FailuresReport;
use crate::report::pretty::Style;
use crate::report::relays::replay::fault_of;
use crate::report::relays::{cycles, place_text};
use crate::report::text::{Align, Columns, harmless, signed_ms};
use crate::units::{SimTime, Span};

/// Every line in normal operation, then the `most` worst of lines and cases that meet them; nothing
/// where no line can be judged.
#[must_use]
pub fn table(report: &FailuresReport<'_>, most: usize, style: Style) -> Vec<String> {
    let mut lines = steady_lines(report, style);
    lines.extend(worst_lines(report, most, style));
    lines
}

/// One row per line: normal operation, and in how many cases it fails.
fn steady_lines(report: &FailuresReport<'_>, style: Style) -> Vec<String> {
    let mut states: Vec<(Reverse<usize>, &LineState)> = steady(report.study)
        .map(|state| {
            let failed = rows(report.study, report.cases).filter(|row| {
                row.result.line == state.line.line && row.result.verdict == Verdict::Fail
            });
            (Reverse(failed.count()), state)
        })
        .collect();
    if states.is_empty() {
        return Vec::new();
    }
    states.sort_by_key(|(failed, state)| (*failed, state.line.line));
    let mut align = vec![Align::Left; 2];
    align.extend([Align::Right; 9]);
    let mut columns = Columns::new(&align);
    let header = [
        "line", "ok", "A", "B", "cleared", "cycles", "limit", "met", "one left", "FAIL", "cut off",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for (failed, state) in &states {
        let line = state.line.line;
        let met = || {
            rows(report.study, report.cases)
                .filter(|row| row.result.line == line && row.result.met.is_some())
        };
        let one = met().filter(|row| {
            let states = row
                .result
                .states(row.steady)
                .map(|state| state.line.state());
            row.result.verdict == Verdict::Pass && states.iter().any(|state| *state != "both")
        });
        let mut cells = vec![harmless(&report.scenario().relays.lines[line].name)];
        cells.extend(state_cells(report, state));
        cells.push(limit(report, line));
        let cut_off = met().filter(cut_off).count();
        let counts = [met().count(), one.count(), failed.0, cut_off];
        cells.extend(counts.map(|count| count.to_string()));
        columns.row(cells);
    }
    let mut printed = columns.lines().into_iter();
    let header = printed.next().unwrap_or_default();
    let mut lines = vec![
        "  lines in normal operation, longest time from inception to open breakers in ms; cases \
         that meet them, leave one group, FAIL, cut all their circuits off"
            .to_owned(),
        format!("  {header}"),
    ];
    for ((failed, state), line) in states.iter().zip(printed) {
        let fails = failed.0 > 0 || state.verdict() == Verdict::Fail;
        let verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        lines.push(format!("{} {line}", style.mark(verdict)));
        lines.extend(reasons(report, None, ("normal", state)));
    }
    lines
}

/// The worst of lines and cases that meet them.
fn worst_lines(report: &FailuresReport<'_>, most: usize, style: Style) -> Vec<String> {
    let mut all: Vec<Row<'_>> = rows(report.study, report.cases)
        .filter(|row| row.result.met.is_some() && !cut_off(row))
        .collect();
    let total = all.len();
    all.sort_by_key(|row| Reverse(severity(row)));
    all.truncate(most);
    if all.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left; 3];
    align.extend([Align::Right; 4]);
    align.push(Align::Left);
    align.extend([Align::Right; 5]);
    let mut columns = Columns::new(&align);
    let header = [
        "line", "case", "during", "A", "B", "cleared", "cycles", "after", "A", "B", "cleared",
        "cycles", "limit",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for row in &all {
        let line = row.result.line;
        let mut cells = vec![
            harmless(&report.scenario().relays.lines[line].name),
            harmless(&row.case.case.id),
        ];
        for state in row.result.states(row.steady) {
            cells.extend(state_cells(report, state));
        }
        cells.push(limit(report, line));
        columns.row(cells);
    }
    let mut printed = columns.lines().into_iter();
    let header = printed.next().unwrap_or_default();
    let mut lines = vec![
        format!(
            "  the worst {} of {total} lines in cases that meet them and leave a way; which groups \
             are ok, longest times in ms, over every instant at which a fault may begin",
            all.len()
        ),
        format!("  {header}"),
    ];
    for (row, line) in all.iter().zip(printed) {
        lines.push(format!("{} {line}", style.mark(row.result.verdict)));
        let states = row.result.states(row.steady);
        for part in ["during", "after"].into_iter().zip(states) {
            lines.extend(reasons(report, row.result.met.as_deref(), part));
        }
        lines.extend(reverted(report, row));
    }
    lines
}

fn cut_off(row: &Row<'_>) -> bool {
    row.result.met.as_ref().is_some_and(|met| met.cut_off)
}

/// "2.000 ms after the failure".
fn from_failure(met: &Met, at: SimTime) -> String {
    let after = after_failure_ps(met, at);
    let side = if after < 0 { "before" } else { "after" };
    format!("{} ms {side} the failure", Span(after.unsigned_abs()))
}

/// The larger the worse: FAIL above PASS, then the longest clearing, one that never ends first.
fn severity(row: &Row<'_>) -> (bool, u64, u64) {
    let key = |span: Option<Span>| span.map_or(u64::MAX, |span| span.0);
    let states = row.result.states(row.steady).map(|state| &state.line);
    let both = states.map(|line| key(line.cleared.worst));
    let groups = states
        .into_iter()
        .flat_map(|line| line.groups.iter().flatten());
    let slowest = groups.map(|group| key(group.cleared.worst)).max();
    let failed = row.result.verdict == Verdict::Fail;
    (failed, both[0].max(both[1]), slowest.unwrap_or(0))
}

/// Which groups are ok, A, B, both together, the same in cycles.
fn state_cells(report: &FailuresReport<'_>, state: &LineState) -> [String; 5] {
    let group = |index: usize| {
        let group = state.line.groups[index].as_ref();
        group.map_or_else(|| "-".to_owned(), |group| ms(group.cleared.worst))
    };
    let worst = state.line.cleared.worst;
    let hertz = report.scenario().frequency_hz;
    [
        state.line.state().to_owned(),
        group(0),
        group(1),
        ms(worst),
        worst.map_or_else(|| "-".to_owned(), |worst| cycles(worst, hertz)),
    ]
}

fn limit(report: &FailuresReport<'_>, line: usize) -> String {
    report.scenario().relays.lines[line]
        .clear_within
        .to_string()
}

/// Which circuit of each group is slow, or trips unwanted, and why.
fn reasons(
    report: &FailuresReport<'_>,
    met: Option<&Met>,
    (part, state): (&str, &LineState),
) -> Vec<String> {
    let scenario = report.scenario();
    let line = &scenario.relays.lines[state.line.line];
    let name = |circuit: usize| harmless(&scenario.circuits[circuit].name);
    let mut lines = Vec::new();
    for (index, letter) in ["A", "B"].into_iter().enumerate() {
        let Some(group) = &state.line.groups[index] else {
            continue;
        };
        if let (false, Some(circuit)) = (group.in_time, group.blame) {
            let why = state.why[index].map(why_text);
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let at = met.map(|met| format!(" {}", from_failure(met, group.cleared.worst_at)));
            lines.push(format!(
                "    {part}  {letter} {} {}{why}; {} last, fault {}{}",
                name(circuit),
                how(group),
                harmless(&line.ends[group.cleared.end.index()]),
                place_text(line, group.cleared.place),
                at.unwrap_or_default(),
            ));
        }
        for one in &group.unwanted {
            let text = unwanted_text(line, met, one);
            lines.push(format!(
                "    {part}  {letter} {}: {text}",
                name(one.circuit)
            ));
        }
    }
    lines
}

fn how(group: &GroupJudgement) -> &'static str {
    match group.cleared.clearing {
        Clearing::InTime => "in time",
        Clearing::Late => "late",
        Clearing::Backup => "by zone 2 only",
        Clearing::Never => "never",
    }
}

fn unwanted_text(line: &Line, met: Option<&Met>, one: &Unwanted) -> String {
    let what = match (one.kind, one.place) {
        (UnwantedKind::Overtrip, Some(place)) => {
            let end = harmless(&line.ends[one.end.index()]);
            format!("{end} trips for a fault {}", place_text(line, place))
        }
        (UnwantedKind::FalseTrip, _) => "trips falsely with the largest through current".to_owned(),
        _ => "trips without a fault".to_owned(),
    };
    let from = met.map(|met| format!(" from {} on", from_failure(met, one.at)));
    let lasting = match one.lasting {
        Span::ZERO => String::new(),
        lasting => format!(", {lasting} ms of instants"),
    };
    format!("{what}{}{lasting}", from.unwrap_or_default())
}

/// What differential relays are at last, where that is not what they are in normal operation.
fn reverted(report: &FailuresReport<'_>, row: &Row<'_>) -> Vec<String> {
    let met = row.result.met.as_deref();
    let all = met.into_iter().flat_map(|met| &met.reverted);
    let steady = |circuit: usize| {
        let mut own = row.steady.protections.iter();
        own.find(|one| one.circuit == circuit)
            .and_then(|one| one.course.as_ref())
    };
    let moved = |circuit: usize, course: &CourseSummary| {
        let steady = steady(circuit);
        steady.is_none_or(|steady| {
            (steady.asymmetry_ps, steady.margin_min_ma)
                != (course.asymmetry_ps, course.margin_min_ma)
        })
    };
    let all = all.filter(|(circuit, course)| moved(*circuit, course));
    let one = |(circuit, course): &(usize, CourseSummary)| {
        let name = harmless(&report.scenario().circuits[*circuit].name);
        let asymmetry = course.asymmetry_ps;
        let asymmetry =
            asymmetry.map_or_else(|| "-".to_owned(), |ps| format!("{} ms", signed_ms(ps)));
        let becomes = match (course.false_trip, course.invisible, course.margin_min_ma) {
            (Span::ZERO, _, Some(margin)) => {
                format!("margin {}.{:03} A", margin / 1000, margin % 1000)
            }
            (Span::ZERO, ..) => "blocked".to_owned(),
            (_, Span::ZERO, _) => "false trip".to_owned(),
            _ => "false trip, unseen by the relays".to_owned(),
        };
        format!("    reverted  {name}: asymmetry {asymmetry}, {becomes}")
    };
    all.map(one).collect()
}

/// Of a case that is replayed: the fault on each line that lasts longest while the failure happens,
/// at both ends.
#[must_use]
pub fn replays(report: &FailuresReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for case in report.cases {
        for one in &case.replays {
            let mut own = case.lines.iter().filter(|result| result.line == one.line);
            let Some(met) = own.next().and_then(|result| result.met.as_deref()) else {
                continue;
            };
            lines.push(format!(
                "  {}: the fault that lasts longest begins {}; ms after its inception",
                harmless(&case.case.id),
                from_failure(met, one.fault.at)
            ));
            lines.extend(fault_of(report.scenario(), one));
        }
    }
    lines
}

/// Milliseconds; "never" where it does not end.
fn ms(span: Option<Span>) -> String {
    span.map_or_else(|| "never".to_owned(), |span| span.to_string())
}
