//! Which of many cases is worse.

use super::super::verdict::Verdict;
use crate::units::Span;

/// How bad a case is for one circuit direction. The larger the worse: FAIL above PASS, then the
/// command gap (one that never ends is longest), then the delay (none at all is largest).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Severity {
    /// FAIL in any stage.
    pub verdict: Verdict,
    /// Of [`super::Gaps`].
    pub command_gap: Option<Span>,
    /// Largest of all stages.
    pub delay_max: Option<Span>,
}

impl Ord for Severity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |one: &Self| {
            let length = |span: Option<Span>| span.map_or(u64::MAX, |span| span.0);
            let failed = one.verdict == Verdict::Fail;
            (failed, length(one.command_gap), length(one.delay_max))
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Severity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The worst `count`, worst first; equals in the order in which they are given.
#[must_use]
pub fn worst<T>(mut all: Vec<(Severity, T)>, count: usize) -> Vec<T> {
    all.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    all.into_iter().take(count).map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_worse_than_what_is_long_and_failing_worse_than_either() {
        let severity = |verdict, gap: Option<u64>, delay: Option<u64>| Severity {
            verdict,
            command_gap: gap.map(Span::from_ms),
            delay_max: delay.map(Span::from_ms),
        };
        use Verdict::{Fail, Pass};
        let all = vec![
            (severity(Pass, Some(99), None), "passes"),
            (severity(Fail, Some(50), Some(9)), "slower"),
            (severity(Fail, Some(50), Some(8)), "quicker"),
            (severity(Fail, None, Some(1)), "never back"),
            (severity(Fail, Some(50), Some(8)), "like quicker"),
        ];
        let order = ["never back", "slower", "quicker", "like quicker", "passes"];
        assert_eq!(worst(all.clone(), 9), order);
        assert_eq!(worst(all, 2), order[..2]);
    }
}
