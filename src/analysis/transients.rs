//! Failures within a run: what each does to every circuit, apart from the steady verdict.

use super::failures::clocks::{Clocks, clocks};
use super::failures::gaps::{common, holes, packet_holes};
use super::failures::{ClockMap, Gaps};
use super::verdict::difference_ps;
use crate::channel::{Content, Timeline};
use crate::engine::{Options, Outcome, run};
use crate::mpls::outage::{FOR_EVER, Stretch};
use crate::scenario::{Case, Circuit, Scenario};
use crate::units::{SimTime, Span};

/// One failure, and what it does to one direction of a circuit until the next failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transient {
    /// What fails.
    pub label: String,
    /// When.
    pub at: SimTime,
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// Holes; packets lost are not counted apart by failure.
    pub gaps: Gaps,
    /// Where they lie.
    pub clocks: Clocks,
    /// Delay of the last data before the failure, and of the last before the next failure, between
    /// both interfaces.
    pub delay: [Option<Span>; 2],
    /// Every delay that data was put out with from the failure to the next, where it changes: local
    /// repair, re-optimisation and revert may each be a step. At most [`STEPS_MAX`], the last ones.
    pub steps: Vec<Span>,
    /// delay(a→z) − delay(z→a) at the same two instants, in picoseconds.
    pub asymmetry_ps: [Option<i64>; 2],
}

/// Most delay steps that are told of one failure: where clocks drift there is no end to them.
pub const STEPS_MAX: usize = 8;

/// When something first fails, or is announced to; `None` where nothing does.
#[must_use]
pub fn first_failure(scenario: &Scenario) -> Option<SimTime> {
    let resilience = &scenario.resilience;
    let cuts = resilience
        .outages
        .all()
        .filter_map(|(.., cuts)| cuts.first());
    let announced = resilience.planned.iter().map(|one| one.announced);
    cuts.map(|cut| cut.from).chain(announced).min()
}

/// The run until something first fails, which the steady verdict speaks of; `None` where nothing
/// does.
#[must_use]
pub fn calm(scenario: &Scenario, options: &Options) -> Option<Outcome> {
    let sources_end = first_failure(scenario)?.min(scenario.duration);
    let case = Case::undisturbed(&scenario.tunnels(&[]), sources_end);
    let plan = scenario.plan_for(&case);
    Some(run(&plan, scenario.seed, options))
}

/// Every failure in order of time, circuit, direction.
#[must_use]
pub fn transients(scenario: &Scenario, outcome: &Outcome) -> Vec<Transient> {
    let mut all = Vec::new();
    for (label, window) in windows(scenario) {
        for index in 0..scenario.circuits.len() {
            all.extend(pair(scenario, outcome, (index, label), window));
        }
    }
    all
}

/// Every failure from its beginning to that of the next, in order of time.
#[must_use]
pub fn windows(scenario: &Scenario) -> Vec<(&str, Stretch)> {
    let events = scenario.resilience.events.iter();
    let begins = events.filter_map(|one| Some((one.stretches.first()?.from, one.label.as_str())));
    let mut begins: Vec<(SimTime, &str)> = begins.collect();
    begins.sort_unstable();
    let mut all = Vec::with_capacity(begins.len());
    for (place, (from, label)) in begins.iter().enumerate() {
        let mut later = begins[place..].iter().map(|(later, _)| *later);
        let to = later.find(|later| later > from).unwrap_or(FOR_EVER);
        all.push((*label, Stretch { from: *from, to }));
    }
    all
}

/// Both directions of a circuit; none where no pseudowire carries it.
fn pair(
    scenario: &Scenario,
    outcome: &Outcome,
    (index, label): (usize, &str),
    window: Stretch,
) -> Vec<Transient> {
    let circuit = &scenario.circuits[index];
    let lines = [0, 1].map(|way| timeline(circuit, way, outcome));
    let [Some(forth), Some(back)] = lines else {
        return Vec::new();
    };
    let conversion = circuit.interface.delay();
    let delay = |line: &Timeline, at| delay_before(line, at).map(|delay| delay + conversion);
    let delays = [forth, back].map(|line| [window.from, window.to].map(|at| delay(line, at)));
    let asymmetry = [0, 1].map(|when| Some(difference_ps(delays[0][when]?, delays[1][when]?)));
    let lines = [forth, back];
    let gaps = [0, 1].map(|way| gaps(scenario, (index, way), lines[way], window));
    let one = |(way, line): (usize, &Timeline)| Transient {
        label: label.to_owned(),
        at: window.from,
        circuit: index,
        direction: way,
        gaps: gaps[way].0,
        clocks: gaps[way].1,
        delay: delays[way],
        steps: steps(line, window, conversion),
        asymmetry_ps: asymmetry,
    };
    lines.into_iter().enumerate().map(one).collect()
}

fn timeline<'o>(circuit: &Circuit, way: usize, outcome: &'o Outcome) -> Option<&'o Timeline> {
    let stream = circuit.directions[way].stream()?;
    let received = outcome.streams[stream.0 as usize].received.as_ref()?;
    Some(&received.timeline)
}

fn gaps(
    scenario: &Scenario,
    (index, way): (usize, usize),
    line: &Timeline,
    window: Stretch,
) -> (Gaps, Clocks) {
    let circuit = &scenario.circuits[index];
    let settings = circuit.emulation().expect("a pseudowire has settings");
    let stream = circuit.directions[way]
        .stream()
        .expect("a pseudowire has a stream");
    let within = |at: SimTime| window.from <= at && at < window.to;
    let mut holes = holes(line);
    holes.retain(|hole| within(hole.from));
    let packet = |stream: usize| match scenario.routed.get(stream) {
        Some(routed) => packet_holes(&routed.routing, &scenario.resilience.outages),
        None => Vec::new(),
    };
    let mut packet_holes = packet(stream.0 as usize);
    if let Some(copy) = scenario.copy_of(stream) {
        packet_holes = common(&packet_holes, &packet(copy.0 as usize));
    }
    packet_holes.retain(|hole| within(hole.from));
    let recovery = scenario.resilience.relay_recovery;
    let clock = ClockMap::default();
    let gaps = Gaps::of_pseudowire(
        &holes,
        &packet_holes,
        &clock,
        (&settings.receivers[way], settings.packet_time_exact_ps),
        recovery.interval * u64::from(recovery.messages),
        0,
    );
    let clocks = clocks(&gaps, (&holes, &packet_holes), (&clock, &clock));
    (gaps, clocks)
}

/// The delays of the data put out from a failure on that began before the next.
fn steps(line: &Timeline, window: Stretch, conversion: Span) -> Vec<Span> {
    let within = |from: SimTime| window.from <= from && from < window.to;
    let delays = line
        .delays()
        .filter(|(segment, _)| within(segment.from))
        .map(|(_, delay)| delay + conversion);
    let mut all: Vec<Span> = delay_before(line, window.from)
        .map(|delay| delay + conversion)
        .into_iter()
        .chain(delays)
        .collect();
    all.dedup();
    let steps = all.split_off(all.len().min(1));
    steps[steps.len().saturating_sub(STEPS_MAX)..].to_vec()
}

/// The delay of the last data put out before an instant.
fn delay_before(line: &Timeline, at: SimTime) -> Option<Span> {
    let before = line
        .segments()
        .iter()
        .rev()
        .filter(|segment| segment.from < at);
    let mut data = before.filter(|segment| matches!(segment.content, Content::Data { .. }));
    let segment = data.next()?;
    let last = SimTime(segment.to.min(at).0 - 1);
    segment.input_at(last).map(|input| last.since(input))
}
