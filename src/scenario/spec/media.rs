//! Radios, encryption, firewalls and queue disciplines as written.

use std::ops::Range;

use crate::scenario::value::{At, Table, Value};
use crate::topology::discipline::{Bucket, EarlyDropping};
use crate::topology::radio::{Channel, Fading, Latency, Modulation};
use crate::topology::{Encryption, EncryptionKind};
use crate::traffic::Class;
use crate::units::{Octets, Span};

/// `radio` of a link.
#[derive(Debug)]
pub struct RadioSpec {
    /// `channel`.
    pub channel: At<Channel>,
    /// `modulation`.
    pub modulation: At<Modulation>,
    /// `lowest`.
    pub lowest: Option<At<Modulation>>,
    /// `latency`, with its name where it is a published one.
    pub latency: Option<(Latency, Option<String>)>,
    /// `level`, thousandths of a dBm.
    pub level: Option<At<i64>>,
    /// `thresholds`, thousandths of a dBm.
    pub thresholds: [Option<i64>; Modulation::COUNT],
    /// `fading`.
    pub fading: Option<At<Fading>>,
}

/// `firewall` of a node.
#[derive(Debug)]
pub struct FirewallSpec {
    /// Where it stands.
    pub span: Range<usize>,
    /// `delay`.
    pub delay: Span,
    /// `rate`, b/s.
    pub rate: u64,
    /// `queue`: outer `None` = preset's, inner `None` = unlimited.
    pub queue: Option<Option<Octets>>,
}

/// A `[[discipline]]`.
#[derive(Debug)]
pub struct DisciplineSpec {
    /// `name`.
    pub name: At<String>,
    /// `weights`.
    pub weights: [Option<At<u64>>; Class::COUNT],
    /// Where `weights` stands.
    pub weights_span: Option<Range<usize>>,
    /// `quantum`.
    pub quantum: Option<Octets>,
    /// `shaper`.
    pub shaper: Option<At<Bucket>>,
    /// `shapers`.
    pub shapers: [Option<At<Bucket>>; Class::COUNT],
    /// `early_drop`.
    pub early_drop: [Option<At<EarlyDropping>>; Class::COUNT],
    /// `out_of_profile`.
    pub out_of_profile: [Option<Option<Octets>>; Class::COUNT],
    /// `preemption`: the express classes.
    pub express: Option<At<Vec<Class>>>,
}

pub(super) fn radio(table: &Table) -> Option<RadioSpec> {
    let radio = table.table("radio")?;
    let modulation = |key| {
        let at: At<String> = radio.text(key)?;
        Some(At {
            value: Modulation::from_name(&at.value)?,
            span: at.span,
        })
    };
    let channel = radio.text("channel")?;
    let thresholds = radio.table("thresholds");
    Some(RadioSpec {
        channel: At {
            value: Channel::from_name(&channel.value)?,
            span: channel.span,
        },
        modulation: modulation("modulation")?,
        lowest: modulation("lowest"),
        latency: radio.get("latency").and_then(latency),
        level: radio.signed("level"),
        thresholds: Modulation::ALL.map(|one| Some(thresholds?.signed(one.name())?.value)),
        fading: fading(radio),
    })
}

fn latency(at: &At<Value>) -> Option<(Latency, Option<String>)> {
    match &at.value {
        Value::Text(name) => Some((Latency::published(name)?, Some(name.clone()))),
        Value::Table(parts) => {
            let stated = Latency {
                octets: Octets(0),
                time: Span(parts.whole("fixed")?.value),
                per_octet_ps: (parts.whole("per_octet")?.value, 1),
            };
            Some((stated, None))
        }
        _ => None,
    }
}

fn fading(radio: &Table) -> Option<At<Fading>> {
    let fading = radio.table("fading")?;
    let whole = |key| fading.whole(key).map(|at| at.value);
    Some(At {
        value: Fading {
            every: Span(whole("every")?),
            lasts: Span(whole("lasts")?),
            depth_mdb: whole("depth")?,
            slope_mdb_per_s: whole("slope")?,
        },
        span: radio.key_span("fading")?,
    })
}

pub(super) fn encryption(table: &Table) -> Option<At<Encryption>> {
    let written = table.table("encryption")?;
    let kind = written.text("kind")?;
    let delay = written.whole("delay").map_or(0, |at| at.value);
    Some(At {
        value: Encryption {
            kind: EncryptionKind::from_name(&kind.value)?,
            delay: Span(delay),
        },
        span: kind.span,
    })
}

pub(super) fn firewall(table: &Table) -> Option<FirewallSpec> {
    let written = table.table("firewall")?;
    Some(FirewallSpec {
        span: table.key_span("firewall")?,
        delay: Span(written.whole("delay")?.value),
        rate: written.whole("rate")?.value,
        queue: written.get("queue").map(|at| limit(&at.value)),
    })
}

fn limit(value: &Value) -> Option<Octets> {
    match value {
        Value::Whole(octets) => Some(Octets(*octets)),
        _ => None,
    }
}

pub(super) fn discipline(table: &Table) -> Option<DisciplineSpec> {
    let weights = table.table("weights");
    let shapers = table.table("shapers");
    let early = table.table("early_drop");
    let limits = table.table("out_of_profile");
    Some(DisciplineSpec {
        name: table.text("name")?,
        weights: Class::ALL.map(|class| weights?.whole(class.name())),
        weights_span: table.key_span("weights"),
        quantum: table.whole("quantum").map(|at| Octets(at.value)),
        shaper: bucket(table, "shaper"),
        shapers: Class::ALL.map(|class| bucket(shapers?, class.name())),
        early_drop: Class::ALL.map(|class| early_drop(early?, class.name())),
        out_of_profile: Class::ALL.map(|class| Some(limit(&limits?.get(class.name())?.value))),
        express: table.table("preemption").and_then(|preemption| {
            let names = preemption.texts("express")?;
            let classes = names.value.iter();
            let classes: Option<Vec<Class>> =
                classes.map(|at| Class::from_name(&at.value)).collect();
            Some(At {
                value: classes?,
                span: names.span,
            })
        }),
    })
}

fn bucket(table: &Table, key: &str) -> Option<At<Bucket>> {
    let written = table.table(key)?;
    let burst = written.whole("burst")?;
    Some(At {
        value: Bucket {
            rate_bps: written.whole("rate")?.value,
            burst: Octets(burst.value),
        },
        span: burst.span,
    })
}

/// Weight of the average where the file states none: Floyd & Jacobson 1993, section 11, advise
/// 0.002, which 2^-9 comes nearest to.
pub const EARLY_DROP_WEIGHT: u32 = 9;

fn early_drop(table: &Table, key: &str) -> Option<At<EarlyDropping>> {
    let written = table.table(key)?;
    let weight = match written.whole("weight") {
        Some(at) => u32::try_from(at.value).ok()?,
        None => EARLY_DROP_WEIGHT,
    };
    let max = written.whole("max")?;
    Some(At {
        value: EarlyDropping {
            min: Octets(written.whole("min")?.value),
            max: Octets(max.value),
            probability_ppb: written.whole("probability")?.value,
            weight,
        },
        span: max.span,
    })
}
