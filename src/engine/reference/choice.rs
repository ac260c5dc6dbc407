//! What is taken of two pseudowires with the same packets, as the reference engine sees it: a set
//! of numbers.

use std::collections::BTreeSet;

use crate::engine::outcome::Selected;
use crate::plan::Plan;
use crate::pseudowire::clock::PacketTimes;
use crate::units::Span;

/// Written from the rules, not from the selection of the window engine.
#[derive(Default)]
pub(super) struct Choice {
    /// When each packet taken was created, and the delay of the first that came.
    taken: Vec<(u64, Span)>,
    numbers: BTreeSet<u64>,
    eliminated: u64,
}

impl Choice {
    /// A packet comes; says whether it is taken.
    pub(super) fn takes(&mut self, now: u64, sequence: u64, created: u64) -> bool {
        let first = self.numbers.insert(sequence);
        if first {
            self.taken.push((created, Span(now - created)));
        } else {
            self.eliminated += 1;
        }
        first
    }

    /// What was taken of `count` packets cut at these boundaries.
    pub(super) fn finish(self, plan: &Plan, boundaries: &PacketTimes, count: u64) -> Selected {
        let mut selected = Selected::new(plan.stages.len());
        selected.taken = self.taken.len() as u64;
        selected.eliminated = self.eliminated;
        let stage = |created: u64| plan.stages.iter().rposition(|from| from.0 <= created);
        for (created, delay) in self.taken {
            selected.network.record(delay);
            if let Some(stage) = stage(created) {
                selected.stages[stage].record(delay);
            }
        }
        for number in (0..count).filter(|number| !self.numbers.contains(number)) {
            if let Some(stage) = stage(boundaries.at(number + 1).0) {
                selected.stages[stage].lost += 1;
            }
        }
        selected
    }
}
