//! What flows, services and security controls become: octets and times worked out by hand.

use pilotwire::plan::{End, Sizes, Source, StreamId};
use pilotwire::scenario::{Flow, Overrides, Scenario, Severity, load};
use pilotwire::traffic::{Class, Policer};
use pilotwire::units::{Octets, SimTime, Span};
use proptest::prelude::*;

use crate::scenario_support::{Found, RING, TOPOLOGY, errors, found, load_texts, with};

const LAN: &str = "pattern = { kind = \"poisson\", rate = \"2 Mb/s\", size = \"1500 B\" }";
const LAN_TO: &str = "to = \"D\"\nclass = \"BE\"\n";

/// The ring with other lines in place of the pattern of its flow LAN, from B to D in BE.
fn ring(pattern: &str) -> String {
    with(RING, LAN, pattern)
}

/// The ring with more tables at its end.
fn more(tables: &str) -> String {
    format!("{RING}\n{tables}\n")
}

fn loaded(text: &str) -> Scenario {
    let loaded = load_texts(text, TOPOLOGY);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("it loads")
}

fn flow<'a>(scenario: &'a Scenario, name: &str) -> &'a Flow {
    let mut flows = scenario.flows.iter();
    flows.find(|flow| flow.name == name).expect("the flow")
}

/// Octets in the queue of every size of a stream.
fn queued(scenario: &Scenario, stream: StreamId) -> Vec<u64> {
    let of = &scenario.plan.streams[stream.0 as usize].sizes;
    let variants = 0..of.count();
    variants
        .map(|variant| scenario.plan.path_of(stream, variant)[0].queued.0)
        .collect()
}

fn source(scenario: &Scenario, stream: StreamId) -> &Source {
    &scenario.plan.streams[stream.0 as usize].source
}

/// The one error that this text gives, with the text under its caret.
fn fault(text: &str, title: &str, caret: &str, help: &str) {
    let all = errors(&load_texts(text, TOPOLOGY));
    let told: &Found = all.first().unwrap_or_else(|| panic!("{title} is told"));
    assert!(told.title.contains(title), "{all:?}");
    assert!(told.caret.contains(caret), "{all:?}");
    assert!(told.help.contains(help), "{all:?}");
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(told.line > 0);
}

#[test]
fn a_talker_of_64_kbps_sends_200_octets_every_25_ms() {
    let pattern = "{ kind = \"on-off\", rate = \"64 kb/s\", size = \"200 B\", on = \"1 s\", off = \"1.35 s\" }";
    let scenario = loaded(&ring(&format!("pattern = {pattern}")));
    let Source::OnOff {
        gap,
        mean_on_q16_ps,
        mean_off_q16_ps,
        ..
    } = source(&scenario, flow(&scenario, "LAN").stream)
    else {
        panic!("talk and silence")
    };
    assert_eq!(*gap, Span::from_ms(25));
    assert_eq!(*mean_on_q16_ps, 1_000_000_000_000 << 16);
    assert_eq!(*mean_off_q16_ps, 1_350_000_000_000 << 16);
}

#[test]
fn a_constant_rate_may_be_said_as_rate_and_keeps_its_exact_period() {
    // 300 octets at 7 Mb/s: 2400/7 us, 342.857 142 8...
    let pattern = "{ kind = \"cbr\", rate = \"7 Mb/s\", size = \"300 B\" }";
    let scenario = loaded(&ring(&format!("pattern = {pattern}")));
    let Source::Periodic(ticks) = source(&scenario, flow(&scenario, "LAN").stream) else {
        panic!("a period")
    };
    assert_eq!(ticks.period_exact_ps(), (2_400_000_000, 7));
}

#[test]
fn the_internet_mix_is_drawn_seven_four_one_and_its_mean_gap_counts_all_sizes() {
    let pattern = "{ kind = \"poisson\", rate = \"8 Mb/s\", size = \"imix\" }";
    let scenario = loaded(&ring(&format!("pattern = {pattern}")));
    let stream = flow(&scenario, "LAN").stream;
    assert_eq!(queued(&scenario, stream), [64, 594, 1518]);
    let Sizes::Drawn { thresholds, .. } = &scenario.plan.streams[stream.0 as usize].sizes else {
        panic!("drawn sizes")
    };
    // 2^64 · 7/12 and 2^64 · 11/12, to the nearest whole number.
    let want = [
        10_760_600_709_663_905_109,
        16_909_515_400_900_422_315,
        u64::MAX,
    ];
    assert_eq!(**thresholds, want);
    // (7·64 + 4·594 + 1518) / 12 = 361.8333 octets: 361.8333 us at 8 Mb/s, in 2^-16 ps.
    let Source::Poisson {
        mean_gap_q16_ps, ..
    } = source(&scenario, stream)
    else {
        panic!("exponential gaps")
    };
    let exact = 4342_u128 * 1_000_000 * 65_536 / 12;
    assert_eq!(u128::from(*mean_gap_q16_ps), exact, "to the nearest: .33");
}

