//! What the tables of a sweep come to: counted row by row, in memory that does not grow with them.
//!
//! What is held is bounded by the values of the axes (many of them are put together in ranges), the
//! circuits and the lines. Rows of one table come in order of their cases; the tables may come one
//! after the other or in turns.

mod bins;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::str::FromStr;

use csv::ByteRecord;

use self::bins::Bins;
pub use self::bins::{Extent, LEVELS_TOLD, RANGES};
use super::Sweep;
use super::columns::{Column, Table, columns};

/// Cases in the list of the worst.
pub const WORST: usize = 10;
/// Different errors that are counted apart.
pub const ERRORS: usize = 16;

/// Counts over a sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Cases.
    pub cases: u64,
    /// Cases that ran and in which no circuit and no line fails.
    pub passed: u64,
    /// Cases that ran and in which a circuit or a line fails.
    pub failed: u64,
    /// Cases whose input was refused.
    pub refused: u64,
    /// Cases that ended in an internal error.
    pub broken: u64,
    /// In the order of the sweep's axes.
    pub axes: Vec<AxisTally>,
    /// By name.
    pub circuits: BTreeMap<String, CircuitTally>,
    /// By name.
    pub lines: BTreeMap<String, LineTally>,
    /// At most [`WORST`], the worst first: failing ones first, then the smallest margin (none at
    /// all, where play-out never began, before any), then the order of cases.
    pub worst: Vec<WorstCase>,
    /// The first [`ERRORS`] different errors of refused and broken cases, in order of cases.
    pub errors: Vec<ErrorTally>,
    /// Cases with other errors than those.
    pub errors_other: u64,
    /// Rows of stage `during` in `results.csv`: failures within runs, which no verdict of a circuit
    /// speaks of.
    pub transients: u64,
    places: Places,
}

/// An axis and what cases at its values come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AxisTally {
    /// Its name.
    pub name: String,
    /// Each value, or up to [`RANGES`] ranges where there are more than [`LEVELS_TOLD`] or any of
    /// a range may be drawn; empty for so many values that are no numbers.
    pub levels: Vec<LevelTally>,
    bins: Bins,
}

/// Cases at one value of an axis, whatever the others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LevelTally {
    /// Which.
    pub extent: Extent,
    /// Cases.
    pub cases: u64,
    /// Those that ran.
    pub ran: u64,
    /// Those that ran and in which a circuit or a line fails.
    pub failed: u64,
    /// Smallest budget less worst start of any circuit.
    pub margin_min_ps: Option<i64>,
}

/// What a circuit comes to over all cases.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CircuitTally {
    /// Cases in which it was judged.
    pub cases: u64,
    /// Those in which it fails, in any direction and stage.
    pub failed: u64,
    /// The first of them.
    pub failed_first_case: Option<u64>,
    /// Causes, and in how many cases each was one.
    pub causes: BTreeMap<String, u64>,
    /// Smallest budget less worst start.
    pub margin_min_ps: Option<i64>,
    /// The first case with that margin.
    pub margin_min_case: Option<u64>,
    counted: Counted,
    /// Causes that were counted for the case of the last row.
    counted_causes: Vec<String>,
}

/// What a line comes to over all cases.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LineTally {
    /// Cases in which it was judged.
    pub cases: u64,
    /// Those in which it fails.
    pub failed: u64,
    /// The first of them.
    pub failed_first_case: Option<u64>,
    /// Those in which a fault is never cleared.
    pub never: u64,
    /// Longest clearing of those that end.
    pub clearing_max_ps: Option<u64>,
    /// The first case with that clearing.
    pub clearing_max_case: Option<u64>,
    counted: Counted,
    never_in: Option<u64>,
}

/// Up to which case something was counted already: its rows follow one another.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Counted {
    judged_in: Option<u64>,
    failed_in: Option<u64>,
}

/// One of the worst cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorstCase {
    /// Its place among the cases.
    pub case: u64,
    /// Its id.
    pub id: String,
    /// Its value of every axis, as tables show it.
    pub labels: Vec<String>,
    /// Place of its seed among those of its point.
    pub replica: u64,
    /// Its seed.
    pub seed: u64,
    /// Whether a circuit or a line fails.
    pub fails: bool,
    /// Smallest margin of a circuit.
    pub margin_min_ps: Option<i64>,
    /// The circuit with that margin.
    pub circuit: String,
    /// Its direction.
    pub direction: String,
}

