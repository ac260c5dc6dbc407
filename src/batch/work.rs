//! Working through a sweep or a shard of it, and where to go on after an interruption.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::merge::{MergeError, Merged, cover_of, filling, merge_held, merged};
use super::schedule::in_order;
use super::shard::Shard;
use super::simulate::{CaseResult, simulate};
use super::store::{Finished, Found, State, Store, StoreError};
use super::{Study, Sweep};

/// Most cases that one thread works out in one go: those of one point share what does not depend
/// on the seed.
pub const TOGETHER: u64 = 8;
/// A plain sweep keeps what it has after about so many runs, each of which may take milliseconds …
const PART_RUNS: u64 = 8;
/// … or after so many studies of failures, which take seconds; …
const PART_STUDIES: u64 = 1;
/// … but not more often than this, …
const PARTS_MAX: u64 = 256;
/// … unless that would be more cases than this at a time.
const PART_CASES_MAX: u64 = 1024;

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
    /// It was there already, or is part of the merged results.
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

/// What works out cases that follow one another.
type Work<'w> = dyn Fn(&Sweep, Range<u64>) -> Vec<CaseResult> + Sync + 'w;

/// Works out one shard.
///
/// # Errors
/// Where one of another sweep is in the way, or the folder cannot be written.
pub fn run_shard(
    sweep: &Sweep,
    store: &Store,
    shard: Shard,
    manner: &mut Manner<'_>,
) -> Result<ShardEnd, StoreError> {
    run_shard_with(&simulate, sweep, store, shard, manner)
}

fn run_shard_with(
    work: &Work<'_>,
    sweep: &Sweep,
    store: &Store,
    shard: Shard,
    manner: &mut Manner<'_>,
) -> Result<ShardEnd, StoreError> {
    let cases = shard.cases(sweep.cases());
    let total = cases.end - cases.start;
    let there = match store.state(sweep, shard)? {
        Some(State::Whole) => true,
        Some(State::Foreign { why }) => return Err(store.foreign(shard, &why)),
        // A damaged one is put aside when there is a whole one to take its place.
        Some(State::Damaged { .. }) | None => store.complete(sweep)?.is_some(),
    };
    if there {
        (manner.told)(total, total);
        return Ok(ShardEnd::WasThere);
    }
    store.undisturbed()?;
    if total == 0 {
        return Ok(store.writer(sweep, shard)?.finish()?.into());
    }
    let done = Done {
        before: 0,
        total,
        lasting: true,
    };
    let progress = run_parts(work, (sweep, store), &[shard], done, manner)?;
    Ok(progress.last.map_or(ShardEnd::Interrupted, Into::into))
}

impl From<Finished> for ShardEnd {
    fn from(finished: Finished) -> Self {
        match finished {
            Finished::Written => Self::Written,
            Finished::WasThere => Self::WasThere,
        }
    }
}

/// Works out what is missing of a sweep, merges it and removes the shards. Damaged shards are put
/// aside and worked out again.
///
/// # Errors
/// Where the folder cannot be written, is being worked in, or holds shards that are foreign or
/// of cuts that do not go together.
pub fn run_all(
    sweep: &Sweep,
    store: &Store,
    manner: &mut Manner<'_>,
) -> Result<SweepEnd, MergeError> {
    run_all_with(&simulate, sweep, store, manner)
}

fn run_all_with(
    work: &Work<'_>,
    sweep: &Sweep,
    store: &Store,
    manner: &mut Manner<'_>,
) -> Result<SweepEnd, MergeError> {
    let _held = store.lock()?;
    let total = sweep.cases();
    if let Some(merged) = merged(sweep, store)? {
        store.remove_merged(sweep)?;
        (manner.told)(total, total);
        return Ok(SweepEnd::Complete(Box::new(merged)));
    }
    let parts = to_do(sweep, store)?;
    let length = |shard: &Shard| {
        let cases = shard.cases(total);
        cases.end - cases.start
    };
    let before = total - parts.iter().map(length).sum::<u64>();
    (manner.told)(before, total);
    let done = Done {
        before,
        total,
        lasting: false,
    };
    let progress = run_parts(work, (sweep, store), &parts, done, manner)?;
    if progress.finished < parts.len() {
        let kept = parts[..progress.finished].iter().map(length).sum::<u64>();
        return Ok(SweepEnd::Interrupted {
            done: before + kept,
        });
    }
    let merged = merge_held(sweep, store)?;
    store.remove_merged(sweep)?;
    Ok(SweepEnd::Complete(Box::new(merged)))
}

/// The results of the sweep, where they are merged already. Shards that whoever merged them was
/// killed over are removed where the folder can be written and nobody works in it.
///
/// # Errors
/// Where the results cannot be read.
pub fn merged_before(sweep: &Sweep, store: &Store) -> Result<Option<Merged>, StoreError> {
    let held = store.lock();
    let merged = merged(sweep, store)?;
    if merged.is_some() && held.is_ok() {
        let _ = store.remove_merged(sweep);
    }
    Ok(merged)
}

