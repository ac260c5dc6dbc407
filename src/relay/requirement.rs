//! Sets of requirements that a circuit may be judged against, with their sources.

use crate::units::Span;

/// A named set of requirements; `None`: it says nothing of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// Name in files.
    pub name: &'static str,
    /// Longest one-way delay.
    pub delay_max: Option<Span>,
    /// Largest difference of both directions.
    pub asymmetry_max: Option<Span>,
    /// Largest variation of what the relay sees.
    pub jitter_max: Option<Span>,
    /// Largest share of lost messages, parts per 10^9.
    pub loss_max_ppb: Option<u64>,
    /// Longest time without a channel after a failure.
    pub recovery_max: Option<Span>,
    /// Clause of the source.
    pub source: &'static str,
    /// Whether the figures could not be read in the source itself.
    pub doubtful: bool,
}

/// The article that the budget of 10 ms is from.
const ARTICLE: &str = "Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9: about one cycle of \
                       60 Hz less 2 x 3 ms of relay time, said as 10 ms";
/// Tables 2 to 5 of RFC 8578.
const RFC_8578: &str =
    "RFC 8578 §3.1; recovery: hitless, the stricter end of \"<50 ms ... hitless\"";
/// Table 8 of RFC 8578.
const WAN_CLASSES: &str = "IEC 61850-90-12:2015, as RFC 8578 table 8 quotes it";
/// Transfer time classes.
const TRANSFER_TIMES: &str = "IEC 61850-5 transfer time class, from application to application: \
                              the network has only a part of it";

/// All of them, in order of name.
pub const REQUIREMENTS: &[Requirement] = &[
    within("article-2011", Span::from_ms(10), ARTICLE),
    within("exact-50hz", Span::from_ms(14), "1/50 s less 2 x 3 ms"),
    within(
        "exact-60hz",
        Span(10_666_666_666),
        "1/60 s less 2 x 3 ms, rounded down to a picosecond",
    ),
    Requirement {
        delay_max: None,
        ..transfer_time("iec61850-5-tt0", Span::ZERO)
    },
    transfer_time("iec61850-5-tt1", Span::from_ms(1000)),
    transfer_time("iec61850-5-tt2", Span::from_ms(500)),
    transfer_time("iec61850-5-tt3", Span::from_ms(100)),
    transfer_time("iec61850-5-tt4", Span::from_ms(20)),
    transfer_time("iec61850-5-tt5", Span::from_ms(10)),
    transfer_time("iec61850-5-tt6", Span::from_ms(3)),
    wan_class(
        "iec61850-90-12-wa",
        Some(Span::from_ms(5)),
        [Span::from_us(10), Span::from_us(100), Span::ZERO],
    ),
    wan_class(
        "iec61850-90-12-wb",
        Some(Span::from_ms(10)),
        [Span::from_us(100), Span::from_ms(1), Span::from_ms(50)],
    ),
    wan_class(
        "iec61850-90-12-wc",
        Some(Span::from_ms(100)),
        [Span::from_ms(1), Span::from_ms(10), Span::from_s(5)],
    ),
    // Its delay is "more than 100 ms": no limit.
    wan_class(
        "iec61850-90-12-wd",
        None,
        [Span::from_ms(10), Span::from_ms(100), Span::from_s(50)],
    ),
    Requirement {
        loss_max_ppb: Some(1),
        ..within(
            "ieee1646",
            Span::from_ms(4),
            "IEEE 1646, as RFC 8578 table 11 quotes it: protection",
        )
    },
    Requirement {
        delay_max: Some(Span::from_ms(4)),
        source: "RFC 8578 table 1, the stricter ends: delay 4 of 4 to 10 ms, jitter 250 of 250 to \
                 750 us, loss 0.1 of 0.1 to 1 %, hitless; asymmetry: what legacy relays bear",
        ..differential("rfc8578-table-1")
    },
    rfc_8578("rfc8578-table-2", 1_000_000),
    differential("rfc8578-table-3"),
    rfc_8578("rfc8578-table-4", 1_000_000),
    rfc_8578("rfc8578-table-5", 10_000_000),
];

/// A delay, and nothing else.
const fn within(name: &'static str, delay_max: Span, source: &'static str) -> Requirement {
    Requirement {
        name,
        delay_max: Some(delay_max),
        asymmetry_max: None,
        jitter_max: None,
        loss_max_ppb: None,
        recovery_max: None,
        source,
        doubtful: false,
    }
}

