//! The command line: what was typed becomes a call, and its end an exit code.

pub mod arguments;
mod check;
mod clean;
mod diagnostics;
pub mod exit;
mod explain;
mod failures;
mod interrupt;
mod merge;
mod missing;
mod presets;
mod run;
mod sweep;
mod terminal;
mod verify;

use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command, SchemaKind};
pub use exit::Exit;

use crate::batch::simulate::guarded;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // A bug in a case of a sweep is a row of its tables.
        if guarded() {
            return;
        }
        // The usual hook writes with eprintln, which panics again on a closed stderr.
        terminal::talk(&format!("internal error: {panic}\n"));
    }));
    catch_unwind(AssertUnwindSafe(dispatch))
        .unwrap_or(Exit::Internal)
        .into()
}

fn dispatch() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come as errors too, with exit code 0. A closed stream is no fault.
            let _ = error.print();
            return if error.exit_code() == 0 {
                Exit::Pass
            } else {
                Exit::BadInput
            };
        }
    };
    match &arguments.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Failures(arguments) => failures::failures(arguments),
        Command::Sweep(arguments) => sweep::sweep(arguments),
        Command::Missing(arguments) => missing::missing(arguments),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Clean(arguments) => clean::clean(arguments),
        Command::VerifyDeterminism(arguments) => verify::verify(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Presets(arguments) => presets::presets(arguments),
        Command::Schema(arguments) => schema(arguments.kind),
        Command::Completions(arguments) => completions(arguments.shell),
    }
}

fn schema(kind: SchemaKind) -> Exit {
    let schema = match kind {
        SchemaKind::Scenario => crate::scenario::schema::scenario_schema(),
        SchemaKind::Topology => crate::scenario::schema::topology_schema(),
        SchemaKind::Sweep => crate::batch::grammar::sweep_schema(),
    };
    terminal::result(&format!("{schema:#}\n"));
    Exit::Pass
}

fn completions(shell: clap_complete::Shell) -> Exit {
    // Into memory first: the generator panics on a closed stream.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "pilotwire", &mut script);
    terminal::result(&String::from_utf8_lossy(&script));
    Exit::Pass
}
