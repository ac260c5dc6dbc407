//! All integration tests in one binary: each extra one would link everything again.

#[cfg(feature = "cli")]
mod cli;
mod engines_agree;
mod random_plans;
mod scenario_shipped;
