//! The rate of every radio link over time: events of the scenario, fades it names and fades drawn
//! by chance.
//!
//! The received level is that of clear weather less the sum of all fades at that instant. In force
//! is the fastest modulation of the link that is allowed at the time and whose threshold the level
//! reaches; where none is reached, nothing is sent. What is drawn belongs to the seed of the
//! scenario, so the plan of a scenario with drawn fades does too.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::{Diagnostic, Findings, Place};
use super::network::{Network, tell_unknown};
use super::spec::{EventSpec, Happening, ScenarioSpec};
use super::value::At;
use crate::plan::RateStep;
use crate::random::{Purpose, Seed, StreamKey, exponential_of_mean};
use crate::topology::radio::Fading;
use crate::topology::{Direction, Link, LinkId, Modulation, Radio};
use crate::units::time::PS_PER_S;
use crate::units::{SimTime, Span};

/// The rate steps of the link directions whose rate changes.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    steps: BTreeMap<(LinkId, Direction), Vec<RateStep>>,
}

/// One fade: the level falls from `from` on, stays and rises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Trapezoid {
    from: SimTime,
    depth_mdb: u64,
    slope_mdb_per_s: u64,
    lasts: Span,
}

/// Another modulation from an instant on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Ceiling {
    from: SimTime,
    to: Option<Modulation>,
}

/// Most fades that chance may draw for one link: what a plan holds of a link's rates.
const FADES_MAX: u64 = 100_000;

/// Deepest fade that chance makes: no radio has more to lose.
const DEPTH_MAX_MDB: u64 = 200_000;

impl Weather {
    /// The rate of a link direction over time; empty where it never changes.
    #[must_use]
    pub fn steps(&self, link: LinkId, direction: Direction) -> &[RateStep] {
        let found = self.steps.get(&(link, direction));
        found.map_or(&[], Vec::as_slice)
    }

    /// The last instant at which a rate changes.
    #[must_use]
    pub fn last_change(&self) -> SimTime {
        let last = self.steps.values().filter_map(|steps| steps.last());
        last.map(|step| step.from).max().unwrap_or(SimTime::ZERO)
    }
}

/// Works out the rates of all links; tells events that cannot be.
pub fn weather(
    spec: &ScenarioSpec,
    network: &Network,
    duration: Span,
    seed: Seed,
    findings: &mut Findings,
) -> Weather {
    let mut ceilings = Written::new();
    let mut fades = BTreeMap::<LinkId, Vec<Trapezoid>>::new();
    for event in &spec.events {
        let told = Event {
            spec,
            network,
            event,
        };
        told.check(duration, findings);
        for what in &event.what {
            told.take(what, &mut ceilings, &mut fades, findings);
        }
    }
    tell_outages_without_end(spec, network, &ceilings, findings);
    let mut weather = Weather::default();
    for (place, link) in (0_u32..).zip(network.topology.links()) {
        let id = LinkId(place);
        let Some(radio) = link.radio() else { continue };
        let mut all = fades.remove(&id).unwrap_or_default();
        if let Some(fading) = radio.fading {
            if duration.0 / fading.every.0 > FADES_MAX {
                findings.push(too_many(spec, link));
                continue;
            }
            all.extend(drawn(link, fading, duration, seed));
        }
        for direction in Direction::BOTH {
            let written = ceilings.remove(&(id, direction)).unwrap_or_default();
            let ceilings: Vec<Ceiling> = written
                .into_iter()
                .map(|(from, (to, _))| Ceiling { from, to })
                .collect();
            let steps = rates(radio, &ceilings, &all);
            if steps.len() > 1 {
                weather.steps.insert((id, direction), steps);
            }
        }
    }
    weather
}

/// The modulations that events set, each with its place.
type Written = BTreeMap<(LinkId, Direction), BTreeMap<SimTime, (Option<Modulation>, Place)>>;

/// One event with what it is checked against.
struct Event<'a> {
    spec: &'a ScenarioSpec,
    network: &'a Network,
    event: &'a EventSpec,
}

