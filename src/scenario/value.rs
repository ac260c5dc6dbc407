//! Decoded values with the place each was read from.

use std::collections::BTreeMap;
use std::ops::Range;

/// A value with the place it was read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Octets of the file's text.
    pub span: Range<usize>,
}

/// A decoded value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Text, a name or a word.
    Text(String),
    /// A whole number, or a quantity in base units.
    Whole(u64),
    /// A quantity that may be negative, in base units.
    Signed(i64),
    /// Millionths of a cycle of the power system, where a time may be written so.
    Cycles(u64),
    /// Micro-degrees.
    Degrees(i64),
    /// Yes or no.
    Flag(bool),
    /// Any value of TOML; its span says where it is written.
    Any,
    /// An array.
    List(Vec<At<Value>>),
    /// A table, or a variant of a tagged table.
    Table(Table),
}

/// A decoded table. Values with faults are left out: the faults are told already.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Table {
    /// The whole table or its header.
    pub span: Range<usize>,
    /// The variant's name, for tagged tables.
    pub variant: Option<&'static str>,
    pub(super) entries: BTreeMap<&'static str, At<Value>>,
    pub(super) keys: BTreeMap<&'static str, Range<usize>>,
}

impl<T> At<T> {
    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            span: self.span,
        }
    }
}

impl Table {
    /// Whether the key was written, with or without a fault.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// Where the key was written.
    #[must_use]
    pub fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.keys.get(key).cloned()
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&At<Value>> {
        self.entries.get(key)
    }

    /// The text under a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<At<String>> {
        self.get(key)?.text()
    }

    /// The whole number or quantity under a key.
    #[must_use]
    pub fn whole(&self, key: &str) -> Option<At<u64>> {
        self.get(key)?.whole()
    }

    /// The quantity under a key that may be negative.
    #[must_use]
    pub fn signed(&self, key: &str) -> Option<At<i64>> {
        let at = self.get(key)?;
        let Value::Signed(value) = at.value else {
            return None;
        };
        Some(At {
            value,
            span: at.span.clone(),
        })
    }

    /// The flag under a key.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<At<bool>> {
        let at = self.get(key)?;
        let Value::Flag(flag) = at.value else {
            return None;
        };
        Some(At {
            value: flag,
            span: at.span.clone(),
        })
    }

    /// The degrees under a key, in micro-degrees.
    #[must_use]
    pub fn degrees(&self, key: &str) -> Option<i64> {
        match self.get(key)?.value {
            Value::Degrees(degrees) => Some(degrees),
            _ => None,
        }
    }

    /// The table under a key.
    #[must_use]
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.get(key)?.table()
    }

    /// The elements of the array under a key; none where there is none.
    #[must_use]
    pub fn list(&self, key: &str) -> &[At<Value>] {
        match self.get(key).map(|at| &at.value) {
            Some(Value::List(elements)) => elements,
            _ => &[],
        }
    }

    /// The tables of an array of tables.
    pub fn tables(&self, key: &str) -> impl Iterator<Item = &Table> {
        self.list(key).iter().filter_map(At::table)
    }

    /// The texts of the array under a key; `None` where it is missing or an element had a fault.
    #[must_use]
    pub fn texts(&self, key: &str) -> Option<At<Vec<At<String>>>> {
        self.get(key)?.texts()
    }

    /// The keys that have a value.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.entries.keys().copied()
    }
}

impl At<Value> {
    /// As text.
    #[must_use]
    pub fn text(&self) -> Option<At<String>> {
        let Value::Text(text) = &self.value else {
            return None;
        };
        Some(At {
            value: text.clone(),
            span: self.span.clone(),
        })
    }

    /// As a whole number or quantity.
    #[must_use]
    pub fn whole(&self) -> Option<At<u64>> {
        let Value::Whole(whole) = self.value else {
            return None;
        };
        Some(At {
            value: whole,
            span: self.span.clone(),
        })
    }

    /// As a table.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        let Value::Table(table) = &self.value else {
            return None;
        };
        Some(table)
    }

    /// As an array of texts.
    #[must_use]
    pub fn texts(&self) -> Option<At<Vec<At<String>>>> {
        let Value::List(elements) = &self.value else {
            return None;
        };
        let texts: Option<Vec<_>> = elements.iter().map(At::text).collect();
        Some(At {
            value: texts?,
            span: self.span.clone(),
        })
    }
}
