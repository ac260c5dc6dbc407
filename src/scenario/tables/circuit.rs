//! Keys of a circuit.

use super::flow::POLICER;
use super::relay::{RELAY_OF_CIRCUIT, REQUIREMENTS_OF_CIRCUIT};
use super::resilience::{
    FIELD_CO_ROUTED, FIELD_CONSTRAINTS, FIELD_PROTECTION, FIELD_REVERT, FIELD_SECOND_PATH,
};
use super::{CLASS, PACKET_SIZE, PATH, TIME_OR_ZERO, TIME_POSITIVE};
use crate::pseudowire::clock::OFFSET_MAX_PPB;
use crate::scenario::fields::{Field, Kind, Variant};
use crate::units::limits::{DELAY_MAX, DURATION_MAX};
use crate::units::quantity::{RELATIVE, SIZE, TIME};

/// Schemes a circuit may carry; descriptive where no relay is given.
pub const SCHEMES: &[&str] = &["87L", "POTT", "PUTT", "DCB", "DCUB", "DUTT", "DTT", "none"];

pub(super) const CIRCUIT: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique among circuits and flows."),
    Field::required(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "Its two PE nodes, a and z.",
    ),
    Field::optional(
        "scheme",
        &Kind::OneOf {
            words: SCHEMES,
            not_yet: &[],
        },
        "Protection scheme that it carries; default none. Without `relay` it only describes.",
    ),
    Field::optional(
        "carrier",
        &Kind::OneOf {
            words: &["packet", "tdm", "serial", "analogue"],
            not_yet: &[],
        },
        "What carries it: packets (default), timeslots of sdh links, characters or tones on leased \
         lines.",
    ),
    Field::optional(
        "interface",
        &Kind::OneOf {
            words: &[
                "C37.94", "G.703", "X.21", "V.35", "RS-422", "E1", "T1", "RS-232", "4W-E&M",
                "ethernet",
            ],
            not_yet: &[],
        },
        "Relay interface: limits timeslots and adds its conversion at both ends; without one \
         nothing is converted.",
    ),
    Field::optional(
        "interface_delay",
        &Kind::AnyOf(&[TIME_OR_ZERO, Kind::Table(DELAY_BY_END)]),
        "Conversion at each end; default that of the interface.",
    ),
    Field::optional(
        "baud",
        &Kind::Whole(50, 64_000),
        "Speed of an RS-232 interface in Bd, default 9600; a timeslot of 64 kb/s cannot carry more \
         than 64000, and over-samples well what is far below it.",
    ),
    Field::optional(
        "message",
        &Kind::Whole(1, 1024),
        "Characters that make one message on an RS-232 interface, default 1: it counts when the \
         last has come.",
    ),
    Field::optional(
        "signalling",
        &Kind::OneOf {
            words: &["tones", "cas-e1", "cas-t1"],
            not_yet: &[],
        },
        "How a 4W-E&M interface passes a command: tones (default), or a signalling bit in the \
         multiframe of an E1 (2 ms) or T1 (3 ms).",
    ),
    Field::optional(
        "tone_detection",
        &TIME_POSITIVE,
        "What detecting a tone takes at the receiving end: 8 ms to 25 ms by product.",
    ),
    Field::optional(
        "service",
        &Kind::OneOf {
            words: &["cesopsn", "satop-e1", "satop-t1", "goose"],
            not_yet: &[],
        },
        "Circuit emulation: CESoPSN (RFC 5086) or SAToP (RFC 4553); or GOOSE frames. Default \
         cesopsn, but SAToP for an E1 or T1 interface without timeslots, GOOSE for ethernet.",
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
        "64 kb/s timeslots; CESoPSN, and circuits over sdh links.",
    ),
    Field::optional(
        "slots",
        &Kind::List(&Kind::Whole(1, 1_000_000), 1, 31),
        "Timeslots taken on every sdh link of the way; default the first that are free, circuits \
         by name.",
    ),
    Field::optional(
        "cross_connects",
        &Kind::Whole(0, 255),
        "DS0 cross-connects on the way of a circuit over sdh links, default 0; where its timeslots \
         change there is one more.",
    ),
    Field::optional(
        "payload",
        &Kind::AnyOf(&[Kind::Word("default"), PACKET_SIZE]),
        "TDM octets per packet; absent or \"default\": the product's.",
    ),
    Field::optional(
        "jitter_buffer",
        &Kind::AnyOf(&[Kind::Word("default"), Kind::Quantity(&TIME, 0, DELAY_MAX.0)]),
        "Jitter buffer, as the product's limits allow; absent or \"default\": the product's.",
    ),
    Field::optional(
        "effective_jitter_buffer",
        &Kind::Quantity(&TIME, 1, DELAY_MAX.0),
        "What the product makes of the jitter buffer, read from the box: it acts in place of the \
         configured one.",
    ),
    Field::optional(
        "playout",
        &Kind::OneOf {
            words: &[
                "fill-half",
                "prefill",
                "prefill-half",
                "hirschmann",
                "extreme",
                "loop",
            ],
            not_yet: &[],
        },
        "When play-out begins; the models differ by milliseconds. Needed by circuit emulation.",
    ),
    Field::optional(
        "late_policy",
        &Kind::OneOf {
            words: &["discard", "recentre"],
            not_yet: &[],
        },
        "What becomes of a packet behind its play-out instant: it is discarded (default), or \
         play-out goes back to it.",
    ),
    Field::optional(
        "class",
        &CLASS,
        "Forwarding class. Needed where packets carry the circuit.",
    ),
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
    Field::optional(
        "clock",
        &Kind::Tagged(CLOCKS),
        "Clocks of both ends; default network: no difference.",
    ),
    Field::optional(
        "equalise",
        &Kind::AnyOf(&[Kind::Flag, Kind::Table(EQUALISE)]),
        "Whether play-out of the faster direction is held back until both directions take as long \
         (asymmetric delay control); default false.",
    ),
    Field::optional(
        "goose",
        &Kind::Table(GOOSE),
        "Frames and retransmission of service goose.",
    ),
    Field::optional(
        "packetization_added",
        &Kind::Flag,
        "Under playout = \"extreme\": whether packetization comes on top of the buffer, as a flag of \
         the tool has it; default false.",
    ),
    Field::optional(
        "policer",
        &POLICER,
        "Meters the packets of each direction where they enter, in octets on the network's first \
         link.",
    ),
    Field::optional(
        "silent",
        &Kind::Flag,
        "Whether the relay is silent: the payload is all ones, which a leased line stuffs most; \
         default false.",
    ),
    Field::optional(
        "compare",
        &Kind::Name,
        "Another circuit, shown beside this one in the report.",
    ),
    Field::optional(
        "relay",
        &RELAY_OF_CIRCUIT,
        "The relays at both ends: a profile, or a table. The circuit must belong to a line.",
    ),
    Field::optional(
        "requirements",
        &REQUIREMENTS_OF_CIRCUIT,
        "Sets of requirements that it is judged against besides the budget.",
    ),
    FIELD_PROTECTION,
    FIELD_SECOND_PATH,
    FIELD_CO_ROUTED,
    FIELD_REVERT,
    FIELD_CONSTRAINTS,
];

