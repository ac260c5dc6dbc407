//! The columns of every table of a sweep: name, kind, meaning. CSV, Parquet and the data
//! dictionary are made from this list alone.

mod lines;

use super::axis::{Axis, Level, Levels};
use super::{Study, Sweep};
use crate::units::quantity::Dimension;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text; empty where there is none.
    Text,
    /// A whole number below 2^63 in magnitude; empty where there is none.
    Integer,
    /// `yes` or `no`; empty where there is none.
    Flag,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, the unit last.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub doc: String,
}

/// The tables of a sweep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Table {
    /// One row per case, circuit, direction and stage.
    Results,
    /// One row per case.
    Cases,
    /// One row per case, line and part of the run.
    Lines,
}

impl Table {
    /// All of them, in the order in which the result hash covers them.
    pub const ALL: [Self; 3] = [Self::Results, Self::Cases, Self::Lines];

    /// Its name without an ending.
    #[must_use]
    pub fn stem(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Cases => "cases",
            Self::Lines => "lines",
        }
    }
}

/// Name, kind and meaning of a column that every sweep has.
type Fixed = (&'static str, Kind, &'static str);

use Kind::{Flag, Integer, Text};

/// Before the axes, in every table.
const BEFORE_AXES: [Fixed; 2] = [
    ("case", Integer, "Place of the case in the sweep, from 0."),
    (
        "id",
        Text,
        "First 16 hex digits of a SHA-256 over model version, study, seed, and the name and \
         content of every file of the case.",
    ),
];

/// Behind the axes, in every table.
const BEHIND_AXES: [Fixed; 2] = [
    (
        "replica",
        Integer,
        "Place of the seed among the seeds of a point, from 0.",
    ),
    ("seed", Integer, "Seed of the case."),
];