#[test]
fn wire_and_routed_services_put_their_octets_around_the_frame() {
    let with_transport = |transport: &str| {
        let pattern = "{ kind = \"cbr\", period = \"1 ms\", size = \"300 B\" }";
        let text = ring(&format!("pattern = {pattern}\ntransport = \"{transport}\""));
        let scenario = loaded(&text);
        let stream = flow(&scenario, "LAN").stream;
        queued(&scenario, stream)[0]
    };
    assert_eq!(with_transport("none"), 300);
    // 14 + 8 + 4 + 296 + 4, and 14 + 8 + 282 + 4.
    assert_eq!(with_transport("vpws"), 326);
    assert_eq!(with_transport("vpls"), 326);
    assert_eq!(with_transport("vprn"), 308);
}

#[test]
fn a_trace_is_sent_as_written_up_to_the_duration() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = ring("pattern = { kind = \"trace\", file = \"packets.csv\" }");
    std::fs::write(folder.path().join("ring.topology.toml"), TOPOLOGY).expect("written");
    std::fs::write(folder.path().join("ring.toml"), text).expect("written");
    let rows = "# captured\nat,size\n1.5 ms,300 B\n1.5 ms,64 B\n20 ms,300 B\n1 s,1500 B\n";
    std::fs::write(folder.path().join("packets.csv"), rows).expect("written");
    let loaded = load(&folder.path().join("ring.toml"), &Overrides::default());
    assert_eq!(errors(&loaded), []);
    let notes = found(&loaded);
    let note = notes.iter().find(|one| one.file == "packets.csv");
    let note = note.expect("what is not sent is told");
    assert_eq!((note.line, note.severity), (6, Severity::Note));
    assert_eq!(note.title, "flow LAN: 1 packets of the trace are not sent");
    let scenario = loaded.scenario.expect("it loads");
    let stream = flow(&scenario, "LAN").stream;
    let Source::Listed(instants) = source(&scenario, stream) else {
        panic!("listed instants")
    };
    let us = |us: u64| SimTime(us * 1_000_000);
    assert_eq!(**instants, [us(1500), us(1500), us(20_000)]);
    assert_eq!(queued(&scenario, stream), [64, 300]);
    let Sizes::Cycle(cycle) = &scenario.plan.streams[stream.0 as usize].sizes else {
        panic!("listed sizes")
    };
    assert_eq!(**cycle, [1, 0, 1]);
    assert_eq!(
        scenario.inputs.len(),
        3,
        "the trace is an input like the others"
    );
}

#[test]
fn a_trace_whose_time_goes_back_is_refused_at_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = ring("pattern = { kind = \"trace\", file = \"packets.csv\" }");
    std::fs::write(folder.path().join("ring.topology.toml"), TOPOLOGY).expect("written");
    std::fs::write(folder.path().join("ring.toml"), text).expect("written");
    let told = |rows: &str| {
        std::fs::write(folder.path().join("packets.csv"), rows).expect("written");
        let all = errors(&load(
            &folder.path().join("ring.toml"),
            &Overrides::default(),
        ));
        let short = all.into_iter().map(|one| (one.file, one.line, one.title));
        short.collect::<Vec<_>>()
    };
    let row = |line: usize, title: &str| ("packets.csv".to_owned(), line, title.to_owned());
    let back = "at,size\n2 ms,300 B\n1.5 ms,300 B\n3 ms,300 B\n2.9 ms,12 B\n";
    let want = [
        row(3, "flow LAN: time goes back"),
        row(5, "flow LAN: no Ethernet frame has 12 B"),
        row(5, "flow LAN: time goes back"),
    ];
    assert_eq!(told(back), want);
    let no_packet = "this line is no packet of a trace";
    let odd = "at,size\n2,300 B\n1 ms\n3 ms,0 B\n4 ms,300 B,x\n";
    assert_eq!(told(odd), [2, 3, 4, 5].map(|line| row(line, no_packet)));
    assert_eq!(
        told("time,octets\n1 ms,300 B\n"),
        [row(1, "the trace begins with another header")]
    );
    assert_eq!(told("at,size\n"), [row(1, "the trace has no packet")]);
    let late = told("at,size\n1 s,300 B\n");
    assert_eq!(late[0].0, "ring.toml", "nothing would be sent: {late:?}");
}

#[test]
fn a_trace_in_place_needs_as_many_sizes_as_instants() {
    let trace = |keys: &str| ring(&format!("pattern = {{ kind = \"trace\", {keys} }}"));
    let scenario = loaded(&trace(
        "at = [\"1 ms\", \"2 ms\"], size = [\"64 B\", \"64 B\"]",
    ));
    let stream = flow(&scenario, "LAN").stream;
    assert!(matches!(
        scenario.plan.streams[stream.0 as usize].sizes,
        Sizes::One
    ));
    fault(
        &trace("at = [\"1 ms\", \"2 ms\"], size = [\"64 B\"]"),
        "a size for each instant",
        "trace",
        "",
    );
    fault(
        &trace("file = \"x.csv\", at = [\"1 ms\"], size = [\"64 B\"]"),
        "needs either `file`, or `at` and `size`",
        "trace",
        "",
    );
    fault(
        &trace("at = [\"2 ms\", \"1 ms\"], size = [\"64 B\", \"64 B\"]"),
        "time goes back",
        "\"1 ms\"",
        "order",
    );
    fault(
        &trace("file = \"none.csv\""),
        "cannot read",
        "none.csv",
        "folder",
    );
}

