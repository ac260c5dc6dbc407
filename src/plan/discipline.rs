//! How a port sends what waits in front of it, where that is more than strict priority at one rate.

use crate::random::StreamKey;
use crate::traffic::Class;
use crate::units::{BitRate, Octets, SimTime};

/// The discipline of a *general* port.
///
/// # What goes next
/// Whenever the transmitter is free at an instant `t`, all that has arrived by `t` having been
/// admitted:
///
/// 1. If the port's shaper ([`Discipline::port_shaper`]) does not allow the packet that rules 2 and
///    3 choose, nothing begins until it does, whatever comes meanwhile; then the choice is made
///    anew.
/// 2. Among the strict classes (no [`Discipline::quantum`]), the most urgent whose queue is not
///    empty and whose shaper, if any, allows its first packet.
/// 3. Otherwise deficit round robin (Shreedhar & Varghese 1995) among the classes with a quantum.
///    A class joins the end of the round, with a deficit of zero, when a packet is admitted to its
///    empty queue (admissions of one instant in the order of arrivals: class, rank, sequence). The
///    class at the front: if its shaper does not allow its first packet, it goes to the end as it
///    is, its visit over. Otherwise, if this visit has not yet brought its quantum, the quantum is
///    added to its deficit. If its first packet (in octets as queued, [`super::Leg::queued`]) is
///    not larger than the deficit, it is sent and the deficit falls by as much; if that was its
///    last packet the class leaves the round and forgets its deficit, otherwise it stays in front
///    with its visit going on. If the packet is larger, the class goes to the end, keeps its
///    deficit, and its visit is over.
///
/// Where every waiting packet is held by the shaper of its class, nothing begins before the first
/// instant at which one is allowed, or something arrives.
///
/// The round is turned only when a packet is to begin: at an instant at which rule 2 finds a
/// packet, or the port's shaper holds, no deficit changes. (To know which packet rules 2 and 3
/// choose while the port's shaper may hold, the choice is worked out on the side.)
#[derive(Clone, PartialEq, Debug)]
pub struct Discipline {
    /// The rate of the transmitter over time, ascending, the first from zero. Empty where the rate
    /// never changes: then [`super::Leg::serialization`] holds. Otherwise a packet that begins
    /// while a step is in force takes [`super::Leg::bits`] at that rate, rounded up to a whole
    /// picosecond, to its end: a change acts at the next packet boundary. While a step without a
    /// rate is in force the transmitter is not free: nothing begins and nothing is chosen.
    pub rates: Vec<RateStep>,
    /// Octets that a class of the round-robin group may send in a visit; `None` for strict classes.
    /// Every class of the group is less urgent than every strict class in use.
    pub quantum: [Option<Octets>; Class::COUNT],
    /// Shaper of a class.
    pub class_shaper: [Option<Shaper>; Class::COUNT],
    /// Shaper of the whole port.
    pub port_shaper: Option<Shaper>,
    /// Early dropping.
    pub early: [Option<EarlyDrop>; Class::COUNT],
    /// Octets that may wait in a class when a packet out of profile ([`super::Leg::yellow`])
    /// comes, itself included, besides the limit for every packet; `None` as for every packet.
    pub yellow_limit: [Option<Octets>; Class::COUNT],
    /// Frame pre-emption.
    pub preemption: Option<Preemption>,
    /// One queue for all classes in the order of arrivals (a box that knows no classes). Its
    /// limits, that for packets out of profile too, are those of the most urgent class, `NC`, used
    /// or not; no quantum, class shaper, early dropping or pre-emption stands beside it. Counters
    /// stay per class: what is left waiting is counted of the class sent.
    pub single_queue: bool,
    /// The medium is a pipeline: what is sent comes out no earlier than 1 ps after what was sent
    /// before it, of whatever class. The wait counts as media.
    pub keeps_order: bool,
}

