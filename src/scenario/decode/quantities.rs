//! Numbers with their units.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::Decoder;
use crate::scenario::value::Value;
use crate::units::quantity::{self, Dimension, QuantityError};

impl Decoder<'_> {
    pub(super) fn bare_number(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        dimension: &Dimension,
        what: &str,
    ) -> Option<Value> {
        let title = format!("`{what}` has no unit");
        let label = QuantityError::MissingUnit.message(dimension);
        let help = format!(
            "write it in quotes with a unit, such as \"{}\"",
            dimension.example
        );
        self.fault(value.span(), title, label, Some(help));
        None
    }

    pub(super) fn quantity(
        &mut self,
        text: &str,
        span: &Range<usize>,
        dimension: &Dimension,
        range: std::ops::RangeInclusive<u64>,
        what: &str,
    ) -> Option<Value> {
        let units = || format!("{dimension}, such as \"{}\"", dimension.example);
        match quantity::parse(text, dimension) {
            Ok(value) if range.contains(&value) => Some(Value::Whole(value)),
            Ok(value) => {
                let limit = |value| quantity::format(value, dimension);
                let (title, label) = if value == 0 {
                    (
                        format!("`{what}` is zero"),
                        "this cannot be zero".to_owned(),
                    )
                } else if value < *range.start() {
                    let least = limit(*range.start());
                    (
                        format!("`{what}` is too small"),
                        format!("at least {least}"),
                    )
                } else {
                    let most = limit(*range.end());
                    (format!("`{what}` is too large"), format!("at most {most}"))
                };
                self.fault(span.clone(), title, label, Some(units()));
                None
            }
            Err(error) => self.no_quantity(error, span, dimension, what),
        }
    }

    pub(super) fn time_or_cycles(
        &mut self,
        text: &str,
        span: &Range<usize>,
        range: std::ops::RangeInclusive<u64>,
        what: &str,
    ) -> Option<Value> {
        let micro_cycles = match quantity::parse(text, &quantity::CYCLES) {
            Ok(micro_cycles) => micro_cycles,
            // These two are told of known units alone.
            Err(error @ (QuantityError::TooFine | QuantityError::TooLarge)) => {
                return self.no_quantity(error, span, &quantity::CYCLES, what);
            }
            Err(_) => return self.time(text, span, range, what),
        };
        // The slowest power system has the longest cycles.
        let longest = quantity::cycles_ps(micro_cycles, 50);
        if range.contains(&longest) {
            return Some(Value::Cycles(micro_cycles));
        }
        let (title, label) = if micro_cycles == 0 {
            (format!("`{what}` is zero"), "this cannot be zero".into())
        } else {
            let most = quantity::format(*range.end(), &quantity::TIME);
            (
                format!("`{what}` is too large"),
                format!("at most {most} at 50 Hz"),
            )
        };
        self.fault(span.clone(), title, label, Some(or_cycles()));
        None
    }

    /// A time where cycles would do as well.
    fn time(
        &mut self,
        text: &str,
        span: &Range<usize>,
        range: std::ops::RangeInclusive<u64>,
        what: &str,
    ) -> Option<Value> {
        let Err(error) = quantity::parse(text, &quantity::TIME) else {
            return self.quantity(text, span, &quantity::TIME, range, what);
        };
        let title = match error {
            QuantityError::MissingUnit => format!("`{what}` has no unit"),
            _ => format!("`{what}` is no valid time"),
        };
        let label = error.message(&quantity::TIME);
        self.fault(span.clone(), title, label, Some(or_cycles()));
        None
    }

    pub(super) fn signed(
        &mut self,
        text: &str,
        span: &Range<usize>,
        dimension: &Dimension,
        range: std::ops::RangeInclusive<i64>,
        what: &str,
    ) -> Option<Value> {
        match quantity::parse_signed(text, dimension) {
            Ok(value) if range.contains(&value) => Some(Value::Signed(value)),
            Ok(_) => {
                let limit = |value| quantity::format_signed(value, dimension);
                let label = format!("from {} to {}", limit(*range.start()), limit(*range.end()));
                let help = format!("{dimension}, such as \"{}\"", dimension.example);
                let title = format!("`{what}` is out of range");
                self.fault(span.clone(), title, label, Some(help));
                None
            }
            Err(error) => self.no_quantity(error, span, dimension, what),
        }
    }

    fn no_quantity(
        &mut self,
        error: QuantityError,
        span: &Range<usize>,
        dimension: &Dimension,
        what: &str,
    ) -> Option<Value> {
        let title = match error {
            QuantityError::MissingUnit => format!("`{what}` has no unit"),
            _ => format!("`{what}` is no valid {}", dimension.name),
        };
        let help = format!("{dimension}, such as \"{}\"", dimension.example);
        self.fault(span.clone(), title, error.message(dimension), Some(help));
        None
    }
}

/// What may be written where cycles may be.
fn or_cycles() -> String {
    let example = quantity::CYCLES.example;
    format!("{}, or cycles, such as \"{example}\"", quantity::TIME)
}
