//! Keys of radios, encryption, firewalls and queue disciplines.

use super::topology::{QUEUE, QUEUE_BY_CLASS, QUEUE_SIZE};
use super::{CLASS, LINK_RATE, TIME_OR_ZERO};
use crate::scenario::fields::{Field, Kind};
use crate::topology::sdh::TIMESLOTS_MAX;
use crate::units::limits::{DELAY_MAX, DURATION_MAX};
use crate::units::quantity::{ATTENUATION, FADE_SLOPE, LEVEL, PROBABILITY, SIZE, TIME};

/// Deepest fade, and farthest level from 1 mW, thousandths of a decibel: beyond any radio.
const DECIBELS_MAX_M: u64 = 200_000;
const LEVEL_KIND: Kind = Kind::Signed(&LEVEL, -200_000, 200_000);

pub(super) const DEPTH: Kind = Kind::Quantity(&ATTENUATION, 1, DECIBELS_MAX_M);
/// From a level that falls by a tenth of a decibel a second to one that breaks off.
pub(super) const SLOPE: Kind = Kind::Quantity(&FADE_SLOPE, 100, 1_000_000_000);
/// Longest mean of a fade: an hour.
pub(super) const LASTS: Kind = Kind::Quantity(&TIME, 0, 3_600_000_000_000_000);
pub(super) const TONE_DELAY: Kind = Kind::Quantity(&TIME, 0, DELAY_MAX.0);

pub(super) const MODULATION: Kind = Kind::OneOf {
    words: &[
        "4QAM", "8PSK", "16QAM", "32QAM", "64QAM", "128QAM", "256QAM",
    ],
    not_yet: &[],
};

pub(super) const CAPACITY: Kind = Kind::AnyOf(&[
    Kind::OneOf {
        words: &["E1", "OC-3", "STM-1", "T1"],
        not_yet: &[],
    },
    Kind::Table(&[Field::required(
        "timeslots",
        &Kind::Whole(1, TIMESLOTS_MAX),
        "64 kb/s timeslots free for circuits.",
    )]),
]);

pub(super) const RADIO: &[Field] = &[
    Field::required(
        "channel",
        &Kind::OneOf {
            words: &["3.5 MHz", "7 MHz", "14 MHz", "28 MHz", "40 MHz", "56 MHz"],
            not_yet: &[],
        },
        "Width of the radio channel.",
    ),
    Field::required("modulation", &MODULATION, "Modulation in clear weather."),
    Field::optional(
        "lowest",
        &MODULATION,
        "Slowest modulation that is used; default the slowest of the channel.",
    ),
    Field::optional(
        "latency",
        &Kind::AnyOf(&[
            Kind::OneOf {
                words: &["racom-ray17", "racom-ray3-1010", "racom-ray3-352"],
                not_yet: &[],
            },
            Kind::Table(LATENCY),
        ]),
        "Latency of each radio hop: a published one by name, or its parts; default none.",
    ),
    Field::optional(
        "level",
        &LEVEL_KIND,
        "Received level in clear weather; fades need it.",
    ),
    Field::optional(
        "thresholds",
        &Kind::Table(THRESHOLDS),
        "Lowest received level of each modulation; default those of a published radio.",
    ),
    Field::optional(
        "fading",
        &Kind::Table(FADING),
        "Fades drawn by chance, exponential in gap, length and depth.",
    ),
];

const LATENCY: &[Field] = &[
    Field::required("fixed", &TIME_OR_ZERO, "For a frame without octets."),
    Field::required(
        "per_octet",
        &Kind::Quantity(&TIME, 0, 1_000_000_000),
        "More for every octet of the frame.",
    ),
];

const THRESHOLDS: &[Field] = &[
    Field::optional("4QAM", &LEVEL_KIND, "Threshold of 4QAM."),
    Field::optional("8PSK", &LEVEL_KIND, "Threshold of 8PSK."),
    Field::optional("16QAM", &LEVEL_KIND, "Threshold of 16QAM."),
    Field::optional("32QAM", &LEVEL_KIND, "Threshold of 32QAM."),
    Field::optional("64QAM", &LEVEL_KIND, "Threshold of 64QAM."),
    Field::optional("128QAM", &LEVEL_KIND, "Threshold of 128QAM."),
    Field::optional("256QAM", &LEVEL_KIND, "Threshold of 256QAM."),
];

const FADING: &[Field] = &[
    Field::required(
        "every",
        &Kind::Quantity(&TIME, 1, DURATION_MAX.0),
        "Mean time from the beginning of one fade to that of the next.",
    ),
    Field::required("lasts", &LASTS, "Mean time at the depth."),
    Field::required("depth", &DEPTH, "Mean depth."),
    Field::required("slope", &SLOPE, "How fast the level falls and rises."),
];

