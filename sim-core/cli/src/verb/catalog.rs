//! `autarky catalog`: the scenarios that come with the program.

use autarky_study::catalogue::{all, bibtex, list_json, list_text, open, show_json, show_text};
use autarky_study::scenario::Diagnostic;

use crate::args::{Catalog, MessageFormat, TextFormat};
use crate::exit::{DONE, Failure};
use crate::stdout;

pub(crate) fn run(args: &Catalog) -> Result<u8, Failure> {
    let wrong = |found: Vec<Diagnostic>| Failure::scenario(&found, MessageFormat::Human);
    let text = match args {
        Catalog::List(list) => {
            let scenarios = all().map_err(wrong)?;
            match list.format {
                TextFormat::Table => list_text(&scenarios),
                TextFormat::Json => format!("{:#}", list_json(&scenarios)),
            }
        }
        Catalog::Show(show) => {
            let scenario = open(&show.id).map_err(wrong)?;
            match show.format {
                TextFormat::Table => show_text(&scenario),
                TextFormat::Json => format!("{:#}", show_json(&scenario)),
            }
        }
        Catalog::Cite(cite) => bibtex(&open(&cite.id).map_err(wrong)?),
    };
    stdout::print(&text).map(|()| DONE)
}
