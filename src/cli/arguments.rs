//! What may be typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::analysis::enumeration::Pairs;
use crate::batch::shard::Shard;
use crate::engine::EngineKind;
use crate::units::SimTime;
use crate::units::quantity::{TIME, parse as quantity};

/// Will this packet network trip the breaker in time?
#[derive(Parser, Debug)]
#[command(name = "pilotwire", version, about)]
#[command(after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all pass, 1 internal error, 2 bad usage or input, 4 a selector matched nothing,
10 budget violated, 11 regression against baseline, 12 both, 20 incomplete (interrupted).

Example: pilotwire run scenarios/altalink-pilot.toml";

const FAILURES_HELP: &str = "\
Examples:
  pilotwire failures scenarios/altalink-pilot.toml
  pilotwire failures scenarios/altalink-pilot.toml --n2 --jobs 2
  pilotwire failures scenarios/altalink-pilot.toml --case \"link KEE-ELL\"

Without flags each link, node and shared-risk group fails once (N-1); flags add cases of kinds of
their own. Exits with 10 where any circuit fails in any stage of any case, with 4 where --case or
--during-maintenance names nothing.";

const SWEEP_HELP: &str = "\
Examples:
  pilotwire sweep scenarios/sweep-quick.toml
  pilotwire sweep scenarios/sweep-payload-buffer.toml --plan
  pilotwire sweep scenarios/sweep-payload-buffer.toml --shard 3/20 --jobs 1
  pilotwire sweep scenarios/sweep-payload-buffer.toml --case 17

Exits with 0 when every case has been worked out, whatever the verdicts: they stand in the tables.
Interrupted: 20, and the same command goes on.";

/// Most shards of a sweep.
pub const SHARDS_MAX: u64 = 1_000_000;

const VERIFY_HELP: &str = "\
Examples:
  pilotwire verify-determinism scenarios/worked-example.toml
  pilotwire verify-determinism scenarios/sweep-quick.toml --cases 12 --jobs 8

One run by both engines, with windows of three lengths and with the tables of every file in reverse
order; some seeds of a scenario, or the first cases of a sweep, on 1, 2 and --jobs threads and in 3
and 7 shards that are merged. Prints the first difference and exits with 1 where there is any.";

/// Largest seed: the largest whole number of a TOML file, so that `scenario.toml` in the results
/// folder can say it.
const SEED_MAX: u64 = i64::MAX.unsigned_abs();

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Simulate a scenario, print the verdicts, write the results folder.
    #[command(
        after_help = "Examples:\n  pilotwire run scenarios/altalink-pilot.toml --seed 7\n  \
        pilotwire run SCENARIO --fault-at \"2.0001 s\"\n\n\
        Exits with 10 where a circuit violates its budget or a line is not protected, with 2 where \
        the scenario is refused; then nothing is written."
    )]
    Run(Run),
    /// Every single failure of a scenario's network, and what it does to every circuit.
    #[command(after_help = FAILURES_HELP)]
    Failures(Failures),
    /// Thousands of variants of a scenario: every case once, one table.
    #[command(after_help = SWEEP_HELP)]
    Sweep(Sweep),
    /// List the shards of a sweep that are not there yet, one number per line.
    #[command(after_help = "Example: pilotwire missing SWEEP --out DIR --shards 200 | paste -sd,")]
    Missing(Missing),
    /// Put the shards of a sweep together to one table.
    #[command(after_help = "Example: pilotwire merge SWEEP --out DIR\n\n\
        Exits with 20 where cases are missing, with 2 where a shard is damaged, of another sweep, \
        or holds what another holds; then nothing is written.")]
    Merge(Merge),
    /// Remove what killed processes left in a results folder, and shards that are merged.
    #[command(after_help = "Example: pilotwire clean results/sweep-quick")]
    Clean(Clean),
    /// Work the same thing out in every way there is, and compare the bytes.
    #[command(after_help = VERIFY_HELP)]
    VerifyDeterminism(VerifyDeterminism),
    /// Check scenario, topology and sweep files without simulating.
    #[command(after_help = "Example: pilotwire check scenarios/*.toml --fail-level warning")]
    Check(Check),
    /// Explain a rule, the planning formulas, a circuit hop by hop with what protects it, or the
    /// engine's stations.
    #[command(
        after_help = "Examples:\n  pilotwire explain TP001\n  pilotwire explain planning\n  \
        pilotwire explain scenarios/altalink-pilot.toml \"87L KEE-ELL\"\n  \
        pilotwire explain engine scenarios/altalink-pilot.toml"
    )]
    Explain(Explain),
    /// List the presets of constants, show one with its sources, or list those of services or
    /// requirements.
    #[command(after_help = "Examples:\n  pilotwire presets show altalink-2011\n  \
        pilotwire presets services\n  pilotwire presets requirements")]
    Presets(Presets),
    /// Print the JSON Schema of a TOML file.
    #[command(after_help = "Example: pilotwire schema scenario > schema/scenario.schema.json")]
    Schema(Schema),
    /// Print a completion script for a shell.
    #[command(after_help = "Example: pilotwire completions bash > \
        ~/.local/share/bash-completion/completions/pilotwire")]
    Completions(Completions),
}

