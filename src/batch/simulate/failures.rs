//! A case that is a study of every single failure: what `pilotwire failures` says of it.

use super::Early;
use super::sheet::Sheet;
use crate::analysis::enumeration::{Asked, enumerate};
use crate::analysis::failures::{Stage, StageJudgement};
use crate::analysis::relays::ProtectionJudgement;
use crate::analysis::study::{CaseResult, DirectionResult, Manner, Study};
use crate::analysis::verdict::{Verdict, difference_ps};
use crate::report::failures::lines::tables::line_rows;
use crate::report::histograms;
use crate::scenario::Scenario;

/// Works out every failure, on this thread, and writes the rows.
pub(super) fn write(
    scenario: &Scenario,
    sheet: &mut Sheet,
    tag: Option<String>,
) -> Result<(), Early> {
    if let Some((stream, link)) = scenario.unfit() {
        return Err(Early::Refused(format!(
            "{stream}: a shaper of link {link} holds no packet of it with a label more"
        )));
    }
    let study = Study::new(scenario, Manner::default());
    let all = enumerate(scenario.topology(), &Asked::default()).expect("nothing is named");
    let cases = study.in_turn(&all.cases);
    let relays = protections(&study);
    for row in &study.steady {
        let relay = relays.iter().find(|one| one.circuit == row.circuit);
        sheet.steady(scenario, row, relay.copied());
    }
    for case in &cases {
        for row in &case.directions {
            let later = row.stages.iter().filter(|one| one.stage != Stage::Steady);
            later.for_each(|stage| of_stage(scenario, sheet, (case, row), stage));
        }
    }
    count(&study, &cases, sheet);
    for row in line_rows(&study, &cases) {
        sheet.line(&row);
    }
    if let Some(tag) = tag {
        sheet.histograms = histograms::circuit_lines(scenario, &study.calm, &tag);
    }
    Ok(())
}

/// The protections of all lines in normal operation.
fn protections<'s>(study: &'s Study<'_>) -> Vec<&'s ProtectionJudgement> {
    let lines = 0..study.scenario.relays.lines.len();
    let states = lines.filter_map(|line| study.steady_line(line));
    states.flat_map(|state| &state.protections).collect()
}

/// One stage of one direction in one failure.
fn of_stage(
    scenario: &Scenario,
    sheet: &mut Sheet,
    (case, row): (&CaseResult, &DirectionResult),
    stage: &StageJudgement,
) {
    let circuit = &scenario.circuits[row.circuit].name;
    let outage = &case.case.id;
    let longest = stage.worst_start.max(stage.delay_max);
    let margin = longest.map(|longest| difference_ps(scenario.budget, longest));
    sheet.told.margin(margin, (circuit, row.direction), outage);
    sheet.begin(circuit, row.direction, (stage.stage.token(), outage));
    let rows = &mut sheet.results;
    rows.text(stage.verdict.word());
    rows.text(stage.cause.map_or("", |cause| cause.token()));
    rows.text("");
    rows.number(scenario.budget.0);
    rows.signed(margin);
    // Sent, delivered.
    rows.empty(2);
    rows.number(stage.lost);
    // Late to slips; smallest and mean delay.
    rows.empty(5 + 2);
    rows.span(stage.delay_max);
    rows.span(stage.worst_start);
    // Parts, network delay, slack.
    rows.empty(8 + 7 + 2);
    rows.signed(stage.asymmetry_ps);
    rows.text("");
    if stage.stage == Stage::During {
        rows.flag(Some(row.cut_off));
        rows.empty(2);
        let gaps = &row.gaps;
        for gap in [gaps.packet, gaps.tdm, gaps.command, gaps.protection] {
            rows.span(gap);
        }
    } else {
        rows.empty(1 + 2 + 4);
    }
    rows.number(stage.replaced.0);
    rows.empty(5);
    rows.end();
}

/// How much fails.
fn count(study: &Study<'_>, cases: &[CaseResult], sheet: &mut Sheet) {
    let scenario = study.scenario;
    let told = &mut sheet.told;
    let mut circuits = vec![false; scenario.circuits.len()];
    for row in &study.steady {
        circuits[row.circuit] |= row.verdict == Verdict::Fail;
    }
    for row in cases.iter().flat_map(|case| &case.directions) {
        circuits[row.circuit] |= row.verdict() == Verdict::Fail;
    }
    let mut lines = vec![None; scenario.relays.lines.len()];
    for (line, failed) in lines.iter_mut().enumerate() {
        let Some(steady) = study.steady_line(line) else {
            continue;
        };
        let name = &scenario.relays.lines[line].name;
        told.clearing(steady.line.cleared.worst, name);
        let all = cases.iter().flat_map(|case| &case.lines);
        let own: Vec<_> = all.filter(|one| one.line == line).collect();
        for state in own.iter().flat_map(|one| one.states(steady)) {
            told.clearing(state.line.cleared.worst, name);
        }
        let in_a_case = own.iter().any(|one| one.verdict == Verdict::Fail);
        *failed = Some(in_a_case || steady.verdict() == Verdict::Fail);
    }
    let fails = |case: &&CaseResult| case.verdict() == Verdict::Fail;
    told.circuits = circuits.len();
    told.circuits_failed = circuits.into_iter().filter(|failed| *failed).count();
    told.lines = lines.iter().flatten().count();
    told.lines_failed = lines.iter().flatten().filter(|failed| **failed).count();
    told.outages = cases.len();
    told.outages_failed = Some(cases.iter().filter(fails).count());
}
