//! Writing the results folder while a study runs, from its start or from where it was left.
//!
//! Records are kept in memory until a part is due, by size or by time, so memory does not grow with runs and a kill costs
//! little work. With each part goes the state of the statistics, so that going on reads no old part.

mod held;
mod turn;

use std::time::{Duration, Instant};

use super::digest::ResultDigest;
use super::folder::{Claim, Folder};
use super::kept::{Finished, Kept};
use super::manifest::{FILE as MANIFEST, FileEntry, Manifest, Part, Status, run_hash};
use super::parquet::{self, Row};
use super::rows;
use super::stored::{check_file, differences, failures_of, read_file, read_state};
use super::{OutputError, citation, csv, figure};
use crate::run::schedule::Task;
use crate::run::{Failure, Fold, Keep, Sink, Statistics, Study, TaskResult};
use arrow::array::RecordBatch;
use held::Held;
pub use held::Pending;

/// Bytes of records after which a part is written.
const PART_BYTES: usize = 32 << 20;
/// Time after which the first part is written; it doubles from part to part.
const FIRST_PART_TIME: Duration = Duration::from_millis(250);
/// The longest such time: with the run in progress, what a kill can cost.
const PART_TIME: Duration = Duration::from_secs(5);
/// Failures listed; more of them are only counted, so that memory stays bounded.
pub(super) const FAILURES_LISTED: usize = 100_000;

/// The resolved scenario.
pub(super) const RESOLVED: &str = "resolved.toml";

/// Every parameter of every policy with its source.
pub(super) const PARAMETERS: &str = "parameters.csv";

/// How a study ended, for the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All runs ended.
    Complete,
    /// A stop was requested.
    Interrupted,
}

/// A results folder that is being written.
#[derive(Debug)]
pub struct Results<'s> {
    study: &'s Study,
    folder: Folder,
    manifest: Manifest,
    digest: ResultDigest,
    fold: Fold,
    rows: Vec<Row>,
    bytes: usize,
    /// Bytes after which a part is due.
    part_bytes: usize,
    /// Runs since the last part.
    open: u64,
    last_part: Instant,
    /// Time until the next one.
    pace: Duration,
    /// Failures since the last part.
    open_failures: Vec<Failure>,
    /// All failures (the first 100,000).
    failures: Vec<Failure>,
    /// Chunks of other processes that wait for their turn.
    held: Held,
}

impl<'s> Results<'s> {
    /// Claims the folder for a study: a new one, or the same one that was begun there before, which then goes on.
    ///
    /// # Errors
    ///
    /// Something else is there ([`OutputError::Mismatch`], [`OutputError::Refused`]), what is there is damaged, or the system refuses.
    pub fn open(study: &'s Study, claim: &Claim) -> Result<Self, OutputError> {
        let (folder, before) = Folder::claim(claim, &study.id, &run_hash(study))?;
        match before {
            None => Self::begin(study, folder),
            Some(manifest) => Self::go_on(study, folder, manifest),
        }
    }

    fn begin(study: &'s Study, folder: Folder) -> Result<Self, OutputError> {
        let (manifest, fold) = (Manifest::new(study), Fold::new(study));
        let mut results = Self::empty(study, folder, manifest, fold);
        results.folder.sweep(&results.manifest)?;
        // The manifest last: a folder that has one can be gone on with.
        results.write_words()?;
        results.write_manifest()?;
        Ok(results)
    }

    fn go_on(
        study: &'s Study,
        folder: Folder,
        mut manifest: Manifest,
    ) -> Result<Self, OutputError> {
        let path = folder.path().to_owned();
        let differences = differences(&manifest, study);
        if !differences.is_empty() {
            return Err(OutputError::Mismatch { path, differences });
        }
        let damaged = |reason: &str| OutputError::Damaged {
            path: path.join(MANIFEST),
            reason: reason.to_owned(),
        };
        for file in manifest.parts.iter().flat_map(|part| &part.files) {
            check_file(&path, file)?;
        }
        for file in manifest.files.iter().filter(|file| is_word(file)) {
            read_file(&path, file)?;
        }
        let fold = match &manifest.state {
            Some(file) => read_state(study, &path, file)?,
            None => Fold::new(study),
        };
        let digest = ResultDigest::from_hex(&manifest.result_digest)
            .ok_or_else(|| damaged("the digest is none"))?;
        let failures = failures_of(&path, &manifest)?;
        let same =
            (manifest.replications.asked, &manifest.until) == (study.replications, &study.until);
        if !same {
            // More may be asked for than what was enough.
            manifest.stopping = None;
        }
        manifest.ask(study);
        manifest.program_version = env!("CARGO_PKG_VERSION").to_owned();
        folder.sweep(&manifest)?;
        let mut results = Self::empty(study, folder, manifest, fold);
        (results.digest, results.failures) = (digest, failures);
        results.find_held()?;
        Ok(results)
    }

