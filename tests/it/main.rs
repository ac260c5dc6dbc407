//! All integration tests in one binary: each extra one would link everything again.

mod architecture;
mod bad_input;
mod cli;
mod drawings;
mod engines_agree;
mod every_engine;
mod failing_lines;
mod failing_vectors;
mod failure_scenarios;
mod failure_sheets;
mod failure_vectors;
#[cfg(feature = "cli")]
mod failures;
mod general_vectors;
mod independence;
mod queueing_theory;
mod random_failing_plans;
mod random_general_plans;
mod random_plans;
#[cfg(feature = "cli")]
mod readme;
mod reference_workload;
mod relay_input;
#[cfg(feature = "cli")]
mod relay_runs;
mod relay_scenarios;
mod resilience_input;
mod scenario_circuits;
mod scenario_compile;
mod scenario_lints;
mod scenario_media;
mod scenario_protection;
mod scenario_schema;
mod scenario_share;
mod scenario_shipped;
mod scenario_support;
mod scenario_traffic;
mod security_verdicts;
mod shipped_verdicts;
#[cfg(feature = "cli")]
mod sweep_cli;
mod sweep_shipped;
mod validation;
mod vectors;
