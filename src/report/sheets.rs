//! Sheets of settings and commissioning: one text per circuit, and all of them as a table.

use super::manifest::Output;
use super::tables::Table;
use super::text::{Align, Columns, count, harmless, rate};
use crate::analysis::sheets::{Part, Row, Say, Sheet, Value};
use crate::scenario::Scenario;
use crate::units::{BitRate, Span};

/// Columns of `sheets.csv`: one row per line of every sheet.
pub const SHEETS_COLUMNS: [&str; 10] = [
    "circuit", "part", "item", "of", "unit", "set", "worst", "need", "verdict", "cases",
];

/// Cases named in a text; the table has all.
const CASES_NAMED: usize = 3;

/// `sheets.csv`, and `sheets/<circuit>.md` of every circuit, in order of name.
#[must_use]
pub fn files(scenario: &Scenario, sheets: &[Sheet]) -> Vec<Output> {
    let mut outputs = vec![Output {
        name: "sheets.csv".into(),
        content: table(scenario, sheets).into_bytes(),
    }];
    let mut taken: Vec<String> = Vec::new();
    for sheet in sheets {
        let name = file_name(&scenario.circuits[sheet.circuit].name, &taken);
        outputs.push(Output {
            name: format!("sheets/{name}.md").into(),
            content: text(scenario, sheet).into_bytes(),
        });
        taken.push(name);
    }
    outputs
}

/// Letters, digits, dots and dashes of a name; all else becomes a dash. Two circuits that would
/// share a file are told apart by a number.
fn file_name(circuit: &str, taken: &[String]) -> String {
    let plain = |letter: char| match letter {
        '.' | '-' | '_' => letter,
        _ if letter.is_ascii_alphanumeric() => letter,
        _ => '-',
    };
    let name: String = circuit.chars().map(plain).collect();
    let name = name.trim_matches(['.', '-']);
    let name = if name.is_empty() { "circuit" } else { name };
    // Systems that do not tell capitals apart must not put two in one file.
    let is_taken = |name: &str| taken.iter().any(|one| one.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut all = std::iter::once(name.to_owned()).chain(numbered);
    all.find(|name| !is_taken(name))
        .expect("numbers do not end")
}

fn table(scenario: &Scenario, sheets: &[Sheet]) -> String {
    let mut table = Table::new(&SHEETS_COLUMNS);
    for sheet in sheets {
        for row in &sheet.rows {
            table.row(vec![
                scenario.circuits[sheet.circuit].name.clone(),
                row.part.token().into(),
                row.item.into(),
                row.of.clone(),
                unit(row).into(),
                plain(&row.set),
                plain(&row.worst),
                plain(&row.need),
                row.say.token().into(),
                row.cases.join("; "),
            ]);
        }
    }
    table.finish()
}

/// In what a row is told.
fn unit(row: &Row) -> &'static str {
    let all = [&row.need, &row.worst, &row.set];
    let of = |value: &&Value| match value {
        Value::None | Value::Never => None,
        Value::Time(_) => Some("ps"),
        Value::Rate(_) => Some("bps"),
        Value::Size(_) => Some("octets"),
        Value::Count(_) => Some("count"),
        Value::Text(_) => Some("text"),
    };
    all.iter().find_map(of).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Never => "never".into(),
        Value::Time(ps) => ps.to_string(),
        Value::Rate(number) | Value::Size(number) | Value::Count(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::None => "-".into(),
        Value::Never => "never".into(),
        Value::Time(ps) => {
            let sign = if *ps < 0 { "-" } else { "" };
            format!("{sign}{} ms", Span(ps.unsigned_abs()))
        }
        Value::Rate(bps) => BitRate::from_bps(*bps).map_or_else(|| "0 b/s".into(), rate),
        Value::Size(octets) => format!("{octets} B"),
        Value::Count(number) => count(*number),
        Value::Text(text) => harmless(text),
    }
}

