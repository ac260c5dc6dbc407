//! A circuit as written.

use std::ops::Range;

use super::{class, pair};
use crate::scenario::defaults::or_default;
use crate::scenario::value::{At, Table, Value};
use crate::traffic::Class;

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

pub(super) fn circuit(table: &Table) -> Option<CircuitSpec> {
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
