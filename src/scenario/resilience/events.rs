//! What fails within the run: from events to outages; contradictions told with both places.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::elements::Named;
use super::{FailureEvent, FailureKind, Planned, Sources};
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::scenario::diagnostic::{Diagnostic, Findings, Place, Severity};
use crate::scenario::spec::Disruption;
use crate::units::limits::DURATION_MAX;
use crate::units::{SimTime, Span};

/// What the events of a scenario come to.
#[derive(Debug, Default)]
pub struct Happened {
    /// What they cut.
    pub outages: Outages,
    /// What is announced before, in order of time.
    pub planned: Vec<Planned>,
    /// Every failure, in order of (instant, label).
    pub events: Vec<FailureEvent>,
}

/// One event that is no repair.
struct Entry {
    at: SimTime,
    named: Named,
    kind: FailureKind,
    /// Ascending; empty where nothing of the network fails.
    stretches: Vec<Stretch>,
    place: Place,
}

impl Entry {
    /// From its announcement, or its first instant, to the end of its last outage.
    fn claim(&self) -> Option<Stretch> {
        let to = self.stretches.last()?.to;
        Some(Stretch { from: self.at, to })
    }

    fn covers(&self, now: SimTime) -> bool {
        self.claim()
            .is_some_and(|claim| claim.from <= now && now < claim.to)
    }

    /// The event in words.
    fn says(&self) -> &'static str {
        match self.kind {
            FailureKind::Fail => "fails",
            FailureKind::Flap => "flaps",
            FailureKind::Maintenance => "is in maintenance",
            FailureKind::Fault => "is at fault",
        }
    }
}

/// Works them out; tells what cannot be.
pub fn settle(from: &Sources<'_>, findings: &mut Findings) -> Happened {
    let events = from.spec.events.iter();
    let written = events.flat_map(|event| event.disruptions.iter().map(move |one| (event, one)));
    let mut named = Vec::new();
    for (event, one) in written {
        if let Some(target) = Named::resolve(one, from, findings) {
            named.push((event.at.value, target, one));
        }
    }
    // A repair comes before what fails at the same instant.
    let repairs = |what: Disruption| what == Disruption::Repair;
    named.sort_by_key(|(at, _, one)| (*at, Reverse(repairs(one.what)), one.span.start));
    let mut entries = Vec::<Entry>::new();
    for (at, named, one) in named {
        let place = from.spec.place(&one.span);
        if repairs(one.what) {
            repair(&mut entries, at, &named, place, findings);
        } else if let Some(entry) = entry(at, named, one.what, place, from, findings) {
            entries.push(entry);
        }
    }
    tell_contradictions(&entries, findings);
    happened(entries, from)
}

/// Ends what failed without an end.
fn repair(
    entries: &mut [Entry],
    at: SimTime,
    named: &Named,
    place: Place,
    findings: &mut Findings,
) {
    let open = |entry: &&mut Entry| {
        let last = entry.stretches.last();
        entry.named.target == named.target
            && last.is_some_and(|last| last.to == FOR_EVER && last.from < at)
    };
    if let Some(entry) = entries.iter_mut().rev().find(open) {
        let last = entry.stretches.last_mut().expect("it is open");
        last.to = at;
        return;
    }
    let title = format!("{} is repaired, but it is not down", named.label);
    let finding = Diagnostic::error(title, place, "nothing to repair");
    let down = |entry: &&Entry| entry.named.target.touches(&named.target) && entry.covers(at);
    findings.push(match entries.iter().find(down) {
        Some(entry) => finding
            .also(
                entry.place.clone(),
                "this ends by itself, or fails something else",
            )
            .help("a repair names what failed, in the same words, and what failed has no `lasts`"),
        None => finding.help("it ends a `fail` without `lasts`, or a fault, that came before"),
    });
}

