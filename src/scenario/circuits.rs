//! The settings of one circuit, checked on their own: they need no network.

use super::diagnostic::{Diagnostic, Findings, Place};
use super::shape::{Content, PacketShape};
use super::spec::{CircuitSpec, OrDefault, ScenarioSpec, SizeSpec};
use super::tables::INTERFACES;
use super::value::At;
use super::{Circuit, LayerRates};
use crate::pseudowire::encapsulation::{Encapsulation, FrameSizes};
use crate::pseudowire::receive::Receiver;
use crate::pseudowire::service::{
    self, PayloadError, PlayoutModel, Profile, ReceiverLimits, Service,
};
use crate::topology::Constants;
use crate::units::limits::JITTER_BUFFER_MS;
use crate::units::{BitRate, Octets, Span, time::PS_PER_MS};

/// A circuit's settings, resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is carried.
    pub service: Service,
    /// Whose limits and defaults.
    pub profile: &'static Profile,
    /// TDM octets per packet.
    pub payload: Octets,
    /// Packet time, exact.
    pub packet_time_exact_ps: (u64, u64),
    /// Configured jitter buffer.
    pub buffer: Span,
    /// When play-out begins.
    pub model: PlayoutModel,
    /// The receiving end.
    pub receiver: Receiver,
    /// Around the payload.
    pub encapsulation: Encapsulation,
    /// Octets at each layer.
    pub sizes: FrameSizes,
}

impl Settings {
    /// Rates of one direction at each layer.
    #[must_use]
    pub fn rates(&self) -> LayerRates {
        let rate = |size| BitRate::of(size, self.packet_time_exact_ps);
        LayerRates {
            payload: rate(self.payload),
            mpls: rate(self.sizes.mpls),
            frame: rate(self.sizes.frame),
            wire: rate(self.sizes.wire),
        }
    }

    /// One packet.
    #[must_use]
    pub fn packet(&self) -> PacketShape {
        PacketShape {
            size: SizeSpec::Frame(self.sizes.frame.0),
            body: self.sizes.mpls,
            content: Content::Data,
        }
    }

    /// The name of the service in files.
    #[must_use]
    pub fn service_name(&self) -> &'static str {
        match self.service {
            Service::Cesopsn { .. } => "cesopsn",
            Service::SatopE1 => "satop-e1",
            Service::SatopT1 => "satop-t1",
        }
    }
}

/// Resolves and checks the settings of a circuit; `None` where a fault leaves them open.
pub fn settings(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    constants: &Constants,
    findings: &mut Findings,
) -> Option<Settings> {
    let place = |span: &std::ops::Range<usize>| scenario.place(span);
    let service = service_of(spec, scenario, findings);
    let profile = match &spec.product {
        Some(name) => Profile::from_name(&name.value)?,
        None => Profile::default_profile(),
    };
    let buffer = buffer_of(spec, service, &place, findings);
    let service = service?;
    let payload = payload_of(spec, service, profile, &place, findings)?;
    let (buffer, model) = (
        buffer?,
        PlayoutModel::from_name(&spec.playout.as_ref()?.value)?,
    );
    let packet_time_exact_ps = service.packet_time_exact_ps(payload);
    let count = |packets: u64| u32::try_from(packets).unwrap_or(u32::MAX);
    let limits = ReceiverLimits {
        missing: count(constants.missing_limit()),
        in_sync: count(constants.in_sync()),
        setup_timeout: constants.setup_timeout(),
    };
    let encapsulation = Encapsulation {
        vlan: spec.vlan,
        labels: u8::try_from(spec.labels.unwrap_or(2)).ok()?,
        rtp: spec.rtp,
        minimum_frame: spec.minimum_frame.map_or(constants.frame_minimum(), Octets),
    };
    Some(Settings {
        service,
        profile,
        payload,
        packet_time_exact_ps,
        buffer,
        model,
        receiver: service::receiver(model, buffer, packet_time_exact_ps, limits).ok()?,
        encapsulation,
        sizes: encapsulation.sizes(payload),
    })
}

