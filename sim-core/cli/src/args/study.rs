//! Verbs that plan, run and grow studies.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, SEED_MAX, ScenarioArgs, TextFormat, whole};

/// How often, with which draws, and where to.
#[derive(Debug, Args)]
pub(crate) struct StudyArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Replications of every policy (and point)
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
    /// Folder for the results; if the same study was begun there, it goes on [default: results/ID/HASH]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is kept of each run [default: series without a design, runs with one]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) keep: Option<KeepArg>,
    #[command(flatten)]
    pub(crate) how: HowArgs,
}

/// How a study is run and shown.
#[derive(Debug, Args)]
pub(crate) struct HowArgs {
    /// Threads [default: all cores]
    #[arg(long, value_name = "THREADS", allow_negative_numbers = true, value_parser = whole(1, 1024))]
    pub(crate) jobs: Option<u64>,
    /// How the summary is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// No progress and no remarks
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// What is kept of each run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepArg {
    /// Quantities and withdrawal tests
    Runs,
    /// Series and capacities by source as well
    Series,
}

/// What varies over the points of a study.
#[derive(Debug, Clone, Args)]
pub(crate) struct DesignArgs {
    /// How points are chosen
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) design: Option<DesignKind>,
    /// What varies: PATH=LO..HI, PATH=LO..HI:STEP, PATH=LO..HI/LEVELS, PATH={A,B,C} or PATH~LAW(…); of one policy as policies.NAME.PATH; can be repeated
    #[arg(long, value_name = "AXIS")]
    pub(crate) axis: Vec<String>,
    /// CSV file with a column a path and a row a point
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// Points (Saltelli: base samples; Morris: trajectories) [default: 64]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    #[arg(value_parser = whole(1, u64::MAX))]
    pub(crate) points: Option<u64>,
    /// Levels of each axis of a Morris design [default: 4]
    #[arg(long, value_name = "COUNT", value_parser = whole(2, 1_000_000))]
    pub(crate) levels: Option<u64>,
    /// Sobol points as they are, not scrambled by the seed
    #[arg(long)]
    pub(crate) unscrambled: bool,
    /// Points of the Sobol sequence that are left out at its beginning
    #[arg(long, value_name = "COUNT", value_parser = whole(0, 1 << 30))]
    pub(crate) skip: Option<u64>,
    /// Saltelli rows for second-order indices as well
    #[arg(long)]
    pub(crate) second_order: bool,
    /// Seed of the design [default: 1]
    #[arg(long, value_name = "SEED", value_parser = whole(0, SEED_MAX))]
    pub(crate) design_seed: Option<u64>,
    /// Draw the parameters that the scenario declares uncertain so often, and run each draw as a point
    #[arg(long, value_name = "DRAWS", value_parser = whole(2, 1_000_000), conflicts_with_all = ["design", "axis", "table"])]
    pub(crate) uncertain: Option<u64>,
}

/// Kinds of designs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DesignKind {
    /// Every combination of levels
    Factorial,
    /// Latin hypercube
    Latin,
    /// Sobol sequence
    Sobol,
    /// Sobol indices of first and total order
    Saltelli,
    /// Elementary effects
    Morris,
    /// Independent draws
    Random,
    /// Rows of --table
    Table,
}

/// When a study has enough replications.
#[derive(Debug, Args)]
pub(crate) struct UntilArgs {
    /// Stop when every interval of the objective is as narrow as this, at most after -n replications
    #[arg(long, value_name = "HALFWIDTH", requires = "objective")]
    pub(crate) until_halfwidth: Option<f64>,
    /// Replications between two looks [default: 50]
    #[arg(long, value_name = "COUNT", value_parser = whole(1, 1_000_000), requires = "until_halfwidth")]
    pub(crate) block: Option<u64>,
}

/// The outcome that is compared.
#[derive(Debug, Args)]
pub(crate) struct ObjectiveArgs {
    /// Quantity, as in summary.csv; can be repeated
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) objective: Vec<String>,
    /// Nation [default: the first]
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Quantity whose intervals --until-halfwidth looks at, as in summary.csv; can be repeated
    #[arg(long, value_name = "QUANTITY", requires = "until_halfwidth")]
    pub(crate) objective: Vec<String>,
    /// Nation of the objective [default: the first]
    #[arg(long, value_name = "ISO3", requires = "until_halfwidth")]
    pub(crate) nation: Option<String>,
    #[command(flatten)]
    pub(crate) until: UntilArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    #[command(flatten)]
    pub(crate) objective: ObjectiveArgs,
    /// Policy that the others are compared with
    #[arg(long, value_name = "NAME", default_value = "base")]
    pub(crate) against: String,
    /// Draw the parameters that the scenario declares uncertain so often: intervals then show them and the shocks apart
    #[arg(long, value_name = "DRAWS", value_parser = whole(2, 1_000_000))]
    pub(crate) uncertain: Option<u64>,
    #[command(flatten)]
    pub(crate) until: UntilArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Sweep {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    #[command(flatten)]
    pub(crate) design: DesignArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// Go on to so many replications
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = whole(1, 10_000_000))]
    pub(crate) replications: Option<u64>,
    /// Go on to so many points (Saltelli: base samples; Morris: trajectories)
    #[arg(long, value_name = "COUNT", value_parser = whole(1, u64::MAX))]
    pub(crate) points: Option<u64>,
    /// Go on with the scenario as it was recorded, although its file has changed
    #[arg(long)]
    pub(crate) as_recorded: bool,
    #[command(flatten)]
    pub(crate) how: HowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShardArgs {
    /// Which share of how many: 3/16
    #[arg(value_name = "I/N")]
    pub(crate) share: String,
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    #[command(flatten)]
    pub(crate) design: DesignArgs,
    /// Print the script of a Slurm job array that runs all N shares, and run nothing
    #[arg(long)]
    pub(crate) slurm: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Folders of all shards
    #[arg(required = true)]
    pub(crate) dirs: Vec<PathBuf>,
    /// New folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) how: HowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Replications of every policy at every point
    #[arg(
        short = 'n',
        long,
        default_value_t = 100,
        value_name = "COUNT",
        allow_negative_numbers = true
    )]
    #[arg(value_parser = whole(1, u64::MAX))]
    pub(crate) replications: u64,
    #[command(flatten)]
    pub(crate) design: DesignArgs,
    /// What is kept of each run [default: series without a design, runs with one]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) keep: Option<KeepArg>,
    /// Seed of the replication that is timed
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = whole(0, SEED_MAX))]
    pub(crate) seed: u64,
    /// Threads [default: all cores]
    #[arg(long, value_name = "THREADS", allow_negative_numbers = true, value_parser = whole(1, 1024))]
    pub(crate) jobs: Option<u64>,
    /// Folder for the results, whose disk must have room [default: results]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How the plan is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}
