//! Exact fractions of 128 bits.

use std::cmp::Ordering;

use super::super::axis::wide_product;

/// A fraction; not reduced until it has to be.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    top: i128,
    /// Above zero.
    bottom: i128,
}

impl Ratio {
    /// `top` / `bottom`, which is above zero.
    pub fn new(top: i128, bottom: i128) -> Self {
        assert!(bottom > 0, "a denominator above zero");
        Self { top, bottom }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.top == 0
    }

    /// Less than nothing made more, and the other way round. Like all that follow: `None` where
    /// 128 bits do not hold it.
    pub fn negated(self) -> Option<Self> {
        Some(Self {
            top: self.top.checked_neg()?,
            bottom: self.bottom,
        })
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.bottom == other.bottom {
            let top = self.top.checked_add(other.top);
            return top.map(|top| Self { top, ..self });
        }
        let sum = |a: Self, b: Self| {
            let left = a.top.checked_mul(b.bottom)?;
            let right = b.top.checked_mul(a.bottom)?;
            Some(Self {
                top: left.checked_add(right)?,
                bottom: a.bottom.checked_mul(b.bottom)?,
            })
        };
        sum(self, other).or_else(|| {
            let (a, b) = (self.reduced()?, other.reduced()?);
            // Over the smallest common denominator.
            let shared = i128::try_from(divisor(a.bottom, b.bottom)).ok()?;
            let left = a.top.checked_mul(b.bottom / shared)?;
            let right = b.top.checked_mul(a.bottom / shared)?;
            Some(Self {
                top: left.checked_add(right)?,
                bottom: a.bottom.checked_mul(b.bottom / shared)?,
            })
        })
    }

    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = |a: Self, b: Self| {
            Some(Self {
                top: a.top.checked_mul(b.top)?,
                bottom: a.bottom.checked_mul(b.bottom)?,
            })
        };
        product(self, other).or_else(|| {
            let crossed = |top, bottom| Self { top, bottom }.reduced();
            let (a, b) = (self.reduced()?, other.reduced()?);
            product(crossed(a.top, b.bottom)?, crossed(b.top, a.bottom)?)
        })
    }

    /// The quotient.
    ///
    /// # Panics
    /// By zero.
    pub fn divided_by(self, other: Self) -> Option<Self> {
        assert!(other.top != 0, "a divisor that was looked at");
        let inverse = Self {
            top: other.bottom.checked_mul(other.top.signum())?,
            bottom: other.top.checked_abs()?,
        };
        self.times(inverse)
    }

    /// Which is larger: always decided.
    pub fn compared(self, other: Self) -> Ordering {
        if self.bottom == other.bottom {
            return self.top.cmp(&other.top);
        }
        let left = self.top.checked_mul(other.bottom);
        let right = other.top.checked_mul(self.bottom);
        if let (Some(left), Some(right)) = (left, right) {
            return left.cmp(&right);
        }
        let signs = self.top.signum().cmp(&other.top.signum());
        signs.then_with(|| {
            let size =
                |top: i128, bottom: i128| wide_product(top.unsigned_abs(), bottom.unsigned_abs());
            let sizes = size(self.top, other.bottom).cmp(&size(other.top, self.bottom));
            if self.top < 0 { sizes.reverse() } else { sizes }
        })
    }

    fn reduced(self) -> Option<Self> {
        let shared = i128::try_from(divisor(self.top, self.bottom)).ok()?;
        Some(Self {
            top: self.top / shared,
            bottom: self.bottom / shared,
        })
    }
}

/// The greatest common divisor; of zero and a number that number.
fn divisor(left: i128, right: i128) -> u128 {
    let (mut left, mut right) = (left.unsigned_abs(), right.unsigned_abs());
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn large_fractions_are_reduced_before_they_are_refused() {
        let large = 1_i128 << 100;
        let third = Ratio::new(large, 3 * large);
        let sum = third.plus(Ratio::new(2 * large, 6 * large - 3)).unwrap();
        assert_eq!(sum.compared(Ratio::new(2, 3)), Ordering::Greater);
        let product = third.times(Ratio::new(3 * large, 1)).unwrap();
        assert_eq!(product.compared(Ratio::new(large, 1)), Ordering::Equal);
        assert!(Ratio::new(large, 1).times(Ratio::new(large, 1)).is_none());
        assert!(Ratio::new(i128::MIN, 1).negated().is_none());
        assert!(
            Ratio::new(i128::MIN, 1)
                .divided_by(Ratio::new(-1, 1))
                .is_none()
        );
        assert!(
            Ratio::new(1, 1)
                .divided_by(Ratio::new(i128::MIN, 1))
                .is_none()
        );
    }

    #[test]
    fn fractions_whose_cross_products_have_256_bits_are_ordered() {
        let max = i128::MAX;
        let near = |top, bottom| Ratio::new(top, bottom);
        // (m - 2)/(m - 1) < (m - 1)/m.
        assert_eq!(
            near(max - 2, max - 1).compared(near(max - 1, max)),
            Ordering::Less
        );
        assert_eq!(
            near(2 - max, max - 1).compared(near(1 - max, max)),
            Ordering::Greater
        );
        assert_eq!(near(-max, 2).compared(near(max, 3)), Ordering::Less);
    }

    proptest! {
        #[test]
        fn small_fractions_follow_the_rules_of_whole_numbers(
            a in -1000_i128..1000, b in 1_i128..1000, c in -1000_i128..1000, d in 1_i128..1000,
        ) {
            let (left, right) = (Ratio::new(a, b), Ratio::new(c, d));
            let same = |got: Option<Ratio>, top: i128, bottom: i128| {
                let got = got.unwrap();
                got.bottom > 0 && got.top * bottom == top * got.bottom
            };
            prop_assert!(same(left.plus(right), a * d + c * b, b * d));
            prop_assert!(same(left.times(right), a * c, b * d));
            if c != 0 {
                prop_assert!(same(left.divided_by(right), a * d, b * c));
            }
            prop_assert_eq!(left.compared(right), (a * d).cmp(&(c * b)));
        }
    }
}
