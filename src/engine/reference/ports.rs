//! What ports do with packets: in front of them, on them, and behind them.

use super::Reference;
use super::event::{self, FINISH, SERVICE, event};
use super::general::{Admission, NEVER, Waiting};
use super::traffic::Loss;
use crate::plan::Processing;
use crate::units::Span;

impl<'p> Reference<'p> {
    /// A packet comes to a general port; says when the port is to look for one, where that is
    /// not on the agenda.
    pub(super) fn enter_general(&mut self, packet: Waiting<'p>, now: u64) -> Option<u64> {
        let (id, leg) = (packet.leg.port.0, packet.leg);
        let port = self.ports[id as usize].general();
        let loss = match port.admit(packet) {
            Admission::Admitted => None,
            Admission::Dropped => Some(Loss::Full),
            Admission::DroppedEarly => Some(Loss::Early),
        };
        if let Some(loss) = loss {
            self.yellow_losses += u64::from(leg.yellow);
            let traffic = &mut self.traffic[packet.stream as usize];
            traffic.lose(packet.sequence, loss, self.plan);
            return None;
        }
        if let Some(end) = port.cut(now, packet.class) {
            self.agenda.push(event(end, FINISH, 0, id, 0));
        }
        let at = port.looks_at(now);
        let sooner = at < port.due;
        if sooner {
            port.due = at;
        }
        sooner.then_some(at)
    }

    /// Has a port serve at an instant: right away if nothing else happens up to then.
    pub(super) fn call(&mut self, port: u32, at: u64) {
        let next = self.agenda.peek().map(event::instant);
        if next.is_none_or(|next| next > at) {
            self.serve(port, at);
        } else {
            self.push(event(at, SERVICE, 0, port, 0));
        }
    }

    pub(super) fn serve(&mut self, id: u32, now: u64) {
        let port = &mut self.ports[id as usize];
        if port.general.is_some() {
            return self.serve_general(id, now);
        }
        let class = port.filled.trailing_zeros() as usize;
        let (stream, sequence) = port.queues[class].pop_front().expect("not empty");
        let packet = self.traffic[stream as usize].flight.packet(sequence);
        let leg = &self.plan.legs[packet.leg as usize];
        port.octets[class] -= leg.queued.0;
        port.outcome[class].transmitted += 1;
        if port.queues[class].is_empty() {
            port.filled &= !(1 << class);
        } else {
            port.outcome[class].left_waiting += 1;
        }
        let end = now + leg.serialization.0;
        port.free = end;
        port.called = port.filled != 0;
        let called = port.called;
        let out = end + leg.behind().0;
        self.depart(stream, sequence, [now, leg.serialization.0, end, out]);
        if called {
            self.push(event(end, SERVICE, 0, id, 0));
        }
    }

    fn serve_general(&mut self, id: u32, now: u64) {
        let port = self.ports[id as usize].general();
        if port.due != now {
            return; // It was called to another instant since.
        }
        let (due, sent) = match port.serve(now) {
            Err(due) => (due, None),
            Ok(piece) if port.preempts() => {
                self.agenda.push(event(piece.end, FINISH, 0, id, 0));
                (NEVER, None)
            }
            Ok(piece) => {
                let due = if port.has_more() { piece.end } else { NEVER };
                (due, Some(piece))
            }
        };
        port.due = due;
        if let Some(piece) = sent {
            let (packet, end) = (piece.packet, piece.end);
            let out = port.out_of_medium(&packet, end);
            self.depart(packet.stream, packet.sequence, [now, end - now, end, out]);
        }
        if due != NEVER {
            self.push(event(due, SERVICE, 0, id, 0));
        }
    }

    /// The last bit of a piece leaves a port with pre-emption, unless it was cut before.
    pub(super) fn finish_piece(&mut self, id: u32, now: u64) {
        let port = self.ports[id as usize].general();
        if !port.ends_at(now) {
            return;
        }
        let whole = port.finish();
        if port.has_more() {
            port.due = now;
            self.agenda.push(event(now, SERVICE, 0, id, 0));
        }
        if let Some((last, sent)) = whole {
            let packet = last.packet;
            let out = port.out_of_medium(&packet, now);
            let times = [last.first, sent, now, out];
            self.depart(packet.stream, packet.sequence, times);
        }
    }

    /// A packet began at an instant, was on the transmitter for so long until it left, and comes
    /// out of the medium, unless that is cut.
    #[inline(always)]
    fn depart(&mut self, stream: u32, sequence: u64, [start, sent, end, out]: [u64; 4]) {
        let traffic = &mut self.traffic[stream as usize];
        let packet = traffic.flight.packet(sequence);
        let leg = &self.plan.legs[packet.leg as usize];
        let cuts = &self.plan.ports[leg.port.0 as usize].cuts;
        if cuts.iter().any(|cut| start < cut.to.0 && cut.from.0 < out) {
            return traffic.lose(sequence, Loss::Cut, self.plan);
        }
        packet.parts.queueing += Span(end - packet.entered - sent);
        packet.parts.serialization += Span(sent);
        packet.parts.propagation += leg.propagation;
        packet.parts.media += Span(out - end - leg.propagation.0);
        packet.reached = out;
        packet.hop += 1;
        let at = match leg.processing {
            Processing::Constant(span) => out + span.0,
            // Drawn in the order of sending, which need not be that of reaching the node.
            Processing::Uniform { min, max, .. } => {
                let place = packet.leg - packet.base;
                let draws = self.draws.get_mut(&(stream, place + 1));
                out + Processing::drawn(min, max, draws.expect("its stream").draw()).0
            }
        };
        self.go_on(stream, sequence, at);
    }
}
