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

/// Data of the far end, or replacement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// The far end's bits, in order, without a hole.
    Data {
        /// When the bit put out at the segment's `from` entered at the far end.
        input_from: SimTime,
        /// How much faster than the sender the bits leave, in parts per 10^9 (0: same clock).
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
    /// A slip: the clocks of both ends ran apart by more than the buffer could hold.
    Slip,
    /// A repeated message was not renewed in time.
    Stale,
}

impl Cause {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Missing => "missing",
            Self::LossOfPackets => "loss-of-packets",
            Self::Slip => "slip",
            Self::Stale => "stale",
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
        let from = self.end();
        assert!(to >= from, "a timeline only grows");
        if to == from {
            return;
        }
        if let Some(last) = self.segments.last_mut()
            && continues(last, content)
        {
            last.to = to;
            return;
        }
        self.segments.push(Segment { from, to, content });
    }

    /// One-way delay of each data segment: bit in at the far end to bit out here.
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

/// Whether content that begins where `last` ends is the same content going on.
fn continues(last: &Segment, content: Content) -> bool {
    match (last.content, content) {
        (
            Content::Data {
                input_from: before,
                rate_ppb: 0,
            },
            Content::Data {
                input_from: after,
                rate_ppb: 0,
            },
        ) => after.0.wrapping_sub(before.0) == last.to.0 - last.from.0,
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
}
