//! What fails in a scenario, and what protects against it: from names to ids.
//!
//! Here stands what the network and the words alone say. Paths are computed later, and only there
//! does it show whether constraints can be met.

mod bypasses;
mod circuits;
mod control;
mod elements;
mod events;
pub mod profile;
pub(super) mod topology;

pub use self::profile::{ControlProfile, PROFILES};

use self::control::Control;
use self::events::Happened;
use super::UsedConstant;
use super::defaults::FREQUENCY_DEFAULT_HZ;
use super::diagnostic::Findings;
use super::load::Ready;
use super::network::Network;
use super::spec::{ScenarioSpec, TopologySpec};
use crate::mpls::constraints::Constraints;
use crate::mpls::outage::{Element, Outages, Stretch};
use crate::mpls::settings::{ControlSettings, Detection};
use crate::topology::{LinkId, NodeId, Path};
use crate::units::{SimTime, Span};

/// What fails, who notices when, and what then happens to each circuit.
#[derive(Clone, Debug)]
pub struct Resilience {
    /// Whether the scenario says anything of failures or protection. Where it does not, its results
    /// are those of a network in which nothing fails, and no default of this is listed.
    pub written: bool,
    /// Name of the profile that gave what `[control]` leaves out.
    pub profile: &'static str,
    /// How a cut is seen on links that do not say.
    pub detection: Detection,
    /// When nodes act.
    pub control: ControlSettings,
    /// How long a relay is silent after its channel is back.
    pub relay_recovery: RelayRecovery,
    /// In order of name, as the circuits of the scenario.
    pub circuits: Vec<CircuitProtection>,
    /// Bypasses given as the routers have them, in the order of (point of local repair, link,
    /// length).
    pub bypasses: Vec<ExplicitBypass>,
    /// What the events cut.
    pub outages: Outages,
    /// What is announced before it is cut, in order of time.
    pub planned: Vec<Planned>,
    /// Every failure as it was written, in order of (first instant, label).
    pub events: Vec<FailureEvent>,
    /// Power lines of the topology, in order of name.
    pub lines: Vec<PowerLine>,
    /// Names of the administrative groups, by bit.
    pub admin_groups: Vec<String>,
    /// Every value of the control plane with its source, in order of name.
    pub constants: Vec<UsedConstant>,
    /// What is left to its default, as "control: repair 5 ms".
    pub defaults: Vec<String>,
}

/// What happens to a circuit when its path is cut, as `protection` names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProtectionKind {
    /// It stays where it is.
    None,
    /// It follows the shortest path of every node (LDP).
    Igp,
    /// Its head end signals a new path (RSVP-TE without protection).
    Resignal,
    /// Facility backup (RFC 4090 §3.2).
    Facility,
    /// One-to-one backup (RFC 4090 §3.1).
    Detour,
    /// A second path that is signalled before.
    Standby,
    /// A second path that is signalled when it is needed.
    Secondary,
    /// A second pseudowire (RFC 6718).
    Pseudowire,
    /// Two copies, the first of each packet counts.
    Hitless,
    /// Two ways round a ring of timeslots; each end picks the better one.
    Ring,
}

impl ProtectionKind {
    /// All, in order.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::Igp,
        Self::Resignal,
        Self::Facility,
        Self::Detour,
        Self::Standby,
        Self::Secondary,
        Self::Pseudowire,
        Self::Hitless,
        Self::Ring,
    ];

    /// The word in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Igp => "igp",
            Self::Resignal => "resignal",
            Self::Facility => "facility",
            Self::Detour => "detour",
            Self::Standby => "standby",
            Self::Secondary => "secondary",
            Self::Pseudowire => "pseudowire",
            Self::Hitless => "hitless",
            Self::Ring => "ring",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it stands on a second path of the whole way.
    #[must_use]
    pub fn has_second_path(self) -> bool {
        matches!(
            self,
            Self::Standby | Self::Secondary | Self::Pseudowire | Self::Hitless | Self::Ring
        )
    }
}

/// The protection of a circuit.
#[derive(Clone, Debug)]
pub struct CircuitProtection {
    /// What happens when its path is cut.
    pub kind: ProtectionKind,
    /// Whether the circuit itself says so; else it is the scenario's default.
    pub written: bool,
    /// Second path as given, a→z and z→a; `None`: to be computed, where the kind has one.
    pub second: [Option<Path>; 2],
    /// What its paths have to meet; `None`: nothing said.
    pub constraints: Option<Constraints>,
    /// Whether both directions take the same links, after a re-optimisation too.
    pub co_routed: bool,
    /// A second pseudowire is left so long after the first is whole again; `None`: never. Of no
    /// meaning to other kinds.
    pub revert: Option<Span>,
}