/// `run`.
#[derive(Args, Debug)]
pub struct Run {
    /// Scenario file (TOML).
    pub scenario: PathBuf,
    /// What is printed to stdout.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// Seed in place of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=SEED_MAX))]
    pub seed: Option<u64>,
    /// Bandwidth filters on or off, in place of the scenario's word.
    #[arg(long, value_enum, value_name = "WORD")]
    pub filters: Option<Switch>,
    /// A fault on every line at this instant, step by step ("2.0001 s"); the results are the same.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub fault_at: Option<SimTime>,
    /// Which engine simulates; the results are the same.
    #[arg(long, value_enum, default_value_t = Engine::Window)]
    pub engine: Engine,
    /// Results folder [default: results/ and the name of the scenario file].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// No warnings and no progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// An instant of a run.
fn instant(text: &str) -> Result<SimTime, String> {
    quantity(text, &TIME)
        .map(SimTime)
        .map_err(|fault| fault.message(&TIME))
}

/// `failures`.
#[derive(Args, Debug)]
pub struct Failures {
    /// Scenario file (TOML).
    pub scenario: PathBuf,
    /// Two at once too: links, nodes, or all of both [--n2 alone: links].
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "links")]
    pub n2: Option<PairsOf>,
    /// Single directions of links too.
    #[arg(long)]
    pub directions: bool,
    /// Single failures while a link or node is out too [without a name: each in turn].
    #[arg(long, value_name = "ELEMENT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "")]
    pub during_maintenance: Option<String>,
    /// Replay this case alone, of any kind: with its steps and timelines.
    #[arg(long, value_name = "ID", conflicts_with_all = ["n2", "directions", "during_maintenance"])]
    pub case: Option<String>,
    /// How many rows are listed.
    #[arg(long, value_name = "K", default_value_t = 10)]
    pub worst: usize,
    /// What is printed to stdout.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// Threads [default: one per core]; the results are the same.
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Seed in place of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=SEED_MAX))]
    pub seed: Option<u64>,
    /// Bandwidth filters on or off, in place of the scenario's word.
    #[arg(long, value_enum, value_name = "WORD")]
    pub filters: Option<Switch>,
    /// Which engine simulates; the results are the same.
    #[arg(long, value_enum, default_value_t = Engine::Window)]
    pub engine: Engine,
    /// Results folder [default: results/ and the name of the scenario file, with -failures or
    /// -case].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// No warnings and no progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Which elements fail two at once.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum PairsOf {
    /// Two links.
    Links,
    /// Two nodes.
    Nodes,
    /// Two of either.
    All,
}

impl From<PairsOf> for Pairs {
    fn from(pairs: PairsOf) -> Self {
        match pairs {
            PairsOf::Links => Self::Links,
            PairsOf::Nodes => Self::Nodes,
            PairsOf::All => Self::All,
        }
    }
}

