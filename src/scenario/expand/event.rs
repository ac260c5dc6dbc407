//! Events, written out in the order of time and link.

use super::resilience::disruption;
use super::text::{Text, quoted};
use crate::scenario::spec::{EventSpec, Happening};
use crate::topology::{Direction, Modulation};
use crate::units::quantity::{ATTENUATION, FADE_SLOPE, TIME, format};

/// All events.
pub(super) fn events(out: &mut Text, events: &[EventSpec]) {
    let mut lines: Vec<(u64, String, String)> = events
        .iter()
        .flat_map(|event| {
            let radio = event.what.iter().map(happening);
            let both = radio.chain(event.disruptions.iter().map(disruption));
            both.map(|(key, value)| (event.at.value.0, key.to_owned(), value))
        })
        .collect();
    lines.sort();
    for (at, key, value) in lines {
        out.header("[[event]]");
        out.quantity("at", at, &TIME);
        out.plain(&key, &value);
    }
}

fn happening(what: &Happening) -> (&'static str, String) {
    match what {
        Happening::Modulation {
            link,
            to,
            direction,
        } => {
            let (link, to) = (
                quoted(&link.value),
                to.value.map_or("none", Modulation::name),
            );
            let way = direction.map(Direction::name);
            let way = way.map_or_else(String::new, |way| format!(", direction = \"{way}\""));
            (
                "modulation",
                format!("{{ link = {link}, to = \"{to}\"{way} }}"),
            )
        }
        Happening::Fade {
            link,
            depth_mdb,
            slope_mdb_per_s,
            lasts,
        } => {
            let (link, lasts) = (quoted(&link.value), format(lasts.0, &TIME));
            let depth = format(*depth_mdb, &ATTENUATION);
            let slope = format(*slope_mdb_per_s, &FADE_SLOPE);
            let value = format!(
                "{{ link = {link}, depth = \"{depth}\", slope = \"{slope}\", lasts = \"{lasts}\" }}"
            );
            ("fade", value)
        }
    }
}
