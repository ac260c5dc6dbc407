//! The late-or-missing share: of commands keyed at any instant, how many are not there in time,
//! with errors on the links; and unwanted commands, which are too rare to be met by sampling.
//!
//! Without errors the share is exact, from every inception. With errors commands are sampled, each
//! with errors of its own, so that they are independent of each other and the bounds hold.

pub mod confidence;
mod noise;
mod restart;
mod unwanted;

use self::confidence::Counted;
use self::noise::Noise;
pub use self::noise::packet_error_e15;
use self::restart::Pipe;
pub use self::unwanted::Unwanted;
use super::relays::{Channel, Channels, inceptions};
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::mpls::outage::Stretch;
use crate::random::{Purpose, StreamKey, uniform_below};
use crate::relay::dependability::Dependability;
use crate::relay::{Found, Protection, Reception, Way, sweep};
use crate::scenario::{Carriage, Circuit, Scenario};
use crate::topology::Direction;
use crate::units::{SimTime, Span};

/// What one direction of a circuit comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// What later counts as late, from the bit that leaves the sending relay to a whole message.
    pub allowed: Span,
    /// Without errors: instants of keying whose command is late or missing, all together.
    pub exact_late: Span,
    /// Of these, those whose command never comes while it is keyed.
    pub exact_missing: Span,
    /// All instants of keying.
    pub exact_of: Span,
    /// With errors: commands late or missing.
    pub late: Counted,
    /// With errors: messages that an error destroyed.
    pub destroyed: Counted,
    /// Share of packets with a wrong bit, parts of 10^15; `None` where no packets carry it.
    pub packet_error_e15: Option<u64>,
    /// What cannot be sampled.
    pub unwanted: Unwanted,
    /// What the scheme may come to; `None`: no figure is known.
    pub limit: Option<&'static Dependability>,
}

/// How a counted share stands to a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// With 95 % it is not above.
    Met,
    /// Commands enough were not sampled to say.
    Open,
    /// With 95 % it is above.
    Exceeded,
}

/// A command, or a message of a differential relay, on its way from relay to relay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Keying {
    /// From the element to the channel.
    send: Span,
    /// One message with the wait for it.
    message: Span,
    /// From the first whole message behind a break until messages count.
    recovery: Span,
    /// How long it stays keyed; `None`: until the fault is cleared.
    keyed: Option<Span>,
}

impl Share {
    /// How the share of late or missing commands stands to the limit of the scheme; `None`: there
    /// is none.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        let limit_e12 = self.limit?.missing_max_ppb * 1000;
        Some(if self.late.upper_e12 <= limit_e12 {
            Standing::Met
        } else if self.late.lower_e12 > limit_e12 {
            Standing::Exceeded
        } else {
            Standing::Open
        })
    }
}

impl Standing {
    /// The word in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Open => "open",
            Self::Exceeded => "exceeded",
        }
    }
}

/// Every direction that a relay sends commands or messages over, of circuits in order of name;
/// nothing where the scenario asks for none. Keyed at the instants that the line is judged for,
/// until `end`.
#[must_use]
pub fn shares(scenario: &Scenario, channels: &Channels, end: SimTime) -> Vec<Share> {
    let mut all = Vec::new();
    if scenario.share.is_none() {
        return all;
    }
    for (index, relay) in scenario.relays.circuits.iter().enumerate() {
        let (Some(relay), Some(Some(pair))) = (relay, channels.circuits.get(index)) else {
            continue;
        };
        let mut lines = scenario.relays.lines.iter();
        let line = lines.position(|line| line.groups.concat().contains(&index));
        let Some(over) = line.and_then(|line| inceptions(scenario, channels, line, end)) else {
            continue;
        };
        for direction in Direction::BOTH {
            if carries(&relay.protection, direction) {
                let channel = &pair[direction.index()];
                all.push(share(scenario, (index, direction), channel, over));
            }
        }
    }
    all
}

/// Whether something is sent that way.
fn carries(protection: &Protection, direction: Direction) -> bool {
    match protection {
        Protection::Differential(_) => true,
        Protection::Distance(settings) => settings.directions[direction.index()],
    }
}

fn keying(protection: &Protection) -> Keying {
    match protection {
        Protection::Differential(settings) => Keying {
            send: settings.processing[0],
            message: settings.message,
            recovery: settings.interval * u64::from(settings.recovery_messages),
            keyed: None,
        },
        Protection::Distance(settings) => Keying {
            send: settings.command.send,
            message: settings.command.message,
            recovery: settings.command.recovery,
            keyed: Some(settings.send_minimum),
        },
    }
}

