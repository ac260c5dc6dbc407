//! What is written in a file, and what its grammar lets stand there.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::scenario::fields::{Field, Kind, Variant};

/// What stands at a place.
#[derive(Clone, Copy)]
pub enum Node<'t> {
    /// A table.
    Table(&'t DeTable<'t>),
    /// A value.
    Value(&'t Spanned<DeValue<'t>>),
    /// Nothing is written.
    Nothing,
}

impl<'t> Node<'t> {
    /// The table that stands here.
    pub fn table(self) -> Option<&'t DeTable<'t>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Value(value) => value.get_ref().as_table(),
            Self::Nothing => None,
        }
    }

    /// What stands under a key.
    pub fn below(self, key: &str) -> Self {
        let found = self.table().and_then(|table| table.get(key));
        found.map_or(Self::Nothing, Self::Value)
    }
}

/// The tables that a value of this kind may be, with the variant that each belongs to.
pub fn keys_of(kind: &'static Kind) -> Vec<(Option<&'static str>, &'static [Field])> {
    match kind {
        Kind::Table(fields) => vec![(None, *fields)],
        Kind::Tagged(variants) => variants
            .iter()
            .filter_map(|variant| Some((Some(variant.name), variant.fields?)))
            .collect(),
        Kind::AnyOf(kinds) => kinds.iter().flat_map(keys_of).collect(),
        _ => Vec::new(),
    }
}

/// What a list of this kind holds.
pub fn list_of(kind: &'static Kind) -> Option<&'static Kind> {
    match kind {
        Kind::List(of, ..) => Some(of),
        Kind::AnyOf(kinds) => kinds.iter().find_map(list_of),
        _ => None,
    }
}

/// The variants that a value of this kind may be.
pub fn tagged(kind: &'static Kind) -> Option<&'static [Variant]> {
    match kind {
        Kind::Tagged(variants) => Some(variants),
        Kind::AnyOf(kinds) => kinds.iter().find_map(tagged),
        _ => None,
    }
}

/// The name of an element.
pub fn name_of<'a>(element: &'a Spanned<DeValue<'_>>) -> Option<&'a str> {
    element
        .get_ref()
        .as_table()?
        .get("name")?
        .get_ref()
        .as_str()
}

/// Whether this is written under a key, which may lead deeper.
pub fn holds(element: &Spanned<DeValue<'_>>, key: &str, wanted: &str) -> bool {
    texts_at(element, key).iter().any(|text| text == wanted)
}

/// What is written under a key, which may lead deeper: the elements of an array one by one.
pub fn texts_at(element: &Spanned<DeValue<'_>>, key: &str) -> Vec<String> {
    let mut node = Node::Value(element);
    for part in key.split('.') {
        node = node.below(part);
    }
    let Node::Value(value) = node else {
        return Vec::new();
    };
    match value.get_ref() {
        DeValue::Array(elements) => elements
            .iter()
            .filter_map(|one| plain(one.get_ref()))
            .collect(),
        other => plain(other).into_iter().collect(),
    }
}

/// A scalar as text without quotes.
pub fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Some names for a message.
pub fn some_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .take(8)
        .map(|name| format!("\"{name}\""))
        .collect();
    let more = names.len().saturating_sub(8);
    let tail = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{tail}", quoted.join(", "))
}
