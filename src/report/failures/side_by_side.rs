//! What each kind of protection costs and gives, where a scenario sets circuits side by side.

use super::FailuresReport;
use crate::analysis::study::DirectionResult;
use crate::report::text::{Align, Columns, harmless, rate, signed_ms};
use crate::scenario::resilience::ProtectionKind;
use crate::scenario::{Carriage, Scenario};
use crate::units::{BitRate, Span};

/// Bit rate of a timeslot, b/s (ITU-T G.704 §2.3).
const TIMESLOT_BPS: u64 = 64_000;

/// One row per circuit, if any names another under `compare`: bandwidth beside the largest holes
/// and asymmetries of all cases that leave it a way.
#[must_use]
pub fn lines(report: &FailuresReport<'_>) -> Vec<String> {
    let circuits = &report.scenario().circuits;
    if circuits.iter().all(|circuit| circuit.compare.is_none()) {
        return Vec::new();
    }
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    let header = [
        "circuit",
        "kind",
        "bandwidth",
        "packets",
        "command",
        "protection",
        "asym.",
        "reachable",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for place in 0..circuits.len() {
        columns.row(cells(report, place));
    }
    let title = "  side by side: wire rate with copies; the largest of all cases that leave a way";
    let rows = columns.lines().into_iter().map(|line| format!("  {line}"));
    std::iter::once(title.to_owned()).chain(rows).collect()
}

fn cells(report: &FailuresReport<'_>, place: usize) -> Vec<String> {
    let scenario = report.scenario();
    let all = report.cases.iter().flat_map(|case| &case.directions);
    let rows: Vec<&DirectionResult> = all
        .filter(|row| row.circuit == place && !row.cut_off)
        .collect();
    let hole = |of: fn(&DirectionResult) -> Option<Span>| {
        let longest = rows
            .iter()
            .map(|row| of(row))
            .collect::<Option<Vec<Span>>>();
        longest.map_or_else(
            || "never".to_owned(),
            |all| all.into_iter().max().unwrap_or_default().to_string(),
        )
    };
    let signed = |all: &mut dyn Iterator<Item = i64>| {
        let largest = all.max_by_key(|ps| (ps.unsigned_abs(), *ps));
        largest.map_or_else(|| "-".to_owned(), signed_ms)
    };
    let mut after = rows
        .iter()
        .flat_map(|row| row.stages.iter().filter_map(|stage| stage.asymmetry_ps));
    let mut reachable = rows
        .iter()
        .filter_map(|row| row.reach.map(|reach| reach.asymmetry_ps));
    vec![
        harmless(&scenario.circuits[place].name),
        scenario.resilience.circuits[place].kind.name().to_owned(),
        bandwidth(scenario, place),
        hole(|row| row.gaps.packet),
        hole(|row| row.gaps.command),
        hole(|row| row.gaps.protection),
        signed(&mut after),
        signed(&mut reachable),
    ]
}

/// What one direction takes of the network, copies included.
fn bandwidth(scenario: &Scenario, place: usize) -> String {
    let copies = match scenario.resilience.circuits[place].kind {
        ProtectionKind::Hitless | ProtectionKind::Ring => 2,
        _ => 1,
    };
    let once = match &scenario.circuits[place].carriage {
        Carriage::Emulated(emulation) => Some(emulation.rates.wire),
        Carriage::Direct(direct) => BitRate::from_bps(direct.timeslots * TIMESLOT_BPS),
        Carriage::Messages(_) => None,
    };
    match (once, copies) {
        (None, _) => "-".to_owned(),
        (Some(once), 1) => rate(once),
        (Some(once), copies) => format!("{copies} × {}", rate(once)),
    }
}
