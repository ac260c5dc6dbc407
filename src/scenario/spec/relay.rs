//! Relays, their profiles and the lines that they protect, as written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::pair;
use crate::scenario::value::{At, Table, Value};

/// Where a scenario says anything of relays.
pub(super) const OF_SCENARIO: [&str; 2] = ["line", "relay_profile"];
/// Where a circuit does.
pub(super) const OF_CIRCUITS: [&str; 2] = ["relay", "requirements"];

/// A time, or cycles of the power system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasting {
    /// Picoseconds.
    Time(u64),
    /// Millionths of a cycle.
    Cycles(u64),
}

/// `relay` of a circuit.
#[derive(Debug)]
pub struct RelaySpec {
    /// Where it was written.
    pub span: Range<usize>,
    /// `profile`, or the word alone.
    pub profile: Option<At<String>>,
    /// Everything else.
    pub values: Values,
    /// `time_lost`: from, how long; ps.
    pub time_lost: Vec<(At<u64>, u64)>,
}

/// A profile of the user's own.
#[derive(Debug)]
pub struct RelayProfileSpec {
    /// `name`.
    pub name: At<String>,
    /// `base`.
    pub base: Option<At<String>>,
    /// Everything else.
    pub values: Values,
}

/// Values of a relay or of a profile, by key; of inner tables with a dot ("message.interval").
#[derive(Default, Debug)]
pub struct Values {
    /// Without a fault.
    pub given: BTreeMap<String, At<Value>>,
    /// Written with a fault, told already.
    pub faulty: BTreeSet<String>,
    /// Where each key of the table itself was written.
    pub keys: BTreeMap<&'static str, Range<usize>>,
}

/// A line with protection.
#[derive(Debug)]
pub struct ProtectedLineSpec {
    /// Where its table begins.
    pub span: Range<usize>,
    /// Where each key was written, with or without a fault.
    pub keys: BTreeMap<&'static str, Range<usize>>,
    /// `name`.
    pub name: At<String>,
    /// `ends`.
    pub ends: Option<[At<String>; 2]>,
    /// `load`, mA.
    pub load: Option<At<u64>>,
    /// `through_fault`, mA.
    pub through_fault: Option<At<u64>>,
    /// `reach`: zones 1 to 3, parts per 10^9.
    pub reach: [Option<At<u64>>; 3],
    /// Zones written with a fault.
    pub reach_faulty: [bool; 3],
    /// `breaker`.
    pub breaker: Option<At<Lasting>>,
    /// `breaker_failure`.
    pub breaker_failure: Option<At<Lasting>>,
    /// `external_clearing`.
    pub external_clearing: Option<At<Lasting>>,
    /// `clear_within`.
    pub clear_within: Option<At<Lasting>>,
    /// `parallel`.
    pub parallel: bool,
    /// `group_a` and `group_b`.
    pub groups: [Vec<At<String>>; 2],
}

impl Values {
    fn of(table: &Table, beside: &[&str]) -> Self {
        let mut values = Self::default();
        for (key, span) in &table.keys {
            if beside.contains(key) {
                continue;
            }
            values.keys.insert(key, span.clone());
            match table.get(key) {
                None => {
                    values.faulty.insert((*key).to_owned());
                }
                Some(at) => values.add(key, at),
            }
        }
        values
    }

    fn add(&mut self, key: &str, at: &At<Value>) {
        let Value::Table(inner) = &at.value else {
            // One figure for both ends.
            let keys: &[&str] = match key {
                "processing" => &["processing.send", "processing.receive"],
                other => &[other],
            };
            for key in keys {
                self.given.insert((*key).to_owned(), at.clone());
            }
            return;
        };
        if let Some(kind) = inner.variant {
            let kind = At {
                value: Value::Text(kind.to_owned()),
                span: at.span.clone(),
            };
            self.given.insert(format!("{key}.kind"), kind);
        }
        for name in inner.keys.keys() {
            let full = format!("{key}.{name}");
            match inner.get(name) {
                Some(value) => {
                    self.given.insert(full, value.clone());
                }
                None => {
                    self.faulty.insert(full);
                }
            }
        }
    }
}

pub(super) fn relay(table: &Table) -> Option<RelaySpec> {
    let at = table.get("relay")?;
    let (profile, values, time_lost) = match &at.value {
        Value::Table(inner) => (
            inner.text("profile"),
            Values::of(inner, &["profile"]),
            inner.tables("time_lost").filter_map(time_lost).collect(),
        ),
        _ => (at.text(), Values::default(), Vec::new()),
    };
    Some(RelaySpec {
        span: at.span.clone(),
        profile,
        values,
        time_lost,
    })
}

fn time_lost(table: &Table) -> Option<(At<u64>, u64)> {
    Some((table.whole("at")?, table.whole("lasts")?.value))
}

pub(super) fn relay_profile(table: &Table) -> Option<RelayProfileSpec> {
    Some(RelayProfileSpec {
        name: table.text("name")?,
        base: table.text("base"),
        values: Values::of(table, &["name", "base"]),
    })
}

pub(super) fn requirements(table: &Table) -> Vec<At<String>> {
    let list = table.list("requirements").iter();
    list.filter_map(At::text).collect()
}

pub(super) fn line(table: &Table) -> Option<ProtectedLineSpec> {
    let reach = table.table("reach");
    let zones = ["zone1", "zone2", "zone3"];
    let group = |key: &str| table.texts(key).map_or_else(Vec::new, |at| at.value);
    Some(ProtectedLineSpec {
        span: table.span.clone(),
        keys: table.keys.clone(),
        name: table.text("name")?,
        ends: pair(table, "ends"),
        load: table.whole("load"),
        through_fault: table.whole("through_fault"),
        reach: zones.map(|zone| reach?.whole(zone)),
        reach_faulty: zones.map(|zone| match reach {
            Some(reach) => reach.has(zone) && reach.get(zone).is_none(),
            None => table.has("reach"),
        }),
        breaker: lasting(table, "breaker"),
        breaker_failure: lasting(table, "breaker_failure"),
        external_clearing: lasting(table, "external_clearing"),
        clear_within: lasting(table, "clear_within"),
        parallel: table.flag("parallel").is_some_and(|at| at.value),
        groups: [group("group_a"), group("group_b")],
    })
}

pub(super) fn lines_complete(table: &Table) -> bool {
    let usable = |line: &At<Value>| {
        line.table().is_some_and(|line| {
            let mut groups = ["group_a", "group_b"].into_iter();
            line.get("name").is_some()
                && groups.all(|group| !line.has(group) || line.get(group).is_some())
        })
    };
    match table.get("line") {
        None => !table.has("line"),
        Some(_) => table.list("line").iter().all(usable),
    }
}

fn lasting(table: &Table, key: &str) -> Option<At<Lasting>> {
    let at = table.get(key)?;
    let value = match at.value {
        Value::Whole(ps) => Lasting::Time(ps),
        Value::Cycles(cycles) => Lasting::Cycles(cycles),
        _ => return None,
    };
    Some(At {
        value,
        span: at.span.clone(),
    })
}
