//! The values of one relay, each from the first place that gives it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::profiles::Chain;
use crate::relay::profile::{self, Given, Profile};
use crate::scenario::UsedConstant;
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::expand::quoted;
use crate::scenario::spec::{CircuitSpec, RelaySpec, ScenarioSpec, Values};
use crate::scenario::value::{At, Value};
use crate::units::Span;
use crate::units::quantity::{
    ANGLE, CURRENT, Dimension, SHARE, TIME, cycles_ps, format, format_signed,
};

const OWN: &str = "the scenario's own relay";
const DEFAULT: &str = "default";

/// Where values stand: the circuit, the user's profiles, the relay family.
pub struct Layers<'a> {
    own: Vec<&'a Values>,
    family: Option<&'static Profile>,
}

/// A value as it was found.
enum Raw<'a> {
    Number(u64),
    Cycles(u64),
    Signed(i64),
    Word(&'a str),
}

enum Lookup<'a> {
    Given(Raw<'a>, Option<&'a Range<usize>>),
    /// Told already.
    Faulty,
    Absent,
}

/// What a number counts.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Picoseconds.
    Time,
    /// Messages, bits.
    Whole,
    /// Parts per 10^9.
    Share,
    /// mA.
    Current,
    /// Millidegrees.
    Angle,
}

impl Unit {
    fn dimension(self) -> Option<&'static Dimension> {
        match self {
            Self::Time => Some(&TIME),
            Self::Whole => None,
            Self::Share => Some(&SHARE),
            Self::Current => Some(&CURRENT),
            Self::Angle => Some(&ANGLE),
        }
    }

    /// For people: "0 ms", not "0 ps".
    fn shown(self, value: u64) -> String {
        match (self, value) {
            (Self::Time, 0) => "0 ms".to_owned(),
            _ => match self.dimension() {
                Some(dimension) => format(value, dimension),
                None => value.to_string(),
            },
        }
    }

    fn toml(self, value: u64) -> String {
        match self {
            Self::Whole => value.to_string(),
            _ => quoted(&self.shown(value)),
        }
    }
}

impl<'a> Layers<'a> {
    /// From the circuit down to the family.
    pub fn new(written: &'a Values, chain: Chain<'a>) -> Self {
        let users = chain.users.iter().map(|user| &user.values);
        Self {
            own: std::iter::once(written).chain(users).collect(),
            family: chain.family,
        }
    }

    fn lookup(&self, key: &str) -> Lookup<'a> {
        let outer = key.split('.').next().unwrap_or(key);
        for values in &self.own {
            if let Some(at) = values.given.get(key) {
                let raw = match &at.value {
                    Value::Whole(number) => Raw::Number(*number),
                    Value::Cycles(cycles) => Raw::Cycles(*cycles),
                    Value::Signed(signed) => Raw::Signed(*signed),
                    Value::Text(word) => Raw::Word(word),
                    _ => return Lookup::Faulty,
                };
                return Lookup::Given(raw, Some(&at.span));
            }
            if values.faulty.contains(key) || values.faulty.contains(outer) {
                return Lookup::Faulty;
            }
            if values.given.keys().any(|other| decides(other, key)) {
                // What a table with a kind needs and lacks is told where it is read.
                return match outer {
                    "message" => Lookup::Absent,
                    _ => Lookup::Faulty,
                };
            }
        }
        match self.of_family(key) {
            Some(given) => Lookup::Given(raw_of(given), None),
            None => Lookup::Absent,
        }
    }

    fn of_family(&self, key: &str) -> Option<&'static Given> {
        let values = self.family?.values;
        let named = |key: &str| values.iter().find(|given| given.key == key);
        // One figure for both ends.
        let both = key.starts_with("processing.").then_some("processing");
        named(key).or_else(|| named(both?))
    }
}

/// Whether a value of one key says that another is not taken from further down: an alternative to
/// it, or the same table with a kind.
fn decides(other: &str, key: &str) -> bool {
    match key.split_once('.') {
        Some((outer @ ("characteristic" | "on_step"), _)) => other
            .split_once('.')
            .is_some_and(|(known, _)| known == outer),
        Some(("message", "bits" | "length")) => ["message.bits", "message.length"].contains(&other),
        _ => false,
    }
}

fn raw_of(given: &'static Given) -> Raw<'static> {
    match given.value {
        profile::Value::Time(time) => Raw::Number(time.0),
        profile::Value::MicroCycles(cycles) => Raw::Cycles(cycles),
        profile::Value::Whole(value)
        | profile::Value::Share(value)
        | profile::Value::Current(value)
        | profile::Value::Angle(value) => Raw::Number(value),
        profile::Value::Word(word) => Raw::Word(word),
    }
}

/// Reads the values of one relay, and keeps what became of each.
pub struct Reader<'a> {
    /// The scenario.
    pub spec: &'a ScenarioSpec,
    /// The circuit.
    pub circuit: &'a CircuitSpec,
    /// Its scheme.
    pub scheme: &'static str,
    /// Values of the family, with their sources.
    pub constants: Vec<UsedConstant>,
    /// What is left to its default.
    pub defaults: Vec<String>,
    layers: Layers<'a>,
    frequency_hz: u64,
    texts: BTreeMap<&'static str, String>,
}

