//! `pilotwire explain`: a rule, the planning formulas, or a circuit hop by hop with what protects
//! it.

use std::path::Path;

use super::arguments::Explain;
use super::{Exit, diagnostics, terminal};
use crate::analysis::enumeration::{Asked, enumerate};
use crate::analysis::planning;
use crate::analysis::study::{Manner, Study};
use crate::report::relays::settings;
use crate::report::text::wrapped;
use crate::report::{clearing, hops, protection, stations};
use crate::scenario::lint::{RULES, Rule};
use crate::scenario::nearest::nearest;
use crate::scenario::{self, Overrides, Severity};

/// The word that explains the formulas.
const PLANNING: &str = "planning";

/// The word that, before a scenario file, explains what the engine makes of it.
const ENGINE: &str = "engine";

/// Explains what was asked for.
pub fn explain(arguments: &Explain) -> Exit {
    let what = arguments.what.as_str();
    if let (ENGINE, Some(file)) = (what, &arguments.circuit) {
        return explain_engine(Path::new(file));
    }
    if let Some(circuit) = &arguments.circuit {
        return explain_circuit(Path::new(what), circuit);
    }
    if what == ENGINE {
        terminal::error("name a scenario file after the word engine", None);
        return Exit::BadInput;
    }
    if what == PLANNING {
        terminal::result(&(planning::explain() + &clearing::planned_text()));
        return Exit::Pass;
    }
    if let Some(rule) = RULES
        .iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(what))
    {
        terminal::result(&rule_text(rule));
        return Exit::Pass;
    }
    if Path::new(what).is_file() {
        return which_circuit(Path::new(what));
    }
    let known = RULES.iter().map(|rule| rule.code).chain([PLANNING, ENGINE]);
    let help = match nearest(what, known.clone()) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
    };
    terminal::error(
        &format!("there is no rule \"{what}\", nor such a file"),
        Some(&help),
    );
    Exit::NothingSelected
}

fn explain_circuit(file: &Path, name: &str) -> Exit {
    let loaded = scenario::load(file, &Overrides::default());
    diagnostics::show(&loaded, Severity::Error);
    let Some(scenario) = &loaded.scenario else {
        return super::check::refused(&loaded.findings);
    };
    let found = scenario
        .circuits
        .iter()
        .position(|circuit| circuit.name == name);
    if let Some(index) = found {
        terminal::result(&hops::circuit(scenario, index));
        terminal::result(&settings::circuit(scenario, index));
        if super::failures::unfit(scenario) {
            return Exit::BadInput;
        }
        let study = Study::new(scenario, Manner::default());
        let singles = enumerate(scenario.topology(), &Asked::default());
        let singles = singles.expect("nothing is named").cases;
        terminal::result(&protection::circuit(&study, index, &singles));
        return Exit::Pass;
    }
    let names = scenario
        .circuits
        .iter()
        .map(|circuit| circuit.name.as_str());
    let help = match nearest(name, names.clone()) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => listed(names),
    };
    terminal::error(
        &format!("there is no circuit \"{name}\" in this scenario"),
        Some(&help),
    );
    Exit::NothingSelected
}

fn explain_engine(file: &Path) -> Exit {
    let loaded = scenario::load(file, &Overrides::default());
    diagnostics::show(&loaded, Severity::Error);
    let Some(scenario) = &loaded.scenario else {
        return super::check::refused(&loaded.findings);
    };
    terminal::result(&stations::engine(scenario));
    Exit::Pass
}

fn which_circuit(file: &Path) -> Exit {
    let loaded = scenario::load(file, &Overrides::default());
    diagnostics::show(&loaded, Severity::Error);
    let Some(scenario) = &loaded.scenario else {
        return super::check::refused(&loaded.findings);
    };
    let names = scenario
        .circuits
        .iter()
        .map(|circuit| circuit.name.as_str());
    terminal::error(
        "name a circuit after the scenario file",
        Some(&listed(names)),
    );
    Exit::BadInput
}

/// Most names in a help line.
const LISTED: usize = 20;

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    if names.is_empty() {
        return "the scenario has no circuits".into();
    }
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("the circuits are {}{rest}", names.join(", "))
}

fn rule_text(rule: &Rule) -> String {
    format!(
        "{}: {}\n\nseverity: {}\n\n{}\nsource:\n{}",
        rule.code,
        rule.title,
        rule.severity,
        wrapped(rule.meaning, ""),
        wrapped(rule.source, "  ")
    )
}
