//! Errors on links, from the file to the shares of a run.

use pilotwire::engine::{Options, run};
use pilotwire::report::Report;
use pilotwire::scenario::Scenario;
use pilotwire::scenario::share::ShareSettings;
use pilotwire::topology::{Bursts, Direction};
use pilotwire::units::Span;

use crate::scenario_support::{RING, TOPOLOGY, errors, load_texts, with};

/// The topology with these keys more on A-B.
fn noisy(keys: &str) -> String {
    let link = "srlg = [\"OPGW A-B\"]";
    with(TOPOLOGY, link, &format!("{link}\n{keys}"))
}

fn compiled(scenario: &str, topology: &str) -> Scenario {
    let loaded = load_texts(scenario, topology);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no errors")
}

/// The ring with a permissive scheme in place of 87L A-B, messages of 1 ms, and these samples.
fn asked() -> String {
    let scheme = "scheme = \"POTT\"\nrelay = { processing = \"3 ms\", check_bits = 16, \
                  pickup = \"1 cycle\", zone2_delay = \"400 ms\", send_minimum = \"100 ms\", \
                  message = { length = \"1 ms\" } }";
    let line = "[[line]]\nname = \"500 kV\"\nends = [\"A\", \"B\"]\nbreaker = \"3 cycles\"\n\
                reach = { zone1 = \"80 %\", zone2 = \"120 %\" }\ngroup_a = [\"87L A-B\"]";
    let share = "[share]\ncommands = 20000\nallowed = \"10 ms\"";
    let all = format!("{line}\n\n{share}\n\n[[circuit]]");
    with(&with(RING, "scheme = \"87L\"", scheme), "[[circuit]]", &all)
}

fn row(scenario: &Scenario) -> Vec<(String, String)> {
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let report = Report::new(scenario, &outcome, &[]);
    let csv = report.share_csv.expect("a share is asked for");
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned));
    let header = lines.next().expect("a header");
    header.zip(lines.next().expect("a row")).collect()
}

fn cell(row: &[(String, String)], name: &str) -> u64 {
    let found = row
        .iter()
        .find(|(column, _)| column == name)
        .expect("a column");
    found.1.parse().expect("a number")
}

#[test]
fn errors_of_a_link_are_read_exactly_and_written_out_again() {
    let keys = "bit_error_ratio = \"2.5e-9\"\nbursts = { every = \"1 h\", length = \"2 ms\" }";
    let scenario = compiled(&asked(), &noisy(keys));
    let settings = ShareSettings {
        commands: 20_000,
        allowed: Some(Span::from_ms(10)),
    };
    assert_eq!(scenario.share, Some(settings));
    let ways = scenario.exposed(0, Direction::AToZ);
    assert_eq!((ways.len(), ways[0].len()), (1, 1));
    let link = &ways[0][0];
    assert_eq!(link.errors.bit_error_ratio.parts(), 2_500_000);
    let bursts = Bursts {
        every: Span::from_s(3600),
        length: Span::from_ms(2),
    };
    assert_eq!(link.errors.bursts, Some(bursts));
    // 126 octets of frame without preamble and gap, at 1 Gb/s.
    assert_eq!(link.packet_bits, Some(1008));
    assert_eq!(link.packet_time, Span::from_ns(1008));
    let again = load_texts(&scenario.expanded, "");
    assert_eq!(errors(&again), []);
    assert_eq!(
        again.scenario.expect("no errors").expanded,
        scenario.expanded
    );
    assert!(scenario.expanded.contains("bit_error_ratio = \"25e-10\""));
}

#[test]
fn errors_that_nobody_asks_for_are_told_as_not_judged() {
    let noisy = noisy("bit_error_ratio = \"1e-8\"");
    let key = "link: bit_error_ratio".to_owned();
    assert!(compiled(RING, &noisy).not_judged.contains(&key));
    let asked = compiled(&asked(), &noisy);
    assert!(!asked.not_judged.contains(&key));
}

#[test]
fn a_share_of_nothing_is_refused() {
    let told = errors(&load_texts(
        &with(RING, "[[circuit]]", "[share]\n\n[[circuit]]"),
        TOPOLOGY,
    ));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        told[0].title,
        "a share is asked for, and no circuit has relays"
    );
}

