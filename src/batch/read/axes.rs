//! Axes of a sweep file: where each leads, and what it takes.

use std::ops::Range as Span;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::axis::{Axis, Level, Levels};
use super::super::path::Path;
use super::resolve::{Documents, Target, Wanted, resolve};
use super::written;
use crate::scenario::decode::Decoder;
use crate::scenario::diagnostic::{Diagnostic, Findings, Place, SourceId};
use crate::scenario::fields::Kind;
use crate::scenario::value::{At, Table, Value};
use crate::units::quantity::{Dimension, TIME};

/// More texts than this are not kept of one axis.
pub const TEXTS_MAX: usize = 10_000_000;

/// An axis that was read.
pub struct Draft {
    /// The axis.
    pub axis: Axis,
    /// Where its values go; none where it adds events.
    pub targets: Vec<Target>,
    /// Whether it adds events behind the end of the scenario.
    pub adds_events: bool,
    /// Its table in one canonical form.
    pub expanded: String,
    /// Where its name, or what the name comes from, is written.
    pub named_at: Span<usize>,
    /// Where its paths are written, one span for each.
    pub paths_at: Vec<Span<usize>>,
}

/// Reads axes.
pub struct Reader<'a, 't> {
    /// The sweep file.
    pub source: SourceId,
    /// Its text.
    pub text: &'a str,
    /// Where faults go.
    pub findings: &'a mut Findings,
    /// What paths lead into.
    pub documents: &'a Documents<'t>,
    /// Whether points are drawn: then a range needs no steps.
    pub drawn: bool,
}

/// The keys of an axis that say what it takes.
const MANNERS: [&str; 4] = ["values", "range", "scale", "fail"];

/// The places that an axis sets.
pub struct Places {
    /// As written.
    pub paths: Vec<String>,
    /// Where each is written.
    pub spans: Vec<Span<usize>>,
    /// Every place once.
    pub targets: Vec<Target>,
}

impl Reader<'_, '_> {
    /// Tells a fault of the sweep file.
    pub fn fault(
        &mut self,
        span: &Span<usize>,
        title: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let place = Place {
            source: self.source,
            span: span.clone(),
        };
        let finding = Diagnostic::error(title, place, label);
        self.findings.push(finding.maybe_help(help));
    }

    /// Reads an axis; `None` where a fault was told.
    pub fn axis(&mut self, table: &Table, raw: &DeTable<'_>) -> Option<Draft> {
        let manner = self.manner(table)?;
        if manner == "fail" {
            return self.failures(table, raw);
        }
        let places = self.places(table)?;
        let levels = match manner {
            "values" => self.values(table, raw, &places.targets),
            "scale" => self.scale(table, &places.targets),
            _ => self.range(table, raw, &places.targets),
        };
        let named = table.text("name");
        let (mut levels, dimension, values) = levels?;
        if let Some(labels) = table.get("labels") {
            self.labels(&labels.span, table, &mut levels)?;
        }
        self.no_twins(table, manner, &levels)?;
        let first = Path::parse(&places.paths[0]).ok()?;
        let name = named
            .as_ref()
            .map_or_else(|| first.last_key().to_owned(), |at| at.value.clone());
        let named_at = named.map_or_else(|| places.spans[0].clone(), |at| at.span);
        let expanded = written::axis(&name, &places.paths, &values, labels_of(table).as_deref());
        Some(Draft {
            axis: Axis {
                name,
                paths: places.paths,
                targets: places.targets.len(),
                dimension,
                levels,
            },
            targets: places.targets,
            adds_events: false,
            expanded,
            named_at,
            paths_at: places.spans,
        })
    }

