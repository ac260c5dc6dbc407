//! Design, filters, replicas and names of a sweep file.

use std::collections::BTreeMap;
use std::ops::Range as Span;

use super::super::axis::{Axis, Levels};
use super::super::design::{Design, Kind};
use super::axes::{Draft, Reader};
use super::base::Read;
use crate::scenario::value::{At, Table};

/// Names of columns that every sweep has.
const COLUMNS: &[&str] = &[
    "case", "id", "replica", "seed", "status", "error", "circuit", "direction", "stage", "failure",
    "verdict", "cause", "line", "part",
];

/// How points are chosen, and whether they are drawn.
pub fn kind(table: &Table) -> (Kind, bool) {
    let design = table.table("design");
    let seed = design.and_then(|design| design.whole("seed")).map_or(1, |at| at.value);
    let word = design.and_then(|design| design.text("kind"));
    match word.map(|at| at.value).as_deref() {
        Some("list") => (Kind::List, false),
        Some("random") => (Kind::Random { seed }, true),
        Some("latin-hypercube") => (Kind::LatinHypercube { seed }, true),
        _ => (Kind::Grid, false),
    }
}

/// How many points are drawn; `None` where a fault was told.
pub fn samples(reader: &mut Reader<'_, '_>, table: &Table, drawn: bool) -> Option<Option<u64>> {
    let Some(design) = table.table("design") else {
        return Some(None);
    };
    let kind = design.text("kind")?;
    if drawn {
        if !design.has("samples") {
            let title = "a design that draws needs `samples`";
            let help = "samples = 200: how many points".to_owned();
            reader.fault(&kind.span, title, "how many?", Some(help));
            return None;
        }
        return Some(Some(design.whole("samples")?.value));
    }
    for key in ["samples", "seed"] {
        if let Some(span) = design.key_span(key) {
            let title = format!("a {} has no `{key}`", kind.value);
            let help = "random and latin-hypercube draw; grids and lists do not".to_owned();
            reader.fault(&span, title, "not here", Some(help));
            return None;
        }
    }
    Some(None)
}

/// Seeds at every point, and their table in one canonical form.
pub struct Seeds {
    /// At least one.
    pub all: Vec<u64>,
    /// Lines of TOML; empty where an axis says the seeds.
    pub expanded: String,
}

/// The seeds at every point.
pub fn seeds(
    reader: &mut Reader<'_, '_>,
    table: &Table,
    drafts: &[Option<Draft>],
    read: &Read,
) -> Option<Seeds> {
    let is_seed = |draft: &&Draft| draft.targets.iter().any(|target| target.shown == "seed");
    let axis = drafts.iter().flatten().find(is_seed);
    let Some(replicas) = table.table("replicas") else {
        if table.has("replicas") {
            return None;
        }
        let expanded = match axis {
            Some(_) => String::new(),
            None => format!("\n[replicas]\nseeds = [{}]\n", read.seed),
        };
        return Some(Seeds {
            all: vec![read.seed],
            expanded,
        });
    };
    if let Some(draft) = axis {
        let title = "the seed is an axis, and there are replicas";
        let help = "seeds are given by one of them".to_owned();
        reader.fault(&draft.paths_at[0].clone(), title, "[replicas] sets it too", Some(help));
        return None;
    }
    if let Some(span) = replicas.key_span("seeds") {
        for key in ["count", "first_seed"] {
            if replicas.has(key) {
                let title = format!("replicas have either `seeds` or `{key}`");
                reader.fault(&span, title, "not both", None);
                return None;
            }
        }
        return listed(reader, replicas);
    }
    if !replicas.has("count") {
        let title = "replicas have neither `count` nor `seeds`";
        reader.fault(&replicas.span.clone(), title, "how many?", None);
        return None;
    }
    let count = replicas.whole("count")?;
    let first = match replicas.has("first_seed") {
        true => replicas.whole("first_seed")?.value,
        false => read.seed,
    };
    let last = first.checked_add(count.value - 1);
    if last.is_none_or(|last| last > i64::MAX.unsigned_abs()) {
        let title = "the last seed is beyond 2^63 - 1";
        reader.fault(&count.span, title, format!("from {first} on"), None);
        return None;
    }
    Some(Seeds {
        all: (first..first + count.value).collect(),
        expanded: format!("\n[replicas]\ncount = {}\nfirst_seed = {first}\n", count.value),
    })
}

fn listed(reader: &mut Reader<'_, '_>, replicas: &Table) -> Option<Seeds> {
    replicas.get("seeds")?;
    let mut seen = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    for seed in replicas.list("seeds") {
        let seed = seed.whole()?;
        if !seen.insert(seed.value) {
            let title = format!("the seed {} is there twice", seed.value);
            let help = "cases with the same values would be counted twice".to_owned();
            reader.fault(&seed.span, title, "again", Some(help));
            return None;
        }
        all.push(seed.value);
    }
    let texts: Vec<String> = all.iter().map(u64::to_string).collect();
    let expanded = format!("\n[replicas]\nseeds = [{}]\n", texts.join(", "));
    Some(Seeds { all, expanded })
}

/// Refuses names of axes that are there twice or are those of columns.
pub fn names(reader: &mut Reader<'_, '_>, drafts: &[Draft]) -> Option<()> {
    let mut seen: BTreeMap<&str, &Span<usize>> = BTreeMap::new();
    let mut whole = Some(());
    for draft in drafts {
        let name = draft.axis.name.as_str();
        let is_seed = draft.targets.iter().any(|target| target.shown == "seed");
        let title = if seen.insert(name, &draft.named_at).is_some() {
            format!("two axes are called `{name}`")
        } else if COLUMNS.contains(&name) && !(is_seed && name == "seed") {
            format!("`{name}` is a column that every sweep has")
        } else {
            continue;
        };
        let help = "`name` gives an axis another name".to_owned();
        reader.fault(&draft.named_at, title, "this name", Some(help));
        whole = None;
    }
    whole
}

/// The conditions on points.
pub fn filters(table: &Table) -> Vec<At<String>> {
    table.texts("where").map_or_else(Vec::new, |at| at.value)
}

/// The points.
pub fn design(
    reader: &mut Reader<'_, '_>,
    table: &Table,
    axes: &[Axis],
    (kind, samples): (Kind, Option<u64>),
    seeds: &[u64],
) -> Option<Design> {
    let mut points = 1_u64;
    for axis in axes {
        if let Levels::Each(each) = &axis.levels {
            points = points.checked_mul(each.len() as u64)?;
        }
    }
    let _ = (reader, table);
    Some(Design {
        kind,
        points_unfiltered: samples.unwrap_or(points),
        filters: Vec::new(),
        passed: Vec::new(),
        seeds: seeds.to_vec(),
    })
}
