//! Working out cases: from input to rows.

use std::ops::Range;

use super::Sweep;

/// What a case came to: rows without header, as CSV with LF.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CaseResult {
    /// Its place.
    pub index: u64,
    /// Rows of the tables, in the order of [`super::columns::Table::ALL`].
    pub tables: [Vec<u8>; 3],
    /// Lines of the histogram log, without head; empty where none are kept.
    pub histograms: Vec<u8>,
}

/// Works out cases that follow one another; those of one point share what does not depend on the
/// seed. A case that is refused, or that finds a bug, is a row with its error.
#[must_use]
pub fn simulate(sweep: &Sweep, cases: Range<u64>) -> Vec<CaseResult> {
    let _ = (sweep, cases);
    todo!()
}