    /// Which of the keys that say what an axis takes is there.
    fn manner(&mut self, table: &Table) -> Option<&'static str> {
        let mut there = MANNERS.into_iter().filter(|key| table.has(key));
        let Some(manner) = there.next() else {
            let title = "this axis has no values";
            let help = "say one of values, range, scale, fail".to_owned();
            self.fault(&table.span.clone(), title, "what does it take?", Some(help));
            return None;
        };
        if let Some(second) = there.next() {
            let span = table.key_span(second)?;
            let title = format!("an axis has either `{manner}` or `{second}`");
            self.fault(&span, title, format!("`{manner}` is there already"), None);
            return None;
        }
        let takes = |key: &str| match key {
            "path" | "paths" => manner != "fail",
            _ => matches!(manner, "values" | "scale"),
        };
        for key in ["path", "paths", "labels"] {
            if let Some(span) = table.key_span(key).filter(|_| !takes(key)) {
                let title = format!("an axis with `{manner}` has no `{key}`");
                let help = match key {
                    "labels" => "tables show the values themselves",
                    _ => "it adds an event to the scenario",
                };
                self.fault(&span, title, "not here", Some(help.into()));
                return None;
            }
        }
        // Where the value itself had a fault, that was told.
        table.get(manner)?;
        Some(manner)
    }

    /// Where the paths of an axis lead.
    fn places(&mut self, table: &Table) -> Option<Places> {
        let written: Vec<At<String>> = match (table.has("path"), table.has("paths")) {
            (true, true) => {
                let span = table.key_span("paths")?;
                self.fault(
                    &span,
                    "an axis has either `path` or `paths`",
                    "not both",
                    None,
                );
                return None;
            }
            (true, false) => vec![table.text("path")?],
            (false, true) => table.texts("paths")?.value,
            (false, false) => {
                let title = "this axis has no path";
                let help = "path = 'circuit[*].payload' says what it sets".to_owned();
                self.fault(&table.span.clone(), title, "what does it set?", Some(help));
                return None;
            }
        };
        let mut places = Places {
            paths: Vec::new(),
            spans: Vec::new(),
            targets: Vec::new(),
        };
        let mut whole = true;
        for text in written {
            match self.targets(&text) {
                Some(targets) => {
                    places.paths.push(text.value);
                    places.spans.push(text.span);
                    places.targets.extend(targets);
                }
                None => whole = false,
            }
        }
        let place = |target: &Target| (target.in_topology, target.steps.clone());
        places.targets.sort_by_key(place);
        places.targets.dedup_by_key(|target| place(target));
        whole.then_some(places)
    }

    /// A part of a text as a place in the sweep file.
    pub fn within(&self, text: &At<String>, part: &Span<usize>) -> Span<usize> {
        let start = text.span.start + 1;
        let literal = self.text.get(start..start + text.value.len());
        // Escapes would move what follows them.
        match literal == Some(text.value.as_str()) {
            true => start + part.start..start + part.end.max(part.start),
            false => text.span.clone(),
        }
    }

    fn targets(&mut self, text: &At<String>) -> Option<Vec<Target>> {
        let path = match Path::parse(&text.value) {
            Ok(path) => path,
            Err(fault) => {
                let span = self.within(text, &fault.span);
                let help = "such as 'circuit[*].payload', 'circuit[\"87L KEE-ELL\"].payload', \
                            'topology.link[medium=fibre].rate'";
                self.fault(&span, "this is no path", fault.title, Some(help.into()));
                return None;
            }
        };
        match resolve(&path, self.documents) {
            Ok(targets) => Some(targets),
            Err(nowhere) => {
                let span = self.within(text, &nowhere.span);
                self.fault(&span, nowhere.title, nowhere.label, nowhere.help);
                None
            }
        }
    }

    /// Names for values, as many as there are values.
    fn labels(&mut self, span: &Span<usize>, table: &Table, levels: &mut Levels) -> Option<()> {
        let labels = labels_of(table)?;
        let Levels::Each(each) = levels else {
            return None;
        };
        if labels.len() != each.len() {
            let title = format!("{} labels for {} values", labels.len(), each.len());
            self.fault(span, title, "one for each value", None);
            return None;
        }
        for (level, label) in each.iter_mut().zip(labels) {
            level.label = label;
        }
        Some(())
    }

    /// Refuses two values that are the same, and two that tables would show alike.
    fn no_twins(&mut self, table: &Table, manner: &str, levels: &Levels) -> Option<()> {
        let Levels::Each(each) = levels else {
            return Some(());
        };
        let spans = |key: &str| -> Vec<Span<usize>> {
            table.list(key).iter().map(|at| at.span.clone()).collect()
        };
        let value = |level: &Level| {
            (
                level.number,
                level.number.is_none().then(|| level.texts.clone()),
            )
        };
        let by_value = twins(each, value);
        let by_label = twins(each, |level| level.label.clone());
        let (pair, key, what) = match (by_value, by_label) {
            (Some(pair), _) => (pair, manner, "value"),
            (None, Some(pair)) if table.has("labels") => (pair, "labels", "label"),
            (None, Some(pair)) => (pair, manner, "label"),
            (None, None) => return Some(()),
        };
        let all = table.span.clone();
        let spans = spans(key);
        let at = |place: usize| spans.get(place).unwrap_or(&all).clone();
        let place = |span| Place {
            source: self.source,
            span,
        };
        let title = format!("the {what} {} is there twice", each[pair.1].label);
        let finding = Diagnostic::error(title, place(at(pair.1)), "again")
            .also(place(at(pair.0)), "here first")
            .help("cases with the same values would be counted twice");
        self.findings.push(finding);
        None
    }

    /// Values as they are written.
    fn values(&mut self, table: &Table, raw: &DeTable<'_>, targets: &[Target]) -> Taken {
        let elements = raw.get("values")?.get_ref().as_array()?;
        self.few_enough(elements.len(), targets.len(), &table.key_span("values")?)?;
        let mut levels = Vec::new();
        let mut cycles = false;
        let mut whole = true;
        for element in elements {
            let Some((number, in_cycles)) = self.checked(element, targets) else {
                whole = false;
                continue;
            };
            cycles |= in_cycles;
            let text = &self.text[element.span()];
            let label = super::nodes::plain(element.get_ref());
            if label.is_none() && !table.has("labels") {
                let title = "values that are tables or arrays need `labels`";
                let help = "labels = [\"first\", \"second\"]: what tables call them".to_owned();
                self.fault(&element.span(), title, "what is it called?", Some(help));
                return None;
            }
            levels.push(Level {
                label: label.unwrap_or_default(),
                number,
                texts: vec![text.to_owned(); targets.len()],
            });
        }
        if cycles {
            levels.iter_mut().for_each(|level| level.number = None);
        }
        let texts: Vec<&str> = elements.iter().map(|one| &self.text[one.span()]).collect();
        let expanded = format!("values = [{}]\n", texts.join(", "));
        let dimension = dimension_of(targets).filter(|_| !cycles);
        whole.then_some((Levels::Each(levels), dimension, expanded))
    }

    /// Keeps memory within bounds.
    pub fn few_enough(&mut self, levels: usize, targets: usize, span: &Span<usize>) -> Option<()> {
        if levels.saturating_mul(targets) <= TEXTS_MAX {
            return Some(());
        }
        let title = format!("{levels} values for {targets} places are too many");
        let label = format!("at most {TEXTS_MAX} in all");
        self.fault(span, title, label, None);
        None
    }

    /// Checks a value against every kind of place that it goes to; its number, and whether it is
    /// written in cycles.
    pub fn checked(
        &mut self,
        element: &Spanned<DeValue<'_>>,
        targets: &[Target],
    ) -> Option<(Option<i128>, bool)> {
        if element.get_ref().is_table() && !self.text[element.span()].starts_with('{') {
            let title = "a value is written in one piece";
            let help = "as an inline table: values = [{ kind = \"poisson\" }]".to_owned();
            self.fault(&element.span(), title, "this is a header", Some(help));
            return None;
        }
        let mut first = None;
        let mut whole = true;
        for (wanted, key) in kinds(targets) {
            let found = match wanted {
                Wanted::Kind(kind) => self.decoded(element, kind, &key).map(|at| at.value),
                Wanted::Variant(variants) => {
                    let built = variants.iter().filter(|one| one.fields.is_some());
                    let names: Vec<&str> = built.map(|one| one.name).collect();
                    let word = element.get_ref().as_str().unwrap_or("");
                    let known = names.contains(&word);
                    if !known {
                        let help = format!("expected {}", names.join(", "));
                        let title = format!("unknown kind \"{word}\"");
                        self.fault(&element.span(), title, "no such kind", Some(help));
                    }
                    known.then(|| Value::Text(word.to_owned()))
                }
            };
            whole &= found.is_some();
            first = first.or(found.map(|value| (value, wanted)));
        }
        let (value, wanted) = first.filter(|_| whole)?;
        let ratio = matches!(wanted, Wanted::Kind(kind) if is_ratio(kind));
        let number = match value {
            Value::Whole(number) if !ratio => Some(i128::from(number)),
            Value::Signed(number) => Some(i128::from(number)),
            _ => None,
        };
        Some((number, matches!(value, Value::Cycles(_))))
    }

    /// Decodes a value of the sweep file.
    pub fn decoded(
        &mut self,
        element: &Spanned<DeValue<'_>>,
        kind: &'static Kind,
        key: &str,
    ) -> Option<At<Value>> {
        let mut decoder = Decoder {
            source: self.source,
            findings: self.findings,
            tell_missing: true,
            broken: &[],
        };
        let before = decoder.findings.count();
        let value = decoder.value(element, kind, key);
        let silent = decoder.findings.count() == before;
        value.filter(|_| silent)
    }
}

