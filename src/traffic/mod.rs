//! What is sent, how urgent it is, and what a service may send.

pub mod class;
pub mod policer;
pub mod transport;

pub use class::Class;
pub use policer::{Colour, Meter, Policer};
pub use transport::{CustomerPacket, Transport};
