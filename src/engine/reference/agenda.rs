//! What is to happen, least number first: a heap of four children a node.
//!
//! Most events put another one on the agenda, so the event being handled stays at the top until
//! then and is replaced: one way down the heap instead of one up and one down. Four children
//! halve the depth.

use std::hint::select_unpredictable;

/// The events to come.
#[derive(Default, Debug)]
pub(super) struct Agenda {
    heap: Vec<u128>,
    /// Whether the top is the event being handled.
    top_is_past: bool,
}

const CHILDREN: usize = 4;

impl Agenda {
    /// The next event, which is then being handled; `None` when all is done.
    pub(super) fn next(&mut self) -> Option<u128> {
        if self.top_is_past {
            let last = self.heap.pop().expect("the event handled is still there");
            if !self.heap.is_empty() {
                self.sink(last);
            }
        }
        let next = self.heap.first().copied();
        self.top_is_past = next.is_some();
        next
    }

    /// The event after the one being handled, as far as is known.
    pub(super) fn peek(&self) -> Option<u128> {
        if self.top_is_past {
            let children = self.heap.iter().skip(1).take(CHILDREN);
            children.min().copied()
        } else {
            self.heap.first().copied()
        }
    }

    /// Adds an event.
    pub(super) fn push(&mut self, event: u128) {
        if std::mem::replace(&mut self.top_is_past, false) {
            self.sink(event);
        } else {
            self.heap.push(event);
            self.rise(event);
        }
    }

    /// Puts an event in the place of the top, and where it belongs from there.
    fn sink(&mut self, event: u128) {
        let heap = self.heap.as_mut_slice();
        let mut place = 0;
        loop {
            let first = CHILDREN * place + 1;
            let (which, least) = match heap.get(first..) {
                // Which child is least cannot be predicted: no branches.
                Some(&[a, b, c, d, ..]) => {
                    let (left, one) = earlier((first, a), (first + 1, b));
                    let (right, other) = earlier((first + 2, c), (first + 3, d));
                    earlier((left, one), (right, other))
                }
                Some(rest) if !rest.is_empty() => {
                    let children = rest.iter().copied().zip(first..);
                    let (least, which) = children.min().expect("not empty");
                    (which, least)
                }
                _ => break,
            };
            if event <= least {
                break;
            }
            heap[place] = least;
            place = which;
        }
        heap[place] = event;
    }

    /// Moves the last event, this one, up to where it belongs.
    fn rise(&mut self, event: u128) {
        let mut place = self.heap.len() - 1;
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.heap[parent] <= event {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = event;
    }
}

/// The earlier of two events with their places.
#[inline(always)]
fn earlier(a: (usize, u128), b: (usize, u128)) -> (usize, u128) {
    let first = a.1 < b.1;
    (
        select_unpredictable(first, a.0, b.0),
        select_unpredictable(first, a.1, b.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    proptest! {
        #[test]
        fn events_come_as_from_the_standard_heap(
            steps in proptest::collection::vec(proptest::collection::vec(0_u128..1000, 0..4), 1..80),
        ) {
            let (mut agenda, mut oracle) = (Agenda::default(), BinaryHeap::new());
            for pushes in steps {
                for event in pushes {
                    agenda.push(event);
                    oracle.push(Reverse(event));
                }
                prop_assert_eq!(agenda.peek(), oracle.peek().map(|top| top.0));
                prop_assert_eq!(agenda.next(), oracle.pop().map(|top| top.0));
                prop_assert_eq!(agenda.peek(), oracle.peek().map(|top| top.0));
            }
            while let Some(Reverse(want)) = oracle.pop() {
                prop_assert_eq!(agenda.next(), Some(want));
            }
            prop_assert_eq!(agenda.next(), None);
        }
    }
}
