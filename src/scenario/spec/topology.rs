//! The topology as written.

use std::ops::Range;

use super::media::{
    DisciplineSpec, FirewallSpec, RadioSpec, discipline, encryption, firewall, radio,
};
use super::pair;
use super::resilience::{detection, names};
use crate::mpls::settings::Detection;
use crate::scenario::diagnostic::{Place, SourceId};
use crate::scenario::value::{At, Table, Value};
use crate::topology::{Bursts, Encryption, Errors, sdh};
use crate::traffic::Class;
use crate::units::{ErrorRatio, Octets, Span};

/// Repeaters that take whole frames.
const STORES: &str = "store-and-forward";

/// A topology, in a file of its own or inlined.
#[derive(Debug)]
pub struct TopologySpec {
    /// Which file.
    pub source: SourceId,
    /// Where the topology begins.
    pub span: Range<usize>,
    /// `name`.
    pub name: Option<At<String>>,
    /// `preset`.
    pub preset: Option<At<String>>,
    /// `coordinates`.
    pub coordinates: Option<At<String>>,
    /// `[constants]`, in order of name.
    pub constants: Vec<(&'static str, At<u64>)>,
    /// `default_discipline`.
    pub default_discipline: Option<At<String>>,
    /// `[[discipline]]` with a usable name.
    pub disciplines: Vec<DisciplineSpec>,
    /// `[[node]]` with a usable name.
    pub nodes: Vec<NodeSpec>,
    /// `[[link]]` with a usable name.
    pub links: Vec<LinkSpec>,
    /// `[[line]]` with a usable name.
    pub lines: Vec<LineSpec>,
    /// Whether every node, link and line has a usable name: else a name not found may be one of
    /// them.
    pub complete: bool,
    /// Descriptive keys used, as "kind: key".
    pub descriptive: Vec<String>,
}

/// A node.
#[derive(Debug)]
pub struct NodeSpec {
    /// `name`.
    pub name: At<String>,
    /// `label`.
    pub label: Option<String>,
    /// `processing`, shortest and longest; equal for a constant.
    pub processing: Option<At<(Span, Span)>>,
    /// `firewall`.
    pub firewall: Option<FirewallSpec>,
    /// Whether `firewall` was written, even with a fault.
    pub has_firewall: bool,
    /// `lat` and `lon`, micro-degrees.
    pub latitude: Option<i64>,
    /// See `latitude`.
    pub longitude: Option<i64>,
    /// Where one of `lat` and `lon` stands.
    pub coordinates_span: Option<Range<usize>>,
    /// Whether only one of them was written.
    pub half_located: bool,
    /// `can_fail`.
    pub can_fail: bool,
    /// `power`.
    pub power: Option<String>,
}

/// A link.
#[derive(Debug)]
pub struct LinkSpec {
    /// Where its table begins.
    pub span: Range<usize>,
    /// `name`.
    pub name: At<String>,
    /// `ends`.
    pub ends: Option<[At<String>; 2]>,
    /// `medium`.
    pub medium: Option<At<String>>,
    /// `length`, mm.
    pub length: Option<At<u64>>,
    /// Whether `length` was written, even with a fault.
    pub has_length: bool,
    /// `propagation` a→z and z→a, ps.
    pub propagation: Option<[At<u64>; 2]>,
    /// Whether `propagation` was written, even with a fault.
    pub has_propagation: bool,
    /// `rate` a→z and z→a, b/s.
    pub rate: Option<[At<u64>; 2]>,
    /// `radio_hops`.
    pub radio_hops: Option<At<u64>>,
    /// `repeaters`: whether they store and forward.
    pub stores: Option<bool>,
    /// `radio`.
    pub radio: Option<RadioSpec>,
    /// `capacity`: the channel's name, and its timeslots.
    pub capacity: Option<(Option<String>, u32)>,
    /// `line`.
    pub line: Option<At<String>>,
    /// `timeslots`.
    pub timeslots: Option<u32>,
    /// `framing`.
    pub framing: Option<String>,
    /// `baud`.
    pub baud: Option<At<u64>>,
    /// `tone_delay`.
    pub tone_delay: Option<Span>,
    /// `encryption`; the place is that of its kind.
    pub encryption: Option<At<Encryption>>,
    /// `discipline`.
    pub discipline: Option<At<String>>,
    /// Every key that was written, with its place.
    pub keys: Vec<(&'static str, Range<usize>)>,
    /// `layer1`: whether preamble and gap count.
    pub layer1: Option<bool>,
    /// `metric`.
    pub metric: Option<u64>,
    /// `queue` per class: outer `None` = preset's, inner `None` = unlimited.
    pub queue: [Option<Option<Octets>>; Class::COUNT],
    /// Where `queue` stands.
    pub queue_span: Option<Range<usize>>,
    /// `srlg`.
    pub srlg: Vec<String>,
    /// `admin_groups`.
    pub admin_groups: Vec<At<String>>,
    /// `te_metric`.
    pub te_metric: Option<u64>,
    /// `reservable`, b/s.
    pub reservable_bps: Option<u64>,
    /// `can_fail`.
    pub can_fail: bool,
    /// `ground_wire_of`.
    pub ground_wire_of: Vec<At<String>>,
    /// `detection`.
    pub detection: Option<At<Detection>>,
    /// `bit_error_ratio` and `bursts`.
    pub errors: Errors,
}

/// A power line.
#[derive(Debug)]
pub struct LineSpec {
    /// `name`.
    pub name: At<String>,
    /// `ends`.
    pub ends: Option<[At<String>; 2]>,
}

impl TopologySpec {
    /// From the decoded table.
    #[must_use]
    pub fn new(source: SourceId, table: &Table) -> Self {
        let constants = table.table("constants");
        let given = constants.into_iter().flat_map(|constants| {
            constants
                .keys()
                .filter_map(|key| Some((key, constants.whole(key)?)))
        });
        let mut descriptive = vec!["topology: name".to_owned()];
        // A file of coordinates and `lat`, `lon` in the nodes say the same thing.
        let located = |node: &Table| node.has("lat") || node.has("lon");
        if table.has("coordinates") || table.tables("node").any(located) {
            descriptive.push("node: coordinates".to_owned());
        }
        // Radio hops act through the latency of each, and through repeaters that store.
        let idle = |link: &Table| {
            let latency = link
                .table("radio")
                .is_some_and(|radio| radio.has("latency"));
            let stores = link.text("repeaters").is_some_and(|at| at.value == STORES);
            link.has("radio_hops") && !latency && !stores
        };
        if table.tables("link").any(idle) {
            descriptive.push("link: radio_hops".to_owned());
        }
        for (what, key) in [("node", "label"), ("link", "srlg")] {
            if table.tables(what).any(|one| one.has(key)) {
                descriptive.push(format!("{what}: {key}"));
            }
        }
        Self {
            source,
            span: table.span.clone(),
            name: table.text("name"),
            preset: table.text("preset"),
            coordinates: table.text("coordinates"),
            constants: given.collect(),
            default_discipline: table.text("default_discipline"),
            disciplines: table.tables("discipline").filter_map(discipline).collect(),
            nodes: table.tables("node").filter_map(node).collect(),
            links: table.tables("link").filter_map(link).collect(),
            lines: table.tables("line").filter_map(line).collect(),
            complete: ["node", "link", "discipline", "line"]
                .into_iter()
                .all(|what| {
                    table.has(what) == table.get(what).is_some()
                        && table.tables(what).all(|one| one.get("name").is_some())
                }),
            descriptive,
        }
    }

