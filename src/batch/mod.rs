//! Thousands of what-ifs: sweep axes → ordered cases → shards → one table.
//!
//! A sweep is a pure function of its file and of the files that file names. Case *i* of it is the
//! same whichever shard, thread or machine works it out, so results are cut and put together by
//! counting, and the bytes do not depend on how.

pub mod axis;
pub mod case;
pub mod columns;
pub mod design;
pub mod determinism;
pub mod filter;
pub mod grammar;
pub mod merge;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod path;
pub mod permute;
pub mod read;
#[cfg(test)]
pub(crate) mod samples;
pub mod schedule;
pub mod shard;
pub mod show;
pub mod simulate;
pub mod store;
pub mod tally;
pub mod template;
pub mod work;

use std::path::PathBuf;

use self::axis::Axis;
use self::design::Design;
use self::template::Template;
use crate::scenario::{Files, InputFile};

/// The format of the manifest of a sweep's results.
pub const SCHEMA: &str = "pilotwire.sweep/1";
/// The format of the manifest of one shard.
pub const SHARD_SCHEMA: &str = "pilotwire.shard/1";

/// What is worked out of every case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Study {
    /// One run, as `pilotwire run`.
    Run,
    /// Every single failure, as `pilotwire failures` without flags.
    Failures,
}

impl Study {
    /// The word in sweep files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Failures => "failures",
        }
    }
}

/// A sweep that passed every check.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// `name` of the sweep file.
    pub name: String,
    /// File stem of the sweep file: the results folder is named after it.
    pub stem: String,
    /// What is worked out of every case.
    pub study: Study,
    /// In the order of the file; the last axis changes quickest.
    pub axes: Vec<Axis>,
    /// Which points of the space of axes are cases, and the seeds at each.
    pub design: Design,
    /// What cases are made of.
    pub base: Base,
    /// Whether histograms of every case are kept.
    pub histograms: bool,
    /// SHA-256, hex, over everything a result depends on: tool and model version, axes, design,
    /// seeds and the contents of all files. Shards of one sweep share it.
    pub digest: String,
    /// The sweep written out in full, in one order: what `digest` covers, as TOML.
    pub expanded: String,
    /// Files read: as named, with the SHA-256 of their contents.
    pub inputs: Vec<InputFile>,
}

/// What cases are made of: texts with holes, and everything else that is read.
#[derive(Clone, Debug)]
pub struct Base {
    /// The scenario file: where its names start from.
    pub path: PathBuf,
    /// Its text.
    pub scenario: Template,
    /// The topology file and its text, where an axis leads into it.
    pub topology: Option<(PathBuf, Template)>,
    /// Every file that any case reads, as it was when the sweep was read; sealed.
    pub files: Files,
    /// Seed of the scenario.
    pub seed: u64,
}
