//! Sheets of settings and commissioning, as `failures` writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use pilotwire::analysis::enumeration::{Asked, enumerate};
use pilotwire::analysis::sheets::{Say, Sheet, Value, sheets};
use pilotwire::analysis::study::{Manner, Study};
use pilotwire::report::sheets::files;
use pilotwire::scenario::{Overrides, Scenario, load};

const US: u64 = 1_000_000;

/// What a scenario gives: its sheets, their files, and the run's delay a→z and z→a per circuit.
struct Made {
    scenario: Scenario,
    sheets: Vec<Sheet>,
    files: BTreeMap<String, String>,
    delays: Vec<[u64; 2]>,
}

fn made(path: &Path) -> Made {
    let scenario = load(path, &Overrides::default()).scenario;
    let scenario = scenario.expect("it loads");
    let asked = Asked::default();
    let cases = enumerate(scenario.topology(), &asked).expect("nothing is named");
    let study = Study::new(&scenario, Manner::default());
    let results = study.cases(&cases.cases, &|| ());
    let made = sheets(&study, &results);
    let outputs = files(&scenario, &made).into_iter();
    let text = |content| String::from_utf8(content).expect("text");
    let files = outputs.map(|file| (file.name.into_owned(), text(file.content)));
    let files = files.collect();
    let delays = study.steady.chunks(2).map(|pair| {
        let delay = |way: usize| pair[way].delay.expect("data").max.0;
        [delay(0), delay(1)]
    });
    let delays = delays.collect();
    Made {
        sheets: made,
        files,
        delays,
        scenario,
    }
}

fn fade() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        made(&root.join("scenarios/unidirectional-fade.toml"))
    })
}

impl Made {
    /// Set, worst and need, verdict.
    fn row(&self, circuit: usize, item: &str, of: &str) -> (&Value, &Value, &Value, Say) {
        let mut rows = self.sheets[circuit].rows.iter();
        let row = rows.find(|row| row.item == item && row.of == of);
        let row = row.unwrap_or_else(|| panic!("no {item} {of}"));
        (&row.set, &row.worst, &row.need, row.say)
    }
}

fn time(ps: u64) -> Value {
    Value::Time(i64::try_from(ps).unwrap())
}

#[test]
fn the_primary_round_trip_is_both_delays_of_the_run() {
    let made = fade();
    for (circuit, [forth, back]) in made.delays.iter().enumerate() {
        let (_, _, need, say) = made.row(circuit, "round-trip", "primary");
        assert_eq!((need, say), (&time(forth + back), Say::Expect));
    }
}

#[test]
fn a_faded_radio_gives_the_figures_worked_out_by_hand() {
    let made = fade();
    assert_eq!(made.scenario.circuits[0].name, "87L A-B 1 ms");
    // 8 octets of one timeslot: 1 ms; a buffer of 4 ms is half full with 2 packets.
    assert_eq!(made.row(0, "packet-time", "").0, &time(1000 * US));
    assert_eq!(made.row(0, "play-out-delay", "a-z").0, &time(2000 * US));
    // 14 + 2 labels of 4 + control word 4 + 8 + FCS 4 = 38, padded to 64; 512 bits a millisecond.
    // A label more takes of the padding. On the wire 20 octets more.
    assert_eq!(made.row(0, "octets", "frame").1, &Value::Size(64));
    assert_eq!(made.row(0, "rate", "frame").1, &Value::Rate(512_000));
    assert_eq!(made.row(0, "rate", "wire").1, &Value::Rate(672_000));
    assert_eq!(
        made.row(0, "rate", "frame on a bypass").1,
        &Value::Rate(512_000)
    );
    assert_eq!(made.row(0, "policer-burst", "a-z").2, &Value::Size(64));
    // 64 octets of payload: 94 octets of frame in 8 ms, and 98 with a label more.
    assert_eq!(made.row(1, "rate", "frame").1, &Value::Rate(94_000));
    assert_eq!(
        made.row(1, "rate", "frame on a bypass").1,
        &Value::Rate(98_000)
    );
    // The bypass over C takes longer by the same both ways: so that the round trip grows by twice
    // what one direction alone leaves between them.
    let of = |item, of| match made.row(0, item, of).1 {
        Value::Time(ps) => *ps,
        other => panic!("{other:?}"),
    };
    let longer = of("asymmetry", "");
    let [primary, one, both] = ["primary", "other 1", "other 2"].map(|row| of("round-trip", row));
    assert_eq!([one - primary, both - primary], [longer, 2 * longer]);
    assert_eq!(of("step-limit", ""), longer, "half of twice");
    assert_eq!(of("slack", "a-z"), longer, "nothing else varies");
    // A radio's cut is seen after 10 ms, repaired 5 ms later, and the longer way is waited for; play-out
    // starts anew with the second packet.
    let hole = of("channel-fail-timer", "");
    let (least, most) = (15_000 * US, 17_000 * US);
    assert!((least..=most).contains(&hole.unsigned_abs()), "{hole}");
    assert_eq!(of("detection-seen", ""), 10_000_000_000);
}

