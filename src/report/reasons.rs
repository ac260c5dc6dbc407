//! Why a circuit fails and what would mend it, in a line each.

use super::text::{count, rate};
use super::{Report, drift, relays};
use crate::analysis::decomposition::edge_delay;
use crate::analysis::fix::{cheapest, largest_part};
use crate::analysis::verdict::{FailCause, Judgement};
use crate::scenario::{Circuit, Emulation};
use crate::units::Span;
use crate::units::quantity::{TIME, format as quantity};

/// Lines below the rows of a failing circuit: ("why" | "fix", text). `row` is its worse
/// direction, `both` are all of them.
pub fn lines(
    report: &Report<'_>,
    row: &Judgement,
    both: &[&Judgement],
) -> Vec<(&'static str, String)> {
    let circuit = &report.scenario.circuits[row.circuit];
    let Some(cause) = row.cause else {
        return Vec::new();
    };
    let mut lines = vec![("why", why(report, circuit, row, cause))];
    match cause {
        FailCause::Budget | FailCause::Underrun | FailCause::Overrun => {
            lines.extend(mending(circuit, row, both, cause).map(|text| ("fix", text)));
        }
        FailCause::Loss => lines.push((
            "fix",
            "a more urgent class, a larger queue or a faster link where packets are dropped".into(),
        )),
        FailCause::NoStart => {
            lines.push(("fix", "a longer run: the jitter buffer never filled".into()));
        }
        // What mends them is told with the relays.
        FailCause::Asymmetry | FailCause::RelayUnwanted | FailCause::RelayLate => {}
        FailCause::Stale => lines.push((
            "fix",
            "a larger `allowed`, a shorter heartbeat, or no loss where frames are dropped".into(),
        )),
    }
    lines
}

fn why(report: &Report<'_>, circuit: &Circuit, row: &Judgement, cause: FailCause) -> String {
    let counts = &row.counts;
    match cause {
        FailCause::Budget => over_budget(circuit, row),
        FailCause::Underrun => {
            let variation = row
                .network
                .map_or(Span::ZERO, |one| one.exact.max - one.exact.min);
            let slack = row.slack_configured.unwrap_or(Span::ZERO);
            let drifts = circuit
                .emulation()
                .filter(|settings| drift::runs_apart(settings, row.direction));
            let clock = drifts.map_or(String::new(), |settings| {
                format!(
                    "the clocks of both ends ({}) run apart; ",
                    settings.clock_kind
                )
            });
            let mut text = format!(
                "{clock}network delay varies by {variation} ms, the slack of the buffer is \
                 {slack} ms",
            );
            if counts.late + counts.missing > 0 {
                let (late, missing) = (count(counts.late), count(counts.missing));
                let sent = count(counts.sent);
                text.push_str(&format!(
                    "; {late} late and {missing} missing of {sent} packets"
                ));
            }
            text
        }
        FailCause::Overrun => format!(
            "{} of {} packets found the jitter buffer full ({} packets)",
            count(counts.overrun),
            count(counts.sent),
            circuit
                .emulation()
                .map_or(0, |settings| settings.receivers[row.direction]
                    .capacity_packets)
        ),
        FailCause::Loss => format!(
            "{} of {} packets dropped in the network{}{}",
            count(counts.lost),
            count(counts.sent),
            dropped_at(report, circuit, row),
            match counts.policed {
                0 => String::new(),
                policed => format!(", {} by the policer at the ingress", count(policed)),
            }
        ),
        FailCause::NoStart => "play-out never began".into(),
        FailCause::Stale => format!(
            "the state was stale {} times: no frame came while the last one counted",
            count(counts.stale)
        ),
        FailCause::Asymmetry | FailCause::RelayUnwanted | FailCause::RelayLate => {
            relays::reason(report, row.circuit, cause)
        }
    }
}

/// What would help a circuit whose delay or buffer is the trouble; nothing to say where no setting
/// of ours is in play.
fn mending(
    circuit: &Circuit,
    row: &Judgement,
    both: &[&Judgement],
    cause: FailCause,
) -> Option<String> {
    let settings = circuit.emulation()?;
    let apart = drift::runs_apart(settings, row.direction);
    let within = row.worst_start.is_some_and(|worst| worst <= row.budget);
    let variation = row.network.map(|one| one.exact.max - one.exact.min);
    let slack_holds = variation <= row.slack_configured;
    if apart && within && (cause != FailCause::Underrun || slack_holds) {
        return Some(
            "clock = { kind = \"network\" } or \"differential\": no buffer outlasts a drift".into(),
        );
    }
    Some(setting(circuit, row, both))
}

fn over_budget(circuit: &Circuit, row: &Judgement) -> String {
    if let Some(settings) = circuit.emulation() {
        let edge = edge_delay(settings, row.direction);
        if u128::from(edge.0) * 2 > u128::from(row.budget.0) {
            return costly(settings, edge);
        }
    }
    let worst = row.worst_start.unwrap_or(Span::ZERO);
    if worst <= row.budget {
        let own = row.delay.map_or(Span::ZERO, |delay| delay.max);
        return format!("the delay grew to {own} ms during the run: the clocks run apart");
    }
    let (name, length) = row.parts.as_ref().map_or(("", Span::ZERO), largest_part);
    format!("the largest part is {name}: {length} of {worst} ms")
}

fn costly(settings: &Emulation, edge: Span) -> String {
    let packet = settings.frames_per_packet().map_or_else(
        || format!("{} payload", settings.payload),
        |frames| format!("{frames} frames per packet"),
    );
    format!(
        "C-pipe settings ({packet}, {} buffer) cost {edge} ms by themselves under {}   TP002",
        quantity(settings.effective_buffer.0, &TIME),
        settings.model.name()
    )
}

/// The queues on the way that dropped packets of the class.
fn dropped_at(report: &Report<'_>, circuit: &Circuit, row: &Judgement) -> String {
    let stream = circuit.directions[row.direction].stream();
    let (Some(stream), Some(class)) = (stream, circuit.class) else {
        return String::new();
    };
    let queues = report.scenario.plan.path(stream).iter().filter_map(|leg| {
        let port = leg.port.0 as usize;
        let queue = report.outcome.ports.get(port)?.get(class.index())?;
        let name = report.scenario.ports.get(port)?;
        let lost = queue.dropped + queue.dropped_early > 0;
        lost.then(|| format!("{name} ({} queue)", class.name()))
    });
    let queues: Vec<String> = queues.collect();
    if queues.is_empty() {
        String::new()
    } else {
        format!(", at {}", queues.join(", "))
    }
}

fn setting(circuit: &Circuit, row: &Judgement, both: &[&Judgement]) -> String {
    let Some(fix) = cheapest(circuit, both) else {
        let network = row.network.map_or(Span::ZERO, |network| network.exact.max);
        return format!(
            "none by payload and buffer: the network alone takes up to {network} ms of {} ms",
            row.budget
        );
    };
    let buffer = fix.jitter_buffer.map_or(String::new(), |buffer| {
        format!(", buffer {}", quantity(buffer.0, &TIME))
    });
    let given = circuit.emulation().filter(|settings| {
        settings.model.uses_configured_buffer()
            && settings.effective_buffer != settings.jitter_buffer
    });
    let buffer = match given {
        Some(_) => format!("{buffer} (and effective_jitter_buffer as much, or left out)"),
        None => buffer,
    };
    format!(
        "payload {}{buffer} → {} ms in place of {}, {} in total; {} on Ethernet, {} on radio",
        fix.payload,
        fix.edge,
        fix.edge_now,
        fix.worst_start,
        rate(fix.wire),
        rate(fix.frame)
    )
}
