//! A flow as written.

use std::ops::Range;

use super::class;
use crate::scenario::value::{At, Table, Value};
use crate::traffic::Class;

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

pub(super) fn flow(table: &Table) -> Option<FlowSpec> {
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
