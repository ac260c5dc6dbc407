//! The four gaps, never one word: packet hole, replaced TDM, command unavailable, protection
//! unavailable.

use super::ClockMap;
use crate::channel::{Cause, Content, Timeline};
use crate::mpls::outage::{FOR_EVER, Outages, Stretch};
use crate::mpls::routing::{Next, Routing};
use crate::pseudowire::receive::Receiver;
use crate::units::{SimTime, Span};

/// The gaps of one circuit direction, in real time. Zero: there is none. `None`: it never ends.
/// Of several holes those of the longest are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gaps {
    /// Packet hole: from the failure to the repair, at the point of repair.
    pub packet: Option<Span>,
    /// Replaced TDM: whole packets that did not come, or came late. Packets that came and were
    /// spent on a restart are not in it.
    pub tdm: Option<Span>,
    /// No command passes: from the first replaced bit to data again, a restart included.
    pub command: Option<Span>,
    /// No protection: the same, and the recovery of the relay.
    pub protection: Option<Span>,
    /// Packets lost on the way.
    pub lost: u64,
}

/// A stretch of replacement behind data, in simulated time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// The first replaced bit.
    pub from: SimTime,
    /// When the bit entered at the far end that is the first not put out.
    pub input_from: SimTime,
    /// Data again: when, and when its first bit entered. `None`: not in this run.
    pub resumed: Option<(SimTime, SimTime)>,
    /// Whether the loss-of-packets state was entered.
    pub restarted: bool,
}

/// All holes of a timeline, in order.
#[must_use]
pub fn holes(timeline: &Timeline) -> Vec<Hole> {
    let mut holes = Vec::new();
    // When the bit entered that is next in turn, once data has begun.
    let mut next_input = None;
    let mut open: Option<Hole> = None;
    for segment in timeline.segments() {
        match segment.content {
            Content::Data { input_from, .. } => {
                if let Some(hole) = open.take() {
                    let resumed = Some((segment.from, input_from));
                    holes.push(Hole { resumed, ..hole });
                }
                next_input = segment.input_at(segment.to);
            }
            Content::Idle { cause, .. } => {
                let Some(input_from) = next_input else {
                    continue;
                };
                let hole = open.get_or_insert(Hole {
                    from: segment.from,
                    input_from,
                    resumed: None,
                    restarted: false,
                });
                hole.restarted |= cause == Cause::LossOfPackets;
            }
        }
    }
    holes.extend(open);
    holes
}

/// When a packet that met the state of one instant everywhere would not arrive: ascending
/// stretches that do not touch. From the failure to the repair at the point of repair: what a
/// packet takes from node to node is not in it.
#[must_use]
pub fn packet_holes(routing: &Routing, outages: &Outages) -> Vec<Stretch> {
    let cuts = |place: usize| {
        let hop = routing.crossings[place].hop;
        outages.of(hop.link, hop.direction)
    };
    let turns = routing.nexts().flat_map(Next::turns).map(|turn| turn.from);
    let edges = (0..routing.crossings.len()).flat_map(|place| {
        let edges = cuts(place).iter().flat_map(|cut| [cut.from, cut.to]);
        edges.collect::<Vec<_>>()
    });
    let mut instants: Vec<SimTime> = turns.chain(edges).collect();
    instants.sort_unstable();
    instants.dedup();
    let passes = |now: SimTime| {
        let (crossed, arrives) = routing.crossed_at(now);
        let whole = |place: &usize| {
            let mut cuts = cuts(*place).iter();
            !cuts.any(|cut| cut.from <= now && now < cut.to)
        };
        arrives && crossed.iter().all(whole)
    };
    let mut holes: Vec<Stretch> = Vec::new();
    let mut since = None;
    for now in instants.into_iter().filter(|now| *now < FOR_EVER) {
        match (passes(now), since) {
            (false, None) => since = Some(now),
            (true, Some(from)) => {
                holes.push(Stretch { from, to: now });
                since = None;
            }
            _ => {}
        }
    }
    holes.extend(since.map(|from| Stretch { from, to: FOR_EVER }));
    holes
}

/// What two lists of stretches have in common: the packet hole of two pseudowires with the same
/// packets.
#[must_use]
pub fn common(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let both = pairs.map(|(a, b)| Stretch {
        from: a.from.max(b.from),
        to: a.to.min(b.to),
    });
    both.filter(|stretch| stretch.from < stretch.to).collect()
}

