//! Working through a sweep or a shard of it, and where to go on after an interruption.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use super::Sweep;
use super::merge::{MergeError, Merged};
use super::shard::Shard;
use super::store::{Store, StoreError};

/// How cases are worked out.
pub struct Manner<'a> {
    /// Threads; `None`: one per core. Changes no result.
    pub jobs: Option<NonZeroUsize>,
    /// Set from outside: what has begun is finished, no more.
    pub stop: &'a AtomicBool,
    /// Told how many cases are done, and of how many, whenever that changes; those that were done
    /// before count.
    pub told: &'a mut (dyn FnMut(u64, u64) + Send),
}

/// How a shard ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShardEnd {
    /// It is there, written now.
    Written,
    /// It was there already.
    WasThere,
    /// Stopped: nothing of it is kept.
    Interrupted,
}

/// How a sweep ended.
#[derive(Debug)]
pub enum SweepEnd {
    /// Merged.
    Complete(Box<Merged>),
    /// Stopped: this many of its cases are kept, and the same call goes on from there.
    Interrupted {
        /// Cases kept.
        done: u64,
    },
}

/// Works out one shard.
///
/// # Errors
/// Where the folder cannot be written.
pub fn run_shard(
    sweep: &Sweep,
    store: &Store,
    shard: Shard,
    manner: &mut Manner<'_>,
) -> Result<ShardEnd, StoreError> {
    let _ = (sweep, store, shard, manner);
    todo!()
}

/// Works out what is missing of a sweep, merges it and removes the shards.
///
/// # Errors
/// Where the folder cannot be written, is being worked in, or holds damaged shards.
pub fn run_all(
    sweep: &Sweep,
    store: &Store,
    manner: &mut Manner<'_>,
) -> Result<SweepEnd, MergeError> {
    let _ = (sweep, store, manner);
    todo!()
}

/// The shards of a cut into `count` that are not whole, in order.
///
/// # Errors
/// Where the folder cannot be read.
pub fn missing(sweep: &Sweep, store: &Store, count: u64) -> Result<Vec<u64>, StoreError> {
    let _ = (sweep, store, count);
    todo!()
}
