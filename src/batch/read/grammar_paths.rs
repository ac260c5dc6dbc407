//! Every path that the grammar of the files knows, for the nearest valid one.

use std::collections::BTreeSet;

use super::super::path::Path;
use super::nodes::{keys_of, list_of};
use crate::scenario::fields::{Field, Kind};
use crate::scenario::nearest::nearest;
use crate::scenario::tables::{SCENARIO, TOPOLOGY};

/// Nothing in the files is nested deeper than this.
const DEPTH_MAX: usize = 8;

/// The valid path whose last key is, or is nearest to, that of a path: one with the same first key
/// before others, then the shortest.
pub fn nearest_path(path: &Path) -> Option<String> {
    let mut all = BTreeSet::new();
    collect(SCENARIO, "", 0, &mut all);
    collect(TOPOLOGY, "topology.", 0, &mut all);
    let last = |text: &str| text.rsplit('.').next().unwrap_or(text).replace("[*]", "");
    let keys: BTreeSet<String> = all.iter().map(|text| last(text)).collect();
    let wanted = nearest(path.last_key(), keys.iter().map(String::as_str))?.to_owned();
    let first = &path.segments[0].key;
    let candidates = all.iter().filter(|text| last(text) == wanted);
    let score = |text: &&String| {
        (
            !text.starts_with(first.as_str()),
            text.len(),
            (*text).clone(),
        )
    };
    candidates.min_by_key(score).cloned()
}

fn collect(fields: &'static [Field], before: &str, depth: usize, all: &mut BTreeSet<String>) {
    if depth == DEPTH_MAX {
        return;
    }
    for field in fields {
        let key = field.key;
        if before.is_empty() && key == "topology" {
            all.insert(key.into());
            continue;
        }
        let (path, kind): (String, &'static Kind) = match list_of(field.kind) {
            Some(of) => (format!("{before}{key}[*]"), of),
            None => (format!("{before}{key}"), field.kind),
        };
        for (_, fields) in keys_of(kind).into_iter().chain(keys_of(field.kind)) {
            collect(fields, &format!("{path}."), depth + 1, all);
        }
        all.insert(path);
    }
}
