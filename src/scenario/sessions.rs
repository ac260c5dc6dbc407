//! Closed loops: a client that waits for its server. Requests go from the flow's source to its
//! destination, responses over the same links back.

use super::patterns::{Asked, Sending};
use super::shape::PacketShape;
use super::spec::{PatternSpec, Timing};
use super::value::At;
use crate::plan::{Sizes, Source, StreamId};
use crate::topology::Direction;
use crate::traffic::transport::{IP_HEADER, TCP_HEADER};
use crate::units::quantity::{TIME, format};
use crate::units::{SimTime, Span};

/// Start, length and control octets of an APDU (IEC 60870-5-104 clause 5).
const APCI: u64 = 6;
/// Type, qualifier, cause (2) and common address (2) of an ASDU (IEC 60870-5-101 clause 7.2 as
/// IEC 60870-5-104 clause 6 sets the lengths).
const ASDU_HEADER: u64 = 6;
/// Address of an information object (IEC 60870-5-104 clause 6).
const OBJECT_ADDRESS: u64 = 3;
/// Qualifier of interrogation.
const INTERROGATION: u64 = 1;
/// Short floating point value and its quality (M_ME_NC_1, type 13).
const MEASURED_VALUE: u64 = 5;
/// Objects that fit an APDU of 255 octets: 6 + 6 + 8 · 30 = 252.
const POINTS_PER_APDU: u64 = 30;

/// Octets of the interrogation command that polls a station: C_IC_NA_1.
#[must_use]
pub fn poll_octets() -> u64 {
    APCI + ASDU_HEADER + OBJECT_ADDRESS + INTERROGATION
}

/// Octets of the APDUs that answer with so many measured values, each with its own address.
#[must_use]
pub fn answer_octets(points: u64) -> u64 {
    let units = points.div_ceil(POINTS_PER_APDU);
    units * (APCI + ASDU_HEADER) + points * (OBJECT_ADDRESS + MEASURED_VALUE)
}

/// Octets of a data frame (IEEE C37.118.2 table 5): SYNC 2, FRAMESIZE 2, IDCODE 2, SOC 4,
/// FRACSEC 4, STAT 2, phasors, FREQ and DFREQ, analogue values, status words 2 each, CHK 2.
#[must_use]
pub fn data_frame_octets(phasors: u64, analogs: u64, digitals: u64, float: bool) -> u64 {
    let number = if float { 4 } else { 2 };
    16 + 2 * number * phasors + 2 * number + number * analogs + 2 * digitals + 2
}

/// Requests and responses of a session; `None` where a fault leaves them open.
pub(super) fn sendings(asked: &mut Asked<'_>, pattern: &At<PatternSpec>) -> Option<[Sending; 2]> {
    let tcp = |octets: u64| octets + TCP_HEADER + IP_HEADER;
    let (request, response, timing) = match &pattern.value {
        PatternSpec::Session {
            request,
            response,
            timing,
        } => (
            asked.frame(request.value, &request.span),
            asked.frame(response.value, &response.span),
            timing,
        ),
        PatternSpec::ScadaPoll { points, timing } => (
            asked.ip_packet(tcp(poll_octets())),
            asked.ip_packet(tcp(answer_octets(*points))),
            timing,
        ),
        PatternSpec::Synchrophasor {
            phasors,
            analogs,
            digitals,
            float,
            timing,
            ..
        } => (
            asked.ip_packet(tcp(data_frame_octets(
                *phasors, *analogs, *digitals, *float,
            ))),
            asked.ip_packet(tcp(0)),
            timing,
        ),
        _ => return None,
    };
    check(asked, timing, pattern)?;
    let source = Source::Request {
        first: SimTime(timing.first),
        interval: Span(timing.interval.value),
        timeout: Span(timing.timeout.value),
        response: StreamId(0),
    };
    let answer = Source::Response {
        request: StreamId(0),
        turnaround: Span(timing.turnaround),
    };
    Some([
        sending(request, source, Direction::AToZ, timing),
        sending(response, answer, Direction::ZToA, timing),
    ])
}

fn sending(packet: PacketShape, source: Source, direction: Direction, timing: &Timing) -> Sending {
    let period = (timing.interval.value, 1);
    Sending {
        suffix: String::new(),
        direction,
        packets: vec![(packet, 1)],
        sizes: Sizes::One,
        source,
        period_exact_ps: period,
        busy_period_exact_ps: period,
    }
}

fn check(asked: &mut Asked<'_>, timing: &Timing, pattern: &At<PatternSpec>) -> Option<()> {
    let mut sound = true;
    if timing.timeout.value < timing.interval.value {
        let interval = format(timing.interval.value, &TIME);
        let help = format!("at least the interval, {interval}");
        let what = ": the timeout is shorter than the interval";
        let label = "the next request goes out before this";
        asked.fault(&timing.timeout.span, what, label, Some(help));
        sound = false;
    }
    if asked.flow.is_copied() {
        let help = "one flow for each of them".to_owned();
        let what = " is a session, and a session has one far end";
        asked.fault(&pattern.span, what, "with several destinations", Some(help));
        sound = false;
    }
    sound.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrogation_has_16_octets_and_twenty_values_172() {
        // 68 0E + 4 control, 64 01 06 00 01 00, 00 00 00 14.
        assert_eq!(poll_octets(), 16);
        // 6 + 6 + 20 · (3 + 4 + 1).
        assert_eq!(answer_octets(20), 172);
        // 31 values take a second unit: 2 · 12 + 31 · 8.
        assert_eq!((answer_octets(30), answer_octets(31)), (252, 272));
        assert!(answer_octets(170) + 40 <= 1500, "one segment");
    }

    #[test]
    fn a_data_frame_of_the_standards_example_has_52_octets() {
        // IEEE C37.118.2 annex D.3: 4 phasors in integers, 3 analogue values in floating point and
        // one status word: 16 + 16 + 4 + 12 + 2 + 2 = 52. With all in one format:
        assert_eq!(data_frame_octets(4, 0, 1, false), 16 + 16 + 4 + 2 + 2);
        assert_eq!(data_frame_octets(4, 3, 1, true), 16 + 32 + 8 + 12 + 2 + 2);
        assert_eq!(data_frame_octets(0, 0, 0, true), 26);
    }
}
