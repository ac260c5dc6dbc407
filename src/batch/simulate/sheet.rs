//! The tables of one case while they are written.

use super::writer::Rows;
use super::{CaseResult, Early};
use crate::analysis::decomposition::BudgetParts;
use crate::analysis::relays::ProtectionJudgement;
use crate::analysis::verdict::{Counts, DIRECTIONS, Judgement, Verdict};
use crate::scenario::Scenario;
use crate::units::Span;

/// The tables of one case.
pub(super) struct Sheet {
    /// Case, axes, replica and seed: the first cells of every row.
    head: Vec<String>,
    pub results: Rows,
    pub lines: Rows,
    pub histograms: Vec<u8>,
    pub told: Told,
}

/// What the row of a case says of it.
#[derive(Default)]
pub(super) struct Told {
    pub circuits: usize,
    pub circuits_failed: usize,
    pub lines: usize,
    pub lines_failed: usize,
    pub outages: usize,
    pub outages_failed: Option<usize>,
    margin: Option<Margin>,
    clearing: Option<(Option<Span>, String)>,
}

/// The smallest margin so far.
struct Margin {
    ps: i64,
    circuit: String,
    direction: usize,
    outage: String,
}

impl Told {
    /// Takes a margin into account; of two alike the first.
    pub fn margin(&mut self, ps: Option<i64>, (circuit, direction): (&str, usize), outage: &str) {
        let Some(ps) = ps else { return };
        if self.margin.as_ref().is_none_or(|least| ps < least.ps) {
            self.margin = Some(Margin {
                ps,
                circuit: circuit.to_owned(),
                direction,
                outage: outage.to_owned(),
            });
        }
    }

    /// Takes into account how long a fault lasts on a line, `None`: for ever; of two alike the
    /// first.
    pub fn clearing(&mut self, worst: Option<Span>, line: &str) {
        let key = |span: Option<Span>| span.map_or(u64::MAX, |span| span.0);
        let longest = self.clearing.as_ref();
        if longest.is_none_or(|(longest, _)| key(worst) > key(*longest)) {
            self.clearing = Some((worst, line.to_owned()));
        }
    }

    fn verdict(&self) -> Verdict {
        let failed = self.circuits_failed + self.lines_failed + self.outages_failed.unwrap_or(0);
        if failed == 0 {
            Verdict::Pass
        } else {
            Verdict::Fail
        }
    }
}

impl Sheet {
    pub fn new(head: Vec<String>) -> Self {
        Self {
            head,
            results: Rows::new(),
            lines: Rows::new(),
            histograms: Vec::new(),
            told: Told::default(),
        }
    }

    /// A row of `lines.csv`, its cells as a report has them.
    pub fn line(&mut self, cells: &[String]) {
        let word = |cell| match cell {
            "true" => "yes",
            "false" => "no",
            cell => cell,
        };
        self.lines.texts(self.head.iter().map(String::as_str));
        let cells = cells.iter().map(String::as_str);
        self.lines.texts(cells.map(word));
        self.lines.end();
    }

    /// Begins a row of `results.csv`: what is judged, and when.
    pub fn begin(&mut self, circuit: &str, way: usize, (stage, outage): (&str, &str)) {
        let rows = &mut self.results;
        rows.texts(self.head.iter().map(String::as_str));
        rows.texts([circuit, DIRECTIONS[way], stage, outage]);
    }

