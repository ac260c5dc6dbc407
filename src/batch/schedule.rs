//! Many cases on a few threads, collected in order, in memory that does not grow with their number.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Items per thread between the oldest that is not collected and the newest that has begun: so
/// much may one item take longer than the others before threads wait for it.
const AHEAD_PER_THREAD: u64 = 32;

/// Works out `items` on `jobs` threads (`None`: one per core) and hands the results to `sink` one
/// after the other, in order. At most some results per thread wait for an earlier one.
///
/// Ends early when `stop` is set or `sink` fails; items that have begun are finished, and those
/// that would wait for one that has not begun are thrown away. Whether all went through:
/// `Ok(true)`.
///
/// # Errors
/// What `sink` says.
///
/// # Panics
/// Where `work` or `sink` does, when the other threads have finished what they had begun.
pub fn in_order<T: Send, E: Send>(
    items: Range<u64>,
    jobs: Option<NonZeroUsize>,
    stop: &AtomicBool,
    work: &(dyn Fn(u64) -> T + Sync),
    sink: &mut (dyn FnMut(u64, T) -> Result<(), E> + Send),
) -> Result<bool, E> {
    if items.is_empty() {
        return Ok(true);
    }
    let threads = threads(jobs, items.end - items.start);
    let line = Line {
        end: items.end,
        ahead: AHEAD_PER_THREAD * threads as u64,
        stop,
        state: Mutex::new(State {
            next: items.start,
            collected: items.start,
            ready: BTreeMap::new(),
            collecting: false,
            ended: None,
        }),
        moved: Condvar::new(),
    };
    let sink = Mutex::new(sink);
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => {
            pool.broadcast(|_| line.work_through(work, &sink));
        }
        // A system that gives no more threads still has this one.
        Err(_) => line.work_through(work, &sink),
    }
    let state = line.state.into_inner();
    let state = state.unwrap_or_else(PoisonError::into_inner);
    match state.ended {
        Some(Ended::Refused(error)) => Err(error),
        Some(Ended::Panicked) => unreachable!("the panic has gone on to the caller"),
        None => Ok(state.collected == items.end),
    }
}

/// As many as asked for, but no more than there are items.
fn threads(jobs: Option<NonZeroUsize>, items: u64) -> usize {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let asked = jobs.unwrap_or_else(cores).get();
    usize::try_from(items).map_or(asked, |items| asked.min(items))
}

/// What the threads share.
struct Line<'a, T, E> {
    end: u64,
    /// Items that may have begun and not be collected.
    ahead: u64,
    stop: &'a AtomicBool,
    state: Mutex<State<T, E>>,
    /// Told whenever an item was collected, or the end has come.
    moved: Condvar,
}

struct State<T, E> {
    /// The first item that nobody has begun.
    next: u64,
    /// The first item that is not collected.
    collected: u64,
    /// Results that wait for an earlier one.
    ready: BTreeMap<u64, T>,
    /// Whether a thread hands results to the sink just now.
    collecting: bool,
    /// Why no more is begun.
    ended: Option<Ended<E>>,
}

enum Ended<E> {
    Refused(E),
    Panicked,
}

type Sink<'a, 's, T, E> = Mutex<&'a mut (dyn FnMut(u64, T) -> Result<(), E> + Send + 's)>;

