//! Label-switched paths: how they are computed, protected, and moved when something fails.
//!
//! The control plane is analytic. Given what is cut and when ([`outage`]), it works out who knows
//! of it when, and from that where every node sends the packets of every path at every instant
//! ([`routing`]); nothing of it travels as packets.

mod flow;
mod head_end;
mod hop_by_hop;
mod knowledge;
mod weave;

pub mod bypasses;
pub mod constraints;
pub mod control;
pub mod detection;
pub mod disjoint;
pub mod graph;
pub mod outage;
pub mod reservations;
pub mod routing;
pub mod search;
pub mod settings;
pub mod sharing;
pub mod steps;
pub mod tunnel;

#[cfg(test)]
mod fixture;
