//! The keys of both files. Decoder and JSON Schema are made from these tables alone.

use super::fields::{Field, Kind, Variant};
use crate::topology::preset::PACKETS;
use crate::units::limits::{
    DELAY_MAX, DURATION_MAX, FLOWS_MAX, HOPS_MAX, LENGTH_MAX, LINK_RATE_BPS, LINKS_MAX, METRIC_MAX,
    NODES_MAX, PACKET_OCTETS_MAX,
};
use crate::units::quantity::{FREQUENCY, LENGTH, PER_KILOMETRE, RATE, SIZE, TIME};

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

/// Budget profiles: name, budget in picoseconds, the frequency it is for, where it comes from.
pub const BUDGET_PROFILES: &[(&str, u64, u64, &str)] = &[
    (
        "article-2011",
        10_000_000_000,
        60,
        "Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9: about one cycle of 60 Hz less \
         2 x 3 ms of relay time, said as 10 ms",
    ),
    (
        "exact-60hz",
        10_666_666_666,
        60,
        "1/60 s less 2 x 3 ms, rounded down to a picosecond",
    ),
    ("exact-50hz", 14_000_000_000, 50, "1/50 s less 2 x 3 ms"),
];

const TIME_POSITIVE: Kind = Kind::Quantity(&TIME, 1, DELAY_MAX.0);
const TIME_OR_ZERO: Kind = Kind::Quantity(&TIME, 0, DELAY_MAX.0);
const LINK_RATE: Kind = Kind::Quantity(&RATE, *LINK_RATE_BPS.start(), *LINK_RATE_BPS.end());
const FLOW_RATE: Kind = Kind::Quantity(&RATE, 1, *LINK_RATE_BPS.end());
const QUEUE_SIZE: Kind = Kind::Quantity(&SIZE, 1, 1 << 40);
const QUEUE: Kind = Kind::AnyOf(&[Kind::Word("unlimited"), QUEUE_SIZE]);
const PER_KM: Kind = Kind::Quantity(&PER_KILOMETRE, 1, 1_000_000_000);
const PACKET_SIZE: Kind = Kind::Quantity(&SIZE, 1, PACKET_OCTETS_MAX);
const PATH: Kind = Kind::List(&Kind::Name, 2, 2 * HOPS_MAX + 1);
const COUNT_OF_PACKETS: Kind = Kind::Quantity(&PACKETS, 1, 1_000_000);
const CLASS: Kind = Kind::OneOf {
    words: &["NC", "H1", "EF", "H2", "L1", "AF", "L2", "BE"],
    not_yet: &[],
};

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
];

const CONSTANTS: &[Field] = &[
    Field::optional("copper", &PER_KM, "Propagation per kilometre of copper."),
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
    Field::descriptive("lat", &Kind::Degrees(90), "Latitude, degrees north."),
    Field::descriptive("lon", &Kind::Degrees(180), "Longitude, degrees east."),
];

const PROCESSING: &[Field] = &[
    Field::required("min", &TIME_OR_ZERO, "Shortest."),
    Field::required("max", &TIME_OR_ZERO, "Longest."),
];

const LINK: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique name."),
    Field::required(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "Its two nodes, a and z.",
    ),
    Field::required(
        "medium",
        &Kind::OneOf {
            words: &["fibre", "microwave", "copper"],
            not_yet: &["leased-line", "sdh"],
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
    Field::required(
        "rate",
        &Kind::AnyOf(&[LINK_RATE, Kind::Table(RATE_BY_DIRECTION)]),
        "Bit rate, for both directions or each.",
    ),
    Field::descriptive(
        "radio_hops",
        &Kind::Whole(1, 1000),
        "Radio hops of a microwave link.",
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
    Field::descriptive(
        "srlg",
        &Kind::List(&Kind::Name, 0, 100),
        "Shared-risk groups.",
    ),
];

const PROPAGATION_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &TIME_POSITIVE, "From the first end to the second."),
    Field::required("z-a", &TIME_POSITIVE, "From the second end to the first."),
];

const RATE_BY_DIRECTION: &[Field] = &[
    Field::required("a-z", &LINK_RATE, "From the first end to the second."),
    Field::required("z-a", &LINK_RATE, "From the second end to the first."),
];

const QUEUE_BY_CLASS: &[Field] = &[
    Field::optional("NC", &QUEUE, "Network control."),
    Field::optional("H1", &QUEUE, "High 1."),
    Field::optional("EF", &QUEUE, "Expedited forwarding."),
    Field::optional("H2", &QUEUE, "High 2."),
    Field::optional("L1", &QUEUE, "Low 1."),
    Field::optional("AF", &QUEUE, "Assured forwarding."),
    Field::optional("L2", &QUEUE, "Low 2."),
    Field::optional("BE", &QUEUE, "Best effort."),
];

