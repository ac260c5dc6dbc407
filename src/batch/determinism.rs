//! The contract, checked: the same bytes for any engine, window, order of tables, number of threads
//! and cut into shards.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::axis::Levels;
use super::columns::Table;
use super::design::{Design, Kind};
use super::merge::{MergeError, merge};
use super::permute::reversed;
use super::shard::Shard;
use super::store::{Store, StoreError};
use super::template::Template;
use super::work::{Manner, run_shard};
use super::{Base, Study, Sweep};
use crate::analysis::transients::calm;
use crate::engine::{EngineKind, Options, run};
use crate::report::{Report, sha256_hex};
use crate::scenario::{Files, Loaded, Overrides, Scenario, load_from};
use crate::units::Span;

/// A table by name, with its content.
pub type NamedTable = (String, Vec<u8>);

/// One way of working the same thing out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// What is different about it.
    pub name: String,
    /// SHA-256 over its tables, hex.
    pub hash: String,
    /// The first place where it differs from the first way.
    pub difference: Option<Difference>,
}

/// The first place where two tables differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Name of the table.
    pub table: String,
    /// Line, from 1.
    pub line: usize,
    /// The column, where only a cell differs.
    pub column: Option<String>,
    /// What the first way has there; `None` where it has no such line.
    pub first: Option<String>,
    /// What this way has there.
    pub other: Option<String>,
}

/// Runs a scenario in every way there is of running it once. The first way is the usual one.
#[must_use]
pub fn scenario_ways(path: &Path, loaded: &Loaded, scenario: &Scenario) -> Vec<Way> {
    let usual = Options::default();
    let window = |span| Options {
        window_max: span,
        ..usual
    };
    let heap = Options {
        engine: EngineKind::Reference,
        ..usual
    };
    let mut ways = Ways::default();
    ways.add("window engine", once(scenario, &usual));
    ways.add("windows of 1 ms", once(scenario, &window(Span::from_ms(1))));
    let short = Span::from_us(37);
    ways.add("windows of 37 us", once(scenario, &window(short)));
    ways.add("heap engine", once(scenario, &heap));
    let overrides = Overrides {
        seed: Some(scenario.seed.0),
        filters: scenario.filters,
        ..Overrides::default()
    };
    if let Some(turned) = turned(path, &loaded.files, &overrides) {
        ways.add("tables in reverse order", once(&turned, &usual));
    }
    ways.0
}

/// Works a sweep out on 1, 2 and `jobs` threads, and in shards that are merged in `folder`, which
/// must not exist. The first way is one thread.
///
/// # Errors
/// Where `folder` cannot be written.
pub fn sweep_ways(
    sweep: &Sweep,
    jobs: NonZeroUsize,
    folder: &Path,
) -> Result<Vec<Way>, MergeError> {
    let mut ways = Ways::default();
    let mut threads = vec![1, 2, jobs.get()];
    threads.sort_unstable();
    threads.dedup();
    for count in threads {
        let plural = if count == 1 { "" } else { "s" };
        let jobs = NonZeroUsize::new(count);
        let tables = in_shards(sweep, (1, jobs), &folder.join(format!("threads-{count}")))?;
        ways.add(&format!("{count} thread{plural}"), tables);
    }
    for count in [3, 7] {
        let tables = in_shards(
            sweep,
            (count, None),
            &folder.join(format!("shards-{count}")),
        )?;
        ways.add(&format!("{count} shards, merged"), tables);
    }
    Ok(ways.0)
}

impl Sweep {
    /// The scenario alone with these seeds.
    #[must_use]
    pub fn of_seeds(path: &Path, files: &Files, seeds: Vec<u64>) -> Self {
        let text = files.get(path).map(|held| held.octets.clone());
        let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
        let seed = seeds.first().copied().unwrap_or(1);
        Self {
            name: "seeds of one scenario".into(),
            stem: "seeds".into(),
            study: Study::Run,
            axes: Vec::new(),
            design: Design {
                kind: Kind::Grid,
                points_unfiltered: 1,
                filters: Vec::new(),
                passed: Vec::new(),
                seeds,
            },
            base: Base {
                path: path.to_owned(),
                scenario: Template::plain(&text),
                topology: None,
                files: files.clone().sealed(),
                seed,
            },
            histograms: false,
            digest: sha256_hex(text.as_bytes()),
            expanded: String::new(),
            inputs: Vec::new(),
        }
    }

    /// The same with the first `points` of its points alone.
    #[must_use]
    pub fn first(&self, points: u64) -> Self {
        let points = points.min(self.design.points());
        let mut axes = self.axes.clone();
        let chosen: Vec<_> = (0..points)
            .map(|index| self.design.point(&self.axes, index))
            .collect();
        for (place, axis) in axes.iter_mut().enumerate() {
            let levels = chosen.iter().map(|point| point.levels[place].clone());
            axis.levels = Levels::Each(levels.collect());
        }
        Self {
            axes,
            design: Design {
                kind: Kind::List,
                points_unfiltered: points,
                filters: Vec::new(),
                passed: Vec::new(),
                seeds: self.design.seeds.clone(),
            },
            ..self.clone()
        }
    }
}

#[derive(Default)]
struct Ways(Vec<Way>, Vec<NamedTable>);

impl Ways {
    fn add(&mut self, name: &str, tables: Vec<NamedTable>) {
        let all: Vec<u8> = tables
            .iter()
            .flat_map(|(_, content)| content.iter().copied())
            .collect();
        let difference = (!self.0.is_empty())
            .then(|| first_difference(&self.1, &tables))
            .flatten();
        if self.0.is_empty() {
            self.1 = tables;
        }
        self.0.push(Way {
            name: name.into(),
            hash: sha256_hex(&all),
            difference,
        });
    }
}

