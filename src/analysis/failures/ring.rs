//! Ring protection of circuits on timeslots (SNCP, UPSR): the receiving end selects.

use crate::channel::Timeline;
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// One direction of a circuit, sent both ways round at once; its receiving end selects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Delay of the working path, interfaces excluded.
    pub working: Span,
    /// Delay of the other way round; `None`: there is none.
    pub protection: Option<Span>,
    /// From the first bad bit at the selector to the other path: detection and switching.
    pub switch: Span,
    /// Back to the working path when that has been good for so long; `None`: never.
    pub revert: Option<Span>,
}

impl Ring {
    /// What is put out until `end`. `dark`: when nothing good comes out at the receiving end by
    /// the working and by the other path; see [`dark`].
    #[must_use]
    pub fn timeline(&self, dark: [&[Stretch]; 2], end: SimTime) -> Timeline {
        let _ = (dark, end);
        todo!()
    }
}

/// When nothing good comes out at the end of a path: per link, when it is cut (seen at its far
/// end), its propagation, and what the way from its far end to the end of the path takes.
#[must_use]
pub fn dark(links: &[(&[Stretch], Span, Span)]) -> Vec<Stretch> {
    let _ = links;
    todo!()
}
