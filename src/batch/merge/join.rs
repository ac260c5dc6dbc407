//! One file from the files of many shards: every octet is read, counted, hashed and written once.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};
use sha2::{Digest, Sha256};

use crate::batch::columns::Table;
use crate::batch::store::{Content, Growing, Part};
use crate::batch::tally::Tally;

const BUFFER_OCTETS: usize = 1 << 16;

/// The files of one name in many folders, read as one with one head, and written on the way.
struct Joined<'a> {
    part: &'a Part,
    /// Of the head: what is still to come.
    head: &'a [u8],
    folders: std::slice::Iter<'a, PathBuf>,
    open: Option<File>,
    /// The file in work, for telling.
    at: PathBuf,
    written: &'a mut Growing,
    /// Runs over more than this file.
    hash: Option<&'a mut Sha256>,
}

impl Joined<'_> {
    /// The next file, behind its head.
    fn next_file(&mut self) -> io::Result<Option<File>> {
        let mut file = loop {
            let Some(folder) = self.folders.next() else {
                return Ok(None);
            };
            self.at = folder.join(&self.part.name);
            match File::open(&self.at) {
                // Its manifest says so; that has been checked.
                Err(error) if self.part.is_optional() && is_missing(&error) => {}
                other => break other?,
            }
        };
        let mut head = vec![0; self.part.head.len()];
        file.read_exact(&mut head)?;
        if head != self.part.head {
            let fault = "it does not begin as this version writes it";
            return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
        }
        Ok(Some(file))
    }

    fn some_octets(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(buffer);
        }
        loop {
            if self.open.is_none() {
                self.open = self.next_file()?;
            }
            let Some(file) = &mut self.open else {
                return Ok(0);
            };
            match file.read(buffer)? {
                0 => self.open = None,
                read => return Ok(read),
            }
        }
    }
}

impl Read for Joined<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.some_octets(buffer)?;
        self.written.write_all(&buffer[..read])?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..read]);
        }
        Ok(read)
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// Writes a part of the results from those in `folders`, in their order, counts its rows and
/// adds its octets to `hash`.
///
/// # Errors
/// Where the system refuses, and in which file.
pub fn join(
    part: &Part,
    folders: &[PathBuf],
    (target, written): (&Path, &mut Growing),
    hash: Option<&mut Sha256>,
    tally: &mut Tally,
) -> Result<(), (PathBuf, io::Error)> {
    let mut joined = Joined {
        part,
        head: &part.head,
        folders: folders.iter(),
        open: None,
        at: target.to_owned(),
        written,
        hash,
    };
    let done = match part.content {
        Content::Table(table) => count(&mut joined, table, tally),
        Content::Histograms => io::copy(&mut joined, &mut io::sink()).map(|_| ()),
    };
    done.map_err(|error| (joined.at, error))
}

/// Counts the rows of a table, given with its header.
///
/// # Errors
/// Where it cannot be read or is no table.
pub fn count(csv: &mut dyn Read, table: Table, tally: &mut Tally) -> io::Result<()> {
    let mut builder = ReaderBuilder::new();
    let mut reader = builder.buffer_capacity(BUFFER_OCTETS).from_reader(csv);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        match table {
            Table::Results => tally.results_row(&record),
            Table::Cases => tally.cases_row(&record),
            Table::Lines => tally.lines_row(&record),
        }
    }
    Ok(())
}

fn unreadable(error: csv::Error) -> io::Error {
    if error.is_io_error() {
        // What the system said, without the reader's words around it.
        if let csv::ErrorKind::Io(error) = error.into_kind() {
            return error;
        }
        unreachable!("it was an error of the system");
    }
    io::Error::new(io::ErrorKind::InvalidData, error)
}
