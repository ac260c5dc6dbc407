//! A case before it is simulated: who forwards where and when, and what of its time is simulated.

use super::{REPAIRED_AFTER, Study};
use crate::analysis::enumeration::FailureCase;
use crate::analysis::failures::{Changes, Stage, Timetable};
use crate::mpls::control::{Control, Phases, Planned, Routed};
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::mpls::routing::Routing;
use crate::mpls::tunnel::Tunnel;
use crate::plan::Plan;
use crate::scenario::{Case, Scenario, StreamOwner};
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
pub(super) fn routed(
    scenario: &Scenario,
    tunnels: &[Tunnel],
    outages: &Outages,
    planned: &[Planned],
    phases: Phases,
) -> Vec<Routed> {
    let settings = &scenario.resilience.control;
    let control = Control::new(scenario.topology(), settings, outages, planned, phases);
    let route = |(stream, tunnel): (usize, &Tunnel)| {
        let partner = partner(scenario, stream).map(|partner| &tunnels[partner]);
        control.route(tunnel, partner)
    };
    tunnels.iter().enumerate().map(route).collect()
}

/// The stream of the other direction, where both stay on the same links.
fn partner(scenario: &Scenario, stream: usize) -> Option<usize> {
    let StreamOwner::Circuit(circuit, way) = scenario.streams[stream] else {
        return None;
    };
    if !scenario.resilience.circuits[circuit].co_routed {
        return None;
    }
    let own = &scenario.circuits[circuit].directions;
    let other = own[1 - way].stream()?;
    if own[way].stream()?.0 as usize == stream {
        return Some(other.0 as usize);
    }
    scenario.copy_of(other).map(|copy| copy.0 as usize)
}

fn circuit_streams(scenario: &Scenario) -> Vec<usize> {
    let owners = scenario.streams.iter().enumerate();
    let of_circuits = owners.filter(|(_, owner)| matches!(owner, StreamOwner::Circuit(..)));
    of_circuits.map(|(stream, _)| stream).collect()
}
