//! Settings of a pair of differential relays.

use super::reader::{Reader, Unit};
use crate::mpls::outage::Stretch;
use crate::relay::differential::{
    Characteristic, Fallback, OnStep, Restraint, Settings, Synchronisation, Watched,
};
use crate::scenario::circuits;
use crate::scenario::diagnostic::Findings;
use crate::scenario::spec::RelaySpec;
use crate::units::quantity::{TIME, format};
use crate::units::{SimTime, Span};

/// Good messages behind a break where nothing is said: SEL-411L, five good packets.
const RECOVERY_MESSAGES: u64 = 5;
/// Channel timeout where nothing is said: MiCOM P54x and Siemens 7SD5, 0.1 s.
const FAIL_AFTER: Span = Span::from_ms(100);

/// Works them out; tells what is missing or contradicts itself.
pub fn settle(
    reader: &mut Reader<'_>,
    relay: &RelaySpec,
    circuit: Option<&circuits::Settings>,
    findings: &mut Findings,
) -> Option<Settings> {
    both_ways(reader, findings);
    let synchronisation = synchronisation(reader, relay, findings);
    let characteristic = characteristic(reader, findings);
    let purpose = "the smallest differential current that operates";
    let pickup = reader.required("pickup_current", Unit::Current, purpose, findings);
    let message = super::commands::message(reader, circuit, true, findings);
    let purpose = "the samples that must have come behind a fault";
    let window = reader.required_time("window", purpose, findings);
    let processing = super::commands::processing(reader);
    let recovery = reader.number_or("recovery_messages", Unit::Whole, RECOVERY_MESSAGES);
    let watched = watched(reader, characteristic.as_ref(), findings);
    let by_time = matches!(synchronisation, Some(Synchronisation::Time { .. }));
    let asymmetry_max = match by_time {
        true => reader.time("asymmetry_max"),
        false => Some(None),
    };
    let assumed_asymmetry = reader.time_or("assumed_asymmetry", Span::ZERO);
    let compensation_ps = reader.signed("compensation");
    let (interval, length) = message?;
    let watched = watched?;
    if watched.fail_after < interval {
        let what = "its channel fails between two messages";
        let label = format!(
            "fail_after {} is below the interval of {}",
            format(watched.fail_after.0, &TIME),
            format(interval.0, &TIME)
        );
        let span = reader.wrote("fail_after").unwrap_or_else(|| reader.span());
        let help = "fail_after must be several intervals of `message`";
        findings.push(reader.error(what, &span, label).help(help));
    }
    Some(Settings {
        frequency_hz: reader.frequency_hz(),
        synchronisation: synchronisation?,
        characteristic: characteristic?,
        pickup_ma: pickup?.value,
        message: interval + length,
        interval,
        window: window?,
        processing: processing?,
        recovery_messages: u32::try_from(recovery?).expect("at most 10 000"),
        watched,
        asymmetry_max: asymmetry_max?,
        assumed_asymmetry: assumed_asymmetry?,
        compensation_ps: compensation_ps?,
    })
}

/// Currents of both ends are compared at both ends.
fn both_ways(reader: &mut Reader<'_>, findings: &mut Findings) {
    if let Some(Some(at)) = reader.word("directions")
        && at.value != "both"
    {
        let what = "87L without a return direction";
        let label = "each end needs the current of the other";
        let help = "directions = \"both\", or leave it out";
        findings.push(reader.error(what, &at.span, label).help(help));
    }
}

fn synchronisation(
    reader: &mut Reader<'_>,
    relay: &RelaySpec,
    findings: &mut Findings,
) -> Option<Synchronisation> {
    if reader.word_or("synchronisation", "ping-pong")? == "ping-pong" {
        let needs = ["time_error", "time_lost", "fallback", "asymmetry_max"];
        for key in needs {
            if let Some(span) = reader.wrote(key) {
                let what = format!("`{key}` without a time source");
                let label = match key {
                    "asymmetry_max" => "half the round trip shows no asymmetry",
                    _ => "it has no effect with ping-pong",
                };
                let help = "synchronisation = \"time\", or leave it out";
                findings.push(reader.error(&what, &span, label).help(help));
            }
        }
        return Some(Synchronisation::PingPong);
    }
    let purpose = "the largest time error between both ends";
    let error = reader.required_time("time_error", purpose, findings);
    let fallback = reader.word_or("fallback", "block");
    let lost = lost(reader, relay, findings);
    Some(Synchronisation::Time {
        error: error?,
        lost: lost?,
        fallback: match fallback?.as_str() {
            "ping-pong" => Fallback::PingPong,
            _ => Fallback::Block,
        },
    })
}

