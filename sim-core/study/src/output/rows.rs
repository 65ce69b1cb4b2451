//! Statistics from the rows of one or many folders: shards, or a study that grew, folded in canonical order as if it had been run at once.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Float64Type;
use autarky_market::record::{HORIZONS_DAYS, Layer};

use super::OutputError;
use super::manifest::Manifest;
use super::stored::{numbers, texts};
use super::streams::Runs;
use crate::run::schedule::Task;
use crate::run::{Quantity, RunValues, Statistics, Study, WithdrawalValue};

/// Columns of the table of runs before the first quantity: policy, point, replication, nation.
const KEYS: usize = 4;

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
    let quantities = statistics.quantities().to_vec();
    let mut runs = Runs::open(folders, "runs")?;
    let mut withdrawal = Runs::open(folders, "withdrawal")?;
    let skipped: BTreeSet<(u64, u64)> = folders.iter().flat_map(|(_, m)| unfinished(m)).collect();
    let mut group: Vec<Option<RunValues>> = vec![None; study.policies.len()];
    let mut open: Option<(u64, u64)> = None;
    while let Some((task, batches)) = runs.next_run()? {
        // A policy without foreign actors has no tests.
        let tested = !study.policies[task.policy].layout.actors.is_empty();
        let tests = if tested { withdrawal.next_run()? } else { Some((task, Vec::new())) };
        let damaged =
            |reason: String| OutputError::Damaged { path: folders[0].0.to_owned(), reason };
        let key = (task.point, task.replication);
        if skipped.contains(&key) {
            continue;
        }
        let tests = tests.filter(|(other, _)| *other == task).map(|(_, batches)| batches);
        let tests = tests.ok_or_else(|| damaged("tables have different runs".to_owned()))?;
        let values = values(study, &quantities, task, [&batches, &tests]).map_err(damaged)?;
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

/// Points and replications that are recorded under some policies only, because the study was stopped there.
fn unfinished(manifest: &Manifest) -> Vec<(u64, u64)> {
    let policies = manifest.scenario.policies.len() as u64;
    let cut = manifest.segments.iter().filter(|s| s.runs % policies != 0);
    cut.map(|s| s.segment.task(s.runs, policies, manifest.replications.first))
        .map(|task| (task.point, task.replication))
        .collect()
}

/// The values of one run from its rows.
fn values(
    study: &Study,
    quantities: &[Quantity],
    task: Task,
    [runs, tests]: [&[RecordBatch]; 2],
) -> Result<RunValues, String> {
    let layout = &study.policies[task.policy].layout;
    let mut values = Vec::with_capacity(layout.nations.len() * quantities.len());
    for batch in runs {
        for row in 0..batch.num_rows() {
            for (at, quantity) in quantities.iter().enumerate() {
                values.push(cell(batch, KEYS + at, &quantity.name, row)?);
            }
        }
    }
    let mut withdrawal = Vec::new();
    for batch in tests {
        let (level, loss) = (numbers(batch, "level")?, numbers(batch, "loss")?);
        for (row, name) in texts(batch, "layer")?.into_iter().enumerate() {
            let layer = Layer::ALL.iter().position(|layer| layer.as_str() == name);
            let layer = layer.ok_or("an unknown layer")? as u8;
            withdrawal.push(WithdrawalValue { level: level[row], loss: loss[row], layer });
        }
    }
    let nations = layout.nations.len();
    if values.len() == nations * quantities.len()
        && withdrawal.len() == nations * layout.actors.len() * HORIZONS_DAYS.len()
    {
        Ok(RunValues { quantities: values, paths: Vec::new(), withdrawal })
    } else {
        Err(format!("replication {} has too few or too many rows", task.replication))
    }
}

/// One number; NaN where null.
fn cell(batch: &RecordBatch, column: usize, name: &str, row: usize) -> Result<f64, String> {
    let wrong = || format!("column {column} is not the quantity `{name}`");
    let schema = batch.schema_ref();
    if schema.fields().get(column).is_none_or(|field| field.name() != name) {
        return Err(wrong());
    }
    let array = batch.column(column).as_primitive_opt::<Float64Type>().ok_or_else(wrong)?;
    Ok(if array.is_null(row) { f64::NAN } else { array.value(row) })
}
