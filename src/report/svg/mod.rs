//! Drawings as SVG, by hand: one file without script, font or reference to anything else, readable
//! on light and dark paper, the same octets on every machine.

pub mod canvas;
pub mod clearing;
pub mod clocks;
pub mod crossover;
pub mod plots;

use std::collections::{BTreeMap, BTreeSet};

/// Longest part of a file name that comes from a name.
const NAME_MAX: usize = 60;

/// File names of drawings: from names that may hold anything.
#[derive(Default, Debug)]
pub struct Names {
    taken: BTreeSet<String>,
    numbered: BTreeMap<String, usize>,
}

impl Names {
    /// "plots/PLOT-NAME.svg": letters, digits, dots and dashes of the name, everything else a
    /// dash. Where two names come to the same, also but for capitals, the later one gets a number.
    pub fn file(&mut self, plot: &str, name: &str) -> String {
        let mut plain = String::new();
        for character in name.chars() {
            let kept = character.is_ascii_alphanumeric() || character == '.';
            if kept {
                plain.push(character);
            } else if !plain.ends_with('-') {
                plain.push('-');
            }
        }
        plain.truncate(NAME_MAX);
        let plain = plain.trim_matches(['-', '.']);
        let plain = if plain.is_empty() { "unnamed" } else { plain };
        let mut stem = format!("{plot}-{plain}");
        let mut number = 2;
        while !self.taken.insert(stem.to_ascii_lowercase()) {
            stem = format!("{plot}-{plain}-{number}");
            number += 1;
        }
        format!("plots/{stem}.svg")
    }

    /// "plots/PLOT-1.svg", then 2 and so on.
    pub fn number(&mut self, plot: &str) -> String {
        let number = self.numbered.entry(plot.to_owned()).or_default();
        *number += 1;
        let number = number.to_string();
        self.file(plot, &number)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Compares a drawing with the file in tests/fixtures/svg, and holds it to what every drawing
    /// has: well-formed XML, an accessible name, nothing that is looked for elsewhere or runs.
    pub(super) fn check_golden(name: &str, drawn: &str) {
        let tree = roxmltree::Document::parse(drawn).unwrap();
        let root = tree.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        assert!(
            root.attribute("aria-label")
                .is_some_and(|label| !label.is_empty())
        );
        for node in tree.descendants() {
            assert!(
                !["script", "a", "image", "use", "foreignObject"].contains(&node.tag_name().name())
            );
            for attribute in node.attributes() {
                assert!(!attribute.name().ends_with("href") && !attribute.name().starts_with("on"));
            }
        }
        assert!(!drawn.contains("url(") && !drawn.contains('\r'));
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/svg");
        let path = path.join(name);
        let told = "set BLESS to write it anew, then look at it";
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, drawn).unwrap();
        }
        let on_file = std::fs::read_to_string(&path).expect(told);
        let on_file = on_file.replace("\r\n", "\n");
        assert!(on_file == drawn, "{} has changed: {told}", path.display());
    }

    #[test]
    fn names_become_file_names_that_every_system_takes_and_that_differ() {
        let mut names = Names::default();
        let mut file = |name| names.file("clearing", name);
        assert_eq!(file("500 kV KEE-ELL"), "plots/clearing-500-kV-KEE-ELL.svg");
        assert_eq!(
            file("500 kv kee/ell"),
            "plots/clearing-500-kv-kee-ell-2.svg"
        );
        assert_eq!(file("../../etc"), "plots/clearing-etc.svg");
        assert_eq!(file("lines-1"), "plots/clearing-lines-1.svg");
        assert_eq!(file("漢字"), "plots/clearing-unnamed.svg");
        let long = "x".repeat(300);
        assert_eq!(file(&long).len(), "plots/clearing-.svg".len() + NAME_MAX);
        let numbers = [(); 2].map(|()| names.number("clearing-lines"));
        assert_eq!(
            numbers,
            ["plots/clearing-lines-1-2.svg", "plots/clearing-lines-2.svg"]
        );
    }
}
