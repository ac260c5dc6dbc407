//! From a fault to open breakers, step by step: planned from a budget, or as a fault of a run was
//! cleared.
//!
//! The steps of one terminal follow each other without a hole, from inception to its open breaker:
//! detection, relay, telecom, relay, breaker, and what else made it wait.

use super::fault::{By, End, Fault, Trip};
use super::inception::Sweep;
use crate::mpls::outage::Stretch;
use crate::units::time::PS_PER_S;
use crate::units::{SimTime, Span};

/// A length of time in which cycles of the system are exact: a third of a cycle at 60 Hz is no
/// whole number of picoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exact {
    /// In parts of a picosecond: as many to one picosecond as the system has hertz.
    parts: u128,
    /// System frequency, at least 1 Hz.
    frequency_hz: u64,
}

/// What a step is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// Until an element has picked up.
    Detection,
    /// Relay output and teleprotection equipment at the sending end.
    Send,
    /// The channel, with what a command waits for it.
    Channel,
    /// Teleprotection equipment and relay input at the receiving end.
    Receive,
    /// Coordination: the relay waits for a block, or for its own element.
    Coordination,
    /// The guard is lost, and the window of unblocking opens.
    Unblocking,
    /// The delay of zone 2.
    Zone2,
    /// Until the breaker has cleared.
    Breaker,
}

/// One step, after inception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it is.
    pub what: What,
    /// At which terminal; of the channel the one that sends.
    pub at: End,
    /// Begins.
    pub from: Span,
    /// Ends.
    pub to: Span,
}

/// The steps that lead to the open breaker of one terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// Which terminal.
    pub end: End,
    /// What made its relay trip; `None`: it does not, or it is only planned.
    pub by: Option<By>,
    /// One after the other; none where it does not trip.
    pub steps: Vec<Step>,
    /// When its breaker has cleared; `None`: never.
    pub open: Option<Span>,
}

/// A fault-clearing timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clearing {
    /// System frequency.
    pub frequency_hz: u64,
    /// Per terminal; a planned one tells the terminal that waits for the command.
    pub openings: Vec<Opening>,
    /// From inception to the last open breaker; `None`: never.
    pub total: Option<Exact>,
    /// What the line must be cleared in.
    pub limit: Option<Exact>,
}

/// How long the planner allows for each step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Until the fault is seen.
    pub detection: Exact,
    /// Relay and teleprotection equipment that send.
    pub send: Exact,
    /// The telecom network, one way.
    pub telecom: Exact,
    /// Teleprotection equipment and relay that receive.
    pub receive: Exact,
    /// The breaker.
    pub breaker: Exact,
}

/// What both ends of a line did about one fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Story {
    /// The fault.
    pub fault: Fault,
    /// Terminal a and terminal z.
    pub ends: [AtEnd; 2],
}

/// What one end did about it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AtEnd {
    /// The element of the trip has picked up.
    pub pickup: Option<SimTime>,
    /// The relay at the other end has given to its channel what this one trips on: a command, or
    /// the sample that completes the window of a differential relay.
    pub sent: Option<SimTime>,
    /// It stands at the logic of this relay.
    pub received: Option<SimTime>,
    /// What lies between both besides the channel: sending and receiving.
    pub processing: [Span; 2],
    /// The trip.
    pub trip: Option<Trip>,
    /// The breaker has cleared.
    pub open: Option<SimTime>,
}

impl Exact {
    /// A whole number of picoseconds.
    ///
    /// # Panics
    /// If the frequency is 0 Hz.
    #[must_use]
    pub fn of(span: Span, frequency_hz: u64) -> Self {
        assert!(frequency_hz > 0, "a system frequency");
        Self {
            parts: u128::from(span.0) * u128::from(frequency_hz),
            frequency_hz,
        }
    }

    /// Cycles, in thousandths: 1500 is one and a half.
    ///
    /// # Panics
    /// If the frequency is 0 Hz.
    #[must_use]
    pub fn cycles(thousandths: u64, frequency_hz: u64) -> Self {
        assert!(frequency_hz > 0, "a system frequency");
        Self {
            parts: u128::from(thousandths) * u128::from(PS_PER_S / 1000),
            frequency_hz,
        }
    }