impl Event<'_> {
    fn check(&self, duration: Span, findings: &mut Findings) {
        let at = &self.event.at;
        if at.value.0 > duration.0 {
            let place = self.spec.place(&at.span);
            let title = "this event comes after the end of the run";
            findings.push(Diagnostic::error(
                title,
                place,
                "sources have stopped before",
            ));
        }
        if !self.event.has_what {
            let place = self.spec.place(&self.event.span);
            findings.push(
                Diagnostic::error("this event does nothing", place, "nothing happens")
                    .help("add modulation, fade, fail, repair, flap, maintenance or fault"),
            );
        }
    }

    fn take(
        &self,
        what: &Happening,
        ceilings: &mut Written,
        fades: &mut BTreeMap<LinkId, Vec<Trapezoid>>,
        findings: &mut Findings,
    ) {
        let Some(id) = self.link(what.link(), findings) else {
            return;
        };
        let link = self.network.topology.link(id);
        let place = self.spec.place(&what.link().span);
        let Some(radio) = link.radio() else {
            let title = format!("link {} has no radio that could change", link.name);
            findings.push(
                Diagnostic::error(title, place, "a rate that never changes")
                    .help("only microwave links with `radio` have modulations and levels"),
            );
            return;
        };
        match what {
            Happening::Modulation { to, direction, .. } => {
                if self.allowed(radio, link, to, findings) {
                    self.set(id, link, to, *direction, ceilings, findings);
                }
            }
            Happening::Fade {
                depth_mdb,
                slope_mdb_per_s,
                lasts,
                ..
            } => {
                if radio.level_mdbm.is_none() {
                    let title = format!("link {} fades from no level", link.name);
                    findings.push(
                        Diagnostic::error(title, place, "its radio has no `level`")
                            .help("such as level = \"-50 dBm\" in the radio of the link"),
                    );
                    return;
                }
                fades.entry(id).or_default().push(Trapezoid {
                    from: self.event.at.value,
                    depth_mdb: *depth_mdb,
                    slope_mdb_per_s: *slope_mdb_per_s,
                    lasts: *lasts,
                });
            }
        }
    }

    fn link(&self, name: &At<String>, findings: &mut Findings) -> Option<LinkId> {
        let topology = &self.network.topology;
        if let Some(id) = topology.link_named(&name.value) {
            return Some(id);
        }
        let names = topology.links().iter().map(|link| link.name.as_str());
        let place = self.spec.place(&name.span);
        tell_unknown("link", name, names, place, findings);
        None
    }

    /// Whether the radio can go there.
    fn allowed(
        &self,
        radio: &Radio,
        link: &Link,
        to: &At<Option<Modulation>>,
        findings: &mut Findings,
    ) -> bool {
        let Some(modulation) = to.value else {
            return true;
        };
        if radio.modulations().any(|one| one == modulation) {
            return true;
        }
        let (what, label) = if radio.channel.rate(modulation).is_none() {
            let channel = radio.channel.name();
            ("does not have", format!("not in a channel of {channel}"))
        } else if modulation > radio.modulation {
            let most = radio.modulation.name();
            ("does not reach", format!("in clear weather it has {most}"))
        } else {
            (
                "does not go down to",
                format!("its lowest is {}", radio.lowest.name()),
            )
        };
        let names: Vec<&str> = radio.modulations().map(Modulation::name).collect();
        let title = format!("link {} {what} {}", link.name, modulation.name());
        findings.push(
            Diagnostic::error(title, self.spec.place(&to.span), label)
                .help(format!("it uses {}, or none", names.join(", "))),
        );
        false
    }

    fn set(
        &self,
        id: LinkId,
        link: &Link,
        to: &At<Option<Modulation>>,
        direction: Option<Direction>,
        ceilings: &mut Written,
        findings: &mut Findings,
    ) {
        let place = self.spec.place(&to.span);
        for way in Direction::BOTH {
            if direction.is_some_and(|one| one != way) {
                continue;
            }
            let written = ceilings.entry((id, way)).or_default();
            let now = (to.value, place.clone());
            if let Some((_, before)) = written.insert(self.event.at.value, now) {
                let title = format!("two modulations of link {} at one instant", link.name);
                findings.push(
                    Diagnostic::error(title, place, "the second")
                        .also(before, "the first")
                        .help("an instant has one modulation in each direction"),
                );
                return;
            }
        }
    }
}

