//! Which of two packets with one number a receiving end takes: the first that comes.

use std::collections::BTreeMap;

use super::outcome::Selected;
use crate::plan::Plan;
use crate::pseudowire::clock::PacketTimes;
use crate::units::{SimTime, Span};

/// What has been taken of two pseudowires with the same packets.
#[derive(Debug)]
pub(super) struct Selection {
    /// The numbers taken: first of a run, and one past its last. Grows with what is lost, not with
    /// time.
    runs: BTreeMap<u64, u64>,
    /// Largest number seen.
    newest: u64,
    stages: Vec<SimTime>,
    selected: Selected,
}

impl Selection {
    /// Of a source that sends `sent` packets cut at these boundaries.
    pub(super) fn new(plan: &Plan, boundaries: &PacketTimes, sent: u64) -> Self {
        let mut selected = Selected::new(plan.stages.len());
        // A packet is created at its second boundary. All are lost until one comes.
        let before = |at: &SimTime| boundaries.count_before(*at).saturating_sub(1).min(sent);
        let ends = plan.stages.iter().skip(1).map(before).chain([sent]);
        let begins = plan.stages.iter().map(before);
        for ((bin, begin), end) in selected.stages.iter_mut().zip(begins).zip(ends) {
            bin.lost = end - begin;
        }
        Self {
            runs: BTreeMap::new(),
            newest: 0,
            stages: plan.stages.clone(),
            selected,
        }
    }

    /// A packet comes, of whose number the low 32 bits are known; says whether it is taken.
    pub(super) fn takes(&mut self, at: u64, low_bits: u32, created: u64) -> bool {
        // The nearest number to the newest one that has these low bits.
        let ahead = low_bits.wrapping_sub(self.newest as u32).cast_signed();
        let number = self.newest.wrapping_add_signed(i64::from(ahead));
        self.newest = self.newest.max(number);
        if !self.insert(number) {
            self.selected.eliminated += 1;
            return false;
        }
        self.selected.taken += 1;
        let delay = Span(at - created);
        self.selected.network.record(delay);
        let later = self.stages.partition_point(|from| from.0 <= created);
        if let Some(stage) = later.checked_sub(1) {
            let bin = &mut self.selected.stages[stage];
            bin.record(delay);
            bin.lost -= 1;
        }
        true
    }

    /// Notes a number; says whether it is new.
    fn insert(&mut self, number: u64) -> bool {
        let end = self.runs.remove(&(number + 1)).unwrap_or(number + 1);
        match self.runs.range_mut(..=number).next_back() {
            Some((_, last)) if *last > number => return false,
            Some((_, last)) if *last == number => *last = end,
            _ => drop(self.runs.insert(number, end)),
        }
        true
    }

    /// What was taken of all.
    pub(super) fn finish(self) -> Selected {
        self.selected
    }
}
