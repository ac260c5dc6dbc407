//! All integration tests in one binary: each extra one would link everything again.

mod bad_input;
#[cfg(feature = "cli")]
mod cli;
mod engines_agree;
mod random_plans;
mod scenario_shipped;
mod shipped_verdicts;
mod scenario_support;
