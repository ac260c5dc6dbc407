//! The pattern of a flow as written, with what it leaves out filled in.

use super::flow::SizeSpec;
use crate::scenario::diagnostic::{Place, SourceId};
use crate::scenario::value::{At, Table, Value};
use crate::units::time::{PS_PER_MS, PS_PER_S};

/// Sizes of a flow's packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MixSpec {
    /// All of one size.
    One(SizeSpec),
    /// The simple Internet mix.
    Imix,
}

/// How often a flow of constant rate sends.
#[derive(Clone, Debug)]
pub enum Pace {
    /// Time between packets, ps.
    Period(At<u64>),
    /// Rate, b/s.
    Rate(At<u64>),
}

/// When a flow sends, and how much.
#[derive(Clone, Debug)]
pub enum PatternSpec {
    /// Constant bit rate.
    Cbr {
        /// How often; `None` where it is said twice or not at all.
        pace: Option<Pace>,
        /// Sizes.
        size: At<MixSpec>,
        /// First emission, ps.
        first: u64,
    },
    /// Exponential gaps.
    Poisson {
        /// Mean rate, b/s.
        rate: At<u64>,
        /// Sizes.
        size: At<MixSpec>,
    },
    /// Talk and silence.
    OnOff {
        /// Rate while talking, b/s.
        rate: At<u64>,
        /// Sizes.
        size: At<MixSpec>,
        /// Mean talk, ps.
        on: u64,
        /// Mean silence, ps.
        off: u64,
    },
    /// Packets at listed instants.
    Trace(TraceSpec),
    /// Groups of pictures.
    Video {
        /// Mean rate, b/s.
        rate: At<u64>,
        /// Pictures a second.
        frame_rate: u64,
        /// Pictures in a group.
        group: u64,
        /// First picture over each other.
        ratio: u64,
        /// Largest frame, octets.
        packet: At<u64>,
        /// Rate within a picture, b/s.
        access: At<u64>,
    },
    /// Telephone calls.
    Voip {
        /// Lines.
        calls: u64,
        /// Codec.
        codec: Codec,
        /// Speech in a packet, ps.
        packet: At<u64>,
        /// Mean call, ps.
        mean_call: u64,
        /// Mean time between calls of a line, ps.
        mean_idle: u64,
    },
    /// Requests and responses of given sizes.
    Session {
        /// Frame of a request, octets.
        request: At<u64>,
        /// Frame of a response, octets.
        response: At<u64>,
        /// When.
        timing: Timing,
    },
    /// IEC 60870-5-104 polling.
    ScadaPoll {
        /// Values in a response.
        points: u64,
        /// When.
        timing: Timing,
    },
    /// IEEE C37.118 data frames, each acknowledged.
    Synchrophasor {
        /// Data frames a second.
        rate: u64,
        /// Phasors.
        phasors: u64,
        /// Analogue values.
        analogs: u64,
        /// Status words.
        digitals: u64,
        /// Numbers of 4 octets rather than 2.
        float: bool,
        /// When.
        timing: Timing,
    },
}

/// A trace: rows of instant and size.
#[derive(Clone, Debug)]
pub struct TraceSpec {
    /// The file that holds them.
    pub file: Option<At<String>>,
    /// Rows written in place, or read from the file.
    pub rows: Option<Vec<TraceRow>>,
    /// Whether rows are written in place, even with a fault.
    pub in_place: bool,
}

/// One packet of a trace.
#[derive(Clone, Debug)]
pub struct TraceRow {
    /// When, ps.
    pub at: u64,
    /// Frame with FCS, octets.
    pub size: u64,
    /// Where it stands: in the trace file, or in the scenario.
    pub place: Place,
}

/// When a session sends.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Shortest time between requests, ps.
    pub interval: At<u64>,
    /// At the server, ps.
    pub turnaround: u64,
    /// Patience of the client, ps.
    pub timeout: At<u64>,
    /// First request, ps.
    pub first: u64,
}

/// A speech codec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    /// 64 kb/s, an octet every 125 us.
    G711,
    /// 8 kb/s, 10 octets every 10 ms.
    G729,
}

impl PatternSpec {
    /// How many streams it makes to one destination.
    #[must_use]
    pub fn streams(&self) -> usize {
        match self {
            Self::Voip { calls, .. } => usize::try_from(*calls).unwrap_or(usize::MAX),
            Self::Session { .. } | Self::ScadaPoll { .. } | Self::Synchrophasor { .. } => 2,
            _ => 1,
        }
    }
}

impl Codec {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::G711 => "G.711",
            Self::G729 => "G.729",
        }
    }
}

/// Time at the server of a session that names none, ps.
const TURNAROUND_DEFAULT: u64 = 5 * PS_PER_MS;
/// Patience of a client that names none: t1 of IEC 60870-5-104 clause 9.6, ps.
const TIMEOUT_DEFAULT: u64 = 15 * PS_PER_S;
/// First retransmission timeout of TCP (RFC 6298 clause 2.1), ps.
const TCP_TIMEOUT: u64 = PS_PER_S;

