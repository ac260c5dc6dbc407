//! `where`: what a point must satisfy to be a case.
//!
//! A condition compares values of axes with each other and with quantities, in exact fractions:
//!
//! ```text
//! buffer >= 2 * packet and not (payload == 8 B or `play-out` == "prefill")
//! ```
//!
//! - *Names* are those of axes. A name that is not made of letters, digits and `_`, or that is one
//!   of `and`, `or`, `not`, stands in backticks.
//! - *Quantities* are decimal numbers with a unit. Parts of a whole (%, ppm, ppb) are plain
//!   numbers: 50 % is one half.
//! - `+ - * /` and parentheses; times, sizes, rates and the rest keep their measure, so that
//!   `payload / interval <= 64 kb/s` compares a rate with a rate, and a time is never compared
//!   with a size.
//! - `< <= > >= == !=` compare quantities; `==` and `!=` also compare an axis with a text in
//!   quotes, which must be one of its labels, or two axes that have texts. `true` and `false` are
//!   texts.
//! - `not` binds closest, then `and`, then `or`; what stands on the right of `and` and `or` is only
//!   looked at where it decides.
//!
//! Dimensions, names and labels are checked when the condition is read. What depends on the point,
//! a division by zero or a number beyond 128 bits, is a fault at the first point that has it, never
//! a point left out in silence.

mod lexer;
mod measure;
mod parser;
mod ratio;

use std::cmp::Ordering;
use std::ops::Range;

use self::ratio::Ratio;
use super::axis::Axis;
use super::design::Point;

/// A condition over axes, decided in exact arithmetic.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As written.
    pub text: String,
    /// What to do, one after the other; conditions are no tree, so none is too deep.
    steps: Vec<Step>,
}

/// What is wrong with a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterFault {
    /// Where, in octets of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub title: String,
    /// What would be right.
    pub help: Option<String>,
}

impl FilterFault {
    fn new(span: Range<usize>, title: String) -> Self {
        Self {
            span,
            title,
            help: None,
        }
    }

    fn help(self, help: impl Into<String>) -> Self {
        self.maybe_help(Some(help.into()))
    }

    fn maybe_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }
}

/// The values of a point, by the numbers of axes.
pub(super) trait Values {
    /// In base units, where it is a number.
    fn number(&self, axis: usize) -> Option<i128>;
    /// As tables show it; `None` for what is drawn of a range.
    fn label(&self, axis: usize) -> Option<&str>;
}

impl Values for Point {
    fn number(&self, axis: usize) -> Option<i128> {
        self.levels[axis].number
    }

    fn label(&self, axis: usize) -> Option<&str> {
        Some(&self.levels[axis].label)
    }
}

/// A step of deciding a condition: it takes values from the top of a stack and puts one there.
#[derive(Clone, Debug)]
struct Step {
    action: Action,
    /// Where it stands in the text.
    span: Range<usize>,
}

#[derive(Clone, Debug)]
enum Action {
    /// Puts a number.
    Number(Ratio),
    /// Puts the value of an axis times the size of its base unit.
    Axis(usize, i128, i128),
    /// Puts whether the label of an axis is this text, or whether it is not.
    LabelIs(usize, String, bool),
    /// Puts whether two axes have the same label, or whether they have not.
    LabelsEqual([usize; 2], bool),
    /// Puts what is known already.
    Truth(bool),
    /// Takes a number, puts its opposite.
    Negate,
    /// Takes two numbers, puts one.
    Calculate(Operator),
    /// Takes two numbers, puts whether they compare so.
    Compare(Comparison),
    /// Takes a truth, puts its opposite.
    Not,
    /// Goes on at this step if the truth on top is this one; else takes it off.
    Decided(bool, usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Plus,
    Minus,
    Times,
    DividedBy,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Different,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Number(Ratio),
    Truth(bool),
}

impl Filter {
    /// Reads a condition over these axes.
    ///
    /// # Errors
    /// What cannot be understood, and where: an unknown name with the nearest one, quantities that
    /// do not measure the same.
    pub fn parse(text: &str, axes: &[Axis]) -> Result<Self, FilterFault> {
        Ok(Self {
            text: text.to_owned(),
            steps: parser::parse(text, axes)?,
        })
    }