impl Gaps {
    /// Of a C-pipe with packets of this time: from the holes of its timeline, and those of its
    /// routing in real time. `recovery`: how long the relay is silent after its channel is back.
    #[must_use]
    pub fn of_pseudowire(
        holes: &[Hole],
        packet: &[Stretch],
        clock: &ClockMap,
        (receiver, packet_time_exact_ps): (&Receiver, (u64, u64)),
        recovery: Span,
        lost: u64,
    ) -> Self {
        let packet = longest(packet.iter().map(|hole| {
            let lasts = hole.to < FOR_EVER;
            (lasts.then(|| hole.to.since(hole.from)), ())
        }));
        let replaced = longest(holes.iter().map(|hole| (hole.command(clock), hole)));
        let tdm = replaced.1.map(|hole| {
            let packets = hole.packets(clock, receiver, packet_time_exact_ps)?;
            let (numerator, denominator) = packet_time_exact_ps;
            let ps = u128::from(packets) * u128::from(numerator) / u128::from(denominator);
            Some(Span(u64::try_from(ps).expect("a gap within 213 days")))
        });
        Self {
            packet: packet.0,
            tdm: tdm.unwrap_or(Some(Span::ZERO)),
            command: replaced.0,
            protection: with_recovery(replaced.0, recovery),
            lost,
        }
    }

    /// The same without an end, where no way is left.
    #[must_use]
    pub fn for_ever(self) -> Self {
        Self {
            packet: None,
            tdm: None,
            command: None,
            protection: None,
            lost: self.lost,
        }
    }

    /// Of a circuit on timeslots: bits are replaced as they are missing.
    #[must_use]
    pub fn of_timeslots(holes: &[Hole], clock: &ClockMap, recovery: Span) -> Self {
        let (gap, _) = longest(holes.iter().map(|hole| (hole.command(clock), ())));
        Self {
            packet: gap,
            tdm: gap,
            command: gap,
            protection: with_recovery(gap, recovery),
            lost: 0,
        }
    }
}

impl Hole {
    /// Real time without data; `None`: for ever.
    #[must_use]
    pub fn command(&self, clock: &ClockMap) -> Option<Span> {
        let (resumed, _) = self.resumed?;
        Some(clock.between(self.from, resumed))
    }

    /// How late a command is that was keyed with the first bit that is not put out: in real time,
    /// from when it entered until there is data again; `None`: it never comes.
    #[must_use]
    pub fn command_delay(&self, clock: &ClockMap) -> Option<Span> {
        let (resumed, _) = self.resumed?;
        Some(clock.between(self.input_from, resumed))
    }

    /// Whole packets that did not come, or came late. Without the loss-of-packets state: those
    /// replaced. With it: those not put out, less those that came and were spent on the restart.
    fn packets(
        &self,
        clock: &ClockMap,
        receiver: &Receiver,
        (numerator, denominator): (u64, u64),
    ) -> Option<u64> {
        let (resumed, input_to) = self.resumed?;
        // Clocks apart, boundaries rounded: the nearest whole number is meant.
        let nearest = |span: Span| {
            let twice = 2 * u128::from(span.0) * u128::from(denominator);
            let packets = (twice + u128::from(numerator)) / (2 * u128::from(numerator));
            u64::try_from(packets).expect("packets within 2^64")
        };
        if !self.restarted {
            return Some(nearest(clock.between(self.from, resumed)));
        }
        let spent = receiver.start_packets(false) - receiver.start_packets(true);
        let left_out = nearest(clock.between(self.input_from, input_to));
        Some(left_out.saturating_sub(spent.into()))
    }
}

/// The first of the longest, `None` being longest; no length at all where there is none.
fn longest<T>(all: impl Iterator<Item = (Option<Span>, T)>) -> (Option<Span>, Option<T>) {
    let mut found = (Some(Span::ZERO), None);
    for (length, one) in all {
        let longer = found
            .0
            .is_some_and(|most| length.is_none_or(|span| span > most));
        if longer {
            found = (length, Some(one));
        }
    }
    found
}