/// An error and how many cases end in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErrorTally {
    /// As `cases.csv` tells it.
    pub error: String,
    /// Cases with it.
    pub cases: u64,
    /// The first of them.
    pub case: u64,
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(sweep: &Sweep) -> Self {
        Self::over(sweep, &Table::ALL.map(|table| columns(sweep, table)))
    }

    /// Nothing counted yet of tables with these columns.
    fn over(sweep: &Sweep, tables: &[Vec<Column>; 3]) -> Self {
        let axis = |axis: &super::axis::Axis| {
            let (bins, extents) = Bins::of(axis);
            let level = |extent| LevelTally {
                extent,
                cases: 0,
                ran: 0,
                failed: 0,
                margin_min_ps: None,
            };
            AxisTally {
                name: axis.name.clone(),
                levels: extents.into_iter().map(level).collect(),
                bins,
            }
        };
        Self {
            cases: 0,
            passed: 0,
            failed: 0,
            refused: 0,
            broken: 0,
            axes: sweep.axes.iter().map(axis).collect(),
            circuits: BTreeMap::new(),
            lines: BTreeMap::new(),
            worst: Vec::new(),
            errors: Vec::new(),
            errors_other: 0,
            transients: 0,
            places: Places::new(sweep, tables),
        }
    }

    /// Counts a row of `results.csv`: cells in the order of its columns.
    pub fn results_row(&mut self, cells: &ByteRecord) {
        let at = &self.places.results;
        let case = number(cells, at.case).expect("every row has its case");
        let circuit = text(cells, at.circuit);
        let verdict = text(cells, at.verdict);
        // A failure within a run is told, and judged of lines alone.
        self.transients += u64::from(verdict.is_empty());
        let fails = verdict == "FAIL";
        let tally = entry(&mut self.circuits, circuit);
        if tally.counted.judged(case) {
            tally.cases += 1;
            tally.counted_causes.clear();
        }
        if fails {
            if tally.counted.failed(case) {
                tally.failed += 1;
                tally.failed_first_case.get_or_insert(case);
            }
            let cause = text(cells, at.cause);
            if !tally.counted_causes.iter().any(|one| one == cause) {
                tally.counted_causes.push(cause.to_owned());
                *entry(&mut tally.causes, cause) += 1;
            }
        }
        let margin: Option<i64> = number(cells, at.margin);
        if margin.is_some_and(|new| tally.margin_min_ps.is_none_or(|old| new < old)) {
            (tally.margin_min_ps, tally.margin_min_case) = (margin, Some(case));
        }
    }

    /// Counts a row of `cases.csv`.
    pub fn cases_row(&mut self, cells: &ByteRecord) {
        let at = &self.places.cases;
        let case = number(cells, at.case).expect("every row has its case");
        let status = text(cells, at.status);
        let ran = status == "ok";
        let fails = ran && text(cells, at.verdict) == "FAIL";
        let margin: Option<i64> = number(cells, at.margin);
        self.cases += 1;
        match status {
            "ok" if fails => self.failed += 1,
            "ok" => self.passed += 1,
            "refused" => self.refused += 1,
            "failed" => self.broken += 1,
            other => unreachable!("{other} is no status of a case"),
        }
        for (axis, place) in self.axes.iter_mut().zip(&at.axes) {
            let written = || number(cells, place.number);
            let Some(bin) = axis.bins.bin(text(cells, place.label), written) else {
                continue;
            };
            let level = &mut axis.levels[bin];
            level.cases += 1;
            level.ran += u64::from(ran);
            level.failed += u64::from(fails);
            let smaller = |new: &i64| level.margin_min_ps.is_none_or(|old| *new < old);
            level.margin_min_ps = margin.filter(smaller).or(level.margin_min_ps);
        }
        if ran {
            self.worst_of(case, fails, margin, cells);
        } else {
            self.error(text(cells, self.places.cases.error).to_owned(), case);
        }
    }

    /// Counts a row of `lines.csv`.
    pub fn lines_row(&mut self, cells: &ByteRecord) {
        let at = &self.places.lines;
        let at = at.as_ref().expect("a sweep with lines has their columns");
        let case = number(cells, at.case).expect("every row has its case");
        let tally = entry(&mut self.lines, text(cells, at.line));
        if tally.counted.judged(case) {
            tally.cases += 1;
        }
        // Over a whole run or case a line fails where it does in any part of it.
        if matches!(text(cells, at.ok), "no" | "false") && tally.counted.failed(case) {
            tally.failed += 1;
            tally.failed_first_case.get_or_insert(case);
        }
        if text(cells, at.clearing) == "never" && tally.never_in.replace(case) != Some(case) {
            tally.never += 1;
        }
        let worst: Option<u64> = number(cells, at.worst);
        if worst.is_some_and(|new| tally.clearing_max_ps.is_none_or(|old| new > old)) {
            (tally.clearing_max_ps, tally.clearing_max_case) = (worst, Some(case));
        }
    }

    /// Puts a case that ran among the worst, if it is one of them.
    fn worst_of(&mut self, case: u64, fails: bool, margin: Option<i64>, cells: &ByteRecord) {
        let at = &self.places.cases;
        if !fails && margin.is_none() {
            return;
        }
        let badness = |fails: bool, margin, case| (Reverse(fails), margin, case);
        let own = badness(fails, margin, case);
        let before = |one: &WorstCase| badness(one.fails, one.margin_min_ps, one.case) < own;
        let place = self.worst.partition_point(before);
        if place == WORST {
            return;
        }
        let cell = |place| text(cells, place).to_owned();
        let worst = WorstCase {
            case,
            id: cell(at.id),
            labels: at.axes.iter().map(|axis| cell(axis.label)).collect(),
            replica: number(cells, at.replica).expect("every case has a replica"),
            seed: number(cells, at.seed).expect("every case has a seed"),
            fails,
            margin_min_ps: margin,
            circuit: cell(at.circuit),
            direction: cell(at.direction),
        };
        self.worst.insert(place, worst);
        self.worst.truncate(WORST);
    }

    fn error(&mut self, error: String, case: u64) {
        if let Some(known) = self.errors.iter_mut().find(|one| one.error == error) {
            known.cases += 1;
        } else if self.errors.len() < ERRORS {
            let cases = 1;
            self.errors.push(ErrorTally { error, cases, case });
        } else {
            self.errors_other += 1;
        }
    }
}

