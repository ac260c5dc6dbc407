//! One thing that a sweep varies, and the values it takes.

use crate::units::quantity::Dimension;

/// One thing that a sweep varies.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its column in the tables.
    pub name: String,
    /// Where it leads, as written; at least one.
    pub paths: Vec<String>,
    /// How many places in the files it sets.
    pub targets: usize,
    /// What quantity its values are, where they are one: then a column in base units follows.
    pub dimension: Option<&'static Dimension>,
    /// What it takes.
    pub levels: Levels,
}

/// The values an axis takes.
#[derive(Clone, Debug)]
pub enum Levels {
    /// One after the other.
    Each(Vec<Level>),
    /// Anything of this range, for designs that draw.
    Range(Range),
}

/// One value of an axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// As tables show it.
    pub label: String,
    /// In base units, or the whole number it is.
    pub number: Option<i128>,
    /// TOML for each target.
    pub texts: Vec<String>,
}

/// Whole multiples of a step from one end to the other, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// First, in base units or as a whole number.
    pub from: i128,
    /// Not above this.
    pub to: i128,
    /// Positive.
    pub step: i128,
    /// Whether draws are even in the logarithm.
    pub logarithmic: bool,
}
