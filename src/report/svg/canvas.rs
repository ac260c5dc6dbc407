//! Shapes, text and axes. Coordinates are hundredths of a pixel, so nothing is rounded by a
//! machine.

use crate::report::text::harmless;

/// A coordinate or length on the drawing, in hundredths of a pixel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Px(pub i64);

/// Whole pixels.
#[must_use]
pub const fn px(pixels: i64) -> Px {
    Px(100 * pixels)
}

impl std::ops::Add for Px {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Px {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::fmt::Display for Px {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match size % 100 {
            0 => write!(out, "{sign}{}", size / 100),
            part if part % 10 == 0 => write!(out, "{sign}{}.{}", size / 100, part / 10),
            part => write!(out, "{sign}{}.{part:02}", size / 100),
        }
    }
}

/// A point: to the right, downwards.
pub type Point = (Px, Px);

/// Where text stands at its point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// A drawing in the making.
#[derive(Debug)]
pub struct Canvas {
    width: Px,
    body: String,
}

/// What a class of shapes looks like. Every colour is told apart from its neighbours by lightness
/// too, and none carries a meaning that no text carries (Okabe and Ito, "Color Universal Design").
const STYLE: &str = "\
.pilotwire{color:#1b1f24;font:12px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.paper{fill:#fff}
text{fill:currentColor}
.head{font-size:15px;font-weight:600}
.row{font-weight:600}
.quiet{opacity:.72}
.grid,.frame,.link,.limit,.cut{fill:none;stroke:currentColor}
.grid{stroke-opacity:.18}
.frame{stroke-opacity:.6}
.link{stroke-opacity:.5;stroke-dasharray:2 2}
.limit{stroke-width:1.5;stroke-dasharray:7 4}
.cut{stroke-width:1.5}
.band{fill:currentColor;fill-opacity:.05}
.detection{fill:#e69f00}
.relay{fill:#0072b2}
.telecom{fill:#009e73}
.wait{fill:#d55e00}
.breaker{fill:#8a8f98}
.curve{fill:none;stroke-width:2}
.mark{stroke:none}
.all{stroke:currentColor;stroke-width:4;stroke-opacity:.35}.mall{fill:currentColor}
.c0{stroke:#0072b2}.m0{fill:#0072b2}
.c1{stroke:#d55e00;stroke-dasharray:9 4}.m1{fill:#d55e00}
.c2{stroke:#009e73;stroke-dasharray:3 3}.m2{fill:#009e73}
.c3{stroke:#cc79a7;stroke-dasharray:12 3 3 3}.m3{fill:#cc79a7}
.c4{stroke:#e69f00;stroke-dasharray:6 2}.m4{fill:#e69f00}
.c5{stroke:#56b4e9;stroke-dasharray:1 3}.m5{fill:#56b4e9}
@media (prefers-color-scheme:dark){.pilotwire{color:#e6e8eb}.paper{fill:#14171a}}
@media print{.pilotwire{color:#000}.paper{fill:#fff}}
";

/// How many looks curves have.
pub const CURVES: usize = 6;

impl Canvas {
    /// Nothing drawn yet.
    #[must_use]
    pub fn new(width: Px) -> Self {
        Self {
            width,
            body: String::new(),
        }
    }

    /// A rectangle from its upper left corner.
    pub fn rect(&mut self, class: &str, (x, y): Point, (width, height): Point) {
        self.body.push_str(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>\n"
        ));
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): Point, (x2, y2): Point) {
        self.body.push_str(&format!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>\n"
        ));
    }

    /// A line through points; points that fall on the one before are left out, and a single one is
    /// drawn as a line of no length.
    pub fn polyline(&mut self, class: &str, points: &[Point]) {
        let mut text = String::new();
        let mut last = None;
        for &(x, y) in points {
            if last != Some((x, y)) {
                text.push_str(&format!("{x},{y} "));
            }
            last = Some((x, y));
        }
        let text = text.trim_end();
        self.body.push_str(&format!(
            "<polyline class=\"{class}\" points=\"{text}\"/>\n"
        ));
    }

    /// A dot.
    pub fn dot(&mut self, class: &str, (x, y): Point, radius: Px) {
        self.body.push_str(&format!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>\n"
        ));
    }

    /// Text on a line through its point.
    pub fn text(&mut self, class: &str, (x, y): Point, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let text = escaped(text);
        self.body.push_str(&format!(
            "<text{class} x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>\n"
        ));
    }

    /// The whole file: `title` is what a reader who does not see it is told first, `description`
    /// then.
    #[must_use]
    pub fn finish(self, height: Px, title: &str, description: &str) -> String {
        let Self { width, body } = self;
        let (title, description) = (escaped(title), escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pilotwire\" role=\"img\" \
             aria-label=\"{title}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\">\n<title>{title}</title>\n<desc>{description}</desc>\n\
             <style>{STYLE}</style>\n\
             <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n{body}</svg>\n"
        )
    }
}

/// Text as XML takes it: control characters and what XML has no character for are shown as U+FFFD.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in harmless(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// A name no longer than so many characters, cut with an ellipsis.
#[must_use]
pub fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept = name.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// An axis: whole picoseconds to hundredths of a pixel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    from: i128,
    to: i128,
    start: Px,
    end: Px,
}

impl Axis {
    /// `values` at the two ends of the axis lie at `places`.
    #[must_use]
    pub fn new(values: (i128, i128), places: (Px, Px)) -> Self {
        let (from, to) = values;
        Self {
            from,
            to: to.max(from + 1),
            start: places.0,
            end: places.1,
        }
    }

    /// Where a value lies, rounded half up; beyond an end: at it.
    #[must_use]
    pub fn at(&self, value: i128) -> Px {
        let (value, range) = (
            value.clamp(self.from, self.to) - self.from,
            self.to - self.from,
        );
        let length = i128::from(self.end.0 - self.start.0);
        let moved = (2 * value * length + range).div_euclid(2 * range);
        Px(self.start.0 + i64::try_from(moved).expect("on the drawing"))
    }

    /// Values at even distances of 1, 2 or 5 times a power of ten, at most so many.
    #[must_use]
    pub fn ticks(&self, most: i128) -> Ticks {
        let range = self.to - self.from;
        let mut power = 1;
        let step = 'found: loop {
            for factor in [1, 2, 5] {
                if range / (factor * power) < most.max(1) {
                    break 'found factor * power;
                }
            }
            power *= 10;
        };
        let first = -(-self.from).div_euclid(step) * step;
        let count = (self.to - first).div_euclid(step) + 1;
        Ticks {
            step,
            values: (0..count).map(|number| first + number * step).collect(),
        }
    }
}

/// Values with a line and a label each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ticks {
    /// From one to the next.
    pub step: i128,
    /// Ascending.
    pub values: Vec<i128>,
}

impl Ticks {
    /// A value in milliseconds with as many decimals as the step needs.
    #[must_use]
    pub fn ms(&self, value: i128) -> String {
        let (mut decimals, mut unit) = (0, 1_000_000_000);
        while unit > 1 && self.step % unit != 0 {
            decimals += 1;
            unit /= 10;
        }
        decimal(value / unit, decimals)
    }
}

/// A whole number of units in decimals: 12345 with 3 is "12.345".
#[must_use]
pub fn decimal(value: i128, decimals: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

/// Picoseconds as milliseconds with every decimal that is not zero, three at least:
/// "12.345678901".
#[must_use]
pub fn exact_ms(ps: i128) -> String {
    let mut text = decimal(ps, 9);
    while text.ends_with('0')
        && text
            .split('.')
            .next_back()
            .is_some_and(|part| part.len() > 3)
    {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_cannot_leave_its_text() {
        assert_eq!(
            escaped("A<B>&\"C\"\u{1b}\u{ffff}"),
            "A&lt;B&gt;&amp;&quot;C&quot;\u{fffd}\u{fffd}"
        );
        let mut canvas = Canvas::new(px(100));
        canvas.text("", (px(1), px(2)), Anchor::End, "</text><script>x</script>");
        let text = canvas.finish(px(50), "a \"b\" <c>", "&");
        let tree = roxmltree::Document::parse(&text).unwrap();
        assert!(!tree.descendants().any(|node| node.has_tag_name("script")));
        let label = tree.root_element().attribute("aria-label");
        assert_eq!(label, Some("a \"b\" <c>"));
        assert_eq!(tree.root_element().attribute("role"), Some("img"));
    }

    #[test]
    fn ticks_are_one_two_or_five_times_a_power_of_ten() {
        let axis = |from, to| Axis::new((from, to), (px(0), px(100)));
        let ticks = axis(0, 82_666_666_666).ticks(10);
        assert_eq!(ticks.step, 10_000_000_000);
        assert_eq!(ticks.values.len(), 9);
        assert_eq!(ticks.ms(ticks.values[8]), "80");
        let ticks = axis(-1_500_000, 1_000_000).ticks(6);
        assert_eq!(
            ticks.values,
            [-1_500_000, -1_000_000, -500_000, 0, 500_000, 1_000_000]
        );
        assert_eq!(ticks.ms(-1_500_000), "-0.0015");
        assert_eq!(axis(7, 7).ticks(5).values, [7, 8]);
    }

    #[test]
    fn values_lie_where_they_should_and_never_beyond_the_axis() {
        let axis = Axis::new((-10, 20), (px(100), px(400)));
        assert_eq!(
            [-10, 0, 20].map(|value| axis.at(value)),
            [px(100), px(200), px(400)]
        );
        assert_eq!([-99, 99].map(|value| axis.at(value)), [px(100), px(400)]);
        let upwards = Axis::new((0, 3), (px(100), px(0)));
        assert_eq!(upwards.at(1).to_string(), "66.67");
        assert_eq!(Px(-1250).to_string(), "-12.5");
    }

    #[test]
    fn picoseconds_are_told_to_the_last() {
        assert_eq!(exact_ms(12_345_678_901), "12.345678901");
        assert_eq!(exact_ms(-33_333_333_000), "-33.333333");
        assert_eq!(exact_ms(0), "0.000");
        assert_eq!(exact_ms(-1), "-0.000000001");
    }
}
