//! What a relay is set to, and where each value comes from.

use std::collections::BTreeSet;

use super::super::text::{Align, Columns, harmless};
use crate::scenario::{Scenario, UsedConstant};

/// One line on values that are too many to list with a run; none where relays take none.
#[must_use]
pub(in crate::report) fn counted(
    scenario: &Scenario,
    profiles: &[&UsedConstant],
    defaults: usize,
) -> Option<String> {
    if profiles.is_empty() && defaults == 0 {
        return None;
    }
    let family = |one: &&UsedConstant| one.name.split('.').nth(1).unwrap_or("").to_owned();
    let families: BTreeSet<String> = profiles.iter().map(family).collect();
    let families: Vec<String> = families.into_iter().collect();
    let doubtful = profiles
        .iter()
        .filter(|one| one.source.ends_with("(doubtful)"));
    let mut text = String::from("  relays:");
    if !profiles.is_empty() {
        text.push_str(&format!(
            " {} values of {}, {} of them doubtful;",
            profiles.len(),
            families.join(", "),
            doubtful.count()
        ));
    }
    text.push_str(&format!(" {defaults} defaults; `pilotwire explain "));
    let file = scenario.inputs.first();
    text.push_str(&harmless(
        file.map_or("SCENARIO", |input| input.path.as_str()),
    ));
    text.push_str(" CIRCUIT` lists them\n");
    Some(text.trim_end().to_owned())
}

/// The settings of the relays of a circuit, with the source of each, and the line they protect;
/// nothing where no relay stands there.
#[must_use]
pub fn circuit(scenario: &Scenario, index: usize) -> String {
    let relays = &scenario.relays;
    let relay = relays.circuits.get(index).and_then(|one| one.as_ref());
    let (Some(relay), Some(values)) = (relay, relays.values.get(index)) else {
        return String::new();
    };
    let lines = relays.lines.iter();
    let line = lines.filter(|line| line.groups.iter().any(|group| group.contains(&index)));
    let line: Vec<String> = line
        .map(|line| {
            let group = super::group_name(line, index);
            format!("group {group} of line {}", harmless(&line.name))
        })
        .collect();
    let profile = relay.profile.as_ref();
    let profile = profile.map_or(String::new(), |name| {
        format!(", profile {}", harmless(name))
    });
    let mut text = format!(
        "\nrelay {}{profile}: {}\n",
        relay.protection.name(),
        line.join(", ")
    );
    let mut columns = Columns::new(&[Align::Left; 3]);
    for one in values {
        columns.row(vec![
            harmless(&one.name),
            harmless(&one.value),
            harmless(&one.source),
        ]);
    }
    text.extend(
        columns
            .lines()
            .into_iter()
            .map(|line| format!("  {line}\n")),
    );
    text
}
