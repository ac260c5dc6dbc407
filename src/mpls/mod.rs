//! Label-switched paths: how they are computed, protected, and moved when something fails.
//!
//! The control plane is analytic. Given what is cut and when ([`outage`]), it works out who knows
//! of it when, and from that where every node sends the packets of every path at every instant
//! ([`routing`]); nothing of it travels as packets.

pub mod bypasses;
pub mod constraints;
pub mod control;
pub mod detection;
pub mod disjoint;
mod flow;
pub mod graph;
mod head_end;
mod hop_by_hop;
mod knowledge;
pub mod outage;
pub mod reservations;
pub mod routing;
pub mod search;
pub mod settings;
pub mod sharing;
pub mod steps;
pub mod tunnel;
mod weave;

#[cfg(test)]
mod fixture;
