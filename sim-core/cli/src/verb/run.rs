//! `autarky run`: the base and every policy on common random numbers, into a results folder and a summary.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

use autarky_engine::stop::StopFlag;
use autarky_study::output::{
    Claim, Ending, OutputError, Results, csv, json, table, without_control,
};
use autarky_study::run::{MarketStudy, Outcome, Replications, Runner, Study};

use super::loaded;
use crate::args::{Format, MessageFormat, Run};
use crate::exit::{DONE, FAILED_RUNS, Failure, INTERNAL, INTERRUPTED, IO, SCENARIO};
use crate::progress::Progress;
use crate::{message, stdout};

/// Failures shown; `failures.parquet` has all.
const FAILURES_SHOWN: usize = 5;

pub(crate) fn run(args: &Run) -> Result<u8, Failure> {
    let prepared = prepare(args)?;
    let study = &prepared.study;
    let output = |e: OutputError| Failure::new(IO, e);
    let mut results = Results::create(study, &claim(args)).map_err(output)?;
    let stop = StopFlag::new();
    stop_on_interrupt(&stop)?;
    let total = study.replications * study.policies.len() as u64;
    let mut progress = Progress::start(total, args.quiet, args.scenario.message_format);
    let runner = Runner {
        threads: threads(args),
        stop: &stop,
        simulate: |policy, replication| prepared.simulate(policy, replication, &stop),
        progress: |done| progress.update(done),
    };
    let outcome = runner.run(study, &mut results).map_err(|e| Failure::new(INTERNAL, e));
    progress.end();
    finish(args, study, results, outcome?)
}

fn prepare(args: &Run) -> Result<MarketStudy, Failure> {
    let mut policies = args.scenario.policy.clone();
    if !policies.is_empty() && !policies.iter().any(|name| name == "base") {
        policies.push("base".to_owned());
    }
    let scenario = loaded(&args.scenario, &policies, args.quiet)?;
    let replications = Replications {
        seed: args.seed,
        first: args.first,
        count: args.replications,
        command: load_command(args),
    };
    MarketStudy::prepare(&scenario, replications).map_err(|e| Failure::new(SCENARIO, e))
}

/// The command that loads the same scenario.
fn load_command(args: &Run) -> String {
    let mut words = vec!["autarky run".to_owned(), quoted(&args.scenario.file)];
    for overlay in &args.scenario.overlay {
        words.push(format!("--overlay {}", quoted(&overlay.display().to_string())));
    }
    words.extend(args.scenario.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.join(" ")
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn claim(args: &Run) -> Claim {
    args.out.clone().map_or_else(|| Claim::Below(PathBuf::from("results")), Claim::Exact)
}

fn threads(args: &Run) -> NonZeroUsize {
    let asked = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs as usize));
    asked.or_else(|| available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// The first interrupt asks the run to stop, the second ends it at once.
fn stop_on_interrupt(stop: &StopFlag) -> Result<(), Failure> {
    let stop = stop.clone();
    let handler = move || {
        if stop.is_requested() {
            std::process::exit(i32::from(INTERRUPTED));
        }
        stop.request();
        message::line(
            "\nstopping; finished replications are kept (interrupt again to end at once)",
        );
    };
    ctrlc::set_handler(handler).map_err(|e| Failure::new(INTERNAL, e))
}

fn finish(
    args: &Run,
    study: &Study,
    mut results: Results<'_>,
    outcome: Outcome<OutputError>,
) -> Result<u8, Failure> {
    let ending = if outcome.interrupted { Ending::Interrupted } else { Ending::Complete };
    let written = match outcome.sink_error {
        Some(error) => Err(error),
        None => results.finish(&outcome.statistics, ending),
    };
    if let Err(error) = written {
        let kept = results.manifest().replications.recorded;
        results.abandon();
        return Err(Failure::new(
            IO,
            format_args!("{error}\n{kept} replications recorded before are kept"),
        ));
    }
    let text = match args.format {
        Format::Table => table::summary(study, &outcome.statistics),
        Format::Json => {
            format!("{:#}", json::summary(study, &outcome.statistics, results.manifest()))
        }
        Format::Csv => csv::summary(study, &outcome.statistics),
    };
    let printed = stdout::print(&text);
    report(args, study, &results);
    printed?;
    Ok(if outcome.interrupted {
        INTERRUPTED
    } else if outcome.failed > 0 {
        FAILED_RUNS
    } else {
        DONE
    })
}

/// What went wrong and where the results are.
fn report(args: &Run, study: &Study, results: &Results<'_>) {
    let failed = results.manifest().replications.failed;
    if failed > 0 {
        message::line(&format!("{failed} runs failed; failures.parquet lists them"));
    }
    for failure in results.failures().iter().take(FAILURES_SHOWN) {
        let name = &study.policies[failure.policy].name;
        message::line(&without_control(&format!(
            "  {name}, replication {}: {}",
            failure.replication, failure.error
        )));
        message::line(&without_control(&format!(
            "    again: {}",
            study.replay_command(failure.policy, failure.replication)
        )));
    }
    if !args.quiet {
        let path = results.folder().path().display().to_string();
        match args.scenario.message_format {
            MessageFormat::Human => message::line(&without_control(&format!("results in {path}"))),
            MessageFormat::Json => {
                message::line(
                    &serde_json::json!({ "reason": "results", "path": path }).to_string(),
                );
            }
        }
    }
}
