//! Faults that change the network themselves: one run for each phase that may matter.
//!
//! Where a fault on a line breaks the ground wire with the fibre in it, its instant is that of the
//! event, and the network answers to it: no single run holds all inceptions. What is left open then
//! is the phase of every circuit's packets and that of the detection. Those at which something
//! changes are worked out without queues; each is one run. A circuit that repeats a state in
//! messages (GOOSE) sends because of the fault: there the fault itself is moved against the other
//! traffic. What comes out is *searched*, not exact: other traffic may hold a packet up for longer
//! at a phase nobody looked at.

mod designs;
mod messages;
mod trials;

pub use self::designs::{Design, compares, designs};

use self::trials::{Search, Tried};
use super::Clearing;
use crate::engine::EngineKind;
use crate::mpls::control::Phases;
use crate::relay::{By, End, Line, Place, Trip};
use crate::scenario::resilience::FailureKind;
use crate::scenario::{Carriage, Scenario};
use crate::units::{SimTime, Span};

/// What a search found for one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Searched {
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// Why it was searched.
    pub cause: Cause,
    /// How many runs.
    pub runs: usize,
    /// Groups A and B; `None` where no circuit belongs to it.
    pub groups: [Option<Range>; 2],
    /// Both groups together: at each end the earlier trip.
    pub both: Range,
    /// Each circuit by itself, in order of name.
    pub circuits: Vec<(usize, Range)>,
    /// Per circuit of repeated messages, the longest time from the event until the subscriber's
    /// relay knew of it; `None`: at some phase it never did.
    pub messages: Vec<(usize, Option<Span>)>,
}

/// Why a line was searched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The fault breaks fibres: its event as reports name it.
    Fault(String),
    /// The command itself is what is sent.
    Messages,
}

/// The worst and the best that the phases make of a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// At the worst phase.
    pub worst: Found,
    /// At the best phase, wherever on the line the fault is.
    pub best: Found,
}

/// One run at its worst place on the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// From inception to open breakers at both ends; `None`: never.
    pub clearing: Option<Span>,
    /// How that comes out.
    pub outcome: Clearing,
    /// Where the fault is.
    pub place: Place,
    /// The end that opens last.
    pub end: End,
    /// When the fault begins.
    pub at: SimTime,
    /// The phase of BFD and hellos, where it matters.
    pub detection: Option<Phases>,
    /// What a scenario has to say to see the same: first packet boundaries of circuit directions,
    /// or the events of messages.
    pub phases: Vec<Phase>,
}

/// The phase of one direction of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Phase {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// First packet boundary of a C-pipe, event of messages.
    pub at: SimTime,
}

/// Every line that has to be searched: by its events, then by its messages.
#[must_use]
pub fn searched(scenario: &Scenario, engine: EngineKind) -> Vec<Searched> {
    let mut all = Vec::new();
    let lines = &scenario.relays.lines;
    let mut faulted = vec![false; lines.len()];
    for event in &scenario.resilience.events {
        let breaks = event.kind == FailureKind::Fault && event.element.is_some();
        let named = |line: &Line| event.label == format!("line {}", line.name);
        let Some(line) = lines.iter().position(named).filter(|_| breaks) else {
            continue;
        };
        if let Some(search) = Search::new(scenario, line, engine) {
            faulted[line] = true;
            all.push(search.fault(event));
        }
    }
    for (line, _) in faulted.iter().enumerate().filter(|(_, done)| !**done) {
        let search = Search::new(scenario, line, engine);
        if let Some(search) = search.filter(Search::has_messages) {
            all.push(search.messages());
        }
    }
    all
}

/// Whether messages carry a circuit.
fn is_messages(scenario: &Scenario, circuit: usize) -> bool {
    matches!(scenario.circuits[circuit].carriage, Carriage::Messages(_))
}

impl Range {
    /// Of all runs, as these circuits of the line clear the fault; `None` without circuits.
    fn of(search: &Search<'_>, tried: &[Tried], circuits: &[usize]) -> Option<Self> {
        let known = |circuit: &usize| search.circuits.contains(circuit);
        if !circuits.iter().any(known) {
            return None;
        }
        let found = |one: &Tried| one.found(search, circuits);
        let all: Vec<Found> = tried.iter().map(found).collect();
        // The first of those alike.
        let worst = all.iter().rev().max_by_key(|found| found.rank())?;
        let best = all.iter().min_by_key(|found| found.rank())?;
        Some(Self {
            worst: worst.clone(),
            best: best.clone(),
        })
    }
}

impl Found {
    fn rank(&self) -> (u64, Clearing) {
        let length = self.clearing.map_or(u64::MAX, |clearing| clearing.0);
        (length, self.outcome)
    }
}

/// When both ends of a line are open, how that comes out, and which end is the last.
fn clears(line: &Line, trips: [Option<Trip>; 2], at: SimTime) -> (Option<Span>, Clearing, End) {
    let open = |end: End| trips[end.index()].map(|trip| trip.at + line.breaker);
    let [a, z] = End::BOTH.map(open);
    // An end that never opens is the last.
    let end = match (a, z) {
        (None, _) => End::A,
        (_, None) => End::Z,
        (Some(a), Some(z)) if a >= z => End::A,
        _ => End::Z,
    };
    let (Some(a), Some(z)) = (a, z) else {
        return (None, Clearing::Never, end);
    };
    let clearing = a.max(z).since(at);
    let backup = trips.iter().flatten().any(|trip| trip.by == By::Zone2);
    let outcome = if backup {
        Clearing::Backup
    } else if clearing <= line.clear_within {
        Clearing::InTime
    } else {
        Clearing::Late
    };
    (Some(clearing), outcome, end)
}
