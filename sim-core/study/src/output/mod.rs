//! The results folder: what a run leaves on disk, and the tables it prints.
//!
//! ```text
//! manifest.json  resolved.toml  state-00000.bin  CITATION.bib  summary.csv  figure.png  figure.svg  failures.parquet
//! runs/part-00000.parquet  series/…  withdrawal/…  capacity/…  failures/…  chunks/…
//! ```
//!
//! Files are written to a temporary name, synced and renamed, parts before the manifest that lists them with size and SHA-256, so what the manifest says
//! exists does, and a damaged file is found when it is read. The bytes of a Parquet file may
//! differ between machines and in how rows are cut into parts; the values and `result_digest` do not.

mod check;
mod chunk;
mod citation;
pub mod csv;
mod digest;
mod export;
pub mod figure;
mod folder;
pub mod json;
mod kept;
mod looks;
pub mod manifest;
mod merge;
mod number;
pub mod parquet;
mod points;
mod results;
mod rows;
mod stored;
mod streams;
pub mod table;
mod words;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use chunk::{ChunkError, chunk};
pub use citation::bibtex;
pub(crate) use digest::sha256;
pub use export::{ExportFormat, batches, export};
pub use folder::{Claim, Folder};
pub use looks::Until;
pub use merge::{bytes, is_shard, merge, slurm};
pub use points::design_table;
pub use results::{Ending, Pending, Results};
pub use stored::{Column, Stored};

/// Why results could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// The operating system refused.
    Io {
        /// What was tried: `write`, `create`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// The folder holds something that must not be overwritten, or is not one.
    Refused {
        /// The file or folder in the way.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// There is no results folder.
    Absent {
        /// What was taken for one.
        path: PathBuf,
    },
    /// What is asked of a folder does not fit what it holds.
    Asked {
        /// The folder.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// A file of the folder is not what was written.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder holds another study.
    Mismatch {
        /// The folder.
        path: PathBuf,
        /// What differs, a sentence each.
        differences: Vec<String>,
    },
    /// A chunk cannot be taken: why.
    Chunk(String),
    /// A file's content could not be made.
    Content {
        /// The file.
        path: PathBuf,
        /// Reason.
        reason: String,
    },
}

impl OutputError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { action, path, source } => {
                write!(f, "cannot {action} `{}`: {source}", printable(path))
            }
            Self::Refused { path, reason } => {
                write!(f, "cannot write results to `{}`: {reason}", printable(path))
            }
            Self::Absent { path } => {
                write!(f, "`{}` is no results folder: it has no manifest.json", printable(path))
            }
            Self::Asked { path, reason } => write!(f, "`{}`: {reason}", printable(path)),
            Self::Damaged { path, reason } => {
                write!(
                    f,
                    "`{}` is damaged: {reason}; the other files of the folder are as they were",
                    printable(path)
                )
            }
            Self::Mismatch { path, differences } => {
                write!(f, "`{}` holds another study:", printable(path))?;
                differences.iter().try_for_each(|text| write!(f, "\n  {}", without_control(text)))
            }
            Self::Chunk(reason) => write!(f, "the chunk is refused: {reason}"),
            Self::Content { path, reason } => {
                write!(f, "cannot make `{}`: {reason}", printable(path))
            }
        }
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

fn printable(path: &Path) -> String {
    without_control(&path.display().to_string())
}

/// A text in which no character can steer a terminal.
#[must_use]
pub fn without_control(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
