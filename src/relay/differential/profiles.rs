//! Values of relay families, each with its source.

use crate::relay::profile::Profile;

/// In order of name.
pub const PROFILES: &[Profile] = &[];
