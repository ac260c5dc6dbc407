//! Keys of the topology: constants, nodes and links.

use super::media::{CAPACITY, DISCIPLINE, ENCRYPTION, FIREWALL, RADIO, TONE_DELAY};
use super::resilience::{DETECTION, LINE};
use super::{FLOW_RATE, LINK_RATE, TIME_OR_ZERO, TIME_POSITIVE};
use crate::scenario::fields::{Field, Kind};
use crate::topology::preset::PACKETS;
use crate::units::limits::{
    BURSTS_EVERY_MIN, DURATION_MAX, LENGTH_MAX, LINKS_MAX, METRIC_MAX, NODES_MAX,
};
use crate::units::quantity::{LENGTH, PER_KILOMETRE, SIZE, TIME};

pub(super) const QUEUE_SIZE: Kind = Kind::Quantity(&SIZE, 1, 1 << 40);
pub(super) const QUEUE: Kind = Kind::AnyOf(&[Kind::Word("unlimited"), QUEUE_SIZE]);
const PER_KM: Kind = Kind::Quantity(&PER_KILOMETRE, 1, 1_000_000_000);
const COUNT_OF_PACKETS: Kind = Kind::Quantity(&PACKETS, 1, 1_000_000);

/// Keys of a topology file.
pub const TOPOLOGY: &[Field] = &[
    Field::required("name", &Kind::Name, "Title of the topology."),
    Field::required(
        "preset",
        &Kind::OneOf {
            words: &["altalink-2011", "physical"],
            not_yet: &[],
        },
        "Set of constants; `presets show` lists each with its source.",
    ),
    Field::descriptive(
        "coordinates",
        &Kind::Text,
        "CSV file with the columns node,lat,lon; the path is taken from this file's folder.",
    ),
    Field::optional(
        "constants",
        &Kind::Table(CONSTANTS),
        "Own values in place of the preset's.",
    ),
    Field::optional(
        "default_discipline",
        &Kind::Name,
        "Discipline of every packet link that names none; default strict priority.",
    ),
    Field::optional(
        "discipline",
        &Kind::List(&Kind::Table(DISCIPLINE), 0, 1000),
        "Named disciplines: what ports do beyond strict priority.",
    ),
    Field::required(
        "node",
        &Kind::List(&Kind::Table(NODE), 1, NODES_MAX),
        "The nodes.",
    ),
    Field::required(
        "link",
        &Kind::List(&Kind::Table(LINK), 1, LINKS_MAX),
        "The links.",
    ),
    Field::optional(
        "line",
        &Kind::List(&Kind::Table(LINE), 0, LINKS_MAX),
        "Power lines, in whose ground wires links may lie.",
    ),
];

pub(super) const CONSTANTS: &[Field] = &[
    Field::optional("copper", &PER_KM, "Propagation per kilometre of copper."),
    Field::optional(
        "ds0_cross_connect",
        &TIME_OR_ZERO,
        "Time through a cross-connect of 64 kb/s timeslots.",
    ),
    Field::optional("fibre", &PER_KM, "Propagation per kilometre of fibre."),
    Field::optional(
        "frame_minimum",
        &Kind::Quantity(&SIZE, 1, 128),
        "Shortest Ethernet frame with FCS; shorter ones are padded.",
    ),
    Field::optional(
        "in_sync",
        &COUNT_OF_PACKETS,
        "Packets in a row that end loss of packets.",
    ),
    Field::optional(
        "layer1_overhead",
        &Kind::Quantity(&SIZE, 0, 256),
        "Preamble and gap that layer1 = \"ethernet\" adds to every frame.",
    ),
    Field::optional(
        "leased_line",
        &PER_KM,
        "Propagation per kilometre of a leased line.",
    ),
    Field::optional(
        "microwave",
        &PER_KM,
        "Propagation per kilometre of a radio path.",
    ),
    Field::optional(
        "missing_limit",
        &COUNT_OF_PACKETS,
        "Missing packets in a row that make the loss-of-packets state.",
    ),
    Field::optional("node_processing", &TIME_OR_ZERO, "Time through one node."),
    Field::optional(
        "queue_limit",
        &QUEUE_SIZE,
        "Octets that may wait per class.",
    ),
    Field::optional(
        "sdh",
        &PER_KM,
        "Propagation per kilometre of an SDH or SONET channel.",
    ),
    Field::optional(
        "sdh_access",
        &TIME_OR_ZERO,
        "Time through the multiplexer at one end of an SDH circuit.",
    ),
    Field::optional(
        "sdh_transit",
        &TIME_OR_ZERO,
        "Time through a multiplexer that an SDH circuit passes.",
    ),
    Field::optional(
        "setup_timeout",
        &TIME_POSITIVE,
        "Longest wait for play-out to start.",
    ),
];

