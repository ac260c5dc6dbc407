//! Interfaces, play-out models, clocks, equalisation, GOOSE and circuits without packets: loaded,
//! run and judged against figures worked out by hand.

use pilotwire::analysis::verdict::{FailCause, Judgement, Verdict, judge};
use pilotwire::engine::{EngineKind, Options, Outcome, run};
use pilotwire::report::{Report, json, tables};
use pilotwire::scenario::{Carried, Scenario};
use pilotwire::units::Span;
use serde_json::Value;

use crate::scenario_support::{Found, errors, found, load_texts};

/// Three nodes in a row: 100 km of fibre at 4.9 us/km = 490 us each way at 1 Gb/s, then 200 us one
/// way and 700 us the other at 100 Mb/s; beside the fibre, SDH; then lines for characters and tones.
const TOPOLOGY: &str = r#"
name = "Three in a row"
preset = "physical"

[[node]]
name = "A"

[[node]]
name = "B"

[[node]]
name = "C"

[[link]]
name = "A-B"
ends = ["A", "B"]
medium = "fibre"
length = "100 km"
rate = "1 Gb/s"

[[link]]
name = "B-C"
ends = ["B", "C"]
medium = "fibre"
propagation = { a-z = "200 us", z-a = "700 us" }
rate = "100 Mb/s"

[[link]]
name = "A-B SDH"
ends = ["A", "B"]
medium = "sdh"
length = "100 km"
capacity = { timeslots = 3 }

[[link]]
name = "B-C SDH"
ends = ["B", "C"]
medium = "sdh"
propagation = "200 us"
capacity = { timeslots = 3 }

[[link]]
name = "A-C line"
ends = ["A", "C"]
medium = "leased-line"
line = "rs-232"
baud = 9600
propagation = "1 ms"

[[link]]
name = "A-C wires"
ends = ["A", "C"]
medium = "leased-line"
line = "analogue-4w"
tone_delay = "12 ms"
propagation = "1 ms"
"#;

fn text(duration: &str, circuits: &str) -> String {
    format!(
        "name = \"Circuits\"\ntopology = \"ring.topology.toml\"\nduration = \"{duration}\"\n\
         [budget]\ntelecom = \"30 ms\"\n{circuits}"
    )
}

fn loaded(duration: &str, circuits: &str) -> Scenario {
    let loaded = load_texts(&text(duration, circuits), TOPOLOGY);
    assert_eq!(errors(&loaded), []);
    let scenario = loaded.scenario.expect("no errors");
    // What is written out in full means the same.
    let again = load_texts(&scenario.expanded, TOPOLOGY);
    assert_eq!(errors(&again), [], "{}", scenario.expanded);
    let again = again.scenario.expect("no errors");
    assert_eq!(format!("{:?}", scenario.plan), format!("{:?}", again.plan));
    assert_eq!(
        format!("{:?}", scenario.circuits),
        format!("{:?}", again.circuits)
    );
    assert_eq!(scenario.expanded, again.expanded);
    scenario
}

fn ran(duration: &str, circuits: &str) -> (Scenario, Outcome, Vec<Judgement>) {
    let scenario = loaded(duration, circuits);
    let with = |engine| {
        let options = Options {
            engine,
            ..Options::default()
        };
        run(&scenario.plan, scenario.seed, &options)
    };
    let outcome = with(EngineKind::Window);
    assert_eq!(outcome, with(EngineKind::Reference), "both engines agree");
    let judgements = judge(&scenario, &outcome);
    (scenario, outcome, judgements)
}

fn faults(circuits: &str) -> Vec<Found> {
    errors(&load_texts(&text("3 s", circuits), TOPOLOGY))
}

fn findings(circuits: &str, code: &str) -> usize {
    let all = found(&load_texts(&text("1 s", circuits), TOPOLOGY));
    all.iter().filter(|one| one.code == Some(code)).count()
}

/// A C-pipe from A to B: 1 ms packets, 4 ms buffer, 2 ms at the edges. The network takes
/// 2 x 150 us + 490 us + 84 octets at 1 Gb/s = 790.672 us.
fn pipe(name: &str, more: &str) -> String {
    format!(
        "[[circuit]]\nname = \"{name}\"\nends = [\"A\", \"B\"]\ntimeslots = 1\npayload = \"8 B\"\n\
         jitter_buffer = \"4 ms\"\nplayout = \"fill-half\"\nclass = \"EF\"\nphase = \"0 s\"\n{more}\n"
    )
}

