//! `relays.csv` and `lines.csv`: integers with the unit in the column name, fixed column order, LF.

use super::super::tables::{Table, maybe, maybe_span};
use super::{group_name, place_token};
use crate::analysis::relays::{
    Cleared, GroupJudgement, Judged, LineJudgement, ProtectionJudgement, RunJudgement, Unwanted,
    UnwantedKind,
};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// Columns of how faults were cleared.
pub(in crate::report) const CLEARED: [&str; 13] = [
    "clearing",
    "worst_ps",
    "worst_at_ps",
    "place",
    "place_ppb",
    "end",
    "best_ps",
    "p50_ps",
    "p90_ps",
    "p99_ps",
    "p999_ps",
    "late_ps",
    "inceptions_ps",
];

/// Columns of `lines.csv`, before and behind those of how faults were cleared.
const LINES: [&[&str]; 2] = [
    &[
        "line", "verdict", "scope", "event", "at_ps", "from_ps", "to_ps", "ok", "state", "limit_ps",
    ],
    &[
        "a_ok",
        "a_clearing",
        "a_worst_ps",
        "a_worst_at_ps",
        "a_blame",
        "b_ok",
        "b_clearing",
        "b_worst_ps",
        "b_worst_at_ps",
        "b_blame",
        "unwanted",
        "unwanted_circuit",
        "unwanted_at_ps",
    ],
];

/// Columns of `relays.csv`, before and behind those of how faults were cleared.
const RELAYS: [&[&str]; 2] = [
    &[
        "circuit", "line", "group", "scheme", "scope", "event", "at_ps", "ok",
    ],
    &[
        "overtrip_at_ps",
        "overtrip_lasting_ps",
        "misoperation_at_ps",
        "misoperation_lasting_ps",
        "false_trip_at_ps",
        "false_trip_lasting_ps",
        "asymmetry_ps",
        "margin_min_ma",
        "blocked_ps",
        "blocked_longest_ps",
        "false_trip_ps",
        "invisible_ps",
        "restart_asymmetry_min_ps",
        "restart_asymmetry_max_ps",
        "restart_false_trip",
    ],
];

/// The columns of `lines.csv`, in order.
#[must_use]
pub fn line_columns() -> Vec<&'static str> {
    [LINES[0], &CLEARED, LINES[1]].concat()
}

/// One row per line and part of the run: parts in order, lines in order of name.
#[must_use]
pub fn lines(scenario: &Scenario, relays: &RunJudgement) -> String {
    let mut table = Table::new(&line_columns());
    line_rows(scenario, relays).for_each(|row| table.row(row));
    table.finish()
}

/// The rows of [`lines`], one after the other.
pub(crate) fn line_rows<'r>(
    scenario: &'r Scenario,
    relays: &'r RunJudgement,
) -> impl Iterator<Item = Vec<String>> + 'r {
    relays.judged.iter().flat_map(move |judged| {
        let lines = judged.lines.iter();
        lines.map(move |row| line_row(scenario, relays, judged, row))
    })
}

/// One row per circuit with a relay and part of the run: parts in order, circuits in order of line,
/// group, name.
#[must_use]
pub fn relays(scenario: &Scenario, relays: &RunJudgement) -> String {
    let mut table = Table::new(&[RELAYS[0], &CLEARED, RELAYS[1]].concat());
    for judged in &relays.judged {
        for row in &judged.protections {
            table.row(relay_row(scenario, relays, judged, row));
        }
    }
    table.finish()
}

fn line_row(
    scenario: &Scenario,
    relays: &RunJudgement,
    judged: &Judged,
    row: &LineJudgement,
) -> Vec<String> {
    let line = &scenario.relays.lines[row.line];
    let verdict = relays.line_verdict(row.line).word();
    let mut cells = vec![line.name.clone(), verdict.to_owned()];
    cells.extend(scope_cells(judged));
    cells.extend([row.over.from, row.over.to].map(|at| at.0.to_string()));
    cells.push(row.ok.to_string());
    cells.push(row.state().to_owned());
    cells.push(line.clear_within.0.to_string());
    cells.extend(cleared_cells(&row.cleared));
    for group in &row.groups {
        cells.extend(group_cells(scenario, group.as_ref()));
    }
    let first = row.groups.iter().flatten().flat_map(|one| &one.unwanted);
    let first = first.min_by_key(|one| one.at);
    cells.push(first.map_or_else(String::new, |one| one.kind.token().to_owned()));
    cells.push(first.map_or_else(String::new, |one| {
        scenario.circuits[one.circuit].name.clone()
    }));
    cells.push(maybe_at(first.map(|one| one.at)));
    cells
}

