//! The four clocks of one failure on one axis: packets, TDM, command, protection.

use super::canvas::{Anchor, Axis, Canvas, exact_ms, px, shortened};
use crate::analysis::failures::clocks::{Clock, Clocks, NAMES};
use crate::units::SimTime;

/// What one failure does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FourClocks {
    /// Which failure.
    pub title: String,
    /// When it begins.
    pub failed: SimTime,
    /// Per direction of a circuit that it touches: name, and when what is not there.
    pub rows: Vec<(String, Clocks)>,
    /// How many more it touches that are not drawn.
    pub left_out: usize,
}

const WIDTH: i64 = 800;
const LEFT: i64 = 130;
const RIGHT: i64 = 600;
const TOP: i64 = 44;
const ROW: i64 = 18;
const HEAD: i64 = 22;
/// Classes of the bars.
const CLASSES: [&str; 4] = ["breaker", "telecom", "relay", "wait"];

/// The drawing.
#[must_use]
pub fn draw(clocks: &FourClocks) -> String {
    let mut canvas = Canvas::new(px(WIDTH));
    let title = format!("{}: four clocks", clocks.title);
    canvas.text(
        "head",
        (px(16), px(26)),
        Anchor::Start,
        &shortened(&title, 90),
    );
    let after = |at: SimTime| i128::from(at.0) - i128::from(clocks.failed.0);
    let axis = axis(clocks);
    let rows = i64::try_from(clocks.rows.len()).expect("a few rows");
    let bottom = px(TOP + rows * (HEAD + 4 * ROW + 6) + 4);
    let ticks = axis.ticks(9);
    for value in &ticks.values {
        let x = axis.at(*value);
        let class = if *value == 0 { "cut" } else { "grid" };
        canvas.line(class, (x, px(TOP)), (x, bottom));
        let label = ticks.ms(*value);
        canvas.text("quiet", (x, bottom + px(16)), Anchor::Middle, &label);
    }
    canvas.line("frame", (px(LEFT), bottom), (px(RIGHT), bottom));
    let label = "ms after the failure";
    canvas.text("quiet", (px(LEFT), bottom + px(34)), Anchor::Start, label);
    let mut y = TOP;
    let mut description = String::from("Not there, in ms after the failure.");
    for (name, clocks) in &clocks.rows {
        // The line of the failure would run through the name.
        canvas.rect("paper", (px(0), px(y)), (px(WIDTH), px(HEAD)));
        canvas.text(
            "row",
            (px(16), px(y + 16)),
            Anchor::Start,
            &shortened(name, 60),
        );
        description.push_str(&format!(" {name}:"));
        y += HEAD;
        for (place, clock) in clocks.iter().enumerate() {
            let row = (NAMES[place], CLASSES[place], y);
            let told = draw_clock(&mut canvas, row, *clock, (&axis, &after));
            description.push_str(&format!(" {} {told},", NAMES[place]));
            y += ROW;
        }
        description.pop();
        description.push('.');
        y += 6;
    }
    if clocks.left_out > 0 {
        let more = format!("{} more circuit directions not drawn", clocks.left_out);
        canvas.text(
            "quiet",
            (px(WIDTH - 16), bottom + px(34)),
            Anchor::End,
            &more,
        );
    }
    canvas.finish(bottom + px(46), &title, &description)
}

/// One clock: what it says, in words.
fn draw_clock(
    canvas: &mut Canvas,
    (name, class, y): (&str, &str, i64),
    clock: Option<Clock>,
    (axis, after): (&Axis, &impl Fn(SimTime) -> i128),
) -> String {
    canvas.text("", (px(28), px(y + 13)), Anchor::Start, name);
    let (said, told) = match clock {
        None => ("no gap".to_owned(), "no gap".to_owned()),
        Some(Clock { from, to }) => {
            let x = axis.at(after(from));
            let end = to.map_or(px(RIGHT), |to| axis.at(after(to)));
            let size = ((end - x).max(px(1)), px(ROW - 6));
            canvas.rect(class, (x, px(y + 3)), size);
            let from_ms = exact_ms(after(from));
            match to {
                Some(to) => {
                    let to_ms = exact_ms(after(to));
                    (
                        format!("{} ms", to.since(from)),
                        format!("{from_ms} to {to_ms}"),
                    )
                }
                None => ("for ever".to_owned(), format!("from {from_ms} for ever")),
            }
        }
    };
    canvas.text("quiet", (px(WIDTH - 16), px(y + 13)), Anchor::End, &said);
    told
}

/// From a little before the failure to a little behind the last that ends, or begins for ever.
fn axis(clocks: &FourClocks) -> Axis {
    let after = |at: SimTime| i128::from(at.0) - i128::from(clocks.failed.0);
    let all = clocks.rows.iter().flat_map(|(_, clocks)| clocks).flatten();
    let ends = all
        .flat_map(|one| [Some(one.from), one.to])
        .flatten()
        .map(after);
    let (first, last) = ends.fold((0, 1_000_000_000), |(first, last), at| {
        (at.min(first), at.max(last))
    });
    let margin = (last - first) / 20;
    Axis::new((first - margin, last + margin), (px(LEFT), px(RIGHT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> SimTime {
        SimTime(ms * 1_000_000_000)
    }

    fn bar(from: u64, to: u64) -> Option<Clock> {
        Some(Clock {
            from: ms(2000 + from),
            to: Some(ms(2000 + to)),
        })
    }

    fn sample() -> FourClocks {
        let forth = [bar(0, 50), bar(7, 58), bar(7, 60), bar(7, 70)];
        let back = [
            bar(0, 65),
            None,
            None,
            Some(Clock {
                from: ms(2009),
                to: None,
            }),
        ];
        FourClocks {
            title: "link KEE-ELL".into(),
            failed: ms(2000),
            rows: vec![
                ("87L KEE-ELL a→z".into(), forth),
                ("87L KEE-ELL z→a".into(), back),
            ],
            left_out: 0,
        }
    }

    #[test]
    fn the_drawing_of_four_clocks_is_the_one_on_file() {
        super::super::tests::check_golden("four-clocks.svg", &draw(&sample()));
    }

    #[test]
    fn what_a_bar_shows_is_told_in_words_too() {
        let text = draw(&sample());
        let tree = roxmltree::Document::parse(&text).unwrap();
        let told = tree.descendants().find(|node| node.has_tag_name("desc"));
        let told = told.unwrap().text().unwrap();
        assert!(told.contains("87L KEE-ELL a→z: packets 0.000 to 50.000, TDM 7.000 to 58.000"));
        assert!(told.contains("protection from 9.000 for ever."), "{told}");
    }
}
