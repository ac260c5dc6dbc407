//! All integration tests in one binary: each extra one would link everything again.

mod engines_agree;
mod random_plans;
mod reference_workload;
mod scenario_shipped;
