//! Exponential variates from one 64-bit draw each, in integers: the same bits on every machine.
//!
//! −ln(u) with u = (draw | 1) / 2^64. Split u = 2^−z · m with m in [1, 2): then
//! −ln u = z·ln 2 − ln m, and ln m = ln c + ln(1 + t) with c the middle of one of 256 intervals
//! and |t| < 2^−9, four terms of the series. Truncation error below 2^−46; fixed point 2^−57.

/// The value 1 of an exponential variate: 57 fraction bits (the largest variate is 44.4).
pub const EXPONENTIAL_ONE: u64 = 1 << FRACTION_BITS;

const FRACTION_BITS: u32 = 57;
const INTERVAL_BITS: u32 = 8;
const INTERVALS: usize = 1 << INTERVAL_BITS;
const LN_2: u64 = ln_of(2 << 20, 1 << 20);

/// Per interval: 1/c with 63 fraction bits, rounded down, and ln of exactly its inverse with
/// [`FRACTION_BITS`].
static TABLE: [(u64, u64); INTERVALS] = table();

/// −ln of the uniform number (draw | 1) / 2^64, with 57 fraction bits.
#[must_use]
#[inline]
pub fn exponential(draw: u64) -> u64 {
    minus_logarithm(draw | 1, (draw | 1).leading_zeros())
}

/// [`exponential`] of every draw of a block, in place.
///
/// Two loops: where a machine counts leading zeros by a bit scan, that instruction waits for the
/// last value of its target register, and in one loop every logarithm would wait for the one
/// before it (measured: 14 ns a draw against 5).
pub fn exponential_block<const DRAWS: usize>(draws: &mut [u64; DRAWS]) {
    let mut zeros = [0_u8; DRAWS];
    for (zeros, draw) in zeros.iter_mut().zip(&*draws) {
        *zeros = (draw | 1).leading_zeros() as u8;
    }
    for (draw, zeros) in draws.iter_mut().zip(zeros) {
        *draw = minus_logarithm(*draw | 1, u32::from(zeros));
    }
}

/// −ln(draw / 2^64) of a draw with so many leading zeros.
#[inline(always)]
fn minus_logarithm(draw: u64, zeros: u32) -> u64 {
    let mantissa = draw << zeros; // [1, 2) with 63 fraction bits
    let interval = (mantissa << 1) >> (64 - INTERVAL_BITS);
    let (inverse, logarithm) = TABLE[interval as usize]; // 8 bits: always in range
    // m/c with 62 fraction bits, minus one: |t| < 2^-9, so the square fits.
    let t = high(mantissa, inverse).cast_signed() - (1_i64 << 62);
    let t2 = high_signed(t, t); // 60 fraction bits
    let t3 = high_signed(t2, t); // 58
    let t4 = high_signed(t2, t2); // 56
    let series = (t >> 5) - (t2 >> 4) + (t3 >> 1) / 3 - (t4 >> 1);
    let whole = (u64::from(zeros + 1) * LN_2 - logarithm).cast_signed();
    // Just below u = 1 the truncated terms may undercut zero by a few units: no negative gaps.
    (whole - series).max(0).cast_unsigned()
}

/// A variate of mean one scaled to a mean given in 2^-16 ps: whole picoseconds, rounded down.
#[must_use]
#[inline]
pub fn scale_exponential(variate: u64, mean_q16_ps: u64) -> u64 {
    let product = u128::from(variate) * u128::from(mean_q16_ps);
    (product >> (FRACTION_BITS + 16)) as u64 // at most 44.4 times 281 s: far below 2^64 ps
}

/// An exponential variate of this mean from one draw, in whole units of the mean, rounded down; at
/// most the largest `u64`.
#[must_use]
pub fn exponential_of_mean(draw: u64, mean: u64) -> u64 {
    let product = u128::from(exponential(draw)) * u128::from(mean);
    u64::try_from(product >> FRACTION_BITS).unwrap_or(u64::MAX)
}

