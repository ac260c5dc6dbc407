//! A small sweep for tests: two stations, one circuit, payload × buffer × two seeds.

use std::path::PathBuf;

use super::axis::{Axis, Level, Levels};
use super::design::{Design, Kind};
use super::template::{Piece, Template};
use super::{Base, Study, Sweep};
use crate::scenario::Files;
use crate::units::quantity::{Dimension, SIZE, TIME};

const TOPOLOGY: &str = r#"
name = "Two stations"
preset = "physical"
[[node]]
name = "EAST"
[[node]]
name = "WEST"
[[link]]
name = "EAST-WEST"
ends = ["EAST", "WEST"]
medium = "fibre"
length = "73.4 km"
rate = "1 Gb/s"
"#;

const BEFORE: &str = r#"
name = "Two stations, one circuit"
topology = "two.toml"
duration = "50 ms"
seed = 1
[budget]
telecom = "10 ms"
[[flow]]
name = "office"
from = "EAST"
to = "WEST"
class = "BE"
pattern = { kind = "poisson", rate = "200 Mb/s", size = "1500 B" }
[[circuit]]
name = "87L EAST-WEST"
ends = ["EAST", "WEST"]
scheme = "87L"
timeslots = 1
playout = "fill-half"
class = "EF"
payload = "#;

/// 2 payloads × 3 buffers × 2 seeds; the buffer of 3 ms is too small for 16 B and refused.
pub fn sweep() -> Sweep {
    let mut files = Files::default();
    files.hold(&PathBuf::from("two.toml"), TOPOLOGY.into());
    let hole = |axis| Piece::Hole { axis, target: 0 };
    let text = |text: &str| Piece::Text(text.to_owned());
    let scenario = Template {
        pieces: vec![
            text(BEFORE),
            hole(0),
            text("\njitter_buffer = "),
            hole(1),
            text("\n"),
        ],
    };
    Sweep {
        name: "Sample sweep".into(),
        stem: "sample-sweep".into(),
        study: Study::Run,
        axes: vec![
            axis("payload", &SIZE, &[("8 B", 8), ("16 B", 16)]),
            axis(
                "buffer",
                &TIME,
                &[
                    ("3 ms", 3_000_000_000),
                    ("4 ms", 4_000_000_000),
                    ("20 ms", 20_000_000_000),
                ],
            ),
        ],
        design: Design {
            kind: Kind::Grid,
            points_unfiltered: 6,
            filters: Vec::new(),
            passed: Vec::new(),
            seeds: vec![1, 2],
        },
        base: Base {
            path: PathBuf::from("two-stations.toml"),
            scenario,
            topology: None,
            files: files.sealed(),
            seed: 1,
        },
        histograms: true,
        digest: "0".repeat(64),
        expanded: String::new(),
        inputs: Vec::new(),
    }
}

fn axis(name: &str, dimension: &'static Dimension, levels: &[(&str, i128)]) -> Axis {
    let level = |(label, number): &(&str, i128)| Level {
        label: (*label).to_owned(),
        number: Some(*number),
        texts: vec![format!("\"{label}\"")],
    };
    Axis {
        name: name.into(),
        paths: vec![format!("circuit[*].{name}")],
        targets: 1,
        dimension: Some(dimension),
        levels: Levels::Each(levels.iter().map(level).collect()),
    }
}

#[test]
fn the_sample_has_twelve_cases_that_are_read() {
    let sweep = sweep();
    assert_eq!(sweep.cases(), 12);
    let mut ids = Vec::new();
    for index in 0..12 {
        let case = sweep.case(index);
        let files = sweep.input(&sweep.design.point(&sweep.axes, case.point_index));
        let loaded = sweep.load_case(&files, case.seed);
        ids.push(sweep.case_id(&files, case.seed));
        let ran = loaded.scenario.is_some();
        assert_eq!(
            ran,
            !(6..8).contains(&index),
            "{index} {:?}",
            loaded.findings
        );
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12);
}
