//! The sweeps that are shipped are read, and have the size that they speak of.

use std::path::Path;

use pilotwire::batch::Sweep;
use pilotwire::batch::read::load;

fn shipped(name: &str) -> Sweep {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let loaded = load(&root.join(name));
    let findings = format!("{:?}", loaded.findings);
    loaded.sweep.expect(&findings)
}

/// Points at which two packets of 64 kb/s fit the buffer, 0.125 ms for each octet of one.
fn fitting(payloads: &[u64], buffers_ms: &[u64]) -> u64 {
    let mut fitting = 0;
    for payload in payloads {
        for buffer in buffers_ms {
            fitting += u64::from(buffer * 1000 >= 2 * payload * 125);
        }
    }
    fitting
}

#[test]
fn the_quick_sweep_is_quick() {
    let sweep = shipped("sweep-quick.toml");
    assert_eq!(sweep.cases(), 3 * fitting(&[4, 8, 16], &[2, 4, 8, 16]));
    assert!(sweep.cases() <= 60);
    assert!(sweep.histograms);
}

#[test]
fn the_sweep_of_payload_buffer_and_load_has_a_thousand_cases() {
    let sweep = shipped("sweep-payload-buffer.toml");
    let points = 4 * fitting(&[4, 8, 16, 32], &[2, 4, 6, 8, 10, 16]);
    assert_eq!(sweep.cases(), 15 * points);
    assert_eq!(sweep.cases(), 1200);
    // Nine circuits of one timeslot; 28 flows of office LAN and Internet.
    let targets: Vec<usize> = sweep.axes.iter().map(|axis| axis.targets).collect();
    assert_eq!(targets, [9, 9, 28]);
}

#[test]
fn every_point_of_the_shipped_sweeps_is_read_but_what_they_mean_to_refuse() {
    for name in ["sweep-quick.toml", "sweep-payload-buffer.toml"] {
        let sweep = shipped(name);
        let mut refused = Vec::new();
        for place in 0..sweep.design.points() {
            let point = sweep.design.point(&sweep.axes, place);
            let loaded = sweep.load_case(&sweep.input(&point), 1);
            if loaded.has_errors() {
                let labels = point.levels.into_iter().map(|level| level.label);
                refused.push(labels.collect::<Vec<String>>());
            }
        }
        assert_eq!(refused, Vec::<Vec<String>>::new(), "{name}");
    }
}
