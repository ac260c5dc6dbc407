//! What a number in a condition measures: products of powers of a few base quantities.

use crate::units::quantity::{
    ANGLE, ATTENUATION, CURRENT, CYCLES, Dimension, FADE_SLOPE, FREQUENCY, LENGTH, LEVEL,
    PER_KILOMETRE, PROBABILITY, RATE, RELATIVE, SHARE, SIZE, TIME,
};

/// Powers of picoseconds, bits, millimetres, mdB, mdBm, mA, mdeg and millionths of a cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measure([i8; 8]);

/// One base unit of a dimension: `top` / `bottom` of its measure.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// What it measures.
    pub measure: Measure,
    /// Numerator.
    pub top: i128,
    /// Denominator.
    pub bottom: i128,
}

const PS_PER_S: i128 = 1_000_000_000_000;

/// Every dimension of quantities, with its base unit. Parts of a whole are plain numbers: 50 % is
/// one half.
const DIMENSIONS: [(&Dimension, Scale); 15] = [
    (&TIME, scale([1, 0, 0, 0, 0, 0, 0, 0], 1, 1)),
    (&RATE, scale([-1, 1, 0, 0, 0, 0, 0, 0], 1, PS_PER_S)),
    (&SIZE, scale([0, 1, 0, 0, 0, 0, 0, 0], 8, 1)),
    (&LENGTH, scale([0, 0, 1, 0, 0, 0, 0, 0], 1, 1)),
    (
        &PER_KILOMETRE,
        scale([1, 0, -1, 0, 0, 0, 0, 0], 1, 1_000_000),
    ),
    (&FREQUENCY, scale([-1, 0, 0, 0, 0, 0, 0, 0], 1, PS_PER_S)),
    (&RELATIVE, scale([0; 8], 1, 1_000_000_000)),
    (&PROBABILITY, scale([0; 8], 1, 1_000_000_000)),
    (&SHARE, scale([0; 8], 1, 1_000_000_000)),
    (&LEVEL, scale([0, 0, 0, 0, 1, 0, 0, 0], 1, 1)),
    (&ATTENUATION, scale([0, 0, 0, 1, 0, 0, 0, 0], 1, 1)),
    (&FADE_SLOPE, scale([-1, 0, 0, 1, 0, 0, 0, 0], 1, PS_PER_S)),
    (&CURRENT, scale([0, 0, 0, 0, 0, 1, 0, 0], 1, 1)),
    (&ANGLE, scale([0, 0, 0, 0, 0, 0, 1, 0], 1, 1)),
    (&CYCLES, scale([0, 0, 0, 0, 0, 0, 0, 1], 1, 1)),
];

const fn scale(powers: [i8; 8], top: i128, bottom: i128) -> Scale {
    Scale {
        measure: Measure(powers),
        top,
        bottom,
    }
}

impl Measure {
    /// A plain number.
    pub const NUMBER: Self = Self([0; 8]);

    /// Of a product; `None` beyond the 127th power.
    pub fn times(self, other: Self) -> Option<Self> {
        let mut powers = self.0;
        for (power, more) in powers.iter_mut().zip(other.0) {
            *power = power.checked_add(more)?;
        }
        Some(Self(powers))
    }

    /// Of a quotient; `None` beyond the 127th power.
    pub fn divided_by(self, other: Self) -> Option<Self> {
        let mut powers = self.0;
        for (power, less) in powers.iter_mut().zip(other.0) {
            *power = power.checked_sub(less)?;
        }
        Some(Self(powers))
    }

    /// The dimension of quantities that measures this, if one does.
    pub fn dimension(self) -> Option<&'static Dimension> {
        let found = DIMENSIONS.iter().find(|(_, scale)| scale.measure == self);
        found.filter(|_| self != Self::NUMBER).map(|found| found.0)
    }

    /// What a message calls it: "a time", "a number".
    pub fn told(self) -> String {
        match self.dimension() {
            _ if self == Self::NUMBER => "a number".into(),
            None => "a product of different quantities".into(),
            Some(dimension) => {
                let vowel = dimension.name.starts_with(['a', 'e', 'i', 'o', 'u']);
                format!("{} {}", if vowel { "an" } else { "a" }, dimension.name)
            }
        }
    }
}

/// One base unit of a dimension; plain numbers have none.
///
/// # Panics
/// Of a dimension that the list lacks.
pub fn scale_of(dimension: Option<&Dimension>) -> Scale {
    let Some(dimension) = dimension else {
        return scale([0; 8], 1, 1);
    };
    let known = DIMENSIONS.iter().find(|known| *known.0 == *dimension);
    known.expect("every dimension of quantities is listed").1
}

/// The longest unit that `text` begins with, as a word of its own, and one of it.
pub fn leading_unit(text: &str) -> Option<(&'static str, Scale)> {
    let units = DIMENSIONS.iter().flat_map(|(dimension, base)| {
        dimension.units.iter().map(move |(unit, size)| {
            let top = base.top * i128::from(*size);
            (*unit, Scale { top, ..*base })
        })
    });
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let leads = |(unit, _): &(&'static str, Scale)| text.strip_prefix(*unit).is_some_and(ends);
    units.filter(leads).max_by_key(|(unit, _)| unit.len())
}

/// The names of all units, for help lines.
pub fn unit_names() -> impl Iterator<Item = &'static str> {
    let units = DIMENSIONS.iter().flat_map(|(dimension, _)| dimension.units);
    units.map(|unit| unit.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_means_one_thing_however_many_dimensions_have_it() {
        for (_, base) in &DIMENSIONS {
            assert!(base.bottom > 0);
        }
        for (dimension, base) in &DIMENSIONS {
            for (unit, size) in dimension.units {
                let (found, scale) = leading_unit(unit).unwrap();
                assert_eq!(found, *unit);
                assert_eq!(scale.measure, base.measure, "{unit}");
                let top = base.top * i128::from(*size);
                assert_eq!((scale.top, scale.bottom), (top, base.bottom), "{unit}");
            }
        }
    }

    #[test]
    fn units_are_whole_words_and_the_longest_wins() {
        let unit = |text| leading_unit(text).map(|found| found.0);
        assert_eq!(unit("ms"), Some("ms"));
        assert_eq!(unit("ms/2"), Some("ms"));
        assert_eq!(unit("us/km)"), Some("us/km"));
        assert_eq!(unit("b/s"), Some("b/s"));
        assert_eq!(unit("%*x"), Some("%"));
        assert_eq!(unit("mss"), None);
        assert_eq!(unit("b"), None);
        assert_eq!(unit("s_1"), None);
    }
}
