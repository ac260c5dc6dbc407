//! Findings about the settings of one circuit: TP002, TP003, TP007, TP015 to TP017.

use super::carriage::Emulation;
use super::circuits::{Settings, padding_share};
use super::diagnostic::{Diagnostic, Findings, Place, Severity};
use super::interfaces::InterfaceProfile;
use super::spec::{CircuitSpec, ScenarioSpec};
use crate::pseudowire::service::{
    Advice, BufferError, BufferLimits, compare_buffer, edge_delay, slack,
};
use crate::units::quantity::{RELATIVE, SIZE, TIME, format, format_signed};
use crate::units::{Octets, Span};

/// What one circuit's settings say. TP003 may be an error.
pub fn circuit(
    spec: &CircuitSpec,
    settings: &Settings,
    scenario: &ScenarioSpec,
    budget: Option<Span>,
    findings: &mut Findings,
) {
    if let Some(emulation) = settings.emulation() {
        let look = Look {
            spec,
            emulation,
            scenario,
        };
        look.buffer_in_packets(findings);
        look.effective_buffer(findings);
        if let Some(budget) = budget {
            look.cost(budget, findings);
        }
        look.padding(findings);
        look.drift(findings);
    }
    clock_tolerance(spec, settings, scenario, findings);
}

struct Look<'a> {
    spec: &'a CircuitSpec,
    emulation: &'a Emulation,
    scenario: &'a ScenarioSpec,
}

impl Look<'_> {
    fn place(&self, keys: &[&str]) -> Place {
        let written = keys.iter().find_map(|key| self.spec.keys.get(key));
        self.scenario.place(written.unwrap_or(&self.spec.name.span))
    }

    /// TP017.
    fn drift(&self, findings: &mut Findings) {
        let Some(clock) = &self.spec.clock else {
            return;
        };
        if !["network", "free-running"].contains(&clock.kind) {
            return;
        }
        let in_the_end = [0, 1].map(|end| {
            let lost = clock
                .holdover
                .as_ref()
                .filter(|holdover| holdover.ends[end]);
            clock.offset[end].unwrap_or(0) + lost.map_or(0, |holdover| holdover.offset)
        });
        let apart = (in_the_end[1] - in_the_end[0]).unsigned_abs();
        if apart == 0 {
            return;
        }
        let slack = slack(
            &self.emulation.receivers[0],
            self.emulation.packet_time_exact_ps,
        );
        let lasts = u128::from(slack.0) * 1_000_000_000 / u128::from(apart);
        let lasts = Span(u64::try_from(lasts).unwrap_or(u64::MAX));
        let title = format!("clocks of circuit {} run apart", self.spec.name.value);
        let label = format!("{} apart in the end", format(apart, &RELATIVE));
        let help = format!(
            "a slack of {slack} ms lasts {lasts} ms, then every packet time lost is a packet; \
             let both ends follow one reference"
        );
        let place = self.scenario.place(&clock.span);
        let finding = Diagnostic::at(Severity::Warning, title, place, label);
        findings.push(finding.code("TP017").help(help));
    }

    /// TP002.
    fn cost(&self, budget: Span, findings: &mut Findings) {
        let Emulation {
            receivers,
            packet_time_exact_ps,
            ..
        } = self.emulation;
        let cost = edge_delay(&receivers[0], *packet_time_exact_ps);
        if cost.0 <= budget.0 / 2 {
            return;
        }
        let share = if cost >= budget {
            "the whole"
        } else {
            "more than half the"
        };
        let name = &self.spec.name.value;
        let title = format!("settings of circuit {name} cost {share} budget by themselves");
        let label = format!(
            "{cost} ms of {budget} ms under {}: {} per packet, buffer {}",
            self.emulation.model.name(),
            packet_time_text(self.emulation),
            format(self.emulation.effective_buffer.0, &TIME)
        );
        let packet = format!("{} per packet", self.emulation.payload);
        let place = self.place(&["effective_jitter_buffer", "jitter_buffer"]);
        findings.push(
            Diagnostic::at(Severity::Warning, title, place, label)
                .code("TP002")
                .also(self.place(&["payload"]), packet)
                .help("a smaller payload or jitter buffer"),
        );
    }

    /// TP007.
    fn padding(&self, findings: &mut Findings) {
        let sizes = &self.emulation.sizes;
        if sizes.padding == Octets(0) {
            return;
        }
        let share = padding_share(sizes);
        let title = format!("frames of circuit {} are padded", self.spec.name.value);
        let label = format!(
            "{} of padding: {}.{:02} % of the wire rate",
            format(sizes.padding.0, &SIZE),
            share / 100,
            share % 100
        );
        let place = self.place(&["payload"]);
        findings.push(Diagnostic::at(Severity::Note, title, place, label).code("TP007"));
    }

    /// TP003, on the buffer that acts.
    fn buffer_in_packets(&self, findings: &mut Findings) {
        let Emulation {
            profile,
            model,
            effective_buffer,
            packet_time_exact_ps: time,
            ..
        } = self.emulation;
        if !model.uses_configured_buffer() {
            return;
        }
        // What acts was read from a box: how it can be set says nothing of it.
        let limits = BufferLimits {
            step: Span(1),
            min: Span::ZERO,
            max: Span(u64::MAX),
            ..profile.buffer
        };
        let (severity, what, label) = match limits.check(*effective_buffer, *time) {
            Err(BufferError::FewerPackets(least)) => {
                let label = format!("less than {least} packets");
                (Severity::Error, format!("holds {label}"), label)
            }
            Err(BufferError::MorePackets(most)) => {
                let label = format!("more than {most} packets");
                (Severity::Error, format!("holds {label}"), label)
            }
            Ok(Advice::FewerPackets(least)) => {
                let label = format!("less than {least} packets");
                let what = match slack(&self.emulation.receivers[0], *time) {
                    Span::ZERO => "leaves no slack".to_owned(),
                    _ => format!("holds {label}"),
                };
                (Severity::Warning, what, label)
            }
            _ => return,
        };
        let title = format!("jitter buffer of circuit {} {what}", self.spec.name.value);
        let buffer = format(effective_buffer.0, &TIME);
        let label = format!(
            "{buffer} is {label} of {}",
            packet_time_text(self.emulation)
        );
        let help = format!(
            "buffers that fit this payload: {}",
            fitting_buffers(self.emulation)
        );
        let place = self.place(&["effective_jitter_buffer", "jitter_buffer"]);
        findings.push(
            Diagnostic::at(severity, title, place, label)
                .code("TP003")
                .help(help),
        );
    }

    /// TP015.
    fn effective_buffer(&self, findings: &mut Findings) {
        let Some(given) = &self.spec.effective_buffer else {
            return;
        };
        let Emulation {
            jitter_buffer,
            packet_time_exact_ps,
            ..
        } = self.emulation;
        let difference = Span(given.value.abs_diff(jitter_buffer.0));
        if compare_buffer(difference, 1, *packet_time_exact_ps).is_lt() {
            return;
        }
        let title = format!(
            "effective jitter buffer of circuit {} is far from the configured one",
            self.spec.name.value
        );
        let label = format!(
            "{} from {}: a packet time ({}) or more",
            format(difference.0, &TIME),
            format(jitter_buffer.0, &TIME),
            packet_time_text(self.emulation)
        );
        let place = self.scenario.place(&given.span);
        findings.push(
            Diagnostic::at(Severity::Warning, title, place, label)
                .code("TP015")
                .help("read it from the box with this payload configured"),
        );
    }
}

