//! Keys of a service: a preset laid over stations.

use super::CLASS;
use super::flow::POLICER;
use crate::scenario::fields::{Field, Kind};
use crate::units::limits::NODES_MAX;

pub(super) const SERVICE: &[Field] = &[
    Field::required("name", &Kind::Name, "Its flows are named NAME FROM-TO."),
    Field::required(
        "preset",
        &PRESET,
        "Which service; see `pilotwire presets services`.",
    ),
    Field::required("hub", &Kind::Name, "The station that all sites talk with."),
    Field::required(
        "sites",
        &Kind::AnyOf(&[Kind::Word("*"), Kind::List(&Kind::Name, 1, NODES_MAX)]),
        "The other stations; \"*\" for all but the hub.",
    ),
    Field::optional(
        "scale",
        &Kind::Whole(1, 1000),
        "Times the load of the preset; default 1.",
    ),
    Field::optional(
        "class",
        &CLASS,
        "Forwarding class in place of the preset's.",
    ),
    Field::optional("policer", &POLICER, "Policer of each of its flows."),
];

pub(super) const PRESET: Kind = Kind::OneOf {
    words: &[
        "line-protection",
        "scada",
        "radio",
        "metering",
        "office-lan",
        "tdm-telephony",
        "voip",
        "internet",
        "maintenance",
        "broadcast-storm",
        "firmware-bulk",
    ],
    not_yet: &[],
};
