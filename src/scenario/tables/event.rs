//! Keys of an event.

use super::media::{DEPTH, LASTS, MODULATION, SLOPE};
use super::resilience::{FIELD_FAIL, FIELD_FAULT, FIELD_FLAP, FIELD_MAINTENANCE, FIELD_REPAIR};
use crate::scenario::fields::{Field, Kind};
use crate::units::limits::DURATION_MAX;
use crate::units::quantity::TIME;

pub(super) const EVENT: &[Field] = &[
    Field::required(
        "at",
        &Kind::Quantity(&TIME, 1, DURATION_MAX.0),
        "When it happens.",
    ),
    Field::optional(
        "modulation",
        &Kind::Table(MODULATION_CHANGE),
        "The radio of a link goes to another modulation, and no faster one until the next event.",
    ),
    Field::optional(
        "fade",
        &Kind::Table(FADE),
        "The received level of a link falls, stays and rises, both directions alike.",
    ),
    FIELD_FAIL,
    FIELD_REPAIR,
    FIELD_FLAP,
    FIELD_MAINTENANCE,
    FIELD_FAULT,
];

const MODULATION_CHANGE: &[Field] = &[
    Field::required("link", &Kind::Name, "A microwave link with a radio."),
    Field::required(
        "to",
        &Kind::AnyOf(&[Kind::Word("none"), MODULATION]),
        "The modulation, or none: nothing is sent.",
    ),
    Field::optional(
        "direction",
        &Kind::OneOf {
            words: &["a-z", "z-a"],
            not_yet: &[],
        },
        "One direction; default both.",
    ),
];

const FADE: &[Field] = &[
    Field::required(
        "link",
        &Kind::Name,
        "A microwave link with a received level.",
    ),
    Field::required("depth", &DEPTH, "How far the level falls."),
    Field::required("slope", &SLOPE, "How fast it falls and rises."),
    Field::required("lasts", &LASTS, "Time at the depth."),
];