const NETWORK: Span = Span::from_ns(790_672);

fn total(row: &Judgement) -> Span {
    row.worst_start.expect("it arrived")
}

#[test]
fn an_interface_adds_125_us_an_end_unless_the_scenario_says_otherwise() {
    let circuits = [
        pipe("a none", ""),
        pipe("b preset", "interface = \"C37.94\""),
        pipe(
            "c both",
            "interface = \"G.703\"\ninterface_delay = \"200 us\"",
        ),
        pipe(
            "d each",
            "interface = \"X.21\"\ninterface_delay = { a = \"180 us\" }",
        ),
    ];
    let (_, _, rows) = ran("100 ms", &circuits.concat());
    for (index, interface_us) in [0, 250, 400, 305].into_iter().enumerate() {
        let row = &rows[2 * index];
        let parts = row.parts.expect("it arrived");
        assert_eq!(parts.interface, Span::from_us(interface_us));
        let queueing = parts.queueing;
        let want = Span::from_ms(2) + NETWORK + Span::from_us(interface_us) + queueing;
        assert_eq!((parts.total(), total(row)), (want, want));
        // What the run itself had, and its margin, count the interfaces too.
        assert!(row.delay.expect("it played").max >= Span::from_us(2000 + interface_us) + NETWORK);
        let margin = 30_000_000_000 - i64::try_from(want.0).unwrap();
        assert_eq!(row.margin_ps(), Some(margin));
    }
}

#[test]
fn the_interface_can_cost_the_verdict() {
    let circuit =
        |interface: &str| pipe("87L", interface).replace("87L\"", "87L\"\nscheme = \"87L\"");
    let verdict = |interface: &str| {
        let (_, _, rows) = ran("100 ms", &circuit(interface));
        (rows[0].verdict, rows[0].cause)
    };
    assert_eq!(verdict(""), (Verdict::Pass, None));
    let slow = "interface = \"E1\"\ninterface_delay = \"14 ms\"";
    assert_eq!(verdict(slow), (Verdict::Fail, Some(FailCause::Budget)));
}

#[test]
fn characters_tones_and_signalling_bits_are_recognised_late() {
    let circuits = [
        pipe("a", "interface = \"RS-232\"\nbaud = 19200\nmessage = 4"),
        pipe("b", "interface = \"4W-E&M\"\ntone_detection = \"10 ms\""),
        pipe("c", "interface = \"4W-E&M\"\nsignalling = \"cas-e1\"")
            .replace("\"8 B\"", "\"16 B\"")
            .replace("\"4 ms\"", "\"8 ms\""),
    ];
    let (scenario, _, rows) = ran("500 ms", &circuits.concat());
    let interface = |index: usize| rows[2 * index].parts.expect("it arrived").interface;
    // 250 us + 4 characters of 520.833 us, rounded up together.
    assert_eq!(interface(0), Span(250_000_000 + 2_083_333_334));
    // Two codecs of 500 us + 10 ms.
    assert_eq!(interface(1), Span::from_us(11_000));
    // 250 us + one multiframe of 2 ms; one octet of signalling in a packet of one multiframe.
    assert_eq!(interface(2), Span::from_us(2250));
    let settings = scenario.circuits[2].emulation().expect("a C-pipe");
    assert_eq!(settings.signalling.0, 1);
    assert_eq!(settings.sizes.mpls.0, 12 + 16 + 1);
}

