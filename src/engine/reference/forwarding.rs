//! Where packets go from a node, and who receives them.

use super::Reference;
use super::event::{ARRIVAL, COPY, DELIVERY, TIMER, event};
use super::flight::Stage;
use super::traffic::Loss;
use crate::mpls::routing::{Next, Target};
use crate::plan::Processing;
use crate::units::limits::HOPS_MAX;

impl Reference<'_> {
    /// The first node will be through with a packet at this instant; `false` where it has no way
    /// for it.
    #[inline(always)]
    pub(super) fn go_in(&mut self, stream: u32, sequence: u64, at: u64) -> bool {
        let run = &self.plan.streams[stream as usize];
        if let Some(graph) = run.graph.as_deref() {
            let target = self.look_up(&graph.entry, at);
            let traffic = &mut self.traffic[stream as usize];
            let Target::Crossing(place) = target else {
                traffic.lose(sequence, Loss::Unrouted, self.plan);
                return false;
            };
            traffic.flight.packet(sequence).leg += place as u32;
        }
        self.push(event(at, ARRIVAL, run.class as u64, stream, sequence));
        true
    }

    /// The node behind its present leg, which a packet has crossed, will be through with it at this
    /// instant, if no one ahead holds it up.
    #[inline(always)]
    pub(super) fn go_on(&mut self, stream: u32, sequence: u64, mut at: u64) {
        let plan = self.plan;
        let run = &plan.streams[stream as usize];
        let packet = self.traffic[stream as usize].flight.packet(sequence);
        let (leg, hop) = (packet.leg, packet.hop);
        let place = (leg - packet.base) as usize;
        let target = match run.graph.as_deref() {
            Some(graph) => self.look_up(&graph.behind[place], at),
            None if place + 1 == run.hops as usize => Target::Deliver,
            None => Target::Crossing(place + 1),
        };
        let traffic = &mut self.traffic[stream as usize];
        let next = match target {
            Target::Deliver => return self.go_out(stream, sequence, at),
            Target::Discard => return traffic.lose(sequence, Loss::Unrouted, plan),
            Target::Crossing(_) if run.graph.is_some() && usize::from(hop) == HOPS_MAX => {
                return traffic.lose(sequence, Loss::Expired, plan);
            }
            Target::Crossing(next) => next,
        };
        let packet = traffic.flight.packet(sequence);
        packet.leg = packet.base + next as u32;
        let leg = &plan.legs[leg as usize];
        if let Processing::Uniform { .. } = leg.processing {
            let next = plan.legs[packet.leg as usize].port.0;
            let neighbours = (leg.port.0, next, traffic.class);
            let ahead = self.last_entry.entry(neighbours).or_insert(0);
            at = at.max(*ahead + 1);
            *ahead = at;
        }
        self.push(event(at, ARRIVAL, run.class as u64, stream, sequence));
    }

    /// A packet will be through its last node at this instant.
    #[inline(always)]
    fn go_out(&mut self, stream: u32, sequence: u64, at: u64) {
        let traffic = &mut self.traffic[stream as usize];
        traffic.flight.packet(sequence).stage = Stage::Deliver;
        if !traffic.is_awaited {
            // Nobody but the counters waits for it: no need for an event.
            traffic.receive(sequence, at, self.detailed, self.plan);
            return;
        }
        let phase = if traffic.copy_of.is_some() {
            COPY
        } else {
            DELIVERY
        };
        let class = traffic.class as u64;
        self.push(event(at, phase, class, stream, sequence));
    }

    /// What is in force at an instant, as it is written down.
    fn look_up(&mut self, next: &Next, at: u64) -> Target {
        let in_force = next.turns().iter().rposition(|turn| turn.from.0 <= at);
        let number = in_force.expect("a turn from zero");
        self.diverted += u64::from(number > 0);
        next.turns()[number].to
    }

    /// A packet comes to the receiving end of a circuit.
    pub(super) fn reach_end(&mut self, circuit: u32, sequence: u64, created: u64, now: u64) {
        let traffic = &mut self.traffic[circuit as usize];
        let Some(end) = &mut traffic.circuit else {
            return;
        };
        if let Some(choice) = &mut traffic.choice
            && !choice.takes(now, sequence, created)
        {
            return;
        }
        if let Some(due) = end.arrive(now, sequence) {
            self.agenda.push(event(due, TIMER, 0, circuit, 0));
        }
    }
}
