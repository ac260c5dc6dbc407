//! The table of `docs/validation.md`: every figure of a published source that the models reproduce,
//! worked out by the code and compared with the line of the page, word for word.

use pilotwire::pseudowire::encapsulation::Encapsulation;
use pilotwire::pseudowire::playout::{self, PlayoutModel, ReceiverLimits};
use pilotwire::pseudowire::receive::{Event, JitterBuffer};
use pilotwire::topology::radio::{Channel, Latency, Modulation};
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

const EXTREME: PlayoutModel = PlayoutModel::Extreme {
    packetization_added: false,
};

const PAGE: &str = include_str!("../../docs/validation.md");

/// One line of the table.
fn assert_line(number: &str, expected: &str, got: &str) {
    let line = PAGE
        .lines()
        .find(|line| line.starts_with(&format!("| {number} |")))
        .unwrap_or_else(|| panic!("docs/validation.md has no line {number}"));
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    assert_eq!(cells[cells.len() - 3], expected, "{number}, expected");
    assert_eq!(cells[cells.len() - 2], got, "{number}, got");
}

/// Microseconds, exact.
fn us(span: Span) -> String {
    let (whole, ps) = (span.0 / 1_000_000, span.0 % 1_000_000);
    let digits = format!("{ps:06}");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        format!("{whole} us")
    } else {
        format!("{whole}.{digits} us")
    }
}

/// One-way delay through a jitter buffer, bit in to bit out, on a network without variation.
fn simulated(model: PlayoutModel, buffer: Span, packet_time: Span, network: Span) -> Span {
    let exact = (packet_time.0, 1);
    let limits = ReceiverLimits::default();
    let receiver = playout::receiver(model, buffer, exact, limits).expect("a sound buffer");
    let ticks = Ticks::every(SimTime::ZERO, packet_time);
    let sent = 50;
    let mut end = JitterBuffer::new(receiver, ticks, sent);
    let mut delays = Vec::new();
    let mut tell = |event: Event| {
        if let Event::Started { delay, .. } = event {
            delays.push(delay);
        }
    };
    for sequence in 0..sent {
        end.arrive(ticks.at(sequence + 1) + network, sequence, &mut tell);
    }
    end.finish(&mut tell);
    assert_eq!(delays.len(), 1, "one start");
    delays[0] + model.fixed_box_delay()
}

#[test]
fn the_validation_table_is_what_the_models_say() {
    // V2, V3: Hirschmann, F = 10, path 500, JB 4000.
    let (packet, path) = (Span::from_us(1250), Span::from_us(500));
    let got = simulated(PlayoutModel::Hirschmann, Span::from_ms(4), packet, path);
    assert_line("V2", "3125 us", &us(got));
    let hitless =
        playout::planned_hirschmann_hitless(packet, path, Span::from_ms(4), Span::from_us(340));
    assert_line(
        "V3",
        "7052 us",
        &us(hitless.expect("a buffer longer than a packet")),
    );
    // V4: Loop, E1 SAToP of M octets, threshold in ms.
    for (number, octets, threshold_ms, expected) in [
        ("V4a", 1500, 20, "26.14 ms (26136.875 us)"),
        ("V4b", 100, 3, "3.67 ms (3668.125 us)"),
        ("V4c", 24, 1, "1.37 ms (1371.25 us)"),
    ] {
        let packet = BitRate::from_bps(2_048_000)
            .unwrap()
            .time_to_send(Octets(octets));
        let threshold = Span::from_ms(threshold_ms);
        let got = simulated(PlayoutModel::Loop, threshold, packet, Span::ZERO);
        assert_eq!(got, playout::planned_loop(Octets(octets), threshold));
        assert_line(number, expected, &us(got));
    }
    // V5: RAD round trip: both directions prefill, P = 1 ms, level 3 ms, no network.
    let one_way = simulated(
        PlayoutModel::Prefill,
        Span::from_ms(3),
        Span::from_ms(1),
        Span::ZERO,
    );
    assert_line("V5", "8000 us (± 2 ms)", &us(one_way * 2));
    // V6: Extreme, E1 of 256 octets.
    let got = simulated(EXTREME, Span::from_ms(3), Span::from_ms(1), Span::ZERO);
    assert_line("V6", "3700 us", &us(got));
}

#[test]
fn the_validation_table_counts_octets_as_the_frames_have_them() {
    let with_vlan = Encapsulation {
        vlan: true,
        labels: 2,
        rtp: false,
        minimum_frame: Octets(64),
    };
    let sizes = with_vlan.sizes(Octets(256));
    let rate = |octets: Octets| BitRate::of(octets, (1_000_000_000, 1)).rounded_bps();
    let got = format!("{} and {} b/s", rate(sizes.frame), rate(sizes.wire));
    assert_line("V7", "2320000 and 2480000 b/s", &got);
    // V8: frames of 90 octets with 64 of them data.
    let scaled = |bps: u64| (bps * 90 / 64) / 1000;
    let got = format!("{} and {} kb/s", scaled(2_048_000), scaled(1_544_000));
    assert_line("V8", "2940 and 2220 kb/s", &got);
}

#[test]
fn the_validation_table_has_the_rates_and_latencies_of_the_radios() {
    for (number, channel, modulation, expected) in [
        ("V9a", "28 MHz", "4QAM", "41.9 Mb/s, 289.833 us"),
        ("V9b", "28 MHz", "16QAM", "84.2 Mb/s, 144.228 us"),
        ("V9c", "28 MHz", "256QAM", "180.7 Mb/s, 67.205 us"),
        ("V9d", "7 MHz", "128QAM", "36.1 Mb/s, 336.399 us"),
    ] {
        let channel = Channel::from_name(channel).expect("a channel");
        let modulation = Modulation::from_name(modulation).expect("a modulation");
        let rate = channel.rate(modulation).expect("in the table");
        let ns = (rate.time_to_send(Octets(1518)).0 + 500) / 1000;
        let mbps = rate.rounded_bps() / 100_000;
        let got = format!(
            "{}.{} Mb/s, {}.{:03} us",
            mbps / 10,
            mbps % 10,
            ns / 1000,
            ns % 1000
        );
        assert_line(number, expected, &got);
    }
    let fit = Latency::published("racom-ray17").expect("a published fit");
    let got = format!(
        "{} and {}",
        us(fit.of(Octets(64))),
        us(fit.of(Octets(1518)))
    );
    assert_line("V10", "81 us and 234 us", &got);
}
