//! Axes that take ranges, and axes that scale what is written.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::axis::{Level, Levels, Range, range_levels};
use super::axes::{Reader, TEXTS_MAX, Taken, dimension, dimension_of};
use super::nodes::plain;
use super::resolve::{Target, Wanted};
use super::written;
use crate::scenario::decode::Decoder;
use crate::scenario::diagnostic::Findings;
use crate::scenario::fields::Kind;
use crate::scenario::value::Table;
use crate::units::quantity::{self, CYCLES, Dimension, SHARE, TIME};

impl Reader<'_, '_> {
    /// From one end to the other.
    pub fn range(&mut self, table: &Table, raw: &DeTable<'_>, targets: &[Target]) -> Taken {
        let range = table.table("range")?;
        let raw = raw.get("range")?.get_ref().as_table()?;
        let span = table.get("range")?.span.clone();
        let measured = dimension_of(targets);
        let from = self.end(raw.get("from")?, targets);
        let to = self.end(raw.get("to")?, targets);
        let step = match raw.get("step") {
            Some(step) => Some(self.step(step, measured)?),
            None => None,
        };
        let count = range.whole("count").map(|at| at.value);
        let (from, to) = (from?, to?);
        if step.is_some() && count.is_some() {
            let at = range.key_span("count")?;
            self.fault(
                &at,
                "a range has either `step` or `count`",
                "not both",
                None,
            );
            return None;
        }
        let spacing = range.text("spacing").map(|at| at.value);
        let built = Range {
            from,
            to,
            step: step.unwrap_or(1),
            logarithmic: spacing.as_deref() == Some("logarithmic"),
        };
        let expanded = self.range_expanded(raw, built.logarithmic);
        if self.drawn && count.is_none() {
            if let Err(fault) = built.check() {
                self.fault(&span, fault.to_string(), "this range", None);
                return None;
            }
            return Some((Levels::Range(built), measured, expanded));
        }
        if step.is_none() && count.is_none() {
            let title = "this range has neither `step` nor `count`";
            let help = "designs that draw, random and latin-hypercube, need neither".to_owned();
            self.fault(&span, title, "which values are these?", Some(help));
            return None;
        }
        let levels = built.check().and_then(|()| {
            let many = count.map_or(built.count(), u128::from);
            // Texts for every place are made only where there is room for them.
            let room = many.saturating_mul(targets.len() as u128) <= TEXTS_MAX as u128;
            let places = if room { targets.len() } else { 0 };
            range_levels(&built, count, measured, places)
        });
        match levels {
            Ok(levels) => {
                self.few_enough(levels.len(), targets.len(), &span)?;
                Some((Levels::Each(levels), measured, expanded))
            }
            Err(fault) => {
                self.fault(&span, fault.to_string(), "this range", None);
                None
            }
        }
    }

    /// A range in canonical form.
    fn range_expanded(&self, raw: &DeTable<'_>, logarithmic: bool) -> String {
        let mut expanded = String::new();
        for key in ["from", "to", "step", "count"] {
            if let Some(value) = raw.get(key) {
                let comma = if expanded.is_empty() { "" } else { ", " };
                expanded.push_str(&format!("{comma}{key} = {}", &self.text[value.span()]));
            }
        }
        if logarithmic {
            expanded.push_str(", spacing = \"logarithmic\"");
        }
        format!("range = {{ {expanded} }}\n")
    }

    /// An end of a range: a number that may stand at all places.
    fn end(&mut self, value: &Spanned<DeValue<'_>>, targets: &[Target]) -> Option<i128> {
        let (number, _) = self.checked(value, targets)?;
        if number.is_none() {
            let title = "a range goes from one quantity or whole number to another";
            let help = "other values are listed: values = [\"a\", \"b\"]".to_owned();
            self.fault(&value.span(), title, "this is none", Some(help));
        }
        number
    }

    /// A step in the measure of the ends.
    fn step(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        of: Option<&'static Dimension>,
    ) -> Option<i128> {
        let span = value.span();
        let found = match (of, value.get_ref()) {
            (Some(dimension), DeValue::String(text)) => match quantity::parse(text, dimension) {
                Ok(step) => Some(i128::from(step)),
                Err(error) => {
                    let title = format!("`step` is no valid {}", dimension.name);
                    let help = format!("{dimension}, such as \"{}\"", dimension.example);
                    self.fault(&span, title, error.message(dimension), Some(help));
                    return None;
                }
            },
            (None, number @ DeValue::Integer(_)) => plain(number)?.parse().ok(),
            _ => None,
        };
        if found.is_none() {
            let expected = match of {
                Some(dimension) => {
                    format!("a {} such as \"{}\"", dimension.name, dimension.example)
                }
                None => "a whole number".to_owned(),
            };
            let title = "`step` is not what is expected here";
            self.fault(&span, title, format!("expected {expected}"), None);
        }
        found
    }

