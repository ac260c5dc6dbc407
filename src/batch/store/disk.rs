//! Files that appear whole or not at all, and sums made while writing.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::report::folder::{BEFORE, FRESH, LOCK, open_to_read};
use crate::report::hex;

/// Octets read or written at once.
const CHUNK_OCTETS: usize = 1 << 16;
/// What is written, with its SHA-256 and its length.
#[derive(Debug)]
pub struct Hashed<W> {
    inner: W,
    hash: Sha256,
    octets: u64,
}

impl<W: Write> Hashed<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            octets: 0,
        }
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(octets)?;
        self.hash.update(&octets[..taken]);
        self.octets += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file that is being written.
pub type Growing = BufWriter<Hashed<File>>;

/// Begins a file that is not there yet.
///
/// # Errors
/// Where the system refuses.
pub fn begin(path: &Path) -> io::Result<Growing> {
    let hashed = Hashed::new(File::create_new(path)?);
    Ok(BufWriter::with_capacity(CHUNK_OCTETS, hashed))
}

/// Ends a file, for everybody to read; `lasting` even if the power fails now. Its octets and its
/// running SHA-256.
///
/// # Errors
/// Where the system refuses.
pub fn end(file: Growing, path: &Path, lasting: bool) -> io::Result<(u64, Sha256)> {
    let hashed = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    if lasting {
        hashed.inner.sync_all()?;
    }
    open_to_read(path, 0o644)?;
    Ok((hashed.octets, hashed.hash))
}

/// Hex of a running SHA-256.
pub fn finished(hash: Sha256) -> String {
    hex(&hash.finalize())
}

/// Octets and SHA-256 of a file.
///
/// # Errors
/// Where it cannot be read.
pub fn sum(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut octets = 0;
    let mut chunk = vec![0; CHUNK_OCTETS];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok((octets, finished(hash))),
            Ok(read) => {
                hash.update(&chunk[..read]);
                octets += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Content of a file of at most so many octets; `None` where it is longer.
///
/// # Errors
/// Where it cannot be read.
pub fn short_file(path: &Path, octets_max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut octets = Vec::new();
    let file = File::open(path)?;
    file.take(octets_max + 1).read_to_end(&mut octets)?;
    Ok((octets.len() as u64 <= octets_max).then_some(octets))
}

/// Makes what a folder lists last a power cut, on systems that can.
pub fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = File::open(path) {
        // Some file systems know no such thing; names are then as safe as they get.
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// What a thing with a temporary name is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leftover {
    /// In use by a process that lives.
    Live,
    /// Left by a process that does not.
    Dead,
    /// Not of our making, or the last copy of something: left alone.
    Other,
}

/// What a folder with a temporary name is.
pub fn leftover(path: &Path) -> Leftover {
    let Ok(entries) = fs::read_dir(path) else {
        return Leftover::Other;
    };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let has = |name: &str| names.iter().any(|one| one == name);
    let known = [LOCK, FRESH, BEFORE];
    let ours = names.iter().all(|name| known.iter().any(|one| name == one));
    // Both: killed between two renames; what stood there before is nowhere else.
    if !ours || has(FRESH) && has(BEFORE) {
        return Leftover::Other;
    }
    match File::open(path.join(LOCK)).map(|lock| lock.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => Leftover::Live,
        _ => Leftover::Dead,
    }
}

/// Removes a dead folder; whether it was dead still. Its lock is held meanwhile, so that nobody
/// begins to use it: a folder is there before the lock that tells whose it is.
///
/// # Errors
/// Where the system refuses.
pub fn remove_dead(path: &Path) -> io::Result<bool> {
    let lock = path.join(LOCK);
    let held = match File::create_new(&lock) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::open(&lock)?,
        other => other?,
    };
    if matches!(held.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(false);
    }
    fs::remove_dir_all(path)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::folder::Temporary;
    use crate::report::sha256_hex;

    /// A disk with room for so many octets.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = octets.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_sum_covers_what_was_taken_however_it_was_taken() {
        let mut file = Hashed::new(Disk(3));
        assert_eq!(file.write(b"abcd").unwrap(), 3);
        assert_eq!(file.octets, 3);
        let full = file.write_all(b"d").unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(finished(file.hash), abc);
    }

    #[test]
    fn a_file_is_told_with_its_sum_and_readable_for_all() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        let content = b"some text\n".repeat(20_000);
        let mut file = begin(&path).unwrap();
        file.write_all(&content).unwrap();
        let (octets, hash) = end(file, &path, true).unwrap();
        let expected = (200_000, sha256_hex(&content));
        assert_eq!((octets, finished(hash)), expected);
        assert_eq!(sum(&path).unwrap(), expected);
        assert_eq!(short_file(&path, 200_000).unwrap(), Some(content));
        assert_eq!(short_file(&path, 199_999).unwrap(), None);
        assert!(begin(&path).is_err(), "nothing is written over");
    }

    #[test]
    fn a_temporary_folder_is_live_while_it_is_held_and_others_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let held = Temporary::new_in(home.path()).unwrap();
        let path = held.path().to_owned();
        assert_eq!(leftover(&path), Leftover::Live);
        assert!(!remove_dead(&path).unwrap());
        let dead = home.path().join(".tmp-dead");
        fs::create_dir_all(dead.join(FRESH)).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        assert_eq!(leftover(&dead), Leftover::Dead);
        fs::create_dir_all(dead.join(BEFORE)).unwrap();
        assert_eq!(leftover(&dead), Leftover::Other);
        let other = home.path().join(".tmp-other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("chapter-1.txt"), "").unwrap();
        assert_eq!(leftover(&other), Leftover::Other);
        drop(held);
        assert!(!path.exists());
        // Killed before it had a lock.
        let bare = home.path().join(".tmp-bare");
        fs::create_dir(&bare).unwrap();
        assert_eq!(leftover(&bare), Leftover::Dead);
        assert!(remove_dead(&bare).unwrap());
        assert!(!bare.exists());
    }
}
