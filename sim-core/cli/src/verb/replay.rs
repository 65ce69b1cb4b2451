//! `autarky replay`: one replication again, what it recorded or what happened in it.

use std::io::{self, BufWriter, ErrorKind};
use std::path::Path;

use autarky_engine::stop::StopFlag;
use autarky_study::replay::{Replay as Replication, ReplayError};
use autarky_study::run::schedule::Task;
use autarky_study::scenario::{Options, Source, load};
use autarky_study::trace::{TraceError, TraceFormat, TraceOptions, Wanted};

use crate::args::{LineFormat, Replay};
use crate::exit::{DONE, FAILED_RUNS, Failure, INTERNAL, IO, MISMATCH, SCENARIO, USAGE, messages};
use crate::study::{Opened, ask, output};
use crate::{message, stdout};

pub(crate) fn run(args: &Replay) -> Result<u8, Failure> {
    let replication = prepare(args)?;
    if args.trace { trace(args, &replication) } else { record(args, &replication) }
}

fn prepare(args: &Replay) -> Result<Replication, Failure> {
    if Path::new(&args.file).join("manifest.json").is_file() {
        return recorded(args);
    }
    if args.point > 0 {
        return Err(Failure::new(USAGE, "--point is of the design of a results folder"));
    }
    let options = Options {
        overlays: args.overlay.clone(),
        sets: args.set.clone(),
        policies: vec![args.policy.clone()],
        ..Options::default()
    };
    let loaded = load(&Source::from_argument(&args.file), &options)
        .map_err(|found| Failure::scenario(&found, args.message_format))?;
    if !args.quiet {
        for text in messages(&loaded.warnings, args.message_format) {
            message::line(&text);
        }
    }
    Replication::new(&loaded.policies[0], (args.seed, args.replication))
        .map_err(|e| Failure::new(SCENARIO, e))
}

/// A run of a results folder; one that is recorded must come out as it was.
fn recorded(args: &Replay) -> Result<Replication, Failure> {
    let own = [("--set", !args.set.is_empty()), ("--overlay", !args.overlay.is_empty())];
    if let Some((option, _)) = own.iter().find(|(_, given)| *given) {
        let text =
            format!("{option} has no meaning for a results folder, which has its own scenario");
        return Err(Failure::new(USAGE, text));
    }
    let opened = Opened::new(Path::new(&args.file))?;
    let policy = opened.asked().policy(Some(&args.policy)).map_err(ask)?;
    let task = Task { replication: args.replication, point: args.point, policy };
    let replication = Replication::of(&opened.job, task).map_err(|error| match error {
        ReplayError::Asked(text) => Failure::new(USAGE, text),
        ReplayError::Failed(text) => Failure::new(FAILED_RUNS, text),
    })?;
    if let Some(known) = opened.stored.fingerprint(task).map_err(output)? {
        let record = replication.run(&StopFlag::new());
        let found = record.map_err(|e| Failure::new(FAILED_RUNS, e))?.fingerprint;
        if found != known {
            let text = format!(
                "the run is not the recorded one: fingerprint {found:016x}, recorded {known:016x}"
            );
            return Err(Failure::new(MISMATCH, text));
        }
        if !args.quiet {
            message::line("the fingerprint is the recorded one");
        }
    }
    Ok(replication)
}

fn record(args: &Replay, replication: &Replication) -> Result<u8, Failure> {
    let record = replication.run(&StopFlag::new()).map_err(|e| Failure::new(FAILED_RUNS, e))?;
    stdout::print(&match args.format {
        LineFormat::Text => replication.table(&record),
        LineFormat::Ndjson => replication.json(&record).to_string(),
    })?;
    if !args.quiet {
        message::line(&replication.identity(&record));
    }
    Ok(DONE)
}

fn trace(args: &Replay, replication: &Replication) -> Result<u8, Failure> {
    let wanted = Wanted {
        from: args.from.clone(),
        to: args.to.clone(),
        events: args.event.clone(),
        limit: args.limit,
        format: match args.format {
            LineFormat::Text => TraceFormat::Text,
            LineFormat::Ndjson => TraceFormat::Ndjson,
        },
    };
    let options = TraceOptions::read(&wanted, replication.start_day())
        .map_err(|found| Failure::usage(&found))?;
    let stop = StopFlag::new();
    let out = BufWriter::new(io::stdout().lock());
    let traced = match replication.trace(&options, &stop, out) {
        Ok(traced) => traced,
        // A reader that has seen enough is not an error.
        Err(TraceError::Io(e)) if e.kind() == ErrorKind::BrokenPipe => return Ok(DONE),
        Err(e @ TraceError::Io(_)) => return Err(Failure::new(IO, e)),
        Err(e @ TraceError::Simulation(_)) => return Err(Failure::new(FAILED_RUNS, e)),
    };
    let untraced = replication.run(&StopFlag::new()).map_err(|e| Failure::new(FAILED_RUNS, e))?;
    let identity = replication.identity(&traced.record);
    if untraced.fingerprint != traced.record.fingerprint {
        let text = format!(
            "the trace is not that of the run: {identity}, without a trace {:016x}",
            untraced.fingerprint
        );
        return Err(Failure::new(INTERNAL, text));
    }
    if !args.quiet {
        let (written, matched) = (traced.written, traced.matched);
        message::line(&format!(
            "{identity}, the same without a trace; {written} of {matched} chosen events printed"
        ));
    }
    Ok(DONE)
}
