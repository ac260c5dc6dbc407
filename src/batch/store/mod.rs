//! The folder of a sweep: shards appear in it whole or not at all, and are found again.
//!
//! It may hold shards of one sweep, the merged results of that sweep or of an earlier state of it,
//! and what killed processes left; with anything else in it, it is left alone.

mod clean;
pub(super) mod disk;
mod layout;
mod verify;
mod writer;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::shard::Shard;
use super::{SCHEMA, Sweep};
use crate::report::folder::{MANIFEST, TEMPORARY_PREFIX, found as schema_and_name};
use crate::report::text::harmless;

pub use clean::{Cleaned, clean};
pub(super) use disk::Growing;
pub(super) use layout::{Content, HISTOGRAMS, Part};
use verify::Identity;
pub use writer::ShardWriter;

/// Names of damaged shards that were put aside begin so.
pub const DAMAGED_PREFIX: &str = ".damaged-";
/// Held by the process that works on the whole folder.
const LOCK: &str = ".tmp-lock";
/// Opening a folder looks into so many shards; merging looks into all.
const LOOKED_INTO: usize = 16;
const MANIFEST_OCTETS_MAX: u64 = 64 << 20;

/// Why a folder cannot be used.
#[derive(Debug)]
pub enum StoreError {
    /// Something that is not ours, or of another sweep, stands in the way; nothing was touched.
    InTheWay {
        /// Where.
        path: PathBuf,
        /// What is there.
        what: String,
        /// What may be done about it.
        help: String,
    },
    /// Another process works in the folder.
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused.
    Io {
        /// Where.
        path: PathBuf,
        /// How.
        error: io::Error,
    },
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InTheWay { path, what, .. } => write!(out, "{} {what}", path.display()),
            Self::Busy { path } => write!(out, "another process works in {}", path.display()),
            Self::Io { path, error } => write!(out, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for StoreError {}

/// The folder of one sweep.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    parts: Vec<Part>,
}

/// Held by a process that works on the whole folder; given up when it ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    path: PathBuf,
}

/// A shard that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Which, by the name of its folder.
    pub shard: Shard,
    /// What it is worth.
    pub state: State,
}

/// What a shard in a folder is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Every file is as its manifest says.
    Whole,
    /// A file is missing, cut short or altered.
    Damaged {
        /// Which and how.
        why: String,
    },
    /// Of another sweep, or of another version.
    Foreign {
        /// How that shows.
        why: String,
    },
}

/// How writing a shard ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finished {
    /// It is there now.
    Written,
    /// Another process was quicker; its bytes are the same.
    WasThere,
}

/// What is read of the manifest of merged results.
#[derive(Deserialize, Debug)]
struct Outline {
    schema: String,
    sweep_digest: String,
    result_hash: String,
    outputs: Vec<Output>,
}

#[derive(Deserialize, Debug)]
struct Output {
    path: String,
    sha256: String,
}

impl Store {
    /// The folder of this sweep, made where there is none.
    ///
    /// # Errors
    /// Where something is in the way, or the system refuses.
    pub fn open(path: PathBuf, sweep: &Sweep) -> Result<Self, StoreError> {
        let store = Self::existing(path, sweep);
        check(&store.path, &Identity::of(sweep))?;
        fs::create_dir_all(&store.path).map_err(io_at(&store.path))?;
        Ok(store)
    }

    /// The folder as it is, for looking and merging: it is not made, and what does not belong is
    /// told by [`super::merge::merge`], shard by shard.
    #[must_use]
    pub fn existing(path: PathBuf, sweep: &Sweep) -> Self {
        Self {
            path,
            parts: layout::parts(sweep),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files that grow case by case.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Keeps others from working on the whole folder. [`super::work::run_all`],
    /// [`super::merge::merge`] and [`clean`] do so themselves.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another process does.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        lock(&self.path)
    }

    /// Whether nobody works on the whole folder now; shards do not keep each other out.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another process does.
    pub fn undisturbed(&self) -> Result<(), StoreError> {
        let Ok(file) = File::open(self.path.join(LOCK)) else {
            return Ok(());
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy {
                path: self.path.clone(),
            }),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }

    /// Shards in the folder, in order of count, then index; every file of each is read.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn found(&self, sweep: &Sweep) -> Result<Vec<Found>, StoreError> {
        let shards = shards(&self.path)?.into_iter();
        let found = shards.map(|shard| {
            let state = self.state(sweep, shard)?;
            Ok(state.map(|state| Found { shard, state }))
        });
        // One that another process has just removed was not found.
        found.filter_map(Result::transpose).collect()
    }

