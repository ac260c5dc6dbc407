//! Hand-built scenarios and outcomes for the tests of this layer and those below it.

use crate::channel::Timeline;
use crate::channel::timeline::{Cause, Content, Idle};
use crate::engine::{Delays, Outcome, Parts, QueueOutcome, Received, Slowest, StreamOutcome};
use crate::plan::{Crossing, PlanBuilder, Processing, Source, StreamId};
use crate::pseudowire::clock::Clock;
use crate::pseudowire::encapsulation::Encapsulation;
use crate::pseudowire::receive::{LatePolicy, Playout, Receiver};
use crate::pseudowire::service::{PlayoutModel, Profile, Service};
use crate::random::Seed;
use crate::scenario::interfaces::InterfaceUse;
use crate::scenario::resilience::{PROFILES, Resilience};
use crate::scenario::{
    Carriage, Carried, Circuit, Direction, Emulation, Foundation, LayerRates, LegOwner, Scenario,
    StreamOwner,
};
use crate::traffic::Class;
use crate::units::{Octets, SimTime, Span, Ticks};

/// What the tests turn: one circuit, fill-half, one timeslot, both directions alike.
pub struct Sample {
    pub scheme: &'static str,
    pub frames: u64,
    pub packets: u32,
    /// Smallest and largest network delay.
    pub network_us: [u64; 2],
    /// One-way delay, per direction.
    pub own_delay_us: [u64; 2],
    pub lost: u64,
    pub late: u64,
    pub missing: u64,
    pub overrun: u64,
    pub starts: u64,
    pub physical_us: Option<u64>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            scheme: "POTT",
            frames: 8,
            packets: 2,
            network_us: [1200, 1200],
            own_delay_us: [3200, 3200],
            lost: 0,
            late: 0,
            missing: 0,
            overrun: 0,
            starts: 1,
            physical_us: None,
        }
    }
}

/// A C-pipe of one timeslot in packets of 8 octets, two labels and control word.
pub fn emulation(playout: Playout, packet_time_exact_ps: (u64, u64)) -> Emulation {
    let receiver = Receiver {
        playout,
        capacity_packets: 4,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_ms(5000),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    };
    let encapsulation = Encapsulation::default();
    let sizes = encapsulation.sizes(Octets(8));
    Emulation {
        service: Service::Cesopsn { timeslots: 1 },
        profile: Profile::default_profile(),
        encapsulation,
        payload: Octets(8),
        signalling: Octets(0),
        silent: false,
        packet_time_exact_ps,
        jitter_buffer: Span::from_ms(4),
        effective_buffer: Span::from_ms(4),
        model: match playout {
            Playout::FillHalf { .. } => PlayoutModel::FillHalf,
            Playout::Prefill { .. } => PlayoutModel::Prefill,
        },
        receivers: [receiver.clone(), receiver],
        senders: [Clock::default(), Clock::default()],
        clock_kind: "network",
        sizes,
        rates: LayerRates::of(Octets(8), &sizes, packet_time_exact_ps),
    }
}

/// A circuit that this emulation carries, without interface.
pub fn circuit(emulation: Emulation) -> Circuit {
    let direction = |index| Direction {
        carried: Carried::Stream(StreamId(index)),
        nodes: vec!["A".into(), "B".into()],
        links: vec!["A-B".into()],
        propagation: Span::from_us(300),
        legs: vec![LegOwner {
            port: "A-B".into(),
            link: Some(0),
            hop: None,
            node: Some(1),
        }],
        physical_propagation: None,
    };
    Circuit {
        name: "87L A-B".into(),
        scheme: "POTT".into(),
        class: Some(Class::Ef),
        interface: InterfaceUse::default(),
        carriage: Carriage::Emulated(Box::new(emulation)),
        compare: None,
        directions: [direction(0), direction(1)],
    }
}

/// A scenario of one circuit, and the outcome of a run of it.
pub fn scenario_and_outcome(sample: &Sample) -> (Scenario, Outcome) {
    let time = (sample.frames * 125_000_000, 1);
    let playout = Playout::FillHalf {
        packets: sample.packets,
    };
    let mut emulation = emulation(playout, time);
    emulation.payload = Octets(sample.frames);
    emulation.sizes = emulation.encapsulation.sizes(emulation.payload);
    emulation.rates = LayerRates::of(emulation.payload, &emulation.sizes, time);
    let receiver = emulation.receivers[0].clone();
    let mut circuit = circuit(emulation);
    circuit.scheme = sample.scheme.into();
    for direction in &mut circuit.directions {
        direction.physical_propagation = sample.physical_us.map(Span::from_us);
    }
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(500));
    for _ in 0..2 {
        let port = builder.port([None; Class::COUNT]);
        let boundaries = Ticks::new(SimTime::ZERO, time.0, time.1);
        let half = || Processing::Constant(Span::from_us(150));
        let crossing = Crossing {
            port,
            serialization: Span::from_us(1),
            queued: Octets(64),
            propagation: Span::from_us(300),
            processing: half(),
            ..Crossing::default()
        };
        let source = Source::Circuit {
            boundaries,
            phase: None,
            clock: Clock::default(),
        };
        let receiver = Some(receiver.clone());
        builder.stream(Class::Ef, source, half(), &[crossing], receiver);
    }
    let scenario = Scenario {
        name: "Sample".into(),
        stem: "sample".into(),
        topology_name: "Two nodes".into(),
        preset: "altalink-2011",
        duration: SimTime::ZERO + Span::from_ms(500),
        seed: Seed(1),
        frequency_hz: 60,
        budget: Span::from_ms(10),
        budget_profile: None,
        circuits: vec![circuit],
        flows: Vec::new(),
        streams: vec![StreamOwner::Circuit(0, 0), StreamOwner::Circuit(0, 1)],
        ports: vec!["A-B a-z".into(), "A-B z-a".into()],
        resilience: Resilience::of_profile(&PROFILES[0], 1, 60),
        relays: crate::scenario::relays::Relays::default(),
        share: None,
        plan: builder.seal(),
        routed: Vec::new(),
        constants: Vec::new(),
        not_judged: vec!["circuit: scheme".into()],
        defaults: Vec::new(),
        filters: None,
        expanded: "name = \"Sample\"\n".into(),
        inputs: Vec::new(),
        replay: None,
        foundation: Foundation::empty(),
    };
    let outcome = Outcome {
        streams: [0, 1].map(|way| stream(sample, way)).to_vec(),
        ports: vec![[QueueOutcome::default(); Class::COUNT]; 2],
    };
    (scenario, outcome)
}

