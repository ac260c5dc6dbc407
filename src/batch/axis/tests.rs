use super::*;
use crate::random::{Purpose, Seed, StreamKey};
use crate::units::quantity::{LEVEL, RATE, SIZE, TIME};
use proptest::prelude::*;

const MS: i128 = 1_000_000_000;

fn range(from: i128, to: i128, step: i128, logarithmic: bool) -> Range {
    Range {
        from,
        to,
        step,
        logarithmic,
    }
}

fn labels(levels: &[Level]) -> Vec<&str> {
    levels.iter().map(|level| level.label.as_str()).collect()
}

fn numbers(range: &Range, count: u64) -> Vec<i128> {
    let levels = range_levels(range, Some(count), None, 1).unwrap();
    levels.iter().map(|level| level.number.unwrap()).collect()
}

#[test]
fn a_stepped_range_has_both_ends_and_never_goes_beyond() {
    let levels = range_levels(&range(MS, 4 * MS, MS, false), None, Some(&TIME), 2).unwrap();
    assert_eq!(labels(&levels), ["1 ms", "2 ms", "3 ms", "4 ms"]);
    assert_eq!(levels[1].texts, ["\"2 ms\"", "\"2 ms\""]);
    assert_eq!(levels[1].number, Some(2 * MS));
    let levels = range_levels(&range(8, 30, 8, false), None, Some(&SIZE), 1).unwrap();
    assert_eq!(labels(&levels), ["8 B", "16 B", "24 B"]);
    let levels = range_levels(&range(-2, 4, 3, false), None, None, 1).unwrap();
    assert_eq!(labels(&levels), ["-2", "1", "4"]);
    assert_eq!(levels[0].texts, ["-2"]);
    let levels = range_levels(&range(-50_500, -50_000, 500, false), None, Some(&LEVEL), 1);
    assert_eq!(labels(&levels.unwrap()), ["-50500 mdBm", "-50 dBm"]);
}

#[test]
fn counted_values_are_rounded_to_the_nearest_base_unit_halves_up() {
    assert_eq!(numbers(&range(0, 10, 1, false), 5), [0, 3, 5, 8, 10]);
    assert_eq!(numbers(&range(-10, 0, 1, false), 5), [-10, -7, -5, -2, 0]);
    assert_eq!(numbers(&range(0, 10, 1, false), 4), [0, 3, 7, 10]);
    let widest = range(0, i128::from(u64::MAX), 1, false);
    assert_eq!(
        numbers(&widest, 4),
        [0, u64::MAX / 3, u64::MAX / 3 * 2, u64::MAX].map(i128::from)
    );
}

#[test]
fn logarithmic_values_have_equal_ratios_and_exact_ends() {
    // 8^(k/6) ms and 64 · (1500/64)^(k/4) B, worked out with 80 decimal digits.
    let octave = range(MS, 8 * MS, 1, true);
    assert_eq!(
        numbers(&octave, 7),
        [
            1_000_000_000,
            1_414_213_562,
            2_000_000_000,
            2_828_427_125,
            4_000_000_000,
            5_656_854_249,
            8_000_000_000
        ]
    );
    assert_eq!(
        numbers(&range(64, 1500, 1, true), 5),
        [64, 141, 310, 682, 1500]
    );
    let decades = range_levels(
        &range(1_000, 1_000_000_000, 1, true),
        Some(7),
        Some(&RATE),
        1,
    );
    assert_eq!(
        labels(&decades.unwrap()),
        [
            "1 kb/s", "10 kb/s", "100 kb/s", "1 Mb/s", "10 Mb/s", "100 Mb/s", "1 Gb/s"
        ]
    );
    let bytes = numbers(&range(1, i128::from(u64::MAX), 1, true), 9);
    assert_eq!(bytes[7], 1 << 56);
    assert_eq!(bytes[8], i128::from(u64::MAX));
}

