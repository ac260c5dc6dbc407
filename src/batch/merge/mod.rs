//! From shards to one table: every case once, every octet as it was written.

mod cover;
mod join;
mod manifest;

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use self::cover::cover;
pub(super) use self::cover::{Cover, cover as cover_of, filling};
use self::manifest::FileObject;
use super::Sweep;
use super::columns::Table;
use super::shard::Shard;
use super::store::{Content, HISTOGRAMS, Store, StoreError, disk, io_at};
use super::tally::Tally;
use crate::report::folder::{MANIFEST, TIMING, Temporary, write_file};
use crate::report::sha256_hex;

const SUMS: &str = "SHA256SUMS";
const PARQUET: &str = "results.parquet";

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

impl From<StoreError> for MergeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was merged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// SHA-256 over `results.csv`, `cases.csv` and, where it is written, `lines.csv`, hex.
    pub result_hash: String,
    /// What the tables come to.
    pub tally: Tally,
}

/// Checks every shard and writes the results of the sweep: `results.csv`, `results.parquet`,
/// `cases.csv`, `lines.csv`, `summary.json`, `histograms.hlog`, `sweep.toml`, `manifest.json`,
/// `SHA256SUMS`. The bytes do not depend on how the sweep was cut. Shards stay; where there are not
/// enough of them but the results are here and whole, these are told.
///
/// # Errors
/// Where shards are missing or damaged, or the system refuses; then nothing was changed.
pub fn merge(sweep: &Sweep, store: &Store) -> Result<Merged, MergeError> {
    if !store.path().exists() {
        let cases = std::iter::once(0..sweep.cases()).collect();
        return Err(MergeError::Missing { cases });
    }
    let _held = store.lock()?;
    merge_held(sweep, store)
}

/// The same for who holds the folder.
pub(super) fn merge_held(sweep: &Sweep, store: &Store) -> Result<Merged, MergeError> {
    let Cover {
        mut faults,
        missing,
        shards,
    } = cover(&store.found(sweep)?, sweep.cases());
    if !faults.is_empty() {
        let gap = |gap: &Range<u64>| format!("cases {}..{} are missing", gap.start, gap.end);
        faults.extend(missing.iter().map(gap));
        return Err(MergeError::Damage { faults });
    }
    if missing.is_empty() {
        return Ok(write(sweep, store, &shards)?);
    }
    // Shards that are merged may be removed, and who removes them may be killed.
    match merged(sweep, store)? {
        Some(merged) => Ok(merged),
        None => Err(MergeError::Missing { cases: missing }),
    }
}

/// What the results that are here come to, where they are those of this very sweep, and whole.
///
/// # Errors
/// Where they cannot be read.
pub fn merged(sweep: &Sweep, store: &Store) -> Result<Option<Merged>, StoreError> {
    let Some(result_hash) = store.complete(sweep)? else {
        return Ok(None);
    };
    let mut tally = Tally::new(sweep);
    for part in store.parts() {
        if let Content::Table(table) = part.content {
            let path = store.path().join(&part.name);
            let mut file = match File::open(&path) {
                // The manifest lists every file there is; that has been checked.
                Err(error) if part.is_optional() && error.kind() == io::ErrorKind::NotFound => {
                    continue;
                }
                other => other.map_err(io_at(&path))?,
            };
            join::count(&mut file, table, &mut tally).map_err(io_at(&path))?;
        }
    }
    Ok(Some(Merged { result_hash, tally }))
}

/// Writes the results from shards that are whole and hold every case once.
fn write(sweep: &Sweep, store: &Store, shards: &[Shard]) -> Result<Merged, StoreError> {
    let temporary = Temporary::new_in(store.path()).map_err(io_at(store.path()))?;
    let fresh = temporary.fresh();
    let mut outputs = Vec::new();
    let short = |outputs: &mut Vec<FileObject>, name: &str, content: &str| {
        let path = fresh.join(name);
        write_file(&fresh, &path, content.as_bytes()).map_err(io_at(&path))?;
        outputs.push(FileObject {
            path: name.into(),
            sha256: sha256_hex(content.as_bytes()),
        });
        Ok(())
    };
    short(&mut outputs, "sweep.toml", &sweep.expanded)?;
    let merged = tables(sweep, store, shards, &fresh, &mut outputs)?;
    let summary = super::show::summary(sweep, &merged);
    short(&mut outputs, "summary.json", &summary)?;
    let manifest = manifest::render(sweep, &merged, &outputs);
    let names: Vec<String> = outputs.iter().map(|output| output.path.clone()).collect();
    short(&mut outputs, MANIFEST, &manifest)?;
    // The manifest first, as in every results folder.
    outputs.rotate_right(1);
    let sums = manifest::sums(&outputs);
    short(&mut outputs, SUMS, &sums)?;
    disk::sync_folder(&fresh);
    put(store, &fresh, &names)?;
    Ok(merged)
}