/// From this instant on, this rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateStep {
    /// When it begins.
    pub from: SimTime,
    /// Bits per second; `None`: nothing can be sent.
    pub rate: Option<BitRate>,
}

/// A token bucket that holds packets back: it starts full, fills at `rate` up to `burst`, and lets
/// a packet begin as soon as it holds as many octets as the packet has on the transmitter
/// ([`super::Leg::bits`] / 8, part octets counted exactly); they are taken out then.
///
/// Contents are exact: bits times 10^12, which grow by `rate` a picosecond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shaper {
    /// Whole bits per second.
    pub rate_bps: u64,
    /// Octets; no packet that crosses the port is larger.
    pub burst: Octets,
}

/// Random early detection on an averaged queue (Floyd & Jacobson 1993).
///
/// When a packet arrives, the average (octets × 2^16) first moves by
/// `((queue << 16) − average) >> weight_shift` (arithmetic shift; `queue` = octets waiting before
/// the packet). Below `min` it is admitted, from `max` on it is dropped, between them it is dropped
/// with probability `probability_max × (average − min) / (max − min)`: if
/// `draw × (max − min) × 10^9 < probability_max_ppb × (average − min) × 2^32`, the draw being the
/// upper 32 bits of the next 64 of the stream `key`, the limits × 2^16 like the average. Every
/// arrival at the queue draws once, whatever the average. What passes is then admitted or dropped
/// by the limit of the queue. The average does not decay while the queue is idle.
#[derive(Clone, PartialEq, Debug)]
pub struct EarlyDrop {
    /// Octets below which nothing is dropped.
    pub min: Octets,
    /// Octets from which everything is; above `min`.
    pub max: Octets,
    /// Probability at `max`, in parts per 10^9.
    pub probability_max_ppb: u64,
    /// The average moves by 2^-shift of the difference.
    pub weight_shift: u32,
    /// The stream of (port, class).
    pub key: StreamKey,
}

/// Frame pre-emption (IEEE 802.3br, IEEE 802.1Qbu).
///
/// A packet of a class that is not express may be cut when a packet of an express class is admitted
/// while it is being sent. With `b` the instant at which the present piece began and `w` octets
/// left of the packet at `b`, it is cut after the least whole number of octets `n` with
/// `n ≥ fragment_min` and `b` + (time of `n` octets) ≥ now, if `w − n ≥ fragment_min`; otherwise it
/// is not cut by that arrival. A packet that is to be cut already is not cut anew. The transmitter
/// is free again at `b` + (time of `n + overhead` octets). From then on express packets go by the
/// rules of [`Discipline`]; when none is waiting, the rest of the cut packet goes before any other
/// packet that is not express, as a piece of its own that may be cut in turn. Times of octets are
/// those of the port's rate, rounded up. The packet comes up behind the medium as a whole with its
/// last piece.
///
/// The rest of a cut packet waits in no queue: limits and averages do not see it, and only its
/// first piece counts as its transmission.
///
/// Of a cut packet's delay, the time of its pieces with their overheads counts as serialization,
/// the time between them as queueing.
///
/// A port with pre-emption has [`Discipline::rates`] of one step, no shapers, and legs of whole
/// octets; its express classes are strict ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Preemption {
    /// Classes whose packets cut others and are never cut.
    pub express: [bool; Class::COUNT],
    /// Least octets of a piece (64).
    pub fragment_min: Octets,
    /// Octets that a cut adds: check sequence of the piece, gap and preamble (24).
    pub overhead: Octets,
}

impl Default for Discipline {
    /// Strict priority at one rate: what a plain port does.
    fn default() -> Self {
        Self {
            rates: Vec::new(),
            quantum: [None; Class::COUNT],
            class_shaper: [None; Class::COUNT],
            port_shaper: None,
            early: [const { None }; Class::COUNT],
            yellow_limit: [None; Class::COUNT],
            preemption: None,
            single_queue: false,
            keeps_order: false,
        }
    }
}
