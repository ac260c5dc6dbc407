//! `pilotwire verify-determinism`.

use std::num::NonZeroUsize;
use std::path::Path;

use toml::de::DeTable;

use super::arguments::VerifyDeterminism;
use super::{Exit, diagnostics, terminal};
use crate::batch::determinism::{Way, scenario_ways, sweep_ways};
use crate::batch::merge::MergeError;
use crate::batch::read::{self, LoadedSweep};
use crate::batch::{Sweep, store::StoreError};
use crate::report::text::harmless;
use crate::scenario::{Loaded, Overrides, Scenario, Severity};

/// Seeds that a scenario is worked out with, beside one run of every kind.
const SEEDS: u64 = 6;

/// Works the same thing out in every way there is and compares.
pub fn verify(arguments: &VerifyDeterminism) -> Exit {
    let text = std::fs::read_to_string(&arguments.file).unwrap_or_default();
    // What only a sweep has. A file that cannot be read is told by the reader of scenarios.
    let (root, _) = DeTable::parse_recoverable(&text);
    let is_sweep = root.get_ref().contains_key("scenario");
    let folder = match tempfile::Builder::new().prefix("pilotwire-").tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            let help = "shards are merged in a temporary folder: set TMPDIR";
            terminal::error(&format!("no temporary folder: {error}"), Some(help));
            return Exit::Internal;
        }
    };
    let jobs = arguments.jobs.unwrap_or_else(cores);
    let ways = if is_sweep {
        of_sweep(arguments, jobs, folder.path())
    } else {
        of_scenario(arguments, jobs, folder.path())
    };
    match ways {
        Ok(groups) => told(&groups),
        Err(exit) => exit,
    }
}

fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

type Groups = Vec<(String, Vec<Way>)>;

fn of_scenario(
    arguments: &VerifyDeterminism,
    jobs: NonZeroUsize,
    folder: &Path,
) -> Result<Groups, Exit> {
    let loaded = super::check::load(&arguments.file, &Overrides::default(), true);
    let Some(scenario) = &loaded.scenario else {
        return Err(super::check::refused(&loaded.findings));
    };
    let once = scenario_ways(&arguments.file, &loaded, scenario);
    let count = arguments.cases.unwrap_or(SEEDS);
    let first = scenario.seed.0;
    let seeds = (first..).take(usize::try_from(count).unwrap_or(usize::MAX));
    let sweep = Sweep::of_seeds(&arguments.file, &loaded.files, seeds.collect());
    let many = sweep_ways(&sweep, jobs, folder).map_err(|error| not_merged(&error))?;
    Ok(vec![
        ("one run".into(), once),
        (format!("{count} seeds"), many),
    ])
}

fn of_sweep(
    arguments: &VerifyDeterminism,
    jobs: NonZeroUsize,
    folder: &Path,
) -> Result<Groups, Exit> {
    /// Cases that are worked out, at least.
    const CASES: u64 = 24;
    let read = read::load(&arguments.file);
    let Some(sweep) = shown(&read) else {
        return Err(Exit::BadInput);
    };
    let mut groups = Groups::new();
    let wanted = arguments.cases.unwrap_or(CASES).div_ceil(sweep.seeds());
    let part = sweep.first(wanted.max(1));
    if let Some((loaded, scenario)) = &first_that_runs(&part) {
        let once = scenario_ways(&part.base.path, loaded, scenario);
        groups.push(("one run of the first case that is not refused".into(), once));
    }
    let many = sweep_ways(&part, jobs, folder).map_err(|error| not_merged(&error))?;
    groups.push((format!("the first {} cases", part.cases()), many));
    Ok(groups)
}

/// The first case whose input is not refused, with what was read.
fn first_that_runs(sweep: &Sweep) -> Option<(Loaded, Scenario)> {
    (0..sweep.cases()).find_map(|index| {
        let case = sweep.case(index);
        let files = sweep.input(&sweep.design.point(&sweep.axes, case.point_index));
        let mut loaded = sweep.load_case(&files, case.seed);
        let scenario = loaded.scenario.take()?;
        Some((loaded, scenario))
    })
}

fn shown(read: &LoadedSweep) -> Option<&Sweep> {
    diagnostics::show_findings(&read.findings, &read.sources, Severity::Error);
    read.sweep.as_ref()
}

fn not_merged(error: &MergeError) -> Exit {
    let title = match error {
        MergeError::Store(StoreError::Io { path, error }) => {
            format!("cannot write {}: {error}", path.display())
        }
        other => format!("shards do not fit together: {other:?}"),
    };
    terminal::error(&title, None);
    Exit::Internal
}

/// Prints the ways and the first difference of each.
fn told(groups: &Groups) -> Exit {
    let mut text = String::new();
    let mut ways_all = 0;
    let mut different = 0;
    for (of, ways) in groups {
        text.push_str(&format!("  {of}\n"));
        for way in ways {
            let mark = if way.difference.is_some() {
                '✗'
            } else {
                '✓'
            };
            let hash = format!("{}…{}", &way.hash[..4], &way.hash[60..]);
            text.push_str(&format!("{mark}   {:<24}  {hash}\n", way.name));
            ways_all += 1;
            let Some(found) = &way.difference else {
                continue;
            };
            different += 1;
            let column = found.column.as_ref();
            let column = column.map_or(String::new(), |name| format!(", column {name}"));
            let cell = |cell: &Option<String>| match cell {
                Some(text) => harmless(text),
                None => "(no such line)".into(),
            };
            text.push_str(&format!(
                "      {} line {}{column}: {} in place of {}\n",
                found.table,
                found.line,
                cell(&found.other),
                cell(&found.first)
            ));
        }
    }
    if different == 0 {
        text.push_str(&format!("all {ways_all} ways give the same bytes\n"));
        terminal::result(&text);
        return Exit::Pass;
    }
    let last = format!("{different} of {ways_all} ways give other bytes: please report this\n");
    terminal::result(&format!("{text}{last}"));
    Exit::Internal
}