fn stream(sample: &Sample, way: usize) -> StreamOutcome {
    let [min, max] = sample.network_us.map(Span::from_us);
    let mut network = Delays::new(true);
    network.record(min);
    network.record(max);
    let fixed = Parts {
        processing: Span::from_us(300),
        serialization: Span::from_us(1),
        media: Span::ZERO,
        propagation: Span::from_us(300),
        queueing: Span::ZERO,
    };
    let parts = Parts {
        queueing: max - fixed.total(),
        ..fixed
    };
    let created = SimTime::ZERO + Span::from_ms(1);
    StreamOutcome {
        cut: 0,
        unrouted: 0,
        expired: 0,
        stages: Vec::new(),
        sent: 2 + sample.lost,
        delivered: 2,
        dropped: sample.lost,
        dropped_early: 0,
        policed: 0,
        held: None,
        series: Vec::new(),
        network,
        slowest: Some(Slowest { created, parts }),
        received: Some(received(sample, Span::from_us(sample.own_delay_us[way]))),
    }
}

fn received(sample: &Sample, own: Span) -> Received {
    let mut timeline = Timeline::default();
    let mut delay = Delays::new(false);
    let first = SimTime::ZERO + own;
    timeline.extend(
        first,
        Content::Idle {
            pattern: Idle::AllOnes,
            cause: Cause::Starting,
        },
    );
    if sample.starts > 0 {
        let data = Content::Data {
            input_from: SimTime::ZERO,
            rate_ppb: 0,
        };
        timeline.extend(first + Span::from_ms(2), data);
        delay.record(own);
        delay.record(own);
    }
    Received {
        timeline,
        played: delay.count,
        missing: sample.missing,
        late: sample.late,
        overrun: sample.overrun,
        reordered: 0,
        duplicates: 0,
        starts: sample.starts,
        losses_of_packets: 0,
        slips: 0,
        delay,
        slack_min_left_ps: (sample.starts > 0).then_some(1_000_000_000),
        slack_shape: None,
        selected: None,
    }
}

/// A sample whose circuit carries this protection of a 60 Hz line "L" between A and Z.
pub fn protected(sample: &Sample, protection: crate::relay::Protection) -> (Scenario, Outcome) {
    let (mut scenario, outcome) = scenario_and_outcome(sample);
    scenario.relays = crate::scenario::relays::Relays {
        written: true,
        circuits: vec![Some(crate::scenario::relays::CircuitRelay {
            profile: None,
            protection,
            check_bits: None,
        })],
        requirements: vec![Vec::new()],
        lines: vec![crate::relay::Line {
            groups: [vec![0], Vec::new()],
            ..crate::relay::line::tests::line()
        }],
        ..crate::scenario::relays::Relays::default()
    };
    (scenario, outcome)
}

/// Permissive overreach as the founding article has its relays: a cycle of detection at 60 Hz, 3 ms
/// of processing at each end.
pub fn permissive() -> crate::relay::distance::Settings {
    use crate::relay::command::{Command, OnFailure, Replacement};
    use crate::relay::distance::{Scheme, Settings};
    Settings {
        scheme: Scheme::Pott,
        command: Command {
            send: Span::from_ms(3),
            receive: Span::from_ms(3),
            message: Span::ZERO,
            recovery: Span::ZERO,
            fail_after: Span::from_ms(20),
            on_failure: OnFailure::Off,
            replacement: Replacement::Rejected,
        },
        directions: [true, true],
        pickup: Span(16_666_666_667),
        reset: Span::ZERO,
        zone2_delay: Span::from_ms(400),
        coordination: Span::ZERO,
        send_minimum: Span::from_ms(100),
        block_extension: Span::ZERO,
        reversal_guard: Span::ZERO,
        weak: None,
        echo_delay: Span::ZERO,
        guard_loss: Span::ZERO,
        unblocking_window: Span::ZERO,
    }
}
