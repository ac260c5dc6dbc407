//! A text with holes, filled once per case.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, TableLike, Value};

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

/// A step from a table or a list to what it holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// To what stands under a key.
    Key(String),
    /// To an element, from 0.
    Index(usize),
}

/// A place in a document that axis and target fill.
#[derive(Clone, Debug)]
pub struct Hole {
    /// From the root of the document.
    pub steps: Vec<Step>,
    /// Index in the list of axes.
    pub axis: usize,
    /// Index in the axis's list of targets.
    pub target: usize,
}

impl Template {
    /// A TOML document with holes in place of values, and with holes behind its end (`axis`,
    /// `target`) for further `[[event]]`s. Values and tables that are not there yet are put in.
    /// Everything else stays as written; `None` where the text is no TOML, or where a step leads
    /// through a value that has no elements.
    #[must_use]
    pub fn punched(text: &str, holes: &[Hole], tail: &[(usize, usize)]) -> Option<Self> {
        let mut document: DocumentMut = text.parse().ok()?;
        let mut mark = "hole".to_owned();
        while text.contains(&mark) {
            mark.push('-');
        }
        for (number, hole) in holes.iter().enumerate() {
            let value = Value::from(format!("{mark} {number} {mark}"));
            set_below(document.as_table_mut(), &hole.steps, value)?;
        }
        if !tail.is_empty() {
            as_tables(document.as_table_mut(), "event")?;
        }
        let mut rendered = document.to_string();
        if !tail.is_empty() && !rendered.ends_with('\n') {
            rendered.push('\n');
        }
        let mut pieces = Vec::new();
        let mut rest = rendered.as_str();
        let (before, after) = (format!("\"{mark} "), format!(" {mark}\""));
        while let Some((text, found)) = rest.split_once(&before) {
            let (number, behind) = found.split_once(&after)?;
            let hole = holes.get(number.parse::<usize>().ok()?)?;
            pieces.push(Piece::Text(text.to_owned()));
            pieces.push(Piece::Hole {
                axis: hole.axis,
                target: hole.target,
            });
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let hole = |&(axis, target): &(usize, usize)| Piece::Hole { axis, target };
        pieces.extend(tail.iter().map(hole));
        Some(Self { pieces })
    }

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

/// Puts a value where steps lead from a table.
fn set_below(table: &mut dyn TableLike, steps: &[Step], value: Value) -> Option<()> {
    let (Step::Key(key), rest) = steps.split_first()? else {
        return None;
    };
    if table.get(key).is_none_or(Item::is_none) {
        table.insert(key, Item::Value(made(rest, value)?));
        return Some(());
    }
    let item = table.get_mut(key)?;
    if rest.is_empty() {
        let mut value = value;
        let old = item.as_value().map(|old| old.decor().clone());
        match old {
            Some(decor) => *value.decor_mut() = decor,
            // The key is written in a header, without room before `=`.
            None => table.key_mut(key)?.leaf_decor_mut().clear(),
        }
        *table.get_mut(key)? = Item::Value(value);
        return Some(());
    }
    match item {
        Item::Value(old) => set_in_value(old, rest, value),
        Item::Table(table) => set_below(table, rest, value),
        Item::ArrayOfTables(tables) => {
            let (Step::Index(index), rest) = rest.split_first()? else {
                return None;
            };
            set_below(tables.get_mut(*index)?, rest, value)
        }
        Item::None => None,
    }
}

fn set_in_value(old: &mut Value, steps: &[Step], mut value: Value) -> Option<()> {
    match (old, steps.split_first()) {
        (old, None) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
            Some(())
        }
        (Value::InlineTable(table), _) => set_below(table, steps, value),
        (Value::Array(array), Some((Step::Index(index), rest))) => {
            set_in_value(array.get_mut(*index)?, rest, value)
        }
        _ => None,
    }
}

/// A value below tables that are not there yet.
fn made(steps: &[Step], value: Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value);
    };
    let Step::Key(key) = step else { return None };
    let mut table = InlineTable::new();
    table.insert(key, made(rest, value)?);
    Some(Value::InlineTable(table))
}

/// Writes an array of inline tables as `[[key]]`s, so that more of them may follow.
fn as_tables(root: &mut toml_edit::Table, key: &str) -> Option<()> {
    let Some(Item::Value(value)) = root.get(key) else {
        return Some(());
    };
    let elements: &Array = value.as_array()?;
    let mut tables = ArrayOfTables::new();
    for element in elements {
        tables.push(element.as_inline_table()?.clone().into_table());
    }
    root.remove(key);
    if !tables.is_empty() {
        root.insert(key, Item::ArrayOfTables(tables));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &[&str]) -> Vec<Step> {
        let step = |text: &&str| match text.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Key((*text).to_owned()),
        };
        path.iter().map(step).collect()
    }

    /// Holes at these places, each its own target of axis 0, filled with `<0>`, `<1>`, …
    fn filled(text: &str, places: &[&[&str]], tail: usize) -> String {
        let hole = |(target, path): (usize, &&[&str])| Hole {
            steps: steps(path),
            axis: 0,
            target,
        };
        let holes: Vec<Hole> = places.iter().enumerate().map(hole).collect();
        let tail: Vec<(usize, usize)> = (0..tail).map(|n| (0, places.len() + n)).collect();
        let template = Template::punched(text, &holes, &tail).expect("TOML");
        let names: Vec<String> = (0..places.len() + tail.len())
            .map(|target| format!("<{target}>"))
            .collect();
        template.fill(&|_, target| &names[target])
    }

    #[test]
    fn everything_around_a_value_stays_as_it_was_written() {
        let text = "# head\na   =  1 # one\nb = { c = \"x\",  d = [ 1, 2 ] }\n\n[[e]]\nf = 1\n\n\
                    # second\n[[e]]\nf = 2 # two\n";
        let places: [&[&str]; 4] = [&["a"], &["b", "c"], &["b", "d", "1"], &["e", "1", "f"]];
        assert_eq!(
            filled(text, &places, 0),
            "# head\na   =  <0> # one\nb = { c = <1>,  d = [ 1, <2> ] }\n\n[[e]]\nf = 1\n\n\
             # second\n[[e]]\nf = <3> # two\n"
        );
        assert_eq!(filled(text, &[], 0), text);
    }

    #[test]
    fn what_is_not_there_is_put_in_and_whole_tables_are_taken_out() {
        let text = "a = 1\n[[e]]\nf = 1\n[[e]]\nf = 2\n[g]\nh = 1\n";
        let places: [&[&str]; 3] = [&["b", "c"], &["e"], &["g", "k"]];
        assert_eq!(
            filled(text, &places, 0),
            "a = 1\ne = <1>\nb = { c = <0> }\n[g]\nh = 1\nk = <2>\n"
        );
    }

    #[test]
    fn further_events_follow_at_the_end_however_the_first_are_written() {
        assert_eq!(filled("a = 1", &[], 2), "a = 1\n<0><1>");
        let text = "event = [{ at = \"1 s\" }]\na = 1\n";
        let wanted = "a = 1\n\n[[event]]\nat = <0>\n<1>";
        assert_eq!(filled(text, &[&["event", "0", "at"]], 1), wanted);
        assert_eq!(filled("event = []\na = 1\n", &[], 1), "a = 1\n<0>");
    }

    #[test]
    fn a_text_that_holds_the_mark_itself_is_left_alone() {
        let text = "a = \"hole 0 hole\"\nb = 1\n";
        assert_eq!(filled(text, &[&["b"]], 0), "a = \"hole 0 hole\"\nb = <0>\n");
    }
}