fn share(
    scenario: &Scenario,
    (index, direction): (usize, Direction),
    channel: &Channel,
    over: Stretch,
) -> Share {
    let settings = scenario.share.expect("asked for");
    let relay = scenario.relays.circuits[index].as_ref().expect("a relay");
    let circuit = &scenario.circuits[index];
    let allowed = settings.allowed.unwrap_or(scenario.budget);
    let keying = keying(&relay.protection);
    let ways = scenario.exposed(index, direction);
    let reception = Reception::new(channel.way(), keying.message, keying.recovery);
    let exact = exact(&reception, keying, allowed, over);
    let kind = format!("share/{}", super::verdict::DIRECTIONS[direction.index()]);
    let pipe = pipe(circuit, direction, &channel.timeline);
    let mut sampler = Sampler {
        channel,
        reception,
        keying,
        allowed,
        noise: Noise::new(scenario.seed, (&kind, &circuit.name), &ways, pipe),
    };
    let key = StreamKey::new(&kind, &circuit.name, Purpose::Inception);
    let mut instants = scenario.seed.stream(&key);
    let (mut late, mut destroyed) = (0, 0);
    for _ in 0..settings.commands {
        let ahead = uniform_below(instants.draw(), over.to.since(over.from).0);
        let found = sampler.command(over.from + Span(ahead));
        late += u64::from(found.late);
        destroyed += u64::from(found.destroyed);
    }
    let destroyed = Counted::new(destroyed, settings.commands);
    let packets = circuit.emulation().is_some();
    Share {
        circuit: index,
        direction: direction.index(),
        allowed,
        exact_late: exact.0,
        exact_missing: exact.1,
        exact_of: over.to.since(over.from),
        late: Counted::new(late, settings.commands),
        destroyed,
        packet_error_e15: packets.then(|| packet_error_e15(&ways[0])),
        unwanted: Unwanted::of(&relay.protection, relay.check_bits, destroyed, &ways),
        limit: Dependability::of_scheme(relay.protection.name()),
    }
}

/// The packets of a C-pipe: play-out begins with a whole packet.
fn pipe(circuit: &Circuit, direction: Direction, timeline: &Timeline) -> Option<Pipe> {
    let Carriage::Emulated(emulation) = &circuit.carriage else {
        return None;
    };
    let first = timeline
        .segments()
        .iter()
        .find_map(|segment| match segment.content {
            Content::Data { input_from, .. } => Some(input_from),
            Content::Idle { .. } => None,
        });
    let receiver = emulation.receivers[direction.index()].clone();
    let boundary = first.unwrap_or(SimTime::ZERO);
    Some(Pipe::new(
        boundary,
        emulation.packet_time_exact_ps,
        receiver,
    ))
}

/// Instants of keying without errors whose command is late or missing, and those whose command is
/// missing.
fn exact(reception: &Reception, keying: Keying, allowed: Span, over: Stretch) -> (Span, Span) {
    let found = |at: SimTime| {
        let sent = at + keying.send;
        let came = came(
            reception,
            sent,
            keying.keyed.map(|keyed| keyed.max(allowed)),
        );
        Found {
            value: came,
            class: came.is_some(),
        }
    };
    let back = |at: &SimTime, by: Span| at.0.checked_sub(by.0).map(SimTime);
    let edges = reception.edges_in();
    let begins = edges.iter().filter_map(|at| back(at, keying.send));
    let keyed = keying.keyed.unwrap_or_default().max(allowed);
    let ends = edges.iter().filter_map(|at| back(at, keying.send + keyed));
    let candidates: Vec<SimTime> = begins.chain(ends).collect();
    let sweep = sweep(over, &candidates, found);
    (
        sweep.above(allowed),
        sweep.lasting(|piece| !piece.first.class),
    )
}

/// From when a command is sent until a whole message has it; `None`: never while it is keyed.
fn came(reception: &Reception, sent: SimTime, keyed: Option<Span>) -> Option<Span> {
    let at = reception.first_since(sent)?;
    let sampled = reception.sampled_at(at)?;
    if keyed.is_some_and(|keyed| sampled >= sent + keyed) {
        return None;
    }
    Some(at.since(sent))
}

/// What became of one sampled command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Command {
    late: bool,
    destroyed: bool,
}

/// Samples commands over one direction.
struct Sampler<'a> {
    channel: &'a Channel,
    /// Without errors.
    reception: Reception,
    keying: Keying,
    allowed: Span,
    noise: Noise,
}

