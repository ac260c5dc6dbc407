use super::super::axis::{Level, Levels, Range as AxisRange};
use super::*;
use crate::units::quantity::{Dimension, LENGTH, PER_KILOMETRE, RATE, SHARE, SIZE, TIME};
use proptest::prelude::*;

fn axis(name: &str, dimension: Option<&'static Dimension>, levels: Vec<Level>) -> Axis {
    Axis {
        name: name.into(),
        paths: vec![name.into()],
        targets: 1,
        dimension,
        levels: Levels::Each(levels),
    }
}

fn numbers(name: &str, dimension: Option<&'static Dimension>, numbers: &[i128]) -> Axis {
    let level = |number: &i128| Level::of_number(*number, dimension, 1);
    axis(name, dimension, numbers.iter().map(level).collect())
}

fn words(name: &str, labels: &[&str]) -> Axis {
    let level = |label: &&str| Level {
        label: (*label).into(),
        number: None,
        texts: vec![format!("\"{label}\"")],
    };
    axis(name, None, labels.iter().map(level).collect())
}

const MS: i128 = 1_000_000_000;

/// buffer 2 ms, payload 64 B, rate 2 Mb/s, length 100 km, speed 4.9 us/km, load 50 %, hops 3,
/// play-out "fill-half", model "prefill", flag true, drawn anything up to 8 ms.
fn axes() -> Vec<Axis> {
    let drawn = AxisRange {
        from: 0,
        to: 8 * MS,
        step: 1,
        logarithmic: false,
    };
    vec![
        numbers("buffer", Some(&TIME), &[2 * MS, 8 * MS]),
        numbers("payload", Some(&SIZE), &[64]),
        numbers("rate", Some(&RATE), &[2_000_000]),
        numbers("length", Some(&LENGTH), &[100_000_000]),
        numbers("speed", Some(&PER_KILOMETRE), &[4_900_000]),
        numbers("load", Some(&SHARE), &[500_000_000]),
        numbers("hops", None, &[3]),
        words("play-out", &["fill-half", "prefill"]),
        words("model", &["prefill", "other"]),
        words("flag", &["true", "false"]),
        Axis {
            levels: Levels::Range(drawn),
            ..numbers("drawn", Some(&TIME), &[])
        },
    ]
}

/// The first value of every axis.
fn first(axes: &[Axis]) -> Point {
    let level = |axis: &Axis| match &axis.levels {
        Levels::Each(each) => each[0].clone(),
        Levels::Range(range) => Level::of_number(range.at(0), axis.dimension, axis.targets),
    };
    Point {
        levels: axes.iter().map(level).collect(),
    }
}

#[track_caller]
fn holds(text: &str) -> bool {
    let axes = axes();
    let filter = Filter::parse(text, &axes).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    filter.holds(&first(&axes)).unwrap()
}