impl<T: Send, E: Send> Line<'_, T, E> {
    /// What every thread does.
    fn work_through(&self, work: &(dyn Fn(u64) -> T + Sync), sink: &Sink<'_, '_, T, E>) {
        let _leaving = Leaving(self);
        while let Some(item) = self.begin() {
            let result = work(item);
            self.collect(item, result, sink);
        }
    }

    /// Nothing panics while the state is held.
    fn state(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next item, as soon as few enough wait; `None` at the end.
    fn begin(&self) -> Option<u64> {
        let mut state = self.state();
        loop {
            let over = state.ended.is_some() || self.stop.load(Ordering::Relaxed);
            if over || state.next == self.end {
                return None;
            }
            if state.next - state.collected < self.ahead {
                state.next += 1;
                return Some(state.next - 1);
            }
            let moved = self.moved.wait(state);
            state = moved.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts a result to the others and, unless another thread does, hands on what is in turn.
    fn collect(&self, item: u64, result: T, sink: &Sink<'_, '_, T, E>) {
        let mut state = self.state();
        state.ready.insert(item, result);
        if state.collecting {
            return;
        }
        state.collecting = true;
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        while state.ended.is_none() {
            let turn = state.collected;
            let Some(result) = state.ready.remove(&turn) else {
                break;
            };
            drop(state);
            let said = sink(turn, result);
            state = self.state();
            match said {
                Ok(()) => state.collected += 1,
                Err(error) => state.ended = Some(Ended::Refused(error)),
            }
            self.moved.notify_all();
        }
        state.collecting = false;
    }
}

/// Tells the others when a thread panics: they would wait for it for ever.
struct Leaving<'l, 'a, T: Send, E: Send>(&'l Line<'a, T, E>);

impl<T: Send, E: Send> Drop for Leaving<'_, '_, T, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().ended = Some(Ended::Panicked);
            self.0.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    fn jobs(count: usize) -> Option<NonZeroUsize> {
        NonZeroUsize::new(count)
    }

    fn never() -> AtomicBool {
        AtomicBool::new(false)
    }

    fn waste_time(item: u64) -> u64 {
        // Uneven, so that threads overtake each other.
        let rounds = item.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50;
        (0..rounds).fold(item, |sum, round| std::hint::black_box(sum ^ round));
        item * item
    }

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for count in [1, 2, 7, 64] {
            let mut seen = Vec::new();
            let all: Result<bool, ()> = in_order(
                5..500,
                jobs(count),
                &never(),
                &waste_time,
                &mut |item, one| {
                    seen.push((item, one));
                    Ok(())
                },
            );
            assert_eq!(all, Ok(true));
            let naive: Vec<_> = (5..500).map(|item| (item, item * item)).collect();
            assert_eq!(seen, naive, "{count} threads");
        }
        let none = in_order(3..3, None, &never(), &waste_time, &mut |_, _| Err(()));
        assert_eq!(none, Ok(true));
    }

    #[test]
    fn threads_wait_for_an_item_that_takes_long_before_results_pile_up() {
        let ahead = AHEAD_PER_THREAD * 2;
        let (begun, collected) = (AtomicU64::new(0), AtomicU64::new(0));
        let most = AtomicU64::new(0);
        let work = |item: u64| {
            let now = begun.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now - collected.load(Ordering::SeqCst), Ordering::SeqCst);
            // The first ends when the other thread has gone as far as it may.
            while item == 0 && begun.load(Ordering::SeqCst) < ahead {
                std::thread::yield_now();
            }
        };
        let all: Result<bool, ()> = in_order(0..1000, jobs(2), &never(), &work, &mut |_, ()| {
            collected.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        assert_eq!(all, Ok(true));
        // One more: it may begin before the sink's count has been raised for the one before.
        let most = most.into_inner();
        assert!((ahead..=ahead + 1).contains(&most), "{most} of {ahead}");
    }

    #[test]
    fn nothing_begins_after_the_stop_and_what_came_before_is_whole() {
        for count in [1, 2, 5] {
            let stop = AtomicBool::new(false);
            let mut seen = Vec::new();
            let all: Result<bool, ()> = in_order(
                0..10_000,
                jobs(count),
                &stop,
                &waste_time,
                &mut |item, _| {
                    seen.push(item);
                    stop.store(item >= 100, Ordering::Relaxed);
                    Ok(())
                },
            );
            assert_eq!(all, Ok(false));
            assert!(seen.iter().copied().eq(0..seen.len() as u64));
            let most = 101 + AHEAD_PER_THREAD * count as u64;
            assert!(
                (101..=most).contains(&(seen.len() as u64)),
                "{}",
                seen.len()
            );
        }
    }

    #[test]
    fn an_error_of_the_sink_ends_it() {
        let mut seen = 0;
        let told = in_order(0..1000, jobs(3), &never(), &waste_time, &mut |item, _| {
            seen += 1;
            if item == 40 { Err("full") } else { Ok(()) }
        });
        assert_eq!((told, seen), (Err("full"), 41));
    }

    #[test]
    fn a_panic_goes_on_to_the_caller_and_nobody_waits_for_ever() {
        let work = |item: u64| assert!(item != 30, "thirty");
        let caught = std::panic::catch_unwind(|| {
            let never = AtomicBool::new(false);
            in_order(0..1000, jobs(2), &never, &work, &mut |_, ()| {
                Ok::<(), ()>(())
            })
        });
        let message = *caught.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(message, "thirty");
    }
}
