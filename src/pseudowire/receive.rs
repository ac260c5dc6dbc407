//! The receiving end of a circuit: jitter buffer and play-out, as RFC 4553 §6.2 and RFC 5086
//! §6.2 leave it, with our choices where they leave it open (`docs/models/jitter-buffer.md`).

use crate::units::Span;

/// Settings of the receiving end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receiver {
    /// When play-out begins.
    pub playout: Playout,
    /// Whole packets that may wait.
    pub capacity_packets: u32,
    /// Consecutive missing packets that make the loss-of-packets state (RFC 5604
    /// `ConsecMissPktsOutSynch`, default 10).
    pub missing_limit: u32,
    /// Consecutive packets that end it (RFC 5604 `ConsecPktsInSynch`, default 2).
    pub in_sync: u32,
    /// Without a start after this, the loss-of-packets state (RFC 5604 `SetUp2SynchTimeOut`,
    /// default 5000 ms).
    pub setup_timeout: Span,
}

/// When play-out begins; the models differ by milliseconds at identical settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Playout {
    /// Model A: on arrival of the k-th consecutive packet.
    FillHalf {
        /// k = max(1, ceil((buffer / 2) / packet time)).
        packets: u32,
    },
    /// Model B: one level after the first packet.
    Prefill {
        /// The configured jitter buffer.
        level: Span,
    },
}
