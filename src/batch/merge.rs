//! From shards to one table: every case once, every octet as it was written.

use std::ops::Range;

use super::Sweep;
use super::store::{Store, StoreError};
use super::tally::Tally;

/// Why shards cannot be merged.
#[derive(Debug)]
pub enum MergeError {
    /// Cases that no shard holds: the sweep goes on.
    Missing {
        /// In order.
        cases: Vec<Range<u64>>,
    },
    /// Shards that are damaged, foreign, or hold a case twice: one line each.
    Damage {
        /// What is wrong.
        faults: Vec<String>,
    },
    /// The folder.
    Store(StoreError),
}

/// What was merged.
#[derive(Debug)]
pub struct Merged {
    /// SHA-256 over `results.csv`, `cases.csv` and, where it is written, `lines.csv`, hex.
    pub result_hash: String,
    /// What the tables come to.
    pub tally: Tally,
}

/// Checks every shard and writes the results of the sweep: `results.csv`, `results.parquet`,
/// `cases.csv`, `lines.csv`, `summary.json`, `histograms.hlog`, `sweep.toml`, `manifest.json`,
/// `SHA256SUMS`. The bytes do not depend on how the sweep was cut.
///
/// # Errors
/// Where shards are missing or damaged, or the system refuses; then nothing was changed.
pub fn merge(sweep: &Sweep, store: &Store) -> Result<Merged, MergeError> {
    let _ = (sweep, store);
    todo!()
}
