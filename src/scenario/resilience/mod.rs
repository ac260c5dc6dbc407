//! What fails in a scenario, and what protects against it: from names to ids.
//!
//! Here stands what the network and the words alone say. Paths are computed later, and only there
//! does it show whether constraints can be met.

pub mod profile;

pub use self::profile::{ControlProfile, PROFILES};

use super::carriers;
use super::defaults::FREQUENCY_DEFAULT_HZ;
use super::diagnostic::Findings;
use super::load::Ready;
use super::network::Network;
use super::spec::ScenarioSpec;
use super::streams::ReadyCircuit;
use crate::mpls::constraints::Constraints;
use crate::mpls::outage::{Element, Outages, Stretch};
use crate::mpls::settings::ControlSettings;
use crate::topology::{Carries, LinkId, NodeId, Path};
use crate::units::time::PS_PER_S;
use crate::units::{SimTime, Span};

/// What fails, who notices when, and what then happens to each circuit.
#[derive(Clone, Debug)]
pub struct Resilience {
    /// Whether the scenario says anything of failures or protection. Where it does not, its results
    /// are those of a network in which nothing fails, and no default of this is listed.
    pub written: bool,
    /// Name of the profile that gave what `[control]` leaves out.
    pub profile: &'static str,
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
}

/// What happens to a circuit when its path is cut, as `protection` names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProtectionKind {
    /// It stays where it is: a circuit without packets that has no ring.
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
        Self {
            written: false,
            profile: profile.name,
            control: ControlSettings {
                detection: vec![profile.detection; links],
                damping: vec![profile.damping; links],
                repair: profile.repair,
                message: profile.message,
                igp: profile.igp,
                reoptimise: profile.reoptimise,
                retry: profile.retry,
                revert: profile.revert,
                penultimate_pop: profile.penultimate_pop,
            },
            relay_recovery: RelayRecovery {
                messages: profile.relay_messages,
                interval: Span(PS_PER_S.div_ceil(4 * frequency_hz)),
            },
            circuits: Vec::new(),
            bypasses: Vec::new(),
            outages: Outages::default(),
            planned: Vec::new(),
            events: Vec::new(),
            lines: Vec::new(),
            admin_groups: Vec::new(),
        }
    }
}

/// Works out all of it; tells what cannot be.
pub(super) fn settle(
    spec: &ScenarioSpec,
    network: &Network,
    ready: &Ready<'_>,
    _findings: &mut Findings,
) -> Resilience {
    let frequency = spec
        .frequency
        .as_ref()
        .map_or(FREQUENCY_DEFAULT_HZ, |at| at.value);
    let links = network.topology.links().len();
    let base = Resilience::of_profile(&PROFILES[0], links, frequency);
    let of_circuit = |circuit: &ReadyCircuit<'_>| CircuitProtection {
        kind: match carriers::wanted(circuit.spec) {
            Carries::Packets => ProtectionKind::Facility,
            _ => ProtectionKind::None,
        },
        written: false,
        second: [None, None],
        constraints: None,
        co_routed: true,
        revert: base.control.revert,
    };
    Resilience {
        circuits: ready.circuits.iter().map(of_circuit).collect(),
        ..base
    }
}