const NODE: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique name."),
    Field::descriptive("label", &Kind::Text, "Name for people."),
    Field::optional(
        "processing",
        &Kind::AnyOf(&[TIME_OR_ZERO, Kind::Table(PROCESSING)]),
        "Time through the node, constant or uniform in a range; default from the preset.",
    ),
    Field::optional(
        "firewall",
        &Kind::Table(FIREWALL),
        "Box between the site and the network; what is marked so crosses it both ways.",
    ),
    Field::optional("can_fail", &Kind::Flag, CAN_FAIL),
    Field::optional(
        "power",
        &Kind::Name,
        "What feeds it: nodes that name the same lose power together.",
    ),
    Field::descriptive("lat", &Kind::Degrees(90), "Latitude, degrees north."),
    Field::descriptive("lon", &Kind::Degrees(180), "Longitude, degrees east."),
];

const PROCESSING: &[Field] = &[
    Field::required("min", &TIME_OR_ZERO, "Shortest."),
    Field::required("max", &TIME_OR_ZERO, "Longest."),
];

pub(super) const LINK: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique name."),
    Field::required(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "Its two nodes, a and z.",
    ),
    Field::required(
        "medium",
        &Kind::OneOf {
            words: &["fibre", "microwave", "copper", "leased-line", "sdh"],
            not_yet: &[],
        },
        "What carries the signal.",
    ),
    Field::optional(
        "length",
        &Kind::Quantity(&LENGTH, 1, LENGTH_MAX.0),
        "Route length; propagation is computed from it. Either this or propagation.",
    ),
    Field::optional(
        "propagation",
        &Kind::AnyOf(&[TIME_POSITIVE, Kind::Table(PROPAGATION_BY_DIRECTION)]),
        "Time in the medium, for both directions or each; needed where there is no length, and \
         taken before one.",
    ),
    Field::optional(
        "rate",
        &Kind::AnyOf(&[LINK_RATE, Kind::Table(RATE_BY_DIRECTION)]),
        "Bit rate, for both directions or each; fibre, copper, and microwave without radio.",
    ),
    Field::optional(
        "radio_hops",
        &Kind::Whole(1, 1000),
        "Radio hops of a microwave link, default 1; acts through radio and repeaters.",
    ),
    Field::optional(
        "repeaters",
        &Kind::OneOf {
            words: &["physical-layer", "store-and-forward"],
            not_yet: &[],
        },
        "How repeaters between radio hops pass frames on; default physical-layer.",
    ),
    Field::optional(
        "radio",
        &Kind::Table(RADIO),
        "Radio of a microwave link: channel and modulation make its rate.",
    ),
    Field::optional("capacity", &CAPACITY, "Timeslots of an SDH link."),
    Field::optional(
        "line",
        &Kind::OneOf {
            words: &["e1", "rs-232", "analogue-4w"],
            not_yet: &[],
        },
        "What a leased line is, default e1; only e1 carries packets.",
    ),
    Field::optional(
        "timeslots",
        &Kind::Whole(1, 31),
        "64 kb/s timeslots of a structured E1 leased line; 31 are 1.984 Mb/s.",
    ),
    Field::optional(
        "framing",
        &Kind::OneOf {
            words: &["ppp", "mlppp"],
            not_yet: &[],
        },
        "PPP, or multilink PPP, in HDLC framing on a leased E1; default ppp.",
    ),
    Field::optional(
        "baud",
        &Kind::Whole(9600, 19200),
        "9600 or 19200 bits per second of an RS-232 leased line.",
    ),
    Field::optional(
        "tone_delay",
        &TONE_DELAY,
        "Time of the tone equipment at both ends of an analogue leased line.",
    ),
    Field::optional(
        "encryption",
        &Kind::Table(ENCRYPTION),
        "Encryption of the link: octets on every frame, and time.",
    ),
    Field::optional(
        "discipline",
        &Kind::Name,
        "Name of a discipline; default the topology's.",
    ),
    Field::optional(
        "layer1",
        &Kind::OneOf {
            words: &["ethernet", "none"],
            not_yet: &[],
        },
        "Whether preamble and gap count; default ethernet, microwave none.",
    ),
    Field::optional(
        "metric",
        &Kind::Whole(1, METRIC_MAX),
        "Routing cost; default propagation by physical constants + processing, in ns.",
    ),
    Field::optional(
        "queue",
        &Kind::AnyOf(&[
            Kind::Word("unlimited"),
            QUEUE_SIZE,
            Kind::Table(QUEUE_BY_CLASS),
        ]),
        "Octets that may wait, per class; default from the preset.",
    ),
    Field::optional(
        "srlg",
        &NAMES,
        "Shared-risk groups: links of one group fail together.",
    ),
    Field::optional(
        "admin_groups",
        &NAMES,
        "Administrative groups, for the constraints of paths; at most 32 in a topology.",
    ),
    Field::optional(
        "te_metric",
        &Kind::Whole(1, METRIC_MAX),
        "Second routing cost, for paths that ask for it; default as metric.",
    ),
    Field::optional(
        "reservable",
        &FLOW_RATE,
        "What paths may reserve in each direction; default the rate at the lowest modulation.",
    ),
    Field::optional("can_fail", &Kind::Flag, CAN_FAIL),
    Field::optional(
        "ground_wire_of",
        &NAMES,
        "Power lines in whose ground wire it lies.",
    ),
    Field::optional(
        "detection",
        &DETECTION,
        "How both its ends see a cut; default that of the scenario.",
    ),
    Field::optional(
        "bit_error_ratio",
        &Kind::Ratio,
        "Share of wrong bits that come one by one, for the late-or-missing share; default 0.",
    ),
    Field::optional(
        "bursts",
        &Kind::Table(BURSTS),
        "Bursts of errors at random, for the late-or-missing share; default none.",
    ),
];

