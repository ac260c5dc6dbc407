//! What media, disciplines, encryption and events compile to: figures worked out by hand.

use pilotwire::plan::{Leg, Plan, Port, RateStep, StreamId};
use pilotwire::random::{Purpose, StreamKey};
use pilotwire::scenario::{Scenario, Severity};
use pilotwire::topology::radio::Latency;
use pilotwire::units::{Octets, Span};

use crate::scenario_support::{Found, RING, TOPOLOGY, errors, found, load_texts, with};

const RADIO_LINK: &str = "rate = \"41.9 Mb/s\"\nradio_hops = 2";

/// The ring with this in place of the microwave link's rate and hops.
fn radio(keys: &str) -> String {
    with(TOPOLOGY, RADIO_LINK, keys)
}

/// 28 MHz, 64QAM, two hops, and more keys of the radio.
fn radio_with(link: &str, more: &str) -> String {
    let radio = format!(
        "radio_hops = 2\n{link}\nradio = {{ channel = \"28 MHz\", modulation = \"64QAM\"{more} }}"
    );
    self::radio(&radio)
}

const RAY17: &str = ", latency = \"racom-ray17\"";
const LEVEL: &str = ", level = \"-50 dBm\"";

fn compiled(scenario: &str, topology: &str) -> Scenario {
    let loaded = load_texts(scenario, topology);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no errors")
}

fn port<'a>(scenario: &'a Scenario, name: &str) -> &'a Port {
    let place = scenario.ports.iter().position(|port| port == name);
    let place = place.unwrap_or_else(|| panic!("{name}: {:?}", scenario.ports));
    &scenario.plan.ports[place]
}

/// The legs of the flow LAN, B to C to D.
fn lan(plan: &Plan) -> &[Leg] {
    plan.path(StreamId(2))
}

fn with_event(event: &str) -> String {
    with(RING, "[[circuit]]", &format!("{event}\n\n[[circuit]]"))
}

fn rates(scenario: &Scenario, port: &str) -> Vec<(u64, u64)> {
    let discipline = self::port(scenario, port).discipline.as_ref();
    let step = |step: &RateStep| {
        let rate = step.rate.map_or(0, |rate| rate.rounded_bps());
        (step.from.0, rate)
    };
    discipline.map_or(Vec::new(), |one| one.rates.iter().map(step).collect())
}

const MS: u64 = 1_000_000_000;

// --- Radio ------------------------------------------------------------------------------------

#[test]
fn a_radio_sends_at_the_rate_of_its_modulation_and_delays_each_frame_by_its_octets() {
    let scenario = compiled(RING, &radio_with("", RAY17));
    let [leg, _] = lan(&scenario.plan) else {
        panic!("two links")
    };
    // 1500 B at 129 Mb/s; two hops of 81 us + 1436 x 153/1454 us, each rounded up.
    assert_eq!(leg.serialization, Span(93_023_256));
    assert_eq!(leg.media, Span(2 * 232_105_915));
    assert_eq!(leg.propagation, Span(166_800_000));
    let discipline = port(&scenario, "B-C a-z")
        .discipline
        .as_ref()
        .expect("general");
    assert!(discipline.keeps_order && discipline.rates.is_empty());
    assert!(
        port(&scenario, "A-B a-z").discipline.is_none(),
        "fibre stays plain"
    );
}

#[test]
fn repeaters_that_store_and_forward_are_transmitters_of_their_own() {
    let link = "repeaters = \"store-and-forward\"";
    let scenario = compiled(
        RING,
        &with(&radio_with(link, RAY17), "\"50 km\"", "\"50000.003 m\""),
    );
    let legs = lan(&scenario.plan);
    assert_eq!(legs.len(), 3);
    for leg in &legs[..2] {
        assert_eq!(leg.serialization, Span(93_023_256));
        assert_eq!(leg.media, Span(232_105_915));
    }
    // 50 km and 3 mm of 3.336 us/km: 166 800 010.008 ps, rounded up to 166 800 011: the odd
    // picosecond is the first hop's.
    assert_eq!(legs[0].propagation, Span(83_400_006));
    assert_eq!(legs[1].propagation, Span(83_400_005));
    assert_eq!(legs[0].processing.max(), Span::ZERO);
    assert_eq!(legs[1].processing.max(), Span::from_us(150));
    let owners = &scenario.flows[0].streams[0].legs;
    let names: Vec<&str> = owners.iter().map(|leg| leg.port.as_str()).collect();
    assert_eq!(names, ["B-C a-z hop 1", "B-C a-z hop 2", "C-D a-z"]);
    let nodes: Vec<_> = owners
        .iter()
        .map(|leg| (leg.link, leg.hop, leg.node))
        .collect();
    let want = [
        (Some(0), Some(1), None),
        (Some(0), Some(2), Some(1)),
        (Some(1), None, Some(2)),
    ];
    assert_eq!(nodes, want);
    let names: Vec<&str> = scenario.ports.iter().map(String::as_str).collect();
    let order = ["A-B a-z", "A-B z-a", "B-C a-z hop 1", "B-C a-z hop 2"];
    assert_eq!(names[..4], order);
}