/// From general knowledge: the standard itself could not be read.
const fn transfer_time(name: &'static str, delay_max: Span) -> Requirement {
    Requirement {
        doubtful: true,
        ..within(name, delay_max, TRANSFER_TIMES)
    }
}

/// `limits`: jitter, asymmetry, recovery. The bit error ratio of a class is no share of messages.
const fn wan_class(name: &'static str, delay_max: Option<Span>, limits: [Span; 3]) -> Requirement {
    let [jitter, asymmetry, recovery] = limits;
    Requirement {
        name,
        delay_max,
        asymmetry_max: Some(asymmetry),
        jitter_max: Some(jitter),
        loss_max_ppb: None,
        recovery_max: Some(recovery),
        source: WAN_CLASSES,
        doubtful: false,
    }
}

/// 5 ms, jitter not critical.
const fn rfc_8578(name: &'static str, loss_max_ppb: u64) -> Requirement {
    Requirement {
        loss_max_ppb: Some(loss_max_ppb),
        recovery_max: Some(Span::ZERO),
        ..within(name, Span::from_ms(5), RFC_8578)
    }
}

/// Current differential: the table says that asymmetry has to be controlled, the text that legacy
/// relays bear 750 us of it.
const fn differential(name: &'static str) -> Requirement {
    Requirement {
        asymmetry_max: Some(Span::from_us(750)),
        jitter_max: Some(Span::from_us(250)),
        source: "RFC 8578 table 3, jitter 250 of 250 to 750 us, hitless; asymmetry: what legacy \
                 relays bear (§3.1)",
        ..rfc_8578(name, 1_000_000)
    }
}

impl Requirement {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        REQUIREMENTS.iter().find(|one| one.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_found_by_name_and_stand_in_its_order() {
        assert!(REQUIREMENTS.is_sorted_by_key(|one| one.name));
        assert_eq!(Requirement::named("rfc8578-table-6"), None);
        for one in REQUIREMENTS {
            assert_eq!(Requirement::named(one.name), Some(one));
        }
    }

    #[test]
    fn current_differential_asks_for_5_ms_and_control_of_asymmetry() {
        // RFC 8578 table 3; table 4 (distance) asks for neither asymmetry nor jitter.
        let table = |name| Requirement::named(name).unwrap();
        let differential = table("rfc8578-table-3");
        assert_eq!(differential.delay_max, Some(Span::from_ms(5)));
        assert_eq!(differential.asymmetry_max, Some(Span::from_us(750)));
        assert_eq!(differential.jitter_max, Some(Span::from_us(250)));
        assert_eq!(differential.loss_max_ppb, Some(1_000_000), "0.1 %");
        assert_eq!(differential.recovery_max, Some(Span::ZERO), "hitless");
        let distance = table("rfc8578-table-4");
        assert_eq!((distance.asymmetry_max, distance.jitter_max), (None, None));
        assert_eq!(table("rfc8578-table-1").delay_max, Some(Span::from_ms(4)));
        assert_eq!(table("rfc8578-table-5").loss_max_ppb, Some(10_000_000));
    }

    #[test]
    fn a_cycle_less_both_relays_leaves_14_ms_at_50_hz_and_10_667_at_60() {
        for (name, hertz) in [("exact-50hz", 50), ("exact-60hz", 60)] {
            let left = 1_000_000_000_000 / hertz - 2 * 3_000_000_000;
            let one = Requirement::named(name).unwrap();
            assert_eq!(one.delay_max, Some(Span(left)), "{name}");
        }
    }

    #[test]
    fn what_could_not_be_read_in_its_source_is_marked() {
        let doubtful: Vec<&str> = REQUIREMENTS
            .iter()
            .filter(|one| one.doubtful)
            .map(|one| one.name)
            .collect();
        assert!(
            doubtful
                .iter()
                .all(|name| name.starts_with("iec61850-5-tt"))
        );
        assert_eq!(doubtful.len(), 7);
        // TT0 is "more than 1 s", WD "more than 100 ms": no limit.
        for name in ["iec61850-5-tt0", "iec61850-90-12-wd"] {
            assert_eq!(Requirement::named(name).unwrap().delay_max, None);
        }
    }
}
