//! Studies that are run in pieces into a folder, and everything that shall be the same however they were.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use autarky_engine::stop::StopFlag;
use autarky_market::record::Record;
use autarky_study::output::{
    Claim, Ending, ExportFormat, OutputError, Results, Stored, export, merge,
};
use autarky_study::run::schedule::{Shard, Task};
use autarky_study::run::{Runner, Statistics, Study, TaskError};

/// A study of so many points and replications whose numbers differ from point to point.
pub(crate) fn sized(points: u64, replications: u64) -> Study {
    let design = if points > 1 { "a made-up design" } else { "" };
    Study { points, design: design.to_owned(), ..super::study(replications) }
}

/// The synthetic model at a point; replication 4 of the second policy fails.
pub(crate) fn at_point(task: Task) -> Result<Record, TaskError> {
    if (task.policy, task.replication) == (1, 4) {
        return Err(TaskError::Failed("the ledger does not balance".to_owned()));
    }
    Ok(super::record(task.policy, task.replication + 1000 * task.point))
}

/// How a session ends before the study does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Asked to stop, which leaves tables and pictures.
    Interrupted,
    /// Killed: what waits for the next part is lost.
    Killed,
}

/// One session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    pub(crate) threads: usize,
    /// Runs that are started before the end, and how that comes; none: it runs to the end of the study.
    pub(crate) end: Option<(u64, End)>,
    /// Bytes of records in a part.
    pub(crate) part: usize,
}

impl Session {
    pub(crate) const WHOLE: Self = Self { threads: 2, end: None, part: 200_000 };
}

/// Goes on with a study for one session.
pub(crate) fn go_on(
    study: &Study,
    folder: &Path,
    session: Session,
    simulate: impl Fn(Task) -> Result<Record, TaskError> + Sync,
) -> Result<(), OutputError> {
    let mut results = Results::open(study, &Claim::Exact(folder.to_owned()))?;
    results.limit_parts(session.part);
    let (stop, started) = (StopFlag::new(), AtomicU64::new(0));
    let simulate = |task| {
        let before = started.fetch_add(1, Ordering::Relaxed);
        if session.end.is_some_and(|(runs, _)| before >= runs) {
            stop.request();
            return Err(TaskError::Stopped);
        }
        simulate(task)
    };
    let threads = NonZeroUsize::new(session.threads).expect("positive");
    let mut runner = Runner { threads, stop: &stop, simulate, progress: || {} };
    let outcome = results.run_all(&mut runner).expect("threads start");
    if let Some(error) = outcome.sink_error {
        results.abandon();
        return Err(error);
    }
    match (outcome.interrupted, session.end) {
        (true, Some((_, End::Killed))) => Ok(()),
        (interrupted, _) => {
            let ending = if interrupted { Ending::Interrupted } else { Ending::Complete };
            results.finish(ending)
        }
    }
}

/// Runs a study through.
pub(crate) fn through(study: &Study, folder: &Path) {
    go_on(study, folder, Session::WHOLE, at_point).expect("a new folder");
}

/// Runs a shard of a study through.
pub(crate) fn shard(study: &Study, folder: &Path, (index, of): (u64, u64)) -> Stored {
    through(&Study { shard: Shard { index, of }, ..study.clone() }, folder);
    Stored::open(folder).expect("a results folder")
}

/// Merges shards into a folder.
pub(crate) fn put_together(
    study: &Study,
    shards: &[Stored],
    folder: &Path,
) -> Result<(), OutputError> {
    merge(study, shards, &Claim::Exact(folder.to_owned())).map(drop)
}

/// A table as CSV; none if it has no rows.
pub(crate) fn exported(stored: &Stored, table: &str) -> Result<Vec<u8>, OutputError> {
    let mut out = Vec::new();
    export(stored, table, ExportFormat::Csv, &mut out).map(|_| out)
}

/// What shall be the same however a study was run.
#[derive(PartialEq)]
pub(crate) struct Found {
    digest: String,
    runs: [u64; 3],
    summary: Vec<u8>,
    tables: Vec<Option<Vec<u8>>>,
    statistics: Statistics,
}

pub(crate) const TABLES: [&str; 5] = ["runs", "withdrawal", "series", "capacity", "failures"];

impl Found {
    /// Reads all of it back from a folder.
    pub(crate) fn of(study: &Study, folder: &Path) -> Self {
        let stored = Stored::open(folder).expect("a results folder");
        assert!(stored.verify().is_empty(), "every file is whole");
        let runs = stored.manifest.runs;
        Self {
            digest: stored.manifest.result_digest.clone(),
            runs: [runs.asked, runs.recorded, runs.failed],
            summary: fs::read(folder.join("summary.csv")).expect("a summary"),
            tables: TABLES.map(|table| exported(&stored, table).ok()).to_vec(),
            statistics: stored.statistics(study).expect("they are whole"),
        }
    }

    /// Names what differs; numbers and tables would fill the screen.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Self) {
        assert_eq!(self.runs, other.runs);
        assert_eq!(self.digest, other.digest);
        assert!(self.summary == other.summary, "summary.csv differs");
        for (at, (own, other)) in self.tables.iter().zip(&other.tables).enumerate() {
            assert!(own == other, "the table {} differs", TABLES[at]);
        }
        assert!(self.statistics == other.statistics, "statistics differ");
    }
}
