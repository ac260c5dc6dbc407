//! The crossover: when a fault begins, against the failure of a channel, and how long it then
//! takes to be cleared.

use super::canvas::{Anchor, Axis, CURVES, Canvas, Point, Px, Ticks, exact_ms, px, shortened};
use crate::mpls::outage::Stretch;
use crate::relay::clearing::{Exact, late};
use crate::relay::inception::Sweep;
use crate::units::{SimTime, Span};

/// Faults before, during and after one failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crossover {
    /// Which line and failure.
    pub title: String,
    /// When the failure begins.
    pub failed: SimTime,
    /// What the line must be cleared in.
    pub limit: Span,
    /// System frequency.
    pub frequency_hz: u64,
    /// One per protection.
    pub curves: Vec<Curve>,
}

/// How long faults take to be cleared by one protection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Curve {
    /// Which protection.
    pub name: String,
    /// Whether it is all of them together: drawn broad behind the others.
    pub all: bool,
    /// In order, without a hole.
    pub parts: Vec<Part>,
    /// Inceptions that are not cleared in time.
    pub late: Vec<Stretch>,
}

/// Inceptions in a row whose clearing time moves evenly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// First inception and clearing time; `None`: never.
    pub first: (SimTime, Option<Span>),
    /// Last inception and clearing time.
    pub last: (SimTime, Option<Span>),
}

impl Curve {
    /// From every inception of a sweep.
    #[must_use]
    pub fn of<C>((name, all): (String, bool), sweep: &Sweep<C>, limit: Span) -> Self {
        let pieces = sweep.pieces.iter();
        let parts = pieces.map(|piece| Part {
            first: (piece.from, piece.first.value),
            last: (SimTime(piece.to.0 - 1), piece.last.value),
        });
        Self {
            name,
            all,
            parts: parts.collect(),
            late: late(sweep, limit),
        }
    }

    /// Its class in the drawing.
    fn look(&self, place: usize) -> String {
        match self.all {
            true => "curve all".to_owned(),
            false => format!("curve c{}", place % CURVES),
        }
    }

    /// Leaves out what lies before or behind; what is late beyond is still told where it begins or
    /// ends within.
    pub fn crop(&mut self, over: Stretch) {
        self.parts
            .retain(|part| over.from <= part.last.0 && part.first.0 <= over.to);
        for part in &mut self.parts {
            let whole = *part;
            if part.first.0 < over.from {
                part.first = (over.from, whole.at(over.from));
            }
            if part.last.0 > over.to {
                part.last = (over.to, whole.at(over.to));
            }
        }
        self.late
            .retain(|late| over.from < late.to && late.from <= over.to);
    }
}

impl Part {
    /// Between its ends, rounded to a picosecond.
    fn at(&self, at: SimTime) -> Option<Span> {
        let ((from, first), (to, last)) = (self.first, self.last);
        let (first, last) = (i128::from(first?.0), i128::from(last?.0));
        let steps = i128::from(to.since(from).0).max(1);
        let value = first + (last - first) * i128::from(at.since(from).0) / steps;
        u64::try_from(value).ok().map(Span)
    }
}

const WIDTH: i64 = 800;
const LEFT: i64 = 70;
const RIGHT: i64 = 680;
const TOP: i64 = 72;
const BOTTOM: i64 = 352;
/// Where "never" stands.
const NEVER: i64 = 54;
const LEGEND: i64 = 18;
/// Most stretches of late inceptions that are told of one curve.
const STRETCHES: usize = 4;

/// The drawing.
#[must_use]
pub fn draw(crossover: &Crossover) -> String {
    let mut canvas = Canvas::new(px(WIDTH));
    canvas.text(
        "head",
        (px(16), px(26)),
        Anchor::Start,
        &shortened(&crossover.title, 90),
    );
    let axes = Axes::of(crossover);
    grid(&mut canvas, crossover, &axes);
    let curves = || crossover.curves.iter().enumerate();
    let broad = curves().filter(|(_, curve)| curve.all);
    for (place, curve) in broad.chain(curves().filter(|(_, curve)| !curve.all)) {
        let points: Vec<Point> = curve
            .parts
            .iter()
            .flat_map(|part| axes.part(part))
            .collect();
        canvas.polyline(&curve.look(place), &points);
        for at in axes.crossings(curve) {
            let point = (axes.x(at), axes.y(Some(crossover.limit)));
            let class = match curve.all {
                true => "mark mall".to_owned(),
                false => format!("mark m{}", place % CURVES),
            };
            canvas.dot(&class, point, Px(350));
        }
    }
    let height = legend(&mut canvas, crossover);
    canvas.finish(height, &crossover.title, &description(crossover))
}

