//! SDH and SONET channels: 64 kb/s timeslots that circuits hold, without queues.

/// Named channels with the 64 kb/s timeslots they hold for circuits.
///
/// E1: 32 timeslots less the framing timeslot 0 (ITU-T G.704 clause 2.3). T1: 24 (G.704 clause
/// 2.1). STM-1: 63 VC-12, an E1 each (ITU-T G.707 clause 6.2). OC-3: 84 VT1.5, a T1 each (Telcordia
/// GR-253 section 3). Own knowledge, to be verified.
pub const CAPACITIES: [(&str, u32); 4] = [
    ("E1", 31),
    ("OC-3", 84 * 24),
    ("STM-1", 63 * 31),
    ("T1", 24),
];

/// Most timeslots that a link may be given.
pub const TIMESLOTS_MAX: u64 = 1_000_000;

/// Bits per second of one timeslot (ITU-T G.704).
pub const TIMESLOT_BPS: u64 = 64_000;

/// The timeslots of the channel with this name.
#[must_use]
pub fn timeslots(name: &str) -> Option<u32> {
    let known = CAPACITIES.iter().find(|one| one.0 == name);
    known.map(|one| one.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_stm_1_holds_63_e1_and_an_oc_3_84_t1() {
        assert_eq!(timeslots("STM-1"), Some(1953));
        assert_eq!(timeslots("OC-3"), Some(2016));
        assert_eq!(timeslots("E1"), Some(31));
        assert_eq!(timeslots("T1"), Some(24));
        assert_eq!(timeslots("STM-4"), None);
    }
}
