//! `summary.json`: one object, keys in a fixed order, integers with the unit in the name.

use serde::Serialize;

use crate::batch::merge::Merged;
use crate::batch::tally::{AxisTally, CircuitTally, LevelTally, LineTally, Tally, WorstCase};
use crate::batch::{SCHEMA, Sweep};
use crate::report::{MODEL_VERSION, TOOL_VERSION};

/// What the tables of a sweep come to, as JSON, indented by two, with a newline at the end.
#[must_use]
pub fn summary(sweep: &Sweep, merged: &Merged) -> String {
    let tally = &merged.tally;
    let axes = sweep.axes.iter().zip(&tally.axes);
    let circuits = tally.circuits.iter();
    let lines = tally.lines.iter();
    let document = Document {
        schema: SCHEMA,
        name: &sweep.name,
        tool_version: TOOL_VERSION,
        model_version: MODEL_VERSION,
        sweep_digest: &sweep.digest,
        result_hash: &merged.result_hash,
        study: sweep.study.word(),
        points: sweep.design.points(),
        seeds: sweep.seeds(),
        counts: CountsObject::new(tally),
        axes: axes
            .map(|(axis, own)| AxisObject::new(&axis.paths, own))
            .collect(),
        circuits: circuits
            .map(|(name, own)| CircuitObject::new(name, own))
            .collect(),
        lines: lines
            .map(|(name, own)| LineObject::new(name, own))
            .collect(),
        worst: tally
            .worst
            .iter()
            .map(|one| WorstObject::new(sweep, one))
            .collect(),
        errors: tally.errors.iter().map(ErrorObject::new).collect(),
        errors_other_cases: tally.errors_other,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has a JSON form");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    name: &'a str,
    tool_version: &'a str,
    model_version: u64,
    sweep_digest: &'a str,
    result_hash: &'a str,
    study: &'a str,
    points: u64,
    seeds: u64,
    #[serde(flatten)]
    counts: CountsObject,
    axes: Vec<AxisObject<'a>>,
    circuits: Vec<CircuitObject<'a>>,
    lines: Vec<LineObject<'a>>,
    worst: Vec<WorstObject<'a>>,
    errors: Vec<ErrorObject<'a>>,
    errors_other_cases: u64,
}

/// How many cases there are, and what became of them.
#[derive(Serialize)]
struct CountsObject {
    cases: u64,
    cases_passed: u64,
    cases_failed: u64,
    cases_refused: u64,
    cases_broken: u64,
}

impl CountsObject {
    fn new(tally: &Tally) -> Self {
        Self {
            cases: tally.cases,
            cases_passed: tally.passed,
            cases_failed: tally.failed,
            cases_refused: tally.refused,
            cases_broken: tally.broken,
        }
    }
}

#[derive(Serialize)]
struct AxisObject<'a> {
    name: &'a str,
    paths: &'a [String],
    levels: Vec<LevelObject<'a>>,
}

impl<'a> AxisObject<'a> {
    fn new(paths: &'a [String], axis: &'a AxisTally) -> Self {
        Self {
            name: &axis.name,
            paths,
            levels: axis.levels.iter().map(LevelObject::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct LevelObject<'a> {
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<i128>,
    cases: u64,
    cases_ran: u64,
    cases_failed: u64,
    margin_min_ps: Option<i64>,
}

impl<'a> LevelObject<'a> {
    fn new(level: &'a LevelTally) -> Self {
        Self {
            label: &level.extent.label,
            from: level.extent.range.map(|(from, _)| from),
            to: level.extent.range.map(|(_, to)| to),
            cases: level.cases,
            cases_ran: level.ran,
            cases_failed: level.failed,
            margin_min_ps: level.margin_min_ps,
        }
    }
}

#[derive(Serialize)]
struct CircuitObject<'a> {
    name: &'a str,
    cases: u64,
    cases_failed: u64,
    causes: Vec<CauseObject<'a>>,
    margin_min_ps: Option<i64>,
    margin_min_case: Option<u64>,
    failed_first_case: Option<u64>,
}

#[derive(Serialize)]
struct CauseObject<'a> {
    cause: &'a str,
    cases: u64,
}

impl<'a> CircuitObject<'a> {
    fn new(name: &'a str, circuit: &'a CircuitTally) -> Self {
        let cause = |(cause, cases): (&'a String, &u64)| CauseObject {
            cause,
            cases: *cases,
        };
        Self {
            name,
            cases: circuit.cases,
            cases_failed: circuit.failed,
            causes: circuit.causes.iter().map(cause).collect(),
            margin_min_ps: circuit.margin_min_ps,
            margin_min_case: circuit.margin_min_case,
            failed_first_case: circuit.failed_first_case,
        }
    }
}

#[derive(Serialize)]
struct LineObject<'a> {
    name: &'a str,
    cases: u64,
    cases_failed: u64,
    cases_never_cleared: u64,
    clearing_max_ps: Option<u64>,
    clearing_max_case: Option<u64>,
    failed_first_case: Option<u64>,
}