#[inline]
fn high(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}

#[inline]
fn high_signed(a: i64, b: i64) -> i64 {
    ((i128::from(a) * i128::from(b)) >> 64) as i64
}

const fn table() -> [(u64, u64); INTERVALS] {
    let mut table = [(0, 0); INTERVALS];
    let mut interval = 0;
    while interval < INTERVALS {
        // Middle of the interval: (2·(256 + i) + 1) / 512.
        let twice = 2 * (INTERVALS as u128 + interval as u128) + 1;
        let inverse = ((2 * INTERVALS as u128) << 63) / twice;
        table[interval] = (inverse as u64, ln_of(1 << 63, inverse));
        interval += 1;
    }
    table
}

/// ln(a/b) with [`FRACTION_BITS`], for 1 ≤ a/b ≤ 2: 2·artanh((a−b)/(a+b)), its series in 2^-62.
const fn ln_of(a: u128, b: u128) -> u64 {
    let ratio = ((a - b) << 62) / (a + b);
    let square = (ratio * ratio) >> 62;
    let (mut power, mut sum, mut odd) = (ratio, 0_u128, 1_u128);
    while power > 0 {
        sum += power / odd;
        power = (power * square) >> 62;
        odd += 2;
    }
    ((2 * sum + (1 << 4)) >> 5) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(draw: u64) -> f64 {
        -(((draw | 1) as f64) / 2_f64.powi(64)).ln()
    }

    proptest! {
        #[test]
        fn agrees_with_the_platform_logarithm_to_twelve_digits(draw: u64, shift in 0_u32..64) {
            let draw = draw >> shift;
            let got = exponential(draw) as f64 / EXPONENTIAL_ONE as f64;
            let error = (got - reference(draw)).abs();
            prop_assert!(error < 2e-13 + 1e-14 * got, "{draw}: {got} against {}", reference(draw));
        }
    }

    proptest! {
        #[test]
        fn a_block_is_its_draws_one_by_one(draws: [u64; 32]) {
            let mut block = draws;
            exponential_block(&mut block);
            prop_assert_eq!(block, draws.map(exponential));
        }
    }

    #[test]
    fn a_mean_scales_a_variate_and_no_mean_overflows() {
        assert_eq!(exponential_of_mean(u64::MAX, 1_000_000), 0);
        // Half of the draws lie below the median, ln 2 = 0.693147 of the mean.
        assert_eq!(exponential_of_mean(1 << 63, 1_000_000), 693_147);
        assert_eq!(exponential_of_mean(0, u64::MAX), u64::MAX);
    }

    #[test]
    fn never_negative_and_never_above_44_4() {
        assert!(
            exponential(u64::MAX) < 1 << 20,
            "u just below one gives next to nothing"
        );
        let largest = exponential(0) as f64 / EXPONENTIAL_ONE as f64;
        assert!((largest - 64.0 * 2_f64.ln()).abs() < 1e-12, "{largest}");
        for draw in (0..1_000_000_u64).map(|n| u64::MAX - n * n * n) {
            assert!(exponential(draw) <= exponential(0), "{draw}");
        }
    }

    #[test]
    fn mean_and_variance_of_a_long_stream_are_those_of_the_law() {
        use crate::random::{Purpose, Seed, StreamKey};
        let mut stream = Seed(1).stream(&StreamKey::new("test", "moments", Purpose::Arrivals));
        let n = 1_000_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = exponential(stream.draw()) as f64 / EXPONENTIAL_ONE as f64;
            sum += x;
            squares += x * x;
        }
        let (mean, second) = (sum / f64::from(n), squares / f64::from(n));
        // Standard errors 0.001 and 0.0045: five of each.
        assert!((mean - 1.0).abs() < 0.005, "mean {mean}");
        assert!((second - 2.0).abs() < 0.0225, "second moment {second}");
    }
}
