//! Settings of a scheme that sends commands.

use super::keys::has;
use super::reader::{Reader, Unit};
use crate::pseudowire::service::Service;
use crate::relay::End;
use crate::relay::command::{Command, OnFailure, Replacement};
use crate::relay::distance::{Scheme, Settings};
use crate::scenario::carriage::{Carriage, Carrier};
use crate::scenario::circuits;
use crate::scenario::diagnostic::Findings;
use crate::units::Span;
use crate::units::quantity::{TIME, format};
use crate::units::time::PS_PER_S;

/// Relay or teleprotection equipment at one end: Struth & Maurer, Bulletin Electrosuisse 102 (2011)
/// 9, about 3 ms.
const PROCESSING: Span = Span::from_ms(3);

/// Works them out; tells what is missing or contradicts itself.
pub fn settle(
    reader: &mut Reader<'_>,
    circuit: Option<&circuits::Settings>,
    has_zone2: bool,
    findings: &mut Findings,
) -> Option<Settings> {
    let mut schemes = Scheme::ALL.into_iter();
    let scheme = schemes.find(|scheme| scheme.name() == reader.scheme)?;
    let command = command(reader, circuit, findings);
    let directions = reader.word_or("directions", "both");
    let purpose = "how long detection takes";
    let pickup = reader.required_time("pickup", purpose, findings);
    let reset = reader.time_or("reset", Span::ZERO);
    let timers = timers(reader, scheme, has_zone2, findings);
    let send_minimum = reader.time_or("send_minimum", Span::ZERO);
    let weak = weak(reader, findings);
    let timers = timers?;
    timers.contradictions(reader, scheme, findings);
    let (weak, echo_delay) = weak?;
    Some(Settings {
        scheme,
        command: command?,
        directions: match directions?.as_str() {
            "a-z" => [true, false],
            "z-a" => [false, true],
            _ => [true, true],
        },
        pickup: pickup?,
        reset: reset?,
        zone2_delay: timers.zone2_delay,
        coordination: timers.coordination,
        send_minimum: send_minimum?,
        block_extension: timers.block_extension,
        reversal_guard: timers.reversal_guard,
        weak,
        echo_delay,
        guard_loss: timers.guard_loss,
        unblocking_window: timers.unblocking_window,
    })
}

fn command(
    reader: &mut Reader<'_>,
    circuit: Option<&circuits::Settings>,
    findings: &mut Findings,
) -> Option<Command> {
    let processing = processing(reader);
    let message = message(reader, circuit, false, findings);
    let recovery = reader.number_or("recovery_messages", Unit::Whole, 0);
    let fail_after = reader.time_or("fail_after", Span::ZERO);
    let on_failure = reader.word_or("on_failure", "off");
    let replacement = reader.word_or("replacement", "rejected");
    let ([send, receive], (interval, length)) = (processing?, message?);
    Some(Command {
        send,
        receive,
        message: interval + length,
        // At most 10 000 intervals of a minute.
        recovery: Span(interval.0 * recovery?),
        fail_after: fail_after?,
        on_failure: match on_failure?.as_str() {
            "on" => OnFailure::On,
            "latch" => OnFailure::Latch,
            _ => OnFailure::Off,
        },
        replacement: match replacement?.as_str() {
            "on" => Replacement::On,
            "off" => Replacement::Off,
            _ => Replacement::Rejected,
        },
    })
}

/// At the sending end, at the receiving end.
pub fn processing(reader: &mut Reader<'_>) -> Option<[Span; 2]> {
    let send = reader.time_or("processing.send", PROCESSING);
    let receive = reader.time_or("processing.receive", PROCESSING);
    Some([send?, receive?])
}

/// From message to message, and the length of one.
pub fn message(
    reader: &mut Reader<'_>,
    circuit: Option<&circuits::Settings>,
    needed: bool,
    findings: &mut Findings,
) -> Option<(Span, Span)> {
    let interval = if needed {
        let purpose = "from message to message";
        reader.required_time("message.interval", purpose, findings)
    } else {
        reader.time_or("message.interval", Span::ZERO)
    };
    let bits = reader.number("message.bits", Unit::Whole);
    let length = reader.number("message.length", Unit::Time);
    let length = match (bits?, length?) {
        (Some(bits), Some(_)) => {
            let what = "the length of its message is given twice";
            let finding = reader.error(what, &bits.span, "in bits, and as a time");
            findings.push(finding.help("keep either `bits` or `length`"));
            None
        }
        (None, Some(length)) => Some(Span(length.value)),
        // Without settings the circuit has a fault, told already.
        (Some(bits), None) => match over(circuit?, bits.value) {
            Some(length) => Some(length),
            None => {
                let what = "its message is given in bits, and it has no bit rate";
                let finding = reader.error(what, &bits.span, "how long is it?");
                findings.push(finding.help("message = { interval = \"…\", length = \"…\" }"));
                None
            }
        },
        (None, None) if needed => {
            let purpose = "the length of a message, or `message.length`";
            reader.missing("message.bits", purpose, findings);
            None
        }
        (None, None) => reader.time_or("message.length", Span::ZERO),
    };
    Some((interval?, length?))
}

