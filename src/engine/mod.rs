//! Runs a plan: windows per station, and a heap engine that is the oracle.

pub mod outcome;

pub use outcome::{Delays, Outcome, Parts, QueueOutcome, Received, Slowest, StreamOutcome};
