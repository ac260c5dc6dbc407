//! The packets of one stream that are under way, found by their number.

use crate::engine::outcome::Parts;

/// What comes next for a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// It is created (where its ingress processing is drawn).
    Create,
    /// It enters the queue of its present leg.
    Enter,
    /// It reaches the far end of its path.
    Deliver,
}

/// A packet and its time stamps, in picoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) stage: Stage,
    /// Whether it is still under way.
    here: bool,
    /// Legs crossed.
    pub(super) hop: u16,
    /// Index of the present leg in the plan.
    pub(super) leg: u32,
    /// Index of the leg of its size at place 0.
    pub(super) base: u32,
    pub(super) created: u64,
    /// Reached the node it is in.
    pub(super) reached: u64,
    /// Entered the queue.
    pub(super) entered: u64,
    pub(super) parts: Parts,
}

/// Packets `oldest..`, in a ring whose length is a power of two.
#[derive(Default, Debug)]
pub(super) struct Flight {
    ring: Vec<Packet>,
    oldest: u64,
    next: u64,
}

impl Packet {
    pub(super) fn new(stage: Stage, created: u64, leg: u32) -> Self {
        let (reached, entered) = (created, created);
        Self {
            stage,
            here: true,
            hop: 0,
            leg,
            base: leg,
            created,
            reached,
            entered,
            parts: Parts::default(),
        }
    }
}

impl Flight {
    /// The next packet sets out.
    #[inline]
    pub(super) fn add(&mut self, packet: Packet) {
        let under_way = self.next - self.oldest;
        if under_way == self.ring.len() as u64 {
            self.grow(packet);
        }
        let place = self.place(self.next);
        self.ring[place] = packet;
        self.next += 1;
    }

    /// The packet with this number.
    pub(super) fn packet(&mut self, sequence: u64) -> &mut Packet {
        let place = self.place(sequence);
        &mut self.ring[place]
    }

    /// The packet is not under way any more.
    pub(super) fn remove(&mut self, sequence: u64) {
        self.packet(sequence).here = false;
        while self.oldest < self.next && !self.ring[self.place(self.oldest)].here {
            self.oldest += 1;
        }
    }

    /// The number of the packet under way that has these low 32 bits.
    pub(super) fn sequence(&self, low_bits: u64) -> u64 {
        self.oldest + (low_bits.wrapping_sub(self.oldest) & 0xFFFF_FFFF)
    }

    fn place(&self, sequence: u64) -> usize {
        sequence as usize & (self.ring.len() - 1)
    }

    #[cold]
    fn grow(&mut self, filler: Packet) {
        let old = std::mem::take(&mut self.ring);
        self.ring = vec![filler; (2 * old.len()).max(4)];
        for sequence in self.oldest..self.next {
            let place = self.place(sequence);
            self.ring[place] = old[sequence as usize & (old.len() - 1)];
        }
    }
}
