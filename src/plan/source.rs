//! When the packets of a stream are created, and how large they are.

use std::sync::Arc;

use super::StreamId;
use crate::pseudowire::clock::{Clock, PacketTimes};
use crate::random::{Seed, StreamKey, uniform_below};
use crate::units::{SimTime, Span, Ticks};

/// When the packets of a stream are created, the first being number 0. Nothing is created at or
/// after [`super::Plan::sources_end`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A circuit: packet n holds the bits from boundary n to boundary n + 1 and is created,
    /// complete, at boundary n + 1.
    Circuit {
        /// The boundaries, for phase zero, by the clock of the sending end.
        boundaries: Ticks,
        /// Where given, the first boundary is moved by a draw, uniform in one period.
        phase: Option<StreamKey>,
        /// The clock of the sending end.
        clock: Clock,
    },
    /// Packet n is created at tick n.
    Periodic(Ticks),
    /// Independent exponential gaps; the first packet one gap after zero.
    Poisson {
        /// Mean gap in 2^-16 ps.
        mean_gap_q16_ps: u64,
        /// The stream of the gaps.
        key: StreamKey,
    },
    /// The same pattern again and again: packet n is created at tick ⌊n / m⌋ and
    /// `offsets[n mod m]` later, m being the number of offsets.
    Cyclic {
        /// When each cycle begins.
        cycles: Ticks,
        /// Ascending from zero, below one period.
        offsets: Arc<[Span]>,
    },
    /// Silence and talk in turn, each exponentially long; silence first. During talk packets
    /// come `gap` apart, the first at its beginning, while strictly before its end (a talk shorter
    /// than a gap has one packet, even one of no length). The stream draws silence, talk,
    /// silence, …
    OnOff {
        /// Between packets of one talk.
        gap: Span,
        /// Mean length of talk in 2^-16 ps.
        mean_on_q16_ps: u64,
        /// Mean length of silence in 2^-16 ps.
        mean_off_q16_ps: u64,
        /// The stream of both.
        key: StreamKey,
    },
    /// At these instants, ascending.
    Listed(Arc<[SimTime]>),
    /// The client of a session: request 0 is created at `first`, every other one `interval` after
    /// the one before it or when the response to that is delivered, whichever is later. If no
    /// response to it has been delivered by `timeout` after its creation (one that comes at that
    /// very instant has), the next is created then; a response that comes later changes nothing.
    ///
    /// At one instant everything that is delivered comes before time-outs, and both before any
    /// packet enters a queue: what they create enters among the arrivals of its instant.
    Request {
        /// Creation of request 0.
        first: SimTime,
        /// Shortest time from request to request.
        interval: Span,
        /// At least the interval.
        timeout: Span,
        /// Stream of the responses.
        response: StreamId,
    },
    /// The server of a session: a response is created `turnaround` after a request is delivered.
    /// Response n answers the n-th request delivered; it is the response to that request.
    Response {
        /// Stream of the requests.
        request: StreamId,
        /// Time at the server.
        turnaround: Span,
    },
}

/// Which variant of its path a packet takes: how large it is.
///
/// Variants are numbered by [`super::Plan::path_of`]; those drawn or listed here are sizes. Where
/// a policer marks packets, variant `sizes + s` is size `s` out of profile.
#[derive(Clone, Debug)]
pub enum Sizes {
    /// All of one size, variant 0.
    One,
    /// Packet n has size `cycle[n mod m]`, m being the length.
    Cycle(Arc<[u16]>),
    /// Independent draws: the least size whose threshold is above the next draw (64 bits) of the
    /// stream. The last threshold is `u64::MAX` and stands for all that is left.
    Drawn {
        /// One per size, ascending.
        thresholds: Arc<[u64]>,
        /// The stream of the sizes: the n-th draw belongs to the n-th packet created.
        key: StreamKey,
    },
}

impl Source {
    /// The packet boundaries of a circuit under this seed; `None` for other sources.
    #[must_use]
    pub fn boundaries(&self, seed: Seed) -> Option<PacketTimes> {
        let Self::Circuit {
            boundaries,
            phase,
            clock,
        } = self
        else {
            return None;
        };
        let mut ticks = *boundaries;
        if let Some(key) = phase {
            let shift = uniform_below(seed.stream(key).draw(), ticks.period().0);
            ticks.first = ticks.first + Span(shift);
        }
        Some(PacketTimes::new(ticks, clock.clone()))
    }
}