#[test]
fn quantities_are_compared_exactly_whatever_their_unit() {
    for text in [
        "buffer == 2 ms",
        "buffer == 2000 us",
        "buffer >= 0.002 s",
        "buffer < 2.000000001 ms",
        "payload * 2 <= 128 B",
        "payload == 0.064 kB",
        "rate == 2 Mb/s and rate > 1.999999 Mb/s",
        "load == 50 %",
        "load == 0.5",
        "load == 500000 ppm",
        "hops == 3",
        "-hops == 0 - 3",
        "hops / 7 * 7 == hops",
        "1 / 3 + 1 / 3 + 1 / 3 == 1",
        "drawn == 0 ms",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        "buffer != 2 ms",
        "buffer > 2 ms",
        "load < 50 %",
        "hops * 2 <= 5.999999",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn measures_follow_from_multiplying_and_dividing() {
    for text in [
        // 64 octets every 2 ms are 256 kb/s.
        "payload / buffer == 256 kb/s",
        // 100 km at 4.9 us/km are 490 us.
        "length * speed == 490 us",
        "speed * length / buffer == 0.245",
        // 2 Mb/s for 2 ms are 4000 bits.
        "rate * buffer == 500 B",
        "60 Hz * buffer == 12 / 100",
        "buffer * buffer > buffer * 1 ms",
        "buffer * load == 1 ms",
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn not_binds_closest_then_and_then_or() {
    assert!(holds("hops == 3 or hops == 4 and hops == 5"));
    assert!(!holds("(hops == 3 or hops == 4) and hops == 5"));
    assert!(!holds("not hops == 3 and hops == 4"));
    assert!(holds("not (hops == 3 and hops == 4)"));
    assert!(holds("not not hops == 3"));
    assert!(holds("hops - 1 - 1 == 1"));
    assert!(holds("hops / 3 / 3 * 3 == 1"));
    assert!(holds("1 + 2 * hops == 7"));
    assert!(holds("(1 + 2) * hops == 9"));
    assert!(holds("- - hops == 3"));
}

#[test]
fn axes_are_compared_with_their_labels() {
    for text in [
        "`play-out` == \"fill-half\"",
        "`play-out` != 'prefill'",
        "'prefill' == model",
        "`play-out` != model",
        "buffer == '2 ms'",
        "flag == true",
        "not (flag == false)",
        "'a' != 'b'",
        "(model) == \"prefill\"",
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn the_right_side_is_looked_at_only_where_it_decides() {
    assert!(!holds("hops - 3 != 0 and 1 / (hops - 3) > 1"));
    assert!(holds("hops - 3 == 0 or 1 / (hops - 3) > 1"));
}

#[test]
fn what_depends_on_the_point_is_a_fault_there() {
    let axes = axes();
    let fault = |text| {
        let filter = Filter::parse(text, &axes).unwrap();
        filter.holds(&first(&axes)).unwrap_err()
    };
    let zero = fault("hops == 3 and 1 / (hops - 3) > 1");
    assert_eq!(zero.title, "`where` divides by zero");
    assert_eq!(zero.span, 14..28);
    let large = "hops * 18446744073709551615 * 18446744073709551615 > 1";
    assert_eq!(fault(large).title, "`where` meets a number beyond 128 bits");
}

#[test]
fn faults_have_a_place_and_say_what_would_be_right() {
    for (text, marked, title, help) in [
        ("", "", "an empty condition", ""),
        ("  ", "  ", "an empty condition", ""),
        (
            "bufer > 2 ms",
            "bufer",
            "unknown axis \"bufer\"",
            "did you mean \"buffer\"?",
        ),
        (
            "play-out == 'prefill'",
            "play",
            "unknown axis \"play\"",
            "a name with other characters than letters, digits and _: `play-out`",
        ),
        (
            "`play_out` == 'x'",
            "`play_out`",
            "unknown axis \"play_out\"",
            "did you mean \"play-out\"?",
        ),
        (
            "colour == 'x'",
            "colour",
            "unknown axis \"colour\"",
            "the axes are buffer, payload, rate, length, speed, load, …; texts stand in quotes",
        ),
        (
            "buffer > 64 B",
            "buffer > 64 B",
            "`where` compares a time with a size",
            "",
        ),
        (
            "buffer > 2",
            "buffer > 2",
            "`where` compares a time with a number",
            "write a time with its unit: 2.5 ms",
        ),
        (
            "buffer + payload > 2 ms",
            "buffer + payload",
            "`where` combines a time with a size",
            "",
        ),
        (
            "buffer > 2 mss",
            "mss",
            "\"mss\" is no unit",
            "did you mean \"ms\"? To multiply, write 2 * mss",
        ),
        (
            "hops > 2 hops",
            "hops",
            "\"hops\" is no unit",
            "to multiply, write 2 * hops",
        ),
        (
            "hops",
            "hops",
            "a number is no condition",
            "compare it with something: `buffer >= 2 ms`",
        ),
        (
            "hops > 2 and buffer",
            "buffer",
            "a time is no condition",
            "compare it with something: `buffer >= 2 ms`",
        ),
        (
            "flag",
            "flag",
            "a text is no condition",
            "compare it: `playout == \"prefill\"`",
        ),
        (
            "model == 'prefil'",
            "'prefil'",
            "no value of axis \"model\" is \"prefil\"",
            "did you mean \"prefill\"?",
        ),
        (
            "model == 'zebra'",
            "'zebra'",
            "no value of axis \"model\" is \"zebra\"",
            "its values are prefill, other",
        ),
        (
            "drawn == '2 ms'",
            "'2 ms'",
            "axis \"drawn\" has numbers of a range, and no labels",
            "leave out the quotes",
        ),
        (
            "model < 'prefill'",
            "<",
            "texts have no order",
            "write `==` or `!=`",
        ),
        (
            "model == 3",
            "model == 3",
            "compares a text with a number",
            "",
        ),
        (
            "model + 3 > 1",
            "model",
            "a text where a number is calculated with",
            "",
        ),
        (
            "1 < hops < 4",
            "<",
            "comparisons do not chain",
            "write `a < b and b < c`",
        ),
        (
            "(1 < hops) < 4",
            "(1 < hops) < 4",
            "a condition is compared",
            "write `a < b and b < c` for what lies between two values",
        ),
        ("hops = 3", "=", "\"=\" has no meaning here", "write `==`"),
        (
            "hops > 1 && hops < 3",
            "&&",
            "\"&&\" has no meaning here",
            "write `and`",
        ),
        ("hops ≥ 3", "≥", "\"≥\" has no meaning here", "write `>=`"),
        ("hops > 1 ? 2", "?", "\"?\" has no meaning here", ""),
        (
            "hops > 1e3",
            "e3",
            "\"e3\" is no unit",
            "to multiply, write 1 * e3",
        ),
        ("hops > 1.2.3", "1.2.3", "\"1.2.3\" is no number", ""),
        (
            "hops > 99999999999999999999",
            "99999999999999999999",
            "this number has more digits than 64 bits hold",
            "",
        ),
        (
            "model == \"prefill",
            "\"prefill",
            "nothing closes this \"",
            "",
        ),
        (
            "(hops > 1",
            "",
            "the condition ends where `)` is expected",
            "",
        ),
        ("hops > 1)", ")", "expected `and`, `or` or the end", ""),
        (
            "hops >",
            "",
            "the condition ends where a value is expected",
            "",
        ),
        ("and hops", "and", "expected a value", ""),
    ] {
        let fault = Filter::parse(text, &axes()).unwrap_err();
        assert_eq!(fault.title, title, "{text}");
        assert_eq!(fault.help.as_deref().unwrap_or(""), help, "{text}");
        assert_eq!(&text[fault.span.clone()], marked, "{text}");
    }
    let second = Filter::parse("1 < hops < 4", &axes()).unwrap_err();
    assert_eq!(second.span, 9..10);
}

#[test]
fn no_condition_is_too_long_or_too_deep_for_memory() {
    let long = format!("hops{} == 100003", " + 1".repeat(100_000));
    assert!(holds(&long));
    let many = vec!["hops == 3"; 50_000].join(" and ");
    assert!(holds(&many));
    for deep in ["(", "not ", "-"] {
        let fault = Filter::parse(&deep.repeat(100_000), &axes()).unwrap_err();
        assert!(
            fault.title.starts_with("more than 64 levels"),
            "{}",
            fault.title
        );
    }
}

/// A condition over three plain numbers, as text and as what it means.
#[derive(Clone, Debug)]
enum Sum {
    Axis(usize),
    Number(i32),
    Plus(Box<Sum>, Box<Sum>),
    Minus(Box<Sum>, Box<Sum>),
    Times(Box<Sum>, Box<Sum>),
    Divided(Box<Sum>, Box<Sum>),
}

/// Small fractions in machine words: numerator and denominator; `None` by zero.
fn meaning(sum: &Sum, values: &[i128; 3]) -> Option<(i128, i128)> {
    let both = |left, right| Some((meaning(left, values)?, meaning(right, values)?));
    let (top, bottom) = match sum {
        Sum::Axis(axis) => (values[*axis], 1),
        Sum::Number(number) => (i128::from(*number), 1),
        Sum::Plus(a, b) => both(a, b).map(|((a, b), (c, d))| (a * d + c * b, b * d))?,
        Sum::Minus(a, b) => both(a, b).map(|((a, b), (c, d))| (a * d - c * b, b * d))?,
        Sum::Times(a, b) => both(a, b).map(|((a, b), (c, d))| (a * c, b * d))?,
        Sum::Divided(a, b) => both(a, b).map(|((a, b), (c, d))| (a * d, b * c))?,
    };
    (bottom != 0).then_some((top * bottom.signum(), bottom.abs()))
}

fn text(sum: &Sum) -> String {
    match sum {
        Sum::Axis(axis) => ["a", "b", "c"][*axis].into(),
        Sum::Number(number) => number.to_string(),
        Sum::Plus(a, b) => format!("({} + {})", text(a), text(b)),
        Sum::Minus(a, b) => format!("({} - {})", text(a), text(b)),
        Sum::Times(a, b) => format!("{} * {}", text(a), text(b)),
        // What is divided by is multiplied out first only in parentheses.
        Sum::Divided(a, b) => format!("({} / ({}))", text(a), text(b)),
    }
}

fn sums() -> impl Strategy<Value = Sum> {
    let leaf = prop_oneof![
        (0..3_usize).prop_map(Sum::Axis),
        (0..20).prop_map(Sum::Number)
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner);
        prop_oneof![
            pair.clone()
                .prop_map(|(a, b)| Sum::Plus(a.into(), b.into())),
            pair.clone()
                .prop_map(|(a, b)| Sum::Minus(a.into(), b.into())),
            pair.clone()
                .prop_map(|(a, b)| Sum::Times(a.into(), b.into())),
            pair.prop_map(|(a, b)| Sum::Divided(a.into(), b.into())),
        ]
    })
}

proptest! {
    #[test]
    fn conditions_mean_what_fractions_say(
        left in sums(), right in sums(), sign in 0..6_usize, values: [i8; 3],
    ) {
        let values = values.map(i128::from);
        let axes: Vec<Axis> = ["a", "b", "c"]
            .iter()
            .zip(values)
            .map(|(name, value)| numbers(name, None, &[value]))
            .collect();
        let word = ["<", "<=", ">", ">=", "==", "!="][sign];
        let condition = format!("{} {word} {}", text(&left), text(&right));
        let filter = Filter::parse(&condition, &axes).unwrap();
        let got = filter.holds(&first(&axes));
        let both = (meaning(&left, &values), meaning(&right, &values));
        if let (Some((a, b)), Some((c, d))) = both {
            let (left, right) = (a * d, c * b);
            let want = [
                left < right, left <= right, left > right, left >= right, left == right,
                left != right,
            ][sign];
            prop_assert_eq!(got, Ok(want), "{}", condition);
        } else {
            prop_assert_eq!(got.unwrap_err().title, "`where` divides by zero");
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = Filter::parse(&text, &axes());
    }

    #[test]
    fn no_words_in_any_order_make_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "buffer", "hops", "model", "`play-out`", "drawn", "flag", "true", "and", "or", "not",
            "(", ")", "+", "-", "*", "/", "<", "<=", "==", "!=", "2 ms", "64 B", "3", "0", "50 %",
            "'prefill'", "\"other\"", "ms", "é", "`", "'",
        ]), 0..12),
    ) {
        let axes = axes();
        if let Ok(filter) = Filter::parse(&words.join(" "), &axes) {
            let _ = filter.holds(&first(&axes));
        }
    }
}
