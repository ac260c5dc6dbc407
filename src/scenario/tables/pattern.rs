//! Keys of the patterns that flows send by.

use super::flow::FRAME;
use super::{FLOW_RATE, PACKET_SIZE, TIME_OR_ZERO, TIME_POSITIVE};
use crate::scenario::fields::{Field, Kind, Variant};
use crate::units::limits::{DURATION_MAX, MEAN_TIME_MAX, TRACE_PACKETS_MAX};
use crate::units::quantity::{FREQUENCY, TIME};

pub(super) const PATTERNS: &[Variant] = &[
    variant("cbr", CBR),
    variant("poisson", POISSON),
    variant("on-off", ON_OFF),
    variant("trace", TRACE),
    variant("video", VIDEO),
    variant("voip", VOIP),
    variant("session", SESSION),
    variant("scada-poll", SCADA_POLL),
    variant("synchrophasor", SYNCHROPHASOR),
];

const fn variant(name: &'static str, fields: &'static [Field]) -> Variant {
    Variant {
        name,
        fields: Some(fields),
    }
}

const FLOW_SIZE: Kind = Kind::AnyOf(&[
    Kind::Word("imix"),
    PACKET_SIZE,
    Kind::Table(&[Field::required(
        "wire",
        &PACKET_SIZE,
        "Every octet on the wire; nothing is added.",
    )]),
]);
const SIZE_DOC: &str = "Frame with FCS, every octet on the wire, or \"imix\": frames of 64, 594 \
                        and 1518 octets in the ratio 7:4:1.";
/// Mean lengths of exponential times.
const MEAN: Kind = Kind::Quantity(&TIME, 1, MEAN_TIME_MAX.0);
const INSTANT: Kind = Kind::Quantity(&TIME, 0, DURATION_MAX.0);
const PERIOD: Kind = Kind::Quantity(&TIME, 1, DURATION_MAX.0);

const CBR: &[Field] = &[
    Field::optional(
        "period",
        &PERIOD,
        "Time between packets. Either this or rate.",
    ),
    Field::optional(
        "rate",
        &FLOW_RATE,
        "Bit rate, counting the same octets as size. Either this or period.",
    ),
    Field::required("size", &FLOW_SIZE, SIZE_DOC),
    Field::optional("first", &INSTANT, "First emission; default 0 s."),
];

const POISSON: &[Field] = &[
    Field::required(
        "rate",
        &FLOW_RATE,
        "Mean bit rate, counting the same octets as size.",
    ),
    Field::required("size", &FLOW_SIZE, SIZE_DOC),
];

const ON_OFF: &[Field] = &[
    Field::required(
        "rate",
        &FLOW_RATE,
        "Bit rate while it talks, counting the same octets as size.",
    ),
    Field::required("size", &FLOW_SIZE, SIZE_DOC),
    Field::required("on", &MEAN, "Mean length of talk, exponential."),
    Field::required("off", &MEAN, "Mean length of silence, exponential."),
];

const TRACE: &[Field] = &[
    Field::optional(
        "file",
        &Kind::Text,
        "CSV file beside this one, columns at,size with units. Either this or at and size.",
    ),
    Field::optional(
        "at",
        &Kind::List(&INSTANT, 1, TRACE_PACKETS_MAX),
        "When packets are sent, ascending.",
    ),
    Field::optional(
        "size",
        &Kind::List(&PACKET_SIZE, 1, TRACE_PACKETS_MAX),
        "Their frames with FCS, one for each of at.",
    ),
];

const VIDEO: &[Field] = &[
    Field::required(
        "rate",
        &FLOW_RATE,
        "Mean bit rate, counting frames with FCS; rounded down by less than an octet a group.",
    ),
    Field::optional(
        "frame_rate",
        &Kind::Quantity(&FREQUENCY, 1, 240),
        "Pictures a second; default 25 Hz.",
    ),
    Field::optional(
        "group",
        &Kind::Whole(1, 600),
        "Pictures in a group, the first of which is whole; default 12.",
    ),
    Field::optional(
        "ratio",
        &Kind::Whole(1, 100),
        "How many times larger the first picture of a group is than each other; default 4.",
    ),
    Field::optional("packet", &FRAME, "Largest frame; default 1400 B."),
    Field::optional(
        "access",
        &FLOW_RATE,
        "Rate at which the packets of a picture come one behind the other, with 20 octets of \
         layer 1 each; default 100 Mb/s.",
    ),
];

const VOIP: &[Field] = &[
    Field::required("calls", &Kind::Whole(1, 1000), "Lines, each on its own."),
    Field::optional(
        "codec",
        &Kind::OneOf {
            words: &["G.711", "G.729"],
            not_yet: &[],
        },
        "Codec: G.711 64 kb/s, G.729 8 kb/s; default G.711.",
    ),
    Field::optional(
        "packet",
        &Kind::Quantity(&TIME, 1_000_000_000, 120_000_000_000),
        "Speech in one packet; default 20 ms.",
    ),
    Field::optional("mean_call", &MEAN, "Mean length of a call; default 180 s."),
    Field::optional(
        "mean_idle",
        &MEAN,
        "Mean time from call to call on one line; default 270 s.",
    ),
];

const INTERVAL: Field = Field::required(
    "interval",
    &TIME_POSITIVE,
    "Shortest time from request to request.",
);
const TURNAROUND: Field = Field::optional(
    "turnaround",
    &TIME_OR_ZERO,
    "From the arrival of a request to its response.",
);
const TIMEOUT: Field = Field::optional(
    "timeout",
    &TIME_POSITIVE,
    "Without a response for so long the next request goes out; at least the interval.",
);
const FIRST: Field = Field::optional("first", &INSTANT, "First request; default 0 s.");

const SESSION: &[Field] = &[
    Field::required("request", &FRAME, "Frame of a request, with FCS."),
    Field::required("response", &FRAME, "Frame of a response, with FCS."),
    INTERVAL,
    TURNAROUND,
    TIMEOUT,
    FIRST,
];

const SCADA_POLL: &[Field] = &[
    Field::required(
        "points",
        &Kind::Whole(1, 170),
        "Measured values in a response (IEC 60870-5-104, M_ME_NC_1).",
    ),
    INTERVAL,
    TURNAROUND,
    TIMEOUT,
    FIRST,
];

const SYNCHROPHASOR: &[Field] = &[
    Field::required(
        "rate",
        &Kind::Quantity(&FREQUENCY, 1, 240),
        "Data frames a second (IEEE C37.118).",
    ),
    Field::required("phasors", &Kind::Whole(1, 100), "Phasors in a data frame."),
    Field::optional(
        "analogs",
        &Kind::Whole(0, 100),
        "Analogue values; default 0.",
    ),
    Field::optional("digitals", &Kind::Whole(0, 100), "Status words; default 0."),
    Field::optional(
        "format",
        &Kind::OneOf {
            words: &["float", "integer"],
            not_yet: &[],
        },
        "Numbers of 4 octets (float), or of 2 (integer); default float.",
    ),
    TURNAROUND,
    TIMEOUT,
    FIRST,
];
