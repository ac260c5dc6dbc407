//! `share.csv`: late or missing and unwanted commands, the same as JSON, and for the terminal.

use serde::Serialize;

use super::Report;
use super::pretty::Style;
use super::tables::{Table, maybe};
use super::text::{Align, Columns, harmless};
use crate::analysis::share::confidence::Counted;
use crate::analysis::share::{Share, Standing};
use crate::analysis::verdict::{DIRECTIONS, Verdict};
use crate::scenario::Scenario;

/// Columns of `share.csv`: one row per circuit and direction.
pub const SHARE_COLUMNS: [&str; 23] = [
    "circuit",
    "direction",
    "commands",
    "allowed_ps",
    "exact_late_ps",
    "exact_missing_ps",
    "exact_of_ps",
    "late",
    "late_lower_e12",
    "late_upper_e12",
    "destroyed",
    "destroyed_lower_e12",
    "destroyed_upper_e12",
    "packet_error_e15",
    "check_bits",
    "messages_per_year",
    "unwanted_per_year_e18",
    "unwanted_per_year_upper_e18",
    "unwanted_per_burst_e18",
    "late_limit_ppb",
    "unwanted_limit_ppb",
    "limit_doubtful",
    "standing",
];

/// Everything that was sampled and computed.
#[must_use]
pub fn csv(scenario: &Scenario, shares: &[Share]) -> String {
    let mut table = Table::new(&SHARE_COLUMNS);
    for share in shares {
        let bounds = |one: Counted| [one.events, one.lower_e12, one.upper_e12];
        let mut cells = vec![
            scenario.circuits[share.circuit].name.clone(),
            DIRECTIONS[share.direction].to_owned(),
        ];
        let counted = [
            share.late.trials,
            share.allowed.0,
            share.exact_late.0,
            share.exact_missing.0,
            share.exact_of.0,
        ];
        let counted = counted.into_iter().chain(bounds(share.late));
        cells.extend(
            counted
                .chain(bounds(share.destroyed))
                .map(|one| one.to_string()),
        );
        cells.extend([
            maybe(share.packet_error_e15),
            maybe(share.unwanted.check_bits),
            maybe(share.unwanted.messages_per_year),
            maybe(share.unwanted.per_year_e18),
            maybe(share.unwanted.per_year_upper_e18),
            maybe(share.unwanted.per_burst_e18),
            maybe(share.limit.map(|limit| limit.missing_max_ppb)),
            maybe(share.limit.map(|limit| limit.unwanted_max_ppb)),
            maybe(share.limit.map(|limit| limit.doubtful)),
            maybe(share.standing().map(Standing::word)),
        ]);
        table.row(cells);
    }
    table.finish()
}

/// One direction as a JSON object. What may exceed 2^53 is text.
#[derive(Serialize)]
pub(super) struct ShareObject<'a> {
    circuit: &'a str,
    direction: &'static str,
    allowed_ps: u64,
    exact_late_ps: u64,
    exact_missing_ps: u64,
    exact_of_ps: u64,
    late: CountedObject,
    destroyed: CountedObject,
    packet_error_e15: Option<u64>,
    check_bits: Option<u32>,
    messages_per_year: Option<String>,
    unwanted_per_year_e18: Option<String>,
    unwanted_per_year_upper_e18: Option<String>,
    unwanted_per_burst_e18: Option<String>,
    limit: Option<LimitObject>,
}

#[derive(Serialize)]
struct CountedObject {
    events: u64,
    of: u64,
    lower_e12: u64,
    upper_e12: u64,
}

#[derive(Serialize)]
struct LimitObject {
    late_ppb: u64,
    unwanted_ppb: u64,
    standing: Option<&'static str>,
    source: &'static str,
    doubtful: bool,
}

