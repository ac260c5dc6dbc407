//! A flow as written.

use std::ops::Range;

use super::class;
use super::pattern::{PatternSpec, pattern};
use crate::scenario::value::{At, Table, Value};
use crate::traffic::{Class, Transport};

/// Size of a flow's packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SizeSpec {
    /// The frame with FCS.
    Frame(u64),
    /// Every octet on the wire.
    Wire(u64),
}

/// Where a flow goes.
#[derive(Clone, Debug)]
pub enum To {
    /// To one station.
    One(At<String>),
    /// A copy to each of these; in order of name once settled.
    Many(At<Vec<At<String>>>),
    /// A copy to every other station; becomes `Many` once the stations are known.
    All(At<()>),
}

/// Where a flow comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is written as a flow.
    Written,
    /// A service by preset.
    Service,
    /// A compromised station.
    Flood,
}

/// A policer as written.
#[derive(Clone, Debug)]
pub struct PolicerSpec {
    /// Where its table stands.
    pub span: Range<usize>,
    /// Committed rate, b/s.
    pub rate: At<u64>,
    /// Committed burst, octets.
    pub burst: At<u64>,
    /// Excess burst, octets.
    pub excess: Option<At<u64>>,
    /// Peak rate, b/s.
    pub peak: Option<At<u64>>,
    /// Peak burst, octets.
    pub peak_burst: Option<At<u64>>,
}

/// A flow.
#[derive(Clone, Debug)]
pub struct FlowSpec {
    /// `name`.
    pub name: At<String>,
    /// `from`.
    pub from: Option<At<String>>,
    /// `to`.
    pub to: Option<To>,
    /// `class`.
    pub class: Option<At<Class>>,
    /// `pattern`.
    pub pattern: Option<At<PatternSpec>>,
    /// `path`.
    pub path: Option<At<Vec<At<String>>>>,
    /// Whether `path` was written, even with a fault.
    pub has_path: bool,
    /// `transport`.
    pub transport: Transport,
    /// `policer`.
    pub policer: Option<PolicerSpec>,
    /// `firewalled`.
    pub firewalled: Option<bool>,
    /// Where it comes from.
    pub origin: Origin,
}

impl FlowSpec {
    /// The stations it goes to, as far as they are known.
    #[must_use]
    pub fn destinations(&self) -> &[At<String>] {
        match &self.to {
            Some(To::One(name)) => std::slice::from_ref(name),
            Some(To::Many(names)) => &names.value,
            Some(To::All(_)) | None => &[],
        }
    }

    /// Whether it is copied at its ingress.
    #[must_use]
    pub fn is_copied(&self) -> bool {
        matches!(self.to, Some(To::Many(_) | To::All(_)))
    }
}

pub(super) fn flow(table: &Table) -> Option<FlowSpec> {
    let transport = table.text("transport");
    Some(FlowSpec {
        name: table.text("name")?,
        from: table.text("from"),
        to: to(table),
        class: class(table),
        pattern: table.table("pattern").and_then(pattern),
        path: table.texts("path"),
        has_path: table.has("path"),
        transport: transport.map_or(Some(Transport::Bare), |at| Transport::from_name(&at.value))?,
        policer: table.table("policer").and_then(policer),
        firewalled: table.flag("firewalled").map(|at| at.value),
        origin: Origin::Written,
    })
}

fn to(table: &Table) -> Option<To> {
    let at = table.get("to")?;
    let span = at.span.clone();
    match &at.value {
        Value::Text(text) if text == "*" => Some(To::All(At { value: (), span })),
        Value::Text(_) => Some(To::One(at.text()?)),
        _ => Some(To::Many(at.texts()?)),
    }
}

pub(super) fn policer(table: &Table) -> Option<PolicerSpec> {
    Some(PolicerSpec {
        span: table.span.clone(),
        rate: table.whole("rate")?,
        burst: table.whole("burst")?,
        excess: table.whole("excess"),
        peak: table.whole("peak"),
        peak_burst: table.whole("peak_burst"),
    })
}
