//! Lines of a study as JSON objects.

use serde::Serialize;

use super::{after_failure_ps, steady, why_text};
use crate::analysis::relays::{CourseSummary, LineJudgement};
use crate::analysis::study::{CaseResult, LineResult, LineState, Met};
use crate::report::failures::FailuresReport;
use crate::report::relays::json::{ClearedObject, UnwantedObject, cleared, unwanted};
use crate::scenario::Scenario;

/// A line in normal operation.
#[derive(Serialize)]
pub(in crate::report) struct SteadyObject<'a> {
    name: &'a str,
    ends: &'a [String; 2],
    limit_ps: u64,
    verdict: &'a str,
    steady: StateObject<'a>,
}

/// A line in a case.
#[derive(Serialize)]
pub(in crate::report) struct LineObject<'a> {
    name: &'a str,
    verdict: &'a str,
    met: bool,
    cut_off: bool,
    failed_ps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    during: Option<StateObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<StateObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reverted: Vec<CourseObject<'a>>,
}

#[derive(Serialize)]
struct StateObject<'a> {
    from_ps: u64,
    to_ps: u64,
    ok: bool,
    state: &'a str,
    worst_after_failure_ps: Option<i64>,
    cleared: ClearedObject,
    a: Option<GroupObject<'a>>,
    b: Option<GroupObject<'a>>,
    circuits: Vec<CircuitObject<'a>>,
}

#[derive(Serialize)]
struct GroupObject<'a> {
    ok: bool,
    in_time: bool,
    cleared: ClearedObject,
    unwanted: Vec<UnwantedObject<'a>>,
    blame: Option<&'a str>,
    why: Option<String>,
}

#[derive(Serialize)]
struct CircuitObject<'a> {
    circuit: &'a str,
    ok: bool,
    cleared: ClearedObject,
    unwanted: Vec<UnwantedObject<'a>>,
    #[serde(flatten)]
    course: Option<CourseObject<'a>>,
}

#[derive(Serialize)]
struct CourseObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    asymmetry_ps: Option<i64>,
    margin_min_ma: Option<u64>,
    blocked_ps: u64,
    blocked_longest_ps: u64,
    false_trip_ps: u64,
    invisible_ps: u64,
}

/// Every line in normal operation, in order of name.
pub(in crate::report) fn steady_lines<'r>(report: &'r FailuresReport<'_>) -> Vec<SteadyObject<'r>> {
    let scenario = report.scenario();
    let one = |state: &'r LineState| {
        let line = &scenario.relays.lines[state.line.line];
        SteadyObject {
            name: &line.name,
            ends: &line.ends,
            limit_ps: line.clear_within.0,
            verdict: state.verdict().word(),
            steady: state_object(scenario, None, state),
        }
    };
    steady(report.study).map(one).collect()
}

/// The lines of a case, in order of name; what a case does not meet is as in normal operation.
pub(in crate::report) fn lines<'r>(
    report: &'r FailuresReport<'_>,
    case: &'r CaseResult,
) -> Vec<LineObject<'r>> {
    let scenario = report.scenario();
    let one = |result: &'r LineResult| {
        let met = result.met.as_deref();
        let state = |state: &'r LineState| state_object(scenario, met, state);
        LineObject {
            name: &scenario.relays.lines[result.line].name,
            verdict: result.verdict.word(),
            met: met.is_some(),
            cut_off: met.is_some_and(|met| met.cut_off),
            failed_ps: met.map(|met| met.failed.0),
            during: met.map(|met| state(&met.during)),
            after: met.map(|met| state(&met.after)),
            reverted: met.map_or_else(Vec::new, |met| {
                let all = met.reverted.iter();
                let all = all.map(|(circuit, course)| CourseObject {
                    name: Some(&scenario.circuits[*circuit].name),
                    ..course_object(course)
                });
                all.collect()
            }),
        }
    };
    case.lines.iter().map(one).collect()
}

fn state_object<'r>(
    scenario: &'r Scenario,
    met: Option<&Met>,
    state: &'r LineState,
) -> StateObject<'r> {
    let row: &LineJudgement = &state.line;
    let name = |circuit: usize| scenario.circuits[circuit].name.as_str();
    let group = |index: usize| {
        let group = row.groups[index].as_ref()?;
        Some(GroupObject {
            ok: group.ok,
            in_time: group.in_time,
            cleared: cleared(&group.cleared),
            unwanted: unwanted(scenario, &group.unwanted),
            blame: group.blame.map(name),
            why: state.why[index].map(why_text),
        })
    };
    let circuits = state.protections.iter().map(|one| CircuitObject {
        circuit: name(one.circuit),
        ok: one.ok,
        cleared: cleared(&one.cleared),
        unwanted: unwanted(scenario, &one.unwanted),
        course: one.course.as_ref().map(course_object),
    });
    StateObject {
        from_ps: row.over.from.0,
        to_ps: row.over.to.0,
        ok: row.ok,
        state: row.state(),
        worst_after_failure_ps: met.map(|met| after_failure_ps(met, row.cleared.worst_at)),
        cleared: cleared(&row.cleared),
        a: group(0),
        b: group(1),
        circuits: circuits.collect(),
    }
}

fn course_object<'r>(course: &CourseSummary) -> CourseObject<'r> {
    CourseObject {
        name: None,
        asymmetry_ps: course.asymmetry_ps,
        margin_min_ma: course.margin_min_ma,
        blocked_ps: course.blocked.0,
        blocked_longest_ps: course.blocked_longest.0,
        false_trip_ps: course.false_trip.0,
        invisible_ps: course.invisible.0,
    }
}
