//! Which drawings a run and a case have, and what their files are called.

use super::canvas::exact_ms;
use super::clocks::FourClocks;
use super::crossover::{Crossover, Curve};
use super::{Names, clearing, clocks, crossover};
use crate::analysis::failures::clocks::Clocks;
use crate::analysis::relays::drawn::{self, story};
use crate::analysis::relays::{Channels, LineJudgement, Replay, RunJudgement, Scope, replay};
use crate::analysis::study::CaseResult;
use crate::mpls::outage::Stretch;
use crate::relay::{Clearing, Fault, Line};
use crate::report::Report;
use crate::report::clearing::Told;
use crate::report::manifest::Output;
use crate::report::relays::{instant, place_text};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// Most circuit directions in a drawing of four clocks, the longest without protection first.
const DIRECTIONS: usize = 8;
/// Names of the directions for people.
const ARROWS: [&str; 2] = ["a→z", "z→a"];

/// The drawings of a run: how the worst fault of the calm run on each line is cleared; then,
/// failure by failure, faults around it on each line, and its four clocks. Runs without lines and
/// failures have none.
#[must_use]
pub fn of_run(report: &Report<'_>) -> Vec<Output> {
    let scenario = report.scenario;
    let mut names = Names::default();
    let mut outputs = Vec::new();
    if let Some(relays) = &report.relays {
        outputs.extend(clearings(scenario, relays, &mut names));
        outputs.extend(crossovers(scenario, relays, &mut names));
    }
    let same = |one: &crate::analysis::transients::Transient| (one.at, one.label.clone());
    for all in report
        .transients
        .chunk_by(|one, other| same(one) == same(other))
    {
        let rows = all.iter();
        let rows = rows.map(|one| ((one.circuit, one.direction), one.clocks));
        let drawn = four_clocks(scenario, (&all[0].label, all[0].at), rows.collect());
        let number = names.number("four-clocks");
        outputs.extend(drawn.map(|drawn| output(number, clocks::draw(&drawn))));
    }
    outputs
}

/// The drawings of cases that are kept: how the fault that lasts longest while the failure happens
/// is cleared on each line that it meets, faults around it, and its four clocks.
#[must_use]
pub fn of_cases(scenario: &Scenario, cases: &[CaseResult]) -> Vec<Output> {
    let mut names = Names::default();
    let mut outputs = Vec::new();
    for case in cases.iter().filter(|case| case.timetable.is_some()) {
        // One of each per line that the case meets, in the same order.
        for (replay, one) in case.replays.iter().zip(&case.curves) {
            let line = &scenario.relays.lines[one.line];
            let clearing = replayed(scenario, replay);
            let place = place_text(line, replay.fault.place);
            let after = i128::from(replay.fault.at.0) - i128::from(one.failed.0);
            let (id, after) = (&case.case.id, exact_ms(after));
            let fault = format!("fault {place} at {after} ms after {id} fails");
            let name = names.file("clearing", &line.name);
            outputs.push(output(name, clearing::draw(&told(line, &fault, &clearing))));
            let drawn = crossover(scenario, one.line, &one.curves, (id, one.failed));
            let name = names.file("crossover", &line.name);
            outputs.push(output(name, crossover::draw(&drawn)));
        }
        let rows = case.directions.iter();
        let rows = rows.filter_map(|one| Some(((one.circuit, one.direction), one.clocks?)));
        let drawn = four_clocks(scenario, (&case.case.id, case.failed), rows.collect());
        let number = names.number("four-clocks");
        outputs.extend(drawn.map(|drawn| output(number, clocks::draw(&drawn))));
    }
    outputs
}

fn output(name: String, drawn: String) -> Output {
    Output {
        name: name.into(),
        content: drawn.into_bytes(),
    }
}

/// How a line clears the worst fault that was found on it.
#[must_use]
pub fn worst_clearing(
    scenario: &Scenario,
    channels: &Channels,
    judged: &LineJudgement,
) -> (Clearing, String) {
    let fault = Fault {
        at: judged.cleared.worst_at,
        place: judged.cleared.place,
    };
    let line = &scenario.relays.lines[judged.line];
    let clearing = replayed(scenario, &replay(scenario, channels, judged.line, fault));
    let (place, at) = (place_text(line, fault.place), instant(fault.at));
    (clearing, format!("fault {place} at {at}"))
}

/// How a line clears a fault.
fn replayed(scenario: &Scenario, replay: &Replay) -> Clearing {
    let limit = Some(scenario.relays.lines[replay.line].clear_within);
    Clearing::of(&story(replay), scenario.frequency_hz, limit)
}

fn told<'a>(line: &'a Line, fault: &'a str, clearing: &'a Clearing) -> Told<'a> {
    Told {
        title: &line.name,
        fault,
        ends: [&line.ends[0], &line.ends[1]],
        clearing,
    }
}

fn clearings(scenario: &Scenario, relays: &RunJudgement, names: &mut Names) -> Vec<Output> {
    let calm = relays.judged.iter().filter(|one| one.scope == Scope::Calm);
    let mut outputs = Vec::new();
    for judged in calm.flat_map(|one| &one.lines) {
        let line = &scenario.relays.lines[judged.line];
        let (clearing, fault) = worst_clearing(scenario, &relays.calm, judged);
        let name = names.file("clearing", &line.name);
        outputs.push(output(name, clearing::draw(&told(line, &fault, &clearing))));
    }
    outputs
}

