//! A port: a plain one, strict priority at one rate, or a general one.

use std::collections::VecDeque;

use super::general::General;
use crate::engine::outcome::QueueOutcome;
use crate::plan::Port;
use crate::random::Seed;
use crate::traffic::Class;
use crate::units::Octets;

/// A port as it runs: a general one in `general`, a plain one in the queues of (stream, sequence)
/// and the transmitter here.
pub(super) struct Transmitter<'p> {
    pub(super) general: Option<Box<General<'p>>>,
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
        let general = port.discipline.as_deref();
        Self {
            general: general.map(|discipline| Box::new(General::new(port, discipline, seed))),
            limits: &port.queue_limit,
            queues: std::array::from_fn(|_| VecDeque::new()),
            filled: 0,
            octets: [0; Class::COUNT],
            free: 0,
            called: false,
            last_entry: [u64::MAX; Class::COUNT],
            outcome: [QueueOutcome::default(); Class::COUNT],
        }
    }

    /// The discipline at work of a port that events for general ports are addressed to.
    pub(super) fn general(&mut self) -> &mut General<'p> {
        self.general.as_mut().expect("a general port")
    }

    pub(super) fn outcome(&self) -> [QueueOutcome; Class::COUNT] {
        let general = self.general.as_ref();
        general.map_or(self.outcome, |general| general.outcome)
    }
}
