//! Statistics from the rows of one or many folders: shards, or a study that grew, folded in canonical order as if it had been run at once.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use arrow::array::RecordBatch;
use autarky_market::record::{HORIZONS_DAYS, Layer};

use super::OutputError;
use super::manifest::{FileEntry, Manifest};
use super::stored::{Keys, batches, numbers, texts};
use crate::run::schedule::Task;
use crate::run::{RunValues, Statistics, Study, WithdrawalValue};

/// Runs of one policy and point read at once.
const RUNS_AT_ONCE: usize = 32;

/// Statistics of all rows of the folders, in canonical order; the paths are those of `paths`.
///
/// # Errors
///
/// A file is damaged.
pub(super) fn refold(
    study: &Study,
    folders: &[(&Path, &Manifest)],
    paths: &Statistics,
) -> Result<Statistics, OutputError> {
    let mut statistics = Statistics::new(study);
    let quantities: Vec<String> =
        statistics.quantities().iter().map(|quantity| quantity.name.clone()).collect();
    let mut streams = Vec::new();
    let mut incomplete = BTreeSet::new();
    for (path, manifest) in folders {
        for segment in 0..manifest.segments.len() {
            incomplete.extend(unfinished(manifest, segment));
            let mut rows = Rows::new((study, &quantities), (path, manifest), segment);
            let head = rows.next()?;
            streams.push((head, rows));
        }
    }
    let mut group: Vec<Option<RunValues>> = vec![None; study.policies.len()];
    let mut open: Option<(u64, u64)> = None;
    while let Some(at) = earliest(&streams, study.first) {
        let (head, rows) = &mut streams[at];
        let next = rows.next()?;
        let Some((task, values)) = std::mem::replace(head, next) else { break };
        let key = (task.point, task.replication);
        if incomplete.contains(&key) {
            continue;
        }
        if open.is_some_and(|open| open != key) {
            statistics.push(&group);
            group.fill(None);
        }
        open = Some(key);
        group[task.policy] = Some(values);
    }
    if open.is_some() {
        statistics.push(&group);
    }
    statistics.add_paths(paths);
    Ok(statistics)
}

/// Point and replication that are recorded under some policies only, because the study was stopped there.
fn unfinished(manifest: &Manifest, segment: usize) -> Option<(u64, u64)> {
    let recorded = &manifest.segments[segment];
    let policies = manifest.scenario.policies.len() as u64;
    let task = || recorded.segment.task(recorded.runs, policies, manifest.replications.first);
    (recorded.runs % policies != 0).then(|| (task().point, task().replication))
}

type Head<'a> = (Option<(Task, RunValues)>, Rows<'a>);

/// The stream whose next row comes first; the first of equals.
fn earliest(streams: &[Head<'_>], first: u64) -> Option<usize> {
    let places = streams.iter().enumerate().filter_map(|(at, (head, _))| {
        head.as_ref().map(|(task, _)| (task.place(first), at))
    });
    places.min().map(|(_, at)| at)
}

/// The runs of one segment of one folder, in order.
struct Rows<'a> {
    study: &'a Study,
    /// Names of the columns, in the order of the values.
    quantities: &'a [String],
    folder: &'a Path,
    policies: &'a [String],
    /// Files of `runs` and `withdrawal`, part by part, from the last to the first.
    files: Vec<[&'a FileEntry; 2]>,
    open: Option<[ParquetRecordBatchReader; 2]>,
    /// Path of the open file of runs.
    path: PathBuf,
    /// Runs read and not taken yet, from the last to the first.
    ready: Vec<(Task, RunValues)>,
    withdrawal: VecDeque<WithdrawalValue>,
}

impl<'a> Rows<'a> {
    fn new(
        (study, quantities): (&'a Study, &'a [String]),
        (folder, manifest): (&'a Path, &'a Manifest),
        segment: usize,
    ) -> Self {
        let parts = manifest.parts.iter().filter(|part| part.segment == segment);
        let file = |part: &'a super::manifest::Part, table: &str| {
            part.files.iter().find(|file| file.path.starts_with(table))
        };
        let mut files: Vec<[&FileEntry; 2]> = parts
            .filter_map(|part| Some([file(part, "runs/")?, file(part, "withdrawal/")?]))
            .collect();
        files.reverse();
        Self {
            study,
            quantities,
            folder,
            policies: &manifest.scenario.policies,
            files,
            open: None,
            path: folder.to_owned(),
            ready: Vec::new(),
            withdrawal: VecDeque::new(),
        }
    }

    fn next(&mut self) -> Result<Option<(Task, RunValues)>, OutputError> {
        loop {
            if let Some(run) = self.ready.pop() {
                return Ok(Some(run));
            }
            if self.open.is_none() {
                let Some([runs, withdrawal]) = self.files.pop() else { return Ok(None) };
                let nations = self.study.policies[0].layout.nations.len();
                self.path = self.folder.join(&runs.path);
                self.withdrawal.clear();
                self.open = Some([
                    batches(self.folder, runs, None, RUNS_AT_ONCE * nations.max(1))?,
                    batches(self.folder, withdrawal, Some(&["level", "loss", "layer"]), 4096)?,
                ]);
            }
            self.fill().map_err(|reason| OutputError::Damaged { path: self.path.clone(), reason })?;
        }
    }

    /// Reads some runs of the open part, or closes it.
    fn fill(&mut self) -> Result<(), String> {
        let Some([runs, _]) = &mut self.open else { return Ok(()) };
        let Some(batch) = runs.next() else {
            self.open = None;
            return Ok(());
        };
        let batch = batch.map_err(|e| e.to_string())?;
        let keys = Keys::of(&batch, self.policies)?;
        let quantities = self.quantities(&batch)?;
        let nations = self.study.policies[0].layout.nations.len();
        for (run, task) in keys.tasks.iter().step_by(nations.max(1)).enumerate() {
            let values = RunValues {
                quantities: (run * nations..(run + 1) * nations)
                    .flat_map(|row| quantities.iter().map(move |column| column[row]))
                    .collect(),
                paths: Vec::new(),
                withdrawal: self.tests(*task, nations)?,
            };
            self.ready.push((*task, values));
        }
        self.ready.reverse();
        Ok(())
    }

    fn quantities(&self, batch: &RecordBatch) -> Result<Vec<Vec<f64>>, String> {
        self.quantities.iter().map(|name| numbers(batch, name)).collect()
    }

    /// The withdrawal tests of the next run.
    fn tests(&mut self, task: Task, nations: usize) -> Result<Vec<WithdrawalValue>, String> {
        let actors = self.study.policies[task.policy].layout.actors.len();
        let count = nations * actors * HORIZONS_DAYS.len();
        while self.withdrawal.len() < count {
            let reader = self.open.as_mut().map(|[_, withdrawal]| withdrawal);
            let batch = reader.and_then(Iterator::next);
            let batch = batch.ok_or("the withdrawal tests of a run are missing")?;
            let batch = batch.map_err(|e| e.to_string())?;
            let (level, loss) = (numbers(&batch, "level")?, numbers(&batch, "loss")?);
            let layers = texts(&batch, "layer")?;
            for (row, name) in layers.iter().enumerate() {
                let layer = Layer::ALL.iter().position(|layer| layer.as_str() == *name);
                let layer = layer.ok_or("an unknown layer")? as u8;
                self.withdrawal.push_back(WithdrawalValue { level: level[row], loss: loss[row], layer });
            }
        }
        Ok(self.withdrawal.drain(..count).collect())
    }
}