fn entry(
    at: SimTime,
    named: Named,
    what: Disruption,
    place: Place,
    from: &Sources<'_>,
    findings: &mut Findings,
) -> Option<Entry> {
    let run_ends = SimTime::ZERO + from.duration;
    let mut beyond = |title: String, help: &str| {
        findings.push(
            Diagnostic::error(title, place.clone(), "sources have stopped before").help(help),
        );
        None
    };
    let (kind, stretches) = match what {
        Disruption::Repair => return None,
        Disruption::Fail { lasts } => {
            let to = lasts.map_or(FOR_EVER, |lasts| later(at, lasts));
            (FailureKind::Fail, vec![Stretch { from: at, to }])
        }
        Disruption::Flap { down, up, times } => {
            let period = u128::from(down.0) + u128::from(up.0);
            let end = u128::from(at.0) + period * u128::from(times - 1) + u128::from(down.0);
            if end > u128::from(run_ends.0) {
                let title = format!("{} flaps beyond the end of the run", named.label);
                return beyond(title, "fewer times, or a longer duration");
            }
            let fall = |place: u64| {
                let from = at + (down + up) * place;
                let to = from + down;
                Stretch { from, to }
            };
            (FailureKind::Flap, (0..times).map(fall).collect())
        }
        Disruption::Maintenance { notice, lasts } => {
            let from = later(at, notice);
            if from > run_ends {
                let title = format!("{} is taken out after the end of the run", named.label);
                return beyond(title, "a shorter notice, or a longer duration");
            }
            let to = later(from, lasts);
            (FailureKind::Maintenance, vec![Stretch { from, to }])
        }
        Disruption::Fault { breaks } => {
            if breaks && named.element.is_none() {
                tell_no_fibre(&named, place.clone(), findings);
            }
            let from = at;
            let stretch = Stretch { from, to: FOR_EVER };
            let broken = breaks && named.element.is_some();
            (
                FailureKind::Fault,
                broken.then_some(stretch).into_iter().collect(),
            )
        }
    };
    Some(Entry {
        at,
        named,
        kind,
        stretches,
        place,
    })
}

/// So long after; for ever, where no run lasts that long.
fn later(at: SimTime, span: Span) -> SimTime {
    let end = at.0.saturating_add(span.0);
    if end > DURATION_MAX.0 {
        FOR_EVER
    } else {
        SimTime(end)
    }
}

fn tell_no_fibre(named: &Named, place: Place, findings: &mut Findings) {
    let title = format!("{} has no link in its ground wire", named.label);
    let finding = Diagnostic::at(
        Severity::Warning,
        title,
        place,
        "nothing of the network fails",
    );
    findings.push(finding.help("links say in whose ground wire they lie: ground_wire_of = [ … ]"));
}

/// Nothing fails that is down, or about to be taken out of service.
fn tell_contradictions(entries: &[Entry], findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for (place, later) in entries.iter().enumerate() {
        let Some(claim) = later.claim() else { continue };
        let clashes = |earlier: &&Entry| {
            let touches = earlier.named.target.touches(&later.named.target);
            let other = earlier.claim().filter(|_| touches);
            other.is_some_and(|other| other.from < claim.to && claim.from < other.to)
        };
        if let Some(earlier) = entries[..place].iter().find(clashes)
            && told.insert(later.place.span.start)
        {
            let (label, says) = (&later.named.label, later.says());
            let before = earlier.says();
            let title = format!("{label} {says} while {} {before}", earlier.named.label);
            let finding = Diagnostic::error(title, later.place.clone(), "the later");
            findings.push(
                finding
                    .also(earlier.place.clone(), "the earlier")
                    .help("what is down cannot fail again: end the first before"),
            );
        }
    }
}

fn happened(entries: Vec<Entry>, from: &Sources<'_>) -> Happened {
    let mut happened = Happened::default();
    for entry in entries {
        if let Some(element) = &entry.named.element {
            for stretch in &entry.stretches {
                happened
                    .outages
                    .fail(&from.network.topology, element, *stretch);
            }
            if entry.kind == FailureKind::Maintenance {
                happened.planned.push(Planned {
                    element: element.clone(),
                    announced: entry.at,
                    stretch: entry.stretches[0],
                });
            }
        }
        let element = entry.named.element.filter(|_| !entry.stretches.is_empty());
        happened.events.push(FailureEvent {
            label: entry.named.label,
            kind: entry.kind,
            element,
            stretches: entry.stretches,
            at: entry.at,
        });
    }
    let order = |event: &FailureEvent| (event.at, event.label.clone());
    happened.events.sort_by_key(order);
    happened
}
