use proptest::prelude::*;

use super::*;
use crate::batch::columns::Kind;
use crate::batch::samples;

const RESULTS: [&str; 6] = ["case", "id", "circuit", "verdict", "cause", "margin_ps"];
const CASES: [&str; 14] = [
    "case",
    "id",
    "payload",
    "payload_octets",
    "buffer",
    "buffer_ps",
    "replica",
    "seed",
    "status",
    "error",
    "verdict",
    "margin_min_ps",
    "worst_circuit",
    "worst_direction",
];
const LINES: [&str; 6] = ["case", "line", "case", "ok", "clearing", "worst_ps"];

/// Nothing counted of the sample: payload 8 B, 16 B × buffer 3 ms, 4 ms, 20 ms × 2 seeds.
pub(crate) fn empty() -> Tally {
    let table = |names: &[&str]| {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            kind: Kind::Text,
            doc: String::new(),
        };
        names.iter().map(column).collect()
    };
    let tables = [table(&RESULTS), table(&CASES), table(&LINES)];
    Tally::over(&samples::sweep(), &tables)
}

fn record(cells: &str) -> ByteRecord {
    cells.split(',').collect::<Vec<_>>().into()
}

/// Counts rows: cells of a test separated by commas.
pub(crate) fn counted(results: &[&str], cases: &[&str], lines: &[&str]) -> Tally {
    let mut tally = empty();
    for row in results {
        tally.results_row(&record(row));
    }
    for row in cases {
        tally.cases_row(&record(row));
    }
    for row in lines {
        tally.lines_row(&record(row));
    }
    tally
}

#[test]
fn cases_are_counted_by_what_became_of_them_and_by_value() {
    let tally = counted(
        &[],
        &[
            "0,a,8 B,8,3 ms,3000000000,0,1,ok,,PASS,500,87L,a-z",
            "1,b,8 B,8,3 ms,3000000000,1,2,ok,,FAIL,-700,87L,z-a",
            "6,c,16 B,16,3 ms,3000000000,0,1,refused,too small (s.toml:16),,,,",
            "7,d,16 B,16,3 ms,3000000000,1,2,failed,a bug,,,,",
            "8,e,16 B,16,4 ms,4000000000,0,1,ok,,PASS,20,87L,a-z",
        ],
        &[],
    );
    let ends = [tally.passed, tally.failed, tally.refused, tally.broken];
    assert_eq!((tally.cases, ends), (5, [2, 1, 1, 1]));
    let level = |axis: usize, level: usize| {
        let level = &tally.axes[axis].levels[level];
        (level.cases, level.ran, level.failed, level.margin_min_ps)
    };
    assert_eq!(level(0, 0), (2, 2, 1, Some(-700)));
    assert_eq!(level(0, 1), (3, 1, 0, Some(20)));
    assert_eq!(level(1, 0), (4, 2, 1, Some(-700)));
    assert_eq!(level(1, 1), (1, 1, 0, Some(20)));
    assert_eq!(level(1, 2), (0, 0, 0, None));
    let errors: Vec<_> = tally
        .errors
        .iter()
        .map(|one| (&*one.error, one.case))
        .collect();
    assert_eq!(errors, [("too small (s.toml:16)", 6), ("a bug", 7)]);
}

#[test]
fn a_circuit_fails_once_per_case_however_many_rows_say_so() {
    let tally = counted(
        &[
            "0,a,87L,FAIL,budget,-5",
            "0,a,87L,FAIL,budget,-9",
            "0,a,DTT,PASS,,40",
            "0,a,87L,FAIL,loss,",
            "1,b,87L,FAIL,loss,-9",
            "1,b,DTT,PASS,,41",
            "2,c,87L,PASS,,3",
            "2,c,87L,,,",
        ],
        &[],
        &[],
    );
    let circuit = &tally.circuits["87L"];
    assert_eq!((circuit.cases, circuit.failed), (3, 2));
    assert_eq!(circuit.cause(), Some(("loss", 2)));
    assert_eq!(circuit.causes["budget"], 1);
    let least = (circuit.margin_min_ps, circuit.margin_min_case);
    assert_eq!(least, (Some(-9), Some(0)), "the first case with it");
    let other = &tally.circuits["DTT"];
    assert_eq!((other.cases, other.failed, other.cause()), (2, 0, None));
}

