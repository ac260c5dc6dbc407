//! Fault-clearing timelines for the terminal: one line per step, all on one axis.

use std::cmp::Reverse;

use super::Report;
use super::pretty::Style;
use super::svg::canvas::shortened;
use super::svg::plots::worst_clearing;
use super::text::harmless;
use crate::analysis::planning::{ARTICLE_BUDGET, RELAY_PROCESSING};
use crate::analysis::relays::{LineJudgement, Scope};
use crate::analysis::verdict::Verdict;
use crate::relay::clearing::{Clearing, Exact, Opening, Plan, Step, What};
use crate::relay::{By, End};
use crate::units::Span;

/// A timeline with the names that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What is cleared: "500 kV KEE-ELL".
    pub title: &'a str,
    /// Which fault: "fault at 2.000100 s, 50 % from KEE".
    pub fault: &'a str,
    /// Names of terminals a and z.
    pub ends: [&'a str; 2],
    /// The timeline.
    pub clearing: &'a Clearing,
}

/// Distance of the first and the last instant on the axis, in characters.
const CELLS: usize = 50;
/// Characters of what stands before it.
const LABEL: usize = 27;
/// Most characters of the name of a terminal.
const NAME_MAX: usize = 7;

impl Told<'_> {
    /// Name of a terminal.
    #[must_use]
    pub fn end(&self, end: End) -> String {
        shortened(&harmless(self.ends[end.index()]), NAME_MAX)
    }

    /// What a step is and where.
    #[must_use]
    pub fn step(&self, step: &Step) -> String {
        let (what, at) = (step.what.name(), self.end(step.at));
        match step.what {
            What::Channel => format!("{what} {at} → {}", self.end(step.at.other())),
            _ => format!("{what} {at}"),
        }
    }

    /// What an end does.
    #[must_use]
    pub fn opening(&self, opening: &Opening) -> String {
        let why = match (opening.by, opening.open) {
            (None, None) => "does not trip",
            (None, Some(_)) => "opens on what the other end sends",
            (Some(By::Local), _) => "opens for what it asks the other end for",
            (Some(By::Zone1), _) => "trips by its own zone 1",
            (Some(By::Command), _) => "trips by its scheme",
            (Some(By::Unblocking), _) => "trips in the window of unblocking",
            (Some(By::Differential), _) => "trips by line differential",
            (Some(By::Zone2), _) => "trips after the delay of zone 2",
        };
        format!("{} {why}", self.end(opening.end))
    }

    /// "cleared in 82.667 ms = 4.96 cycles, to be cleared in 83.333 ms = 5.00 cycles".
    #[must_use]
    pub fn total(&self) -> String {
        let both = |exact: Exact| {
            let (ms, cycles) = (exact.ms_text(), exact.cycles_text());
            format!("{ms} ms = {cycles} cycles")
        };
        let total = match self.clearing.total {
            Some(total) => format!("cleared in {}", both(total)),
            None => "never cleared".to_owned(),
        };
        match self.clearing.limit {
            Some(limit) => format!("{total}, to be cleared in {}", both(limit)),
            None => total,
        }
    }

    /// The instant at which the drawing ends: whatever comes last, at least one cycle.
    #[must_use]
    pub fn last(&self) -> Span {
        let clearing = self.clearing;
        let openings = clearing.openings.iter();
        let steps = openings.flat_map(|one| &one.steps).map(|step| step.to);
        let cycle = Exact::cycles(1000, clearing.frequency_hz);
        let known = [clearing.limit, Some(cycle)].into_iter().flatten();
        let all = steps.chain(known.map(Exact::floor));
        all.max().unwrap_or(Span::ZERO)
    }
}

