//! Writing the results folder while a study runs.
//!
//! Records are kept in memory until a part is due, by size or by time, so memory does not grow with replications and a kill costs
//! little work.

use std::time::{Duration, Instant};

use arrow::array::RecordBatch;

use super::digest::ResultDigest;
use super::folder::{Claim, Folder, TABLES};
use super::manifest::{FILE as MANIFEST, Manifest, Part, Status, run_hash};
use super::parquet::{self, Row};
use super::{OutputError, citation, csv, figure};
use crate::run::{Failure, Sink, Statistics, Study, TaskResult};

/// Bytes of records after which a part is written.
const PART_BYTES: usize = 32 << 20;
/// Time after which a part is written: what a kill can cost.
const PART_TIME: Duration = Duration::from_secs(10);
/// Failures listed; more of them are only counted, so that memory stays bounded.
const FAILURES_LISTED: usize = 100_000;

/// How a run ended, for the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All replications ended.
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
    rows: Vec<Row>,
    bytes: usize,
    /// Replications since the last part.
    open: u64,
    last_part: Instant,
    failures: Vec<Failure>,
}

impl<'s> Results<'s> {
    /// Claims the folder and writes what is known before the first replication.
    pub fn create(study: &'s Study, claim: &Claim) -> Result<Self, OutputError> {
        let folder = Folder::claim(claim, &study.id, &run_hash(study))?;
        let results = Self {
            study,
            folder,
            manifest: Manifest::new(study),
            digest: ResultDigest::default(),
            rows: Vec::new(),
            bytes: 0,
            open: 0,
            last_part: Instant::now(),
            failures: Vec::new(),
        };
        // The manifest first: it claims the folder, whatever happens next.
        results.write_manifest()?;
        results.folder.clear()?;
        results.folder.write_bytes("resolved.toml", study.resolved.as_bytes())?;
        Ok(results)
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

    /// Failed tasks, in order (the first 100,000).
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    fn write_manifest(&self) -> Result<(), OutputError> {
        self.folder.write_bytes(MANIFEST, self.manifest.to_json().as_bytes())
    }

    fn write_part(&mut self) -> Result<(), OutputError> {
        if self.open == 0 {
            return Ok(());
        }
        let (study, rows) = (self.study, &self.rows);
        let tables = [
            parquet::runs(&study.policies, rows),
            parquet::series(study, rows),
            parquet::withdrawal(&study.policies, rows),
            parquet::capacity(study, rows),
        ];
        let mut files = Vec::with_capacity(TABLES.len());
        for (name, batch) in TABLES.into_iter().zip(tables) {
            let file = format!("{name}/part-{:05}.parquet", self.manifest.parts.len());
            self.write_table(&file, batch)?;
            files.push(file);
        }
        let first = self.manifest.replications.first + self.manifest.replications.recorded;
        self.manifest.parts.push(Part { first, replications: self.open, files });
        self.manifest.replications.recorded += self.open;
        self.manifest.result_digest = self.digest.hex();
        self.rows.clear();
        (self.bytes, self.open, self.last_part) = (0, 0, Instant::now());
        self.write_manifest()
    }

    fn write_table(
        &self,
        file: &str,
        batch: Result<RecordBatch, String>,
    ) -> Result<(), OutputError> {
        self.folder.write(file, |out| parquet::write(out, &batch?))
    }

    /// Writes the last part, failures, summary, figure and citation, and closes the manifest.
    pub fn finish(&mut self, statistics: &Statistics, ending: Ending) -> Result<(), OutputError> {
        self.write_part()?;
        self.write_table("failures.parquet", parquet::failures(self.study, &self.failures))?;
        self.folder.write_bytes("summary.csv", csv::summary(self.study, statistics).as_bytes())?;
        let scene = figure::Scene::new(self.study, statistics);
        let content = |path: &str, reason: String| OutputError::Content {
            path: self.folder.path().join(path),
            reason,
        };
        let svg = scene.svg().map_err(|e| content("figure.svg", e))?;
        self.folder.write_bytes("figure.svg", svg.as_bytes())?;
        let png = scene.png().map_err(|e| content("figure.png", e))?;
        self.folder.write_bytes("figure.png", &png)?;
        self.manifest.status = match ending {
            Ending::Interrupted => Status::Interrupted,
            Ending::Complete if self.manifest.replications.failed > 0 => {
                Status::CompleteWithFailures
            }
            Ending::Complete => Status::Complete,
        };
        self.manifest.result_digest = self.digest.hex();
        self.folder.write_bytes("CITATION.bib", citation::bibtex(&self.manifest).as_bytes())?;
        self.write_manifest()
    }

    /// Notes in the manifest, if it can still be written, that results could not be kept to the end.
    pub fn abandon(mut self) {
        self.manifest.status = Status::Failed;
        let _ = self.write_manifest();
    }
}

impl Sink for Results<'_> {
    type Error = OutputError;

    fn replication(
        &mut self,
        replication: u64,
        results: Vec<TaskResult>,
    ) -> Result<(), OutputError> {
        for (policy, result) in results.into_iter().enumerate() {
            self.digest.push(&result);
            match result {
                Ok(record) => {
                    self.bytes += size_of_val(&*record.series)
                        + size_of_val(&*record.withdrawal)
                        + size_of_val(&*record.capacity);
                    self.rows.push(Row { replication, policy, record });
                }
                Err(error) => {
                    self.manifest.replications.failed += 1;
                    if self.failures.len() < FAILURES_LISTED {
                        self.failures.push(Failure { policy, replication, error });
                    }
                }
            }
        }
        self.open += 1;
        let due = self.bytes >= PART_BYTES || self.last_part.elapsed() >= PART_TIME;
        if due { self.write_part() } else { Ok(()) }
    }
}
