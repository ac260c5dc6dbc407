//! The results folder: whole or not at all.
//!
//! Files go into a temporary sibling folder, which then takes the name. A results folder of the
//! same scenario is replaced; anything else that is not empty is left alone.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::manifest::{self, Found, Head, Output};
use super::svg::plots;
use super::{Report, SCHEMA, comparison, histograms, tables};

/// Names of our temporary folders begin so; what a killed run left does not count as content.
pub const TEMPORARY_PREFIX: &str = ".tmp-";
/// Held by the process that a temporary folder belongs to.
pub(crate) const LOCK: &str = "lock";
/// What becomes of a temporary folder's content, whole.
pub(crate) const FRESH: &str = "fresh";
/// What stood in its place before.
pub(crate) const BEFORE: &str = "before";
/// The only file that tells of clock and host; no sum covers it.
pub const TIMING: &str = "timing.json";
/// What a results folder says of itself.
pub(crate) const MANIFEST: &str = "manifest.json";
const MANIFEST_MAX_OCTETS: u64 = 64 << 20;

/// Why a results folder was not written.
#[derive(Debug)]
pub enum FolderError {
    /// Something that is not ours stands in the way; nothing was touched.
    InTheWay {
        /// The folder asked for.
        path: PathBuf,
        /// What is there.
        what: String,
    },
    /// The system refused.
    Io {
        /// Where.
        path: PathBuf,
        /// How.
        error: io::Error,
    },
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InTheWay { path, what } => write!(out, "{} {what}", path.display()),
            Self::Io { path, error } => write!(out, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for FolderError {}

/// The files of a report, in the order of the manifest, but for `timing.json`.
#[must_use]
pub fn files(report: &Report<'_>) -> Vec<Output> {
    let text = |name: &'static str, content: &str| Output {
        name: name.into(),
        content: content.as_bytes().to_vec(),
    };
    let mut outputs = vec![
        text("scenario.toml", &report.scenario.expanded),
        text("results.csv", &report.results_csv),
        text("budget.csv", &report.budget_csv),
        text("events.csv", &report.events_csv),
        Output {
            name: "histograms.hlog".into(),
            content: histograms::log(report.scenario, report.outcome),
        },
    ];
    let asked = [
        ("comparison.csv", comparison::table(report)),
        (
            "series.csv",
            tables::series(report.scenario, report.outcome),
        ),
    ];
    for (name, content) in asked {
        outputs.extend(content.map(|content| text(name, &content)));
    }
    if let Some([relays, lines]) = &report.relays_csv {
        outputs.extend([text("relays.csv", relays), text("lines.csv", lines)]);
    }
    let asked = [
        ("requirements.csv", &report.requirements_csv),
        ("share.csv", &report.share_csv),
        ("searched.csv", &report.searched_csv),
    ];
    for (name, content) in asked {
        outputs.extend(content.as_ref().map(|content| text(name, content)));
    }
    outputs.extend(plots::of_run(report));
    let summary = report.summary();
    let head = Head {
        schema: SCHEMA,
        result_hash: &report.result_hash,
        counts: &CircuitCounts {
            circuits_total: summary.circuits,
            circuits_failed: summary.failed,
            lines_total: report.relays.as_ref().map(|_| summary.lines),
            lines_failed: report.relays.as_ref().map(|_| summary.lines_failed),
        },
    };
    let manifest = manifest::render(report.scenario, report.findings, &head, &outputs);
    sealed(outputs, &manifest)
}

#[derive(Serialize)]
struct CircuitCounts {
    circuits_total: usize,
    circuits_failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_failed: Option<usize>,
}

/// The files with their manifest before them and the sums behind them.
pub(super) fn sealed(mut outputs: Vec<Output>, manifest: &str) -> Vec<Output> {
    let text = |name: &'static str, content: &str| Output {
        name: name.into(),
        content: content.as_bytes().to_vec(),
    };
    outputs.insert(0, text(MANIFEST, manifest));
    let sums = manifest::sums(&outputs);
    outputs.push(text("SHA256SUMS", &sums));
    outputs
}

