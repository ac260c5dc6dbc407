//! Writing a shard: in a folder that nobody takes for one, which then takes its name.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::disk::{self, Growing};
use super::layout::Part;
use super::verify::{self, FileObject, Identity, ShardManifest};
use super::{DAMAGED_PREFIX, Finished, State, StoreError, foreign_in_the_way, io_at};
use crate::batch::shard::Shard;
use crate::batch::simulate::CaseResult;
use crate::report::folder::{MANIFEST, Temporary, open_to_read, write_file};

/// Another process may put the same shard, or its remains, in our way so often.
const TRIES: u32 = 8;

/// A shard that is being written, in a folder that nobody takes for one yet.
#[derive(Debug)]
pub struct ShardWriter {
    // Before the folder they lie in: closed when that is removed.
    files: Vec<OpenFile>,
    temporary: Temporary,
    home: PathBuf,
    identity: Identity,
    shard: Shard,
    /// The case that is to come.
    next: u64,
    /// Whether it is to outlast a power cut.
    lasting: bool,
}

#[derive(Debug)]
struct OpenFile {
    part: Part,
    path: PathBuf,
    growing: Growing,
    /// Whether any case has added to it.
    added: bool,
}

impl ShardWriter {
    pub(super) fn begin(
        home: &Path,
        identity: Identity,
        parts: &[Part],
        shard: Shard,
    ) -> Result<Self, StoreError> {
        let temporary = Temporary::new_in(home).map_err(io_at(home))?;
        let mut files = Vec::new();
        for part in parts {
            let path = temporary.fresh().join(&part.name);
            let mut growing = disk::begin(&path).map_err(io_at(&path))?;
            growing.write_all(&part.head).map_err(io_at(&path))?;
            files.push(OpenFile {
                part: part.clone(),
                path,
                growing,
                added: false,
            });
        }
        Ok(Self {
            next: shard.cases(identity.cases).start,
            home: home.to_owned(),
            temporary,
            files,
            identity,
            shard,
            lasting: true,
        })
    }

    /// Does not wait for the disk: what a power cut then spoils shows when it is verified, and is
    /// worked out again.
    pub(in crate::batch) fn hasty(mut self) -> Self {
        self.lasting = false;
        self
    }

    /// Adds the next case.
    ///
    /// # Errors
    /// Where the system refuses.
    ///
    /// # Panics
    /// Where it is not the next.
    pub fn push(&mut self, result: &CaseResult) -> Result<(), StoreError> {
        assert_eq!(result.index, self.next, "cases come in order");
        self.next += 1;
        for file in &mut self.files {
            let octets = file.part.of(result);
            file.added |= !octets.is_empty();
            file.growing.write_all(octets).map_err(io_at(&file.path))?;
        }
        Ok(())
    }

    /// Puts the shard in its place, whole. A damaged one in the way is put aside.
    ///
    /// # Errors
    /// Where one of another sweep is in the way, or the system refuses.
    ///
    /// # Panics
    /// Where cases are missing.
    pub fn finish(self) -> Result<Finished, StoreError> {
        let end = self.shard.cases(self.identity.cases).end;
        assert_eq!(self.next, end, "every case of the shard");
        let mut manifest = ShardManifest::new(&self.identity, self.shard);
        let mut parts = Vec::new();
        for file in self.files {
            if file.part.is_optional() && !file.added {
                fs::remove_file(&file.path).map_err(io_at(&file.path))?;
                parts.push(file.part);
                continue;
            }
            let ended = disk::end(file.growing, &file.path, self.lasting);
            let (octets, hash) = ended.map_err(io_at(&file.path))?;
            manifest.files.push(FileObject {
                name: file.part.name.clone(),
                octets,
                sha256: disk::finished(hash),
            });
            parts.push(file.part);
        }
        let fresh = self.temporary.fresh();
        let path = fresh.join(MANIFEST);
        let manifest = manifest.render();
        let written = match self.lasting {
            true => write_file(&fresh, &path, manifest.as_bytes()),
            false => fs::write(&path, manifest).and_then(|()| open_to_read(&path, 0o644)),
        };
        written.map_err(io_at(&path))?;
        open_to_read(&fresh, 0o755).map_err(io_at(&fresh))?;
        if self.lasting {
            disk::sync_folder(&fresh);
        }
        let state = |folder: &Path| verify::state(folder, self.shard, &self.identity, &parts);
        let finished = put(&fresh, &self.home, &self.shard.folder(), &state)?;
        if self.lasting {
            disk::sync_folder(&self.home);
        }
        Ok(finished)
    }
}

/// Gives the folder its name, unless a whole one has it already.
fn put(
    fresh: &Path,
    home: &Path,
    name: &str,
    state: &dyn Fn(&Path) -> io::Result<State>,
) -> Result<Finished, StoreError> {
    let target = home.join(name);
    let mut tries = 0;
    loop {
        // On Unix an empty folder in the way is replaced: it holds nothing.
        let refused = match fs::rename(fresh, &target) {
            Ok(()) => return Ok(Finished::Written),
            Err(error) => error,
        };
        tries += 1;
        if tries == TRIES {
            return Err(io_at(&target)(refused));
        }
        match state(&target) {
            Ok(State::Whole) => return Ok(Finished::WasThere),
            Ok(State::Foreign { why }) => return Err(foreign_in_the_way(home, name, &why)),
            Ok(State::Damaged { .. }) => put_aside(home, name)?,
            // Nothing is there: the reason is another one, or it has just been put aside.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if refused.kind() != io::ErrorKind::DirectoryNotEmpty {
                    return Err(io_at(&target)(refused));
                }
            }
            Err(error) => return Err(io_at(&target)(error)),
        }
    }
}

/// Gives a damaged shard a name of its own, so that it can be looked into.
pub(super) fn put_aside(home: &Path, name: &str) -> Result<(), StoreError> {
    let target = home.join(name);
    for number in 1_u64.. {
        let aside = home.join(format!("{DAMAGED_PREFIX}{name}-{number}"));
        if fs::symlink_metadata(&aside).is_ok() {
            continue;
        }
        return match fs::rename(&target, &aside) {
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => continue,
            other => other.map_err(io_at(&target)),
        };
    }
    unreachable!("there is always another number")
}