#[test]
fn ranges_without_values_are_refused() {
    let refused = |range: Range, count| range_levels(&range, count, Some(&SIZE), 1).unwrap_err();
    assert_eq!(refused(range(2, 1, 1, false), None), RangeFault::Backwards);
    assert_eq!(refused(range(1, 2, 0, false), None), RangeFault::NoStep);
    assert_eq!(refused(range(1, 2, -1, false), None), RangeFault::NoStep);
    assert_eq!(
        refused(range(0, 2, 1, true), Some(2)),
        RangeFault::NotPositive
    );
    assert_eq!(
        refused(range(1, 2, 1, true), None),
        RangeFault::SteppedLogarithm
    );
    assert_eq!(refused(range(1, 2, 1, false), Some(1)), RangeFault::TooFew);
    assert_eq!(
        refused(range(0, 1 << 64, 1, false), None),
        RangeFault::TooWide
    );
    assert_eq!(
        refused(range(i128::MIN, i128::MAX, 1, false), None),
        RangeFault::TooWide
    );
    assert_eq!(
        refused(range(0, i128::from(u64::MAX), 1, false), None),
        RangeFault::TooMany(1 << 64)
    );
    assert_eq!(
        refused(range(1, 1_000_000, 1, false), Some(200_000)),
        RangeFault::TooMany(200_000)
    );
    assert_eq!(
        refused(range(1, 3, 1, false), Some(4)),
        RangeFault::Same("2 B".into())
    );
    assert_eq!(
        refused(range(5, 5, 1, false), Some(2)),
        RangeFault::Same("5 B".into())
    );
}

#[test]
fn draws_reach_both_ends_of_a_range() {
    let whole = range(0, i128::from(u64::MAX), 1, false);
    assert_eq!(whole.at(u64::MAX), i128::from(u64::MAX));
    assert_eq!(whole.at(0), 0);
    for logarithmic in [false, true] {
        let range = range(3, 30, 8, logarithmic);
        assert_eq!((range.at(0), range.at(u64::MAX)), (3, 27));
        let one = Range { to: 3, ..range };
        assert_eq!((one.at(0), one.at(u64::MAX)), (3, 3));
    }
}

#[test]
fn logarithmic_draws_of_one_digit_follow_benfords_law() {
    // P(d) = log10(1 + 1/d), Newcomb 1881: the draw below which digits are at most d is
    // 2^64 · log10(1 + d).
    let digits = range(1, 9, 1, true);
    for (digit, share) in [
        (1, std::f64::consts::LOG10_2),
        (2, 0.477_121_254_719_662_4),
        (4, 0.698_970_004_336_018_8),
        (8, 0.954_242_509_439_324_9),
    ] {
        let draw = (share * 2_f64.powi(64)) as u64;
        assert_eq!(digits.at(draw - 100_000), digit);
        assert_eq!(digits.at(draw + 100_000), digit + 1);
    }
}

#[test]
fn linear_draws_are_even_over_the_steps() {
    let twenty = range(100, 290, 10, false);
    let mut stream = Seed(1).stream(&StreamKey::new("test", "even", Purpose::Arrivals));
    let mut counts = [0_i64; 20];
    for _ in 0..100_000 {
        let value = twenty.at(stream.draw());
        assert_eq!(value % 10, 0);
        counts[usize::try_from((value - 100) / 10).unwrap()] += 1;
    }
    // Chi-square with 19 degrees of freedom: 99.9 % lie below 43.82.
    let squares: i64 = counts.iter().map(|count| (count - 5_000).pow(2)).sum();
    assert!(squares < 43_820 * 5, "{counts:?}");
}

proptest! {
    #[test]
    fn larger_draws_never_give_smaller_values(
        from in 1_i128..1_000_000, span in 0_i128..1_000_000, step in 1_i128..1_000,
        logarithmic: bool, draws: (u64, u64),
    ) {
        let range = range(from, from + span, step, logarithmic);
        let (low, high) = (range.at(draws.0.min(draws.1)), range.at(draws.0.max(draws.1)));
        prop_assert!(from <= low && low <= high && high <= range.to);
        prop_assert_eq!((low - from) % step, 0);
    }

    #[test]
    fn logarithmic_values_agree_with_the_platform(
        from in 1_u32..1_000_000, ratio in 1_u32..1_000, count in 2_u64..50,
    ) {
        let to = i128::from(from) * i128::from(ratio) + 1_000_000;
        let range = range(from.into(), to, 1, true);
        let all: Vec<i128> = range.spread(count).collect();
        for (place, number) in all.iter().enumerate() {
            let share = place as f64 / (count - 1) as f64;
            let want = f64::from(from) * (to as f64 / f64::from(from)).powf(share);
            prop_assert!((*number as f64 - want).abs() <= 0.5 + want * 1e-12);
        }
    }
}
