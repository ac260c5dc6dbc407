//! The line table, which a protection engineer reads first, and the relays behind it.

use super::super::Report;
use super::super::pretty::Style;
use super::super::text::{Align, Columns, harmless, signed_ms};
use super::{cycles, group_name, instant, place_text, replay_command, unwanted_text, why_text};
use crate::analysis::relays::{
    Clearing, GroupJudgement, Judged, LineJudgement, ProtectionJudgement, RunJudgement, Scope,
    Unwanted,
};
use crate::analysis::verdict::Verdict;
use crate::units::Span;

/// The line table; nothing where there are no lines.
#[must_use]
pub fn line_lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let rows = line_rows(relays);
    if rows.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left; 3];
    align.extend([Align::Right; 5]);
    align.extend([Align::Left; 2]);
    let mut columns = Columns::new(&align);
    let header = [
        "line", "when", "ok", "A", "B", "cleared", "cycles", "limit", "last", "fault",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for (judged, row) in &rows {
        columns.row(line_cells(report, judged, row));
    }
    let mut printed = columns.lines().into_iter();
    let header = printed.next().unwrap_or_default();
    let mut lines = vec![format!("  {header}")];
    for ((judged, row), line) in rows.iter().zip(printed) {
        let verdict = if row.ok { Verdict::Pass } else { Verdict::Fail };
        lines.push(format!("{} {line}", style.mark(verdict)));
        lines.extend(reasons(report, (relays, judged), row));
    }
    let worst = rows.iter().map(|(_, row)| row);
    let worst = worst.max_by_key(|row| {
        let key = row.cleared.worst.unwrap_or(Span(u64::MAX));
        (!row.ok, key, std::cmp::Reverse(row.line))
    });
    lines.extend(worst.map(|row| {
        let unwanted = row.groups.iter().flatten().flat_map(|one| &one.unwanted);
        let first = unwanted.map(|one| one.at).min();
        let in_time = row.cleared.clearing == Clearing::InTime;
        let at = first.filter(|_| in_time);
        let command = replay_command(report, at.unwrap_or(row.cleared.worst_at));
        format!("    replay  {command}")
    }));
    lines.push(
        "  lines: longest time from inception to open breakers, ms, over every instant at which a \
         fault may begin"
            .to_owned(),
    );
    lines
}

/// Lines that fail first, then by the longest time; of each the calm run and what failures change.
fn line_rows(relays: &RunJudgement) -> Vec<(&Judged, &LineJudgement)> {
    let calm = relays.judged.first();
    let mut lines = relays.lines();
    let worst = |line: &usize| {
        let all = relays.judged.iter().flat_map(|judged| &judged.lines);
        let own = all.filter(|row| row.line == *line);
        let longest = own.map(|row| row.cleared.worst.unwrap_or(Span(u64::MAX)));
        longest.max()
    };
    lines.sort_by_key(|line| {
        (
            relays.line_verdict(*line),
            std::cmp::Reverse(worst(line)),
            *line,
        )
    });
    let mut rows = Vec::new();
    for line in lines {
        let same = |row: &LineJudgement| {
            let calm = calm.and_then(|calm| calm.lines.iter().find(|one| one.line == line));
            let key = |row: &LineJudgement| {
                let worst = |group: &Option<GroupJudgement>| {
                    group.as_ref().map(|group| (group.ok, group.cleared.worst))
                };
                (row.groups.each_ref().map(worst), row.cleared.worst)
            };
            calm.is_some_and(|calm| key(calm) == key(row))
        };
        // What the failures do stands row by row; the whole run, where they do not tell it all.
        let failures = |row: &LineJudgement| {
            let told = relays
                .judged
                .iter()
                .filter(|one| one.scope.event().is_some());
            let mut told = told
                .flat_map(|one| &one.lines)
                .filter(|one| one.line == line);
            row.ok || told.any(|one| !one.ok)
        };
        for judged in &relays.judged {
            let own = judged.lines.iter().filter(|row| row.line == line);
            rows.extend(own.filter_map(|row| {
                let shown = match judged.scope {
                    Scope::Calm => true,
                    Scope::Whole => !failures(row),
                    Scope::Failure { .. } => !same(row),
                };
                shown.then_some((judged, row))
            }));
        }
    }
    rows
}

