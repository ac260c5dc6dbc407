//! What carries the signal between two nodes.

/// The medium of a link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Medium {
    /// Optical fibre, such as the one inside a ground wire (OPGW).
    Fibre,
    /// Packet radio through air, over one or several radio hops.
    Microwave,
    /// A leased line.
    LeasedLine,
    /// A channel of an SDH or SONET network.
    Sdh,
    /// Ethernet over twisted pairs.
    Copper,
}

impl Medium {
    /// All media, in the order of this list.
    pub const ALL: [Self; 5] = [
        Self::Fibre,
        Self::Microwave,
        Self::LeasedLine,
        Self::Sdh,
        Self::Copper,
    ];

    /// The name used in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fibre => "fibre",
            Self::Microwave => "microwave",
            Self::LeasedLine => "leased-line",
            Self::Sdh => "sdh",
            Self::Copper => "copper",
        }
    }

    /// The medium with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|medium| medium.name() == name)
    }

    /// The constant that holds its propagation per kilometre.
    #[must_use]
    pub fn constant(self) -> &'static str {
        match self {
            Self::LeasedLine => "leased_line",
            other => other.name(),
        }
    }

    /// Whether preamble and inter-packet gap take time on this medium unless the file says so:
    /// Ethernet yes, radio no (radios carry frames in their own framing).
    #[must_use]
    pub fn has_layer1_overhead_by_default(self) -> bool {
        self != Self::Microwave
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_medium_is_found_by_its_name() {
        for medium in Medium::ALL {
            assert_eq!(Medium::from_name(medium.name()), Some(medium));
        }
        assert_eq!(Medium::from_name("fiber"), None);
    }
}