/// Keys of a scenario file.
pub const SCENARIO: &[Field] = &[
    Field::required("name", &Kind::Name, "Title of the scenario."),
    Field::required(
        "topology",
        &Kind::AnyOf(&[Kind::Text, Kind::Table(TOPOLOGY)]),
        "Topology file, taken from this file's folder; or the topology itself as a table.",
    ),
    Field::required(
        "duration",
        &Kind::Quantity(&TIME, 1, DURATION_MAX.0),
        "Sources emit before this instant; then the network drains.",
    ),
    Field::optional(
        "seed",
        &Kind::Whole(0, i64::MAX.unsigned_abs()),
        "What all chance grows from, default 1; the whole numbers of TOML end at 2^63 - 1.",
    ),
    Field::optional(
        "frequency",
        &Kind::Quantity(&FREQUENCY, 50, 60),
        "Power-system frequency, 50 Hz or 60 Hz; default 60 Hz.",
    ),
    Field::required(
        "budget",
        &Kind::Table(BUDGET),
        "What circuits are judged against.",
    ),
    Field::optional(
        "circuit",
        &Kind::List(&Kind::Table(CIRCUIT), 0, FLOWS_MAX),
        "C-pipes: teleprotection circuits, both directions.",
    ),
    Field::optional(
        "flow",
        &Kind::List(&Kind::Table(FLOW), 0, FLOWS_MAX),
        "Other traffic.",
    ),
    Field::optional(
        "event",
        &Kind::NotYet,
        "Failures within the run; refused until built.",
    ),
];

const BUDGET: &[Field] = &[
    Field::optional(
        "telecom",
        &TIME_POSITIVE,
        "One-way budget. Either this or profile.",
    ),
    Field::optional(
        "profile",
        &Kind::OneOf {
            words: &["article-2011", "exact-60hz", "exact-50hz"],
            not_yet: &[],
        },
        "Named budget: article-2011 10 ms, exact-60hz 10 666 666 666 ps, exact-50hz 14 ms.",
    ),
];

const CIRCUIT: &[Field] = &[
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
            words: &["nokia-7705", "nokia-7750", "generic"],
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

const FLOW: &[Field] = &[
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::service::{PROFILES, PlayoutModel};
    use crate::topology::{Medium, PRESETS};
    use crate::traffic::Class;

    fn kind(fields: &'static [Field], key: &str) -> &'static Kind {
        fields
            .iter()
            .find(|field| field.key == key)
            .expect("the key is in the table")
            .kind
    }

    fn words(kind: &'static Kind) -> (Vec<&'static str>, Vec<&'static str>) {
        let Kind::OneOf { words, not_yet } = kind else {
            panic!("a choice of words")
        };
        (words.to_vec(), not_yet.to_vec())
    }

    #[test]
    fn the_constants_of_the_file_are_those_of_the_presets() {
        for preset in &PRESETS {
            assert_eq!(preset.constants.len(), CONSTANTS.len());
            for (field, constant) in CONSTANTS.iter().zip(preset.constants) {
                assert_eq!(field.key, constant.name);
                let Kind::Quantity(dimension, min, max) = field.kind else {
                    panic!("a quantity")
                };
                assert_eq!(*dimension, constant.dimension, "{}", field.key);
                assert!((min..=max).contains(&&constant.value), "{}", field.key);
            }
        }
    }

    #[test]
    fn every_word_of_the_file_is_known_to_the_model_behind_it() {
        let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        assert_eq!(words(kind(TOPOLOGY, "preset")).0, presets);
        let (media, later) = words(kind(LINK, "medium"));
        let all: Vec<&str> = Medium::ALL.iter().map(|medium| medium.name()).collect();
        assert!(
            all.iter()
                .all(|name| media.contains(name) != later.contains(name))
        );
        assert_eq!(media.len() + later.len(), all.len());
        let profiles: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        assert_eq!(words(kind(CIRCUIT, "product")).0, profiles);
        assert_eq!(
            words(kind(CIRCUIT, "playout")).0,
            PlayoutModel::ALL.map(PlayoutModel::name)
        );
        assert_eq!(words(kind(CIRCUIT, "class")).0, Class::ALL.map(Class::name));
        let budgets: Vec<&str> = BUDGET_PROFILES.iter().map(|profile| profile.0).collect();
        assert_eq!(words(kind(BUDGET, "profile")).0, budgets);
        let interfaces: Vec<&str> = INTERFACES.iter().map(|interface| interface.0).collect();
        assert_eq!(words(kind(CIRCUIT, "interface")).0, interfaces);
        let queues: Vec<&str> = QUEUE_BY_CLASS.iter().map(|field| field.key).collect();
        assert_eq!(queues, Class::ALL.map(Class::name));
    }
}
