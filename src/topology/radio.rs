//! Packet radio with adaptive modulation: what each channel and modulation carries, at which level
//! a modulation still works, and how long a frame takes through one radio hop.

use crate::units::time::PS_PER_S;
use crate::units::{BitRate, Octets, Span};

/// A modulation, slowest and most robust first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Modulation {
    /// 4QAM, also called QPSK.
    Qam4,
    /// 8PSK.
    Psk8,
    /// 16QAM.
    Qam16,
    /// 32QAM.
    Qam32,
    /// 64QAM.
    Qam64,
    /// 128QAM.
    Qam128,
    /// 256QAM.
    Qam256,
}

/// A radio channel, by its width.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Channel {
    /// 3.5 MHz.
    Mhz3_5,
    /// 7 MHz.
    Mhz7,
    /// 14 MHz.
    Mhz14,
    /// 28 MHz.
    Mhz28,
    /// 40 MHz.
    Mhz40,
    /// 56 MHz.
    Mhz56,
}

/// Latency of one radio hop over the octets of the frame: a straight line through one point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Latency {
    /// Octets of a frame whose latency is known.
    pub octets: Octets,
    /// Its latency.
    pub time: Span,
    /// Picoseconds per octet more, as a fraction.
    pub per_octet_ps: (u64, u64),
}

/// A latency that a vendor published for two frame sizes.
#[derive(Debug)]
pub struct PublishedLatency {
    /// Name in files.
    pub name: &'static str,
    /// The straight line through both points.
    pub latency: Latency,
    /// Where the points stand.
    pub source: &'static str,
}

/// Fading as chance makes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fading {
    /// Mean time from one fade's beginning to the next one's.
    pub every: Span,
    /// Mean time at the depth.
    pub lasts: Span,
    /// Mean depth, thousandths of a decibel.
    pub depth_mdb: u64,
    /// How fast the level falls and rises, thousandths of a decibel a second.
    pub slope_mdb_per_s: u64,
}

impl Fading {
    /// Most fades that may be expected at one time: beyond, the level is never that of clear
    /// weather.
    pub const OVERLAP_MAX: u64 = 100;

    /// Fades to be expected at one time, rounded down.
    #[must_use]
    pub fn overlap(&self) -> u64 {
        let ramps = 2 * u128::from(self.depth_mdb) * u128::from(PS_PER_S);
        let ramps = ramps / u128::from(self.slope_mdb_per_s.max(1));
        let length = ramps + u128::from(self.lasts.0);
        u64::try_from(length / u128::from(self.every.0.max(1))).unwrap_or(u64::MAX)
    }
}

/// How the repeaters of a link pass frames on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeaters {
    /// Bit by bit: one queue and one serialization, the latency of every hop.
    PhysicalLayer,
    /// Whole frames: every hop has a queue and a transmitter of its own.
    StoreAndForward,
}

/// The radio of a link, both directions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Radio {
    /// Width of the channel.
    pub channel: Channel,
    /// Modulation in clear weather: the fastest that is used.
    pub modulation: Modulation,
    /// The slowest that is used; below its threshold nothing is sent.
    pub lowest: Modulation,
    /// Latency of one hop; `None`: not stated, none.
    pub latency: Option<Latency>,
    /// Received level in clear weather, thousandths of a dBm.
    pub level_mdbm: Option<i64>,
    /// Fades drawn by chance.
    pub fading: Option<Fading>,
    /// Per modulation, the lowest received level at which it works, thousandths of a dBm.
    pub thresholds_mdbm: [i64; Modulation::COUNT],
}

/// Rates in b/s per channel and modulation; 0 where the radio has none.
///
/// Alcatel-Lucent 9500 MPR R3.1 manual p78, p81, Ethernet throughput in Mb/s.
const RATES_KBPS: [[u64; Modulation::COUNT]; Channel::COUNT] = [
    [4_800, 7_400, 9_300, 11_500, 14_300, 0, 0],
    [9_300, 14_100, 20_200, 24_900, 30_300, 36_100, 41_300],
    [20_400, 30_600, 41_600, 51_100, 62_800, 74_200, 87_400],
    [41_900, 62_700, 84_200, 107_700, 129_000, 152_400, 180_700],
    [0, 0, 0, 0, 186_600, 0, 0],
    [80_500, 0, 159_900, 196_200, 252_600, 0, 0],
];