#[test]
fn the_sheet_reads_as_it_did() {
    let made = fade();
    let names: Vec<&str> = made.files.keys().map(String::as_str).collect();
    let both = [
        "sheets.csv",
        "sheets/87L-A-B-1-ms.md",
        "sheets/87L-A-B-8-ms.md",
    ];
    assert_eq!(names, both);
    let golden = include_str!("../fixtures/sheets/87L-A-B-1-ms.md");
    assert_eq!(made.files["sheets/87L-A-B-1-ms.md"], golden);
    let table = &made.files["sheets.csv"];
    let head = "circuit,part,item,of,unit,set,worst,need,verdict,cases\n";
    assert!(table.starts_with(head) && !table.contains('\r'));
    assert!(table.contains("87L A-B 1 ms,router,rate,wire,bps,,672000,,expect,\n"));
}

#[test]
fn a_short_timer_is_told_with_what_is_needed() {
    // The command of a POTT is gone for 15 ms and more while its path is repaired: a receiver that
    // gives its channel up after 5 ms gives it up.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("scenarios/opgw-break.toml")).unwrap();
    let short = text.replace("fail_after = \"20 ms\"", "fail_after = \"5 ms\"");
    assert_ne!(text, short);
    // Two sets of requirements: a hole of less than 50 ms is enough for one of them.
    let name = "name = \"POTT KEE-ELL facility\"\n";
    let sets = "requirements = [\"iec61850-90-12-wa\", \"iec61850-90-12-wb\"]\n";
    assert!(short.contains(name));
    let short = short.replace(name, &format!("{name}{sets}"));
    let home = tempfile::tempdir().unwrap();
    let topology = root.join("topologies/altalink-pilot.toml");
    let short = short.replace("../topologies/altalink-pilot.toml", "altalink-pilot.toml");
    std::fs::copy(topology, home.path().join("altalink-pilot.toml")).unwrap();
    let coordinates = "altalink-pilot.coordinates.csv";
    let from = root.join("topologies").join(coordinates);
    std::fs::copy(from, home.path().join(coordinates)).unwrap();
    let path = home.path().join("short.toml");
    std::fs::write(&path, short).unwrap();
    let made = made(&path);
    let mut circuits = made.scenario.circuits.iter();
    let circuit = circuits.position(|one| one.name == "POTT KEE-ELL facility");
    let (set, worst, need, say) = made.row(circuit.unwrap(), "channel-fail-timer", "");
    assert_eq!((set, say), (&time(5000 * US), Say::Change));
    let (Value::Time(worst), Value::Time(need)) = (worst, need) else {
        panic!("{worst:?} {need:?}");
    };
    assert!(*worst >= 15_000_000_000, "{worst}");
    assert!(
        (0..100_000_000).contains(&(need - worst)) && need % 100_000_000 == 0,
        "{need}"
    );
    let recovery = |set| made.row(circuit.unwrap(), "recovery", set);
    // RFC 8578 table 8, recovery: class WA 0, WB 50 ms.
    let (set, _, _, say) = recovery("iec61850-90-12-wa");
    assert_eq!((set, say), (&time(0), Say::Beyond));
    let (set, _, _, say) = recovery("iec61850-90-12-wb");
    assert_eq!((set, say), (&time(50_000 * US), Say::Ok));
    let sheet = &made.files["sheets/POTT-KEE-ELL-facility.md"];
    assert!(sheet.contains("too small by "), "{sheet}");
}

#[test]
fn a_transfer_trip_tells_what_the_failure_of_a_breaker_takes() {
    // 150 ms until the breaker counts as failed, 3 ms at each end, TV14s of channel, 50 ms of the
    // far end's breaker.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = made(&root.join("scenarios/trip-timeline.toml"));
    let mut circuits = made.scenario.circuits.iter();
    let circuit = circuits.position(|one| one.name == "DTT").unwrap();
    let (.., say) = made.row(circuit, "breaker-failure", "");
    assert_eq!(say, Say::Set);
    let (_, worst, _, say) = made.row(circuit, "breaker-failure-clearing", "");
    assert_eq!(
        (worst, say),
        (
            &time((150_000 + 6_000 + 8_506 + 50_000) * US + 48_000),
            Say::Expect
        )
    );
}
