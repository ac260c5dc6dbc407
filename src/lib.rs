//! A deterministic simulator of IP/MPLS networks that carry teleprotection.
//!
//! # The contract
//! A run is a pure function of a sealed [`plan::Plan`] and a [`random::Seed`]. Time is counted in
//! whole picoseconds. At one instant: control, then arrivals, then service, then timers; arrivals
//! by (class, flow rank, direction, sequence), where flow rank is the order of names by bytes.
//! Never by insertion order: window length, thread count and the order of tables in a file cannot
//! change a result.
//!
//! # The layers
//! A module may use only those above it in this list; a test holds it.
//! [`units`], [`random`], [`topology`], [`mpls`], [`traffic`], [`pseudowire`], [`channel`],
//! [`plan`], [`engine`], [`relay`], [`scenario`], [`analysis`], [`report`], [`batch`], `cli`.

pub mod analysis;
pub mod batch;
pub mod channel;
pub mod engine;
pub mod mpls;
pub mod plan;
pub mod pseudowire;
pub mod random;
pub mod relay;
pub mod report;
pub mod scenario;
pub mod topology;
pub mod traffic;
pub mod units;

#[cfg(feature = "cli")]
pub mod cli;
