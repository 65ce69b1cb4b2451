//! `autarky explain`: what a parameter means.

use autarky_study::scenario::{Explanation, explain};
use serde_json::Value;

use crate::args::{Explain, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;

pub(crate) fn run(args: &Explain) -> Result<u8, Failure> {
    let found = explain(&args.path).map_err(|e| Failure::usage(&e))?;
    let text = match args.format {
        TextFormat::Table => found.iter().map(Explanation::render).collect::<Vec<_>>().join("\n\n"),
        TextFormat::Json => {
            format!("{:#}", found.iter().map(Explanation::to_json).collect::<Value>())
        }
    };
    stdout::print(&text).map(|()| DONE)
}