#[test]
fn one_long_frame_blocks_a_short_one_again_at_every_repeater_that_stores() {
    // TV21: 4 hops at 4QAM, 41.9 Mb/s, 1518 B: 4 x 289 832 936 ps = 1 159 331 744 ps.
    let keys = "radio_hops = 4\nrepeaters = \"store-and-forward\"\n\
                radio = { channel = \"28 MHz\", modulation = \"4QAM\" }";
    let scenario = compiled(
        &with(RING, "size = \"1500 B\"", "size = \"1518 B\""),
        &radio(keys),
    );
    let legs = lan(&scenario.plan);
    let blocked: Span = legs[..4].iter().map(|leg| leg.serialization).sum();
    assert_eq!(blocked, Span(1_159_331_744));
    // Without a latency nothing overtakes: the ports stay plain.
    assert!(port(&scenario, "B-C a-z hop 4").discipline.is_none());
}

#[test]
fn a_full_frame_ahead_on_2_048_mb_per_second_takes_5_93_ms() {
    // TV32: 12144 / 2.048 us.
    let slow = "rate = \"2.048 Mb/s\"\nlayer1 = \"none\"";
    let topology = with(TOPOLOGY, "rate = \"10 Mb/s\"", slow);
    let scenario = compiled(
        &with(RING, "size = \"1500 B\"", "size = \"1518 B\""),
        &topology,
    );
    assert_eq!(lan(&scenario.plan)[1].serialization, Span(5_929_687_500));
}

#[test]
fn a_stated_latency_is_fixed_and_per_octet() {
    let stated = ", latency = { fixed = \"74.27 us\", per_octet = \"105.23 ns\" }";
    let scenario = compiled(RING, &radio_with("", stated));
    let hop = 74_270_000 + 1500 * 105_230;
    assert_eq!(lan(&scenario.plan)[0].media, Span(2 * hop));
    assert!(Latency::published("racom-ray17").is_some());
}

// --- Rates over time ----------------------------------------------------------------------------

#[test]
fn a_modulation_event_changes_the_rate_of_one_direction_or_both() {
    let event = |direction: &str| {
        let change = format!("modulation = {{ link = \"B-C\", to = \"4QAM\"{direction} }}");
        let event = format!("[[event]]\nat = \"200 ms\"\n{change}");
        compiled(&with_event(&event), &radio_with("", ""))
    };
    let both = event("");
    let want = [(0, 129_000_000), (200 * MS, 41_900_000)];
    assert_eq!(rates(&both, "B-C a-z"), want);
    assert_eq!(rates(&event(", direction = \"a-z\""), "B-C a-z"), want);
    let other = event(", direction = \"z-a\"");
    assert_eq!(rates(&other, "B-C a-z"), []);
    // Serialization in the plan stays that of the first rate.
    assert_eq!(lan(&both.plan)[0].serialization, Span(93_023_256));
    assert_eq!(lan(&both.plan)[0].bits, 12_000);
}

#[test]
fn a_fade_event_takes_the_modulations_away_one_by_one_and_gives_them_back() {
    // 45 dB at 100 dB/s from 0.1 s on, held 0.1 s: 26, 29, 33, 36.5 and 40 dB are passed at 360,
    // 390, 430, 465 and 500 ms; the depth lasts from 550 to 650 ms; back at 700, 735, 770, 810 and
    // 840 ms.
    let event = "[[event]]\nat = \"100 ms\"\n\
                 fade = { link = \"B-C\", depth = \"45 dB\", slope = \"100 dB/s\", lasts = \"100 ms\" }";
    let scenario = compiled(&with_event(event), &radio_with("", LEVEL));
    let want = [
        (0, 129_000_000),
        (360 * MS + 1, 107_700_000),
        (390 * MS + 1, 84_200_000),
        (430 * MS + 1, 62_700_000),
        (465 * MS + 1, 41_900_000),
        (500 * MS + 1, 0),
        (700 * MS, 41_900_000),
        (735 * MS, 62_700_000),
        (770 * MS, 84_200_000),
        (810 * MS, 107_700_000),
        (840 * MS, 129_000_000),
    ];
    assert_eq!(rates(&scenario, "B-C a-z"), want);
    // Near the end of the run the level still comes back, after it.
    let late = with(event, "\"100 ms\"", "\"900 ms\"");
    let scenario = compiled(&with_event(&late), &radio_with("", LEVEL));
    assert_eq!(
        rates(&scenario, "B-C a-z").last(),
        Some(&(1640 * MS, 129_000_000))
    );
}

#[test]
fn own_thresholds_count_in_place_of_the_published_ones() {
    let event = "[[event]]\nat = \"100 ms\"\n\
                 fade = { link = \"B-C\", depth = \"20 dB\", slope = \"100 dB/s\", lasts = \"0 s\" }";
    let own = ", level = \"-50 dBm\", thresholds = { 64QAM = \"-65 dBm\" }";
    let scenario = compiled(&with_event(event), &radio_with("", own));
    let want = [
        (0, 129_000_000),
        (250 * MS + 1, 107_700_000),
        (350 * MS, 129_000_000),
    ];
    assert_eq!(rates(&scenario, "B-C a-z"), want);
    let scenario = compiled(&with_event(event), &radio_with("", LEVEL));
    assert_eq!(
        rates(&scenario, "B-C a-z"),
        [],
        "20 dB leave 6 dB for 64QAM"
    );
}

