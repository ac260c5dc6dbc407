//! Every instant at which a fault may begin: worst, best and all between, exactly.
//!
//! What follows a fault changes its form only where one of its instants (pickup, keying, end of
//! keying …) meets an instant of the channel. These candidates are given. Between two of them the
//! result moves evenly with the instant of the fault, so its extremes lie at the first and at the
//! last picosecond of each piece: nothing is sampled. The middle of every piece is looked at too;
//! if it does not lie where it should, a candidate was missing, and the piece is parted where the
//! form changes.

use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// What comes of a fault at one instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found<C> {
    /// How long it takes; `None`: for ever.
    pub value: Option<Span>,
    /// In what manner.
    pub class: C,
}

/// Instants in a row at which the same comes of a fault, its value moving evenly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece<C> {
    /// First instant.
    pub from: SimTime,
    /// First instant after it.
    pub to: SimTime,
    /// At the first instant.
    pub first: Found<C>,
    /// At the last, one picosecond before `to`.
    pub last: Found<C>,
}

/// All of them, in order and without a hole within a stretch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sweep<C> {
    /// At least one.
    pub pieces: Vec<Piece<C>>,
    /// How often a piece had to be parted because no candidate stood where its form changes.
    pub parted: usize,
}

/// Works out what comes of a fault at every instant from `over.from` to `over.to`.
///
/// # Panics
/// If `over` has no length.
pub fn sweep<C: Copy + Eq>(
    over: Stretch,
    candidates: &[SimTime],
    found: impl Fn(SimTime) -> Found<C>,
) -> Sweep<C> {
    assert!(over.from < over.to, "a stretch of some length");
    let inside = candidates.iter().copied();
    let inside = inside.filter(|at| over.from < *at && *at < over.to);
    let ends = (std::iter::once(over.from), std::iter::once(over.to));
    let mut edges: Vec<SimTime> = ends.0.chain(inside).chain(ends.1).collect();
    // Candidates come in rows that ascend: a sort that sees them merges them.
    edges.sort();
    edges.dedup();
    let mut all = Sweep {
        pieces: Vec::with_capacity(edges.len()),
        parted: 0,
    };
    for pair in edges.windows(2) {
        all.add(pair[0], pair[1], &found);
    }
    all
}

/// The same over several stretches, ascending: what lies between them is left out.
///
/// # Panics
/// If there is none, or one has no length.
pub fn sweep_all<C: Copy + Eq>(
    over: &[Stretch],
    candidates: &[SimTime],
    found: impl Fn(SimTime) -> Found<C>,
) -> Sweep<C> {
    let parts = over.iter().map(|one| sweep(*one, candidates, &found));
    let joined = parts.reduce(|mut all, part| {
        all.pieces.extend(part.pieces);
        all.parted += part.parted;
        all
    });
    joined.expect("at least one stretch")
}

impl<C: Copy + Eq> Sweep<C> {
    fn add(&mut self, from: SimTime, to: SimTime, found: &impl Fn(SimTime) -> Found<C>) {
        let mut from = from;
        loop {
            let first = found(from);
            let alone = to.since(from) == Span(1);
            let piece = Piece {
                from,
                to,
                first,
                last: if alone { first } else { found(before(to)) },
            };
            let Some(broken) = piece.broken(found) else {
                self.push(piece);
                return;
            };
            self.parted += 1;
            self.push(Piece {
                from,
                to: broken,
                first: piece.first,
                last: found(before(broken)),
            });
            from = broken;
        }
    }

    /// Joins what goes on the same way.
    fn push(&mut self, piece: Piece<C>) {
        if let Some(last) = self.pieces.last_mut() {
            let joined = Piece {
                to: piece.to,
                last: piece.last,
                ..*last
            };
            // One instant alone has no slope.
            let alike = |one: &Piece<C>| one.is_instant() || one.slope() == joined.slope();
            if joined.first.class == piece.first.class
                && last.last.class == piece.first.class
                && alike(last)
                && alike(&piece)
                && joined.on_line(before(last.to), last.last)
                && joined.on_line(piece.from, piece.first)
            {
                *last = joined;
                return;
            }
        }
        self.pieces.push(piece);
    }

    /// The largest value, `None` being largest, and the first instant at which it is.
    #[must_use]
    pub fn worst(&self) -> (SimTime, Found<C>) {
        let key = |found: &Found<C>| found.value.map_or(u64::MAX, |value| value.0);
        let ends = self.ends();
        ends.reduce(|worst, one| {
            if key(&one.1) > key(&worst.1) {
                one
            } else {
                worst
            }
        })
        .expect("at least one piece")
    }

