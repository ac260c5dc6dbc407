//! The clocks of both ends of a circuit: what was written, as steps in frequency.

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, Findings};
use super::spec::{CircuitSpec, ClockSpec, ScenarioSpec};
use crate::pseudowire::clock::{Clock, ClockStep, OFFSET_MAX_PPB};
use crate::units::{SimTime, Span};

/// The clocks of a circuit, by direction: a→z, then z→a.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clocks {
    /// `clock.kind` as written; "network" where nothing is said.
    pub kind: &'static str,
    /// What the sending end cuts packets by.
    pub senders: [Clock; 2],
    /// What the receiving end plays by.
    pub receivers: [Clock; 2],
}

/// Most half periods of wander in a run.
const WANDER_STEPS_MAX: u64 = 100_000;

/// Frequency over time, as changes: (instant, ppb) add up.
type Changes = Vec<(u64, i64)>;

/// The clocks that a circuit's `clock` means over a run of this length; `None` after a fault.
///
/// End a and end z each have a relay clock (`offset`; the network's where nothing is said). The
/// sender of a direction cuts packets by its own. The receiver plays by
///
/// - *network* and *free-running*: its own,
/// - *adaptive* and *differential*: the sender's, recovered.
///
/// Wander alternates ±4·amplitude/period, each half a period, rounded up to whole ppb: on the
/// recovered clock; under *network* on that of end z. Holdover puts the reference of an end off:
/// under *network* its clock; under *differential* what is recovered at that end is as much too
/// fast, and what is measured there as much too slow.
pub fn clocks(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<Clocks> {
    let Some(clock) = &spec.clock else {
        // A faulty one is told already.
        return (!spec.keys.contains_key("clock")).then(Clocks::network);
    };
    let wander = wander(spec, clock, scenario, duration, findings)?;
    holdover_begins(spec, clock, scenario, duration, findings)?;
    let own = clock.offset.map(|ppb| vec![(0, ppb.unwrap_or(0))]);
    let held = [0, 1].map(|end| held(clock, end));
    let ends = match clock.kind {
        "network" => [held[0].clone(), together(&[&held[1], &wander])],
        _ => own,
    };
    let recovered = |way: usize| match clock.kind {
        "differential" => {
            let slower: Changes = held[way].iter().map(|(at, ppb)| (*at, -ppb)).collect();
            together(&[&ends[way], &wander, &slower, &held[1 - way]])
        }
        "adaptive" => together(&[&ends[way], &wander]),
        _ => ends[1 - way].clone(),
    };
    let mut sealed = |changes: &Changes| {
        let steps = steps(changes);
        let offset = |step: &ClockStep| step.offset_ppb;
        let worst = steps.iter().map(offset).max_by_key(|ppb| ppb.abs());
        if worst.is_some_and(|ppb| ppb.abs() > OFFSET_MAX_PPB) {
            let title = format!("circuit {}: a clock beyond 1000 ppm", spec.name.value);
            let label = format!("together {} ppb", worst.unwrap_or(0));
            let place = scenario.place(&clock.span);
            findings.push(
                Diagnostic::error(title, place, label)
                    .help("no clock in service is off by more than 1000 ppm"),
            );
            return None;
        }
        Some(Clock::new(&steps))
    };
    Some(Clocks {
        kind: clock.kind,
        senders: [sealed(&ends[0])?, sealed(&ends[1])?],
        receivers: [sealed(&recovered(0))?, sealed(&recovered(1))?],
    })
}

/// A reference that is lost after the run changes nothing in it.
fn holdover_begins(
    spec: &CircuitSpec,
    clock: &ClockSpec,
    scenario: &ScenarioSpec,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<()> {
    let (Some(holdover), Some(duration)) = (&clock.holdover, duration) else {
        return Some(());
    };
    if holdover.at < duration.0 {
        return Some(());
    }
    let title = format!("circuit {}: holdover begins after the run", spec.name.value);
    let place = scenario.place(&clock.span);
    let help = "let `at` lie before the scenario's `duration`";
    findings.push(Diagnostic::error(title, place, "it changes nothing").help(help));
    None
}

impl Clocks {
    /// Both ends by the clock of the network.
    fn network() -> Self {
        Self {
            kind: "network",
            senders: [Clock::default(), Clock::default()],
            receivers: [Clock::default(), Clock::default()],
        }
    }
}

fn held(clock: &ClockSpec, end: usize) -> Changes {
    let holdover = clock.holdover.iter().filter(|one| one.ends[end]);
    holdover.map(|one| (one.at, one.offset)).collect()
}

fn wander(
    spec: &CircuitSpec,
    clock: &ClockSpec,
    scenario: &ScenarioSpec,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<Changes> {
    let (Some(wander), Some(duration)) = (&clock.wander, duration) else {
        return Some(Changes::new());
    };
    let half = wander.period / 2;
    let count = duration.0 / half + 1;
    let ppb = (4 * u128::from(wander.amplitude) * 1_000_000_000).div_ceil(wander.period.into());
    let ppb = i64::try_from(ppb).unwrap_or(i64::MAX);
    let (title, label) = if count > WANDER_STEPS_MAX {
        (
            "wanders too often",
            format!("more than {WANDER_STEPS_MAX} half periods"),
        )
    } else if ppb > OFFSET_MAX_PPB {
        ("wanders beyond 1000 ppm", format!("this means {ppb} ppb"))
    } else {
        let mut changes = vec![(0, ppb)];
        let turn = |n: u64| (n * half, if n % 2 == 1 { -2 * ppb } else { 2 * ppb });
        changes.extend((1..count).map(turn));
        return Some(changes);
    };
    let title = format!("the clock of circuit {} {title}", spec.name.value);
    let help = "a longer period, or a smaller amplitude";
    let place = scenario.place(&wander.span);
    findings.push(Diagnostic::error(title, place, label).help(help));
    None
}

fn together(parts: &[&Changes]) -> Changes {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

/// Changes as steps, the first from zero.
fn steps(changes: &Changes) -> Vec<ClockStep> {
    let mut by_instant = BTreeMap::from([(0, 0_i64)]);
    for (at, ppb) in changes {
        *by_instant.entry(*at).or_insert(0) += ppb;
    }
    let mut offset_ppb = 0;
    let step = |(at, change): (u64, i64)| {
        offset_ppb += change;
        ClockStep {
            from: SimTime(at),
            offset_ppb,
        }
    };
    by_instant.into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_one_instant_add_up() {
        let steps = steps(&vec![(0, 50), (7, -20), (0, 4), (7, 1)]);
        let told: Vec<_> = steps
            .iter()
            .map(|one| (one.from.0, one.offset_ppb))
            .collect();
        assert_eq!(told, [(0, 54), (7, 35)]);
    }
}
