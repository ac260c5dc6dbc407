//! The spanned decoder: a parsed file against its field tables, all faults at once.

mod quantities;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::diagnostic::{Diagnostic, Findings, Place, SourceId};
use super::fields::{Field, Kind, NAME_OCTETS_MAX, Variant};
use super::nearest::nearest;
use super::value::{At, Table, Value};
use crate::units::ErrorRatio;
use crate::units::quantity;

/// Decodes one file.
pub struct Decoder<'a> {
    /// The file.
    pub source: SourceId,
    /// Where faults go.
    pub findings: &'a mut Findings,
    /// Whether a missing key is told: not where broken syntax may have swallowed it.
    pub tell_missing: bool,
    /// Octets of lines with broken syntax: values there are not what was written.
    pub broken: &'a [Range<usize>],
}

impl Decoder<'_> {
    fn fault(&mut self, span: Range<usize>, title: String, label: String, help: Option<String>) {
        let touches = |line: &Range<usize>| line.start <= span.end && span.start <= line.end;
        if self.broken.iter().any(touches) {
            return;
        }
        let place = Place {
            source: self.source,
            span,
        };
        self.findings
            .push(Diagnostic::error(title, place, label).maybe_help(help));
    }

    /// Decodes a table against its fields.
    pub fn table(
        &mut self,
        table: &DeTable<'_>,
        span: Range<usize>,
        fields: &'static [Field],
        what: &str,
    ) -> Table {
        let mut decoded = Table {
            span: span.clone(),
            ..Table::default()
        };
        for (key, value) in table {
            let Some(field) = fields.iter().find(|field| field.key == key.get_ref()) else {
                self.unknown_key(key, fields, what);
                continue;
            };
            decoded.keys.insert(field.key, key.span());
            // Tables under a header have the header's span; a value has its own.
            if let Some(value) = self.value(value, field.kind, field.key) {
                decoded.entries.insert(field.key, value);
            }
        }
        for field in fields.iter().filter(|field| field.required) {
            if self.tell_missing && !decoded.has(field.key) {
                let title = format!("{what} has no `{}`", field.key);
                let label = format!("`{}` is missing here", field.key);
                let help = format!("{}: {}", field.key, field.kind.expectation());
                self.fault(span.clone(), title, label, Some(help));
            }
        }
        decoded
    }

    fn unknown_key(&mut self, key: &Spanned<DeString<'_>>, fields: &'static [Field], what: &str) {
        let keys = || fields.iter().map(|field| field.key);
        let help = match nearest(key.get_ref(), keys()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("valid keys: {}", keys().collect::<Vec<_>>().join(", ")),
        };
        let title = format!("unknown key `{}`", shown(key.get_ref()));
        self.fault(
            key.span(),
            title,
            format!("not a key of {what}"),
            Some(help),
        );
    }

    /// Decodes a value of this kind; `what` is its key.
    pub(crate) fn value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        kind: &'static Kind,
        what: &str,
    ) -> Option<At<Value>> {
        let span = value.span();
        let decoded = match (kind, value.get_ref()) {
            (Kind::AnyOf(kinds), written) => match kinds.iter().find(|kind| fits(kind, written)) {
                Some(kind) => return self.value(value, kind, what),
                None => self.mismatch(value, kind, what),
            },
            (Kind::Quantity(dimension, min, max), DeValue::String(text)) => {
                self.quantity(text, &span, dimension, *min..=*max, what)
            }
            (Kind::Signed(dimension, min, max), DeValue::String(text)) => {
                self.signed(text, &span, dimension, *min..=*max, what)
            }
            (Kind::TimeOrCycles(min, max), DeValue::String(text)) => {
                self.time_or_cycles(text, &span, *min..=*max, what)
            }
            (
                Kind::Quantity(dimension, ..) | Kind::Signed(dimension, ..),
                DeValue::Integer(_) | DeValue::Float(_),
            ) => self.bare_number(value, dimension, what),
            (Kind::Ratio, DeValue::String(text)) => self.ratio(text, &span, what),
            (Kind::TimeOrCycles(..), DeValue::Integer(_) | DeValue::Float(_)) => {
                self.bare_number(value, &quantity::TIME, what)
            }
            (Kind::Text, DeValue::String(text)) => Some(Value::Text(text.to_string())),
            (Kind::Name, DeValue::String(text)) => self.name(text, &span, what),
            (Kind::Word(_) | Kind::OneOf { .. }, DeValue::String(text)) => {
                self.word(text, &span, kind, what)
            }
            (Kind::Whole(min, max), DeValue::Integer(number)) => {
                let whole = u64::from_str_radix(number.as_str(), number.radix()).ok();
                match whole.filter(|whole| (min..=max).contains(&whole)) {
                    Some(whole) => Some(Value::Whole(whole)),
                    None => {
                        let title = format!("`{what}` is out of range");
                        let label = format!("expected {}", kind.expectation());
                        let help = format!("a bare number without quotes, {min} to {max}");
                        self.fault(span.clone(), title, label, Some(help));
                        None
                    }
                }
            }
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Kind::Any, _) => Some(Value::Any),
            (Kind::Degrees(limit), DeValue::Integer(_) | DeValue::Float(_)) => {
                self.degrees(value, *limit, what)
            }
            (Kind::List(of, min, max), DeValue::Array(elements)) => {
                self.list(elements, &span, of, *min..=*max, what)
            }
            (Kind::Table(fields), DeValue::Table(table)) => {
                Some(Value::Table(self.table(table, span.clone(), fields, what)))
            }
            (Kind::Tagged(variants), DeValue::Table(table)) => {
                self.tagged(table, &span, variants, what)
            }
            _ => self.mismatch(value, kind, what),
        };
        decoded.map(|value| At { value, span })
    }

    fn mismatch(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        kind: &'static Kind,
        what: &str,
    ) -> Option<Value> {
        let quantity = match kind {
            Kind::AnyOf(kinds) => kinds.iter().find_map(|kind| match kind {
                Kind::Quantity(dimension, ..) => Some(*dimension),
                Kind::TimeOrCycles(..) => Some(&quantity::TIME),
                _ => None,
            }),
            _ => None,
        };
        if let (Some(dimension), DeValue::Integer(_) | DeValue::Float(_)) =
            (quantity, value.get_ref())
        {
            return self.bare_number(value, dimension, what);
        }
        let title = format!("`{what}` is not what is expected here");
        let written = match value.get_ref() {
            DeValue::String(_) => "text".to_owned(),
            other => other.type_str().to_owned(),
        };
        let label = format!("found {written}");
        let help = format!("expected {}", kind.expectation());
        self.fault(value.span(), title, label, Some(help));
        None
    }

    fn ratio(&mut self, text: &str, span: &Range<usize>, what: &str) -> Option<Value> {
        match ErrorRatio::parse(text) {
            Ok(ratio) => Some(Value::Whole(ratio.parts())),
            Err(error) => {
                let title = format!("`{what}` is no valid ratio");
                let help = format!("wrong bits per bit, such as \"{}\"", ErrorRatio::EXAMPLE);
                self.fault(span.clone(), title, error.message().into(), Some(help));
                None
            }
        }
    }

    fn name(&mut self, text: &str, span: &Range<usize>, what: &str) -> Option<Value> {
        let wrong = if text.trim().is_empty() {
            "a name cannot be empty"
        } else if text.chars().any(char::is_control) {
            "a name cannot hold control characters"
        } else if text.len() > NAME_OCTETS_MAX {
            "a name is at most 200 octets long"
        } else {
            return Some(Value::Text(text.to_owned()));
        };
        self.fault(
            span.clone(),
            format!("`{what}` is no valid name"),
            wrong.into(),
            None,
        );
        None
    }

    fn word(
        &mut self,
        text: &str,
        span: &Range<usize>,
        kind: &'static Kind,
        what: &str,
    ) -> Option<Value> {
        let (words, not_yet): (&[&str], &[&str]) = match kind {
            Kind::Word(word) => (std::slice::from_ref(word), &[]),
            Kind::OneOf { words, not_yet } => (words, not_yet),
            _ => (&[], &[]),
        };
        if words.contains(&text) {
            return Some(Value::Text(text.to_owned()));
        }
        let expected = kind.expectation();
        if not_yet.contains(&text) {
            let title = format!("{what} \"{text}\" is not built yet");
            self.fault(
                span.clone(),
                title,
                "refused".into(),
                Some(format!("now: {expected}")),
            );
            return None;
        }
        let help = match nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"? expected {expected}"),
            None => format!("expected {expected}"),
        };
        let title = format!("unknown {what} \"{}\"", shown(text));
        self.fault(span.clone(), title, format!("no such {what}"), Some(help));
        None
    }

    fn degrees(&mut self, value: &Spanned<DeValue<'_>>, limit: i64, what: &str) -> Option<Value> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => "",
        };
        let found = micro_degrees(text, limit);
        if found.is_none() {
            let title = format!("`{what}` is out of range");
            let label = format!("expected degrees from -{limit} to {limit}, six decimals");
            self.fault(value.span(), title, label, None);
        }
        found.map(Value::Degrees)
    }

    fn list(
        &mut self,
        elements: &[Spanned<DeValue<'_>>],
        span: &Range<usize>,
        of: &'static Kind,
        range: std::ops::RangeInclusive<usize>,
        what: &str,
    ) -> Option<Value> {
        let mut decoded = Vec::new();
        for element in elements {
            decoded.extend(self.value(element, of, what));
        }
        if !range.contains(&elements.len()) {
            let (min, max) = (range.start(), range.end());
            let title = format!("`{what}` has {} elements", elements.len());
            let label = match min == max {
                true => format!("expected {min}"),
                false => format!("expected {min} to {max}"),
            };
            self.fault(span.clone(), title, label, None);
            return None;
        }
        // A table with a fault is kept as far as it goes; of other lists a part says nothing.
        let whole = decoded.len() == elements.len();
        (whole || matches!(of, Kind::Table(_))).then_some(Value::List(decoded))
    }

    fn tagged(
        &mut self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        variants: &'static [Variant],
        what: &str,
    ) -> Option<Value> {
        let built = || {
            variants
                .iter()
                .filter(|one| one.fields.is_some())
                .map(|one| one.name)
        };
        let expected = || format!("expected {}", built().collect::<Vec<_>>().join(", "));
        let Some(tag) = table.get("kind") else {
            if self.tell_missing {
                let title = format!("`{what}` has no `kind`");
                let label = "`kind` is missing here".to_owned();
                self.fault(span.clone(), title, label, Some(expected()));
            }
            return None;
        };
        let name = tag.get_ref().as_str().unwrap_or("");
        let Some(variant) = variants.iter().find(|variant| variant.name == name) else {
            let near = nearest(name, built()).map(|near| format!("did you mean \"{near}\"?"));
            let title = format!("unknown {what} kind \"{}\"", shown(name));
            let label = "no such kind".to_owned();
            self.fault(tag.span(), title, label, near.or_else(|| Some(expected())));
            return None;
        };
        let Some(fields) = variant.fields else {
            let title = format!("{what} kind \"{name}\" is not built yet");
            self.fault(tag.span(), title, "refused".into(), Some(expected()));
            return None;
        };
        let mut rest = table.clone();
        rest.remove("kind");
        let mut decoded = self.table(&rest, span.clone(), fields, what);
        decoded.variant = Some(variant.name);
        Some(Value::Table(decoded))
    }
}