    /// Both, one after the other.
    ///
    /// # Panics
    /// If their frequencies differ.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        assert_eq!(self.frequency_hz, other.frequency_hz, "one system");
        Self {
            parts: self.parts + other.parts,
            ..self
        }
    }

    /// What is left of it; `None` where the other is longer.
    ///
    /// # Panics
    /// If their frequencies differ.
    #[must_use]
    pub fn less(self, other: Self) -> Option<Self> {
        assert_eq!(self.frequency_hz, other.frequency_hz, "one system");
        let parts = self.parts.checked_sub(other.parts)?;
        Some(Self { parts, ..self })
    }

    /// In whole picoseconds, rounded down.
    ///
    /// # Panics
    /// If it is longer than 213 days.
    #[must_use]
    pub fn floor(self) -> Span {
        let ps = self.parts / u128::from(self.frequency_hz);
        Span(u64::try_from(ps).expect("within 213 days"))
    }

    /// In microseconds, rounded half up.
    #[must_use]
    pub fn rounded_us(self) -> u128 {
        let one = u128::from(self.frequency_hz) * 1_000_000;
        (2 * self.parts + one) / (2 * one)
    }

    /// In hundredths of a cycle, rounded half up.
    #[must_use]
    pub fn rounded_hundredths(self) -> u128 {
        let one = u128::from(PS_PER_S / 100);
        (2 * self.parts + one) / (2 * one)
    }

    /// "82.667".
    #[must_use]
    pub fn ms_text(self) -> String {
        let us = self.rounded_us();
        format!("{}.{:03}", us / 1000, us % 1000)
    }

    /// "4.96".
    #[must_use]
    pub fn cycles_text(self) -> String {
        let hundredths = self.rounded_hundredths();
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl What {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Send => "relay, sending",
            Self::Channel => "telecom",
            Self::Receive => "relay, receiving",
            Self::Coordination => "coordination",
            Self::Unblocking => "loss of guard",
            Self::Zone2 => "zone 2 delay",
            Self::Breaker => "breaker",
        }
    }
}

impl Clearing {
    /// From a budget. Every boundary is rounded down to a picosecond by itself, the total is
    /// exact.
    ///
    /// # Panics
    /// If frequencies differ.
    #[must_use]
    pub fn planned(plan: &Plan, limit: Option<Exact>) -> Self {
        let frequency_hz = plan.detection.frequency_hz;
        let (a, z) = (End::A, End::Z);
        let lengths = [
            (What::Detection, a, plan.detection),
            (What::Send, a, plan.send),
            (What::Channel, a, plan.telecom),
            (What::Receive, z, plan.receive),
            (What::Breaker, z, plan.breaker),
        ];
        let mut now = Exact::of(Span::ZERO, frequency_hz);
        let mut steps = Vec::with_capacity(lengths.len());
        for (what, at, length) in lengths {
            let from = now.floor();
            now = now.plus(length);
            let to = now.floor();
            steps.push(Step { what, at, from, to });
        }
        let opening = Opening {
            end: z,
            by: None,
            open: Some(now.floor()),
            steps,
        };
        Self {
            frequency_hz,
            openings: vec![opening],
            total: Some(now),
            limit,
        }
    }

    /// As a fault of a run was cleared.
    ///
    /// # Panics
    /// If the frequency is 0 Hz.
    #[must_use]
    pub fn of(story: &Story, frequency_hz: u64, limit: Option<Span>) -> Self {
        let openings: Vec<Opening> = End::BOTH.map(|end| story.opening(end)).into();
        let opens = openings.iter().map(|one| one.open);
        let last = opens.reduce(|one, other| Some(one?.max(other?))).flatten();
        let exact = |span| Exact::of(span, frequency_hz);
        Self {
            frequency_hz,
            openings,
            total: last.map(exact),
            limit: limit.map(exact),
        }
    }

    /// Whether it is cleared within its limit; without one, whether it is cleared at all.
    #[must_use]
    pub fn in_time(&self) -> bool {
        match (self.total, self.limit) {
            (Some(total), Some(limit)) => total.parts <= limit.parts,
            (total, None) => total.is_some(),
            (None, Some(_)) => false,
        }
    }
}

impl Story {
    fn opening(&self, end: End) -> Opening {
        let own = &self.ends[end.index()];
        let never = Opening {
            end,
            by: None,
            steps: Vec::new(),
            open: None,
        };
        let Some(trip) = own.trip else {
            return never;
        };
        let mut steps = Steps::from(self.fault.at);
        let came = own.received.filter(|came| *came <= trip.at);
        match (came, own.sent) {
            (Some(came), Some(sent)) if self.fault.at <= sent && sent <= came => {
                let [sending, receiving] = own.processing;
                steps.until(What::Detection, end.other(), sent);
                steps.until(What::Send, end.other(), sent + sending);
                let out = SimTime(came.0.saturating_sub(receiving.0));
                steps.until(What::Channel, end.other(), out);
                steps.until(What::Receive, end, came);
            }
            _ => {
                let picked_up = own.pickup.unwrap_or(self.fault.at).min(trip.at);
                steps.until(What::Detection, end, picked_up);
            }
        }
        let waits = match trip.by {
            By::Local | By::Zone1 | By::Differential => What::Detection,
            By::Command => What::Coordination,
            By::Unblocking => What::Unblocking,
            By::Zone2 => What::Zone2,
        };
        steps.until(waits, end, trip.at);
        if let Some(open) = own.open {
            steps.until(What::Breaker, end, open);
        }
        Opening {
            by: Some(trip.by),
            open: own.open.map(|open| steps.after(open)),
            steps: steps.all,
            ..never
        }
    }
}

