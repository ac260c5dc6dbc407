//! TOML as it is written.

use std::fmt::Write;

use crate::units::quantity::format;

/// TOML as it is written, line by line.
#[derive(Default)]
pub(super) struct Text(pub(super) String);

impl Text {
    pub(super) fn plain(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key} = {value}").expect("a string takes any text");
    }

    pub(super) fn header(&mut self, header: &str) {
        writeln!(self.0, "\n{header}").expect("a string takes any text");
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.plain(key, &quoted(value));
    }

    pub(super) fn texts<'a>(&mut self, key: &str, values: impl Iterator<Item = &'a str>) {
        self.plain(key, &array(values));
    }

    pub(super) fn quantity(
        &mut self,
        key: &str,
        value: u64,
        dimension: &crate::units::quantity::Dimension,
    ) {
        self.text(key, &format(value, dimension));
    }

    pub(super) fn per_direction(&mut self, key: &str, there: String, back: String) {
        if there == back {
            self.text(key, &there);
        } else {
            self.plain(key, &format!("{{ a-z = \"{there}\", z-a = \"{back}\" }}"));
        }
    }
}

pub(super) fn array<'a>(values: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML 1.0: quotes, backslashes and control characters escaped.
pub(in crate::scenario) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other if other.is_control() => {
                write!(out, "\\u{:04X}", u32::from(other)).expect("a string takes any text");
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Micro-degrees as decimal degrees.
pub(super) fn degrees(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let size = micro.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}
