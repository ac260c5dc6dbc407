//! A sweep for the terminal: what its values come to, the worst circuits, lines and cases.

use std::cmp::Reverse;

use crate::analysis::verdict::Verdict;
use crate::batch::Sweep;
use crate::batch::merge::Merged;
use crate::batch::tally::{AxisTally, CircuitTally, LineTally, Tally};
use crate::report::pretty::Style;
use crate::report::text::{Align, Columns, count, harmless, signed_ms};
use crate::units::Span;

/// What a reader of verdicts has to know where things fail within runs.
const TRANSIENTS: &str = "  things fail within runs: circuits are judged until then, lines through it; \
                          results.csv tells each circuit's\n  gaps in rows of stage `during`, and \
                          study = \"failures\" judges circuits through every failure";

/// Most failing circuits, lines or different errors that are listed one by one.
const LISTED: usize = 12;

/// Everything but the last line.
#[must_use]
pub fn pretty(sweep: &Sweep, merged: &Merged, style: Style) -> String {
    let tally = &merged.tally;
    let mut lines = vec![head(sweep, tally)];
    for axis in &tally.axes {
        lines.extend(axis_lines(axis, style));
    }
    lines.extend(circuit_lines(tally, style));
    lines.extend(line_lines(tally, style));
    lines.extend(worst_lines(sweep, tally, style));
    lines.extend(error_lines(tally, style));
    if tally.transients > 0 {
        lines.push(TRANSIENTS.to_owned());
    }
    let closing = "  margins in ms: budget less worst start, the smallest of all circuits and \
                   directions, of passing ones too";
    lines.push(closing.to_owned());
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// "1 152 cases: 812 FAIL, 24 refused · result 7c1e…9a40 · results/pilot-sweep/"
#[must_use]
pub fn last_line(merged: &Merged, folder: &str) -> String {
    let hash = &merged.result_hash;
    let short = match (hash.get(..4), hash.get(60..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => hash.clone(),
    };
    let verdict = verdict(&merged.tally);
    format!("{verdict} · result {short} · {}", harmless(folder))
}

/// What became of all cases.
fn verdict(tally: &Tally) -> String {
    let noun = if tally.cases == 1 { "case" } else { "cases" };
    let mut ends = Vec::new();
    match (tally.failed, tally.passed) {
        (0, 0) => {}
        (0, passed) if passed == tally.cases => ends.push("all PASS".to_owned()),
        (0, passed) => ends.push(format!("{} PASS", count(passed))),
        (failed, _) => ends.push(format!("{} FAIL", count(failed))),
    }
    for (number, word) in [
        (tally.refused, "refused"),
        (tally.broken, "ended in an internal error"),
    ] {
        if number > 0 {
            ends.push(format!("{} {word}", count(number)));
        }
    }
    format!("{} {noun}: {}", count(tally.cases), ends.join(", "))
}

fn head(sweep: &Sweep, tally: &Tally) -> String {
    let (points, seeds) = (sweep.design.points(), sweep.seeds());
    let plural = |number: u64, noun: &str| {
        let end = if number == 1 { "" } else { "s" };
        format!("{} {noun}{end}", count(number))
    };
    format!(
        "  {}: {} × {}, {} PASS, {} FAIL, {} refused",
        harmless(&sweep.name),
        plural(points, "point"),
        plural(seeds, "seed"),
        count(tally.passed),
        count(tally.failed),
        count(tally.refused)
    )
}

/// A table with a name, `texts` more columns of text, and `numbers` columns of numbers between.
fn table(header: &[&str], texts_behind: usize) -> Columns {
    let numbers = header.len() - 1 - texts_behind;
    let mut align = vec![Align::Left];
    align.resize(1 + numbers, Align::Right);
    align.resize(header.len(), Align::Left);
    let mut columns = Columns::new(&align);
    columns.row(header.iter().map(|&cell| cell.to_owned()).collect());
    columns
}

/// The lines of a table, each row with its mark; a blank at the header, and where nothing ran.
fn marked(columns: &Columns, marks: &[Option<Verdict>], style: Style) -> Vec<String> {
    let mark = |mark: Option<Verdict>| mark.map_or(" ".to_owned(), |verdict| style.mark(verdict));
    let marks = std::iter::once(None).chain(marks.iter().copied()).map(mark);
    let lines = columns.lines().into_iter();
    marks
        .zip(lines)
        .map(|(mark, line)| format!("{mark} {line}"))
        .collect()
}

fn verdict_of(failed: u64, ran: u64) -> Option<Verdict> {
    match (failed, ran) {
        (0, 0) => None,
        (0, _) => Some(Verdict::Pass),
        _ => Some(Verdict::Fail),
    }
}

/// The values of an axis in their order: it is their trend that is looked for.
fn axis_lines(axis: &AxisTally, style: Style) -> Vec<String> {
    if axis.levels.is_empty() {
        return Vec::new();
    }
    let name = harmless(&axis.name);
    let header = [name.as_str(), "cases", "refused", "FAIL", "share", "margin"];
    let mut columns = table(&header, 0);
    let mut marks = Vec::new();
    for level in &axis.levels {
        marks.push(verdict_of(level.failed, level.ran));
        columns.row(vec![
            harmless(&level.extent.label),
            count(level.cases),
            count(level.cases - level.ran),
            count(level.failed),
            share(level.failed, level.ran),
            margin(level.margin_min_ps),
        ]);
    }
    marked(&columns, &marks, style)
}

/// Failing circuits, the one that fails in most cases first; how many others pass.
fn circuit_lines(tally: &Tally, style: Style) -> Vec<String> {
    let mut circuits: Vec<(&String, &CircuitTally)> = tally.circuits.iter().collect();
    circuits.sort_by_key(|(name, one)| (Reverse(one.failed), one.margin_min_ps, *name));
    let failing = circuits.iter().filter(|(_, one)| one.failed > 0).count();
    let shown = failing.clamp(1, LISTED).min(circuits.len());
    let header = [
        "circuit", "cases", "FAIL", "share", "margin", "first in", "cause",
    ];
    let mut columns = table(&header, 1);
    let mut marks = Vec::new();
    for (name, one) in &circuits[..shown] {
        marks.push(verdict_of(one.failed, one.cases));
        let cause = one.cause();
        columns.row(vec![
            harmless(name),
            count(one.cases),
            count(one.failed),
            share(one.failed, one.cases),
            margin(one.margin_min_ps),
            one.failed_first_case
                .map_or_else(dash, |case| case.to_string()),
            cause.map_or_else(String::new, |(cause, cases)| {
                format!("{} in {}", harmless(cause), count(cases))
            }),
        ]);
    }
    rest(
        marked(&columns, &marks, style),
        "circuit",
        circuits.len(),
        shown,
        failing,
    )
}

fn line_lines(tally: &Tally, style: Style) -> Vec<String> {
    let mut lines: Vec<(&String, &LineTally)> = tally.lines.iter().collect();
    lines.sort_by_key(|(name, one)| {
        (
            Reverse(one.failed),
            Reverse(one.never),
            Reverse(one.clearing_max_ps),
            *name,
        )
    });
    let failing = lines.iter().filter(|(_, one)| one.failed > 0).count();
    let shown = failing.clamp(1, LISTED).min(lines.len());
    let header = [
        "line", "cases", "FAIL", "share", "never", "clearing", "first in",
    ];
    let mut columns = table(&header, 0);
    let mut marks = Vec::new();
    for (name, one) in &lines[..shown] {
        marks.push(verdict_of(one.failed, one.cases));
        let longest = one.clearing_max_ps.map(|ps| Span(ps).to_string());
        columns.row(vec![
            harmless(name),
            count(one.cases),
            count(one.failed),
            share(one.failed, one.cases),
            count(one.never),
            longest.unwrap_or_else(dash),
            one.failed_first_case
                .map_or_else(dash, |case| case.to_string()),
        ]);
    }
    rest(
        marked(&columns, &marks, style),
        "line",
        lines.len(),
        shown,
        failing,
    )
}

/// A table of which some rows are left out, and how many.
fn rest(
    mut lines: Vec<String>,
    noun: &str,
    all: usize,
    shown: usize,
    failing: usize,
) -> Vec<String> {
    if all == 0 {
        return Vec::new();
    }
    let noun = |number: usize| match number {
        1 => format!("1 {noun} more"),
        _ => format!("{number} {noun}s more"),
    };
    let left = failing.saturating_sub(shown);
    if left > 0 {
        lines.push(format!("  {} FAIL", noun(left)));
    }
    let passing = all - shown - left;
    if passing > 0 {
        lines.push(format!("  {} PASS in every case", noun(passing)));
    }
    lines
}

fn worst_lines(sweep: &Sweep, tally: &Tally, style: Style) -> Vec<String> {
    if tally.worst.is_empty() {
        return Vec::new();
    }
    let axes = sweep.axes.iter().map(|axis| harmless(&axis.name));
    let mut header = vec!["worst case".to_owned()];
    header.extend(axes);
    header.extend(["seed", "margin", "circuit", "dir"].map(str::to_owned));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut columns = table(&header, 2);
    let mut marks = Vec::new();
    for one in &tally.worst {
        marks.push(verdict_of(u64::from(one.fails), 1));
        let mut cells = vec![one.case.to_string()];
        cells.extend(one.labels.iter().map(|label| harmless(label)));
        cells.extend([one.seed.to_string(), margin(one.margin_min_ps)]);
        cells.push(harmless(&one.circuit));
        cells.push(arrow(&one.direction).to_owned());
        columns.row(cells);
    }
    marked(&columns, &marks, style)
}

/// A direction as reports show it.
fn arrow(direction: &str) -> &str {
    match direction {
        "a-z" => "a→z",
        "z-a" => "z→a",
        other => other,
    }
}

/// Why cases did not run, the most frequent first.
fn error_lines(tally: &Tally, style: Style) -> Vec<String> {
    let mut errors: Vec<_> = tally.errors.iter().collect();
    errors.sort_by_key(|one| (Reverse(one.cases), one.case));
    let told: u64 = errors.iter().take(LISTED).map(|one| one.cases).sum();
    let line = |one: &&crate::batch::tally::ErrorTally| {
        format!(
            "{} {} × {} (first: case {})",
            style.warning(),
            count(one.cases),
            harmless(&one.error),
            one.case
        )
    };
    let mut lines: Vec<String> = errors.iter().take(LISTED).map(line).collect();
    let left = tally.refused + tally.broken - told;
    if left > 0 {
        lines.push(format!(
            "{} {} × other errors",
            style.warning(),
            count(left)
        ));
    }
    lines
}

/// A share in per cent with one decimal, rounded half up: "70.5 %"; but "100.0 %" and "0.0 %" only
/// where it is all or none.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return dash();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let mut permille = (part * 2000 + whole) / (2 * whole);
    if part > 0 && part < whole {
        permille = permille.clamp(1, 999);
    }
    format!("{}.{} %", permille / 10, permille % 10)
}

fn margin(ps: Option<i64>) -> String {
    ps.map_or_else(dash, signed_ms)
}

fn dash() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::samples;
    use crate::batch::tally::tests::counted;

    fn merged(results: &[&str], cases: &[&str], lines: &[&str]) -> Merged {
        Merged {
            result_hash: format!("7c1e{}9a40", "0".repeat(56)),
            tally: counted(results, cases, lines),
        }
    }

    fn sample() -> Merged {
        merged(
            &[
                "0,a,87L EAST-WEST,PASS,,1234567890",
                "0,a,DTT 1,PASS,,9000000000",
                "1,b,87L EAST-WEST,FAIL,underrun,-700000000",
                "1,b,DTT 1,PASS,,9000000000",
            ],
            &[
                "0,a,8 B,8,3 ms,3000000000,0,1,ok,,PASS,1234567890,87L EAST-WEST,a-z",
                "1,b,8 B,8,3 ms,3000000000,1,2,ok,,FAIL,-700000000,87L EAST-WEST,z-a",
                "6,c,16 B,16,3 ms,3000000000,0,1,refused,too small (s.toml:16),,,,",
            ],
            &["1,EAST-WEST,,no,late,90123456789"],
        )
    }

    #[test]
    fn values_come_in_their_order_and_what_fails_comes_first() {
        let text = pretty(&samples::sweep(), &sample(), Style { colour: false });
        let expected = "  \
  Sample sweep: 6 points × 2 seeds, 1 PASS, 1 FAIL, 1 refused
  payload  cases  refused  FAIL   share  margin
✗ 8 B          2        0     1  50.0 %  -0.700
  16 B         1        1     0       -       -
  buffer  cases  refused  FAIL   share  margin
✗ 3 ms        3        1     1  50.0 %  -0.700
  4 ms        0        0     0       -       -
  20 ms       0        0     0       -       -
  circuit        cases  FAIL   share  margin  first in  cause
✗ 87L EAST-WEST      2     1  50.0 %  -0.700         1  underrun in 1
  1 circuit more PASS in every case
  line       cases  FAIL    share  never  clearing  first in
✗ EAST-WEST      1     1  100.0 %      0    90.123         1
  worst case  payload  buffer  seed  margin  circuit        dir
✗ 1               8 B    3 ms     2  -0.700  87L EAST-WEST  z→a
✓ 0               8 B    3 ms     1  +1.235  87L EAST-WEST  a→z
! 1 × too small (s.toml:16) (first: case 6)
  margins in ms: budget less worst start, the smallest of all circuits and directions, of passing ones too
";
        assert_eq!(text, expected, "{text}");
    }

    #[test]
    fn the_last_line_says_how_many_fail_and_where_the_results_are() {
        assert_eq!(
            last_line(&sample(), "results/sample/"),
            "3 cases: 1 FAIL, 1 refused · result 7c1e…9a40 · results/sample/"
        );
        let one = "0,a,8 B,8,3 ms,3000000000,0,1,ok,,PASS,1,87L,a-z";
        assert_eq!(
            last_line(&merged(&[], &[one], &[]), "r/"),
            "1 case: all PASS · result 7c1e…9a40 · r/"
        );
        let broken = "1,a,8 B,8,3 ms,3000000000,0,1,failed,a bug,,,,";
        assert_eq!(
            last_line(&merged(&[], &[one, broken], &[]), "r/"),
            "2 cases: 1 PASS, 1 ended in an internal error · result 7c1e…9a40 · r/"
        );
    }

    #[test]
    fn a_share_is_all_or_none_only_where_it_is() {
        // 812 of 1152 = 70.486 %.
        assert_eq!(share(812, 1152), "70.5 %");
        assert_eq!(share(0, 1152), "0.0 %");
        assert_eq!(share(1, 100_000), "0.1 %");
        assert_eq!(share(99_999, 100_000), "99.9 %");
        assert_eq!(share(7, 7), "100.0 %");
        assert_eq!(share(0, 0), "-");
    }
}
