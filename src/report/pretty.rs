//! The report for the terminal: the worst circuit first, each failing one with why and fix.

use super::text::{Align, Columns, count, harmless, signed_ms};
use super::{
    Report, Summary, comparison, reasons, relays, requirements, searched, share, transient,
};
use crate::analysis::decomposition::BudgetParts;
use crate::analysis::verdict::{Judgement, Verdict, extremes};
use crate::scenario::{Diagnostic, Flow, FlowStream, Severity};
use crate::traffic::Class;
use crate::units::Span;

/// Escape sequences, or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether verdict marks are coloured.
    pub colour: bool,
}

impl Style {
    pub(crate) fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn mark(self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Pass => self.paint("32", "✓"),
            Verdict::Fail => self.paint("31", "✗"),
        }
    }

    pub(crate) fn warning(self) -> String {
        self.paint("33", "!")
    }
}

/// Most flows listed one by one.
const FLOWS_LISTED: usize = 12;

/// Everything but the last line.
#[must_use]
pub fn render(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    let relays = relays::pretty::line_lines(report, style)
        .into_iter()
        .chain(relays::pretty::relay_lines(report, style))
        .chain(super::clearing::worst_lines(report, style));
    let searched = searched::lines(report.scenario, &report.searched, &report.designs);
    for line in relays.chain(searched).chain(circuit_lines(report, style)) {
        text.push_str(&line);
        text.push('\n');
    }
    for line in equalised_lines(report) {
        text.push_str(&line);
        text.push('\n');
    }
    for line in comparison::lines(report)
        .into_iter()
        .chain(transient::lines(report))
        .chain(requirements::lines(report, style))
        .chain(share::lines(report, style))
    {
        text.push_str(&line);
        text.push('\n');
    }
    for line in flow_lines(report) {
        text.push_str(&line);
        text.push('\n');
    }
    for line in finding_lines(report)
        .into_iter()
        .chain(physical_line(report))
    {
        text.push_str(&format!("{} {line}\n", style.warning()));
    }
    for line in constant_lines(report)
        .into_iter()
        .chain(relays::replay::fault_lines(report))
    {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// "1 of 14 circuits FAIL · result 7c1e…9a40 · results/altalink-pilot/"
#[must_use]
pub fn last_line(summary: Summary, result_hash: &str, folder: &str) -> String {
    let Summary {
        circuits, failed, ..
    } = summary;
    let verdict = match (circuits, failed) {
        (0, _) => "no circuits to judge".to_owned(),
        (1, 0) => "the only circuit PASSes".to_owned(),
        (1, _) => "the only circuit FAILs".to_owned(),
        (_, 0) => format!("all {circuits} circuits PASS"),
        _ => format!("{failed} of {circuits} circuits FAIL"),
    };
    let lines = match (summary.lines, summary.lines_failed) {
        (0, _) => String::new(),
        (1, 0) => " · the only line PASSes".to_owned(),
        (1, _) => " · the only line FAILs".to_owned(),
        (all, 0) => format!(" · all {all} lines PASS"),
        (all, failed) => format!(" · {failed} of {all} lines FAIL"),
    };
    let short = match (result_hash.get(..4), result_hash.get(60..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => result_hash.to_owned(),
    };
    format!("{verdict}{lines} · result {short} · {}", harmless(folder))
}

/// Circuits by their worse direction: failing first, then the smallest margin, then by name.
fn worst_first<'r>(report: &'r Report<'_>) -> Vec<Vec<&'r Judgement>> {
    let mut pairs: Vec<Vec<&Judgement>> = report
        .judgements
        .chunks(2)
        .map(|pair| pair.iter().collect())
        .collect();
    let badness = |row: &Judgement| (row.verdict, row.margin_ps(), row.circuit, row.direction);
    for pair in &mut pairs {
        pair.sort_by_key(|row| badness(row));
    }
    pairs.sort_by_key(|pair| pair.first().map(|row| badness(row)));
    pairs
}

fn circuit_lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let pairs = worst_first(report);
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut align = vec![Align::Left, Align::Left];
    align.extend([Align::Right; 11]);
    align.push(Align::Left);
    let mut columns = Columns::new(&align);
    let header = [
        "circuit",
        "dir",
        "interface",
        "packet",
        "nodes",
        "ser.",
        "media",
        "prop.",
        "queue",
        "play-out",
        "total",
        "budget",
        "margin",
        "",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for row in pairs.iter().flatten() {
        columns.row(cells(report, row));
    }
    let mut rows = columns.lines().into_iter();
    let mut lines: Vec<String> = rows
        .next()
        .map(|line| format!("  {line}"))
        .into_iter()
        .collect();
    for pair in &pairs {
        for (row, line) in pair.iter().zip(&mut rows) {
            lines.push(format!("{} {line}", style.mark(row.verdict)));
        }
        if let Some(worse) = pair.first() {
            let reasons = reasons::lines(report, worse, pair);
            lines.extend(
                reasons
                    .into_iter()
                    .map(|(word, text)| format!("    {word}   {text}")),
            );
        }
    }
    lines
}

fn cells(report: &Report<'_>, row: &Judgement) -> Vec<String> {
    let dash = || "-".to_owned();
    let mut cells = vec![harmless(&report.scenario.circuits[row.circuit].name)];
    cells.push(["a→z", "z→a"][row.direction].to_owned());
    match &row.parts {
        Some(parts) => cells.extend(parts.values().map(|part| part.to_string())),
        None => cells.extend([(); BudgetParts::COUNT].map(|()| dash())),
    }
    cells.push(row.worst_start.map_or_else(dash, |worst| worst.to_string()));
    cells.push(row.budget.to_string());
    cells.push(row.margin_ps().map_or_else(dash, signed_ms));
    let cause = row.cause.map(|cause| cause.token());
    let judged = (row.judged != "delay").then_some(row.judged);
    cells.push(
        cause
            .into_iter()
            .chain(judged)
            .collect::<Vec<_>>()
            .join(", "),
    );
    cells
}

/// Packets of a stream that were dropped on the way, for whatever cause.
fn lost(stream: &crate::engine::StreamOutcome) -> u64 {
    stream.dropped + stream.dropped_early + stream.policed
}

/// Circuits whose faster direction is held back: by how much, and what asymmetry is left.
fn equalised_lines(report: &Report<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for pair in report.judgements.chunks(2) {
        let Some(row) = pair.first() else { continue };
        let circuit = &report.scenario.circuits[row.circuit];
        let Some(settings) = circuit.emulation() else {
            continue;
        };
        let held = [0, 1].map(|way| settings.receivers[way].hold_back);
        if held == [Span::ZERO; 2] {
            continue;
        }
        let left = row.asymmetry_ps.map_or_else(|| "-".to_owned(), signed_ms);
        lines.push(format!(
            "  {} equalised: held back {} ms a→z, {} ms z→a; asymmetry left {left} ms",
            harmless(&circuit.name),
            held[0],
            held[1]
        ));
    }
    lines
}

/// The streams of flows, the most dropped first; a sum where there are many.
fn flow_lines<'r>(report: &'r Report<'_>) -> Vec<String> {
    let stream = |one: &FlowStream| &report.outcome.streams[one.stream.0 as usize];
    let number = report.scenario.flows.len();
    if number == 0 {
        return Vec::new();
    }
    let classed = |flow: &'r Flow| flow.streams.iter().map(move |one| (one, flow.class));
    let mut flows: Vec<(&FlowStream, Class)> =
        report.scenario.flows.iter().flat_map(classed).collect();
    let sum = |pick: fn(&crate::engine::StreamOutcome) -> u64| -> u64 {
        flows.iter().map(|(one, _)| pick(stream(one))).sum()
    };
    let noun = if number == 1 { "flow" } else { "flows" };
    let mut lines = vec![format!(
        "  {number} other {noun}: {} packets sent, {} delivered, {}",
        count(sum(|one| one.sent)),
        count(sum(|one| one.delivered)),
        lost_text(
            sum(|one| one.dropped),
            sum(|one| one.dropped_early),
            sum(|one| one.policed)
        )
    )];
    flows.sort_by_key(|(one, _)| std::cmp::Reverse((lost(stream(one)), stream(one).network.max)));
    let every = flows.len() <= FLOWS_LISTED;
    flows.retain(|(one, _)| every || lost(stream(one)) > 0);
    flows.truncate(FLOWS_LISTED);
    if flows.is_empty() {
        return lines;
    }
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    let header = [
        "flow", "class", "sent", "dropped", "early", "policed", "min", "mean", "max",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for (flow, class) in flows {
        let one = stream(flow);
        let mut cells = vec![harmless(&flow.name), class.name().to_owned()];
        let counts = [one.sent, one.dropped, one.dropped_early, one.policed];
        cells.extend(counts.map(count));
        match extremes(&one.network) {
            Some(exact) => cells.extend([exact.min, exact.mean, exact.max].map(|d| d.to_string())),
            None => cells.extend([(); 3].map(|()| "-".to_owned())),
        }
        columns.row(cells);
    }
    lines.extend(columns.lines().into_iter().map(|line| format!("  {line}")));
    lines
}

/// What became of packets that did not arrive, by cause.
fn lost_text(dropped: u64, early: u64, policed: u64) -> String {
    let mut text = format!("{} dropped", count(dropped));
    for (number, cause) in [(early, "dropped early"), (policed, "policed")] {
        if number > 0 {
            text.push_str(&format!(", {} {cause}", count(number)));
        }
    }
    text
}

/// One line per code and title of the warnings, but TP001, which has a line of its own.
fn finding_lines(report: &Report<'_>) -> Vec<String> {
    let told = |one: &&Diagnostic| one.severity == Severity::Warning && one.code != Some("TP001");
    let mut lines = Vec::new();
    for one in report.findings.iter().filter(told) {
        lines.push(format!(
            "{} {}",
            one.code.unwrap_or(""),
            harmless(&one.title)
        ));
    }
    lines.dedup();
    lines
}

/// What the physical constants would say on the same routes.
fn physical_line(report: &Report<'_>) -> Option<String> {
    let name = |row: &Judgement| {
        let circuit = harmless(&report.scenario.circuits[row.circuit].name);
        format!("{circuit} {}", ["a→z", "z→a"][row.direction])
    };
    let rows = report
        .judgements
        .iter()
        .filter_map(|row| Some((row, row.physical?)));
    let (row, most) = rows
        .clone()
        .rev()
        .max_by_key(|(_, physical)| physical.difference_ps.unsigned_abs())?;
    let lint = report.findings.iter().find(|one| one.code == Some("TP001"));
    if most.difference_ps == 0 && lint.is_none() {
        return None;
    }
    let changes: Vec<String> = rows
        .filter(|(row, physical)| physical.verdict != row.verdict)
        .map(|(row, physical)| format!("{} becomes {}", name(row), physical.verdict.word()))
        .collect();
    let changes = if changes.is_empty() {
        "no verdict changes".to_owned()
    } else {
        changes.join(", ")
    };
    let lead = lint.map_or(String::new(), |one| {
        format!("TP001 {}; ", harmless(&one.title))
    });
    let difference = signed_ms(most.difference_ps);
    Some(format!(
        "{lead}physical constants: {difference} ms on {}, {changes}",
        name(row)
    ))
}

fn constant_lines(report: &Report<'_>) -> Vec<String> {
    let scenario = report.scenario;
    let shown = |one: &crate::scenario::UsedConstant| match &one.overrides {
        Some(preset) => format!("{} {} (preset: {preset})", one.name, one.value),
        None => format!("{} {}", one.name, one.value),
    };
    let of_relays = |one: &&crate::scenario::UsedConstant| one.name.starts_with("relay.");
    let (profiles, used): (Vec<_>, Vec<_>) = scenario.constants.iter().partition(of_relays);
    let used: Vec<String> = used.into_iter().map(shown).collect();
    let mut lines = vec![format!(
        "  preset {}: {}",
        scenario.preset,
        used.join(" · ")
    )];
    let relays = &scenario.relays.defaults;
    let defaults = scenario.defaults.iter();
    let defaults = defaults.filter(|one| !relays.contains(one));
    let defaults: Vec<&str> = defaults.map(String::as_str).collect();
    if !defaults.is_empty() {
        lines.push(format!("  defaults taken: {}", defaults.join(", ")));
    }
    lines.extend(relays::settings::counted(
        scenario,
        &profiles,
        scenario.defaults.len() - defaults.len(),
    ));
    if !scenario.not_judged.is_empty() {
        lines.push(format!("  not judged: {}", scenario.not_judged.join(", ")));
    }
    let times = "  times in ms, one way, after the worst start of play-out in this run";
    lines.push(times.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};

    fn pretty(sample: &Sample) -> String {
        let (scenario, outcome) = scenario_and_outcome(sample);
        render(
            &Report::new(&scenario, &outcome, &[]),
            Style { colour: false },
        )
    }

    #[test]
    fn a_passing_circuit_is_one_aligned_line_per_direction() {
        let text = pretty(&Sample {
            scheme: "87L",
            ..Sample::default()
        });
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("  circuit  dir  interface  packet  nodes"),
            "{text}"
        );
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>().join(" "),
            "✓ 87L A-B a→z 0.000 1.000 0.300 0.001 0.000 0.300 0.599 1.000 3.200 10.000 +6.800 \
             delay only"
        );
        let end = |line: &str, word: &str| {
            let at = line.find(word).unwrap();
            line[..at].chars().count() + word.chars().count()
        };
        assert_eq!(end(lines[0], "margin"), end(lines[1], "+6.800"));
    }

    #[test]
    fn a_failing_circuit_says_why_and_what_would_mend_it() {
        let text = pretty(&Sample {
            frames: 64,
            network_us: [3600, 3600],
            ..Sample::default()
        });
        assert!(text.contains("✗ 87L A-B"), "{text}");
        assert!(
            text.contains(
                "why   C-pipe settings (64 frames per packet, 4 ms buffer) cost 16.000 ms"
            ),
            "{text}"
        );
        assert!(
            text.contains("fix   payload 20 B, buffer 10 ms → 5.000 ms in place of 16.000, 8.600"),
            "{text}"
        );
        assert!(
            text.contains("268.8 kb/s on Ethernet, 204.8 kb/s on radio"),
            "{text}"
        );
    }

    #[test]
    fn physical_constants_that_change_a_verdict_are_named() {
        let sample = Sample {
            network_us: [7900, 7900],
            physical_us: Some(490),
            ..Sample::default()
        };
        assert!(pretty(&sample).contains(
            "! physical constants: +0.190 ms on 87L A-B a→z, 87L A-B a→z becomes FAIL, \
             87L A-B z→a becomes FAIL"
        ));
    }

    #[test]
    fn the_last_line_says_verdict_hash_and_folder() {
        let hash = format!("7c1e{}9a40", "0".repeat(56));
        let line = last_line(
            Summary {
                circuits: 14,
                failed: 1,
                ..Summary::default()
            },
            &hash,
            "results/altalink-pilot/",
        );
        assert_eq!(
            line,
            "1 of 14 circuits FAIL · result 7c1e…9a40 · results/altalink-pilot/"
        );
        let line = last_line(
            Summary {
                circuits: 14,
                failed: 0,
                ..Summary::default()
            },
            &hash,
            "r/",
        );
        assert!(line.starts_with("all 14 circuits PASS"));
    }
}
