//! Control profiles: when the nodes of a network act, where the scenario does not say.

use crate::mpls::settings::Detection;
use crate::topology::Constant;
use crate::units::Span;
use crate::units::quantity::{Dimension, TIME};

/// A named set of values of the control plane.
#[derive(Debug)]
pub struct ControlProfile {
    /// Name in `[control]`.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// How both ends of a link see a cut.
    pub detection: Detection,
    /// Where that comes from.
    pub detection_source: &'static str,
    /// Shortest interval of BFD that its product sends.
    pub bfd_interval_min: Span,
    /// Multipliers of BFD that it takes, first and last.
    pub bfd_multiplier: [u32; 2],
    /// The product and the page that say so.
    pub bfd_source: &'static str,
    /// All other values, in order of name by bytes.
    pub constants: &'static [Constant],
}

impl ControlProfile {
    /// The profile of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// How a cut is seen, in words.
    #[must_use]
    pub fn detection_in_words(&self) -> String {
        super::control::described(self.detection)
    }
}

/// A count of messages; base unit 1 message.
const MESSAGES: Dimension = Dimension {
    name: "number of messages",
    units: &[("messages", 1)],
    example: "5 messages",
};

/// The profiles, in order of name by bytes; the first is the default.
pub static PROFILES: [ControlProfile; 2] = [
    ControlProfile {
        name: "tuned",
        about: "timers set for fast restoration",
        detection: Detection::LossOfSignal {
            delay: Span::from_ms(10),
            hold_off: Span::ZERO,
        },
        detection_source: "own knowledge, to be verified: loss of light is seen in 0.1 to 10 ms; \
                           the longest",
        bfd_interval_min: Span::from_ms(10),
        bfd_multiplier: [1, 255],
        bfd_source: "Nokia 7750 SR, BFD of link aggregation members: 10 ms at least (page to be \
                     verified); multiplier of 8 bits: RFC 5880 clause 4.1",
        constants: &[
            DAMPING_HOLD,
            DAMPING_MAX,
            DAMPING_WINDOW,
            FIB,
            GENERATE,
            PACING,
            SPF,
            spf_wait(
                50,
                "own choice, to be verified: a network tuned to converge within 1 s",
            ),
            MESSAGE,
            RELAY_MESSAGES,
            REOPTIMISE,
            repair(5),
            RETRY,
            REVERT,
        ],
    },
    ControlProfile {
        name: "vendor-2010",
        about: "a 7705 SAR of 2010 with its default timers",
        detection: Detection::Bfd {
            interval: Span::from_ms(100),
            multiplier: 3,
        },
        detection_source: N_SERVICES,
        bfd_interval_min: Span::from_ms(100),
        bfd_multiplier: [3, 20],
        bfd_source: N_SERVICES,
        constants: &[
            DAMPING_HOLD,
            DAMPING_MAX,
            DAMPING_WINDOW,
            FIB,
            GENERATE,
            PACING,
            SPF,
            spf_wait(
                1000,
                "own knowledge, to be verified: first wait of the vendor's spf-wait",
            ),
            MESSAGE,
            RELAY_MESSAGES,
            REOPTIMISE,
            repair(10),
            RETRY,
            REVERT,
        ],
    },
];

const N_SERVICES: &str = "Alcatel-Lucent 7705 SAR OS Services Guide p363: BFD of 100 ms to 100 s, default 100 ms; \
     multiplier 3 to 20, default 3";
const OWN_CHOICE: &str = "own choice, to be verified";

const fn time(
    name: &'static str,
    meaning: &'static str,
    value: Span,
    source: &'static str,
) -> Constant {
    Constant {
        name,
        meaning,
        value: value.as_ps(),
        dimension: &TIME,
        source,
    }
}

const DAMPING_HOLD: Constant = time(
    "control.damping.hold",
    "a link that fell is down for so long after it came back; doubled with every further fall",
    Span::from_s(1),
    OWN_CHOICE,
);
const DAMPING_MAX: Constant = time(
    "control.damping.max",
    "longest hold of a flapping link",
    Span::from_s(60),
    OWN_CHOICE,
);
const DAMPING_WINDOW: Constant = time(
    "control.damping.window",
    "falls so close together count",
    Span::from_s(60),
    OWN_CHOICE,
);
const FIB: Constant = time(
    "control.igp.fib",
    "from the result of a computation to the forwarding table",
    Span::from_ms(100),
    OWN_CHOICE,
);
const GENERATE: Constant = time(
    "control.igp.generate",
    "from detection to the first advertisement",
    Span::from_ms(10),
    OWN_CHOICE,
);
const PACING: Constant = time(
    "control.igp.pacing",
    "at every node that floods an advertisement on",
    Span::from_ms(1),
    OWN_CHOICE,
);
const SPF: Constant = time(
    "control.igp.spf",
    "computation of the shortest paths",
    Span::from_ms(10),
    OWN_CHOICE,
);
const MESSAGE: Constant = time(
    "control.message",
    "a node's handling of a signalling message",
    Span::from_ms(1),
    OWN_CHOICE,
);
const RELAY_MESSAGES: Constant = Constant {
    name: "control.relay_recovery.messages",
    meaning: "good messages after which a relay trusts its channel again",
    value: 5,
    dimension: &MESSAGES,
    source: "own choice, doubtful: relays differ; to be taken from the relay's manual",
};
const REOPTIMISE: Constant = time(
    "control.reoptimise",
    "hold of a head end between a local repair and the signalling of a better path",
    Span::from_s(1),
    "own knowledge, to be verified: about 1 s before traffic moves make before break",
);
const RETRY: Constant = time(
    "control.retry",
    "from one attempt to signal a path to the next",
    Span::from_s(30),
    "own knowledge, to be verified: the vendor's default retry timer",
);
const REVERT: Constant = time(
    "control.revert",
    "how long after the first path is whole again a head end goes back to it",
    Span::from_s(10),
    OWN_CHOICE,
);

const fn spf_wait(ms: u64, source: &'static str) -> Constant {
    time(
        "control.igp.spf_wait",
        "from the first advertisement to the computation",
        Span::from_ms(ms),
        source,
    )
}

const fn repair(ms: u64) -> Constant {
    time(
        "control.repair",
        "a point of local repair, from knowing to forwarding the other way",
        Span::from_ms(ms),
        "own knowledge, to be verified: re-programming takes 1 to 10 ms",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_their_values_stand_in_the_order_of_names_and_name_a_source() {
        assert!(PROFILES.is_sorted_by_key(|profile| profile.name));
        for profile in &PROFILES {
            let names = |one: &Constant| one.name;
            assert!(profile.constants.is_sorted_by_key(names));
            assert_eq!(
                profile.constants.iter().map(names).collect::<Vec<_>>(),
                PROFILES[0].constants.iter().map(names).collect::<Vec<_>>()
            );
            assert!(profile.constants.iter().all(|one| !one.source.is_empty()));
        }
    }

    #[test]
    fn bfd_of_2010_detects_between_200_and_300_ms() {
        let Detection::Bfd {
            interval,
            multiplier,
        } = PROFILES[1].detection
        else {
            panic!("the 7705 of 2010 has no other detection of its own");
        };
        assert_eq!(interval * u64::from(multiplier), Span::from_ms(300));
        assert_eq!(interval * u64::from(multiplier - 1), Span::from_ms(200));
    }
}
