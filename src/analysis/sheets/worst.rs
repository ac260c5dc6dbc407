//! The worst of a circuit over normal operation and every case.

use super::CALM;
use crate::analysis::failures::Stage;
use crate::analysis::requirements::Seen;
use crate::analysis::study::{CaseResult, DirectionResult, Study};
use crate::units::Span;

/// Something found, and where.
pub(super) type Found<'c, T> = Option<(T, &'c str)>;

/// The worst of one circuit, each with the first case that leads to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Worst<'c> {
    pub circuit: usize,
    /// Longest delay by direction, from any start of play-out; holes not counted.
    pub delay: [Found<'c, Span>; 2],
    /// Longest of both directions together in one case.
    pub round_trip: Found<'c, Span>,
    /// Largest change of half of both delays within a case.
    pub step: Found<'c, Span>,
    /// Every largest difference a→z less z→a, of what was seen and of what restarts can lead to,
    /// ps.
    pub asymmetry: Vec<(i64, &'c str)>,
    /// Longest hole of cases that leave a way; `None` inside: it never ends.
    pub hole: Found<'c, Option<Span>>,
    /// Longest until a node sees a failure on the way.
    pub detection: Found<'c, Span>,
    /// Least slack that a way round leaves, by direction, ps.
    pub slack_left: [Found<'c, i64>; 2],
    /// Cases that leave no way.
    pub cut_off: Vec<&'c str>,
}

impl<'c> Worst<'c> {
    pub(super) fn of(study: &Study<'_>, cases: &'c [CaseResult], circuit: usize) -> Self {
        let mut worst = Self {
            circuit,
            ..Self::default()
        };
        let own = &study.steady[2 * circuit..2 * circuit + 2];
        let starts = [0, 1].map(|way| own[way].worst_start);
        worst.take(CALM, study.seen[circuit].as_ref(), starts);
        if let Some(asymmetry) = own[0].asymmetry_ps {
            worst.asymmetry.push((asymmetry, CALM));
        }
        for case in cases {
            let pair = &case.directions[2 * circuit..2 * circuit + 2];
            if case.simulated {
                worst.case(&case.case.id, pair);
            }
            if pair.iter().any(|one| one.cut_off) {
                worst.cut_off.push(&case.case.id);
            }
        }
        worst
    }

    fn case(&mut self, id: &'c str, pair: &[DirectionResult]) {
        let starts = [0, 1].map(|way| {
            let stages = pair[way].stages.iter();
            let settled = stages.filter(|stage| stage.stage != Stage::During);
            settled.filter_map(|stage| stage.worst_start).max()
        });
        self.take(id, pair[0].seen.as_ref(), starts);
        for (way, one) in pair.iter().enumerate() {
            if let Some(reach) = &one.reach {
                self.asymmetry.push((reach.asymmetry_ps, id));
                let left = reach.slack_left_ps[way];
                if self.slack_left[way].is_none_or(|(least, _)| left < least) {
                    self.slack_left[way] = Some((left, id));
                }
            }
            larger(&mut self.detection, one.detection, id);
            if !one.cut_off && one.gaps.command != Some(Span::ZERO) {
                let key = |hole: Option<Span>| hole.map_or(u64::MAX, |hole| hole.0);
                let longer = |(most, _): (Option<Span>, _)| key(one.gaps.command) > key(most);
                if self.hole.is_none_or(longer) {
                    self.hole = Some((one.gaps.command, id));
                }
            }
        }
    }

    /// What was put out, and what the slowest packet would have made of it.
    fn take(&mut self, id: &'c str, seen: Option<&Seen>, starts: [Option<Span>; 2]) {
        let own = [0, 1].map(|way| {
            let put_out = seen.and_then(|seen| seen.delay_max[way]);
            put_out.into_iter().chain(starts[way]).max()
        });
        for (delay, own) in self.delay.iter_mut().zip(own) {
            larger(delay, own, id);
        }
        let together = own[0].zip(own[1]).map(|(forth, back)| forth + back);
        larger(&mut self.round_trip, together, id);
        if let Some(both) = seen.and_then(|seen| seen.both) {
            larger(&mut self.step, Some(both.step), id);
            let all = both.asymmetry_ps.into_iter();
            self.asymmetry.extend(all.map(|one| (one, id)));
        }
    }

    /// Longest delay of either direction.
    pub(super) fn longest(&self) -> Found<'c, Span> {
        let [forth, back] = self.delay;
        match (forth, back) {
            (Some(one), Some(other)) if other.0 > one.0 => Some(other),
            (None, other) => other,
            (one, _) => one,
        }
    }

    /// The largest difference in magnitude beyond the one that is taken off, the first of equals.
    pub(super) fn apart(&self, compensation_ps: i64) -> Found<'c, i64> {
        let beyond = |one: i64| one.saturating_sub(compensation_ps);
        let mut found: Found<'c, i64> = None;
        for (one, id) in &self.asymmetry {
            let one = beyond(*one);
            if found.is_none_or(|(most, _)| one.unsigned_abs() > most.unsigned_abs()) {
                found = Some((one, id));
            }
        }
        found
    }
}

fn larger<'c>(most: &mut Found<'c, Span>, one: Option<Span>, id: &'c str) {
    if let Some(one) = one
        && most.is_none_or(|(most, _)| one > most)
    {
        *most = Some((one, id));
    }
}
