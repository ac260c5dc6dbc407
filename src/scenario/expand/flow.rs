//! A flow, written out.

use super::text::{Text, array};
use crate::scenario::spec::{PatternSpec, SizeSpec};
use crate::scenario::streams::ReadyFlow;
use crate::units::quantity::{RATE, SIZE, TIME, format};

pub(super) fn flow(out: &mut Text, ready: &ReadyFlow<'_>) {
    out.header("[[flow]]");
    out.text("name", &ready.spec.name.value);
    if let Some([from, to]) = &ready.spec.ends {
        out.text("from", &from.value);
        out.text("to", &to.value);
    }
    out.text("class", ready.class.name());
    let size = match ready.size {
        SizeSpec::Frame(octets) => format!("\"{}\"", format(octets, &SIZE)),
        SizeSpec::Wire(octets) => format!("{{ wire = \"{}\" }}", format(octets, &SIZE)),
    };
    if let Some((pattern, _)) = &ready.spec.pattern {
        let pattern = match pattern {
            PatternSpec::Cbr { period, first } => format!(
                "kind = \"cbr\", period = \"{}\", size = {size}, first = \"{}\"",
                format(*period, &TIME),
                format(*first, &TIME)
            ),
            PatternSpec::Poisson { rate } => {
                let rate = format(rate.value, &RATE);
                format!("kind = \"poisson\", rate = \"{rate}\", size = {size}")
            }
        };
        out.plain("pattern", &format!("{{ {pattern} }}"));
    }
    if let Some(path) = &ready.spec.path {
        out.plain(
            "path",
            &array(path.value.iter().map(|name| name.value.as_str())),
        );
    }
}
