//! What the verbs that run studies share: from arguments to a study, and from its start to its end.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use autarky_engine::stop::StopFlag;
use autarky_study::ask::{AskError, Asked};
use autarky_study::design::{DesignSpec, Kind};
use autarky_study::drive::{self, DriveError, Watcher};
use autarky_study::job::{Job, JobError, Request, Vary, reopen_to_read};
use autarky_study::output::{Claim, OutputError, Stored, csv, json, table, without_control};
use autarky_study::run::schedule::Shard;
use autarky_study::run::{Failure as RunFailure, Keep, PrepareError, Recipe, Study, shell_word};

use crate::args::{
    DesignArgs, DesignKind, Format, HowArgs, KeepArg, MessageFormat, OutcomeArgs, ScenarioArgs,
    StudyArgs, UntilArgs,
};
use crate::exit::{
    DONE, FAILED_RUNS, Failure, INTERNAL, INTERRUPTED, IO, MISMATCH, SCENARIO, USAGE, messages,
};
use crate::progress::Progress;
use crate::{message, stdout};

/// Failures shown; `failures.parquet` has all.
const FAILURES_SHOWN: usize = 5;
/// Points of a design where nothing is said.
const POINTS: u64 = 64;
/// Levels of an axis of a Morris design where nothing is said.
const LEVELS: u64 = 4;
/// Largest table of a design in bytes.
const TABLE_BYTES: u64 = 256 << 20;

/// A failure of the study crate as one of the program.
pub(crate) fn failure(error: JobError, format: MessageFormat) -> Failure {
    match error {
        JobError::Scenario(found) | JobError::Prepare(PrepareError::Design(found)) => {
            Failure::scenario(&found, format)
        }
        JobError::Prepare(error) => Failure::new(SCENARIO, error),
        JobError::Output(error) => output(error),
        JobError::Asked(text) => Failure::new(USAGE, text),
    }
}

/// A failure to read or write a folder.
pub(crate) fn output(error: OutputError) -> Failure {
    Failure::new(output_code(&error), error)
}

const fn output_code(error: &OutputError) -> u8 {
    match error {
        OutputError::Mismatch { .. } => MISMATCH,
        OutputError::Asked { .. } => USAGE,
        _ => IO,
    }
}

/// Loads and compiles what a verb asks for; warnings go to standard error unless quiet.
pub(crate) fn prepare(args: &StudyArgs, vary: Option<Vary>, shard: Shard) -> Result<Job, Failure> {
    let keep = keep(args.keep, vary.is_some());
    let recipe = recipe(&args.scenario);
    let request = Request {
        command: recipe.command(),
        recipe,
        seed: args.seed,
        first: args.first,
        replications: args.replications,
        vary,
        keep,
        shard,
    };
    let format = args.scenario.message_format;
    let job = request.prepare().map_err(|error| failure(error, format))?;
    if !args.how.quiet {
        for text in messages(&job.loaded.warnings, format) {
            message::line(&text);
        }
        for advice in job.market.advice() {
            message::line(&advice);
        }
    }
    Ok(job)
}

/// What is kept of each run: series where there is no design.
pub(crate) fn keep(asked: Option<KeepArg>, designed: bool) -> Keep {
    match asked {
        Some(KeepArg::Runs) => Keep::Runs,
        None if designed => Keep::Runs,
        Some(KeepArg::Series) | None => Keep::Series,
    }
}

fn recipe(args: &ScenarioArgs) -> Recipe {
    Recipe {
        file: args.file.clone(),
        overlays: args.overlay.iter().map(|path| path.display().to_string()).collect(),
        sets: args.set.clone(),
        policies: args.policy.clone(),
        copies: Vec::new(),
    }
}

/// What varies, from the arguments of a design; none without one.
pub(crate) fn vary(args: &DesignArgs) -> Result<Option<Vary>, Failure> {
    if let Some(draws) = args.uncertain {
        let seed = args.design_seed.unwrap_or(1);
        refuse_unused(&DesignArgs { design_seed: None, ..args.clone() }, None)?;
        return Ok(Some(Vary::Uncertain { draws, seed }));
    }
    let asked = args.design.or(args.table.as_ref().map(|_| DesignKind::Table));
    let design = asked.or((!args.axis.is_empty()).then_some(DesignKind::Factorial));
    refuse_unused(args, design)?;
    let Some(design) = design else { return Ok(None) };
    let points = args.points.unwrap_or(POINTS);
    let (scramble, skip) = (!args.unscrambled, args.skip.unwrap_or(0));
    let kind = match design {
        DesignKind::Factorial => Kind::Factorial,
        DesignKind::Latin => Kind::Latin { points },
        DesignKind::Sobol => Kind::Sobol { points, scramble, skip },
        DesignKind::Saltelli => {
            Kind::Saltelli { samples: points, second_order: args.second_order, scramble, skip }
        }
        DesignKind::Morris => {
            Kind::Morris { trajectories: points, levels: args.levels.unwrap_or(LEVELS) }
        }
        DesignKind::Random => Kind::Random { points },
        DesignKind::Table => Kind::Table { csv: table_text(args)? },
    };
    let seed = args.design_seed.unwrap_or(1);
    Ok(Some(Vary::Design(DesignSpec { kind, axes: args.axis.clone(), seed })))
}

