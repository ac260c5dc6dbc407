//! The four gaps, never one word: packet hole, replaced TDM, command unavailable, protection
//! unavailable.

use super::ClockMap;
use crate::channel::Timeline;
use crate::mpls::outage::{Outages, Stretch};
use crate::mpls::routing::Routing;
use crate::pseudowire::receive::Receiver;
use crate::units::{SimTime, Span};

/// The gaps of one circuit direction, in real time. Zero: there is none. `None`: it never ends.
/// Of several holes each gap is that of the longest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gaps {
    /// Packet hole: from the failure to the repair, at the point of repair.
    pub packet: Option<Span>,
    /// Replaced TDM, whole packets.
    pub tdm: Option<Span>,
    /// No command passes: from the first replaced bit to data again, a restart included.
    pub command: Option<Span>,
    /// No protection: the same and the recovery of the relay.
    pub protection: Option<Span>,
    /// Packets lost on the way.
    pub lost: u64,
}

/// When a relay trusts its channel again: so many good messages. Figures of the facts are in
/// doubt: a parameter, never a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RelayRecovery {
    /// Good messages in a row.
    pub messages: u64,
    /// From message to message.
    pub interval: Span,
}

/// A stretch of replacement between data, output time of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// The first replaced bit.
    pub from: SimTime,
    /// Data again; `None`: not in this run.
    pub to: Option<SimTime>,
    /// When the first bit that is not put out entered at the far end.
    pub input_from: SimTime,
    /// When the first bit put out behind the hole entered.
    pub input_to: Option<SimTime>,
    /// Whether the loss-of-packets state was entered.
    pub restarted: bool,
}

/// The holes of a timeline that begin within `[from, to)`, in order.
#[must_use]
pub fn holes(timeline: &Timeline, from: SimTime, to: SimTime) -> Vec<Hole> {
    let _ = (timeline, from, to);
    todo!()
}

/// When no packet that met the state of one instant everywhere would arrive: ascending stretches.
#[must_use]
pub fn packet_holes(routing: &Routing, outages: &Outages) -> Vec<Stretch> {
    let _ = (routing, outages);
    todo!()
}

impl Gaps {
    /// The gaps of one direction of a C-pipe: `holes` are those of its timeline, `packet` those of
    /// its routing in real time.
    #[must_use]
    pub fn of_pseudowire(
        holes: &[Hole],
        packet: &[Stretch],
        clock: &ClockMap,
        (receiver, packet_time_exact_ps): (&Receiver, (u64, u64)),
        recovery: RelayRecovery,
        lost: u64,
    ) -> Self {
        let _ = (
            holes,
            packet,
            clock,
            receiver,
            packet_time_exact_ps,
            recovery,
            lost,
        );
        todo!()
    }
}
