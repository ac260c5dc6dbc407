//! What is typed into routers and relays, circuit by circuit, and whether it stands up to the worst
//! case of a study; and the round trips that relays will show.

mod paths;
mod relay;
mod router;
mod shown;
mod worst;

use self::worst::Worst;
use super::study::{CaseResult, Study};
use crate::units::{Octets, Span};

/// Parts of a sheet, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// What the routers at both ends, and on the way, are set to.
    Router,
    /// What the relays are set to.
    Relay,
    /// What the relays will show.
    Commissioning,
}

/// One figure or word of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// There is none.
    None,
    /// Without end.
    Never,
    /// Time, ps; negative where a direction leads.
    Time(i64),
    /// Rate, bits per second, rounded up.
    Rate(u64),
    /// Octets.
    Size(u64),
    /// A count.
    Count(u64),
    /// Words and names.
    Text(String),
}

/// What comes of a setting.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Say {
    /// To be typed in as it is; nothing is computed that could speak against it.
    Set,
    /// The worst case lies within it.
    Ok,
    /// The worst case does not: what is needed instead.
    Change,
    /// No setting helps.
    Beyond,
    /// To be seen, not to be set.
    Expect,
}

/// One line of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Where it belongs.
    pub part: Part,
    /// What is set, or looked at.
    pub item: &'static str,
    /// Of which direction, link or layer; empty: the circuit.
    pub of: String,
    /// What the scenario sets.
    pub set: Value,
    /// The worst that was computed.
    pub worst: Value,
    /// What is needed at least.
    pub need: Value,
    /// Both compared.
    pub say: Say,
    /// The cases that lead to it, in order; [`CALM`] is none.
    pub cases: Vec<String>,
}

/// The sheet of one circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// Index in [`crate::scenario::Scenario::circuits`].
    pub circuit: usize,
    /// In order of part.
    pub rows: Vec<Row>,
}

/// Normal operation, where a case is named.
pub const CALM: &str = "normal operation";

/// What settings are rounded up to: 0.1 ms.
pub const STEP: Span = Span::from_us(100);

/// The sheets of all circuits, in order of name, checked against these cases.
#[must_use]
pub fn sheets(study: &Study<'_>, cases: &[CaseResult]) -> Vec<Sheet> {
    let sheet = |circuit: usize| {
        let worst = Worst::of(study, cases, circuit);
        let mut rows = router::rows(study, &worst);
        rows.extend(relay::rows(study.scenario, &worst));
        rows.extend(shown::rows(study, cases, circuit));
        Sheet { circuit, rows }
    };
    (0..study.scenario.circuits.len()).map(sheet).collect()
}

impl Row {
    /// Something that is typed in as it is.
    fn set(part: Part, item: &'static str, of: impl Into<String>, set: Value) -> Self {
        Self {
            part,
            item,
            of: of.into(),
            set,
            worst: Value::None,
            need: Value::None,
            say: Say::Set,
            cases: Vec::new(),
        }
    }

    /// A time that must be at least what the worst case needs.
    fn at_least(
        (part, item): (Part, &'static str),
        set: Option<Span>,
        need: Option<Span>,
        case: Option<&str>,
    ) -> Self {
        let rounded = need.map(rounded_up);
        Self {
            part,
            item,
            of: String::new(),
            set: set.map_or(Value::None, time),
            worst: need.map_or(Value::Never, time),
            need: rounded.map_or(Value::Never, time),
            say: match (set, need) {
                (_, None) => Say::Beyond,
                (None, Some(_)) => Say::Set,
                (Some(set), Some(need)) if need <= set => Say::Ok,
                _ => Say::Change,
            },
            cases: case.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Part {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Relay => "relay",
            Self::Commissioning => "commissioning",
        }
    }
}

impl Say {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Ok => "ok",
            Self::Change => "change",
            Self::Beyond => "no-setting-helps",
            Self::Expect => "expect",
        }
    }
}

fn time(span: Span) -> Value {
    Value::Time(i64::try_from(span.0).unwrap_or(i64::MAX))
}

fn size(octets: Octets) -> Value {
    Value::Size(octets.0)
}

/// To whole tenths of a millisecond, as relays are set.
fn rounded_up(span: Span) -> Span {
    Span(span.0.div_ceil(STEP.0).saturating_mul(STEP.0))
}
