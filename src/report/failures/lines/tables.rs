//! `relays.csv` and `lines.csv` of a study.

use super::{Row, after_failure_ps, first_unwanted, rows, steady};
use crate::analysis::relays::{
    Cleared, CourseSummary, GroupJudgement, ProtectionJudgement, UnwantedKind,
};
use crate::analysis::study::{CaseResult, LineState, Met, Study};
use crate::report::failures::FailuresReport;
use crate::report::relays::group_name;
use crate::report::relays::tables::{CLEARED, cleared_cells, unwanted_cells};
use crate::report::tables::{Table, maybe, maybe_span};
use crate::scenario::Scenario;

/// Columns of `lines.csv`, before and behind those of how faults were cleared.
const LINES: [&[&str]; 2] = [
    &[
        "case",
        "kind",
        "element",
        "line",
        "met",
        "cut_off",
        "case_verdict",
        "part",
        "ok",
        "state",
        "limit_ps",
        "worst_after_failure_ps",
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
    &["case", "circuit", "line", "group", "scheme", "part", "ok"],
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
    ],
];

/// Parts of a case, in order; that of normal operation stands once, without a case.
const PARTS: [&str; 2] = ["during", "after"];

/// The columns of `lines.csv`, in order.
#[must_use]
pub fn line_columns() -> Vec<&'static str> {
    [LINES[0], &CLEARED, LINES[1]].concat()
}

/// One row per line in normal operation, then one per case, line and part.
#[must_use]
pub fn lines(report: &FailuresReport<'_>) -> String {
    let mut table = Table::new(&line_columns());
    let rows = line_rows(report.study, report.cases);
    rows.into_iter().for_each(|row| table.row(row));
    table.finish()
}

/// The rows of [`lines`].
pub(crate) fn line_rows(study: &Study<'_>, cases: &[CaseResult]) -> Vec<Vec<String>> {
    let scenario = study.scenario;
    let mut all = Vec::new();
    for state in steady(study) {
        let line = &scenario.relays.lines[state.line.line];
        let mut cells = vec![String::new(); 3];
        cells.extend([line.name.clone(), String::new(), String::new()]);
        cells.push(state.verdict().word().into());
        all.push(line_row(scenario, cells, ("steady", state), None));
    }
    for row in rows(study, cases) {
        let line = &scenario.relays.lines[row.result.line];
        for (part, state) in PARTS.into_iter().zip(row.result.states(row.steady)) {
            let one = &row.case.case;
            let mut cells = vec![one.id.clone(), one.kind.clone(), one.element.clone()];
            cells.push(line.name.clone());
            let met = row.result.met.as_deref();
            cells.push(word(met.is_some()));
            cells.push(word(met.is_some_and(|met| met.cut_off)));
            cells.push(row.result.verdict.word().into());
            all.push(line_row(scenario, cells, (part, state), met));
        }
    }
    all
}

fn line_row(
    scenario: &Scenario,
    mut cells: Vec<String>,
    (part, state): (&str, &LineState),
    met: Option<&Met>,
) -> Vec<String> {
    let row = &state.line;
    cells.extend([part.to_owned(), word(row.ok), row.state().to_owned()]);
    let limit = scenario.relays.lines[row.line].clear_within;
    cells.push(limit.0.to_string());
    cells.push(maybe(
        met.map(|met| after_failure_ps(met, row.cleared.worst_at)),
    ));
    cells.extend(cleared_cells(&row.cleared));
    for group in &row.groups {
        cells.extend(group_cells(scenario, group.as_ref()));
    }
    let first = first_unwanted(state);
    let name = first.map(|one| scenario.circuits[one.circuit].name.clone());
    cells.push(maybe(first.map(|one| one.kind.token())));
    cells.push(name.unwrap_or_default());
    cells.push(maybe(first.map(|one| one.at.0)));
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
        word(group.ok),
        group.cleared.clearing.token().to_owned(),
        maybe_span(group.cleared.worst),
        group.cleared.worst_at.0.to_string(),
        blame.unwrap_or_default(),
    ]
}

/// One row per circuit with a relay in normal operation, then one per case, circuit and part, of
/// the lines that the case meets; of differential relays also what they are at last.
#[must_use]
pub fn relays(report: &FailuresReport<'_>) -> String {
    let scenario = report.scenario();
    let mut table = Table::new(&[RELAYS[0], &CLEARED, RELAYS[1]].concat());
    for state in steady(report.study) {
        for one in &state.protections {
            table.row(relay_row(scenario, "", "steady", one));
        }
    }
    for Row { case, result, .. } in rows(report.study, report.cases) {
        let Some(met) = &result.met else { continue };
        let id = &case.case.id;
        for (part, state) in PARTS.into_iter().zip([&met.during, &met.after]) {
            for one in &state.protections {
                table.row(relay_row(scenario, id, part, one));
            }
        }
        for (circuit, course) in &met.reverted {
            let mut cells = relay_head(scenario, (id, "after-revert"), result.line, *circuit);
            cells.push(word(course.false_trip.0 == 0));
            cells.resize(cells.len() + CLEARED.len() + 6, String::new());
            cells.extend(course_cells(Some(course)));
            table.row(cells);
        }
    }
    table.finish()
}

fn relay_head(
    scenario: &Scenario,
    (case, part): (&str, &str),
    line: usize,
    circuit: usize,
) -> Vec<String> {
    let line = &scenario.relays.lines[line];
    let relay = scenario.relays.circuits[circuit].as_ref();
    let scheme = relay.map_or("", |relay| relay.protection.name());
    let name = &scenario.circuits[circuit].name;
    let group = group_name(line, circuit);
    let cells = [case, name, &line.name, group, scheme, part];
    cells.map(str::to_owned).to_vec()
}

fn relay_row(
    scenario: &Scenario,
    case: &str,
    part: &str,
    row: &ProtectionJudgement,
) -> Vec<String> {
    let mut cells = relay_head(scenario, (case, part), row.line, row.circuit);
    cells.push(word(row.ok));
    let cleared: &Cleared = &row.cleared;
    cells.extend(cleared_cells(cleared));
    for kind in UnwantedKind::ALL {
        let one = row.unwanted.iter().find(|one| one.kind == kind);
        cells.extend(unwanted_cells(one));
    }
    cells.extend(course_cells(row.course.as_ref()));
    cells
}

fn course_cells(course: Option<&CourseSummary>) -> [String; 6] {
    let span = |of: fn(&CourseSummary) -> crate::units::Span| maybe_span(course.map(of));
    [
        maybe(course.and_then(|course| course.asymmetry_ps)),
        maybe(course.and_then(|course| course.margin_min_ma)),
        span(|course| course.blocked),
        span(|course| course.blocked_longest),
        span(|course| course.false_trip),
        span(|course| course.invisible),
    ]
}

fn word(yes: bool) -> String {
    if yes { "yes".into() } else { "no".into() }
}