/// Inception to the right, clearing time upwards.
struct Axes {
    failed: SimTime,
    over: Stretch,
    right: Axis,
    up: Axis,
}

impl Axes {
    fn of(crossover: &Crossover) -> Self {
        let failed = crossover.failed;
        let parts = || crossover.curves.iter().flat_map(|curve| &curve.parts);
        let from = parts().map(|part| part.first.0).min().unwrap_or(failed);
        let to = parts().map(|part| part.last.0).max().unwrap_or(failed);
        let after = |at: SimTime| i128::from(at.0) - i128::from(failed.0);
        let values = parts()
            .flat_map(|part| [part.first.1, part.last.1])
            .flatten();
        let most = values.max().unwrap_or(Span::ZERO).max(crossover.limit);
        let most = i128::from(most.0);
        Self {
            failed,
            over: Stretch { from, to },
            right: Axis::new((after(from), after(to)), (px(LEFT), px(RIGHT))),
            up: Axis::new((0, most + most / 10), (px(BOTTOM), px(TOP))),
        }
    }

    fn x(&self, at: SimTime) -> Px {
        self.right.at(i128::from(at.0) - i128::from(self.failed.0))
    }

    fn y(&self, value: Option<Span>) -> Px {
        value.map_or(px(NEVER), |value| self.up.at(value.0.into()))
    }

    fn part(&self, part: &Part) -> [Point; 2] {
        [part.first, part.last].map(|(at, value)| (self.x(at), self.y(value)))
    }

    /// Inceptions at which a fault begins to be cleared in time, or ceases to be.
    fn crossings(&self, curve: &Curve) -> Vec<SimTime> {
        let edges = curve.late.iter().flat_map(|one| [one.from, one.to]);
        let inside = |at: &SimTime| self.over.from < *at && *at <= self.over.to;
        edges.filter(inside).collect()
    }
}

fn grid(canvas: &mut Canvas, crossover: &Crossover, axes: &Axes) {
    let (left, right, bottom) = (px(LEFT), px(RIGHT), px(BOTTOM));
    let top = px(NEVER - 10);
    let Ticks { values, .. } = axes.right.ticks(10);
    let ticks = axes.right.ticks(10);
    for value in values {
        let x = axes.right.at(value);
        let class = if value == 0 { "cut" } else { "grid" };
        canvas.line(class, (x, top), (x, bottom));
        let label = ticks.ms(value);
        canvas.text("quiet", (x, bottom + px(16)), Anchor::Middle, &label);
    }
    let ticks = axes.up.ticks(8);
    for value in &ticks.values {
        let y = axes.up.at(*value);
        canvas.line("grid", (left, y), (right, y));
        let label = ticks.ms(*value);
        canvas.text("quiet", (left - px(8), y + px(4)), Anchor::End, &label);
    }
    canvas.text("quiet", (left - px(8), px(NEVER + 4)), Anchor::End, "never");
    canvas.line("grid", (left, px(NEVER)), (right, px(NEVER)));
    canvas.line("frame", (left, bottom), (right, bottom));
    canvas.line("frame", (left, top), (left, bottom));
    let label = "ms from the failure to the fault; upwards: ms from the fault to open breakers";
    canvas.text("quiet", (left, bottom + px(34)), Anchor::Start, label);
    let y = axes.y(Some(crossover.limit));
    canvas.line("limit", (left, y), (right, y));
    let limit = Exact::of(crossover.limit, crossover.frequency_hz);
    let (ms, cycles) = (limit.ms_text(), limit.cycles_text());
    canvas.text(
        "",
        (right + px(8), y - px(2)),
        Anchor::Start,
        &format!("{ms} ms"),
    );
    canvas.text(
        "",
        (right + px(8), y + px(13)),
        Anchor::Start,
        &format!("{cycles} cycles"),
    );
}

/// Every curve with its exact crossings; how high the drawing becomes.
fn legend(canvas: &mut Canvas, crossover: &Crossover) -> Px {
    let mut y = BOTTOM + 62;
    for (place, curve) in crossover.curves.iter().enumerate() {
        canvas.line(&curve.look(place), (px(16), px(y - 4)), (px(56), px(y - 4)));
        canvas.text(
            "row",
            (px(LEFT), px(y)),
            Anchor::Start,
            &shortened(&curve.name, 80),
        );
        y += LEGEND;
        for line in told(crossover, curve) {
            canvas.text("", (px(LEFT), px(y)), Anchor::Start, &line);
            y += LEGEND;
        }
    }
    px(y)
}

