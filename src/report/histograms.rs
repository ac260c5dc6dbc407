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
    let mut octets = head();
    let mut tagged = Vec::new();
    for circuit in &scenario.circuits {
        for (direction, way) in circuit.directions.iter().zip(DIRECTIONS) {
            let Some(stream) = direction.stream() else {
                continue;
            };
            let stream = &outcome.streams[stream.0 as usize];
            let slack = stream
                .received
                .as_ref()
                .and_then(|one| one.slack_shape.as_ref());
            let tag = of_circuit(&circuit.name, way);
            tagged.push((format!("{tag}/network"), stream.network.shape.as_ref()));
            tagged.push((format!("{tag}/slack"), slack));
        }
    }
    for one in scenario.flows.iter().flat_map(|flow| &flow.streams) {
        let stream = &outcome.streams[one.stream.0 as usize];
        let mut tag = format!("flow/{}", encoded(&one.name));
        if let Some(way) = one.direction {
            tag = format!("{tag}/{}", DIRECTIONS[way.index()]);
        }
        tagged.push((format!("{tag}/network"), stream.network.shape.as_ref()));
    }
    write(&mut octets, scenario, &tagged);
    octets
}

/// The network delay of every circuit direction, a line each, without what a log begins with; tags
/// are those of [`log`] behind `before`, which has no blank and no comma.
#[must_use]
pub fn circuit_lines(scenario: &Scenario, outcome: &Outcome, before: &str) -> Vec<u8> {
    let mut tagged = Vec::new();
    for circuit in &scenario.circuits {
        for (direction, way) in circuit.directions.iter().zip(DIRECTIONS) {
            let stream = direction.stream();
            let stream = stream.map(|stream| &outcome.streams[stream.0 as usize]);
            let tag = format!("{before}{}/network", of_circuit(&circuit.name, way));
            tagged.push((tag, stream.and_then(|stream| stream.network.shape.as_ref())));
        }
    }
    let mut octets = Vec::new();
    write(&mut octets, scenario, &tagged);
    octets
}

fn of_circuit(name: &str, way: &str) -> String {
    format!("circuit/{}/{way}", encoded(name))
}

/// What a log begins with.
#[must_use]
pub fn head() -> Vec<u8> {
    let mut octets = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = builder();
    builder.add_comment("[Histogram log format version 1.3]");
    builder.add_comment("values in nanoseconds, rounded up; times in simulated seconds");
    let mut writer = begin(&builder, &mut octets, &mut serializer);
    let legend = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\
                  \"Interval_Compressed_Histogram\"";
    // Readers of the format look for the legend; as a comment it disturbs none.
    writer
        .write_comment(legend)
        .expect("memory takes every octet");
    octets
}

/// A writer that tells the largest value in milliseconds.
fn builder() -> IntervalLogWriterBuilder {
    let mut builder = IntervalLogWriterBuilder::new();
    builder.with_max_value_divisor(1_000_000.0);
    builder
}

/// A line per shape that is there.
fn write(octets: &mut Vec<u8>, scenario: &Scenario, tagged: &[(String, Option<&Shape>)]) {
    let length = Duration::from_nanos(scenario.duration.0.div_ceil(1000));
    let mut serializer = V2DeflateSerializer::new();
    let start = octets.len();
    drop(begin(&builder(), octets, &mut serializer));
    // A writer tells the divisor each time; of a log the head has told it.
    let told = octets.len() - start;
    let mut writer = begin(&builder(), octets, &mut serializer);
    for (tag, shape) in tagged {
        let Some(shape) = shape else { continue };
        let tag = Tag::new(tag).expect("tags are encoded");
        writer
            .write_histogram(&shape.to_histogram(), Duration::ZERO, length, Some(tag))
            .expect("a histogram of 64-bit counts, written to memory");
    }
    octets.drain(start..start + 2 * told);
}

fn begin<'w>(
    builder: &IntervalLogWriterBuilder,
    octets: &'w mut Vec<u8>,
    serializer: &'w mut V2DeflateSerializer,
) -> IntervalLogWriter<'w, 'w, Vec<u8>, V2DeflateSerializer> {
    builder
        .begin_log_with(octets, serializer)
        .expect("memory takes every octet")
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