const FADING: &str = ", level = \"-50 dBm\", fading = { every = \"20 ms\", lasts = \"5 ms\", \
                      depth = \"30 dB\", slope = \"10000 dB/s\" }";

#[test]
fn drawn_fades_belong_to_seed_and_link_name_and_end() {
    let steps = |scenario: &str, topology: &str| rates(&compiled(scenario, topology), "B-C a-z");
    let fading = radio_with("", FADING);
    let first = steps(RING, &fading);
    // 50 fades a second on average; 58 % are deeper than 26 dB (e^-26/30 = 0.42) or not at all.
    assert!((20..200).contains(&first.len()), "{}", first.len());
    assert_eq!(first, steps(RING, &fading));
    assert_ne!(first, steps(&with(RING, "seed = 7", "seed = 8"), &fading));
    assert_eq!(first.last().map(|step| step.1), Some(129_000_000));
    // Another radio link draws its own, and changes nothing here; the same name draws the same.
    let other = "medium = \"microwave\"\nlength = \"100 m\"\n\
                 radio = { channel = \"7 MHz\", modulation = \"64QAM\", level = \"-50 dBm\", \
                 fading = { every = \"20 ms\", lasts = \"5 ms\", depth = \"30 dB\", slope = \"10000 dB/s\" } }";
    let copper = "medium = \"copper\"\nlength = \"100 m\"\nrate = \"10 Mb/s\"";
    let both = with(&fading, copper, other);
    assert_eq!(first, steps(RING, &both));
    let renamed = both
        .replace("\"B-C\"", "\"x\"")
        .replace("\"C-D\"", "\"B-C\"");
    let times = |steps: &[(u64, u64)]| steps.iter().map(|step| step.0).collect::<Vec<_>>();
    let narrow = steps(RING, &renamed);
    // 7 MHz needs 6.021 dB less: the same fades, crossed elsewhere, none earlier than the first.
    assert!(narrow.len() > 1 && narrow.len() < first.len() && narrow[1].0 > first[1].0);
    assert_ne!(times(&narrow), times(&first));
    // Both directions fade alike.
    let back = "from = \"C\"\nto = \"B\"";
    let back = with(RING, "from = \"B\"\nto = \"D\"", back);
    assert_eq!(first, rates(&compiled(&back, &fading), "B-C z-a"));
}

#[test]
fn a_series_asks_for_bins() {
    let scenario = compiled(
        &with(RING, "seed = 7", "seed = 7\nseries = \"100 ms\""),
        TOPOLOGY,
    );
    assert_eq!(scenario.plan.series_bin, Some(Span::from_ms(100)));
    assert_eq!(compiled(RING, TOPOLOGY).plan.series_bin, None);
    assert!(scenario.expanded.contains("series = \"100 ms\"\n"));
}

// --- Leased lines and SDH -------------------------------------------------------------------------

const COPPER: &str = "medium = \"copper\"\nlength = \"100 m\"\nrate = \"10 Mb/s\"";

#[test]
fn a_leased_e1_carries_frames_in_hdlc_at_1_984_mb_per_second() {
    let line = |keys: &str| {
        let line = format!("medium = \"leased-line\"\nlength = \"100 m\"\ntimeslots = 31{keys}");
        let quiet = with(RING, "\"2 Mb/s\"", "\"1 Mb/s\"");
        compiled(&quiet, &with(TOPOLOGY, COPPER, &line))
    };
    // 1482 B of body: 1488 octets, 11904 bits, a flag of 8, 192 stuffed.
    let ppp = line("");
    let leg = &lan(&ppp.plan)[1];
    assert_eq!(leg.bits, 8 + 11_904 + 192);
    // 12104 / 1.984 us = 6100.806451…
    assert_eq!(leg.serialization, Span(6_100_806_452));
    assert_eq!((leg.queued, leg.propagation), (Octets(1500), Span(490_000)));
    // Multilink: 6 octets more, 11952 bits, 192.77 stuffed.
    assert_eq!(
        lan(&line("\nframing = \"mlppp\"").plan)[1].bits,
        8 + 11_952 + 193
    );
}

#[test]
fn packets_never_take_a_link_of_timeslots_characters_or_tones() {
    for keys in [
        "medium = \"sdh\"\ncapacity = \"STM-1\"",
        "medium = \"leased-line\"\nline = \"rs-232\"\nbaud = 9600",
        "medium = \"leased-line\"\nline = \"analogue-4w\"\ntone_delay = \"8 ms\"",
    ] {
        // Much shorter than the way over the radio, by propagation and by metric.
        let extra = format!(
            "{TOPOLOGY}\n[[link]]\nname = \"B-D\"\nends = [\"B\", \"D\"]\nlength = \"1 m\"\n{keys}\n"
        );
        let scenario = compiled(RING, &extra);
        assert_eq!(scenario.flows[0].links, ["B-C", "C-D"], "{keys}");
        let path = "to = \"D\"\npath = [\"B\", \"D\"]";
        let told = errors(&load_texts(&with(RING, "to = \"D\"", path), &extra));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].title, "flow LAN: no packets from B on");
        assert_eq!((told[0].line, told[0].caret.as_str()), (36, "\"D\""));
    }
}

