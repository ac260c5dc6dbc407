//! Circuit emulation: octets into packets and back (RFC 4553 SAToP, RFC 5086 CESoPSN).

pub mod clock;
pub mod encapsulation;
pub mod playout;
pub mod profile;
pub mod receive;
pub mod service;

pub use encapsulation::{Encapsulation, FrameSizes};
pub use service::{PlayoutModel, Profile, ReceiverLimits, Service};