impl Sampler<'_> {
    /// A command keyed at an instant, with the next errors.
    fn command(&mut self, at: SimTime) -> Command {
        let sent = at + self.keying.send;
        let message = self.keying.message;
        // The channel remembers its last break until messages count again.
        let before = message + self.keying.recovery + self.noise.memory();
        // As the carrier sees it, behind the sending interface.
        let entered = sent + self.channel.before;
        let window = Stretch {
            from: SimTime(entered.0.saturating_sub(before.0)),
            to: entered + self.allowed + message,
        };
        let lost = self.noise.draw(window);
        let late = |reception: &Reception| {
            came(reception, sent, None).is_none_or(|came| came > self.allowed)
        };
        if lost.is_empty() {
            return Command {
                late: late(&self.reception),
                destroyed: false,
            };
        }
        let its_own = Stretch {
            from: entered,
            to: entered + message.max(Span(1)),
        };
        let destroyed = |one: &Stretch| one.from < its_own.to && its_own.from < one.to;
        let timeline = with_errors(&self.channel.timeline, &lost, window, before);
        let way = Way {
            timeline: &timeline,
            ..self.channel.way()
        };
        Command {
            late: late(&Reception::new(way, message, self.keying.recovery)),
            destroyed: lost.iter().any(destroyed),
        }
    }
}

/// The part of a timeline that the bits of a window are in, with bits taken out that entered in
/// `lost`. It begins so much before the window that the relay is ready when the window begins.
fn with_errors(timeline: &Timeline, lost: &[Stretch], window: Stretch, before: Span) -> Timeline {
    let start = SimTime(window.from.0.saturating_sub(before.0));
    let mut noisy = Timeline::default();
    for segment in timeline.segments() {
        let Content::Data {
            input_from,
            rate_ppb,
        } = segment.content
        else {
            continue;
        };
        let input_to = segment.input_at(segment.to).expect("a segment of data");
        if input_to <= start || input_from > window.to {
            continue;
        }
        // When the bit is put out that entered at an instant.
        let output = |input: SimTime| {
            let ahead = u128::from(input.0.saturating_sub(input_from.0)) * 1_000_000_000;
            let pace = u128::try_from(1_000_000_000 + i128::from(rate_ppb)).expect("forward");
            let ahead = u64::try_from(ahead.div_ceil(pace)).expect("within a run");
            (segment.from + Span(ahead)).min(segment.to)
        };
        let mut data = |from: SimTime, to: SimTime| {
            let (from, to) = (output(from).max(noisy.end()), output(to));
            if from < to {
                noisy.extend(from, IDLE);
                let input_from = segment.input_at(from).expect("a segment of data");
                noisy.extend(
                    to,
                    Content::Data {
                        input_from,
                        rate_ppb,
                    },
                );
            }
        };
        let mut next = input_from.max(start);
        for hole in lost
            .iter()
            .filter(|hole| hole.to > input_from && hole.from < input_to)
        {
            data(next, hole.from.max(next));
            next = next.max(hole.to);
        }
        data(next, input_to);
    }
    noisy
}

