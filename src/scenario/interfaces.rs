//! Relay interfaces: how many timeslots each carries, and what converting costs at both ends.

use std::ops::Range;

use super::diagnostic::{Diagnostic, Findings};
use super::spec::{CircuitSpec, ScenarioSpec};
use crate::units::Span;
use crate::units::time::PS_PER_S;

/// What stands between a relay and the network.
#[derive(Debug)]
pub struct InterfaceProfile {
    /// Name in scenario files.
    pub name: &'static str,
    /// Most 64 kb/s timeslots; 0 where it has none.
    pub timeslots: u64,
    /// Conversion at one end where the scenario gives none.
    pub conversion: Span,
    /// How it carries bits.
    pub kind: InterfaceKind,
    /// Most that its clock may be off, in ppb; `None` where nothing is stated.
    pub clock_tolerance_ppb: Option<u64>,
    /// Clause or page, and a mark where a figure is to be verified.
    pub source: &'static str,
}

/// How an interface carries bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InterfaceKind {
    /// Bit by bit with a clock.
    Synchronous,
    /// In characters of 10 bits (start, eight data, stop), over-sampled into one timeslot.
    Characters,
    /// As a voice band of one timeslot (tones), or as a signalling bit beside it.
    VoiceBand,
    /// As frames, without circuit emulation.
    Frames,
}

/// Conversion at one end unless an interface or the scenario says otherwise.
const CONVERSION: Span = Span::from_us(125);

/// All interfaces, the order of the field table.
pub static INTERFACES: [InterfaceProfile; 10] = [
    InterfaceProfile {
        name: "C37.94",
        timeslots: 12,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: None,
        source: "IEEE C37.94-2017 clause 4 (N x 64 kb/s, N = 1 to 12, in 2.048 Mb/s); conversion \
                 125 to 250 us by product, the lower end taken: to be verified",
    },
    InterfaceProfile {
        name: "G.703",
        timeslots: 1,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: Some(100_000),
        source: "ITU-T G.703 clause 4 (64 kb/s co-directional, 100 ppm); conversion 125 to 250 us \
                 by product, the lower end taken: to be verified",
    },
    InterfaceProfile {
        name: "X.21",
        timeslots: 31,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: None,
        source: "own choice: n x 64 kb/s up to a whole E1, clocked by the network; conversion as \
                 C37.94, to be verified",
    },
    InterfaceProfile {
        name: "V.35",
        timeslots: 31,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: None,
        source: "own choice, as X.21",
    },
    InterfaceProfile {
        name: "RS-422",
        timeslots: 31,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: None,
        source: "own choice, as X.21",
    },
    InterfaceProfile {
        name: "E1",
        timeslots: 31,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: Some(50_000),
        source: "ITU-T G.704 clause 2.3 (31 timeslots), G.703 clause 11 (50 ppm); conversion as \
                 C37.94, to be verified",
    },
    InterfaceProfile {
        name: "T1",
        timeslots: 24,
        conversion: CONVERSION,
        kind: InterfaceKind::Synchronous,
        clock_tolerance_ppb: Some(32_000),
        source: "ITU-T G.704 clause 2.1 (24 timeslots), G.703 clause 5 (32 ppm; older equipment \
                 130); conversion as C37.94, to be verified",
    },
    InterfaceProfile {
        name: "RS-232",
        timeslots: 1,
        conversion: CONVERSION,
        kind: InterfaceKind::Characters,
        clock_tolerance_ppb: None,
        source: "ITU-T V.24 with characters of 1 + 8 + 1 bits at 9600 or 19200 Bd; over-sampled \
                 into one timeslot; conversion as C37.94, to be verified",
    },
    InterfaceProfile {
        name: "4W-E&M",
        timeslots: 1,
        conversion: Span::from_us(500),
        kind: InterfaceKind::VoiceBand,
        clock_tolerance_ppb: None,
        source: "ITU-T G.711 codec 250 to 750 us each way, the middle taken: to be verified",
    },
    InterfaceProfile {
        name: "ethernet",
        timeslots: 0,
        conversion: Span::ZERO,
        kind: InterfaceKind::Frames,
        clock_tolerance_ppb: None,
        source: "IEC 61850-8-1: frames enter the network as they are",
    },
];