/// `results.csv`.
const RESULTS: [Fixed; 53] = [
    ("circuit", Text, "Name of the circuit."),
    ("direction", Text, "`a-z` or `z-a`."),
    (
        "stage",
        Text,
        "`steady`: normal operation, until something fails. Of a failure: `during`; in a study of \
         failures also `after-switch`, `after-reconvergence`, `after-revert`.",
    ),
    (
        "outage",
        Text,
        "What fails: the event of the scenario, or the failure of the study; empty in `steady`.",
    ),
    (
        "verdict",
        Text,
        "`PASS` or `FAIL`; empty where a run judges nothing: `during` an event of the scenario.",
    ),
    (
        "cause",
        Text,
        "Why it fails: `budget`, `underrun`, `overrun`, `loss`, `no-start`, `stale`, `asymmetry`, \
         `relay-unwanted`, `relay-late`.",
    ),
    (
        "judged",
        Text,
        "What the verdict of `steady` speaks of: `delay`, `delay only`, `delay and asymmetry`.",
    ),
    ("budget_ps", Integer, "What the delay is judged against."),
    (
        "margin_ps",
        Integer,
        "Budget less `delay_worst_start_ps`; in other stages than `steady` less the larger of it \
         and `delay_max_ps`. Empty where nothing arrives.",
    ),
    ("sent", Integer, "Packets created."),
    ("delivered", Integer, "Packets that arrived."),
    (
        "lost",
        Integer,
        "Packets dropped on the way, in this stage; of an event of the scenario not told apart.",
    ),
    ("late", Integer, "Packets after their play-out instant."),
    (
        "missing",
        Integer,
        "Packets not there at their play-out instant, whatever the reason.",
    ),
    (
        "overrun",
        Integer,
        "Packets that found the jitter buffer full.",
    ),
    ("restarts", Integer, "Starts of play-out after the first."),
    (
        "slips",
        Integer,
        "Times play-out went on with another packet than the one in turn.",
    ),
    (
        "delay_min_ps",
        Integer,
        "Smallest one-way delay of this run.",
    ),
    (
        "delay_mean_ps",
        Integer,
        "Mean one-way delay of this run, rounded half up.",
    ),
    (
        "delay_max_ps",
        Integer,
        "Largest one-way delay. `during` a failure of a study that of a command keyed at the worst \
         instant; empty: it never comes.",
    ),
    (
        "delay_worst_start_ps",
        Integer,
        "Delay if play-out were started on the slowest packet of the run or stage.",
    ),
    (
        "interface_ps",
        Integer,
        "Of the worst start: conversion at both relay interfaces.",
    ),
    (
        "packetization_ps",
        Integer,
        "Of the worst start: filling one packet.",
    ),
    (
        "processing_ps",
        Integer,
        "Of the worst start: through every node.",
    ),
    (
        "serialization_ps",
        Integer,
        "Of the worst start: on the transmitters.",
    ),
    (
        "media_ps",
        Integer,
        "Of the worst start: radios, access, transit, tones, encryption, firewalls.",
    ),
    (
        "propagation_ps",
        Integer,
        "Of the worst start: along the route.",
    ),
    (
        "queueing_ps",
        Integer,
        "Of the worst start: waiting for transmitters.",
    ),
    (
        "playout_ps",
        Integer,
        "Of the worst start: what the jitter buffer adds beyond packetization.",
    ),
    (
        "network_min_ps",
        Integer,
        "Smallest network delay of a packet.",
    ),
    (
        "network_mean_ps",
        Integer,
        "Mean network delay, rounded half up.",
    ),
    (
        "network_p50_ps",
        Integer,
        "Not exceeded by 50 % of the packets.",
    ),
    (
        "network_p99_ps",
        Integer,
        "Not exceeded by 99 % of the packets.",
    ),
    (
        "network_p999_ps",
        Integer,
        "Not exceeded by 99.9 % of the packets.",
    ),
    (
        "network_p9999_ps",
        Integer,
        "Not exceeded by 99.99 % of the packets.",
    ),
    (
        "network_max_ps",
        Integer,
        "Largest network delay of a packet.",
    ),
    (
        "slack_configured_ps",
        Integer,
        "How much later than the packet that started play-out another may come.",
    ),
    (
        "slack_min_left_ps",
        Integer,
        "Smallest distance to underrun; negative for a late packet.",
    ),
    (
        "asymmetry_ps",
        Integer,
        "Delay a-z less delay z-a; of a stage at its end; `during` a failure of a study the largest \
         in magnitude, `during` an event of the scenario that before the next one.",
    ),
    ("rate_wire_bps", Integer, "Bit rate on the wire."),
    (
        "cut_off",
        Flag,
        "`during`: whether no way is left in the network; of a study of failures alone.",
    ),
    (
        "delay_before_ps",
        Integer,
        "`during` an event of the scenario: delay of the last data before it.",
    ),
    (
        "delay_after_ps",
        Integer,
        "`during` an event of the scenario: delay of the last data before the next one.",
    ),
    (
        "gap_ps",
        Integer,
        "`during`: no packet gets through, from the failure to the repair; empty: for ever.",
    ),
    (
        "tdm_gap_ps",
        Integer,
        "`during`: replaced TDM, whole packets that did not come; empty: for ever.",
    ),
    (
        "command_gap_ps",
        Integer,
        "`during`: no command passes, a restart of play-out included; empty: for ever.",
    ),
    (
        "protection_gap_ps",
        Integer,
        "`during`: the same with the recovery of the relay; empty: for ever.",
    ),
    (
        "replaced_ps",
        Integer,
        "Output replaced in holes that end; of a stage of a study of failures.",
    ),
    (
        "relay_scheme",
        Text,
        "`steady`: the protection at the circuit; empty without a line that it protects.",
    ),
    (
        "relay_ok",
        Flag,
        "`steady`: whether it clears every fault in time and trips for nothing else.",
    ),
    (
        "relay_clearing",
        Text,
        "`steady`: how the worst fault is cleared: `in-time`, `late`, `backup`, `never`.",
    ),
    (
        "relay_worst_ps",
        Integer,
        "`steady`: longest from inception to open breakers at both ends; empty: never.",
    ),
    (
        "relay_margin_min_ma",
        Integer,
        "`steady`: smallest margin of a differential relay while it is sound.",
    ),
];

