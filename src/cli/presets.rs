//! `pilotwire presets`.

use super::arguments::{Presets, PresetsCommand};
use super::{Exit, terminal};
use crate::report::text::{Align, Columns, wrapped};
use crate::scenario::nearest::nearest;
use crate::scenario::resilience::{ControlProfile, PROFILES};
use crate::scenario::services::SERVICES;
use crate::topology::{Constant, PRESETS, Preset};
use crate::traffic::Transport;
use crate::units::quantity::format as quantity;

/// Lists the presets, or shows one.
pub fn presets(arguments: &Presets) -> Exit {
    match &arguments.command {
        Some(PresetsCommand::Show { name }) => show(name),
        Some(PresetsCommand::Services) => {
            terminal::result(&services());
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

fn lines(columns: &Columns) -> String {
    columns
        .lines()
        .into_iter()
        .map(|line| line + "\n")
        .collect()
}
