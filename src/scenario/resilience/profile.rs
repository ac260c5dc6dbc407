//! Control profiles: when the nodes of a network act, where the scenario does not say.

use crate::mpls::settings::{Damping, Detection, Igp};
use crate::units::Span;

/// A named set of times of the control plane.
#[derive(Debug)]
pub struct ControlProfile {
    /// Name in `[control]`.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// How both ends of a link see a cut.
    pub detection: Detection,
    /// The product and page that give the limits of BFD, for messages.
    pub bfd_source: &'static str,
    /// Shortest interval of BFD that it sends.
    pub bfd_interval_min: Span,
    /// Multipliers of BFD that it takes, first and last.
    pub bfd_multiplier: [u32; 2],
    /// From knowing to forwarding the other way.
    pub repair: Span,
    /// Handling of a signalling message.
    pub message: Span,
    /// Stages of the interior gateway protocol.
    pub igp: Igp,
    /// Hold before a better path is signalled.
    pub reoptimise: Span,
    /// From one attempt to the next.
    pub retry: Span,
    /// How long after the primary path is whole; `None`: never.
    pub revert: Option<Span>,
    /// How a flapping link is held down.
    pub damping: Damping,
    /// Whether the penultimate node pops.
    pub penultimate_pop: bool,
    /// Good messages after which a relay trusts its channel again.
    pub relay_messages: u32,
}

/// The profiles, in order of name by bytes; the first is the default.
pub static PROFILES: [ControlProfile; 2] = [
    ControlProfile {
        name: "tuned",
        about: "timers set for fast restoration",
        detection: Detection::LossOfSignal {
            delay: Span::from_ms(10),
            hold_off: Span::ZERO,
        },
        bfd_source: "7750 SR, micro-BFD of link aggregation: 10 ms at least; RFC 5880 §4.1",
        bfd_interval_min: Span::from_ms(10),
        bfd_multiplier: [1, 255],
        repair: Span::from_ms(5),
        message: Span::from_ms(1),
        igp: Igp {
            generate: Span::from_ms(10),
            pacing: Span::from_ms(1),
            spf_wait: Span::from_ms(50),
            spf: Span::from_ms(10),
            fib: Span::from_ms(100),
        },
        reoptimise: Span::from_s(1),
        retry: Span::from_s(30),
        revert: Some(Span::from_s(10)),
        damping: DAMPING,
        penultimate_pop: false,
        relay_messages: 5,
    },
    ControlProfile {
        name: "vendor-2010",
        about: "a 7705 of 2010 with its default timers",
        detection: Detection::Bfd {
            interval: Span::from_ms(100),
            multiplier: 3,
        },
        bfd_source: "7705 SAR OS Services Guide of 2010, p. 363: 100 ms at least, multiplier 3-20",
        bfd_interval_min: Span::from_ms(100),
        bfd_multiplier: [3, 20],
        repair: Span::from_ms(10),
        message: Span::from_ms(1),
        igp: Igp {
            generate: Span::from_ms(10),
            pacing: Span::from_ms(1),
            spf_wait: Span::from_s(1),
            spf: Span::from_ms(10),
            fib: Span::from_ms(100),
        },
        reoptimise: Span::from_s(1),
        retry: Span::from_s(30),
        revert: Some(Span::from_s(10)),
        damping: DAMPING,
        penultimate_pop: false,
        relay_messages: 5,
    },
];

const DAMPING: Damping = Damping {
    hold: Span::from_s(1),
    max: Span::from_s(60),
    window: Span::from_s(60),
};