/// Writes everything that grows with the number of cases.
fn tables(
    sweep: &Sweep,
    store: &Store,
    shards: &[Shard],
    fresh: &Path,
    outputs: &mut Vec<FileObject>,
) -> Result<Merged, StoreError> {
    let folder = |shard: &Shard| store.path().join(shard.folder());
    let folders: Vec<PathBuf> = shards.iter().map(folder).collect();
    let mut tally = Tally::new(sweep);
    let mut hash = Sha256::new();
    for part in store.parts() {
        let path = fresh.join(&part.name);
        let mut written = disk::begin(&path).map_err(io_at(&path))?;
        let mut also = match part.content {
            Content::Table(_) => Some(hash.clone()),
            Content::Histograms => None,
        };
        let into = (path.as_path(), &mut written);
        let joined = join::join(part, &folders, into, also.as_mut(), &mut tally);
        joined.map_err(|(path, error)| StoreError::Io { path, error })?;
        let (octets, sum) = disk::end(written, &path, true).map_err(io_at(&path))?;
        if part.is_optional() && octets == part.head.len() as u64 {
            fs::remove_file(&path).map_err(io_at(&path))?;
            continue;
        }
        hash = also.unwrap_or(hash);
        outputs.push(FileObject {
            path: part.name.clone(),
            sha256: disk::finished(sum),
        });
        #[cfg(feature = "parquet")]
        if part.content == Content::Table(Table::Results) {
            outputs.push(parquet(sweep, fresh, &path)?);
        }
    }
    Ok(Merged {
        result_hash: disk::finished(hash),
        tally,
    })
}

/// Writes `results.parquet` from `results.csv`.
#[cfg(feature = "parquet")]
fn parquet(sweep: &Sweep, fresh: &Path, csv: &Path) -> Result<FileObject, StoreError> {
    use super::columns::columns;
    use crate::report::folder::open_to_read;
    use crate::report::{MODEL_VERSION, TOOL_VERSION};
    use std::io::{BufReader, BufWriter};

    let path = fresh.join(PARQUET);
    let model_version = MODEL_VERSION.to_string();
    let about = [
        ("pilotwire.schema", super::SCHEMA),
        ("pilotwire.tool_version", TOOL_VERSION),
        ("pilotwire.model_version", &model_version),
        ("pilotwire.sweep", &sweep.name),
        ("pilotwire.sweep_digest", &sweep.digest),
    ];
    let converted = || -> io::Result<String> {
        let mut csv = BufReader::new(File::open(csv)?);
        let target = File::create_new(&path)?;
        let again = target.try_clone()?;
        let target = Box::new(BufWriter::new(target));
        let columns = columns(sweep, Table::Results);
        super::parquet::convert(&columns, &mut csv, target, &about)?;
        again.sync_all()?;
        open_to_read(&path, 0o644)?;
        Ok(disk::sum(&path)?.1)
    };
    Ok(FileObject {
        path: PARQUET.into(),
        sha256: converted().map_err(io_at(&path))?,
    })
}

/// Puts the files in their places: without a manifest until all are there.
fn put(store: &Store, fresh: &Path, names: &[String]) -> Result<(), StoreError> {
    let home = store.path();
    let mut gone = store.outputs()?;
    // A merge that was killed took the manifest away that lists what else is out of date.
    gone.extend(Table::ALL.map(|table| format!("{}.csv", table.stem())));
    gone.extend([HISTOGRAMS, PARQUET].map(str::to_owned));
    gone.retain(|name| !names.contains(name));
    gone.push(TIMING.into());
    gone.insert(0, MANIFEST.into());
    for name in gone {
        let path = home.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other.map_err(io_at(&path))?,
        }
    }
    disk::sync_folder(home);
    let names = names.iter().map(String::as_str);
    for name in names.chain([SUMS, MANIFEST]) {
        let path = home.join(name);
        fs::rename(fresh.join(name), &path).map_err(io_at(&path))?;
    }
    disk::sync_folder(home);
    Ok(())
}
