//! `requirements.csv`, the same as JSON, and what is not met for the terminal.

use serde::Serialize;

use super::Report;
use super::pretty::Style;
use super::tables::{Table, maybe};
use super::text::{Align, Columns, harmless, signed_ms};
use crate::analysis::requirements::{By, Met, Row, Unit};
use crate::analysis::verdict::{DIRECTIONS, Verdict};
use crate::scenario::Scenario;
use crate::units::Span;

/// Columns of `requirements.csv`: one row per circuit, part of the run, who asks, and what.
pub const REQUIREMENTS_COLUMNS: [&str; 14] = [
    "circuit",
    "part",
    "kind",
    "by",
    "what",
    "direction",
    "ok",
    "required_ps",
    "found_ps",
    "margin_ps",
    "required_ppb",
    "found_ppb",
    "margin_ppb",
    "doubtful",
];

/// Everything that was asked for.
#[must_use]
pub fn csv(scenario: &Scenario, rows: &[Row]) -> String {
    let mut table = Table::new(&REQUIREMENTS_COLUMNS);
    for row in rows {
        let (met, unit) = (row.met, row.met.what.unit());
        let in_unit = |of: Unit| {
            let shown = unit == of;
            [
                maybe(shown.then_some(met.required)),
                maybe(met.found.filter(|_| shown)),
                maybe(met.margin().filter(|_| shown)),
            ]
        };
        let mut cells = vec![
            scenario.circuits[row.circuit].name.clone(),
            row.part.token().to_owned(),
            kind(row.by).to_owned(),
            row.by.name().to_owned(),
            met.what.token().to_owned(),
            met.direction.map_or("", |way| DIRECTIONS[way]).to_owned(),
            met.ok().to_string(),
        ];
        cells.extend(in_unit(Unit::Time));
        cells.extend(in_unit(Unit::Share));
        cells.push(doubtful(row.by).to_string());
        table.row(cells);
    }
    table.finish()
}

/// One requirement as a JSON object.
#[derive(Serialize)]
pub(super) struct RequirementObject<'a> {
    circuit: &'a str,
    part: &'static str,
    kind: &'static str,
    by: &'static str,
    what: &'static str,
    direction: Option<&'static str>,
    ok: bool,
    #[serde(flatten)]
    figures: Figures,
    source: Option<&'static str>,
    doubtful: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Figures {
    Time {
        required_ps: u64,
        found_ps: Option<u64>,
    },
    Share {
        required_ppb: u64,
        found_ppb: Option<u64>,
    },
}

/// The same as the CSV.
pub(super) fn objects<'a>(report: &'a Report<'_>) -> Vec<RequirementObject<'a>> {
    let object = |row: &Row| RequirementObject {
        circuit: &report.scenario.circuits[row.circuit].name,
        part: row.part.token(),
        kind: kind(row.by),
        by: row.by.name(),
        what: row.met.what.token(),
        direction: row.met.direction.map(|way| DIRECTIONS[way]),
        ok: row.met.ok(),
        figures: match row.met.what.unit() {
            Unit::Time => Figures::Time {
                required_ps: row.met.required,
                found_ps: row.met.found,
            },
            Unit::Share => Figures::Share {
                required_ppb: row.met.required,
                found_ppb: row.met.found,
            },
        },
        source: match row.by {
            By::Set(set) => Some(set.source),
            By::Scheme(_) => None,
        },
        doubtful: doubtful(row.by),
    };
    report.requirements.iter().map(object).collect()
}

/// What is not met, and how much is.
pub(super) fn lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let rows = &report.requirements;
    if rows.is_empty() {
        return Vec::new();
    }
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.met.ok()).collect();
    let align = [[Align::Left; 5].as_slice(), [Align::Right; 3].as_slice()];
    let mut columns = Columns::new(&align.concat());
    let header = [
        "circuit", "asked by", "what", "when", "dir", "required", "found", "margin",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for row in &missed {
        columns.row(cells(report.scenario, row));
    }
    let mut lines = Vec::new();
    if !missed.is_empty() {
        let mut printed = columns.lines().into_iter();
        lines.push(format!("  {}", printed.next().unwrap_or_default()));
        lines.extend(printed.map(|line| format!("{} {line}", style.mark(Verdict::Fail))));
    }
    let met = rows.len() - missed.len();
    lines.push(format!(
        "  requirements: {met} of {} met, ms; requirements.csv has all",
        rows.len()
    ));
    lines
}

