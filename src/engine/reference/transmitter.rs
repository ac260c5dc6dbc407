//! A plain port: strict priority at one rate.

use std::collections::VecDeque;

use super::general::General;
use crate::engine::outcome::QueueOutcome;
use crate::plan::Port;
use crate::random::Seed;
use crate::traffic::Class;
use crate::units::Octets;

/// A port as it runs.
pub(super) enum Transmitter<'p> {
    Plain(Box<Plain<'p>>),
    General(Box<General<'p>>),
}

/// Its queues of (stream, sequence), and the transmitter.
pub(super) struct Plain<'p> {
    pub(super) limits: &'p [Option<Octets>; Class::COUNT],
    pub(super) queues: [VecDeque<(u32, u64)>; Class::COUNT],
    /// Which queues hold packets: bit 0 is the most urgent.
    pub(super) filled: u32,
    pub(super) octets: [u64; Class::COUNT],
    pub(super) free: u64,
    /// Whether a service is on the agenda.
    pub(super) called: bool,
    /// When a packet last entered each queue.
    pub(super) last_entry: [u64; Class::COUNT],
    pub(super) outcome: [QueueOutcome; Class::COUNT],
}

impl<'p> Transmitter<'p> {
    pub(super) fn idle(port: &'p Port, seed: Seed) -> Self {
        match &port.discipline {
            Some(discipline) => Self::General(Box::new(General::new(port, discipline, seed))),
            None => Self::Plain(Box::new(Plain {
                limits: &port.queue_limit,
                queues: std::array::from_fn(|_| VecDeque::new()),
                filled: 0,
                octets: [0; Class::COUNT],
                free: 0,
                called: false,
                last_entry: [u64::MAX; Class::COUNT],
                outcome: [QueueOutcome::default(); Class::COUNT],
            })),
        }
    }

    pub(super) fn outcome(&self) -> [QueueOutcome; Class::COUNT] {
        match self {
            Self::Plain(port) => port.outcome,
            Self::General(port) => port.outcome,
        }
    }
}
