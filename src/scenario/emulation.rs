//! Circuit emulation: service, payload, jitter buffer, play-out and clocks of one C-pipe.

use super::carriage::{Emulation, LayerRates};
use super::circuits::has;
use super::clocks::{Clocks, clocks};
use super::diagnostic::{Diagnostic, Findings, Place};
use super::interfaces::{InterfaceProfile, InterfaceUse, refused};
use super::shape::{Content, PacketShape};
use super::spec::{CircuitSpec, OrDefault, ScenarioSpec, SizeSpec};
use super::value::At;
use crate::pseudowire::encapsulation::{Encapsulation, FrameSizes};
use crate::pseudowire::receive::{LatePolicy, Receiver};
use crate::pseudowire::service::{
    self, BufferError, PayloadError, PlayoutError, PlayoutModel, Profile, ReceiverLimits, Service,
};
use crate::topology::Constants;
use crate::units::quantity::{TIME, format as quantity};
use crate::units::{Octets, Span};

/// What the settings of a C-pipe are made from.
pub struct Given<'a> {
    /// As written.
    pub spec: &'a CircuitSpec,
    /// Where it stands.
    pub scenario: &'a ScenarioSpec,
    /// The constants in force.
    pub constants: &'a Constants,
    /// Length of the run.
    pub duration: Option<Span>,
    /// Around the payload.
    pub encapsulation: Encapsulation,
    /// The relay's interface, where it has no fault.
    pub interface: Option<&'a InterfaceUse>,
}

/// One packet of a C-pipe.
#[must_use]
pub fn packet(emulation: &Emulation) -> PacketShape {
    let octets = emulation.payload + emulation.signalling;
    let content = if emulation.silent {
        let from = emulation.sizes.mpls.0 - octets.0;
        Content::AllOnes { from }
    } else {
        Content::Data
    };
    PacketShape {
        content,
        ..frame(&emulation.sizes, &emulation.encapsulation)
    }
}

/// A frame of these sizes.
#[must_use]
pub fn frame(sizes: &FrameSizes, encapsulation: &Encapsulation) -> PacketShape {
    PacketShape {
        size: SizeSpec::Frame(sizes.frame.0),
        body: sizes.mpls,
        content: Content::Data,
        header: Octets(sizes.frame.0 - sizes.padding.0 - sizes.mpls.0),
        minimum_frame: encapsulation.minimum_frame,
        transport_labels: u32::from(encapsulation.labels.saturating_sub(1)),
    }
}