    /// A folder whose parts were put together elsewhere, with their statistics.
    pub(super) fn assembled(
        study: &'s Study,
        folder: Folder,
        mut manifest: Manifest,
        fold: Fold,
    ) -> Result<Self, OutputError> {
        manifest.state = Some(write_state(&folder, &fold, manifest.parts.len())?);
        let failures = failures_of(folder.path(), &manifest)?;
        let digest = ResultDigest::from_hex(&manifest.result_digest).unwrap_or_default();
        let mut results = Self::empty(study, folder, manifest, fold);
        (results.digest, results.failures) = (digest, failures);
        results.write_words()?;
        results.write_manifest()?;
        Ok(results)
    }

    /// Nothing open.
    fn empty(study: &'s Study, folder: Folder, manifest: Manifest, fold: Fold) -> Self {
        Self {
            study,
            folder,
            manifest,
            digest: ResultDigest::default(),
            fold,
            rows: Vec::new(),
            bytes: 0,
            part_bytes: PART_BYTES,
            open: 0,
            last_part: Instant::now(),
            pace: FIRST_PART_TIME,
            open_failures: Vec::new(),
            failures: Vec::new(),
            held: Held::default(),
        }
    }

    /// Writes a part whenever records of so many bytes wait, for machines with little memory.
    pub const fn limit_parts(&mut self, bytes: usize) {
        self.part_bytes = bytes;
    }

    /// What was run, as text.
    fn write_words(&mut self) -> Result<(), OutputError> {
        let words = [(RESOLVED, &self.study.resolved), (PARAMETERS, &self.study.parameters)];
        let write = |(name, text): (&str, &String)| self.folder.write_entry(name, text.as_bytes());
        self.manifest.files = words.into_iter().map(write).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The manifest as last written.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is run.
    pub(super) const fn study(&self) -> &'s Study {
        self.study
    }

    /// Notes that the study has enough replications, and why.
    pub(super) fn settle(&mut self, replications: u64, why: String) {
        self.manifest.ask(&Study { replications, ..self.study.clone() });
        self.manifest.stopping = Some(why);
    }

