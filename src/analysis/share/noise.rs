//! Errors on the links of a circuit direction, drawn for one stretch of time after the other: which
//! of the relay's bits do not come.

use super::restart::{Pipe, replaced};
use crate::mpls::outage::Stretch;
use crate::random::{Purpose, Seed, Stream, StreamKey};
use crate::random::{exponential, exponential_of_mean};
use crate::scenario::share::ExposedLink;
use crate::units::{ErrorRatio, SimTime, Span};

/// Fraction bits of a hazard: what exponential variates are divided by.
const HAZARD_BITS: u32 = 80;
/// Fraction bits of an exponential variate.
const VARIATE_BITS: u32 = 57;

/// What draws errors for one direction of a circuit.
#[derive(Debug)]
pub struct Noise {
    /// One, or two whose copies of a packet stand in for each other.
    ways: Vec<Way>,
    /// The C-pipe; `None`: bits go by themselves.
    pipe: Option<Pipe>,
}

/// One way of the packets or bits.
#[derive(Debug)]
struct Way {
    /// −ln of the share of packets, or bits, without a wrong bit on any link, with
    /// [`HAZARD_BITS`]; 0: all are.
    hazard: u128,
    errors: Stream,
    /// How long a bit lasts where bits go by themselves.
    bit: Option<Span>,
    bursts: Vec<Source>,
}

/// The bursts of one link.
#[derive(Debug)]
struct Source {
    every: Span,
    length: Span,
    /// How long a packet is on its way into the link.
    packet_time: Span,
    stream: Stream,
}

impl Noise {
    /// Of a direction with this name among streams ("circuit/a-z", and the circuit's own) over
    /// these links, as [`crate::scenario::Scenario::exposed`] gives them.
    #[must_use]
    pub fn new(
        seed: Seed,
        (kind, name): (&str, &str),
        ways: &[Vec<ExposedLink>],
        pipe: Option<Pipe>,
    ) -> Self {
        let way = |(number, links): (usize, &Vec<ExposedLink>)| {
            let hazards = links.iter().map(|link| {
                let bits = link.packet_bits.or(link.bit_time.map(|_| 1)).unwrap_or(0);
                hazard(link.errors.bit_error_ratio) * u128::from(bits)
            });
            let bursts = links.iter().filter_map(|link| {
                let bursts = link.errors.bursts?;
                Some(Source {
                    every: bursts.every,
                    length: bursts.length,
                    packet_time: link.packet_time,
                    stream: seed.stream(&StreamKey::new("link", &link.name, Purpose::Bursts)),
                })
            });
            // The first way has the name of the direction, so that a second moves nothing.
            let kind = match number {
                0 => kind.to_owned(),
                _ => format!("{kind}/copy"),
            };
            Way {
                hazard: hazards.sum(),
                errors: seed.stream(&StreamKey::new(&kind, name, Purpose::BitErrors)),
                bit: links.iter().filter_map(|link| link.bit_time).max(),
                bursts: bursts.collect(),
            }
        };
        Self {
            ways: ways.iter().enumerate().map(way).collect(),
            pipe,
        }
    }

    /// How long before an instant errors may still act at it: restart of play-out, and the longest
    /// burst.
    #[must_use]
    pub fn memory(&self) -> Span {
        let bursts = self.ways.iter().flat_map(|way| &way.bursts);
        let longest = bursts.map(|one| one.length + one.packet_time).max();
        let restart = self.pipe.as_ref().map_or(Span::ZERO, Pipe::memory);
        longest.unwrap_or_default() + restart
    }

    /// The next draw for the bits that enter in `window`: those of them that do not come, or come
    /// wrong, by when they enter; ascending, not touching.
    pub fn draw(&mut self, window: Stretch) -> Vec<Stretch> {
        let Some(pipe) = self.pipe.clone() else {
            return self
                .ways
                .first_mut()
                .map_or(Vec::new(), |way| way.bits(window));
        };
        let packets = (pipe.packet_at(window.from), pipe.packet_at(window.to) + 1);
        let mut lost: Option<Vec<u64>> = None;
        for way in &mut self.ways {
            let mut here = way.packets(&pipe, packets);
            if let Some(before) = &lost {
                here.retain(|packet| before.binary_search(packet).is_ok());
            }
            lost = Some(here);
        }
        let lost = replaced(&pipe, &lost.unwrap_or_default());
        lost.into_iter()
            .map(|(first, last)| pipe.bits_of(first, last))
            .collect()
    }
}

impl Way {
    /// Units until the next that has an error: as many as have none. Exactly the geometric law.
    fn gap(&mut self) -> Option<u64> {
        if self.hazard == 0 {
            return None;
        }
        let variate = u128::from(exponential(self.errors.draw()));
        let units = (variate << (HAZARD_BITS - VARIATE_BITS)) / self.hazard;
        u64::try_from(units).ok()
    }