impl CircuitTally {
    /// The cause of most failing cases, and of how many; the first by name of equals.
    #[must_use]
    pub fn cause(&self) -> Option<(&str, u64)> {
        let causes = self
            .causes
            .iter()
            .map(|(cause, cases)| (cause.as_str(), *cases));
        causes.min_by_key(|(cause, cases)| (Reverse(*cases), *cause))
    }
}

impl Counted {
    /// Whether this is the first row of the case.
    fn judged(&mut self, case: u64) -> bool {
        self.judged_in.replace(case) != Some(case)
    }

    /// Whether this is the first failing row of the case.
    fn failed(&mut self, case: u64) -> bool {
        self.failed_in.replace(case) != Some(case)
    }
}

/// Where the cells stand that are counted.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Places {
    results: ResultsPlaces,
    cases: CasesPlaces,
    lines: Option<LinesPlaces>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct ResultsPlaces {
    case: usize,
    circuit: usize,
    verdict: usize,
    cause: usize,
    margin: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct CasesPlaces {
    case: usize,
    id: usize,
    axes: Vec<AxisPlace>,
    replica: usize,
    seed: usize,
    status: usize,
    error: usize,
    verdict: usize,
    margin: usize,
    circuit: usize,
    direction: usize,
}

/// The cells of an axis: as written, and in base units (the same where it has none).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct AxisPlace {
    label: usize,
    number: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct LinesPlaces {
    case: usize,
    line: usize,
    ok: usize,
    clearing: usize,
    worst: usize,
}

impl Places {
    fn new(sweep: &Sweep, [results, cases, lines]: &[Vec<Column>; 3]) -> Self {
        let axis = |axis: &super::axis::Axis| {
            let label = place(cases, &axis.name);
            let number = label + usize::from(axis.dimension.is_some());
            AxisPlace { label, number }
        };
        Self {
            results: ResultsPlaces {
                case: place(results, "case"),
                circuit: place(results, "circuit"),
                verdict: place(results, "verdict"),
                cause: place(results, "cause"),
                margin: place(results, "margin_ps"),
            },
            cases: CasesPlaces {
                case: place(cases, "case"),
                id: place(cases, "id"),
                axes: sweep.axes.iter().map(axis).collect(),
                replica: place(cases, "replica"),
                seed: place(cases, "seed"),
                status: place(cases, "status"),
                error: place(cases, "error"),
                verdict: place(cases, "verdict"),
                margin: place(cases, "margin_min_ps"),
                circuit: place(cases, "worst_circuit"),
                direction: place(cases, "worst_direction"),
            },
            lines: (!lines.is_empty()).then(|| LinesPlaces {
                case: place(lines, "case"),
                line: place(lines, "line"),
                ok: place(lines, "ok"),
                clearing: place(lines, "clearing"),
                worst: place(lines, "worst_ps"),
            }),
        }
    }
}

/// Where a column stands.
fn place(columns: &[Column], name: &str) -> usize {
    let found = columns.iter().position(|one| one.name == name);
    found.unwrap_or_else(|| panic!("a table of a sweep has the column {name}"))
}

/// A cell; tables are written from text.
fn text(cells: &ByteRecord, place: usize) -> &str {
    std::str::from_utf8(&cells[place]).expect("tables hold text")
}

/// A number; `None` where the cell is empty.
fn number<N: FromStr>(cells: &ByteRecord, place: usize) -> Option<N> {
    let text = text(cells, place);
    if text.is_empty() {
        return None;
    }
    let number = text.parse().ok();
    assert!(number.is_some(), "{text} where a number belongs");
    number
}

/// The entry of a name, made where there is none; without a copy of the name where there is.
fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, name: &str) -> &'m mut V {
    if !map.contains_key(name) {
        map.insert(name.to_owned(), V::default());
    }
    map.get_mut(name).expect("it was put there")
}

#[cfg(test)]
pub(crate) mod tests;