impl Given<'_> {
    /// Resolves and checks the settings; `None` where a fault leaves them open.
    pub fn settings(&self, findings: &mut Findings) -> Option<Emulation> {
        let Self { spec, scenario, .. } = self;
        let service = self.service(findings);
        let profile = match &spec.product {
            Some(name) => Profile::from_name(&name.value)?,
            None => Profile::default_profile(),
        };
        let expected = "\"fill-half\" | \"prefill\" | …; the models differ by milliseconds";
        let written = has(spec, "playout", expected, scenario, findings);
        let model = written.then(|| PlayoutModel::from_name(&spec.playout.as_ref()?.value));
        let model = model.flatten().map(|model| self.flagged(model, findings));
        let buffer = self.buffer(service, profile, model, findings);
        let clocks = clocks(spec, scenario, self.duration, findings);
        let service = service?;
        let payload = self.payload(service, profile, findings)?;
        let packet_time_exact_ps = service.packet_time_exact_ps(payload);
        let (configured, model, clocks) = (buffer?, model?, clocks?);
        let acting = spec.effective_buffer.as_ref();
        let acting = acting.map_or(configured, |at| Span(at.value));
        let receivers = self.receivers(model, acting, packet_time_exact_ps, &clocks, findings)?;
        let signalling = Octets(self.signalling_octets(service, payload));
        let sizes = self.encapsulation.sizes(payload + signalling);
        Some(Emulation {
            service,
            profile,
            encapsulation: self.encapsulation,
            payload,
            signalling,
            silent: spec.silent,
            packet_time_exact_ps,
            jitter_buffer: configured,
            effective_buffer: model.effective_buffer(acting, packet_time_exact_ps),
            model,
            receivers,
            senders: clocks.senders,
            clock_kind: clocks.kind,
            sizes,
            rates: LayerRates::of(payload, &sizes, packet_time_exact_ps),
        })
    }

    /// The defaults of packets and buffers that are known are those of one family of products.
    fn has_defaults(
        &self,
        profile: &Profile,
        key: &str,
        span: &std::ops::Range<usize>,
        findings: &mut Findings,
    ) -> Option<()> {
        if profile.name.starts_with("nokia-") {
            return Some(());
        }
        let name = &self.spec.name.value;
        let title = format!(
            "circuit {name}: {} has no known default for `{key}`",
            profile.name
        );
        let help = format!("write `{key}`; defaults are known of nokia-7705 and nokia-7750 only");
        let place = self.place(span);
        findings.push(Diagnostic::error(title, place, "a default is asked for").help(help));
        None
    }

    /// The model with the flag that one of them has.
    fn flagged(&self, model: PlayoutModel, findings: &mut Findings) -> PlayoutModel {
        let Some(flag) = &self.spec.packetization_added else {
            return model;
        };
        if let PlayoutModel::Extreme { .. } = model {
            return PlayoutModel::Extreme {
                packetization_added: flag.value,
            };
        }
        let name = &self.spec.name.value;
        let title = format!("circuit {name}: {} has no such flag", model.name());
        let label = "only playout = \"extreme\" has it";
        findings.push(Diagnostic::error(title, self.place(&flag.span), label).help(
            "leave `packetization_added` out: packetization is part of every other model's delay",
        ));
        model
    }

    fn place(&self, span: &std::ops::Range<usize>) -> Place {
        self.scenario.place(span)
    }

    fn signalling_octets(&self, service: Service, payload: Octets) -> u64 {
        let (Service::Cesopsn { timeslots }, Some(interface)) = (service, self.interface) else {
            return 0;
        };
        let slots = u64::from(timeslots);
        interface.signalling_octets(slots, payload.0 / slots)
    }

    fn receivers(
        &self,
        model: PlayoutModel,
        buffer: Span,
        packet_time_exact_ps: (u64, u64),
        clocks: &Clocks,
        findings: &mut Findings,
    ) -> Option<[Receiver; 2]> {
        let count = |packets: u64| u32::try_from(packets).unwrap_or(u32::MAX);
        let limits = ReceiverLimits {
            missing: count(self.constants.missing_limit()),
            in_sync: count(self.constants.in_sync()),
            setup_timeout: self.constants.setup_timeout(),
        };
        let late = match &self.spec.late_policy {
            Some(word) if word.value == "recentre" => LatePolicy::Recentre,
            _ => LatePolicy::Discard,
        };
        match service::receiver(model, buffer, packet_time_exact_ps, limits) {
            Ok(receiver) => Some([0, 1].map(|way| Receiver {
                late,
                clock: clocks.receivers[way].clone(),
                ..receiver.clone()
            })),
            Err(PlayoutError::BufferBelowPacket(least)) => {
                let spec = self.spec;
                let name = &spec.name.value;
                let title = format!(
                    "jitter buffer of circuit {name} is shorter than a packet under {}",
                    model.name()
                );
                let span = ["effective_jitter_buffer", "jitter_buffer"]
                    .iter()
                    .find_map(|key| spec.keys.get(key));
                let help = format!("at least {}", quantity(least.0, &TIME));
                let place = self.place(span.unwrap_or(&spec.span));
                findings.push(Diagnostic::error(title, place, "too short").help(help));
                None
            }
        }
    }

    fn service(&self, findings: &mut Findings) -> Option<Service> {
        let Self { spec, scenario, .. } = self;
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
        if name == "cesopsn" {
            return Service::cesopsn(timeslots(spec, scenario, findings)?);
        }
        if let Some(slots) = &spec.timeslots {
            let title = format!("circuit {}: {name} has no timeslots", spec.name.value);
            let place = scenario.place(&slots.span);
            findings.push(
                Diagnostic::error(title, place, "SAToP carries the whole E1 or T1")
                    .help("leave `timeslots` out, or use service = \"cesopsn\""),
            );
        }
        let (service, line) = match name {
            "satop-e1" => (Service::SatopE1, "E1"),
            _ => (Service::SatopT1, "T1"),
        };
        if let Some(interface) = &spec.interface
            && interface.value != line
        {
            let title = format!("circuit {}: {name} needs a whole {line}", spec.name.value);
            let place = scenario.place(&interface.span);
            let label = format!("{} is none", interface.value);
            let help = format!("interface = \"{line}\", or leave `interface` out");
            findings.push(Diagnostic::error(title, place, label).help(help));
        }
        Some(service)
    }

    fn buffer(
        &self,
        service: Option<Service>,
        profile: &'static Profile,
        model: Option<PlayoutModel>,
        findings: &mut Findings,
    ) -> Option<Span> {
        if model.is_some_and(|model| !model.uses_configured_buffer()) {
            for key in ["jitter_buffer", "effective_jitter_buffer"] {
                if let Some(span) = self.spec.keys.get(key) {
                    let help = "under this play-out the buffer follows from the packet time: the \
                                longer of 3 ms and two packets; leave it out";
                    refused(self.spec, self.scenario, (key, span), help, findings);
                }
            }
        }
        let At { value, span } = self.spec.jitter_buffer.as_ref()?;
        let OrDefault::Given(ps) = value else {
            self.has_defaults(profile, "jitter_buffer", span, findings)?;
            return Some(self.default_buffer(service?));
        };
        let limits = &profile.buffer;
        let range = format!(
            "{} to {}",
            quantity(limits.min.0, &TIME),
            quantity(limits.max.0, &TIME)
        );
        // How many packets it holds is judged where the packet time is known. A minimum of one
        // packet time never fails here.
        let unit = match quantity(limits.step.0, &TIME).as_str() {
            "1 ms" => "whole milliseconds".to_owned(),
            "1 us" => "whole microseconds".to_owned(),
            step => format!("multiples of {step}"),
        };
        let label = match profile.check_buffer(Span(*ps), (1, 1)) {
            Err(BufferError::TooShort(_) | BufferError::TooLong(_)) => format!("outside {range}"),
            Err(BufferError::NotAMultiple(_)) => format!("not in {unit}"),
            Ok(_) | Err(BufferError::FewerPackets(_) | BufferError::MorePackets(_)) => {
                return Some(Span(*ps));
            }
        };
        let title = format!(
            "jitter buffer of circuit {} cannot be set to this",
            self.spec.name.value
        );
        let help = format!("{unit} from {range}, or \"default\"");
        findings.push(Diagnostic::error(title, self.place(span), label).help(help));
        None
    }

    /// The product's, or with signalling what the MIB says of it: 8 ms for the multiframes of an
    /// E1, 12 ms for those of a T1 (TIMETRA-SAP-MIB `sapCemJitterBuffer`).
    fn default_buffer(&self, service: Service) -> Span {
        match self.interface.and_then(InterfaceUse::multiframe) {
            Some(frames) => Span::from_us(500) * frames,
            None => service.default_jitter_buffer(),
        }
    }

    fn payload(
        &self,
        service: Service,
        profile: &'static Profile,
        findings: &mut Findings,
    ) -> Option<Octets> {
        let At { value, span } = self.spec.payload.as_ref()?;
        if *value == OrDefault::Default {
            self.has_defaults(profile, "payload", span, findings)?;
        }
        let multiframe = self.interface.and_then(InterfaceUse::multiframe);
        let slots = match service {
            Service::Cesopsn { timeslots } => u64::from(timeslots),
            Service::SatopE1 | Service::SatopT1 => 1,
        };
        let payload = match (value, multiframe) {
            (OrDefault::Given(octets), _) => Octets(*octets),
            // One multiframe (TIMETRA-SAP-MIB sapCemPayloadSize: 16·N, 24·N).
            (OrDefault::Default, Some(frames)) => Octets(frames * slots),
            (OrDefault::Default, None) => service.default_payload(),
        };
        let told = format!(
            "circuit {}: {} takes no payload of {payload}",
            self.spec.name.value, profile.name
        );
        if let Err(error) = service.check_payload(payload, profile) {
            let (label, help) = payload_fault(error);
            let help = format!("{help}; limits of {}: {}", profile.name, profile.source);
            findings.push(Diagnostic::error(told, self.place(span), label).help(help));
            return None;
        }
        let whole = multiframe.map(|frames| frames * slots);
        if let Some(octets) = whole.filter(|octets| !payload.0.is_multiple_of(*octets)) {
            let title = format!("circuit {}: a broken multiframe", self.spec.name.value);
            let help = format!("multiples of {octets} B: signalling comes in whole multiframes");
            let place = self.place(span);
            findings.push(Diagnostic::error(title, place, "not whole multiframes").help(help));
            return None;
        }
        Some(payload)
    }
}