    /// Packets `from..to` that are destroyed on one of the links.
    fn packets(&mut self, pipe: &Pipe, (from, to): (u64, u64)) -> Vec<u64> {
        let mut lost = Vec::new();
        let mut next = from;
        while let Some(gap) = self.gap() {
            next = next.saturating_add(gap);
            if next >= to {
                break;
            }
            lost.push(next);
            next += 1;
        }
        for source in &mut self.bursts {
            // A packet leaves when its last bit has entered, and takes its time into the link.
            let reach = Stretch {
                from: pipe.boundary(from + 1),
                to: pipe.boundary(to) + source.packet_time,
            };
            for burst in source.draw(reach) {
                let first = SimTime(burst.from.0.saturating_sub(source.packet_time.0));
                // From the first that is not yet through when it begins.
                let mut packet = pipe.packet_at(first).saturating_sub(1).max(from);
                while packet < to && pipe.boundary(packet + 1) < burst.to {
                    if pipe.boundary(packet + 1) + source.packet_time > burst.from {
                        lost.push(packet);
                    }
                    packet += 1;
                }
            }
        }
        lost.sort_unstable();
        lost.dedup();
        lost
    }

    /// Stretches of bits that come wrong.
    fn bits(&mut self, window: Stretch) -> Vec<Stretch> {
        let mut wrong = Vec::new();
        if let Some(bit) = self.bit {
            let bits = window.to.since(window.from).0 / bit.0.max(1);
            let mut next = 0_u64;
            while let Some(gap) = self.gap() {
                next = next.saturating_add(gap);
                if next >= bits {
                    break;
                }
                let from = window.from + bit * next;
                wrong.push(Stretch {
                    from,
                    to: from + bit,
                });
                next += 1;
            }
        }
        for source in &mut self.bursts {
            wrong.extend(source.draw(window));
        }
        joined(wrong)
    }
}

impl Source {
    /// The bursts that touch a stretch of time.
    fn draw(&mut self, reach: Stretch) -> Vec<Stretch> {
        let mut bursts = Vec::new();
        // One that begins before may still last.
        let mut at = reach.from.0.saturating_sub(self.length.0);
        loop {
            let gap = exponential_of_mean(self.stream.draw(), self.every.0);
            at = at.saturating_add(gap);
            if at >= reach.to.0 {
                return bursts;
            }
            bursts.push(Stretch {
                from: SimTime(at),
                to: SimTime(at.saturating_add(self.length.0)),
            });
        }
    }
}

/// Ascending, not touching.
fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable_by_key(|one| (one.from, one.to));
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for one in stretches {
        match joined.last_mut() {
            Some(last) if last.to >= one.from => last.to = last.to.max(one.to),
            _ => joined.push(one),
        }
    }
    joined
}

/// −ln(1 − ratio) with [`HAZARD_BITS`]: the hazard of one bit.
fn hazard(ratio: ErrorRatio) -> u128 {
    let ratio = (u128::from(ratio.parts()) << HAZARD_BITS) / u128::from(ErrorRatio::WHOLE);
    // Half of the bits of each factor are enough for what the higher powers add.
    let times = |a: u128, b: u128| ((a >> 20) * (b >> 20)) >> (HAZARD_BITS - 40);
    let (mut sum, mut power, mut order) = (0, ratio, 1);
    while power > 0 {
        sum += power / order;
        power = times(power, ratio);
        order += 1;
    }
    sum
}