/// So many bits at the rate of a circuit, rounded up to a picosecond; `None`: it has none.
fn over(circuit: &circuits::Settings, bits: u64) -> Option<Span> {
    const TIMESLOT: u64 = 64_000;
    let (bits, rate) = match (circuit.interface.baud, &circuit.carriage) {
        // Characters of 10 bits carry eight.
        (Some(baud), Carriage::Emulated(_)) => (10 * bits.div_ceil(8), baud),
        (None, Carriage::Emulated(emulation)) => {
            let rate = match emulation.service {
                Service::Cesopsn { timeslots } => TIMESLOT * u64::from(timeslots),
                Service::SatopE1 => 2_048_000,
                Service::SatopT1 => 1_544_000,
            };
            (bits, rate)
        }
        (baud, Carriage::Direct(direct)) => match direct.carrier {
            Carrier::Timeslots => (bits, TIMESLOT * direct.timeslots),
            Carrier::Characters => (10 * bits.div_ceil(8), baud?),
            Carrier::Tones => return None,
        },
        (_, Carriage::Messages(_)) => return None,
    };
    let ps = (u128::from(bits) * u128::from(PS_PER_S)).div_ceil(u128::from(rate.max(1)));
    u64::try_from(ps).ok().map(Span)
}

/// Timers of a scheme; those that it does not have are zero.
struct Timers {
    zone2_delay: Span,
    coordination: Span,
    block_extension: Span,
    reversal_guard: Span,
    guard_loss: Span,
    unblocking_window: Span,
}

fn timers(
    reader: &mut Reader<'_>,
    scheme: Scheme,
    has_zone2: bool,
    findings: &mut Findings,
) -> Option<Timers> {
    let name = scheme.name();
    let purpose = "how long zone 2 waits before it trips by itself";
    let zone2_delay = match scheme {
        // What is received trips by itself; zone 2 is backup where the line has one.
        Scheme::Dutt if !has_zone2 => reader.time("zone2_delay").map(Option::unwrap_or_default),
        Scheme::Dtt => Some(Span::ZERO),
        _ => reader.required_time("zone2_delay", purpose, findings),
    };
    let coordination = match scheme {
        Scheme::Dcb => {
            let purpose = "how long zone 2 waits for a block";
            reader.required_time("coordination", purpose, findings)
        }
        _ => reader.time_or("coordination", Span::ZERO),
    };
    let mut optional = |key: &'static str| match has(name, key) {
        true => reader.time_or(key, Span::ZERO),
        false => Some(Span::ZERO),
    };
    let block_extension = optional("block_extension");
    let reversal_guard = optional("reversal_guard");
    let (guard_loss, unblocking_window) = match scheme {
        Scheme::Dcub => (
            reader.required_time("guard_loss", "a guard lost for so long opens it", findings),
            reader.required_time("unblocking_window", "how long it is open", findings),
        ),
        _ => (Some(Span::ZERO), Some(Span::ZERO)),
    };
    Some(Timers {
        zone2_delay: zone2_delay?,
        coordination: coordination?,
        block_extension: block_extension?,
        reversal_guard: reversal_guard?,
        guard_loss: guard_loss?,
        unblocking_window: unblocking_window?,
    })
}

impl Timers {
    fn contradictions(&self, reader: &Reader<'_>, scheme: Scheme, findings: &mut Findings) {
        let shown = |span: Span| format(span.0, &TIME);
        let mut tell = |what: &str, key: &str, label: String, help: &str| {
            let span = reader.wrote(key).unwrap_or_else(|| reader.span());
            findings.push(reader.error(what, &span, label).help(help));
        };
        if scheme == Scheme::Dcub && self.guard_loss >= self.unblocking_window {
            tell(
                "unblocking window before guard time",
                "unblocking_window",
                format!(
                    "{} is not above guard_loss {}",
                    shown(self.unblocking_window),
                    shown(self.guard_loss)
                ),
                "such as guard_loss = \"10 ms\", unblocking_window = \"150 ms\"",
            );
        }
        if scheme == Scheme::Dcb && self.coordination == Span::ZERO {
            tell(
                "zone 2 waits for no block",
                "coordination",
                "no block comes in no time".to_owned(),
                "coordination: 10 ms and the longest transmission time, such as \"25 ms\"",
            );
        }
        let waits = [
            ("coordination", self.coordination, "zone 2 would trip first"),
            (
                "block_extension",
                self.block_extension,
                "a block would outlast backup",
            ),
            (
                "reversal_guard",
                self.reversal_guard,
                "permission would count after backup",
            ),
        ];
        let backed_up = self.zone2_delay > Span::ZERO;
        for (key, wait, why) in waits {
            if wait >= self.zone2_delay && backed_up {
                tell(
                    &format!("`{key}` is as long as the delay of zone 2"),
                    key,
                    format!(
                        "{} is not below zone2_delay {}: {why}",
                        shown(wait),
                        shown(self.zone2_delay)
                    ),
                    "zone 2 is backup, typically 300 ms to 400 ms",
                );
            }
        }
    }
}

/// The weak end, and its echo.
fn weak(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<(Option<End>, Span)> {
    if !has(reader.scheme, "weak_end") {
        return Some((None, Span::ZERO));
    }
    let Some(end) = reader.word("weak_end")? else {
        if let Some(span) = reader.wrote("echo_delay") {
            let what = "`echo_delay` without `weak_end`";
            let finding = reader.error(what, &span, "no end echoes");
            findings.push(finding.help("weak_end = \"a\" or \"z\", or leave it out"));
        }
        return Some((None, Span::ZERO));
    };
    let end = match end.value.as_str() {
        "a" => End::A,
        _ => End::Z,
    };
    Some((Some(end), reader.time_or("echo_delay", Span::ZERO)?))
}
