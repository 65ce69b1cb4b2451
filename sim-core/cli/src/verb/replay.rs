//! `autarky replay`: one replication again, what it recorded or what happened in it.

use std::io::{self, BufWriter, ErrorKind};

use autarky_engine::stop::StopFlag;
use autarky_study::replay::Replay as Replication;
use autarky_study::scenario::{Options, Source, load};
use autarky_study::trace::{TraceError, TraceFormat, TraceOptions, Wanted};

use crate::args::{LineFormat, Replay};
use crate::exit::{DONE, FAILED_RUNS, Failure, INTERNAL, IO, SCENARIO, messages};
use crate::{message, stdout};

pub(crate) fn run(args: &Replay) -> Result<u8, Failure> {
    let replication = prepare(args)?;
    if args.trace { trace(args, &replication) } else { record(args, &replication) }
}

fn prepare(args: &Replay) -> Result<Replication, Failure> {
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
