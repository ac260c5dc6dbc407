//! Keys of a flow.

use super::pattern::PATTERNS;
use super::{CLASS, FLOW_RATE, PACKET_SIZE, PATH};
use crate::scenario::fields::{Field, Kind};
use crate::units::limits::NODES_MAX;
use crate::units::quantity::SIZE;

pub(super) const FLOW: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique among circuits and flows."),
    Field::required("from", &Kind::Name, "Source node."),
    Field::required(
        "to",
        &Kind::AnyOf(&[Kind::Name, Kind::List(&Kind::Name, 1, NODES_MAX)]),
        "Destination node; for vpls also several, or \"*\" for all others: a copy to each.",
    ),
    Field::required("class", &CLASS, "Forwarding class."),
    Field::required("pattern", &Kind::Tagged(PATTERNS), "When packets are sent."),
    Field::optional("path", &PATH, "Explicit route; otherwise computed."),
    Field::optional(
        "transport",
        &TRANSPORT,
        "Service that carries the frames; default none: size is what stands on the link.",
    ),
    Field::optional(
        "policer",
        &POLICER,
        "Meters the packets where they enter, in octets on the network's first link.",
    ),
    Field::optional(
        "firewalled",
        &Kind::Flag,
        "Whether it passes the firewalls of both stations; default true for vpls and vprn.",
    ),
];

pub(super) const TRANSPORT: Kind = Kind::OneOf {
    words: &["none", "vpws", "vpls", "vprn"],
    not_yet: &[],
};

pub(super) const BURST: Kind = Kind::Quantity(&SIZE, 1, 1_000_000_000);
pub(super) const EXCESS: Kind = Kind::Quantity(&SIZE, 0, 1_000_000_000);

pub(super) const POLICER: Kind = Kind::Table(&[
    Field::required(
        "rate",
        &FLOW_RATE,
        "Committed rate (CIR): RFC 2697, with `peak` RFC 2698.",
    ),
    Field::required("burst", &BURST, "Committed burst size (CBS)."),
    Field::optional(
        "excess",
        &EXCESS,
        "Excess burst size (EBS) of a single rate; default 0 B.",
    ),
    Field::optional("peak", &FLOW_RATE, "Peak rate (PIR), at least the rate."),
    Field::optional("peak_burst", &BURST, "Peak burst size (PBS)."),
]);

pub(super) const FRAME: Kind = PACKET_SIZE;
