//! Failures inside a run, worked out by hand: who loses what, when the channel is back, and whether
//! the two directions differ afterwards.

use pilotwire::channel::{Content, Timeline};
use pilotwire::engine::{EngineKind, Options, Outcome, StreamOutcome, run};
use pilotwire::scenario::Scenario;

use crate::scenario_support::{errors, load_texts, with};

const RING: &str = include_str!("../../topologies/ring-of-six.toml");

const US: u64 = 1_000_000;
const MS: u64 = 1_000 * US;
const SECOND: u64 = 1_000 * MS;

/// One hop of the ring with 84 octets at 1 Gb/s: 0.672 us, 20 or 60 km at 4.9 us/km, 150 us.
const SHORT: u64 = 248_672_000;
const LONG: u64 = 444_672_000;
/// In front of the first link.
const INGRESS: u64 = 150 * US;
/// What is left of a hop without its node: the time in which a cut can touch a packet.
const ON_THE_LINK: u64 = 98_672_000;

/// A to D in service, after a bypass that turns back through A, and the other way round.
const SERVICE: u64 = INGRESS + 3 * SHORT;
const TURNED: u64 = INGRESS + 2 * SHORT + 3 * LONG;
const ROUND: u64 = INGRESS + 3 * LONG;

/// Detection, repair and message of the tests that follow.
const CONTROL: &str = "[control]\nprofile = \"tuned\"\n\
    detection = { kind = \"los\", delay = \"10 ms\", hold_off = \"0 ms\" }\n\
    repair = \"5 ms\"\nmessage = \"1 ms\"\nreoptimise = \"1 s\"\n";

const CUT: &str = "fail = { link = \"B-C\" }";
const ONE_WAY: &str = "fail = { link = \"B-C\", direction = \"a-z\" }";

/// One circuit from A to D, and what fails at 1 s.
fn text(circuit: &str, control: &str, event: &str) -> String {
    format!(
        "name = \"Failure\"\ntopology = \"ring.topology.toml\"\nduration = \"3 s\"\n\
         [budget]\ntelecom = \"10 ms\"\n{control}\n[[circuit]]\nname = \"A-D\"\nends = [\"A\", \"D\"]\n\
         timeslots = 1\nplayout = \"fill-half\"\nclass = \"EF\"\n{circuit}\n\
         [[event]]\nat = \"1 s\"\n{event}\n"
    )
}

/// 1 ms packets of 84 octets, the first complete at 1 ms.
fn quick(buffer: &str, protection: &str) -> String {
    format!(
        "payload = \"8 B\"\njitter_buffer = \"{buffer}\"\nphase = \"0 s\"\n\
         protection = \"{protection}\""
    )
}

fn ran_on(topology: &str, text: &str) -> (Scenario, Outcome) {
    let loaded = load_texts(text, topology);
    assert_eq!(errors(&loaded), [], "{text}");
    let scenario = loaded.scenario.expect("no errors");
    let again = load_texts(&scenario.expanded, topology);
    assert_eq!(errors(&again), [], "{}", scenario.expanded);
    let again = again.scenario.expect("no errors");
    assert_eq!(format!("{:?}", scenario.plan), format!("{:?}", again.plan));
    let with = |engine| {
        let options = Options {
            engine,
            ..Options::default()
        };
        run(&scenario.plan, scenario.seed, &options)
    };
    let outcome = with(EngineKind::Window);
    assert_eq!(outcome, with(EngineKind::Reference), "both engines agree");
    (scenario, outcome)
}

/// What became of both directions of the only circuit.
fn both(topology: &str, text: &str) -> [Became; 2] {
    let (scenario, outcome) = ran_on(topology, text);
    let directions = &scenario.circuits[0].directions;
    [0, 1].map(|side: usize| {
        let stream = directions[side].stream().expect("over packets");
        Became::of(&outcome.streams[stream.0 as usize])
    })
}

#[derive(PartialEq, Eq, Debug)]
struct Became {
    /// Packets that the cut took, or a node that knew of it and had no other way.
    lost: u64,
    /// Starts of play-out.
    starts: u64,
    /// Times the loss-of-packets state was entered.
    losses: u64,
    /// Where replacement begins after 1 s, and where data comes again.
    hole: Option<(u64, u64)>,
    /// One-way delay of what came out last.
    delay: u64,
}

impl Became {
    fn of(stream: &StreamOutcome) -> Self {
        let received = stream.received.as_ref().expect("a pseudowire");
        let line = &received.timeline;
        Self {
            lost: stream.cut + stream.unrouted,
            starts: received.starts,
            losses: received.losses_of_packets,
            hole: hole(line, SECOND),
            delay: line.delays().last().expect("data").1.0,
        }
    }
}

