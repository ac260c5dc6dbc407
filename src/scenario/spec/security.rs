//! Security controls and compromised stations as written.

use super::flow::{PolicerSpec, policer};
use crate::scenario::value::{At, Table};
use crate::traffic::Class;

/// What keeps services apart.
#[derive(Default, Debug)]
pub struct SecuritySpec {
    /// Whether `[security]` was written.
    pub written: bool,
    /// Whether filters act.
    pub filters: bool,
    /// Whether flows pass the firewalls of their stations.
    pub firewalls: bool,
    /// The filter of each class.
    pub filter: [Option<PolicerSpec>; Class::COUNT],
}

/// A compromised station.
#[derive(Debug)]
pub struct FloodSpec {
    /// `name`.
    pub name: At<String>,
    /// `site`.
    pub site: Option<At<String>>,
    /// `to`.
    pub to: Option<At<Vec<At<String>>>>,
    /// `rate`, b/s.
    pub rate: Option<At<u64>>,
    /// `size`, octets.
    pub size: Option<At<u64>>,
    /// `classes`, most urgent first, each once.
    pub classes: Vec<Class>,
    /// `begins`, ps.
    pub begins: u64,
    /// `firewalled`.
    pub firewalled: bool,
}

impl SecuritySpec {
    /// Whether any class has a filter.
    #[must_use]
    pub fn has_filters(&self) -> bool {
        self.filter.iter().any(Option::is_some)
    }
}

pub(super) fn security(table: &Table) -> SecuritySpec {
    let Some(security) = table.table("security") else {
        return SecuritySpec {
            firewalls: true,
            ..SecuritySpec::default()
        };
    };
    let filters = security.table("filter");
    let filter = Class::ALL.map(|class| policer(filters?.table(class.name())?));
    let on = |key: &str, default: bool| {
        let written = security.text(key);
        written.map_or(default, |at| at.value == "on")
    };
    SecuritySpec {
        written: true,
        filters: on("filters", filter.iter().any(Option::is_some)),
        firewalls: on("firewalls", true),
        filter,
    }
}

pub(super) fn flood(table: &Table) -> Option<FloodSpec> {
    let classes: Vec<Class> = match table.texts("classes") {
        None => Class::ALL.to_vec(),
        Some(names) => {
            let named = |class: &Class| names.value.iter().any(|name| name.value == class.name());
            Class::ALL.into_iter().filter(named).collect()
        }
    };
    Some(FloodSpec {
        name: table.text("name")?,
        site: table.text("site"),
        to: table.texts("to"),
        rate: table.whole("rate"),
        size: table.whole("size"),
        classes,
        begins: table.whole("begins").map_or(0, |at| at.value),
        firewalled: table.flag("firewalled").is_some_and(|at| at.value),
    })
}
