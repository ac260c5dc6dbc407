//! What links and their disciplines mean for the streams that cross them: faults, and the lints
//! TP011, TP012 and TP014.

use std::collections::{BTreeMap, BTreeSet};

use super::StreamOwner;
use super::capacity::{Capacity, FULL, Port, load, share};
use super::diagnostic::{Diagnostic, Findings, Place, Severity};
use super::shape::{Content, PacketShape};
use super::spec::DisciplineSpec;
use super::streams::Draft;
use crate::topology::{Hop, LeasedLine, Line, Link, QueueDiscipline};
use crate::traffic::Class;
use crate::units::Octets;

/// Runs all checks.
pub(super) fn check(look: &Capacity<'_>, findings: &mut Findings) {
    let mut promised = BTreeMap::<Port, u128>::new();
    let mut lines = BTreeMap::<Port, [u128; 2]>::new();
    let mut told = BTreeSet::new();
    for draft in look.drafts {
        for hop in &draft.path.hops {
            let link = look.network.topology.link(hop.link);
            let port = (hop.link, hop.direction);
            if let Some(radio) = link.radio()
                && urgent(draft)
            {
                let share = load(draft, link, radio.lowest_rate());
                let sum = promised.entry(port).or_default();
                *sum = sum.saturating_add(share);
            }
            if let Line::Leased(LeasedLine::E1 { .. }) = link.line {
                let now = load(draft, link, link.rate[hop.direction.index()]);
                let silent = silent_load(look, draft, link, *hop);
                let sums = lines.entry(port).or_default();
                sums[0] = sums[0].saturating_add(now);
                sums[1] = sums[1].saturating_add(silent.unwrap_or(now));
            }
            if let Some(discipline) = &link.discipline {
                let fits = Fit {
                    look,
                    discipline,
                    draft,
                    link,
                };
                fits.check(&mut told, findings);
            }
        }
    }
    tell_promises(look, &promised, findings);
    tell_silence(look, &lines, findings);
    tell_early_drop_of_ef(look, &told, findings);
}

fn is_circuit(draft: &Draft) -> bool {
    !matches!(draft.owner, StreamOwner::Flow(_))
}

/// What a link must carry in the worst weather it works in.
fn urgent(draft: &Draft) -> bool {
    is_circuit(draft) || draft.class <= Class::Ef
}

/// TP011: admission is judged at the lowest modulation.
fn tell_promises(look: &Capacity<'_>, promised: &BTreeMap<Port, u128>, findings: &mut Findings) {
    for ((id, direction), share) in promised {
        let link = look.network.topology.link(*id);
        let Some(radio) = link.radio() else { continue };
        if *share <= FULL || radio.lowest_rate() >= link.rate[direction.index()] {
            continue;
        }
        let title = format!(
            "link {} {} cannot carry its circuits and urgent classes at {}: {} % of the rate",
            link.name,
            direction.name(),
            radio.lowest.name(),
            share / (FULL / 100)
        );
        let label = format!(
            "{} b/s at {}",
            radio.lowest_rate().rounded_bps(),
            radio.lowest.name()
        );
        let place = look.link_place(hop(*id, *direction));
        findings.push(
            Diagnostic::at(Severity::Warning, title, place, label)
                .code("TP011")
                .help("a wider channel, a higher `lowest`, or fewer circuits on this link"),
        );
    }
}

/// TP012: a line that fits while relays talk, and not when they are silent.
fn tell_silence(look: &Capacity<'_>, lines: &BTreeMap<Port, [u128; 2]>, findings: &mut Findings) {
    for ((id, direction), [now, silent]) in lines {
        if *now > FULL || *silent <= FULL {
            continue;
        }
        let percent = |share: &u128| share / (FULL / 100);
        let link = look.network.topology.link(*id);
        let title = format!(
            "leased line {} {} overloads when relays go silent: {} % of the rate, {} % in service",
            link.name,
            direction.name(),
            percent(silent),
            percent(now)
        );
        let place = look.link_place(hop(*id, *direction));
        findings.push(
            Diagnostic::at(
                Severity::Warning,
                title,
                place,
                "all ones are stuffed by a fifth",
            )
            .code("TP012")
            .help("more timeslots, larger payloads, or fewer circuits on this line"),
        );
    }
}

fn hop(link: crate::topology::LinkId, direction: crate::topology::Direction) -> Hop {
    Hop { link, direction }
}

/// The load of a circuit whose payload is all ones; `None` for other streams.
fn silent_load(look: &Capacity<'_>, draft: &Draft, link: &Link, hop: Hop) -> Option<u128> {
    let (StreamOwner::Circuit(index, _) | StreamOwner::Copy(index, _)) = draft.owner else {
        return None;
    };
    let settings = look.circuits.get(index)?.settings.emulation()?;
    let payload = settings.payload + settings.signalling;
    let (packet, _) = draft.packets.first()?;
    let silent = PacketShape {
        content: Content::AllOnes {
            from: packet.body.0.saturating_sub(payload.0),
        },
        ..packet.clone()
    };
    let bits = u128::from(silent.bits_on(link));
    let rate = link.rate[hop.direction.index()];
    Some(share((bits, 1), draft.period_exact_ps, rate))
}

