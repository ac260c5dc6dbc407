//! Text ⇄ exact integer: "2.5 ms" is 2 500 000 000 ps; no unit is a fault, too fine is a fault.

use std::fmt;

/// A family of units that share one integer base unit.
#[derive(Debug, PartialEq, Eq)]
pub struct Dimension {
    /// What a message calls it: "time", "bit rate".
    pub name: &'static str,
    /// Unit names with their size in base units; the first is the base unit itself.
    pub units: &'static [(&'static str, u64)],
    /// A valid example, for help lines.
    pub example: &'static str,
}

/// Time; base unit 1 ps.
pub const TIME: Dimension = Dimension {
    name: "time",
    units: &[
        ("ps", 1),
        ("ns", 1_000),
        ("us", 1_000_000),
        ("ms", 1_000_000_000),
        ("s", 1_000_000_000_000),
        ("min", 60_000_000_000_000),
        ("h", 3_600_000_000_000_000),
        ("days", 86_400_000_000_000_000),
    ],
    example: "2.5 ms",
};

/// Bit rate; base unit 1 b/s.
pub const RATE: Dimension = Dimension {
    name: "bit rate",
    units: &[
        ("b/s", 1),
        ("kb/s", 1_000),
        ("Mb/s", 1_000_000),
        ("Gb/s", 1_000_000_000),
    ],
    example: "41.9 Mb/s",
};

/// Size; base unit 1 octet. 1 kB is 1000 octets.
pub const SIZE: Dimension = Dimension {
    name: "size",
    units: &[("B", 1), ("kB", 1_000)],
    example: "180 kB",
};

/// Length along a route; base unit 1 mm, written in metres or kilometres.
pub const LENGTH: Dimension = Dimension {
    name: "length",
    units: &[("mm", 1), ("m", 1_000), ("km", 1_000_000)],
    example: "73.4 km",
};

/// Time per distance; base unit 1 ps/km.
pub const PER_KILOMETRE: Dimension = Dimension {
    name: "time per kilometre",
    units: &[("ps/km", 1), ("ns/km", 1_000), ("us/km", 1_000_000)],
    example: "4.9 us/km",
};

/// Power-system frequency; base unit 1 Hz.
pub const FREQUENCY: Dimension = Dimension {
    name: "frequency",
    units: &[("Hz", 1)],
    example: "60 Hz",
};

/// Relative frequency offset; base unit 1 ppb.
pub const RELATIVE: Dimension = Dimension {
    name: "relative offset",
    units: &[("ppb", 1), ("ppm", 1_000)],
    example: "4.6 ppm",
};

/// Received level of a radio, signed; base unit 1 mdBm, a thousandth of a decibel.
pub const LEVEL: Dimension = Dimension {
    name: "received level",
    units: &[("mdBm", 1), ("dBm", 1_000)],
    example: "-50 dBm",
};

/// Attenuation; base unit 1 mdB, a thousandth of a decibel.
pub const ATTENUATION: Dimension = Dimension {
    name: "attenuation",
    units: &[("mdB", 1), ("dB", 1_000)],
    example: "20 dB",
};

/// Attenuation per time; base unit 1 mdB/s.
pub const FADE_SLOPE: Dimension = Dimension {
    name: "slope of a fade",
    units: &[("mdB/s", 1), ("dB/s", 1_000)],
    example: "50 dB/s",
};

/// Probability; base unit one part in 10^9.
pub const PROBABILITY: Dimension = Dimension {
    name: "probability",
    units: &[("ppb", 1), ("ppm", 1_000), ("%", 10_000_000)],
    example: "10 %",
};

/// Share of a whole, which it may exceed; base unit one part in 10^9.
pub const SHARE: Dimension = Dimension {
    name: "share",
    units: &[("ppb", 1), ("ppm", 1_000), ("%", 10_000_000)],
    example: "80 %",
};

/// Current of the power system, primary; base unit 1 mA.
pub const CURRENT: Dimension = Dimension {
    name: "current",
    units: &[("mA", 1), ("A", 1_000), ("kA", 1_000_000)],
    example: "800 A",
};

/// Angle between currents; base unit 1 mdeg, a thousandth of a degree.
pub const ANGLE: Dimension = Dimension {
    name: "angle",
    units: &[("mdeg", 1), ("deg", 1_000)],
    example: "195 deg",
};

/// Cycles of the power system; base unit a millionth of a cycle.
pub const CYCLES: Dimension = Dimension {
    name: "number of cycles",
    units: &[("ucycles", 1), ("cycle", 1_000_000), ("cycles", 1_000_000)],
    example: "3 cycles",
};

