//! Quantities with their unit in the type, and text ⇄ exact integer.
//!
//! Everything an outcome depends on is an integer here: time in picoseconds, sizes in octets,
//! rates in bits per second as exact rationals. Text is converted once, exactly or not at all.

pub mod error_ratio;
pub mod length;
pub mod limits;
pub mod octets;
pub mod probability;
pub mod quantity;
pub mod rate;
pub mod ticks;
pub mod time;

pub use error_ratio::ErrorRatio;
pub use length::Length;
pub use octets::Octets;
pub use probability::Probability;
pub use rate::BitRate;
pub use ticks::Ticks;
pub use time::{SimTime, Span};
