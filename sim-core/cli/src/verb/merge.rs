//! `autarky merge`: shards put together.

use autarky_study::job::reopen_to_read;
use autarky_study::output::{Claim, Stored, csv, json, merge, table, without_control};
use autarky_study::run::schedule::Shard;

use crate::args::{Format, Merge, MessageFormat};
use crate::exit::{DONE, FAILED_RUNS, Failure, USAGE};
use crate::study::{failure, list_failures, output};
use crate::{message, stdout};

pub(crate) fn run(args: &Merge) -> Result<u8, Failure> {
    let shards: Result<Vec<Stored>, _> = args.dirs.iter().map(|dir| Stored::open(dir)).collect();
    let shards = shards.map_err(output)?;
    let Some(first) = shards.first() else {
        return Err(Failure::new(USAGE, "there is nothing to merge"));
    };
    let mut job = reopen_to_read(first).map_err(|e| failure(e, MessageFormat::Human))?;
    job.market.study.shard = Shard::WHOLE;
    let study = &job.market.study;
    let manifest = merge(study, &shards, &Claim::Exact(args.out.clone())).map_err(output)?;
    let merged = Stored::open(&args.out).map_err(output)?;
    let statistics = merged.statistics(study).map_err(output)?;
    stdout::print(&match args.how.format {
        Format::Table => table::summary(study, &statistics),
        Format::Json => format!("{:#}", json::summary(study, &statistics, &manifest)),
        Format::Csv => csv::summary(study, &statistics),
    })?;
    let path = args.out.display().to_string();
    let failures = merged.failures().map_err(output)?;
    list_failures(study, &path, (manifest.runs.failed, &failures));
    if !args.how.quiet {
        message::line(&without_control(&format!("results in {path}")));
    }
    Ok(if manifest.runs.failed > 0 { FAILED_RUNS } else { DONE })
}
