//! A case before it is simulated: who forwards where and when, and what of its time is simulated.

use super::{REPAIRED_AFTER, Study};
use crate::analysis::enumeration::FailureCase;
use crate::analysis::failures::{Changes, Stage, Timetable};
use crate::mpls::control::{Control, Phases, Planned, Routed};
use crate::mpls::graph::Graph;
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::mpls::routing::Routing;
use crate::mpls::tunnel::Tunnel;
use crate::plan::Plan;
use crate::scenario::tunnels::recomputed;
use crate::scenario::{Case, Direction, Scenario};
use crate::topology::{Carries, LinkId};
use crate::units::SimTime;

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
        let mut failing = Outages::default();
        let from = study.failed();
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
        let routed = routed(study.scenario, tunnels, &outages, &planned, phases);
        let real: Vec<Routing> = routed.iter().map(|one| one.routing.clone()).collect();
        let circuits = circuit_streams(study.scenario);
        let changes = Changes::of(&failing, &real, &circuits).expect("something fails");
        let timetable = Timetable::new(&changes, study.pace);
        let sim = |at| timetable.clock.sim(at);
        Self {
            failing,
            outages: outages.retimed(sim),
            routings: real.iter().map(|one| one.retimed(sim)).collect(),
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
