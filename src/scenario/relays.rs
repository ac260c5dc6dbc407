//! Relays and power lines of a scenario: from names to settings.

use super::UsedConstant;
use crate::relay::{Line, Protection, Requirement};

/// What stands at the ends of circuits, and which lines they protect.
#[derive(Clone, Default, Debug)]
pub struct Relays {
    /// Whether the scenario says anything of relays, lines or requirements. Where it does not, its
    /// results are those of circuits alone.
    pub written: bool,
    /// In order of name, as the circuits of the scenario; `None`: nothing is said of its relays.
    pub circuits: Vec<Option<CircuitRelay>>,
    /// Sets of requirements that each circuit is judged against besides the budget, as written.
    pub requirements: Vec<Vec<&'static Requirement>>,
    /// Lines with protection, in order of name.
    pub lines: Vec<Line>,
    /// Every value of a profile that is used, with its source, in order of name.
    pub constants: Vec<UsedConstant>,
    /// What is left to its default, as "circuit NAME: relay.reset 0 ms".
    pub defaults: Vec<String>,
}

/// The relays at both ends of a circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CircuitRelay {
    /// Name of the profile that gave what is not written.
    pub profile: Option<String>,
    /// What they do.
    pub protection: Protection,
    /// Bits of the check of a message (escape of a destroyed one: 2 to the minus that); `None`: there
    /// is none.
    pub check_bits: Option<u32>,
}