/// `sweep`.
#[derive(Args, Debug)]
pub struct Sweep {
    /// Sweep file (TOML).
    pub sweep: PathBuf,
    /// Results folder [default: results/ and the name of the sweep file].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads [default: one per core]; the results are the same.
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// This shard alone, counted from 0, for `merge`: of "3/20" there are 0/20 … 19/20.
    #[arg(long, value_name = "K/N", env = "PILOTWIRE_SHARD", value_parser = shard)]
    pub shard: Option<Shard>,
    /// Go on with more than a million points or cases.
    #[arg(long)]
    pub yes: bool,
    /// Say what there is to do and about how long it takes; with --format csv, list every case.
    #[arg(long, conflicts_with = "case")]
    pub plan: bool,
    /// Work out this case alone, by its number, as `run` or `failures` would, with their report.
    #[arg(long, value_name = "NUMBER")]
    pub case: Option<u64>,
    /// What is printed to stdout.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// No warnings and no progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// A shard of a sweep.
fn shard(text: &str) -> Result<Shard, String> {
    if let Some(shard) = Shard::parse(text) {
        return match shard.count <= SHARDS_MAX {
            true => Ok(shard),
            false => Err(format!("at most {SHARDS_MAX} shards")),
        };
    }
    let example = "such as 0/4, 1/4, 2/4 or 3/4: number from 0, and how many there are";
    Err(example.to_owned())
}

/// `missing`.
#[derive(Args, Debug)]
pub struct Missing {
    /// Sweep file (TOML).
    pub sweep: PathBuf,
    /// Results folder [default: results/ and the name of the sweep file].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Into how many shards the sweep is cut.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=SHARDS_MAX))]
    pub shards: u64,
    /// No warnings on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// `merge`.
#[derive(Args, Debug)]
pub struct Merge {
    /// Sweep file (TOML).
    pub sweep: PathBuf,
    /// Results folder [default: results/ and the name of the sweep file].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What is printed to stdout.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// No warnings on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// `verify-determinism`.
#[derive(Args, Debug)]
pub struct VerifyDeterminism {
    /// Scenario or sweep file (TOML).
    pub file: PathBuf,
    /// Seeds of a scenario, or cases of a sweep, that are worked out many ways [default: 6 or 24].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub cases: Option<u64>,
    /// The largest number of threads [default: one per core].
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}

/// `clean`.
#[derive(Args, Debug)]
pub struct Clean {
    /// Results folder of a sweep.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Scenario, topology or sweep files (TOML).
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// From which severity on a finding makes the check fail.
    #[arg(long, value_enum, default_value_t = FailLevel::Error, value_name = "LEVEL")]
    pub fail_level: FailLevel,
    /// Bandwidth filters on or off, in place of the scenarios' word.
    #[arg(long, value_enum, value_name = "WORD")]
    pub filters: Option<Switch>,
}

/// `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A rule code (TP001), the word "planning" or "engine", or a scenario file.
    #[arg(value_name = "CODE|planning|engine|SCENARIO")]
    pub what: String,
    /// With a scenario file: the name of a circuit. With "engine": a scenario file.
    #[arg(value_name = "CIRCUIT|SCENARIO")]
    pub circuit: Option<String>,
}

/// `presets`.
#[derive(Args, Debug)]
pub struct Presets {
    /// Nothing lists the presets.
    #[command(subcommand)]
    pub command: Option<PresetsCommand>,
}

/// Below `presets`.
#[derive(Subcommand, Debug)]
pub enum PresetsCommand {
    /// Show every constant of a preset with its source.
    #[command(after_help = "Example: pilotwire presets show physical")]
    Show {
        /// Name of the preset.
        name: String,
    },
    /// List the presets of services: what they send, how it is carried, in which class.
    #[command(after_help = "Example: pilotwire presets services")]
    Services,
    /// List the sets of requirements that circuits may be judged against, with their sources.
    #[command(after_help = "Example: pilotwire presets requirements")]
    Requirements,
}

/// `schema`.
#[derive(Args, Debug)]
pub struct Schema {
    /// Which file.
    #[arg(value_enum)]
    pub kind: SchemaKind,
}

/// `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Formats of `run`, `failures`, `sweep` and `merge`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Format {
    /// Tables for people, the worst first, milliseconds.
    Pretty,
    /// One JSON object; `schema` in it names its form.
    Json,
    /// The content of results.csv.
    Csv,
}

/// Engines of `run`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Engine {
    /// Every station replayed on its own in windows: fast.
    Window,
    /// One heap of events: the oracle.
    Reference,
}

/// Something that acts or does not.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Switch {
    /// It acts.
    On,
    /// It does not.
    Off,
}

impl Switch {
    /// Whether it acts.
    #[must_use]
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// Levels of `check`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum FailLevel {
    /// Warnings and errors.
    Warning,
    /// Errors only.
    Error,
}

/// Files that have a schema.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum SchemaKind {
    /// Scenario files.
    Scenario,
    /// Topology files.
    Topology,
    /// Sweep files.
    Sweep,
}

impl From<Engine> for EngineKind {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Window => Self::Window,
            Engine::Reference => Self::Reference,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Exit;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Arguments::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("pilotwire "), "{}", command.get_name());
        }
    }

    #[test]
    fn the_help_names_every_exit_code() {
        let help = EXIT_CODES.replace('\n', " ");
        for exit in Exit::ALL {
            assert!(help.contains(&format!(" {} ", exit.code())), "{exit:?}");
        }
    }
}
