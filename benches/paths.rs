//! Path computation, by criterion: `cargo bench --bench paths`.
//!
//! 250 nodes in a ring with a link from every node to one further on: 500 links, metrics, colours
//! and room at random; 1,000 paths between random nodes.

use criterion::{Criterion, criterion_group, criterion_main};
use pilotwire::mpls::bypasses::bypasses;
use pilotwire::mpls::constraints::Constraints;
use pilotwire::mpls::disjoint::{Disjoint, disjoint_pair, second_path};
use pilotwire::mpls::graph::Graph;
use pilotwire::mpls::reservations::{Request, admit};
use pilotwire::mpls::search::{find_path, room_everywhere};
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::topology::link::{Engineering, Exposure};
use pilotwire::topology::{
    Carries, Line, Link, Medium, Node, NodeId, NodeProcessing, Path, Repeaters, Topology,
};
use pilotwire::units::{BitRate, Octets, Span};

const NODES: u32 = 250;
const PATHS: usize = 1000;

fn topology(draw: &mut impl FnMut(u32) -> u32) -> Topology {
    let node = |place| Node {
        name: format!("{place:03}"),
        label: String::new(),
        processing: NodeProcessing::Constant(Span::from_us(150)),
        firewall: None,
        coordinates: None,
        can_fail: true,
        power: None,
    };
    let rate = BitRate::from_bps(100_000_000).expect("a rate");
    let mut link = |a: u32, step: u32| Link {
        name: format!("{a:03}+{step}"),
        ends: [a, (a + step) % NODES].map(NodeId),
        medium: Medium::Fibre,
        length: None,
        propagation: [Span::from_us(100); 2],
        rate: [rate; 2],
        line: Line::Ethernet,
        radio_hops: 0,
        repeaters: Repeaters::PhysicalLayer,
        encryption: None,
        discipline: None,
        layer1_overhead: Octets(20),
        queue_limit: [None; 8],
        metric: u64::from(100 + draw(100)),
        srlg: vec![format!("duct {}", draw(100))],
        engineering: Engineering {
            admin_groups: 1 << draw(8),
            ..Engineering::default()
        },
        exposure: Exposure::default(),
    };
    let chords: Vec<u32> = (0..NODES).map(|place| 2 + (place * 37) % 90).collect();
    let links = (0..NODES).flat_map(|a| [(a, 1), (a, chords[a as usize])]);
    let links = links.map(|(a, step)| link(a, step)).collect();
    Topology::build((0..NODES).map(node).collect(), links).expect("it is a network")
}

fn paths(criterion: &mut Criterion) {
    let mut stream = Seed(1).stream(&StreamKey::new("bench", "paths", Purpose::Arrivals));
    let mut draw =
        |below: u32| u32::try_from(stream.draw() % u64::from(below)).expect("below 2^32");
    let topology = topology(&mut draw);
    assert_eq!(topology.links().len(), 500);
    let ends: Vec<[NodeId; 2]> = (0..PATHS)
        .map(|_| {
            let from = draw(NODES);
            [from, (from + 1 + draw(NODES - 1)) % NODES].map(NodeId)
        })
        .collect();
    let asked = Constraints {
        bandwidth_bps: 512_000,
        exclude: 1,
        ..Constraints::default()
    };
    criterion.bench_function("the graph of 500 links", |bencher| {
        bencher.iter(|| Graph::new(&topology, Carries::Packets));
    });
    let graph = Graph::new(&topology, Carries::Packets);
    let found = || -> Vec<Path> {
        let each = ends
            .iter()
            .map(|ends| find_path(&graph, *ends, &asked, &room_everywhere));
        each.flatten().collect()
    };
    criterion.bench_function("1000 constrained paths", |bencher| bencher.iter(found));
    let requests: Vec<Request> = (0..)
        .zip(&ends)
        .map(|(place, ends)| Request {
            name: format!("{place:04}"),
            ends: *ends,
            constraints: Constraints {
                setup_priority: place % 8,
                hold_priority: place % 8,
                ..asked.clone()
            },
            path: None,
            co_routed: true,
        })
        .collect();
    criterion.bench_function("1000 co-routed pairs with bandwidth admitted", |bencher| {
        bencher.iter(|| admit(&graph, &requests));
    });
    let found = found();
    criterion.bench_function("second paths to 100", |bencher| {
        let second = |first| second_path(&graph, first, &asked, &room_everywhere);
        bencher.iter(|| found[..100].iter().filter_map(second).count());
    });
    criterion.bench_function("bypasses of every hop of 100", |bencher| {
        let all = |path| bypasses(&graph, path, &room_everywhere).len();
        bencher.iter(|| found[..100].iter().map(all).sum::<usize>());
    });
    for kind in [Disjoint::Nodes, Disjoint::Groups] {
        criterion.bench_function(&format!("10 pairs disjoint by {kind:?}"), |bencher| {
            let pair =
                |ends: &[NodeId; 2]| disjoint_pair(&graph, *ends, &asked, kind, &room_everywhere);
            bencher.iter(|| ends[..10].iter().filter_map(pair).count());
        });
    }
}

criterion_group! {
    name = computation;
    config = Criterion::default().sample_size(10);
    targets = paths
}
criterion_main!(computation);