/// How long so many millionths of a cycle take at a power-system frequency in Hz: picoseconds,
/// rounded down. Not more than 64 bits hold.
#[must_use]
pub fn cycles_ps(micro_cycles: u64, frequency_hz: u64) -> u64 {
    // 10^12 ps in a second, 10^6 parts in a cycle.
    let ps = u128::from(micro_cycles) * 1_000_000 / u128::from(frequency_hz.max(1));
    u64::try_from(ps).unwrap_or(u64::MAX)
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// Nothing that reads as a non-negative decimal number.
    NotANumber,
    /// A number, but no unit.
    MissingUnit,
    /// A unit that this dimension does not have.
    UnknownUnit,
    /// A fraction below the base unit ("0.4 ps"): it would have to be rounded.
    TooFine,
    /// More base units than 64 bits hold.
    TooLarge,
}

impl QuantityError {
    /// What is wrong, in words that name the dimension.
    #[must_use]
    pub fn message(self, dimension: &Dimension) -> String {
        let base = dimension.units[0].0;
        match self {
            Self::NotANumber => {
                format!(
                    "expected a {}, a number with a unit such as \"{}\"",
                    dimension.name, dimension.example
                )
            }
            Self::MissingUnit => format!("this {} has no unit", dimension.name),
            Self::UnknownUnit => format!("this unit does not measure a {}", dimension.name),
            Self::TooFine => format!("finer than 1 {base}, and it will not be rounded"),
            Self::TooLarge => format!("this {} is too large to count in {base}", dimension.name),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.units.iter().map(|unit| unit.0).collect();
        write!(out, "{} in {}", self.name, names.join(", "))
    }
}

/// The exact number of base units that `text` says.
///
/// # Errors
/// [`QuantityError`] where the text has no unit, an unknown one, or cannot be said exactly.
pub fn parse(text: &str, dimension: &Dimension) -> Result<u64, QuantityError> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let has_digits = !whole.is_empty() && (fraction.is_empty() != number.contains('.'));
    if !has_digits || fraction.contains('.') {
        return Err(QuantityError::NotANumber);
    }
    if unit.is_empty() {
        return Err(QuantityError::MissingUnit);
    }
    let size = dimension
        .units
        .iter()
        .find(|known| known.0 == unit)
        .ok_or(QuantityError::UnknownUnit)?
        .1;
    let fraction = fraction.trim_end_matches('0');
    // 64-bit units hold at most 19 decimal factors: a longer fraction can never be exact.
    if fraction.len() > 19 {
        return Err(QuantityError::TooFine);
    }
    let digits = |text: &str| -> Result<u128, QuantityError> {
        let text = text.trim_start_matches('0');
        if text.is_empty() {
            return Ok(0);
        }
        text.parse::<u64>()
            .map(u128::from)
            .map_err(|_| QuantityError::TooLarge)
    };
    let scale = 10_u128.pow(u32::try_from(fraction.len()).expect("at most 19"));
    let below = digits(fraction)? * u128::from(size);
    if below % scale != 0 {
        return Err(QuantityError::TooFine);
    }
    let total = digits(whole)? * u128::from(size) + below / scale;
    u64::try_from(total).map_err(|_| QuantityError::TooLarge)
}

/// As [`parse`], for dimensions whose quantities may be negative: one minus sign may lead.
///
/// # Errors
/// As [`parse`]; `TooLarge` also beyond 63 bits.
pub fn parse_signed(text: &str, dimension: &Dimension) -> Result<i64, QuantityError> {
    let text = text.trim();
    let (negative, size) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let size = parse(size, dimension)?;
    let size = i64::try_from(size).map_err(|_| QuantityError::TooLarge)?;
    Ok(if negative { -size } else { size })
}

/// As [`format()`], with a minus sign for what is below zero.
#[must_use]
pub fn format_signed(value: i64, dimension: &Dimension) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", format(value.unsigned_abs(), dimension))
}

/// The shortest text in the largest unit that says `value` in whole units; reads back the same.
#[must_use]
pub fn format(value: u64, dimension: &Dimension) -> String {
    let fits = |unit: &&(&str, u64)| value != 0 && value.is_multiple_of(unit.1);
    let (unit, size) = dimension
        .units
        .iter()
        .rev()
        .find(fits)
        .unwrap_or(&dimension.units[0]);
    format!("{} {unit}", value / size)
}

