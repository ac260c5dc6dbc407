//! The channel timeline of one circuit in one direction.

use crate::units::{SimTime, Span};

/// What the receiving interface puts out from `from` until `to`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// First instant of the segment, output time.
    pub from: SimTime,
    /// First instant after it; the next segment's `from`.
    pub to: SimTime,
    /// What comes out in between.
    pub content: Content,
}

/// How far the input instants of a drifting segment may lie from those that its beginning and its
/// rate predict. A rate is a whole number of parts per 10^9, up to half a part off: at least 2 s
/// of drift go into one segment.
pub const PREDICTION_ERROR_MAX: Span = Span::from_ns(1);

/// Data of the far end, or replacement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// The far end's bits, in order, without a hole.
    Data {
        /// When the bit put out at the segment's `from` entered at the far end.
        input_from: SimTime,
        /// How much faster than the sender the bits leave, in parts per 10^9 (0: same clock), so
        /// that the bit put out `t` later entered `t · (1 + rate_ppb / 10^9)` later.
        rate_ppb: i64,
    },
    /// Replacement data.
    Idle {
        /// What is played instead.
        pattern: Idle,
        /// Why.
        cause: Cause,
    },
}

/// What is played where there is no data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// All ones (RFC 4553 §6.2.2; also the default idle octet 255 of RFC 5604 for CESoPSN).
    AllOnes,
}

/// Why replacement data is played.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// Play-out has not begun yet.
    Starting,
    /// A packet was not there at its play-out instant.
    Missing,
    /// Loss-of-packets state until play-out restarts.
    LossOfPackets,
    /// A repeated message was not renewed in time.
    Stale,
    /// The path is cut, and the receiving end has not gone over to another.
    Cut,
}

impl Cause {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Missing => "missing",
            Self::LossOfPackets => "loss-of-packets",
            Self::Stale => "stale",
            Self::Cut => "cut",
        }
    }
}

/// The gap-free list of segments from the start of the run to the end of the last play-out.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Timeline {
    segments: Vec<Segment>,
}

impl Timeline {
    /// The segments in order of time; each begins where the one before ends, the first at zero.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Where the list ends so far.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.segments.last().map_or(SimTime::ZERO, |last| last.to)
    }

    /// Appends what is put out from the present end until `to`; joins it to the last segment
    /// where that goes on the same way. A piece of no length is left out.
    ///
    /// # Panics
    /// If `to` lies before the present end.
    pub fn extend(&mut self, to: SimTime, content: Content) {
        self.extend_within(Span::ZERO, to, content);
    }

    /// The same for data between clocks that run apart: goes on the same way where the rate is the
    /// same and the input instant within [`PREDICTION_ERROR_MAX`] of what the segment predicts.
    ///
    /// # Panics
    /// If `to` lies before the present end.
    pub fn extend_drifting(&mut self, to: SimTime, content: Content) {
        self.extend_within(PREDICTION_ERROR_MAX, to, content);
    }

    fn extend_within(&mut self, error_max: Span, to: SimTime, content: Content) {
        let from = self.end();
        assert!(to >= from, "a timeline only grows");
        if to == from {
            return;
        }
        if let Some(last) = self.segments.last_mut()
            && continues(last, content, error_max)
        {
            last.to = to;
            return;
        }
        self.segments.push(Segment { from, to, content });
    }

    /// Leaves out everything from `end` on.
    pub fn cut(&mut self, end: SimTime) {
        let kept = self.segments.partition_point(|segment| segment.from < end);
        self.segments.truncate(kept);
        if let Some(last) = self.segments.last_mut() {
            last.to = last.to.min(end);
        }
    }

    /// One-way delay of each data segment where it begins: bit in at the far end to bit out here.
    /// Where its rate is not 0 the delay changes on the way; [`Segment::input_at`].
    pub fn delays(&self) -> impl Iterator<Item = (Segment, Span)> + '_ {
        self.segments
            .iter()
            .filter_map(|segment| match segment.content {
                Content::Data { input_from, .. } => {
                    Some((*segment, segment.from.since(input_from)))
                }
                Content::Idle { .. } => None,
            })
    }
}