pub(super) const PATH_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &PATH, "From the first end to the second."),
    Field::optional("z-a", &PATH, "Back; default the same links."),
];

const PHASE_BY_DIRECTION: &[Field] = &[
    Field::optional("a-z", &TIME_OR_ZERO, "From the first end to the second."),
    Field::optional("z-a", &TIME_OR_ZERO, "From the second end to the first."),
];

const DELAY_BY_END: &[Field] = &[
    Field::optional("a", &TIME_OR_ZERO, "At the first end."),
    Field::optional("z", &TIME_OR_ZERO, "At the second end."),
];

const OFFSET: Kind = Kind::Signed(&RELATIVE, -OFFSET_MAX_PPB, OFFSET_MAX_PPB);

const OFFSETS: Kind = Kind::AnyOf(&[OFFSET, Kind::Table(OFFSET_BY_END)]);

const OFFSET_BY_END: &[Field] = &[
    Field::optional("a", &OFFSET, "At the first end."),
    Field::optional("z", &OFFSET, "At the second end."),
];

const WANDER: Kind = Kind::Table(&[
    Field::required(
        "amplitude",
        &Kind::Quantity(&TIME, 1, DELAY_MAX.0),
        "Half of the time error from peak to peak.",
    ),
    Field::required(
        "period",
        &Kind::Quantity(&TIME, 1_000_000_000, DURATION_MAX.0),
        "From peak to peak.",
    ),
]);

const HOLDOVER: Kind = Kind::Table(&[
    Field::required(
        "at",
        &Kind::Quantity(&TIME, 0, DURATION_MAX.0),
        "When the reference is lost.",
    ),
    Field::required(
        "offset",
        &OFFSET,
        "How far off the clock runs from then on.",
    ),
    Field::optional(
        "end",
        &Kind::OneOf {
            words: &["a", "z", "both"],
            not_yet: &[],
        },
        "Which end loses it, default both.",
    ),
]);

const FIELD_WANDER: Field = Field::optional("wander", &WANDER, "Slow change of the time error.");
const FIELD_HOLDOVER: Field = Field::optional("holdover", &HOLDOVER, "Loss of the reference.");
const FIELD_OFFSET: Field = Field::optional(
    "offset",
    &OFFSETS,
    "Of the relay's own clock, at both ends or at each; default 0.",
);

const CLOCKS: &[Variant] = &[
    Variant {
        name: "network",
        fields: Some(&[FIELD_WANDER, FIELD_HOLDOVER]),
    },
    Variant {
        name: "adaptive",
        fields: Some(&[FIELD_OFFSET, FIELD_WANDER]),
    },
    Variant {
        name: "differential",
        fields: Some(&[FIELD_OFFSET, FIELD_WANDER, FIELD_HOLDOVER]),
    },
    Variant {
        name: "free-running",
        fields: Some(&[Field::required(
            "offset",
            &OFFSETS,
            "How far off each clock runs, at both ends or at each.",
        )]),
    },
];

const EQUALISE: &[Field] = &[Field::required(
    "error",
    &Kind::Signed(&TIME, -DELAY_LIMIT, DELAY_LIMIT),
    "How much more than the true difference a to z less z to a is measured.",
)];

const DELAY_LIMIT: i64 = DELAY_MAX.0.cast_signed();

const GOOSE: &[Field] = &[
    Field::required(
        "size",
        &PACKET_SIZE,
        "The frame as the relay sends it, with FCS.",
    ),
    Field::required(
        "t1",
        &TIME_POSITIVE,
        "First retransmission interval after an event; it doubles.",
    ),
    Field::required("t0", &TIME_POSITIVE, "Interval of the heartbeat."),
    Field::optional(
        "events",
        &Kind::List(&Kind::Quantity(&TIME, 0, DURATION_MAX.0), 0, 10_000),
        "When the state changes.",
    ),
    Field::optional(
        "allowed",
        &Kind::Whole(1, 100),
        "How long a message counts (timeAllowedToLive), in intervals to the next; default 2.",
    ),
];
