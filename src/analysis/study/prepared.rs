//! A case before it is simulated: who forwards where and when, and what of its time is simulated.

use super::{REPAIRED_AFTER, Study};
use crate::analysis::enumeration::FailureCase;
use crate::analysis::failures::{Changes, Stage, Timetable};
use crate::mpls::control::{Control, Phases, Planned, Routed};
use crate::mpls::graph::Graph;
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::mpls::routing::{Next, Routing, Target};
use crate::mpls::steps::Step;
use crate::mpls::tunnel::Tunnel;
use crate::plan::Plan;
use crate::scenario::tunnels::recomputed;
use crate::scenario::{Case, Direction, Scenario};
use crate::topology::{Carries, LinkId};
use crate::units::{SimTime, Span};

/// One case under one phase of detection.
#[derive(Debug)]
pub(super) struct Prepared {
    /// What fails, in real time; what is out for maintenance is left out.
    pub failing: Outages,
    /// Per stream, in real time.
    pub routed: Vec<Routed>,
    /// What is simulated.
    pub timetable: Timetable,
    /// What fails and what is out, in simulated time.
    pub outages: Outages,
    /// Per stream, in simulated time.
    pub routings: Vec<Routing>,
}

impl Prepared {
    /// Lets the control plane act.
    pub(super) fn new(
        study: &Study<'_>,
        case: &FailureCase,
        tunnels: &[Tunnel],
        phases: Phases,
    ) -> Self {
        let topology = study.scenario.topology();
        // What is out for maintenance has been for long; then the clock begins.
        let before = match case.out {
            Some(_) => REPAIRED_AFTER,
            None => Span::ZERO,
        };
        let mut failing = Outages::default();
        let from = study.failed() + before;
        for element in &case.failed {
            let to = from + REPAIRED_AFTER;
            failing.fail(topology, element, Stretch { from, to });
        }
        let mut outages = failing.clone();
        let mut planned = Vec::new();
        if let Some(out) = &case.out {
            let (from, to) = (SimTime::ZERO, FOR_EVER);
            outages.fail(topology, out, Stretch { from, to });
            planned.push(Planned {
                element: out.clone(),
                announced: from,
                until: to,
            });
        }
        let mut routed = routed(study.scenario, tunnels, &outages, &planned, phases);
        if case.out.is_some() {
            let earlier = |at: SimTime| SimTime(at.0.saturating_sub(before.0));
            failing = failing.retimed(earlier);
            outages = outages.retimed(earlier);
            for one in &mut routed {
                *one = begun(one, SimTime::ZERO + before);
            }
        }
        let real: Vec<Routing> = routed.iter().map(|one| one.routing.clone()).collect();
        let circuits = circuit_streams(study.scenario);
        let changes = Changes::of(&failing, &real, &circuits).expect("something fails");
        let timetable = Timetable::new(&changes, study.pace);
        let sim = |at| timetable.clock.sim(at);
        Self {
            failing,
            outages: outages.retimed(sim),
            routings: real
                .iter()
                .map(|one| normal_first(one.retimed(sim)))
                .collect(),
            routed,
            timetable,
        }
    }

    /// Its plan with these first packet boundaries.
    pub(super) fn plan(&self, scenario: &Scenario, phases: Vec<Option<SimTime>>) -> Plan {
        let stages = self.timetable.stages.iter();
        scenario.plan_for(&Case {
            outages: self.outages.clone(),
            routings: self.routings.clone(),
            phases,
            stages: stages.map(|(at, _)| *at).collect(),
            sources_end: self.timetable.end,
        })
    }

    /// When every circuit that can be is restored, in simulated time.
    pub(super) fn switched(&self) -> SimTime {
        let mut stages = self.timetable.stages.iter();
        let first = stages.find(|(_, stage)| *stage >= Stage::AfterSwitch);
        first.map_or(self.timetable.end, |(at, _)| *at)
    }

    /// Whether the packets of a stream may fare otherwise than in normal operation.
    pub(super) fn touches(&self, stream: usize) -> bool {
        let routing = &self.routings[stream];
        let cut = |crossing: &crate::mpls::routing::Crossing| {
            let hop = crossing.hop;
            !self.failing.of(hop.link, hop.direction).is_empty()
        };
        !routing.is_fixed() || routing.crossings.iter().any(cut)
    }
}

/// The same, but that it begins along the path of normal operation, as plans do: for a picosecond.
fn normal_first(mut routing: Routing) -> Routing {
    let last = routing.primary;
    let expected = |place: usize| match place {
        place if place < last => Target::Crossing(place),
        _ => Target::Deliver,
    };
    let on_path = routing.behind[..last].iter_mut();
    for (place, next) in std::iter::once(&mut routing.entry)
        .chain(on_path)
        .enumerate()
    {
        if next.turns()[0].to != expected(place) {
            let mut begun = Next::always(expected(place));
            for turn in next.turns() {
                begun.turn(turn.from.max(SimTime(1)), turn.to);
            }
            *next = begun;
        }
    }
    routing
}

/// The same with a clock that begins at `start`, in the state that is in force then.
fn begun(routed: &Routed, start: SimTime) -> Routed {
    let next = |next: &Next| {
        let mut begun = Next::always(next.at(start));
        for turn in next.turns().iter().filter(|turn| turn.from > start) {
            begun.turn(SimTime(turn.from.0 - start.0), turn.to);
        }
        begun
    };
    let routing = &routed.routing;
    let later = routed.steps.iter().filter(|step| step.at >= start);
    let moved = later.map(|step| Step {
        at: SimTime(step.at.0 - start.0),
        ..*step
    });
    Routed {
        routing: Routing {
            entry: next(&routing.entry),
            behind: routing.behind.iter().map(next).collect(),
            ..routing.clone()
        },
        steps: moved.collect(),
    }
}

/// The forwarding of every stream of a scenario.
fn routed(
    scenario: &Scenario,
    tunnels: &[Tunnel],
    outages: &Outages,
    planned: &[Planned],
    phases: Phases,
) -> Vec<Routed> {
    let (topology, settings) = (scenario.topology(), &scenario.resilience.control);
    let graph = Graph::new(topology, Carries::Packets);
    let recompute =
        |tunnel: &Tunnel, avoid: &dyn Fn(LinkId) -> bool| recomputed(&graph, tunnel, avoid);
    let control = Control::new(topology, settings, outages, planned, phases);
    scenario.routed(tunnels, &control.recomputing(&recompute))
}

/// Of circuits that are sent twice, neither stream alone is the circuit: they do not count.
fn circuit_streams(scenario: &Scenario) -> Vec<usize> {
    let directions = scenario.circuits.iter().flat_map(|one| &one.directions);
    let streams = directions.filter_map(Direction::stream);
    let alone = streams.filter(|stream| scenario.copy_of(*stream).is_none());
    alone.map(|stream| stream.0 as usize).collect()
}