    /// A place in this file.
    #[must_use]
    pub fn place(&self, span: &Range<usize>) -> Place {
        Place {
            source: self.source,
            span: span.clone(),
        }
    }
}

fn node(table: &Table) -> Option<NodeSpec> {
    let processing = table.get("processing").and_then(|at| {
        let range = match &at.value {
            Value::Whole(ps) => (Span(*ps), Span(*ps)),
            Value::Table(range) => (
                Span(range.whole("min")?.value),
                Span(range.whole("max")?.value),
            ),
            _ => return None,
        };
        Some(At {
            value: range,
            span: at.span.clone(),
        })
    });
    Some(NodeSpec {
        name: table.text("name")?,
        label: table.text("label").map(|at| at.value),
        processing,
        firewall: firewall(table),
        has_firewall: table.has("firewall"),
        latitude: table.degrees("lat"),
        longitude: table.degrees("lon"),
        coordinates_span: table.key_span("lat").or_else(|| table.key_span("lon")),
        half_located: table.has("lat") != table.has("lon"),
        can_fail: table.flag("can_fail").is_none_or(|at| at.value),
        power: table.text("power").map(|at| at.value),
    })
}

fn link(table: &Table) -> Option<LinkSpec> {
    Some(LinkSpec {
        span: table.span.clone(),
        name: table.text("name")?,
        ends: pair(table, "ends"),
        medium: table.text("medium"),
        length: table.whole("length"),
        has_length: table.has("length"),
        propagation: both_ways(table, "propagation"),
        has_propagation: table.has("propagation"),
        rate: both_ways(table, "rate"),
        radio_hops: table.whole("radio_hops"),
        stores: table.text("repeaters").map(|at| at.value == STORES),
        radio: radio(table),
        capacity: table.get("capacity").and_then(capacity),
        line: table.text("line"),
        timeslots: small(table.whole("timeslots")),
        framing: table.text("framing").map(|at| at.value),
        baud: table.whole("baud"),
        tone_delay: table.whole("tone_delay").map(|at| Span(at.value)),
        encryption: encryption(table),
        discipline: table.text("discipline"),
        keys: table
            .keys
            .iter()
            .map(|(key, span)| (*key, span.clone()))
            .collect(),
        layer1: table.text("layer1").map(|at| at.value == "ethernet"),
        metric: table.whole("metric").map(|at| at.value),
        queue: queue(table.get("queue")),
        queue_span: table.get("queue").map(|at| at.span.clone()),
        srlg: table
            .texts("srlg")
            .map(|names| names.value.into_iter().map(|name| name.value).collect())
            .unwrap_or_default(),
        admin_groups: names(table, "admin_groups"),
        te_metric: table.whole("te_metric").map(|at| at.value),
        reservable_bps: table.whole("reservable").map(|at| at.value),
        can_fail: table.flag("can_fail").is_none_or(|at| at.value),
        ground_wire_of: names(table, "ground_wire_of"),
        detection: detection(table),
        errors: errors(table),
    })
}

fn errors(table: &Table) -> Errors {
    let ratio = table.whole("bit_error_ratio");
    let ratio = ratio.and_then(|at| ErrorRatio::from_parts(at.value));
    let bursts = table.table("bursts").and_then(|bursts| {
        Some(Bursts {
            every: Span(bursts.whole("every")?.value),
            length: Span(bursts.whole("length")?.value),
        })
    });
    Errors {
        bit_error_ratio: ratio.unwrap_or_default(),
        bursts,
    }
}

fn line(table: &Table) -> Option<LineSpec> {
    Some(LineSpec {
        name: table.text("name")?,
        ends: pair(table, "ends"),
    })
}

fn small(at: Option<At<u64>>) -> Option<u32> {
    u32::try_from(at?.value).ok()
}

fn capacity(at: &At<Value>) -> Option<(Option<String>, u32)> {
    match &at.value {
        Value::Text(name) => Some((Some(name.clone()), sdh::timeslots(name)?)),
        Value::Table(table) => Some((None, small(table.whole("timeslots"))?)),
        _ => None,
    }
}

impl LinkSpec {
    /// Where this key stands; `None` where it was not written.
    #[must_use]
    pub fn key(&self, key: &str) -> Option<&Range<usize>> {
        let found = self.keys.iter().find(|one| one.0 == key);
        found.map(|one| &one.1)
    }
}

fn both_ways(table: &Table, key: &str) -> Option<[At<u64>; 2]> {
    match &table.get(key)?.value {
        Value::Table(ways) => Some([ways.whole("a-z")?, ways.whole("z-a")?]),
        _ => table.whole(key).map(|at| [at.clone(), at]),
    }
}

fn queue(value: Option<&At<Value>>) -> [Option<Option<Octets>>; Class::COUNT] {
    let limit = |value: &Value| match value {
        Value::Whole(octets) => Some(Octets(*octets)),
        _ => None,
    };
    match value.map(|at| &at.value) {
        None => [None; Class::COUNT],
        Some(Value::Table(classes)) => {
            Class::ALL.map(|class| classes.get(class.name()).map(|at| limit(&at.value)))
        }
        Some(one) => [Some(limit(one)); Class::COUNT],
    }
}
