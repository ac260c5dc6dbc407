//! The pattern of a flow, written out with every default.

use super::text::array;
use crate::scenario::spec::{MixSpec, Pace, PatternSpec, SizeSpec, Timing, TraceSpec};
use crate::units::quantity::{Dimension, RATE, SIZE, TIME, format};

fn quantity(key: &str, value: u64, dimension: &Dimension) -> String {
    format!("{key} = \"{}\"", format(value, dimension))
}

fn mix(size: MixSpec) -> String {
    match size {
        MixSpec::One(SizeSpec::Frame(octets)) => quantity("size", octets, &SIZE),
        MixSpec::One(SizeSpec::Wire(octets)) => {
            format!("size = {{ {} }}", quantity("wire", octets, &SIZE))
        }
        MixSpec::Imix => "size = \"imix\"".to_owned(),
    }
}

/// The keys of a pattern, its kind first.
pub(super) fn pattern(pattern: &PatternSpec) -> String {
    let (kind, keys) = match pattern {
        PatternSpec::Cbr { pace, size, first } => {
            let mut keys = Vec::new();
            keys.extend(pace.as_ref().map(|pace| match pace {
                Pace::Period(period) => quantity("period", period.value, &TIME),
                Pace::Rate(rate) => quantity("rate", rate.value, &RATE),
            }));
            keys.extend([mix(size.value), quantity("first", *first, &TIME)]);
            ("cbr", keys)
        }
        PatternSpec::Poisson { rate, size } => (
            "poisson",
            vec![quantity("rate", rate.value, &RATE), mix(size.value)],
        ),
        PatternSpec::OnOff {
            rate,
            size,
            on,
            off,
        } => (
            "on-off",
            vec![
                quantity("rate", rate.value, &RATE),
                mix(size.value),
                quantity("on", *on, &TIME),
                quantity("off", *off, &TIME),
            ],
        ),
        PatternSpec::Trace(trace) => ("trace", rows(trace)),
        PatternSpec::Video {
            rate,
            frame_rate,
            group,
            ratio,
            packet,
            access,
        } => (
            "video",
            vec![
                quantity("rate", rate.value, &RATE),
                format!("frame_rate = \"{frame_rate} Hz\""),
                format!("group = {group}"),
                format!("ratio = {ratio}"),
                quantity("packet", packet.value, &SIZE),
                quantity("access", access.value, &RATE),
            ],
        ),
        other => conversation(other),
    };
    format!("kind = \"{kind}\", {}", keys.join(", "))
}

/// Calls and sessions.
fn conversation(pattern: &PatternSpec) -> (&'static str, Vec<String>) {
    match pattern {
        PatternSpec::Voip {
            calls,
            codec,
            packet,
            mean_call,
            mean_idle,
        } => (
            "voip",
            vec![
                format!("calls = {calls}"),
                format!("codec = \"{}\"", codec.name()),
                quantity("packet", packet.value, &TIME),
                quantity("mean_call", *mean_call, &TIME),
                quantity("mean_idle", *mean_idle, &TIME),
            ],
        ),
        PatternSpec::ScadaPoll { points, timing } => {
            let mut keys = vec![format!("points = {points}"), interval(timing)];
            keys.extend(self::timing(timing));
            ("scada-poll", keys)
        }
        PatternSpec::Session {
            request,
            response,
            timing,
        } => {
            let mut keys = vec![
                quantity("request", request.value, &SIZE),
                quantity("response", response.value, &SIZE),
                interval(timing),
            ];
            keys.extend(self::timing(timing));
            ("session", keys)
        }
        PatternSpec::Synchrophasor {
            rate,
            phasors,
            analogs,
            digitals,
            float,
            timing,
        } => {
            let format = if *float { "float" } else { "integer" };
            let mut keys = vec![
                format!("rate = \"{rate} Hz\""),
                format!("phasors = {phasors}"),
                format!("analogs = {analogs}"),
                format!("digitals = {digitals}"),
                format!("format = \"{format}\""),
            ];
            keys.extend(self::timing(timing));
            ("synchrophasor", keys)
        }
        _ => unreachable!("told by `pattern`"),
    }
}

fn interval(timing: &Timing) -> String {
    quantity("interval", timing.interval.value, &TIME)
}

fn timing(timing: &Timing) -> [String; 3] {
    [
        quantity("turnaround", timing.turnaround, &TIME),
        quantity("timeout", timing.timeout.value, &TIME),
        quantity("first", timing.first, &TIME),
    ]
}

/// The rows of a trace, in place: the text needs no other file.
fn rows(trace: &TraceSpec) -> Vec<String> {
    let rows = trace.rows.as_deref().unwrap_or_default();
    let list = |key: &str, values: Vec<String>| {
        format!("{key} = {}", array(values.iter().map(String::as_str)))
    };
    let instants = rows.iter().map(|row| format(row.at, &TIME)).collect();
    let sizes = rows.iter().map(|row| format(row.size, &SIZE)).collect();
    vec![list("at", instants), list("size", sizes)]
}
