//! `autarky frontier`: which policies are not dominated.

use autarky_study::ask::FRONTIER;

use crate::args::{FrontierArgs, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;
use crate::study::{Opened, ask};

pub(crate) fn run(args: &FrontierArgs) -> Result<u8, Failure> {
    let opened = Opened::new(&args.dir)?;
    let asked = opened.asked();
    let wanted = asked.wanted(&args.objective, &FRONTIER).map_err(ask)?;
    let nation = asked.nation(args.nation.as_deref()).map_err(ask)?;
    let found = asked.frontier(&wanted, nation, args.point).map_err(ask)?;
    let text = match args.format {
        TextFormat::Table => found.table(),
        TextFormat::Json => format!("{:#}", serde_json::json!(found)),
    };
    stdout::print(&text).map(|()| DONE)
}
