//! What failures do to lines: the table that a protection engineer reads first, and the same for
//! machines.

pub mod json;
pub mod pretty;
pub mod tables;

use crate::analysis::relays::{GroupJudgement, Unwanted, Why};
use crate::analysis::study::{CaseResult, LineResult, LineState, Met, Study};
use crate::units::{SimTime, Span};

/// A line in a case.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    pub case: &'r CaseResult,
    pub result: &'r LineResult,
    /// In normal operation.
    pub steady: &'r LineState,
}

/// Every case and line, in order.
pub(super) fn rows<'r>(
    study: &'r Study<'_>,
    cases: &'r [CaseResult],
) -> impl Iterator<Item = Row<'r>> {
    cases.iter().flat_map(move |case| {
        let lines = case.lines.iter();
        lines.filter_map(move |result| {
            let steady = study.steady_line(result.line)?;
            Some(Row {
                case,
                result,
                steady,
            })
        })
    })
}

/// The lines that can be judged in normal operation, in order of name.
pub(super) fn steady<'r>(study: &'r Study<'_>) -> impl Iterator<Item = &'r LineState> {
    let lines = 0..study.scenario.relays.lines.len();
    lines.filter_map(|line| study.steady_line(line))
}

/// The first trip of a line that nobody wanted.
pub(super) fn first_unwanted(state: &LineState) -> Option<&Unwanted> {
    let groups = state.line.groups.iter().flatten();
    let all = groups.flat_map(|group: &GroupJudgement| &group.unwanted);
    all.min_by_key(|one| one.at)
}

/// From the failure to an instant of a line that it meets, in picoseconds.
pub(super) fn after_failure_ps(met: &Met, at: SimTime) -> i64 {
    let after = i128::from(at.0) - i128::from(met.failed.0);
    i64::try_from(after).expect("within 106 days")
}

/// What the channel did, in words.
fn why_text(why: Why) -> String {
    let arrow = |way: usize| super::pretty::ARROWS[way];
    match why {
        Why::Hole { way, from, to } => {
            let lasts = to.map(|to| to.since(from));
            let lasts = lasts.map_or_else(
                || "from then on".to_owned(),
                |lasts: Span| format!("for {lasts} ms"),
            );
            format!("no message {} {lasts}", arrow(way))
        }
        Why::Delay { way, delay } => format!("channel {} {delay} ms", arrow(way)),
    }
}
