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
    // Asking makes no folder.
    let shards = if path.exists() {
        let found = Store::open(path, &sweep)
            .and_then(|store| work::missing(&sweep, &store, arguments.shards));
        match found {
            Ok(shards) => shards,
            Err(error) => return unusable(&error),
        }
    } else {
        (0..arguments.shards).collect()
    };
    let lines: String = shards.iter().map(|index| format!("{index}\n")).collect();
    terminal::result(&lines);
    Exit::Pass
}
