//! `pilotwire run`.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Run, Switch};
use super::terminal::Printed;
use super::{Exit, terminal};
use crate::analysis::transients::calm;
use crate::engine::{EngineKind, Options, Outcome, run_watched};
use crate::report::folder::{self, FolderError, Owner};
use crate::report::manifest::Output;
use crate::report::pretty::{Style, last_line};
use crate::report::relays::{exact, replay::replays};
use crate::report::{Report, SCHEMA, json, pretty};
use crate::scenario::{Loaded, Overrides, Scenario};
use crate::units::SimTime;

/// Simulates a scenario, writes the results folder, prints the report: in this order, so that a
/// reader who hangs up loses nothing.
pub fn run(arguments: &Run) -> Exit {
    let overrides = Overrides {
        seed: arguments.seed,
        filters: arguments.filters.map(Switch::is_on),
        ..Overrides::default()
    };
    let loaded = super::check::load(&arguments.scenario, &overrides, arguments.quiet);
    of_loaded(&loaded, arguments)
}

/// The same of what has been read, and its findings shown.
pub(super) fn of_loaded(loaded: &Loaded, arguments: &Run) -> Exit {
    let Some(scenario) = &loaded.scenario else {
        return super::check::refused(&loaded.findings);
    };
    if let Some(exit) = arguments.fault_at.and_then(|at| no_fault(scenario, at)) {
        return exit;
    }
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("results").join(&scenario.stem));
    let owner = Owner {
        schema: SCHEMA,
        name: &scenario.name,
    };
    if let Err(error) = folder::check(&folder, owner) {
        return not_written(&error);
    }
    let started = SystemTime::now();
    let clock = Instant::now();
    let outcome = simulate(scenario, arguments, clock);
    let options = Options {
        engine: arguments.engine.into(),
        ..Options::default()
    };
    let calm = calm(scenario, &options);
    let simulated = clock.elapsed();
    let judged = (&outcome, calm.as_ref().unwrap_or(&outcome));
    let mut report = Report::over(scenario, judged, &loaded.findings);
    if let Some(at) = arguments.fault_at {
        report.faults = replays(&report, at);
    }
    report.search(options.engine);
    let mut outputs = folder::files(&report);
    outputs.push(timing(
        started,
        simulated,
        clock.elapsed(),
        arguments.engine.into(),
    ));
    if let Err(error) = folder::write(&folder, owner, &outputs) {
        return not_written(&error);
    }
    // What is said last and what the shell is told come from one value.
    let summary = report.summary();
    let shown = format!("{}/", folder.display());
    let last = last_line(summary, &report.result_hash, &shown.replace("//", "/"));
    let printed = Printed {
        pretty: &|| pretty::render(&report, Style { colour: true }),
        json: &|| json::render(&report),
        csv: &report.results_csv,
        last: &last,
    };
    printed.tell(arguments.format, arguments.quiet);
    Exit::from(summary)
}

/// Refuses a fault where no line is, or when nothing runs.
fn no_fault(scenario: &Scenario, at: SimTime) -> Option<Exit> {
    if scenario.relays.lines.is_empty() {
        let help = "--fault-at asks what the relays of lines do: give the scenario [[line]]";
        terminal::error("the scenario has no line for a fault", Some(help));
        return Some(Exit::BadInput);
    }
    if at >= scenario.duration {
        let help = format!("the run ends at {}", exact(scenario.duration));
        let title = format!("a fault at {} is behind the run", exact(at));
        terminal::error(&title, Some(&help));
        return Some(Exit::BadInput);
    }
    None
}

fn simulate(scenario: &Scenario, arguments: &Run, clock: Instant) -> Outcome {
    let options = Options {
        engine: arguments.engine.into(),
        ..Options::default()
    };
    let mut progress = Progress::new(scenario.duration, arguments.quiet, clock);
    let outcome = run_watched(&scenario.plan, scenario.seed, &options, &mut |now| {
        progress.tell(now);
    });
    progress.finish();
    outcome
}

pub(super) fn not_written(error: &FolderError) -> Exit {
    match error {
        FolderError::InTheWay { .. } => {
            let help = "give another folder with --out, or move this one away";
            terminal::error(&error.to_string(), Some(help));
            Exit::BadInput
        }
        FolderError::Io { error: cause, .. } => {
            terminal::error(&error.to_string(), Some("give another folder with --out"));
            Exit::of_system(cause)
        }
    }
}

/// `timing.json`: the only file that tells of clock and machine.
pub(super) fn timing(
    started: SystemTime,
    simulated: Duration,
    total: Duration,
    engine: EngineKind,
) -> Output {
    let nanoseconds = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let since_epoch = started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let engine = match engine {
        EngineKind::Window => "window",
        EngineKind::Reference => "reference",
    };
    let document = serde_json::json!({
        "started_unix_s": since_epoch.as_secs(),
        "simulated_in_ns": nanoseconds(simulated),
        "simulated_and_reported_in_ns": nanoseconds(total),
        "engine": engine,
        "operating_system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    });
    Output {
        name: folder::TIMING.into(),
        content: format!("{document:#}\n").into_bytes(),
    }
}

/// A bar on stderr, where a person looks and the run takes longer than a second.
struct Progress {
    duration: SimTime,
    wanted: bool,
    clock: Instant,
    bar: Option<ProgressBar>,
}

/// Runs shorter than this show no bar.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    fn new(duration: SimTime, quiet: bool, clock: Instant) -> Self {
        Self {
            duration,
            wanted: !quiet && terminal::watched(),
            clock,
            bar: None,
        }
    }

    fn tell(&mut self, now: SimTime) {
        if !self.wanted || self.clock.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(
                Some(self.duration.0),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            let template = "{wide_bar} {percent:>3} % of simulated time, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(now.0.min(self.duration.0));
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
