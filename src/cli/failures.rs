//! `pilotwire failures`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Instant, SystemTime};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Failures, Switch};
use super::run::{PATIENCE, not_written, timing};
use super::terminal::Printed;
use super::{Exit, terminal};
use crate::analysis::enumeration::{
    Asked, Enumeration, FailureCase, Maintenance, Pairs, enumerate,
};
use crate::analysis::study::{CaseResult, Manner, Study};
use crate::report::failures::pretty::last_line;
use crate::report::failures::{FailuresReport, SCHEMA, files, json, pretty};
use crate::report::folder::{self, Owner};
use crate::report::pretty::Style;
use crate::scenario::nearest::nearest;
use crate::scenario::{Loaded, Overrides, Scenario};

/// Works out every case, writes the results folder, prints the report.
pub fn failures(arguments: &Failures) -> Exit {
    let overrides = Overrides {
        seed: arguments.seed,
        filters: arguments.filters.map(Switch::is_on),
        ..Overrides::default()
    };
    let loaded = super::check::load(&arguments.scenario, &overrides, arguments.quiet);
    of_loaded(&loaded, arguments)
}

/// The same of what has been read, and its findings shown.
pub(super) fn of_loaded(loaded: &Loaded, arguments: &Failures) -> Exit {
    let Some(scenario) = &loaded.scenario else {
        return super::check::refused(&loaded.findings);
    };
    if unfit(scenario) {
        return Exit::BadInput;
    }
    let enumeration = match wanted(scenario, arguments) {
        Ok(enumeration) => enumeration,
        Err(exit) => return exit,
    };
    let folder = arguments.out.clone().unwrap_or_else(|| {
        let what = if arguments.case.is_some() {
            "case"
        } else {
            "failures"
        };
        PathBuf::from("results").join(format!("{}-{what}", scenario.stem))
    });
    let owner = Owner {
        schema: SCHEMA,
        name: &scenario.name,
    };
    if let Err(error) = folder::check(&folder, owner) {
        return not_written(&error);
    }
    let started = SystemTime::now();
    let clock = Instant::now();
    let study = Study::new(scenario, manner(arguments));
    let cases = work_out(&study, &enumeration.cases, arguments.quiet, clock);
    let simulated = clock.elapsed();
    let replay = replay(&arguments.scenario, arguments);
    let answer = (enumeration.formula.as_str(), cases.as_slice());
    let report = FailuresReport::new(&study, answer, &loaded.findings, &replay);
    let mut outputs = files(&report);
    outputs.push(timing(
        started,
        simulated,
        clock.elapsed(),
        arguments.engine.into(),
    ));
    if let Err(error) = folder::write(&folder, owner, &outputs) {
        return not_written(&error);
    }
    tell(&report, arguments, &folder)
}

/// Whether no failure can be worked out in a scenario, which loading lets pass where it speaks of
/// none; says why.
pub fn unfit(scenario: &Scenario) -> bool {
    let Some((stream, link)) = scenario.unfit() else {
        return false;
    };
    let title =
        format!("{stream}: a shaper of link {link} holds no packet of it with a label more");
    let help = "a larger burst: after a failure its packets may come that way";
    terminal::error(&title, Some(help));
    true
}

fn manner(arguments: &Failures) -> Manner {
    Manner {
        engine: arguments.engine.into(),
        jobs: arguments.jobs,
        keep: arguments.case.is_some(),
    }
}

/// Prints what was asked for; what is said last and what the shell is told come from one value.
fn tell(report: &FailuresReport<'_>, arguments: &Failures, folder: &Path) -> Exit {
    let counts = report.counts();
    let shown = format!("{}/", folder.display()).replace("//", "/");
    let last = last_line(counts, &report.result_hash, &shown);
    let style = Style { colour: true };
    let printed = Printed {
        pretty: &|| pretty::render(report, arguments.worst, style),
        json: &|| json::render(report),
        csv: &report.cases_csv,
        last: &last,
    };
    printed.tell(arguments.format, arguments.quiet);
    Exit::from(counts)
}

/// The cases asked for, or the one that is replayed.
fn wanted(scenario: &Scenario, arguments: &Failures) -> Result<Enumeration, Exit> {
    let topology = scenario.topology();
    let maintenance = arguments.during_maintenance.as_deref();
    let asked = Asked {
        pairs: arguments.n2.map(Pairs::from),
        directions: arguments.directions,
        maintenance: maintenance.map(|name| match name {
            "" => Maintenance::Each,
            name => Maintenance::One(name.to_owned()),
        }),
    };
    let nothing = |what: &str, name: &str, near: Option<&str>| {
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        terminal::error(&format!("no {what} \"{name}\""), help.as_deref());
        Err(Exit::NothingSelected)
    };
    let Some(id) = &arguments.case else {
        return enumerate(topology, &asked).or_else(|name| {
            let links = topology.links().iter().map(|link| link.name.as_str());
            let nodes = topology.nodes().iter().map(|node| node.name.as_str());
            nothing("link or node", &name, nearest(&name, links.chain(nodes)))
        });
    };
    let everything = Asked {
        pairs: Some(Pairs::All),
        directions: true,
        maintenance: Some(Maintenance::Each),
    };
    let all = enumerate(topology, &everything).expect("nothing is named");
    let near = |case: &FailureCase| case.id == *id;
    match all.cases.iter().find(|case| near(case)) {
        Some(case) => Ok(Enumeration {
            cases: vec![case.clone()],
            formula: "1 case".to_owned(),
        }),
        None => {
            let ids = all.cases.iter().map(|case| case.id.as_str());
            nothing("case", id, nearest(id, ids))
        }
    }
}

/// The command that replays a case, but for its id.
fn replay(scenario: &Path, arguments: &Failures) -> String {
    let mut command = format!("pilotwire failures {}", scenario.display());
    if let Some(seed) = arguments.seed {
        command.push_str(&format!(" --seed {seed}"));
    }
    if let Some(filters) = arguments.filters {
        let word = if filters.is_on() { "on" } else { "off" };
        command.push_str(&format!(" --filters {word}"));
    }
    command
}

/// Works the cases out, with a bar on stderr where a person looks and it takes a while.
fn work_out(
    study: &Study<'_>,
    cases: &[FailureCase],
    quiet: bool,
    clock: Instant,
) -> Vec<CaseResult> {
    let wanted = !quiet && terminal::watched();
    let bar = Mutex::new((0_u64, None::<ProgressBar>));
    let done = || {
        let Ok(mut bar) = bar.lock() else { return };
        bar.0 += 1;
        if wanted && clock.elapsed() >= PATIENCE {
            let count = bar.0;
            let total = cases.len() as u64;
            bar.1
                .get_or_insert_with(|| progress(total))
                .set_position(count);
        }
    };
    let results = study.cases(cases, &done);
    if let Ok((_, Some(bar))) = bar.into_inner() {
        bar.finish_and_clear();
    }
    results
}

fn progress(total: u64) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} cases, {eta} left") {
        bar.set_style(style);
    }
    bar
}