#[test]
fn every_play_out_model_runs_and_costs_what_its_formula_says() {
    let models = [
        ("fill-half", 2000, 0),
        ("prefill", 5000, 0),
        ("prefill-half", 3000, 0),
        // P + (JB - P) / 2 = 1 + 1.5 ms.
        ("hirschmann", 2500, 0),
        // max(3000, 2 P) + 700 us: the fixed box counts as processing.
        ("extreme", 3000, 700),
        ("loop", 5000, 277),
    ];
    let circuit = |model: &str| {
        let own = pipe(model, "").replace("fill-half", model);
        match model {
            "extreme" => own.replace("jitter_buffer = \"4 ms\"\n", ""),
            _ => own,
        }
    };
    for (model, edge_us, box_us) in models {
        let (_, _, rows) = ran("100 ms", &circuit(model));
        let parts = rows[0].parts.expect("it arrived");
        let edge = parts.packetization + parts.playout;
        assert_eq!(edge, Span::from_us(edge_us), "{model}");
        let boxes = parts.processing.0 / 1_000_000 - 300;
        assert_eq!(boxes, box_us, "{model}");
        assert_eq!(rows[0].verdict, Verdict::Pass, "{model}");
        assert_eq!(rows[0].delay.map(|delay| delay.max), rows[0].worst_start);
    }
}

#[test]
fn the_effective_buffer_acts_and_the_configured_one_stands_beside_it() {
    let circuits = pipe("a", "effective_jitter_buffer = \"4.5 ms\"");
    let (scenario, outcome, rows) = ran("100 ms", &circuits);
    // k = ceil(2.25 ms / 1 ms) = 3.
    assert_eq!(total(&rows[0]), Span::from_ms(3) + NETWORK);
    let text = json::render(&Report::new(&scenario, &outcome, &[]));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let circuit = &value["circuits"][0];
    assert_eq!(circuit["jitter_buffer_ps"], 4_000_000_000_u64);
    assert_eq!(circuit["effective_buffer_ps"], 4_500_000_000_u64);
    assert_eq!(findings(&circuits, "TP015"), 0);
    let far = pipe("a", "effective_jitter_buffer = \"5 ms\"");
    assert_eq!(findings(&far, "TP015"), 1, "a packet time away");
}

#[test]
fn a_fast_receiver_eats_its_slack_in_slack_over_offset() {
    // TV29 with a smaller slack: 1 ms of slack at 500 ppm lasts 2 s.
    let clock = "clock = { kind = \"free-running\", offset = { z = \"500 ppm\" } }";
    let (_, _, rows) = ran("1900 ms", &pipe("a", clock));
    assert_eq!((rows[0].counts.late, rows[0].counts.missing), (0, 0));
    assert_eq!(rows[0].verdict, Verdict::Pass);
    let (scenario, outcome, rows) = ran("2200 ms", &pipe("a", clock));
    assert!(rows[0].counts.missing > 0);
    assert_eq!(rows[0].cause, Some(FailCause::Underrun));
    // The other way the buffer fills: the delay grows by 500 ppm of the run.
    let grown = rows[1].delay.expect("it played");
    let drift_us = (grown.max - grown.min).0 / 1_000_000;
    assert!((1090..=1100).contains(&drift_us), "{drift_us} us");
    let report = Report::new(&scenario, &outcome, &[]);
    let shown = pilotwire::report::pretty::render(&report, NO_COLOUR);
    assert!(
        shown.contains("the clocks of both ends (free-running) run apart"),
        "{shown}"
    );
    assert!(shown.contains("no buffer outlasts a drift"), "{shown}");
    let explained = pilotwire::report::hops::circuit(&scenario, 0);
    assert!(
        explained.contains("its slack of 1000.000 us lasts 2.000 s at 500 ppm"),
        "{explained}"
    );
}

const NO_COLOUR: pilotwire::report::pretty::Style =
    pilotwire::report::pretty::Style { colour: false };

#[test]
fn a_recovered_clock_follows_the_sender_and_only_wanders() {
    let clock = "clock = { kind = \"adaptive\", offset = \"50 ppm\", \
                 wander = { amplitude = \"18 us\", period = \"1 s\" } }";
    let (_, _, rows) = ran("2 s", &pipe("a", clock));
    assert_eq!(rows[0].verdict, Verdict::Pass);
    let delay = rows[0].delay.expect("it played");
    // Peak to peak twice the amplitude, whole packets of the curve.
    let wander_us = (delay.max - delay.min).0 / 1_000_000;
    assert!((35..=36).contains(&wander_us), "{wander_us} us");
}