#[test]
fn errors_that_cannot_be_are_refused() {
    for (keys, title, label) in [
        (
            "bit_error_ratio = \"1e-16\"",
            "`bit_error_ratio` is no valid ratio",
            "finer than 1e-15",
        ),
        (
            "bit_error_ratio = \"0.5\"",
            "`bit_error_ratio` is no valid ratio",
            "at most 1e-2",
        ),
        (
            "bit_error_ratio = 1e-8",
            "`bit_error_ratio` is not what is expected here",
            "float",
        ),
        (
            "bursts = { every = \"2 ms\", length = \"2 ms\" }",
            "bursts on link A-B last",
            "never",
        ),
        (
            "bursts = { every = \"1 us\", length = \"1 ns\" }",
            "`every` is too small",
            "at least 1 ms",
        ),
    ] {
        let loaded = load_texts(RING, &noisy(keys));
        let told = errors(&loaded);
        assert_eq!(told.len(), 1, "{keys}: {told:#?}");
        assert!(told[0].title.starts_with(title), "{}", told[0].title);
        let label_told = &loaded
            .findings
            .iter()
            .find(|one| one.title == told[0].title)
            .unwrap()
            .labels[0];
        assert!(label_told.text.contains(label), "{}", label_told.text);
    }
}

#[test]
fn bursts_of_a_link_make_commands_late_as_often_as_they_come() {
    let bursts = "bursts = { every = \"1 s\", length = \"20 ms\" }";
    let scenario = compiled(&asked(), &noisy(bursts));
    let row = row(&scenario);
    assert_eq!(cell(&row, "exact_late_ps"), 0);
    // Whole packets of 1 ms go: a burst of 20 ms, with the 1.008 us of a packet on its way, takes 20
    // of them in nearly every case, and 2 % of the time is within one. The command waits for its
    // end, a message of 1 ms and the delay.
    let (late, destroyed) = (cell(&row, "late"), cell(&row, "destroyed"));
    let share = |expected: u64, found: u64| {
        // Of 20000; four standard deviations of a binomial share of about 2 %.
        assert!(
            found.abs_diff(expected) < 80,
            "{found} of 20000, not {expected}"
        );
    };
    // Destroyed: the message of 1 ms meets 20 ms of packets: 21 ms in 1 s, 1 − exp(−0.021).
    share(416, destroyed);
    // Late: it touches the message, and its end, a message and the delay lie beyond 10 ms.
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let received = outcome.streams[0].received.as_ref().expect("a circuit");
    let delay = received.delay.max + scenario.circuits[0].interface.delay();
    let window = Span::from_ms(20 + 1 + 1) + delay - Span::from_ms(10);
    let expected = 20_000.0 * -(-(window.0 as f64) / 1e12).exp_m1();
    share(expected.round() as u64, late);
}

#[test]
fn the_same_seed_samples_the_same_and_the_hash_holds_the_share() {
    let report = |keys: &str| {
        let scenario = compiled(&asked(), &noisy(keys));
        let outcome = run(&scenario.plan, scenario.seed, &Options::default());
        let report = Report::new(&scenario, &outcome, &[]);
        (
            report.share_csv.clone().expect("asked for"),
            report.result_hash.clone(),
        )
    };
    let ratio = "bit_error_ratio = \"1e-5\"";
    assert_eq!(report(ratio), report(ratio));
    assert_ne!(report(ratio).1, report("bit_error_ratio = \"1e-6\"").1);
    // (1 − 10^-5)^1008: 1.00293e-2 of the packets have a wrong bit.
    let scenario = compiled(&asked(), &noisy(ratio));
    let row = row(&scenario);
    assert!(cell(&row, "packet_error_e15").abs_diff(10_029_416_964_308) < 100);
    // Two packets at least in a message of 1 ms: about 2 % of messages destroyed.
    let destroyed = cell(&row, "destroyed");
    assert!(destroyed.abs_diff(2 * 200) < 80, "{destroyed}");
}
