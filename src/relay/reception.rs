//! A channel as the equipment at its end reads it: when messages come through, and when they were
//! sent.
//!
//! A message is sampled at an instant at the sending end and complete once the bit that enters its
//! length later is put out at the receiving end. It counts only if all its bits are data without a
//! break; after a break a number of good messages may have to come first. Messages are taken to
//! follow each other without end, so that one is complete at every instant; that a real sender
//! samples at a period, at a phase nobody knows, is part of the length given (the worst phase: a
//! whole period more).

use crate::channel::timeline::PREDICTION_ERROR_MAX;
use crate::channel::{Content, Segment, Timeline};
use crate::units::{SimTime, Span};

/// One direction of a circuit between two relays.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// What its carrier puts out.
    pub timeline: &'a Timeline,
    /// Conversion at the sending end's interface.
    pub before: Span,
    /// Conversion at the receiving end's interface.
    pub after: Span,
}

/// When messages come through, ascending.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reception {
    /// One message, in the sender's time.
    pub message: Span,
    spells: Vec<Spell>,
}

/// A spell in which a message is complete at every instant, seen at the receiving relay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spell {
    /// First instant.
    pub from: SimTime,
    /// First instant after it; [`SimTime::NEVER`] where the run ends first: what comes after a run
    /// is taken to go on as it ended.
    pub to: SimTime,
    /// When the bit that is put out at `from` was sent.
    input_from: SimTime,
    /// As [`Content::Data`].
    rate_ppb: i64,
    /// Whether data goes on without a break from the spell before.
    pub joined: bool,
}

impl Reception {
    /// Messages of this length; after a break of the channel the first counts that ends `recovery`
    /// behind the first whole one.
    #[must_use]
    pub fn new(way: Way<'_>, message: Span, recovery: Span) -> Self {
        let mut spells: Vec<Spell> = Vec::new();
        let segments = way.timeline.segments();
        // Since the last break: the input instant that ends the first message that counts, and
        // whether one has counted. Segments that follow each other wait for it together.
        let (mut counted_from, mut counted) = (SimTime::ZERO, false);
        for (place, segment) in segments.iter().enumerate() {
            let Content::Data { .. } = segment.content else {
                continue;
            };
            let goes_on = place > 0 && goes_on(&segments[place - 1], segment);
            let last = place + 1 == segments.len();
            let spell = shifted(segment, way, last);
            if !goes_on {
                counted = false;
                counted_from = spell.input_from + message + recovery;
            }
            let from = spell.output_of(counted_from);
            if from < spell.to {
                let input_from = spell.input_at(from);
                spells.push(Spell {
                    from,
                    input_from,
                    joined: counted,
                    ..spell
                });
                counted = true;
            }
        }
        Self { message, spells }
    }

    /// All spells, ascending.
    #[must_use]
    pub fn spells(&self) -> &[Spell] {
        &self.spells
    }

    /// The spell at an instant; `None`: no message is complete there.
    #[must_use]
    pub fn spell_at(&self, at: SimTime) -> Option<&Spell> {
        let place = self.spells.partition_point(|spell| spell.to <= at);
        self.spells.get(place).filter(|spell| spell.from <= at)
    }

    /// One-way delay, relay to relay, of the bit that comes at an instant.
    #[must_use]
    pub fn delay_at(&self, at: SimTime) -> Option<Span> {
        Some(at.since(self.spell_at(at)?.input_at(at)))
    }

    /// When the message that is complete at an instant was sampled, where one is.
    #[must_use]
    pub fn sampled_at(&self, at: SimTime) -> Option<SimTime> {
        Some(self.sampled(self.spell_at(at)?, at))
    }

    /// When a message that is complete at an instant of a spell was sampled.
    #[must_use]
    pub fn sampled(&self, spell: &Spell, at: SimTime) -> SimTime {
        SimTime(spell.input_at(at).0.saturating_sub(self.message.0))
    }

