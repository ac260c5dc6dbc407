//! `[control]`: when nodes notice and act.

use std::collections::BTreeMap;

use super::profile::{ControlProfile, PROFILES};
use super::{RelayRecovery, Sources};
use crate::mpls::settings::{ControlSettings, Damping, Detection, Igp};
use crate::scenario::UsedConstant;
use crate::scenario::diagnostic::{Diagnostic, Findings, Place};
use crate::topology::{LinkId, Medium};
use crate::units::Span;
use crate::units::quantity::{TIME, format};
use crate::units::time::PS_PER_S;

/// What `[control]` and its profile come to.
#[derive(Clone, Debug)]
pub struct Control {
    /// Name of the profile.
    pub profile: &'static str,
    /// How a cut is seen on links that do not say.
    pub detection: Detection,
    /// When nodes act.
    pub settings: ControlSettings,
    /// When relays trust their channels again.
    pub relay_recovery: RelayRecovery,
    /// Every value with its source, in order of name.
    pub constants: Vec<UsedConstant>,
    /// What the scenario leaves out, as "control: repair 5 ms".
    pub defaults: Vec<String>,
}

const INTERVAL: &str = "control.relay_recovery.interval";
const OWN: &str = "the scenario's own [control]";

/// Works them out for so many links at a power-system frequency; nothing is written.
#[must_use]
pub fn of_profile(profile: &'static ControlProfile, links: usize, frequency_hz: u64) -> Control {
    let quarter = Span(PS_PER_S.div_ceil(4 * frequency_hz));
    let values = profile.constants.iter().map(|one| (one.name, one.value));
    let values = values.chain([(INTERVAL, quarter.0)]).collect();
    assembled(profile, &values, &vec![profile.detection; links])
}

/// Settings from values by name.
fn assembled(
    profile: &'static ControlProfile,
    values: &BTreeMap<&'static str, u64>,
    detection: &[Detection],
) -> Control {
    let span = |name: &str| Span(values[name]);
    let damping = Damping {
        hold: span("control.damping.hold"),
        max: span("control.damping.max"),
        window: span("control.damping.window"),
    };
    Control {
        profile: profile.name,
        detection: profile.detection,
        settings: ControlSettings {
            detection: detection.to_vec(),
            damping: vec![damping; detection.len()],
            repair: span("control.repair"),
            message: span("control.message"),
            igp: Igp {
                generate: span("control.igp.generate"),
                pacing: span("control.igp.pacing"),
                spf_wait: span("control.igp.spf_wait"),
                spf: span("control.igp.spf"),
                fib: span("control.igp.fib"),
            },
            reoptimise: span("control.reoptimise"),
            retry: span("control.retry"),
            revert: Some(span("control.revert")),
            penultimate_pop: false,
        },
        relay_recovery: RelayRecovery {
            messages: u32::try_from(values["control.relay_recovery.messages"])
                .expect("at most 10 000"),
            interval: span(INTERVAL),
        },
        constants: Vec::new(),
        defaults: Vec::new(),
    }
}

/// Works them out; tells what the product of the profile does not do.
pub fn settle(from: &Sources<'_>, findings: &mut Findings) -> Control {
    let written = &from.spec.control;
    let named = written.profile.as_deref();
    let profile = named.and_then(ControlProfile::from_name);
    let profile = profile.unwrap_or(&PROFILES[0]);
    let detection = written.detection.as_ref().map(|at| at.value);
    let detection = detection.unwrap_or(profile.detection);
    if let Some(at) = &written.detection {
        let place = from.spec.place(&at.span);
        check(at.value, profile, "[control]", &place, findings);
    }
    let mut values = BTreeMap::new();
    let mut list = Listed::default();
    if written.profile.is_none() {
        list.defaults.push(format!("profile {}", profile.name));
    }
    let own = written.detection.as_ref().map(|_| described(detection));
    let default = (described(profile.detection), profile.detection_source);
    list.add("control.detection", own, default);
    for one in profile.constants {
        let key = &one.name["control.".len()..];
        let mut own = written.times.get(key).map(|at| at.value.0);
        if key == "relay_recovery.messages" {
            own = written.relay_messages.map(u64::from);
        }
        values.insert(one.name, own.unwrap_or(one.value));
        let mut shown = own.map(|value| format(value, one.dimension));
        if key == "revert" && written.never_reverts {
            shown = Some("never".to_owned());
        }
        let default = (format(one.value, one.dimension), one.source);
        list.add(one.name, shown, default);
    }
    check_damping(from, &values, findings);
    let quarter = Span(PS_PER_S.div_ceil(4 * from.frequency_hz));
    let own = written.relay_interval;
    values.insert(INTERVAL, own.unwrap_or(quarter).0);
    let source = "own choice, doubtful: a message each quarter of a cycle";
    let shown = own.map(|own| format(own.0, &TIME));
    list.add(INTERVAL, shown, (format(quarter.0, &TIME), source));
    let pops = written.penultimate_pop;
    let source = "Nokia 7705 SAR MPLS Guide: off by default";
    let shown = pops.map(|pops| pops.to_string());
    list.add("control.penultimate_pop", shown, ("false".into(), source));
    let per_link = per_link(from, profile, detection, findings);
    let mut control = assembled(profile, &values, &per_link);
    control.detection = detection;
    control.settings.penultimate_pop = pops.unwrap_or(false);
    if written.never_reverts {
        control.settings.revert = None;
    }
    list.constants.sort_by(|a, b| a.name.cmp(&b.name));
    control.constants = list.constants;
    let defaults = list.defaults.into_iter();
    control.defaults = defaults.map(|one| format!("control: {one}")).collect();
    control
}

