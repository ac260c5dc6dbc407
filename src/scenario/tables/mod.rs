//! The keys of both files. Decoder and JSON Schema are made from these tables alone.

mod circuit;
mod event;
mod flow;
mod media;
mod pattern;
mod relay;
mod resilience;
mod security;
mod service;
mod topology;

pub use self::topology::TOPOLOGY;

use self::circuit::CIRCUIT;
use self::event::EVENT;
use self::flow::FLOW;
use self::relay::{LINE, RELAY_PROFILE};
use self::resilience::{BYPASS, CONTROL, DEFAULT_PROTECTION};
use self::security::{FLOOD, SECURITY};
use self::service::SERVICE;
use super::fields::{Field, Kind};
use crate::units::limits::{
    COMMANDS_MAX, DELAY_MAX, DURATION_MAX, FLOWS_MAX, HOPS_MAX, LINK_RATE_BPS, LINKS_MAX,
    PACKET_OCTETS_MAX,
};
use crate::units::quantity::{FREQUENCY, RATE, SIZE, TIME};

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

/// Words of `scheme`.
pub(super) fn schemes() -> &'static [&'static str] {
    circuit::SCHEMES
}

/// Keys of the table `relay`.
#[cfg(test)]
pub(super) fn relay_keys() -> &'static [Field] {
    relay::RELAY
}

pub(super) const TIME_POSITIVE: Kind = Kind::Quantity(&TIME, 1, DELAY_MAX.0);
pub(super) const TIME_OR_ZERO: Kind = Kind::Quantity(&TIME, 0, DELAY_MAX.0);
pub(super) const LINK_RATE: Kind =
    Kind::Quantity(&RATE, *LINK_RATE_BPS.start(), *LINK_RATE_BPS.end());
pub(super) const FLOW_RATE: Kind = Kind::Quantity(&RATE, 1, *LINK_RATE_BPS.end());
pub(super) const PACKET_SIZE: Kind = Kind::Quantity(&SIZE, 1, PACKET_OCTETS_MAX);
pub(super) const PATH: Kind = Kind::List(&Kind::Name, 2, 2 * HOPS_MAX + 1);
pub(super) const CLASS: Kind = Kind::OneOf {
    words: &["NC", "H1", "EF", "H2", "L1", "AF", "L2", "BE"],
    not_yet: &[],
};

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
        "service",
        &Kind::List(&Kind::Table(SERVICE), 0, FLOWS_MAX),
        "Services of a utility by preset: flows between a hub and its sites.",
    ),
    Field::optional(
        "security",
        &Kind::Table(SECURITY),
        "Bandwidth filters and firewalls.",
    ),
    Field::optional(
        "flood",
        &Kind::List(&Kind::Table(FLOOD), 0, FLOWS_MAX),
        "Compromised stations that send as much as they can.",
    ),
    Field::optional(
        "control",
        &Kind::Table(CONTROL),
        "When nodes notice a failure and act.",
    ),
    Field::optional(
        "protection",
        &Kind::Table(DEFAULT_PROTECTION),
        "What protects circuits that say nothing.",
    ),
    Field::optional(
        "bypass",
        &Kind::List(&Kind::Table(BYPASS), 0, LINKS_MAX),
        "Bypass tunnels as the routers have them, in place of computed ones.",
    ),
    Field::optional(
        "share",
        &Kind::Table(SHARE),
        "Late-or-missing share of commands over links with errors.",
    ),
    Field::optional(
        "line",
        &Kind::List(&Kind::Table(LINE), 0, LINKS_MAX),
        "Power lines with the circuits that protect them.",
    ),
    Field::optional(
        "relay_profile",
        &Kind::List(&Kind::Table(RELAY_PROFILE), 0, 1000),
        "Relay families of one's own.",
    ),
    Field::optional(
        "event",
        &Kind::List(&Kind::Table(EVENT), 0, 1000),
        "What happens within the run.",
    ),
    Field::optional(
        "series",
        &TIME_POSITIVE,
        "Counts and delays over time are kept in bins of this length; default none.",
    ),
];

const SHARE: &[Field] = &[
    Field::optional(
        "commands",
        &Kind::Whole(1, COMMANDS_MAX),
        "Commands sampled per circuit and direction; default 100000.",
    ),
    Field::optional(
        "allowed",
        &TIME_POSITIVE,
        "Longest time a command may take from relay to relay, without their own processing; \
         default the telecom budget.",
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

#[cfg(test)]
mod tests {
    use super::security::FILTERS;
    use super::topology::{CONSTANTS, LINK, QUEUE_BY_CLASS};
    use super::*;
    use crate::pseudowire::service::{PROFILES, PlayoutModel};
    use crate::scenario::interfaces::INTERFACES;
    use crate::scenario::services::SERVICES;
    use crate::topology::{Medium, PRESETS};
    use crate::traffic::{Class, Transport};

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
        let (playout, later) = words(kind(CIRCUIT, "playout"));
        assert_eq!(
            [playout, later].concat(),
            PlayoutModel::ALL.map(PlayoutModel::name)
        );
        assert_eq!(words(kind(CIRCUIT, "class")).0, Class::ALL.map(Class::name));
        let budgets: Vec<&str> = BUDGET_PROFILES.iter().map(|profile| profile.0).collect();
        assert_eq!(words(kind(BUDGET, "profile")).0, budgets);
        let interfaces: Vec<&str> = INTERFACES.iter().map(|interface| interface.name).collect();
        assert_eq!(words(kind(CIRCUIT, "interface")).0, interfaces);
        let transports = Transport::ALL.map(Transport::name);
        assert_eq!(words(kind(FLOW, "transport")).0, transports);
        let filters: Vec<&str> = FILTERS.iter().map(|field| field.key).collect();
        assert_eq!(filters, Class::ALL.map(Class::name));
        let services: Vec<&str> = SERVICES.iter().map(|preset| preset.name).collect();
        assert_eq!(words(kind(SERVICE, "preset")).0, services);
        let queues: Vec<&str> = QUEUE_BY_CLASS.iter().map(|field| field.key).collect();
        assert_eq!(queues, Class::ALL.map(Class::name));
    }
}
