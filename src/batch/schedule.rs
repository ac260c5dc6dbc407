//! Many cases on a few threads, collected in order, in memory that does not grow with their number.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

/// Works out `items` on `jobs` threads (`None`: one per core) and hands the results to `sink` one
/// after the other, in order. At most some results per thread wait for an earlier one.
///
/// Ends early when `stop` is set or `sink` fails; items that have begun are finished and thrown
/// away. Whether all went through: `Ok(true)`.
///
/// # Errors
/// What `sink` says.
pub fn in_order<T: Send, E: Send>(
    items: Range<u64>,
    jobs: Option<NonZeroUsize>,
    stop: &AtomicBool,
    work: &(dyn Fn(u64) -> T + Sync),
    sink: &mut (dyn FnMut(u64, T) -> Result<(), E> + Send),
) -> Result<bool, E> {
    let _ = (items, jobs, stop, work, sink);
    todo!()
}
