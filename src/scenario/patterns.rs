//! From the pattern of a flow to streams of packets: when they are sent and how large they are.

use super::diagnostic::{Diagnostic, Findings};
use super::policers::Sent;
use super::shape::{Content, ETHERNET_OCTETS, PacketShape};
use super::spec::{Codec, FlowSpec, MixSpec, Pace, PatternSpec, ScenarioSpec, SizeSpec};
use super::value::At;
use super::{sessions, trace, video};
use crate::plan::{Sizes, Source};
use crate::random::{Purpose, StreamKey};
use crate::topology::Direction;
use crate::traffic::transport::{IP_HEADER, RTP_HEADER, UDP_HEADER};
use crate::traffic::{CustomerPacket, Transport};
use crate::units::limits::PACKETS_MAX;
use crate::units::time::PS_PER_S;
use crate::units::{BitRate, Octets, SimTime, Span, Ticks, quantity};

/// The simple Internet mix: frames with FCS and how many of twelve have that size. As testers of
/// routers send it; mark: general knowledge, no document read.
pub const IMIX: [(u64, u64); 3] = [(64, 7), (594, 4), (1518, 1)];

/// What a flow sends in one direction, or one of its lines.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What tells it from the flow's others (" call 03"); empty where it is the only one.
    pub suffix: String,
    /// Away from the flow's source, or back to it.
    pub direction: Direction,
    /// Its packets, one per size, each with its weight among them.
    pub packets: Vec<(PacketShape, u64)>,
    /// Which size comes when.
    pub sizes: Sizes,
    /// When it sends. The streams of a session are joined once their ranks are known.
    pub source: Source,
    /// Mean time between packets, exact.
    pub period_exact_ps: (u64, u64),
    /// Mean time between packets while it does send, exact.
    pub busy_period_exact_ps: (u64, u64),
}

impl Sending {
    /// Its packets while it sends.
    #[must_use]
    pub fn sent(&self) -> Sent<'_> {
        Sent {
            packets: &self.packets,
            period_exact_ps: self.busy_period_exact_ps,
        }
    }
}

/// A flow whose pattern is being worked out.
pub(super) struct Asked<'a> {
    /// The flow.
    pub flow: &'a FlowSpec,
    /// Its scenario.
    pub scenario: &'a ScenarioSpec,
    /// Shortest Ethernet frame.
    pub minimum: Octets,
    /// Length of the run, where it is known.
    pub duration: Option<Span>,
    /// Where faults go.
    pub findings: &'a mut Findings,
}

/// Sizes with their weights.
pub(super) struct Mix {
    /// One per size.
    pub packets: Vec<(PacketShape, u64)>,
    /// Which comes when.
    pub sizes: Sizes,
    /// Octets as the flow counts them, summed over the weights.
    octets: u64,
    /// Sum of the weights.
    weights: u64,
}