#[test]
fn holdover_begins_when_the_reference_is_lost() {
    let clock = "clock = { kind = \"network\", \
                 holdover = { at = \"1 s\", offset = \"-100 ppm\", end = \"z\" } }";
    let (_, _, rows) = ran("2 s", &pipe("a", clock));
    let delay = rows[0].delay.expect("it played");
    // A receiver 100 ppm slow for one second: 100 us more.
    let grown_us = (delay.max - delay.min).0 / 1_000_000;
    assert!((98..=100).contains(&grown_us), "{grown_us} us");
}

#[test]
fn late_packets_are_gone_back_to_where_the_policy_says_so() {
    let clock = "clock = { kind = \"free-running\", offset = { z = \"500 ppm\" } }";
    let slips = |policy: &str| {
        let more = format!("{clock}\nlate_policy = \"{policy}\"");
        let (scenario, outcome, rows) = ran("2500 ms", &pipe("a", &more));
        let table = tables::events(&scenario, &outcome);
        let told = table
            .lines()
            .filter(|line| line.contains(",a-z,slip,"))
            .count() as u64;
        assert_eq!(told, rows[0].counts.slips);
        rows[0].counts.slips
    };
    assert_eq!(slips("discard"), 0);
    assert_eq!(
        slips("recentre"),
        1,
        "one packet time of delay more lasts 2 s again"
    );
}

#[test]
fn equalising_holds_the_faster_direction_back_by_the_difference() {
    let long = |more: &str| pipe("a", more).replace("[\"A\", \"B\"]", "[\"B\", \"C\"]");
    // 200 us forth, 700 us back.
    let (_, _, rows) = ran("100 ms", &long(""));
    assert_eq!(rows[0].asymmetry_ps, Some(-500_000_000));
    let (scenario, _, rows) = ran("100 ms", &long("equalise = true"));
    assert_eq!(rows[0].asymmetry_ps, Some(0));
    assert_eq!(rows[0].parts.unwrap().playout, Span::from_us(1500));
    let settings = scenario.circuits[0].emulation().expect("a C-pipe");
    assert_eq!(settings.receivers[0].hold_back, Span::from_us(500));
    assert_eq!(settings.receivers[1].hold_back, Span::ZERO);
    // Measured 5 us too little in favour of a to z: held back 5 us less.
    let (_, _, rows) = ran("100 ms", &long("equalise = { error = \"5 us\" }"));
    assert_eq!(rows[0].asymmetry_ps, Some(-5_000_000));
}

const GOOSE: &str = r#"
[[circuit]]
name = "GOOSE"
ends = ["A", "B"]
interface = "ethernet"
class = "EF"
goose = { size = "200 B", t1 = "2 ms", t0 = "1 s", events = ["1500 ms", "1501 ms"] }
"#;

#[test]
fn goose_takes_the_network_alone_and_no_packetization_nor_buffer() {
    let (scenario, _, rows) = ran("3 s", GOOSE);
    // 300 us of nodes + 490 us + (226 + 20) octets at 1 Gb/s.
    let network = Span::from_ns(790_000 + 1968);
    assert_eq!(total(&rows[0]), network);
    let parts = rows[0].parts.unwrap();
    assert_eq!(
        (parts.packetization, parts.playout),
        (Span::ZERO, Span::ZERO)
    );
    assert_eq!(rows[0].delay.map(|delay| delay.max), Some(network));
    assert_eq!(rows[0].verdict, Verdict::Pass);
    // Heartbeats at 0 and 1 s; both events; then intervals of 2, 4, 8 ... 512 ms, nine; the next
    // would be a second, and beyond the end.
    assert_eq!(rows[0].counts.sent, 2 + 2 + 9);
    assert_eq!(rows[0].slack_configured, None);
    assert!(scenario.circuits[0].emulation().is_none());
}