/// The pattern of a flow; `None` where a fault leaves it open.
pub(super) fn pattern(table: &Table) -> Option<At<PatternSpec>> {
    let whole_or = |key: &str, default: u64| table.whole(key).map_or(default, |at| at.value);
    let first = whole_or("first", 0);
    let value = match table.variant? {
        "cbr" => PatternSpec::Cbr {
            pace: pace(table)?,
            size: mix(table)?,
            first,
        },
        "poisson" => PatternSpec::Poisson {
            rate: table.whole("rate")?,
            size: mix(table)?,
        },
        "on-off" => PatternSpec::OnOff {
            rate: table.whole("rate")?,
            size: mix(table)?,
            on: table.whole("on")?.value,
            off: table.whole("off")?.value,
        },
        "trace" => PatternSpec::Trace(TraceSpec {
            file: table.text("file"),
            rows: None,
            in_place: table.has("at") || table.has("size"),
        }),
        _ => moving_or_session(table)?,
    };
    Some(At {
        value,
        span: table.span.clone(),
    })
}

/// Pictures, speech and sessions.
fn moving_or_session(table: &Table) -> Option<PatternSpec> {
    let whole_or = |key: &str, default: u64| table.whole(key).map_or(default, |at| at.value);
    Some(match table.variant? {
        "video" => PatternSpec::Video {
            rate: table.whole("rate")?,
            frame_rate: whole_or("frame_rate", 25),
            group: whole_or("group", 12),
            ratio: whole_or("ratio", 4),
            packet: table.whole("packet").unwrap_or(here(table, 1400)),
            access: table.whole("access").unwrap_or(here(table, 100_000_000)),
        },
        "voip" => PatternSpec::Voip {
            calls: table.whole("calls")?.value,
            codec: match table.text("codec") {
                Some(at) if at.value == "G.729" => Codec::G729,
                _ => Codec::G711,
            },
            packet: table.whole("packet").unwrap_or(here(table, 20 * PS_PER_MS)),
            mean_call: whole_or("mean_call", 180 * PS_PER_S),
            mean_idle: whole_or("mean_idle", 270 * PS_PER_S),
        },
        "session" => PatternSpec::Session {
            request: table.whole("request")?,
            response: table.whole("response")?,
            timing: timing(
                table,
                table.whole("interval")?,
                TURNAROUND_DEFAULT,
                TIMEOUT_DEFAULT,
            ),
        },
        "scada-poll" => PatternSpec::ScadaPoll {
            points: table.whole("points")?.value,
            timing: timing(
                table,
                table.whole("interval")?,
                TURNAROUND_DEFAULT,
                TIMEOUT_DEFAULT,
            ),
        },
        _ => {
            let rate = table.whole("rate")?;
            PatternSpec::Synchrophasor {
                rate: rate.value,
                phasors: table.whole("phasors")?.value,
                analogs: whole_or("analogs", 0),
                digitals: whole_or("digitals", 0),
                float: table.text("format").is_none_or(|at| at.value == "float"),
                timing: timing(
                    table,
                    rate.map(|rate| PS_PER_S.div_ceil(rate)),
                    0,
                    TCP_TIMEOUT,
                ),
            }
        }
    })
}

fn here<T>(table: &Table, value: T) -> At<T> {
    At {
        value,
        span: table.span.clone(),
    }
}

/// How often; the inner `None` where it is said twice or not at all, the outer for a fault.
fn pace(table: &Table) -> Option<Option<Pace>> {
    match (table.has("period"), table.has("rate")) {
        (true, false) => Some(Some(Pace::Period(table.whole("period")?))),
        (false, true) => Some(Some(Pace::Rate(table.whole("rate")?))),
        _ => Some(None),
    }
}

fn mix(table: &Table) -> Option<At<MixSpec>> {
    let size = table.get("size")?;
    let value = match &size.value {
        Value::Whole(frame) => MixSpec::One(SizeSpec::Frame(*frame)),
        Value::Table(wire) => MixSpec::One(SizeSpec::Wire(wire.whole("wire")?.value)),
        Value::Text(_) => MixSpec::Imix,
        _ => return None,
    };
    Some(At {
        value,
        span: size.span.clone(),
    })
}

fn timing(table: &Table, interval: At<u64>, turnaround: u64, patience: u64) -> Timing {
    let patience = patience.max(interval.value);
    Timing {
        turnaround: table.whole("turnaround").map_or(turnaround, |at| at.value),
        timeout: table.whole("timeout").unwrap_or(here(table, patience)),
        first: table.whole("first").map_or(0, |at| at.value),
        interval,
    }
}

/// The rows of a trace written in place; `None` where there are none, or not as many sizes as
/// instants.
pub(super) fn rows(source: SourceId, table: &Table) -> Option<Vec<TraceRow>> {
    let (instants, sizes) = (table.list("at"), table.list("size"));
    if instants.is_empty() || instants.len() != sizes.len() {
        return None;
    }
    let row = |(at, size): (&At<Value>, &At<Value>)| {
        Some(TraceRow {
            at: at.whole()?.value,
            size: size.whole()?.value,
            place: Place {
                source,
                span: at.span.clone(),
            },
        })
    };
    instants.iter().zip(sizes).map(row).collect()
}
