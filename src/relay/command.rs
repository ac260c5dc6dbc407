//! A command as a level: keyed at one end, received at the other.
//!
//! A scheme keeps its command keyed while its element is up, so a command keyed in a hole comes at
//! its end, and is lost only if the hole outlasts the keying. While no message comes through, the
//! receiver holds the last level, and after a while takes the command's default.

use super::reception::Reception;
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// How a teleprotection equipment carries one command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command {
    /// From the relay's element to the channel: output contact and sending equipment.
    pub send: Span,
    /// From the channel to the relay's logic.
    pub receive: Span,
    /// One message with the wait for it: that of [`Reception::message`].
    pub message: Span,
    /// After a break of the channel: from its first whole message until messages count again.
    pub recovery: Span,
    /// Without a message for so long the channel counts as failed.
    pub fail_after: Span,
    /// The level while the channel counts as failed.
    pub on_failure: OnFailure,
    /// What replacement data means to the receiver.
    pub replacement: Replacement,
}

/// The level of a command while its channel counts as failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OnFailure {
    /// Not received: intertrips (P54x IM64).
    Off,
    /// Received: blocks (P54x IM64).
    On,
    /// As last received: permissive commands (P54x IM64).
    Latch,
}

/// What replacement data, all ones, means to the receiver of a command.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Replacement {
    /// It is no message: address and check do not fit.
    Rejected,
    /// A valid state: command off.
    Off,
    /// A valid state: command on.
    On,
}

impl Command {
    /// When the command stands at the receiving relay's logic, from `window.from` to `window.to`,
    /// if it is keyed at the sending relay's in these stretches: ascending, not touching. What
    /// came before the window is taken into account as far as the channel remembers it.
    #[must_use]
    pub fn received(
        &self,
        channel: &Reception,
        keyed: &[Stretch],
        window: Stretch,
    ) -> Vec<Stretch> {
        self.levels(channel, keyed, window, Vec::new())
    }

    /// The first instant of [`Command::received`].
    #[must_use]
    pub fn first_received(
        &self,
        channel: &Reception,
        keyed: &[Stretch],
        window: Stretch,
    ) -> Option<SimTime> {
        self.levels(channel, keyed, window, None)
    }

    /// What is received, as far as it is asked for.
    fn levels<S: Sink>(
        &self,
        channel: &Reception,
        keyed: &[Stretch],
        window: Stretch,
        sink: S,
    ) -> S {
        let mut levels = Levels { window, on: sink };
        let spells = channel.spells();
        let start = SimTime(window.from.0.saturating_sub(self.receive.0));
        let first = spells.partition_point(|spell| spell.to <= start);
        // The gap before the window, too, if the window begins in one.
        let mut last = first.checked_sub(1).map(|before| {
            let spell = &spells[before];
            let sampled = channel.sampled(spell, SimTime(spell.to.0 - 1));
            (spell.to, self.is_keyed(keyed, sampled))
        });
        for spell in &spells[first..] {
            self.gap(&mut levels, last, spell.from);
            for one in keyed {
                let one = Stretch {
                    from: one.from + self.send,
                    to: later(one.to, self.send),
                };
                let to = if one.to == SimTime::NEVER {
                    spell.to
                } else {
                    channel.complete_in(spell, one.to).min(spell.to)
                };
                levels.on(channel.complete_in(spell, one.from), to, self.receive);
            }
            if spell.to == SimTime::NEVER || levels.on.is_enough() {
                return levels.on;
            }
            let sampled = channel.sampled(spell, SimTime(spell.to.0 - 1));
            last = Some((spell.to, self.is_keyed(keyed, sampled)));
            if spell.to + self.receive >= window.to {
                return levels.on;
            }
        }
        self.gap(&mut levels, last, SimTime::NEVER);
        levels.on
    }

    /// When a command that is keyed without end is first received; `None`: never.
    #[must_use]
    pub fn arrival(&self, channel: &Reception, keyed: SimTime) -> Option<SimTime> {
        let at = channel.first_since(keyed + self.send)?;
        Some(at + self.receive)
    }

    /// When it was keyed what is received at an instant, as a message brings it; `None`: none does.
    #[must_use]
    pub fn keyed_at(&self, channel: &Reception, received: SimTime) -> Option<SimTime> {
        let at = SimTime(received.0.checked_sub(self.receive.0)?);
        let sampled = channel.sampled_at(at)?;
        Some(SimTime(sampled.0.checked_sub(self.send.0)?))
    }

    /// The first instant of keying that bears on what is received from `at` on: in a hole that of
    /// the last message before it.
    #[must_use]
    pub fn keyed_since(&self, channel: &Reception, at: SimTime) -> SimTime {
        let at = SimTime(at.0.saturating_sub(self.receive.0));
        let spells = channel.spells();
        let next = spells.partition_point(|spell| spell.to <= at);
        let sampled = match (spells.get(next), next.checked_sub(1)) {
            (Some(spell), _) if spell.from <= at => channel.sampled(spell, at),
            (_, Some(last)) => channel.sampled(&spells[last], SimTime(spells[last].to.0 - 1)),
            (Some(first), None) => channel.sampled(first, first.from),
            (None, None) => at,
        };
        SimTime(sampled.0.saturating_sub(self.send.0))
    }

    /// Instants at the receiving relay's logic at which the channel changes what is received.
    #[must_use]
    pub fn edges_out(&self, channel: &Reception) -> Vec<SimTime> {
        let edges = channel.edges_out().into_iter();
        let all = edges.flat_map(|at| [at, at + self.fail_after]);
        all.map(|at| at + self.receive).collect()
    }