/// Refuses options that the kind of design does not take.
fn refuse_unused(args: &DesignArgs, design: Option<DesignKind>) -> Result<(), Failure> {
    use DesignKind::{Factorial, Latin, Morris, Random, Saltelli, Sobol, Table};
    let of = |kinds: &[DesignKind]| design.is_some_and(|kind| kinds.contains(&kind));
    let given = [
        ("--points", args.points.is_some(), of(&[Latin, Sobol, Saltelli, Morris, Random])),
        ("--levels", args.levels.is_some(), of(&[Morris])),
        ("--skip", args.skip.is_some(), of(&[Sobol, Saltelli])),
        ("--unscrambled", args.unscrambled, of(&[Sobol, Saltelli])),
        ("--second-order", args.second_order, of(&[Saltelli])),
        ("--table", args.table.is_some(), of(&[Table])),
        ("--axis", !args.axis.is_empty(), design.is_some() && !of(&[Table])),
        (
            "--design-seed",
            args.design_seed.is_some(),
            of(&[Factorial, Latin, Sobol, Saltelli, Morris, Random]),
        ),
    ];
    match given.iter().find(|(_, there, taken)| *there && !taken) {
        None => Ok(()),
        Some((option, ..)) => {
            let what = match design {
                None => "without a design (--design KIND with --axis PATH=VALUES)".to_owned(),
                Some(kind) => format!("with a {} design", format!("{kind:?}").to_lowercase()),
            };
            Err(Failure::new(USAGE, format_args!("{option} has no meaning {what}")))
        }
    }
}

fn table_text(args: &DesignArgs) -> Result<String, Failure> {
    let Some(path) = &args.table else {
        return Err(Failure::new(USAGE, "a table design needs --table FILE"));
    };
    let name = without_control(&path.display().to_string());
    let refused = |why: String| Failure::new(IO, format_args!("cannot read `{name}`: {why}"));
    let size = std::fs::metadata(path).map_err(|e| refused(e.to_string()))?.len();
    if size > TABLE_BYTES {
        return Err(refused(format!("it has {size} bytes; a table has at most {TABLE_BYTES}")));
    }
    std::fs::read_to_string(path).map_err(|e| refused(e.to_string()))
}

pub(crate) fn claim(out: Option<&PathBuf>) -> Claim {
    out.map_or_else(|| Claim::Below(PathBuf::from("results")), |path| Claim::Exact(path.clone()))
}

/// How a study is run and shown.
pub(crate) struct Drive<'a> {
    pub(crate) how: &'a HowArgs,
    pub(crate) messages: MessageFormat,
}

/// A study that was run to its end or to an interrupt.
pub(crate) struct Ran<'s>(pub(crate) drive::Ran<'s>);

impl Drive<'_> {
    /// Runs a study into its folder.
    pub(crate) fn run<'s>(&self, job: &'s Job, claim: &Claim) -> Result<Ran<'s>, Failure> {
        let stop = StopFlag::new();
        stop_on_interrupt(&stop)?;
        let mut shown = Shown { progress: None, how: self.how, messages: self.messages };
        let ran = drive::drive(job, claim, (threads(self.how), &stop), &mut shown);
        if let Some(progress) = shown.progress {
            progress.end();
        }
        ran.map(Ran).map_err(|error| {
            let code = match &error {
                DriveError::Room(_) => IO,
                DriveError::Threads(_) => INTERNAL,
                DriveError::Output(error, _) => output_code(error),
            };
            Failure::new(code, error)
        })
    }
}

/// Progress on standard error.
struct Shown<'a> {
    progress: Option<Progress>,
    how: &'a HowArgs,
    messages: MessageFormat,
}

impl Watcher for Shown<'_> {
    fn started(&mut self, recorded: u64, asked: u64) {
        self.progress = Some(Progress::start((recorded, asked), self.how.quiet, self.messages));
    }

    fn advanced(&mut self) {
        if let Some(progress) = &mut self.progress {
            progress.advance();
        }
    }
}