    /// The first instant at which a message is complete that was sampled at `sent` or later;
    /// `None`: never.
    #[must_use]
    pub fn first_since(&self, sent: SimTime) -> Option<SimTime> {
        let place = self.spells.partition_point(|spell| {
            spell.to != SimTime::NEVER && self.sampled(spell, SimTime(spell.to.0 - 1)) < sent
        });
        let spell = self.spells.get(place)?;
        Some(self.complete_in(spell, sent))
    }

    /// The first instant of a spell at which a message is complete that was sampled at `sent` or
    /// later; it may lie behind its end.
    #[must_use]
    pub fn complete_in(&self, spell: &Spell, sent: SimTime) -> SimTime {
        spell.output_of(sent + self.message).max(spell.from)
    }

    /// Instants at the receiving relay at which the channel changes.
    #[must_use]
    pub fn edges_out(&self) -> Vec<SimTime> {
        let both = self.spells.iter().flat_map(|spell| [spell.from, spell.to]);
        both.filter(|at| *at != SimTime::NEVER).collect()
    }

    /// Instants of sampling at the sending relay at which it changes what becomes of a message.
    #[must_use]
    pub fn edges_in(&self) -> Vec<SimTime> {
        let ends = |spell: &Spell| {
            let first = Some(self.sampled(spell, spell.from));
            let last = (spell.to != SimTime::NEVER).then(|| self.sampled(spell, spell.to));
            [first, last]
        };
        let all = self.spells.iter().flat_map(ends).flatten();
        // A whole picosecond may be rounded either way.
        all.flat_map(|at| [at, SimTime(at.0 + 1)]).collect()
    }
}

impl Spell {
    /// When the bit put out at an instant of the spell was sent, rounded down to a picosecond.
    ///
    /// # Panics
    /// If it lies before the spell.
    #[must_use]
    pub fn input_at(&self, at: SimTime) -> SimTime {
        let segment = Segment {
            from: self.from,
            to: self.to,
            content: Content::Data {
                input_from: self.input_from,
                rate_ppb: self.rate_ppb,
            },
        };
        segment.input_at(at).expect("a spell of data")
    }

    /// The same, not rounded: in parts of 10^9 of a picosecond.
    ///
    /// # Panics
    /// If it lies before the spell.
    #[must_use]
    pub(super) fn input_parts_at(&self, at: SimTime) -> i128 {
        let elapsed = i128::from(at.since(self.from).0);
        i128::from(self.input_from.0) * 1_000_000_000
            + elapsed * (1_000_000_000 + i128::from(self.rate_ppb))
    }

    /// Whether the delay changes within it.
    #[must_use]
    pub(super) fn drifts(&self) -> bool {
        self.rate_ppb != 0
    }

    /// When the bit sent at `input` is put out, if the spell lasts so long: the first instant at
    /// which [`Spell::input_at`] has reached it; not before the spell.
    #[must_use]
    pub fn output_of(&self, input: SimTime) -> SimTime {
        let Some(ahead) = input.0.checked_sub(self.input_from.0) else {
            return self.from;
        };
        if self.rate_ppb == 0 {
            return self.from + Span(ahead);
        }
        let pace = u128::try_from(1_000_000_000 + i128::from(self.rate_ppb)).expect("forward");
        let elapsed = (u128::from(ahead) * 1_000_000_000).div_ceil(pace);
        self.from + Span(u64::try_from(elapsed).expect("an instant within 213 days"))
    }
}

/// Every instant at which one of the instants that follow a fault (`offsets` behind it) meets an
/// instant of the channel. Those before the run are left out.
#[must_use]
pub fn candidates(edges: &[SimTime], offsets: &[Span]) -> Vec<SimTime> {
    let pairs = edges
        .iter()
        .flat_map(|edge| offsets.iter().map(move |offset| (edge, offset)));
    pairs
        .filter_map(|(edge, offset)| edge.0.checked_sub(offset.0))
        .map(SimTime)
        .collect()
}

/// Whether the bits of a segment are those that follow the ones before.
fn goes_on(before: &Segment, segment: &Segment) -> bool {
    let expected = before.input_at(before.to);
    let Content::Data { input_from, .. } = segment.content else {
        return false;
    };
    expected.is_some_and(|at| at.0.abs_diff(input_from.0) <= PREDICTION_ERROR_MAX.0)
}