#[test]
fn a_lost_goose_frame_costs_one_retransmission_not_the_event() {
    // When the frame of the event comes to the first queue, at 1500.150 ms, a large packet of a less
    // urgent class is being sent from 1500.050 ms on for 524 us, and 100 octets of its own class wait:
    // there is no room for 226 more.
    let traffic = r#"
[[flow]]
name = "ahead"
from = "A"
to = "B"
class = "BE"
pattern = { kind = "cbr", period = "10 s", size = { wire = "65500 B" }, first = "1499900 us" }

[[flow]]
name = "filler"
from = "A"
to = "B"
class = "EF"
pattern = { kind = "cbr", period = "10 s", size = "100 B", first = "1499950 us" }
"#;
    let queue = "rate = \"1 Gb/s\"\nqueue = { EF = \"300 B\" }";
    let tight = TOPOLOGY.replace("rate = \"1 Gb/s\"", queue);
    let once = GOOSE.replace(", \"1501 ms\"", "");
    let loaded = load_texts(&text("3 s", &format!("{once}{traffic}")), &tight);
    assert_eq!(errors(&loaded), []);
    let scenario = loaded.scenario.expect("no errors");
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let rows = judge(&scenario, &outcome);
    assert_eq!((rows[0].counts.lost, rows[1].counts.lost), (1, 0));
    // Known with the frame that is sent T1 = 2 ms later.
    let network = Span::from_ns(791_968);
    let known = Span::from_ms(2) + network;
    assert_eq!(rows[0].delay.map(|delay| delay.max), Some(known));
    assert_eq!(total(&rows[0]), known);
    assert_eq!(rows[0].parts.expect("it arrived").playout, Span::from_ms(2));
    assert_eq!(rows[1].delay.map(|delay| delay.max), Some(network));
    assert_eq!(
        rows[0].verdict,
        Verdict::Pass,
        "within 30 ms, and never stale"
    );
}

#[test]
fn goose_refuses_what_only_circuit_emulation_has() {
    let with = |key: &str| faults(&format!("{GOOSE}{key}\n"));
    for key in [
        "payload = \"8 B\"",
        "jitter_buffer = \"4 ms\"",
        "playout = \"prefill\"",
    ] {
        let told = with(key);
        assert_eq!(told.len(), 1, "{key}");
        assert!(told[0].title.contains("would have no effect"), "{told:?}");
    }
    let told = faults(&GOOSE.replace("\"2 ms\"", "\"2 s\""));
    assert!(told[0].title.contains("`t1` is longer than `t0`"));
    let told = faults(&GOOSE.replace("\"1501 ms\"", "\"1400 ms\""));
    assert!(told[0].title.contains("one after the other"));
    let told = faults(&GOOSE.replace("\"200 B\"", "\"60 B\""));
    assert!(told[0].title.contains("no Ethernet frame has 60 B"));
    let told = faults(&GOOSE.replace("\"ethernet\"", "\"E1\"\nservice = \"goose\""));
    assert!(told[0].title.contains("GOOSE comes as Ethernet frames"));
}

fn tdm(name: &str, ends: &str, more: &str) -> String {
    format!("[[circuit]]\nname = \"{name}\"\nends = [{ends}]\ncarrier = \"tdm\"\n{more}\n")
}

#[test]
fn a_circuit_over_sdh_takes_access_transit_cross_connects_and_propagation() {
    let more = "interface = \"C37.94\"\ntimeslots = 2\ncross_connects = 1";
    let (scenario, outcome, rows) = ran("100 ms", &tdm("a", "\"A\", \"C\"", more));
    // 2 x 180 us access, one node between 130 us, one cross-connect 250 us; 490 + 200 us.
    let parts = rows[0].parts.unwrap();
    assert_eq!(parts.media, Span::from_us(360 + 130 + 250));
    assert_eq!(parts.propagation, Span::from_us(690));
    assert_eq!(parts.interface, Span::from_us(250));
    assert_eq!(total(&rows[0]), Span::from_us(740 + 690 + 250));
    assert_eq!(
        rows[0].delay.map(|delay| (delay.min, delay.max)),
        Some((total(&rows[0]), total(&rows[0])))
    );
    assert_eq!(rows[0].asymmetry_ps, Some(0));
    assert_eq!((rows[0].verdict, rows[0].network), (Verdict::Pass, None));
    assert!(scenario.plan.streams.is_empty(), "no packets");
    let events = tables::events(&scenario, &outcome);
    assert!(
        events.contains("1680000000,a,a-z,start,,1680000000"),
        "{events}"
    );
}

