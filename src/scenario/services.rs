//! The services of a utility as presets: what they send between a hub and its sites.
//!
//! Which services there are, and how line protection, SCADA, both kinds of telephony, office LAN
//! and Internet are carried, is the article's (Struth & Maurer, Bulletin Electrosuisse 102 (2011)
//! 9, table). Loads, the classes below EF, and the transport of radio, metering and maintenance are
//! our own choice.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Findings};
use super::network::tell_unknown_node;
use super::policers;
use super::spec::{
    Codec, FlowSpec, MixSpec, Origin, Pace, PatternSpec, ScenarioSpec, ServiceSpec, SitesSpec,
    SizeSpec, Timing, To,
};
use super::value::At;
use crate::traffic::{Class, Transport};
use crate::units::limits::STREAMS_MAX;
use crate::units::time::{PS_PER_MS, PS_PER_S};

/// A preset.
#[derive(Debug)]
pub struct ServicePreset {
    /// The name in files.
    pub name: &'static str,
    /// How its frames are carried; `None` for circuits, which carry themselves.
    pub transport: Option<Transport>,
    /// Its forwarding class.
    pub class: Class,
    /// What it sends, per site and scale 1.
    pub about: &'static str,
    /// Where transport and class come from.
    pub source: &'static str,
}

const ARTICLE: &str = "transport: the article's table; class and load: own choice";
const OWN: &str = "transport, class and load: own choice";

/// All presets: the article's services, then two stress cases.
pub const SERVICES: &[ServicePreset] = &[
    ServicePreset {
        name: "line-protection",
        transport: None,
        class: Class::Ef,
        about: "distance and differential protection: C-pipes, written as [[circuit]]",
        source: "transport: the article's table (VPWS, C-pipe); class: own choice",
    },
    preset(
        "scada",
        Transport::Vpws,
        Class::H2,
        "polled by the hub every 2 s over IEC 60870-5-104: 20 measured values",
        ARTICLE,
    ),
    preset(
        "radio",
        Transport::Vpws,
        Class::L1,
        "one dispatch channel each way, push to talk: G.711, 4 s of talk, 2 s of silence",
        OWN,
    ),
    preset(
        "metering",
        Transport::Vprn,
        Class::Af,
        "load profiles read every 500 ms: requests of 90 B, responses of 600 B",
        OWN,
    ),
    preset(
        "office-lan",
        Transport::Vprn,
        Class::Be,
        "2 Mb/s to the site, 1 Mb/s back, Poisson, Internet mix",
        ARTICLE,
    ),
    preset(
        "tdm-telephony",
        Transport::Vpls,
        Class::L1,
        "a trunk of four 64 kb/s channels each way: 178 B every 5 ms",
        ARTICLE,
    ),
    preset(
        "voip",
        Transport::Vprn,
        Class::L1,
        "4 lines each way, G.711 in 20 ms packets, nearly always busy",
        ARTICLE,
    ),
    preset(
        "internet",
        Transport::Vprn,
        Class::Be,
        "1 Mb/s to the site, 250 kb/s back, Poisson, Internet mix",
        ARTICLE,
    ),
    preset(
        "maintenance",
        Transport::Vprn,
        Class::L2,
        "files to the site at 2 Mb/s, 2 s on and 2 s off; network management polls every second",
        OWN,
    ),
    preset(
        "broadcast-storm",
        Transport::Vpls,
        Class::L1,
        "stress: the hub sends 64 B frames at 5 Mb/s to all sites at once, one copy to each",
        OWN,
    ),
    preset(
        "firmware-bulk",
        Transport::Vprn,
        Class::L2,
        "stress: 10 Mb/s of full frames from the hub to each site",
        OWN,
    ),
];

const fn preset(
    name: &'static str,
    transport: Transport,
    class: Class,
    about: &'static str,
    source: &'static str,
) -> ServicePreset {
    ServicePreset {
        name,
        transport: Some(transport),
        class,
        about,
        source,
    }
}

/// One flow of a preset between the hub and a site.
struct Part {
    /// Behind the service's name.
    label: &'static str,
    /// Whether it goes from the hub to the site.
    from_hub: bool,
    /// What it sends.
    pattern: PatternSpec,
}

/// Where the numbers of a preset are told: the whole pattern stands for the word in the file.
struct Laying<'a> {
    preset: &'a At<String>,
    scale: u64,
    /// Number of this site and of all: sites do not begin in step.
    place: u64,
    of: u64,
}

