//! From words to steps: names looked up, measures checked.

use std::ops::Range;

use super::lexer::{Token, tokens};
use super::measure::{Measure, scale_of};
use super::{Action, Comparison, FilterFault, Operator, Step};
use crate::batch::axis::{Axis, Levels};
use crate::scenario::decode::shown;
use crate::scenario::nearest::nearest;

/// Most parentheses, `not` and signs within one another.
const DEPTH_MAX: usize = 64;

/// The steps that decide a condition.
///
/// # Errors
/// What cannot be understood, and where.
pub fn parse(text: &str, axes: &[Axis]) -> Result<Vec<Step>, FilterFault> {
    let mut parser = Parser {
        axes,
        tokens: tokens(text)?,
        at: 0,
        steps: Vec::new(),
        depth: 0,
    };
    if let Token::End = parser.token() {
        let title = "an empty condition".into();
        return Err(FilterFault::new(0..text.len(), title));
    }
    let whole = parser.alternatives()?;
    if !matches!(parser.token(), Token::End) {
        return Err(parser.unexpected("`and`, `or` or the end"));
    }
    truth(&whole)?;
    Ok(parser.steps)
}

struct Parser<'t> {
    axes: &'t [Axis],
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    steps: Vec<Step>,
    depth: usize,
}

/// What part of a condition comes to.
#[derive(Clone, Debug)]
struct Operand {
    kind: Kind,
    /// Where it stands.
    span: Range<usize>,
    /// The axis, where it is one and nothing else.
    axis: Option<usize>,
}

#[derive(Clone, Debug)]
enum Kind {
    Number(Measure),
    Truth,
    /// The label of the axis.
    Label,
    Text(String),
}

type Parsed = Result<Operand, FilterFault>;