fn cells(scenario: &Scenario, row: &Row) -> Vec<String> {
    let Met { what, .. } = row.met;
    let shown = |value: u64| match what.unit() {
        Unit::Time => Span(value).to_string(),
        Unit::Share => percent(value),
    };
    let margin = row.met.margin().map(|margin| match what.unit() {
        Unit::Time => signed_ms(i64::try_from(margin).unwrap_or(i64::MIN)),
        Unit::Share => {
            let parts = u64::try_from(margin.unsigned_abs()).unwrap_or(u64::MAX);
            format!("{}{}", if margin < 0 { "-" } else { "+" }, percent(parts))
        }
    });
    let doubt = if doubtful(row.by) {
        " (to be verified)"
    } else {
        ""
    };
    vec![
        harmless(&scenario.circuits[row.circuit].name),
        format!("{}{doubt}", row.by.name()),
        what.token().to_owned(),
        row.part.token().to_owned(),
        row.met
            .direction
            .map_or("", |way| ["a→z", "z→a"][way])
            .to_owned(),
        shown(row.met.required),
        row.met.found.map_or_else(|| "never".to_owned(), shown),
        margin.unwrap_or_default(),
    ]
}

/// Parts of 10^9 as per cent.
fn percent(parts: u64) -> String {
    let text = format!("{}.{:07}", parts / 10_000_000, parts % 10_000_000);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

fn kind(by: By) -> &'static str {
    match by {
        By::Set(_) => "set",
        By::Scheme(_) => "scheme",
    }
}

fn doubtful(by: By) -> bool {
    matches!(by, By::Set(set) if set.doubtful)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use crate::relay::Requirement;

    #[test]
    fn what_is_missed_is_listed_with_its_margin_and_the_rest_counted() {
        let (mut scenario, outcome) = scenario_and_outcome(&Sample::default());
        let sets = ["article-2011", "iec61850-5-tt6"];
        let sets = sets.map(|name| Requirement::named(name).unwrap());
        scenario.relays.requirements = vec![sets.to_vec()];
        let report = Report::new(&scenario, &outcome, &[]);
        // 3.2 ms: within 10 ms, beyond 3 ms.
        let lines = lines(&report, Style { colour: false });
        assert!(lines[1].starts_with("✗ 87L A-B  iec61850-5-tt6 (to be verified)  delay"));
        assert!(lines[1].ends_with("3.000  3.200  -0.200"), "{}", lines[1]);
        assert_eq!(
            lines[2],
            "  requirements: 1 of 2 met, ms; requirements.csv has all"
        );
        let csv = report.requirements_csv.as_deref().unwrap();
        let want = "87L A-B,calm,set,article-2011,delay,a-z,true,10000000000,3200000000,\
                    6800000000,,,,false";
        assert!(csv.contains(want), "{csv}");
        assert_eq!(objects(&report).len(), 2);
    }

    #[test]
    fn nothing_is_written_where_nothing_is_asked_for() {
        let (scenario, outcome) = scenario_and_outcome(&Sample::default());
        let report = Report::new(&scenario, &outcome, &[]);
        assert_eq!(report.requirements_csv, None);
        assert_eq!(report.share_csv, None);
        assert!(lines(&report, Style { colour: false }).is_empty());
    }

    #[test]
    fn shares_are_read_in_per_cent() {
        assert_eq!(percent(1_000_000), "0.1 %");
        assert_eq!(percent(50_000_000), "5 %");
        assert_eq!(percent(1), "0.0000001 %");
    }
}
