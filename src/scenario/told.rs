//! What reports tell of the input besides what comes of it.

use super::load::Parts;
use super::{UsedConstant, compile, share};

/// What reports tell of the input: fields that do not act, constants in force, defaults taken.
pub(super) fn told(parts: &Parts<'_>) -> (Vec<String>, Vec<UsedConstant>, Vec<String>) {
    let (spec, resilience) = (parts.spec, parts.resilience);
    let mut not_judged = [spec.descriptive.clone(), parts.topology.descriptive.clone()].concat();
    // Groups act where something may fail, and only there.
    not_judged.retain(|one| !(resilience.written && one == "link: srlg"));
    not_judged.extend(share::not_judged(spec, parts.topology));
    not_judged.sort();
    not_judged.dedup();
    let (mut constants, mut defaults) = (compile::constants(parts.network), spec.defaults.clone());
    defaults.extend(share::defaults(spec));
    if resilience.written {
        constants.extend(resilience.constants.iter().cloned());
        defaults.extend(resilience.defaults.iter().cloned());
    }
    constants.extend(parts.relays.relays.constants.iter().cloned());
    constants.sort_by(|a, b| a.name.cmp(&b.name));
    defaults.extend(parts.relays.relays.defaults.iter().cloned());
    (not_judged, constants, defaults)
}
