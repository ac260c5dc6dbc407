//! Sets of requirements that a circuit may be judged against, with their sources.

use crate::units::Span;

/// A named set of requirements; `None`: it says nothing of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// Name in files.
    pub name: &'static str,
    /// Longest one-way delay.
    pub delay_max: Option<Span>,
    /// Largest difference of both directions.
    pub asymmetry_max: Option<Span>,
    /// Largest variation of what the relay sees.
    pub jitter_max: Option<Span>,
    /// Largest share of lost messages, parts per 10^9.
    pub loss_max_ppb: Option<u64>,
    /// Longest time without a channel after a failure.
    pub recovery_max: Option<Span>,
    /// Clause of the source.
    pub source: &'static str,
    /// Whether the figures could not be read in the source itself.
    pub doubtful: bool,
}

/// All of them, in order of name.
pub const REQUIREMENTS: &[Requirement] = &[];

impl Requirement {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        REQUIREMENTS.iter().find(|one| one.name == name)
    }
}
