//! Verbs that read results folders, and replays.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{MessageFormat, SEED_MAX, TextFormat, whole};

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// Read every file and say which are damaged
    #[arg(long)]
    pub(crate) verify: bool,
    /// How the status is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// Table: runs, series, withdrawal, capacity, failures
    #[arg(long, default_value = "runs", value_name = "TABLE")]
    pub(crate) table: String,
    /// How it is written [default: by the name of the file, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ExportAs>,
    /// New file; `-` for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: PathBuf,
}

/// Formats of an exported table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportAs {
    Parquet,
    Csv,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// How it is written: one HTML file, Markdown, or the charts as PNG files in a folder
    #[arg(long, value_enum, default_value = "html")]
    pub(crate) format: ReportFormat,
    /// File, or folder for PNG [default: report.html, report.md or report/ in the results folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// A sweep of a Saltelli or Morris design whose sensitivities are shown as well
    #[arg(long, value_name = "DIR")]
    pub(crate) sensitivity: Option<PathBuf>,
    /// Outcome of the sensitivities [default: served_share]
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) outcome: Option<String>,
    /// Policy of the sensitivities [default: the base]
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Option<String>,
    /// Nation of the sensitivities [default: the first]
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: Option<String>,
    /// No remarks
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Html,
    Md,
    Png,
}

/// A results folder and the outcome that is looked at.
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// Quantity, as in summary.csv
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) outcome: String,
    /// Nation [default: the first]
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: Option<String>,
    /// Policy [default: the base]
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Option<String>,
    /// Look at the difference to this policy under the same shocks
    #[arg(long, value_name = "NAME")]
    pub(crate) minus: Option<String>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Sensitivity {
    #[command(flatten)]
    pub(crate) outcome: OutcomeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FrontierArgs {
    /// Results folder
    pub(crate) dir: PathBuf,
    /// Objectives [default: fiscal cost, unserved share, worst loss a year after a withdrawal]; can be repeated
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) objective: Vec<String>,
    /// Nation [default: the first]
    #[arg(long, value_name = "ISO3")]
    pub(crate) nation: Option<String>,
    /// Point of the design [default: all that are draws]
    #[arg(long, value_name = "K")]
    pub(crate) point: Option<u64>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Discover {
    #[command(flatten)]
    pub(crate) outcome: OutcomeArgs,
    /// The policy fails at points where the mean outcome is above this
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    #[arg(required_unless_present = "below", conflicts_with = "below")]
    pub(crate) above: Option<f64>,
    /// The policy fails at points where the mean outcome is below this
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) below: Option<f64>,
}

/// Formats of a replication and its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineFormat {
    Text,
    /// One JSON object a line
    Ndjson,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Results folder, path of a scenario file, or id of a catalogue scenario
    pub(crate) file: String,
    /// Point of the design of a results folder
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = whole(0, 1_000_000))]
    pub(crate) point: u64,
    /// The policy (`base` is the scenario itself)
    #[arg(long, value_name = "NAME", default_value = "base")]
    pub(crate) policy: String,
    /// Seed of all random draws; a results folder has its own
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = whole(0, SEED_MAX))]
    pub(crate) seed: u64,
    /// Number of the replication
    #[arg(long, default_value_t = 0, value_name = "NUMBER", allow_negative_numbers = true)]
    #[arg(value_parser = whole(0, 1_000_000_000_000))]
    pub(crate) replication: u64,
    /// Set a parameter, above the policy; can be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Lay another file over the scenario; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Print every event instead of what was recorded
    #[arg(long)]
    pub(crate) trace: bool,
    /// First date of the trace, as in 2027-01-31
    #[arg(long, value_name = "DATE", requires = "trace")]
    pub(crate) from: Option<String>,
    /// Last date of the trace, included
    #[arg(long, value_name = "DATE", requires = "trace")]
    pub(crate) to: Option<String>,
    /// Kinds of events to print, separated by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "trace")]
    pub(crate) event: Vec<String>,
    /// Most events to print
    #[arg(long, value_name = "COUNT", requires = "trace", allow_negative_numbers = true)]
    #[arg(value_parser = whole(1, u64::MAX))]
    pub(crate) limit: Option<u64>,
    /// How the record or the trace is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: LineFormat,
    /// How messages are written
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) message_format: MessageFormat,
    /// No remarks
    #[arg(short, long)]
    pub(crate) quiet: bool,
}
