//! Keys of what fails and of what protects: detection, control plane, protection, bypasses.

use super::{FLOW_RATE, PATH, TIME_OR_ZERO, TIME_POSITIVE};
use crate::scenario::fields::{Field, Kind, Variant};
use crate::units::limits::DURATION_MAX;
use crate::units::quantity::TIME;

/// Hold timers of a port: 0 to 900 s (7705 SAR OS Interface Configuration Guide).
const HOLD: Kind = Kind::Quantity(&TIME, 0, 900_000_000_000_000);
/// A timer that a person may set to an hour.
const HOUR: u64 = 3_600_000_000_000_000;
const TIMER: Kind = Kind::Quantity(&TIME, 0, HOUR);
const TIMER_POSITIVE: Kind = Kind::Quantity(&TIME, 1, HOUR);
const OUTAGE: Kind = Kind::Quantity(&TIME, 1, DURATION_MAX.0);
const NOTICE: Kind = Kind::Quantity(&TIME, 0, DURATION_MAX.0);
const REVERT: Kind = Kind::AnyOf(&[Kind::Word("never"), TIMER]);

const DELAY: Field = Field::required("delay", &TIME_OR_ZERO, "From the cut until it is seen.");
const HOLD_OFF: Field = Field::optional(
    "hold_off",
    &HOLD,
    "From there until it is believed; default 0 ms.",
);
const INTERVAL: Field = Field::required("interval", &TIME_POSITIVE, "From packet to packet.");
const MULTIPLIER: Field = Field::optional(
    "multiplier",
    &Kind::Whole(1, 255),
    "Down after so many intervals without one; default 3.",
);

/// How a cut is seen.
pub(super) const DETECTION: Kind = Kind::Tagged(&[
    Variant {
        name: "los",
        fields: Some(&[DELAY, HOLD_OFF]),
    },
    Variant {
        name: "fast-fault",
        fields: Some(&[DELAY, HOLD_OFF]),
    },
    Variant {
        name: "bfd",
        fields: Some(&[INTERVAL, MULTIPLIER]),
    },
    Variant {
        name: "hello",
        fields: Some(&[INTERVAL, MULTIPLIER]),
    },
]);

/// Keys of the control plane.
pub(super) const CONTROL: &[Field] = &[
    Field::optional(
        "profile",
        &Kind::OneOf {
            words: &["tuned", "vendor-2010"],
            not_yet: &[],
        },
        "Named set of all values below, default tuned; `presets show` lists each with its source.",
    ),
    Field::optional(
        "detection",
        &DETECTION,
        "How a cut is seen on every link that does not say; default of the profile.",
    ),
    Field::optional(
        "repair",
        &TIME_OR_ZERO,
        "From knowing of a cut to forwarding the other way.",
    ),
    Field::optional(
        "message",
        &TIME_OR_ZERO,
        "A node's handling of a signalling message, besides propagation.",
    ),
    Field::optional(
        "igp",
        &Kind::Table(IGP),
        "Stages of the interior gateway protocol.",
    ),
    Field::optional(
        "reoptimise",
        &TIMER,
        "How long a head end holds after a local repair before it signals a better path.",
    ),
    Field::optional(
        "retry",
        &TIMER_POSITIVE,
        "From one attempt to signal a path to the next.",
    ),
    Field::optional(
        "revert",
        &REVERT,
        "How long after the first path is whole again a head end goes back to it, or never.",
    ),
    Field::optional(
        "damping",
        &Kind::Table(DAMPING),
        "How a flapping link is held down.",
    ),
    Field::optional(
        "penultimate_pop",
        &Kind::Flag,
        "Whether the node before the last takes the transport label off; default false.",
    ),
    Field::optional(
        "relay_recovery",
        &Kind::Table(RELAY_RECOVERY),
        "When a relay trusts its channel again.",
    ),
];

