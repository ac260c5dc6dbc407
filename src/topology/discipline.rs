//! Queue disciplines as a topology names them: what the ports of a link do beyond strict priority.

use super::network::CLASSES;
use crate::units::Octets;

/// A named discipline; classes stand most urgent first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueDiscipline {
    /// Unique.
    pub name: String,
    /// Weights of the classes that share what the strict ones leave; `None`: strict.
    pub weights: [Option<u64>; CLASSES],
    /// Octets that the weight 1 may send in a visit.
    pub quantum: Octets,
    /// Shaper of the whole port.
    pub shaper: Option<Bucket>,
    /// Shapers of classes.
    pub shapers: [Option<Bucket>; CLASSES],
    /// Early dropping of classes.
    pub early_drop: [Option<EarlyDropping>; CLASSES],
    /// Octets that may wait when a packet out of profile comes, itself included.
    pub out_of_profile: [Option<Octets>; CLASSES],
    /// Classes that cut frames of the others; `None`: no frame is cut.
    pub express: Option<[bool; CLASSES]>,
}

/// A token bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Bits per second.
    pub rate_bps: u64,
    /// Octets that it holds.
    pub burst: Octets,
}

/// Random early dropping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EarlyDropping {
    /// Average queue below which nothing is dropped.
    pub min: Octets,
    /// Average queue from which everything is.
    pub max: Octets,
    /// Probability at `max`, parts in 10^9.
    pub probability_ppb: u64,
    /// The average moves by 2^-weight of the difference.
    pub weight: u32,
}

/// A box between a site and the network, with one queue for each way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Firewall {
    /// Time that it takes beside queue and rate.
    pub delay: crate::units::Span,
    /// Bits per second of frames, without preamble and gap.
    pub rate: crate::units::BitRate,
    /// Octets that may wait; `None`: unlimited.
    pub queue: Option<Octets>,
}

/// Least octets of a piece of a cut frame (IEEE 802.3br clause 99.4.7.3).
pub const FRAGMENT_MIN: Octets = Octets(64);
/// Octets that a cut costs: check sequence of the piece 4, gap 12, preamble and delimiter 8
/// (IEEE 802.3br clause 99.3).
pub const FRAGMENT_OVERHEAD: Octets = Octets(24);

impl QueueDiscipline {
    /// Strict priority under this name, to be changed.
    #[must_use]
    pub fn strict(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            weights: [None; CLASSES],
            quantum: QUANTUM,
            shaper: None,
            shapers: [None; CLASSES],
            early_drop: [None; CLASSES],
            out_of_profile: [None; CLASSES],
            express: None,
        }
    }

    /// The first class that has a weight, most urgent first.
    #[must_use]
    pub fn first_weighted(&self) -> Option<usize> {
        self.weights.iter().position(Option::is_some)
    }

    /// What each class may send in a visit; `None` for the strict ones. A class below the first
    /// with a weight that has none itself, and carries nothing, takes the smallest weight.
    #[must_use]
    pub fn quanta(&self) -> [Option<Octets>; CLASSES] {
        let mut quanta = [None; CLASSES];
        let Some(first) = self.first_weighted() else {
            return quanta;
        };
        let smallest = self.weights.iter().flatten().min().copied().unwrap_or(1);
        for (class, quantum) in quanta.iter_mut().enumerate().skip(first) {
            let weight = self.weights[class].unwrap_or(smallest);
            *quantum = Some(Octets(weight * self.quantum.0));
        }
        quanta
    }

    /// Whether anything is shaped.
    #[must_use]
    pub fn shapes(&self) -> bool {
        self.shaper.is_some() || self.shapers.iter().any(Option::is_some)
    }
}

/// Quantum of the weight 1 unless stated: one full Ethernet frame, so that every visit sends
/// something (own choice, after Shreedhar & Varghese 1995 section 3).
pub const QUANTUM: Octets = Octets(1518);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_below_the_first_weighted_one_join_the_round_with_the_smallest_weight() {
        let mut utility = QueueDiscipline::strict("utility");
        utility.weights[4] = Some(4);
        utility.weights[5] = Some(3);
        utility.weights[7] = Some(2);
        let quanta = utility.quanta();
        assert_eq!(quanta[..4], [None; 4]);
        let shares = quanta[4..].iter().flatten().map(|quantum| quantum.0 / 1518);
        assert_eq!(shares.collect::<Vec<_>>(), [4, 3, 2, 2]);
        assert_eq!(QueueDiscipline::strict("plain").quanta(), [None; CLASSES]);
    }
}