// --- Encryption -------------------------------------------------------------------------------------

#[test]
fn encryption_adds_its_octets_and_its_delay_once_a_link() {
    let encrypted = |keys: &str| compiled(RING, &radio_with(keys, ""));
    let macsec = encrypted("encryption = { kind = \"macsec\", delay = \"5 us\" }");
    let leg = &lan(&macsec.plan)[0];
    // 1500 + 32 octets; radio without preamble and gap.
    assert_eq!((leg.bits, leg.media), (8 * 1532, Span::from_us(5)));
    assert_eq!(
        leg.queued,
        Octets(1500),
        "the queue stands before the encryption"
    );
    // Outer IPv4 20, ESP 8, vector 8, inner IPv4 20, GRE 4, body 1482, padding 0, trailer 2, check
    // value 16 in a frame of 18 more.
    let ipsec = encrypted("encryption = { kind = \"ipsec\" }");
    assert_eq!(lan(&ipsec.plan)[0].bits, 8 * (1560 + 18));
    let stored = encrypted(
        "repeaters = \"store-and-forward\"\nencryption = { kind = \"macsec\", delay = \"5 us\" }",
    );
    let legs = lan(&stored.plan);
    assert_eq!((legs[0].bits, legs[1].bits), (8 * 1532, 8 * 1532));
    assert_eq!(
        (legs[0].media, legs[1].media),
        (Span::from_us(5), Span::ZERO)
    );
}

// --- Disciplines ------------------------------------------------------------------------------------

fn disciplined(discipline: &str) -> String {
    let all = format!(
        "preset = \"physical\"\ndefault_discipline = \"utility\"\n\n[[discipline]]\n\
         name = \"utility\"\n{discipline}"
    );
    with(TOPOLOGY, "preset = \"physical\"", &all)
}

#[test]
fn a_discipline_becomes_that_of_every_packet_port() {
    let scenario = compiled(
        RING,
        &disciplined(
            "weights = { L1 = 4, AF = 3, L2 = 2, BE = 1 }\n\
             shaper = { rate = \"5 Mb/s\", burst = \"3 kB\" }\n\
             shapers = { AF = { rate = \"1 Mb/s\", burst = \"2 kB\" } }\n\
             early_drop = { BE = { min = \"30 kB\", max = \"90 kB\", probability = \"10 %\" } }\n\
             out_of_profile = { BE = \"90 kB\" }\n",
        ),
    );
    let one = port(&scenario, "C-D a-z")
        .discipline
        .as_ref()
        .expect("general");
    let quanta: Vec<u64> = one.quantum[4..]
        .iter()
        .flatten()
        .map(|quantum| quantum.0)
        .collect();
    assert_eq!(quanta, [4 * 1518, 3 * 1518, 2 * 1518, 1518]);
    assert_eq!(one.quantum[..4], [None; 4]);
    let shaper = one.port_shaper.expect("a shaper");
    assert_eq!((shaper.rate_bps, shaper.burst), (5_000_000, Octets(3000)));
    assert_eq!(
        one.class_shaper[5].map(|shaper| shaper.rate_bps),
        Some(1_000_000)
    );
    let early = one.early[7].as_ref().expect("early dropping");
    assert_eq!((early.min, early.max), (Octets(30_000), Octets(90_000)));
    assert_eq!(
        (early.probability_max_ppb, early.weight_shift),
        (100_000_000, 9)
    );
    let key = StreamKey::new("port", "C-D a-z\u{1f}BE", Purpose::EarlyDrop);
    assert_eq!(early.key, key);
    assert_eq!(one.yellow_limit[7], Some(Octets(90_000)));
    assert!(one.rates.is_empty() && !one.keeps_order && one.preemption.is_none());
    assert!(
        scenario
            .plan
            .ports
            .iter()
            .all(|port| port.discipline.is_some())
    );
    // A discipline that changes nothing leaves ports plain.
    let scenario = compiled(RING, &disciplined(""));
    assert!(
        scenario
            .plan
            .ports
            .iter()
            .all(|port| port.discipline.is_none())
    );
}

#[test]
fn a_link_may_have_a_discipline_of_its_own() {
    let topology = disciplined("weights = { BE = 1 }\n\n[[discipline]]\nname = \"strict\"\n");
    let own = with(
        &topology,
        "rate = \"10 Mb/s\"",
        "rate = \"10 Mb/s\"\ndiscipline = \"strict\"",
    );
    let scenario = compiled(RING, &own);
    assert!(port(&scenario, "C-D a-z").discipline.is_none());
    assert!(port(&scenario, "B-C a-z").discipline.is_some());
}

