//! The longest way round of a circuit over many cases, worked out without simulating them.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::{Prepared, Study};
use crate::analysis::enumeration::FailureCase;
use crate::analysis::failures::Reach;
use crate::mpls::control::Phases;

/// What detours and restarts can do to a circuit; each with the case that does it, of equals the
/// first.
#[derive(Clone, Debug)]
pub struct Detours<'c> {
    /// Per direction the least slack that a detour leaves, in picoseconds: slack of the settings
    /// less what the detour is longer than the path in normal operation.
    pub slack_left: [(i64, &'c FailureCase); 2],
    /// The asymmetry, largest in magnitude, after restarts on different paths, in picoseconds.
    pub asymmetry: (i64, &'c FailureCase),
}

impl Study<'_> {
    /// Over these cases, without queues; `None` where the circuit sends no packets, or no case
    /// leaves it two ways.
    #[must_use]
    pub fn detours<'c>(&self, circuit: usize, cases: &'c [FailureCase]) -> Option<Detours<'c>> {
        let circuit = &self.scenario.circuits[circuit];
        let reached = |case: &'c FailureCase| -> Option<(Reach, &'c FailureCase)> {
            let tunnels = self.tunnels(case.out.as_ref());
            let prepared = Prepared::new(self, case, &tunnels, Phases::Latest);
            let plan = prepared.plan(self.scenario, vec![None; tunnels.len()]);
            Some((self.reach(circuit, &plan, prepared.timetable.end)?, case))
        };
        let all: Vec<_> = cases.par_iter().filter_map(reached).collect();
        let left = |way: usize| {
            let all = all
                .iter()
                .map(|(reach, case)| (reach.slack_left_ps[way], *case));
            all.min_by_key(|(left, _)| *left)
        };
        let apart = all.iter().map(|(reach, case)| (reach.asymmetry_ps, *case));
        let apart = apart.min_by_key(|(apart, _)| Reverse(apart.unsigned_abs()));
        Some(Detours {
            slack_left: [left(0)?, left(1)?],
            asymmetry: apart?,
        })
    }
}
