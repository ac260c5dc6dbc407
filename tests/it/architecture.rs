//! The shape of the source itself: who may use whom, and what is deliberately absent.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file, cut before its tests.
struct Source {
    /// Relative to `src`, with `/`.
    name: String,
    /// The module it belongs to: the first part of its path; empty for lib.rs and main.rs.
    module: String,
    /// Lines before `#[cfg(test)] mod tests`.
    lines: Vec<String>,
}

impl Source {
    /// The lines that are neither comment nor empty, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = (1_usize..).zip(self.lines.iter().map(|line| line.trim()));
        numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let is_tests = |pair: &[String]| {
            let module = pair[1].trim().trim_start_matches("pub(crate) ");
            pair[0].trim() == "#[cfg(test)]" && module.starts_with("mod tests")
        };
        let end = lines.windows(2).position(is_tests).unwrap_or(lines.len());
        let parts: Vec<String> = path
            .strip_prefix(&src)
            .unwrap()
            .components()
            .map(|part| part.as_os_str().to_str().unwrap().to_owned())
            .collect();
        let module = if parts.len() > 1 {
            parts[0].clone()
        } else {
            String::new()
        };
        Source {
            name: parts.join("/"),
            module,
            lines: lines[..end].to_vec(),
        }
    };
    let found: Vec<Source> = files(&src, "rs").into_iter().map(read).collect();
    assert!(
        found.len() > 40,
        "the sources are where this test looks for them"
    );
    found
}

/// The layers, from the list in the front page of the library.
fn layers() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let (_, list) = text
        .split_once("//! # The layers")
        .expect("lib.rs lists the layers");
    let list = list.split("pub mod").next().unwrap();
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Names that directly follow `crate::` in a line, groups included.
fn modules_used(line: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut used = Vec::new();
    for rest in line.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => used.extend(group.split(',').map(|part| word(part.trim()))),
            None => used.push(word(rest)),
        }
    }
    used
}

/// Panics with every complaint at once.
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn modules_only_look_down() {
    let layers = layers();
    assert_eq!(layers.first().map(String::as_str), Some("units"));
    assert_eq!(layers.last().map(String::as_str), Some("cli"));
    let place = |module: &str| layers.iter().position(|layer| layer == module);
    let mut complaints = Vec::new();
    let mut uses = 0;
    for source in sources().iter().filter(|source| !source.module.is_empty()) {
        let Some(own) = place(&source.module) else {
            complaints.push(format!(
                "{}: its module is not in the list of lib.rs",
                source.name
            ));
            continue;
        };
        for (number, line) in source.code() {
            for used in modules_used(line) {
                uses += 1;
                if place(&used).is_none_or(|used| used > own) {
                    complaints.push(format!("{}:{number} uses crate::{used}", source.name));
                }
            }
        }
    }
    no_complaints(&complaints);
    assert!(
        uses > 100,
        "{uses} uses seen: the reading of the sources is broken"
    );
}

#[test]
fn groups_and_paths_after_crate_are_read() {
    assert_eq!(
        modules_used("use crate::{units::Span, plan};"),
        ["units", "plan"]
    );
    assert_eq!(
        modules_used("let a: crate::cli::Exit = crate::units::f();"),
        ["cli", "units"]
    );
}

/// Files beyond the limit that are one table and better read in one piece.
const LONG_FILES: [&str; 0] = [];
/// Functions beyond the limit that list one figure after the other.
const LONG_FUNCTIONS: [(&str, &str); 1] = [("analysis/verdict.rs", "judge_direction")];
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_LENGTH_MAX: usize = 100;

#[test]
fn files_functions_and_lines_stay_short_enough_to_read() {
    let mut complaints = Vec::new();
    for source in sources() {
        let (name, length) = (&source.name, source.lines.len());
        if length > FILE_LINES_MAX && !LONG_FILES.contains(&name.as_str()) {
            complaints.push(format!("{name}: {length} lines before its tests"));
        }
        for (number, line) in (1..).zip(&source.lines) {
            // The formatter does not break texts: a line may end in one.
            let before_text = line.split('"').next().unwrap();
            let long = line.chars().count() > LINE_LENGTH_MAX;
            if long && (before_text == line || before_text.chars().count() > LINE_LENGTH_MAX) {
                complaints.push(format!("{name}:{number}: longer than {LINE_LENGTH_MAX}"));
            }
        }
        complaints.extend(long_functions(&source));
    }
    no_complaints(&complaints);
}

