//! What clocks that run apart do to a circuit, as a planner works it out: slack over offset.

use super::text::{microseconds, seconds};
use crate::analysis::decomposition::configured_slack;
use crate::pseudowire::clock::{relative_ppb, time_to_slip};
use crate::scenario::Emulation;
use crate::units::quantity::{RELATIVE, format_signed};

/// How much faster the receiving end of a direction runs than the sending one: the least and the
/// most over the run, in ppb.
fn apart_ppb(settings: &Emulation, way: usize) -> (i64, i64) {
    let (sender, receiver) = (&settings.senders[way], &settings.receivers[way].clock);
    let steps = sender.steps().chain(receiver.steps());
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    for step in steps {
        let at = step.from;
        let apart = relative_ppb(receiver.offset_ppb(at), sender.offset_ppb(at));
        (least, most) = (least.min(apart), most.max(apart));
    }
    if least > most { (0, 0) } else { (least, most) }
}

/// Whether the clocks of a direction ever differ.
#[must_use]
pub fn runs_apart(settings: &Emulation, way: usize) -> bool {
    apart_ppb(settings, way) != (0, 0)
}

/// One line a direction whose clocks differ: by how much, and how long the slack lasts.
#[must_use]
pub fn lines(settings: &Emulation) -> String {
    let mut text = String::new();
    for (way, arrow) in ["a→z", "z→a"].iter().enumerate() {
        let (least, most) = apart_ppb(settings, way);
        if (least, most) == (0, 0) {
            continue;
        }
        let [least_text, most_text] = [least, most].map(|ppb| format_signed(ppb, &RELATIVE));
        let range = if least == most {
            most_text
        } else {
            format!("{least_text} to {most_text}")
        };
        text.push_str(&format!(
            "  clock {}: {arrow} the receiving end runs {range} fast\n",
            settings.clock_kind
        ));
        if most <= 0 {
            text.push_str("    the buffer fills until packets find it full\n");
            continue;
        }
        // A drift that comes and goes has no time to slip.
        let slack = configured_slack(settings, way);
        let lasts = time_to_slip(slack, (most.unsigned_abs(), 1_000_000_000));
        if let Some(lasts) = lasts.filter(|_| least >= 0) {
            text.push_str(&format!(
                "    the buffer runs empty: its slack of {} us lasts {} s at {}\n",
                microseconds(slack),
                seconds(lasts),
                format_signed(most, &RELATIVE),
            ));
        }
    }
    text
}
