//! The same as `relays.csv` and `lines.csv` as JSON objects, and faults step by step.

use serde::Serialize;

use super::super::Report;
use super::{group_name, place_token, why_text};
use crate::analysis::relays::{
    Cleared, EndSteps, Ended, GroupJudgement, Judged, LineJudgement, ProtectionJudgement, Replay,
    RunJudgement, Scope, Steps, Unwanted,
};
use crate::relay::{End, Place};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

#[derive(Serialize)]
pub(in crate::report) struct LineObject<'a> {
    name: &'a str,
    ends: &'a [String; 2],
    verdict: &'a str,
    limit_ps: u64,
    judged: Vec<LineScope<'a>>,
}

#[derive(Serialize)]
struct LineScope<'a> {
    #[serde(flatten)]
    scope: ScopeObject<'a>,
    from_ps: u64,
    to_ps: u64,
    ok: bool,
    state: &'a str,
    cleared: ClearedObject,
    a: Option<GroupObject<'a>>,
    b: Option<GroupObject<'a>>,
}

#[derive(Serialize)]
struct ScopeObject<'a> {
    scope: &'a str,
    event: Option<&'a str>,
    at_ps: Option<u64>,
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
pub(in crate::report) struct ClearedObject {
    clearing: &'static str,
    worst_ps: Option<u64>,
    worst_at_ps: u64,
    #[serde(flatten)]
    place: PlaceObject,
    end: &'static str,
    best_ps: Option<u64>,
    p50_ps: Option<u64>,
    p90_ps: Option<u64>,
    p99_ps: Option<u64>,
    p999_ps: Option<u64>,
    late_ps: u64,
    inceptions_ps: u64,
}

#[derive(Serialize)]
struct PlaceObject {
    place: &'static str,
    place_ppb: Option<u32>,
}

#[derive(Serialize)]
pub(in crate::report) struct UnwantedObject<'a> {
    circuit: &'a str,
    kind: &'static str,
    at_ps: u64,
    lasting_ps: u64,
    place: Option<&'static str>,
    end: &'static str,
}

#[derive(Serialize)]
pub(in crate::report) struct RelayObject<'a> {
    circuit: &'a str,
    line: &'a str,
    group: &'a str,
    scheme: &'a str,
    #[serde(flatten)]
    scope: ScopeObject<'a>,
    ok: bool,
    cleared: ClearedObject,
    unwanted: Vec<UnwantedObject<'a>>,
    differential: Option<DifferentialObject>,
}

#[derive(Serialize)]
struct DifferentialObject {
    asymmetry_ps: Option<i64>,
    margin_min_ma: Option<u64>,
    blocked_ps: u64,
    blocked_longest_ps: u64,
    false_trip_ps: u64,
    invisible_ps: u64,
    restart_asymmetry_ps: Option<[i64; 2]>,
    restart_false_trip: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::report) struct FaultObject<'a> {
    line: &'a str,
    at_ps: u64,
    #[serde(flatten)]
    place: PlaceObject,
    both: Option<EndedObject>,
    a: Option<EndedObject>,
    b: Option<EndedObject>,
    relays: Vec<StepsObject<'a>>,
}

#[derive(Serialize)]
struct EndedObject {
    after_ps: Option<u64>,
    clearing: &'static str,
    end: &'static str,
}

#[derive(Serialize)]
struct StepsObject<'a> {
    circuit: &'a str,
    a: StepObject,
    z: StepObject,
}

#[derive(Serialize)]
struct StepObject {
    pickup_ps: Option<u64>,
    keyed_ps: Option<u64>,
    received_ps: Option<u64>,
    trip_ps: Option<u64>,
    by: Option<&'static str>,
    open_ps: Option<u64>,
}

/// One object per line, in order of name.
pub(in crate::report) fn lines<'r>(report: &'r Report<'_>) -> Vec<LineObject<'r>> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let one = |index: usize| {
        let line = &report.scenario.relays.lines[index];
        let parts = relays.judged.iter().flat_map(|judged| {
            let rows = judged.lines.iter().filter(|row| row.line == index);
            rows.map(move |row| line_scope(report, (relays, judged), row))
        });
        LineObject {
            name: &line.name,
            ends: &line.ends,
            verdict: relays.line_verdict(index).word(),
            limit_ps: line.clear_within.0,
            judged: parts.collect(),
        }
    };
    relays.lines().into_iter().map(one).collect()
}

/// One object per circuit with a relay and part of the run.
pub(in crate::report) fn relays<'r>(report: &'r Report<'_>) -> Vec<RelayObject<'r>> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let parts = relays.judged.iter();
    let all = parts.flat_map(|judged| judged.protections.iter().map(move |row| (judged, row)));
    all.map(|(judged, row)| relay(report.scenario, relays, judged, row))
        .collect()
}

/// One object per fault asked for.
pub(in crate::report) fn faults<'r>(report: &'r Report<'_>) -> Vec<FaultObject<'r>> {
    let one = |replay: &'r Replay| FaultObject {
        line: &report.scenario.relays.lines[replay.line].name,
        at_ps: replay.fault.at.0,
        place: place(replay.fault.place),
        both: replay.both.map(ended),
        a: replay.groups[0].map(ended),
        b: replay.groups[1].map(ended),
        relays: replay
            .circuits
            .iter()
            .map(|one| steps(report.scenario, one))
            .collect(),
    };
    report.faults.iter().map(one).collect()
}