    /// Whether it holds at a point of the axes that it was read for.
    ///
    /// # Errors
    /// A division by zero, or a number beyond 128 bits.
    pub fn holds(&self, point: &Point) -> Result<bool, FilterFault> {
        self.holds_of(point)
    }

    /// As [`Filter::holds`], of values from anywhere.
    pub(super) fn holds_of(&self, values: &impl Values) -> Result<bool, FilterFault> {
        let mut stack: Vec<Value> = Vec::with_capacity(8);
        let mut next = 0;
        while let Some(step) = self.steps.get(next) {
            next += 1;
            let value = match &step.action {
                Action::Number(ratio) => Value::Number(*ratio),
                Action::Axis(axis, top, bottom) => {
                    let number = values.number(*axis).expect("an axis of numbers");
                    let scaled = number.checked_mul(*top).ok_or_else(|| too_large(step))?;
                    Value::Number(Ratio::new(scaled, *bottom))
                }
                Action::LabelIs(axis, text, wanted) => {
                    let label = values.label(*axis).expect("an axis of labels");
                    Value::Truth((label == text) == *wanted)
                }
                Action::LabelsEqual([left, right], wanted) => {
                    let label = |axis| values.label(axis).expect("an axis of labels");
                    Value::Truth((label(*left) == label(*right)) == *wanted)
                }
                Action::Truth(truth) => Value::Truth(*truth),
                Action::Negate => {
                    let number = number(&mut stack);
                    Value::Number(number.negated().ok_or_else(|| too_large(step))?)
                }
                Action::Calculate(operator) => {
                    let right = number(&mut stack);
                    let left = number(&mut stack);
                    Value::Number(calculated(left, *operator, right, step)?)
                }
                Action::Compare(comparison) => {
                    let right = number(&mut stack);
                    let left = number(&mut stack);
                    Value::Truth(comparison.holds(left.compared(right)))
                }
                Action::Not => Value::Truth(!truth(&mut stack)),
                Action::Decided(by, end) => {
                    if truth(&mut stack) != *by {
                        continue;
                    }
                    next = *end;
                    Value::Truth(*by)
                }
            };
            stack.push(value);
        }
        Ok(truth(&mut stack))
    }
}

fn number(stack: &mut Vec<Value>) -> Ratio {
    match stack.pop() {
        Some(Value::Number(ratio)) => ratio,
        other => unreachable!("a number was checked for, not {other:?}"),
    }
}

fn truth(stack: &mut Vec<Value>) -> bool {
    match stack.pop() {
        Some(Value::Truth(truth)) => truth,
        other => unreachable!("a truth was checked for, not {other:?}"),
    }
}

fn calculated(
    left: Ratio,
    operator: Operator,
    right: Ratio,
    step: &Step,
) -> Result<Ratio, FilterFault> {
    let result = match operator {
        Operator::Plus => left.plus(right),
        Operator::Minus => right.negated().and_then(|right| left.plus(right)),
        Operator::Times => left.times(right),
        Operator::DividedBy if right.is_zero() => {
            let title = "`where` divides by zero".into();
            let help = "ask first whether it is zero: `x > 0 and y / x > 2`";
            return Err(FilterFault::new(step.span.clone(), title).help(help));
        }
        Operator::DividedBy => left.divided_by(right),
    };
    result.ok_or_else(|| too_large(step))
}

fn too_large(step: &Step) -> FilterFault {
    let title = "`where` meets a number beyond 128 bits".into();
    FilterFault::new(step.span.clone(), title)
}

#[cfg(test)]
mod tests;
