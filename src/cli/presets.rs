//! `pilotwire presets`.

use super::arguments::{Presets, PresetsCommand};
use super::{Exit, terminal};
use crate::relay::Requirement;
use crate::relay::requirement::REQUIREMENTS;
use crate::report::text::{Align, Columns, wrapped};
use crate::scenario::nearest::nearest;
use crate::scenario::resilience::{ControlProfile, PROFILES};
use crate::scenario::services::SERVICES;
use crate::topology::{Constant, PRESETS, Preset};
use crate::traffic::Transport;
use crate::units::Span;
use crate::units::quantity::{PROBABILITY, TIME, format as quantity};

/// Lists the presets, or shows one.
pub fn presets(arguments: &Presets) -> Exit {
    match &arguments.command {
        Some(PresetsCommand::Show { name }) => show(name),
        Some(PresetsCommand::Services) => {
            terminal::result(&services());
            Exit::Pass
        }
        Some(PresetsCommand::Requirements) => {
            terminal::result(&requirements());
            Exit::Pass
        }
        None => {
            let mut columns = Columns::new(&[Align::Left, Align::Left]);
            for preset in &PRESETS {
                columns.row(vec![preset.name.into(), preset.about.into()]);
            }
            for profile in &PROFILES {
                columns.row(vec![
                    profile.name.into(),
                    format!("[control] {}", profile.about),
                ]);
            }
            terminal::result(&lines(&columns));
            Exit::Pass
        }
    }
}

fn show(name: &str) -> Exit {
    if let Some(preset) = Preset::from_name(name) {
        terminal::result(&shown(preset.name, preset.about, preset.constants));
        return Exit::Pass;
    }
    if let Some(profile) = ControlProfile::from_name(name) {
        let mut text = shown(profile.name, profile.about, profile.constants);
        text.push_str(&format!(
            "control.detection = {}\n",
            profile.detection_in_words()
        ));
        text.push_str(&wrapped(
            &format!("source: {}", profile.detection_source),
            "    ",
        ));
        terminal::result(&text);
        return Exit::Pass;
    }
    let names = PRESETS.iter().map(|preset| preset.name);
    let names = names.chain(PROFILES.iter().map(|profile| profile.name));
    let help = match nearest(name, names.clone()) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("the presets are {}", names.collect::<Vec<_>>().join(", ")),
    };
    terminal::error(&format!("there is no preset \"{name}\""), Some(&help));
    Exit::NothingSelected
}

fn shown(name: &str, about: &str, constants: &[Constant]) -> String {
    let mut text = format!("{name}: {about}\n\n");
    for constant in constants {
        let value = quantity(constant.value, constant.dimension);
        text.push_str(&format!("{} = {value}\n", constant.name));
        text.push_str(&format!(
            "    {}\n{}",
            constant.meaning,
            wrapped(&format!("source: {}", constant.source), "    ")
        ));
    }
    text
}

/// The presets of services with their sources.
fn services() -> String {
    let mut text = String::new();
    for preset in SERVICES {
        let transport = preset.transport.map_or("circuits", Transport::name);
        let head = format!("{} ({transport}, {})", preset.name, preset.class.name());
        let about = wrapped(preset.about, "    ");
        let source = wrapped(&format!("source: {}", preset.source), "    ");
        text.push_str(&format!("{head}\n{about}{source}"));
    }
    text
}

/// The sets of requirements with their sources.
fn requirements() -> String {
    let mut text = String::new();
    for one in REQUIREMENTS {
        let limits = wrapped(&limits(one), "    ");
        let doubt = match one.doubtful {
            true => " (to be verified: not read in the source itself)",
            false => "",
        };
        let source = wrapped(&format!("source: {}{doubt}", one.source), "    ");
        text.push_str(&format!("{}\n{limits}{source}", one.name));
    }
    text
}

/// "delay at most 5 ms, recovery hitless".
fn limits(one: &Requirement) -> String {
    let time = |what: &str, limit: Option<Span>| {
        let limit = quantity(limit?.0, &TIME);
        Some(format!("{what} at most {limit}"))
    };
    let loss = one.loss_max_ppb.map(|share| {
        let share = quantity(share, &PROBABILITY);
        format!("loss at most {share}")
    });
    let recovery = match one.recovery_max {
        Some(Span::ZERO) => Some("recovery hitless".to_owned()),
        other => time("recovery", other),
    };
    let all = [
        time("delay", one.delay_max),
        time("asymmetry", one.asymmetry_max),
        time("jitter", one.jitter_max),
        loss,
        recovery,
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    match all.is_empty() {
        true => "no limit".to_owned(),
        false => all.join(", "),
    }
}

fn lines(columns: &Columns) -> String {
    columns
        .lines()
        .into_iter()
        .map(|line| line + "\n")
        .collect()
}
