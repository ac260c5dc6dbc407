//! Cases that differ in their seed alone.

use super::*;

/// The scenario of a fading radio, cut short, whose fades are drawn too.
fn drawn_fades(seeds: &[u64]) -> Sweep {
    let mut sweep = shipped("fade.toml", Study::Run, seeds);
    let mut files = Files::default();
    for (path, held) in sweep.base.files.iter() {
        let text = std::str::from_utf8(&held.octets).unwrap();
        let fading = "fading = { every = \"1 s\", lasts = \"1 s\", depth = \"30 dB\", \
                      slope = \"1000 dB/s\" }";
        let drawn = format!("level = \"-50 dBm\"\n{fading}");
        let text = text.replace("level = \"-50 dBm\"", &drawn);
        files.hold(path, text.into_bytes());
    }
    sweep.base.files = files.sealed();
    sweep
}

#[test]
fn cases_of_one_point_say_what_each_says_alone() {
    // No chance in the plan; sessions of BFD that end; drawn fades.
    let mut sampled = samples::sweep();
    sampled.design.seeds = vec![1, 2, 9];
    let seeds = [1, 2, 9];
    let drawn = |name: &str| shipped(name, Study::Run, &seeds);
    for (sweep, matters) in [
        (sampled, false),
        (drawn("opgw-break.toml"), false),
        (drawn("bfd-vs-los.toml"), true),
        (drawn_fades(&seeds), true),
    ] {
        let point = simulate(&sweep, 0..3);
        let alone = (0..3).flat_map(|index| simulate(&sweep, index..index + 1));
        assert_eq!(point, alone.collect::<Vec<_>>());
        let of = |place: usize| {
            let mut all = rows(&sweep, Table::Results, &point[place]);
            for row in &mut all {
                row.retain(|name, _| !["case", "id", "replica", "seed"].contains(&name.as_str()));
            }
            all
        };
        assert_ne!(of(0), of(1), "the seed has a part in what comes of it");
        if sweep.axes.is_empty() {
            let stem = sweep.base.path.display();
            assert_eq!(scenario_of(&sweep, 1).seed_matters(), matters, "{stem}");
        }
    }
}

#[test]
fn a_scenario_under_another_seed_is_the_one_that_is_read_with_it() {
    for name in ["pilot-n1.toml", "opgw-break.toml", "ten-services.toml"] {
        let sweep = shipped(name, Study::Run, &[1]);
        let (mut reseeded, read) = (scenario_of(&sweep, 1), scenario_of(&sweep, 77));
        assert_ne!(reseeded.expanded, read.expanded);
        reseeded.reseed(Seed(77));
        assert_eq!(reseeded.expanded, read.expanded);
        assert_eq!(reseeded.defaults, read.defaults);
        let hash = |scenario: &Scenario| {
            let (outcome, calm) = outcomes(scenario);
            let calm = calm.as_ref().unwrap_or(&outcome);
            Report::over(scenario, (&outcome, calm), &[]).result_hash
        };
        assert_eq!(hash(&reseeded), hash(&read), "{name}");
        assert_ne!(hash(&reseeded), hash(&scenario_of(&sweep, 1)), "{name}");
    }
}
