//! The phase of packets that a failure hits worst: searched, not sampled.

use super::Gaps;
use super::gaps::{Hole, RelayRecovery};
use crate::engine::Received;
use crate::mpls::outage::Stretch;
use crate::plan::{Plan, StreamId};
use crate::units::SimTime;

/// The phase of a circuit direction with the worst outcome on the queue-free network.
#[derive(Clone, PartialEq, Debug)]
pub struct WorstPhase {
    /// The first packet boundary of the run.
    pub boundary: SimTime,
    /// Which of the plans it was found in.
    pub plan: usize,
    /// What that phase costs; the packet hole is left at zero (it has no phase).
    pub gaps: Gaps,
    /// The longest hole, where there is one.
    pub hole: Option<Hole>,
    /// Phases that were tried.
    pub tried: usize,
}

/// The phase of a C-pipe with the longest command gap, then the most replaced TDM, then the most
/// lost packets, then the earliest boundary, then the first plan: over packets created within
/// `over`, under each of the plans (detection at its latest and at its earliest).
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn worst_phase(
    plans: &[&Plan],
    stream: StreamId,
    over: Stretch,
    recovery: RelayRecovery,
) -> WorstPhase {
    let _ = (plans, stream, over, recovery);
    todo!()
}

/// What the receiving end makes of this phase on the queue-free network.
#[must_use]
pub fn queue_free(plan: &Plan, stream: StreamId, over: Stretch, boundary: SimTime) -> Received {
    let _ = (plan, stream, over, boundary);
    todo!()
}