fn relay_row(
    scenario: &Scenario,
    relays: &RunJudgement,
    judged: &Judged,
    row: &ProtectionJudgement,
) -> Vec<String> {
    let line = &scenario.relays.lines[row.line];
    let relay = scenario.relays.circuits[row.circuit].as_ref();
    let scheme = relay.map_or("", |relay| relay.protection.name());
    let mut cells = vec![
        scenario.circuits[row.circuit].name.clone(),
        line.name.clone(),
    ];
    cells.push(group_name(line, row.circuit).to_owned());
    cells.push(scheme.to_owned());
    cells.extend(scope_cells(judged));
    cells.push(row.ok.to_string());
    cells.extend(cleared_cells(&row.cleared));
    for kind in UnwantedKind::ALL {
        let one = row.unwanted.iter().find(|one| one.kind == kind);
        cells.extend(unwanted_cells(one));
    }
    let course = row.course;
    cells.push(maybe(course.and_then(|course| course.asymmetry_ps)));
    cells.push(maybe(course.and_then(|course| course.margin_min_ma)));
    let spans = course.map(|one| {
        [
            one.blocked,
            one.blocked_longest,
            one.false_trip,
            one.invisible,
        ]
    });
    match spans {
        Some(spans) => cells.extend(spans.map(|span| span.0.to_string())),
        None => cells.extend([const { String::new() }; 4]),
    }
    let restart = relays
        .restarts
        .iter()
        .find(|one| one.circuit == row.circuit);
    // Starts of play-out are those of the calm run.
    let restart = restart.filter(|_| judged.scope == crate::analysis::relays::Scope::Calm);
    cells.push(maybe(restart.map(|one| one.asymmetry_ps[0])));
    cells.push(maybe(restart.map(|one| one.asymmetry_ps[1])));
    cells.push(maybe(restart.map(|one| one.false_trip)));
    cells
}

fn scope_cells(judged: &Judged) -> [String; 3] {
    let event = judged.scope.event();
    [
        judged.scope.token().to_owned(),
        event.map_or_else(String::new, |(label, _)| label.to_owned()),
        maybe_at(event.map(|(_, at)| at)),
    ]
}

pub(in crate::report) fn cleared_cells(one: &Cleared) -> Vec<String> {
    let (place, from_a) = place_token(one.place);
    let mut cells = vec![one.clearing.token().to_owned(), maybe_span(one.worst)];
    cells.push(one.worst_at.0.to_string());
    cells.push(place.to_owned());
    cells.push(maybe(from_a));
    cells.push(one.end.name().to_owned());
    cells.push(maybe_span(one.best));
    cells.extend(one.shares.map(maybe_span));
    cells.extend([one.late, one.length].map(|span: Span| span.0.to_string()));
    cells
}

fn group_cells(scenario: &Scenario, group: Option<&GroupJudgement>) -> [String; 5] {
    let Some(group) = group else {
        return [const { String::new() }; 5];
    };
    let blame = group
        .blame
        .map(|circuit| scenario.circuits[circuit].name.clone());
    [
        group.ok.to_string(),
        group.cleared.clearing.token().to_owned(),
        maybe_span(group.cleared.worst),
        group.cleared.worst_at.0.to_string(),
        blame.unwrap_or_default(),
    ]
}

pub(in crate::report) fn unwanted_cells(one: Option<&Unwanted>) -> [String; 2] {
    [
        maybe_at(one.map(|one| one.at)),
        maybe_span(one.map(|one| one.lasting)),
    ]
}

fn maybe_at(at: Option<SimTime>) -> String {
    maybe(at.map(|at| at.0))
}