/// A bypass tunnel as its router has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExplicitBypass {
    /// Point of local repair: where `path` begins.
    pub at: NodeId,
    /// The link next to it that is protected.
    pub protects: LinkId,
    /// From the point of local repair to the merge point, not over `protects`.
    pub path: Path,
}

/// What is announced before it is cut: head ends leave it make before break.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What is taken out of service.
    pub element: Element,
    /// When it is announced.
    pub announced: SimTime,
    /// When it is out of service.
    pub stretch: Stretch,
}

/// A failure as the scenario has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureEvent {
    /// For reports: "link KEE-ELL", "link KEE-ELL a-z", "link KEE-ELL radio hop 2",
    /// "line 500 kV KEE-ELL".
    pub label: String,
    /// What kind of event it was.
    pub kind: FailureKind,
    /// What fails; nothing, where the ground wire of a faulted line stays whole.
    pub element: Option<Element>,
    /// When it is down, ascending; a fault that breaks nothing has its instant alone: empty.
    pub stretches: Vec<Stretch>,
    /// When it happens; of maintenance, when it is announced.
    pub at: SimTime,
}

/// How something came to fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FailureKind {
    /// `fail`.
    Fail,
    /// `flap`.
    Flap,
    /// `maintenance`.
    Maintenance,
    /// `fault` of a power line.
    Fault,
}

/// A power line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PowerLine {
    /// Its name.
    pub name: String,
    /// The substations that it joins.
    pub ends: [NodeId; 2],
    /// Links in its ground wire, ascending.
    pub links: Vec<LinkId>,
}

/// When a relay trusts its channel again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RelayRecovery {
    /// Good messages that it waits for.
    pub messages: u32,
    /// From one message to the next.
    pub interval: Span,
}

impl Resilience {
    /// Nothing fails, and every default of the profile holds.
    #[must_use]
    pub fn of_profile(profile: &'static ControlProfile, links: usize, frequency_hz: u64) -> Self {
        let control = control::of_profile(profile, links, frequency_hz);
        Self::assembled(control, Happened::default())
    }

    fn assembled(control: Control, happened: Happened) -> Self {
        Self {
            written: false,
            profile: control.profile,
            detection: control.detection,
            control: control.settings,
            relay_recovery: control.relay_recovery,
            circuits: Vec::new(),
            bypasses: Vec::new(),
            outages: happened.outages,
            planned: happened.planned,
            events: happened.events,
            lines: Vec::new(),
            admin_groups: Vec::new(),
            constants: control.constants,
            defaults: control.defaults,
        }
    }
}

/// What all of it is worked out from.
struct Sources<'a> {
    spec: &'a ScenarioSpec,
    topology: &'a TopologySpec,
    network: &'a Network,
    frequency_hz: u64,
    duration: Span,
}

/// Works out all of it; tells what cannot be.
pub(super) fn settle(
    spec: &ScenarioSpec,
    (topology, network): (&TopologySpec, &Network),
    ready: &Ready<'_>,
    duration: Span,
    findings: &mut Findings,
) -> Resilience {
    let from = Sources {
        spec,
        topology,
        network,
        frequency_hz: spec
            .frequency
            .as_ref()
            .map_or(FREQUENCY_DEFAULT_HZ, |at| at.value),
        duration,
    };
    let control = control::settle(&from, findings);
    let revert = control.settings.revert;
    let happened = events::settle(&from, findings);
    let mut settled = Resilience {
        written: spec.resilient,
        circuits: circuits::settle(&from, &ready.circuits, revert, findings),
        bypasses: bypasses::settle(&from, findings),
        lines: network.lines.clone(),
        admin_groups: network.admin_groups.clone(),
        ..Resilience::assembled(control, happened)
    };
    for (circuit, protection) in ready.circuits.iter().zip(&settled.circuits) {
        if !protection.written && spec.protection.is_none() {
            let (name, kind) = (&circuit.spec.name.value, protection.kind.name());
            settled
                .defaults
                .push(format!("circuit {name}: protection {kind}"));
        }
    }
    settled
}