/// When the time source is lost, ascending; what touches is one.
fn lost(reader: &Reader<'_>, relay: &RelaySpec, findings: &mut Findings) -> Option<Vec<Stretch>> {
    if relay.values.faulty.contains("time_lost") {
        return None;
    }
    let mut written: Vec<_> = relay.time_lost.iter().collect();
    written.sort_by_key(|(at, lasts)| (at.value, *lasts));
    let mut lost: Vec<Stretch> = Vec::new();
    for (at, lasts) in written {
        let from = SimTime(at.value);
        let to = SimTime(at.value.saturating_add(*lasts));
        let duration = reader.spec.duration.as_ref();
        if duration.is_some_and(|duration| at.value >= duration.value) {
            let what = "its time source is lost after the run";
            let help = "let `at` lie before the scenario's `duration`";
            let finding = reader.error(what, &at.span, "it changes nothing");
            findings.push(finding.help(help));
        }
        match lost.last_mut() {
            Some(last) if from < last.to => {
                let what = "its time source is lost while it is lost";
                let finding = reader.error(what, &at.span, "before the one before it is over");
                findings.push(finding.help("write what overlaps as one"));
            }
            Some(last) if from == last.to => last.to = to,
            _ => lost.push(Stretch { from, to }),
        }
    }
    Some(lost)
}

fn characteristic(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<Characteristic> {
    let purpose = "when differential current operates";
    let kind = reader.required_word("characteristic.kind", purpose, findings)?;
    if kind.value == "alpha-plane" {
        let radius = reader.required(
            "characteristic.radius",
            Unit::Share,
            "the outer radius",
            findings,
        );
        let angle = reader.required(
            "characteristic.angle",
            Unit::Angle,
            "the angle of its sector",
            findings,
        );
        return Some(Characteristic::AlphaPlane {
            radius_ppb: radius?.value,
            angle_mdeg: angle?.value,
        });
    }
    let purpose = "the share of the restraint current";
    let slope = reader.required("characteristic.slope", Unit::Share, purpose, findings);
    let purpose = "what restrains";
    let restraint = reader.required_word("characteristic.restraint", purpose, findings);
    Some(Characteristic::Percentage {
        slope_ppb: slope?.value,
        restraint: match restraint?.value.as_str() {
            "mean" => Restraint::Mean,
            "sum" => Restraint::Sum,
            "maximum" => Restraint::Maximum,
            _ => Restraint::Vector,
        },
    })
}

fn watched(
    reader: &mut Reader<'_>,
    characteristic: Option<&Characteristic>,
    findings: &mut Findings,
) -> Option<Watched> {
    let round_trip_max = reader.time("round_trip_max");
    let step_max = reader.time("step_max");
    let on_step = match step_max {
        Some(Some(_)) => on_step(reader, characteristic, findings),
        _ => {
            if let Some(span) = reader.wrote("on_step")
                && step_max.is_some()
            {
                let what = "`on_step` without `step_max`";
                let finding = reader.error(what, &span, "no step is ever seen");
                findings.push(finding.help("step_max says which change is a step"));
            }
            Some(OnStep::Alarm)
        }
    };
    let fail_after = reader.time_or("fail_after", FAIL_AFTER);
    let alarm_after = reader.time_or("alarm_after", Span::ZERO);
    Some(Watched {
        round_trip_max: round_trip_max?,
        step_max: step_max?,
        on_step: on_step?,
        fail_after: fail_after?,
        alarm_after: alarm_after?,
    })
}

fn on_step(
    reader: &mut Reader<'_>,
    characteristic: Option<&Characteristic>,
    findings: &mut Findings,
) -> Option<OnStep> {
    let kind = reader.word_or("on_step.kind", "alarm")?;
    if kind == "alarm" {
        return Some(OnStep::Alarm);
    }
    let lasts = reader.required_time("on_step.lasts", "for how long", findings);
    if kind == "block" {
        return Some(OnStep::Block(lasts?));
    }
    let slope = reader.required("on_step.slope", Unit::Share, "the slope then", findings);
    let slope = slope?;
    let wrong = match characteristic {
        Some(Characteristic::AlphaPlane { .. }) => Some("an alpha plane has no slope"),
        Some(Characteristic::Percentage { slope_ppb, .. }) if *slope_ppb >= slope.value => {
            Some("it is not above the slope of its characteristic")
        }
        _ => None,
    };
    if let Some(label) = wrong {
        let what = "a step does not restrain it more";
        let help = "another `on_step`: { kind = \"alarm\" } or { kind = \"block\", lasts = \"…\" }";
        findings.push(reader.error(what, &slope.span, label).help(help));
    }
    Some(OnStep::Restrain {
        slope_ppb: slope.value,
        lasts: lasts?,
    })
}
