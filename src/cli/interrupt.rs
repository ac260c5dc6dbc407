//! Ctrl-C, and what schedulers send before they end a process.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exit, terminal};

/// Set once the user, or the system, wants an end.
static STOP: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C (or SIGTERM, SIGHUP) sets the flag that is given back, so that what
/// has begun is finished; the second ends the process at once. Shards appear whole or not at all,
/// so that nothing is lost but work.
pub fn watch() -> &'static AtomicBool {
    // Where the system lets nobody listen, the first Ctrl-C ends the process: as safe, less kind.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            terminal::talk("stopped at once; the same command goes on\n");
            std::process::exit(i32::from(Exit::Incomplete.code()));
        }
        terminal::talk("stopping: finishing what has begun; once more to stop at once\n");
    });
    &STOP
}