/// Levels, what they measure, and the lines of the axis in canonical form.
pub type Taken = Option<(Levels, Option<&'static Dimension>, String)>;

fn labels_of(table: &Table) -> Option<Vec<String>> {
    let labels = table.texts("labels")?.value;
    Some(labels.into_iter().map(|at| at.value).collect())
}

/// The first element that is equal to one before it, and that one.
fn twins<K: Ord>(each: &[Level], key: impl Fn(&Level) -> K) -> Option<(usize, usize)> {
    let mut seen = std::collections::BTreeMap::new();
    each.iter()
        .enumerate()
        .find_map(|(place, level)| seen.insert(key(level), place).map(|first| (first, place)))
}

/// The different kinds of places, each with its key.
pub fn kinds(targets: &[Target]) -> Vec<(Wanted, String)> {
    let mut found: Vec<(Wanted, String)> = Vec::new();
    for target in targets {
        let same = |one: &(Wanted, String)| match (one.0, target.wanted) {
            (Wanted::Kind(a), Wanted::Kind(b)) => std::ptr::eq(a, b),
            (Wanted::Variant(a), Wanted::Variant(b)) => std::ptr::eq(a, b),
            _ => false,
        };
        if !found.iter().any(same) {
            let key = target.shown.rsplit('.').next().unwrap_or(&target.shown);
            found.push((target.wanted, key.to_owned()));
        }
    }
    found
}

/// What values at these places measure, where all of them measure the same.
pub fn dimension_of(targets: &[Target]) -> Option<&'static Dimension> {
    let of = |(wanted, _): (Wanted, String)| match wanted {
        Wanted::Kind(kind) => dimension(kind),
        Wanted::Variant(_) => None,
    };
    let mut all = kinds(targets).into_iter().map(of);
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

/// What a value of this kind measures.
pub fn dimension(kind: &'static Kind) -> Option<&'static Dimension> {
    match kind {
        Kind::Quantity(dimension, ..) | Kind::Signed(dimension, ..) => Some(dimension),
        Kind::TimeOrCycles(..) => Some(&TIME),
        Kind::AnyOf(kinds) => kinds.iter().find_map(dimension),
        _ => None,
    }
}

fn is_ratio(kind: &Kind) -> bool {
    match kind {
        Kind::Ratio => true,
        Kind::AnyOf(kinds) => kinds.iter().any(is_ratio),
        _ => false,
    }
}
