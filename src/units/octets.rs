//! Sizes in octets.

/// A number of octets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Octets(pub u64);

impl std::ops::Add for Octets {
    type Output = Self;
    #[track_caller]
    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .expect("size beyond 2^64 octets"),
        )
    }
}

impl std::fmt::Display for Octets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} B", self.0)
    }
}
