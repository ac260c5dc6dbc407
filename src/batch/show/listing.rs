//! The cases of a sweep as a list, before anything is simulated.

use std::io::{self, Write};

use crate::batch::Sweep;
use crate::batch::case::Case;
use crate::batch::design::Point;

/// Writes cases as CSV with LF: `case`, `id`, one column per axis, `replica`, `seed`, as the tables
/// of results name them.
pub struct Listing<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> Listing<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn new(sweep: &Sweep, out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        let axes = sweep.axes.iter().map(|axis| axis.name.as_str());
        let before = ["case", "id"].into_iter();
        writer.write_record(before.chain(axes).chain(["replica", "seed"]))?;
        Ok(Self { writer })
    }

    /// Adds a case, at its point.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn row(&mut self, case: &Case, id: &str, point: &Point) -> io::Result<()> {
        let [index, replica, seed] =
            [case.index, case.replica, case.seed].map(|number| number.to_string());
        let labels = point.levels.iter().map(|level| level.label.as_str());
        let before = [index.as_str(), id].into_iter();
        let row = before
            .chain(labels)
            .chain([replica.as_str(), seed.as_str()]);
        Ok(self.writer.write_record(row)?)
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::samples;

    #[test]
    fn cases_are_listed_with_their_values_and_seeds() {
        let sweep = samples::sweep();
        let mut octets = Vec::new();
        let mut listing = Listing::new(&sweep, &mut octets).unwrap();
        for index in [0, 3, 11] {
            let case = sweep.case(index);
            let point = sweep.design.point(&sweep.axes, case.point_index);
            listing.row(&case, "0123456789abcdef", &point).unwrap();
        }
        listing.finish().unwrap();
        let expected = "case,id,payload,buffer,replica,seed\n\
                        0,0123456789abcdef,8 B,3 ms,0,1\n\
                        3,0123456789abcdef,8 B,4 ms,1,2\n\
                        11,0123456789abcdef,16 B,20 ms,1,2\n";
        assert_eq!(String::from_utf8(octets).unwrap(), expected);
    }
}
