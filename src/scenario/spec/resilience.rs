//! What fails and what protects, as written.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Route;
use super::circuit::by_direction;
use crate::mpls::constraints::Metric;
use crate::mpls::settings::Detection;
use crate::scenario::resilience::ProtectionKind;
use crate::scenario::value::{At, Table, Value};
use crate::topology::Direction;
use crate::units::Span;

/// `[control]`.
#[derive(Default, Debug)]
pub struct ControlSpec {
    /// `profile`.
    pub profile: Option<String>,
    /// `detection`.
    pub detection: Option<At<Detection>>,
    /// Times by name, those of `igp` and `damping` as "igp.spf", "damping.max".
    pub times: BTreeMap<String, At<Span>>,
    /// `revert = "never"`.
    pub never_reverts: bool,
    /// `penultimate_pop`.
    pub penultimate_pop: Option<bool>,
    /// `relay_recovery.messages`.
    pub relay_messages: Option<u32>,
    /// `relay_recovery.interval`.
    pub relay_interval: Option<Span>,
}

/// How a circuit is protected.
#[derive(Debug)]
pub struct ProtectionSpec {
    /// `protection`.
    pub kind: Option<At<ProtectionKind>>,
    /// `second_path` per direction.
    pub second: [Option<Route>; 2],
    /// `co_routed`.
    pub co_routed: Option<bool>,
    /// `revert`; inner `None`: never.
    pub revert: Option<Option<Span>>,
    /// `constraints`.
    pub constraints: Option<ConstraintsSpec>,
}

/// `constraints`.
#[derive(Debug)]
pub struct ConstraintsSpec {
    /// `metric`.
    pub metric: Option<Metric>,
    /// `bandwidth`, b/s.
    pub bandwidth_bps: Option<u64>,
    /// `setup`.
    pub setup: Option<At<u8>>,
    /// `hold`.
    pub hold: Option<At<u8>>,
    /// `include_any`, `include_all`, `exclude`.
    pub groups: [Vec<At<String>>; 3],
    /// `avoid`.
    pub avoid: Vec<At<String>>,
    /// `avoid_groups`.
    pub avoid_groups: Vec<At<String>>,
    /// `hop_limit`.
    pub hop_limit: Option<u32>,
    /// `via`: nodes, and whether each is loose.
    pub via: Vec<(At<String>, bool)>,
}

/// `[[bypass]]`.
#[derive(Debug)]
pub struct BypassSpec {
    /// `at`.
    pub at: At<String>,
    /// `protects`.
    pub protects: At<String>,
    /// `path`.
    pub path: Route,
}

/// What an event does to something as a whole.
#[derive(Debug)]
pub struct DisruptionSpec {
    /// Where its table stands.
    pub span: Range<usize>,
    /// What it names: at most one of each kind of name, with that kind's key.
    pub named: Vec<(&'static str, At<String>)>,
    /// Whether a name was written that has a fault.
    pub faulty: bool,
    /// `direction`.
    pub direction: Option<At<Direction>>,
    /// `radio_hop`.
    pub radio_hop: Option<At<u64>>,
    /// What is done to it.
    pub what: Disruption,
}

/// What is done to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disruption {
    /// `fail`.
    Fail {
        /// `lasts`; `None`: until repaired, or for ever.
        lasts: Option<Span>,
    },
    /// `repair`.
    Repair,
    /// `flap`.
    Flap {
        /// `down`.
        down: Span,
        /// `up`.
        up: Span,
        /// `times`.
        times: u64,
    },
    /// `maintenance`.
    Maintenance {
        /// `notice`.
        notice: Span,
        /// `lasts`.
        lasts: Span,
    },
    /// `fault` of a power line.
    Fault {
        /// `breaks_opgw`.
        breaks: bool,
    },
}

/// Keys of an event that name what is done.
pub(super) const DISRUPTIONS: [&str; 5] = ["fail", "repair", "flap", "maintenance", "fault"];

/// Keys of a circuit that say how it is protected.
pub(super) const OF_CIRCUITS: [&str; 5] = [
    "protection",
    "second_path",
    "co_routed",
    "revert",
    "constraints",
];

/// Keys that name what it is done to.
const ELEMENTS: [&str; 5] = ["link", "node", "group", "power", "line"];

/// Multiplier of BFD and hellos where none is given (7705 SAR OS Services Guide p363).
const MULTIPLIER_DEFAULT: u64 = 3;

impl Disruption {
    /// The key of an event.
    #[must_use]
    pub fn key(self) -> &'static str {
        let place = match self {
            Self::Fail { .. } => 0,
            Self::Repair => 1,
            Self::Flap { .. } => 2,
            Self::Maintenance { .. } => 3,
            Self::Fault { .. } => 4,
        };
        DISRUPTIONS[place]
    }
}

pub(super) fn control(table: &Table) -> ControlSpec {
    let Some(control) = table.table("control") else {
        return ControlSpec::default();
    };
    let mut times = BTreeMap::new();
    let tables = [("", Some(control))];
    let inner = ["igp", "damping"].map(|key| (key, control.table(key)));
    for (prefix, table) in tables.into_iter().chain(inner) {
        for key in table.into_iter().flat_map(Table::keys) {
            if let Some(value) = table.and_then(|table| table.whole(key)) {
                let dot = if prefix.is_empty() { "" } else { "." };
                times.insert(format!("{prefix}{dot}{key}"), value.map(Span));
            }
        }
    }
    let relay = control.table("relay_recovery");
    let messages = relay.and_then(|relay| relay.whole("messages"));
    ControlSpec {
        profile: control.text("profile").map(|at| at.value),
        detection: detection(control),
        times,
        never_reverts: control.text("revert").is_some(),
        penultimate_pop: control.flag("penultimate_pop").map(|at| at.value),
        relay_messages: messages.and_then(|at| u32::try_from(at.value).ok()),
        relay_interval: relay
            .and_then(|relay| relay.whole("interval"))
            .map(|at| Span(at.value)),
    }
}

