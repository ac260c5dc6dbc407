//! Presets: every constant with its meaning and its source, and the values in force after the
//! topology's own `[constants]` table.

use super::Medium;
use crate::units::length::PerKilometre;
use crate::units::quantity::{Dimension, PER_KILOMETRE, SIZE, TIME};
use crate::units::{Octets, Span};

/// A count of packets; base unit 1 packet.
pub const PACKETS: Dimension = Dimension {
    name: "number of packets",
    units: &[("packets", 1)],
    example: "10 packets",
};

/// A named value, in base units of its dimension.
#[derive(Debug)]
pub struct Constant {
    /// Name in `[constants]` and in reports.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// The value in base units (ps, ps/km, octets, packets).
    pub value: u64,
    /// Its unit family.
    pub dimension: &'static Dimension,
    /// Clause, page or section of the source, or a mark that says whose figure it is.
    pub source: &'static str,
}

/// A named set of constants.
#[derive(Debug)]
pub struct Preset {
    /// Name in the topology file.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// In order of name by bytes.
    pub constants: &'static [Constant],
}

/// The two presets, in order of name by bytes.
pub static PRESETS: [Preset; 2] = [
    Preset {
        name: "altalink-2011",
        about: "the planning figures of the founding article: 3 us/km whatever the medium",
        constants: &[
            propagation("copper", 3_000_000, ARTICLE_PROPAGATION),
            DS0_CROSS_CONNECT,
            propagation("fibre", 3_000_000, ARTICLE_PROPAGATION),
            FRAME_MINIMUM,
            IN_SYNC,
            LAYER1_OVERHEAD,
            propagation("leased_line", 3_000_000, ARTICLE_PROPAGATION),
            propagation("microwave", 3_000_000, ARTICLE_PROPAGATION),
            MISSING_LIMIT,
            NODE_PROCESSING,
            QUEUE_LIMIT,
            propagation("sdh", 3_000_000, ARTICLE_PROPAGATION),
            SDH_ACCESS,
            SDH_TRANSIT,
            SETUP_TIMEOUT,
        ],
    },
    Preset {
        name: "physical",
        about: "the speed of light in each medium",
        constants: &[
            propagation("copper", 5_376_000, COPPER_PROPAGATION),
            DS0_CROSS_CONNECT,
            propagation("fibre", 4_900_000, FIBRE_PROPAGATION),
            FRAME_MINIMUM,
            IN_SYNC,
            LAYER1_OVERHEAD,
            propagation("leased_line", 4_900_000, CARRIED_PROPAGATION),
            propagation("microwave", 3_336_000, AIR_PROPAGATION),
            MISSING_LIMIT,
            NODE_PROCESSING,
            QUEUE_LIMIT,
            propagation("sdh", 4_900_000, CARRIED_PROPAGATION),
            SDH_ACCESS,
            SDH_TRANSIT,
            SETUP_TIMEOUT,
        ],
    },
];

const ARTICLE_PROPAGATION: &str = "Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9, section Verzögerungszeiten: 3 us/km \
     (said of fibre; faster than light in vacuum, kept as the article's)";
const FIBRE_PROPAGATION: &str = "own derivation: c = 299 792.458 km/s (SI Brochure, 9th ed., clause 2.3.1) and group \
     index 1.468 of G.652 fibre at 1550 nm (index to be verified per cable) give 4.897, \
     rounded to 4.9 us/km";
const AIR_PROPAGATION: &str = "own derivation: c = 299 792.458 km/s (SI Brochure, 9th ed., clause 2.3.1) gives 3.3356 \
     in vacuum, refractive index 1.0003 of air gives 3.3366; 3.336 us/km lies between";
const COPPER_PROPAGATION: &str = "own knowledge, to be verified per cable: limit of category cabling in ANSI/TIA-568, \
     534 + 36/sqrt(f/MHz) ns per 100 m, at 100 MHz 537.6 ns: 5.376 us/km";
const CARRIED_PROPAGATION: &str = "own choice: as fibre, which is what long lines run over; a channel on radio or a last mile of \
     copper is another figure, to be set where it matters";

const fn propagation(name: &'static str, value: u64, source: &'static str) -> Constant {
    let meaning = "propagation per kilometre of route";
    Constant {
        name,
        meaning,
        value,
        dimension: &PER_KILOMETRE,
        source,
    }
}