#[test]
fn a_video_of_4_mbps_sends_a_picture_of_64_kb_and_eleven_of_16_kb() {
    let pattern = "{ kind = \"video\", rate = \"4 Mb/s\", packet = \"1400 B\" }";
    let scenario = loaded(&ring(&format!("pattern = {pattern}")));
    let stream = flow(&scenario, "LAN").stream;
    let Source::Cyclic { cycles, offsets } = source(&scenario, stream) else {
        panic!("a cycle")
    };
    // 12 pictures at 25 Hz; 64 000 octets in 46 frames, 16 000 in 12.
    assert_eq!(cycles.period(), Span::from_ms(480));
    assert_eq!(offsets.len(), 46 + 11 * 12);
    // 64 000 = 12 · 1392 + 34 · 1391 + 2 ... = 46 · 1391 + 14; 16 000 = 12 · 1333 + 4.
    assert_eq!(queued(&scenario, stream), [1333, 1334, 1391, 1392]);
    let Sizes::Cycle(cycle) = &scenario.plan.streams[stream.0 as usize].sizes else {
        panic!("a cycle of sizes")
    };
    let octets = queued(&scenario, stream);
    let sum: u64 = cycle.iter().map(|size| octets[usize::from(*size)]).sum();
    assert_eq!(sum, 240_000, "4 Mb/s for 0.48 s");
    // 1412 octets at 100 Mb/s with layer 1: 112.96 us to the second frame; 40 ms to picture two.
    assert_eq!(offsets[1], Span::from_ns(112_960));
    assert_eq!(offsets[46], Span::from_ms(40));
}

#[test]
fn each_call_is_a_stream_of_its_own_with_the_octets_of_its_codec() {
    let calls = |codec: &str| {
        let pattern = format!("{{ kind = \"voip\", calls = 12, codec = \"{codec}\" }}");
        let scenario = loaded(&ring(&format!("pattern = {pattern}\ntransport = \"vprn\"")));
        let flow = flow(&scenario, "LAN").clone();
        let names: Vec<&str> = flow.streams.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.len(), 12);
        assert_eq!((names[0], names[11]), ("LAN call 01", "LAN call 12"));
        let keys: Vec<String> = flow
            .streams
            .iter()
            .map(|one| format!("{:?}", source(&scenario, one.stream)))
            .collect();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "own draws");
        queued(&scenario, flow.stream)[0]
    };
    // 160 + 40 octets of IP; 14 + 8 + 200 + 4. G.729: 20 + 40, 86.
    assert_eq!(calls("G.711"), 226);
    assert_eq!(calls("G.729"), 86);
    fault(
        &ring("pattern = { kind = \"voip\", calls = 1, codec = \"G.729\", packet = \"15 ms\" }"),
        "G.729 makes no packet of this length",
        "\"15 ms\"",
        "20 ms",
    );
}

#[test]
fn a_session_is_a_request_and_its_response_over_the_same_links_back() {
    let pattern = "{ kind = \"session\", request = \"85 B\", response = \"137 B\", \
                   interval = \"2 s\", turnaround = \"5 ms\", timeout = \"10 s\" }";
    let scenario = loaded(&ring(&format!("pattern = {pattern}")));
    let flow = flow(&scenario, "LAN");
    let [there, back] = &flow.streams[..] else {
        panic!("two streams")
    };
    assert_eq!(back.stream.0, there.stream.0 + 1);
    assert_eq!(there.nodes, ["B", "C", "D"]);
    assert_eq!(back.nodes, ["D", "C", "B"]);
    assert_eq!(
        (
            queued(&scenario, there.stream),
            queued(&scenario, back.stream)
        ),
        (vec![85], vec![137])
    );
    let Source::Request {
        interval,
        timeout,
        response,
        first,
    } = source(&scenario, there.stream)
    else {
        panic!("a client")
    };
    assert_eq!((*first, *response), (SimTime::ZERO, back.stream));
    assert_eq!((*interval, *timeout), (Span::from_s(2), Span::from_s(10)));
    let Source::Response {
        request,
        turnaround,
    } = source(&scenario, back.stream)
    else {
        panic!("a server")
    };
    assert_eq!((*request, *turnaround), (there.stream, Span::from_ms(5)));
    assert!(matches!(
        scenario.plan.streams[back.stream.0 as usize].end,
        End::Sink
    ));
}