/// Thresholds in a channel of 28 MHz, thousandths of a dBm.
///
/// RACOM RAy17, 28 MHz, bit error ratio 10^-6: QPSK -90, 16QAM -83, 32QAM -79, 64QAM -76, 128QAM
/// -72, 256QAM -69 dBm. 8PSK is not in that table: own interpolation half way between QPSK and
/// 16QAM, doubtful.
const THRESHOLDS_28_MHZ_MDBM: [i64; Modulation::COUNT] = [
    -90_000, -86_500, -83_000, -79_000, -76_000, -72_000, -69_000,
];

/// The latencies that vendors published for two frame sizes, in order of name.
pub const PUBLISHED_LATENCIES: [PublishedLatency; 3] = [
    PublishedLatency {
        name: "racom-ray17",
        latency: through((64, 81_000_000), (1518, 234_000_000)),
        source: "RACOM RAy17 manual, section RFC 2544: 81 us (64 B), 234 us (1518 B) at 359 Mb/s",
    },
    PublishedLatency {
        name: "racom-ray3-1010",
        latency: through((64, 100_000_000), (1518, 150_000_000)),
        source: "RACOM RAy3 manual, section RFC 2544: below 100 us (64 B) and 150 us (1518 B) at \
                 1010 Mb/s; the limits are taken",
    },
    PublishedLatency {
        name: "racom-ray3-352",
        latency: through((64, 150_000_000), (1518, 200_000_000)),
        source: "RACOM RAy3 manual, section RFC 2544: 150 us (64 B), below 200 us (1518 B) at \
                 352 Mb/s; the limit is taken",
    },
];

/// The straight line through two points of (octets, picoseconds), the smaller frame first.
const fn through(first: (u64, u64), second: (u64, u64)) -> Latency {
    Latency {
        octets: Octets(first.0),
        time: Span(first.1),
        per_octet_ps: (second.1 - first.1, second.0 - first.0),
    }
}

impl Modulation {
    /// How many there are.
    pub const COUNT: usize = 7;

    /// All, slowest first.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Qam4,
        Self::Psk8,
        Self::Qam16,
        Self::Qam32,
        Self::Qam64,
        Self::Qam128,
        Self::Qam256,
    ];

    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        [
            "4QAM", "8PSK", "16QAM", "32QAM", "64QAM", "128QAM", "256QAM",
        ][self as usize]
    }

    /// The modulation with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Channel {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// All, narrowest first.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Mhz3_5,
        Self::Mhz7,
        Self::Mhz14,
        Self::Mhz28,
        Self::Mhz40,
        Self::Mhz56,
    ];

    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["3.5 MHz", "7 MHz", "14 MHz", "28 MHz", "40 MHz", "56 MHz"][self as usize]
    }

    /// The channel with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What this channel carries at this modulation; `None` where the radio does not offer it.
    #[must_use]
    pub fn rate(self, modulation: Modulation) -> Option<BitRate> {
        BitRate::from_bps(RATES_KBPS[self as usize][modulation as usize] * 1000)
    }

    /// The modulations that this channel has, slowest first.
    pub fn modulations(self) -> impl Iterator<Item = Modulation> {
        let offered = move |one: &Modulation| self.rate(*one).is_some();
        Modulation::ALL.into_iter().filter(offered)
    }

    /// The thresholds where the file states none: those of 28 MHz, moved by the noise of the wider
    /// or narrower channel, 10 log10(width / 28 MHz) dB (own derivation).
    #[must_use]
    pub fn thresholds_mdbm(self) -> [i64; Modulation::COUNT] {
        let noise_mdb = [-9_031, -6_021, -3_010, 0, 1_549, 3_010][self as usize];
        THRESHOLDS_28_MHZ_MDBM.map(|threshold| threshold + noise_mdb)
    }
}

impl Latency {
    /// The latency of one hop for a frame of so many octets, rounded up to a whole picosecond; not
    /// below zero.
    ///
    /// # Panics
    /// If that is longer than 213 days.
    #[must_use]
    pub fn of(&self, frame: Octets) -> Span {
        let more = i128::from(frame.0) - i128::from(self.octets.0);
        let (top, bottom) = self.per_octet_ps;
        let scaled = i128::from(self.time.0) * i128::from(bottom) + more * i128::from(top);
        let whole = scaled.max(0).cast_unsigned().div_ceil(u128::from(bottom));
        Span(u64::try_from(whole).expect("a latency within 213 days"))
    }

    /// Whether frames of two sizes take differently long: then one could overtake another.
    #[must_use]
    pub fn depends_on_size(&self) -> bool {
        self.per_octet_ps.0 > 0
    }