/// TP016.
fn clock_tolerance(
    spec: &CircuitSpec,
    settings: &Settings,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) {
    let profile = settings
        .interface
        .name
        .and_then(InterfaceProfile::from_name);
    let (Some(profile), Some(clock)) = (profile, &spec.clock) else {
        return;
    };
    let Some(tolerance) = profile.clock_tolerance_ppb else {
        return;
    };
    for (end, offset) in ["a", "z"].iter().zip(clock.offset) {
        let Some(offset) = offset.filter(|offset| offset.unsigned_abs() > tolerance) else {
            continue;
        };
        let title = format!(
            "clock of circuit {} at end {end} is beyond what {} allows",
            spec.name.value, profile.name
        );
        let label = format!(
            "{}, allowed {}",
            format_signed(offset, &RELATIVE),
            format(tolerance, &RELATIVE)
        );
        let place = scenario.place(&clock.span);
        findings.push(Diagnostic::at(Severity::Warning, title, place, label).code("TP016"));
    }
}

fn packet_time_text(emulation: &Emulation) -> String {
    let (numerator, denominator) = emulation.packet_time_exact_ps;
    match denominator {
        1 => format(numerator, &TIME),
        _ => format!("{} (rounded)", format(numerator / denominator, &TIME)),
    }
}

/// The whole milliseconds from the packets advised to the most that the product takes.
fn fitting_buffers(emulation: &Emulation) -> String {
    let fits = |ms: &u64| {
        let checked = emulation
            .profile
            .check_buffer(Span::from_ms(*ms), emulation.packet_time_exact_ps);
        checked == Ok(Advice::Fits)
    };
    let range = crate::units::limits::JITTER_BUFFER_MS;
    let (first, last) = (range.clone().find(fits), range.rev().find(fits));
    match first.zip(last) {
        Some((first, last)) => format!("{first} ms to {last} ms"),
        None => "none in whole milliseconds".to_owned(),
    }
}
