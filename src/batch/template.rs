//! A text with holes, filled once per case.

/// A text with holes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Template {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// As written.
    Text(String),
    /// What this axis says for its target of this number.
    Hole {
        /// Index in the list of axes.
        axis: usize,
        /// Index in the axis's list of targets.
        target: usize,
    },
}

impl Template {
    /// A text without holes.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// Whether anything is to be filled in.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        let hole = |piece: &Piece| matches!(piece, Piece::Hole { .. });
        self.pieces.iter().any(hole)
    }

    /// The text with its holes filled: `value(axis, target)` is TOML.
    #[must_use]
    pub fn fill<'v>(&self, value: &dyn Fn(usize, usize) -> &'v str) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            text.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Hole { axis, target } => value(*axis, *target),
            });
        }
        text
    }
}
