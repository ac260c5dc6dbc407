//! Profiles of relays: named values for what a scenario leaves out, each with its source.
//!
//! A profile speaks the keys of a circuit's `relay` table. What it does not give, the scenario
//! must.

use crate::units::Span;

/// A relay family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Name in files: "P54x".
    pub name: &'static str,
    /// What it is, in a line.
    pub what: &'static str,
    /// Which relays it is for.
    pub kind: ProfileKind,
    /// Its values, in order of key.
    pub values: &'static [Given],
}

/// Which relays a profile is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProfileKind {
    /// Line differential.
    Differential,
    /// Schemes that send commands.
    Commands,
}

/// One value of a profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// The key of the `relay` table; of an inner table with a dot ("message.interval").
    pub key: &'static str,
    /// The value.
    pub value: Value,
    /// Page, clause or mark.
    pub source: &'static str,
    /// Whether the figure could not be read in the source itself, or is our own choice.
    pub doubtful: bool,
}

/// A value of a profile, in base units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// Time.
    Time(Span),
    /// Cycles of the system, in millionths.
    MicroCycles(u64),
    /// A whole number: bits, messages.
    Whole(u64),
    /// A share, parts per 10^9.
    Share(u64),
    /// Current, mA.
    Current(u64),
    /// Angle, millidegrees.
    Angle(u64),
    /// A word.
    Word(&'static str),
}

/// All of them: differential relays first, each kind in order of name.
pub fn profiles() -> impl Iterator<Item = &'static Profile> {
    let differential = super::differential::profiles::PROFILES.iter();
    differential.chain(super::distance::profiles::PROFILES)
}
