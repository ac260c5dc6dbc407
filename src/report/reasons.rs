//! Why a circuit fails and what would mend it, in a line each.

use super::Report;
use super::text::{count, rate};
use crate::analysis::decomposition::edge_delay;
use crate::analysis::fix::{cheapest, frames_per_packet, largest_part};
use crate::analysis::verdict::{FailCause, Judgement};
use crate::scenario::Circuit;
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
            lines.push(("fix", setting(circuit, row, both)));
        }
        FailCause::Loss => lines.push((
            "fix",
            "a more urgent class, a larger queue or a faster link where packets are dropped".into(),
        )),
        FailCause::NoStart => {
            lines.push(("fix", "a longer run: the jitter buffer never filled".into()));
        }
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
            let mut text = format!(
                "network delay varies by {variation} ms, the slack of the buffer is {} ms",
                row.slack_configured
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
            circuit.receiver.capacity_packets
        ),
        FailCause::Loss => format!(
            "{} of {} packets dropped in the network{}",
            count(counts.lost),
            count(counts.sent),
            dropped_at(report, circuit, row)
        ),
        FailCause::NoStart => "play-out never began".into(),
    }
}

fn over_budget(circuit: &Circuit, row: &Judgement) -> String {
    let edge = edge_delay(circuit);
    if u128::from(edge.0) * 2 > u128::from(row.budget.0) {
        let packet = frames_per_packet(circuit).map_or_else(
            || format!("{} payload", circuit.payload),
            |frames| format!("{frames} frames per packet"),
        );
        return format!(
            "C-pipe settings ({packet}, {} buffer) cost {edge} ms by themselves under {}   TP002",
            quantity(circuit.jitter_buffer.0, &TIME),
            circuit.playout
        );
    }
    let (name, length) = row.parts.as_ref().map_or(("", Span::ZERO), largest_part);
    let total = row.worst_start.unwrap_or(Span::ZERO);
    format!("the largest part is {name}: {length} of {total} ms")
}

/// The queues on the way that dropped packets of the class.
fn dropped_at(report: &Report<'_>, circuit: &Circuit, row: &Judgement) -> String {
    let stream = circuit.directions[row.direction].stream;
    let queues = report.scenario.plan.path(stream).iter().filter_map(|leg| {
        let port = leg.port.0 as usize;
        let queue = report.outcome.ports.get(port)?.get(circuit.class.index())?;
        let name = report.scenario.ports.get(port)?;
        (queue.dropped > 0).then(|| format!("{name} ({} queue)", circuit.class.name()))
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
    format!(
        "payload {}, buffer {} → {} ms in place of {}, {} in total; {} on Ethernet, {} on radio",
        fix.payload,
        quantity(fix.jitter_buffer.0, &TIME),
        fix.edge,
        fix.edge_now,
        fix.worst_start,
        rate(fix.wire),
        rate(fix.frame)
    )
}
