//! Logarithms and powers of two in integers, the same bits on every machine.
//!
//! Logarithms have [`FRACTION_BITS`] fraction bits. Their error is below 2^-118 and that of a power
//! below 2^-116 of it: what is a whole number of at most 64 bits comes out as one when rounded.

/// Fraction bits of a logarithm.
const FRACTION_BITS: u32 = 120;
/// ln 2 with 128 fraction bits, rounded down.
const LN_2: u128 = 0xB172_17F7_D1CF_79AB_C9E3_B398_03F2_F6AF;

/// log2 of a number, rounded down.
///
/// # Panics
/// Of zero.
pub fn log2(number: u128) -> u128 {
    let whole = number.ilog2();
    let mut mantissa = number << (127 - whole); // [1, 2) with 127 fraction bits
    let mut logarithm = u128::from(whole);
    // Squaring doubles the logarithm: each time its next bit becomes whole.
    for _ in 0..FRACTION_BITS {
        let (high, low) = wide_product(mantissa, mantissa);
        let bit = high >> 127;
        mantissa = if bit == 1 {
            high
        } else {
            (high << 1) | (low >> 127)
        };
        logarithm = (logarithm << 1) | bit;
    }
    logarithm
}

/// The whole part of 2^logarithm, for logarithms below 100.
pub fn exp2_floor(logarithm: u128) -> u128 {
    let (whole, mantissa) = power(logarithm);
    mantissa >> (126 - whole)
}

/// The whole number nearest to 2^logarithm, halves up, for logarithms below 100.
pub fn exp2_nearest(logarithm: u128) -> u128 {
    let (whole, mantissa) = power(logarithm);
    ((mantissa >> (125 - whole)) + 1) >> 1
}

/// Exponent and mantissa, [1, 2) with 126 fraction bits, of 2^logarithm: e^(fraction · ln 2) by
/// its series.
fn power(logarithm: u128) -> (u32, u128) {
    let whole = u32::try_from(logarithm >> FRACTION_BITS).expect("at most 8 bits");
    let (exponent, _) = wide_product(logarithm << (128 - FRACTION_BITS), LN_2);
    let (mut term, mut sum, mut number) = (1_u128 << 126, 0, 1);
    while term > 0 {
        sum += term;
        term = wide_product(term, exponent).0 / number;
        number += 1;
    }
    (whole, sum)
}

/// The product of two numbers: its upper and its lower 128 bits.
pub fn wide_product(left: u128, right: u128) -> (u128, u128) {
    const HALF: u128 = u64::MAX as u128;
    let (left_high, left_low) = (left >> 64, left & HALF);
    let (right_high, right_low) = (right >> 64, right & HALF);
    let low = left_low * right_low;
    let cross = left_high * right_low + (low >> 64);
    let other = left_low * right_high + (cross & HALF);
    let high = left_high * right_high + (cross >> 64) + (other >> 64);
    (high, (other << 64) | (low & HALF))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn logarithms_are_those_of_a_table() {
        // log2 3 and log2 10 with 120 fraction bits, worked out with 80 decimal digits.
        for (number, want) in [
            (1, 0),
            (2, 1 << 120),
            (1 << 64, 64 << 120),
            (3, LOG2_3),
            (10, LOG2_10),
        ] {
            let got = log2(number);
            assert!(want - got <= 2, "{number}: {got:x} against {want:x}");
        }
    }

    const LOG2_3: u128 = 0x0195_C01A_39FB_D687_9FA0_0B12_0A06_8BAD;
    const LOG2_10: u128 = 0x0352_69E1_2F34_6E2B_F924_AFDB_FD36_BF6D;

    proptest! {
        #[test]
        fn a_power_of_a_logarithm_is_the_number_again(number: u64) {
            let number = u128::from(number.max(1));
            prop_assert_eq!(exp2_nearest(log2(number)), number);
        }

        #[test]
        fn products_of_128_bits_are_those_of_long_multiplication(left: u128, right: u128) {
            // Bit by bit.
            let (mut high, mut low) = (0_u128, 0_u128);
            for bit in (0..128).rev() {
                high = (high << 1) | (low >> 127);
                low <<= 1;
                if (left >> bit) & 1 == 1 {
                    let (sum, carry) = low.overflowing_add(right);
                    low = sum;
                    high += u128::from(carry);
                }
            }
            prop_assert_eq!(wide_product(left, right), (high, low));
        }
    }
}