const IGP: &[Field] = &[
    Field::optional(
        "generate",
        &TIME_OR_ZERO,
        "From detection to the first advertisement.",
    ),
    Field::optional(
        "pacing",
        &TIME_OR_ZERO,
        "At every node that floods it on, besides propagation.",
    ),
    Field::optional(
        "spf_wait",
        &TIME_OR_ZERO,
        "From the first advertisement to the computation.",
    ),
    Field::optional("spf", &TIME_OR_ZERO, "The computation."),
    Field::optional(
        "fib",
        &TIME_OR_ZERO,
        "From its result to the forwarding table.",
    ),
];

const DAMPING: &[Field] = &[
    Field::optional(
        "hold",
        &TIMER,
        "After a first fall; doubled with every further one.",
    ),
    Field::optional("max", &TIMER, "At most."),
    Field::optional("window", &TIMER, "Falls so close together count."),
];

const RELAY_RECOVERY: &[Field] = &[
    Field::optional(
        "messages",
        &Kind::Whole(0, 10_000),
        "Good messages that a relay waits for; default of the profile.",
    ),
    Field::optional(
        "interval",
        &TIME_POSITIVE,
        "From message to message; default a quarter of a cycle.",
    ),
];

pub(super) const PROTECTION: Kind = Kind::OneOf {
    words: &[
        "facility",
        "detour",
        "standby",
        "secondary",
        "pseudowire",
        "hitless",
        "resignal",
        "igp",
        "ring",
        "none",
    ],
    not_yet: &[],
};

/// Keys of what holds for circuits that say nothing.
pub(super) const DEFAULT_PROTECTION: &[Field] = &[Field::required(
    "default",
    &PROTECTION,
    "Protection of circuits over packets that name none.",
)];

/// Keys of a circuit that say how it is protected.
pub(super) const FIELD_PROTECTION: Field = Field::optional(
    "protection",
    &PROTECTION,
    "What happens when its path is cut; default of [protection], else facility. `ring` is for \
     timeslots, all others but `none` for packets.",
);
pub(super) const FIELD_SECOND_PATH: Field = Field::optional(
    "second_path",
    &Kind::AnyOf(&[PATH, Kind::Table(super::circuit::PATH_BY_DIRECTION)]),
    "Second path of standby, secondary, pseudowire, hitless and ring; default the one that shares \
     least with the first.",
);
pub(super) const FIELD_CO_ROUTED: Field = Field::optional(
    "co_routed",
    &Kind::Flag,
    "Whether both directions take the same links, after a re-optimisation too; default true.",
);
pub(super) const FIELD_REVERT: Field = Field::optional(
    "revert",
    &REVERT,
    "Of protection pseudowire: how long after the first is whole again; default of [control].",
);
pub(super) const FIELD_CONSTRAINTS: Field = Field::optional(
    "constraints",
    &Kind::Table(CONSTRAINTS),
    "What its paths have to meet.",
);

const NAMES: Kind = Kind::List(&Kind::Name, 0, 100);

const CONSTRAINTS: &[Field] = &[
    Field::optional(
        "metric",
        &Kind::OneOf {
            words: &["igp", "te", "delay"],
            not_yet: &[],
        },
        "What is summed: the routing metric (default), te_metric, or the delay in ns.",
    ),
    Field::optional(
        "bandwidth",
        &FLOW_RATE,
        "Reserved on every link; default none.",
    ),
    Field::optional(
        "setup",
        &Kind::Whole(0, 7),
        "Priority at which bandwidth is asked for, 0 first; default 7.",
    ),
    Field::optional(
        "hold",
        &Kind::Whole(0, 7),
        "Priority at which it is held; default that of setup, never worse.",
    ),
    Field::optional(
        "include_any",
        &NAMES,
        "Only links with one of these groups.",
    ),
    Field::optional("include_all", &NAMES, "Only links with all these groups."),
    Field::optional("exclude", &NAMES, "No links with one of these groups."),
    Field::optional("avoid", &NAMES, "Links and nodes that may not be used."),
    Field::optional(
        "avoid_groups",
        &NAMES,
        "Shared-risk groups whose links may not be used.",
    ),
    Field::optional("hop_limit", &Kind::Whole(1, 255), "Most links."),
    Field::optional(
        "via",
        &Kind::List(&Kind::Table(VIA), 0, 255),
        "Nodes to be visited, in order.",
    ),
];