    /// What is written, multiplied.
    pub fn scale(&mut self, table: &Table, targets: &[Target]) -> Taken {
        let shares = table.list("scale");
        self.few_enough(shares.len(), targets.len(), &table.key_span("scale")?)?;
        let mut whole = true;
        let span = table.key_span("scale")?;
        let mut bases = Vec::new();
        for target in targets {
            match base_of(target) {
                Some(base) => bases.push((base, target)),
                None => {
                    whole = false;
                    let title = match target.written {
                        None => {
                            format!("`{}` is not written, so it cannot be scaled", target.shown)
                        }
                        Some(_) => format!("`{}` is no number that could be scaled", target.shown),
                    };
                    let help = "values sets what is written in place of scaling it".to_owned();
                    self.fault(&span, title, "scaled here", Some(help));
                }
            }
        }
        let mut levels = Vec::new();
        let mut written_out = Vec::new();
        for share in shares {
            let text = share.text()?;
            let parts = match quantity::parse(&text.value, &SHARE) {
                Ok(parts) => parts,
                Err(error) => {
                    let help = format!("{SHARE}, such as \"{}\"", SHARE.example);
                    let title = "this is no share of what is written";
                    self.fault(&text.span, title, error.message(&SHARE), Some(help));
                    whole = false;
                    continue;
                }
            };
            let mut texts = Vec::new();
            for (base, target) in &bases {
                match scaled(base, parts, target) {
                    Ok(scaled) => texts.push(scaled),
                    Err(why) => {
                        whole = false;
                        let title = format!("{} of `{}` {why}", text.value, target.shown);
                        let label = format!("{} is written there", base.text);
                        self.fault(&text.span, title, label, None);
                    }
                }
            }
            written_out.push(text.value.clone());
            levels.push(Level {
                label: text.value,
                number: Some(i128::from(parts)),
                texts,
            });
        }
        let expanded = format!("scale = {}\n", written::texts(&written_out));
        whole.then_some((Levels::Each(levels), Some(&SHARE), expanded))
    }
}

/// A number that is written at a place.
struct Scaled {
    text: String,
    number: i128,
    dimension: Option<&'static Dimension>,
    kind: &'static Kind,
}

fn base_of(target: &Target) -> Option<Scaled> {
    let Wanted::Kind(kind) = target.wanted else {
        return None;
    };
    let text = target.written.clone()?;
    let value = DeValue::parse(&text).ok()?;
    let shown = plain(value.get_ref())?;
    let of = |number, dimension| Scaled {
        text: text.clone(),
        number,
        dimension,
        kind,
    };
    if let DeValue::Integer(_) = value.get_ref() {
        return Some(of(shown.parse().ok()?, None));
    }
    let measured = dimension(kind)?;
    let mut choices = vec![measured];
    if *measured == TIME {
        choices.push(&CYCLES);
    }
    choices.into_iter().find_map(|dimension| {
        let number = quantity::parse_signed(&shown, dimension).ok()?;
        Some(of(i128::from(number), Some(dimension)))
    })
}

/// So many parts in 10^9 of a number, as TOML.
fn scaled(base: &Scaled, parts: u64, target: &Target) -> Result<String, String> {
    const WHOLE: i128 = 1_000_000_000;
    if i128::from(parts) == WHOLE {
        return Ok(base.text.clone());
    }
    let unit = base.dimension.map_or("1", |dimension| dimension.units[0].0);
    let product = base.number * i128::from(parts);
    if product % WHOLE != 0 {
        return Err(format!(
            "is finer than 1 {unit}, and it will not be rounded"
        ));
    }
    let number = i64::try_from(product / WHOLE).map_err(|_| "is too large".to_owned())?;
    let text = match base.dimension {
        Some(dimension) => written::text(&quantity::format_signed(number, dimension)),
        None => number.to_string(),
    };
    let value = DeValue::parse(&text).expect("a quantity or a number");
    let mut findings = Findings::default();
    let mut decoder = Decoder {
        source: crate::scenario::SourceId(0),
        findings: &mut findings,
        tell_missing: true,
        broken: &[],
    };
    decoder.value(&value, base.kind, &target.shown);
    let fault = findings.into_sorted().into_iter().next();
    match fault.and_then(|fault| fault.labels.into_iter().next()) {
        Some(label) => Err(format!("is refused: {}", label.text)),
        None => Ok(text),
    }
}
