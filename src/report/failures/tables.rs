//! `cases.csv`, and of a case that is replayed `steps.csv` and `timelines.csv`.

use crate::analysis::failures::{Gaps, StageJudgement};
use crate::analysis::study::{CaseResult, DirectionResult};
use crate::analysis::verdict::DIRECTIONS;
use crate::channel::timeline::Content;
use crate::report::tables::Table;
use crate::scenario::Scenario;
use crate::units::Span;

/// Columns of `cases.csv`: one row per case, circuit, direction and stage.
pub const CASES_COLUMNS: [&str; 29] = [
    "case",
    "kind",
    "element",
    "simulated",
    "circuit",
    "direction",
    "cut_off",
    "detection_ps",
    "switch_over_ps",
    "gap_ps",
    "tdm_gap_ps",
    "command_gap_ps",
    "protection_gap_ps",
    "lost",
    "queue_free_tdm_gap_ps",
    "queue_free_command_gap_ps",
    "boundary_ps",
    "asymmetry_reachable_ps",
    "slack_left_ps",
    "case_verdict",
    "stage",
    "delay_max_ps",
    "worst_start_ps",
    "stage_lost",
    "replaced_ps",
    "asymmetry_ps",
    "verdict",
    "cause",
    "budget_ps",
];

/// Everything that is judged.
#[must_use]
pub fn cases(scenario: &Scenario, cases: &[CaseResult]) -> String {
    let mut table = Table::new(&CASES_COLUMNS);
    for case in cases {
        for row in &case.directions {
            let shared = shared(scenario, case, row);
            for stage in &row.stages {
                let mut cells = shared.clone();
                cells.extend(stage_cells(stage));
                cells.push(scenario.budget.0.to_string());
                table.row(cells);
            }
        }
    }
    table.finish()
}

/// What all stages of a direction have in common.
fn shared(scenario: &Scenario, case: &CaseResult, row: &DirectionResult) -> Vec<String> {
    let one = &case.case;
    let free = |pick: fn(&Gaps) -> Option<Span>| span(row.queue_free.as_ref().and_then(pick));
    vec![
        one.id.clone(),
        one.kind.clone(),
        one.element.clone(),
        word(case.simulated),
        scenario.circuits[row.circuit].name.clone(),
        DIRECTIONS[row.direction].into(),
        word(row.cut_off),
        span(row.detection),
        span(row.switch_over()),
        span(row.gaps.packet),
        span(row.gaps.tdm),
        span(row.gaps.command),
        span(row.gaps.protection),
        row.gaps.lost.to_string(),
        free(|gaps| gaps.tdm),
        free(|gaps| gaps.command),
        number(row.boundary.map(|at| at.0)),
        number(row.reach.map(|reach| reach.asymmetry_ps)),
        number(row.reach.map(|reach| reach.slack_left_ps[row.direction])),
        row.verdict().word().into(),
    ]
}

fn stage_cells(stage: &StageJudgement) -> [String; 8] {
    [
        stage.stage.token().into(),
        span(stage.delay_max),
        span(stage.worst_start),
        stage.lost.to_string(),
        stage.replaced.0.to_string(),
        number(stage.asymmetry_ps),
        stage.verdict.word().into(),
        stage
            .cause
            .map_or_else(String::new, |cause| cause.token().into()),
    ]
}

/// What the control plane did for every circuit direction, in order of time; instants are real
/// time from the failure on.
#[must_use]
pub fn steps(scenario: &Scenario, cases: &[CaseResult]) -> String {
    let mut table = Table::new(&["case", "circuit", "direction", "after_failure_ps", "step"]);
    for case in cases {
        for told in &case.story {
            let (circuit, way) = told.circuit;
            let after = i128::from(told.at.0) - i128::from(case.failed.0);
            table.row(vec![
                case.case.id.clone(),
                scenario.circuits[circuit].name.clone(),
                DIRECTIONS[way].into(),
                after.to_string(),
                told.text.clone(),
            ]);
        }
    }
    table.finish()
}

/// What came out of every circuit direction, segment by segment.
#[must_use]
pub fn timelines(scenario: &Scenario, cases: &[CaseResult]) -> String {
    let mut table = Table::new(&[
        "case",
        "circuit",
        "direction",
        "from_ps",
        "to_ps",
        "from_real_ps",
        "content",
        "delay_ps",
    ]);
    for case in cases {
        let Some(timetable) = &case.timetable else {
            continue;
        };
        for row in &case.directions {
            let timeline = row.timeline.iter().flat_map(|line| line.segments());
            for segment in timeline {
                let (content, delay) = match segment.content {
                    Content::Data { input_from, .. } => {
                        ("data", Some(segment.from.since(input_from)))
                    }
                    Content::Idle { cause, .. } => (cause.token(), None),
                };
                table.row(vec![
                    case.case.id.clone(),
                    scenario.circuits[row.circuit].name.clone(),
                    DIRECTIONS[row.direction].into(),
                    segment.from.0.to_string(),
                    segment.to.0.to_string(),
                    timetable.clock.real(segment.from).0.to_string(),
                    content.into(),
                    span(delay),
                ]);
            }
        }
    }
    table.finish()
}

fn span(span: Option<Span>) -> String {
    number(span.map(|span| span.0))
}

fn number(number: Option<impl ToString>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn word(yes: bool) -> String {
    if yes { "yes".into() } else { "no".into() }
}
