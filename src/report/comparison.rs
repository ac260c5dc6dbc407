//! Circuits side by side, where a scenario asks for it: such as TDM and packets on one corridor.

use super::Report;
use super::tables::{Table, maybe, maybe_span};
use super::text::{Align, Columns, harmless, signed_ms};
use crate::analysis::verdict::Judgement;

/// One direction of two circuits.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The circuit that names the other, and the other.
    pub names: [&'a str; 2],
    /// What was found of each.
    pub rows: [&'a Judgement; 2],
}

impl Comparison<'_> {
    /// Total of the first less that of the second, in picoseconds.
    #[must_use]
    pub fn difference_ps(&self) -> Option<i64> {
        let [one, other] = self.rows.map(|row| row.worst_start);
        let difference = i128::from(one?.0) - i128::from(other?.0);
        i64::try_from(difference).ok()
    }
}

/// Every comparison asked for, in order of name, a→z before z→a.
#[must_use]
pub fn all<'a>(report: &'a Report<'_>) -> Vec<Comparison<'a>> {
    let circuits = &report.scenario.circuits;
    let one = |row: &'a Judgement| {
        let other = circuits[row.circuit].compare?;
        Some(Comparison {
            names: [&circuits[row.circuit].name, &circuits[other].name],
            rows: [row, &report.judgements[2 * other + row.direction]],
        })
    };
    report.judgements.iter().filter_map(one).collect()
}

/// `comparison.csv`; `None` where nothing is compared.
#[must_use]
pub fn table(report: &Report<'_>) -> Option<String> {
    let all = all(report);
    if all.is_empty() {
        return None;
    }
    let mut table = Table::new(&[
        "circuit",
        "with",
        "direction",
        "carrier",
        "with_carrier",
        "total_ps",
        "with_total_ps",
        "difference_ps",
        "margin_ps",
        "with_margin_ps",
        "asymmetry_ps",
        "with_asymmetry_ps",
    ]);
    for one in all {
        let mut cells = one.names.map(str::to_owned).to_vec();
        cells.push(one.rows[0].direction_name().into());
        let carriers = one
            .rows
            .map(|row| report.scenario.circuits[row.circuit].carrier());
        cells.extend(carriers.map(str::to_owned));
        cells.extend(one.rows.map(|row| maybe_span(row.worst_start)));
        cells.push(maybe(one.difference_ps()));
        cells.extend(one.rows.map(|row| maybe(row.margin_ps())));
        cells.extend(one.rows.map(|row| maybe(row.asymmetry_ps)));
        table.row(cells);
    }
    Some(table.finish())
}

/// The comparisons as aligned lines.
#[must_use]
pub fn lines(report: &Report<'_>) -> Vec<String> {
    let all = all(report);
    if all.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left; 3];
    align.extend([Align::Right; 7]);
    let mut columns = Columns::new(&align);
    let header = [
        "side by side",
        "with",
        "dir",
        "total",
        "total",
        "difference",
        "margin",
        "margin",
        "asym.",
        "asym.",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    let shown = |ps: Option<i64>| ps.map_or_else(|| "-".to_owned(), signed_ms);
    for one in all {
        let mut cells = Vec::new();
        for (name, row) in one.names.iter().zip(one.rows) {
            let carrier = report.scenario.circuits[row.circuit].carrier();
            cells.push(format!("{} ({carrier})", harmless(name)));
        }
        cells.push(["a→z", "z→a"][one.rows[0].direction].to_owned());
        let total = |row: &Judgement| {
            row.worst_start
                .map_or_else(|| "-".to_owned(), |worst| worst.to_string())
        };
        cells.extend(one.rows.map(total));
        cells.push(shown(one.difference_ps()));
        cells.extend(one.rows.map(|row| shown(row.margin_ps())));
        cells.extend(one.rows.map(|row| shown(row.asymmetry_ps)));
        columns.row(cells);
    }
    columns
        .lines()
        .into_iter()
        .map(|line| format!("  {line}"))
        .collect()
}