impl<'a> LineObject<'a> {
    fn new(name: &'a str, line: &LineTally) -> Self {
        Self {
            name,
            cases: line.cases,
            cases_failed: line.failed,
            cases_never_cleared: line.never,
            clearing_max_ps: line.clearing_max_ps,
            clearing_max_case: line.clearing_max_case,
            failed_first_case: line.failed_first_case,
        }
    }
}

#[derive(Serialize)]
struct WorstObject<'a> {
    case: u64,
    id: &'a str,
    values: Vec<ValueObject<'a>>,
    replica: u64,
    seed: u64,
    verdict: &'static str,
    margin_min_ps: Option<i64>,
    circuit: &'a str,
    direction: &'a str,
}

#[derive(Serialize)]
struct ValueObject<'a> {
    axis: &'a str,
    value: &'a str,
}

impl<'a> WorstObject<'a> {
    fn new(sweep: &'a Sweep, worst: &'a WorstCase) -> Self {
        let pairs = sweep.axes.iter().zip(&worst.labels);
        Self {
            case: worst.case,
            id: &worst.id,
            values: pairs
                .map(|(axis, value)| ValueObject {
                    axis: &axis.name,
                    value,
                })
                .collect(),
            replica: worst.replica,
            seed: worst.seed,
            verdict: if worst.fails { "FAIL" } else { "PASS" },
            margin_min_ps: worst.margin_min_ps,
            circuit: &worst.circuit,
            direction: &worst.direction,
        }
    }
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    error: &'a str,
    cases: u64,
    first_case: u64,
}

impl<'a> ErrorObject<'a> {
    fn new(error: &'a crate::batch::tally::ErrorTally) -> Self {
        Self {
            error: &error.error,
            cases: error.cases,
            first_case: error.case,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::batch::samples;
    use crate::batch::tally::tests::counted;

    #[test]
    fn the_summary_holds_counts_values_circuits_lines_the_worst_and_errors() {
        let merged = Merged {
            result_hash: "7c1e".into(),
            tally: counted(
                &[
                    "0,a,87L,FAIL,budget,-5",
                    "0,a,87L,FAIL,loss,9007199254740993",
                ],
                &[
                    "0,a,8 B,8,3 ms,3,0,1,ok,,FAIL,-5,87L,a-z",
                    "6,c,16 B,16,3 ms,3,0,1,refused,too small (s.toml:16),,,,",
                ],
                &["0,EAST-WEST,,no,never,"],
            ),
        };
        let text = summary(&samples::sweep(), &merged);
        assert!(text.starts_with("{\n  \"schema\": \"pilotwire.sweep/1\",\n"));
        assert!(text.ends_with("}\n"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["result_hash"], "7c1e");
        assert_eq!(value["sweep_digest"], "0".repeat(64));
        let counts = [
            "cases",
            "cases_passed",
            "cases_failed",
            "cases_refused",
            "cases_broken",
        ];
        assert_eq!(
            counts.map(|key| value[key].as_u64().unwrap()),
            [2, 0, 1, 1, 0]
        );
        assert_eq!((&value["points"], &value["seeds"]), (&json!(6), &json!(2)));
        assert_eq!(
            value["axes"][0],
            json!({"name": "payload", "paths": ["circuit[*].payload"], "levels": [
                {"label": "8 B", "cases": 1, "cases_ran": 1, "cases_failed": 1,
                 "margin_min_ps": -5},
                {"label": "16 B", "cases": 1, "cases_ran": 0, "cases_failed": 0,
                 "margin_min_ps": null},
            ]})
        );
        assert_eq!(
            value["circuits"],
            json!([{"name": "87L", "cases": 1, "cases_failed": 1, "causes": [
                {"cause": "budget", "cases": 1}, {"cause": "loss", "cases": 1},
            ], "margin_min_ps": -5, "margin_min_case": 0, "failed_first_case": 0}])
        );
        assert_eq!(
            value["lines"],
            json!([{"name": "EAST-WEST", "cases": 1, "cases_failed": 1, "cases_never_cleared": 1,
                    "clearing_max_ps": null, "clearing_max_case": null,
                    "failed_first_case": 0}])
        );
        assert_eq!(
            value["worst"],
            json!([{"case": 0, "id": "a", "values": [
                {"axis": "payload", "value": "8 B"}, {"axis": "buffer", "value": "3 ms"},
            ], "replica": 0, "seed": 1, "verdict": "FAIL", "margin_min_ps": -5, "circuit": "87L",
                "direction": "a-z"}])
        );
        assert_eq!(
            value["errors"],
            json!([{"error": "too small (s.toml:16)", "cases": 1, "first_case": 6}])
        );
    }
}
