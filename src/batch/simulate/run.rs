//! A case that is one run: what `pilotwire run` says of it, without searches.

use super::sheet::Sheet;
use crate::analysis::relays::{RunJudgement, verdicts};
use crate::analysis::transients::{Transient, calm, transients, windows};
use crate::analysis::verdict::{Judgement, Verdict, judge};
use crate::engine::{Options, run};
use crate::report::{histograms, relays};
use crate::scenario::Scenario;

/// Runs the scenario and writes its rows.
pub(super) fn write(scenario: &Scenario, sheet: &mut Sheet, tag: Option<String>) {
    let options = Options::default();
    let outcome = run(&scenario.plan, scenario.seed, &options);
    let calm = calm(scenario, &options);
    let quiet = calm.as_ref().unwrap_or(&outcome);
    let mut judgements = judge(scenario, quiet);
    let relays = verdicts(scenario, &outcome, quiet);
    if let Some(relays) = &relays {
        relays.apply(&mut judgements);
    }
    let until_then = relays.as_ref().and_then(|relays| relays.judged.first());
    let protections = until_then.map_or(&[][..], |judged| &judged.protections);
    for row in &judgements {
        let relay = protections.iter().find(|one| one.circuit == row.circuit);
        sheet.steady(scenario, row, relay);
    }
    for one in &transients(scenario, &outcome) {
        during(scenario, sheet, one);
    }
    let fails = |pair: &&[Judgement]| pair.iter().any(|row| row.verdict == Verdict::Fail);
    sheet.told.circuits = scenario.circuits.len();
    sheet.told.circuits_failed = judgements.chunks(2).filter(fails).count();
    sheet.told.outages = windows(scenario).len();
    if let Some(relays) = &relays {
        lines(scenario, sheet, relays);
    }
    if let Some(tag) = tag {
        sheet.histograms = histograms::circuit_lines(scenario, &outcome, &tag);
    }
}

/// What an event does to one direction of a circuit; nothing of it is judged.
fn during(scenario: &Scenario, sheet: &mut Sheet, one: &Transient) {
    let circuit = &scenario.circuits[one.circuit].name;
    sheet.begin(circuit, one.direction, ("during", &one.label));
    let rows = &mut sheet.results;
    // Verdict, cause, what is judged.
    rows.empty(3);
    rows.number(scenario.budget.0);
    // Margin, packets, delays, parts, network delay, slack.
    rows.empty(1 + 8 + 4 + 8 + 7 + 2);
    rows.signed(one.asymmetry_ps[1]);
    // Rate, cut off.
    rows.empty(2);
    one.delay.iter().for_each(|delay| rows.span(*delay));
    let gaps = &one.gaps;
    for gap in [gaps.packet, gaps.tdm, gaps.command, gaps.protection] {
        rows.span(gap);
    }
    // Replaced, relay.
    rows.empty(1 + 5);
    rows.end();
}

fn lines(scenario: &Scenario, sheet: &mut Sheet, relays: &RunJudgement) {
    for row in relays::tables::line_rows(scenario, relays) {
        sheet.line(&row);
    }
    let judged = relays.lines();
    let fails = |line: &&usize| relays.line_verdict(**line) == Verdict::Fail;
    sheet.told.lines = judged.len();
    sheet.told.lines_failed = judged.iter().filter(fails).count();
    for row in relays.judged.iter().flat_map(|judged| &judged.lines) {
        let name = &scenario.relays.lines[row.line].name;
        sheet.told.clearing(row.cleared.worst, name);
    }
}