/// What has been told of a discipline: its name, what, and the class.
type Told = BTreeSet<(String, &'static str, usize)>;

/// One stream on one link with a discipline.
struct Fit<'a> {
    look: &'a Capacity<'a>,
    discipline: &'a QueueDiscipline,
    draft: &'a Draft,
    link: &'a Link,
}

impl Fit<'_> {
    fn check(&self, told: &mut Told, findings: &mut Findings) {
        let class = self.draft.class.index();
        if self.is_strict_below_a_weight() && self.first(told, "weight", class) {
            self.tell_weight(findings);
        }
        let bursts = [
            ("port", Class::COUNT, self.discipline.shaper),
            ("class", class, self.discipline.shapers[class]),
        ];
        for (what, place, bucket) in bursts {
            let bits = self
                .draft
                .packets
                .iter()
                .map(|(packet, _)| packet.bits_on(self.link));
            let largest = Octets(bits.max().unwrap_or(0).div_ceil(8));
            if let Some(bucket) = bucket
                && bucket.burst < largest
                && self.first(told, what, place)
            {
                self.tell_burst(what, largest, findings);
            }
        }
        let drops = self.discipline.early_drop[class].is_some();
        if drops && is_circuit(self.draft) && self.first(told, "early drop", class) {
            let name = &self.draft.name;
            let label = format!("packets of circuit {name} are dropped at random");
            tell_early_drop(
                self.look,
                &self.discipline.name,
                self.draft.class,
                label,
                findings,
            );
        }
    }

    fn first(&self, told: &mut Told, what: &'static str, class: usize) -> bool {
        told.insert((self.discipline.name.clone(), what, class))
    }

    fn is_strict_below_a_weight(&self) -> bool {
        let class = self.draft.class.index();
        let first = self.discipline.first_weighted();
        first.is_some_and(|first| class > first) && self.discipline.weights[class].is_none()
    }

    fn written(&self) -> Option<&DisciplineSpec> {
        written(self.look, &self.discipline.name)
    }

    fn tell_weight(&self, findings: &mut Findings) {
        let name = &self.discipline.name;
        let class = self.draft.class.name();
        let span = self.written().and_then(|one| one.weights_span.clone());
        let place = self.look.spec.place(&span.unwrap_or(0..0));
        let title = format!("discipline {name} leaves {class} strict below a class with a weight");
        findings.push(
            Diagnostic::error(title, place, format!("no weight for {class}"))
                .also(self.look.place_of(self.draft), "sends in this class")
                .help("give it a weight: strict classes come before the round"),
        );
    }

    fn tell_burst(&self, what: &str, largest: Octets, findings: &mut Findings) {
        let class = self.draft.class.index();
        let span = self.written().and_then(|one| {
            let bucket = match what {
                "port" => one.shaper.as_ref(),
                _ => one.shapers[class].as_ref(),
            };
            bucket.map(|at| at.span.clone())
        });
        let title = format!(
            "burst of a shaper of discipline {} is smaller than a packet of {} on link {}",
            self.discipline.name, self.draft.name, self.link.name
        );
        let place = self.look.spec.place(&span.unwrap_or(0..0));
        findings.push(
            Diagnostic::error(title, place, format!("packets of {largest} on the line"))
                .also(self.look.place_of(self.draft), "whose packets must pass it")
                .help("such a packet could never be sent"),
        );
    }
}

fn written<'a>(look: &'a Capacity<'_>, name: &str) -> Option<&'a DisciplineSpec> {
    look.spec
        .disciplines
        .iter()
        .find(|one| one.name.value == name)
}

/// TP014 for EF wherever it is used, circuits or none.
fn tell_early_drop_of_ef(look: &Capacity<'_>, told: &Told, findings: &mut Findings) {
    let ef = Class::Ef;
    let links = look.network.topology.links().iter();
    let used: BTreeSet<&str> = links
        .filter_map(|link| link.discipline.as_ref())
        .filter(|one| one.early_drop[ef.index()].is_some())
        .map(|one| one.name.as_str())
        .collect();
    for name in used {
        if !told.contains(&(name.to_owned(), "early drop", ef.index())) {
            let label = "what is sent in it does not slow down".to_owned();
            tell_early_drop(look, name, ef, label, findings);
        }
    }
}

fn tell_early_drop(
    look: &Capacity<'_>,
    name: &str,
    class: Class,
    label: String,
    findings: &mut Findings,
) {
    let spec = written(look, name).and_then(|one| one.early_drop[class.index()].as_ref());
    let place: Place = look.spec.place(&spec.map_or(0..0, |at| at.span.clone()));
    let title = format!("discipline {name} drops {} early", class.name());
    findings.push(
        Diagnostic::at(Severity::Warning, title, place, label)
            .code("TP014")
            .help("leave this class out of `early_drop`"),
    );
}
