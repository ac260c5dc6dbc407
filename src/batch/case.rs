//! One case of a sweep: its values, its seed, its input.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::Sweep;
use super::design::Point;
use crate::report::MODEL_VERSION;
use crate::scenario::files::Held;
use crate::scenario::{Files, Loaded, Overrides, load_from};

/// One case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its place, from 0.
    pub index: u64,
    /// Place of its point among those that pass the filters, from 0.
    pub point_index: u64,
    /// Place of its seed among the seeds of a point, from 0.
    pub replica: u64,
    /// Its seed.
    pub seed: u64,
}

impl Sweep {
    /// How many cases there are.
    #[must_use]
    pub fn cases(&self) -> u64 {
        self.design.points() * self.seeds()
    }

    /// Seeds at each point.
    #[must_use]
    pub fn seeds(&self) -> u64 {
        self.design.seeds.len() as u64
    }

    /// The case at a place; its point is [`super::design::Design::point`] of its place.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn case(&self, index: u64) -> Case {
        assert!(index < self.cases(), "a case of the sweep");
        let replica = index % self.seeds();
        let point_index = index / self.seeds();
        let seed = self.seed_of_axis(point_index);
        let listed = self.design.seeds[usize::try_from(replica).expect("a place in memory")];
        Case {
            index,
            point_index,
            replica,
            seed: seed.unwrap_or(listed),
        }
    }

    /// The seed at a point, where an axis sets it.
    fn seed_of_axis(&self, point_index: u64) -> Option<u64> {
        let sets_seed = |axis: &super::axis::Axis| axis.paths.iter().any(|path| path == "seed");
        let axis = self.axes.iter().position(sets_seed)?;
        let point = self.design.point(&self.axes, point_index);
        u64::try_from(point.levels[axis].number?).ok()
    }

    /// The cases of the point that `index` belongs to, as far as they lie in `within`.
    #[must_use]
    pub fn same_point(&self, index: u64, within: &Range<u64>) -> Range<u64> {
        let first = index / self.seeds() * self.seeds();
        first.max(within.start)..(first + self.seeds()).min(within.end)
    }

    /// Every file as the cases of a point read it; sealed.
    #[must_use]
    pub fn input(&self, point: &Point) -> Files {
        let value = |axis: usize, target: usize| point.levels[axis].texts[target].as_str();
        let mut files = self.base.files.clone();
        let mut put = |path, template: &super::template::Template| {
            if template.has_holes() {
                files.hold(path, template.fill(&value).into_bytes());
            }
        };
        put(&self.base.path, &self.base.scenario);
        if let Some((path, template)) = &self.base.topology {
            put(path, template);
        }
        files
    }

    /// The id of the case with these files and this seed: the first 16 hex digits of a SHA-256
    /// over model version, study, seed, and the name and content of every file.
    #[must_use]
    pub fn case_id(&self, files: &Files, seed: u64) -> String {
        let mut hash = Sha256::new();
        let study = self.study.word();
        hash.update(format!("pilotwire.case/1 {MODEL_VERSION} {study} {seed}"));
        for (named, held) in self.by_name(files) {
            hash.update(format!("\n{} {named}", held.sha256));
        }
        short(hash)
    }

    /// Reads a case: as `pilotwire run --seed` would read its files.
    #[must_use]
    pub fn load_case(&self, files: &Files, seed: u64) -> Loaded {
        let overrides = Overrides {
            seed: Some(seed),
            unexpanded: true,
            ..Overrides::default()
        };
        load_from(files, &self.base.path, &overrides)
    }

    /// Files by the name that they have from the scenario's folder, in order of it: the order of
    /// paths depends on the folder in which the command is called (`../b` comes before `a`, but
    /// `a/a` before `b`).
    pub(super) fn by_name<'f>(&self, files: &'f Files) -> Vec<(String, &'f Held)> {
        let named = files.iter().map(|(path, held)| (self.named(path), held));
        let mut all: Vec<_> = named.collect();
        all.sort_by(|a, b| (&a.0, &a.1.sha256).cmp(&(&b.0, &b.1.sha256)));
        all
    }

    /// A file's path from the scenario's folder, with `/`: the same wherever the folder lies.
    pub(super) fn named(&self, path: &std::path::Path) -> String {
        let folder = self.base.path.parent().unwrap_or(std::path::Path::new(""));
        relative(path, folder)
    }
}

