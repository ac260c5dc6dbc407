//! The coordinates file of a topology: columns node,lat,lon; descriptive.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use super::decode::micro_degrees;
use super::diagnostic::{Diagnostic, Place, SourceId};
use super::network::{node_names, tell_unknown_node};
use super::source::{Session, beside};
use super::spec::TopologySpec;
use super::value::At;

/// Reads the file that `coordinates` names and gives its nodes their places.
pub fn read(session: &mut Session, spec: &mut TopologySpec, topology_file: &Path) {
    let Some(named) = spec.coordinates.clone() else {
        return;
    };
    let file = beside(topology_file, &named.value);
    let blame = spec.place(&named.span);
    let Some(source) = session.read(&file, &named.value, Some(blame)) else {
        return;
    };
    let text = session.sources[source.0].text.clone();
    let places = rows(session, source, &text, &node_names(spec));
    for node in &mut spec.nodes {
        let Some((span, latitude, longitude)) = places.get(&node.name.value) else {
            continue;
        };
        if let Some(here) = &node.coordinates_span {
            let title = format!("coordinates of {} are given twice", node.name.value);
            let place = Place {
                source: spec.source,
                span: here.clone(),
            };
            let there = Place {
                source,
                span: span.clone(),
            };
            session
                .findings
                .push(Diagnostic::error(title, place, "here").also(there, "and here"));
            continue;
        }
        (node.latitude, node.longitude) = (Some(*latitude), Some(*longitude));
    }
}

type Rows = BTreeMap<String, (Range<usize>, i64, i64)>;

fn rows(session: &mut Session, source: SourceId, text: &str, nodes: &BTreeSet<&str>) -> Rows {
    let mut rows = Rows::new();
    let mut header_seen = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let content = line.trim_end_matches(['\n', '\r']);
        if content.trim().is_empty() || content.trim_start().starts_with('#') {
            continue;
        }
        let span = from..from + content.len();
        let place = Place {
            source,
            span: span.clone(),
        };
        let cells = cells(content);
        if !header_seen {
            header_seen = true;
            if cells != ["node", "lat", "lon"] {
                let title = "the coordinates file begins with another header";
                let help = "node,lat,lon";
                session
                    .findings
                    .push(Diagnostic::error(title, place, "expected node,lat,lon").help(help));
                return rows;
            }
            continue;
        }
        let degrees = |cell: Option<&String>, limit| micro_degrees(cell?.trim(), limit);
        let values = (degrees(cells.get(1), 90), degrees(cells.get(2), 180));
        let (3, (Some(latitude), Some(longitude))) = (cells.len(), values) else {
            let title = "this line is no node with latitude and longitude";
            let help = "such as KEE,53.448,-114.45; six decimals at most";
            session
                .findings
                .push(Diagnostic::error(title, place, "node,lat,lon").help(help));
            continue;
        };
        let name = At {
            value: cells[0].clone(),
            span: span.clone(),
        };
        let at = |_: &At<String>| place.clone();
        if tell_unknown_node(&name, nodes, at, &mut session.findings) {
            continue;
        }
        if let Some((before, ..)) = rows.get(&name.value) {
            let title = format!("coordinates of {} are given twice", name.value);
            let first = Place {
                source,
                span: before.clone(),
            };
            session
                .findings
                .push(Diagnostic::error(title, place, "again").also(first, "first"));
            continue;
        }
        rows.insert(name.value, (span, latitude, longitude));
    }
    rows
}

/// The cells of one line; a cell in double quotes may hold commas, and quotes written twice.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut characters) = (false, line.chars().peekable());
    while let Some(character) = characters.next() {
        let last = cells.len() - 1;
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cells[last].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells[last].push(other),
        }
    }
    cells
}