/// Nothing may be left unsent when the run is over.
fn tell_outages_without_end(
    spec: &ScenarioSpec,
    network: &Network,
    ceilings: &Written,
    findings: &mut Findings,
) {
    let mut told = BTreeSet::new();
    for ((id, _), written) in ceilings {
        let Some((_, (None, place))) = written.last_key_value() else {
            continue;
        };
        if !told.insert((place.span.start, spec.source)) {
            continue;
        }
        let link = network.topology.link(*id);
        let title = format!("link {} stays silent for ever", link.name);
        let back = link.radio().map_or("", |radio| radio.modulation.name());
        findings.push(
            Diagnostic::error(title, place.clone(), "what waits could never be sent").help(
                format!("add an event that ends it, at the end of the run at the latest: to = \"{back}\""),
            ),
        );
    }
}

/// A plan holds every step of a link's rate.
fn too_many(spec: &ScenarioSpec, link: &Link) -> Diagnostic {
    let span = spec.duration.as_ref().map_or(0..0, |at| at.span.clone());
    let title = format!("link {} would fade more than {FADES_MAX} times", link.name);
    let label = "too long for fades so close together";
    Diagnostic::error(title, spec.place(&span), label)
        .help("shorten the duration, or let the link fade less often")
}

/// The fades that chance makes within the run: per fade one draw for the gap since the last one
/// began, one for its length, one for its depth.
fn drawn(link: &Link, fading: Fading, duration: Span, seed: Seed) -> Vec<Trapezoid> {
    let mut stream = seed.stream(&StreamKey::new("link", &link.name, Purpose::Fading));
    let mut fades = Vec::new();
    let mut from = 0_u64;
    loop {
        let gap = exponential_of_mean(stream.draw(), fading.every.0);
        let lasts = Span(exponential_of_mean(stream.draw(), fading.lasts.0));
        let depth = exponential_of_mean(stream.draw(), fading.depth_mdb);
        // A rate at time zero is part of every plan: the first fade comes after it.
        from = from.saturating_add(gap.max(1));
        if from >= duration.0 {
            return fades;
        }
        fades.push(Trapezoid {
            from: SimTime(from),
            depth_mdb: depth.min(DEPTH_MAX_MDB),
            slope_mdb_per_s: fading.slope_mdb_per_s,
            lasts,
        });
    }
}

/// Scale of attenuation: 10^-15 dB, so that a slope in mdB/s moves by whole numbers a picosecond.
const SCALE: i128 = PS_PER_S as i128;

impl Trapezoid {
    /// How long the level falls, rounded up to a whole picosecond, and as long it rises.
    fn ramp(&self) -> u64 {
        let ps = u128::from(self.depth_mdb) * u128::from(PS_PER_S);
        u64::try_from(ps.div_ceil(u128::from(self.slope_mdb_per_s))).unwrap_or(u64::MAX)
    }

    /// The instants at which it begins, reaches its depth, leaves it and is over.
    fn corners(&self) -> [u64; 4] {
        let (ramp, from) = (self.ramp(), self.from.0);
        let down = from.saturating_add(ramp);
        let up = down.saturating_add(self.lasts.0);
        [from, down, up, up.saturating_add(ramp)]
    }

    /// Attenuation at an instant, in mdB × 10^12.
    fn attenuation(&self, at: u64) -> i128 {
        let [from, _, _, over] = self.corners();
        let inside = at.saturating_sub(from).min(over.saturating_sub(at));
        let ramp = i128::from(self.slope_mdb_per_s) * i128::from(inside);
        ramp.min(i128::from(self.depth_mdb) * SCALE)
    }

    /// How fast the attenuation grows between two of its corners, mdB × 10^12 a picosecond.
    fn growth(&self, at: u64) -> i128 {
        let [from, down, up, over] = self.corners();
        let slope = i128::from(self.slope_mdb_per_s);
        match at {
            _ if at < from || at >= over => 0,
            _ if at < down => slope,
            _ if at < up => 0,
            _ => -slope,
        }
    }
}

