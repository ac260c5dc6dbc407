//! The round trips that relays show.

use super::{CALM, Part, Row, Say, Value, time};
use crate::analysis::failures::Stage;
use crate::analysis::study::{CaseResult, Study};
use crate::units::Span;

/// A round trip, and what leads to it.
struct Shown {
    round_trip: Span,
    by: String,
}

/// The primary path first, then every other round trip, from the shortest on. What lies within what
/// the start of play-out may change of one is the same.
pub(super) fn rows(study: &Study<'_>, cases: &[CaseResult], circuit: usize) -> Vec<Row> {
    let own = &study.steady[2 * circuit..2 * circuit + 2];
    let delays = [0, 1].map(|way| own[way].delay.map(|delay| delay.max));
    let [Some(forth), Some(back)] = delays else {
        return Vec::new();
    };
    let primary = forth + back;
    let variation = own.iter().filter_map(|one| one.network.as_ref());
    let tolerance: Span = variation.map(|net| net.exact.max - net.exact.min).sum();
    let mut tolerated = Row::set(Part::Commissioning, "tolerance", "", Value::None);
    tolerated.worst = time(tolerance);
    tolerated.say = Say::Expect;
    let mut rows = vec![tolerated];
    let mut all = others(cases, circuit);
    let near = |one: &Shown| one.round_trip.0.abs_diff(primary.0) <= tolerance.0;
    let mut same = vec![Shown {
        round_trip: primary,
        by: CALM.to_owned(),
    }];
    same.extend(all.extract_if(.., |one| near(one)));
    rows.push(row("primary".to_owned(), &same, primary));
    all.sort_by_key(|one| one.round_trip);
    let mut rest = all.as_slice();
    let mut number = 1;
    while let Some(first) = rest.first() {
        let limit = first.round_trip + tolerance;
        let (alike, longer) = rest.split_at(rest.partition_point(|one| one.round_trip <= limit));
        rows.push(row(format!("other {number}"), alike, first.round_trip));
        (rest, number) = (longer, number + 1);
    }
    rows
}

/// Of every stage of every case in which the circuit is met, in order.
fn others(cases: &[CaseResult], circuit: usize) -> Vec<Shown> {
    let mut all = Vec::new();
    for case in cases.iter().filter(|case| case.simulated) {
        let pair = &case.directions[2 * circuit..2 * circuit + 2];
        if !pair.iter().any(|one| one.touched) {
            continue;
        }
        for (forth, back) in pair[0].stages.iter().zip(&pair[1].stages) {
            if matches!(forth.stage, Stage::Steady | Stage::During) {
                continue;
            }
            if let (Some(out), Some(home)) = (forth.delay_max, back.delay_max) {
                all.push(Shown {
                    round_trip: out + home,
                    by: format!("{} {}", case.case.id, forth.stage.token()),
                });
            }
        }
    }
    all
}

fn row(of: String, alike: &[Shown], expected: Span) -> Row {
    let longest = alike.iter().map(|one| one.round_trip).max();
    Row {
        part: Part::Commissioning,
        item: "round-trip",
        of,
        set: Value::None,
        worst: longest.map_or(Value::None, time),
        need: time(expected),
        say: Say::Expect,
        cases: alike.iter().map(|one| one.by.clone()).collect(),
    }
}