/// `cases.csv`.
const CASES: [Fixed; 16] = [
    (
        "status",
        Text,
        "`ok`: worked out; `refused`: the input has errors; `failed`: an internal error.",
    ),
    (
        "error",
        Text,
        "The first error and where it stands: title (file:line), or the internal error.",
    ),
    (
        "verdict",
        Text,
        "`PASS` where every circuit and every line passes, else `FAIL`; empty unless `ok`.",
    ),
    (
        "circuits",
        Integer,
        "Circuits, both directions counted as one.",
    ),
    (
        "circuits_failed",
        Integer,
        "Of these, such that fail in any row with a verdict.",
    ),
    ("lines", Integer, "Lines that were judged."),
    (
        "lines_failed",
        Integer,
        "Of these, such on which a fault may last too long, or that trip unwanted.",
    ),
    (
        "outages",
        Integer,
        "Failures worked out; events of the scenario that fail something.",
    ),
    (
        "outages_failed",
        Integer,
        "Of the failures of a study, such in which any circuit or line fails; empty of a run.",
    ),
    ("rows", Integer, "Rows of the case in `results.csv`."),
    (
        "margin_min_ps",
        Integer,
        "Smallest `margin_ps` of its rows; rows without one do not count.",
    ),
    (
        "worst_circuit",
        Text,
        "The circuit with that margin, the first of several.",
    ),
    ("worst_direction", Text, "Its direction."),
    (
        "worst_outage",
        Text,
        "What failed then; empty in normal operation.",
    ),
    (
        "clearing_worst_ps",
        Integer,
        "Longest that a fault on any line lasts, over the whole case; empty beside a \
         `worst_line`: for ever.",
    ),
    (
        "worst_line",
        Text,
        "The line on which that is, the first of several.",
    ),
];

/// The columns of a table of this sweep, in order.
#[must_use]
pub fn columns(sweep: &Sweep, table: Table) -> Vec<Column> {
    let mut all: Vec<Column> = BEFORE_AXES.iter().map(fixed).collect();
    all.extend(sweep.axes.iter().flat_map(of_axis));
    all.extend(BEHIND_AXES.iter().map(fixed));
    match table {
        Table::Results => all.extend(RESULTS.iter().map(fixed)),
        Table::Cases => all.extend(CASES.iter().map(fixed)),
        Table::Lines => all.extend(lines::columns(sweep.study)),
    }
    all
}

/// The names that tables of some sweep have besides those of axes: no axis may have one.
#[must_use]
pub fn taken() -> Vec<String> {
    let all = [&BEFORE_AXES[..], &BEHIND_AXES, &RESULTS, &CASES];
    let fixed = all.into_iter().flatten().map(|one| one.0.to_owned());
    let studies = [Study::Run, Study::Failures].into_iter();
    let lines = studies.flat_map(lines::columns).map(|one| one.name);
    let mut names: Vec<String> = fixed.chain(lines).collect();
    names.sort();
    names.dedup();
    names
}

/// The columns of an axis: its values as written and, where they are quantities, in base units.
#[must_use]
pub fn of_axis(axis: &Axis) -> Vec<Column> {
    let paths: Vec<String> = axis.paths.iter().map(|path| format!("`{path}`")).collect();
    let paths = paths.join(", ");
    let written = Column {
        name: axis.name.clone(),
        kind: if is_number(axis) { Integer } else { Text },
        doc: format!("Axis: what {paths} is set to, as written."),
    };
    let based = axis.dimension.map(|dimension| Column {
        name: format!("{}_{}", axis.name, suffix(dimension)),
        kind: Integer,
        doc: format!("Axis `{}` in {}.", axis.name, dimension.units[0].0),
    });
    std::iter::once(written).chain(based).collect()
}

/// The cells of an axis at a level, one per column of [`of_axis`].
#[must_use]
pub fn axis_cells(axis: &Axis, level: &Level) -> Vec<String> {
    let number = level.number.filter(|number| fits(*number));
    let number = number.map_or_else(String::new, |number| number.to_string());
    let based = axis.dimension.map(|_| number.clone());
    let written = if is_number(axis) {
        number
    } else {
        level.label.clone()
    };
    std::iter::once(written).chain(based).collect()
}

/// Whether an axis takes whole numbers and nothing else.
fn is_number(axis: &Axis) -> bool {
    let plain = |level: &Level| {
        let number = level.number.filter(|number| fits(*number));
        number.is_some_and(|number| number.to_string() == level.label)
    };
    axis.dimension.is_none()
        && match &axis.levels {
            Levels::Each(each) => each.iter().all(plain),
            Levels::Range(range) => fits(range.from) && fits(range.to),
        }
}

