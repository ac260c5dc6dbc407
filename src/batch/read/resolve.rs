//! From a path to the places in the files that it leads to.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::path::{Path, Segment, Selector, matches, quoted};
use super::super::template::Step;
use super::grammar_paths;
use super::nodes::{Node, holds, keys_of, list_of, name_of, some_of, tagged, texts_at};
use crate::scenario::fields::{Field, Kind, Variant};
use crate::scenario::nearest::nearest;
use crate::scenario::tables::{SCENARIO, TOPOLOGY};

/// A file that paths lead into.
pub struct Document<'t> {
    /// Its text.
    pub text: &'t str,
    /// Its content.
    pub root: DeTable<'t>,
}

impl<'t> Document<'t> {
    /// Reads a text; what is broken in it is left out.
    pub fn new(text: &'t str) -> Self {
        let (root, _) = DeTable::parse_recoverable(text);
        Self {
            text,
            root: root.into_inner(),
        }
    }
}

/// Both files; the topology where the scenario names one that was read.
pub struct Documents<'t> {
    /// The scenario.
    pub scenario: Document<'t>,
    /// The topology.
    pub topology: Option<Document<'t>>,
}

/// A place that an axis sets.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whether it lies in the topology file.
    pub in_topology: bool,
    /// From the root of its file.
    pub steps: Vec<Step>,
    /// What may stand there.
    pub wanted: Wanted,
    /// What is written there: its TOML, where it is a value of its own.
    pub written: Option<String>,
    /// For messages: `circuit["87L KEE-ELL"].payload`.
    pub shown: String,
}

/// What may stand at a place.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// A value of a kind.
    Kind(&'static Kind),
    /// The word that chooses one of these variants.
    Variant(&'static [Variant]),
}

/// Why a path leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nowhere {
    /// Octets of the path's text.
    pub span: Range<usize>,
    /// What is wrong.
    pub title: String,
    /// At the place.
    pub label: String,
    /// What would be right.
    pub help: Option<String>,
}

/// Every place that a path leads to, in order of the files; at least one.
pub fn resolve(path: &Path, documents: &Documents<'_>) -> Result<Vec<Target>, Nowhere> {
    let root = Spot {
        node: Node::Table(&documents.scenario.root),
        kind: &ROOT,
        in_topology: false,
        steps: Vec::new(),
        shown: String::new(),
        key: "the scenario".into(),
    };
    let mut walk = Walk {
        path,
        documents,
        found: Vec::new(),
    };
    walk.from(root, 0)?;
    Ok(walk.found)
}

static ROOT: Kind = Kind::Table(SCENARIO);
static TOPOLOGY_ROOT: Kind = Kind::Table(TOPOLOGY);

#[derive(Clone)]
struct Spot<'t> {
    node: Node<'t>,
    kind: &'static Kind,
    in_topology: bool,
    steps: Vec<Step>,
    shown: String,
    /// The key that led here, for messages.
    key: String,
}

struct Walk<'t> {
    path: &'t Path,
    documents: &'t Documents<'t>,
    found: Vec<Target>,
}

impl<'t> Walk<'t> {
    /// Goes on from a place with the segment of this number.
    fn from(&mut self, spot: Spot<'t>, number: usize) -> Result<(), Nowhere> {
        let Some(segment) = self.path.segments.get(number) else {
            self.arrive(spot, Wanted::Kind);
            return Ok(());
        };
        if let Some(variants) = tagged(spot.kind).filter(|_| segment.key == "kind") {
            if number + 1 < self.path.segments.len() || segment.selector.is_some() {
                return Err(self.fault(segment, "`kind` is a word, nothing lies below it", None));
            }
            let spot = below(&spot, "kind", spot.kind);
            self.arrive(spot, |_| Wanted::Variant(variants));
            return Ok(());
        }
        let field = self.field(&spot, segment, number)?;
        let mut next = below(&spot, field.key, field.kind);
        let leads_on = number + 1 < self.path.segments.len();
        if spot.steps.is_empty() && !spot.in_topology && field.key == "topology" && leads_on {
            next = self.topology(next, segment)?;
        }
        let Some(selector) = &segment.selector else {
            if leads_on && list_of(next.kind).is_some() && keys_of(next.kind).is_empty() {
                return Err(self.no_selector(&next, segment, number));
            }
            return self.from(next, number + 1);
        };
        for element in self.elements(&next, segment, selector, number)? {
            self.from(element, number + 1)?;
        }
        Ok(())
    }