/// Everything that a flow sends; `None` where a fault leaves it open.
pub fn sendings(
    flow: &FlowSpec,
    scenario: &ScenarioSpec,
    minimum: Octets,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<Vec<Sending>> {
    let mut asked = Asked {
        flow,
        scenario,
        minimum,
        duration,
        findings,
    };
    let pattern = flow.pattern.as_ref()?;
    let sendings = match &pattern.value {
        PatternSpec::Cbr { pace, size, first } => {
            let pace = asked.pace(pace.as_ref(), pattern)?;
            vec![asked.cbr(pace, size, SimTime(*first))?]
        }
        PatternSpec::Poisson { rate, size } => vec![asked.poisson(rate, size)?],
        PatternSpec::OnOff {
            rate,
            size,
            on,
            off,
        } => vec![asked.on_off(rate, size, [*on, *off])?],
        PatternSpec::Trace(trace) => vec![trace::sending(&mut asked, trace, pattern)?],
        PatternSpec::Video { .. } => vec![video::sending(&mut asked, &pattern.value)?],
        PatternSpec::Voip {
            calls,
            codec,
            packet,
            mean_call,
            mean_idle,
        } => asked.voip(*calls, *codec, packet, [*mean_call, *mean_idle])?,
        PatternSpec::Session { .. }
        | PatternSpec::ScadaPoll { .. }
        | PatternSpec::Synchrophasor { .. } => sessions::sendings(&mut asked, pattern)?.into(),
    };
    asked.check_count(&sendings, pattern);
    Some(sendings)
}

impl Asked<'_> {
    /// Tells a fault of this flow.
    pub fn fault(
        &mut self,
        span: &std::ops::Range<usize>,
        what: &str,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let title = format!("flow {}{what}", self.flow.name.value);
        let place = self.scenario.place(span);
        self.findings
            .push(Diagnostic::error(title, place, label).maybe_help(help));
    }

    /// A customer's packet as it stands on the network.
    pub fn shape(&self, packet: CustomerPacket) -> PacketShape {
        let carried = self.flow.transport.carry(packet, self.minimum);
        PacketShape {
            size: SizeSpec::Frame(carried.frame.0),
            body: carried.body,
            content: Content::Data,
            header: Octets(ETHERNET_OCTETS),
            minimum_frame: self.minimum,
            transport_labels: u32::from(self.flow.transport != Transport::Bare),
        }
    }

    /// The frame of an IP packet as it stands on the network.
    pub fn ip_packet(&self, octets: u64) -> PacketShape {
        self.shape(CustomerPacket::of_ip(Octets(octets), self.minimum))
    }

    /// A frame as written; tells one that Ethernet does not have.
    pub fn frame(&mut self, octets: u64, span: &std::ops::Range<usize>) -> PacketShape {
        if octets < self.minimum.0 {
            let minimum = self.minimum;
            let help = format!(
                "for octets on the wire of another link say size = {{ wire = \"{octets} B\" }}"
            );
            self.fault(
                span,
                &format!(": no Ethernet frame has {octets} B"),
                format!("a frame with FCS has at least {minimum}"),
                Some(help),
            );
        }
        self.shape(CustomerPacket::of_frame(Octets(octets)))
    }

    fn mix(&mut self, size: &At<MixSpec>) -> Mix {
        let one = |packet, octets| Mix {
            packets: vec![(packet, 1)],
            sizes: Sizes::One,
            octets,
            weights: 1,
        };
        match size.value {
            MixSpec::One(SizeSpec::Frame(octets)) => one(self.frame(octets, &size.span), octets),
            MixSpec::One(SizeSpec::Wire(octets)) => {
                let transport = self.flow.transport;
                if transport != crate::traffic::Transport::Bare {
                    let what = format!(
                        " counts octets on the wire, but {} adds its own",
                        transport.name()
                    );
                    let help = "give the customer's frame: size = \"300 B\"".to_owned();
                    self.fault(&size.span, &what, "nothing can be added here", Some(help));
                }
                one(PacketShape::data(SizeSpec::Wire(octets)), octets)
            }
            MixSpec::Imix => self.imix(),
        }
    }

    fn imix(&self) -> Mix {
        let sizes = IMIX.map(|(octets, weight)| (octets.max(self.minimum.0), weight));
        let weights: u64 = sizes.iter().map(|(_, weight)| weight).sum();
        let packet = |(octets, weight): (u64, u64)| {
            (self.shape(CustomerPacket::of_frame(Octets(octets))), weight)
        };
        let key = StreamKey::new("flow", &self.flow.name.value, Purpose::Sizes);
        Mix {
            packets: sizes.map(packet).to_vec(),
            sizes: Sizes::Drawn {
                thresholds: thresholds(&sizes.map(|(_, weight)| weight)).into(),
                key,
            },
            octets: sizes.iter().map(|(octets, weight)| octets * weight).sum(),
            weights,
        }
    }

    fn pace(&mut self, pace: Option<&Pace>, pattern: &At<PatternSpec>) -> Option<Pace> {
        if pace.is_none() {
            let what = " needs either `period` or `rate`";
            let help = "period = \"10 ms\", or rate = \"64 kb/s\"".to_owned();
            self.fault(&pattern.span, what, "one of them, not both", Some(help));
        }
        pace.cloned()
    }

    fn cbr(&mut self, pace: Pace, size: &At<MixSpec>, first: SimTime) -> Option<Sending> {
        let mix = self.mix(size);
        let period = match &pace {
            Pace::Period(period) => (period.value, 1),
            Pace::Rate(rate) => {
                let period = mix.period(rate.value);
                if period.0 < period.1 {
                    let what = " would send more than one packet in a picosecond";
                    self.fault(&rate.span, what, "too fast for this size", None);
                    return None;
                }
                period
            }
        };
        let source = Source::Periodic(Ticks::new(first, period.0, period.1));
        Some(mix.sending(source, period, period))
    }

    fn poisson(&mut self, rate: &At<u64>, size: &At<MixSpec>) -> Option<Sending> {
        let mix = self.mix(size);
        let gap = BitRate::from_bps(rate.value * mix.weights)
            .and_then(|exact| exact.mean_gap_q16_ps(Octets(mix.octets)));
        let Some(mean_gap_q16_ps) = gap else {
            let what = ": the mean gap between packets is too long";
            let label = "packets of this size would be more than 281 s apart";
            self.fault(&rate.span, what, label, None);
            return None;
        };
        let key = StreamKey::new("flow", &self.flow.name.value, Purpose::Arrivals);
        let source = Source::Poisson {
            mean_gap_q16_ps,
            key,
        };
        let period = mix.period(rate.value);
        Some(mix.sending(source, period, period))
    }

    fn on_off(
        &mut self,
        rate: &At<u64>,
        size: &At<MixSpec>,
        [on, off]: [u64; 2],
    ) -> Option<Sending> {
        let mix = self.mix(size);
        let busy = mix.period(rate.value);
        let gap = Span(busy.0.div_ceil(busy.1));
        let name = &self.flow.name.value;
        Some(mix.sending(talk(name, gap, on, off), mean(gap, on, off), (gap.0, 1)))
    }

    fn voip(
        &mut self,
        calls: u64,
        codec: Codec,
        packet: &At<u64>,
        [call, idle]: [u64; 2],
    ) -> Option<Vec<Sending>> {
        // Octets of speech in a block, and its length.
        let (octets, block) = match codec {
            Codec::G711 => (1, 125_000_000),
            Codec::G729 => (10, 10_000_000_000),
        };
        if !packet.value.is_multiple_of(block) {
            let what = format!(": {} makes no packet of this length", codec.name());
            let label = format!(
                "no multiple of {}",
                quantity::format(block, &quantity::TIME)
            );
            let help = "10 ms, 20 ms and 30 ms are usual".to_owned();
            self.fault(&packet.span, &what, label, Some(help));
            return None;
        }
        let speech = packet.value / block * octets;
        let shape = self.ip_packet(speech + RTP_HEADER + UDP_HEADER + IP_HEADER);
        let digits = calls.to_string().len().max(2);
        let one = |call_number: u64| {
            let suffix = format!(" call {call_number:0digits$}");
            let name = format!("{}{suffix}", self.flow.name.value);
            let gap = Span(packet.value);
            Sending {
                suffix,
                direction: Direction::AToZ,
                packets: vec![(shape.clone(), 1)],
                sizes: Sizes::One,
                source: talk(&name, gap, call, idle),
                period_exact_ps: mean(gap, call, idle),
                busy_period_exact_ps: (gap.0, 1),
            }
        };
        Some((1..=calls).map(one).collect())
    }

    fn check_count(&mut self, sendings: &[Sending], pattern: &At<PatternSpec>) {
        let Some(duration) = self.duration else {
            return;
        };
        let most = |one: &Sending| {
            let (numerator, denominator) = one.busy_period_exact_ps;
            u128::from(duration.0) * u128::from(denominator) / u128::from(numerator)
        };
        if sendings.iter().map(most).max() > Some(u128::from(PACKETS_MAX)) {
            let span = match &pattern.value {
                PatternSpec::Cbr { size, .. }
                | PatternSpec::Poisson { size, .. }
                | PatternSpec::OnOff { size, .. } => &size.span,
                _ => &pattern.span,
            };
            let what = format!(" sends more than {PACKETS_MAX} packets");
            let help = "shorten the duration, or let the flow send less often".to_owned();
            self.fault(span, &what, "too many packets", Some(help));
        }
    }
}