fn service_of(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<Service> {
    // An E1 or T1 interface without timeslots carries the whole line.
    let whole = spec
        .interface
        .as_ref()
        .filter(|_| spec.timeslots.is_none() && !spec.has_timeslots);
    let implied = match whole.map(|interface| interface.value.as_str()) {
        Some("E1") => "satop-e1",
        Some("T1") => "satop-t1",
        _ => "cesopsn",
    };
    let name = spec
        .service
        .as_ref()
        .map_or(implied, |name| name.value.as_str());
    let circuit = &spec.name.value;
    if name != "cesopsn" {
        if let Some(slots) = &spec.timeslots {
            let title = format!("circuit {circuit}: {name} has no timeslots");
            let place = scenario.place(&slots.span);
            findings.push(
                Diagnostic::error(title, place, "SAToP carries the whole E1 or T1")
                    .help("leave `timeslots` out, or use service = \"cesopsn\""),
            );
        }
        return Some(if name == "satop-e1" {
            Service::SatopE1
        } else {
            Service::SatopT1
        });
    }
    let Some(slots) = &spec.timeslots else {
        if !spec.has_timeslots {
            let title = format!("circuit {circuit} has no `timeslots`");
            let place = scenario.place(&spec.span);
            findings.push(
                Diagnostic::error(title, place, "`timeslots` is missing here")
                    .help("timeslots: a whole number from 1 to 31"),
            );
        }
        return None;
    };
    let limit = spec
        .interface
        .as_ref()
        .and_then(|interface| INTERFACES.iter().find(|known| known.0 == interface.value));
    if let Some((interface, most)) = limit
        && slots.value > *most
    {
        let title = format!("circuit {circuit}: {interface} carries at most {most} timeslots");
        let label = format!("{interface} ends at {most}");
        findings.push(Diagnostic::error(title, scenario.place(&slots.span), label));
        // The payload was chosen for another number: nothing more is said of it.
        return None;
    }
    Service::cesopsn(slots.value)
}

fn buffer_of(
    spec: &CircuitSpec,
    service: Option<Service>,
    place: &impl Fn(&std::ops::Range<usize>) -> Place,
    findings: &mut Findings,
) -> Option<Span> {
    let At { value, span } = spec.jitter_buffer.as_ref()?;
    let OrDefault::Given(ps) = value else {
        return Some(service?.default_jitter_buffer());
    };
    let whole = ps.is_multiple_of(PS_PER_MS);
    if !whole || !JITTER_BUFFER_MS.contains(&(ps / PS_PER_MS)) {
        let circuit = &spec.name.value;
        let title = format!("jitter buffer of circuit {circuit} cannot be set to this");
        let label = match whole {
            true => "outside 1 ms to 250 ms",
            false => "not a whole number of milliseconds",
        };
        findings.push(
            Diagnostic::error(title, place(span), label)
                .help("whole milliseconds from 1 ms to 250 ms, or \"default\""),
        );
        return None;
    }
    Some(Span(*ps))
}

fn payload_of(
    spec: &CircuitSpec,
    service: Service,
    profile: &'static Profile,
    place: &impl Fn(&std::ops::Range<usize>) -> Place,
    findings: &mut Findings,
) -> Option<Octets> {
    let At { value, span } = spec.payload.as_ref()?;
    let payload = match value {
        OrDefault::Given(octets) => Octets(*octets),
        OrDefault::Default => service.default_payload(),
    };
    let Err(error) = service.check_payload(payload, profile) else {
        return Some(payload);
    };
    let circuit = &spec.name.value;
    let (label, help) = match error {
        PayloadError::PartialFrame { below: 0, above } => (
            "not a whole number of 125 us frames",
            format!("such as {above} B"),
        ),
        PayloadError::PartialFrame { below, above } => (
            "not a whole number of 125 us frames",
            format!("such as {below} B or {above} B"),
        ),
        PayloadError::TooSmall(least) => ("too small", format!("at least {least} B")),
        PayloadError::TooLarge(most) => ("too large", format!("at most {most} B")),
        PayloadError::NotAMultiple(step) => ("not a multiple", format!("a multiple of {step} B")),
    };
    let title = format!(
        "circuit {circuit}: {} takes no payload of {payload}",
        profile.name
    );
    findings.push(Diagnostic::error(title, place(span), label).help(format!(
        "{help}; limits of {}: {}",
        profile.name, profile.source
    )));
    None
}

/// The share of a frame's wire octets that is padding, in hundredths of a percent, rounded half
/// up.
#[must_use]
pub fn padding_share(sizes: &FrameSizes) -> u64 {
    let wire = sizes.wire.0.max(1);
    (2 * sizes.padding.0 * 10_000 + wire) / (2 * wire)
}

/// The names that reports use, from a resolved circuit.
#[must_use]
pub(super) fn report_circuit(
    spec: &CircuitSpec,
    settings: &Settings,
    class: crate::traffic::Class,
    directions: [super::Direction; 2],
) -> Circuit {
    Circuit {
        name: spec.name.value.clone(),
        scheme: spec.scheme.clone().unwrap_or_else(|| "none".to_owned()),
        class,
        service: settings.service,
        profile: settings.profile,
        encapsulation: settings.encapsulation,
        payload: settings.payload,
        packet_time_exact_ps: settings.packet_time_exact_ps,
        jitter_buffer: settings.buffer,
        playout: settings.model.name(),
        receiver: settings.receiver.clone(),
        rates: settings.rates(),
        directions,
    }
}
