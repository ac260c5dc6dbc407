//! Runs a plan: windows per station, and a heap engine that is the oracle.

pub mod outcome;

pub use outcome::{Delays, Outcome, Parts, QueueOutcome, Received, Slowest, StreamOutcome};

use crate::plan::Plan;
use crate::random::Seed;
use crate::units::{SimTime, Span};

/// Which engine runs the plan; the outcome is the same.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum EngineKind {
    /// Every station replayed on its own, in windows no longer than the lookahead.
    #[default]
    Window,
    /// One heap of events: slower, independent, the oracle.
    Reference,
}

/// How a plan is run. Nothing here changes an outcome, but for the histograms left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Which engine.
    pub engine: EngineKind,
    /// Longest window; the engine never goes beyond the lookahead, whatever this says.
    pub window_max: Span,
    /// Whether histograms are kept.
    pub histograms: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { engine: EngineKind::Window, window_max: Span::from_ms(1), histograms: true }
    }
}

/// Runs the plan to the last packet.
#[must_use]
pub fn run(plan: &Plan, seed: Seed, options: &Options) -> Outcome {
    run_watched(plan, seed, options, &mut |_| ())
}

/// Runs the plan and tells now and then how far simulated time has come.
pub fn run_watched(
    plan: &Plan,
    seed: Seed,
    options: &Options,
    watch: &mut dyn FnMut(SimTime),
) -> Outcome {
    let _ = (plan, seed, options, watch);
    unreachable!("the engines are being fitted")
}
