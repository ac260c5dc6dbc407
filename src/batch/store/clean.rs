//! Removing what killed processes left, and shards that have been merged.

use std::fs;
use std::path::Path;

use super::disk::{Leftover, leftover, remove_dead};
use super::{DAMAGED_PREFIX, LOCK, StoreError, has_others, io_at, lock, shards, verify, whole};
use crate::report::folder::{MANIFEST, TEMPORARY_PREFIX, Temporary, found};

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
pub fn clean(path: &Path) -> Result<Cleaned, StoreError> {
    let ours = |schema: &str| schema.starts_with("pilotwire.");
    fs::read_dir(path).map_err(io_at(path))?;
    let manifest = found(&path.join(MANIFEST));
    if !manifest.is_some_and(|found| ours(&found.schema)) && has_others(path)? && !has_shards(path)?
    {
        return Err(StoreError::InTheWay {
            path: path.to_owned(),
            what: "is not a results folder".into(),
            help: "give the folder that `sweep --out` or `run --out` names".into(),
        });
    }
    // A link to a folder lies elsewhere than what it points to.
    let folder = fs::canonicalize(path).map_err(io_at(path))?;
    let held = lock(&folder)?;
    let dead = dead_in(&folder)?;
    let mut cleaned = Cleaned::default();
    for name in dead {
        let path = folder.join(name);
        cleaned.leftovers += u64::from(remove_dead(&path).map_err(io_at(&path))?);
    }
    for name in names_in(&folder, DAMAGED_PREFIX)? {
        remove(&folder.join(name))?;
        cleaned.put_aside += 1;
    }
    if let Some(outline) = whole(&folder)? {
        cleaned.shards = remove_shards(&folder, &outline.sweep_digest)?;
    }
    drop(held);
    if let Some(parent) = folder.parent() {
        for name in names_in(parent, TEMPORARY_PREFIX)? {
            let path = parent.join(name);
            if leftover(&path) == Leftover::Dead {
                let gone = remove_dead(&path).map_err(io_at(&path))?;
                cleaned.leftovers += u64::from(gone);
            }
        }
    }
    Ok(cleaned)
}

/// Removes shards of the sweep with this digest. How many.
pub(super) fn remove_shards(folder: &Path, digest: &str) -> Result<u64, StoreError> {
    let mut removed = 0;
    let mut aside = None;
    for shard in shards(folder)? {
        let path = folder.join(shard.folder());
        if verify::digest_of(&path).as_deref() != Some(digest) {
            continue;
        }
        // First out of sight: one that is removed half would look damaged.
        let aside = match &mut aside {
            Some(aside) => aside,
            none => none.insert(Temporary::new_in(folder).map_err(io_at(folder))?),
        };
        let gone = aside.fresh().join(shard.folder());
        fs::rename(&path, &gone).map_err(io_at(&path))?;
        remove(&gone)?;
        removed += 1;
    }
    Ok(removed)
}

/// Whether a shard of any sweep is here: a merge that was killed leaves files beside shards.
fn has_shards(folder: &Path) -> Result<bool, StoreError> {
    let mut shards = shards(folder)?.into_iter();
    Ok(shards.any(|shard| verify::digest_of(&folder.join(shard.folder())).is_some()))
}

/// Names of what killed processes left here.
fn dead_in(folder: &Path) -> Result<Vec<String>, StoreError> {
    let mut dead = Vec::new();
    for name in names_in(folder, TEMPORARY_PREFIX)? {
        match leftover(&folder.join(&name)) {
            _ if name == LOCK => {}
            Leftover::Dead => dead.push(name),
            Leftover::Live => {
                return Err(StoreError::Busy {
                    path: folder.to_owned(),
                });
            }
            Leftover::Other => {}
        }
    }
    Ok(dead)
}

/// Names that begin so, in order.
fn names_in(folder: &Path, prefix: &str) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_at(folder))? {
        let name = entry.map_err(io_at(folder))?.file_name();
        let name = name.into_string().ok();
        names.extend(name.filter(|name| name.starts_with(prefix)));
    }
    names.sort();
    Ok(names)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let is_folder = fs::symlink_metadata(path).map_err(io_at(path))?.is_dir();
    let removed = if is_folder {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    removed.map_err(io_at(path))
}
