//! `pilotwire missing`.

use super::arguments::Missing;
use super::sweep::{folder, read, unusable};
use super::{Exit, terminal};
use crate::batch::store::Store;
use crate::batch::work;

/// Lists the shards of a cut that are not whole, one number per line. Writes nothing.
pub fn missing(arguments: &Missing) -> Exit {
    let sweep = match read(&arguments.sweep, arguments.quiet) {
        Ok(sweep) => sweep,
        Err(exit) => return exit,
    };
    let path = folder(arguments.out.as_deref(), &sweep);
    let store = Store::existing(path, &sweep);
    let shards = match work::missing(&sweep, &store, arguments.shards) {
        Ok(shards) => shards,
        Err(error) => return unusable(&error),
    };
    let lines: String = shards.iter().map(|index| format!("{index}\n")).collect();
    terminal::result(&lines);
    Exit::Pass
}
