//! Bit error ratios: "1e-8" ⇄ exact integer.

use std::fmt;

/// Share of bits that arrive wrong, in parts of 10^15.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct ErrorRatio(u64);

/// Why a text is no bit error ratio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorRatioError {
    /// Not a decimal number such as "1e-8".
    NotANumber,
    /// Finer than 10^-15: it would have to be rounded.
    TooFine,
    /// Above [`ErrorRatio::MAX`].
    TooLarge,
}

impl ErrorRatio {
    /// No bit is wrong.
    pub const ZERO: Self = Self(0);
    /// The largest that is taken, 10^-2: beyond it no channel is one.
    pub const MAX: Self = Self(10_000_000_000_000);
    /// Parts in the whole.
    pub const WHOLE: u64 = 1_000_000_000_000_000;
    /// A valid example, for help lines.
    pub const EXAMPLE: &'static str = "1e-8";

    /// So many parts of 10^15; `None` above [`ErrorRatio::MAX`].
    #[must_use]
    pub fn from_parts(parts: u64) -> Option<Self> {
        (parts <= Self::MAX.0).then_some(Self(parts))
    }

    /// Parts of 10^15.
    #[must_use]
    pub fn parts(self) -> u64 {
        self.0
    }

    /// The exact ratio that `text` says: decimal digits, a fraction, a power of ten.
    ///
    /// # Errors
    /// [`ErrorRatioError`] where it is no number, or cannot be said exactly.
    pub fn parse(text: &str) -> Result<Self, ErrorRatioError> {
        use ErrorRatioError::{NotANumber, TooFine, TooLarge};
        let (number, exponent) = match text.trim().split_once(['e', 'E']) {
            Some((number, exponent)) => (number, Some(exponent)),
            None => (text.trim(), None),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = [whole, fraction].concat();
        let written = !whole.is_empty() && fraction.is_empty() != number.contains('.');
        if !written || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(NotANumber);
        }
        let places = i64::try_from(fraction.len()).map_err(|_| TooFine)?;
        let power = exponent.map_or(Some(0), signed).ok_or(NotANumber)?;
        let significant = digits.trim_start_matches('0');
        let Ok(value) = significant.trim_end_matches('0').parse::<u64>() else {
            // No digit left is zero, whatever the power; too many are a ratio too fine.
            return match significant.is_empty() {
                true => Ok(Self::ZERO),
                false => Err(TooFine),
            };
        };
        let zeros = significant.len() - significant.trim_end_matches('0').len();
        let zeros = i64::try_from(zeros).map_err(|_| TooLarge)?;
        // 15 places of the base unit.
        let shift = power.saturating_sub(places).saturating_add(zeros + 15);
        let Ok(shift) = u32::try_from(shift) else {
            return Err(TooFine);
        };
        let scale = 10_u64.checked_pow(shift).ok_or(TooLarge)?;
        let parts = value.checked_mul(scale).ok_or(TooLarge)?;
        Self::from_parts(parts).ok_or(TooLarge)
    }
}

/// A power of ten, between limits that no ratio needs.
fn signed(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Whatever is larger is as good as a million.
    let size = digits.parse::<i64>().unwrap_or(1_000_000).min(1_000_000);
    Some(if negative { -size } else { size })
}

impl ErrorRatioError {
    /// What is wrong, in words.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::NotANumber => "expected a ratio, a decimal number such as \"1e-8\"",
            Self::TooFine => "finer than 1e-15, and it will not be rounded",
            Self::TooLarge => "at most 1e-2: beyond it no channel is one",
        }
    }
}

impl fmt::Display for ErrorRatio {
    /// The shortest text that reads back the same: "1e-8", "25e-9", "0".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0");
        }
        let (mut digits, mut power) = (self.0, 15);
        while digits.is_multiple_of(10) {
            digits /= 10;
            power -= 1;
        }
        write!(out, "{digits}e-{power}")
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorRatioError::{NotANumber, TooFine, TooLarge};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bit_error_ratios_are_exact_or_refused() {
        for (text, want) in [
            ("1e-8", Ok(10_000_000)),
            ("1E-8", Ok(10_000_000)),
            ("2.5e-9", Ok(2_500_000)),
            ("25e-10", Ok(2_500_000)),
            ("0.000001", Ok(1_000_000_000)),
            ("1000e-9", Ok(1_000_000_000)),
            ("1e-15", Ok(1)),
            ("10.0e-3", Ok(10_000_000_000_000)),
            ("0", Ok(0)),
            ("0.0e-99", Ok(0)),
            ("1e-16", Err(TooFine)),
            ("1.5e-15", Err(TooFine)),
            ("0.011", Err(TooLarge)),
            ("1", Err(TooLarge)),
            ("1e99999999999999999999", Err(TooLarge)),
            ("1e-99999999999999999999", Err(TooFine)),
            ("123456789012345678901234567890e-40", Err(TooFine)),
            ("", Err(NotANumber)),
            ("e-8", Err(NotANumber)),
            ("1e", Err(NotANumber)),
            ("1e-", Err(NotANumber)),
            (".5e-3", Err(NotANumber)),
            ("1.e-3", Err(NotANumber)),
            ("-1e-8", Err(NotANumber)),
            ("1e-8 %", Err(NotANumber)),
        ] {
            assert_eq!(
                ErrorRatio::parse(text).map(ErrorRatio::parts),
                want,
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(parts in 0..=ErrorRatio::MAX.0) {
            let ratio = ErrorRatio::from_parts(parts).unwrap();
            prop_assert_eq!(ErrorRatio::parse(&ratio.to_string()), Ok(ratio));
        }
    }
}