/// Adds the flows of every service.
pub fn expand(spec: &mut ScenarioSpec, nodes: Option<&BTreeSet<&str>>, findings: &mut Findings) {
    let mut flows = Vec::new();
    let mut seen = BTreeSet::new();
    for service in &spec.services {
        // Beyond this the number of streams is refused, whatever more there is.
        if flows.len() > STREAMS_MAX {
            break;
        }
        // The second of a name is told where names are checked.
        if seen.insert(service.name.value.as_str()) {
            flows.extend(flows_of(service, spec, nodes, findings).unwrap_or_default());
        }
    }
    spec.flows.extend(flows);
}

fn flows_of(
    service: &ServiceSpec,
    spec: &ScenarioSpec,
    nodes: Option<&BTreeSet<&str>>,
    findings: &mut Findings,
) -> Option<Vec<FlowSpec>> {
    let word = service.preset.as_ref()?;
    let preset = SERVICES.iter().find(|preset| preset.name == word.value)?;
    let Some(transport) = preset.transport else {
        let title = format!(
            "service {}: line protection is circuits",
            service.name.value
        );
        let help =
            "write a [[circuit]] for each line: ends, payload, jitter_buffer, playout, class";
        let place = spec.place(&word.span);
        findings.push(Diagnostic::error(title, place, "no flows").help(help));
        return None;
    };
    if let Some(policer) = &service.policer {
        let of = format!("service {}", service.name.value);
        policers::check(policer, &of, spec, findings);
    }
    let (hub, sites) = stations(service, spec, nodes?, findings)?;
    let flow = |label: &str, from: &At<String>, to: To, pattern: PatternSpec| {
        let mut flow = flow(service, label, from, to);
        flow.transport = transport;
        flow.class = Some(At {
            value: service.class.unwrap_or(preset.class),
            span: word.span.clone(),
        });
        flow.pattern = Some(At {
            value: pattern,
            span: word.span.clone(),
        });
        flow
    };
    let mut laying = Laying {
        preset: word,
        scale: service.scale,
        place: 0,
        of: u64::try_from(sites.len()).ok()?,
    };
    if preset.name == "broadcast-storm" {
        let storm = laying.cbr(laying.rate(5_000_000), 64);
        let to = To::Many(At {
            value: sites,
            span: word.span.clone(),
        });
        return Some(vec![flow("", &hub, to, storm)]);
    }
    let mut flows = Vec::new();
    for (place, site) in (0..).zip(&sites) {
        laying.place = place;
        for part in laying.parts(preset.name) {
            let (from, to) = if part.from_hub {
                (&hub, site)
            } else {
                (site, &hub)
            };
            flows.push(flow(part.label, from, To::One(to.clone()), part.pattern));
        }
    }
    Some(flows)
}

/// A flow of a service, its pattern still open.
fn flow(service: &ServiceSpec, label: &str, from: &At<String>, to: To) -> FlowSpec {
    let way = match &to {
        To::One(to) => format!("{}-{}", from.value, to.value),
        _ => from.value.clone(),
    };
    FlowSpec {
        name: At {
            value: format!("{}{label} {way}", service.name.value),
            span: service.name.span.clone(),
        },
        from: Some(from.clone()),
        to: Some(to),
        class: None,
        pattern: None,
        path: None,
        has_path: false,
        transport: Transport::Bare,
        policer: service.policer.clone(),
        firewalled: None,
        origin: Origin::Service,
    }
}

