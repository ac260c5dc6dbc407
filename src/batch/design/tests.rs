use super::super::axis::{Range, RangeFault};
use super::*;
use crate::units::quantity::TIME;
use proptest::prelude::*;

fn each(name: &str, count: i128) -> Axis {
    let levels = (0..count).map(|number| Level::of_number(number, None, 1));
    Axis {
        name: name.into(),
        paths: vec![name.into()],
        targets: 1,
        dimension: None,
        levels: Levels::Each(levels.collect()),
    }
}

fn drawn(name: &str, from: i128, to: i128) -> Axis {
    let range = Range {
        from,
        to,
        step: 1,
        logarithmic: false,
    };
    Axis {
        dimension: Some(&TIME),
        levels: Levels::Range(range),
        ..each(name, 0)
    }
}

fn design(kind: Kind, axes: &[Axis], samples: u64, filters: &[&str]) -> Design {
    made(kind, axes, samples, filters).unwrap()
}

fn made(kind: Kind, axes: &[Axis], samples: u64, texts: &[&str]) -> Result<Design, DesignFault> {
    let filters = texts.iter().map(|text| Filter::parse(text, axes).unwrap());
    Design::new(kind, axes, Some(samples), filters.collect(), vec![1, 2])
}

/// The numbers of every axis at every point.
fn numbers(design: &Design, axes: &[Axis]) -> Vec<Vec<i128>> {
    let point = |point: Point| -> Vec<i128> {
        let levels = point.levels.iter();
        levels.map(|level| level.number.unwrap()).collect()
    };
    design.points_from(axes, 0).map(point).collect()
}

/// The numbers of one axis.
fn column(design: &Design, axes: &[Axis], axis: usize) -> Vec<i128> {
    let rows = numbers(design, axes);
    rows.into_iter().map(|row| row[axis]).collect()
}

const RANDOM: Kind = Kind::Random { seed: 7 };
const HYPERCUBE: Kind = Kind::LatinHypercube { seed: 7 };

#[test]
fn the_last_axis_of_a_grid_changes_quickest() {
    let axes = [each("a", 2), each("b", 3)];
    let design = design(Kind::Grid, &axes, 0, &[]);
    assert_eq!(
        numbers(&design, &axes),
        [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    );
    assert!(design.passed.is_empty());
    let none = self::design(Kind::Grid, &[], 0, &[]);
    assert_eq!((none.points(), none.point(&[], 0).levels), (1, vec![]));
}

#[test]
fn a_list_takes_the_values_of_all_axes_together() {
    let axes = [each("a", 3), each("b", 3)];
    let design = design(Kind::List, &axes, 0, &[]);
    assert_eq!(numbers(&design, &axes), [[0, 0], [1, 1], [2, 2]]);
    let fault = made(Kind::List, &[each("a", 3), each("b", 4)], 0, &[]).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "axis `a` has 3 values and axis `b` has 4, in a list"
    );
}

#[test]
fn what_has_no_points_is_refused() {
    let told = |kind, axes: &[Axis], samples, filters: &[&str]| {
        made(kind, axes, samples, filters).unwrap_err().to_string()
    };
    let grid = |axes: &[Axis], filters: &[&str]| told(Kind::Grid, axes, 0, filters);
    assert_eq!(
        grid(&[each("a", 0)], &[]),
        "axis `a` has no values: an empty grid"
    );
    assert_eq!(
        grid(&[drawn("a", 0, 9)], &[]),
        "the range of axis `a` has neither `step` nor `count`"
    );
    assert_eq!(
        told(RANDOM, &[drawn("a", 9, 0)], 5, &[]),
        format!("axis `a`: {}", RangeFault::Backwards)
    );
    assert_eq!(
        told(RANDOM, &[each("a", 2)], 0, &[]),
        "a design that draws needs `samples`"
    );
    assert_eq!(
        grid(&[each("a", 2), each("b", 3)], &["a == 1", "b > 2"]),
        "none of the 6 points satisfies `where`: an empty grid"
    );
    assert_eq!(
        grid(
            &[each("a", 2), each("b", 3)],
            &["a >= 0", "1 / (b - 1) <= 5"]
        ),
        "`where` divides by zero at a = 0, b = 1"
    );
    let without_seeds = Design::new(Kind::Grid, &[], None, vec![], vec![]).unwrap_err();
    assert_eq!(without_seeds, DesignFault::NoSeeds);
}

