//! What the person wrote, with the place of every part: typed, not yet checked against each other.

use std::ops::Range;

use super::defaults::{FREQUENCY_DEFAULT_HZ, SEED_DEFAULT, defaults, or_default, whole_or};
use super::diagnostic::{Place, SourceId};
use super::value::{At, Table, Value};
use crate::traffic::Class;
use crate::units::{Octets, Span};

/// A scenario file.
#[derive(Debug)]
pub struct ScenarioSpec {
    /// Which file.
    pub source: SourceId,
    /// `name`.
    pub name: Option<At<String>>,
    /// `topology`.
    pub topology: Option<TopologyRef>,
    /// `duration`.
    pub duration: Option<At<u64>>,
    /// `seed`.
    pub seed: Option<u64>,
    /// `frequency`, Hz.
    pub frequency: Option<At<u64>>,
    /// `[budget] telecom`, ps.
    pub telecom: Option<At<u64>>,
    /// `[budget] profile`.
    pub profile: Option<At<String>>,
    /// Where `[budget]` stands, if it does.
    pub budget: Option<Range<usize>>,
    /// `[[circuit]]` with a usable name.
    pub circuits: Vec<CircuitSpec>,
    /// `[[flow]]` with a usable name.
    pub flows: Vec<FlowSpec>,
    /// Descriptive keys used, as "kind: key".
    pub descriptive: Vec<String>,
    /// Keys left out whose default acts, as "scenario: seed 1", "circuit NAME: payload".
    pub defaults: Vec<String>,
}

/// Where the topology is.
#[derive(Debug)]
pub enum TopologyRef {
    /// In a file.
    File(At<String>),
    /// In the scenario file itself.
    Inline(Box<TopologySpec>),
}

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
    /// `[[node]]` with a usable name.
    pub nodes: Vec<NodeSpec>,
    /// `[[link]]` with a usable name.
    pub links: Vec<LinkSpec>,
    /// Whether every node and link has a usable name: else a name not found may be one of them.
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
    /// `lat` and `lon`, micro-degrees.
    pub latitude: Option<i64>,
    /// See `latitude`.
    pub longitude: Option<i64>,
    /// Where one of `lat` and `lon` stands.
    pub coordinates_span: Option<Range<usize>>,
    /// Whether only one of them was written.
    pub half_located: bool,
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
}

/// A value, or the product's default.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrDefault {
    /// As written, in base units.
    Given(u64),
    /// `"default"`.
    Default,
}

/// A circuit.
#[derive(Debug)]
pub struct CircuitSpec {
    /// Where its table begins.
    pub span: Range<usize>,
    /// `name`.
    pub name: At<String>,
    /// `ends`.
    pub ends: Option<[At<String>; 2]>,
    /// `scheme`.
    pub scheme: Option<String>,
    /// `interface`.
    pub interface: Option<At<String>>,
    /// `service`.
    pub service: Option<At<String>>,
    /// `product`.
    pub product: Option<At<String>>,
    /// `timeslots`.
    pub timeslots: Option<At<u64>>,
    /// Whether `timeslots` was written, even with a fault.
    pub has_timeslots: bool,
    /// `payload`.
    pub payload: Option<At<OrDefault>>,
    /// `jitter_buffer`.
    pub jitter_buffer: Option<At<OrDefault>>,
    /// `playout`.
    pub playout: Option<At<String>>,
    /// `class`.
    pub class: Option<At<Class>>,
    /// `vlan`.
    pub vlan: bool,
    /// `labels`.
    pub labels: Option<u64>,
    /// `rtp`.
    pub rtp: bool,
    /// `minimum_frame`.
    pub minimum_frame: Option<u64>,
    /// `path` per direction.
    pub path: [Option<At<Vec<At<String>>>>; 2],
    /// Whether `path` was written, even with a fault.
    pub has_path: bool,
    /// `phase` per direction, ps.
    pub phase: [Option<u64>; 2],
}

/// Size of a flow's packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SizeSpec {
    /// The frame with FCS.
    Frame(u64),
    /// Every octet on the wire.
    Wire(u64),
}

/// When a flow sends.
#[derive(Debug)]
pub enum PatternSpec {
    /// Constant bit rate.
    Cbr {
        /// Time between packets, ps.
        period: u64,
        /// First emission, ps.
        first: u64,
    },
    /// Exponential gaps.
    Poisson {
        /// Mean rate, b/s.
        rate: At<u64>,
    },
}

/// A flow.
#[derive(Debug)]
pub struct FlowSpec {
    /// Where its table begins.
    pub span: Range<usize>,
    /// `name`.
    pub name: At<String>,
    /// `from` and `to`.
    pub ends: Option<[At<String>; 2]>,
    /// `class`.
    pub class: Option<At<Class>>,
    /// `pattern`, with its size.
    pub pattern: Option<(PatternSpec, At<SizeSpec>)>,
    /// `path`.
    pub path: Option<At<Vec<At<String>>>>,
    /// Whether `path` was written, even with a fault.
    pub has_path: bool,
}

