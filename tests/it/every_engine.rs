//! One plan in every engine that runs it.

use pilotwire::engine::{self, EngineKind, Options, Outcome};
use pilotwire::plan::Plan;
use pilotwire::random::Seed;

use crate::engines_agree::assert_same;

/// The engines that run plans with general ports, sessions and sources of every kind.
const GENERAL: [EngineKind; 2] = [EngineKind::Reference, EngineKind::Window];

/// The outcome of a general plan, the same from every engine.
pub fn run_general(plan: &Plan, seed: Seed, detailed: bool) -> Outcome {
    let run = |engine| {
        let options = Options {
            engine,
            detailed,
            ..Options::default()
        };
        engine::run(plan, seed, &options)
    };
    let outcome = run(GENERAL[0]);
    for engine in &GENERAL[1..] {
        assert_same(&run(*engine), &outcome, &format!("{engine:?}"));
    }
    outcome
}
