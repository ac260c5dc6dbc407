//! What a run means: verdicts per circuit and direction, the delay taken apart, and what would
//! be a cheaper or a sufficient setting.

pub mod decomposition;
pub mod enumeration;
pub mod failures;
pub mod fix;
pub mod messages;
pub mod planning;
pub mod relays;
pub mod requirements;
pub mod share;
pub mod sheets;
pub mod study;
pub mod transients;
pub mod verdict;

#[cfg(test)]
pub(crate) mod samples;