#[test]
fn too_many_points_are_counted_without_looking_at_one() {
    // 10^(5n) of n axes with 100 000 values: 10^15 are counted, 10^20 do not fit 64 bits.
    let axes: Vec<Axis> = (0..8).map(|n| each(&format!("a{n}"), 100_000)).collect();
    let design = design(Kind::Grid, &axes[..3], 0, &[]);
    assert_eq!(design.points(), 1_000_000_000_000_000);
    let far = design.point(&axes[..3], 999_999_999_999_999);
    assert_eq!(far.told(&axes[..3]), "a0 = 99999, a1 = 99999, a2 = 99999");
    let fault = made(Kind::Grid, &axes, 0, &[]).unwrap_err();
    let count = format!("1{}", "0".repeat(40));
    assert_eq!(fault, DesignFault::TooMany { count });
    // 2^63 samples with two seeds each are 2^64.
    let fault = made(RANDOM, &axes[..1], 1 << 63, &[]).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "18446744073709551616 cases are more than can be counted"
    );
    let fault = made(Kind::Grid, &axes[..2], 0, &["a0 < a1"]).unwrap_err();
    let count = 10_000_000_000;
    assert_eq!(fault, DesignFault::TooManyToFilter { count });
}

proptest! {
    #[test]
    fn a_filtered_grid_is_nested_loops_with_a_condition(
        counts in (1_i128..40, 1_i128..40, 1_i128..6), factor in 0_i128..6, limit in 0_i128..60,
    ) {
        let axes = [each("a", counts.0), each("b", counts.1), each("c", counts.2)];
        let texts = [format!("a * {factor} + b >= {limit}"), "not (b == 3 and c != 1)".into()];
        let mut want = Vec::new();
        for a in 0..counts.0 {
            for b in 0..counts.1 {
                for c in 0..counts.2 {
                    if a * factor + b >= limit && !(b == 3 && c != 1) {
                        want.push(vec![a, b, c]);
                    }
                }
            }
        }
        match made(Kind::Grid, &axes, 0, &[&texts[0], &texts[1]]) {
            Err(fault) => {
                prop_assert!(want.is_empty());
                let nothing = matches!(fault, DesignFault::NothingPasses { .. });
                prop_assert!(nothing);
            }
            Ok(design) => {
                prop_assert_eq!(design.points(), want.len() as u64);
                prop_assert_eq!(numbers(&design, &axes), want);
            }
        }
    }

    #[test]
    fn a_point_is_the_same_however_one_comes_to_it(
        kind in 0..3_usize, filtered: bool, from in 0_u64..3_000, samples in 3_000_u64..5_000,
    ) {
        let kind = [Kind::Grid, RANDOM, HYPERCUBE][kind];
        let axes = [each("a", 71), each("b", 73)];
        let filters: &[&str] = if filtered { &["a + b > 40"] } else { &[] };
        let design = design(kind, &axes, samples, filters);
        let all: Vec<Point> = design.points_from(&axes, 0).collect();
        prop_assert_eq!(all.len() as u64, design.points());
        let from = from.min(design.points());
        prop_assert!(design.points_from(&axes, from).eq(all[from as usize..].iter().cloned()));
        for place in [from, design.points() - 1] {
            if place < design.points() {
                prop_assert_eq!(&design.point(&axes, place), &all[place as usize]);
            }
        }
    }
}

#[test]
fn a_sample_of_a_latin_hypercube_falls_into_every_part_once() {
    let all = i128::from(u64::MAX);
    for samples in [1_u64, 2, 7, 360, 1000] {
        let axes = [drawn("a", 0, all), drawn("b", 0, all), each("c", 5)];
        let design = design(HYPERCUBE, &axes, samples, &[]);
        for axis in 0..2 {
            let values = column(&design, &axes, axis);
            let mut parts: Vec<i128> = values
                .iter()
                .map(|value| (value * i128::from(samples)) >> 64)
                .collect();
            parts.sort_unstable();
            assert!(parts.into_iter().eq(0..i128::from(samples)), "{samples}");
        }
        if samples % 5 == 0 {
            let mut counts = [0; 5];
            for value in column(&design, &axes, 2) {
                counts[value as usize] += 1;
            }
            assert_eq!(counts, [samples / 5; 5]);
        }
    }
}