pub(crate) fn threads(how: &HowArgs) -> NonZeroUsize {
    drive::threads(how.jobs)
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

impl Ran<'_> {
    /// The summary as text in a format.
    pub(crate) fn summary(&self, study: &Study, format: Format) -> String {
        let statistics = self.0.results.statistics();
        match format {
            Format::Table => table::summary(study, statistics),
            Format::Json => {
                format!("{:#}", json::summary(study, statistics, self.0.results.manifest()))
            }
            Format::Csv => csv::summary(study, statistics),
        }
    }

    /// Prints a text and then what went wrong and where the results are; the exit code.
    pub(crate) fn end(&self, study: &Study, text: &str, drive: &Drive<'_>) -> Result<u8, Failure> {
        let printed = if text.is_empty() { Ok(()) } else { stdout::print(text) };
        self.report(study, drive);
        printed?;
        Ok(if self.0.interrupted {
            INTERRUPTED
        } else if self.0.results.manifest().runs.failed > 0 {
            FAILED_RUNS
        } else {
            DONE
        })
    }

    fn report(&self, study: &Study, drive: &Drive<'_>) {
        let manifest = self.0.results.manifest();
        let path = self.0.results.folder().path().display().to_string();
        list_failures(study, &path, (manifest.runs.failed, self.0.results.failures()));
        if drive.how.quiet {
            return;
        }
        if let Some(text) = &manifest.stopping {
            message::line(text);
        }
        match drive.messages {
            MessageFormat::Human => {
                message::line(&without_control(&format!("results in {path}")));
                if self.0.interrupted {
                    message::line(&without_control(&format!(
                        "to go on: autarky resume {}",
                        shell_word(&path)
                    )));
                }
            }
            MessageFormat::Json => {
                message::line(
                    &serde_json::json!({ "reason": "results", "path": path }).to_string(),
                );
            }
        }
    }
}

/// Why a question has no answer, as a failure of the program.
pub(crate) fn ask(error: AskError) -> Failure {
    match error {
        AskError::Output(error) => output(error),
        other => Failure::new(USAGE, other),
    }
}

/// A recorded study that is asked something.
pub(crate) struct Opened {
    pub(crate) stored: Stored,
    pub(crate) job: Job,
}

impl Opened {
    pub(crate) fn new(dir: &Path) -> Result<Self, Failure> {
        let stored = Stored::open(dir).map_err(output)?;
        let job = reopen_to_read(&stored).map_err(|error| failure(error, MessageFormat::Human))?;
        Ok(Self { stored, job })
    }

    pub(crate) fn asked(&self) -> Asked<'_> {
        let (study, design) = (&self.job.market.study, self.job.market.design());
        Asked { stored: &self.stored, study, design }
    }

    /// What is asked about, and its values at every point.
    pub(crate) fn outcome(&self, args: &OutcomeArgs) -> Result<(String, Vec<Vec<f64>>), Failure> {
        let asked = self.asked();
        let wanted = asked.wanted(std::slice::from_ref(&args.outcome), &[]).map_err(ask)?;
        let quantity = &wanted[0].quantity;
        let nation = asked.nation(args.nation.as_deref()).map_err(ask)?;
        let policy = asked.policy(args.policy.as_deref()).map_err(ask)?;
        let minus = args.minus.as_deref();
        let minus = minus.map(|name| asked.policy(Some(name))).transpose().map_err(ask)?;
        let values = asked.outcome(quantity, nation, (policy, minus)).map_err(ask)?;
        let name = |policy: usize| self.job.market.study.policies[policy].name.as_str();
        let other = minus.map_or_else(String::new, |minus| format!(" − {}", name(minus)));
        Ok((format!("{quantity} of {} in {nation}{other}", name(policy)), values))
    }
}

/// Gives a study its rule for enough replications, if it is asked for.
pub(crate) fn until(
    study: &mut Study,
    args: &UntilArgs,
    (objective, of): (&[String], Option<&str>),
) -> Result<(), Failure> {
    let Some(halfwidth) = args.until_halfwidth else { return Ok(()) };
    let block = args.block.unwrap_or(50);
    let until = autarky_study::ask::until(study, objective, of, (halfwidth, block)).map_err(ask)?;
    study.until = Some(until);
    Ok(())
}

/// Says which runs failed, and how each is run again.
pub(crate) fn list_failures(study: &Study, folder: &str, (failed, failures): (u64, &[RunFailure])) {
    if failed > 0 {
        message::line(&format!("{failed} runs failed; failures.parquet lists them"));
    }
    for failure in failures.iter().take(FAILURES_SHOWN) {
        let name = &study.policies[failure.task.policy].name;
        message::line(&without_control(&format!(
            "  {name}, replication {}: {}",
            failure.task.replication, failure.error
        )));
        let again = study.replay_command(folder, failure.task);
        message::line(&without_control(&format!("    again: {again}")));
    }
}