    fn arrive(&mut self, spot: Spot<'t>, wanted: impl Fn(&'static Kind) -> Wanted) {
        let document = match (spot.in_topology, &self.documents.topology) {
            (true, Some(topology)) => topology,
            _ => &self.documents.scenario,
        };
        let written = match spot.node {
            Node::Value(value) => document.text.get(value.span()),
            _ => None,
        };
        // Tables and lists under headers are not values of their own.
        let whole = |text: &&str| !text.starts_with('[') || text.ends_with(']');
        let header = |text: &&str| text.starts_with("[[") || is_header(text, spot.node);
        let written = written.filter(whole).filter(|text| !header(text));
        self.found.push(Target {
            in_topology: spot.in_topology,
            steps: spot.steps,
            wanted: wanted(spot.kind),
            written: written.map(str::to_owned),
            shown: spot.shown,
        });
    }

    fn fault(&self, segment: &Segment, title: impl Into<String>, help: Option<String>) -> Nowhere {
        Nowhere {
            span: segment.span.clone(),
            title: title.into(),
            label: "leads nowhere".into(),
            help,
        }
    }

    /// The key's field at a place.
    fn field(
        &self,
        spot: &Spot<'t>,
        segment: &Segment,
        number: usize,
    ) -> Result<&'static Field, Nowhere> {
        let written = match spot.node {
            Node::Value(value) if spot.node.table().is_none() => Some(value.get_ref().type_str()),
            _ => None,
        };
        let choices = keys_of(spot.kind);
        if choices.is_empty() {
            let title = format!("`{}` has no keys", spot.key);
            let expected = spot.kind.expectation();
            let help = Some(format!("`{}` is {expected}", spot.shown));
            return Err(self.fault(segment, title, help));
        }
        let known = |fields: &&'static [Field]| {
            let mut fields = fields.iter();
            fields.find(|field| field.key == segment.key)
        };
        let chosen = variant_of(spot);
        let fields = choices
            .iter()
            .filter(|(variant, _)| chosen.is_none() || variant.is_none() || *variant == chosen);
        let fields: Vec<&'static [Field]> = fields.map(|(_, fields)| *fields).collect();
        match fields.iter().find_map(known) {
            Some(_) if written.is_some() => {
                let title = format!("`{}` is not written as a table", spot.shown);
                let help = "only keys of a table that is there, or of one that is left out, can be \
                            set; take the whole as the value";
                Err(self.fault(segment, title, Some(help.into())))
            }
            Some(field) => Ok(field),
            None => Err(self.unknown(spot, segment, number, (&fields, chosen))),
        }
    }

    fn unknown(
        &self,
        spot: &Spot<'t>,
        segment: &Segment,
        number: usize,
        (fields, chosen): (&[&'static [Field]], Option<&str>),
    ) -> Nowhere {
        let mut keys: Vec<&str> = fields
            .iter()
            .flat_map(|f| f.iter())
            .map(|f| f.key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let corrected = |near: &str| {
            let mut path = self.path.clone();
            near.clone_into(&mut path.segments[number].key);
            format!("did you mean `{path}`?")
        };
        let elsewhere = || {
            let near = grammar_paths::nearest_path(self.path)?;
            Some(format!("did you mean `{near}`?"))
        };
        let title = match chosen {
            Some(kind) => format!(
                "`{}` of kind \"{kind}\" has no `{}`",
                spot.shown, segment.key
            ),
            None => format!("unknown key `{}` in a path", segment.key),
        };
        let help = nearest(&segment.key, keys.iter().copied()).map(corrected);
        let listed = || format!("valid keys: {}", keys.join(", "));
        let help = match chosen {
            Some(_) => Some(listed()),
            None => help.or_else(elsewhere).or_else(|| Some(listed())),
        };
        Nowhere {
            span: segment.key_span.clone(),
            label: format!("not a key of {}", spot.key),
            ..self.fault(segment, title, help)
        }
    }

    /// The root of the topology, in a file of its own or inline.
    fn topology(&self, spot: Spot<'t>, segment: &Segment) -> Result<Spot<'t>, Nowhere> {
        if spot.node.table().is_some() {
            return Ok(spot);
        }
        let Some(document) = &self.documents.topology else {
            let title = "there is no topology file that this path could lead into";
            let help = "`topology` of the scenario names one".to_owned();
            return Err(self.fault(segment, title, Some(help)));
        };
        Ok(Spot {
            node: Node::Table(&document.root),
            kind: &TOPOLOGY_ROOT,
            in_topology: true,
            steps: Vec::new(),
            ..spot
        })
    }

    fn no_selector(&self, spot: &Spot<'t>, segment: &Segment, number: usize) -> Nowhere {
        let title = format!("`{}` is a list: say which of its elements", spot.shown);
        let mut path = self.path.clone();
        path.segments[number].selector = Some(Selector::All);
        let help = format!("`{path}` takes all of them");
        self.fault(segment, title, Some(help))
    }

    /// The elements of a list that a selector chooses; at least one.
    fn elements(
        &self,
        spot: &Spot<'t>,
        segment: &Segment,
        selector: &Selector,
        number: usize,
    ) -> Result<Vec<Spot<'t>>, Nowhere> {
        let key = &segment.key;
        let Some(of) = list_of(spot.kind) else {
            let title = format!("`{}` is no list", spot.shown);
            let mut path = self.path.clone();
            path.segments[number].selector = None;
            let help = format!("write `{path}`");
            return Err(self.fault(segment, title, Some(help)));
        };
        let elements: &[Spanned<DeValue<'_>>] = match spot.node {
            Node::Value(value) => value.get_ref().as_array().map_or(&[], |list| list),
            _ => &[],
        };
        if elements.is_empty() {
            let title = format!("there is no {key}");
            let help = Some(format!("no `{key}` is written in the file"));
            return Err(self.fault(segment, title, help));
        }
        if let Selector::Where(wanted, _) = selector {
            let first = wanted.split('.').next().expect("a split has a part");
            let choices = keys_of(of);
            let keys = choices.iter().flat_map(|(_, fields)| fields.iter());
            let keys: Vec<&str> = keys.map(|field| field.key).collect();
            if !keys.contains(&first) {
                let title = format!("unknown key `{first}` in a path");
                let near = nearest(first, keys.iter().copied());
                let listed = || format!("valid keys: {}", keys.join(", "));
                let help = near.map_or_else(listed, |near| format!("did you mean `{near}`?"));
                return Err(self.fault(segment, title, Some(help)));
            }
        }
        let chosen = |(index, element): (usize, &'t Spanned<DeValue<'t>>)| {
            let fits = match selector {
                Selector::All => true,
                Selector::Named(pattern) => {
                    name_of(element).is_some_and(|name| matches(pattern, name))
                }
                Selector::Where(key, value) => holds(element, key, value),
                Selector::Index(wanted) => *wanted == index,
            };
            let mut steps = spot.steps.clone();
            steps.push(Step::Index(index));
            let which = name_of(element).map_or_else(|| index.to_string(), quoted);
            fits.then(|| Spot {
                node: Node::Value(element),
                kind: of,
                steps,
                shown: format!("{}[{which}]", spot.shown),
                ..spot.clone()
            })
        };
        let found: Vec<Spot<'t>> = elements.iter().enumerate().filter_map(chosen).collect();
        if found.is_empty() {
            return Err(self.nothing_chosen(segment, selector, elements, number));
        }
        Ok(found)
    }

    fn nothing_chosen(
        &self,
        segment: &Segment,
        selector: &Selector,
        elements: &[Spanned<DeValue<'_>>],
        number: usize,
    ) -> Nowhere {
        let key = &segment.key;
        let with = |selector: Selector| {
            let mut path = self.path.clone();
            path.segments[number].selector = Some(selector);
            format!("did you mean `{path}`?")
        };
        let (title, help) = match selector {
            Selector::Named(name) => {
                let names: Vec<&str> = elements.iter().filter_map(|one| name_of(one)).collect();
                let near = nearest(name, names.iter().copied());
                let help = match (near, names.is_empty()) {
                    (Some(near), _) => with(Selector::Named(near.to_owned())),
                    (None, true) => format!("no {key} has a name: `{key}[0]` is the first"),
                    (None, false) => format!("there are {}", some_of(&names)),
                };
                (format!("no {key} is called \"{name}\""), help)
            }
            Selector::Where(of, value) => {
                let mut values: Vec<String> = Vec::new();
                for element in elements {
                    values.extend(texts_at(element, of));
                }
                values.sort();
                values.dedup();
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                let near = nearest(value, values.iter().copied());
                let help = match (near, values.is_empty()) {
                    (Some(near), _) => with(Selector::Where(of.clone(), near.to_owned())),
                    (None, true) => format!("no {key} says `{of}`"),
                    (None, false) => format!("there are {}", some_of(&values)),
                };
                (format!("no {key} with {of} = \"{value}\""), help)
            }
            Selector::Index(index) => {
                let last = elements.len() - 1;
                (
                    format!("there is no {key}[{index}]"),
                    format!("the last is `{key}[{last}]`"),
                )
            }
            Selector::All => unreachable!("all of some are some"),
        };
        Nowhere {
            label: "chooses nothing".into(),
            ..self.fault(segment, title, Some(help))
        }
    }
}

fn below<'t>(spot: &Spot<'t>, key: &str, kind: &'static Kind) -> Spot<'t> {
    let mut steps = spot.steps.clone();
    steps.push(Step::Key(key.to_owned()));
    let dot = if spot.shown.is_empty() { "" } else { "." };
    Spot {
        node: spot.node.below(key),
        kind,
        in_topology: spot.in_topology,
        steps,
        shown: format!("{}{dot}{key}", spot.shown),
        key: key.to_owned(),
    }
}

/// Whether a text is the header of what it stands for.
fn is_header(text: &str, node: Node<'_>) -> bool {
    node.table().is_some() && !text.starts_with('{')
}

/// The variant that is written at a place.
fn variant_of<'t>(spot: &Spot<'t>) -> Option<&'t str> {
    tagged(spot.kind)?;
    spot.node.table()?.get("kind")?.get_ref().as_str()
}
