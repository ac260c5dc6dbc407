//! What runs on a link, from the keys of its medium: checks, then the line.

use super::diagnostic::{Diagnostic, Findings};
use super::spec::{LinkSpec, RadioSpec, TopologySpec};
use super::value::At;
use crate::topology::radio::{Channel, Fading};
use crate::topology::{EncryptionKind, LeasedLine, Line, Modulation, Radio, Repeaters};
use crate::units::BitRate;
use crate::units::quantity::{LEVEL, RATE, format, format_signed};

/// Keys that belong to some media only, with the media they belong to. A leased line is named by
/// what it is.
const KEYS_OF_MEDIA: &[(&str, &[&str])] = &[
    ("rate", &["fibre", "microwave", "copper"]),
    ("layer1", &["fibre", "microwave", "copper"]),
    ("queue", &["fibre", "microwave", "copper", "e1"]),
    ("discipline", &["fibre", "microwave", "copper", "e1"]),
    ("encryption", &["fibre", "microwave", "copper", "e1"]),
    ("radio", &["microwave"]),
    ("repeaters", &["microwave"]),
    ("capacity", &["sdh"]),
    ("line", &["e1", "rs-232", "analogue-4w"]),
    ("timeslots", &["e1"]),
    ("framing", &["e1"]),
    ("baud", &["rs-232"]),
    ("tone_delay", &["analogue-4w"]),
];

/// Keys without which a medium says too little, with an example.
const NEEDED: &[(&str, &str, &str)] = &[
    ("sdh", "capacity", "capacity = \"STM-1\""),
    ("e1", "timeslots", "timeslots = 31"),
    ("rs-232", "baud", "baud = 9600"),
    ("analogue-4w", "tone_delay", "tone_delay = \"8 ms\""),
];

/// The medium, or what a leased line is; `None` where it has a fault.
fn kind(link: &LinkSpec) -> Option<&str> {
    let medium = link.medium.as_ref()?.value.as_str();
    if medium != "leased-line" {
        return Some(medium);
    }
    match &link.line {
        Some(line) => Some(&line.value),
        None if link.key("line").is_some() => None,
        None => Some("e1"),
    }
}

/// Tells what does not fit the medium of a link, or is missing.
pub fn check(link: &LinkSpec, spec: &TopologySpec, findings: &mut Findings) {
    let Some(kind) = kind(link) else { return };
    let name = &link.name.value;
    for (key, media) in KEYS_OF_MEDIA {
        if let Some(span) = link.key(key)
            && !media.contains(&kind)
        {
            let title = format!("link {name} is {kind} and has no `{key}`");
            let label = format!("only for {}", media.join(", "));
            findings
                .push(Diagnostic::error(title, spec.place(span), label).help("leave this key out"));
        }
    }
    let carries_at_a_rate = ["fibre", "copper", "microwave"].contains(&kind);
    let rate = ("rate", "rate = \"1 Gb/s\"");
    let needed = NEEDED.iter().filter(|needed| needed.0 == kind);
    let needed = needed.map(|needed| (needed.1, needed.2));
    for (key, example) in needed.chain(carries_at_a_rate.then_some(rate)) {
        if link.key(key).is_none() && (key != "rate" || link.key("radio").is_none()) {
            let title = format!("link {name} has no `{key}`");
            let label = format!("a {kind} link needs it");
            findings.push(
                Diagnostic::error(title, spec.place(&link.span), label)
                    .help(format!("such as {example}")),
            );
        }
    }
    if let Some(baud) = &link.baud
        && ![9600, 19200].contains(&baud.value)
    {
        let title = format!("link {name}: no serial line is run at this rate here");
        let place = spec.place(&baud.span);
        findings.push(Diagnostic::error(title, place, "9600 or 19200"));
    }
    if let Some(encryption) = &link.encryption
        && encryption.value.kind == EncryptionKind::Macsec
        && kind == "e1"
    {
        let title = format!("link {name}: MACsec needs Ethernet frames, and PPP has none");
        let place = spec.place(&encryption.span);
        findings.push(Diagnostic::error(title, place, "not on a leased line").help("use ipsec"));
    }
    if let Some(written) = &link.radio
        && kind == "microwave"
    {
        check_radio(link, written, spec, findings);
    }
}

fn check_radio(link: &LinkSpec, radio: &RadioSpec, spec: &TopologySpec, findings: &mut Findings) {
    let name = &link.name.value;
    let channel = radio.channel.value;
    let given = [Some(&radio.modulation), radio.lowest.as_ref()];
    let mut offered = true;
    for modulation in given.into_iter().flatten() {
        if channel.rate(modulation.value).is_none() {
            offered = false;
            let title = format!(
                "link {name}: a channel of {} has no {}",
                channel.name(),
                modulation.value.name()
            );
            let place = spec.place(&modulation.span);
            findings.push(
                Diagnostic::error(title, place, "not in the table of this radio")
                    .also(spec.place(&radio.channel.span), "this channel")
                    .help(format!("it has {}", names_of(channel))),
            );
        }
    }
    if let Some(lowest) = &radio.lowest
        && lowest.value > radio.modulation.value
    {
        let title = format!("link {name}: the lowest modulation is above the one in clear weather");
        let label = format!("above {}", radio.modulation.value.name());
        findings.push(Diagnostic::error(title, spec.place(&lowest.span), label));
    }
    check_levels(link, radio, spec, findings);
    if !offered {
        return;
    }
    let of_radio = channel.rate(radio.modulation.value);
    for rate in link.rate.iter().flatten() {
        if BitRate::from_bps(rate.value) != of_radio {
            let of_radio = of_radio.map_or(0, BitRate::rounded_bps);
            let title = format!("link {name} has a rate that its radio does not have");
            let label = format!(
                "{} at {} is {}",
                channel.name(),
                radio.modulation.value.name(),
                format(of_radio, &RATE)
            );
            findings.push(
                Diagnostic::error(title, spec.place(&rate.span), label)
                    .help("leave `rate` out: channel and modulation make it"),
            );
            // One rate for both directions stands at one place.
            break;
        }
    }
}