/// The hashed tables of one run.
fn once(scenario: &Scenario, options: &Options) -> Vec<NamedTable> {
    let outcome = run(&scenario.plan, scenario.seed, options);
    let calm = calm(scenario, options);
    let report = Report::over(scenario, (&outcome, calm.as_ref().unwrap_or(&outcome)), &[]);
    let [relays, lines] = match report.relays_csv {
        Some([relays, lines]) => [Some(relays), Some(lines)],
        None => [None, None],
    };
    let tables = [
        ("results.csv", Some(report.results_csv)),
        ("budget.csv", Some(report.budget_csv)),
        ("events.csv", Some(report.events_csv)),
        ("relays.csv", relays),
        ("lines.csv", lines),
        ("requirements.csv", report.requirements_csv),
        ("share.csv", report.share_csv),
    ];
    let written = |(name, content): (&str, Option<String>)| {
        content.map(|content| (name.to_owned(), content.into_bytes()))
    };
    tables.into_iter().filter_map(written).collect()
}

/// The scenario read from files whose tables stand in reverse order.
fn turned(path: &Path, files: &Files, overrides: &Overrides) -> Option<Scenario> {
    let mut other = files.clone();
    for (path, held) in files.iter() {
        let text = std::str::from_utf8(&held.octets).ok()?;
        if path.extension().is_some_and(|end| end == "toml") {
            other.hold(path, reversed(text)?.into_bytes());
        }
    }
    load_from(&other.sealed(), path, overrides).scenario
}

/// The merged tables of a sweep that was cut into so many shards, the last worked out first.
fn in_shards(
    sweep: &Sweep,
    (count, jobs): (u64, Option<NonZeroUsize>),
    folder: &Path,
) -> Result<Vec<NamedTable>, MergeError> {
    let store = Store::open(folder.to_owned(), sweep).map_err(MergeError::Store)?;
    let stop = AtomicBool::new(false);
    for index in (0..count).rev() {
        let mut manner = Manner {
            jobs,
            stop: &stop,
            told: &mut |_, _| (),
        };
        run_shard(sweep, &store, Shard { index, count }, &mut manner).map_err(MergeError::Store)?;
    }
    merge(sweep, &store)?;
    let mut tables = Vec::new();
    for table in Table::ALL {
        let name = format!("{}.csv", table.stem());
        let path = folder.join(&name);
        match std::fs::read(&path) {
            Ok(content) => tables.push((name, content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(MergeError::Store(StoreError::Io { path, error })),
        }
    }
    Ok(tables)
}

/// The first line, and the first cell in it, where two sets of tables differ.
#[must_use]
pub fn first_difference(first: &[NamedTable], other: &[NamedTable]) -> Option<Difference> {
    let mut names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    for (name, _) in other {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let content = |tables: &[NamedTable], wanted: &str| {
        let found = tables.iter().find(|(name, _)| name == wanted);
        found.map_or(Vec::new(), |(_, content)| content.clone())
    };
    names
        .into_iter()
        .find_map(|name| in_table(name, &content(first, name), &content(other, name)))
}

fn in_table(name: &str, first: &[u8], other: &[u8]) -> Option<Difference> {
    if first == other {
        return None;
    }
    let lines = |octets: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(octets);
        text.split('\n').map(str::to_owned).collect()
    };
    let (left, right) = (lines(first), lines(other));
    let longest = left.len().max(right.len());
    let line = (0..longest).find(|at| left.get(*at) != right.get(*at))?;
    let (a, b) = (left.get(line), right.get(line));
    let mut found = Difference {
        table: name.into(),
        line: line + 1,
        column: None,
        first: a.cloned(),
        other: b.cloned(),
    };
    let cells = |line: &str| -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let record = reader.records().next().and_then(Result::ok);
        record.map_or(Vec::new(), |cells| {
            cells.iter().map(str::to_owned).collect()
        })
    };
    if let (Some(a), Some(b), Some(head)) = (a, b, left.first()) {
        let (a, b, head) = (cells(a), cells(b), cells(head));
        if a.len() == b.len() && a.len() == head.len() {
            let at = (0..a.len()).find(|at| a[*at] != b[*at])?;
            found.column = Some(head[at].clone());
            found.first = Some(a[at].clone());
            found.other = Some(b[at].clone());
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(text: &str) -> Vec<NamedTable> {
        vec![
            ("a.csv".into(), b"x\n1\n".to_vec()),
            ("b.csv".into(), text.into()),
        ]
    }

    #[test]
    fn the_first_different_cell_is_named_by_table_line_and_column() {
        let first = tables("name,delay_ps\nA,5\nB,7\n");
        let other = tables("name,delay_ps\nA,5\nB,8\n");
        let found = first_difference(&first, &other).unwrap();
        assert_eq!((found.table.as_str(), found.line), ("b.csv", 3));
        assert_eq!(found.column.as_deref(), Some("delay_ps"));
        assert_eq!(found.first.as_deref(), Some("7"));
        assert_eq!(found.other.as_deref(), Some("8"));
        assert_eq!(first_difference(&first, &first), None);
    }

    #[test]
    fn a_missing_row_and_a_missing_table_are_differences() {
        let first = tables("name\nA\nB\n");
        let found = first_difference(&first, &tables("name\nA\n")).unwrap();
        assert_eq!((found.line, found.first.as_deref()), (3, Some("B")));
        let found = first_difference(&first, &first[..1]).unwrap();
        assert_eq!((found.table.as_str(), found.line), ("b.csv", 1));
    }
}
