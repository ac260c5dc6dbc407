//! The eight forwarding classes and their order.

/// A forwarding class, most urgent first (Nokia 7705 SAR QoS Guide p29: NC > H1 > EF > H2 > L1 >
/// AF > L2 > BE). One circuit or flow belongs to one class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Class {
    /// Network control.
    Nc,
    /// High 1.
    H1,
    /// Expedited forwarding: where teleprotection belongs.
    Ef,
    /// High 2.
    H2,
    /// Low 1.
    L1,
    /// Assured forwarding.
    Af,
    /// Low 2.
    L2,
    /// Best effort.
    Be,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = 8;

    /// All classes, most urgent first.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Nc,
        Self::H1,
        Self::Ef,
        Self::H2,
        Self::L1,
        Self::Af,
        Self::L2,
        Self::Be,
    ];

    /// Place in the order of urgency, 0 = most urgent.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name used in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["NC", "H1", "EF", "H2", "L1", "AF", "L2", "BE"][self.index()]
    }

    /// The class with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}