/// `path` as seen from `folder`, both from the same start.
pub(super) fn relative(path: &std::path::Path, folder: &std::path::Path) -> String {
    if path.is_absolute() != folder.is_absolute() {
        return crate::scenario::source::slashes(path);
    }
    let path: Vec<_> = path.components().collect();
    let folder: Vec<_> = folder.components().collect();
    let shared = path.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_owned(); folder.len() - shared];
    let rest = path[shared..].iter();
    parts.extend(rest.map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.join("/")
}

/// The first 16 hex digits.
fn short(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .take(8)
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::batch::axis::{Level, Levels};
    use crate::batch::samples;
    use crate::batch::template::{Piece, Template};

    /// The sample with its topology in a folder beside that of the scenario, as both are named from
    /// some folder.
    fn seen_from(scenario: &str, topology: &str) -> Sweep {
        let mut sweep = samples::sweep();
        sweep.base.path = scenario.into();
        sweep.base.files = Files::default();
        sweep.base.files.hold(Path::new(topology), b"link".to_vec());
        sweep.base.files.hold(Path::new(scenario), b"base".to_vec());
        sweep
    }

    #[test]
    fn ids_and_digest_are_the_same_from_whatever_folder_a_sweep_is_called() {
        let all = [
            ("scenarios/two.toml", "topologies/two.toml"),
            ("two.toml", "../topologies/two.toml"),
            ("../scenarios/two.toml", "../topologies/two.toml"),
            ("/home/a/scenarios/two.toml", "/home/a/topologies/two.toml"),
        ];
        let told = all.map(|(scenario, topology)| {
            let sweep = seen_from(scenario, topology);
            let point = sweep.design.point(&sweep.axes, 0);
            let file = Path::new(scenario).with_file_name("sweep.toml");
            let held = std::sync::Arc::new(Held {
                octets: Vec::new(),
                sha256: String::new(),
            });
            let inputs = sweep.worked_out_inputs(&file, &held).into_iter();
            let paths: Vec<String> = inputs.map(|input| input.path).collect();
            let id = sweep.case_id(&sweep.input(&point), 1);
            (id, sweep.worked_out_digest(), paths)
        });
        let paths = &told[0].2;
        assert_eq!(*paths, ["sweep.toml", "../topologies/two.toml", "two.toml"]);
        for other in &told[1..] {
            assert_eq!(*other, told[0]);
        }
    }

    #[test]
    fn the_digest_is_another_when_anything_changes_that_a_result_depends_on() {
        let digest = |change: &dyn Fn(&mut Sweep)| {
            let mut sweep = seen_from("scenarios/two.toml", "topologies/two.toml");
            change(&mut sweep);
            sweep.worked_out_digest()
        };
        let text = |sweep: &mut Sweep, text: &str| {
            sweep.base.scenario.pieces[0] = Piece::Text(text.into());
        };
        let level = |sweep: &mut Sweep, change: &dyn Fn(&mut Level)| {
            let Levels::Each(each) = &mut sweep.axes[1].levels else {
                unreachable!("the sample has no ranges");
            };
            change(&mut each[2]);
        };
        let held = |sweep: &mut Sweep, path: &str| {
            let files = &mut sweep.base.files;
            files.hold(Path::new(path), b"two links".to_vec());
        };
        let mut all = vec![
            digest(&|_| {}),
            // Study, design, seeds, filters, names of axes, histograms.
            digest(&|sweep| sweep.expanded.push_str("study = \"failures\"\n")),
            digest(&|sweep| level(sweep, &|level| level.label.push('s'))),
            digest(&|sweep| level(sweep, &|level| level.texts[0].push('s'))),
            digest(&|sweep| text(sweep, "duration = \"40 ms\"")),
            digest(&|sweep| sweep.base.scenario.pieces.swap(1, 3)),
            digest(&|sweep| held(sweep, "topologies/two.toml")),
            digest(&|sweep| held(sweep, "topologies/three.toml")),
            digest(&|sweep| {
                let plain = Template::plain("a = 1");
                sweep.base.topology = Some(("topologies/two.toml".into(), plain));
            }),
        ];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9);
    }
}