/// The rate over time; of one step where nothing changes.
fn rates(radio: &Radio, ceilings: &[Ceiling], fades: &[Trapezoid]) -> Vec<RateStep> {
    let mut fades = fades.to_vec();
    fades.retain(|fade| fade.depth_mdb > 0);
    fades.sort_by_key(|fade| (fade.from, fade.corners()[3], fade.depth_mdb));
    let mut corners: BTreeSet<u64> = fades.iter().flat_map(Trapezoid::corners).collect();
    corners.extend(ceilings.iter().map(|ceiling| ceiling.from.0));
    let corners: Vec<u64> = corners.into_iter().collect();
    let mut steps: Vec<RateStep> = Vec::new();
    let mut step = |at: u64, active: &[Trapezoid]| {
        let modulation = in_force(radio, ceilings, active, at);
        let rate = modulation.and_then(|one| radio.channel.rate(one));
        if steps.last().is_none_or(|last| last.rate != rate) {
            steps.push(RateStep {
                from: SimTime(at),
                rate,
            });
        }
    };
    step(0, &[]);
    let mut active: Vec<Trapezoid> = Vec::new();
    let mut coming = fades.into_iter().peekable();
    for (place, corner) in corners.iter().enumerate() {
        active.retain(|fade| fade.corners()[3] > *corner);
        while let Some(fade) = coming.next_if(|fade| fade.from.0 <= *corner) {
            active.push(fade);
        }
        step(*corner, &active);
        let end = corners.get(place + 1).copied().unwrap_or(u64::MAX);
        for at in crossings(radio, &active, *corner, end) {
            step(at, &active);
        }
    }
    steps
}

fn in_force(
    radio: &Radio,
    ceilings: &[Ceiling],
    fades: &[Trapezoid],
    at: u64,
) -> Option<Modulation> {
    let begun = ceilings.partition_point(|ceiling| ceiling.from.0 <= at);
    let latest = ceilings[..begun].last();
    let ceiling = latest.map_or(Some(radio.modulation), |ceiling| ceiling.to)?;
    let Some(level) = radio.level_mdbm else {
        return Some(ceiling);
    };
    let lost: i128 = fades.iter().map(|fade| fade.attenuation(at)).sum();
    radio.reached(ceiling, |threshold| {
        lost <= i128::from(level - threshold) * SCALE
    })
}