/// Steps in the making.
struct Steps {
    fault: SimTime,
    now: Span,
    all: Vec<Step>,
}

impl Steps {
    fn from(fault: SimTime) -> Self {
        Self {
            fault,
            now: Span::ZERO,
            all: Vec::new(),
        }
    }

    fn after(&self, at: SimTime) -> Span {
        Span(at.0.saturating_sub(self.fault.0))
    }

    /// The next step lasts until then; one of no length is left out, one more of a kind goes on.
    fn until(&mut self, what: What, at: End, to: SimTime) {
        let (from, to) = (self.now, self.after(to));
        if to <= from {
            return;
        }
        self.now = to;
        match self.all.last_mut() {
            Some(last) if last.what == what && last.at == at => last.to = to,
            _ => self.all.push(Step { what, at, from, to }),
        }
    }
}

/// The inceptions that are not cleared within a limit: ascending stretches that do not touch,
/// exact to the picosecond where a piece is level or moves with the fault, to two where it drifts.
#[must_use]
pub fn late<C>(sweep: &Sweep<C>, limit: Span) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for piece in &sweep.pieces {
        let steps = u128::from(piece.to.since(piece.from).0 - 1);
        let scaled = |span: Span| u128::from(span.0) * steps;
        let exceeds = |value: Option<Span>| value.is_none_or(|value| value > limit);
        let (first, last) = (piece.first.value, piece.last.value);
        let (mut from, mut to) = (piece.from, piece.to);
        let at = |steps: u128| SimTime(piece.from.0 + u64::try_from(steps).expect("a part of it"));
        match (exceeds(first), exceeds(last), first, last) {
            (false, false, ..) => continue,
            (true, false, Some(first), Some(last)) => {
                to = at((scaled(first - limit)).div_ceil(u128::from((first - last).0)));
            }
            (false, true, Some(first), Some(last)) => {
                from = at(scaled(limit - first) / u128::from((last - first).0) + 1);
            }
            // Late all through; or for ever at one end alone, which no piece of one class is.
            _ => {}
        }
        match all.last_mut() {
            Some(before) if before.to == from => before.to = to,
            _ => all.push(Stretch { from, to }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::fault::Place;
    use super::super::inception::{Found, sweep};
    use super::*;

    const MS: u64 = 1_000_000_000;

    /// The article's budget with a telecom delay and a breaker of so many cycles.
    fn article(frequency_hz: u64, telecom: Exact, breaker_cycles: u64) -> Clearing {
        let relay = Exact::of(Span::from_ms(3), frequency_hz);
        let plan = Plan {
            detection: Exact::cycles(1000, frequency_hz),
            send: relay,
            telecom,
            receive: relay,
            breaker: Exact::cycles(1000 * breaker_cycles, frequency_hz),
        };
        Clearing::planned(&plan, None)
    }

    fn texts(clearing: &Clearing) -> (String, String) {
        let total = clearing.total.unwrap();
        (total.ms_text(), total.cycles_text())
    }

    #[test]
    fn ten_milliseconds_of_telecom_clear_in_4_96_and_6_96_cycles() {
        // TV30.
        let telecom = Exact::of(Span::from_ms(10), 60);
        let text = |breaker| texts(&article(60, telecom, breaker));
        assert_eq!(text(3), ("82.667".into(), "4.96".into()));
        assert_eq!(text(5), ("116.000".into(), "6.96".into()));
    }

    #[test]
    fn the_exact_budget_clears_in_five_and_seven_cycles_exactly_at_60_and_50_hz() {
        // TV3 and TV30: 1e6/60 - 6000 us; 20 ms - 6 ms.
        for (frequency, us) in [(60, 10_667), (50, 14_000)] {
            let relays = Exact::of(Span::from_ms(6), frequency);
            let telecom = Exact::cycles(1000, frequency).less(relays).unwrap();
            assert_eq!(telecom.rounded_us(), us);
            for (breaker, cycles) in [(3, 5), (5, 7)] {
                let clearing = article(frequency, telecom, breaker);
                assert_eq!(
                    clearing.total,
                    Some(Exact::cycles(1000 * cycles, frequency))
                );
            }
        }
        let telecom = Exact::of(Span::from_ms(10), 50);
        let text = texts(&article(50, telecom, 3));
        assert_eq!(text, ("96.000".into(), "4.80".into()));
    }

    #[test]
    fn steps_of_a_plan_follow_each_other_to_the_picosecond() {
        let clearing = article(60, Exact::of(Span::from_ms(10), 60), 3);
        let steps = &clearing.openings[0].steps;
        let ends: Vec<u64> = steps.iter().map(|step| step.to.0).collect();
        let third = 16_666_666_666;
        assert_eq!(
            ends,
            [
                third,
                third + 3 * MS,
                third + 13 * MS,
                third + 16 * MS,
                82_666_666_666
            ]
        );
        assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    fn ms(ms: u64) -> Option<SimTime> {
        Some(SimTime(ms * MS))
    }

    /// A fault at 1 s that terminal a sees in zone 1, and that z trips for by command.
    fn story() -> Story {
        let trip = |at: u64, by| {
            Some(Trip {
                at: SimTime(at * MS),
                by,
            })
        };
        let a = AtEnd {
            pickup: ms(1017),
            trip: trip(1018, By::Zone1),
            open: ms(1068),
            ..AtEnd::default()
        };
        let z = AtEnd {
            pickup: ms(1017),
            sent: ms(1017),
            received: ms(1033),
            processing: [Span::from_ms(3); 2],
            trip: trip(1035, By::Command),
            open: ms(1085),
        };
        let fault = Fault {
            at: SimTime(1000 * MS),
            place: Place::Inside(100_000_000),
        };
        Story {
            fault,
            ends: [a, z],
        }
    }

    fn told(opening: &Opening) -> Vec<(What, End, u64)> {
        let steps = opening.steps.iter();
        steps
            .map(|step| (step.what, step.at, step.to.0 / MS))
            .collect()
    }

    #[test]
    fn a_command_is_told_from_the_far_element_to_the_near_breaker() {
        let clearing = Clearing::of(&story(), 60, Some(Span::from_ms(85)));
        assert_eq!(
            told(&clearing.openings[0]),
            [(What::Detection, End::A, 18), (What::Breaker, End::A, 68)]
        );
        assert_eq!(
            told(&clearing.openings[1]),
            [
                (What::Detection, End::A, 17),
                (What::Send, End::A, 20),
                (What::Channel, End::A, 30),
                (What::Receive, End::Z, 33),
                (What::Coordination, End::Z, 35),
                (What::Breaker, End::Z, 85),
            ]
        );
        assert_eq!(clearing.total, Some(Exact::of(Span::from_ms(85), 60)));
        assert!(clearing.in_time());
        assert!(!Clearing::of(&story(), 60, Some(Span(85 * MS - 1))).in_time());
    }

    #[test]
    fn a_command_that_stood_before_the_fault_is_no_step_of_its_clearing() {
        let mut story = story();
        story.ends[1].received = ms(900);
        let clearing = Clearing::of(&story, 60, None);
        assert_eq!(
            told(&clearing.openings[1]),
            [
                (What::Detection, End::Z, 17),
                (What::Coordination, End::Z, 35),
                (What::Breaker, End::Z, 85),
            ]
        );
    }

    #[test]
    fn an_end_that_does_not_trip_never_clears_the_fault() {
        let mut story = story();
        story.ends[1].trip = None;
        let clearing = Clearing::of(&story, 60, None);
        assert_eq!(clearing.total, None);
        assert_eq!(told(&clearing.openings[1]), []);
        assert!(!clearing.in_time());
    }

    #[test]
    fn inceptions_that_are_late_begin_and_end_at_the_very_picosecond() {
        let over = Stretch {
            from: SimTime(0),
            to: SimTime(1000),
        };
        // Waits for an instant, as a command keyed in a hole; then for ever; then drifts upwards.
        let value = |at: SimTime| match at.0 {
            0..100 => Some(50),
            100..300 => Some(350 - at.0),
            300..400 => None,
            400..500 => Some(10),
            500..600 => Some(at.0 - 450),
            _ => Some(at.0 / 10),
        };
        let found = |at| Found {
            value: value(at).map(Span),
            class: match at.0 {
                300..400 => 1,
                500..600 => 3,
                600.. => 2,
                _ => 0,
            },
        };
        let edges = [100, 300, 400, 500, 600].map(SimTime);
        let swept = sweep(over, &edges, found);
        for limit in [40, 50, 55, 99, 200, 300] {
            let late = late(&swept, Span(limit));
            let inside = |at: u64| late.iter().any(|one| one.from.0 <= at && at < one.to.0);
            for at in 0..1000 {
                let expected = value(SimTime(at)).is_none_or(|value| value > limit);
                // Drifting values may be told two picoseconds, here twenty inceptions, apart.
                let drifting = at >= 600 && (at / 10).abs_diff(limit) <= 2;
                assert!(drifting || inside(at) == expected, "{limit} at {at}");
            }
            assert!(late.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}
