//! `autarky completions`: completions for a shell.

use clap::CommandFactory;

use crate::args::{Cli, Completions};
use crate::exit::{DONE, Failure, INTERNAL};
use crate::stdout;

pub(crate) fn run(args: &Completions) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "autarky", &mut text);
    let text = String::from_utf8(text).map_err(|e| Failure::new(INTERNAL, e))?;
    stdout::print(&text).map(|()| DONE)
}