fn payload_fault(error: PayloadError) -> (&'static str, String) {
    match error {
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
    }
}

/// The timeslots of a structured circuit, within what its interface carries; `None` after a fault.
pub(super) fn timeslots(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<u64> {
    let circuit = &spec.name.value;
    let interface = spec.interface.as_ref();
    let profile = interface.and_then(|interface| InterfaceProfile::from_name(&interface.value));
    let Some(slots) = &spec.timeslots else {
        if spec.has_timeslots {
            return None;
        }
        // What carries one timeslot at most needs no number.
        if profile.is_some_and(|profile| profile.timeslots == 1) {
            return Some(1);
        }
        let title = format!("circuit {circuit} has no `timeslots`");
        let place = scenario.place(&spec.span);
        findings.push(
            Diagnostic::error(title, place, "`timeslots` is missing here")
                .help("timeslots: a whole number from 1 to 31"),
        );
        return None;
    };
    if let Some(profile) = profile
        && slots.value > profile.timeslots
    {
        let (name, most) = (profile.name, profile.timeslots);
        let title = format!("circuit {circuit}: {name} carries at most {most} timeslots");
        let label = format!("{name} ends at {most}");
        findings.push(Diagnostic::error(title, scenario.place(&slots.span), label));
        // The payload was chosen for another number: nothing more is said of it.
        return None;
    }
    Some(slots.value)
}
