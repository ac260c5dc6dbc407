//! A circuit as written.

use std::collections::BTreeMap;
use std::ops::Range;

use super::flow::{PolicerSpec, policer};
use super::relay::{RelaySpec, relay, requirements};
use super::resilience::{ProtectionSpec, protection};
use super::{Route, class, pair};
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
    /// Where each key was written, with or without a fault.
    pub keys: BTreeMap<&'static str, Range<usize>>,
    /// `name`.
    pub name: At<String>,
    /// `ends`.
    pub ends: Option<[At<String>; 2]>,
    /// `scheme`.
    pub scheme: Option<At<String>>,
    /// `carrier`.
    pub carrier: Option<At<String>>,
    /// `interface`.
    pub interface: Option<At<String>>,
    /// `interface_delay` at end a and end z, ps.
    pub interface_delay: [Option<u64>; 2],
    /// `baud`.
    pub baud: Option<At<u64>>,
    /// `message`, characters.
    pub message: Option<u64>,
    /// `signalling`.
    pub signalling: Option<At<String>>,
    /// `tone_detection`, ps.
    pub tone_detection: Option<u64>,
    /// `service`.
    pub service: Option<At<String>>,
    /// `product`.
    pub product: Option<At<String>>,
    /// `timeslots`.
    pub timeslots: Option<At<u64>>,
    /// Whether `timeslots` was written, even with a fault.
    pub has_timeslots: bool,
    /// `slots`.
    pub slots: Option<At<Vec<At<u64>>>>,
    /// `cross_connects`.
    pub cross_connects: Option<u64>,
    /// `payload`.
    pub payload: Option<At<OrDefault>>,
    /// `jitter_buffer`.
    pub jitter_buffer: Option<At<OrDefault>>,
    /// `effective_jitter_buffer`, ps.
    pub effective_buffer: Option<At<u64>>,
    /// `playout`.
    pub playout: Option<At<String>>,
    /// `late_policy`.
    pub late_policy: Option<At<String>>,
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
    pub path: [Option<Route>; 2],
    /// Whether `path` was written, even with a fault.
    pub has_path: bool,
    /// `phase` per direction, ps.
    pub phase: [Option<u64>; 2],
    /// `clock`.
    pub clock: Option<ClockSpec>,
    /// `equalise`.
    pub equalise: Option<EqualiseSpec>,
    /// `goose`.
    pub goose: Option<GooseSpec>,
    /// `packetization_added`.
    pub packetization_added: Option<At<bool>>,
    /// `policer`.
    pub policer: Option<PolicerSpec>,
    /// `silent`.
    pub silent: bool,
    /// `compare`.
    pub compare: Option<At<String>>,
    /// `relay`.
    pub relay: Option<RelaySpec>,
    /// `requirements`.
    pub requirements: Vec<At<String>>,
    /// `protection` and what belongs to it.
    pub protection: ProtectionSpec,
}

/// `clock`.
#[derive(Debug)]
pub struct ClockSpec {
    /// Where it was written.
    pub span: Range<usize>,
    /// `kind`.
    pub kind: &'static str,
    /// `offset` at end a and end z, ppb.
    pub offset: [Option<i64>; 2],
    /// `wander`.
    pub wander: Option<WanderSpec>,
    /// `holdover`.
    pub holdover: Option<HoldoverSpec>,
}

/// `clock.wander`.
#[derive(Debug)]
pub struct WanderSpec {
    /// Where it was written.
    pub span: Range<usize>,
    /// Largest time error, ps.
    pub amplitude: u64,
    /// ps.
    pub period: u64,
}

/// `clock.holdover`.
#[derive(Debug)]
pub struct HoldoverSpec {
    /// When it begins, ps.
    pub at: u64,
    /// ppb.
    pub offset: i64,
    /// Which ends: a, z.
    pub ends: [bool; 2],
}

/// `equalise`.
#[derive(Clone, Copy, Debug)]
pub struct EqualiseSpec {
    /// Error of the measurement that it stands on, ps.
    pub error: i64,
}

/// `goose`.
#[derive(Debug)]
pub struct GooseSpec {
    /// Where it was written.
    pub span: Range<usize>,
    /// `size`, octets with FCS.
    pub size: Option<At<u64>>,
    /// `t1`, ps.
    pub t1: Option<At<u64>>,
    /// `t0`, ps.
    pub t0: Option<At<u64>>,
    /// `events`, ps.
    pub events: Vec<At<u64>>,
    /// `allowed`.
    pub allowed: u64,
}

/// How many intervals a message counts where the scenario gives none: twice the next one.
pub const ALLOWED_DEFAULT: u64 = 2;

