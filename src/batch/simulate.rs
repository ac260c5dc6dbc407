//! Working out cases: from input to rows.
//!
//! What a case comes to is written at once, on the thread that works it out; what collects cases
//! need only put octets one behind the other.

mod failures;
mod refused;
mod run;
mod sheet;
mod writer;

use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use self::sheet::Sheet;
use super::case::Case;
use super::columns::axis_cells;
use super::{Study, Sweep};
use crate::random::Seed;
use crate::report::histograms;
use crate::scenario::{Files, Scenario};

/// What a case came to: rows without header, as CSV with LF.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CaseResult {
    /// Its place.
    pub index: u64,
    /// Rows of the tables, in the order of [`super::columns::Table::ALL`].
    pub tables: [Vec<u8>; 3],
    /// Lines of the histogram log, without head; empty where none are kept.
    pub histograms: Vec<u8>,
}

/// Works out cases that follow one another; those of one point share what does not depend on the
/// seed. A case that is refused, or that finds a bug, is a row with its error.
#[must_use]
pub fn simulate(sweep: &Sweep, cases: Range<u64>) -> Vec<CaseResult> {
    let mut results = Vec::new();
    let mut next = cases.start;
    while next < cases.end {
        let of_point = sweep.same_point(next, &cases);
        next = of_point.end;
        results.extend(point(sweep, of_point, &write));
    }
    results
}

/// What the histogram log of a sweep begins with: the lines of all cases follow.
#[must_use]
pub fn histogram_head() -> Vec<u8> {
    histograms::head()
}

/// Whether this thread is at work on a case, whose bugs become rows: then a panic is not to be told
/// by whoever hooks panics.
#[must_use]
pub fn guarded() -> bool {
    GUARDED.get()
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What ends the work on a case early.
enum Early {
    /// The input has errors: the first.
    Refused(String),
    /// An internal error: what it says.
    Failed(String),
}

/// Works out a scenario and writes its rows; histograms too, where there is a tag for them to begin
/// with.
type Write<'w> = &'w dyn Fn(Study, &Scenario, &mut Sheet, Option<String>) -> Result<(), Early>;

fn write(
    study: Study,
    scenario: &Scenario,
    sheet: &mut Sheet,
    tag: Option<String>,
) -> Result<(), Early> {
    match study {
        Study::Run => run::write(scenario, sheet, tag),
        Study::Failures => return failures::write(scenario, sheet, tag),
    }
    Ok(())
}

/// Cases of one point.
fn point(sweep: &Sweep, cases: Range<u64>, write: Write<'_>) -> Vec<CaseResult> {
    let place = sweep.case(cases.start).point_index;
    let point = sweep.design.point(&sweep.axes, place);
    let axes = sweep.axes.iter().zip(&point.levels);
    let axes: Vec<String> = axes
        .flat_map(|(axis, level)| axis_cells(axis, level))
        .collect();
    let files = sweep.input(&point);
    let mut kept = None;
    let one = |index| {
        let case = sweep.case(index);
        let id = sweep.case_id(&files, case.seed);
        let mut head = vec![index.to_string(), id];
        head.extend(axes.iter().cloned());
        head.extend([case.replica, case.seed].map(|number| number.to_string()));
        worked_out((sweep, write), &files, &case, head, &mut kept)
    };
    cases.map(one).collect()
}

/// One case; `kept` is what the case before it leaves to this one.
fn worked_out(
    (sweep, write): (&Sweep, Write<'_>),
    files: &Files,
    case: &Case,
    head: Vec<String>,
    kept: &mut Option<Scenario>,
) -> CaseResult {
    let found = unwinding(|| {
        let scenario = scenario(sweep, files, case.seed, kept.take())?;
        let mut sheet = Sheet::new(head.clone());
        write(sweep.study, &scenario, &mut sheet, tag(sweep, case))?;
        Ok((sheet, scenario))
    });
    match found {
        Ok((sheet, scenario)) => {
            *kept = Some(scenario);
            sheet.finish(case.index)
        }
        Err(early) => Sheet::new(head).ended(case.index, &early),
    }
}

/// What tags of its histograms begin with, where they are kept.
fn tag(sweep: &Sweep, case: &Case) -> Option<String> {
    sweep.histograms.then(|| format!("case/{}/", case.index))
}

/// The scenario of a case: that of the case before, where the seed changes nothing of it.
fn scenario(
    sweep: &Sweep,
    files: &Files,
    seed: u64,
    kept: Option<Scenario>,
) -> Result<Scenario, Early> {
    if let Some(mut scenario) = kept.filter(|scenario| !scenario.seed_matters()) {
        scenario.reseed(Seed(seed));
        return Ok(scenario);
    }
    let mut loaded = sweep.load_case(files, seed);
    let scenario = loaded.scenario.take();
    scenario.ok_or_else(|| Early::Refused(refused::first_error(sweep, &loaded)))
}

/// Does some work, in which a bug is an answer.
fn unwinding<T>(work: impl FnOnce() -> Result<T, Early>) -> Result<T, Early> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    done.unwrap_or_else(|panic| Err(Early::Failed(said(&*panic))))
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("internal error: {}", text.unwrap_or("a panic without text"))
}

#[cfg(test)]
mod tests;