/// Share of packets with so many bits that have a wrong one: 1 − (1 − ratio)^bits, in parts of
/// 10^15.
#[must_use]
pub fn packet_error_e15(links: &[ExposedLink]) -> u64 {
    let whole = u128::from(ErrorRatio::WHOLE);
    // 60 fraction bits: the product of two shares fits.
    const BITS: u32 = 60;
    let times = |a: u128, b: u128| (a * b + (1 << (BITS - 1))) >> BITS;
    let mut left = 1_u128 << BITS;
    for link in links {
        let ratio = u128::from(link.errors.bit_error_ratio.parts());
        let mut right = ((whole - ratio) << BITS) / whole;
        let mut bits = link.packet_bits.unwrap_or(0);
        while bits > 0 {
            if bits & 1 == 1 {
                left = times(left, right);
            }
            right = times(right, right);
            bits >>= 1;
        }
    }
    let lost = ((1_u128 << BITS) - left) * whole;
    u64::try_from((lost + (1 << (BITS - 1))) >> BITS).expect("at most the whole")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudowire::clock::Clock;
    use crate::pseudowire::receive::{LatePolicy, Playout, Receiver};
    use crate::topology::{Bursts, Errors};

    const MS: u64 = 1_000_000_000;

    fn link(ratio: &str, bursts: Option<(Span, Span)>, packet_bits: Option<u64>) -> ExposedLink {
        ExposedLink {
            name: "A-B".to_owned(),
            errors: Errors {
                bit_error_ratio: ErrorRatio::parse(ratio).unwrap(),
                bursts: bursts.map(|(every, length)| Bursts { every, length }),
            },
            packet_bits,
            packet_time: packet_bits.map_or(Span::ZERO, |bits| Span(bits * 1000)),
            bit_time: packet_bits.is_none().then(|| Span::from_us(15)),
        }
    }

    fn pipe() -> Pipe {
        let receiver = Receiver {
            playout: Playout::FillHalf { packets: 2 },
            capacity_packets: 4,
            missing_limit: 10,
            in_sync: 2,
            setup_timeout: Span::from_s(5),
            late: LatePolicy::Discard,
            hold_back: Span::ZERO,
            clock: Clock::default(),
        };
        Pipe::new(SimTime::ZERO, (MS, 1), receiver)
    }

    fn noise(link: ExposedLink) -> Noise {
        let pipe = link.packet_bits.map(|_| pipe());
        Noise::new(Seed(1), ("circuit/a-z", "87L"), &[vec![link]], pipe)
    }

    #[test]
    fn a_packet_is_lost_with_one_less_the_chance_that_every_bit_is_right() {
        // In rational arithmetic: (1 − 10^-6)^512 and, over two such links, ^1024; (1 − 10^-8)^672.
        let one = link("1e-6", None, Some(512));
        let near = |lost: u64, exact: u64| assert!(lost.abs_diff(exact) < 1000, "{lost}");
        near(
            packet_error_e15(std::slice::from_ref(&one)),
            511_869_206_236,
        );
        near(packet_error_e15(&[one.clone(), one]), 1_023_476_402_387);
        near(
            packet_error_e15(&[link("1e-8", None, Some(672))]),
            6_719_977_454,
        );
        assert_eq!(packet_error_e15(&[link("0", None, Some(512))]), 0);
    }

    #[test]
    fn packets_are_lost_as_often_as_their_bits_say() {
        let mut noise = noise(link("1e-4", None, Some(512)));
        let window = Stretch {
            from: SimTime(0),
            to: SimTime(99_999 * MS),
        };
        let lost: u64 = noise
            .draw(window)
            .iter()
            .map(|one| one.to.since(one.from).0 / MS)
            .sum();
        // 1 − (1 − 10^-4)^512 = 0.049913; standard deviation of 100000 trials 69.
        assert!(lost.abs_diff(4_991) < 4 * 69, "{lost}");
    }

    #[test]
    fn a_share_of_commands_in_bursts_is_that_of_their_windows() {
        // Bits of the window [t, t + 1 ms) meet a burst of 2 ms that comes every 100 ms with
        // 1 − exp(−3/100) = 0.029554.
        let mut noise = noise(link(
            "0",
            Some((Span::from_ms(100), Span::from_ms(2))),
            None,
        ));
        let trials = 100_000;
        let hit = (0..trials).filter(|n| {
            let from = SimTime((10 + n) * MS);
            let to = from + Span::from_ms(1);
            !noise.draw(Stretch { from, to }).is_empty()
        });
        let hit = hit.count();
        // Standard deviation 53.6.
        assert!(hit.abs_diff(2_955) < 4 * 54, "{hit}");
    }

    #[test]
    fn a_burst_destroys_the_packets_that_are_on_their_way_into_the_link() {
        // 512 bits at 1 Gb/s: 512 ns of every millisecond. Bursts of 2.5 ms meet two or three.
        let every = Span::from_ms(1000);
        let mut noise = noise(link("0", Some((every, Span::from_us(2500))), Some(512)));
        let window = Stretch {
            from: SimTime(0),
            to: SimTime(1_000_000 * MS),
        };
        let lost = noise.draw(window);
        let packets = |one: &Stretch| one.to.since(one.from).0 / MS;
        assert!(
            lost.iter()
                .filter(|one| packets(one) < 6)
                .all(|one| packets(one) >= 2)
        );
        let all: u64 = lost.iter().map(packets).sum();
        // 1000 bursts of 2.500512 packets; counts of bursts vary by 32.
        assert!(all.abs_diff(2_500) < 4 * 80, "{all}");
    }

    #[test]
    fn two_copies_lose_only_what_both_lose() {
        let one = link("1e-4", None, Some(512));
        let ways = [vec![one.clone()], vec![one]];
        let mut noise = Noise::new(Seed(1), ("circuit/a-z", "87L"), &ways, Some(pipe()));
        let window = Stretch {
            from: SimTime(0),
            to: SimTime(99_999 * MS),
        };
        let lost: u64 = noise
            .draw(window)
            .iter()
            .map(|one| one.to.since(one.from).0 / MS)
            .sum();
        // 0.049913² = 0.0024913; standard deviation 15.8.
        assert!(lost.abs_diff(249) < 4 * 16, "{lost}");
    }
}
