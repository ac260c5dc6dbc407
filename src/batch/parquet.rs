//! Tables as Parquet, from their CSV.

use std::io::{Read, Write};

use super::columns::Column;

/// Rows of a row group: their columns are what is held in memory.
pub const GROUP_ROWS: usize = 16_384;

/// Writes a table, given as CSV with its header, as Parquet. `about` goes into the key-value
/// metadata in this order.
///
/// # Errors
/// Where reading or writing fails.
pub fn convert(
    columns: &[Column],
    csv: &mut dyn Read,
    parquet: Box<dyn Write + Send>,
    about: &[(&str, &str)],
) -> std::io::Result<()> {
    let _ = (columns, csv, parquet, about);
    todo!()
}