#[test]
fn axes_of_a_latin_hypercube_are_not_correlated() {
    // Of two independent orders of n places the rank correlation has variance 1/(n - 1):
    // 5 standard deviations of 1000 are 0.158.
    let axes = [each("a", 1000), each("b", 1000), each("c", 1000)];
    let design = design(HYPERCUBE, &axes, 1000, &[]);
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let pairs = column(&design, &axes, one)
            .into_iter()
            .zip(column(&design, &axes, other));
        let squares: i128 = pairs.map(|(a, b)| (a - b).pow(2)).sum();
        let correlation = 1.0 - 6.0 * squares as f64 / (1000.0 * 999_999.0);
        assert!(correlation.abs() < 0.158, "{one}, {other}: {correlation}");
    }
}

#[test]
fn random_samples_are_even_and_independent() {
    // 10 × 10 cells, 1000 expected in each: chi-square with 99 degrees of freedom; 99.9 % lie
    // below 148.2.
    for kind in [RANDOM, HYPERCUBE] {
        let axes = [each("a", 10), each("b", 10)];
        let design = design(kind, &axes, 100_000, &[]);
        let mut counts = [0_i64; 100];
        for row in numbers(&design, &axes) {
            counts[(10 * row[0] + row[1]) as usize] += 1;
        }
        let squares: i64 = counts.iter().map(|count| (count - 1000).pow(2)).sum();
        assert!(squares < 148_200, "{kind:?}: {squares}");
    }
}

#[test]
fn another_axis_moves_nobody_elses_draws() {
    for kind in [RANDOM, HYPERCUBE] {
        let few = [drawn("a", 0, 1 << 40), each("b", 9)];
        let more = [
            each("before", 4),
            few[0].clone(),
            each("between", 3),
            few[1].clone(),
        ];
        let (small, large) = (design(kind, &few, 500, &[]), design(kind, &more, 500, &[]));
        assert_eq!(column(&small, &few, 0), column(&large, &more, 1));
        assert_eq!(column(&small, &few, 1), column(&large, &more, 3));
    }
}

#[test]
fn more_random_samples_keep_those_before() {
    let axes = [drawn("a", 0, 1 << 40), each("b", 9)];
    let (some, more) = (
        design(RANDOM, &axes, 300, &[]),
        design(RANDOM, &axes, 400, &[]),
    );
    assert_eq!(numbers(&some, &axes)[..], numbers(&more, &axes)[..300]);
}

#[test]
fn another_seed_draws_other_points() {
    let axes = [drawn("a", 0, 1 << 40)];
    let column_of = |kind| column(&design(kind, &axes, 50, &[]), &axes, 0);
    assert_ne!(column_of(RANDOM), column_of(Kind::Random { seed: 8 }));
    assert_ne!(
        column_of(HYPERCUBE),
        column_of(Kind::LatinHypercube { seed: 8 })
    );
    assert_ne!(column_of(RANDOM), column_of(HYPERCUBE));
}

#[test]
fn drawn_values_are_written_with_their_unit() {
    let axes = [drawn("a", 2_000_000_000, 2_000_000_000)];
    let point = design(RANDOM, &axes, 1, &[]).point(&axes, 0);
    assert_eq!(point.told(&axes), "a = 2 ms");
    assert_eq!(point.levels[0].texts, ["\"2 ms\""]);
}

#[test]
fn filters_leave_eight_octets_for_every_block() {
    let axes = [each("a", 1000), each("b", 1000)];
    let design = design(Kind::Grid, &axes, 0, &["a * b >= 0"]);
    assert_eq!(design.passed.len() as u64, 1_000_000_u64.div_ceil(BLOCK));
    assert_eq!(design.points(), 1_000_000);
}
