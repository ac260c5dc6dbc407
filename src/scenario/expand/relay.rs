//! Lines with protection, and profiles of relays, written out.

use super::text::Text;
use crate::relay::Line;
use crate::scenario::load::Parts;
use crate::scenario::relays::Settled;
use crate::scenario::spec::ScenarioSpec;
use crate::units::quantity::{CURRENT, SHARE, TIME, format};

/// The user's profiles, by name. Their values stand at the circuits that use them.
pub(super) fn profiles(out: &mut Text, spec: &ScenarioSpec) {
    let mut profiles: Vec<_> = spec.relay_profiles.iter().collect();
    profiles.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    for profile in profiles {
        out.header("[[relay_profile]]");
        out.text("name", &profile.name.value);
        if let Some(base) = &profile.base {
            out.text("base", &base.value);
        }
    }
}

/// Lines in order of name.
pub(super) fn lines(out: &mut Text, relays: &Settled, parts: &Parts<'_>) {
    for one in &relays.relays.lines {
        line(out, one, parts);
    }
}

fn line(out: &mut Text, line: &Line, parts: &Parts<'_>) {
    out.header("[[line]]");
    out.text("name", &line.name);
    let known = &parts.network.lines;
    if !known.iter().any(|known| known.name == line.name) {
        out.texts("ends", line.ends.iter().map(String::as_str));
    }
    let currents = [
        ("load", line.load_ma),
        ("through_fault", line.through_fault_ma),
    ];
    for (key, current) in currents.into_iter().filter(|(_, current)| *current > 0) {
        out.quantity(key, current, &CURRENT);
    }
    let reach = &line.reach;
    let zones = [
        ("zone1", reach.zone1),
        ("zone2", reach.zone2),
        ("zone3", reach.zone3),
    ];
    let zones = zones.into_iter().filter_map(|(key, share)| {
        let share = format(u64::from(share?), &SHARE);
        Some(format!("{key} = \"{share}\""))
    });
    let zones: Vec<String> = zones.collect();
    if !zones.is_empty() {
        out.plain("reach", &format!("{{ {} }}", zones.join(", ")));
    }
    out.quantity("breaker", line.breaker.0, &TIME);
    out.quantity("breaker_failure", line.breaker_failure.0, &TIME);
    out.quantity("external_clearing", line.external_clearing.0, &TIME);
    out.quantity("clear_within", line.clear_within.0, &TIME);
    out.plain("parallel", &line.parallel.to_string());
    for (key, group) in ["group_a", "group_b"].into_iter().zip(&line.groups) {
        let circuits = &parts.ready.circuits;
        let names = group.iter().filter_map(|place| circuits.get(*place));
        out.texts(key, names.map(|one| one.spec.name.value.as_str()));
    }
}
