//! Label-switched paths: how they are computed, protected, and moved when something fails.
//!
//! The control plane is analytic. Given what is cut and when ([`outage`]), it works out who knows
//! of it when, and from that where every node sends the packets of every path at every instant
//! ([`routing`]); nothing of it travels as packets.

pub mod constraints;
pub mod control;
pub mod outage;
pub mod routing;
pub mod settings;
pub mod steps;
pub mod tunnel;
