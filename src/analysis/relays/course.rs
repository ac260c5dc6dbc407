//! What a pair of differential relays is over a stretch.

use super::channels::Reader;
use super::{Channel, Channels, CourseSummary};
use crate::mpls::outage::Stretch;
use crate::relay::Protection;
use crate::relay::differential::{Spell, State};
use crate::scenario::Scenario;
use crate::units::Span;

/// Its spells within a stretch, and what they come to.
pub(super) struct Course {
    pub(super) spells: Vec<Spell>,
    pub(super) summary: CourseSummary,
}

impl Reader<'_> {
    /// Of differential relays alone.
    pub(super) fn course(&self, over: Stretch) -> Option<Course> {
        let Protection::Differential(settings) = self.protection else {
            return None;
        };
        let ways = self.channels.each_ref().map(Channel::way);
        let whole = settings.course(ways, self.line);
        let within = |spell: &Spell| Spell {
            from: spell.from.max(over.from),
            to: spell.to.min(over.to),
            ..*spell
        };
        let spells: Vec<Spell> = whole.spans.iter().map(within).collect();
        let spells: Vec<Spell> = spells.into_iter().filter(|one| one.from < one.to).collect();
        let summary = summary(&spells);
        Some(Course { spells, summary })
    }
}

/// What the differential relays of a line are over a stretch, each with the index of its circuit:
/// group A, then group B, each in order of name.
#[must_use]
pub fn courses(
    scenario: &Scenario,
    channels: &Channels,
    line: usize,
    over: Stretch,
) -> Vec<(usize, CourseSummary)> {
    let readers = Reader::of_line(scenario, channels, line);
    let course = |reader: &Reader<'_>| {
        let course = reader.course(over)?;
        Some((reader.circuit, course.summary))
    };
    readers.iter().filter_map(course).collect()
}

fn summary(spells: &[Spell]) -> CourseSummary {
    let mut all = CourseSummary {
        asymmetry_ps: None,
        margin_min_ma: None,
        blocked: Span::ZERO,
        blocked_longest: Span::ZERO,
        false_trip: Span::ZERO,
        invisible: Span::ZERO,
    };
    let mut blocked_now = Span::ZERO;
    for spell in spells {
        let lasting = spell.to.since(spell.from);
        if let Some(asymmetry) = spell.asymmetry_ps {
            let key = |ps: i64| (ps.unsigned_abs(), ps);
            let larger = |most: i64| key(asymmetry) > key(most);
            if all.asymmetry_ps.is_none_or(larger) {
                all.asymmetry_ps = Some(asymmetry);
            }
        }
        match spell.state {
            State::Sound { margin_ma } => {
                let least = all
                    .margin_min_ma
                    .map_or(margin_ma, |least| least.min(margin_ma));
                all.margin_min_ma = Some(least);
            }
            State::Blocked(_) => {
                all.blocked += lasting;
                blocked_now += lasting;
                all.blocked_longest = all.blocked_longest.max(blocked_now);
                continue;
            }
            State::FalseTrip { .. } => {
                all.false_trip += lasting;
                if !spell.visible {
                    all.invisible += lasting;
                }
            }
        }
        blocked_now = Span::ZERO;
    }
    all
}