#[cfg(test)]
mod tests {
    use super::QuantityError::{MissingUnit, NotANumber, TooFine, TooLarge, UnknownUnit};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_exact_or_refused() {
        for (text, want) in [
            ("2.5 ms", Ok(2_500_000_000)),
            ("0 us", Ok(0)),
            ("10ms", Ok(10_000_000_000)),
            ("359.6 us", Ok(359_600_000)),
            ("0.001 ns", Ok(1)),
            ("1.50 ns", Ok(1_500)),
            ("2 days", Ok(172_800_000_000_000_000)),
            ("10", Err(MissingUnit)),
            ("0.4 ps", Err(TooFine)),
            ("1.0000000000000000000000000001 s", Err(TooFine)),
            ("", Err(NotANumber)),
            ("ms", Err(NotANumber)),
            ("-1 ms", Err(NotANumber)),
            (".5 ms", Err(NotANumber)),
            ("5. ms", Err(NotANumber)),
            ("1.2.3 ms", Err(NotANumber)),
            ("1e3 ms", Err(UnknownUnit)),
            ("10 Mb/s", Err(UnknownUnit)),
            ("214 days", Err(TooLarge)),
            ("99999999999999999999 ps", Err(TooLarge)),
            ("300 days", Err(TooLarge)),
        ] {
            assert_eq!(parse(text, &TIME), want, "{text}");
        }
    }

    #[test]
    fn rates_sizes_and_lengths_have_their_own_units() {
        assert_eq!(parse("41.9 Mb/s", &RATE), Ok(41_900_000));
        assert_eq!(parse("180 kB", &SIZE), Ok(180_000));
        assert_eq!(parse("73.4 km", &LENGTH), Ok(73_400_000));
        assert_eq!(parse("3.336 us/km", &PER_KILOMETRE), Ok(3_336_000));
        assert_eq!(parse("4.6 ppm", &RELATIVE), Ok(4_600));
        assert_eq!(parse("1.5 B", &SIZE), Err(TooFine));
    }

    #[test]
    fn levels_may_be_negative_and_times_may_not() {
        assert_eq!(parse_signed("-50 dBm", &LEVEL), Ok(-50_000));
        assert_eq!(parse_signed("-76.5 dBm", &LEVEL), Ok(-76_500));
        assert_eq!(parse_signed("0 dBm", &LEVEL), Ok(0));
        assert_eq!(parse_signed("--50 dBm", &LEVEL), Err(NotANumber));
        assert_eq!(parse_signed("-50", &LEVEL), Err(MissingUnit));
        assert_eq!(format_signed(-76_500, &LEVEL), "-76500 mdBm");
        assert_eq!(format_signed(-50_000, &LEVEL), "-50 dBm");
        assert_eq!(parse("-50 dBm", &LEVEL), Err(NotANumber));
        assert_eq!(parse("10 %", &PROBABILITY), Ok(100_000_000));
        assert_eq!(parse("0.5 ppm", &PROBABILITY), Ok(500));
    }

    #[test]
    fn cycles_are_rounded_down_to_a_picosecond_once() {
        assert_eq!(parse("3 cycles", &CYCLES), Ok(3_000_000));
        assert_eq!(parse("1 cycle", &CYCLES), Ok(1_000_000));
        assert_eq!(parse("1.5 cycles", &CYCLES), Ok(1_500_000));
        assert_eq!(parse("0.0000001 cycles", &CYCLES), Err(TooFine));
        // 1/60 s is 16.666 666 666 66… ms, and five of them 83.333 333 333 33… ms.
        assert_eq!(cycles_ps(1_000_000, 60), 16_666_666_666);
        assert_eq!(cycles_ps(5_000_000, 60), 83_333_333_333);
        assert_eq!(cycles_ps(3_000_000, 60), 50_000_000_000);
        assert_eq!(cycles_ps(250_000, 50), 5_000_000_000);
        assert_eq!(cycles_ps(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn currents_angles_and_shares_have_their_own_units() {
        assert_eq!(parse("800 A", &CURRENT), Ok(800_000));
        assert_eq!(parse("8 kA", &CURRENT), Ok(8_000_000));
        assert_eq!(parse("0.5 mA", &CURRENT), Err(TooFine));
        assert_eq!(parse("195 deg", &ANGLE), Ok(195_000));
        assert_eq!(parse("120 %", &SHARE), Ok(1_200_000_000));
        assert_eq!(parse("800", &CURRENT), Err(MissingUnit));
        assert_eq!(parse("8 V", &CURRENT), Err(UnknownUnit));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value: u64) {
            let written = [
                &TIME, &RATE, &SIZE, &LENGTH, &PER_KILOMETRE, &RELATIVE, &PROBABILITY, &SHARE,
                &CURRENT, &ANGLE, &CYCLES,
            ];
            for dimension in written {
                prop_assert_eq!(parse(&format(value, dimension), dimension), Ok(value));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = parse(&text, &TIME);
        }
    }
}
