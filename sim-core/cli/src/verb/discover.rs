//! `autarky discover`: under which conditions a policy fails.

use autarky_study::analysis::Direction;
use autarky_study::analysis::prim::Limit;

use crate::args::{Discover, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;
use crate::study::{Opened, ask};

pub(crate) fn run(args: &Discover) -> Result<u8, Failure> {
    let opened = Opened::new(&args.outcome.dir)?;
    let (name, values) = opened.outcome(&args.outcome)?;
    let limit = args.above.or(args.below).unwrap_or_default();
    let above = args.above.is_some();
    let better = if above { Direction::Lower } else { Direction::Higher };
    let found = opened.asked().discover(&values, (Limit::Value(limit), better)).map_err(ask)?;
    let text = match args.outcome.format {
        TextFormat::Table => {
            let beyond = if above { "above" } else { "below" };
            format!("Failure: {name} {beyond} {limit}\n{}", found.table())
        }
        TextFormat::Json => format!("{:#}", serde_json::json!(found)),
    };
    stdout::print(&text).map(|()| DONE)
}