/// The shards that are to be worked out beside those that are there.
fn to_do(sweep: &Sweep, store: &Store) -> Result<Vec<Shard>, MergeError> {
    let total = sweep.cases();
    let (damaged, found): (Vec<_>, Vec<_>) = store
        .found(sweep)?
        .into_iter()
        .partition(|one| matches!(one.state, State::Damaged { .. }));
    let cover = cover_of(&found, total);
    if !cover.faults.is_empty() {
        return Err(MergeError::Damage {
            faults: cover.faults,
        });
    }
    let mut cuts: Vec<u64> = cover.shards.iter().map(|shard| shard.count).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let cases = match sweep.study {
        Study::Run => PART_RUNS,
        Study::Failures => PART_STUDIES,
    };
    let parts = (total / cases).clamp(1, PARTS_MAX);
    cuts.push(parts.max(total / PART_CASES_MAX));
    let Some(parts) = filling(&cover.missing, &cuts, total) else {
        let gap = |gap: &Range<u64>| {
            let Range { start, end } = gap;
            format!("cases {start}..{end} are missing, and no shard of the cuts here is just that")
        };
        let faults = cover.missing.iter().map(gap).collect();
        return Err(MergeError::Damage { faults });
    };
    for Found { shard, .. } in damaged {
        store.put_aside(shard)?;
    }
    Ok(parts)
}

/// What was done before, and how much there is in all.
#[derive(Clone, Copy)]
struct Done {
    before: u64,
    total: u64,
    /// Whether the parts are to stay, rather than to be merged in a moment.
    lasting: bool,
}

/// How far parts came.
struct Progress {
    /// Parts in their places.
    finished: usize,
    /// How the last of them ended.
    last: Option<Finished>,
}

/// Works out shards, none of them empty, one after the other but without a pause between them.
fn run_parts(
    work: &Work<'_>,
    (sweep, store): (&Sweep, &Store),
    parts: &[Shard],
    done: Done,
    manner: &mut Manner<'_>,
) -> Result<Progress, StoreError> {
    let of = |part: &Shard| Bundles::of(sweep, part.cases(sweep.cases()));
    let bundles: Vec<Bundles> = parts.iter().map(of).collect();
    // The first bundle of every part, counted over all, and the end.
    let mut bounds = vec![0];
    for part in &bundles {
        bounds.push(bounds[bounds.len() - 1] + part.count);
    }
    let part_of = |item: u64| bounds.partition_point(|bound| *bound <= item) - 1;
    let work = |item: u64| {
        let part = part_of(item);
        work(sweep, bundles[part].cases(item - bounds[part]))
    };
    let mut progress = Progress {
        finished: 0,
        last: None,
    };
    let mut writer = None;
    let mut so_far = done.before;
    let told = &mut *manner.told;
    let mut sink = |item: u64, results: Vec<CaseResult>| {
        let part = part_of(item);
        let mut open = match writer.take() {
            Some(open) => open,
            None if done.lasting => store.writer(sweep, parts[part])?,
            None => store.writer(sweep, parts[part])?.hasty(),
        };
        for result in &results {
            open.push(result)?;
        }
        so_far += results.len() as u64;
        told(so_far, done.total);
        if item + 1 == bounds[part + 1] {
            progress.last = Some(open.finish()?);
            progress.finished += 1;
        } else {
            writer = Some(open);
        }
        Ok(())
    };
    let items = 0..bounds[parts.len()];
    in_order(items, manner.jobs, manner.stop, &work, &mut sink)?;
    Ok(progress)
}

/// Cases that follow one another, in bundles of one point each.
struct Bundles {
    seeds: u64,
    per_point: u64,
    within: Range<u64>,
    /// The first, counted from the first case of the sweep.
    first: u64,
    /// How many there are.
    count: u64,
}

impl Bundles {
    /// Of these cases, at least one.
    fn of(sweep: &Sweep, within: Range<u64>) -> Self {
        let seeds = sweep.seeds();
        let per_point = seeds.div_ceil(TOGETHER);
        let number = |case: u64| case / seeds * per_point + case % seeds / TOGETHER;
        let first = number(within.start);
        Self {
            seeds,
            per_point,
            first,
            count: number(within.end - 1) + 1 - first,
            within,
        }
    }

    fn cases(&self, bundle: u64) -> Range<u64> {
        let number = self.first + bundle;
        let point = number / self.per_point * self.seeds;
        let start = point + number % self.per_point * TOGETHER;
        let end = (start + TOGETHER).min(point + self.seeds);
        start.max(self.within.start)..end.min(self.within.end)
    }
}

/// The shards of a cut into `count` that are not whole, in order; none where the merged results of
/// the sweep are here.
///
/// # Errors
/// Where the folder cannot be read.
pub fn missing(sweep: &Sweep, store: &Store, count: u64) -> Result<Vec<u64>, StoreError> {
    let mut missing = Vec::new();
    for index in 0..count {
        let state = store.state(sweep, Shard { index, count })?;
        if state != Some(State::Whole) {
            missing.push(index);
        }
    }
    // Looked at last: shards are removed when they have been merged, not before.
    if !missing.is_empty() && store.complete(sweep)?.is_some() {
        missing.clear();
    }
    Ok(missing)
}

#[cfg(test)]
mod tests;
