//! The reference workload: all ways of running it give one outcome.

use pilotwire::engine::{self, EngineKind, Options, SharedArrivals};
use pilotwire::random::Seed;
use pilotwire::units::Span;

use crate::engines_agree::assert_same;

#[path = "../../benches/workload/mod.rs"]
mod workload;

use workload::{Load, Shape};

#[test]
fn reference_workload_gives_one_outcome_however_it_is_run() {
    for shape in [Shape::Chain, Shape::Ring] {
        for (load, detailed) in [
            (Load::Plain, false),
            (Load::Everything, true),
            (Load::General, true),
        ] {
            let plan = workload::plan(shape, load, Span::from_ms(200));
            let options = |engine| Options {
                engine,
                detailed,
                ..Options::default()
            };
            let seed = Seed(1);
            let want = engine::run(&plan, seed, &options(EngineKind::Reference));
            for window_max in [Span::from_ms(4), Span::from_us(450), Span::from_ns(7_777)] {
                let options = Options {
                    window_max,
                    ..options(EngineKind::Window)
                };
                let got = engine::run(&plan, seed, &options);
                assert_same(&got, &want, &format!("{shape:?} {load:?} {window_max:?}"));
                let shared = SharedArrivals::draw(&plan, seed);
                let got = engine::run_shared(&plan, seed, &options, &shared);
                assert_same(
                    &got,
                    &want,
                    &format!("{shape:?} {load:?} {window_max:?} shared"),
                );
            }
        }
    }
}