    /// What the shard is worth; `None` where it is not there.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn state(&self, sweep: &Sweep, shard: Shard) -> Result<Option<State>, StoreError> {
        let folder = self.path.join(shard.folder());
        match verify::state(&folder, shard, &Identity::of(sweep), &self.parts) {
            Ok(state) => Ok(Some(state)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_at(&folder)(error)),
        }
    }

    /// Whether the results of this very sweep are here, merged, and as their manifest says; their
    /// result hash.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn complete(&self, sweep: &Sweep) -> Result<Option<String>, StoreError> {
        let outline = whole(&self.path)?;
        let of_this = outline.filter(|outline| outline.sweep_digest == sweep.digest);
        let has = |outline: &Outline, part: &Part| {
            let mut outputs = outline.outputs.iter();
            part.is_optional() || outputs.any(|output| output.path == part.name)
        };
        let every = of_this.filter(|one| self.parts.iter().all(|part| has(one, part)));
        Ok(every.map(|outline| outline.result_hash))
    }

    /// Begins a shard.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn writer(&self, sweep: &Sweep, shard: Shard) -> Result<ShardWriter, StoreError> {
        ShardWriter::begin(&self.path, Identity::of(sweep), &self.parts, shard)
    }

    /// Gives a damaged shard a name of its own.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(super) fn put_aside(&self, shard: Shard) -> Result<(), StoreError> {
        writer::put_aside(&self.path, &shard.folder())
    }

    /// That a shard of another sweep has the name of one of ours.
    pub(super) fn foreign(&self, shard: Shard, why: &str) -> StoreError {
        foreign_in_the_way(&self.path, &shard.folder(), why)
    }

    /// Names of the files that the merged results here consist of, by their manifest; none where
    /// it is not one of ours.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn outputs(&self) -> Result<Vec<String>, StoreError> {
        let outputs = outline(&self.path)?.map_or(Vec::new(), |outline| outline.outputs);
        Ok(outputs.into_iter().map(|output| output.path).collect())
    }

    /// Removes shards that are part of the merged results.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(super) fn remove_merged(&self, sweep: &Sweep) -> Result<u64, StoreError> {
        clean::remove_shards(&self.path, &sweep.digest)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held: who opens the name after this makes a file of its own.
        #[cfg(unix)]
        let _ = fs::remove_file(&self.path);
        #[cfg(not(unix))]
        let _ = &self.path;
    }
}

/// For telling where the system refused.
pub(super) fn io_at(path: &Path) -> impl Fn(io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Io {
        path: path.clone(),
        error,
    }
}

fn lock(folder: &Path) -> Result<Lock, StoreError> {
    let path = folder.join(LOCK);
    loop {
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(io_at(&path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Busy {
                    path: folder.to_owned(),
                });
            }
            // A file system without locks is worked on without.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if is_at(&file, &path) {
            return Ok(Lock { _file: file, path });
        }
        // Its last holder removed it between the two calls above.
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Nobody removes it here.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Shards in a folder by their names, in order of count, then index; none where there is no folder.
fn shards(folder: &Path) -> Result<Vec<Shard>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(io_at(folder))?,
    };
    let mut shards = Vec::new();
    for entry in entries {
        let name = entry.map_err(io_at(folder))?.file_name();
        shards.extend(name.to_str().and_then(Shard::of_folder));
    }
    shards.sort_by_key(|shard| (shard.count, shard.index));
    Ok(shards)
}

fn foreign_in_the_way(path: &Path, name: &str, why: &str) -> StoreError {
    StoreError::InTheWay {
        path: path.to_owned(),
        what: format!("holds {name}, which is {why}"),
        help: "name another folder with --out, or remove the shards in this one".into(),
    }
}

/// Whether this sweep may work in a folder. Touches nothing.
fn check(path: &Path, of: &Identity) -> Result<(), StoreError> {
    let in_the_way = |what: String| {
        Err(StoreError::InTheWay {
            path: path.to_owned(),
            what,
            help: "name another folder with --out, or remove this one".into(),
        })
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_at(path)(error)),
        Ok(_) => {}
    }
    if !path.is_dir() {
        return in_the_way("exists and is not a folder".into());
    }
    let mut ours = false;
    for shard in shards(path)?.into_iter().take(LOOKED_INTO) {
        let folder = path.join(shard.folder());
        if let Some(why) = verify::foreign(&folder, of) {
            return Err(foreign_in_the_way(path, &shard.folder(), &why));
        }
        ours |= verify::digest_of(&folder).is_some();
    }
    match schema_and_name(&path.join(MANIFEST)) {
        Some(found) if found.schema != SCHEMA => {
            in_the_way("is not empty and not the results of this command".into())
        }
        Some(found) if found.name != of.name => in_the_way(format!(
            "holds the results of \"{}\", not of \"{}\"",
            harmless(&found.name),
            of.name
        )),
        None if !ours && has_others(path)? => {
            in_the_way("is not empty and has no manifest of ours".into())
        }
        _ => Ok(()),
    }
}

/// Whether anything is there besides shards and leftovers.
fn has_others(path: &Path) -> Result<bool, StoreError> {
    for entry in fs::read_dir(path).map_err(io_at(path))? {
        let name = entry.map_err(io_at(path))?.file_name();
        let name = name.to_string_lossy();
        let leftover = name.starts_with(TEMPORARY_PREFIX) || name.starts_with(DAMAGED_PREFIX);
        if !leftover && Shard::of_folder(&name).is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the manifest of merged results of whatever sweep says; `None` where there is none.
fn outline(folder: &Path) -> Result<Option<Outline>, StoreError> {
    let path = folder.join(MANIFEST);
    let text = match disk::short_file(&path, MANIFEST_OCTETS_MAX) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(io_at(&path)(error)),
    };
    let outline = text.and_then(|text| serde_json::from_slice::<Outline>(&text).ok());
    // Results lie in one folder; a manifest that says otherwise is none of ours.
    let plain = |output: &Output| {
        let mut parts = Path::new(&output.path).components();
        matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        )
    };
    let ours = |one: &Outline| one.schema == SCHEMA && one.outputs.iter().all(plain);
    Ok(outline.filter(ours))
}

/// The merged results of whatever sweep, where every file is as their manifest says.
fn whole(folder: &Path) -> Result<Option<Outline>, StoreError> {
    let Some(outline) = outline(folder)? else {
        return Ok(None);
    };
    for output in &outline.outputs {
        let file = folder.join(&output.path);
        match disk::sum(&file) {
            Ok((_, sha256)) if sha256 == output.sha256 => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_at(&file)(error)),
        }
    }
    Ok(Some(outline))
}
