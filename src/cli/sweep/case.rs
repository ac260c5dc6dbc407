//! `pilotwire sweep --case`: one case alone, with the whole report.

use std::path::{Path, PathBuf};

use super::super::arguments::{self, Engine, Failures, Run};
use super::super::{Exit, diagnostics, failures, run, terminal};
use crate::batch::design::Point;
use crate::batch::{Study, Sweep};
use crate::report::text::{count, harmless};
use crate::scenario::{Overrides, Severity, load_from};

/// Works out a case as `run` or `failures` would, prints their report, writes their folder.
pub fn replay(sweep: &Sweep, index: u64, arguments: &arguments::Sweep) -> Exit {
    let cases = sweep.cases();
    if index >= cases {
        let title = format!("there is no case {index}");
        let help = format!(
            "there are {}, from 0 to {}; --plan --format csv lists them",
            count(cases),
            cases - 1
        );
        terminal::error(&title, Some(&help));
        return Exit::NothingSelected;
    }
    let case = sweep.case(index);
    let point = sweep.design.point(&sweep.axes, case.point_index);
    let files = sweep.input(&point);
    if !arguments.quiet {
        let id = sweep.case_id(&files, case.seed);
        let values = values(sweep, &point);
        terminal::talk(&format!(
            "case {index} ({id}): {values}seed {}\n",
            case.seed
        ));
    }
    // Written out in full: its scenario.toml is the case.
    let overrides = Overrides {
        seed: Some(case.seed),
        ..Overrides::default()
    };
    let mut loaded = load_from(&files, &sweep.base.path, &overrides);
    let least = match arguments.quiet {
        true => Severity::Error,
        false => Severity::Warning,
    };
    diagnostics::show(&loaded, least);
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("results").join(format!("{}-case-{index}", sweep.stem)));
    if let Some(scenario) = &mut loaded.scenario {
        // What reports name as the file to run again.
        scenario.replay = Some(format!("{}/scenario.toml", folder.display()));
    }
    match sweep.study {
        Study::Run => run::of_loaded(&loaded, &as_run(&sweep.base.path, arguments, folder)),
        Study::Failures => {
            failures::of_loaded(&loaded, &as_failures(&sweep.base.path, arguments, folder))
        }
    }
}

/// "payload 8 B, buffer 4 ms, "; nothing without axes.
fn values(sweep: &Sweep, point: &Point) -> String {
    let values = sweep.axes.iter().zip(&point.levels);
    values
        .map(|(axis, level)| harmless(&format!("{} {}, ", axis.name, level.label)))
        .collect()
}

fn as_run(scenario: &Path, arguments: &arguments::Sweep, folder: PathBuf) -> Run {
    Run {
        scenario: scenario.to_owned(),
        format: arguments.format,
        seed: None,
        filters: None,
        fault_at: None,
        engine: Engine::Window,
        out: Some(folder),
        quiet: arguments.quiet,
    }
}

fn as_failures(scenario: &Path, arguments: &arguments::Sweep, folder: PathBuf) -> Failures {
    Failures {
        scenario: scenario.to_owned(),
        n2: None,
        directions: false,
        during_maintenance: None,
        case: None,
        worst: 10,
        format: arguments.format,
        jobs: arguments.jobs,
        seed: None,
        filters: None,
        engine: Engine::Window,
        out: Some(folder),
        quiet: arguments.quiet,
    }
}