const FRAME_MINIMUM: Constant = Constant {
    name: "frame_minimum",
    meaning: "shortest Ethernet frame with FCS; shorter ones are padded",
    value: 64,
    dimension: &SIZE,
    source: "IEEE 802.3 clause 4.4.2, minFrameSize 512 bits",
};
const LAYER1_OVERHEAD: Constant = Constant {
    name: "layer1_overhead",
    meaning: "preamble with start delimiter (8) and inter-packet gap (12) of an Ethernet link",
    value: 20,
    dimension: &SIZE,
    source: "IEEE 802.3 clauses 3.2.1, 3.2.2 and 4.4.2",
};
const NODE_PROCESSING: Constant = Constant {
    name: "node_processing",
    meaning: "time through one node, both PEs included",
    value: 150_000_000,
    dimension: &TIME,
    source: "Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9, section Verzögerungszeiten: \
             at most 150 us per node",
};
const SDH_ACCESS: Constant = Constant {
    name: "sdh_access",
    meaning: "through the multiplexer at one end of an SDH or SONET circuit, worst case",
    value: 180_000_000,
    dimension: &TIME,
    source: "Alcatel-Lucent 1850 TSS-5, section transit delay, tables 10-53 and 10-54: OC-n to \
             DS1 and STM-n to E1 over VC-12, 180 us",
};
const SDH_TRANSIT: Constant = Constant {
    name: "sdh_transit",
    meaning: "through a multiplexer that an SDH or SONET circuit passes, worst case",
    value: 130_000_000,
    dimension: &TIME,
    source: "Alcatel-Lucent 1850 TSS-5, section transit delay, tables 10-53 and 10-54: OC-n to \
             OC-n over VT, STM-n to STM-n over VC-12, 130 us",
};
const DS0_CROSS_CONNECT: Constant = Constant {
    name: "ds0_cross_connect",
    meaning: "through a cross-connect of 64 kb/s timeslots",
    value: 250_000_000,
    dimension: &TIME,
    source: "own knowledge, to be verified: 250 to 500 us, two frames of 125 us at the least",
};
const QUEUE_LIMIT: Constant = Constant {
    name: "queue_limit",
    meaning: "octets that may wait per class and link direction",
    value: 180_000,
    dimension: &SIZE,
    source: "own choice: 120 frames of 1500 octets, of the order of a small router's \
             default queue, to be set per link where it matters",
};
const MISSING_LIMIT: Constant = Constant {
    name: "missing_limit",
    meaning: "consecutive missing packets that make the loss-of-packets state",
    value: 10,
    dimension: &PACKETS,
    source: "RFC 5604 clause 8, pwTDMCfgConsecMissPktsOutSynch, DEFVAL 10",
};
const IN_SYNC: Constant = Constant {
    name: "in_sync",
    meaning: "consecutive packets that end the loss-of-packets state",
    value: 2,
    dimension: &PACKETS,
    source: "RFC 5604 clause 8, pwTDMCfgConsecPktsInSynch, DEFVAL 2",
};
const SETUP_TIMEOUT: Constant = Constant {
    name: "setup_timeout",
    meaning: "without a start of play-out after this time, the loss-of-packets state",
    value: 5_000_000_000_000,
    dimension: &TIME,
    source: "RFC 5604 clause 8, pwTDMCfgSetUp2SynchTimeOut, DEFVAL 5000 ms",
};

impl Preset {
    /// The preset with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The constants of nature, whatever a topology chose: what the default routing metric and
    /// the comparison beside every verdict are computed with.
    #[must_use]
    pub fn physical() -> &'static Self {
        &PRESETS[1]
    }

    /// The constant with this name.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<&'static Constant> {
        self.constants.iter().find(|constant| constant.name == name)
    }
}

/// The constants in force: a preset's, less those that the topology sets itself.
#[derive(Clone, Debug)]
pub struct Constants {
    preset: &'static Preset,
    values: Vec<u64>, // parallel to the preset's constants
}

impl Constants {
    /// The preset's own values.
    #[must_use]
    pub fn of(preset: &'static Preset) -> Self {
        Self {
            preset,
            values: preset
                .constants
                .iter()
                .map(|constant| constant.value)
                .collect(),
        }
    }

