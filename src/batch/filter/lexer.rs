//! A condition cut into words.

use std::ops::Range;

use super::FilterFault;
use super::measure::{self, Measure};
use super::ratio::Ratio;
use crate::scenario::decode::shown;
use crate::scenario::nearest::nearest;

/// A word of a condition.
#[derive(Clone, Debug)]
pub enum Token {
    /// A number, with its unit if it has one.
    Quantity(Ratio, Measure),
    /// Text in quotes.
    Text(String),
    /// A name; `and`, `or`, `not`, `true` and `false` too.
    Name(String),
    /// A name in backticks: never a word of the language.
    Quoted(String),
    /// An operator or a parenthesis.
    Sign(&'static str),
    /// Nothing more.
    End,
}

/// Longest first where one begins another.
const SIGNS: [&str; 12] = [
    "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")",
];
/// What other languages write, and what it is here.
const FOREIGN: [(&str, &str); 8] = [
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
    ("=", "=="),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("&", "and"),
];

/// Words with their places, the last one [`Token::End`].
///
/// # Errors
/// What is no word.
pub fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, FilterFault> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(&text[at..], first, at)?;
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

/// The word that `rest` begins with, and how long it is; `at` is where `rest` begins.
fn token(rest: &str, first: char, at: usize) -> Result<(Token, usize), FilterFault> {
    if first.is_ascii_digit() {
        return quantity(rest, at);
    }
    if is_word(first) {
        let word = leading(rest, is_word);
        return Ok((Token::Name(word.to_owned()), word.len()));
    }
    if let '"' | '\'' | '`' = first {
        let Some(end) = rest[1..].find(first) else {
            let title = format!("nothing closes this {first}");
            return Err(FilterFault::new(at..at + rest.len(), title));
        };
        let inside = rest[1..=end].to_owned();
        let token = if first == '`' {
            Token::Quoted(inside)
        } else {
            Token::Text(inside)
        };
        return Ok((token, end + 2));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let foreign = FOREIGN.iter().find(|foreign| rest.starts_with(foreign.0));
    let length = foreign.map_or(first.len_utf8(), |foreign| foreign.0.len());
    let title = format!("\"{}\" has no meaning here", shown(&rest[..length]));
    let help = foreign.map(|foreign| format!("write `{}`", foreign.1));
    Err(FilterFault::new(at..at + length, title).maybe_help(help))
}

/// A decimal number and the unit behind it.
fn quantity(rest: &str, at: usize) -> Result<(Token, usize), FilterFault> {
    let number = leading(rest, |c| c.is_ascii_digit() || c == '.');
    let place = at..at + number.len();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || number.ends_with('.') {
        return Err(FilterFault::new(
            place,
            format!("\"{}\" is no number", shown(number)),
        ));
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let value = digits.parse::<u64>().ok().map(i128::from);
    let (Some(value), Ok(scale @ 0..=18)) = (value, u32::try_from(fraction.len())) else {
        let title = "this number has more digits than 64 bits hold";
        return Err(FilterFault::new(place, title.into()));
    };
    let bottom = 10_i128.pow(scale);
    let behind = rest[number.len()..].trim_start();
    if let Some((unit, scale)) = measure::leading_unit(behind) {
        // At most 2^64 · 8.64 · 10^16 and 10^18 · 10^12.
        let ratio = Ratio::new(value * scale.top, bottom * scale.bottom);
        let length = rest.len() - behind.len() + unit.len();
        return Ok((Token::Quantity(ratio, scale.measure), length));
    }
    let word = leading(behind, is_word);
    if word.is_empty() || matches!(word, "and" | "or") {
        let token = Token::Quantity(Ratio::new(value, bottom), Measure::NUMBER);
        return Ok((token, number.len()));
    }
    let start = at + rest.len() - behind.len();
    let title = format!("\"{}\" is no unit", shown(word));
    let product = format!("write {} * {}", shown(number), shown(word));
    let help = match nearest(word, measure::unit_names()) {
        Some(near) => format!("did you mean \"{near}\"? To multiply, {product}"),
        None => format!("to multiply, {product}"),
    };
    Err(FilterFault::new(start..start + word.len(), title).maybe_help(Some(help)))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The characters of this kind that `text` begins with.
fn leading(text: &str, kind: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c: char| !kind(c)).unwrap_or(text.len());
    &text[..end]
}