#[test]
fn timeslots_are_booked_by_name_and_change_where_they_must() {
    let circuits = [
        tdm("a", "\"A\", \"B\"", "timeslots = 1"),
        tdm("b", "\"A\", \"C\"", "timeslots = 1\nslots = [3]"),
        tdm("c", "\"B\", \"C\"", "timeslots = 1\nslots = [2]"),
        tdm("d", "\"A\", \"C\"", "timeslots = 1"),
    ];
    let scenario = loaded("100 ms", &circuits.concat());
    let booked = |index: usize| match &scenario.circuits[index].directions[0].carried {
        Carried::Constant { slots, parts } => (slots.clone(), parts.media),
        Carried::Stream(_) => panic!("no packets"),
    };
    assert_eq!(booked(0).0, [[1]]);
    assert_eq!(booked(1).0, [[3], [3]]);
    // Slot 2 is free on the first link, 1 on the second: one DS0 cross-connect more.
    assert_eq!(
        booked(3),
        (vec![vec![2], vec![1]], Span::from_us(360 + 130 + 250))
    );
}

#[test]
fn a_circuit_without_free_timeslots_is_refused_and_the_holders_are_named() {
    let circuits = [
        tdm("a", "\"A\", \"B\"", "timeslots = 2"),
        tdm("b", "\"A\", \"C\"", "timeslots = 2"),
    ];
    let told = faults(&circuits.concat());
    assert_eq!(told.len(), 1, "told once for both directions");
    assert!(
        told[0]
            .title
            .contains("not enough free timeslots on link A-B SDH"),
        "{told:?}"
    );
    assert_eq!(told[0].help, "held by a (2)");
    let taken = [
        tdm("a", "\"A\", \"B\"", "timeslots = 1\nslots = [2]"),
        tdm("b", "\"A\", \"B\"", "timeslots = 1\nslots = [2]"),
        tdm("c", "\"A\", \"B\"", "timeslots = 1\nslots = [4]"),
    ];
    let told = faults(&taken.concat());
    assert!(
        told[0]
            .title
            .contains("circuit b: timeslot 2 of link A-B SDH is not free")
    );
    assert!(
        told.iter()
            .any(|one| one.title.contains("circuit c: timeslot 4"))
    );
    let twice = tdm("a", "\"A\", \"B\"", "timeslots = 2\nslots = [2, 2]");
    assert!(faults(&twice)[0].title.contains("named twice"));
    let few = tdm("a", "\"A\", \"B\"", "timeslots = 2\nslots = [2]");
    assert!(faults(&few)[0].title.contains("`slots` has 1 elements"));
    let packets = tdm("a", "\"A\", \"B\"", "timeslots = 1\npayload = \"8 B\"");
    assert!(
        faults(&packets)[0]
            .title
            .contains("`payload` would have no effect")
    );
}

#[test]
fn characters_and_tones_take_their_lines() {
    let serial = "[[circuit]]\nname = \"serial\"\nends = [\"A\", \"C\"]\ncarrier = \"serial\"\n\
                  interface = \"RS-232\"\nmessage = 4\n";
    let tones = "[[circuit]]\nname = \"tones\"\nends = [\"A\", \"C\"]\ncarrier = \"analogue\"\n\
                 interface = \"4W-E&M\"\n";
    let (_, _, rows) = ran("100 ms", &format!("{serial}{tones}"));
    // Four characters of 10 bits at 9600 Bd: 4166.667 us; 1 ms; 2 x 125 us.
    let parts = rows[0].parts.unwrap();
    assert_eq!(parts.serialization, Span(4_166_666_667));
    assert_eq!(
        total(&rows[0]),
        Span(4_166_666_667 + 1_000_000_000 + 250_000_000)
    );
    // 12 ms of tone equipment, 1 ms, two codecs of 500 us.
    assert_eq!(total(&rows[2]), Span::from_us(14_000));
    let told = faults(&serial.replace("message = 4", "baud = 19200"));
    assert!(told[0].title.contains("runs at another speed"), "{told:?}");
    let told = faults(
        &serial
            .replace("RS-232", "C37.94")
            .replace("message = 4\n", ""),
    );
    assert!(
        told[0].title.contains("does not carry this interface"),
        "{told:?}"
    );
    let told = faults(&tones.replace("interface", "tone_detection = \"8 ms\"\ninterface"));
    assert!(
        told[0]
            .title
            .contains("`tone_detection` would have no effect"),
        "{told:?}"
    );
}