fn hole(line: &Timeline, after: u64) -> Option<(u64, u64)> {
    let idle = |content| matches!(content, Content::Idle { .. });
    let segments = line.segments();
    let late = |place: &usize| segments[*place].from.0 >= after && idle(segments[*place].content);
    let first = (0..segments.len()).find(late)?;
    let data = segments[first..].iter().find(|one| !idle(one.content));
    data.map(|data| (segments[first].from.0, data.from.0))
}

/// What a hole of more than ten 1 ms packets does under k packets of start: a packet created at t
/// comes to the sender of the cut hop at t + `to_cut` and is lost from 1 s on; one looked up at
/// t + `to_turn` goes the other way from `turn` on, and then takes `new`.
fn after_a_long_hole(k: u64, to_cut: u64, (to_turn, turn): (u64, u64), new: u64) -> Became {
    let packet = |at: u64| at.div_ceil(MS) * MS;
    let first_lost = packet(SECOND - to_cut - ON_THE_LINK + 1);
    let first_good = packet(turn - to_turn);
    Became {
        lost: (first_good - first_lost) / MS,
        starts: 2,
        losses: 1,
        hole: Some((
            first_lost - MS + k * MS + SERVICE,
            first_good + (k - 1) * MS + new,
        )),
        delay: k * MS + new,
    }
}

#[test]
fn a_bypass_ends_the_hole_after_detection_and_repair_and_play_out_starts_on_it() {
    for kind in ["facility", "detour"] {
        let [there, back] = both(RING, &text(&quick("4 ms", kind), CONTROL, CUT));
        let to_b = INGRESS + SHORT;
        let want = after_a_long_hole(2, to_b, (to_b, SECOND + 15 * MS), TURNED);
        assert_eq!(want.lost, 15);
        assert_eq!(there, want, "{kind}");
        assert_eq!(back, want, "{kind}: the ring is the same from D");
    }
}

#[test]
fn a_standby_path_waits_for_word_to_the_head_end() {
    let [there, back] = both(RING, &text(&quick("4 ms", "standby"), CONTROL, CUT));
    // Seen after 10 ms, 98 us and 1 ms to A, 5 ms to go over.
    let turn = SECOND + 16 * MS + 98 * US;
    let want = after_a_long_hole(2, INGRESS + SHORT, (INGRESS, turn), ROUND);
    assert_eq!(there, want);
    assert_eq!(back, want);
}

#[test]
fn a_secondary_path_waits_for_its_signalling_too() {
    let [there, back] = both(RING, &text(&quick("4 ms", "secondary"), CONTROL, CUT));
    // As standby, and three links of 294 us and a message at each node, there and back.
    let turn = SECOND + 16 * MS + 98 * US + 2 * 3 * 1294 * US;
    let want = after_a_long_hole(2, INGRESS + SHORT, (INGRESS, turn), ROUND);
    assert_eq!(there, want);
    assert_eq!(back, want);
}

#[test]
fn one_direction_that_started_anew_leaves_the_difference_of_the_paths_as_asymmetry() {
    // k = 3: 2 ms of slack, more than the 1.085 ms by which the bypass is longer.
    let [there, back] = both(RING, &text(&quick("6 ms", "facility"), CONTROL, ONE_WAY));
    let to_b = INGRESS + SHORT;
    // C sees it after 10 ms; B learns 98 us and 1 ms later, and repairs in 5 ms.
    let turn = SECOND + 16 * MS + 98 * US;
    assert_eq!(there, after_a_long_hole(3, to_b, (to_b, turn), TURNED));
    let unmoved = Became {
        lost: 0,
        starts: 1,
        losses: 0,
        hole: None,
        delay: 3 * MS + SERVICE,
    };
    assert_eq!(back, unmoved, "C went over 5 ms after it saw the cut");
    assert_eq!(there.delay - back.delay, TURNED - SERVICE);
}

#[test]
fn a_longer_path_than_the_slack_starts_play_out_anew_without_a_packet_lost() {
    let [there, back] = both(RING, &text(&quick("4 ms", "facility"), CONTROL, ONE_WAY));
    assert_eq!((back.lost, back.losses, back.starts), (0, 1, 2));
    assert_eq!(there.delay, back.delay, "both play from the bypass");
    assert_eq!(back.delay, 2 * MS + TURNED);
}

