//! What a failure does to a circuit: holes by name, delay and asymmetry stage by stage, the phase
//! of packets that is hit worst, and what a restart on another path can lead to.
//!
//! Nothing here runs a network. What was simulated comes as timelines and bins; what is worked out
//! without queues ([`passage`], [`phase`], [`reach`]) is exact on the queue-free network.

pub mod clock_map;
pub mod clocks;
pub mod gaps;
pub mod passage;
pub mod phase;
pub mod reach;
pub mod real_time;
pub mod ring;
pub mod severity;
pub mod stages;
pub mod timetable;

#[cfg(test)]
mod samples;

pub use clock_map::ClockMap;
pub use gaps::{Gaps, Hole};
pub use passage::Piece;
pub use phase::WorstPhase;
pub use reach::{Reach, Way};
pub use real_time::in_real_time;
pub use ring::Ring;
pub use severity::Severity;
pub use stages::{Direction, StageJudgement};
pub use timetable::{Changes, Pace, Stage, Timetable};