/// Whether a value is written the way this kind is written.
fn fits(kind: &Kind, written: &DeValue<'_>) -> bool {
    match (kind, written) {
        (Kind::Word(word), DeValue::String(text)) => text == word,
        (
            Kind::Text
            | Kind::Ratio
            | Kind::Name
            | Kind::OneOf { .. }
            | Kind::Quantity(..)
            | Kind::Signed(..)
            | Kind::TimeOrCycles(..),
            DeValue::String(_),
        )
        | (Kind::Whole(..), DeValue::Integer(_))
        | (Kind::Any, _)
        | (Kind::Flag, DeValue::Boolean(_))
        | (Kind::Degrees(_), DeValue::Integer(_) | DeValue::Float(_))
        | (Kind::List(..), DeValue::Array(_)) => true,
        (Kind::Table(_) | Kind::Tagged(_), DeValue::Table(_)) => true,
        (Kind::AnyOf(kinds), written) => kinds.iter().any(|kind| fits(kind, written)),
        _ => false,
    }
}

/// Decimal degrees as micro-degrees, exact; `None` beyond the limit or finer than 1e-6.
pub(super) fn micro_degrees(text: &str, limit: i64) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let fraction = match fraction.trim_end_matches('0') {
        "" if !fraction.is_empty() => "0",
        trimmed => trimmed,
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || fraction.len() > 6 || whole.len() > 3 {
        return None;
    }
    let micro =
        whole.parse::<i64>().ok()? * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().ok()?;
    let signed = if negative { -micro } else { micro };
    (micro <= limit * 1_000_000).then_some(signed)
}

/// A text short enough for a message, without control characters.
pub(crate) fn shown(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let short: String = text.chars().take(60).map(clean).collect();
    if text.chars().count() > 60 {
        format!("{short}…")
    } else {
        short
    }
}
