//! How seldom commands may be late, missing or unwanted, by scheme: figures that are widely quoted
//! from IEC 60834-1, whose text could not be read.
//!
//! The times of that standard exclude the telecom circuit, and its security is counted per burst of
//! noise: what is held against these figures is our own share, after its idea, not its figure.

/// Limits of one kind of scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dependability {
    /// Names of its schemes.
    pub schemes: &'static [&'static str],
    /// Largest share of bursts of noise that may make an unwanted command (Puc), parts per 10^9.
    pub unwanted_max_ppb: u64,
    /// Largest share of commands that may be late or missing (Pmc), parts per 10^9.
    pub missing_max_ppb: u64,
    /// Where it is from.
    pub source: &'static str,
    /// Whether the figures could not be read in the source itself.
    pub doubtful: bool,
}

/// All of them; the stricter figure where tables differ.
pub const DEPENDABILITY: &[Dependability] = &[
    quoted(&["DCB"], 1_000_000, 1_000_000),
    quoted(&["PUTT"], 100_000, 10_000_000),
    quoted(&["POTT"], 1_000_000, 1_000_000),
    quoted(&["DUTT", "DTT"], 1_000, 100_000),
];

const fn quoted(
    schemes: &'static [&'static str],
    unwanted_max_ppb: u64,
    missing_max_ppb: u64,
) -> Dependability {
    Dependability {
        schemes,
        unwanted_max_ppb,
        missing_max_ppb,
        source: "widely quoted of IEC 60834-1:1999, not read there; to be verified",
        doubtful: true,
    }
}

impl Dependability {
    /// That of a scheme; `None`: no figure is known.
    #[must_use]
    pub fn of_scheme(scheme: &str) -> Option<&'static Self> {
        DEPENDABILITY
            .iter()
            .find(|one| one.schemes.contains(&scheme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::distance::Scheme;

    #[test]
    fn intertrips_are_the_most_secure_and_blocks_the_least() {
        let unwanted = |scheme: Scheme| {
            Dependability::of_scheme(scheme.name()).map(|one| one.unwanted_max_ppb)
        };
        assert_eq!(unwanted(Scheme::Dtt), Some(1_000), "1e-6");
        assert_eq!(unwanted(Scheme::Putt), Some(100_000), "1e-4");
        assert_eq!(unwanted(Scheme::Dcb), Some(1_000_000), "1e-3");
        assert_eq!(unwanted(Scheme::Dcub), None);
        assert!(DEPENDABILITY.iter().all(|one| one.doubtful));
    }
}
