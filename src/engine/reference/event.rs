//! What is to happen, as a number: the least number is the next event.

/// Time (64 bits), phase (3), class (3), rank of the stream or number of the port (26), low bits
/// of the packet's sequence (32).
pub(super) type Event = u128;

// The phases of an instant. A change of rate needs no event: it is looked up when a packet begins.

/// The last bit of a piece leaves a transmitter that can be cut short: nothing that happens at
/// this instant can change it any more.
pub(super) const FINISH: u64 = 0;
/// A packet reaches its receiver. What a session answers at once still enters at this instant.
pub(super) const DELIVERY: u64 = 1;
/// A packet reaches the receiving end of the stream that its own is a copy of.
pub(super) const COPY: u64 = 2;
/// A client waits no longer.
pub(super) const TIMEOUT: u64 = 3;
/// A packet is created, comes into a node or enters a queue.
pub(super) const ARRIVAL: u64 = 4;
/// A transmitter looks for a packet.
pub(super) const SERVICE: u64 = 5;
/// A circuit plays out.
pub(super) const TIMER: u64 = 6;

const RANK_BITS: u32 = 26;

#[inline(always)]
pub(super) fn event(at: u64, phase: u64, class: u64, rank: u32, sequence: u64) -> Event {
    let order = phase << 61 | class << 58 | u64::from(rank) << 32 | sequence & 0xFFFF_FFFF;
    u128::from(at) << 64 | u128::from(order)
}

/// When an event happens.
#[inline(always)]
pub(super) fn instant(event: Event) -> u64 {
    (event >> 64) as u64
}

/// The phase, the stream or port, and the low bits of the sequence.
#[inline(always)]
pub(super) fn subject(event: Event) -> (u64, u32, u64) {
    let order = event as u64;
    let rank = (order >> 32) as u32 & ((1 << RANK_BITS) - 1);
    (order >> 61, rank, order & 0xFFFF_FFFF)
}
