//! Paths of axes: `circuit["87L KEE-ELL"].payload`, `topology.link[medium=microwave].rate`.
//!
//! Keys are joined by dots. A list is followed by what chooses its elements: `[*]` all of them,
//! `["NAME"]` those of this name, where `*` stands for any text, `[key=value]` those in which that
//! is written (in an array: among others; the key may lead deeper: `[pattern.kind=cbr]`), `[3]`
//! the fourth.

use std::fmt;
use std::ops::Range;

/// A path as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// At least one.
    pub segments: Vec<Segment>,
}

/// A key, and what chooses elements where it holds a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The key.
    pub key: String,
    /// Which elements of its list.
    pub selector: Option<Selector>,
    /// Octets of the path's text that hold the key.
    pub key_span: Range<usize>,
    /// Octets of the path's text that hold the key and what chooses.
    pub span: Range<usize>,
}

/// What chooses elements of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selector {
    /// `[*]`
    All,
    /// `["office LAN*"]`: a name, in which `*` stands for any text.
    Named(String),
    /// `[scheme=87L]`: a key and the text or number written there.
    Where(String, String),
    /// `[3]`: counted from 0.
    Index(usize),
}

/// Why a text is no path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathFault {
    /// Octets of the text.
    pub span: Range<usize>,
    /// What is wrong there.
    pub title: String,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        let mut scanner = Scanner { text, at: 0 };
        let mut segments = vec![scanner.segment()?];
        while scanner.at < text.len() {
            if !scanner.take('.') {
                return Err(scanner.fault("expected `.` or `[`"));
            }
            segments.push(scanner.segment()?);
        }
        Ok(Self { segments })
    }

    /// Its last key.
    #[must_use]
    pub fn last_key(&self) -> &str {
        &self.segments.last().expect("at least one").key
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.segments.iter().enumerate() {
            let dot = if place > 0 { "." } else { "" };
            write!(out, "{dot}{}", segment.key)?;
            if let Some(selector) = &segment.selector {
                write!(out, "{selector}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => write!(out, "[*]"),
            Self::Named(name) => write!(out, "[{}]", quoted(name)),
            Self::Where(key, value) if bare(value) => write!(out, "[{key}={value}]"),
            Self::Where(key, value) => write!(out, "[{key}={}]", quoted(value)),
            Self::Index(index) => write!(out, "[{index}]"),
        }
    }
}

/// A text in quotes, as paths write it.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn bare(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !matches!(c, ']' | '"' | '\'' | '\\');
    !text.is_empty() && text.trim() == text && text.chars().all(plain)
}

