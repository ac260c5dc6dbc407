//! What happened in a case, in order: the steps of the control plane for every circuit direction.

use super::Prepared;
use crate::scenario::{Scenario, StreamOwner};
use crate::units::SimTime;

/// One step as it is told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Told {
    /// When, in real time.
    pub at: SimTime,
    /// "KEE sees that KEE-ELL is down".
    pub text: String,
    /// Index of the circuit and direction whose path it concerns.
    pub circuit: (usize, usize),
}

/// The steps of all circuits, in order of time.
pub(super) fn story(scenario: &Scenario, prepared: &Prepared) -> Vec<Told> {
    let mut all = Vec::new();
    for (owner, routed) in scenario.streams.iter().zip(&prepared.routed) {
        if let StreamOwner::Circuit(circuit, way) = owner {
            all.extend(routed.steps.iter().map(|step| Told {
                at: step.at,
                text: step.text(scenario.topology()),
                circuit: (*circuit, *way),
            }));
        }
    }
    all.sort();
    all.dedup();
    all
}
