//! What a table of a file may hold: one description that drives the decoder and the JSON Schema.

use crate::units::ErrorRatio;
use crate::units::quantity::{CYCLES, Dimension, TIME};

/// One key of a table.
#[derive(Debug)]
pub struct Field {
    /// The key as written.
    pub key: &'static str,
    /// What its value may be.
    pub kind: &'static Kind,
    /// Whether leaving it out is a fault.
    pub required: bool,
    /// One sentence for editors: what it is, its unit, its default.
    pub doc: &'static str,
    /// Whether it only describes: accepted, listed as not judged, without effect on a result.
    pub descriptive: bool,
}

/// What a value may be.
#[derive(Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A name: text that is not empty, without control characters, at most [`NAME_OCTETS_MAX`].
    Name,
    /// Exactly this word.
    Word(&'static str),
    /// One of these words.
    OneOf {
        /// Words that work.
        words: &'static [&'static str],
        /// Words that are known, but whose models are not built yet.
        not_yet: &'static [&'static str],
    },
    /// A whole number in this range, both ends included.
    Whole(u64, u64),
    /// A quantity with its unit, in base units from the first to the last.
    Quantity(&'static Dimension, u64, u64),
    /// A quantity with its unit that may be negative, in base units from the first to the last.
    Signed(&'static Dimension, i64, i64),
    /// A bit error ratio such as "1e-8", kept in parts of 10^15.
    Ratio,
    /// A time, or cycles of the power system ("3 cycles"); the shortest and the longest in
    /// picoseconds. Which of both was written is kept.
    TimeOrCycles(u64, u64),
    /// Yes or no.
    Flag,
    /// Any value of TOML, kept as it is written.
    Any,
    /// Degrees with at most six decimals, kept in micro-degrees; the largest absolute value in
    /// whole degrees.
    Degrees(i64),
    /// An array of the same kind, with the fewest and the most elements.
    List(&'static Kind, usize, usize),
    /// A table.
    Table(&'static [Field]),
    /// A table whose variant is chosen by the word under the key `kind`.
    Tagged(&'static [Variant]),
    /// One of several kinds, told apart by how the value is written.
    AnyOf(&'static [Kind]),
}

/// One variant of a tagged table.
#[derive(Debug)]
pub struct Variant {
    /// The word under `kind`.
    pub name: &'static str,
    /// The other keys; `None` where the variant is not built yet.
    pub fields: Option<&'static [Field]>,
}

/// Longest name, in octets.
pub const NAME_OCTETS_MAX: usize = 200;

impl Field {
    /// A key that must be there.
    pub(crate) const fn required(
        key: &'static str,
        kind: &'static Kind,
        doc: &'static str,
    ) -> Self {
        Self {
            key,
            kind,
            required: true,
            doc,
            descriptive: false,
        }
    }

    /// A key that may be left out.
    pub(crate) const fn optional(
        key: &'static str,
        kind: &'static Kind,
        doc: &'static str,
    ) -> Self {
        Self {
            key,
            kind,
            required: false,
            doc,
            descriptive: false,
        }
    }

    /// A key that may be left out and only describes.
    pub(crate) const fn descriptive(
        key: &'static str,
        kind: &'static Kind,
        doc: &'static str,
    ) -> Self {
        Self {
            key,
            kind,
            required: false,
            doc,
            descriptive: true,
        }
    }
}

impl Kind {
    /// What is expected, in words for a message.
    #[must_use]
    pub fn expectation(&self) -> String {
        match self {
            Self::Text => "text in quotes".into(),
            Self::Name => "a name in quotes".into(),
            Self::Word(word) => format!("\"{word}\""),
            Self::OneOf { words, .. } => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                quoted.join(" | ")
            }
            Self::Whole(min, u64::MAX) => format!("a whole number, {min} or more"),
            Self::Whole(min, max) => format!("a whole number from {min} to {max}"),
            Self::Quantity(dimension, ..) | Self::Signed(dimension, ..) => {
                format!("a {} such as \"{}\"", dimension.name, dimension.example)
            }
            Self::Ratio => format!("a ratio such as \"{}\"", ErrorRatio::EXAMPLE),
            Self::TimeOrCycles(..) => {
                let examples = (TIME.example, CYCLES.example);
                format!("a time such as \"{}\" or \"{}\"", examples.0, examples.1)
            }
            Self::Flag => "true or false".into(),
            Self::Any => "a value".into(),
            Self::Degrees(limit) => format!("degrees from -{limit} to {limit}"),
            Self::List(of, min, max) if min == max => {
                format!("an array of {min}, each {}", of.expectation())
            }
            Self::List(of, ..) => format!("an array, each element {}", of.expectation()),
            Self::Table(fields) => {
                let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
                format!("a table with {}", keys.join(", "))
            }
            Self::Tagged(variants) => {
                let built = variants.iter().filter(|variant| variant.fields.is_some());
                let kinds: Vec<String> = built
                    .map(|variant| format!("\"{}\"", variant.name))
                    .collect();
                format!("a table with kind = {}", kinds.join(" | "))
            }
            Self::AnyOf(kinds) => {
                let texts: Vec<String> = kinds.iter().map(Self::expectation).collect();
                texts.join(", or ")
            }
        }
    }
}