#[test]
fn a_hole_shorter_than_the_loss_of_packets_limit_moves_nothing() {
    let control = CONTROL
        .replace("delay = \"10 ms\"", "delay = \"1 ms\"")
        .replace("repair = \"5 ms\"", "repair = \"1 ms\"");
    let [there, back] = both(RING, &text(&quick("6 ms", "facility"), &control, ONE_WAY));
    // 1 ms, 98 us and 1 ms, 1 ms.
    assert_eq!((there.lost, there.starts), (3, 1));
    assert_eq!((back.lost, back.starts), (0, 1));
    assert_eq!([there.delay, back.delay], [3 * MS + SERVICE; 2]);
}

#[test]
fn packets_of_8_ms_lose_two_or_three_and_nothing_moves() {
    let slow = |phase: &str| {
        format!(
            "payload = \"64 B\"\njitter_buffer = \"32 ms\"\nphase = \"{phase}\"\n\
             protection = \"facility\""
        )
    };
    // 114 octets on the wire: 0.912 us a link. The hole is 16.098 ms.
    let service = INGRESS + 3 * (912_000 + 98 * US + 150 * US);
    let mut lost = Vec::new();
    for phase in ["0 s", "2 ms", "4 ms", "7600 us", "7990 us"] {
        let [there, back] = both(RING, &text(&slow(phase), CONTROL, ONE_WAY));
        lost.push(there.lost);
        assert_eq!((there.starts, back.starts, back.lost), (1, 1, 0), "{phase}");
        assert_eq!([there.delay, back.delay], [16 * MS + service; 2], "{phase}");
    }
    assert!(lost.contains(&2) && lost.contains(&3), "{lost:?}");
}

// --- Hitless ----------------------------------------------------------------------------------

/// A to D by both ways round, with this slack in packets of 1 ms or 0.5 ms.
fn hitless(packet: &str) -> String {
    let packet = match packet {
        "1 ms" => "payload = \"8 B\"\njitter_buffer = \"4 ms\"",
        _ => "payload = \"4 B\"\njitter_buffer = \"2 ms\"",
    };
    format!("{packet}\nphase = \"0 s\"\nprotection = \"hitless\"")
}

#[test]
fn hitless_loses_nothing_whatever_single_element_between_its_ends_fails() {
    let links = ["A-B", "B-C", "C-D", "D-E", "E-F", "F-A"].map(|name| ("link", name));
    let nodes = ["B", "C", "E", "F"].map(|name| ("node", name));
    for (kind, name) in links.into_iter().chain(nodes) {
        let event = format!("fail = {{ {kind} = \"{name}\" }}");
        for became in both(RING, &text(&hitless("1 ms"), CONTROL, &event)) {
            assert_eq!((became.starts, became.hole), (1, None), "{kind} {name}");
            assert_eq!(became.delay, 2 * MS + SERVICE, "{kind} {name}");
        }
    }
}

#[test]
fn hitless_with_less_slack_than_the_paths_differ_loses_the_better_path_badly() {
    // 588 us of difference, 0.5 ms of slack.
    for became in both(RING, &text(&hitless("0.5 ms"), CONTROL, CUT)) {
        assert_eq!((became.starts, became.losses), (2, 1));
        assert_eq!(became.delay, MS + ROUND);
    }
    let worse = "fail = { link = \"E-F\" }";
    for became in both(RING, &text(&hitless("0.5 ms"), CONTROL, worse)) {
        assert_eq!((became.starts, became.hole), (1, None), "only the spare");
    }
}

#[test]
fn slack_equal_to_the_difference_of_the_paths_is_enough_and_a_picosecond_less_is_not() {
    // The longer way 500 us longer: 3 x 98 + 500 us over D-E, E-F and F-A.
    let of = |last: &str| {
        let propagation = |topology: &str, link: &str, value: &str| {
            let from = format!("ends = [{link}]\nmedium = \"fibre\"\nlength = \"60 km\"");
            let to = format!("ends = [{link}]\nmedium = \"fibre\"\npropagation = \"{value}\"");
            with(topology, &from, &to)
        };
        let topology = propagation(RING, "\"D\", \"E\"", "264 us");
        let topology = propagation(&topology, "\"E\", \"F\"", "264 us");
        propagation(&topology, "\"F\", \"A\"", last)
    };
    for (last, starts) in [("266 us", 1), ("266000001 ps", 2)] {
        for became in both(&of(last), &text(&hitless("0.5 ms"), CONTROL, CUT)) {
            assert_eq!(became.starts, starts, "{last}");
        }
    }
}

