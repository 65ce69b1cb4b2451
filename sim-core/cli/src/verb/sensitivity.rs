//! `autarky sensitivity`: what drives an outcome.

use crate::args::{Sensitivity, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;
use crate::study::{Opened, ask};

pub(crate) fn run(args: &Sensitivity) -> Result<u8, Failure> {
    let opened = Opened::new(&args.outcome.dir)?;
    let (_, values) = opened.outcome(&args.outcome)?;
    let found = opened.asked().sensitivity(&values).map_err(ask)?;
    let text = match args.outcome.format {
        TextFormat::Table => found.table(),
        TextFormat::Json => format!("{:#}", found.to_json()),
    };
    stdout::print(&text).map(|()| DONE)
}
