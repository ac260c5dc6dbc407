//! The columns of every table of a sweep: name, kind, meaning. CSV, Parquet and the data
//! dictionary are made from this list alone.

use super::Sweep;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text; empty where there is none.
    Text,
    /// A whole number below 2^63 in magnitude; empty where there is none.
    Integer,
    /// `yes` or `no`; empty where there is none.
    Flag,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, the unit last.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub doc: String,
}

/// The tables of a sweep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Table {
    /// One row per case, circuit, direction and stage.
    Results,
    /// One row per case.
    Cases,
    /// One row per case, line and part of the run.
    Lines,
}

impl Table {
    /// All of them, in the order in which the result hash covers them.
    pub const ALL: [Self; 3] = [Self::Results, Self::Cases, Self::Lines];

    /// Its name without an ending.
    #[must_use]
    pub fn stem(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Cases => "cases",
            Self::Lines => "lines",
        }
    }
}

/// The columns of a table of this sweep, in order.
#[must_use]
pub fn columns(sweep: &Sweep, table: Table) -> Vec<Column> {
    let _ = (sweep, table);
    todo!()
}