/// How a 4-wire interface passes a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signalling {
    /// As tones in the voice band, through the codec of both ends.
    Tones,
    /// As a signalling bit (E and M leads) in the multiframe of an E1 or T1.
    Cas {
        /// Frames of 125 us in a multiframe: E1 16, T1 24 (ITU-T G.704).
        frames: u64,
    },
}

/// What a circuit's two interfaces cost, each direction alike.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct InterfaceUse {
    /// Name in scenario files; `None` where the circuit names no interface: then nothing is
    /// converted.
    pub name: Option<&'static str>,
    /// Conversion at end a and at end z.
    pub conversion: [Span; 2],
    /// What the receiving interface needs besides: the characters of a message, detecting a tone,
    /// or one signalling multiframe.
    pub recognition: Span,
    /// `baud`, for interfaces of characters.
    pub baud: Option<u64>,
    /// Characters that make a message, for interfaces of characters.
    pub message: u64,
    /// How a 4-wire interface passes a command.
    pub signalling: Option<Signalling>,
}

impl InterfaceUse {
    /// What both interfaces together add to the delay of one direction.
    #[must_use]
    pub fn delay(&self) -> Span {
        self.conversion[0] + self.conversion[1] + self.recognition
    }

    /// Octets of signalling that go with this payload of a circuit (Nokia 7750 documentation, page
    /// Payload size: (N + 1) / 2 per multiframe, rounded down).
    #[must_use]
    pub fn signalling_octets(&self, timeslots: u64, frames: u64) -> u64 {
        match self.signalling {
            Some(Signalling::Cas { frames: multiframe }) => {
                frames / multiframe * timeslots.div_ceil(2)
            }
            _ => 0,
        }
    }

    /// Frames of 125 us that a packet holds a whole number of, where signalling asks for that.
    #[must_use]
    pub fn multiframe(&self) -> Option<u64> {
        match self.signalling {
            Some(Signalling::Cas { frames }) => Some(frames),
            _ => None,
        }
    }
}

/// Bits of an asynchronous character: start, eight of data, stop.
const CHARACTER_BITS: u64 = 10;

/// How long so many characters take at this speed, rounded up to a whole picosecond: one at 9600 Bd
/// takes 1041.667 us, at 19200 Bd 520.833 us.
#[must_use]
pub fn characters(count: u64, baud: u64) -> Span {
    let ps = u128::from(count) * u128::from(CHARACTER_BITS) * u128::from(PS_PER_S);
    let ps = ps.div_ceil(u128::from(baud.max(1)));
    Span(u64::try_from(ps).unwrap_or(u64::MAX / 4))
}

impl InterfaceProfile {
    /// The interface with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        INTERFACES.iter().find(|known| known.name == name)
    }
}

