//! Packets at listed instants, from a CSV file or from the scenario itself.

use std::path::Path;

use super::diagnostic::{Diagnostic, Place, Severity, SourceId};
use super::patterns::{Asked, Sending, fraction};
use super::source::{Session, beside};
use super::spec::{PatternSpec, ScenarioSpec, TraceRow, TraceSpec};
use super::value::At;
use super::video::sizes_of;
use crate::plan::Source;
use crate::topology::Direction;
use crate::units::SimTime;
use crate::units::limits::{DURATION_MAX, PACKET_OCTETS_MAX, TRACE_PACKETS_MAX};
use crate::units::quantity::{Dimension, SIZE, TIME, format, parse};

/// Reads the files that traces name, from the folder of the scenario.
pub(super) fn read(session: &mut Session, scenario: &mut ScenarioSpec, path: &Path) {
    let source = scenario.source;
    for flow in &mut scenario.flows {
        let Some(pattern) = &mut flow.pattern else {
            continue;
        };
        let PatternSpec::Trace(trace) = &mut pattern.value else {
            continue;
        };
        let place = |span: &std::ops::Range<usize>| Place {
            source,
            span: span.clone(),
        };
        if trace.file.is_some() == trace.in_place {
            let title = format!(
                "flow {} needs either `file`, or `at` and `size`",
                flow.name.value
            );
            let finding = Diagnostic::error(title, place(&pattern.span), "one of them, not both");
            let help = "file = \"trace.csv\" with columns at,size";
            session.findings.push(finding.help(help));
            trace.rows = None;
        } else if let Some(named) = &trace.file {
            trace.rows = read_file(session, named, place(&named.span), path);
        } else if trace.rows.is_none() {
            let title = format!("flow {}: a size for each instant", flow.name.value);
            let label = "as many `size` as `at` are needed";
            let finding = Diagnostic::error(title, place(&pattern.span), label);
            session.findings.push(finding);
        }
    }
}

fn read_file(
    session: &mut Session,
    named: &At<String>,
    blame: Place,
    path: &Path,
) -> Option<Vec<TraceRow>> {
    let source = session.read(&beside(path, &named.value), &named.value, Some(blame))?;
    let text = std::mem::take(&mut session.sources[source.0].text);
    let rows = rows(session, source, &text);
    session.sources[source.0].text = text;
    rows
}

/// The rows of a file; `None` where its header is another one.
fn rows(session: &mut Session, source: SourceId, text: &str) -> Option<Vec<TraceRow>> {
    let (mut rows, mut start, mut header_seen) = (Vec::new(), 0, false);
    let findings = &mut session.findings;
    for line in text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let content = line.trim_end_matches(['\n', '\r']);
        if content.trim().is_empty() || content.trim_start().starts_with('#') {
            continue;
        }
        let span = from..from + content.len();
        let place = Place { source, span };
        if !header_seen {
            header_seen = true;
            if content.split(',').map(str::trim).eq(["at", "size"]) {
                continue;
            }
            let title = "the trace begins with another header";
            findings.push(Diagnostic::error(title, place, "expected at,size").help("at,size"));
            return None;
        }
        match row(content, &place) {
            Ok(_) if rows.len() == TRACE_PACKETS_MAX => {
                let title = format!("the trace has more than {TRACE_PACKETS_MAX} packets");
                findings.push(Diagnostic::error(title, place, "one too many"));
                return None;
            }
            Ok(row) => rows.push(row),
            Err(label) => {
                let title = "this line is no packet of a trace";
                let help = "an instant and a frame with FCS, such as 1.5 ms,300 B";
                findings.push(Diagnostic::error(title, place, label).help(help));
            }
        }
    }
    if rows.is_empty() && !findings.has_errors() {
        let place = Place { source, span: 0..0 };
        findings.push(Diagnostic::error(
            "the trace has no packet",
            place,
            "nothing to send",
        ));
    }
    Some(rows)
}

fn row(line: &str, place: &Place) -> Result<TraceRow, String> {
    let cells: Vec<&str> = line.split(',').collect();
    let [at, size] = cells[..] else {
        return Err(format!("{} cells in place of 2", cells.len()));
    };
    let value = |text: &str, dimension: &Dimension, least: u64, most: u64| {
        let value = parse(text, dimension).map_err(|error| error.message(dimension))?;
        let fits = (least..=most).contains(&value);
        let range = || format!("this {} is out of range", dimension.name);
        fits.then_some(value).ok_or_else(range)
    };
    Ok(TraceRow {
        at: value(at, &TIME, 0, DURATION_MAX.0)?,
        size: value(size, &SIZE, 1, PACKET_OCTETS_MAX)?,
        place: place.clone(),
    })
}

/// The stream of a trace; `None` where a fault leaves it open.
pub(super) fn sending(
    asked: &mut Asked<'_>,
    trace: &TraceSpec,
    pattern: &At<PatternSpec>,
) -> Option<Sending> {
    let rows = trace.rows.as_ref()?;
    if !sound(asked, rows) || rows.is_empty() {
        return None;
    }
    let duration = asked.duration?;
    let sent = rows.partition_point(|row| row.at < duration.0);
    let name = &asked.flow.name.value;
    if sent == 0 {
        let what = ": every packet of the trace is at or after the duration";
        asked.fault(&pattern.span, what, "nothing would be sent", None);
        return None;
    }
    if let Some(left) = rows.get(sent) {
        let count = rows.len() - sent;
        let title = format!("flow {name}: {count} packets of the trace are not sent");
        let label = "from here on they are at or after the duration";
        let finding = Diagnostic::at(Severity::Note, title, left.place.clone(), label);
        asked.findings.push(finding);
    }
    let rows = &rows[..sent];
    let (packets, sizes) = sizes_of(asked, rows.iter().map(|row| row.size));
    let period = fraction(u128::from(duration.0), u128::try_from(sent).ok()?);
    Some(Sending {
        suffix: String::new(),
        direction: Direction::AToZ,
        packets,
        sizes,
        source: Source::Listed(rows.iter().map(|row| SimTime(row.at)).collect()),
        period_exact_ps: period,
        busy_period_exact_ps: period,
    })
}

/// Whether time goes forward and every frame is one.
fn sound(asked: &mut Asked<'_>, rows: &[TraceRow]) -> bool {
    let mut sound = true;
    for (place, row) in rows.iter().enumerate() {
        if let Some(before) = place.checked_sub(1).map(|place| &rows[place])
            && before.at > row.at
        {
            let title = format!("flow {}: time goes back", asked.flow.name.value);
            let label = format!(
                "{}, after {} before it",
                format(row.at, &TIME),
                format(before.at, &TIME)
            );
            let help = "put the packets in the order in which they are sent";
            asked
                .findings
                .push(Diagnostic::error(title, row.place.clone(), label).help(help));
            sound = false;
        }
        if row.size < asked.minimum.0 {
            let title = format!(
                "flow {}: no Ethernet frame has {} B",
                asked.flow.name.value, row.size
            );
            let label = format!("a frame with FCS has at least {}", asked.minimum);
            asked
                .findings
                .push(Diagnostic::error(title, row.place.clone(), label));
            sound = false;
        }
    }
    sound
}
