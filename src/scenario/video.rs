//! Groups of pictures: one whole picture, then smaller ones that tell what changed.

use std::collections::BTreeMap;

use super::patterns::{Asked, Sending, fraction};
use super::spec::PatternSpec;
use crate::plan::{Sizes, Source};
use crate::pseudowire::encapsulation::LAYER1_OVERHEAD;
use crate::topology::Direction;
use crate::traffic::CustomerPacket;
use crate::units::limits::TRACE_PACKETS_MAX;
use crate::units::time::PS_PER_S;
use crate::units::{BitRate, Octets, SimTime, Span, Ticks};

/// The frames of one group: when each begins to arrive, and its octets.
type Group = Vec<(Span, u64)>;

/// A video stream; `None` where a fault leaves it open.
pub(super) fn sending(asked: &mut Asked<'_>, pattern: &PatternSpec) -> Option<Sending> {
    let PatternSpec::Video {
        rate,
        frame_rate,
        group,
        ratio,
        packet,
        access,
    } = pattern
    else {
        return None;
    };
    asked.frame(packet.value, &packet.span);
    let octets = pictures(rate.value, *frame_rate, *group, *ratio);
    if octets.iter().any(|picture| *picture < asked.minimum.0) {
        let what = ": a picture is smaller than an Ethernet frame";
        let help = "a higher rate, a smaller ratio, or fewer pictures a second".to_owned();
        asked.fault(
            &rate.span,
            what,
            "too slow for so many pictures",
            Some(help),
        );
        return None;
    }
    let count: u64 = octets.iter().map(|one| one.div_ceil(packet.value)).sum();
    if count > u64::try_from(TRACE_PACKETS_MAX).expect("within 2^64") {
        let what = format!(": a group has more than {TRACE_PACKETS_MAX} frames");
        let help = "a lower rate, a shorter group, or larger frames".to_owned();
        asked.fault(&rate.span, &what, "too many to list", Some(help));
        return None;
    }
    let spread = BitRate::from_bps(access.value)?;
    let Some(frames) = frames(&octets, packet.value, *frame_rate, spread) else {
        let what = ": a picture takes longer than the time to the next one";
        let help = "a faster access, or a lower rate".to_owned();
        asked.fault(&access.span, what, "too slow for its pictures", Some(help));
        return None;
    };
    let (numerator, denominator) = fraction(
        u128::from(*group) * u128::from(PS_PER_S),
        u128::from(*frame_rate),
    );
    let count = u128::try_from(frames.len()).ok()?;
    let period = fraction(u128::from(numerator), u128::from(denominator) * count);
    let (packets, sizes) = by_size(asked, &frames);
    Some(Sending {
        suffix: String::new(),
        direction: Direction::AToZ,
        packets,
        sizes,
        source: Source::Cyclic {
            cycles: Ticks::new(SimTime::ZERO, numerator, denominator),
            offsets: frames.iter().map(|(offset, _)| *offset).collect(),
        },
        period_exact_ps: period,
        busy_period_exact_ps: period,
    })
}

/// Octets of each picture of a group: all but the first are alike, the first is `ratio` times
/// larger and takes what rounding leaves. What the rate gives a group is rounded down to an octet.
#[must_use]
pub fn pictures(rate_bps: u64, frame_rate: u64, group: u64, ratio: u64) -> Vec<u64> {
    let total = u128::from(rate_bps) * u128::from(group) / (8 * u128::from(frame_rate));
    let total = u64::try_from(total).expect("a group within 2^64 octets");
    let other = total / (ratio + group - 1);
    let first = total - other * (group - 1);
    let others = std::iter::repeat_n(other, usize::try_from(group - 1).expect("a short group"));
    std::iter::once(first).chain(others).collect()
}

/// Pictures cut into frames of sizes as equal as possible, at most `packet` octets, one behind the
/// other at the access rate; `None` where a picture is not through before the next one.
fn frames(pictures: &[u64], packet: u64, frame_rate: u64, access: BitRate) -> Option<Group> {
    let mut group = Group::new();
    for (number, octets) in (0_u128..).zip(pictures) {
        let begin = |number: u128| {
            let instant = number * u128::from(PS_PER_S) / u128::from(frame_rate);
            u64::try_from(instant).ok().map(Span)
        };
        let mut at = begin(number)?;
        let next = begin(number + 1)?;
        let count = octets.div_ceil(packet);
        for place in 0..count {
            let size = octets / count + u64::from(place < octets % count);
            if at >= next {
                return None;
            }
            group.push((at, size));
            at += access.time_to_send(Octets(size) + LAYER1_OVERHEAD);
        }
        if at > next {
            return None;
        }
    }
    Some(group)
}

type Weighted = Vec<(super::shape::PacketShape, u64)>;

/// One packet per size, ascending, with how often it comes, and which comes when.
fn by_size(asked: &Asked<'_>, frames: &Group) -> (Weighted, Sizes) {
    sizes_of(asked, frames.iter().map(|(_, octets)| *octets))
}

/// As [`by_size`], for any list of frames.
pub(super) fn sizes_of(
    asked: &Asked<'_>,
    octets: impl Iterator<Item = u64> + Clone,
) -> (Weighted, Sizes) {
    let mut counts = BTreeMap::<u64, u64>::new();
    for size in octets.clone() {
        *counts.entry(size).or_default() += 1;
    }
    let packet = |(octets, count): (&u64, &u64)| {
        let customer = CustomerPacket::of_frame(Octets(*octets));
        (asked.shape(customer), *count)
    };
    let packets: Weighted = counts.iter().map(packet).collect();
    if counts.len() == 1 {
        return (packets, Sizes::One);
    }
    // A packet has at most 65 535 octets: every size has a number of 16 bits.
    let numbers: BTreeMap<u64, u16> = counts.keys().copied().zip(0..).collect();
    let cycle = octets.map(|size| numbers[&size]).collect();
    (packets, Sizes::Cycle(cycle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_twelve_pictures_shares_its_octets_four_to_one() {
        // 4 Mb/s, 12 pictures at 25 Hz: 0.48 s, 240 000 octets; 15 shares of 16 000.
        let group = pictures(4_000_000, 25, 12, 4);
        assert_eq!(group[0], 64_000);
        assert_eq!(group[1..], [16_000; 11]);
        // 1 Mb/s at 30 Hz: 50 000 octets, 15 shares of 3333 and 5 left for the first.
        let group = pictures(1_000_000, 30, 12, 4);
        assert_eq!((group[0], group[1]), (4 * 3333 + 5, 3333));
    }

    #[test]
    fn a_picture_comes_in_equal_frames_at_the_access_rate() {
        // 3000 octets in three frames of 1000; 1020 octets at 100 Mb/s last 81.6 us.
        let access = BitRate::from_bps(100_000_000).unwrap();
        let group = frames(&[3000, 1001], 1400, 25, access).unwrap();
        let us = |tenths: u64| Span::from_ns(100 * tenths);
        assert_eq!(
            group,
            [
                (us(0), 1000),
                (us(816), 1000),
                (us(1632), 1000),
                (Span::from_ms(40), 1001)
            ]
        );
        // 600 000 octets at 100 Mb/s last 48 ms: longer than 40.
        assert_eq!(frames(&[600_000], 1400, 25, access), None);
    }
}
