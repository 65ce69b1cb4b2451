//! Shards of a study put together: the result is the one of a single machine.

use super::digest::ResultDigest;
use super::folder::{Claim, Folder};
use super::manifest::{Manifest, Part, Recorded};
use super::results::{Ending, Results};
use super::stored::{read_file, read_state};
use super::{OutputError, Stored, rows};
use crate::run::schedule::Shard;
use crate::run::{Fold, Study};

/// Merges shards into a new folder; `study` is the whole study. A shard that is given twice counts once.
///
/// # Errors
///
/// Shards are missing, unfinished, of different studies or damaged, or the folder cannot be written. The shards stay as they are.
pub fn merge(study: &Study, shards: &[Stored], claim: &Claim) -> Result<Manifest, OutputError> {
    let shards = complete(shards)?;
    let (folder, before) = Folder::claim(claim, &study.id, &super::manifest::run_hash(study))?;
    if before.is_some() {
        let reason = "it holds a study already; shards are merged into a new folder".to_owned();
        return Err(OutputError::Refused { path: folder.path().to_owned(), reason });
    }
    let mut manifest = Manifest::new(study);
    folder.sweep(&manifest)?;
    let mut digest = ResultDigest::default();
    let mut fold = Fold::new(study);
    for shard in &shards {
        take(shard, &folder, &mut manifest)?;
        let own = ResultDigest::from_hex(&shard.manifest.result_digest);
        digest.add(&own.unwrap_or_default());
        if let Some(state) = &shard.manifest.state {
            fold.statistics.add_paths(&read_state(study, &shard.path, state)?.statistics);
        }
    }
    let folders: Vec<_> = shards.iter().map(|s| (s.path.as_path(), &s.manifest)).collect();
    fold.statistics = rows::refold(study, &folders, &fold.statistics)?;
    manifest.result_digest = digest.hex();
    manifest.count();
    let mut results = Results::assembled(study, folder, manifest, fold)?;
    results.finish(Ending::Complete)?;
    Ok(results.manifest().clone())
}

/// The shards in order, each once, if they are all there and finished.
fn complete(shards: &[Stored]) -> Result<Vec<&Stored>, OutputError> {
    let Some(first) = shards.first() else { return Ok(Vec::new()) };
    let refused = |shard: &Stored, reason: String| {
        Err(OutputError::Asked { path: shard.path.clone(), reason })
    };
    let of = first.manifest.shard.of;
    let mut found: Vec<Option<&Stored>> = vec![None; of as usize];
    for shard in shards {
        let (own, head) = (&shard.manifest, &first.manifest);
        let size = |m: &Manifest| (m.points, m.replications.asked, m.shard.of, m.keep);
        let same = own.identity == head.identity
            && own.design_spec == head.design_spec
            && size(own) == size(head);
        if !same {
            let path = super::printable(&first.path);
            return refused(shard, format!("it is no shard of the same study as `{path}`"));
        }
        let steps = |manifest: &Manifest| -> Vec<_> {
            let segments = manifest.segments.iter().map(|s| &s.segment);
            segments.map(|s| (s.points.clone(), s.replications.clone())).collect()
        };
        if steps(own) != steps(head) {
            let path = super::printable(&first.path);
            return refused(
                shard,
                format!("it grew in other steps than `{path}`, so they do not fit together"),
            );
        }
        if own.runs.recorded != own.runs.asked {
            let text = "runs are recorded; `autarky resume` finishes it";
            return refused(shard, format!("{} of {} {text}", own.runs.recorded, own.runs.asked));
        }
        let slot = &mut found[own.shard.index as usize];
        if slot.is_some_and(|other| other.manifest.result_digest != own.result_digest) {
            return refused(
                shard,
                "another folder has the same shard with other results".to_owned(),
            );
        }
        slot.get_or_insert(shard);
    }
    let absent: Vec<String> = found
        .iter()
        .enumerate()
        .filter(|(_, shard)| shard.is_none())
        .map(|(at, _)| format!("{}/{of}", at + 1))
        .collect();
    if absent.is_empty() {
        Ok(found.into_iter().flatten().collect())
    } else {
        refused(first, format!("other shards are missing: {}", list(&absent)))
    }
}

/// The first of many names.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// Copies the parts of a shard.
fn take(shard: &Stored, folder: &Folder, manifest: &mut Manifest) -> Result<(), OutputError> {
    let offset = manifest.segments.len();
    manifest.segments.extend(
        shard
            .manifest
            .segments
            .iter()
            .map(|recorded| Recorded { segment: recorded.segment.clone(), runs: recorded.runs }),
    );
    for part in &shard.manifest.parts {
        let number = manifest.parts.len();
        let mut files = Vec::with_capacity(part.files.len());
        for file in &part.files {
            let table = file.path.split('/').next().unwrap_or_default();
            let bytes = read_file(&shard.path, file)?;
            files.push(folder.write_entry(&format!("{table}/part-{number:05}.parquet"), &bytes)?);
        }
        manifest.parts.push(Part { segment: offset + part.segment, runs: part.runs, files });
    }
    manifest.runs.failed += shard.manifest.runs.failed;
    Ok(())
}

/// The script of a job array for Slurm that runs the shards of a study and merges them.
#[must_use]
pub fn slurm(command: &str, shards: u64, folder: &str) -> String {
    format!(
        "#!/bin/bash\n\
         #SBATCH --job-name=autarky\n\
         #SBATCH --array=1-{shards}\n\
         #SBATCH --cpus-per-task=4\n\
         #SBATCH --mem=4G\n\
         #SBATCH --requeue\n\
         # When all tasks are done: autarky merge {folder}/shard-* --out {folder}/merged\n\
         set -euo pipefail\n\
         autarky shard \"$SLURM_ARRAY_TASK_ID/{shards}\" {command} --jobs \"$SLURM_CPUS_PER_TASK\" \\\n  \
           --out {folder}/shard-\"$SLURM_ARRAY_TASK_ID\" --quiet\n"
    )
}

/// Whether a folder holds a share of a study only.
#[must_use]
pub fn is_shard(stored: &Stored) -> bool {
    stored.manifest.shard != Shard::WHOLE
}

/// Bytes of all files of a folder that the manifest names.
#[must_use]
pub fn bytes(stored: &Stored) -> u64 {
    stored.manifest.named().map(|file| file.bytes).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_slurm_script_runs_each_shard_once_and_names_the_merge() {
        let text = super::slurm("small-state -n 100", 8, "out");
        assert!(
            text.contains("--array=1-8")
                && text.contains("\"$SLURM_ARRAY_TASK_ID/8\" small-state -n 100")
        );
        assert!(text.contains("autarky merge out/shard-* --out out/merged"));
    }
}