impl Mix {
    /// Mean time between packets at this rate, exact.
    fn period(&self, rate_bps: u64) -> (u64, u64) {
        fraction(
            u128::from(self.octets) * 8 * u128::from(PS_PER_S),
            u128::from(rate_bps) * u128::from(self.weights),
        )
    }

    fn sending(self, source: Source, period: (u64, u64), busy: (u64, u64)) -> Sending {
        Sending {
            suffix: String::new(),
            direction: Direction::AToZ,
            packets: self.packets,
            sizes: self.sizes,
            source,
            period_exact_ps: period,
            busy_period_exact_ps: busy,
        }
    }
}

/// Talk and silence of one name.
fn talk(name: &str, gap: Span, on: u64, off: u64) -> Source {
    Source::OnOff {
        gap,
        mean_on_q16_ps: on << 16,
        mean_off_q16_ps: off << 16,
        key: StreamKey::new("flow", name, Purpose::Talk),
    }
}

/// Mean time between the packets of talk and silence: a gap, longer by the share of silence.
///
/// Every talk begins with a packet, so it has on / gap of them and less than one more: counted as
/// one, since loads are judged by this.
fn mean(gap: Span, on: u64, off: u64) -> (u64, u64) {
    fraction(
        u128::from(gap.0) * (u128::from(on) + u128::from(off)),
        u128::from(on) + u128::from(gap.0),
    )
}