/// The same as the CSV.
pub(super) fn objects<'a>(report: &'a Report<'_>) -> Vec<ShareObject<'a>> {
    let counted = |one: Counted| CountedObject {
        events: one.events,
        of: one.trials,
        lower_e12: one.lower_e12,
        upper_e12: one.upper_e12,
    };
    let text = |value: Option<u128>| value.map(|value| value.to_string());
    let object = |share: &Share| ShareObject {
        circuit: &report.scenario.circuits[share.circuit].name,
        direction: DIRECTIONS[share.direction],
        allowed_ps: share.allowed.0,
        exact_late_ps: share.exact_late.0,
        exact_missing_ps: share.exact_missing.0,
        exact_of_ps: share.exact_of.0,
        late: counted(share.late),
        destroyed: counted(share.destroyed),
        packet_error_e15: share.packet_error_e15,
        check_bits: share.unwanted.check_bits,
        messages_per_year: text(share.unwanted.messages_per_year),
        unwanted_per_year_e18: text(share.unwanted.per_year_e18),
        unwanted_per_year_upper_e18: text(share.unwanted.per_year_upper_e18),
        unwanted_per_burst_e18: text(share.unwanted.per_burst_e18),
        limit: share.limit.map(|limit| LimitObject {
            late_ppb: limit.missing_max_ppb,
            unwanted_ppb: limit.unwanted_max_ppb,
            standing: share.standing().map(Standing::word),
            source: limit.source,
            doubtful: limit.doubtful,
        }),
    };
    report.shares.iter().map(object).collect()
}

/// The table for the terminal: the largest shares first.
pub(super) fn lines(report: &Report<'_>, style: Style) -> Vec<String> {
    let mut shares: Vec<&Share> = report.shares.iter().collect();
    let Some(first) = shares.first() else {
        return Vec::new();
    };
    let (commands, allowed) = (first.late.trials, first.allowed);
    shares.sort_by_key(|share| std::cmp::Reverse((share.late.events, share.destroyed.events)));
    let align = [
        [Align::Left; 2].as_slice(),
        [Align::Right; 5].as_slice(),
        &[Align::Left],
    ];
    let mut columns = Columns::new(&align.concat());
    let header = [
        "circuit",
        "dir",
        "late",
        "at most",
        "destroyed",
        "at most",
        "unwanted/year",
        "limit",
    ];
    columns.row(header.map(str::to_owned).to_vec());
    for share in &shares {
        columns.row(cells(report.scenario, share));
    }
    let mut printed = columns.lines().into_iter();
    let mut lines = vec![format!("  {}", printed.next().unwrap_or_default())];
    for (share, line) in shares.iter().zip(printed) {
        let mark = match share.standing() {
            Some(Standing::Met) => style.mark(Verdict::Pass),
            Some(Standing::Exceeded) => style.mark(Verdict::Fail),
            Some(Standing::Open) | None => " ".to_owned(),
        };
        lines.push(format!("{mark} {line}"));
    }
    lines.push(format!(
        "  share of commands late or missing beyond {allowed} ms, of {commands} per direction with \
         errors on the links; \"at most\" holds with 95 %"
    ));
    lines.push(
        "  a share of 1e-6 takes 3000000 commands, none of them late; unwanted commands are \
         computed: destroyed messages that their check misses; limits are to be verified"
            .to_owned(),
    );
    lines
}

fn cells(scenario: &Scenario, share: &Share) -> Vec<String> {
    let parts = |value: u64| scientific(value.into(), 12);
    let limit = share.limit.zip(share.standing());
    let limit = limit.map(|(limit, standing)| {
        let most = scientific(limit.missing_max_ppb.into(), 9);
        format!("{most} {}", standing.word())
    });
    let unwanted = share.unwanted.per_year_upper_e18;
    vec![
        harmless(&scenario.circuits[share.circuit].name),
        ["a→z", "z→a"][share.direction].to_owned(),
        parts(share.late.share_e12()),
        parts(share.late.upper_e12),
        parts(share.destroyed.share_e12()),
        parts(share.destroyed.upper_e12),
        unwanted.map_or_else(String::new, |value| format!("≤ {}", scientific(value, 18))),
        limit.unwrap_or_else(|| "none known".to_owned()),
    ]
}

/// So many parts of 10^`places` with two digits, rounded up: "1.3e-5".
fn scientific(value: u128, places: i32) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    let (mut digits, mut power) = (value, 1 - places);
    while digits >= 100 {
        digits = digits.div_ceil(10);
        power += 1;
    }
    if digits < 10 {
        digits *= 10;
        power -= 1;
    }
    match digits % 10 {
        0 => format!("{}e{power}", digits / 10),
        rest => format!("{}.{rest}e{power}", digits / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_shares_are_read_with_two_digits() {
        for (value, places, text) in [
            (0, 12, "0"),
            (30_000_000, 12, "3e-5"),
            (29_956_000, 12, "3e-5"),
            (12_100_001, 12, "1.3e-5"),
            (1, 12, "1e-12"),
            (1_000_000, 9, "1e-3"),
            (481_530_000_000_000_000_000, 18, "4.9e2"),
            (1_000_000_000_000, 12, "1e0"),
        ] {
            assert_eq!(scientific(value, places), text);
        }
    }
}
