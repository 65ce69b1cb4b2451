//! A study from its start, or from where it was left, to its end or to an interrupt: room on the disk, folder, runs, closing files.
//!
//! Says nothing and asks nobody; who calls shows progress and turns errors into those of his door.

use std::fmt;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use autarky_engine::stop::StopFlag;

use crate::job::Job;
use crate::output::{Claim, Ending, OutputError, Results, without_control};
use crate::plan::{Work, estimate, room};
use crate::run::{Runner, Study};

/// Told how far a study is.
pub trait Watcher {
    /// Runs that are recorded already, and how many are asked for.
    fn started(&mut self, recorded: u64, asked: u64);
    /// One more run ended.
    fn advanced(&mut self);
}

/// Nobody watches.
impl Watcher for () {
    fn started(&mut self, _recorded: u64, _asked: u64) {}
    fn advanced(&mut self) {}
}

/// A study that was run to its end or to an interrupt.
#[derive(Debug)]
pub struct Ran<'s> {
    /// Its folder.
    pub results: Results<'s>,
    /// Whether a stop was requested before its end.
    pub interrupted: bool,
}

/// Why a study did not run.
#[derive(Debug)]
pub enum DriveError {
    /// It would not fit on the disk or into memory.
    Room(String),
    /// The folder cannot be written; so many runs recorded before are kept.
    Output(OutputError, u64),
    /// Threads cannot be started.
    Threads(String),
}

impl fmt::Display for DriveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error, 0) => error.fmt(f),
            Self::Output(error, kept) => {
                write!(f, "{error}\n{kept} runs recorded before are kept")
            }
            Self::Room(text) | Self::Threads(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for DriveError {}

impl From<OutputError> for DriveError {
    fn from(error: OutputError) -> Self {
        Self::Output(error, 0)
    }
}

/// Most threads of a run.
const MOST_THREADS: u64 = 1024;

/// Threads to run on: so many, up to 1,024, or one a core.
#[must_use]
pub fn threads(asked: Option<u64>) -> NonZeroUsize {
    let asked = asked.and_then(|jobs| NonZeroUsize::new(jobs.min(MOST_THREADS) as usize));
    asked.or_else(|| available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Runs a study into its folder; if the same study was begun there, it goes on.
///
/// # Errors
///
/// See [`DriveError`].
pub fn drive<'s>(
    job: &'s Job,
    claim: &Claim,
    (threads, stop): (NonZeroUsize, &StopFlag),
    watcher: &mut impl Watcher,
) -> Result<Ran<'s>, DriveError> {
    check_room(&job.market.study, claim, threads)?;
    let mut results = claimed(job, claim)?;
    let runs = results.manifest().runs;
    watcher.started(runs.recorded, runs.asked);
    let mut runner = Runner {
        threads,
        stop,
        simulate: |task| job.market.simulate(task, stop),
        progress: || watcher.advanced(),
    };
    let outcome = results.run_all(&mut runner).map_err(DriveError::Threads)?;
    let interrupted = outcome.interrupted;
    let written = match outcome.sink_error {
        Some(error) => Err(error),
        None => results.finish(if interrupted { Ending::Interrupted } else { Ending::Complete }),
    };
    if let Err(error) = written {
        let kept = results.manifest().runs.recorded;
        results.abandon();
        return Err(DriveError::Output(error, kept));
    }
    Ok(Ran { results, interrupted })
}

/// The folder of a study whose runs other processes do, on this disk.
///
/// # Errors
///
/// See [`DriveError`].
pub fn open<'s>(job: &'s Job, claim: &Claim) -> Result<Results<'s>, DriveError> {
    check_room(&job.market.study, claim, NonZeroUsize::MIN)?;
    Ok(claimed(job, claim)?)
}

/// The folder of a study, with the points of its design.
fn claimed<'s>(job: &'s Job, claim: &Claim) -> Result<Results<'s>, OutputError> {
    let results = Results::open(&job.market.study, claim)?;
    if let Some(design) = job.market.design() {
        results.write_design(design)?;
    }
    Ok(results)
}

/// Refuses a new study that is too large for the disk or for memory.
fn check_room(study: &Study, claim: &Claim, threads: NonZeroUsize) -> Result<(), DriveError> {
    let folder = match claim {
        Claim::Exact(path) | Claim::Below(path) => path,
    };
    if folder.join("manifest.json").exists() {
        return Ok(());
    }
    let plan = estimate(&Work::of(study, threads.get() as u64));
    // Where the system does not say what is free, the disk itself will.
    let Ok(room) = room(folder) else { return Ok(()) };
    plan.check(&room).map_err(|refusal| {
        let path = without_control(&folder.display().to_string());
        DriveError::Room(format!("`{path}`, {} runs: {refusal}", plan.runs))
    })
}
