//! Which files a shard, and so the results of its sweep, consist of.

use std::io;

use crate::batch::Sweep;
use crate::batch::columns::{Table, columns};
use crate::batch::simulate::{CaseResult, histogram_head};

/// Name of the histogram log.
pub const HISTOGRAMS: &str = "histograms.hlog";

/// What a file is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Rows of a table.
    Table(Table),
    /// Lines of the histogram log.
    Histograms,
}

/// A file that grows case by case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it begins with, whatever its cases: header or head.
    pub head: Vec<u8>,
    /// What follows.
    pub content: Content,
}

impl Part {
    /// Whether it is left out where no case adds to it: most scenarios have no lines.
    pub fn is_optional(&self) -> bool {
        self.content == Content::Table(Table::Lines)
    }

    /// What a case adds.
    pub fn of<'r>(&self, result: &'r CaseResult) -> &'r [u8] {
        match self.content {
            Content::Table(table) => &result.tables[table as usize],
            Content::Histograms => &result.histograms,
        }
    }
}

/// The files of a shard and of the merged results, in the order of their manifests.
pub fn parts(sweep: &Sweep) -> Vec<Part> {
    let table = |table: Table| {
        let columns = columns(sweep, table);
        let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        Part {
            name: format!("{}.csv", table.stem()),
            head: row(&names),
            content: Content::Table(table),
        }
    };
    let mut parts: Vec<Part> = Table::ALL.into_iter().map(table).collect();
    if sweep.histograms {
        parts.push(Part {
            name: HISTOGRAMS.into(),
            head: histogram_head(),
            content: Content::Histograms,
        });
    }
    parts
}

/// A row of CSV.
pub fn row(cells: &[&str]) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut writer = csv::WriterBuilder::new().from_writer(io::Cursor::new(&mut octets));
    writer
        .write_record(cells)
        .and_then(|()| Ok(writer.flush()?))
        .expect("memory takes every octet");
    drop(writer);
    octets
}
