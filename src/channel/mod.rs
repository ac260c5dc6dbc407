//! What a relay sees of its circuit: one gap-free list over output time.
//!
//! Whatever carried the circuit yields this type; delay, lost bits, asymmetry and restarts are
//! derived from it. Its length grows with events, never with packets.

pub mod timeline;

pub use timeline::{Cause, Content, Idle, Segment, Timeline};