pub(super) const ENCRYPTION: &[Field] = &[
    Field::required(
        "kind",
        &Kind::OneOf {
            words: &["macsec", "ipsec"],
            not_yet: &[],
        },
        "MACsec, or ESP in tunnel mode around MPLS in GRE.",
    ),
    Field::optional(
        "delay",
        &TIME_OR_ZERO,
        "Time through both ends together; default none.",
    ),
];

pub(super) const FIREWALL: &[Field] = &[
    Field::required("delay", &TIME_OR_ZERO, "Time through the box."),
    Field::required("rate", &LINK_RATE, "What it passes, counted in frames."),
    Field::optional(
        "queue",
        &QUEUE,
        "Octets that may wait in front of it; default from the preset.",
    ),
];

pub(super) const DISCIPLINE: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique name."),
    Field::optional(
        "weights",
        &Kind::Table(WEIGHTS),
        "Classes that share what the strict ones leave, by deficit round robin.",
    ),
    Field::optional(
        "quantum",
        &Kind::Quantity(&SIZE, 64, 65_535),
        "Octets that the weight 1 may send in a visit; default 1518 B.",
    ),
    Field::optional("shaper", &Kind::Table(SHAPER), "Shaper of the whole port."),
    Field::optional("shapers", &Kind::Table(SHAPERS), "Shapers of classes."),
    Field::optional(
        "early_drop",
        &Kind::Table(EARLY_DROPS),
        "Random early dropping of classes.",
    ),
    Field::optional(
        "out_of_profile",
        &Kind::Table(QUEUE_BY_CLASS),
        "Octets that may wait when a packet out of its policer's profile comes.",
    ),
    Field::optional(
        "preemption",
        &Kind::Table(PREEMPTION),
        "Frame pre-emption (IEEE 802.3br), on Ethernet links only.",
    ),
];

const PREEMPTION: &[Field] = &[Field::required(
    "express",
    &Kind::List(&CLASS, 1, 8),
    "Classes that cut frames of the others.",
)];

const WEIGHT: Kind = Kind::Whole(0, 1000);
const WEIGHTS: &[Field] = &[
    Field::optional("NC", &WEIGHT, "Weight of NC."),
    Field::optional("H1", &WEIGHT, "Weight of H1."),
    Field::optional("EF", &WEIGHT, "Weight of EF."),
    Field::optional("H2", &WEIGHT, "Weight of H2."),
    Field::optional("L1", &WEIGHT, "Weight of L1."),
    Field::optional("AF", &WEIGHT, "Weight of AF."),
    Field::optional("L2", &WEIGHT, "Weight of L2."),
    Field::optional("BE", &WEIGHT, "Weight of BE."),
];

const SHAPER: &[Field] = &[
    Field::required("rate", &LINK_RATE, "Long-run rate, in octets on the line."),
    Field::required("burst", &QUEUE_SIZE, "Octets that may go at once."),
];

const SHAPER_KIND: Kind = Kind::Table(SHAPER);
const SHAPERS: &[Field] = &[
    Field::optional("NC", &SHAPER_KIND, "Shaper of NC."),
    Field::optional("H1", &SHAPER_KIND, "Shaper of H1."),
    Field::optional("EF", &SHAPER_KIND, "Shaper of EF."),
    Field::optional("H2", &SHAPER_KIND, "Shaper of H2."),
    Field::optional("L1", &SHAPER_KIND, "Shaper of L1."),
    Field::optional("AF", &SHAPER_KIND, "Shaper of AF."),
    Field::optional("L2", &SHAPER_KIND, "Shaper of L2."),
    Field::optional("BE", &SHAPER_KIND, "Shaper of BE."),
];

const EARLY_DROP: Kind = Kind::Table(&[
    Field::required(
        "min",
        &QUEUE_SIZE,
        "Average queue below which none is dropped.",
    ),
    Field::required("max", &QUEUE_SIZE, "Average queue from which all are."),
    Field::required(
        "probability",
        &Kind::Quantity(&PROBABILITY, 0, 1_000_000_000),
        "Probability just below max.",
    ),
    Field::optional(
        "weight",
        &Kind::Whole(0, 31),
        "The average moves by 2^-weight of the difference; default 9.",
    ),
]);
const EARLY_DROPS: &[Field] = &[
    Field::optional("NC", &EARLY_DROP, "Early dropping of NC."),
    Field::optional("H1", &EARLY_DROP, "Early dropping of H1."),
    Field::optional("EF", &EARLY_DROP, "Early dropping of EF."),
    Field::optional("H2", &EARLY_DROP, "Early dropping of H2."),
    Field::optional("L1", &EARLY_DROP, "Early dropping of L1."),
    Field::optional("AF", &EARLY_DROP, "Early dropping of AF."),
    Field::optional("L2", &EARLY_DROP, "Early dropping of L2."),
    Field::optional("BE", &EARLY_DROP, "Early dropping of BE."),
];
