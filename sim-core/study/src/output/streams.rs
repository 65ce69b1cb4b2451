//! The rows of one table of one or many folders, run by run in canonical order, whatever parts, segments and shards they lie in.

use std::path::{Path, PathBuf};

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use arrow::array::RecordBatch;

use super::OutputError;
use super::manifest::{FileEntry, Manifest};
use super::stored::{batches, counts, texts};
use crate::run::schedule::Task;

/// Rows read at once.
const ROWS: usize = 4096;

/// All rows of a table as slices of one run each, in canonical order.
pub(super) struct Runs<'a> {
    streams: Vec<(Option<(Task, RecordBatch)>, Stream<'a>)>,
    first: u64,
}

impl<'a> Runs<'a> {
    /// Opens the table of every segment of every folder.
    pub(super) fn open(
        folders: &[(&'a Path, &'a Manifest)],
        table: &'a str,
    ) -> Result<Self, OutputError> {
        let mut streams = Vec::new();
        for (path, manifest) in folders {
            for segment in 0..manifest.segments.len() {
                let mut stream = Stream::new((path, manifest), segment, table);
                let head = stream.next_slice()?;
                streams.push((head, stream));
            }
        }
        let first = folders.first().map_or(0, |(_, manifest)| manifest.replications.first);
        Ok(Self { streams, first })
    }

    /// All rows of the next run.
    pub(super) fn next_run(&mut self) -> Result<Option<(Task, Vec<RecordBatch>)>, OutputError> {
        let Some((task, slice)) = self.next_slice()? else { return Ok(None) };
        let mut slices = vec![slice];
        while self.next_task() == Some(task) {
            slices.extend(self.next_slice()?.map(|(_, slice)| slice));
        }
        Ok(Some((task, slices)))
    }

    /// Position of the stream whose next row comes first; the first of equals.
    fn earliest(&self) -> Option<usize> {
        let places = self.streams.iter().enumerate().filter_map(|(at, (head, _))| {
            head.as_ref().map(|(task, _)| (task.place(self.first), at))
        });
        places.min().map(|(_, at)| at)
    }

    fn next_task(&self) -> Option<Task> {
        let (head, _) = &self.streams[self.earliest()?];
        head.as_ref().map(|(task, _)| *task)
    }

    /// The next slice; slices of one run may be several.
    pub(super) fn next_slice(&mut self) -> Result<Option<(Task, RecordBatch)>, OutputError> {
        let Some(at) = self.earliest() else { return Ok(None) };
        let (head, stream) = &mut self.streams[at];
        let next = stream.next_slice()?;
        Ok(std::mem::replace(head, next))
    }
}

/// One table of one segment of one folder.
struct Stream<'a> {
    folder: &'a Path,
    policies: &'a [String],
    /// From the last to the first.
    files: Vec<&'a FileEntry>,
    open: Option<ParquetRecordBatchReader>,
    path: PathBuf,
    /// Rows read, and how many of them were given.
    batch: Option<(RecordBatch, Vec<Task>)>,
    given: usize,
}

impl<'a> Stream<'a> {
    fn new((folder, manifest): (&'a Path, &'a Manifest), segment: usize, table: &'a str) -> Self {
        let parts = manifest.parts.iter().filter(|part| part.segment == segment);
        let of_table =
            |file: &&FileEntry| file.path.split('/').next().is_some_and(|name| name == table);
        let mut files: Vec<&FileEntry> =
            parts.flat_map(|part| &part.files).filter(of_table).collect();
        files.reverse();
        Self {
            folder,
            policies: &manifest.scenario.policies,
            files,
            open: None,
            path: folder.to_owned(),
            batch: None,
            given: 0,
        }
    }

    fn next_slice(&mut self) -> Result<Option<(Task, RecordBatch)>, OutputError> {
        loop {
            if let Some((batch, tasks)) = &self.batch
                && self.given < tasks.len()
            {
                let (start, task) = (self.given, tasks[self.given]);
                let end = start + tasks[start..].iter().take_while(|t| **t == task).count();
                self.given = end;
                return Ok(Some((task, batch.slice(start, end - start))));
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Reads the next batch; false at the end.
    fn read(&mut self) -> Result<bool, OutputError> {
        self.batch = None;
        self.given = 0;
        loop {
            if let Some(batch) = self.open.as_mut().and_then(Iterator::next) {
                let damaged = |reason| OutputError::Damaged { path: self.path.clone(), reason };
                let batch = batch.map_err(|e| damaged(e.to_string()))?;
                let tasks = tasks(&batch, self.policies).map_err(damaged)?;
                self.batch = Some((batch, tasks));
                return Ok(true);
            }
            let Some(file) = self.files.pop() else { return Ok(false) };
            self.path = self.folder.join(&file.path);
            self.open = Some(batches(self.folder, file, None, ROWS)?);
        }
    }
}

/// What run each row of a batch belongs to.
pub(super) fn tasks(batch: &RecordBatch, policies: &[String]) -> Result<Vec<Task>, String> {
    let (names, points) = (texts(batch, "policy")?, counts(batch, "point")?);
    let replications = counts(batch, "replication")?;
    let mut last: Option<(&str, usize)> = None;
    let mut out = Vec::with_capacity(names.len());
    for (row, name) in names.into_iter().enumerate() {
        let policy = match last {
            Some((known, at)) if known == name => at,
            _ => policies
                .iter()
                .position(|policy| policy == name)
                .ok_or_else(|| format!("it has a policy `{name}` that the manifest has not"))?,
        };
        last = Some((name, policy));
        out.push(Task { replication: replications[row], point: points[row], policy });
    }
    Ok(out)
}
