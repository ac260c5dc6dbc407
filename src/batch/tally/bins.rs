//! What an axis is split by: each of its values, or eight equal ranges where there are many.

use std::collections::BTreeMap;

use crate::batch::axis::{Axis, Level, Levels, Range};
use crate::units::quantity::{self, Dimension};

/// Most values of an axis that are told one by one.
pub const LEVELS_TOLD: usize = 64;
/// Ranges that more values are split into.
pub const RANGES: usize = 8;

/// How the values of an axis fall into bins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Bins {
    /// By label: every value has its bin.
    Labels(BTreeMap<String, usize>),
    /// By number.
    Ranges(Ranges),
    /// Too many values that are no numbers: none.
    None,
}

/// Equal ranges of whole multiples of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ranges {
    from: i128,
    step: i128,
    /// Values on the grid of steps.
    values: i128,
    /// Not above the values.
    ranges: i128,
}

/// What a bin holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extent {
    /// The value, or the first and the last of the range.
    pub label: String,
    /// First and last number of a range, in base units; `None` for one value.
    pub range: Option<(i128, i128)>,
}

impl Bins {
    /// The bins of an axis, and what each holds.
    pub(super) fn of(axis: &Axis) -> (Self, Vec<Extent>) {
        let levels = match &axis.levels {
            Levels::Range(range) => return Self::ranges(Ranges::over(range), axis.dimension),
            Levels::Each(levels) => levels,
        };
        let labels = || levels.iter().map(|level| level.label.clone());
        if levels.len() <= LEVELS_TOLD {
            let single = |label| Extent { label, range: None };
            let bins = Self::Labels(labels().zip(0..).collect());
            return (bins, labels().map(single).collect());
        }
        let numbers: Option<Vec<i128>> = levels.iter().map(|level| level.number).collect();
        match numbers {
            Some(numbers) => Self::grouped(levels, &numbers),
            None => (Self::None, Vec::new()),
        }
    }

    /// Values put together by the equal ranges their numbers lie in; ranges without a value are
    /// left out.
    fn grouped(levels: &[Level], numbers: &[i128]) -> (Self, Vec<Extent>) {
        let from = *numbers.iter().min().expect("more than a few");
        let to = *numbers.iter().max().expect("more than a few");
        let ranges = Ranges::new(from, 1, to - from + 1);
        let mut grouped: BTreeMap<usize, Vec<(i128, &str)>> = BTreeMap::new();
        for (level, number) in levels.iter().zip(numbers) {
            let group = grouped.entry(ranges.bin(*number)).or_default();
            group.push((*number, &level.label));
        }
        let mut bins = BTreeMap::new();
        let mut extents = Vec::new();
        for (bin, mut group) in grouped.into_values().enumerate() {
            group.sort_unstable();
            bins.extend(group.iter().map(|(_, label)| ((*label).to_owned(), bin)));
            let ((from, first), (to, last)) = (group[0], group[group.len() - 1]);
            let several = format!("{first} … {last}");
            extents.push(Extent {
                label: if from == to {
                    first.to_owned()
                } else {
                    several
                },
                range: Some((from, to)),
            });
        }
        (Self::Labels(bins), extents)
    }

    fn ranges(ranges: Ranges, dimension: Option<&Dimension>) -> (Self, Vec<Extent>) {
        (Self::Ranges(ranges), ranges.extents(dimension))
    }

    /// Where a value belongs: by its label, or by its number, which is asked for only then.
    pub(super) fn bin(&self, label: &str, number: impl Fn() -> Option<i128>) -> Option<usize> {
        match self {
            Self::Labels(labels) => labels.get(label).copied(),
            Self::Ranges(ranges) => number().map(|number| ranges.bin(number)),
            Self::None => None,
        }
    }
}

impl Ranges {
    fn over(range: &Range) -> Self {
        Self::new(
            range.from,
            range.step,
            (range.to - range.from) / range.step + 1,
        )
    }

    fn new(from: i128, step: i128, values: i128) -> Self {
        Self {
            from,
            step,
            values,
            ranges: values.min(RANGES as i128),
        }
    }

    /// Values on the grid are numbered 0 to n − 1; number s belongs to bin ⌊s·ranges/n⌋.
    fn bin(&self, number: i128) -> usize {
        let place = ((number - self.from) / self.step).clamp(0, self.values - 1);
        usize::try_from(place * self.ranges / self.values).expect("a place among a few")
    }

