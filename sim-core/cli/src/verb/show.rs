//! `autarky show`: parameters with value, unit and source.

use autarky_study::scenario::{LayerKind, Row, show, show_csv, show_json, show_text};

use super::loaded;
use crate::args::{Format, Show};
use crate::exit::{DONE, Failure, INTERNAL};
use crate::stdout;

pub(crate) fn run(args: &Show) -> Result<u8, Failure> {
    let base = [String::from("base")];
    let wanted = if args.scenario.policy.is_empty() { &base[..] } else { &args.scenario.policy };
    let scenario = loaded(&args.scenario, wanted, false)?;
    let rows: Vec<Row> = scenario
        .policies
        .iter()
        .flat_map(show)
        .filter(|row| args.resolved || is_stated(row))
        .collect();
    let text = match args.format {
        Format::Table => show_text(&rows, args.origins),
        Format::Json => format!("{:#}", show_json(&rows)),
        Format::Csv => show_csv(&rows).map_err(|e| Failure::new(INTERNAL, e))?,
    };
    stdout::print(&text).map(|()| DONE)
}

/// Whether a file, a policy or a setting states the value.
fn is_stated(row: &Row) -> bool {
    use LayerKind::{File, Overlay, Parent, Policy, Set};
    [Parent, File, Overlay, Policy, Set].iter().any(|layer| layer.as_str() == row.layer)
}
