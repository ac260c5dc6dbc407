//! Text for people: aligned columns, rates and signed milliseconds, nothing that moves a cursor.

use crate::pseudowire::receive::LatePolicy;
use crate::scenario::Emulation;
use crate::units::{BitRate, Span};

/// A name or title without control characters, which could rule a terminal: each is shown as
/// U+FFFD.
#[must_use]
pub fn harmless(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() {
            '\u{fffd}'
        } else {
            character
        }
    };
    text.chars().map(shown).collect()
}

/// Signed milliseconds with three decimals, rounded half away from zero: "+7.467", "-9.601".
#[must_use]
pub fn signed_ms(ps: i64) -> String {
    let sign = if ps < 0 { '-' } else { '+' };
    format!("{sign}{}", Span(ps.unsigned_abs()))
}

/// `late_policy` in scenario files.
#[must_use]
pub fn late_policy(settings: &Emulation) -> &'static str {
    match settings.receivers[0].late {
        LatePolicy::Discard => "discard",
        LatePolicy::Recentre => "recentre",
    }
}

/// Microseconds with three decimals, rounded half up.
#[must_use]
pub fn microseconds(span: Span) -> String {
    let ns = (u128::from(span.0) + 500) / 1000;
    format!("{}.{:03}", ns / 1000, ns % 1000)
}

/// An exact fraction of picoseconds as seconds with three decimals, rounded half up.
#[must_use]
pub fn seconds((numerator, denominator): (u128, u128)) -> String {
    let unit = denominator.saturating_mul(1_000_000_000);
    let ms = (numerator.saturating_add(unit / 2)) / unit.max(1);
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// A rate in the largest unit that leaves a number of 1 or more, at most three decimals.
#[must_use]
pub fn rate(rate: BitRate) -> String {
    let bps = rate.rounded_bps();
    let (size, unit) = match bps {
        0..1_000 => (1, "b/s"),
        1_000..1_000_000 => (1_000, "kb/s"),
        1_000_000..1_000_000_000 => (1_000_000, "Mb/s"),
        _ => (1_000_000_000, "Gb/s"),
    };
    let thousandths = (u128::from(bps) * 1000 + size / 2) / size;
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    format!(
        "{} {unit}",
        text.trim_end_matches('0').trim_end_matches('.')
    )
}

/// A count with blanks between groups of three digits.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Longest line of running text.
const LINE_MAX: usize = 92;

/// Running text in lines that begin with `indent`, broken between words, each line ended.
#[must_use]
pub fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let mut line = indent.to_owned();
    for word in text.split_whitespace() {
        let fits = line.chars().count() + 1 + word.chars().count() <= LINE_MAX;
        if line != indent {
            if fits {
                line.push(' ');
            } else {
                lines.push_str(&line);
                lines.push('\n');
                line = indent.to_owned();
            }
        }
        line.push_str(word);
    }
    lines + &line + "\n"
}

/// Where the text of a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Names.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells that become lines of aligned columns, two blanks apart.
#[derive(Debug)]
pub struct Columns {
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// No rows yet.
    #[must_use]
    pub fn new(align: &[Align]) -> Self {
        Self {
            align: align.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells beyond the columns are left out.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// One line per row, without blanks at the end.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.align.len()).map(width).collect();
        self.rows
            .iter()
            .map(|row| self.line(row, &widths))
            .collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, align), width) in row.iter().zip(&self.align).zip(widths) {
            if !line.is_empty() {
                line.push_str("  ");
            }
            match align {
                Align::Left => line.push_str(&format!("{cell:<width$}")),
                Align::Right => line.push_str(&format!("{cell:>width$}")),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_in_their_largest_unit() {
        for (bps, text) in [
            (672_000, "672 kb/s"),
            (268_800, "268.8 kb/s"),
            (292_571, "292.571 kb/s"),
            (2_448_000, "2.448 Mb/s"),
            (999, "999 b/s"),
            (1_000_000_000, "1 Gb/s"),
        ] {
            assert_eq!(rate(BitRate::from_bps(bps).unwrap()), text);
        }
    }

    #[test]
    fn signs_are_always_shown() {
        assert_eq!(signed_ms(7_467_000_000), "+7.467");
        assert_eq!(signed_ms(-9_601_000_000), "-9.601");
        assert_eq!(signed_ms(0), "+0.000");
    }

    #[test]
    fn a_millisecond_of_slack_lasts_217_391_s_at_4_6_ppm() {
        // TV29: 10^9 ps / 4.6e-6.
        assert_eq!(seconds((1_000_000_000 * 10_000_000, 46)), "217.391");
        assert_eq!(microseconds(Span(1_041_666_667)), "1041.667");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(count),
            ["0", "999", "1 000", "1 234 567"]
        );
    }

    #[test]
    fn columns_align_by_characters_not_octets() {
        let mut columns = Columns::new(&[Align::Left, Align::Right]);
        columns.row(vec!["a→z".into(), "1".into()]);
        columns.row(vec!["direction".into(), "12.5".into()]);
        assert_eq!(columns.lines(), ["a→z           1", "direction  12.5"]);
    }

    #[test]
    fn running_text_is_broken_between_words() {
        let text = wrapped(&"four ".repeat(40), "  ");
        assert_eq!(text.lines().map(str::len).max(), Some(91));
        assert_eq!(text.split_whitespace().count(), 40);
    }

    #[test]
    fn a_name_cannot_rule_the_terminal() {
        assert_eq!(harmless("A\u{1b}[2J\r\n"), "A\u{fffd}[2J\u{fffd}\u{fffd}");
    }
}
