//! Every limit in one place, checked when a scenario is compiled, never asserted mid-run.

use super::Span;

/// Longest run. Picoseconds in a `u64` end at 213.5 days; the last half day is room to drain.
pub const DURATION_MAX: Span = Span::from_s(213 * 86_400);
/// Most nodes in a topology.
pub const NODES_MAX: usize = 10_000;
/// Most links in a topology.
pub const LINKS_MAX: usize = 50_000;
/// Most circuits and flows together in a scenario.
pub const FLOWS_MAX: usize = 100_000;
/// Most links on one path.
pub const HOPS_MAX: usize = 255;
/// Largest packet, octets on the wire (a jumbo frame with room).
pub const PACKET_OCTETS_MAX: u64 = 65_535;
/// Jitter buffer range, whole milliseconds (Nokia SAP MIB `sapCemJitterBuffer`).
pub const JITTER_BUFFER_MS: std::ops::RangeInclusive<u64> = 1..=250;
/// Most packets a jitter buffer may hold (7705 SAR OS Services Guide p249, MIB).
pub const JITTER_BUFFER_PACKETS_MAX: u64 = 32;
/// Largest scenario or topology file read, octets.
pub const FILE_OCTETS_MAX: u64 = 64 << 20;
/// Longest route of one link: a quarter of the way to the moon.
pub const LENGTH_MAX: super::Length = super::Length(100_000 * super::length::MM_PER_KM);
/// Longest propagation over one link, processing in one node, phase and first emission.
pub const DELAY_MAX: Span = Span::from_s(60);
/// Slowest and fastest link, b/s: a modem of long ago, and ten times today's fastest port.
pub const LINK_RATE_BPS: std::ops::RangeInclusive<u64> = 1_000..=10_000_000_000_000;
/// Largest routing metric of a link: sums over any path stay within 64 bits.
pub const METRIC_MAX: u64 = 1 << 48;
/// Most packets one source may send in a run: ten years of one circuit's worth of computing.
pub const PACKETS_MAX: u64 = 1 << 40;
/// Longest mean of an exponential time: it is kept in 2^-16 ps.
pub const MEAN_TIME_MAX: Span = Span::from_s(281);
/// Most packets of a trace, or frames in a group of pictures.
pub const TRACE_PACKETS_MAX: usize = 1 << 22;
/// Shortest mean time between bursts of errors: more often is no burst.
pub const BURSTS_EVERY_MIN: Span = Span::from_ms(1);
/// Most commands sampled per circuit and direction.
pub const COMMANDS_MAX: u64 = 1_000_000_000;
/// Most streams of a scenario: two for every circuit or flow there may be.
pub const STREAMS_MAX: usize = 2 * FLOWS_MAX;
