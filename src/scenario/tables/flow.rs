//! Keys of a flow and of its pattern.

use super::{CLASS, FLOW_RATE, PACKET_SIZE, PATH};
use crate::scenario::fields::{Field, Kind, Variant};
use crate::units::limits::DURATION_MAX;
use crate::units::quantity::TIME;

pub(super) const FLOW: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique among circuits and flows."),
    Field::required("from", &Kind::Name, "Source node."),
    Field::required("to", &Kind::Name, "Destination node."),
    Field::required("class", &CLASS, "Forwarding class."),
    Field::required("pattern", &Kind::Tagged(PATTERNS), "When packets are sent."),
    Field::optional("path", &PATH, "Explicit route; otherwise computed."),
];

const PATTERNS: &[Variant] = &[
    Variant {
        name: "cbr",
        fields: Some(CBR),
    },
    Variant {
        name: "poisson",
        fields: Some(POISSON),
    },
    Variant {
        name: "on-off",
        fields: None,
    },
    Variant {
        name: "trace",
        fields: None,
    },
];

const FLOW_SIZE: Kind = Kind::AnyOf(&[PACKET_SIZE, Kind::Table(WIRE_SIZE)]);

const CBR: &[Field] = &[
    Field::required(
        "period",
        &Kind::Quantity(&TIME, 1, DURATION_MAX.0),
        "Time between packets.",
    ),
    Field::required(
        "size",
        &FLOW_SIZE,
        "Frame with FCS, or every octet on the wire.",
    ),
    Field::optional(
        "first",
        &Kind::Quantity(&TIME, 0, DURATION_MAX.0),
        "First emission; default 0 s.",
    ),
];

const POISSON: &[Field] = &[
    Field::required(
        "rate",
        &FLOW_RATE,
        "Mean bit rate, counting the same octets as size.",
    ),
    Field::required(
        "size",
        &FLOW_SIZE,
        "Frame with FCS, or every octet on the wire.",
    ),
];

const WIRE_SIZE: &[Field] = &[Field::required(
    "wire",
    &PACKET_SIZE,
    "Every octet on the wire; nothing is added.",
)];