/// One per failure and line.
fn crossovers(scenario: &Scenario, relays: &RunJudgement, names: &mut Names) -> Vec<Output> {
    let mut outputs = Vec::new();
    for judged in &relays.judged {
        let Some(failure) = judged.scope.event() else {
            continue;
        };
        let mut whole = Vec::with_capacity(judged.lines.len());
        for one in &judged.lines {
            let all = drawn::curves(scenario, &relays.channels, one.line, one.over);
            let drawn = crossover(scenario, one.line, &all, failure);
            let name = names.file("crossover", &scenario.relays.lines[one.line].name);
            outputs.push(output(name, crossover::draw(&drawn)));
            whole.extend(all.into_iter().next_back().map(|last| (one.line, last)));
        }
        let number = names.number("crossover-lines");
        let drawn = side_by_side(scenario, &whole, failure);
        outputs.extend(drawn.map(|drawn| output(number, crossover::draw(&drawn))));
    }
    outputs
}

/// Lines beside each other, each with all of its protections: those that are to be cleared in the
/// same time as the first, where one of them is not. `None` where these are not at least two.
fn side_by_side(
    scenario: &Scenario,
    whole: &[(usize, drawn::Curve)],
    failure: (&str, SimTime),
) -> Option<Crossover> {
    let within = |line: usize| scenario.relays.lines[line].clear_within;
    let limit = within(whole.first()?.0);
    let alike = whole.iter().filter(|(line, _)| within(*line) == limit);
    let named = alike.map(|(line, curve)| {
        let name = scenario.relays.lines[*line].name.clone();
        Curve::of((name, false), &curve.sweep, limit)
    });
    let curves: Vec<Curve> = named.collect();
    let late = curves.iter().any(|curve| !curve.late.is_empty());
    let title = format!("Faults around {}", failure.0);
    (late && curves.len() > 1).then(|| cropped(scenario, title, (limit, failure.1), curves))
}

fn crossover(
    scenario: &Scenario,
    line: usize,
    all: &[drawn::Curve],
    (label, failed): (&str, SimTime),
) -> Crossover {
    let line = &scenario.relays.lines[line];
    let limit = line.clear_within;
    let curves = all.iter().map(|curve| {
        let name = match curve.circuit {
            Some(circuit) => (scenario.circuits[circuit].name.clone(), false),
            None => ("all together".to_owned(), true),
        };
        Curve::of(name, &curve.sweep, limit)
    });
    let title = format!("{}: faults around {label}", line.name);
    cropped(scenario, title, (limit, failed), curves.collect())
}

fn cropped(
    scenario: &Scenario,
    title: String,
    (limit, failed): (Span, SimTime),
    mut curves: Vec<Curve>,
) -> Crossover {
    let over = interesting(&curves, failed);
    for curve in &mut curves {
        curve.crop(over);
    }
    Crossover {
        title,
        failed,
        limit,
        frequency_hz: scenario.frequency_hz,
        curves,
    }
}

/// What is worth drawing of inceptions around a failure: from where the first curve leaves the
/// level it begins with to where the last one reaches that which it ends with, and a little around
/// it.
fn interesting(curves: &[Curve], failed: SimTime) -> Stretch {
    let mut whole = Stretch {
        from: failed,
        to: failed + Span(1),
    };
    let mut over = Stretch {
        from: failed,
        to: failed + Span::from_ms(20),
    };
    for curve in curves {
        let (Some(first), Some(last)) = (curve.parts.first(), curve.parts.last()) else {
            continue;
        };
        whole.from = whole.from.min(first.first.0);
        whole.to = whole.to.max(last.last.0);
        if curve.parts.len() > 1 {
            over.from = over.from.min(first.last.0);
            over.to = over.to.max(last.first.0);
        }
    }
    let margin = over.to.since(over.from).0 / 5;
    Stretch {
        from: SimTime(over.from.0.saturating_sub(margin)).max(whole.from),
        to: SimTime(over.to.0.saturating_add(margin)).min(whole.to),
    }
}

/// The circuit directions that a failure touches; `None` where it touches none.
fn four_clocks(
    scenario: &Scenario,
    (title, failed): (&str, SimTime),
    mut rows: Vec<((usize, usize), Clocks)>,
) -> Option<FourClocks> {
    rows.retain(|(_, clocks)| clocks.iter().any(Option::is_some));
    let lasts = |clocks: &Clocks| {
        let length = |place: usize| match clocks[place] {
            None => Span::ZERO,
            Some(clock) => clock.to.map_or(Span(u64::MAX), |to| to.since(clock.from)),
        };
        [length(3), length(0)]
    };
    // Both directions of a circuit side by side, where the worse of them belongs.
    let worse = |circuit: usize| {
        let own = rows.iter().filter(|((one, _), _)| *one == circuit);
        own.map(|(_, clocks)| lasts(clocks)).max()
    };
    let mut keyed: Vec<_> = rows
        .iter()
        .map(|row| ((std::cmp::Reverse(worse(row.0.0)), row.0), *row))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    rows = keyed.into_iter().map(|(_, row)| row).collect();
    let left_out = rows.len().saturating_sub(DIRECTIONS);
    rows.truncate(DIRECTIONS);
    let named = rows.into_iter().map(|((circuit, way), clocks)| {
        let name = &scenario.circuits[circuit].name;
        (format!("{name} {}", ARROWS[way]), clocks)
    });
    let rows: Vec<(String, Clocks)> = named.collect();
    (!rows.is_empty()).then(|| FourClocks {
        title: title.to_owned(),
        failed,
        rows,
        left_out,
    })
}
