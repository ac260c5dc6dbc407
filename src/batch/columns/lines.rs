//! The columns of `lines.csv`: those of the lines of a run or of a study of failures, with what
//! fails under another name, since a case is a case of the sweep here.

use super::Kind::{Flag, Integer, Text};
use super::{Column, Fixed, Study};
use crate::report::failures::lines::tables as failures;
use crate::report::relays::tables as run;

/// What a study calls a column, and what a sweep does.
const RENAMED: [(&str, &str); 5] = [
    ("event", "outage"),
    ("case", "outage"),
    ("kind", "outage_kind"),
    ("element", "outage_element"),
    ("case_verdict", "outage_verdict"),
];

/// Every column of either study.
const MEANT: [Fixed; 43] = [
    ("line", Text, "Name of the power line."),
    (
        "verdict",
        Text,
        "`PASS` where every fault is cleared in time by one group at least, and nothing trips \
         unwanted, over the whole run.",
    ),
    (
        "scope",
        Text,
        "Which part of the run: `calm`, until something fails; `whole`; `failure`, from a little \
         before an event to the next.",
    ),
    ("outage", Text, "What fails; empty in normal operation."),
    ("outage_kind", Text, "What kind of element that is."),
    ("outage_element", Text, "Which element that is."),
    (
        "outage_verdict",
        Text,
        "The line in normal operation, while this fails and after it.",
    ),
    ("at_ps", Integer, "When the event begins."),
    ("from_ps", Integer, "First inception that was looked at."),
    (
        "to_ps",
        Integer,
        "End of the inceptions that were looked at.",
    ),
    (
        "met",
        Flag,
        "Whether the failure meets a circuit of the line.",
    ),
    (
        "cut_off",
        Flag,
        "Whether no way is left to any circuit of the line, in one direction at least.",
    ),
    ("part", Text, "`steady`, `during` or `after` the failure."),
    (
        "ok",
        Flag,
        "Whether every inception is cleared in time by one group at least, and nothing trips \
         unwanted.",
    ),
    (
        "state",
        Text,
        "Groups that do what they should: `both`, `A`, `B`, `none`.",
    ),
    ("limit_ps", Integer, "What a fault must be cleared in."),
    (
        "worst_after_failure_ps",
        Integer,
        "From the failure to the worst inception; negative before it.",
    ),
    (
        "clearing",
        Text,
        "How the worst fault is cleared: `in-time`, `late`, `backup`, `never`.",
    ),
    (
        "worst_ps",
        Integer,
        "Longest from inception to open breakers at both ends; empty: never.",
    ),
    (
        "worst_at_ps",
        Integer,
        "First inception at which it is so long.",
    ),
    ("place", Text, "Where the fault is then."),
    (
        "place_ppb",
        Integer,
        "Its distance from the first end as a share of the line; empty beside it.",
    ),
    ("end", Text, "The end that opens last then."),
    ("best_ps", Integer, "Shortest clearing."),
    (
        "p50_ps",
        Integer,
        "Not exceeded at 50 % of all inceptions at the worst place.",
    ),
    (
        "p90_ps",
        Integer,
        "Not exceeded at 90 % of all inceptions at the worst place.",
    ),
    (
        "p99_ps",
        Integer,
        "Not exceeded at 99 % of all inceptions at the worst place.",
    ),
    (
        "p999_ps",
        Integer,
        "Not exceeded at 99.9 % of all inceptions at the worst place.",
    ),
    (
        "late_ps",
        Integer,
        "Inceptions that are not cleared in time, all together.",
    ),
    ("inceptions_ps", Integer, "All inceptions together."),
    (
        "a_ok",
        Flag,
        "Group A: whether it does what it should; empty without one.",
    ),
    (
        "a_clearing",
        Text,
        "Group A: how the worst fault is cleared.",
    ),
    (
        "a_worst_ps",
        Integer,
        "Group A: longest clearing; empty: never.",
    ),
    (
        "a_worst_at_ps",
        Integer,
        "Group A: first inception at which it is so long.",
    ),
    (
        "a_blame",
        Text,
        "Group A: the circuit that is slow or trips unwanted.",
    ),
    (
        "b_ok",
        Flag,
        "Group B: whether it does what it should; empty without one.",
    ),
    (
        "b_clearing",
        Text,
        "Group B: how the worst fault is cleared.",
    ),
    (
        "b_worst_ps",
        Integer,
        "Group B: longest clearing; empty: never.",
    ),
    (
        "b_worst_at_ps",
        Integer,
        "Group B: first inception at which it is so long.",
    ),
    (
        "b_blame",
        Text,
        "Group B: the circuit that is slow or trips unwanted.",
    ),
    (
        "unwanted",
        Text,
        "The first trip that nobody wanted: `overtrip`, `misoperation`, `false-trip`.",
    ),
    (
        "unwanted_circuit",
        Text,
        "The circuit whose protection trips then.",
    ),
    ("unwanted_at_ps", Integer, "When that is."),
];

/// In the order of the study's own table.
pub(super) fn columns(study: Study) -> Vec<Column> {
    let names = match study {
        Study::Run => run::line_columns(),
        Study::Failures => failures::line_columns(),
    };
    names.into_iter().map(column).collect()
}

fn column(own: &'static str) -> Column {
    let renamed = RENAMED.iter().find(|(there, _)| *there == own);
    let name = renamed.map_or(own, |(_, here)| here);
    let meant = MEANT.iter().find(|(meant, ..)| *meant == name);
    super::fixed(meant.unwrap_or_else(|| panic!("no word of the column {name}")))
}
