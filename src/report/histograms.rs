//! `histograms.hlog`: the HdrHistogram interval log, values in nanoseconds rounded up.

use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriter, IntervalLogWriterBuilder, Tag};

use crate::analysis::verdict::DIRECTIONS;
use crate::engine::{Outcome, Shape};
use crate::scenario::Scenario;

/// One line per shape: `circuit/NAME/a-z/network`, `…/slack`, `flow/NAME/network`, of a session
/// `flow/NAME/a-z/network`; in names, what a tag cannot hold is percent-encoded. The `max` column
/// is in milliseconds.
#[must_use]
pub fn log(scenario: &Scenario, outcome: &Outcome) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.with_max_value_divisor(1_000_000.0);
    builder.add_comment("[Histogram log format version 1.3]");
    builder.add_comment("values in nanoseconds, rounded up; times in simulated seconds");
    let mut writer = builder
        .begin_log_with(&mut octets, &mut serializer)
        .expect("memory takes every octet");
    let legend = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\
                  \"Interval_Compressed_Histogram\"";
    // Readers of the format look for the legend; as a comment it disturbs none.
    writer
        .write_comment(legend)
        .expect("memory takes every octet");
    let length = Duration::from_nanos(scenario.duration.0.div_ceil(1000));
    let mut line = |tag: String, shape: Option<&Shape>| {
        if let Some(shape) = shape {
            write(&mut writer, &tag, shape, length);
        }
    };
    for circuit in &scenario.circuits {
        for (direction, way) in circuit.directions.iter().zip(DIRECTIONS) {
            let Some(stream) = direction.stream() else {
                continue;
            };
            let stream = &outcome.streams[stream.0 as usize];
            let name = encoded(&circuit.name);
            let slack = stream
                .received
                .as_ref()
                .and_then(|one| one.slack_shape.as_ref());
            line(
                format!("circuit/{name}/{way}/network"),
                stream.network.shape.as_ref(),
            );
            line(format!("circuit/{name}/{way}/slack"), slack);
        }
    }
    for one in scenario.flows.iter().flat_map(|flow| &flow.streams) {
        let stream = &outcome.streams[one.stream.0 as usize];
        let mut tag = format!("flow/{}", encoded(&one.name));
        if let Some(way) = one.direction {
            tag = format!("{tag}/{}", DIRECTIONS[way.index()]);
        }
        line(format!("{tag}/network"), stream.network.shape.as_ref());
    }
    octets
}

fn write(
    writer: &mut IntervalLogWriter<'_, '_, Vec<u8>, V2DeflateSerializer>,
    tag: &str,
    shape: &Shape,
    length: Duration,
) {
    let tag = Tag::new(tag).expect("tags are encoded");
    writer
        .write_histogram(&shape.to_histogram(), Duration::ZERO, length, Some(tag))
        .expect("a histogram of 64-bit counts, written to memory");
}

/// A name as a tag: blanks, commas, percent signs, slashes and control characters as `%XX`.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_whitespace() || character.is_control() || ",%/".contains(character) {
            let mut buffer = [0; 4];
            for octet in character.encode_utf8(&mut buffer).bytes() {
                text.push_str(&format!("%{octet:02X}"));
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn every_direction_has_its_tagged_shape_with_the_maximum_in_milliseconds() {
        let sample = Sample {
            network_us: [1200, 1900],
            ..Sample::default()
        };
        let (scenario, outcome) = scenario_and_outcome(&sample);
        let octets = log(&scenario, &outcome);
        let mut tags = Vec::new();
        for entry in IntervalLogIterator::new(&octets) {
            if let Ok(LogEntry::Interval(line)) = entry {
                tags.push(line.tag().unwrap().as_str().to_owned());
                assert_eq!(line.duration(), Duration::from_millis(500));
                // Three significant digits: the upper edge of the bucket of 1.9 ms.
                assert!((1.9..1.902).contains(&line.max()), "{}", line.max());
            }
        }
        assert_eq!(
            tags,
            [
                "circuit/87L%20A-B/a-z/network",
                "circuit/87L%20A-B/z-a/network"
            ]
        );
        assert!(octets.starts_with(b"#[Histogram log format version 1.3]\n"));
    }

    #[test]
    fn names_stay_apart_when_encoded() {
        assert_eq!(encoded("a b,c%20/d"), "a%20b%2Cc%2520%2Fd");
    }
}