/// Tells a first hold that is longer than the longest.
fn check_damping(from: &Sources<'_>, values: &BTreeMap<&str, u64>, findings: &mut Findings) {
    let [hold, max] = ["control.damping.hold", "control.damping.max"].map(|name| values[name]);
    let times = &from.spec.control.times;
    let at = times.get("damping.hold").or(times.get("damping.max"));
    if let Some(at) = at.filter(|_| hold > max) {
        let (hold, max) = (format(hold, &TIME), format(max, &TIME));
        let title = format!("[control]: damping holds for {hold}, and at most for {max}");
        let place = from.spec.place(&at.span);
        let finding = Diagnostic::error(title, place, "the first hold is longer than the longest");
        findings.push(finding.help("hold may not be above max"));
    }
}

/// Values with their sources, and those left to their defaults.
#[derive(Default)]
struct Listed {
    constants: Vec<UsedConstant>,
    defaults: Vec<String>,
}

impl Listed {
    fn add(
        &mut self,
        name: &'static str,
        own: Option<String>,
        (default, source): (String, &'static str),
    ) {
        if own.is_none() {
            let key = &name["control.".len()..];
            self.defaults.push(format!("{key} {default}"));
        }
        let changed = own.as_ref().is_some_and(|own| *own != default);
        self.constants.push(UsedConstant {
            name: name.into(),
            value: own.unwrap_or_else(|| default.clone()),
            source: if changed { OWN } else { source }.into(),
            overrides: changed.then_some(default),
        });
    }
}

/// The detection of every link: its own, or that of the scenario.
fn per_link(
    from: &Sources<'_>,
    profile: &ControlProfile,
    default: Detection,
    findings: &mut Findings,
) -> Vec<Detection> {
    let mut detection = Vec::with_capacity(from.network.topology.links().len());
    for (place, link) in (0_u32..).zip(from.network.topology.links()) {
        let spec = from.network.link_spec(from.topology, LinkId(place));
        if let Some(at) = &spec.detection {
            let place = from.topology.place(&at.span);
            check(
                at.value,
                profile,
                &format!("link {}", link.name),
                &place,
                findings,
            );
        }
        detection.push(spec.detection.as_ref().map_or(default, |at| at.value));
    }
    let links = from.network.topology.links().iter().zip(&detection);
    let mut without = links.filter(|(link, seen)| {
        matches!(seen, Detection::FastFault { .. }) && link.medium != Medium::Microwave
    });
    if let (Some(at), Some((link, _))) = (&from.spec.control.detection, without.next()) {
        let title = format!("link {} has no radio that could tell of a fault", link.name);
        let place = from.spec.place(&at.span);
        findings.push(
            Diagnostic::error(title, place, "of every link that does not say")
                .help("give radio links `detection` of their own, and another one here"),
        );
    }
    detection
}

/// Tells what the product of the profile does not do.
fn check(
    detection: Detection,
    profile: &ControlProfile,
    what: &str,
    place: &Place,
    findings: &mut Findings,
) {
    let Detection::Bfd {
        interval,
        multiplier,
    } = detection
    else {
        return;
    };
    let floor = profile.bfd_interval_min;
    let [first, last] = profile.bfd_multiplier;
    let mut tell = |title: String, label: String| {
        let help = format!("profile {}: {}", profile.name, profile.bfd_source);
        findings.push(Diagnostic::error(title, place.clone(), label).help(help));
    };
    if interval < floor {
        let (written, least) = (format(interval.0, &TIME), format(floor.0, &TIME));
        let title = format!("{what}: BFD of {written} is below the product's floor");
        tell(title, format!("at least {least}"));
    }
    if !(first..=last).contains(&multiplier) {
        let title = format!("{what}: the product takes no BFD multiplier of {multiplier}");
        tell(title, format!("from {first} to {last}"));
    }
}

/// A detection in words.
pub fn described(detection: Detection) -> String {
    let time = |span: Span| format(span.0, &TIME);
    match detection {
        Detection::LossOfSignal { delay, hold_off } => {
            format!("los, delay {}, hold_off {}", time(delay), time(hold_off))
        }
        Detection::FastFault { delay, hold_off } => {
            format!(
                "fast-fault, delay {}, hold_off {}",
                time(delay),
                time(hold_off)
            )
        }
        Detection::Bfd {
            interval,
            multiplier,
        } => format!("bfd, {} x {multiplier}", time(interval)),
        Detection::Hello {
            interval,
            multiplier,
        } => format!("hello, {} x {multiplier}", time(interval)),
    }
}
