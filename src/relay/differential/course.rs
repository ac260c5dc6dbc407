//! What a pair of relays is over a run.

use super::condition::Condition;
use super::joint::joint_at;
use super::{Blocked, Course, Settings, Spell, State};
use crate::relay::line::Line;
use crate::relay::reception::{Reception, Way};
use crate::units::{SimTime, Span};

/// See [`Settings::course`].
pub(super) fn course(settings: &Settings, ways: [Way<'_>; 2], line: &Line) -> Course {
    let channels = |recovery| ways.map(|way| Reception::new(way, settings.message, recovery));
    let (whole, counted) = (channels(Span::ZERO), channels(settings.recovery()));
    let end = ways.map(|way| way.timeline.end() + way.after);
    let end = end[0].max(end[1]);
    let mut walk = Walk {
        settings,
        line,
        whole: whole.each_ref(),
        counted: counted.each_ref(),
        round_trip_ps: None,
        stepped_until: SimTime::ZERO,
        spans: Vec::new(),
    };
    let lost = settings.time_lost().iter();
    let lost = lost.flat_map(|lost| [lost.from, lost.to]);
    let channels = whole.iter().chain(&counted);
    let edges = channels.flat_map(Reception::edges_out).chain(lost);
    let mut edges: Vec<SimTime> = edges
        .filter(|at| *at < end)
        .chain([SimTime::ZERO, end])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    for pair in edges.windows(2) {
        walk.stretch(pair[0], pair[1]);
    }
    Course { spans: walk.spans }
}

struct Walk<'a> {
    settings: &'a Settings,
    line: &'a Line,
    /// Both directions, every whole message.
    whole: [&'a Reception; 2],
    /// Both directions, messages that count.
    counted: [&'a Reception; 2],
    /// The last round trip that both ends saw.
    round_trip_ps: Option<u64>,
    /// Until when they react to a step of it.
    stepped_until: SimTime,
    spans: Vec<Spell>,
}

impl Walk<'_> {
    /// Goes on over a stretch within which no channel begins or ends.
    fn stretch(&mut self, from: SimTime, to: SimTime) {
        let counted = joint_at(self.counted, from);
        if counted.is_heard() {
            let now = counted.round_trip_ps(from);
            let begins = counted.from == from;
            if let Some((before, now)) = self.round_trip_ps.zip(now).filter(|_| begins)
                && self.settings.is_step(before, now)
            {
                self.stepped_until = from + self.settings.reaction();
            }
            self.round_trip_ps = counted.round_trip_ps(SimTime(to.0 - 1));
        }
        let until = self.stepped_until;
        if from < until && until < to {
            self.part(from, until);
            self.part(until, to);
        } else {
            self.part(from, to);
        }
    }

    fn part(&mut self, from: SimTime, to: SimTime) {
        let condition = Condition {
            settings: self.settings,
            line: self.line,
            time_lost: self.settings.is_time_lost(from),
            stepped: from < self.stepped_until,
        };
        let whole = joint_at(self.whole, from);
        if !joint_at(self.counted, from).is_heard() {
            let blocked = if whole.is_heard() {
                Blocked::Recovering
            } else {
                Blocked::NoMessage
            };
            let asymmetry_ps = condition.asymmetry_ps(&whole, from, to);
            self.push(from, to, asymmetry_ps, State::Blocked(blocked), true);
            return;
        }
        let firsts = condition.parts(&whole, from, to);
        let ends = firsts.iter().skip(1).copied().chain([to]);
        for (from, to) in firsts.iter().copied().zip(ends) {
            let state = condition.state(&whole, from, to);
            let asymmetry_ps = condition.asymmetry_ps(&whole, from, to);
            self.push(from, to, asymmetry_ps, state, condition.is_visible(state));
        }
    }

    /// Joins what goes on the same way.
    fn push(
        &mut self,
        from: SimTime,
        to: SimTime,
        asymmetry_ps: Option<i64>,
        state: State,
        visible: bool,
    ) {
        let spell = Spell {
            from,
            to,
            asymmetry_ps,
            state,
            visible,
        };
        if let Some(last) = self.spans.last_mut()
            && (Spell {
                from: last.from,
                to,
                ..*last
            }) == (Spell {
                from: last.from,
                ..spell
            })
        {
            last.to = to;
            return;
        }
        self.spans.push(spell);
    }
}
