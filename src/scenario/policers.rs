//! Policers as written: checked, and compared with what the service really sends.

use super::diagnostic::{Diagnostic, Findings, Severity};
use super::shape::PacketShape;
use super::spec::{PolicerSpec, ScenarioSpec};
use super::streams::ReadyStream;
use crate::traffic::Policer;
use crate::units::Octets;
use crate::units::quantity::{RATE, SIZE, format};
use crate::units::time::PS_PER_S;

/// Checks what a policer says on its own; `of` is whose it is, such as "flow LAN".
pub fn check(spec: &PolicerSpec, of: &str, scenario: &ScenarioSpec, findings: &mut Findings) {
    let mut fault = |span: &std::ops::Range<usize>, what: &str, label: String, help: &str| {
        let title = format!("policer of {of} {what}");
        findings.push(Diagnostic::error(title, scenario.place(span), label).help(help));
    };
    match (&spec.peak, &spec.peak_burst) {
        (Some(peak), Some(_)) => {
            if peak.value < spec.rate.value {
                let label = format!("the rate is {}", format(spec.rate.value, &RATE));
                let help = "RFC 2698: the peak rate is at least the committed one";
                fault(&peak.span, "has a peak below its rate", label, help);
            }
            if let Some(excess) = &spec.excess {
                let help = "RFC 2697 has one rate and an excess burst, RFC 2698 two rates";
                fault(
                    &excess.span,
                    "has a peak and an excess burst",
                    "one of them".into(),
                    help,
                );
            }
        }
        (Some(half), None) | (None, Some(half)) => {
            let help = "peak = \"1 Mb/s\", peak_burst = \"3 kB\"";
            let label = "the other half is missing".into();
            fault(&half.span, "has half a peak", label, help);
        }
        (None, None) => {}
    }
}

/// The policer that a checked specification says.
#[must_use]
pub fn policer(spec: &PolicerSpec) -> Policer {
    let committed = Octets(spec.burst.value);
    match (&spec.peak, &spec.peak_burst) {
        (Some(peak), Some(burst)) => Policer::TwoRate {
            peak_bps: peak.value,
            peak: Octets(burst.value),
            committed_bps: spec.rate.value,
            committed,
        },
        _ => Policer::SingleRate {
            rate_bps: spec.rate.value,
            committed,
            excess: Octets(spec.excess.as_ref().map_or(0, |excess| excess.value)),
        },
    }
}

/// One stream's share of a filter that all of them pass: an equal part of each rate, rounded down,
/// and of each bucket, but room for a packet.
#[must_use]
pub fn share(filter: Policer, streams: &[ReadyStream]) -> Policer {
    let number = streams.len().max(1) as u64;
    let packets = streams.iter().flat_map(|one| &one.sending.packets);
    let largest = packets.map(|(packet, _)| packet.queued()).max();
    let bucket = |size: Octets| (Octets(size.0 / number)).max(largest.unwrap_or(Octets(0)));
    match filter {
        Policer::SingleRate {
            rate_bps,
            committed,
            excess,
        } => Policer::SingleRate {
            rate_bps: rate_bps / number,
            committed: bucket(committed),
            excess: Octets(excess.0 / number),
        },
        Policer::TwoRate {
            peak_bps,
            peak,
            committed_bps,
            committed,
        } => Policer::TwoRate {
            peak_bps: peak_bps / number,
            peak: bucket(peak),
            committed_bps: committed_bps / number,
            committed: bucket(committed),
        },
    }
}

/// Packets of one stream and how often they come.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// One per size, with its weight.
    pub packets: &'a [(PacketShape, u64)],
    /// Mean time between packets while it sends, exact.
    pub period_exact_ps: (u64, u64),
}

impl Sent<'_> {
    /// What a policer meters in the long run: bits per second as frames on the network, with
    /// labels and padding, rounded up.
    #[must_use]
    pub fn rate_bps(&self) -> u64 {
        let (octets, weights) = self.mean_octets();
        let (period, per) = self.period_exact_ps;
        let bits = octets * 8 * u128::from(PS_PER_S) * u128::from(per);
        let rate = bits.div_ceil(weights * u128::from(period));
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    /// Mean octets of a packet, as a fraction.
    fn mean_octets(&self) -> (u128, u128) {
        let octets = |(packet, weight): &(PacketShape, u64)| {
            u128::from(packet.queued().0) * u128::from(*weight)
        };
        let weights = self.packets.iter().map(|(_, weight)| u128::from(*weight));
        (self.packets.iter().map(octets).sum(), weights.sum())
    }

    /// Mean time between the packets that get through a policer in the long run: what the sender
    /// sends, or the rate the policer lets pass, whichever is less.
    #[must_use]
    pub fn period_behind(&self, policer: Policer) -> (u64, u64) {
        let pass = match policer {
            Policer::SingleRate { rate_bps, .. } => rate_bps,
            Policer::TwoRate { peak_bps, .. } => peak_bps,
        };
        if pass >= self.rate_bps() {
            return self.period_exact_ps;
        }
        let (octets, weights) = self.mean_octets();
        super::patterns::fraction(
            octets * 8 * u128::from(PS_PER_S),
            weights * u128::from(pass),
        )
    }
}

/// Compares a policer with the service behind it: a bucket smaller than a packet is a fault, a
/// rate below the service's own TP013.
pub fn compare(
    spec: &PolicerSpec,
    of: &str,
    sent: Sent<'_>,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) {
    let largest = sent.packets.iter().map(|(packet, _)| packet.queued().0);
    let largest = largest.max().unwrap_or(0);
    let peak_burst = spec.peak_burst.as_ref();
    for burst in std::iter::once(&spec.burst).chain(peak_burst) {
        if burst.value < largest {
            let title = format!("policer of {of} has a bucket smaller than a packet");
            let label = format!("packets have up to {}", Octets(largest));
            let help = format!(
                "no such packet could ever pass; at least {}",
                format(largest, &SIZE)
            );
            let place = scenario.place(&burst.span);
            findings.push(Diagnostic::error(title, place, label).help(help));
        }
    }
    let needs = sent.rate_bps();
    // Of two rates the peak decides what passes; beyond the other, packets are marked.
    let (rate, word) = match &spec.peak {
        Some(peak) => (peak, "peak"),
        None => (&spec.rate, "rate"),
    };
    if rate.value < needs {
        let title = format!("policer of {of} passes less than it sends");
        let label = format!("{} for {needs} b/s", format(rate.value, &RATE));
        let help = format!(
            "frames with labels and padding make {needs} b/s: {word} = \"{needs} b/s\" or more"
        );
        let place = scenario.place(&rate.span);
        findings.push(
            Diagnostic::at(Severity::Warning, title, place, label)
                .code("TP013")
                .help(help),
        );
    }
}
