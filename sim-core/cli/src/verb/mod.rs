//! One file per verb.

pub(crate) mod bench;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod discover;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod frontier;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod personas;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod sensitivity;
pub(crate) mod shard;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod sweep;

use autarky_study::scenario::{Loaded, Options, Source, load};

use crate::args::ScenarioArgs;
use crate::exit::{Failure, messages};
use crate::message;

/// Loads a scenario under the policies asked for; warnings go to standard error unless quiet.
fn loaded(args: &ScenarioArgs, policies: &[String], quiet: bool) -> Result<Loaded, Failure> {
    let options = Options {
        overlays: args.overlay.clone(),
        sets: args.set.clone(),
        policies: policies.to_vec(),
        ..Options::default()
    };
    let loaded = load(&Source::from_argument(&args.file), &options)
        .map_err(|found| Failure::scenario(&found, args.message_format))?;
    if !quiet {
        for text in messages(&loaded.warnings, args.message_format) {
            message::line(&text);
        }
    }
    Ok(loaded)
}
