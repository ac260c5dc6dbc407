//! Contents of files kept in memory, so that many variants of one scenario are read from one state
//! of the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::source::{cleaned, hex_sha256};

/// What some files hold, by their path; nothing is read from disk twice.
#[derive(Clone, Default, Debug)]
pub struct Files {
    held: BTreeMap<PathBuf, Arc<Held>>,
    /// Whether a file that is not held is refused rather than read.
    sealed: bool,
}

/// The content of a file.
#[derive(PartialEq, Eq, Debug)]
pub struct Held {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Their SHA-256, lower-case hex.
    pub sha256: String,
}

impl Files {
    /// From now on a file that is not held is refused rather than read from disk.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    /// Holds this content in place of what the disk may have.
    pub fn hold(&mut self, path: &Path, octets: Vec<u8>) {
        let sha256 = hex_sha256(&octets);
        self.held
            .insert(cleaned(path), Arc::new(Held { octets, sha256 }));
    }

    /// What is held of a file.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Arc<Held>> {
        self.held.get(&cleaned(path))
    }

    /// Every file held, in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Held)> {
        self.held
            .iter()
            .map(|(path, held)| (path.as_path(), &**held))
    }

    /// Whether files that are not held are refused.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }
}