#[test]
fn pre_emption_states_the_rate_of_its_port() {
    let text = "name = \"utility\"\npreemption = { express = [\"EF\", \"NC\"] }\n";
    let topology = with(
        TOPOLOGY,
        "preset = \"physical\"",
        &format!("preset = \"physical\"\n\n[[discipline]]\n{text}"),
    );
    let topology = with(
        &topology,
        "rate = \"10 Mb/s\"",
        "rate = \"10 Mb/s\"\ndiscipline = \"utility\"",
    );
    let scenario = compiled(RING, &topology);
    let one = port(&scenario, "C-D a-z")
        .discipline
        .as_ref()
        .expect("general");
    let cut = one.preemption.expect("pre-emption");
    assert_eq!((cut.fragment_min, cut.overhead), (Octets(64), Octets(24)));
    let express: Vec<usize> = (0..8).filter(|class| cut.express[*class]).collect();
    assert_eq!(express, [0, 2]);
    assert_eq!(rates(&scenario, "C-D a-z"), [(0, 10_000_000)]);
}

// --- Everything written out -------------------------------------------------------------------------

#[test]
fn the_expanded_text_of_all_of_it_reads_back_to_the_same_plan() {
    let link = "repeaters = \"store-and-forward\"\nencryption = { kind = \"macsec\" }";
    let topology = radio_with(link, &format!("{RAY17}{FADING}"));
    let everything = "preset = \"physical\"\ndefault_discipline = \"b\"\n\n\
        [[discipline]]\nname = \"b\"\nweights = { AF = 3, BE = 1 }\nquantum = \"600 B\"\n\
        shapers = { BE = { rate = \"1 Mb/s\", burst = \"3 kB\" } }\n\
        early_drop = { BE = { min = \"1 kB\", max = \"90 kB\", probability = \"500 ppm\", weight = 3 } }\n\
        out_of_profile = { AF = \"9 kB\" }\n\n\
        [[discipline]]\nname = \"a\"\npreemption = { express = [\"EF\"] }\n";
    let topology = with(&topology, "preset = \"physical\"", everything);
    let topology = with(
        &topology,
        "name = \"D\"\n",
        "name = \"D\"\nfirewall = { delay = \"80 us\", rate = \"200 Mb/s\" }\n",
    );
    let topology = with(
        &topology,
        "rate = \"10 Mb/s\"",
        "rate = \"10 Mb/s\"\ndiscipline = \"a\"",
    );
    let lines = "\n[[link]]\nname = \"s\"\nends = [\"A\", \"D\"]\nmedium = \"sdh\"\nlength = \"9 km\"\n\
        capacity = { timeslots = 7 }\n\n[[link]]\nname = \"t\"\nends = [\"A\", \"D\"]\nmedium = \"sdh\"\n\
        length = \"9 km\"\ncapacity = \"OC-3\"\n\n[[link]]\nname = \"u\"\nends = [\"A\", \"D\"]\n\
        medium = \"leased-line\"\nlength = \"9 km\"\ntimeslots = 3\nframing = \"mlppp\"\nmetric = 9999999\n\
        encryption = { kind = \"ipsec\", delay = \"50 us\" }\n\n\
        [[link]]\nname = \"v\"\nends = [\"A\", \"D\"]\nmedium = \"leased-line\"\nlength = \"9 km\"\n\
        line = \"rs-232\"\nbaud = 19200\n\n[[link]]\nname = \"w\"\nends = [\"A\", \"D\"]\n\
        medium = \"leased-line\"\nlength = \"9 km\"\nline = \"analogue-4w\"\ntone_delay = \"8 ms\"\n";
    let scenario = with_event(
        "[[event]]\nat = \"300 ms\"\nmodulation = { link = \"B-C\", to = \"none\", direction = \"z-a\" }\n\n\
         [[event]]\nat = \"500 ms\"\nmodulation = { link = \"B-C\", to = \"16QAM\" }\n\n\
         [[event]]\nat = \"100 ms\"\nfade = { link = \"B-C\", depth = \"35 dB\", slope = \"50 dB/s\", lasts = \"0 s\" }",
    );
    let first = compiled(&scenario, &format!("{topology}{lines}"));
    let second = compiled(&first.expanded, TOPOLOGY);
    assert_eq!(first.expanded, second.expanded);
    assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
    assert_eq!(first.ports, second.ports);
}

#[test]
fn a_circuit_is_explained_with_its_media_and_every_radio_hop() {
    let keys = "radio_hops = 2\nrepeaters = \"store-and-forward\"\nradio = { channel = \"28 MHz\", \
                modulation = \"64QAM\", latency = \"racom-ray17\" }";
    let path = "ends = [\"A\", \"B\"]\npath = [\"A\", \"C\", \"B\"]";
    let scenario = compiled(&with(RING, "ends = [\"A\", \"B\"]", path), &radio(keys));
    let text = pilotwire::report::hops::circuit(&scenario, 0);
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    // 126 B frames: 81 us + 62 x 153/1454 us of latency, 7.814 us at 129 Mb/s.
    let hop = |number: &'static str| vec!["B-C", "hop", number, "7.814", "87.524", "83.400"];
    for number in ["1", "2"] {
        assert!(
            rows.iter().any(|row| row.starts_with(&hop(number))),
            "{text}"
        );
    }
    // 150 + (146 B at 100 Mb/s) 11.68 + 310 + 150 + 2 x (7.814 + 87.524 + 83.4) + 150 at most.
    assert!(
        rows.iter()
            .any(|row| row == &["B", "40.000", "to", "150.000", "1129.156"]),
        "{text}"
    );
}