fn line_cells(report: &Report<'_>, judged: &Judged, row: &LineJudgement) -> Vec<String> {
    let line = &report.scenario.relays.lines[row.line];
    let worst = |group: &Option<GroupJudgement>| {
        let group = group.as_ref();
        group.map_or_else(|| "-".to_owned(), |group| ms(group.cleared.worst))
    };
    let mut cells = vec![harmless(&line.name), when(judged), row.state().to_owned()];
    cells.extend(row.groups.each_ref().map(worst));
    cells.push(ms(row.cleared.worst));
    let hertz = report.scenario.frequency_hz;
    cells.push(
        row.cleared
            .worst
            .map_or_else(|| "-".to_owned(), |worst| cycles(worst, hertz)),
    );
    cells.push(line.clear_within.to_string());
    cells.push(harmless(&line.ends[row.cleared.end.index()]));
    cells.push(place_text(line, row.cleared.place));
    cells
}

fn when(judged: &Judged) -> String {
    match &judged.scope {
        Scope::Calm => "calm".to_owned(),
        Scope::Whole => "whole run".to_owned(),
        Scope::Failure { label, at } => format!("{} at {}", harmless(label), instant(*at)),
    }
}

/// Which circuit of each group is slow, or trips unwanted, and why.
fn reasons(
    report: &Report<'_>,
    (relays, judged): (&RunJudgement, &Judged),
    row: &LineJudgement,
) -> Vec<String> {
    let line = &report.scenario.relays.lines[row.line];
    let name = |circuit: usize| harmless(&report.scenario.circuits[circuit].name);
    let mut lines = Vec::new();
    for (group, letter) in row.groups.iter().zip(["A", "B"]) {
        let Some(group) = group else { continue };
        if let (false, Some(circuit)) = (group.in_time, group.blame) {
            let cleared = &group.cleared;
            let why = why_text(report, (relays, judged), row.line, (circuit, cleared));
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            let end = harmless(&line.ends[cleared.end.index()]);
            let place = place_text(line, cleared.place);
            lines.push(format!(
                "    why   {letter} {} {}: {end} last, fault {place} at {}{why}",
                name(circuit),
                how(group),
                instant(cleared.worst_at)
            ));
        }
        for one in &group.unwanted {
            let text = unwanted_text(line, one);
            let unseen = unseen(judged, one);
            lines.push(format!(
                "    why   {letter} {}: {text}{unseen}",
                name(one.circuit)
            ));
        }
    }
    lines
}

/// Whether differential relays that trip falsely can tell.
fn unseen(judged: &Judged, one: &Unwanted) -> &'static str {
    let mut own = judged.protections.iter();
    let course = own
        .find(|row| row.circuit == one.circuit)
        .and_then(|row| row.course);
    match course {
        Some(course) if course.invisible > Span::ZERO => "; the relays cannot see it",
        _ => "",
    }
}

fn how(group: &GroupJudgement) -> &'static str {
    match group.cleared.clearing {
        Clearing::InTime => "in time",
        Clearing::Late => "late",
        Clearing::Backup => "by zone 2 only",
        Clearing::Never => "never",
    }
}

/// The relays of each circuit; of failures those that they let down.
#[must_use]
pub fn relay_lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let calm = |judged: &Judged| judged.scope == Scope::Calm;
    let failing = |judged: &Judged| judged.scope.event().is_some();
    let mut rows = Vec::new();
    for judged in &relays.judged {
        let shown = judged.protections.iter();
        let shown = shown.filter(|row| calm(judged) || (failing(judged) && !row.ok));
        rows.extend(shown.map(|row| (judged, row)));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left; 5];
    align.extend([Align::Right; 9]);
    let mut columns = Columns::new(&align);
    let header = [
        "relays", "line", "", "scheme", "when", "best", "50 %", "99.9 %", "worst", "late", "asym.",
        "starts", "margin A", "blocked",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for (judged, row) in &rows {
        columns.row(relay_cells(report, (relays, judged), row));
    }
    let mut printed = columns.lines().into_iter();
    let header = printed.next().unwrap_or_default();
    let mut lines = vec![format!("  {header}")];
    for ((judged, row), line) in rows.iter().zip(printed) {
        let restart = relays
            .restarts
            .iter()
            .find(|one| one.circuit == row.circuit);
        let restart = restart.filter(|_| calm(judged));
        let fails = !row.ok || restart.is_some_and(|one| one.false_trip);
        let verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        lines.push(format!("{} {line}", style.mark(verdict)));
    }
    lines
}