/// When faults are not cleared in time, in words: exact instants after the failure.
fn told(crossover: &Crossover, curve: &Curve) -> Vec<String> {
    if curve.late.is_empty() {
        return vec!["every fault cleared in time".to_owned()];
    }
    let first = curve.parts.first().map(|part| part.first.0);
    let last = curve.parts.last().map(|part| part.last.0);
    let after = |at: SimTime| exact_ms(i128::from(at.0) - i128::from(crossover.failed.0));
    let one = |late: &Stretch| {
        let from = match first.is_some_and(|first| late.from <= first) {
            true => "before what is drawn".to_owned(),
            false => after(late.from) + " ms",
        };
        let to = match last.is_some_and(|last| last < late.to) {
            true => "behind what is drawn".to_owned(),
            false => after(late.to) + " ms",
        };
        format!("faults from {from} up to {to} are not cleared in time")
    };
    let mut lines: Vec<String> = curve.late.iter().take(STRETCHES).map(one).collect();
    let more = curve.late.len().saturating_sub(STRETCHES);
    if more > 0 {
        lines.push(format!("and {more} stretches more"));
    }
    lines
}

fn description(crossover: &Crossover) -> String {
    let limit = Exact::of(crossover.limit, crossover.frequency_hz).ms_text();
    let mut text = format!("In time: cleared within {limit} ms. Times after the failure.");
    for curve in &crossover.curves {
        let told = told(crossover, curve).join(", ");
        text.push_str(&format!(" {}: {told}.", curve.name));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::inception::{Found, sweep};

    const MS: u64 = 1_000_000_000;

    /// A command keyed 20 ms after a fault is cleared 80 ms behind it, or as much later as it
    /// meets a hole of so long.
    fn curve(name: &str, hole_ms: u64) -> Curve {
        let over = Stretch {
            from: SimTime(1900 * MS),
            to: SimTime(2400 * MS),
        };
        let hole = SimTime(2000 * MS)..SimTime((2000 + hole_ms) * MS);
        let found = |at: SimTime| {
            let keyed = at + Span::from_ms(20);
            let waits = match hole.contains(&keyed) {
                true => hole.end.since(keyed),
                false => Span::ZERO,
            };
            // The delay of zone 2 is faster than a longer wait.
            let value = (Span::from_ms(80) + waits).min(Span::from_ms(320));
            Found {
                value: Some(value),
                class: value == Span::from_ms(320),
            }
        };
        let edges = [hole.start, hole.end].map(|at| SimTime(at.0 - 20 * MS));
        let swept = sweep(over, &edges, found);
        Curve::of((name.into(), false), &swept, Span(83_333_333_333))
    }

    fn sample() -> Crossover {
        Crossover {
            title: "500 kV KEE-ELL: faults around the break of its ground wire".into(),
            failed: SimTime(2000 * MS),
            limit: Span(83_333_333_333),
            frequency_hz: 60,
            curves: vec![
                curve("POTT KEE-ELL, loss of light", 20),
                curve("POTT KEE-ELL, BFD", 300),
            ],
        }
    }

    #[test]
    fn the_drawing_of_a_crossover_is_the_one_on_file() {
        super::super::tests::check_golden("crossover.svg", &draw(&sample()));
    }

    #[test]
    fn the_crossover_is_told_to_the_picosecond() {
        // Keyed 20 ms behind the fault, 3.333333333 ms of waiting are within the limit: with a
        // hole of 20 ms faults from -20 ms up to 20 - 20 - 3.333333333 ms are late.
        let crossover = sample();
        let late = told(&crossover, &crossover.curves[0]);
        let expected = "faults from -20.000 ms up to -3.333333333 ms are not cleared in time";
        assert_eq!(late, [expected]);
        let late = told(&crossover, &crossover.curves[1]);
        let expected = "faults from -20.000 ms up to 276.666666667 ms are not cleared in time";
        assert_eq!(late, [expected]);
    }

    #[test]
    fn a_drawing_that_is_cut_short_keeps_its_curves_and_says_so() {
        let mut crossover = sample();
        let over = Stretch {
            from: SimTime(1990 * MS),
            to: SimTime(2100 * MS),
        };
        let curve = &mut crossover.curves[1];
        curve.crop(over);
        let (first, last) = (curve.parts[0].first, curve.parts.last().unwrap().last);
        assert_eq!(first, (over.from, Some(Span::from_ms(320))));
        assert_eq!(last, (over.to, Some(Span::from_ms(260))));
        let late = told(&crossover, &crossover.curves[1]);
        let expected =
            "faults from before what is drawn up to behind what is drawn are not cleared in time";
        assert_eq!(late, [expected]);
    }

    #[test]
    fn what_is_never_cleared_stands_above_everything_else() {
        let mut crossover = sample();
        crossover.curves[0].parts[0].first.1 = None;
        let axes = Axes::of(&crossover);
        let [first, last] = axes.part(&crossover.curves[0].parts[0]);
        assert_eq!(first.1, px(NEVER));
        assert!(last.1 > px(TOP));
    }
}
