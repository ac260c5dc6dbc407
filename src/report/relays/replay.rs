//! One fault at both ends of every line, step by step.

use super::super::Report;
use super::super::text::{Align, Columns, harmless};
use super::pretty::ms;
use super::{cycles, instant, place_text};
use crate::analysis::relays::{Clearing, Ended, Replay, Scope, replay};
use crate::relay::{End, Fault, Place};
use crate::scenario::Scenario;
use crate::units::SimTime;

/// Every line with a fault at this instant, once at each place its zones tell apart; beside the
/// line where anything trips for it.
#[must_use]
pub fn replays(report: &Report<'_>, at: SimTime) -> Vec<Replay> {
    let Some(relays) = &report.relays else {
        return Vec::new();
    };
    let scenario = report.scenario;
    let lines = scenario.relays.lines.iter().enumerate();
    let all = lines.flat_map(|(index, line)| {
        let outside = End::BOTH.into_iter().map(Place::Behind);
        let parallel = End::BOTH.into_iter().map(Place::Parallel);
        let parallel = parallel.filter(|_| line.parallel);
        let places = line.places().into_iter().chain(outside).chain(parallel);
        let one = move |place| replay(scenario, &relays.channels, index, Fault { at, place });
        places
            .map(one)
            .filter(|one| one.fault.place.is_inside() || trips(one))
    });
    all.collect()
}

fn trips(replay: &Replay) -> bool {
    let ends = replay.circuits.iter().flat_map(|one| &one.ends);
    ends.into_iter().any(|end| end.trip.is_some())
}

/// The faults asked for; nothing where none is.
#[must_use]
pub fn fault_lines(report: &Report<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &report.faults {
        lines.extend(fault_of(report.scenario, one));
    }
    if let Some(first) = report.faults.first() {
        let at = instant(first.fault.at);
        lines.push(format!("  faults at {at}: ms after inception, both ends"));
        lines.extend(beyond(report, first.fault.at));
    }
    lines
}

/// A word where the run does not tell what comes then.
fn beyond(report: &Report<'_>, at: SimTime) -> Option<String> {
    let calm = report.relays.as_ref()?.judged.iter();
    let mut calm = calm.filter(|one| one.scope == Scope::Calm);
    let over = calm.next()?.lines.first()?.over;
    (at < over.from).then(|| {
        let from = instant(over.from);
        format!("  before {from} the channels are still coming up")
    })
}

/// One fault on a line, for people.
#[must_use]
pub fn fault_of(scenario: &Scenario, one: &Replay) -> Vec<String> {
    let line = &scenario.relays.lines[one.line];
    let hertz = scenario.frequency_hz;
    let ended = |name: &str, ended: Option<Ended>| {
        let ended = ended?;
        let after = match (ended.after, ended.clearing) {
            (None, _) => "never".to_owned(),
            (Some(after), Clearing::InTime) => format!("{after} ms"),
            (Some(after), how) => format!("{after} ms ({})", how.token()),
        };
        let cycles = ended
            .after
            .map(|after| format!(", {} cycles", cycles(after, hertz)));
        let cycles = cycles.filter(|_| name == "cleared").unwrap_or_default();
        Some(format!("{name} {after}{cycles}"))
    };
    let parts = [
        ended("cleared", one.both),
        ended("A", one.groups[0]),
        ended("B", one.groups[1]),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let told = if one.fault.place.is_inside() {
        parts.join(" · ")
    } else {
        "trips, and nobody wants it".to_owned()
    };
    let place = place_text(line, one.fault.place);
    let mut lines = vec![format!("  {}, fault {place}: {told}", harmless(&line.name))];
    let mut columns = Columns::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
    ]);
    let header = [
        "circuit", "end", "pickup", "keyed", "received", "trip", "by", "open",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    let after = |at: Option<SimTime>| match at {
        Some(at) => ms(Some(at.since(one.fault.at))),
        None => "-".to_owned(),
    };
    for circuit in &one.circuits {
        for end in End::BOTH {
            let step = circuit.ends[end.index()];
            columns.row(vec![
                harmless(&scenario.circuits[circuit.circuit].name),
                harmless(&line.ends[end.index()]),
                after(step.pickup),
                after(step.keyed),
                after(step.received),
                after(step.trip.map(|trip| trip.at)),
                step.by().map_or("", crate::relay::By::token).to_owned(),
                after(step.open),
            ]);
        }
    }
    lines.extend(columns.lines().into_iter().map(|row| format!("    {row}")));
    lines
}
