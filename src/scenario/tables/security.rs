//! Keys of the security controls and of what they are there against.

use super::flow::{BURST, EXCESS};
use super::{CLASS, FLOW_RATE, PACKET_SIZE};
use crate::scenario::fields::{Field, Kind};
use crate::traffic::Class;
use crate::units::limits::{DURATION_MAX, NODES_MAX};
use crate::units::quantity::TIME;

const SWITCH: Kind = Kind::OneOf {
    words: &["on", "off"],
    not_yet: &[],
};

pub(super) const SECURITY: &[Field] = &[
    Field::optional(
        "filters",
        &SWITCH,
        "Whether bandwidth filters act; default on where there are any.",
    ),
    Field::optional(
        "firewalls",
        &SWITCH,
        "Whether flows pass the firewalls of their stations; default on.",
    ),
    Field::optional(
        "filter",
        &Kind::Table(FILTERS),
        "Bandwidth filter of each class: every flow without a policer of its own is metered.",
    ),
];

pub(super) const FILTERS: &[Field] = &[
    Field::optional("NC", &FILTER, "Filter of NC."),
    Field::optional("H1", &FILTER, "Filter of H1."),
    Field::optional("EF", &FILTER, "Filter of EF."),
    Field::optional("H2", &FILTER, "Filter of H2."),
    Field::optional("L1", &FILTER, "Filter of L1."),
    Field::optional("AF", &FILTER, "Filter of AF."),
    Field::optional("L2", &FILTER, "Filter of L2."),
    Field::optional("BE", &FILTER, "Filter of BE."),
];

const FILTER: Kind = Kind::Table(&[
    Field::required("rate", &FLOW_RATE, "What one service may send."),
    Field::required("burst", &BURST, "And how much at once."),
    Field::optional(
        "excess",
        &EXCESS,
        "What may go beyond it, out of profile; default 0 B.",
    ),
]);

pub(super) const FLOOD: &[Field] = &[
    Field::required("name", &Kind::Name, "Its flows are named NAME CLASS."),
    Field::required("site", &Kind::Name, "The compromised station."),
    Field::required(
        "to",
        &Kind::List(&Kind::Name, 1, NODES_MAX),
        "The stations it floods.",
    ),
    Field::required("rate", &FLOW_RATE, "Per class and destination."),
    Field::required("size", &PACKET_SIZE, "Frame with FCS."),
    Field::optional(
        "classes",
        &Kind::List(&CLASS, 1, Class::COUNT),
        "The classes it tries; default all eight.",
    ),
    Field::optional(
        "begins",
        &Kind::Quantity(&TIME, 0, DURATION_MAX.0),
        "When it begins; default 0 s.",
    ),
    Field::optional(
        "firewalled",
        &Kind::Flag,
        "Whether it passes the firewalls; default false: it gets in behind them.",
    ),
];
