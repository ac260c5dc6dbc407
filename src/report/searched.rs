//! Faults that change the network: what the search of their phases found, one run each.

use serde::Serialize;

use super::tables::{Table, maybe_span};
use super::text::{Align, Columns, harmless, rate};
use crate::analysis::relays::Clearing;
use crate::analysis::relays::searched::{Cause, Design, Found, Phase, Range, Searched, compares};
use crate::mpls::control::Phases;
use crate::relay::Place;
use crate::scenario::Scenario;
use crate::units::Span;

/// One row of every table: who clears the fault.
struct Row<'a> {
    found: &'a Searched,
    /// "A", "B", "both", or the circuit's name.
    of: &'a str,
    range: &'a Range,
}

fn rows<'a>(scenario: &'a Scenario, all: &'a [Searched]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for found in all {
        let row = |of, range| Row { found, of, range };
        rows.push(row("both", &found.both));
        let groups = ["A", "B"].into_iter().zip(&found.groups);
        rows.extend(groups.filter_map(|(of, range)| Some(row(of, range.as_ref()?))));
        let circuits = found.circuits.iter();
        rows.extend(circuits.map(|(one, range)| row(&scenario.circuits[*one].name, range)));
    }
    rows
}

/// `searched.csv`; `None` where nothing was searched.
#[must_use]
pub fn table(scenario: &Scenario, all: &[Searched]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let mut table = Table::new(&[
        "line",
        "cause",
        "runs",
        "of",
        "extreme",
        "clearing_ps",
        "outcome",
        "limit_ps",
        "at_ps",
        "place_ppb",
        "end",
        "detection",
        "phases_ps",
    ]);
    for row in rows(scenario, all) {
        let line = &scenario.relays.lines[row.found.line];
        for (extreme, found) in [("worst", &row.range.worst), ("best", &row.range.best)] {
            table.row(vec![
                line.name.clone(),
                cause(&row.found.cause).to_owned(),
                row.found.runs.to_string(),
                row.of.to_owned(),
                extreme.to_owned(),
                maybe_span(found.clearing),
                outcome(found.outcome).to_owned(),
                line.clear_within.0.to_string(),
                found.at.0.to_string(),
                place_ppb(found.place).to_string(),
                line.ends[found.end.index()].clone(),
                detection(found.detection).to_owned(),
                phases(scenario, &found.phases),
            ]);
        }
    }
    Some(table.finish())
}

/// The search in lines: per line who clears the fault at the worst and at the best phase.
#[must_use]
pub fn lines(scenario: &Scenario, all: &[Searched], designs: &[Design]) -> Vec<String> {
    let mut text = Vec::new();
    for found in all {
        text.extend(block(scenario, found));
    }
    if compares(scenario, designs) {
        text.extend(design_lines(scenario, designs));
    }
    text
}

fn block(scenario: &Scenario, found: &Searched) -> Vec<String> {
    let line = &scenario.relays.lines[found.line];
    let what = match &found.cause {
        Cause::Fault(_) => "its fault breaks fibres",
        Cause::Messages => "its command is the message",
    };
    let runs = if found.runs == 1 { "run" } else { "runs" };
    let title = format!(
        "  searched, {} {runs}: {}, {what}; cleared within {} ms of the fault",
        found.runs,
        harmless(&line.name),
        line.clear_within,
    );
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Left,
    ]);
    let header = ["by", "worst", "", "best", "", "last to open"];
    columns.row(header.map(str::to_owned).to_vec());
    for row in rows(scenario, std::slice::from_ref(found)) {
        let Range { worst, best } = row.range;
        let shown = |one: &Found| match one.clearing {
            Some(clearing) => clearing.to_string(),
            None => "never".to_owned(),
        };
        columns.row(vec![
            match row.of {
                "both" => "both groups".to_owned(),
                "A" | "B" => format!("group {}", row.of),
                name => harmless(name),
            },
            shown(worst),
            outcome_words(worst, line.clear_within),
            shown(best),
            outcome_words(best, line.clear_within),
            harmless(&line.ends[worst.end.index()]),
        ]);
    }
    let rows = columns.lines().into_iter().map(|row| format!("  {row}"));
    [title].into_iter().chain(rows).collect()
}