/// Whose results a folder holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner<'a> {
    /// The format of its manifest: which command wrote it.
    pub schema: &'a str,
    /// Name of the scenario.
    pub name: &'a str,
}

/// Whether results of this owner may be written to `path`: it does not exist, is empty, or holds
/// results of the same owner. Touches nothing.
///
/// # Errors
/// [`FolderError::InTheWay`] where something else is there, [`FolderError::Io`] where that
/// cannot be found out.
pub fn check(path: &Path, owner: Owner<'_>) -> Result<(), FolderError> {
    let in_the_way = |what: String| {
        Err(FolderError::InTheWay {
            path: path.to_owned(),
            what,
        })
    };
    let io = |error| FolderError::Io {
        path: path.to_owned(),
        error,
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
        Ok(_) => {}
    }
    if !path.is_dir() {
        return in_the_way("exists and is not a folder".into());
    }
    let mut empty = true;
    for entry in fs::read_dir(path).map_err(io)? {
        let leftover =
            |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(TEMPORARY_PREFIX);
        empty &= leftover(&entry.map_err(io)?.file_name());
    }
    if empty {
        return Ok(());
    }
    match found(&path.join(MANIFEST)) {
        Some(found) if found.schema != owner.schema => {
            in_the_way("is not empty and not the results of this command".into())
        }
        Some(found) if found.name != owner.name => in_the_way(format!(
            "holds the results of \"{}\", not of \"{}\"",
            super::text::harmless(&found.name),
            owner.name
        )),
        Some(_) => Ok(()),
        None => in_the_way("is not empty and has no manifest of ours".into()),
    }
}

/// Schema and name of a manifest; `None` where it is none of ours.
pub(crate) fn found(manifest: &Path) -> Option<Found> {
    if fs::metadata(manifest).ok()?.len() > MANIFEST_MAX_OCTETS {
        return None;
    }
    serde_json::from_slice(&fs::read(manifest).ok()?).ok()
}

/// Writes the files to `path`, replacing what [`check`] allows to be replaced.
///
/// # Errors
/// As [`check`], and [`FolderError::Io`] where the system refuses; then what was at `path`
/// before is still there.
pub fn write(path: &Path, owner: Owner<'_>, outputs: &[Output]) -> Result<(), FolderError> {
    check(path, owner)?;
    let io = |error| FolderError::Io {
        path: path.to_owned(),
        error,
    };
    // A link to a folder stays a link: what it points to is replaced.
    let target = if path.exists() {
        fs::canonicalize(path).map_err(io)?
    } else {
        path.to_owned()
    };
    let parent = match target.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(io)?;
    let temporary = Temporary::new_in(&parent).map_err(io)?;
    let fresh = temporary.fresh();
    for output in outputs {
        let file = fresh.join(&*output.name);
        write_file(&fresh, &file, &output.content).map_err(|error| FolderError::Io {
            path: path.join(&*output.name),
            error,
        })?;
    }
    open_to_read(&fresh, 0o755).map_err(io)?;
    if target.exists() {
        let aside = temporary.path().join(BEFORE);
        fs::rename(&target, &aside).map_err(io)?;
        if let Err(error) = fs::rename(&fresh, &target) {
            // The error told is the first one; what cannot be put back is at least kept.
            if fs::rename(&aside, &target).is_err() {
                let _ = temporary.folder.keep();
            }
            return Err(io(error));
        }
    } else {
        fs::rename(&fresh, &target).map_err(io)?;
    }
    Ok(())
}

/// A folder of our own beside results that nobody takes for one; removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Temporary {
    // Before the folder: closed when that is removed.
    _lock: fs::File,
    folder: TempDir,
}

