//! What can be said on the command line.

mod read;
mod study;

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

pub(crate) use read::*;
pub(crate) use study::*;

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
    /// Run the base and every named policy many times on common random numbers
    #[command(
        after_help = "Example:\n  autarky run small-state -n 1000 --seed 7 --set 'nation.EST.power_price=0.30 USD/kWh'"
    )]
    Run(Run),
    /// Show what differs between two scenarios, or between two policies of one
    #[command(
        after_help = "Ends with 0 whether or not anything differs; `--format json` has `same_results`.\n\nExample:\n  autarky diff small-state --policies base ban"
    )]
    Diff(Diff),
    /// Compare named policies: paired differences, dominance, tails, regret
    #[command(
        after_help = "Example:\n  autarky compare small-state -n 200 --objective served_share --objective fiscal_cost"
    )]
    Compare(Compare),
    /// Run policies at the points of a design, on common random numbers
    #[command(
        after_help = "Example:\n  autarky sweep small-state --design sobol --points 64 -n 10 --axis 'nation.EST.power_price=0.05 USD/kWh..0.25 USD/kWh' --axis nation.EST.policy.coverage=0.1..0.5"
    )]
    Sweep(Sweep),
    /// Go on with a study that was interrupted or killed, or let it grow
    #[command(after_help = "Example:\n  autarky resume results/small-state/0123456789ab -n 2000")]
    Resume(Resume),
    /// Say how far a study is
    #[command(after_help = "Example:\n  autarky status results/small-state/0123456789ab --verify")]
    Status(Status),
    /// Run one of N equal shares of a study, for job arrays
    #[command(
        after_help = "Example:\n  autarky shard 3/16 small-state -n 1000 --out shards/3\n  autarky shard 1/16 small-state -n 1000 --out shards --slurm > array.sh"
    )]
    Shard(ShardArgs),
    /// Put shards together: the result is the one of a single machine
    #[command(after_help = "Example:\n  autarky merge shards/* --out results/whole")]
    Merge(Merge),
    /// Write one table of a study as Parquet, CSV or JSON lines
    #[command(
        after_help = "Example:\n  autarky export results/small-state/0123456789ab --table runs --out runs.csv"
    )]
    Export(Export),
    /// Say what drives an outcome: Sobol indices or elementary effects
    #[command(
        after_help = "Example:\n  autarky sensitivity results/sweep --outcome served_share --policy network"
    )]
    Sensitivity(Sensitivity),
    /// Say which policies are not dominated
    #[command(
        after_help = "Example:\n  autarky frontier results/small-state/0123456789ab --nation EST"
    )]
    Frontier(FrontierArgs),
    /// Say under which conditions a policy fails
    #[command(
        after_help = "Example:\n  autarky discover results/sweep --outcome unserved --policy ban --above 0.215"
    )]
    Discover(Discover),
    /// Run one replication again, event by event with --trace
    #[command(
        after_help = "Example:\n  autarky replay small-state --policy ban --replication 3 --trace --event dated_start,delivery --limit 20\n  autarky replay results/small-state/0123456789ab --policy ban --replication 3"
    )]
    Replay(Replay),
    /// Say what a study will cost before it starts: runs, time, disk, memory
    #[command(
        after_help = "Ends with 74 when the study does not fit on the disk or into memory.\n\nExample:\n  autarky plan small-state -n 1000 --jobs 8\n  autarky plan small-state -n 10 --design sobol --points 512 --axis nation.EST.policy.coverage=0.1..0.5"
    )]
    Plan(Plan),
    /// Write a study as one page that can be published
    #[command(
        after_help = "Example:\n  autarky report results/small-state/0123456789ab --out small-state.html"
    )]
    Report(Report),
    /// What the catalogue holds: list the scenarios, show one, cite one
    #[command(
        subcommand,
        after_help = "Example:\n  autarky catalog list && autarky catalog show small-state"
    )]
    Catalog(Catalog),
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

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Path of a scenario file, or id of a catalogue scenario
    pub(crate) a: String,
    /// The other one [default: the same]
    pub(crate) b: Option<String>,
    /// Policy of the first
    #[arg(long, value_name = "NAME", conflicts_with = "policies")]
    pub(crate) policy_a: Option<String>,
    /// Policy of the second
    #[arg(long, value_name = "NAME", conflicts_with = "policies")]
    pub(crate) policy_b: Option<String>,
    /// Policies of the first and of the second [default: base base]
    #[arg(long, num_args = 2, value_names = ["NAME_A", "NAME_B"])]
    pub(crate) policies: Vec<String>,
    /// How the differences are written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
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