/// What came of looking for a value that may be left out; the outer `None`: it has a fault, told
/// already.
pub type Maybe<T> = Option<Option<At<T>>>;

impl<'a> Reader<'a> {
    /// The system's frequency.
    pub(super) fn frequency_hz(&self) -> u64 {
        self.frequency_hz
    }

    /// Nothing read yet.
    pub fn new(
        spec: &'a ScenarioSpec,
        circuit: &'a CircuitSpec,
        scheme: &'static str,
        layers: Layers<'a>,
        frequency_hz: u64,
    ) -> Self {
        Self {
            spec,
            circuit,
            scheme,
            constants: Vec::new(),
            defaults: Vec::new(),
            layers,
            frequency_hz,
            texts: BTreeMap::new(),
        }
    }

    /// Where the relay of the circuit stands.
    pub fn span(&self) -> Range<usize> {
        let relay = self.circuit.relay.as_ref();
        relay.map_or_else(|| self.circuit.span.clone(), |relay| relay.span.clone())
    }

    /// Whether the circuit itself says something of a key of its table.
    pub fn wrote(&self, key: &str) -> Option<Range<usize>> {
        self.circuit.relay.as_ref()?.values.keys.get(key).cloned()
    }

    /// An error of this circuit.
    pub fn error(&self, what: &str, span: &Range<usize>, label: impl Into<String>) -> Diagnostic {
        let title = format!("circuit {}: {what}", self.circuit.name.value);
        Diagnostic::error(title, self.spec.place(span), label)
    }

