//! Reading a results folder: what it says of itself, columns of its tables, and whether its files are whole.

use std::fs::{self, File};
use std::io::{ErrorKind, Seek};
use std::path::{Path, PathBuf};

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, UInt64Type};

use super::OutputError;
use super::digest::{sha256, sha256_of};
use super::manifest::{FILE as MANIFEST, FileEntry, Manifest, identity};
use super::results::{FAILURES_LISTED, PARAMETERS, RESOLVED};
use super::streams::tasks;
use crate::design::{DesignSpec, Kind};
use crate::rule::RuleNote;
use crate::run::schedule::{BLOCK, Task};
use crate::run::{Failure, Fold, Statistics, Study};

/// A results folder that is read. It may still be growing.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The folder.
    pub path: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

/// One quantity of one nation in every recorded run.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// `[policy][point][replication − first]`; NaN where undefined, failed or not recorded; no entries for a point without runs.
    pub values: Vec<Vec<Vec<f64>>>,
}

impl Stored {
    /// Opens a folder.
    ///
    /// # Errors
    ///
    /// It is no results folder, of another format, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        match Manifest::read(&path.join(MANIFEST)) {
            Ok(manifest) => Ok(Self { path: path.to_owned(), manifest }),
            Err(OutputError::Io { source, .. })
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Err(OutputError::Absent { path: path.to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    /// A text that the folder holds, if it is the one that was written.
    fn text(&self, name: &str) -> Result<String, OutputError> {
        let path = self.path.join(name);
        let Some(file) = self.manifest.file(name) else {
            return Err(OutputError::Damaged { path, reason: "the manifest lacks it".to_owned() });
        };
        String::from_utf8(read_file(&self.path, file)?)
            .map_err(|e| OutputError::Damaged { path, reason: e.to_string() })
    }

    /// The resolved scenario that was run.
    pub fn resolved(&self) -> Result<String, OutputError> {
        self.text(RESOLVED)
    }

    /// Every parameter of every policy with its source, as CSV.
    pub fn parameters(&self) -> Result<String, OutputError> {
        self.text(PARAMETERS)
    }

    /// The statistics of the recorded runs; `study` is of the same scenario.
    pub fn statistics(&self, study: &Study) -> Result<Statistics, OutputError> {
        let different = differences(&self.manifest, study);
        if !different.is_empty() {
            return Err(OutputError::Mismatch { path: self.path.clone(), differences: different });
        }
        let Some(state) = &self.manifest.state else { return Ok(Statistics::new(study)) };
        let fold = read_state(study, &self.path, state)?;
        if self.manifest.in_order {
            return Ok(fold.statistics);
        }
        super::rows::refold(study, &[(&self.path, &self.manifest)], &fold.statistics)
    }

    /// The failed runs (the first 100,000).
    pub fn failures(&self) -> Result<Vec<Failure>, OutputError> {
        failures_of(&self.path, &self.manifest)
    }

    /// Reads every file that the manifest names, and says which are damaged.
    #[must_use]
    pub fn verify(&self) -> Vec<OutputError> {
        let read = |file| open_whole(&self.path, file).err();
        self.manifest.named().filter_map(read).collect()
    }

    /// The fingerprint of a run, if it is recorded and finished.
    ///
    /// # Errors
    ///
    /// A file is damaged.
    pub fn fingerprint(&self, task: Task) -> Result<Option<u64>, OutputError> {
        let names = ["policy", "point", "replication", "fingerprint"];
        for file in files_of(&self.manifest, "runs") {
            let path = self.path.join(&file.path);
            let damaged = |reason: String| OutputError::Damaged { path: path.clone(), reason };
            for batch in batches(&self.path, file, Some(&names), 8192)? {
                let batch = batch.map_err(|e| damaged(e.to_string()))?;
                let tasks = tasks(&batch, &self.manifest.scenario.policies).map_err(damaged)?;
                let prints = counts(&batch, "fingerprint").map_err(damaged)?;
                if let Some(row) = tasks.iter().position(|found| *found == task) {
                    return Ok(Some(prints[row]));
                }
            }
        }
        Ok(None)
    }

    /// Hands over every recorded sample of series of one nation at some points of the design (ascending): position of the policy, days from 1970-01-01, the values (NaN where undefined).
    ///
    /// # Errors
    ///
    /// A file is damaged, or has no such column.
    pub fn each_sample(
        &self,
        series: &[&str],
        (nation, points): (&str, &[usize]),
        mut take: impl FnMut(usize, i32, &[f64]),
    ) -> Result<(), OutputError> {
        let keys = ["policy", "point", "replication", "nation", "date"];
        let names: Vec<&str> = keys.iter().chain(series).copied().collect();
        for file in files_of(&self.manifest, "series") {
            let path = self.path.join(&file.path);
            let damaged = |reason: String| OutputError::Damaged { path: path.clone(), reason };
            for batch in batches(&self.path, file, Some(&names), 65_536)? {
                let batch = batch.map_err(|e| damaged(e.to_string()))?;
                let tasks = tasks(&batch, &self.manifest.scenario.policies).map_err(damaged)?;
                let nations = texts(&batch, "nation").map_err(damaged)?;
                let days = column(&batch, "date").map_err(damaged)?;
                let days = days.as_primitive_opt::<Date32Type>();
                let days = days.ok_or_else(|| damaged("column `date` has no dates".to_owned()))?;
                let columns: Result<Vec<Vec<f64>>, String> =
                    series.iter().map(|name| numbers(&batch, name)).collect();
                let columns = columns.map_err(damaged)?;
                let mut row = vec![f64::NAN; series.len()];
                let meant = |at: &usize| {
                    nations[*at] == nation
                        && points.binary_search(&(tasks[*at].point as usize)).is_ok()
                };
                for at in (0..batch.num_rows()).filter(meant) {
                    row.iter_mut().zip(&columns).for_each(|(value, column)| *value = column[at]);
                    take(tasks[at].policy, days.value(at), &row);
                }
            }
        }
        Ok(())
    }

    /// Quantities of one nation in every recorded run, in one pass over the files.
    ///
    /// # Errors
    ///
    /// A file is damaged, or has no such column.
    pub fn columns(&self, quantities: &[&str], nation: &str) -> Result<Vec<Column>, OutputError> {
        let policies = &self.manifest.scenario.policies;
        let points = self.manifest.points as usize;
        let blank = Column { values: vec![vec![Vec::new(); points]; policies.len()] };
        let mut out = vec![blank; quantities.len()];
        let names: Vec<&str> = ["policy", "point", "replication", "nation"]
            .iter()
            .chain(quantities)
            .copied()
            .collect();
        for file in files_of(&self.manifest, "runs") {
            let path = self.path.join(&file.path);
            let damaged = |reason: String| OutputError::Damaged { path: path.clone(), reason };
            for batch in batches(&self.path, file, Some(&names), 8192)? {
                let batch = batch.map_err(|e| damaged(e.to_string()))?;
                let keys = (tasks(&batch, policies), texts(&batch, "nation"));
                let keys = (keys.0.map_err(damaged)?, keys.1.map_err(damaged)?);
                let first = self.manifest.replications.first;
                for (column, name) in out.iter_mut().zip(quantities) {
                    let values = numbers(&batch, name).map_err(damaged)?;
                    column.fill(&keys, (nation, first), &values);
                }
            }
        }
        Ok(out)
    }
}

impl Column {
    fn fill(
        &mut self,
        (tasks, nations): &(Vec<Task>, Vec<&str>),
        (nation, first): (&str, u64),
        values: &[f64],
    ) {
        for (row, value) in values.iter().enumerate() {
            if nations[row] != nation {
                continue;
            }
            let task = tasks[row];
            let Some(cell) = self.values[task.policy].get_mut(task.point as usize) else {
                continue;
            };
            let at = (task.replication - first) as usize;
            if cell.len() <= at {
                cell.resize(at + 1, f64::NAN);
            }
            cell[at] = *value;
        }
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b dyn Array, String> {
    let column = batch.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))?;
    Ok(column.as_ref())
}

/// A column of texts.
pub(super) fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Result<Vec<&'b str>, String> {
    let array =
        column(batch, name)?.as_string_opt::<i32>().ok_or("a text column is of another type")?;
    Ok((0..array.len()).map(|row| array.value(row)).collect())
}

/// A column of counts.
pub(super) fn counts<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b [u64], String> {
    let array = column(batch, name)?.as_primitive_opt::<UInt64Type>();
    Ok(array.ok_or_else(|| format!("column `{name}` is of another type"))?.values())
}

/// A column of numbers, NaN where null.
pub(super) fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<f64>, String> {
    let array = column(batch, name)?.as_primitive_opt::<Float64Type>();
    let array = array.ok_or_else(|| format!("column `{name}` is of another type"))?;
    Ok(array.iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

/// The files of one table, in order.
pub(super) fn files_of<'m>(
    manifest: &'m Manifest,
    table: &str,
) -> impl Iterator<Item = &'m FileEntry> {
    let files = manifest.parts.iter().flat_map(|part| &part.files);
    files.filter(move |file| file.path.split('/').next() == Some(table))
}

/// The record batches of one file, after checking that it is whole; of all columns or of some.
pub(super) fn batches(
    folder: &Path,
    file: &FileEntry,
    names: Option<&[&str]>,
    rows: usize,
) -> Result<ParquetRecordBatchReader, OutputError> {
    let path = folder.join(&file.path);
    let damaged = |reason: String| OutputError::Damaged { path: path.clone(), reason };
    // From the file, not from memory: of each shard of a study a file is open at once.
    let whole = open_whole(folder, file)?;
    let mut builder =
        ParquetRecordBatchReaderBuilder::try_new(whole).map_err(|e| damaged(e.to_string()))?;
    if let Some(names) = names {
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        builder = builder.with_projection(mask);
    }
    builder.with_batch_size(rows).build().map_err(|e| damaged(e.to_string()))
}

/// Refuses a file that is missing or of another size, without reading it.
pub(super) fn check_file(folder: &Path, file: &FileEntry) -> Result<(), OutputError> {
    let path = folder.join(&file.path);
    let found = File::open(&path).and_then(|f| f.metadata());
    let size = found.map_err(OutputError::io("read", &path))?.len();
    if size == file.bytes {
        return Ok(());
    }
    let reason = format!("it has {size} bytes, {} were written", file.bytes);
    Err(OutputError::Damaged { path, reason })
}

/// A file, if its bytes are those that were written.
fn open_whole(folder: &Path, file: &FileEntry) -> Result<File, OutputError> {
    check_file(folder, file)?;
    let path = folder.join(&file.path);
    let read = || {
        let mut opened = File::open(&path)?;
        let sha256 = sha256_of(&mut opened)?;
        opened.rewind()?;
        Ok((opened, sha256))
    };
    let (opened, sha256) = read().map_err(OutputError::io("read", &path))?;
    if sha256 == file.sha256 { Ok(opened) } else { Err(altered(path)) }
}

fn altered(path: PathBuf) -> OutputError {
    let reason = "its SHA-256 is not the one that was written".to_owned();
    OutputError::Damaged { path, reason }
}

/// The bytes of a file, if they are those that were written.
pub(super) fn read_file(folder: &Path, file: &FileEntry) -> Result<Vec<u8>, OutputError> {
    check_file(folder, file)?;
    let path = folder.join(&file.path);
    let bytes = fs::read(&path).map_err(OutputError::io("read", &path))?;
    if sha256(&bytes) == file.sha256 { Ok(bytes) } else { Err(altered(path)) }
}

/// The fold that a state file holds.
pub(super) fn read_state(
    study: &Study,
    folder: &Path,
    file: &FileEntry,
) -> Result<Fold, OutputError> {
    let path = folder.join(&file.path);
    let state = postcard::from_bytes(&read_file(folder, file)?)
        .map_err(|e| OutputError::Damaged { path: path.clone(), reason: e.to_string() })?;
    Fold::restore(study, state).ok_or_else(|| OutputError::Damaged {
        path,
        reason: "it does not fit the study".to_owned(),
    })
}

/// The failed runs of a folder (the first 100,000).
pub(super) fn failures_of(folder: &Path, manifest: &Manifest) -> Result<Vec<Failure>, OutputError> {
    let mut out = Vec::new();
    let policies = &manifest.scenario.policies;
    for file in files_of(manifest, "failures") {
        let path = folder.join(&file.path);
        let damaged = |reason: String| OutputError::Damaged { path: path.clone(), reason };
        for batch in batches(folder, file, None, 8192)? {
            let batch = batch.map_err(|e| damaged(e.to_string()))?;
            let (names, errors) = (texts(&batch, "policy"), texts(&batch, "error"));
            let (names, errors) = (names.map_err(damaged)?, errors.map_err(damaged)?);
            let points = counts(&batch, "point").map_err(damaged)?;
            let replications = counts(&batch, "replication").map_err(damaged)?;
            for (row, error) in errors.iter().enumerate().take(FAILURES_LISTED - out.len()) {
                let policy = policies.iter().position(|name| name == names[row]);
                let policy =
                    policy.ok_or_else(|| damaged("it names an unknown policy".to_owned()))?;
                let task = Task { policy, point: points[row], replication: replications[row] };
                out.push(Failure { task, error: (*error).to_owned() });
            }
        }
    }
    Ok(out)
}

/// Why a folder does not hold (a part of) a study; empty if it does.
pub(super) fn differences(manifest: &Manifest, study: &Study) -> Vec<String> {
    let mut out = Vec::new();
    let mut differ = |what: &str, there: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
        out.push(format!("{what}: {there} there, {here} now"));
    };
    if manifest.model_version != study.model_version {
        differ("model version", &manifest.model_version, &study.model_version);
    }
    if manifest.scenario.id != study.id && manifest.scenario.hash != study.scenario_hash {
        differ("scenario", &manifest.scenario.id, &study.id);
    }
    let policies: Vec<&str> = study.policies.iter().map(|p| p.name.as_str()).collect();
    if manifest.scenario.policies != policies {
        differ("policies", &manifest.scenario.policies.join(", "), &policies.join(", "));
    }
    if manifest.scenario.hash != study.scenario_hash {
        differ("SHA-256 of the scenario's values", &manifest.scenario.hash, &study.scenario_hash);
    }
    for (what, there, here) in rules_that_differ(&manifest.rules, &study.rules) {
        differ(&what, &there, &here);
    }
    let or_none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    if manifest.design != study.design {
        differ("design", &or_none(&manifest.design), &or_none(&study.design));
    }
    let keep = |keep: crate::run::Keep| format!("{keep:?}").to_lowercase();
    if manifest.keep != study.keep {
        differ("what is kept of a run", &keep(manifest.keep), &keep(study.keep));
    }
    let numbers = [
        ("seed", manifest.seed, study.seed),
        ("first replication", manifest.replications.first, study.first),
        ("shard", manifest.shard.index, study.shard.index),
        ("number of shards", manifest.shard.of, study.shard.of),
        ("replications in a block", manifest.block, BLOCK),
    ];
    for (what, there, here) in numbers {
        if there != here {
            differ(what, &there, &here);
        }
    }
    for (what, there, here) in [
        ("replications", manifest.replications.asked, study.replications),
        ("points", manifest.points, study.points),
    ] {
        if there > here {
            out.push(format!("{what}: {there} were asked for there, {here} now; it can only grow"));
        }
    }
    if let (Some(Kind::Table { csv: there }), Some(Kind::Table { csv: here })) =
        (kind(manifest.design_spec.as_ref()), kind(study.design_spec.as_ref()))
        && !begins_with_rows(here, there)
    {
        out.push("rows of the table: those that are recorded have changed".to_owned());
    }
    if out.is_empty() && manifest.identity != identity(study) {
        out.push("the identity of the study".to_owned());
    }
    out
}