/// The timeline, no line wider than 100 characters but for its title.
#[must_use]
pub fn lines(told: &Told<'_>, style: Style) -> Vec<String> {
    let clearing = told.clearing;
    let scale = Scale {
        last: told.last(),
        frequency_hz: clearing.frequency_hz,
        limit: clearing.limit.map(Exact::floor),
    };
    let hz = clearing.frequency_hz;
    let (title, fault) = (harmless(told.title), harmless(told.fault));
    let mut lines = vec![format!("{title}, {fault}: {}", told.total())];
    let label = format!("cycles at {hz} Hz");
    lines.push(format!("{label:<LABEL$} {}      ms  cycles", scale.head()));
    for opening in &clearing.openings {
        let open = opening.open.map(|open| Exact::of(open, hz));
        let when = open.map_or_else(|| format!("{:>8}", "never"), numbers);
        let heading = told.opening(opening);
        let width = LABEL + 2 + CELLS;
        lines.push(format!("{heading:<width$}{when}"));
        for step in &opening.steps {
            let length = Exact::of(step.to - step.from, hz);
            let label = format!("  {}", told.step(step));
            let bar = scale.bar(step);
            lines.push(format!("{label:<LABEL$} {bar}{}", numbers(length)));
        }
    }
    let verdict = if clearing.in_time() {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    for (place, line) in lines.iter_mut().enumerate() {
        let mark = match place {
            0 if clearing.limit.is_some() => style.mark(verdict),
            _ => " ".to_owned(),
        };
        *line = format!("{mark} {}", line.trim_end());
    }
    lines
}

fn numbers(exact: Exact) -> String {
    format!("{:>8}  {:>6}", exact.ms_text(), exact.cycles_text())
}

/// How the worst fault of the calm run is cleared, on the line where it lasts longest; nothing
/// where there is no line.
#[must_use]
pub fn worst_lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let calm = relays.judged.iter().filter(|one| one.scope == Scope::Calm);
    let judged = calm.flat_map(|one| &one.lines);
    let badness = |one: &LineJudgement| {
        (
            one.ok,
            Reverse(one.cleared.worst.map_or(u64::MAX, |worst| worst.0)),
        )
    };
    let Some(worst) = judged.min_by_key(|one| badness(one)) else {
        return Vec::new();
    };
    let line = &report.scenario.relays.lines[worst.line];
    let (clearing, fault) = worst_clearing(report.scenario, &relays.calm, worst);
    let told = Told {
        title: &line.name,
        fault: &fault,
        ends: [&line.ends[0], &line.ends[1]],
        clearing: &clearing,
    };
    lines(&told, style)
}