    fn extents(&self, dimension: Option<&Dimension>) -> Vec<Extent> {
        // The first s with ⌊s·ranges/n⌋ = bin is ⌈bin·n/ranges⌉.
        let first = |bin: i128| (bin * self.values + self.ranges - 1) / self.ranges;
        let number = |place: i128| self.from + place * self.step;
        let extent = |bin| {
            let (from, to) = (number(first(bin)), number(first(bin + 1) - 1));
            let label = match (shown(from, dimension), shown(to, dimension)) {
                (from, to) if from == to => from,
                (from, to) => format!("{from} … {to}"),
            };
            Extent {
                label,
                range: Some((from, to)),
            }
        };
        (0..self.ranges).map(extent).collect()
    }
}

/// A number of base units in the largest unit that leaves it whole.
fn shown(number: i128, dimension: Option<&Dimension>) -> String {
    let small = i64::try_from(number).ok();
    match (dimension, small) {
        (Some(dimension), Some(small)) => quantity::format_signed(small, dimension),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::quantity::TIME;

    fn axis(levels: Levels) -> Axis {
        Axis {
            name: "buffer".into(),
            paths: vec!["circuit[*].jitter_buffer".into()],
            targets: 1,
            dimension: Some(&TIME),
            levels,
        }
    }

    fn levels(numbers: impl Iterator<Item = Option<i128>>) -> Levels {
        let level = |(place, number): (usize, Option<i128>)| Level {
            label: format!("L{place}"),
            number,
            texts: Vec::new(),
        };
        Levels::Each(numbers.enumerate().map(level).collect())
    }

    #[test]
    fn up_to_64_values_have_a_bin_each_and_65_have_8_ranges() {
        let (bins, extents) = Bins::of(&axis(levels((0..64).map(Some))));
        assert_eq!(extents.len(), 64);
        assert_eq!(bins.bin("L63", || unreachable!()), Some(63));
        // 65 values 0..=64 over 8 ranges of 65/8 = 8.125: 0..=8, 9..=16, 17..=24, …, 57..=64.
        let (bins, extents) = Bins::of(&axis(levels((0..65).map(Some))));
        let ranges: Vec<_> = extents.iter().map(|one| one.range.unwrap()).collect();
        assert_eq!(ranges[..3], [(0, 8), (9, 16), (17, 24)]);
        assert_eq!(ranges[7], (57, 64));
        assert_eq!(extents[7].label, "L57 … L64");
        assert_eq!(bins.bin("L8", || unreachable!()), Some(0));
        assert_eq!(bins.bin("L9", || unreachable!()), Some(1));
        assert_eq!(bins.bin("L64", || unreachable!()), Some(7));
    }

    #[test]
    fn ranges_are_told_by_the_values_in_them_and_those_without_any_are_left_out() {
        // 0, 1, …, 64 and 8000: the first of eight ranges of 8001/8, then only the last.
        let (bins, extents) = Bins::of(&axis(levels((0..65).chain([8000]).map(Some))));
        let ranges: Vec<_> = extents.iter().map(|one| one.range.unwrap()).collect();
        assert_eq!(ranges, [(0, 64), (8000, 8000)]);
        assert_eq!(extents[1].label, "L65");
        assert_eq!(bins.bin("L65", || unreachable!()), Some(1));
    }

    #[test]
    fn many_values_that_are_no_numbers_have_no_bins() {
        let (bins, extents) = Bins::of(&axis(levels((0..65).map(|_| None))));
        assert_eq!((bins.bin("L3", || Some(3)), extents.len()), (None, 0));
    }

    #[test]
    fn drawn_values_are_told_in_ranges_of_the_values_there_are() {
        let ms = 1_000_000_000;
        let range = Range {
            from: ms,
            to: 17 * ms - 1,
            step: ms / 2,
            logarithmic: false,
        };
        let (bins, extents) = Bins::of(&axis(Levels::Range(range)));
        // 32 values of 1, 1.5, … 16.5 ms: four in each of eight.
        let labels: Vec<&str> = extents.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels[0], "1 ms … 2500 us");
        assert_eq!(labels[7], "15 ms … 16500 us");
        assert_eq!(bins.bin("2.5 ms", || Some(2_500_000_000)), Some(0));
        assert_eq!(bins.bin("3 ms", || Some(3_000_000_000)), Some(1));
    }

    proptest! {
        #[test]
        fn a_value_lies_in_the_range_of_its_bin_and_ranges_differ_by_one_value_at_most(
            from in -1_000_i128..1_000,
            step in 1_i128..50,
            values in 1_i128..500,
        ) {
            let ranges = Ranges::new(from, step, values);
            let extents = ranges.extents(None);
            let mut held = vec![0; extents.len()];
            for place in 0..values {
                let number = from + place * step;
                let bin = ranges.bin(number);
                let (first, last) = extents[bin].range.unwrap();
                prop_assert!(first <= number && number <= last);
                held[bin] += 1;
            }
            let most = *held.iter().max().unwrap();
            prop_assert!(held.iter().all(|one| most - one <= 1), "{held:?}");
        }
    }
}