/// The instants between two corners at which the level may cross a threshold, ascending: between
/// corners it moves along a straight line.
fn crossings(radio: &Radio, fades: &[Trapezoid], from: u64, end: u64) -> Vec<u64> {
    let Some(level) = radio.level_mdbm else {
        return Vec::new();
    };
    let lost: i128 = fades.iter().map(|fade| fade.attenuation(from)).sum();
    let growth: i128 = fades.iter().map(|fade| fade.growth(from)).sum();
    let mut found = Vec::new();
    for modulation in radio.modulations() {
        let margin = i128::from(level - radio.thresholds_mdbm[modulation as usize]) * SCALE;
        let after = match growth.signum() {
            // The first picosecond beyond the margin, or the first back within it.
            1 if lost <= margin => (margin - lost) / growth + 1,
            -1 if lost > margin => {
                let above = (lost - margin).cast_unsigned();
                above.div_ceil(growth.unsigned_abs()).cast_signed()
            }
            _ => continue,
        };
        let at = u64::try_from(i128::from(from) + after).unwrap_or(u64::MAX);
        if at < end {
            found.push(at);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Channel;

    const MS: u64 = 1_000_000_000;

    /// 28 MHz, 64QAM, 50 dB below 1 mW: margins 40, 36.5, 33, 29 and 26 dB.
    fn radio(lowest: Modulation) -> Radio {
        Radio {
            channel: Channel::Mhz28,
            modulation: Modulation::Qam64,
            lowest,
            latency: None,
            level_mdbm: Some(-50_000),
            fading: None,
            thresholds_mdbm: Channel::Mhz28.thresholds_mdbm(),
        }
    }

    fn fade(at_ms: u64, depth_db: u64, lasts_ms: u64) -> Trapezoid {
        Trapezoid {
            from: SimTime(at_ms * MS),
            depth_mdb: depth_db * 1000,
            slope_mdb_per_s: 100_000,
            lasts: Span::from_ms(lasts_ms),
        }
    }

    fn ps_and_mbps(steps: &[RateStep]) -> Vec<(u64, u64)> {
        let rate = |step: &RateStep| step.rate.map_or(0, |rate| rate.rounded_bps() / 100_000);
        steps.iter().map(|step| (step.from.0, rate(step))).collect()
    }

    #[test]
    fn a_fade_steps_down_and_up_where_the_level_crosses_the_thresholds() {
        // 30 dB at 100 dB/s from 4 s on: beyond 26 dB after 260 ms, beyond 29 dB after 290 ms;
        // 30 dB from 4.3 s to 5.3 s; within 29 dB at 5.31 s, within 26 dB at 5.34 s.
        let steps = rates(&radio(Modulation::Qam4), &[], &[fade(4000, 30, 1000)]);
        let want = [
            (0, 1290),
            (4260 * MS + 1, 1077),
            (4290 * MS + 1, 842),
            (5310 * MS, 1077),
            (5340 * MS, 1290),
        ];
        assert_eq!(ps_and_mbps(&steps), want);
    }

    #[test]
    fn below_the_lowest_modulation_nothing_is_sent_until_the_level_is_back() {
        // 41 dB: below 40 dB nothing; 4QAM holds 40 dB.
        let steps = rates(&radio(Modulation::Qam4), &[], &[fade(1000, 41, 0)]);
        let silent = ps_and_mbps(&steps).into_iter().filter(|step| step.1 == 0);
        assert_eq!(silent.collect::<Vec<_>>(), [(1400 * MS + 1, 0)]);
        let back = steps.iter().position(|step| step.rate.is_none()).unwrap() + 1;
        assert_eq!(ps_and_mbps(&steps)[back], (1420 * MS, 419));
        // Where 16QAM is the lowest, 33 dB is as deep as it goes.
        let steps = rates(&radio(Modulation::Qam16), &[], &[fade(1000, 41, 0)]);
        assert!(ps_and_mbps(&steps).contains(&(1330 * MS + 1, 0)));
        assert!(ps_and_mbps(&steps).contains(&(1490 * MS, 842)));
    }

    #[test]
    fn fades_at_one_time_add_up() {
        // 20 dB each, the second 100 ms later: 26 dB are lost when t + (t - 100 ms) is 260 ms, at
        // 180 ms; back within 26 dB when both rise: 30 dB at 2.3 s, 20 ms at 200 dB/s later.
        let both = [fade(1000, 20, 1000), fade(1100, 20, 1000)];
        let steps = rates(&radio(Modulation::Qam4), &[], &both);
        assert_eq!(ps_and_mbps(&steps)[1], (1180 * MS + 1, 1077));
        // 40 dB at most: 4QAM holds them, and nothing is silent.
        assert!(steps.iter().all(|step| step.rate.is_some()));
        assert_eq!(ps_and_mbps(&steps).last(), Some(&(2320 * MS, 1290)));
    }

    #[test]
    fn a_set_modulation_is_the_most_that_a_fade_leaves() {
        let ceilings = [
            Ceiling {
                from: SimTime(1000 * MS),
                to: Some(Modulation::Qam16),
            },
            Ceiling {
                from: SimTime(3000 * MS),
                to: None,
            },
            Ceiling {
                from: SimTime(4000 * MS),
                to: Some(Modulation::Qam64),
            },
        ];
        let steps = rates(&radio(Modulation::Qam4), &ceilings, &[fade(1000, 35, 1000)]);
        let want = [
            (0, 1290),
            (1000 * MS, 842),
            // 8PSK beyond 33 dB, 16QAM again from 33 dB on: 350 + 1000 + 20 ms.
            (1330 * MS + 1, 627),
            (2370 * MS, 842),
            (3000 * MS, 0),
            (4000 * MS, 1290),
        ];
        assert_eq!(ps_and_mbps(&steps), want);
    }

    #[test]
    fn every_rate_is_that_of_the_level_at_its_instant() {
        // Slopes that never meet a threshold at a whole picosecond.
        let odd = |at: u64, depth, slope| Trapezoid {
            from: SimTime(at),
            depth_mdb: depth,
            slope_mdb_per_s: slope,
            lasts: Span(777_777),
        };
        let fades = [odd(1, 39_999, 33_333), odd(700_000_000_001, 31_111, 77_777)];
        let radio = radio(Modulation::Qam4);
        let steps = rates(&radio, &[], &fades);
        assert!(steps.len() > 8 && steps.is_sorted_by(|a, b| a.from < b.from));
        for pair in steps.windows(2) {
            let rate =
                |at| in_force(&radio, &[], &fades, at).and_then(|one| radio.channel.rate(one));
            assert_eq!(rate(pair[1].from.0), pair[1].rate);
            assert_eq!(
                rate(pair[1].from.0 - 1),
                pair[0].rate,
                "one picosecond before"
            );
        }
    }
}
