//! From a sweep file to a [`Sweep`]: all faults at once, each with its place.

mod axes;
mod base;
mod failures;
mod grammar_paths;
mod nodes;
mod points;
mod ranges;
mod resolve;
mod written;

use std::path::Path;

use toml::de::DeTable;

use self::axes::{Draft, Reader};
use self::base::Read;
use self::points::Seeds;
use self::resolve::{Document, Documents};
use super::axis::Axis;
use super::template::{Hole, Step, Template};
use super::{Base, Study, Sweep};
use crate::scenario::diagnostic::Place;
use crate::scenario::source::{Session, slashes};
use crate::scenario::value::{At, Table};
use crate::scenario::{Diagnostic, SourceFile, SourceId};

/// What reading a sweep gave.
#[derive(Debug)]
pub struct LoadedSweep {
    /// Files read, for showing lines.
    pub sources: Vec<SourceFile>,
    /// Everything found, in the order of place.
    pub findings: Vec<Diagnostic>,
    /// The sweep, where no finding is an error.
    pub sweep: Option<Sweep>,
}

/// Reads a sweep file and everything it names.
#[must_use]
pub fn load(path: &Path) -> LoadedSweep {
    let mut session = Session::default();
    let sweep = session
        .read(path, &slashes(path), None)
        .and_then(|source| sweep(&mut session, source, path));
    let sweep = sweep.filter(|_| !session.findings.has_errors());
    LoadedSweep {
        sources: session.sources,
        findings: session.findings.into_sorted(),
        sweep,
    }
}

fn sweep(session: &mut Session, source: SourceId, path: &Path) -> Option<Sweep> {
    let decoded = session.decode(source, "the sweep", |_| super::grammar::SWEEP);
    if !decoded.whole {
        return None;
    }
    let table = decoded.table;
    let text = session.sources[source.0].text.clone();
    let (root, _) = DeTable::parse_recoverable(&text);
    let named = table.text("scenario")?;
    let read = Read::new(session, (source, path), &named)?;
    let documents = Documents {
        scenario: Document::new(&read.scenario),
        topology: read.topology.as_ref().map(|(_, text)| Document::new(text)),
    };
    let (kind, drawn) = points::kind(&table);
    let mut reader = Reader {
        source,
        text: &text,
        findings: &mut session.findings,
        documents: &documents,
        drawn,
    };
    let drafts = axes(&mut reader, &table, root.get_ref());
    something_varies(&mut reader, &table, &named);
    no_overlaps(&mut reader, &drafts);
    let seeds = points::seeds(&mut reader, &table, &drafts, &read);
    let samples = points::samples(&mut reader, &table, drawn);
    let (drafts, seeds) = (drafts.into_iter().collect::<Option<Vec<Draft>>>()?, seeds?);
    points::names(&mut reader, &drafts)?;
    let axes: Vec<Axis> = drafts.iter().map(|draft| draft.axis.clone()).collect();
    let design = points::design(&mut reader, &table, &axes, (kind, samples?), &seeds.all)?;
    let scenario = punched(&read.scenario, &drafts, false);
    let topology = match &read.topology {
        Some((path, text)) => Some((path.clone(), punched(text, &drafts, true)?)),
        None => None,
    };
    let topology = topology.filter(|(_, template)| template.has_holes());
    let expanded = expanded(&table, &named, &drafts, &seeds)?;
    let files_named = named_files(&drafts);
    let (base_path, files, seed) = (read.path.clone(), read.files.clone(), read.seed);
    let mut sweep = Sweep {
        name: table.text("name")?.value,
        stem: stem(session, path)?,
        study: match table.text("study").map(|at| at.value).as_deref() {
            Some("failures") => Study::Failures,
            _ => Study::Run,
        },
        axes,
        design,
        base: Base {
            path: base_path,
            scenario: scenario?,
            topology,
            files,
            seed,
        },
        histograms: table.flag("histograms").is_some_and(|flag| flag.value),
        digest: String::new(),
        expanded,
        inputs: Vec::new(),
    };
    sweep.base.files = base::all_files(&sweep, &files_named).sealed();
    base::refused(session, &sweep, read);
    sweep.digest = sweep.worked_out_digest();
    sweep.inputs = sweep.worked_out_inputs(path, session.files.get(path)?);
    Some(sweep)
}

/// Refuses a sweep of one case.
fn something_varies(reader: &mut Reader<'_, '_>, table: &Table, named: &At<String>) {
    if table.list("axis").is_empty() && !table.has("axis") && !table.has("replicas") {
        let title = "nothing is varied: there are neither axes nor replicas";
        let help = "[[axis]] says what is varied".to_owned();
        reader.fault(&named.span, title, "this one case is a run", Some(help));
    }
}

/// Every axis, `None` in place of those with a fault.
fn axes(reader: &mut Reader<'_, '_>, table: &Table, root: &DeTable<'_>) -> Vec<Option<Draft>> {
    let raw = root
        .get("axis")
        .and_then(|value| value.get_ref().as_array());
    let raw = raw.into_iter().flat_map(|list| list.iter());
    let raw: Vec<&DeTable<'_>> = raw.filter_map(|one| one.get_ref().as_table()).collect();
    let tables: Vec<&Table> = table.tables("axis").collect();
    if tables.len() != raw.len() {
        return vec![None]; // an element that is no table: told already
    }
    let pairs = tables.into_iter().zip(raw);
    pairs.map(|(table, raw)| reader.axis(table, raw)).collect()
}

