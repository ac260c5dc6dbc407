//! The keys of a sweep file. Decoder and JSON Schema are made from these tables alone.

use serde_json::Value;

use crate::scenario::fields::{Field, Kind};
use crate::scenario::schema;

/// Most axes of a sweep.
pub const AXES_MAX: usize = 64;
/// Most values of an axis.
pub const LEVELS_MAX: usize = 100_000;
/// Most seeds at a point.
pub const SEEDS_MAX: usize = 1_000_000;
/// More points before filters, or more cases, than this are asked about.
pub const UNASKED: u64 = 1_000_000;

const SEED: Kind = Kind::Whole(0, i64::MAX.unsigned_abs());

/// Keys of a sweep file.
pub const SWEEP: &[Field] = &[
    Field::required("name", &Kind::Name, "Title of the sweep."),
    Field::required(
        "scenario",
        &Kind::Text,
        "Scenario file that every case starts from, taken from this file's folder.",
    ),
    Field::optional(
        "study",
        &Kind::OneOf {
            words: &["run", "failures"],
            not_yet: &[],
        },
        "What is worked out of every case: one run, or every single failure; default run.",
    ),
    Field::optional(
        "histograms",
        &Kind::Flag,
        "Whether the distribution of network delay of every case is kept; default false.",
    ),
    Field::optional(
        "design",
        &Kind::Table(DESIGN),
        "Which points of the space of axes are cases; default: the grid of all.",
    ),
    Field::optional(
        "where",
        &Kind::List(&Kind::Text, 0, 64),
        "What a point must satisfy to be a case, over names of axes; all must hold: \
         [\"buffer >= 2 * packet\"].",
    ),
    Field::optional(
        "replicas",
        &Kind::Table(REPLICAS),
        "Seeds at every point, the same at each: what differs between two points with one seed is \
         not chance.",
    ),
    Field::optional(
        "axis",
        &Kind::List(&Kind::Table(AXIS), 0, AXES_MAX),
        "What is varied; the last changes quickest.",
    ),
];

const DESIGN: &[Field] = &[
    Field::required(
        "kind",
        &Kind::OneOf {
            words: &["grid", "list", "random", "latin-hypercube"],
            not_yet: &[],
        },
        "grid: every combination; list: the n-th value of every axis together; random: \
         independent draws; latin-hypercube: one draw in each of as many equal parts of every \
         axis as there are samples.",
    ),
    Field::optional(
        "samples",
        &Kind::Whole(1, 1_000_000_000_000),
        "Points to draw; random and latin-hypercube.",
    ),
    Field::optional(
        "seed",
        &SEED,
        "What draws of points grow from, default 1; random and latin-hypercube.",
    ),
];

const REPLICAS: &[Field] = &[
    Field::optional(
        "count",
        &Kind::Whole(1, SEEDS_MAX as u64),
        "How many, with seeds one after the other.",
    ),
    Field::optional(
        "first_seed",
        &SEED,
        "The first of `count` seeds; default the scenario's seed.",
    ),
    Field::optional(
        "seeds",
        &Kind::List(&SEED, 1, SEEDS_MAX),
        "The seeds themselves, in place of `count`.",
    ),
];

const AXIS: &[Field] = &[
    Field::optional(
        "name",
        &Kind::Name,
        "Column of the tables and name in `where`; default the last key of its path.",
    ),
    Field::optional(
        "path",
        &Kind::Text,
        "What it sets: 'circuit[\"87L KEE-ELL\"].payload', 'circuit[scheme=87L].jitter_buffer', \
         'flow[*].pattern.rate', 'topology.link[medium=microwave].rate', 'seed'.",
    ),
    Field::optional(
        "paths",
        &Kind::List(&Kind::Text, 1, 1000),
        "Several paths that get the same value, in place of `path`.",
    ),
    Field::optional(
        "values",
        &Kind::List(&Kind::Any, 1, LEVELS_MAX),
        "The values, as the files would write them.",
    ),
    Field::optional(
        "labels",
        &Kind::List(&Kind::Name, 1, LEVELS_MAX),
        "What tables call the values; needed for tables and arrays.",
    ),
    Field::optional(
        "range",
        &Kind::Table(RANGE),
        "Values from one end to the other, in place of `values`.",
    ),
    Field::optional(
        "scale",
        &Kind::List(&Kind::Text, 1, LEVELS_MAX),
        "What is written, multiplied by these shares (\"50 %\"), in place of `values`.",
    ),
    Field::optional(
        "fail",
        &Kind::Table(FAIL),
        "One event per element of a kind, in place of `path` and `values`.",
    ),
];

const RANGE: &[Field] = &[
    Field::required("from", &Kind::Any, "The first value."),
    Field::required("to", &Kind::Any, "No value lies above it."),
    Field::optional(
        "step",
        &Kind::Any,
        "From one value to the next; draws are whole steps from the first value.",
    ),
    Field::optional(
        "count",
        &Kind::Whole(2, LEVELS_MAX as u64),
        "How many values, both ends included, in place of `step`.",
    ),
    Field::optional(
        "spacing",
        &Kind::OneOf {
            words: &["linear", "logarithmic"],
            not_yet: &[],
        },
        "How `count` values, or draws, are spread; default linear.",
    ),
];

const FAIL: &[Field] = &[
    Field::required(
        "each",
        &Kind::OneOf {
            words: &["link", "node", "group"],
            not_yet: &[],
        },
        "What fails, one at a time: every link, node or shared-risk group.",
    ),
    Field::required("at", &Kind::Text, "When, such as \"2 s\"."),
    Field::optional("until", &Kind::Text, "When it is repaired; default never."),
    Field::optional(
        "none",
        &Kind::Flag,
        "Whether a value without failure comes first; default true.",
    ),
];

/// JSON Schema (draft 2020-12) of a sweep file.
#[must_use]
pub fn sweep_schema() -> Value {
    schema::document("Pilotwire sweep", SWEEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_decoder() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/sweep.schema.json");
        let text = std::fs::read_to_string(path).expect("the schema is committed");
        let committed: Value = serde_json::from_str(&text).expect("the schema is JSON");
        let hint = "write the output of `pilotwire schema sweep` to schema/";
        assert_eq!(committed, sweep_schema(), "{hint}");
    }
}
