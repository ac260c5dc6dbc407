//! What further plans of a scenario are made of: the same streams, forwarded otherwise.

use super::compile::{self, Compiled, Over};
use super::fades::Weather;
use super::network::Network;
use super::streams::Draft;
use super::ways::Ways;
use super::{Scenario, StreamOwner};
use crate::mpls::outage::Outages;
use crate::mpls::routing::Routing;
use crate::mpls::tunnel::Tunnel;
use crate::plan::{Plan, Source, StreamId};
use crate::topology::Topology;
use crate::units::{SimTime, Span};

/// The sealed network and every stream on it, apart from any plan.
///
/// The streams of every plan are the same in number and order, so arrivals drawn for one serve for
/// all.
#[derive(Debug)]
pub struct Foundation {
    pub(super) network: Network,
    pub(super) weather: Weather,
    pub(super) drafts: Vec<Draft>,
    pub(super) ways: Vec<Ways>,
}

/// A plan that is wanted: what fails, and where packets go.
#[derive(Clone, Debug)]
pub struct Case {
    /// When link directions are cut, in the time of the plan.
    pub outages: Outages,
    /// Per stream: where its packets go, in the time of the plan.
    pub routings: Vec<Routing>,
    /// Per stream: the first packet boundary of a circuit in place of the one given or drawn; of
    /// repeated messages the instant of the only event, in place of those given. Both copies of
    /// one circuit direction take that of the first.
    pub phases: Vec<Option<SimTime>>,
    /// Ascending from zero, or empty: outcomes are counted from each to the next.
    pub stages: Vec<SimTime>,
    /// When sources stop.
    pub sources_end: SimTime,
}

impl Case {
    /// Nothing fails: every stream goes along the path of its tunnel.
    #[must_use]
    pub fn undisturbed(tunnels: &[Tunnel], sources_end: SimTime) -> Self {
        Self {
            outages: Outages::default(),
            routings: tunnels
                .iter()
                .map(|one| Routing::along(&one.path))
                .collect(),
            phases: vec![None; tunnels.len()],
            stages: Vec::new(),
            sources_end,
        }
    }
}

impl Scenario {
    /// The plan of a case. Rates that weather changes do so at the instants of the scenario; a
    /// trace ends where it ends.
    ///
    /// # Panics
    /// If the case has not one routing and one phase per stream, or a routing leaves its stream's
    /// ends.
    #[must_use]
    pub fn plan_for(&self, case: &Case) -> Plan {
        self.compile(case).plan
    }

    /// As [`Scenario::plan_for`], with the names of the plan's ports.
    #[must_use]
    pub fn compile(&self, case: &Case) -> Compiled {
        let foundation = &self.foundation;
        let count = foundation.drafts.len();
        assert_eq!(case.routings.len(), count, "a routing per stream");
        assert_eq!(case.phases.len(), count, "a phase per stream");
        let mut drafts = foundation.drafts.clone();
        for (place, draft) in drafts.iter_mut().enumerate() {
            let first = draft.twin.map_or(place, |twin| twin.0 as usize);
            draft.prepare(case.phases[first], case.sources_end);
        }
        let over = Over {
            routings: &case.routings,
            outages: Some(&case.outages),
            sources_end: case.sources_end,
            series: None,
            stages: &case.stages,
        };
        compile::plan(&foundation.network, &foundation.weather, &drafts, &over)
    }

    /// The sealed network.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.foundation.network.topology
    }

    /// Time through a node of an SDH network that passes timeslots on.
    #[must_use]
    pub fn sdh_transit(&self) -> Span {
        self.foundation.network.constants.sdh_transit()
    }

    /// The stream that carries the second copy of a circuit direction, where it is sent twice.
    #[must_use]
    pub fn copy_of(&self, stream: StreamId) -> Option<StreamId> {
        let mut drafts = (0..).map(StreamId).zip(&self.foundation.drafts);
        let copy = drafts.find(|(_, draft)| draft.twin == Some(stream))?;
        Some(copy.0)
    }
}

impl Draft {
    /// Its name with the direction of a circuit: "87L A-B z-a", "87L A-B z-a copy".
    pub(super) fn title_of_direction(&self) -> String {
        let direction = self.direction.name();
        match self.owner {
            StreamOwner::Circuit(..) => format!("{} {direction}", self.name),
            StreamOwner::Copy(..) => format!("{} {direction} copy", self.name),
            StreamOwner::Flow(_) => self.name.clone(),
        }
    }

    /// Makes it ready for a plan whose sources stop elsewhere, with another first boundary.
    fn prepare(&mut self, first: Option<SimTime>, sources_end: SimTime) {
        if let Some(messages) = &self.messages {
            let mut messages = messages.clone();
            if let Some(event) = first {
                messages.events = vec![event];
            }
            (self.source, self.end) = messages.ends(sources_end);
        }
        if let (
            Source::Circuit {
                boundaries, phase, ..
            },
            Some(first),
        ) = (&mut self.source, first)
        {
            boundaries.first = first;
            *phase = None;
        }
    }
}

#[cfg(test)]
impl Foundation {
    /// Of nothing.
    pub(crate) fn empty() -> Self {
        use crate::topology::{Constants, Preset};
        Self {
            network: Network {
                topology: Topology::build(Vec::new(), Vec::new())
                    .expect("nothing is wrong with it"),
                constants: Constants::of(Preset::physical()),
                written: Vec::new(),
                physical: Vec::new(),
                admin_groups: Vec::new(),
                lines: Vec::new(),
            },
            weather: Weather::default(),
            drafts: Vec::new(),
            ways: Vec::new(),
        }
    }
}