// --- TV24 to TV27 ------------------------------------------------------------------------------

/// Two stations, and a way round over a third; propagation as given, a→z and z→a.
fn triangle(direct: &str, round: [&str; 2]) -> String {
    let link = |name: &str, ends: &str, propagation: &str| {
        format!(
            "[[link]]\nname = \"{name}\"\nends = [{ends}]\nmedium = \"fibre\"\n\
             propagation = {propagation}\nrate = \"1 Gb/s\"\n"
        )
    };
    let half = format!("{{ a-z = \"{}\", z-a = \"{}\" }}", round[0], round[1]);
    let nodes = ["A", "C", "D"].map(|name| format!("[[node]]\nname = \"{name}\"\n"));
    let links = [
        link("A-D", "\"A\", \"D\"", &format!("\"{direct}\"")),
        link("A-C", "\"A\", \"C\"", &half),
        link("C-D", "\"C\", \"D\"", &half),
    ];
    format!(
        "name = \"Triangle\"\npreset = \"physical\"\n{}{}",
        nodes.concat(),
        links.concat()
    )
}

/// Nobody sees a cut that ends within 200 ms.
const BLIND: &str =
    "[control]\ndetection = { kind = \"los\", delay = \"200 ms\", hold_off = \"0 ms\" }\n";

const DIRECT: &str = "path = [\"A\", \"D\"]";

#[test]
fn an_outage_of_50_ms_costs_as_many_packets_as_its_length_and_the_phase_say() {
    // TV24: 50; 6-7; 28-29; with 360 us of fibre 50-51. And 8 ms, TV25.
    let lost = |payload: &str, buffer: &str, phase: &str, fibre: &str, lasts: &str| {
        let circuit = format!(
            "payload = \"{payload}\"\njitter_buffer = \"{buffer}\"\nphase = \"{phase}\"\n\
             {DIRECT}"
        );
        let event = format!("fail = {{ link = \"A-D\", lasts = \"{lasts}\" }}");
        let topology = triangle(fibre, ["1 ms", "1 ms"]);
        let [there, _] = both(&topology, &text(&circuit, BLIND, &event));
        (there.lost, there.losses, there.starts)
    };
    let quick = |phase, fibre| lost("8 B", "4 ms", phase, fibre, "50 ms");
    assert_eq!(quick("0 s", "1 ps"), (50, 1, 2));
    assert_eq!(quick("500 us", "1 ps"), (50, 1, 2));
    assert_eq!(quick("0 s", "360 us"), (50, 1, 2));
    // Sent 360 us before the cut: 150 us to the first link, and 1 ms packets.
    assert_eq!(quick("600 us", "360 us"), (51, 1, 2));
    assert_eq!(lost("64 B", "32 ms", "2 ms", "1 ps", "50 ms"), (6, 0, 1));
    assert_eq!(lost("64 B", "32 ms", "0 s", "1 ps", "50 ms"), (7, 0, 1));
    assert_eq!(lost("14 B", "6 ms", "0 s", "1 ps", "50 ms"), (28, 1, 2));
    assert_eq!(lost("14 B", "6 ms", "1 ms", "1 ps", "50 ms"), (29, 1, 2));
    // TV25: eight are replaced and play-out goes on.
    assert_eq!(lost("8 B", "4 ms", "0 s", "1 ps", "8 ms"), (8, 0, 1));
}

#[test]
fn a_path_that_is_longer_in_one_direction_moves_that_direction_once_the_slack_is_used_up() {
    // TV26, TV27: 1200 us in service (2 x 150, 0.672, 899.328), then 2000, 2200 or 2700 us a→z
    // (3 x 150, 2 x 0.672, the rest in two links), and 1200 us again z→a.
    let control = CONTROL
        .replace("delay = \"10 ms\"", "delay = \"1 ms\"")
        .replace("repair = \"5 ms\"", "repair = \"1 ms\"");
    let back_half = "374328 ns";
    for (half, delay_us) in [
        ("774328 ns", 3200),
        ("874328 ns", 3200),
        ("1124328 ns", 4700),
    ] {
        let topology = triangle("899328 ns", [half, back_half]);
        let circuit = format!("{}\n{DIRECT}", quick("4 ms", "facility"));
        let event = "fail = { link = \"A-D\" }";
        let [there, back] = both(&topology, &text(&circuit, &control, event));
        assert_eq!(there.delay, delay_us * US, "{half}");
        assert_eq!(back.delay, 3200 * US, "{half}");
        assert_eq!(back.starts, 1, "two packets lost");
    }
}
