//! Radios, leased lines, encryption and queue disciplines, written out.

use super::text::{Text, array, quoted};
use crate::scenario::spec::{DisciplineSpec, LinkSpec, RadioSpec};
use crate::topology::discipline::{Bucket, EarlyDropping, QUANTUM};
use crate::topology::{LeasedLine, Line, Link, Modulation, Radio};
use crate::traffic::Class;
use crate::units::Octets;
use crate::units::quantity::{
    ATTENUATION, FADE_SLOPE, LEVEL, PROBABILITY, RATE, SIZE, TIME, format, format_signed,
};

/// The keys of one medium.
pub(super) fn media(out: &mut Text, sealed: &Link, written: &LinkSpec) {
    if let Some(stores) = written.stores {
        let word = if stores {
            "store-and-forward"
        } else {
            "physical-layer"
        };
        out.text("repeaters", word);
    }
    match &sealed.line {
        Line::Ethernet => {}
        Line::Radio(one) => {
            if let Some(spec) = &written.radio {
                out.plain("radio", &radio(one, spec));
            }
        }
        Line::Leased(line) => leased(out, *line),
        Line::Sdh { timeslots } => match &written.capacity {
            Some((Some(name), _)) => out.text("capacity", name),
            _ => out.plain("capacity", &format!("{{ timeslots = {timeslots} }}")),
        },
    }
    if let Some(encryption) = sealed.encryption {
        let delay = format(encryption.delay.0, &TIME);
        let kind = encryption.kind.name();
        out.plain(
            "encryption",
            &format!("{{ kind = \"{kind}\", delay = \"{delay}\" }}"),
        );
    }
    if let Some(discipline) = &written.discipline {
        out.text("discipline", &discipline.value);
    }
}

fn leased(out: &mut Text, line: LeasedLine) {
    match line {
        LeasedLine::E1 {
            timeslots,
            multilink,
        } => {
            out.text("line", "e1");
            out.plain("timeslots", &timeslots.to_string());
            out.text("framing", if multilink { "mlppp" } else { "ppp" });
        }
        LeasedLine::Rs232 { baud } => {
            out.text("line", "rs-232");
            out.plain("baud", &baud.to_string());
        }
        LeasedLine::Analogue { tone_delay } => {
            out.text("line", "analogue-4w");
            out.quantity("tone_delay", tone_delay.0, &TIME);
        }
    }
}

fn radio(sealed: &Radio, written: &RadioSpec) -> String {
    let mut parts = vec![
        format!("channel = \"{}\"", sealed.channel.name()),
        format!("modulation = \"{}\"", sealed.modulation.name()),
        format!("lowest = \"{}\"", sealed.lowest.name()),
    ];
    match &written.latency {
        Some((_, Some(name))) => parts.push(format!("latency = {}", quoted(name))),
        Some((latency, None)) => parts.push(format!(
            "latency = {{ fixed = \"{}\", per_octet = \"{}\" }}",
            format(latency.time.0, &TIME),
            format(latency.per_octet_ps.0, &TIME)
        )),
        None => {}
    }
    if let Some(level) = sealed.level_mdbm {
        parts.push(format!("level = \"{}\"", format_signed(level, &LEVEL)));
        let threshold = |one: Modulation| {
            let level = format_signed(sealed.thresholds_mdbm[one as usize], &LEVEL);
            format!("{} = \"{level}\"", one.name())
        };
        let thresholds = Modulation::ALL.map(threshold).join(", ");
        parts.push(format!("thresholds = {{ {thresholds} }}"));
    }
    if let Some(fading) = sealed.fading {
        parts.push(format!(
            "fading = {{ every = \"{}\", lasts = \"{}\", depth = \"{}\", slope = \"{}\" }}",
            format(fading.every.0, &TIME),
            format(fading.lasts.0, &TIME),
            format(fading.depth_mdb, &ATTENUATION),
            format(fading.slope_mdb_per_s, &FADE_SLOPE)
        ));
    }
    format!("{{ {} }}", parts.join(", "))
}

/// A discipline of the topology.
pub(super) fn discipline(out: &mut Text, written: &DisciplineSpec) {
    out.header("[[topology.discipline]]");
    out.text("name", &written.name.value);
    let weights = by_class(|class| {
        let weight = written.weights[class.index()].as_ref()?;
        Some(weight.value.to_string())
    });
    put(out, "weights", weights);
    out.quantity("quantum", written.quantum.unwrap_or(QUANTUM).0, &SIZE);
    if let Some(shaper) = &written.shaper {
        out.plain("shaper", &bucket(shaper.value));
    }
    let shapers = by_class(|class| Some(bucket(written.shapers[class.index()].as_ref()?.value)));
    put(out, "shapers", shapers);
    let early = by_class(|class| Some(early(written.early_drop[class.index()].as_ref()?.value)));
    put(out, "early_drop", early);
    let limits = by_class(|class| Some(limit(written.out_of_profile[class.index()]?)));
    put(out, "out_of_profile", limits);
    if let Some(express) = &written.express {
        let names = array(express.value.iter().map(|class| class.name()));
        out.plain("preemption", &format!("{{ express = {names} }}"));
    }
}

fn by_class(value: impl Fn(Class) -> Option<String>) -> Vec<String> {
    let pair = |class: Class| Some(format!("{} = {}", class.name(), value(class)?));
    Class::ALL.into_iter().filter_map(pair).collect()
}

fn put(out: &mut Text, key: &str, pairs: Vec<String>) {
    if !pairs.is_empty() {
        out.plain(key, &format!("{{ {} }}", pairs.join(", ")));
    }
}

fn bucket(bucket: Bucket) -> String {
    let (rate, burst) = (
        format(bucket.rate_bps, &RATE),
        format(bucket.burst.0, &SIZE),
    );
    format!("{{ rate = \"{rate}\", burst = \"{burst}\" }}")
}

fn early(dropping: EarlyDropping) -> String {
    let (min, max) = (format(dropping.min.0, &SIZE), format(dropping.max.0, &SIZE));
    let probability = format(dropping.probability_ppb, &PROBABILITY);
    let weight = dropping.weight;
    format!(
        "{{ min = \"{min}\", max = \"{max}\", probability = \"{probability}\", weight = {weight} }}"
    )
}

fn limit(limit: Option<Octets>) -> String {
    match limit {
        Some(octets) => quoted(&format(octets.0, &SIZE)),
        None => quoted("unlimited"),
    }
}
