//! Security controls and floods, written out.

use super::flow::policer;
use super::text::Text;
use crate::scenario::spec::{FloodSpec, SecuritySpec};
use crate::traffic::Class;
use crate::units::quantity::{RATE, SIZE, TIME};

pub(super) fn security(out: &mut Text, security: &SecuritySpec) {
    if !security.written {
        return;
    }
    let word = |on: bool| if on { "on" } else { "off" };
    out.header("[security]");
    out.text("filters", word(security.filters));
    out.text("firewalls", word(security.firewalls));
    if security.has_filters() {
        out.header("[security.filter]");
    }
    for class in Class::ALL {
        if let Some(filter) = &security.filter[class.index()] {
            out.plain(class.name(), &format!("{{ {} }}", policer(filter)));
        }
    }
}

pub(super) fn flood(out: &mut Text, flood: &FloodSpec) {
    out.header("[[flood]]");
    out.text("name", &flood.name.value);
    if let Some(site) = &flood.site {
        out.text("site", &site.value);
    }
    if let Some(to) = &flood.to {
        let mut names: Vec<&str> = to.value.iter().map(|name| name.value.as_str()).collect();
        names.sort_unstable();
        out.texts("to", names.into_iter());
    }
    let rate = flood.rate.as_ref().map_or(0, |rate| rate.value);
    out.quantity("rate", rate, &RATE);
    let size = flood.size.as_ref().map_or(0, |size| size.value);
    out.quantity("size", size, &SIZE);
    out.texts("classes", flood.classes.iter().map(|class| class.name()));
    out.quantity("begins", flood.begins, &TIME);
    out.plain("firewalled", &flood.firewalled.to_string());
}