/// Functions end at the first line that is a closing brace as far indented as their `fn`.
fn long_functions(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (number, line) in (1_usize..).zip(&source.lines) {
        let indent = line.len() - line.trim_start().len();
        let starts = line.split_whitespace().take(5).any(|word| word == "fn");
        match open {
            None if starts && !line.trim().starts_with("//") && !line.ends_with(';') => {
                open = (!line.ends_with('}')).then_some((number, indent));
            }
            Some((first, outer)) if indent == outer && line.trim() == "}" => {
                let length = number - first + 1;
                let listed = LONG_FUNCTIONS.iter().any(|(name, function)| {
                    source.name == *name && source.lines[first - 1].contains(function)
                });
                if length > FUNCTION_LINES_MAX && !listed {
                    complaints.push(format!("{}:{first}: {length} lines", source.name));
                }
                open = None;
            }
            _ => {}
        }
    }
    complaints
}

/// Every line of code of these modules that holds `word` as a whole word.
fn lines_with(word: &str, modules: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| modules.contains(&source.module.as_str()))
    {
        for (number, line) in source.code() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.any(|one| one == word) {
                found.push(format!("{}:{number}: {line}", source.name));
            }
        }
    }
    found
}

const BELOW_CLI: [&str; 13] = [
    "units",
    "random",
    "topology",
    "mpls",
    "traffic",
    "pseudowire",
    "channel",
    "plan",
    "engine",
    "relay",
    "scenario",
    "analysis",
    "report",
];
const BELOW_SCENARIO: [&str; 10] = [
    "units",
    "random",
    "topology",
    "mpls",
    "traffic",
    "pseudowire",
    "channel",
    "plan",
    "engine",
    "relay",
];

#[test]
fn no_map_without_an_order_of_its_own() {
    for word in ["HashMap", "HashSet"] {
        no_complaints(&lines_with(word, &BELOW_CLI));
    }
}

#[test]
fn no_float_where_an_outcome_is_made() {
    for word in ["f64", "f32"] {
        let mut found = lines_with(word, &BELOW_SCENARIO);
        // A share of a histogram is asked for by a float; the answer is clamped between exact
        // extremes and nothing else depends on it.
        found.retain(|line| !line.contains("value_at_quantile"));
        no_complaints(&found);
    }
}

#[test]
fn no_shared_or_global_state_in_the_engine() {
    for word in [
        "Rc",
        "RefCell",
        "thread_local",
        "Mutex",
        "OnceLock",
        "LazyLock",
        "unsafe",
    ] {
        no_complaints(&lines_with(word, &BELOW_SCENARIO));
    }
}

#[test]
fn no_clock_and_no_environment_below_the_report() {
    for word in ["Instant", "SystemTime", "env"] {
        let modules = &BELOW_CLI[..BELOW_CLI.len() - 1];
        no_complaints(&lines_with(word, modules));
    }
}

#[test]
fn text_stops_at_the_door() {
    for word in ["Deserialize", "toml"] {
        no_complaints(&lines_with(word, &BELOW_SCENARIO));
    }
    for word in ["String", "format"] {
        no_complaints(&lines_with(word, &["channel", "plan", "engine"]));
    }
}

#[test]
fn every_model_page_names_tests_that_exist() {
    let pages = files(&root().join("docs/models"), "md");
    assert!(pages.len() >= 8);
    let mut complaints = Vec::new();
    for page in pages {
        let name = page.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&page).unwrap();
        let checked = text
            .split_once("**Checked by.**")
            .map_or("", |(_, rest)| rest);
        let checked = checked.split("\n\n").next().unwrap();
        let tests: Vec<&str> = checked
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| code.ends_with("::tests") || code.starts_with("tests/"))
            .collect();
        if tests.is_empty() {
            complaints.push(format!("{name}: no test under \"Checked by\""));
        }
        complaints.extend(
            tests
                .iter()
                .filter(|test| !exists(test))
                .map(|test| format!("{name}: no {test}")),
        );
    }
    no_complaints(&complaints);
}

/// Whether a test file, or a module with tests inside, is there.
fn exists(test: &str) -> bool {
    let Some(module) = test.strip_suffix("::tests") else {
        return root().join(test).is_file();
    };
    let path = root().join("src").join(module.replace("::", "/"));
    [path.with_extension("rs"), path.join("mod.rs")]
        .iter()
        .any(|file| fs::read_to_string(file).is_ok_and(|text| text.contains("mod tests")))
}

#[test]
fn links_between_the_papers_lead_somewhere() {
    let mut pages = files(&root().join("docs"), "md");
    pages.extend(["README.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let mut complaints = Vec::new();
    for page in pages {
        let Ok(text) = fs::read_to_string(&page) else {
            complaints.push(format!("no {}", page.display()));
            continue;
        };
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap();
            let outside = target.contains("://") || file.is_empty();
            if !outside && !page.parent().unwrap().join(file).exists() {
                complaints.push(format!("{}: no {target}", page.display()));
            }
        }
    }
    no_complaints(&complaints);
}
