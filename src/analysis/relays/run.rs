//! The relays of a whole run: until something fails, over all of it, and failure by failure.

use super::channels::{Reader, inceptions, inceptions_failing};
use super::restart::{Restart, restarts};
use super::{Channels, LineJudgement, Protected, ProtectionJudgement, UnwantedKind};
use crate::analysis::transients::{first_failure, windows};
use crate::analysis::verdict::{FailCause, Judgement, Verdict};
use crate::engine::Outcome;
use crate::mpls::outage::Stretch;
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// What the relays of a run come to.
#[derive(Clone, Debug)]
pub struct RunJudgement {
    /// The channels of the whole run.
    pub channels: Channels,
    /// Until something fails; those of the whole run where nothing does.
    pub calm: Channels,
    /// [`Scope::Calm`] first; where something fails [`Scope::Whole`] and every failure follow.
    pub judged: Vec<Judged>,
    /// What play-out that starts anew can make of differential relays.
    pub restarts: Vec<Restart>,
}

/// Which part of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Until something fails: what the verdicts of circuits speak of.
    Calm,
    /// All of it.
    Whole,
    /// From a little before a failure to the next: a fault before it may meet it.
    Failure {
        /// What fails.
        label: String,
        /// When.
        at: SimTime,
    },
}

/// What was found in one part of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// Which.
    pub scope: Scope,
    /// In order of line, group, name.
    pub protections: Vec<ProtectionJudgement>,
    /// In order of name.
    pub lines: Vec<LineJudgement>,
}

/// Judges the relays of a run; `calm` is the run until something fails. `None` where the scenario
/// has no line.
#[must_use]
pub fn verdicts(scenario: &Scenario, outcome: &Outcome, calm: &Outcome) -> Option<RunJudgement> {
    if scenario.relays.lines.is_empty() {
        return None;
    }
    let first = first_failure(scenario);
    let whole = Channels::of_run(scenario, outcome);
    let quiet = Channels::of_run(scenario, calm);
    let end = first.map_or(scenario.duration, |first| first.min(scenario.duration));
    let all = |line: usize| inceptions_failing(scenario, &whole, line, scenario.duration);
    let mut judged = vec![judged(scenario, &quiet, Scope::Calm, |line| {
        inceptions(scenario, &quiet, line, end)
    })];
    if first.is_some() {
        judged.push(self::judged(scenario, &whole, Scope::Whole, all));
    }
    for (label, window) in windows(scenario) {
        let scope = Scope::Failure {
            label: label.to_owned(),
            at: window.from,
        };
        judged.push(self::judged(scenario, &whole, scope, |line| {
            let all = all(line)?;
            let from = before(scenario, &whole, line, window.from);
            let over = Stretch {
                from: from.max(all.from),
                to: window.to.min(all.to),
            };
            (over.from < over.to).then_some(over)
        }));
    }
    Some(RunJudgement {
        channels: whole,
        calm: quiet,
        judged,
        restarts: restarts(scenario, calm),
    })
}

fn judged(
    scenario: &Scenario,
    channels: &Channels,
    scope: Scope,
    over: impl Fn(usize) -> Option<Stretch>,
) -> Judged {
    let mut protections = Vec::new();
    let mut lines = Vec::new();
    for line in 0..scenario.relays.lines.len() {
        let Some(over) = over(line) else { continue };
        let protected = Protected::of(scenario, channels, line, &[over]);
        lines.extend(protected.line());
        protections.extend(protected.judgements);
    }
    Judged {
        scope,
        protections,
        lines,
    }
}

/// The first inception whose story a failure can meet.
#[must_use]
pub fn before(scenario: &Scenario, channels: &Channels, line: usize, at: SimTime) -> SimTime {
    let readers = Reader::of_line(scenario, channels, line);
    let ahead = readers.iter().map(|one| one.protection.foresight(one.line));
    let ahead = ahead.max().unwrap_or(Span::ZERO);
    SimTime(at.0.saturating_sub(ahead.0))
}

impl Scope {
    /// The token used in files.
    #[must_use]
    pub fn token(&self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Whole => "whole",
            Self::Failure { .. } => "failure",
        }
    }

    /// What fails and when; nothing for the other parts of a run.
    #[must_use]
    pub fn event(&self) -> Option<(&str, SimTime)> {
        match self {
            Self::Failure { label, at } => Some((label, *at)),
            Self::Calm | Self::Whole => None,
        }
    }
}

impl RunJudgement {
    /// Indices of the lines that were judged, in order of name.
    #[must_use]
    pub fn lines(&self) -> Vec<usize> {
        let all = self.judged.iter().flat_map(|one| &one.lines);
        let mut lines: Vec<usize> = all.map(|one| one.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// PASS where every fault on the line is cleared in time by one group at least, and nothing
    /// trips unwanted, over the whole run.
    #[must_use]
    pub fn line_verdict(&self, line: usize) -> Verdict {
        let all = self.judged.iter().flat_map(|one| &one.lines);
        let mut own = all.filter(|one| one.line == line);
        if own.all(|one| one.ok) {
            Verdict::Pass
        } else {
            Verdict::Fail
        }
    }

    /// Why a circuit fails for its relays: those until something fails.
    #[must_use]
    pub fn cause(&self, circuit: usize) -> Option<FailCause> {
        let calm = self.judged.first()?;
        let own = calm.protections.iter().find(|one| one.circuit == circuit);
        let restart = self.restarts.iter().find(|one| one.circuit == circuit);
        let unwanted = || own.into_iter().flat_map(|one| &one.unwanted);
        let differential = own.is_some_and(|one| one.course.is_some());
        let of_current = |kind| matches!(kind, UnwantedKind::FalseTrip) || differential;
        if unwanted().any(|one| of_current(one.kind)) || restart.is_some_and(|one| one.false_trip) {
            return Some(FailCause::Asymmetry);
        }
        if unwanted().next().is_some() {
            return Some(FailCause::RelayUnwanted);
        }
        own.filter(|one| !one.ok).map(|_| FailCause::RelayLate)
    }

    /// Lets circuits fail whose relays do not do what they should, though the circuits themselves
    /// are as they should be.
    pub fn apply(&self, judgements: &mut [Judgement]) {
        for row in judgements {
            let Some(cause) = self.cause(row.circuit) else {
                continue;
            };
            row.verdict = Verdict::Fail;
            row.cause = row.cause.or(Some(cause));
            // The relays are not judged with other constants: what fails stays so.
            if let Some(physical) = &mut row.physical {
                physical.verdict = Verdict::Fail;
            }
        }
    }
}