// --- Faults ------------------------------------------------------------------------------------------

/// Keys of the microwave link in place of its rate; piece of the title, the caret, piece of the
/// help.
type Case = (&'static str, &'static str, &'static str, &'static str);

const LINK_CASES: &[Case] = &[
    (
        "radio = { channel = \"40 MHz\", modulation = \"64QAM\", lowest = \"4QAM\" }",
        "a channel of 40 MHz has no 4QAM",
        "\"4QAM\"",
        "it has 64QAM",
    ),
    (
        "radio = { channel = \"28MHz\", modulation = \"64QAM\" }",
        "unknown channel \"28MHz\"",
        "\"28MHz\"",
        "did you mean \"28 MHz\"?",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", lowest = \"128QAM\" }",
        "lowest modulation is above",
        "\"128QAM\"",
        "",
    ),
    (
        "rate = \"128 Mb/s\"\nradio = { channel = \"28 MHz\", modulation = \"64QAM\" }",
        "a rate that its radio does not have",
        "\"128 Mb/s\"",
        "leave `rate` out",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", level = \"-77 dBm\" }",
        "does not reach 64QAM",
        "\"-77 dBm\"",
        "raise the level",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", level = \"-50\" }",
        "`level` has no unit",
        "\"-50\"",
        "-50 dBm",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", thresholds = { 4QAM = \"-80 dBm\" } }",
        "a faster modulation must need a higher level",
        "",
        "4QAM -80 dBm, 8PSK -86500 mdBm",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", fading = { every = \"1 s\", \
         lasts = \"1 s\", depth = \"9 dB\", slope = \"9 dB/s\" } }",
        "link B-C fades from no level",
        "",
        "level = \"-50 dBm\"",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", level = \"-50 dBm\", fading = { \
         every = \"1 ms\", lasts = \"101 ms\", depth = \"9 dB\", slope = \"1000000 dB/s\" } }",
        "link B-C would be in 101 fades at a time",
        "",
        "less often",
    ),
    (
        "radio = { channel = \"28 MHz\", modulation = \"64QAM\", latency = \"racom-ray10\" }",
        "unknown latency \"racom-ray10\"",
        "\"racom-ray10\"",
        "racom-ray17",
    ),
    (
        "metric = 5",
        "link B-C has no `rate`",
        "[[link]]",
        "rate = ",
    ),
    (
        "rate = \"9 Mb/s\"\ncapacity = \"STM-1\"",
        "is microwave and has no `capacity`",
        "capacity",
        "leave this key out",
    ),
    (
        "rate = \"9 Mb/s\"\ndiscipline = \"utility\"",
        "unknown discipline \"utility\"",
        "\"utility\"",
        "[[discipline]]",
    ),
];

#[test]
fn every_fault_of_a_radio_is_told_once_with_line_caret_and_help() {
    for (keys, title, caret, help) in LINK_CASES {
        let loaded = load_texts(RING, &radio(keys));
        let told = errors(&loaded);
        let text = format!("{keys}: {told:#?}");
        assert!(loaded.scenario.is_none() && told.len() == 1, "{text}");
        assert!(told[0].title.contains(title), "{text}");
        assert!(
            told[0].caret.contains(caret) && told[0].help.contains(help),
            "{text}"
        );
        assert!(
            (32..=36).contains(&told[0].line) || *caret == "[[link]]",
            "{text}"
        );
    }
}

#[test]
fn keys_of_another_medium_and_values_no_line_has_are_told() {
    let line = |keys: &str| {
        let told = errors(&load_texts(RING, &with(TOPOLOGY, COPPER, keys)));
        told.into_iter().map(|one| one.title).collect::<Vec<_>>()
    };
    let leased = "medium = \"leased-line\"\nlength = \"1 km\"\n";
    let one = |keys: &str| line(&format!("{leased}{keys}"));
    assert_eq!(
        one("line = \"rs-232\"\nbaud = 9601"),
        ["link C-D: no serial line is run at this rate here"]
    );
    assert_eq!(
        one("timeslots = 31\nencryption = { kind = \"macsec\" }"),
        ["link C-D: MACsec needs Ethernet frames, and PPP has none"]
    );
    assert_eq!(
        one("line = \"analogue-4w\"\ntone_delay = \"8 ms\"\nbaud = 9600\nqueue = \"9 kB\""),
        [
            "link C-D is analogue-4w and has no `baud`",
            "link C-D is analogue-4w and has no `queue`"
        ]
    );
    assert_eq!(
        one("timeslots = 31\nrate = \"2 Mb/s\""),
        ["link C-D is e1 and has no `rate`"]
    );
    assert_eq!(
        line("medium = \"sdh\"\nlength = \"1 km\""),
        ["link C-D has no `capacity`"]
    );
}

