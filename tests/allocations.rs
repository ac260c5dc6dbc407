//! Memory of a run: nothing is allocated per packet, and a live engine of 24 nodes stays small.
//!
//! In a test binary of its own, because it counts what the allocator does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use pilotwire::engine::{self, Options, Outcome};
use pilotwire::plan::{Crossing, Plan, PlanBuilder, PortId, Processing, Source};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{LatePolicy, Playout, Receiver};
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

/// What this thread asked the allocator for.
#[derive(Clone, Copy, Default, Debug)]
struct Memory {
    /// Requests, reallocations included.
    requests: u64,
    /// Octets held now, less those held at the start of counting.
    live: i64,
    /// Most octets held at once since then.
    peak: i64,
}

thread_local! {
    static MEMORY: Cell<Memory> = const { Cell::new(Memory { requests: 0, live: 0, peak: 0 }) };
}

struct Counting;

impl Counting {
    fn note(requests: u64, octets: i64) {
        // Nothing to count on a thread that is ending.
        let _ = MEMORY.try_with(|cell| {
            let mut memory = cell.get();
            memory.requests += requests;
            memory.live += octets;
            memory.peak = memory.peak.max(memory.live);
            cell.set(memory);
        });
    }
}

fn signed(octets: usize) -> i64 {
    i64::try_from(octets).unwrap_or(i64::MAX)
}

// SAFETY: every request goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(1, signed(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(1, signed(layout.size()));
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::note(0, -signed(layout.size()));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(1, signed(size) - signed(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs and says what it took, the outcome still held.
fn measured(plan: &Plan) -> (Outcome, Memory) {
    MEMORY.set(Memory::default());
    let options = Options {
        detailed: false,
        ..Options::default()
    };
    let outcome = engine::run(plan, Seed(1), &options);
    (outcome, MEMORY.get())
}

const NODES: u32 = 24;
const NODE: Processing = Processing::Constant(Span::from_us(150));

fn crossing(port: PortId, octets: u64) -> Crossing {
    Crossing {
        port,
        serialization: BitRate::from_bps(1_000_000_000)
            .unwrap()
            .time_to_send(Octets(octets)),
        queued: Octets(octets),
        propagation: Span::from_us(300),
        processing: NODE,
        ..Crossing::default()
    }
}

/// A ring of 24 nodes at 1 Gb/s: 24 circuits over 1 to 10 links in both directions, and on every
/// link direction seven classes of background that fill half of it. Queues of 7500 octets, so
/// that some packets are dropped; circuits start on the `start`-th packet.
fn ring(duration: Span, start: u32) -> Plan {
    let mut builder = PlanBuilder::new(SimTime::ZERO + duration);
    let limit = [Some(Octets(7500)); Class::COUNT];
    let ports: Vec<PortId> = (0..2 * NODES).map(|_| builder.port(limit)).collect();
    let receiver = Receiver {
        playout: Playout::FillHalf { packets: start },
        capacity_packets: 2 * start,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_s(5),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    };
    for circuit in 0..NODES {
        let links: Vec<u32> = (0..1 + 7 * circuit % 10)
            .map(|hop| (circuit + hop) % NODES)
            .collect();
        let back: Vec<u32> = links.iter().rev().map(|link| NODES + link).collect();
        for (direction, route) in [(0, links), (1, back)] {
            let first = Span::from_ns(20_833 * u64::from(2 * circuit + direction));
            let boundaries = Ticks::every(SimTime::ZERO + first, Span::from_ms(1));
            let source = Source::Circuit {
                boundaries,
                phase: None,
                clock: Clock::default(),
            };
            let path: Vec<Crossing> = route
                .iter()
                .map(|link| crossing(ports[*link as usize], 84))
                .collect();
            builder.stream(Class::Ef, source, NODE, &path, Some(receiver.clone()));
        }
    }
    for (link, port) in ports.iter().enumerate() {
        for class in Class::ALL.into_iter().filter(|class| *class != Class::Ef) {
            let key = StreamKey::new("flow", &format!("{link}/{class:?}"), Purpose::Arrivals);
            // 12 us for 1500 octets, seven classes: half the link together.
            let source = Source::Poisson {
                mean_gap_q16_ps: (7 * 24_000_000) << 16,
                key,
            };
            builder.stream(class, source, NODE, &[crossing(*port, 1500)], None);
        }
    }
    builder.seal()
}

fn delivered(outcome: &Outcome) -> u64 {
    outcome.streams.iter().map(|stream| stream.delivered).sum()
}

#[test]
fn a_run_twice_as_long_allocates_no_more_for_its_packets() {
    let (short, short_memory) = measured(&ring(Span::from_s(2), 3));
    let (long, long_memory) = measured(&ring(Span::from_s(4), 3));
    let packets = delivered(&long) - delivered(&short);
    println!("{packets} packets more: {short_memory:?}, {long_memory:?}");
    assert!(packets > 4_000_000, "{packets} packets more");
    // Queues, buffers and lists may still reach a new high-water mark now and then.
    let more = long_memory.requests - short_memory.requests;
    assert!(
        more < packets / 10_000,
        "{more} requests more for {packets} packets more"
    );
}

#[test]
fn a_live_engine_of_24_nodes_takes_less_than_a_megabyte() {
    // Channel timelines grow with what goes wrong, not with time: nothing comes late here.
    let (outcome, memory) = measured(&ring(Span::from_s(1), 3));
    let dropped: u64 = outcome.streams.iter().map(|stream| stream.dropped).sum();
    println!("{memory:?}, {dropped} dropped");
    assert!(dropped > 0, "some queue was full");
    assert!(memory.peak < 1_000_000, "{} octets at once", memory.peak);
}

#[test]
fn timelines_grow_with_late_packets_and_with_nothing_else() {
    // Play-out without slack: every packet that waited is late.
    let (outcome, memory) = measured(&ring(Span::from_s(1), 1));
    let received = || {
        outcome
            .streams
            .iter()
            .filter_map(|stream| stream.received.as_ref())
    };
    let late: u64 = received().map(|end| end.late).sum();
    let segments: usize = received().map(|end| end.timeline.segments().len()).sum();
    println!("{memory:?}, {late} late, {segments} segments");
    assert!(late > 1000, "{late} late packets");
    // Data, a replaced packet, data again; and what happens before the first start.
    assert!(
        segments as u64 <= 2 * late + 4 * 2 * u64::from(NODES),
        "{segments} segments"
    );
}

#[test]
fn a_source_of_ten_million_packets_in_ten_microseconds_does_not_fill_the_memory() {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_us(10));
    let port = builder.port([Some(Octets(180_000)); Class::COUNT]);
    let source = Source::Periodic(Ticks::every(SimTime::ZERO, Span::from_ps(1)));
    builder.stream(Class::Be, source, NODE, &[crossing(port, 64)], None);
    let (outcome, memory) = measured(&builder.seal());
    assert_eq!(outcome.streams[0].sent, 10_000_000);
    assert!(memory.peak < 16_000_000, "{} octets at once", memory.peak);
}
