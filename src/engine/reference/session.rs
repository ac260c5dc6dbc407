//! Request and response: what one side's packets, delivered, make the other side send.

use super::Reference;
use super::event::{TIMEOUT, event};
use crate::plan::Source;

/// The client of a session.
#[derive(Default, Debug)]
pub(super) struct Client {
    /// The last request, until it is answered or given up.
    open: Option<Request>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    number: u64,
    created: u64,
    /// The response to it, once the request has reached the server.
    response: Option<u64>,
}

impl Reference<'_> {
    /// The first requests of all clients.
    pub(super) fn open_sessions(&mut self) {
        for (id, stream) in (0_u32..).zip(&self.plan.streams) {
            if let Source::Request { first, .. } = &stream.source {
                self.request(id, first.0);
            }
        }
    }

    /// A client creates its next request at this instant, if sources have not stopped by then.
    fn request(&mut self, client: u32, at: u64) {
        let Source::Request { timeout, .. } = &self.plan.streams[client as usize].source else {
            unreachable!("a client")
        };
        let number = self.traffic[client as usize].outcome.sent;
        if self.announce_at(client, at) {
            self.traffic[client as usize].client.open = Some(Request {
                number,
                created: at,
                response: None,
            });
            self.agenda
                .push(event(at + timeout.0, TIMEOUT, 0, client, number));
        }
    }

    /// A packet of a session is delivered.
    pub(super) fn converse(&mut self, stream: u32, number: u64, now: u64) {
        match &self.plan.streams[stream as usize].source {
            Source::Request { response, .. } => {
                let server = response.0;
                let Source::Response { turnaround, .. } =
                    &self.plan.streams[server as usize].source
                else {
                    unreachable!("a server")
                };
                let response = self.traffic[server as usize].outcome.sent;
                if self.announce_at(server, now + turnaround.0) {
                    let open = &mut self.traffic[stream as usize].client.open;
                    if let Some(open) = open.as_mut().filter(|open| open.number == number) {
                        open.response = Some(response);
                    }
                }
            }
            Source::Response { request, .. } => {
                let client = request.0;
                let Source::Request { interval, .. } = &self.plan.streams[client as usize].source
                else {
                    unreachable!("a client")
                };
                let open = &mut self.traffic[client as usize].client.open;
                if let Some(answered) = open.take_if(|open| open.response == Some(number)) {
                    self.request(client, now.max(answered.created + interval.0));
                }
            }
            _ => {}
        }
    }

    /// A client has waited for a response long enough.
    pub(super) fn time_out(&mut self, client: u32, low_bits: u64, now: u64) {
        let open = &mut self.traffic[client as usize].client.open;
        let same = |open: &mut Request| open.number & 0xFFFF_FFFF == low_bits;
        if open.take_if(same).is_some() {
            self.timeouts += 1;
            self.request(client, now);
        }
    }
}
