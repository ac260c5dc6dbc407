//! The shipped scenarios with relays say what their comments say.

use pilotwire::analysis::relays::searched::{Searched, searched};
use pilotwire::engine::EngineKind;
use pilotwire::relay::command::{Command, OnFailure, Replacement};
use pilotwire::relay::distance::{Scheme, Settings};
use pilotwire::relay::{Line, Protection, Reach};
use pilotwire::scenario::relays::CircuitRelay;
use pilotwire::scenario::{Overrides, Scenario, load};
use pilotwire::units::Span;

fn dev(repair_ps: u64) -> Scenario {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("scenarios/opgw-break.toml")).unwrap();
    let mut out = String::new();
    let mut skip = false;
    for line in text.lines() {
        if line.starts_with("[[") { skip = line == "[[line]]" || line == "[[relay_profile]]"; }
        if skip || line.starts_with("relay = ") { continue; }
        out.push_str(line); out.push('\n');
    }
    let out = out.replace("repair = \"5 ms\"", &format!("repair = \"{repair_ps} ps\"")).replace("\"../topologies", &format!("\"{}/topologies", root.display()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.toml");
    std::fs::write(&file, out).unwrap();
    let loaded = load(&file, &Overrides::default());
    let mut scenario = loaded.scenario.unwrap_or_else(|| panic!("{:?}", loaded.findings));
    let ms = Span::from_ms;
    let pott = Settings {
        scheme: Scheme::Pott,
        command: Command { send: ms(3), receive: ms(3), message: Span::ZERO, recovery: Span::ZERO, fail_after: ms(20), on_failure: OnFailure::Off, replacement: Replacement::Rejected },
        directions: [true; 2], pickup: Span(16_666_666_666), reset: Span::ZERO, zone2_delay: ms(350), coordination: Span::ZERO,
        send_minimum: ms(100), block_extension: Span::ZERO, reversal_guard: Span::ZERO, weak: None, echo_delay: Span::ZERO, guard_loss: Span::ZERO, unblocking_window: Span::ZERO,
    };
    scenario.relays.written = true;
    let mut group = vec![];
    for (i, c) in scenario.circuits.iter().enumerate() {
        let on = c.name.starts_with("POTT KEE");
        if on { group.push(i); }
        scenario.relays.circuits.push(on.then(|| CircuitRelay { profile: None, protection: Protection::Distance(pott.clone()), check_bits: None }));
    }
    scenario.relays.lines.push(Line { name: "500 kV KEE-ELL".into(), ends: ["KEE".into(), "ELL".into()], load_ma: 800_000, through_fault_ma: 8_000_000,
        reach: Reach { zone1: Some(800_000_000), zone2: Some(1_200_000_000), zone3: None }, breaker: ms(50), breaker_failure: ms(150), external_clearing: ms(70),
        clear_within: Span(83_333_333_333), parallel: false, groups: [group, vec![]] });
    scenario
}

#[test]
fn dev_cross() {
    for repair in [5_000_000_000, 9_816_666_665, 9_816_666_666, 9_816_666_667, 9_817_000_000, 10_816_666_666] {
        let s = dev(repair);
        let all: Vec<Searched> = searched(&s, EngineKind::default());
        for (c, r) in &all[0].circuits {
            println!("{repair} {} runs {} worst {:?} {:?} best {:?} {:?} {:?}", s.circuits[*c].name, all[0].runs, r.worst.clearing.map(|x| x.0), r.worst.outcome, r.best.clearing.map(|x| x.0), r.worst.place, r.worst.end);
        }
    }
}
