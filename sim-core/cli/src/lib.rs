//! The `autarky` command line: a thin layer over the study crate.
//!
//! Data goes to standard output, progress and messages to standard error. Exit codes: 0 done, 2 usage, 3 invalid scenario, 4 finished with
//! failed runs, 6 another study or a changed scenario, 70 internal error, 74 input or output, 130 interrupted with results kept.
#![forbid(unsafe_code)]

mod args;
mod exit;
mod message;
mod progress;
mod stdout;
mod study;
mod verb;

use std::ffi::OsString;
use std::panic::{PanicHookInfo, catch_unwind, set_hook};

use clap::Parser;

use args::{Cli, Verb};
use exit::{Failure, INTERNAL};

/// Runs a command line, the program's name first, and returns the exit code. The program itself and the one of the Python package come in here.
#[must_use]
pub fn main(words: Vec<OsString>) -> u8 {
    set_hook(Box::new(report_panic));
    let code = catch_unwind(|| match Cli::try_parse_from(words) {
        Ok(cli) => match run(cli.verb) {
            Ok(code) => code,
            Err(failure) => {
                failure.report();
                failure.code
            }
        },
        Err(usage) => {
            // Nothing can be said where the message itself cannot be written.
            let _ = usage.print();
            u8::try_from(usage.exit_code()).unwrap_or(exit::USAGE)
        }
    });
    code.unwrap_or(INTERNAL)
}

fn run(verb: Verb) -> Result<u8, Failure> {
    match verb {
        Verb::New(args) => verb::new::run(&args),
        Verb::Check(args) => verb::check::run(&args),
        Verb::Show(args) => verb::show::run(&args),
        Verb::Explain(args) => verb::explain::run(&args),
        Verb::Catalog(args) => verb::catalog::run(&args),
        Verb::Run(args) => verb::run::run(&args),
        Verb::Compare(args) => verb::compare::run(&args),
        Verb::Sensitivity(args) => verb::sensitivity::run(&args),
        Verb::Frontier(args) => verb::frontier::run(&args),
        Verb::Discover(args) => verb::discover::run(&args),
        Verb::Report(args) => verb::report::run(&args),
        Verb::Sweep(args) => verb::sweep::run(&args),
        Verb::Resume(args) => verb::resume::run(&args),
        Verb::Status(args) => verb::status::run(&args),
        Verb::Shard(args) => verb::shard::run(&args),
        Verb::Merge(args) => verb::merge::run(&args),
        Verb::Export(args) => verb::export::run(&args),
        Verb::Diff(args) => verb::diff::run(&args),
        Verb::Plan(args) => verb::plan::run(&args),
        Verb::Replay(args) => verb::replay::run(&args),
        Verb::Personas(args) => verb::personas::run(&args),
        Verb::Bench(args) => verb::bench::run(&args),
        Verb::Schema => {
            stdout::print(&autarky_study::scenario::json_schema_text()).map(|()| exit::DONE)
        }
        Verb::Completions(args) => verb::completions::run(&args),
    }
}

/// One line instead of a dump; a panic inside a replication becomes a failed run, one on a damaged file a finding: they need no line here.
fn report_panic(info: &PanicHookInfo<'_>) {
    if autarky_study::run::in_replication() || autarky_study::persona::in_reader() {
        return;
    }
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place =
        info.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
    message::line(&format!(
        "internal error: {}{place}\nThis is a defect of autarky; results recorded so far are kept. Please report it with the command.",
        text.unwrap_or("no message")
    ));
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        message::line(&std::backtrace::Backtrace::capture().to_string());
    }
}