/// The planner's timelines: what the founding article draws, at 60 and at 50 Hz.
///
/// # Panics
/// Never: two relays take less than a cycle.
#[must_use]
pub fn planned_text() -> String {
    let mut text = String::from(
        "\nFrom a fault to open breakers: one cycle to see it, two relays, telecom, a breaker\n",
    );
    for (frequency_hz, breaker_cycles, said) in [
        (60, 3, Some(ARTICLE_BUDGET)),
        (60, 5, None),
        (50, 3, None),
        (50, 5, None),
    ] {
        let (clearing, fault) = planned(frequency_hz, breaker_cycles, said);
        let told = Told {
            title: "planned",
            fault: &fault,
            ends: ["A", "Z"],
            clearing: &clearing,
        };
        text.push('\n');
        for line in lines(&told, Style { colour: false }) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// The article's budget with breakers of so many cycles; `said`: the telecom delay that is said,
/// where it is not what is left of a cycle.
///
/// # Panics
/// If two relays take more than a cycle.
#[must_use]
pub fn planned(frequency_hz: u64, breaker_cycles: u64, said: Option<Span>) -> (Clearing, String) {
    let cycles = |number: u64| Exact::cycles(1000 * number, frequency_hz);
    let relay = Exact::of(RELAY_PROCESSING, frequency_hz);
    let left = cycles(1)
        .less(relay.plus(relay))
        .expect("relays within a cycle");
    let telecom = said.map_or(left, |said| Exact::of(said, frequency_hz));
    let plan = Plan {
        detection: cycles(1),
        send: relay,
        telecom,
        receive: relay,
        breaker: cycles(breaker_cycles),
    };
    let what = if said.is_some() { "said as" } else { "of" };
    let fault = format!("telecom {what} {} ms", telecom.ms_text());
    let limit = cycles(2 + breaker_cycles);
    (Clearing::planned(&plan, Some(limit)), fault)
}

/// An axis of characters.
struct Scale {
    last: Span,
    frequency_hz: u64,
    limit: Option<Span>,
}

impl Scale {
    /// The character that begins nearest to an instant.
    fn cell(&self, at: Span) -> usize {
        let last = u128::from(self.last.0.max(1));
        let twice = 2 * u128::from(at.0) * CELLS as u128 + last;
        usize::try_from(twice / (2 * last))
            .expect("on the axis")
            .min(CELLS)
    }

    /// Instants at which a cycle begins, as many as there is room for.
    fn cycles(&self) -> impl Iterator<Item = (u64, usize)> + '_ {
        let cycle = |number: u64| Exact::cycles(1000 * number, self.frequency_hz).floor();
        let all = 1 + self.last.0 / cycle(1).0.max(1);
        let every = (all / 16 + 1).next_multiple_of(if all > 16 { 5 } else { 1 });
        let numbers = (0..=all).filter(move |number| number % every == 0);
        numbers
            .map(move |number| (number, cycle(number)))
            .take_while(|(_, at)| *at <= self.last)
            .map(|(number, at)| (number, self.cell(at)))
    }

    /// Numbers of the cycles over the cells at which they begin.
    fn head(&self) -> String {
        let mut line = String::new();
        let mut width = 0;
        for (number, cell) in self.cycles() {
            let label = number.to_string();
            let cell = cell.min(CELLS + 1 - label.len());
            if cell < width || (width > 0 && cell == width) {
                continue;
            }
            line.push_str(&" ".repeat(cell - width));
            line.push_str(&label);
            width = cell + label.len();
        }
        line + &" ".repeat(CELLS + 1 - width)
    }

    /// A bar over the cells of a step, at least one of them.
    fn bar(&self, step: &Step) -> String {
        let mut cells = [' '; CELLS + 1];
        for (_, cell) in self.cycles() {
            cells[cell] = '·';
        }
        if let Some(limit) = self.limit {
            cells[self.cell(limit)] = '│';
        }
        let from = self.cell(step.from).min(CELLS - 1);
        cells[from..self.cell(step.to).max(from + 1)].fill('█');
        cells.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_articles_timeline_stands_on_one_axis() {
        let text = planned_text();
        let first: Vec<&str> = text.lines().skip(3).take(8).collect();
        let expected = [
            "✓ planned, telecom said as 10.000 ms: cleared in 82.667 ms = 4.96 cycles, to be cleared in 83.333 ms = 5.00 cycles",
            "  cycles at 60 Hz             0         1         2         3         4         5      ms  cycles",
            "  Z opens on what the other end sends                                              82.667    4.96",
            "    detection A               ██████████·         ·         ·         ·         │  16.667    1.00",
            "    relay, sending A          ·         ██        ·         ·         ·         │   3.000    0.18",
            "    telecom A → Z             ·         · ██████  ·         ·         ·         │  10.000    0.60",
            "    relay, receiving Z        ·         ·       ██·         ·         ·         │   3.000    0.18",
            "    breaker Z                 ·         ·         ██████████████████████████████│  50.000    3.00",
        ];
        assert_eq!(first, expected, "{text}");
        for total in [
            "116.667 ms = 7.00",
            "100.000 ms = 5.00",
            "140.000 ms = 7.00",
        ] {
            assert!(
                text.contains(&format!("cleared in {total} cycles, to")),
                "{text}"
            );
        }
    }

    #[test]
    fn no_line_is_wider_than_a_hundred_characters_but_titles_nor_ends_in_blanks() {
        let text = planned_text();
        for line in text.lines().filter(|line| !line.contains("cleared in")) {
            assert!(line.chars().count() <= 100, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }

    #[test]
    fn a_fault_that_is_never_cleared_says_so_and_a_long_one_fits() {
        let (mut clearing, _) = planned(60, 3, None);
        clearing.total = None;
        clearing.openings[0].open = None;
        clearing.openings[0].steps[4].to = Span::from_s(3);
        let told = Told {
            title: "L\u{1b}[2J",
            fault: "fault at 1 s",
            ends: ["a station with a long name", "Z"],
            clearing: &clearing,
        };
        let lines = lines(&told, Style { colour: false });
        assert_eq!(
            lines[0],
            "✗ L\u{fffd}[2J, fault at 1 s: never cleared, to be cleared in 83.333 ms = 5.00 cycles"
        );
        assert!(lines[2].ends_with("never"), "{lines:?}");
        assert!(lines[3].contains("detection a stat…"), "{lines:?}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= 100),
            "{lines:?}"
        );
    }
}
