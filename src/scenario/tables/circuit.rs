//! Keys of a circuit.

use super::{CLASS, PACKET_SIZE, PATH, TIME_OR_ZERO};
use crate::scenario::fields::{Field, Kind};
use crate::units::limits::DELAY_MAX;
use crate::units::quantity::{SIZE, TIME};

/// Schemes a circuit may carry; descriptive until relays are built.
pub const SCHEMES: &[&str] = &["87L", "POTT", "PUTT", "DCB", "DCUB", "DUTT", "DTT", "none"];

/// Relay interfaces with the most 64 kb/s timeslots each carries: IEEE C37.94 clause 4 (N = 1 to
/// 12), ITU-T G.703 clause 4 (64 kb/s co-directional: 1), G.704 (E1: 31, T1: 24), and n × 64 kb/s
/// up to a whole E1 on the synchronous serial ones.
pub const INTERFACES: &[(&str, u64)] = &[
    ("C37.94", 12),
    ("G.703", 1),
    ("X.21", 31),
    ("V.35", 31),
    ("RS-422", 31),
    ("E1", 31),
    ("T1", 24),
];

pub(super) const CIRCUIT: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique among circuits and flows."),
    Field::required(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "Its two PE nodes, a and z.",
    ),
    Field::descriptive(
        "scheme",
        &Kind::OneOf {
            words: SCHEMES,
            not_yet: &[],
        },
        "Protection scheme that it carries; default none.",
    ),
    Field::descriptive(
        "interface",
        &Kind::OneOf {
            words: &["C37.94", "G.703", "X.21", "V.35", "RS-422", "E1", "T1"],
            not_yet: &[],
        },
        "Relay interface; limits timeslots.",
    ),
    Field::optional(
        "service",
        &Kind::OneOf {
            words: &["cesopsn", "satop-e1", "satop-t1"],
            not_yet: &[],
        },
        "Circuit emulation: CESoPSN (RFC 5086) or SAToP (RFC 4553); default cesopsn, but SAToP for \
         an E1 or T1 interface without timeslots.",
    ),
    Field::optional(
        "product",
        &Kind::OneOf {
            words: &[
                "nokia-7705",
                "nokia-7750",
                "generic",
                "hirschmann-dragon-ptn",
                "rad-ipmux-24",
                "extreme-e4g",
                "loop-ip6704a",
                "cisco-asr1000",
            ],
            not_yet: &[],
        },
        "Profile of payload limits and defaults; default nokia-7705.",
    ),
    Field::optional(
        "timeslots",
        &Kind::Whole(1, 31),
        "64 kb/s timeslots; CESoPSN only.",
    ),
    Field::optional(
        "payload",
        &Kind::AnyOf(&[Kind::Word("default"), PACKET_SIZE]),
        "TDM octets per packet; absent or \"default\": the product's.",
    ),
    Field::optional(
        "jitter_buffer",
        &Kind::AnyOf(&[Kind::Word("default"), Kind::Quantity(&TIME, 0, DELAY_MAX.0)]),
        "Jitter buffer, whole milliseconds from 1 ms to 250 ms; absent or \"default\": the \
         product's.",
    ),
    Field::required(
        "playout",
        &Kind::OneOf {
            words: &["fill-half", "prefill"],
            not_yet: &["prefill-half", "hirschmann", "extreme", "loop"],
        },
        "When play-out begins; the models differ by milliseconds.",
    ),
    Field::required("class", &CLASS, "Forwarding class."),
    Field::optional(
        "vlan",
        &Kind::Flag,
        "Whether frames carry an 802.1Q tag; default false.",
    ),
    Field::optional("labels", &Kind::Whole(1, 5), "MPLS labels, default 2."),
    Field::optional(
        "rtp",
        &Kind::Flag,
        "Whether packets carry an RTP header; default false.",
    ),
    Field::optional(
        "minimum_frame",
        &Kind::Quantity(&SIZE, 1, 128),
        "Frames are padded to this; default 64 B.",
    ),
    Field::optional(
        "path",
        &Kind::AnyOf(&[PATH, Kind::Table(PATH_BY_DIRECTION)]),
        "Explicit route; otherwise computed. The return takes the same links unless given.",
    ),
    Field::optional(
        "phase",
        &Kind::AnyOf(&[TIME_OR_ZERO, Kind::Table(PHASE_BY_DIRECTION)]),
        "First packet boundary; default uniform in one packet time from the circuit's stream.",
    ),
];

const PATH_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &PATH, "From the first end to the second."),
    Field::optional("z-a", &PATH, "Back; default the same links."),
];

const PHASE_BY_DIRECTION: &[Field] = &[
    Field::optional("a-z", &TIME_OR_ZERO, "From the first end to the second."),
    Field::optional("z-a", &TIME_OR_ZERO, "From the second end to the first."),
];