    /// Which preset these began as.
    #[must_use]
    pub fn preset(&self) -> &'static Preset {
        self.preset
    }

    /// Sets a constant, in base units of its dimension; `false` where no constant has this name.
    #[must_use]
    pub fn set(&mut self, name: &str, value: u64) -> bool {
        let Some(place) = self.place(name) else {
            return false;
        };
        self.values[place] = value;
        true
    }

    /// Every constant with its value in force, in order of name by bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Constant, u64)> + '_ {
        self.preset
            .constants
            .iter()
            .zip(self.values.iter().copied())
    }

    /// Propagation per kilometre of a medium.
    #[must_use]
    pub fn propagation(&self, medium: Medium) -> PerKilometre {
        PerKilometre(self.value(medium.constant()))
    }

    /// Through the multiplexer at one end of an SDH circuit.
    #[must_use]
    pub fn sdh_access(&self) -> Span {
        Span(self.value("sdh_access"))
    }

    /// Through a multiplexer that an SDH circuit passes.
    #[must_use]
    pub fn sdh_transit(&self) -> Span {
        Span(self.value("sdh_transit"))
    }

    /// Through a cross-connect of 64 kb/s timeslots.
    #[must_use]
    pub fn ds0_cross_connect(&self) -> Span {
        Span(self.value("ds0_cross_connect"))
    }

    /// Time through one node.
    #[must_use]
    pub fn node_processing(&self) -> Span {
        Span(self.value("node_processing"))
    }

    /// Octets that may wait per class and link direction.
    #[must_use]
    pub fn queue_limit(&self) -> Octets {
        Octets(self.value("queue_limit"))
    }

    /// Preamble and gap of an Ethernet link.
    #[must_use]
    pub fn layer1_overhead(&self) -> Octets {
        Octets(self.value("layer1_overhead"))
    }

    /// Shortest Ethernet frame, FCS included.
    #[must_use]
    pub fn frame_minimum(&self) -> Octets {
        Octets(self.value("frame_minimum"))
    }

    /// Consecutive missing packets that make the loss-of-packets state.
    #[must_use]
    pub fn missing_limit(&self) -> u64 {
        self.value("missing_limit")
    }

    /// Consecutive packets that end it.
    #[must_use]
    pub fn in_sync(&self) -> u64 {
        self.value("in_sync")
    }

    /// Time without a start that makes the loss-of-packets state.
    #[must_use]
    pub fn setup_timeout(&self) -> Span {
        Span(self.value("setup_timeout"))
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.preset
            .constants
            .iter()
            .position(|constant| constant.name == name)
    }

    fn value(&self, name: &str) -> u64 {
        self.values[self.place(name).expect("every preset has every constant")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::quantity::parse;

    #[test]
    fn no_constant_stands_without_a_clause_a_page_a_section_or_a_mark() {
        for constant in PRESETS.iter().flat_map(|preset| preset.constants) {
            let places = [
                "clause",
                "section",
                "own derivation",
                "own knowledge",
                "own choice",
            ];
            let found = places.iter().any(|place| constant.source.contains(place));
            assert!(found, "{}: {}", constant.name, constant.source);
            assert!(!constant.meaning.is_empty(), "{}", constant.name);
        }
    }

    #[test]
    fn every_preset_has_the_same_names_in_order_and_dimensions() {
        let names = |preset: &Preset| -> Vec<&str> {
            preset
                .constants
                .iter()
                .map(|constant| constant.name)
                .collect()
        };
        assert!(names(&PRESETS[0]).is_sorted());
        assert_eq!(names(&PRESETS[0]), names(&PRESETS[1]));
        assert_eq!(Preset::physical().name, "physical");
    }

    #[test]
    fn the_article_counts_3_us_per_km_everywhere_and_physics_4_9_and_3_336() {
        let article = Constants::of(Preset::from_name("altalink-2011").unwrap());
        let physical = Constants::of(Preset::physical());
        for medium in Medium::ALL {
            assert_eq!(article.propagation(medium), PerKilometre(3_000_000));
        }
        for medium in [Medium::Fibre, Medium::Sdh, Medium::LeasedLine] {
            assert_eq!(physical.propagation(medium), PerKilometre(4_900_000));
        }
        let air = physical.propagation(Medium::Microwave);
        assert_eq!(air, PerKilometre(3_336_000));
        for constants in [article, physical] {
            assert_eq!(constants.node_processing(), Span::from_us(150));
            assert_eq!(constants.queue_limit(), Octets(180_000));
            assert_eq!(constants.layer1_overhead(), Octets(20));
            assert_eq!(constants.frame_minimum(), Octets(64));
            assert_eq!((constants.missing_limit(), constants.in_sync()), (10, 2));
            assert_eq!(constants.setup_timeout(), Span::from_ms(5000));
            // 1850 TSS-5: 180 us where a circuit enters or leaves, 130 us where it passes.
            assert_eq!(constants.sdh_access(), Span::from_us(180));
            assert_eq!(constants.sdh_transit(), Span::from_us(130));
            assert_eq!(constants.ds0_cross_connect(), Span::from_us(250));
        }
    }

    #[test]
    fn a_topology_may_set_a_constant_of_its_own() {
        let mut constants = Constants::of(Preset::physical());
        let dimension = Preset::physical().constant("fibre").unwrap().dimension;
        assert!(constants.set("fibre", parse("4.7 us/km", dimension).unwrap()));
        assert!(!constants.set("fiber", 1));
        assert_eq!(
            constants.propagation(Medium::Fibre),
            PerKilometre(4_700_000)
        );
        let changed: Vec<_> = constants
            .iter()
            .filter(|(constant, value)| constant.value != *value)
            .collect();
        assert_eq!(changed.len(), 1);
    }
}
