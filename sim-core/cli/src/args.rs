//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

/// Seeds that every reader of the results keeps exactly: below 2^53.
const SEED_MAX: u64 = (1 << 53) - 1;

/// A small state decides how to obtain AI compute: what is served, at what cost, and what remains when a foreign party withdraws?
#[derive(Debug, Parser)]
#[command(name = "autarky", version, arg_required_else_help = true)]
#[command(after_help = "Example:\n  autarky run small-state -n 100")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write a commented scenario that runs unchanged
    #[command(
        after_help = "Example:\n  autarky new small-state mine.toml && autarky run mine.toml"
    )]
    New(New),
    /// Check a scenario and show all that is wrong, with its place
    #[command(after_help = "Example:\n  autarky check mine.toml")]
    Check(Check),
    /// Show parameters with value, unit and source
    #[command(after_help = "Example:\n  autarky show small-state --resolved --origins")]
    Show(Show),
    /// Explain what a parameter means: unit, range, default, source
    #[command(after_help = "Example:\n  autarky explain nation.power_price")]
    Explain(Explain),
    /// What the catalogue holds: list the scenarios, show one, cite one
    #[command(
        subcommand,
        after_help = "Example:\n  autarky catalog list && autarky catalog show small-state"
    )]
    Catalog(Catalog),
    /// Run the base and every named policy many times on common random numbers
    #[command(
        after_help = "Example:\n  autarky run small-state -n 1000 --seed 7 --set 'nation.EST.power_price=0.30 USD/kWh'"
    )]
    Run(Run),
    /// Make up or aggregate files with one row a person, from which a nation's demand can be built
    #[command(
        subcommand,
        after_help = "Example:\n  autarky personas generate --rows 100000 --nation EST --out people.csv && autarky personas show people.csv --nation EST"
    )]
    Personas(Personas),
    /// Measure the engine on this machine, each workload beside a hand-written rival
    #[command(after_help = "Example:\n  autarky bench --quick")]
    Bench(Bench),
    /// Print the JSON Schema of scenario files
    #[command(after_help = "Example:\n  autarky schema > schema.json")]
    Schema,
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  autarky completions bash > ~/.local/share/bash-completion/completions/autarky"
    )]
    Completions(Completions),
}

/// How messages on standard error are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    Human,
    /// One JSON object a line
    Json,
}

/// How data on standard output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
}

/// A scenario and what lies above it.
#[derive(Debug, Args)]
pub(crate) struct ScenarioArgs {
    /// Path of a scenario file, or id of a catalogue scenario
    pub(crate) file: String,
    /// Set a parameter, above every policy; can be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Lay another file over the scenario; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Take only these policies (`base` is the scenario itself); can be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Vec<String>,
    /// How messages are written
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) message_format: MessageFormat,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Id of the catalogue scenario to start from
    pub(crate) id: String,
    /// File to write [default: ID.toml]; `-` for standard output
    pub(crate) path: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Every parameter, not only those that files and policies state
    #[arg(long)]
    pub(crate) resolved: bool,
    /// Where each value comes from
    #[arg(long)]
    pub(crate) origins: bool,
    /// How the table is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Path of a parameter or of a table: `nation.power_price`, `nation`
    pub(crate) path: String,
    /// How the explanation is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

/// Formats of what is no table of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    Table,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Catalog {
    /// List all scenarios with their questions and policies
    #[command(after_help = "Example:\n  autarky catalog list --format json")]
    List(CatalogList),
    /// Show one scenario: claim, policies, outcomes, what comes out, what would flip it, limits, inputs
    #[command(after_help = "Example:\n  autarky catalog show small-state")]
    Show(CatalogShow),
    /// Print BibTeX of a scenario, of the works that make its claim, and of the sources of its figures
    #[command(after_help = "Example:\n  autarky catalog cite small-state > small-state.bib")]
    Cite(CatalogCite),
}

#[derive(Debug, Args)]
pub(crate) struct CatalogList {
    /// How the list is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogShow {
    /// Id of a catalogue scenario
    pub(crate) id: String,
    /// How the scenario is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogCite {
    /// Id of a catalogue scenario
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Replications of every policy
    #[arg(
        short = 'n',
        long,
        default_value_t = 100,
        value_name = "COUNT",
        allow_negative_numbers = true
    )]
    #[arg(value_parser = whole(1, 10_000_000))]
    pub(crate) replications: u64,
    /// Seed of all random draws
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = whole(0, SEED_MAX))]
    pub(crate) seed: u64,
    /// Number of the first replication; equal numbers share all draws
    #[arg(long, default_value_t = 0, value_name = "NUMBER", allow_negative_numbers = true)]
    #[arg(value_parser = whole(0, 1_000_000_000_000))]
    pub(crate) first: u64,
    /// Threads [default: all cores]
    #[arg(long, value_name = "THREADS", allow_negative_numbers = true, value_parser = whole(1, 1024))]
    pub(crate) jobs: Option<u64>,
    /// Folder for the results [default: results/ID/HASH]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How the summary is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// No progress and no remarks
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Personas {
    /// Write a made-up population, typical for the nation's income group
    #[command(
        after_help = "Example:\n  autarky personas generate --rows 1000000 --nation EST --seed 1 --out people.parquet"
    )]
    Generate(GeneratePersonas),
    /// Print what a file amounts to: shares, intensities of use, demand scale and mixes, unknown words
    #[command(
        after_help = "Example:\n  autarky personas show people.parquet --nation EST --format json"
    )]
    Show(ShowPersonas),
}

#[derive(Debug, Args)]
pub(crate) struct GeneratePersonas {
    /// Persons
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = whole(1, 1_000_000_000))]
    pub(crate) rows: u64,
    /// Nation by its ISO 3166 code
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: String,
    /// Seed of all random draws
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = whole(0, SEED_MAX))]
    pub(crate) seed: u64,
    /// New file, .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ShowPersonas {
    /// CSV or Parquet file with the columns age, sex, occupation, region, schooling
    pub(crate) file: PathBuf,
    /// Nation whose income group it is compared with, by its ISO 3166 code [default: high income]
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: Option<String>,
    /// How the aggregate is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How the figures are written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
    /// Fewer and shorter rounds
    #[arg(long)]
    pub(crate) quick: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_parser = value_parser!(Shell))]
    pub(crate) shell: Shell,
}

/// A whole number in a range.
fn whole(min: u64, max: u64) -> impl TypedValueParser<Value = u64> {
    RangedU64ValueParser::new().range(min..=max)
}