/// Where a draw of 64 bits turns from one size to the next: nearest to the exact shares.
fn thresholds(weights: &[u64]) -> Vec<u64> {
    let all: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let mut below = 0_u128;
    let threshold = |weight: &u64| {
        below += u128::from(*weight);
        let nearest = ((below << 64) + all / 2) / all;
        u64::try_from(nearest).unwrap_or(u64::MAX)
    };
    weights.iter().map(threshold).collect()
}

/// Denominators above this one are given up for arithmetic that must not overflow later.
const DENOMINATOR_MAX: u128 = 1 << 47;

/// A positive fraction in lowest terms; halved on both sides until it fits.
pub(super) fn fraction(numerator: u128, denominator: u128) -> (u64, u64) {
    let (mut a, mut b) = (numerator, denominator);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let (mut top, mut bottom) = (numerator / a, denominator / a);
    while top > u128::from(u64::MAX) || bottom > DENOMINATOR_MAX {
        (top, bottom) = (top >> 1, (bottom >> 1).max(1));
    }
    let narrow = |term: u128| u64::try_from(term.max(1)).expect("halved until it fits");
    (narrow(top), narrow(bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thresholds_of_the_internet_mix_are_seven_and_eleven_twelfths() {
        // 2^64 · 7/12 = 10760600709663905109.33, 2^64 · 11/12 = 16909515400900422314.67.
        assert_eq!(
            thresholds(&[7, 4, 1]),
            [
                10_760_600_709_663_905_109,
                16_909_515_400_900_422_315,
                u64::MAX
            ]
        );
    }

    #[test]
    fn a_fraction_is_exact_where_it_fits_and_near_where_it_does_not() {
        assert_eq!(fraction(12, 18), (2, 3));
        // Talk of 180 ms, silence of 420: nine packets 20 ms apart and the first, in 600 ms.
        let ms = |ms: u64| Span::from_ms(ms).0;
        assert_eq!(mean(Span::from_ms(20), ms(180), ms(420)), (ms(60), 1));
        let (top, bottom) = fraction((1 << 100) + 1, 1 << 60);
        assert_eq!(u128::from(top) / u128::from(bottom), 1 << 40);
    }
}
