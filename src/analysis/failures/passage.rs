//! Packets through a network without queues: what becomes of one created at any instant.

use crate::mpls::outage::Stretch;
use crate::plan::{Plan, StreamId};
use crate::units::Span;

/// Packets created in a stretch of time that fare alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// When they are created.
    pub created: Stretch,
    /// Network delay, without waiting and with drawn processing at its longest; `None`: lost.
    pub delay: Option<Span>,
}

/// What becomes of packets of the first size of a stream created within `over`: pieces without a
/// gap between them, ascending, neighbours different.
#[must_use]
pub fn pieces(plan: &Plan, stream: StreamId, over: Stretch) -> Vec<Piece> {
    let _ = (plan, stream, over);
    todo!()
}