pub(super) fn circuit(table: &Table) -> Option<CircuitSpec> {
    let flag = |key: &str| table.flag(key).is_some_and(|at| at.value);
    let number = |key: &str| table.whole(key).map(|at| at.value);
    Some(CircuitSpec {
        span: table.span.clone(),
        keys: table.keys.clone(),
        name: table.text("name")?,
        ends: pair(table, "ends"),
        scheme: table.text("scheme"),
        carrier: table.text("carrier"),
        interface: table.text("interface"),
        interface_delay: per(table, "interface_delay", ["a", "z"]),
        baud: table.whole("baud"),
        message: number("message"),
        signalling: table.text("signalling"),
        tone_detection: number("tone_detection"),
        service: table.text("service"),
        product: table.text("product"),
        timeslots: table.whole("timeslots"),
        has_timeslots: table.has("timeslots"),
        slots: wholes(table, "slots"),
        cross_connects: number("cross_connects"),
        payload: or_default(table, "payload"),
        jitter_buffer: or_default(table, "jitter_buffer"),
        effective_buffer: table.whole("effective_jitter_buffer"),
        playout: table.text("playout"),
        late_policy: table.text("late_policy"),
        class: class(table),
        vlan: flag("vlan"),
        labels: number("labels"),
        rtp: flag("rtp"),
        minimum_frame: number("minimum_frame"),
        path: by_direction(table, "path"),
        has_path: table.has("path"),
        phase: per(table, "phase", ["a-z", "z-a"]),
        clock: table.table("clock").and_then(clock),
        equalise: equalise(table),
        goose: table.table("goose").map(goose),
        packetization_added: table.flag("packetization_added"),
        policer: table.table("policer").and_then(policer),
        silent: flag("silent"),
        compare: table.text("compare"),
        relay: relay(table),
        requirements: requirements(table),
        protection: protection(table),
    })
}

/// Names of a route for one direction, or a table with one each.
pub(super) fn by_direction(table: &Table, key: &str) -> [Option<Route>; 2] {
    match table.get(key).map(|at| &at.value) {
        Some(Value::Table(ways)) => [ways.texts("a-z"), ways.texts("z-a")],
        _ => [table.texts(key), None],
    }
}

/// A quantity for both, or a table with one each.
fn per(table: &Table, key: &str, names: [&str; 2]) -> [Option<u64>; 2] {
    match table.get(key).map(|at| &at.value) {
        Some(Value::Table(each)) => names.map(|name| each.whole(name).map(|at| at.value)),
        _ => [table.whole(key).map(|at| at.value); 2],
    }
}

fn wholes(table: &Table, key: &str) -> Option<At<Vec<At<u64>>>> {
    let at = table.get(key)?;
    let each = table.list(key).iter().map(At::whole);
    Some(At {
        value: each.collect::<Option<_>>()?,
        span: at.span.clone(),
    })
}

fn clock(table: &Table) -> Option<ClockSpec> {
    let offset = match table.get("offset").map(|at| &at.value) {
        Some(Value::Table(each)) => ["a", "z"].map(|end| each.signed(end).map(|at| at.value)),
        _ => [table.signed("offset").map(|at| at.value); 2],
    };
    let wander = table.table("wander").and_then(|wander| {
        Some(WanderSpec {
            span: wander.span.clone(),
            amplitude: wander.whole("amplitude")?.value,
            period: wander.whole("period")?.value,
        })
    });
    let holdover = table.table("holdover").and_then(|holdover| {
        let end = holdover.text("end").map(|at| at.value);
        let not = |other: &str| end.as_deref() != Some(other);
        Some(HoldoverSpec {
            at: holdover.whole("at")?.value,
            offset: holdover.signed("offset")?.value,
            ends: [not("z"), not("a")],
        })
    });
    Some(ClockSpec {
        span: table.span.clone(),
        kind: table.variant?,
        offset,
        wander,
        holdover,
    })
}

fn equalise(table: &Table) -> Option<EqualiseSpec> {
    match &table.get("equalise")?.value {
        Value::Flag(true) => Some(EqualiseSpec { error: 0 }),
        Value::Table(inner) => Some(EqualiseSpec {
            error: inner.signed("error").map_or(0, |at| at.value),
        }),
        _ => None,
    }
}

fn goose(table: &Table) -> GooseSpec {
    GooseSpec {
        span: table.span.clone(),
        size: table.whole("size"),
        t1: table.whole("t1"),
        t0: table.whole("t0"),
        events: wholes(table, "events").map_or_else(Vec::new, |at| at.value),
        allowed: table
            .whole("allowed")
            .map_or(ALLOWED_DEFAULT, |at| at.value),
    }
}