#[test]
fn polling_and_synchrophasors_have_the_octets_of_their_standards() {
    let both = |pattern: &str| {
        let scenario = loaded(&ring(&format!("pattern = {pattern}")));
        let streams = &flow(&scenario, "LAN").streams;
        [0, 1].map(|way: usize| queued(&scenario, streams[way].stream)[0])
    };
    // APDUs of 16 and 6 + 6 + 20 · 8 = 172 octets; TCP/IP 40, Ethernet 18.
    let poll = "{ kind = \"scada-poll\", points = 20, interval = \"2 s\" }";
    assert_eq!(both(poll), [74, 230]);
    // 14 + 2 + 4 · 8 + 8 + 2 + 2 = 60 octets of C37.118.2; the acknowledgement is padded.
    let pmu = "{ kind = \"synchrophasor\", rate = \"60 Hz\", phasors = 4, digitals = 1 }";
    assert_eq!(both(pmu), [118, 64]);
    // Integers: 14 + 2 + 4 · 4 + 4 + 2 + 2 = 40.
    let integers = with(pmu, "digitals = 1", "digitals = 1, format = \"integer\"");
    assert_eq!(both(&integers), [98, 64]);
    let scenario = loaded(&ring(&format!("pattern = {pmu}")));
    let Source::Request { interval, .. } = source(&scenario, flow(&scenario, "LAN").stream) else {
        panic!("a client")
    };
    assert_eq!(*interval, Span(16_666_666_667), "1/60 s: 60 in a second");
}

#[test]
fn copies_of_a_lan_service_go_to_every_station_and_share_their_draws() {
    let text = with(
        &ring(
            "pattern = { kind = \"poisson\", rate = \"1 Mb/s\", size = \"imix\" }\ntransport = \"vpls\"",
        ),
        LAN_TO,
        "to = \"*\"\nclass = \"BE\"\n",
    );
    let scenario = loaded(&text);
    let flow = flow(&scenario, "LAN");
    let names: Vec<&str> = flow.streams.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["LAN → A", "LAN → C", "LAN → D"]);
    let said = |stream: StreamId| {
        let stream = &scenario.plan.streams[stream.0 as usize];
        format!("{:?} {:?}", stream.source, stream.sizes)
    };
    assert_eq!(said(flow.streams[0].stream), said(flow.streams[1].stream));
    assert_eq!(said(flow.streams[0].stream), said(flow.streams[2].stream));
    let ends: Vec<&str> = flow
        .streams
        .iter()
        .map(|one| one.nodes.last().expect("a path").as_str())
        .collect();
    assert_eq!(ends, ["A", "C", "D"]);
    // The order in the file changes nothing.
    let there = with(&text, "to = \"*\"", "to = [\"A\", \"C\", \"D\"]");
    let back = with(&text, "to = \"*\"", "to = [\"D\", \"A\", \"C\"]");
    let plan = |text: &str| format!("{:?}", loaded(text).plan);
    assert_eq!(plan(&there), plan(&back));
    assert_eq!(plan(&there), plan(&text));
}

#[test]
fn only_a_lan_service_has_several_destinations() {
    let several = |to: &str, rest: &str| {
        let text = ring(&format!("{LAN}\n{rest}"));
        with(&text, LAN_TO, &format!("to = {to}\nclass = \"BE\"\n"))
    };
    let vpls = "transport = \"vpls\"";
    fault(
        &several("\"*\"", ""),
        "several destinations",
        "\"*\"",
        "vpls",
    );
    fault(
        &several("[\"A\", \"D\"]", "transport = \"vpws\""),
        "several destinations",
        "[\"A\", \"D\"]",
        "vpls",
    );
    fault(
        &several("[\"A\", \"A\"]", vpls),
        "goes to A twice",
        "\"A\"",
        "",
    );
    fault(
        &several("[\"A\", \"B\"]", vpls),
        "both ends of LAN are B",
        "\"B\"",
        "",
    );
    fault(
        &several("[\"A\", \"d\"]", vpls),
        "unknown node \"d\"",
        "\"d\"",
        "did you mean \"D\"?",
    );
    let path = format!("{vpls}\npath = [\"B\", \"A\"]");
    let all = errors(&load_texts(&several("[\"A\", \"D\"]", &path), TOPOLOGY));
    assert!(all[0].title.contains("one path and several"), "{all:?}");
    let session = "pattern = { kind = \"scada-poll\", points = 1, interval = \"1 s\" }\n\
                   transport = \"vpls\"";
    let text = with(&ring(session), LAN_TO, "to = \"*\"\nclass = \"BE\"\n");
    fault(&text, "a session has one far end", "scada-poll", "one flow");
}