impl Parser<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    /// Goes on if the word is one of these: which one.
    fn accept<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        let word = match self.token() {
            Token::Name(name) => name.as_str(),
            Token::Sign(sign) => sign,
            _ => return None,
        };
        let found = words.iter().find(|known| known.0 == word)?.1;
        self.at += 1;
        Some(found)
    }

    fn push(&mut self, action: Action, span: &Range<usize>) {
        self.steps.push(Step {
            action,
            span: span.clone(),
        });
    }

    fn unexpected(&self, wanted: &str) -> FilterFault {
        let title = match self.token() {
            Token::End => format!("the condition ends where {wanted} is expected"),
            _ => format!("expected {wanted}"),
        };
        FilterFault::new(self.span(), title)
    }

    fn alternatives(&mut self) -> Parsed {
        let mut left = self.all_of()?;
        while self.accept(&[("or", ())]).is_some() {
            left = self.decided(&left, true, Self::all_of)?;
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Parsed {
        let mut left = self.negation()?;
        while self.accept(&[("and", ())]).is_some() {
            left = self.decided(&left, false, Self::negation)?;
        }
        Ok(left)
    }

    /// The right side of `or` and `and`, passed over where the left side is `by`.
    fn decided(&mut self, left: &Operand, by: bool, right: fn(&mut Self) -> Parsed) -> Parsed {
        truth(left)?;
        let jump = self.steps.len();
        self.push(Action::Decided(by, 0), &left.span);
        let right = right(self)?;
        truth(&right)?;
        self.steps[jump].action = Action::Decided(by, self.steps.len());
        Ok(operand(Kind::Truth, left.span.start..right.span.end))
    }

    fn negation(&mut self) -> Parsed {
        let start = self.span().start;
        if self.accept(&[("not", ())]).is_none() {
            return self.comparison();
        }
        let inner = self.deeper(Self::negation)?;
        truth(&inner)?;
        let span = start..inner.span.end;
        self.push(Action::Not, &span);
        Ok(operand(Kind::Truth, span))
    }

    /// Parses what is one level further in.
    fn deeper(&mut self, inner: fn(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let title = format!("more than {DEPTH_MAX} levels within one another");
            return Err(FilterFault::new(self.span(), title));
        }
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn comparison(&mut self) -> Parsed {
        let first_step = self.steps.len();
        let left = self.sum()?;
        let place = self.span();
        let Some(comparison) = self.accept(&COMPARISONS) else {
            return Ok(left);
        };
        let right = self.sum()?;
        let span = left.span.start..right.span.end;
        match (&left.kind, &right.kind) {
            (Kind::Number(one), Kind::Number(other)) => {
                if one != other {
                    return Err(unlike("compares", &left, *one, &right, *other));
                }
                self.push(Action::Compare(comparison), &span);
            }
            (Kind::Truth, _) | (_, Kind::Truth) => {
                let title = "a condition is compared".into();
                return Err(FilterFault::new(span, title)
                    .help("write `a < b and b < c` for what lies between two values"));
            }
            _ => {
                let wanted = match comparison {
                    Comparison::Equal => true,
                    Comparison::Different => false,
                    _ => {
                        let title = "texts have no order".into();
                        return Err(FilterFault::new(place, title).help("write `==` or `!=`"));
                    }
                };
                // Labels are compared as they are: what was to put numbers is not needed.
                self.steps.truncate(first_step);
                let action = self.labels(&left, &right, wanted)?;
                self.push(action, &span);
            }
        }
        if self.accept(&COMPARISONS).is_some() {
            let title = "comparisons do not chain".into();
            let place = self.tokens[self.at - 1].1.clone();
            return Err(FilterFault::new(place, title).help("write `a < b and b < c`"));
        }
        Ok(operand(Kind::Truth, span))
    }

    /// A comparison with a text.
    fn labels(&self, left: &Operand, right: &Operand, wanted: bool) -> Result<Action, FilterFault> {
        match (&left.kind, left.axis, &right.kind, right.axis) {
            (_, Some(axis), Kind::Text(text), _) => self.label(axis, text, &right.span, wanted),
            (Kind::Text(text), _, _, Some(axis)) => self.label(axis, text, &left.span, wanted),
            (Kind::Label, Some(one), Kind::Label, Some(other)) => {
                Ok(Action::LabelsEqual([one, other], wanted))
            }
            (Kind::Text(one), _, Kind::Text(other), _) => {
                Ok(Action::Truth((one == other) == wanted))
            }
            _ => {
                let title = "compares a text with a number".into();
                Err(FilterFault::new(left.span.start..right.span.end, title))
            }
        }
    }

    /// Whether an axis has this label.
    fn label(
        &self,
        axis: usize,
        text: &str,
        span: &Range<usize>,
        wanted: bool,
    ) -> Result<Action, FilterFault> {
        let name = shown(&self.axes[axis].name);
        let Levels::Each(each) = &self.axes[axis].levels else {
            let title = format!("axis \"{name}\" has numbers of a range, and no labels");
            return Err(FilterFault::new(span.clone(), title).help("leave out the quotes"));
        };
        if each.iter().any(|level| level.label == text) {
            return Ok(Action::LabelIs(axis, text.to_owned(), wanted));
        }
        let labels = || each.iter().map(|level| level.label.as_str());
        let help = match nearest(text, labels()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => {
                let some: Vec<String> = labels().take(6).map(shown).collect();
                let more = if each.len() > 6 { ", …" } else { "" };
                format!("its values are {}{more}", some.join(", "))
            }
        };
        let title = format!("no value of axis \"{name}\" is \"{}\"", shown(text));
        Err(FilterFault::new(span.clone(), title).help(help))
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let signs = [("+", Operator::Plus), ("-", Operator::Minus)];
            let Some(operator) = self.accept(&signs) else {
                return Ok(left);
            };
            let right = self.product()?;
            let (one, other) = (number(&left)?, number(&right)?);
            if one != other {
                return Err(unlike("combines", &left, one, &right, other));
            }
            let span = left.span.start..right.span.end;
            self.push(Action::Calculate(operator), &span);
            left = operand(Kind::Number(one), span);
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.signed()?;
        loop {
            let signs = [("*", Operator::Times), ("/", Operator::DividedBy)];
            let Some(operator) = self.accept(&signs) else {
                return Ok(left);
            };
            let right = self.signed()?;
            let (one, other) = (number(&left)?, number(&right)?);
            let span = left.span.start..right.span.end;
            let measure = match operator {
                Operator::Times => one.times(other),
                _ => one.divided_by(other),
            };
            let Some(measure) = measure else {
                let title = "more than a hundred quantities are multiplied".into();
                return Err(FilterFault::new(span, title));
            };
            self.push(Action::Calculate(operator), &span);
            left = operand(Kind::Number(measure), span);
        }
    }

    fn signed(&mut self) -> Parsed {
        let sign = self.span();
        if self.accept(&[("-", ())]).is_none() {
            return self.value();
        }
        let inner = self.deeper(Self::signed)?;
        let measure = number(&inner)?;
        let span = sign.start..inner.span.end;
        self.push(Action::Negate, &span);
        Ok(operand(Kind::Number(measure), span))
    }

    fn value(&mut self) -> Parsed {
        let span = self.span();
        let operand = match self.token().clone() {
            Token::Quantity(ratio, measure) => {
                self.push(Action::Number(ratio), &span);
                operand(Kind::Number(measure), span)
            }
            Token::Text(text) => operand(Kind::Text(text), span),
            Token::Name(word) if matches!(word.as_str(), "and" | "or" | "not") => {
                return Err(self.unexpected("a value"));
            }
            Token::Name(name) | Token::Quoted(name) => self.name(&name, span)?,
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.deeper(Self::alternatives)?;
                if !matches!(self.token(), Token::Sign(")")) {
                    return Err(self.unexpected("`)`"));
                }
                Operand {
                    span: span.start..self.span().end,
                    ..inner
                }
            }
            Token::Sign(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.at += 1;
        Ok(operand)
    }

    /// The value of an axis.
    fn name(&mut self, name: &str, span: Range<usize>) -> Parsed {
        let Some(axis) = self.axes.iter().position(|axis| axis.name == name) else {
            if let "true" | "false" = name {
                return Ok(operand(Kind::Text(name.to_owned()), span));
            }
            return Err(self.unknown(name, span));
        };
        let numbers = match &self.axes[axis].levels {
            Levels::Each(each) => each.iter().all(|level| level.number.is_some()),
            Levels::Range(_) => true,
        };
        let kind = if numbers {
            let scale = scale_of(self.axes[axis].dimension);
            self.push(Action::Axis(axis, scale.top, scale.bottom), &span);
            Kind::Number(scale.measure)
        } else {
            Kind::Label
        };
        Ok(Operand {
            kind,
            span,
            axis: Some(axis),
        })
    }

    fn unknown(&self, name: &str, span: Range<usize>) -> FilterFault {
        let names = || self.axes.iter().map(|axis| axis.name.as_str());
        let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let begun = names().find(|known| !plain(known) && known.starts_with(name));
        let help = if let Some(known) = begun {
            format!("a name with other characters than letters, digits and _: `{known}`")
        } else if let Some(near) = nearest(name, names()) {
            format!("did you mean \"{near}\"?")
        } else if self.axes.is_empty() {
            "this sweep has no axes".into()
        } else {
            let some: Vec<String> = names().take(6).map(shown).collect();
            let more = if self.axes.len() > 6 { ", …" } else { "" };
            format!(
                "the axes are {}{more}; texts stand in quotes",
                some.join(", ")
            )
        };
        FilterFault::new(span, format!("unknown axis \"{}\"", shown(name))).help(help)
    }
}

const COMPARISONS: [(&str, Comparison); 6] = [
    ("<", Comparison::Below),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("!=", Comparison::Different),
];

fn operand(kind: Kind, span: Range<usize>) -> Operand {
    Operand {
        kind,
        span,
        axis: None,
    }
}

/// What a number measures.
fn number(operand: &Operand) -> Result<Measure, FilterFault> {
    let what = match operand.kind {
        Kind::Number(measure) => return Ok(measure),
        Kind::Truth => "a condition",
        Kind::Label | Kind::Text(_) => "a text",
    };
    let title = format!("{what} where a number is calculated with");
    Err(FilterFault::new(operand.span.clone(), title))
}

/// That it is a condition.
fn truth(operand: &Operand) -> Result<(), FilterFault> {
    let (what, help) = match &operand.kind {
        Kind::Truth => return Ok(()),
        Kind::Number(measure) => (
            measure.told(),
            "compare it with something: `buffer >= 2 ms`",
        ),
        Kind::Label | Kind::Text(_) => ("a text".into(), "compare it: `playout == \"prefill\"`"),
    };
    let title = format!("{what} is no condition");
    Err(FilterFault::new(operand.span.clone(), title).help(help))
}

/// That quantities do not measure the same.
fn unlike(
    verb: &str,
    left: &Operand,
    one: Measure,
    right: &Operand,
    other: Measure,
) -> FilterFault {
    let title = format!("`where` {verb} {} with {}", one.told(), other.told());
    let plain = [one, other].contains(&Measure::NUMBER);
    let dimension = one.dimension().or(other.dimension());
    let help = dimension.filter(|_| plain).map(|dimension| {
        format!(
            "write a {} with its unit: {}",
            dimension.name, dimension.example
        )
    });
    FilterFault::new(left.span.start..right.span.end, title).maybe_help(help)
}