/// Rules that are not the same there and here, or only on one side: what is decided, and by which functions.
fn rules_that_differ(there: &[RuleNote], here: &[RuleNote]) -> Vec<(String, String, String)> {
    let function = |notes: &[RuleNote], at: &RuleNote| {
        let note = notes.iter().find(|note| note.is_beside(at));
        note.map_or("none".to_owned(), RuleNote::function)
    };
    let new = here.iter().filter(|note| !there.iter().any(|other| other.is_beside(note)));
    let differs = |note: &&RuleNote| {
        let same = |notes: &[RuleNote]| notes.iter().any(|other| other.is_same(note));
        !(same(there) && same(here))
    };
    let text = |note: &RuleNote| {
        let what = format!("function that decides policy `{}` in {}", note.policy, note.nation);
        (what, function(there, note), function(here, note))
    };
    there.iter().chain(new).filter(differs).map(text).collect()
}

fn kind(spec: Option<&DesignSpec>) -> Option<&Kind> {
    spec.map(|spec| &spec.kind)
}

/// Whether a table begins with all rows of another.
fn begins_with_rows(here: &str, there: &str) -> bool {
    let rest = here.strip_prefix(there.trim_end());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r']))
}

#[cfg(test)]
mod tests {
    use super::begins_with_rows;

    #[test]
    fn a_table_may_grow_by_rows_and_not_by_digits() {
        let old = "a\n0.3\n0.5\n";
        assert!(
            begins_with_rows("a\n0.3\n0.5\n0.6\n", old) && begins_with_rows("a\n0.3\n0.5", old)
        );
        assert!(!begins_with_rows("a\n0.3\n0.55\n", old) && !begins_with_rows("a\n0.3\n", old));
    }
}