    /// A row of normal operation, and what its relay is then.
    pub fn steady(
        &mut self,
        scenario: &Scenario,
        row: &Judgement,
        relay: Option<&ProtectionJudgement>,
    ) {
        let circuit = &scenario.circuits[row.circuit];
        let margin = row.margin_ps();
        self.told.margin(margin, (&circuit.name, row.direction), "");
        self.begin(&circuit.name, row.direction, ("steady", ""));
        let rows = &mut self.results;
        rows.text(row.verdict.word());
        rows.text(row.cause.map_or("", |cause| cause.token()));
        rows.text(row.judged);
        rows.number(row.budget.0);
        rows.signed(margin);
        let stream = circuit.directions[row.direction].stream();
        counts(rows, stream.map(|_| &row.counts));
        let delay = row.delay;
        rows.span(delay.map(|delay| delay.min));
        rows.span(delay.map(|delay| delay.mean));
        rows.span(delay.map(|delay| delay.max));
        rows.span(row.worst_start);
        match &row.parts {
            Some(parts) => parts.values().iter().for_each(|part| rows.number(part.0)),
            None => rows.empty(BudgetParts::COUNT),
        }
        let network = row.network;
        rows.span(network.map(|network| network.exact.min));
        rows.span(network.map(|network| network.exact.mean));
        match network.and_then(|network| network.shares) {
            Some(shares) => shares.iter().for_each(|share| rows.number(share.0)),
            None => rows.empty(4),
        }
        rows.span(network.map(|network| network.exact.max));
        rows.span(row.slack_configured);
        rows.signed(row.slack_min_left_ps);
        rows.signed(row.asymmetry_ps);
        let wire = circuit.emulation().map(|settings| settings.rates.wire);
        rows.maybe(wire.map(|rate| rate.rounded_bps()));
        // Of failures: cut off, the delay before and after, four gaps, replaced.
        rows.empty(8);
        let protects = scenario.relays.circuits[row.circuit].as_ref();
        let scheme = relay.and(protects).map(|own| own.protection.name());
        rows.text(scheme.unwrap_or(""));
        rows.flag(relay.map(|relay| relay.ok));
        rows.text(relay.map_or("", |relay| relay.cleared.clearing.token()));
        rows.span(relay.and_then(|relay| relay.cleared.worst));
        let course = relay.and_then(|relay| relay.course);
        rows.maybe(course.and_then(|course| course.margin_min_ma));
        rows.end();
    }

    /// The tables of a case that was worked out.
    pub fn finish(mut self, index: u64) -> CaseResult {
        let verdict = self.told.verdict().word();
        let rows = self.results.count;
        let cases = self.case_row(["ok", "", verdict], Some(rows));
        CaseResult {
            index,
            tables: [self.results.finish(), cases, self.lines.finish()],
            histograms: std::mem::take(&mut self.histograms),
        }
    }

    /// The tables of a case that was not.
    pub fn ended(&self, index: u64, early: &Early) -> CaseResult {
        let (status, error) = match early {
            Early::Refused(error) => ("refused", error),
            Early::Failed(error) => ("failed", error),
        };
        CaseResult {
            index,
            tables: [
                Vec::new(),
                self.case_row([status, error, ""], None),
                Vec::new(),
            ],
            histograms: Vec::new(),
        }
    }

    /// Its row of `cases.csv`; nothing is counted of a case without rows.
    fn case_row(&self, state: [&str; 3], rows: Option<u64>) -> Vec<u8> {
        let mut row = Rows::new();
        let told = &self.told;
        row.texts(self.head.iter().map(String::as_str));
        row.texts(state);
        let counted = [
            told.circuits,
            told.circuits_failed,
            told.lines,
            told.lines_failed,
            told.outages,
        ];
        for count in counted {
            row.maybe(rows.map(|_| count as u64));
        }
        row.maybe(told.outages_failed.map(|count| count as u64));
        row.maybe(rows);
        let least = told.margin.as_ref();
        row.signed(least.map(|least| least.ps));
        row.text(least.map_or("", |least| &least.circuit));
        row.text(least.map_or("", |least| DIRECTIONS[least.direction]));
        row.text(least.map_or("", |least| &least.outage));
        row.span(told.clearing.as_ref().and_then(|(worst, _)| *worst));
        row.text(told.clearing.as_ref().map_or("", |(_, line)| line));
        row.end();
        row.finish()
    }
}

/// Packets, where there are any.
fn counts(rows: &mut Rows, counts: Option<&Counts>) {
    let counts = counts.map(|counts| {
        [
            counts.sent,
            counts.delivered,
            counts.lost,
            counts.late,
            counts.missing,
            counts.overrun,
            counts.restarts,
            counts.slips,
        ]
    });
    match counts {
        Some(counts) => counts.iter().for_each(|count| rows.number(*count)),
        None => rows.empty(8),
    }
}