impl Segment {
    /// When the bit put out at `at` entered at the far end, rounded down to a whole picosecond;
    /// `None` for replacement.
    ///
    /// # Panics
    /// If `at` lies before the segment.
    #[must_use]
    pub fn input_at(&self, at: SimTime) -> Option<SimTime> {
        let Content::Data {
            input_from,
            rate_ppb,
        } = self.content
        else {
            return None;
        };
        let elapsed = at.since(self.from);
        if rate_ppb == 0 {
            return Some(input_from + elapsed);
        }
        let pace = 1_000_000_000 + i128::from(rate_ppb);
        let input = (i128::from(elapsed.0) * pace).div_euclid(1_000_000_000);
        let input = i64::try_from(input).expect("a segment within 106 days");
        Some(SimTime(
            input_from
                .0
                .checked_add_signed(input)
                .expect("input within the run"),
        ))
    }
}

/// Whether content that begins where `last` ends is the same content going on.
fn continues(last: &Segment, content: Content, error_max: Span) -> bool {
    match (last.content, content) {
        (
            Content::Data {
                rate_ppb: before, ..
            },
            Content::Data {
                rate_ppb,
                input_from,
            },
        ) => {
            let predicted = last.input_at(last.to).expect("a segment of data");
            before == rate_ppb && predicted.0.abs_diff(input_from.0) <= error_max.0
        }
        (Content::Idle { .. }, Content::Idle { .. }) => last.content == content,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(input_ps: u64) -> Content {
        Content::Data {
            input_from: SimTime(input_ps),
            rate_ppb: 0,
        }
    }

    const MISSING: Content = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Missing,
    };

    #[test]
    fn packets_played_at_one_delay_are_one_segment() {
        let mut line = Timeline::default();
        line.extend(SimTime(20), data(0));
        line.extend(SimTime(20), MISSING);
        line.extend(SimTime(30), data(20));
        line.extend(SimTime(40), MISSING);
        line.extend(SimTime(50), data(40));
        let spans: Vec<_> = line
            .segments()
            .iter()
            .map(|part| (part.from.0, part.to.0))
            .collect();
        assert_eq!(spans, [(0, 30), (30, 40), (40, 50)]);
        assert!(line.delays().all(|(_, delay)| delay == Span::ZERO));
    }

    #[test]
    fn another_delay_starts_another_segment() {
        let mut line = Timeline::default();
        line.extend(SimTime(20), MISSING);
        line.extend(SimTime(30), data(10));
        line.extend(SimTime(40), data(15));
        let delays: Vec<_> = line.delays().map(|(_, delay)| delay.0).collect();
        assert_eq!(delays, [10, 15]);
    }
    #[test]
    fn a_drifting_segment_goes_on_while_it_predicts_its_input_within_a_nanosecond() {
        let piece = |input_ps, rate_ppb| Content::Data {
            input_from: SimTime(input_ps),
            rate_ppb,
        };
        let mut line = Timeline::default();
        let second = 1_000_000_000_000;
        // 50 ppm fast: after one second of output 1.00005 s of input.
        line.extend_drifting(SimTime(second), piece(0, 50_000));
        line.extend_drifting(SimTime(2 * second), piece(second + 50_001_000, 50_000));
        assert_eq!(line.segments().len(), 1);
        let segment = line.segments()[0];
        let input = SimTime(2 * second + 100_000_000);
        assert_eq!(segment.input_at(SimTime(2 * second)), Some(input));
        line.extend_drifting(SimTime(3 * second), piece(input.0 + 1001, 50_000));
        line.extend_drifting(SimTime(4 * second), piece(input.0 + second, 49_999));
        assert_eq!(line.segments().len(), 3, "too far off; another rate");
    }

    #[test]
    fn what_is_cut_ends_at_the_cut() {
        let mut line = Timeline::default();
        line.extend(SimTime(20), data(0));
        line.extend(SimTime(30), MISSING);
        line.extend(SimTime(40), data(30));
        line.cut(SimTime(25));
        assert_eq!(line.end(), SimTime(25));
        assert_eq!(line.segments().len(), 2);
        line.cut(SimTime(20));
        assert_eq!(line.end(), SimTime(20));
        assert_eq!(line.segments().len(), 1);
    }
}
