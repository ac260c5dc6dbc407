//! A flow, written out.

use super::pattern::pattern;
use super::text::{Text, array};
use crate::scenario::spec::{PolicerSpec, To};
use crate::scenario::streams::ReadyFlow;
use crate::units::quantity::{RATE, SIZE, format};

pub(super) fn flow(out: &mut Text, ready: &ReadyFlow<'_>) {
    let spec = ready.spec;
    out.header("[[flow]]");
    out.text("name", &spec.name.value);
    if let Some(from) = &spec.from {
        out.text("from", &from.value);
    }
    let destinations = spec.destinations().iter().map(|to| to.value.as_str());
    match &spec.to {
        Some(To::One(to)) => out.text("to", &to.value),
        _ => out.texts("to", destinations),
    }
    out.text("class", ready.class.name());
    if let Some(written) = &spec.pattern {
        out.plain("pattern", &format!("{{ {} }}", pattern(&written.value)));
    }
    if let Some(path) = &spec.path {
        out.plain(
            "path",
            &array(path.value.iter().map(|name| name.value.as_str())),
        );
    }
    out.text("transport", spec.transport.name());
    if let Some(written) = &spec.policer {
        out.plain("policer", &format!("{{ {} }}", policer(written)));
    }
    if let Some(firewalled) = spec.firewalled {
        out.plain("firewalled", &firewalled.to_string());
    }
}

/// The keys of a policer or filter.
pub(super) fn policer(spec: &PolicerSpec) -> String {
    let mut keys = vec![
        format!("rate = \"{}\"", format(spec.rate.value, &RATE)),
        format!("burst = \"{}\"", format(spec.burst.value, &SIZE)),
    ];
    if let (Some(peak), Some(burst)) = (&spec.peak, &spec.peak_burst) {
        keys.push(format!("peak = \"{}\"", format(peak.value, &RATE)));
        keys.push(format!("peak_burst = \"{}\"", format(burst.value, &SIZE)));
    } else {
        let excess = spec.excess.as_ref().map_or(0, |excess| excess.value);
        keys.push(format!("excess = \"{}\"", format(excess, &SIZE)));
    }
    keys.join(", ")
}