fn relay_cells(
    report: &Report<'_>,
    (relays, judged): (&RunJudgement, &Judged),
    row: &ProtectionJudgement,
) -> Vec<String> {
    let line = &report.scenario.relays.lines[row.line];
    let relay = report.scenario.relays.circuits[row.circuit].as_ref();
    let dash = || "-".to_owned();
    let cleared = &row.cleared;
    let mut cells = vec![
        harmless(&report.scenario.circuits[row.circuit].name),
        harmless(&line.name),
        group_name(line, row.circuit).to_owned(),
        relay.map_or("", |relay| relay.protection.name()).to_owned(),
        when(judged),
    ];
    let times = [
        cleared.best,
        cleared.shares[0],
        cleared.shares[3],
        cleared.worst,
    ];
    cells.extend(times.map(ms));
    cells.push(cleared.late.to_string());
    let course = row.course;
    let asymmetry = course.and_then(|course| course.asymmetry_ps);
    cells.push(asymmetry.map_or_else(dash, signed_ms));
    let restart = relays
        .restarts
        .iter()
        .find(|one| one.circuit == row.circuit);
    let restart = restart.filter(|_| judged.scope == Scope::Calm);
    cells.push(restart.map_or_else(dash, |one| {
        let [least, most] = one.asymmetry_ps.map(signed_ms);
        format!("{least}…{most}")
    }));
    let margin = course.and_then(|course| course.margin_min_ma);
    cells.push(margin.map_or_else(dash, amperes));
    cells.push(course.map_or_else(dash, |course| course.blocked.to_string()));
    cells
}

/// Amperes with three decimals.
fn amperes(milliamperes: u64) -> String {
    format!("{}.{:03}", milliamperes / 1000, milliamperes % 1000)
}

/// Milliseconds; "never" where it does not end.
pub(super) fn ms(span: Option<Span>) -> String {
    span.map_or_else(|| "never".to_owned(), |span| span.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::replay::{fault_lines, replays};
    use super::*;
    use crate::analysis::samples::{Sample, permissive, protected};
    use crate::relay::Protection;
    use crate::relay::distance::Settings;
    use crate::units::SimTime;

    const PLAIN: Style = Style { colour: false };

    fn told(settings: Settings) -> (Vec<String>, Vec<String>, Vec<String>) {
        let protection = Protection::Distance(settings);
        let (scenario, outcome) = protected(&Sample::default(), protection);
        let mut report = Report::new(&scenario, &outcome, &[]);
        report.faults = replays(&report, SimTime(100_000_000_000));
        let words = |lines: Vec<String>| -> Vec<String> {
            let words = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.iter().map(words).collect()
        };
        (
            words(line_lines(&report, PLAIN)),
            words(relay_lines(&report, PLAIN)),
            words(fault_lines(&report)),
        )
    }

    #[test]
    fn a_protected_line_is_one_row_with_its_worst_time_in_ms_and_cycles() {
        let (lines, relays, _) = told(permissive());
        // 16.667 + 3 + 3.2 + 3 + 50 ms.
        assert_eq!(
            lines,
            [
                "line when ok A B cleared cycles limit last fault",
                "✓ L calm A 75.867 - 75.867 4.55 83.333 Z 10 % from A",
                "replay pilotwire run SCENARIO --fault-at \"6.2 ms\"",
                "lines: longest time from inception to open breakers, ms, over every instant at \
                 which a fault may begin",
            ]
        );
        assert_eq!(
            relays[1],
            "✓ 87L A-B L A POTT calm 66.667 75.867 75.867 75.867 0.000 - - - -"
        );
    }

    #[test]
    fn a_slow_line_says_which_circuit_and_why() {
        let (lines, _, faults) = told(Settings {
            pickup: Span::from_ms(30),
            ..permissive()
        });
        assert_eq!(
            lines[1],
            "✗ L calm none 89.200 - 89.200 5.35 83.333 Z 10 % from A"
        );
        assert_eq!(
            lines[2],
            "why A 87L A-B late: Z last, fault 10 % from A at 6.200 ms: channel a→z 3.200 ms"
        );
        assert_eq!(
            faults[..4],
            [
                "L, fault 10 % from A: cleared 89.200 ms (late), 5.35 cycles · A 89.200 ms (late)",
                "circuit end pickup keyed received trip by open",
                "87L A-B A 30.000 30.000 39.200 30.000 zone-1 80.000",
                "87L A-B Z 30.000 30.000 39.200 39.200 command 89.200",
            ]
        );
    }
}