/// What the circuit's keys say of its interface; faults where keys do not belong to it.
pub(super) fn interface(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<InterfaceUse> {
    let profile = match &spec.interface {
        Some(name) => Some(InterfaceProfile::from_name(&name.value)?),
        None if spec.keys.contains_key("interface") => return None,
        None => None,
    };
    let kind = profile.map(|profile| profile.kind);
    let mut refuse = |key: &str, belongs: &str| {
        if let Some(span) = spec.keys.get(key) {
            let help = format!("it belongs to {belongs}; leave it out");
            refused(spec, scenario, (key, span), &help, findings);
        }
    };
    if kind != Some(InterfaceKind::Characters) {
        refuse("baud", "interface = \"RS-232\"");
        refuse("message", "interface = \"RS-232\"");
    }
    if kind != Some(InterfaceKind::VoiceBand) {
        refuse("signalling", "interface = \"4W-E&M\"");
    }
    if kind.is_none() {
        refuse("interface_delay", "a circuit with an `interface`");
    }
    let signalling = voice_band(spec, kind, scenario, findings)?;
    let on_line = spec
        .carrier
        .as_ref()
        .is_some_and(|at| at.value == "analogue");
    let tones = !on_line && matches!(signalling, Some((Signalling::Tones, _)));
    if !tones && let Some(span) = spec.keys.get("tone_detection") {
        let help = "it belongs to tones on a 4-wire interface before packets or timeslots (an analogue \
                    line has its own `tone_delay`); leave it out";
        refused(spec, scenario, ("tone_detection", span), help, findings);
    }
    let preset = match signalling {
        // The leads do not pass the codec.
        Some((Signalling::Cas { .. }, _)) => CONVERSION,
        _ => profile.map_or(Span::ZERO, |profile| profile.conversion),
    };
    let on_serial = spec.carrier.as_ref().is_some_and(|at| at.value == "serial");
    let given = spec.interface_delay.map(|end| end.map(Span));
    let (baud, message) = match kind {
        Some(InterfaceKind::Characters) => {
            let given = spec.baud.as_ref().map(|at| at.value);
            let baud = given.or((!on_serial).then_some(BAUD_DEFAULT));
            (baud, spec.message.unwrap_or(1))
        }
        _ => (None, 1),
    };
    Some(InterfaceUse {
        name: profile.map(|profile| profile.name),
        conversion: given.map(|end| end.unwrap_or(preset)),
        recognition: match (baud, signalling) {
            // There the line itself carries the characters.
            _ if on_serial => Span::ZERO,
            (Some(baud), _) => characters(message, baud),
            (None, Some((_, recognition))) => recognition,
            (None, None) => Span::ZERO,
        },
        baud,
        message,
        signalling: signalling.map(|(signalling, _)| signalling),
    })
}

/// Speed of an RS-232 interface that names none, Bd.
pub const BAUD_DEFAULT: u64 = 9600;

/// How a 4-wire interface signals and what that costs; the outer `None` after a fault.
#[allow(clippy::option_option)]
fn voice_band(
    spec: &CircuitSpec,
    kind: Option<InterfaceKind>,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<Option<(Signalling, Span)>> {
    if kind != Some(InterfaceKind::VoiceBand) {
        return Some(None);
    }
    let cas = |frames: u64| {
        let multiframe = Span::from_us(125) * frames;
        Some(Some((Signalling::Cas { frames }, multiframe)))
    };
    // The tone equipment of an analogue line is the line's.
    if spec
        .carrier
        .as_ref()
        .is_some_and(|at| at.value == "analogue")
    {
        return Some(Some((Signalling::Tones, Span::ZERO)));
    }
    match spec.signalling.as_ref().map(|at| at.value.as_str()) {
        Some("cas-e1") => cas(16),
        Some("cas-t1") => cas(24),
        _ => {
            let Some(detection) = spec.tone_detection else {
                if !spec.keys.contains_key("tone_detection") {
                    let title = format!("circuit {} has no `tone_detection`", spec.name.value);
                    let place = scenario.place(&spec.span);
                    findings.push(
                        Diagnostic::error(title, place, "`tone_detection` is missing here").help(
                            "detecting a tone takes 8 ms to 25 ms by product; or signalling = \
                             \"cas-e1\"",
                        ),
                    );
                }
                return None;
            };
            Some(Some((Signalling::Tones, Span(detection))))
        }
    }
}

/// A key that says nothing in this circuit.
pub(super) fn refused(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    (key, span): (&str, &Range<usize>),
    help: &str,
    findings: &mut Findings,
) {
    let title = format!("circuit {}: `{key}` would have no effect", spec.name.value);
    findings.push(Diagnostic::error(title, scenario.place(span), "refused").help(help));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_takes_1041_667_us_at_9600_and_520_833_us_at_19200_baud() {
        assert_eq!(characters(1, 9600), Span(1_041_666_667));
        assert_eq!(characters(1, 19_200), Span(520_833_334));
        // Three together are exact: 3.125 ms.
        assert_eq!(characters(3, 9600), Span::from_us(3125));
    }

    #[test]
    fn signalling_adds_half_an_octet_per_timeslot_and_multiframe() {
        // Nokia 7750 documentation, page Payload size: (N + 1) / 2 octets per multiframe.
        let cas = InterfaceUse {
            signalling: Some(Signalling::Cas { frames: 16 }),
            ..InterfaceUse::default()
        };
        assert_eq!(cas.signalling_octets(1, 16), 1);
        assert_eq!(cas.signalling_octets(30, 16), 15);
        assert_eq!(cas.signalling_octets(3, 32), 4);
        assert_eq!(InterfaceUse::default().signalling_octets(30, 16), 0);
    }
}