/// Thresholds must rise with the modulation, and clear weather must reach the one stated.
fn check_levels(link: &LinkSpec, radio: &RadioSpec, spec: &TopologySpec, findings: &mut Findings) {
    let name = &link.name.value;
    let thresholds = thresholds(radio);
    let lowest = radio.lowest.as_ref().map(|at| at.value);
    let used: Vec<Modulation> = radio
        .channel
        .value
        .modulations()
        .filter(|one| lowest <= Some(*one) && *one <= radio.modulation.value)
        .collect();
    if !used.is_sorted_by(|slow, fast| thresholds[*slow as usize] < thresholds[*fast as usize]) {
        let all = used.iter().map(|one| {
            let level = format_signed(thresholds[*one as usize], &LEVEL);
            format!("{} {level}", one.name())
        });
        let all: Vec<String> = all.collect();
        let title = format!("link {name}: a faster modulation must need a higher level");
        let place = spec.place(link.key("radio").unwrap_or(&link.span));
        findings.push(
            Diagnostic::error(title, place, "thresholds out of order")
                .help(format!("with the defaults they are {}", all.join(", "))),
        );
        return;
    }
    if let Some(At { value, span }) = &radio.fading
        && value.overlap() > Fading::OVERLAP_MAX
    {
        let title = format!(
            "link {name} would be in {} fades at a time",
            value.overlap()
        );
        let label = format!("at most {} overlap", Fading::OVERLAP_MAX);
        findings.push(
            Diagnostic::error(title, spec.place(span), label)
                .help("less often, shorter, or with a steeper slope"),
        );
    }
    match &radio.level {
        Some(At { value, span }) if *value < thresholds[radio.modulation.value as usize] => {
            let modulation = radio.modulation.value;
            let title = format!(
                "link {name}: the level in clear weather does not reach {}",
                modulation.name()
            );
            let threshold = format_signed(thresholds[modulation as usize], &LEVEL);
            let label = format!("below its threshold of {threshold}");
            findings.push(
                Diagnostic::error(title, spec.place(span), label)
                    .help("raise the level, or state the modulation that works"),
            );
        }
        Some(_) => {}
        None => {
            if let Some(fading) = &radio.fading {
                let title = format!("link {name} fades from no level");
                let place = spec.place(&fading.span);
                findings.push(
                    Diagnostic::error(title, place, "needs the level in clear weather")
                        .help("such as level = \"-50 dBm\""),
                );
            }
        }
    }
}

fn names_of(channel: Channel) -> String {
    let names: Vec<&str> = channel.modulations().map(Modulation::name).collect();
    names.join(", ")
}

fn thresholds(radio: &RadioSpec) -> [i64; Modulation::COUNT] {
    let published = radio.channel.value.thresholds_mdbm();
    Modulation::ALL.map(|one| radio.thresholds[one as usize].unwrap_or(published[one as usize]))
}

/// What runs on the link; `None` where something has a fault, told before.
pub fn line(link: &LinkSpec) -> Option<Line> {
    match kind(link)? {
        "sdh" => Some(Line::Sdh {
            timeslots: link.capacity.as_ref()?.1,
        }),
        "e1" => Some(Line::Leased(LeasedLine::E1 {
            timeslots: link.timeslots?,
            multilink: link.framing.as_deref() == Some("mlppp"),
        })),
        "rs-232" => Some(Line::Leased(LeasedLine::Rs232 {
            baud: link.baud.as_ref()?.value,
        })),
        "analogue-4w" => Some(Line::Leased(LeasedLine::Analogue {
            tone_delay: link.tone_delay?,
        })),
        _ if link.key("radio").is_some() => Some(Line::Radio(radio(link.radio.as_ref()?)?)),
        _ => Some(Line::Ethernet),
    }
}

fn radio(written: &RadioSpec) -> Option<Radio> {
    let channel = written.channel.value;
    let slowest = channel.modulations().next()?;
    Some(Radio {
        channel,
        modulation: written.modulation.value,
        lowest: written.lowest.as_ref().map_or(slowest, |at| at.value),
        latency: written.latency.as_ref().map(|latency| latency.0),
        level_mdbm: written.level.as_ref().map(|at| at.value),
        fading: written.fading.as_ref().map(|at| at.value),
        thresholds_mdbm: thresholds(written),
    })
}

/// The rates of both directions.
pub fn rates(link: &LinkSpec, line: &Line) -> Option<[BitRate; 2]> {
    let both = |rate| Some([rate, rate]);
    match line {
        Line::Ethernet => {
            let [there, back] = link.rate.as_ref()?;
            Some([
                BitRate::from_bps(there.value)?,
                BitRate::from_bps(back.value)?,
            ])
        }
        Line::Radio(radio) => both(radio.channel.rate(radio.modulation)?),
        Line::Leased(line) => both(line.rate()),
        Line::Sdh { timeslots } => both(BitRate::from_bps(
            u64::from(*timeslots) * crate::topology::sdh::TIMESLOT_BPS,
        )?),
    }
}

/// How its repeaters pass frames on.
pub fn repeaters(link: &LinkSpec) -> Repeaters {
    match link.stores {
        Some(true) => Repeaters::StoreAndForward,
        _ => Repeaters::PhysicalLayer,
    }
}
