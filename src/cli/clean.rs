//! `pilotwire clean`.

use super::arguments::Clean;
use super::sweep::unusable;
use super::{Exit, terminal};
use crate::batch::store::{self, Cleaned};
use crate::report::text::{count, harmless};

/// Removes what killed processes left, and shards that are merged; says what.
pub fn clean(arguments: &Clean) -> Exit {
    match store::clean(&arguments.folder) {
        Ok(cleaned) => {
            let name = harmless(&arguments.folder.display().to_string());
            terminal::result(&format!("{name}: {}\n", told(cleaned)));
            Exit::Pass
        }
        Err(error) => unusable(&error),
    }
}

/// "removed 1 leftover of a killed process, 200 merged shards".
fn told(cleaned: Cleaned) -> String {
    let parts = [
        (
            cleaned.leftovers,
            ["leftover", "leftovers"],
            " of killed processes",
        ),
        (
            cleaned.put_aside,
            ["damaged shard", "damaged shards"],
            " put aside",
        ),
        (
            cleaned.shards,
            ["shard", "shards"],
            " that are in the merged tables",
        ),
    ];
    let parts = parts.iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, [one, many], what)| {
            let word = if *number == 1 { one } else { many };
            format!("{} {word}{what}", count(*number))
        })
        .collect();
    match parts.is_empty() {
        true => "nothing to remove".to_owned(),
        false => format!("removed {}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_removed_is_counted_and_nothing_is_said_of_what_was_not() {
        assert_eq!(told(Cleaned::default()), "nothing to remove");
        let cleaned = Cleaned {
            leftovers: 1,
            put_aside: 0,
            shards: 1200,
        };
        assert_eq!(
            told(cleaned),
            "removed 1 leftover of killed processes, 1 200 shards that are in the merged tables"
        );
    }
}
