//! `pilotwire sweep`.

mod case;
mod plan;
mod progress;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use self::plan::{Estimate, about, size, threads};
use self::progress::Progress;
use super::arguments::{self, Format};
use super::merge::Asked;
use super::{Exit, check, diagnostics, interrupt, terminal};
use crate::batch::grammar::UNASKED;
use crate::batch::merge::Merged;
use crate::batch::shard::Shard;
use crate::batch::show::{last_line, pretty};
use crate::batch::store::{Store, StoreError};
use crate::batch::work::{Manner, ShardEnd, SweepEnd, merged_before, run_all, run_shard};
use crate::batch::{Sweep, read};
use crate::report::folder::{TEMPORARY_PREFIX, TIMING};
use crate::report::pretty::Style;
use crate::report::text::{count, harmless};
use crate::scenario::Severity;

/// Works out a sweep or a shard of it, or says what there is to do.
pub fn sweep(arguments: &arguments::Sweep) -> Exit {
    let sweep = match read(&arguments.sweep, arguments.quiet) {
        Ok(sweep) => sweep,
        Err(exit) => return exit,
    };
    if let Some(index) = arguments.case {
        return case::replay(&sweep, index, arguments);
    }
    // To say what there is to do needs no permission; to list it does.
    let lists = !arguments.plan || arguments.format == Format::Csv;
    let most = sweep.design.points_unfiltered.max(sweep.cases());
    if lists && !arguments.yes && most > UNASKED {
        return unasked(&sweep);
    }
    if arguments.plan {
        return plan::plan(&sweep, arguments);
    }
    let path = folder(arguments.out.as_deref(), &sweep);
    let store = match Store::open(path.clone(), &sweep) {
        Ok(store) => store,
        Err(error) => return unusable(&error),
    };
    let asked = Asked {
        sweep: &sweep,
        file: &arguments.sweep,
        folder: &path,
    };
    match arguments.shard {
        Some(shard) => one(&asked, &store, shard, arguments),
        None => all(&asked, &store, arguments),
    }
}

/// Reads a sweep; what a person should know of it is shown.
///
/// # Errors
/// Where it is refused: how the command ends.
pub(super) fn read(file: &Path, quiet: bool) -> Result<Sweep, Exit> {
    let loaded = read::load(file);
    let least = match quiet {
        true => Severity::Error,
        false => Severity::Warning,
    };
    diagnostics::show_findings(&loaded.findings, &loaded.sources, least);
    loaded.sweep.ok_or_else(|| check::refused(&loaded.findings))
}

/// Where the results of a sweep belong.
pub(super) fn folder(asked: Option<&Path>, sweep: &Sweep) -> PathBuf {
    match asked {
        Some(path) => path.to_owned(),
        None => PathBuf::from("results").join(&sweep.stem),
    }
}

/// Refuses what is more than one would type by mistake.
fn unasked(sweep: &Sweep) -> Exit {
    let design = &sweep.design;
    let title = match design.filters.is_empty() {
        true => format!("there are {}", size(sweep)),
        false => format!(
            "there are {} points before `where`, and {} after it",
            count(design.points_unfiltered),
            size(sweep)
        ),
    };
    let help = "--plan says how long that takes; with --yes it is begun";
    terminal::error(&title, Some(help));
    Exit::BadInput
}

/// Says why a folder cannot be used.
pub(super) fn unusable(error: &StoreError) -> Exit {
    match error {
        StoreError::InTheWay { path, what, help } => {
            terminal::error(&format!("{} {what}", path.display()), Some(help));
        }
        StoreError::Busy { path } => {
            let title = format!("another sweep works in {}", path.display());
            let help = "wait for it, stop it, or give another folder with --out";
            terminal::error(&title, Some(help));
        }
        StoreError::Io { path, error } => {
            let title = format!("cannot use {}: {error}", path.display());
            let help = "nothing that was finished is lost: with room and permission the same \
                        command goes on; or give another folder with --out";
            terminal::error(&title, Some(help));
        }
    }
    Exit::from(error)
}

/// Works out one shard.
fn one(asked: &Asked<'_>, store: &Store, shard: Shard, arguments: &arguments::Sweep) -> Exit {
    if !arguments.quiet {
        let cases = shard.cases(asked.sweep.cases());
        let number = count(cases.end - cases.start);
        terminal::talk(&format!(
            "{number} of {}, shard {}/{}\n",
            size(asked.sweep),
            shard.index,
            shard.count
        ));
    }
    let stop = interrupt::watch();
    let ended = watched(arguments, stop, |manner| {
        run_shard(asked.sweep, store, shard, manner)
    });
    match ended {
        Ok(end) => End::Shard(shard, end).tell(asked, arguments.format, arguments.quiet, None),
        Err(error) => unusable(&error),
    }
}

/// Works out what is missing of a sweep, and merges it.
fn all(asked: &Asked<'_>, store: &Store, arguments: &arguments::Sweep) -> Exit {
    match merged_before(asked.sweep, store) {
        Ok(Some(merged)) => {
            let end = End::Already(Box::new(merged));
            return end.tell(asked, arguments.format, arguments.quiet, None);
        }
        Ok(None) => {}
        Err(error) => return unusable(&error),
    }
    let clock = Clock {
        started: SystemTime::now(),
        instant: Instant::now(),
    };
    let stop = interrupt::watch();
    if !arguments.quiet {
        announce(asked.sweep, arguments, stop);
    }
    let ended = watched(arguments, stop, |manner| {
        run_all(asked.sweep, store, manner)
    });
    let end = match ended {
        Ok(SweepEnd::Complete(merged)) => End::Complete(merged),
        Ok(SweepEnd::Interrupted { done }) => End::Interrupted { done },
        Err(error) => return asked.refused(&error, store),
    };
    end.tell(asked, arguments.format, arguments.quiet, Some(&clock))
}