    /// Instants of keying at which it changes what is received.
    #[must_use]
    pub fn edges_in(&self, channel: &Reception) -> Vec<SimTime> {
        let edges = channel.edges_in().into_iter();
        edges
            .filter_map(|at| at.0.checked_sub(self.send.0))
            .map(SimTime)
            .collect()
    }

    fn is_keyed(&self, keyed: &[Stretch], sampled: SimTime) -> bool {
        let mut keyed = keyed.iter();
        keyed.any(|one| one.from + self.send <= sampled && sampled < later(one.to, self.send))
    }

    /// No message from the end of the last spell, with its last level, until `to`.
    fn gap<S: Sink>(&self, levels: &mut Levels<S>, last: Option<(SimTime, bool)>, to: SimTime) {
        let (from, level) = last.unwrap_or((SimTime::ZERO, false));
        let failed = match last {
            // Before the first message the channel is down.
            None => from,
            Some(_) => later(from, self.fail_after).min(to),
        };
        match self.replacement {
            Replacement::On => levels.on(from, to, self.receive),
            Replacement::Off => {}
            Replacement::Rejected => {
                if level {
                    levels.on(from, failed, self.receive);
                }
                let default = match self.on_failure {
                    OnFailure::Off => false,
                    OnFailure::On => true,
                    OnFailure::Latch => level,
                };
                if default {
                    levels.on(failed, to, self.receive);
                }
            }
        }
    }
}

/// What is received within a window, as it is found.
struct Levels<S> {
    window: Stretch,
    on: S,
}

/// What becomes of stretches that are found, ascending; those that touch are one.
trait Sink {
    /// The next stretch.
    fn add(&mut self, on: Stretch);
    /// Whether nothing found later matters.
    fn is_enough(&self) -> bool;
}

/// All of them.
impl Sink for Vec<Stretch> {
    fn add(&mut self, on: Stretch) {
        match self.last_mut() {
            Some(last) if last.to >= on.from => last.to = last.to.max(on.to),
            _ => self.push(on),
        }
    }

    fn is_enough(&self) -> bool {
        false
    }
}

/// The first instant.
impl Sink for Option<SimTime> {
    fn add(&mut self, on: Stretch) {
        self.get_or_insert(on.from);
    }

    fn is_enough(&self) -> bool {
        self.is_some()
    }
}

impl<S: Sink> Levels<S> {
    fn on(&mut self, from: SimTime, to: SimTime, receive: Span) {
        let from = later(from, receive).max(self.window.from);
        let to = later(to, receive).min(self.window.to);
        if from < to {
            self.on.add(Stretch { from, to });
        }
    }
}

/// As much later; never stays never.
pub(super) fn later(at: SimTime, span: Span) -> SimTime {
    SimTime(at.0.saturating_add(span.0))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::reception::tests::reception;
    use super::*;

    const MS: u64 = 1_000_000_000;

    pub(crate) fn command() -> Command {
        Command {
            send: Span::from_ms(3),
            receive: Span::from_ms(3),
            message: Span::ZERO,
            recovery: Span::ZERO,
            fail_after: Span::from_ms(20),
            on_failure: OnFailure::Off,
            replacement: Replacement::Rejected,
        }
    }

    fn stretch(from_ms: u64, to_ms: u64) -> Stretch {
        Stretch {
            from: SimTime(from_ms * MS),
            to: SimTime(to_ms * MS),
        }
    }

    fn received(command: &Command, keyed: Stretch) -> Vec<(u64, u64)> {
        let pieces = [
            (10, None),
            (100, Some(2000)),
            (150, None),
            (400, Some(5000)),
        ];
        let channel = reception(&pieces, Span::ZERO);
        let window = stretch(keyed.from.0 / MS, 400);
        let on = command.received(&channel, &[keyed], window);
        on.iter().map(|on| (on.from.0 / MS, on.to.0 / MS)).collect()
    }

    #[test]
    fn a_level_comes_late_by_both_ends_and_the_channel_and_goes_as_late() {
        assert_eq!(received(&command(), stretch(20, 40)), [(28, 48)]);
    }

    #[test]
    fn a_command_keyed_in_a_hole_comes_at_its_end_unless_the_hole_outlasts_it() {
        assert_eq!(received(&command(), stretch(120, 220)), [(153, 231)]);
        assert_eq!(received(&command(), stretch(100, 142)), []);
        // The last bit keyed, sent at 146 ms, is put out at 151 ms.
        assert_eq!(received(&command(), stretch(100, 143)), [(153, 154)]);
    }

    #[test]
    fn in_a_hole_the_last_level_holds_until_the_default_of_the_command() {
        let keyed = stretch(80, 300);
        assert_eq!(received(&command(), keyed), [(88, 123), (153, 311)]);
        let latched = Command {
            on_failure: OnFailure::Latch,
            ..command()
        };
        assert_eq!(received(&latched, keyed), [(88, 311)]);
        let blocked = Command {
            on_failure: OnFailure::On,
            ..command()
        };
        assert_eq!(received(&blocked, stretch(20, 40)), [(28, 48), (123, 153)]);
        let tone = Command {
            replacement: Replacement::On,
            ..command()
        };
        assert_eq!(received(&tone, stretch(20, 40)), [(28, 48), (103, 153)]);
    }
}