/// A place with its file's place in front, so that nested places compare.
fn from_scenario(in_topology: bool, steps: &[Step]) -> Vec<Step> {
    let topology = in_topology.then(|| Step::Key("topology".into()));
    topology.into_iter().chain(steps.iter().cloned()).collect()
}

/// Refuses two axes that set one place, or a place within one that is set.
fn no_overlaps(reader: &mut Reader<'_, '_>, drafts: &[Option<Draft>]) {
    let mut places: Vec<(Vec<Step>, usize, String)> = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let Some(draft) = draft else { continue };
        for target in &draft.targets {
            let steps = from_scenario(target.in_topology, &target.steps);
            places.push((steps, number, target.shown.clone()));
        }
        if draft.adds_events {
            // Behind the last event, where axes that add events do not meet.
            let steps = vec![Step::Key("event".into()), Step::Index(usize::MAX - number)];
            places.push((steps, number, "event".into()));
        }
    }
    places.sort();
    let mut told = std::collections::BTreeSet::new();
    for pair in places.windows(2) {
        let [(outer, first, shown), (inner, second, _)] = pair else {
            continue;
        };
        if !inner.starts_with(outer) || !told.insert((*first, *second)) {
            continue;
        }
        let at = |number: usize| {
            drafts[number]
                .as_ref()
                .map(|draft| draft.paths_at[0].clone())
        };
        let (Some(early), Some(late)) = (at(*first.min(second)), at(*first.max(second))) else {
            continue;
        };
        let place = |span| Place {
            source: reader.source,
            span,
        };
        let title = match (first == second, outer == inner) {
            (true, _) => format!("this axis sets `{shown}` and something within it"),
            (false, true) => format!("two axes set `{shown}`"),
            (false, false) => format!("one axis sets `{shown}`, another something within it"),
        };
        let mut finding = Diagnostic::error(title, place(late), "the other values would be lost");
        if first != second {
            finding = finding.also(place(early), "here first");
        }
        let help = "each place belongs to one axis; one axis may have several `paths`";
        reader.findings.push(finding.help(help));
    }
}

/// A file's text with holes where axes set something.
fn punched(text: &str, drafts: &[Draft], in_topology: bool) -> Option<Template> {
    let mut holes = Vec::new();
    let mut tail = Vec::new();
    for (axis, draft) in drafts.iter().enumerate() {
        for (number, target) in draft.targets.iter().enumerate() {
            if target.in_topology == in_topology {
                holes.push(Hole {
                    steps: target.steps.clone(),
                    axis,
                    target: number,
                });
            }
        }
        if draft.adds_events && !in_topology {
            tail.push((axis, 0));
        }
    }
    if holes.is_empty() && tail.is_empty() {
        return Some(Template::plain(text));
    }
    Template::punched(text, &holes, &tail)
}

/// Axes whose values may name files: their numbers.
fn named_files(drafts: &[Draft]) -> Vec<usize> {
    let names = |draft: &Draft| {
        draft
            .targets
            .iter()
            .any(|target| base::may_name_files(target.wanted))
    };
    let numbered = drafts.iter().enumerate();
    numbered
        .filter(|(_, draft)| names(draft))
        .map(|(number, _)| number)
        .collect()
}

/// The sweep as TOML, in one order.
fn expanded(
    table: &Table,
    scenario: &At<String>,
    drafts: &[Draft],
    seeds: &Seeds,
) -> Option<String> {
    let word = |table: &Table, key: &str, default: &str| {
        table
            .text(key)
            .map_or_else(|| default.to_owned(), |at| at.value)
    };
    let study = word(table, "study", "run");
    let histograms = table.flag("histograms").is_some_and(|flag| flag.value);
    let mut text = format!(
        "name = {}\nscenario = {}\nstudy = \"{study}\"\nhistograms = {histograms}\n",
        written::text(&table.text("name")?.value),
        written::text(&scenario.value),
    );
    let filters: Vec<String> = points::filters(table)
        .into_iter()
        .map(|at| at.value)
        .collect();
    if !filters.is_empty() {
        text.push_str(&format!("where = {}\n", written::texts(&filters)));
    }
    let empty = Table::default();
    let design = table.table("design").unwrap_or(&empty);
    text.push_str(&format!(
        "\n[design]\nkind = \"{}\"\n",
        word(design, "kind", "grid")
    ));
    if let Some(samples) = design.whole("samples") {
        let seed = design.whole("seed").map_or(1, |at| at.value);
        text.push_str(&format!("samples = {}\nseed = {seed}\n", samples.value));
    }
    text.push_str(&seeds.expanded);
    drafts
        .iter()
        .for_each(|draft| text.push_str(&draft.expanded));
    Some(text)
}

fn stem(session: &mut Session, path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    if stem.is_empty() {
        session
            .findings
            .push(Diagnostic::nowhere("the sweep file has no name"));
        return None;
    }
    Some(stem)
}