const EVENT_CASES: &[Case] = &[
    (
        "modulation = { link = \"B_C\", to = \"4QAM\" }",
        "unknown link \"B_C\"",
        "\"B_C\"",
        "did you mean \"B-C\"?",
    ),
    (
        "modulation = { link = \"A-B\", to = \"4QAM\" }",
        "link A-B has no radio",
        "\"A-B\"",
        "only microwave links",
    ),
    (
        "modulation = { link = \"B-C\", to = \"128QAM\" }",
        "link B-C does not reach 128QAM",
        "\"128QAM\"",
        "4QAM, 8PSK, 16QAM, 32QAM, 64QAM, or none",
    ),
    (
        "modulation = { link = \"B-C\", to = \"none\" }",
        "link B-C stays silent for ever",
        "\"none\"",
        "to = \"64QAM\"",
    ),
    (
        "fade = { link = \"B-C\", depth = \"9 dB\", slope = \"9 dB/s\", lasts = \"1 s\" }",
        "link B-C fades from no level",
        "\"B-C\"",
        "level = \"-50 dBm\"",
    ),
    ("", "this event does nothing", "[[event]]", "modulation"),
    (
        "modulation = { link = \"B-C\", to = \"16QAM\" }\n[[event]]\nat = \"200 ms\"\n\
         modulation = { link = \"B-C\", to = \"8PSK\", direction = \"z-a\" }",
        "two modulations of link B-C at one instant",
        "\"8PSK\"",
        "one modulation in each direction",
    ),
];

#[test]
fn every_fault_of_an_event_is_told_once_with_line_caret_and_help() {
    for (event, title, caret, help) in EVENT_CASES {
        let event = format!("[[event]]\nat = \"200 ms\"\n{event}");
        let loaded = load_texts(&with_event(&event), &radio_with("", ""));
        let told = errors(&loaded);
        let text = format!("{event}: {told:#?}");
        assert!(loaded.scenario.is_none() && told.len() == 1, "{text}");
        assert!(told[0].title.contains(title), "{text}");
        assert!(
            told[0].caret.contains(caret) && told[0].help.contains(help),
            "{text}"
        );
        assert_eq!(told[0].file, "ring.toml", "{text}");
    }
    let late = "[[event]]\nat = \"1001 ms\"\nmodulation = { link = \"B-C\", to = \"4QAM\" }";
    let told = errors(&load_texts(&with_event(late), &radio_with("", "")));
    assert_eq!((told.len(), told[0].caret.as_str()), (1, "\"1001 ms\""));
    let lowest = "[[event]]\nat = \"9 ms\"\nmodulation = { link = \"B-C\", to = \"8PSK\" }";
    let told = errors(&load_texts(
        &with_event(lowest),
        &radio_with("", ", lowest = \"16QAM\""),
    ));
    assert_eq!(told[0].title, "link B-C does not go down to 8PSK");
}

const DISCIPLINE_CASES: &[Case] = &[
    (
        "weights = { AF = 0, BE = 0 }",
        "weights of discipline utility sum to zero",
        "weights",
        "such as",
    ),
    (
        "weights = { AF = 0, BE = 1 }",
        "gives AF the weight zero",
        "0",
        "1 or more",
    ),
    (
        "weights = { L2 = 1 }",
        "leaves BE strict below a class with a weight",
        "weights",
        "strict classes come before",
    ),
    (
        "shaper = { rate = \"5 Mb/s\", burst = \"1519 B\" }",
        "burst of a shaper of discipline utility is smaller than a packet of LAN",
        "\"1519 B\"",
        "could never be sent",
    ),
    (
        "shapers = { BE = { rate = \"5 Mb/s\", burst = \"1519 B\" } }",
        "burst of a shaper of discipline utility is smaller than a packet of LAN",
        "\"1519 B\"",
        "could never be sent",
    ),
    (
        "early_drop = { BE = { min = \"9 kB\", max = \"9 kB\", probability = \"1 %\" } }",
        "early dropping of BE has min not below max",
        "\"9 kB\"",
        "nothing is dropped below min",
    ),
    (
        "preemption = { express = [\"EF\"] }",
        "cuts frames, and link B-C is microwave",
        "\"utility\"",
        "needs Ethernet",
    ),
    (
        "early_drop = { BE = { min = \"1 kB\", max = \"9 kB\", probability = \"101 %\" } }",
        "`probability` is too large",
        "\"101 %\"",
        "10 %",
    ),
];

#[test]
fn every_fault_of_a_discipline_is_told_once_with_line_caret_and_help() {
    for (keys, title, caret, help) in DISCIPLINE_CASES {
        let loaded = load_texts(RING, &disciplined(keys));
        let told = errors(&loaded);
        let text = format!("{keys}: {told:#?}");
        assert!(loaded.scenario.is_none() && told.len() == 1, "{text}");
        assert!(told[0].title.contains(title), "{text}");
        assert!(
            told[0].caret.contains(caret) && told[0].help.contains(help),
            "{text}"
        );
    }
    // The nearest neighbours: a burst of 1520 octets is the largest packet; a class below the
    // first with a weight that nothing is sent in.
    let fits = |keys: &str| errors(&load_texts(RING, &disciplined(keys)));
    assert_eq!(
        fits("shaper = { rate = \"5 Mb/s\", burst = \"1520 B\" }"),
        []
    );
    assert_eq!(fits("weights = { AF = 2, BE = 1 }"), []);
    let both =
        "preemption = { express = [\"EF\"] }\nshaper = { rate = \"5 Mb/s\", burst = \"3 kB\" }";
    let titles: Vec<String> = fits(both).into_iter().map(|one| one.title).collect();
    assert!(titles.contains(&"discipline utility both shapes and cuts frames".to_owned()));
}

