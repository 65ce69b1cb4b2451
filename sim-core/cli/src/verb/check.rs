//! `autarky check`: all that is wrong with a scenario. With `--message-format json` the findings are data, on standard output.

use autarky_study::run::{MarketStudy, Recipe, Replications};
use autarky_study::scenario::{Options, Source, load, printable};

use crate::args::{Check, MessageFormat};
use crate::exit::{DONE, Failure, SCENARIO, messages};
use crate::{message, stdout};

pub(crate) fn run(args: &Check) -> Result<u8, Failure> {
    let args = &args.scenario;
    let options = Options {
        overlays: args.overlay.clone(),
        sets: args.set.clone(),
        policies: args.policy.clone(),
        ..Options::default()
    };
    let (loaded, found) = match load(&Source::from_argument(&args.file), &options) {
        Ok(loaded) => {
            let warnings = loaded.warnings.clone();
            (Some(loaded), warnings)
        }
        Err(found) => (None, found),
    };
    for text in messages(&found, args.message_format) {
        match args.message_format {
            MessageFormat::Human => message::line(&text),
            MessageFormat::Json => stdout::print(&text)?,
        }
    }
    let Some(loaded) = loaded else { return Ok(SCENARIO) };
    let once = Replications {
        seed: 0,
        first: 0,
        count: 1,
        command: String::new(),
        recipe: Recipe::default(),
    };
    MarketStudy::prepare(&loaded, once).map_err(|e| Failure::new(SCENARIO, e))?;
    if args.message_format == MessageFormat::Human {
        let policies: Vec<String> = loaded.policies.iter().map(|p| printable(&p.name)).collect();
        stdout::print(&format!(
            "{}: valid; policies: {}",
            printable(&loaded.id),
            policies.join(", ")
        ))?;
    }
    Ok(DONE)
}
