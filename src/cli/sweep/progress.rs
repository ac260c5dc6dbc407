//! How far a sweep is: a bar where a person looks, a line where it goes on.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::run::PATIENCE;
use super::super::terminal;

/// A bar on stderr, where a person looks and the sweep takes longer than a second.
pub struct Progress {
    watched: bool,
    clock: Instant,
    bar: Option<ProgressBar>,
    /// Cases that were done when it began.
    before: Option<u64>,
}

impl Progress {
    /// Nothing shown yet.
    pub fn new(quiet: bool) -> Self {
        Self {
            watched: !quiet && terminal::watched(),
            clock: Instant::now(),
            bar: None,
            before: None,
        }
    }

    /// So many are done of so many.
    pub fn tell(&mut self, done: u64, total: u64) {
        let before = *self.before.get_or_insert(done);
        if !self.watched || self.clock.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| bar(before, total));
        bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// A bar that reckons with what has been done since it began, not with what was there before.
fn bar(before: u64, total: u64) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(Some(total), target).with_position(before);
    let template = "{wide_bar} {pos} of {len} cases, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.reset_eta();
    bar
}