    /// The published latency with this name.
    #[must_use]
    pub fn published(name: &str) -> Option<Self> {
        let known = PUBLISHED_LATENCIES.iter().find(|one| one.name == name);
        known.map(|one| one.latency)
    }
}

impl Radio {
    /// The modulations that are used, slowest first.
    pub fn modulations(&self) -> impl Iterator<Item = Modulation> + '_ {
        let used = |one: &Modulation| (self.lowest..=self.modulation).contains(one);
        self.channel.modulations().filter(used)
    }

    /// The rate at the lowest modulation; what circuits can be promised.
    ///
    /// # Panics
    /// If the channel does not have that modulation.
    #[must_use]
    pub fn lowest_rate(&self) -> BitRate {
        let rate = self.channel.rate(self.lowest);
        rate.expect("the channel has the lowest modulation")
    }

    /// The fastest modulation, not above `ceiling`, that works at a received level; `None`: none
    /// does.
    #[must_use]
    pub fn reached(&self, ceiling: Modulation, works: impl Fn(i64) -> bool) -> Option<Modulation> {
        let allowed = self.modulations().filter(|one| *one <= ceiling);
        allowed
            .filter(|one| works(self.thresholds_mdbm[*one as usize]))
            .last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_9500_mpr() {
        let bps =
            |channel: Channel, modulation| channel.rate(modulation).map(|rate| rate.exact_bps());
        assert_eq!(bps(Channel::Mhz28, Modulation::Qam4), Some((41_900_000, 1)));
        assert_eq!(
            bps(Channel::Mhz28, Modulation::Qam64),
            Some((129_000_000, 1))
        );
        assert_eq!(
            bps(Channel::Mhz28, Modulation::Qam256),
            Some((180_700_000, 1))
        );
        assert_eq!(
            bps(Channel::Mhz56, Modulation::Qam64),
            Some((252_600_000, 1))
        );
        assert_eq!(bps(Channel::Mhz3_5, Modulation::Qam128), None);
        let forty: Vec<&str> = Channel::Mhz40.modulations().map(Modulation::name).collect();
        assert_eq!(forty, ["64QAM"]);
    }

    #[test]
    fn a_faster_modulation_carries_more_and_needs_more_level() {
        for channel in Channel::ALL {
            let rates: Vec<_> = channel.modulations().map(|one| channel.rate(one)).collect();
            assert!(
                rates.is_sorted_by(|slow, fast| slow < fast),
                "{}",
                channel.name()
            );
            assert!(
                channel
                    .thresholds_mdbm()
                    .is_sorted_by(|low, high| low < high)
            );
            assert_eq!(Channel::from_name(channel.name()), Some(channel));
        }
        for modulation in Modulation::ALL {
            assert_eq!(Modulation::from_name(modulation.name()), Some(modulation));
        }
    }

    #[test]
    fn a_published_latency_meets_both_of_its_points_exactly() {
        let ray17 = Latency::published("racom-ray17").unwrap();
        assert_eq!(ray17.of(Octets(64)), Span::from_us(81));
        assert_eq!(ray17.of(Octets(1518)), Span::from_us(234));
        // 153 us / 1454 octets = 105 226.96 ps an octet: 81 us + 20 of them, rounded up.
        assert_eq!(ray17.of(Octets(84)), Span(83_104_540));
        // V10: the fit 74.27 us + 0.10523 us an octet.
        assert_eq!(ray17.of(Octets(0)), Span(74_265_475));
        assert_eq!(
            Latency::published("racom-ray10"),
            None,
            "one point is no line"
        );
    }

    #[test]
    fn fades_to_be_expected_at_one_time_count_their_ramps() {
        // Twice 20 dB at 50 dB/s and 200 ms: a second, every 10 ms.
        let fading = Fading {
            every: Span::from_ms(10),
            lasts: Span::from_ms(200),
            depth_mdb: 20_000,
            slope_mdb_per_s: 50_000,
        };
        assert_eq!(fading.overlap(), 100);
    }

    #[test]
    fn a_stated_latency_is_the_fixed_part_and_so_much_an_octet() {
        let stated = Latency {
            octets: Octets(0),
            time: Span(74_270_000),
            per_octet_ps: (105_230, 1),
        };
        assert_eq!(stated.of(Octets(1518)), Span(74_270_000 + 1518 * 105_230));
        assert!(stated.depends_on_size());
    }
}