/// "1 152 cases (96 points × 12 seeds), about 40 s on 2 threads".
fn announce(sweep: &Sweep, arguments: &arguments::Sweep, stop: &AtomicBool) {
    let threads = threads(sweep, arguments.jobs);
    let time = Estimate::new(sweep, stop).all(sweep.cases(), threads);
    let plural = if threads == 1 { "" } else { "s" };
    terminal::talk(&format!(
        "{}, {} on {threads} thread{plural}\n",
        size(sweep),
        about(time)
    ));
}

/// Works with a bar where a person looks.
fn watched<T>(
    arguments: &arguments::Sweep,
    stop: &AtomicBool,
    work: impl FnOnce(&mut Manner<'_>) -> T,
) -> T {
    let mut progress = Progress::new(arguments.quiet);
    let ended = work(&mut Manner {
        jobs: arguments.jobs,
        stop,
        told: &mut |done, total| progress.tell(done, total),
    });
    progress.finish();
    ended
}

/// When a command began.
pub(super) struct Clock {
    pub started: SystemTime,
    pub instant: Instant,
}

/// How a sweep, a shard or a merge ended: last line and exit code come from this one value.
pub(super) enum End {
    /// Merged now.
    Complete(Box<Merged>),
    /// Merged before.
    Already(Box<Merged>),
    /// A shard.
    Shard(Shard, ShardEnd),
    /// Stopped, with this many cases kept.
    Interrupted { done: u64 },
}

impl End {
    /// What is said last.
    fn last_line(&self, asked: &Asked<'_>) -> String {
        let cases = asked.sweep.cases();
        let folder = shown(asked.folder);
        match self {
            Self::Complete(merged) => last_line(merged, &folder),
            Self::Already(merged) => format!("there already · {}", last_line(merged, &folder)),
            Self::Shard(shard, end) => {
                let name = format!("shard {}/{}", shard.index, shard.count);
                let Range { start, end: behind } = shard.cases(cases);
                let own = format!("{folder}{}/", shard.folder());
                match end {
                    ShardEnd::Written => format!("{name}: cases {start}..{behind} · {own}"),
                    ShardEnd::WasThere => {
                        format!("{name}: cases {start}..{behind}, there already · {folder}")
                    }
                    ShardEnd::Interrupted => {
                        format!(
                            "interrupted: nothing of {name} is kept; the same command begins it again"
                        )
                    }
                }
            }
            Self::Interrupted { done } => format!(
                "interrupted: {} of {} cases kept; the same command goes on",
                count(*done),
                count(cases)
            ),
        }
    }

    /// What the shell is told.
    fn exit(&self) -> Exit {
        match self {
            Self::Complete(_) | Self::Already(_) => Exit::Pass,
            Self::Shard(_, ShardEnd::Written | ShardEnd::WasThere) => Exit::Pass,
            Self::Shard(_, ShardEnd::Interrupted) | Self::Interrupted { .. } => Exit::Incomplete,
        }
    }

    /// Prints what was asked for, and the last line; writes `timing.json` where something was
    /// merged.
    pub fn tell(
        &self,
        asked: &Asked<'_>,
        format: Format,
        quiet: bool,
        clock: Option<&Clock>,
    ) -> Exit {
        let last = self.last_line(asked) + "\n";
        if let (Self::Complete(_), Some(clock)) = (self, clock)
            && let Err(error) = write_timing(asked.folder, clock)
        {
            terminal::talk(&format!("{TIMING} was not written: {error}\n"));
        }
        let exit = self.exit();
        if exit != Exit::Pass {
            terminal::talk(&last);
            return exit;
        }
        let merged = match self {
            Self::Complete(merged) | Self::Already(merged) => Some(merged),
            _ => None,
        };
        let style = Style { colour: true };
        match (format, merged) {
            (Format::Pretty, Some(merged)) => {
                let text = pretty(asked.sweep, merged, style);
                terminal::result(&format!("{text}{last}"));
                return exit;
            }
            (Format::Pretty, None) => {
                terminal::result(&last);
                return exit;
            }
            (Format::Json, Some(_)) => print_file(&asked.folder.join("summary.json")),
            (Format::Csv, Some(_)) => print_file(&asked.folder.join("results.csv")),
            (_, None) => {}
        }
        if !quiet {
            terminal::talk(&last);
        }
        exit
    }
}

/// A folder with one `/` behind it.
fn shown(folder: &Path) -> String {
    let shown = format!("{}/", folder.display());
    harmless(&shown.replace("//", "/"))
}

/// Copies a file of the results to stdout; a closed stream is no fault, as everywhere.
fn print_file(path: &Path) {
    let copied = std::fs::File::open(path)
        .and_then(|mut file| io::copy(&mut file, &mut io::stdout().lock()));
    if let Err(error) = copied
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        terminal::talk(&format!("{} cannot be printed: {error}\n", path.display()));
    }
}

/// `timing.json`: the only file that tells of clock and machine.
fn write_timing(folder: &Path, clock: &Clock) -> io::Result<()> {
    let nanoseconds = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let since_epoch = clock.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let document = serde_json::json!({
        "started_unix_s": since_epoch.as_secs(),
        "worked_in_ns": nanoseconds(clock.instant.elapsed()),
        "operating_system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    });
    let own = std::process::id();
    let temporary = folder.join(format!("{TEMPORARY_PREFIX}timing-{own}"));
    std::fs::write(&temporary, format!("{document:#}\n"))?;
    std::fs::rename(&temporary, folder.join(TIMING))
}