#[test]
fn a_policer_is_that_of_its_rfc_and_meters_frames_on_the_network() {
    let policed = |policer: &str| {
        let pattern = "{ kind = \"cbr\", period = \"1.75 ms\", size = \"84 B\" }";
        ring(&format!("pattern = {pattern}\npolicer = {{ {policer} }}"))
    };
    let of = |policer: &str| {
        let scenario = loaded(&policed(policer));
        let stream = flow(&scenario, "LAN").stream;
        scenario.plan.streams[stream.0 as usize].policer
    };
    assert_eq!(
        of("rate = \"384 kb/s\", burst = \"84 B\", excess = \"0 B\""),
        Some(Policer::SingleRate {
            rate_bps: 384_000,
            committed: Octets(84),
            excess: Octets(0)
        })
    );
    assert_eq!(
        of("peak = \"1 Mb/s\", peak_burst = \"168 B\", rate = \"384 kb/s\", burst = \"84 B\""),
        Some(Policer::TwoRate {
            peak_bps: 1_000_000,
            peak: Octets(168),
            committed_bps: 384_000,
            committed: Octets(84)
        })
    );
    fault(
        &policed("rate = \"384 kb/s\", burst = \"83 B\""),
        "bucket smaller than a packet",
        "\"83 B\"",
        "at least 84 B",
    );
    fault(
        &policed(
            "peak = \"383 kb/s\", peak_burst = \"84 B\", rate = \"384 kb/s\", burst = \"84 B\"",
        ),
        "peak below its rate",
        "\"383 kb/s\"",
        "RFC 2698",
    );
    fault(
        &policed("rate = \"384 kb/s\", burst = \"84 B\", peak = \"1 Mb/s\""),
        "has half a peak",
        "\"1 Mb/s\"",
        "peak_burst",
    );
}

#[test]
fn tp013_fires_below_the_true_framed_rate_and_names_it() {
    // TV33: 84 octets every 1.75 ms are 384 kb/s.
    let fired = |rate: &str, transport: &str| {
        let pattern = "{ kind = \"cbr\", period = \"1.75 ms\", size = \"84 B\" }";
        let text = ring(&format!(
            "pattern = {pattern}\ntransport = \"{transport}\"\n\
             policer = {{ rate = \"{rate}\", burst = \"1 kB\" }}"
        ));
        let mut all = found(&load_texts(&text, TOPOLOGY));
        all.retain(|one| one.code == Some("TP013"));
        all
    };
    assert_eq!(fired("384 kb/s", "none"), []);
    let told = fired("383999 b/s", "none");
    assert_eq!((told.len(), told[0].severity), (1, Severity::Warning));
    assert_eq!(told[0].caret, "\"383999 b/s\"");
    assert!(told[0].help.contains("384000 b/s"), "{}", told[0].help);
    // VPWS makes 110 octets of 84: 502 857.14 b/s.
    assert!(fired("384 kb/s", "vpws")[0].help.contains("502858 b/s"));
    assert_eq!(fired("502858 b/s", "vpws"), []);
}

#[test]
fn tp013_asks_the_peak_of_a_policer_of_two_rates() {
    // 84 octets each millisecond are 672 kb/s: marked beyond 384, passed up to the peak.
    let fired = |peak: &str| {
        let policer = format!(
            "pattern = {{ kind = \"cbr\", period = \"1 ms\", size = \"84 B\" }}\n\
             policer = {{ rate = \"384 kb/s\", burst = \"84 B\", peak = \"{peak}\", \
             peak_burst = \"126 B\" }}"
        );
        let told = found(&load_texts(&ring(&policer), TOPOLOGY));
        told.iter().filter(|one| one.code == Some("TP013")).count()
    };
    assert_eq!(fired("672 kb/s"), 0);
    assert_eq!(fired("671999 b/s"), 1);
}

#[test]
fn sizes_times_and_speeds_that_cannot_be_are_refused_where_they_stand() {
    let pattern = |text: &str| ring(&format!("pattern = {{ {text} }}"));
    for (text, title, caret, help) in [
        (
            "kind = \"on-off\", rate = \"64 kb/s\", size = \"200 B\", on = \"0 s\", off = \"1 s\"",
            "`on` is zero",
            "\"0 s\"",
            "time",
        ),
        (
            "kind = \"on-off\", rate = \"64 kb/s\", size = \"200 B\", on = \"1 s\", off = \"0 s\"",
            "`off` is zero",
            "\"0 s\"",
            "time",
        ),
        (
            "kind = \"on-off\", rate = \"64 kb/s\", size = \"200 B\", on = \"1 s\", off = \"282 s\"",
            "`off` is too large",
            "\"282 s\"",
            "time",
        ),
        (
            "kind = \"cbr\", period = \"1 ms\", size = { wire = \"imix\" }",
            "`wire` is no valid size",
            "\"imix\"",
            "size",
        ),
        (
            "kind = \"cbr\", size = \"64 B\"",
            "needs either `period` or `rate`",
            "cbr",
            "rate",
        ),
        (
            "kind = \"cbr\", period = \"1 ms\", rate = \"1 Mb/s\", size = \"64 B\"",
            "needs either `period` or `rate`",
            "cbr",
            "rate",
        ),
        (
            "kind = \"session\", request = \"85 B\", response = \"137 B\", interval = \"2 s\", \
             timeout = \"1.9 s\"",
            "the timeout is shorter than the interval",
            "\"1.9 s\"",
            "2 s",
        ),
        (
            "kind = \"session\", request = \"63 B\", response = \"137 B\", interval = \"2 s\"",
            "no Ethernet frame has 63 B",
            "\"63 B\"",
            "",
        ),
        (
            "kind = \"scada-poll\", points = 171, interval = \"2 s\"",
            "`points` is out of range",
            "171",
            "170",
        ),
        (
            "kind = \"video\", rate = \"4 Mb/s\", access = \"12 Mb/s\"",
            "a picture takes longer than the time to the next one",
            "\"12 Mb/s\"",
            "faster",
        ),
        (
            "kind = \"video\", rate = \"100 kb/s\", frame_rate = \"60 Hz\", group = 12, ratio = 100",
            "a picture is smaller than an Ethernet frame",
            "\"100 kb/s\"",
            "higher",
        ),
        (
            "kind = \"video\", rate = \"1 Tb/s\", group = 600",
            "`rate` is no valid bit rate",
            "\"1 Tb/s\"",
            "b/s",
        ),
        (
            "kind = \"video\", rate = \"10000 Gb/s\", group = 600",
            "a group has more than 4194304 frames",
            "\"10000 Gb/s\"",
            "lower rate",
        ),
        (
            "kind = \"voip\", calls = 0",
            "`calls` is out of range",
            "0",
            "",
        ),
        (
            "kind = \"vedio\", rate = \"4 Mb/s\"",
            "unknown pattern kind \"vedio\"",
            "\"vedio\"",
            "did you mean \"video\"?",
        ),
    ] {
        fault(&pattern(text), title, caret, help);
    }
    let wire = "pattern = { kind = \"cbr\", period = \"1 ms\", size = { wire = \"84 B\" } }";
    fault(
        &ring(&format!("{wire}\ntransport = \"vpws\"")),
        "counts octets on the wire",
        "wire",
        "customer's frame",
    );
    fault(
        &ring(&format!("{LAN}\ntransport = \"vpns\"")),
        "unknown transport \"vpns\"",
        "\"vpns\"",
        "did you mean \"vp",
    );
}

