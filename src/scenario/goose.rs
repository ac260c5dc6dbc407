//! GOOSE: a state repeated in frames (IEC 61850-8-1), without circuit emulation.
//!
//! A frame is sent at the instants of a heartbeat, T0 apart from zero on; at every event at once,
//! then after T1, 2·T1, 4·T1 … until the interval reaches T0, which it keeps until the next event.

use std::sync::Arc;

use super::carriage::Messages;
use super::diagnostic::{Diagnostic, Findings};
use super::spec::{CircuitSpec, GooseSpec, ScenarioSpec};
use crate::plan::{End, Source, Subscriber};
use crate::pseudowire::encapsulation::Encapsulation;
use crate::units::limits::PACKETS_MAX;
use crate::units::{Octets, SimTime, Span};

/// Octets of a frame's check sequence, which the network does not carry.
const FCS: u64 = 4;
/// Most frames of one circuit in a run: they are listed.
const FRAMES_MAX: u64 = 10_000_000;

/// What `goose` means; `None` after a fault.
pub fn messages(
    spec: &CircuitSpec,
    encapsulation: Encapsulation,
    scenario: &ScenarioSpec,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<Messages> {
    let name = &spec.name.value;
    let Some(goose) = &spec.goose else {
        if !spec.keys.contains_key("goose") {
            let title = format!("circuit {name} has no `goose`");
            let place = scenario.place(&spec.span);
            findings.push(
                Diagnostic::error(title, place, "`goose` is missing here")
                    .help("goose = { size = \"200 B\", t1 = \"2 ms\", t0 = \"1 s\" }"),
            );
        }
        return None;
    };
    let (size, t1, t0) = (goose.size.as_ref()?, goose.t1.as_ref()?, goose.t0.as_ref()?);
    let mut whole = true;
    let mut fault = |span: &std::ops::Range<usize>, title: String, label: String| {
        let place = scenario.place(span);
        findings.push(Diagnostic::error(title, place, label));
        whole = false;
    };
    if size.value < encapsulation.minimum_frame.0 {
        let title = format!("circuit {name}: no Ethernet frame has {} B", size.value);
        let label = format!(
            "a frame with FCS has at least {}",
            encapsulation.minimum_frame
        );
        fault(&size.span, title, label);
    }
    if t1.value > t0.value {
        let title = format!("circuit {name}: `t1` is longer than `t0`");
        let label = "retransmission starts faster than the heartbeat".to_owned();
        fault(&t1.span, title, label);
    }
    for pair in goose.events.windows(2) {
        if pair[0].value >= pair[1].value {
            let title = format!("circuit {name}: events must come one after the other");
            fault(&pair[1].span, title, "not after the one before".to_owned());
        }
    }
    if let Some(duration) = duration {
        for event in goose
            .events
            .iter()
            .filter(|event| event.value >= duration.0)
        {
            let title = format!("circuit {name}: an event after the end of the run");
            fault(&event.span, title, "not before `duration`".to_owned());
        }
        if frames_at_most(goose, t1.value, t0.value, duration) > FRAMES_MAX.min(PACKETS_MAX) {
            let title = format!("circuit {name} sends more than {FRAMES_MAX} frames");
            fault(&t0.span, title, "too often for this duration".to_owned());
        }
    }
    whole.then(|| Messages {
        frame: Octets(size.value),
        encapsulation,
        sizes: encapsulation.sizes(Octets(size.value - FCS)),
        t1: Span(t1.value),
        t0: Span(t0.value),
        events: goose.events.iter().map(|at| SimTime(at.value)).collect(),
        allowed: goose.allowed,
    })
}

fn frames_at_most(goose: &GooseSpec, t1: u64, t0: u64, duration: Span) -> u64 {
    let doublings = u64::from((t0 / t1.max(1)).max(1).ilog2()) + 2;
    let events = goose.events.len() as u64;
    duration.0 / t0.max(1) + 1 + events * doublings
}

impl Messages {
    /// When frames are created before `end`, and how long each counts.
    #[must_use]
    pub fn schedule(&self, end: SimTime) -> Vec<(SimTime, Span)> {
        let mut all = Vec::new();
        let mut events = self.events.iter().copied().peekable();
        let (mut at, mut interval) = (SimTime::ZERO, self.t0);
        // An event at zero is the first frame; otherwise the heartbeat is.
        if events.next_if_eq(&at).is_some() {
            interval = self.t1;
        }
        while at < end {
            all.push((at, interval * self.allowed));
            at = at + interval;
            interval = (interval * 2).min(self.t0);
            if let Some(event) = events.next_if(|event| *event <= at) {
                (at, interval) = (event, self.t1);
            }
        }
        all
    }

    /// The source and the far end of one direction.
    #[must_use]
    pub fn ends(&self, end: SimTime) -> (Source, End) {
        let (instants, lives): (Vec<SimTime>, Vec<Span>) = self.schedule(end).into_iter().unzip();
        let subscriber = Subscriber {
            allowed_to_live: Arc::from(lives),
        };
        (
            Source::Listed(Arc::from(instants)),
            End::Subscriber(subscriber),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Span {
        Span::from_ms(milliseconds)
    }

    fn schedule_ms(events_ms: &[u64], end_ms: u64) -> Vec<(u64, u64)> {
        let messages = Messages {
            frame: Octets(200),
            encapsulation: Encapsulation::default(),
            sizes: Encapsulation::default().sizes(Octets(196)),
            t1: ms(2),
            t0: ms(100),
            events: events_ms.iter().map(|at| SimTime::ZERO + ms(*at)).collect(),
            allowed: 2,
        };
        let all = messages.schedule(SimTime::ZERO + ms(end_ms));
        let in_ms = |ps: u64| ps / 1_000_000_000;
        all.iter()
            .map(|(at, life)| (in_ms(at.0), in_ms(life.0)))
            .collect()
    }

    #[test]
    fn retransmission_doubles_from_t1_to_t0_after_an_event() {
        // IEC 61850-8-1: 2, 4, 8 … 64, then 100 ms; each frame counts twice its interval.
        let want = [
            (0, 200),
            (50, 4),
            (52, 8),
            (56, 16),
            (64, 32),
            (80, 64),
            (112, 128),
            (176, 200),
            (276, 200),
        ];
        assert_eq!(schedule_ms(&[50], 300), want);
    }

    #[test]
    fn an_event_breaks_a_burst_and_one_at_zero_is_the_first_frame() {
        assert_eq!(schedule_ms(&[0, 5], 10), [(0, 4), (2, 8), (5, 4), (7, 8)]);
        assert_eq!(schedule_ms(&[100], 102), [(0, 200), (100, 4)]);
    }

    #[test]
    fn a_frame_of_200_octets_crosses_the_network_in_226() {
        // 14 + two labels 8 + control word 4 + 196 without its FCS + FCS 4.
        let sizes = Encapsulation::default().sizes(Octets(196));
        assert_eq!((sizes.mpls, sizes.frame), (Octets(208), Octets(226)));
    }
}