/// A segment as the relays at both ends see it.
fn shifted(segment: &Segment, way: Way<'_>, last: bool) -> Spell {
    let Content::Data {
        input_from,
        rate_ppb,
    } = segment.content
    else {
        unreachable!("a segment of data");
    };
    // A relay's bits of before the run are nobody's.
    let early = Span(way.before.0.saturating_sub(input_from.0));
    Spell {
        from: segment.from + way.after + early,
        to: if last {
            SimTime::NEVER
        } else {
            segment.to + way.after
        },
        input_from: SimTime((input_from + early).0 - way.before.0),
        rate_ppb,
        joined: false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::channel::{Cause, Idle};

    const MS: u64 = 1_000_000_000;

    /// Pieces of `(to in ms, delay in us)`; no delay: replacement.
    pub(crate) fn timeline(pieces: &[(u64, Option<u64>)]) -> Timeline {
        let mut line = Timeline::default();
        for (to, delay) in pieces {
            let from = line.end();
            let content = match delay {
                Some(delay) => Content::Data {
                    input_from: SimTime(from.0 - delay * 1_000_000),
                    rate_ppb: 0,
                },
                None => Content::Idle {
                    pattern: Idle::AllOnes,
                    cause: Cause::Missing,
                },
            };
            line.extend(SimTime(to * MS), content);
        }
        line
    }

    pub(crate) fn reception(pieces: &[(u64, Option<u64>)], message: Span) -> Reception {
        let timeline = timeline(pieces);
        let way = Way {
            timeline: &timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        };
        Reception::new(way, message, Span::ZERO)
    }

    #[test]
    fn a_message_sent_into_a_hole_comes_when_the_hole_and_one_message_are_over() {
        let pieces = [
            (10, None),
            (100, Some(2000)),
            (150, None),
            (300, Some(3000)),
        ];
        let channel = reception(&pieces, Span::from_ms(1));
        let came = |sent_ms: u64| {
            channel
                .first_since(SimTime(sent_ms * MS))
                .map(|at| at.0 / MS)
        };
        assert_eq!(came(20), Some(23), "delay 2 ms and the message");
        assert_eq!(came(97), Some(100 + 51), "its last bit is not put out");
        assert_eq!(came(120), Some(151));
        assert_eq!(came(147), Some(151), "the first whole message");
        assert_eq!(came(148), Some(152));
        assert_eq!(channel.delay_at(SimTime(120 * MS)), None);
        assert_eq!(channel.delay_at(SimTime(250 * MS)), Some(Span::from_ms(3)));
    }

    #[test]
    fn segments_that_follow_each_other_wait_together_for_the_first_message() {
        let data = |input_from, rate_ppb| Content::Data {
            input_from: SimTime(input_from),
            rate_ppb,
        };
        let mut line = Timeline::default();
        line.extend(SimTime(100_000), data(0, 0));
        // Too short for a message of 70 ns; what follows goes on at another rate.
        line.extend(SimTime(150_000), data(200_000, 0));
        line.extend(SimTime(300_000), data(250_000, 1));
        let way = Way {
            timeline: &line,
            before: Span::ZERO,
            after: Span::ZERO,
        };
        let channel = Reception::new(way, Span::from_ns(70), Span::ZERO);
        let spells = channel.spells().iter();
        let spells: Vec<_> = spells.map(|spell| (spell.from.0, spell.joined)).collect();
        assert_eq!(spells, [(70_000, false), (170_000, false)]);
    }

    #[test]
    fn conversions_at_both_ends_add_to_the_delay() {
        let timeline = timeline(&[(10, None), (100, Some(2000))]);
        let way = Way {
            timeline: &timeline,
            before: Span::from_us(125),
            after: Span::from_us(250),
        };
        let channel = Reception::new(way, Span::ZERO, Span::ZERO);
        let delay = channel.delay_at(SimTime(50 * MS));
        assert_eq!(delay, Some(Span::from_us(2375)));
        let sent = SimTime(50 * MS);
        assert_eq!(channel.first_since(sent), Some(sent + Span::from_us(2375)));
    }
}