#[test]
fn circuits_named_under_compare_stand_side_by_side() {
    let old = tdm("old", "\"A\", \"B\"", "timeslots = 1\ncompare = \"new\"");
    let (scenario, outcome, rows) = ran("100 ms", &format!("{old}{}", pipe("new", "")));
    let report = Report::new(&scenario, &outcome, &[]);
    let value: Value = serde_json::from_str(&json::render(&report)).expect("JSON");
    let one = &value["comparisons"][0];
    assert_eq!(
        (&one["circuit"], &one["with"]),
        (&"old".into(), &"new".into())
    );
    // 850 us against 2790.672 us.
    assert_eq!(one["total_ps"][0], 850_000_000_u64);
    assert_eq!(one["total_ps"][1], total(&rows[0]).0);
    assert_eq!(one["difference_ps"], 850_000_000 - 2_790_672_000_i64);
    let files = pilotwire::report::folder::files(&report);
    let table = files
        .iter()
        .find(|file| file.name == "comparison.csv")
        .expect("it is there");
    let table = String::from_utf8(table.content.clone()).unwrap();
    assert!(
        table.contains("old,new,a-z,tdm,packet,850000000,2790672000,-1940672000,"),
        "{table}"
    );
    let sums = files.iter().find(|file| file.name == "SHA256SUMS").unwrap();
    assert!(
        String::from_utf8(sums.content.clone())
            .unwrap()
            .contains("comparison.csv")
    );
    let shown = pilotwire::report::pretty::render(&report, NO_COLOUR);
    assert!(
        shown.contains("old (tdm)     new (packet)  a→z  0.850  2.791      -1.941"),
        "{shown}"
    );
}

#[test]
fn a_silent_relay_makes_every_bit_of_the_payload_a_one() {
    let settings = |more: &str| {
        let scenario = loaded("100 ms", &pipe("a", more));
        scenario.circuits[0].emulation().expect("a C-pipe").silent
    };
    assert!(settings("silent = true"));
    assert!(!settings(""));
}

#[test]
fn a_clock_beyond_its_interface_and_a_mixed_up_end_are_told() {
    let clock = |ppm: &str| {
        let more = format!(
            "interface = \"G.703\"\nclock = {{ kind = \"free-running\", offset = \"{ppm} ppm\" }}"
        );
        findings(&pipe("a", &more), "TP016")
    };
    assert_eq!((clock("-101"), clock("100")), (2, 0));
}

#[test]
fn a_series_counts_packets_over_time() {
    let text = text("100 ms", &pipe("a", "")).replace("[budget]", "series = \"50 ms\"\n[budget]");
    let scenario = load_texts(&text, TOPOLOGY).scenario.expect("no errors");
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let table = tables::series(&scenario, &outcome).expect("it was asked for");
    let lines: Vec<&str> = table.lines().collect();
    // Packets completed at 1, 2 ... 99 ms: 49 before 50 ms, 50 from there on.
    assert_eq!(lines[1], "0,a,a-z,EF,49,0,790672000,790672000");
    assert_eq!(lines[2], "50000000000,a,a-z,EF,50,0,790672000,790672000");
    assert_eq!(lines.len(), 5);
    let plain = loaded("100 ms", &pipe("a", ""));
    assert_eq!(tables::series(&plain, &outcome), None);
}

#[test]
fn a_circuits_policer_meters_frames_with_labels_and_padding_not_its_64_kbps() {
    // 8 octets a millisecond are frames of 64: 512 kb/s.
    let policed = |rate: &str| {
        let policer = format!("policer = {{ rate = \"{rate}\", burst = \"64 B\" }}");
        pipe("P", &policer)
    };
    assert_eq!(findings(&policed("512 kb/s"), "TP013"), 0);
    assert_eq!(findings(&policed("511999 b/s"), "TP013"), 1);
    let (_, outcome, _) = ran("1 s", &policed("512 kb/s"));
    assert!(outcome.streams.iter().all(|stream| stream.policed == 0));
    // Half the rate passes every second packet.
    let (_, outcome, rows) = ran("1 s", &policed("256 kb/s"));
    let stream = &outcome.streams[0];
    assert_eq!(stream.delivered, stream.sent.div_ceil(2));
    assert_eq!(rows[0].verdict, Verdict::Fail);
    let small = pipe("P", "policer = { rate = \"1 Mb/s\", burst = \"63 B\" }");
    assert_eq!(faults(&small).len(), 1, "a bucket smaller than a packet");
}