/// A gap of no length needs no recovery.
fn with_recovery(gap: Option<Span>, recovery: Span) -> Option<Span> {
    match gap {
        Some(Span::ZERO) | None => gap,
        Some(gap) => Some(gap + recovery),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::stretch;
    use super::*;
    use crate::mpls::outage::Element;
    use crate::mpls::routing::Target;
    use crate::topology::network::tests::{link, node};
    use crate::topology::{Direction, LinkId, Topology, shortest_path};

    /// A, B and C in a row, and a second link from A to C that is longer.
    fn triangle() -> Topology {
        let nodes = ["A", "B", "C"].map(node).to_vec();
        let links = [
            link("1 A-B", [0, 1], 1),
            link("2 B-C", [1, 2], 1),
            link("3 A-C", [0, 2], 9),
        ];
        Topology::build(nodes, links.to_vec()).unwrap()
    }

    /// From A to C; from `turn` on over the long link.
    fn routing(topology: &Topology, turn: Option<u64>) -> Routing {
        let id = |name| topology.node_named(name).unwrap();
        let mut routing = Routing::along(&shortest_path(topology, id("A"), id("C")).unwrap());
        if let Some(turn) = turn {
            let mut hop = routing.crossings[0];
            hop.hop.link = LinkId(2);
            routing.crossings.push(hop);
            routing.behind.push(Next::always(Target::Deliver));
            routing.entry.turn(SimTime(turn), Target::Crossing(2));
        }
        routing
    }

    fn cut(topology: &Topology, element: &Element, lasts: Stretch) -> Outages {
        let mut outages = Outages::default();
        outages.fail(topology, element, lasts);
        outages
    }

    #[test]
    fn a_packet_hole_lasts_from_the_cut_to_the_turn_or_the_end_of_the_cut() {
        let topology = triangle();
        let second = Element::Link(LinkId(1));
        let holes = |turn, element: &Element, to: SimTime| {
            let lasts = Stretch {
                from: SimTime(100),
                to,
            };
            packet_holes(&routing(&topology, turn), &cut(&topology, element, lasts))
        };
        assert_eq!(holes(Some(130), &second, FOR_EVER), [stretch(100, 130)]);
        assert_eq!(holes(Some(130), &second, SimTime(120)), [stretch(100, 120)]);
        assert_eq!(holes(None, &second, SimTime(900)), [stretch(100, 900)]);
        assert_eq!(holes(None, &second, FOR_EVER), [stretch(100, u64::MAX)]);
        let back = Element::Direction(LinkId(1), Direction::BOTH[1]);
        assert_eq!(holes(Some(130), &back, FOR_EVER), [], "the other direction");
        let third = Element::Link(LinkId(2));
        assert_eq!(holes(Some(130), &third, SimTime(150)), [stretch(130, 150)]);
    }

    #[test]
    fn two_pseudowires_have_the_hole_that_both_have() {
        let one = [stretch(10, 20), stretch(30, 50)];
        assert_eq!(
            common(&one, &[stretch(15, 35)]),
            [stretch(15, 20), stretch(30, 35)]
        );
        assert_eq!(common(&one, &[stretch(20, 30)]), []);
    }

    #[test]
    fn gaps_are_told_in_real_time_and_one_that_never_ends_is_none() {
        use super::super::samples::fill_half;
        // Replaced from 100 to 200 ms; 7 ms of real time are left out at 150 ms.
        let at = |ms: u64| SimTime(ms * 1_000_000_000);
        let hole = Hole {
            from: at(100),
            input_from: at(97),
            resumed: Some((at(200), at(197))),
            restarted: true,
        };
        let mut clock = ClockMap::default();
        clock.skip(at(150), Span::from_ms(7));
        let receiver = fill_half(1);
        let gaps = |holes: &[Hole], packet: &[Stretch]| {
            let settings = (&receiver, (1_000_000_000, 1));
            Gaps::of_pseudowire(holes, packet, &clock, settings, Span::from_ms(21), 3)
        };
        let short = Hole {
            resumed: Some((at(101), at(98))),
            restarted: false,
            ..hole
        };
        let told = gaps(&[short, hole], &[stretch(5, 25), stretch(30, 31)]);
        assert_eq!(told.packet, Some(Span(20)));
        // One packet of 107 was spent on the restart with k = 1.
        let want = [106, 107, 128].map(|ms| Some(Span::from_ms(ms)));
        assert_eq!([told.tdm, told.command, told.protection], want);
        assert_eq!(hole.command_delay(&clock), Some(Span::from_ms(110)));
        let never = Hole {
            resumed: None,
            ..hole
        };
        let told = gaps(&[hole, never], &[stretch(5, u64::MAX)]);
        let all = [told.packet, told.tdm, told.command, told.protection];
        assert_eq!((all, told.lost), ([None; 4], 3));
        let told = gaps(&[], &[]);
        let all = [told.packet, told.tdm, told.command, told.protection];
        assert_eq!(all, [Some(Span::ZERO); 4]);
    }
}