fn line_scope<'r>(
    report: &'r Report<'_>,
    (relays, judged): (&RunJudgement, &'r Judged),
    row: &'r LineJudgement,
) -> LineScope<'r> {
    let group = |index: usize| {
        let group: &'r GroupJudgement = row.groups[index].as_ref()?;
        let blamed = group.blame.filter(|_| !group.in_time);
        Some(GroupObject {
            ok: group.ok,
            in_time: group.in_time,
            cleared: cleared(&group.cleared),
            unwanted: unwanted(report.scenario, &group.unwanted),
            blame: group
                .blame
                .map(|circuit| report.scenario.circuits[circuit].name.as_str()),
            why: blamed.and_then(|circuit| {
                why_text(
                    report,
                    (relays, judged),
                    row.line,
                    (circuit, &group.cleared),
                )
            }),
        })
    };
    LineScope {
        scope: scope(&judged.scope),
        from_ps: row.over.from.0,
        to_ps: row.over.to.0,
        ok: row.ok,
        state: row.state(),
        cleared: cleared(&row.cleared),
        a: group(0),
        b: group(1),
    }
}

fn relay<'r>(
    scenario: &'r Scenario,
    relays: &RunJudgement,
    judged: &'r Judged,
    row: &'r ProtectionJudgement,
) -> RelayObject<'r> {
    let line = &scenario.relays.lines[row.line];
    let relay = scenario.relays.circuits[row.circuit].as_ref();
    let restart = relays
        .restarts
        .iter()
        .find(|one| one.circuit == row.circuit);
    let restart = restart.filter(|_| judged.scope == Scope::Calm);
    RelayObject {
        circuit: &scenario.circuits[row.circuit].name,
        line: &line.name,
        group: group_name(line, row.circuit),
        scheme: relay.map_or("", |relay| relay.protection.name()),
        scope: scope(&judged.scope),
        ok: row.ok,
        cleared: cleared(&row.cleared),
        unwanted: unwanted(scenario, &row.unwanted),
        differential: row.course.map(|course| DifferentialObject {
            asymmetry_ps: course.asymmetry_ps,
            margin_min_ma: course.margin_min_ma,
            blocked_ps: course.blocked.0,
            blocked_longest_ps: course.blocked_longest.0,
            false_trip_ps: course.false_trip.0,
            invisible_ps: course.invisible.0,
            restart_asymmetry_ps: restart.map(|one| one.asymmetry_ps),
            restart_false_trip: restart.map(|one| one.false_trip),
        }),
    }
}

fn scope(scope: &Scope) -> ScopeObject<'_> {
    let event = scope.event();
    ScopeObject {
        scope: scope.token(),
        event: event.map(|(label, _)| label),
        at_ps: event.map(|(_, at)| at.0),
    }
}

pub(in crate::report) fn cleared(one: &Cleared) -> ClearedObject {
    let ps = |span: Option<Span>| span.map(|span| span.0);
    let [p50_ps, p90_ps, p99_ps, p999_ps] = one.shares.map(ps);
    ClearedObject {
        clearing: one.clearing.token(),
        worst_ps: ps(one.worst),
        worst_at_ps: one.worst_at.0,
        place: place(one.place),
        end: one.end.name(),
        best_ps: ps(one.best),
        p50_ps,
        p90_ps,
        p99_ps,
        p999_ps,
        late_ps: one.late.0,
        inceptions_ps: one.length.0,
    }
}

fn place(place: Place) -> PlaceObject {
    let (place, place_ppb) = place_token(place);
    PlaceObject { place, place_ppb }
}

pub(in crate::report) fn unwanted<'r>(
    scenario: &'r Scenario,
    all: &[Unwanted],
) -> Vec<UnwantedObject<'r>> {
    let one = |one: &Unwanted| UnwantedObject {
        circuit: scenario.circuits[one.circuit].name.as_str(),
        kind: one.kind.token(),
        at_ps: one.at.0,
        lasting_ps: one.lasting.0,
        place: one.place.map(|place| place_token(place).0),
        end: one.end.name(),
    };
    all.iter().map(one).collect()
}

fn ended(one: Ended) -> EndedObject {
    EndedObject {
        after_ps: one.after.map(|after| after.0),
        clearing: one.clearing.token(),
        end: one.end.name(),
    }
}

fn steps<'r>(scenario: &'r Scenario, one: &Steps) -> StepsObject<'r> {
    let step = |end: End| {
        let step: EndSteps = one.ends[end.index()];
        let ps = |at: Option<SimTime>| at.map(|at| at.0);
        StepObject {
            pickup_ps: ps(step.pickup),
            keyed_ps: ps(step.keyed),
            received_ps: ps(step.received),
            trip_ps: ps(step.trip.map(|trip| trip.at)),
            by: step.by().map(crate::relay::By::token),
            open_ps: ps(step.open),
        }
    };
    StepsObject {
        circuit: &scenario.circuits[one.circuit].name,
        a: step(End::A),
        z: step(End::Z),
    }
}