#[test]
fn a_line_fails_with_any_part_of_a_case_and_never_is_told_apart_from_long() {
    let tally = counted(
        &[],
        &[],
        &[
            "0,KEE-ELL,,true,in-time,60",
            "0,KEE-ELL,link A,no,late,90",
            "0,KEE-ELL,link A,false,never,",
            "1,KEE-ELL,,yes,in-time,90",
            "1,ELL-WEST,,true,in-time,50",
        ],
    );
    let line = &tally.lines["KEE-ELL"];
    assert_eq!((line.cases, line.failed, line.never), (2, 1, 1));
    let longest = (line.clearing_max_ps, line.clearing_max_case);
    assert_eq!(longest, (Some(90), Some(0)));
    assert_eq!(tally.lines["ELL-WEST"].failed, 0);
}

#[test]
fn different_errors_beyond_a_few_are_counted_together() {
    let row = |case: usize| {
        let error = case % (ERRORS + 3);
        format!("{case},a,8 B,8,3 ms,3,0,1,refused,error {error},,,,")
    };
    let rows: Vec<String> = (0..2 * (ERRORS + 3)).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let tally = counted(&[], &rows, &[]);
    assert_eq!(tally.errors.len(), ERRORS);
    assert!(tally.errors.iter().all(|one| one.cases == 2));
    assert_eq!(tally.errors_other, 6);
}

#[test]
fn a_case_without_any_margin_is_the_worst_of_those_that_fail() {
    let tally = counted(
        &[],
        &[
            "0,a,8 B,8,3 ms,3,0,1,ok,,PASS,-1,87L,a-z",
            "1,b,8 B,8,3 ms,3,1,2,ok,,FAIL,7,87L,z-a",
            "2,c,8 B,8,4 ms,4,0,1,ok,,FAIL,,,",
            "3,d,8 B,8,4 ms,4,1,2,ok,,FAIL,7,87L,z-a",
            "4,e,8 B,8,20 ms,20,0,1,ok,,,,,",
        ],
        &[],
    );
    let order: Vec<u64> = tally.worst.iter().map(|one| one.case).collect();
    assert_eq!(order, [2, 1, 3, 0]);
    assert_eq!(tally.worst[0].labels, ["8 B", "4 ms"]);
}

proptest! {
    #[test]
    fn the_worst_are_those_of_a_sorted_list_of_all(
        cases in prop::collection::vec((any::<bool>(), prop::option::of(-20_i64..20)), 0..60),
    ) {
        let mut tally = empty();
        for (case, (fails, margin)) in (0..).zip(&cases) {
            let verdict = if *fails { "FAIL" } else { "PASS" };
            let margin = margin.map_or_else(String::new, |margin| margin.to_string());
            let row = format!("{case},a,8 B,8,3 ms,3,0,1,ok,,{verdict},{margin},87L,a-z");
            tally.cases_row(&record(&row));
        }
        let numbered = (0_u64..).zip(&cases);
        let mut failing: Vec<(Option<i64>, u64)> = Vec::new();
        let mut passing: Vec<(Option<i64>, u64)> = Vec::new();
        for (case, (fails, margin)) in numbered {
            match (fails, margin) {
                (true, _) => failing.push((*margin, case)),
                (false, Some(_)) => passing.push((*margin, case)),
                (false, None) => {}
            }
        }
        failing.sort_unstable();
        passing.sort_unstable();
        let all = failing.iter().chain(&passing).map(|(_, case)| *case);
        let expected: Vec<u64> = all.take(WORST).collect();
        let found: Vec<u64> = tally.worst.iter().map(|one| one.case).collect();
        prop_assert_eq!(found, expected);
    }
}