/// Hub and sites, the sites in order of name; `None` where a fault leaves them open.
fn stations(
    service: &ServiceSpec,
    spec: &ScenarioSpec,
    nodes: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Option<(At<String>, Vec<At<String>>)> {
    let (hub, sites) = (service.hub.as_ref()?, service.sites.as_ref()?);
    let mut unknown = tell_unknown_node(hub, nodes, |at| spec.place(&at.span), findings);
    let mut sites: Vec<At<String>> = match sites {
        SitesSpec::All => {
            let others = nodes.iter().filter(|name| **name != hub.value);
            let site = |name: &&str| At {
                value: (*name).to_owned(),
                span: hub.span.clone(),
            };
            others.map(site).collect()
        }
        SitesSpec::Named(names) => names.clone(),
    };
    let mut seen = BTreeSet::new();
    for site in &sites {
        unknown |= tell_unknown_node(site, nodes, |at| spec.place(&at.span), findings);
        let again = !seen.insert(site.value.as_str());
        if again || site.value == hub.value {
            let what = if again { "twice" } else { "as hub and as site" };
            let title = format!("service {} has {} {what}", service.name.value, site.value);
            let place = spec.place(&site.span);
            findings.push(Diagnostic::error(title, place, "the same node again"));
            unknown = true;
        }
    }
    sites.sort_by(|a, b| a.value.as_bytes().cmp(b.value.as_bytes()));
    (!unknown && !sites.is_empty()).then(|| (hub.clone(), sites))
}

impl Laying<'_> {
    fn here<T>(&self, value: T) -> At<T> {
        At {
            value,
            span: self.preset.span.clone(),
        }
    }

    fn rate(&self, bps: u64) -> At<u64> {
        self.here(bps * self.scale)
    }

    /// When this site begins, so that all are spread over one interval.
    fn first(&self, interval: u64) -> u64 {
        let part = u128::from(interval) * u128::from(self.place) / u128::from(self.of);
        u64::try_from(part).expect("less than the interval")
    }

    fn cbr(&self, rate: At<u64>, octets: u64) -> PatternSpec {
        PatternSpec::Cbr {
            first: self.first(octets * 8 * PS_PER_S / rate.value),
            pace: Some(Pace::Rate(rate)),
            size: self.here(MixSpec::One(SizeSpec::Frame(octets))),
        }
    }

    fn imix(&self, bps: u64) -> PatternSpec {
        PatternSpec::Poisson {
            rate: self.rate(bps),
            size: self.here(MixSpec::Imix),
        }
    }

    fn timing(&self, interval: u64, turnaround: u64) -> Timing {
        let interval = (interval / self.scale).max(1);
        Timing {
            first: self.first(interval),
            interval: self.here(interval),
            turnaround,
            timeout: self.here(15 * PS_PER_S),
        }
    }

    fn voice(&self, calls: u64, talk: u64, silence: u64) -> PatternSpec {
        PatternSpec::Voip {
            calls: (calls * self.scale).min(1000),
            codec: Codec::G711,
            packet: self.here(20 * PS_PER_MS),
            mean_call: talk,
            mean_idle: silence,
        }
    }

    /// The flows between the hub and one site.
    fn parts(&self, preset: &str) -> Vec<Part> {
        let to_site = |pattern| Part {
            label: "",
            from_hub: true,
            pattern,
        };
        let both = |there, back| {
            let back = Part {
                label: "",
                from_hub: false,
                pattern: back,
            };
            vec![to_site(there), back]
        };
        match preset {
            "scada" => vec![to_site(PatternSpec::ScadaPoll {
                points: 20,
                timing: self.timing(2 * PS_PER_S, 5 * PS_PER_MS),
            })],
            "radio" => {
                let channel = || self.voice(1, 4 * PS_PER_S, 2 * PS_PER_S);
                both(channel(), channel())
            }
            "metering" => vec![to_site(PatternSpec::Session {
                request: self.here(90),
                response: self.here(600),
                timing: self.timing(500 * PS_PER_MS, 20 * PS_PER_MS),
            })],
            "office-lan" => both(self.imix(2_000_000), self.imix(1_000_000)),
            "tdm-telephony" => {
                // Four channels of 64 kb/s for 5 ms, 160 octets, in a frame of 18 octets more.
                let trunk = || self.cbr(self.rate(178 * 8 * 200), 178);
                both(trunk(), trunk())
            }
            "voip" => {
                let lines = || self.voice(4, 60 * PS_PER_S, PS_PER_S);
                both(lines(), lines())
            }
            "internet" => both(self.imix(1_000_000), self.imix(250_000)),
            "maintenance" => vec![
                to_site(PatternSpec::OnOff {
                    rate: self.rate(2_000_000),
                    size: self.here(MixSpec::One(SizeSpec::Frame(1518))),
                    on: 2 * PS_PER_S,
                    off: 2 * PS_PER_S,
                }),
                Part {
                    label: " polling",
                    from_hub: true,
                    pattern: PatternSpec::Session {
                        request: self.here(100),
                        response: self.here(300),
                        timing: self.timing(PS_PER_S, 10 * PS_PER_MS),
                    },
                },
            ],
            _ => vec![to_site(self.cbr(self.rate(10_000_000), 1518))],
        }
    }
}
