//! What relays make of a run: the line table, the relays, one fault step by step.

pub mod json;
pub mod pretty;
pub mod replay;
pub mod settings;
pub mod tables;

use super::Report;
use super::text::{harmless, signed_ms};
use crate::analysis::relays::{
    Cleared, Clearing, Judged, ProtectionJudgement, RunJudgement, Scope, Unwanted, UnwantedKind,
    Why, why,
};
use crate::analysis::verdict::FailCause;
use crate::relay::{Line, Place};
use crate::units::time::{PS_PER_MS, PS_PER_S};
use crate::units::{SimTime, Span};

/// Cycles of the system with two decimals, rounded half up.
#[must_use]
pub fn cycles(span: Span, frequency_hz: u64) -> String {
    let parts = u128::from(span.0) * u128::from(frequency_hz) * 100;
    let unit = u128::from(PS_PER_S);
    let hundredths = (parts + unit / 2) / unit;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Where a fault is, for people: "10 % from KEE", "behind ELL".
#[must_use]
pub fn place_text(line: &Line, place: Place) -> String {
    let end = |end: crate::relay::End| harmless(&line.ends[end.index()]);
    match place {
        Place::Inside(from_a) => {
            let share = format!("{}.{:07}", from_a / 10_000_000, from_a % 10_000_000);
            let share = share.trim_end_matches('0').trim_end_matches('.');
            format!("{share} % from {}", harmless(&line.ends[0]))
        }
        Place::Behind(at) => format!("behind {}", end(at)),
        Place::Parallel(at) => format!("on the parallel line, near {}", end(at)),
    }
}

/// The token of a place in files, and how far from terminal a it is, in parts per 10^9, where it is
/// on the line.
#[must_use]
pub fn place_token(place: Place) -> (&'static str, Option<u32>) {
    use crate::relay::End;
    match place {
        Place::Inside(from_a) => ("inside", Some(from_a)),
        Place::Behind(End::A) => ("behind-a", None),
        Place::Behind(End::Z) => ("behind-z", None),
        Place::Parallel(End::A) => ("parallel-a", None),
        Place::Parallel(End::Z) => ("parallel-z", None),
    }
}

/// An instant of the run for people: "2000.100 ms".
#[must_use]
pub fn instant(at: SimTime) -> String {
    format!("{} ms", Span(at.0))
}

/// An instant exactly, as `--fault-at` takes it: "2000.1 ms".
#[must_use]
pub fn exact(at: SimTime) -> String {
    let (whole, part) = (at.0 / PS_PER_MS, at.0 % PS_PER_MS);
    let text = format!("{whole}.{part:09}");
    format!("{} ms", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The command that shows a fault at an instant step by step.
fn replay_command(report: &Report<'_>, at: SimTime) -> String {
    let scenario = report.scenario;
    let file = scenario.inputs.first().map(|input| input.path.as_str());
    let file = scenario.replay.as_deref().or(file).unwrap_or("SCENARIO");
    format!(
        "pilotwire run {} --fault-at \"{}\"",
        harmless(file),
        exact(at)
    )
}

/// "A" or "B": the group of a line that a circuit belongs to.
pub(in crate::report) fn group_name(line: &Line, circuit: usize) -> &'static str {
    if line.groups[0].contains(&circuit) {
        "A"
    } else {
        "B"
    }
}

/// Names of the directions for people.
const ARROWS: [&str; 2] = ["a→z", "z→a"];

/// What the channels of a circuit did in the worst case.
fn why_text(
    report: &Report<'_>,
    (relays, judged): (&RunJudgement, &Judged),
    line: usize,
    (circuit, cleared): (usize, &Cleared),
) -> Option<String> {
    let channels = match judged.scope {
        Scope::Calm => &relays.calm,
        Scope::Whole | Scope::Failure { .. } => &relays.channels,
    };
    Some(
        match why(report.scenario, channels, line, (circuit, cleared))? {
            Why::Hole { way, from, to } => {
                let lasting = to.map_or_else(
                    || "to the end".to_owned(),
                    |to| format!("for {} ms", to.since(from)),
                );
                format!(
                    "no message {} from {} {lasting}",
                    ARROWS[way],
                    instant(from)
                )
            }
            Why::Delay { way, delay } => format!("channel {} {delay} ms", ARROWS[way]),
        },
    )
}

/// What an unwanted trip is, in words.
fn unwanted_text(line: &Line, one: &Unwanted) -> String {
    let place = one.place.map(|place| place_text(line, place));
    let end = harmless(&line.ends[one.end.index()]);
    let (from, lasting) = (instant(one.at), one.lasting);
    match (one.kind, place) {
        (UnwantedKind::Overtrip, Some(place)) => format!(
            "{end} trips for a fault {place} that begins at {from} or later, {lasting} ms all together"
        ),
        (UnwantedKind::FalseTrip, _) => format!(
            "false trip with the largest through current from {from} on, {lasting} ms all together"
        ),
        _ => format!("trip without a fault from {from} on, {lasting} ms all together"),
    }
}

/// Why a circuit fails for its relays.
#[must_use]
pub fn reason(report: &Report<'_>, circuit: usize, cause: FailCause) -> String {
    let Some(relays) = &report.relays else {
        return String::new();
    };
    let calm = relays.judged.first();
    let own = calm.and_then(|calm| calm.protections.iter().find(|one| one.circuit == circuit));
    let restart = relays.restarts.iter().find(|one| one.circuit == circuit);
    let unwanted = own.and_then(|one| Some((one, one.unwanted.first()?)));
    match (cause, unwanted, restart) {
        (FailCause::Asymmetry, None, Some(restart)) => {
            let [least, most] = restart.asymmetry_ps.map(signed_ms);
            let unseen = if restart.invisible {
                ", which the relays cannot see"
            } else {
                ""
            };
            format!(
                "starts of play-out on the slowest and the fastest packet make {least} to {most} ms \
                 of asymmetry: false trip{unseen}"
            )
        }
        (_, Some((own, first)), _) => unwanted_text(&report.scenario.relays.lines[own.line], first),
        _ => own.map_or_else(String::new, |own| slow_text(report, own)),
    }
}

/// How long a protection takes, and against what.
fn slow_text(report: &Report<'_>, own: &ProtectionJudgement) -> String {
    let line = &report.scenario.relays.lines[own.line];
    let (place, at) = (
        place_text(line, own.cleared.place),
        instant(own.cleared.worst_at),
    );
    let end = harmless(&line.ends[own.cleared.end.index()]);
    let limit = line.clear_within;
    match own.cleared.worst {
        None => format!("{end} never opens for a fault {place} at {at}"),
        Some(worst) => {
            let how = match own.cleared.clearing {
                Clearing::Backup => ", by the delay of zone 2",
                _ => "",
            };
            format!(
                "a fault {place} at {at} is cleared after {worst} ms ({end} last{how}), \
                 {limit} ms are allowed"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_cycles_of_the_system() {
        // TV30: 82.667 / 116.000 ms at 60 Hz are 4.96 / 6.96 cycles.
        assert_eq!(cycles(Span(82_666_666_667), 60), "4.96");
        assert_eq!(cycles(Span::from_ms(116), 60), "6.96");
        assert_eq!(cycles(Span::from_ms(100), 50), "5.00");
    }

    #[test]
    fn an_instant_is_told_exactly_where_it_is_to_be_typed() {
        let at = SimTime(2_000_100_000_003);
        assert_eq!(
            (instant(at), exact(at)),
            ("2000.100 ms".to_owned(), "2000.100000003 ms".to_owned())
        );
        assert_eq!(exact(SimTime(2_000_000_000_000)), "2000 ms");
    }

    #[test]
    fn a_place_is_told_as_a_share_of_the_line() {
        let line = crate::relay::line::tests::line();
        let place = |place| place_text(&line, place);
        assert_eq!(place(Place::Inside(100_000_000)), "10 % from A");
        assert_eq!(place(Place::Inside(12_500_000)), "1.25 % from A");
        assert_eq!(place(Place::Behind(crate::relay::End::Z)), "behind Z");
    }
}