const SCADA: &str = "[[service]]\nname = \"SCADA\"\npreset = \"scada\"\nhub = \"A\"\nsites = \"*\"";

#[test]
fn a_service_is_laid_over_its_sites_one_after_the_other() {
    let scenario = loaded(&more(SCADA));
    let names: Vec<&str> = scenario.flows.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        ["LAN", "SCADA A-B", "SCADA A-C", "SCADA A-D", "metering"]
    );
    let first = |name: &str| match source(&scenario, flow(&scenario, name).stream) {
        Source::Request { first, .. } => first.0,
        other => panic!("{other:?}"),
    };
    // Three sites over an interval of 2 s.
    assert_eq!(first("SCADA A-B"), 0);
    assert_eq!(first("SCADA A-C"), 666_666_666_666);
    assert_eq!(first("SCADA A-D"), 1_333_333_333_333);
    let poll = flow(&scenario, "SCADA A-B");
    assert_eq!(poll.class, Class::H2);
    // VPWS around 74 octets: 100.
    assert_eq!(queued(&scenario, poll.stream), [100]);
    // Twice the load, another class.
    let scaled = loaded(&more(&format!("{SCADA}\nscale = 2\nclass = \"NC\"")));
    let poll = flow(&scaled, "SCADA A-B");
    assert_eq!(poll.class, Class::Nc);
    let Source::Request { interval, .. } = source(&scaled, poll.stream) else {
        panic!("a client")
    };
    assert_eq!(*interval, Span::from_s(1));
}

#[test]
fn every_preset_but_line_protection_becomes_flows_with_its_transport_and_class() {
    for preset in pilotwire::scenario::services::SERVICES {
        let text = more(&with(SCADA, "\"scada\"", &format!("\"{}\"", preset.name)));
        if preset.transport.is_none() {
            fault(
                &text,
                "line protection is circuits",
                "line-protection",
                "[[circuit]]",
            );
            continue;
        }
        let scenario = loaded(&text);
        let own: Vec<&Flow> = scenario
            .flows
            .iter()
            .filter(|one| one.name.starts_with("SCADA"))
            .collect();
        assert!(!own.is_empty(), "{}", preset.name);
        assert!(own.iter().all(|one| one.class == preset.class));
        let reached = own.iter().flat_map(|one| &one.streams);
        let reached: Vec<&str> = reached
            .filter_map(|one| one.nodes.last())
            .map(String::as_str)
            .collect();
        for site in ["B", "C", "D"] {
            assert!(reached.contains(&site), "{} {site}", preset.name);
        }
    }
}

#[test]
fn a_service_with_unknown_stations_or_presets_is_refused() {
    let service = |from: &str, to: &str| more(&with(SCADA, from, to));
    fault(
        &service("\"scada\"", "\"scadda\""),
        "unknown preset \"scadda\"",
        "\"scadda\"",
        "did you mean \"scada\"?",
    );
    fault(
        &service("hub = \"A\"", "hub = \"a\""),
        "unknown node \"a\"",
        "\"a\"",
        "did you mean \"A\"?",
    );
    fault(
        &service("\"*\"", "[\"B\", \"d\"]"),
        "unknown node \"d\"",
        "\"d\"",
        "did you mean \"D\"?",
    );
    fault(
        &service("\"*\"", "[\"B\", \"A\"]"),
        "has A as hub and as site",
        "\"A\"",
        "",
    );
    fault(
        &service("\"*\"", "[\"B\", \"B\"]"),
        "has B twice",
        "\"B\"",
        "",
    );
    fault(
        &service("\"SCADA\"", "\"LAN\""),
        "two circuits or flows are named \"LAN\"",
        "\"LAN\"",
        "",
    );
}