/// Messages beside C-pipes.
fn design_lines(scenario: &Scenario, designs: &[Design]) -> Vec<String> {
    let mut align = vec![Align::Left; 2];
    align.extend([Align::Right; 5]);
    let mut columns = Columns::new(&align);
    let header = [
        "design",
        "service",
        "delay",
        "on the wire",
        "after an event",
        "frame lost",
        "silence seen after",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for one in designs {
        columns.row(vec![
            harmless(&scenario.circuits[one.circuit].name),
            one.service.to_owned(),
            one.delay
                .map_or_else(|| "never".to_owned(), |delay| delay.to_string()),
            rate(one.wire),
            rate(one.wire_peak),
            format!("+{}", one.loss),
            one.silence.to_string(),
        ]);
    }
    let title = "  messages beside circuit emulation on one line; ms".to_owned();
    let rows = columns.lines().into_iter().map(|row| format!("  {row}"));
    [title].into_iter().chain(rows).collect()
}

/// "in time", "late by 1.250".
fn outcome_words(found: &Found, limit: Span) -> String {
    match (found.outcome, found.clearing) {
        (Clearing::Late, Some(clearing)) => {
            format!("late by {}", Span(clearing.0.saturating_sub(limit.0)))
        }
        (Clearing::InTime, _) => "in time".to_owned(),
        (Clearing::Backup, _) => "by zone 2".to_owned(),
        _ => "-".to_owned(),
    }
}

fn cause(cause: &Cause) -> &str {
    match cause {
        Cause::Fault(label) => label,
        Cause::Messages => "messages",
    }
}

fn outcome(clearing: Clearing) -> &'static str {
    match clearing {
        Clearing::InTime => "in-time",
        Clearing::Late => "late",
        Clearing::Backup => "backup",
        Clearing::Never => "never",
    }
}

fn detection(phases: Option<Phases>) -> &'static str {
    match phases {
        Some(Phases::Latest) => "latest",
        Some(Phases::Earliest) => "earliest",
        _ => "",
    }
}

fn place_ppb(place: Place) -> u32 {
    match place {
        Place::Inside(from_a) => from_a,
        Place::Behind(_) | Place::Parallel(_) => 0,
    }
}

/// "87L A-B a-z 250000000 ps; 87L A-B z-a 1 ps": what `phase` of the circuits, or the event of
/// messages, has to be for the same run.
fn phases(scenario: &Scenario, phases: &[Phase]) -> String {
    let one = |phase: &Phase| {
        let name = &scenario.circuits[phase.circuit].name;
        let way = ["a-z", "z-a"][phase.direction];
        format!("{name} {way} {} ps", phase.at.0)
    };
    phases.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// One line that was searched.
#[derive(Serialize)]
pub(super) struct SearchedObject<'a> {
    line: &'a str,
    cause: &'a str,
    runs: usize,
    limit_ps: u64,
    found: Vec<RangeObject<'a>>,
    designs: Vec<DesignObject<'a>>,
}

#[derive(Serialize)]
struct RangeObject<'a> {
    of: &'a str,
    worst: FoundObject<'a>,
    best: FoundObject<'a>,
}

#[derive(Serialize)]
struct FoundObject<'a> {
    clearing_ps: Option<u64>,
    outcome: &'static str,
    at_ps: u64,
    place_ppb: u32,
    end: &'a str,
    detection: Option<&'static str>,
    phases: Vec<PhaseObject<'a>>,
}

#[derive(Serialize)]
struct PhaseObject<'a> {
    name: &'a str,
    direction: &'static str,
    at_ps: u64,
}

#[derive(Serialize)]
struct DesignObject<'a> {
    name: &'a str,
    service: &'static str,
    delay_ps: Option<u64>,
    wire_bps: u64,
    wire_peak_bps: u64,
    loss_ps: u64,
    silence_ps: u64,
}

/// The same for programs.
pub(super) fn objects<'a>(
    scenario: &'a Scenario,
    all: &'a [Searched],
    designs: &'a [Design],
) -> Vec<SearchedObject<'a>> {
    let one = |found: &'a Searched| {
        let line = &scenario.relays.lines[found.line];
        let object = |one: &'a Found| FoundObject {
            clearing_ps: one.clearing.map(|clearing| clearing.0),
            outcome: outcome(one.outcome),
            at_ps: one.at.0,
            place_ppb: place_ppb(one.place),
            end: &line.ends[one.end.index()],
            detection: one.detection.map(|phases| detection(Some(phases))),
            phases: one
                .phases
                .iter()
                .map(|phase| PhaseObject {
                    name: &scenario.circuits[phase.circuit].name,
                    direction: ["a-z", "z-a"][phase.direction],
                    at_ps: phase.at.0,
                })
                .collect(),
        };
        let range = |row: Row<'a>| RangeObject {
            of: row.of,
            worst: object(&row.range.worst),
            best: object(&row.range.best),
        };
        let own = designs.iter().filter(|design| design.line == found.line);
        let design = |one: &'a Design| DesignObject {
            name: &scenario.circuits[one.circuit].name,
            service: one.service,
            delay_ps: one.delay.map(|delay| delay.0),
            wire_bps: one.wire.rounded_bps(),
            wire_peak_bps: one.wire_peak.rounded_bps(),
            loss_ps: one.loss.0,
            silence_ps: one.silence.0,
        };
        SearchedObject {
            line: &line.name,
            cause: cause(&found.cause),
            runs: found.runs,
            limit_ps: line.clear_within.0,
            found: rows(scenario, std::slice::from_ref(found))
                .into_iter()
                .map(range)
                .collect(),
            designs: own.map(design).collect(),
        }
    };
    all.iter().map(one).collect()
}
