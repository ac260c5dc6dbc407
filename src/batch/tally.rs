//! What the tables of a sweep come to: counted row by row, in memory that does not grow with them.

use super::Sweep;

/// Counts over a sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Cases.
    pub cases: u64,
    /// Cases that ran and in which every circuit and line passes.
    pub passed: u64,
    /// Cases that ran and in which a circuit or a line fails.
    pub failed: u64,
    /// Cases whose input was refused.
    pub refused: u64,
    /// Cases that ended in an internal error.
    pub broken: u64,
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(sweep: &Sweep) -> Self {
        let _ = sweep;
        todo!()
    }

    /// Counts a row of `results.csv`: cells in the order of its columns.
    pub fn results_row(&mut self, cells: &csv::ByteRecord) {
        let _ = cells;
        todo!()
    }

    /// Counts a row of `cases.csv`.
    pub fn cases_row(&mut self, cells: &csv::ByteRecord) {
        let _ = cells;
        todo!()
    }
}
