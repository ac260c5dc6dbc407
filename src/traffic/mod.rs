//! What is sent, and how urgent it is.

pub mod class;

pub use class::Class;
