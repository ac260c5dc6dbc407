//! One thing that a sweep varies, and the values it takes.

mod logarithm;

use std::fmt;

pub(super) use self::logarithm::wide_product;
use self::logarithm::{exp2_floor, exp2_nearest, log2};
use super::grammar::LEVELS_MAX;
use crate::random::uniform_below;
use crate::units::quantity::{self, Dimension};

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

impl Level {
    /// The level that sets every target to a number: a quantity in the largest unit that says it
    /// in whole units, or the plain number where there is no dimension.
    ///
    /// # Panics
    /// Where the number is beyond what quantities hold: [`Range::check`] refuses such.
    #[must_use]
    pub fn of_number(number: i128, dimension: Option<&Dimension>, targets: usize) -> Self {
        let (label, text) = match dimension {
            None => (number.to_string(), number.to_string()),
            Some(dimension) => {
                let label = match u64::try_from(number) {
                    Ok(number) => quantity::format(number, dimension),
                    Err(_) => {
                        let number = i64::try_from(number).expect("a number that was checked");
                        quantity::format_signed(number, dimension)
                    }
                };
                let text = format!("\"{label}\"");
                (label, text)
            }
        };
        Self {
            label,
            number: Some(number),
            texts: vec![text; targets],
        }
    }
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

/// Why a range gives no values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RangeFault {
    /// It ends before it begins.
    Backwards,
    /// A step of nothing, or downwards.
    NoStep,
    /// An end beyond 64 bits, or ends further apart than 64 bits count.
    TooWide,
    /// Even in the logarithm from zero or below.
    NotPositive,
    /// Even in the logarithm, and a step in place of a count.
    SteppedLogarithm,
    /// Fewer than two values between two ends.
    TooFew,
    /// More values than an axis may have; how many.
    TooMany(u128),
    /// Two values are the same in whole base units; the value as tables show it.
    Same(String),
}

impl fmt::Display for RangeFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backwards => out.write_str("this range ends before it begins"),
            Self::NoStep => out.write_str("the step of this range is not above zero"),
            Self::TooWide => out.write_str("this range is wider than 64 bits"),
            Self::NotPositive => {
                out.write_str("a logarithmic range has to begin above zero, as logarithms do")
            }
            Self::SteppedLogarithm => {
                out.write_str("a logarithmic range needs a count of values, not a step")
            }
            Self::TooFew => out.write_str("a range has at least two values, its ends"),
            Self::TooMany(count) => {
                write!(out, "{count} values, and an axis may have {LEVELS_MAX}")
            }
            Self::Same(label) => write!(
                out,
                "two values of this range are the same, {label}, in whole base units"
            ),
        }
    }
}

impl Range {
    /// Whether it has values.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), RangeFault> {
        if self.from < i128::from(i64::MIN) || self.to > i128::from(u64::MAX) {
            return Err(RangeFault::TooWide);
        }
        if self.to < self.from {
            return Err(RangeFault::Backwards);
        }
        if self.to - self.from > i128::from(u64::MAX) {
            return Err(RangeFault::TooWide);
        }
        if self.step <= 0 {
            return Err(RangeFault::NoStep);
        }
        if self.logarithmic && self.from <= 0 {
            return Err(RangeFault::NotPositive);
        }
        Ok(())
    }

    /// How many values: `from` and every whole step after it up to `to`. For a range that was
    /// checked.
    #[must_use]
    pub fn count(&self) -> u128 {
        ((self.to - self.from) / self.step + 1).unsigned_abs()
    }

    /// The value that a draw of 64 bits stands for: larger draws never give smaller values.
    ///
    /// Linear: all values are equally likely. Logarithmic: a value *v* stands for all between *v*
    /// and *v* + step, and is as likely as the logarithm of that part is long. For a range that
    /// was checked.
    #[must_use]
    pub fn at(&self, fraction: u64) -> i128 {
        let last = self.count() - 1;
        let step = if self.logarithmic {
            let from = log2(self.from.unsigned_abs());
            let end = self.from.unsigned_abs() + (last + 1) * self.step.unsigned_abs();
            let drawn = exp2_floor(from + of_fraction(log2(end) - from, fraction));
            // The last bit of a logarithm may undercut the first value or reach the end.
            let above = drawn.saturating_sub(self.from.unsigned_abs());
            (above / self.step.unsigned_abs()).min(last)
        } else {
            match u64::try_from(last + 1) {
                Ok(count) => u128::from(uniform_below(fraction, count)),
                Err(_) => u128::from(fraction), // 2^64 values
            }
        };
        self.from + i128::try_from(step).expect("at most 64 bits") * self.step
    }

    /// `count` values with both ends exact. Between them what is no whole base unit is rounded to
    /// the nearest, halves up.
    fn spread(&self, count: u64) -> impl Iterator<Item = i128> {
        let (range, last) = (*self, u128::from(count - 1));
        let between = move |place: u128| -> i128 {
            if place == 0 {
                return range.from;
            }
            if place == last {
                return range.to;
            }
            let share = |whole: u128| whole / last * place + whole % last * place / last;
            if range.logarithmic {
                let from = log2(range.from.unsigned_abs());
                let whole = log2(range.to.unsigned_abs()) - from;
                i128::try_from(exp2_nearest(from + share(whole))).expect("within the ends")
            } else {
                let twice = 2 * (range.to - range.from).unsigned_abs() * place;
                let rounded = (twice + last) / (2 * last);
                range.from + i128::try_from(rounded).expect("within the ends")
            }
        };
        (0..=last).map(between)
    }
}

/// So many 2^-64ths of a number, rounded down.
fn of_fraction(whole: u128, fraction: u64) -> u128 {
    let (high, low) = (whole >> 64, whole & u128::from(u64::MAX));
    high * u128::from(fraction) + ((low * u128::from(fraction)) >> 64)
}

/// The levels of an axis that takes a range value by value: `count` of them with both ends, or
/// every step.
///
/// Values between the ends that are no whole base unit are rounded to the nearest one, halves up;
/// so are those of a logarithmic range, whose ends are exact.
///
/// # Errors
/// [`RangeFault`] where there are no such values, too many, or two that are the same.
pub fn range_levels(
    range: &Range,
    count: Option<u64>,
    dimension: Option<&Dimension>,
    targets: usize,
) -> Result<Vec<Level>, RangeFault> {
    range.check()?;
    let many = count.map_or(range.count(), u128::from);
    if many > LEVELS_MAX as u128 {
        return Err(RangeFault::TooMany(many));
    }
    let numbers: Vec<i128> = match count {
        Some(count) if count < 2 => return Err(RangeFault::TooFew),
        Some(count) => range.spread(count).collect(),
        None if range.logarithmic => return Err(RangeFault::SteppedLogarithm),
        None => (0..i128::try_from(many).expect("at most so many"))
            .map(|place| range.from + place * range.step)
            .collect(),
    };
    let level = |number: i128| Level::of_number(number, dimension, targets);
    if let Some(pair) = numbers.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(RangeFault::Same(level(pair[0]).label));
    }
    Ok(numbers.into_iter().map(level).collect())
}

#[cfg(test)]
mod tests;