/// Whether a name is as a pattern says, in which `*` stands for any text.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().expect("a split has a part");
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn fault(&self, title: &str) -> PathFault {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        PathFault {
            span: self.at..self.at + width,
            title: title.into(),
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn spaces(&mut self) {
        while self.take(' ') {}
    }

    fn word(&mut self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let rest = self.rest();
        let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }

    fn segment(&mut self) -> Result<Segment, PathFault> {
        let start = self.at;
        let key = self.word();
        if key.is_empty() {
            return Err(self.fault("expected a key"));
        }
        let key_span = start..self.at;
        let selector = if self.take('[') {
            Some(self.selector()?)
        } else {
            None
        };
        Ok(Segment {
            key,
            selector,
            key_span,
            span: start..self.at,
        })
    }

    /// What stands between brackets, the first of which is taken.
    fn selector(&mut self) -> Result<Selector, PathFault> {
        self.spaces();
        let selector = if self.take('*') {
            Selector::All
        } else if self.rest().starts_with(['"', '\'']) {
            Selector::Named(self.quoted()?)
        } else {
            let start = self.at;
            let mut word = self.word();
            while self.rest().starts_with('.') && !word.is_empty() {
                self.at += 1;
                word = format!("{word}.{}", self.word());
            }
            self.spaces();
            if self.take('=') {
                self.spaces();
                Selector::Where(word, self.value()?)
            } else {
                let digits = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit());
                let index = word.parse().ok().filter(|_| digits);
                Selector::Index(index.ok_or_else(|| PathFault {
                    span: start..self.at.max(start),
                    title: "expected `*`, a name in quotes, `key=value` or a number".into(),
                })?)
            }
        };
        self.spaces();
        if self.take(']') {
            Ok(selector)
        } else {
            Err(self.fault("expected `]`"))
        }
    }

    fn value(&mut self) -> Result<String, PathFault> {
        if self.rest().starts_with(['"', '\'']) {
            return self.quoted();
        }
        let rest = self.rest();
        let end = rest.find(']').unwrap_or(rest.len());
        let value = rest[..end].trim_end().to_owned();
        self.at += end;
        if value.is_empty() {
            return Err(self.fault("expected a value"));
        }
        Ok(value)
    }

    fn quoted(&mut self) -> Result<String, PathFault> {
        let start = self.at;
        let mut characters = self.rest().char_indices();
        let quote = characters.next().map(|(_, c)| c);
        let mut name = String::new();
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => name.extend(characters.next().map(|(_, c)| c)),
                c if Some(c) == quote => {
                    self.at += at + c.len_utf8();
                    return Ok(name);
                }
                c => name.push(c),
            }
        }
        Err(PathFault {
            span: start..self.text.len(),
            title: "this quote is not closed".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Vec<(String, Option<Selector>)> {
        let path = Path::parse(text).expect(text);
        let pair = |segment: Segment| (segment.key, segment.selector);
        path.segments.into_iter().map(pair).collect()
    }

    #[test]
    fn a_path_is_keys_and_what_chooses_elements_of_lists() {
        let named = |name: &str| Some(Selector::Named(name.into()));
        assert_eq!(
            parsed(r#"circuit["87L KEE-ELL"].payload"#),
            [
                ("circuit".into(), named("87L KEE-ELL")),
                ("payload".into(), None)
            ]
        );
        assert_eq!(
            parsed("topology.link[medium=leased-line].rate.a-z"),
            [
                ("topology".into(), None),
                (
                    "link".into(),
                    Some(Selector::Where("medium".into(), "leased-line".into()))
                ),
                ("rate".into(), None),
                ("a-z".into(), None),
            ]
        );
        assert_eq!(parsed("event[3]")[0].1, Some(Selector::Index(3)));
        assert_eq!(parsed("event[ * ].at")[0].1, Some(Selector::All));
        let quotes = r#"flow['a "b" ].c']"#;
        assert_eq!(parsed(quotes)[0].1, named(r#"a "b" ].c"#));
        assert_eq!(
            parsed("flow[class = BE ]")[0].1,
            Some(Selector::Where("class".into(), "BE".into()))
        );
    }

    #[test]
    fn what_is_no_path_is_refused_where_it_ends_to_be_one() {
        for (text, span, title) in [
            ("", 0..0, "expected a key"),
            ("circuit.", 8..8, "expected a key"),
            ("circuit[*]payload", 10..11, "expected `.` or `[`"),
            ("circuit[*", 9..9, "expected `]`"),
            ("circuit[\"a].b", 8..13, "this quote is not closed"),
            (
                "circuit[-1]",
                8..10,
                "expected `*`, a name in quotes, `key=value` or a number",
            ),
            ("circuit[scheme=]", 15..16, "expected a value"),
            ("größe", 2..4, "expected `.` or `[`"),
        ] {
            let fault = Path::parse(text).expect_err(text);
            assert_eq!((fault.span, fault.title.as_str()), (span, title), "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text_or_none() {
        for (pattern, name, want) in [
            ("office LAN*", "office LAN A-B", true),
            ("office LAN*", "office LAN", true),
            ("*A-B", "office LAN A-B", true),
            ("of*LAN*B", "office LAN A-B", true),
            ("a*a", "a", false),
            ("87L", "87L KEE", false),
            ("*", "", true),
            ("a*b*c", "a-c-b", false),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_is_written_the_same(text: String) {
            if let Ok(path) = Path::parse(&text) {
                let again = Path::parse(&path.to_string()).expect("what it writes is a path");
                prop_assert_eq!(path.to_string(), again.to_string());
            }
        }

        #[test]
        fn every_name_is_found_again(name in "[^\\p{Cc}]{0,20}") {
            let path = Path::parse(&format!("flow[{}].class", quoted(&name))).expect("a path");
            let selector = Some(Selector::Named(name));
            prop_assert_eq!(&path.segments[0].selector, &selector);
        }
    }
}