#[test]
fn a_flag_of_the_extreme_model_adds_the_packet_time() {
    let model = |more: &str| {
        let text = pipe("E", more).replace("\"fill-half\"", "\"extreme\"");
        let text = text.replace("jitter_buffer = \"4 ms\"\n", "");
        total(&ran("100 ms", &text).2[0])
    };
    let (off, on) = (model(""), model("packetization_added = true"));
    assert_eq!(on, off + Span::from_ms(1));
    let wrong = pipe("F", "packetization_added = true");
    assert_eq!(faults(&wrong).len(), 1);
}

#[test]
fn goose_needs_no_interface() {
    let goose = "[[circuit]]\nname = \"G\"\nends = [\"A\", \"B\"]\nclass = \"EF\"\nservice = \"goose\"\n\
                 goose = { size = \"200 B\", t0 = \"1 s\", t1 = \"2 ms\", events = [\"100 ms\"] }\n";
    let (_, _, rows) = ran("1 s", goose);
    // Two nodes, 490 us, 226 octets and layer 1 at 1 Gb/s.
    assert_eq!(total(&rows[0]), Span::from_ns(300_000 + 490_000 + 8 * 246));
}

#[test]
fn clocks_that_run_apart_are_told_before_the_run_is_long_enough_to_show_it() {
    let clock = |text: &str| pipe("D", &format!("clock = {{ {text} }}"));
    let apart = "kind = \"free-running\", offset = { a = \"-50 ppm\", z = \"50 ppm\" }";
    let told = found(&load_texts(&text("1 s", &clock(apart)), TOPOLOGY));
    let told: Vec<_> = told
        .iter()
        .filter(|one| one.code == Some("TP017"))
        .collect();
    // 1 ms / 100 ppm = 10 s.
    assert_eq!(told.len(), 1);
    assert!(told[0].help.contains("10000.000 ms"), "{}", told[0].help);
    let lost =
        "kind = \"network\", holdover = { at = \"0.5 s\", offset = \"4.6 ppm\", end = \"z\" }";
    assert_eq!(findings(&clock(lost), "TP017"), 1);
    let both = "kind = \"free-running\", offset = { a = \"5 ppm\", z = \"5 ppm\" }";
    assert_eq!(findings(&clock(both), "TP017"), 0);
}

#[test]
fn a_serial_line_carries_one_circuit() {
    let serial = |name: &str| {
        format!(
            "[[circuit]]\nname = \"{name}\"\nends = [\"A\", \"C\"]\ncarrier = \"serial\"\n\
             interface = \"RS-232\"\n"
        )
    };
    assert_eq!(faults(&serial("S")), []);
    let told = faults(&(serial("S") + &serial("T")));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, "circuit T: line A-C line is not free");
}

#[test]
fn defaults_are_asked_of_products_that_have_known_ones_only() {
    let rad = pipe("R", "product = \"rad-ipmux-24\"");
    assert_eq!(faults(&rad), []);
    let told = faults(&rad.replace("payload = \"8 B\"\n", "payload = \"default\"\n"));
    assert_eq!((told.len(), told[0].caret.as_str()), (1, "\"default\""));
    let told = faults(&rad.replace("jitter_buffer = \"4 ms\"\n", ""));
    assert_eq!(told.len(), 1);
}

#[test]
fn circuits_compared_go_the_same_way() {
    let other = pipe("O", "").replace("[\"A\", \"B\"]", "[\"B\", \"A\"]");
    let told = faults(&(pipe("P", "compare = \"O\"") + &other));
    assert_eq!((told.len(), told[0].caret.as_str()), (1, "\"O\""));
}

#[test]
fn a_reference_lost_after_the_run_is_refused() {
    let lost = |at: &str| {
        let holdover = format!("holdover = {{ at = \"{at}\", offset = \"4.6 ppm\", end = \"z\" }}");
        faults(&pipe(
            "H",
            &format!("clock = {{ kind = \"network\", {holdover} }}"),
        ))
        .len()
    };
    assert_eq!((lost("2.999 s"), lost("3 s")), (0, 1));
}