/// What stands in place of data that does not come.
const IDLE: Content = Content::Idle {
    pattern: Idle::AllOnes,
    cause: Cause::Missing,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::scenario::share::ExposedLink;
    use crate::topology::{Bursts, Errors};

    const MS: u64 = 1_000_000_000;
    const OVER: Stretch = Stretch {
        from: SimTime(100 * MS),
        to: SimTime(900 * MS),
    };

    /// Pieces of `(to in ms, delay in ms)`; no delay: replacement.
    fn channel(pieces: &[(u64, Option<u64>)]) -> Channel {
        let mut timeline = Timeline::default();
        for (to, delay) in pieces {
            let from = timeline.end();
            let data = |delay: &u64| Content::Data {
                input_from: SimTime(from.0 - delay * MS),
                rate_ppb: 0,
            };
            timeline.extend(SimTime(to * MS), delay.as_ref().map_or(IDLE, data));
        }
        Channel {
            timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        }
    }

    const KEYING: Keying = Keying {
        send: Span::ZERO,
        message: Span::from_ms(1),
        recovery: Span::ZERO,
        keyed: Some(Span::from_ms(20)),
    };

    fn bursts(every_ms: u64, length_ms: u64) -> Vec<Vec<ExposedLink>> {
        let link = ExposedLink {
            name: "A-B".to_owned(),
            errors: Errors {
                bursts: Some(Bursts {
                    every: Span::from_ms(every_ms),
                    length: Span::from_ms(length_ms),
                }),
                ..Errors::default()
            },
            packet_bits: None,
            packet_time: Span::ZERO,
            bit_time: Some(Span(15_625_000)),
        };
        vec![vec![link]]
    }

    fn counted(channel: &Channel, ways: &[Vec<ExposedLink>], commands: u64) -> [u64; 2] {
        let mut sampler = Sampler {
            channel,
            reception: Reception::new(channel.way(), KEYING.message, KEYING.recovery),
            keying: KEYING,
            allowed: Span::from_ms(10),
            noise: Noise::new(Seed(1), ("share/a-z", "C"), ways, None),
        };
        let key = StreamKey::new("share/a-z", "C", Purpose::Inception);
        let mut instants = Seed(1).stream(&key);
        let mut counts = [0; 2];
        for _ in 0..commands {
            let ahead = uniform_below(instants.draw(), OVER.to.since(OVER.from).0);
            let found = sampler.command(OVER.from + Span(ahead));
            counts[0] += u64::from(found.late);
            counts[1] += u64::from(found.destroyed);
        }
        counts
    }

    /// Delay 2 ms, and nothing is put out from 150 to 200 ms.
    fn holed() -> Channel {
        channel(&[(10, None), (150, Some(2)), (200, None), (1000, Some(2))])
    }

    #[test]
    fn without_errors_the_share_is_exact() {
        let channel = holed();
        let reception = Reception::new(channel.way(), KEYING.message, KEYING.recovery);
        // A message of 1 ms keyed at 147 ms or later is whole at 201 ms: later than 10 ms until
        // 191 ms. One keyed for 20 ms has ended by then until 178 ms.
        let (late, missing) = exact(&reception, KEYING, Span::from_ms(10), OVER);
        assert_eq!(late, Span::from_ms(44));
        assert_eq!(missing, Span::from_ms(31) + Span(1));
        let differential = Keying {
            keyed: None,
            ..KEYING
        };
        let (late, missing) = exact(&reception, differential, Span::from_ms(10), OVER);
        assert_eq!((late, missing), (Span::from_ms(44), Span::ZERO));
    }

    #[test]
    fn sampling_without_errors_finds_the_exact_share() {
        let [late, destroyed] = counted(&holed(), &[Vec::new()], 20_000);
        // 44 of 800 ms: 1100; standard deviation 32.
        assert!(late.abs_diff(1_100) < 4 * 33, "{late}");
        assert_eq!(destroyed, 0);
    }

    #[test]
    fn bursts_make_commands_late_as_often_as_their_length_says() {
        // Late where a burst of 20 ms touches the message and ends more than 7 ms behind keying:
        // beginnings within 20 + 2 · 1 + 2 − 10 = 14 ms. 1 − exp(−14/1000) = 0.013902. Destroyed
        // where it touches the message: 21 ms, 0.020781.
        let sound = channel(&[(10, None), (1000, Some(2))]);
        let [late, destroyed] = counted(&sound, &bursts(1000, 20), 40_000);
        // Standard deviations 23.4 and 28.5; now and then a second burst follows the first.
        assert!(late.abs_diff(556) < 4 * 24, "{late}");
        assert!(destroyed.abs_diff(831) < 4 * 29, "{destroyed}");
    }

    #[test]
    fn a_bit_that_does_not_come_leaves_a_hole_at_the_far_end() {
        let channel = channel(&[(10, None), (1000, Some(2))]);
        let hole = |from: u64, to: u64| Stretch {
            from: SimTime(from * MS),
            to: SimTime(to * MS),
        };
        let window = hole(300, 400);
        let lost = [hole(310, 311), hole(395, 402)];
        let noisy = with_errors(&channel.timeline, &lost, window, Span::from_ms(5));
        let pieces: Vec<(u64, Option<u64>)> = noisy
            .segments()
            .iter()
            .map(|one| (one.to.0 / MS, one.input_at(one.from).map(|at| at.0 / MS)))
            .collect();
        let want = [
            (297, None),
            (312, Some(295)),
            (313, None),
            (397, Some(311)),
            (404, None),
            (1000, Some(402)),
        ];
        assert_eq!(pieces, want);
    }

    #[test]
    fn a_share_stands_to_its_limit_only_where_enough_was_sampled() {
        let share = |events, trials| Share {
            circuit: 0,
            direction: 0,
            allowed: Span::from_ms(10),
            exact_late: Span::ZERO,
            exact_missing: Span::ZERO,
            exact_of: Span::from_s(1),
            late: Counted::new(events, trials),
            destroyed: Counted::new(0, trials),
            packet_error_e15: None,
            unwanted: Unwanted {
                check_bits: None,
                messages_per_year: None,
                per_year_e18: None,
                per_year_upper_e18: None,
                per_burst_e18: None,
            },
            limit: Dependability::of_scheme("DTT"),
        };
        // Pmc 1e-4: three times 10^4 trials without an event show it.
        assert_eq!(share(0, 30_000).standing(), Some(Standing::Met));
        assert_eq!(share(0, 29_000).standing(), Some(Standing::Open));
        assert_eq!(share(20, 100_000).standing(), Some(Standing::Exceeded));
    }
}
