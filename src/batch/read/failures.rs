//! Axes along which one thing after the other fails.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::super::axis::{Axis, Level, Levels};
use super::axes::{Draft, Reader};
use super::written;
use crate::scenario::fields::Kind;
use crate::scenario::value::{At, Table, Value};
use crate::units::limits::DURATION_MAX;
use crate::units::quantity::{self, TIME};

/// When things happen.
static INSTANT: Kind = Kind::Quantity(&TIME, 1, DURATION_MAX.0);

/// What a value without failure is called.
const NONE: &str = "none";

impl Reader<'_, '_> {
    /// One level per element that can fail, in order of name.
    pub fn failures(&mut self, table: &Table, raw: &DeTable<'_>) -> Option<Draft> {
        let fail = table.table("fail")?;
        let raw = raw.get("fail")?.get_ref().as_table()?;
        let each = fail.text("each")?;
        let at = self.instant(raw, "at")?;
        let lasts = self.lasts(raw, at)?;
        let names = self.names(&each.value);
        if names.is_empty() {
            let title = format!("the topology has no {} that can fail", each.value);
            self.fault(&each.span, title, "none to fail", None);
            return None;
        }
        let mut levels = Vec::new();
        if fail.flag("none").is_none_or(|flag| flag.value) {
            self.none_is_free(&each, &names)?;
            levels.push(Level {
                label: NONE.into(),
                number: None,
                texts: vec![String::new()],
            });
        }
        let lasts = lasts.map_or_else(String::new, |lasts| {
            format!(", lasts = \"{}\"", quantity::format(lasts, &TIME))
        });
        let at_text = written::text(raw.get("at")?.get_ref().as_str()?);
        levels.extend(names.into_iter().map(|name| Level {
            texts: vec![format!(
                "[[event]]\nat = {at_text}\nfail = {{ {} = {}{lasts} }}\n",
                each.value,
                written::text(&name),
            )],
            label: name,
            number: None,
        }));
        let named = table.text("name");
        let name = named
            .as_ref()
            .map_or_else(|| each.value.clone(), |at| at.value.clone());
        let mut values = format!("fail = {{ each = \"{}\", at = {at_text}", each.value);
        if let Some(until) = raw.get("until") {
            let until = written::text(until.get_ref().as_str()?);
            values.push_str(&format!(", until = {until}"));
        }
        if fail.flag("none").is_some_and(|flag| !flag.value) {
            values.push_str(", none = false");
        }
        let expanded = written::axis(&name, &[], &format!("{values} }}\n"), None);
        Some(Draft {
            axis: Axis {
                name,
                paths: vec!["event".into()],
                targets: 1,
                dimension: None,
                levels: Levels::Each(levels),
            },
            targets: Vec::new(),
            adds_events: true,
            expanded,
            named_at: named.map_or(each.span, |at| at.span),
            paths_at: vec![table.get("fail")?.span.clone()],
        })
    }

    /// Refuses an element that tables would show like the level without a failure.
    fn none_is_free(&mut self, each: &At<String>, names: &BTreeSet<String>) -> Option<()> {
        if !names.contains(NONE) {
            return Some(());
        }
        let title = format!("a {} is called \"{NONE}\", as is no failure", each.value);
        let help = "none = false leaves the case without a failure out".to_owned();
        self.fault(
            &each.span,
            title,
            "tables would show both alike",
            Some(help),
        );
        None
    }

    /// From the failure to its repair; `None` in `Some`: it is not repaired.
    fn lasts(&mut self, raw: &DeTable<'_>, at: u64) -> Option<Option<u64>> {
        let Some(written) = raw.get("until") else {
            return Some(None);
        };
        let until = self.instant(raw, "until")?;
        if until <= at {
            let title = "it is repaired before it fails";
            self.fault(&written.span(), title, "not after `at`", None);
            return None;
        }
        Some(Some(until - at))
    }

    fn instant(&mut self, raw: &DeTable<'_>, key: &str) -> Option<u64> {
        let value = raw.get(key)?;
        match self.decoded(value, &INSTANT, key)?.value {
            Value::Whole(instant) => Some(instant),
            _ => None,
        }
    }

    /// What of the topology can fail.
    fn names(&self, each: &str) -> BTreeSet<String> {
        let inline = self.documents.scenario.root.get("topology");
        let inline = inline.and_then(|value| value.get_ref().as_table());
        let root = match &self.documents.topology {
            Some(topology) => Some(&topology.root),
            None => inline,
        };
        let list = |key: &str| root.and_then(|root| root.get(key)?.get_ref().as_array());
        let key = if each == "node" { "node" } else { "link" };
        let tables = list(key).into_iter().flat_map(|list| list.iter());
        let tables = tables.filter_map(|one| one.get_ref().as_table());
        let can_fail = |table: &&DeTable<'_>| {
            let flag = table.get("can_fail").map(|flag| flag.get_ref());
            !matches!(flag, Some(DeValue::Boolean(false)))
        };
        let tables = tables.filter(can_fail);
        let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        if each == "group" {
            let groups = tables.filter_map(|table| table.get("srlg")?.get_ref().as_array());
            let groups = groups.flat_map(|groups| groups.iter());
            return groups.filter_map(|group| text(group.get_ref())).collect();
        }
        tables
            .filter_map(|table| text(table.get("name")?.get_ref()))
            .collect()
    }
}
