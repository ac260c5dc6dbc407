//! `pilotwire merge`.

use std::ops::Range;
use std::path::Path;
use std::time::{Instant, SystemTime};

use super::arguments::Merge;
use super::sweep::{Clock, End, folder, read, unusable};
use super::{Exit, terminal};
use crate::batch::Sweep;
use crate::batch::merge::{self, MergeError};
use crate::batch::shard::Shard;
use crate::batch::store::Store;
use crate::report::text::count;

/// Ranges and faults that are told; of more, how many.
const TOLD_MAX: usize = 20;

/// Puts shards together, prints what the tables come to.
pub fn merge(arguments: &Merge) -> Exit {
    let sweep = match read(&arguments.sweep, arguments.quiet) {
        Ok(sweep) => sweep,
        Err(exit) => return exit,
    };
    let path = folder(arguments.out.as_deref(), &sweep);
    let clock = Clock {
        started: SystemTime::now(),
        instant: Instant::now(),
    };
    let asked = Asked {
        sweep: &sweep,
        file: &arguments.sweep,
        folder: &path,
    };
    let store = Store::existing(path.clone(), &sweep);
    match merge::merge(&sweep, &store) {
        Ok(merged) => {
            let end = End::Complete(Box::new(merged));
            end.tell(&asked, arguments.format, arguments.quiet, Some(&clock))
        }
        Err(error) => asked.refused(&error, &store),
    }
}

/// A sweep, as it was named, and where its results belong.
pub(super) struct Asked<'a> {
    pub sweep: &'a Sweep,
    pub file: &'a Path,
    pub folder: &'a Path,
}

impl Asked<'_> {
    /// Says why there is nothing merged: everything at once, and what would be right.
    pub fn refused(&self, error: &MergeError, store: &Store) -> Exit {
        match error {
            MergeError::Missing { cases } => {
                let help = self.next(cases, self.cut(store));
                terminal::error(&missing(cases, self.sweep.cases()), Some(&help));
            }
            MergeError::Damage { faults } => {
                for fault in faults.iter().take(TOLD_MAX) {
                    terminal::error(fault, None);
                }
                let more = faults.len().saturating_sub(TOLD_MAX);
                let more = match more {
                    0 => String::new(),
                    more => format!("{} more of these\n  ", count(more as u64)),
                };
                terminal::talk(&format!(
                    "  {more}help: nothing was merged; a damaged shard is put aside and worked out \
                     again by {}, what does not belong here is for you to move away\n",
                    self.command("sweep", " --shard K/N")
                ));
            }
            MergeError::Store(error) => return unusable(error),
        }
        Exit::from(error)
    }

    /// The cut that all shards in the folder share.
    fn cut(&self, store: &Store) -> Option<u64> {
        let found = store.found(self.sweep).ok()?;
        let count = found.first()?.shard.count;
        found
            .iter()
            .all(|one| one.shard.count == count)
            .then_some(count)
    }

    /// What brings the missing cases.
    fn next(&self, cases: &[Range<u64>], cut: Option<u64>) -> String {
        let Some(cut) = cut else {
            return format!(
                "{} works them out, whole or with --shard",
                self.command("sweep", "")
            );
        };
        let shards = shards_of(cases, cut, self.sweep.cases());
        let told: Vec<String> = shards
            .iter()
            .take(TOLD_MAX)
            .map(|index| format!("{index}/{cut}"))
            .collect();
        let rest = match shards.len() > TOLD_MAX {
            true => " …",
            false => "",
        };
        format!(
            "shards {}{rest}: {} lists them",
            told.join(", "),
            self.command("missing", &format!(" --shards {cut}"))
        )
    }

    /// "pilotwire missing quick.toml --out results/quick --shards 7".
    pub fn command(&self, word: &str, rest: &str) -> String {
        let (file, folder) = (self.file.display(), self.folder.display());
        format!("pilotwire {word} {file} --out {folder}{rest}")
    }
}

/// "100 of 1 152 cases are missing: 300..400".
fn missing(cases: &[Range<u64>], total: u64) -> String {
    let sum: u64 = cases.iter().map(|range| range.end - range.start).sum();
    let told: Vec<String> = cases
        .iter()
        .take(TOLD_MAX)
        .map(|range| format!("{}..{}", range.start, range.end))
        .collect();
    let rest = match cases.len().saturating_sub(TOLD_MAX) {
        0 => String::new(),
        more => format!(" and {} more ranges", count(more as u64)),
    };
    let (sum, total) = (count(sum), count(total));
    let told = told.join(", ");
    format!("cases {told}{rest} are missing, {sum} of {total}")
}

/// The shards of a cut that hold any of these cases.
fn shards_of(cases: &[Range<u64>], cut: u64, total: u64) -> Vec<u64> {
    let holds = |index: &u64| {
        let own = Shard {
            index: *index,
            count: cut,
        }
        .cases(total);
        let meets = |range: &Range<u64>| range.start < own.end && own.start < range.end;
        cases.iter().any(meets)
    };
    (0..cut).filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_cases_are_told_as_ranges_and_as_shards() {
        let cases = [300..400, 900..1000];
        assert_eq!(
            missing(&cases, 1000),
            "cases 300..400, 900..1000 are missing, 200 of 1 000"
        );
        assert_eq!(shards_of(&cases, 10, 1000), [3, 9]);
        assert_eq!(shards_of(&cases, 3, 1000), [0, 1, 2]);
    }

    #[test]
    fn many_gaps_are_counted() {
        let cases: Vec<Range<u64>> = (0..1000).map(|place| 2 * place..2 * place + 1).collect();
        let told = missing(&cases, 2000);
        assert!(told.starts_with("cases 0..1, 2..3, "), "{told}");
        assert!(
            told.ends_with(" and 980 more ranges are missing, 1 000 of 2 000"),
            "{told}"
        );
    }
}
