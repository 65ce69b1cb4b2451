//! `autarky diff`: what differs between two scenarios, or between two policies of one.

use autarky_study::scenario::{
    Loaded, Options, Side, Source, difference, difference_csv, difference_json, difference_text,
    load, scenario_hash,
};

use crate::args::{Diff, Format, MessageFormat};
use crate::exit::{DONE, Failure, INTERNAL, USAGE};
use crate::stdout;

pub(crate) fn run(args: &Diff) -> Result<u8, Failure> {
    let (of_a, of_b) = (policy(args, 0), policy(args, 1));
    let second = args.b.as_ref().unwrap_or(&args.a);
    if args.b.is_none() && of_a == of_b {
        let text = "one scenario does not differ from itself; name a second one, or two policies: \
                    autarky diff FILE --policies base NAME";
        return Err(Failure::new(USAGE, text));
    }
    let (a, b) = (loaded(&args.a, of_a)?, loaded(second, of_b)?);
    let (one, two) = (&a.policies[0], &b.policies[0]);
    let side = |scenario: &String, policy: &str, hash| Side {
        scenario: scenario.clone(),
        policy: policy.to_owned(),
        hash,
    };
    let (left, right) = (
        side(&args.a, of_a, scenario_hash(&one.scenario)),
        side(second, of_b, scenario_hash(&two.scenario)),
    );
    let found = difference(one, two);
    let text = match args.format {
        Format::Table => difference_text(&found, [&left, &right]),
        Format::Json => format!("{:#}", difference_json(&found, [&left, &right])),
        Format::Csv => difference_csv(&found).map_err(|e| Failure::new(INTERNAL, e))?,
    };
    stdout::print(&text).map(|()| DONE)
}

/// The policy of a side.
fn policy(args: &Diff, side: usize) -> &str {
    let own = [&args.policy_a, &args.policy_b][side].as_ref();
    own.or_else(|| args.policies.get(side)).map_or("base", String::as_str)
}

fn loaded(file: &str, policy: &str) -> Result<Loaded, Failure> {
    let options = Options { policies: vec![policy.to_owned()], ..Options::default() };
    load(&Source::from_argument(file), &options)
        .map_err(|found| Failure::scenario(&found, MessageFormat::Human))
}
