//! How quickly failures are seen and repaired.

use crate::units::Span;

/// How the receiving end of a link direction sees that it is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detection {
    /// Loss of light or signal: so long after the cut, and then the hold-off of the port.
    LossOfSignal {
        /// Until the port sees it.
        delay: Span,
        /// Until the port believes it.
        hold_off: Span,
    },
    /// The radio tells of it in band (7705 SAR microwave fast fault detection): as above.
    FastFault {
        /// Until the radio sees it.
        delay: Span,
        /// Hold timer, 0–900 s.
        hold_off: Span,
    },
    /// BFD, asynchronous mode (RFC 5880 §6.8.4): `multiplier` × `interval` after the last packet
    /// that came. Packets are sent each 75–100 % of the interval (§6.8.7); so between
    /// (multiplier − 1) × interval (excluded) and multiplier × interval (included) after the cut.
    Bfd {
        /// max(local RequiredMinRx, remote DesiredMinTx).
        interval: Span,
        /// Of the remote system.
        multiplier: u32,
    },
    /// Hellos of RSVP or the IGP: dead after `multiplier` × `interval`, as BFD without jitter.
    Hello {
        /// Between hellos.
        interval: Span,
        /// Dead after so many.
        multiplier: u32,
    },
}

impl Detection {
    /// The longest that an end takes to see a cut.
    #[must_use]
    pub fn longest(self) -> Span {
        match self {
            Self::LossOfSignal { delay, hold_off } | Self::FastFault { delay, hold_off } => {
                delay + hold_off
            }
            Self::Bfd {
                interval,
                multiplier,
            }
            | Self::Hello {
                interval,
                multiplier,
            } => interval * u64::from(multiplier),
        }
    }
}

/// Keeps a flapping link down: after the n-th fall within `window` it counts as up again only when
/// it has been up for `hold` × 2^(n−1), at most `max`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damping {
    /// After a first fall.
    pub hold: Span,
    /// At most.
    pub max: Span,
    /// Falls that count.
    pub window: Span,
}

/// The stages of an interior gateway protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Igp {
    /// From detection to the first advertisement sent.
    pub generate: Span,
    /// Pacing at every node that floods it on, besides propagation.
    pub pacing: Span,
    /// From the first advertisement that comes to the computation.
    pub spf_wait: Span,
    /// The computation.
    pub spf: Span,
    /// From its result to the forwarding table.
    pub fib: Span,
}

/// Everything that says when a node acts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ControlSettings {
    /// Per link (place = id): how both its ends see a cut.
    pub detection: Vec<Detection>,
    /// Per link: how its ends come to believe that it is up again.
    pub damping: Vec<Damping>,
    /// A point of local repair, from knowing to forwarding the first packet the other way; also
    /// the time a head end takes to go over to a path that is signalled already.
    pub repair: Span,
    /// A node's handling of a signalling message (PathErr, Path, Resv, status), besides
    /// propagation.
    pub message: Span,
    /// Stages of the interior gateway protocol.
    pub igp: Igp,
    /// How long a head end holds, after it knows of a local repair, before it signals a better
    /// path; it goes over when that is signalled, without a hole (make before break).
    pub reoptimise: Span,
    /// A head end whose path was lost signals anew after this long (the first attempt is made at
    /// once; this is from attempt to attempt).
    pub retry: Span,
    /// How long after the primary path is whole again a head end goes back to it; `None`: never.
    pub revert: Option<Span>,
    /// Whether the penultimate node pops the transport label, and that of a bypass.
    pub penultimate_pop: bool,
}