/// The sheet as a person reads it.
fn text(scenario: &Scenario, sheet: &Sheet) -> String {
    let circuit = &scenario.circuits[sheet.circuit];
    let title = |part| match part {
        Part::Router => "Router",
        Part::Relay => "Relay",
        Part::Commissioning => "Commissioning: the round trip that the relay shows",
    };
    let mut text = format!("# {}\n\n", harmless(&circuit.name));
    let changes = sheet.rows.iter().filter(|row| row.say == Say::Change);
    let beyond = sheet.rows.iter().filter(|row| row.say == Say::Beyond);
    text.push_str(&format!(
        "Scenario: {}. Settings to change: {}. What no setting helps: {}.\n",
        harmless(&scenario.name),
        changes.count(),
        beyond.count()
    ));
    for part in [Part::Router, Part::Relay, Part::Commissioning] {
        let rows: Vec<&Row> = sheet.rows.iter().filter(|row| row.part == part).collect();
        if rows.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## {}\n\n", title(part)));
        let lines = match part {
            Part::Commissioning => expected(&rows),
            _ => settings(&rows),
        };
        for line in lines {
            let indent = if line.is_empty() { "" } else { "    " };
            text.push_str(&format!("{indent}{line}\n"));
        }
    }
    text
}

fn settings(rows: &[&Row]) -> Vec<String> {
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
    ]);
    let header = ["", "", "set", "worst", "verdict", "case"];
    columns.row(header.map(str::to_owned).to_vec());
    let mut words = Vec::new();
    for row in rows {
        if let Value::Text(_) = row.set {
            let mut line = format!("{}: {}", title(row), shown(&row.set));
            if row.worst != Value::None {
                line.push_str(&format!(" (at most {})", shown(&row.worst)));
            }
            words.push(line);
            continue;
        }
        columns.row(vec![
            row.item.replace('-', " "),
            harmless(&row.of),
            shown(&row.set),
            shown(&row.worst),
            said(row),
            cases(row),
        ]);
    }
    if !words.is_empty() {
        words.push(String::new());
    }
    words.extend(columns.lines());
    words
}

fn expected(rows: &[&Row]) -> Vec<String> {
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
    ]);
    let header = ["", "", "from", "to", "where"];
    columns.row(header.map(str::to_owned).to_vec());
    for row in rows {
        columns.row(vec![
            row.item.replace('-', " "),
            harmless(&row.of),
            shown(&row.need),
            shown(&row.worst),
            cases(row),
        ]);
    }
    columns.lines()
}

fn title(row: &Row) -> String {
    format!("{} {}", row.item.replace('-', " "), harmless(&row.of))
        .trim_end()
        .to_owned()
}

/// What to do about it.
fn said(row: &Row) -> String {
    match row.say {
        Say::Set if row.need != Value::None => format!("at least {}", shown(&row.need)),
        Say::Set => "set".into(),
        Say::Ok => "ok".into(),
        Say::Change => format!("too small by {}: at least {}", short(row), shown(&row.need)),
        Say::Beyond => "no setting helps".into(),
        Say::Expect => "expect".into(),
    }
}

/// What is set, less than the worst.
fn short(row: &Row) -> String {
    match (&row.set, &row.worst) {
        (Value::Time(set), Value::Time(worst)) => shown(&Value::Time(worst - set)),
        (Value::Rate(set), Value::Rate(worst)) => shown(&Value::Rate(worst.abs_diff(*set))),
        (Value::Size(set), Value::Size(worst)) => shown(&Value::Size(worst.abs_diff(*set))),
        _ => "-".into(),
    }
}

fn cases(row: &Row) -> String {
    let named: Vec<String> = row
        .cases
        .iter()
        .take(CASES_NAMED)
        .map(|one| harmless(one))
        .collect();
    let mut text = named.join("; ");
    if row.cases.len() > CASES_NAMED {
        text.push_str(&format!(" and {} more", row.cases.len() - CASES_NAMED));
    }
    text
}