    /// A number that may be left out.
    pub fn number(&mut self, key: &'static str, unit: Unit) -> Maybe<u64> {
        let frequency_hz = self.frequency_hz;
        let settled = |raw: Raw<'_>| match raw {
            Raw::Number(value) => Some(value),
            Raw::Cycles(cycles) => Some(cycles_ps(cycles, frequency_hz)),
            Raw::Signed(_) | Raw::Word(_) => None,
        };
        let (raw, span) = match self.layers.lookup(key) {
            Lookup::Given(raw, span) => (raw, span),
            Lookup::Faulty => return None,
            Lookup::Absent => return Some(None),
        };
        let value = settled(raw)?;
        let family = self.layers.of_family(key);
        let default = family.and_then(|given| settled(raw_of(given)));
        self.constant(
            key,
            unit.shown(value),
            default.map(|value| unit.shown(value)),
        );
        self.texts.insert(key, unit.toml(value));
        let span = span.cloned().unwrap_or_else(|| self.span());
        Some(Some(At { value, span }))
    }

    /// A word that may be left out.
    pub fn word(&mut self, key: &'static str) -> Maybe<String> {
        let (raw, span) = match self.layers.lookup(key) {
            Lookup::Given(raw, span) => (raw, span),
            Lookup::Faulty => return None,
            Lookup::Absent => return Some(None),
        };
        let Raw::Word(word) = raw else { return None };
        let default = self.layers.of_family(key).map(raw_of);
        let default = default.and_then(|raw| match raw {
            Raw::Word(word) => Some(word.to_owned()),
            _ => None,
        });
        self.constant(key, word.to_owned(), default);
        self.texts.insert(key, quoted(word));
        let span = span.cloned().unwrap_or_else(|| self.span());
        Some(Some(At {
            value: word.to_owned(),
            span,
        }))
    }

    /// A time that may be negative; none: 0.
    pub fn signed(&mut self, key: &'static str) -> Option<i64> {
        match self.layers.lookup(key) {
            Lookup::Given(Raw::Signed(value), _) => {
                let text = match value {
                    0 => Unit::Time.shown(0),
                    value => format_signed(value, &TIME),
                };
                self.texts.insert(key, quoted(&text));
                Some(value)
            }
            Lookup::Given(Raw::Number(value), _) => i64::try_from(value).ok(),
            Lookup::Given(..) | Lookup::Faulty => None,
            Lookup::Absent => Some(self.default(key, Unit::Time, 0).cast_signed()),
        }
    }

    /// A whole number that may be left out.
    pub fn whole(&mut self, key: &'static str) -> Maybe<u64> {
        self.number(key, Unit::Whole)
    }

    /// A number that must be there; `purpose`: what it is for.
    pub fn required(
        &mut self,
        key: &'static str,
        unit: Unit,
        purpose: &str,
        findings: &mut Findings,
    ) -> Option<At<u64>> {
        let found = self.number(key, unit)?;
        if found.is_none() {
            self.missing(key, purpose, findings);
        }
        found
    }

    /// A time that must be there.
    pub fn required_time(
        &mut self,
        key: &'static str,
        purpose: &str,
        findings: &mut Findings,
    ) -> Option<Span> {
        let found = self.required(key, Unit::Time, purpose, findings)?;
        Some(Span(found.value))
    }

    /// A word that must be there.
    pub fn required_word(
        &mut self,
        key: &'static str,
        purpose: &str,
        findings: &mut Findings,
    ) -> Option<At<String>> {
        let found = self.word(key)?;
        if found.is_none() {
            self.missing(key, purpose, findings);
        }
        found
    }

    /// Tells that a key is missing.
    pub fn missing(&self, key: &str, purpose: &str, findings: &mut Findings) {
        let written = key.strip_suffix(".kind").unwrap_or(key);
        let what = format!("{} has no `{written}`", self.scheme);
        let help = format!("write it in `relay`, or name a profile that gives it: {purpose}");
        let label = format!("missing: {purpose}");
        findings.push(self.error(&what, &self.span(), label).help(help));
    }

    /// A number, or its default.
    pub fn number_or(&mut self, key: &'static str, unit: Unit, default: u64) -> Option<u64> {
        match self.number(key, unit)? {
            Some(found) => Some(found.value),
            None => Some(self.default(key, unit, default)),
        }
    }

    /// A time, or its default.
    pub fn time_or(&mut self, key: &'static str, default: Span) -> Option<Span> {
        self.number_or(key, Unit::Time, default.0).map(Span)
    }

    /// A time that may be left out.
    pub fn time(&mut self, key: &'static str) -> Option<Option<Span>> {
        Some(self.number(key, Unit::Time)?.map(|at| Span(at.value)))
    }

    /// A word, or its default.
    pub fn word_or(&mut self, key: &'static str, default: &str) -> Option<String> {
        match self.word(key)? {
            Some(found) => Some(found.value),
            None => {
                self.left_out(key, default);
                self.texts.insert(key, quoted(default));
                Some(default.to_owned())
            }
        }
    }

    fn default(&mut self, key: &'static str, unit: Unit, value: u64) -> u64 {
        self.left_out(key, &unit.shown(value));
        self.texts.insert(key, unit.toml(value));
        value
    }

    fn left_out(&mut self, key: &str, shown: &str) {
        let name = &self.circuit.name.value;
        self.defaults
            .push(format!("circuit {name}: relay.{key} {shown}"));
    }

    /// Keeps a value that the family gives too.
    fn constant(&mut self, key: &str, value: String, default: Option<String>) {
        let (Some(family), Some(given)) = (self.layers.family, self.layers.of_family(key)) else {
            return;
        };
        let changed = default.as_ref() != Some(&value);
        let source = match (changed, given.doubtful) {
            (true, _) => Cow::Borrowed(OWN),
            (false, true) => Cow::Owned(format!("{} (doubtful)", given.source)),
            (false, false) => Cow::Borrowed(given.source),
        };
        self.constants.push(UsedConstant {
            name: Cow::Owned(format!("relay.{}.{key}", family.name)),
            value,
            source,
            overrides: default.filter(|_| changed),
        });
    }

    /// Everything that was read, with the source of each.
    pub fn values(&self) -> Vec<UsedConstant> {
        let family = self.layers.family.map_or("", |family| family.name);
        let one = |(key, text): (&&'static str, &String)| {
            let name = format!("relay.{family}.{key}");
            let given = self.constants.iter().find(|one| one.name == name);
            let left = self.defaults.iter();
            let left = left.filter_map(|text| text.split_once(": relay."));
            let mut left = left.filter_map(|(_, text)| text.split_once(' '));
            let source = match given {
                Some(given) => given.source.clone(),
                None if left.any(|(known, _)| known == *key) => Cow::Borrowed(DEFAULT),
                None => Cow::Borrowed(OWN),
            };
            UsedConstant {
                name: Cow::Borrowed(*key),
                value: text.trim_matches('"').to_owned(),
                source,
                overrides: given.and_then(|given| given.overrides.clone()),
            }
        };
        self.texts.iter().map(one).collect()
    }

    /// Everything that was read, as an inline table.
    pub fn text(&self, relay: &RelaySpec) -> String {
        let mut keys = Vec::new();
        if let Some(profile) = &relay.profile {
            keys.push(format!("profile = {}", quoted(&profile.value)));
        }
        let mut inner: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (key, value) in &self.texts {
            match key.split_once('.') {
                None => keys.push(format!("{key} = {value}")),
                Some((outer, name)) => inner
                    .entry(outer)
                    .or_default()
                    .push(format!("{name} = {value}")),
            }
        }
        let tables = inner.into_iter();
        keys.extend(tables.map(|(outer, all)| format!("{outer} = {{ {} }}", all.join(", "))));
        let mut lost: Vec<[u64; 2]> = relay
            .time_lost
            .iter()
            .map(|(at, lasts)| [at.value, *lasts])
            .collect();
        lost.sort_unstable();
        let lost = lost.into_iter().map(|times| {
            let [at, lasts] = times.map(|time| quoted(&format(time, &TIME)));
            format!("{{ at = {at}, lasts = {lasts} }}")
        });
        let lost: Vec<String> = lost.collect();
        if !lost.is_empty() {
            keys.push(format!("time_lost = [{}]", lost.join(", ")));
        }
        format!("{{ {} }}", keys.join(", "))
    }
}