const VIA: &[Field] = &[
    Field::required("node", &Kind::Name, "The node."),
    Field::optional(
        "loose",
        &Kind::Flag,
        "Whether any way leads there, not one link alone; default false.",
    ),
];

/// Keys of a bypass tunnel.
pub(super) const BYPASS: &[Field] = &[
    Field::required("at", &Kind::Name, "Point of local repair, a node."),
    Field::required("protects", &Kind::Name, "The link next to it."),
    Field::required(
        "path",
        &PATH,
        "From there to the next hop, or to the hop after it, around the link.",
    ),
];

/// Keys of a power line.
pub(super) const LINE: &[Field] = &[
    Field::required("name", &Kind::Name, "Unique name."),
    Field::required(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "The two substations that it joins: nodes.",
    ),
];

/// Keys of an event that make things fail.
pub(super) const FIELD_FAIL: Field = Field::optional(
    "fail",
    &Kind::Table(FAIL),
    "A link, a node, the links of a shared-risk group or the nodes of a power supply fail.",
);
pub(super) const FIELD_REPAIR: Field = Field::optional(
    "repair",
    &Kind::Table(REPAIR),
    "What failed without an end is whole again.",
);
pub(super) const FIELD_FLAP: Field = Field::optional(
    "flap",
    &Kind::Table(FLAP),
    "Something fails and comes back again and again.",
);
pub(super) const FIELD_MAINTENANCE: Field = Field::optional(
    "maintenance",
    &Kind::Table(MAINTENANCE),
    "Something is announced and then taken out of service: circuits leave it before.",
);
pub(super) const FIELD_FAULT: Field = Field::optional(
    "fault",
    &Kind::Table(FAULT),
    "A fault on a power line: the instant at which trips must travel.",
);

const LINK: Field = Field::optional("link", &Kind::Name, "A link.");
const NODE: Field = Field::optional("node", &Kind::Name, "A node, with all its links.");
const GROUP: Field = Field::optional("group", &Kind::Name, "All links of a shared-risk group.");
const POWER: Field = Field::optional("power", &Kind::Name, "All nodes fed by this.");
const DIRECTION: Field = Field::optional(
    "direction",
    &Kind::OneOf {
        words: &["a-z", "z-a"],
        not_yet: &[],
    },
    "One direction of a link; default both.",
);
const RADIO_HOP: Field = Field::optional(
    "radio_hop",
    &Kind::Whole(1, 1000),
    "The radio hop of a link that fails, from end a on: the link fails, the hop is told.",
);

const FAIL: &[Field] = &[
    LINK,
    NODE,
    GROUP,
    POWER,
    DIRECTION,
    RADIO_HOP,
    Field::optional(
        "lasts",
        &OUTAGE,
        "For how long; default until repaired, or for ever.",
    ),
];

const REPAIR: &[Field] = &[
    LINK,
    NODE,
    GROUP,
    POWER,
    DIRECTION,
    RADIO_HOP,
    Field::optional("line", &Kind::Name, "All links that a fault of it broke."),
];

const FLAP: &[Field] = &[
    LINK,
    NODE,
    GROUP,
    POWER,
    DIRECTION,
    RADIO_HOP,
    Field::required("down", &OUTAGE, "Time down."),
    Field::required("up", &OUTAGE, "Time up."),
    Field::required("times", &Kind::Whole(1, 10_000), "How often it falls."),
];

const MAINTENANCE: &[Field] = &[
    LINK,
    NODE,
    GROUP,
    POWER,
    Field::required(
        "notice",
        &NOTICE,
        "From the announcement until it is out of service.",
    ),
    Field::required("lasts", &OUTAGE, "Out of service for so long."),
];

const FAULT: &[Field] = &[
    Field::required("line", &Kind::Name, "A power line of the topology."),
    Field::optional(
        "breaks_opgw",
        &Kind::Flag,
        "Whether every link in its ground wire fails at that instant; default false.",
    ),
];