    /// Failed runs, in order (the first 100,000).
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// What is known about the runs so far.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.fold.statistics
    }

    fn write_manifest(&self) -> Result<(), OutputError> {
        self.folder.write_bytes(MANIFEST, self.manifest.to_json().as_bytes())
    }

    /// Records what came since the last part.
    fn write_part(&mut self) -> Result<(), OutputError> {
        if self.open == 0 {
            return Ok(());
        }
        let files = self.write_tables()?;
        // What is recorded is what the manifest on the disk says, so ours changes after it.
        let mut next = self.manifest.clone();
        let before = next.state.replace(write_state(&self.folder, &self.fold, next.parts.len())?);
        let segment = next.segments.len() - 1;
        next.parts.push(Part { segment, runs: self.open, files });
        next.segments[segment].runs += self.open;
        next.runs.failed += self.open_failures.len() as u64;
        next.count();
        next.result_digest = self.digest.hex();
        // Tables and pictures of what was recorded before are no longer those of the study.
        next.files.retain(is_word);
        next.status = Status::Running;
        self.folder.write_bytes(MANIFEST, next.to_json().as_bytes())?;
        self.manifest = next;
        self.open_failures.clear();
        self.rows.clear();
        (self.bytes, self.open) = (0, 0);
        self.last_part = Instant::now();
        self.pace = (2 * self.pace).min(PART_TIME);
        before.map_or(Ok(()), |file| self.folder.remove(&file.path))?;
        self.drop_recorded(self.position())
    }

    fn write_tables(&self) -> Result<Vec<FileEntry>, OutputError> {
        let (study, rows) = (self.study, &self.rows);
        let quantities = self.fold.statistics.quantities();
        let mut tables = Vec::new();
        if !rows.is_empty() {
            tables.push(("runs", parquet::runs(&study.policies, quantities, rows)));
            tables.push(("withdrawal", parquet::withdrawal(&study.policies, rows)));
            if study.keep == Keep::Series {
                tables.push(("series", parquet::series(study, rows)));
                tables.push(("capacity", parquet::capacity(study, rows)));
            }
        }
        if !self.open_failures.is_empty() {
            tables.push(("failures", parquet::failures(study, &self.open_failures)));
        }
        let part = self.manifest.parts.len();
        let write =
            |(name, batch)| self.write_table(&format!("{name}/part-{part:05}.parquet"), batch);
        tables.into_iter().map(write).collect()
    }

    fn write_table(
        &self,
        file: &str,
        batch: Result<RecordBatch, String>,
    ) -> Result<FileEntry, OutputError> {
        let bytes = batch.and_then(|batch| parquet::bytes(&batch)).map_err(|reason| {
            OutputError::Content { path: self.folder.path().join(file), reason }
        })?;
        self.folder.write_entry(file, &bytes)
    }

    /// Writes the last part, failures, summary and citation, of a complete study its figure as well, and closes the manifest.
    ///
    /// # Errors
    ///
    /// The study shall be complete while runs are pending ([`OutputError::Asked`]): what was taken is recorded, and it can go on. Or the folder refuses.
    pub fn finish(&mut self, ending: Ending) -> Result<(), OutputError> {
        self.write_part()?;
        if ending == Ending::Complete {
            self.check_whole()?;
            self.drop_held()?;
        }
        if !self.manifest.in_order {
            let stored = (self.folder.path(), &self.manifest);
            self.fold.statistics = rows::refold(self.study, &[stored], &self.fold.statistics)?;
        }
        let failures = parquet::failures(self.study, &self.failures);
        let mut files = vec![self.write_table("failures.parquet", failures)?];
        let summary = csv::summary(self.study, &self.fold.statistics);
        files.push(self.folder.write_entry("summary.csv", summary.as_bytes())?);
        // Who interrupts waits for nothing that can be drawn later.
        if ending == Ending::Complete {
            files.extend(self.write_figure()?);
        }
        self.manifest.status = match ending {
            Ending::Interrupted => Status::Interrupted,
            Ending::Complete if self.manifest.runs.failed > 0 => Status::CompleteWithFailures,
            Ending::Complete => Status::Complete,
        };
        self.manifest.result_digest = self.digest.hex();
        let citation = citation::bibtex(&self.manifest);
        files.push(self.folder.write_entry("CITATION.bib", citation.as_bytes())?);
        self.manifest.files.retain(is_word);
        self.manifest.files.extend(files);
        self.write_manifest()
    }

    /// Refuses to call a study complete whose runs are not all recorded. One with enough replications by its rule asks for no more than it has.
    fn check_whole(&self) -> Result<(), OutputError> {
        let runs = self.manifest.runs;
        if runs.recorded == runs.asked {
            return Ok(());
        }
        let (recorded, asked) = (runs.recorded, runs.asked);
        let reason =
            format!("{recorded} of {asked} runs are recorded, so the study is not complete");
        Err(OutputError::Asked { path: self.folder.path().to_owned(), reason })
    }

    fn write_figure(&self) -> Result<[FileEntry; 2], OutputError> {
        let scene = figure::Scene::new(self.study, &self.fold.statistics);
        let content = |path: &str, reason: String| OutputError::Content {
            path: self.folder.path().join(path),
            reason,
        };
        let svg = scene.svg().map_err(|e| content("figure.svg", e))?;
        let png = scene.png().map_err(|e| content("figure.png", e))?;
        let svg = self.folder.write_entry("figure.svg", svg.as_bytes())?;
        Ok([svg, self.folder.write_entry("figure.png", &png)?])
    }

    /// Takes what is kept of the next run.
    fn keep(&mut self, task: Task, kept: Kept) -> Result<(), OutputError> {
        self.digest.add(&kept.digest);
        match kept.outcome {
            Ok(Finished { values, record }) => {
                let quantities = values.quantities.clone();
                self.fold.push(Some(values));
                self.bytes += size_of_val(&*record.series)
                    + size_of_val(&*record.capacity)
                    + size_of_val(&*record.withdrawal)
                    + size_of_val(&*quantities);
                self.rows.push(Row { task, quantities, record });
            }
            Err(error) => {
                self.fold.push(None);
                let failure = Failure { task, error };
                if self.failures.len() < FAILURES_LISTED {
                    self.failures.push(failure.clone());
                }
                self.open_failures.push(failure);
            }
        }
        self.open += 1;
        let due = self.bytes >= self.part_bytes || self.last_part.elapsed() >= self.pace;
        if due { self.write_part() } else { Ok(()) }
    }

    /// Notes in the manifest, if it can still be written, that results could not be kept to the end.
    pub fn abandon(mut self) {
        self.manifest.status = Status::Failed;
        let _ = self.write_manifest();
    }
}

/// Whether a file says what is run, not what came out.
fn is_word(file: &FileEntry) -> bool {
    [RESOLVED, PARAMETERS].contains(&file.path.as_str())
}

/// Writes the statistics that go with so many parts.
fn write_state(folder: &Folder, fold: &Fold, parts: usize) -> Result<FileEntry, OutputError> {
    let name = format!("state-{parts:05}.bin");
    let bytes = postcard::to_stdvec(&fold.state()).map_err(|e| OutputError::Content {
        path: folder.path().join(&name),
        reason: e.to_string(),
    })?;
    folder.write_entry(&name, &bytes)
}

impl Sink for Results<'_> {
    type Error = OutputError;

    fn task(&mut self, task: Task, result: TaskResult) -> Result<(), OutputError> {
        let kept = Kept::of((self.study, &self.fold.statistics), task, result);
        self.keep(task, kept)
    }
}
