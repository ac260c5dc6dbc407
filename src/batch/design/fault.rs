//! Why axes and filters make no design.

use std::fmt;

use super::super::axis::RangeFault;
use super::super::filter::FilterFault;
use super::FILTERED_POINTS_MAX;

/// Why there are no points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DesignFault {
    /// An axis without values.
    NoLevels {
        /// Its name.
        axis: String,
    },
    /// A range that is no range.
    Range {
        /// Name of its axis.
        axis: String,
        /// What is wrong.
        fault: RangeFault,
    },
    /// A range for draws, in a design that does not draw.
    NoSteps {
        /// Name of its axis.
        axis: String,
    },
    /// A list whose axes have not equally many values.
    UnequalLists {
        /// The first axis and the first that differs.
        axes: [String; 2],
        /// Their values.
        counts: [u64; 2],
    },
    /// Draws, but not how many.
    NoSamples,
    /// No seed for any point.
    NoSeeds,
    /// More points or cases than 64 bits count.
    TooMany {
        /// How many, in full.
        count: String,
    },
    /// More points than filters are tried on.
    TooManyToFilter {
        /// How many.
        count: u64,
    },
    /// No point satisfies all filters.
    NothingPasses {
        /// Points before filters.
        of: u64,
    },
    /// A filter that cannot be decided for a point.
    Filter {
        /// Its place in the list of filters.
        filter: usize,
        /// The first such point, told.
        point: String,
        /// What is wrong, and where in the filter.
        fault: FilterFault,
    },
}

impl fmt::Display for DesignFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLevels { axis } => write!(out, "axis `{axis}` has no values: an empty grid"),
            Self::Range { axis, fault } => write!(out, "axis `{axis}`: {fault}"),
            Self::NoSteps { axis } => {
                write!(
                    out,
                    "the range of axis `{axis}` has neither `step` nor `count`"
                )
            }
            Self::UnequalLists {
                axes: [first, other],
                counts: [some, others],
            } => write!(
                out,
                "axis `{first}` has {some} values and axis `{other}` has {others}, in a list"
            ),
            Self::NoSamples => out.write_str("a design that draws needs `samples`"),
            Self::NoSeeds => out.write_str("there is no seed for any point"),
            Self::TooMany { count } => write!(out, "{count} cases are more than can be counted"),
            Self::TooManyToFilter { count } => write!(
                out,
                "{count} points are too many for `where`, which looks at each one"
            ),
            Self::NothingPasses { of } => {
                write!(
                    out,
                    "none of the {of} points satisfies `where`: an empty grid"
                )
            }
            Self::Filter { point, fault, .. } => write!(out, "{} at {point}", fault.title),
        }
    }
}

impl DesignFault {
    /// What would be right.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoSteps { .. } => Some(
                "say `step` or `count`; designs that draw, random and latin-hypercube, need neither"
                    .into(),
            ),
            Self::UnequalLists { .. } => {
                Some("a list takes the n-th value of every axis together".into())
            }
            Self::TooManyToFilter { .. } => Some(format!(
                "filters take at most {FILTERED_POINTS_MAX} points; leave out values in place of \
                 filtering them, or draw a sample"
            )),
            Self::Filter { fault, .. } => fault.help.clone(),
            _ => None,
        }
    }
}

/// The product of numbers in decimal, however long.
pub fn product(numbers: impl IntoIterator<Item = u64>) -> String {
    const BASE: u128 = 1_000_000_000_000_000_000;
    let mut limbs = vec![1_u128];
    for number in numbers {
        let mut carry = 0;
        for limb in &mut limbs {
            let value = *limb * u128::from(number) + carry;
            *limb = value % BASE;
            carry = value / BASE;
        }
        while carry > 0 {
            limbs.push(carry % BASE);
            carry /= BASE;
        }
    }
    while limbs.len() > 1 && limbs.last() == Some(&0) {
        limbs.pop();
    }
    let mut text = limbs.pop().expect("at least one").to_string();
    for limb in limbs.iter().rev() {
        text.push_str(&format!("{limb:018}"));
    }
    text
}