/// Whether tables can hold a number.
fn fits(number: i128) -> bool {
    i64::try_from(number).is_ok()
}

/// The end of the name of a column in base units of a dimension.
#[must_use]
pub fn suffix(dimension: &Dimension) -> String {
    match dimension.units[0].0 {
        "B" => "octets".to_owned(),
        "b/s" => "bps".to_owned(),
        unit => unit.to_lowercase().replace('/', "_per_"),
    }
}

fn fixed((name, kind, doc): &Fixed) -> Column {
    Column {
        name: (*name).to_owned(),
        kind: *kind,
        doc: (*doc).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::units::quantity;

    fn names(sweep: &Sweep, table: Table) -> Vec<String> {
        let columns = columns(sweep, table).into_iter();
        columns.map(|column| column.name).collect()
    }

    #[test]
    fn axes_stand_between_the_case_and_its_seed_with_base_units_beside_them() {
        let sweep = samples::sweep();
        let head = [
            "case",
            "id",
            "payload",
            "payload_octets",
            "buffer",
            "buffer_ps",
            "replica",
            "seed",
        ];
        for table in Table::ALL {
            assert_eq!(names(&sweep, table)[..8], head);
        }
        let level = |number| Level {
            label: "4 ms".into(),
            number,
            texts: Vec::new(),
        };
        let cells = |number| axis_cells(&sweep.axes[1], &level(number));
        assert_eq!(cells(Some(4_000_000_000)), ["4 ms", "4000000000"]);
        assert_eq!(cells(None), ["4 ms", ""]);
        assert_eq!(cells(Some(1 << 63)), ["4 ms", ""], "no table holds that");
    }

    #[test]
    fn every_column_stands_once_and_says_what_it_means() {
        let mut sweep = samples::sweep();
        for study in [Study::Run, Study::Failures] {
            sweep.study = study;
            for table in Table::ALL {
                let columns = columns(&sweep, table);
                let mut names: Vec<&str> = columns.iter().map(|one| one.name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), columns.len(), "{study:?} {table:?}");
                let short = |column: &&Column| column.doc.len() < 10;
                assert_eq!(columns.iter().find(short), None);
                let unsized_number =
                    |column: &&Column| column.name.ends_with("_ps") && column.kind != Integer;
                assert_eq!(columns.iter().find(unsized_number), None);
            }
        }
        assert!(taken().contains(&"outage_element".to_owned()));
        assert!(
            !taken().contains(&"failure".to_owned()),
            "a good name for an axis"
        );
    }

    #[test]
    fn units_end_names_as_elsewhere() {
        let suffixes = [
            (&quantity::TIME, "ps"),
            (&quantity::SIZE, "octets"),
            (&quantity::RATE, "bps"),
            (&quantity::LENGTH, "mm"),
            (&quantity::PER_KILOMETRE, "ps_per_km"),
            (&quantity::FREQUENCY, "hz"),
            (&quantity::RELATIVE, "ppb"),
            (&quantity::LEVEL, "mdbm"),
            (&quantity::ATTENUATION, "mdb"),
            (&quantity::FADE_SLOPE, "mdb_per_s"),
            (&quantity::CURRENT, "ma"),
            (&quantity::ANGLE, "mdeg"),
            (&quantity::CYCLES, "ucycles"),
        ];
        for (dimension, end) in suffixes {
            assert_eq!(suffix(dimension), end);
        }
    }

    #[test]
    fn an_axis_of_whole_numbers_is_a_column_of_numbers() {
        let mut sweep = samples::sweep();
        let axis = &mut sweep.axes[0];
        axis.dimension = None;
        assert_eq!(of_axis(axis)[0].kind, Text, "8 B is no number");
        let Levels::Each(levels) = &mut axis.levels else {
            unreachable!()
        };
        for level in levels {
            level.label = level.number.unwrap().to_string();
        }
        assert_eq!(of_axis(axis).len(), 1);
        assert_eq!(of_axis(axis)[0].kind, Integer);
    }
}