// --- Lints --------------------------------------------------------------------------------------------

fn fired(code: &str, scenario: &str, topology: &str) -> Vec<Found> {
    let mut all = found(&load_texts(scenario, topology));
    all.retain(|one| one.code == Some(code));
    all
}

#[test]
fn tp011_fires_when_circuits_do_not_fit_the_lowest_modulation() {
    // 87L over B-C: 126 B a millisecond, 1.008 Mb/s. With EF at 3.791 Mb/s 4.799 Mb/s fit 4QAM in
    // 3.5 MHz, 4.8 Mb/s; at 3.793 Mb/s they do not.
    let narrow = "radio = { channel = \"3.5 MHz\", modulation = \"64QAM\" }";
    let scenario = |rate: &str| {
        let path = "ends = [\"A\", \"B\"]\npath = [\"A\", \"C\", \"B\"]";
        let flow = with(
            RING,
            "from = \"B\"\nto = \"D\"\nclass = \"BE\"",
            "from = \"C\"\nto = \"B\"\nclass = \"EF\"",
        );
        let flow = with(&flow, "\"2 Mb/s\"", rate);
        with(&flow, "ends = [\"A\", \"B\"]", path)
    };
    assert_eq!(
        fired("TP011", &scenario("\"3.791 Mb/s\""), &radio(narrow)),
        []
    );
    let told = fired("TP011", &scenario("\"3.793 Mb/s\""), &radio(narrow));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].severity, told[0].caret.as_str()),
        (Severity::Warning, "\"B-C\"")
    );
    assert!(
        told[0].title.starts_with("link B-C z-a cannot carry"),
        "{}",
        told[0].title
    );
    // The same traffic in a class that may wait is no promise.
    let later =
        scenario("\"3.793 Mb/s\"").replace("class = \"EF\"\npattern", "class = \"AF\"\npattern");
    assert_eq!(fired("TP011", &later, &radio(narrow)), []);
}

#[test]
fn tp012_fires_for_a_line_that_fits_until_the_relays_are_silent() {
    // A whole E1 on 2 timeslots does not fit at all; 64 B of one timeslot in 8 ms do: 82 octets and
    // 8 bits of flag, 656 + 11 stuffed + 8 = 675 bits a packet, 84.4 kb/s; silent: 144 + 3 + 512 +
    // 102 + 8 = 769 bits, 96.1 kb/s. 12 timeslots, 96 B in 1 ms: 114 octets, 912 + 15 + 8 = 935
    // kb/s in service; 144 + 3 + 768 + 153 + 8 = 1076 kb/s silent. 15 timeslots are 960 kb/s, 17
    // are 1088 kb/s.
    let line = |timeslots: u32| {
        let line =
            format!("medium = \"leased-line\"\nlength = \"100 km\"\ntimeslots = {timeslots}");
        let fibre = "medium = \"fibre\"\nlength = \"100 km\"\nrate = \"1 Gb/s\"";
        // The flow that crosses A-B as well goes elsewhere.
        let away = with(
            RING,
            "path = [\"A\", \"B\", \"C\", \"D\"]",
            "path = [\"A\", \"C\", \"D\"]",
        );
        let topology = with(TOPOLOGY, fibre, &line);
        let path = "ends = [\"A\", \"B\"]\npath = [\"A\", \"B\"]";
        let away = with(&away, "ends = [\"A\", \"B\"]", path);
        let loaded = load_texts(&away, &topology);
        assert_eq!(errors(&loaded), [], "{timeslots}");
        fired("TP012", &away, &topology)
    };
    let told = line(15);
    assert_eq!(told.len(), 2, "both directions: {told:?}");
    assert!(
        told[0].title.contains("112 % of the rate, 97 % in service"),
        "{}",
        told[0].title
    );
    assert_eq!(told[0].caret, "\"A-B\"");
    assert_eq!(line(17), []);
}

#[test]
fn tp014_fires_for_early_dropping_of_ef_and_of_circuits() {
    let dropping = |class: &str| {
        let text = format!(
            "early_drop = {{ {class} = {{ min = \"3 kB\", max = \"9 kB\", probability = \"1 %\" }} }}"
        );
        fired("TP014", RING, &disciplined(&text))
    };
    assert_eq!(dropping("BE"), []);
    assert_eq!(dropping("H2"), []);
    let told = dropping("EF");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].title, "discipline utility drops EF early");
    assert_eq!(
        (told[0].severity, told[0].caret.as_str()),
        (Severity::Warning, "\"9 kB\"")
    );
    // A circuit in another class.
    let moved = with(RING, "class = \"EF\"", "class = \"H2\"");
    let text = "early_drop = { H2 = { min = \"3 kB\", max = \"9 kB\", probability = \"1 %\" } }";
    let told = fired("TP014", &moved, &disciplined(text));
    assert_eq!(told.len(), 1);
}
