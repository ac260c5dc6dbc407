//! The folder of a sweep: shards appear in it whole or not at all, and are found again.

use std::io;
use std::path::PathBuf;

use super::Sweep;
use super::shard::Shard;
use super::simulate::CaseResult;

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

/// The folder of one sweep.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
}

/// Held by a process that works on the whole folder; given up when it ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: std::fs::File,
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

/// A shard that is being written, in a folder that nobody takes for one yet.
#[derive(Debug)]
pub struct ShardWriter {}

/// How writing a shard ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finished {
    /// It is there now.
    Written,
    /// Another process was quicker; its bytes are the same.
    WasThere,
}

impl Store {
    /// The folder of this sweep, made where there is none.
    ///
    /// # Errors
    /// Where something is in the way, or the system refuses.
    pub fn open(path: PathBuf, sweep: &Sweep) -> Result<Self, StoreError> {
        let _ = (path, sweep);
        todo!()
    }

    /// Keeps others from working on the whole folder.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another process does.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        todo!()
    }

    /// Shards in the folder, in order of count, then index; every file of each is read.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn found(&self, sweep: &Sweep) -> Result<Vec<Found>, StoreError> {
        let _ = sweep;
        todo!()
    }

    /// Whether the results of this very sweep are here, merged, and as their manifest says; their
    /// result hash.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn complete(&self, sweep: &Sweep) -> Result<Option<String>, StoreError> {
        let _ = sweep;
        todo!()
    }

    /// Begins a shard.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn writer(&self, sweep: &Sweep, shard: Shard) -> Result<ShardWriter, StoreError> {
        let _ = (sweep, shard);
        todo!()
    }
}

impl ShardWriter {
    /// Adds the next case.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn push(&mut self, result: &CaseResult) -> Result<(), StoreError> {
        let _ = result;
        todo!()
    }

    /// Puts the shard in its place, whole.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn finish(self) -> Result<Finished, StoreError> {
        todo!()
    }
}

/// What [`clean`] removed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Cleaned {
    /// Temporary folders and files of processes that were killed.
    pub leftovers: u64,
    /// Damaged shards that were put aside.
    pub put_aside: u64,
    /// Shards that are part of the merged results.
    pub shards: u64,
}

/// Removes from a results folder, and from the folder it lies in, what killed processes left; and,
/// where the merged results are whole, the shards they were made of.
///
/// # Errors
/// Where the folder is not one of ours, is being worked in, or the system refuses.
pub fn clean(path: &std::path::Path) -> Result<Cleaned, StoreError> {
    let _ = path;
    todo!()
}