const BURSTS: &[Field] = &[
    Field::required(
        "every",
        &Kind::Quantity(&TIME, BURSTS_EVERY_MIN.0, DURATION_MAX.0),
        "Mean time from the beginning of one burst to that of the next, at least 1 ms.",
    ),
    Field::required("length", &TIME_POSITIVE, "How long each lasts."),
];

const NAMES: Kind = Kind::List(&Kind::Name, 0, 100);
const CAN_FAIL: &str = "Whether enumerations of failures take it; default true.";

const PROPAGATION_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &TIME_POSITIVE, "From the first end to the second."),
    Field::required("z-a", &TIME_POSITIVE, "From the second end to the first."),
];

const RATE_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &LINK_RATE, "From the first end to the second."),
    Field::required("z-a", &LINK_RATE, "From the second end to the first."),
];

pub(super) const QUEUE_BY_CLASS: &[Field] = &[
    Field::optional("NC", &QUEUE, "Network control."),
    Field::optional("H1", &QUEUE, "High 1."),
    Field::optional("EF", &QUEUE, "Expedited forwarding."),
    Field::optional("H2", &QUEUE, "High 2."),
    Field::optional("L1", &QUEUE, "Low 1."),
    Field::optional("AF", &QUEUE, "Assured forwarding."),
    Field::optional("L2", &QUEUE, "Low 2."),
    Field::optional("BE", &QUEUE, "Best effort."),
];