const FLOOD: &str = "[security.filter.EF]\nrate = \"256 kb/s\"\nburst = \"4 kB\"\n\
    [security.filter.BE]\nrate = \"4 Mb/s\"\nburst = \"8 kB\"\nexcess = \"2 kB\"\n\
    [[flood]]\nname = \"bad D\"\nsite = \"D\"\nto = [\"C\", \"A\"]\nrate = \"100 Mb/s\"\n\
    size = \"300 B\"\nbegins = \"250 ms\"";

fn with_filters(text: &str, filters: Option<bool>) -> Scenario {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ring.topology.toml"), TOPOLOGY).expect("written");
    let file = folder.path().join("ring.toml");
    std::fs::write(&file, text).expect("written");
    let overrides = Overrides {
        filters,
        ..Overrides::default()
    };
    let loaded = load(&file, &overrides);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("it loads")
}

fn flooded(scenario: &Scenario) -> Vec<(&str, usize)> {
    let floods = scenario.flows.iter();
    floods
        .filter(|one| one.name.starts_with("bad D"))
        .map(|one| (one.name.as_str(), one.streams.len()))
        .collect()
}

#[test]
fn filters_close_a_flood_out_of_classes_without_one_and_police_the_others() {
    let text = more(FLOOD);
    let scenario = with_filters(&text, None);
    assert_eq!(scenario.filters, Some(true));
    assert_eq!(flooded(&scenario), [("bad D BE", 2), ("bad D EF", 2)]);
    let policer = |name: &str| {
        let stream = flow(&scenario, name).stream;
        scenario.plan.streams[stream.0 as usize].policer
    };
    let single = |rate_bps, committed, excess| {
        Some(Policer::SingleRate {
            rate_bps,
            committed: Octets(committed),
            excess: Octets(excess),
        })
    };
    // One filter for both destinations.
    assert_eq!(policer("bad D EF"), single(128_000, 2_000, 0));
    assert_eq!(policer("bad D BE"), single(2_000_000, 4_000, 1_000));
    // The services of these classes are held by the same filters; circuits are not.
    assert_eq!(policer("LAN"), single(4_000_000, 8_000, 2_000));
    assert_eq!(policer("metering"), None, "AF has no filter");
    for circuit in &scenario.circuits {
        let stream = circuit.directions[0].stream().expect("packets carry it");
        assert_eq!(scenario.plan.streams[stream.0 as usize].policer, None);
    }
    // 300 octets at 100 Mb/s: 24 us, from 250 ms on.
    let Source::Periodic(ticks) = source(&scenario, flow(&scenario, "bad D EF").stream) else {
        panic!("a period")
    };
    assert_eq!(
        (ticks.first, ticks.period()),
        (SimTime(250_000_000_000), Span::from_us(24))
    );
    let notes = found(&load_texts(&text, TOPOLOGY));
    let closed = notes.iter().find(|one| one.title.contains("close"));
    assert_eq!(
        closed.expect("told").title,
        "the filters close NC, H1, H2, L1, AF, L2 to bad D"
    );
}

#[test]
fn without_filters_a_flood_goes_out_in_every_class() {
    let text = more(FLOOD);
    let scenario = with_filters(&text, Some(false));
    assert_eq!(scenario.filters, Some(false));
    let names: Vec<&str> = flooded(&scenario).iter().map(|one| one.0).collect();
    assert_eq!(names.len(), 8);
    assert!(
        scenario
            .plan
            .streams
            .iter()
            .all(|one| one.policer.is_none())
    );
    assert!(scenario.expanded.contains("filters = \"off\""));
    let word = with(
        &text,
        "[security.filter.EF]",
        "[security]\nfilters = \"off\"\n[security.filter.EF]",
    );
    let written = with_filters(&word, None);
    assert_eq!(
        format!("{:?}", written.plan),
        format!("{:?}", scenario.plan)
    );
    let again = with_filters(&word, Some(true));
    assert_eq!(flooded(&again).len(), 2, "the command line wins");
}

#[test]
fn filters_cannot_be_turned_off_where_there_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ring.topology.toml"), TOPOLOGY).expect("written");
    let file = folder.path().join("ring.toml");
    std::fs::write(&file, RING).expect("written");
    let overrides = Overrides {
        filters: Some(false),
        ..Overrides::default()
    };
    let all = errors(&load(&file, &overrides));
    assert_eq!(all.len(), 1);
    assert!(all[0].title.contains("no bandwidth filters"), "{all:?}");
}