/// `detection`; the place is that of its interval or delay.
pub(super) fn detection(table: &Table) -> Option<At<Detection>> {
    let table = table.table("detection")?;
    let [delay, interval] = ["delay", "interval"].map(|key| table.whole(key));
    let at = delay.or(interval)?;
    let hold_off = Span(table.whole("hold_off").map_or(0, |at| at.value));
    let multiplier = table.whole("multiplier");
    let multiplier = multiplier.map_or(MULTIPLIER_DEFAULT, |at| at.value);
    let multiplier = u32::try_from(multiplier).ok()?;
    let kind = table.variant?;
    Some(at.map(|time| {
        let time = Span(time);
        match kind {
            "los" => Detection::LossOfSignal {
                delay: time,
                hold_off,
            },
            "fast-fault" => Detection::FastFault {
                delay: time,
                hold_off,
            },
            "bfd" => Detection::Bfd {
                interval: time,
                multiplier,
            },
            _ => Detection::Hello {
                interval: time,
                multiplier,
            },
        }
    }))
}

pub(super) fn default_protection(table: &Table) -> Option<At<ProtectionKind>> {
    kind(table.table("protection")?, "default")
}

fn kind(table: &Table, key: &str) -> Option<At<ProtectionKind>> {
    let at = table.text(key)?;
    Some(At {
        value: ProtectionKind::from_name(&at.value)?,
        span: at.span,
    })
}

pub(super) fn protection(table: &Table) -> ProtectionSpec {
    let revert = table.get("revert").map(|at| match at.value {
        Value::Whole(value) => Some(Span(value)),
        _ => None,
    });
    ProtectionSpec {
        kind: kind(table, "protection"),
        second: by_direction(table, "second_path"),
        co_routed: table.flag("co_routed").map(|at| at.value),
        revert,
        constraints: table.table("constraints").map(constraints),
    }
}

fn constraints(table: &Table) -> ConstraintsSpec {
    let priority = |key: &str| {
        let at = table.whole(key)?;
        let value = u8::try_from(at.value).ok()?;
        Some(At {
            value,
            span: at.span,
        })
    };
    let hops = table.whole("hop_limit");
    let via = table.tables("via").filter_map(|via| {
        let loose = via.flag("loose").is_some_and(|at| at.value);
        Some((via.text("node")?, loose))
    });
    ConstraintsSpec {
        metric: table.text("metric").map(|at| match at.value.as_str() {
            "te" => Metric::Te,
            "delay" => Metric::Delay,
            _ => Metric::Igp,
        }),
        bandwidth_bps: table.whole("bandwidth").map(|at| at.value),
        setup: priority("setup"),
        hold: priority("hold"),
        groups: ["include_any", "include_all", "exclude"].map(|key| names(table, key)),
        avoid: names(table, "avoid"),
        avoid_groups: names(table, "avoid_groups"),
        hop_limit: hops.and_then(|at| u32::try_from(at.value).ok()),
        via: via.collect(),
    }
}

/// The names of an array; none where one has a fault.
pub(super) fn names(table: &Table, key: &str) -> Vec<At<String>> {
    table.texts(key).map_or_else(Vec::new, |at| at.value)
}

pub(super) fn bypass(table: &Table) -> Option<BypassSpec> {
    Some(BypassSpec {
        at: table.text("at")?,
        protects: table.text("protects")?,
        path: table.texts("path")?,
    })
}

/// What an event does to something as a whole.
pub(super) fn disruptions(event: &Table) -> Vec<DisruptionSpec> {
    let one = |key: &&'static str| disruption(key, event.table(key)?);
    DISRUPTIONS.iter().filter_map(one).collect()
}

fn disruption(key: &'static str, table: &Table) -> Option<DisruptionSpec> {
    let span = |key: &str| table.whole(key).map(|at| Span(at.value));
    let what = match key {
        // A faulty end must not make it look as if there were none.
        "fail" if table.has("lasts") => Disruption::Fail {
            lasts: Some(span("lasts")?),
        },
        "fail" => Disruption::Fail { lasts: None },
        "repair" => Disruption::Repair,
        "flap" => Disruption::Flap {
            down: span("down")?,
            up: span("up")?,
            times: table.whole("times")?.value,
        },
        "maintenance" => Disruption::Maintenance {
            notice: span("notice")?,
            lasts: span("lasts")?,
        },
        _ => Disruption::Fault {
            breaks: table.flag("breaks_opgw").is_some_and(|at| at.value),
        },
    };
    let direction = table.text("direction").and_then(|at| {
        let mut ways = Direction::BOTH.into_iter();
        let value = ways.find(|way| way.name() == at.value)?;
        Some(At {
            value,
            span: at.span,
        })
    });
    let named = ELEMENTS
        .iter()
        .filter_map(|key| Some((*key, table.text(key)?)));
    let written = [
        "link",
        "node",
        "group",
        "power",
        "line",
        "direction",
        "radio_hop",
    ];
    let mut written = written.into_iter().filter(|key| table.has(key));
    Some(DisruptionSpec {
        span: table.span.clone(),
        named: named.collect(),
        // That a fault has no line is told by the decoder.
        faulty: written.any(|key| table.get(key).is_none())
            || (key == "fault" && !table.has("line")),
        direction,
        radio_hop: table.whole("radio_hop"),
        what,
    })
}
