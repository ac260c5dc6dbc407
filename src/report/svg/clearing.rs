//! The fault-clearing timeline: one row per step, cycles above, milliseconds below.

use super::canvas::{Anchor, Axis, Canvas, Px, px, shortened};
use crate::relay::clearing::{Exact, Step, What};
use crate::report::clearing::Told;

const WIDTH: i64 = 800;
const LEFT: i64 = 200;
const RIGHT: i64 = 680;
const TOP: i64 = 92;
const ROW: i64 = 22;

/// The drawing of a timeline.
#[must_use]
pub fn draw(told: &Told<'_>) -> String {
    let clearing = told.clearing;
    let mut canvas = Canvas::new(px(WIDTH));
    let rows = clearing.openings.iter().map(|one| 1 + one.steps.len());
    let rows = i64::try_from(rows.sum::<usize>()).expect("a few rows");
    let bottom = px(TOP + rows * ROW + 6);
    let last = i128::from(told.last().0);
    // A little more than the last instant, so that its line does not stand on the frame.
    let axis = Axis::new((0, last + last / 50), (px(LEFT), px(RIGHT)));
    grid(&mut canvas, told, &axis, bottom);
    let title = format!("{}: {}", told.title, told.fault);
    canvas.text(
        "head",
        (px(16), px(26)),
        Anchor::Start,
        &shortened(&title, 90),
    );
    canvas.text("", (px(16), px(46)), Anchor::Start, &told.total());
    let mut y = TOP;
    for opening in &clearing.openings {
        let heading = told.opening(opening);
        // The grid would run through its words.
        canvas.rect("paper", (px(0), px(y)), (px(WIDTH), px(ROW)));
        canvas.text("row", (px(16), px(y + 16)), Anchor::Start, &heading);
        let open = opening
            .open
            .map(|open| Exact::of(open, clearing.frequency_hz));
        let open = open.map_or_else(|| "never".to_owned(), |open| open.ms_text() + " ms");
        canvas.text("row", (px(WIDTH - 16), px(y + 16)), Anchor::End, &open);
        y += ROW;
        for step in &opening.steps {
            draw_step(&mut canvas, told, &axis, (step, y));
            y += ROW;
        }
    }
    limit(&mut canvas, told, &axis, bottom);
    canvas.finish(bottom + px(44), &title, &description(told))
}

fn draw_step(canvas: &mut Canvas, told: &Told<'_>, axis: &Axis, (step, y): (&Step, i64)) {
    let (from, to) = (axis.at(step.from.0.into()), axis.at(step.to.0.into()));
    let class = match step.what {
        What::Detection => "detection",
        What::Send | What::Receive => "relay",
        What::Channel => "telecom",
        What::Coordination | What::Unblocking | What::Zone2 => "wait",
        What::Breaker => "breaker",
    };
    canvas.text("", (px(28), px(y + 15)), Anchor::Start, &told.step(step));
    let width = (to - from).max(Px(50));
    canvas.rect(class, (from, px(y + 4)), (width, px(ROW - 8)));
    let after = (to, px(y + ROW + 4));
    canvas.line("link", (to, px(y + 4)), after);
    let length = Exact::of(step.to - step.from, told.clearing.frequency_hz);
    let text = length.ms_text() + " ms";
    canvas.text("quiet", (px(WIDTH - 16), px(y + 15)), Anchor::End, &text);
}

/// Every second cycle shaded and numbered; milliseconds below.
fn grid(canvas: &mut Canvas, told: &Told<'_>, axis: &Axis, bottom: Px) {
    let hz = told.clearing.frequency_hz;
    let cycle = |number: u64| i128::from(Exact::cycles(1000 * number, hz).floor().0);
    let last =
        u64::try_from(i128::from(told.last().0) / cycle(1).max(1)).expect("cycles of a fault");
    let (top, end) = (px(TOP - 4), bottom);
    let room = last / 30 + 1;
    for number in 0..=last {
        let (from, to) = (axis.at(cycle(number)), axis.at(cycle(number + 1)));
        if number % 2 == 0 && room == 1 {
            canvas.rect("band", (from, top), (to - from, end - top));
        }
        if number % room == 0 && number > 0 {
            let label = number.to_string();
            canvas.text("quiet", (from, px(TOP - 9)), Anchor::Middle, &label);
        }
    }
    let label = format!("cycles at {hz} Hz");
    canvas.text("quiet", (px(LEFT - 16), px(TOP - 9)), Anchor::End, &label);
    let ticks = axis.ticks(12);
    for value in &ticks.values {
        let x = axis.at(*value);
        canvas.line("grid", (x, top), (x, end));
        let label = ticks.ms(*value);
        canvas.text("quiet", (x, end + px(16)), Anchor::Middle, &label);
    }
    canvas.text(
        "quiet",
        (px(LEFT - 16), end + px(16)),
        Anchor::End,
        "ms after the fault",
    );
    canvas.line("frame", (px(LEFT), end), (px(RIGHT), end));
    canvas.line("frame", (px(LEFT), top), (px(LEFT), end));
}

fn limit(canvas: &mut Canvas, told: &Told<'_>, axis: &Axis, bottom: Px) {
    let Some(limit) = told.clearing.limit else {
        return;
    };
    let x = axis.at(limit.floor().0.into());
    canvas.line("limit", (x, px(TOP - 4)), (x, bottom));
    let label = format!("limit {} ms", limit.ms_text());
    canvas.text("", (x, px(TOP - 26)), Anchor::Middle, &label);
}

/// Everything that the drawing shows, in words.
fn description(told: &Told<'_>) -> String {
    let mut text = told.total() + ".";
    for opening in &told.clearing.openings {
        text.push_str(&format!(" {}:", told.opening(opening)));
        for step in &opening.steps {
            let hz = told.clearing.frequency_hz;
            let [from, to] = [step.from, step.to].map(|at| Exact::of(at, hz).ms_text());
            text.push_str(&format!(" {} {from} to {to} ms,", told.step(step)));
        }
        match text.pop() {
            Some(',') => text.push('.'),
            _ => text.push_str(" no step."),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::clearing::planned;

    fn article() -> String {
        let said = crate::analysis::planning::ARTICLE_BUDGET;
        let (clearing, fault) = planned(60, 3, Some(said));
        draw(&Told {
            title: "planned",
            fault: &fault,
            ends: ["A", "Z"],
            clearing: &clearing,
        })
    }

    #[test]
    fn the_drawing_of_the_articles_timeline_is_the_one_on_file() {
        super::super::tests::check_golden("clearing-article.svg", &article());
    }

    #[test]
    fn every_step_is_a_rectangle_as_long_as_it_lasts() {
        let text = article();
        let tree = roxmltree::Document::parse(&text).unwrap();
        let number = |node: roxmltree::Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).unwrap().parse().unwrap()
        };
        let bars: Vec<(f64, f64)> = ["detection", "relay", "telecom", "relay", "breaker"]
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .flat_map(|class| {
                tree.descendants()
                    .filter(move |node| node.attribute("class") == Some(class))
            })
            .map(|node| (number(node, "x"), number(node, "width")))
            .collect();
        let widths: f64 = bars.iter().map(|bar| bar.1).sum();
        // 480 pixels for 83.333 ms and a fiftieth more.
        assert!((widths - 480.0 * 82.667 / 85.0).abs() < 0.05, "{widths}");
        let mut ends = bars.clone();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(
            ends.windows(2)
                .all(|pair| (pair[0].0 + pair[0].1 - pair[1].0).abs() < 0.02)
        );
    }
}
