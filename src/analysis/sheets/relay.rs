//! What relays are set to, against what their channel comes to.

use super::worst::Worst;
use super::{Part, Row, Say, Value, time};
use crate::relay::differential::{self, Synchronisation};
use crate::relay::distance::{self, Scheme};
use crate::relay::{Line, Protection, Requirement};
use crate::scenario::Scenario;
use crate::units::Span;

const PART: Part = Part::Relay;

/// Everything that is set at both ends.
pub(super) fn rows(scenario: &Scenario, worst: &Worst<'_>) -> Vec<Row> {
    let relays = &scenario.relays;
    let relay = relays.circuits.get(worst.circuit).and_then(Option::as_ref);
    let mut rows = Vec::new();
    if let Some(relay) = relay {
        let named = relay.profile.clone();
        let profile = Value::Text(named.unwrap_or_else(|| "as written".into()));
        let name = relay.protection.name().to_owned();
        rows.push(Row::set(PART, "scheme", "", Value::Text(name)));
        rows.push(Row::set(PART, "profile", "", profile));
    }
    if let Some((longest, case)) = worst.longest() {
        let limit = (PART, "maximum-delay");
        rows.push(Row::at_least(limit, None, Some(longest), Some(case)));
    }
    let lines = &relays.lines;
    let line = lines.iter().find(|line| {
        line.groups
            .iter()
            .any(|group| group.contains(&worst.circuit))
    });
    match relay.map(|relay| &relay.protection) {
        None => rows.extend(bare(worst)),
        Some(Protection::Differential(settings)) => {
            rows.extend(differential(settings, line, worst));
        }
        Some(Protection::Distance(settings)) => rows.extend(commands(settings, line, worst)),
    }
    rows.extend(recovery(scenario, worst));
    rows
}

/// The longest time without a command against what sets of requirements ask for.
fn recovery(scenario: &Scenario, worst: &Worst<'_>) -> Vec<Row> {
    let asked = scenario.relays.requirements.get(worst.circuit);
    let one = |set: &&'static Requirement| {
        let mut row = hole("recovery", Some(set.recovery_max?), worst, Span::ZERO)?;
        set.name.clone_into(&mut row.of);
        if row.say == Say::Change {
            // Not a timer of the relay: the network has to be quicker.
            row.say = Say::Beyond;
        }
        Some(row)
    };
    asked.into_iter().flatten().filter_map(one).collect()
}

/// What any relay would have to be set to.
fn bare(worst: &Worst<'_>) -> Vec<Row> {
    let all = [
        ("round-trip-limit", worst.round_trip),
        ("step-limit", worst.step),
        ("asymmetry", apart(worst, 0)),
    ];
    let found = all.into_iter().filter_map(|(item, found)| {
        let (found, case) = found?;
        Some(Row::at_least((PART, item), None, Some(found), Some(case)))
    });
    found
        .chain(hole("channel-fail-timer", None, worst, Span::ZERO))
        .collect()
}

fn differential(
    settings: &differential::Settings,
    line: Option<&Line>,
    worst: &Worst<'_>,
) -> Vec<Row> {
    let watched = &settings.watched;
    let limits = [
        ("round-trip-limit", watched.round_trip_max, worst.round_trip),
        ("step-limit", watched.step_max, worst.step),
    ];
    let limits = limits.into_iter().filter_map(|(item, set, found)| {
        let (found, case) = found?;
        Some(Row::at_least((PART, item), set, Some(found), Some(case)))
    });
    let mut rows: Vec<Row> = limits.collect();
    if let Some((found, case)) = apart(worst, settings.compensation_ps) {
        let by_time = matches!(settings.synchronisation, Synchronisation::Time { .. });
        let (item, set) = match (by_time, line) {
            (true, _) => ("asymmetry-limit", settings.asymmetry_max),
            // Nobody sees it: what counts is what the characteristic bears.
            (false, Some(line)) => (
                "asymmetry-borne",
                settings.limit_asymmetry(line.through_fault_ma),
            ),
            (false, None) => ("asymmetry", None),
        };
        let mut row = Row::at_least((PART, item), set, Some(found), Some(case));
        if !by_time && row.say == Say::Set {
            // No current through the line trips it, or none is known.
            row.say = Say::Expect;
        }
        rows.push(row);
    }
    let timer = Some(watched.fail_after);
    rows.extend(hole("channel-fail-timer", timer, worst, settings.message));
    rows.push(Row::set(PART, "alarm-after", "", time(watched.alarm_after)));
    rows
}

fn commands(settings: &distance::Settings, line: Option<&Line>, worst: &Worst<'_>) -> Vec<Row> {
    let command = &settings.command;
    let mut longest = None;
    for (way, found) in worst.delay.iter().enumerate() {
        let found = found.filter(|_| settings.directions[way]);
        if found.map(|(span, _)| span) > longest.map(|(span, _)| span) {
            longest = found;
        }
    }
    let ends = command.send + command.message + command.receive;
    let mut rows = vec![
        Row::set(PART, "send", "", time(command.send)),
        Row::set(PART, "message", "", time(command.message)),
        Row::set(PART, "receive", "", time(command.receive)),
    ];
    let mut age = |item, set: Span, more: Span| {
        if let Some((longest, case)) = longest {
            let need = Some(longest + ends + more);
            rows.push(Row::at_least((PART, item), Some(set), need, Some(case)));
        }
    };
    match settings.scheme {
        Scheme::Dcb => age("coordination", settings.coordination, Span::ZERO),
        Scheme::Dtt => {}
        _ => age("zone-2-delay", settings.zone2_delay, Span::ZERO),
    }
    let compares = matches!(settings.scheme, Scheme::Pott | Scheme::Dcub | Scheme::Dcb);
    if compares && line.is_some_and(|line| line.parallel) {
        age("reversal-guard", settings.reversal_guard, settings.reset);
    }
    if settings.scheme == Scheme::Dtt
        && let Some(line) = line
    {
        let set = time(line.breaker_failure);
        rows.push(Row::set(PART, "breaker-failure", "", set));
        // From the trip of the breaker that fails to the far end's open one.
        rows.extend(longest.map(|(longest, case)| Row {
            worst: time(line.breaker_failure + longest + ends + line.breaker),
            say: Say::Expect,
            cases: vec![case.to_owned()],
            ..Row::set(PART, "breaker-failure-clearing", "", Value::None)
        }));
    }
    let silent = command.message + command.recovery;
    let mut bridged = vec![("channel-fail-timer", command.fail_after)];
    match settings.scheme {
        Scheme::Dcb => bridged.push(("block-extension", settings.block_extension)),
        Scheme::Dcub => bridged.push(("guard-loss", settings.guard_loss)),
        _ => {}
    }
    for (item, set) in bridged {
        rows.extend(hole(item, Some(set), worst, silent));
    }
    rows
}

/// The largest difference of both directions beyond the one that is taken off.
fn apart<'c>(worst: &Worst<'c>, compensation_ps: i64) -> Option<(Span, &'c str)> {
    let (apart, case) = worst.apart(compensation_ps)?;
    Some((Span(apart.unsigned_abs()), case))
}

/// A timer that must outlast the longest hole, and what the relay is silent behind it.
fn hole(item: &'static str, set: Option<Span>, worst: &Worst<'_>, silent: Span) -> Option<Row> {
    let (hole, case) = worst.hole?;
    let need = hole.map(|hole| hole + silent);
    Some(Row::at_least((PART, item), set, need, Some(case)))
}