    /// The smallest value and the first instant at which it is.
    #[must_use]
    pub fn best(&self) -> (SimTime, Found<C>) {
        let key = |found: &Found<C>| found.value.map_or(u64::MAX, |value| value.0);
        let ends = self.ends();
        ends.reduce(|best, one| {
            if key(&one.1) < key(&best.1) {
                one
            } else {
                best
            }
        })
        .expect("at least one piece")
    }

    fn ends(&self) -> impl Iterator<Item = (SimTime, Found<C>)> + '_ {
        let both = |piece: &Piece<C>| [(piece.from, piece.first), (before(piece.to), piece.last)];
        self.pieces.iter().flat_map(both)
    }

    /// What comes of a fault at an instant.
    ///
    /// # Panics
    /// If it lies outside.
    #[must_use]
    pub fn piece_at(&self, at: SimTime) -> &Piece<C> {
        let place = self.pieces.partition_point(|piece| piece.to <= at);
        let piece = &self.pieces[place];
        assert!(piece.from <= at, "an instant of the sweep");
        piece
    }

    /// How long the instants last, all together, for which this holds of the whole piece.
    #[must_use]
    pub fn lasting(&self, of: impl Fn(&Piece<C>) -> bool) -> Span {
        let pieces = self.pieces.iter().filter(|piece| of(piece));
        pieces.map(|piece| piece.to.since(piece.from)).sum()
    }

    /// How long the instants last, all together, at which the value is above a limit. Within a
    /// piece that crosses the limit the share is rounded to a picosecond.
    #[must_use]
    pub fn above(&self, limit: Span) -> Span {
        self.pieces.iter().map(|piece| piece.above(limit)).sum()
    }

    /// All instants.
    #[must_use]
    pub fn length(&self) -> Span {
        self.lasting(|_| true)
    }

    /// The least value that is not exceeded at `share` of 10^9 instants; `None`: there it is for
    /// ever. Exact to a picosecond.
    #[must_use]
    pub fn quantile(&self, share_ppb: u64) -> Option<Span> {
        let whole = u128::from(self.length().0);
        let met = (whole * u128::from(share_ppb)).div_ceil(1_000_000_000);
        let exceeded_max = whole.saturating_sub(met);
        let fits = |limit: Span| u128::from(self.above(limit).0) <= exceeded_max;
        let most = self.ends().filter_map(|(_, found)| found.value).max()?;
        if !fits(most) {
            return None;
        }
        let (mut low, mut high) = (0, most.0);
        while low < high {
            let middle = low + (high - low) / 2;
            if fits(Span(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(Span(low))
    }
}

impl<C: Copy + Eq> Piece<C> {
    /// By how much the value grows over the piece, in picoseconds; `None`: for ever at both ends.
    fn rise(&self) -> Option<i128> {
        let ps = |found: &Found<C>| found.value.map(|value| i128::from(value.0));
        Some(ps(&self.last)? - ps(&self.first)?)
    }

    fn is_instant(&self) -> bool {
        self.to.since(self.from) == Span(1)
    }

    /// Rising, level, falling; steepness in parts of 10^6, for joining.
    fn slope(&self) -> Option<i128> {
        let steps = i128::from(self.to.since(self.from).0) - 1;
        Some(self.rise()? * 1_000_000 / steps.max(1))
    }

    /// Whether a value lies where it should: within two picoseconds, for rounding.
    fn on_line(&self, at: SimTime, found: Found<C>) -> bool {
        if found.class != self.first.class || found.class != self.last.class {
            return false;
        }
        let (Some(rise), Some(first)) = (self.rise(), self.first.value) else {
            return found.value.is_none()
                && self.first.value.is_none()
                && self.last.value.is_none();
        };
        let Some(value) = found.value else {
            return false;
        };
        let steps = (i128::from(self.to.since(self.from).0) - 1).max(1);
        let here = i128::from(at.since(self.from).0);
        let expected = i128::from(first.0) + rise * here / steps;
        (i128::from(value.0) - expected).abs() <= 2
    }

    /// The first instant, as far as looking at the middle can tell, from which on it goes
    /// otherwise.
    fn broken(&self, found: &impl Fn(SimTime) -> Found<C>) -> Option<SimTime> {
        let length = self.to.since(self.from).0;
        if length <= 2 {
            return (length == 2 && self.first.class != self.last.class).then(|| before(self.to));
        }
        let middle = SimTime(self.from.0 + length / 2);
        if self.on_line(middle, found(middle)) {
            return None;
        }
        // Halves until the beginning and the end of what changes lie side by side.
        let (mut low, mut high) = (self.from, before(self.to));
        while high.0 - low.0 > 1 {
            let middle = SimTime(low.0 + (high.0 - low.0) / 2);
            let half = Piece {
                from: low,
                to: SimTime(middle.0 + 1),
                first: found(low),
                last: found(middle),
            };
            let quarter = SimTime(low.0 + (middle.0 - low.0) / 2);
            if half.on_line(quarter, found(quarter)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }

    fn above(&self, limit: Span) -> Span {
        let length = self.to.since(self.from);
        let over = |found: &Found<C>| found.value.is_none_or(|value| value > limit);
        match (over(&self.first), over(&self.last)) {
            (true, true) => length,
            (false, false) => Span::ZERO,
            (rising, _) => {
                let (Some(first), Some(last)) = (self.first.value, self.last.value) else {
                    return length;
                };
                let (high, low) = if rising { (first, last) } else { (last, first) };
                // The n-th instant lies n steps behind the first.
                let part = u128::from((high - limit).0) * u128::from(length.0 - 1);
                let part = part.div_ceil(u128::from((high - low).0));
                Span(u64::try_from(part).expect("a part of the piece")).min(length)
            }
        }
    }
}

fn before(at: SimTime) -> SimTime {
    SimTime(at.0 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVER: Stretch = Stretch {
        from: SimTime(0),
        to: SimTime(1000),
    };

    /// A channel with a hole from 300 to 500: what is sent there comes at 510, else after 10.
    fn through(at: SimTime) -> Found<bool> {
        let value = match at.0 {
            300..500 => Span(510 - at.0),
            _ => Span(10),
        };
        Found {
            value: Some(value),
            class: (300..500).contains(&at.0),
        }
    }

    #[test]
    fn the_worst_instant_is_the_first_of_the_hole() {
        let all = sweep(OVER, &[SimTime(300), SimTime(500)], through);
        assert_eq!(all.pieces.len(), 3);
        assert_eq!(all.parted, 0);
        let (at, worst) = all.worst();
        assert_eq!((at, worst.value), (SimTime(300), Some(Span(210))));
        assert_eq!(all.best().1.value, Some(Span(10)));
        // Later than 110: keyed from 300 to 399.
        assert_eq!(all.above(Span(110)), Span(100));
        assert_eq!(all.quantile(900_000_000), Some(Span(110)));
    }

    #[test]
    fn missing_candidates_are_found_where_the_form_changes() {
        let all = sweep(OVER, &[SimTime(390)], through);
        let with = sweep(OVER, &[SimTime(300), SimTime(500)], through);
        assert_eq!(all.worst(), with.worst());
        assert!(all.parted > 0);
    }

    #[test]
    fn candidates_beyond_need_leave_no_pieces_behind() {
        let needed = [300, 500].map(SimTime);
        let all = [200, 201, 300, 301, 302, 400, 401, 500, 501, 502].map(SimTime);
        assert_eq!(sweep(OVER, &all, through), sweep(OVER, &needed, through));
    }

    #[test]
    fn of_several_stretches_only_their_instants_count() {
        let stretch = |from, to| Stretch {
            from: SimTime(from),
            to: SimTime(to),
        };
        let over = [stretch(100, 310), stretch(490, 600)];
        let all = sweep_all(&over, &[SimTime(300), SimTime(500)], through);
        assert_eq!(all.length(), Span(210 + 110));
        assert_eq!(all.above(Span(10)), Span(10 + 10));
        assert_eq!(all.worst().0, SimTime(300));
        let later = sweep_all(&over[1..], &[SimTime(500)], through);
        let (at, worst) = later.worst();
        assert_eq!((at, worst.value), (SimTime(490), Some(Span(20))));
    }

    #[test]
    fn for_ever_is_worse_than_any_length() {
        let all = sweep(OVER, &[SimTime(700)], |at| Found {
            value: (at.0 < 700).then_some(Span(5)),
            class: at.0 < 700,
        });
        assert_eq!(
            all.worst(),
            (
                SimTime(700),
                Found {
                    value: None,
                    class: false
                }
            )
        );
        assert_eq!(all.above(Span(5)), Span(300));
        assert_eq!(all.quantile(700_000_000), Some(Span(5)));
        assert_eq!(all.quantile(700_000_001), None);
    }
}