impl ScenarioSpec {
    /// From the decoded file.
    #[must_use]
    pub fn new(source: SourceId, table: &Table) -> Self {
        let topology = table.get("topology").and_then(|at| match &at.value {
            Value::Text(text) => Some(TopologyRef::File(At {
                value: text.clone(),
                span: at.span.clone(),
            })),
            Value::Table(inner) => Some(TopologyRef::Inline(Box::new(TopologySpec::new(
                source, inner,
            )))),
            _ => None,
        });
        let budget = table.table("budget");
        let mut descriptive = vec!["scenario: name".to_owned(), "circuit: name".to_owned()];
        for key in ["scheme", "interface"] {
            if table.tables("circuit").any(|circuit| circuit.has(key)) {
                descriptive.push(format!("circuit: {key}"));
            }
        }
        Self {
            source,
            name: table.text("name"),
            topology,
            duration: table.whole("duration"),
            seed: whole_or(table, "seed", SEED_DEFAULT).map(|at| at.value),
            frequency: whole_or(table, "frequency", FREQUENCY_DEFAULT_HZ),
            telecom: budget.and_then(|budget| budget.whole("telecom")),
            profile: budget.and_then(|budget| budget.text("profile")),
            budget: budget
                .filter(|budget| !incomplete(budget))
                .map(|budget| budget.span.clone()),
            circuits: table.tables("circuit").filter_map(circuit).collect(),
            flows: table.tables("flow").filter_map(flow).collect(),
            descriptive,
            defaults: defaults(table),
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

/// Whether a key was written whose value had a fault.
fn incomplete(budget: &Table) -> bool {
    ["telecom", "profile"]
        .into_iter()
        .any(|key| budget.has(key) && budget.get(key).is_none())
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
        for (what, key) in [("node", "label"), ("link", "radio_hops"), ("link", "srlg")] {
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
            nodes: table.tables("node").filter_map(node).collect(),
            links: table.tables("link").filter_map(link).collect(),
            complete: ["node", "link"].into_iter().all(|what| {
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
        latitude: table.degrees("lat"),
        longitude: table.degrees("lon"),
        coordinates_span: table.key_span("lat").or_else(|| table.key_span("lon")),
        half_located: table.has("lat") != table.has("lon"),
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
        layer1: table.text("layer1").map(|at| at.value == "ethernet"),
        metric: table.whole("metric").map(|at| at.value),
        queue: queue(table.get("queue")),
        queue_span: table.get("queue").map(|at| at.span.clone()),
        srlg: table
            .texts("srlg")
            .map(|names| names.value.into_iter().map(|name| name.value).collect())
            .unwrap_or_default(),
    })
}

fn circuit(table: &Table) -> Option<CircuitSpec> {
    Some(CircuitSpec {
        span: table.span.clone(),
        name: table.text("name")?,
        ends: pair(table, "ends"),
        scheme: table.text("scheme").map(|at| at.value),
        interface: table.text("interface"),
        service: table.text("service"),
        product: table.text("product"),
        timeslots: table.whole("timeslots"),
        has_timeslots: table.has("timeslots"),
        payload: or_default(table, "payload"),
        jitter_buffer: or_default(table, "jitter_buffer"),
        playout: table.text("playout"),
        class: class(table),
        vlan: table.flag("vlan").is_some_and(|at| at.value),
        labels: table.whole("labels").map(|at| at.value),
        rtp: table.flag("rtp").is_some_and(|at| at.value),
        minimum_frame: table.whole("minimum_frame").map(|at| at.value),
        path: match table.get("path").map(|at| &at.value) {
            Some(Value::Table(ways)) => [ways.texts("a-z"), ways.texts("z-a")],
            _ => [table.texts("path"), None],
        },
        has_path: table.has("path"),
        phase: match table.get("phase").map(|at| &at.value) {
            Some(Value::Table(ways)) => {
                ["a-z", "z-a"].map(|way| ways.whole(way).map(|at| at.value))
            }
            _ => [table.whole("phase").map(|at| at.value); 2],
        },
    })
}

fn flow(table: &Table) -> Option<FlowSpec> {
    let pattern = table.table("pattern").and_then(|pattern| {
        let size = pattern.get("size")?;
        let octets = match &size.value {
            Value::Whole(frame) => SizeSpec::Frame(*frame),
            Value::Table(wire) => SizeSpec::Wire(wire.whole("wire")?.value),
            _ => return None,
        };
        let first = pattern.whole("first").map_or(0, |at| at.value);
        let sent = match pattern.variant? {
            "cbr" => PatternSpec::Cbr {
                period: pattern.whole("period")?.value,
                first,
            },
            _ => PatternSpec::Poisson {
                rate: pattern.whole("rate")?,
            },
        };
        Some((
            sent,
            At {
                value: octets,
                span: size.span.clone(),
            },
        ))
    });
    let ends = table
        .text("from")
        .zip(table.text("to"))
        .map(|(from, to)| [from, to]);
    Some(FlowSpec {
        span: table.span.clone(),
        name: table.text("name")?,
        ends,
        class: class(table),
        pattern,
        path: table.texts("path"),
        has_path: table.has("path"),
    })
}

fn pair(table: &Table, key: &str) -> Option<[At<String>; 2]> {
    table.texts(key)?.value.try_into().ok()
}

fn class(table: &Table) -> Option<At<Class>> {
    let at = table.text("class")?;
    Some(At {
        value: Class::from_name(&at.value)?,
        span: at.span,
    })
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