impl Temporary {
    /// A new one in this folder.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(crate) fn new_in(parent: &Path) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            let folder = tempfile::Builder::new()
                .prefix(TEMPORARY_PREFIX)
                .tempdir_in(parent)?;
            match claimed(folder.path()) {
                Ok(lock) => {
                    fs::create_dir(folder.path().join(FRESH))?;
                    return Ok(Self {
                        _lock: lock,
                        folder,
                    });
                }
                // Somebody who cleans up took it for one that was left.
                Err(error) if tries < TRIES && is_lost(&error) => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where content is written, to be renamed into place.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.folder.path().join(FRESH)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Claims of temporary folders that may be lost to somebody who cleans up.
const TRIES: u32 = 8;

/// The lock of a folder, ours from now on.
fn claimed(folder: &Path) -> io::Result<fs::File> {
    let lock = fs::File::create_new(folder.join(LOCK))?;
    match lock.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(io::ErrorKind::AlreadyExists.into()),
        // Where the file system has no locks, nobody can tell that it is in use; `clean` is then
        // to be kept from running beside.
        Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(lock),
    }
}

fn is_lost(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::AlreadyExists, io::ErrorKind::NotFound];
    kinds.contains(&error.kind())
}

/// Writes a file, and the folder it lies in where that is not the results folder itself.
pub(crate) fn write_file(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(own) = path.parent().filter(|own| *own != folder && !own.exists()) {
        fs::create_dir(own)?;
        open_to_read(own, 0o755)?;
    }
    let mut file = fs::File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    open_to_read(path, 0o644)
}

/// Temporary things are private; results are for everybody to read.
#[cfg(unix)]
pub(crate) fn open_to_read(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// There are no modes here.
#[cfg(not(unix))]
pub(crate) fn open_to_read(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};

    fn of(name: &str) -> Owner<'_> {
        Owner {
            schema: SCHEMA,
            name,
        }
    }

    fn sample_files() -> Vec<Output> {
        let (scenario, outcome) = scenario_and_outcome(&Sample::default());
        files(&Report::new(&scenario, &outcome, &[]))
    }

    #[test]
    fn the_folder_holds_every_file_and_the_sums_cover_all_but_themselves() {
        let files = sample_files();
        let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
        assert_eq!(
            names,
            [
                "manifest.json",
                "scenario.toml",
                "results.csv",
                "budget.csv",
                "events.csv",
                "histograms.hlog",
                "SHA256SUMS",
            ]
        );
        let sums = String::from_utf8(files[6].content.clone()).unwrap();
        assert_eq!(sums.lines().count(), 6);
        assert!(!sums.contains(TIMING));
    }

    #[test]
    fn results_of_the_same_scenario_are_replaced_and_leave_no_temporary_folder() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep").join("sample");
        write(&path, of("Sample"), &sample_files()).unwrap();
        fs::write(path.join(".tmp-left"), "x").unwrap();
        write(&path, of("Sample"), &sample_files()).unwrap();
        assert!(!path.join(".tmp-left").exists());
        let entries = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(entries, 1);
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let files = sample_files();
        let refused = |path: &Path, name: &str| {
            let error = write(path, of(name), &files).unwrap_err();
            matches!(error, FolderError::InTheWay { .. })
        };
        let path = home.path().join("results");
        write(&path, of("Sample"), &files).unwrap();
        assert!(refused(&path, "Another"));
        let foreign = home.path().join("thesis");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("chapter-1.txt"), "text").unwrap();
        assert!(refused(&foreign, "Sample"));
        assert!(refused(&foreign.join("chapter-1.txt"), "Sample"));
        fs::write(foreign.join("manifest.json"), "{\"name\": \"Sample\"}").unwrap();
        assert!(refused(&foreign, "Sample"));
        assert_eq!(fs::read(foreign.join("chapter-1.txt")).unwrap(), b"text");
    }

    #[test]
    fn an_empty_folder_or_one_with_leftovers_only_is_taken() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".tmp-xyz")).unwrap();
        write(home.path(), of("Sample"), &sample_files()).unwrap();
        assert!(home.path().join("results.csv").exists());
    }

    #[cfg(unix)]
    #[test]
    fn results_are_readable_by_everybody() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("sample");
        write(&path, of("Sample"), &sample_files()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&path), mode(&path.join("results.csv"))),
            (0o755, 0o644)
        );
    }
}