#[test]
fn a_flood_between_stations_that_are_not_there_is_refused() {
    let flood = |from: &str, to: &str| more(&with(FLOOD, from, to));
    fault(
        &flood("site = \"D\"", "site = \"d\""),
        "unknown node \"d\"",
        "\"d\"",
        "did you mean \"D\"?",
    );
    fault(
        &flood("[\"C\", \"A\"]", "[\"C\", \"D\"]"),
        "aimed at its own station",
        "\"D\"",
        "",
    );
    fault(
        &flood(
            "size = \"300 B\"",
            "size = \"300 B\"\nclasses = [\"EF\", \"EE\"]",
        ),
        "unknown classes \"EE\"",
        "\"EE\"",
        "did you mean",
    );
    fault(
        &more(&with(FLOOD, "filter.EF", "filter.EE")),
        "unknown key `EE`",
        "EE",
        "did you mean",
    );
    fault(
        &more(&with(FLOOD, "burst = \"8 kB\"", "burst = \"1499 B\"")),
        "bucket smaller than a packet",
        "\"1499 B\"",
        "at least 1500 B",
    );
}

/// Every pattern, a service, copies, policers, filters and a flood on the ring.
fn everything() -> String {
    let patterns = [
        "kind = \"on-off\", rate = \"64 kb/s\", size = \"imix\", on = \"1 s\", off = \"1.35 s\"",
        "kind = \"cbr\", rate = \"7 Mb/s\", size = \"300 B\"",
        "kind = \"trace\", at = [\"1 ms\", \"2 ms\"], size = [\"64 B\", \"70 B\"]",
        "kind = \"video\", rate = \"4 Mb/s\", frame_rate = \"30 Hz\"",
        "kind = \"voip\", calls = 3, codec = \"G.729\"",
        "kind = \"session\", request = \"85 B\", response = \"137 B\", interval = \"2 s\"",
        "kind = \"scada-poll\", points = 20, interval = \"2 s\"",
        "kind = \"synchrophasor\", rate = \"60 Hz\", phasors = 4",
    ];
    let mut text = more(SCADA);
    for (number, pattern) in patterns.iter().enumerate() {
        text.push_str(&format!(
            "\n[[flow]]\nname = \"f{number}\"\nfrom = \"A\"\nto = \"B\"\nclass = \"AF\"\n\
             pattern = {{ {pattern} }}\ntransport = \"vprn\"\nfirewalled = false\n\
             policer = {{ rate = \"9 Mb/s\", burst = \"9 kB\", excess = \"1 kB\" }}\n"
        ));
    }
    text.push_str(
        "\n[[flow]]\nname = \"storm\"\nfrom = \"A\"\nto = \"*\"\nclass = \"AF\"\n\
         transport = \"vpls\"\npattern = { kind = \"cbr\", rate = \"1 Mb/s\", size = \"64 B\" }\n\
         policer = { rate = \"9 Mb/s\", burst = \"9 kB\", peak = \"9 Mb/s\", \
         peak_burst = \"9 kB\" }\n",
    );
    text.push_str(FLOOD);
    text
}

#[test]
fn the_expanded_scenario_reads_back_to_the_same_plan() {
    let text = everything();
    for filters in [None, Some(false)] {
        let first = with_filters(&text, filters);
        let second = with_filters(&first.expanded, None);
        assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
        assert_eq!(first.expanded, second.expanded);
        assert_eq!(first.filters, second.filters);
        assert_eq!(format!("{:?}", first.flows), format!("{:?}", second.flows));
    }
}

#[test]
fn a_scenario_with_too_many_streams_is_refused_before_it_is_built() {
    let mut text = RING.to_owned();
    for number in 0..201 {
        text.push_str(&format!(
            "\n[[flow]]\nname = \"f{number}\"\nfrom = \"A\"\nto = \"B\"\nclass = \"AF\"\n\
             pattern = {{ kind = \"voip\", calls = 1000 }}\n"
        ));
    }
    fault(
        &text,
        "the scenario has 201006 streams or more",
        "Ring",
        "every copy",
    );
}

/// Where values stand behind " = ", up to the next comma, brace or end of line.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    let starts = text.match_indices(" = ").map(|(at, _)| at + 3);
    let ends = |start: usize| {
        let length = text[start..].find([',', '}', '\n']);
        start..length.map_or(text.len(), |length| start + length)
    };
    starts.map(ends).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn no_exchange_of_a_value_makes_traffic_panic(
        at: prop::sample::Index,
        value in prop::sample::select(vec![
            "\"0 s\"", "\"1 ps\"", "\"281 s\"", "\"60 s\"", "\"213 days\"", "\"1 B\"",
            "\"64 B\"", "\"65535 B\"", "\"1 b/s\"", "\"10000 Gb/s\"", "\"1 Hz\"", "\"240 Hz\"",
            "0", "1", "600", "1000", "\"imix\"", "\"*\"", "[]", "{}", "[\"A\", \"B\"]", "\"vprn\"",
            "\"off\"", "\"EF\"", "true",
        ]),
    ) {
        let mut text = everything();
        let all = values(&text);
        let place = all[at.index(all.len())].clone();
        text.replace_range(place, value);
        let loaded = load_texts(&text, TOPOLOGY);
        prop_assert_eq!(loaded.has_errors(), loaded.scenario.is_none());
    }
}
