//! Failures within a run, one line per failure and circuit direction.

use serde::Serialize;

use super::Report;
use super::text::{Align, Columns, harmless, signed_ms};
use crate::analysis::transients::Transient;
use crate::analysis::verdict::DIRECTIONS;
use crate::units::Span;

#[derive(Serialize)]
pub(super) struct TransientObject<'a> {
    event: &'a str,
    at_ps: u64,
    name: &'a str,
    direction: &'a str,
    gap_ps: Option<u64>,
    tdm_gap_ps: Option<u64>,
    command_gap_ps: Option<u64>,
    protection_gap_ps: Option<u64>,
    delay_before_ps: Option<u64>,
    delay_after_ps: Option<u64>,
    delay_steps_ps: Vec<u64>,
    asymmetry_before_ps: Option<i64>,
    asymmetry_after_ps: Option<i64>,
}

pub(super) fn objects<'r>(report: &'r Report<'_>) -> Vec<TransientObject<'r>> {
    let ps = |span: Option<Span>| span.map(|span| span.0);
    let one = |row: &'r Transient| TransientObject {
        event: &row.label,
        at_ps: row.at.0,
        name: &report.scenario.circuits[row.circuit].name,
        direction: DIRECTIONS[row.direction],
        gap_ps: ps(row.gaps.packet),
        tdm_gap_ps: ps(row.gaps.tdm),
        command_gap_ps: ps(row.gaps.command),
        protection_gap_ps: ps(row.gaps.protection),
        delay_before_ps: ps(row.delay[0]),
        delay_after_ps: ps(row.delay[1]),
        delay_steps_ps: row.steps.iter().map(|step| step.0).collect(),
        asymmetry_before_ps: row.asymmetry_ps[0],
        asymmetry_after_ps: row.asymmetry_ps[1],
    };
    report.transients.iter().map(one).collect()
}

/// A table of those that make a hole or move the delay; nothing where nothing fails.
pub(super) fn lines(report: &Report<'_>) -> Vec<String> {
    let moved = |row: &&Transient| {
        row.gaps.command != Some(Span::ZERO)
            || row.gaps.packet != Some(Span::ZERO)
            || !row.steps.is_empty()
    };
    if report.transients.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left, Align::Right, Align::Left, Align::Left];
    align.extend([Align::Right; 8]);
    let mut columns = Columns::new(&align);
    let header = [
        "failure",
        "at",
        "circuit",
        "dir",
        "packets",
        "TDM",
        "command",
        "protection",
        "delay",
        "after",
        "asym.",
        "after",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    let never = |span: Option<Span>| span.map_or_else(|| "never".to_owned(), |one| one.to_string());
    let signed = |ps: Option<i64>| ps.map_or_else(|| "-".to_owned(), signed_ms);
    for row in report.transients.iter().filter(moved) {
        let gaps = &row.gaps;
        let mut cells = vec![harmless(&row.label), Span(row.at.0).to_string()];
        cells.push(harmless(&report.scenario.circuits[row.circuit].name));
        cells.push(["a→z", "z→a"][row.direction].to_owned());
        cells.extend([gaps.packet, gaps.tdm, gaps.command, gaps.protection].map(never));
        cells.push(never(row.delay[0]));
        cells.push(match row.steps.as_slice() {
            [] => never(row.delay[1]),
            steps => {
                let steps: Vec<String> = steps.iter().map(Span::to_string).collect();
                steps.join(" → ")
            }
        });
        cells.extend(row.asymmetry_ps.map(signed));
        columns.row(cells);
    }
    let title = "  failures within the run, apart from the verdicts above; ms".to_owned();
    let rows = columns.lines().into_iter().map(|line| format!("  {line}"));
    [title].into_iter().chain(rows).collect()
}
