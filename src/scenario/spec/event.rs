//! Events as written.

use std::ops::Range;

use super::resilience::{DISRUPTIONS, DisruptionSpec, disruptions};
use crate::scenario::value::{At, Table};
use crate::topology::{Direction, Modulation};
use crate::units::{SimTime, Span};

/// An event.
#[derive(Debug)]
pub struct EventSpec {
    /// Where its table begins.
    pub span: Range<usize>,
    /// `at`.
    pub at: At<SimTime>,
    /// What happens to radios; nothing where nothing is written, or with a fault.
    pub what: Vec<Happening>,
    /// What fails, or is whole again.
    pub disruptions: Vec<DisruptionSpec>,
    /// Whether a key of something that happens was written, even with a fault.
    pub has_what: bool,
}

/// What happens to a link.
#[derive(Debug)]
pub enum Happening {
    /// `modulation`.
    Modulation {
        /// `link`.
        link: At<String>,
        /// `to`; `None`: nothing is sent.
        to: At<Option<Modulation>>,
        /// `direction`; `None`: both.
        direction: Option<Direction>,
    },
    /// `fade`.
    Fade {
        /// `link`.
        link: At<String>,
        /// `depth`, thousandths of a decibel.
        depth_mdb: u64,
        /// `slope`, thousandths of a decibel a second.
        slope_mdb_per_s: u64,
        /// `lasts`.
        lasts: Span,
    },
}

impl Happening {
    /// The link it happens to.
    #[must_use]
    pub fn link(&self) -> &At<String> {
        match self {
            Self::Modulation { link, .. } | Self::Fade { link, .. } => link,
        }
    }
}

pub(super) fn event(table: &Table) -> Option<EventSpec> {
    let at = table.whole("at")?;
    let modulation = table.table("modulation").and_then(modulation);
    let fade = table.table("fade").and_then(fade);
    Some(EventSpec {
        span: table.span.clone(),
        at: at.map(SimTime),
        what: modulation.into_iter().chain(fade).collect(),
        disruptions: disruptions(table),
        has_what: ["modulation", "fade"]
            .into_iter()
            .chain(DISRUPTIONS)
            .any(|key| table.has(key)),
    })
}

fn modulation(table: &Table) -> Option<Happening> {
    let to = table.text("to")?;
    let direction = match table.text("direction") {
        Some(name) => Some(
            Direction::BOTH
                .into_iter()
                .find(|way| way.name() == name.value)?,
        ),
        None => None,
    };
    Some(Happening::Modulation {
        link: table.text("link")?,
        to: to.map(|name| Modulation::from_name(&name)),
        direction,
    })
}

fn fade(table: &Table) -> Option<Happening> {
    let whole = |key| table.whole(key).map(|at| at.value);
    Some(Happening::Fade {
        link: table.text("link")?,
        depth_mdb: whole("depth")?,
        slope_mdb_per_s: whole("slope")?,
        lasts: Span(whole("lasts")?),
    })
}
