//! `failures --format json`: one object, keys in a fixed order, integers with the unit in the name.

use serde::Serialize;

use super::{Counts, FailuresReport, SCHEMA, lines};
use crate::analysis::failures::StageJudgement;
use crate::analysis::study::{CaseResult, DirectionResult, Told, TurnBack};
use crate::analysis::verdict::DIRECTIONS;
use crate::report::assumed::{AssumedObject, assumed};
use crate::report::{MODEL_VERSION, TOOL_VERSION};
use crate::scenario::Scenario;
use crate::units::Span;

/// The report as JSON text, indented by two, with a newline at the end.
#[must_use]
pub fn render(report: &FailuresReport<'_>) -> String {
    let scenario = report.scenario();
    let case = |case| CaseObject::new(report, case);
    let turns_back = report.study.turns_back();
    let document = Document {
        schema: SCHEMA,
        tool_version: TOOL_VERSION,
        model_version: MODEL_VERSION,
        seed: scenario.seed.0,
        result_hash: &report.result_hash,
        formula: report.formula,
        cases: report.cases.iter().map(case).collect(),
        counts: report.counts(),
        turns_back: turns_back.iter().map(turn_back).collect(),
        lines: lines::json::steady_lines(report),
        name: &scenario.name,
        topology: &scenario.topology_name,
        preset: scenario.preset,
        budget_ps: scenario.budget.0,
        assumed: assumed(scenario, report.findings),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has a JSON form");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    tool_version: &'a str,
    model_version: u64,
    seed: u64,
    result_hash: &'a str,
    formula: &'a str,
    cases: Vec<CaseObject<'a>>,
    #[serde(flatten)]
    counts: Counts,
    turns_back: Vec<TurnBackObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<lines::json::SteadyObject<'a>>,
    name: &'a str,
    topology: &'a str,
    preset: &'a str,
    budget_ps: u64,
    #[serde(flatten)]
    assumed: AssumedObject<'a>,
}

#[derive(Serialize)]
struct CaseObject<'a> {
    id: &'a str,
    kind: &'a str,
    element: &'a str,
    verdict: &'a str,
    simulated: bool,
    circuits: Vec<DirectionObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<lines::json::LineObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepObject<'a>>,
}

#[derive(Serialize)]
pub(in crate::report) struct DirectionObject<'a> {
    name: &'a str,
    direction: &'a str,
    cut_off: bool,
    verdict: &'a str,
    detection_ps: Option<u64>,
    switch_over_ps: Option<u64>,
    gap_ps: Option<u64>,
    tdm_gap_ps: Option<u64>,
    command_gap_ps: Option<u64>,
    protection_gap_ps: Option<u64>,
    lost: u64,
    queue_free: Option<QueueFreeObject>,
    boundary_ps: Option<u64>,
    asymmetry_reachable_ps: Option<i64>,
    slack_left_ps: Option<i64>,
    stages: Vec<StageObject<'a>>,
}

/// The same holes without queues, at the phase that was searched.
#[derive(Serialize)]
struct QueueFreeObject {
    tdm_gap_ps: Option<u64>,
    command_gap_ps: Option<u64>,
    lost: u64,
}

#[derive(Serialize)]
struct StageObject<'a> {
    stage: &'a str,
    delay_max_ps: Option<u64>,
    asymmetry_ps: Option<i64>,
    verdict: &'a str,
    cause: Option<&'a str>,
    worst_start_ps: Option<u64>,
    lost: u64,
    replaced_ps: u64,
}

#[derive(Serialize)]
struct StepObject<'a> {
    after_failure_ps: i64,
    name: &'a str,
    direction: &'a str,
    step: &'a str,
}

#[derive(Serialize)]
struct TurnBackObject<'a> {
    name: &'a str,
    direction: &'a str,
    node: &'a str,
    link: &'a str,
    before: &'a str,
}

impl<'a> CaseObject<'a> {
    fn new(report: &'a FailuresReport<'_>, case: &'a CaseResult) -> Self {
        let scenario = report.scenario();
        let step = |told: &'a Told| {
            let after = i128::from(told.at.0) - i128::from(case.failed.0);
            StepObject {
                after_failure_ps: i64::try_from(after).expect("within 106 days"),
                name: &scenario.circuits[told.circuit.0].name,
                direction: DIRECTIONS[told.circuit.1],
                step: &told.text,
            }
        };
        let direction = |row| DirectionObject::new(scenario, row);
        Self {
            id: &case.case.id,
            kind: &case.case.kind,
            element: &case.case.element,
            verdict: case.verdict().word(),
            simulated: case.simulated,
            circuits: case.directions.iter().map(direction).collect(),
            lines: lines::json::lines(report, case),
            steps: case.story.iter().map(step).collect(),
        }
    }
}

impl<'a> DirectionObject<'a> {
    pub(in crate::report) fn new(scenario: &'a Scenario, row: &'a DirectionResult) -> Self {
        let gaps = row.gaps;
        let free = row.queue_free.map(|gaps| QueueFreeObject {
            tdm_gap_ps: ps(gaps.tdm),
            command_gap_ps: ps(gaps.command),
            lost: gaps.lost,
        });
        Self {
            name: &scenario.circuits[row.circuit].name,
            direction: DIRECTIONS[row.direction],
            cut_off: row.cut_off,
            verdict: row.verdict().word(),
            detection_ps: ps(row.detection),
            switch_over_ps: ps(row.switch_over()),
            gap_ps: ps(gaps.packet),
            tdm_gap_ps: ps(gaps.tdm),
            command_gap_ps: ps(gaps.command),
            protection_gap_ps: ps(gaps.protection),
            lost: gaps.lost,
            queue_free: free,
            boundary_ps: row.boundary.map(|at| at.0),
            asymmetry_reachable_ps: row.reach.map(|reach| reach.asymmetry_ps),
            slack_left_ps: row.reach.map(|reach| reach.slack_left_ps[row.direction]),
            stages: row.stages.iter().map(StageObject::new).collect(),
        }
    }
}

impl StageObject<'_> {
    fn new(stage: &StageJudgement) -> Self {
        Self {
            stage: stage.stage.token(),
            delay_max_ps: ps(stage.delay_max),
            asymmetry_ps: stage.asymmetry_ps,
            verdict: stage.verdict.word(),
            cause: stage.cause.map(|cause| cause.token()),
            worst_start_ps: ps(stage.worst_start),
            lost: stage.lost,
            replaced_ps: stage.replaced.0,
        }
    }
}

fn turn_back(one: &TurnBack) -> TurnBackObject<'_> {
    TurnBackObject {
        name: &one.circuit,
        direction: DIRECTIONS[one.direction],
        node: &one.node,
        link: &one.link,
        before: &one.before,
    }
}

fn ps(span: Option<Span>) -> Option<u64> {
    span.map(|span| span.0)
}
